/* Values of a query, understood once: prefixes, dates with what they span, numbers with what rounds to them, systems and codes.
 * Whether a value is good does not depend on what is in the record. */
#include "record/search_internal.h"

#include <math.h>
#include <string.h>

bool search_refuse(const search *s, const clause *c, text value, text expected)
{
	return issue_at(s->sink, FAIL_SEARCH_VALUE, (place){0}, c->name, value, expected);
}

static bool search_lacks(const search *s, const clause *c)
{
	return issue_add(s->sink, FAIL_SEARCH_EMPTY, c->name, TEXT(""));
}

static comparison cut_comparison(text *value)
{
	static const char names[][3] = {"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"};
	for (int i = 0; i <= IS_AP; i++)
		if (value->len > 2 && memcmp(value->at, names[i], 2) == 0) {
			*value = text_slice(*value, 2, value->len);
			return (comparison)i;
		}
	return IS_EQ;
}

/* ---- date: R4 3.1.1.4.7, spans against spans ---- */

bool span_matches(instant low, instant high, const test *q)
{
	if (q->also && !span_matches(low, high, q->also)) return false;
	bool equal = low >= q->low && high <= q->high;
	switch (q->how) {
	case IS_EQ:
		return equal;
	case IS_NE:
		return !equal;
	case IS_GT:
		return high > q->high;
	case IS_LT:
		return low < q->low;
	case IS_GE:
		return high > q->high || equal;
	case IS_LE:
		return low < q->low || equal;
	case IS_SA:
		return low >= q->high;
	case IS_EB:
		return high <= q->low;
	case IS_AP:
		return low < q->high && high > q->low;
	}
	return false;
}

/* About a date: a tenth of its distance from today to either side (R4's recommendation). */
static void widen(const search *s, test *q)
{
	instant now = world_now(s->reader->record->world);
	instant distance = now > q->high ? now - q->high : q->low > now ? q->low - now : 0;
	q->low -= distance / 10;
	q->high += distance / 10;
}

/* A plus is a space in an address. A date has none, so it was meant: 10:00:00+01:00. */
static text with_plus(arena *a, text value)
{
	text_pair cut = text_cut(value, ' ');
	return cut.found ? text_format(a, "%.*s+%.*s", TEXT_ARG(cut.head), TEXT_ARG(cut.tail)) : value;
}

static bool parse_date(search *s, const clause *c, text value, test *q)
{
	text rest = with_plus(s->arena, value);
	moment m;
	q->how = cut_comparison(&rest);
	if (!moment_parse(rest, &m))
		return search_refuse(s, c, value, TEXT("[eq|ne|gt|lt|ge|le|sa|eb|ap]YYYY-MM-DDThh:mm:ss+hh:mm"));
	q->low = m.low;
	q->high = m.high;
	if (q->how == IS_AP) widen(s, q);
	return true;
}

/* ---- number, quantity: points and ranges against what was asked ---- */

/* A point has no upper end of its own. eq is what rounds to it: [low, high); ap takes both ends in. */
bool size_matches(text low, text high, const test *q)
{
	text end = high.len ? high : low;
	if (q->also && !size_matches(low, high, q->also)) return false;
	bool equal = text_compare(low, q->low_key) >= 0 && text_compare(end, q->high_key) < 0;
	switch (q->how) {
	case IS_EQ:
		return equal;
	case IS_NE:
		return !equal;
	case IS_GT:
		return text_compare(end, q->low_key) > 0;
	case IS_LT:
		return text_compare(low, q->low_key) < 0;
	case IS_GE:
		return text_compare(end, q->low_key) >= 0;
	case IS_LE:
		return text_compare(low, q->low_key) <= 0;
	case IS_SA:
		return text_compare(low, q->low_key) > 0;
	case IS_EB:
		return text_compare(end, q->low_key) < 0;
	case IS_AP:
		return text_compare(end, q->low_key) >= 0 && text_compare(low, q->high_key) <= 0;
	}
	return false;
}

