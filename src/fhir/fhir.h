/* fhir.h: the front door of fhir/: resources as values. Trees, JSON, what R4 defines, FHIRPath,
 * patches. Knows no store, no law. */
#ifndef LIMEN_FHIR_H
#define LIMEN_FHIR_H

#include "fhir/definitions.h"
#include "fhir/image.h"
#include "fhir/json.h"
#include "fhir/patch.h"
#include "fhir/path.h"
#include "fhir/subset.h"
#include "fhir/tree.h"
#include "fhir/unit.h"

#endif
