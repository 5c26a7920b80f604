/* resource_check: what it refuses, row by row. (That it takes what is right: examples.c.) */
#include "profile/profile.h"
#include "harness.h"

/* "NAME path" of each issue, joined with "; "; "good" where there is none. */
static text verdict(arena *a, const char *json)
{
	doc d;
	issues sink = {.arena = a};
	buffer b = {.arena = a};
	if (!json_parse(a, text_of(json), TEXT(""), &sink, &d)) fail_msg("not JSON: %s", json);
	if (resource_check(&d, &sink)) {
		assert_int_equal(sink.count, 0);
		return TEXT("good");
	}
	for (const issue *i = sink.first; i; i = i->next)
		buffer_format(&b, "%s%s %.*s", i == sink.first ? "" : "; ", failure_name(i->code),
			      TEXT_ARG(i->place.path));
	return buffer_text(&b);
}

static void check_rows(const char *const rows[][2], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		arena *a = arena_new(MIB);
		text got = verdict(a, rows[i][0]);
		if (!text_equal(got, text_of(rows[i][1])))
			fail_msg("%s:\nexpected %s\ngot      %.*s", rows[i][0], rows[i][1], TEXT_ARG(got));
		arena_free(a);
	}
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof *(rows))
#define PATIENT(rest) "{\"resourceType\":\"Patient\"," rest "}"

TEST(elements_and_kinds)
{
	static const char *const rows[][2] = {
	    {"{\"resourceType\":\"Patient\"}", "good"},
	    {"{}", "FHIR_TYPE_MISSING Resource"},
	    {"[]", "FHIR_KIND Resource"},
	    {"{\"resourceType\":\"HumanName\"}", "FHIR_TYPE_UNKNOWN HumanName"},
	    {"{\"resourceType\":\"Pasient\"}", "FHIR_TYPE_UNKNOWN Resource"},
	    {"{\"resourceType\":7}", "FHIR_TYPE_MISSING Resource"},
	    {PATIENT("\"birthday\":\"2000-01-01\""), "FHIR_ELEMENT Patient.birthday"},
	    {PATIENT("\"name\":[{\"familie\":\"x\"}]"), "FHIR_ELEMENT Patient.name[0].familie"},
	    {PATIENT("\"name\":[{\"resourceType\":\"HumanName\"}]"), "FHIR_ELEMENT Patient.name[0].resourceType"},
	    {PATIENT("\"contact\":[{\"name\":{\"given\":[\"A\",1]}}]"), "FHIR_KIND Patient.contact[0].name.given[1]"},
	    {PATIENT("\"name\":{\"family\":\"x\"}"), "FHIR_KIND Patient.name"},
	    {PATIENT("\"name\":[[]]"), "FHIR_KIND Patient.name[0]"},
	    {PATIENT("\"name\":[\"x\"]"), "FHIR_KIND Patient.name[0]"},
	    {PATIENT("\"birthDate\":[\"2000-01-01\"]"), "FHIR_TOO_MANY Patient.birthDate"},
	    {PATIENT("\"active\":\"true\""), "FHIR_KIND Patient.active"},
	    {PATIENT("\"active\":1"), "FHIR_KIND Patient.active"},
	    {PATIENT("\"multipleBirthInteger\":\"1\""), "FHIR_KIND Patient.multipleBirth"},
	    {PATIENT("\"gender\":true"), "FHIR_KIND Patient.gender"},
	    {PATIENT("\"managingOrganization\":\"Organization/1\""), "FHIR_KIND Patient.managingOrganization"},
	    {PATIENT("\"name\":[]"), "FHIR_EMPTY Patient.name"},
	    {PATIENT("\"name\":[{}]"), "FHIR_EMPTY Patient.name[0]"},
	    {PATIENT("\"name\":[{\"family\":\"\"}]"), "FHIR_EMPTY Patient.name[0].family"},
	    {PATIENT("\"birthDate\":null"), "FHIR_NULL Patient.birthDate"},
	    {PATIENT("\"name\":null"), "FHIR_KIND Patient.name"},
	    {PATIENT("\"name\":[null]"), "FHIR_KIND Patient.name[0]"},
	    {PATIENT("\"deceased\":true"), "FHIR_ELEMENT Patient.deceased"},
	    {PATIENT("\"deceasedDate\":\"2020\""), "FHIR_ELEMENT Patient.deceasedDate"},
	    {PATIENT("\"deceasedBoolean\":true,\"deceasedDateTime\":\"2020\""), "FHIR_CHOICE Patient"},
	    {PATIENT("\"deceasedDateTime\":\"2020\""), "good"},
	    {PATIENT("\"a\":1,\"b\":2"), "FHIR_ELEMENT Patient.a; FHIR_ELEMENT Patient.b"},
	};
	CHECK_ROWS(rows);
}

