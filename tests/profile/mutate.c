/* Valid examples broken in one known way each: every fault must be found for that reason, at that place. What is broken where is
 * chosen by a seed, which is printed (LIMEN_SEED repeats a run); LIMEN_LONG=1 takes every example. The share caught is printed
 * for each way of breaking. */
#define LIMEN_OS /* tests read their environment */
#include "profile/profile.h"
#include "harness.h"

#include <unistd.h>

enum { SITES_MAX = 40000, SHARE_OF_MANY = 20, EXAMPLE_BYTES_MAX = 200 * 1024 };

/* ---- a doc written again with one change ---- */

typedef enum edit_kind { EDIT_DROP, EDIT_REPLACE, EDIT_RENAME, EDIT_ADD } edit_kind;
typedef struct edit {
	edit_kind kind;
	uint32_t node; /* ADD: the object that gets a member more */
	text text;     /* a value, a key, or a member with its key; JSON */
} edit;

static void write_edited(buffer *b, const doc *d, uint32_t n, const edit *e)
{
	const node *x = &d->nodes[n];
	if (e->kind == EDIT_REPLACE && e->node == n) {
		buffer_add(b, e->text);
		return;
	}
	if (x->kind < NODE_ARRAY) {
		json_write(b, d, n, JSON_COMPACT);
		return;
	}
	bool first = true, object = x->kind == NODE_OBJECT;
	buffer_char(b, object ? '{' : '[');
	for (uint32_t i = n + 1; i < x->next; i = d->nodes[i].next) {
		if (e->kind == EDIT_DROP && e->node == i) continue;
		if (!first) buffer_char(b, ',');
		first = false;
		bool renamed = e->kind == EDIT_RENAME && e->node == i;
		if (object) json_write_string(b, renamed ? e->text : name_text(d, d->nodes[i].name));
		if (object) buffer_char(b, ':');
		write_edited(b, d, i, e);
	}
	if (e->kind == EDIT_ADD && e->node == n) {
		if (!first) buffer_char(b, ',');
		buffer_add(b, e->text);
	}
	buffer_char(b, object ? '}' : ']');
}

/* ---- what can be broken: every value of a resource with its definition ---- */

typedef struct site {
	uint32_t node;   /* the value: the element itself, or an item of its list */
	uint32_t member; /* the element in its object */
	uint32_t object; /* whose element it is */
	type_id owner, type;
	element_info info;
	text path, object_path;
} site;

typedef struct sites {
	arena *arena;
	const doc *d;
	site *at;
	int count;
} sites;

static void collect(sites *s, uint32_t object, type_id type, text path);

static void collect_value(sites *s, const site *of)
{
	const node *x = &s->d->nodes[of->node];
	if (x->kind == NODE_NULL || s->count == SITES_MAX) return;
	s->at[s->count++] = *of;
	if (x->kind != NODE_OBJECT) return;
	type_id type = of->type;
	if (type_kind_of(type) == TYPE_RESOURCE) type = type_find(doc_get_text(s->d, of->node, NAME_resourceType));
	if (type) collect(s, of->node, type, of->path);
}

static void collect(sites *s, uint32_t object, type_id type, text path)
{
	const node *nodes = s->d->nodes;
	for (uint32_t i = object + 1; i < nodes[object].next; i = nodes[i].next) {
		site found = {.node = i, .member = i, .object = object, .owner = type, .object_path = path};
		if (!element_find(type, nodes[i].name, &found.info, &found.type)) continue;
		text name = name_text(NULL, found.info.name);
		found.path = text_format(s->arena, "%.*s.%.*s", TEXT_ARG(path), TEXT_ARG(name));
		if (nodes[i].kind != NODE_ARRAY) {
			collect_value(s, &found);
			continue;
		}
		text list = found.path;
		int index = 0;
		for (uint32_t k = i + 1; k < nodes[i].next; k = nodes[k].next, index++) {
			found.node = k;
			found.path = text_format(s->arena, "%.*s[%d]", TEXT_ARG(list), index);
			collect_value(s, &found);
		}
	}
}

/* ---- the ways of breaking ---- */

typedef struct fault {
	edit edit;
	const char *failure; /* one of these names, with spaces between */
	text path;
	text what;
	text rule; /* of RULE_BROKEN: its key */
} fault;

typedef struct breaking {
	arena *arena;
	const doc *d;
	random_state *random;
} breaking;

static node_kind kind_at(const breaking *k, uint32_t n)
{
	return k->d->nodes[n].kind;
}

static bool is_list(const breaking *k, const site *s)
{
	return kind_at(k, s->member) == NODE_ARRAY;
}

