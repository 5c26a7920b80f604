#include "base/internal.h"

/* No count leads out of the years a civil date can name. */
static const day first_day = -719162; /* 0001-01-01 */
static const day last_day = 2932896;  /* 9999-12-31 */

/* The anonymous Gregorian computus (Nature, 20 April 1876; Meeus, Astronomical Algorithms, chapter 8). */
day easter_sunday(int year)
{
	int a = year % 19, b = year / 100, c = year % 100;
	int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
	int h = (19 * a + b - d - g + 15) % 30;
	int i = c / 4, k = c % 4;
	int l = (32 + 2 * e + 2 * i - h - k) % 7;
	int m = (a + 11 * h + 22 * l) / 451;
	int n = h + l - 7 * m + 114;
	return day_from_civil((civil){year, n / 31, n % 31 + 1});
}

static bool rule_is_free(const holiday_rule *r)
{
	return !r->by_agreement || r->counts_as_free;
}

static bool rule_names_day(const holiday_rule *r, day d, civil c, day easter)
{
	if ((r->year_from && c.year < r->year_from) || (r->year_to && c.year > r->year_to)) return false;
	if (r->from_easter) return d == easter + r->offset;
	return c.month == r->month && c.day == r->day;
}

static const holiday_rule *free_rule(const calendar *c, day d, bool agreements_too)
{
	const holiday_rule *agreed = NULL;
	civil date = civil_from_day(d);
	day easter = easter_sunday(date.year);
	for (int i = 0; i < c->rule_count; i++) {
		const holiday_rule *r = &c->rules[i];
		if (!rule_is_free(r) || !rule_names_day(r, d, date, easter)) continue;
		if (!r->by_agreement) return r;
		if (!agreed) agreed = r;
	}
	return agreements_too ? agreed : NULL;
}

const holiday_rule *calendar_holiday(const calendar *c, day d)
{
	return free_rule(c, d, true);
}

/* ---- the years that are asked about, looked up once ---- */

enum { READY_FROM = 1990, READY_TO = 2070, FREE_BY_LAW = 1, FREE_IN_ALL = 2 };

static void rule_mark(const calendar *c, const holiday_rule *r, int year, uint8_t *free)
{
	civil date = {year, r->month, r->day};
	if (!r->from_easter && !day_valid(date)) return;
	day easter = easter_sunday(year), d = r->from_easter ? easter + r->offset : day_from_civil(date);
	if (r->from_easter) date = civil_from_day(d);
	if (date.year != year || !rule_is_free(r) || !rule_names_day(r, d, date, easter)) return;
	free[d - c->free_from] |= r->by_agreement ? FREE_IN_ALL : FREE_BY_LAW | FREE_IN_ALL;
}

void calendar_ready(calendar *c, arena *a)
{
	c->free_from = day_from_civil((civil){READY_FROM, 1, 1});
	c->free_days = day_from_civil((civil){READY_TO + 1, 1, 1}) - c->free_from;
	uint8_t *free = ARENA_ARRAY(a, uint8_t, c->free_days);
	for (int year = READY_FROM; year <= READY_TO; year++)
		for (int i = 0; i < c->rule_count; i++) rule_mark(c, &c->rules[i], year, free);
	c->free = free;
}

static bool is_free(const calendar *c, day d, bool agreements_too)
{
	if (d < c->free_from || d - c->free_from >= c->free_days) return free_rule(c, d, agreements_too);
	return c->free[d - c->free_from] & (agreements_too ? FREE_IN_ALL : FREE_BY_LAW);
}

bool calendar_counts(const calendar *c, day d, day_unit unit)
{
	int weekday = day_weekday(d);
	switch (unit) {
	case UNIT_HVERDAGE:
		return weekday < 5 && !is_free(c, d, false);
	case UNIT_HVERDAGE_SATURDAY:
		return weekday < 6 && !is_free(c, d, false);
	case UNIT_ARBEJDSDAGE:
		return weekday < 5 && !is_free(c, d, true);
	case UNIT_CALENDAR_DAYS:
	case UNIT_WEEKS:
	case UNIT_MONTHS:
	case UNIT_HOURS:
	case UNIT_MINUTES:
		break;
	}
	return true;
}

static day clamped(int64_t d)
{
	return d < first_day ? first_day : d > last_day ? last_day : (day)d;
}

static day add_months(day from, int64_t n)
{
	civil c = civil_from_day(from);
	int64_t month = c.year * 12 + c.month - 1 + n;
	int64_t year = floor_divide(month, 12);
	if (year < 1) return first_day;
	if (year > 9999) return last_day;
	civil to = {(int)year, (int)(month - year * 12) + 1, c.day};
	while (!day_valid(to)) to.day--;
	return day_from_civil(to);
}

static day walk(const calendar *c, day from, int64_t n, day_unit unit)
{
	int step = n < 0 ? -1 : 1;
	day d = from;
	for (int64_t left = n * step; left > 0 && d > first_day && d < last_day;) {
		d += step;
		left -= calendar_counts(c, d, unit);
	}
	return d;
}

day calendar_add(const calendar *c, day from, int n, day_unit unit)
{
	switch (unit) {
	case UNIT_CALENDAR_DAYS:
		return clamped((int64_t)from + n);
	case UNIT_WEEKS:
		return clamped((int64_t)from + (int64_t)n * 7);
	case UNIT_MONTHS:
		return add_months(from, n);
	case UNIT_HOURS:
		return clamped((int64_t)from + n / 24);
	case UNIT_MINUTES:
		return clamped((int64_t)from + n / (24 * 60));
	case UNIT_HVERDAGE:
	case UNIT_HVERDAGE_SATURDAY:
	case UNIT_ARBEJDSDAGE:
		break;
	}
	return walk(c, from, n, unit);
}

/* As many whole months as calendar_add can go without passing `to`. */
static int months_between(day from, day to)
{
	civil x = civil_from_day(from), y = civil_from_day(to);
	int n = (y.year - x.year) * 12 + y.month - x.month;
	if (to >= from) return add_months(from, n) > to ? n - 1 : n;
	return add_months(from, n) < to ? n + 1 : n;
}

/* Forwards `to` is counted and `from` is not, backwards the other way about: so that calendar_add finds its way back. */
int calendar_between(const calendar *c, day from, day to, day_unit unit)
{
	if (unit == UNIT_CALENDAR_DAYS) return to - from;
	if (unit == UNIT_HOURS) return (to - from) * 24;
	if (unit == UNIT_MINUTES) return (to - from) * 24 * 60;
	if (unit == UNIT_WEEKS) return (to - from) / 7;
	if (unit == UNIT_MONTHS) return months_between(from, to);
	int step = to < from ? -1 : 1;
	int n = 0;
	for (day d = from; d != to;) {
		d += step;
		n += calendar_counts(c, d, unit);
	}
	return n * step;
}
