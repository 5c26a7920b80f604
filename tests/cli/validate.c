/* limen validate: the manual's examples, run as they stand there, and what they do not show: places, Bundles, streams, order. */
#include "shell.h"

#include <sys/stat.h>

static const char karla[] = "{\n"
			    "  \"resourceType\": \"Patient\",\n"
			    "  \"id\": \"karla\",\n"
			    "  \"text\": {\"status\": \"generated\", \"div\": \"<div "
			    "xmlns=\\\"http://www.w3.org/1999/xhtml\\\">Karla</div>\"},\n"
			    "  \"name\": [{\"family\": \"Testesen\", \"givn\": [\"Karla\"]}],\n"
			    "  \"gender\": \"kvinde\",\n"
			    "  \"birthDate\": \"21.03.1952\"\n"
			    "}\n";

static const char lab[] =
    "{\"resourceType\":\"Observation\",\"id\":\"hb\",\"status\":\"final\",\"code\":{\"text\":\"Hb\"},\"valueQuantity\":"
    "{"
    "\"value\":8.1,\"unit\":\"mmol/L\"}}\n"
    "{\"resourceType\":\"Observation\",\"id\":\"crp\",\"code\":{\"text\":\"CRP\"},\"valueString\":\"ej målt\"}\n"
    "{\"resourceType\":\"Observation\",\"id\":\"na\",\"code\":{\"text\":\"Na\"},\"valueQuantity\":{\"value\":140}}\n"
    "{\"resourceType\":\"Observation\",\"id\":\"k\",\"status\":\"final\",\"code\":{\"text\":\"K\"},\"valueString\":"
    "\"hæm\","
    "\"dataAbsentReason\":{\"text\":\"hæmolyse\"}}\n";

static const char bundle[] = "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":["
			     "{\"fullUrl\":\"urn:uuid:0b0b4b6e-3b1f-4e4e-8a3c-000000000001\",\"resource\":{"
			     "\"resourceType\":\"Patient\",\"gender\":"
			     "\"x\"}},\n"
			     "{\"fullUrl\":\"urn:uuid:0b0b4b6e-3b1f-4e4e-8a3c-000000000002\",\"resource\":{"
			     "\"resourceType\":\"Basic\",\"id\":\"b\"}},\n"
			     "{\"fullUrl\":\"urn:uuid:0b0b4b6e-3b1f-4e4e-8a3c-000000000003\",\"resource\":{"
			     "\"resourceType\":\"Patient\",\"gender\":"
			     "\"y\",\n\"active\":1}}]}\n";

/* The department's own profile: a patient has one family name, and a CPR number where there is an identifier of that kind. */
static const char profile[] =
    "{\"resourceType\":\"StructureDefinition\",\"url\":\"http://example.org/"
    "afdelingens-patient\",\"name\":\"AfdelingensPatient\","
    "\"status\":\"draft\",\"kind\":\"resource\",\"abstract\":false,\"type\":\"Patient\",\"baseDefinition\":"
    "\"http://hl7.org/fhir/StructureDefinition/Patient\",\"derivation\":\"constraint\",\"differential\":{\"element\":["
    "{\"id\":\"Patient.identifier\",\"path\":\"Patient.identifier\",\"slicing\":{\"discriminator\":[{\"type\":"
    "\"value\","
    "\"path\":\"system\"}],\"rules\":\"open\"},\"min\":1},"
    "{\"id\":\"Patient.identifier:cpr\",\"path\":\"Patient.identifier\",\"sliceName\":\"cpr\",\"min\":1,\"max\":\"1\"},"
    "{\"id\":\"Patient.identifier:cpr.system\",\"path\":\"Patient.identifier.system\",\"min\":1,\"fixedUri\":"
    "\"urn:oid:1.2.208.176.1.2\"},"
    "{\"id\":\"Patient.birthDate\",\"path\":\"Patient.birthDate\",\"min\":1}]}}";

static const char viggo[] = "{\n"
			    "  \"resourceType\": \"Patient\",\n"
			    "  \"text\": {\"status\": \"generated\", \"div\": \"<div "
			    "xmlns=\\\"http://www.w3.org/1999/xhtml\\\">Viggo</div>\"},\n"
			    "  \"identifier\": [{\"system\": \"urn:oid:1.2.208.176.1.4\", \"value\": \"12\"}],\n"
			    "  \"name\": [{\"family\": \"Modelsen\"}]\n"
			    "}\n";

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
	assert_int_equal(mkdir("inbox", 0700), 0);
	put_file("karla.json", text_of(karla));
	put_file("lab.ndjson", text_of(lab));
	put_file("bundle.json", text_of(bundle));
	put_file("viggo.json", text_of(viggo));
	assert_int_equal(mkdir("profiles", 0700), 0);
	put_file("profiles/patient.json", text_of(profile));
	put_file("profiles/package.json", TEXT("{\"name\":\"profiles\"}"));
	put_file("inbox/karla.json", text_of(karla));
	put_file("inbox/lab.ndjson", text_of(lab));
}

