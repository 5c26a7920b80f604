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
	if (store_insert(dv->writing, &resource_table, made, sink) != STORE_OK) return 0;
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

int index_span_row(const index_value *v, int64_t rid, cell *row)
{
	/* Subtracting could overflow where an end is open. */
	bool is_short = v->low != INT64_MIN && v->high != INT64_MAX && v->high - v->low <= SPAN_SHORT_MAX;
	if (v->kind != INDEX_DATE || is_short) return 0;
	row[0] = INT_CELL(v->param);
	row[1] = INT_CELL(v->high);
	row[2] = INT_CELL(v->low);
	row[3] = INT_CELL(rid);
	return 4;
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

bool index_write(deriving *dv, int64_t rid, const index_value *values, int count, bool remove, issues *sink)
{
	cell row[TABLE_COLUMNS_MAX], span[4];
	for (int i = 0; i < count; i++) {
		index_value v = values[i];
		if (!resolve(dv, &v, sink)) return false;
		const table *t = &index_tables[v.kind];
		int key = index_row(&v, rid, row);
		int spans = index_span_row(&v, rid, span);
		store_result done =
		    remove ? store_delete(dv->writing, t, row, key, sink) : store_put(dv->writing, t, row, sink);
		if (done == STORE_OK && spans)
			done = remove ? store_delete(dv->writing, &span_table, span, spans, sink)
				      : store_put(dv->writing, &span_table, span, sink);
		if (done != STORE_OK) return false;
	}
	return true;
}
