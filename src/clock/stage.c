/* stage.c: the last stages of a rule in a plan: how long the limit is, when it needs attention, and which fields its clocks have. */
#include "clock/plan.h"

/* One limit to be counted: its rows, and the register that says which (from 1), or -1 where there is one for all. */
typedef struct counting {
	const limit_row *rows;
	int count;
	int row;
	int start;
} counting;

typedef struct counted {
	int due, late, left; /* late and left: -1 where they say nothing */
} counted;

static bool unconditional(const limit_row *row)
{
	return row->from == DAY_NONE && row->to == DAY_NONE;
}

bool limit_plain(const clock_rule *r)
{
	return r->limit_by < 0 && r->limit_count == 1 && unconditional(r->limits);
}

static const day_unit earlier_reading[] = {[UNIT_HVERDAGE] = UNIT_HVERDAGE_SATURDAY,
					   [UNIT_HVERDAGE_SATURDAY] = UNIT_HVERDAGE_SATURDAY,
					   [UNIT_ARBEJDSDAGE] = UNIT_ARBEJDSDAGE};

static bool working(day_unit unit)
{
	return unit == UNIT_HVERDAGE || unit == UNIT_HVERDAGE_SATURDAY || unit == UNIT_ARBEJDSDAGE;
}

/* ---- without pauses: a day's last day is known beforehand ---- */

static const limit_row *row_for(const counting *k, day start)
{
	for (int i = 0; i < k->count; i++) {
		const limit_row *row = &k->rows[i];
		if ((row->from == DAY_NONE || start >= row->from) && (row->to == DAY_NONE || start <= row->to))
			return row;
	}
	return NULL;
}

/* The last day for each day of start, in the earlier or the later reading. */
static const int32_t *due_table(making *mk, const counting *k, bool late)
{
	const day_tables *t = &mk->plan->days;
	int32_t *table = day_table(mk->plan->arena);
	for (int d = -DAYS_HALF; d < DAYS_HALF; d++) {
		const limit_row *row = row_for(k, MARKS_ZERO + d);
		table[d] = d;
		if (!row || row->unfilled || d >= DAYS_HALF - MARGIN) continue;
		if (working(row->unit)) {
			const counted_days *c = &t->counted[late ? row->unit : earlier_reading[row->unit]];
			table[d] = c->nth[c->upto[d] + row->n];
		} else {
			table[d] = calendar_add(t->calendar, MARKS_ZERO + d, row->n, row->unit) - MARKS_ZERO;
		}
	}
	return table;
}

static bool has_two_readings(const counting *k)
{
	for (int i = 0; i < k->count; i++)
		if (!k->rows[i].unfilled && k->rows[i].unit == UNIT_HVERDAGE) return true;
	return false;
}

static counted count_known(making *mk, const counting *k)
{
	const limit_row *only = k->count == 1 && unconditional(k->rows) ? k->rows : NULL;
	counted c = {-1, -1, -1};
	if (only && (only->unit == UNIT_CALENDAR_DAYS || only->unit == UNIT_WEEKS)) {
		c.due = emit_new(mk, (plan_step){.run = step_plus, .a = k->start, .n = days_of(only->n, only->unit)});
		return c;
	}
	c.due = emit_new(mk, (plan_step){.run = step_by_day, .a = k->start, .table = due_table(mk, k, false)});
	if (has_two_readings(k))
		c.late = emit_new(mk, (plan_step){.run = step_by_day, .a = k->start, .table = due_table(mk, k, true)});
	return c;
}

/* ---- with pauses, or by code: counted row by row ---- */

/* Rows that are counted alike: by the same days. Of months, only those of as many. */
static bool counted_alike(const limit_row *x, const limit_row *y)
{
	bool days = x->unit == UNIT_CALENDAR_DAYS || x->unit == UNIT_WEEKS;
	bool days_too = y->unit == UNIT_CALENDAR_DAYS || y->unit == UNIT_WEEKS;
	if (x->unfilled || y->unfilled) return false;
	return (days && days_too) || (x->unit == y->unit && (x->unit != UNIT_MONTHS || x->n == y->n));
}

/* A number for each row, picked by the row's register. */
static int picked(making *mk, const counting *k, const int32_t *of_row)
{
	int32_t *table = ARENA_ARRAY(mk->plan->arena, int32_t, TABLE_ROWS + 1);
	for (int i = 0; i < k->count; i++) table[i + 1] = of_row[i];
	if (k->row < 0) return emit_new(mk, (plan_step){.run = step_set, .n = table[1]});
	return emit_new(mk, (plan_step){.run = step_pick, .a = k->row, .table = table});
}

