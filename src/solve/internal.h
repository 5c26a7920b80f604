/* internal.h: one thread's annealing (anneal.c), which portfolio.c runs several of. */
#ifndef LIMEN_SOLVE_INTERNAL_H
#define LIMEN_SOLVE_INTERNAL_H

#include "solve/solve.h"

enum { SOLVE_CHUNK = 1024, SOLVE_TABLE = 256, SOLVE_LOGS = 4096, SOLVE_LEARN_CHUNKS = 256 };

/* One annealing: from where to where in the run, and between which temperatures. */
typedef struct solve_round {
	int64_t from, to; /* in steps or microseconds */
	double hot;
} solve_round;

typedef struct anneal {
	const solve_problem *problem;
	void *self;
	const solve_options *options;
	const double *logs; /* -ln of an even draw, SOLVE_LOGS of them */
	solve_random random;
	double temperature;
	double strain; /* of the price: grows while a rule stays broken, shrinks to 1 when none is */
	solve_allow allow;
	solve_cost now, best;
	void *best_state;
	bool found;                 /* the best moved since the portfolio last looked */
	uint8_t table[SOLVE_TABLE]; /* kinds, each as often as its weight */
	solve_count count[SOLVE_KINDS_MAX],
	    learnt[SOLVE_KINDS_MAX]; /* learnt: as they were when weights were last set */
	int64_t steps, chunks;
} anneal;

void anneal_open(anneal *w, uint64_t stream);
void anneal_heat(anneal *w, const solve_round *round, int64_t at); /* the temperature and price of that moment */
void anneal_chunk(anneal *w, int moves);
void anneal_learn(anneal *w);                   /* weights anew, from what was kept since the last time */
void anneal_take(anneal *w, const void *state); /* goes on from there */
int64_t anneal_moves(const anneal *w);

#endif