TEST(ids_and_extensions_of_primitives)
{
	static const char *const rows[][2] = {
	    {PATIENT("\"_birthDate\":{\"extension\":[{\"url\":\"u\",\"valueString\":\"x\"}]}"), "good"},
	    {PATIENT("\"birthDate\":\"2000\",\"_birthDate\":{\"id\":\"a\"}"), "good"},
	    {PATIENT("\"_birthDate\":{\"value\":\"x\"}"), "FHIR_ELEMENT Patient.birthDate.value"},
	    {PATIENT("\"_birthDate\":\"x\""), "FHIR_KIND Patient.birthDate"},
	    {PATIENT("\"_birthDate\":{\"extension\":[{\"valueString\":\"x\"}]}"),
	     "FHIR_REQUIRED Patient.birthDate.extension[0]"},
	    {PATIENT("\"_name\":[{\"id\":\"a\"}]"), "FHIR_ELEMENT Patient._name"},
	    {PATIENT("\"_deceasedDateTime\":{\"id\":\"a\"}"), "good"},
	    {PATIENT("\"deceasedBoolean\":true,\"_deceasedDateTime\":{\"id\":\"a\"}"), "FHIR_CHOICE Patient"},
	    {PATIENT("\"name\":[{\"given\":[\"A\",null],\"_given\":[null,{\"id\":\"b\"}]}]"), "good"},
	    {PATIENT("\"name\":[{\"given\":[\"A\",null],\"_given\":[{\"id\":\"b\"}]}]"),
	     "FHIR_NULL Patient.name[0].given[1]"},
	    {PATIENT("\"name\":[{\"given\":[null],\"_given\":[null]}]"),
	     "FHIR_NULL Patient.name[0].given[0]; FHIR_KIND Patient.name[0].given[0]"},
	    {PATIENT("\"name\":[{\"given\":[null]}]"), "FHIR_NULL Patient.name[0].given[0]"},
	    {PATIENT("\"name\":[{\"_given\":{\"id\":\"b\"}}]"), "FHIR_KIND Patient.name[0].given"},
	    {"{\"resourceType\":\"Observation\",\"code\":{\"text\":\"x\"},\"_status\":{\"id\":\"a\"}}", "good"},
	};
	CHECK_ROWS(rows);
}

TEST(cardinality_codes_and_contained)
{
	static const char *const rows[][2] = {
	    {"{\"resourceType\":\"Observation\"}", "FHIR_REQUIRED Observation; FHIR_REQUIRED Observation"},
	    {"{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"}}", "good"},
	    {"{\"resourceType\":\"Observation\",\"status\":\"finally\",\"code\":{\"text\":\"x\"}}",
	     "FHIR_CODE Observation.status"},
	    {"{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},\"valueQuantity\":{"
	     "\"value\":\"1\"}}",
	     "FHIR_KIND Observation.value.value"},
	    {PATIENT("\"gender\":\"Female\""), "FHIR_CODE Patient.gender"},
	    {PATIENT("\"gender\":\"female\""), "good"},
	    {PATIENT("\"link\":[{\"type\":\"seealso\"}]"), "FHIR_REQUIRED Patient.link[0]"},
	    {PATIENT("\"contained\":[{\"resourceType\":\"Organization\",\"name\":7}]"),
	     "FHIR_KIND Patient.contained[0].name"},
	    {PATIENT("\"contained\":[{\"name\":\"x\"}]"), "FHIR_TYPE_MISSING Patient.contained[0]"},
	    {PATIENT("\"contained\":[{\"resourceType\":\"Resource\"}]"), "FHIR_TYPE_UNKNOWN Patient.contained[0]"},
	    {PATIENT("\"contained\":[3]"), "FHIR_KIND Patient.contained[0]"},
	    {"{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"resource\":{\"resourceType\":\"Task\","
	     "\"status\":\"x\"}}]}",
	     "FHIR_CODE Bundle.entry[0].resource.status; FHIR_REQUIRED Bundle.entry[0].resource"},
	    {"{\"resourceType\":\"Questionnaire\",\"status\":\"draft\",\"item\":[{\"linkId\":\"1\",\"type\":\"group\","
	     "\"item\":[{\"linkId\":\"2\"}]}]}",
	     "FHIR_REQUIRED Questionnaire.item[0].item[0]"},
	};
	CHECK_ROWS(rows);
}

