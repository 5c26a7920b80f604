/* FHIRPath beyond the official suite: rows of (resource, expression, answer), refusals with their places, the world
 * outside, limits, and R4's own search parameters. */
#include "harness.h"

#include "fhir/fhir.h"

static const char patient[] =
    "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"active\":true,"
    "\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"ward\",\"name\":\"Urologi\"}],"
    "\"extension\":[{\"url\":\"urn:x:since\",\"valueDateTime\":\"2026-03-02T10:00:00+01:00\"},"
    "{\"url\":\"urn:x:none\",\"_valueString\":{\"id\":\"why\"}}],"
    "\"identifier\":[{\"system\":\"urn:oid:1.2.208.176.1.2\",\"value\":\"6502521230\"}],"
    "\"name\":[{\"use\":\"official\",\"family\":\"Ågård\",\"given\":[null,\"Ane\"],\"_given\":[{\"id\":\"g0\"},null]},"
    "{\"use\":\"old\",\"family\":\"Møller\",\"given\":[\"Ane\",\"Bo\"]}],"
    "\"gender\":\"female\",\"birthDate\":\"1952-02-25\","
    "\"_birthDate\":{\"extension\":[{\"url\":\"urn:x:time\",\"valueDateTime\":\"1952-02-25T14:35:45+01:00\"}]},"
    "\"deceasedBoolean\":false,\"multipleBirthInteger\":2,"
    "\"managingOrganization\":{\"reference\":\"#ward\"},\"generalPractitioner\":[{\"reference\":\"Practitioner/7\"}]}";

