/* limen path: the manual's examples, run as they stand there, and what they do not show: streams, limits, options together. */
#include "shell.h"

#include <sys/stat.h>

static const char patient[] =
    "{\n"
    "  \"resourceType\": \"Patient\",\n"
    "  \"id\": \"karla\",\n"
    "  \"active\": true,\n"
    "  \"name\": [\n"
    "    {\"use\": \"official\", \"family\": \"Testesen\", \"given\": [\"Karla\", \"Bodil\"]},\n"
    "    {\"use\": \"usual\", \"given\": [\"Kalle\"]}\n"
    "  ],\n"
    "  \"birthDate\": \"1952-03-21\"\n"
    "}\n";

static const char lab[] =
    "{\"resourceType\":\"Observation\",\"id\":\"hb\",\"category\":[{\"text\":\"lab\"}],\"valueQuantity\":{\"value\":"
    "120.50,"
    "\"unit\":\"g/L\"}}\n"
    "{\"resourceType\":\"Observation\",\"id\":\"crp\",\"valueString\":\"ej målt\"}\n"
    "{\"resourceType\":\"Observation\",\"id\":\"glukose\",\"category\":[{\"text\":\"lab\"},{\"text\":\"akut\"}],"
    "\"valueQuantity\":{\"value\":5.4,\"unit\":\"mmol/L\"}}\n";

static const char bundle[] =
    "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":["
    "{\"fullUrl\":\"urn:uuid:1\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"karla\",\"name\":[{\"family\":"
    "\"Testesen\"}],\"birthDate\":\"1952-03-21\"}},"
    "{\"fullUrl\":\"urn:uuid:2\",\"resource\":{\"resourceType\":\"Encounter\",\"id\":\"e\",\"subject\":{\"reference\":"
    "\"urn:uuid:1\"},\"period\":{\"start\":\"2026-11-18T09:00:00+01:00\"}}},"
    "{\"fullUrl\":\"urn:uuid:3\",\"resource\":{\"resourceType\":\"Organization\",\"name\":\"Urologi\"}}]}";

static const char broken[] = "{\"resourceType\":\"Basic\",\"id\":\"a\"}\n"
			     "{\"resourceType\":\"Basic\",}\n"
			     "{\"resourceType\":\"Basic\",\"id\":\"c\"}\n";

static world the_world;
static text manual;

/* From here on the current folder is a fresh one with the files the manual speaks of. */
TEST(opening)
{
	moment start;
	manual = read_file(test_arena(), "docs/manual.md");
	assert_true(moment_parse(TEXT("2026-11-20T10:00:00+01:00"), &start));
	the_world = world_simulated(start.low, 11);
	assert_int_equal(chdir(temp_folder()), 0);
	put_file("patient.json", text_of(patient));
	put_file("lab.ndjson", text_of(lab));
	put_file("bundle.json", text_of(bundle));
	put_file("broken.ndjson", text_of(broken));
}

static said run(arena *a, const char *line)
{
	return run_line(a, &the_world, line);
}

TEST(the_manuals_examples_hold)
{
	assert_true(check_chapter(test_arena(), &the_world, manual, "## FHIRPath over files") >= 15);
}

/* ---- beyond it ---- */

static const struct {
	const char *line, *shown;
} rows[] = {
    {"limen path active patient.json", "true\n"},
    {"limen path name.period patient.json", ""},
    {"limen path --json name.period patient.json", "[]\n"},
    {"limen path --json --type 'name.family' patient.json", "[{\"type\":\"string\",\"value\":\"Testesen\"}]\n"},
    {"limen path --json \"5.50 'mg' | @2026-01 | 1.0\" patient.json",
     "[{\"value\":5.50,\"unit\":\"mg\"},\"2026-01\",1.0]\n"},
    {"limen path value.value lab.ndjson", "120.50\nej målt\n5.4\n"}, /* digits as they came */
    {"limen path 'today()' patient.json", "2026-11-20\n"},
    {"limen path --on Patient id patient.json lab.ndjson", "karla\n"},
    {"limen path --on DomainResource id patient.json bundle.json", "karla\n"},
    {"limen path id < patient.json", "karla\n"},
    {"limen path id - patient.json < lab.ndjson", "hb\ncrp\nglukose\nkarla\n"},
    {"limen path 'Observation.id | Patient.id' patient.json lab.ndjson", "karla\nhb\ncrp\nglukose\n"},
    {"limen path --entries id patient.json", "karla\n"},
    {"limen path --trace 'name.period.trace(\"x\")' patient.json",
     "limen: FHIRPath: uventet \"\"\" ved tegn 19\n  name.period.trace(\"x\")\n                    ^\n[exit 2]\n"},
    {"limen path --trace \"name.period.trace('x')\" patient.json", "x: {}\n"},
    {"limen path \"name.trace('x').count()\" patient.json", "2\n"},
    {"limen path --lang en 'name.given.single()' patient.json",
     "limen: patient.json: FHIRPath at character 12: at most one item is expected, here are 3\n  name.given.single()\n"
     "             ^\n[exit 1]\n"},
    {"limen path --lang en 'æ.ø' patient.json", NULL},
    {"limen path --lang en id nowhere.json",
     "limen: nowhere.json: cannot be read: No such file or directory\n[exit 1]\n"},
    {"limen path --lang en --on Patient id .",
     "limen: ./broken.ndjson:2:24: There must be no comma before }\nkarla\n[exit 1]\n"},
    {"limen path --on HumanName family patient.json",
     "limen: \"HumanName\" er ikke en ressourcetype i FHIR R4\n[exit 2]\n"},
    {"limen path", NULL},
    {"limen path --explain id patient.json", NULL},
};

TEST(rows_of_calls)
{
	arena *a = test_arena();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		said s = run(a, rows[i].line);
		if (rows[i].shown)
			assert_text(as_shown(a, &s), text_of(rows[i].shown));
		else
			assert_int_equal(s.code, CLI_USAGE);
	}
}

