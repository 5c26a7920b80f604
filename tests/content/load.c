/* Loading content: what is taken, what is refused with file, line and reason, and what a hospital's own folder does. */
#include "content/content.h"
#include "harness.h"

/* A kind of entry for these tests: a word that may need a number, and an expression. */
static void *word_compile(image *m, const content_entry *e, issues *sink)
{
	int64_t number;
	text da;
	day d;
	int choice;
	static const char *const choices[] = {"red", "green", NULL};
	int before = sink->errors;
	content_text(e, e->node, "da", true, &da, sink);
	content_int(e, e->node, "number", false, &number, sink);
	content_date(e, e->node, "date", false, &d, sink);
	content_choice(e, e->node, "colour", choices, 0, &choice, sink);
	content_path(m, e, e->node, "path", false, type_find(TEXT("Patient")), sink);
	text *kept = ARENA_NEW(m->arena, text);
	*kept = da;
	return sink->errors == before ? kept : NULL;
}

static bool word_check(const image *m, const content_entry *e, issues *sink)
{
	(void)m;
	text da = *(const text *)e->compiled;
	return !text_equal(da, TEXT("forkert")) ||
	       issue_at(sink, FAIL_CONTENT_CASE, content_place(e, e->node), e->id, TEXT("x"), TEXT(""));
}

static image *load_two(const char *shipped, const char *own, issues *sink)
{
	static const char *const keys[] = {"da", "number", "date", "colour", "path", "list", NULL};
	content_register(&(content_kind){.name = "word", .keys = keys, .compile = word_compile, .check = word_check});
	content_file files[2] = {{TEXT("a.yaml"), text_of(shipped)}, {TEXT("own.yaml"), text_of(own ? own : "")}};
	return content_load(files, 1, files + 1, own ? 1 : 0, sink);
}

/* The first complaint, as a person sees it. */
static void assert_refused(const char *shipped, const char *expected)
{
	issues sink = {.arena = test_arena()};
	image *m = load_two(shipped, NULL, &sink);
	if (m) fail_msg("not refused: %s", shipped);
	assert_text(issue_line(sink.arena, sink.first, LANGUAGE_EN), text_of(expected));
}

TEST(entries_are_found)
{
	issues sink = {.arena = test_arena()};
	image *m = load_two("# a comment\n- word: b\n  da: to\n- word: a\n  da: en\n---\nword: c\nda: \"tre: "
			    "\\\"3\\\"\"\n---\n# nothing\n",
			    NULL, &sink);
	assert_non_null(m);
	const content_entry **all;
	assert_int_equal(content_each(m, TEXT("word"), &all), 3);
	assert_text(all[0]->id, TEXT("a"));
	assert_text(all[1]->id, TEXT("b"));
	assert_text(*(const text *)all[2]->compiled, TEXT("tre: \"3\""));
	assert_null(content_find(m, TEXT("word"), TEXT("d")));
	assert_null(content_find(m, TEXT("wor"), TEXT("a")));
	assert_int_equal(all[2]->lines[all[2]->node], 7);
	content_free(m);
}

TEST(own_entries_replace_shipped_ones)
{
	issues sink = {.arena = test_arena()};
	image *m = load_two("- word: a\n  da: en\n- word: b\n  da: to\n", "word: b\nda: vores\n", &sink);
	assert_non_null(m);
	const content_entry *e = content_find(m, TEXT("word"), TEXT("b"));
	assert_text(*(const text *)e->compiled, TEXT("vores"));
	assert_non_null(e->overridden);
	assert_text(e->file, TEXT("own.yaml"));
	assert_text(e->overridden->file, TEXT("a.yaml"));
	content_free(m);
	/* and what is wrong in them is refused, with their file */
	assert_null(load_two("word: a\nda: en\n", "word: a\ndansk: en\n", &sink));
	assert_text(issue_line(sink.arena, sink.first, LANGUAGE_EN),
		    TEXT("own.yaml:2: Unknown key \"dansk\"; known: word, da, number, date, colour, path, list"));
}

