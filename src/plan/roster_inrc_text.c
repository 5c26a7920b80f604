/* roster_inrc_text.c: INRC-I's text: sections "NAME = n;" of lines that end in ";", comments behind "//". */
#include "plan/roster_inrc.h"

typedef bool line_function(inrc *q, text line);

static text cut_end(text line)
{
	while (line.len > 0 && (line.at[line.len - 1] == ';' || line.at[line.len - 1] == ' ')) line.len--;
	return line;
}

static bool read_period(inrc *q, text line)
{
	text id = reading_field(&line, ','), first = reading_field(&line, ',');
	return inrc_period(q, id, first, text_trim(line));
}

static bool read_skill(inrc *q, text line)
{
	return inrc_name(q, &q->skills, text_trim(line), INRC_LISTS_MAX);
}

/* "2, Nurse HeadNurse" or with commas: what is left of the line after how many. */
static bool read_skills(inrc *q, text line, uint64_t *out)
{
	int64_t count;
	if (!reading_number(q->in, reading_field(&line, ','), 0, INRC_LISTS_MAX, &count)) return false;
	while (line.len > 0)
		if (!inrc_skills(q, reading_field(&line, ','), out)) return false;
	return __builtin_popcountll(*out) == count || reading_wrong(q->in, FAIL_ROSTER_WORD, line, TEXT("skills"));
}

static bool read_shift(inrc *q, text line)
{
	uint64_t skills = 0;
	text id = reading_field(&line, ',');
	reading_field(&line, ','); /* its description */
	text start = reading_field(&line, ','), end = reading_field(&line, ',');
	return read_skills(q, line, &skills) && inrc_shift(q, id, start, end, skills);
}

/* "(on|weight|value)", for what is or is not "(on|weight)". */
static bool read_limit(inrc *q, text field, inrc_limit *out)
{
	if (field.len < 2 || field.at[0] != '(' || field.at[field.len - 1] != ')')
		return reading_wrong(q->in, FAIL_ROSTER_WORD, field, TEXT("(on|weight|value)"));
	text rest = text_slice(field, 1, field.len - 1);
	int64_t on;
	if (!reading_number(q->in, reading_field(&rest, '|'), 0, 1, &on) ||
	    !reading_number(q->in, reading_field(&rest, '|'), 0, 100000, &out->weight))
		return false;
	out->on = on == 1;
	return rest.len == 0 || reading_number(q->in, text_trim(rest), 0, 10000, &out->value);
}

/* How many, then so many numbers, whatever stands between them. */
static bool read_pattern_list(inrc *q, text list, uint64_t *out)
{
	int64_t want = -1, count = 0;
	for (int64_t i = 0; i < list.len; i++) {
		int64_t from = i, number;
		while (i < list.len && list.at[i] >= '0' && list.at[i] <= '9') i++;
		if (i == from) continue;
		if (!reading_number(q->in, text_slice(list, from, i), 0, INRC_LISTS_MAX - 1, &number)) return false;
		if (want < 0) {
			want = number;
			continue;
		}
		*out |= UINT64_C(1) << number;
		count++;
	}
	return count == (want < 0 ? 0 : want) || reading_wrong(q->in, FAIL_ROSTER_WORD, list, TEXT("patterns"));
}

static bool read_contract(inrc *q, text line)
{
	if (!inrc_name(q, &q->contracts, reading_field(&line, ','), INRC_LISTS_MAX)) return false;
	inrc_contract *c = &q->contract[q->contracts.count - 1];
	reading_field(&line, ','); /* its description */
	for (int i = 0; i < INRC_RULES; i++) {
		if (i == INRC_WHOLE && !inrc_weekend(q, reading_field(&line, ','), &c->weekend)) return false;
		if (!read_limit(q, reading_field(&line, ','), &c->rules[i])) return false;
	}
	return read_pattern_list(q, line, &c->patterns);
}