/* Half a unit of the last digit written (R4 3.1.1.4.8): 100 has three, 1e2 one. */
static bool half_unit(text written, decimal d, decimal *half)
{
	int64_t exponent = 0;
	for (int64_t i = 0; i < written.len; i++)
		if (written.at[i] == 'e' || written.at[i] == 'E') {
			text digits = text_slice(written, i + 1, written.len);
			if (text_starts(digits, TEXT("+"))) digits = text_slice(digits, 1, digits.len);
			if (!text_to_int(digits, &exponent)) return false;
		}
	*half = (decimal){.coefficient = 5, .scale = d.scale + 1};
	if (exponent <= 0 || d.scale > 0) return true;
	/* The parser has multiplied the exponent in: as many zeros as it has left at the end say nothing. */
	decimal ten = decimal_from_int(10), unit = *half;
	int64_t point = 0;
	for (int64_t i = 0, seen = 0; i < written.len && written.at[i] != 'e' && written.at[i] != 'E'; i++) {
		if (seen) point++;
		seen |= written.at[i] == '.';
	}
	for (int64_t i = 0; i < exponent - point; i++)
		if (!decimal_multiply(unit, ten, &unit)) return false;
	*half = unit;
	return true;
}

static bool number_span(text written, decimal d, comparison how, decimal *low, decimal *high)
{
	decimal half = {0};
	if (how == IS_AP) {
		decimal size = d;
		if (size.coefficient < 0) size.coefficient = -size.coefficient;
		if (!decimal_multiply(size, (decimal){.coefficient = 1, .scale = 1}, &half)) return false;
	} else if (how == IS_EQ || how == IS_NE) {
		if (!half_unit(written, d, &half)) return false;
	}
	return decimal_subtract(d, half, low) && decimal_add(d, half, high);
}

static bool number_keys(search *s, decimal low, decimal high, test *q)
{
	text base_low, base_high;
	q->canonical = text_equal(q->system, UCUM) && !q->any_unit &&
		       canonical_quantity(s->arena, low, q->unit, &low, &base_low) &&
		       canonical_quantity(s->arena, high, q->unit, &high, &base_high);
	if (q->canonical) q->unit = base_low;
	q->low_key = number_key(s->arena, low);
	q->high_key = number_key(s->arena, high);
	if (q->canonical) q->low_key = measure_key(s->arena, q->unit, q->low_key);
	if (q->canonical) q->high_key = measure_key(s->arena, q->unit, q->high_key);
	return true;
}

static bool parse_number(search *s, const clause *c, search_kind kind, text value, test *q)
{
	text_pair number = search_cut(value, '|'), system = search_cut(number.tail, '|');
	text rest = number.head;
	decimal d, low, high;
	q->how = cut_comparison(&rest);
	q->any_unit = !number.found || system.tail.len == 0;
	q->system = search_unescape(s->arena, system.head);
	q->any_system = q->system.len == 0;
	q->unit = search_unescape(s->arena, system.tail);
	bool form = !number.found || (system.found && kind == SEARCH_QUANTITY);
	if (!form || !decimal_parse(rest, &d) || !number_span(rest, d, q->how, &low, &high))
		return search_refuse(s, c, value,
				     kind == SEARCH_QUANTITY ? TEXT("[eq|ne|gt|…]number[|system|unit]")
							     : TEXT("[eq|ne|gt|lt|ge|le|sa|eb|ap]number"));
	return number_keys(s, low, high, q);
}

/* ---- token ---- */

/* True: a bare code of this element is of that system, since its binding says so. */
static bool is_implied(const search_param *p, text system, text code)
{
	if (text_equal(system, TEXT("http://hl7.org/fhir/special-values"))) return true;
	for (int i = 0; p && i < p->code_set_count; i++)
		if (term_in(terms_r4(), p->code_sets[i], system, code) == TERM_IS) return true;
	return false;
}

static bool parse_token(search *s, const clause *c, text value, test *q)
{
	text_pair parts = search_cut(value, '|');
	q->value = search_unescape(s->arena, parts.found ? parts.tail : parts.head);
	q->system = parts.found ? search_unescape(s->arena, parts.head) : (text){0};
	q->any_system = !parts.found;
	q->any_code = q->value.len == 0;
	if (q->any_code && q->system.len == 0) return search_refuse(s, c, value, TEXT("[system|]code"));
	q->implied = q->any_system || q->system.len == 0 || (!q->any_code && is_implied(c->param, q->system, q->value));
	return true;
}