/* One primitive of each type, good and bad. */
TEST(formats)
{
	static const struct {
		const char *type, *json;
		bool good;
	} rows[] = {
	    {"Boolean", "true", true},
	    {"Boolean", "\"true\"", false},
	    {"Integer", "0", true},
	    {"Integer", "-2147483648", true},
	    {"Integer", "2147483648", false},
	    {"Integer", "1.0", false},
	    {"Integer", "1e2", false},
	    {"Integer", "-0", false},
	    {"UnsignedInt", "0", true},
	    {"UnsignedInt", "-1", false},
	    {"PositiveInt", "1", true},
	    {"PositiveInt", "0", false},
	    {"Decimal", "-1.50", true},
	    {"Decimal", "1e-10", true},
	    {"Decimal", "\"1.5\"", false},
	    {"String", "\"a b\\n\\t\"", true},
	    {"String", "\" \"", true},
	    {"String", "\"\"", false},
	    {"String", "\"a\\u0000\"", false},
	    {"String", "\"\\u001b\"", false},
	    {"Markdown", "\"# a\\r\\n\"", true},
	    {"Markdown", "\"\\u0007\"", false},
	    {"Code", "\"a-b c\"", true},
	    {"Code", "\"a  b\"", false},
	    {"Code", "\" a\"", false},
	    {"Code", "\"a \"", false},
	    {"Id", "\"A-b.9\"", true},
	    {"Id", "\"a_b\"", false},
	    {"Id", "\"æ\"", false},
	    {"Id", "\"1234567890123456789012345678901234567890123456789012345678901234\"", true},
	    {"Id", "\"12345678901234567890123456789012345678901234567890123456789012345\"", false},
	    {"Uri", "\"urn:x:ø\"", true},
	    {"Uri", "\"a b\"", false},
	    {"Url", "\"http://x/\"", true},
	    {"Canonical", "\"http://x|1\"", true},
	    {"Canonical", "\"a\\nb\"", false},
	    {"Oid", "\"urn:oid:1.2.208.176\"", true},
	    {"Oid", "\"1.2.3\"", false},
	    {"Oid", "\"urn:oid:3.1\"", false},
	    {"Oid", "\"urn:oid:1\"", false},
	    {"Oid", "\"urn:oid:1.02\"", false},
	    {"Oid", "\"urn:oid:1.2.\"", false},
	    {"Oid", "\"urn:oid:1..2\"", false},
	    {"Uuid", "\"urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7\"", true},
	    {"Uuid", "\"urn:uuid:53FEFA32-fcbb-4ff8-8a92-55ee120877b7\"", false},
	    {"Uuid", "\"53fefa32-fcbb-4ff8-8a92-55ee120877b7\"", false},
	    {"Base64Binary", "\"QUJD\"", true},
	    {"Base64Binary", "\"QUI=\"", true},
	    {"Base64Binary", "\"QQ==\"", true},
	    {"Base64Binary", "\"QU JD\\n\"", true},
	    {"Base64Binary", "\"QUJ\"", false},
	    {"Base64Binary", "\"Q===\"", false},
	    {"Base64Binary", "\"=QUJ\"", false},
	    {"Base64Binary", "\"QUJ-\"", false},
	    {"Base64Binary", "\" \"", false},
	    {"Date", "\"2026\"", true},
	    {"Date", "\"2026-03\"", true},
	    {"Date", "\"2024-02-29\"", true},
	    {"Date", "\"2026-02-29\"", false},
	    {"Date", "\"2026-13\"", false},
	    {"Date", "\"2026-3-2\"", false},
	    {"Date", "\"02-03-2026\"", false},
	    {"Date", "\"2026-03-02T10:00:00Z\"", false},
	    {"Date", "\"26\"", false},
	    {"Date", "\" 2026\"", false},
	    {"DateTime", "\"2026\"", true},
	    {"DateTime", "\"2026-03-02\"", true},
	    {"DateTime", "\"2026-03-02T10:00:00+01:00\"", true},
	    {"DateTime", "\"2026-03-02T10:00:00.123Z\"", true},
	    {"DateTime", "\"2026-03-02T10:00:00\"", false},
	    {"DateTime", "\"2026-03-02T10:00Z\"", false},
	    {"DateTime", "\"2026-03-02T24:00:00Z\"", false},
	    {"DateTime", "\"2026-03-02T10:00:00.Z\"", false},
	    {"DateTime", "\"2026-03-02T10:00:00+1:00\"", false},
	    {"DateTime", "\"2026-03-02 10:00:00Z\"", false},
	    {"DateTime", "\"2026-03-02T10:00:00+15:00\"", false},
	    {"DateTime", "\"2026-06-30T23:59:60Z\"", true},
	    {"Instant", "\"2026-03-02T10:00:00.5+01:00\"", true},
	    {"Instant", "\"2026-03-02\"", false},
	    {"Instant", "\"2026-03-02T10:00:00\"", false},
	    {"Time", "\"10:00:00\"", true},
	    {"Time", "\"23:59:59.999\"", true},
	    {"Time", "\"24:00:00\"", false},
	    {"Time", "\"10:60:00\"", false},
	    {"Time", "\"10:00\"", false},
	    {"Time", "\"10:00:00Z\"", false},
	    {"Time", "\"10:00:00.\"", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		arena *a = arena_new(MIB);
		text json = text_format(a,
					"{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"},\"extension\":[{\"url\":"
					"\"u\",\"value%s\":%s}]}",
					rows[i].type, rows[i].json);
		text got = verdict(a, text_z(a, json));
		if (text_equal(got, TEXT("good")) != rows[i].good)
			fail_msg("%s %s: %.*s", rows[i].type, rows[i].json, TEXT_ARG(got));
		if (!rows[i].good) assert_true(text_ends(got, TEXT(" Basic.extension[0].value")));
		arena_free(a);
	}
}

