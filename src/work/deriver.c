/* deriver.c: after each commit, and when an instant passes, the pathways that were touched get the tasks their facts
 * ask for.
 *
 * A kind of task is level-triggered: its close holds → completed; else its reason holds → it stands open; else it is
 * cancelled as no longer relevant. What this deriver closed itself opens again when its reason returns; what a person
 * closed stays closed. The state depends on facts, clocks and tasks only, so that a rebuild comes to the same rows;
 * `now` decides only when to act. */
#include "work/internal.h"

typedef struct settling {
	const image *image;
	deriving *dv;
	arena *arena;
	issues *sink;
	instant now;
	int64_t pathway;
	facts facts;
	pathway_state state;
	task_row *tasks;
	int task_count;
	instant wake; /* the first instant at which something standing becomes ready */
} settling;

/* ---- raising writes ---- */

static bool raise_write(settling *s, write_method method, text id, text json, text cause)
{
	doc *d = ARENA_NEW(s->arena, doc);
	bool parsed = json_parse_resource(s->arena, json, TEXT("work"), s->sink, d);
	assert(parsed);
	write_op w = {.method = method, .resource = d, .type = TEXT("Task"), .id = id, .cause = cause};
	return deriving_raise(s->dv, &w, s->sink);
}

/* The parsed body of a resource as this transaction sees it; NULL where it is not there. */
static const doc *body_of(settling *s, int64_t rid, version *v)
{
	if (!rid || deriving_read(s->dv, rid, v, s->sink) != FOUND) return NULL;
	doc *d = ARENA_NEW(s->arena, doc);
	return json_parse(s->arena, v->json, v->type, s->sink, d) ? d : NULL;
}

static const doc *about_of(settling *s, const task_kind *k)
{
	version v;
	const fact *f = k->about >= 0 ? facts_last(&s->facts, k->about) : NULL;
	return f ? body_of(s, deriving_rid(s->dv, f->type, f->resource), &v) : NULL;
}

static text focus_of(settling *s, const task_kind *k, const need *n, text pathway)
{
	if (k->focus_pathway) return pathway;
	const fact *f = k->focus >= 0 ? facts_last(&s->facts, k->focus) : NULL;
	return fact_reference(s->arena, f ? f : n->cause);
}

static task_face face_of(settling *s, const task_kind *k, const need *n, instant raised)
{
	return (task_face){.image = s->image,
			   .kind = k,
			   .state = &s->state,
			   .need = n,
			   .when = task_deadline(k, &s->state, n->since != INSTANT_NONE ? n->since : raised)};
}

static bool task_create(settling *s, const task_kind *k, const need *n, text cause)
{
	version episode;
	const doc *e = body_of(s, s->pathway, &episode);
	if (!e) return s->sink->errors == 0;
	uint32_t patient = doc_get(e, 0, NAME_patient);
	text pathway = text_format(s->arena, "EpisodeOfCare/%.*s", TEXT_ARG(episode.id));
	task_face face = face_of(s, k, n, s->now);
	task_words words = task_say(s->arena, &face, about_of(s, k));
	task_refs refs = {
	    .id = task_id_of(s->arena, k->id, cause),
	    .cause = cause,
	    .pathway = pathway,
	    .patient = patient == NODE_ABSENT ? (text){0} : doc_get_text(e, patient, NAME_reference),
	    .focus = focus_of(s, k, n, pathway),
	};
	text json = task_json_new(s->arena, &face, &words, &refs, s->now);
	return raise_write(s, WRITE_CREATE, refs.id, json, cause);
}

/* An update is caused by the version it answers, so that the same version is answered once. */
static bool task_update(settling *s, const version *v, text json, text cause)
{
	text again = text_format(s->arena, "%.*s@%lld", TEXT_ARG(cause), (long long)v->number);
	return raise_write(s, WRITE_UPDATE, v->id, json, again);
}

static bool task_close(settling *s, const task_row *t, task_closing how, const fact *by)
{
	version v;
	const doc *d = body_of(s, t->rid, &v);
	return d ? task_update(s, &v, task_json_closed(s->arena, d, how, by, s->now), t->cause) : s->sink->errors == 0;
}

static bool task_redate(settling *s, const task_row *t, const task_kind *k, const need *n)
{
	task_face face = face_of(s, k, n, t->authored);
	if (face.when.due == INSTANT_NONE) return true;
	task_words words = task_say(s->arena, &face, NULL);
	if (face.when.due == t->due && face.when.latest_start == t->latest_start &&
	    task_face_hash(&face, &words) == t->face)
		return true;
	version v;
	const doc *d = body_of(s, t->rid, &v);
	if (!d) return s->sink->errors == 0;
	words = task_say(s->arena, &face, about_of(s, k));
	return task_update(s, &v, task_json_dates(s->arena, d, &face, &words, s->now), t->cause);
}

