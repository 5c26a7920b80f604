/* portfolio.c: a run: its rounds, its threads, what they exchange, its clock and its end. */
#include "solve/internal.h"

#include <math.h>
#include <pthread.h>

enum { PROGRESS_EACH_US = 100000 };

typedef struct portfolio {
	const solve_options *options;
	anneal worker[SOLVE_THREADS_MAX];
	int threads;
	solve_round rounds[SOLVE_ROUNDS_MAX];
	int round_count;
	int64_t length; /* of the whole run, in steps or microseconds */
	int64_t started, told;
	pthread_barrier_t gate;
	atomic_bool ended;
	/* What all threads have found so far, for who looks on; which of two equals came first is chance, so the search itself
	 * never reads it. */
	pthread_mutex_t lock;
	solve_cost best;
	void *best_state;
	_Atomic int64_t moves[SOLVE_THREADS_MAX];
} portfolio;

typedef struct one {
	portfolio *all;
	int number;
	pthread_t thread;
} one;

/* ---- time ---- */

static int64_t elapsed(const portfolio *p)
{
	return p->options->world->monotonic(p->options->world) - p->started;
}

static int64_t offset(const portfolio *p)
{
	return (int64_t)((double)p->options->begin / SOLVE_WHOLE * (double)p->length);
}

static int64_t position(const portfolio *p, const anneal *w)
{
	return offset(p) + (p->options->steps > 0 ? w->steps : elapsed(p));
}

static void rounds_plan(portfolio *p)
{
	const solve_options *o = p->options;
	int n = o->rounds > 1 ? o->rounds : 1;
	n = n < SOLVE_ROUNDS_MAX ? n : SOLVE_ROUNDS_MAX;
	int percent = n == 1 ? 100 : o->first_percent > 0 ? o->first_percent : 50;
	p->length = o->steps > 0 ? o->steps : o->microseconds;
	p->round_count = n;
	int64_t first = p->length / 100 * percent, at = 0;
	for (int i = 0; i < n; i++) {
		int64_t to = i + 1 == n ? p->length : first + (p->length - first) / (n > 1 ? n - 1 : 1) * i;
		double heat = i == 0 ? 1 : (double)o->reheat_percent / 100;
		double hot = o->hot * heat > o->cold ? o->hot * heat : o->cold;
		p->rounds[i] = (solve_round){at, to, hot};
		at = to;
	}
}

/* ---- what is found ---- */

static void publish(portfolio *p, int number)
{
	anneal *w = &p->worker[number];
	atomic_store_explicit(&p->moves[number], anneal_moves(w), memory_order_relaxed);
	if (!w->found) return;
	w->found = false;
	pthread_mutex_lock(&p->lock);
	if (solve_better(w->best, p->best)) {
		p->best = w->best;
		memcpy(p->best_state, w->best_state, (size_t)w->problem->bytes);
	}
	if (p->best.hard == 0 && p->best.soft <= p->options->enough) atomic_store(&p->ended, true);
	pthread_mutex_unlock(&p->lock);
}

static int64_t moves_all(portfolio *p)
{
	int64_t n = 0;
	for (int i = 0; i < p->threads; i++) n += atomic_load_explicit(&p->moves[i], memory_order_relaxed);
	return n;
}

static void tell(portfolio *p, const anneal *w)
{
	const solve_options *o = p->options;
	int64_t now = elapsed(p);
	if (!o->progress || now - p->told < PROGRESS_EACH_US) return;
	p->told = now;
	double part = p->length > 0 ? (double)position(p, w) / (double)p->length : 1;
	pthread_mutex_lock(&p->lock);
	solve_progress q = {.best = p->best,
			    .state = p->best_state,
			    .moves = moves_all(p),
			    .microseconds = now,
			    .done = (int64_t)((part < 1 ? part : 1) * SOLVE_WHOLE)};
	o->progress(o->progress_self, &q);
	pthread_mutex_unlock(&p->lock);
}

/* ---- rounds ---- */

static bool over(portfolio *p)
{
	if (p->options->cancel && atomic_load_explicit(p->options->cancel, memory_order_relaxed))
		atomic_store(&p->ended, true);
	return atomic_load_explicit(&p->ended, memory_order_relaxed);
}

static void round_run(portfolio *p, int number, const solve_round *r)
{
	anneal *w = &p->worker[number];
	for (;;) {
		int64_t at = position(p, w);
		if (at >= r->to || over(p)) return;
		int64_t left = p->options->steps > 0 ? r->to - at : SOLVE_CHUNK;
		anneal_heat(w, r, at);
		anneal_chunk(w, left < SOLVE_CHUNK ? (int)left : SOLVE_CHUNK);
		publish(p, number);
		if (number == 0) tell(p, w);
	}
}

