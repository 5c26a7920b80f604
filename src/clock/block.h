/* block.h: what the steps (step.c, count.c) share. Every loop is straight, over BLOCK rows, so that the compiler makes it vector
 * instructions; what is written is never read in the same step but by its own row. A mask is 0 or -1. */
#ifndef LIMEN_CLOCK_BLOCK_H
#define LIMEN_CLOCK_BLOCK_H

#include "clock/plan.h"

#define ROWS TURNS_APART for (int i = 0; i < BLOCK; i++)
#define REG(which) (reg[s->which])

static inline int32_t least(int32_t x, int32_t y)
{
	return x < y ? x : y;
}

static inline int32_t most(int32_t x, int32_t y)
{
	return x > y ? x : y;
}

/* The mark of a day's midnight. */
static inline mark opening(int32_t day)
{
	return (mark)((uint32_t)day << MARK_BITS);
}

#endif
