/* reply.c: how an answer is put together. */
#include "http/internal.h"

void reply_header(exchange *x, text name, text value)
{
	http_response *p = x->response;
	assert(p->header_count < HTTP_HEADERS_MAX);
	p->headers[p->header_count++] = (http_header){name, value};
}

text http_header_of(const http_response *p, text name)
{
	for (int i = 0; i < p->header_count; i++)
		if (word_same(p->headers[i].name, name)) return p->headers[i].value;
	return (text){0};
}

static text pretty(exchange *x, text json)
{
	doc d;
	issues unheard = {.arena = x->arena};
	if (!json_parse(x->arena, json, TEXT(""), &unheard, &d)) return json;
	buffer b = {.arena = x->arena};
	json_write(&b, &d, 0, JSON_PRETTY);
	buffer_char(&b, '\n');
	return buffer_text(&b);
}

void reply_json(exchange *x, int status, text json)
{
	x->response->status = status;
	reply_header(x, TEXT("Content-Type"), TEXT("application/fhir+json; charset=utf-8"));
	reply_header(x, TEXT("Cache-Control"), TEXT("no-store")); /* health data: in nobody's cache */
	x->response->body = x->pretty ? pretty(x, json) : json;
}

void reply_empty(exchange *x, int status)
{
	x->response->status = status;
	x->response->body = (text){0};
}

text reply_http_date(arena *a, instant at)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int64_t seconds = at / SECONDS(1) - (at % SECONDS(1) < 0);
	day d = (day)(seconds / 86400 - (seconds % 86400 < 0));
	int of_day = (int)(seconds - (int64_t)d * 86400);
	civil c = civil_from_day(d);
	return text_format(a, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[day_weekday(d)], c.day, months[c.month - 1],
			   c.year, of_day / 3600, of_day / 60 % 60, of_day % 60);
}

void reply_version(exchange *x, int status, int64_t number, instant at)
{
	x->response->status = status;
	reply_header(x, TEXT("ETag"), text_format(x->arena, "W/\"%lld\"", (long long)number));
	reply_header(x, TEXT("Last-Modified"), reply_http_date(x->arena, at));
}

text reply_url(const exchange *x, text type, text id)
{
	return text_format(x->arena, "%.*s/%.*s/%.*s", TEXT_ARG(x->base), TEXT_ARG(type), TEXT_ARG(id));
}
