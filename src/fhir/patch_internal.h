/* patch_internal.h: a JSON value that can be changed, for as long as a patch is applied. */
#ifndef LIMEN_FHIR_PATCH_INTERNAL_H
#define LIMEN_FHIR_PATCH_INTERNAL_H

#include "fhir/patch.h"
#include "fhir/json.h"

typedef struct leaf {
	struct leaf *parent, *first, *next; /* children in order */
	text key;                           /* in an object */
	text text;                          /* of a string, or a number's digits */
	node_kind kind;
} leaf;

/* The subtree at `n`; `of`, where given, gets the leaf of each node of the doc. */
leaf *leaf_grow(arena *a, const doc *d, uint32_t n, leaf **of);
leaf *leaf_copy(arena *a, const leaf *from);
leaf *leaf_new(arena *a, node_kind kind);
leaf *leaf_get(const leaf *object, text key);
leaf *leaf_at(const leaf *array, int64_t i);
int64_t leaf_count(const leaf *parent);
int64_t leaf_position(const leaf *child);              /* among its siblings */
void leaf_put(leaf *object, text key, leaf *value);    /* replaces in place, or adds at the end */
void leaf_insert(leaf *array, int64_t i, leaf *value); /* 0..count */
void leaf_cut(leaf *child);                            /* out of its parent */
void leaf_replace(leaf *old, leaf *value);
bool leaf_equal(const leaf *x, const leaf *y); /* RFC 6902 4.6: keys in any order, numbers by value */
int leaf_depth(const leaf *l);                 /* objects and arrays within each other, itself counted */
int leaf_level(const leaf *l);                 /* the same, upwards */
text leaf_json(arena *a, const leaf *root);

/* One patch under way. Operations count from 0, as in the document. */
typedef struct patching {
	arena *arena;
	issues *sink;
	instant now;
	leaf *root;
	int operation;
	const char *list; /* what the list of operations is called in its document: "Parameters.parameter" or "" */
} patching;
bool patch_issue(patching *p, failure code, text arg1, text arg2); /* the operation's number is argument 0 */

bool patch_json(patching *p, const doc *patch);
bool patch_path(patching *p, const doc *patch);

#endif
