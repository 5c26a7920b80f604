/* roster_best.c: a person's best line for given prices. A pass from the end tells each node of the graph what the rest costs at least.
 * What the graph leaves out, upper limits on some shifts, gets a price of its own (a Lagrangian multiplier), raised while the best line has
 * too many of them; what is open then is settled by walking from the start, best first, counting on the way. */
#include "plan/roster_inner.h"

enum { LABELS_MAX = 60000, POPS_MAX = 6000, TOLL_PASSES = 8 };
#define FAR (INT64_MAX / 4)

typedef struct best_label {
	int64_t cost, reach; /* so far; with the rest at least */
	int32_t node, parent, older;
	int16_t day;
	uint8_t shift;
	uint16_t count[GRAPH_LEFT_MAX];
} best_label;

typedef struct searching {
	best_work *w;
	const line_graph *g;
	const roster_contract *contract;
	int person;
	const int64_t *price;
	int64_t limit, best;          /* best: of the lines found so far, INT64_MAX none */
	int64_t toll[GRAPH_LEFT_MAX]; /* for one of what is left out */
	int64_t free[GRAPH_LEFT_MAX]; /* how many there may be in this time */
	uint8_t *line;
} searching;

best_work *best_open(arena *a, const graphs *g)
{
	best_work *w = ARENA_NEW(a, best_work);
	const roster *r = g->roster;
	w->graphs = g;
	w->to_end = ARENA_ARRAY(a, int64_t, g->nodes_max + 1);
	w->newest = ARENA_ARRAY(a, int32_t, g->nodes_max + 1);
	w->price = ARENA_ARRAY(a, int64_t, (int64_t)r->day_count * roster_shifts(r));
	w->shift = ARENA_ARRAY(a, uint8_t, (int64_t)r->day_count * roster_shifts(r));
	w->labels = ARENA_ARRAY(a, best_label, LABELS_MAX);
	w->heap = ARENA_ARRAY(a, int32_t, LABELS_MAX + 1);
	return w;
}

static const roster_budget *left_budget(const searching *s, int i)
{
	return &s->contract->budgets[s->g->left_out[i]];
}

/* ---- the pass from the end ---- */

static int64_t toll_of(const searching *s, int day, int shift)
{
	int64_t sum = 0;
	for (int i = 0; i < s->g->left_count; i++) {
		const roster_budget *b = left_budget(s, i);
		if (s->toll[i] && day >= b->from && day < b->to)
			sum += s->toll[i] * budget_amount(s->g->roster, b, shift);
	}
	return sum;
}

static void group_prices(const searching *s)
{
	const line_graph *g = s->g;
	int shifts = roster_shifts(g->roster);
	for (int d = 0; d < g->day_count; d++) {
		uint64_t may = *roster_allowed_at(g->roster, s->person, d);
		for (int i = 0; i < g->group_count; i++) {
			int64_t best = FAR;
			int which = 0;
			for (uint64_t set = g->groups[i] & may; set; set &= set - 1) {
				int shift = __builtin_ctzll(set);
				int64_t price = s->price[d * shifts + shift] + toll_of(s, d, shift);
				if (price < best) best = price, which = shift;
			}
			s->w->price[d * shifts + i] = best;
			s->w->shift[d * shifts + i] = (uint8_t)which;
		}
	}
}

static void pass_back(best_work *w, const line_graph *g)
{
	int shifts = roster_shifts(g->roster), last = g->day_first[g->day_count];
	for (int n = last; n < g->day_first[g->day_count + 1]; n++)
		w->to_end[n] = (int64_t)g->end_soft[n - last] * BEST_SCALE;
	for (int d = g->day_count - 1; d >= 0; d--) {
		const int64_t *price = &w->price[d * shifts];
		for (int n = g->day_first[d]; n < g->day_first[d + 1]; n++) {
			int64_t best = FAR;
			for (int k = g->arc_first[n], end = g->arc_first[n + 1]; k < end; k++) {
				graph_arc arc = g->arcs[k];
				int64_t cost =
				    price[g->arc_group[k]] + (int64_t)arc.soft * BEST_SCALE + w->to_end[arc.to];
				best = cost < best ? cost : best;
			}
			w->to_end[n] = best < FAR ? best : FAR;
		}
	}
}

static void walk(const best_work *w, const line_graph *g, uint8_t *line)
{
	int shifts = roster_shifts(g->roster), n = 0;
	for (int d = 0; d < g->day_count; d++) {
		int to = 0;
		for (int k = g->arc_first[n]; k < g->arc_first[n + 1]; k++) {
			graph_arc arc = g->arcs[k];
			int i = d * shifts + g->arc_group[k];
			to = arc.to;
			line[d] = w->shift[i];
			if (w->price[i] + (int64_t)arc.soft * BEST_SCALE + w->to_end[arc.to] == w->to_end[n]) break;
		}
		n = to;
	}
}

