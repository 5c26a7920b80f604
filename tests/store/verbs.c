/* The verbs of the store on real files: order, ranges, paging, snapshots, savepoints, migration, refusals. */
#include "harness.h"
#include "store/store.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const table people = {
    .name = "people",
    .columns = {{"id", CELL_INT}, {"name", CELL_TEXT}, {"town", CELL_TEXT}, {"photo", CELL_BYTES}},
    .column_count = 4,
    .key_columns = 1,
    .rowid = true,
    .indexes = {{"people_name", true, {1}, 1}, {"people_town", false, {2}, 1}},
    .index_count = 2,
};
static const table scores = {
    .name = "scores",
    .columns = {{"game", CELL_INT}, {"points", CELL_INT}, {"person", CELL_INT}, {"note", CELL_TEXT}},
    .column_count = 4,
    .key_columns = 3,
    .derived = true,
};
static const table *const tables[] = {&people, &scores};

static store *open_at(arena *a, issues *sink, text file)
{
	return store_open(a, &(store_options){.file = file, .schema_version = 1, .tables = tables, .table_count = 2},
			  sink);
}

static store *open_memory(arena *a, issues *sink)
{
	store *s = open_at(a, sink, test_store(a, ":memory:"));
	assert_non_null(s);
	return s;
}

static void add_person(writing *w, int64_t id, const char *name, const char *town, issues *sink)
{
	cell row[] = {INT_CELL(id), TEXT_CELL(text_of(name)), TEXT_CELL(text_of(town)), NULL_CELL};
	assert_int_equal(store_insert(w, &people, row, sink), STORE_OK);
}

static void add_scores(writing *w, int games, int each, issues *sink)
{
	for (int g = 0; g < games; g++)
		for (int i = 0; i < each; i++) {
			cell row[] = {INT_CELL(g), INT_CELL(i / 2), INT_CELL(i), TEXT_CELL(TEXT(""))};
			assert_int_equal(store_insert(w, &scores, row, sink), STORE_OK);
		}
}

TEST(rows_and_keys)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	store *s = open_memory(a, &sink);
	writing *w = store_write_begin(s, &sink);
	add_person(w, 7, "Anna", "Odense", &sink);
	add_person(w, 9, "Bo", "", &sink);
	cell twice[] = {INT_CELL(10), TEXT_CELL(TEXT("Bo")), TEXT_CELL(TEXT("Aarhus")), NULL_CELL};
	assert_int_equal(store_insert(w, &people, twice, &sink), STORE_EXISTS);
	assert_int_equal(store_put(w, &people, twice, &sink), STORE_EXISTS);
	cell moved[] = {INT_CELL(7), TEXT_CELL(TEXT("Anna")), TEXT_CELL(TEXT("Aarhus")), BYTES_CELL(TEXT("\0\1"))};
	assert_int_equal(store_put(w, &people, moved, &sink), STORE_OK);
	assert_true(store_write_commit(w, &sink));
	snapshot *r = store_snapshot(s, &sink);
	cell row[4];
	assert_int_equal(store_get(r, &people, &INT_CELL(7), a, row, &sink), STORE_OK);
	assert_text(row[2].text, TEXT("Aarhus"));
	assert_text(row[3].text, TEXT("\0\1"));
	assert_int_equal(store_get(r, &people, &INT_CELL(8), a, row, &sink), STORE_NOT_FOUND);
	assert_int_equal(store_find(r, &people, 0, &TEXT_CELL(TEXT("Bo")), a, row, &sink), STORE_OK);
	assert_int_equal(row[0].integer, 9);
	assert_int_equal(row[2].kind, CELL_TEXT);
	assert_int_equal(row[2].text.len, 0);
	assert_int_equal(row[3].kind, CELL_NULL);
	assert_int_equal(store_last(r, &people, a, row, &sink), STORE_OK);
	assert_int_equal(row[0].integer, 9);
	assert_true(store_integrity(r, &sink));
	store_release(r);
	store_close(s);
	assert_int_equal(sink.count, 0);
}

