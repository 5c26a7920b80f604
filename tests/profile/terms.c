/* Codes and value sets: R4's own, DK Core's, and small ones written here, each membership checked by hand. */
#include "profile/profile.h"
#include "harness.h"

#include <pthread.h>

static const term_asked everything = {.count = INT32_MAX, .lang = LANGUAGE_EN};

static doc *read_resource(arena *a, text source)
{
	issues sink = {.arena = a};
	doc *d = ARENA_NEW(a, doc);
	if (!json_parse_resource(a, source, TEXT(""), &sink, d))
		fail_msg("%.*s\n%.*s", TEXT_ARG(issue_line(a, sink.first, LANGUAGE_EN)), TEXT_ARG(source));
	return d;
}

static void add(terms *t, arena *a, const char *json)
{
	issues sink = {.arena = a};
	if (!terms_add(t, read_resource(a, text_of(json)), &sink))
		fail_msg("%.*s", TEXT_ARG(issue_line(a, sink.first, LANGUAGE_EN)));
}

static const terms *dk_core(arena *a)
{
	const char *folder = shared_path("data/dk-core");
	if (!folder) return NULL;
	terms *t = terms_open(a, NULL);
	char **files;
	issues sink = {.arena = a};
	int count = list_files(a, folder, ".json", &files);
	for (int i = 0; i < count; i++) {
		const doc *d = read_resource(a, read_file(a, files[i]));
		bool mine = text_equal(doc_type(d), TEXT("CodeSystem")) || text_equal(doc_type(d), TEXT("ValueSet"));
		if (mine && !terms_add(t, d, &sink)) fail_msg("%s", files[i]);
	}
	return t;
}

#define R4 "http://hl7.org/fhir/"
#define V2 "http://terminology.hl7.org/CodeSystem/v2-"
#define V3 "http://terminology.hl7.org/CodeSystem/v3-"

struct membership {
	const char *set, *system, *code;
	term_answer answer;
};

static void check_memberships(const terms *t, const struct membership *rows, size_t n)
{
	static const char *const names[] = {"not", "is", "unknown"};
	for (size_t i = 0; i < n; i++) {
		term_answer got = term_in(t, text_of(rows[i].set), text_of(rows[i].system), text_of(rows[i].code));
		if (got != rows[i].answer)
			fail_msg("%s in %s: %s, not %s", rows[i].code, rows[i].set, names[got], names[rows[i].answer]);
	}
}
#define CHECK_MEMBERSHIPS(t, rows) check_memberships(t, rows, sizeof(rows) / sizeof *(rows))

