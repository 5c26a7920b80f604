/* derive.c: the deriver of this floor: the clocks of the pathways a commit touched, kept as rows; and when the next of them turns. */
#include "clock/internal.h"

enum {
	CLOCK_PATHWAY,
	CLOCK_RULE,
	CLOCK_OPEN,
	CLOCK_START_DAY,
	CLOCK_DUE_DAY,
	CLOCK_DUE_LATE,
	CLOCK_START,
	CLOCK_DUE,
	CLOCK_AMBER,
	CLOCK_STOP,
	CLOCK_WAIVED_AT,
	CLOCK_PAUSED_SINCE,
	CLOCK_SUSPENDED_SINCE,
	CLOCK_PAUSED_DAYS,
	CLOCK_LIMIT,
	CLOCK_UNIT,
	CLOCK_PROVISIONAL,
	CLOCK_COLUMNS
};
enum { CLOCK_BY_AMBER = 0, CLOCK_BY_DUE = 1, TURNED_MAX = 1000000 };

const table clock_table = {
    .name = "clock",
    .columns = {{"pathway_rid", CELL_INT},
		{"rule", CELL_TEXT},
		{"open", CELL_INT},
		{"start_day", CELL_INT},
		{"due_day", CELL_INT},
		{"due_day_late", CELL_INT},
		{"start", CELL_INT},
		{"due", CELL_INT},
		{"amber", CELL_INT},
		{"stop", CELL_INT},
		{"waived", CELL_INT},
		{"paused", CELL_INT},
		{"suspended", CELL_INT},
		{"paused_days", CELL_INT},
		{"days", CELL_INT},
		{"unit", CELL_INT},
		{"provisional", CELL_INT}},
    .column_count = CLOCK_COLUMNS,
    .key_columns = 2,
    .derived = true,
    .indexes = {{.name = "clock_amber", .columns = {CLOCK_OPEN, CLOCK_AMBER}, .column_count = 2},
		{.name = "clock_due", .columns = {CLOCK_OPEN, CLOCK_DUE}, .column_count = 2}},
    .index_count = 2,
};

/* How far the ticks of this process have come. It is not kept: the first tick after a start looks at every open clock whose
 * attention or limit has begun, so that nothing that turned while the program was down, or in a tick that failed with it, is missed. */
typedef struct clock_deriver {
	const image *image;
	_Atomic instant ticked;
} clock_deriver;

/* ---- rows ---- */

static void clock_row(const clock *c, int64_t pathway, cell *row)
{
	row[CLOCK_PATHWAY] = INT_CELL(pathway);
	row[CLOCK_RULE] = TEXT_CELL(clock_rule_face(c->rule)->id);
	row[CLOCK_OPEN] = INT_CELL(c->stop == INSTANT_NONE);
	row[CLOCK_START_DAY] = INT_CELL(c->start_day);
	row[CLOCK_DUE_DAY] = INT_CELL(c->due_day);
	row[CLOCK_DUE_LATE] = INT_CELL(c->due_day_late);
	row[CLOCK_START] = INT_CELL(c->start);
	row[CLOCK_DUE] = INT_CELL(c->due);
	row[CLOCK_AMBER] = INT_CELL(c->amber);
	row[CLOCK_STOP] = INT_CELL(c->stop);
	row[CLOCK_WAIVED_AT] = INT_CELL(c->waived);
	row[CLOCK_PAUSED_SINCE] = INT_CELL(c->paused);
	row[CLOCK_SUSPENDED_SINCE] = INT_CELL(c->suspended);
	row[CLOCK_PAUSED_DAYS] = INT_CELL(c->paused_days);
	row[CLOCK_LIMIT] = INT_CELL(c->limit);
	row[CLOCK_UNIT] = INT_CELL(c->unit);
	row[CLOCK_PROVISIONAL] = INT_CELL(c->provisional);
}

static clock from_row(const clock_rule *rule, const cell *row)
{
	return (clock){
	    .rule = rule,
	    .applies = true,
	    .provisional = row[CLOCK_PROVISIONAL].integer != 0,
	    .start_day = (day)row[CLOCK_START_DAY].integer,
	    .due_day = (day)row[CLOCK_DUE_DAY].integer,
	    .due_day_late = (day)row[CLOCK_DUE_LATE].integer,
	    .start = row[CLOCK_START].integer,
	    .due = row[CLOCK_DUE].integer,
	    .amber = row[CLOCK_AMBER].integer,
	    .stop = row[CLOCK_STOP].integer,
	    .waived = row[CLOCK_WAIVED_AT].integer != 0,
	    .paused = row[CLOCK_PAUSED_SINCE].integer,
	    .suspended = row[CLOCK_SUSPENDED_SINCE].integer,
	    .paused_days = (int)row[CLOCK_PAUSED_DAYS].integer,
	    .limit = (int)row[CLOCK_LIMIT].integer,
	    .unit = (day_unit)row[CLOCK_UNIT].integer,
	};
}

