/* internal.h: what the files of form/ share. */
#ifndef LIMEN_FORM_INTERNAL_H
#define LIMEN_FORM_INTERNAL_H

#include "form/form.h"

typedef enum item_type {
#define ITEM_TYPE(name, word, key) ITEM_##name,
#include "form/types.def"
#undef ITEM_TYPE
	ITEM_TYPE_COUNT
} item_type;

name_id item_value_key(item_type t);

typedef enum when_operator {
	WHEN_EXISTS,
	WHEN_EQ,
	WHEN_NE,
	WHEN_GT,
	WHEN_LT,
	WHEN_GE,
	WHEN_LE,
	WHEN_COUNT
} when_operator;

typedef struct enable_when {
	int question; /* item */
	when_operator op;
	path_item wanted;
} enable_when;

typedef struct form_variable {
	text name;
	const path *path; /* or */
	text query;       /* x-fhir-query */
} form_variable;

typedef struct form_constraint {
	text key, human;
	severity severity;
	const path *path; /* must be true */
} form_constraint;

/* minValue and its like: a value in the Questionnaire, or an expression beside it. */
typedef struct form_bound {
	bool given;
	path_item value;
	const path *path;
} form_bound;

/* Choices that are there only while a condition holds (answerOptionsToggleExpression). */
typedef struct form_toggle {
	uint32_t node; /* the extension: its parts `option` are the choices */
	const path *path;
} form_toggle;

typedef struct form_item {
	text link_id, label;
	item_type type;
	uint32_t node;    /* in the Questionnaire; of item 0, the form itself, the root */
	int parent, next; /* the item after this one's subtree */
	bool required, repeats, any;
	int64_t min_occurs, max_occurs, min_length, max_length, max_decimals; /* -1: none */
	decimal max_size;
	bool has_max_size;
	const enable_when *when;
	int when_count;
	const path *enabled, *calculated, *initial, *options, *instances;
	text instances_name, value_set, units;
	const form_toggle *toggles;
	int toggle_count;
	const path *pattern;
	form_bound least, most;
	const form_variable *variables;
	int variable_count;
	const form_constraint *constraints;
	int constraint_count;
} form_item;

struct form_plan {
	arena *arena;
	doc d; /* the Questionnaire */
	const terms *codes;
	form_item *items;
	int count, cap;
	map by_link;
	bool calculates, enables;
	const path *compare[WHEN_COUNT];
};

/* ---- an open form ---- */
typedef struct form_value {
	text key, json;
} form_value;

typedef struct form_values {
	bool set;
	const form_value *at;
	int count;
} form_values;

typedef struct entry_answer {
	uint32_t node, value; /* the answer, its value[x] (or absent) */
	type_id type;
} entry_answer;

/* An item of the response: one for each item of the form and each repetition of its group. */
typedef struct entry {
	int item, parent, next;
	uint32_t node;
	int answer; /* of the parent, in which it lies; -1: in none */
	int first_answer, answer_count;
	int values; /* answers that have a value */
	text key, place;
} entry;

typedef struct entry_list {
	entry *at;
	int count, cap;
	entry_answer *answers;
	int answer_count, answer_cap;
} entry_list;

/* The value a group's repetition stands for (itemPopulationContext). */
typedef struct group_binding {
	text key, name;
	path_item value;
} group_binding;

struct open_form {
	const form_plan *f;
	const form_around *around;
	arena *arena;
	issues *found;
	path_outside outside;
	doc given, shown;   /* with all answers; with those of enabled items only */
	entry_list entries; /* of `shown` */
	bool *enabled;
	map origin; /* key → text *: the place in the response that was handed in */
	group_binding *bindings;
	int binding_count, binding_cap;
	map remembered; /* "entry:name" → path_items * of a variable, while `shown` stands */
	int at, depth;  /* the entry whose expression runs; variables within each other */
	bool comparing; /* %answer and %wanted are these: */
	path_item answer, wanted;
	int *fault_items; /* of form_check's issues */
	int fault_count, fault_cap;
};

/* read.c */
uint32_t extension_next(const doc *d, uint32_t object, const char *name, uint32_t after);
uint32_t extension_value(const doc *d, uint32_t object, const char *name, name_id key);
text item_place(arena *a, const form_plan *f, int item);

/* read_expression.c */
const path *expression_compile(form_plan *f, int item, uint32_t expression, issues *sink);
bool expressions_read(form_plan *f, int item, issues *sink);
bool enable_read(form_plan *f, int item, issues *sink);

/* read_rule.c */
bool rules_read(form_plan *f, int item, issues *sink);

/* entry.c */
bool entries_build(const form_plan *f, arena *a, const doc *d, entry_list *out, issues *unknown);

/* write.c */
typedef struct form_writing {
	const form_plan *f;
	const doc *d;              /* where what was answered stands */
	const bool *enabled;       /* NULL: all are */
	const form_values *values; /* instead of answers, by entry; NULL: none */
	const entry_list *entries; /* with `filled`: of `d` */
	const bool *filled;        /* only what is filled; NULL: the whole skeleton */
	const int *instances;      /* at least so many repetitions of a group, by item; NULL: one */
	int next;                  /* entry */
} form_writing;
text form_write(arena *a, form_writing *w);
bool form_rewrite(open_form *o, const form_values *values, const int *instances, issues *sink);

/* run.c */
void form_outside(open_form *o);
text form_query(open_form *o, text query, int entry);
bool form_run(open_form *o, const path *p, int entry, path_items *out);
bool form_holds(open_form *o, const path *p, int entry, bool none);
path_item node_item(const doc *d, uint32_t n, type_id t);
bool value_node(const doc *d, uint32_t object, type_id owner, name_id base, uint32_t *n, type_id *t);

/* enable.c */
bool enable_settle(open_form *o, issues *sink);
bool form_compare(open_form *o, when_operator op, const path_item *answer, const path_item *wanted);

/* compute.c */
bool form_begin(open_form *o, issues *sink);
bool form_settle(open_form *o, issues *sink);
bool calculated_stands(open_form *o, int entry); /* the answer is what is calculated, or nothing is */

/* option.c */
bool option_toggled(open_form *o, int entry, text key, const doc *d, uint32_t n); /* is this choice there now? */

/* value.c */
bool value_of_item(open_form *o, int entry, const path_item *i, form_value *out);
form_value value_of_node(arena *a, const doc *d, uint32_t n);

/* check_value.c */
void check_answer(open_form *o, int entry, int answer, issues *sink);
void check_exclusive(open_form *o, int entry, issues *sink);
text form_label(const open_form *o, int entry);
place answer_place(const open_form *o, int entry, int answer);

#endif
