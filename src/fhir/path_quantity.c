/* Units: UCUM expressions as a factor and powers of base units, and FHIRPath's calendar durations. */
#include "fhir/path_internal.h"

#include <string.h>

enum { POWERS = 8, UNIT_DEPTH_MAX = 16, EXPONENT_MAX = 9 };

static const struct unit_row {
	const char *code;
	bool metric;
	const char *size;
	int8_t powers[POWERS];
} units[] = {
#define UNIT(code, metric, size, ...) {code, metric, size, {__VA_ARGS__}},
#include "fhir/path_units.def"
#undef UNIT
};

static const struct prefix_row {
	const char *code;
	const char *size;
} prefixes[] = {
    {"da", "10"},  {"Y", "1e24"},  {"Z", "1e21"},  {"E", "1e18"},  {"P", "1e15"},  {"T", "1e12"},  {"G", "1e9"},
    {"M", "1e6"},  {"k", "1e3"},   {"h", "1e2"},   {"d", "1e-1"},  {"c", "1e-2"},  {"m", "1e-3"},  {"u", "1e-6"},
    {"n", "1e-9"}, {"p", "1e-12"}, {"f", "1e-15"}, {"a", "1e-18"}, {"z", "1e-21"}, {"y", "1e-24"},
};

/* Calendar words (FHIRPath N1, section 4.1.8): from the week down they are as long as UCUM's, a month and a year are
 * not. */
static const struct calendar_row {
	const char *word;
	const char *plural;
	const char *ucum;
	stamp_part part;
	int times;
} calendar_words[] = {
    {"year", "years", NULL, STAMP_YEAR, 1},      {"month", "months", NULL, STAMP_MONTH, 1},
    {"week", "weeks", "wk", STAMP_DAY, 7},       {"day", "days", "d", STAMP_DAY, 1},
    {"hour", "hours", "h", STAMP_HOUR, 1},       {"minute", "minutes", "min", STAMP_MINUTE, 1},
    {"second", "seconds", "s", STAMP_SECOND, 1}, {"millisecond", "milliseconds", "ms", STAMP_FRACTION, 1},
};
enum { CALENDAR_WORDS = sizeof calendar_words / sizeof *calendar_words };

static const struct calendar_row *calendar_word(text unit)
{
	for (int i = 0; i < CALENDAR_WORDS; i++)
		if (text_equal(unit, text_of(calendar_words[i].word)) ||
		    text_equal(unit, text_of(calendar_words[i].plural)))
			return &calendar_words[i];
	return NULL;
}

bool unit_is_calendar(text unit)
{
	return calendar_word(unit) != NULL;
}

typedef struct unit_parser {
	text left;
	int depth;
} unit_parser;

static bool parse_term(unit_parser *p, unit_value *out);

static bool multiply(unit_value *x, const unit_value *by, int sign)
{
	for (int i = 0; i < POWERS; i++) {
		int power = x->powers[i] + sign * by->powers[i];
		if (power < -100 || power > 100) return false;
		x->powers[i] = (int8_t)power;
	}
	return sign > 0 ? decimal_multiply(x->number, by->number, &x->number)
			: decimal_divide(x->number, by->number, &x->number);
}

static bool of_row(const struct unit_row *row, unit_value *out)
{
	*out = (unit_value){0};
	memcpy(out->powers, row->powers, sizeof out->powers);
	return decimal_parse(text_of(row->size), &out->number);
}

