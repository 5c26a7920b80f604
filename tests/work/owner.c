/* One owner, one queue: threads that claim the same task, or take the next one, through the real commit path; a stale decision; hand-overs
 * that are counted; by chance, whatever is done in whatever order, a task has at most one owner and exactly one queue. */
#include "house.h"

#include "work/internal.h"

#include <pthread.h>

enum { PEOPLE = 8, TASKS = 40, MANY = 10000, PIECE = 500 };

static house h;

static void organization(const char *id)
{
	house_put(
	    &h, "Device/test", WRITE_UPDATE, id,
	    text_z(h.arena,
		   text_format(h.arena, "{\"resourceType\":\"Organization\",\"id\":\"%s\",\"name\":\"%s\"}", id, id)));
}

static char *who(int number)
{
	return text_z(h.arena, text_format(h.arena, "PractitionerRole/s%d", number));
}

/* A person of house_person, who also has a place. */
static void person_at(const char *id, const char *role, const char *at)
{
	house_person(&h, id, role);
	doc d, over;
	issues sink = {.arena = h.arena};
	assert_true(house_read(&h, TEXT("PractitionerRole"), text_of(id), &d));
	text place = text_format(h.arena, "{\"organization\":{\"reference\":\"Organization/%s\"}}", at);
	assert_true(json_parse(h.arena, place, TEXT("test"), &sink, &over));
	house_put(&h, "Device/test", WRITE_UPDATE, id, text_z(h.arena, json_edited(h.arena, &d, &over, EDIT_REPLACE)));
}

static text task_body(arena *a, const char *id, int number, const char *queue)
{
	text start = instant_iso(a, world_now(&h.world) + HOURS(number));
	return text_format(
	    a,
	    "{\"resourceType\":\"Task\",\"id\":\"%s\",\"extension\":[{\"url\":\"urn:limen:queue\",\"valueReference\":{"
	    "\"reference\":\"Organization/%s\"}},{\"url\":\"urn:limen:latest-start\",\"valueInstant\":\"%.*s\"}],"
	    "\"identifier\":[{\"system\":\"urn:limen:cause\",\"value\":\"varebestilling:hand:%s\"}],"
	    "\"status\":\"requested\",\"intent\":\"order\",\"code\":{\"coding\":[{\"system\":\"urn:limen:task\","
	    "\"code\":"
	    "\"varebestilling\"}]},\"authoredOn\":\"2026-11-20T09:00:00+01:00\"}",
	    id, queue, TEXT_ARG(start), id);
}

static void put_task(const char *id, int number, const char *queue)
{
	house_put(&h, "Device/test", WRITE_UPDATE, id, text_z(h.arena, task_body(h.arena, id, number, queue)));
}

static bool act_as(arena *a, const char *actor, acting what, issues *sink)
{
	caller me = as(actor);
	const working by = {h.image, &me, world_now(&h.world), a};
	return work_act(h.record, &what, &by, sink);
}

static bool act(const char *actor, acting what)
{
	h.sink = (issues){.arena = h.arena};
	if (!what.until) what.until = DAY_NONE;
	return act_as(h.arena, actor, what, &h.sink);
}

static text owner_of(const char *id)
{
	doc d;
	assert_true(house_read(&h, TEXT("Task"), text_of(id), &d));
	return reference_of(&d, 0, NAME_owner);
}

static text task_says(const char *id, name_id what)
{
	doc d;
	assert_true(house_read(&h, TEXT("Task"), text_of(id), &d));
	return doc_get_text(&d, 0, what);
}

static int counted(const char *id, const char *url)
{
	doc d;
	int n = 0;
	assert_true(house_read(&h, TEXT("Task"), text_of(id), &d));
	for (uint32_t list = doc_get(&d, 0, NAME_extension), i = 0; (i = list_after(&d, list, i)) != NODE_ABSENT;)
		n += text_equal(doc_get_text(&d, i, NAME_url), text_of(url));
	return n;
}

TEST(a_department)
{
	char *file = text_z(test_arena(), text_format(test_arena(), "%s/limen.db", temp_folder()));
	house_open_at(&h, test_store(test_arena(), file), "2026-11-20T10:00:00+01:00");
	organization("uro");
	organization("kir");
	for (int i = 0; i < PEOPLE; i++)
		person_at(text_z(h.arena, text_format(h.arena, "s%d", i)), "secretary",
			  i == PEOPLE - 1 ? "kir" : "uro");
	person_at("chef", "leader", "uro");
	person_at("doc", "doctor", "uro");
	put_task("t1", 1, "uro");
}

