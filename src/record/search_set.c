/* Sorted sets of row numbers. */
#include "record/search_internal.h"

#include <string.h>

bool set_has(const rid_set *s, int64_t rid)
{
	if (s->all) return true;
	int64_t low = 0, high = s->count;
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		if (s->at[middle] < rid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->count && s->at[low] == rid;
}

typedef enum set_operation { SET_OR, SET_AND, SET_MINUS } set_operation;

static rid_set combine(arena *a, rid_set x, rid_set y, set_operation how)
{
	rid_set out = {.at = ARENA_ARRAY(a, int64_t, how == SET_OR ? x.count + y.count : x.count)};
	int64_t i = 0, k = 0;
	while (i < x.count || k < y.count) {
		bool in_x = i < x.count && (k == y.count || x.at[i] <= y.at[k]);
		bool in_y = k < y.count && (i == x.count || y.at[k] <= x.at[i]);
		int64_t rid = in_x ? x.at[i] : y.at[k];
		bool keep = how == SET_OR || (how == SET_AND && in_x && in_y) || (how == SET_MINUS && in_x && !in_y);
		if (keep) out.at[out.count++] = rid;
		i += in_x;
		k += in_y;
	}
	return out;
}

rid_set set_or(arena *a, rid_set x, rid_set y)
{
	return x.count == 0 ? y : y.count == 0 ? x : combine(a, x, y, SET_OR);
}

rid_set set_and(arena *a, rid_set x, rid_set y)
{
	return combine(a, x, y, SET_AND);
}

rid_set set_minus(arena *a, rid_set x, rid_set y)
{
	return y.count == 0 ? x : combine(a, x, y, SET_MINUS);
}

void set_add(arena *a, rid_set *s, int64_t *cap, int64_t rid)
{
	if (s->count == *cap) {
		int64_t more_cap = *cap ? *cap * 2 : 64;
		int64_t *more = ARENA_ARRAY(a, int64_t, more_cap);
		if (s->count) memcpy(more, s->at, (size_t)s->count * sizeof *more);
		s->at = more;
		*cap = more_cap;
	}
	s->at[s->count++] = rid;
}

static int by_number(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return (a > b) - (a < b);
}

void set_sort(rid_set *s)
{
	int64_t kept = 0;
	bool sorted = true;
	for (int64_t i = 1; sorted && i < s->count; i++) sorted = s->at[i - 1] < s->at[i];
	if (sorted) return;
	qsort(s->at, (size_t)s->count, sizeof *s->at, by_number);
	for (int64_t i = 0; i < s->count; i++)
		if (kept == 0 || s->at[kept - 1] != s->at[i]) s->at[kept++] = s->at[i];
	s->count = kept;
}
