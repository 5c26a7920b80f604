/* time.h: instants, local days and the clock of Copenhagen.
 *
 * An `instant` is microseconds since 1970-01-01T00:00:00Z. A `day` is a local date in Europe/Copenhagen, counted
 * from 1970-01-01. A `moment` is what a FHIR date, dateTime or instant says: a precision and the span it covers.
 * The zone's rules come from Debian's tzdata, embedded at build (build/gen); nothing asks the system's zone.
 * Never in here: what time it is. That is world_now (world.h).
 */
#ifndef LIMEN_BASE_TIME_H
#define LIMEN_BASE_TIME_H

#include "base/text.h"

typedef int64_t instant; /* microseconds, UTC */
typedef int32_t day;     /* days since 1970-01-01, local date */

#define INSTANT_NONE INT64_MIN
#define DAY_NONE INT32_MIN
#define SECONDS(n) ((instant)(n)*1000000)
#define MINUTES(n) (60 * SECONDS(n))
#define HOURS(n) (60 * MINUTES(n))

typedef struct civil {
	int year; /* 1..9999 */
	int month;
	int day;
} civil;

typedef enum precision {
	PRECISION_YEAR,
	PRECISION_MONTH,
	PRECISION_DAY,
	PRECISION_MINUTE,
	PRECISION_SECOND,
	PRECISION_FRACTION
} precision;

/* What a FHIR date/dateTime/instant says. [low, high) is the span of instants it may mean; a date without a zone
 * is read as Copenhagen's. */
typedef struct moment {
	instant low;
	instant high;
	precision precision;
	bool has_zone;
	int zone_minutes; /* offset east of UTC, where has_zone */
} moment;

/* FHIR date, dateTime or instant (R4 datatypes, section 2.24.0.1); leap second 60 accepted as 59.999999. False where it is
 * none. Wider than a resource may be: a time without seconds or without a zone is read too, as searches and FHIRPath write
 * it; who validates looks at `precision` and `has_zone`. Digits past the microsecond are dropped. */
bool moment_parse(text t, moment *out);

bool day_valid(civil c);
day day_from_civil(civil c); /* proleptic Gregorian */
civil civil_from_day(day d);
bool day_parse(text iso_date, day *out); /* exactly YYYY-MM-DD */
int day_weekday(day d);                  /* 0 = Monday .. 6 = Sunday */

day day_of_instant(instant i); /* the date in Copenhagen then */
instant day_start(day d);      /* local midnight, as an instant */
instant local_instant(
    day d, int minute_of_day); /* in the spring gap: pushed past it (02:30 is 03:30); in the autumn fold: the first */
int local_minute(instant i);   /* minute of the local day shown on a wall clock, 0..1439 */
int zone_offset_seconds(instant i); /* east of UTC, in Copenhagen */

/* "2026-03-02", "2026-03-02T10:00:00+01:00" (Copenhagen's offset; fraction only where there is one),
 * "2. mar", "2. marts 2026", "mandag den 2. marts 2026 kl. 10.15"; English: "2 Mar", "2 March 2026". */
text day_iso(arena *a, day d);
text instant_iso(arena *a, instant i);
text day_short(arena *a, day d, bool english);
text day_long(arena *a, day d, bool english);
text instant_long(arena *a, instant i, bool english);

#endif
