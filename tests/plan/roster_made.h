/* roster_made.h: invented rosters, small ones of every rule, and what they should cost by trying everything. */
#ifndef LIMEN_TESTS_PLAN_ROSTER_MADE_H
#define LIMEN_TESTS_PLAN_ROSTER_MADE_H

#include "harness.h"

#include "plan/roster_inner.h"

static inline int chance(solve_random *r, int from, int to)
{
	return from + solve_below(r, to - from + 1);
}

static inline int32_t some_weight(solve_random *r)
{
	return solve_below(r, 3) == 0 ? ROSTER_HARD : chance(r, 1, 9);
}

static inline roster_limit some_limit(solve_random *r, int low, int high)
{
	roster_limit l = {.high = ROSTER_NO_LIMIT};
	if (solve_below(r, 2)) l.low = chance(r, low, (low + high) / 2), l.under = some_weight(r);
	if (solve_below(r, 2)) l.high = chance(r, (low + high) / 2, high), l.over = some_weight(r);
	return l;
}

static inline uint64_t some_shifts(solve_random *r, int shifts)
{
	uint64_t set = 0;
	while (!set) set = solve_next(r) & ((UINT64_C(2) << shifts) - 2);
	return set;
}

static inline void made_shifts(arena *a, roster *r, solve_random *x)
{
	static const int starts[] = {420, 900, 1380, 600};
	for (int s = 1; s <= r->shift_count; s++) {
		r->shifts[s] = (roster_shift){.id = text_format(a, "s%d", s), .minutes = 60 * chance(x, 6, 10)};
		r->shifts[s].start = starts[(s - 1) % 4];
		r->shifts[s].end = r->shifts[s].start + r->shifts[s].minutes;
		if (solve_below(x, 2))
			r->shifts[s].after = some_shifts(x, r->shift_count), r->shifts[s].after_weight = some_weight(x);
	}
}

static inline void made_patterns(arena *a, const roster *r, roster_contract *c, solve_random *x)
{
	c->patterns = ARENA_ARRAY(a, roster_pattern, 3);
	c->pattern_count = solve_below(x, 3);
	for (int i = 0; i < c->pattern_count; i++) {
		roster_pattern *p = &c->patterns[i];
		*p = (roster_pattern){.id = TEXT("p"), .length = chance(x, 1, 3), .weight = some_weight(x)};
		for (int k = 0; k < p->length; k++) p->days[k] = solve_below(x, 3) ? some_shifts(x, r->shift_count) : 1;
		if (solve_below(x, 2)) p->weekdays = (uint8_t)chance(x, 1, 127);
	}
}

static inline void made_budgets(arena *a, const roster *r, roster_contract *c, solve_random *x)
{
	c->budgets = ARENA_ARRAY(a, roster_budget, 4);
	c->budget_count = solve_below(x, 4);
	for (int i = 0; i < c->budget_count; i++) {
		roster_budget *b = &c->budgets[i];
		*b = (roster_budget){
		    .id = TEXT("b"), .shifts = some_shifts(x, r->shift_count), .minutes = solve_below(x, 2)};
		b->from = solve_below(x, r->day_count);
		b->to = chance(x, b->from + 1, r->day_count);
		int days = b->to - b->from, scale = b->minutes ? 480 : 1;
		b->limit = some_limit(x, 0, days);
		b->unit = b->minutes ? 60 : 1;
		if (solve_below(x, 3) == 0) b->limit = (roster_limit){.high = days / 2, .over = ROSTER_HARD};
		b->limit.low *= scale;
		if (b->limit.high < ROSTER_NO_LIMIT) b->limit.high *= scale;
	}
}

static inline void made_contract(arena *a, const roster *r, roster_contract *c, solve_random *x)
{
	static const uint8_t weekends[] = {0, 0x60, 0x70, 0x61};
	*c = (roster_contract){.id = TEXT("c"), .edges_open = solve_below(x, 2)};
	c->work_run = some_limit(x, 1, 5);
	c->off_run = some_limit(x, 1, 4);
	c->weekend_run = some_limit(x, 1, 3);
	c->weekends = some_limit(x, 0, 2);
	c->weekend = weekends[solve_below(x, 4)];
	if (solve_below(x, 3) == 0) c->whole_weekend = some_weight(x);
	if (solve_below(x, 3) == 0) c->same_weekend = some_weight(x);
	if (solve_below(x, 2)) c->rest_minutes = 660, c->rest_weight = some_weight(x);
	if (solve_below(x, 2)) {
		c->long_rest_minutes = 2100;
		c->long_rest_days = chance(x, 2, 6);
		c->long_rest_weight = some_weight(x);
	}
	made_patterns(a, r, c, x);
	made_budgets(a, r, c, x);
}

