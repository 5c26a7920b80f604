/* store.h: tables with typed columns, kept durably; verbs, not SQL, above this line.
 *
 * Each floor declares its tables as constants and hands them to store_open, which creates them and migrates forward. A row is an
 * array of cells in the order of the columns. The first `key_columns` columns are the primary key. Scans run along the key or an
 * index, in order, by prefix and range, and see one snapshot. Texts and bytes sort by their bytes. A row whose first column of an
 * index is NULL is not met along that index; where the first is not NULL, none of the index's columns may be.
 *
 * SQLite (WAL, synchronous=FULL) is the first engine, PostgreSQL the second, behind driver.h; the verbs and what they answer are the
 * same on both.
 *
 * Threads: one writer (store_write_*), many readers, each reader with a `snapshot` of its own from the pool. A snapshot sees
 * one committed state from begin to end. What a verb returns lives in the arena given to it.
 *
 * Wrong: a row that breaks a unique key is an answer (STORE_EXISTS). A full disk, a read-only file, a corrupt page is an
 * issue (STORE_* failures) and the write is rolled back whole. SQL errors that are our own bug assert.
 */
#ifndef LIMEN_STORE_H
#define LIMEN_STORE_H

#include "base/base.h"

typedef enum cell_kind { CELL_NULL, CELL_INT, CELL_TEXT, CELL_BYTES } cell_kind;
typedef struct cell {
	cell_kind kind;
	int64_t integer;
	text text; /* CELL_TEXT, CELL_BYTES */
} cell;
#define INT_CELL(n) ((cell){.kind = CELL_INT, .integer = (n)})
#define TEXT_CELL(t) ((cell){.kind = CELL_TEXT, .text = (t)})
#define BYTES_CELL(t) ((cell){.kind = CELL_BYTES, .text = (t)})
#define NULL_CELL ((cell){0})

typedef struct column {
	const char *name;
	cell_kind kind;
} column;

enum { TABLE_COLUMNS_MAX = 20, TABLE_INDEXES_MAX = 4 };
typedef struct table_index {
	const char *name;
	bool unique;
	int columns[TABLE_COLUMNS_MAX]; /* numbers of columns, in order */
	int column_count;
} table_index;

typedef struct table {
	const char *name;
	column columns[TABLE_COLUMNS_MAX];
	int column_count;
	int key_columns;
	int packed;   /* the column whose large texts are compressed, in no key and no index; 0: none */
	bool rowid;   /* key is one integer column: kept as the row id */
	bool derived; /* computed from the log: store_clear may empty it */
	table_index indexes[TABLE_INDEXES_MAX];
	int index_count;
} table;

typedef struct store store;
typedef struct snapshot snapshot; /* a reader: one state of the store */
typedef struct writing writing;   /* the one write transaction */

typedef enum store_result { STORE_OK, STORE_NOT_FOUND, STORE_EXISTS, STORE_FAILED } store_result;

typedef struct store_options {
	text
	    file; /* SQLite: a path; ":memory:" in tests: a file of its own in memory, gone at close. PostgreSQL: postgresql://… */
	text claim; /* what the writer goes by, e.g. a digest of its content; empty: it claims nothing. See below */
	const char *vfs;                          /* NULL: the default; tests give one that drops unsynced writes */
	int schema_version;                       /* of the program: a newer file is refused, an older one migrated */
	const struct store_migration *migrations; /* in ascending order of `version` */
	int migration_count;
	const table *const *tables;
	int table_count;
	text dictionary; /* what packed columns are compressed with, as zstd trains one; empty: they are not */
	bool read_only;  /* nothing is written */
	bool
	    as_is; /* the file must be there, with these tables; none is made or moved to another shape. So too if read_only */
} store_options;

/* A step from an older file to a newer one. Derived tables need none: one whose definition changed is made anew, empty, and
 * store_fresh says so. Recorded tables change only by a step: SQL that both engines read. */
typedef struct store_migration {
	int version; /* the version after the step */
	const char *sql;
} store_migration;

store *store_open(arena *a, const store_options *options, issues *sink); /* NULL: refused */
/* Derived tables were made (again) at this open, beside recorded ones that were there: they must be computed. */
bool store_fresh(const store *s);
void store_close(store *s);

/* One process writes: store_open claims the store with a note, until store_close, and is refused (STORE_IN_USE) where another has. One
 * that opens it as it is beside a writer must bring the same note, or it is refused (STORE_OTHER_CONTENT). */

