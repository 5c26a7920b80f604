/* Reading: one row, rows in order, counts and sets. */
#include "store/internal.h"

#include <stdlib.h>

static cell cell_copy(arena *a, cell c)
{
	if (c.kind == CELL_TEXT || c.kind == CELL_BYTES) c.text = text_copy(a, c.text);
	return c;
}

/* A packed text, plain, in `a`. */
static cell cell_unpacked(snapshot *r, cell c, arena *a, issues *sink)
{
	if (c.kind == CELL_NULL) return c;
	text plain = unpack(r, c.text, arena_bytes(a, unpacked_bytes(c.text)), sink);
	if (plain.at == c.text.at) return cell_copy(a, c);
	c.text = plain;
	return c;
}

static void row_copy(snapshot *r, statement *s, const table *t, arena *a, cell *row, issues *sink)
{
	for (int i = 0; i < t->column_count; i++) {
		cell c = r->store->driver->column(s, i, t->columns[i].kind);
		row[i] = t->packed && i == t->packed ? cell_unpacked(r, c, a, sink) : cell_copy(a, c);
	}
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
	if (step == STEP_ROW) row_copy(r, t.statement, s->table, a, row, sink);
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

/* Where an engine is far away rows come in pages: the first small, for most scans are left early, then greater ones. A page begins
 * after the last row of the one before, so that no statement is kept open on the way. */
enum { PAGE_GROWS = 4, PAGE_ROWS_MAX = 4096 };

struct scan {
	snapshot *reader;
	const table *table;
	arena *arena;
	taken use;
	scan_options options; /* its cells are copies, where there are pages */
	scan_order order;
	int64_t left; /* rows the caller still wants; 0: no limit */
	int64_t page, met;
	cell last[2 * TABLE_COLUMNS_MAX]; /* the place of the page's last row */
	char *plain;                      /* of the row's packed text; used again for the next */
	int64_t plain_room;
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

static const cell *cells_copy(arena *a, const cell *from, int count)
{
	if (!from) return NULL;
	cell *to = ARENA_ARRAY(a, cell, count);
	for (int i = 0; i < count; i++) to[i] = cell_copy(a, from[i]);
	return to;
}

static bool scan_begin(scan *s, issues *sink)
{
	shape how = scan_shape(s->table, &s->options, VERB_SCAN);
	if (!statement_take(s->reader, &how, &s->use, sink)) return false;
	scan_bind(s->reader->store->driver, s->use.statement, &s->options);
	return true;
}

/* The limit becomes that of a page. */
static void page_set(scan *s, int64_t rows)
{
	s->page = s->left && s->left < rows ? s->left : rows;
	s->met = 0;
	s->options.limit = s->page;
}

/* What the scan will ask again later is copied: the caller's cells may be gone by then. */
static void pages_begin(scan *s)
{
	scan_options *o = &s->options;
	o->prefix = cells_copy(s->arena, o->prefix, o->prefix_cells);
	o->low = cells_copy(s->arena, o->low, 1);
	o->high = cells_copy(s->arena, o->high, 1);
	s->order = order_of(s->table, o->index);
	s->left = o->limit;
	for (int i = 0; i < o->prefix_cells; i++) s->last[i] = o->prefix[i];
	page_set(s, s->reader->store->driver->page_rows);
}

/* After the last row the bound it has passed says nothing more. */
static bool page_next(scan *s, issues *sink)
{
	scan_options *o = &s->options;
	statement_give(s->reader, &s->use);
	if (s->left) s->left -= s->page;
	o->after = s->last;
	o->after_cells = s->order.count;
	if (o->descending)
		o->high = NULL;
	else
		o->low = NULL;
	page_set(s, s->page * PAGE_GROWS < PAGE_ROWS_MAX ? s->page * PAGE_GROWS : PAGE_ROWS_MAX);
	return scan_begin(s, sink);
}

/* A row of the page was met; the last one's place is kept. */
static void page_met(scan *s, const cell *row)
{
	if (!s->page || ++s->met < s->page) return;
	for (int i = s->options.prefix_cells; i < s->order.count; i++)
		s->last[i] = cell_copy(s->arena, row[s->order.columns[i]]);
}

scan *store_scan(snapshot *r, const table *t, const scan_options *options, arena *a, issues *sink)
{
	/* A row whose column is NULL has no place to continue after. */
	assert(options->index < 0 || options->prefix_cells > 0 || options->low);
	scan *made = ARENA_NEW(a, scan);
	*made = (scan){.reader = r, .table = t, .arena = a, .options = *options};
	if (r->store->driver->page_rows) pages_begin(made);
	return scan_begin(made, sink) ? made : NULL;
}

/* Its text has this room until the next row. */
static text scan_unpacked(scan *s, text kept, issues *sink)
{
	int64_t bytes = unpacked_bytes(kept);
	if (bytes > s->plain_room) {
		s->plain_room = bytes * 2;
		s->plain = arena_bytes(s->arena, s->plain_room);
	}
	return unpack(s->reader, kept, s->plain, sink);
}

bool scan_next(scan *s, cell *row, issues *sink)
{
	if (!s || !s->use.statement) return false;
	const driver *d = s->reader->store->driver;
	driver_failure why;
	driver_step step = d->step(s->use.statement, &why);
	bool more = s->page && s->met == s->page && s->left != s->page;
	if (step == STEP_DONE && more) {
		if (!page_next(s, sink)) return false;
		step = d->step(s->use.statement, &why);
	}
	if (step == STEP_ROW) {
		const table *t = s->table;
		for (int i = 0; i < t->column_count; i++) row[i] = d->column(s->use.statement, i, t->columns[i].kind);
		cell *large = &row[t->packed];
		if (t->packed && large->kind != CELL_NULL) large->text = scan_unpacked(s, large->text, sink);
		page_met(s, row);
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
	/* Counted here, so that one statement serves all limits. An engine far away would send what nobody takes: it is asked for one
	 * more, which says that some were left out. */
	bool asks = d->page_rows && options->limit && options->limit < INT64_MAX;
	all.limit = asks ? options->limit + 1 : 0;
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
	if (n == limit && options->cut) *options->cut = d->step(use.statement, &why) == STEP_ROW;
	statement_give(r, &use);
	if (step == STEP_FAILED) return store_fail(sink, &why);
	*out = values;
	*count = as_set(values, n, sorted);
	return true;
}
