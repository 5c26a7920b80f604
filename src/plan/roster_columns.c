/* roster_columns.c: lines put together by a linear program. Its columns are lines, made as they are needed: the program's prices say what
 * a person on a shift on a day is worth, the graph answers with the best line for them (roster_best.c), until nobody has one that
 * would help. Then the program's value is a bound on every plan, and fixing one line after the other, asking anew each time, gives plans close
 * to it. */
#include "plan/roster_inner.h"
#include "plan/roster_linear.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum {
	COLUMNS_MAX = 400000,
	DIVE_ROUNDS = 30,
	BRING_MAX = 60,
	ROOT_ROUNDS = 400,
	COLUMN_ROWS_MAX = ROSTER_DAYS_MAX * 4
};
static const double HARD_COST = 20000;

struct columns {
	arena *arena;
	const graphs *graphs;
	const roster *roster;
	best_work **works;
	plan_budget *budget;
	linear *lp;
	int first; /* columns before the lines: too few and too many of each cover */
	int count, cap;
	int32_t *person, *next_same; /* of a column; chains in `table` */
	uint8_t *lines;
	int64_t lines_cap;
	int32_t *table;
	int rounds;
	bool *fixed_now;
	int *asked;
	int64_t *limits, *costs, *at_least;
	uint8_t *answers;
	const double *prices;
};
enum { COLUMN_TABLE = 1 << 16 };

/* ---- lines on all threads ---- */

typedef struct asker {
	best_work *work;
	const line_asks *asks;
	int number, threads;
	pthread_t thread;
	int64_t *price;
} asker;

static void *ask_some(void *self)
{
	const asker *q = self;
	const line_asks *k = q->asks;
	const roster *r = q->work->graphs->roster;
	for (int i = q->number; i < k->count; i += q->threads) {
		uint8_t *line = &k->lines[(int64_t)i * r->day_count];
		k->price_of(k->self, k->persons[i], q->price);
		k->costs[i] = best_line(q->work, k->persons[i], q->price, k->limits[i], line);
		k->at_least[i] = q->work->at_least;
	}
	return NULL;
}

void lines_ask(best_work **works, plan_budget *b, const line_asks *q)
{
	asker all[PLAN_THREADS_MAX] = {0};
	bool begun[PLAN_THREADS_MAX] = {0};
	const roster *r = works[0]->graphs->roster;
	int threads = q->count < b->threads ? (q->count > 0 ? q->count : 1) : b->threads;
	assert(threads > 0);
	int64_t cells = (int64_t)r->day_count * roster_shifts(r);
	int64_t *prices = malloc(sizeof(int64_t) * (size_t)(cells * threads));
	if (!prices) abort();
	for (int i = 0; i < threads; i++) {
		all[i] =
		    (asker){.work = works[i], .asks = q, .number = i, .threads = threads, .price = prices + cells * i};
		if (i > 0) begun[i] = pthread_create(&all[i].thread, NULL, ask_some, &all[i]) == 0;
	}
	ask_some(&all[0]);
	for (int i = 1; i < threads; i++) {
		if (begun[i])
			pthread_join(all[i].thread, NULL);
		else
			ask_some(&all[i]);
	}
	free(prices);
	b->spent += (int64_t)q->count * LINE_STEPS;
}

/* ---- the program ---- */

static double weight_cost(int32_t weight)
{
	return weight < 0 ? HARD_COST : weight;
}

static void add_slacks(columns *c)
{
	for (int i = 0; i < c->roster->cover_count; i++) {
		const roster_limit *l = &c->roster->covers[i].limit;
		double one = 1, minus = -1;
		linear_add(c->lp, &(linear_column){weight_cost(l->under), 0, 1e9, 1, &i, &one});
		linear_add(c->lp, &(linear_column){weight_cost(l->over), 0, 1e9, 1, &i, &minus});
	}
	c->first = 2 * c->roster->cover_count;
}

static bool program_open(columns *c)
{
	const roster *r = c->roster;
	int rows = r->cover_count + r->person_count;
	double *low = ARENA_ARRAY(c->arena, double, rows), *high = ARENA_ARRAY(c->arena, double, rows);
	for (int i = 0; i < r->cover_count; i++) {
		low[i] = r->covers[i].limit.low;
		high[i] = r->covers[i].limit.high < ROSTER_NO_LIMIT ? r->covers[i].limit.high : 1e9;
	}
	for (int p = 0; p < r->person_count; p++) low[r->cover_count + p] = high[r->cover_count + p] = 1;
	c->lp = linear_new(rows, low, high);
	if (!c->lp) return false;
	add_slacks(c);
	return true;
}

