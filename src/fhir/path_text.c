/* Text functions (FHIRPath N1, section 5.6). Positions and lengths count characters, not bytes. */
#include "fhir/path_internal.h"

#include <string.h>
#include <utf8proc.h>

/* Input and one text argument; false where either is empty, or the run failed. */
static bool two_texts(path_machine *m, const path_call *c, text *input, text *arg)
{
	bool have_input = path_single_text(m, c->input, input), have_arg = path_single_text(m, c->values[0], arg);
	return have_input && have_arg && !m->failed && path_spend(m, input->len / 16);
}

static bool is_first_byte(char c)
{
	return ((unsigned char)c & 0xC0) != 0x80;
}

static int64_t character_count(text t)
{
	int64_t n = 0;
	for (int64_t i = 0; i < t.len; i++) n += is_first_byte(t.at[i]);
	return n;
}

/* The byte where character `n` begins; the length where there are not so many. */
static int64_t byte_of(text t, int64_t n)
{
	int64_t i = 0;
	for (; i < t.len; i++)
		if (is_first_byte(t.at[i]) && n-- == 0) break;
	return i;
}

static int64_t next_character(text t, int64_t at)
{
	at++;
	while (at < t.len && !is_first_byte(t.at[at])) at++;
	return at;
}

path_items function_index_of(path_machine *m, const path_call *c)
{
	text t, part;
	if (!two_texts(m, c, &t, &part)) return path_none();
	int64_t at = text_find(t, part);
	return path_integer(m, at < 0 ? -1 : character_count(text_slice(t, 0, at)));
}

path_items function_last_index_of(path_machine *m, const path_call *c)
{
	text t, part;
	if (!two_texts(m, c, &t, &part)) return path_none();
	for (int64_t at = t.len - part.len; at >= 0; at--)
		if (text_equal(text_slice(t, at, at + part.len), part))
			return path_integer(m, character_count(text_slice(t, 0, at)));
	return path_integer(m, -1);
}

path_items function_substring(path_machine *m, const path_call *c)
{
	text t;
	int64_t start, length = INT64_MAX;
	if (!path_single_text(m, c->input, &t) || !path_single_integer(m, c->values[0], &start)) return path_none();
	if (c->count > 1 && c->values[1].count && !path_single_integer(m, c->values[1], &length)) return path_none();
	if (start < 0 || !path_spend(m, t.len / 16) || start >= character_count(t)) return path_none();
	t = text_slice(t, byte_of(t, start), t.len);
	return path_string(m, text_slice(t, 0, length <= 0 ? 0 : byte_of(t, length)));
}

path_items function_starts_with(path_machine *m, const path_call *c)
{
	text t, part;
	return two_texts(m, c, &t, &part) ? path_boolean(m, text_starts(t, part)) : path_none();
}

path_items function_ends_with(path_machine *m, const path_call *c)
{
	text t, part;
	return two_texts(m, c, &t, &part) ? path_boolean(m, text_ends(t, part)) : path_none();
}

path_items function_contains(path_machine *m, const path_call *c)
{
	text t, part;
	return two_texts(m, c, &t, &part) ? path_boolean(m, text_find(t, part) >= 0) : path_none();
}

static path_items mapped(path_machine *m, const path_call *c, utf8proc_int32_t (*map_one)(utf8proc_int32_t))
{
	text t;
	if (!path_single_text(m, c->input, &t) || !path_spend(m, t.len / 16)) return path_none();
	buffer b = {.arena = m->arena};
	for (int64_t i = 0; i < t.len;) {
		utf8proc_int32_t ch;
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)t.at + i, t.len - i, &ch);
		if (n <= 0) break;
		utf8proc_uint8_t out[4];
		utf8proc_ssize_t made = utf8proc_encode_char(map_one(ch), out);
		buffer_add(&b, (text){(const char *)out, made});
		i += n;
	}
	return path_string(m, buffer_text(&b));
}

path_items function_upper(path_machine *m, const path_call *c)
{
	return mapped(m, c, utf8proc_toupper);
}

path_items function_lower(path_machine *m, const path_call *c)
{
	return mapped(m, c, utf8proc_tolower);
}

