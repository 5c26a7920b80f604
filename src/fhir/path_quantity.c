/* Units: UCUM expressions as a factor and powers of base units, and FHIRPath's calendar durations. */
#include "fhir/path_internal.h"

#include <string.h>

enum { POWERS = 9, UNIT_DEPTH_MAX = 16, EXPONENT_MAX = 24 };

static const struct unit_row {
	const char *code;
	bool metric;
	const char *size, *over, *zero;
	const char *arbitrary; /* the unit it is, where a procedure defines it */
	int8_t powers[POWERS];
} units[] = {
#define UNIT(code, metric, size, over, ...) {code, metric, size, over, "0", NULL, {__VA_ARGS__}},
#define SCALE(code, metric, size, over, zero, ...) {code, metric, size, over, zero, NULL, {__VA_ARGS__}},
#define ARBITRARY(code, metric, is) {code, metric, "1", "1", "0", is, {0, 0, 0, 0, 0, 0, 0, 0, 1}},
#include "fhir/path_units.def"
#undef UNIT
#undef SCALE
#undef ARBITRARY
};
enum { UNITS = sizeof units / sizeof *units };

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

text unit_definite(text unit)
{
	const struct calendar_row *word = calendar_word(unit);
	if (!word) return unit;
	if (word->ucum) return text_of(word->ucum);
	return word->part == STAMP_YEAR ? TEXT("a") : TEXT("mo");
}

typedef struct unit_parser {
	text left;
	int depth;
	int units;    /* how many have been read */
	bool special; /* one of them has a zero of its own */
} unit_parser;

static bool parse_term(unit_parser *p, unit_value *out);

static unit_value unit_one(void)
{
	return (unit_value){.size = decimal_from_int(1), .over = decimal_from_int(1)};
}

static bool multiply(unit_value *x, const unit_value *by, int sign)
{
	if (x->arbitrary && by->arbitrary && x->arbitrary != by->arbitrary) return false;
	if (by->arbitrary) x->arbitrary = by->arbitrary;
	for (int i = 0; i < POWERS; i++) {
		int power = x->powers[i] + sign * by->powers[i];
		if (power < -100 || power > 100) return false;
		x->powers[i] = (int8_t)power;
	}
	return decimal_multiply(x->size, sign > 0 ? by->size : by->over, &x->size) &&
	       decimal_multiply(x->over, sign > 0 ? by->over : by->size, &x->over);
}

static int row_of(text code)
{
	for (int i = 0; i < UNITS; i++)
		if (text_equal(code, text_of(units[i].code))) return i;
	return -1;
}

static bool of_row(const struct unit_row *row, unit_value *out)
{
	*out = (unit_value){.arbitrary = row->arbitrary ? row_of(text_of(row->arbitrary)) : 0};
	memcpy(out->powers, row->powers, sizeof out->powers);
	return decimal_parse(text_of(row->size), &out->size) && decimal_parse(text_of(row->over), &out->over) &&
	       decimal_parse(text_of(row->zero), &out->zero);
}

/* Below one a prefix goes under the line, so that it keeps its digits. */
static bool prefixed(unit_value *x, const char *prefix)
{
	decimal p;
	if (!decimal_parse(text_of(prefix), &p)) return false;
	if (p.scale == 0) return decimal_multiply(x->size, p, &x->size);
	decimal inverse = decimal_from_int(1);
	for (int i = 0; i < p.scale; i++) inverse.coefficient *= 10;
	return decimal_multiply(x->over, inverse, &x->over) && decimal_multiply(x->zero, inverse, &x->zero);
}

