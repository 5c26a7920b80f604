/* roster_line.c: a person's rules as a machine that takes a day at a time. The same machine counts what a line costs and spans the graph
 * of all lines, so the two cannot differ; roster_check.c says the same rule by rule, and the tests hold them together. */
#include "plan/roster_inner.h"

/* ---- compiled rules ---- */

bool line_rest_short(const roster *r, const roster_contract *c, int before, int after)
{
	const roster_shift *x = &r->shifts[before], *y = &r->shifts[after];
	if (c->rest_minutes <= 0 || before == ROSTER_OFF || after == ROSTER_OFF) return false;
	if (x->end == x->start || y->end == y->start) return false;
	return 1440 + y->start - x->end < c->rest_minutes;
}

static void pairs_make(const roster *r, const roster_contract *c, line_rules *m)
{
	for (int x = 1; x < roster_shifts(r); x++)
		for (int y = 1; y < roster_shifts(r); y++) {
			solve_cost cost = {0};
			if (r->shifts[y].after >> x & 1) charge(&cost, r->shifts[y].after_weight, 1);
			if (line_rest_short(r, c, x, y)) charge(&cost, c->rest_weight, 1);
			m->pair_hard[x][y] = (int16_t)cost.hard;
			m->pair_soft[x][y] = (int32_t)cost.soft;
		}
}

static bool same_after(const line_rules *m, int x, int y)
{
	const roster *r = m->roster;
	for (int next = 1; next < roster_shifts(r); next++)
		if (m->pair_hard[x][next] != m->pair_hard[y][next] || m->pair_soft[x][next] != m->pair_soft[y][next])
			return false;
	return m->contract->long_rest_days == 0 || r->shifts[x].end == r->shifts[y].end;
}

static void classes_make(line_rules *m)
{
	for (int x = 0; x < roster_shifts(m->roster); x++) {
		m->class_of[x] = (uint8_t)x;
		for (int y = 1; y < x && m->class_of[x] == x; y++)
			if (same_after(m, x, y)) m->class_of[x] = (uint8_t)y;
	}
}

static void patterns_make(line_rules *m)
{
	int bit = 0;
	for (int p = 0; p < m->contract->pattern_count; p++) {
		const roster_pattern *q = &m->contract->patterns[p];
		for (int w = 0; w < 7; w++)
			if (!q->weekdays || q->weekdays >> w & 1) m->pattern_first[w] |= UINT64_C(1) << bit;
		for (int i = 0; i < q->length; i++, bit++)
			for (int s = 0; s < roster_shifts(m->roster); s++)
				if (q->days[i] >> s & 1) m->pattern_day[s] |= UINT64_C(1) << bit;
		m->pattern_last |= UINT64_C(1) << (bit - 1);
		m->pattern_weight[bit - 1] = q->weight;
		m->pattern_of[bit - 1] = (uint8_t)p;
	}
}

static void weekend_make(line_rules *m)
{
	const roster_contract *c = m->contract;
	int days = c->weekend ? c->weekend : 0x60;
	for (int w = 0; w < 7; w++) {
		if (!(days >> w & 1)) continue;
		bool first = !(days >> (w + 6) % 7 & 1), last = !(days >> (w + 1) % 7 & 1);
		m->weekend_place[w] = (uint8_t)(4 | (first ? 1 : 0) | (last ? 2 : 0));
	}
	m->weekends_count = c->weekends.low > 0 || c->weekends.high < ROSTER_NO_LIMIT;
	m->weekends_run = c->weekend_run.low > 1 || c->weekend_run.high < ROSTER_NO_LIMIT;
	m->weekends_same = c->same_weekend != 0;
	m->weekends_whole = c->whole_weekend != 0;
}

static int cap_of(const roster_limit *l)
{
	int cap = l->low > 1 ? l->low : 1;
	return l->high < ROSTER_NO_LIMIT && l->high + 1 > cap ? l->high + 1 : cap;
}

void line_rules_make(arena *a, const roster *r, int contract, line_rules *m)
{
	(void)a;
	*m = (line_rules){.roster = r, .contract = &r->contracts[contract]};
	pairs_make(r, m->contract, m);
	classes_make(m);
	patterns_make(m);
	weekend_make(m);
	m->run_cap[0] = cap_of(&m->contract->off_run);
	m->run_cap[1] = cap_of(&m->contract->work_run);
	if (m->contract->long_rest_days > 0 && m->run_cap[0] < 3) m->run_cap[0] = 3;
}

