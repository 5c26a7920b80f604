#include "base/internal.h"

enum { DAY_SECONDS = 86400, DAYS_OF_ERA = 146097, EPOCH_SHIFT = 719468 };

bool day_valid(civil c)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (c.year < 1 || c.year > 9999 || c.month < 1 || c.month > 12 || c.day < 1) return false;
	bool leap = c.year % 4 == 0 && (c.year % 100 != 0 || c.year % 400 == 0);
	return c.day <= lengths[c.month - 1] + (c.month == 2 && leap);
}

/* Years that begin in March put the leap day last, and eras of 400 years all have the same length; so days follow from
 * divisions alone (the method of Howard Hinnant's "chrono-compatible low-level date algorithms"). */
day day_from_civil(civil c)
{
	int year = c.month <= 2 ? c.year - 1 : c.year;
	int64_t era = floor_divide(year, 400);
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * ((c.month + 9) % 12) + 2) / 5 + c.day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return (day)(era * DAYS_OF_ERA + day_of_era - EPOCH_SHIFT);
}

civil civil_from_day(day d)
{
	int64_t z = (int64_t)d + EPOCH_SHIFT;
	int64_t era = floor_divide(z, DAYS_OF_ERA);
	int64_t day_of_era = z - era * DAYS_OF_ERA;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t march_month = (5 * day_of_year + 2) / 153;
	int month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
	return (civil){
	    .year = (int)(year_of_era + era * 400) + (month <= 2),
	    .month = month,
	    .day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1),
	};
}

int day_weekday(day d)
{
	int64_t since_monday = (int64_t)d + 3; /* 1970-01-01 was a Thursday */
	return (int)(since_monday - floor_divide(since_monday, 7) * 7);
}

bool day_parse(text iso_date, day *out)
{
	moment m;
	if (iso_date.len != 10 || !moment_parse(iso_date, &m)) return false;
	*out = day_of_instant(m.low);
	return true;
}

static int64_t local_seconds(instant i)
{
	int64_t seconds = floor_divide(i, SECONDS(1));
	return seconds + zone_offset_at(seconds);
}

day day_of_instant(instant i)
{
	return (day)floor_divide(local_seconds(i), DAY_SECONDS);
}

int local_minute(instant i)
{
	int64_t local = local_seconds(i);
	return (int)((local - floor_divide(local, DAY_SECONDS) * DAY_SECONDS) / 60);
}

/* The offsets a day earlier and a day later are those on either side of a clock change, if there is one near. Taking the
 * earlier one first gives the first of two in the fold; where neither fits it is the gap, and reading the clock as if it had
 * not yet been changed lands past it (02:30 becomes 03:30). */
instant instant_of_local_seconds(int64_t local)
{
	int64_t early = local - zone_offset_at(local - DAY_SECONDS);
	int64_t late_offset = zone_offset_at(local + DAY_SECONDS);
	int64_t late = local - late_offset;
	bool only_late_fits = local - zone_offset_at(early) != early && zone_offset_at(late) == late_offset;
	return SECONDS(only_late_fits ? late : early);
}

instant local_instant(day d, int minute_of_day)
{
	return instant_of_local_seconds((int64_t)d * DAY_SECONDS + (int64_t)minute_of_day * 60);
}

instant day_start(day d)
{
	return local_instant(d, 0);
}

static const char *const months_da[] = {"januar", "februar", "marts",     "april",   "maj",      "juni",
					"juli",   "august",  "september", "oktober", "november", "december"};
static const char *const months_en[] = {"January", "February", "March",     "April",   "May",      "June",
					"July",    "August",   "September", "October", "November", "December"};
static const char *const weekdays_da[] = {"mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"};
static const char *const weekdays_en[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

text day_iso(arena *a, day d)
{
	civil c = civil_from_day(d);
	return text_format(a, "%04d-%02d-%02d", c.year, c.month, c.day);
}

/* Before 1894 Copenhagen's offset had seconds, which FHIR cannot say: the offset is cut to minutes, and the clock with it, so
 * that the instant is the same when it is read back. */
text instant_iso(arena *a, instant i)
{
	assert(i != INSTANT_NONE);
	int offset_minutes = zone_offset_seconds(i) / 60;
	int64_t seconds = floor_divide(i, SECONDS(1));
	int64_t fraction = i - SECONDS(seconds);
	int64_t local = seconds + offset_minutes * 60;
	int64_t days = floor_divide(local, DAY_SECONDS);
	int clock = (int)(local - days * DAY_SECONDS);
	buffer b = {.arena = a};
	buffer_add(&b, day_iso(a, (day)days));
	buffer_format(&b, "T%02d:%02d:%02d", clock / 3600, clock / 60 % 60, clock % 60);
	if (fraction % 1000)
		buffer_format(&b, ".%06d", (int)fraction);
	else if (fraction)
		buffer_format(&b, ".%03d", (int)(fraction / 1000));
	int east = offset_minutes < 0 ? -offset_minutes : offset_minutes;
	buffer_format(&b, "%c%02d:%02d", offset_minutes < 0 ? '-' : '+', east / 60, east % 60);
	return buffer_text(&b);
}

text day_short(arena *a, day d, bool english)
{
	civil c = civil_from_day(d);
	return english ? text_format(a, "%d %.3s", c.day, months_en[c.month - 1])
		       : text_format(a, "%d. %.3s", c.day, months_da[c.month - 1]);
}

text day_long(arena *a, day d, bool english)
{
	civil c = civil_from_day(d);
	return english ? text_format(a, "%d %s %d", c.day, months_en[c.month - 1], c.year)
		       : text_format(a, "%d. %s %d", c.day, months_da[c.month - 1], c.year);
}

text instant_long(arena *a, instant i, bool english)
{
	day d = day_of_instant(i);
	int minute = local_minute(i);
	text date = day_long(a, d, english);
	int weekday = day_weekday(d);
	return english ? text_format(a, "%s %.*s at %02d:%02d", weekdays_en[weekday], TEXT_ARG(date), minute / 60,
				     minute % 60)
		       : text_format(a, "%s den %.*s kl. %d.%02d", weekdays_da[weekday], TEXT_ARG(date), minute / 60,
				     minute % 60);
}
