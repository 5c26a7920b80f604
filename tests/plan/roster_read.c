/* Roster files: the two ways INRC-I is written are one roster, what is wrong is refused with its place, plans come back as they were written. */
#include "roster_made.h"

#include <libxml/parser.h>

static roster *read_text(arena *a, text bytes, issues *sink)
{
	return roster_read(a, TEXT("f"), bytes, sink);
}

static const char *const good =
    "SECTION_HORIZON\n# days\n7\nSECTION_SHIFTS\nE,480,\nL,480,E\nSECTION_STAFF\n"
    "A,E=7|L=3,3360,960,5,1,2,1\nB,E=7|L=0,3360,960,5,1,2,1\nSECTION_DAYS_OFF\nA,0\n"
    "SECTION_SHIFT_ON_REQUESTS\nB,2,E,3\nSECTION_SHIFT_OFF_REQUESTS\nA,1,L,2\nSECTION_COVER\n0,E,1,100,1\n";

TEST(curtois_is_read)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	roster *r = read_text(a, text_of(good), &sink);
	assert_non_null(r);
	assert_int_equal(r->day_count, 7);
	assert_int_equal(r->shift_count, 2);
	assert_int_equal(r->person_count, 2);
	assert_true(r->shifts[1].after >> 2 & 1); /* "L,480,E": an E may not follow an L */
	assert_int_equal(*roster_allowed_at(r, 0, 0), 1);
	assert_false(*roster_allowed_at(r, 1, 3) >> 2 & 1);
	assert_int_equal(roster_price_at(r, 1, 2)[0], 3);
	assert_int_equal(roster_price_at(r, 1, 2)[1], 0);
	assert_int_equal(roster_price_at(r, 0, 1)[2], 2);
}

TEST(what_is_wrong_is_refused_with_its_line)
{
	static const struct {
		const char *from, *to; /* in `good` */
		failure code;
		int line;
	} rows[] = {
	    {"\n7\n", "\n0\n", FAIL_ROSTER_NUMBER, 3},
	    {"\n7\n", "\n9999\n", FAIL_ROSTER_NUMBER, 3},
	    {"L,480,E", "L,480,X", FAIL_ROSTER_NAME, 6},
	    {"L,480,E", "E,480,", FAIL_ROSTER_TWICE, 6},
	    {"L,480,E", "L,many,E", FAIL_ROSTER_NUMBER, 6},
	    {"E=7|L=3", "E=7|Q=3", FAIL_ROSTER_NAME, 8},
	    {"3360,960,5,1,2,1\nB", "3360,960,5,1,2\nB", FAIL_ROSTER_NUMBER, 8},
	    {"B,E=7", "A,E=7", FAIL_ROSTER_TWICE, 9},
	    {"A,0\n", "A,7\n", FAIL_ROSTER_NUMBER, 11},
	    {"A,0\n", "C,0\n", FAIL_ROSTER_NAME, 11},
	    {"B,2,E,3", "B,2,E,-1", FAIL_ROSTER_NUMBER, 13},
	    {"0,E,1,100,1", "0,E,1,100", FAIL_ROSTER_NUMBER, 17},
	    {"SECTION_COVER", "SECTION_COVERS", FAIL_ROSTER_WORD, 16},
	    {"SECTION_HORIZON", "SECTION_HORROR", FAIL_ROSTER_KIND, 0},
	    {"3360,960,5", "960,3360,5", FAIL_ROSTER_UNSOUND, 10},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		arena *a = arena_new(64 * MIB);
		issues sink = {.arena = a};
		text whole = text_of(good);
		int64_t at = text_find(whole, text_of(rows[i].from));
		assert_true(at >= 0);
		text bytes = text_join(a, text_slice(whole, 0, at), text_of(rows[i].to));
		bytes = text_join(a, bytes, text_slice(whole, at + (int64_t)strlen(rows[i].from), whole.len));
		assert_null(read_text(a, bytes, &sink));
		if (sink.first->code != rows[i].code || sink.first->place.line != rows[i].line)
			fail_msg("\"%s\": %.*s", rows[i].to, TEXT_ARG(issue_line(a, sink.first, LANGUAGE_EN)));
		arena_free(a);
	}
}

