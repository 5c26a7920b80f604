/* rest.c: reading one resource (R4 3.1.0): read, vread. Searches are in search.c, histories in history.c, writes in write.c. */
#include "http/internal.h"

bool rest_type(exchange *x, text type, type_id *out)
{
	*out = type_find(type);
	bool known = *out && type_kind_of(*out) == TYPE_RESOURCE && !type_is_abstract(*out);
	return known || issue_add(&x->sink, FAIL_HTTP_TYPE, type, TEXT(""));
}

bool rest_named(exchange *x)
{
	type_id t;
	if (!rest_type(x, x->type, &t)) return false;
	return resource_id_valid(x->id) || issue_add(&x->sink, FAIL_HTTP_ID, x->id, TEXT(""));
}

bool rest_parse(exchange *x, text body, text type, doc *out)
{
	if (!json_parse_resource(x->arena, body, TEXT(""), &x->sink, out)) return false;
	if (!text_equal(doc_type(out), type))
		return issue_at(&x->sink, FAIL_HTTP_TYPE_DIFFERS, (place){.path = doc_type(out)}, doc_type(out), type,
				TEXT(""));
	const validation how = {.taking = true, .outside.now = world_now(x->app->world)};
	return resource_validate(&how, out, x->arena, &x->sink);
}

/* ---- reading ---- */

bool rest_found(exchange *x, found f, const version *v)
{
	switch (f) {
	case FOUND:
		return true;
	case FOUND_DELETED:
		reply_version(x, 410, v->number, v->at);
		return issue_add(&x->sink, FAIL_HTTP_GONE,
				 text_format(x->arena, "%.*s/%.*s", TEXT_ARG(v->type), TEXT_ARG(v->id)),
				 text_format(x->arena, "%lld", (long long)v->number));
	case FOUND_NONE:
		return issue_add(&x->sink, FAIL_HTTP_NOT_FOUND, x->type, x->id);
	case FOUND_FAILED:
		break; /* the sink says why */
	}
	return false;
}

/* If-None-Match says more than If-Modified-Since and takes its place (RFC 9110 13.1.3). Last-Modified has whole seconds. */
static bool is_held(exchange *x, const version *v)
{
	instant since;
	text match = header_get(x, "If-None-Match");
	if (match.len > 0) return header_lists_version(match, v->number);
	if (!header_date(header_get(x, "If-Modified-Since"), &since)) return false;
	return v->at - v->at % SECONDS(1) <= since;
}

static bool subset_wanted(exchange *x, subset *out)
{
	text summary = query_value(x, "_summary"), elements = query_value(x, "_elements");
	*out = (subset){0};
	if (elements.len > 0) subset_elements(x->arena, elements, out);
	if (summary.len == 0 || subset_summary(summary, out)) return true;
	return issue_at(&x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, TEXT("_summary"), summary,
			TEXT("true, text, data, false"));
}

void rest_reply(exchange *x, const version *v)
{
	subset wanted;
	doc d;
	if (!subset_wanted(x, &wanted)) return;
	bool held = is_held(x, v);
	x->modified = v->at;
	if (!held && wanted.kind != SUBSET_WHOLE && !json_parse(x->arena, v->json, TEXT(""), &x->sink, &d)) return;
	reply_version(x, 200, v->number, v->at);
	if (held)
		reply_empty(x, 304);
	else
		reply_json(x, 200, wanted.kind == SUBSET_WHOLE ? v->json : subset_json(x->arena, &d, &wanted));
}

static const char *const read_parameters[] = {"_summary", "_elements", NULL};

/* In the middle of something larger it is read as that sees it; else from what is at hand. */
static found read_current(exchange *x, version *v)
{
	record *r = x->app->record;
	if (x->reader) return record_read(x->reader, x->type, x->id, v, &x->sink);
	if (record_at_hand(r, &x->who, x->type, x->id, x->arena, v)) return FOUND;
	uint64_t moment = record_moment(r);
	reader *rd = exchange_reader(x);
	if (!rd) return FOUND_FAILED;
	found f = record_read(rd, x->type, x->id, v, &x->sink);
	if (f == FOUND) record_keep_at_hand(r, moment, v);
	return f;
}

void rest_read(exchange *x)
{
	version v;
	if (!rest_named(x) || !query_only(x, read_parameters)) return;
	if (rest_found(x, read_current(x, &v), &v)) rest_reply(x, &v);
}

void rest_vread(exchange *x)
{
	version v;
	reader *rd;
	int64_t number;
	if (!rest_named(x) || !query_only(x, read_parameters)) return;
	text what = text_format(x->arena, "%.*s/%.*s", TEXT_ARG(x->type), TEXT_ARG(x->id));
	if (!text_to_int(x->version, &number) || number < 1) {
		issue_add(&x->sink, FAIL_HTTP_VERSION, what, x->version);
		return;
	}
	if (!(rd = exchange_reader(x))) return;
	found f = record_vread(rd, x->type, x->id, number, &v, &x->sink);
	if (f == FOUND_NONE && record_rid(rd, x->type, x->id) > 0)
		issue_add(&x->sink, FAIL_HTTP_VERSION, what, x->version);
	else if (rest_found(x, f, &v))
		rest_reply(x, &v);
}