static bool atom(text code, unit_value *out)
{
	const int count = (int)(sizeof units / sizeof *units), prefix_count = (int)(sizeof prefixes / sizeof *prefixes);
	for (int i = 0; i < count; i++)
		if (text_equal(code, text_of(units[i].code))) return of_row(&units[i], out);
	for (int n = 0; n < prefix_count; n++) {
		text prefix = text_of(prefixes[n].code);
		if (!text_starts(code, prefix)) continue;
		text rest = text_slice(code, prefix.len, code.len);
		for (int i = 0; i < count; i++) {
			decimal size;
			if (!units[i].metric || !text_equal(rest, text_of(units[i].code))) continue;
			return of_row(&units[i], out) && decimal_parse(text_of(prefixes[n].size), &size) &&
			       decimal_multiply(out->number, size, &out->number);
		}
	}
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* How far a unit's code reaches: up to an operator or an exponent; brackets belong to it. */
static int64_t atom_length(text t)
{
	int64_t i = 0;
	for (bool bracket = false; i < t.len; i++) {
		char c = t.at[i];
		if (c == '[') bracket = true;
		if (c == ']') bracket = false;
		if (bracket) continue;
		if (c == '.' || c == '/' || c == '(' || c == ')' || c == '{' || is_digit(c)) break;
		if ((c == '+' || c == '-') && i + 1 < t.len && is_digit(t.at[i + 1])) break;
	}
	return i;
}

static bool exponent(unit_parser *p, int *out)
{
	int64_t i = 0, n;
	if (p->left.len && (p->left.at[0] == '+' || p->left.at[0] == '-')) i = 1;
	int64_t start = i;
	while (i < p->left.len && is_digit(p->left.at[i])) i++;
	*out = 1;
	if (i == start) return start == 0;
	if (!text_to_int(text_slice(p->left, start, i), &n) || n > EXPONENT_MAX) return false;
	*out = start && p->left.at[0] == '-' ? -(int)n : (int)n;
	p->left = text_slice(p->left, i, p->left.len);
	return true;
}

static bool annotation(unit_parser *p)
{
	if (!p->left.len || p->left.at[0] != '{') return true;
	int64_t end = text_find(p->left, TEXT("}"));
	if (end < 0) return false;
	p->left = text_slice(p->left, end + 1, p->left.len);
	return true;
}

/* A unit with its exponent, a number, an annotation, or a term in parentheses. */
static bool component(unit_parser *p, unit_value *out)
{
	unit_value one = {0};
	int power = 1;
	char c = p->left.len ? p->left.at[0] : 0;
	if (c == '(') {
		p->left = text_slice(p->left, 1, p->left.len);
		if (++p->depth > UNIT_DEPTH_MAX || !parse_term(p, out) || !p->left.len || p->left.at[0] != ')')
			return false;
		p->left = text_slice(p->left, 1, p->left.len);
		p->depth--;
		return true;
	}
	*out = (unit_value){.number = decimal_from_int(1)};
	if (c == '{') return annotation(p);
	if (is_digit(c)) {
		int64_t i = 0;
		while (i < p->left.len && is_digit(p->left.at[i])) i++;
		bool ok = decimal_parse(text_slice(p->left, 0, i), &out->number) && decimal_sign(out->number) > 0;
		p->left = text_slice(p->left, i, p->left.len);
		return ok && annotation(p);
	}
	int64_t length = atom_length(p->left);
	if (!length || !atom(text_slice(p->left, 0, length), &one)) return false;
	p->left = text_slice(p->left, length, p->left.len);
	if (!exponent(p, &power)) return false;
	for (int i = 0; i < (power < 0 ? -power : power); i++)
		if (!multiply(out, &one, power < 0 ? -1 : 1)) return false;
	return annotation(p);
}

static bool parse_term(unit_parser *p, unit_value *out)
{
	unit_value next;
	int sign = 1;
	*out = (unit_value){.number = decimal_from_int(1)};
	if (p->left.len && p->left.at[0] == '/') {
		sign = -1;
		p->left = text_slice(p->left, 1, p->left.len);
	}
	for (;;) {
		if (!component(p, &next) || !multiply(out, &next, sign)) return false;
		char c = p->left.len ? p->left.at[0] : 0;
		if (c != '.' && c != '/') return true;
		sign = c == '.' ? 1 : -1;
		p->left = text_slice(p->left, 1, p->left.len);
	}
}

bool unit_known(text unit, unit_value *out)
{
	const struct calendar_row *word = calendar_word(unit);
	if (word && !word->ucum) {
		*out = (unit_value){.number = decimal_from_int(word->part == STAMP_YEAR ? 12 : 1), .calendar = true};
		return true;
	}
	unit_parser p = {.left = word ? text_of(word->ucum) : unit};
	return parse_term(&p, out) && p.left.len == 0;
}

bool quantity_base(const path_item *q, unit_value *out)
{
	return unit_known(q->text, out) && decimal_multiply(q->number, out->number, &out->number);
}

/* UCUM's month and year are fixed lengths and no part of a calendar: date arithmetic with them is a mistake. */
bool quantity_duration(const path_item *q, stamp_part *part, int64_t *amount)
{
	const struct calendar_row *word = calendar_word(q->text);
	for (int i = 0; !word && i < CALENDAR_WORDS; i++)
		if (calendar_words[i].ucum && text_equal(q->text, text_of(calendar_words[i].ucum)))
			word = &calendar_words[i];
	decimal whole, rest;
	if (!word || !decimal_divide_whole(q->number, decimal_from_int(1), &whole, &rest)) return false;
	if (!decimal_to_int(whole, amount) || __builtin_mul_overflow(*amount, word->times, amount)) return false;
	*part = word->part;
	return *amount != INT64_MIN;
}

bool quantity_parse(text t, path_item *out)
{
	int64_t i = 0;
	if (i < t.len && (t.at[i] == '+' || t.at[i] == '-')) i++;
	while (i < t.len && (is_digit(t.at[i]) || t.at[i] == '.')) i++;
	text number = text_slice(t, t.len && t.at[0] == '+' ? 1 : 0, i), unit = text_trim(text_slice(t, i, t.len));
	*out = (path_item){.kind = PATH_QUANTITY, .text = TEXT("1")};
	if (!decimal_parse(number, &out->number)) return false;
	if (!unit.len) return i == t.len;
	bool quoted = unit.len > 2 && unit.at[0] == '\'' && unit.at[unit.len - 1] == '\'';
	if (quoted)
		unit = text_slice(unit, 1, unit.len - 1);
	else if (!unit_is_calendar(unit))
		return false;
	out->text = unit;
	return text_find(unit, TEXT("'")) < 0;
}
