/* The careful reader: goes through a text that the quick one refused, byte by byte, and reports the first thing wrong with
 * its line, column and reason. It knows nothing of simdjson, so each also checks the other: a text that the quick reader
 * refuses and this one finds good is a bug of ours. */
#include "fhir/internal.h"
#include "fhir/json.h"

struct reader {
	arena *arena;
	text source; /* up to the first byte that is not UTF-8 */
	int64_t at;
	int depth;
	int64_t names_full_at;
	bool cut_short; /* the end came where more had to follow */
	place where;
	text whole;
	issues *sink;
	int errors_before;
};

/* Columns count bytes from 1. */
static place place_of(const struct reader *r, int64_t offset)
{
	place p = r->where;
	int64_t line_start = 0;
	p.line = 1;
	for (int64_t i = 0; i < offset; i++) {
		if (r->whole.at[i] != '\n') continue;
		p.line++;
		line_start = i + 1;
	}
	p.column = offset - line_start + 1;
	return p;
}

static bool fault(const struct reader *r, failure code, int64_t offset, text arg0, text arg1)
{
	return issue_at(r->sink, code, place_of(r, offset), arg0, arg1, TEXT(""));
}

static bool cut_short(struct reader *r)
{
	r->cut_short = true;
	return false;
}

static bool at_end(const struct reader *r)
{
	return r->at == r->source.len;
}

static char here(const struct reader *r)
{
	return r->source.at[r->at];
}

static void skip_space(struct reader *r)
{
	while (!at_end(r) && json_space(here(r))) r->at++;
}

static bool one_of(char c, const char *set)
{
	return c != 0 && strchr(set, c);
}

/* What stands at `at`, to be shown to a person: the run of bytes up to white space or punctuation, not too long. */
static text shown(const struct reader *r, int64_t at)
{
	int64_t end = at + 1;
	char first = r->source.at[at];
	if ((unsigned char)first < 0x20) return text_format(r->arena, "U+%04X", (unsigned)first);
	bool word = !one_of(first, ",:[]{}\"");
	while (end < r->source.len && end - at < 20) {
		char c = r->source.at[end];
		bool plain = (unsigned char)c < 0x80;
		if (plain && (c <= ' ' || !word || one_of(c, ",:[]{}\""))) break;
		end++;
	}
	while (end < r->source.len && ((unsigned char)r->source.at[end] & 0xC0) == 0x80)
		end++; /* not within a character */
	return text_slice(r->source, at, end);
}

enum { UNIT_MALFORMED = -1, UNIT_CUT_SHORT = -2 };

/* The four digits of a \u escape at `at`. */
static int32_t read_unit(const struct reader *r, int64_t at)
{
	int32_t unit = 0;
	for (int64_t i = at; i < at + 4; i++) {
		if (i == r->source.len) return UNIT_CUT_SHORT;
		int digit = json_hex_digit(r->source.at[i]);
		if (digit < 0) return UNIT_MALFORMED;
		unit = unit << 4 | digit;
	}
	return unit;
}

/* The second half of a pair at `at`, if it is one. */
static int32_t read_low_half(const struct reader *r, int64_t at)
{
	if (at == r->source.len) return UNIT_CUT_SHORT;
	if (r->source.at[at] != '\\') return UNIT_MALFORMED;
	if (at + 1 == r->source.len) return UNIT_CUT_SHORT;
	if (r->source.at[at + 1] != 'u') return UNIT_MALFORMED;
	int32_t low = read_unit(r, at + 2);
	return low < 0 || (low >= 0xDC00 && low <= 0xDFFF) ? low : UNIT_MALFORMED;
}

static bool skip_unicode_escape(struct reader *r)
{
	int64_t slash = r->at;
	int32_t unit = read_unit(r, slash + 2);
	if (unit == UNIT_CUT_SHORT) return cut_short(r);
	if (unit == UNIT_MALFORMED) return fault(r, FAIL_JSON_ESCAPE, slash, shown(r, slash), TEXT(""));
	r->at += 6;
	if (unit < 0xD800 || unit > 0xDFFF) return true;
	int32_t low = unit >= 0xDC00 ? UNIT_MALFORMED : read_low_half(r, r->at);
	if (low == UNIT_CUT_SHORT) return cut_short(r);
	if (low == UNIT_MALFORMED)
		return fault(r, FAIL_JSON_SURROGATE, slash, text_slice(r->source, slash, slash + 6), TEXT(""));
	r->at += 6;
	return true;
}

