/* bench record: durable small commits a second, with 1, 8 and 32 writers, and beside each what a bare SQLite loop needs to write the very
 * same rows in the same groups (same schema, same file system, WAL, synchronous=FULL). A commit is one Task of about 700 bytes, with
 * its index rows; it counts when record_commit has returned. Where LIMEN_ENGINE names a PostgreSQL (tools/postgres), the same there,
 * beside what its own disk allows: the smallest commits a second of one connection. Lines "record.key value"; the headline ratio, at
 * 32 writers, last. */
#define LIMEN_OS /* reads LIMEN_ENGINE */
/* First: one of its macros mentions what base/ bans. */
#include <postgresql/libpq-fe.h>

#include "bench/bare.h"
#include "record/record.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATIENTS = 200, WRITERS_MAX = 32 };
#define BENCH_US (2500 * 1000)

static const caller who = {.actor = {"PractitionerRole/sek-a", 22}, .purpose = {"HADMIN", 6}, .scope = {"*", 1}};

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

static double run_record(arena *a, const char *file, int writers, int *preloaded)
{
	issues sink = {.arena = a};
	world *clock_of = world_real();
	record_options o = {.file = text_of(file), .world = clock_of};
	record *r = record_open(a, &o, &sink);
	if (!r) stop("open", &sink);
	preload(r);
	*preloaded = bare_group_count;
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
	int preloaded;
	snprintf(file, sizeof file, "%s/record.db", folder);
	snprintf(bare_file, sizeof bare_file, "%s/bare.db", folder);
	bare_watch();
	double ours = run_record(a, file, writers, &preloaded);
	bare_watch_ends();
	struct stat st = {0};
	stat(file, &st);
	bare_report bare = bare_run(file, bare_file, preloaded);
	double theirs = (double)bare.versions * 1e6 / (double)bare.us;
	printf("record.commits_per_s_%d %.0f\n", writers, ours);
	printf("record.bare_commits_per_s_%d %.0f\n", writers, theirs);
	printf("record.commits_per_group_%d %.1f\n", writers, (double)bare.versions / bare.groups);
	if (writers == WRITERS_MAX) {
		printf("record.rows_per_commit %.1f\n", (double)bare.rows / (double)bare.versions);
		printf("record.bytes_per_commit %.0f\n", (double)st.st_size / (double)bare.versions);
	}
	remove_files(folder);
	arena_free(a);
	return ours / theirs;
}

/* ---- the same on PostgreSQL ---- */

static PGresult *said(PGconn *pg, const char *sql)
{
	PGresult *r = PQexec(pg, sql);
	ExecStatusType status = PQresultStatus(r);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) stop(PQerrorMessage(pg), NULL);
	return r;
}

static double smallest_commits(PGconn *pg)
{
	world *clock_of = world_real();
	PQclear(said(pg, "CREATE TABLE bench_smallest(n int)"));
	int64_t start = clock_of->monotonic(clock_of), now = start;
	int n = 0;
	for (; now < start + BENCH_US / 2; now = clock_of->monotonic(clock_of), n++)
		PQclear(said(pg, "INSERT INTO bench_smallest VALUES (1)"));
	PQclear(said(pg, "DROP TABLE bench_smallest"));
	return n * 1e6 / (double)(now - start);
}

static void measure_there(const char *engine, int writers)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	PGconn *pg = PQconnectdb(engine);
	PQclear(said(pg, "SET client_min_messages=error"));
	char *schema = text_z(a, text_format(a, "bench_%d", writers));
	PQclear(said(pg, text_z(a, text_format(a, "CREATE SCHEMA %s", schema))));
	int preloaded;
	double ours = run_record(a, text_z(a, text_format(a, "%s&options=-csearch_path%%3D%s", engine, schema)),
				 writers, &preloaded);
	printf("record.pg_commits_per_s_%d %.0f\n", writers, ours);
	if (writers == WRITERS_MAX) {
		PGresult *r = said(pg, text_z(a, text_format(a,
							     "SELECT (SELECT sum(pg_total_relation_size(c.oid)) FROM "
							     "pg_class c WHERE relkind='r' AND relnamespace='%s'"
							     "::regnamespace)::bigint / count(*) FROM %s.body",
							     schema, schema)));
		printf("record.pg_bytes_per_commit %s\n", PQgetvalue(r, 0, 0));
		PQclear(r);
		printf("record.pg_smallest_commits_per_s %.0f\n", smallest_commits(pg));
	}
	PQclear(said(pg, text_z(a, text_format(a, "DROP SCHEMA %s CASCADE", schema))));
	PQfinish(pg);
	arena_free(a);
}

int main(void)
{
	const char *engine = getenv("LIMEN_ENGINE");
	static const int numbers[] = {1, 8, WRITERS_MAX};
	for (int i = 0; engine && i < 3; i++) measure_there(engine, numbers[i]);
	struct stat st;
	char folder[] = "build/bench-XXXXXX", here[] = "bench-XXXXXX";
	const char *made = mkdtemp(stat("build", &st) == 0 ? folder : here);
	if (!made) stop("no place for the database", NULL);
	double one = measure(made, 1), eight = measure(made, 8), most = measure(made, WRITERS_MAX);
	rmdir(made);
	printf("record.ratio_bare_sqlite_1 %.2f\n", one);
	printf("record.ratio_bare_sqlite_8 %.2f\n", eight);
	printf("record.ratio_bare_sqlite %.2f\n", most);
	return 0;
}
