/* roster_why.c: what a wished shift would cost, and which rules cannot be kept together. */
#include "plan/roster_inner.h"

/* ---- a wished shift ---- */

static bool same_break(const roster_break *x, const roster_break *y)
{
	return x->rule == y->rule && x->person == y->person && x->day == y->day && x->days == y->days &&
	       x->item == y->item && x->amount == y->amount;
}

/* The breaks of `from` that are not in `other`. */
static roster_breaks only_in(arena *a, const roster_breaks *from, const roster_breaks *other)
{
	roster_breaks out = {.at = ARENA_ARRAY(a, roster_break, from->count + 1)};
	for (int i = 0; i < from->count; i++) {
		int k = 0;
		while (k < other->count && !same_break(&from->at[i], &other->at[k])) k++;
		if (k < other->count) continue;
		out.at[out.count++] = from->at[i];
		out.total.hard += from->at[i].cost.hard;
		out.total.soft += from->at[i].cost.soft;
	}
	return out;
}

/* This person's best line with that shift on that day, beside the others' as they are. */
static void best_with(arena *a, const roster *r, const uint8_t *lines, int person, int cell, roster_why *out)
{
	issues sink = {.arena = a};
	roster fixed = *r;
	int day = cell >> 8, shift = cell & 255;
	int64_t cells = (int64_t)r->person_count * r->day_count;
	fixed.allowed = ARENA_ARRAY(a, uint64_t, cells);
	memcpy(fixed.allowed, r->allowed, sizeof(uint64_t) * (size_t)cells);
	*roster_allowed_at(&fixed, person, day) &= UINT64_C(1) << shift;
	if (!roster_ready(a, &fixed, &sink)) return;
	graphs g = {.roster = &fixed, .count = 1};
	line_graph *one = graph_make(a, &fixed, person, false);
	if (!one || one->empty) return;
	g.all = &one;
	g.nodes_max = one->day_first[r->day_count + 1];
	g.of = ARENA_ARRAY(a, int, r->person_count);
	roster_draft *s = draft_new(a, &fixed);
	int64_t *price = ARENA_ARRAY(a, int64_t, (int64_t)r->day_count * roster_shifts(r));
	s->hard_price = GRAPH_HARD;
	draft_load(s, lines);
	draft_prices(s, person, price);
	out->line = ARENA_ARRAY(a, uint8_t, r->day_count);
	if (best_line(best_open(a, &g), person, price, INT64_MAX, out->line) == INT64_MAX) return;
	draft_put(s, person, out->line);
	out->possible = true;
	out->best = s->total;
}

roster_why roster_why_not(arena *a, const roster *r, const uint8_t *lines, int person, int day, int shift)
{
	size_t bytes = (size_t)r->person_count * (size_t)r->day_count;
	uint8_t *changed = ARENA_ARRAY(a, uint8_t, (int64_t)bytes);
	memcpy(changed, lines, bytes);
	changed[(int64_t)person * r->day_count + day] = (uint8_t)shift;
	roster_breaks before = roster_check(a, r, lines), after = roster_check(a, r, changed);
	roster_why out = {.now = before.total, .then = after.total};
	out.gone = only_in(a, &before, &after);
	out.come = only_in(a, &after, &before);
	best_with(a, r, lines, person, day << 8 | shift, &out);
	return out;
}

/* ---- rules that cannot all be kept ---- */

/* The rules of a contract that can be taken away one by one. */
static const roster_rule removable[] = {ROSTER_FOLLOW,       ROSTER_REST,        ROSTER_LONG_REST, ROSTER_WORK_RUN,
					ROSTER_OFF_RUN,      ROSTER_WEEKEND_RUN, ROSTER_WEEKENDS,  ROSTER_WHOLE_WEEKEND,
					ROSTER_SAME_WEEKEND, ROSTER_BUDGET,      ROSTER_PATTERN,   ROSTER_ALLOWED};
enum { REMOVABLE = sizeof removable / sizeof *removable };

static void loosen(int32_t *weight)
{
	if (*weight < 0) *weight = 0;
}

static void loosen_limit(roster_limit *l)
{
	loosen(&l->under);
	loosen(&l->over);
}