bool token_is(const test *q, text system, text code, bool implied)
{
	if (!q->any_code && !text_equal(code, q->value)) return false;
	if (q->any_system) return true;
	return implied ? q->implied : text_equal(system, q->system);
}

static bool parse_typed(search *s, const clause *c, text value, test *q)
{
	text_pair system = search_cut(value, '|'), code = search_cut(system.tail, '|');
	q->system = search_unescape(s->arena, system.head);
	q->unit = search_unescape(s->arena, code.head);
	q->value = search_unescape(s->arena, code.tail);
	bool ok = code.found && q->system.len && q->unit.len && q->value.len;
	return ok || search_refuse(s, c, value, TEXT("system|type|value"));
}

/* ---- words: what a word in the text begins with ---- */

static bool begins_word(text t, int64_t at)
{
	unsigned char before = at ? (unsigned char)t.at[at - 1] : ' ';
	bool letter = before >= 0x80 || (before >= 'a' && before <= 'z') || (before >= '0' && before <= '9');
	return !letter;
}

static bool word_found(text in, text word)
{
	for (int64_t at = 0; at + word.len <= in.len; at++) {
		int64_t next = text_find(text_slice(in, at, in.len), word);
		if (next < 0) return false;
		at += next;
		if (begins_word(in, at)) return true;
	}
	return false;
}

bool words_match(const test *q, text words)
{
	return word_found(words, q->value);
}

static bool parse_words(search *s, const clause *c, text value, test *q)
{
	text rest = text_fold(s->arena, text_trim(q->said));
	q->words = ARENA_ARRAY(s->arena, text, rest.len / 2 + 1);
	while (rest.len) {
		text_pair one = text_cut(rest, ' ');
		if (one.head.len) q->words[q->word_count++] = one.head;
		rest = one.tail;
	}
	/* A little language of AND, OR and brackets is what R4 suggests; half of it would find the wrong things. */
	bool language = text_find(q->said, TEXT("(")) >= 0 || text_find(q->said, TEXT(" OR ")) >= 0 ||
			text_find(q->said, TEXT(" AND ")) >= 0 || text_find(q->said, TEXT(" NOT ")) >= 0;
	return (q->word_count && !language) || search_refuse(s, c, value, TEXT("word word"));
}

/* ---- near: latitude|longitude|distance|unit ---- */

static bool parse_double(text t, double most, double *out)
{
	decimal d;
	if (!decimal_parse(t, &d)) return false;
	*out = decimal_to_double(d);
	return *out >= -most && *out <= most;
}

static bool parse_near(search *s, const clause *c, text value, test *q)
{
	text_pair one = text_cut(q->said, '|'), two = text_cut(one.tail, '|'), three = text_cut(two.tail, '|');
	text unit = three.tail.len ? three.tail : TEXT("km");
	bool km = text_equal(unit, TEXT("km")), m = text_equal(unit, TEXT("m")), mi = text_equal(unit, TEXT("[mi_i]"));
	q->kilometres = 50; /* "close to", where no distance is said */
	bool ok = one.found && parse_double(one.head, 90, &q->latitude) && parse_double(two.head, 180, &q->longitude) &&
		  (!two.found || three.head.len == 0 || parse_double(three.head, 1e9, &q->kilometres)) &&
		  (km || m || mi);
	if (!ok || q->kilometres < 0)
		return search_refuse(s, c, value, TEXT("latitude|longitude|distance|km, m, [mi_i]"));
	if (three.head.len && m) q->kilometres /= 1000;
	if (three.head.len && mi) q->kilometres *= 1.609344;
	return true;
}

/* ---- by kind ---- */

static bool parse_kind(search *s, const clause *c, search_kind kind, text value, test *q);

