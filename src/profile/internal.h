/* internal.h: what the files of profile/ share and no other folder sees. rules.h has profiles as compiled. */
#ifndef LIMEN_PROFILE_INTERNAL_H
#define LIMEN_PROFILE_INTERNAL_H

#include "profile/rules.h"

/* A value and the way to it, printed as FHIRPath only when something is wrong. A primitive that has only its companion
 * ("_birthDate") has no node, but `beside`. */
typedef struct step {
	const struct step *up;
	text name;
	int index; /* in its list, or -1 */
	type_id type;
	uint32_t node;
	uint32_t beside;
	const struct element_row *element; /* of the type of `up`; NULL at the root */
	type_id owner;                     /* whose element it is */
} step;

text step_path(arena *a, const step *at);
bool step_is_valueless(const step *at);
/* The object its children are in: itself, or of a primitive its companion; false where there is none. */
bool step_object(const doc *d, const step *at, uint32_t *object);

/* The walk over the base definitions */

typedef struct validator validator;
typedef struct check {
	const doc *d;
	issues *sink;
	type_id element;
	validator *full; /* NULL: structure only */
} check;

bool check_whole(const doc *d, issues *sink, validator *full);
/* A value as a message shows it: not a page of base64. */
text value_shown(arena *a, const doc *d, uint32_t n);

/* check_format.c: what is wrong with a primitive's value. `type` is one of PRIMITIVE_… (image_counts.h). */
typedef enum format_verdict { FORMAT_GOOD, FORMAT_BAD_KIND, FORMAT_BAD_VALUE, FORMAT_EMPTY } format_verdict;
format_verdict format_check(uint16_t type, uint8_t kind, text value);
/* The JSON kind a primitive is written as: "string", "number" or "boolean". */
const char *format_json_kind(uint16_t type);

/* validate.c: what the walk does besides when it is a full one, at each value of an element, at each object and at each
 * resource when what is in it was seen; and what all the parts below share. */
struct validator {
	const validation *how;
	const profiles *profiles;
	const doc *d;
	arena *arena;
	issues *sink;
	path_outside outside; /* the caller's resolve(), our memberOf() and conformsTo() */
	map told;             /* what is said once */
	map entries;          /* of a Bundle: fullUrl → entry's resource */
	bool entries_known;
	int64_t budget;
	int depth;   /* of profiles within profiles */
	bool muted;  /* only whether, not what */
	int found;   /* errors, while muted */
	int lasting; /* counts what was made in the arena to stay */
};
void validate_value(validator *v, const step *at);
void validate_object(validator *v, const step *at);
void validate_companion(validator *v, const step *at);
void validate_resource(validator *v, const step *at);
bool told_before(validator *v, text what);
void find(validator *v, const step *at, severity how, failure code, text arg0, text arg1, text arg2);
static inline void find_error(validator *v, const step *at, failure code, text arg0, text arg1, text arg2)
{
	find(v, at, SEVERITY_ERROR, code, arg0, arg1, arg2);
}

/* invariant.c */
void validate_invariants(validator *v, const step *at, const uint16_t *numbers, int count);
void validate_constraint(validator *v, const step *at, const constraint *x);
/* What the shortcuts say without FHIRPath: true where the invariant surely holds. And FHIRPath's own answer: 1, 0, or -1 where it
 * fails. Both for the test that holds them against each other. */
bool invariant_surely(int number, const doc *d, const step *at);
const path *invariant_path(int number, issues *sink);

/* compile.c, read.c */
typedef struct profile_compiler {
	const profiles *profiles;
	arena *arena;
	const doc *d;
	profile *out;
	rule *root;
	element_info element; /* R4's own definition of the element at hand; empty where it is not known */
	type_id element_definition;
	text open_path, open_id; /* the slice opened last, where elements have no ids */
} profile_compiler;
void rule_read(profile_compiler *c, uint32_t element, rule *r);

#endif
