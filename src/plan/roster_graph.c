/* roster_graph.c: all legal lines of a contract as a graph in layers, a day each: a node is all that the rules need to know of the days so
 * far (line_state), an arc a group of shifts that are alike. Prices change all the time, the graph never: the best line is one pass over flat
 * arrays. Upper limits on single shifts would multiply the nodes; those that do not fit are left out and looked after in roster_best.c. */
#include "plan/roster_inner.h"

#include <stdlib.h>

typedef struct building {
	arena *arena;  /* what stays */
	arena *layers; /* two in turn would do; all are kept until it is built */
	const roster *roster;
	line_rules *rules;
	roster_contract *contract;
	int32_t *before;
	line_graph *graph;
	int64_t nodes_max;
	line_state *states, *next; /* of this day and the next */
	int count, next_count, next_cap;
	int32_t *table; /* hash of the next day's states */
	int table_size;
	int arc_count, arc_cap, node_count, node_cap;
} building;

/* ---- groups ---- */

static bool alike(const building *b, int x, int y)
{
	const line_rules *m = b->rules;
	const roster *r = b->roster;
	if (m->class_of[x] != m->class_of[y] || m->pattern_day[x] != m->pattern_day[y] || m->weekends_same)
		return false;
	if (m->contract->long_rest_days > 0 && r->shifts[x].start != r->shifts[y].start) return false;
	for (int z = 1; z < roster_shifts(r); z++)
		if (m->pair_hard[z][x] != m->pair_hard[z][y] || m->pair_soft[z][x] != m->pair_soft[z][y]) return false;
	for (int i = 0; i < m->contract->budget_count; i++)
		if (budget_amount(r, &m->contract->budgets[i], x) != budget_amount(r, &m->contract->budgets[i], y))
			return false;
	return true;
}

static void groups_make(const building *b)
{
	line_graph *g = b->graph;
	g->groups[0] = 1;
	g->group_count = 1;
	for (int s = 1; s < roster_shifts(b->roster); s++) {
		int i = 1;
		while (i < g->group_count && !alike(b, __builtin_ctzll(g->groups[i]), s)) i++;
		if (i == g->group_count) g->groups[g->group_count++] = 0;
		g->groups[i] |= UINT64_C(1) << s;
	}
}

/* ---- states ---- */

static uint64_t state_hash(const building *b, const line_state *s)
{
	const uint64_t k = UINT64_C(0x9E3779B97F4A7C15);
	uint64_t h = s->pattern * k, tail[2];
	for (int i = 0; i < b->contract->budget_count; i++) h = (h ^ (uint32_t)s->budget[i]) * k, h ^= h >> 29;
	memcpy(tail, &s->weekends, sizeof tail);
	h = (h ^ tail[0]) * k;
	h = (h ^ h >> 31 ^ tail[1]) * k;
	return h ^ h >> 30;
}

static void table_grow(building *b)
{
	int size = b->table_size ? b->table_size * 2 : 4096;
	b->table = ARENA_ARRAY(b->layers, int32_t, size);
	b->table_size = size;
	for (int i = 0; i < b->next_count; i++) {
		uint64_t at = state_hash(b, &b->next[i]) & (uint64_t)(size - 1);
		while (b->table[at]) at = (at + 1) & (uint64_t)(size - 1);
		b->table[at] = i + 1;
	}
}

static int state_number(building *b, const line_state *s)
{
	if (b->next_count * 2 >= b->table_size) table_grow(b);
	uint64_t mask = (uint64_t)(b->table_size - 1), at = state_hash(b, s) & mask;
	for (; b->table[at]; at = (at + 1) & mask)
		if (memcmp(&b->next[b->table[at] - 1], s, sizeof *s) == 0) return b->table[at] - 1;
	if (b->next_count == b->next_cap) b->next = ARENA_DOUBLE(b->layers, line_state, b->next, &b->next_cap, 1024);
	b->next[b->next_count] = *s;
	b->table[at] = ++b->next_count;
	return b->next_count - 1;
}

/* ---- layers ---- */

static void add_arc(building *b, int group, graph_arc arc)
{
	line_graph *g = b->graph;
	if (b->arc_count == b->arc_cap) {
		int cap = b->arc_cap;
		g->arc_group = (uint8_t *)arena_double(b->arena, g->arc_group, &cap, 65536, 1, 1);
		g->arcs = ARENA_DOUBLE(b->arena, graph_arc, g->arcs, &b->arc_cap, 65536);
	}
	g->arc_group[b->arc_count] = (uint8_t)group;
	g->arcs[b->arc_count++] = arc;
}