path_items function_length(path_machine *m, const path_call *c)
{
	text t;
	if (!path_single_text(m, c->input, &t) || !path_spend(m, t.len / 16)) return path_none();
	return path_integer(m, character_count(t));
}

path_items function_trim(path_machine *m, const path_call *c)
{
	text t;
	return path_single_text(m, c->input, &t) ? path_string(m, text_trim(t)) : path_none();
}

static void add_text(path_machine *m, path_list *out, text t)
{
	list_add(m, out, &(path_item){.kind = PATH_STRING, .text = t});
}

path_items function_to_chars(path_machine *m, const path_call *c)
{
	text t;
	path_list out = {0};
	if (!path_single_text(m, c->input, &t)) return path_none();
	for (int64_t i = 0, end; i < t.len && !m->failed; i = end) {
		end = next_character(t, i);
		add_text(m, &out, text_slice(t, i, end));
	}
	return list_items(&out);
}

path_items function_split(path_machine *m, const path_call *c)
{
	text t, mark;
	path_list out = {0};
	if (!two_texts(m, c, &t, &mark)) return path_none();
	if (!mark.len) return function_to_chars(m, c);
	for (;;) {
		int64_t at = text_find(t, mark);
		add_text(m, &out, at < 0 ? t : text_slice(t, 0, at));
		if (at < 0 || m->failed) return list_items(&out);
		t = text_slice(t, at + mark.len, t.len);
	}
}

path_items function_join(path_machine *m, const path_call *c)
{
	text mark = {0}, t;
	if (c->count) path_single_text(m, c->values[0], &mark);
	if (!c->input.count) return path_none();
	buffer b = {.arena = m->arena};
	for (int i = 0; i < c->input.count && !m->failed; i++) {
		if (!path_single_text(m, (path_items){c->input.at + i, 1}, &t) ||
		    !path_spend(m, (t.len + mark.len) / 16))
			return path_none();
		if (i) buffer_add(&b, mark);
		buffer_add(&b, t);
	}
	return path_string(m, buffer_text(&b));
}

/* Every place of `part` becomes `with`; the empty part stands before and after every character. */
path_items function_replace(path_machine *m, const path_call *c)
{
	text t, part, with;
	bool have = two_texts(m, c, &t, &part), have_with = path_single_text(m, c->values[1], &with);
	if (!have || !have_with) return path_none();
	buffer b = {.arena = m->arena};
	for (int64_t i = 0; i < t.len;) {
		bool here = text_starts(text_slice(t, i, t.len), part);
		if (!path_spend(m, 1 + with.len / 16)) return path_none();
		if (here) buffer_add(&b, with);
		int64_t end = here && part.len ? i + part.len : next_character(t, i);
		if (!here || !part.len) buffer_add(&b, text_slice(t, i, end));
		i = end;
	}
	if (!part.len) buffer_add(&b, with);
	return path_string(m, buffer_text(&b));
}

/* Encodings (FHIRPath 2.1) */

static const char base64_plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static text to_hex(arena *a, text t)
{
	static const char hex[] = "0123456789abcdef";
	buffer b = {.arena = a};
	for (int64_t i = 0; i < t.len; i++) {
		buffer_char(&b, hex[(unsigned char)t.at[i] >> 4]);
		buffer_char(&b, hex[(unsigned char)t.at[i] & 15]);
	}
	return buffer_text(&b);
}

static text to_base64(arena *a, text t, const char *alphabet)
{
	buffer b = {.arena = a};
	for (int64_t i = 0; i < t.len; i += 3) {
		int64_t left = t.len - i;
		uint32_t bits = (uint32_t)(unsigned char)t.at[i] << 16;
		if (left > 1) bits |= (uint32_t)(unsigned char)t.at[i + 1] << 8;
		if (left > 2) bits |= (unsigned char)t.at[i + 2];
		buffer_char(&b, alphabet[bits >> 18]);
		buffer_char(&b, alphabet[bits >> 12 & 63]);
		buffer_char(&b, left > 1 ? alphabet[bits >> 6 & 63] : '=');
		buffer_char(&b, left > 2 ? alphabet[bits & 63] : '=');
	}
	return buffer_text(&b);
}

static int digit_in(const char *alphabet, char c)
{
	const char *hit = c ? strchr(alphabet, c) : NULL;
	return hit ? (int)(hit - alphabet) : -1;
}

