/* roster_search.c: a roster on the search kit of solve/: days changed one by one, exchanged between two people, moved in blocks, and whole
 * lines made anew by the graph. Small moves may break rules for a while; the kit's price brings them back. */
#include "plan/roster_inner.h"

struct searcher {
	roster_draft *state;
	best_work *work;
	plan_budget *budget;
	int64_t *price;
	uint8_t line[ROSTER_DAYS_MAX], other[ROSTER_DAYS_MAX];
	bool over;
	int since_look;
};

searcher *searcher_new(arena *a, const roster *r, best_work *work, plan_budget *budget)
{
	searcher *s = ARENA_NEW(a, searcher);
	s->state = draft_new(a, r);
	s->work = work;
	s->budget = budget;
	s->price = ARENA_ARRAY(a, int64_t, (int64_t)r->day_count * roster_shifts(r));
	return s;
}

roster_draft *searcher_state(searcher *s)
{
	return s->state;
}

static uint8_t *line_at(const roster_draft *s, int person)
{
	return &s->lines[(int64_t)person * s->roster->day_count];
}

/* ---- moves ---- */

static bool move_day(searcher *q, solve_random *random)
{
	const roster *r = q->state->roster;
	int person = solve_below(random, r->person_count), day = solve_below(random, r->day_count);
	uint8_t *own = line_at(q->state, person);
	uint64_t may = *roster_allowed_at(r, person, day) & ~(UINT64_C(1) << own[day]);
	if (!may) return false;
	for (int skip = solve_below(random, __builtin_popcountll(may)); skip > 0; skip--) may &= may - 1;
	memcpy(q->line, own, (size_t)r->day_count);
	q->line[day] = (uint8_t)__builtin_ctzll(may);
	draft_put(q->state, person, q->line);
	return true;
}

/* Two people exchange some days. */
static bool move_swap(searcher *q, solve_random *random)
{
	const roster *r = q->state->roster;
	if (r->person_count < 2) return false;
	int x = solve_below(random, r->person_count), y = solve_below(random, r->person_count - 1);
	int from = solve_below(random, r->day_count), days = 1 + solve_below(random, 7);
	y += y >= x;
	int to = from + days < r->day_count ? from + days : r->day_count;
	uint8_t *one = line_at(q->state, x), *two = line_at(q->state, y);
	if (memcmp(one + from, two + from, (size_t)(to - from)) == 0) return false;
	for (int d = from; d < to; d++)
		if (!(*roster_allowed_at(r, x, d) >> two[d] & 1) || !(*roster_allowed_at(r, y, d) >> one[d] & 1))
			return false;
	memcpy(q->line, one, (size_t)r->day_count);
	memcpy(q->other, two, (size_t)r->day_count);
	memcpy(q->line + from, two + from, (size_t)(to - from));
	memcpy(q->other + from, one + from, (size_t)(to - from));
	draft_put(q->state, x, q->line);
	draft_put(q->state, y, q->other);
	return true;
}

/* Some days in a row get one shift, or off. */
static bool move_block(searcher *q, solve_random *random)
{
	const roster *r = q->state->roster;
	int person = solve_below(random, r->person_count), from = solve_below(random, r->day_count);
	int days = 2 + solve_below(random, 5), shift = solve_below(random, roster_shifts(r));
	uint8_t *own = line_at(q->state, person);
	bool moved = false;
	memcpy(q->line, own, (size_t)r->day_count);
	for (int d = from; d < from + days && d < r->day_count; d++) {
		if (!(*roster_allowed_at(r, person, d) >> shift & 1)) continue;
		moved |= own[d] != shift;
		q->line[d] = (uint8_t)shift;
	}
	if (moved) draft_put(q->state, person, q->line);
	return moved;
}

static bool put_best(searcher *q, int person)
{
	roster_draft *s = q->state;
	draft_prices(s, person, q->price);
	q->budget->spent += LINE_STEPS;
	if (best_line(q->work, person, q->price, INT64_MAX, q->line) == INT64_MAX) return false;
	if (memcmp(q->line, line_at(s, person), (size_t)s->roster->day_count) == 0) return false;
	draft_put(s, person, q->line);
	return true;
}

static bool move_line(searcher *q, solve_random *random)
{
	return put_best(q, solve_below(random, q->state->roster->person_count));
}

