/* roster_inrc.c: INRC-I's rules (the First International Nurse Rostering Competition, 2010) as a roster. Cover is hard, as many as asked and
 * no more; the contracts' rules are soft; the edges of the period count like any other day. */
#include "plan/roster_inrc.h"

enum { WEIGHT_MAX = 100000 };

static const char *const weekday_names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
					    "Friday", "Saturday", "Sunday"};

static bool weekday_of(inrc *q, text name, int *out)
{
	for (*out = 0; *out < 7; (*out)++)
		if (text_equal(name, text_of(weekday_names[*out]))) return true;
	return reading_wrong(q->in, FAIL_ROSTER_NAME, TEXT("weekday"), name);
}

static int days_of(const inrc *q)
{
	return (int)(q->last - q->first) + 1;
}

bool inrc_period(inrc *q, text id, text first, text last)
{
	q->id = text_copy(q->in->arena, id);
	if (!day_parse(first, &q->first)) return reading_wrong(q->in, FAIL_ROSTER_WORD, first, TEXT("YYYY-MM-DD"));
	if (!day_parse(last, &q->last)) return reading_wrong(q->in, FAIL_ROSTER_WORD, last, TEXT("YYYY-MM-DD"));
	if (q->last < q->first || (int64_t)q->last - q->first >= ROSTER_DAYS_MAX)
		return reading_wrong(q->in, FAIL_ROSTER_SIZE, last, TEXT("372"));
	q->need = ARENA_ARRAY(q->in->arena, int32_t, (int64_t)days_of(q) * (ROSTER_SHIFTS_MAX + 1));
	return true;
}

bool inrc_name(inrc *q, name_list *n, text name, int most)
{
	if (n->count >= most)
		return reading_wrong(q->in, FAIL_ROSTER_SIZE, name, text_format(q->in->arena, "%d", most));
	return names_add(q->in, n, name);
}

bool inrc_skills(inrc *q, text names, uint64_t *out)
{
	while (names.len > 0) {
		int skill;
		text name = reading_field(&names, ' ');
		if (name.len == 0) continue;
		if (!reading_name(q->in, &q->skills, TEXT("skill"), name, &skill)) return false;
		*out |= UINT64_C(1) << skill;
	}
	return true;
}

static bool clock_minutes(inrc *q, text t, int *out)
{
	text rest = t;
	int64_t hours, minutes;
	if (!text_to_int(reading_field(&rest, ':'), &hours) || !text_to_int(reading_field(&rest, ':'), &minutes) ||
	    hours < 0 || hours > 24 || minutes < 0 || minutes > 59)
		return reading_wrong(q->in, FAIL_ROSTER_WORD, t, TEXT("HH:MM:SS"));
	*out = (int)(hours * 60 + minutes);
	return true;
}

bool inrc_shift(inrc *q, text id, text start, text end, uint64_t skills)
{
	if (!inrc_name(q, &q->shifts, id, ROSTER_SHIFTS_MAX)) return false;
	roster_shift *s = &q->shift[q->shifts.count];
	*s = (roster_shift){.id = q->shifts.at[q->shifts.count - 1]};
	if (!clock_minutes(q, start, &s->start) || !clock_minutes(q, end, &s->end)) return false;
	if (s->end <= s->start) s->end += 1440;
	s->minutes = s->end - s->start;
	q->shift_skills[q->shifts.count] = skills;
	return true;
}

bool inrc_weekend(inrc *q, text name, uint8_t *out)
{
	uint8_t days = 0;
	text rest = name;
	for (int w = 4; w < 8; w++) {
		text known = text_of(weekday_names[w % 7]);
		if (!text_starts(rest, known)) continue;
		rest = text_slice(rest, known.len, rest.len);
		days |= (uint8_t)(1 << w % 7);
	}
	*out = days;
	return (days && rest.len == 0) || reading_wrong(q->in, FAIL_ROSTER_WORD, name, TEXT("SaturdaySunday"));
}

static uint64_t all_work(const inrc *q)
{
	return (UINT64_C(2) << q->shifts.count) - 2;
}

bool inrc_pattern_day(inrc *q, roster_pattern *p, text shift, text weekday)
{
	int number, day;
	uint64_t set = text_equal(shift, TEXT("None")) ? 1 : all_work(q);
	if (p->length == ROSTER_PATTERN_MAX) return reading_wrong(q->in, FAIL_ROSTER_SIZE, shift, TEXT("6"));
	if (!text_equal(shift, TEXT("None")) && !text_equal(shift, TEXT("Any"))) {
		if (!reading_name(q->in, &q->shifts, TEXT("shift"), shift, &number)) return false;
		set = UINT64_C(2) << number;
	}
	if (!text_equal(weekday, TEXT("Any"))) {
		if (!weekday_of(q, weekday, &day)) return false;
		p->weekdays |= (uint8_t)(1 << (day + 7 * ROSTER_PATTERN_MAX - p->length) % 7);
	}
	p->days[p->length++] = set;
	return true;
}

