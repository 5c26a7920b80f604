/* path_program.h: a path as text, as tokens and as compiled. What a compiled path is made of, the tables of operators and
 * functions it is compiled with, and what is known of a collection before anything runs.
 *
 * A compiled path is a list of steps for a stack machine (path_internal.h). Bodies (the criteria of where(), the
 * projection of select() …) lie in the same list, jumped over when met and run when their function asks.
 */
#ifndef LIMEN_FHIR_PATH_PROGRAM_H
#define LIMEN_FHIR_PATH_PROGRAM_H

#include "fhir/path.h"

/* Lexer */

typedef enum path_token_kind {
	TOKEN_END,
	TOKEN_NAME,
	TOKEN_QUOTED_NAME,
	TOKEN_STRING,
	TOKEN_INTEGER,
	TOKEN_DECIMAL,
	TOKEN_DATE,
	TOKEN_DATETIME,
	TOKEN_TIME,
	TOKEN_VARIABLE,
	TOKEN_DOLLAR,
	TOKEN_SYMBOL
} path_token_kind;

typedef struct path_token {
	path_token_kind kind;
	text text;  /* a name's or string's value, unescaped; else as written, without @, % or $ */
	int column; /* bytes, from 1 */
} path_token;

/* All tokens of the expression, the last one TOKEN_END. NULL: the sink says why. */
path_token *path_lex(arena *a, text expression, issues *sink, int *count);

/* Steps */

typedef enum path_op {
	OP_THIS,
	OP_INDEX,
	OP_TOTAL,
	OP_EMPTY,
	OP_LITERAL,
	OP_VARIABLE, /* %resource, %context, or a name only the outside knows */
	OP_DEFINED,  /* a variable of defineVariable(), by its slot */
	OP_START,    /* $this through a type filter and hops: the fast path */
	OP_HOPS,     /* replaces the top by where the hops lead */
	OP_ITEM,     /* x[i] */
	OP_NEGATE,
	OP_PLUS,
	OP_BINARY,
	OP_DECIDE, /* before the right side of and, or, implies: jumps where the left side decides */
	OP_IS,
	OP_AS,
	OP_BODY, /* jumps over a body, pushing an empty collection in its place */
	OP_CALL
} path_op;

/* A type as an expression names it. "Quantity" without a namespace may be both. */
typedef struct path_type_name {
	type_id fhir;
	int system; /* a path_kind, or -1 */
} path_type_name;

/* One of the JSON names of a choice, and the type it says. */
typedef struct path_choice {
	name_id name;
	type_id type;
} path_choice;

/* What is asked of where hops lead: all items, or one word on how many they are, for which none is made. */
typedef enum path_use { USE_ITEMS, USE_COUNT, USE_EXISTS, USE_EMPTY } path_use;

/* One element name on the way. `name` is NAME_NONE where FHIR knows no such name: then `text` is looked for. */
typedef struct path_hop {
	name_id name;
	name_id companion; /* "_name" where that is a defined name */
	name_id
	    choice_last; /* where some FHIR type has a choice of this name: the last name that begins with it; else 0 */
	type_id
	    from; /* where the item's type is `from`, a plain child's type is `to`, and a choice's is in `choices` */
	type_id to;
	const path_choice *choices; /* the JSON names of the choice `from` has */
	int choice_count;
	type_id only;  /* of a choice this one type is meant (ofType): `name` is then the JSON name that has it */
	uint64_t bits; /* those of doc.root_bits of which one must be set where the element is there */
	text text;
} path_hop;

typedef enum path_arg_kind { ARG_VALUE, ARG_BODY, ARG_TYPE } path_arg_kind;

struct path_pattern; /* a regular expression ready to match: path_pattern.c */

typedef struct path_arg {
	path_arg_kind kind;
	bool descending; /* sort(-x) */
	int from, to;    /* of a body: its steps */
	int slot;        /* of defineVariable's name: where its value is kept */
	path_type_name type;
	const struct path_pattern *pattern; /* of a literal pattern, compiled with the path */
} path_arg;