int clocks_of(snapshot *r, const image *m, int64_t subject_rid, arena *a, clock **out, issues *sink)
{
	const clock_rule *const *rules;
	clock *made = ARENA_ARRAY(a, clock, clock_rules(m, &rules) + 1);
	cell key = INT_CELL(subject_rid), row[CLOCK_COLUMNS];
	int count = 0, before = sink->errors;
	scan *s = store_scan(r, &clock_table, &(scan_options){.index = -1, .prefix = &key, .prefix_cells = 1}, a, sink);
	if (!s) return -1;
	while (scan_next(s, row, sink)) {
		const clock_rule *rule = clock_rule_find(m, row[CLOCK_RULE].text);
		if (rule && count < clock_rules(m, &rules)) made[count++] = from_row(rule, row);
	}
	scan_close(s);
	*out = made;
	return sink->errors > before ? -1 : count;
}

bool clocks_walk(snapshot *r, const image *m, arena *a, void *self, clock_visit *visit, issues *sink)
{
	cell row[CLOCK_COLUMNS];
	int before = sink->errors;
	bool fine = true;
	scan *s = store_scan(r, &clock_table, &(scan_options){.index = -1, .descending = true}, a, sink);
	while (s && fine && scan_next(s, row, sink)) {
		const clock_rule *rule = clock_rule_find(m, row[CLOCK_RULE].text);
		clock c = rule ? from_row(rule, row) : (clock){0};
		fine = !rule || visit(self, row[CLOCK_PATHWAY].integer, &c, sink);
	}
	if (s) scan_close(s);
	return fine && sink->errors == before;
}

typedef struct risks {
	arena *arena;
	int64_t *at;
	int count, cap;
} risks;

static bool risk_add(void *self, int64_t subject, const clock *c, issues *sink)
{
	risks *l = self;
	(void)sink;
	bool counts = c->stop == INSTANT_NONE && c->rule->stage_count && text_equal(c->rule->face.force, TEXT("law"));
	if (!counts || (l->count && l->at[l->count - 1] == subject)) return true;
	if (l->count == l->cap) l->at = ARENA_DOUBLE(l->arena, int64_t, l->at, &l->cap, 256);
	l->at[l->count++] = subject;
	return true;
}

bool pathways_at_risk(snapshot *r, const image *m, arena *a, int64_t **rids, int64_t *count, issues *sink)
{
	risks l = {.arena = a};
	bool fine = clocks_walk(r, m, a, &l, risk_add, sink);
	*rids = l.at;
	*count = l.count;
	return fine;
}

/* An open clock's attention (CLOCK_BY_AMBER) or limit (CLOCK_BY_DUE) begins in (after, until]: whose clocks. */
typedef struct turn {
	int index;
	instant after, until;
} turn;

static bool turned_in(snapshot *r, const turn *t, arena *a, int64_t **rids, int64_t *count, issues *sink)
{
	cell open = INT_CELL(1), low = INT_CELL(t->after), high = INT_CELL(t->until);
	scan_options options = {.index = t->index,
				.prefix = &open,
				.prefix_cells = 1,
				.low = &low,
				.low_excluded = true,
				.high = &high,
				.high_included = true,
				.limit = TURNED_MAX};
	return store_collect(r, &clock_table, &options, CLOCK_PATHWAY, a, rids, count, sink);
}

bool pathways_turned_amber(snapshot *r, instant after, instant until, arena *a, int64_t **rids, int64_t *count,
			   issues *sink)
{
	return turned_in(r, &(turn){CLOCK_BY_AMBER, after, until}, a, rids, count, sink);
}

/* ---- settling ---- */

static bool same_row(const cell *x, const cell *y)
{
	for (int i = 0; i < CLOCK_COLUMNS; i++)
		if (i == CLOCK_RULE ? !text_equal(x[i].text, y[i].text) : x[i].integer != y[i].integer) return false;
	return true;
}

typedef struct kept_rows {
	struct {
		cell at[CLOCK_COLUMNS];
	} * rows;
	int count, cap;
} kept_rows;

static bool kept_read(deriving *dv, int64_t subject, kept_rows *out, issues *sink)
{
	arena *a = deriving_arena(dv);
	cell key = INT_CELL(subject), row[CLOCK_COLUMNS];
	scan_options of_subject = {.index = -1, .prefix = &key, .prefix_cells = 1};
	scan *s = store_scan(deriving_snapshot(dv), &clock_table, &of_subject, a, sink);
	*out = (kept_rows){0};
	if (!s) return false;
	while (scan_next(s, row, sink)) {
		if (out->count == out->cap)
			out->rows = arena_double(a, out->rows, &out->cap, 32, (int64_t)sizeof *out->rows,
						 (int64_t) _Alignof(cell));
		row[CLOCK_RULE].text = text_copy(a, row[CLOCK_RULE].text);
		memcpy(out->rows[out->count++].at, row, sizeof row);
	}
	scan_close(s);
	return sink->errors == 0;
}