static bool has_companion(const breaking *k, const site *s)
{
	return doc_get(k->d, s->object, name_companion(k->d->nodes[s->member].name)) != NODE_ABSENT;
}

static text written(const breaking *k, uint32_t n)
{
	buffer b = {.arena = k->arena};
	json_write(&b, k->d, n, JSON_COMPACT);
	return buffer_text(&b);
}

static bool replace(const site *s, text by, const char *failure, fault *f)
{
	*f = (fault){{EDIT_REPLACE, s->node, by}, failure, s->path, by, {0}};
	return true;
}

static bool drop_required(const breaking *k, const site *s, fault *f)
{
	bool only = k->d->nodes[s->object].len == 1;
	if (s->info.min == 0 || only || has_companion(k, s)) return false;
	*f = (fault){{EDIT_DROP, s->member, {0}}, "FHIR_REQUIRED", s->object_path, name_text(NULL, s->info.name), {0}};
	return true;
}

static bool double_single(const breaking *k, const site *s, fault *f)
{
	if (s->info.max != 1) return false;
	text value = written(k, s->node);
	return replace(s, text_format(k->arena, "[%.*s,%.*s]", TEXT_ARG(value), TEXT_ARG(value)), "FHIR_TOO_MANY", f);
}

static bool list_to_single(const breaking *k, const site *s, fault *f)
{
	if (!is_list(k, s)) return false;
	*f = (fault){
	    {EDIT_REPLACE, s->member, written(k, s->node)}, "FHIR_KIND", text_cut_last(s->path, '[').head, {0}, {0}};
	return true;
}

static bool retype(const breaking *k, const site *s, fault *f)
{
	switch (kind_at(k, s->node)) {
	case NODE_OBJECT:
		return replace(s, TEXT("\"text\""), "FHIR_KIND", f);
	case NODE_STRING:
		return replace(s, random_below(k->random, 2) ? TEXT("7") : TEXT("{\"x\":1}"), "FHIR_KIND", f);
	case NODE_NUMBER:
		return replace(s, TEXT("\"7\""), "FHIR_KIND", f);
	case NODE_TRUE:
	case NODE_FALSE:
		return replace(s, TEXT("\"true\""), "FHIR_KIND", f);
	case NODE_NULL:
	case NODE_ARRAY:
		return false;
	}
	return false;
}

static bool rename_element(const breaking *k, const site *s, fault *f)
{
	text name = name_text(k->d, k->d->nodes[s->member].name);
	text longer = text_join(k->arena, name, TEXT("x"));
	if (name_find(longer) != NAME_NONE) return false;
	*f = (fault){{EDIT_RENAME, s->member, longer}, "FHIR_ELEMENT", {0}, longer, {0}};
	f->path = text_format(k->arena, "%.*s.%.*s", TEXT_ARG(s->object_path), TEXT_ARG(longer));
	return true;
}

static bool second_choice(const breaking *k, const site *s, fault *f)
{
	if (!s->info.is_choice || s->info.type_count < 2) return false;
	for (int i = 0; i < s->info.type_count; i++) {
		if (s->info.types[i] == s->type || type_kind_of(s->info.types[i]) != TYPE_PRIMITIVE) continue;
		text name = name_text(NULL, element_choice_name(s->info.name, s->info.types[i]));
		text member = text_format(k->arena, "\"%.*s\":true", TEXT_ARG(name));
		*f = (fault){{EDIT_ADD, s->object, member}, "FHIR_CHOICE", s->object_path, member, {0}};
		return true;
	}
	return false;
}

static bool make_empty(const breaking *k, const site *s, fault *f)
{
	switch (kind_at(k, s->node)) {
	case NODE_OBJECT:
		return type_kind_of(s->type) != TYPE_RESOURCE && replace(s, TEXT("{}"), "FHIR_EMPTY", f);
	case NODE_STRING:
		return replace(s, TEXT("\"\""), "FHIR_EMPTY", f);
	default:
		return false;
	}
}

static bool make_null(const breaking *k, const site *s, fault *f)
{
	return type_kind_of(s->type) == TYPE_PRIMITIVE && !has_companion(k, s) &&
	       replace(s, TEXT("null"), "FHIR_NULL", f);
}

