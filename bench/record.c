/* bench record: durable small commits a second, with 1, 8 and 32 writers, and beside each what a bare SQLite loop needs to write the very
 * same rows in the same groups (same schema, same file system, WAL, synchronous=FULL). A commit is one Task of about 700 bytes, with
 * its index rows; it counts when record_commit has returned. Lines "record.key value"; the headline ratio, at 32 writers, last. */
#include "record/record.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATIENTS = 200, WRITERS_MAX = 32, TABLES_MAX = 16, COLUMNS_MAX = 20, GROUPS_MAX = 200000 };
#define BENCH_US (2500 * 1000)

static const caller who = {.actor = {"PractitionerRole/sek-a", 22}, .purpose = {"HADMIN", 6}, .scope = {"*", 1}};

/* ---- where the groups end: the row id of the last resource each transaction wrote ---- */

static int64_t group_ends[GROUPS_MAX];
static int group_count;

static int note_group(void *db)
{
	int64_t last = sqlite3_last_insert_rowid(db);
	if (group_count < GROUPS_MAX && (group_count == 0 || group_ends[group_count - 1] != last))
		group_ends[group_count++] = last;
	return 0;
}

static int hook_connection(sqlite3 *db, const char **why, const struct sqlite3_api_routines *api)
{
	(void)why, (void)api;
	if (!sqlite3_db_readonly(db, "main")) sqlite3_commit_hook(db, note_group, db);
	return SQLITE_OK;
}

/* ---- the record ---- */

static void stop(const char *what, const issues *sink)
{
	fprintf(stderr, "bench record: %s\n", what);
	for (const issue *i = sink ? sink->first : NULL; i; i = i->next) {
		text line = issue_line(sink->arena, i, LANGUAGE_EN);
		fprintf(stderr, "  %.*s\n", TEXT_ARG(line));
	}
	exit(1);
}

static void write_one(record *r, arena *a, text type, text id, text json)
{
	issues sink = {.arena = a};
	doc d;
	written out;
	if (!json_parse_resource(a, json, TEXT(""), &sink, &d)) stop("parse", &sink);
	write_op w = {.method = id.len ? WRITE_UPDATE : WRITE_CREATE, .resource = &d, .type = type, .id = id};
	if (!record_commit(r, &who, &w, 1, a, &sink, &out)) stop("commit", &sink);
}

static text task_json(arena *a, int64_t n)
{
	int patient = (int)(n * 7919 % PATIENTS), minute = (int)(n % 60), day_of_month = 1 + (int)(n / 60 % 28);
	return text_format(
	    a,
	    "{\"resourceType\":\"Task\",\"identifier\":[{\"system\":\"urn:bench:task\",\"value\":\"B%07d\"}],"
	    "\"status\":\"requested\","
	    "\"intent\":\"order\",\"code\":{\"coding\":[{\"system\":\"urn:limen:task\",\"code\":\"forvisitering\","
	    "\"display\":\"Forvisitering\"}]},"
	    "\"description\":\"Forvisiter "
	    "henvisningen\",\"focus\":{\"reference\":\"ServiceRequest/s%d\"},\"for\":{\"reference\":\"Patient/p%d\"},"
	    "\"authoredOn\":\"2026-03-%02dT10:%02d:00+01:00\",\"restriction\":{\"period\":{\"end\":\"2026-04-%02dT00:"
	    "00:00+02:00\"}},"
	    "\"owner\":{\"reference\":\"PractitionerRole/"
	    "sek-%d\"},\"performerType\":[{\"coding\":[{\"system\":\"urn:limen:role\",\"code\":"
	    "\"secretary\"}]}]}",
	    (int)n, patient, patient, day_of_month, minute, day_of_month, (int)(n % 20));
}

typedef struct bench_writer {
	record *record;
	atomic_llong *next;
	int64_t until, done;
} bench_writer;

static void *write_until(void *self)
{
	bench_writer *w = self;
	world *clock_of = world_real();
	arena *a = arena_new(64 * MIB);
	while (clock_of->monotonic(clock_of) < w->until) {
		write_one(w->record, a, TEXT("Task"), TEXT(""), task_json(a, atomic_fetch_add(w->next, 1)));
		w->done++;
		arena_reset(a);
	}
	arena_free(a);
	return NULL;
}

