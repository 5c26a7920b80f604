#define LIMEN_OS /* tests read their environment */
#include <postgresql/libpq-fe.h>

#include "harness.h"

#include <dirent.h>
#include <ftw.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int skips;
static arena *arenas[512];
static int arena_count;
static char *folders[128];
static int folder_count;

arena *test_arena(void)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	if (arena_count < (int)(sizeof arenas / sizeof *arenas)) arenas[arena_count++] = a;
	return a;
}

void harness_skip(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fputs("SKIP ", stdout);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
	skips++;
}

void harness_text(text actual, text expected, const char *file, int line)
{
	if (text_equal(actual, expected)) return;
	print_error("expected: %.*s\nactual:   %.*s\n", TEXT_ARG(expected), TEXT_ARG(actual));
	_fail(file, line);
}

const char *shared_path(const char *below)
{
	static char path[4096];
	const char *root = getenv("LIMEN_SHARED");
	snprintf(path, sizeof path, "%s/%s", root ? root : "../shared", below);
	return access(path, R_OK) == 0 ? path : NULL;
}

text read_file(arena *a, const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f) fail_msg("cannot read %s", path);
	fseek(f, 0, SEEK_END);
	int64_t len = ftell(f);
	rewind(f);
	char *bytes = arena_bytes(a, len + 1);
	if (fread(bytes, 1, (size_t)len, f) != (size_t)len) fail_msg("cannot read all of %s", path);
	fclose(f);
	return (text){bytes, len};
}

static int by_name(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

int list_files(arena *a, const char *folder, const char *ending, char ***out)
{
	int count = 0, cap = 16384;
	char **paths = ARENA_ARRAY(a, char *, cap);
	DIR *dir = opendir(folder);
	if (!dir) fail_msg("cannot open %s", folder);
	for (struct dirent *e; (e = readdir(dir));) {
		if (e->d_name[0] == '.') continue;
		char *path = text_z(a, text_format(a, "%s/%s", folder, e->d_name));
		struct stat st;
		if (stat(path, &st) != 0) continue;
		if (S_ISDIR(st.st_mode)) {
			char **inner;
			int n = list_files(a, path, ending, &inner);
			for (int i = 0; i < n && count < cap; i++) paths[count++] = inner[i];
		} else if (text_ends(text_of(path), text_of(ending)) && count < cap) {
			paths[count++] = path;
		}
	}
	closedir(dir);
	qsort(paths, (size_t)count, sizeof *paths, by_name);
	*out = paths;
	return count;
}

char *temp_folder(void)
{
	char path[] = "/tmp/limen-test-XXXXXX";
	char *made = mkdtemp(path);
	assert_non_null(made);
	char *kept = strdup(made);
	if (folder_count < (int)(sizeof folders / sizeof *folders)) folders[folder_count++] = kept;
	return kept;
}

bool test_on_postgres(void)
{
	return getenv("LIMEN_ENGINE") != NULL;
}

static text postgres_said(arena *a, const char *where, const char *sql)
{
	PGconn *pg = PQconnectdb(where);
	PQclear(PQexec(pg, "SET client_min_messages=error"));
	PGresult *r = PQexec(pg, sql);
	bool worked = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
	if (!worked) fail_msg("%s: %s", sql, PQerrorMessage(pg));
	text first = PQntuples(r) ? text_copy(a, text_of(PQgetvalue(r, 0, 0))) : (text){0};
	PQclear(r);
	PQfinish(pg);
	return first;
}

text test_said(arena *a, text store, const char *sql)
{
	return postgres_said(a, text_z(a, store), sql);
}

void test_engine(const char *how)
{
	int status = -1;
	pid_t pid = fork();
	if (pid == 0) {
		execl("tools/postgres", "tools/postgres", how, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	if (status != 0) fail_msg("tools/postgres %s", how);
}

void test_sql(arena *a, text store, const char *sql)
{
	char *name = text_z(a, store);
	if (test_on_postgres()) {
		postgres_said(a, name, sql);
		return;
	}
	sqlite3 *db;
	assert_int_equal(sqlite3_open(name, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

text test_kept(arena *a, text store)
{
	char *name = text_z(a, store);
	return test_on_postgres() ? postgres_said(a, name, "SELECT schema_to_xml(current_schema(), true, false, '')")
				  : read_file(a, name);
}

text test_store(arena *a, const char *file)
{
	static int made;
	const char *engine = getenv("LIMEN_ENGINE");
	if (!engine) return text_of(file);
	bool in_memory = strcmp(file, ":memory:") == 0;
	text schema = in_memory
			  ? text_format(a, "m%d_%d", (int)getpid(), __atomic_add_fetch(&made, 1, __ATOMIC_RELAXED))
			  : text_format(a, "f%016llx", (unsigned long long)text_hash(text_of(file)));
	postgres_said(a, engine, text_z(a, text_format(a, "CREATE SCHEMA IF NOT EXISTS %.*s", TEXT_ARG(schema))));
	return text_format(a, "%s&options=-csearch_path%%3D%.*s", engine, TEXT_ARG(schema));
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st, (void)kind, (void)where;
	return remove(path);
}

int harness_run(const struct CMUnitTest *tests, size_t n, int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1) cmocka_set_test_filter(argv[1]);
	int failed = _cmocka_run_group_tests("tests", tests, n, NULL, NULL);
	for (int i = 0; i < arena_count; i++) arena_free(arenas[i]);
	for (int i = 0; i < folder_count; i++) {
		nftw(folders[i], remove_one, 16, FTW_DEPTH | FTW_PHYS);
		free(folders[i]);
	}
	printf("%d passed, %d failed, %d skipped\n", (int)n - failed - skips, failed, skips);
	return failed != 0;
}