static void node_mark(building *b)
{
	if (b->node_count == b->node_cap)
		b->graph->arc_first = ARENA_DOUBLE(b->arena, int32_t, b->graph->arc_first, &b->node_cap, 8192);
	b->graph->arc_first[b->node_count++] = b->arc_count;
}

static bool legal(const building *b, solve_cost *cost)
{
	if (cost->hard == 0) return true;
	cost->soft += cost->hard * GRAPH_HARD;
	return b->graph->relaxed;
}

static void expand(building *b, const line_state *s, int day)
{
	line_graph *g = b->graph;
	int base = g->day_first[day + 1];
	node_mark(b);
	for (int i = 0; i < g->group_count; i++) {
		line_state t = *s;
		solve_cost cost = {0};
		line_step(b->rules, b->before, &t, line_day(day, __builtin_ctzll(g->groups[i])), &cost);
		if (!legal(b, &cost)) continue;
		add_arc(b, i, (graph_arc){.to = base + state_number(b, &t), .soft = (int32_t)cost.soft});
	}
}

static bool layer_make(building *b, int day)
{
	line_graph *g = b->graph;
	b->next = NULL;
	b->next_count = b->next_cap = 0;
	b->table_size = 0;
	g->day_first[day + 1] = g->day_first[day] + b->count;
	for (int i = 0; i < b->count; i++) {
		expand(b, &b->states[i], day);
		if (g->day_first[day + 1] + b->next_count > b->nodes_max) return false;
	}
	b->states = b->next;
	b->count = b->next_count;
	return true;
}

static bool layers_make(building *b, int person)
{
	line_graph *g = b->graph;
	line_state first = line_begin(b->roster, person);
	b->states = &first;
	b->count = 1;
	for (int d = 0; d < b->roster->day_count; d++)
		if (!layer_make(b, d)) return false;
	g->end_soft = ARENA_ARRAY(b->arena, int32_t, b->count + 1);
	for (int i = 0; i < b->count; i++) {
		solve_cost cost = {0};
		line_end(b->rules, &b->states[i], &cost);
		g->end_soft[i] = legal(b, &cost) ? (int32_t)cost.soft : BEST_NONE;
	}
	g->day_first[b->roster->day_count + 1] = g->day_first[b->roster->day_count] + b->count;
	node_mark(b);
	return true;
}

/* ---- what leads nowhere goes ---- */

static void useful_mark(const line_graph *g, int32_t *new_number)
{
	int last = g->day_first[g->day_count], end = g->day_first[g->day_count + 1];
	for (int n = last; n < end; n++) new_number[n] = g->end_soft[n - last] != BEST_NONE;
	for (int n = last - 1; n >= 0; n--)
		for (int k = g->arc_first[n]; k < g->arc_first[n + 1] && !new_number[n]; k++)
			new_number[n] = new_number[g->arcs[k].to];
}

static void trim_arcs(line_graph *g, const int32_t *number, int last)
{
	int arcs = 0, nodes = 0;
	for (int n = 0; n < last; n++) {
		int from = g->arc_first[n], to = g->arc_first[n + 1];
		if (number[n] < 0) continue;
		g->arc_first[nodes++] = arcs;
		for (int k = from; k < to; k++) {
			if (number[g->arcs[k].to] < 0) continue;
			g->arc_group[arcs] = g->arc_group[k];
			g->arcs[arcs++] = (graph_arc){number[g->arcs[k].to], g->arcs[k].soft};
		}
	}
	g->arc_first[nodes] = arcs;
}

static void trim(building *b)
{
	line_graph *g = b->graph;
	int total = g->day_first[g->day_count + 1], last = g->day_first[g->day_count], kept = 0;
	int32_t *number = ARENA_ARRAY(b->layers, int32_t, total + 1);
	useful_mark(g, number);
	for (int n = 0, d = 0; n <= total; n++) {
		for (; d <= g->day_count + 1 && g->day_first[d] == n; d++) g->day_first[d] = kept;
		if (n == total) break;
		if (n >= last && number[n]) g->end_soft[kept - g->day_first[g->day_count]] = g->end_soft[n - last];
		number[n] = number[n] ? kept++ : -1;
	}
	trim_arcs(g, number, last);
	g->empty = kept == 0 || g->day_first[1] == 0;
}

/* ---- which budgets are counted ---- */

static bool may_leave(const roster_budget *b)
{
	return b->limit.low == 0 && b->limit.over == ROSTER_HARD && b->limit.high < GRAPH_LEFT_HIGH;
}