static bool bad_format(const breaking *k, const site *s, fault *f)
{
	static const char *const rows[][2] = {
	    {"integer", "1.5"},
	    {"positiveInt", "0"},
	    {"unsignedInt", "-1"},
	    {"string", "\"a\\u0001\""},
	    {"markdown", "\"a\\u0001\""},
	    {"code", "\" x\""},
	    {"id", "\"a_b\""},
	    {"uri", "\"a b\""},
	    {"url", "\"a b\""},
	    {"canonical", "\"a b\""},
	    {"oid", "\"1.2.3\""},
	    {"uuid", "\"urn:uuid:1\""},
	    {"base64Binary", "\"QUJ\""},
	    {"date", "\"2026-02-30\""},
	    {"dateTime", "\"2026-03-02T10:00:00\""},
	    {"instant", "\"2026-03-02\""},
	    {"time", "\"25:00:00\""},
	};
	(void)k;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (text_equal(type_name(s->type), text_of(rows[i][0])))
			return replace(s, text_of(rows[i][1]), "FHIR_FORMAT", f);
	return false;
}

static bool wrong_code(const breaking *k, const site *s, fault *f)
{
	(void)k;
	if (!text_equal(type_name(s->type), TEXT("code")) || !s->info.binding) return false;
	return replace(s, TEXT("\"no-such-code\""), "FHIR_CODE", f);
}

/* A reference to a type that may not stand there. */
static bool wrong_target(const breaking *k, const site *s, fault *f)
{
	static const char *const others[] = {"Basic", "Binary", "Slot", "Substance"};
	uint32_t reference = kind_at(k, s->node) == NODE_OBJECT ? doc_get(k->d, s->node, NAME_reference) : NODE_ABSENT;
	text_pair sides = text_cut(reference ? doc_text(k->d, reference) : (text){0}, '/');
	if (!text_equal(type_name(s->type), TEXT("Reference")) || !type_find(sides.head) || s->info.target_count == 0)
		return false;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		bool may = false;
		for (int t = 0; t < s->info.target_count; t++)
			may |= type_is(type_find(text_of(others[i])), s->info.targets[t]);
		if (may) continue;
		text json = text_format(k->arena, "\"%s/1\"", others[i]);
		*f = (fault){{EDIT_REPLACE, reference, json}, "REFERENCE_TARGET", s->path, json, {0}};
		return true;
	}
	return false;
}

/* A code that is not of the required set, in a Coding of the system it was of. */
static bool wrong_concept(const breaking *k, const site *s, fault *f)
{
	bool concept = text_equal(type_name(s->type), TEXT("CodeableConcept"));
	if (s->info.binding_strength != BINDING_REQUIRED ||
	    (!concept && !text_equal(type_name(s->type), TEXT("Coding"))))
		return false;
	uint32_t coding = concept ? doc_first(k->d, s->node, NAME_coding) : s->node;
	text system = coding ? doc_get_text(k->d, coding, NAME_system) : (text){0};
	if (system.len == 0) return false;
	text json = text_format(k->arena, "{\"system\":\"%.*s\",\"code\":\"no-such-code\"}", TEXT_ARG(system));
	if (concept) json = text_format(k->arena, "{\"coding\":[%.*s]}", TEXT_ARG(json));
	return replace(s, json, "CODE_REQUIRED", f);
}

static bool is_root(const breaking *k, const site *s)
{
	return s->node == 0 && kind_at(k, 0) == NODE_OBJECT && type_is(s->type, type_find(TEXT("DomainResource")));
}

static bool unknown_modifier(const breaking *k, const site *s, fault *f)
{
	if (!is_root(k, s) || doc_get(k->d, 0, NAME_modifierExtension)) return false;
	text json = TEXT("\"modifierExtension\":[{\"url\":\"http://example.org/unknown\",\"valueBoolean\":true}]");
	*f = (fault){{EDIT_ADD, 0, json}, "EXTENSION_UNKNOWN_MODIFIER", {0}, json, {0}};
	f->path = text_format(k->arena, "%.*s.modifierExtension[0]", TEXT_ARG(s->path));
	return true;
}

static bool extension_elsewhere(const breaking *k, const site *s, fault *f)
{
	if (!is_root(k, s) || doc_get(k->d, 0, NAME_extension) || text_equal(s->path, TEXT("Patient"))) return false;
	text json = TEXT("\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/patient-birthPlace\","
			 "\"valueAddress\":{\"city\":\"Aalborg\"}}]");
	*f = (fault){{EDIT_ADD, 0, json}, "EXTENSION_PLACE", {0}, json, {0}};
	f->path = text_format(k->arena, "%.*s.extension[0]", TEXT_ARG(s->path));
	return true;
}

/* What an extension's definition says of its value. */
static bool extension_type(const breaking *k, const site *s, fault *f)
{
	if (!is_root(k, s) || doc_get(k->d, 0, NAME_extension) || !text_equal(s->path, TEXT("Patient"))) return false;
	text json = TEXT("\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/patient-birthPlace\","
			 "\"valueString\":\"Aalborg\"}]");
	*f = (fault){{EDIT_ADD, 0, json}, "PROFILE_TYPE", {0}, json, {0}};
	f->path = text_format(k->arena, "%.*s.extension[0].value", TEXT_ARG(s->path));
	return true;
}

