/* internal.h of notify/: a Subscription read, a topic compiled, and the rows kept of both. */
#ifndef LIMEN_NOTIFY_INTERNAL_H
#define LIMEN_NOTIFY_INTERNAL_H

#include "notify/notify.h"

#define GUIDE "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"

/* ---- topic.c ---- */
typedef struct query_text { /* a search as written, its pairs decoded */
	search_pair *pairs;
	int count; /* -1: there is none */
} query_text;

typedef struct topic {
	text id, url; /* urn:limen:topic:ID */
	text type;
	bool on_create, on_update, on_delete;
	query_text previous, current;
	bool both; /* previous and current must fit; else one of them */
	const text *filters;
	int filter_count;
} topic;
const topic *topic_find(const image *content, text url);
bool query_text_read(arena *a, text query, query_text *out); /* false: cannot be decoded */

/* ---- subscription.c ---- */
enum { FILTERS_MAX = 16 };
typedef struct subscription {
	text id, status, error, endpoint;
	text type;   /* whose writes it asks for */
	text topic;  /* canonical address; empty: a plain one */
	text asks;   /* lines: the topic or nothing, then each query */
	bool socket; /* channel websocket: no endpoint */
	text headers[NET_HEADERS_MAX];
	int header_count;
	notify_told told;
	instant until;     /* INSTANT_NONE: for ever */
	int64_t heartbeat; /* seconds; 0: none */
	int64_t timeout, max_count;
} subscription;
/* What is wrong goes to the sink: a Subscription that cannot be served is refused when it is written. */
bool subscription_read(arena *a, const image *content, const doc *d, subscription *out, issues *sink);
bool subscription_may_reach(arena *a, const subscription *s, issues *sink); /* its address is allowed */
/* The resource with another status and error (empty: none). */
const doc *subscription_changed(arena *a, const doc *d, text status, text error, issues *sink);

/* ---- table.c ---- */
extern const table state_table, event_table, delivery_table;
enum { STATE_BY_TYPE = 0 };

/* One subscription: what it asks for, and how far it was told. */
typedef struct state {
	int64_t rid;
	text type;
	bool on; /* events are made for it */
	text id;
	int64_t version; /* of the Subscription it was last made from */
	text asks;
	instant until;
	bool socket;
	int64_t beat;      /* seconds between heartbeats; 0: none */
	text actor, scope; /* who subscribed, and what that one may see */
	bool ready;        /* the receiver was asked, and is there */
	int64_t number;    /* of the newest event */
	int64_t sent;      /* of the newest event told */
	int64_t failures;  /* in a row */
	instant since;     /* of the first of them */
	instant next;      /* not before */
	instant said;      /* when it was last told anything */
	text trouble;
} state;
store_result state_get(snapshot *s, int64_t rid, arena *a, state *out, issues *sink);
bool state_put(writing *w, const state *s, issues *sink);
/* All of them, or those that are on and ask for a type. */
int state_list(snapshot *s, const text *type, arena *a, state **out, issues *sink);

typedef struct event {
	int64_t subscription, number, sequence;
	instant at;
	int64_t rid, version;
	write_method method;
} event;
bool event_put(writing *w, const event *e, issues *sink);
int event_list(snapshot *s, int64_t rid, notify_range range, int max, arena *a, event **out, issues *sink);

bool delivery_add(writing *w, snapshot *s, int64_t rid, notify_delivery *d, arena *a, issues *sink);
/* Forgets deliveries and told events from before an instant: some at a time. */
bool outbox_prune(writing *w, snapshot *s, const state *x, instant before, arena *a, issues *sink);

/* ---- derive.c ---- */
extern notify_options notify_settings;
bool notify_is_house(const caller *who);
extern const caller notify_house;
const image *notify_content_active(void);

/* ---- notice.c: what is sent ---- */
typedef enum notice_kind {
	NOTICE_HANDSHAKE,
	NOTICE_HEARTBEAT,
	NOTICE_EVENTS,
	NOTICE_QUERY_STATUS,
	NOTICE_QUERY_EVENTS
} notice_kind;
typedef struct notice {
	notice_kind kind;
	reader *reader; /* in the subscriber's scope */
	const subscription *subscription;
	const state *state;
	const event *events;
	int event_count;
	notify_told told;
	instant now;
} notice;
text notice_status(const notice *n, arena *a);                          /* Parameters */
bool notice_bundle(const notice *n, arena *a, text *out, issues *sink); /* Bundle of type history */
/* A plain notification of one event: what is asked of the endpoint. */
bool notice_plain(const notice *n, arena *a, net_request *out, issues *sink);

/* ---- serve.c: one turn with one subscription ---- */
/* Does what is due for it: greets, tells, beats. False: nothing was due, or the record could not do its part. */
bool line_serve(record *r, world *w, int64_t rid, arena *a);
bool line_due(const state *s, instant now);

#endif
