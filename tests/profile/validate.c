/* resource_validate: rows of (what a profile says, resource, what is found). JSON is written with ' for " and ` for ', so that
 * rows can be read. */
#define LIMEN_OS /* pthread */
#include "profile/internal.h"
#include "profile/library.h"
#include "profile/told.h"

#include <pthread.h>
#include <unistd.h>

static text json(arena *a, const char *source)
{
	text t = text_copy(a, text_of(source));
	char *at = a ? text_z(a, t) : NULL;
	for (char *c = at; *c; c++) *c = *c == '\'' ? '"' : *c == '`' ? '\'' : *c;
	return text_of(at);
}

/* `a` may be that of the profiles, which validation must leave alone. */
static text verdict(arena *a, const profiles *p, const doc *d, const char *against)
{
	arena *scratch = arena_new(16 * MIB);
	text url = text_of(against);
	issues sink = {.arena = a};
	validation how = {
	    .profiles = p, .against = &url, .against_count = url.len ? 1 : 0, .claimed = true, .warnings = true};
	bool good = resource_validate(&how, d, scratch, &sink);
	arena_free(scratch);
	assert_true(good == (sink.errors == 0));
	return told(a, &sink);
}

static void expect(text got, const char *resource, const char *expected)
{
	if (!text_equal(got, text_of(expected)))
		fail_msg("%s:\nexpected %s\ngot      %.*s", resource, expected, TEXT_ARG(got));
}

/* Without a profile: what R4 says */

static void check_rows(const char *const rows[][2], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		arena *a = arena_new(16 * MIB);
		expect(verdict(a, NULL, parsed(a, json(a, rows[i][0])), ""), rows[i][0], rows[i][1]);
		arena_free(a);
	}
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof *(rows))
#define PATIENT(rest) "{'resourceType':'Patient'," rest "}"
#define OBSERVATION(rest) "{'resourceType':'Observation','status':'final','code':{'text':'x'}," rest "}"

TEST(invariants_of_r4)
{
	static const char *const rows[][2] = {
	    {PATIENT("'active':true"), "good"},
	    {PATIENT("'contact':[{'gender':'male'}]"), "RULE_BROKEN pat-1 Patient.contact[0]"},
	    {PATIENT("'name':[{'period':{'start':'2026-02','end':'2026-01'}}]"),
	     "RULE_BROKEN per-1 Patient.name[0].period"},
	    {PATIENT("'name':[{'period':{'start':'2026-02','end':'2026'}}]"), "good"},
	    {PATIENT("'name':[{'id':'a'}]"), "RULE_BROKEN ele-1 Patient.name[0]"},
	    {PATIENT("'_birthDate':{'id':'a'}"), "FHIR_EMPTY Patient.birthDate"},
	    {PATIENT("'birthDate':'2000','_birthDate':{'id':'a'}"), "good"},
	    {PATIENT("'name':[{'_given':[{'id':'a'}]}]"), "FHIR_EMPTY Patient.name[0].given[0]"},
	    {PATIENT("'telecom':[{'value':'1'}]"), "RULE_BROKEN cpt-2 Patient.telecom[0]"},
	    {PATIENT("'extension':[{'url':'urn:x:a','valueString':'x','extension':[{'url':'b','valueString':'y'}]}]"),
	     "RULE_BROKEN ext-1 Patient.extension[0]; (EXTENSION_UNKNOWN Patient.extension[0])"},
	    {PATIENT("'generalPractitioner':[{'reference':'#a'}]"), "RULE_BROKEN ref-1 Patient.generalPractitioner[0]"},
	    {OBSERVATION("'valueString':'x','dataAbsentReason':{'text':'y'}"), "RULE_BROKEN obs-6 Observation"},
	    {OBSERVATION("'valueQuantity':{'value':1,'code':'mg'}"), "RULE_BROKEN qty-3 Observation.value"},
	    {OBSERVATION("'referenceRange':[{'low':{'value':1,'comparator':'<'}}]"),
	     "RULE_BROKEN sqt-1 Observation.referenceRange[0].low"},
	    {"{'resourceType':'Organization','telecom':[{'system':'phone','value':'1','use':'home'}]}",
	     "RULE_BROKEN org-3 Organization.telecom[0]; RULE_BROKEN org-1 Organization"},
	    {"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'1','type':'string'},"
	     "{'linkId':'2','type':'string','enableWhen':[{'question':'1','operator':'exists','answerBoolean':true}]}]"
	     "}",
	     "good"},
	    {"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'1','type':'string'},"
	     "{'linkId':'1','type':'string','enableWhen':[{'question':'1','operator':'exists','answerString':'x'}]}]}",
	     "RULE_BROKEN que-7 Questionnaire.item[1].enableWhen[0]; RULE_BROKEN que-2 Questionnaire"},
	};
	CHECK_ROWS(rows);
}

TEST(references)
{
	static const char *const rows[][2] = {
	    {PATIENT("'generalPractitioner':[{'reference':'Practitioner/1'}]"), "good"},
	    {PATIENT("'generalPractitioner':[{'reference':'http://x/fhir/Practitioner/1/_history/2'}]"), "good"},
	    {PATIENT("'generalPractitioner':[{'reference':'Patient/1'}]"),
	     "REFERENCE_TARGET Patient.generalPractitioner[0]"},
	    {PATIENT("'generalPractitioner':[{'reference':'http://x/fhir/Patient/1'}]"),
	     "REFERENCE_TARGET Patient.generalPractitioner[0]"},
	    {PATIENT("'generalPractitioner':[{'reference':'urn:uuid:7b8a9f9e-5d46-4e0f-8a5e-000000000000'}]"), "good"},
	    {PATIENT("'generalPractitioner':[{'type':'Patient','identifier':{'value':'1'}}]"),
	     "REFERENCE_TARGET Patient.generalPractitioner[0]"},
	    {PATIENT("'generalPractitioner':[{'type':'Organization','reference':'Practitioner/1'}]"),
	     "REFERENCE_SAYS Patient.generalPractitioner[0]"},
	    {PATIENT(
		 "'contained':[{'resourceType':'Practitioner','id':'a'}],'generalPractitioner':[{'reference':'#a'}]"),
	     "good"},
	    {PATIENT("'contained':[{'resourceType':'Group','id':'a','type':'person','actual':true}],"
		     "'generalPractitioner':[{'reference':'#a'}]"),
	     "REFERENCE_TARGET Patient.generalPractitioner[0]"},
	    {PATIENT("'contained':[{'resourceType':'Practitioner','id':'a'}]"), "RULE_BROKEN dom-3 Patient"},
	    {PATIENT("'contained':[{'resourceType':'Practitioner','id':'a','meta':{'versionId':'1'}}],"
		     "'generalPractitioner':[{'reference':'#a'}]"),
	     "RULE_BROKEN dom-4 Patient"},
	};
	CHECK_ROWS(rows);
}