TEST(claimed_given_back_handed_over)
{
	assert_true(act("PractitionerRole/s0", (acting){.act = ACT_CLAIM, .task = TEXT("t1")}));
	assert_text(owner_of("t1"), TEXT("PractitionerRole/s0"));
	assert_text(task_says("t1", NAME_status), TEXT("accepted"));
	assert_false(act("PractitionerRole/s1", (acting){.act = ACT_CLAIM, .task = TEXT("t1")}));
	assert_true(house_said(&h, FAIL_WORK_TAKEN));
	assert_false(act("PractitionerRole/s1", (acting){.act = ACT_RELEASE, .task = TEXT("t1"), .reason = TEXT("x")}));
	assert_true(house_said(&h, FAIL_WORK_NOT_OWNER));
	assert_false(act("PractitionerRole/s0", (acting){.act = ACT_RELEASE, .task = TEXT("t1")}));
	assert_true(house_said(&h, FAIL_WORK_NO_REASON));
	assert_false(act("PractitionerRole/s0", (acting){.act = ACT_HANDOVER,
							 .task = TEXT("t1"),
							 .reason = TEXT("ferie"),
							 .to = TEXT("PractitionerRole/doc")}));
	assert_true(house_said(&h, FAIL_WORK_NOT_YOURS));
	assert_false(act("PractitionerRole/s0", (acting){.act = ACT_HANDOVER,
							 .task = TEXT("t1"),
							 .reason = TEXT("ferie"),
							 .to = TEXT("PractitionerRole/ingen")}));
	assert_true(house_said(&h, FAIL_WORK_NO_RECEIVER));
	assert_true(act("PractitionerRole/s0", (acting){.act = ACT_HANDOVER,
							.task = TEXT("t1"),
							.reason = TEXT("ferie"),
							.done = TEXT("ringet"),
							.to = TEXT("PractitionerRole/s1")}));
	assert_text(owner_of("t1"), TEXT("PractitionerRole/s1"));
	assert_true(act("PractitionerRole/s1", (acting){.act = ACT_HANDOVER,
							.task = TEXT("t1"),
							.reason = TEXT("jeres"),
							.to = TEXT("Organization/kir")}));
	assert_text(owner_of("t1"), TEXT(""));
	assert_text(task_says("t1", NAME_status), TEXT("requested"));
	assert_int_equal(counted("t1", "urn:limen:handover"), 2);
	assert_int_equal(counted("t1", "urn:limen:queue"), 1);
	assert_false(act(
	    "PractitionerRole/s1",
	    (acting){.act = ACT_ASSIGN, .task = TEXT("t1"), .reason = TEXT("x"), .to = TEXT("PractitionerRole/s2")}));
	assert_true(house_said(&h, FAIL_WORK_NOT_LEADER));
	assert_true(act("PractitionerRole/chef", (acting){.act = ACT_ASSIGN,
							  .task = TEXT("t1"),
							  .reason = TEXT("s2 kender hende"),
							  .to = TEXT("PractitionerRole/s2")}));
	assert_text(owner_of("t1"), TEXT("PractitionerRole/s2"));
	assert_true(act("PractitionerRole/s2", (acting){.act = ACT_HOLD,
							.task = TEXT("t1"),
							.reason = TEXT("venter på svar"),
							.until = day_of_instant(world_now(&h.world)) + 3}));
	assert_text(task_says("t1", NAME_status), TEXT("on-hold"));
	assert_true(act("PractitionerRole/s2", (acting){.act = ACT_CLAIM, .task = TEXT("t1")}));
	assert_text(task_says("t1", NAME_status), TEXT("accepted"));
	assert_int_equal(counted("t1", "urn:limen:until"), 0);
	assert_int_equal(counted("t1", "urn:limen:handover"), 3);
}

TEST(what_was_decided_on_an_old_version_is_refused)
{
	assert_false(act("PractitionerRole/s2",
			 (acting){.act = ACT_RELEASE, .task = TEXT("t1"), .reason = TEXT("x"), .seen = 1}));
	assert_true(house_said(&h, FAIL_RECORD_VERSION));
	assert_text(owner_of("t1"), TEXT("PractitionerRole/s2"));
}

/* ---- threads ---- */