TEST(the_hash_is_of_what_is_said)
{
	issues sink = {.arena = test_arena()};
	image *x = load_two("word: a\nda: en\n", NULL, &sink),
	      *y = load_two("# another layout\nword:   a\nda: 'en'\n", NULL, &sink);
	image *z = load_two("word: a\nda: to\n", NULL, &sink);
	assert_non_null(x);
	assert_non_null(y);
	assert_non_null(z);
	assert_text(digest_hex(sink.arena, x->hash), digest_hex(sink.arena, y->hash));
	assert_false(text_equal(digest_hex(sink.arena, x->hash), digest_hex(sink.arena, z->hash)));
	content_free(x);
	content_free(y);
	content_free(z);
}

TEST(the_form_of_a_file)
{
	assert_refused("word: a\nda: b: c\n",
		       "a.yaml:2:6: Not valid YAML: invalid nested block mapping on the same line");
	assert_refused("word: a\nda: x\nda: y\n", "a.yaml:3:1: The key \"da\" occurs twice");
	assert_refused("word: a\nda: &x y\n", "a.yaml:2:8: This part of YAML is not used here: an anchor (&)");
	assert_refused("word: a\nda: !!str y\n", "a.yaml:2:11: This part of YAML is not used here: a tag (!)");
	assert_refused("word: a\nda: \xff\n", "a.yaml:2:5: The file is not plain UTF-8 text");
	assert_refused("word: a\nda: x\x01\n", "a.yaml:2:6: The file is not plain UTF-8 text");
	assert_refused("word: a\n? [x]\n: y\n",
		       "a.yaml:2:3: This part of YAML is not used here: a key that is not a text");
	assert_refused("word: a\nda: [", "a.yaml:3:1: Not valid YAML: flow sequence without a closing bracket");
	assert_refused(
	    "just a text\n",
	    "a.yaml:1:1: An entry is expected here that begins with its kind and id, e.g. \"clock: udredningsret\"");
	buffer deep = {.arena = test_arena()};
	buffer_add(&deep, TEXT("word: a\nlist: "));
	for (int i = 0; i < 40; i++) buffer_char(&deep, '[');
	buffer_char(&deep, 0);
	assert_refused(deep.at, "a.yaml:2:30: Nested deeper than 24 levels");
}

TEST(the_form_of_an_entry)
{
	assert_refused("ord: a\nda: x\n", "a.yaml:1: Unknown kind \"ord\"; known: holiday, word");
	assert_refused("word: a b\nda: x\n",
		       "a.yaml:1:7: \"a b\" is not an id: letters, digits, full stops and hyphens");
	assert_refused("word: [a]\nda: x\n", "a.yaml:1: \"\" is not an id: letters, digits, full stops and hyphens");
	assert_refused("word: a\nda: x\nmore: 1\n",
		       "a.yaml:3: Unknown key \"more\"; known: word, da, number, date, colour, path, list");
	assert_refused("word: a\n", "a.yaml:1: The key \"da\" is missing");
	assert_refused("word: a\nda:\n", "a.yaml:1: The key \"da\" is missing");
	assert_refused("word: a\nda: [x]\n", "a.yaml:2: \"da\" must be a text");
	assert_refused("word: a\nda: x\nnumber: 1.5\n", "a.yaml:3:9: \"number\" must be a whole number");
	assert_refused("word: a\nda: x\nnumber: 99999999999999999999\n",
		       "a.yaml:3:9: \"number\" must be a whole number");
	assert_refused("word: a\nda: x\ndate: 2026-02-30\n", "a.yaml:3:7: \"date\" must be a date like 2026-03-02");
	assert_refused("word: a\nda: x\ncolour: blue\n", "a.yaml:3:9: \"colour\": \"blue\" is not one of red, green");
	assert_refused("word: a\nda: x\n---\nword: a\nda: y\n", "a.yaml:4: word: a is already in a.yaml:1");
	assert_refused("word: a\nda: forkert\n", "a.yaml:1: The example \"a\" does not hold: x");
}

