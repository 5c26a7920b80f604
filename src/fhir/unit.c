/* Sizes in base units, for whoever compares quantities without FHIRPath. */
#include "fhir/path_internal.h"
#include "fhir/unit.h"

bool unit_canonical(arena *a, decimal value, text unit, decimal *size, text *base)
{
	path_item q = {.kind = PATH_QUANTITY, .number = value, .text = unit};
	unit_value in_base;
	if (unit_is_calendar(unit) || !quantity_base(&q, &in_base, size)) return false;
	buffer b = {.arena = a};
	for (size_t i = 0; i < sizeof in_base.powers; i++) {
		if (i) buffer_char(&b, '.');
		buffer_int(&b, in_base.powers[i]);
	}
	if (in_base.arbitrary) buffer_format(&b, ".%d", in_base.arbitrary); /* comparable with its like alone */
	*base = buffer_text(&b);
	return true;
}
