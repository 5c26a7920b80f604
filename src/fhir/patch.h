/* patch.h: changing a part of a resource: JSON Patch (RFC 6902) and FHIRPath Patch (FHIR R4, fhirpatch.html).
 *
 * A patch is a doc: an array of operations is a JSON Patch, a Parameters resource a FHIRPath Patch. Applying one is a pure
 * function of two docs that gives a new resource as JSON text; nothing says yet that it is a good one: the record checks
 * what comes out as it checks any other write. All operations succeed or none does.
 *
 * Ownership: what comes out lives in the arena given.
 */
#ifndef LIMEN_FHIR_PATCH_H
#define LIMEN_FHIR_PATCH_H

#include "fhir/path.h"

/* `now` is for FHIRPath's now() and today(). False: the sink says which operation cannot be done, where, and why. */
bool patch_apply(const doc *patch, const doc *resource, instant now, arena *a, issues *sink, text *out);

#endif
