/* plan.h: what only the files of the columns share (plan.c, stage.c, step.c, count.c, columns.c, days.c): steps over blocks of rows.
 *
 * A plan is one list of steps. A step takes whole blocks of BLOCK rows from *registers* and leaves a block in another. Registers are
 * numbered: a few constants, then the columns of facts, then scratch, then each rule's fields. For each block of rows the numbers are
 * bound to addresses, and all steps run over it while it is in the cache. No step branches on a row. A mask is 0 or -1. */
#ifndef LIMEN_CLOCK_PLAN_H
#define LIMEN_CLOCK_PLAN_H

#include "clock/columns.h"
#include "clock/internal.h"

enum {
	BLOCK = 512,
	SECONDS_MASK = (1 << MARK_BITS) - 1,
	DAYS = 1 << (32 - MARK_BITS),
	DAYS_HALF = DAYS / 2, /* day 0 of the marks lies in the middle */
	LIMIT_DAYS_MAX = 1500,
	MARGIN = LIMIT_DAYS_MAX + 100, /* days at either end that facts must leave free for what is counted from them */
	MARKS_ZERO = 16436,            /* day 0 of the marks: 2015-01-01 */
	COLUMNS_MAX = 1024,
	SCRATCH_MAX = 1024,
	TABLE_ROWS = 64, /* of a limit, that a plan takes */
	CODES = 256
};

enum {
	REG_NONE,
	REG_TRUE,
	REG_FALSE,
	REG_FIRST,
	REG_COLUMNS,
	REG_SCRATCH = REG_COLUMNS + COLUMNS_MAX,
	REG_FIELDS = REG_SCRATCH + SCRATCH_MAX
};

typedef struct plan_step plan_step;
typedef void step_run(const plan_step *s, void *const *reg);
struct plan_step {
	step_run *run;
	int to, to2, to3;
	int a, b, c, d;
	int lanes;
	int32_t n, m;
	const int32_t *table, *nth;
};

/* Days counted in one unit. Both point at day 0 of the marks: upto[d] is how many days count up to and with d, nth[k] the first day with
 * upto[d] = k. */
typedef struct counted_days {
	const int32_t *upto, *nth;
} counted_days;

typedef struct day_tables {
	const calendar *calendar;
	counted_days counted[UNIT_ARBEJDSDAGE + 1];
	const instant *starts; /* local midnight of each day */
	const int32_t *opens;  /* the same in seconds from that of day 0 */
} day_tables;

/* How the facts of one name lie in columns. Registers of the first lane; -1: no rule asks for that. */
typedef struct fact_slot {
	int fact, lanes;
	int at, code, number;
	map codes; /* from 2 */
} fact_slot;

typedef struct rule_plan {
	const clock_rule *rule;
	const char *refused;
	uint32_t fields; /* bit f: it has clock_field f */
} rule_plan;

struct clock_plan {
	const image *image;
	arena *arena;
	const uint8_t *lanes;
	day_tables days;
	fact_slot *slots;
	int slot_count, slot_cap;
	int *slot_of; /* by fact id; -1: no rule speaks of it */
	struct {
		int slot, lane;
		fact_part part;
	} columns[COLUMNS_MAX];
	int column_count;
	plan_step *steps;
	int step_count, step_cap;
	int scratch; /* registers in use at most */
	rule_plan *rules;
	int rule_count, refused;
	bool exact; /* a rule counts hours or minutes from an instant */
};

/* One rule being compiled. */
typedef struct making {
	clock_plan *plan;
	const clock_rule *rule;
	int number;
	int scratch;
	const char *refused;
	/* registers of the stages done */
	int start, alive, only_also, also, stop, waived, restarts;
	int suspended, paused;
	int spans, span_count; /* pairs of registers: from, to */
	int row, filled, due, late, left, second;
	int other_start, other_due;
} making;

/* ---- plan.c ---- */
int scratch_new(making *mk, int count);
int emit(making *mk, plan_step s);                /* gives s.to */
int emit_new(making *mk, plan_step s);            /* the same into a new register */
bool refuse_rule(making *mk, const char *reason); /* false */
fact_slot *slot_find(clock_plan *p, int fact);
int slot_at(making *mk, fact_slot *s); /* the register of the first lane of its instants, ordered */
int slot_code(making *mk, fact_slot *s);
int slot_number(making *mk, fact_slot *s);
int slot_code_id(making *mk, fact_slot *s, text code);
int holds_reg(making *mk, const condition *c);
int since_reg(making *mk, const condition *c, int from); /* from: a register, or -1 */

/* ---- stage.c: due, amber, fields ---- */
bool limit_plain(const clock_rule *r); /* one limit, whatever the date or the code */
bool limit_stage(making *mk);
bool fields_stage(making *mk);

/* ---- days.c ---- */
void day_tables_make(day_tables *t, const calendar *c, arena *a);
/* A table by day, pointing at day 0 of the marks. */
int32_t *day_table(arena *a);
/* False: it does not fit. `micros` is what is left of a second. */
bool mark_of(const day_tables *t, const fact *f, mark *out, int32_t *micros);
instant instant_of(const day_tables *t, mark at);
bool days_fit(const day_tables *t, int n, day_unit unit); /* is so long a limit countable in tables? */
int days_of(int n, day_unit unit);                        /* of calendar days or weeks */

/* ---- step.c ---- */
step_run step_set, step_first, step_last, step_min, step_max, step_lax, step_later, step_absent, step_present, step_and,
    step_or, step_not, step_only, step_codes, step_codes_since, step_number_since, step_after, step_floor, step_begin,
    step_waive, step_restart, step_pair, step_anew, step_waits, step_order;
/* ---- count.c ---- */
step_run step_plus, step_by_day, step_row_by_day, step_row_by_code, step_pick, step_count_days, step_count_working,
    step_hours, step_until, step_decides, step_choose, step_before_days, step_before_working, step_before_by_day,
    step_before_hours, step_flags, step_keep, step_keep_days, step_keep_byte, step_keep_late;

#endif
