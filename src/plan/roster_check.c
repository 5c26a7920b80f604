/* roster_check.c: what a plan costs, counted rule by rule from the lines alone, with the place of each break. It shares nothing with the
 * machine of roster_line.c but the meaning of the rules. */
#include "plan/roster_inner.h"

#include <stdlib.h>

/* One person's days, past ones before day 0. */
typedef struct view {
	arena *arena;
	const roster *roster;
	const roster_contract *contract;
	int person, from; /* from: the first known day, 0 or below */
	const uint8_t *line, *past;
	roster_breaks *out;
} view;

static int at(const view *v, int day)
{
	return day < 0 && v->past ? v->past[v->roster->past_days + day] : v->line[day < 0 ? 0 : day];
}

static bool works(const view *v, int day)
{
	return at(v, day) != ROSTER_OFF;
}

static void add(roster_breaks *out, arena *a, roster_break b, int32_t weight)
{
	if (b.amount <= 0 || weight == 0) return;
	charge(&b.cost, weight, b.amount);
	if (out->count == out->cap) out->at = ARENA_DOUBLE(a, roster_break, out->at, &out->cap, 64);
	out->at[out->count++] = b;
	out->total.hard += b.cost.hard;
	out->total.soft += b.cost.soft;
	out->of[b.rule].hard += b.cost.hard;
	out->of[b.rule].soft += b.cost.soft;
}

static void tell(const view *v, roster_break b, int32_t weight)
{
	b.person = v->person;
	add(v->out, v->arena, b, weight);
}

/* ---- runs of days ---- */

static void check_run(const view *v, int from, int to)
{
	const roster_contract *c = v->contract;
	bool work = works(v, from), edge = (from == v->from || to == v->roster->day_count) && c->edges_open;
	const roster_limit *l = work ? &c->work_run : &c->off_run;
	roster_break b = {.rule = work ? ROSTER_WORK_RUN : ROSTER_OFF_RUN, .day = from, .days = to - from, .item = -1};
	/* What was too long in the past is past; what began there and ends before day 0 too. */
	int over_before = from < 0 && -from > l->high ? -from - l->high : 0;
	b.amount = to - from - l->high - over_before;
	if (to > 0) tell(v, b, l->over);
	b.amount = l->low - (to - from);
	if (to >= 0 && !edge) tell(v, b, l->under);
}

static void check_runs(const view *v)
{
	int from = v->from;
	for (int d = v->from + 1; d <= v->roster->day_count; d++)
		if (d == v->roster->day_count || works(v, d) != works(v, from)) {
			check_run(v, from, d);
			from = d;
		}
}

/* ---- from one day to the next ---- */

static void check_pair(const view *v, int day)
{
	const roster *r = v->roster;
	int x = at(v, day - 1), y = at(v, day);
	if (x == ROSTER_OFF || y == ROSTER_OFF) return;
	roster_break b = {.rule = ROSTER_FOLLOW, .day = day - 1, .days = 2, .item = -1, .amount = 1};
	if (r->shifts[y].after >> x & 1) tell(v, b, r->shifts[y].after_weight);
	b.rule = ROSTER_REST;
	if (line_rest_short(r, v->contract, x, y)) tell(v, b, v->contract->rest_weight);
}

static int gap_before(const view *v, int last, int day)
{
	const roster_shift *x = &v->roster->shifts[at(v, last)], *y = &v->roster->shifts[at(v, day)];
	if (day - last > 3) return 1 << 20;
	if (x->start == x->end || y->start == y->end) return (day - last - 1) * 2880;
	return (day - last) * 1440 + y->start - x->end;
}

static void check_long_rest(const view *v)
{
	const roster_contract *c = v->contract;
	int begun = 0, last = INT32_MIN;
	if (c->long_rest_days <= 0) return;
	for (int d = v->from; d < v->roster->day_count; d++) {
		if (!works(v, d)) continue;
		if (last == INT32_MIN || gap_before(v, last, d) >= c->long_rest_minutes) begun = d;
		last = d;
		if (d < 0 || d - begun + 1 <= c->long_rest_days) continue;
		roster_break b = {
		    .rule = ROSTER_LONG_REST, .day = begun, .days = d - begun + 1, .item = -1, .amount = 1};
		tell(v, b, c->long_rest_weight);
	}
}

