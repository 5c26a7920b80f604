/* count.c: what a step does to a block of rows: the limit counted, attention, and what is kept of it. */
#include "clock/block.h"

/* ---- the limit ---- */

/* The end of the day n days after. */
VECTOR void step_plus(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	int32_t n = s->n + 1;
	ROWS d[i] = opening((a[i] >> MARK_BITS) + n);
}

/* The end of the day that the table gives for the day of `a`. */
VECTOR void step_by_day(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *table = s->table;
	ROWS d[i] = opening(table[a[i] >> MARK_BITS] + 1);
}

/* The limit's row for a start on that day, from 1; 0 and no clock where there is none. */
VECTOR void step_row_by_day(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	int32_t *restrict alive = REG(to2);
	const int32_t *a = REG(a);
	const int32_t *table = s->table;
	ROWS
	{
		int32_t row = table[a[i] >> MARK_BITS];
		d[i] = row;
		alive[i] &= -(row != 0);
	}
}

/* One row of a table (lanes counts the codes at `b`): where the start is on days n to m and the code is there, it is that row. */
VECTOR void step_row_by_code(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	for (int lane = 0; lane < s->lanes; lane++) {
		const uint8_t *code = reg[s->b + lane];
		int32_t from = s->n, to = s->m, wanted = s->c, row = s->d;
		ROWS d[i] = ((code[i] == wanted) & (a[i] >= from) & (a[i] <= to)) ? row : d[i];
	}
}

VECTOR void step_pick(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *table = s->table;
	ROWS d[i] = table[a[i]];
}

/* The end of the last day, `b` days after `a`, and in to2 how many were left out for the spans at `c`. A span begins after the days that
 * are still counted before it, or does not matter. */
VECTOR void step_count_days(const plan_step *s, void *const *reg)
{
	int32_t *restrict due = REG(to);
	int32_t *restrict left = REG(to2);
	int32_t *restrict reach = REG(to3);
	const int32_t *start = REG(a);
	const int32_t *n = REG(b);
	ROWS
	{
		reach[i] = start[i] >> MARK_BITS;
		due[i] = reach[i] + n[i];
		left[i] = 0;
	}
	for (int span = 0; span < s->lanes; span++) {
		const int32_t *from = reg[s->c + 2 * span], *to = reg[s->c + 2 * span + 1];
		ROWS
		{
			int32_t first = most(from[i], reach[i]);
			int32_t days = ((to[i] > first) & (due[i] > first)) ? to[i] - first : 0;
			due[i] += days;
			left[i] += days;
			reach[i] = most(reach[i], to[i]);
		}
	}
	ROWS due[i] = opening(due[i] + 1);
}

/* The same where only some days count: `table` is upto, `nth` its inverse. */
VECTOR void step_count_working(const plan_step *s, void *const *reg)
{
	int32_t *restrict due = REG(to);
	int32_t *restrict left = REG(to2);
	int32_t *restrict reach = REG(to3);
	const int32_t *start = REG(a);
	const int32_t *n = REG(b);
	const int32_t *upto = s->table, *nth = s->nth;
	ROWS
	{
		reach[i] = start[i] >> MARK_BITS;
		due[i] = upto[reach[i]] + n[i];
		left[i] = 0;
	}
	for (int span = 0; span < s->lanes; span++) {
		const int32_t *from = reg[s->c + 2 * span], *to = reg[s->c + 2 * span + 1];
		ROWS
		{
			int32_t first = most(from[i], reach[i]);
			int32_t before = upto[first];
			int32_t passed = -((to[i] > first) & (due[i] > before));
			due[i] += passed & (upto[to[i]] - before);
			left[i] += passed & (to[i] - first);
			reach[i] = most(reach[i], to[i]);
		}
	}
	ROWS due[i] = opening(nth[due[i]] + 1);
}

/* n seconds after, by the clock on the wall's own rules: `table` says when each day opens, in seconds. */
static inline mark later_by(mark at, int32_t n, const int32_t *opens)
{
	const uint32_t seconds = 86400;
	int32_t since = opens[at >> MARK_BITS] + (at & SECONDS_MASK) + n;
	int32_t d = (int32_t)(((uint32_t)since + seconds * DAYS_HALF) / seconds) - DAYS_HALF;
	d += since >= opens[d + 1];
	d -= since < opens[d];
	return opening(d) + (since - opens[d]);
}

