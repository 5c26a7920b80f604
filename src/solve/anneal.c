/* anneal.c: one thread: moves drawn, kept or dropped, the best so far, and which kinds of move are worth their while. */
#include "solve/internal.h"

#include <math.h>

solve_random solve_seed(uint64_t seed, uint64_t stream)
{
	random_state s = random_seed(seed * 0x9E3779B97F4A7C15ULL + stream);
	return (solve_random){random_next(&s), random_next(&s) | 1};
}

/* ---- which kind ---- */

/* Fills the table in proportion; every kind with a weight has a place at least. */
static void table_fill(anneal *w, const double *weight)
{
	double sum = 0, before = 0;
	int kinds = w->problem->move_count, at = 0;
	for (int k = 0; k < kinds; k++) sum += weight[k];
	for (int k = 0; k < kinds; k++) {
		before += weight[k];
		int until = (int)(before / sum * SOLVE_TABLE + 0.5);
		if (weight[k] > 0 && until <= at) until = at + 1;
		while (at < until && at < SOLVE_TABLE) w->table[at++] = (uint8_t)k;
	}
	while (at < SOLVE_TABLE) w->table[at++] = w->table[0];
}

/* A kind that gains more a draw than the mean of all is drawn more often, up to three times its first weight; one that gains
 * nothing, a third as often. */
void anneal_learn(anneal *w)
{
	double weight[SOLVE_KINDS_MAX] = {0}, mean = 0, sum = 0, rate[SOLVE_KINDS_MAX];
	int kinds = w->problem->move_count;
	for (int k = 0; k < kinds; k++) {
		int64_t drawn = w->count[k].drawn - w->learnt[k].drawn;
		int64_t gained = w->count[k].gained - w->learnt[k].gained;
		rate[k] = (double)(gained + 1) / (double)(drawn + 100);
		mean += rate[k] * w->problem->moves[k].weight;
		sum += w->problem->moves[k].weight;
	}
	mean /= sum;
	for (int k = 0; k < kinds; k++) {
		double factor = sqrt(rate[k] / mean);
		factor = factor > 3 ? 3 : factor < 1.0 / 3 ? 1.0 / 3 : factor;
		weight[k] = w->problem->moves[k].weight * factor;
	}
	memcpy(w->learnt, w->count, sizeof w->learnt);
	table_fill(w, weight);
}

void anneal_open(anneal *w, uint64_t stream)
{
	double weight[SOLVE_KINDS_MAX] = {0};
	assert(w->problem->move_count > 0 && w->problem->move_count <= SOLVE_KINDS_MAX);
	for (int k = 0; k < w->problem->move_count; k++) weight[k] = w->problem->moves[k].weight;
	table_fill(w, weight);
	w->strain = 1;
	w->random = solve_seed(w->options->seed, stream);
	w->now = w->best = w->problem->cost(w->self);
	w->problem->save(w->self, w->best_state);
	w->found = true;
}

/* ---- one move after the other ---- */

void anneal_heat(anneal *w, const solve_round *round, int64_t at)
{
	const solve_options *o = w->options;
	double part = round->to > round->from ? (double)(at - round->from) / (double)(round->to - round->from) : 1;
	part = part > 1 ? 1 : part;
	w->temperature = round->hot * pow(o->cold / round->hot, part);
	w->strain = w->now.hard > 0 ? w->strain * 1.03 : fmax(w->strain * 0.95, 1);
	if (w->strain > 50) w->strain = 0.1; /* it does not come out of it: loosen, and try from elsewhere */
	w->allow.price = (int64_t)(o->price_hot * pow(o->price_cold / o->price_hot, part) * w->strain);
}

static void keep(anneal *w, int kind, solve_cost delta)
{
	w->problem->keep(w->self);
	w->count[kind].kept++;
	int64_t gain = -delta.soft - w->allow.price * delta.hard;
	if (gain > 0) {
		w->count[kind].improved++;
		w->count[kind].gained += gain;
	}
	w->now.hard += delta.hard;
	w->now.soft += delta.soft;
	if (!solve_better(w->now, w->best)) return;
	w->best = w->now;
	w->problem->save(w->self, w->best_state);
	w->found = true;
}

void anneal_chunk(anneal *w, int moves)
{
	const solve_problem *p = w->problem;
	for (int i = 0; i < moves; i++) {
		uint64_t x = solve_next(&w->random);
		int kind = w->table[x >> 56];
		solve_cost delta;
		w->allow.limit = (int64_t)(w->temperature * w->logs[(x >> 20) & (SOLVE_LOGS - 1)]);
		solve_answer answer = p->propose(w->self, kind, &w->random, &w->allow, &delta);
		w->count[kind].drawn++;
		w->count[kind].evaluated += answer != SOLVE_NONE;
		if (answer != SOLVE_DELTA) continue;
		if (delta.soft + w->allow.price * delta.hard <= w->allow.limit)
			keep(w, kind, delta);
		else
			p->drop(w->self);
	}
	w->steps += moves;
	if (++w->chunks % SOLVE_LEARN_CHUNKS == 0) anneal_learn(w);
}

void anneal_take(anneal *w, const void *state)
{
	w->problem->load(w->self, state);
	w->now = w->problem->cost(w->self);
}

int64_t anneal_moves(const anneal *w)
{
	int64_t n = 0;
	for (int k = 0; k < w->problem->move_count; k++) n += w->count[k].evaluated;
	return n;
}
