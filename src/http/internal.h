/* internal.h: what the files of http/ share and nobody else sees.
 *
 * An `exchange` is one request under way: what was asked, by whom, and the answer as far as it is made. A handler either makes an
 * answer (reply_*) or leaves issues in the sink, which handle.c turns into an OperationOutcome. */
#ifndef LIMEN_HTTP_INTERNAL_H
#define LIMEN_HTTP_INTERNAL_H

#include "http/http.h"

enum { SEGMENTS_MAX = 6 };

typedef enum prefer_return { RETURN_REPRESENTATION, RETURN_MINIMAL, RETURN_OUTCOME } prefer_return;

typedef struct exchange exchange;
typedef void route_handler(exchange *x);

struct exchange {
	http_app *app;
	arena *arena;
	const http_request *request;
	text body;         /* of the request, unpacked */
	bool body_wrapped; /* made into a resource by us (binary.c) */
	bool in_bundle;    /* an entry of a batch or transaction */
	http_response *response;
	text method;                 /* HEAD is GET here */
	text path;                   /* of the target, as it came */
	text segments[SEGMENTS_MAX]; /* below /fhir, decoded */
	int segment_count;
	search_pair *query; /* without those that http takes for itself: _format, _pretty, and actor of $feed */
	int query_count;
	const struct route *route;
	text type, id, version; /* what the pattern's {…} matched */
	caller who;
	text base; /* "http://127.0.0.1:8420/fhir" */
	issues sink;
	reader *reader;         /* opened by the first handler that reads, closed by handle.c */
	const processes *times; /* exchange_times; given back by handle.c */
	bool pretty;
	bool strict, lenient; /* Prefer: handling=…, where it was said */
	prefer_return prefer;
	text format;      /* ?_format= */
	text actor;       /* ?actor= of $feed */
	instant modified; /* what Last-Modified said, for the entry of a batch */
	exchange *child;  /* the batch entry under way: its reader is closed with ours */
};

/* What clocks are forecast from; NULL: nothing is. */
const processes *exchange_times(exchange *x);

/* ---- route.c ---- */
typedef struct route {
	const char *method;
	const char *pattern;
	route_handler *handler;
	bool needs_actor;
	const char *interaction;
	const char *help;
} route;
extern const route routes[];
extern const int route_count;
/* The row for this exchange, its {…} filled in; NULL with an issue (404, or 405 with Allow) where there is none. */
const route *route_match(exchange *x);

route_handler binary_read, binary_create, binary_update, meta_get, meta_add, meta_delete, validate_post, document_make;
route_handler terminology_lookup, terminology_validate_code, terminology_subsumes, terminology_expand,
    terminology_validate_set;
route_handler form_populate, form_evaluate, find_get;
route_handler bulk_export, bulk_import, bulk_status, bulk_cancel, bulk_file;
route_handler capability_get, feed_get, bundle_post, open_ends_get, operation_clocks, operation_explain,
    operation_steps, subscription_status, subscription_statuses, subscription_events, subscription_deliveries,
    subscription_resend, subscription_token, socket_get, operation_task, operation_raise, operation_form,
    automations_get, automation_pause_post, automation_resume_post, operation_complete, operation_kinds, operation_kind,
    operation_rules, operation_rule, operation_reevaluation, search_type, search_system, search_compartment,
    search_everything, search_indexing, rest_create, rest_read, rest_update, rest_patch, rest_delete, rest_history,
    rest_vread, undo_post, undo_several_post, told_get, clock_history, clock_days_get;

route_handler task_claim_post, task_release_post, task_handover_post, task_hold_post, task_assign_post, task_next_post,
    task_batch_post, task_candidates, organization_load, person_safe;

/* ---- handle.c ---- */
void exchange_run(exchange *x);                 /* from the route on; bundle.c runs the entries of a batch through it */
bool exchange_target(exchange *x, text target); /* splits it into segments and query; false: an issue */
reader *exchange_reader(exchange *x);           /* NULL: an issue says why */
/* Leaves here, if at all, before the call that follows takes something which would have to be given back. */
void exchange_headroom(exchange *x, int64_t bytes);
void exchange_read_anew(exchange *x); /* the next reader sees what was committed meanwhile */

