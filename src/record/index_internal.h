/* index_internal.h: a type with its search parameters, and the values an index row says. */
#ifndef LIMEN_RECORD_INDEX_INTERNAL_H
#define LIMEN_RECORD_INDEX_INTERNAL_H

#include "record/table_internal.h"

#include <stdatomic.h>

/* ---- a type and its search parameters (types.c) ---- */

/* A part of a composite: read from each item of the composite's own expression. */
typedef struct search_part {
	search_kind kind;
	const struct search_param *definition; /* the parameter it is, of the same type: its index finds candidates */
	type_id *contexts;                     /* the types an item may have, and the expression compiled for each */
	const path **paths;
	int path_count;
} search_part;
enum { SEARCH_PARTS_MAX = 4 };

/* What has no expression of its own, or none that gives index values: tried on the resource itself. */
typedef enum search_way { WAY_INDEX, WAY_COMPOSITE, WAY_NARRATIVE, WAY_CONTENT, WAY_NEAR, WAY_NONE } search_way;

typedef enum param_state { PARAM_READY, PARAM_BUILDING, PARAM_GONE } param_state;

typedef struct search_param {
	text code;
	search_kind kind;
	search_way way;
	text expression, url;
	bool single;               /* a resource has at most one value */
	const path *path;          /* NULL: this build cannot evaluate it; searching by it is refused */
	int64_t number;            /* in the index; 0 where the type was never written */
	int64_t identifier_number; /* reference: of its Reference.identifier, as a token */
	int64_t canonical_number;  /* quantity: of the same in base units */
	text term;                 /* "Patient.birthdate": what the numbers are given to */
	text owner;                /* id of the SearchParameter it is, or empty */
	_Atomic param_state state;
	_Atomic int64_t done; /* while it is being indexed: up to which row number */
	bool forgotten;       /* gone, and its rows too; the worker's own */
	const type_id *targets;
	int target_count;
	text *code_sets; /* token: the value sets whose systems its bare codes are of */
	int code_set_count;
	search_part parts[SEARCH_PARTS_MAX];
	int part_count;
} search_param;

typedef struct search_type {
	type_id type;
	text name;
	search_param *params; /* R4's sorted by code; the record's own come after */
	_Atomic int param_count;
	int param_cap;
	_Atomic int64_t generation; /* changes with the parameters */
	bool compiled;              /* under types_lock */
	atomic_bool numbered;       /* its parameters have numbers: `term` and every `number` are set and stay */
	int64_t term;
	_Atomic int64_t live_about, live_at; /* how many there were when the log was so long */
} search_type;

/* ---- what a resource says for a parameter (extract.c) ---- */

/* Which question a value answers. The first three have index rows; the others are looked up in the resource itself. */
typedef enum value_slot {
	SLOT_MAIN,
	SLOT_IDENTIFIER, /* of a reference, as a token */
	SLOT_CANONICAL,  /* of a quantity, in base units */
	SLOTS_INDEXED,
	SLOT_EXACT = SLOTS_INDEXED, /* a string as written */
	SLOT_WORDS,                 /* folded text beside a token: display, text */
	SLOT_TYPED,                 /* an identifier with its type */
	SLOT_VERSION                /* a reference to one version */
} value_slot;

typedef struct index_value {
	index_kind kind;
	value_slot slot;
	index_rank rank;
	int64_t param;
	int64_t low, high; /* date */
	text value;        /* token: code; string: key; number: low key; reference: id; uri */
	text upper;        /* number: high key where it is a range; reference, SLOT_VERSION: the version */
	text system;       /* token, number: system; reference: type, empty for what is outside */
	text unit;         /* number: unit; SLOT_TYPED: the type's code */
	bool implied;      /* token: a bare code or boolean, whose system its element implies */
	int64_t number;    /* of the system's term or the reference's resource; 0: not known yet */
} index_value;
#define UCUM TEXT("http://unitsofmeasure.org")
enum { SYSTEM_IMPLIED = -1 }; /* in place of a system's term */
typedef struct index_values {
	arena *arena;
	index_value *at;
	int count, cap;
} index_values;

/* Where a reference points. Outside: `type` is empty and `id` the whole of it. */
typedef struct target {
	text type, id;
	text version; /* of Type/id/_history/version, else empty */
} target;
bool reference_target(const record *r, text reference, target *out); /* false: contained, or empty */
bool id_valid(text id);

/* param.c */
void param_compile(record *r, const search_type *t, search_param *p);

/* types.c */
bool param_number(deriving *dv, search_param *p, issues *sink);
bool param_forget(deriving *dv, int64_t number, issues *sink);                           /* all its rows */
void param_number_kept(record *r, snapshot *s, arena *a, search_param *p, issues *sink); /* 0 where it has none */
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

/* own.c: search parameters that are resources */
bool own_check(record *r, const doc *d, text id, issues *sink);
bool own_open(deriving *dv, issues *sink);
bool own_kept(record *r, snapshot *s, arena *a, issues *sink);
bool own_changed(record *r, issues *sink); /* after one of them was written */
void own_work(record *r);                  /* indexes what is not yet, beside the traffic */
void own_close(record *r);
int param_percent(const record *r, const search_param *p);
bool own_under_way(const search_type *t, int64_t number);
int64_t own_rows_under_way(record *r, snapshot *s, issues *sink);

/* term.c */
int64_t term_known(record *r, snapshot *s, text t, arena *a, issues *sink); /* 0: none */
int64_t term_of(deriving *dv, text t, issues *sink);                        /* made where missing; 0: failed */
text term_text(snapshot *s, int64_t number, arena *a, issues *sink);

/* extract.c */
bool extract(record *r, search_type *t, const doc *d, arena *a, issues *sink, index_values *out);
/* `whole`: with the slots that have no index rows. */
bool extract_param(record *r, const search_param *p, const doc *d, bool whole, issues *sink, index_values *out);
/* The items of a composite; then one part of one of them. */
bool extract_items(record *r, const search_param *p, const doc *d, issues *sink, path_items *out, arena *a);
bool extract_part(record *r, const search_part *part, const path_item *item, const doc *d, issues *sink,
		  index_values *out);

/* index_value.c */
void index_add(index_values *out, index_value v);
int index_compare(const index_value *x, const index_value *y);
void index_ranks(index_values *v); /* sorts, takes doubles out, numbers the ranks */

/* index_key.c: values as bytes that sort as they do */
text number_key(arena *a, decimal d);
text string_key(arena *a, text t);
/* A quantity in UCUM's base units: its number to 18 digits, and the units' powers as text. False: the unit is not known. */
bool canonical_quantity(arena *a, decimal value, text unit, decimal *number, text *base);
text measure_key(arena *a, text base, text key); /* of SLOT_CANONICAL: by unit, then by number */

/* index.c */
bool index_write(deriving *dv, int64_t rid, const index_value *values, int count, bool remove, issues *sink);
int64_t target_rid(deriving *dv, text type, text id, issues *sink); /* a placeholder where missing; 0: failed */
int index_row(const index_value *v, int64_t rid, cell *row);
/* The row of the same value found by its end; NULL: it needs none. */
const table *index_end_row(const index_value *v, int64_t rid, cell *row, int *key);

#endif