static bool wrong_full_url(const breaking *k, const site *s, fault *f)
{
	uint32_t url = kind_at(k, s->node) == NODE_OBJECT ? doc_get(k->d, s->node, NAME_fullUrl) : NODE_ABSENT;
	uint32_t resource = url ? doc_get(k->d, s->node, NAME_resource) : NODE_ABSENT;
	if (!resource || !doc_get(k->d, resource, NAME_id) || !text_starts(doc_text(k->d, url), TEXT("http")))
		return false;
	if (!text_equal(type_name(s->type), TEXT("Bundle.entry"))) return false;
	text json = TEXT("\"http://example.org/fhir/Basic/another\"");
	*f = (fault){{EDIT_REPLACE, url, json}, "BUNDLE_URL_DIFFERS", s->path, json, {0}};
	return true;
}

static const struct way {
	const char *name;
	bool (*make)(const breaking *k, const site *s, fault *f);
	bool of_root; /* it is about the resource itself */
} ways[] = {
    {"a required element dropped", drop_required, false},
    {"a single element doubled", double_single, false},
    {"a list made single", list_to_single, false},
    {"another JSON type", retype, false},
    {"an element renamed", rename_element, false},
    {"two of a choice", second_choice, false},
    {"something made empty", make_empty, false},
    {"null", make_null, false},
    {"a primitive badly formed", bad_format, false},
    {"a code not of its set", wrong_code, false},
    {"a concept not of its set", wrong_concept, false},
    {"a reference to another type", wrong_target, false},
    {"an unknown modifier extension", unknown_modifier, true},
    {"an extension where it may not be", extension_elsewhere, true},
    {"an extension of another type", extension_type, true},
    {"a fullUrl of something else", wrong_full_url, false},
};
enum { WAYS = sizeof ways / sizeof *ways };

/* ---- rules broken, each in a way that is known to break it ---- */

typedef struct rule_break {
	const char *key;
	const char *type;  /* of the value that is changed, or of its object with the element: "Organization.address" */
	const char *has;   /* members it must have, with spaces between; "name=code": with this value */
	const char *lacks; /* and must not have */
	const char *drop;  /* a member taken away */
	const char *add;   /* one put in */
	const char *set;   /* a member given another value, "name=JSON" */
	const char *at;    /* the member the rule stands on; else the value itself */
	const char *profile; /* the resource claims one that ends so */
	const char *failure; /* else RULE_BROKEN */
	bool twice;          /* the item stands in its list once more */
	bool gone;           /* it is left out of its list, which has others */
	bool alone;          /* only where its list has no other */
	const char *within;  /* only where its place begins so */
	bool anywhere;       /* the place is the list's, or the list's object: not asked */
} rule_break;