/* What the tasks refer to, and one task, so that types, terms and targets are there. */
static void preload(record *r)
{
	arena *a = arena_new(64 * MIB);
	for (int i = 0; i < PATIENTS; i++) {
		text id = text_format(a, "p%d", i);
		write_one(r, a, TEXT("Patient"), id,
			  text_format(a, "{\"resourceType\":\"Patient\",\"id\":\"p%d\",\"gender\":\"female\"}", i));
	}
	for (int i = 0; i < PATIENTS; i++) write_one(r, a, TEXT("Task"), TEXT(""), task_json(a, i));
	arena_free(a);
}

static double run_record(arena *a, const char *file, int writers, int64_t *preloaded)
{
	issues sink = {.arena = a};
	world *clock_of = world_real();
	record_options o = {.file = text_of(file), .world = clock_of};
	record *r = record_open(a, &o, &sink);
	if (!r) stop("open", &sink);
	preload(r);
	*preloaded = group_ends[group_count - 1];
	group_count = 0;
	atomic_llong next = PATIENTS;
	pthread_t threads[WRITERS_MAX];
	bench_writer each[WRITERS_MAX];
	int64_t start = clock_of->monotonic(clock_of), total = 0;
	for (int i = 0; i < writers; i++) {
		each[i] = (bench_writer){.record = r, .next = &next, .until = start + BENCH_US};
		pthread_create(&threads[i], NULL, write_until, &each[i]);
	}
	for (int i = 0; i < writers; i++) {
		pthread_join(threads[i], NULL);
		total += each[i].done;
	}
	int64_t took = clock_of->monotonic(clock_of) - start;
	record_close(r);
	return (double)total * 1e6 / (double)took;
}

/* ---- the bare loop: the rows read back from the record's file, by the resource they belong to ---- */

typedef struct bare_row {
	int64_t rid;
	sqlite3_value *values[COLUMNS_MAX];
} bare_row;

typedef struct bare_table {
	char name[64];
	int columns, rid_column;
	sqlite3_stmt *insert;
	bare_row *rows;
	int64_t count, at;
} bare_table;

typedef struct bare {
	sqlite3 *from, *to;
	bare_table tables[TABLES_MAX];
	int table_count;
} bare;

static void run_sql(sqlite3 *db, const char *sql)
{
	char *why = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK) return;
	fprintf(stderr, "%s: %s\n", sql, why);
	exit(1);
}

static int copy_schema(void *to, int n, char **values, char **names)
{
	(void)n, (void)names;
	run_sql(to, values[0]);
	return 0;
}

static int by_rid(const void *x, const void *y)
{
	const bare_row *a = x, *b = y;
	return (a->rid > b->rid) - (a->rid < b->rid);
}

/* log and resource carry the rid themselves; a body belongs to the rid of its log row. */
static void load_table(bare *b, const char *name)
{
	char sql[600];
	bare_table *t = &b->tables[b->table_count++];
	snprintf(t->name, sizeof t->name, "%s", name);
	bool is_body = strcmp(name, "body") == 0;
	snprintf(sql, sizeof sql,
		 is_body ? "SELECT body.*, log.rid FROM body JOIN log USING (seq)"
			 : "SELECT *, rid FROM %s WHERE rid IS NOT NULL",
		 name);
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(b->from, sql, -1, &s, NULL) != SQLITE_OK) stop(sqlite3_errmsg(b->from), NULL);
	t->columns = sqlite3_column_count(s) - 1;
	int64_t cap = 0;
	while (sqlite3_step(s) == SQLITE_ROW) {
		if (t->count == cap) {
			cap = cap ? cap * 2 : 1024;
			t->rows = realloc(t->rows, (size_t)cap * sizeof *t->rows);
		}
		bare_row *row = &t->rows[t->count++];
		row->rid = sqlite3_column_int64(s, t->columns);
		for (int i = 0; i < t->columns; i++) row->values[i] = sqlite3_value_dup(sqlite3_column_value(s, i));
	}
	sqlite3_finalize(s);
	qsort(t->rows, (size_t)t->count, sizeof *t->rows, by_rid);
	int n = snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (?", name);
	for (int i = 1; i < t->columns; i++) n += snprintf(sql + n, sizeof sql - (size_t)n, ",?");
	snprintf(sql + n, sizeof sql - (size_t)n, ")");
	if (sqlite3_prepare_v2(b->to, sql, -1, &t->insert, NULL) != SQLITE_OK) stop(sqlite3_errmsg(b->to), NULL);
}

