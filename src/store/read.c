/* Reading: one row, rows in order, counts and sets. */
#include "store/internal.h"

#include <stdlib.h>

static cell cell_copy(arena *a, cell c)
{
	if (c.kind == CELL_TEXT || c.kind == CELL_BYTES) c.text = text_copy(a, c.text);
	return c;
}

/* Takes the statement, binds, steps once; a row's cells are copied into `a`. */
static store_result first_row(snapshot *r, const shape *s, const cell *key, arena *a, cell *row, issues *sink)
{
	const driver *d = r->store->driver;
	taken t;
	if (!statement_take(r, s, &t, sink)) return STORE_FAILED;
	for (int i = 0; i < s->equal; i++) d->bind(t.statement, i + 1, &key[i], false);
	driver_failure why;
	driver_step step = d->step(t.statement, &why);
	if (step == STEP_ROW)
		for (int i = 0; i < s->table->column_count; i++)
			row[i] = cell_copy(a, d->column(t.statement, i, s->table->columns[i].kind));
	statement_give(r, &t);
	if (step == STEP_FAILED) store_fail(sink, &why);
	return step == STEP_ROW ? STORE_OK : step == STEP_DONE ? STORE_NOT_FOUND : STORE_FAILED;
}

store_result store_get(snapshot *r, const table *t, const cell *key, arena *a, cell *row, issues *sink)
{
	shape s = {.table = t, .verb = VERB_GET, .index = -1, .equal = (int16_t)t->key_columns};
	return first_row(r, &s, key, a, row, sink);
}

store_result store_find(snapshot *r, const table *t, int index, const cell *key, arena *a, cell *row, issues *sink)
{
	assert(index >= 0 && index < t->index_count && t->indexes[index].unique);
	shape s = {
	    .table = t, .verb = VERB_GET, .index = (int16_t)index, .equal = (int16_t)t->indexes[index].column_count};
	return first_row(r, &s, key, a, row, sink);
}

store_result store_last(snapshot *r, const table *t, arena *a, cell *row, issues *sink)
{
	assert(t->rowid);
	return first_row(r, &(shape){.table = t, .verb = VERB_LAST, .index = -1, .descending = true}, NULL, a, row,
			 sink);
}

/* ---- scans ---- */

struct scan {
	snapshot *reader;
	const table *table;
	taken use;
};

static shape scan_shape(const table *t, const scan_options *o, verb v)
{
	assert(!o->after || o->after_cells > o->prefix_cells);
	return (shape){
	    .table = t,
	    .verb = (int16_t)v,
	    .index = (int16_t)o->index,
	    .equal = (int16_t)o->prefix_cells,
	    .after = (int16_t)(o->after ? o->after_cells - o->prefix_cells : 0),
	    .low = o->low != NULL,
	    .low_excluded = o->low && o->low_excluded,
	    .high = o->high != NULL,
	    .high_included = o->high && o->high_included,
	    .descending = o->descending,
	    .limited = o->limit > 0,
	};
}

static void scan_bind(const driver *d, statement *s, const scan_options *o)
{
	int at = 0;
	for (int i = 0; i < o->prefix_cells; i++) d->bind(s, ++at, &o->prefix[i], true);
	if (o->low) d->bind(s, ++at, o->low, true);
	if (o->high) d->bind(s, ++at, o->high, true);
	if (o->after)
		for (int i = o->prefix_cells; i < o->after_cells; i++) d->bind(s, ++at, &o->after[i], true);
	if (o->limit > 0) d->bind(s, ++at, &INT_CELL(o->limit), true);
}

scan *store_scan(snapshot *r, const table *t, const scan_options *options, arena *a, issues *sink)
{
	shape s = scan_shape(t, options, VERB_SCAN);
	taken use;
	if (!statement_take(r, &s, &use, sink)) return NULL;
	scan_bind(r->store->driver, use.statement, options);
	scan *made = ARENA_NEW(a, scan);
	*made = (scan){.reader = r, .table = t, .use = use};
	return made;
}

bool scan_next(scan *s, cell *row, issues *sink)
{
	if (!s || !s->use.statement) return false;
	const driver *d = s->reader->store->driver;
	driver_failure why;
	driver_step step = d->step(s->use.statement, &why);
	if (step == STEP_ROW) {
		for (int i = 0; i < s->table->column_count; i++)
			row[i] = d->column(s->use.statement, i, s->table->columns[i].kind);
		return true;
	}
	if (step == STEP_FAILED) store_fail(sink, &why);
	statement_give(s->reader, &s->use);
	return false;
}

void scan_close(scan *s)
{
	if (s) statement_give(s->reader, &s->use);
}

int64_t store_count(snapshot *r, const table *t, const scan_options *options, issues *sink)
{
	const driver *d = r->store->driver;
	shape s = scan_shape(t, options, VERB_COUNT);
	assert(!s.limited && !s.descending);
	taken use;
	if (!statement_take(r, &s, &use, sink)) return -1;
	scan_bind(d, use.statement, options);
	driver_failure why;
	driver_step step = d->step(use.statement, &why);
	int64_t count = step == STEP_ROW ? d->column(use.statement, 0, CELL_INT).integer : -1;
	statement_give(r, &use);
	if (step == STEP_FAILED) store_fail(sink, &why);
	return count;
}

static int by_value(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return (a > b) - (a < b);
}

/* Sorts where it is needed and takes doubles out. */
static int64_t as_set(int64_t *values, int64_t count, bool sorted)
{
	if (!sorted) qsort(values, (size_t)count, sizeof *values, by_value);
	int64_t kept = 0;
	for (int64_t i = 0; i < count; i++)
		if (kept == 0 || values[kept - 1] != values[i]) values[kept++] = values[i];
	return kept;
}

bool store_collect(snapshot *r, const table *t, const scan_options *options, int value_column, arena *a, int64_t **out,
		   int64_t *count, issues *sink)
{
	const driver *d = r->store->driver;
	scan_options all = *options;
	all.limit = 0; /* counted here, so that one statement serves all limits */
	shape s = scan_shape(t, &all, VERB_COLLECT);
	s.value_column = (int16_t)value_column;
	assert(!s.descending);
	taken use;
	if (!statement_take(r, &s, &use, sink)) return false;
	scan_bind(d, use.statement, &all);
	int64_t n = 0, cap = 0, limit = options->limit ? options->limit : INT64_MAX;
	int64_t *values = NULL;
	bool sorted = true;
	driver_failure why;
	driver_step step = STEP_DONE;
	while (n < limit && (step = d->step(use.statement, &why)) == STEP_ROW) {
		if (n == cap) {
			int64_t *more = ARENA_ARRAY(a, int64_t, cap ? cap * 2 : 64);
			for (int64_t i = 0; i < n; i++) more[i] = values[i];
			values = more;
			cap = cap ? cap * 2 : 64;
		}
		values[n] = d->column(use.statement, 0, CELL_INT).integer;
		sorted = sorted && (n == 0 || values[n - 1] <= values[n]);
		n++;
	}
	statement_give(r, &use);
	if (step == STEP_FAILED) return store_fail(sink, &why);
	*out = values;
	*count = as_set(values, n, sorted);
	return true;
}
