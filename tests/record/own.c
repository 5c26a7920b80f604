/* Search parameters that are resources: taken up, indexed beside the traffic, refused where they cannot be used, gone again, and the
 * same after the record is opened anew. */
#include "fixture.h"

#include <pthread.h>

static const char *eye(arena *a, const char *code, const char *expression, const char *status)
{
	return text_z(
	    a, text_format(a,
			   "'url':'http://x.test/%s','name':'Own','status':'%s','description':'x','code':'%s','base':['"
			   "Patient'],'type':'string','expression':'%s'",
			   code, status, code, expression));
}

static void wait_ready(record *r, arena *a, int count)
{
	for (int tries = 0; tries < 20000; tries++) {
		own_parameter *all;
		int n = record_own_parameters(r, a, &all), ready = 0;
		for (int i = 0; i < n; i++) ready += all[i].ready;
		if (n == count && ready == n) return;
		record_wait(r, record_sequence(r), 1);
	}
	fail_msg("the search parameters are not indexed");
}

static failure try_own(record *r, arena *a, const char *id, const char *more)
{
	issues sink = {.arena = a};
	written out;
	bool ok = try_put(r, a, resource(a, "SearchParameter", id, more), id, 0, &sink, &out);
	return ok ? FAILURE_COUNT : sink.first->code;
}

static void fill(record *r, arena *a, int from, int to)
{
	for (int i = from; i < to; i++)
		put(r, a, "Patient", text_z(a, text_format(a, "p%d", i)),
		    text_z(a, text_format(a, "'maritalStatus':{'text':'%s'},'birthDate':'19%02d-01-01'",
					  i % 3 ? "Gift" : "Enke", i % 100)));
}

static int64_t count_of(record *r, arena *a, const char *query)
{
	issues sink = {.arena = a};
	search_answer out;
	if (!try_search(r, a, &anna, "Patient", query, false, &out, &sink)) return -(int64_t)sink.first->code;
	return out.total;
}

TEST(taken_up)
{
	arena *a = test_arena();
	record *r = open_record(a);
	fill(r, a, 0, 600);
	assert_int_equal(search_failure(r, a, "Patient", "state=enke"), FAIL_SEARCH_PARAMETER);
	put(r, a, "SearchParameter", "s", eye(a, "state", "Patient.maritalStatus.text", "active"));
	wait_ready(r, a, 1);
	assert_int_equal(count_of(r, a, "state=enke&_total=accurate"), 200);
	check_clean(r, a);
	/* what is written from now on is found, what changes is found anew */
	fill(r, a, 600, 603);
	put(r, a, "Patient", "p0", "'maritalStatus':{'text':'Ugift'}");
	assert_int_equal(count_of(r, a, "state=enke&_total=accurate"), 200);
	assert_int_equal(count_of(r, a, "state=ugift&_total=accurate"), 1);
	assert_text(search_ids(r, a, "Patient", "_sort=-state&_count=1"), TEXT("p0"));
	/* another expression is another parameter */
	put(r, a, "SearchParameter", "s", eye(a, "state", "Patient.gender", "active"));
	wait_ready(r, a, 1);
	assert_int_equal(count_of(r, a, "state=enke&_total=accurate"), 0);
	check_clean(r, a);
	/* and gone */
	drop(r, a, "SearchParameter", "s");
	assert_int_equal(search_failure(r, a, "Patient", "state=enke"), FAIL_SEARCH_PARAMETER);
	wait_ready(r, a, 0);
	record_close(r);
}

TEST(before_the_first_resource)
{
	arena *a = test_arena();
	record *r = open_record(a);
	put(r, a, "SearchParameter", "s", eye(a, "state", "Patient.maritalStatus.text", "active"));
	wait_ready(r, a, 1);
	assert_text(search_ids(r, a, "Patient", "state=x"), TEXT(""));
	fill(r, a, 0, 3);
	assert_int_equal(count_of(r, a, "state=enke&_total=accurate"), 1);
	check_clean(r, a);
	record_close(r);
}

TEST(refused)
{
	arena *a = test_arena();
	record *r = open_record(a);
	assert_int_equal(try_own(r, a, "a", eye(a, "birthdate", "Patient.birthDate", "active")), FAIL_SEARCH_OWN_TAKEN);
	assert_int_equal(try_own(r, a, "a", eye(a, "mine", "Patient.colour", "active")), FAIL_PATH_ELEMENT);
	assert_int_equal(try_own(r, a, "a", eye(a, "mine", "Patient.colour", "draft")), FAILURE_COUNT);
	assert_int_equal(try_own(r, a, "b", eye(a, "mine", "Patient.language", "active")), FAILURE_COUNT);
	assert_int_equal(try_own(r, a, "c", eye(a, "mine", "Patient.gender", "active")), FAIL_SEARCH_OWN_TAKEN);
	assert_int_equal(
	    try_own(r, a, "d",
		    "'url':'http://x.test/d','name':'D','status':'active','description':'x','code':'d','base':['"
		    "Patient'],'type':'composite','expression':'Patient'"),
	    FAIL_SEARCH_OWN);
	wait_ready(r, a, 1);
	record_close(r);
}

TEST(opened_again)
{
	arena *a = test_arena();
	char *file = text_z(a, text_format(a, "%s/own.db", temp_folder()));
	record *r = open_record_at(a, file, NULL);
	fill(r, a, 0, 300);
	put(r, a, "SearchParameter", "s", eye(a, "state", "Patient.maritalStatus.text", "active"));
	record_close(r); /* perhaps in the middle of it */
	r = open_record_at(a, file, NULL);
	wait_ready(r, a, 1);
	assert_int_equal(count_of(r, a, "state=enke&_total=accurate"), 100);
	check_clean(r, a);
	put(r, a, "SearchParameter", "s", eye(a, "state", "Patient.maritalStatus.text", "retired"));
	record_close(r);
	r = open_record_at(a, file, NULL);
	assert_int_equal(search_failure(r, a, "Patient", "state=enke"), FAIL_SEARCH_PARAMETER);
	check_clean(r, a);
	record_close(r);
}

typedef struct busy {
	record *record;
	int number;
} busy;

static void *write_on(void *self)
{
	busy *b = self;
	for (int i = 0; i < 150; i++) {
		arena *a = arena_new(64 * MIB);
		fill(b->record, a, (b->number * 37 + i * 7) % 400, (b->number * 37 + i * 7) % 400 + 1);
		arena_free(a);
	}
	return NULL;
}

/* Nothing that is written meanwhile is lost from the index or stays in it. */
TEST(beside_traffic)
{
	arena *a = test_arena();
	record *r = open_record(a);
	pthread_t threads[4];
	busy busy[4];
	fill(r, a, 0, 400);
	for (int i = 0; i < 4; i++) {
		busy[i] = (struct busy){r, i};
		pthread_create(&threads[i], NULL, write_on, &busy[i]);
	}
	put(r, a, "SearchParameter", "s", eye(a, "state", "Patient.maritalStatus.text", "active"));
	put(r, a, "SearchParameter", "t", eye(a, "tongue", "Patient.maritalStatus.text", "active"));
	for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
	wait_ready(r, a, 2);
	check_clean(r, a);
	int64_t widows = count_of(r, a, "state=enke&_total=accurate");
	assert_int_equal(widows, count_of(r, a, "tongue=enke&_total=accurate"));
	assert_int_equal(widows + count_of(r, a, "state=gift&_total=accurate"), 400);
	record_close(r);
}

TESTS(T(taken_up), T(before_the_first_resource), T(refused), T(opened_again), T(beside_traffic))
