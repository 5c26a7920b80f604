/* terms_internal.h: what the files terms*.c share.
 *
 *   terms.c          layers: which CodeSystem or ValueSet a URL means, read and compiled once
 *   terms_system.c   a CodeSystem: codes hashed, the hierarchy both ways, displays in a language
 *   terms_set.c      a ValueSet: rules, and from them a bit for each code
 *   terms_filter.c   the filters of a rule
 *   terms_expand.c   a value set written out
 *   terms_grammar.c  systems that are a grammar
 *
 * What is read on first use is written under a lock and published by one atomic store; whoever finds it there needs no lock. The
 * locks are taken in this order: sets of a layer, then the definitions of that layer or of one below.
 */
#ifndef LIMEN_PROFILE_TERMS_INTERNAL_H
#define LIMEN_PROFILE_TERMS_INTERNAL_H

#include "profile/library.h"
#include "profile/terms.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* ---- terms_system.c ---- */

typedef enum system_content {
	SYSTEM_COMPLETE,
	SYSTEM_PART,
	SYSTEM_ABSENT
} system_content; /* PART: fragment, example */

typedef struct concept {
	text code;
	uint32_t node;
	uint32_t first_parent, parent_count; /* in code_system.parents */
	uint32_t first_child, child_count;   /* in code_system.children */
	bool is_abstract, inactive;
}
concept;

typedef struct code_system {
	text url, version, language;
	const doc *d;
	system_content content;
	bool folds; /* case does not matter: its keys are small letters */
	bool is_a;  /* its hierarchy means what subsumption asks */
	map codes;  /* code → number of its concept */
	concept *concepts;
	uint32_t count;
	uint32_t *parents, *children; /* numbers of concepts */
} code_system;

code_system *system_compile(arena *a, const doc *d);
/* The number of a code's concept, or -1. */
int64_t system_code(const code_system *s, text code);
/* From a concept up (or down), itself included: a bit for each concept. */
void system_closure(const code_system *s, uint32_t from, bool up, arena *a, uint64_t *bits);
bool system_subsumes(const code_system *s, uint32_t general, uint32_t specific);
void system_term(const terms *t, const code_system *s, uint32_t i, language lang, term_code *out);
/* A designation in that language among those of a concept, in a CodeSystem or a ValueSet; empty where there is none. */
text designation_in(const doc *d, uint32_t node, language lang);
bool language_is(text tag, language lang);

static inline uint32_t words_for(uint32_t bits)
{
	return (bits + 63) / 64;
}
static inline bool bit_of(const uint64_t *bits, int64_t i)
{
	return bits[i / 64] >> (i % 64) & 1;
}
static inline void bit_set(uint64_t *bits, int64_t i)
{
	bits[i / 64] |= (uint64_t)1 << (i % 64);
}

/* ---- terms.c ---- */

/* A CodeSystem or ValueSet of a layer. */
typedef struct definition {
	text url, version;
	const doc *d;                  /* of R4's own: NULL until read */
	int library;                   /* of R4's own: its number there; else -1 */
	_Atomic(code_system *) system; /* of a code system or supplement: NULL until compiled */
	struct definition *next;       /* the next supplement of the same system */
} definition;

/* A table from text to compiled sets that readers look into without a lock. */
typedef struct set_slot {
	text url; /* as it was asked for */
	uint64_t hash;
	const term_set *set; /* NULL: nothing here has this URL */
} set_slot;
typedef struct set_table {
	uint64_t mask;
	uint64_t count;
	_Atomic(set_slot *) slots[];
} set_table;

struct terms {
	const terms *below;
	arena *a;          /* its own */
	map systems, sets; /* url, and url|version → address of its definition */
	map supplements;   /* url of the system → address of the first definition */
	map whole;         /* CodeSystem.valueSet → address of the system's definition */
	definition *r4;    /* of R4's own layer: its value sets and code systems, as in the library */
	struct terms_lazy *lazy;
};
struct terms_lazy {
	arena *a;                  /* made under `reading` */
	arena *sets_a;             /* made under `compiling` */
	pthread_mutex_t reading;   /* the definitions */
	pthread_mutex_t compiling; /* the sets */
	_Atomic(set_table *) sets;
	struct term_set *innermost; /* being compiled */
	int unknown;
};

/* What a URL means, seen from a layer; NULL: nothing. `layer`: whose it is. */
definition *system_definition(const terms *t, text url, const terms **layer);
definition *set_definition(const terms *t, text url, const terms **layer);
/* The definition of a code system whose CodeSystem.valueSet is this. */
definition *whole_definition(const terms *t, text url, const terms **layer);
const doc *definition_doc(const terms *layer, definition *def);
const code_system *definition_system(const terms *layer, definition *def);
const code_system *system_find(const terms *t, text url); /* NULL where it is not here, or has no codes */
/* The supplements of a system, the uppermost layer's first; at most `max` of them. */
int supplements_find(const terms *t, text url, const code_system **out, int max);
/* Under the layer's `compiling`: the set of a URL, compiled if it has not been; NULL: there is none. */
const term_set *set_make(const terms *t, text url);

/* ---- terms_grammar.c ---- */

typedef term_answer (*grammar)(text code);
grammar grammar_of(text system); /* NULL: it is none */

/* ---- terms_filter.c ---- */

typedef struct filter {
	text property, op, value;
} filter;
/* Clears the bits of the concepts it leaves out. False: it cannot be used on this system. `t`: the layer whose sets and
 * supplements count. */
bool filter_apply(const terms *t, const code_system *s, const filter *f, arena *a, uint64_t *bits);

/* ---- terms_set.c ---- */

typedef enum rule_kind {
	RULE_ANY,    /* says nothing of codes: only of other sets */
	RULE_WHOLE,  /* every code of the system */
	RULE_CODES,  /* these */
	RULE_FILTER, /* those the filters leave */
	RULE_UNKNOWN
} rule_kind;

/* A code a rule lists: where its own display and designations are. */
typedef struct listed {
	text code;
	uint32_t node;
} listed;

typedef struct rule {
	rule_kind kind;
	bool exclude;
	text system;   /* empty: of RULE_ANY */
	int entry;     /* the entry of its system; -1: every one */
	listed *codes; /* of RULE_CODES */
	int code_count, code_cap;
	filter *filters;
	int filter_count;
	uint64_t *bits;          /* of RULE_CODES and RULE_FILTER: over the entry's codes */
	const term_set **others; /* a code must be in each of them too; NULL: one that is not here */
	int other_count;
	bool usable; /* its system is here in the version it asks for */
	failure why; /* where something of it is unknown */
	text why_of;
} rule;

/* What a set says of one system: the system's own codes, then those only listed. */
typedef struct entry {
	text system;
	const code_system *known; /* or NULL */
	map extra;                /* listed codes the system here has not → number */
	uint32_t count;
	uint64_t *is;
	uint64_t *unknown;  /* NULL: every code is decided */
	term_answer others; /* for every other code of the system, unless it is `asked` each time */
	bool asked;
} entry;

struct term_set {
	text url;
	const terms *layer;
	const doc *d; /* NULL: implied by a code system */
	rule *rules;
	int rule_count;
	entry *entries;
	int entry_count;
	term_answer elsewhere;  /* for systems without an entry */
	struct term_set *outer; /* the set whose compilation asked for this one */
};

term_set *set_compile(const terms *t, text url); /* called by set_make */
/* The number of a code in an entry, or -1. */
int64_t entry_code(const entry *e, text code);

#endif
