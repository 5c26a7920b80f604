/* roster_inner.h: what the roster's own files share: a person's rules as a machine that takes a day at a time (roster_line.c), all legal
 * lines of a contract as a graph (roster_graph.c), the best line through it for given prices (roster_best.c), and the
 * plan being worked on (roster_draft.c). */
#ifndef LIMEN_PLAN_ROSTER_INNER_H
#define LIMEN_PLAN_ROSTER_INNER_H

#include "plan/roster_plan.h"

#include <string.h>

/* ---- a person's rules, a day at a time ---- */

/* All that the rules need to know of the days so far. Two histories with the same state have the same future. */
typedef struct line_state {
	uint64_t pattern;                   /* a bit for each day of each pattern that fits so far */
	int32_t budget[ROSTER_BUDGETS_MAX]; /* of those that are running */
	int16_t weekends, run;              /* run: days, counted as far as anything asks */
	uint8_t prev;                       /* yesterday: the first shift of its class, off, or unknown */
	uint8_t last;                       /* the last one worked, where long rests are asked for; 0 none */
	uint8_t since;                      /* days since the last long rest ended; 0: it lasts */
	uint8_t open;                       /* nobody knows when this run began */
	uint8_t weekend_run, weekend_open;
	uint8_t weekend_worked, weekend_days; /* of the weekend that is running */
	uint8_t weekend_first, weekend_mixed; /* its first shift; another came */
	uint8_t spare[2]; /* always 0: states are compared as bytes, and no byte of one is without a name */
} line_state;

typedef struct line_rules {
	const roster *roster;
	const roster_contract *contract;
	uint8_t class_of[ROSTER_SHIFTS_MAX + 1]; /* shifts that no later day can tell apart; the first stands for all */
	int16_t pair_hard[ROSTER_SHIFTS_MAX + 1][ROSTER_SHIFTS_MAX + 1]; /* [yesterday][today] */
	int32_t pair_soft[ROSTER_SHIFTS_MAX + 1][ROSTER_SHIFTS_MAX + 1];
	uint64_t pattern_first[7], pattern_day[ROSTER_SHIFTS_MAX + 1], pattern_last;
	int32_t pattern_weight[ROSTER_PATTERN_BITS];
	uint8_t pattern_of[ROSTER_PATTERN_BITS];
	uint8_t weekend_place[7]; /* 0 no; bit 0 first day of it, bit 1 last, bit 2 within */
	int run_cap[2];           /* off, work: longer runs are all alike */
	bool weekends_count, weekends_run, weekends_same, weekends_whole;
	int last_person; /* of those with this contract */
} line_rules;

typedef struct roster_inner {
	line_rules *rules; /* a contract each */
	int32_t *cover_at; /* day × shift: where its covers begin in cover_list; one more at the end */
	int32_t *cover_list;
	uint8_t *fits;   /* cover's filter × person */
	int32_t *filter; /* of each cover */
	int filter_count;
} roster_inner;

static inline int roster_shifts(const roster *r) /* off too */
{
	return r->shift_count + 1;
}
static inline int roster_weekday(const roster *r, int day)
{
	return (r->first_weekday + day + 7000) % 7;
}
static inline bool roster_fits(const roster *r, int cover, int person)
{
	return r->inner->fits[(int64_t)r->inner->filter[cover] * r->person_count + person];
}

void line_rules_make(arena *a, const roster *r, int contract, line_rules *out);
bool line_rest_short(const roster *r, const roster_contract *c, int before, int after);
line_state line_begin(const roster *r, int person);
/* Adds to `cost` what this day breaks, wishes not counted. */
void line_step(const line_rules *m, const int32_t *before, line_state *s, int day_shift, solve_cost *cost);
static inline int line_day(int day, int shift)
{
	return day << 8 | shift;
}
void line_end(const line_rules *m, const line_state *s, solve_cost *cost);
/* A whole line: its rules and its wishes. */
solve_cost line_cost(const roster *r, int person, const uint8_t *line);

static inline void charge(solve_cost *c, int32_t weight, int64_t units)
{
	if (weight < 0)
		c->hard += units;
	else
		c->soft += weight * units;
}
static inline int64_t units_over(int64_t value, int64_t limit, int32_t unit)
{
	if (value <= limit) return 0;
	return unit > 1 ? (value - limit + unit - 1) / unit : value - limit;
}
static inline int budget_amount(const roster *r, const roster_budget *b, int shift)
{
	if (!(b->shifts >> shift & 1)) return 0;
	return b->minutes ? r->shifts[shift].minutes : 1;
}

/* ---- all legal lines of a contract ---- */

enum {
	GRAPH_NODES_MAX = 6000000,
	GRAPH_NODES_GOOD = 400000,
	GRAPH_HARD = 20000,
	GRAPH_LEFT_MAX = 24,
	GRAPH_LEFT_HIGH = 60000
};

/* A step from a node: with any shift of a group, to a node of the next day. */
typedef struct graph_arc {
	int32_t to, soft;
} graph_arc;

typedef struct line_graph {
	const roster *roster;
	const line_rules *rules;
	int group_count, day_count, contract;
	uint64_t groups[ROSTER_SHIFTS_MAX + 1]; /* shifts that are alike for what the graph counts */
	int32_t *day_first; /* nodes of day d: from day_first[d]; day_count + 1 entries and an end */
	int32_t *arc_first; /* a node's arcs; one more at the end */
	graph_arc *arcs;
	uint8_t *arc_group;
	int32_t *end_soft; /* of the nodes after the last day, from day_first[day_count] */
	uint8_t
	    left_out[GRAPH_LEFT_MAX]; /* budgets the graph does not count: only upper limits that may not be passed */
	int left_count;
	bool relaxed; /* what may not be broken costs GRAPH_HARD a unit, since else there is no line at all */
	bool empty;   /* no legal line */
} line_graph;

