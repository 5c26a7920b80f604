/* Code systems that no list holds because a standard gives a grammar for their codes. A grammar says TERM_IS and TERM_NOT where
 * the standard decides, and TERM_UNKNOWN where being well formed is not enough. */
#include "profile/terms_internal.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ---- language tags: RFC 5646, section 2.1 ---- */

typedef struct subtags {
	text at[32];
	int count;
	int next;
} subtags;

static bool has_only(text t, bool letters, bool digits)
{
	for (int64_t i = 0; i < t.len; i++)
		if (!(letters && is_letter(t.at[i])) && !(digits && is_digit(t.at[i]))) return false;
	return true;
}

/* The next subtag if it is of these characters and lengths. */
static bool take(subtags *s, bool letters, bool digits, int64_t min, int64_t max)
{
	if (s->next == s->count) return false;
	text t = s->at[s->next];
	if (t.len < min || t.len > max || !has_only(t, letters, digits)) return false;
	s->next++;
	return true;
}

static bool split(subtags *s, text code)
{
	for (text_pair cut = text_cut(code, '-');; cut = text_cut(cut.tail, '-')) {
		if (s->count == 32 || cut.head.len < 1 || cut.head.len > 8) return false;
		s->at[s->count++] = cut.head;
		if (!cut.found) return true;
	}
}

static bool take_variant(subtags *s)
{
	if (take(s, true, true, 5, 8)) return true;
	return s->next < s->count && is_digit(s->at[s->next].at[0]) && take(s, true, true, 4, 4);
}

static bool is_singleton(const subtags *s, bool private)
{
	if (s->next == s->count || s->at[s->next].len != 1) return false;
	char c = s->at[s->next].at[0];
	return (c == 'x' || c == 'X') == private && (is_letter(c) || is_digit(c));
}

/* A singleton and at least one subtag after it. */
static bool take_extension(subtags *s, bool private)
{
	if (!is_singleton(s, private)) return false;
	int before = s->next++;
	while (take(s, true, true, private ? 1 : 2, 8)) {
	}
	if (s->next > before + 1) return true;
	s->next = before;
	return false;
}

static bool is_irregular(text code)
{
	static const char *const tags[] = {"en-GB-oed", "i-ami", "i-bnn",     "i-default", "i-enochian", "i-hak",
					   "i-klingon", "i-lux", "i-mingo",   "i-navajo",  "i-pwn",      "i-tao",
					   "i-tay",     "i-tsu", "sgn-BE-FR", "sgn-BE-NL", "sgn-CH-DE"};
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
		if (text_equal(code, text_of(tags[i]))) return true;
	return false;
}

static bool take_language(subtags *s)
{
	if (!take(s, true, false, 2, 3)) return take(s, true, false, 4, 8);
	for (int extended = 0; extended < 3 && take(s, true, false, 3, 3); extended++) {
	}
	return true;
}

static bool is_well_formed(text code)
{
	subtags s;
	s.count = s.next = 0;
	if (!split(&s, code)) return false;
	if (is_singleton(&s, true)) return take_extension(&s, true) && s.next == s.count;
	if (!take_language(&s)) return false;
	take(&s, true, false, 4, 4);                                   /* script */
	if (!take(&s, true, false, 2, 2)) take(&s, false, true, 3, 3); /* region */
	while (take_variant(&s)) {
	}
	while (take_extension(&s, false)) {
	}
	take_extension(&s, true);
	return s.next == s.count;
}

static term_answer language_tag(text code)
{
	return is_well_formed(code) || is_irregular(code) ? TERM_IS : TERM_NOT;
}

/* ---- media types: RFC 6838, section 4.2; parameters: RFC 2045, section 5.1 ---- */

static bool is_name(text t)
{
	if (t.len < 1 || t.len > 127 || !(is_letter(t.at[0]) || is_digit(t.at[0]))) return false;
	for (int64_t i = 1; i < t.len; i++)
		if (!is_letter(t.at[i]) && !is_digit(t.at[i]) && !strchr("!#$&-^_.+", t.at[i])) return false;
	return true;
}

