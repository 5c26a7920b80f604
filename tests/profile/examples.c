/* Every resource others have published as right is held against all that is known of what a resource must be. Where one has
 * errors it is listed here, each fault by itself, with the reason why the example is wrong and not we; and a fault that is no
 * longer found fails the test as much as one that is not listed. */
#include "profile/profile.h"
#include "harness.h"

#include <unistd.h>

/* A fault of a published example. */
typedef struct fault {
	const char *file;  /* its name; a '*' at the end stands for the rest */
	const char *what;  /* failure, or the key of the rule broken */
	const char *where; /* the place without indexes */
	const char *why;
} fault;

static const fault r4_faults[] = {
    {"package.json", "FHIR_TYPE_MISSING", "", "npm's own, no resource"},
    {"ActivityDefinition-blood-tubes-supply.json", "txt-2", "ActivityDefinition.text.div", "a div of white space only"},
    {"ActivityDefinition-blood-tubes-supply.json", "txt-1", "ActivityDefinition.text.div",
     "R4 asks htmlChecks() for both rules"},
    {"ActivityDefinition-heart-valve-replacement.json", "txt-2", "ActivityDefinition.text.div",
     "as blood-tubes-supply"},
    {"ActivityDefinition-heart-valve-replacement.json", "txt-1", "ActivityDefinition.text.div",
     "as blood-tubes-supply"},
    {"EventDefinition-example.json", "txt-2", "EventDefinition.text.div", "as blood-tubes-supply"},
    {"EventDefinition-example.json", "txt-1", "EventDefinition.text.div", "as blood-tubes-supply"},
    {"Questionnaire-zika-virus-exposure-assessment.json", "txt-2", "Questionnaire.text.div", "as blood-tubes-supply"},
    {"Questionnaire-zika-virus-exposure-assessment.json", "txt-1", "Questionnaire.text.div", "as blood-tubes-supply"},
    {"Basic-referral.json", "EXTENSION_UNKNOWN_MODIFIER", "Basic.modifierExtension",
     "invented extensions of example.org that change the meaning: who does not know them must not use it "
     "(extensibility.html)"},
    {"Bundle-10bb101f-a121-4264-a920-67be9cb82c74.json", "BUNDLE_URL_DIFFERS", "Bundle.entry",
     "fullUrl ends in pat12, the id is pat2; they shall not disagree (bundle.html)"},
    {"Bundle-3a0707d3-549e-4467-b8b8-5a2ab3800efe.json", "BUNDLE_URL_DIFFERS", "Bundle.entry",
     "the same Patient again"},
    {"Bundle-dataelements.json", "bdl-7", "Bundle", "de-Quantity.value and others are in it three times"},
    {"Bundle-hla-1.json", "EXTENSION_PART", "Bundle.entry.resource.extension.extension",
     "glstring's parts are text and url; here is a uri"},
    {"Bundle-lri-example.json", "BUNDLE_URL_DIFFERS", "Bundle.entry", "fullUrl ends in lri-growth1, the id is growth1"},
    {"Bundle-b0a5e4277-83c4-4adb-87e2-e3efe3369b6f.json", "CODE_REQUIRED", "Bundle.entry.resource.payloadMimeType",
     "a parameter's value with a space or slash is in quotes (RFC 2045): application/dicom; variant=DICOM STOW-RS"},
    {"Bundle-valueset-expansions.json", "EXTENSION_PLACE", "Bundle.entry.resource.expansion.contains.extension",
     "translation's context is string, code, markdown; it stands beside the display instead of on it"},
    {"DeviceMetric-example.json", "REFERENCE_TARGET", "DeviceMetric.parent", "a DeviceDefinition; parent is a Device"},
    {"DeviceUseStatement-example.json", "REFERENCE_TARGET", "DeviceUseStatement.reasonReference",
     "a Procedure, which is not among the five"},
    {"MedicationRequest-medrx0301.json", "REFERENCE_TARGET", "MedicationRequest.dispenseRequest.performer",
     "a Practitioner; performer is an Organization"},
    {"Observation-clinical-gender.json", "REFERENCE_TARGET", "Observation.performer",
     "an Encounter, who performs nothing"},
    {"ImplementationGuide-fhir.json", "FHIR_REQUIRED", "ImplementationGuide", "no name and no status; both are 1..1"},
    {"ig-r4.json", "FHIR_REQUIRED", "ImplementationGuide", "the same resource again"},
    {"Questionnaire-qs1.json", "FHIR_REQUIRED", "Questionnaire.item.item", "item.linkId is 1..1"},
    {"Questionnaire-qs1.json", "FHIR_REQUIRED", "Questionnaire.item.item.item", "as the one above"},
    {"Questionnaire-qs1.json", "FHIR_REQUIRED", "Questionnaire.item.item.item.item", "as the one above"},
    {"SearchParameter-codesystem-extensions-CodeSystem-*", "FHIR_REQUIRED", "SearchParameter", "base is 1..*"},
    {"SearchParameter-valueset-extensions-ValueSet-*", "FHIR_REQUIRED", "SearchParameter", "base is 1..*"},
    {"SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject.json", "FHIR_FORMAT",
     "SearchParameter.id", "an id of 71 characters; 64 is the most"},
    {"StructureDefinition-Definition.json", "sdf-4", "StructureDefinition",
     "abstract is false and there is no baseDefinition"},
    {"StructureDefinition-Event.json", "sdf-4", "StructureDefinition", "as Definition"},
    {"StructureDefinition-FiveWs.json", "sdf-4", "StructureDefinition", "as Definition"},
    {"StructureDefinition-Request.json", "sdf-4", "StructureDefinition", "as Definition"},
    /* txt-1 and txt-2 are one expression, htmlChecks(), so that what breaks the one breaks the other. */
    {"ActivityDefinition-blood-tubes-supply.json", "txt-2", "ActivityDefinition.text.div", "nothing but white space"},
    {"ActivityDefinition-blood-tubes-supply.json", "txt-1", "ActivityDefinition.text.div", "as txt-2"},
    {"ActivityDefinition-heart-valve-replacement.json", "txt-2", "ActivityDefinition.text.div",
     "nothing but white space"},
    {"ActivityDefinition-heart-valve-replacement.json", "txt-1", "ActivityDefinition.text.div", "as txt-2"},
    {"EventDefinition-example.json", "txt-2", "EventDefinition.text.div", "nothing but white space"},
    {"EventDefinition-example.json", "txt-1", "EventDefinition.text.div", "as txt-2"},
    {"Questionnaire-zika-virus-exposure-assessment.json", "txt-2", "Questionnaire.text.div", "nothing but white space"},
    {"Questionnaire-zika-virus-exposure-assessment.json", "txt-1", "Questionnaire.text.div", "as txt-2"},
};