static int count_step(making *mk, const counting *k, int n, const counted_days *c, int *left)
{
	plan_step s = {.run = c ? step_count_working : step_count_days,
		       .a = k->start,
		       .b = n,
		       .c = mk->spans,
		       .lanes = mk->span_count};
	if (c) s.table = c->upto, s.nth = c->nth;
	*left = s.to2 = scratch_new(mk, 1);
	s.to3 = scratch_new(mk, 1);
	return emit_new(mk, s);
}

/* Those rows that are counted like this one. Days left out are those of the later reading, as compute.c has it. */
static counted count_like(making *mk, const counting *k, const limit_row *like)
{
	int32_t numbers[TABLE_ROWS];
	counted c = {-1, -1, -1};
	for (int i = 0; i < k->count; i++) {
		const limit_row *row = &k->rows[i];
		numbers[i] = counted_alike(row, like) ? days_of(row->n, row->unit) : 0;
	}
	if (like->unit == UNIT_MONTHS) {
		counting one = {.rows =
				    &(limit_row){.from = DAY_NONE, .to = DAY_NONE, .n = like->n, .unit = UNIT_MONTHS},
				.count = 1,
				.row = -1,
				.start = k->start};
		return count_known(mk, &one);
	}
	int n = picked(mk, k, numbers);
	const counted_days *days = working(like->unit) ? &mk->plan->days.counted[earlier_reading[like->unit]] : NULL;
	c.due = count_step(mk, k, n, days, &c.left);
	if (like->unit == UNIT_HVERDAGE) c.late = count_step(mk, k, n, &mk->plan->days.counted[UNIT_HVERDAGE], &c.left);
	return c;
}

static int chosen(making *mk, int mask, int yes, int no)
{
	return emit_new(mk, (plan_step){.run = step_choose, .a = yes, .b = no, .c = mask});
}

static void counted_merge(making *mk, counted *all, counted c, int mask)
{
	int late = c.late < 0 ? c.due : c.late, before = all->late < 0 ? all->due : all->late;
	if (c.late >= 0 || all->late >= 0) all->late = chosen(mk, mask, late, before);
	if (c.left >= 0 || all->left >= 0)
		all->left = chosen(mk, mask, c.left < 0 ? REG_FALSE : c.left, all->left < 0 ? REG_FALSE : all->left);
	all->due = chosen(mk, mask, c.due, all->due);
}

static counted count_rows(making *mk, const counting *k)
{
	counted all = {-1, -1, -1};
	for (int i = 0; i < k->count; i++) {
		int32_t alike[TABLE_ROWS];
		bool done = k->rows[i].unfilled;
		for (int n = 0; n < i; n++) done = done || counted_alike(&k->rows[n], &k->rows[i]);
		if (done) continue;
		for (int n = 0; n < k->count; n++) alike[n] = counted_alike(&k->rows[n], &k->rows[i]) ? -1 : 0;
		counted c = count_like(mk, k, &k->rows[i]);
		if (all.due < 0)
			all = c;
		else
			counted_merge(mk, &all, c, picked(mk, k, alike));
	}
	return all;
}

/* ---- the rule's limit ---- */

static bool rows_fit(making *mk, const limit_row *rows, int count)
{
	const clock_rule *r = mk->rule;
	if (count > TABLE_ROWS) return refuse_rule(mk, "its table has too many rows");
	for (int i = 0; i < count; i++) {
		if (r->also && rows[i].unfilled)
			return refuse_rule(mk, "a second limit beside one that is not filled in");
		if (rows[i].unfilled) continue;
		if (unit_exact(rows[i].unit) && (count > 1 || r->also || r->limit_by >= 0))
			return refuse_rule(mk, "hours or minutes among other limits");
		if (!days_fit(&mk->plan->days, rows[i].n, rows[i].unit))
			return refuse_rule(mk, "its limit is too long");
	}
	return true;
}

