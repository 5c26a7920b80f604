/* history.c: what was said before, newest first: of a resource, of a type, of all (R4 3.1.0.9). */
#include "http/internal.h"

/* A version as the entry that wrote it: a create by POST has no id in its address. */
static void entry_write(exchange *x, json_out *o, const version *v)
{
	text what = text_format(x->arena, "%.*s/%.*s", TEXT_ARG(v->type), TEXT_ARG(v->id));
	bool first = v->number == 1;
	json_object(o);
	json_pair(o, "fullUrl", reply_url(x, v->type, v->id));
	if (v->json.len > 0) {
		json_key(o, "resource");
		json_raw(o, v->json);
	}
	json_key(o, "request");
	json_object(o);
	json_pair(o, "method", v->deleted ? TEXT("DELETE") : first ? TEXT("POST") : TEXT("PUT"));
	json_pair(o, "url", first && !v->deleted ? v->type : what);
	json_end(o);
	json_key(o, "response");
	json_object(o);
	json_pair(o, "status", v->deleted ? TEXT("204") : first ? TEXT("201") : TEXT("200"));
	json_pair(o, "etag", text_format(x->arena, "W/\"%lld\"", (long long)v->number));
	json_pair(o, "lastModified", instant_iso(x->arena, v->at));
	json_end(o);
	json_end(o);
}

/* ---- what is asked for ---- */

static bool bad_value(exchange *x, const char *name, text value, const char *da, const char *en)
{
	return issue_at(&x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, text_of(name), value,
			text_of(x->who.language == LANGUAGE_EN ? en : da));
}

static bool moment_wanted(exchange *x, const char *name, moment *out)
{
	text value = query_value(x, name);
	*out = (moment){.low = INSTANT_NONE, .high = INSTANT_NONE};
	return value.len == 0 || moment_parse(value, out) ||
	       bad_value(x, name, value, "et tidspunkt som 2026-03-02T09:00:00Z", "a time like 2026-03-02T09:00:00Z");
}

static bool number_wanted(exchange *x, const char *name, int64_t *out)
{
	text value = query_value(x, name);
	return value.len == 0 || (text_to_int(value, out) && *out >= 0) ||
	       bad_value(x, name, value, "et helt tal", "a whole number");
}

static bool query_read(exchange *x, history_query *out)
{
	static const char *const known[] = {"_since", "_at", "_count", "_page", NULL};
	moment since, at;
	int64_t count = SEARCH_COUNT_DEFAULT;
	*out = (history_query){.type = x->type, .id = x->id};
	if (!query_only(x, known) || !moment_wanted(x, "_since", &since) || !moment_wanted(x, "_at", &at)) return false;
	if (!number_wanted(x, "_count", &count) || !number_wanted(x, "_page", &out->before)) return false;
	out->since = since.low;
	out->current_from = at.low;
	out->current_to = at.high;
	out->count = count > SEARCH_COUNT_MAX ? SEARCH_COUNT_MAX : (int)count;
	return true;
}

/* ---- the answer ---- */

static void link_write(exchange *x, json_out *o, const char *relation, text page)
{
	buffer url = {.arena = x->arena};
	const char *between = "?";
	text where = text_slice(x->path, TEXT("/fhir").len, x->path.len);
	buffer_add(&url, x->base);
	buffer_add(&url, where);
	for (int i = 0; i < x->query_count; i++) {
		if (text_equal(x->query[i].name, TEXT("_page"))) continue;
		buffer_format(&url, "%s%.*s=%.*s", between, TEXT_ARG(x->query[i].name),
			      TEXT_ARG(query_encode(x->arena, x->query[i].value)));
		between = "&";
	}
	if (page.len > 0) buffer_format(&url, "%s_page=%.*s", between, TEXT_ARG(page));
	json_object(o);
	json_pair(o, "relation", text_of(relation));
	json_pair(o, "url", buffer_text(&url));
	json_end(o);
}

/* Of one resource its newest version says how many there are; of a type or of all nobody counts them. */
static void total_write(exchange *x, json_out *o, const history_query *q, reader *rd)
{
	version newest;
	if (q->id.len == 0 || q->since != INSTANT_NONE || q->current_to != INSTANT_NONE) return;
	found f = record_read(rd, q->type, q->id, &newest, &x->sink);
	if (f != FOUND && f != FOUND_DELETED) return;
	json_key(o, "total");
	json_int(o, newest.number);
}

static text bundle_of(exchange *x, reader *rd, const history_query *q, const version *versions, int count, int64_t next)
{
	json_out o = json_begin(x->arena);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Bundle"));
	json_pair(&o, "type", TEXT("history"));
	total_write(x, &o, q, rd);
	json_key(&o, "link");
	json_array(&o);
	link_write(x, &o, "self", query_value(x, "_page"));
	if (next > 0) link_write(x, &o, "next", text_format(x->arena, "%lld", (long long)next));
	json_end(&o);
	if (count > 0) {
		json_key(&o, "entry");
		json_array(&o);
		for (int i = 0; i < count; i++) entry_write(x, &o, &versions[i]);
		json_end(&o);
	}
	json_end(&o);
	return json_done(&o);
}

void rest_history(exchange *x)
{
	type_id t;
	history_query q;
	version *versions;
	int count;
	int64_t next;
	reader *rd;
	if (x->id.len > 0 ? !rest_named(x) : x->type.len > 0 && !rest_type(x, x->type, &t)) return;
	if (!query_read(x, &q) || !(rd = exchange_reader(x))) return;
	found f = record_history(rd, &q, &versions, &count, &next, &x->sink);
	if (!rest_found(x, f, NULL)) return;
	text json = bundle_of(x, rd, &q, versions, count, next);
	if (x->sink.errors == 0) reply_json(x, 200, json);
}