#define RELATIVE(file)                                                                                                 \
	{                                                                                                              \
		"Bundle-" file ".json", "BUNDLE_URL", "Bundle.entry", "fullUrl is an absolute address; these are not"  \
	}

static const fault medcom_faults[] = {
    RELATIVE("df9019c6-690d-11ed-9022-0242ac120002"),
    RELATIVE("ed3e05b2-551d-11ed-bdc3-0242ac120002"),
    RELATIVE("f922f204-4a08-4a7a-a900-63b6e0e92b3e"),
    RELATIVE("he3588a5-321e-405c-a5fc-3e2ef672eeeb"),
    RELATIVE("i5113a08-b1f8-4440-92aa-087d7441178f"),
    RELATIVE("jf7e4c80-551a-11ed-bdc3-0242ac120002"),
    {"Bundle-3d1149cd-d3e3-421a-ae31-4860decb4272.json", "FHIR_REQUIRED", "Bundle.entry.resource.payload",
     "Communication.payload.content[x] is 1..1"},
};

enum { FAULTS_MAX = 1000, SHOWN_MAX = 40 };

typedef struct examples {
	const fault *faults;
	int fault_count;
	bool met[FAULTS_MAX];
	const profiles *profiles;
	int files, wrong, errors, unlisted;
} examples;

