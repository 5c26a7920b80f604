/* terms.h: codes and what they belong to: CodeSystems, ValueSets, and the questions asked of them.
 *
 * A `terms` is a layer: resources added to it, over a layer below. The lowest is R4's own (terms_r4), the CodeSystems and
 * ValueSets of the package, embedded as text and read when first asked for. A layer above it holds what a folder of profiles
 * or the record brings; the same canonical URL above hides the one below, a supplement adds to it.
 *
 * A value set is never written out in full to answer whether a code is in it: its compose is compiled to rules over hashed
 * code systems.
 *
 * Ownership: a layer lives in the arena it was opened in and points into the docs added to it. After the last terms_add it is
 * shared by threads; what is read on first use is guarded inside.
 */
#ifndef LIMEN_PROFILE_TERMS_H
#define LIMEN_PROFILE_TERMS_H

#include "fhir/fhir.h"

typedef struct terms terms;

const terms *terms_r4(void);
terms *terms_open(arena *a, const terms *below); /* below: NULL for R4's own */
/* A CodeSystem (complete, fragment or supplement) or a ValueSet. False: the sink says what is wrong with it. */
bool terms_add(terms *t, const doc *d, issues *sink);

typedef enum term_answer {
	TERM_NOT,
	TERM_IS,
	TERM_UNKNOWN /* the value set, or a system it needs, is not here or not complete (SNOMED CT, LOINC, UCUM, BCP-47 …) */
} term_answer;

/* Is the code in the value set (canonical URL, "|version" allowed)? `system` empty: a bare `code`, looked for in each system
 * the value set names. */
term_answer term_in(const terms *t, text value_set, text system, text code);

typedef struct term_code {
	text system, version, code, display, definition;
	bool is_abstract, inactive;
} term_code;
/* The code in its system; TERM_UNKNOWN where the system is not here, or is a fragment without it. The display is the one in
 * `lang` where a designation or a supplement has it. */
term_answer term_find(const terms *t, text system, text code, language lang, term_code *out);
/* Is `specific` `general` or below it in the system's hierarchy? */
term_answer term_subsumes(const terms *t, text system, text general, text specific);

/* Each code of a value set, in the order the set gives them, `offset` left out and at most `count`; those whose code or display
 * contains `filter` (any case; empty: all). False: cannot be written out in full, and the sink says what is missing. */
typedef struct term_list {
	term_code *at;
	int count;
	int total; /* before offset and count */
} term_list;
bool term_expand(const terms *t, text value_set, text filter, int offset, int count, language lang, arena *a,
		 term_list *out, issues *sink);

#endif