/* ---- tolls ---- */

/* How many of each the line has; gives whether that is not too many of any. */
static bool count_line(const searching *s, const uint8_t *line, int64_t *count)
{
	bool within = true;
	for (int i = 0; i < s->g->left_count; i++) {
		const roster_budget *b = left_budget(s, i);
		count[i] = 0;
		for (int d = b->from; d < b->to; d++) count[i] += budget_amount(s->g->roster, b, line[d]);
		within = within && count[i] <= s->free[i];
	}
	return within;
}

static int64_t tolls_free(const searching *s)
{
	int64_t sum = 0;
	for (int i = 0; i < s->g->left_count; i++) sum += s->toll[i] * s->free[i];
	return sum;
}

/* A step towards the tolls with which nobody wants too many. */
static void tolls_move(searching *s, const int64_t *count, int64_t bound, int pass)
{
	int64_t goal = s->best < s->limit ? s->best : s->limit, length = 0;
	for (int i = 0; i < s->g->left_count; i++) {
		int64_t over = count[i] - s->free[i];
		if (over > 0 || s->toll[i] > 0) length += over * over;
	}
	if (length == 0) return;
	int64_t gap = goal < FAR ? goal - bound : (int64_t)BEST_SCALE * 200 >> pass;
	int64_t most = (int64_t)BEST_SCALE * 400 * length;
	if (gap > most) gap = most;
	if (gap < BEST_SCALE / 8) gap = BEST_SCALE / 8;
	for (int i = 0; i < s->g->left_count; i++) {
		int64_t over = count[i] - s->free[i];
		if (over > 0 || s->toll[i] > 0) s->toll[i] += gap * over / length;
		if (s->toll[i] < 0) s->toll[i] = 0;
	}
}

/* A pass with the tolls as they are. True: it is settled, the best is found or there is none under the limit. */
static bool toll_pass(searching *s, int pass)
{
	best_work *w = s->w;
	uint8_t line[ROSTER_DAYS_MAX];
	int64_t count[GRAPH_LEFT_MAX] = {0}, tolls = tolls_free(s), paid = 0;
	group_prices(s);
	pass_back(w, s->g);
	if (w->to_end[0] >= FAR / 2) {
		w->at_least = FAR;
		return true;
	}
	int64_t bound = w->to_end[0] - tolls;
	if (bound > w->at_least) w->at_least = bound;
	if (w->at_least >= s->limit || w->at_least >= s->best) return true;
	walk(w, s->g, line);
	bool within = count_line(s, line, count);
	for (int i = 0; i < s->g->left_count; i++) paid += s->toll[i] * count[i];
	if (within && w->to_end[0] - paid < s->best) {
		s->best = w->to_end[0] - paid;
		memcpy(s->line, line, (size_t)s->g->day_count);
		if (s->best <= w->at_least) return true;
	}
	if (pass + 1 < TOLL_PASSES) tolls_move(s, count, bound, pass);
	return false;
}

/* ---- best first ---- */

static bool sooner(const best_work *w, int x, int y)
{
	const best_label *p = &w->labels[x], *q = &w->labels[y];
	if (p->reach != q->reach) return p->reach < q->reach;
	return p->day != q->day ? p->day > q->day : x < y;
}

static void heap_push(best_work *w, int label)
{
	int i = w->heap_count++;
	for (; i > 0 && sooner(w, label, w->heap[(i - 1) / 2]); i = (i - 1) / 2) w->heap[i] = w->heap[(i - 1) / 2];
	w->heap[i] = label;
}

static int heap_pop(best_work *w)
{
	int top = w->heap[0], label = w->heap[--w->heap_count], i = 0;
	for (;;) {
		int child = 2 * i + 1;
		if (child >= w->heap_count) break;
		if (child + 1 < w->heap_count && sooner(w, w->heap[child + 1], w->heap[child])) child++;
		if (!sooner(w, w->heap[child], label)) break;
		w->heap[i] = w->heap[child];
		i = child;
	}
	if (w->heap_count) w->heap[i] = label;
	return top;
}

/* One that came to the same node before, as cheap, with no more of anything counted. */
static bool dominated(const best_work *w, const line_graph *g, int label)
{
	const best_label *p = &w->labels[label];
	for (int k = w->newest[p->node]; k; k = w->labels[k].older) {
		const best_label *q = &w->labels[k];
		int i = 0;
		while (i < g->left_count && q->count[i] <= p->count[i]) i++;
		if (i == g->left_count && q->cost <= p->cost) return true;
	}
	return false;
}