#define EXTENSION(name, rest) "{'url':'http://hl7.org/fhir/StructureDefinition/" name "'," rest "}"

TEST(extensions)
{
	static const char *const rows[][2] = {
	    {PATIENT("'extension':[{'url':'http://example.org/a','valueString':'x'},"
		     "{'url':'http://example.org/a','valueString':'y'}]"),
	     "(EXTENSION_UNKNOWN Patient.extension[0])"},
	    {PATIENT("'extension':[{'url':'a','valueString':'x'}]"), "EXTENSION_URL Patient.extension[0]"},
	    {PATIENT("'modifierExtension':[{'url':'http://example.org/a','valueString':'x'}]"),
	     "EXTENSION_UNKNOWN_MODIFIER Patient.modifierExtension[0]"},
	    {PATIENT("'extension':[" EXTENSION("patient-birthPlace", "'valueAddress':{'city':'Ry'}") "]"), "good"},
	    {PATIENT("'extension':[" EXTENSION("patient-birthPlace", "'valueString':'Ry'") "]"),
	     "PROFILE_TYPE Patient.extension[0].value"},
	    {PATIENT("'name':[{'extension':[" EXTENSION("patient-birthPlace", "'valueAddress':{'city':'Ry'}") "]}]"),
	     "EXTENSION_PLACE Patient.name[0].extension[0]"},
	    {PATIENT("'name':[{'family':'x','_family':{'extension':[" EXTENSION("humanname-own-name",
										"'valueString':'y'") "]}}]"),
	     "good"},
	    {PATIENT("'name':[{'text':'x','_text':{'extension':[" EXTENSION("humanname-own-name",
									    "'valueString':'y'") "]}}]"),
	     "EXTENSION_PLACE Patient.name[0].text.extension[0]"},
	    {PATIENT("'birthDate':'2000-01-01','_birthDate':{'extension':[" EXTENSION(
		 "patient-birthTime", "'valueDateTime':'2000-01-01T10:00:00Z'") "]}"),
	     "good"},
	    {PATIENT("'extension':[" EXTENSION("patient-nationality",
					       "'extension':[{'url':'period','valueString':'x'}]") "]"),
	     "PROFILE_TYPE Patient.extension[0].extension[0].value"},
	    {PATIENT("'extension':[" EXTENSION("patient-nationality",
					       "'extension':[{'url':'kode','valueString':'x'}]") "]"),
	     "EXTENSION_PART Patient.extension[0].extension[0]"},
	    {"{'resourceType':'NutritionOrder','status':'draft','intent':'order','patient':{'reference':'Patient/1'},"
	     "'dateTime':'2026','oralDiet':{'instruction':'x'},'extension':[" EXTENSION("request-doNotPerform",
											"'valueBoolean':true") "]}",
	     "EXTENSION_MODIFIER NutritionOrder.extension[0]"},
	    {"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'1','type':'string','extension':"
	     "[" EXTENSION("questionnaire-sliderStepValue", "'valueInteger':1") "]}]}",
	     "RULE_BROKEN sliderStepValue Questionnaire.item[0]"},
	};
	CHECK_ROWS(rows);
}

#define BUNDLE(type, entries) "{'resourceType':'Bundle','type':'" type "','entry':[" entries "]}"
#define PATIENT_1 "'fullUrl':'http://x/fhir/Patient/1','resource':{'resourceType':'Patient','id':'1','active':true}"

TEST(bundles)
{
	static const char *const rows[][2] = {
	    {BUNDLE("collection", "{" PATIENT_1 "}"), "good"},
	    {BUNDLE("collection", "{" PATIENT_1 "},{" PATIENT_1 "}"), "RULE_BROKEN bdl-7 Bundle"},
	    {BUNDLE(
		 "collection",
		 "{'fullUrl':'http://x/fhir/Patient/2','resource':{'resourceType':'Patient','id':'1','active':true}}"),
	     "BUNDLE_URL_DIFFERS Bundle.entry[0]"},
	    {BUNDLE("collection",
		    "{'fullUrl':'Patient/1','resource':{'resourceType':'Patient','id':'1','active':true}}"),
	     "BUNDLE_URL Bundle.entry[0]"},
	    {BUNDLE("collection", "{" PATIENT_1 ",'request':{'method':'GET','url':'Patient/1'}}"),
	     "RULE_BROKEN bdl-3 Bundle"},
	    {BUNDLE("transaction", "{" PATIENT_1 ",'request':{'method':'PUT','url':'Patient/1'}}"), "good"},
	    {BUNDLE("transaction", "{" PATIENT_1 ",'request':{'method':'DELETE','url':'Patient/1'}}"),
	     "BUNDLE_RESOURCE Bundle.entry[0]"},
	    {BUNDLE("transaction", "{" PATIENT_1 ",'request':{'method':'PUT','url':'Group/1'}}"),
	     "BUNDLE_REQUEST Bundle.entry[0]"},
	    {BUNDLE("transaction", "{'request':{'method':'POST','url':'Patient'}}"),
	     "BUNDLE_NO_RESOURCE Bundle.entry[0]"},
	    {"{'resourceType':'Bundle','type':'document','timestamp':'2026-01-01T10:00:00Z','identifier':{'system':'"
	     "urn:x',"
	     "'value':'1'},'entry':[{'fullUrl':'http://x/fhir/Composition/"
	     "1','resource':{'resourceType':'Composition','id':'1',"
	     "'status':'final','type':{'text':'x'},'date':'2026','title':'x','subject':{'reference':'Patient/1'},"
	     "'author':[{'reference':'Practitioner/1'}]}},{" PATIENT_1 "}]}",
	     "BUNDLE_REFERENCE Bundle.entry[0].resource.author[0]"},
	    {BUNDLE("message", "{" PATIENT_1 "}"), "RULE_BROKEN bdl-12 Bundle"},
	    {BUNDLE("collection",
		    "{'fullUrl':'urn:uuid:00000000-0000-4000-8000-000000000000','resource':{'resourceType':'Patient',"
		    "'generalPractitioner':[{'reference':'urn:uuid:00000000-0000-4000-8000-000000000001'}]}}"),
	     "(BUNDLE_REFERENCE Bundle.entry[0].resource.generalPractitioner[0])"},
	    {BUNDLE("collection", "{'fullUrl':'http://x/fhir/Patient/2','resource':{'resourceType':'Patient','id':'2',"
				  "'generalPractitioner':[{'reference':'http://x/fhir/Patient/1'}]}},{" PATIENT_1 "}"),
	     "REFERENCE_TARGET Bundle.entry[0].resource.generalPractitioner[0]"},
	};
	CHECK_ROWS(rows);
}

