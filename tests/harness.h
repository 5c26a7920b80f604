/* harness.h: what every C test program shares. A test file defines tests with TEST(name) and ends with
 * a table: TESTS(T(name), T(name)). Tests read shared data through shared_file(); where it is absent they SKIP with
 * a reason, which is printed and counted. The harness closes with "N passed, N failed, N skipped". */
#ifndef LIMEN_TESTS_HARNESS_H
#define LIMEN_TESTS_HARNESS_H

#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define TEST(name) static void name(void **state __attribute__((unused)))
#define T(name) cmocka_unit_test(name)
#define TESTS(...)                                                                                                     \
	int main(int argc, char **argv)                                                                                \
	{                                                                                                              \
		const struct CMUnitTest all[] = {__VA_ARGS__};                                                         \
		return harness_run(all, sizeof all / sizeof *all, argc, argv);                                         \
	}

/* Asserts two texts equal and shows both where they are not. */
#define assert_text(actual, expected) harness_text((actual), (expected), __FILE__, __LINE__)
/* Prints SKIP with its reason and leaves the test. */
#define SKIP(...)                                                                                                      \
	do {                                                                                                           \
		harness_skip(__VA_ARGS__);                                                                             \
		skip();                                                                                                \
	} while (0)

arena *test_arena(void); /* a fresh arena, freed after the test program */
/* The path of a file below shared data (LIMEN_SHARED, else ../shared), e.g. "data/medcom"; NULL: not there. */
const char *shared_path(const char *below);
text read_file(arena *a, const char *path); /* whole; fails the test where it cannot be read */
/* Every file below a folder with this ending, sorted by path. */
int list_files(arena *a, const char *folder, const char *ending, char ***out);
char *temp_folder(void); /* a fresh empty folder, removed when the program ends */

/* The second engine: where LIMEN_ENGINE names a PostgreSQL (tools/postgres sets it), tests that keep something keep it there. */
bool test_on_postgres(void);
/* What a store is opened with for this file: on PostgreSQL a schema of its own, the same for the same file; ":memory:" is a new one. */
text test_store(arena *a, const char *file);
void test_engine(const char *how);                     /* PostgreSQL: "--stop" (kill -9), "--immediate", "--start" */
void test_sql(arena *a, text store, const char *sql);  /* said to the engine behind Limen's back */
text test_said(arena *a, text store, const char *sql); /* PostgreSQL: the first column of the first row */
text test_kept(arena *a, text store);                  /* all that is kept there, to compare */

int harness_run(const struct CMUnitTest *tests, size_t n, int argc, char **argv);
void harness_text(text actual, text expected, const char *file, int line);
void harness_skip(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
