/* bundle.c: a transaction, all of it or nothing in one commit (transaction.c), and a batch, each entry for itself (R4 3.1.0.11). */
#include "http/bundle_internal.h"

place bundle_place(const bundle *b, const bundle_entry *e, const char *below)
{
	return (place){.path = text_format(b->x->arena, "Bundle.entry[%d]%s", (int)(e - b->entries), below)};
}

bool bundle_issue(bundle *b, const bundle_entry *e, failure code, text arg0, text arg1)
{
	return issue_at(&b->x->sink, code, bundle_place(b, e, ".request"), arg0, arg1, TEXT(""));
}

void bundle_issues(bundle *b, const bundle_entry *e, const issues *inner, const char *below)
{
	for (const issue *i = inner->first; i; i = i->next) {
		text rest = text_cut(i->place.path, '.').tail;
		place where = bundle_place(b, e, below);
		bool of_resource = rest.len > 0 && !text_starts(i->place.path, TEXT("http."));
		if (of_resource)
			where.path = text_format(b->x->arena, "%.*s.%.*s", TEXT_ARG(where.path), TEXT_ARG(rest));
		if (i->severity == SEVERITY_ERROR)
			issue_at(&b->x->sink, i->code, where, i->args[0], i->args[1], i->args[2]);
	}
}

/* ---- reading the bundle ---- */