static bool task_reopen(settling *s, const task_row *t, const task_kind *k, const need *n)
{
	version v;
	const doc *d = body_of(s, t->rid, &v);
	if (!d) return s->sink->errors == 0;
	task_face face = face_of(s, k, n, s->now);
	task_words words = task_say(s->arena, &face, about_of(s, k));
	return task_update(s, &v, task_json_open(s->arena, d, &face, &words, s->now), t->cause);
}

/* ---- one kind on one pathway ---- */

static bool settle_open(settling *s, const task_row *t, const task_kind *k, const need *n, bool current)
{
	if (current && n->closed.holds)
		return task_close(s, t, CLOSING_DONE, n->closed.because ? n->closed.because : n->cause);
	if (s->state.closed && !k->when_closed) return task_close(s, t, CLOSING_PATHWAY, NULL);
	if (!current || !n->standing || !n->ready) return task_close(s, t, CLOSING_LAPSED, NULL);
	return task_redate(s, t, k, n);
}

static text cause_text(settling *s, const task_kind *k, const need *n)
{
	text of = fact_reference(s->arena, n->cause);
	return n->cause ? text_format(s->arena, "%.*s:%.*s", TEXT_ARG(k->id), TEXT_ARG(of)) : (text){0};
}

static bool settle_kind(settling *s, const task_kind *k)
{
	need n = kind_need(k, &s->state, s->now, s->arena);
	text cause = cause_text(s, k, &n);
	const task_row *mine = NULL;
	bool acts = !deriving_rebuilding(s->dv);
	for (int i = 0; i < s->task_count; i++) {
		const task_row *t = &s->tasks[i];
		if (!text_equal(t->kind, k->id)) continue;
		bool current = text_equal(t->cause, cause);
		if (current) mine = t;
		if (t->open && acts && !settle_open(s, t, k, &n, current)) return false;
	}
	bool may_raise = cause.len && n.standing && (!mine || mine->rule_closed);
	if (!may_raise) return true;
	/* Waiting for its instant: remembered until the task is there, whatever time it is now (a rebuild must
	 * agree). */
	if (n.turns != INSTANT_NONE && (s->wake == INSTANT_NONE || n.turns < s->wake)) s->wake = n.turns;
	if (!n.ready || !acts) return true;
	return mine ? task_reopen(s, mine, k, &n) : task_create(s, k, &n, cause);
}

/* ---- one pathway ---- */

static bool read_state(settling *s)
{
	const clock_rule *const *rules;
	int closed = fact_id(s->image, TEXT("pathway.closed"));
	snapshot *r = deriving_snapshot(s->dv);
	if (!pathway_facts(r, s->image, s->pathway, s->arena, &s->facts, s->sink)) return false;
	clock *clocks = ARENA_ARRAY(s->arena, clock, clock_rules(s->image, &rules) + 1);
	s->state = (pathway_state){.image = s->image,
				   .facts = &s->facts,
				   .clocks = clocks,
				   .clock_count = clock_compute(s->image, &s->facts, clocks)};
	s->state.closed = closed >= 0 && facts_first(&s->facts, closed);
	s->task_count = tasks_of(r, s->pathway, s->arena, &s->tasks, s->sink);
	s->wake = INSTANT_NONE;
	return s->task_count >= 0;
}

/* Does it make the next thing happen for the patient? Writing why a limit was passed does not. */
static bool leads_on(const settling *s, const task_row *t)
{
	const task_kind *k = task_kind_find(s->image, t->kind);
	return t->open && !(k && k->breached.len);
}

static bool put_state(settling *s)
{
	int open = 0, dated = 0, booked = fact_id(s->image, TEXT("booked.start"));
	for (int i = 0; i < s->task_count; i++) {
		open += leads_on(s, &s->tasks[i]);
		dated += leads_on(s, &s->tasks[i]) && s->tasks[i].latest_start != INSTANT_NONE;
	}
	const fact *next = booked >= 0 ? facts_last(&s->facts, booked) : NULL;
	cell row[STATE_COLUMNS] = {
	    [STATE_PATHWAY] = INT_CELL(s->pathway),
	    [STATE_CLOSED] = INT_CELL(s->state.closed),
	    [STATE_OPEN_TASKS] = INT_CELL(open),
	    [STATE_DATED_TASKS] = INT_CELL(dated),
	    [STATE_NEXT_DATE] = instant_cell(next ? next->at : INSTANT_NONE),
	    [STATE_WAKE] = instant_cell(s->wake),
	};
	return store_put(deriving_writing(s->dv), &work_pathway_table, row, s->sink) == STORE_OK;
}

/* A pathway whose episode is gone keeps no row. */
static bool drop_if_gone(settling *s, bool *gone)
{
	version v;
	found f = deriving_read(s->dv, s->pathway, &v, s->sink);
	*gone = f != FOUND;
	if (f == FOUND) return true;
	cell key[] = {INT_CELL(s->pathway)};
	return f != FOUND_FAILED &&
	       store_delete(deriving_writing(s->dv), &work_pathway_table, key, 1, s->sink) != STORE_FAILED;
}

