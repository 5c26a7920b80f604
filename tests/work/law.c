/* A change of law over what is there: the rules of a new content go through all pathways beside the traffic, in small steps, whatever ends
 * the program in between; and where the new content reads other things of resources, all is computed before anybody is served. */
#define LIMEN_OS /* forks, to be killed */
#include "house.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATHWAYS = 60 };

/* Two days for the doctor's visitation in place of three. */
static const char two_days[] = "clock: visitation-lokal\n"
			       "da: Mål for visitation\n"
			       "en: Target for visitation\n"
			       "source: afdelingens eget mål\n"
			       "force: local\n"
			       "certainty: C\n"
			       "status: active\n"
			       "valid_from: 2026-01-01\n"
			       "applies_to: every referral until a doctor has visitated it\n"
			       "start: referral.received\n"
			       "stop: referral.visitated\n"
			       "limit: 2 arbejdsdage\n"
			       "amber: 1 arbejdsdag before\n"
			       "owed_next: { da: lægens visitation, en: the doctor's visitation }\n"
			       "cases: [ { name: two, referral.received: 2026-03-02, due: 2026-03-04 } ]\n";

static image *old_rules, *new_rules, *new_facts;
static text file;

static image *with_own(text own)
{
	issues sink = {.arena = test_arena()};
	int count;
	const content_file *files = content_embedded(&count);
	content_file one = {TEXT("own.yaml"), own};
	image *m = content_load(files, count, &one, 1, &sink);
	house_print(&sink);
	assert_non_null(m);
	return m;
}

/* The shipped facts of a referral, with the receipt read in another way. */
static text other_facts(arena *a)
{
	int count;
	const content_file *files = content_embedded(&count);
	for (int i = 0; i < count; i++) {
		if (!text_equal(files[i].name, TEXT("dk/facts.yaml"))) continue;
		text all = files[i].source;
		int64_t from = text_find(all, TEXT("facts: henvisning\n"));
		text rest = text_slice(all, from, all.len);
		rest = text_slice(rest, 0, text_find(rest, TEXT("\n---\n")) + 1);
		text was = TEXT("value: [ extension(%limen + 'received').value, authoredOn ]");
		int64_t at = text_find(rest, was);
		assert_true(at > 0);
		return text_format(a,
				   "%.*svalue: [ occurrence, extension(%%limen + 'received').value, authoredOn ]%.*s",
				   (int)at, rest.at, TEXT_ARG(text_slice(rest, at + was.len, rest.len)));
	}
	return (text){0};
}

static record *open_with(arena *a, image *m, world *w, record_use use, bool beside)
{
	issues sink = {.arena = a};
	pathway_register(m);
	clock_register(m);
	work_register(m);
	record *r = record_open(
	    a, &(record_options){.use = use, .file = file, .world = w, .content = m, .beside = beside}, &sink);
	house_print(&sink);
	assert_non_null(r);
	return r;
}

static world at(const char *iso)
{
	return world_simulated(at_time(iso), 3);
}

static void put(record *r, arena *a, const char *type, text id, text json)
{
	issues sink = {.arena = a};
	doc *d = ARENA_NEW(a, doc);
	assert_true(json_parse_resource(a, json, TEXT("test"), &sink, d));
	write_op w = {.method = WRITE_UPDATE, .resource = d, .type = text_of(type), .id = id};
	caller who = as("Device/test");
	written out;
	bool fine = record_commit(r, &who, &w, 1, a, &sink, &out);
	house_print(&sink);
	assert_true(fine);
}

static text referral_id(arena *a, int i)
{
	return text_format(a, "r%d", i);
}

static void put_referral(record *r, arena *a, int i, const char *reason)
{
	text id = referral_id(a, i);
	put(r, a, "ServiceRequest", id,
	    text_format(
		a,
		"{\"resourceType\":\"ServiceRequest\",\"id\":\"%.*s\",\"status\":\"active\",\"intent\":\"order\","
		"\"category\":[{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"3457005\"}]}],"
		"\"subject\":{\"reference\":\"Patient/p1\"},\"authoredOn\":\"2026-11-%02d\","
		"\"occurrenceDateTime\":\"2026-11-01\",\"reasonCode\":[{\"text\":\"%s\"}]}",
		TEXT_ARG(id), 2 + i % 5, reason));
}

/* ---- what stands ---- */

static int64_t pathway_rid(reader *rd, arena *a, int i)
{
	text name = text_format(a, "pathway:ServiceRequest/r%d", i);
	return record_rid(rd, TEXT("EpisodeOfCare"), uuid_of_name(a, name));
}

