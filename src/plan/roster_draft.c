/* roster_draft.c: the plan being worked on: lines, people at work, what it costs, and the way back. */
#include "plan/roster_inner.h"

roster_draft *draft_new(arena *a, const roster *r)
{
	roster_draft *s = ARENA_NEW(a, roster_draft);
	s->roster = r;
	s->hard_price = 1000;
	s->lines = ARENA_ARRAY(a, uint8_t, (int64_t)r->person_count * r->day_count);
	s->at_work = ARENA_ARRAY(a, int16_t, r->cover_count + 1);
	s->line_costs = ARENA_ARRAY(a, solve_cost, r->person_count);
	s->undo_cap = 16; /* a person may be changed twice in a move */
	s->undo_person = ARENA_ARRAY(a, int, s->undo_cap);
	s->undo_lines = ARENA_ARRAY(a, uint8_t, (int64_t)s->undo_cap * r->day_count);
	s->undo_costs = ARENA_ARRAY(a, solve_cost, s->undo_cap);
	return s;
}

solve_cost cover_cost(const roster_cover *c, int at_work)
{
	solve_cost cost = {0};
	if (at_work < c->limit.low) charge(&cost, c->limit.under, c->limit.low - at_work);
	if (at_work > c->limit.high) charge(&cost, c->limit.over, at_work - c->limit.high);
	return cost;
}

static void add_cost(solve_cost *to, solve_cost c, int sign)
{
	to->hard += sign * c.hard;
	to->soft += sign * c.soft;
}

/* Counts a person's shift on a day in (+1) or out (-1). */
static void count_cell(roster_draft *s, int person, int cell, int sign)
{
	const roster_inner *in = s->roster->inner;
	for (int k = in->cover_at[cell]; k < in->cover_at[cell + 1]; k++) {
		int c = in->cover_list[k];
		if (!roster_fits(s->roster, c, person)) continue;
		const roster_cover *cover = &s->roster->covers[c];
		add_cost(&s->total, cover_cost(cover, s->at_work[c]), -1);
		s->at_work[c] = (int16_t)(s->at_work[c] + sign);
		add_cost(&s->total, cover_cost(cover, s->at_work[c]), 1);
	}
}

void draft_load(roster_draft *s, const uint8_t *lines)
{
	const roster *r = s->roster;
	int shifts = roster_shifts(r);
	if (lines != s->lines) memcpy(s->lines, lines, (size_t)r->person_count * (size_t)r->day_count);
	s->total = (solve_cost){0};
	s->undo_count = 0;
	for (int c = 0; c < r->cover_count; c++) {
		s->at_work[c] = 0;
		add_cost(&s->total, cover_cost(&r->covers[c], 0), 1);
	}
	for (int p = 0; p < r->person_count; p++) {
		const uint8_t *line = &s->lines[(int64_t)p * r->day_count];
		s->line_costs[p] = line_cost(r, p, line);
		add_cost(&s->total, s->line_costs[p], 1);
		for (int d = 0; d < r->day_count; d++) count_cell(s, p, d * shifts + line[d], 1);
	}
}

solve_cost draft_cost_full(const roster_draft *s)
{
	const roster *r = s->roster;
	solve_cost total = {0};
	int64_t days = r->day_count;
	for (int p = 0; p < r->person_count; p++) add_cost(&total, line_cost(r, p, &s->lines[p * days]), 1);
	for (int i = 0; i < r->cover_count; i++) {
		const roster_cover *c = &r->covers[i];
		int n = 0;
		for (int p = 0; p < r->person_count; p++)
			n += (c->shifts >> s->lines[p * days + c->day] & 1) && roster_fits(r, i, p);
		add_cost(&total, cover_cost(c, n), 1);
	}
	return total;
}

static void exchange(roster_draft *s, int person, const uint8_t *line)
{
	const roster *r = s->roster;
	int shifts = roster_shifts(r);
	uint8_t *own = &s->lines[(int64_t)person * r->day_count];
	for (int d = 0; d < r->day_count; d++) {
		if (own[d] == line[d]) continue;
		count_cell(s, person, d * shifts + own[d], -1);
		count_cell(s, person, d * shifts + line[d], 1);
		own[d] = line[d];
	}
}

void draft_put(roster_draft *s, int person, const uint8_t *line)
{
	const roster *r = s->roster;
	size_t bytes = (size_t)r->day_count;
	assert(s->undo_count < s->undo_cap);
	if (s->undo_count == 0) s->undo_total = s->total;
	memcpy(&s->undo_lines[(size_t)s->undo_count * bytes], &s->lines[(size_t)person * bytes], bytes);
	s->undo_person[s->undo_count] = person;
	s->undo_costs[s->undo_count++] = s->line_costs[person];
	exchange(s, person, line);
	add_cost(&s->total, s->line_costs[person], -1);
	s->line_costs[person] = line_cost(r, person, &s->lines[(size_t)person * bytes]);
	add_cost(&s->total, s->line_costs[person], 1);
}

void draft_keep(roster_draft *s)
{
	s->undo_count = 0;
}

void draft_drop(roster_draft *s)
{
	if (s->undo_count == 0) return;
	for (int i = s->undo_count - 1; i >= 0; i--) {
		int person = s->undo_person[i];
		exchange(s, person, &s->undo_lines[(size_t)i * (size_t)s->roster->day_count]);
		s->line_costs[person] = s->undo_costs[i];
	}
	s->total = s->undo_total;
	s->undo_count = 0;
}

void draft_prices(const roster_draft *s, int person, int64_t *price)
{
	const roster *r = s->roster;
	const roster_inner *in = r->inner;
	const uint8_t *line = &s->lines[(int64_t)person * r->day_count];
	const int32_t *wish = roster_price_at(r, person, 0);
	int shifts = roster_shifts(r);
	for (int cell = 0; cell < r->day_count * shifts; cell++) {
		int64_t sum = wish[cell];
		uint64_t own = UINT64_C(1) << line[cell / shifts];
		for (int k = in->cover_at[cell]; k < in->cover_at[cell + 1]; k++) {
			int c = in->cover_list[k];
			if (!roster_fits(r, c, person)) continue;
			const roster_cover *cover = &r->covers[c];
			int others = s->at_work[c] - ((cover->shifts & own) != 0);
			solve_cost with = cover_cost(cover, others + 1), without = cover_cost(cover, others);
			sum += with.soft - without.soft + s->hard_price * (with.hard - without.hard);
		}
		price[cell] = sum * BEST_SCALE;
	}
}