/* What names a store, fit to be shown: without a password. */
text store_target_shown(arena *a, text file);
bool store_is_file(text file); /* else a server keeps it */
bool store_exists(arena *a, text file, bool *exists, issues *sink);
bool store_discard(arena *a, text file,
		   issues *sink); /* all of it; fine where there is none. Nobody may have it open */

/* Readers. Many at once, each used by one thread at a time. */
snapshot *store_snapshot(store *s, issues *sink);
void store_release(snapshot *r);

/* The writer. store_write_begin starts; every verb below that takes `writing` belongs between. Savepoints nest one deep. */
writing *store_write_begin(store *s, issues *sink);
bool store_write_commit(writing *w, issues *sink); /* true: durable. false: nothing of it happened */
void store_write_rollback(writing *w);
bool store_savepoint(writing *w, issues *sink);
bool store_savepoint_keep(writing *w, issues *sink);
void store_savepoint_undo(writing *w);
snapshot *store_writing_snapshot(writing *w); /* reads that see what this transaction wrote */
bool snapshot_is_writing(const snapshot *r);  /* it may show what will be rolled back */
/* So many bytes, zero at first, that stay with the connection from snapshot to snapshot: what a floor above has learnt and need not ask
 * again. One thread's at a time. One floor's, always of the same size. */
void *store_beside(snapshot *r, size_t bytes);
/* False: the engine gave the transaction up by itself (a full disk may do that); only rollback is left. */
bool store_write_alive(const writing *w);
int64_t store_changes(const writing *w); /* rows written since the store was opened; for "did anything change?" */
/* Housekeeping of the engine that can wait until the answers are out (SQLite: moving the WAL into the file). Writer's thread. */
void store_tidy(store *s);

/* add: insert, set: put, where the caller knows that no other row is in the way; nobody waits for the answer, and a failure may come
 * with a later verb or the commit. */
store_result store_add(writing *w, const table *t, const cell *row, issues *sink);
store_result store_set(writing *w, const table *t, const cell *row, issues *sink);
store_result store_insert(writing *w, const table *t, const cell *row,
			  issues *sink); /* STORE_EXISTS where the key is taken */
store_result store_put(writing *w, const table *t, const cell *row, issues *sink); /* insert or replace */
store_result store_delete(writing *w, const table *t, const cell *key, int key_cells,
			  issues *sink);                            /* all rows with this key prefix */
store_result store_clear(writing *w, const table *t, issues *sink); /* derived tables only */

store_result store_get(snapshot *r, const table *t, const cell *key, arena *a, cell *row, issues *sink);

/* The same by a unique index, with a cell for each of its columns. */
store_result store_find(snapshot *r, const table *t, int index, const cell *key, arena *a, cell *row, issues *sink);
/* The row of a rowid table with the greatest key, or STORE_NOT_FOUND. */
store_result store_last(snapshot *r, const table *t, arena *a, cell *row, issues *sink);

/* A scan: rows in the order of the primary key (index = -1) or of an index, that match `prefix` on its first columns and lie in
 * [low, high) or (low, high] … on the column after. */
typedef struct scan_options {
	int index; /* -1: primary key */
	const cell *prefix;
	int prefix_cells;
	const cell *low; /* NULL: open. On the column after the prefix */
	bool low_excluded;
	const cell *high; /* NULL: open */
	bool high_included;
	bool descending;
	const cell *after; /* NULL, or a whole index key + primary key to continue strictly after (keyset paging) */
	int after_cells;
	int64_t limit; /* 0: none */
	bool *cut;     /* store_collect: whether the limit left rows out; NULL: not asked */
} scan_options;
typedef struct scan scan;
scan *store_scan(snapshot *r, const table *t, const scan_options *options, arena *a, issues *sink);
/* The next row, its texts good until the next call. False: the end, or an issue in the sink. */
bool scan_next(scan *s, cell *row, issues *sink);
void scan_close(scan *s);

int64_t store_count(snapshot *r, const table *t, const scan_options *options, issues *sink);

/* Sorted sets of integers from scans, for search: the values of `value_column` in rows that match, ascending and without
 * doubles, of at most `limit` rows. The record combines them (and, or, not). */
bool store_collect(snapshot *r, const table *t, const scan_options *options, int value_column, arena *a, int64_t **out,
		   int64_t *count, issues *sink);

/* Copies a file, as one state and whole, into a new one, while others may write to it. Durable when it returns. */
bool store_copy(text from, text to, issues *sink);

/* The engine's own check of the file: true where it finds nothing. */
bool store_integrity(snapshot *r, issues *sink);

#endif
