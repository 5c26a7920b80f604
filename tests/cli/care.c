/* Looking after a department from the command line: copies, restoring, erasing, who is told. */
#include "run.h"

static world the_world;
static const char *folder;

static said run(arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
static said run(arena *a, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	text words = text_vformat(a, format, args);
	va_end(args);
	return run_in(a, &the_world, text_z(a, words), TEXT(""));
}

static void assert_says(text t, const char *part)
{
	if (text_find(t, text_of(part)) < 0) fail_msg("no \"%s\" in:\n%.*s", part, TEXT_ARG(t));
}

static void assert_fine(const said *s)
{
	if (s->code != CLI_FINE) fail_msg("%d: %.*s%.*s", s->code, TEXT_ARG(s->out), TEXT_ARG(s->err));
}

TEST(opening)
{
	arena *a = test_arena();
	moment start;
	assert_true(moment_parse(TEXT("2026-11-20T10:00:00+01:00"), &start));
	the_world = world_simulated(start.low, 11);
	folder = temp_folder();
	said s = run(a, "demo --db %s/demo.db --pathways 20 --seed 5", folder);
	assert_fine(&s);
}

TEST(a_copy_and_back)
{
	arena *a = test_arena();
	said s = run(a, "backup %s/copy.db --db %s/demo.db --lang en", folder, folder);
	assert_fine(&s);
	assert_says(s.out, "all digests match");
	s = run(a, "backup %s/copy.db --db %s/demo.db --lang en", folder, folder);
	assert_int_equal(s.code, CLI_INPUT);
	assert_says(s.err, "is there already and is not overwritten");
	s = run(a, "restore %s/copy.db --db %s/demo.db --lang en", folder, folder);
	assert_int_equal(s.code, CLI_INPUT);
	s = run(a, "restore %s/nothing.db --db %s/back.db", folder, folder);
	assert_int_equal(s.code, CLI_INPUT);
	s = run(a, "restore %s/copy.db --db %s/back.db", folder, folder);
	assert_fine(&s);
	s = run(a, "check --db %s/back.db", folder);
	assert_fine(&s);
	said here = run(a, "today --json --db %s/demo.db", folder),
	     back = run(a, "today --json --db %s/back.db", folder);
	assert_fine(&back);
	assert_text(back.out, here.out);
	s = run(a, "backup %s/x.db --db postgres://nowhere.example/limen --lang en", folder);
	assert_true(s.code != CLI_FINE);
}

TEST(a_damaged_copy_is_not_restored)
{
	arena *a = test_arena();
	const char *copy = text_z(a, text_format(a, "%s/copy.db", folder));
	test_sql(
	    a, text_of(copy),
	    "UPDATE body SET json = '{\"resourceType\":\"ServiceRequest\"}' WHERE seq = (SELECT max(seq) FROM body)");
	said s = run(a, "restore %s/copy.db --db %s/other.db --lang en", folder, folder);
	assert_int_equal(s.code, CLI_SYSTEM);
	assert_says(s.err, "the content does not match its digest");
	s = run(a, "today --db %s/other.db --lang en", folder);
	assert_int_equal(s.code, CLI_INPUT); /* it was not made */
	s = run(a, "check --db %s/copy.db --lang en", folder);
	assert_true(s.code != CLI_FINE);
	assert_says(s.err, "the content does not match its digest");
}

TEST(erased)
{
	arena *a = test_arena();
	doc d;
	issues sink = {.arena = a};
	said s = run(a, "find ServiceRequest --db %s/back.db", folder);
	assert_true(json_parse_resource(a, text_cut(s.out, '\n').head, TEXT(""), &sink, &d));
	text id = doc_get_text(&d, 0, NAME_id);
	s = run(a, "erase ServiceRequest/%.*s --db %s/back.db --lang en", TEXT_ARG(id), folder);
	assert_int_equal(s.code, CLI_INPUT);
	assert_says(s.err, "--reason");
	s = run(a, "erase ServiceRequest/%.*s --reason afgoerelse-17 --db %s/back.db --lang en", TEXT_ARG(id), folder);
	assert_fine(&s);
	assert_says(s.out, "without content now");
	s = run(a, "get ServiceRequest/%.*s --db %s/back.db --lang en", TEXT_ARG(id), folder);
	assert_int_equal(s.code, CLI_INPUT);
	s = run(a, "check --db %s/back.db", folder);
	assert_fine(&s);
	s = run(a, "erase ServiceRequest/none --reason x --db %s/back.db", folder);
	assert_int_equal(s.code, CLI_INPUT);
}

TEST(who_is_told)
{
	arena *a = test_arena();
	const char *file = text_z(a, text_format(a, "%s/s.json", folder));
	FILE *f = fopen(file, "w");
	fputs("{\"resourceType\":\"Subscription\",\"id\":\"s\",\"status\":\"off\",\"reason\":\"r\",\"criteria\":"
	      "\"urn:limen:topic:opgaver\",\"channel\":{\"type\":\"rest-hook\",\"endpoint\":\"https://lab.example/"
	      "hook\"}}",
	      f);
	fclose(f);
	said s = run(a, "load %s --db %s/back.db", file, folder);
	assert_fine(&s);
	s = run(a, "deliveries --db %s/back.db --lang en", folder);
	assert_fine(&s);
	assert_says(s.out, "s  Task  0 of 0 sent  off");
	s = run(a, "deliveries s --db %s/back.db", folder);
	assert_fine(&s);
	assert_int_equal(s.out.len, 0);
	s = run(a, "deliveries other --db %s/back.db", folder);
	assert_int_equal(s.code, CLI_INPUT);
}

TESTS(T(opening), T(a_copy_and_back), T(a_damaged_copy_is_not_restored), T(erased), T(who_is_told))