/* Each form of compose that R4 uses. */
TEST(memberships_of_r4)
{
	static const struct membership rows[] = {
	    /* a whole system */
	    {R4 "ValueSet/administrative-gender", R4 "administrative-gender", "female", TERM_IS},
	    {R4 "ValueSet/administrative-gender|4.0.1", "", "female", TERM_IS},
	    {R4 "ValueSet/administrative-gender|3.0.0", "", "female", TERM_UNKNOWN},
	    {R4 "ValueSet/administrative-gender", R4 "administrative-gender", "Female", TERM_NOT},
	    {R4 "ValueSet/administrative-gender", R4 "gender", "female", TERM_NOT},
	    {R4 "ValueSet/administrative-gender", "", "", TERM_NOT},
	    /* several systems */
	    {R4 "ValueSet/marital-status", V3 "MaritalStatus", "M", TERM_IS},
	    {R4 "ValueSet/marital-status", V3 "NullFlavor", "UNK", TERM_IS},
	    {R4 "ValueSet/marital-status", V3 "NullFlavor", "ASKU", TERM_NOT},
	    {R4 "ValueSet/marital-status", "", "UNK", TERM_IS},
	    /* is-a */
	    {"http://terminology.hl7.org/ValueSet/v3-ActEncounterCode", V3 "ActCode", "AMB", TERM_IS},
	    {"http://terminology.hl7.org/ValueSet/v3-ActEncounterCode", V3 "ActCode", "EMER", TERM_IS},
	    {"http://terminology.hl7.org/ValueSet/v3-ActEncounterCode", V3 "ActCode", "_ActCoverageTypeCode", TERM_NOT},
	    {"http://terminology.hl7.org/ValueSet/v3-FamilyMember", V3 "RoleCode", "FAMMEMB", TERM_IS},
	    {"http://terminology.hl7.org/ValueSet/v3-FamilyMember", V3 "RoleCode", "NMTH", TERM_IS},
	    {"http://terminology.hl7.org/ValueSet/v3-FamilyMember", V3 "RoleCode", "FRND", TERM_NOT},
	    /* a second parent, said by the property child: DAUADOPT is under CHLDADOPT and under DAUC */
	    {V3 "RoleCode?fhir_vs=isa/DAUC", V3 "RoleCode", "DAUADOPT", TERM_IS},
	    {V3 "RoleCode?fhir_vs=isa/CHLDADOPT", V3 "RoleCode", "DAUADOPT", TERM_IS},
	    {V3 "RoleCode?fhir_vs=isa/SON", V3 "RoleCode", "DAUADOPT", TERM_NOT},
	    /* descendent-of: not the code itself */
	    {R4 "ValueSet/inactive", V3 "ActMood", "_ActMoodPredicate", TERM_NOT},
	    {R4 "ValueSet/inactive", V3 "ActMood", "CRT", TERM_IS},
	    {R4 "ValueSet/inactive", V3 "ActMood", "EVN", TERM_NOT},
	    /* is-not-a */
	    {R4 "ValueSet/patient-contactrelationship", V2 "0131", "O", TERM_NOT},
	    {R4 "ValueSet/patient-contactrelationship", V2 "0131", "N", TERM_IS},
	    /* a property that nobody declares */
	    {R4 "ValueSet/example-filter", R4 "CodeSystem/example", "chol", TERM_UNKNOWN},
	    /* listed codes of a system that is not here */
	    {R4 "ValueSet/condition-severity", "http://snomed.info/sct", "24484000", TERM_IS},
	    {R4 "ValueSet/condition-severity", "http://snomed.info/sct", "24484001", TERM_NOT},
	    {R4 "ValueSet/condition-severity", "http://loinc.org", "24484000", TERM_NOT},
	    /* filters on it */
	    {R4 "ValueSet/clinical-findings", "http://snomed.info/sct", "404684003", TERM_UNKNOWN},
	    {R4 "ValueSet/clinical-findings", "http://loinc.org", "404684003", TERM_NOT},
	    {R4 "ValueSet/observation-codes", "http://loinc.org", "8867-4", TERM_UNKNOWN},
	    /* other sets */
	    {R4 "ValueSet/yesnodontknow", V2 "0136", "Y", TERM_IS},
	    {R4 "ValueSet/yesnodontknow", "http://terminology.hl7.org/CodeSystem/data-absent-reason", "asked-unknown",
	     TERM_IS},
	    {R4 "ValueSet/yesnodontknow", "http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown",
	     TERM_NOT},
	    /* an expansion where the compose needs LOINC */
	    {R4 "ValueSet/example-expansion", "http://loinc.org", "14647-2", TERM_IS},
	    {R4 "ValueSet/example-expansion", "http://loinc.org", "8867-4", TERM_NOT},
	    /* systems that are only examples */
	    {R4 "ValueSet/service-type", "http://terminology.hl7.org/CodeSystem/service-type", "124", TERM_IS},
	    {R4 "ValueSet/service-type", "http://terminology.hl7.org/CodeSystem/service-type", "zzz", TERM_UNKNOWN},
	    /* a version that is not here */
	    {R4 "ValueSet/task-code", R4 "CodeSystem/task-code", "approve", TERM_UNKNOWN},
	    /* grammars */
	    {R4 "ValueSet/all-languages", "urn:ietf:bcp:47", "da-DK", TERM_IS},
	    {R4 "ValueSet/all-languages", "", "da_DK", TERM_NOT},
	    {R4 "ValueSet/languages", "urn:ietf:bcp:47", "da", TERM_IS},
	    {R4 "ValueSet/languages", "urn:ietf:bcp:47", "kl", TERM_NOT},
	    {R4 "ValueSet/mimetypes", "", "application/fhir+json", TERM_IS},
	    {R4 "ValueSet/mimetypes", "urn:ietf:bcp:13", "fhir", TERM_NOT},
	    {R4 "ValueSet/currencies", "urn:iso:std:iso:4217", "DKK", TERM_UNKNOWN},
	    {R4 "ValueSet/currencies", "urn:iso:std:iso:4217", "kr.", TERM_NOT},
	    {R4 "ValueSet/ucum-units", "http://unitsofmeasure.org", "mm[Hg]", TERM_IS},
	    {R4 "ValueSet/ucum-units", "http://unitsofmeasure.org", "10*3/uL", TERM_IS},
	    {R4 "ValueSet/ucum-units", "http://unitsofmeasure.org", "furlong", TERM_UNKNOWN},
	    {R4 "ValueSet/ucum-units", "http://unitsofmeasure.org", "day", TERM_UNKNOWN}, /* a word for people */
	    {R4 "ValueSet/ucum-units", "http://unitsofmeasure.org", "mm Hg", TERM_NOT},
	    {R4 "ValueSet/ucum-common", "http://unitsofmeasure.org", "kg", TERM_IS},
	    /* implied */
	    {R4 "administrative-gender?fhir_vs", "", "other", TERM_IS},
	    {R4 "administrative-gender?fhir_vs=refset", "", "other", TERM_UNKNOWN},
	    {R4 "ValueSet/dicom-dcim", "http://dicom.nema.org/resources/ontology/DCM", "AR", TERM_IS},
	    {"http://snomed.info/sct?fhir_vs", "http://snomed.info/sct", "404684003", TERM_UNKNOWN},
	    {"http://example.org/none", "", "x", TERM_UNKNOWN},
	    {"", "", "x", TERM_UNKNOWN},
	};
	CHECK_MEMBERSHIPS(terms_r4(), rows);
	CHECK_MEMBERSHIPS(terms_r4(), rows); /* and when they are compiled already */
}