/* A few people's lines are forgotten and made again one after the other. */
static bool move_ruin(searcher *q, solve_random *random)
{
	const roster *r = q->state->roster;
	int chosen[4], n = 2 + solve_below(random, 3);
	if (r->person_count < n) return false;
	for (int i = 0; i < n; i++) {
		chosen[i] = solve_below(random, r->person_count);
		for (int k = 0; k < i; k++)
			if (chosen[k] == chosen[i]) return false;
	}
	memset(q->other, ROSTER_OFF, sizeof q->other);
	for (int i = 0; i < n; i++) draft_put(q->state, chosen[i], q->other);
	for (int i = 0; i < n; i++) put_best(q, chosen[i]);
	return true;
}

typedef bool move_function(searcher *q, solve_random *random);
static const struct {
	solve_move move;
	move_function *run;
	bool heavy;
} kinds[] = {{{"day", 30}, move_day, false},
	     {{"swap", 40}, move_swap, false},
	     {{"block", 20}, move_block, false},
	     {{"line", 3}, move_line, true},
	     {{"ruin", 2}, move_ruin, true}};
enum { KINDS = sizeof kinds / sizeof *kinds };

int searcher_kinds(void)
{
	return KINDS;
}

/* ---- the kit's functions ---- */

static bool out_of_time(searcher *q, bool heavy)
{
	if (!q->over && (heavy || ++q->since_look >= 256)) {
		q->since_look = 0;
		q->over = plan_over(q->budget);
	}
	return q->over;
}

static solve_answer propose(void *self, int kind, solve_random *random, const solve_allow *allow, solve_cost *delta)
{
	searcher *q = self;
	roster_draft *s = q->state;
	if (out_of_time(q, kinds[kind].heavy)) return SOLVE_NONE;
	if (kinds[kind].heavy && !q->work) return SOLVE_NONE;
	q->budget->spent++;
	s->hard_price = allow->price < 1 ? 1 : allow->price;
	if (!kinds[kind].run(q, random)) return SOLVE_NONE;
	*delta = (solve_cost){s->total.hard - s->undo_total.hard, s->total.soft - s->undo_total.soft};
	if (delta->soft + allow->price * delta->hard <= allow->limit) return SOLVE_DELTA;
	draft_drop(s);
	return SOLVE_OVER;
}

static void keep(void *self)
{
	draft_keep(((searcher *)self)->state);
}

static void drop(void *self)
{
	draft_drop(((searcher *)self)->state);
}

static solve_cost cost(const void *self)
{
	return ((const searcher *)self)->state->total;
}

static void save(const void *self, void *bytes)
{
	const roster_draft *s = ((const searcher *)self)->state;
	memcpy(bytes, s->lines, (size_t)s->roster->person_count * (size_t)s->roster->day_count);
}

static void load(void *self, const void *bytes)
{
	draft_load(((searcher *)self)->state, bytes);
}

const solve_problem *searcher_problem(arena *a, const roster *r)
{
	solve_problem *p = ARENA_NEW(a, solve_problem);
	solve_move *moves = ARENA_ARRAY(a, solve_move, KINDS);
	for (int i = 0; i < KINDS; i++) moves[i] = kinds[i].move;
	*p = (solve_problem){.moves = moves,
			     .move_count = KINDS,
			     .bytes = (int64_t)r->person_count * r->day_count,
			     .propose = propose,
			     .keep = keep,
			     .drop = drop,
			     .cost = cost,
			     .save = save,
			     .load = load};
	return p;
}

/* ---- a beginning ---- */

void lines_place(roster_draft *s, best_work *w, plan_budget *b, place_how how)
{
	const roster *r = s->roster;
	arena *a = arena_new(MIB * 16);
	int64_t *price = ARENA_ARRAY(a, int64_t, (int64_t)r->day_count * roster_shifts(r));
	uint8_t *line = ARENA_ARRAY(a, uint8_t, r->day_count);
	for (int p = 0; p < r->person_count && (how != PLACE_IN_TIME || !plan_over(b)); p++) {
		draft_prices(s, p, price);
		b->spent += LINE_STEPS;
		if (best_line(w, p, price, INT64_MAX, line) == INT64_MAX) continue;
		solve_cost was = s->total;
		draft_put(s, p, line);
		if (how == PLACE_FIRST || !solve_better(was, s->total))
			draft_keep(s);
		else
			draft_drop(s);
	}
	arena_free(a);
}
