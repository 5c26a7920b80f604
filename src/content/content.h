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
	const int32_t *lines; /* line of each node of d, from 1 */
	void *compiled;       /* what the kind's compiler made */
	struct content_entry *overridden; /* the entry of the shipped content that this one replaces, or NULL */
} content_entry;

typedef struct image {
	arena *arena;
	content_entry **entries; /* sorted by kind, then id */
	int count;
	digest hash; /* over kind, id and canonical text of every entry */
	map constants; /* %names for FHIRPath: limen, … */
	const struct calendar *calendar;
} image;

/* A kind of entry. `keys` is a NULL-ended list of the keys allowed at its top level ("limit", "start", …). compile runs in the
 * order of registration, after all files are read; it may look up entries of kinds registered before it. Returns NULL where it
 * added errors. check runs last, over the finished image: example cases. */
typedef struct content_kind {
	const char *name;
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
image *content_load(const content_file *shipped, int shipped_count, const content_file *own, int own_count, issues *sink);
void content_free(image *m);

const content_entry *content_find(const image *m, text kind, text id);
int content_each(const image *m, text kind, const content_entry ***out); /* entries of a kind, sorted by id */

/* Help for compilers: typed reading of keys, with file and line in the issue where it is wrong. */
place content_place(const content_entry *e, uint32_t node);
bool content_text(const content_entry *e, uint32_t object, const char *key, bool required, text *out, issues *sink);
bool content_int(const content_entry *e, uint32_t object, const char *key, bool required, int64_t *out, issues *sink);
bool content_date(const content_entry *e, uint32_t object, const char *key, bool required, day *out, issues *sink);
uint32_t content_get(const content_entry *e, uint32_t object, const char *key); /* NODE_ABSENT */
/* Refuses keys of `object` that are not in the NULL-ended list. */
bool content_keys(const content_entry *e, uint32_t object, const char *const *keys, issues *sink);

#endif
