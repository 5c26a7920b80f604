/* bundle.c: a transaction, all of it or nothing in one commit, and a batch, each entry for itself (R4 3.1.0.11).
 *
 * In a transaction every new resource gets its id first; then the references that meant it by fullUrl (urn:uuid:… or an address,
 * relative ones too) are written anew with that id; then everything is committed at once. Reads come last and see the result. */
#include "http/internal.h"

typedef struct bundle_entry {
	uint32_t resource;
	text method, url, full_url, if_match, if_none_match, none_exist;
	text type, id;
	int write;    /* position among the writes; -1: none */
	bool matched; /* a conditional create found its resource there already */
	doc body;
	const http_response *answer; /* of a read, and of every entry of a batch */
	instant modified;
} bundle_entry;

typedef struct bundle {
	exchange *x;
	doc d;
	bundle_entry *entries;
	int count;
	write_op *writes;
	written *written;
	int write_count;
	map known;     /* fullUrl or conditional reference → position in targets */
	text *targets; /* "Patient/…" */
	int target_count, target_cap;
} bundle;

static place entry_place(const bundle *b, const bundle_entry *e, const char *below)
{
	return (place){.path = text_format(b->x->arena, "Bundle.entry[%d]%s", (int)(e - b->entries), below)};
}

static bool entry_issue(bundle *b, const bundle_entry *e, failure code, text arg0, text arg1)
{
	return issue_at(&b->x->sink, code, entry_place(b, e, ".request"), arg0, arg1, TEXT(""));
}

/* ---- reading the bundle ---- */

static bool entry_read(bundle *b, bundle_entry *e, uint32_t n)
{
	const doc *d = &b->d;
	uint32_t request = doc_get(d, n, NAME_request);
	*e = (bundle_entry){.write = -1, .modified = INSTANT_NONE};
	e->resource = doc_get(d, n, NAME_resource);
	e->full_url = doc_get_text(d, n, NAME_fullUrl);
	if (!request)
		return issue_at(&b->x->sink, FAIL_HTTP_BUNDLE_ENTRY, entry_place(b, e, ""), TEXT("request"), TEXT(""),
				TEXT(""));
	e->method = doc_get_text(d, request, NAME_method);
	e->url = doc_get_text(d, request, NAME_url);
	e->if_match = doc_get_text(d, request, NAME_ifMatch);
	e->if_none_match = doc_get_text(d, request, NAME_ifNoneMatch);
	e->none_exist = doc_get_text(d, request, NAME_ifNoneExist);
	text base = text_join(b->x->arena, b->x->base, TEXT("/"));
	if (text_starts(e->url, base)) e->url = text_slice(e->url, base.len, e->url.len);
	if (e->method.len == 0) return entry_issue(b, e, FAIL_HTTP_BUNDLE_ENTRY, TEXT("method"), TEXT(""));
	if (e->url.len == 0) return entry_issue(b, e, FAIL_HTTP_BUNDLE_ENTRY, TEXT("url"), TEXT(""));
	bool carries = text_equal(e->method, TEXT("POST")) || text_equal(e->method, TEXT("PUT"));
	if (carries && !e->resource) return entry_issue(b, e, FAIL_HTTP_BUNDLE_ENTRY, TEXT("resource"), TEXT(""));
	return true;
}

static bool entries_read(bundle *b)
{
	uint32_t list = doc_get(&b->d, 0, NAME_entry);
	int64_t count = list ? b->d.nodes[list].len : 0;
	if (count > BUNDLE_ENTRIES_MAX)
		return issue_add(&b->x->sink, FAIL_HTTP_BUNDLE_SIZE, text_format(b->x->arena, "%d", BUNDLE_ENTRIES_MAX),
				 TEXT(""));
	b->entries = ARENA_ARRAY(b->x->arena, bundle_entry, count + 1);
	b->writes = ARENA_ARRAY(b->x->arena, write_op, count + 1);
	b->written = ARENA_ARRAY(b->x->arena, written, count + 1);
	if (!list) return true;
	for (uint32_t i = list + 1; i < b->d.nodes[list].next; i = b->d.nodes[i].next)
		entry_read(b, &b->entries[b->count++], i);
	return b->x->sink.errors == 0;
}

/* ---- who will be called what ---- */

static void know(bundle *b, text reference, text type, text id)
{
	if (reference.len == 0) return;
	if (b->target_count == b->target_cap)
		b->targets = ARENA_DOUBLE(b->x->arena, text, b->targets, &b->target_cap, 64);
	b->targets[b->target_count] = text_format(b->x->arena, "%.*s/%.*s", TEXT_ARG(type), TEXT_ARG(id));
	map_put(&b->known, reference, b->target_count++);
}

