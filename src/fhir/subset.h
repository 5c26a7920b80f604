/* subset.h: a resource with only a part of its elements: what _summary and _elements ask for (R4 3.2.1.4.5, 3.2.1.4.6).
 *
 * What is left out is left out openly: meta.tag says SUBSETTED, so that nobody saves the part for the whole. Elements that
 * must be there, and modifiers, without which the rest could be misread, always stay.
 */
#ifndef LIMEN_FHIR_SUBSET_H
#define LIMEN_FHIR_SUBSET_H

#include "fhir/json.h"

typedef enum subset_kind {
	SUBSET_WHOLE,   /* _summary=false */
	SUBSET_SUMMARY, /* true: elements the definitions mark so, at every depth */
	SUBSET_TEXT,    /* text: narrative, id, meta and what must be there */
	SUBSET_DATA,    /* data: all but the narrative */
	SUBSET_ELEMENTS /* _elements: those named */
} subset_kind;

typedef struct subset {
	subset_kind kind;
	const text *elements; /* names of the resource's own elements */
	int element_count;
} subset;

bool subset_summary(text value, subset *out);            /* "true", "text", "data", "false"; else false ("count" too) */
void subset_elements(arena *a, text value, subset *out); /* "identifier,name"; "Patient.name" is "name" */
text subset_json(arena *a, const doc *d, const subset *wanted); /* the resource as JSON */

#endif
