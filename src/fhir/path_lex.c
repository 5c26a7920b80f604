#include "fhir/path_internal.h"

#include <string.h>

typedef struct lexer {
	arena *arena;
	issues *sink;
	text source;
	int64_t at;
	path_token *tokens;
	int count;
} lexer;

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static char peek(const lexer *l, int64_t ahead)
{
	return l->at + ahead < l->source.len ? l->source.at[l->at + ahead] : 0;
}

static bool wrong(const lexer *l, failure code, text what, int64_t from)
{
	int64_t column = from + 1;
	return issue_at(l->sink, code, (place){.column = column}, what,
			text_format(l->sink->arena, "%lld", (long long)column), TEXT(""));
}

static void add(lexer *l, path_token_kind kind, text t, int64_t from)
{
	l->tokens[l->count++] = (path_token){.kind = kind, .text = t, .column = (int)from + 1};
}

/* Spaces and both kinds of comment. False: a comment that does not end. */
static bool skip_blank(lexer *l)
{
	for (;;) {
		char c = peek(l, 0);
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			l->at++;
		} else if (c == '/' && peek(l, 1) == '/') {
			while (l->at < l->source.len && peek(l, 0) != '\n' && peek(l, 0) != '\r') l->at++;
		} else if (c == '/' && peek(l, 1) == '*') {
			text rest = text_slice(l->source, l->at + 2, l->source.len);
			int64_t end = text_find(rest, TEXT("*/"));
			if (end < 0) return wrong(l, FAIL_PATH_UNFINISHED, TEXT("/*"), l->at);
			l->at += end + 4;
		} else {
			return true;
		}
	}
}

static bool hex4(const lexer *l, int64_t from, uint32_t *out)
{
	uint32_t value = 0;
	for (int64_t i = from; i < from + 4; i++) {
		char c = i < l->source.len ? l->source.at[i] : 0;
		int digit = is_digit(c)            ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;
		if (digit < 0) return false;
		value = value * 16 + (uint32_t)digit;
	}
	*out = value;
	return true;
}

static void add_utf8(buffer *b, uint32_t c)
{
	if (c < 0x80) {
		buffer_char(b, (char)c);
	} else if (c < 0x800) {
		buffer_char(b, (char)(0xC0 | c >> 6));
		buffer_char(b, (char)(0x80 | (c & 0x3F)));
	} else if (c < 0x10000) {
		buffer_char(b, (char)(0xE0 | c >> 12));
		buffer_char(b, (char)(0x80 | (c >> 6 & 0x3F)));
		buffer_char(b, (char)(0x80 | (c & 0x3F)));
	} else {
		buffer_char(b, (char)(0xF0 | c >> 18));
		buffer_char(b, (char)(0x80 | (c >> 12 & 0x3F)));
		buffer_char(b, (char)(0x80 | (c >> 6 & 0x3F)));
		buffer_char(b, (char)(0x80 | (c & 0x3F)));
	}
}

/* \uXXXX, two of them for a character past U+FFFF. `at` is after the 'u'. */
static bool unicode_escape(lexer *l, buffer *b)
{
	uint32_t c, low;
	if (!hex4(l, l->at, &c)) return false;
	l->at += 4;
	if (c >= 0xDC00 && c <= 0xDFFF) return false;
	if (c >= 0xD800 && c <= 0xDBFF) {
		if (peek(l, 0) != '\\' || peek(l, 1) != 'u' || !hex4(l, l->at + 2, &low) || low < 0xDC00 ||
		    low > 0xDFFF)
			return false;
		l->at += 6;
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
	}
	add_utf8(b, c);
	return true;
}

static bool escape(lexer *l, buffer *b)
{
	static const char from[] = "'\"`\\/fnrt", to[] = "'\"`\\/\f\n\r\t";
	char c = peek(l, 0);
	l->at++;
	if (c == 'u') return unicode_escape(l, b);
	const char *hit = c ? strchr(from, c) : NULL;
	if (!hit) return false;
	buffer_char(b, to[hit - from]);
	return true;
}

/* A string, or a name in backticks: what stands between two marks. `at` is on the first. */
static bool quoted(lexer *l, path_token_kind kind, int64_t from)
{
	char mark = peek(l, 0);
	int64_t start = ++l->at;
	while (l->at < l->source.len && peek(l, 0) != mark && peek(l, 0) != '\\') l->at++;
	buffer b = {.arena = l->arena};
	text value = text_slice(l->source, start, l->at);
	if (peek(l, 0) == '\\') buffer_add(&b, value);
	while (l->at < l->source.len && peek(l, 0) != mark) {
		int64_t here = l->at;
		char c = peek(l, 0);
		l->at++;
		if (c != '\\')
			buffer_char(&b, c);
		else if (!escape(l, &b))
			return wrong(l, FAIL_PATH_LITERAL, TEXT("\\"), here);
		value = buffer_text(&b);
	}
	if (l->at >= l->source.len) return wrong(l, FAIL_PATH_UNFINISHED, (text){&mark, 1}, start - 1);
	l->at++;
	add(l, kind, value, from);
	return true;
}

static void digits(lexer *l)
{
	while (is_digit(peek(l, 0))) l->at++;
}

static void number(lexer *l)
{
	int64_t from = l->at;
	digits(l);
	bool fraction = peek(l, 0) == '.' && is_digit(peek(l, 1));
	if (fraction) {
		l->at++;
		digits(l);
	}
	add(l, fraction ? TOKEN_DECIMAL : TOKEN_INTEGER, text_slice(l->source, from, l->at), from);
}

