/* plan.c: rules compiled to steps: facts to columns, conditions to masks and marks, then a clock's stages in the order of compute.c. */
#include "clock/plan.h"

#include <limits.h>

bool refuse_rule(making *mk, const char *reason)
{
	if (!mk->refused) mk->refused = reason;
	return false;
}

int scratch_new(making *mk, int count)
{
	int first = mk->scratch;
	if (first + count > SCRATCH_MAX) {
		refuse_rule(mk, "it needs more registers than there are");
		return REG_SCRATCH;
	}
	mk->scratch += count;
	if (mk->scratch > mk->plan->scratch) mk->plan->scratch = mk->scratch;
	return REG_SCRATCH + first;
}

int emit(making *mk, plan_step s)
{
	clock_plan *p = mk->plan;
	if (p->step_count == p->step_cap) p->steps = ARENA_DOUBLE(p->arena, plan_step, p->steps, &p->step_cap, 256);
	p->steps[p->step_count++] = s;
	return s.to;
}

int emit_new(making *mk, plan_step s)
{
	s.to = scratch_new(mk, 1);
	return emit(mk, s);
}

/* ---- facts ---- */

fact_slot *slot_find(clock_plan *p, int fact)
{
	if (p->slot_of[fact] >= 0) return &p->slots[p->slot_of[fact]];
	int lanes = p->lanes ? p->lanes[fact] : 1;
	p->slot_of[fact] = p->slot_count;
	p->slots[p->slot_count] = (fact_slot){.fact = fact,
					      .lanes = lanes < 1           ? 1
						       : lanes > LANES_MAX ? LANES_MAX
									   : lanes,
					      .at = -1,
					      .code = -1,
					      .number = -1,
					      .codes = {.arena = p->arena}};
	return &p->slots[p->slot_count++];
}

static int columns_new(making *mk, const fact_slot *s, fact_part part)
{
	clock_plan *p = mk->plan;
	if (p->column_count + s->lanes > COLUMNS_MAX) return refuse_rule(mk, "there are too many columns"), REG_COLUMNS;
	int first = p->column_count;
	for (int lane = 0; lane < s->lanes; lane++) {
		p->columns[p->column_count].slot = (int)(s - p->slots);
		p->columns[p->column_count].part = part;
		p->columns[p->column_count++].lane = lane;
	}
	return REG_COLUMNS + first;
}

int slot_at(making *mk, fact_slot *s)
{
	if (s->at < 0) s->at = columns_new(mk, s, PART_AT);
	return s->at;
}

int slot_code(making *mk, fact_slot *s)
{
	if (s->code < 0) s->code = columns_new(mk, s, PART_CODE);
	return s->code;
}

int slot_number(making *mk, fact_slot *s)
{
	if (s->number < 0) s->number = columns_new(mk, s, PART_NUMBER);
	return s->number;
}

int slot_code_id(making *mk, fact_slot *s, text code)
{
	int64_t known = map_get_or(&s->codes, code, 0);
	if (known) return (int)known;
	if (s->codes.count + 2 >= CODES)
		return refuse_rule(mk, "rules name more codes of one fact than a column can hold"), 1;
	map_put(&s->codes, code, s->codes.count + 2);
	return (int)s->codes.count + 1;
}

/* ---- conditions ---- */

/* Since when, and whether: where `holds` is -1 it holds just where there is a since; where `since` is -1 there never is one. */
typedef struct told {
	int since, holds;
} told;

static int present(making *mk, int since)
{
	return emit_new(mk, (plan_step){.run = step_present, .a = since});
}

/* The first of a fact's instants on `from` or later; its instants lie in order, so without `from` it is the first lane. */
static int first_at(making *mk, fact_slot *s, int from)
{
	int at = slot_at(mk, s);
	if (from < 0) return at;
	return emit_new(mk, (plan_step){.run = step_first, .a = at, .b = from, .lanes = s->lanes});
}

static int absent_at(making *mk, fact_slot *s, int from)
{
	return emit_new(mk, (plan_step){.run = step_absent, .a = first_at(mk, s, from)});
}

/* -1 for each code of the condition; `none`, for a row without such a fact; `others`, for codes that no rule names. */
static const int32_t *codes_table(making *mk, fact_slot *s, const condition *c, bool none, bool others)
{
	int32_t *table = ARENA_ARRAY(mk->plan->arena, int32_t, CODES);
	for (int i = 0; others && i < CODES; i++) table[i] = -1;
	table[0] = none ? -1 : 0;
	for (int i = 0; i < c->code_count; i++) table[slot_code_id(mk, s, c->codes[i])] = -1;
	return table;
}

static int codes_mask(making *mk, fact_slot *s, const int32_t *table)
{
	return emit_new(mk, (plan_step){.run = step_codes, .a = slot_code(mk, s), .lanes = s->lanes, .table = table});
}