/* ---- query.c: what stands in a target and in headers ---- */
text query_encode(arena *a, text value);                              /* what a value must be in a URL */
bool query_decode(arena *a, text raw, bool plus_is_space, text *out); /* false: bad percent sign or not UTF-8 */
bool query_pairs(exchange *x, text raw);                              /* adds to x->query; false: an issue */
bool query_none(exchange *x); /* refuses parameters where there are none to give */
/* Refuses all but those named, a list that ends with NULL. */
bool query_only(exchange *x, const char *const *names);
text query_value(const exchange *x, const char *name); /* empty: not there */
text header_get(const exchange *x, const char *name);  /* empty: not there */
bool header_host_is_loopback(text host);
language header_language(text accept_language);
bool header_etag(text value, int64_t *number);                       /* W/"3" or "3" */
bool header_lists_version(text list, int64_t number);                /* If-None-Match: W/"2", W/"3" or * */
bool header_date(text value, instant *out);                          /* "Mon, 02 Mar 2026 09:00:00 GMT" */
bool word_same(text a, text b);                                      /* ASCII letters alike in either case */
bool resource_reference_valid(text reference, text *type, text *id); /* Type/id of a resource type of R4 */
bool resource_id_valid(text id);

/* ---- negotiate.c: what may be sent and what is wanted back ---- */
bool negotiate(exchange *x);                 /* Accept, _format, Prefer; false: an issue */
bool negotiate_body(exchange *x, bool form); /* Content-Type of a body: FHIR as JSON, or a form */
text negotiate_media(const exchange *x);     /* of the body, without parameters */
bool negotiate_caller(exchange *x);          /* who asks: X-Limen-Actor and its companions */

/* ---- reply.c ---- */
void reply_header(exchange *x, text name, text value);
void reply_json(exchange *x, int status, text json); /* a resource; pretty where that was asked for */
void reply_version(exchange *x, int status, int64_t number, instant at); /* ETag and Last-Modified */
void reply_empty(exchange *x, int status);
text reply_http_date(arena *a, instant at);            /* "Mon, 02 Mar 2026 09:00:00 GMT" */
text reply_url(const exchange *x, text type, text id); /* base/type/id */

/* ---- stale.c ---- */
void stale_explain(exchange *x); /* what differs, where a save was refused for being made on an old version */

/* ---- outcome.c ---- */
void outcome_places(exchange *x);           /* which header or parameter an issue without a place is about */
text outcome_said(arena *a, text sentence); /* one piece of information, all is well */

/* ---- pack.c: gzip and deflate ---- */
bool pack_body(exchange *x);   /* x->body, by Content-Encoding; false: an issue */
void pack_answer(exchange *x); /* where the client takes it and it pays */

/* ---- rest.c ---- */
bool rest_type(exchange *x, text type, type_id *out);
bool rest_named(exchange *x); /* x->type and x->id can be such */
/* Parses and checks a body of this type. */
bool rest_parse(exchange *x, text body, text type, doc *out);
/* What was found is there? Else 404, 410 or what the sink says. */
bool rest_found(exchange *x, found f, const version *v);
/* A version as the answer to a read: 304 where the client has it, its _summary or _elements where those were asked for. */
void rest_reply(exchange *x, const version *v);
void reply_written(exchange *x, const written *w); /* 201 or 200, with where it is */

/* ---- write.c ---- */
/* One commit. WRITE_MOVED: a premise no longer holds; the sink has nothing of it, and the next reader sees what came. */
typedef enum write_result { WRITE_DONE, WRITE_REFUSED, WRITE_MOVED } write_result;
write_result write_commit(exchange *x, const write_op *writes, int count, bool last, written *out);
/* If-Match and If-None-Match of a write: the version that must be current, -1 none, 0 any. */
bool write_version_wanted(exchange *x, int64_t *out);
/* The one resource a query finds: 1 with its id in the premise, 0 none, -1 several or wrong (an issue). */
int write_premise(exchange *x, text type, const search_pair *pairs, int count, premise *out);
/* The same of a query as it stands in a URL. */
int write_premise_of(exchange *x, text type, text query, premise *out);
/* The body of a PATCH: a JSON Patch or Parameters. */
bool write_patch_parse(exchange *x, text media, text body, doc *out);

