/* Terms: texts that recur, as small numbers. A number once durable never changes, so those are kept in memory for all threads. */
#include "record/internal.h"

#include <string.h>

enum { TERMS_KEPT_MAX = 50000 };

static int64_t kept(record *r, text t)
{
	pthread_mutex_lock(&r->terms_lock);
	int64_t number = map_get_or(&r->terms, t, 0);
	pthread_mutex_unlock(&r->terms_lock);
	return number;
}

static void keep(record *r, text t, int64_t number)
{
	pthread_mutex_lock(&r->terms_lock);
	if (r->terms.count >= TERMS_KEPT_MAX) {
		arena_reset(r->terms_arena);
		r->terms = (map){.arena = r->terms_arena};
	}
	map_put(&r->terms, text_copy(r->terms_arena, t), number);
	pthread_mutex_unlock(&r->terms_lock);
}

static int64_t find(snapshot *s, text t, arena *a, issues *sink)
{
	cell row[2];
	return store_find(s, &term_table, 0, &TEXT_CELL(t), a, row, sink) == STORE_OK ? row[0].integer : 0;
}

int64_t term_known(record *r, snapshot *s, text t, arena *a, issues *sink)
{
	int64_t number = kept(r, t);
	if (number) return number;
	number = find(s, t, a, sink);
	/* What the transaction shows may be rolled back yet, and its number given to another text. */
	if (number && !snapshot_is_writing(s)) keep(r, t, number);
	return number;
}

int64_t term_of(deriving *dv, text t, issues *sink)
{
	record *r = dv->record;
	int64_t number = kept(r, t);
	if (number || map_get(&dv->terms, t, &number)) return number;
	number = find(store_writing_snapshot(dv->writing), t, dv->arena, sink);
	if (!number) {
		cell row[] = {INT_CELL(r->tip.term + 1), TEXT_CELL(t)};
		if (store_add(dv->writing, &term_table, row, sink) != STORE_OK) return 0;
		number = ++r->tip.term;
	}
	map_put(&dv->terms, text_copy(dv->kept, t), number);
	return number;
}

/* Numbers recur with every row that is read: a connection remembers the latest. */
enum { REMEMBERED = 256, REMEMBERED_BYTES = 116 };
typedef struct remembered {
	int64_t number;
	int len;
	char bytes[REMEMBERED_BYTES];
} remembered;

text term_text(snapshot *s, int64_t number, arena *a, issues *sink)
{
	cell row[2];
	if (number == 0) return (text){0};
	bool remembers = !snapshot_is_writing(s);
	remembered *at = remembers ? store_beside(s, sizeof(remembered[REMEMBERED])) : NULL;
	if (at) at += number % REMEMBERED;
	if (at && at->number == number) return text_copy(a, (text){at->bytes, at->len});
	if (store_get(s, &term_table, &INT_CELL(number), a, row, sink) != STORE_OK) return (text){0};
	text found = row[1].text;
	if (at && found.len <= REMEMBERED_BYTES) {
		*at = (remembered){.number = number, .len = (int)found.len};
		if (found.len) memcpy(at->bytes, found.at, (size_t)found.len);
	}
	return found;
}