static int codes_since(making *mk, fact_slot *s, const condition *c, int from)
{
	return emit_new(mk, (plan_step){.run = step_codes_since,
					.a = slot_code(mk, s),
					.b = from < 0 ? REG_FIRST : from,
					.c = slot_at(mk, s),
					.lanes = s->lanes,
					.table = codes_table(mk, s, c, false, false)});
}

/* Where only whether it holds is asked, and of any day, codes need no instants. */
static told fact_told(making *mk, const condition *c, int from, bool whether)
{
	fact_slot *s = slot_find(mk->plan, c->fact);
	bool no = c->kind == CONDITION_NO;
	if (whether && from < 0 && fact_at(mk->plan->image, c->fact)->kind == FACT_CODE)
		return (told){-1, codes_mask(mk, s, codes_table(mk, s, &(condition){0}, no, !no))};
	return no ? (told){-1, absent_at(mk, s, from)} : (told){first_at(mk, s, from), -1};
}

static told codes_told(making *mk, const condition *c, int from, bool whether)
{
	fact_slot *s = slot_find(mk->plan, c->fact);
	bool not = c->kind == CONDITION_NOT_IN;
	if (from < 0 && (whether || not )) {
		int in = codes_mask(mk, s, codes_table(mk, s, c, c->or_none, false));
		return (told){-1, not ? emit_new(mk, (plan_step){.run = step_not, .a = in}) : in};
	}
	int since = codes_since(mk, s, c, from);
	if (!c->or_none && !not ) return (told){since, -1};
	int in = present(mk, since);
	if (c->or_none) in = emit_new(mk, (plan_step){.run = step_or, .a = in, .b = absent_at(mk, s, from)});
	return not ? (told){-1, emit_new(mk, (plan_step){.run = step_not, .a = in})} : (told){since, in};
}

static told number_told(making *mk, const condition *c, int from)
{
	fact_slot *s = slot_find(mk->plan, c->fact);
	int32_t n = c->number < INT32_MIN ? INT32_MIN : c->number > INT32_MAX ? INT32_MAX : (int32_t)c->number;
	bool least = c->kind == CONDITION_AT_LEAST;
	if (c->number != n) refuse_rule(mk, "a number is too great for a column");
	return (told){emit_new(mk, (plan_step){.run = step_number_since,
					       .a = slot_number(mk, s),
					       .b = from < 0 ? REG_FIRST : from,
					       .c = slot_at(mk, s),
					       .lanes = s->lanes,
					       .n = least ? n : INT32_MIN,
					       .m = least ? INT32_MAX : n}),
		      -1};
}

static int last_at(making *mk, int fact, int from)
{
	fact_slot *s = slot_find(mk->plan, fact);
	return emit_new(
	    mk,
	    (plan_step){.run = step_last, .a = slot_at(mk, s), .b = from < 0 ? REG_FIRST : from, .lanes = s->lanes});
}

static told after_told(making *mk, const condition *c, int from)
{
	int later = last_at(mk, c->fact, from), earlier = last_at(mk, c->other, from);
	return (told){emit_new(mk, (plan_step){.run = step_after, .a = later, .b = earlier}), -1};
}

static int both(making *mk, step_run *run, int a, int b)
{
	if (a < 0) return b;
	return b < 0 ? a : emit_new(mk, (plan_step){.run = run, .a = a, .b = b});
}

static told condition_told(making *mk, const condition *c, int from, bool whether);

/* Parts that hold just when they have a since make it missing where one of them is; the others are asked for their mask. */
static told all_told(making *mk, const condition *c, int from, bool whether)
{
	int certain = -1, perhaps = -1, holds = -1;
	for (int i = 0; i < c->part_count; i++) {
		told part = condition_told(mk, c->parts[i], from, whether);
		if (part.holds < 0)
			certain = both(mk, step_max, certain, part.since);
		else
			perhaps = both(mk, step_lax, perhaps, part.since);
		holds = both(mk, step_and, holds, part.holds);
	}
	if (certain >= 0 && perhaps >= 0)
		certain = emit_new(mk, (plan_step){.run = step_later, .a = certain, .b = perhaps});
	int since = certain >= 0 ? certain : perhaps;
	if (since >= 0 && holds >= 0) since = emit_new(mk, (plan_step){.run = step_only, .a = since, .b = holds});
	return (told){since, certain >= 0 ? -1 : holds};
}

static told any_told(making *mk, const condition *c, int from, bool whether)
{
	int since = -1, certain = -1, holds = -1;
	for (int i = 0; i < c->part_count; i++) {
		told part = condition_told(mk, c->parts[i], from, whether);
		since = both(mk, step_min, since, part.since);
		if (part.holds < 0) certain = both(mk, step_min, certain, part.since);
		holds = both(mk, step_or, holds, part.holds);
	}
	if (holds >= 0 && certain >= 0) holds = both(mk, step_or, holds, present(mk, certain));
	return (told){since, holds};
}

