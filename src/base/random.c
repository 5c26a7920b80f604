#include "base/base.h"

/* xoshiro256** 1.0 and splitmix64 by David Blackman and Sebastiano Vigna, both in the public domain. */
random_state random_seed(uint64_t seed)
{
	random_state r;
	for (int i = 0; i < 4; i++) {
		uint64_t z = seed += 0x9e3779b97f4a7c15u;
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
		r.s[i] = z ^ (z >> 31);
	}
	return r;
}

static uint64_t rotated(uint64_t x, int left)
{
	return x << left | x >> (64 - left);
}

uint64_t random_next(random_state *r)
{
	uint64_t *s = r->s;
	uint64_t result = rotated(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotated(s[3], 45);
	return result;
}

/* Draws from the uneven end of the range are thrown away, so that every number is equally likely. */
static uint64_t below(random_state *r, uint64_t n)
{
	uint64_t uneven = (UINT64_MAX - n + 1) % n;
	uint64_t x;
	do x = random_next(r);
	while (x < uneven);
	return x % n;
}

int64_t random_below(random_state *r, int64_t n)
{
	assert(n > 0);
	return (int64_t)below(r, (uint64_t)n);
}

int64_t random_between(random_state *r, int64_t low, int64_t high)
{
	assert(low <= high);
	uint64_t n = (uint64_t)high - (uint64_t)low + 1; /* 0: all there are */
	uint64_t ahead = n ? below(r, n) : random_next(r);
	return (int64_t)((uint64_t)low + ahead);
}

double random_unit(random_state *r)
{
	return (double)(random_next(r) >> 11) * 0x1p-53;
}

int random_weighted(random_state *r, const int *weights, int n)
{
	int64_t sum = 0;
	for (int i = 0; i < n; i++) {
		assert(weights[i] >= 0);
		sum += weights[i];
	}
	int64_t left = random_below(r, sum);
	int i = 0;
	while (left >= weights[i]) left -= weights[i++];
	return i;
}
