/* solve.h: the front door of solve/: a search kit that knows no domain. A problem is a table of functions over a state of its own;
 * the kit tries moves, keeps or drops them, and always has the best so far at hand.
 *
 * Cost is lexicographic: `hard` counts broken rules, `soft` is money; one plan is better than another when it breaks less, and
 * where they break the same when it costs less. While searching, a broken rule has a price in soft units that rises during the
 * run, and further for as long as one stays broken, so that the search may walk through what is not allowed and comes out of it.
 *
 * One move: the kit draws beforehand what it may cost (`solve_allow`: annealing, seen from the other side) and calls `propose`, which picks
 * a random move of that kind and says what it changes. A move that is sure to cost more may be given up in the middle. What `propose`
 * has to change to know the cost it leaves changed: then `keep` or `drop` follows, exactly one of them. Randomness comes from
 * the `solve_random` handed in and nowhere else: the same seed and steps give the same plan.
 *
 * Threads: one state (`self`) for each; they anneal apart and exchange their best between rounds. Ownership: states are the caller's.
 */
#ifndef LIMEN_SOLVE_H
#define LIMEN_SOLVE_H

#include "base/base.h"

#include <stdatomic.h>

enum { SOLVE_KINDS_MAX = 24, SOLVE_THREADS_MAX = 8, SOLVE_ROUNDS_MAX = 64 };

typedef struct solve_cost {
	int64_t hard, soft;
} solve_cost;

static inline bool solve_better(solve_cost a, solve_cost b)
{
	return a.hard != b.hard ? a.hard < b.hard : a.soft < b.soft;
}

/* ---- chance: a generator small enough to live in the caller (xoroshiro128++) ---- */

typedef struct solve_random {
	uint64_t a, b;
} solve_random;

solve_random solve_seed(uint64_t seed, uint64_t stream);

static inline uint64_t solve_next(solve_random *r)
{
	uint64_t a = r->a, b = r->b, sum = a + b, out = ((sum << 17) | (sum >> 47)) + a;
	b ^= a;
	r->a = ((a << 49) | (a >> 15)) ^ b ^ (b << 21);
	r->b = (b << 28) | (b >> 36);
	return out;
}

/* 0 .. n-1; n from 1 to 2^31. Not quite even where n is not a power of two: by n in 2^32. */
static inline int solve_below(solve_random *r, int n)
{
	return (int)(((solve_next(r) >> 32) * (uint64_t)(uint32_t)n) >> 32);
}

/* ---- a problem ---- */

/* A move is kept where delta.soft + price * delta.hard <= limit; limit is never below 0. */
typedef struct solve_allow {
	int64_t limit, price;
} solve_allow;

typedef enum solve_answer {
	SOLVE_NONE,  /* there is no such move here: not counted as a move */
	SOLVE_OVER,  /* it costs more than is allowed; nothing is changed */
	SOLVE_DELTA, /* `delta` is what it costs: keep or drop follows */
} solve_answer;

typedef struct solve_move {
	const char *name;
	int weight; /* how often at first, beside the others; how often later is learnt */
} solve_move;

typedef struct solve_problem {
	const solve_move *moves;
	int move_count;
	int64_t bytes; /* of a saved state: the decisions only, what follows from them is made again by load */
	solve_answer (*propose)(void *self, int kind, solve_random *r, const solve_allow *allow, solve_cost *delta);
	void (*keep)(void *self);
	void (*drop)(void *self);
	solve_cost (*cost)(const void *self); /* of the state as it is */
	void (*save)(const void *self, void *bytes);
	void (*load)(void *self, const void *bytes);
	/* Before each round but the first: breaks a part and mends it greedily. May be missing. */
	void (*shake)(void *self, solve_random *r, int round);
} solve_problem;

/* ---- a run ---- */

typedef struct solve_progress {
	solve_cost best;   /* of all threads */
	const void *state; /* of the best, as saved; good while the callback runs */
	int64_t moves;     /* evaluated, all threads, as far as is known */
	int64_t microseconds;
	int64_t done; /* of the whole run, in parts of SOLVE_WHOLE: where a resumed run begins */
} solve_progress;
enum { SOLVE_WHOLE = 1 << 20 };

typedef struct solve_options {
	world *world; /* its monotonic clock: for time, and for progress */
	uint64_t seed;
	int64_t steps;                /* moves drawn by each thread; 0: by time */
	int64_t microseconds;         /* wall time in all */
	double hot, cold;             /* temperatures, in soft units */
	double price_hot, price_cold; /* of a broken rule, in soft units */
	int rounds;                /* 0 is 1. The first takes first_percent of the run, the others share what is left */
	int first_percent;         /* 0 is 100 where there is one round, else 50 */
	int reheat_percent;        /* how hot the later rounds begin, of `hot` */
	int64_t begin;             /* where in the run, of SOLVE_WHOLE: a run that was broken off goes on from there */
	int64_t enough;            /* a plan that breaks nothing and costs no more than this ends the run */
	const atomic_bool *cancel; /* may be missing; set by anybody: the run ends within a few milliseconds */
	void *progress_self;
	void (*progress)(void *self,
			 const solve_progress *p); /* from thread 0, some ten times a second; may be missing */
} solve_options;

typedef struct solve_count {
	int64_t drawn, evaluated, kept, improved; /* improved: kept and cheaper than before */
	int64_t gained;                           /* by how much, all of them */
} solve_count;

typedef struct solve_result {
	solve_cost best; /* also loaded into selves[0] */
	int64_t moves;   /* evaluated, all threads */
	int64_t microseconds;
	solve_count kinds[SOLVE_KINDS_MAX]; /* all threads */
} solve_result;

/* Anneals from the states as they are; afterwards selves[0] is the best that was met (never worse than it came). Without memory of its own
 * beyond the arena. `enough`: INT64_MIN never ends it. */
solve_result solve_run(arena *a, const solve_problem *p, void *const *selves, int threads, const solve_options *o);

#endif
