/* library.h: R4's own conformance resources, which lie in the program as text: StructureDefinitions (base types, profiles,
 * extensions), ValueSets and CodeSystems, put there by tools/library.mjs without narratives, contacts and mappings.
 *
 * A structure has its differential, not its snapshot (four logical models have only that). Nothing is parsed here, and what is
 * never asked for never comes into memory.
 */
#ifndef LIMEN_PROFILE_LIBRARY_H
#define LIMEN_PROFILE_LIBRARY_H

#include "base/base.h"

typedef enum library_kind { LIBRARY_STRUCTURE, LIBRARY_VALUE_SET, LIBRARY_CODE_SYSTEM, LIBRARY_KINDS } library_kind;

typedef struct library_entry {
	int number; /* 0..: fixed within a build */
	library_kind kind;
	text url;
	text version;
	text about;  /* the type a structure defines or constrains; the code system a supplement adds to; else empty */
	text source; /* the resource as JSON; lives as long as the program */
} library_entry;

/* By canonical URL. With "|version" only where that is the version here. */
bool library_find(text url, library_entry *out);
int library_size(
    void); /* numbers are 0..library_size() - 1: structures, value sets, code systems, each sorted by URL */
int library_first(library_kind kind);
int library_count(library_kind kind);
void library_at(int number, library_entry *out);

#endif