static int64_t scanned(snapshot *r, const scan_options *o, int column, int64_t *out, int64_t max)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	cell row[4];
	scan *found = store_scan(r, &scores, o, a, &sink);
	int64_t n = 0;
	while (n < max && scan_next(found, row, &sink)) out[n++] = row[column].integer;
	scan_close(found);
	assert_int_equal(sink.count, 0);
	return n;
}

TEST(scans_in_order)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	store *s = open_memory(a, &sink);
	writing *w = store_write_begin(s, &sink);
	add_scores(w, 3, 10, &sink);
	assert_true(store_write_commit(w, &sink));
	snapshot *r = store_snapshot(s, &sink);
	int64_t got[40];
	cell game = INT_CELL(1), low = INT_CELL(1), high = INT_CELL(3);
	scan_options o = {.index = -1, .prefix = &game, .prefix_cells = 1, .low = &low, .high = &high};
	assert_int_equal(scanned(r, &o, 2, got, 40), 4);
	assert_int_equal(got[0], 2);
	assert_int_equal(got[3], 5);
	assert_int_equal(store_count(r, &scores, &o, &sink), 4);
	o.low_excluded = o.high_included = o.descending = true;
	assert_int_equal(scanned(r, &o, 2, got, 40), 4);
	assert_int_equal(got[0], 7);
	assert_int_equal(got[3], 4);
	cell after[] = {game, INT_CELL(2), INT_CELL(4)};
	scan_options page = {
	    .index = -1, .prefix = &game, .prefix_cells = 1, .after = after, .after_cells = 3, .limit = 3};
	assert_int_equal(scanned(r, &page, 2, got, 40), 3);
	assert_int_equal(got[0], 5);
	page.descending = true;
	assert_int_equal(scanned(r, &page, 2, got, 40), 3);
	assert_int_equal(got[0], 3);
	int64_t *set, count;
	assert_true(store_collect(r, &scores, &(scan_options){.index = -1}, 2, a, &set, &count, &sink));
	assert_int_equal(count, 10);
	assert_int_equal(set[9], 9);
	store_release(r);
	store_close(s);
}

TEST(two_scans_of_one_shape)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	store *s = open_memory(a, &sink);
	writing *w = store_write_begin(s, &sink);
	add_scores(w, 2, 3, &sink);
	snapshot *r = store_writing_snapshot(w);
	cell outer[4], inner[4];
	int pairs = 0;
	scan *x = store_scan(r, &scores, &(scan_options){.index = -1}, a, &sink);
	while (scan_next(x, outer, &sink)) {
		scan *y = store_scan(r, &scores, &(scan_options){.index = -1}, a, &sink);
		while (scan_next(y, inner, &sink)) pairs++;
	}
	assert_int_equal(pairs, 36);
	assert_int_equal(store_delete(w, &scores, &INT_CELL(0), 1, &sink), STORE_OK);
	assert_int_equal(store_count(r, &scores, &(scan_options){.index = -1}, &sink), 3);
	assert_int_equal(store_clear(w, &scores, &sink), STORE_OK);
	assert_int_equal(store_count(r, &scores, &(scan_options){.index = -1}, &sink), 0);
	store_write_rollback(w);
	store_close(s);
}

