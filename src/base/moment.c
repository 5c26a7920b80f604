/* moment.c: what a FHIR date, dateTime or instant says (R4 datatypes, 2.24.0.1), read from left to right. */
#include "base/internal.h"

enum { DAY_SECONDS = 86400 };

/* The rest of the text, and what was read of it so far. */
typedef struct reading {
	text rest;
	civil date;
	int hour, minute, second;
	int64_t micros, micros_width; /* the fraction, and how many microseconds its last digit stands for */
	moment m;
} reading;

/* Exactly `digits` digits, between low and high. */
static bool take_digits(text *t, int digits, int low, int high, int *out)
{
	if (t->len < digits) return false;
	int n = 0;
	for (int i = 0; i < digits; i++) {
		int digit = t->at[i] - '0';
		if (digit < 0 || digit > 9) return false;
		n = n * 10 + digit;
	}
	*t = text_slice(*t, digits, t->len);
	*out = n;
	return low <= n && n <= high;
}

static bool take_char(text *t, char c)
{
	if (!t->len || t->at[0] != c) return false;
	*t = text_slice(*t, 1, t->len);
	return true;
}

static bool take_date(reading *r)
{
	r->date = (civil){.month = 1, .day = 1};
	r->m.precision = PRECISION_YEAR;
	if (!take_digits(&r->rest, 4, 1, 9999, &r->date.year)) return false;
	if (!take_char(&r->rest, '-')) return true;
	r->m.precision = PRECISION_MONTH;
	if (!take_digits(&r->rest, 2, 1, 12, &r->date.month)) return false;
	if (!take_char(&r->rest, '-')) return true;
	r->m.precision = PRECISION_DAY;
	return take_digits(&r->rest, 2, 1, 31, &r->date.day) && day_valid(r->date);
}

/* Any number of digits; those past the sixth are read and dropped. */
static bool take_fraction(reading *r)
{
	int digit;
	int64_t width = SECONDS(1);
	if (!take_digits(&r->rest, 1, 0, 9, &digit)) return false;
	do {
		width /= 10;
		r->micros += digit * width;
		if (width > 0) r->micros_width = width;
	} while (take_digits(&r->rest, 1, 0, 9, &digit));
	return true;
}

static bool take_time(reading *r)
{
	r->m.precision = PRECISION_MINUTE;
	if (!take_digits(&r->rest, 2, 0, 23, &r->hour) || !take_char(&r->rest, ':')) return false;
	if (!take_digits(&r->rest, 2, 0, 59, &r->minute)) return false;
	if (!take_char(&r->rest, ':')) return true;
	r->m.precision = PRECISION_SECOND;
	if (!take_digits(&r->rest, 2, 0, 60, &r->second)) return false;
	if (!take_char(&r->rest, '.')) return true;
	r->m.precision = PRECISION_FRACTION;
	return take_fraction(r);
}

static bool take_zone(reading *r)
{
	if (!r->rest.len) return true;
	r->m.has_zone = true;
	if (take_char(&r->rest, 'Z')) return true;
	int sign = take_char(&r->rest, '-') ? -1 : 1;
	int hours, minutes;
	if (sign > 0 && !take_char(&r->rest, '+')) return false;
	if (!take_digits(&r->rest, 2, 0, 14, &hours) || !take_char(&r->rest, ':')) return false;
	if (!take_digits(&r->rest, 2, 0, 59, &minutes) || (hours == 14 && minutes > 0)) return false;
	r->m.zone_minutes = sign * (hours * 60 + minutes);
	return true;
}

static instant start_of(civil c)
{
	return day_start(day_from_civil(c));
}

static civil next_month(civil c)
{
	return c.month == 12 ? (civil){c.year + 1, 1, 1} : (civil){c.year, c.month + 1, 1};
}

static void span_of_date(reading *r)
{
	civil c = r->date;
	r->m.low = start_of(c);
	if (r->m.precision == PRECISION_YEAR)
		r->m.high = start_of((civil){c.year + 1, 1, 1});
	else if (r->m.precision == PRECISION_MONTH)
		r->m.high = start_of(next_month(c));
	else
		r->m.high = day_start(day_from_civil(c) + 1);
}

static void span_of_time(reading *r)
{
	moment *m = &r->m;
	bool leap = r->second == 60;
	int64_t local =
	    (int64_t)day_from_civil(r->date) * DAY_SECONDS + r->hour * 3600 + r->minute * 60 + (leap ? 59 : r->second);
	instant second = m->has_zone ? SECONDS(local - m->zone_minutes * 60) : instant_of_local_seconds(local);
	if (leap) {
		m->low = second + SECONDS(1) - 1;
		m->high = second + SECONDS(1);
		return;
	}
	m->low = second + r->micros;
	if (m->precision == PRECISION_MINUTE)
		m->high = m->low + MINUTES(1);
	else
		m->high = m->low + (m->precision == PRECISION_FRACTION ? r->micros_width : SECONDS(1));
}

bool moment_parse(text t, moment *out)
{
	reading r = {.rest = t};
	if (!take_date(&r)) return false;
	if (r.m.precision == PRECISION_DAY && take_char(&r.rest, 'T')) {
		if (!take_time(&r) || !take_zone(&r)) return false;
		span_of_time(&r);
	} else {
		span_of_date(&r);
	}
	if (r.rest.len) return false;
	*out = r.m;
	return true;
}