static const char observation[] =
    "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":[{\"system\":\"http://"
    "loinc.org\",\"code\":\"2857-1\"}]},"
    "\"effectivePeriod\":{\"start\":\"2026-01\",\"end\":\"2026-02-03\"},"
    "\"valueQuantity\":{\"value\":4.10,\"unit\":\"ug/L\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"ug/L\"},"
    "\"referenceRange\":[{\"high\":{\"value\":4,\"system\":\"http://unitsofmeasure.org\",\"code\":\"ng/mL\"}}],"
    "\"component\":[{\"code\":{\"text\":\"a\"},\"valueInteger\":3},{\"code\":{\"text\":\"b\"},\"valueString\":\"x\"}]}";

static const char bundle[] =
    "{\"resourceType\":\"Bundle\",\"type\":\"message\",\"entry\":["
    "{\"fullUrl\":\"urn:uuid:1\",\"resource\":{\"resourceType\":\"ServiceRequest\",\"status\":\"active\",\"intent\":"
    "\"order\","
    "\"subject\":{\"reference\":\"http://h/fhir/Patient/9\"},\"requester\":{\"reference\":\"Practitioner/8\"}}},"
    "{\"fullUrl\":\"http://h/fhir/Patient/"
    "9\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"9\",\"gender\":\"male\"}},"
    "{\"fullUrl\":\"http://h/fhir/Practitioner/8\",\"resource\":{\"resourceType\":\"Practitioner\",\"id\":\"8\"}}]}";

/* The answer: items as text with "; " between, or "! " and the failure's name. */
typedef struct row {
	const char *resource;
	const char *expression;
	const char *answer;
} row;

static text answer_of(arena *a, const row *r, const path_outside *outside)
{
	doc d;
	issues sink = {.arena = a};
	static const text limen = {"urn:limen:", 10};
	map constants = {.arena = a};
	map_put(&constants, TEXT("limen"), (int64_t)(intptr_t)&limen);
	assert_true(json_parse_resource(a, text_of(r->resource), TEXT("row"), &sink, &d));
	path_items out = {0};
	const path *p = path_compile(a, text_of(r->expression), type_find(doc_type(&d)), &constants, &sink);
	bool ran = p && path_run(p, &d, 0, outside, a, &sink, &out);
	assert_true(ran == (sink.count == 0));
	if (!ran)
		return text_format(a, "! %s at %lld", failure_name(sink.first->code),
				   (long long)sink.first->place.column);
	buffer b = {.arena = a};
	for (int i = 0; i < out.count; i++) {
		if (i) buffer_add(&b, TEXT("; "));
		buffer_add(&b, path_item_text(a, &out.at[i]));
	}
	return buffer_text(&b);
}

static void check_rows(const row *rows, int count, const path_outside *outside)
{
	int wrong = 0;
	for (int i = 0; i < count; i++) {
		arena *a = arena_new(REQUEST_ARENA_MAX);
		text answer = answer_of(a, &rows[i], outside);
		/* Where the budget ends is not for a test to say: a failure's name is enough there. */
		bool failure_only = rows[i].answer[0] == '!' && text_find(text_of(rows[i].answer), TEXT(" at ")) < 0;
		bool same = failure_only ? text_starts(answer, text_of(rows[i].answer))
					 : text_equal(answer, text_of(rows[i].answer));
		if (!same && ++wrong)
			print_error("%s\n   expected %s\n   got      %.*s\n", rows[i].expression, rows[i].answer,
				    TEXT_ARG(answer));
		arena_free(a);
	}
	assert_int_equal(wrong, 0);
}

#define CHECK(rows, outside) check_rows((rows), (int)(sizeof(rows) / sizeof *(rows)), (outside))

TEST(navigation)
{
	static const row rows[] = {
	    {patient, "Patient.name.family", "Ågård; Møller"},
	    {patient, "name.given", "; Ane; Ane; Bo"},
	    {patient, "name.given.id", "g0"},
	    {patient, "name.given.hasValue()", "false"},
	    {patient, "name.given.where(hasValue()).count()", "3"},
	    {patient, "name.first().given.first().upper()", ""},
	    {patient, "name.first().given.first() = 'Ane'", ""},
	    {patient, "name.first().given.first().exists()", "true"},
	    {patient, "birthDate.extension('urn:x:time').value", "1952-02-25T14:35:45+01:00"},
	    {patient, "extension('urn:x:since').value is dateTime", "true"},
	    {patient, "extension('urn:x:none').value.id", "why"},
	    {patient, "deceased", "false"},
	    {patient, "deceased.ofType(boolean)", "false"},
	    {patient, "deceased.ofType(dateTime)", ""},
	    {patient, "multipleBirth as integer + 1", "3"},
	    {patient, "(multipleBirth as integer) + 1", "3"},
	    {patient, "Resource.id | DomainResource.active", "p1; true"},
	    {patient, "name[1].given[1]", "Bo"},
	    {patient, "name[7].given", ""},
	    {patient, "%resource.id = %context.id", "true"},
	    {patient, "contained.name", "Urologi"},
	    {patient, "gender.value", "female"},
	    {patient, "birthDate.value.type().name", "Date"},
	    {observation, "value.unit", "ug/L"},
	    {observation, "component.value", "3; x"},
	    {observation, "component.value.ofType(string)", "x"},
	    {observation, "(component.value as integer)", "3"},
	    {observation, "component.value.as(integer)", "! PATH_SINGLE at 17"},
	    {observation, "descendants().where($this is CodeableConcept).text", "a; b"},
	    {observation, "referenceRange.high.value", "4"},
	    {observation, "descendants().where(coding.first().exists()).coding.code", "2857-1"},
	    {bundle, "Bundle.entry.resource.ofType(Patient).gender", "male"},
	    {bundle, "entry.resource.subject.resolve().gender", "male"},
	    {bundle, "entry.resource.requester.resolve() is Practitioner", "true"},
	    {bundle, "entry.resource.where($this is ServiceRequest).status", "active"},
	};
	CHECK(rows, NULL);
}

TEST(values)
{
	static const row rows[] = {
	    {patient, "birthDate < @1952-03", "true"},
	    {patient, "birthDate < @1952-02", ""},
	    {patient, "birthDate > @1952", ""},
	    {patient, "birthDate + 74 years", "2026-02-25"},
	    {patient, "@2024-01-31 + 1 month", "2024-02-29"},
	    {patient, "@2024-02-29 - 1 year", "2023-02-28"},
	    {patient, "@2024-02-29T10:00:00+01:00 + 36 hours", "2024-03-01T22:00:00+01:00"},
	    {patient, "@2024 + 25 months", "2026"},
	    {patient, "@2024-03 + 59 days", "2024-04"},
	    {patient, "@T23:30 + 45 minutes", "00:15"},
	    {patient, "@9999-12-31 + 1 day", ""},
	    {patient, "@2026-03-02T10:00:00Z = @2026-03-02T11:00:00+01:00", "true"},
	    {patient, "@2026-03-02T23:30:00-02:00 < @2026-03-03T01:00:00Z", "false"},
	    {observation, "effective.start < effective.end", "true"},
	    {observation, "value > referenceRange.high", "true"},
	    {observation, "value = 4.1 'ug/L'", "true"},
	    {observation, "value = 4.1 'ng/mL'", "true"},
	    {observation, "value + 1 'mg/L'", "1004.10 'ug/L'"},
	    {observation, "value > 1 'kg'", ""},
	    {observation, "value.value.toString()", "4.10"},
	    {observation, "1 'kg' = 1000 'g' and 1 'h' = 60 'min' and 3 'm2' = 30000 'cm2'", "true"},
	    {observation, "1 year = 12 months", "true"},
	    {observation, "0.1 + 0.2 = 0.3", "true"},
	    {observation, "9223372036854775807 + 1", ""},
	    {observation, "7 mod 2.5", "2.0"},
	    {observation, "2.power(10) | 2.power(-1)", "1024; 0.5"},
	    {observation, "'Ærø'.upper() & 'Å'.lower()", "ÆRØå"},
	    {observation, "'Ærø'.length()", "3"},
	    {observation, "'Ærø'.substring(1, 1)", "r"},
	    {observation, "'Ærø'.indexOf('ø')", "2"},
	    {observation, "'2857-1'.matches('^\\\\d{4}-\\\\d$')", "true"},
	    {observation, "'a1b2'.replaceMatches('([a-z])([0-9])', '$2$1')", "1a2b"},
	    {observation, "'blåbær  Grød' ~ 'BLÅBÆR grød'", "true"},
	    {observation, "('b' | 'c' | 'a').sort($this desc)", "c; b; a"},
	    {observation, "'\\ud83d\\ude00'.length()", "1"},
	    {observation, "component.select($index)", "0; 1"},
	    {observation, "component.exists(value is integer and value > 2)", "true"},
	    {observation, "iif(component.count() > 1, 'many', 'few')", "many"},
	    {observation, "%limen & 'x'", "urn:limen:x"},
	    {observation, "%`vs-gender` | %ucum", "http://hl7.org/fhir/ValueSet/gender; http://unitsofmeasure.org"},
	    {observation, "false and component.code.single().exists()", "false"},
	    {patient, "name.select(defineVariable('u', use).given.select($this & ' ' & %u))",
	     " official; Ane official; Ane old; Bo old"},
	    {patient, "name.defineVariable('all').first().given.select(%all.count())", "2; 2"},
	    {observation, "(1 | 2 | 3).aggregate($total + $this, 0)", "6"},
	    {observation, "(1 | 2 | 3).sum()", "6"},
	    {observation, "(1 | 2.5).sum()", "3.5"},
	    {observation, "('a' | 'b').sum()", "ab"},
	    {observation, "{}.sum()", ""},
	    {observation, "(1 'g' | 2 'kg').sum()", "2001 'g'"},
	    {observation, "1.combine('x').sum()", "! PATH_COMPARE at 16"},
	    {observation, "(3 | 1 | 2).min()", "1"},
	    {observation, "(3 | 1 | 2).max()", "3"},
	    {observation, "(@2026-11-02 | @2026-10-30).max()", "2026-11-02"},
	    {observation, "(1 | 2 | 6).avg()", "3"},
	    {observation, "{}.avg()", ""},
	    {observation, "{}.max()", ""},
	    {observation, "code.coding.weight()", ""},
	    {observation, "code.coding.code.encode('hex').decode('hex')", "2857-1"},
	};
	CHECK(rows, NULL);
}

/* Units: exact however far apart, special scales, arbitrary ones (UCUM 2.1). */
TEST(units)
{
	static const row rows[] = {
	    {observation, "37 'Cel' = 98.6 '[degF]'", "true"},
	    {observation, "37 'Cel'.toQuantity('[degF]')", "98.6 '[degF]'"},
	    {observation, "(98.6 '[degF]').toQuantity('Cel')", "37 'Cel'"},
	    {observation, "0 'K' < -273.14 'Cel'", "true"},
	    {observation, "38.5 'Cel' > 101 '[degF]'", "true"},
	    {observation, "1 'Cel/m' = 1 'K/m'", ""}, /* a scale with its own zero stands alone */
	    {observation, "60 'U' = 1 'umol/s' and 1 'U' < 0.016666666666666667 'umol/s'", "true"},
	    {observation, "3 '[tsp_us]' = 1 '[tbs_us]'", "true"},
	    {observation, "360 'deg' = 2 '[pi].rad'", "true"},
	    {observation, "7.2 '10*3/uL' = 7.2 '10*9/L'", "true"},
	    {observation, "1 '10^-3' = 1 'm[ppth]' or 1 '10^-3' = 1 '[ppth]'", "true"},
	    {observation, "120 'mm[Hg]'.toQuantity('kPa')", "15.99864 'kPa'"},
	    {observation, "1 '[IU]/mL' = 1 'k[iU]/L'", "true"},
	    {observation, "1 '[IU]/mL' = 1 '[arb\\'U]/mL'", ""},
	    {observation, "5 'mmol/L' = 5 'mmol/l' and 5 'mmol/L' ~ 5.0 'meq/L'", "true"},
	    {observation, "5 'mmol/L' = 5 'mg/dL'", ""},
	    {observation, "5.5 'mmol/L'.comparable(1 'g/L') or 1 'mg'.comparable(2 'kg')", "true"},
	    {observation, "1 'furlong' = 1 'm'", ""},
	    {observation, "1 year = 1 'a'", ""},
	    {observation, "1 year ~ 1 'a' and 2 months ~ 2 'mo' and 1 second ~ 1 's'", "true"},
	    {observation, "1 year = 1 'a' or 1 'a' = 365.25 'd'", "true"},
	};
	CHECK(rows, NULL);
}

/* Each with the place where it is wrong. */
TEST(refusals)
{
	static const row rows[] = {
	    {patient, "", "! PATH_SYNTAX at 1"},
	    {patient, "name.", "! PATH_SYNTAX at 6"},
	    {patient, "name.where(use = 'old'", "! PATH_SYNTAX at 23"},
	    {patient, "name 1", "! PATH_SYNTAX at 6"},
	    {patient, "name.given = 'Ane", "! PATH_UNFINISHED at 14"},
	    {patient, "name /* never", "! PATH_UNFINISHED at 6"},
	    {patient, "'\\q'", "! PATH_LITERAL at 2"},
	    {patient, "'\\ud83d'", "! PATH_LITERAL at 2"},
	    {patient, "birthDate = @2023-02-30", "! PATH_LITERAL at 13"},
	    {patient, "birthDate = @2023-13", "! PATH_LITERAL at 13"},
	    {patient, "99999999999999999999", "! PATH_LITERAL at 1"},
	    {patient, "name ; gender", "! PATH_SYNTAX at 6"},
	    {patient, "name.\xC3\xA5", "! PATH_SYNTAX at 6"},
	    {patient, "name\xC3", "! PATH_SYNTAX at 5"},
	    {patient, "nam.given", "! PATH_ELEMENT at 1"},
	    {patient, "Patient.birthdate", "! PATH_ELEMENT at 9"},
	    {patient, "Observation.status", "! PATH_ELEMENT at 1"},
	    {patient, "deceasedBoolean", "! PATH_ELEMENT at 1"},
	    {patient, "birthDate.year", "! PATH_ELEMENT at 11"},
	    {patient, "name.where(famly = 'x')", "! PATH_ELEMENT at 12"},
	    {patient, "'x'.family", "! PATH_ELEMENT at 5"},
	    {patient, "name.frist()", "! PATH_FUNCTION at 6"},
	    {patient, "name.htmlCheck()", "! PATH_FUNCTION at 6"},
	    {patient, "name.where()", "! PATH_ARGUMENTS at 6"},
	    {patient, "name.count(1)", "! PATH_ARGUMENTS at 6"},
	    {patient, "name is Humanname", "! PATH_UNKNOWN_TYPE at 9"},
	    {patient, "name.given.matches('(')", "! PATH_PATTERN at 20"},
	    {patient, "descendants().first()", "! PATH_ORDER at 15"},
	    {patient, "%nobody", "! PATH_VARIABLE at 1"},
	    {patient, "name.defineVariable('n').count() + %n.count()", "! PATH_VARIABLE at 36"},
	    {patient, "name.defineVariable('n').defineVariable('n')", "! PATH_DEFINED at 41"},
	    {patient, "name.defineVariable('n').select(%n.famly)", "! PATH_ELEMENT at 36"},
	    {patient, "now() > birthDate", "! PATH_NO_CLOCK at 1"},
	    {patient, "name.given.upper()", "! PATH_SINGLE at 12"},
	    {patient, "active + 1", "! PATH_COMPARE at 8"},
	    {patient, "name.first() < 1", "! PATH_COMPARE at 14"},
	    {patient, "birthDate + 1 'mo'", "! PATH_COMPARE at 11"},
	    /* What only the outside knows is refused by name where nobody answers. */
	    {patient, "'x'.conformsTo('http://example.org/profile')", "! PATH_UNANSWERED at 5"},
	    {patient, "gender.memberOf('urn:set')", "! PATH_UNANSWERED at 8"},
	    {patient, "maritalStatus.subsumes(maritalStatus)", ""},
	    {observation, "code.subsumedBy(code)", "! PATH_UNANSWERED at 6"},
	    {patient, "name.subsumes(name)", "! PATH_SINGLE at 6"},
	    {patient, "name.first().subsumes(name.first())", "! PATH_OPERAND at 14"},
	    {patient, "name.slice('urn:p', 'official')", "! PATH_UNANSWERED at 6"},
	    {patient, "name.elementDefinition()", "! PATH_UNANSWERED at 6"},
	    /* What an argument is, is known before there is anything to run on. */
	    {patient, "iif('yes', 1, 2)", "! PATH_OPERAND at 5"},
	    {patient, "photo.title.substring('a')", "! PATH_OPERAND at 23"},
	    {patient, "photo.title.indexOf(3)", "! PATH_OPERAND at 21"},
	    {patient, "photo.title.startsWith(contact)", "! PATH_OPERAND at 24"},
	    {patient, "photo.skip('a')", "! PATH_OPERAND at 12"},
	    {patient, "photo.trace(1)", "! PATH_OPERAND at 13"},
	    {patient, "photo.skip(photo.count())", ""},
	    {patient, "photo.title.substring({})", ""},
	};
	CHECK(rows, NULL);
}

/* What is asked of outside */

static bool give_practitioner(void *self, text reference, path_item *out)
{
	if (!text_equal(reference, TEXT("Practitioner/7"))) return false;
	*out = (path_item){.kind = PATH_NODE, .d = self};
	return true;
}

static int is_in_set(void *self, const path_item *item, text value_set)
{
	(void)self;
	if (!text_equal(value_set, TEXT("http://hl7.org/fhir/ValueSet/administrative-gender"))) return -1;
	text code = doc_text(item->d, item->node);
	return text_equal(code, TEXT("female")) || text_equal(code, TEXT("male"));
}

static bool give_variable(void *self, text name, path_items *out)
{
	static path_item answer = {.kind = PATH_INTEGER, .integer = 42};
	(void)self;
	*out = (path_items){&answer, 1};
	return text_equal(name, TEXT("answer"));
}

/* Two servers' resources in one Bundle, one of them in two versions. */
static const char two_servers[] =
    "{\"resourceType\":\"Bundle\",\"type\":\"history\",\"entry\":["
    "{\"fullUrl\":\"http://a/fhir/Encounter/1\",\"resource\":{\"resourceType\":\"Encounter\",\"id\":\"1\","
    "\"subject\":{\"reference\":\"Patient/9\"},\"partOf\":{\"reference\":\"Encounter/2\"}}},"
    "{\"fullUrl\":\"http://b/fhir/Encounter/1\",\"resource\":{\"resourceType\":\"Encounter\",\"id\":\"1\","
    "\"subject\":{\"reference\":\"Patient/9/_history/2\"}}},"
    "{\"fullUrl\":\"http://b/fhir/Patient/9\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"9\","
    "\"meta\":{\"versionId\":\"1\"},\"gender\":\"male\"}},"
    "{\"fullUrl\":\"http://a/fhir/Patient/9\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"9\","
    "\"gender\":\"female\"}},"
    "{\"fullUrl\":\"http://b/fhir/Patient/9\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"9\","
    "\"meta\":{\"versionId\":\"2\"},\"gender\":\"other\"}}]}";

TEST(references_within_a_bundle)
{
	static const row rows[] = {
	    {two_servers, "entry[0].resource.subject.resolve().gender", "female"},
	    {two_servers, "entry[1].resource.subject.resolve().gender", "other"},
	    {two_servers, "entry[0].resource.partOf.resolve().id", ""},
	    {two_servers, "entry.resource.subject.resolve().gender", "female; other"},
	};
	CHECK(rows, NULL);
}

static int traced;

static void note_trace(void *self, text name, const path_items *items)
{
	(void)self;
	if (text_equal(name, TEXT("names"))) traced = items->count;
}

/* A is above B and C, in one system; of others nothing is known. */
static int is_above(void *self, text system, text general, text specific)
{
	(void)self;
	if (!text_equal(system, TEXT("urn:letters"))) return -1;
	return text_equal(general, TEXT("A")) && (text_equal(specific, TEXT("B")) || text_equal(specific, TEXT("C")));
}

static int is_in_slice(void *self, const path_item *item, text profile, text name)
{
	(void)self;
	if (!text_equal(profile, TEXT("urn:p"))) return -1;
	return text_equal(doc_get_text(item->d, item->node, NAME_use), name);
}

static bool give_definition(void *self, const path_item *item, path_item *out)
{
	(void)item;
	*out = (path_item){.kind = PATH_NODE, .d = self};
	return true;
}

static int fits(void *self, const path_item *item, text profile)
{
	(void)self;
	return text_equal(profile, TEXT("urn:p")) ? item->type == type_find(TEXT("HumanName")) : -1;
}

static const char coded[] = "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":["
			    "{\"system\":\"urn:letters\",\"code\":\"A\"},{\"system\":\"urn:other\",\"code\":\"x\"}]},"
			    "\"method\":{\"coding\":[{\"system\":\"urn:letters\",\"code\":\"B\"}]},"
			    "\"bodySite\":{\"coding\":[{\"system\":\"urn:other\",\"code\":\"y\"}]},"
			    "\"modifierExtension\":[{\"url\":\"urn:m:1\",\"valueBoolean\":true}]}";

TEST(codes_profiles_and_definitions)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	doc definition;
	assert_true(json_parse(a, TEXT("{\"path\":\"Patient.name\"}"), TEXT(""), &sink, &definition));
	path_outside outside = {.self = &definition,
				.now = INSTANT_NONE,
				.conforms = fits,
				.subsumes = is_above,
				.in_slice = is_in_slice,
				.definition = give_definition};
	static const row rows[] = {
	    {coded, "code.subsumes(method)", "true"},
	    {coded, "method.subsumes(code)", ""}, /* of urn:other nothing is known */
	    {coded, "method.subsumedBy(code)", "true"},
	    {coded, "method.coding.first().subsumes(code.coding.first())", "false"},
	    {coded, "code.coding.first().subsumes(code.coding.first())", "true"},
	    {coded, "bodySite.coding.subsumes(code.coding[1])", ""},
	    {coded, "bodySite.coding.subsumes(code.coding[0])", "! PATH_COMPARE at 17"},
	    {coded, "bodySite.subsumes(method)", ""},
	    {coded, "checkModifiers('urn:m:1').status", "final"},
	    {coded, "checkModifiers('urn:m:0', 'urn:m:1').status", "final"},
	    {coded, "checkModifiers('urn:m:2').status", "! PATH_MODIFIER at 1"},
	    {patient, "name.checkModifiers('urn:m:2').family", "Ågård; Møller"},
	    {patient, "name.slice('urn:p', 'old').family", "Møller"},
	    {patient, "name.slice('urn:p', 'none').family", ""},
	    {patient, "name.slice('urn:q', 'old').family", "! PATH_SLICE at 6"},
	    {patient, "name.first().elementDefinition().path", "Patient.name"},
	    {patient, "name.first().conformsTo('urn:p')", "true"},
	    {patient, "conformsTo('urn:p')", "false"},
	    {patient, "conformsTo('urn:q')", "! PATH_PROFILE at 1"},
	};
	CHECK(rows, &outside);
}

/* The rules of a narrative: a div as text, and whether it may stand. */
TEST(narratives)
{
	static const struct {
		const char *div;
		bool good;
	} divs[] = {
#define DIV "<div xmlns=\"http://www.w3.org/1999/xhtml\">"
	    {DIV "Ane</div>", true},
	    {" " DIV "<p class='x' title=\"a &lt; b\">Bl\303\245b\303\246r &amp; gr\303\270d &#160;&#xA0;</p><br/><hr "
	     "/></div> ",
	     true},
	    {DIV "<table border=\"0\" cellpadding='0'><colgroup><col width=\"3\"/></colgroup><tr><td rowspan=\"2\" "
		 "style=\"color: red\">1</td></tr></table></div>",
	     true},
	    {DIV "<a href=\"http://x/\">x</a><a name=\"y\"> </a></div>", true},
	    {DIV "<img src=\"#i\" alt=\"\"/></div>", true},
	    {DIV "<!-- a note -->x</div><!-- after -->", true},
	    {DIV "<![CDATA[1 < 2]]></div>", true},
	    {DIV "<ul><li xml:lang=\"da\">x</li></ul></div >", true},
	    {DIV " \t\n</div>", false},      /* txt-2 */
	    {DIV "<!-- x --></div>", false}, /* a comment is no text */
	    {"Ane", false},                  /* no element */
	    {"", false},
	    {"<div>Ane</div>", false}, /* no namespace */
	    {"<div xmlns=\"http://www.w3.org/2000/svg\">x</div>", false},
	    {"<p xmlns=\"http://www.w3.org/1999/xhtml\">x</p>", false},
	    {DIV "x</div>" DIV "y</div>", false}, /* one div */
	    {DIV "x</div>y", false},
	    {DIV "x<p></div></p>", false}, /* not well formed */
	    {DIV "x", false},
	    {DIV "<br>x</div>", false},
	    {DIV "x</div", false},
	    {DIV "<p id=x>x</p></div>", false},
	    {DIV "<p id='1' id='2'>x</p></div>", false},
	    {DIV "<p id='1'class='2'>x</p></div>", false},
	    {DIV "a & b</div>", false},
	    {DIV "&nbsp;</div>", false}, /* XML has no such entity */
	    {DIV "&#;x</div>", false},
	    {DIV "<p title='<'>x</p></div>", false},
	    {DIV "<script>x</script></div>", false},
	    {DIV "<form>x</form></div>", false},
	    {DIV "<iframe src='x'>x</iframe></div>", false},
	    {DIV "<object>x</object></div>", false},
	    {DIV "<ins>x</ins></div>", false},   /* 9.4 */
	    {DIV "<font>x</font></div>", false}, /* deprecated */
	    {DIV "<P>x</P></div>", false},       /* XHTML is lower case */
	    {DIV "<p onclick=\"x()\">x</p></div>", false},
	    {DIV "<p href=\"x\">x</p></div>", false},
	    {DIV "<a href=\" JavaScript:x()\">x</a></div>", false},
	    {DIV "<?php x ?>x</div>", false},
	    {"<!DOCTYPE html>" DIV "x</div>", false},
#undef DIV
	};
	arena *a = test_arena();
	int wrong = 0;
	for (size_t i = 0; i < sizeof divs / sizeof *divs; i++) {
		json_out o = json_begin(a);
		json_object(&o);
		json_pair(&o, "resourceType", TEXT("Patient"));
		json_key(&o, "text");
		json_object(&o);
		json_pair(&o, "div", text_of(divs[i].div));
		json_end(&o);
		json_end(&o);
		row r = {text_z(a, json_done(&o)), "text.div.htmlChecks()", ""};
		bool good = text_equal(answer_of(a, &r, NULL), TEXT("true"));
		if (good != divs[i].good && ++wrong) print_error("%s: %d\n", divs[i].div, good);
	}
	assert_int_equal(wrong, 0);
	buffer deep = {.arena = a};
	buffer_add(&deep, TEXT("{\"resourceType\":\"Patient\",\"text\":{\"div\":\""));
	for (int i = 0; i < 100000; i++) buffer_add(&deep, TEXT("<div xmlns='http://www.w3.org/1999/xhtml'>"));
	buffer_add(&deep, TEXT("\"}}"));
	row r = {text_z(a, buffer_text(&deep)), "text.div.htmlChecks()", ""};
	assert_text(answer_of(a, &r, NULL), TEXT("false"));
	r = (row){patient, "name.first().htmlChecks() | active.htmlChecks()", ""};
	assert_text(answer_of(a, &r, NULL), TEXT(""));
}

TEST(outside)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	doc practitioner;
	assert_true(json_parse_resource(a, TEXT("{\"resourceType\":\"Practitioner\",\"id\":\"7\",\"active\":true}"),
					TEXT(""), &sink, &practitioner));
	moment now;
	assert_true(moment_parse(TEXT("2026-03-02T23:30:00Z"), &now));
	path_outside outside = {
	    .self = &practitioner,
	    .now = now.low,
	    .resolve = give_practitioner,
	    .member_of = is_in_set,
	    .variable = give_variable,
	    .trace = note_trace,
	};
	static const row rows[] = {
	    {patient, "generalPractitioner.resolve().active", "true"},
	    {patient, "generalPractitioner.where(resolve() is Practitioner).reference", "Practitioner/7"},
	    {patient, "generalPractitioner.where(resolve() is Organization)", ""},
	    {patient, "managingOrganization.resolve().name", "Urologi"},
	    {patient, "gender.memberOf(%`vs-administrative-gender`)", "true"},
	    {patient, "gender.memberOf('urn:other')", ""},
	    {patient, "%answer + 1", "43"},
	    {patient, "%question", "! PATH_VARIABLE at 1"},
	    {patient, "name.trace('names').count()", "2"},
	    {patient, "name.trace('names', given).count()", "2"},
	    /* In Copenhagen it is the next day already. */
	    {patient, "today()", "2026-03-03"},
	    {patient, "now()", "2026-03-03T00:30:00+01:00"},
	    {patient, "timeOfDay()", "00:30:00"},
	    {patient, "birthDate < today() - 74 years", "true"},
	};
	CHECK(rows, &outside);
	assert_int_equal(traced, 4);
}

TEST(limits_end_what_would_not_end)
{
	static const row rows[] = {
	    {patient,
	     "descendants().select(%resource.descendants().select(%resource.descendants().select(%resource.descendants("
	     ").select("
	     "%resource.descendants())))).count()",
	     "! PATH_BUDGET"},
	    {patient, "name.repeat(0 | 1)", "0; 1"},
	    {patient, "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaX'.matches('^(a+)+$')", "! PATH_PATTERN"},
	    {patient,
	     "(1|2|3|4|5|6|7|8|9|10).aggregate($total & 'xxxxxxxxxxxxxxxx'.replace('', "
	     "'yyyyyyyyyyyyyyyyyyyyyyy'.replace('', 'zzzzzzzzzz')), '')"
	     ".length() > 1000",
	     "true"},
	};
	arena *a = test_arena();
	issues sink = {.arena = a};
	CHECK(rows, NULL);
	buffer deep = {.arena = a};
	for (int i = 0; i < 100000 && deep.len < PATH_BYTES_MAX / 2; i++) buffer_char(&deep, '(');
	assert_null(path_compile(a, buffer_text(&deep), 0, NULL, &sink));
	assert_int_equal(sink.first->code, FAIL_PATH_TOO_LARGE);
	buffer_add(&deep, buffer_text(&deep));
	buffer_char(&deep, '(');
	assert_null(path_compile(a, buffer_text(&deep), 0, NULL, &sink));
}

/* A long path of one kind is no deep one. */
TEST(long_expressions_run)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	doc d;
	path_items out;
	int64_t n = -1;
	buffer b = {.arena = a};
	for (int i = 0; i < 3000; i++) buffer_format(&b, "%s%d", i ? " + " : "", i);
	const path *p = path_compile(a, buffer_text(&b), 0, NULL, &sink);
	assert_non_null(p);
	assert_true(json_parse(a, text_of(patient), TEXT(""), &sink, &d));
	assert_true(path_run(p, &d, 0, NULL, a, &sink, &out));
	assert_int_equal(out.at[0].integer, 3000 * 2999 / 2);
	assert_true(text_to_int(path_item_text(a, &out.at[0]), &n));
}