columns *columns_open(arena *a, const graphs *g, best_work **works, plan_budget *budget)
{
	columns *c = ARENA_NEW(a, columns);
	int people = g->roster->person_count;
	*c = (columns){.arena = a, .graphs = g, .roster = g->roster, .works = works, .budget = budget};
	if (!program_open(c)) return NULL;
	c->table = ARENA_ARRAY(a, int32_t, COLUMN_TABLE);
	c->fixed_now = ARENA_ARRAY(a, bool, people);
	c->asked = ARENA_ARRAY(a, int, people);
	c->limits = ARENA_ARRAY(a, int64_t, people);
	c->costs = ARENA_ARRAY(a, int64_t, people);
	c->at_least = ARENA_ARRAY(a, int64_t, people);
	c->answers = ARENA_ARRAY(a, uint8_t, (int64_t)people * g->roster->day_count);
	return c;
}

void columns_bring(columns *c, const columns *from, const bool *fixed)
{
	int days = c->roster->day_count;
	int *brought = ARENA_ARRAY(c->arena, int, c->roster->person_count);
	for (int k = from->count - 1; k >= 0; k--) {
		int p = from->person[k];
		if (!fixed[p] && brought[p]++ < BRING_MAX) columns_add(c, p, &from->lines[(int64_t)k * days]);
	}
}

void columns_close(columns *c)
{
	if (c) linear_free(c->lp);
}

int columns_count(const columns *c)
{
	return c->count;
}

int columns_rounds(const columns *c)
{
	return c->rounds;
}

static uint32_t line_hash(int person, const uint8_t *line, int days)
{
	uint64_t h = (uint64_t)person * UINT64_C(0x9E3779B97F4A7C15);
	for (int d = 0; d < days; d++) h = (h ^ line[d]) * UINT64_C(0x100000001B3), h ^= h >> 27;
	return (uint32_t)(h >> 13) & (COLUMN_TABLE - 1);
}

static int find(const columns *c, int person, const uint8_t *line)
{
	int days = c->roster->day_count;
	for (int k = c->table[line_hash(person, line, days)]; k; k = c->next_same[k - 1])
		if (c->person[k - 1] == person && memcmp(&c->lines[(int64_t)(k - 1) * days], line, (size_t)days) == 0)
			return k - 1;
	return -1;
}

static void remember(columns *c, int person, const uint8_t *line)
{
	int days = c->roster->day_count, cap = c->cap;
	if (c->count == c->cap) {
		int same = cap, third = cap;
		c->person = ARENA_DOUBLE(c->arena, int32_t, c->person, &cap, 1024);
		c->next_same = ARENA_DOUBLE(c->arena, int32_t, c->next_same, &same, 1024);
		c->lines = arena_double(c->arena, c->lines, &third, 1024, days, 1);
		c->cap = cap;
	}
	uint32_t h = line_hash(person, line, days);
	memcpy(&c->lines[(int64_t)c->count * days], line, (size_t)days);
	c->person[c->count] = person;
	c->next_same[c->count] = c->table[h];
	c->table[h] = ++c->count;
}

void columns_add(columns *c, int person, const uint8_t *line)
{
	const roster *r = c->roster;
	int rows[COLUMN_ROWS_MAX], n = 0, shifts = roster_shifts(r);
	double values[COLUMN_ROWS_MAX];
	if (c->count == COLUMNS_MAX || find(c, person, line) >= 0) return;
	for (int d = 0; d < r->day_count; d++) {
		int cell = d * shifts + line[d];
		for (int k = r->inner->cover_at[cell]; k < r->inner->cover_at[cell + 1] && n < COLUMN_ROWS_MAX - 1; k++)
			if (roster_fits(r, r->inner->cover_list[k], person)) rows[n++] = r->inner->cover_list[k];
	}
	rows[n++] = r->cover_count + person;
	for (int i = 0; i < n; i++) values[i] = 1;
	solve_cost cost = line_cost(r, person, line);
	double money = (double)cost.soft + HARD_COST * (double)cost.hard;
	linear_add(c->lp, &(linear_column){money, 0, 1e9, n, rows, values});
	remember(c, person, line);
}

/* ---- pricing ---- */

static void price_of(const void *self, int person, int64_t *price)
{
	const columns *c = self;
	const roster *r = c->roster;
	const int32_t *wish = roster_price_at(r, person, 0);
	int cells = r->day_count * roster_shifts(r);
	for (int cell = 0; cell < cells; cell++) {
		double sum = 0;
		for (int k = r->inner->cover_at[cell]; k < r->inner->cover_at[cell + 1]; k++)
			if (roster_fits(r, r->inner->cover_list[k], person)) sum += c->prices[r->inner->cover_list[k]];
		price[cell] = (int64_t)wish[cell] * BEST_SCALE - (int64_t)lround(sum * BEST_SCALE);
	}
}

