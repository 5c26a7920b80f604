/* What R4 defines, row by row against the specification. */
#include "fhir/fhir.h"
#include "harness.h"

static name_id name_of(const char *s)
{
	name_id n = name_find(text_of(s));
	if (n == NAME_NONE) fail_msg("no name %s", s);
	return n;
}

static type_id type_of(const char *s)
{
	type_id t = type_find(text_of(s));
	if (t == 0) fail_msg("no type %s", s);
	return t;
}

TEST(types)
{
	const struct {
		const char *name;
		type_kind kind;
		const char *base;
		bool is_abstract;
	} rows[] = {
	    {"Patient", TYPE_RESOURCE, "DomainResource", false},
	    {"DomainResource", TYPE_RESOURCE, "Resource", true},
	    {"Bundle", TYPE_RESOURCE, "Resource", false},
	    {"Patient.contact", TYPE_BACKBONE, "BackboneElement", false},
	    {"Bundle.entry.request", TYPE_BACKBONE, "BackboneElement", false},
	    {"Timing.repeat", TYPE_BACKBONE, "Element", false},
	    {"Timing", TYPE_COMPLEX, "BackboneElement", false},
	    {"Age", TYPE_COMPLEX, "Quantity", false},
	    {"HumanName", TYPE_COMPLEX, "Element", false},
	    {"BackboneElement", TYPE_COMPLEX, "Element", true},
	    {"id", TYPE_PRIMITIVE, "string", false},
	    {"positiveInt", TYPE_PRIMITIVE, "integer", false},
	    {"xhtml", TYPE_PRIMITIVE, "Element", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		type_id t = type_of(rows[i].name);
		assert_text(type_name(t), text_of(rows[i].name));
		assert_int_equal(type_kind_of(t), rows[i].kind);
		assert_text(type_name(type_base(t)), text_of(rows[i].base));
		assert_int_equal(type_is_abstract(t), rows[i].is_abstract);
	}
	assert_int_equal(type_base(type_of("Resource")), 0);
	assert_int_equal(type_base(type_of("Element")), 0);
	assert_int_equal(type_find(TEXT("patient")), 0);
	assert_int_equal(type_find(TEXT("SubscriptionStatus")), 0);
	assert_int_equal(type_find(TEXT("vitalsigns")), 0); /* a profile, not a type */
	assert_true(type_is(type_of("Patient"), type_of("Resource")));
	assert_true(type_is(type_of("Patient"), type_of("Patient")));
	assert_false(type_is(type_of("Patient"), type_of("Observation")));
	assert_true(type_is(type_of("code"), type_of("Element")));
}

TEST(all_types_hang_together)
{
	int resources = 0, primitives = 0;
	for (int t = 1; t <= type_count(); t++) {
		type_id id = (type_id)t;
		assert_int_equal(type_find(type_name(id)), t);
		resources += type_kind_of(id) == TYPE_RESOURCE;
		primitives += type_kind_of(id) == TYPE_PRIMITIVE;
		for (int i = 0; i < element_count(id); i++) {
			element_info e, again;
			type_id type;
			element_at(id, i, &e);
			assert_true(e.type_count > 0 && (e.max == 0 || e.max >= e.min));
			assert_true(element_find_path(id, e.name, &again) && again.types == e.types);
			for (int k = 0; k < e.type_count; k++) {
				name_id json = e.is_choice ? element_choice_name(e.name, e.types[k]) : e.name;
				assert_true(element_find(id, json, &again, &type));
				assert_int_equal(again.name, e.name);
				if (e.is_choice) assert_int_equal(type, e.types[k]);
			}
		}
	}
	assert_int_equal(resources, 148); /* R4's 146 and their two abstract roots */
	assert_int_equal(primitives, 20);
}

TEST(elements)
{
	const struct {
		const char *type, *json, *base, *is;
		int min, max, types;
	} rows[] = {
	    {"Patient", "contact", "contact", "Patient.contact", 0, 0, 1},
	    {"Patient", "birthDate", "birthDate", "date", 0, 1, 1},
	    {"Patient", "deceasedBoolean", "deceased", "boolean", 0, 1, 2},
	    {"Patient", "deceasedDateTime", "deceased", "dateTime", 0, 1, 2},
	    {"Patient", "id", "id", "id", 0, 1, 1},
	    {"HumanName", "id", "id", "string", 0, 1, 1},
	    {"Patient", "meta", "meta", "Meta", 0, 1, 1},
	    {"Patient", "contained", "contained", "Resource", 0, 0, 1},
	    {"Patient", "managingOrganization", "managingOrganization", "Reference", 0, 1, 1},
	    {"Patient.contact", "relationship", "relationship", "CodeableConcept", 0, 0, 1},
	    {"Patient.contact", "modifierExtension", "modifierExtension", "Extension", 0, 0, 1},
	    {"Patient.link", "other", "other", "Reference", 1, 1, 1},
	    {"Observation", "valueQuantity", "value", "Quantity", 0, 1, 11},
	    {"Observation", "status", "status", "code", 1, 1, 1},
	    {"Extension", "valueAddress", "value", "Address", 0, 1, 50},
	    {"Extension", "url", "url", "uri", 1, 1, 1},
	    {"Questionnaire.item", "item", "item", "Questionnaire.item", 0, 0, 1}, /* a contentReference */
	    {"Bundle.entry", "resource", "resource", "Resource", 0, 1, 1},
	    {"Age", "value", "value", "decimal", 0, 1, 1},
	    {"Narrative", "div", "div", "xhtml", 1, 1, 1},
	    {"Timing.repeat", "boundsPeriod", "bounds", "Period", 0, 1, 3},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		element_info e;
		type_id type;
		if (!element_find(type_of(rows[i].type), name_of(rows[i].json), &e, &type))
			fail_msg("%s", rows[i].json);
		assert_text(name_text(NULL, e.name), text_of(rows[i].base));
		assert_text(type_name(type), text_of(rows[i].is));
		assert_int_equal(e.min, rows[i].min);
		assert_int_equal(e.max, rows[i].max);
		assert_int_equal(e.type_count, rows[i].types);
	}
	element_info e;
	type_id type;
	assert_false(element_find(type_of("Patient"), NAME_value, &e, &type));
	assert_false(element_find(type_of("Observation"), NAME_value, &e, &type)); /* no JSON name of it */
	assert_true(element_find_path(type_of("Observation"), NAME_value, &e));
	assert_true(e.is_choice);
	assert_false(element_find(type_of("Observation"), NAME_valueAddress, &e, &type));
	assert_int_equal(element_choice_name(NAME_value, type_of("Quantity")), NAME_valueQuantity);
	assert_int_equal(element_choice_name(NAME_value, type_of("dateTime")), NAME_valueDateTime);
	assert_int_equal(element_choice_name(NAME_family, type_of("Patient")), NAME_NONE);
}

TEST(codes)
{
	element_info e;
	assert_true(element_find_path(type_of("Patient"), NAME_gender, &e));
	assert_true(e.binding > 0);
	assert_true(code_allowed(e.binding, TEXT("female")));
	assert_false(code_allowed(e.binding, TEXT("Female")));
	assert_false(code_allowed(e.binding, TEXT("")));
	assert_true(element_find_path(type_of("Bundle.entry.request"), NAME_method, &e));
	assert_true(code_allowed(e.binding, TEXT("PATCH")));
	assert_false(code_allowed(e.binding, TEXT("OPTIONS")));
	assert_true(element_find_path(type_of("CapabilityStatement.rest.resource"), NAME_type, &e));
	assert_true(code_allowed(e.binding, TEXT("Task")));
	assert_false(code_allowed(e.binding, TEXT("Tusk")));
	assert_true(element_find_path(type_of("Attachment"), NAME_contentType, &e));
	assert_int_equal(e.binding, 0); /* media types: the package does not list them */
	assert_true(element_find_path(type_of("Patient"), NAME_maritalStatus, &e));
	assert_int_equal(e.binding, 0); /* not a code */
}

TEST(search_parameters)
{
	const struct {
		const char *type, *code;
		search_kind kind;
		const char *expression;
	} rows[] = {
	    {"Patient", "birthdate", SEARCH_DATE, "Patient.birthDate"},
	    {"Patient", "family", SEARCH_STRING, "Patient.name.family"},
	    {"Patient", "phone", SEARCH_TOKEN, "Patient.telecom.where(system='phone')"},
	    {"Patient", "deceased", SEARCH_TOKEN, "Patient.deceased.exists() and Patient.deceased != false"},
	    {"Patient", "_id", SEARCH_TOKEN, "Resource.id"},
	    {"Patient", "_lastUpdated", SEARCH_DATE, "Resource.meta.lastUpdated"},
	    {"Task", "patient", SEARCH_REFERENCE, "Task.for.where(resolve() is Patient)"},
	    {"Task", "status", SEARCH_TOKEN, "Task.status"},
	    {"ServiceRequest", "code", SEARCH_TOKEN, "ServiceRequest.code"},
	    {"ServiceRequest", "patient", SEARCH_REFERENCE, "ServiceRequest.subject.where(resolve() is Patient)"},
	    {"ServiceRequest", "authored", SEARCH_DATE, "ServiceRequest.authoredOn"},
	    {"ServiceRequest", "identifier", SEARCH_TOKEN, "ServiceRequest.identifier"},
	    {"Observation", "code", SEARCH_TOKEN, "Observation.code"},
	    {"Observation", "value-quantity", SEARCH_QUANTITY,
	     "(Observation.value as Quantity) | (Observation.value as SampledData)"},
	    {"Observation", "code-value-quantity", SEARCH_COMPOSITE, "Observation"},
	    {"MedicationAdministration", "code", SEARCH_TOKEN,
	     "(MedicationAdministration.medication as CodeableConcept)"},
	    {"InsurancePlan", "name", SEARCH_STRING, "name | alias"},
	    {"RiskAssessment", "probability", SEARCH_NUMBER, "RiskAssessment.prediction.probability"},
	    {"Location", "near", SEARCH_SPECIAL, "Location.position"},
	};
	search_definition s;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!search_find(type_of(rows[i].type), text_of(rows[i].code), &s)) fail_msg("no %s", rows[i].code);
		assert_text(s.expression, text_of(rows[i].expression));
		assert_int_equal(s.kind, rows[i].kind);
		assert_true(s.id > 0 && s.id <= search_count());
	}
	assert_false(search_find(type_of("Patient"), TEXT("age"), &s)); /* on an extension */
	assert_false(search_find(type_of("Patient"), TEXT("status"), &s));
	assert_false(search_find(type_of("HumanName"), TEXT("family"), &s));
	assert_true(search_find(type_of("Task"), TEXT("owner"), &s));
	assert_true(s.target_count > 3);
	assert_text(s.url, TEXT("http://hl7.org/fhir/SearchParameter/Task-owner"));
	bool practitioner = false;
	for (int i = 0; i < s.target_count; i++) practitioner |= s.targets[i] == type_of("Practitioner");
	assert_true(practitioner);
}

