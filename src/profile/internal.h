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
/* Does this fit that profile? */
typedef enum answer { ANSWER_NONE, ANSWER_YES, ANSWER_NO } answer;
typedef struct asked {
	struct asked *next;
	const profile *profile;
	const doc *d;
	uint32_t node;
	answer answer;
} asked;

struct validator {
	const validation *how;
	const profiles *profiles;
	const doc *d;     /* where we are: `whole`, or what a reference led to outside it */
	const doc *whole; /* what is validated */
	arena *arena;
	issues *sink;
	path_outside outside; /* the caller's, with our memberOf() and conformsTo() */
	struct {
		type_id extension, reference, concept, coding, quantity, bundle;
	} types;
	text by;               /* the profile that asks, as messages call it */
	const step *extension; /* %extension of a context's rules */
	map told;              /* what is said once */
	map entries;           /* of a Bundle: fullUrl to its resource */
	asked *asked[64];      /* by hash; a child's answers stay for the next who asks */
	bool entries_known, in_bundle, in_document;
	int64_t budget;     /* what is left of VALIDATE_WORK_MAX */
	bool spent;         /* it, or the depth, did not suffice */
	int depth;          /* of profiles within profiles */
	bool muted;         /* only whether, not what */
	int found;          /* errors, while muted */
	bool undecided;     /* a slice may fit: what would decide is not here */
	int conforming;     /* conformsTo() within conformsTo() */
	bool doubting;      /* shortcuts are held against FHIRPath, for the test */
	int doubts;         /* how often they were wrong */
	int lasting;        /* counts what was made in the arena to stay */
	bool keeps_scratch; /* others make what stays in it: nothing is given back */
};
void validate_value(validator *v, const step *at);
void validate_companion(validator *v, const step *at);
void validate_object(validator *v, const step *at);
void validate_resource(validator *v, const step *at);
validator validator_of(const validation *how, const doc *d, arena *a, issues *sink);
void validator_outside(validator *v); /* lets FHIRPath ask it; from where it then stays */
bool told_before(validator *v, text what);
void find(validator *v, const step *at, severity how, failure code, text arg0, text arg1, text arg2);
static inline void find_error(validator *v, const step *at, failure code, text arg0, text arg1, text arg2)
{
	find(v, at, SEVERITY_ERROR, code, arg0, arg1, arg2);
}

/* invariant.c */
void validate_invariants(validator *v, const step *at, const uint16_t *numbers, int count);
void validate_constraint(validator *v, const step *at, const constraint *x);
/* Compiled when first asked for; NULL: it does not compile, and the sink, where there is one, says why. */
const path *invariant_path(int number, issues *sink);

/* reference.c: what the Reference (or canonical) at `at` leads to; *there is the doc it lies in. */
bool reference_resolve(validator *v, const step *at, const doc **there, step *out);
/* Of what is not at hand, as the reference names it; 0: it does not, and *leads says whether it leads anywhere. */
type_id reference_type(const validator *v, const step *at, bool *leads);
/* "…/Patient/1" or "…/Patient/1/_history/2": the type, and "Patient/1"; false: it does not look so. */
bool reference_parts(text reference, type_id *type, text *tail);
const step *reference_container(const step *at); /* the resource it stands in, and not one contained in that */
void reference_check(validator *v, const step *at, const type_id *targets, int count);
void reference_targets(validator *v, const step *at, const text *urls, int count);

/* binding.c */
term_answer binding_holds(const validator *v, const step *at, text set);
void binding_check(validator *v, const step *at, binding_strength strength, text set);

/* extension.c, bundle.c */
void extension_check(validator *v, const step *at);
void bundle_check(validator *v, const step *at);
void bundle_reference(validator *v, const step *at);

/* compare.c: values as a profile gives them. */
bool node_same(const doc *x, uint32_t xn, const doc *y, uint32_t yn);
bool node_fits(const doc *pattern, uint32_t pn, const doc *d, uint32_t n);
bool literal_same(const literal *l, const doc *d, const step *at);
bool literal_fits(const literal *l, const doc *d, const step *at);
/* -1, 0, 1: the value is before, at or after the literal; *known is false where that cannot be said. */
int literal_order(arena *a, const literal *l, const doc *d, const step *at, bool *known);
text literal_shown(arena *a, const literal *l);

/* visit.c, slice.c: values held against rules. */
typedef struct steps {
	step *at;
	int count;
	int perhaps; /* besides: values of which it cannot be known whether they belong here */
} steps;
bool visit_enter(validator *v); /* false: too deep, too much, or nobody asks any more; else `depth` is one more */
steps visit_collect(validator *v, const step *at, name_id name);
void visit_value(validator *v, const rule *r, const step *at);
void visit_items(validator *v, const rule *r, steps items, const step *up);
void visit_slices(validator *v, const rule *r, steps items, const step *up);
int slice_has(validator *v, const profile *p, text name, const step *at); /* 1, 0; -1: it has no such slice */
void visit_profile(validator *v, const profile *p, const step *at);
void visit_afresh(validator *v, const profile *p, const step *at); /* with a budget of its own */
bool visit_conforms(validator *v, const profile *p, const step *at);

/* outside.c: 1, 0, or -1 where it cannot be said. */
enum { CONFORMS_DEPTH_MAX = 3 };
int outside_member(const profiles *p, const path_item *item, text set);
int outside_subsumes(const profiles *p, text system, text general, text specific);
int outside_in_slice(const profiles *p, const path_item *item, text url, text name, arena *a);
int outside_conforms(const profiles *p, const path_item *item, text url, arena *a, int depth);

/* compile.c, read.c */
typedef struct profile_compiler {
	const profiles *profiles;
	arena *arena;
	const doc *d;
	profile *out;
	rule *root;
	element_info element; /* R4's own definition of the element at hand; empty where it is not known */
	type_id element_definition;
	int depth;               /* of slices within the element at hand */
	text open_path, open_id; /* the slice opened last, where elements have no ids */
} profile_compiler;
void rule_read(profile_compiler *c, uint32_t element, rule *r);
void rule_read_context(profile_compiler *c);

#endif