/* Which row it is: by code, for each row from the last to the first, so that the first that fits is left; else by the day alone. */
static void row_find(making *mk, const counting *k)
{
	clock_plan *p = mk->plan;
	mk->row = -1;
	if (mk->rule->limit_by < 0) {
		if (k->count == 1 && unconditional(k->rows)) return;
		int32_t *table = day_table(p->arena);
		for (int d = -DAYS_HALF; d < DAYS_HALF; d++) {
			const limit_row *row = row_for(k, MARKS_ZERO + d);
			table[d] = row ? (int32_t)(row - k->rows) + 1 : 0;
		}
		mk->row =
		    emit_new(mk, (plan_step){.run = step_row_by_day, .to2 = mk->alive, .a = mk->start, .table = table});
		return;
	}
	int code = slot_code(mk, slot_find(p, mk->rule->limit_by));
	mk->row = emit_new(mk, (plan_step){.run = step_set, .n = 0});
	for (int i = k->count - 1; i >= 0; i--) {
		const limit_row *row = &k->rows[i];
		fact_slot *s = slot_find(p, mk->rule->limit_by);
		int64_t from = row->from == DAY_NONE ? -DAYS_HALF : (int64_t)row->from - MARKS_ZERO;
		int64_t to = row->to == DAY_NONE ? DAYS_HALF - 1 : (int64_t)row->to - MARKS_ZERO;
		if (from > DAYS_HALF - 1 || to < -DAYS_HALF) continue;
		from = from < -DAYS_HALF ? -DAYS_HALF : from;
		to = to > DAYS_HALF - 1 ? DAYS_HALF - 1 : to;
		emit(mk, (plan_step){.run = step_row_by_code,
				     .to = mk->row,
				     .a = mk->start,
				     .b = code,
				     .c = slot_code_id(mk, s, row->code),
				     .d = i + 1,
				     .lanes = s->lanes,
				     .n = (int32_t)(from * (1 << MARK_BITS)),
				     .m = (int32_t)(to * (1 << MARK_BITS) + SECONDS_MASK)});
	}
}

/* Where a date can be counted: everywhere, nowhere, or where the row is filled in. A code that no row knows is not. */
static void filled_find(making *mk, const counting *k)
{
	int32_t filled[TABLE_ROWS];
	int count = 0;
	for (int i = 0; i < k->count; i++) {
		filled[i] = k->rows[i].unfilled ? 0 : -1;
		count += !k->rows[i].unfilled;
	}
	mk->filled = mk->alive;
	if (count == 0) mk->filled = REG_FALSE;
	if (count == 0 || (count == k->count && mk->rule->limit_by < 0)) return;
	mk->filled = emit_new(mk, (plan_step){.run = step_and, .a = mk->alive, .b = picked(mk, k, filled)});
}

static void until_stage(making *mk)
{
	fact_slot *s = slot_find(mk->plan, mk->rule->until);
	int last = emit_new(mk, (plan_step){.run = step_last, .a = slot_at(mk, s), .b = REG_FIRST, .lanes = s->lanes});
	mk->due = emit_new(mk, (plan_step){.run = step_until, .to2 = mk->alive, .a = last, .b = mk->start});
	mk->filled = mk->alive;
}

static int hours_in(int n, day_unit unit)
{
	return n * (unit == UNIT_HOURS ? 3600 : 60);
}

static bool first_limit(making *mk)
{
	const clock_rule *r = mk->rule;
	counting k = {.rows = r->limits, .count = r->limit_count, .start = mk->start};
	if (!rows_fit(mk, k.rows, k.count)) return false;
	row_find(mk, &k);
	k.row = mk->row;
	filled_find(mk, &k);
	if (mk->filled == REG_FALSE) return true;
	if (k.count == 1 && unit_exact(k.rows->unit)) {
		mk->plan->exact = true;
		mk->due = emit_new(mk, (plan_step){.run = step_hours,
						   .a = mk->start,
						   .n = hours_in(k.rows->n, k.rows->unit),
						   .table = mk->plan->days.opens});
		return true;
	}
	bool known = mk->span_count == 0 && r->limit_by < 0;
	counted c = known ? count_known(mk, &k) : count_rows(mk, &k);
	mk->due = c.due;
	mk->late = c.late;
	mk->left = c.left;
	return true;
}

/* A second limit counts from its own start; the earlier decides, and the other is kept beside. */
static bool second_limit(making *mk)
{
	const clock_rule *r = mk->rule;
	if (!r->also) return true;
	if (!rows_fit(mk, r->also, 1)) return false;
	counting k = {.rows = r->also, .count = 1, .row = -1, .start = mk->also};
	counted c = mk->span_count ? count_rows(mk, &k) : count_known(mk, &k), first = {mk->due, mk->late, mk->left};
	int both_run =
	    emit_new(mk, (plan_step){.run = step_decides, .a = mk->also, .b = c.due, .c = mk->due, .d = mk->only_also});
	mk->second = both_run;
	int other = chosen(mk, mk->second, mk->start, mk->also);
	mk->other_start = chosen(mk, mk->only_also, REG_NONE, other);
	mk->other_due = chosen(mk, mk->second, mk->due, c.due);
	mk->start = chosen(mk, mk->second, mk->also, mk->start);
	counted_merge(mk, &first, c, mk->second);
	mk->due = first.due;
	mk->late = first.late;
	mk->left = first.left;
	return true;
}