typedef struct racer {
	int number;
	bool won, stuck;
	text got[TASKS];
	int got_count;
	failure why;
	arena *arena;
	pthread_barrier_t *start;
} racer;

static void *race_claim(void *self)
{
	racer *x = self;
	issues sink = {.arena = x->arena};
	char actor[40];
	snprintf(actor, sizeof actor, "PractitionerRole/s%d", x->number);
	pthread_barrier_wait(x->start);
	x->won = act_as(x->arena, actor, (acting){.act = ACT_CLAIM, .task = TEXT("race"), .until = DAY_NONE}, &sink);
	x->why = x->won ? FAILURE_COUNT : sink.first->code;
	return NULL;
}

static void *race_next(void *self)
{
	racer *x = self;
	char actor[40];
	snprintf(actor, sizeof actor, "PractitionerRole/s%d", x->number);
	pthread_barrier_wait(x->start);
	for (;;) {
		text task;
		issues sink = {.arena = x->arena};
		caller me = as(actor);
		const working by = {h.image, &me, world_now(&h.world), x->arena};
		if (!work_next(h.record, TEXT("Organization/uro"), &by, &task, &sink)) {
			x->stuck = sink.errors > 0;
			return NULL;
		}
		assert(x->got_count < TASKS);
		x->got[x->got_count++] = task;
	}
}

static void race(void *(*how)(void *), racer *all)
{
	pthread_t threads[PEOPLE];
	pthread_barrier_t start;
	pthread_barrier_init(&start, NULL, PEOPLE);
	for (int i = 0; i < PEOPLE; i++) {
		all[i] = (racer){.number = i, .start = &start, .arena = arena_new(REQUEST_ARENA_MAX)};
		assert_int_equal(pthread_create(&threads[i], NULL, how, &all[i]), 0);
	}
	for (int i = 0; i < PEOPLE; i++) pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&start);
}

TEST(of_all_who_claim_at_once_one_gets_it)
{
	put_task("race", 1, "uro");
	racer *all = ARENA_ARRAY(h.arena, racer, PEOPLE);
	race(race_claim, all);
	int won = 0;
	for (int i = 0; i < PEOPLE; i++) {
		won += all[i].won;
		if (!all[i].won) assert_int_equal(all[i].why, FAIL_WORK_TAKEN);
		if (all[i].won) assert_text(owner_of("race"), text_of(who(i)));
		arena_free(all[i].arena);
	}
	assert_int_equal(won, 1);
}

TEST(the_next_one_is_never_given_to_two)
{
	for (int i = 0; i < TASKS; i++) put_task(text_z(h.arena, text_format(h.arena, "n%d", i)), i, "uro");
	racer *all = ARENA_ARRAY(h.arena, racer, PEOPLE);
	race(race_next, all);
	map given = {.arena = h.arena};
	int count = 0;
	for (int i = 0; i < PEOPLE; i++) {
		assert_false(all[i].stuck);
		for (int n = 0; n < all[i].got_count; n++, count++) {
			assert_int_equal(map_get_or(&given, all[i].got[n], 0), 0);
			text id = text_copy(h.arena, all[i].got[n]);
			map_put(&given, id, 1);
			assert_text(owner_of(text_z(h.arena, id)), text_of(who(i)));
		}
		arena_free(all[i].arena);
	}
	assert_int_equal(count, TASKS);
}

TEST(the_next_one_is_the_first_the_caller_may_do)
{
	text task;
	put_task("late", 50, "uro");
	put_task("soon", 2, "uro");
	put_task("elsewhere", 1, "kir");
	caller doctor = as("PractitionerRole/doc"), secretary = as("PractitionerRole/s3");
	h.sink = (issues){.arena = h.arena};
	const working by_doctor = {h.image, &doctor, world_now(&h.world), h.arena};
	const working by = {h.image, &secretary, world_now(&h.world), h.arena};
	assert_false(work_next(h.record, TEXT(""), &by_doctor, &task, &h.sink)); /* a doctor orders no goods */
	assert_int_equal(h.sink.errors, 0);
	assert_true(work_next(h.record, TEXT(""), &by, &task, &h.sink));
	assert_text(task, TEXT("soon"));
	assert_true(work_next(h.record, TEXT("Organization/kir"), &by, &task, &h.sink));
	assert_text(task, TEXT("elsewhere"));
}

/* ---- by chance ---- */

