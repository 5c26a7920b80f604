/* map.h: a table from text to a number, in an arena. Keys are not copied: they must outlive the map.
 * {.arena = a} is a valid empty map. Order of entries is order of insertion, so walking is deterministic.
 */
#ifndef LIMEN_BASE_MAP_H
#define LIMEN_BASE_MAP_H

#include "base/text.h"

typedef struct map_entry {
	text key;
	uint64_t hash;
	int64_t value;
} map_entry;

typedef struct map {
	arena *arena;
	map_entry *entries; /* 0..count-1, in order of insertion */
	int64_t count;
	int64_t cap;
	int32_t *slots; /* entry number + 1; 0 is free */
	int64_t slot_mask;
} map;

void map_put(map *m, text key, int64_t value);            /* adds or replaces */
bool map_get(const map *m, text key, int64_t *out);       /* false: not there */
int64_t map_get_or(const map *m, text key, int64_t none); /* the same with a value for "not there" */

#endif
