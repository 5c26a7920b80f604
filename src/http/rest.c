/* rest.c: the interactions of FHIR's REST on one type (R4 3.1.0): read, vread, history, create, update, delete, search. */
#include "http/internal.h"

bool rest_type(exchange *x, text type, type_id *out)
{
	*out = type_find(type);
	bool known = *out && type_kind_of(*out) == TYPE_RESOURCE && !type_is_abstract(*out);
	return known || issue_add(&x->sink, FAIL_HTTP_TYPE, type, TEXT(""));
}

static bool named(exchange *x)
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
	return resource_check(out, &x->sink);
}

/* ---- reading ---- */

static bool was_found(exchange *x, found f)
{
	switch (f) {
	case FOUND:
		return true;
	case FOUND_DELETED:
		return issue_add(&x->sink, FAIL_HTTP_GONE, x->type, x->id);
	case FOUND_NONE:
		return issue_add(&x->sink, FAIL_HTTP_NOT_FOUND, x->type, x->id);
	case FOUND_FAILED:
		break; /* the sink says why */
	}
	return false;
}

static void reply_read(exchange *x, const version *v)
{
	int64_t held;
	bool same = header_etag(header_get(x, "If-None-Match"), &held) && held == v->number;
	x->modified = v->at;
	reply_version(x, 200, v->number, v->at);
	if (same)
		reply_empty(x, 304);
	else
		reply_json(x, 200, v->json);
}

void rest_read(exchange *x)
{
	version v;
	reader *rd;
	if (!named(x) || !query_none(x) || !(rd = exchange_reader(x))) return;
	if (was_found(x, record_read(rd, x->type, x->id, &v, &x->sink))) reply_read(x, &v);
}

void rest_vread(exchange *x)
{
	version v;
	reader *rd;
	int64_t number;
	if (!named(x) || !query_none(x)) return;
	if (!text_to_int(x->version, &number) || number < 1) {
		issue_add(&x->sink, FAIL_HTTP_VERSION,
			  text_format(x->arena, "%.*s/%.*s", TEXT_ARG(x->type), TEXT_ARG(x->id)), x->version);
		return;
	}
	if (!(rd = exchange_reader(x))) return;
	if (was_found(x, record_vread(rd, x->type, x->id, number, &v, &x->sink))) reply_read(x, &v);
}

static void history_entry(exchange *x, json_out *o, const version *v)
{
	json_object(o);
	json_pair(o, "fullUrl", reply_url(x, v->type, v->id));
	if (!v->deleted) {
		json_key(o, "resource");
		json_raw(o, v->json);
	}
	json_key(o, "request");
	json_object(o);
	json_pair(o, "method", v->deleted ? TEXT("DELETE") : v->number == 1 ? TEXT("POST") : TEXT("PUT"));
	json_pair(o, "url", text_format(x->arena, "%.*s/%.*s", TEXT_ARG(v->type), TEXT_ARG(v->id)));
	json_end(o);
	json_key(o, "response");
	json_object(o);
	json_pair(o, "status", v->deleted ? TEXT("204") : v->number == 1 ? TEXT("201") : TEXT("200"));
	json_pair(o, "etag", text_format(x->arena, "W/\"%lld\"", (long long)v->number));
	json_pair(o, "lastModified", instant_iso(x->arena, v->at));
	json_end(o);
	json_end(o);
}

void rest_history(exchange *x)
{
	version *versions;
	int count = 0;
	reader *rd;
	if (!named(x) || !query_none(x) || !(rd = exchange_reader(x))) return;
	if (!record_history(rd, x->type, x->id, &versions, &count, &x->sink)) count = 0;
	if (count == 0) {
		if (x->sink.errors == 0) issue_add(&x->sink, FAIL_HTTP_NOT_FOUND, x->type, x->id);
		return;
	}
	json_out o = json_begin(x->arena);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Bundle"));
	json_pair(&o, "type", TEXT("history"));
	json_key(&o, "total");
	json_int(&o, count);
	json_key(&o, "entry");
	json_array(&o);
	for (int i = 0; i < count; i++) history_entry(x, &o, &versions[i]);
	json_end(&o);
	json_end(&o);
	reply_json(x, 200, json_done(&o));
}

