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

TESTS(T(types), T(all_types_hang_together), T(elements), T(codes), T(search_parameters),
      T(search_parameters_are_sorted_and_one_id_each))