static bool has_type(const type_id *types, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (types[i] == type_of(name)) return true;
	return false;
}

TEST(bindings_targets_and_marks)
{
	const struct {
		const char *type, *element;
		binding_strength strength;
		const char *value_set, *max;
	} rows[] = {
	    {"Patient", "gender", BINDING_REQUIRED, "http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1", ""},
	    {"Patient", "maritalStatus", BINDING_EXTENSIBLE, "http://hl7.org/fhir/ValueSet/marital-status", ""},
	    {"Patient", "language", BINDING_PREFERRED, "http://hl7.org/fhir/ValueSet/languages",
	     "http://hl7.org/fhir/ValueSet/all-languages"},
	    {"Observation", "code", BINDING_EXAMPLE, "http://hl7.org/fhir/ValueSet/observation-codes", ""},
	    {"Task", "statusReason", BINDING_EXAMPLE, "", ""},
	    {"Quantity", "code", BINDING_NONE, "", ""},
	    {"Attachment", "contentType", BINDING_REQUIRED, "http://hl7.org/fhir/ValueSet/mimetypes|4.0.1", ""},
	};
	element_info e;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(element_find_path(type_of(rows[i].type), name_of(rows[i].element), &e));
		assert_int_equal(e.binding_strength, rows[i].strength);
		assert_text(e.value_set, text_of(rows[i].value_set));
		assert_text(e.value_set_max, text_of(rows[i].max));
	}
	assert_true(element_find_path(type_of("Observation"), NAME_subject, &e));
	assert_int_equal(e.target_count, 4);
	assert_true(has_type(e.targets, e.target_count, "Patient") && has_type(e.targets, e.target_count, "Device"));
	assert_true(e.is_summary && !e.is_modifier);
	assert_true(element_find_path(type_of("Observation"), NAME_status, &e));
	assert_true(e.is_summary && e.is_modifier && e.target_count == 0);
	assert_true(element_find_path(type_of("Task"), NAME_focus, &e));
	assert_true(e.target_count == 1 && has_type(e.targets, 1, "Resource"));
	assert_true(element_find_path(type_of("EvidenceVariable.characteristic"), NAME_definition, &e));
	assert_true(has_type(e.targets, e.target_count, "Group") &&
		    has_type(e.canonicals, e.canonical_count, "ActivityDefinition"));
	assert_true(element_find_path(type_of("Reference"), NAME_reference, &e));
	assert_true(e.target_count == 0 && e.is_summary);
}