static roster *inrc(arena *a, const char *path)
{
	issues sink = {.arena = a};
	roster *r = roster_read(a, text_of(path), read_file(a, path), &sink);
	if (!r) fail_msg("%.*s", TEXT_ARG(issue_line(a, sink.first, LANGUAGE_EN)));
	return r;
}

TEST(inrc_says_the_same_as_xml_and_as_text)
{
	arena *a = test_arena();
	roster *x = inrc(a, "tests/plan/data/inrc-small.xml"), *y = inrc(a, "tests/plan/data/inrc-small.txt");
	uint8_t *lines = ARENA_ARRAY(a, uint8_t, x->person_count * x->day_count);
	solve_random random = solve_seed(1, 1);
	assert_int_equal(x->person_count, y->person_count);
	assert_int_equal(x->day_count, 14);
	assert_int_equal(x->first_weekday, 4); /* New Year's Day 2010 was a Friday */
	for (int i = 0; i < 500; i++) {
		some_lines(x, &random, lines);
		solve_cost one = roster_cost(x, lines), two = roster_cost(y, lines);
		assert_int_equal(one.hard, two.hard);
		assert_int_equal(one.soft, two.soft);
	}
}

/* Nobody at work but where a row says so: employee 1 (full time), a letter for each of the fourteen days from Friday the first. */
TEST(inrc_rules_by_hand)
{
	static const char letters[] = "-ELHN";
	static const struct {
		const char *line;
		roster_rule rule;
		int soft;
	} rows[] = {
	    {"-EE-----------", ROSTER_SAME_WEEKEND, 0},  {"-EL-----------", ROSTER_SAME_WEEKEND, 1},
	    {"-E------------", ROSTER_WHOLE_WEEKEND, 2}, {"LE------------", ROSTER_PATTERN, 2},
	    {"-EE-----------", ROSTER_PATTERN, 3},       {"N-------------", ROSTER_PATTERN, 1},
	    {"---NE---------", ROSTER_PATTERN, 1},       {"---N-E--------", ROSTER_PATTERN, 1},
	    {"---N--E-------", ROSTER_PATTERN, 0},       {"EEEEEE--------", ROSTER_WORK_RUN, 1},
	    {"---E----------", ROSTER_WORK_RUN, 1},      {"---H----------", ROSTER_WISH, 4 + 2},
	    {"----E---------", ROSTER_WISH, 0},          {"---E----------", ROSTER_BUDGET, 4},
	    {"---EE---------", ROSTER_OFF_RUN, 5},
	};
	arena *a = test_arena();
	roster *r = inrc(a, "tests/plan/data/inrc-small.xml");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t *lines = ARENA_ARRAY(a, uint8_t, r->person_count * r->day_count);
		for (int d = 0; d < 14; d++) lines[14 + d] = (uint8_t)(strchr(letters, rows[i].line[d]) - letters);
		roster_breaks all = roster_check(a, r, lines);
		int64_t soft = 0;
		for (int k = 0; k < all.count; k++)
			if (all.at[k].person == 1 && all.at[k].rule == rows[i].rule) soft += all.at[k].cost.soft;
		if (soft != rows[i].soft)
			fail_msg("%s: %s costs %lld, expected %d", rows[i].line,
				 roster_rule_word(rows[i].rule, LANGUAGE_EN), (long long)soft, rows[i].soft);
	}
}