/* ---- a step ---- */

static void step_run(const line_rules *m, line_state *s, bool work, solve_cost *cost)
{
	const roster_limit *limit = work ? &m->contract->work_run : &m->contract->off_run;
	bool same = s->prev != ROSTER_UNKNOWN && (s->prev != ROSTER_OFF) == work;
	if (!same) {
		const roster_limit *old = work ? &m->contract->off_run : &m->contract->work_run;
		if (s->prev != ROSTER_UNKNOWN && !s->open && s->run < old->low)
			charge(cost, old->under, old->low - s->run);
		s->open = s->prev == ROSTER_UNKNOWN && m->contract->edges_open;
		s->run = 0;
	}
	if (s->run + 1 > limit->high) charge(cost, limit->over, 1);
	if (s->run < m->run_cap[work]) s->run++;
	if (s->run >= limit->low) s->open = 0;
}

static int rest_between(const roster *r, int last, int off_days, int next)
{
	const roster_shift *x = &r->shifts[last], *y = &r->shifts[next];
	if (x->start == x->end || y->start == y->end) return off_days * 2880;
	return (off_days + 1) * 1440 + y->start - x->end;
}

/* Called before step_run: `run` is still that of the days before. */
static void step_long_rest(const line_rules *m, line_state *s, int shift, solve_cost *cost)
{
	const roster_contract *c = m->contract;
	int off = s->prev == ROSTER_OFF ? s->run : 0;
	if (shift == ROSTER_OFF) {
		if (s->since && s->since < 255) s->since++;
		if (s->prev == ROSTER_OFF && s->run >= 2) s->since = 0, s->last = 0; /* three days and more */
		return;
	}
	if (!s->last || rest_between(m->roster, s->last, off, shift) >= c->long_rest_minutes) s->since = 0;
	if (s->since < 255) s->since++;
	if (s->since > c->long_rest_days) charge(cost, c->long_rest_weight, 1);
	if (s->since > c->long_rest_days + 1) s->since = (uint8_t)(c->long_rest_days + 1);
	s->last = m->class_of[shift];
}

static void weekend_close(const line_rules *m, line_state *s, solve_cost *cost)
{
	const roster_contract *c = m->contract;
	if (s->weekend_worked) {
		if (s->weekend_worked < s->weekend_days) charge(cost, c->whole_weekend, 1);
		if (s->weekend_mixed) charge(cost, c->same_weekend, 1);
		if (m->weekends_count) {
			if (s->weekends + 1 > c->weekends.high) charge(cost, c->weekends.over, 1);
			s->weekends++;
		}
		if (m->weekends_run) {
			if (s->weekend_run + 1 > c->weekend_run.high) charge(cost, c->weekend_run.over, 1);
			if (s->weekend_run < cap_of(&c->weekend_run)) s->weekend_run++;
		}
	} else {
		bool short_run = s->weekend_run && !s->weekend_open && s->weekend_run < c->weekend_run.low;
		if (short_run) charge(cost, c->weekend_run.under, c->weekend_run.low - s->weekend_run);
		s->weekend_run = 0;
		s->weekend_open = 0;
	}
	s->weekend_worked = s->weekend_days = s->weekend_first = s->weekend_mixed = 0;
}

static void step_weekend(const line_rules *m, line_state *s, int place, int shift, solve_cost *cost)
{
	s->weekend_days += m->weekends_whole;
	if (shift != ROSTER_OFF) {
		if (m->weekends_same && s->weekend_first && s->weekend_first != shift) s->weekend_mixed = 1;
		if (m->weekends_same && !s->weekend_first) s->weekend_first = (uint8_t)shift;
		if (m->weekends_whole || !s->weekend_worked) s->weekend_worked++;
	}
	if (place & 2) weekend_close(m, s, cost);
}

static void step_budgets(const line_rules *m, const int32_t *before, line_state *s, int day_shift, solve_cost *cost)
{
	int day = day_shift >> 8, shift = day_shift & 255;
	for (int i = 0; i < m->contract->budget_count; i++) {
		const roster_budget *b = &m->contract->budgets[i];
		if (day < b->from || day >= b->to) continue;
		int32_t *v = &s->budget[i];
		if (day == b->from) {
			*v = before ? before[i] : 0;
			charge(cost, b->limit.over, units_over(*v, b->limit.high, b->unit));
		}
		int amount = budget_amount(m->roster, b, shift);
		if (amount && *v + amount > b->limit.high)
			charge(cost, b->limit.over,
			       units_over(*v + amount, b->limit.high, b->unit) -
				   units_over(*v, b->limit.high, b->unit));
		*v += amount;
		if (day + 1 < b->to) continue;
		if (*v < b->limit.low) charge(cost, b->limit.under, units_over(b->limit.low, *v, b->unit));
		*v = 0;
	}
}

