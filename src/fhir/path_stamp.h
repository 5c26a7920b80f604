/* path_stamp.h: dates, dateTimes and times by their parts, as FHIRPath compares them, and quantities in base units.
 * Plain values in, plain values out: nothing here knows a resource or a machine.
 */
#ifndef LIMEN_FHIR_PATH_STAMP_H
#define LIMEN_FHIR_PATH_STAMP_H

#include "fhir/path.h"

/* path_stamp.c */

typedef enum stamp_part {
	STAMP_NONE,
	STAMP_YEAR,
	STAMP_MONTH,
	STAMP_DAY,
	STAMP_HOUR,
	STAMP_MINUTE,
	STAMP_SECOND,
	STAMP_FRACTION
} stamp_part;

typedef struct stamp {
	int year, month, day, hour, minute, second, nano;
	stamp_part last; /* the smallest part that is there */
	int digits;      /* of the fraction as written */
	bool is_time;    /* a time of day: no year, month, day */
	bool has_zone;
	int zone_minutes;
} stamp;

typedef enum path_order { ORDER_UNKNOWN = -2, ORDER_LESS = -1, ORDER_EQUAL = 0, ORDER_GREATER = 1 } path_order;

bool stamp_parse(text t, stamp *s);      /* date or dateTime, hours without minutes too */
bool stamp_parse_time(text t, stamp *s); /* hh, hh:mm, hh:mm:ss, hh:mm:ss.fff */
text stamp_text(arena *a, const stamp *s);
path_order stamp_compare(const stamp *x, const stamp *y);
bool stamp_add(stamp *s, int64_t amount, stamp_part part); /* fractions in milliseconds; false: out of range */
stamp stamp_boundary(const stamp *s, bool high, stamp_part last, int digits);

/* path_quantity.c: units */
/* x of the unit are (x times size plus zero) divided by over base units. Nothing is rounded until a result is asked for. */
typedef struct unit_value {
	decimal size, over, zero;
	int8_t powers[9]; /* of the base units, and of the arbitrary one */
	int arbitrary;    /* which one that is; 0 none */
	bool calendar;    /* a calendar year or month, comparable with its like alone */
} unit_value;
bool unit_known(text unit, unit_value *out);
/* As UCUM has it: of a calendar year 'a', of a month 'mo', which equivalence takes for the same. */
text unit_definite(text unit);
/* Do the two units measure the same? */
bool unit_alike(text x, text y);
/* How many base units; `unit` says which. */
bool quantity_base(const path_item *q, unit_value *unit, decimal *out);
/* How many of that unit; false: the units do not measure the same, or it does not fit. */
bool quantity_in(const path_item *q, text unit, decimal *out);
path_order quantity_order(const path_item *x, const path_item *y);
bool unit_is_calendar(text unit);
/* A duration as part of a stamp; false: not usable in date arithmetic. */
bool quantity_duration(const path_item *q, stamp_part *part, int64_t *amount);
bool quantity_parse(text t, path_item *out); /* "4 days", "10.1 'mg'", "1" */

#endif