/* With profiles: a row's elements are the differential of urn:p, over R4's type or over another row's profile */

typedef struct profile_row {
	const char *elements; /* of urn:p; with '#' first: the same as the row before */
	const char *resource;
	const char *expected;
} profile_row;

static void add_profile(profiles *p, arena *a, const char *url, text base, text type, const char *elements)
{
	issues sink = {.arena = a};
	text source = text_format(
	    a,
	    "{\"resourceType\":\"StructureDefinition\",\"url\":\"%s\",\"name\":\"P\",\"type\":\"%.*s\","
	    "\"derivation\":\"constraint\",\"baseDefinition\":\"%.*s\",\"differential\":{\"element\":[%.*s]}}",
	    url, TEXT_ARG(type), TEXT_ARG(base), TEXT_ARG(json(a, elements)));
	assert_true(profiles_add(p, parsed(a, source), &sink));
}

static void add_helpers(profiles *p, arena *a)
{
	text base = TEXT("http://hl7.org/fhir/StructureDefinition/");
	add_profile(
	    p, a, "urn:cpr", text_join(a, base, TEXT("Identifier")), TEXT("Identifier"),
	    "{'id':'Identifier.system','path':'Identifier.system','min':1,'fixedUri':'urn:s:cpr'},"
	    "{'id':'Identifier.value','path':'Identifier.value','min':1,'constraint':[{'key':'ten','severity':'error',"
	    "'human':'ten','expression':'length()=10'}]}");
	add_profile(p, a, "urn:male", text_join(a, base, TEXT("Patient")), TEXT("Patient"),
		    "{'id':'Patient.gender','path':'Patient.gender','min':1,'fixedCode':'male'}");
	add_profile(
	    p, a, "urn:sliced", text_join(a, base, TEXT("Patient")), TEXT("Patient"),
	    "{'id':'Patient.identifier','path':'Patient.identifier','slicing':{'discriminator':[{'type':'value',"
	    "'path':'system'}],'rules':'open'}},"
	    "{'id':'Patient.identifier:a','path':'Patient.identifier','sliceName':'a','max':'2'},"
	    "{'id':'Patient.identifier:a.system','path':'Patient.identifier.system','min':1,'fixedUri':'urn:s:a'}");
}

static void check_profile_rows(const profile_row *rows, size_t n, const char *base, const char *type)
{
	const char *elements = "";
	for (size_t i = 0; i < n; i++) {
		arena *a = arena_new(16 * MIB);
		profiles *p = profiles_open(a, NULL);
		add_helpers(p, a);
		if (rows[i].elements) elements = rows[i].elements;
		add_profile(p, a, "urn:p", text_of(base), text_of(type), elements);
		expect(verdict(a, p, parsed(a, json(a, rows[i].resource)), "urn:p"), rows[i].resource,
		       rows[i].expected);
		arena_free(a);
	}
}
#define R4 "http://hl7.org/fhir/StructureDefinition/"
#define PROFILE_ROWS(rows, type) check_profile_rows(rows, sizeof(rows) / sizeof *(rows), R4 type, type)
#define ON(path, rest) "{'id':'" path "','path':'" path "'," rest "}"

TEST(profiles_count_and_type)
{
	static const profile_row rows[] = {
	    {ON("Patient.name", "'min':1,'max':'2'"), PATIENT("'active':true"), "PROFILE_REQUIRED Patient"},
	    {NULL, PATIENT("'name':[{'text':'a'}]"), "good"},
	    {NULL, PATIENT("'name':[{'text':'a'},{'text':'b'},{'text':'c'}]"), "PROFILE_TOO_MANY Patient.name[2]"},
	    {NULL, "{'resourceType':'Group','type':'person','actual':true}", "PROFILE_OTHER_TYPE Group"},
	    {ON("Patient.name", "'min':2"), PATIENT("'name':[{'text':'a'}]"), "PROFILE_TOO_FEW Patient"},
	    {ON("Patient.gender", "'max':'0'"), PATIENT("'gender':'male'"), "PROFILE_NOT_ALLOWED Patient.gender"},
	    {ON("Patient.name.given", "'min':1"), PATIENT("'name':[{'given':['a']},{'text':'b'}]"),
	     "PROFILE_REQUIRED Patient.name[1]"},
	    {NULL, PATIENT("'active':true"), "good"},
	    {ON("Patient.deceased[x]", "'type':[{'code':'boolean'}]"), PATIENT("'deceasedDateTime':'2026'"),
	     "PROFILE_TYPE Patient.deceased"},
	    {NULL, PATIENT("'deceasedBoolean':true"), "good"},
	    {ON("Patient.identifier", "'type':[{'code':'Identifier','profile':['urn:cpr']}]"),
	     PATIENT("'identifier':[{'system':'urn:s:cpr','value':'12'}]"),
	     "RULE_BROKEN ten Patient.identifier[0].value"},
	    {NULL, PATIENT("'identifier':[{'system':'urn:s:b','value':'1234567890'}]"), /* not-a-cpr */
	     "PROFILE_FIXED Patient.identifier[0].system"},
	    {ON("Patient.identifier", "'type':[{'code':'Identifier','profile':['urn:nobody']}]"),
	     PATIENT("'identifier':[{'value':'12'},{'value':'13'}]"), "(PROFILE_UNKNOWN Patient.identifier[0])"},
	    {ON("Patient.managingOrganization", "'type':[{'code':'Reference','targetProfile':['" R4 "Organization']}]"),
	     PATIENT("'managingOrganization':{'reference':'Organization/1'}"), "good"},
	    {ON("Patient.generalPractitioner", "'type':[{'code':'Reference','targetProfile':['" R4 "Organization']}]"),
	     PATIENT("'generalPractitioner':[{'reference':'Practitioner/1'}]"),
	     "REFERENCE_PROFILE Patient.generalPractitioner[0]"},
	    {ON("Patient.link.other", "'type':[{'code':'Reference','targetProfile':['urn:male']}]"),
	     PATIENT("'contained':[{'resourceType':'Patient','id':'a','gender':'female'}],"
		     "'link':[{'type':'seealso','other':{'reference':'#a'}}]"),
	     "REFERENCE_PROFILE Patient.link[0].other"},
	    {NULL,
	     PATIENT("'contained':[{'resourceType':'Patient','id':'a','gender':'male'}],"
		     "'link':[{'type':'seealso','other':{'reference':'#a'}}]"),
	     "good"},
	};
	PROFILE_ROWS(rows, "Patient");
}

