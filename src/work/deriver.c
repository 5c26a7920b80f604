/* deriver.c: after each commit, and when an instant passes, the pathways and other resources that were touched get the tasks
 * their facts ask for (settle.c). */
#include "work/internal.h"

static const char work_owner; /* its address names the set of what is to be settled beside pathways */

/* ---- the deriver's table ---- */

static bool settle_each(const image *m, deriving *dv, const int64_t *rids, int count, issues *sink)
{
	arena *a = deriving_arena(dv);
	for (int i = 0; i < count; i++) {
		arena_mark mark = arena_here(a);
		if (!work_settle(&(settling_subject){m, dv, rids[i]}, sink)) return false;
		if (deriving_rebuilding(dv)) arena_rewind(a, mark); /* else what was raised lives there */
	}
	return true;
}

/* Of what else was touched, those that kinds of task are about. */
static bool touch_others(const image *m, deriving *dv, issues *sink)
{
	int64_t *rids;
	int count = subjects_touched(dv, &rids);
	for (int i = 0; i < count; i++) {
		text type = subject_type(deriving_snapshot(dv), rids[i], deriving_arena(dv), sink);
		bool ours = type.len == 0 || (!text_equal(type, TEXT("EpisodeOfCare")) && subject_wanted(m, type));
		if (ours) deriving_touch(dv, &work_owner, rids[i]);
	}
	return sink->errors == 0;
}

static bool settle(void *self, deriving *dv, issues *sink)
{
	int64_t *rids;
	int count = pathway_touched(dv, &rids);
	if (!settle_each(self, dv, rids, count, sink) || !touch_others(self, dv, sink)) return false;
	count = deriving_touched(dv, &work_owner, &rids);
	return settle_each(self, dv, rids, count, sink);
}

static int64_t rid_find(void *self, text type, text id)
{
	return deriving_rid(self, type, id);
}

static int64_t subject_of(deriving *dv, const doc *task, int64_t self)
{
	const rid_finder here = {dv, rid_find};
	int64_t rid = task_subject_of(task, (text){0}, &here).rid;
	return rid ? rid : self;
}

/* The pathway it belongs to where it is about something else: an appointment, a message. */
static int64_t pathway_beside(deriving *dv, const doc *task, int64_t subject)
{
	text pathway = task_pathway(task);
	int64_t rid = pathway.len ? deriving_rid(dv, TEXT("EpisodeOfCare"), pathway) : 0;
	return rid == subject ? 0 : rid;
}

void work_touch(deriving *dv, int64_t rid)
{
	deriving_touch(dv, &work_owner, rid);
}

static bool touch(deriving *dv, int64_t rid, issues *sink)
{
	version v;
	found f = deriving_read(dv, rid, &v, sink);
	if (f == FOUND && text_equal(v.type, TEXT("EpisodeOfCare")))
		pathway_touch(dv, rid);
	else
		deriving_touch(dv, &work_owner, rid);
	return f != FOUND_FAILED;
}

static bool forget(deriving *dv, int64_t rid, issues *sink)
{
	cell key[] = {INT_CELL(rid)}, row[TASK_COLUMNS];
	store_result r = store_get(deriving_snapshot(dv), &work_task_table, key, deriving_arena(dv), row, sink);
	if (r != STORE_OK) return r == STORE_NOT_FOUND;
	if (row[TASK_PATHWAY].kind == CELL_INT) pathway_touch(dv, row[TASK_PATHWAY].integer);
	return touch(dv, row[TASK_SUBJECT].integer, sink) &&
	       store_delete(deriving_writing(dv), &work_task_table, key, 1, sink) != STORE_FAILED;
}

/* A rule was paused or goes on: what lies before it is looked at again. */
static bool touch_open(deriving *dv, text kind, issues *sink)
{
	cell row[TASK_COLUMNS];
	int before = sink->errors;
	scan *s =
	    store_scan(deriving_snapshot(dv), &work_task_table, &(scan_options){.index = -1}, deriving_arena(dv), sink);
	while (s && scan_next(s, row, sink))
		if (row[TASK_OPEN].integer && text_equal(row[TASK_KIND].text, kind) &&
		    !touch(dv, row[TASK_SUBJECT].integer, sink))
			break;
	if (s) scan_close(s);
	return sink->errors == before;
}

static bool automation_apply(const image *m, deriving *dv, const change *c, issues *sink)
{
	if (!text_starts(c->id, TEXT("automation-"))) return true;
	const automation *r = automation_find(m, text_slice(c->id, 11, c->id.len));
	return !r || touch_open(dv, automation_says(r).does, sink);
}

static bool apply(void *self, deriving *dv, const change *c, issues *sink)
{
	task_row t;
	if (text_equal(c->type, TEXT("Basic"))) return automation_apply(self, dv, c, sink);
	if (c->prepared) return absence_apply(dv, c, sink);
	if (!text_equal(c->type, TEXT("Task"))) return true;
	if (!c->resource || !task_row_read(c->resource, &t)) return forget(dv, c->rid, sink);
	const task_kind *k = task_kind_find(self, t.kind);
	t.rid = c->rid;
	t.subject = subject_of(dv, c->resource, c->rid);
	t.pathway = pathway_beside(dv, c->resource, t.subject);
	if (t.pathway) pathway_touch(dv, t.pathway);
	if (k && k->part_count) deriving_touch(dv, &work_owner, c->rid);
	return touch(dv, t.subject, sink) && task_row_put(deriving_writing(dv), &t, sink);
}

static bool tick(void *self, deriving *dv, issues *sink)
{
	(void)self;
	cell low = INT_CELL(INT64_MIN), high = INT_CELL(deriving_now(dv)), row[STATE_COLUMNS];
	scan_options options = {.index = 1, .low = &low, .high = &high, .high_included = true};
	int before = sink->errors;
	scan *s = store_scan(deriving_snapshot(dv), &work_pathway_table, &options, deriving_arena(dv), sink);
	while (s && scan_next(s, row, sink)) {
		if (row[STATE_CLOSED].integer == STATE_OTHER)
			deriving_touch(dv, &work_owner, row[STATE_PATHWAY].integer);
		else
			pathway_touch(dv, row[STATE_PATHWAY].integer);
	}
	if (s) scan_close(s);
	return sink->errors == before;
}

static instant next_tick(void *self, snapshot *r)
{
	(void)self;
	arena *a = arena_new(MIB);
	issues ignored = {.arena = a};
	cell low = INT_CELL(INT64_MIN), row[STATE_COLUMNS];
	scan_options options = {.index = 1, .low = &low, .limit = 1};
	scan *s = store_scan(r, &work_pathway_table, &options, a, &ignored);
	instant at = s && scan_next(s, row, &ignored) ? row[STATE_WAKE].integer : INSTANT_NONE;
	if (s) scan_close(s);
	arena_free(a);
	return at;
}

void work_register(const image *m)
{
	static const table *const tables[] = {&work_task_table, &work_pathway_table};
	static const table *const settled[] = {&work_pathway_table};
	search_register(m);
	record_register(&(deriver){
	    .name = "work",
	    .self = (void *)(uintptr_t)m,
	    .tables = tables,
	    .table_count = 2,
	    .prepare = absence_prepare,
	    .apply = apply,
	    .settle = settle,
	    .tick = tick,
	    .next_tick = next_tick,
	    .settled = settled,
	    .settled_count = 1,
	});
}