bool limit_stage(making *mk)
{
	mk->row = mk->late = mk->left = mk->due = mk->other_start = mk->other_due = -1;
	mk->second = REG_FALSE;
	if (mk->rule->until < 0) return first_limit(mk) && second_limit(mk);
	until_stage(mk);
	return true;
}

/* ---- attention ---- */

static const int32_t *before_table(making *mk)
{
	const clock_rule *r = mk->rule;
	int32_t *table = day_table(mk->plan->arena);
	for (int d = -DAYS_HALF + MARGIN; d < DAYS_HALF; d++)
		table[d] =
		    calendar_add(mk->plan->days.calendar, MARKS_ZERO + d, -r->amber_n, r->amber_unit) - MARKS_ZERO;
	return table;
}

/* -1: it needs attention from its start. */
static int amber_stage(making *mk)
{
	const clock_rule *r = mk->rule;
	const day_tables *t = &mk->plan->days;
	bool exact = r->until < 0 && r->limit_count == 1 && unit_exact(r->limits->unit);
	plan_step s = {.a = mk->due, .b = mk->start, .n = r->amber_n, .m = !exact};
	if (r->amber_from_start) return -1;
	if (!days_fit(t, r->amber_n, r->amber_unit)) return refuse_rule(mk, "attention begins too long before"), -1;
	if (unit_exact(r->amber_unit)) {
		mk->plan->exact = true;
		s.run = step_before_hours;
		s.n = hours_in(r->amber_n, r->amber_unit);
		s.table = t->opens;
	} else if (working(r->amber_unit) && r->amber_n > 0) {
		s.run = step_before_working;
		s.table = t->counted[r->amber_unit].upto;
		s.nth = t->counted[r->amber_unit].nth;
	} else if (r->amber_unit == UNIT_MONTHS) {
		s.run = step_before_by_day;
		s.table = before_table(mk);
	} else {
		s.run = step_before_days;
		s.n = days_of(r->amber_n, r->amber_unit);
	}
	return emit_new(mk, s);
}

/* ---- fields ---- */

static void field_keep(making *mk, clock_field field, step_run *run, int from, int mask)
{
	if (from < 0) return;
	mk->plan->rules[mk->number].fields |= 1u << field;
	emit(mk, (plan_step){.run = run,
			     .to = REG_FIELDS + mk->number * FIELDS + (int)field,
			     .a = from,
			     .b = mask,
			     .c = mk->due < 0 ? REG_NONE : mk->due});
}

bool fields_stage(making *mk)
{
	const clock_rule *r = mk->rule;
	bool dated = mk->filled != REG_FALSE;
	int amber = dated ? amber_stage(mk) : -1;
	int provisional = r->provisional ? holds_reg(mk, r->provisional) : REG_FALSE;
	emit(mk, (plan_step){.run = step_flags,
			     .to = REG_FIELDS + mk->number * FIELDS + FIELD_FLAGS,
			     .a = mk->alive,
			     .b = provisional,
			     .c = mk->waived,
			     .d = mk->second});
	mk->plan->rules[mk->number].fields |= 1u << FIELD_FLAGS;
	field_keep(mk, FIELD_START, step_keep, mk->start, mk->alive);
	field_keep(mk, FIELD_STOP, step_keep, mk->stop, mk->alive);
	field_keep(mk, FIELD_DUE, step_keep, mk->due, mk->filled);
	field_keep(mk, FIELD_AMBER, step_keep, amber, mk->filled);
	field_keep(mk, FIELD_LATE, step_keep_late, mk->late, mk->filled);
	field_keep(mk, FIELD_PAUSED_DAYS, step_keep_days, mk->left, mk->filled);
	field_keep(mk, FIELD_ROW, step_keep_byte, dated ? mk->row : -1, mk->alive);
	field_keep(mk, FIELD_RESTARTS, step_keep_byte, mk->restarts, mk->alive);
	field_keep(mk, FIELD_PAUSED, step_keep, mk->paused, mk->alive);
	field_keep(mk, FIELD_SUSPENDED, step_keep, mk->suspended, mk->alive);
	field_keep(mk, FIELD_OTHER_START, step_keep, mk->other_start, mk->alive);
	field_keep(mk, FIELD_OTHER_DUE, step_keep, mk->other_due, mk->alive);
	return true;
}