static void step_patterns(const line_rules *m, line_state *s, int weekday, int shift, solve_cost *cost)
{
	s->pattern = ((s->pattern & ~m->pattern_last) << 1 | m->pattern_first[weekday]) & m->pattern_day[shift];
	for (uint64_t hit = s->pattern & m->pattern_last; hit; hit &= hit - 1)
		charge(cost, m->pattern_weight[__builtin_ctzll(hit)], 1);
	s->pattern &= ~m->pattern_last;
}

void line_step(const line_rules *m, const int32_t *before, line_state *s, int day_shift, solve_cost *cost)
{
	int day = day_shift >> 8, shift = day_shift & 255, weekday = roster_weekday(m->roster, day);
	if (s->prev != ROSTER_UNKNOWN) {
		cost->hard += m->pair_hard[s->prev][shift];
		cost->soft += m->pair_soft[s->prev][shift];
	}
	if (m->contract->long_rest_days > 0) step_long_rest(m, s, shift, cost);
	step_run(m, s, shift != ROSTER_OFF, cost);
	if (m->weekend_place[weekday]) step_weekend(m, s, m->weekend_place[weekday], shift, cost);
	if (day >= 0 && m->contract->budget_count) step_budgets(m, before, s, day_shift, cost);
	if (m->pattern_last) step_patterns(m, s, weekday, shift, cost);
	s->prev = m->class_of[shift];
}

void line_end(const line_rules *m, const line_state *s, solve_cost *cost)
{
	const roster_contract *c = m->contract;
	line_state end = *s;
	int place = m->weekend_place[roster_weekday(m->roster, m->roster->day_count - 1)];
	/* A weekend that the end cuts: its other days are not known, but where the edges count they are off. */
	if (place & 4 && !(place & 2) && (end.weekend_worked || !c->edges_open)) {
		if (c->edges_open) end.weekend_days = end.weekend_worked;
		weekend_close(m, &end, cost);
	}
	if (!c->edges_open) {
		const roster_limit *run = s->prev == ROSTER_OFF ? &c->off_run : &c->work_run;
		if (s->run < run->low) charge(cost, run->under, run->low - s->run);
		if (end.weekend_run && end.weekend_run < c->weekend_run.low)
			charge(cost, c->weekend_run.under, c->weekend_run.low - end.weekend_run);
	}
	if (end.weekends < c->weekends.low) charge(cost, c->weekends.under, c->weekends.low - end.weekends);
}

/* ---- a whole line ---- */

line_state line_begin(const roster *r, int person)
{
	const roster_person *p = &r->persons[person];
	const line_rules *m = &r->inner->rules[p->contract];
	const line_state unknown = {.prev = ROSTER_UNKNOWN, .weekend_open = m->contract->edges_open && m->weekends_run};
	line_state s = unknown;
	for (int i = 0; i < r->past_days; i++) {
		solve_cost none = {0};
		int shift = r->past[(int64_t)person * r->past_days + i];
		if (shift == ROSTER_UNKNOWN)
			s = unknown;
		else
			line_step(m, NULL, &s, (i - r->past_days) * 256 + shift, &none);
	}
	s.weekends = (int16_t)(m->weekends_count ? p->weekends_before : 0);
	return s;
}

solve_cost line_cost(const roster *r, int person, const uint8_t *line)
{
	const roster_person *p = &r->persons[person];
	const line_rules *m = &r->inner->rules[p->contract];
	const int32_t *price = roster_price_at(r, person, 0);
	const uint64_t *allowed = roster_allowed_at(r, person, 0);
	int shifts = roster_shifts(r);
	solve_cost cost = {0};
	line_state s = line_begin(r, person);
	for (int d = 0; d < r->day_count; d++) {
		line_step(m, p->before, &s, line_day(d, line[d]), &cost);
		cost.soft += price[d * shifts + line[d]];
		cost.hard += !(allowed[d] >> line[d] & 1);
	}
	line_end(m, &s, &cost);
	return cost;
}