static bool skip_escape(struct reader *r)
{
	int64_t slash = r->at;
	if (slash + 1 == r->source.len) return cut_short(r);
	char c = r->source.at[slash + 1];
	if (c == 'u') return skip_unicode_escape(r);
	if (!one_of(c, "\"\\/bfnrt")) return fault(r, FAIL_JSON_ESCAPE, slash, shown(r, slash), TEXT(""));
	r->at += 2;
	return true;
}

static bool skip_string(struct reader *r)
{
	for (r->at++; !at_end(r);) {
		unsigned char c = (unsigned char)here(r);
		if (c == '"') {
			r->at++;
			return true;
		}
		if (c < 0x20) return fault(r, FAIL_JSON_CONTROL, r->at, text_format(r->arena, "U+%04X", c), TEXT(""));
		if (c == '\\') {
			if (!skip_escape(r)) return false;
		} else {
			r->at++;
		}
	}
	return cut_short(r);
}

/* A scalar may end here. */
static bool scalar_ends(const struct reader *r, int64_t end)
{
	return end == r->source.len || json_space(r->source.at[end]) || one_of(r->source.at[end], ",]}:");
}

/* A number, or what somebody thought was one: NaN, 01, 1., .5, +1, 0x1F. */
static bool skip_number(struct reader *r)
{
	int64_t start = r->at;
	uint32_t len = json_number(r->source.at + start, (uint32_t)(r->source.len - start));
	int64_t end = start + len;
	if (len > 0 && scalar_ends(r, end)) {
		r->at = end;
		return true;
	}
	for (end = start; end < r->source.len && one_of(r->source.at[end], "+-.0123456789eE");) end++;
	char last = end > start ? r->source.at[end - 1] : '0';
	if (end == r->source.len && one_of(last, "-+.eE")) {
		/* With a digit more it would have been one. */
		text longer = text_join(r->arena, text_slice(r->source, start, end), TEXT("0"));
		if (json_number(longer.at, (uint32_t)longer.len) == longer.len) return cut_short(r);
	}
	return fault(r, FAIL_JSON_NUMBER, start, shown(r, start), TEXT(""));
}

static bool skip_word(struct reader *r, text word)
{
	text rest = text_slice(r->source, r->at, r->source.len);
	int64_t end = r->at + word.len;
	if (rest.len < word.len && text_starts(word, rest)) return cut_short(r);
	if (!text_starts(rest, word) || !scalar_ends(r, end))
		return fault(r, FAIL_JSON_VALUE, r->at, shown(r, r->at), TEXT(""));
	r->at = end;
	return true;
}

static bool skip_value(struct reader *r);

/* A key, which must not have been in this object yet. */
static bool skip_key(struct reader *r, map *keys)
{
	if (at_end(r)) return cut_short(r);
	int64_t start = r->at;
	if (here(r) != '"') return fault(r, FAIL_JSON_KEY, start, shown(r, start), TEXT(""));
	if (!skip_string(r)) return false;
	text inside = text_slice(r->source, start + 1, r->at - 1);
	text key = {arena_bytes(r->arena, inside.len), 0};
	key.len = json_unescape(inside.at, inside.len, (char *)(uintptr_t)key.at);
	if (map_get_or(keys, key, -1) >= 0) return fault(r, FAIL_JSON_DUPLICATE_KEY, start, key, TEXT(""));
	map_put(keys, key, 0);
	if (start == r->names_full_at)
		return fault(r, FAIL_JSON_NAMES, start, text_format(r->arena, "%d", JSON_DYNAMIC_NAMES_MAX), TEXT(""));
	skip_space(r);
	if (at_end(r)) return cut_short(r);
	if (here(r) != ':') return fault(r, FAIL_JSON_COLON, r->at, shown(r, r->at), TEXT(""));
	r->at++;
	return true;
}