/* What was foreseen of a clock that runs no more is over: it stopped, lapsed, waits, or was broken. */
static bool foreseen_end(settling *s)
{
	version v;
	foreseen_event standing[FORESEEN_MAX];
	foreseen_change changes[FORESEEN_MAX];
	int foreseen = fact_id(s->image, TEXT("breach.foreseen")), count = 0;
	if (deriving_rebuilding(s->dv) || foreseen < 0 || !facts_first(&s->facts, foreseen)) return true;
	const doc *d = body_of(s, s->pathway, &v);
	int standing_count = d ? foreseen_standing(d, standing) : 0;
	for (int i = 0; i < standing_count; i++) {
		const clock_rule *r = clock_rule_find(s->image, standing[i].clock);
		const clock *c = clock_named(s->state.clocks, s->state.clock_count, r);
		if (c && clock_state_at(c, s->now) == CLOCK_RUNNING) continue;
		changes[count++] = (foreseen_change){.clock = standing[i].clock, .ends = true};
	}
	if (count == 0) return s->sink->errors == 0;
	text json = foreseen_json(s->arena, d, changes, count, s->now);
	doc *made = ARENA_NEW(s->arena, doc);
	bool parsed = json_parse_resource(s->arena, json, TEXT("work"), s->sink, made);
	assert(parsed);
	text cause = text_format(s->arena, "foreseen-end:%.*s@%lld", TEXT_ARG(v.id), (long long)v.number);
	write_op w = {
	    .method = WRITE_UPDATE, .resource = made, .type = TEXT("EpisodeOfCare"), .id = v.id, .cause = cause};
	return deriving_raise(s->dv, &w, s->sink);
}

static bool settle_pathway(settling *s)
{
	bool gone;
	if (!drop_if_gone(s, &gone)) return false;
	if (gone) return true;
	const task_kind *const *kinds;
	int n = task_kinds(s->image, &kinds);
	if (!read_state(s)) return false;
	for (int i = 0; i < n; i++)
		if (!settle_kind(s, kinds[i])) return false;
	return foreseen_end(s) && put_state(s);
}

/* ---- the deriver's table ---- */

static bool settle(void *self, deriving *dv, issues *sink)
{
	int64_t *touched;
	int n = pathway_touched(dv, &touched);
	for (int i = 0; i < n; i++) {
		settling s = {.image = self,
			      .dv = dv,
			      .arena = deriving_arena(dv),
			      .sink = sink,
			      .now = deriving_now(dv),
			      .pathway = touched[i]};
		arena_mark mark = arena_here(s.arena);
		if (!settle_pathway(&s)) return false;
		if (deriving_rebuilding(dv)) arena_rewind(s.arena, mark); /* else what was raised lives there */
	}
	return true;
}

static bool forget(deriving *dv, int64_t rid, issues *sink)
{
	cell key[] = {INT_CELL(rid)}, row[TASK_COLUMNS];
	store_result r = store_get(deriving_snapshot(dv), &work_task_table, key, deriving_arena(dv), row, sink);
	if (r != STORE_OK) return r == STORE_NOT_FOUND;
	pathway_touch(dv, row[TASK_PATHWAY].integer);
	return store_delete(deriving_writing(dv), &work_task_table, key, 1, sink) != STORE_FAILED;
}

static bool apply(void *self, deriving *dv, const change *c, issues *sink)
{
	(void)self;
	if (!text_equal(c->type, TEXT("Task"))) return true;
	task_row t;
	if (!c->resource || !task_row_read(c->resource, &t)) return forget(dv, c->rid, sink);
	t.rid = c->rid;
	t.pathway = deriving_rid(dv, TEXT("EpisodeOfCare"), task_pathway(c->resource));
	if (!t.pathway) return forget(dv, c->rid, sink);
	pathway_touch(dv, t.pathway);
	return task_row_put(deriving_writing(dv), &t, sink);
}

static bool tick(void *self, deriving *dv, issues *sink)
{
	(void)self;
	cell low = INT_CELL(INT64_MIN), high = INT_CELL(deriving_now(dv)), row[STATE_COLUMNS];
	scan_options options = {.index = 1, .low = &low, .high = &high, .high_included = true};
	int before = sink->errors;
	scan *s = store_scan(deriving_snapshot(dv), &work_pathway_table, &options, deriving_arena(dv), sink);
	while (s && scan_next(s, row, sink)) pathway_touch(dv, row[STATE_PATHWAY].integer);
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
	    .apply = apply,
	    .settle = settle,
	    .tick = tick,
	    .next_tick = next_tick,
	    .settled = settled,
	    .settled_count = 1,
	});
}