static entry_method method_of(text word)
{
	static const char *const words[] = {[ENTRY_DELETE] = "DELETE",
					    [ENTRY_POST] = "POST",
					    [ENTRY_PUT] = "PUT",
					    [ENTRY_PATCH] = "PATCH",
					    [ENTRY_GET] = "GET"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (text_equal(word, text_of(words[i]))) return (entry_method)i;
	return text_equal(word, TEXT("HEAD")) ? ENTRY_GET : ENTRY_OTHER;
}

static void entry_read(bundle *b, bundle_entry *e, uint32_t n)
{
	const doc *d = &b->d;
	uint32_t request = doc_get(d, n, NAME_request);
	*e = (bundle_entry){.write = -1, .modified = INSTANT_NONE};
	e->resource = doc_get(d, n, NAME_resource);
	e->full_url = doc_get_text(d, n, NAME_fullUrl);
	e->method_text = doc_get_text(d, request, NAME_method);
	e->method = method_of(e->method_text);
	e->url = doc_get_text(d, request, NAME_url);
	e->if_match = doc_get_text(d, request, NAME_ifMatch);
	e->if_none_match = doc_get_text(d, request, NAME_ifNoneMatch);
	e->if_modified_since = doc_get_text(d, request, NAME_ifModifiedSince);
	e->none_exist = doc_get_text(d, request, NAME_ifNoneExist);
	text base = text_join(b->x->arena, b->x->base, TEXT("/"));
	if (text_starts(e->url, base)) e->url = text_slice(e->url, base.len, e->url.len);
	if (text_starts(e->none_exist, TEXT("?"))) e->none_exist = text_slice(e->none_exist, 1, e->none_exist.len);
	bool carries = e->method == ENTRY_POST || e->method == ENTRY_PUT || e->method == ENTRY_PATCH;
	e->lacks = !request                  ? "request"
		   : !e->method_text.len     ? "method"
		   : !e->url.len             ? "url"
		   : carries && !e->resource ? "resource"
					     : NULL;
}

static void entry_lacks(const bundle *b, const bundle_entry *e, issues *sink)
{
	text where = bundle_place(b, e, text_equal(text_of(e->lacks), TEXT("request")) ? "" : ".request").path;
	issue_at(sink, FAIL_HTTP_BUNDLE_ENTRY, (place){.path = where}, text_of(e->lacks), TEXT(""), TEXT(""));
}

static bool entries_read(bundle *b)
{
	uint32_t list = doc_get(&b->d, 0, NAME_entry);
	int64_t count = list ? b->d.nodes[list].len : 0;
	if (count > BUNDLE_ENTRIES_MAX)
		return issue_add(&b->x->sink, FAIL_HTTP_BUNDLE_SIZE, text_format(b->x->arena, "%d", BUNDLE_ENTRIES_MAX),
				 TEXT(""));
	b->entries = ARENA_ARRAY(b->x->arena, bundle_entry, count + 1);
	if (!list) return true;
	for (uint32_t i = list + 1; i < b->d.nodes[list].next; i = b->d.nodes[i].next)
		entry_read(b, &b->entries[b->count++], i);
	return true;
}

bool bundle_patch(exchange *x, const bundle *b, const bundle_entry *e, text *media, text *out)
{
	const doc *d = &b->d;
	buffer body = {.arena = x->arena};
	*media = TEXT("application/fhir+json");
	if (text_equal(doc_get_text(d, e->resource, NAME_resourceType), TEXT("Binary"))) {
		*media = doc_get_text(d, e->resource, NAME_contentType);
		return base64_read(x->arena, doc_get_text(d, e->resource, NAME_data), out) ||
		       issue_add(&x->sink, FAIL_PATCH_KIND, TEXT(""), TEXT(""));
	}
	json_write(&body, d, e->resource, JSON_COMPACT);
	*out = buffer_text(&body);
	return true;
}

/* ---- an entry as a request of its own ---- */

static void header_put(http_request *q, http_header *headers, const char *name, text value)
{
	if (value.len > 0) headers[q->header_count++] = (http_header){text_of(name), value};
}

enum { ENTRY_HEADERS_MAX = 8 };

static void entry_headers(const bundle *b, const bundle_entry *e, http_request *q, http_header *headers)
{
	instant since = INSTANT_NONE;
	moment m;
	if (moment_parse(e->if_modified_since, &m)) since = m.low;
	q->headers = headers;
	header_put(q, headers, "If-Match", e->if_match);
	header_put(q, headers, "If-None-Match", e->if_none_match);
	if (since != INSTANT_NONE) header_put(q, headers, "If-Modified-Since", reply_http_date(b->x->arena, since));
	header_put(q, headers, "If-None-Exist", e->none_exist);
	header_put(q, headers, "X-Limen-Actor", b->x->who.actor);
	header_put(q, headers, "X-Limen-Purpose", b->x->who.purpose);
	header_put(q, headers, "X-Limen-On-Behalf-Of", b->x->who.on_behalf_of);
}

static void entry_body(bundle *b, const bundle_entry *e, exchange *one, http_request *q, http_header *headers)
{
	text media = TEXT("application/fhir+json");
	buffer body = {.arena = one->arena};
	if (e->resource && e->method == ENTRY_PATCH) {
		bundle_patch(one, b, e, &media, &q->body);
	} else if (e->resource) {
		json_write(&body, &b->d, e->resource, JSON_COMPACT);
		q->body = buffer_text(&body);
	}
	header_put(q, headers, "Content-Type", media);
	one->body = q->body;
}

void bundle_run(bundle *b, bundle_entry *e)
{
	exchange *x = b->x;
	http_header headers[ENTRY_HEADERS_MAX];
	http_request q = {
	    .arena = x->arena, .method = e->method_text, .target = text_join(x->arena, TEXT("/fhir/"), e->url)};
	http_response *p = ARENA_NEW(x->arena, http_response);
	exchange *one = ARENA_NEW(x->arena, exchange);
	*one = (exchange){.app = x->app,
			  .arena = x->arena,
			  .request = &q,
			  .response = p,
			  .method = e->method == ENTRY_GET ? TEXT("GET") : e->method_text,
			  .base = x->base,
			  .sink.arena = x->arena,
			  .modified = INSTANT_NONE,
			  .prefer = x->prefer,
			  .in_bundle = true,
			  .strict = x->strict,
			  .lenient = x->lenient};
	one->who = x->who;
	x->child = one;
	entry_headers(b, e, &q, headers);
	entry_body(b, e, one, &q, headers);
	if (e->lacks)
		entry_lacks(b, e, &one->sink);
	else if (exchange_target(one, q.target) && one->segment_count == 0) /* no bundle within a bundle */
		issue_at(&one->sink, FAIL_HTTP_BUNDLE_METHOD, bundle_place(b, e, ".request"), e->method_text, e->url,
			 TEXT(""));
	exchange_run(one);
	exchange_read_anew(one);
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
		     {400, "Bad Request"},
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

static text in_words(const exchange *x, const char *da, const char *en)
{
	return text_of(x->who.language == LANGUAGE_EN ? en : da);
}

static void written_write(const bundle *b, json_out *o, const bundle_entry *e)
{
	exchange *x = b->x;
	bool deletes = e->method == ENTRY_DELETE;
	const written *w = e->write >= 0 ? &b->written[e->write] : NULL;
	json_object(o);
	json_pair(o, "fullUrl", deletes ? TEXT("") : reply_url(x, e->type, e->id));
	if (w && !deletes && x->prefer == RETURN_REPRESENTATION && w->json.len > 0) {
		json_key(o, "resource");
		json_raw(o, w->json);
	}
	response_open(b, o, deletes ? 204 : w && w->created ? 201 : 200);
	if (w && w->version > 0) {
		if (!deletes)
			json_pair(o, "location",
				  text_format(x->arena, "%.*s/%.*s/_history/%lld", TEXT_ARG(w->type), TEXT_ARG(w->id),
					      (long long)w->version));
		json_pair(o, "etag", text_format(x->arena, "W/\"%lld\"", (long long)w->version));
		json_pair(o, "lastModified", instant_iso(x->arena, w->at));
	} else if (!deletes) {
		json_pair(o, "location", text_format(x->arena, "%.*s/%.*s", TEXT_ARG(e->type), TEXT_ARG(e->id)));
	}
	if (x->prefer == RETURN_OUTCOME) {
		json_key(o, "outcome");
		json_raw(o, outcome_said(x->arena,
					 deletes ? in_words(x, "Slettet", "Deleted") : in_words(x, "Gemt", "Saved")));
	}
	json_end(o);
	json_end(o);
}

/* A transaction and a batch say alike where a resource is: Patient/1/_history/1. */
static text below_base(const bundle *b, text url)
{
	text base = text_join(b->x->arena, b->x->base, TEXT("/"));
	return text_starts(url, base) ? text_slice(url, base.len, url.len) : url;
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
	json_pair(o, "location", below_base(b, http_header_of(p, TEXT("Location"))));
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

static void transaction(bundle *b)
{
	if (!entries_read(b)) return;
	for (int i = 0; i < b->count; i++)
		if (b->entries[i].lacks) entry_lacks(b, &b->entries[i], &b->x->sink);
	if (b->x->sink.errors > 0 || !transaction_write(b)) return;
	for (int i = 0; i < b->count; i++)
		if (b->entries[i].method == ENTRY_GET) bundle_run(b, &b->entries[i]);
	reply_bundle(b, TEXT("transaction-response"));
}

static void batch(bundle *b)
{
	if (!entries_read(b)) return;
	for (int i = 0; i < b->count; i++) bundle_run(b, &b->entries[i]);
	reply_bundle(b, TEXT("batch-response"));
}

void bundle_post(exchange *x)
{
	bundle b = {.x = x, .known.arena = x->arena};
	if (!query_none(x) || !negotiate_body(x, false)) return;
	if (!json_parse_resource(x->arena, x->body, TEXT(""), &x->sink, &b.d)) return;
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