/* Leaves out those not in `keep`. False: too many. */
static bool budgets_choose(building *b, const roster_contract *from, uint64_t keep, const int32_t *before)
{
	roster_contract *c = b->contract;
	line_graph *g = b->graph;
	c->budget_count = g->left_count = 0;
	for (int i = 0; i < from->budget_count; i++) {
		if (keep >> i & 1 || !may_leave(&from->budgets[i])) {
			b->before[c->budget_count] = before ? before[i] : 0;
			c->budgets[c->budget_count++] = from->budgets[i];
		} else {
			if (g->left_count == GRAPH_LEFT_MAX) return false;
			g->left_out[g->left_count++] = (uint8_t)i;
		}
	}
	return true;
}

static line_graph *build(arena *a, const roster *r, int person, uint64_t keep, bool relaxed)
{
	const roster_contract *from = &r->contracts[r->persons[person].contract];
	building b = {.arena = a, .layers = arena_new(2048 * MIB), .roster = r, .nodes_max = GRAPH_NODES_MAX};
	line_graph *g = b.graph = ARENA_NEW(a, line_graph);
	b.rules = ARENA_NEW(a, line_rules);
	b.contract = ARENA_NEW(a, roster_contract);
	b.before = ARENA_ARRAY(b.layers, int32_t, ROSTER_BUDGETS_MAX);
	*b.rules = r->inner->rules[r->persons[person].contract];
	*b.contract = *from;
	b.contract->budgets = ARENA_ARRAY(a, roster_budget, from->budget_count + 1);
	b.rules->contract = b.contract;
	*g = (line_graph){.roster = r, .rules = b.rules, .day_count = r->day_count, .relaxed = relaxed};
	g->contract = r->persons[person].contract;
	g->day_first = ARENA_ARRAY(a, int32_t, r->day_count + 3);
	bool fine = budgets_choose(&b, from, keep, r->persons[person].before);
	if (fine) groups_make(&b);
	fine = fine && layers_make(&b, person);
	if (fine) trim(&b);
	arena_free(b.layers);
	return fine ? g : NULL;
}

/* Which upper limits are worth counting: the narrowest, as long as the graph stays small enough. */
static uint64_t worth_counting(const roster_contract *c, int64_t nodes)
{
	uint64_t keep = 0;
	for (;;) {
		int best = -1;
		for (int i = 0; i < c->budget_count; i++)
			if (!(keep >> i & 1) && may_leave(&c->budgets[i]) &&
			    (best < 0 || c->budgets[i].limit.high < c->budgets[best].limit.high))
				best = i;
		if (best < 0) return keep;
		nodes *= c->budgets[best].limit.high + 1;
		if (nodes > GRAPH_NODES_GOOD) return keep;
		keep |= UINT64_C(1) << best;
	}
}

line_graph *graph_make(arena *a, const roster *r, int person, bool relaxed)
{
	const roster_contract *c = &r->contracts[r->persons[person].contract];
	arena_mark here = arena_here(a);
	line_graph *small = build(a, r, person, relaxed ? UINT64_MAX : 0, relaxed);
	if (!small) {
		arena_rewind(a, here);
		return NULL;
	}
	uint64_t keep = relaxed ? 0 : worth_counting(c, small->day_first[small->day_count + 1]);
	if (!keep) return small;
	arena_rewind(a, here);
	return build(a, r, person, keep, false);
}

/* ---- everybody's ---- */

static bool same_graph(const roster *r, int p, int q)
{
	const roster_person *x = &r->persons[p], *y = &r->persons[q];
	int budgets = r->contracts[x->contract].budget_count;
	if (x->contract != y->contract) return false;
	for (int i = 0; i < budgets; i++)
		if ((x->before ? x->before[i] : 0) != (y->before ? y->before[i] : 0)) return false;
	line_state s = line_begin(r, p), t = line_begin(r, q);
	return memcmp(&s, &t, sizeof s) == 0;
}

graphs *graphs_make(arena *a, const roster *r)
{
	graphs *g = ARENA_NEW(a, graphs);
	g->roster = r;
	g->all = ARENA_ARRAY(a, line_graph *, r->person_count);
	g->of = ARENA_ARRAY(a, int, r->person_count);
	int *first = ARENA_ARRAY(a, int, r->person_count);
	for (int p = 0; p < r->person_count; p++) {
		g->of[p] = -1;
		for (int i = 0; i < g->count && g->of[p] < 0; i++)
			if (same_graph(r, p, first[i])) g->of[p] = i;
		if (g->of[p] >= 0) continue;
		line_graph *new = graph_make(a, r, p, false);
		if (!new) continue;
		int64_t nodes = new->day_first[r->day_count + 1];
		g->nodes += nodes;
		g->nodes_max = nodes > g->nodes_max ? nodes : g->nodes_max;
		first[g->count] = p;
		g->all[g->count] = new;
		g->of[p] = g->count++;
	}
	return g;
}