/* ---- operation.c ---- */
bool clock_facts(exchange *x, int64_t rid, facts *out); /* what the clocks of x->type/x->id are computed from */

/* ---- rewrite.c ---- */
/* Where a reference of a bundle leads: "Patient/…", and whether that is made only now, as its first version. */
typedef struct target {
	text name;
	bool made;
} target;
/* The resource at node n of d as JSON, its references that `known` has (text → position in `targets`) replaced. Relative ones are
 * read against the base of the entry's own fullUrl (R4 3.1.0.11.2). A reference to a version leads to the first one of what is
 * made; of what is updated nobody can know the number yet, so there it leads to the resource. Addresses in narrative too. */
typedef struct rewriting {
	arena *arena;
	const map *known;
	const target *targets;
	text base; /* of the entry's fullUrl: "http://x/fhir" or empty */
} rewriting;
text rewrite_resource(const rewriting *w, const doc *d, uint32_t n);
/* "http://x/fhir" of "http://x/fhir/Patient/1"; empty for what is no such address. */
text rewrite_base(text full_url);

/* ---- parameters.c: what operations are asked, and answer part by part ---- */
text parameter_value(const doc *d, uint32_t parameter); /* whatever primitive value[x] it has, as text; empty: none */
json_out parameters_begin(exchange *x);
void parameters_reply(exchange *x, json_out *o);
void part_open(json_out *o, const char *name);
void part_close(json_out *o);
void part_text(json_out *o, const char *name, const char *value_key, text value); /* nothing where it is empty */
void part_reference(json_out *o, const char *name, text reference);
void part_instant(exchange *x, json_out *o, const char *name, instant at);
void part_day(exchange *x, json_out *o, const char *name, day d);
void part_int(json_out *o, const char *name, int64_t value);
void part_bool(json_out *o, const char *name, bool value);

/* ---- form.c ---- */
void form_validate(exchange *x, const doc *response, issues *found); /* against its Questionnaire, where that is here */

/* ---- page.c ---- */
void page_get(exchange *x);

/* ---- frame.c: WebSocket frames ---- */
enum { FRAME_CONTINUATION = 0, FRAME_TEXT = 1, FRAME_BINARY = 2, FRAME_CLOSE = 8, FRAME_PING = 9, FRAME_PONG = 10 };
typedef enum frame_state { FRAME_WHOLE, FRAME_MORE, FRAME_BAD } frame_state;
typedef struct frame {
	int opcode;
	bool final;
	text payload;
	int64_t bytes; /* of the frame, all of it */
} frame;
text frame_accept(arena *a, text key); /* Sec-WebSocket-Accept */
/* The frame a client sent at the start of these bytes; its payload is unmasked in place. */
frame_state frame_parse(char *bytes, int64_t len, int64_t payload_max, frame *out);
void frame_add(buffer *b, int opcode, text payload); /* as a server sends it */

/* ---- feed.c ---- */
text feed_text(arena *a, reader *rd, const feed_event *events, int count);

/* ---- websocket.c: sockets that stay open, over the listener ---- */
typedef struct socket_hub socket_hub;
struct MHD_Response;
socket_hub *socket_hub_new(http_app *app);
void socket_hub_poke(socket_hub *h); /* something was committed */
void socket_hub_stop(socket_hub *h); /* closes them all; before the daemon stops */
void socket_hub_free(socket_hub *h);
struct MHD_Response *socket_response(socket_hub *h, const http_response *p);

/* ---- stream.c: feeds that stay open, over the listener ---- */
typedef struct stream_hub stream_hub;
struct MHD_Connection;
struct MHD_Response;
stream_hub *stream_hub_new(http_app *app, socket_hub *sockets); /* which it wakes too */
void stream_hub_stop(stream_hub *h); /* wakes and ends every stream; before the daemon stops */
void stream_hub_free(stream_hub *h); /* after the daemon stopped */
/* The response to queue for a $feed; NULL where there are too many. */
struct MHD_Response *stream_response(stream_hub *h, struct MHD_Connection *c, const http_response *p);

#endif