static bool atom(text code, unit_value *out)
{
	const int prefix_count = (int)(sizeof prefixes / sizeof *prefixes);
	int row = row_of(code);
	if (row >= 0) return of_row(&units[row], out);
	for (int n = 0; n < prefix_count; n++) {
		text prefix = text_of(prefixes[n].code);
		if (!text_starts(code, prefix)) continue;
		row = row_of(text_slice(code, prefix.len, code.len));
		if (row >= 0 && units[row].metric) return of_row(&units[row], out) && prefixed(out, prefixes[n].size);
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

static bool parenthesis(unit_parser *p, unit_value *out)
{
	p->left = text_slice(p->left, 1, p->left.len);
	if (++p->depth > UNIT_DEPTH_MAX || !parse_term(p, out) || !p->left.len || p->left.at[0] != ')') return false;
	p->left = text_slice(p->left, 1, p->left.len);
	p->depth--;
	return true;
}

static bool whole_number(unit_parser *p, unit_value *out)
{
	int64_t i = 0;
	while (i < p->left.len && is_digit(p->left.at[i])) i++;
	bool ok = decimal_parse(text_slice(p->left, 0, i), &out->size) && decimal_sign(out->size) > 0;
	p->left = text_slice(p->left, i, p->left.len);
	return ok && annotation(p);
}

/* A unit with its exponent, a number, an annotation, or a term in parentheses. */
static bool component(unit_parser *p, unit_value *out)
{
	unit_value one = {0};
	int power = 1;
	char c = p->left.len ? p->left.at[0] : 0;
	p->units++;
	*out = unit_one();
	if (c == '(') return parenthesis(p, out);
	if (c == '{') return annotation(p);
	bool ten = text_starts(p->left, TEXT("10*")) || text_starts(p->left, TEXT("10^"));
	if (is_digit(c) && !ten) return whole_number(p, out);
	int64_t length = ten ? 3 : atom_length(p->left);
	if (!length || !atom(text_slice(p->left, 0, length), &one)) return false;
	p->left = text_slice(p->left, length, p->left.len);
	if (!exponent(p, &power)) return false;
	if (one.zero.coefficient) {
		p->special = true;
		*out = one;
		return power == 1 && annotation(p);
	}
	for (int i = 0; i < (power < 0 ? -power : power); i++)
		if (!multiply(out, &one, power < 0 ? -1 : 1)) return false;
	return annotation(p);
}

static bool parse_term(unit_parser *p, unit_value *out)
{
	unit_value next;
	int sign = 1;
	*out = unit_one();
	bool over = p->left.len && p->left.at[0] == '/';
	if (over) {
		sign = -1;
		p->left = text_slice(p->left, 1, p->left.len);
	}
	for (;;) {
		if (!component(p, &next)) return false;
		if (p->special && p->units == 1 && !over)
			*out = next;
		else if (!multiply(out, &next, sign))
			return false;
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
		*out = unit_one();
		out->calendar = true;
		if (word->part == STAMP_YEAR) out->size = decimal_from_int(12);
		return true;
	}
	unit_parser p = {.left = word ? text_of(word->ucum) : unit};
	if (!parse_term(&p, out) || p.left.len) return false;
	return !p.special || (p.units == 1 && out->zero.coefficient);
}

static bool alike(const unit_value *x, const unit_value *y)
{
	bool same_arbitrary = !x->powers[POWERS - 1] || x->arbitrary == y->arbitrary;
	return memcmp(x->powers, y->powers, sizeof x->powers) == 0 && same_arbitrary && x->calendar == y->calendar;
}

bool unit_alike(text x, text y)
{
	unit_value ux, uy;
	return text_equal(x, y) || (unit_known(x, &ux) && unit_known(y, &uy) && alike(&ux, &uy));
}

/* In base units, not yet divided by unit.over. */
static bool in_base(const decimal *n, const unit_value *unit, decimal *out)
{
	return decimal_multiply(*n, unit->size, out) && decimal_add(*out, unit->zero, out);
}

bool quantity_base(const path_item *q, unit_value *unit, decimal *out)
{
	return unit_known(q->text, unit) && in_base(&q->number, unit, out) && decimal_divide(*out, unit->over, out);
}

bool quantity_in(const path_item *q, text unit, decimal *out)
{
	unit_value from, to;
	decimal n, zero, under;
	if (text_equal(q->text, unit)) {
		*out = q->number;
		return true;
	}
	if (!unit_known(q->text, &from) || !unit_known(unit, &to) || !alike(&from, &to)) return false;
	if (!in_base(&q->number, &from, &n) || !decimal_multiply(n, to.over, &n)) return false;
	if (!decimal_multiply(to.zero, from.over, &zero) || !decimal_subtract(n, zero, &n)) return false;
	return decimal_multiply(from.over, to.size, &under) && decimal_divide(n, under, out);
}

path_order quantity_order(const path_item *x, const path_item *y)
{
	unit_value ux, uy;
	decimal a = x->number, b = y->number;
	bool same = text_equal(x->text, y->text);
	if (!same && (!unit_known(x->text, &ux) || !unit_known(y->text, &uy) || !alike(&ux, &uy))) return ORDER_UNKNOWN;
	if (!same && (!in_base(&a, &ux, &a) || !in_base(&b, &uy, &b))) return ORDER_UNKNOWN;
	if (!same && (!decimal_multiply(a, uy.over, &a) || !decimal_multiply(b, ux.over, &b))) return ORDER_UNKNOWN;
	int order = decimal_compare(a, b);
	return order < 0 ? ORDER_LESS : order > 0 ? ORDER_GREATER : ORDER_EQUAL;
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
