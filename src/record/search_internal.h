/* search_internal.h: a search between its stages: parsed (search_parse.c), matched (search_match.c), put in order a page at a time
 * (search_page.c). */
#ifndef LIMEN_RECORD_SEARCH_INTERNAL_H
#define LIMEN_RECORD_SEARCH_INTERNAL_H

#include "record/internal.h"

typedef enum modifier {
	MOD_NONE,
	MOD_MISSING,
	MOD_NOT,
	MOD_EXACT,
	MOD_CONTAINS,
	MOD_BELOW,
	MOD_IDENTIFIER,
	MOD_TYPE
} modifier;

/* What a parameter's name stands for. */
typedef enum subject { SUBJECT_PARAM, SUBJECT_ID, SUBJECT_UPDATED } subject;

typedef struct clause {
	text name; /* as written, with its modifier */
	subject subject;
	const search_param *param;
	modifier modifier;
	text type;    /* MOD_TYPE */
	text *values; /* between commas, still with \ escapes */
	int value_count;
} clause;

typedef struct sort_key {
	subject subject;
	const search_param *param;
	bool descending;
} sort_key;

typedef struct include {
	bool reverse;
	search_type *of;           /* whose parameter */
	const search_param *param; /* NULL: all references */
	text target;               /* only of this type; may be empty */
} include;

enum { CLAUSES_MAX = 64, SORT_KEYS_MAX = 2, INCLUDES_MAX = 32 };

/* A set of resources: row numbers, ascending. `all`: every live one of the type. */
typedef struct rid_set {
	int64_t *at;
	int64_t count;
	bool all;
} rid_set;

typedef struct search {
	reader *reader;
	arena *arena;
	issues *sink;
	search_type *type;
	clause clauses[CLAUSES_MAX];
	int clause_count;
	sort_key sort[SORT_KEYS_MAX];
	int sort_count;
	include includes[INCLUDES_MAX];
	int include_count;
	int page_size;
	bool want_total, count_only;
	text page; /* the cursor, or empty */
	buffer self;
	rid_set all; /* once asked for */
	bool has_all;
} search;

bool search_parse(search *s, const search_pair *pairs, int count, bool lenient);
text search_unescape(arena *a, text t);

/* Cuts at the first separator that has no backslash before it. */
text_pair search_cut(text t, char separator);

index_kind index_of_kind(search_kind kind); /* INDEX_KINDS where it has none */

/* Values against values (search_match.c); query.c asks the same of one resource. */
typedef enum comparison { IS_EQ, IS_NE, IS_GT, IS_LT, IS_GE, IS_LE, IS_SA, IS_EB, IS_AP } comparison;
comparison cut_comparison(text *value); /* takes the prefix off */
typedef struct span_test {
	comparison how;
	instant low, high; /* what was searched for */
} span_test;
bool span_matches(instant low, instant high, const span_test *q);
bool number_span(decimal d, comparison how, decimal *low, decimal *high); /* false: too many digits */

bool search_match(search *s, rid_set *out);
bool search_all(search *s, rid_set *out); /* every live resource of the type, as an array */
bool set_has(const rid_set *s, int64_t rid);
rid_set set_minus(arena *a, rid_set x, rid_set y);
bool search_collect(search *s, const table *t, const scan_options *o, int column, rid_set *out);

bool search_page(search *s, const rid_set *matches, search_answer *out);
bool search_include(search *s, search_answer *out);

#endif