#define CONTAINED "\"contained\":[{\"resourceType\":\"Basic\",\"id\":\"own\",\"code\":{\"text\":\"x\"}"
#define XHTML "\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">"
static const rule_break rule_breaks[] = {
    {"per-1", "Period", "start", "end", .add = "\"end\":\"1812-01-01\""},
    {"qty-3", "Quantity", "code system", "", .drop = "system"},
    {"drt-1", "Duration", "code value", "", .drop = "value"},
    {"age-1", "Age", "code value", "", .drop = "code"},
    {"att-1", "Attachment", "contentType data", "", .drop = "contentType"},
    {"cpt-2", "ContactPoint", "system value", "", .drop = "system"},
    {"rat-1", "Ratio", "numerator denominator", "", .drop = "denominator"},
    {"ref-1", "Reference", "reference", "", .set = "reference=\"#nowhere\""},
    {"ext-1", "Extension", "valueString", "", .drop = "valueString"},
    {"ext-1", "Extension", "valueCode", "",
     .add = "\"extension\":[{\"url\":\"http://example.org/x\",\"valueBoolean\":true}]"},
    {"txt-1", "Narrative", "div", "", .set = "div=" XHTML "a<script>b</script></div>\"", .at = "div"},
    {"txt-1", "Narrative", "div", "", .set = "div=" XHTML "<p onclick='x'>a</p></div>\"", .at = "div"},
    {"txt-2", "Narrative", "div", "", .set = "div=" XHTML "  <p> </p></div>\"", .at = "div"},
    {"tim-1", "Timing.repeat", "duration durationUnit", "", .drop = "durationUnit"},
    {"tim-2", "Timing.repeat", "period periodUnit", "", .drop = "periodUnit"},
    {"tim-4", "Timing.repeat", "duration", "", .set = "duration=-1"},
    {"tim-5", "Timing.repeat", "period", "", .set = "period=-1"},
    {"eld-3", "ElementDefinition", "max", "", .set = "max=\"-1\"", .at = "max"},
    {"dom-3", "DomainResource", "", "contained", .add = CONTAINED "}]"},
    {"dom-2", "DomainResource", "", "contained", .add = CONTAINED "," CONTAINED "}]}]"},
    {"dom-4", "DomainResource", "", "contained", .add = CONTAINED ",\"meta\":{\"versionId\":\"1\"}}]"},
    {"dom-5", "DomainResource", "", "contained", .add = CONTAINED ",\"meta\":{\"security\":[{\"code\":\"x\"}]}}]"},
    {"obs-6", "Observation", "valueQuantity", "dataAbsentReason", .add = "\"dataAbsentReason\":{\"text\":\"x\"}"},
    {"bdl-1", "Bundle", "type=collection", "total", .add = "\"total\":1"},
    {"bdl-1", "Bundle", "type=transaction", "total", .add = "\"total\":1"},
    {"bdl-9", "Bundle", "type=document identifier", "", .drop = "identifier"},
    {"bdl-10", "Bundle", "type=document timestamp", "", .drop = "timestamp"},
    {"bdl-3", "Bundle.entry", "request", "", .drop = "request", .anywhere = true},
    {"bdl-7", "Bundle.entry", "fullUrl resource", "", .twice = true},
    {"csd-1", "CodeSystem.concept", "code", "", .twice = true},
    {"que-2", "Questionnaire.item", "linkId", "", .twice = true},
    {"org-2", "Organization.address", "", "use", .add = "\"use\":\"home\""},
    {"org-3", "Organization.telecom", "", "use", .add = "\"use\":\"home\""},
    {"con-5", "Condition", "clinicalStatus verificationStatus", "",
     .set =
	 "verificationStatus={\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/condition-ver-status\","
	 "\"code\":\"entered-in-error\"}]}"},
    {"ait-1", "AllergyIntolerance", "clinicalStatus", "", .drop = "clinicalStatus"},
    {"inv-1", "Task", "authoredOn lastModified", "", .set = "lastModified=\"1812-01-01T00:00:00Z\""},
    {"que-1", "Questionnaire.item", "type=group item", "", .set = "type=\"display\""},
    {"qrs-1", "QuestionnaireResponse.item", "answer", "item",
     .add = "\"item\":[{\"linkId\":\"x\",\"answer\":[{\"valueBoolean\":true}]}]"},
    {"vsd-1", "ValueSet.compose.include", "system", "valueSet", .drop = "system"},
    {"vsd-3", "ValueSet.compose.include", "concept", "filter",
     .add = "\"filter\":[{\"property\":\"x\",\"op\":\"=\",\"value\":\"y\"}]"},
    {"spd-1", "SearchParameter", "xpath xpathUsage", "", .drop = "xpathUsage"},
    {"opd-1", "OperationDefinition.parameter", "type", "part", .drop = "type"},
    {"sdf-4", "StructureDefinition", "abstract=false baseDefinition", "", .drop = "baseDefinition"},
    {"cmp-1", "Composition.section", "text", "entry section", .drop = "text"},
    {"cmp-2", "Composition.section", "", "entry emptyReason",
     .add = "\"entry\":[{\"display\":\"x\"}],\"emptyReason\":{\"text\":\"x\"}"},
    /* R4's vital signs and DK Core: what a resource claims to fit it must. */
    {"", "Patient", "identifier", "", .drop = "identifier", .profile = "dk-core-patient",
     .failure = "PROFILE_REQUIRED"},
    {"", "Patient.identifier", "system=urn:oid:1.2.208.176.1.2", "use", .add = "\"use\":\"temp\"", .at = "use",
     .profile = "dk-core-patient", .failure = "PROFILE_FIXED"},
    {"", "Patient.identifier", "system=urn:oid:1.2.208.176.1.2 use=official", "", .set = "use=\"temp\"", .at = "use",
     .profile = "dk-core-patient", .failure = "PROFILE_FIXED"},
    {"cpr", "Patient.identifier", "system=urn:oid:1.2.208.176.1.2 value", "", .set = "value=\"12345\"", .at = "value",
     .profile = "dk-core-patient"},
    {"", "Patient.identifier", "system=urn:oid:1.2.208.176.1.2 value", "", .drop = "value",
     .profile = "dk-core-patient", .failure = "PROFILE_REQUIRED"},
    {"", "Patient.identifier", "system=urn:oid:1.2.208.176.1.2", "", .twice = true, .profile = "dk-core-patient",
     .failure = "PROFILE_SLICE_TOO_MANY"},
    {"", "Patient.name", "use=official", "", .twice = true, .profile = "dk-core-patient",
     .failure = "PROFILE_SLICE_TOO_MANY"},
    {"", "Patient.name", "use=official family", "", .drop = "family", .profile = "dk-core-patient",
     .failure = "PROFILE_REQUIRED"},
    {"cpr", "RelatedPerson.identifier", "system=urn:oid:1.2.208.176.1.2 value", "", .set = "value=\"12345\"",
     .at = "value", .profile = "dk-core-related-person"},
    {"", "Organization", "identifier", "", .drop = "identifier", .profile = "dk-core-organization",
     .failure = "PROFILE_REQUIRED"},
    {"min-digits-sor", "Organization.identifier", "system=urn:oid:1.2.208.176.1.1 value", "", .set = "value=\"1\"",
     .at = "value", .profile = "dk-core-organization"},
    {"CVR-length", "Organization.identifier", "system=http://cvr.dk value", "", .set = "value=\"1\"", .at = "value",
     .profile = "dk-core-organization"},
    {"", "Observation", "subject", "", .drop = "subject", .profile = "dk-core-observation",
     .failure = "PROFILE_REQUIRED"},
    {"", "Observation.value", "system=http://unitsofmeasure.org", "", .set = "system=\"http://example.org\"",
     .at = "system", .profile = "dk-core-observation", .failure = "PROFILE_FIXED"},
    {"", "Observation", "category", "", .drop = "category", .profile = "dk-core-basic-observation",
     .failure = "PROFILE_REQUIRED"},
    {"", "Observation.category", "", "", .set = "coding=[{\"system\":\"http://example.org\",\"code\":\"x\"}]",
     .profile = "dk-core-basic-observation", .failure = "PROFILE_PATTERN"},
    {"", "Observation.category", "", "", .twice = true, .profile = "dk-core-basic-observation",
     .failure = "PROFILE_TOO_MANY"},
    {"", "Observation", "effectiveDateTime", "", .drop = "effectiveDateTime", .profile = "vitalsigns",
     .failure = "PROFILE_REQUIRED"},
    {"", "Observation", "category", "", .drop = "category", .profile = "vitalsigns", .failure = "PROFILE_REQUIRED"},
    {"", "Observation.category", "coding", "", .set = "coding=[{\"system\":\"http://example.org\",\"code\":\"x\"}]",
     .profile = "vitalsigns", .failure = "PROFILE_SLICE_MISSING", .alone = true, .anywhere = true},
    {"", "CodeableConcept.coding", "system=http://loinc.org", "", .gone = true, .profile = "dk-core-basic-observation",
     .failure = "PROFILE_SLICE_MISSING", .within = "Observation.code.", .anywhere = true},
    {"", "Observation.value", "unit code", "", .drop = "code", .profile = "heartrate", .failure = "PROFILE_REQUIRED"},
    {"", "Observation.value", "unit code", "", .set = "code=\"kg\"", .at = "code", .profile = "heartrate",
     .failure = "PROFILE_FIXED"},
};
enum { RULES = sizeof rule_breaks / sizeof *rule_breaks };

