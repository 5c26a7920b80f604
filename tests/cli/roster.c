/* `limen plan` on duty rosters: made, kept, checked, drawn, explained, mended; which file it is decides. */
#include "run.h"

static said run(arena *a, const char *words)
{
	return run_in(a, world_real(), words, TEXT(""));
}

static const char *const file = "tests/plan/data/inrc-small.xml";

static const char *words(arena *a, const char *format, const char *out)
{
	buffer b = {.arena = a};
	for (const char *at = format; *at; at++)
		buffer_add(&b, *at == '<' ? text_of(file) : *at == '>' ? text_of(out) : (text){at, 1});
	return text_z(a, buffer_text(&b));
}

static const char *made(arena *a)
{
	const char *out = text_z(a, text_format(a, "%s/roster.txt", temp_folder()));
	said s = run(a, words(a, "plan roster < --steps 40000 --threads 1 -o > --plot >.svg", out));
	if (s.code != CLI_FINE) fail_msg("%.*s", TEXT_ARG(s.err));
	assert_true(text_find(s.out, TEXT("i alt")) > 0);
	return out;
}

TEST(made_checked_drawn_explained)
{
	arena *a = test_arena();
	const char *out = made(a);
	assert_true(text_starts(read_file(a, words(a, ">.svg", out)), TEXT("<svg ")));
	said s = run(a, words(a, "plan check < > --lang en", out));
	assert_int_equal(s.code, CLI_FINE);
	assert_true(text_find(s.out, TEXT("in all")) > 0);
	s = run(a, words(a, "plan check < > --json", out));
	assert_true(text_starts(s.out, TEXT("{\"total\":{\"broken\":0,")));
	s = run(a, words(a, "plan why < > 0 3 N --lang en", out));
	assert_int_equal(s.code, CLI_FINE);
	assert_true(text_find(s.out, TEXT("Would come:")) > 0);
	s = run(a, words(a, "plan why < --json", out));
	assert_text(s.out, TEXT("[]\n"));
	s = run(a, words(a, "plan why < > 0 99 N", out));
	assert_int_equal(s.code, CLI_INPUT);
}

TEST(what_is_given_stands_and_a_plan_is_gone_on_with)
{
	arena *a = test_arena();
	const char *out = made(a), *fix = text_z(a, text_format(a, "%s/fix.txt", temp_folder()));
	FILE *f = fopen(fix, "w");
	fputs("4\tE\t-\tL\t?\t?\t?\t?\t?\t?\t?\t?\t?\t?\t?\n", f);
	fclose(f);
	said s = run(a, text_z(a, text_format(a, "plan roster %s --steps 30000 --threads 1 --fix %s", file, fix)));
	assert_int_equal(s.code, CLI_FINE);
	assert_true(text_find(s.out, TEXT("\n4\tE\t-\tL\t")) > 0);
	s = run(a, words(a, "plan roster < --steps 20000 --threads 1 --start >", out));
	assert_int_equal(s.code, CLI_FINE);
}

TEST(who_is_ill_is_named_by_day)
{
	arena *a = test_arena();
	const char *out = made(a);
	said s = run(a, words(a, "plan roster < --steps 20000 --threads 1 --start > --sick 1:4-5 --lang en", out));
	assert_int_equal(s.code, CLI_FINE);
	assert_true(text_find(s.err, TEXT("days changed for others")) > 0);
	s = run(a, words(a, "plan roster < --steps 20000 --start > --sick 9:4", out));
	assert_int_equal(s.code, CLI_INPUT);
	s = run(a, words(a, "plan roster < --steps 20000 --sick 1:4", out));
	assert_int_equal(s.code, CLI_INPUT);
}

TESTS(T(made_checked_drawn_explained), T(what_is_given_stands_and_a_plan_is_gone_on_with),
      T(who_is_ill_is_named_by_day))
