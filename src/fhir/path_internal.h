/* path_internal.h: what the path_*.c files share. PATH.md has the drawing.
 *
 * A compiled path is a list of steps for a stack machine. A stack entry is a collection. Each step pops what it needs
 * and pushes one collection. Bodies (the criteria of where(), the projection of select() …) lie in the same list,
 * jumped over when met and run when their function asks.
 */
#ifndef LIMEN_FHIR_PATH_INTERNAL_H
#define LIMEN_FHIR_PATH_INTERNAL_H

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

/* Stamps: dates, dateTimes and times by their parts, as FHIRPath compares them */

typedef enum stamp_part {
	STAMP_NONE,
	STAMP_YEAR,
	STAMP_MONTH,
	STAMP_DAY,
	STAMP_HOUR,
	STAMP_MINUTE,
	STAMP_SECOND,
	STAMP_FRACTION
} stamp_part;

typedef struct stamp {
	int year, month, day, hour, minute, second, nano;
	stamp_part last; /* the smallest part that is there */
	int digits;      /* of the fraction as written */
	bool is_time;    /* a time of day: no year, month, day */
	bool has_zone;
	int zone_minutes;
} stamp;

typedef enum path_order { ORDER_UNKNOWN = -2, ORDER_LESS = -1, ORDER_EQUAL = 0, ORDER_GREATER = 1 } path_order;

bool stamp_parse(text t, stamp *out);      /* date or dateTime, hours without minutes too */
bool stamp_parse_time(text t, stamp *out); /* hh, hh:mm, hh:mm:ss, hh:mm:ss.fff */
text stamp_text(arena *a, const stamp *s);
path_order stamp_compare(const stamp *x, const stamp *y);
bool stamp_add(stamp *s, int64_t amount, stamp_part part); /* fractions in milliseconds; false: out of range */
stamp stamp_boundary(const stamp *s, bool high, stamp_part last, int digits);

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

/* One element name on the way. `name` is NAME_NONE where FHIR knows no such name: then `text` is looked for. */
typedef struct path_hop {
	name_id name;
	name_id companion;  /* "_name" where that is a defined name */
	bool may_be_choice; /* some FHIR type has a choice element of this name */
	type_id from;       /* where the item's type is `from`, a plain child's type is `to` */
	type_id to;
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
	path_type_name type; /* OP_START: the root's filter; OP_IS, OP_AS */
	text name;           /* OP_VARIABLE */
} path_step;

/* FHIR types the machine asks for by name, looked up once per compile. */
typedef struct path_types {
	type_id decimal, date, date_time, instant, time, quantity, element, extension;
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
	bool keeps_scratch; /* something outside may keep what is made on the way: scratch is not rewound */
	path_types types;
};

/* The machine */

/* A collection under construction. */
typedef struct path_list {
	path_item *at;
	int count;
	int cap;
} path_list;

/* What $this, $index and $total mean in a body. */
typedef struct path_frame {
	path_items this;
	int64_t index;
	path_items total;
} path_frame;

typedef struct path_machine {
	const path *p;
	const doc *d;
	arena *arena;
	issues *sink;
	const path_outside *outside;
	path_item root; /* what the path runs on: %context */
	path_frame *frame;
	path_items *stack;
	int top;
	path_items *slots; /* variables of defineVariable() */
	int64_t budget;
	int column; /* of the step under way, for messages */
	bool failed;
} path_machine;

typedef struct path_call {
	path_items input;
	const path_items *values; /* by argument position; empty for bodies and types */
	const path_arg *args;
	int count;
} path_call;

typedef path_items path_function(path_machine *m, const path_call *c);
typedef path_items path_operator(path_machine *m, path_items left, path_items right);

/* path_run.c */
path_items path_fail(path_machine *m, failure code, text arg0, text arg1); /* empty; the run is over */
bool path_spend(path_machine *m, int64_t amount);                          /* false: budget spent, the run is over */
void list_add(path_machine *m, path_list *l, const path_item *i);
path_items list_items(const path_list *l);
path_items path_body(path_machine *m, const path_arg *body, const path_frame *frame);
/* Is the criterion true for this one item? Scratch is given back. */
bool path_criterion(path_machine *m, const path_arg *body, const path_item *this, int64_t index);