static bool name_fits(text name, const char *pattern)
{
	text p = text_of(pattern);
	if (!text_ends(p, TEXT("*"))) return text_equal(name, p);
	return text_starts(name, text_slice(p, 0, p.len - 1));
}

static text without_indexes(arena *a, text path)
{
	buffer b = {.arena = a};
	for (int64_t i = 0, within = 0; i < path.len; i++) {
		within |= path.at[i] == '[';
		if (!within) buffer_char(&b, path.at[i]);
		within &= path.at[i] != ']';
	}
	return buffer_text(&b);
}

static bool listed(examples *e, arena *a, text name, const issue *i)
{
	bool found = false;
	text what = i->code == FAIL_RULE_BROKEN ? i->args[2] : text_of(failure_name(i->code));
	text where = without_indexes(a, i->place.path);
	for (int n = 0; n < e->fault_count; n++) {
		const fault *f = &e->faults[n];
		if (!name_fits(name, f->file) || !text_equal(what, text_of(f->what))) continue;
		if (!text_equal(where, text_of(f->where))) continue;
		e->met[n] = found = true;
	}
	return found;
}

static void tell(examples *e, arena *a, const char *file, const issues *sink)
{
	text name = text_cut_last(text_of(file), '/').tail;
	for (const issue *i = sink->first; i; i = i->next) {
		if (i->severity != SEVERITY_ERROR || listed(e, a, name, i)) continue;
		if (e->unlisted++ < SHOWN_MAX)
			printf("NOT LISTED %s: %s: %.*s\n", file, failure_name(i->code),
			       TEXT_ARG(issue_line(a, i, LANGUAGE_EN)));
	}
}

static void hold(examples *e, const char *file)
{
	doc d;
	arena *a = arena_new(PROCESS_ARENA_MAX);
	issues sink = {.arena = a, .keep = 20000}, structure = {.arena = a};
	const validation how = {
	    .profiles = e->profiles, .claimed = true, .warnings = true, .outside.now = SECONDS(1772443800)};
	bool good =
	    json_parse_resource(a, read_file(a, file), TEXT(""), &sink, &d) && resource_validate(&how, &d, a, &sink);
	/* What the record takes is told by the same walk. */
	assert_true(sink.first == NULL || sink.first->code == FAIL_FHIR_TYPE_MISSING ||
		    resource_check(&d, &structure) || !good);
	e->files++;
	e->wrong += !good;
	e->errors += sink.errors;
	if (!good) tell(e, a, file, &sink);
	arena_free(a);
}

static void hold_folder(examples *e, const char *folder)
{
	char **paths;
	int count = list_files(test_arena(), folder, ".json", &paths);
	for (int i = 0; i < count; i++) hold(e, paths[i]);
	printf("examples: %d files of %s, %d of them wrong (%d faults)\n", e->files,
	       text_z(test_arena(), text_cut_last(text_of(folder), '/').tail), e->wrong, e->errors);
	for (int n = 0; n < e->fault_count; n++)
		if (!e->met[n])
			print_error("listed, not found: %s %s %s\n", e->faults[n].file, e->faults[n].what,
				    e->faults[n].where);
	for (int n = 0; n < e->fault_count; n++) assert_true(e->met[n]);
	assert_int_equal(e->unlisted, 0);
	assert_true(e->files > 0);
}

#define EXAMPLES(table)                                                                                                \
	{                                                                                                              \
		.faults = (table), .fault_count = sizeof(table) / sizeof *(table)                                      \
	}

TEST(official_examples)
{
	static examples e = EXAMPLES(r4_faults);
	const char *package = "tools/node_modules/hl7.fhir.r4.examples";
	if (access(package, R_OK) != 0) SKIP("hl7.fhir.r4.examples is not unpacked in tools/node_modules");
	hold_folder(&e, package);
	assert_int_equal(e.files, 5306 + 1);
}

TEST(medcom_messages)
{
	static examples e = EXAMPLES(medcom_faults);
	const char *folder = shared_path("data/medcom");
	if (!folder) SKIP("MedCom's messages: no shared data");
	hold_folder(&e, text_z(test_arena(), text_of(folder)));
}

TESTS(T(official_examples), T(medcom_messages))
