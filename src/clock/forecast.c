/* forecast.c: process times of a stage, and the chance that follows from them. Pure, and in whole numbers. */
#include "clock/internal.h"

/* What is left of all, as a share of it. 40 bits, so that a product with 2^22 clocks fits. */
#define WHOLE ((int64_t)1 << 40)

void stage_times_add(stage_times *t, arena *a, process_time one)
{
	if (t->count == PROCESS_TIMES_MAX) return;
	if (t->count == t->cap) t->at = ARENA_DOUBLE(a, process_time, t->at, &t->cap, 64);
	t->at[t->count++] = one;
	t->ended += one.ended;
}

/* By rest; of those alike the ended ones first, for who is followed until a time was still there at it. */
static int by_rest(const void *xp, const void *yp)
{
	const process_time *x = xp, *y = yp;
	if (x->rest != y->rest) return x->rest < y->rest ? -1 : 1;
	if (x->ended != y->ended) return x->ended ? -1 : 1;
	return (x->left > y->left) - (x->left < y->left);
}

static int longest_first(const void *xp, const void *yp)
{
	int64_t x = *(const int64_t *)xp, y = *(const int64_t *)yp;
	return (x < y) - (x > y);
}

void stage_times_ready(stage_times *t, arena *a)
{
	int n = 0;
	if (t->count) qsort(t->at, (size_t)t->count, sizeof *t->at, by_rest);
	t->lefts = ARENA_ARRAY(a, int64_t, t->ended + 1);
	for (int i = 0; i < t->count; i++)
		if (t->at[i].ended) t->lefts[n++] = t->at[i].left;
	if (n) qsort(t->lefts, (size_t)n, sizeof *t->lefts, longest_first);
}

/* How many of the ended ones were in the stage for longer than this. */
static int stayed_longer(const stage_times *t, int64_t than)
{
	int low = 0, high = t->ended;
	while (low < high) {
		int middle = low + (high - low) / 2;
		if (t->lefts[middle] > than)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The share that does not stop before `before`, of those that were in the stage for longer than `from`. */
static int64_t still_there(const stage_times *t, int64_t from, int64_t before)
{
	int64_t share = WHOLE, there = 0;
	for (int i = 0; i < t->count; i++) there += t->at[i].left > from;
	for (int i = 0; i < t->count && t->at[i].rest < before; i++) {
		if (t->at[i].left <= from) continue;
		if (t->at[i].ended) share = share * (there - 1) / there;
		there--;
	}
	return share;
}

/* When half of them have stopped; -1: not seen. */
static int64_t half_gone(const stage_times *t, int64_t from)
{
	int64_t share = WHOLE, there = 0;
	for (int i = 0; i < t->count; i++) there += t->at[i].left > from;
	for (int i = 0; i < t->count; i++) {
		if (t->at[i].left <= from) continue;
		if (t->at[i].ended) share = share * (there - 1) / there;
		there--;
		if (share <= WHOLE / 2) return t->at[i].rest;
	}
	return -1;
}

chance chance_of(const stage_times *t, int64_t waited, int64_t allowed, int minimum)
{
	chance c = {.seen = t->ended, .median = -1};
	int64_t from = waited;
	if (minimum < 1) minimum = 1;
	if (t->ended < minimum) return c;
	c.seen = stayed_longer(t, waited);
	if (c.seen < minimum) {
		from = t->lefts[minimum - 1] - 1;
		c.seen = stayed_longer(t, from);
		c.at_most = true;
	}
	c.known = true;
	int64_t met = WHOLE - still_there(t, from, allowed);
	c.percent = (int)((met * 100 + WHOLE / 2) / WHOLE);
	int64_t half = c.at_most ? -1 : half_gone(t, from);
	if (half >= 0) c.median = half - waited;
	return c;
}