/* ---- writing ---- */

static void reply_written(exchange *x, int status, const written *w)
{
	x->modified = w->at;
	reply_version(x, status, w->version, w->at);
	if (status == 201)
		reply_header(x, TEXT("Location"),
			     text_format(x->arena, "%.*s/_history/%lld", TEXT_ARG(reply_url(x, w->type, w->id)),
					 (long long)w->version));
	switch (x->prefer) {
	case RETURN_REPRESENTATION:
		reply_json(x, status, w->json);
		break;
	case RETURN_MINIMAL:
		reply_empty(x, status);
		break;
	case RETURN_OUTCOME:
		reply_json(x, status,
			   outcome_said(x->arena, x->who.language == LANGUAGE_EN ? TEXT("Saved") : TEXT("Gemt")));
		break;
	}
}

/* A commit is not left half answered: room for what it hands back is there before it starts. */
static bool commit(exchange *x, const write_op *w, written *out)
{
	exchange_headroom(x, x->request->body.len + 64 * KIB);
	return record_commit(x->app->record, &x->who, w, 1, x->arena, &x->sink, out);
}

/* A condition must ask for something: a query of only _sort or _count would match everything. */
static bool condition_asks(const search_pair *pairs, int count)
{
	for (int i = 0; i < count; i++) {
		bool id = text_equal(pairs[i].name, TEXT("_id"));
		if (pairs[i].value.len == 0 || pairs[i].name.len == 0) return false;
		if (pairs[i].name.at[0] == '_' && !id) return false;
	}
	return count > 0;
}

int rest_condition(exchange *x, text type, text query, text *id)
{
	exchange asking = {.arena = x->arena, .sink.arena = x->arena};
	search_answer hits;
	reader *rd;
	if (!query_pairs(&asking, query) || !condition_asks(asking.query, asking.query_count)) {
		issue_add(&x->sink, FAIL_HTTP_CONDITION_FORM, query, TEXT(""));
		return -1;
	}
	if (!(rd = exchange_reader(x))) return -1;
	if (!record_search(rd, type, asking.query, asking.query_count, false, &hits, &x->sink)) return -1;
	if (hits.count > 1) {
		issue_add(&x->sink, FAIL_HTTP_CONDITION, type, query);
		return -1;
	}
	if (hits.count == 1) *id = hits.entries[0].version.id;
	return hits.count;
}

/* If-None-Exist (R4 3.1.0.8.1): what is there already is answered, not made again. True: it was, or an issue says why not. */
static bool exists_already(exchange *x, text query)
{
	version v;
	exchange_lock(x);
	int matches = rest_condition(x, x->type, query, &x->id);
	if (matches <= 0) return matches < 0;
	if (was_found(x, record_read(x->reader, x->type, x->id, &v, &x->sink))) reply_read(x, &v);
	return true;
}

void rest_create(exchange *x)
{
	type_id t;
	doc d;
	written done;
	if (!rest_type(x, x->type, &t) || !query_none(x) || !negotiate_body(x, false)) return;
	if (!rest_parse(x, x->request->body, x->type, &d)) return;
	text query = header_get(x, "If-None-Exist");
	if (query.len > 0 && exists_already(x, query)) return;
	const write_op w = {.method = WRITE_CREATE, .resource = &d, .type = x->type};
	if (commit(x, &w, &done)) reply_written(x, 201, &done);
	exchange_unlock(x);
}

static bool version_wanted(exchange *x, int64_t *out)
{
	text match = header_get(x, "If-Match"), none = header_get(x, "If-None-Match");
	*out = text_equal(none, TEXT("*")) ? -1 : 0;
	if (match.len == 0 || header_etag(match, out)) return true;
	return issue_add(&x->sink, FAIL_HTTP_ETAG, match, TEXT(""));
}

