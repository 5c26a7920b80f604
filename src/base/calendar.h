/* calendar.h: which days count. Two notions that are not the same (PRACTICE.md 2):
 *
 *   hverdag     the law's word (sundhedsloven § 90: 8 hverdage). Whether Saturday counts is unsettled, so both
 *               readings exist: counting Saturdays gives the earlier, safer date, not counting them the later.
 *   arbejdsdag  Monday to Friday (aktindsigt: 7 arbejdsdage).
 *
 * A holiday by law counts as neither. A day off by agreement is no holiday by law, so it counts as a hverdag always; it is no
 * arbejdsdag where the department says so (counts_as_free).
 *
 * Holidays come from content (content/dk/holidays.yaml), each with its years of validity: Store Bededag only up to
 * and including 2023. Days off by agreement (1 May, 5 June, 24 and 31 December) are kept apart: they are days off only
 * where the content file says so.
 */
#ifndef LIMEN_BASE_CALENDAR_H
#define LIMEN_BASE_CALENDAR_H

#include "base/time.h"

typedef struct holiday_rule {
	text id;
	text da, en;
	bool from_easter;
	int offset;             /* from_easter: days after Easter Sunday */
	int month, day;         /* else: a fixed date */
	int year_from, year_to; /* inclusive; 0 is open */
	bool by_agreement;      /* a day off only by agreement, not by law */
	bool counts_as_free;    /* for by_agreement: the department's setting */
} holiday_rule;

typedef struct calendar {
	const holiday_rule *rules;
	int rule_count;
	const uint8_t *free; /* by day from `free_from` on: calendar_ready */
	day free_from, free_days;
} calendar;

typedef enum day_unit {
	UNIT_CALENDAR_DAYS,
	UNIT_HVERDAGE,          /* Saturdays not counted: the later date */
	UNIT_HVERDAGE_SATURDAY, /* Saturdays counted: the earlier date */
	UNIT_ARBEJDSDAGE,
	UNIT_WEEKS,
	UNIT_MONTHS, /* same day of month, or the month's last */
	UNIT_HOURS,  /* these two are counted on the instant; of days they are the whole ones in them */
	UNIT_MINUTES
} day_unit;

day easter_sunday(int year);
/* Looks up the days of the years that are asked about, once its rules stand; a calendar without it answers the same, only slower. */
void calendar_ready(calendar *c, arena *a);
/* The rule that makes this day free, the law's before an agreement's; NULL: none. */
const holiday_rule *calendar_holiday(const calendar *c, day d);
bool calendar_counts(const calendar *c, day d, day_unit unit); /* does this day count in this unit? */
/* The day `n` units after `from`; `from` itself is day 0. n may be negative. Never leaves the years 1 to 9999. */
day calendar_add(const calendar *c, day from, int n, day_unit unit);
/* How many units from `from` to `to`, not counting `from`; negative where `to` is earlier. Months and weeks count whole
 * ones. For any n, calendar_between(from, calendar_add(from, n)) is n again, but for months that end early. */
int calendar_between(const calendar *c, day from, day to, day_unit unit);

#endif