TEST(grammars)
{
	static const struct {
		const char *system, *code;
		term_answer answer;
	} rows[] = {
	    {"47", "da", TERM_IS},
	    {"47", "zh-Hant-TW", TERM_IS},
	    {"47", "zh-cmn-Hans-CN", TERM_IS},
	    {"47", "de-CH-1996", TERM_IS},
	    {"47", "sl-rozaj-biske", TERM_IS},
	    {"47", "es-419", TERM_IS},
	    {"47", "en-US-u-islamcal", TERM_IS},
	    {"47", "en-a-bbb-x-a-ccc", TERM_IS},
	    {"47", "x-whatever", TERM_IS},
	    {"47", "i-klingon", TERM_IS},
	    {"47", "i-limen", TERM_NOT},
	    {"47", "", TERM_NOT},
	    {"47", "d", TERM_NOT},
	    {"47", "da-", TERM_NOT},
	    {"47", "da--DK", TERM_NOT},
	    {"47", "a-DE", TERM_NOT},
	    {"47", "en-u", TERM_NOT},
	    {"47", "Dansk sprog", TERM_NOT},
	    {"47", "abcdefghi", TERM_NOT},
	    {"13", "text/plain", TERM_IS},
	    {"13", "text/plain; charset=UTF-8", TERM_IS},
	    {"13", "text/plain;charset=\"ut;f\";x=1", TERM_IS},
	    {"13", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", TERM_IS},
	    {"13", "image/svg+xml", TERM_IS},
	    {"13", "json", TERM_UNKNOWN},
	    {"13", "text/", TERM_NOT},
	    {"13", "/plain", TERM_NOT},
	    {"13", "text/plain;", TERM_NOT},
	    {"13", "text/plain; charset", TERM_NOT},
	    {"13", "text/pl ain", TERM_NOT},
	    {"13", "text", TERM_NOT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *set = rows[i].system[0] == '4' ? R4 "ValueSet/all-languages" : R4 "ValueSet/mimetypes";
		if (term_in(terms_r4(), text_of(set), TEXT(""), text_of(rows[i].code)) != rows[i].answer)
			fail_msg("%s", rows[i].code);
	}
}

#define SYSTEM(name, rest) "{\"resourceType\":\"CodeSystem\",\"url\":\"urn:" name "\",\"content\":\"complete\"" rest "}"
#define SET(name, compose) "{\"resourceType\":\"ValueSet\",\"url\":\"urn:" name "\",\"compose\":{" compose "}}"
#define EXPANDED(name, rest) "{\"resourceType\":\"ValueSet\",\"url\":\"urn:" name "\",\"expansion\":{" rest "}}"
#define INCLUDE(rest) "\"include\":[" rest "]"
#define ANIMALS "\"system\":\"urn:animals\""
#define FILTERED(property, op, value)                                                                                  \
	"{" ANIMALS ",\"filter\":[{\"property\":\"" property "\",\"op\":\"" op "\",\"value\":\"" value "\"}]}"

static const char *const small_ones[] = {
    SYSTEM("animals", ",\"version\":\"2\",\"valueSet\":\"urn:vs-animals\",\"property\":[{\"code\":\"legs\",\"type\":"
		      "\"integer\"},{\"code\":\"tame\","
		      "\"type\":\"boolean\"}],\"concept\":["
		      "{\"code\":\"animal\",\"display\":\"Animal\",\"property\":[{\"code\":\"notSelectable\","
		      "\"valueBoolean\":true}],\"concept\":["
		      "{\"code\":\"bird\",\"display\":\"Bird\",\"property\":[{\"code\":\"legs\",\"valueInteger\":2}],"
		      "\"concept\":[{\"code\":\"hen\","
		      "\"display\":\"Hen\",\"property\":[{\"code\":\"legs\",\"valueInteger\":2},{\"code\":\"tame\","
		      "\"valueBoolean\":true}]}]},"
		      "{\"code\":\"dog\",\"display\":\"Dog\",\"designation\":[{\"language\":\"da-DK\",\"value\":"
		      "\"Hund\"}],\"property\":["
		      "{\"code\":\"legs\",\"valueInteger\":4},{\"code\":\"tame\",\"valueBoolean\":true}]},"
		      "{\"code\":\"dodo\",\"property\":[{\"code\":\"subsumedBy\",\"valueCode\":\"bird\"},{\"code\":"
		      "\"status\",\"valueCode\":\"retired\"}]}"
		      "]}]"),
    SYSTEM("nocase", ",\"caseSensitive\":false,\"concept\":[{\"code\":\"AbC\"}]"),
    SYSTEM("parts",
	   ",\"hierarchyMeaning\":\"part-of\",\"concept\":[{\"code\":\"car\",\"concept\":[{\"code\":\"wheel\"}]}]"),
    "{\"resourceType\":\"CodeSystem\",\"url\":\"urn:animals-da\",\"content\":\"supplement\",\"supplements\":\"urn:"
    "animals|2\",\"concept\":["
    "{\"code\":\"hen\",\"designation\":[{\"language\":\"da\",\"value\":\"Høne\"}]},"
    "{\"code\":\"bird\",\"property\":[{\"code\":\"sings\",\"valueBoolean\":true}]}]}",
    SET("tame", INCLUDE(FILTERED("tame", "=", "true"))),
    SET("four", INCLUDE(FILTERED("legs", "in", "4, 6"))),
    SET("notfour", INCLUDE(FILTERED("legs", "not-in", "4,6"))),
    SET("legged", INCLUDE(FILTERED("legs", "exists", "true"))),
    SET("legless", INCLUDE(FILTERED("legs", "exists", "false"))),
    SET("d", INCLUDE(FILTERED("code", "regex", "d.*"))),
    SET("o", INCLUDE(FILTERED("code", "regex", "o"))),
    SET("above-hen", INCLUDE(FILTERED("concept", "generalizes", "hen"))),
    SET("birds", INCLUDE(FILTERED("concept", "is-a", "bird"))),
    SET("under-birds", INCLUDE(FILTERED("concept", "descendent-of", "bird"))),
    SET("no-birds", INCLUDE(FILTERED("concept", "is-not-a", "bird"))),
    SET("child-of-bird", INCLUDE(FILTERED("parent", "=", "bird"))),
    SET("singers", INCLUDE(FILTERED("sings", "=", "true"))),
    SET("retired", INCLUDE(FILTERED("inactive", "=", "true"))),
    SET("colour", INCLUDE(FILTERED("colour", "=", "red"))),
    SET("bad-regex", INCLUDE(FILTERED("code", "regex", "("))),
    SET("bad-op", INCLUDE(FILTERED("code", "near", "dog"))),
    SET("tame-birds", INCLUDE("{" ANIMALS ",\"valueSet\":[\"urn:tame\",\"urn:birds\"]}")),
    SET("tame-or-bird", INCLUDE("{\"valueSet\":[\"urn:tame\"]},{\"valueSet\":[\"urn:birds\"]}")),
    SET("both", INCLUDE("{\"valueSet\":[\"urn:tame\",\"urn:birds\"]}")),
    SET("but-hen", INCLUDE("{" ANIMALS "}") ",\"exclude\":[{" ANIMALS
					    ",\"concept\":[{\"code\":\"hen\"}]},{\"valueSet\":[\"urn:four\"]}]"),
    SET("listed",
	INCLUDE("{" ANIMALS ",\"concept\":[{\"code\":\"hen\",\"display\":\"Chicken\"},{\"code\":\"unicorn\"}]},"
		"{\"system\":\"urn:far\",\"concept\":[{\"code\":\"x\",\"display\":\"Ex\"}]}")),
    SET("not-far", INCLUDE("{\"valueSet\":[\"urn:listed\"]}") ",\"exclude\":[{\"system\":\"urn:far\"}]"),
    SET("version-2", INCLUDE("{" ANIMALS ",\"version\":\"2\"}")),
    SET("version-3", INCLUDE("{" ANIMALS ",\"version\":\"3\"}")),
    SET("ring-a", INCLUDE("{\"valueSet\":[\"urn:ring-b\"]},{" ANIMALS ",\"concept\":[{\"code\":\"dog\"}]}")),
    SET("ring-b", INCLUDE("{\"valueSet\":[\"urn:ring-a\"]},{" ANIMALS ",\"concept\":[{\"code\":\"hen\"}]}")),
    SET("self", INCLUDE("{\"valueSet\":[\"urn:self\"]}")),
    SET("missing", INCLUDE("{\"valueSet\":[\"urn:nowhere\"]},{" ANIMALS ",\"concept\":[{\"code\":\"dog\"}]}")),
    SET("nothing", INCLUDE("{}")),
    SET("nocase-set", INCLUDE("{\"system\":\"urn:nocase\"}")),
    SET("part-of",
	INCLUDE(
	    "{\"system\":\"urn:parts\",\"filter\":[{\"property\":\"concept\",\"op\":\"is-a\",\"value\":\"car\"}]}")),
    EXPANDED("expanded",
	     "\"contains\":[{\"system\":\"urn:far\",\"code\":\"y\",\"contains\":[{" ANIMALS ",\"code\":\"dog\"}]}]"),
    EXPANDED("unclosed", "\"total\":7,\"contains\":[{\"system\":\"urn:far\",\"code\":\"y\"}]"),
};

static terms *small_terms(arena *a)
{
	terms *t = terms_open(a, NULL);
	for (size_t i = 0; i < sizeof small_ones / sizeof *small_ones; i++) add(t, a, small_ones[i]);
	return t;
}

TEST(memberships_of_small_ones)
{
#define A "urn:animals"
	static const struct membership rows[] = {
	    {"urn:tame", A, "hen", TERM_IS},
	    {"urn:tame", A, "dog", TERM_IS},
	    {"urn:tame", A, "bird", TERM_NOT},
	    {"urn:four", A, "dog", TERM_IS},
	    {"urn:four", A, "hen", TERM_NOT},
	    {"urn:notfour", A, "hen", TERM_IS},
	    {"urn:notfour", A, "dodo", TERM_IS},
	    {"urn:notfour", A, "dog", TERM_NOT},
	    {"urn:legged", A, "bird", TERM_IS},
	    {"urn:legged", A, "dodo", TERM_NOT},
	    {"urn:legless", A, "dodo", TERM_IS},
	    {"urn:legless", A, "bird", TERM_NOT},
	    {"urn:d", A, "dog", TERM_IS},
	    {"urn:d", A, "bird", TERM_NOT}, /* the whole value */
	    {"urn:o", A, "dog", TERM_NOT},
	    {"urn:above-hen", A, "hen", TERM_IS},
	    {"urn:above-hen", A, "animal", TERM_IS},
	    {"urn:above-hen", A, "dog", TERM_NOT},
	    {"urn:birds", A, "bird", TERM_IS},
	    {"urn:birds", A, "hen", TERM_IS},
	    {"urn:birds", A, "dodo", TERM_IS}, /* by subsumedBy */
	    {"urn:birds", A, "dog", TERM_NOT},
	    {"urn:under-birds", A, "bird", TERM_NOT},
	    {"urn:under-birds", A, "hen", TERM_IS},
	    {"urn:no-birds", A, "dog", TERM_IS},
	    {"urn:no-birds", A, "animal", TERM_IS},
	    {"urn:no-birds", A, "hen", TERM_NOT},
	    {"urn:child-of-bird", A, "hen", TERM_IS},
	    {"urn:child-of-bird", A, "dodo", TERM_IS},
	    {"urn:child-of-bird", A, "bird", TERM_NOT},
	    {"urn:singers", A, "bird", TERM_IS}, /* as the supplement says */
	    {"urn:singers", A, "hen", TERM_NOT},
	    {"urn:retired", A, "dodo", TERM_IS},
	    {"urn:retired", A, "hen", TERM_NOT},
	    {"urn:colour", A, "hen", TERM_UNKNOWN},
	    {"urn:bad-regex", A, "hen", TERM_UNKNOWN},
	    {"urn:bad-op", A, "dog", TERM_UNKNOWN},
	    {"urn:tame-birds", A, "hen", TERM_IS},
	    {"urn:tame-birds", A, "dog", TERM_NOT},
	    {"urn:both", A, "hen", TERM_IS},
	    {"urn:both", A, "dodo", TERM_NOT},
	    {"urn:tame-or-bird", A, "dog", TERM_IS},
	    {"urn:tame-or-bird", A, "dodo", TERM_IS},
	    {"urn:tame-or-bird", A, "animal", TERM_NOT},
	    {"urn:but-hen", A, "hen", TERM_NOT},
	    {"urn:but-hen", A, "dog", TERM_NOT},
	    {"urn:but-hen", A, "bird", TERM_IS},
	    {"urn:listed", A, "hen", TERM_IS},
	    {"urn:listed", A, "unicorn", TERM_NOT}, /* its system is here and has none */
	    {"urn:listed", A, "dog", TERM_NOT},
	    {"urn:listed", "urn:far", "x", TERM_IS},
	    {"urn:listed", "urn:far", "y", TERM_NOT},
	    {"urn:listed", "", "x", TERM_IS},
	    {"urn:not-far", "urn:far", "x", TERM_UNKNOWN}, /* every code of a system that is not here */
	    {"urn:not-far", A, "hen", TERM_IS},
	    {"urn:version-2", A, "hen", TERM_IS},
	    {"urn:version-3", A, "hen", TERM_UNKNOWN},
	    {"urn:ring-a", A, "dog", TERM_IS},
	    {"urn:ring-a", A, "hen", TERM_IS},
	    {"urn:ring-a", A, "bird", TERM_UNKNOWN},
	    {"urn:self", A, "dog", TERM_UNKNOWN},
	    {"urn:missing", A, "dog", TERM_IS},
	    {"urn:missing", A, "hen", TERM_UNKNOWN},
	    {"urn:missing", "urn:far", "hen", TERM_UNKNOWN},
	    {"urn:nothing", A, "hen", TERM_UNKNOWN},
	    {"urn:nocase-set", "urn:nocase", "aBc", TERM_IS},
	    {"urn:nocase-set", "urn:nocase", "abd", TERM_NOT},
	    {"urn:part-of", "urn:parts", "wheel", TERM_UNKNOWN}, /* is no "is a" */
	    {"urn:vs-animals", A, "dog", TERM_IS},
	    {"urn:animals?fhir_vs=isa/bird", A, "hen", TERM_IS},
	    {"urn:expanded", "urn:far", "y", TERM_IS},
	    {"urn:expanded", A, "dog", TERM_IS},
	    {"urn:expanded", A, "hen", TERM_NOT},
	    {"urn:unclosed", "urn:far", "y", TERM_IS},
	    {"urn:unclosed", "urn:far", "z", TERM_UNKNOWN},
	};
#undef A
	arena *a = arena_new(64 * MIB);
	CHECK_MEMBERSHIPS(small_terms(a), rows);
	arena_free(a);
}

TEST(codes_are_found)
{
	arena *a = arena_new(64 * MIB);
	const terms *t = small_terms(a);
	term_code c;
	assert_int_equal(term_find(t, TEXT("urn:animals"), TEXT("hen"), LANGUAGE_EN, &c), TERM_IS);
	assert_text(c.display, TEXT("Hen"));
	assert_text(c.version, TEXT("2"));
	assert_int_equal(term_find(t, TEXT("urn:animals|2"), TEXT("hen"), LANGUAGE_DA, &c), TERM_IS);
	assert_text(c.display, TEXT("Høne"));
	assert_int_equal(term_find(t, TEXT("urn:animals"), TEXT("dog"), LANGUAGE_DA, &c), TERM_IS);
	assert_text(c.display, TEXT("Hund"));
	assert_int_equal(term_find(t, TEXT("urn:animals"), TEXT("animal"), LANGUAGE_DA, &c), TERM_IS);
	assert_text(c.display, TEXT("Animal"));
	assert_true(c.is_abstract && !c.inactive);
	assert_int_equal(term_find(t, TEXT("urn:animals"), TEXT("dodo"), LANGUAGE_DA, &c), TERM_IS);
	assert_true(c.inactive && c.display.len == 0);
	assert_int_equal(term_find(t, TEXT("urn:animals"), TEXT("cat"), LANGUAGE_DA, &c), TERM_NOT);
	assert_int_equal(term_find(t, TEXT("urn:animals|3"), TEXT("hen"), LANGUAGE_DA, &c), TERM_UNKNOWN);
	assert_int_equal(term_find(t, TEXT("urn:far"), TEXT("x"), LANGUAGE_DA, &c), TERM_UNKNOWN);
	assert_int_equal(term_find(t, TEXT("urn:nocase"), TEXT("ABC"), LANGUAGE_DA, &c), TERM_IS);
	assert_text(c.code, TEXT("AbC"));
	assert_int_equal(term_find(t, TEXT("urn:ietf:bcp:47"), TEXT("da"), LANGUAGE_DA, &c), TERM_UNKNOWN);
	assert_int_equal(term_find(t, TEXT("urn:ietf:bcp:47"), TEXT("-"), LANGUAGE_DA, &c), TERM_NOT);
	term_codes parents = term_parents(t, TEXT("urn:animals"), TEXT("dodo"), a);
	assert_int_equal(parents.count, 2);
	assert_int_equal(term_children(t, TEXT("urn:animals"), TEXT("bird"), a).count, 2);
	assert_int_equal(term_supplements(t, TEXT("urn:animals"), TEXT("bird"), a).count, 1);
	assert_int_equal(term_supplements(t, TEXT("urn:animals"), TEXT("dog"), a).count, 0);
	arena_free(a);
}

TEST(subsumption)
{
	static const struct {
		const char *system, *general, *specific;
		term_answer answer;
	} rows[] = {
	    {"urn:animals", "bird", "hen", TERM_IS},         {"urn:animals", "bird", "bird", TERM_IS},
	    {"urn:animals", "hen", "bird", TERM_NOT},        {"urn:animals", "bird", "dodo", TERM_IS},
	    {"urn:animals", "animal", "hen", TERM_IS},       {"urn:animals", "dog", "hen", TERM_NOT},
	    {"urn:animals", "dog", "cat", TERM_NOT},         {"urn:far", "x", "y", TERM_UNKNOWN},
	    {"urn:parts", "car", "wheel", TERM_NOT},         {V3 "RoleCode", "DAUC", "DAUADOPT", TERM_IS},
	    {V3 "RoleCode", "FAMMEMB", "DAUADOPT", TERM_IS}, {V3 "RoleCode", "SON", "DAUADOPT", TERM_NOT},
	};
	arena *a = arena_new(64 * MIB);
	const terms *t = small_terms(a);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (term_subsumes(t, text_of(rows[i].system), text_of(rows[i].general), text_of(rows[i].specific)) !=
		    rows[i].answer)
			fail_msg("%s %s", rows[i].general, rows[i].specific);
	arena_free(a);
}

TEST(rings_of_parents_come_to_an_end)
{
	arena *a = arena_new(64 * MIB);
	terms *t = terms_open(a, NULL);
	add(t, a,
	    SYSTEM("ring",
		   ",\"concept\":[{\"code\":\"a\",\"property\":[{\"code\":\"parent\",\"valueCode\":\"b\"}]},"
		   "{\"code\":\"b\",\"property\":[{\"code\":\"parent\",\"valueCode\":\"a\"}]},{\"code\":\"c\"}]"));
	assert_int_equal(term_subsumes(t, TEXT("urn:ring"), TEXT("b"), TEXT("a")), TERM_IS);
	assert_int_equal(term_subsumes(t, TEXT("urn:ring"), TEXT("c"), TEXT("a")), TERM_NOT);
	assert_int_equal(term_in(t, TEXT("urn:ring?fhir_vs=isa/a"), TEXT(""), TEXT("b")), TERM_IS);
	arena_free(a);
}

static text codes_of(const terms *t, const char *set, const term_asked *asked, arena *a)
{
	term_list list;
	issues sink = {.arena = a};
	buffer b = {.arena = a};
	if (!term_expand(t, text_of(set), asked, a, &list, &sink)) return text_of(failure_name(sink.first->code));
	buffer_format(&b, "%d%s", list.total, list.unclosed ? "+" : "");
	for (int i = 0; i < list.count; i++) buffer_format(&b, " %.*s", TEXT_ARG(list.at[i].code));
	return buffer_text(&b);
}

TEST(expansions)
{
	static const struct {
		const char *set, *codes;
		term_asked asked;
	} rows[] = {
	    {"urn:vs-animals", "5 animal bird hen dog dodo", {.count = 99}},
	    {"urn:vs-animals", "4 animal bird hen dog", {.count = 99, .active_only = true}},
	    {"urn:vs-animals", "5 hen dog", {.count = 2, .offset = 2}},
	    {"urn:vs-animals", "5", {.count = 0}},
	    {"urn:vs-animals", "2 dog dodo", {.count = 99, .filter = {"DO", 2}}},
	    {"urn:vs-animals", "1 dog", {.count = 99, .filter = {"hund", 4}, .lang = LANGUAGE_DA}},
	    {"urn:vs-animals", "1 hen", {.count = 99, .filter = {"høn", 4}, .lang = LANGUAGE_DA}},
	    {"urn:listed", "2 hen x", {.count = 99}},
	    {"urn:but-hen", "3 animal bird dodo", {.count = 99}},
	    {"urn:tame-or-bird", "4 hen dog bird dodo", {.count = 99}},
	    {"urn:expanded", "2 y dog", {.count = 99}},
	    {"urn:ring-a", "TERM_CYCLE", {.count = 99}},
	    {"urn:self", "TERM_CYCLE", {.count = 99}},
	    {"urn:missing", "TERM_SET", {.count = 99}},
	    {"urn:nowhere", "TERM_SET", {.count = 99}},
	    {"urn:not-far", "TERM_SYSTEM", {.count = 99}},
	    {"urn:version-3", "TERM_VERSION", {.count = 99}},
	    {"urn:colour", "TERM_FILTER", {.count = 99}},
	    {"urn:nothing", "TERM_RULE", {.count = 99}},
	    {"urn:unclosed", "TERM_UNCLOSED", {.count = 99}},
	    {R4 "ValueSet/all-languages", "TERM_ENDLESS", {.count = 99}},
	    {R4 "ValueSet/clinical-findings", "TERM_SYSTEM", {.count = 99}},
	    {R4 "ValueSet/service-type", "596+ 1 2", {.count = 2}},
	    {R4 "ValueSet/administrative-gender", "4 male female other unknown", {.count = 99}},
	};
	arena *a = arena_new(64 * MIB);
	const terms *t = small_terms(a);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		text got = codes_of(t, rows[i].set, &rows[i].asked, a);
		if (!text_equal(got, text_of(rows[i].codes))) fail_msg("%s: %.*s", rows[i].set, TEXT_ARG(got));
	}
	term_list list;
	issues sink = {.arena = a};
	assert_true(term_expand(t, TEXT("urn:listed"), &everything, a, &list, &sink));
	assert_text(list.at[0].display, TEXT("Chicken"));
	assert_text(list.at[1].display, TEXT("Ex"));
	term_asked danish = everything;
	danish.lang = LANGUAGE_DA;
	assert_true(term_expand(t, TEXT("urn:listed"), &danish, a, &list, &sink));
	assert_text(list.at[0].display, TEXT("Høne"));
	arena_free(a);
}

/* Every value set the program brings: what is written out is what it says is in it, and of its systems nothing else is. */
TEST(expansions_are_the_members)
{
	const terms *t = terms_r4();
	int whole = 0, open = 0, parts = 0;
	int first = library_first(LIBRARY_VALUE_SET), count = library_count(LIBRARY_VALUE_SET);
	arena *a = arena_new(256 * MIB);
	for (int i = first; i < first + count; i++, arena_reset(a)) {
		library_entry e, s;
		term_list list;
		issues sink = {.arena = a};
		library_at(i, &e);
		if (!term_expand(t, e.url, &everything, a, &list, &sink)) {
			assert_true(sink.errors > 0);
			open++;
			continue;
		}
		whole++;
		parts += list.unclosed;
		map systems = {.arena = a};
		for (int k = 0; k < list.count; k++) {
			const term_code *c = &list.at[k];
			if (term_in(t, e.url, c->system, c->code) != TERM_IS) fail_msg("%.*s", TEXT_ARG(e.url));
			map_put(&systems, c->system, map_get_or(&systems, c->system, 0) + 1);
		}
		for (int64_t k = 0; k < systems.count; k++) {
			if (!library_find(systems.entries[k].key, &s)) continue;
			term_list all;
			text implied = text_join(a, systems.entries[k].key, TEXT("?fhir_vs"));
			if (!term_expand(t, implied, &everything, a, &all, &sink)) continue;
			int64_t in = 0;
			for (int x = 0; x < all.count; x++)
				in += term_in(t, e.url, all.at[x].system, all.at[x].code) == TERM_IS;
			if (in != systems.entries[k].value) fail_msg("%.*s", TEXT_ARG(e.url));
		}
	}
	printf("value sets of R4: %d written out (%d of them in part), %d need what is not here\n", whole, parts, open);
	assert_true(whole >= 1150);
	arena_free(a);
}

/* A set that cannot be written out needs a system the package has not, or not in that version. */
TEST(whatever_the_package_completes_expands)
{
	const terms *t = terms_r4();
	arena *a = arena_new(256 * MIB);
	int first = library_first(LIBRARY_VALUE_SET), count = library_count(LIBRARY_VALUE_SET);
	for (int i = first; i < first + count; i++, arena_reset(a)) {
		library_entry e;
		term_list list;
		issues sink = {.arena = a};
		library_at(i, &e);
		if (term_expand(t, e.url, &everything, a, &list, &sink)) continue;
		failure code = sink.first->code;
		bool absent = code == FAIL_TERM_SYSTEM || code == FAIL_TERM_ENDLESS || code == FAIL_TERM_SET;
		bool slip = code == FAIL_TERM_VERSION && text_ends(e.url, TEXT("/task-code"));
		bool asks = code == FAIL_TERM_FILTER && text_ends(e.url, TEXT("/example-filter"));
		if (!absent && !slip && !asks)
			fail_msg("%.*s: %.*s", TEXT_ARG(e.url), TEXT_ARG(issue_line(a, sink.first, LANGUAGE_EN)));
		if (code == FAIL_TERM_SYSTEM && term_system_doc(t, sink.first->args[0]))
			assert_text(doc_get_text(term_system_doc(t, sink.first->args[0]), 0, NAME_content),
				    TEXT("not-present"));
	}
	arena_free(a);
}

/* Required codes lie in the definitions' image as well: both must say the same. */
TEST(required_codes_agree_with_the_definitions)
{
	const terms *t = terms_r4();
	arena *a = arena_new(256 * MIB);
	int elements = 0;
	for (int i = 1; i <= type_count(); i++)
		for (int k = 0; k < element_count((type_id)i); k++, arena_reset(a)) {
			element_info e;
			term_list list;
			issues sink = {.arena = a};
			element_at((type_id)i, k, &e);
			if (e.binding == 0) continue;
			elements++;
			assert_int_equal(e.binding_strength, BINDING_REQUIRED);
			const struct binding_row *row = &image_bindings[e.binding];
			for (uint32_t c = row->first_code; c < row->first_code + row->code_count; c++) {
				text code = {image_strings + image_codes[c].at, image_codes[c].len};
				if (term_in(t, e.value_set, TEXT(""), code) != TERM_IS)
					fail_msg("%.*s", TEXT_ARG(code));
			}
			assert_true(term_expand(t, e.value_set, &everything, a, &list, &sink));
			for (int c = 0; c < list.count; c++) assert_true(code_allowed(e.binding, list.at[c].code));
		}
	assert_true(elements > 300);
	arena_free(a);
}

TEST(dk_core_sets)
{
	arena *a = arena_new(256 * MIB);
	const terms *t = dk_core(a);
	if (!t) {
		arena_free(a);
		SKIP("no shared data");
	}
#define DK "http://hl7.dk/fhir/core/"
	static const struct membership rows[] = {
	    {DK "ValueSet/dk-core-MunicipalityCodes", DK "CodeSystem/dk-core-municipality-codes", "0740", TERM_IS},
	    {DK "ValueSet/dk-core-MunicipalityCodes", DK "CodeSystem/dk-core-municipality-codes-greenland", "0955",
	     TERM_IS},
	    {DK "ValueSet/dk-core-MunicipalityCodes", DK "CodeSystem/dk-core-municipality-codes", "0000", TERM_NOT},
	    {DK "ValueSet/dk-core-priority-codes", R4 "request-priority", "routine", TERM_IS},
	    {DK "ValueSet/dk-core-priority-codes", R4 "request-priority", "urgent", TERM_NOT},
	    {DK "ValueSet/dk-marital-status", DK "CodeSystem/dk-marital-status", "P", TERM_IS},
	    {DK "ValueSet/dk-marital-status", V3 "MaritalStatus", "M", TERM_IS},
	    {DK "ValueSet/dk-core-encounter-priority", V3 "ActPriority", "EL", TERM_IS},
	    {DK "ValueSet/dk-core-encounter-priority", V3 "ActPriority", "EM", TERM_NOT},
	    {DK "ValueSet/dk-core-NPUBasicObservation", "http://npu-terminology.org", "NPU03011", TERM_IS},
	    {DK "ValueSet/dk-core-NPUBasicObservation", "http://npu-terminology.org", "NPU99999", TERM_NOT},
	    {DK "ValueSet/dk-core-UCUM-BasicUnits", "http://unitsofmeasure.org", "mm[Hg]", TERM_IS},
	    {DK "ValueSet/dk-core-UCUM-BasicUnits", "http://unitsofmeasure.org", "furlong", TERM_NOT},
	    {DK "ValueSet/dk-core-practice-setting-code", "http://snomed.info/sct", "408443003", TERM_IS},
	    {DK "ValueSet/dk-core-practice-setting-exclude-lab-code", "http://snomed.info/sct", "408443003", TERM_IS},
	    {DK "ValueSet/dk-core-practice-setting-exclude-lab-code", "http://snomed.info/sct", "394596001", TERM_NOT},
	    {DK "ValueSet/dk-core-RelatedPersonRelationshipTypes", V3 "RoleCode", "NBOR", TERM_IS},
	    {DK "ValueSet/dk-core-RegionalSubDivisionCodes", "urn:iso:std:iso:3166:-2", "DK-84", TERM_IS},
	};
	CHECK_MEMBERSHIPS(t, rows);
	term_code c;
	assert_int_equal(term_find(t, TEXT(R4 "administrative-gender"), TEXT("male"), LANGUAGE_DA, &c), TERM_IS);
	assert_text(c.display, TEXT("Mand"));
	assert_int_equal(term_find(t, TEXT(R4 "administrative-gender"), TEXT("male"), LANGUAGE_EN, &c), TERM_IS);
	assert_text(c.display, TEXT("Male"));
	assert_int_equal(term_find(terms_r4(), TEXT(R4 "administrative-gender"), TEXT("male"), LANGUAGE_DA, &c),
			 TERM_IS);
	assert_text(c.display, TEXT("Male")); /* R4 itself has no Danish */
	term_list list;
	issues sink = {.arena = a};
	term_asked danish = {.count = 99, .lang = LANGUAGE_DA};
	assert_true(term_expand(t, TEXT(R4 "ValueSet/days-of-week"), &danish, a, &list, &sink));
	assert_text(list.at[0].display, TEXT("Mandag"));
	arena_free(a);
}

/* But for one that asks SNOMED CT what is below a finding. */
TEST(all_of_dk_core_expands)
{
	arena *a = arena_new(256 * MIB);
	const terms *t = dk_core(a);
	if (!t) {
		arena_free(a);
		SKIP("no shared data");
	}
	char **files;
	int count = list_files(a, shared_path("data/dk-core"), ".json", &files), sets = 0;
	for (int i = 0; i < count; i++) {
		const doc *d = read_resource(a, read_file(a, files[i]));
		if (!text_equal(doc_type(d), TEXT("ValueSet"))) continue;
		term_list list;
		issues sink = {.arena = a};
		bool below = text_ends(doc_get_text(d, 0, NAME_url), TEXT("/dk-core-SCTBasicObservation"));
		if (term_expand(t, doc_get_text(d, 0, NAME_url), &everything, a, &list, &sink) == below)
			fail_msg("%s", files[i]);
		assert_true(below ? sink.first->code == FAIL_TERM_SYSTEM : list.count > 0);
		sets++;
	}
	assert_int_equal(sets, 24);
	arena_free(a);
}

TEST(what_lies_above_hides_what_lies_below)
{
	arena *a = arena_new(64 * MIB);
	terms *t = terms_open(a, NULL);
	add(t, a,
	    "{\"resourceType\":\"CodeSystem\",\"url\":\"" R4
	    "administrative-gender\",\"content\":\"complete\",\"concept\":[{\"code\":"
	    "\"k\"}]}");
	const terms *above = terms_open(a, t);
	assert_int_equal(term_in(above, TEXT(R4 "ValueSet/administrative-gender"), TEXT(""), TEXT("k")), TERM_IS);
	assert_int_equal(term_in(above, TEXT(R4 "ValueSet/administrative-gender"), TEXT(""), TEXT("male")), TERM_NOT);
	assert_int_equal(term_in(terms_r4(), TEXT(R4 "ValueSet/administrative-gender"), TEXT(""), TEXT("male")),
			 TERM_IS);
	arena_free(a);
}

TEST(what_cannot_be_added_is_refused)
{
	static const char *const rows[][2] = {
	    {"{\"resourceType\":\"Patient\"}", "RECORD_OTHER_TYPE"},
	    {"{\"resourceType\":\"ValueSet\",\"status\":\"active\"}", "FHIR_REQUIRED"},
	    {"{\"resourceType\":\"CodeSystem\",\"url\":\"urn:x\"}", "FHIR_REQUIRED"},
	    {"{\"resourceType\":\"CodeSystem\",\"url\":\"urn:x\",\"content\":\"supplement\"}", "FHIR_REQUIRED"},
	};
	arena *a = arena_new(MIB);
	terms *t = terms_open(a, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		issues sink = {.arena = a};
		assert_false(terms_add(t, read_resource(a, text_of(rows[i][0])), &sink));
		assert_string_equal(failure_name(sink.first->code), rows[i][1]);
	}
	arena_free(a);
}

enum { THREADS = 8 };
struct asker {
	const terms *t;
	pthread_barrier_t *start;
	uint64_t sum;
};

static void *ask(void *of)
{
	struct asker *me = of;
	pthread_barrier_wait(me->start);
	for (int i = library_first(LIBRARY_VALUE_SET); i < library_size(); i += 3) {
		library_entry e;
		term_code c;
		library_at(i, &e);
		if (e.kind == LIBRARY_VALUE_SET)
			me->sum = me->sum * 31 + term_in(me->t, e.url, TEXT(""), TEXT("active"));
		else
			me->sum = me->sum * 31 + term_find(me->t, e.url, TEXT("active"), LANGUAGE_DA, &c);
	}
	return NULL;
}

TEST(threads_may_ask_first_at_once)
{
	arena *a = arena_new(64 * MIB);
	const terms *t = small_terms(a);
	pthread_t threads[THREADS];
	struct asker askers[THREADS];
	pthread_barrier_t start;
	pthread_barrier_init(&start, NULL, THREADS);
	for (int i = 0; i < THREADS; i++) {
		askers[i] = (struct asker){.t = t, .start = &start};
		assert_int_equal(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
	for (int i = 1; i < THREADS; i++) assert_true(askers[i].sum == askers[0].sum);
	pthread_barrier_destroy(&start);
	arena_free(a);
}

TESTS(T(threads_may_ask_first_at_once), T(memberships_of_r4), T(grammars), T(memberships_of_small_ones),
      T(codes_are_found), T(subsumption), T(rings_of_parents_come_to_an_end), T(expansions),
      T(expansions_are_the_members), T(whatever_the_package_completes_expands),
      T(required_codes_agree_with_the_definitions), T(dk_core_sets), T(all_of_dk_core_expands),
      T(what_lies_above_hides_what_lies_below), T(what_cannot_be_added_is_refused))