/* Whether each of the names, or "name=value", is a member, or none is. */
static bool members_fit(const doc *d, uint32_t n, const char *names, bool there)
{
	for (text left = text_of(names); left.len;) {
		text_pair word = text_cut(left, ' '), sides = text_cut(word.head, '=');
		uint32_t found = doc_get(d, n, name_find(sides.head));
		if ((found != NODE_ABSENT) != there) return false;
		bool is_false = found && d->nodes[found].kind == NODE_FALSE;
		text value = found ? is_false ? TEXT("false") : doc_text(d, found) : (text){0};
		if (sides.found && !text_equal(value, sides.tail)) return false;
		left = word.tail;
	}
	return true;
}

static bool type_fits(const site *s, const char *type)
{
	type_id wanted = type_find(text_of(type));
	if (wanted) return type_is(s->type, wanted);
	text_pair sides = text_cut_last(text_of(type), '.');
	return text_equal(type_name(s->owner), sides.head) && text_equal(name_text(NULL, s->info.name), sides.tail);
}

static bool claims(const doc *d, const char *profile)
{
	uint32_t meta = doc_get(d, 0, NAME_meta), list = meta ? doc_get(d, meta, NAME_profile) : NODE_ABSENT;
	for (uint32_t i = list + 1; list && i < d->nodes[list].next; i = d->nodes[i].next)
		if (text_equal(text_cut_last(doc_text(d, i), '/').tail, text_of(profile))) return true;
	return false;
}