VECTOR void step_hours(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *opens = s->table;
	ROWS d[i] = later_by(a[i], s->n, opens);
}

/* The last day is a fact (a); never before the start (b). No fact, no clock (to2). */
VECTOR void step_until(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	int32_t *restrict alive = REG(to2);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	ROWS
	{
		int32_t last = a[i] == MARK_NONE ? b[i] : most(a[i], b[i]);
		d[i] = opening((last >> MARK_BITS) + 1);
		alive[i] &= -(a[i] != MARK_NONE);
	}
}

/* Does the second limit decide: it is the only one (d), or it has begun (a) and ends (b) before the first (c). */
VECTOR void step_decides(const plan_step *s, void *const *reg)
{
	int32_t *restrict to = REG(to);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	const int32_t *c = REG(c);
	const int32_t *only = REG(d);
	ROWS to[i] = only[i] | -((a[i] != MARK_NONE) & (b[i] < c[i]));
}

VECTOR void step_choose(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	const int32_t *mask = REG(c);
	ROWS d[i] = mask[i] ? a[i] : b[i];
}

/* ---- when it needs attention: before the due day of `a`, never before the start `b`. m is 1 where due is the end of its day ---- */

VECTOR void step_before_days(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	int32_t n = s->n + s->m;
	ROWS d[i] = opening(most((a[i] >> MARK_BITS) - n, b[i] >> MARK_BITS));
}

VECTOR void step_before_working(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	const int32_t *upto = s->table, *nth = s->nth;
	int32_t m = s->m + 1, n = s->n - 1;
	ROWS d[i] = opening(most(nth[upto[(a[i] >> MARK_BITS) - m] - n], b[i] >> MARK_BITS));
}

VECTOR void step_before_by_day(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	const int32_t *table = s->table;
	int32_t m = s->m;
	ROWS d[i] = opening(most(table[(a[i] >> MARK_BITS) - m], b[i] >> MARK_BITS));
}

VECTOR void step_before_hours(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *b = REG(b);
	const int32_t *opens = s->table;
	ROWS d[i] = most(later_by(a[i], -s->n, opens), b[i]);
}

/* ---- what is kept ---- */

VECTOR void step_flags(const plan_step *s, void *const *reg)
{
	uint8_t *restrict d = reg[s->to];
	const int32_t *alive = REG(a);
	const int32_t *provisional = REG(b);
	const int32_t *waived = REG(c);
	const int32_t *second = REG(d);
	ROWS d[i] = (uint8_t)(alive[i] & (FLAG_APPLIES | (provisional[i] & FLAG_PROVISIONAL) |
					  (waived[i] & FLAG_WAIVED) | (second[i] & FLAG_SECOND)));
}

VECTOR void step_keep(const plan_step *s, void *const *reg)
{
	int32_t *restrict d = REG(to);
	const int32_t *a = REG(a);
	const int32_t *mask = REG(b);
	ROWS d[i] = mask[i] ? a[i] : MARK_NONE;
}

VECTOR void step_keep_days(const plan_step *s, void *const *reg)
{
	uint16_t *restrict d = reg[s->to];
	const int32_t *a = REG(a);
	const int32_t *mask = REG(b);
	ROWS d[i] = (uint16_t)(a[i] & mask[i]);
}

VECTOR void step_keep_byte(const plan_step *s, void *const *reg)
{
	uint8_t *restrict d = reg[s->to];
	const int32_t *a = REG(a);
	const int32_t *mask = REG(b);
	ROWS d[i] = (uint8_t)(a[i] & mask[i]);
}

/* How many days the later reading (a) is after the earlier (c). */
VECTOR void step_keep_late(const plan_step *s, void *const *reg)
{
	uint16_t *restrict d = reg[s->to];
	const int32_t *a = REG(a);
	const int32_t *mask = REG(b);
	const int32_t *due = REG(c);
	ROWS d[i] = (uint16_t)(((a[i] >> MARK_BITS) - (due[i] >> MARK_BITS)) & mask[i]);
}
