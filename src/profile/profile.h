/* profile.h: the front door of profile/: what a resource must be. The base definitions of R4 with their invariants, the
 * profiles and extensions of R4 and of others (DK Core, MedCom), codes (terms.h).
 *
 * A StructureDefinition is compiled when it is first needed to the few elements it says something about (its differential over
 * that of its base), so a profile costs what it constrains and not what R4 defines. A resource is walked once against the
 * base definitions; each profile it claims, or is held against, then visits only the elements that profile speaks of.
 *
 * Ownership: a `profiles` has the arena it was opened in to itself from the last profiles_add on, for what it compiles at first
 * use lies there too; it points into the docs added to it. Threads share it, then; each validates in an arena of its own. (One
 * that shares it with nobody may validate in the same arena; scratch is then kept.)
 */
#ifndef LIMEN_PROFILE_PROFILE_H
#define LIMEN_PROFILE_PROFILE_H

#include "fhir/fhir.h"
#include "profile/library.h"
#include "profile/terms.h"

typedef struct profiles profiles;

const profiles *profiles_r4(void);                        /* R4's own, embedded: profiles, extensions, value sets */
profiles *profiles_open(arena *a, const profiles *below); /* NULL: over R4's own */
/* A StructureDefinition, CodeSystem or ValueSet; other types are left aside (true). False: the sink says what is wrong. */
bool profiles_add(profiles *p, const doc *d, issues *sink);
const terms *profiles_terms(const profiles *p);
bool profile_known(const profiles *p, text url); /* canonical; "|version" allowed */

/* The base definitions' structure only: elements, JSON kinds, cardinality, formats, required codes. What every write to the
 * record passes. Issues carry a FHIRPath as place. */
bool resource_check(const doc *d, issues *sink);

typedef struct validation {
	const profiles *profiles; /* NULL: R4's own */
	const text *against;      /* canonical URLs it must fit, besides its own type */
	int against_count;
	bool claimed;  /* and those it claims in meta.profile; an unknown one is a warning */
	bool warnings; /* also invariants, bindings and advice that only warn */
	/* What a record takes in: R4's elements, formats, required codes and error invariants, no more. Value sets, reference targets,
	 * extensions and the rules of Bundles are not held against the world's data: a department keeps what it was sent. */
	bool taking;
	path_outside outside; /* resolve: where references lead beyond the doc; may be empty */
} validation;
/* True: no errors (warnings do not count). `a` is for what it makes on the way; issues live in the sink's arena. */
bool resource_validate(const validation *how, const doc *d, arena *a, issues *sink);

/* Puts in the callbacks FHIRPath needs for memberOf(), conformsTo(), subsumes() and slice(), over these profiles (`codes` is theirs); the others and their
 * `self` stay the caller's. */
void profiles_outside(const profiles *p, path_outside *out);

#endif