static bool read_pattern(inrc *q, text line)
{
	int64_t weight, count;
	if (!inrc_name(q, &q->patterns, reading_field(&line, ','), INRC_LISTS_MAX)) return false;
	roster_pattern *p = &q->pattern[q->patterns.count - 1];
	p->id = q->patterns.at[q->patterns.count - 1];
	if (!reading_number(q->in, reading_field(&line, ','), 0, 100000, &weight)) return false;
	p->weight = (int32_t)weight;
	line = text_trim(line);
	if (!reading_number(q->in, reading_field(&line, ' '), 1, ROSTER_PATTERN_MAX, &count)) return false;
	while (line.len > 0) {
		text part = reading_field(&line, ')');
		if (part.len == 0) continue;
		if (part.at[0] != '(') return reading_wrong(q->in, FAIL_ROSTER_WORD, part, TEXT("(shift|day)"));
		part = text_slice(part, 1, part.len);
		text shift = reading_field(&part, '|');
		if (!inrc_pattern_day(q, p, shift, text_trim(part))) return false;
	}
	return p->length == count || reading_wrong(q->in, FAIL_ROSTER_WORD, line, TEXT("(shift|day)"));
}

static bool read_employee(inrc *q, text line)
{
	uint64_t skills = 0;
	text id = reading_field(&line, ','), name = reading_field(&line, ','), contract = reading_field(&line, ',');
	return read_skills(q, line, &skills) && inrc_employee_add(q, id, name, contract, skills);
}

static bool read_cover_weekday(inrc *q, text line)
{
	text day = reading_field(&line, ','), shift = reading_field(&line, ',');
	return inrc_cover_weekday(q, day, shift, text_trim(line));
}

static bool read_cover_date(inrc *q, text line)
{
	text day = reading_field(&line, ','), shift = reading_field(&line, ',');
	return inrc_cover_date(q, day, shift, text_trim(line));
}

static bool read_day_wish(inrc *q, text line, bool on)
{
	text person = reading_field(&line, ','), date = reading_field(&line, ',');
	return inrc_wish(q, person, date, TEXT(""), text_trim(line), on);
}

static bool read_shift_wish(inrc *q, text line, bool on)
{
	text person = reading_field(&line, ','), date = reading_field(&line, ','), shift = reading_field(&line, ',');
	if (shift.len == 0) return reading_wrong(q->in, FAIL_ROSTER_WORD, shift, TEXT("shift"));
	return inrc_wish(q, person, date, shift, text_trim(line), on);
}

static bool read_day_off(inrc *q, text line)
{
	return read_day_wish(q, line, false);
}

static bool read_day_on(inrc *q, text line)
{
	return read_day_wish(q, line, true);
}

static bool read_shift_off(inrc *q, text line)
{
	return read_shift_wish(q, line, false);
}

static bool read_shift_on(inrc *q, text line)
{
	return read_shift_wish(q, line, true);
}

static const struct {
	const char *name;
	line_function *read;
} sections[] = {{"SCHEDULING_PERIOD", read_period},
		{"SKILLS", read_skill},
		{"SHIFT_TYPES", read_shift},
		{"CONTRACTS", read_contract},
		{"PATTERNS", read_pattern},
		{"EMPLOYEES", read_employee},
		{"DAY_OF_WEEK_COVER", read_cover_weekday},
		{"DATE_SPECIFIC_COVER", read_cover_date},
		{"DAY_OFF_REQUESTS", read_day_off},
		{"DAY_ON_REQUESTS", read_day_on},
		{"SHIFT_OFF_REQUESTS", read_shift_off},
		{"SHIFT_ON_REQUESTS", read_shift_on}};
enum { SECTIONS = sizeof sections / sizeof *sections };

static int section_of(text line)
{
	text name = text_trim(text_cut(line, '=').head);
	for (int i = 0; i < SECTIONS; i++)
		if (text_equal(name, text_of(sections[i].name))) return i;
	return -1;
}

/* What needs the period, shifts and people has them, since the sections come in this order. */
static bool ordered(inrc *q, int was, int section, text line)
{
	if (section > was && (section < 2 || q->need)) return true;
	return reading_wrong(q->in, FAIL_ROSTER_WORD, line, text_of(sections[was + 1 < SECTIONS ? was + 1 : was].name));
}

roster *inrc_text_read(reading *in)
{
	inrc *q = ARENA_NEW(in->arena, inrc);
	text line;
	int section = -1;
	q->in = in;
	while (reading_line(in, "//", &line)) {
		line = cut_end(line);
		int next = section_of(line);
		if (next >= 0) {
			if (!ordered(q, section, next, line)) return NULL;
			section = next;
			continue;
		}
		if (section < 0) return reading_wrong(in, FAIL_ROSTER_WORD, line, TEXT("SCHEDULING_PERIOD")), NULL;
		if (line.len > 0 && !sections[section].read(q, line)) return NULL;
	}
	roster *r = inrc_roster(q);
	if (r) r->kind = ROSTER_INRC_TEXT;
	return r;
}
