/* definitions.h: what FHIR R4 defines, compiled at build from the npm package hl7.fhir.r4.examples into one read-only
 * image embedded in the program (tools/definitions.mjs writes it; definitions.c reads it in place, nothing is parsed at start).
 *
 * A `type` is a resource, a datatype, or a backbone element (named by its path, "Patient.contact"). An `element` is a
 * child of a type; a choice ("value[x]") is one element with several types and is found under each of its JSON names.
 */
#ifndef LIMEN_FHIR_DEFINITIONS_H
#define LIMEN_FHIR_DEFINITIONS_H

#include "fhir/tree.h"

typedef uint16_t type_id; /* 0: none */
typedef enum type_kind { TYPE_PRIMITIVE, TYPE_COMPLEX, TYPE_BACKBONE, TYPE_RESOURCE } type_kind;

typedef enum binding_strength {
	BINDING_NONE,
	BINDING_REQUIRED,
	BINDING_EXTENSIBLE,
	BINDING_PREFERRED,
	BINDING_EXAMPLE
} binding_strength;

typedef struct element_info {
	name_id name; /* as in JSON for a plain element; for a choice the base name ("value") */
	uint16_t min;
	uint16_t max; /* 0: unbounded */
	bool is_choice;
	const type_id *types; /* allowed types; for a reference the type is Reference */
	int type_count;
	uint16_t binding; /* code set for a required binding on code, see code_allowed; 0: none */
	bool is_modifier;
	bool is_summary;
	binding_strength binding_strength;
	text value_set;            /* canonical, mostly "…|4.0.1"; empty for some bindings, which have only words */
	text value_set_max;        /* what an extensible or preferred binding must not go beyond; mostly empty */
	const type_id *targets;    /* what a Reference may lead to; none, or Resource: anything */
	const type_id *canonicals; /* what a canonical may name */
	int target_count;
	int canonical_count;
	const uint16_t *invariants; /* numbers of the invariants on the element itself, beyond those of its types */
	int invariant_count;
} element_info;

type_id type_find(text name); /* "Patient", "HumanName", "Patient.contact", "string"; 0 */
text type_name(type_id t);
type_kind type_kind_of(type_id t);
type_id type_base(type_id t);          /* Patient → DomainResource → Resource; 0 at the top */
bool type_is(type_id t, type_id base); /* t is base, or specialises it */
bool type_is_abstract(type_id t);
int type_count(void); /* ids are 1..type_count() */

/* The element under a JSON name: for "valueQuantity" the choice "value", and *type is Quantity; for a plain element *type is
 * its type. False where the type has no such element. Inherited ones included. */
bool element_find(type_id t, name_id json_name, element_info *out, type_id *type);
/* By base name, as FHIRPath says it ("value" of Observation). */
bool element_find_path(type_id t, name_id base_name, element_info *out);
/* The JSON name of a choice for one type: ("value", Quantity) → NAME_valueQuantity. */
name_id element_choice_name(name_id base_name, type_id type);
int element_count(type_id t);
void element_at(type_id t, int i, element_info *out);

bool code_allowed(uint16_t binding, text code); /* required bindings whose codes the package enumerates */

/* R4's constraints as FHIRPath. One stands on a type (all its instances and those of types that specialise it) or on an
 * element of a type (each of its items); a backbone element's stand on its type, Patient.contact. R4's one profile on types,
 * SimpleQuantity, is here as the invariant sqt-1 of the elements that ask for it. */
typedef struct invariant {
	text key;   /* "dom-2"; not unique: inv-1 is several */
	text human; /* English */
	text expression;
	type_id type;    /* whose it is */
	name_id element; /* of that type; NAME_NONE: the type itself */
	bool is_error;   /* else a warning */
	bool is_best_practice;
} invariant;
int invariant_count(void); /* numbers are 1..invariant_count() */
void invariant_at(int number, invariant *out);
/* The numbers of a type's own, after those of the types it specialises (ele-1, dom-2 …). */
const uint16_t *type_invariants(type_id t, int *count);

typedef enum search_kind {
	SEARCH_NUMBER,
	SEARCH_DATE,
	SEARCH_STRING,
	SEARCH_TOKEN,
	SEARCH_REFERENCE,
	SEARCH_COMPOSITE,
	SEARCH_QUANTITY,
	SEARCH_URI,
	SEARCH_SPECIAL
} search_kind;
typedef struct search_definition {
	uint16_t id; /* stable within a build: 1..search_count(); one parameter has one id in all its types */
	text code;   /* as used in a URL: "birthdate" */
	search_kind kind;
	text expression; /* FHIRPath, only the alternatives that start with this type */
	text url;
	const type_id *targets; /* for references */
	int target_count;
	int component_count; /* of a composite; see search_component_at */
	uint32_t first_component;
} search_definition;
/* A part of a composite: a parameter of the same type, with an expression that starts from the composite's items. */
typedef struct search_component {
	uint16_t id;
	search_kind kind;
	text code; /* of the parameter it is: "code", "value-quantity" */
	text expression;
} search_component;
int search_count(void); /* how many ids there are */
/* Parameters of a resource type, those of Resource and DomainResource included; sorted by code. */
int search_count_of(type_id t);
void search_at(type_id t, int i, search_definition *out);
bool search_find(type_id t, text code, search_definition *out);
void search_component_at(const search_definition *s, int i, search_component *out);

#endif