static bool count_shift(const searching *s, best_label *to, int shift)
{
	for (int i = 0; i < s->g->left_count; i++) {
		const roster_budget *b = left_budget(s, i);
		if (to->day < b->from || to->day >= b->to) continue;
		int64_t sum = to->count[i] + budget_amount(s->g->roster, b, shift);
		if (sum > s->free[i]) return false;
		to->count[i] = (uint16_t)sum;
	}
	return true;
}

/* What it comes to at least: the rest with tolls, and what of the tolls is not used up is given back. */
static int64_t reach_of(const searching *s, const best_label *p)
{
	int64_t reach = p->cost + s->w->to_end[p->node];
	if (p->day == s->g->day_count) return reach;
	for (int i = 0; i < s->g->left_count; i++) reach -= s->toll[i] * (s->free[i] - p->count[i]);
	return reach;
}

/* The label is of the node after day - 1; a shift is chosen for `day`. */
static void push_shift(const searching *s, int from, const graph_arc *arc, int shift)
{
	best_work *w = s->w;
	const best_label *p = &w->labels[from];
	best_label new = *p;
	if (w->label_count == LABELS_MAX || !count_shift(s, &new, shift)) return;
	new.cost = p->cost + s->price[p->day * roster_shifts(s->g->roster) + shift] + (int64_t)arc->soft *BEST_SCALE;
	new.node = arc->to;
	new.day = (int16_t)(p->day + 1);
	new.reach = reach_of(s, &new);
	if (new.reach >= s->limit || new.reach >= s->best) return;
	new.parent = from;
	new.shift = (uint8_t)shift;
	w->labels[w->label_count] = new;
	heap_push(w, w->label_count++);
}

static void push_all(const searching *s, int label)
{
	const line_graph *g = s->g;
	const best_label *p = &s->w->labels[label];
	int node = p->node;
	uint64_t may = *roster_allowed_at(g->roster, s->person, p->day);
	for (int k = g->arc_first[node]; k < g->arc_first[node + 1]; k++)
		for (uint64_t set = g->groups[g->arc_group[k]] & may; set; set &= set - 1)
			push_shift(s, label, &g->arcs[k], __builtin_ctzll(set));
}

static void take(searching *s, int label)
{
	best_work *w = s->w;
	s->best = w->at_least = w->labels[label].reach;
	for (int k = label; k != 1; k = w->labels[k].parent) s->line[w->labels[k].day - 1] = w->labels[k].shift;
}

static void best_first(searching *s)
{
	best_work *w = s->w;
	bool ended = false;
	w->labels[1] = (best_label){0};
	w->labels[1].reach = reach_of(s, &w->labels[1]);
	w->label_count = 2;
	w->heap_count = 0;
	heap_push(w, 1);
	for (int pops = 0; w->heap_count && pops < POPS_MAX && w->label_count < LABELS_MAX && !ended; pops++) {
		int label = heap_pop(w);
		best_label *p = &w->labels[label];
		if (p->reach > w->at_least) w->at_least = p->reach;
		if ((ended = p->day == s->g->day_count)) take(s, label);
		if (ended || dominated(w, s->g, label)) continue;
		p->older = w->newest[p->node];
		w->newest[p->node] = label;
		push_all(s, label);
	}
	bool all_seen = w->heap_count == 0 && w->label_count < LABELS_MAX && !ended;
	if (all_seen) w->at_least = s->best < s->limit ? s->best : s->limit;
	for (int k = 1; k < w->label_count; k++) w->newest[w->labels[k].node] = 0;
}

int64_t best_line(best_work *w, int person, const int64_t *price, int64_t limit, uint8_t *line)
{
	const graphs *gs = w->graphs;
	w->at_least = INT64_MIN;
	if (gs->of[person] < 0 || gs->all[gs->of[person]]->empty) return INT64_MAX;
	const roster_person *p = &gs->roster->persons[person];
	searching s = {.w = w,
		       .g = gs->all[gs->of[person]],
		       .contract = &gs->roster->contracts[p->contract],
		       .person = person,
		       .price = price,
		       .limit = limit,
		       .best = INT64_MAX,
		       .line = line};
	for (int i = 0; i < s.g->left_count; i++)
		s.free[i] = left_budget(&s, i)->limit.high - (p->before ? p->before[s.g->left_out[i]] : 0);
	bool settled = false;
	for (int pass = 0; pass < TOLL_PASSES && !settled; pass++) settled = toll_pass(&s, pass);
	if (!settled) best_first(&s);
	return s.best < limit ? s.best : INT64_MAX;
}
