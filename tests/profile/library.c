/* R4's conformance resources as they lie in the program. */
#include "fhir/fhir.h"
#include "profile/library.h"
#include "harness.h"

TEST(found_by_url)
{
	const struct {
		const char *url;
		bool there;
		library_kind kind;
		const char *about;
	} rows[] = {
	    {"http://hl7.org/fhir/StructureDefinition/Patient", true, LIBRARY_STRUCTURE, "Patient"},
	    {"http://hl7.org/fhir/StructureDefinition/Patient|4.0.1", true, LIBRARY_STRUCTURE, "Patient"},
	    {"http://hl7.org/fhir/StructureDefinition/Patient|3.0.2", false, LIBRARY_STRUCTURE, ""},
	    {"http://hl7.org/fhir/StructureDefinition/vitalsigns", true, LIBRARY_STRUCTURE, "Observation"},
	    {"http://hl7.org/fhir/StructureDefinition/patient-birthPlace", true, LIBRARY_STRUCTURE, "Extension"},
	    {"http://hl7.org/fhir/ValueSet/administrative-gender", true, LIBRARY_VALUE_SET, ""},
	    {"http://hl7.org/fhir/ValueSet/dicom-dcim", true, LIBRARY_VALUE_SET, ""}, /* implied by its system */
	    {"http://hl7.org/fhir/administrative-gender", true, LIBRARY_CODE_SYSTEM, ""},
	    {"http://terminology.hl7.org/CodeSystem/v3-ActCode", true, LIBRARY_CODE_SYSTEM, ""},
	    {"http://hl7.org/fhir/CodeSystem/example-supplement", true, LIBRARY_CODE_SYSTEM,
	     "http://hl7.org/fhir/CodeSystem/example"},
	    {"http://hl7.org/fhir/StructureDefinition/patient", false, LIBRARY_STRUCTURE, ""},
	    {"", false, LIBRARY_STRUCTURE, ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		library_entry e;
		if (library_find(text_of(rows[i].url), &e) != rows[i].there) fail_msg("%s", rows[i].url);
		if (!rows[i].there) continue;
		assert_int_equal(e.kind, rows[i].kind);
		assert_text(e.about, text_of(rows[i].about));
		assert_text(e.url, text_cut(text_of(rows[i].url), '|').head);
	}
}

TEST(each_is_a_resource_that_says_its_url)
{
	static const char *const types[LIBRARY_KINDS] = {"StructureDefinition", "ValueSet", "CodeSystem"};
	arena *a = arena_new(64 * MIB);
	int count[LIBRARY_KINDS] = {0};
	text before = {0};
	for (int i = 0; i < library_size(); i++) {
		library_entry e, again;
		doc d;
		issues sink = {.arena = a};
		library_at(i, &e);
		if (i == library_first(e.kind)) before = TEXT("");
		assert_true(text_compare(before, e.url) < 0);
		before = e.url;
		assert_true(json_parse_resource(a, e.source, e.url, &sink, &d));
		assert_text(doc_get_text(&d, 0, NAME_url), e.url);
		assert_text(doc_get_text(&d, 0, NAME_version), e.version);
		assert_text(doc_type(&d), text_of(types[e.kind]));
		assert_int_equal(doc_get(&d, 0, NAME_text), NODE_ABSENT);
		if (e.kind == LIBRARY_STRUCTURE)
			assert_true((doc_get(&d, 0, NAME_snapshot) == NODE_ABSENT) !=
				    (doc_get(&d, 0, NAME_differential) == NODE_ABSENT));
		if (!library_find(e.url, &again) || again.number != i) fail_msg("%.*s", TEXT_ARG(e.url));
		count[e.kind]++;
		arena_reset(a);
	}
	for (int k = 0; k < LIBRARY_KINDS; k++) assert_int_equal(count[k], library_count((library_kind)k));
	assert_int_equal(library_count(LIBRARY_STRUCTURE), 655);
	arena_free(a);
}

TESTS(T(found_by_url), T(each_is_a_resource_that_says_its_url))