static void write_upto(bare *b, int64_t rid)
{
	for (int k = 0; k < b->table_count; k++) {
		bare_table *t = &b->tables[k];
		for (; t->at < t->count && t->rows[t->at].rid <= rid; t->at++) {
			for (int i = 0; i < t->columns; i++)
				sqlite3_bind_value(t->insert, i + 1, t->rows[t->at].values[i]);
			if (sqlite3_step(t->insert) != SQLITE_DONE) stop(sqlite3_errmsg(b->to), NULL);
			sqlite3_reset(t->insert);
		}
	}
}

static void bare_open(bare *b, const char *from, const char *to)
{
	static const char *const names[] = {"log",     "body",    "resource",  "ix_token",     "ix_string",
					    "ix_date", "ix_span", "ix_number", "ix_reference", "ix_uri"};
	*b = (bare){0};
	if (sqlite3_open(from, &b->from) != SQLITE_OK || sqlite3_open(to, &b->to) != SQLITE_OK) stop("bare open", NULL);
	run_sql(b->to, "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA temp_store=MEMORY;PRAGMA "
		       "cache_size=-16384;PRAGMA wal_autocheckpoint=2000");
	sqlite3_exec(b->from, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid", copy_schema, b->to,
		     NULL);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) load_table(b, names[i]);
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

static double run_bare(const char *from, const char *to, int64_t preloaded, double *rows_per_commit)
{
	bare b;
	world *clock_of = world_real();
	int groups = group_count;
	bare_open(&b, from, to);
	run_sql(b.to, "BEGIN IMMEDIATE");
	write_upto(&b, preloaded);
	run_sql(b.to, "COMMIT;PRAGMA wal_checkpoint(TRUNCATE)");
	int64_t log_before = b.tables[0].at, rows = -sqlite3_total_changes64(b.to);
	int64_t start = clock_of->monotonic(clock_of);
	for (int g = 0; g < groups; g++) {
		run_sql(b.to, "BEGIN IMMEDIATE");
		write_upto(&b, group_ends[g]);
		run_sql(b.to, "COMMIT");
	}
	int64_t took = clock_of->monotonic(clock_of) - start, commits = b.tables[0].at - log_before;
	rows += sqlite3_total_changes64(b.to);
	*rows_per_commit = (double)rows / (double)commits;
	bare_close(&b);
	return (double)commits * 1e6 / (double)took;
}

/* ---- the whole ---- */

static void remove_files(const char *folder)
{
	static const char *const names[] = {"record.db", "record.db-wal", "record.db-shm",
					    "bare.db",   "bare.db-wal",   "bare.db-shm"};
	char gone[300];
	for (int i = 0; i < 6; i++) {
		snprintf(gone, sizeof gone, "%s/%s", folder, names[i]);
		unlink(gone);
	}
}

static double measure(const char *folder, int writers)
{
	char file[300], bare_file[300];
	arena *a = arena_new(PROCESS_ARENA_MAX);
	int64_t preloaded;
	double rows;
	snprintf(file, sizeof file, "%s/record.db", folder);
	snprintf(bare_file, sizeof bare_file, "%s/bare.db", folder);
	group_count = 0;
	double ours = run_record(a, file, writers, &preloaded);
	int groups = group_count;
	struct stat st = {0};
	stat(file, &st);
	double theirs = run_bare(file, bare_file, preloaded, &rows);
	printf("record.commits_per_s_%d %.0f\n", writers, ours);
	printf("record.bare_commits_per_s_%d %.0f\n", writers, theirs);
	printf("record.commits_per_group_%d %.1f\n", writers, ours * BENCH_US / 1e6 / groups);
	if (writers == WRITERS_MAX) {
		printf("record.rows_per_commit %.1f\n", rows);
		printf("record.bytes_per_commit %.0f\n", (double)st.st_size / (ours * BENCH_US / 1e6));
	}
	remove_files(folder);
	arena_free(a);
	return ours / theirs;
}

int main(void)
{
	struct stat st;
	char folder[] = "build/bench-XXXXXX", here[] = "bench-XXXXXX";
	const char *made = mkdtemp(stat("build", &st) == 0 ? folder : here);
	if (!made) stop("no place for the database", NULL);
	sqlite3_auto_extension((void (*)(void))hook_connection);
	double one = measure(made, 1), eight = measure(made, 8), most = measure(made, WRITERS_MAX);
	rmdir(made);
	printf("record.ratio_bare_sqlite_1 %.2f\n", one);
	printf("record.ratio_bare_sqlite_8 %.2f\n", eight);
	printf("record.ratio_bare_sqlite %.2f\n", most);
	return 0;
}
