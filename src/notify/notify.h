/* notify.h: telling other systems what was written here, by FHIR's Subscriptions.
 *
 * Two kinds of Subscription (R4): plain ones, whose criteria is a search ("Task?status=requested"), told with nothing or with the
 * resource; and topic-based ones (the backport guide for R4), whose criteria names a topic of the content, with filters, told by a
 * notification Bundle that numbers its events.
 *
 *     a write ──► criteria fit? ──► event no. n in the outbox      one transaction with the write: told, or never written
 *                                        │
 *                    senders ◄───────────┘  in order, one request at a time for each subscription
 *                       │ 2xx: n is told     else: again after growing pauses, for days; the subscription says error and why
 *                       └──► a row in the log of deliveries, which a person can read and send again from
 *
 * An event is told at least once; its number says whether it was seen before. Nothing is dropped: what cannot be told waits until
 * the subscription is turned off or deleted. Only addresses in notify_options.allowed are told anything.
 *
 * The outbox, the position in it and the log of deliveries are recorded, not computed: numbers once given out stay.
 */
#ifndef LIMEN_NOTIFY_H
#define LIMEN_NOTIFY_H

#include "record/record.h"

typedef struct notify_options {
	text allowed;      /* addresses that may be told, as base/net.h reads them; empty: none */
	int64_t keep_days; /* how long the log of deliveries, and events told, can be looked at; 0: NOTIFY_KEEP_DAYS */
} notify_options;

void notify_content(void); /* registers the kind "topic"; before content_load */
/* The deriver; before record_open. Texts are not copied. */
void notify_register(const image *content, const notify_options *options);

/* ---- the senders ---- */
typedef struct notifier notifier;
notifier *notify_start(record *r, world *w); /* NULL: no threads are to be had */
void notify_stop(notifier *n);               /* waits for the requests under way; before the record closes */

/* ---- what can be asked ---- */
typedef enum notify_told {
	TOLD_NOTHING,  /* plain: a bare request */
	TOLD_RESOURCE, /* plain: the resource itself */
	TOLD_EMPTY,    /* topic: that something happened */
	TOLD_ID,       /* topic: what it happened to */
	TOLD_FULL      /* topic: with the resources */
} notify_told;
bool notify_told_read(text code, notify_told *out); /* empty, id-only, full-resource */

typedef struct notify_range {
	int64_t from, to; /* event numbers, both included */
} notify_range;
/* $status: the Parameters of one subscription. $events: the Bundle of past events; `told` NULL: as the subscription says. */
bool notify_status_json(reader *rd, const image *content, text id, arena *a, text *out, issues *sink);
bool notify_events_json(reader *rd, const image *content, text id, notify_range range, const notify_told *told,
			arena *a, text *out, issues *sink);

typedef enum notify_kind { NOTIFY_HANDSHAKE, NOTIFY_HEARTBEAT, NOTIFY_EVENTS } notify_kind;
typedef struct notify_delivery {
	int64_t number; /* of the delivery */
	instant at;
	notify_kind kind;
	int64_t first, last; /* events in it; 0: none */
	int status;          /* HTTP; 0: no answer */
	int64_t micros;
	text trouble; /* empty: it was received */
} notify_delivery;
/* Newest first. */
int notify_deliveries(reader *rd, text id, int max, arena *a, notify_delivery **out, issues *sink);
/* Tells the events from `from` on once more, and those after a failure at once; 0: only what waits. Durable when it returns. */
bool notify_resend(record *r, const caller *who, text id, int64_t from, arena *a, issues *sink);

typedef struct notify_line { /* a subscription, for a list */
	text id, type, trouble;
	bool on, ready;
	int64_t number, told; /* events there are, and were told */
	int failures;
	instant next;
} notify_line;
int notify_lines(reader *rd, arena *a, notify_line **out, issues *sink);

/* ---- channel websocket: whoever holds the socket asks what to say ---- */
typedef struct notify_bound {
	int64_t rid;
	int64_t told, said; /* event numbers: noted as told; in what was handed out last */
	bool greeted;
	instant at; /* when something was said last */
} notify_bound;
bool notify_bind(record *r, const caller *who, text id, arena *a, notify_bound *out, issues *sink);
/* The next message, empty where there is nothing to say. False: it is bound no longer (turned off, deleted). */
bool notify_say(record *r, world *w, notify_bound *b, arena *a, text *out, issues *sink);
bool notify_said(record *r, world *w, notify_bound *b, issues *sink); /* it went out */

/* Canonical addresses of the content's topics, for the capability statement. */
int notify_topics(const image *content, arena *a, text **out);

#endif