TEST(a_snapshot_stays)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	store *s = open_memory(a, &sink);
	snapshot *before = store_snapshot(s, &sink);
	writing *w = store_write_begin(s, &sink);
	add_person(w, 1, "Anna", "Odense", &sink);
	assert_true(store_savepoint(w, &sink));
	add_person(w, 2, "Bo", "Odense", &sink);
	store_savepoint_undo(w);
	assert_true(store_savepoint(w, &sink));
	add_person(w, 3, "Carl", "Odense", &sink);
	assert_true(store_savepoint_keep(w, &sink));
	assert_true(store_write_commit(w, &sink));
	snapshot *after = store_snapshot(s, &sink);
	scan_options all = {.index = -1};
	assert_int_equal(store_count(before, &people, &all, &sink), 0);
	assert_int_equal(store_count(after, &people, &all, &sink), 2);
	cell town = TEXT_CELL(TEXT("Odense"));
	int64_t *set, count;
	scan_options by_town = {.index = 1, .prefix = &town, .prefix_cells = 1};
	assert_true(store_collect(after, &people, &by_town, 0, a, &set, &count, &sink));
	assert_int_equal(count, 2);
	assert_int_equal(set[1], 3);
	store_release(before);
	store_release(after);
	store_tidy(s);
	store_close(s);
	assert_int_equal(sink.count, 0);
}

static text file_in(arena *a, const char *folder)
{
	return test_store(a, text_z(a, text_format(a, "%s/limen.db", folder)));
}

static void refused(const store_options *o, failure code)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	assert_null(store_open(a, o, &sink));
	assert_int_equal(sink.count, 1);
	if (sink.first->code != code) print_error("%.*s\n", TEXT_ARG(issue_line(a, sink.first, LANGUAGE_EN)));
	assert_int_equal(sink.first->code, code);
}

TEST(schema_versions)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	text file = file_in(a, temp_folder());
	store *s = store_open(
	    a, &(store_options){.file = file, .schema_version = 2, .tables = tables, .table_count = 1}, &sink);
	assert_non_null(s);
	assert_false(store_fresh(s));
	writing *w = store_write_begin(s, &sink);
	add_person(w, 1, "Anna", "Odense", &sink);
	assert_true(store_write_commit(w, &sink));
	store_close(s);
	store_options older = {.file = file, .schema_version = 1, .tables = tables, .table_count = 1};
	refused(&older, FAIL_STORE_NEWER);
	/* A derived table that is new, or has changed, is made and must be computed. */
	store_options newer = {.file = file, .schema_version = 2, .tables = tables, .table_count = 2};
	s = store_open(a, &newer, &sink);
	assert_true(store_fresh(s));
	store_close(s);
	s = store_open(a, &newer, &sink);
	assert_false(store_fresh(s));
	store_close(s);
	table changed = scores;
	changed.columns[3].kind = CELL_INT;
	const table *const with_changed[] = {&people, &changed};
	newer.tables = with_changed;
	s = store_open(a, &newer, &sink);
	assert_true(store_fresh(s));
	store_close(s);
	/* A recorded one only by a step. */
	table other = people;
	other.column_count = 3;
	const table *const with_other[] = {&other};
	store_options wrong = {.file = file, .schema_version = 2, .tables = with_other, .table_count = 1};
	refused(&wrong, FAIL_STORE_TABLE);
}

TEST(migration_steps)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	text file = file_in(a, temp_folder());
	store_close(store_open(
	    a, &(store_options){.file = file, .schema_version = 1, .tables = tables, .table_count = 1}, &sink));
	table grown = people;
	grown.index_count = 1;
	const table *const with_grown[] = {&grown};
	const store_migration steps[] = {{2, "DROP INDEX people_town; DELETE FROM store_table WHERE name='people';"
					     "DROP TABLE people"}};
	store_options o = {.file = file,
			   .schema_version = 2,
			   .tables = with_grown,
			   .table_count = 1,
			   .migrations = steps,
			   .migration_count = 1};
	store *s = store_open(a, &o, &sink);
	assert_non_null(s);
	store_close(s);
	o.migration_count = 0;
	s = store_open(a, &o, &sink);
	assert_non_null(s);
	store_close(s);
}