#define MARITAL "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus"
#define ID_TYPE "http://terminology.hl7.org/CodeSystem/v2-0203"

TEST(profiles_values)
{
	static const profile_row rows[] = {
	    {ON("Patient.gender", "'fixedCode':'male'"), PATIENT("'gender':'female'"), "PROFILE_FIXED Patient.gender"},
	    {NULL, PATIENT("'gender':'male'"), "good"},
	    {ON("Patient.maritalStatus", "'patternCodeableConcept':{'coding':[{'code':'M'}]}"),
	     PATIENT("'maritalStatus':{'coding':[{'code':'S'},{'display':'x','system':'" MARITAL "','code':'M'}]}"),
	     "good"},
	    {NULL, PATIENT("'maritalStatus':{'coding':[{'system':'" MARITAL "','code':'S'}]}"),
	     "PROFILE_PATTERN Patient.maritalStatus"},
	    {ON("Patient.maritalStatus", "'fixedCodeableConcept':{'coding':[{'system':'" MARITAL "','code':'M'}]}"),
	     PATIENT("'maritalStatus':{'coding':[{'code':'M','system':'" MARITAL "'}]}"), "good"},
	    {NULL, PATIENT("'maritalStatus':{'coding':[{'system':'" MARITAL "','code':'M'}],'text':'y'}"),
	     "PROFILE_FIXED Patient.maritalStatus"},
	    {ON("Patient.birthDate", "'minValueDate':'1900-01-01','maxValueDate':'2026-01-01'"),
	     PATIENT("'birthDate':'1899'"), "PROFILE_LEAST Patient.birthDate"},
	    {NULL, PATIENT("'birthDate':'2026-01-02'"), "PROFILE_MOST Patient.birthDate"},
	    {NULL, PATIENT("'birthDate':'2026'"), "good"},
	    {ON("Patient.name.family", "'maxLength':3"), PATIENT("'name':[{'family':'Ærø'}]"), "good"},
	    {NULL, PATIENT("'name':[{'family':'Ærøs'}]"), "PROFILE_LENGTH Patient.name[0].family"},
	    {ON("Patient", "'constraint':[{'key':'k','severity':'error','human':'h','expression':'gender.exists()'},"
			   "{'key':'w','severity':'warning','human':'h','expression':'name.exists()'}]"),
	     PATIENT("'active':true"), "(RULE_BROKEN w Patient); RULE_BROKEN k Patient"},
	    {ON("Patient.maritalStatus",
		"'binding':{'strength':'required','valueSet':'http://hl7.org/fhir/ValueSet/marital-status'}"),
	     PATIENT("'maritalStatus':{'coding':[{'system':'" MARITAL "','code':'M'}]}"), "good"},
	    {NULL, PATIENT("'maritalStatus':{'coding':[{'system':'" MARITAL "','code':'Q'}]}"),
	     "(CODE_EXTENSIBLE Patient.maritalStatus); CODE_REQUIRED Patient.maritalStatus"},
	    {NULL, PATIENT("'maritalStatus':{'text':'gift'}"), "CODE_REQUIRED Patient.maritalStatus"},
	    {NULL,
	     PATIENT("'maritalStatus':{'text':'gift','extension':[" EXTENSION("data-absent-reason",
									      "'valueCode':'unknown'") "]}"),
	     "good"},
	    {ON("Patient.nothing", "'min':1"), PATIENT("'active':true"), "PROFILE_BROKEN Patient"},
	};
	PROFILE_ROWS(rows, "Patient");
}

#define SLICED(element, by, rules)                                                                                     \
	"{'id':'" element "','path':'" element "','slicing':{'discriminator':[" by "]," rules "}}"
#define BY(type, path) "{'type':'" type "','path':'" path "'}"
#define SLICE(element, name, rest) "{'id':'" element ":" name "','path':'" element "','sliceName':'" name "'" rest "}"
#define IN(element, name, child, rest) "{'id':'" element ":" name "." child "','path':'" element "." child "'," rest "}"
#define OPEN "'rules':'open'"
#define ID(system) "{'system':'urn:s:" system "','value':'1'}"

