/* Any bytes as a moment: it covers a span, and an instant's text reads back as the same instant. */
#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static arena *a;
	if (!a) a = arena_new(MIB);
	arena_reset(a);
	moment m, again;
	if (!moment_parse((text){(const char *)bytes, (int64_t)n}, &m)) return 0;
	assert(m.low < m.high);
	day d = day_of_instant(m.low);
	assert(day_start(d) <= m.low && m.low < day_start(d + 1));
	civil c = civil_from_day(d);
	if (c.year < 2 || c.year > 9999) return 0; /* an offset may lead out of the years that can be written */
	bool read = moment_parse(instant_iso(a, m.low), &again);
	assert(read && again.low == m.low);
	return 0;
}