/* Many runs of one path take no memory but their results', and a criterion's scratch is given back. */
TEST(criteria_give_scratch_back)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	doc d;
	assert_true(json_parse(a, text_of(patient), TEXT(""), &sink, &d));
	const path *p =
	    path_compile(a, TEXT("name.where(given.first().replace('e', 'xxxxxxxxxx').length() > 2).exists()"),
			 type_find(TEXT("Patient")), NULL, &sink);
	assert_non_null(p);
	int64_t before = arena_used(a);
	for (int i = 0; i < 1000; i++) assert_true(path_true(p, &d, 0, NULL, a, &sink));
	assert_int_equal(arena_used(a), before);
}

TEST(items_as_others_take_them)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	doc d;
	path_items out;
	moment m;
	decimal n;
	assert_true(json_parse(a, text_of(patient), TEXT(""), &sink, &d));
	const path *p =
	    path_compile(a, TEXT("birthDate | multipleBirth | gender | @2026-03-02T10:00:00Z | 1.50"), 0, NULL, &sink);
	assert_true(path_run(p, &d, 0, NULL, a, &sink, &out));
	assert_int_equal(out.count, 5);
	assert_true(path_item_moment(&out.at[0], &m) && m.precision == PRECISION_DAY);
	assert_true(path_item_decimal(&out.at[1], &n) && decimal_compare(n, decimal_from_int(2)) == 0);
	assert_false(path_item_moment(&out.at[2], &m) || path_item_decimal(&out.at[2], &n));
	assert_text(type_name(out.at[2].type), TEXT("code"));
	assert_true(path_item_moment(&out.at[3], &m) && m.precision == PRECISION_SECOND);
	assert_text(path_item_text(a, &out.at[4]), TEXT("1.50"));
	/* On an element, with its type as context. */
	p = path_compile(a, TEXT("given.count()"), type_find(TEXT("HumanName")), NULL, &sink);
	uint32_t name = doc_get(&d, 0, NAME_name) + 1;
	assert_true(path_run(p, &d, name, NULL, a, &sink, &out));
	assert_int_equal(out.at[0].integer, 2);
}

