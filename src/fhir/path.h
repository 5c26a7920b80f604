/* path.h: FHIRPath, compiled once, run many times.
 *
 * path_compile parses the whole N1 grammar and gives flat immutable steps, shared by threads. path_run evaluates them on
 * one node of one doc. What this build cannot evaluate is refused at compile time by name and position, never answered
 * wrongly. PATH.md draws how.
 *
 * Ownership: a compiled path lives in the arena it was compiled in; results live in the arena given to path_run, and
 * their text may point into the docs and the path. Evaluation changes nothing.
 */
#ifndef LIMEN_FHIR_PATH_H
#define LIMEN_FHIR_PATH_H

#include "fhir/definitions.h"

typedef struct path path;

typedef enum path_kind {
	PATH_NODE, /* an element of a resource: object or primitive, with its FHIR type */
	PATH_BOOLEAN,
	PATH_INTEGER,
	PATH_DECIMAL,
	PATH_STRING,
	PATH_DATE,
	PATH_DATETIME,
	PATH_TIME,
	PATH_QUANTITY,
	PATH_TYPE /* what type() gives: `text` is the name; `type` is the FHIR type, 0 for a System one */
} path_kind;

/* 64 bytes, a line of the cache: what only a node has and what only a value has lie in the same place. */
typedef struct path_item {
	path_kind kind;
	type_id type;     /* of a node: its FHIR type, 0 unknown */
	uint32_t node;    /* of a node; NODE_ABSENT with a sibling: a primitive that has only extensions or an id */
	uint32_t sibling; /* of a primitive: the node of its "_name" companion, or NODE_ABSENT */
	union {
		const doc *d; /* of a node */
		text text;    /* a string; a date's or time's own text, without '@'; a quantity's unit; a type's name */
	};
	union {
		bool boolean;
		int64_t integer;
		decimal number; /* of a decimal and of a quantity */
	};
} path_item;

typedef struct path_items {
	path_item *at;
	int count;
} path_items;

/* What an evaluation may ask of outside. Any part may be missing: without resolve what lies outside the doc is not found, and
 * without trace nobody hears; an expression that needs one of the others fails by the function's name. */
typedef struct path_outside {
	void *self;
	void *codes; /* instead of `self` for member_of, conforms, subsumes, in_slice and definition; NULL: `self` */
	instant now; /* for now(), today(), timeOfDay(); INSTANT_NONE, or no outside at all, refuses them */
	/* A reference to outside the doc: no contained resource, no entry of the same Bundle. False: not found, left out. */
	bool (*resolve)(void *self, text reference, path_item *out);
	/* Of a code, Coding, CodeableConcept or string: 1 member, 0 not, -1 unknown value set: then memberOf() is empty */
	int (*member_of)(void *self, const path_item *item, text value_set);
	/* 1 it fits the profile (of any type, by canonical URL), 0 it does not, -1 unknown profile: then conformsTo() fails */
	int (*conforms)(void *self, const path_item *item, text profile);
	/* Two different codes of one system: 1 the first is above the second, 0 it is not, -1 unknown system: then empty */
	int (*subsumes)(void *self, text system, text general, text specific);
	/* 1 the item is in that slice of the profile, 0 it is not, -1 there is no such profile or slice: then slice() fails */
	int (*in_slice)(void *self, const path_item *item, text profile, text name);
	/* The ElementDefinition that defines the item; false: none is known, left out */
	bool (*definition)(void *self, const path_item *item, path_item *out);
	/* %name beyond the standard ones and the constants; false: unknown */
	bool (*variable)(void *self, text name, path_items *out);
	void (*trace)(void *self, text name, const path_items *items); /* what trace() saw */
} path_outside;

/* `context` is the type the expression starts from, 0 unknown; where it is known, an element that type does not have
 * is refused. `constants` maps %name to the address of its text, (int64_t)(intptr_t)&text, e.g. limen → "urn:limen:";
 * may be NULL. NULL result: the sink says why; place.column is the column in the expression, for an expression has no
 * lines of its own. */
const path *path_compile(arena *a, text expression, type_id context, const map *constants, issues *sink);

/* Runs on node `n` of `d` (the root is 0), a resource or an element of the type compiled for. False: the sink says why
 * (singleton expected, budget of PATH_WORK_MAX spent …), and `out` is empty. */
bool path_run(const path *p, const doc *d, uint32_t n, const path_outside *outside, arena *a, issues *sink,
	      path_items *out);

/* Shorthands. path_true: the criteria test of where(): exactly one true. (The first item as text: path_item_text.) */
bool path_true(const path *p, const doc *d, uint32_t n, const path_outside *outside, arena *a, issues *sink);

/* The path as an expression again, in one form for all ways to write it: it compiles to the same steps. Constants are those
 * values they had. */
text path_print(arena *a, const path *p);
/* The steps as text, a line each, for a person to read; and how many they are. */
text path_explain(arena *a, const path *p);
int path_size(const path *p);

/* Its type as a person calls it: "HumanName", "String". */
text path_item_type_name(const path_item *i);
/* The item as text, as toString() gives it; for a node the primitive's own text. Empty where it has none. */
text path_item_text(arena *a, const path_item *i);
/* The item as a moment (date, dateTime, instant nodes or literals); false where it is none. */
bool path_item_moment(const path_item *i, moment *out);
/* The item as an exact number (integer, decimal nodes or literals); false where it is none. */
bool path_item_decimal(const path_item *i, decimal *out);

#endif