static bool break_rule(const breaking *k, const site *s, const rule_break *r, fault *f)
{
	if (kind_at(k, s->node) != NODE_OBJECT || !type_fits(s, r->type)) return false;
	if (!members_fit(k->d, s->node, r->has, true) || !members_fit(k->d, s->node, r->lacks, false)) return false;
	if (r->profile && !claims(k->d, r->profile)) return false;
	if (r->alone && is_list(k, s) && k->d->nodes[s->member].len != 1) return false;
	if (r->within && !text_starts(s->path, text_of(r->within))) return false;
	*f = (fault){{EDIT_ADD, s->node, text_of(r->add)},
		     r->failure ? r->failure : "RULE_BROKEN",
		     s->path,
		     {0},
		     text_of(r->key)};
	if (r->drop && doc_get(k->d, s->node, name_companion(name_find(text_of(r->drop))))) return false;
	if (r->drop) f->edit = (edit){EDIT_DROP, doc_get(k->d, s->node, name_find(text_of(r->drop))), {0}};
	if (r->set) {
		text_pair sides = text_cut(text_of(r->set), '=');
		f->edit = (edit){EDIT_REPLACE, doc_get(k->d, s->node, name_find(sides.head)), sides.tail};
	}
	if (r->twice) {
		if (!is_list(k, s)) return false;
		f->edit = (edit){EDIT_ADD, s->member, written(k, s->node)};
	}
	if (r->gone && (!is_list(k, s) || k->d->nodes[s->member].len == 1)) return false;
	if (r->gone) f->edit = (edit){EDIT_DROP, s->node, {0}};
	if (r->anywhere || r->twice) f->path = (text){0};
	if (r->at) f->path = text_format(k->arena, "%.*s.%s", TEXT_ARG(s->path), r->at);
	return true;
}

/* ---- the run ---- */

typedef struct run {
	random_state random;
	const profiles *profiles;
	int tried[WAYS + RULES], caught[WAYS + RULES];
	int examples;
} run;

static bool is_one_of(const char *name, const char *names)
{
	for (text_pair cut = text_cut(text_of(names), ' ');; cut = text_cut(cut.tail, ' ')) {
		if (text_equal(cut.head, text_of(name))) return true;
		if (!cut.found) return false;
	}
}

static bool told(const issues *sink, const fault *f)
{
	for (const issue *i = sink->first; i; i = i->next)
		if (i->severity == SEVERITY_ERROR && is_one_of(failure_name(i->code), f->failure) &&
		    (f->path.len == 0 || text_equal(i->place.path, f->path)) &&
		    (f->rule.len == 0 || text_equal(i->args[2], f->rule)))
			return true;
	return false;
}

static bool valid(const run *r, arena *a, const doc *d, issues *sink)
{
	const validation how = {.profiles = r->profiles, .claimed = true, .outside.now = SECONDS(1772443800)};
	return resource_validate(&how, d, a, sink);
}

static arena *texts(void)
{
	static arena *a;
	if (!a) a = test_arena();
	return a;
}

static const char *way_name(int way)
{
	const rule_break *r = &rule_breaks[way < WAYS ? 0 : way - WAYS];
	if (way < WAYS) return ways[way].name;
	if (!r->profile) return r->key;
	return text_z(texts(), text_format(texts(), "%s %s %s", r->profile, r->type, r->failure ? r->failure : r->key));
}

static void show(run *r, arena *a, const char *file, int way, const fault *f, const issues *sink)
{
	if (r->tried[way] - r->caught[way] > 2) return;
	printf("NOT CAUGHT %s: %s: %.*s at %.*s; expected %s\n", file, way_name(way), TEXT_ARG(f->what),
	       TEXT_ARG(f->path), f->failure);
	int n = 0;
	for (const issue *i = sink->first; i && n < 4; i = i->next, n++)
		printf("   %s %.*s\n", failure_name(i->code), TEXT_ARG(issue_line(a, i, LANGUAGE_EN)));
}

static void try_fault(run *r, const char *file, const doc *d, int way, const fault *f)
{
	doc broken;
	arena *a = arena_new(PROCESS_ARENA_MAX);
	issues sink = {.arena = a, .keep = 10000};
	buffer b = {.arena = a};
	write_edited(&b, d, 0, &f->edit);
	bool parsed = json_parse_resource(a, buffer_text(&b), TEXT(""), &sink, &broken);
	if (!parsed) {
		/* the root's own resourceType */
		arena_free(a);
		return;
	}
	bool caught = !valid(r, a, &broken, &sink) && told(&sink, f);
	r->tried[way]++;
	r->caught[way] += caught;
	if (!caught) show(r, a, file, way, f, &sink);
	arena_free(a);
}

