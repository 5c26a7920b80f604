/* rules.h: a profile as compiled: a sparse tree of what it says, and how one is made and found.
 *
 * A `rule` is what a profile says of one element: how often, which types, which values. Elements it says nothing of have no
 * rule. A profile over another profile begins as a copy of that one's tree and lays its own differential over it, so every
 * tree is whole and a resource is held against one tree for each profile.
 *
 *   Patient ── identifier (1..*, by system) ── slice cpr (0..1, type Identifier: dk-core-cpr-identifier)
 *           └─ name (by use) ── slice official (0..1) ── use (1..1, "official")
 *
 * Ownership: rules live in the arena of the `profiles` they were found in and never change once the profile is compiled.
 */
#ifndef LIMEN_PROFILE_RULES_H
#define LIMEN_PROFILE_RULES_H

#include "profile/profile.h"

/* A value of a StructureDefinition: fixed[x], pattern[x], minValue[x], maxValue[x]. node 0: nothing is said. */
typedef struct literal {
	const doc *d;
	uint32_t node;
	type_id type;
} literal;

typedef struct type_rule {
	struct type_rule *next;
	type_id type;
	text *profiles; /* it fits one of these */
	int profile_count;
	text *targets; /* it leads to one of these */
	int target_count;
} type_rule;

typedef struct constraint {
	const struct constraint *next;
	text key, human;
	text source; /* the profile that says it first */
	bool warns;
	const path *path; /* NULL: it does not compile here */
} constraint;

typedef enum discriminator_kind { BY_VALUE, BY_EXISTS, BY_TYPE, BY_PROFILE } discriminator_kind;
typedef enum hop_kind { HOP_NAME, HOP_EXTENSION, HOP_RESOLVE, HOP_OF_TYPE } hop_kind;
typedef struct hop {
	hop_kind kind;
	name_id name;
	text url;
	type_id type;
} hop;
typedef struct discriminator {
	discriminator_kind kind;
	const hop *hops; /* none: $this */
	int hop_count;
	bool unusable; /* a path beyond what a discriminator may be */
} discriminator;

typedef enum slicing_end { SLICES_OPEN, SLICES_OPEN_AT_END, SLICES_CLOSED } slicing_end;
typedef struct slicing {
	const discriminator *by;
	int count;
	slicing_end end;
	bool ordered;
} slicing;

typedef enum { COUNT_UNSAID = -1, COUNT_UNBOUNDED = -2 } rule_count;

typedef struct rule {
	struct rule *next;     /* of the same parent, or the next slice */
	struct rule *children; /* of elements */
	struct rule *slices;
	const struct rule
	    *same; /* the rule whose children hold here too: where the element is defined as another one */
	const slicing *slicing;
	name_id name; /* base name; NAME_NONE at the root */
	text slice;   /* of a slice */
	int min, max; /* or a rule_count */
	type_id type; /* where there is but one; else 0 */
	type_rule *types;
	literal fixed, pattern, least, most;
	int max_length; /* 0: unsaid */
	text value_set;
	binding_strength strength; /* of value_set */
	text value_set_max;        /* what an extensible or preferred one must not go beyond */
	const constraint *constraints;
} rule;

typedef struct profile {
	text url, title;
	type_id type;
	const rule *root;
	bool is_base; /* R4's own definition of a type, under which everything of that type fits */
	const doc *definition;
	bool is_modifier;                /* of an extension */
	const constraint *context_rules; /* of an extension: what is so where it stands */
	text failure;                    /* why it cannot be used; then there is no root */
} profile;

/* profiles.c: by canonical URL; NULL where it is not known. Compiled when first asked for; safe for threads. */
const profile *profile_find(const profiles *p, text url);

bool profiles_lie_in(const profiles *p, const arena *a); /* it, or a layer below it */

/* compile.c: below is what base profiles are found in. */
void profile_compile(const profiles *p, arena *a, const doc *d, profile *out);

rule *rule_child(const rule *r, name_id name);
rule *rule_slice(const rule *r, text name);

#endif
