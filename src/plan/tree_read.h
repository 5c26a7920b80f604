/* tree_read.h: reading a file's JSON tree, saying what is wrong with its place. Each function gives something usable when it fails
 * and leaves `bad` set, so that a reader may go on and tell of the next fault too. */
#ifndef LIMEN_PLAN_TREE_READ_H
#define LIMEN_PLAN_TREE_READ_H

#include "fhir/fhir.h"

typedef struct tree {
	arena *arena;
	doc doc;
	text file;
	issues *sink;
	bool bad;
} tree;

bool tree_parse(tree *t, text source);
bool tree_refuse(tree *t, uint32_t node, failure code, const text args[3]); /* always false */
bool tree_refuse_one(tree *t, uint32_t node, failure code, text arg);
/* A child; NODE_ABSENT where it is not there or not of this kind, which is told. */
uint32_t tree_get(tree *t, uint32_t object, const char *key, node_kind kind);
uint32_t tree_may(tree *t, uint32_t object, const char *key); /* NODE_ABSENT is fine */
int64_t tree_int(tree *t, uint32_t node, int64_t low, int64_t high);
int64_t tree_get_int(tree *t, uint32_t object, const char *key, int64_t low, int64_t high);
text tree_get_text(tree *t, uint32_t object, const char *key); /* not empty */
bool tree_get_bool(tree *t, uint32_t object, const char *key);
bool tree_is(tree *t, uint32_t node, node_kind kind); /* else told */
int tree_count(const tree *t, uint32_t list);
/* Walks a list or object: for (i = tree_first(list); i < tree_end(t, list); i = tree_next(t, i)) */
static inline uint32_t tree_first(uint32_t list)
{
	return list + 1;
}
static inline uint32_t tree_end(const tree *t, uint32_t list)
{
	return list == NODE_ABSENT ? 0 : t->doc.nodes[list].next;
}
static inline uint32_t tree_next(const tree *t, uint32_t i)
{
	return t->doc.nodes[i].next;
}

/* Names to numbers, in the order they were met. */
typedef struct tree_names {
	text *name;
	int count;
	uint32_t *slot; /* open hashing over 2 * cap; number + 1 */
	uint32_t mask;
} tree_names;
tree_names tree_names_new(arena *a, int cap);
int tree_names_add(tree *t, tree_names *n, uint32_t node, text name); /* told where it is there already */
int tree_names_find(const tree_names *n, text name);                  /* -1 */
/* The number of the name at `node`; told where there is none: `what` says where it was sought. 0 then. */
int tree_names_get(tree *t, const tree_names *n, uint32_t node, const char *what);

#endif
