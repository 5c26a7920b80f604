/* days.c: the calendar as tables over the days that marks can name, so that counting working days is two look-ups. */
#include "clock/plan.h"

int32_t *day_table(arena *a)
{
	/* Counts may lead past the last day: the table goes on for as long as a limit may be. */
	return ARENA_ARRAY(a, int32_t, DAYS + LIMIT_DAYS_MAX + 1) + DAYS_HALF;
}

static counted_days counted_make(const calendar *c, day_unit unit, arena *a)
{
	int32_t *upto = day_table(a), *nth = day_table(a);
	int32_t count = -DAYS_HALF; /* so that nth, too, is indexed from the middle */
	for (int d = -DAYS_HALF; d < DAYS_HALF; d++) {
		if (calendar_counts(c, MARKS_ZERO + d, unit)) nth[++count] = d;
		upto[d] = count;
	}
	nth[-DAYS_HALF] = -DAYS_HALF;
	while (count < DAYS_HALF + LIMIT_DAYS_MAX) nth[++count] = DAYS_HALF - 1;
	for (int d = DAYS_HALF; d < DAYS_HALF + LIMIT_DAYS_MAX; d++) upto[d] = upto[DAYS_HALF - 1];
	return (counted_days){upto, nth};
}

void day_tables_make(day_tables *t, const calendar *c, arena *a)
{
	static const day_unit units[] = {UNIT_HVERDAGE, UNIT_HVERDAGE_SATURDAY, UNIT_ARBEJDSDAGE};
	instant *starts = ARENA_ARRAY(a, instant, DAYS + 1);
	int32_t *opens = day_table(a);
	t->calendar = c;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) t->counted[units[i]] = counted_make(c, units[i], a);
	for (int d = 0; d <= DAYS; d++) starts[d] = day_start(MARKS_ZERO - DAYS_HALF + d);
	t->starts = starts + DAYS_HALF;
	for (int d = -DAYS_HALF; d <= DAYS_HALF; d++) opens[d] = (int32_t)((t->starts[d] - t->starts[0]) / SECONDS(1));
	t->opens = opens;
}

bool mark_of(const day_tables *t, const fact *f, mark *out, int32_t *micros)
{
	int64_t d = (int64_t)f->on - MARKS_ZERO;
	if (d < -DAYS_HALF + MARGIN || d >= DAYS_HALF - MARGIN) return false;
	if (f->at < t->starts[d] || f->at >= t->starts[d + 1]) return false;
	instant since = f->at - t->starts[d];
	*micros = (int32_t)(since % SECONDS(1));
	*out = (mark)(d * (1 << MARK_BITS) + since / SECONDS(1));
	return true;
}

instant instant_of(const day_tables *t, mark at)
{
	return at == MARK_NONE ? INSTANT_NONE : t->starts[at >> MARK_BITS] + SECONDS((instant)(at & SECONDS_MASK));
}

int days_of(int n, day_unit unit)
{
	return unit == UNIT_WEEKS ? n * 7 : n;
}

/* Are there so many of these days at either end, outside of what facts may say? */
static bool counted_fit(const counted_days *c, int n)
{
	int before = c->upto[MARGIN - DAYS_HALF - 1] - c->upto[-DAYS_HALF];
	int after = c->upto[DAYS_HALF - 1] - c->upto[DAYS_HALF - MARGIN];
	return n < before && n < after;
}

bool days_fit(const day_tables *t, int n, day_unit unit)
{
	switch (unit) {
	case UNIT_CALENDAR_DAYS:
	case UNIT_WEEKS:
		return days_of(n, unit) <= LIMIT_DAYS_MAX;
	case UNIT_MONTHS:
		return n * 31 <= LIMIT_DAYS_MAX;
	case UNIT_HOURS:
		return n <= LIMIT_DAYS_MAX * 24;
	case UNIT_MINUTES:
		return n <= LIMIT_DAYS_MAX * 24 * 60;
	case UNIT_HVERDAGE:
		return counted_fit(&t->counted[UNIT_HVERDAGE], n) &&
		       counted_fit(&t->counted[UNIT_HVERDAGE_SATURDAY], n);
	case UNIT_HVERDAGE_SATURDAY:
	case UNIT_ARBEJDSDAGE:
		return counted_fit(&t->counted[unit], n);
	}
	return false;
}