static bool plan_create(bundle *b, bundle_entry *e, map *conditions)
{
	e->type = e->url;
	type_id t;
	if (!rest_type(b->x, e->type, &t)) return false;
	if (e->none_exist.len > 0) {
		text key = text_format(b->x->arena, "%.*s?%.*s", TEXT_ARG(e->type), TEXT_ARG(e->none_exist));
		int64_t first;
		exchange_lock(b->x);
		if (map_get(conditions, key, &first)) { /* the same condition twice: the same resource */
			e->id = b->entries[first].id;
			e->matched = true;
			return true;
		}
		int matches = rest_condition(b->x, e->type, e->none_exist, &e->id);
		map_put(conditions, key, e - b->entries);
		e->matched = matches > 0;
		if (matches != 0) return matches > 0;
	}
	e->id = world_uuid(b->x->app->world, b->x->arena);
	return true;
}

static bool plan_named(bundle *b, bundle_entry *e, map *seen)
{
	int64_t before;
	type_id t;
	text_pair sides = text_cut(e->url, '/');
	e->type = sides.head;
	e->id = sides.tail;
	if (!sides.found) return entry_issue(b, e, FAIL_HTTP_BUNDLE_METHOD, e->method, e->url);
	if (!rest_type(b->x, e->type, &t)) return false;
	if (!resource_id_valid(e->id)) return entry_issue(b, e, FAIL_HTTP_ID, e->id, TEXT(""));
	if (map_get(seen, e->url, &before)) return entry_issue(b, e, FAIL_HTTP_BUNDLE_TWICE, e->url, TEXT(""));
	map_put(seen, e->url, e - b->entries);
	return true;
}

static bool plan(bundle *b)
{
	map seen = {.arena = b->x->arena}, conditions = {.arena = b->x->arena};
	for (int i = 0; i < b->count; i++) {
		bundle_entry *e = &b->entries[i];
		if (text_equal(e->method, TEXT("POST"))) {
			if (plan_create(b, e, &conditions)) know(b, e->full_url, e->type, e->id);
		} else if (text_equal(e->method, TEXT("PUT"))) {
			if (plan_named(b, e, &seen)) know(b, e->full_url, e->type, e->id);
		} else if (text_equal(e->method, TEXT("DELETE"))) {
			plan_named(b, e, &seen);
		} else if (!text_equal(e->method, TEXT("GET"))) {
			entry_issue(b, e, FAIL_HTTP_BUNDLE_METHOD, e->method, e->url);
		}
	}
	return b->x->sink.errors == 0;
}

/* ---- references by search: "Practitioner?identifier=…" (R4 3.1.0.11.3) ---- */

static bool search_reference(bundle *b, const bundle_entry *e, text reference)
{
	int64_t at;
	text_pair sides = text_cut(reference, '?');
	type_id t = type_find(sides.head);
	text id;
	if (map_get(&b->known, reference, &at)) return true;
	if (!sides.found || !t || type_kind_of(t) != TYPE_RESOURCE) return true;
	int matches = rest_condition(b->x, sides.head, sides.tail, &id);
	if (matches == 0)
		return issue_at(&b->x->sink, FAIL_HTTP_CONDITION_NONE, entry_place(b, e, ".resource"), reference,
				TEXT(""), TEXT(""));
	if (matches == 1) know(b, reference, sides.head, id);
	return matches == 1;
}

static bool search_references(bundle *b, const bundle_entry *e)
{
	const doc *d = &b->d;
	for (uint32_t i = e->resource; i < d->nodes[e->resource].next; i++)
		if (d->nodes[i].name == NAME_reference && d->nodes[i].kind == NODE_STRING &&
		    !search_reference(b, e, doc_text(d, i)))
			return false;
	return true;
}

/* ---- the writes ---- */

/* Issues of one resource, their places within the whole bundle: "Patient.name" is "Bundle.entry[3].resource.name". */
static void issues_within(bundle *b, const bundle_entry *e, const issues *inner)
{
	for (const issue *i = inner->first; i; i = i->next) {
		text below = text_cut(i->place.path, '.').tail;
		place where = entry_place(b, e, ".resource");
		if (below.len > 0)
			where.path = text_format(b->x->arena, "%.*s.%.*s", TEXT_ARG(where.path), TEXT_ARG(below));
		if (i->severity == SEVERITY_ERROR)
			issue_at(&b->x->sink, i->code, where, i->args[0], i->args[1], i->args[2]);
	}
}

static bool body_make(bundle *b, bundle_entry *e)
{
	exchange *x = b->x;
	const rewriting w = {
	    .arena = x->arena, .known = &b->known, .targets = b->targets, .base = rewrite_base(e->full_url)};
	exchange inner = {.arena = x->arena, .sink.arena = x->arena};
	if (rest_parse(&inner, rewrite_resource(&w, &b->d, e->resource), e->type, &e->body)) return true;
	issues_within(b, e, &inner.sink);
	return false;
}

