/* handle.c: one request from its first byte to its answer.
 *
 * target → Host → pages or API → route → negotiation → caller → handler → answer, or issues as an OperationOutcome. */
#include "http/internal.h"

#include <setjmp.h>

enum { READER_BYTES = 4096 };

void exchange_headroom(exchange *x, int64_t bytes)
{
	arena_reserve(x->arena, bytes);
}

reader *exchange_reader(exchange *x)
{
	exchange_headroom(x, READER_BYTES);
	if (!x->reader) x->reader = record_reader(x->app->record, &x->who, x->arena, &x->sink);
	return x->reader;
}

const processes *exchange_times(exchange *x)
{
	forecaster *fc = x->app->forecaster;
	reader *rd = fc && !x->times ? exchange_reader(x) : NULL;
	if (rd) x->times = forecaster_take(fc, reader_snapshot(rd), world_now(x->app->world));
	return x->times;
}

void exchange_read_anew(exchange *x)
{
	if (x->reader) reader_close(x->reader);
	x->reader = NULL;
}

/* Also after a jump out of the middle: what the exchange held is given back. */
static void exchange_end(exchange *x)
{
	if (x->child) exchange_end(x->child);
	forecaster_back(x->app->forecaster, x->times);
	x->times = NULL;
	exchange_read_anew(x);
}

bool exchange_target(exchange *x, text target)
{
	text_pair sides = text_cut(target, '?');
	x->path = sides.head;
	text rest = text_slice(sides.head, TEXT("/fhir").len, sides.head.len);
	if (text_starts(rest, TEXT("/"))) rest = text_slice(rest, 1, rest.len);
	for (text_pair cut = text_cut(rest, '/'); rest.len > 0; cut = text_cut(cut.tail, '/')) {
		if (x->segment_count == SEGMENTS_MAX) return issue_add(&x->sink, FAIL_HTTP_ROUTE, x->path, TEXT(""));
		if (!query_decode(x->arena, cut.head, false, &x->segments[x->segment_count++]))
			return issue_add(&x->sink, FAIL_HTTP_TARGET, cut.head, TEXT(""));
		if (!cut.found) break;
	}
	return query_pairs(x, sides.tail);
}

static void reply_issues(exchange *x)
{
	http_response *p = x->response;
	p->body = (text){0};
	p->streams = false;
	int kept = 0, status = issues_status(&x->sink);
	/* Of what the handler had said only Allow still holds, and of something deleted which version that was. */
	for (int i = 0; i < p->header_count; i++) {
		text name = p->headers[i].name;
		bool holds =
		    text_equal(name, TEXT("Allow")) || (status == 410 && !text_equal(name, TEXT("Content-Type")));
		if (holds) p->headers[kept++] = p->headers[i];
	}
	p->header_count = kept;
	if (status == 401) reply_header(x, TEXT("WWW-Authenticate"), TEXT("Limen-Actor"));
	stale_explain(x);
	outcome_places(x);
	reply_json(x, status, outcome_json(x->arena, &x->sink, x->who.language));
}

static bool prepared(exchange *x)
{
	if (x->request->body_too_large || x->request->body.len > BODY_BYTES_MAX)
		return issue_add(&x->sink, FAIL_HTTP_BODY_SIZE,
				 text_format(x->arena, "%lld", (long long)BODY_BYTES_MAX), TEXT(""));
	x->route = route_match(x);
	if (!x->route) return false;
	if (!x->body.at && !pack_body(x)) return false;
	return negotiate(x) && (!x->route->needs_actor || negotiate_caller(x));
}

void exchange_run(exchange *x)
{
	if (x->sink.errors == 0 && prepared(x)) x->route->handler(x);
	if (x->sink.errors == 0 && x->response->status == 0) {
		/* A floor below said no without saying why: our bug, but the caller still gets an answer. */
		log_event(LOG_ERROR, "no-answer", "route", x->route ? x->route->pattern : "", NULL);
		issue_add(&x->sink, FAIL_HTTP_FAULT, TEXT(""), TEXT(""));
	}
	if (x->sink.errors > 0) reply_issues(x);
}

/* Until log-in exists only this machine may ask, and no page that another site put in its browser (DNS rebinding). */
static bool host_fits(exchange *x)
{
	text host = header_get(x, "Host"), origin = header_get(x, "Origin");
	if (host.len > 0 && !header_host_is_loopback(host)) return issue_add(&x->sink, FAIL_HTTP_HOST, host, TEXT(""));
	if (origin.len == 0) return true;
	int64_t at = text_find(origin, TEXT("://"));
	if (at >= 0 && header_host_is_loopback(text_slice(origin, at + 3, origin.len))) return true;
	return issue_at(&x->sink, FAIL_HTTP_HOST, (place){.path = TEXT("http.Origin")}, origin, TEXT(""), TEXT(""));
}