/* As clocks; those of rules that are no more are left out. */
static int kept_clocks(const image *m, const kept_rows *kept, arena *a, clock **out)
{
	int count = 0;
	*out = ARENA_ARRAY(a, clock, kept->count + 1);
	for (int i = 0; i < kept->count; i++) {
		const clock_rule *rule = clock_rule_find(m, kept->rows[i].at[CLOCK_RULE].text);
		if (rule) (*out)[count++] = from_row(rule, kept->rows[i].at);
	}
	return count;
}

static bool kept_same(const clock_binding *b, const kept_rows *kept)
{
	bool same = kept->count == b->count;
	for (int i = 0; same && i < b->count; i++) {
		cell row[CLOCK_COLUMNS];
		clock_row(&b->made[i], b->subject, row);
		same = same_row(kept->rows[i].at, row);
	}
	return same;
}

/* Both come in the order of the rules' ids. */
static bool rows_change(const clock_binding *b, const kept_rows *kept, issues *sink)
{
	writing *w = deriving_writing(b->dv);
	int n = 0;
	for (int i = 0; i <= b->count; i++) {
		cell row[CLOCK_COLUMNS];
		int order = -1;
		if (i < b->count) clock_row(&b->made[i], b->subject, row);
		for (; n < kept->count; n++) {
			const cell *old = kept->rows[n].at;
			order = i < b->count ? text_compare(old[CLOCK_RULE].text, row[CLOCK_RULE].text) : -1;
			if (order >= 0) break;
			if (store_delete(w, &clock_table, old, 2, sink) == STORE_FAILED) return false;
		}
		bool there = n < kept->count && order == 0;
		if (i == b->count || (there && same_row(kept->rows[n++].at, row))) continue;
		if (store_put(w, &clock_table, row, sink) != STORE_OK) return false;
	}
	return true;
}

/* Rows that would not change are left alone: a tick that changes nothing must leave no trace in the log, and a row costs three indexes. */
static bool clocks_bind(const clock_binding *b, issues *sink)
{
	kept_rows kept;
	clock *before;
	if (!kept_read(b->dv, b->subject, &kept, sink) || !deriving_settled(b->dv, b->subject, sink)) return false;
	if (kept_same(b, &kept)) return true;
	int count = kept_clocks(b->image, &kept, deriving_arena(b->dv), &before);
	return clock_changes_note(b, before, count, sink) && rows_change(b, &kept, sink);
}

static bool pathway_bind(const image *m, deriving *dv, int64_t pathway, clock *room, issues *sink)
{
	facts f;
	if (!pathway_facts_in(dv, m, pathway, &f, sink)) return false;
	const clock_binding b = {m, dv, pathway, &f, room, clock_compute(m, &f, room)};
	return clocks_bind(&b, sink);
}

/* A resource that is gone keeps no clocks. A pathway's are those of all its members: pathway_bind. */
static bool subject_bind(const image *m, deriving *dv, int64_t rid, clock *room, issues *sink)
{
	snapshot *r = deriving_snapshot(dv);
	facts f = {0};
	text type = subject_type(r, rid, deriving_arena(dv), sink);
	if (sink->errors || text_equal(type, TEXT("EpisodeOfCare"))) return sink->errors == 0;
	clock_binding b = {m, dv, rid, &f, room, 0};
	if (type.len == 0) return clocks_bind(&b, sink);
	if (!clock_about(m, type)) return true;
	if (!subject_facts(r, m, rid, deriving_arena(dv), &f, sink)) return false;
	b.count = clock_compute_for(m, type, &f, room);
	return clocks_bind(&b, sink);
}

typedef bool binder(const image *m, deriving *dv, int64_t rid, clock *room, issues *sink);

static bool bind_each(const image *m, deriving *dv, const int64_t *rids, int count, binder *bind, issues *sink)
{
	const clock_rule *const *rules;
	arena *a = deriving_arena(dv);
	if (count == 0) return true;
	clock *room = ARENA_ARRAY(a, clock, clock_rules(m, &rules) + 1);
	for (int i = 0; i < count; i++) {
		arena_mark mark = arena_here(a);
		if (!bind(m, dv, rids[i], room, sink)) return false;
		arena_rewind(a, mark);
	}
	return true;
}

static bool settle(void *self, deriving *dv, issues *sink)
{
	const image *m = ((const clock_deriver *)self)->image;
	int64_t *pathways, *subjects;
	int count = pathway_touched(dv, &pathways);
	if (!bind_each(m, dv, pathways, count, pathway_bind, sink)) return false;
	count = subjects_touched(dv, &subjects);
	return bind_each(m, dv, subjects, count, subject_bind, sink);
}

