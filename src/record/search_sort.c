/* What stands before what. A resource's place for a key is the cells of its index row, so that a walk along the index and keys read
 * out of the resources put things in the same order. */
#include "record/search_internal.h"

#include <string.h>

/* Of several values the least counts ascending, the greatest descending: each resource is met once. */
bool rank_counts(int64_t rank, bool descending)
{
	return rank == RANK_ONLY || rank == (descending ? RANK_LAST : RANK_FIRST);
}

static int cell_compare(const cell *x, const cell *y)
{
	if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
	if (x->kind == CELL_INT) return (x->integer > y->integer) - (x->integer < y->integer);
	return text_compare(x->text, y->text);
}

/* What has no value stands last in either direction. */
static int key_compare(const search *s, int i, const keyed *x, const keyed *y)
{
	bool no_x = x->keys[i].count == 0, no_y = y->keys[i].count == 0;
	if (no_x || no_y) return no_x - no_y;
	int order = cell_compare(&x->keys[i].cells[0], &y->keys[i].cells[0]);
	return s->sort[i].descending ? -order : order;
}

/* The first cell is the value: where a date begins, a code, a number. The other cells of the last key, and then the row number, only
 * put in a fixed order what stands equal; they go the way that key's index is walked. */
int keyed_compare(const search *s, const keyed *x, const keyed *y)
{
	int last = s->sort_count - 1, order = 0;
	const key_value *a = &x->keys[last], *b = &y->keys[last];
	for (int i = 0; !order && i < s->sort_count; i++) order = key_compare(s, i, x, y);
	if (order) return order;
	for (int i = 1; !order && i < a->count && i < b->count; i++) order = cell_compare(&a->cells[i], &b->cells[i]);
	if (!order) order = (x->rid > y->rid) - (x->rid < y->rid);
	return s->sort[last].descending && a->count ? -order : order;
}

bool keyed_same(const search *s, int level, const keyed *x, const keyed *y)
{
	return key_compare(s, level, x, y) == 0;
}

static cell cell_kept(arena *a, cell c)
{
	if (c.kind == CELL_TEXT || c.kind == CELL_BYTES) c.text = text_copy(a, c.text);
	return c;
}

key_value key_kept(arena *a, const key_value *v)
{
	key_value kept = {.count = v->count};
	for (int i = 0; i < v->count; i++) kept.cells[i] = cell_kept(a, v->cells[i]);
	return kept;
}

static void value_keep(search *s, const cell *cells, int count, key_value *out)
{
	key_value v = {.count = count};
	memcpy(v.cells, cells, (size_t)count * sizeof *cells);
	*out = key_kept(s->arena, &v);
}

/* ---- out of one resource ---- */

static bool param_key(search *s, const sort_key *k, const search_param *p, const doc *d, key_value *out)
{
	index_values values = {.arena = s->scratch};
	cell row[TABLE_COLUMNS_MAX];
	*out = (key_value){0};
	if (!extract_param(s->reader->record, p, d, false, s->sink, &values)) return false;
	index_ranks(&values);
	for (int i = 0; i < values.count; i++) {
		index_value *v = &values.at[i];
		if (v->slot != SLOT_MAIN || !rank_counts(v->rank, k->descending)) continue;
		if (v->system.len && !v->number)
			v->number = term_known(s->reader->record, s->reader->snapshot, v->system, s->scratch, s->sink);
		int cells = index_row(v, 0, row);
		value_keep(s, row + 1, cells - 2, out);
		return true;
	}
	return true;
}

bool keys_read(search *s, keyed *one)
{
	arena_mark mark = arena_here(s->scratch);
	candidate x = {.rid = one->rid};
	bool there;
	bool ok = search_looked(s, 0, 1) && candidate_read(s, &x, &there);
	for (int i = 0; ok && there && i < s->sort_count; i++) {
		const sort_key *k = &s->sort[i];
		cell id = TEXT_CELL(x.version.id), seq = INT_CELL(x.version.sequence);
		if (k->subject == SUBJECT_ID)
			value_keep(s, &id, 1, &one->keys[i]);
		else if (k->subject == SUBJECT_UPDATED)
			value_keep(s, &seq, 1, &one->keys[i]);
		else
			ok = param_key(s, k, k->params[one->part], &x.doc, &one->keys[i]);
	}
	arena_rewind(s->scratch, mark);
	return ok;
}

/* ---- of many at once, along the index ---- */

static keyed *keyed_of(keyed *all, int64_t count, int64_t rid)
{
	int64_t low = 0, high = count;
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		if (all[middle].rid < rid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && all[low].rid == rid ? &all[low] : NULL;
}

static bool gather_param(search *s, int which, const search_param *p, keyed *all, int64_t count)
{
	index_kind kind = index_of_kind(p->kind);
	const table *t = &index_tables[kind];
	cell prefix = INT_CELL(p->number), row[TABLE_COLUMNS_MAX];
	scan_options o = {.index = -1, .prefix = &prefix, .prefix_cells = 1};
	int64_t seen = 0;
	scan *rows = store_scan(s->reader->snapshot, t, &o, s->arena, s->sink);
	while (scan_next(rows, row, s->sink)) {
		if (++seen % 4096 == 0 && !search_looked(s, 4096, 0)) break;
		if (!rank_counts(row[index_rank_column(kind)].integer, s->sort[which].descending)) continue;
		keyed *k = keyed_of(all, count, row[index_rid_column(kind)].integer);
		if (k) value_keep(s, row + 1, t->key_columns - 2, &k->keys[which]);
	}
	scan_close(rows);
	return s->sink->errors == 0;
}

static bool gather_kept(search *s, int which, const search_type *type, keyed *all, int64_t count)
{
	cell prefix[] = {INT_CELL(type->term), INT_CELL(STATE_LIVE)}, row[RES_COLUMNS];
	scan_options o = {.index = RES_BY_SEQ, .prefix = prefix, .prefix_cells = 2};
	scan *rows = store_scan(s->reader->snapshot, &resource_table, &o, s->arena, s->sink);
	while (scan_next(rows, row, s->sink)) {
		keyed *k = keyed_of(all, count, row[RES_RID].integer);
		const cell *value = s->sort[which].subject == SUBJECT_ID ? &row[RES_ID] : &row[RES_SEQ];
		if (k) value_keep(s, value, 1, &k->keys[which]);
	}
	scan_close(rows);
	return s->sink->errors == 0;
}

bool keys_gather(search *s, keyed *all, int64_t count)
{
	for (int i = 0; i < s->sort_count; i++)
		for (int p = 0; p < s->part_count; p++) {
			search_type *type = s->parts[p].type;
			const search_param *param = s->sort[i].params[p];
			if (!atomic_load(&type->numbered)) continue;
			bool ok = param ? gather_param(s, i, param, all, count) : gather_kept(s, i, type, all, count);
			if (!ok) return false;
		}
	return true;
}