bool inrc_employee_add(inrc *q, text id, text name, text contract, uint64_t skills)
{
	int number;
	if (!reading_name(q->in, &q->contracts, TEXT("contract"), contract, &number) ||
	    !inrc_name(q, &q->people, id, ROSTER_PEOPLE_MAX))
		return false;
	if (q->people.count > q->employee_cap)
		q->employees = ARENA_DOUBLE(q->in->arena, inrc_employee, q->employees, &q->employee_cap, 64);
	q->employees[q->people.count - 1] = (inrc_employee){number, skills, text_copy(q->in->arena, name)};
	return true;
}

static bool shift_need(inrc *q, text shift, text need, int *number, int64_t *count)
{
	return reading_name(q->in, &q->shifts, TEXT("shift"), shift, number) &&
	       reading_number(q->in, need, 0, ROSTER_PEOPLE_MAX, count);
}

bool inrc_cover_weekday(inrc *q, text weekday, text shift, text need)
{
	int day = 0, number = 0;
	int64_t count = 0;
	if (!weekday_of(q, weekday, &day) || !shift_need(q, shift, need, &number, &count)) return false;
	for (int d = 0; d < days_of(q); d++)
		if (day_weekday(q->first + d) == day)
			q->need[d * (ROSTER_SHIFTS_MAX + 1) + number + 1] = (int32_t)count;
	return true;
}

static bool date_of(inrc *q, text date, int *out)
{
	day d;
	if (!day_parse(date, &d) || d < q->first || d > q->last)
		return reading_wrong(q->in, FAIL_ROSTER_WORD, date, TEXT("YYYY-MM-DD"));
	*out = (int)(d - q->first);
	return true;
}

bool inrc_cover_date(inrc *q, text date, text shift, text need)
{
	int d = 0, number = 0;
	int64_t count = 0;
	if (!date_of(q, date, &d) || !shift_need(q, shift, need, &number, &count)) return false;
	q->need[d * (ROSTER_SHIFTS_MAX + 1) + number + 1] = (int32_t)count;
	return true;
}

bool inrc_wish(inrc *q, text person, text date, text shift, text weight, bool on)
{
	int who, d, number;
	int64_t cost;
	uint64_t set = all_work(q);
	if (!reading_name(q->in, &q->people, TEXT("staff"), person, &who) || !date_of(q, date, &d) ||
	    !reading_number(q->in, weight, 0, WEIGHT_MAX, &cost))
		return false;
	if (shift.len > 0) {
		if (!reading_name(q->in, &q->shifts, TEXT("shift"), shift, &number)) return false;
		set = UINT64_C(2) << number;
	}
	if (q->wish_count == q->wish_cap)
		q->wishes = ARENA_DOUBLE(q->in->arena, roster_wish, q->wishes, &q->wish_cap, 64);
	q->wishes[q->wish_count++] =
	    (roster_wish){.person = who, .day = d, .shifts = set, .wanted = on, .weight = (int32_t)cost};
	return true;
}

/* ---- the roster ---- */

static roster_limit limit_of(const inrc_contract *c, int low, int high)
{
	const inrc_limit *x = low < 0 ? NULL : &c->rules[low], *y = &c->rules[high];
	roster_limit l = {.high = ROSTER_NO_LIMIT};
	if (x && x->on) l.low = (int32_t)x->value, l.under = (int32_t)x->weight;
	if (y->on) l.high = (int32_t)y->value, l.over = (int32_t)y->weight;
	if (l.low > l.high) l.low = l.high;
	return l;
}

static int32_t weight_of(const inrc_contract *c, int rule)
{
	return c->rules[rule].on ? (int32_t)c->rules[rule].weight : 0;
}

static uint64_t nights(const inrc *q)
{
	uint64_t set = 0;
	for (int s = 1; s <= q->shifts.count; s++)
		if (q->shift[s].end > 1440) set |= UINT64_C(1) << s;
	return set;
}

static void add_pattern(roster_contract *k, const char *id, roster_pattern p, int32_t weight)
{
	p.id = text_of(id);
	p.weight = weight;
	if (weight && p.days[0]) k->patterns[k->pattern_count++] = p;
}

static void night_patterns(const inrc *q, const inrc_contract *c, roster_contract *k)
{
	uint64_t night = nights(q), work = all_work(q);
	roster_pattern free = {.days = {night}, .length = 1};
	int first = 0;
	while (!(k->weekend >> first & 1) || k->weekend >> (first + 6) % 7 & 1) first++;
	free.weekdays = (uint8_t)(1 << (first + 6) % 7);
	for (int w = 0; w < 7; w++)
		if (k->weekend >> w & 1) free.days[free.length++] = 1;
	add_pattern(k, "NoNightShiftBeforeFreeWeekend", free, weight_of(c, INRC_NIGHT_BEFORE_FREE));
	int32_t weight = weight_of(c, INRC_TWO_FREE_AFTER_NIGHT);
	roster_pattern at_once = {.days = {night, work & ~night}, .length = 2};
	roster_pattern after_one = {.days = {night, 1, work}, .length = 3};
	if (work & ~night) add_pattern(k, "TwoFreeDaysAfterNightShifts", at_once, weight);
	add_pattern(k, "TwoFreeDaysAfterNightShifts", after_one, weight);
}