static text base_of(exchange *x)
{
	text host = header_get(x, "Host");
	if (host.len > 0) return text_format(x->arena, "http://%.*s/fhir", TEXT_ARG(host));
	return x->app->base.len > 0 ? x->app->base : TEXT("http://localhost/fhir");
}

static void give_answer(exchange *x)
{
	const http_request *q = x->request;
	x->method = text_equal(q->method, TEXT("HEAD")) ? TEXT("GET") : q->method;
	x->who.language = header_language(header_get(x, "Accept-Language"));
	x->base = base_of(x);
	text where = text_cut(q->target, '?').head;
	bool api = text_equal(where, TEXT("/fhir")) || text_starts(where, TEXT("/fhir/"));
	x->path = where;
	if (!host_fits(x)) {
		reply_issues(x);
	} else if (api) {
		exchange_target(x, q->target);
		exchange_run(x);
	} else {
		page_get(x);
		if (x->sink.errors > 0) reply_issues(x);
	}
	pack_answer(x);
}

/* Nothing may be allocated here: both languages stand ready. */
static void answer_out_of_budget(exchange *x)
{
#define BUDGET_OUTCOME(said)                                                                                           \
	TEXT("{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"too-costly\","      \
	     "\"details\":"                                                                                            \
	     "{\"coding\":[{\"system\":\"urn:limen:failure\",\"code\":\"HTTP_BUDGET\"}],\"text\":\"" said "\"}}]}")
	http_response *p = x->response;
	*p = (http_response){.status = failure_status(FAIL_HTTP_BUDGET)};
	p->headers[p->header_count++] =
	    (http_header){TEXT("Content-Type"), TEXT("application/fhir+json; charset=utf-8")};
	p->body = x->who.language == LANGUAGE_EN
		      ? BUDGET_OUTCOME("The request needs more memory than one request may use")
		      : BUDGET_OUTCOME("Anmodningen kræver mere hukommelse, end én anmodning må bruge");
}

/* Never the query: people are searched for by name and number. */
static void log_request(exchange *x, int64_t began)
{
	char status[16], micros[32], bytes[32], method[8], where[160];
	snprintf(status, sizeof status, "%d", x->response->status);
	snprintf(micros, sizeof micros, "%lld", (long long)(x->app->world->monotonic(x->app->world) - began));
	snprintf(bytes, sizeof bytes, "%lld", (long long)x->response->body.len);
	snprintf(method, sizeof method, "%.*s", TEXT_ARG(x->request->method));
	snprintf(where, sizeof where, "%.*s", TEXT_ARG(x->path));
	log_event(x->response->status >= 500 && x->response->status != 501 ? LOG_ERROR : LOG_INFO, "request", "method",
		  method, "path", where, "route", x->route ? x->route->pattern : "", "status", status, "us", micros,
		  "bytes", bytes, NULL);
}

void http_handle(http_app *app, const http_request *q, http_response *p)
{
	int64_t began = app->world->monotonic(app->world);
	*p = (http_response){0};
	exchange *x = ARENA_NEW(q->arena, exchange);
	x->app = app;
	x->arena = q->arena;
	x->request = q;
	x->response = p;
	x->sink.arena = q->arena;
	x->modified = INSTANT_NONE;
	jmp_buf home;
	if (setjmp(home)) {
		answer_out_of_budget(x);
	} else {
		arena_boundary(q->arena, &home);
		give_answer(x);
	}
	arena_boundary(q->arena, NULL);
	exchange_end(x);
	log_request(x, began);
}

http_response http_call(http_app *app, arena *a, const caller *who, const char *method, text target, text body)
{
	const http_header headers[] = {
	    {TEXT("X-Limen-Actor"), who->actor},
	    {TEXT("X-Limen-Purpose"), who->purpose},
	    {TEXT("X-Limen-On-Behalf-Of"), who->on_behalf_of},
	    {TEXT("Accept-Language"), who->language == LANGUAGE_EN ? TEXT("en") : TEXT("da")},
	    {TEXT("Content-Type"), TEXT("application/fhir+json")},
	    {TEXT("Prefer"), TEXT("handling=strict")},
	};
	const http_request q = {.arena = a,
				.method = text_of(method),
				.target = target,
				.headers = headers,
				.header_count = (int)(sizeof headers / sizeof *headers),
				.body = body};
	http_response p;
	http_handle(app, &q, &p);
	return p;
}