/* The limit of the clock as kept, and whether it is said to be of old rules. */
static int limit_of(record *r, arena *a, image *m, int i, bool *stale)
{
	issues sink = {.arena = a};
	caller who = as("Device/test");
	reader *rd = record_reader(r, &who, a, &sink);
	clock *clocks;
	int limit = 0, count = clocks_of(reader_snapshot(rd), m, pathway_rid(rd, a, i), a, &clocks, &sink);
	for (int n = 0; n < count; n++)
		if (text_equal(clock_rule_face(clocks[n].rule)->id, TEXT("visitation-lokal"))) limit = clocks[n].limit;
	*stale = record_stale_since(rd, pathway_rid(rd, a, i), &sink) != INSTANT_NONE;
	reader_close(rd);
	return limit;
}

static reevaluation state_of(record *r, arena *a)
{
	issues sink = {.arena = a};
	caller who = as("Device/test");
	reevaluation x;
	reader *rd = record_reader(r, &who, a, &sink);
	assert_true(record_reevaluation(rd, &x, &sink));
	reader_close(rd);
	return x;
}

/* The due of the task "forvisitering" as the resource says it. */
static text task_due(record *r, arena *a, int i)
{
	issues sink = {.arena = a};
	caller who = as("Device/test");
	version v;
	doc d;
	text cause = text_format(a, "forvisitering:ServiceRequest/r%d", i);
	reader *rd = record_reader(r, &who, a, &sink);
	assert_int_equal(record_read(rd, TEXT("Task"), task_id_of(a, TEXT("forvisitering"), cause), &v, &sink), FOUND);
	assert_true(json_parse(a, text_copy(a, v.json), TEXT(""), &sink, &d));
	reader_close(rd);
	uint32_t period = doc_get(&d, doc_get(&d, 0, NAME_restriction), NAME_period);
	return text_slice(doc_get_text(&d, period, NAME_end), 0, 10);
}

static void assert_clean(record *r, arena *a, bool under_way)
{
	issues sink = {.arena = a};
	check_report report;
	assert_true(record_check(r, a, &report, &sink));
	bool said = false;
	for (const issue *i = sink.first; i; i = i->next) said = said || i->code == FAIL_CHECK_UNDER_WAY;
	if (report.broken_derived) house_print(&sink);
	assert_int_equal(report.broken_digests + report.broken_index + report.broken_derived, 0);
	assert_int_equal(said, under_way);
}

static void assert_all(record *r, arena *a, image *m, int limit)
{
	bool stale;
	for (int i = 0; i < PATHWAYS; i++) {
		assert_int_equal(limit_of(r, a, m, i, &stale), limit);
		assert_false(stale);
	}
}

/* A department by the old rules, in a file of its own. */
static void begin(arena *a, const char *name)
{
	world w = at("2026-11-06T10:00:00+01:00");
	if (!old_rules) {
		old_rules = house_image(test_arena());
		new_rules = with_own(text_of(two_days));
		new_facts = with_own(other_facts(test_arena()));
	}
	file = test_store(test_arena(), text_z(a, text_format(a, "%s/%s.db", temp_folder(), name)));
	record *r = open_with(a, old_rules, &w, RECORD_WRITE, false);
	put(r, a, "Patient", TEXT("p1"), TEXT("{\"resourceType\":\"Patient\",\"id\":\"p1\",\"gender\":\"male\"}"));
	for (int i = 0; i < PATHWAYS; i++) put_referral(r, a, i, "x");
	assert_all(r, a, old_rules, 3);
	assert_text(task_due(r, a, 0), TEXT("2026-11-06")); /* received Monday the 2nd: Thursday is in time */
	assert_false(state_of(r, a).under_way);
	record_close(r);
}

TEST(new_rules_reach_everything_before_the_command_goes_on)
{
	arena *a = test_arena();
	begin(a, "whole");
	world w = at("2026-11-06T11:00:00+01:00");
	record *r = open_with(a, new_rules, &w, RECORD_WRITE, false);
	assert_false(state_of(r, a).under_way);
	assert_all(r, a, new_rules, 2);
	assert_text(task_due(r, a, 0), TEXT("2026-11-05"));
	assert_text(task_due(r, a, PATHWAYS - 1), TEXT("2026-11-11")); /* Friday the 6th, two working days */
	assert_clean(r, a, false);
	record_close(r);
	r = open_with(a, new_rules, &w, RECORD_WRITE, false); /* nothing is left to do */
	int64_t sequence = record_sequence(r);
	assert_false(state_of(r, a).under_way);
	record_close(r);
	r = open_with(a, old_rules, &w, RECORD_WRITE, false); /* and back */
	assert_true(record_sequence(r) > sequence);
	assert_all(r, a, old_rules, 3);
	assert_text(task_due(r, a, 0), TEXT("2026-11-06"));
	assert_clean(r, a, false);
	record_close(r);
}

/* ---- killed in the middle ---- */

static int calls, killed_at;

/* Each step looks at this clock when it begins and when it has settled a few, which is then enough: so a step can be ended anywhere. */
static int64_t deadly(world *w)
{
	(void)w;
	if (++calls == killed_at) raise(SIGKILL);
	return calls * MINUTES(1);
}