/* After a member or item: true with *more, or the closing bracket. */
static bool skip_after(struct reader *r, char close, bool *more)
{
	char bracket[] = {close, 0};
	skip_space(r);
	if (at_end(r)) return cut_short(r);
	int64_t comma = r->at;
	*more = here(r) == ',';
	if (!*more && here(r) != close)
		return fault(r, FAIL_JSON_COMMA, r->at, shown(r, r->at), text_copy(r->arena, text_of(bracket)));
	r->at++;
	if (!*more) return true;
	skip_space(r);
	if (!at_end(r) && here(r) == close)
		return fault(r, FAIL_JSON_TRAILING_COMMA, comma, text_copy(r->arena, text_of(bracket)), TEXT(""));
	return true;
}

static bool skip_nested(struct reader *r, char close)
{
	arena_mark before = arena_here(r->arena);
	map keys = {.arena = r->arena};
	if (r->depth == JSON_DEPTH_MAX)
		return fault(r, FAIL_JSON_DEPTH, r->at, text_format(r->arena, "%d", JSON_DEPTH_MAX), TEXT(""));
	r->depth++;
	r->at++;
	skip_space(r);
	bool more = at_end(r) || here(r) != close;
	if (!more) r->at++;
	while (more)
		if ((close == '}' && !skip_key(r, &keys)) || !skip_value(r) || !skip_after(r, close, &more))
			return false;
	r->depth--;
	arena_rewind(r->arena, before);
	return true;
}

static bool skip_value(struct reader *r)
{
	skip_space(r);
	if (at_end(r)) return cut_short(r);
	switch (here(r)) {
	case '{':
		return skip_nested(r, '}');
	case '[':
		return skip_nested(r, ']');
	case '"':
		return skip_string(r);
	case 't':
		return skip_word(r, TEXT("true"));
	case 'f':
		return skip_word(r, TEXT("false"));
	case 'n':
		return skip_word(r, TEXT("null"));
	default:
		if (one_of(here(r), "-+.0123456789NI")) return skip_number(r);
		return fault(r, FAIL_JSON_VALUE, r->at, shown(r, r->at), TEXT(""));
	}
}

static bool skip_document(struct reader *r)
{
	if (text_starts(r->source, TEXT("\xEF\xBB\xBF"))) return fault(r, FAIL_JSON_BOM, 0, TEXT(""), TEXT(""));
	if (!skip_value(r)) return false;
	skip_space(r);
	return at_end(r) || fault(r, FAIL_JSON_TRAILING, r->at, shown(r, r->at), TEXT(""));
}

/* The text ends within a character that could have been good. */
static bool cut_in_character(text whole, int64_t at)
{
	static const char *const more[] = {"\x80", "\x80\x80", "\x80\x80\x80", "\xBF", "\xA0\x80", "\x90\x80\x80"};
	char bytes[8];
	int64_t left = whole.len - at;
	for (size_t i = 0; left < 4 && i < sizeof more / sizeof *more; i++) {
		text end = text_of(more[i]);
		memcpy(bytes, whole.at + at, (size_t)left);
		memcpy(bytes + left, end.at, (size_t)end.len);
		if (text_utf8_error((text){bytes, left + end.len}) < 0) return true;
	}
	return false;
}

/* Good as far as it goes, but it ends too soon or goes on in bytes that are not UTF-8. */
static bool ends_wrong(const struct reader *r, int64_t bad)
{
	if (bad < 0 || cut_in_character(r->whole, bad))
		return fault(r, FAIL_JSON_TRUNCATED, r->whole.len, TEXT(""), TEXT(""));
	return fault(r, FAIL_JSON_UTF8, bad, TEXT(""), TEXT(""));
}

bool json_careful(arena *a, text source, text file, int64_t names_full_at, issues *sink)
{
	int64_t bad = text_utf8_error(source);
	struct reader r = {
	    .arena = a,
	    .source = text_slice(source, 0, bad < 0 ? source.len : bad),
	    .names_full_at = names_full_at,
	    .where = {.file = file},
	    .whole = source,
	    .sink = sink,
	    .errors_before = sink->errors,
	};
	skip_space(&r);
	if (r.at == source.len) return fault(&r, FAIL_JSON_EMPTY, r.at, TEXT(""), TEXT(""));
	r.at = 0;
	if (skip_document(&r) && bad < 0) return true;
	return r.cut_short || sink->errors == r.errors_before ? ends_wrong(&r, bad) : false;
}
