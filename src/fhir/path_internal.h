/* path_internal.h: the machine that runs a compiled path, and what its files share. PATH.md has the drawing.
 *
 * A stack entry is a collection. Each step (path_program.h) pops what it needs and pushes one collection.
 */
#ifndef LIMEN_FHIR_PATH_INTERNAL_H
#define LIMEN_FHIR_PATH_INTERNAL_H

#include "fhir/path.h"
#include "fhir/path_program.h"
#include "fhir/path_stamp.h"

/* The machine */

/* A collection under construction. */
typedef struct path_list {
	path_item *at;
	int count;
	int cap;
	int most; /* 0, or: it ends after so many, and keeps none of them, for only their number is asked */
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
	path_item *next;   /* room for items of short life, before the arena: up to `end` */
	path_item *end;
	path_item uncounted; /* where items are written of which only the number is asked */
	int64_t budget;
	int column; /* of the step under way, for messages */
	bool failed;
} path_machine;

typedef struct path_call {
	path_items input;
	const path_items *values; /* by argument position; empty for bodies and types */
	const path_arg *args;
	int count;
	path_use use; /* of a function flagged n: what is asked of what it gives */
} path_call;

/* The budget counts 16-byte pieces; an item takes four, a step makes one at most. */
enum { PATH_ITEM_COST = 4 };

/* path_run.c */
path_items path_fail(path_machine *m, failure code, text arg0, text arg1); /* empty; the run is over */
bool path_overspent(path_machine *m);
path_item *list_grown(path_machine *m, path_list *l);
void list_add(path_machine *m, path_list *l, const path_item *i);
/* A list for what is asked of it, and then the answer. */
path_list path_list_for(path_use use);
path_items path_used(path_machine *m, const path_list *l, path_use use);
path_item *path_items_new(arena *a, int64_t count); /* not cleared */
path_item *path_new_item(path_machine *m);          /* one, to be written whole */
path_items path_body(path_machine *m, const path_arg *body, const path_frame *frame);
/* Is the criterion true for this one item? Scratch is given back. */
bool path_criterion(path_machine *m, const path_arg *body, path_item *this, int64_t index);

/* False: budget spent, the run is over. */
static inline bool path_spend(path_machine *m, int64_t amount)
{
	m->budget -= amount;
	return m->budget >= 0 ? !m->failed : path_overspent(m);
}

/* One more, to be written whole; NULL: budget spent. A list that lies last in the machine's own room grows where it is. */
static inline path_item *list_slot(path_machine *m, path_list *l)
{
	if (!path_spend(m, PATH_ITEM_COST)) return NULL;
	return l->count < l->cap ? &l->at[l->count++] : list_grown(m, l);
}

static inline path_items list_items(const path_list *l)
{
	return (path_items){l->at, l->count};
}

/* Is the answer settled, so that the walk may end? */
static inline bool list_ended(const path_machine *m, const path_list *l)
{
	return m->failed || (l->most && l->count >= l->most);
}

/* path_walk.c: navigation */
void path_root_item(const path *p, const doc *d, uint32_t n, path_item *out);
uint32_t walk_to_resource(const doc *d, uint32_t n, bool contained_too);
void walk_hops(path_machine *m, const path_item *from, const path_hop *hops, int count, path_list *out);
/* A path of names alone, from the root of a resource without companions. False: it branches on the way, or leads to resources;
 * nothing is done. */
bool walk_quick(const path *p, const doc *d, arena *a, path_items *out);
/* The same of a step within a path, to at most one item. */
bool walk_straight(path_machine *m, const path_item *from, const path_step *s, path_items *out);
void walk_children(path_machine *m, const path_item *from, path_list *out);
void walk_name(path_machine *m, const path_item *from, name_id name, path_list *out); /* one plain element */
bool path_is_object(const path_item *i);                       /* a node with children of its own, not a primitive */
bool path_is_type(const path_item *i, path_type_name t);       /* or a specialisation */
bool path_is_exact_type(const path_item *i, path_type_name t); /* of a primitive exactly; as ofType() means it in R4 */

/* path_value.c: what an item is worth */
/* A primitive or Quantity node as a System value; anything else as it is. */
void path_value_into(const path_machine *m, const path_item *i, path_item *out);
static inline path_item path_value(const path_machine *m, const path_item *i)
{
	path_item v;
	path_value_into(m, i, &v);
	return v;
}
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
bool path_to_quantity(path_item *value);                /* a number becomes one of unit '1' */
bool path_is_stamp(const path_item *value);             /* a date, dateTime or time */
bool path_stamp(const path_item *value, stamp *out);    /* false: none, or no valid one */
text path_kind_name(path_kind k);
text path_item_type_name(const path_item *i);

/* path_compare.c */
tri path_equal(path_machine *m, const path_item *x, const path_item *y);
bool path_equivalent(path_machine *m, const path_item *x, const path_item *y);
tri path_equal_all(path_machine *m, path_items x, path_items y);
bool path_equivalent_all(path_machine *m, path_items x, path_items y);
path_order path_compare(path_machine *m, const path_item *x, const path_item *y); /* fails the run where kinds differ */
bool path_contains(path_machine *m, path_items list, const path_item *i);

#define FUNCTION(name, min, max, args, result, flags, run) path_function run;
#include "fhir/path_functions.def"
#undef FUNCTION

#define OPERATOR(token, precedence, boolean, decides, run) path_operator run;
#define TYPE_OPERATOR(token, precedence)
#include "fhir/path_operators.def"
#undef OPERATOR
#undef TYPE_OPERATOR

#endif
