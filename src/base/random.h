/* random.h: a small seeded generator (splitmix64 into xoshiro256**) for everything that must be repeatable:
 * tests, the population, the planner. Not for secrets: those come from world_entropy. */
#ifndef LIMEN_BASE_RANDOM_H
#define LIMEN_BASE_RANDOM_H

#include <stdint.h>

typedef struct random_state {
	uint64_t s[4];
} random_state;

random_state random_seed(uint64_t seed);
uint64_t random_next(random_state *r);
int64_t random_below(random_state *r, int64_t n);                   /* 0..n-1, unbiased */
int64_t random_between(random_state *r, int64_t low, int64_t high); /* inclusive */
double random_unit(random_state *r);                                /* [0,1) */
/* An index with probability proportional to weights[i]; the sum must be positive. */
int random_weighted(random_state *r, const int *weights, int n);

#endif
