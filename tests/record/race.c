/* 32 threads at once: one winner where only one may win, nobody lost where all may. */
#include "fixture.h"

#include <pthread.h>

enum { THREADS = 32, ROUNDS = 8, EACH = 12 };

typedef struct racer {
	record *record;
	int number, round;
	bool won;
	failure why;
	pthread_barrier_t *start;
} racer;

static void *race_if_match(void *self)
{
	racer *x = self;
	arena *a = arena_new(16 * MIB);
	issues sink = {.arena = a};
	written out;
	text more = text_format(a, "'name':[{'family':'R%d-%d'}]", x->round, x->number);
	const doc *d = resource(a, "Patient", "p", text_z(a, more));
	pthread_barrier_wait(x->start);
	x->won = try_put(x->record, a, d, "p", x->round + 1, &sink, &out);
	x->why = x->won ? FAILURE_COUNT : sink.first->code;
	arena_free(a);
	return NULL;
}

static void *race_create(void *self)
{
	racer *x = self;
	arena *a = arena_new(16 * MIB);
	issues sink = {.arena = a};
	written out;
	write_op w = {.method = WRITE_CREATE,
		      .resource = resource(a, "Patient", "", "'active':true"),
		      .type = TEXT("Patient"),
		      .id = text_format(a, "new-%d", x->round)};
	pthread_barrier_wait(x->start);
	x->won = record_commit(x->record, &anna, &w, 1, a, &sink, &out);
	x->why = x->won ? FAILURE_COUNT : sink.first->code;
	arena_free(a);
	return NULL;
}

/* Everybody looks whether there is one with this name, and makes one where there is none. */
static void *race_condition(void *self)
{
	racer *x = self;
	arena *a = arena_new(64 * MIB);
	issues sink = {.arena = a};
	written out;
	premise p;
	text name = text_format(a, "Betinget%d", x->round);
	const search_pair named[] = {{TEXT("family"), name}};
	const doc *d =
	    resource(a, "Patient", "", text_z(a, text_format(a, "'name':[{'family':'%.*s'}]", TEXT_ARG(name))));
	reader *rd = record_reader(x->record, &anna, a, &sink);
	assert_int_equal(record_premise(rd, TEXT("Patient"), named, 1, &p, &sink), 0);
	reader_close(rd);
	pthread_barrier_wait(x->start);
	const write_op w = {
	    .method = WRITE_CREATE, .resource = d, .type = TEXT("Patient"), .premises = &p, .premise_count = 1};
	x->won = record_commit(x->record, &anna, &w, 1, a, &sink, &out);
	x->why = x->won ? FAILURE_COUNT : sink.first->code;
	arena_free(a);
	return NULL;
}

/* Everybody writes the same resource and asks for no version: all come through, one after the other. */
static void *race_same(void *self)
{
	racer *x = self;
	arena *a = arena_new(64 * MIB);
	pthread_barrier_wait(x->start);
	x->won = true;
	for (int i = 0; i < 4; i++) {
		issues sink = {.arena = a};
		written out;
		text more = text_format(a, "'name':[{'family':'S%d-%d'}]", x->number, i);
		x->won = x->won &&
			 try_put(x->record, a, resource(a, "Patient", "same", text_z(a, more)), "same", 0, &sink, &out);
		show(&sink);
	}
	arena_free(a);
	return NULL;
}

/* Everybody writes resources of their own that refer to one patient nobody has written, of types nobody has written. */
static void *race_types(void *self)
{
	static const char *const types[] = {"Task", "Flag", "Basic", "Communication"};
	static const char *const more[] = {
	    "'status':'requested','intent':'order','for':{'reference':'Patient/late'}",
	    "'status':'active','code':{'text':'x'},'subject':{'reference':'Patient/late'}",
	    "'code':{'coding':[{'system':'urn:new','code':'c'}]},'subject':{'reference':'Patient/late'}",
	    "'status':'completed','subject':{'reference':'Patient/late'}"};
	racer *x = self;
	arena *a = arena_new(64 * MIB);
	pthread_barrier_wait(x->start);
	x->won = true;
	for (int i = 0; i < EACH; i++) {
		issues sink = {.arena = a};
		written out;
		int t = (x->number + i) % 4;
		x->won = x->won && try_put(x->record, a, resource(a, types[t], "", more[t]), "", 0, &sink, &out);
		if (sink.count) show(&sink);
	}
	arena_free(a);
	return NULL;
}