TEST(the_manuals_examples_hold)
{
	assert_true(check_chapter(test_arena(), &the_world, manual, "## Is it right?") >= 4);
}

/* What is found, without the table after it. */
static text findings(arena *a, const said *s)
{
	int64_t end = text_find(s->out, TEXT("Type "));
	return text_join(a, s->err, end < 0 ? s->out : text_slice(s->out, 0, end));
}

static const struct {
	const char *line;
	int code;
	const char *shown;
} rows[] = {
    {"limen validate --errors --lang en karla.json", 1,
     "karla.json:5:43: Patient.name[0].givn: HumanName has no element \"givn\"\n"
     "karla.json:6:13: Patient.gender: \"kvinde\" is not among the codes allowed here\n"
     "karla.json:7:16: Patient.birthDate: \"21.03.1952\" is not a valid date\n"},
    {"limen validate --errors --on Observation karla.json", 0, ""},
    {"limen validate --errors --on Patient --lang en lab.ndjson", 0, ""},
    /* An entry's finding has its place in the Bundle; alone it has its own. Line and column are the file's. */
    {"limen validate --errors --lang en bundle.json", 1,
     "bundle.json:1:160: Bundle.entry[0].resource.gender: \"x\" is not among the codes allowed here\n"
     "bundle.json:2:71: Bundle.entry[1].resource: \"code\" is missing\n"
     "bundle.json:3:106: Bundle.entry[2].resource.gender: \"y\" is not among the codes allowed here\n"
     "bundle.json:4:10: Bundle.entry[2].resource.active: This must be boolean, not number (JSON)\n"},
    {"limen validate --errors --entries --on Basic --lang en bundle.json", 1,
     "bundle.json:2:71: Basic: \"code\" is missing\n"},
    {"limen validate --lang en nowhere.json", 1, "limen: nowhere.json: cannot be read: No such file or directory\n"},
    {"limen validate --errors --profile http://hl7.org/fhir/StructureDefinition/vitalsigns --lang en karla.json", 1,
     "karla.json:1:1: Patient: Vital Signs Profile is for Observation; this is Patient\n"
     "karla.json:5:43: Patient.name[0].givn: HumanName has no element \"givn\"\n"
     "karla.json:6:13: Patient.gender: \"kvinde\" is not among the codes allowed here\n"
     "karla.json:7:16: Patient.birthDate: \"21.03.1952\" is not a valid date\n"},
    {"limen validate --profile http://example.org/afdelingens-patient --lang en viggo.json", 2,
     "limen: The profile http://example.org/afdelingens-patient is not known; where it is not one of FHIR R4's own, "
     "give "
     "its folder by --with\n"},
    {"limen validate --with inbox --lang en viggo.json", 1,
     "limen: There is no StructureDefinition, ValueSet or CodeSystem in inbox\n"},
    {"limen validate --with nowhere --lang en viggo.json", 1, NULL},
    {"limen validate --profile", 2, NULL},
    {"limen validate --on Dragon karla.json", 2, "limen: \"Dragon\" er ikke en ressourcetype i FHIR R4\n"},
    {"limen validate", 2, NULL},
};

TEST(rows_of_calls)
{
	arena *a = test_arena();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		said s = run_line(a, &the_world, rows[i].line);
		if (rows[i].shown) assert_text(findings(a, &s), text_of(rows[i].shown));
		assert_int_equal(s.code, rows[i].code);
	}
}

/* What is no resource is a finding like any other, and harms no other. */
TEST(streams)
{
	arena *a = test_arena();
	said s =
	    run_fed(a, &the_world, "limen validate --errors --lang en -",
		    TEXT("{\"resourceType\":\"Patient\",\"active\":1}\n{\"resourceType\":\"Patient\",}\n\n{\"a\":1}\n"
			 "{\"resourceType\":\"Patient\",\"active\":true}\n"));
	assert_int_equal(s.code, CLI_INPUT);
	assert_text(s.out, TEXT("-:1:36: Patient.active: This must be boolean, not number (JSON)\n"
				"-:2:26: There must be no comma before }\n"
				"-:4:1: There is no resourceType; a resource is an object that has one\n"
				"Type          Resources  With errors  With warnings\n"
				"(unreadable)          2            2              0\n"
				"Patient               2            1              0\n"
				"In all                4            3              0\n"));
	s = run_fed(a, &the_world, "limen validate -", TEXT(""));
	assert_int_equal(s.code, CLI_FINE);
	assert_text(s.out, TEXT(""));
	assert_text(s.err, TEXT("limen: Der var ingen ressourcer at efterprøve\n"));
}