TEST(slices_of_identifiers)
{
#define AB                                                                                                             \
	SLICE("Patient.identifier", "a", ",'min':1,'max':'1'")                                                         \
	"," IN("Patient.identifier", "a", "system", "'fixedUri':'urn:s:a'") "," SLICE(                                 \
	    "Patient.identifier", "b", "") "," IN("Patient.identifier", "b", "system", "'fixedUri':'urn:s:b'")
#define BY_SYSTEM(rules) SLICED("Patient.identifier", BY("value", "system"), rules) ","
	static const profile_row rows[] = {
	    {BY_SYSTEM(OPEN) AB, PATIENT("'identifier':[" ID("b") "," ID("a") "," ID("c") "]"), "good"},
	    {NULL, PATIENT("'identifier':[" ID("b") "]"), "PROFILE_SLICE_MISSING a Patient"},
	    {NULL, PATIENT("'active':true"), "PROFILE_SLICE_MISSING a Patient"},
	    {NULL, PATIENT("'identifier':[" ID("a") "," ID("a") "]"), "PROFILE_SLICE_TOO_MANY a Patient.identifier[1]"},
	    {BY_SYSTEM("'rules':'closed'") AB, PATIENT("'identifier':[" ID("a") "," ID("c") "]"),
	     "PROFILE_SLICE_NONE Patient.identifier[1]"},
	    {BY_SYSTEM("'rules':'openAtEnd'") AB, PATIENT("'identifier':[" ID("a") "," ID("c") "," ID("b") "]"),
	     "PROFILE_SLICE_ORDER Patient.identifier[2]"},
	    {BY_SYSTEM("'rules':'open','ordered':true") AB, PATIENT("'identifier':[" ID("b") "," ID("a") "]"),
	     "PROFILE_SLICE_ORDER Patient.identifier[1]"},
	    {BY_SYSTEM("'rules':'closed'") AB "," SLICE("Patient.identifier", "@default", ",'max':'1'"),
	     PATIENT("'identifier':[" ID("a") "," ID("c") "," ID("d") "]"),
	     "PROFILE_SLICE_TOO_MANY @default Patient.identifier[2]"},
	    {BY_SYSTEM(OPEN)
		 SLICE("Patient.identifier", "cpr", ",'min':1,'type':[{'code':'Identifier','profile':['urn:cpr']}]"),
	     PATIENT("'identifier':[{'system':'urn:s:cpr','value':'1'}]"),
	     "RULE_BROKEN ten Patient.identifier[0].value"},
	    {NULL, PATIENT("'identifier':[" ID("a") "]"), "PROFILE_SLICE_MISSING cpr Patient"},
	    {SLICED("Patient.identifier", BY("exists", "period"), OPEN) "," SLICE(
		 "Patient.identifier", "old",
		 ",'max':'1'") "," IN("Patient.identifier", "old", "period",
				      "'min':1") "," SLICE("Patient.identifier", "now",
							   ",'min':1") "," IN("Patient.identifier", "now", "period",
									      "'max':'0'"),
	     PATIENT("'identifier':[{'value':'1','period':{'end':'2026'}}]"), "PROFILE_SLICE_MISSING now Patient"},
	    {NULL, PATIENT("'identifier':[{'value':'1','period':{'end':'2026'}},{'value':'2'},{'value':'3'}]"), "good"},
	    {SLICED("Patient.identifier", BY("pattern", "type"), OPEN) "," SLICE(
		 "Patient.identifier", "mr", ",'min':1") "," IN("Patient.identifier", "mr", "type",
								"'patternCodeableConcept':{'coding':[{'code':'MR'}]}"),
	     PATIENT("'identifier':[{'value':'1','type':{'coding':[{'system':'" ID_TYPE
		     "','code':'MR','display':'x'}]}}]"),
	     "good"},
	    {NULL, PATIENT("'identifier':[{'value':'1','type':{'coding':[{'system':'" ID_TYPE "','code':'DL'}]}}]"),
	     "PROFILE_SLICE_MISSING mr Patient"},
	    {SLICED("Patient.identifier", BY("profile", "$this"), OPEN) "," SLICE(
		 "Patient.identifier", "cpr", ",'max':'1','type':[{'code':'Identifier','profile':['urn:cpr']}]"),
	     PATIENT("'identifier':[{'system':'urn:s:cpr','value':'ten-digits'},{'system':'urn:s:cpr','value':'1'}]"),
	     "good"},
	    {NULL,
	     PATIENT("'identifier':[{'system':'urn:s:cpr','value':'ten-digits'},{'system':'urn:s:cpr','value':'ten-"
		     "digitz'}]"),
	     "PROFILE_SLICE_TOO_MANY cpr Patient.identifier[1]"},
	    /* elements without ids: those below a slice follow it */
	    {"{'path':'Patient.identifier','slicing':{'discriminator':[{'type':'value','path':'system'}],'rules':'open'"
	     "}},"
	     "{'path':'Patient.identifier','sliceName':'a','min':1},{'path':'Patient.identifier.system','fixedUri':'"
	     "urn:s:a'},"
	     "{'path':'Patient.identifier','sliceName':'b','max':'0'},{'path':'Patient.identifier.system','fixedUri':'"
	     "urn:s:b'},"
	     "{'path':'Patient.active','min':1}",
	     PATIENT("'active':true,'identifier':[" ID("b") "]"),
	     "PROFILE_SLICE_MISSING a Patient; PROFILE_SLICE_TOO_MANY b Patient.identifier[0]"},
	    /* a slice of a slice */
	    {BY_SYSTEM(OPEN) AB ",{'id':'Patient.identifier:b','path':'Patient.identifier','sliceName':'b','slicing':{"
				"'discriminator':[{'type':'value','path':'use'}],'rules':'open'}}," SLICE(
				    "Patient.identifier", "b/old", ",'max':'1'") "," IN("Patient.identifier", "b/old",
											"use", "'fixedCode':'old'"),
	     PATIENT("'identifier':[" ID("a") ",{'system':'urn:s:b','use':'old'},{'system':'urn:s:b','use':'old'}]"),
	     "PROFILE_SLICE_TOO_MANY b/old Patient.identifier[2]"},
	};
	PROFILE_ROWS(rows, "Patient");
}

#define SIDE(code)                                                                                                     \
	"{'extension':[{'url':'http://example.org/e','valueCode':'" code "'}],'code':{'text':'x'},'valueString':'y'}"

TEST(slices_by_type_and_reference)
{
	static const profile_row rows[] = {
	    {SLICE("Observation.value[x]", "valueQuantity", ",'min':1,'type':[{'code':'Quantity'}]") "," IN(
		 "Observation.value[x]", "valueQuantity", "code", "'min':1"),
	     OBSERVATION("'valueString':'x'"), "PROFILE_SLICE_MISSING valueQuantity Observation"},
	    {NULL, OBSERVATION("'valueQuantity':{'value':1}"), "PROFILE_REQUIRED Observation.value"},
	    {ON("Observation.valueQuantity.unit", "'min':1"), OBSERVATION("'valueQuantity':{'value':1}"),
	     "PROFILE_REQUIRED Observation.value"},
	    {NULL, OBSERVATION("'valueString':'x'"), "good"},
	    {SLICED("Observation.component",
		    BY("value", "extension(`http://hl7.org/fhir/StructureDefinition/patient-disability`).value"),
		    OPEN) "," SLICE("Observation.component", "s", ",'min':1"),
	     OBSERVATION("'component':[{'code':{'text':'x'},'valueString':'y'}]"),
	     "PROFILE_SLICE_MISSING s Observation"},
	    {SLICED("Observation.hasMember", BY("type", "resolve()"),
		    OPEN) "," SLICE("Observation.hasMember", "o",
				    ",'max':'1','type':[{'code':'Reference','targetProfile':['" R4 "Observation']}]"),
	     OBSERVATION("'contained':[{'resourceType':'Observation','id':'a','status':'final','code':{'text':'x'}}],"
			 "'hasMember':[{'reference':'#a'},{'reference':'#a'}]"),
	     "PROFILE_SLICE_TOO_MANY o Observation.hasMember[1]"},
	    {SLICED("Observation.component", BY("value", "code.coding.code"), OPEN) "," SLICE(
		 "Observation.component", "s", ",'min':1") "," IN("Observation.component", "s", "code.coding.code",
								  "'fixedCode':'8480-6'"),
	     OBSERVATION("'component':[{'code':{'coding':[{'code':'8480-6'}]}}]"), "good"},
	    {NULL, OBSERVATION("'component':[{'code':{'coding':[{'code':'x'}]}}]"),
	     "PROFILE_SLICE_MISSING s Observation"},
	    {SLICED("Observation.component", BY("value", "value.ofType(Quantity).code"), OPEN) "," SLICE(
		 "Observation.component", "s",
		 ",'min':1") "," IN("Observation.component", "s", "value[x]",
				    "'type':[{'code':'Quantity'}]") "," IN("Observation.component", "s",
									   "value[x].code", "'fixedCode':'mg'"),
	     OBSERVATION("'component':[{'code':{'text':'x'},'valueQuantity':{'value':1,'system':'urn:u','code':'g'}}]"),
	     "PROFILE_SLICE_MISSING s Observation"},
	    {NULL,
	     OBSERVATION(
		 "'component':[{'code':{'text':'x'},'valueQuantity':{'value':1,'system':'urn:u','code':'mg'}}]"),
	     "good"},
	};
	PROFILE_ROWS(rows, "Observation");
}

