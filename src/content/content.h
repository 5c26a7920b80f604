/* content.h: knowledge as files. Laws, deadlines, kinds of task, links and facts are YAML in content/; this floor reads them
 * (libfyaml), checks them, and makes one immutable image with a hash. What a clock or a task means is not known here: each floor
 * above registers the kinds of entry it understands, with a compiler for them.
 *
 * An entry is a mapping with an id, e.g. `clock: udredningsret`. The first key says its kind. A hospital's own folder overrides
 * an entry by the same kind and id, whole. An unknown key, a wrong expression or a failing example case refuses the whole image,
 * with file, line and reason; the image that was active stays as it was.
 */
#ifndef LIMEN_CONTENT_H
#define LIMEN_CONTENT_H

#include "fhir/fhir.h"

/* One entry: its YAML as a tree (fhir/tree.h; keys are document-own names), and where each node stood. */
typedef struct content_entry {
	text kind, id;
	text file;
	const doc *d;
	uint32_t node;
	const int32_t *lines;             /* line of each node of d, from 1 */
	const int32_t *columns;           /* column of each text of d that stands on one line, from 1; else 0 */
	int layer;                        /* 0: shipped, 1: the hospital's own */
	void *compiled;                   /* what the kind's compiler made */
	struct content_entry *overridden; /* the entry of the shipped content that this one replaces, or NULL */
} content_entry;

typedef struct image {
	arena *arena;
	content_entry **entries;      /* sorted by kind, then id */
	const content_entry **listed; /* the same, for content_each */
	int count;
	digest hash;   /* over kind, id and canonical text of every entry */
	map constants; /* %names for FHIRPath: limen, … */
	const struct calendar *calendar;
	struct image_shelf *shelves; /* image_keep */
} image;

/* A kind of entry. `keys` is a NULL-ended list of the keys allowed at its top level ("limit", "start", …). compile runs in the
 * order of registration, after all files are read; it may look up entries of kinds registered before it. Returns NULL where it
 * added errors. check runs last, over the finished image: example cases. */
typedef struct content_kind {
	const char *name;
	bool (*ready)(
	    image *m,
	    issues *sink); /* may be NULL: runs after every entry of this kind was compiled, before the next kind */
	const char *const *keys;
	void *(*compile)(image *m, const content_entry *e, issues *sink);
	bool (*check)(const image *m, const content_entry *e, issues *sink);
} content_kind;
void content_register(const content_kind *k); /* before content_load; kept by copy. Kind "holiday" is content's own */

/* A file to load: name for messages, and its text. */
typedef struct content_file {
	text name, source;
} content_file;
/* The files embedded at build. */
const content_file *content_embedded(int *count);

/* Makes an image of the files, later ones overriding earlier ones by kind and id (two entries alike in one layer are an
 * error). NULL: refused. */
image *content_load(const content_file *shipped, int shipped_count, const content_file *own, int own_count,
		    issues *sink);
void content_free(image *m);
/* Of what the entries of these kinds say, a NULL-ended list; the image's own hash is that of all. */
digest content_digest(const image *m, const char *const *of, arena *a);

const content_entry *content_find(const image *m, text kind, text id);
int content_each(const image *m, text kind, const content_entry ***out); /* entries of a kind, sorted by id */

/* What an entry says otherwise than another of its kind, key by key: the order of keys and the layout do not matter. Of a list the item
 * is named in brackets, by its own name (name, fact, field, code …) where each has one, else by its number. */
typedef struct content_change {
	text where;         /* "limit", "cases[the day itself].due" */
	text before, after; /* as it is written; NULL, 0: it is not there */
	bool reordered;     /* a list of the same items in another order; no values then */
} content_change;
int content_changes(arena *a, const content_entry *before, const content_entry *after, content_change **out);

/* Help for compilers: typed reading of keys, with file and line in the issue where it is wrong. */
place content_place(const content_entry *e, uint32_t node);
bool content_text(const content_entry *e, uint32_t object, const char *key, bool required, text *out, issues *sink);
bool content_int(const content_entry *e, uint32_t object, const char *key, bool required, int64_t *out, issues *sink);
bool content_date(const content_entry *e, uint32_t object, const char *key, bool required, day *out, issues *sink);
uint32_t content_get(const content_entry *e, uint32_t object, const char *key); /* NODE_ABSENT */
/* Refuses keys of `object` that are not in the NULL-ended list; refuses what is no mapping. */
bool content_keys(const content_entry *e, uint32_t object, const char *const *keys, issues *sink);
/* The text is one of the NULL-ended choices: gives its number. Missing: `none` and true. */
bool content_choice(const content_entry *e, uint32_t object, const char *key, const char *const *choices, int none,
		    int *out, issues *sink);
/* A text that may be given as one value or as a list: gives how many, -1 where it is wrong. Nodes in the image's arena. */
int content_list(image *m, const content_entry *e, uint32_t object, const char *key, bool required, uint32_t **out,
		 issues *sink);
/* A text in two languages: {da: …, en: …} under the key. */
bool content_both(const content_entry *e, uint32_t object, const char *key, bool required, text *da, text *en,
		  issues *sink);
/* FHIRPath of a node, with the entry's file, line and column in the issue where it is wrong. NULL: refused. */
const path *content_path_of(image *m, const content_entry *e, uint32_t node, type_id context, issues *sink);
/* The same of a key; NULL without an issue where the key is missing and not required. */
const path *content_path(image *m, const content_entry *e, uint32_t object, const char *key, bool required,
			 type_id context, issues *sink);

/* What a floor makes of a whole image (a list of all facts, say), kept with it under the floor's name. */
void image_keep(image *m, const char *name, void *what);
void *image_kept(const image *m, const char *name); /* NULL: nothing */

#endif
