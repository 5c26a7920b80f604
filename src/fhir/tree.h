/* tree.h: a resource as an immutable tree.
 *
 * A `doc` is one parsed JSON value: an array of 16-byte nodes in document order beside the bytes they speak of.
 * An object's or array's children follow it directly; `next` is the index of the node after the whole subtree, so
 * children are walked by  for (i = n + 1; i < d->nodes[n].next; i = d->nodes[i].next).
 * Digits, key order and the text of strings are kept as they came.
 *
 * Names of keys are interned: every element name FHIR R4 defines has a fixed number (NAME_status … in build/gen/names.h,
 * made from the definitions); a key FHIR does not define gets a number of this document's own, from NAME_DYNAMIC up.
 *
 * Ownership: a doc and all it points to live in the arena it was parsed into. It never changes; threads may share it.
 */
#ifndef LIMEN_FHIR_TREE_H
#define LIMEN_FHIR_TREE_H

#include "base/base.h"
#include "names.h" /* generated: enum { NAME_NONE = 0, NAME_id, NAME_resourceType, … NAME_COUNT } */

typedef uint16_t name_id;
enum { NAME_DYNAMIC = 0x8000 };

typedef enum node_kind {
	NODE_NULL,
	NODE_FALSE,
	NODE_TRUE,
	NODE_NUMBER,
	NODE_STRING,
	NODE_ARRAY,
	NODE_OBJECT
} node_kind;

typedef struct node {
	name_id name;  /* key in its object; NAME_NONE in an array and at the root */
	uint8_t kind;  /* node_kind */
	uint8_t flags; /* NODE_UNESCAPED: the text lies in doc.unescaped, else in doc.source */
	uint32_t next; /* index of the first node after this one's subtree */
	uint32_t at;   /* string, number: offset of its text. object, array: offset of its opening bracket in source */
	uint32_t len;  /* string, number: bytes. object, array: number of children */
} node;
enum { NODE_UNESCAPED = 1 };

/* A key of the root, found without going from node to node past all that lies between. */
typedef struct root_key {
	uint32_t node;
	name_id name;
} root_key;

/* What FHIRPath asks of first comes first. */
typedef struct doc {
	const node *nodes;
	/* Of an object json_parse read: its keys in order, and the bit `name & 63` of each, so that one that is not there is
	 * mostly known at once. Else NULL. */
	const root_key *root;
	uint64_t root_bits;
	uint32_t root_count;
	uint32_t count;
	uint16_t type;         /* of a resource json_parse_resource read: its type_id; else 0, not looked up */
	bool no_companions;    /* known: no key begins with an underscore */
	const char *source;    /* the JSON as it came */
	const char *unescaped; /* texts of strings that had escapes */
	const text *names;     /* of this document's own names: names[id - NAME_DYNAMIC] */
	uint32_t name_count;
} doc;

enum { NODE_ABSENT = 0 }; /* index 0 is the root, which is nobody's child: so 0 says "not there" */

name_id name_find(text name);               /* a defined name; NAME_NONE where FHIR has none such */
text name_text(const doc *d, name_id name); /* d may be NULL for defined names */
name_id name_companion(name_id name); /* of status: _status, where id and extensions of a primitive are; and back */
bool name_is_companion(name_id name); /* it begins with an underscore */
name_id doc_name(const doc *d, text name); /* defined, or this document's own; NAME_NONE */

text doc_text(const doc *d, uint32_t n);                         /* a string's or number's text; empty for others */
uint32_t doc_get(const doc *d, uint32_t object, name_id name);   /* a child by name, or NODE_ABSENT */
text doc_get_text(const doc *d, uint32_t object, name_id name);  /* the child's text, empty where it is not there */
uint32_t doc_first(const doc *d, uint32_t object, name_id name); /* like doc_get, into the first item of an array */
text doc_type(const doc *d);                                     /* resourceType of the root, or empty */
/* The object `n` as a doc of its own, over the same source. */
doc doc_part(arena *a, const doc *d, uint32_t n);
/* Same keys in the same order, same digits, same text. */
bool doc_equal(const doc *x, uint32_t xn, const doc *y, uint32_t yn);

#endif