static void killed_after(arena *a, int steps, bool within)
{
	pid_t pid = fork();
	if (pid == 0) {
		world w = at("2026-11-06T11:00:00+01:00");
		w.monotonic = deadly;
		killed_at = steps * 2 + 1 + within;
		open_with(a, new_rules, &w, RECORD_WRITE, false);
		_exit(0); /* not reached */
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

TEST(killed_in_the_middle_it_goes_on_where_it_was)
{
	arena *a = test_arena();
	begin(a, "killed");
	int64_t done = 0;
	for (int round = 0; round < 4; round++) {
		bool stale;
		killed_after(a, round == 0 ? 0 : 1, round % 2 == 1);
		world w = at("2026-11-06T12:00:00+01:00");
		record *r = open_with(a, new_rules, &w, RECORD_CHECK, false);
		reevaluation now = state_of(r, a);
		assert_true(now.under_way);
		if (round == 0)
			assert_int_equal(now.done, 0);
		else
			assert_true(now.done > done && now.done < now.all && now.ends != INSTANT_NONE);
		assert_true(now.since == at_time("2026-11-06T11:00:00+01:00"));
		done = now.done;
		assert_int_equal(limit_of(r, a, new_rules, PATHWAYS - 1, &stale), 3);
		assert_true(stale);
		if (round > 0) {
			assert_int_equal(limit_of(r, a, new_rules, 0, &stale), 2);
			assert_false(stale);
			assert_text(task_due(r, a, 0), TEXT("2026-11-05"));
		}
		assert_clean(r, a, true);
		record_close(r);
	}
	world w = at("2026-11-06T13:00:00+01:00");
	record *r = open_with(a, new_rules, &w, RECORD_WRITE, false);
	assert_false(state_of(r, a).under_way);
	assert_all(r, a, new_rules, 2);
	assert_text(task_due(r, a, PATHWAYS - 1), TEXT("2026-11-11"));
	assert_clean(r, a, false);
	record_close(r);
}

/* ---- a write in the middle ---- */

static atomic_int seen, may_write, may_go_on;

static void wait_for(atomic_int *flag)
{
	for (int n = 0; !atomic_load(flag) && n < 100000; n++) poll(NULL, 0, 1);
}

/* In the second step somebody writes; before the fourth it is looked at. */
static int64_t halting(world *w)
{
	int n = atomic_fetch_add(&seen, 1);
	if (n == 2) {
		atomic_store(&may_write, 1);
		poll(NULL, 0, 100);
	}
	if (n == 6) wait_for(&may_go_on);
	(void)w;
	return n * MINUTES(1);
}

TEST(a_write_in_the_middle_has_the_new_rules_at_once)
{
	arena *a = test_arena();
	bool stale;
	begin(a, "written");
	world w = at("2026-11-06T11:00:00+01:00");
	w.monotonic = halting;
	record *r = open_with(a, new_rules, &w, RECORD_WRITE, true);
	wait_for(&may_write);
	put_referral(r, a, PATHWAYS - 1, "y");
	reevaluation now = state_of(r, a);
	assert_true(now.under_way && now.done > 0 && now.done < now.all);
	assert_int_equal(limit_of(r, a, new_rules, PATHWAYS - 1, &stale), 2);
	assert_false(stale);
	assert_text(task_due(r, a, PATHWAYS - 1), TEXT("2026-11-11"));
	assert_int_equal(limit_of(r, a, new_rules, PATHWAYS - 2, &stale), 3);
	assert_true(stale);
	put_referral(r, a, PATHWAYS, "new while it is under way");
	assert_int_equal(limit_of(r, a, new_rules, PATHWAYS, &stale), 2);
	assert_false(stale);
	atomic_store(&may_go_on, 1);
	for (int n = 0; state_of(r, a).under_way && n < 10000; n++) poll(NULL, 0, 5);
	assert_all(r, a, new_rules, 2);
	assert_clean(r, a, false);
	record_close(r);
}

/* ---- other facts ---- */

TEST(where_facts_change_all_is_computed_before_anybody_is_served)
{
	arena *a = test_arena();
	bool stale;
	begin(a, "facts");
	world w = at("2026-11-06T11:00:00+01:00");
	record *r = open_with(a, new_facts, &w, RECORD_WRITE, true);
	assert_false(state_of(r, a).under_way);
	assert_text(task_due(r, a, 0), TEXT("2026-11-05")); /* Sunday the 1st, three working days: the 4th is in time */
	assert_int_equal(limit_of(r, a, new_facts, 0, &stale), 3);
	assert_false(stale);
	assert_clean(r, a, false);
	record_close(r);
}

TESTS(T(new_rules_reach_everything_before_the_command_goes_on), T(killed_in_the_middle_it_goes_on_where_it_was),
      T(a_write_in_the_middle_has_the_new_rules_at_once),
      T(where_facts_change_all_is_computed_before_anybody_is_served))
