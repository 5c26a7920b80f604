/* What only the second engine can do to us: connections that are lost, before a commit and in the middle of one. */
#include "harness.h"
#include "store/store.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

static const table notes = {
    .name = "notes",
    .columns = {{"id", CELL_INT}, {"word", CELL_TEXT}},
    .column_count = 2,
    .key_columns = 1,
    .rowid = true,
};
static const table *const tables[] = {&notes};

static store *open_new(arena *a, text *file, issues *sink)
{
	*file = test_store(a, ":memory:");
	store *s = store_open(
	    a, &(store_options){.file = *file, .schema_version = 1, .tables = tables, .table_count = 1}, sink);
	assert_non_null(s);
	return s;
}

static writing *note(store *s, int64_t id, const char *word, issues *sink)
{
	writing *w = store_write_begin(s, sink);
	assert_non_null(w);
	cell row[] = {INT_CELL(id), TEXT_CELL(text_of(word))};
	assert_int_equal(store_insert(w, &notes, row, sink), STORE_OK);
	return w;
}

static int64_t notes_of(store *s, issues *sink)
{
	snapshot *r = store_snapshot(s, sink);
	assert_non_null(r);
	int64_t n = store_count(r, &notes, &(scan_options){.index = -1}, sink);
	store_release(r);
	return n;
}

/* Every connection of this store's, seen from another. */
static void cut_connections(arena *a, text file)
{
	test_sql(a, file,
		 "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'limen%'");
}

TEST(a_server_that_was_away)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	text file;
	store *s = open_new(a, &file, &sink);
	assert_true(store_write_commit(note(s, 1, "one", &sink), &sink));
	snapshot *looking = store_snapshot(s, &sink);
	test_engine("--immediate");
	assert_null(store_write_begin(s, &sink));
	assert_int_equal(sink.first->code, FAIL_STORE_LOST);
	assert_int_equal(store_count(looking, &notes, &(scan_options){.index = -1}, &sink), -1);
	assert_int_equal(sink.last->code, FAIL_STORE_LOST);
	store_release(looking);
	test_engine("--start");
	sink = (issues){.arena = a};
	assert_int_equal(notes_of(s, &sink), 1);
	assert_true(store_write_commit(note(s, 2, "two", &sink), &sink));
	assert_int_equal(notes_of(s, &sink), 2);
	store_close(s);
	assert_int_equal(sink.count, 0);
}

TEST(lost_before_the_commit)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	text file;
	store *s = open_new(a, &file, &sink);
	writing *w = note(s, 1, "one", &sink);
	cut_connections(a, file);
	assert_false(store_write_commit(w, &sink));
	assert_int_equal(sink.first->code, FAIL_STORE_LOST);
	sink = (issues){.arena = a};
	assert_int_equal(notes_of(s, &sink), 0);
	assert_true(store_write_commit(note(s, 1, "one", &sink), &sink));
	store_close(s);
}

typedef struct committing {
	writing *writing;
	issues *sink;
	atomic_int done; /* 0: under way; 1: committed; -1: refused */
} committing;

static void *commit_there(void *self)
{
	committing *c = self;
	atomic_store(&c->done, store_write_commit(c->writing, c->sink) ? 1 : -1);
	return NULL;
}

/* Commits a note; true: the server has it on disk and waits for a second server before it says so, and then the line is cut. */
static bool cut_within(arena *a, text file, committing *c)
{
	pthread_t thread;
	bool waits = false;
	pthread_create(&thread, NULL, commit_there, c);
	while (!waits && atomic_load(&c->done) == 0) {
		poll(NULL, 0, 10);
		waits = text_equal(TEXT("1"), test_said(a, file,
							"SELECT count(*) FROM pg_stat_activity WHERE "
							"wait_event='SyncRep'"));
	}
	if (waits) cut_connections(a, file);
	pthread_join(thread, NULL);
	return waits;
}

TEST(lost_within_the_commit)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	text file;
	store *s = open_new(a, &file, &sink);
	test_sql(a, file, "ALTER SYSTEM SET synchronous_standby_names='nobody'");
	test_sql(a, file, "SELECT pg_reload_conf()");
	int64_t notes_made = 0;
	bool cut = false;
	while (!cut && notes_made < 500) { /* until the server has read its settings anew */
		committing c = {.writing = note(s, ++notes_made, "one", &sink), .sink = &sink};
		cut = cut_within(a, file, &c);
		assert_int_equal(c.done, 1);
	}
	test_sql(a, file, "ALTER SYSTEM RESET synchronous_standby_names");
	test_sql(a, file, "SELECT pg_reload_conf()");
	assert_true(cut);
	assert_int_equal(sink.count, 0);
	assert_int_equal(notes_of(s, &sink), notes_made);
	store_close(s);
}

/* PostgreSQL keeps no key that fills a third of a page. Nobody waits for the answer to a put: the savepoint tells it, and takes it back. */
TEST(a_key_too_long_is_refused)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	static const table words = {
	    .name = "words", .columns = {{"word", CELL_TEXT}}, .column_count = 1, .key_columns = 1};
	static const table *const all[] = {&words};
	text file = test_store(a, ":memory:");
	store *s =
	    store_open(a, &(store_options){.file = file, .schema_version = 1, .tables = all, .table_count = 1}, &sink);
	char *bytes = arena_bytes(a, 9000);
	random_state random = random_seed(3);
	for (int i = 0; i < 9000; i++) bytes[i] = (char)random_below(&random, 256);
	writing *w = store_write_begin(s, &sink);
	assert_int_equal(store_put(w, &words, &TEXT_CELL(TEXT("short")), &sink), STORE_OK);
	assert_true(store_savepoint(w, &sink));
	store_put(w, &words, &TEXT_CELL(((text){bytes, 9000})), &sink);
	assert_false(store_savepoint_keep(w, &sink));
	assert_int_equal(sink.first->code, FAIL_STORE_TOO_BIG);
	store_savepoint_undo(w);
	sink = (issues){.arena = a};
	assert_int_equal(store_put(w, &words, &TEXT_CELL(TEXT("shorter")), &sink), STORE_OK);
	assert_true(store_write_commit(w, &sink));
	snapshot *r = store_snapshot(s, &sink);
	assert_int_equal(store_count(r, &words, &(scan_options){.index = -1}, &sink), 2);
	store_release(r);
	store_close(s);
}

TEST(a_server_that_does_not_keep_is_refused)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	text file;
	store_close(open_new(a, &file, &sink));
	test_sql(a, file, "ALTER SYSTEM SET fsync=off");
	test_sql(a, file, "SELECT pg_reload_conf()");
	store_options o = {.file = file, .schema_version = 1, .tables = tables, .table_count = 1};
	store *s = NULL;
	for (int i = 0; i < 100 && sink.count == 0; i++) {
		poll(NULL, 0, 20);
		s = store_open(a, &o, &sink);
		store_close(s);
	}
	test_sql(a, file, "ALTER SYSTEM RESET fsync");
	test_sql(a, file, "SELECT pg_reload_conf()");
	assert_null(s);
	assert_int_equal(sink.first->code, FAIL_STORE_OPEN);
}

TESTS(T(a_server_that_was_away), T(lost_before_the_commit), T(lost_within_the_commit), T(a_key_too_long_is_refused),
      T(a_server_that_does_not_keep_is_refused))
