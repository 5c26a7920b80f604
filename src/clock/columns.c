/* columns.c: facts into columns, the plan run over them, and a clock read out again. */
#include "clock/plan.h"

#include <string.h>

enum { ALIGNED = 64 };

/* A row that does not fit, or, where the plan refused a rule, every row: its facts, and what clock_try says of them. */
typedef struct aside_row {
	facts facts;
	bool whole; /* none of it lies in columns */
	clock *clocks;
} aside_row;

/* What a fact's instant has beyond whole seconds. Of a row's facts only those of the same instant may share a second, so the order of marks
 * is that of instants, and a mark that a clock took from a fact finds its rest here. */
typedef struct fraction {
	mark at;
	int32_t micros;
	int32_t next; /* of the same row: number + 1; 0: none */
} fraction;

struct clock_columns {
	const clock_plan *plan;
	arena *arena;
	int64_t rows, blocks;
	void *columns[COLUMNS_MAX];
	void **fields;     /* rule * FIELDS + field; NULL: none */
	int32_t *aside_of; /* by row: number in `aside` + 1 */
	aside_row *aside;
	int aside_count, aside_cap;
	int32_t *fraction_of; /* by row: number in `fractions` + 1; NULL: no row has one */
	fraction *fractions;
	int fraction_count, fraction_cap;
	int64_t whole;
};

static const int part_bytes[] = {[PART_AT] = sizeof(mark), [PART_CODE] = 1, [PART_NUMBER] = sizeof(int32_t)};

int clock_field_bytes(clock_field field)
{
	if (field >= FIELD_START) return (int)sizeof(mark);
	return field == FIELD_LATE || field == FIELD_PAUSED_DAYS ? 2 : 1;
}

static void fields_new(clock_columns *c)
{
	const clock_plan *p = c->plan;
	int64_t rows = c->blocks * BLOCK;
	c->fields = ARENA_ARRAY(c->arena, void *, p->rule_count *FIELDS + 1);
	for (int rule = 0; rule < p->rule_count; rule++)
		for (int f = 0; f < FIELDS; f++)
			if (p->rules[rule].fields >> f & 1)
				c->fields[rule * FIELDS + f] =
				    arena_alloc(c->arena, rows * clock_field_bytes((clock_field)f), ALIGNED);
}

clock_columns *clock_columns_new(const clock_plan *p, int64_t rows, arena *a)
{
	clock_columns *c = ARENA_NEW(a, clock_columns);
	*c = (clock_columns){.plan = p, .arena = a, .rows = rows, .blocks = (rows + BLOCK - 1) / BLOCK};
	for (int i = 0; i < p->column_count; i++) {
		fact_part part = p->columns[i].part;
		c->columns[i] = arena_alloc(a, c->blocks * BLOCK * part_bytes[part], ALIGNED);
		mark *at = c->columns[i];
		for (int64_t row = 0; part == PART_AT && row < c->blocks * BLOCK; row++) at[row] = MARK_NONE;
	}
	fields_new(c);
	c->aside_of = ARENA_ARRAY(a, int32_t, rows + 1);
	return c;
}

/* ---- facts ---- */

static void *part_of(const clock_columns *c, int reg, int lane)
{
	return c->columns[reg - REG_COLUMNS + lane];
}

static void fraction_put(clock_columns *c, int64_t row, mark at, int32_t micros)
{
	if (!c->fraction_of) c->fraction_of = ARENA_ARRAY(c->arena, int32_t, c->rows + 1);
	if (c->fraction_count == c->fraction_cap)
		c->fractions = ARENA_DOUBLE(c->arena, fraction, c->fractions, &c->fraction_cap, 1024);
	c->fractions[c->fraction_count++] = (fraction){at, micros, c->fraction_of[row]};
	c->fraction_of[row] = c->fraction_count;
}

static bool instant_put(clock_columns *c, int64_t row, const fact_slot *s, int lane, const fact *f)
{
	mark *at = &((mark *)part_of(c, s->at, lane))[row];
	int32_t micros;
	if (!mark_of(&c->plan->days, f, at, &micros)) return false;
	if (micros) fraction_put(c, row, *at, micros);
	return true;
}

