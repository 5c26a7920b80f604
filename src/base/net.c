/* net.c: HTTP to other systems, by libcurl. A thread keeps its handle, so that a connection is used again. */
#define LIMEN_OS
#include "base/internal.h"

#include <curl/curl.h>
#include <pthread.h>
#include <strings.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t handle_key;

static void handle_free(void *handle)
{
	curl_easy_cleanup(handle);
}

static void net_start(void)
{
	int failed = curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK;
	failed |= pthread_key_create(&handle_key, handle_free);
	assert(!failed);
}

static CURL *handle_of_thread(void)
{
	pthread_once(&once, net_start);
	CURL *h = pthread_getspecific(handle_key);
	if (!h) {
		h = curl_easy_init();
		assert(h);
		pthread_setspecific(handle_key, h);
	}
	curl_easy_reset(h); /* forgets what was asked, keeps the connections */
	return h;
}

/* Keeps the beginning; the rest is read and forgotten, up to a limit where the other side is cut off. */
typedef struct hearing {
	buffer heard;
	int64_t seen;
} hearing;

static size_t hear(char *bytes, size_t size, size_t count, void *self)
{
	hearing *h = self;
	int64_t n = (int64_t)(size * count), room = NET_ANSWER_MAX - h->heard.len;
	h->seen += n;
	buffer_add(&h->heard, (text){bytes, n < room ? n : room});
	return h->seen > NET_ANSWER_READ_MAX ? 0 : (size_t)n;
}

static struct curl_slist *header_list(arena *a, const net_request *q)
{
	struct curl_slist *list = NULL;
	/* libcurl would wait for "100 Continue" before a large body. */
	list = curl_slist_append(list, "Expect:");
	for (int i = 0; i < q->header_count; i++) list = curl_slist_append(list, text_z(a, q->headers[i]));
	return list;
}

static void request_set(CURL *h, const net_request *q, arena *a, hearing *ear)
{
	curl_easy_setopt(h, CURLOPT_URL, text_z(a, q->url));
	curl_easy_setopt(h, CURLOPT_POSTFIELDS, q->body.at ? q->body.at : "");
	curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.len);
	curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, text_z(a, q->method));
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_PROXY, "");
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)q->timeout_ms);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, hear);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, ear);
}

bool net_send(world *w, const net_request *q, arena *a, net_answer *out)
{
	CURL *h = handle_of_thread();
	hearing ear = {.heard.arena = a};
	char said[CURL_ERROR_SIZE] = "";
	struct curl_slist *headers = header_list(a, q);
	request_set(h, q, a, &ear);
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, said);
	(void)w;
	CURLcode code = curl_easy_perform(h);
	long status = 0;
	curl_off_t micros = 0;
	curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(h, CURLINFO_TOTAL_TIME_T, &micros);
	*out = (net_answer){.body = buffer_text(&ear.heard), .micros = micros};
	if (code == CURLE_OK)
		out->status = (int)status;
	else
		out->trouble = text_copy(a, text_of(said[0] ? said : curl_easy_strerror(code)));
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, NULL);
	curl_slist_free_all(headers);
	return code == CURLE_OK;
}

/* ---- addresses ---- */

typedef struct address {
	text scheme, host, port, path;
	bool bare; /* no name, no password, no fragment */
} address;

static text part_of(CURLU *u, CURLUPart what, arena *a, unsigned flags)
{
	char *part = NULL;
	if (curl_url_get(u, what, &part, flags) != CURLUE_OK) return (text){0};
	text t = text_copy(a, text_of(part));
	curl_free(part);
	return t;
}

static bool address_read(arena *a, text url, address *out)
{
	for (int64_t i = 0; i < url.len; i++)
		if ((unsigned char)url.at[i] <= ' ' || url.at[i] == 0x7f) return false;
	CURLU *u = curl_url();
	bool ok = u && curl_url_set(u, CURLUPART_URL, text_z(a, url), 0) == CURLUE_OK;
	if (ok)
		*out = (address){.scheme = part_of(u, CURLUPART_SCHEME, a, 0),
				 .host = part_of(u, CURLUPART_HOST, a, 0),
				 .port = part_of(u, CURLUPART_PORT, a, CURLU_DEFAULT_PORT),
				 .path = part_of(u, CURLUPART_PATH, a, CURLU_URLDECODE),
				 .bare = part_of(u, CURLUPART_USER, a, 0).len == 0 &&
					 part_of(u, CURLUPART_PASSWORD, a, 0).len == 0 &&
					 part_of(u, CURLUPART_FRAGMENT, a, 0).len == 0};
	curl_url_cleanup(u);
	/* A path that cannot be decoded (control characters) is empty here. */
	return ok && out->host.len > 0 && out->path.len > 0 &&
	       (text_equal(out->scheme, TEXT("http")) || text_equal(out->scheme, TEXT("https")));
}

bool net_url_valid(arena *a, text url)
{
	address at;
	return address_read(a, url, &at) && at.bare;
}

static bool host_same(text x, text y)
{
	return x.len == y.len && strncasecmp(x.at, y.at, (size_t)x.len) == 0;
}

static bool is_loopback(const address *at)
{
	return host_same(at->host, TEXT("localhost")) || text_equal(at->host, TEXT("127.0.0.1")) ||
	       text_equal(at->host, TEXT("[::1]"));
}

/* "/a" holds "/a" and "/a/b", not "/ab". A path that climbs is none below anything. */
static bool path_below(text path, text prefix)
{
	if (text_ends(prefix, TEXT("/"))) prefix.len--;
	if (!text_starts(path, prefix) || text_find(path, TEXT("/..")) >= 0) return false;
	return path.len == prefix.len || path.at[prefix.len] == '/';
}

static bool entry_allows(arena *a, const address *at, text entry)
{
	address to;
	if (text_equal(entry, TEXT("loopback"))) return is_loopback(at);
	return address_read(a, entry, &to) && text_equal(at->scheme, to.scheme) && host_same(at->host, to.host) &&
	       text_equal(at->port, to.port) && path_below(at->path, to.path);
}

bool net_url_allowed(arena *a, text url, text allowed)
{
	address at;
	if (!address_read(a, url, &at) || !at.bare) return false;
	for (int64_t from = 0, i = 0; i <= allowed.len; i++) {
		if (i < allowed.len && allowed.at[i] != ' ' && allowed.at[i] != ',') continue;
		if (i > from && entry_allows(a, &at, text_slice(allowed, from, i))) return true;
		from = i + 1;
	}
	return false;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	if (c >= 'A' && c <= 'F') return c - 'A' + 10;
	return -1;
}

bool net_decode(arena *a, text raw, bool plus_is_space, text *out)
{
	char *bytes = arena_bytes(a, raw.len);
	int64_t len = 0;
	for (int64_t i = 0; i < raw.len; i++) {
		char c = raw.at[i];
		if (c == '%') {
			int high = i + 2 < raw.len ? hex_digit(raw.at[i + 1]) : -1;
			int low = i + 2 < raw.len ? hex_digit(raw.at[i + 2]) : -1;
			if (high < 0 || low < 0 || high + low == 0) return false;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		bytes[len++] = c;
	}
	*out = (text){bytes, len};
	return text_utf8_error(*out) < 0;
}

bool net_header_valid(text header)
{
	int64_t colon = text_find(header, TEXT(":"));
	if (colon <= 0) return false;
	for (int64_t i = 0; i < header.len; i++) {
		unsigned char c = (unsigned char)header.at[i];
		if (c < ' ' || c == 0x7f || (i < colon && (c == ' ' || c > 0x7e))) return false;
	}
	return true;
}
