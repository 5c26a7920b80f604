/* write.c: create, update, patch, delete, by id or by condition (R4 3.1.0.4 to 3.1.0.8).
 *
 * A conditional write is planned on what a search finds; the search is the commit's premise. Where it no longer holds when
 * the writer comes to it, because another was quicker, the write is planned anew on what is there then. */
#include "http/internal.h"

/* ---- commits ---- */

/* A commit is not left half answered: room for what it hands back is there before it starts. Nobody looks at an old state while they
 * wait for the writer, which may be waiting for those who do (sqlite_tidy). */
write_result write_commit(exchange *x, const write_op *writes, int count, bool last, written *out)
{
	issues sink = {.arena = x->arena};
	exchange_read_anew(x);
	exchange_headroom(x, 2 * x->body.len + (count + 64) * KIB);
	if (record_commit(x->app->record, &x->who, writes, count, x->arena, &sink, out)) return WRITE_DONE;
	if (!last && sink.first && sink.first->code == FAIL_RECORD_MOVED) return WRITE_MOVED;
	issues_add_all(&x->sink, &sink);
	return WRITE_REFUSED;
}

/* What shapes an answer asks for nothing, so it is no condition; a query of only such would match everything. */
static bool condition_asks(const search_pair *pairs, int count)
{
	static const char *const shapes[] = {"_count", "_sort",     "_include",   "_revinclude",    "_summary",
					     "_total", "_elements", "_contained", "_containedType", "_page"};
	for (int i = 0; i < count; i++) {
		if (pairs[i].value.len == 0 || pairs[i].name.len == 0) return false;
		text name = text_cut(pairs[i].name, ':').head;
		for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
			if (text_equal(name, text_of(shapes[k]))) return false;
	}
	return count > 0;
}

int write_premise(exchange *x, text type, const search_pair *pairs, int count, premise *out)
{
	reader *rd;
	if (!condition_asks(pairs, count)) {
		buffer said = {.arena = x->arena};
		for (int i = 0; i < count; i++)
			buffer_format(&said, "%s%.*s=%.*s", i ? "&" : "", TEXT_ARG(pairs[i].name),
				      TEXT_ARG(pairs[i].value));
		issue_add(&x->sink, FAIL_HTTP_CONDITION_FORM, buffer_text(&said), TEXT(""));
		return -1;
	}
	if (!(rd = exchange_reader(x))) return -1;
	return record_premise(rd, type, pairs, count, out, &x->sink);
}

int write_premise_of(exchange *x, text type, text query, premise *out)
{
	exchange asking = {.arena = x->arena, .sink.arena = x->arena};
	if (query_pairs(&asking, query)) return write_premise(x, type, asking.query, asking.query_count, out);
	issue_add(&x->sink, FAIL_HTTP_CONDITION_FORM, query, TEXT(""));
	return -1;
}

/* ---- answers ---- */