static const char *string_at(arena *a, const doc *d, const char *expression)
{
	path_items out;
	issues sink = {.arena = a};
	const path *p = path_compile(a, text_of(expression), 0, NULL, &sink);
	assert_non_null(p);
	assert_true(path_run(p, d, 0, NULL, a, &sink, &out));
	return out.count == 1 ? text_z(a, path_item_text(a, &out.at[0])) : "";
}

TEST(outcomes_for_programs)
{
	arena *a = test_arena();
	said s = run_line(a, &the_world, "limen validate --errors --json lab.ndjson");
	assert_int_equal(s.code, CLI_INPUT);
	text_pair cut = {.tail = s.out};
	static const char *const expected[][3] = {{"information", "", "lab.ndjson:1:1"},
						  {"error", "Observation", "lab.ndjson:2:1"},
						  {"error", "Observation", "lab.ndjson:3:1"},
						  {"error", "Observation", "lab.ndjson:4:1"}};
	for (int i = 0; i < 4; i++) {
		doc d;
		issues sink = {.arena = a};
		cut = text_cut(cut.tail, '\n');
		assert_true(json_parse_resource(a, cut.head, TEXT(""), &sink, &d));
		assert_true(resource_check(&d, &sink));
		assert_string_equal(string_at(a, &d, "issue.severity"), expected[i][0]);
		assert_string_equal(string_at(a, &d, "issue.expression"), expected[i][1]);
		assert_string_equal(string_at(a, &d, "issue.diagnostics"), expected[i][2]);
	}
	assert_int_equal(cut.tail.len, 0);
}

/* However many hands work, what they say comes in the order of the input, and the counts are whole. */
TEST(many_pieces_in_order)
{
	enum { COUNT = 5000 };
	arena *a = test_arena();
	buffer b = {.arena = a};
	for (int i = 0; i < COUNT; i++)
		buffer_format(&b, "{\"resourceType\":\"Patient\",\"id\":\"%d\",\"gender\":\"%s\"}\n", i,
			      i % 7 ? "male" : "m");
	put_file("many.ndjson", buffer_text(&b));
	said s = run_line(a, &the_world, "limen validate --errors --lang en many.ndjson many.ndjson");
	int seen = 0;
	text left = s.out;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < COUNT; i += 7, seen++) {
			text_pair cut = text_cut(left, '\n');
			assert_true(text_starts(cut.head, text_format(a, "many.ndjson:%d:", i + 1)));
			left = cut.tail;
		}
	text sum = text_format(a, "\nPatient      %d         %d              0\n", 2 * COUNT, seen);
	assert_true(text_find(s.out, sum) >= 0);
	assert_true(text_find(s.out, text_format(a, "\n    %d  error: Patient.gender: ", seen)) >= 0);
}

/* Findings of one kind are counted together, whatever the value; one of them stands for all. */
TEST(kinds_of_findings)
{
	arena *a = test_arena();
	said s = run_fed(a, &the_world, "limen validate --errors --lang en -",
			 TEXT("{\"resourceType\":\"Patient\",\"gender\":\"b\",\"birthday\":1}\n"
			      "{\"resourceType\":\"Patient\",\"gender\":\"a\",\"birthdate\":1}\n"
			      "{\"resourceType\":\"Patient\",\"gender\":\"c\",\"birthday\":1}\n"));
	assert_true(
	    text_ends(s.out, TEXT("\nMost often:\n"
				  "       3  error: Patient.gender: e.g. \"a\" is not among the codes allowed here\n"
				  "       2  error: Patient.birthday: Patient has no element \"birthday\"\n")));
}

/* A Bundle with more findings than are told says how many more. */
TEST(more_than_are_told)
{
	arena *a = test_arena();
	buffer b = {.arena = a};
	buffer_format(&b, "{\"resourceType\":\"Patient\",\"name\":[7");
	for (int i = 1; i < FINDINGS_MAX + 5; i++) buffer_format(&b, ",7");
	buffer_format(&b, "]}");
	said s = run_fed(a, &the_world, "limen validate --errors --lang en -", buffer_text(&b));
	assert_int_equal(s.code, CLI_INPUT);
	assert_true(text_find(s.out, TEXT("\n-: … and more: 5\n")) >= 0);
}

TESTS(T(opening), T(the_manuals_examples_hold), T(rows_of_calls), T(streams), T(outcomes_for_programs),
      T(many_pieces_in_order), T(kinds_of_findings), T(more_than_are_told))
