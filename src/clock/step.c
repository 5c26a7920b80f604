/* step.c: what a step does to a block of rows: conditions, start and stop, what begins it again, pauses. */
#include "clock/block.h"

VECTOR void step_set(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	ROWS d[i] = s->n;
}

/* ---- conditions ---- */

/* The first of the lanes at `a` that is not before `b`. */
VECTOR void step_first(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *from = REG(b);
	ROWS d[i] = MARK_NONE;
	for (int lane = 0; lane < s->lanes; lane++) {
		const int32_t *x = reg[s->a + lane];
		ROWS d[i] = least(d[i], x[i] >= from[i] ? x[i] : MARK_NONE);
	}
}

/* The last of the lanes at `a`, or none if that is before `b`. */
VECTOR void step_last(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *from = REG(b);
	ROWS d[i] = INT32_MIN;
	for (int lane = 0; lane < s->lanes; lane++) {
		const int32_t *x = reg[s->a + lane];
		ROWS d[i] = most(d[i], x[i] == MARK_NONE ? INT32_MIN : x[i]);
	}
	ROWS d[i] = d[i] == INT32_MIN || d[i] < from[i] ? MARK_NONE : d[i];
}

VECTOR void step_min(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	ROWS d[i] = least(a[i], b[i]);
}

/* The later of two, none where one is missing: none is the greatest. */
VECTOR void step_max(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	ROWS d[i] = most(a[i], b[i]);
}

/* The later of two, or the one that is there. */
VECTOR void step_lax(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	ROWS d[i] = a[i] == MARK_NONE || b[i] == MARK_NONE ? least(a[i], b[i]) : most(a[i], b[i]);
}

/* The later of two; none where `a` is missing. */
VECTOR void step_later(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	ROWS d[i] = b[i] == MARK_NONE ? a[i] : most(a[i], b[i]);
}

VECTOR void step_absent(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	ROWS d[i] = -(a[i] == MARK_NONE);
}

VECTOR void step_present(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	ROWS d[i] = -(a[i] != MARK_NONE);
}

VECTOR void step_and(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	ROWS d[i] = a[i] & b[i];
}

VECTOR void step_or(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	ROWS d[i] = a[i] | b[i];
}

VECTOR void step_not(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	ROWS d[i] = ~a[i];
}

VECTOR void step_only(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *mask = REG(b);
	ROWS d[i] = mask[i] ? a[i] : MARK_NONE;
}

/* Is one of the codes in the set? `table` says -1 for those that are; what stands at 0 counts for the first lane alone: no code at all. */
VECTOR void step_codes(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const uint8_t *x = reg[s->a];
	const int32_t *table = s->table;
	ROWS d[i] = table[x[i]];
	for (int lane = 1; lane < s->lanes; lane++) {
		const uint8_t *y = reg[s->a + lane];
		ROWS d[i] |= table[y[i]] & -(y[i] != 0);
	}
}

/* Since when: the first, from `b` on, whose code is in the set. */
VECTOR void step_codes_since(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *from = REG(b);
	const int32_t *table = s->table;
	ROWS d[i] = MARK_NONE;
	for (int lane = 0; lane < s->lanes; lane++) {
		const uint8_t *code = reg[s->a + lane];
		const int32_t *at = reg[s->c + lane];
		ROWS d[i] = least(d[i], ((table[code[i]] != 0) & (at[i] >= from[i])) ? at[i] : MARK_NONE);
	}
}

/* The first, from `b` on, whose number is from n to m. */
VECTOR void step_number_since(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *from = REG(b);
	int32_t n = s->n, m = s->m;
	ROWS d[i] = MARK_NONE;
	for (int lane = 0; lane < s->lanes; lane++) {
		const int32_t *number = reg[s->a + lane];
		const int32_t *at = reg[s->c + lane];
		ROWS d[i] = least(d[i], ((number[i] >= n) & (number[i] <= m) & (at[i] >= from[i])) ? at[i] : MARK_NONE);
	}
}

/* The last `a` where it is later than the last `b`. */
VECTOR void step_after(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	ROWS d[i] = ((b[i] == MARK_NONE) | (a[i] > b[i])) ? a[i] : MARK_NONE;
}

/* ---- start, stop, what begins it again, pauses ---- */

/* Midnight before the earlier of the two. */
VECTOR void step_floor(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	ROWS d[i] = least(a[i], b[i]) & ~SECONDS_MASK;
}