static void break_example(run *r, arena *a, const char *file, const doc *d)
{
	sites s = {.arena = a, .d = d, .at = ARENA_ARRAY(a, site, SITES_MAX)};
	const breaking k = {.arena = a, .d = d, .random = &r->random};
	s.at[s.count++] =
	    (site){.type = d->type, .path = doc_type(d)}; /* the resource itself, which only rules are about */
	collect(&s, 0, d->type, doc_type(d));
	for (int w = 0; w < WAYS + RULES && s.count; w++) {
		int start = (int)random_below(&r->random, s.count);
		for (int i = 0; i < s.count; i++) {
			fault f;
			const site *at = &s.at[(start + i) % s.count];
			bool made = w < WAYS ? (at->node == 0) == ways[w].of_root && ways[w].make(&k, at, &f)
					     : break_rule(&k, at, &rule_breaks[w - WAYS], &f);
			if (!made) continue;
			try_fault(r, file, d, w, &f);
			break;
		}
	}
	r->examples++;
}

static void break_file(run *r, const char *file)
{
	doc d;
	arena *a = arena_new(PROCESS_ARENA_MAX);
	issues sink = {.arena = a};
	text json = read_file(a, file);
	bool good = json.len <= EXAMPLE_BYTES_MAX && json_parse_resource(a, json, text_of(file), &sink, &d);
	if (good && valid(r, a, &d, &sink)) break_example(r, a, file, &d);
	arena_free(a);
}

/* Nine of ten files of the package are of these types, and much alike. */
static bool is_one_of_many(const char *file)
{
	static const char *const many[] = {"SearchParameter-", "StructureDefinition-", "ValueSet-",
					   "CodeSystem-",      "OperationDefinition-", "ConceptMap-",
					   "NamingSystem-"};
	text name = text_cut_last(text_of(file), '/').tail;
	for (size_t i = 0; i < sizeof many / sizeof *many; i++)
		if (text_starts(name, text_of(many[i]))) return true;
	return false;
}

static void break_folder(run *r, const char *folder)
{
	char **paths;
	bool all = getenv("LIMEN_LONG") != NULL;
	int count = list_files(test_arena(), folder, ".json", &paths);
	for (int i = 0; i < count; i++)
		if (all || !is_one_of_many(paths[i]) || random_below(&r->random, SHARE_OF_MANY) == 0)
			break_file(r, paths[i]);
}

static void print_shares(const run *r)
{
	int tried = 0, caught = 0;
	for (int w = 0; w < WAYS + RULES; w++) {
		printf("  %-64s %6d of %6d\n", way_name(w), r->caught[w], r->tried[w]);
		tried += r->tried[w];
		caught += r->caught[w];
	}
	printf("mutation: %d of %d caught (%.2f %%), of %d examples\n", caught, tried,
	       100.0 * caught / (tried ? tried : 1), r->examples);
}

static uint64_t seed_given(void)
{
	int64_t seed = 20260302;
	const char *given = getenv("LIMEN_SEED");
	if (given) assert_true(text_to_int(text_of(given), &seed));
	printf("mutation: LIMEN_SEED=%lld\n", (long long)seed);
	return (uint64_t)seed;
}

/* R4's own, with those of a folder over them where it is there. */
static const profiles *profiles_of(const char *folder)
{
	char **paths;
	arena *a = test_arena();
	issues sink = {.arena = a};
	profiles *p = profiles_open(a, NULL);
	int count = list_files(a, folder, ".json", &paths);
	for (int i = 0; i < count; i++) {
		doc *d = ARENA_NEW(a, doc);
		assert_true(json_parse_resource(a, read_file(a, paths[i]), TEXT(""), &sink, d));
		assert_true(profiles_add(p, d, &sink));
	}
	return p;
}

TEST(each_fault_is_found_for_its_reason)
{
	static run r;
	const char *package = "tools/node_modules/hl7.fhir.r4.examples";
	if (access(package, R_OK) != 0) SKIP("hl7.fhir.r4.examples is not unpacked in tools/node_modules");
	r.random = random_seed(seed_given());
	const char *folder = shared_path("data/dk-core");
	if (!folder) SKIP("DK Core: no shared data");
	folder = text_z(test_arena(), text_of(folder));
	r.profiles = profiles_of(folder);
	break_folder(&r, folder);
	break_folder(&r, package);
	print_shares(&r);
	for (int w = 0; w < WAYS + RULES; w++) {
		assert_true(r.tried[w] > 0);
		assert_int_equal(r.caught[w], r.tried[w]);
	}
}

TESTS(T(each_fault_is_found_for_its_reason))
