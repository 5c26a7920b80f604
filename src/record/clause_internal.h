/* clause_internal.h: what a search asks: clauses, the values they are tried with, the order, what comes along; sets of resources. */
#ifndef LIMEN_RECORD_CLAUSE_INTERNAL_H
#define LIMEN_RECORD_CLAUSE_INTERNAL_H

#include "record/internal.h"

typedef enum modifier {
	MOD_NONE,
	MOD_MISSING,
	MOD_NOT,
	MOD_EXACT,
	MOD_CONTAINS,
	MOD_TEXT,
	MOD_IN,
	MOD_NOT_IN,
	MOD_ABOVE,
	MOD_BELOW,
	MOD_OF_TYPE,
	MOD_IDENTIFIER,
	MOD_TYPE
} modifier;

/* What a clause asks about. */
typedef enum subject {
	SUBJECT_PARAM,
	SUBJECT_ID,
	SUBJECT_UPDATED,
	SUBJECT_LIST,  /* _list */
	SUBJECT_CHAIN, /* what its references lead to */
	SUBJECT_HAS,   /* what refers to it */
	SUBJECT_ANY    /* one of several clauses: a compartment */
} subject;

/* ---- tests: a value between commas, understood ---- */

typedef enum comparison { IS_EQ, IS_NE, IS_GT, IS_LT, IS_GE, IS_LE, IS_SA, IS_EB, IS_AP } comparison;

typedef struct place_referred { /* a resource a reference may mean */
	text type, id;
	int64_t rid; /* 0: nothing refers to it, nobody wrote it */
} place_referred;

typedef struct test {
	comparison how;
	text said;   /* as written, unescaped */
	text value;  /* token: code; string: key; uri; _id; words: folded; of-type: the identifier's value */
	text system; /* token, quantity */
	bool any_system, any_code;
	bool implied; /* token: also a bare code, whose element implies this system */
	text unit;    /* quantity; of-type: the type's code */
	bool any_unit;
	bool canonical;         /* quantity: compared in base units */
	instant low, high;      /* date */
	text low_key, high_key; /* number: the span meant by eq, ne, ap; else both the number itself */
	place_referred *places; /* reference, _list */
	int place_count;
	text version;            /* reference: to this version only */
	const struct test *also; /* date, number: the other end of a range (ranges_join) */
	struct test *parts;      /* composite */
	double latitude, longitude, kilometres;
	text *words; /* _text, _content: all of them */
	int word_count;
} test;

typedef struct clause clause;
typedef struct clause_link { /* a chain's next step */
	search_type *type;
	const clause *clause;
} clause_link;

struct clause {
	text name; /* as written, with its modifier */
	subject subject;
	search_type *type;         /* whose parameter; of _has: the type that refers */
	const search_param *param; /* PARAM; CHAIN: of this type; HAS: of the type that refers */
	modifier modifier;
	text target; /* MOD_TYPE */
	bool wanted_missing;
	test *tests;
	int test_count;
	clause_link *links; /* CHAIN: one for each type; HAS: one; ANY: alternatives */
	int link_count;
};

typedef struct sort_key {
	subject subject;
	text code;
	const search_param **params; /* of each part */
	bool descending;
} sort_key;

typedef struct include {
	bool reverse, iterate;
	search_type *of;           /* whose parameter; NULL: of any type */
	const search_param *param; /* NULL: all references */
	text target;               /* only of this type; may be empty */
} include;

enum { CLAUSES_MAX = 64, SORT_KEYS_MAX = 4, INCLUDES_MAX = 32, CHAIN_MAX = 12 };

/* A set of resources: row numbers, ascending. `all`: every live one of the type. */
typedef struct rid_set {
	int64_t *at;
	int64_t count;
	bool all;
} rid_set;

#endif
