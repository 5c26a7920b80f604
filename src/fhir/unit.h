/* unit.h: sizes in UCUM units made comparable: the same size in base units whatever it was written in. Which units are known is in
 * path_units.def; those on special scales, which convert by formulas, come out as the formula says or are not known. */
#ifndef LIMEN_FHIR_UNIT_H
#define LIMEN_FHIR_UNIT_H

#include "base/base.h"

/* `base` says the powers of the base units ("0.0.1.0.0.0.0.0": grams), alike for all units that can be compared. False: the unit is
 * not known, or the size does not fit in a decimal. */
bool unit_canonical(arena *a, decimal value, text unit, decimal *size, text *base);

#endif