TEST(broken_inrc_is_refused_with_its_line)
{
	static const struct {
		const char *path, *from, *to;
		failure code;
		int line;
	} rows[] = {
	    {"tests/plan/data/inrc-small.xml", "</Skills>\n  <ShiftTypes>", "<ShiftTypes>", FAIL_ROSTER_XML, 122},
	    {"tests/plan/data/inrc-small.xml", "<ContractID>1</ContractID><Name>3", "<ContractID>7</ContractID><Name>3",
	     FAIL_ROSTER_NAME, 99},
	    {"tests/plan/data/inrc-small.xml", "2010-01-14", "2010-13-14", FAIL_ROSTER_WORD, 2},
	    {"tests/plan/data/inrc-small.txt", "Monday, E, 1", "Moonday, E, 1", FAIL_ROSTER_NAME, 0},
	    {"tests/plan/data/inrc-small.txt", "(1|1|9)", "(1|1|9", FAIL_ROSTER_WORD, 0},
	    {"tests/plan/data/inrc-small.txt", "PATTERNS = 2", "PATTERNZ = 2", FAIL_ROSTER_WORD, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		arena *a = arena_new(64 * MIB);
		issues sink = {.arena = a};
		text whole = read_file(a, rows[i].path);
		int64_t at = text_find(whole, text_of(rows[i].from));
		assert_true(at >= 0);
		text bytes = text_join(a, text_slice(whole, 0, at), text_of(rows[i].to));
		bytes = text_join(a, bytes, text_slice(whole, at + (int64_t)strlen(rows[i].from), whole.len));
		assert_null(read_text(a, bytes, &sink));
		bool line = rows[i].line == 0 ? sink.first->place.line > 0 : sink.first->place.line == rows[i].line;
		if (sink.first->code != rows[i].code || !line)
			fail_msg("\"%s\": %.*s", rows[i].to, TEXT_ARG(issue_line(a, sink.first, LANGUAGE_EN)));
		arena_free(a);
	}
}

TEST(plans_come_back_as_they_were_written)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	roster *r = inrc(a, "tests/plan/data/inrc-small.xml");
	int cells = r->person_count * r->day_count;
	uint8_t *lines = ARENA_ARRAY(a, uint8_t, cells), *back = ARENA_ARRAY(a, uint8_t, cells);
	solve_random random = solve_seed(5, 1);
	some_lines(r, &random, lines);
	assert_true(roster_lines_read(a, r, TEXT("p"), roster_lines_text(a, r, lines), back, &sink));
	assert_memory_equal(lines, back, cells);
	assert_false(roster_lines_read(a, r, TEXT("p"), TEXT("0\tE\tL\n"), back, &sink));
	assert_int_equal(sink.first->place.line, 1);
	text xml = roster_lines_inrc(a, r, lines);
	xmlDoc *d = xmlReadMemory(xml.at, (int)xml.len, NULL, NULL, XML_PARSE_NONET);
	assert_non_null(d);
	xmlFreeDoc(d);
}

TEST(the_picture_is_whole)
{
	arena *a = test_arena();
	roster *r = inrc(a, "tests/plan/data/inrc-small.xml");
	uint8_t *lines = ARENA_ARRAY(a, uint8_t, r->person_count * r->day_count);
	solve_random random = solve_seed(6, 1);
	some_lines(r, &random, lines);
	text svg = roster_plot(a, r, lines, LANGUAGE_DA);
	xmlDoc *d = xmlReadMemory(svg.at, (int)svg.len, NULL, NULL, XML_PARSE_NONET);
	assert_non_null(d);
	xmlFreeDoc(d);
	assert_true(text_find(svg, TEXT("class=\"hard\"")) > 0 || roster_cost(r, lines).hard == 0 ||
		    text_find(svg, TEXT("class=\"s\"")) > 0);
	assert_true(text_find(svg, TEXT("Brudte regler")) > 0);
}

TESTS(T(curtois_is_read), T(what_is_wrong_is_refused_with_its_line), T(inrc_says_the_same_as_xml_and_as_text),
      T(inrc_rules_by_hand), T(broken_inrc_is_refused_with_its_line), T(plans_come_back_as_they_were_written),
      T(the_picture_is_whole))
