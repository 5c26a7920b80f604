/* bare.h: the named peer of the record's benches: a bare SQLite loop that inserts the very rows a record's file holds, in the groups in
 * which the record committed them, with its schema and settings. The rows are read back into memory first; bodies plain, as the record
 * was given them: packing is the record's own work.
 *
 *     bare_watch();            before the record is opened: notes where each transaction ended
 *     … the record works, and is closed …
 *     bare_run(file, to, from_group, &report);
 *
 * A resource's rows go in with the last log row that wrote it. Included by the bench that measures, once. */
#ifndef LIMEN_BENCH_BARE_H
#define LIMEN_BENCH_BARE_H

#include "base/base.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { BARE_TABLES_MAX = 24, BARE_COLUMNS_MAX = 20, BARE_GROUPS_MAX = 400000 };

/* ---- where the groups end: the last log row each transaction wrote ---- */

static int64_t bare_group_ends[BARE_GROUPS_MAX];
static int bare_group_count;
static int64_t bare_log_row;

static void bare_note_row(void *unused, int op, const char *db, const char *table, sqlite3_int64 row)
{
	(void)unused, (void)op, (void)db;
	if (strcmp(table, "log") == 0) bare_log_row = row;
}

static int bare_note_group(void *unused)
{
	(void)unused;
	bool moved = bare_group_count == 0 || bare_group_ends[bare_group_count - 1] != bare_log_row;
	if (moved && bare_group_count < BARE_GROUPS_MAX) bare_group_ends[bare_group_count++] = bare_log_row;
	return 0;
}

static int bare_hook(sqlite3 *db, const char **why, const struct sqlite3_api_routines *api)
{
	(void)why, (void)api;
	if (sqlite3_db_readonly(db, "main")) return SQLITE_OK;
	sqlite3_commit_hook(db, bare_note_group, NULL);
	sqlite3_update_hook(db, bare_note_row, NULL);
	return SQLITE_OK;
}

static void bare_watch(void)
{
	bare_group_count = 0;
	bare_log_row = 0;
	sqlite3_auto_extension((void (*)(void))bare_hook);
}

static void bare_watch_ends(void)
{
	sqlite3_cancel_auto_extension((void (*)(void))bare_hook);
}

/* ---- the rows ---- */

typedef struct bare_row {
	int64_t seq;
	sqlite3_value *values[BARE_COLUMNS_MAX];
} bare_row;

typedef struct bare_table {
	char name[64];
	int columns;
	sqlite3_stmt *insert;
	bare_row *rows;
	int64_t count, at;
} bare_table;

typedef struct bare {
	sqlite3 *from, *to;
	bare_table tables[BARE_TABLES_MAX];
	int table_count;
} bare;

static void bare_stop(const char *what, const char *why)
{
	fprintf(stderr, "bench: %s: %s\n", what, why);
	exit(1);
}

static void bare_sql(sqlite3 *db, const char *sql)
{
	char *why = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) bare_stop(sql, why);
}

static int bare_copy_schema(void *to, int n, char **values, char **names)
{
	(void)n, (void)names;
	bare_sql(to, values[0]);
	return 0;
}

static int bare_by_seq(const void *x, const void *y)
{
	const bare_row *a = x, *b = y;
	return (a->seq > b->seq) - (a->seq < b->seq);
}

static bool bare_has_column(sqlite3 *db, const char *table, const char *column)
{
	return sqlite3_table_column_metadata(db, NULL, table, column, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
}

/* All of a table with the log row each row belongs to: its own, or its resource's last. False: it belongs to none. */
static bool bare_select(sqlite3 *db, const char *table, char *sql, size_t size)
{
	if (strcmp(table, "body") == 0) return snprintf(sql, size, "SELECT seq, unpacked(json), seq FROM body") > 0;
	if (bare_has_column(db, table, "seq"))
		snprintf(sql, size, "SELECT *, coalesce(seq, 0) FROM \"%s\"", table);
	else if (bare_has_column(db, table, "rid"))
		snprintf(sql, size,
			 "SELECT t.*, coalesce(r.seq, 0) FROM \"%s\" t LEFT JOIN resource r ON r.rid = t.rid", table);
	else
		return false;
	return true;
}

static void bare_read_rows(bare_table *t, sqlite3_stmt *s)
{
	int64_t cap = 0;
	while (sqlite3_step(s) == SQLITE_ROW) {
		if (t->count == cap) {
			cap = cap ? cap * 2 : 1024;
			t->rows = realloc(t->rows, (size_t)cap * sizeof *t->rows);
			if (!t->rows) bare_stop(t->name, "memory");
		}
		bare_row *row = &t->rows[t->count++];
		row->seq = sqlite3_column_int64(s, t->columns);
		for (int i = 0; i < t->columns; i++) row->values[i] = sqlite3_value_dup(sqlite3_column_value(s, i));
	}
	qsort(t->rows, (size_t)t->count, sizeof *t->rows, bare_by_seq);
}

/* unpacked(x): a body as it was before the store packed it. */
static void bare_unpack(sqlite3_context *c, int count, sqlite3_value **values)
{
	const void *kept = sqlite3_value_blob(values[0]);
	size_t length = (size_t)sqlite3_value_bytes(values[0]);
	ZSTD_DDict *dictionary = sqlite3_user_data(c);
	(void)count;
	if (length < 4 || memcmp(kept, "\x28\xb5\x2f\xfd", 4) != 0) {
		sqlite3_result_value(c, values[0]);
		return;
	}
	size_t room = (size_t)ZSTD_getFrameContentSize(kept, length);
	char *plain = malloc(room);
	ZSTD_DCtx *unpacks = ZSTD_createDCtx();
	size_t n = ZSTD_decompress_usingDDict(unpacks, plain, room, kept, length, dictionary);
	if (n != room) bare_stop("a body", ZSTD_getErrorName(n));
	sqlite3_result_text64(c, plain, room, free, SQLITE_UTF8);
	ZSTD_freeDCtx(unpacks);
}

static void bare_free_dictionary(void *dictionary)
{
	ZSTD_freeDDict(dictionary);
}

static void bare_unpacks(sqlite3 *db)
{
	sqlite3_stmt *s;
	ZSTD_DDict *dictionary = NULL;
	if (sqlite3_prepare_v2(db, "SELECT bytes FROM store_dictionary", -1, &s, NULL) != SQLITE_OK)
		bare_stop("store_dictionary", sqlite3_errmsg(db));
	if (sqlite3_step(s) == SQLITE_ROW)
		dictionary = ZSTD_createDDict(sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0));
	sqlite3_finalize(s);
	sqlite3_create_function_v2(db, "unpacked", 1, SQLITE_UTF8, dictionary, bare_unpack, NULL, NULL,
				   bare_free_dictionary);
}