TEST(messages)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	doc d;
	text json = TEXT(PATIENT("\"birthDate\":\"01.02.2003\",\"gender\":\"kvinde\",\"active\":\"ja\",\"x\":1"));
	assert_true(json_parse_resource(a, json, TEXT(""), &sink, &d));
	assert_false(resource_check(&d, &sink));
	const issue *i = sink.first;
	assert_text(issue_text(a, i, LANGUAGE_DA), TEXT("\"01.02.2003\" er ikke en gyldig date"));
	i = i->next;
	assert_text(issue_text(a, i, LANGUAGE_DA), TEXT("\"kvinde\" er ikke blandt de koder, der må stå her"));
	i = i->next;
	assert_text(issue_text(a, i, LANGUAGE_EN), TEXT("This must be boolean, not string (JSON)"));
	i = i->next;
	assert_text(issue_text(a, i, LANGUAGE_DA), TEXT("Patient har intet element \"x\""));
	assert_int_equal(sink.count, 4);
}

TEST(thousands_of_faults_are_counted_not_kept)
{
	arena *a = test_arena();
	buffer b = {.arena = a};
	buffer_add(&b, TEXT("{\"resourceType\":\"Patient\",\"name\":["));
	for (int i = 0; i < 100000; i++) buffer_add(&b, i ? TEXT(",7") : TEXT("7"));
	buffer_add(&b, TEXT("]}"));
	doc d;
	issues sink = {.arena = a};
	assert_true(json_parse_resource(a, buffer_text(&b), TEXT(""), &sink, &d));
	int64_t before = arena_used(a);
	assert_false(resource_check(&d, &sink));
	assert_int_equal(sink.errors, 100000);
	assert_true(arena_used(a) - before < 100 * 1024);
}

TESTS(T(elements_and_kinds), T(ids_and_extensions_of_primitives), T(cardinality_codes_and_contained), T(formats),
      T(messages), T(thousands_of_faults_are_counted_not_kept))