static void check_patterns(const view *v)
{
	const roster *r = v->roster;
	for (int p = 0; p < v->contract->pattern_count; p++) {
		const roster_pattern *q = &v->contract->patterns[p];
		for (int d = v->from; d + q->length <= r->day_count; d++) {
			bool fits = !q->weekdays || q->weekdays >> roster_weekday(r, d) & 1;
			for (int i = 0; i < q->length && fits; i++) fits = q->days[i] >> at(v, d + i) & 1;
			roster_break b = {.rule = ROSTER_PATTERN, .day = d, .days = q->length, .item = p, .amount = 1};
			if (fits && d + q->length > 0) tell(v, b, q->weight);
		}
	}
}

/* ---- weekends ---- */

typedef struct weekend {
	int from, to, worked;
	bool mixed;
} weekend;

static bool in_weekend(const view *v, int day)
{
	int days = v->contract->weekend ? v->contract->weekend : 0x60;
	return days >> roster_weekday(v->roster, day) & 1;
}

static weekend weekend_at(const view *v, int from)
{
	weekend w = {.from = from, .to = from};
	int first = 0;
	for (; w.to < v->roster->day_count && in_weekend(v, w.to); w.to++) {
		if (w.to > from && !in_weekend(v, w.to - 1)) break;
		int shift = at(v, w.to);
		if (shift == ROSTER_OFF) continue;
		w.worked++;
		w.mixed |= first && first != shift;
		first = first ? first : shift;
	}
	return w;
}

static void check_weekend(const view *v, const weekend *w)
{
	bool cut = w->to == v->roster->day_count && in_weekend(v, w->to) && v->contract->edges_open;
	roster_break b = {
	    .rule = ROSTER_WHOLE_WEEKEND, .day = w->from, .days = w->to - w->from, .item = -1, .amount = 1};
	if (w->worked && w->worked < w->to - w->from && !cut) tell(v, b, v->contract->whole_weekend);
	b.rule = ROSTER_SAME_WEEKEND;
	if (w->mixed) tell(v, b, v->contract->same_weekend);
}

typedef struct weekend_run {
	int length, from, to;
	bool open;
} weekend_run;

static void check_weekend_run(const view *v, const weekend_run *n)
{
	const roster_limit *l = &v->contract->weekend_run;
	roster_break b = {.rule = ROSTER_WEEKEND_RUN, .day = n->from, .days = n->to - n->from, .item = -1};
	b.amount = l->low - n->length;
	if (n->length && !n->open) tell(v, b, l->under);
}

static void check_weekends(const view *v)
{
	const roster_contract *c = v->contract;
	int count = v->roster->persons[v->person].weekends_before, total = v->roster->day_count;
	weekend_run run = {.open = c->edges_open};
	for (int d = v->from; d < total; d++) {
		if (!in_weekend(v, d) || (d > v->from && in_weekend(v, d - 1))) continue;
		weekend w = weekend_at(v, d);
		if (w.to > 0) check_weekend(v, &w);
		roster_break b = {
		    .rule = ROSTER_WEEKEND_RUN, .day = w.from, .days = w.to - w.from, .item = -1, .amount = 1};
		bool cut = w.to == total && in_weekend(v, w.to) && c->edges_open;
		if (!w.worked && cut) break; /* its other days are not known */
		if (!w.worked) {
			if (w.to > 0) check_weekend_run(v, &run);
			run = (weekend_run){0};
			continue;
		}
		if (run.length++ == 0) run.from = w.from;
		run.to = w.to;
		if (w.to > 0 && run.length > c->weekend_run.high) tell(v, b, c->weekend_run.over);
		b.rule = ROSTER_WEEKENDS;
		if (w.to > 0 && ++count > c->weekends.high) tell(v, b, c->weekends.over);
	}
	if (!c->edges_open) check_weekend_run(v, &run);
	roster_break b = {.rule = ROSTER_WEEKENDS, .days = total, .item = -1, .amount = c->weekends.low - count};
	tell(v, b, c->weekends.under);
}

