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

static sqlite3 *database(arena *a)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql_table(a, &driver_sqlite, &dates).at, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql_table(a, &driver_sqlite, &things).at, NULL, NULL, NULL), SQLITE_OK);
	return db;
}

static void planned(sqlite3 *db, arena *a, shape s, const char *expected)
{
	sqlite3_stmt *stmt;
	text sql = text_join(a, TEXT("EXPLAIN QUERY PLAN "), sql_compose(a, &driver_sqlite, &s));
	assert_int_equal(sqlite3_prepare_v2(db, sql.at, (int)sql.len, &stmt, NULL), SQLITE_OK);
	int rows = 0;
	for (; sqlite3_step(stmt) == SQLITE_ROW; rows++) {
		const char *detail = (const char *)sqlite3_column_text(stmt, 3);
		if (!strstr(detail, expected)) print_error("%.*s\n  %s\n", TEXT_ARG(sql), detail);
		assert_non_null(strstr(detail, expected));
	}
	assert_int_equal(rows, 1);
	sqlite3_finalize(stmt);
}

TEST(along_the_key)
{
	arena *a = test_arena();
	sqlite3 *db = database(a);
	shape s = {.table = &dates, .verb = VERB_SCAN, .index = -1, .equal = 1};
	planned(db, a, s, "SEARCH dates USING PRIMARY KEY (param=?)");
	s.descending = true;
	s.after = 3;
	planned(db, a, s, "SEARCH dates USING PRIMARY KEY (param=? AND (low,high,rid)<(?,?,?))");
	s.after = 0;
	s.low = s.high = true;
	planned(db, a, s, "SEARCH dates USING PRIMARY KEY (param=? AND low>? AND low<?)");
	s = (shape){.table = &dates, .verb = VERB_COLLECT, .index = -1, .equal = 1, .value_column = 3};
	planned(db, a, s, "SEARCH dates USING PRIMARY KEY");
	s = (shape){.table = &dates, .verb = VERB_DELETE, .index = -1, .equal = 4};
	planned(db, a, s, "SEARCH dates USING PRIMARY KEY");
	planned(db, a, (shape){.table = &things, .verb = VERB_GET, .index = -1, .equal = 1},
		"SEARCH things USING INTEGER PRIMARY KEY");
	sqlite3_close(db);
}

TEST(along_an_index)
{
	arena *a = test_arena();
	sqlite3 *db = database(a);
	planned(db, a, (shape){.table = &things, .verb = VERB_GET, .index = 0, .equal = 2},
		"USING INDEX things_id (type=? AND id=?)");
	shape s = {.table = &things, .verb = VERB_SCAN, .index = 1, .equal = 2, .after = 2, .descending = true};
	planned(db, a, s, "USING INDEX things_seq (type=? AND state=? AND seq<?)");
	s = (shape){.table = &things, .verb = VERB_SCAN, .index = 0, .equal = 1, .after = 2, .limited = true};
	planned(db, a, s, "USING INDEX things_id (type=? AND id>?)");
	s = (shape){.table = &things, .verb = VERB_COLLECT, .index = 1, .equal = 2, .value_column = 0};
	planned(db, a, s, "USING COVERING INDEX things_seq");
	sqlite3_close(db);
}

TESTS(T(along_the_key), T(along_an_index))