static bool write_make(bundle *b, bundle_entry *e)
{
	write_op *w = &b->writes[b->write_count];
	*w = (write_op){.type = e->type, .id = e->id};
	if (text_equal(e->method, TEXT("DELETE"))) {
		w->method = WRITE_DELETE;
	} else {
		w->method = text_equal(e->method, TEXT("PUT")) ? WRITE_UPDATE : WRITE_CREATE;
		if (!search_references(b, e) || !body_make(b, e)) return false;
		w->resource = &e->body;
		text own = doc_get_text(&e->body, 0, NAME_id);
		if (w->method == WRITE_UPDATE && !text_equal(own, e->id))
			return entry_issue(b, e, FAIL_HTTP_ID_DIFFERS, own, e->id);
	}
	if (text_equal(e->if_none_match, TEXT("*"))) w->if_match = -1;
	if (e->if_match.len > 0 && !header_etag(e->if_match, &w->if_match))
		return entry_issue(b, e, FAIL_HTTP_ETAG, e->if_match, TEXT(""));
	e->write = b->write_count++;
	return true;
}

/* In the standard's order (R4 3.1.0.11.2): deletes, creates, updates. */
static bool writes_make(bundle *b)
{
	static const char *const order[] = {"DELETE", "POST", "PUT"};
	for (int turn = 0; turn < 3; turn++)
		for (int i = 0; i < b->count; i++)
			if (text_equal(b->entries[i].method, text_of(order[turn])) && !b->entries[i].matched)
				write_make(b, &b->entries[i]);
	return b->x->sink.errors == 0;
}

/* ---- an entry as a request of its own ---- */

static void header_put(http_header *headers, int *count, const char *name, text value)
{
	if (value.len > 0) headers[(*count)++] = (http_header){text_of(name), value};
}

static void entry_run(bundle *b, bundle_entry *e)
{
	exchange *x = b->x;
	http_header headers[6];
	int header_count = 0;
	buffer body = {.arena = x->arena};
	header_put(headers, &header_count, "If-Match", e->if_match);
	header_put(headers, &header_count, "If-None-Match", e->if_none_match);
	header_put(headers, &header_count, "If-None-Exist", e->none_exist);
	header_put(headers, &header_count, "Content-Type", TEXT("application/fhir+json"));
	header_put(headers, &header_count, "X-Limen-Actor", x->who.actor);
	header_put(headers, &header_count, "X-Limen-Purpose", x->who.purpose);
	if (e->resource) json_write(&body, &b->d, e->resource, JSON_COMPACT);
	const http_request q = {.arena = x->arena,
				.method = e->method,
				.target = text_join(x->arena, TEXT("/fhir/"), e->url),
				.headers = headers,
				.header_count = header_count,
				.body = buffer_text(&body)};
	http_response *p = ARENA_NEW(x->arena, http_response);
	exchange *one = ARENA_NEW(x->arena, exchange);
	*one = (exchange){.app = x->app,
			  .arena = x->arena,
			  .request = &q,
			  .response = p,
			  .method = e->method,
			  .base = x->base,
			  .sink.arena = x->arena,
			  .modified = INSTANT_NONE,
			  .prefer = x->prefer};
	one->who = x->who;
	x->child = one;
	if (exchange_target(one, q.target) && one->segment_count == 0) /* no bundle within a bundle */
		issue_at(&one->sink, FAIL_HTTP_BUNDLE_METHOD, entry_place(b, e, ".request"), e->method, e->url,
			 TEXT(""));
	exchange_run(one);
	exchange_read_anew(one);
	exchange_unlock(one);
	x->child = NULL;
	one->request = NULL;
	e->modified = one->modified;
	e->answer = p;
}

/* ---- the answer ---- */

static text status_line(arena *a, int status)
{
	static const struct {
		int status;
		const char *word;
	} words[] = {{200, "OK"},
		     {201, "Created"},
		     {204, "No Content"},
		     {304, "Not Modified"},
		     {404, "Not Found"},
		     {409, "Conflict"},
		     {410, "Gone"},
		     {412, "Precondition Failed"},
		     {422, "Unprocessable Entity"}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].status == status) return text_format(a, "%d %s", status, words[i].word);
	return text_format(a, "%d", status);
}

static void response_open(const bundle *b, json_out *o, int status)
{
	json_key(o, "response");
	json_object(o);
	json_pair(o, "status", status_line(b->x->arena, status));
}