/* ---- sums ---- */

static void check_budgets(const view *v)
{
	const roster_person *p = &v->roster->persons[v->person];
	for (int i = 0; i < v->contract->budget_count; i++) {
		const roster_budget *q = &v->contract->budgets[i];
		int64_t sum = p->before ? p->before[i] : 0;
		for (int d = q->from; d < q->to; d++) sum += budget_amount(v->roster, q, v->line[d]);
		roster_break b = {.rule = ROSTER_BUDGET, .day = q->from, .days = q->to - q->from, .item = i};
		b.amount = (int32_t)units_over(sum, q->limit.high, q->unit);
		tell(v, b, q->limit.over);
		b.amount = (int32_t)units_over(q->limit.low, sum, q->unit);
		tell(v, b, q->limit.under);
	}
}

static void check_allowed(const view *v)
{
	for (int d = 0; d < v->roster->day_count; d++) {
		bool may = *roster_allowed_at(v->roster, v->person, d) >> v->line[d] & 1;
		roster_break b = {.rule = ROSTER_ALLOWED, .day = d, .days = 1, .item = -1, .amount = !may};
		tell(v, b, ROSTER_HARD);
	}
}

static int known_from(const roster *r, int person)
{
	const uint8_t *past = r->past ? &r->past[(int64_t)person * r->past_days] : NULL;
	int from = 0;
	while (past && from > -r->past_days && past[r->past_days + from - 1] != ROSTER_UNKNOWN) from--;
	return from;
}

static void check_person(arena *a, const roster *r, const uint8_t *lines, int person, roster_breaks *out)
{
	view v = {.arena = a,
		  .roster = r,
		  .contract = &r->contracts[r->persons[person].contract],
		  .person = person,
		  .from = known_from(r, person),
		  .line = lines + (int64_t)person * r->day_count,
		  .past = r->past ? r->past + (int64_t)person * r->past_days : NULL,
		  .out = out};
	check_allowed(&v);
	for (int d = 0; d < r->day_count; d++)
		if (d > v.from) check_pair(&v, d);
	check_long_rest(&v);
	check_runs(&v);
	check_weekends(&v);
	check_budgets(&v);
	check_patterns(&v);
}

static void check_wishes(arena *a, const roster *r, const uint8_t *lines, roster_breaks *out)
{
	for (int i = 0; i < r->wish_count; i++) {
		const roster_wish *w = &r->wishes[i];
		bool so = w->shifts >> lines[(int64_t)w->person * r->day_count + w->day] & 1;
		roster_break b = {.rule = ROSTER_WISH,
				  .person = w->person,
				  .day = w->day,
				  .days = 1,
				  .item = i,
				  .amount = so != w->wanted};
		add(out, a, b, w->weight);
	}
}

static void check_covers(arena *a, const roster *r, const uint8_t *lines, roster_breaks *out)
{
	for (int i = 0; i < r->cover_count; i++) {
		const roster_cover *c = &r->covers[i];
		int n = 0;
		for (int p = 0; p < r->person_count; p++) {
			const roster_person *q = &r->persons[p];
			n += (c->shifts >> lines[(int64_t)p * r->day_count + c->day] & 1) && q->level >= c->level &&
			     (q->skills & c->skills) == c->skills;
		}
		roster_break b = {.rule = ROSTER_COVER_UNDER, .person = -1, .day = c->day, .days = 1, .item = i};
		b.amount = c->limit.low - n;
		add(out, a, b, c->limit.under);
		b.rule = ROSTER_COVER_OVER;
		b.amount = n - c->limit.high;
		add(out, a, b, c->limit.over);
	}
}

roster_breaks roster_check(arena *a, const roster *r, const uint8_t *lines)
{
	roster_breaks out = {0};
	for (int p = 0; p < r->person_count; p++) check_person(a, r, lines, p, &out);
	check_wishes(a, r, lines, &out);
	check_covers(a, r, lines, &out);
	return out;
}

solve_cost roster_cost(const roster *r, const uint8_t *lines)
{
	arena *a = arena_new(64 * MIB);
	solve_cost total = roster_check(a, r, lines).total;
	arena_free(a);
	return total;
}