static bool fact_put(clock_columns *c, int64_t row, const fact_slot *s, int lane, const fact *f)
{
	if (lane >= s->lanes) return false;
	if (s->at >= 0 && !instant_put(c, row, s, lane, f)) return false;
	if (s->code >= 0) ((uint8_t *)part_of(c, s->code, lane))[row] = (uint8_t)map_get_or(&s->codes, f->code, 1);
	if (s->number < 0) return true;
	if (f->number < INT32_MIN || f->number > INT32_MAX) return false;
	((int32_t *)part_of(c, s->number, lane))[row] = (int32_t)f->number;
	return true;
}

static bool has_instant(const clock_plan *p, const fact *f)
{
	int slot = p->slot_of[f->id];
	return slot >= 0 && p->slots[slot].at >= 0;
}

static bool same_second(const fact *x, const fact *y)
{
	return x->on == y->on && (x->at - day_start(x->on)) / SECONDS(1) == (y->at - day_start(x->on)) / SECONDS(1);
}

/* Would marks lose the order of two instants, or the rest that hours are counted from? */
static bool fractions_fit(const clock_columns *c, const facts *f)
{
	if (c->plan->exact) return false;
	for (int i = 0; i < f->count; i++)
		for (int n = 0; n < i; n++) {
			const fact *x = &f->at[i], *y = &f->at[n];
			if (x->at == y->at || !same_second(x, y)) continue;
			if (has_instant(c->plan, x) && has_instant(c->plan, y)) return false;
		}
	return true;
}

static bool facts_put(clock_columns *c, int64_t row, const facts *f)
{
	const clock_plan *p = c->plan;
	int lane = 0;
	for (int i = 0; i < f->count; i++) {
		const fact *x = &f->at[i];
		lane = i > 0 && x[-1].id == x->id ? lane + 1 : 0;
		int slot = p->slot_of[x->id];
		if (slot >= 0 && !fact_put(c, row, &p->slots[slot], lane, x)) return false;
	}
	return !c->fraction_of || !c->fraction_of[row] || fractions_fit(c, f);
}

static void row_clear(clock_columns *c, int64_t row)
{
	for (int i = 0; i < c->plan->column_count; i++) {
		fact_part part = c->plan->columns[i].part;
		if (part == PART_CODE)
			((uint8_t *)c->columns[i])[row] = 0;
		else
			((int32_t *)c->columns[i])[row] = part == PART_AT ? MARK_NONE : 0;
	}
	if (c->fraction_of) c->fraction_of[row] = 0;
}

static void row_aside(clock_columns *c, int64_t row, const facts *f, bool whole)
{
	if (c->aside_count == c->aside_cap) c->aside = ARENA_DOUBLE(c->arena, aside_row, c->aside, &c->aside_cap, 64);
	facts kept = {.at = ARENA_ARRAY(c->arena, fact, f->count + 1), .count = f->count};
	if (f->count) memcpy(kept.at, f->at, (size_t)f->count * sizeof *f->at);
	c->aside[c->aside_count++] = (aside_row){.facts = kept, .whole = whole};
	c->aside_of[row] = c->aside_count;
	c->whole += whole;
}

bool clock_columns_put(clock_columns *c, int64_t row, const facts *f)
{
	assert(row >= 0 && row < c->rows);
	bool fits = facts_put(c, row, f);
	if (!fits) row_clear(c, row);
	if (!fits || c->plan->refused) row_aside(c, row, f, !fits);
	return fits;
}

/* ---- running ---- */

static void constants(void **reg, int32_t *room)
{
	static const int32_t values[] = {
	    [REG_NONE] = MARK_NONE, [REG_TRUE] = -1, [REG_FALSE] = 0, [REG_FIRST] = INT32_MIN};
	for (int r = 0; r < REG_COLUMNS; r++) {
		int32_t *at = &room[r * BLOCK];
		for (int i = 0; i < BLOCK; i++) at[i] = values[r];
		reg[r] = at;
	}
}

/* Binds the registers of columns and fields to their places in this block. */
static void block_bind(const clock_columns *c, int64_t block, void **reg)
{
	const clock_plan *p = c->plan;
	for (int i = 0; i < p->column_count; i++)
		reg[REG_COLUMNS + i] = (char *)c->columns[i] + block * BLOCK * part_bytes[p->columns[i].part];
	for (int i = 0; i < p->rule_count * FIELDS; i++)
		if (c->fields[i])
			reg[REG_FIELDS + i] =
			    (char *)c->fields[i] + block * BLOCK * clock_field_bytes((clock_field)(i % FIELDS));
}

