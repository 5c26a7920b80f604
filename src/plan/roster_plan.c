/* roster_plan.c: a roster made: a line for each person in turn, search, then lines put together by a linear program, first all of them, then
 * some people's at a time beside the others. What there is at any moment is the best so far. */
#include "plan/roster_inner.h"
#include "plan/roster_linear.h"

#include <math.h>

enum { SEARCH_PERCENT = 6, ROOT_PERCENT = 60, NEAR_MIN = 5, NEAR_MAX = 24 };
static const int64_t SEARCH_MOST = 2000000, STEP_SEARCH_MOST = 2000000;

typedef struct planning {
	arena *arena, *work;
	const roster *roster;
	const roster_options *options;
	plan_budget budget;
	graphs *graphs;
	best_work *works[PLAN_THREADS_MAX];
	roster_draft *state; /* the best so far */
	solve_random random;
	columns *all;
	bool *fixed;
	uint8_t *lines;
	double bound;
	roster_result result;
	int64_t told;
} planning;

bool plan_over(const plan_budget *b)
{
	if (b->cancel && atomic_load_explicit(b->cancel, memory_order_relaxed)) return true;
	if (b->steps > 0) return b->spent >= b->steps;
	return b->world->monotonic(b->world) >= b->until;
}

bool roster_has_columns(void)
{
	return linear_built();
}

static int64_t elapsed(const planning *p)
{
	return p->budget.world->monotonic(p->budget.world) - p->budget.started;
}

/* The least whole cost that the bound leaves open; what rounding prices may have taken is given back. */
static int64_t bound_whole(const planning *p)
{
	const roster *r = p->roster;
	double slack = (double)r->person_count * r->day_count / BEST_SCALE + 1e-3;
	return p->bound < -1e15 ? INT64_MIN : (int64_t)ceil(p->bound - slack);
}

static void tell(planning *p, const char *phase, bool now)
{
	const roster_options *o = p->options;
	int64_t at = elapsed(p);
	if (p->result.first_microseconds < 0 && p->state->total.hard == 0) p->result.first_microseconds = at;
	if (!o->progress || (!now && at - p->told < 100000)) return;
	p->told = at;
	roster_progress q = {.best = p->state->total,
			     .bound = p->bound,
			     .moves = p->budget.spent,
			     .microseconds = at,
			     .lines = p->state->lines,
			     .phase = phase};
	o->progress(o->progress_self, &q);
}

static bool proved(const planning *p)
{
	return p->state->total.hard == 0 && p->state->total.soft <= bound_whole(p);
}

/* Takes other lines where they are better, or as good where that is asked for. */
static void take(planning *p, const uint8_t *lines, bool equal, const char *phase)
{
	const roster *r = p->roster;
	solve_cost was = p->state->total;
	size_t bytes = (size_t)r->person_count * (size_t)r->day_count;
	arena_mark here = arena_here(p->work);
	uint8_t *old = ARENA_ARRAY(p->work, uint8_t, (int64_t)bytes);
	memcpy(old, p->state->lines, bytes);
	draft_load(p->state, lines);
	bool better = solve_better(p->state->total, was);
	if (solve_better(was, p->state->total) || (!better && !equal)) draft_load(p->state, old);
	arena_rewind(p->work, here);
	tell(p, phase, better);
}

/* ---- beginning ---- */

/* What is counted beside the graph is dear, so that a line, if there is one, is found at once. */
static int64_t counted_price(const planning *p, int shift)
{
	int64_t price = 0;
	for (int i = 0; i < p->graphs->count; i++) {
		const line_graph *g = p->graphs->all[i];
		const roster_contract *c = &p->roster->contracts[g->contract];
		for (int k = 0; k < g->left_count; k++)
			if (c->budgets[g->left_out[k]].shifts >> shift & 1) price = BEST_SCALE;
	}
	return price;
}

/* People without any legal line get a graph in which what may not be broken is dear. */
static void relax_empty(planning *p)
{
	graphs *g = p->graphs;
	const roster *r = p->roster;
	int64_t *price = ARENA_ARRAY(p->work, int64_t, (int64_t)r->day_count * roster_shifts(r));
	uint8_t *line = ARENA_ARRAY(p->work, uint8_t, r->day_count);
	for (int i = 0; i < r->day_count * roster_shifts(r); i++) price[i] = counted_price(p, i % roster_shifts(r));
	int count = g->count;
	line_graph **all = ARENA_ARRAY(p->arena, line_graph *, count + r->person_count);
	memcpy(all, g->all, sizeof(line_graph *) * (size_t)count);
	g->all = all;
	for (int i = 0; i < r->person_count; i++) {
		if (g->of[i] < 0 || best_line(p->works[0], i, price, INT64_MAX, line) != INT64_MAX) continue;
		line_graph *soft = graph_make(p->arena, r, i, true);
		if (!soft) continue;
		g->of[i] = g->count;
		g->all[g->count++] = soft;
		int64_t nodes = soft->day_first[r->day_count + 1];
		if (nodes > g->nodes_max) g->nodes_max = nodes;
		p->works[0] = best_open(p->arena, g);
	}
}