static bool has_key(const uint16_t *numbers, int count, const char *key)
{
	for (int i = 0; i < count; i++) {
		invariant v;
		invariant_at(numbers[i], &v);
		if (text_equal(v.key, text_of(key))) return true;
	}
	return false;
}

TEST(invariants)
{
	const struct {
		const char *type, *element, *key;
		bool there;
	} rows[] = {
	    {"Patient", "", "dom-2", true},
	    {"Patient", "", "pat-1", false},
	    {"Patient.contact", "", "pat-1", true},
	    {"Patient.contact", "", "ele-1", true},
	    {"Patient", "contact", "pat-1", false}, /* stands on the type */
	    {"Bundle", "", "dom-2", false},
	    {"Bundle", "", "bdl-3", true},
	    {"Questionnaire.item", "", "que-1", true},
	    {"Extension", "", "ext-1", true},
	    {"Age", "", "qty-3", true},
	    {"Age", "", "age-1", true},
	    {"Quantity", "", "age-1", false},
	    {"Organization", "telecom", "org-3", true},
	    {"Organization", "telecom", "cpt-2", false},
	    {"ContactPoint", "", "cpt-2", true},
	    {"Observation.referenceRange", "low", "sqt-1", true},
	    {"Observation", "value", "sqt-1", false},
	    {"Narrative", "div", "txt-1", true},
	    {"StructureDefinition.snapshot", "element", "sdf-10", true},
	    {"string", "", "ele-1", true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int count;
		const uint16_t *numbers = type_invariants(type_of(rows[i].type), &count);
		element_info e;
		if (*rows[i].element) {
			assert_true(element_find_path(type_of(rows[i].type), name_of(rows[i].element), &e));
			numbers = e.invariants;
			count = e.invariant_count;
		}
		if (has_key(numbers, count, rows[i].key) != rows[i].there) fail_msg("%s %s", rows[i].type, rows[i].key);
	}
}

TEST(each_invariant_stands_in_one_place_and_compiles)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	int best = 0, warnings = 0;
	for (int i = 1; i <= invariant_count(); i++) {
		invariant v;
		invariant_at(i, &v);
		assert_true(v.key.len > 0 && v.human.len > 0 && v.expression.len > 0);
		best += v.is_best_practice;
		if (v.is_best_practice)
			assert_true(text_equal(v.key, TEXT("dom-6")) || text_equal(v.key, TEXT("con-3")));
		warnings += !v.is_error;
		int count;
		const uint16_t *numbers = type_invariants(v.type, &count);
		element_info e;
		if (v.element != NAME_NONE) {
			assert_true(element_find_path(v.type, v.element, &e));
			numbers = e.invariants;
			count = e.invariant_count;
		}
		int found = 0;
		for (int k = 0; k < count; k++) found += numbers[k] == i;
		assert_int_equal(found, 1);
		/* On an element of several types the expression may speak of only one of them. */
		type_id context = v.element == NAME_NONE ? v.type : e.type_count == 1 ? e.types[0] : 0;
		if (!path_compile(a, v.expression, context, NULL, &sink))
			fail_msg("%.*s: %.*s", TEXT_ARG(v.key), TEXT_ARG(issue_line(a, sink.last, LANGUAGE_EN)));
	}
	assert_int_equal(best, 2);
	assert_in_range(warnings, 2, 40);
}