TEST(a_profile_over_a_profile)
{
	static const profile_row rows[] = {
	    {"{'id':'Patient.identifier:a','path':'Patient.identifier','sliceName':'a','min':1}",
	     PATIENT("'identifier':[" ID("b") "]"), "PROFILE_SLICE_MISSING a Patient"},
	    {NULL, PATIENT("'identifier':[" ID("a") "," ID("a") "," ID("a") "]"),
	     "PROFILE_SLICE_TOO_MANY a Patient.identifier[2]"},
	    {NULL, PATIENT("'identifier':[" ID("a") "]"), "good"},
	};
	check_profile_rows(rows, sizeof rows / sizeof *rows, "urn:sliced", "Patient");
}

TEST(elements_defined_as_others)
{
	static const profile_row rows[] = {
	    {ON("Questionnaire.item", "'min':1") "," ON("Questionnaire.item.text", "'min':1"),
	     "{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'1','type':'group','text':'a','item':["
	     "{'linkId':'2','type':'string'}]}]}",
	     "PROFILE_REQUIRED Questionnaire.item[0].item[0]"},
	};
	PROFILE_ROWS(rows, "Questionnaire");
}

TEST(claims)
{
	arena *a = test_arena();
	profiles *p = profiles_open(a, NULL);
	add_helpers(p, a);
	static const char *const rows[][2] = {
	    {PATIENT("'meta':{'profile':['urn:male']},'gender':'male'"), "good"},
	    {PATIENT("'meta':{'profile':['urn:male']},'gender':'female'"), "PROFILE_FIXED Patient.gender"},
	    {PATIENT("'meta':{'profile':['urn:nobody']},'active':true"), "(PROFILE_UNKNOWN Patient)"},
	    {OBSERVATION("'meta':{'profile':['" R4 "heartrate']},'valueString':'60'"),
	     "PROFILE_REQUIRED Observation; PROFILE_SLICE_MISSING VSCat Observation; PROFILE_SLICE_MISSING "
	     "HeartRateCode "
	     "Observation.code; PROFILE_REQUIRED Observation; PROFILE_REQUIRED Observation"},
	    {PATIENT("'meta':{'profile':['urn:cpr']},'active':true"), "PROFILE_OTHER_TYPE Patient"},
	    {BUNDLE("collection",
		    "{'fullUrl':'urn:uuid:00000000-0000-4000-8000-000000000000',"
		    "'resource':{'resourceType':'Patient','meta':{'profile':['urn:male']},'active':true}}"),
	     "PROFILE_REQUIRED Bundle.entry[0].resource"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect(verdict(a, p, parsed(a, json(a, rows[i][0])), ""), rows[i][0], rows[i][1]);
	expect(verdict(a, p, parsed(a, json(a, PATIENT("'active':true"))), "urn:nobody"), "urn:nobody",
	       "PROFILE_UNKNOWN Patient");
}

/* A profile based on itself, or whose base is not here, says so wherever it is used; references that lead round are followed once. */
TEST(profiles_that_cannot_be_and_that_lead_back)
{
	arena *a = test_arena();
	profiles *p = profiles_open(a, NULL);
	add_profile(p, a, "urn:self", TEXT("urn:self"), TEXT("Patient"), "");
	add_profile(p, a, "urn:lost", TEXT("urn:nobody"), TEXT("Patient"), "");
	add_profile(p, a, "urn:deep", TEXT(R4 "Patient"), TEXT("Patient"),
		    ON("Patient.contained", "'type':[{'code':'Patient','profile':['urn:deep']}]") "," ON(
			"Patient.link.other", "'type':[{'code':'Reference','targetProfile':['urn:deep']}]"));
	const doc *d = parsed(a, json(a, PATIENT("'active':true")));
	expect(verdict(a, p, d, "urn:self"), "self", "PROFILE_BROKEN Patient");
	expect(verdict(a, p, d, "urn:lost"), "lost", "PROFILE_BROKEN Patient");
	d = parsed(a,
		   json(a, PATIENT("'contained':[{'resourceType':'Patient','id':'a','link':[{'type':'seealso','other':"
				   "{'reference':'#a'}}]}],'link':[{'type':'seealso','other':{'reference':'#a'}}]")));
	expect(verdict(a, p, d, "urn:deep"), "deep", "good");
}

TEST(every_invariant_compiles)
{
	arena *a = test_arena();
	for (int i = 1; i <= invariant_count(); i++) {
		issues sink = {.arena = a};
		if (!invariant_path(i, &sink)) fail_msg("%.*s", TEXT_ARG(issue_line(a, sink.first, LANGUAGE_EN)));
	}
}

/* R4's own, which the library has. */
TEST(every_profile_compiles)
{
	static const char *const abstract[] = {"Definition", "Event", "FiveWs", "MetadataResource", "Request"};
	int count = 0;
	for (int i = 0; i < library_count(LIBRARY_STRUCTURE); i++) {
		library_entry e;
		library_at(library_first(LIBRARY_STRUCTURE) + i, &e);
		const profile *p = profile_find(profiles_r4(), e.url);
		bool logical = false; /* no instance is of these: they are patterns for resources */
		for (size_t n = 0; n < sizeof abstract / sizeof *abstract; n++)
			logical |= text_ends(e.url, text_of(abstract[n]));
		assert_non_null(p);
		if (p->failure.len && !logical) fail_msg("%.*s: %.*s", TEXT_ARG(e.url), TEXT_ARG(p->failure));
		count++;
	}
	assert_true(count > 600);
}

/* Where a shortcut says that an invariant holds, FHIRPath says so too. */
TEST(shortcuts_are_right)
{
	const char *package = "tools/node_modules/hl7.fhir.r4.examples";
	if (access(package, R_OK) != 0) SKIP("hl7.fhir.r4.examples is not unpacked in tools/node_modules");
	arena *list = test_arena();
	char **files;
	int count = list_files(list, package, ".json", &files);
	validation how = {.warnings = true};
	for (int i = 0; i < count; i++) {
		arena *a = arena_new(PROCESS_ARENA_MAX);
		issues sink = {.arena = a};
		doc d;
		text source = read_file(a, files[i]);
		if (source.len < MIB && json_parse_resource(a, source, TEXT(""), &sink, &d)) {
			validator v = validator_of(&how, &d, a, &sink);
			validator_outside(&v);
			v.doubting = true;
			check_whole(&d, &sink, &v);
			if (v.doubts) fail_msg("%s: %d shortcuts are wrong", files[i], v.doubts);
		}
		arena_free(a);
	}
}

/* Every Danish example holds what it claims. */
TEST(dk_core)
{
	const char *folder = shared_path("data/dk-core");
	if (!folder) SKIP("the Danish profiles: no shared data");
	arena *a = test_arena();
	profiles *p = profiles_open(a, NULL);
	arena *scratch = test_arena();
	char **files;
	int count = list_files(a, folder, ".json", &files), examples = 0;
	issues sink = {.arena = a};
	const doc **docs = ARENA_ARRAY(a, const doc *, count);
	for (int i = 0; i < count; i++) {
		docs[i] = parsed(a, read_file(a, files[i]));
		if (!profiles_add(p, docs[i], &sink)) fail_msg("%s", files[i]);
	}
	for (int i = 0; i < count; i++) {
		text type = doc_type(docs[i]);
		bool definition =
		    text_equal(type, TEXT("ImplementationGuide")) || doc_get(docs[i], 0, NAME_url) != NODE_ABSENT;
		if (definition) continue;
		issues found = {.arena = scratch};
		validation how = {.profiles = p, .claimed = true};
		if (!resource_validate(&how, docs[i], scratch, &found))
			fail_msg("%s: %.*s", files[i], TEXT_ARG(issue_line(a, found.first, LANGUAGE_EN)));
		examples++;
	}
	printf("%d Danish examples hold what they claim\n", examples);
	assert_true(examples > 100);
}

/* The publisher wrote each profile twice: as what it changes (differential) and in full (snapshot). Laid over each other by us, the
 * first says what the second says: of every Danish example, whole and with each of its elements left out in turn. */

static void copy_without(json_out *o, const doc *d, uint32_t n, uint32_t out)
{
	const node *nodes = d->nodes;
	if (nodes[n].kind != NODE_OBJECT && nodes[n].kind != NODE_ARRAY) {
		json_node(o, d, n);
		return;
	}
	(nodes[n].kind == NODE_OBJECT ? json_object : json_array)(o);
	for (uint32_t i = n + 1; i < nodes[n].next; i = nodes[i].next) {
		bool only = nodes[n].len == 1; /* an empty object or list is another fault */
		if (i == out && !only) continue;
		if (nodes[n].kind == NODE_OBJECT) json_key_text(o, name_text(d, nodes[i].name));
		copy_without(o, d, i, out);
	}
	json_end(o);
}

static text resource_without(arena *a, const doc *d, uint32_t out)
{
	json_out o = json_begin(a);
	copy_without(&o, d, 0, out);
	return json_done(&o);
}

static text errors_of(arena *a, const profiles *p, const doc *d)
{
	issues sink = {.arena = a};
	validation how = {.profiles = p, .claimed = true};
	resource_validate(&how, d, a, &sink);
	return told(a, &sink);
}

typedef struct danish {
	arena *arena;
	profiles *by_differential, *by_snapshot;
	const doc **docs;
	char **files;
	int count;
} danish;

static danish read_danish(const char *folder)
{
	arena *a = test_arena();
	danish d = {.arena = a, .by_differential = profiles_open(a, NULL), .by_snapshot = profiles_open(a, NULL)};
	issues sink = {.arena = a};
	d.count = list_files(a, folder, ".json", &d.files);
	d.docs = ARENA_ARRAY(a, const doc *, d.count);
	for (int i = 0; i < d.count; i++) {
		const doc *x = d.docs[i] = parsed(a, read_file(a, d.files[i]));
		uint32_t differential = doc_get(x, 0, NAME_differential);
		const doc *full = differential == NODE_ABSENT ? x : parsed(a, resource_without(a, x, differential));
		assert_true(profiles_add(d.by_differential, x, &sink));
		assert_true(profiles_add(d.by_snapshot, full, &sink));
	}
	return d;
}

static int compare_danish(const danish *k, int which, int *wrong)
{
	const doc *d = k->docs[which];
	int compared = 0;
	for (uint32_t n = 0; n < d->count; n++) {
		arena *a = arena_new(PROCESS_ARENA_MAX);
		const doc *part = parsed(a, resource_without(a, d, n)); /* 0: nothing left out */
		text x = errors_of(a, k->by_differential, part), y = errors_of(a, k->by_snapshot, part);
		if (!text_equal(x, y))
			fail_msg("%s without %u (%.*s):\ndifferential %.*s\nsnapshot     %.*s", k->files[which], n,
				 TEXT_ARG(name_text(d, d->nodes[n].name)), TEXT_ARG(x), TEXT_ARG(y));
		*wrong += !text_equal(x, TEXT("good"));
		arena_free(a);
		compared++;
	}
	return compared;
}

TEST(differentials_say_what_snapshots_say)
{
	const char *folder = shared_path("data/dk-core");
	if (!folder) SKIP("the Danish profiles: no shared data");
	danish k = read_danish(folder);
	int compared = 0, wrong = 0;
	for (int i = 0; i < k.count; i++) {
		text type = doc_type(k.docs[i]);
		bool definition = text_equal(type, TEXT("ImplementationGuide")) || text_equal(type, TEXT("Bundle")) ||
				  doc_get(k.docs[i], 0, NAME_url) != NODE_ABSENT;
		if (!definition) compared += compare_danish(&k, i, &wrong);
	}
	printf("%d Danish resources, whole and in part, are judged alike; %d of them are wrong\n", compared, wrong);
	assert_true(compared > 1000 && wrong > 100);
}

/* What lies outside is asked for, and then held against the profile as what lies within. */

static bool find_patient(void *self, text reference, path_item *out)
{
	*out = (path_item){.kind = PATH_NODE, .d = self};
	return text_equal(reference, TEXT("Patient/1"));
}

static text led(arena *a, const profiles *p, const doc *target, const char *reference)
{
	text url = TEXT("urn:p");
	issues sink = {.arena = a};
	doc copy = *target;
	validation how = {.profiles = p, .against = &url, .against_count = 1};
	how.outside = (path_outside){.self = &copy, .resolve = find_patient};
	text source = text_format(
	    a, "{'resourceType':'Patient','link':[{'type':'seealso','other':{'reference':'%s'}}]}", reference);
	arena *scratch = test_arena();
	resource_validate(&how, parsed(a, json(a, text_z(a, source))), scratch, &sink);
	return told(a, &sink);
}

TEST(references_outside)
{
	arena *a = test_arena();
	profiles *p = profiles_open(a, NULL);
	add_helpers(p, a);
	add_profile(p, a, "urn:p", TEXT(R4 "Patient"), TEXT("Patient"),
		    ON("Patient.link.other", "'type':[{'code':'Reference','targetProfile':['urn:male']}]"));
	const doc *man = parsed(a, json(a, PATIENT("'gender':'male'"))),
		  *woman = parsed(a, json(a, PATIENT("'gender':'female'")));
	assert_text(led(a, p, man, "Patient/1"), TEXT("good"));
	assert_text(led(a, p, woman, "Patient/1"), TEXT("REFERENCE_PROFILE Patient.link[0].other"));
	assert_text(led(a, p, woman, "Patient/2"), TEXT("good")); /* not at hand: its type is right */
	assert_text(led(a, p, woman, "Group/1"), TEXT("REFERENCE_TARGET Patient.link[0].other"));
}

/* FHIRPath asks the same profiles and codes. */
TEST(functions_of_fhirpath)
{
	static const char *const rows[][2] = {
	    {"Patient.conformsTo(`urn:male`)", "true"},
	    {"Patient.name.conformsTo(`urn:male`)", "false"},
	    {"Patient.conformsTo(`http://hl7.org/fhir/StructureDefinition/Group`)", "false"},
	    {"Patient.gender.memberOf(`http://hl7.org/fhir/ValueSet/administrative-gender`)", "true"},
	    {"Patient.maritalStatus.memberOf(`http://hl7.org/fhir/ValueSet/marital-status`)", "true"},
	    {"Patient.maritalStatus.memberOf(`http://hl7.org/fhir/ValueSet/administrative-gender`)", "false"},
	    {"Patient.identifier.slice(`urn:sliced`, `a`).value", "1"},
	};
	arena *a = test_arena(), *scratch = test_arena();
	profiles *p = profiles_open(a, NULL);
	add_helpers(p, a);
	path_outside outside = {0};
	profiles_outside(p, &outside);
	const doc *d = parsed(
	    a, json(a, PATIENT("'gender':'male','name':[{'text':'x'}],'maritalStatus':{'coding':[{'system':'" MARITAL
			       "','code':'M'}]},'identifier':[" ID("a") ",{'system':'urn:s:b','value':'2'}]")));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		issues sink = {.arena = scratch};
		path_items out = {0};
		const path *path =
		    path_compile(scratch, json(scratch, rows[i][0]), type_find(TEXT("Patient")), NULL, &sink);
		if (!path || !path_run(path, d, 0, &outside, scratch, &sink, &out))
			fail_msg("%s: %.*s", rows[i][0], TEXT_ARG(issue_line(scratch, sink.first, LANGUAGE_EN)));
		assert_int_equal(out.count, 1);
		expect(path_item_text(scratch, out.at), rows[i][0], rows[i][1]);
	}
}

/* Findings are for people. */
TEST(sentences)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	validation how = {0};
	const doc *d = parsed(a, json(a, PATIENT("'name':[{'period':{'start':'2026-02','end':'2026-01'}}]")));
	resource_validate(&how, d, test_arena(), &sink);
	assert_text(issue_line(a, sink.first, LANGUAGE_DA),
		    TEXT("Patient.name[0].period: Perioden slutter, før den begynder (per-1)"));
	assert_text(issue_line(a, sink.first, LANGUAGE_EN),
		    TEXT("Patient.name[0].period: If present, start SHALL have a lower value than end (per-1)"));
}