static void begin(planning *p)
{
	const roster *r = p->roster;
	const roster_options *o = p->options;
	p->graphs = graphs_make(p->arena, r);
	p->works[0] = best_open(p->arena, p->graphs);
	relax_empty(p);
	for (int i = 1; i < p->budget.threads; i++) p->works[i] = best_open(p->arena, p->graphs);
	p->state = draft_new(p->arena, r);
	p->state->hard_price = GRAPH_HARD;
	p->fixed = ARENA_ARRAY(p->arena, bool, r->person_count);
	p->lines = ARENA_ARRAY(p->arena, uint8_t, (int64_t)r->person_count * r->day_count);
	if (o->start) memcpy(p->lines, o->start, (size_t)r->person_count * (size_t)r->day_count);
	draft_load(p->state, p->lines);
	lines_place(p->state, p->works[0], &p->budget, o->start ? PLACE_WHOLE : PLACE_FIRST);
	tell(p, "place", true);
	for (int i = 0; i < 2 && !plan_over(&p->budget); i++)
		lines_place(p->state, p->works[0], &p->budget, PLACE_IN_TIME);
	tell(p, "place", true);
}

/* ---- search ---- */

static void told_by_kit(void *self, const solve_progress *q)
{
	planning *p = self;
	roster_progress t = {.best = q->best,
			     .bound = p->bound,
			     .moves = p->budget.spent + q->moves,
			     .microseconds = elapsed(p),
			     .lines = q->state,
			     .phase = "search"};
	if (p->options->progress) p->options->progress(p->options->progress_self, &t);
}

static int32_t dearest(const roster *r)
{
	int32_t most = 1;
	for (int i = 0; i < r->cover_count; i++) {
		if (r->covers[i].limit.under > most) most = r->covers[i].limit.under;
	}
	return most < 1000 ? most : 1000;
}

/* Anneals for a part of the budget, each thread in a state and a part of the budget of its own. */
static void search(planning *p, int64_t microseconds, int64_t steps)
{
	const roster *r = p->roster;
	int threads = p->budget.threads;
	plan_budget *parts = ARENA_ARRAY(p->arena, plan_budget, threads);
	void *selves[PLAN_THREADS_MAX];
	int64_t now = p->budget.world->monotonic(p->budget.world);
	for (int i = 0; i < threads; i++) {
		parts[i] = p->budget;
		parts[i].until = now + microseconds < p->budget.until ? now + microseconds : p->budget.until;
		parts[i].spent = 0;
		parts[i].steps = steps;
		searcher *s = searcher_new(p->arena, r, p->works[i], &parts[i]);
		draft_load(searcher_state(s), p->state->lines);
		selves[i] = s;
	}
	double hot = dearest(r) / 4.0;
	solve_options o = {.world = p->budget.world,
			   .seed = p->options->seed,
			   .steps = steps,
			   .microseconds = microseconds,
			   .hot = hot < 1 ? 1 : hot,
			   .cold = 0.3,
			   .price_hot = 4 * hot + 50,
			   .price_cold = GRAPH_HARD,
			   .rounds = 4,
			   .reheat_percent = 30,
			   .enough = INT64_MIN,
			   .cancel = p->budget.cancel,
			   .progress_self = p,
			   .progress = p->options->progress ? told_by_kit : NULL};
	solve_result got = solve_run(p->arena, searcher_problem(p->arena, r), selves, threads, &o);
	for (int i = 0; i < threads; i++) p->budget.spent += parts[i].spent;
	p->result.moves += got.moves;
	take(p, searcher_state(selves[0])->lines, false, "search");
}

/* ---- columns ---- */

static bool root(planning *p)
{
	double bound = -(double)INFINITY;
	p->all = columns_open(p->arena, p->graphs, p->works, &p->budget);
	if (!p->all) return false;
	bool done = columns_root(p->all, NULL, p->state->lines, (double)INFINITY, &bound);
	if (bound > p->bound) p->bound = bound;
	tell(p, "columns", true);
	return done;
}

/* What a plan may cost to be taken: less than the best, or as much where `sideways` helps to get about. */
static double goal(const planning *p, bool sideways)
{
	return p->state->total.hard ? (double)INFINITY : (double)p->state->total.soft - !sideways + 1e-3;
}