static void refused_files(arena *a, text file, const char *folder, store_options *o)
{
	o->file = text_format(a, "%s/none/limen.db", folder);
	refused(o, FAIL_STORE_OPEN);
	FILE *f = fopen(text_z(a, file), "w");
	for (int i = 0; i < 400; i++) fputs("this is no database ", f);
	fclose(f);
	o->file = file;
	refused(o, FAIL_STORE_CORRUPT);
	unlink(text_z(a, file));
	o->as_is = true;
	refused(o, FAIL_STORE_OPEN);
	assert_int_equal(access(text_z(a, file), F_OK), -1); /* none is made */
	fclose(fopen(text_z(a, file), "w"));
	refused(o, FAIL_STORE_CORRUPT);
	o->read_only = true;
	refused(o, FAIL_STORE_CORRUPT);
}

/* Nobody there; no schema; nothing of ours in it. */
static void refused_servers(arena *a, text file, const char *folder, store_options *o)
{
	o->file = text_format(a, "postgresql:///postgres?host=%s", folder);
	refused(o, FAIL_STORE_OPEN);
	o->file = text_format(a, "%.*s_none", TEXT_ARG(file));
	refused(o, FAIL_STORE_OPEN);
	o->file = file;
	o->as_is = true;
	refused(o, FAIL_STORE_OPEN);
	o->read_only = true;
	refused(o, FAIL_STORE_OPEN);
}

TEST(refusals)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	const char *folder = temp_folder();
	text file = file_in(a, folder);
	store_options o = {.schema_version = 1, .tables = tables, .table_count = 2};
	if (test_on_postgres())
		refused_servers(a, file, folder, &o);
	else
		refused_files(a, file, folder, &o);
	o.read_only = o.as_is = false;
	store_close(store_open(a, &o, &sink));
	o.as_is = true;
	o.table_count = 1;
	store *same = store_open(a, &o, &sink);
	assert_non_null(same);
	writing *w = store_write_begin(same, &sink);
	assert_non_null(w);
	store_write_rollback(w);
	store_close(same);
	o.table_count = 2;
	o.read_only = true;
	store *s = store_open(a, &o, &sink);
	assert_non_null(s);
	assert_int_equal(sink.count, 0);
	assert_null(store_write_begin(s, &sink));
	assert_int_equal(sink.first->code, FAIL_STORE_READ_ONLY);
	store_close(s);
}

static void damage(const char *path, long from, long page)
{
	FILE *f = fopen(path, "r+");
	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	long size = ftell(f);
	for (long at = from * page; at < size; at += page) {
		fseek(f, at + page / 2, SEEK_SET);
		for (int i = 0; i < 64; i++) fputc(0xa5, f);
	}
	fclose(f);
}

TEST(a_damaged_page_is_an_issue)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	text file = file_in(a, temp_folder());
	store *s = open_at(a, &sink, file);
	writing *w = store_write_begin(s, &sink);
	add_scores(w, 20, 200, &sink);
	assert_true(store_write_commit(w, &sink));
	store_close(s);
	if (test_on_postgres()) {
		text path =
		    test_said(a, file, "SELECT current_setting('data_directory')||'/'||pg_relation_filepath('scores')");
		test_sql(a, file, "CHECKPOINT");
		test_engine("--immediate");
		damage(text_z(a, path), 1, 8192);
		test_engine("--start");
	} else {
		damage(text_z(a, file), 3, 4096);
	}
	s = open_at(a, &sink, file);
	if (s) {
		snapshot *r = store_snapshot(s, &sink);
		store_count(r, &scores, &(scan_options){.index = -1}, &sink);
		assert_false(store_integrity(r, &sink));
		store_release(r);
		store_close(s);
	}
	assert_true(sink.errors > 0);
	assert_int_equal(sink.first->code, FAIL_STORE_CORRUPT);
}

TESTS(T(rows_and_keys), T(scans_in_order), T(two_scans_of_one_shape), T(a_snapshot_stays), T(schema_versions),
      T(migration_steps), T(refusals), T(a_damaged_page_is_an_issue))
