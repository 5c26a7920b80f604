/* Index rows in the transaction. */
#include "record/internal.h"

int64_t target_rid(deriving *dv, text type, text id, issues *sink)
{
	record *r = dv->record;
	int64_t term = term_of(dv, type, sink);
	if (!term) return 0;
	cell row[RES_COLUMNS], key[] = {INT_CELL(term), TEXT_CELL(id)};
	snapshot *s = store_writing_snapshot(dv->writing);
	store_result got = store_find(s, &resource_table, RES_BY_ID, key, dv->arena, row, sink);
	if (got == STORE_OK) return row[RES_RID].integer;
	if (got == STORE_FAILED) return 0;
	cell made[] = {INT_CELL(r->tip.rid + 1),   INT_CELL(term), TEXT_CELL(id), INT_CELL(0), INT_CELL(0),
		       INT_CELL(STATE_PLACEHOLDER)};
	if (store_add(dv->writing, &resource_table, made, sink) != STORE_OK) return 0;
	return ++r->tip.rid;
}

int index_row(const index_value *v, int64_t rid, cell *row)
{
	int n = 0;
	row[n++] = INT_CELL(v->param);
	switch (v->kind) {
	case INDEX_TOKEN:
		row[n++] = TEXT_CELL(v->value);
		row[n++] = INT_CELL(v->number);
		break;
	case INDEX_STRING:
	case INDEX_URI:
		row[n++] = TEXT_CELL(v->value);
		break;
	case INDEX_DATE:
		row[n++] = INT_CELL(v->low);
		row[n++] = INT_CELL(v->high);
		break;
	case INDEX_NUMBER:
		row[n++] = BYTES_CELL(v->value);
		row[n++] = BYTES_CELL(v->upper);
		row[n++] = INT_CELL(v->number);
		row[n++] = TEXT_CELL(v->unit);
		break;
	case INDEX_REFERENCE:
		row[n++] = INT_CELL(v->number);
		break;
	case INDEX_KINDS:
		break;
	}
	row[n++] = INT_CELL(rid);
	int key = n;
	if (index_rank_column(v->kind) >= 0) row[n++] = INT_CELL(v->rank);
	return key;
}

static bool is_long(const index_value *v)
{
	/* Subtracting could overflow where an end is open. */
	return v->low == INT64_MIN || v->high == INT64_MAX || v->high - v->low > SPAN_SHORT_MAX;
}

const table *index_end_row(const index_value *v, int64_t rid, cell *row, int *key)
{
	row[0] = INT_CELL(v->param);
	if (v->kind == INDEX_DATE && is_long(v)) {
		row[1] = INT_CELL(v->high);
		row[2] = INT_CELL(v->low);
		row[3] = INT_CELL(rid);
		*key = 4;
		return &span_table;
	}
	if (v->kind == INDEX_NUMBER && v->upper.len) {
		row[1] = BYTES_CELL(v->upper);
		row[2] = BYTES_CELL(v->value);
		row[3] = INT_CELL(v->number);
		row[4] = TEXT_CELL(v->unit);
		row[5] = INT_CELL(rid);
		*key = 6;
		return &reach_table;
	}
	return NULL;
}

/* The number of the text a value names, where the caller's snapshot did not know it yet. */
static bool resolve(deriving *dv, index_value *v, issues *sink)
{
	if (v->number) return true;
	if (v->kind == INDEX_REFERENCE)
		v->number = target_rid(dv, v->system, v->value, sink);
	else if ((v->kind == INDEX_TOKEN || v->kind == INDEX_NUMBER) && v->system.len)
		v->number = term_of(dv, v->system, sink);
	else
		return true;
	return v->number != 0;
}

static bool row_write(deriving *dv, const table *t, const cell *row, int key, bool remove, issues *sink)
{
	store_result done =
	    remove ? store_delete(dv->writing, t, row, key, sink) : store_put(dv->writing, t, row, sink);
	return done == STORE_OK;
}

bool index_write(deriving *dv, int64_t rid, const index_value *values, int count, bool remove, issues *sink)
{
	cell row[TABLE_COLUMNS_MAX], end[TABLE_COLUMNS_MAX];
	for (int i = 0; i < count; i++) {
		index_value v = values[i];
		int end_key;
		if (!resolve(dv, &v, sink)) return false;
		int key = index_row(&v, rid, row);
		if (!row_write(dv, &index_tables[v.kind], row, key, remove, sink)) return false;
		const table *ends = index_end_row(&v, rid, end, &end_key);
		if (ends && !row_write(dv, ends, end, end_key, remove, sink)) return false;
	}
	return true;
}