/* Asks everybody who is free for a better line. Gives how many came; `gain`: what the program's value cannot fall by more than. */
static int price_round(columns *c, double *gain)
{
	const roster *r = c->roster;
	int n = 0, came = 0;
	c->prices = linear_prices(c->lp);
	for (int p = 0; p < r->person_count; p++) {
		if (c->fixed_now[p]) continue;
		c->asked[n] = p;
		c->limits[n++] = (int64_t)floor((c->prices[r->cover_count + p] - 1e-4) * BEST_SCALE);
	}
	line_asks q = {n, c->asked, c->limits, c->costs, c->at_least, c->answers, c, price_of};
	lines_ask(c->works, c->budget, &q);
	*gain = 0;
	for (int i = 0; i < n; i++) {
		double reduced = (double)c->at_least[i] / BEST_SCALE - c->prices[r->cover_count + c->asked[i]];
		if (reduced < 0) *gain -= reduced;
	}
	for (int i = 0; i < n; i++) {
		if (c->costs[i] == INT64_MAX) continue;
		int before = c->count;
		columns_add(c, c->asked[i], &c->answers[(int64_t)i * r->day_count]);
		came += c->count > before;
	}
	c->rounds++;
	return came;
}

/* Until nothing better comes, `rounds` are over, or it is sure to stay over stop_at. */
static bool converge(columns *c, int rounds, double stop_at, double *bound)
{
	double close = rounds == ROOT_ROUNDS ? 0.02 : 0.3;
	double gain = 0;
	*bound = -(double)INFINITY;
	for (int i = 0; i < rounds; i++) {
		if (!linear_solve(c->lp, false) || plan_over(c->budget)) return false;
		double value = linear_value(c->lp);
		int came = price_round(c, &gain);
		if (value - gain > *bound) *bound = value - gain;
		if (came == 0 || *bound > stop_at) return true;
		if (gain < close) break;
	}
	return linear_solve(c->lp, false);
}

/* ---- whom it is about ---- */

static void free_all(columns *c)
{
	for (int k = 0; k < c->count; k++) linear_bounds(c->lp, c->first + k, 0, 1e9);
	memset(c->fixed_now, 0, sizeof(bool) * (size_t)c->roster->person_count);
}

static void fix(columns *c, int column)
{
	for (int k = 0; k < c->count; k++)
		if (c->person[k] == c->person[column]) linear_bounds(c->lp, c->first + k, k == column, k == column);
	c->fixed_now[c->person[column]] = true;
}

bool columns_root(columns *c, const bool *fixed, const uint8_t *lines, double stop_at, double *bound)
{
	const roster *r = c->roster;
	free_all(c);
	for (int p = 0; p < r->person_count; p++) {
		const uint8_t *line = &lines[(int64_t)p * r->day_count];
		columns_add(c, p, line);
		int k = find(c, p, line);
		if (k < 0) return false;
		if (fixed && fixed[p]) fix(c, k);
	}
	return converge(c, ROOT_ROUNDS, stop_at, bound);
}

/* How much a column is worth fixing: how full it is, and a little chance where `random` says so. */
static double worth(const columns *c, const double *x, int k, solve_random *random)
{
	double full = x[c->first + k];
	if (c->fixed_now[c->person[k]] || full < 1e-6) return -1;
	return random && full < 0.99 ? full * (0.4 + solve_below(random, 1000) / 1000.0) : full;
}

/* Fixes those that are all but whole, and the fullest ones that come to a part of the free. Gives how many are left. */
static int fix_some(columns *c, solve_random *random)
{
	const double *x = linear_columns(c->lp);
	int left = 0, want;
	for (int p = 0; p < c->roster->person_count; p++) left += !c->fixed_now[p];
	want = (left + 24) / 25;
	for (int n = 0; left > 0; n++) {
		int fullest = -1;
		double most = 0;
		for (int k = 0; k < c->count; k++) {
			double w = worth(c, x, k, random);
			if (w > most) most = w, fullest = k;
		}
		if (fullest < 0 || (n >= want && most < 0.99) || (n > 0 && most < 0.6)) break;
		fix(c, fullest);
		left--;
	}
	return left;
}

static void take_lines(const columns *c, uint8_t *lines)
{
	const double *x = linear_columns(c->lp);
	size_t days = (size_t)c->roster->day_count;
	for (int k = 0; k < c->count; k++)
		if (x[c->first + k] > 0.5)
			memcpy(&lines[(size_t)c->person[k] * days], &c->lines[(size_t)k * days], days);
}

bool columns_dive(columns *c, double stop_at, solve_random *random, uint8_t *lines)
{
	double reached = linear_value(c->lp) + 1e-4;
	for (;;) {
		double bound;
		int left = fix_some(c, random);
		if (!linear_solve(c->lp, true) || plan_over(c->budget)) return false;
		if (left == 0) break;
		/* As cheap as before fixing: no other line could make it cheaper. */
		if (linear_value(c->lp) <= reached) continue;
		if (!converge(c, DIVE_ROUNDS, stop_at, &bound) || bound > stop_at) return false;
		reached = linear_value(c->lp) + 1e-4;
	}
	take_lines(c, lines);
	return true;
}