/* Every search parameter of R4 is compiled with the type it is for. */
TEST(search_parameters_compile)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	int compiled = 0;
	for (type_id t = 1; t <= type_count(); t++) {
		if (type_kind_of(t) != TYPE_RESOURCE) continue;
		for (int i = 0; i < search_count_of(t); i++) {
			search_definition s;
			search_at(t, i, &s);
			if (!s.expression.len) continue;
			if (!path_compile(a, s.expression, t, NULL, &sink))
				print_error("%.*s\n", TEXT_ARG(s.expression));
			compiled++;
		}
	}
	assert_int_equal(sink.errors, 0);
	assert_true(compiled > 1300);
}

/* All answers of an expression as text, failures by name. */
static text answers(arena *a, const doc *d, text expression)
{
	issues sink = {.arena = a};
	path_items out = {0};
	buffer b = {.arena = a};
	const path *p = path_compile(a, expression, type_find(doc_type(d)), NULL, &sink);
	if (!p || !path_run(p, d, 0, NULL, a, &sink, &out)) return text_of(failure_name(sink.first->code));
	for (int i = 0; i < out.count; i++) {
		const path_item *x = &out.at[i];
		buffer_format(&b, "%.*s ", TEXT_ARG(path_item_type_name(x)));
		if (x->kind == PATH_NODE && x->node != NODE_ABSENT)
			json_write(&b, x->d, x->node, JSON_COMPACT);
		else
			buffer_add(&b, path_item_text(a, x));
		buffer_char(&b, '\n');
	}
	return buffer_text(&b);
}

