#include "base/base.h"

#include <string.h>

static int64_t find_slot(const map *m, text key, uint64_t hash)
{
	int64_t at = (int64_t)(hash & (uint64_t)m->slot_mask);
	while (m->slots[at]) {
		const map_entry *e = &m->entries[m->slots[at] - 1];
		if (e->hash == hash && text_equal(e->key, key)) return at;
		at = (at + 1) & m->slot_mask;
	}
	return at;
}

static void grow(map *m)
{
	int64_t cap = m->cap ? m->cap * 2 : 8;
	map_entry *entries = ARENA_ARRAY(m->arena, map_entry, cap);
	if (m->count) memcpy(entries, m->entries, (size_t)m->count * sizeof *entries);
	m->entries = entries;
	m->cap = cap;
	m->slot_mask = cap * 2 - 1;
	m->slots = ARENA_ARRAY(m->arena, int32_t, cap * 2);
	for (int64_t i = 0; i < m->count; i++)
		m->slots[find_slot(m, entries[i].key, entries[i].hash)] = (int32_t)(i + 1);
}

void map_put(map *m, text key, int64_t value)
{
	if (m->count == m->cap) grow(m);
	uint64_t hash = text_hash(key);
	int64_t at = find_slot(m, key, hash);
	if (!m->slots[at]) {
		m->entries[m->count++] = (map_entry){.key = key, .hash = hash};
		m->slots[at] = (int32_t)m->count;
	}
	m->entries[m->slots[at] - 1].value = value;
}

bool map_get(const map *m, text key, int64_t *out)
{
	if (!m->count) return false;
	int64_t at = find_slot(m, key, text_hash(key));
	if (!m->slots[at]) return false;
	*out = m->entries[m->slots[at] - 1].value;
	return true;
}

int64_t map_get_or(const map *m, text key, int64_t none)
{
	int64_t value;
	return map_get(m, key, &value) ? value : none;
}