/* The worker with the best plan; of equals the first, so that it does not depend on who was quicker. */
static const anneal *elite(const portfolio *p)
{
	const anneal *best = &p->worker[0];
	for (int i = 1; i < p->threads; i++)
		if (solve_better(p->worker[i].best, best->best)) best = &p->worker[i];
	return best;
}

/* Between two rounds, all threads waiting: even rounds all go on from the best of all, odd ones each from its own. */
static void exchange(portfolio *p, int round)
{
	const anneal *from = elite(p);
	for (int i = 0; i < p->threads; i++) {
		anneal *w = &p->worker[i];
		const anneal *source = round % 2 == 0 || i == 0 ? from : w;
		anneal_take(w, source->best_state);
	}
}

static void *one_run(void *self)
{
	one *x = self;
	portfolio *p = x->all;
	anneal *w = &p->worker[x->number];
	for (int i = 0; i < p->round_count; i++) {
		const solve_round *r = &p->rounds[i];
		if (r->to <= offset(p) && i + 1 < p->round_count) continue;
		round_run(p, x->number, r);
		if (i + 1 == p->round_count) break;
		pthread_barrier_wait(&p->gate);
		if (x->number == 0) exchange(p, i + 1);
		pthread_barrier_wait(&p->gate);
		if (w->problem->shake && !over(p)) {
			w->problem->shake(w->self, &w->random, i + 1);
			w->now = w->problem->cost(w->self);
		}
	}
	return NULL;
}

/* ---- the whole ---- */

static const double *logs_make(arena *a)
{
	double *logs = ARENA_ARRAY(a, double, SOLVE_LOGS);
	for (int i = 0; i < SOLVE_LOGS; i++) logs[i] = -log((i + 0.5) / SOLVE_LOGS);
	return logs;
}

static portfolio *portfolio_open(arena *a, const solve_problem *problem, void *const *selves, int threads,
				 const solve_options *o)
{
	portfolio *p = ARENA_NEW(a, portfolio);
	const double *logs = logs_make(a);
	p->options = o;
	p->threads = threads < SOLVE_THREADS_MAX ? threads : SOLVE_THREADS_MAX;
	p->best = (solve_cost){INT64_MAX, INT64_MAX};
	p->best_state = arena_alloc(a, problem->bytes, 16);
	p->started = o->world->monotonic(o->world);
	pthread_mutex_init(&p->lock, NULL);
	pthread_barrier_init(&p->gate, NULL, (unsigned)p->threads);
	rounds_plan(p);
	for (int i = 0; i < p->threads; i++) {
		anneal *w = &p->worker[i];
		w->problem = problem;
		w->self = selves[i];
		w->options = o;
		w->logs = logs;
		w->best_state = arena_alloc(a, problem->bytes, 16);
		anneal_open(w, (uint64_t)i);
		publish(p, i);
	}
	return p;
}

static solve_result result_of(portfolio *p)
{
	const anneal *best = elite(p);
	solve_result r = {.best = best->best, .microseconds = elapsed(p)};
	for (int i = 0; i < p->threads; i++) {
		r.moves += anneal_moves(&p->worker[i]);
		for (int k = 0; k < best->problem->move_count; k++) {
			const solve_count *c = &p->worker[i].count[k];
			r.kinds[k].drawn += c->drawn;
			r.kinds[k].evaluated += c->evaluated;
			r.kinds[k].kept += c->kept;
			r.kinds[k].improved += c->improved;
			r.kinds[k].gained += c->gained;
		}
	}
	best->problem->load(p->worker[0].self, best->best_state);
	return r;
}

solve_result solve_run(arena *a, const solve_problem *problem, void *const *selves, int threads, const solve_options *o)
{
	assert(threads >= 1 && o->cold > 0 && o->hot >= o->cold && o->price_hot > 0 && o->price_cold > 0);
	portfolio *p = portfolio_open(a, problem, selves, threads, o);
	one ones[SOLVE_THREADS_MAX] = {{.all = p}};
	for (int i = 1; i < p->threads; i++) ones[i] = (one){.all = p, .number = i};
	for (int i = 1; i < p->threads; i++) {
		int failed = pthread_create(&ones[i].thread, NULL, one_run, &ones[i]);
		assert(!failed);
		(void)failed;
	}
	one_run(&ones[0]);
	for (int i = 1; i < p->threads; i++) pthread_join(ones[i].thread, NULL);
	solve_result r = result_of(p);
	pthread_barrier_destroy(&p->gate);
	pthread_mutex_destroy(&p->lock);
	return r;
}
