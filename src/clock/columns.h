/* columns.h: all clocks of many pathways at once. A *plan* is rules compiled to steps; *columns* hold the facts of many rows (a row is
 * one pathway, or another subject), one array a fact, and the clocks computed of them, one array a field.
 *
 *     plan = clock_plan_make(image, rules, count, NULL, arena);
 *     c = clock_columns_new(plan, rows, arena);
 *     for each row: clock_columns_put(c, row, facts);
 *     clock_columns_run(c);
 *     clock_columns_clock(c, row, rule, &clock);        the same answer as clock_try, but for the facts it points at
 *
 * What does not fit into columns is put aside whole and computed by clock_try: a row with more facts of one name than there are lanes
 * for, a date far away, two instants within one second. So is a whole rule that the plan cannot say in steps; clock_plan_refused
 * says why. Rows that were never put have no facts.
 */
#ifndef LIMEN_CLOCK_COLUMNS_H
#define LIMEN_CLOCK_COLUMNS_H

#include "clock/clock.h"

/* An instant in 32 bits: the local day, and the seconds since that day's midnight in the low MARK_BITS. Marks are in the order of
 * their instants, and the day is a shift away. What is left of a second is kept beside and found again by clock_columns_clock. */
typedef int32_t mark;
#define MARK_NONE INT32_MAX
enum { MARK_BITS = 17, LANES_MAX = 8 };

typedef struct clock_plan clock_plan;
/* `lanes` says how many facts of one name a row has room for, by the fact's id; NULL: one of each. The image must outlive it. */
clock_plan *clock_plan_make(const image *m, const clock_rule *const *rules, int count, const uint8_t *lanes, arena *a);
text clock_plan_refused(const clock_plan *p, int rule);           /* why it takes the other way; empty: it does not */
void clock_plan_days(const clock_plan *p, day *first, day *last); /* dates that fit */
int clock_plan_steps(const clock_plan *p);

typedef struct clock_columns clock_columns;
clock_columns *clock_columns_new(const clock_plan *p, int64_t rows, arena *a);
/* Once a row. False: it was put aside, whole; the texts in its facts must live as long as the columns. */
bool clock_columns_put(clock_columns *c, int64_t row, const facts *f);
void clock_columns_run(clock_columns *c);
bool clock_columns_clock(const clock_columns *c, int64_t row, int rule, clock *out);
bool clock_same(const clock *x, const clock *y);       /* in all but the facts they point at */
int64_t clock_columns_aside(const clock_columns *c);   /* rows that do not fit */
int64_t clock_columns_read(const clock_columns *c);    /* bytes of facts that a run reads, */
int64_t clock_columns_written(const clock_columns *c); /* and of clocks that it writes */

/* ---- the arrays themselves, for who reads them as they are ---- */
typedef enum clock_field {
	FIELD_FLAGS,       /* uint8_t: FLAG_… */
	FIELD_ROW,         /* uint8_t: which row of the limit, from 1 */
	FIELD_RESTARTS,    /* uint8_t */
	FIELD_LATE,        /* uint16_t: due_day_late - due_day */
	FIELD_PAUSED_DAYS, /* uint16_t */
	FIELD_START,       /* from here on: mark */
	FIELD_DUE,
	FIELD_AMBER,
	FIELD_STOP,
	FIELD_PAUSED,
	FIELD_SUSPENDED,
	FIELD_OTHER_START,
	FIELD_OTHER_DUE,
	FIELDS
} clock_field;
enum { FLAG_APPLIES = 1, FLAG_PROVISIONAL = 2, FLAG_WAIVED = 4, FLAG_SECOND = 8 /* its second limit decides */ };
/* NULL: this rule's clocks have no such field, since it would say nothing. */
const void *clock_columns_field(const clock_columns *c, int rule, clock_field field);
int clock_field_bytes(clock_field field);

typedef enum fact_part { PART_AT /* mark */, PART_CODE /* uint8_t, 0: none */, PART_NUMBER /* int32_t */ } fact_part;
typedef struct fact_column {
	int fact, lane;
	fact_part part;
	const void *at;
} fact_column;
int clock_columns_facts(const clock_columns *c, arena *a, fact_column **out);
int clock_columns_code(const clock_columns *c, int fact,
		       text code); /* its number in the column; 1: any that no rule names */

#endif