void rest_update(exchange *x)
{
	doc d;
	written done;
	write_op w = {.method = WRITE_UPDATE, .resource = &d, .type = x->type, .id = x->id};
	if (!named(x) || !query_none(x) || !negotiate_body(x, false) || !version_wanted(x, &w.if_match)) return;
	if (!rest_parse(x, x->request->body, x->type, &d)) return;
	text id = doc_get_text(&d, 0, NAME_id);
	if (!text_equal(id, x->id)) {
		issue_at(&x->sink, FAIL_HTTP_ID_DIFFERS, (place){.path = text_join(x->arena, x->type, TEXT(".id"))}, id,
			 x->id, TEXT(""));
		return;
	}
	if (commit(x, &w, &done)) reply_written(x, done.created ? 201 : 200, &done);
}

void rest_delete(exchange *x)
{
	reader *rd;
	version v;
	written done;
	write_op w = {.method = WRITE_DELETE, .type = x->type, .id = x->id};
	if (!named(x) || !query_none(x) || !version_wanted(x, &w.if_match) || !(rd = exchange_reader(x))) return;
	found f = record_read(rd, x->type, x->id, &v, &x->sink);
	if (f == FOUND_DELETED) { /* R4 3.1.0.7: deleting again is no failure */
		reply_empty(x, 204);
		return;
	}
	if (!was_found(x, f) || !commit(x, &w, &done)) return;
	x->modified = done.at;
	reply_version(x, 204, done.version, done.at);
}

/* ---- search ---- */

static void search_entry_write(exchange *x, json_out *o, const search_entry *e)
{
	json_object(o);
	json_pair(o, "fullUrl", reply_url(x, e->version.type, e->version.id));
	json_key(o, "resource");
	json_raw(o, e->version.json);
	json_key(o, "search");
	json_object(o);
	json_pair(o, "mode", e->included ? TEXT("include") : TEXT("match"));
	json_end(o);
	json_end(o);
}

static void link_write(exchange *x, json_out *o, const char *relation, text query)
{
	json_object(o);
	json_pair(o, "relation", text_of(relation));
	json_pair(o, "url",
		  text_format(x->arena, "%.*s/%.*s%s%.*s", TEXT_ARG(x->base), TEXT_ARG(x->type),
			      query.len > 0 ? "?" : "", TEXT_ARG(query)));
	json_end(o);
}

/* What was not understood, where the client asked to be told rather than refused. */
static void warnings_write(exchange *x, json_out *o)
{
	outcome_places(x);
	json_object(o);
	json_key(o, "resource");
	json_raw(o, outcome_json(x->arena, &x->sink, x->who.language));
	json_key(o, "search");
	json_object(o);
	json_pair(o, "mode", TEXT("outcome"));
	json_end(o);
	json_end(o);
}

static text searchset(exchange *x, const search_answer *hits)
{
	json_out o = json_begin(x->arena);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Bundle"));
	json_pair(&o, "type", TEXT("searchset"));
	if (hits->total >= 0) {
		json_key(&o, "total");
		json_int(&o, hits->total);
	}
	json_key(&o, "link");
	json_array(&o);
	link_write(x, &o, "self", hits->self);
	if (hits->next.len > 0) link_write(x, &o, "next", hits->next);
	json_end(&o);
	if (hits->count > 0 || x->sink.count > 0) { /* FHIR has no empty arrays */
		json_key(&o, "entry");
		json_array(&o);
		for (int i = 0; i < hits->count; i++) search_entry_write(x, &o, &hits->entries[i]);
		if (x->sink.count > 0) warnings_write(x, &o);
		json_end(&o);
	}
	json_end(&o);
	return json_done(&o);
}

void rest_search(exchange *x)
{
	type_id t;
	search_answer hits;
	reader *rd;
	bool form = text_equal(x->method, TEXT("POST"));
	if (!rest_type(x, x->type, &t) || (form && !negotiate_body(x, true))) return;
	if (form && !query_pairs(x, x->request->body)) return;
	if (!(rd = exchange_reader(x))) return;
	if (!record_search(rd, x->type, x->query, x->query_count, x->lenient, &hits, &x->sink)) return;
	reply_json(x, 200, searchset(x, &hits));
}