static inline void made_people(arena *a, roster *r, solve_random *x)
{
	r->past_days = solve_below(x, 2) ? chance(x, 1, 9) : 0;
	r->past = ARENA_ARRAY(a, uint8_t, r->person_count * r->past_days + 1);
	for (int i = 0; i < r->person_count * r->past_days; i++)
		r->past[i] = solve_below(x, 12) ? (uint8_t)solve_below(x, r->shift_count + 1) : ROSTER_UNKNOWN;
	for (int p = 0; p < r->person_count; p++) {
		roster_person *q = &r->persons[p];
		q->id = text_format(a, "P%d", p);
		q->contract = solve_below(x, r->contract_count);
		q->skills = (uint64_t)solve_below(x, 4);
		q->level = solve_below(x, 3);
		q->weekends_before = solve_below(x, 2);
		int budgets = r->contracts[q->contract].budget_count;
		q->before = ARENA_ARRAY(a, int32_t, budgets + 1);
		for (int i = 0; i < budgets; i++)
			q->before[i] =
			    r->contracts[q->contract].budgets[i].minutes ? 120 * solve_below(x, 3) : solve_below(x, 2);
		if (solve_below(x, 3) == 0) q->shifts &= ~(UINT64_C(1) << chance(x, 1, r->shift_count)) | 1;
		if (solve_below(x, 2)) *roster_allowed_at(r, p, solve_below(x, r->day_count)) = 1;
	}
}

static inline void made_demand(arena *a, roster *r, solve_random *x)
{
	r->covers = ARENA_ARRAY(a, roster_cover, r->day_count * 2);
	for (int d = 0; d < r->day_count; d++)
		for (int i = solve_below(x, 3); i > 0; i--) {
			roster_cover *c = &r->covers[r->cover_count++];
			*c = (roster_cover){
			    .day = d, .shifts = some_shifts(x, r->shift_count), .limit = some_limit(x, 0, 3)};
			if (solve_below(x, 4) == 0) c->skills = 1, c->level = 1;
		}
	r->wishes = ARENA_ARRAY(a, roster_wish, 8);
	for (r->wish_count = 0; r->wish_count < 5; r->wish_count++)
		r->wishes[r->wish_count] = (roster_wish){.person = solve_below(x, r->person_count),
							 .day = solve_below(x, r->day_count),
							 .shifts = some_shifts(x, r->shift_count),
							 .wanted = solve_below(x, 2),
							 .weight = chance(x, 1, 9)};
	roster_wishes_priced(r);
}

static inline roster *made_roster(arena *a, uint64_t seed, int people, int days)
{
	solve_random x = solve_seed(seed, 1);
	issues sink = {.arena = a};
	roster *r = roster_new(a, people, days, chance(&x, 1, 3));
	r->id = TEXT("made");
	r->first_weekday = solve_below(&x, 7);
	made_shifts(a, r, &x);
	r->contract_count = 2;
	r->contracts = ARENA_ARRAY(a, roster_contract, 2);
	for (int i = 0; i < 2; i++) made_contract(a, r, &r->contracts[i], &x);
	made_people(a, r, &x);
	made_demand(a, r, &x);
	if (!roster_ready(a, r, &sink)) fail_msg("seed %llu makes no roster", (unsigned long long)seed);
	return r;
}

static inline void some_lines(const roster *r, solve_random *x, uint8_t *lines)
{
	for (int i = 0; i < r->person_count * r->day_count; i++) lines[i] = (uint8_t)solve_below(x, r->shift_count + 1);
}

static inline roster *shared_roster(arena *a, int number)
{
	char below[64];
	issues sink = {.arena = a};
	snprintf(below, sizeof below, "data/rosters/Instance%d.txt", number);
	const char *path = shared_path(below);
	if (!path) return NULL;
	roster *r = roster_read(a, text_of(path), read_file(a, path), &sink);
	if (!r) fail_msg("%s: %.*s", path, TEXT_ARG(issue_line(a, sink.first, LANGUAGE_EN)));
	return r;
}

#endif