static void blocks_run(const clock_columns *c, arena *a)
{
	const clock_plan *p = c->plan;
	void **reg = ARENA_ARRAY(a, void *, REG_FIELDS + p->rule_count * FIELDS);
	int32_t *room = arena_alloc(a, (int64_t)(REG_COLUMNS + p->scratch) * BLOCK * (int64_t)sizeof *room, ALIGNED);
	constants(reg, room);
	for (int i = 0; i < p->scratch; i++) reg[REG_SCRATCH + i] = &room[(REG_COLUMNS + i) * BLOCK];
	for (int64_t block = 0; block < c->blocks; block++) {
		block_bind(c, block, reg);
		for (int i = 0; i < p->step_count; i++) p->steps[i].run(&p->steps[i], reg);
	}
}

static void aside_run(clock_columns *c, aside_row *x)
{
	const clock_plan *p = c->plan;
	if (!x->clocks) x->clocks = ARENA_ARRAY(c->arena, clock, p->rule_count + 1);
	for (int rule = 0; rule < p->rule_count; rule++)
		if (x->whole || p->rules[rule].refused)
			clock_try(p->image, p->rules[rule].rule, &x->facts, &x->clocks[rule]);
}

void clock_columns_run(clock_columns *c)
{
	arena *scratch = arena_new(64 * MIB);
	blocks_run(c, scratch);
	arena_free(scratch);
	for (int i = 0; i < c->aside_count; i++) aside_run(c, &c->aside[i]);
}

/* ---- reading ---- */

static uint32_t small_at(const clock_columns *c, int rule, clock_field field, int64_t row)
{
	const void *at = c->fields[rule * FIELDS + (int)field];
	if (!at) return 0;
	return clock_field_bytes(field) == 2 ? ((const uint16_t *)at)[row] : ((const uint8_t *)at)[row];
}

static mark mark_at(const clock_columns *c, int rule, clock_field field, int64_t row)
{
	const mark *at = c->fields[rule * FIELDS + (int)field];
	return at ? at[row] : MARK_NONE;
}

/* Of a field that is a fact's instant. */
static instant instant_at(const clock_columns *c, int rule, clock_field field, int64_t row)
{
	mark at = mark_at(c, rule, field, row);
	instant whole = instant_of(&c->plan->days, at);
	if (at == MARK_NONE || !c->fraction_of) return whole;
	for (int32_t n = c->fraction_of[row]; n; n = c->fractions[n - 1].next)
		if (c->fractions[n - 1].at == at) return whole + c->fractions[n - 1].micros;
	return whole;
}

/* `at` is the end of that day. */
static day day_ending(mark at)
{
	return MARKS_ZERO + (at >> MARK_BITS) - 1;
}

static void limit_put(const clock_columns *c, int64_t row, int rule, const clock_rule *r, clock *out)
{
	uint32_t number = small_at(c, rule, FIELD_ROW, row);
	const limit_row *first = r->until >= 0 || r->limit_count == 0 ? NULL : &r->limits[number ? number - 1 : 0];
	bool second = r->also && (small_at(c, rule, FIELD_FLAGS, row) & FLAG_SECOND);
	if (!first) return;
	if (r->also && mark_at(c, rule, FIELD_OTHER_START, row) != MARK_NONE) {
		const limit_row *other = second ? first : r->also;
		out->other_due = day_ending(mark_at(c, rule, FIELD_OTHER_DUE, row));
		out->other_limit = other->n;
		out->other_unit = other->unit;
	}
	const limit_row *decides = second ? r->also : first;
	out->limit = decides->n;
	out->unit = decides->unit;
}

static void due_put(const clock_columns *c, int64_t row, int rule, const clock_rule *r, clock *out)
{
	mark due = mark_at(c, rule, FIELD_DUE, row);
	out->due = instant_of(&c->plan->days, due);
	if (due == MARK_NONE) {
		out->due_day = out->due_day_late = DAY_NONE;
		out->amber = INSTANT_NONE;
		return;
	}
	limit_put(c, row, rule, r, out);
	out->due_day = unit_exact(out->unit) ? MARKS_ZERO + (due >> MARK_BITS) : day_ending(due);
	out->due_day_late = out->due_day + (day)small_at(c, rule, FIELD_LATE, row);
	mark amber = mark_at(c, rule, FIELD_AMBER, row);
	out->amber = r->amber_from_start ? out->start : instant_of(&c->plan->days, amber);
	out->paused_days = (int)small_at(c, rule, FIELD_PAUSED_DAYS, row);
}