/* ---- ticks: an open clock's amber or due has passed ---- */

static bool turned(deriving *dv, int index, instant after, instant until, issues *sink)
{
	int64_t *pathways, count;
	const turn t = {index, after, until};
	if (!turned_in(deriving_snapshot(dv), &t, deriving_arena(dv), &pathways, &count, sink)) return false;
	for (int64_t i = 0; i < count; i++) {
		text type = subject_type(deriving_snapshot(dv), pathways[i], deriving_arena(dv), sink);
		if (type.len && !text_equal(type, TEXT("EpisodeOfCare")))
			subject_touch(dv, pathways[i]);
		else
			pathway_touch(dv, pathways[i]);
	}
	return sink->errors == 0;
}

static bool tick(void *self, deriving *dv, issues *sink)
{
	clock_deriver *d = self;
	instant now = deriving_now(dv), last = d->ticked;
	if (last >= now) return true;
	if (!turned(dv, CLOCK_BY_AMBER, last, now, sink) || !turned(dv, CLOCK_BY_DUE, last, now, sink)) return false;
	d->ticked = now;
	return true;
}

static instant first_turn(snapshot *r, int index, int column, instant after, arena *a, issues *sink)
{
	cell open = INT_CELL(1), low = INT_CELL(after), row[CLOCK_COLUMNS];
	scan_options options = {
	    .index = index, .prefix = &open, .prefix_cells = 1, .low = &low, .low_excluded = true, .limit = 1};
	scan *s = store_scan(r, &clock_table, &options, a, sink);
	if (!s) return INSTANT_NONE;
	instant at = scan_next(s, row, sink) ? row[column].integer : INSTANT_NONE;
	scan_close(s);
	return at;
}

static instant next_tick(void *self, snapshot *r)
{
	arena *a = arena_new(MIB);
	issues sink = {.arena = a};
	instant last = ((const clock_deriver *)self)->ticked;
	instant amber = first_turn(r, CLOCK_BY_AMBER, CLOCK_AMBER, last, a, &sink);
	instant due = first_turn(r, CLOCK_BY_DUE, CLOCK_DUE, last, a, &sink);
	arena_free(a);
	if (amber == INSTANT_NONE || (due != INSTANT_NONE && due < amber)) return due;
	return amber;
}

/* ---- all of them again, for new rules ---- */

enum { LOOKED_AT_MAX = 2000 };

static bool takes_part(const image *m, text type)
{
	return text_equal(type, TEXT("EpisodeOfCare")) || clock_about(m, type) || subject_wanted(m, type);
}

static int again(void *self, deriving *dv, int64_t *after, int max, issues *sink)
{
	const image *m = ((const clock_deriver *)self)->image;
	subject *all;
	int count = subjects_after(deriving_snapshot(dv), *after, LOOKED_AT_MAX, deriving_arena(dv), &all, sink), n = 0;
	for (int i = 0; i < count; i++) {
		bool counts = takes_part(m, all[i].type);
		if (counts && n == max) return n;
		*after = all[i].rid;
		n += counts;
		if (counts && text_equal(all[i].type, TEXT("EpisodeOfCare")))
			pathway_touch(dv, all[i].rid);
		else if (counts)
			subject_touch(dv, all[i].rid);
	}
	if (count >= 0 && count < LOOKED_AT_MAX) *after = INT64_MAX;
	return count < 0 ? -1 : n;
}

static int64_t subjects(void *self, snapshot *r, arena *a, issues *sink)
{
	const image *m = ((const clock_deriver *)self)->image;
	int64_t n = 0, after = 0;
	for (int count = LOOKED_AT_MAX; count == LOOKED_AT_MAX;) {
		arena_mark mark = arena_here(a);
		subject *all;
		count = subjects_after(r, after, LOOKED_AT_MAX, a, &all, sink);
		for (int i = 0; i < count; i++) n += takes_part(m, all[i].type);
		if (count > 0) after = all[count - 1].rid;
		arena_rewind(a, mark);
	}
	return n;
}

void clock_register(const image *m)
{
	static clock_deriver self; /* one record in a process */
	static const table *const tables[] = {&clock_table}, *const recorded[] = {&clock_change_table};
	self.image = m;
	self.ticked = INSTANT_NONE;
	record_register(&(deriver){.name = "clock",
				   .self = &self,
				   .tables = tables,
				   .table_count = 1,
				   .kept = recorded,
				   .kept_count = 1,
				   .settle = settle,
				   .tick = tick,
				   .next_tick = next_tick,
				   .again = again,
				   .subjects = subjects,
				   .settled = tables,
				   .settled_count = 1});
}