/* It applies (to2) where `c` holds and `d` does not, it starts with `a`, or with `b` alone (to3), and that is from n to m. What does not
 * apply is given a start that can be counted from. */
VECTOR void step_begin(const plan_step *s, void *const *reg)
{
	int32_t *restrict start = REG(to);
	int32_t *restrict alive = REG(to2);
	int32_t *restrict only = REG(to3);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	const int32_t *when = REG(c);
	const int32_t *except = REG(d);
	int32_t from = s->n, to = s->m;
	ROWS
	{
		int32_t without = -(a[i] == MARK_NONE);
		int32_t at = without ? b[i] : a[i];
		int32_t lives = when[i] & ~except[i] & -((at >= from) & (at <= to));
		start[i] = at & lives;
		alive[i] = lives;
		only[i] = without & lives;
	}
}

VECTOR void step_waive(const plan_step *s, void *const *reg)
{
	int32_t *restrict stop = REG(to);
	int32_t *restrict waived = REG(to2);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	ROWS
	{
		waived[i] = -(b[i] < a[i]);
		stop[i] = least(a[i], b[i]);
	}
}

/* One lane `a`, before the stop `b`: the start (to) and how often (to2) so far. */
VECTOR void step_restart(const plan_step *s, void *const *reg)
{
	int32_t *restrict start = REG(to);
	int32_t *restrict count = REG(to2);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	int32_t times = s->n;
	ROWS
	{
		int32_t again = (a[i] > start[i]) & (a[i] < b[i]) & (count[i] < times);
		start[i] = again ? a[i] : start[i];
		count[i] += again;
	}
}

/* One beginning of a pause (a) and the first ending after it (b), for a clock that starts at `c`. Leaves the days not counted in the
 * registers `to` and `to`+1 (from, to; none: both long ago); keeps in to2…: until when, since when one is open, what ended the last one,
 * and the day that began. */
VECTOR void step_pair(const plan_step *s, void *const *reg)
{
	int32_t *restrict first = REG(to);
	int32_t *restrict last = reg[s->to + 1];
	int32_t *restrict until = REG(to2);
	int32_t *restrict open = reg[s->to2 + 1], *restrict ended = reg[s->to2 + 2], *restrict began = reg[s->to2 + 3];
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	const int32_t *start = REG(c);
	ROWS
	{
		int32_t begins = -((a[i] != MARK_NONE) & (a[i] >= until[i]) & (open[i] == MARK_NONE));
		int32_t closes = begins & -(b[i] != MARK_NONE);
		int32_t f = most(a[i], start[i]) >> MARK_BITS, t = b[i] >> MARK_BITS;
		int32_t counts = closes & -(t > f);
		open[i] = (begins & ~closes) ? a[i] : open[i];
		until[i] = closes ? b[i] : until[i];
		first[i] = counts ? f : -DAYS_HALF;
		last[i] = counts ? t : -DAYS_HALF;
		ended[i] = counts ? b[i] : ended[i];
		began[i] = counts ? f : began[i];
	}
}

/* A suspension that has ended starts the clock anew, unless it had stopped (b) before. */
VECTOR void step_anew(const plan_step *s, void *const *reg)
{
	int32_t *restrict start = REG(to);
	const int32_t *ended = REG(a);
	const int32_t *stop = REG(b);
	const int32_t *began = REG(c);
	ROWS start[i] = ((ended[i] != MARK_NONE) & (stop[i] >> MARK_BITS > began[i])) ? ended[i] : start[i];
}

/* It waits since `a` unless it stopped (b) before that, or since what it already waits for (to). */
VECTOR void step_waits(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	ROWS d[i] = least(d[i], a[i] < b[i] ? a[i] : MARK_NONE);
}

/* Puts two spans in order: registers to, to+1 and to2, to2+1. */
VECTOR void step_order(const plan_step *s, void *const *reg)
{
	int32_t *restrict from = reg[s->to], *restrict to = reg[s->to + 1];
	int32_t *restrict from2 = reg[s->to2], *restrict to2 = reg[s->to2 + 1];
	ROWS
	{
		bool swap = from[i] > from2[i];
		int32_t f = from[i], t = to[i];
		from[i] = swap ? from2[i] : f;
		to[i] = swap ? to2[i] : t;
		from2[i] = swap ? f : from2[i];
		to2[i] = swap ? t : to2[i];
	}
}