static text fed(arena *a, const char *line, text input)
{
	said s = run_fed(a, &the_world, line, input);
	return as_shown(a, &s);
}

TEST(values_one_after_the_other)
{
	arena *a = test_arena();
	text twice = text_join(a, text_of(patient), text_of(patient));
	assert_text(fed(a, "limen path id", twice), TEXT("karla\nkarla\n"));
	assert_text(fed(a, "limen path id", TEXT("\n \n")), TEXT(""));
	assert_text(fed(a, "limen path id", (text){0}), TEXT(""));
	/* A place is counted from the start of the file, not of the value. */
	text bad = text_join(a, text_of(patient), TEXT("{\n  \"resourceType\": \"Patient\",\n  \"id\": x\n}\n"));
	assert_text(fed(a, "limen path --lang en id", bad),
		    TEXT("limen: -:13:9: A value is expected here, not \"x\"\nkarla\n[exit 1]\n"));
	/* Brackets in strings, and a quote escaped in one, end nothing. */
	assert_text(fed(a, "limen path id",
			TEXT("{\"resourceType\":\"Basic\",\n\"language\":\"}]\\\"}\",\n\"id\":\"in\"}\n"
			     "{\"resourceType\":\"Basic\",\n\"id\":\"out\"}")),
		    TEXT("in\nout\n"));
	assert_text(fed(a, "limen path --lang en id", TEXT("{\"resourceType\":\"Dragon\"}\n{\"id\":\"x\"}\n")),
		    TEXT("limen: -:1:1: \"Dragon\" is not a resource type of FHIR R4\nlimen: -:2:1: There is no "
			 "resourceType; a resource is an object that has one\n"
			 "[exit 1]\n"));
}

/* Each type is refused once; the others go on. */
TEST(a_stream_of_many_types)
{
	arena *a = test_arena();
	text mixed = TEXT("{\"resourceType\":\"Patient\",\"birthDate\":\"1990-01-01\"}\n{\"resourceType\":\"Basic\"}\n"
			  "{\"resourceType\":\"Basic\"}\n{\"resourceType\":\"Patient\",\"birthDate\":\"1991\"}\n");
	assert_text(fed(a, "limen path --lang en birthDate", mixed),
		    TEXT("limen: -:2: FHIRPath: Basic has no element \"birthDate\" (character 1)\n  birthDate\n  ^\n"
			 "1990-01-01\n1991\n[exit 1]\n"));
	assert_text(fed(a, "limen path --on Patient birthDate", mixed), TEXT("1990-01-01\n1991\n"));
	assert_text(fed(a, "limen path Patient.birthDate", mixed), TEXT("1990-01-01\n1991\n"));
	assert_text(
	    fed(a, "limen path --lang en Patient.birthday", mixed),
	    TEXT("limen: FHIRPath: Patient has no element \"birthday\" (character 9)\n  Patient.birthday\n          ^\n"
		 "[exit 2]\n"));
}

/* Values longer than one reading of the file, and many of them. */
TEST(a_long_stream)
{
	enum { COUNT = 3000, PAD = 300000 };
	arena *a = test_arena();
	buffer b = {.arena = a};
	for (int i = 0; i < COUNT; i++) {
		buffer_format(&b, "{\"resourceType\":\"Basic\",\"id\":\"n%d\",\"language\":\"", i);
		for (int n = 0; i % 1000 == 7 && n < PAD; n++) buffer_char(&b, 'x');
		buffer_format(&b, "\"}\n");
	}
	put_file("long.ndjson", buffer_text(&b));
	said s = run(a, "limen path id.substring(1).toInteger() long.ndjson");
	assert_int_equal(s.code, CLI_FINE);
	text left = s.out;
	for (int64_t i = 0, n; i < COUNT; i++) {
		text_pair cut = text_cut(left, '\n');
		assert_true(text_to_int(cut.head, &n));
		assert_int_equal(n, i);
		left = cut.tail;
	}
	assert_int_equal(left.len, 0);
}

/* One value over the limit is named and passed over, whether it is a line or laid out; what follows is read. */
TEST(a_value_too_large)
{
	arena *a = arena_new(8 * BODY_BYTES_MAX);
	char *many = arena_bytes(a, BODY_BYTES_MAX + 1);
	memset(many, ' ', (size_t)BODY_BYTES_MAX + 1);
	FILE *f = fopen("huge.ndjson", "w");
	fputs("{\"resourceType\":\"Basic\",\"id\":\"a\"}\n{\"resourceType\":", f);
	fwrite(many, 1, (size_t)BODY_BYTES_MAX + 1, f);
	fputs("\"Basic\",\"id\":\"b\"}\n{\"resourceType\":\"Basic\",\"id\":\"c\"}\n", f);
	fclose(f);
	said s = run(a, "limen path --lang en id huge.ndjson");
	assert_text(as_shown(a, &s),
		    TEXT("limen: huge.ndjson:2: The content is larger than 67108864 bytes\na\nc\n[exit 1]\n"));
	assert_int_equal(unlink("huge.ndjson"), 0);
	arena_free(a);
}

TESTS(T(opening), T(the_manuals_examples_hold), T(rows_of_calls), T(values_one_after_the_other),
      T(a_stream_of_many_types), T(a_long_stream), T(a_value_too_large))