TEST(composites)
{
	search_definition s, part;
	search_component c;
	assert_true(search_find(type_of("Observation"), TEXT("code-value-quantity"), &s));
	assert_int_equal(s.component_count, 2);
	search_component_at(&s, 1, &c);
	assert_text(c.code, TEXT("value-quantity"));
	assert_text(c.expression, TEXT("value.as(Quantity)"));
	assert_int_equal(c.kind, SEARCH_QUANTITY);
	int composites = 0;
	for (int t = 1; t <= type_count(); t++)
		for (int i = 0; i < search_count_of((type_id)t); i++) {
			search_at((type_id)t, i, &s);
			assert_int_equal(s.kind == SEARCH_COMPOSITE, s.component_count >= 2);
			composites += s.component_count > 0;
			for (int k = 0; k < s.component_count; k++) {
				search_component_at(&s, k, &c);
				assert_true(search_find((type_id)t, c.code, &part));
				assert_true(part.id == c.id && part.kind == c.kind && c.expression.len > 0);
			}
		}
	assert_true(composites > 50);
}

TEST(search_parameters_are_sorted_and_one_id_each)
{
	for (int t = 1; t <= type_count(); t++) {
		search_definition before = {0}, s;
		for (int i = 0; i < search_count_of((type_id)t); i++, before = s) {
			search_at((type_id)t, i, &s);
			assert_true(text_compare(before.code, s.code) < 0);
			if (s.expression.len == 0) assert_true(s.code.at[0] == '_');
		}
	}
	search_definition x, y;
	assert_true(search_find(type_of("Task"), TEXT("_id"), &x) && search_find(type_of("Patient"), TEXT("_id"), &y));
	assert_int_equal(x.id, y.id);
}

TESTS(T(types), T(all_types_hang_together), T(elements), T(codes), T(search_parameters), T(bindings_targets_and_marks),
      T(invariants), T(each_invariant_stands_in_one_place_and_compiles), T(composites),
      T(search_parameters_are_sorted_and_one_id_each))
