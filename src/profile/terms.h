/* terms.h: codes and what they belong to: CodeSystems, ValueSets, and the questions asked of them.
 *
 * A `terms` is a layer: resources added to it, over a layer below. The lowest is R4's own (terms_r4), the CodeSystems and
 * ValueSets of the package, embedded as text and read when first asked for. A layer above it holds what a folder of profiles
 * or the record brings; the same canonical URL above hides the one below, a supplement adds to it.
 *
 * A value set is compiled when first asked for: its compose becomes rules, and the rules a bit for each code of the systems it
 * speaks of. What cannot be known here (SNOMED CT, LOINC, a system's other version, a set within itself) stays a rule that
 * answers "unknown". Systems that are a grammar (BCP-47, media types) are asked their grammar.
 *
 * Ownership: a layer lives in the arena it was opened in and points into the docs added to it. After the last terms_add it is
 * shared by threads; what is read on first use lives in an arena of its own and is guarded inside.
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
	TERM_UNKNOWN /* the value set, or a system it needs, is not here or not complete (SNOMED CT, LOINC, UCUM …) */
} term_answer;

/* Is the code in the value set (canonical URL, "|version" allowed; "SYSTEM?fhir_vs" and "SYSTEM?fhir_vs=isa/CODE" are all codes
 * of a system, and those below one)? `system` empty: a bare `code`, looked for in each system the value set names. */
term_answer term_in(const terms *t, text value_set, text system, text code);

/* A value set to be asked again and again without looking up its URL; NULL: not here. Lives as long as the layer. */
typedef struct term_set term_set;
const term_set *term_set_find(const terms *t, text value_set);
term_answer term_set_has(const term_set *s, text system, text code);

typedef struct term_code {
	text system, version, code, display, definition;
	bool is_abstract, inactive;
	const doc *d;  /* the CodeSystem; NULL where only a value set lists the code */
	uint32_t node; /* the concept in it */
} term_code;
/* The code in its system; TERM_UNKNOWN where the system is not here, or is a fragment without it, or is a grammar the code
 * follows. The display is the one in `lang` where a designation or a supplement has it. `system` may have "|version". */
term_answer term_find(const terms *t, text system, text code, language lang, term_code *out);
/* Is `specific` `general` or below it in the system's hierarchy? */
term_answer term_subsumes(const terms *t, text system, text general, text specific);

/* What is next to a known code: its direct parents and children, and what the supplements say of it (each a doc with the concept's
 * node), for whoever shows all there is to know. */
typedef struct term_codes {
	term_code *at;
	int count;
} term_codes;
term_codes term_parents(const terms *t, text system, text code, arena *a);
term_codes term_children(const terms *t, text system, text code, arena *a);
term_codes term_supplements(const terms *t, text system, text code, arena *a);

/* Each code of a value set, in the order the set gives them, `offset` left out and at most `count`; those whose code or display
 * contains `filter` (any case; empty: all). False: cannot be written out in full, and the sink says what is missing. */
typedef struct term_asked {
	text filter;
	int offset;
	int count;
	language lang;
	bool active_only;
} term_asked;
typedef struct term_list {
	term_code *at;
	int count;
	int total;     /* before offset and count */
	bool unclosed; /* a system of it is known only in part: there may be more */
} term_list;
bool term_expand(const terms *t, text value_set, const term_asked *asked, arena *a, term_list *out, issues *sink);

/* The resources themselves, by canonical URL: NULL where there is none. */
const doc *term_system_doc(const terms *t, text system);
const doc *term_set_doc(const terms *t, text value_set);

#endif