static told condition_told(making *mk, const condition *c, int from, bool whether)
{
	switch (c->kind) {
	case CONDITION_FACT:
	case CONDITION_NO:
		return fact_told(mk, c, from, whether);
	case CONDITION_IN:
	case CONDITION_NOT_IN:
		return codes_told(mk, c, from, whether);
	case CONDITION_AT_LEAST:
	case CONDITION_AT_MOST:
		return number_told(mk, c, from);
	case CONDITION_AFTER:
		return after_told(mk, c, from);
	case CONDITION_ALL:
		return all_told(mk, c, from, whether);
	case CONDITION_ANY:
		return any_told(mk, c, from, whether);
	}
	return (told){-1, REG_FALSE};
}

int holds_reg(making *mk, const condition *c)
{
	told t = condition_told(mk, c, -1, true);
	return t.holds >= 0 ? t.holds : present(mk, t.since);
}

int since_reg(making *mk, const condition *c, int from)
{
	int since = condition_told(mk, c, from, false).since;
	return since >= 0 ? since : REG_NONE;
}

/* ---- start and stop ---- */

static void begin_stage(making *mk)
{
	const clock_rule *r = mk->rule;
	const clock_face *f = &r->face;
	int64_t from = f->valid_from == DAY_NONE ? -DAYS_HALF : (int64_t)f->valid_from - MARKS_ZERO;
	int64_t to = f->valid_to == DAY_NONE ? DAYS_HALF - 2 : (int64_t)f->valid_to - MARKS_ZERO;
	from = from < -DAYS_HALF ? -DAYS_HALF : from > DAYS_HALF - 1 ? DAYS_HALF - 1 : from;
	to = to < -DAYS_HALF ? -DAYS_HALF : to > DAYS_HALF - 2 ? DAYS_HALF - 2 : to;
	mk->also = r->also ? since_reg(mk, r->also_start, -1) : REG_NONE;
	plan_step s = {
	    .run = step_begin, .a = since_reg(mk, r->start, -1), .b = mk->also, .c = REG_TRUE, .d = REG_FALSE};
	if (r->when) s.c = holds_reg(mk, r->when);
	if (r->except) s.d = holds_reg(mk, r->except);
	s.n = (int32_t)(from * (1 << MARK_BITS));
	s.m = (int32_t)(to * (1 << MARK_BITS) + SECONDS_MASK);
	s.to = mk->start = scratch_new(mk, 1);
	s.to2 = mk->alive = scratch_new(mk, 1);
	s.to3 = mk->only_also = scratch_new(mk, 1);
	emit(mk, s);
}

static void stop_stage(making *mk)
{
	const clock_rule *r = mk->rule;
	int from = emit_new(mk, (plan_step){.run = step_floor, .a = mk->start, .b = mk->also});
	mk->stop = since_reg(mk, r->stop, from);
	mk->waived = REG_FALSE;
	if (!r->waive) return;
	plan_step s = {.run = step_waive, .a = mk->stop, .b = since_reg(mk, r->waive, from)};
	s.to2 = mk->waived = scratch_new(mk, 1);
	mk->stop = emit_new(mk, s);
}

static void restart_stage(making *mk)
{
	mk->restarts = -1;
	if (mk->rule->restart < 0) return;
	const fact_slot *slot = slot_find(mk->plan, mk->rule->restart);
	int at = slot_at(mk, slot_find(mk->plan, mk->rule->restart));
	mk->restarts = emit_new(mk, (plan_step){.run = step_set, .n = 0});
	for (int lane = 0; lane < slot->lanes; lane++)
		emit(mk, (plan_step){.run = step_restart,
				     .to = mk->start,
				     .to2 = mk->restarts,
				     .a = at + lane,
				     .b = mk->stop,
				     .n = mk->rule->restart_times});
}

/* ---- pauses ---- */

/* Pairs of one kind, into the registers at `spans`, two for each lane. Gives the state: until, open, ended, began. */
static int pairs(making *mk, fact_span span, int spans)
{
	static const int32_t begin[] = {INT32_MIN, MARK_NONE, MARK_NONE, 0};
	int state = scratch_new(mk, 4);
	for (int i = 0; i < 4; i++) emit(mk, (plan_step){.run = step_set, .to = state + i, .n = begin[i]});
	int from = slot_at(mk, slot_find(mk->plan, span.from)), to = slot_at(mk, slot_find(mk->plan, span.to));
	int lanes = slot_find(mk->plan, span.from)->lanes, ends = slot_find(mk->plan, span.to)->lanes;
	for (int lane = 0; lane < lanes; lane++) {
		int ending = emit_new(mk, (plan_step){.run = step_first, .a = to, .b = from + lane, .lanes = ends});
		emit(mk, (plan_step){.run = step_pair,
				     .to = spans + 2 * lane,
				     .to2 = state,
				     .a = from + lane,
				     .b = ending,
				     .c = mk->start});
	}
	return state;
}