static void bare_load_table(bare *b, const char *name)
{
	char sql[600];
	sqlite3_stmt *s;
	if (!bare_select(b->from, name, sql, sizeof sql)) return;
	if (b->table_count == BARE_TABLES_MAX) bare_stop(name, "one table too many");
	bare_table *t = &b->tables[b->table_count++];
	snprintf(t->name, sizeof t->name, "%s", name);
	if (sqlite3_prepare_v2(b->from, sql, -1, &s, NULL) != SQLITE_OK) bare_stop(sql, sqlite3_errmsg(b->from));
	t->columns = sqlite3_column_count(s) - 1;
	bare_read_rows(t, s);
	sqlite3_finalize(s);
	int n = snprintf(sql, sizeof sql, "INSERT INTO \"%s\" VALUES (?", name);
	for (int i = 1; i < t->columns; i++) n += snprintf(sql + n, sizeof sql - (size_t)n, ",?");
	snprintf(sql + n, sizeof sql - (size_t)n, ")");
	if (sqlite3_prepare_v2(b->to, sql, -1, &t->insert, NULL) != SQLITE_OK) bare_stop(sql, sqlite3_errmsg(b->to));
}

static void bare_open(bare *b, const char *from, const char *to)
{
	sqlite3_stmt *tables;
	*b = (bare){0};
	if (sqlite3_open(from, &b->from) != SQLITE_OK || sqlite3_open(to, &b->to) != SQLITE_OK)
		bare_stop(from, "cannot be opened");
	bare_sql(b->to,
		 "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA temp_store=MEMORY;PRAGMA cache_size=-16384;"
		 "PRAGMA wal_autocheckpoint=2000");
	bare_unpacks(b->from);
	sqlite3_exec(b->from,
		     "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
		     bare_copy_schema, b->to, NULL);
	sqlite3_prepare_v2(b->from, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
			   -1, &tables, NULL);
	while (sqlite3_step(tables) == SQLITE_ROW) bare_load_table(b, (const char *)sqlite3_column_text(tables, 0));
	sqlite3_finalize(tables);
}

static void bare_close(bare *b)
{
	for (int k = 0; k < b->table_count; k++) {
		bare_table *t = &b->tables[k];
		for (int64_t i = 0; i < t->count; i++)
			for (int c = 0; c < t->columns; c++) sqlite3_value_free(t->rows[i].values[c]);
		free(t->rows);
		sqlite3_finalize(t->insert);
	}
	sqlite3_close(b->from);
	sqlite3_close(b->to);
}

/* ---- the loop ---- */

static void bare_write_upto(bare *b, int64_t seq)
{
	for (int k = 0; k < b->table_count; k++) {
		bare_table *t = &b->tables[k];
		for (; t->at < t->count && t->rows[t->at].seq <= seq; t->at++) {
			for (int i = 0; i < t->columns; i++)
				sqlite3_bind_value(t->insert, i + 1, t->rows[t->at].values[i]);
			if (sqlite3_step(t->insert) != SQLITE_DONE) bare_stop(t->name, sqlite3_errmsg(b->to));
			sqlite3_reset(t->insert);
		}
	}
}

static int64_t bare_log_rows(const bare *b)
{
	for (int k = 0; k < b->table_count; k++)
		if (strcmp(b->tables[k].name, "log") == 0) return b->tables[k].at;
	return 0;
}

typedef struct bare_report {
	int64_t us;       /* microseconds the groups took */
	int64_t versions; /* log rows in them */
	int64_t rows;     /* all rows in them */
	int groups;
} bare_report;

/* Writes the groups before `from_group` in one go and unmeasured, then measures the rest. */
static bare_report bare_run(const char *from, const char *to, int from_group)
{
	bare b;
	bare_report r = {0};
	world *clock_of = world_real();
	bare_open(&b, from, to);
	bare_sql(b.to, "BEGIN IMMEDIATE");
	bare_write_upto(&b, from_group > 0 ? bare_group_ends[from_group - 1] : 0);
	bare_sql(b.to, "COMMIT;PRAGMA wal_checkpoint(TRUNCATE)");
	r.versions = -bare_log_rows(&b);
	r.rows = -sqlite3_total_changes64(b.to);
	int64_t start = clock_of->monotonic(clock_of);
	for (int g = from_group; g < bare_group_count; g++, r.groups++) {
		bare_sql(b.to, "BEGIN IMMEDIATE");
		bare_write_upto(&b, bare_group_ends[g]);
		bare_sql(b.to, "COMMIT");
	}
	r.us = clock_of->monotonic(clock_of) - start;
	r.versions += bare_log_rows(&b);
	r.rows += sqlite3_total_changes64(b.to);
	bare_close(&b);
	return r;
}

#endif
