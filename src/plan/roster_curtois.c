/* roster_curtois.c: the text files of Curtois and Qu's benchmark (http://www.schedulingbenchmarks.org/nrp/): sections of comma-separated
 * lines. Staff rules are hard, wishes and cover soft. */
#include "plan/roster_read.h"

enum { WEIGHT_MAX = 100000, MINUTES_MAX = 1000000 };

typedef struct staff {
	text id;
	int32_t most[ROSTER_SHIFTS_MAX + 1]; /* of each shift */
	int64_t minutes_max, minutes_min, run_max, run_min, off_min, weekends_max;
} staff;

typedef struct curtois {
	reading *in;
	int days, section;
	name_list shifts, people;
	roster_shift shift[ROSTER_SHIFTS_MAX + 1];
	text after[ROSTER_SHIFTS_MAX + 1];
	int64_t after_line[ROSTER_SHIFTS_MAX + 1];
	staff *staff;
	int staff_cap, contract_cap, wish_cap, cover_cap;
	int *contract_staff; /* whom a contract was made for */
	roster *out;
} curtois;

static const char *const sections[] = {"SECTION_HORIZON",
				       "SECTION_SHIFTS",
				       "SECTION_STAFF",
				       "SECTION_DAYS_OFF",
				       "SECTION_SHIFT_ON_REQUESTS",
				       "SECTION_SHIFT_OFF_REQUESTS",
				       "SECTION_COVER"};
enum { HORIZON, SHIFTS, STAFF, DAYS_OFF, ON, OFF, COVER, SECTIONS };

static bool number_field(curtois *c, text *line, int64_t high, int64_t *out)
{
	return reading_number(c->in, reading_field(line, ','), 0, high, out);
}

static bool nothing_more(curtois *c, text line)
{
	return line.len == 0 || reading_wrong(c->in, FAIL_ROSTER_WORD, line, TEXT("-"));
}

static bool read_shift(curtois *c, text line)
{
	int64_t minutes;
	text id = reading_field(&line, ',');
	if (c->shifts.count == ROSTER_SHIFTS_MAX) return reading_wrong(c->in, FAIL_ROSTER_SIZE, id, TEXT("62"));
	if (!names_add(c->in, &c->shifts, id) || !number_field(c, &line, 2880, &minutes)) return false;
	int s = c->shifts.count;
	c->shift[s] = (roster_shift){.id = c->shifts.at[s - 1], .minutes = (int)minutes, .after_weight = ROSTER_HARD};
	c->after[s] = reading_field(&line, ',');
	c->after_line[s] = c->in->line;
	return nothing_more(c, line);
}

static bool name_afters(curtois *c)
{
	int64_t here = c->in->line;
	for (int s = 1; s <= c->shifts.count; s++) {
		text list = c->after[s];
		while (list.len > 0) {
			int other;
			c->in->line = c->after_line[s];
			if (!reading_name(c->in, &c->shifts, TEXT("shift"), reading_field(&list, '|'), &other))
				return false;
			/* "may not follow this": the other one may not come after s */
			c->shift[other + 1].after |= UINT64_C(1) << s;
		}
	}
	c->in->line = here;
	return true;
}

static bool read_most(curtois *c, text list, staff *p)
{
	for (int s = 1; s <= c->shifts.count; s++) p->most[s] = -1;
	while (list.len > 0) {
		text item = reading_field(&list, '|');
		text id = reading_field(&item, '=');
		int shift;
		int64_t most;
		if (!reading_name(c->in, &c->shifts, TEXT("shift"), id, &shift) ||
		    !reading_number(c->in, text_trim(item), 0, ROSTER_DAYS_MAX * 10, &most))
			return false;
		p->most[shift + 1] = (int32_t)most;
	}
	return true;
}

static bool read_staff(curtois *c, text line)
{
	if (c->people.count == ROSTER_PEOPLE_MAX) return reading_wrong(c->in, FAIL_ROSTER_SIZE, line, TEXT("2000"));
	if (!names_add(c->in, &c->people, reading_field(&line, ','))) return false;
	if (c->people.count > c->staff_cap) c->staff = ARENA_DOUBLE(c->in->arena, staff, c->staff, &c->staff_cap, 64);
	staff *p = &c->staff[c->people.count - 1];
	*p = (staff){.id = c->people.at[c->people.count - 1]};
	return read_most(c, reading_field(&line, ','), p) && number_field(c, &line, MINUTES_MAX, &p->minutes_max) &&
	       number_field(c, &line, MINUTES_MAX, &p->minutes_min) && number_field(c, &line, 1000, &p->run_max) &&
	       number_field(c, &line, 100, &p->run_min) && number_field(c, &line, 100, &p->off_min) &&
	       number_field(c, &line, 1000, &p->weekends_max) && nothing_more(c, line);
}