/* What DK Core says in English is said in Danish; another's rule of the same key keeps its own words. */
static text said_of_cvr(arena *a, const char *profile)
{
	profiles *p = profiles_open(a, NULL);
	add_profile(p, a, profile, TEXT(R4 "Identifier"), TEXT("Identifier"),
		    ON("Identifier.value", "'constraint':[{'key':'CVR-length','severity':'error','human':'eight',"
					   "'expression':'length()=8'}]"));
	text element =
	    text_format(a, ON("Patient.identifier", "'type':[{'code':'Identifier','profile':['%s']}]"), profile);
	add_profile(p, a, "urn:p", TEXT(R4 "Patient"), TEXT("Patient"), text_z(a, element));
	issues sink = {.arena = a};
	text url = TEXT("urn:p");
	validation how = {.profiles = p, .against = &url, .against_count = 1};
	resource_validate(&how, parsed(a, json(a, PATIENT("'identifier':[{'value':'1'}]"))), test_arena(), &sink);
	return issue_line(a, sink.first, LANGUAGE_DA);
}

TEST(sentences_of_dk_core)
{
	arena *a = test_arena();
	assert_text(said_of_cvr(a, "http://hl7.dk/fhir/core/StructureDefinition/dk-core-cvr-identifier"),
		    TEXT("Patient.identifier[0].value: Et CVR-nummer er otte cifre (CVR-length)"));
	assert_text(said_of_cvr(a, "http://example.org/cvr"), TEXT("Patient.identifier[0].value: eight (CVR-length)"));
}

