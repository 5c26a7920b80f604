/* Profiles as a hospital writes them, and what they take and refuse: profiles.cases, section after section. The form:
 *
 *   == what the section is about
 *   profile URL TYPE BASE        a StructureDefinition whose differential is the lines below that begin with two spaces
 *   define {…}                   any definition, whole
 *   give {…}                     a resource; held against what it claims, else against http://example.org/p, where that is
 *   => NAME path; (NAME path)    what must be found, in order; advice in parentheses; "good": nothing
 *
 * A line that begins with # says why. Everything a section defines is forgotten at the next. */
#include "profile/told.h"

typedef struct section {
	arena *arena;
	profiles *profiles;
	text title, given;
	buffer definition; /* being read */
	int cases, wrong;
} section;

static void define(section *s, text json)
{
	issues sink = {.arena = s->arena};
	if (!profiles_add(s->profiles, parsed(s->arena, json), &sink)) fail_msg("%.*s", TEXT_ARG(json));
}

static void end_definition(section *s)
{
	if (!s->definition.len) return;
	buffer_add(&s->definition, TEXT("]}}"));
	define(s, buffer_text(&s->definition));
	s->definition = (buffer){.arena = s->arena};
}

static void begin_section(section *s, text title)
{
	if (s->arena) arena_free(s->arena);
	arena *a = arena_new(64 * MIB);
	*s = (section){.arena = a,
		       .profiles = profiles_open(a, NULL),
		       .title = title,
		       .definition = {.arena = a},
		       .cases = s->cases,
		       .wrong = s->wrong};
}

static void begin_profile(section *s, text words)
{
	text_pair url = text_cut(words, ' '), type = text_cut(url.tail, ' ');
	buffer_format(&s->definition,
		      "{\"resourceType\":\"StructureDefinition\",\"url\":\"%.*s\",\"type\":\"%.*s\",\"baseDefinition\":"
		      "\"%.*s\",\"derivation\":\"constraint\",\"differential\":{\"element\":[",
		      TEXT_ARG(url.head), TEXT_ARG(type.head), TEXT_ARG(type.tail));
}

static void add_element(section *s, text element)
{
	assert_true(s->definition.len > 0);
	if (s->definition.at[s->definition.len - 1] == '}') buffer_char(&s->definition, ',');
	buffer_add(&s->definition, element);
}

static void hold(section *s, text expected)
{
	text url = TEXT("http://example.org/p");
	bool claims = text_find(s->given, TEXT("\"profile\":[")) >= 0;
	arena *scratch = arena_new(64 * MIB);
	issues sink = {.arena = s->arena};
	validation how = {.profiles = s->profiles,
			  .against = &url,
			  .against_count = !claims && profile_known(s->profiles, url),
			  .claimed = true,
			  .warnings = true};
	resource_validate(&how, parsed(s->arena, s->given), scratch, &sink);
	text got = told(s->arena, &sink);
	arena_free(scratch);
	s->cases++;
	if (text_equal(got, expected)) return;
	s->wrong++;
	print_message("%.*s\n  %.*s\n  expected %.*s\n  got      %.*s\n", TEXT_ARG(s->title), TEXT_ARG(s->given),
		      TEXT_ARG(expected), TEXT_ARG(got));
}

static void take_line(section *s, text line)
{
	static const char *const words[] = {"== ", "profile ", "define ", "give ", "=> ", "  "};
	size_t which = 0;
	while (which < 6 && !text_starts(line, text_of(words[which]))) which++;
	if (which == 6) {
		if (line.len && line.at[0] != '#') fail_msg("what is this? %.*s", TEXT_ARG(line));
		return;
	}
	text rest = text_slice(line, text_of(words[which]).len, line.len);
	if (which != 5) end_definition(s);
	if (which == 0) begin_section(s, rest);
	if (which == 1) begin_profile(s, rest);
	if (which == 2) define(s, rest);
	if (which == 3) s->given = rest;
	if (which == 4) hold(s, rest);
	if (which == 5) add_element(s, rest);
}

TEST(profiles_take_and_refuse)
{
	arena *a = test_arena();
	section s = {0};
	for (text rest = read_file(a, "tests/profile/profiles.cases"); rest.len;) {
		text_pair cut = text_cut(rest, '\n');
		take_line(&s, cut.head);
		rest = cut.tail;
	}
	printf("%d resources held against profiles\n", s.cases);
	if (s.arena) arena_free(s.arena);
	assert_true(s.cases > 100);
	if (s.wrong) fail_msg("%d of %d are not judged as they should be", s.wrong, s.cases);
}

TESTS(T(profiles_take_and_refuse))