/* ---- contracts: people whose limits agree share one ---- */

static bool agree(const curtois *c, const staff *x, const staff *y)
{
	if (x->minutes_max != y->minutes_max || x->minutes_min != y->minutes_min || x->run_max != y->run_max ||
	    x->run_min != y->run_min || x->off_min != y->off_min || x->weekends_max != y->weekends_max)
		return false;
	/* Who may have none of a shift does not mind how many others may. */
	for (int s = 1; s <= c->shifts.count; s++)
		if (x->most[s] != y->most[s] && x->most[s] != 0 && y->most[s] != 0) return false;
	return true;
}

static int contract_of(curtois *c, int person)
{
	staff *p = &c->staff[person];
	for (int i = 0; i < c->out->contract_count; i++) {
		staff *q = &c->staff[c->contract_staff[i]];
		if (!agree(c, p, q)) continue;
		for (int s = 1; s <= c->shifts.count; s++)
			if (q->most[s] == 0) q->most[s] = p->most[s];
		return i;
	}
	c->contract_staff[c->out->contract_count] = person;
	return c->out->contract_count++;
}

static void contract_make(const curtois *c, const staff *p, roster_contract *k)
{
	arena *a = c->in->arena;
	*k = (roster_contract){.id = p->id, .edges_open = true};
	k->work_run = (roster_limit){(int32_t)p->run_min, (int32_t)p->run_max, ROSTER_HARD, ROSTER_HARD};
	k->off_run = (roster_limit){(int32_t)p->off_min, ROSTER_NO_LIMIT, ROSTER_HARD, 0};
	k->weekends = (roster_limit){0, (int32_t)p->weekends_max, 0, ROSTER_HARD};
	k->weekend_run = (roster_limit){0, ROSTER_NO_LIMIT, 0, 0};
	k->budgets = ARENA_ARRAY(a, roster_budget, c->shifts.count + 1);
	uint64_t all = (UINT64_C(2) << c->shifts.count) - 2;
	roster_limit minutes = {(int32_t)p->minutes_min, (int32_t)p->minutes_max, ROSTER_HARD, ROSTER_HARD};
	k->budgets[k->budget_count++] =
	    (roster_budget){.id = TEXT("min"), .shifts = all, .minutes = true, .to = c->days, .limit = minutes};
	for (int s = 1; s <= c->shifts.count; s++) {
		if (p->most[s] < 1 || p->most[s] >= c->days || k->budget_count >= ROSTER_BUDGETS_MAX) continue;
		roster_limit most = {0, p->most[s], 0, ROSTER_HARD};
		k->budgets[k->budget_count++] =
		    (roster_budget){.id = c->shift[s].id, .shifts = UINT64_C(1) << s, .to = c->days, .limit = most};
	}
}

static bool contracts_make(curtois *c)
{
	roster *r = c->out;
	uint64_t *may = ARENA_ARRAY(c->in->arena, uint64_t, r->person_count);
	c->contract_staff = ARENA_ARRAY(c->in->arena, int, r->person_count);
	for (int p = 0; p < r->person_count; p++)
		for (int s = 1; s <= r->shift_count; s++) may[p] |= (uint64_t)(c->staff[p].most[s] != 0) << s;
	for (int p = 0; p < r->person_count; p++) {
		r->persons[p] =
		    (roster_person){.id = c->staff[p].id, .contract = contract_of(c, p), .shifts = may[p] | 1};
		if (c->staff[p].minutes_min > c->staff[p].minutes_max || c->staff[p].run_min > c->staff[p].run_max)
			return reading_wrong(c->in, FAIL_ROSTER_UNSOUND, c->staff[p].id, TEXT(""));
	}
	r->contracts = ARENA_ARRAY(c->in->arena, roster_contract, r->contract_count);
	for (int i = 0; i < r->contract_count; i++) contract_make(c, &c->staff[c->contract_staff[i]], &r->contracts[i]);
	return true;
}

/* ---- sections ---- */

/* What stands before the staff is known now: the roster can be made. */
static bool begin_roster(curtois *c)
{
	if (c->out) return true;
	if (c->days == 0 || c->shifts.count == 0 || c->people.count == 0)
		return reading_wrong(c->in, FAIL_ROSTER_MISSING,
				     text_of(sections[c->days == 0           ? HORIZON
						      : c->shifts.count == 0 ? SHIFTS
									     : STAFF]),
				     TEXT(""));
	c->out = roster_new(c->in->arena, c->people.count, c->days, c->shifts.count);
	memcpy(c->out->shifts, c->shift, sizeof(roster_shift) * (size_t)(c->shifts.count + 1));
	c->out->shifts[0].id = TEXT("-");
	return contracts_make(c);
}