static acting by_chance(random_state *r)
{
	static const char *const tasks[] = {"p0", "p1", "p2"};
	static const char *const to[] = {"PractitionerRole/s0",
					 "PractitionerRole/s1",
					 "PractitionerRole/doc",
					 "Organization/uro",
					 "Organization/kir",
					 "Organization/ingen",
					 "",
					 "Patient/p1"};
	acting w = {.act = (task_act)random_below(r, 5), .task = text_of(tasks[random_below(r, 3)]), .until = DAY_NONE};
	w.to = text_of(to[random_below(r, 8)]);
	w.reason = random_below(r, 5) ? TEXT("derfor") : TEXT("");
	if (random_below(r, 2)) w.until = day_of_instant(world_now(&h.world)) + 2;
	return w;
}

TEST(whatever_is_done_a_task_has_one_owner_and_one_queue)
{
	const uint64_t seed = 20261120;
	random_state r = random_seed(seed);
	static const char *const actors[] = {"PractitionerRole/s0", "PractitionerRole/s1", "PractitionerRole/chef",
					     "PractitionerRole/doc", "Device/test"};
	for (int i = 0; i < 3; i++) put_task(text_z(h.arena, text_format(h.arena, "p%d", i)), i, "uro");
	int done = 0, handed = 0;
	for (int i = 0; i < 400; i++) {
		acting w = by_chance(&r);
		text before = owner_of(text_z(h.arena, w.task));
		bool fine = act(actors[random_below(&r, 5)], w);
		const char *id = text_z(h.arena, w.task);
		text owner = owner_of(id), status = task_says(id, NAME_status);
		done += fine;
		handed += fine && (w.act == ACT_HANDOVER || w.act == ACT_ASSIGN || w.act == ACT_RELEASE);
		if (!fine && !text_equal(owner, before))
			fail_msg("seed %llu, step %d: refused and yet moved", (unsigned long long)seed, i);
		if (counted(id, "urn:limen:queue") != 1)
			fail_msg("seed %llu, step %d: not one queue", (unsigned long long)seed, i);
		if ((owner.len == 0) != text_equal(status, TEXT("requested")))
			fail_msg("seed %llu, step %d: %.*s with owner \"%.*s\"", (unsigned long long)seed, i,
				 TEXT_ARG(status), TEXT_ARG(owner));
	}
	assert_true(done > 50);
	assert_int_equal(handed, counted("p0", "urn:limen:handover") + counted("p1", "urn:limen:handover") +
				     counted("p2", "urn:limen:handover"));
}

/* ---- many ---- */

TEST(among_ten_thousand_the_right_one_is_next)
{
	caller device = as("Device/test"), me = as("PractitionerRole/s4");
	for (int from = 0; from < MANY; from += PIECE) {
		arena *a = arena_new(256 * MIB);
		issues sink = {.arena = a};
		write_op *w = ARENA_ARRAY(a, write_op, PIECE);
		for (int i = 0; i < PIECE; i++) {
			doc *d = ARENA_NEW(a, doc);
			char *id = text_z(a, text_format(a, "m%d", from + i));
			assert_true(json_parse_resource(a, task_body(a, id, 100 + (from + i) * 7 % 9973, "kir"),
							TEXT("t"), &sink, d));
			w[i] =
			    (write_op){.method = WRITE_UPDATE, .resource = d, .type = TEXT("Task"), .id = text_of(id)};
		}
		assert_true(record_commit(h.record, &device, w, PIECE, a, &sink, ARENA_ARRAY(a, written, PIECE)));
		arena_free(a);
	}
	put_task("first", 1, "kir");
	h.sink = (issues){.arena = h.arena};
	const working by = {h.image, &me, world_now(&h.world), h.arena};
	text task;
	assert_true(work_next(h.record, TEXT("Organization/kir"), &by, &task, &h.sink));
	assert_text(task, TEXT("first"));
	check_report report;
	assert_true(record_check(h.record, h.arena, &report, &h.sink));
	assert_int_equal(report.broken_index + report.broken_derived, 0);
	house_close(&h);
}

TESTS(T(a_department), T(claimed_given_back_handed_over), T(what_was_decided_on_an_old_version_is_refused),
      T(of_all_who_claim_at_once_one_gets_it), T(the_next_one_is_never_given_to_two),
      T(the_next_one_is_the_first_the_caller_may_do), T(whatever_is_done_a_task_has_one_owner_and_one_queue),
      T(among_ten_thousand_the_right_one_is_next))
