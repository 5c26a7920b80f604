/* ward_start.c: a plan to begin with, greedily: whoever must come first, each where it costs least. */
#include "plan/ward_internal.h"

enum { START_TRIES = 40 };

typedef struct waiting {
	int64_t rank; /* least first */
	int p;
} waiting;

static int by_rank(const void *a, const void *b)
{
	const waiting *x = a, *y = b;
	if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
	return x->p < y->p ? -1 : x->p > y->p;
}

/* Few choices before many, long stays before short; those who must come before all others. A little chance, so that threads differ. */
static int64_t rank_of(const ward_state *s, int p, solve_random *r)
{
	const ward_choice *c = &s->choice[p];
	int64_t choices = (int64_t)c->days * c->room_count;
	int stay = s->w->person[p].stay;
	int64_t rank = c->must ? choices * 1000 / (stay + 1) : INT64_C(1) << 40;
	if (!c->must) rank += (int64_t)stay * s->w->person[p].minutes;
	return rank + rank / 16 * solve_below(r, 5);
}

/* Where it costs least and breaks nothing; `broken` more may be broken by who must come. */
static bool place_best(ward_state *s, int p, int broken)
{
	const ward_choice *c = &s->choice[p];
	solve_allow allow = {INT64_MAX / 4, INT64_C(1) << 32};
	ward_spot best = ward_nowhere;
	solve_cost delta;
	if (!c->must) allow.limit = 0; /* not where he costs more than he is worth */
	for (int d = c->first; d < c->first + c->days; d++)
		for (int i = 0; i < c->room_count; i++) {
			s->ops = s->applied = 0;
			const ward_spot to = {(int16_t)d, c->rooms[i], WARD_NONE};
			if (ward_place(s, p, to, &allow, &delta) != SOLVE_DELTA) continue;
			if (delta.hard > (c->must ? broken - WARD_MUST : 0)) continue;
			allow.limit = delta.soft + allow.price * delta.hard - 1;
			best = to;
		}
	s->ops = s->applied = 0;
	const solve_allow any = {INT64_MAX / 4, 0};
	bool found = best.day != WARD_NONE && ward_place(s, p, best, &any, &delta) == SOLVE_DELTA;
	if (found) ward_apply(s);
	s->ops = s->applied = 0;
	return found;
}

/* All who must come, in order. Whoever finds no place is first in line the next time. */
static int place_musts(ward_state *s, waiting *list, int n, int broken)
{
	int failed = 0;
	for (int i = 0; i < n; i++) {
		if (!s->choice[list[i].p].must || place_best(s, list[i].p, broken)) continue;
		failed++;
		list[i].rank = list[i].rank > 0 ? -1 : list[i].rank - 1;
	}
	return failed;
}

/* Whoever comes within a few days of some day goes out, and comes in again in another order, where it costs least then. */
void ward_shake(ward_state *s, solve_random *r)
{
	arena *scratch = arena_new(PROCESS_ARENA_MAX);
	waiting *list = ARENA_ARRAY(scratch, waiting, s->w->patients + 1);
	int n = 0, from = solve_below(r, s->w->days), until = from + 2 + solve_below(r, 3);
	for (int i = 0; i < s->movable_count; i++) {
		int p = s->movable[i], day = s->spot[p].day;
		if (day < from || day >= until) continue;
		ward_put(s, p, ward_nowhere);
		list[n++] = (waiting){rank_of(s, p, r), p};
	}
	qsort(list, (size_t)n, sizeof *list, by_rank);
	for (int i = 0; i < n; i++) place_best(s, list[i].p, WARD_MUST - 1);
	arena_free(scratch);
}

void ward_start(ward_state *s, solve_random *r)
{
	arena *scratch = arena_new(PROCESS_ARENA_MAX);
	waiting *list = ARENA_ARRAY(scratch, waiting, s->w->patients + 1);
	int n = 0;
	for (int p = 0; p < s->w->patients; p++)
		if (s->choice[p].days > 0) list[n++] = (waiting){rank_of(s, p, r), p};
	for (int tries = 1;; tries++) {
		qsort(list, (size_t)n, sizeof *list, by_rank);
		int failed = place_musts(s, list, n, 0);
		if (failed == 0) break;
		if (tries < START_TRIES) {
			for (int i = 0; i < n; i++) ward_put(s, list[i].p, ward_nowhere);
			continue;
		}
		for (int i = 0; i < n; i++)
			if (s->spot[list[i].p].day == WARD_NONE && s->choice[list[i].p].must)
				place_best(s, list[i].p, WARD_MUST - 1);
		break;
	}
	for (int i = 0; i < n; i++)
		if (!s->choice[list[i].p].must) place_best(s, list[i].p, 0);
	arena_free(scratch);
}