/* path_walk.c: navigation */
path_item path_root_item(const path *p, const doc *d, uint32_t n);
uint32_t walk_to_resource(const doc *d, uint32_t n, bool contained_too);
void walk_hops(path_machine *m, const path_item *from, const path_hop *hops, int count, path_list *out);
void walk_children(path_machine *m, const path_item *from, path_list *out);
void walk_name(path_machine *m, const path_item *from, name_id name, path_list *out); /* one plain element */
bool path_is_object(const path_item *i);                       /* a node with children of its own, not a primitive */
bool path_is_type(const path_item *i, path_type_name t);       /* or a specialisation */
bool path_is_exact_type(const path_item *i, path_type_name t); /* of a primitive exactly; as ofType() means it in R4 */

/* path_value.c: what an item is worth */
/* A primitive or Quantity node as a System value; anything else as it is. */
path_item path_value(const path_machine *m, const path_item *i);
bool path_has_value(const path_item *i);
bool path_is_valueless(const path_item *i); /* a primitive with a companion only */
typedef enum tri { TRI_FALSE, TRI_TRUE, TRI_EMPTY } tri;
tri path_tri(path_machine *m, path_items items); /* singleton evaluation to a boolean */
path_items path_boolean(path_machine *m, bool b);
path_items path_of_tri(path_machine *m, tri t);
path_items path_integer(path_machine *m, int64_t n);
path_items path_decimal(path_machine *m, decimal d);
path_items path_string(path_machine *m, text t);
path_items path_one(path_machine *m, const path_item *i);
path_items path_none(void);
/* The single item's value; false where there is none, or (failing the run) more than one. */
bool path_single(path_machine *m, path_items items, path_item *out);
/* The same of one kind; another kind fails the run. */
bool path_single_text(path_machine *m, path_items items, text *out);
bool path_single_integer(path_machine *m, path_items items, int64_t *out);
bool path_number(const path_item *value, decimal *out); /* integer or decimal */
text path_kind_name(path_kind k);
text path_item_type_name(const path_item *i);

/* path_compare.c */
tri path_equal(path_machine *m, const path_item *x, const path_item *y);
bool path_equivalent(path_machine *m, const path_item *x, const path_item *y);
tri path_equal_all(path_machine *m, path_items x, path_items y);
bool path_equivalent_all(path_machine *m, path_items x, path_items y);
path_order path_compare(path_machine *m, const path_item *x, const path_item *y); /* fails the run where kinds differ */
bool path_contains(path_machine *m, path_items list, const path_item *i);

/* path_quantity.c: units */
typedef struct unit_value {
	decimal number;   /* in base units */
	int8_t powers[8]; /* of the base units */
	bool calendar;    /* a calendar year or month, comparable with its like alone */
} unit_value;
bool unit_known(text unit, unit_value *out); /* of one such unit */
bool quantity_base(const path_item *q, unit_value *out);
bool unit_is_calendar(text unit);
/* A duration as part of a stamp; false: not usable in date arithmetic. */
bool quantity_duration(const path_item *q, stamp_part *part, int64_t *amount);
bool quantity_parse(text t, path_item *out); /* "4 days", "10.1 'mg'", "1" */

/* path_pattern.c: regular expressions. NULL: *why says what is wrong with it, in English, as PCRE2 says it. */
const struct path_pattern *pattern_new(arena *a, text source, text *why);

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
	const char *args;   /* a letter an argument, the last one repeated: v value, e body, t type */
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
bool shape_is_complete(type_id t); /* what this type does not have, no item of it has */
shape shape_of_type(type_id t);
int shape_system_kind(text name); /* "String": PATH_STRING; -1: none */
shape shape_as(shape in, path_type_name t);
shape shape_common(shape x, shape y);
shape shape_of_call(const path_function_row *f, shape input, const shape *of_args, const path_arg *args, int count);

#define FUNCTION(name, min, max, args, result, flags, run) path_function run;
#include "fhir/path_functions.def"
#undef FUNCTION

#define OPERATOR(token, precedence, boolean, decides, run) path_operator run;
#define TYPE_OPERATOR(token, precedence)
#include "fhir/path_operators.def"
#undef OPERATOR
#undef TYPE_OPERATOR

#endif
