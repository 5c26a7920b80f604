/* Which tables the file has, and how it comes to have those of this program.
 *
 * store_version holds one number; store_table the definition of each table as it was made. Recorded tables change only by a step of
 * store_options.migrations. Derived ones simply follow their constants: a definition that differs is dropped and made anew. */
#include "store/internal.h"

static const table version_table = {
    .name = "store_version",
    .columns = {{"one", CELL_INT}, {"version", CELL_INT}},
    .column_count = 2,
    .key_columns = 1,
    .rowid = true,
};

static const table table_table = {
    .name = "store_table",
    .columns = {{"name", CELL_TEXT}, {"definition", CELL_TEXT}},
    .column_count = 2,
    .key_columns = 1,
};

/* The engines' own list of tables cannot be asked alike; making the first two where they are missing can. */
static bool make_own_tables(store *s, arena *scratch, issues *sink)
{
	const table *const own[] = {&version_table, &table_table, &dictionary_table};
	driver_failure why;
	for (int i = 0; i < 3; i++) {
		text plain = sql_table(scratch, s->driver, own[i]);
		text rest = text_slice(plain, (int64_t)sizeof "CREATE TABLE" - 1, plain.len);
		const char *sql = text_z(scratch, text_join(scratch, TEXT("CREATE TABLE IF NOT EXISTS"), rest));
		if (!s->driver->script(s->writer->connection, sql, &why)) return store_fail(sink, &why);
	}
	return true;
}

static bool read_version(store *s, arena *scratch, int64_t *out, issues *sink)
{
	cell row[2];
	store_result got = store_get(s->writer, &version_table, &INT_CELL(1), scratch, row, sink);
	*out = got == STORE_OK ? row[1].integer : 0;
	return got != STORE_FAILED;
}

static bool refuse_newer(const store *s, int64_t version, const store_options *o, issues *sink)
{
	return issue_add(sink, FAIL_STORE_NEWER, text_format(s->arena, "%lld", (long long)version),
			 text_format(s->arena, "%d", o->schema_version));
}

static bool migrate(store *s, int64_t from, const store_options *o, issues *sink)
{
	driver_failure why;
	for (int i = 0; i < o->migration_count; i++) {
		const store_migration *m = &o->migrations[i];
		if (m->version <= from || m->version > o->schema_version) continue;
		if (!s->driver->script(s->writer->connection, m->sql, &why)) return store_fail(sink, &why);
	}
	return true;
}

/* The catalogue's own words for a table are those it was made with. */
static bool catalogue_holds(store *s, const char *name, text definition, arena *scratch, issues *sink)
{
	driver_failure why;
	bool same = true;
	if (!s->driver->defined_as) return true;
	if (!s->driver->defined_as(s->writer->connection, name, text_z(scratch, definition), &same, &why))
		return store_fail(sink, &why);
	return same || issue_add(sink, FAIL_STORE_CORRUPT, text_of(name), TEXT(""));
}

static bool own_tables_hold(store *s, arena *scratch, issues *sink)
{
	const table *const own[] = {&version_table, &table_table};
	for (int i = 0; i < 2; i++)
		if (!catalogue_holds(s, own[i]->name, sql_table(scratch, s->driver, own[i]), scratch, sink))
			return false;
	return true;
}

/* Makes one table what its constant says; `old_file`: there was a store before. */
static bool follow(writing *w, const table *t, bool old_file, arena *scratch, issues *sink)
{
	store *s = w->store;
	text definition = sql_table(scratch, s->driver, t);
	cell row[2];
	store_result got = store_get(s->writer, &table_table, &TEXT_CELL(text_of(t->name)), scratch, row, sink);
	if (got == STORE_FAILED) return false;
	if (got == STORE_OK && text_equal(row[1].text, definition))
		return catalogue_holds(s, t->name, definition, scratch, sink);
	driver_failure why;
	if (got == STORE_OK) {
		if (!t->derived) return issue_add(sink, FAIL_STORE_TABLE, text_of(t->name), TEXT(""));
		const char *drop = text_z(scratch, text_format(scratch, "DROP TABLE %s", t->name));
		if (!s->driver->script(s->writer->connection, drop, &why)) return store_fail(sink, &why);
	}
	if (!s->driver->script(s->writer->connection, definition.at, &why)) return store_fail(sink, &why);
	if (t->derived && old_file) s->fresh = true;
	cell now[] = {TEXT_CELL(text_of(t->name)), TEXT_CELL(definition)};
	return store_put(w, &table_table, now, sink) == STORE_OK;
}

static bool bring_up(writing *w, const store_options *o, arena *scratch, issues *sink)
{
	store *s = w->store;
	int64_t version;
	if (!make_own_tables(s, scratch, sink) || !own_tables_hold(s, scratch, sink) ||
	    !read_version(s, scratch, &version, sink))
		return false;
	if (version > o->schema_version) return refuse_newer(s, version, o, sink);
	if (version > 0 && !migrate(s, version, o, sink)) return false;
	for (int i = 0; i < o->table_count; i++)
		if (!follow(w, o->tables[i], version > 0, scratch, sink)) return false;
	if (o->dictionary.len && !pack_with(w, o->dictionary, sink)) return false;
	if (version == o->schema_version) return true;
	cell row[] = {INT_CELL(1), INT_CELL(o->schema_version)};
	return store_put(w, &version_table, row, sink) == STORE_OK;
}

static bool is_store(store *s, issues *sink)
{
	const table *const own[] = {&version_table, &table_table};
	driver_failure why;
	bool has = true;
	for (int i = 0; has && i < 2; i++)
		if (!s->driver->has_table(s->writer->connection, own[i]->name, &has, &why))
			return store_fail(sink, &why);
	return has ||
	       issue_add(sink, s->driver->without_tables, store_target_shown(s->arena, text_of(s->target)), TEXT(""));
}

/* A file opened as it is must be as this program would have it. */
static bool compare_only(store *s, const store_options *o, arena *scratch, issues *sink)
{
	int64_t version;
	if (!is_store(s, sink) || !own_tables_hold(s, scratch, sink) || !read_version(s, scratch, &version, sink))
		return false;
	if (version > o->schema_version) return refuse_newer(s, version, o, sink);
	for (int i = 0; i < o->table_count; i++) {
		cell row[2];
		const table *t = o->tables[i];
		store_result got = store_get(s->writer, &table_table, &TEXT_CELL(text_of(t->name)), scratch, row, sink);
		if (got == STORE_FAILED) return false;
		if (got != STORE_OK || !text_equal(row[1].text, sql_table(scratch, s->driver, t)))
			return issue_add(sink, FAIL_STORE_TABLE, text_of(t->name), TEXT(""));
		if (!catalogue_holds(s, t->name, row[1].text, scratch, sink)) return false;
	}
	return true;
}

static bool prepare(store *s, const store_options *options, arena *scratch, issues *sink)
{
	if (s->as_is) return compare_only(s, options, scratch, sink);
	writing *w = store_write_begin(s, sink);
	if (!w) return false;
	if (!bring_up(w, options, scratch, sink)) {
		store_write_rollback(w);
		return false;
	}
	return store_write_commit(w, sink);
}

bool schema_prepare(store *s, const store_options *options, issues *sink)
{
	arena *scratch = arena_new(16 * MIB);
	bool ok = prepare(s, options, scratch, sink);
	arena_free(scratch);
	return ok;
}
