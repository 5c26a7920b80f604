/* The commands on a department: what one writes the next one reads. One process, one database after the other, under the
 * sanitizers; the program itself is tried from outside by tests/node. */
#include "run.h"

static world the_world;
static const char *folder;

/* Where the second engine is tried, a database FILE.db is a place there. */
static const char *placed(arena *a, text words)
{
	buffer b = {.arena = a};
	for (text_pair word = {.tail = words, .found = true}; word.found;) {
		word = text_cut(word.tail, ' ');
		bool is_database = text_ends(word.head, TEXT(".db"));
		if (b.len) buffer_char(&b, ' ');
		buffer_add(&b, is_database ? test_store(a, text_z(a, word.head)) : word.head);
	}
	return text_z(a, buffer_text(&b));
}

static said run(arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
static said run(arena *a, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	text words = text_vformat(a, format, args);
	va_end(args);
	return run_in(a, &the_world, placed(a, words), TEXT(""));
}

#define assert_found(t, part)                                                                                          \
	do {                                                                                                           \
		if (text_find((t), TEXT(part)) < 0) fail_msg("no \"%s\" in:\n%.*s", part, TEXT_ARG(t));                \
	} while (0)

static void put_file(arena *a, const char *name, const char *content)
{
	FILE *f = fopen(text_z(a, text_format(a, "%s/%s", folder, name)), "w");
	assert_non_null(f);
	fputs(content, f);
	fclose(f);
}

TEST(opening)
{
	moment start;
	assert_true(moment_parse(TEXT("2026-11-20T10:00:00+01:00"), &start));
	the_world = world_simulated(start.low, 11);
	folder = temp_folder();
}

TEST(a_demo_department_and_its_day)
{
	arena *a = test_arena();
	said s = run(a, "demo --db %s/demo.db --pathways 25 --seed 3 --lang en", folder);
	if (s.code != CLI_FINE) fail_msg("%.*s", TEXT_ARG(s.err));
	assert_found(s.out, "Demo department: 25 referrals");
	s = run(a, "demo --db %s/demo.db --lang en", folder);
	assert_int_equal(s.code, CLI_INPUT);
	assert_found(s.err, "is there already");
	s = run(a, "today --db %s/demo.db", folder);
	assert_int_equal(s.code, CLI_FINE);
	assert_found(s.out, "Opgaveliste · 20. november 2026 · ");
	assert_found(s.out, "Sundhedsloven §");
	s = run(a, "today --db %s/demo.db --lang en", folder);
	assert_found(s.out, "Worklist · 20 November 2026 · ");
	s = run(a, "check --db %s/demo.db --lang en", folder);
	if (s.code != CLI_FINE) fail_msg("%.*s%.*s", TEXT_ARG(s.out), TEXT_ARG(s.err));
}

TEST(the_same_seed_gives_the_same_day)
{
	arena *a = test_arena();
	run(a, "demo --db %s/again.db --pathways 25 --seed 3", folder);
	said one = run(a, "today --json --db %s/demo.db", folder),
	     other = run(a, "today --json --db %s/again.db", folder);
	assert_int_equal(one.code, CLI_FINE);
	assert_text(one.out, other.out);
}

/* A field of the first row of `today --json`. */
static text first_of(arena *a, const char *field)
{
	doc d;
	said s = run(a, "today --json --db %s/demo.db", folder);
	issues sink = {.arena = a};
	assert_true(json_parse(a, s.out, TEXT(""), &sink, &d));
	assert_true(d.nodes[0].len > 0);
	for (uint32_t i = 2; i < d.nodes[1].next; i = d.nodes[i].next)
		if (text_equal(name_text(&d, d.nodes[i].name), text_of(field))) return doc_text(&d, i);
	fail_msg("a row has no %s", field);
	return (text){0};
}

TEST(questions)
{
	arena *a = test_arena();
	text task = first_of(a, "task"), pathway = first_of(a, "pathway");
	said s = run(a, "get Task/%.*s --db %s/demo.db", TEXT_ARG(task), folder);
	assert_int_equal(s.code, CLI_FINE);
	assert_found(s.out, "\"resourceType\": \"Task\"");
	s = run(a, "why %.*s --db %s/demo.db", TEXT_ARG(task), folder);
	assert_int_equal(s.code, CLI_FINE);
	assert_true(s.out.len > 40);
	s = run(a, "why %.*s --db %s/demo.db", TEXT_ARG(pathway), folder);
	assert_int_equal(s.code, CLI_FINE);
	assert_found(s.out, "Regel: ");
	s = run(a, "why %.*s aegur --db %s/demo.db --lang en", TEXT_ARG(pathway), folder);
	assert_int_equal(s.code, CLI_INPUT);
	assert_found(s.err, "no clock \"aegur\"");
	s = run(a, "find Task open=true&_count=3 --db %s/demo.db", folder);
	assert_int_equal(s.code, CLI_FINE);
	int lines = 0;
	for (int64_t i = 0; i < s.out.len; i++) lines += s.out.at[i] == '\n';
	assert_true(lines > 3); /* all pages, a resource a line */
	s = run(a, "find Task open=true _count=3 --json --db %s/demo.db", folder);
	assert_found(s.out, "\"relation\": \"next\"");
	s = run(a, "find Dragon --db %s/demo.db", folder);
	assert_int_equal(s.code, CLI_INPUT);
}

TEST(loading)
{
	arena *a = test_arena();
	put_file(a, "a.json",
		 "{\"resourceType\":\"ServiceRequest\",\"id\":\"h\",\"status\":\"active\",\"intent\":\"order\","
		 "\"authoredOn\":\"2026-11-18\","
		 "\"category\":[{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"3457005\"}]}],"
		 "\"subject\":{\"reference\":\"Patient/p\"}}");
	put_file(a, "b.json", "{\"resourceType\":\"Patient\",\n \"name\":");
	put_file(a, "c.ndjson",
		 "{\"resourceType\":\"Organization\",\"id\":\"o\",\"name\":\"o\"}\n\n{\"resourceType\":"
		 "\"Organization\",\"nome\":\"x\"}\n"
		 "{\"resourceType\":\"Patient\",\"id\":\"q\"}");
	put_file(a, "d.json",
		 "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":["
		 "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"r\"},\"request\":{\"method\":\"PUT\",\"url\":"
		 "\"Patient/r\"}},"
		 "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"s\",\"gender\":\"robot\"},\"request\":{"
		 "\"method\":\"PUT\",\"url\":\"Patient/s\"}}]}");
	put_file(a, "z.json", "{\"resourceType\":\"Patient\",\"id\":\"p\"}");
	put_file(a, "lost.json",
		 "{\"resourceType\":\"ServiceRequest\",\"id\":\"lost\",\"status\":\"active\",\"intent\":\"order\","
		 "\"authoredOn\":\"2026-11-18\","
		 "\"category\":[{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"3457005\"}]}],"
		 "\"subject\":{\"reference\":\"Patient/nowhere\"}}");
	said s = run(a, "load %s --db %s/load.db --lang en", folder, folder);
	assert_int_equal(s.code, CLI_INPUT);
	assert_found(s.out, "5 resources loaded, 4 refused");
	assert_found(s.err, "b.json:2:");
	assert_found(s.err, "c.ndjson:3: Organization.nome");
	assert_found(s.err, "d.json: entry[1]: 400");
	assert_found(s.err, "lost.json: ");
	said in = run_in(
	    a, &the_world, placed(a, text_format(a, "load - --db %s/load.db --lang en", folder)),
	    TEXT("{\"resourceType\":\"Patient\",\"id\":\"i1\"}\n{\"resourceType\":\"Patient\",\"id\":\"i2\"}\n"));
	assert_found(in.out, "2 resources loaded, 0 refused");
	s = run(a, "load %s/none.json --db %s/load.db --lang en", folder, folder);
	assert_int_equal(s.code, CLI_INPUT);
	assert_found(s.err, "none.json: cannot be read");
	s = run(a, "check --db %s/load.db", folder);
	assert_int_equal(s.code, CLI_FINE);
}

TEST(a_place_without_a_department)
{
	arena *a = test_arena();
	said s = run(a, "today --db %s/nothing.db --lang en", folder);
	assert_int_equal(s.code, test_on_postgres() ? CLI_SYSTEM : CLI_INPUT);
	s = run(a, "find Task --db postgresql://u:geheim@%s/x --lang en", "127.0.0.1:1");
	assert_int_equal(s.code, CLI_SYSTEM);
	assert_true(text_find(s.err, TEXT("geheim")) < 0);
	assert_true(text_find(s.err, TEXT("127.0.0.1")) > 0);
}

TEST(a_database_that_cannot_be_one)
{
	arena *a = test_arena();
	if (test_on_postgres()) return; /* what follows are files */
	put_file(
	    a, "text.db",
	    "this is no database, and it is long enough to look like one to somebody who is in a hurry ...........");
	said s = run(a, "today --db %s/text.db --lang en", folder);
	assert_true(s.code == CLI_SYSTEM || s.code == CLI_INPUT);
	assert_true(s.err.len > 10);
	s = run(a, "today --db %s/no/such/folder.db --lang en", folder);
	assert_true(s.code == CLI_SYSTEM || s.code == CLI_INPUT);
	s = run(a, "check --db %s/none.db --lang en", folder);
	assert_int_equal(s.code, CLI_INPUT);
	assert_found(s.err, "none.db: cannot be read");
	assert_int_equal(access(text_z(a, text_format(a, "%s/none.db", folder)), F_OK),
			 -1); /* who asks makes no file */
	put_file(a, "empty.db", "");
	s = run(a, "today --db %s/empty.db --lang en", folder);
	assert_int_equal(s.code, CLI_SYSTEM);
}

TESTS(T(opening), T(a_demo_department_and_its_day), T(the_same_seed_gives_the_same_day), T(questions), T(loading),
      T(a_place_without_a_department), T(a_database_that_cannot_be_one))