/* Digits of `bits` bits each into bytes. */
static bool from_digits(arena *a, text t, const char *alphabet, int bits, text *out)
{
	buffer b = {.arena = a};
	uint32_t window = 0;
	int have = 0;
	for (int64_t i = 0; i < t.len; i++) {
		int digit = digit_in(alphabet, t.at[i]);
		if (digit < 0) return false;
		window = window << bits | (uint32_t)digit;
		have += bits;
		if (have < 8) continue;
		have -= 8;
		buffer_char(&b, (char)(window >> have & 0xFF));
	}
	*out = buffer_text(&b);
	return have < bits && text_utf8_error(*out) < 0;
}

static bool unknown_format(path_machine *m, text format)
{
	path_fail(m, FAIL_PATH_OPERAND, TEXT("hex, base64, urlbase64, html, json"), format);
	return false;
}

path_items function_encode(path_machine *m, const path_call *c)
{
	text t, format;
	if (!two_texts(m, c, &t, &format)) return path_none();
	if (text_equal(format, TEXT("hex"))) return path_string(m, to_hex(m->arena, t));
	if (text_equal(format, TEXT("base64"))) return path_string(m, to_base64(m->arena, t, base64_plain));
	if (text_equal(format, TEXT("urlbase64"))) return path_string(m, to_base64(m->arena, t, base64_url));
	unknown_format(m, format);
	return path_none();
}

path_items function_decode(path_machine *m, const path_call *c)
{
	text t, format, out;
	bool ok = false;
	if (!two_texts(m, c, &t, &format)) return path_none();
	text digits = t;
	while (digits.len && digits.at[digits.len - 1] == '=') digits.len--;
	if (text_equal(format, TEXT("hex")))
		ok = t.len % 2 == 0 && from_digits(m->arena, t, "0123456789abcdef", 4, &out);
	else if (text_equal(format, TEXT("base64")))
		ok = from_digits(m->arena, digits, base64_plain, 6, &out);
	else if (text_equal(format, TEXT("urlbase64")))
		ok = from_digits(m->arena, digits, base64_url, 6, &out);
	else
		unknown_format(m, format);
	return ok ? path_string(m, out) : path_none();
}

static const struct escape_row {
	const char *plain;
	const char *html;
	const char *json;
} escapes[] = {
    {"&", "&amp;", NULL}, {"<", "&lt;", NULL},  {">", "&gt;", NULL}, {"\"", "&quot;", "\\\""},
    {"'", "&#39;", NULL}, {"\\", NULL, "\\\\"}, {"\n", NULL, "\\n"}, {"\r", NULL, "\\r"},
    {"\t", NULL, "\\t"},  {"\b", NULL, "\\b"},  {"\f", NULL, "\\f"},
};
enum { ESCAPES = sizeof escapes / sizeof *escapes };

static const char *escaped(const struct escape_row *row, bool html)
{
	return html ? row->html : row->json;
}

static text rewritten(arena *a, text t, bool html, bool back)
{
	buffer b = {.arena = a};
	for (int64_t i = 0; i < t.len;) {
		text rest = text_slice(t, i, t.len);
		int n = 0;
		for (; n < ESCAPES; n++) {
			const char *code = escaped(&escapes[n], html);
			if (code && text_starts(rest, text_of(back ? code : escapes[n].plain))) break;
		}
		if (n == ESCAPES) {
			buffer_char(&b, t.at[i++]);
			continue;
		}
		text from = text_of(escapes[n].plain), to = text_of(escaped(&escapes[n], html));
		buffer_add(&b, back ? from : to);
		i += back ? to.len : from.len;
	}
	return buffer_text(&b);
}

static path_items rewrite(path_machine *m, const path_call *c, bool back)
{
	text t, format;
	if (!two_texts(m, c, &t, &format)) return path_none();
	bool html = text_equal(format, TEXT("html"));
	if (!html && !text_equal(format, TEXT("json")) && !unknown_format(m, format)) return path_none();
	return path_string(m, rewritten(m->arena, t, html, back));
}

path_items function_escape(path_machine *m, const path_call *c)
{
	return rewrite(m, c, false);
}

path_items function_unescape(path_machine *m, const path_call *c)
{
	return rewrite(m, c, true);
}