static bool parse_parts(search *s, const clause *c, text value, test *q)
{
	const search_param *p = c->param;
	text_pair one = {.tail = value, .found = true};
	q->parts = ARENA_ARRAY(s->arena, test, p->part_count);
	for (int i = 0; i < p->part_count; i++) {
		bool more = one.found;
		clause of_part = *c;
		one = search_cut(one.tail, '$');
		if (!more || one.head.len == 0) return search_refuse(s, c, value, TEXT("value$value"));
		of_part.param = p->parts[i].definition;
		of_part.type = c->type;
		q->parts[i].said = search_unescape(s->arena, one.head);
		if (!parse_kind(s, &of_part, p->parts[i].kind, one.head, &q->parts[i])) return false;
	}
	return !one.found || search_refuse(s, c, value, TEXT("value$value"));
}

static bool parse_string(search *s, const clause *c, test *q)
{
	q->value = string_key(s->arena, q->said);
	return q->value.len > 0 || search_lacks(s, c);
}

static bool parse_plain_text(search *s, const clause *c, test *q)
{
	q->value = q->said;
	return q->value.len > 0 || search_lacks(s, c);
}

static bool parse_token_kind(search *s, const clause *c, text value, test *q)
{
	switch (c->modifier) {
	case MOD_TEXT:
		q->value = text_fold(s->arena, text_trim(q->said));
		return q->value.len > 0 || search_lacks(s, c);
	case MOD_OF_TYPE:
		return parse_typed(s, c, value, q);
	case MOD_IN:
	case MOD_NOT_IN:
		return parse_plain_text(s, c, q) && codes_ready(s, c, q);
	case MOD_ABOVE:
	case MOD_BELOW:
		return parse_token(s, c, value, q) && codes_ready(s, c, q);
	default:
		return parse_token(s, c, value, q);
	}
}

static bool parse_kind(search *s, const clause *c, search_kind kind, text value, test *q)
{
	switch (kind) {
	case SEARCH_NUMBER:
	case SEARCH_QUANTITY:
		return parse_number(s, c, kind, value, q);
	case SEARCH_DATE:
		return parse_date(s, c, value, q);
	case SEARCH_STRING:
		return c->param->way == WAY_INDEX ? parse_string(s, c, q) : parse_words(s, c, value, q);
	case SEARCH_TOKEN:
		return parse_token_kind(s, c, value, q);
	case SEARCH_REFERENCE:
		if (c->modifier == MOD_IDENTIFIER) return parse_token(s, c, value, q);
		return places_find(s, c, q);
	case SEARCH_URI:
		return parse_plain_text(s, c, q);
	case SEARCH_COMPOSITE:
		return parse_parts(s, c, value, q);
	case SEARCH_SPECIAL:
		return parse_near(s, c, value, q);
	}
	return false;
}

static bool parse_value(search *s, const clause *c, text value, test *q)
{
	*q = (test){.said = search_unescape(s->arena, value)};
	switch (c->subject) {
	case SUBJECT_ID:
		return parse_plain_text(s, c, q);
	case SUBJECT_UPDATED:
		return parse_date(s, c, value, q);
	case SUBJECT_LIST:
		return places_find(s, c, q);
	case SUBJECT_PARAM:
	case SUBJECT_CHAIN:
	case SUBJECT_HAS:
	case SUBJECT_ANY:
		break;
	}
	return parse_kind(s, c, c->param->kind, value, q);
}

static bool parse_missing(search *s, clause *c, text value)
{
	bool yes = text_equal(value, TEXT("true")), no = text_equal(value, TEXT("false"));
	if (!yes && !no) return search_refuse(s, c, value, TEXT("true, false"));
	c->wanted_missing = yes;
	return true;
}

/* A text is split at its commas; a position, too, is one value. */
bool tests_parse(search *s, clause *c, text value)
{
	int count = 1;
	if (c->modifier == MOD_MISSING) return parse_missing(s, c, value);
	for (text_pair p = search_cut(value, ','); p.found; p = search_cut(p.tail, ',')) count++;
	c->tests = ARENA_ARRAY(s->arena, test, count);
	for (text_pair p = {.tail = value, .found = true}; p.found;) {
		p = search_cut(p.tail, ',');
		if (p.head.len && !parse_value(s, c, p.head, &c->tests[c->test_count++])) return false;
	}
	return c->test_count > 0 || search_lacks(s, c);
}
