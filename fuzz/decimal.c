/* Any bytes as a decimal: what is taken reads back the same, and arithmetic on it neither traps nor leaves its bounds. */
#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static arena *a;
	if (!a) a = arena_new(MIB);
	arena_reset(a);
	text_pair both = text_cut((text){(const char *)bytes, (int64_t)n}, ' ');
	decimal x, y, again, result, rest;
	if (!decimal_parse(both.head, &x) || !decimal_parse(both.tail, &y)) return 0;
	bool read = decimal_parse(decimal_text(a, x), &again);
	assert(read && again.coefficient == x.coefficient && again.scale == x.scale);
	if (decimal_add(x, y, &result)) assert(decimal_compare(result, x) == decimal_sign(y));
	if (decimal_multiply(x, y, &result)) assert(decimal_sign(result) == decimal_sign(x) * decimal_sign(y));
	if (decimal_divide(x, y, &result)) decimal_text(a, result);
	if (decimal_divide_whole(x, y, &result, &rest) && decimal_multiply(result, y, &again))
		assert(decimal_add(again, rest, &again) && decimal_compare(again, x) == 0);
	decimal_text(a, decimal_round(x, 2));
	return 0;
}