static void written_write(const bundle *b, json_out *o, const bundle_entry *e)
{
	exchange *x = b->x;
	bool deletes = text_equal(e->method, TEXT("DELETE"));
	const written *w = e->write >= 0 ? &b->written[e->write] : NULL;
	json_object(o);
	json_pair(o, "fullUrl", deletes ? TEXT("") : reply_url(x, e->type, e->id));
	if (w && !deletes && x->prefer == RETURN_REPRESENTATION && w->json.len > 0) {
		json_key(o, "resource");
		json_raw(o, w->json);
	}
	response_open(b, o, deletes ? 204 : w && w->created ? 201 : 200);
	if (w && !deletes) {
		json_pair(o, "location",
			  text_format(x->arena, "%.*s/%.*s/_history/%lld", TEXT_ARG(w->type), TEXT_ARG(w->id),
				      (long long)w->version));
		json_pair(o, "etag", text_format(x->arena, "W/\"%lld\"", (long long)w->version));
		json_pair(o, "lastModified", instant_iso(x->arena, w->at));
	} else if (!deletes) {
		json_pair(o, "location", text_format(x->arena, "%.*s/%.*s", TEXT_ARG(e->type), TEXT_ARG(e->id)));
	}
	json_end(o);
	json_end(o);
}

static void answer_write(const bundle *b, json_out *o, const bundle_entry *e)
{
	const http_response *p = e->answer;
	json_object(o);
	bool fine = p->status < 400;
	if (fine && p->body.len > 0) {
		json_key(o, "resource");
		json_raw(o, p->body);
	}
	response_open(b, o, p->status);
	json_pair(o, "location", http_header_of(p, TEXT("Location")));
	json_pair(o, "etag", http_header_of(p, TEXT("ETag")));
	if (e->modified != INSTANT_NONE) json_pair(o, "lastModified", instant_iso(b->x->arena, e->modified));
	if (!fine) {
		json_key(o, "outcome");
		json_raw(o, p->body);
	}
	json_end(o);
	json_end(o);
}

static void reply_bundle(bundle *b, text type)
{
	json_out o = json_begin(b->x->arena);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Bundle"));
	json_pair(&o, "type", type);
	if (b->count > 0) {
		json_key(&o, "entry");
		json_array(&o);
		for (int i = 0; i < b->count; i++)
			if (b->entries[i].answer)
				answer_write(b, &o, &b->entries[i]);
			else
				written_write(b, &o, &b->entries[i]);
		json_end(&o);
	}
	json_end(&o);
	reply_json(b->x, 200, json_done(&o));
}

/* The record names the resource ("Patient/…") that was refused; a client knows its entries. */
static void issues_to_entries(bundle *b)
{
	for (issue *i = b->x->sink.first; i; i = i->next) {
		text about = i->place.path.len > 0 ? i->place.path : i->args[0];
		for (int k = 0; k < b->count; k++) {
			const bundle_entry *e = &b->entries[k];
			text own = text_format(b->x->arena, "%.*s/%.*s", TEXT_ARG(e->type), TEXT_ARG(e->id));
			if (text_equal(about, own)) i->place.path = entry_place(b, e, "").path;
		}
	}
}

static void transaction(bundle *b)
{
	exchange *x = b->x;
	if (!entries_read(b) || !plan(b) || !writes_make(b)) return;
	exchange_headroom(x, 2 * x->request->body.len + (b->write_count + 64) * KIB);
	if (b->write_count > 0 &&
	    !record_commit(x->app->record, &x->who, b->writes, b->write_count, x->arena, &x->sink, b->written)) {
		issues_to_entries(b);
		return;
	}
	exchange_unlock(x);
	for (int i = 0; i < b->count; i++)
		if (text_equal(b->entries[i].method, TEXT("GET"))) entry_run(b, &b->entries[i]);
	reply_bundle(b, TEXT("transaction-response"));
}

static void batch(bundle *b)
{
	if (!entries_read(b)) return;
	for (int i = 0; i < b->count; i++) entry_run(b, &b->entries[i]);
	reply_bundle(b, TEXT("batch-response"));
}

void bundle_post(exchange *x)
{
	bundle b = {.x = x, .known.arena = x->arena};
	if (!query_none(x) || !negotiate_body(x, false)) return;
	if (!json_parse_resource(x->arena, x->request->body, TEXT(""), &x->sink, &b.d)) return;
	text type = doc_get_text(&b.d, 0, NAME_type);
	if (!text_equal(doc_type(&b.d), TEXT("Bundle")))
		issue_add(&x->sink, FAIL_HTTP_BUNDLE_TYPE, doc_type(&b.d), TEXT(""));
	else if (text_equal(type, TEXT("transaction")))
		transaction(&b);
	else if (text_equal(type, TEXT("batch")))
		batch(&b);
	else
		issue_add(&x->sink, FAIL_HTTP_BUNDLE_TYPE, type, TEXT(""));
}