TEST(an_expression_is_refused_at_its_column)
{
	assert_refused("word: a\nda: x\npath: name.gven\n",
		       "a.yaml:3:12: path: FHIRPath: HumanName has no element \"gven\" (character 6)");
	assert_refused("word: a\nda: x\npath: 'name.'\n",
		       "a.yaml:3:13: path: FHIRPath: unexpected \"…\" at character 6");
	assert_refused("word: a\nda: x\npath: name.where(\n",
		       "a.yaml:3:18: path: FHIRPath: unexpected \"…\" at character 12");
}

TEST(holidays)
{
	assert_refused("holiday: x\nda: X\nen: X\nsource: s\ndate: 02-30\n",
		       "a.yaml:5:7: \"date\": \"02-30\" is outside 01-01..12-31");
	assert_refused("holiday: x\nda: X\nen: X\nsource: s\neaster: 900\n",
		       "a.yaml:5:9: \"easter\": \"900\" is outside -100..250");
	assert_refused("holiday: x\nda: X\nen: X\nsource: s\neaster: 1\nyears: 2023\n",
		       "a.yaml:6:8: \"years\": \"2023\" is outside 1..9999");
	assert_refused("holiday: x\nda: X\nen: X\neaster: 1\n", "a.yaml:1: The key \"source\" is missing");
	issues sink = {.arena = test_arena()};
	image *m = load_two("- { holiday: bededag, da: Bededag, en: Prayer, source: s, easter: 26, years: ..2023 }\n"
			    "- { holiday: jul, da: Jul, en: Christmas, source: s, date: 12-25 }\n"
			    "- { holiday: maj, da: Maj, en: May, source: s, date: 05-01, agreement: on }\n",
			    NULL, &sink);
	assert_non_null(m);
	assert_int_equal(m->calendar->rule_count, 3);
	day bededag_2023 = day_from_civil((civil){2023, 5, 5}), same_2024 = day_from_civil((civil){2024, 4, 26});
	assert_non_null(calendar_holiday(m->calendar, bededag_2023));
	assert_null(calendar_holiday(m->calendar, same_2024));
	/* a day off by agreement is no holiday by law: hverdage count it, arbejdsdage do not */
	day may = day_from_civil((civil){2026, 5, 1});
	assert_true(calendar_counts(m->calendar, may, UNIT_HVERDAGE));
	assert_false(calendar_counts(m->calendar, may, UNIT_ARBEJDSDAGE));
	content_free(m);
}

TEST(the_shipped_holidays)
{
	int count;
	const content_file *files = content_embedded(&count);
	issues sink = {.arena = test_arena()};
	image *m = NULL;
	for (int i = 0; i < count; i++)
		if (text_equal(files[i].name, TEXT("dk/holidays.yaml"))) m = content_load(&files[i], 1, NULL, 0, &sink);
	assert_non_null(m);
	static const struct {
		int year, month, day;
		const char *da;
	} days[] = {
	    {2026, 1, 1, "Nytårsdag"},    {2026, 4, 2, "Skærtorsdag"},   {2026, 4, 3, "Langfredag"},
	    {2026, 4, 5, "Påskedag"},     {2026, 4, 6, "2. påskedag"},   {2026, 5, 14, "Kristi himmelfartsdag"},
	    {2026, 5, 24, "Pinsedag"},    {2026, 5, 25, "2. pinsedag"},  {2026, 12, 25, "1. juledag"},
	    {2026, 12, 26, "2. juledag"}, {2023, 5, 5, "Store Bededag"}, {2008, 4, 18, "Store Bededag"},
	};
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		const holiday_rule *h =
		    calendar_holiday(m->calendar, day_from_civil((civil){days[i].year, days[i].month, days[i].day}));
		assert_non_null(h);
		assert_text(h->da, text_of(days[i].da));
	}
	static const civil plain[] = {{2024, 4, 26}, {2026, 5, 1}, {2026, 6, 5}, {2026, 12, 24}, {2026, 12, 31}};
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		assert_null(calendar_holiday(m->calendar, day_from_civil(plain[i])));
	content_free(m);
}

TESTS(T(entries_are_found), T(own_entries_replace_shipped_ones), T(the_hash_is_of_what_is_said), T(the_form_of_a_file),
      T(the_form_of_an_entry), T(an_expression_is_refused_at_its_column), T(holidays), T(the_shipped_holidays))