/* The graph of a person's contract and history. NULL: too large. */
line_graph *graph_make(arena *a, const roster *r, int person, bool relaxed);

typedef struct graphs {
	const roster *roster;
	line_graph **all;
	int count;
	int *of; /* each person's; -1: none could be made */
	int64_t nodes, nodes_max;
} graphs;
graphs *graphs_make(arena *a, const roster *r);

/* ---- the best line for prices ---- */

enum { BEST_SCALE = 65536, BEST_NONE = 1 << 28 };

typedef struct best_work {
	const graphs *graphs;
	int64_t *to_end; /* by node */
	int64_t *price;  /* day × group */
	uint8_t *shift;  /* day × group: the cheapest of the group */
	struct best_label *labels;
	int32_t *heap, *newest;
	int label_count, heap_count;
	int64_t at_least; /* of the last call: no line is cheaper, also where none was found */
} best_work;

best_work *best_open(arena *a, const graphs *g);
/* The cheapest legal line of a person for `price` (day × shifts, in 1/BEST_SCALE of soft cost; wishes in it). Gives its cost, rules
 * and prices together, or INT64_MAX: none is cheaper than `limit`. */
int64_t best_line(best_work *w, int person, const int64_t *price, int64_t limit, uint8_t *line);

/* ---- the plan being worked on ---- */

typedef struct state_undo {
	int person;
	uint8_t *line;
} state_undo;

typedef struct roster_draft {
	const roster *roster;
	uint8_t *lines;
	int16_t *at_work; /* of each cover */
	solve_cost *line_costs, total;
	int64_t hard_price; /* of a broken rule, for prices */
	int undo_count, undo_cap;
	int *undo_person;
	uint8_t *undo_lines;
	solve_cost *undo_costs, undo_total;
} roster_draft;

roster_draft *draft_new(arena *a, const roster *r);
void draft_load(roster_draft *s, const uint8_t *lines);
solve_cost draft_cost_full(const roster_draft *s);
/* Gives a person another line; what it was can be taken back until draft_keep. */
void draft_put(roster_draft *s, int person, const uint8_t *line);
void draft_keep(roster_draft *s);
void draft_drop(roster_draft *s);
solve_cost cover_cost(const roster_cover *c, int at_work);
/* What each shift on each day costs beside all others' lines as they are, this person's not counted (day × shifts, scaled). */
void draft_prices(const roster_draft *s, int person, int64_t *price);

/* ---- how long it may take ---- */

typedef struct plan_budget {
	world *world;
	int64_t started, until; /* microseconds */
	int64_t steps, spent;   /* steps over 0: time is not looked at. A best line is LINE_STEPS of them */
	const atomic_bool *cancel;
	int threads;
} plan_budget;
enum { LINE_STEPS = 100, PLAN_THREADS_MAX = 8 };
bool plan_over(const plan_budget *b);

/* ---- columns: lines put together by a linear program (roster_columns.c) ---- */

/* One wish for a line of each of some persons, done on all threads. Prices come from `price_of`. */
typedef struct line_asks {
	int count;
	const int *persons;
	int64_t *limits, *costs, *at_least; /* costs: INT64_MAX where none was found */
	uint8_t *lines;
	void *self;
	void (*price_of)(const void *self, int person, int64_t *price);
} line_asks;
void lines_ask(best_work **works, plan_budget *b, const line_asks *q);

typedef struct columns columns;
/* `from`: lines known to another one, of those that are free, come along; may be missing. NULL: no solver is built in. */
columns *columns_open(arena *a, const graphs *g, best_work **works, plan_budget *budget);
void columns_bring(columns *c, const columns *from, const bool *fixed);
void columns_close(columns *c);
void columns_add(columns *c, int person, const uint8_t *line); /* nothing where it is there */
/* The linear program over all legal lines of those that are not fixed to their line in `lines`. False: out of budget or numbers. Its value is
 * a bound where nobody is fixed. It ends early where it is sure to stay over stop_at. */
bool columns_root(columns *c, const bool *fixed, const uint8_t *lines, double stop_at, double *bound);
/* Rounds what the last columns_root gave to lines for all, fixing and asking again. False: given up, it would not be under stop_at.
 * `random`: not always the same way; may be missing. */
bool columns_dive(columns *c, double stop_at, solve_random *random, uint8_t *lines);
int columns_count(const columns *c);
int columns_rounds(const columns *c);

/* ---- search on the kit of solve/ (roster_search.c) ---- */

typedef struct searcher searcher;
searcher *searcher_new(arena *a, const roster *r, best_work *work, plan_budget *budget);
roster_draft *searcher_state(searcher *s);
const solve_problem *searcher_problem(arena *a, const roster *r);
int searcher_kinds(void);
/* Each person's best line beside the others', once around. First: whatever it costs, everybody being off. Whole: though time is over. */
typedef enum place_how { PLACE_FIRST, PLACE_WHOLE, PLACE_IN_TIME } place_how;
void lines_place(roster_draft *s, best_work *w, plan_budget *b, place_how how);

#endif