static bool read_days_off(curtois *c, text line)
{
	int person;
	int64_t day;
	if (!reading_name(c->in, &c->people, TEXT("staff"), reading_field(&line, ','), &person)) return false;
	while (line.len > 0) {
		if (!number_field(c, &line, c->days - 1, &day)) return false;
		*roster_allowed_at(c->out, person, (int)day) = 1;
	}
	return true;
}

static bool read_wish(curtois *c, text line, bool wanted)
{
	int person, shift;
	int64_t day, weight;
	if (!reading_name(c->in, &c->people, TEXT("staff"), reading_field(&line, ','), &person) ||
	    !number_field(c, &line, c->days - 1, &day) ||
	    !reading_name(c->in, &c->shifts, TEXT("shift"), reading_field(&line, ','), &shift) ||
	    !number_field(c, &line, WEIGHT_MAX, &weight) || !nothing_more(c, line))
		return false;
	roster *r = c->out;
	if (r->wish_count == c->wish_cap)
		r->wishes = ARENA_DOUBLE(c->in->arena, roster_wish, r->wishes, &c->wish_cap, 256);
	r->wishes[r->wish_count++] = (roster_wish){.person = person,
						   .day = (int)day,
						   .shifts = UINT64_C(1) << (shift + 1),
						   .wanted = wanted,
						   .weight = (int32_t)weight};
	return true;
}

static bool read_cover(curtois *c, text line)
{
	int shift;
	int64_t day, need, under, over;
	if (!number_field(c, &line, c->days - 1, &day) ||
	    !reading_name(c->in, &c->shifts, TEXT("shift"), reading_field(&line, ','), &shift) ||
	    !number_field(c, &line, ROSTER_PEOPLE_MAX, &need) || !number_field(c, &line, WEIGHT_MAX, &under) ||
	    !number_field(c, &line, WEIGHT_MAX, &over) || !nothing_more(c, line))
		return false;
	roster *r = c->out;
	if (r->cover_count == c->cover_cap)
		r->covers = ARENA_DOUBLE(c->in->arena, roster_cover, r->covers, &c->cover_cap, 256);
	r->covers[r->cover_count++] =
	    (roster_cover){.day = (int)day,
			   .shifts = UINT64_C(1) << (shift + 1),
			   .limit = {(int32_t)need, (int32_t)need, (int32_t)under, (int32_t)over}};
	return true;
}

static bool read_days(curtois *c, text line)
{
	int64_t days;
	if (c->days) return reading_wrong(c->in, FAIL_ROSTER_TWICE, text_of(sections[HORIZON]), TEXT(""));
	if (!reading_number(c->in, line, 1, ROSTER_DAYS_MAX, &days)) return false;
	c->days = (int)days;
	return true;
}

static bool read_row(curtois *c, text line)
{
	switch (c->section) {
	case HORIZON:
		return read_days(c, line);
	case SHIFTS:
		return read_shift(c, line);
	case STAFF:
		return read_staff(c, line);
	case DAYS_OFF:
		return read_days_off(c, line);
	case ON:
		return read_wish(c, line, true);
	case OFF:
		return read_wish(c, line, false);
	default:
		return read_cover(c, line);
	}
}

static bool open_section(curtois *c, text line)
{
	int was = c->section;
	for (c->section = 0; c->section < SECTIONS; c->section++)
		if (text_equal(line, text_of(sections[c->section]))) break;
	if (c->section == SECTIONS) return reading_wrong(c->in, FAIL_ROSTER_WORD, line, TEXT("SECTION_…"));
	if (c->section <= was) return reading_wrong(c->in, FAIL_ROSTER_WORD, line, TEXT("SECTION_…"));
	if (was <= SHIFTS && c->section > SHIFTS && !name_afters(c)) return false;
	return c->section <= STAFF || begin_roster(c);
}

roster *curtois_read(reading *q)
{
	curtois *c = ARENA_NEW(q->arena, curtois);
	text line;
	c->in = q;
	c->section = -1;
	while (reading_line(q, "#", &line)) {
		bool head = text_starts(line, TEXT("SECTION_"));
		if (!head && c->section < 0)
			return reading_wrong(q, FAIL_ROSTER_WORD, line, TEXT("SECTION_HORIZON")), NULL;
		if (!(head ? open_section(c, line) : read_row(c, line))) return NULL;
	}
	if (c->section < SHIFTS || !begin_roster(c)) {
		if (c->section < SHIFTS) reading_wrong(q, FAIL_ROSTER_MISSING, TEXT("SECTION_SHIFTS"), TEXT(""));
		return NULL;
	}
	roster_wishes_priced(c->out);
	return c->out;
}