static int run_race(record *r, void *(*what)(void *), int round, racer *racers)
{
	pthread_t threads[THREADS];
	pthread_barrier_t start;
	pthread_barrier_init(&start, NULL, THREADS);
	int winners = 0;
	for (int i = 0; i < THREADS; i++) {
		racers[i] = (racer){.record = r, .number = i, .round = round, .start = &start};
		pthread_create(&threads[i], NULL, what, &racers[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		winners += racers[i].won;
	}
	pthread_barrier_destroy(&start);
	return winners;
}

TEST(one_winner_by_version)
{
	arena *a = test_arena();
	record *r = open_record(a);
	racer racers[THREADS];
	put(r, a, "Patient", "p", "");
	for (int round = 0; round < ROUNDS; round++) {
		assert_int_equal(run_race(r, race_if_match, round, racers), 1);
		for (int i = 0; i < THREADS; i++)
			if (!racers[i].won) assert_int_equal(racers[i].why, FAIL_RECORD_VERSION);
	}
	check_clean(r, a);
	record_close(r);
}

TEST(one_winner_by_id)
{
	arena *a = test_arena();
	record *r = open_record(a);
	racer racers[THREADS];
	for (int round = 0; round < ROUNDS; round++) {
		assert_int_equal(run_race(r, race_create, round, racers), 1);
		for (int i = 0; i < THREADS; i++)
			if (!racers[i].won) assert_int_equal(racers[i].why, FAIL_RECORD_EXISTS);
	}
	check_clean(r, a);
	record_close(r);
}

TEST(one_winner_by_condition)
{
	arena *a = test_arena();
	record *r = open_record(a);
	racer racers[THREADS];
	put(r, a, "Patient", "first", ""); /* the type has its numbers */
	for (int round = 0; round < ROUNDS; round++) {
		assert_int_equal(run_race(r, race_condition, round, racers), 1);
		for (int i = 0; i < THREADS; i++)
			if (!racers[i].won) assert_int_equal(racers[i].why, FAIL_RECORD_MOVED);
	}
	record_close(r);
}

TEST(all_win_where_all_may)
{
	arena *a = test_arena();
	record *r = open_record(a);
	racer racers[THREADS];
	assert_int_equal(run_race(r, race_types, 0, racers), THREADS);
	issues sink = {.arena = a};
	int64_t total = 0;
	static const char *const types[] = {"Task", "Flag", "Basic", "Communication"};
	for (int t = 0; t < 4; t++) {
		search_answer out;
		assert_true(
		    try_search(r, a, &anna, types[t], "subject=Patient/late&_summary=count", false, &out, &sink));
		total += out.total;
	}
	assert_int_equal(total, THREADS * EACH);
	check_clean(r, a);
	record_close(r);
}

TEST(all_come_through)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	record *r = open_record(a);
	racer racers[THREADS];
	put(r, a, "Patient", "same", "");
	assert_int_equal(run_race(r, race_same, 0, racers), THREADS);
	reader *rd = record_reader(r, &anna, a, &sink);
	version v;
	assert_int_equal(record_read(rd, TEXT("Patient"), TEXT("same"), &v, &sink), FOUND);
	assert_int_equal(v.number, 1 + THREADS * 4);
	reader_close(rd);
	record_close(r);
}

/* A reader waits at the feed while others write: it sees each event once, in order. */
typedef struct listener {
	record *record;
	int64_t seen, last;
} listener;

static void *listen_all(void *self)
{
	listener *l = self;
	while (l->seen < THREADS * EACH) {
		arena *a = arena_new(16 * MIB);
		issues sink = {.arena = a};
		feed_event *events;
		int n = record_feed(l->record, &anna, l->last, 7, 2000, a, &events, &sink);
		for (int i = 0; i < n; i++) {
			if (events[i].sequence <= l->last) l->seen = INT32_MAX;
			l->last = events[i].sequence;
			l->seen++;
		}
		show(&sink);
		arena_free(a);
		if (n == 0) break;
	}
	return NULL;
}

TEST(the_feed_misses_nothing)
{
	arena *a = test_arena();
	record *r = open_record(a);
	listener l = {.record = r};
	racer racers[THREADS];
	pthread_t thread;
	pthread_create(&thread, NULL, listen_all, &l);
	assert_int_equal(run_race(r, race_types, 0, racers), THREADS);
	pthread_join(thread, NULL);
	assert_int_equal(l.seen, THREADS * EACH);
	record_close(r);
}

/* Two programs on one file, as `limen load` beside `limen serve`: each finds the end of the log where the other has left it. */
static void *write_here(void *self)
{
	racer *x = self;
	arena *a = arena_new(64 * MIB);
	x->won = true;
	for (int i = 0; i < 40; i++) {
		issues sink = {.arena = a};
		written out;
		char id[16];
		snprintf(id, sizeof id, "s%d", i % 7);
		text more =
		    text_format(a, "'status':'requested','intent':'order','owner':{'reference':'Practitioner/w%d-%d'}",
				x->number, i);
		x->won = x->won && try_put(x->record, a, resource(a, "Task", id, text_z(a, more)), id, 0, &sink, &out);
		show(&sink);
	}
	arena_free(a);
	return NULL;
}

TEST(two_records_one_file)
{
	arena *a = test_arena();
	const char *file = text_z(a, text_format(a, "%s/limen.db", temp_folder()));
	racer racers[2];
	pthread_t threads[2];
	for (int i = 0; i < 2; i++) racers[i] = (racer){.record = open_record_at(a, file, NULL), .number = i};
	for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, write_here, &racers[i]);
	for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
	assert_true(racers[0].won && racers[1].won);
	check_clean(racers[0].record, a);
	record_close(racers[0].record);
	assert_text(search_ids(racers[1].record, a, "Task", "_summary=false&_sort=_id"), TEXT("s0 s1 s2 s3 s4 s5 s6"));
	check_clean(racers[1].record, a);
	record_close(racers[1].record);
}

TESTS(T(two_records_one_file), T(one_winner_by_version), T(one_winner_by_id), T(one_winner_by_condition),
      T(all_win_where_all_may), T(all_come_through), T(the_feed_misses_nothing))
