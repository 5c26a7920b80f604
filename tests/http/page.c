/* The pages: files as built in, packed where the client takes it, kept where their name says they never change. */
#include "desk.h"

static const asset assets[] = {
    {{"/index.html", 11}, {"text/html; charset=utf-8", 24}, {"\"aaa\"", 5}, {"<html>", 6}, {0}},
    {{"/assets/app-1f.js", 17}, {"text/javascript; charset=utf-8", 30}, {"\"bbb\"", 5}, {"let a;", 6}, {"PACKED", 6}},
};

static const struct {
	const char *method, *path, *accept_encoding, *if_none_match;
	int status;
	const char *body, *etag, *cache;
} rows[] = {
    {"GET", "/", "", "", 200, "<html>", "\"aaa\"", "no-cache"},
    {"HEAD", "/", "", "", 200, "<html>", "\"aaa\"", "no-cache"},
    {"GET", "/index.html", "", "", 200, "<html>", "\"aaa\"", "no-cache"},
    {"GET", "/patient/123?tab=clocks", "", "", 200, "<html>", "\"aaa\"",
     "no-cache"}, /* the page's own router reads it */
    {"GET", "/", "gzip", "", 200, "<html>", "\"aaa\"", "no-cache"},
    {"GET", "/", "", "\"aaa\"", 304, "", "\"aaa\"", "no-cache"},
    {"GET", "/", "", "W/\"x\", \"aaa\"", 304, "", "\"aaa\"", "no-cache"},
    {"GET", "/", "", "\"old\"", 200, "<html>", "\"aaa\"", "no-cache"},
    {"GET", "/assets/app-1f.js", "", "", 200, "let a;", "\"bbb\"", "public, max-age=31536000, immutable"},
    {"GET", "/assets/app-1f.js", "br, gzip;q=0.8", "", 200, "PACKED", "\"bbb-gz\"",
     "public, max-age=31536000, immutable"},
    {"GET", "/assets/app-1f.js", "gzip;q=0", "", 200, "let a;", "\"bbb\"", "public, max-age=31536000, immutable"},
    {"GET", "/assets/app-1f.js", "gzip", "\"bbb-gz\"", 304, "", "\"bbb-gz\"", "public, max-age=31536000, immutable"},
    {"GET", "/assets/app-1f.js", "gzip", "\"bbb\"", 200, "PACKED", "\"bbb-gz\"", "public, max-age=31536000, immutable"},
    {"GET", "/assets/gone.js", "", "", 404, NULL, "", "no-store"},
    {"GET", "/../etc/passwd.txt", "", "", 404, NULL, "", "no-store"},
    {"GET", "/%zz", "", "", 400, NULL, "", "no-store"},
    {"DELETE", "/", "", "", 405, NULL, "", "no-store"},
};

TEST(pages)
{
	arena *a = test_arena();
	desk *d = desk_open();
	d->app.assets = assets;
	d->app.asset_count = 2;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const http_header headers[] = {{TEXT("Accept-Encoding"), text_of(rows[i].accept_encoding)},
					       {TEXT("If-None-Match"), text_of(rows[i].if_none_match)}};
		const http_request q = {.arena = a,
					.method = text_of(rows[i].method),
					.target = text_of(rows[i].path),
					.headers = headers,
					.header_count = 2};
		http_response p;
		http_handle(&d->app, &q, &p);
		if (p.status != rows[i].status) fail_msg("%s %s: status %d", rows[i].method, rows[i].path, p.status);
		if (rows[i].body)
			assert_text(p.body, text_of(rows[i].body));
		else
			assert_true(text_find(p.body, TEXT("OperationOutcome")) > 0);
		assert_text(http_header_of(&p, TEXT("ETag")), text_of(rows[i].etag));
		assert_text(http_header_of(&p, TEXT("Cache-Control")), text_of(rows[i].cache));
		if (rows[i].body) assert_true(http_header_of(&p, TEXT("Content-Security-Policy")).len > 0);
		bool packed = text_equal(p.body, TEXT("PACKED"));
		assert_text(http_header_of(&p, TEXT("Content-Encoding")), packed ? TEXT("gzip") : TEXT(""));
	}
	desk_close(d);
}

TESTS(T(pages))
