/* How the engine would run what the verbs compose: along the key or the index, in its order, nothing sorted and nothing read whole. */
#include "harness.h"
#include "store/internal.h"

#include <sqlite3.h>
#include <string.h>

static const table dates = {
    .name = "dates",
    .columns = {{"param", CELL_INT}, {"low", CELL_INT}, {"high", CELL_INT}, {"rid", CELL_INT}, {"rank", CELL_INT}},
    .column_count = 5,
    .key_columns = 4,
};
static const table things = {
    .name = "things",
    .columns = {{"rid", CELL_INT}, {"type", CELL_INT}, {"id", CELL_TEXT}, {"seq", CELL_INT}, {"state", CELL_INT}},
    .column_count = 5,
    .key_columns = 1,
    .rowid = true,
    .indexes = {{"things_id", true, {1, 2}, 2}, {"things_seq", false, {1, 4, 3}, 3}},
    .index_count = 2,
};

static arena *scratch;
static text file;

/* Two tables nobody has counted yet. */
static void make_tables(void)
{
	scratch = test_arena();
	file = test_store(scratch, text_z(scratch, text_format(scratch, "%s/plans.db", temp_folder())));
	const driver *d = test_on_postgres() ? &driver_postgres : &driver_sqlite;
	test_sql(scratch, file, sql_table(scratch, d, &dates).at);
	test_sql(scratch, file, sql_table(scratch, d, &things).at);
}

static text sqlite_plan(const shape *s)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;
	text sql = text_join(scratch, TEXT("EXPLAIN QUERY PLAN "), sql_compose(scratch, &driver_sqlite, s));
	assert_int_equal(sqlite3_open(text_z(scratch, file), &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql.at, (int)sql.len, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	text detail = text_copy(scratch, text_of((const char *)sqlite3_column_text(stmt, 3)));
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return detail;
}

static void planned(shape s, const char *expected)
{
	if (test_on_postgres()) return;
	text plan = sqlite_plan(&s);
	if (text_find(plan, text_of(expected)) < 0) print_error("%.*s\n", TEXT_ARG(plan));
	assert_true(text_find(plan, text_of(expected)) >= 0);
}

/* The plan a connection of ours has made, asked of that connection: which index, and no sort. */
static void planned_there(shape s, const char *index)
{
	if (!test_on_postgres()) return;
	driver_failure why;
	connection *c = driver_postgres.open(text_z(scratch, file), NULL, OPEN_MAKER, &why);
	buffer b = {.arena = scratch};
	text sql = sql_compose(scratch, &driver_postgres, &s);
	int marks = s.equal + s.low + s.high + s.after + s.limited;
	buffer_format(&b, "PREPARE one AS %.*s", TEXT_ARG(sql));
	assert_true(driver_postgres.script(c, text_z(scratch, buffer_text(&b)), &why));
	b.len = 0;
	buffer_format(&b, "EXPLAIN (FORMAT JSON) EXECUTE one%s", marks ? "(" : "");
	for (int i = 0; i < marks; i++) buffer_add(&b, i ? TEXT(",NULL") : TEXT("NULL"));
	if (marks) buffer_char(&b, ')');
	statement *explain = driver_postgres.prepare(c, text_z(scratch, buffer_text(&b)), ASK_ROWS, &why);
	assert_int_equal(driver_postgres.step(explain, &why), STEP_ROW);
	text plan = text_copy(scratch, driver_postgres.column(explain, 0, CELL_TEXT).text);
	text name = text_format(scratch, "\"Index Name\": \"%s\"", index);
	bool sorted = text_find(plan, TEXT("\"Sort\"")) >= 0;
	if (text_find(plan, name) < 0 || sorted) print_error("%.*s\n%.*s\n", TEXT_ARG(sql), TEXT_ARG(plan));
	assert_true(text_find(plan, name) >= 0 && !sorted);
	driver_postgres.finish(explain);
	driver_postgres.close(c);
}

TEST(along_the_key)
{
	make_tables();
	shape s = {.table = &dates, .verb = VERB_SCAN, .index = -1, .equal = 1};
	planned(s, "SEARCH dates USING PRIMARY KEY (param=?)");
	planned_there(s, "dates_pkey");
	s.descending = true;
	s.after = 3;
	planned(s, "SEARCH dates USING PRIMARY KEY (param=? AND (low,high,rid)<(?,?,?))");
	planned_there(s, "dates_pkey");
	s.after = 0;
	s.low = s.high = s.limited = true;
	planned(s, "SEARCH dates USING PRIMARY KEY (param=? AND low>? AND low<?)");
	planned_there(s, "dates_pkey");
	s = (shape){.table = &dates, .verb = VERB_COLLECT, .index = -1, .equal = 1, .value_column = 3};
	planned(s, "SEARCH dates USING PRIMARY KEY");
	planned_there(s, "dates_pkey");
	s = (shape){.table = &dates, .verb = VERB_DELETE, .index = -1, .equal = 4};
	planned(s, "SEARCH dates USING PRIMARY KEY");
	planned_there(s, "dates_pkey");
	s = (shape){.table = &things, .verb = VERB_GET, .index = -1, .equal = 1};
	planned(s, "SEARCH things USING INTEGER PRIMARY KEY");
	planned_there(s, "things_pkey");
	planned_there((shape){.table = &things, .verb = VERB_LAST, .index = -1, .descending = true}, "things_pkey");
}

TEST(along_an_index)
{
	make_tables();
	shape s = {.table = &things, .verb = VERB_GET, .index = 0, .equal = 2};
	planned(s, "USING INDEX things_id (type=? AND id=?)");
	planned_there(s, "things_id");
	s = (shape){.table = &things, .verb = VERB_SCAN, .index = 1, .equal = 2, .after = 2, .descending = true};
	planned(s, "USING INDEX things_seq (type=? AND state=? AND seq<?)");
	planned_there(s, "things_seq");
	s = (shape){.table = &things, .verb = VERB_SCAN, .index = 0, .equal = 1, .after = 2, .limited = true};
	planned(s, "USING INDEX things_id (type=? AND id>?)");
	planned_there(s, "things_id");
	s = (shape){.table = &things, .verb = VERB_COLLECT, .index = 1, .equal = 2, .value_column = 0};
	planned(s, "USING COVERING INDEX things_seq");
	planned_there(s, "things_seq");
}

TESTS(T(along_the_key), T(along_an_index))
