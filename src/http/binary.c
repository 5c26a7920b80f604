/* binary.c: Binary: content of any type, given and taken as it is (R4 binary.html).
 *
 * It is kept as the resource it is in JSON, its content in base64. Who asks for FHIR gets that; who asks for anything else gets
 * the content with its own Content-Type. A browser must never run what somebody stored, so the content comes in a sandbox. */
#include "http/internal.h"

static bool wants_resource(const exchange *x)
{
	text accept = header_get(x, "Accept");
	if (x->format.len > 0) return true; /* negotiate has seen that it is JSON */
	for (text_pair cut = text_cut(accept, ',');; cut = text_cut(cut.tail, ',')) {
		text media = text_trim(text_cut(text_trim(cut.head), ';').head);
		if (word_same(media, TEXT("application/fhir+json")) || word_same(media, TEXT("application/json")))
			return true;
		if (!cut.found) return false;
	}
}

static void reply_content(exchange *x, const version *v)
{
	doc d;
	text content = {0};
	if (!json_parse(x->arena, v->json, TEXT(""), &x->sink, &d)) return;
	text type = doc_get_text(&d, 0, NAME_contentType), data = doc_get_text(&d, 0, NAME_data);
	if (!base64_read(x->arena, data, &content)) {
		issue_at(&x->sink, FAIL_FHIR_FORMAT, (place){.path = TEXT("Binary.data")}, TEXT("…"),
			 TEXT("base64Binary"), TEXT(""));
		return;
	}
	reply_header(x, TEXT("Content-Type"), type);
	reply_header(x, TEXT("Cache-Control"), TEXT("no-store"));
	reply_header(x, TEXT("Content-Security-Policy"), TEXT("default-src 'none'; sandbox"));
	reply_header(x, TEXT("X-Content-Type-Options"), TEXT("nosniff"));
	x->response->body = content;
}

/* The version with its content: as FHIR or as it is. */
static void reply_binary(exchange *x, const version *v)
{
	if (wants_resource(x) || x->in_bundle) {
		rest_reply(x, v);
		return;
	}
	text match = header_get(x, "If-None-Match");
	reply_version(x, 200, v->number, v->at);
	if (match.len > 0 && header_lists_version(match, v->number))
		reply_empty(x, 304);
	else
		reply_content(x, v);
}

void binary_read(exchange *x)
{
	version v;
	reader *rd;
	if (!rest_named(x) || !(rd = exchange_reader(x))) return;
	if (rest_found(x, record_read(rd, x->type, x->id, &v, &x->sink), &v)) reply_binary(x, &v);
}

/* ---- writing ---- */

static bool brings_resource(const exchange *x)
{
	text media = negotiate_media(x);
	return media.len == 0 || word_same(media, TEXT("application/fhir+json")) ||
	       word_same(media, TEXT("application/json"));
}

/* The resource that holds the body: its type is the request's, its context X-Security-Context's. */
static bool wrap(exchange *x)
{
	int64_t bytes = (x->body.len + 2) / 3 * 4;
	text context = header_get(x, "X-Security-Context");
	if (bytes > BODY_BYTES_MAX)
		return issue_add(&x->sink, FAIL_HTTP_BODY_SIZE,
				 text_format(x->arena, "%lld", (long long)(BODY_BYTES_MAX / 4 * 3)), TEXT(""));
	json_out o = json_begin(x->arena);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Binary"));
	json_pair(&o, "id", x->id);
	json_pair(&o, "contentType", header_get(x, "Content-Type"));
	if (context.len > 0) {
		json_reference(&o, "securityContext", context);
	}
	json_pair(&o, "data", base64_write(x->arena, x->body));
	json_end(&o);
	x->body = json_done(&o);
	x->body_wrapped = true;
	return true;
}

void binary_create(exchange *x)
{
	if (brings_resource(x) || wrap(x)) rest_create(x);
}

void binary_update(exchange *x)
{
	if (brings_resource(x) || wrap(x)) rest_update(x);
}
