/* `limen plan` as a secretary's tool: a plan is made, kept, checked, drawn, explained; a run that is stopped or killed leaves what it had,
 * and another goes on from there. */
#include "run.h"

#include <pthread.h>
#include <signal.h>

static const char *instance(void)
{
	const char *path = shared_path("data/ihtc/instances/i02.json");
	if (!path) SKIP("data/ihtc is not there");
	return path;
}

static said run(arena *a, const char *words)
{
	return run_in(a, world_real(), words, TEXT(""));
}

static const char *words(arena *a, const char *format, const char *x, const char *y)
{
	buffer b = {.arena = a};
	for (const char *at = format; *at; at++)
		buffer_add(&b, *at == '<' ? text_of(x) : *at == '>' ? text_of(y) : (text){at, 1});
	return text_z(a, buffer_text(&b));
}

static void save(const char *path, text content)
{
	FILE *f = fopen(path, "w");
	fwrite(content.at, 1, (size_t)content.len, f);
	fclose(f);
}

TEST(made_checked_drawn_explained)
{
	arena *a = test_arena();
	const char *file = instance(), *out = text_z(a, text_format(a, "%s/plan.json", temp_folder()));
	said s = run(a, words(a, "plan ward < --steps 40000 --threads 1 -o > --plot >.svg", file, out));
	assert_int_equal(s.code, CLI_FINE);
	assert_int_equal(s.out.len, 0);
	assert_true(text_find(s.err, TEXT("37 af 37 patienter indlægges")) >= 0 ||
		    text_find(s.err, TEXT("af 37 patienter")) >= 0);
	assert_true(text_find(s.err, TEXT("ingen plan koster mindre end 8")) >= 0);
	assert_true(text_starts(read_file(a, words(a, ">.svg", file, out)), TEXT("<svg ")));

	said c = run(a, words(a, "plan check < > --lang en", file, out));
	assert_int_equal(c.code, CLI_FINE);
	assert_true(text_find(c.err, TEXT("patients not admitted")) >= 0);
	c = run(a, words(a, "plan check < > --json", file, out));
	assert_true(text_find(c.out, TEXT("\"violations\":0,\"terms\":{\"room_mixed_age\":")) > 0);

	c = run(a, words(a, "plan why < > p00 p01=none --lang en", file, out));
	assert_int_equal(c.code, CLI_FINE);
	assert_true(text_find(c.out, TEXT("p00: ")) == 0 && text_find(c.out, TEXT("p01: is not admitted")) > 0);
	c = run(a, words(a, "plan why < > p00=0:r0:t9", file, out));
	assert_int_equal(c.code, CLI_USAGE);
	assert_true(text_find(c.err, TEXT("PATIENT=DAG:STUE:OPERATIONSSTUE")) > 0);
	c = run(a, words(a, "plan why < > --json", file, out));
	assert_true(text_find(c.out, TEXT("{\"patient\":\"p36\",\"placed\":")) > 0);
	c = run(a, words(a, "plan why < --lang en", file, out));
	assert_true(c.code == CLI_FINE && text_find(c.out, TEXT("All who must be admitted can be")) == 0);
}

/* The same words, the same plan; a plan that breaks rules is told, and the exit code says so. */
TEST(same_words_same_plan)
{
	arena *a = test_arena();
	const char *file = instance();
	said x = run(a, words(a, "plan ward < --steps 20000 --threads 2 --seed 5", file, ""));
	said y = run(a, words(a, "plan ward < --steps 20000 --threads 2 --seed 5", file, ""));
	assert_true(x.out.len > 0);
	assert_text(x.out, y.out);
	const char *none = text_z(a, text_format(a, "%s/none.json", temp_folder()));
	save(none, TEXT("{\"patients\":[],\"nurses\":[]}"));
	said c = run(a, words(a, "plan check < > --lang en", file, none));
	assert_int_equal(c.code, CLI_INPUT);
	assert_true(text_find(c.err, TEXT("a patient who must be admitted is not: patient")) >= 0);
	assert_true(text_find(c.err, TEXT("a room with patients and no nurse: room")) >= 0);
}

static void *stopper(void *self)
{
	instant *wait = self;
	world *w = world_real();
	w->sleep_until(w, world_now(w) + *wait);
	kill(getpid(), SIGINT);
	return NULL;
}

TEST(stopped_it_gives_what_it_has)
{
	arena *a = test_arena();
	const char *file = instance(), *out = text_z(a, text_format(a, "%s/stopped.json", temp_folder()));
	instant wait = SECONDS(1);
	pthread_t thread;
	pthread_create(&thread, NULL, stopper, &wait);
	int64_t from = world_real()->monotonic(world_real());
	said s = run(a, words(a, "plan ward < --time 500 --threads 2 -o >", file, out));
	pthread_join(thread, NULL);
	assert_int_equal(s.code, CLI_FINE);
	assert_true(world_real()->monotonic(world_real()) - from < SECONDS(60));
	assert_int_equal(run(a, words(a, "plan check < >", file, out)).code, CLI_FINE);
}

/* What a run that was killed had written under way, ".part", says how far it was; the next needs only the rest of the time. */
TEST(killed_and_gone_on_with)
{
	arena *a = test_arena();
	const char *file = instance(), *out = text_z(a, text_format(a, "%s/killed.json", temp_folder()));
	said s = run(a, words(a, "plan ward < --steps 20000 --threads 1 -o >", file, out));
	assert_int_equal(s.code, CLI_FINE);
	text plan = read_file(a, out), cut = text_slice(plan, 1, plan.len);
	save(words(a, ">.part", "", out), text_format(a, "{\"limen_done\":1038000,%.*s", TEXT_ARG(cut)));
	int64_t from = world_real()->monotonic(world_real());
	s = run(a, words(a, "plan ward < --time 100 --threads 1 --start >.part -o >", file, out));
	assert_int_equal(s.code, CLI_FINE);
	assert_true(world_real()->monotonic(world_real()) - from < SECONDS(20)); /* of the hundred the last one */
}

TEST(fixed_by_hand)
{
	arena *a = test_arena();
	const char *file = instance(), *fix = text_z(a, text_format(a, "%s/fix.json", temp_folder()));
	save(fix,
	     TEXT("{\"patients\":[{\"id\":\"p00\",\"admission_day\":\"none\"},{\"id\":\"p02\",\"room\":\"r1\"}]}"));
	said s = run(a, words(a, "plan ward < --steps 40000 --threads 1 --fix >", file, fix));
	assert_true(text_find(s.out, TEXT("{\"id\":\"p00\",\"admission_day\":\"none\"}")) > 0);
	text after = text_slice(s.out, text_find(s.out, TEXT("\"p02\"")), s.out.len);
	assert_true(text_find(text_slice(after, 0, 60), TEXT("\"room\":\"r1\"")) > 0);
	save(fix, TEXT("{\"patients\":[{\"id\":\"p02\",\"room\":\"r99\"}]}"));
	s = run(a, words(a, "plan ward < --fix > --lang en", file, fix));
	assert_int_equal(s.code, CLI_INPUT);
	assert_true(text_find(s.err, TEXT("\"r99\" does not exist in rooms")) > 0);
}

TESTS(T(made_checked_drawn_explained), T(same_words_same_plan), T(stopped_it_gives_what_it_has),
      T(killed_and_gone_on_with), T(fixed_by_hand))