static bool clock_read(const clock_columns *c, int64_t row, int rule, clock *out)
{
	const clock_rule *r = c->plan->rules[rule].rule;
	uint32_t flags = small_at(c, rule, FIELD_FLAGS, row);
	*out = (clock){.rule = r, .stop = INSTANT_NONE, .paused = INSTANT_NONE, .suspended = INSTANT_NONE};
	if (!(flags & FLAG_APPLIES)) return false;
	out->applies = true;
	out->provisional = flags & FLAG_PROVISIONAL;
	out->waived = flags & FLAG_WAIVED;
	mark start = mark_at(c, rule, FIELD_START, row);
	out->start = instant_at(c, rule, FIELD_START, row);
	out->start_day = MARKS_ZERO + (start >> MARK_BITS);
	out->stop = instant_at(c, rule, FIELD_STOP, row);
	out->paused = instant_at(c, rule, FIELD_PAUSED, row);
	out->suspended = instant_at(c, rule, FIELD_SUSPENDED, row);
	out->restarts = (int)small_at(c, rule, FIELD_RESTARTS, row);
	due_put(c, row, rule, r, out);
	return true;
}

bool clock_columns_clock(const clock_columns *c, int64_t row, int rule, clock *out)
{
	assert(row >= 0 && row < c->rows);
	const aside_row *x = c->aside_of[row] ? &c->aside[c->aside_of[row] - 1] : NULL;
	bool refused = c->plan->rules[rule].refused;
	if (!x || !(x->whole || refused)) return !refused && clock_read(c, row, rule, out);
	*out = x->clocks[rule];
	return out->applies;
}

bool clock_same(const clock *x, const clock *y)
{
	if (x->applies != y->applies || !x->applies) return x->applies == y->applies;
	bool dates = x->start == y->start && x->start_day == y->start_day && x->due == y->due &&
		     x->due_day == y->due_day && x->due_day_late == y->due_day_late && x->amber == y->amber;
	bool ends = x->stop == y->stop && x->waived == y->waived && x->paused == y->paused &&
		    x->suspended == y->suspended && x->paused_days == y->paused_days && x->restarts == y->restarts &&
		    x->provisional == y->provisional;
	bool limits = x->limit == y->limit && x->unit == y->unit && x->other_due == y->other_due &&
		      x->other_limit == y->other_limit && x->other_unit == y->other_unit;
	return x->rule == y->rule && dates && ends && limits;
}

int64_t clock_columns_aside(const clock_columns *c)
{
	return c->whole;
}

int64_t clock_columns_read(const clock_columns *c)
{
	int64_t bytes = 0;
	for (int i = 0; i < c->plan->column_count; i++) bytes += part_bytes[c->plan->columns[i].part];
	return bytes * c->rows;
}

int64_t clock_columns_written(const clock_columns *c)
{
	int64_t bytes = 0;
	for (int i = 0; i < c->plan->rule_count * FIELDS; i++)
		if (c->fields[i]) bytes += clock_field_bytes((clock_field)(i % FIELDS));
	return bytes * c->rows;
}

/* ---- the arrays ---- */

const void *clock_columns_field(const clock_columns *c, int rule, clock_field field)
{
	return c->fields[rule * FIELDS + (int)field];
}

int clock_columns_facts(const clock_columns *c, arena *a, fact_column **out)
{
	const clock_plan *p = c->plan;
	*out = ARENA_ARRAY(a, fact_column, p->column_count + 1);
	for (int i = 0; i < p->column_count; i++)
		(*out)[i] = (fact_column){.fact = p->slots[p->columns[i].slot].fact,
					  .lane = p->columns[i].lane,
					  .part = p->columns[i].part,
					  .at = c->columns[i]};
	return p->column_count;
}

int clock_columns_code(const clock_columns *c, int fact, text code)
{
	int slot = c->plan->slot_of[fact];
	return slot < 0 ? 1 : (int)map_get_or(&c->plan->slots[slot].codes, code, 1);
}