static void reply_kept(exchange *x, int status, int64_t number, instant at, text json)
{
	x->modified = at;
	reply_version(x, status, number, at);
	switch (x->prefer) {
	case RETURN_REPRESENTATION:
		reply_json(x, status, json);
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

/* Where what was written is. Of what a condition found this is the only word on it where the answer is without content. */
static void reply_location(exchange *x, const char *header, text type, text id, int64_t number)
{
	reply_header(x, text_of(header),
		     text_format(x->arena, "%.*s/_history/%lld", TEXT_ARG(reply_url(x, type, id)), (long long)number));
}

void reply_written(exchange *x, const written *w)
{
	int status = w->created ? 201 : 200;
	if (w->created) reply_location(x, "Location", w->type, w->id, w->version);
	if (!w->created && x->id.len == 0) reply_location(x, "Content-Location", w->type, w->id, w->version);
	reply_kept(x, status, w->version, w->at, w->json);
}

static void reply_deleted(exchange *x, const written *w)
{
	if (w->version == 0) {
		reply_empty(x, 204);
		return;
	}
	x->modified = w->at;
	reply_version(x, 204, w->version, w->at);
}

/* ---- one write, planned as often as it takes ---- */

/* Fills in what of the write depends on what is there. False: it is answered, or the sink says why not. */
typedef bool planner(exchange *x, write_op *w, premise *p);

static void write_planned(exchange *x, planner *plan, const write_op *asked)
{
	written done;
	for (int tries = 1;; tries++) {
		write_op w = *asked;
		premise p;
		if (!plan(x, &w, &p)) return;
		write_result result = write_commit(x, &w, 1, tries == PREMISE_TRIES_MAX, &done);
		if (result == WRITE_MOVED) continue;
		if (result == WRITE_REFUSED) return;
		if (w.method == WRITE_DELETE)
			reply_deleted(x, &done);
		else
			reply_written(x, &done);
		return;
	}
}

bool write_version_wanted(exchange *x, int64_t *out)
{
	text match = header_get(x, "If-Match"), none = header_get(x, "If-None-Match");
	*out = text_equal(none, TEXT("*")) ? -1 : 0;
	if (match.len == 0 || header_etag(match, out)) return true;
	return issue_add(&x->sink, FAIL_HTTP_ETAG, match, TEXT(""));
}

/* By id there are no parameters; without one there must be some. */
static bool addressed(exchange *x)
{
	type_id t;
	if (x->id.len > 0) return rest_named(x) && query_none(x);
	return rest_type(x, x->type, &t);
}

/* ---- create ---- */

static bool plan_create(exchange *x, write_op *w, premise *p)
{
	version v;
	text query = header_get(x, "If-None-Exist");
	if (query.len == 0) return true;
	int hits = write_premise_of(x, x->type, query, p);
	if (hits < 0) return false;
	w->premises = p;
	w->premise_count = 1;
	if (hits == 0) return true;
	/* What is there already is answered, not made again (R4 3.1.0.8.1). */
	x->id = p->id;
	if (!rest_found(x, record_read(x->reader, x->type, x->id, &v, &x->sink), &v)) return false;
	reply_location(x, "Content-Location", x->type, x->id, v.number);
	reply_kept(x, 200, v.number, v.at, v.json);
	return false;
}

void rest_create(exchange *x)
{
	type_id t;
	doc d;
	if (!rest_type(x, x->type, &t) || !query_none(x) || !negotiate_body(x, false)) return;
	if (!rest_parse(x, x->body, x->type, &d)) return;
	const write_op w = {.method = WRITE_CREATE, .resource = &d, .checked = true, .type = x->type};
	write_planned(x, plan_create, &w);
}

/* ---- update ---- */

static bool ids_agree(exchange *x, text own, text wanted)
{
	return text_equal(own, wanted) ||
	       issue_at(&x->sink, FAIL_HTTP_ID_DIFFERS, (place){.path = text_join(x->arena, x->type, TEXT(".id"))}, own,
			wanted, TEXT(""));
}

/* R4 3.1.0.4.3: nobody fits: a create, with the id the resource brings if that is free; one does: its update. */
static bool plan_update(exchange *x, write_op *w, premise *p)
{
	version v;
	if (w->id.len > 0) return true;
	text own = doc_get_text(w->resource, 0, NAME_id);
	int hits = write_premise(x, x->type, x->query, x->query_count, p);
	if (hits < 0) return false;
	w->premises = p;
	w->premise_count = 1;
	w->id = hits ? p->id : own;
	if (hits) return own.len == 0 || ids_agree(x, own, p->id);
	if (w->if_match > 0) return issue_add(&x->sink, FAIL_HTTP_STALE, x->type, TEXT("-"));
	if (own.len == 0) {
		w->method = WRITE_CREATE;
		return true;
	}
	if (!resource_id_valid(own)) return issue_add(&x->sink, FAIL_HTTP_ID, own, TEXT(""));
	found f = record_read(x->reader, x->type, own, &v, &x->sink);
	if (f == FOUND)
		issue_add(&x->sink, FAIL_HTTP_CONDITION_OTHER,
			  text_format(x->arena, "%.*s/%.*s", TEXT_ARG(x->type), TEXT_ARG(own)), TEXT(""));
	w->if_match = -1;
	return f == FOUND_NONE || f == FOUND_DELETED;
}

void rest_update(exchange *x)
{
	doc d;
	write_op w = {.method = WRITE_UPDATE, .resource = &d, .checked = true, .type = x->type, .id = x->id};
	if (!addressed(x) || !negotiate_body(x, false) || !write_version_wanted(x, &w.if_match)) return;
	if (!rest_parse(x, x->body, x->type, &d)) return;
	if (x->id.len > 0 && !ids_agree(x, doc_get_text(&d, 0, NAME_id), x->id)) return;
	write_planned(x, plan_update, &w);
}

/* ---- patch ---- */

bool write_patch_parse(exchange *x, text media, text body, doc *out)
{
	bool json_patch = word_same(media, TEXT("application/json-patch+json"));
	if (!json_parse(x->arena, body, TEXT(""), &x->sink, out)) return false;
	bool is_parameters = text_equal(doc_type(out), TEXT("Parameters"));
	bool fits = json_patch ? out->nodes[0].kind == NODE_ARRAY : is_parameters;
	if (!fits) return issue_add(&x->sink, FAIL_PATCH_KIND, TEXT(""), TEXT(""));
	return json_patch || resource_check(out, &x->sink);
}

static bool patch_media(exchange *x)
{
	text media = negotiate_media(x);
	if (word_same(media, TEXT("application/json-patch+json"))) return true;
	if (word_same(media, TEXT("application/fhir+json")) || word_same(media, TEXT("application/json")))
		return negotiate_body(x, false);
	return issue_add(&x->sink, FAIL_HTTP_BODY_TYPE, media,
			 TEXT("application/json-patch+json, application/fhir+json (Parameters)"));
}

static bool plan_patch(exchange *x, write_op *w, premise *p)
{
	version v;
	if (w->id.len == 0) {
		int hits = write_premise(x, x->type, x->query, x->query_count, p);
		if (hits == 0) issue_add(&x->sink, FAIL_HTTP_CONDITION_NOBODY, x->type, TEXT(""));
		if (hits <= 0) return false;
		w->premises = p;
		w->premise_count = 1;
		w->id = p->id;
	}
	reader *rd = exchange_reader(x);
	return rd && rest_found(x, record_read(rd, x->type, w->id, &v, &x->sink), &v);
}

void rest_patch(exchange *x)
{
	doc d;
	write_op w = {.method = WRITE_UPDATE, .patch = &d, .type = x->type, .id = x->id};
	if (!addressed(x) || !patch_media(x) || !write_version_wanted(x, &w.if_match)) return;
	if (write_patch_parse(x, negotiate_media(x), x->body, &d)) write_planned(x, plan_patch, &w);
}

/* ---- delete ---- */

/* R4 3.1.0.7: deleting again is no failure, nor is deleting by a condition that fits nobody. */
static bool plan_delete(exchange *x, write_op *w, premise *p)
{
	version v;
	reader *rd = exchange_reader(x);
	if (!rd) return false;
	if (w->id.len == 0) {
		int hits = write_premise(x, x->type, x->query, x->query_count, p);
		if (hits == 0) reply_empty(x, 204);
		if (hits <= 0) return false;
		w->premises = p;
		w->premise_count = 1;
		w->id = p->id;
	}
	found f = record_read(rd, x->type, w->id, &v, &x->sink);
	if (f == FOUND_DELETED) reply_empty(x, 204);
	return f != FOUND_DELETED && rest_found(x, f, &v);
}

void rest_delete(exchange *x)
{
	write_op w = {.method = WRITE_DELETE, .type = x->type, .id = x->id};
	if (addressed(x) && write_version_wanted(x, &w.if_match)) write_planned(x, plan_delete, &w);
}