/* Moves on over a mark and two digits, as in "-02" or ":30". */
static bool two_digits(lexer *l, char mark)
{
	if (peek(l, 0) != mark || !is_digit(peek(l, 1)) || !is_digit(peek(l, 2))) return false;
	l->at += 3;
	return true;
}

static void time_of_day(lexer *l)
{
	digits(l);
	if (!two_digits(l, ':') || !two_digits(l, ':')) return;
	if (peek(l, 0) == '.' && is_digit(peek(l, 1))) {
		l->at++;
		digits(l);
	}
}

static void zone(lexer *l)
{
	int64_t start = l->at;
	if (peek(l, 0) == 'Z')
		l->at++;
	else if ((two_digits(l, '+') || two_digits(l, '-')) && !two_digits(l, ':'))
		l->at = start;
}

/* @2015, @2015-02T, @2015-02-04T14:30+01:00, @T14:30. A date with a bare T is a dateTime. */
static bool date_or_time(lexer *l)
{
	int64_t from = l->at++;
	bool time = peek(l, 0) == 'T';
	path_token_kind kind = time ? TOKEN_TIME : TOKEN_DATE;
	int64_t start = time ? ++l->at : l->at;
	if (time) {
		time_of_day(l);
	} else {
		digits(l);
		if (two_digits(l, '-')) two_digits(l, '-');
	}
	int64_t end = l->at;
	if (!time && peek(l, 0) == 'T') {
		kind = TOKEN_DATETIME;
		l->at++;
		if (is_digit(peek(l, 0))) {
			time_of_day(l);
			zone(l);
			end = l->at;
		}
	}
	text t = text_slice(l->source, start, end);
	stamp s;
	if (time ? !stamp_parse_time(t, &s) : !stamp_parse(t, &s)) return wrong(l, FAIL_PATH_LITERAL, t, from);
	add(l, kind, t, from);
	return true;
}

static void name(lexer *l, path_token_kind kind, int64_t from)
{
	int64_t start = l->at;
	while (is_letter(peek(l, 0)) || is_digit(peek(l, 0))) l->at++;
	add(l, kind, text_slice(l->source, start, l->at), from);
}

/* %name, %`name`, %'name'; FHIR's own older texts also write %"name". */
static bool variable(lexer *l)
{
	int64_t from = l->at++;
	char c = peek(l, 0);
	if (c == '`' || c == '\'' || c == '"') return quoted(l, TOKEN_VARIABLE, from);
	if (!is_letter(c)) return wrong(l, FAIL_PATH_SYNTAX, TEXT("%"), from);
	name(l, TOKEN_VARIABLE, from);
	return true;
}

static bool dollar(lexer *l)
{
	int64_t from = l->at++;
	name(l, TOKEN_DOLLAR, from);
	text t = l->tokens[l->count - 1].text;
	if (text_equal(t, TEXT("this")) || text_equal(t, TEXT("index")) || text_equal(t, TEXT("total"))) return true;
	return wrong(l, FAIL_PATH_SYNTAX, TEXT("$"), from);
}

static bool symbol(lexer *l)
{
	static const char *const two[] = {"!=", "!~", "<=", ">="};
	int64_t len = 0;
	for (int i = 0; i < 4; i++)
		if (peek(l, 0) == two[i][0] && peek(l, 1) == two[i][1]) len = 2;
	char c = peek(l, 0);
	if (!len && c && strchr("()[]{}.,+-*/&|<>=~", c)) len = 1;
	if (!len) {
		int64_t end = l->at + 1; /* the whole character in the message, not its first byte */
		while (end < l->source.len && ((unsigned char)l->source.at[end] & 0xC0) == 0x80) end++;
		return wrong(l, FAIL_PATH_SYNTAX, text_slice(l->source, l->at, end), l->at);
	}
	add(l, TOKEN_SYMBOL, text_slice(l->source, l->at, l->at + len), l->at);
	l->at += len;
	return true;
}

static bool next(lexer *l)
{
	char c = peek(l, 0);
	int64_t from = l->at;
	if (is_letter(c))
		name(l, TOKEN_NAME, from);
	else if (is_digit(c))
		number(l);
	else if (c == '\'')
		return quoted(l, TOKEN_STRING, from);
	else if (c == '`')
		return quoted(l, TOKEN_QUOTED_NAME, from);
	else if (c == '@')
		return date_or_time(l);
	else if (c == '%')
		return variable(l);
	else if (c == '$')
		return dollar(l);
	else
		return symbol(l);
	return true;
}

path_token *path_lex(arena *a, text expression, issues *sink, int *count)
{
	lexer l = {.arena = a, .sink = sink, .source = expression};
	if (expression.len > PATH_BYTES_MAX) {
		wrong(&l, FAIL_PATH_TOO_LARGE, TEXT(""), 0);
		return NULL;
	}
	int64_t bad = text_utf8_error(expression);
	if (bad >= 0) {
		wrong(&l, FAIL_PATH_SYNTAX, TEXT("UTF-8"), bad);
		return NULL;
	}
	l.tokens = ARENA_ARRAY(a, path_token, expression.len + 1);
	for (;;) {
		if (!skip_blank(&l)) return NULL;
		if (l.at >= l.source.len) break;
		if (!next(&l)) return NULL;
	}
	add(&l, TOKEN_END, TEXT(""), expression.len);
	*count = l.count;
	return l.tokens;
}
