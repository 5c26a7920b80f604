/* ward_search.c: the ward put on the kit of solve/: states, temperatures, threads, the answer. */
#include "plan/ward_internal.h"

/* ---- what the kit asks for ---- */

static void keep(void *self)
{
	ward_apply(self);
}

static void drop(void *self)
{
	ward_undo(self);
}

static solve_cost cost(const void *self)
{
	return ward_state_cost(self);
}

static void save(const void *self, void *bytes)
{
	const ward_state *s = self;
	size_t spots = (size_t)s->w->patients * sizeof *s->spot;
	memcpy(bytes, s->spot, spots);
	memcpy((char *)bytes + spots, s->nurse, (size_t)(s->w->rooms * s->w->shifts) * sizeof *s->nurse);
}

static void load(void *self, const void *bytes)
{
	ward_state *s = self;
	const ward *w = s->w;
	const char *nurses = (const char *)bytes + (size_t)w->patients * sizeof *s->spot;
	for (int p = 0; p < w->patients; p++) ward_put(s, p, ward_nowhere);
	for (int i = 0; i < w->rooms * w->shifts; i++) {
		int16_t n;
		memcpy(&n, nurses + (size_t)i * sizeof n, sizeof n);
		if (n != s->nurse[i]) ward_nurse_set(s, i, n);
	}
	for (int p = 0; p < w->patients; p++) {
		ward_spot to;
		memcpy(&to, (const char *)bytes + (size_t)p * sizeof to, sizeof to);
		ward_put(s, p, to);
	}
}

void ward_unpack(const ward *w, const void *state, ward_plan *out)
{
	const char *nurses = (const char *)state + (size_t)w->patients * sizeof(ward_spot);
	for (int p = 0; p < w->patients; p++) {
		ward_spot at;
		memcpy(&at, (const char *)state + (size_t)p * sizeof at, sizeof at);
		out->day[p] = at.day;
		out->room[p] = at.room;
		out->theatre[p] = at.theatre;
	}
	memcpy(out->nurse, nurses, (size_t)(w->rooms * w->shifts) * sizeof *out->nurse);
}

/* Every other round begins from a plan that is broken in places, the others from the best as it is. */
static void shake(void *self, solve_random *r, int round)
{
	if (round % 2 == 1) ward_shake(self, r);
}

static solve_problem problem_of(const ward *w)
{
	return (solve_problem){.moves = ward_moves,
			       .move_count = ward_move_count,
			       .bytes = w->patients * (int64_t)sizeof(ward_spot) +
					(int64_t)w->rooms * w->shifts * (int64_t)sizeof(int16_t),
			       .propose = ward_propose,
			       .keep = keep,
			       .drop = drop,
			       .cost = cost,
			       .save = save,
			       .load = load,
			       .shake = shake};
}

const char *ward_move_name(int kind)
{
	return kind >= 0 && kind < ward_move_count ? ward_moves[kind].name : NULL;
}

/* ---- how hot ---- */

/* Hot enough that patients change days and rooms freely, and one now and then gives way to another; cold enough that the smallest weight
 * counts. A broken rule costs at last more than any patient is worth. Later rounds begin less hot, from the best of both threads or
 * each from its own. */
static void temperatures(const ward *w, solve_options *o)
{
	if (o->hot > 0) return;
	int64_t most = 1;
	for (int i = 0; i < WARD_TERMS; i++) most = w->weight[i] > most ? w->weight[i] : most;
	o->cold = 0.2;
	o->hot = (double)most * 0.07 > o->cold ? (double)most * 0.07 : o->cold;
	o->price_hot = (double)most;
	o->price_cold = (double)most * 4;
	o->rounds = 4;
	o->first_percent = 70;
	o->reheat_percent = 25;
}

/* ---- a run ---- */

static const bool *nurses_fixed(arena *a, const ward *w, const ward_fixed *f)
{
	if (!f) return NULL;
	bool *fixed = ARENA_ARRAY(a, bool, w->rooms * w->shifts + 1);
	for (int i = 0; i < w->rooms * w->shifts; i++) fixed[i] = f->plan.nurse[i] != WARD_NONE;
	return fixed;
}

static void begin(ward_state *s, const ward_options *o, int thread)
{
	solve_random r = solve_seed(o->solve.seed, 1000 + (uint64_t)thread);
	const ward *w = s->w;
	for (int i = 0; o->fixed && i < w->rooms * w->shifts; i++)
		if (s->nurse_fixed[i]) ward_nurse_set(s, i, o->fixed->plan.nurse[i]);
	if (o->start) ward_state_set(s, o->start);
	for (int i = 0; o->fixed && o->start && i < w->rooms * w->shifts; i++)
		if (s->nurse_fixed[i]) ward_nurse_set(s, i, o->fixed->plan.nurse[i]);
	if (!o->start) ward_start(s, &r);
}

ward_result ward_search(arena *a, const ward *w, const ward_options *o)
{
	ward_state *states[SOLVE_THREADS_MAX];
	void *selves[SOLVE_THREADS_MAX];
	const ward_choice *choice = ward_choices(a, w, o->fixed);
	const bool *fixed = nurses_fixed(a, w, o->fixed);
	int threads = o->threads < 1 ? 1 : o->threads < SOLVE_THREADS_MAX ? o->threads : SOLVE_THREADS_MAX;
	for (int i = 0; i < threads; i++) {
		states[i] = ward_state_new(a, w, choice, fixed);
		begin(states[i], o, i);
		selves[i] = states[i];
	}
	solve_options how = o->solve;
	temperatures(w, &how);
	const solve_problem problem = problem_of(w);
	ward_result r = {.plan = ward_plan_new(a, w)};
	r.run = solve_run(a, &problem, selves, threads, &how);
	ward_state_get(states[0], &r.plan);
	r.cost = ward_check(w, &r.plan);
	return r;
}