static void waits(making *mk, int *to, int open)
{
	if (*to < 0) *to = emit_new(mk, (plan_step){.run = step_set, .n = MARK_NONE});
	emit(mk, (plan_step){.run = step_waits, .to = *to, .a = open, .b = mk->stop});
}

static void suspend_stage(making *mk)
{
	const clock_rule *r = mk->rule;
	mk->suspended = -1;
	if (r->suspend.from < 0) return;
	int lanes = slot_find(mk->plan, r->suspend.from)->lanes;
	int spans = scratch_new(mk, 2 * lanes), state = pairs(mk, r->suspend, spans);
	waits(mk, &mk->suspended, state + 1);
	mk->spans = spans;
	mk->span_count = r->starts_anew ? 0 : lanes;
	if (r->starts_anew)
		emit(mk, (plan_step){.run = step_anew, .to = mk->start, .a = state + 2, .b = mk->stop, .c = state + 3});
}

/* Spans of several kinds are put in order; those of one kind are, as they come. */
static void spans_order(making *mk)
{
	for (int n = mk->span_count - 1; n > 0; n--)
		for (int i = 0; i < n; i++)
			emit(mk, (plan_step){.run = step_order, .to = mk->spans + 2 * i, .to2 = mk->spans + 2 * i + 2});
}

static void pause_stage(making *mk)
{
	const clock_rule *r = mk->rule;
	int count = mk->span_count, kinds = r->pause_count + (count > 0);
	mk->paused = -1;
	for (int i = 0; i < r->pause_count; i++) count += slot_find(mk->plan, r->pauses[i].from)->lanes;
	if (r->pause_count == 0) return;
	int spans = scratch_new(mk, 2 * count), at = spans;
	for (int i = 0; i < 2 * mk->span_count; i++)
		emit(mk, (plan_step){.run = step_and, .to = at++, .a = mk->spans + i, .b = REG_TRUE});
	for (int i = 0; i < r->pause_count; i++) {
		waits(mk, &mk->paused, pairs(mk, r->pauses[i], at) + 1);
		at += 2 * slot_find(mk->plan, r->pauses[i].from)->lanes;
	}
	mk->spans = spans;
	mk->span_count = count;
	if (kinds > 1) spans_order(mk);
}

/* ---- the whole ---- */

static bool stages(making *mk)
{
	const clock_rule *r = mk->rule;
	bool moves = r->restart >= 0 || r->suspend.from >= 0 || r->until >= 0;
	if (r->also && moves) return refuse_rule(mk, "a second limit beside a restart, a suspension or a given date");
	if (r->also && !limit_plain(r))
		return refuse_rule(mk, "a second limit beside one that depends on date or code");
	begin_stage(mk);
	stop_stage(mk);
	restart_stage(mk);
	suspend_stage(mk);
	pause_stage(mk);
	return limit_stage(mk) && fields_stage(mk) && !mk->refused;
}

static void rule_make(clock_plan *p, int number)
{
	making mk = {.plan = p, .rule = p->rules[number].rule, .number = number};
	int steps = p->step_count;
	if (stages(&mk)) return;
	p->step_count = steps;
	p->rules[number].refused = mk.refused;
	p->rules[number].fields = 0;
	p->refused++;
}

clock_plan *clock_plan_make(const image *m, const clock_rule *const *rules, int count, const uint8_t *lanes, arena *a)
{
	clock_plan *p = ARENA_NEW(a, clock_plan);
	int facts = fact_count(m);
	*p = (clock_plan){.image = m, .arena = a, .lanes = lanes, .rule_count = count};
	day_tables_make(&p->days, m->calendar, a);
	p->slots = ARENA_ARRAY(a, fact_slot, facts + 1);
	p->slot_of = ARENA_ARRAY(a, int, facts + 1);
	p->rules = ARENA_ARRAY(a, rule_plan, count + 1);
	for (int i = 0; i < facts; i++) p->slot_of[i] = -1;
	for (int i = 0; i < count; i++) {
		p->rules[i].rule = rules[i];
		rule_make(p, i);
	}
	return p;
}

text clock_plan_refused(const clock_plan *p, int rule)
{
	return text_of(p->rules[rule].refused);
}

void clock_plan_days(const clock_plan *p, day *first, day *last)
{
	(void)p;
	*first = MARKS_ZERO - DAYS_HALF + MARGIN;
	*last = MARKS_ZERO + DAYS_HALF - MARGIN - 1;
}

int clock_plan_steps(const clock_plan *p)
{
	return p->step_count;
}
