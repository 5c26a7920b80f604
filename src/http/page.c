/* page.c: the pages, as built into the program. A path that is no file is the page itself: its router reads the path. */
#include "http/internal.h"

static const asset *find(const http_app *app, text name)
{
	for (int i = 0; i < app->asset_count; i++)
		if (text_equal(app->assets[i].path, name)) return &app->assets[i];
	return NULL;
}

static bool lists(text header, text wanted)
{
	for (text_pair cut = text_cut(header, ',');; cut = text_cut(cut.tail, ',')) {
		text_pair sides = text_cut(text_trim(cut.head), ';');
		bool refused = text_equal(text_trim(sides.tail), TEXT("q=0"));
		text value = text_trim(sides.head);
		if (text_starts(value, TEXT("W/"))) value = text_slice(value, 2, value.len);
		if (!refused && (text_equal(value, wanted) || text_equal(value, TEXT("*")))) return true;
		if (!cut.found) return false;
	}
}

/* Nothing from elsewhere, nothing in line: what the page runs is what was built. */
static void guard_headers(exchange *x)
{
	reply_header(x, TEXT("Content-Security-Policy"),
		     TEXT("default-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"));
	reply_header(x, TEXT("X-Content-Type-Options"), TEXT("nosniff"));
	reply_header(x, TEXT("Referrer-Policy"), TEXT("no-referrer"));
}

static void reply_asset(exchange *x, const asset *f)
{
	bool packed = f->gzip.len > 0 && lists(header_get(x, "Accept-Encoding"), TEXT("gzip"));
	/* Vite names what lies in assets/ after its content: it never changes. */
	bool lasting = text_starts(f->path, TEXT("/assets/"));
	/* Two forms of one file are two strong tags (RFC 9110 8.8.3.3). */
	text etag = packed ? text_format(x->arena, "%.*s-gz\"", (int)f->etag.len - 1, f->etag.at) : f->etag;
	reply_header(x, TEXT("ETag"), etag);
	reply_header(x, TEXT("Cache-Control"),
		     lasting ? TEXT("public, max-age=31536000, immutable") : TEXT("no-cache"));
	if (f->gzip.len > 0) reply_header(x, TEXT("Vary"), TEXT("Accept-Encoding"));
	guard_headers(x);
	if (lists(header_get(x, "If-None-Match"), etag)) {
		reply_empty(x, 304);
		return;
	}
	reply_header(x, TEXT("Content-Type"), f->type);
	if (packed) reply_header(x, TEXT("Content-Encoding"), TEXT("gzip"));
	x->response->status = 200;
	x->response->body = packed ? f->gzip : f->bytes;
}

void page_get(exchange *x)
{
	text name;
	if (!text_equal(x->method, TEXT("GET"))) {
		reply_header(x, TEXT("Allow"), TEXT("GET, HEAD"));
		issue_at(&x->sink, FAIL_HTTP_METHOD, (place){0}, x->method, x->path, TEXT("GET, HEAD"));
		return;
	}
	if (!query_decode(x->arena, x->path, false, &name)) {
		issue_add(&x->sink, FAIL_HTTP_TARGET, x->path, TEXT(""));
		return;
	}
	const asset *f = find(x->app, name);
	/* A name with a dot asks for a file; answering it with the page would only hide that it is missing. */
	bool is_file = text_find(text_cut_last(name, '/').tail, TEXT(".")) >= 0;
	if (!f && !is_file) f = find(x->app, TEXT("/index.html"));
	if (f)
		reply_asset(x, f);
	else
		issue_add(&x->sink, FAIL_HTTP_ROUTE, x->path, TEXT(""));
}
