/* http.h: the one public API: requests in, responses out.
 *
 * http_handle is the whole of it and needs no socket: the web pages, the command line, the simulated department and the tests
 * all come through here, and so does the listener (http_start), which is a thin layer of libmicrohttpd over it. docs/api.md
 * says what can be asked; route.def is the table of it.
 *
 * Ownership: a response lives in the request's arena and points into the request; it is gone when the arena is. An app and
 * what it points to live as long as the process.
 *
 * Wrong: a bad request is a response with an OperationOutcome, never bare text. A request that spends its memory budget is
 * left at the boundary that http_handle sets on the request's arena, and answered with 413.
 */
#ifndef LIMEN_HTTP_H
#define LIMEN_HTTP_H

#include "notify/notify.h"
#include "work/work.h"

#include <pthread.h>

/* One file of the pages, as built into the program (cli gives the table; empty: there are no pages). */
typedef struct asset {
	text path; /* "/index.html" */
	text type; /* "text/html; charset=utf-8" */
	text etag; /* strong, with its quotes */
	text bytes;
	text gzip; /* the same packed, or empty */
} asset;

typedef struct http_app {
	record *record;
	const image *content;
	world *world;
	const asset *assets;
	int asset_count;
	text
	    base; /* where the API is, for links where a request has no Host: "http://127.0.0.1:8420/fhir"; may be empty */
	text version;           /* of the program, for the capability statement */
	forecaster *forecaster; /* NULL: no clock is forecast */
	struct bulk *bulk;      /* http_bulk_start; NULL: $export and $import are refused */
} http_app;

typedef struct http_header {
	text name, value; /* names in any case */
} http_header;

typedef struct http_request {
	arena *arena;
	text method; /* "GET" */
	text target; /* as on the request line: "/fhir/Task?open=true" */
	const http_header *headers;
	int header_count;
	text body;
	bool body_too_large; /* the listener stopped reading it at BODY_BYTES_MAX */
} http_request;

enum { HTTP_HEADERS_MAX = 16 };
typedef struct http_response {
	int status;
	http_header headers[HTTP_HEADERS_MAX];
	int header_count;
	text body; /* of a HEAD: what GET would send; the listener leaves it out */
	/* $feed: the body is what there is until now; the listener goes on from here for as long as the client listens. */
	bool streams;
	bool upgrades; /* $websocket: the connection is a WebSocket from here on */
	int64_t feed_after;
	caller feed_caller;
} http_response;

void http_handle(http_app *app, const http_request *q, http_response *p);
text http_header_of(const http_response *p, text name); /* empty: not there */

/* A request in the same process, in one line: JSON in and out, the caller's fields as headers. Strict: a search parameter that is not
 * understood is refused, for nobody here would read a warning. */
http_response http_call(http_app *app, arena *a, const caller *who, const char *method, text target, text body);

text outcome_json(arena *a, const issues *sink, language lang); /* an OperationOutcome */

/* $export and $import: work too long for a request, done by a thread of its own, its files in `folder`. What was under way when
 * the program stopped is begun again. False: the folder cannot be made. Stopped before the record is closed. */
bool http_bulk_start(http_app *app, text folder, issues *sink);
void http_bulk_stop(http_app *app);

/* What can be asked, for help: the i-th row of route.def; false past the last. */
typedef struct http_route {
	const char *method, *pattern, *help;
} http_route;
bool http_route_at(int i, http_route *out);

/* ---- the listener ---- */
typedef struct listener listener;
typedef struct listen_options {
	text host; /* a loopback address: until log-in exists nothing else is listened on */
	int port;  /* 0: any free one */
	int threads;
} listen_options;
listener *http_start(http_app *app, const listen_options *options, issues *sink); /* NULL: refused */
int http_port(const listener *l);
void http_stop(listener *l); /* answers what is under way, ends feeds, then closes */

#endif