static void choose_near(planning *p)
{
	int people = p->roster->person_count, most = people < NEAR_MAX ? people : NEAR_MAX;
	int n = most <= NEAR_MIN ? most : NEAR_MIN + solve_below(&p->random, most - NEAR_MIN + 1);
	for (int i = 0; i < people; i++) p->fixed[i] = true;
	while (n > 0) {
		int i = solve_below(&p->random, people);
		int k = solve_below(&p->random, people);
		/* Of two, rather the one whose line costs more. */
		if (p->state->line_costs[k].soft > p->state->line_costs[i].soft) i = k;
		if (!p->fixed[i]) continue;
		p->fixed[i] = false;
		n--;
	}
}

/* Some people's lines anew, all others' as they are. */
static void near(planning *p)
{
	arena *a = arena_new(1024 * MIB);
	bool sideways = solve_below(&p->random, 3) == 0;
	double bound, most = goal(p, sideways);
	choose_near(p);
	columns *c = columns_open(a, p->graphs, p->works, &p->budget);
	memcpy(p->lines, p->state->lines, (size_t)p->roster->person_count * (size_t)p->roster->day_count);
	columns_bring(c, p->all, p->fixed);
	if (columns_root(c, p->fixed, p->lines, most, &bound) && bound <= most &&
	    columns_dive(c, most, &p->random, p->lines))
		take(p, p->lines, sideways, "near");
	p->result.rounds += columns_rounds(c);
	columns_close(c);
	arena_free(a);
}

/* A part of what is left of the budget, for the root: where that is not enough, some people at a time get further. */
static plan_budget part_left(const plan_budget *b, int percent)
{
	plan_budget part = *b;
	int64_t now = b->world->monotonic(b->world);
	part.until = now + (b->until - now) / 100 * percent;
	if (b->steps > 0) part.steps = b->spent + (b->steps - b->spent) / 100 * percent;
	return part;
}

static void by_columns(planning *p)
{
	const plan_budget whole = p->budget;
	p->budget = part_left(&whole, ROOT_PERCENT);
	bool converged = root(p);
	p->budget.until = whole.until;
	p->budget.steps = whole.steps;
	if (converged && !proved(p)) {
		memcpy(p->lines, p->state->lines, (size_t)p->roster->person_count * (size_t)p->roster->day_count);
		if (columns_dive(p->all, goal(p, false), NULL, p->lines)) take(p, p->lines, false, "columns");
	}
	while (p->all && !proved(p) && !plan_over(&p->budget)) {
		near(p);
		tell(p, "near", false);
	}
	if (!p->all) return;
	p->result.columns = columns_count(p->all);
	p->result.rounds += columns_rounds(p->all);
	columns_close(p->all);
}

/* ---- the whole ---- */

static void plan(planning *p)
{
	const roster_options *o = p->options;
	int64_t percent = o->columns && linear_built() ? SEARCH_PERCENT : 100;
	begin(p);
	int64_t time = p->budget.until - p->budget.world->monotonic(p->budget.world),
		steps = o->steps - p->budget.spent;
	time = time * percent / 100;
	steps = steps * percent / 100 / p->budget.threads;
	if (percent < 100 && time > SEARCH_MOST) time = SEARCH_MOST;
	if (percent < 100 && steps > STEP_SEARCH_MOST) steps = STEP_SEARCH_MOST;
	if (!plan_over(&p->budget) && (o->steps > 0 ? steps : time) > 0) search(p, time, o->steps > 0 ? steps : 0);
	if (percent < 100) by_columns(p);
}

roster_result roster_plan(arena *a, const roster *r, const roster_options *o, uint8_t *lines)
{
	planning *p = ARENA_NEW(a, planning);
	int64_t now = o->world->monotonic(o->world);
	int threads = o->threads < 1 ? 1 : o->threads < PLAN_THREADS_MAX ? o->threads : PLAN_THREADS_MAX;
	*p =
	    (planning){.arena = a, .work = arena_new(256 * MIB), .roster = r, .options = o, .bound = -(double)INFINITY};
	p->budget = (plan_budget){.world = o->world,
				  .started = now,
				  .until = now + o->microseconds,
				  .steps = o->steps,
				  .cancel = o->cancel,
				  .threads = threads};
	p->random = solve_seed(o->seed, 77);
	p->result.first_microseconds = -1;
	plan(p);
	tell(p, "end", true);
	memcpy(lines, p->state->lines, (size_t)r->person_count * (size_t)r->day_count);
	p->result.cost = p->state->total;
	p->result.bound = bound_whole(p);
	p->result.proved = proved(p);
	p->result.moves += p->budget.spent;
	p->result.microseconds = elapsed(p);
	arena_free(p->work);
	return p->result;
}
