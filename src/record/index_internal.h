/* index_internal.h: a type with its search parameters, and the values an index row says. */
#ifndef LIMEN_RECORD_INDEX_INTERNAL_H
#define LIMEN_RECORD_INDEX_INTERNAL_H

#include "record/table_internal.h"

#include <stdatomic.h>

/* ---- a type and its search parameters (types.c) ---- */
typedef struct search_param {
	text code;
	search_kind kind;
	text expression;
	const path *path;          /* NULL: this build cannot index it; searching by it is refused */
	int64_t number;            /* in the index; 0 where the type was never written */
	int64_t identifier_number; /* reference: of its Reference.identifier, as a token */
	const type_id *targets;
	int target_count;
} search_param;

typedef struct search_type {
	type_id type;
	text name;
	search_param *params; /* sorted by code */
	int param_count;
	bool compiled;        /* under types_lock */
	atomic_bool numbered; /* its parameters have numbers: `term` and every `number` are set and stay */
	int64_t term;
} search_type;

/* ---- what an index row says, before its texts have numbers (extract.c) ---- */
typedef struct index_value {
	index_kind kind;
	index_rank rank;
	int64_t param;
	int64_t low, high; /* date */
	text value;        /* token: code; string: key; number: key; reference: id; uri */
	text system;       /* token, number: system; reference: type, empty for what is outside */
	text unit;         /* number: code of the unit */
	int64_t number;    /* of the system's term or the reference's resource; 0: not known yet */
} index_value;
typedef struct index_values {
	arena *arena;
	index_value *at;
	int count, cap;
} index_values;

/* Where a reference points. Outside: `type` is empty and `id` the whole of it. */
typedef struct target {
	text type, id;
} target;
bool reference_target(const record *r, text reference, target *out); /* false: contained, or empty */
bool id_valid(text id);

/* types.c */
void types_open(record *r);
search_type *type_of(record *r, text name, issues *sink); /* compiled; NULL: not a resource type (issue) */
search_param *param_find(search_type *t, text code);
bool type_number(deriving *dv, search_type *t,
		 issues *sink);                           /* in a transaction of its own; then `numbered` may be set */
bool types_current(deriving *dv, bool all, issues *sink); /* in use but differently defined: index them again */
/* For those that do not write: numbers as kept, and the address of the server. `same`: by the definitions of this program. */
bool types_kept(record *r, snapshot *s, arena *a, bool *same, issues *sink);
bool base_note(deriving *dv, issues *sink); /* the address that the index is made with */
bool type_reindex(deriving *dv, search_type *t, issues *sink);

/* term.c */
int64_t term_known(record *r, snapshot *s, text t, arena *a, issues *sink); /* 0: none */
int64_t term_of(deriving *dv, text t, issues *sink);                        /* made where missing; 0: failed */
text term_text(snapshot *s, int64_t number, arena *a, issues *sink);

/* extract.c */
bool extract(record *r, search_type *t, const doc *d, arena *a, issues *sink, index_values *out);
bool extract_param(record *r, const search_param *p, const doc *d, issues *sink, index_values *out);
bool extract_says(record *r, const search_param *p, const doc *d, text exact, arena *a,
		  issues *sink); /* string, :exact */
int index_compare(const index_value *x, const index_value *y);
void index_ranks(index_values *v); /* sorts, takes doubles out, numbers the ranks */
text number_key(arena *a, decimal d);
text string_key(arena *a, text t);

/* index.c */
bool index_write(deriving *dv, int64_t rid, const index_value *values, int count, bool remove, issues *sink);
int64_t target_rid(deriving *dv, text type, text id, issues *sink); /* a placeholder where missing; 0: failed */
int index_row(const index_value *v, int64_t rid, cell *row);
int index_span_row(const index_value *v, int64_t rid, cell *row); /* 0: it needs none */

#endif
