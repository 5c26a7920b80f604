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
typedef struct unit_value {
	decimal number;   /* in base units */
	int8_t powers[8]; /* of the base units */
	bool calendar;    /* a calendar year or month, comparable with its like alone */
} unit_value;
bool unit_known(text unit, unit_value *out); /* of one such unit */
bool quantity_base(const path_item *q, unit_value *out);
bool unit_is_calendar(text unit);
/* A duration as part of a stamp; false: not usable in date arithmetic. */
bool quantity_duration(const path_item *q, stamp_part *part, int64_t *amount);
bool quantity_parse(text t, path_item *out); /* "4 days", "10.1 'mg'", "1" */

#endif
