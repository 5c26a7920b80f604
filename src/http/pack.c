/* pack.c: gzip and deflate (RFC 1952, 1950), of what comes and of what goes. */
#include "http/internal.h"

#include <zlib.h>

enum { PACK_BYTES_MIN = 1024, PACK_LEVEL = 1, WINDOW_BITS = 15, GZIP_BITS = 16 };

/* zlib's memory is the request's: its budget covers it, and a jump out of the middle leaves nothing behind. */
static void *give(void *self, unsigned count, unsigned size)
{
	return arena_alloc(self, (int64_t)count * size, 16);
}

static void take(void *self, void *memory)
{
	(void)self, (void)memory;
}

static z_stream stream_of(arena *a, text in)
{
	/* zlib reads next_in and says so only from 1.2.5.2 on, by a macro of its own. */
	union {
		const char *read;
		unsigned char *given;
	} from = {.read = in.at};
	return (z_stream){
	    .zalloc = give, .zfree = take, .opaque = a, .next_in = from.given, .avail_in = (unsigned)in.len};
}

/* ---- what comes ---- */

static bool inflate_all(exchange *x, z_stream *z, text encoding)
{
	buffer b = {.arena = x->arena};
	int status = Z_OK;
	while (status == Z_OK) {
		int64_t room = b.len < 64 * KIB ? 64 * KIB : b.len;
		z->next_out = (unsigned char *)buffer_room(&b, room);
		z->avail_out = (unsigned)room;
		status = inflate(z, Z_NO_FLUSH);
		b.len += room - z->avail_out;
		if (b.len > BODY_BYTES_MAX)
			return issue_add(&x->sink, FAIL_HTTP_BODY_SIZE,
					 text_format(x->arena, "%lld", (long long)BODY_BYTES_MAX), TEXT(""));
		if (status == Z_OK && z->avail_in == 0 && z->avail_out > 0) break; /* it ends in the middle */
	}
	x->body = buffer_text(&b);
	bool whole = status == Z_STREAM_END && z->avail_in == 0;
	return whole || issue_add(&x->sink, FAIL_HTTP_PACKED, encoding, TEXT(""));
}

bool pack_body(exchange *x)
{
	text encoding = header_get(x, "Content-Encoding");
	x->body = x->request->body;
	if (encoding.len == 0 || word_same(encoding, TEXT("identity")) || x->body.len == 0) return true;
	bool gzip = word_same(encoding, TEXT("gzip")) || word_same(encoding, TEXT("x-gzip"));
	if (!gzip && !word_same(encoding, TEXT("deflate")))
		return issue_add(&x->sink, FAIL_HTTP_ENCODING, encoding, TEXT(""));
	z_stream z = stream_of(x->arena, x->body);
	int status = inflateInit2(&z, gzip ? WINDOW_BITS + GZIP_BITS : WINDOW_BITS);
	assert(status == Z_OK);
	(void)status;
	return inflate_all(x, &z, encoding);
}

/* ---- what goes ---- */

/* Whether a coding is accepted: not named, or with q=0, it is not. */
static bool accepts(text list, text coding)
{
	for (text_pair cut = text_cut(list, ',');; cut = text_cut(cut.tail, ',')) {
		text_pair sides = text_cut(text_trim(cut.head), ';');
		text q = text_trim(sides.tail);
		decimal weight = decimal_from_int(1);
		if (text_starts(q, TEXT("q="))) decimal_parse(text_slice(q, 2, q.len), &weight);
		if (word_same(text_trim(sides.head), coding)) return decimal_sign(weight) > 0;
		if (!cut.found) return false;
	}
}

void pack_answer(exchange *x)
{
	http_response *p = x->response;
	text list = header_get(x, "Accept-Encoding");
	bool gzip = accepts(list, TEXT("gzip")), deflates = !gzip && accepts(list, TEXT("deflate"));
	if (p->body.len < PACK_BYTES_MIN || p->streams || http_header_of(p, TEXT("Content-Encoding")).len > 0) return;
	if (!text_starts(http_header_of(p, TEXT("Content-Type")), TEXT("application/fhir+"))) return;
	reply_header(x, TEXT("Vary"), TEXT("Accept-Encoding"));
	if (!gzip && !deflates) return;
	z_stream z = stream_of(x->arena, p->body);
	int status = deflateInit2(&z, PACK_LEVEL, Z_DEFLATED, gzip ? WINDOW_BITS + GZIP_BITS : WINDOW_BITS, 8,
				  Z_DEFAULT_STRATEGY);
	assert(status == Z_OK);
	int64_t room = (int64_t)deflateBound(&z, (unsigned long)p->body.len);
	z.next_out = (unsigned char *)arena_bytes(x->arena, room);
	z.avail_out = (unsigned)room;
	text packed = {(const char *)z.next_out, 0};
	status = deflate(&z, Z_FINISH);
	assert(status == Z_STREAM_END);
	packed.len = room - z.avail_out;
	if (packed.len >= p->body.len) return; /* it was packed already, or noise */
	p->body = packed;
	reply_header(x, TEXT("Content-Encoding"), gzip ? TEXT("gzip") : TEXT("deflate"));
}