/* Eight threads ask for the same profiles first at once. */

static void *validate_alone(void *given)
{
	arena *a = arena_new(16 * MIB);
	text got = verdict(a, given, parsed(a, json(a, PATIENT("'identifier':[" ID("a") "," ID("a") "," ID("a") "]"))),
			   "urn:sliced");
	bool good = text_equal(got, TEXT("PROFILE_SLICE_TOO_MANY a Patient.identifier[2]"));
	arena_free(a);
	return good ? given : NULL;
}

TEST(threads)
{
	enum { THREADS = 8 };
	pthread_t threads[THREADS];
	arena *a = test_arena();
	profiles *p = profiles_open(a, NULL);
	add_helpers(p, a);
	for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, validate_alone, p), 0);
	for (int i = 0; i < THREADS; i++) {
		void *good;
		pthread_join(threads[i], &good);
		assert_non_null(good);
	}
}

TESTS(T(invariants_of_r4), T(references), T(extensions), T(bundles), T(profiles_count_and_type), T(profiles_values),
      T(slices_of_identifiers), T(slices_by_type_and_reference), T(a_profile_over_a_profile),
      T(elements_defined_as_others), T(claims), T(profiles_that_cannot_be_and_that_lead_back),
      T(every_invariant_compiles), T(every_profile_compiles), T(shortcuts_are_right), T(dk_core),
      T(differentials_say_what_snapshots_say), T(references_outside), T(functions_of_fhirpath), T(sentences),
      T(sentences_of_dk_core), T(threads))