static void contract_make(const inrc *q, int number, roster_contract *k)
{
	const inrc_contract *c = &q->contract[number];
	arena *a = q->in->arena;
	*k = (roster_contract){.id = q->contracts.at[number], .weekend = c->weekend ? c->weekend : 0x60};
	k->work_run = limit_of(c, INRC_WORK_MIN, INRC_WORK_MAX);
	k->off_run = limit_of(c, INRC_FREE_MIN, INRC_FREE_MAX);
	k->weekend_run = limit_of(c, INRC_WEEKENDS_ROW_MIN, INRC_WEEKENDS_ROW_MAX);
	k->weekends = limit_of(c, -1, INRC_WEEKENDS_MAX);
	k->whole_weekend = weight_of(c, INRC_WHOLE);
	k->same_weekend = weight_of(c, INRC_SAME);
	k->budgets = ARENA_ARRAY(a, roster_budget, 1);
	k->budget_count = 1;
	k->budgets[0] = (roster_budget){.id = TEXT("NumAssignments"),
					.shifts = all_work(q),
					.to = days_of(q),
					.limit = limit_of(c, INRC_ASSIGNMENTS_MIN, INRC_ASSIGNMENTS_MAX)};
	k->patterns = ARENA_ARRAY(a, roster_pattern, q->patterns.count + 4);
	for (int i = 0; i < q->patterns.count; i++)
		if (c->patterns >> i & 1 && q->pattern[i].weight) k->patterns[k->pattern_count++] = q->pattern[i];
	night_patterns(q, c, k);
}

/* A shift in a skill one has not is a wish not met, told as one. */
static void skill_wishes(inrc *q, roster *r)
{
	for (int p = 0; p < r->person_count; p++) {
		int32_t weight = weight_of(&q->contract[q->employees[p].contract], INRC_OTHER_SKILL);
		uint64_t set = 0;
		for (int s = 1; s <= r->shift_count; s++)
			if ((q->shift_skills[s] & q->employees[p].skills) != q->shift_skills[s])
				set |= UINT64_C(1) << s;
		for (int d = 0; d < r->day_count && set && weight; d++) {
			if (q->wish_count == q->wish_cap)
				q->wishes = ARENA_DOUBLE(q->in->arena, roster_wish, q->wishes, &q->wish_cap, 64);
			q->wishes[q->wish_count++] =
			    (roster_wish){.person = p, .day = d, .shifts = set, .weight = weight};
		}
	}
}

static void covers_make(const inrc *q, roster *r)
{
	r->covers = ARENA_ARRAY(q->in->arena, roster_cover, (int64_t)r->day_count * r->shift_count);
	for (int d = 0; d < r->day_count; d++)
		for (int s = 1; s <= r->shift_count; s++) {
			int32_t need = q->need[d * (ROSTER_SHIFTS_MAX + 1) + s];
			r->covers[r->cover_count++] = (roster_cover){
			    .day = d, .shifts = UINT64_C(1) << s, .limit = {need, need, ROSTER_HARD, ROSTER_HARD}};
		}
}

roster *inrc_roster(inrc *q)
{
	arena *a = q->in->arena;
	if (!q->need || q->shifts.count == 0 || q->contracts.count == 0 || q->people.count == 0) {
		text what = !q->need                  ? TEXT("SchedulingPeriod")
			    : q->shifts.count == 0    ? TEXT("ShiftTypes")
			    : q->contracts.count == 0 ? TEXT("Contracts")
						      : TEXT("Employees");
		reading_wrong(q->in, FAIL_ROSTER_MISSING, what, TEXT(""));
		return NULL;
	}
	roster *r = roster_new(a, q->people.count, days_of(q), q->shifts.count);
	r->id = q->id;
	r->first_day = q->first;
	r->first_weekday = day_weekday(q->first);
	memcpy(r->shifts, q->shift, sizeof(roster_shift) * (size_t)(q->shifts.count + 1));
	r->shifts[0].id = TEXT("-");
	r->contract_count = q->contracts.count;
	r->contracts = ARENA_ARRAY(a, roster_contract, r->contract_count);
	for (int i = 0; i < r->contract_count; i++) contract_make(q, i, &r->contracts[i]);
	for (int p = 0; p < r->person_count; p++) {
		r->persons[p] = (roster_person){.id = q->people.at[p],
						.name = q->employees[p].name,
						.contract = q->employees[p].contract,
						.skills = q->employees[p].skills,
						.shifts = all_work(q) | 1};
	}
	skill_wishes(q, r);
	r->wishes = q->wishes;
	r->wish_count = q->wish_count;
	roster_wishes_priced(r);
	covers_make(q, r);
	return r;
}