static void remove_rule(arena *a, roster *r, roster_contract *c, roster_rule rule)
{
	roster_shift *shifts;
	switch ((int)rule) {
	case ROSTER_FOLLOW:
		shifts = ARENA_ARRAY(a, roster_shift, roster_shifts(r));
		memcpy(shifts, r->shifts, sizeof *shifts * (size_t)roster_shifts(r));
		for (int s = 0; s < roster_shifts(r); s++) loosen(&shifts[s].after_weight);
		r->shifts = shifts;
		break;
	case ROSTER_REST:
		loosen(&c->rest_weight);
		break;
	case ROSTER_LONG_REST:
		loosen(&c->long_rest_weight);
		break;
	case ROSTER_WORK_RUN:
		loosen_limit(&c->work_run);
		break;
	case ROSTER_OFF_RUN:
		loosen_limit(&c->off_run);
		break;
	case ROSTER_WEEKEND_RUN:
		loosen_limit(&c->weekend_run);
		break;
	case ROSTER_WEEKENDS:
		loosen_limit(&c->weekends);
		break;
	case ROSTER_WHOLE_WEEKEND:
		loosen(&c->whole_weekend);
		break;
	case ROSTER_SAME_WEEKEND:
		loosen(&c->same_weekend);
		break;
	case ROSTER_BUDGET:
		for (int i = 0; i < c->budget_count; i++) loosen_limit(&c->budgets[i].limit);
		break;
	case ROSTER_PATTERN:
		for (int i = 0; i < c->pattern_count; i++) loosen(&c->patterns[i].weight);
		break;
	default: /* fixed days: what the person may have at all stays */
		for (int64_t i = 0; i < (int64_t)r->person_count * r->day_count; i++)
			r->allowed[i] |= r->persons[i / r->day_count].shifts | 1;
	}
}

static void copy_contract(arena *a, const roster_contract *from, roster_contract *to)
{
	*to = *from;
	to->budgets = ARENA_ARRAY(a, roster_budget, from->budget_count + 1);
	to->patterns = ARENA_ARRAY(a, roster_pattern, from->pattern_count + 1);
	if (from->budget_count) memcpy(to->budgets, from->budgets, sizeof(roster_budget) * (size_t)from->budget_count);
	if (from->pattern_count)
		memcpy(to->patterns, from->patterns, sizeof(roster_pattern) * (size_t)from->pattern_count);
}

/* Has this person a legal line where the rules in `without` (bits of removable) are let go? */
static bool has_line(const roster *r, int person, uint32_t without)
{
	arena *a = arena_new(2048 * MIB);
	issues sink = {.arena = a};
	roster one = *r;
	roster_contract *c = ARENA_NEW(a, roster_contract);
	roster_person who = r->persons[person];
	copy_contract(a, &r->contracts[who.contract], c);
	who.contract = 0;
	one.contracts = c;
	one.contract_count = one.person_count = 1;
	one.persons = &who;
	one.allowed = ARENA_ARRAY(a, uint64_t, r->day_count);
	memcpy(one.allowed, roster_allowed_at(r, person, 0), sizeof(uint64_t) * (size_t)r->day_count);
	one.price = ARENA_ARRAY(a, int32_t, (int64_t)r->day_count * roster_shifts(r));
	one.past = r->past ? &r->past[(int64_t)person * r->past_days] : NULL;
	one.cover_count = one.wish_count = 0;
	for (int i = 0; i < REMOVABLE; i++)
		if (without >> i & 1) remove_rule(a, &one, c, removable[i]);
	bool found = false;
	if (roster_ready(a, &one, &sink)) {
		int64_t *price = ARENA_ARRAY(a, int64_t, (int64_t)r->day_count * roster_shifts(r));
		uint8_t *line = ARENA_ARRAY(a, uint8_t, r->day_count);
		found = best_line(best_open(a, graphs_make(a, &one)), 0, price, INT64_MAX, line) != INT64_MAX;
	}
	arena_free(a);
	return found;
}

/* Rules are let go one after the other for as long as the rest still cannot be kept: what is left is needed, each of it. */
static roster_conflict person_conflict(const roster *r, int person)
{
	uint32_t without = 0;
	roster_conflict c = {.person = person};
	for (int i = 0; i < REMOVABLE; i++)
		if (!has_line(r, person, without | 1U << i)) without |= 1U << i;
	for (int i = 0; i < REMOVABLE; i++)
		if (!(without >> i & 1)) c.rules[c.rule_count++] = removable[i];
	return c;
}

/* A day's hard cover that not even everybody who may could fill. */
static bool cover_short(const roster *r, int cover)
{
	const roster_cover *c = &r->covers[cover];
	int may = 0, must = 0;
	for (int p = 0; p < r->person_count; p++) {
		uint64_t set = *roster_allowed_at(r, p, c->day);
		if (!roster_fits(r, cover, p)) continue;
		may += (set & c->shifts) != 0;
		must += set && !(set & ~c->shifts);
	}
	return (c->limit.under < 0 && may < c->limit.low) || (c->limit.over < 0 && must > c->limit.high);
}

int roster_conflicts(arena *a, const roster *r, roster_conflict **out)
{
	int count = 0;
	*out = ARENA_ARRAY(a, roster_conflict, r->person_count + r->cover_count);
	for (int p = 0; p < r->person_count; p++)
		if (!has_line(r, p, 0)) (*out)[count++] = person_conflict(r, p);
	for (int i = 0; i < r->cover_count; i++) {
		if (!cover_short(r, i)) continue;
		roster_conflict c = {
		    .person = -1, .day = r->covers[i].day, .rules = {ROSTER_COVER_UNDER, ROSTER_ALLOWED}};
		c.rule_count = 2;
		(*out)[count++] = c;
	}
	return count;
}
