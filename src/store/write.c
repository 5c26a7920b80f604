/* The write transaction and its verbs. */
#include "store/internal.h"

static bool command(store *s, driver_command what, issues *sink)
{
	driver_failure why;
	return s->driver->command(s->writer->connection, what, &why) || store_fail(sink, &why);
}

writing *store_write_begin(store *s, issues *sink)
{
	assert(!s->writing.open);
	if (s->read_only) {
		issue_add(sink, FAIL_STORE_READ_ONLY, TEXT(""), TEXT(""));
		return NULL;
	}
	if (!command(s, COMMAND_BEGIN_WRITE, sink)) return NULL;
	s->writing.open = true;
	return &s->writing;
}

void store_write_rollback(writing *w)
{
	driver_failure why;
	assert(w->open);
	w->open = false;
	statements_reset(w->store->writer);
	w->store->driver->command(w->store->writer->connection, COMMAND_ROLLBACK, &why);
}

bool store_write_commit(writing *w, issues *sink)
{
	assert(w->open);
	if (!store_write_alive(w)) {
		store_write_rollback(w);
		return issue_add(sink, FAIL_STORE_IO, TEXT("rollback"), TEXT(""));
	}
	if (!command(w->store, COMMAND_COMMIT, sink)) {
		store_write_rollback(w);
		return false;
	}
	w->open = false;
	return true;
}

bool store_write_alive(const writing *w)
{
	return w->store->driver->alive(w->store->writer->connection);
}

int64_t store_changes(const writing *w)
{
	return w->store->driver->changes(w->store->writer->connection);
}

void store_tidy(store *s)
{
	assert(!s->writing.open);
	s->driver->tidy(s->writer->connection);
}

bool store_savepoint(writing *w, issues *sink)
{
	return command(w->store, COMMAND_SAVEPOINT, sink);
}

bool store_savepoint_keep(writing *w, issues *sink)
{
	return command(w->store, COMMAND_KEEP, sink);
}

void store_savepoint_undo(writing *w)
{
	driver_failure why;
	statements_reset(w->store->writer);
	/* Where the engine has given the whole transaction up there is nothing left to undo. */
	if (!store_write_alive(w)) return;
	connection *c = w->store->writer->connection;
	/* What cannot be undone by itself must not be kept with the rest. */
	if (!w->store->driver->command(c, COMMAND_UNDO, &why)) w->store->driver->command(c, COMMAND_ROLLBACK, &why);
}

snapshot *store_writing_snapshot(writing *w)
{
	return w->store->writer;
}

bool snapshot_is_writing(const snapshot *r)
{
	return r == r->store->writer;
}

/* Runs a statement that gives no rows. */
static store_result run(writing *w, const shape *s, const cell *cells, int count, issues *sink)
{
	assert(w->open);
	snapshot *r = w->store->writer;
	const driver *d = w->store->driver;
	taken t;
	/* Outside a transaction a statement would be durable by itself. */
	if (!d->alive(r->connection)) {
		issue_add(sink, FAIL_STORE_IO, TEXT("rollback"), TEXT(""));
		return STORE_FAILED;
	}
	if (!statement_take(r, s, &t, sink)) return STORE_FAILED;
	for (int i = 0; i < count; i++) d->bind(t.statement, i + 1, &cells[i], false);
	driver_failure why;
	driver_step step = d->step(t.statement, &why);
	statement_give(r, &t);
	if (step == STEP_DONE) return STORE_OK;
	if (step == STEP_EXISTS) return STORE_EXISTS;
	assert(step == STEP_FAILED);
	store_fail(sink, &why);
	return STORE_FAILED;
}

/* A row whose first column of an index is NULL is not on it; where the first is there, so are the others. */
static bool is_placed(const table *t, const cell *row)
{
	bool placed = true;
	for (int i = 0; i < t->index_count; i++) {
		const table_index *x = &t->indexes[i];
		for (int k = 1; k < x->column_count; k++)
			placed =
			    placed && (row[x->columns[0]].kind == CELL_NULL || row[x->columns[k]].kind != CELL_NULL);
	}
	return placed;
}

static store_result write_row(writing *w, const table *t, verb v, const cell *row, issues *sink)
{
	cell kept[TABLE_COLUMNS_MAX];
	assert(is_placed(t, row));
	for (int i = 0; i < t->column_count; i++) kept[i] = row[i];
	cell *large = &kept[t->packed];
	if (t->packed && large->kind != CELL_NULL) large->text = pack(w->store->writer, large->text);
	return run(w, &(shape){.table = t, .verb = (int16_t)v, .index = -1}, kept, t->column_count, sink);
}

store_result store_add(writing *w, const table *t, const cell *row, issues *sink)
{
	store_result done = write_row(w, t, VERB_ADD, row, sink);
	assert(done != STORE_EXISTS);
	return done;
}

store_result store_set(writing *w, const table *t, const cell *row, issues *sink)
{
	store_result done = write_row(w, t, VERB_SET, row, sink);
	assert(done != STORE_EXISTS);
	return done;
}

store_result store_insert(writing *w, const table *t, const cell *row, issues *sink)
{
	return write_row(w, t, VERB_INSERT, row, sink);
}

store_result store_put(writing *w, const table *t, const cell *row, issues *sink)
{
	return write_row(w, t, VERB_PUT, row, sink);
}

store_result store_delete(writing *w, const table *t, const cell *key, int key_cells, issues *sink)
{
	assert(key_cells >= 1 && key_cells <= t->key_columns);
	shape s = {.table = t, .verb = VERB_DELETE, .index = -1, .equal = (int16_t)key_cells};
	return run(w, &s, key, key_cells, sink);
}

store_result store_clear(writing *w, const table *t, issues *sink)
{
	assert(t->derived);
	return run(w, &(shape){.table = t, .verb = VERB_CLEAR, .index = -1}, NULL, 0, sink);
}