typedef struct path_step {
	path_op op;
	int column;
	int first;           /* literal, hop, slot, operator or function number; of a jump: its target */
	int count;           /* hops or arguments; of OP_DECIDE: its operator */
	int args;            /* of a call: the first of its arguments */
	path_use use;        /* OP_START, OP_HOPS, OP_CALL of a function that can tell */
	path_type_name type; /* OP_START: the root's filter; OP_IS, OP_AS */
	text name;           /* OP_VARIABLE */
} path_step;

/* FHIR types the machine asks for by name, looked up once per compile. */
typedef struct path_types {
	type_id decimal, date, date_time, instant, time, quantity, element, extension, resource, domain_resource, xhtml,
	    coding, concept;
} path_types;

struct path {
	text source;
	type_id context;
	const path_step *steps;
	const path_hop *hops;
	path_item *literals; /* read by all threads, written by none; not const, for a collection may be one of them */
	const path_arg *args;
	int step_count;
	int literal_count;
	int stack_max;
	int slot_count;
	const text *slot_names;
	type_id plain;      /* of one step of names, of which all items are asked: the type they start from; else 0 */
	bool keeps_scratch; /* something outside may keep what is made on the way: scratch is not rewound */
	path_types types;
};

/* path_run.c: what steps over literals alone come to, at compile time. FOLD_DONE: one value that could be written as a literal;
 * FOLD_FAILED: they cannot but fail, the sink says why. */
typedef enum path_folded { FOLD_NOT, FOLD_DONE, FOLD_FAILED } path_folded;
path_folded path_fold(arena *a, const path *p, issues *sink, path_item *out);

/* path_pattern.c: regular expressions. NULL: *why says what is wrong with it, in English, as PCRE2 says it. */
const struct path_pattern *pattern_new(arena *a, text source, text *why);

/* Tables */

struct path_machine;
struct path_call;
typedef path_items path_function(struct path_machine *m, const struct path_call *c);
typedef path_items path_operator(struct path_machine *m, path_items left, path_items right);

/* path_operators.def */
typedef enum path_decides { DECIDES_NOTHING, DECIDES_FALSE, DECIDES_TRUE, DECIDES_NOT } path_decides;
typedef struct path_operator_row {
	const char *token;
	int precedence;       /* higher binds tighter */
	bool boolean;         /* the result is a boolean */
	path_decides decides; /* the left side that settles the result alone; DECIDES_NOT: false makes it true */
	path_operator *run;   /* NULL: is, as, whose right side is a type */
} path_operator_row;
extern const path_operator_row path_operators[];
extern const int path_operator_count;

/* path_functions.def */
/* What is known at compile time of what a function gives: the input or a part of it; anything; a System value; what
 * its first body gives; what input and argument have in common; what iif()'s branches have in common; elements of a
 * type. */
typedef enum path_result {
	RESULT_SAME,
	RESULT_ANY,
	RESULT_BOOLEAN,
	RESULT_INTEGER,
	RESULT_STRING,
	RESULT_BODY,
	RESULT_UNION,
	RESULT_CHOICE,
	RESULT_EXTENSION,
	RESULT_CHILDREN,
	RESULT_TYPE,
	RESULT_AS
} path_result;
typedef struct path_function_row {
	const char *name;
	int min, max;
	const char *args;   /* a letter an argument, the last one repeated: see path_functions.def */
	path_result result; /* what is known of the result at compile time */
	const char *flags;  /* see path_functions.def */
	path_function *run;
} path_function_row;
extern const path_function_row path_functions[];
extern const int path_function_count;
int path_function_find(text name); /* -1: there is none */

/* path_shape.c: what is known of a collection at compile time */
typedef struct shape {
	int kind;       /* a path_kind, or -1: unknown */
	type_id type;   /* of nodes: all are of this type; 0 unknown */
	bool unordered; /* from children() or descendants() */
} shape;

bool shape_may_be_choice(name_id name);
name_id shape_choice_last(name_id name); /* names are in order: those that begin with this one follow it */
bool shape_is_complete(type_id t);       /* what this type does not have, no item of it has */
shape shape_of_type(type_id t);
int shape_system_kind(text name); /* "String": PATH_STRING; -1: none */
shape shape_as(shape in, path_type_name t);
shape shape_common(shape x, shape y);
shape shape_of_call(const path_function_row *f, shape input, const shape *of_args, const path_arg *args, int count);

#endif