static bool is_token(text t)
{
	for (int64_t i = 0; i < t.len; i++)
		if (t.at[i] <= ' ' || t.at[i] > '~' || strchr("()<>@,;:\\\"/[]?=", t.at[i])) return false;
	return t.len > 0;
}

static bool is_quoted(text t)
{
	if (t.len < 2 || t.at[0] != '"' || t.at[t.len - 1] != '"') return false;
	for (int64_t i = 1; i < t.len - 1; i++) {
		if (t.at[i] == '"' || t.at[i] == '\r' || t.at[i] == '\n') return false;
		if (t.at[i] == '\\' && ++i == t.len - 1) return false;
	}
	return true;
}

static bool is_parameter(text t)
{
	text_pair part = text_cut(text_trim(t), '=');
	return part.found && is_token(part.head) && (is_token(part.tail) || is_quoted(part.tail));
}

/* R4 itself lets a CapabilityStatement.format be one of three words that are no media types: so of them nothing is said. */
static term_answer media_type(text code)
{
	if (text_equal(code, TEXT("json")) || text_equal(code, TEXT("xml")) || text_equal(code, TEXT("ttl")))
		return TERM_UNKNOWN;
	text_pair type = text_cut(code, '/'), parameters = text_cut(type.tail, ';');
	if (!type.found || !is_name(type.head) || !is_name(text_trim(parameters.head))) return TERM_NOT;
	while (parameters.found) {
		text rest = parameters.tail;
		int64_t end = 0;
		for (bool quoted = false; end < rest.len && (quoted || rest.at[end] != ';'); end++)
			if (rest.at[end] == '"' && (end == 0 || rest.at[end - 1] != '\\')) quoted = !quoted;
		if (!is_parameter(text_slice(rest, 0, end))) return TERM_NOT;
		parameters.found = end < rest.len;
		parameters.tail = text_slice(rest, end + parameters.found, rest.len);
	}
	return TERM_IS;
}

/* ---- units: UCUM ---- */

/* What Limen can convert is a unit; of others it cannot be told. */
static term_answer unit(text code)
{
	decimal size;
	text base;
	if (code.len == 0 || text_find(code, TEXT(" ")) >= 0) return TERM_NOT;
	arena *a = arena_new(MIB);
	bool known = unit_canonical(a, decimal_from_int(1), code, &size, &base);
	arena_free(a);
	return known ? TERM_IS : TERM_UNKNOWN;
}

/* ---- lists of others that Limen has not: the form only ---- */

static term_answer three_capitals(text code)
{
	bool good = code.len == 3;
	for (int64_t i = 0; good && i < 3; i++) good = code.at[i] >= 'A' && code.at[i] <= 'Z';
	return good ? TERM_UNKNOWN : TERM_NOT;
}

/* ISO 3166-1: two or three capitals, or three digits. */
static term_answer country(text code)
{
	bool good = code.len == 2 || code.len == 3;
	bool digits = good && is_digit(code.at[0]);
	for (int64_t i = 0; good && i < code.len; i++)
		good = digits ? is_digit(code.at[i]) : code.at[i] >= 'A' && code.at[i] <= 'Z';
	return good && (!digits || code.len == 3) ? TERM_UNKNOWN : TERM_NOT;
}

grammar grammar_of(text system)
{
	static const struct {
		const char *system;
		grammar says;
	} rows[] = {
	    {"urn:ietf:bcp:47", language_tag},   {"urn:ietf:bcp:13", media_type},
	    {"http://unitsofmeasure.org", unit}, {"urn:iso:std:iso:4217", three_capitals},
	    {"urn:iso:std:iso:3166", country},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (text_equal(system, text_of(rows[i].system))) return rows[i].says;
	return NULL;
}