/* A key with an underscore anywhere makes every walk look for companions; where it is nobody's the answers are the same. */
static int same_on_both_walks(arena *a, const char *resource)
{
	static const char *const more[] = {"children().count() > 3",
					   "name.given",
					   "entry.resource.id",
					   "value",
					   "value.value",
					   "component.value",
					   "component.where(value is string).code.text",
					   "effective.start",
					   "nothing",
					   "entry.resource.subject.resolve().id"};
	doc quick, careful;
	issues sink = {.arena = a};
	int count = 0;
	text source = text_of(resource);
	text other = text_format(a, "{\"_nobody\":{\"id\":\"x\"},%.*s", TEXT_ARG(text_slice(source, 1, source.len)));
	assert_true(json_parse_resource(a, source, TEXT("quick"), &sink, &quick));
	assert_true(json_parse_resource(a, other, TEXT("careful"), &sink, &careful));
	assert_true(quick.no_companions && !careful.no_companions);
	type_id t = type_find(doc_type(&quick));
	for (int i = 0; i < search_count_of(t); i++) {
		search_definition s;
		search_at(t, i, &s);
		if (!s.expression.len) continue;
		assert_text(answers(a, &quick, s.expression), answers(a, &careful, s.expression));
		count++;
	}
	for (size_t i = 0; i < sizeof more / sizeof *more; i++, count++)
		assert_text(answers(a, &quick, text_of(more[i])), answers(a, &careful, text_of(more[i])));
	return count;
}

TEST(both_walks_answer_the_same)
{
	arena *a = test_arena();
	assert_true(same_on_both_walks(a, observation) + same_on_both_walks(a, bundle) > 50);
	/* Arrays with null and arrays within arrays, an element of a choice under two names, a key escaped or unknown. */
	same_on_both_walks(
	    a, "{\"resourceType\":\"Patient\",\"id\":\"p\",\"name\":[null,{\"given\":[\"A\",null,[\"B\"]]},[{"
	       "\"given\":[\"C\"]}]],\"n\\u0061me2\":1,\"deceasedBoolean\":false,\"nothing\":{\"id\":\"x\"}}");
	same_on_both_walks(a, "{\"resourceType\":\"Observation\",\"valueString\":\"x\",\"valueInteger\":1,\"value\":2,"
			      "\"valued\":3,\"valueSet\":\"y\"}");
}

TESTS(T(navigation), T(values), T(units), T(refusals), T(outside), T(limits_end_what_would_not_end),
      T(long_expressions_run), T(criteria_give_scratch_back), T(items_as_others_take_them),
      T(search_parameters_compile), T(both_walks_answer_the_same), T(codes_profiles_and_definitions), T(narratives),
      T(references_within_a_bundle))
