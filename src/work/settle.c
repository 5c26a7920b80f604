/* settle.c: the tasks of one subject, a pathway or another resource, after its facts may have changed.
 *
 * A kind of task is level-triggered: its close holds → completed; else its reason holds → it stands open; else it is
 * cancelled as no longer relevant. What is closed here opens again when its reason returns; what a person
 * closed stays closed. The state depends on facts, clocks and tasks only, so that a rebuild comes to the same rows;
 * `now` decides only when to act. What a person raised stands until its close comes, or somebody does it. */
#include "work/internal.h"

typedef struct settling {
	const image *image;
	deriving *dv;
	arena *arena;
	issues *sink;
	instant now;
	int64_t rid;
	version self;    /* the subject's current version */
	const doc *body; /* parsed when it is first asked for: self_body */
	bool pathway, gone;
	text reference; /* "EpisodeOfCare/…" */
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

static const doc *self_body(settling *s)
{
	static node none = {.kind = NODE_OBJECT, .next = 1};
	static const doc nothing = {.nodes = &none, .count = 1};
	if (s->body) return s->body;
	doc *d = ARENA_NEW(s->arena, doc);
	bool parsed =
	    json_parse(s->arena, s->self.json, s->self.type, s->sink, d); /* else the commit fails with what is said */
	return s->body = parsed ? d : &nothing;
}

static const doc *about_of(settling *s, const task_kind *k)
{
	version v;
	if (k->about < 0) return text_equal(k->subject, s->self.type) ? self_body(s) : NULL;
	const fact *f = facts_last(&s->facts, k->about);
	return f ? body_of(s, deriving_rid(s->dv, f->type, f->resource), &v) : NULL;
}

static text focus_of(settling *s, const task_kind *k, const need *n)
{
	if (k->focus_pathway || !k->cause_count) return s->reference;
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

/* The pathway it belongs to, where that is one: its own, or that of what it is about. */
static text pathway_reference(settling *s)
{
	version v;
	int64_t *rids;
	if (s->pathway) return s->reference;
	int n = pathways_of(deriving_snapshot(s->dv), s->rid, s->arena, &rids, s->sink);
	if (n <= 0 || deriving_read(s->dv, rids[0], &v, s->sink) != FOUND) return (text){0};
	return text_format(s->arena, "EpisodeOfCare/%.*s", TEXT_ARG(v.id));
}

/* The organisation a step up; empty where there is none. */
static text organization_above(settling *s, text organization)
{
	version v;
	const doc *d =
	    body_of(s, deriving_rid(s->dv, TEXT("Organization"), reference_id(organization, TEXT("Organization"))), &v);
	return d ? reference_of(d, 0, NAME_partOf) : (text){0};
}

/* Where it lies: with the department, its community or the hospital, as the kind's level says today. */
static text queue_of(settling *s, const task_kind *k, text pathway)
{
	enum { STEPS_MAX = 5 };
	version v;
	text at = subject_organization(s->arena, self_body(s)), level = kind_level(k, day_of_instant(s->now));
	if (!at.len && pathway.len) {
		const doc *e = body_of(
		    s, deriving_rid(s->dv, TEXT("EpisodeOfCare"), reference_id(pathway, TEXT("EpisodeOfCare"))), &v);
		if (e) at = subject_organization(s->arena, e);
	}
	int steps = text_equal(level, TEXT("community")) ? 1 : text_equal(level, TEXT("hospital")) ? STEPS_MAX : 0;
	for (int i = 0; i < steps && at.len; i++) {
		text above = organization_above(s, at);
		if (!above.len) break;
		at = above;
	}
	return at;
}

static task_refs refs_of(settling *s, const task_kind *k, text cause)
{
	text pathway = pathway_reference(s);
	return (task_refs){
	    .id = task_id_of(s->arena, k->id, cause),
	    .cause = cause,
	    .pathway = pathway,
	    .patient = subject_patient(s->arena, self_body(s)),
	    .about = s->pathway ? (text){0} : s->reference,
	    .queue = queue_of(s, k, pathway),
	    .due = DAY_NONE,
	};
}

static bool task_create(settling *s, const task_kind *k, const need *n, text cause)
{
	task_face face = face_of(s, k, n, s->now);
	task_words words = task_say(s->arena, &face, about_of(s, k));
	task_refs refs = refs_of(s, k, cause);
	refs.focus = focus_of(s, k, n);
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
	if (extension_find(d, 0, TEXT("urn:limen:due-given")) != NODE_ABSENT) return true;
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

/* ---- one kind on one subject ---- */

/* A part of this subject, which is a task: "KIND:Task/…" of a kind that nothing else raises. */
static bool is_part(const settling *s, const task_row *t)
{
	const task_kind *k = task_kind_find(s->image, t->kind);
	return k && !k->raise && !raised_by_hand(t->cause);
}

static bool settle_open(settling *s, const task_row *t, const task_kind *k, const need *n, bool current)
{
	if (current && n->closed.holds)
		return task_close(s, t, CLOSING_DONE, n->closed.because ? n->closed.because : n->cause);
	if (s->gone) return task_close(s, t, CLOSING_LAPSED, NULL);
	if (s->state.closed && !k->when_closed) return task_close(s, t, CLOSING_PATHWAY, NULL);
	if (!current && k->again.every.given) return task_close(s, t, CLOSING_MISSED, NULL);
	if (!current || !n->standing || !n->ready) return task_close(s, t, CLOSING_LAPSED, NULL);
	return task_redate(s, t, k, n);
}

/* "KIND:Type/id" of what caused it; of a recurring kind also the day its period began. */
static text cause_text(settling *s, const task_kind *k, const need *n)
{
	text of = n->cause ? fact_reference(s->arena, n->cause) : s->reference;
	if (!k->raise || (k->cause_count && !n->cause)) return (text){0};
	if (!k->again.every.given) return text_format(s->arena, "%.*s:%.*s", TEXT_ARG(k->id), TEXT_ARG(of));
	day start = period_start(k, s->image->calendar, day_of_instant(s->now));
	if (start == DAY_NONE) return (text){0};
	return text_format(s->arena, "%.*s:%.*s:%.*s", TEXT_ARG(k->id), TEXT_ARG(of),
			   TEXT_ARG(day_iso(s->arena, start)));
}

static void wake_at(settling *s, instant at)
{
	if (at != INSTANT_NONE && (s->wake == INSTANT_NONE || at < s->wake)) s->wake = at;
}

/* A recurring kind comes next after the latest period it was raised for, whatever time it is now. */
static void wake_for_period(settling *s, const task_kind *k, const need *n)
{
	day latest = DAY_NONE;
	if (!k->again.every.given || !n->raised.holds) return;
	for (int i = 0; i < s->task_count; i++) {
		const task_row *t = &s->tasks[i];
		day start = text_equal(t->kind, k->id) ? period_of_cause(t->cause) : DAY_NONE;
		if (start != DAY_NONE && (latest == DAY_NONE || start > latest)) latest = start;
	}
	wake_at(s, day_start(latest == DAY_NONE ? k->again.from : period_after(k, s->image->calendar, latest)));
}

static bool settle_kind(settling *s, const task_kind *k)
{
	need n = kind_need(k, &s->state, s->now, s->arena);
	text cause = cause_text(s, k, &n);
	const task_row *mine = NULL;
	bool acts = !deriving_rebuilding(s->dv);
	for (int i = 0; i < s->task_count; i++) {
		const task_row *t = &s->tasks[i];
		if (!text_equal(t->kind, k->id) || raised_by_hand(t->cause)) continue;
		bool current = text_equal(t->cause, cause);
		if (current) mine = t;
		if (t->open && acts && !settle_open(s, t, k, &n, current)) return false;
	}
	wake_for_period(s, k, &n);
	bool may_raise = !s->gone && cause.len && n.standing && (!mine || mine->rule_closed);
	if (!may_raise) return true;
	/* Waiting for its instant: remembered until the task is there, whatever time it is now (a rebuild must
	 * agree). */
	wake_at(s, n.turns);
	if (!n.ready || !acts) return true;
	return mine ? task_reopen(s, mine, k, &n) : task_create(s, k, &n, cause);
}

/* ---- raised by hand; parts ---- */

/* Its close has come since it was raised: done. Else it stands until somebody does it. */
static bool settle_hand(settling *s, const task_row *t)
{
	const task_kind *k = task_kind_find(s->image, t->kind);
	if (!t->open || !k || deriving_rebuilding(s->dv)) return true;
	holding closed = kind_closed_since(k, &s->facts, t->authored, s->arena);
	need n = {.raised = {.since = t->authored}, .turns = INSTANT_NONE, .since = INSTANT_NONE};
	if (closed.holds) return task_close(s, t, CLOSING_DONE, closed.because);
	if (s->gone) return task_close(s, t, CLOSING_LAPSED, NULL);
	if (s->state.closed && !k->when_closed) return task_close(s, t, CLOSING_PATHWAY, NULL);
	return k->clock_count || k->by >= 0 ? task_redate(s, t, k, &n) : true;
}

/* A part lives as long as the task it is a part of. */
static bool settle_part(settling *s, const task_row *t)
{
	bool stands = !s->gone && task_status_open(doc_get_text(self_body(s), 0, NAME_status));
	return stands || !t->open || deriving_rebuilding(s->dv) || task_close(s, t, CLOSING_LAPSED, NULL);
}

static bool part_create(settling *s, const task_kind *part, text cause)
{
	need n = {.turns = INSTANT_NONE, .since = INSTANT_NONE};
	task_face face = face_of(s, part, &n, s->now);
	task_words words = task_say(s->arena, &face, NULL);
	task_refs refs = refs_of(s, part, cause);
	refs.part_of = refs.focus = s->reference;
	return raise_write(s, WRITE_CREATE, refs.id, task_json_new(s->arena, &face, &words, &refs, s->now), cause);
}

/* This subject is a task that stands: its parts are there. */
static bool raise_parts(settling *s)
{
	if (s->gone || !text_equal(s->self.type, TEXT("Task")) || deriving_rebuilding(s->dv)) return true;
	const task_kind *k = task_kind_find(s->image, task_kind_of(self_body(s)));
	if (!k || !task_status_open(doc_get_text(self_body(s), 0, NAME_status))) return true;
	for (int p = 0; p < k->part_count; p++) {
		text cause = text_format(s->arena, "%.*s:%.*s", TEXT_ARG(k->parts[p]), TEXT_ARG(s->reference));
		bool there = false;
		for (int i = 0; i < s->task_count; i++) there |= text_equal(s->tasks[i].cause, cause);
		if (!there && !part_create(s, task_kind_find(s->image, k->parts[p]), cause)) return false;
	}
	return true;
}

/* ---- done by a rule (automate.c) ---- */

static const doc *body_named(void *self, text type, text id, version *v)
{
	settling *s = self;
	return body_of(s, deriving_rid(s->dv, type, id), v);
}

static bool paused(settling *s, const automation *r)
{
	version v;
	const doc *basic = body_named(s, TEXT("Basic"), automation_basic(s->arena, automation_says(r).id), &v);
	return basic && automation_basic_paused(basic);
}

/* Each write and the log of it, once for this task. */
static bool raise_all(settling *s, task_writes *x, const automation *r)
{
	text task = text_format(s->arena, "Task/%.*s", TEXT_ARG(x->task->id));
	text log = automation_provenance(s->arena, r, task, x->with->now);
	doc *d = ARENA_NEW(s->arena, doc);
	if (!json_parse_resource(s->arena, log, TEXT("work"), s->sink, d)) return false;
	x->at[x->count++] = (write_op){
	    .method = WRITE_CREATE, .type = TEXT("Provenance"), .id = doc_get_text(d, 0, NAME_id), .resource = d};
	for (int i = 0; i < x->count; i++) {
		x->at[i].if_match = 0;
		x->at[i].cause = text_format(s->arena, "automation:%.*s:%.*s:%d", TEXT_ARG(automation_says(r).id),
					     TEXT_ARG(x->task->id), i);
		if (!deriving_raise(s->dv, &x->at[i], s->sink)) return false;
	}
	return true;
}

static bool do_by_rule(settling *s, const task_row *t, const automation *r)
{
	version v;
	form answered;
	const task_kind *k = task_kind_find(s->image, t->kind);
	const doc *task = body_of(s, t->rid, &v);
	if (!task) return s->sink->errors == 0;
	const filling with = {.image = s->image,
			      .form = &answered,
			      .facts = &s->facts,
			      .focus = reference_of(task, 0, NAME_focus),
			      .patient = subject_patient(s->arena, self_body(s)),
			      .pathway = pathway_reference(s),
			      .actor = TEXT("Device/limen"),
			      .now = instant_iso(s->arena, s->now),
			      .task = text_format(s->arena, "Task/%.*s", TEXT_ARG(v.id))};
	automation_fill(r, &with, s->arena, &answered);
	task_writes x = {
	    .kind = k, .with = &with, .arena = s->arena, .sink = s->sink, .self = s, .read = body_named, .task = &v};
	const finish by = {.actor = with.actor, .at = with.now, .closes = true};
	if (!writes_make(&x)) return false;
	write_op close = {.method = WRITE_UPDATE, .type = TEXT("Task"), .id = v.id};
	if (!k->close && !writes_add(&x, close, task_json_done(s->arena, task, &answered, &by))) return false;
	return raise_all(s, &x, r);
}

static bool automate(settling *s)
{
	if (s->gone || deriving_rebuilding(s->dv)) return true;
	for (int i = 0; i < s->task_count; i++) {
		const task_row *t = &s->tasks[i];
		const task_kind *k = t->open ? task_kind_find(s->image, t->kind) : NULL;
		const automation *r = k && !raised_by_hand(t->cause) ? automation_of(s->image, k) : NULL;
		if (r && automation_holds(r, &s->facts) && !paused(s, r) && !do_by_rule(s, t, r)) return false;
	}
	return true;
}

/* ---- one subject ---- */

static bool read_self(settling *s)
{
	found f = deriving_read(s->dv, s->rid, &s->self, s->sink);
	if (f == FOUND_FAILED) return false;
	s->gone = f != FOUND;
	if (s->gone) return true;
	s->pathway = text_equal(s->self.type, TEXT("EpisodeOfCare"));
	s->reference = text_format(s->arena, "%.*s/%.*s", TEXT_ARG(s->self.type), TEXT_ARG(s->self.id));
	return true;
}

static bool read_state(settling *s)
{
	subject_view view = {0};
	int closed = fact_id(s->image, TEXT("pathway.closed"));
	snapshot *r = deriving_snapshot(s->dv);
	if (!s->gone && !subject_view_read(r, s->image, s->rid, s->self.type, s->arena, &view, s->sink)) return false;
	s->facts = view.facts;
	s->state = view.state;
	s->state.image = s->image;
	s->state.facts = &s->facts;
	s->state.closed = s->gone || (closed >= 0 && s->pathway && facts_first(&s->facts, closed));
	s->task_count = tasks_of(r, s->rid, s->arena, &s->tasks, s->sink);
	s->wake = INSTANT_NONE;
	return s->task_count >= 0;
}

/* Does it make the next thing happen for the patient? Writing why a limit was passed does not. */
static bool leads_on(const settling *s, const task_row *t)
{
	const task_kind *k = task_kind_find(s->image, t->kind);
	return t->open && !(k && k->breached.len);
}

static void pathway_row(const settling *s, cell *row)
{
	int open = 0, dated = 0, booked = fact_id(s->image, TEXT("booked.start"));
	for (int i = 0; i < s->task_count; i++) {
		open += leads_on(s, &s->tasks[i]);
		dated += leads_on(s, &s->tasks[i]) && s->tasks[i].latest_start != INSTANT_NONE;
	}
	const fact *next = booked >= 0 ? facts_last(&s->facts, booked) : NULL;
	row[STATE_CLOSED] = INT_CELL(s->state.closed);
	row[STATE_OPEN_TASKS] = INT_CELL(open);
	row[STATE_DATED_TASKS] = INT_CELL(dated);
	row[STATE_NEXT_DATE] = instant_cell(next ? next->at : INSTANT_NONE);
}

static bool same_cell(const cell *x, const cell *y)
{
	return x->kind == y->kind && (x->kind != CELL_INT || x->integer == y->integer);
}

/* Of a pathway always a row; of anything else only where it waits for an instant. A row that would not change is left alone. */
static bool put_state(settling *s)
{
	cell row[STATE_COLUMNS] = {[STATE_CLOSED] = INT_CELL(STATE_OTHER),
				   [STATE_OPEN_TASKS] = INT_CELL(0),
				   [STATE_DATED_TASKS] = INT_CELL(0),
				   [STATE_NEXT_DATE] = NULL_CELL};
	cell kept[STATE_COLUMNS], key = INT_CELL(s->rid);
	if (s->pathway) pathway_row(s, row);
	row[STATE_PATHWAY] = key;
	row[STATE_WAKE] = instant_cell(s->wake);
	bool wanted = !s->gone && (s->pathway || s->wake != INSTANT_NONE);
	store_result r = store_get(deriving_snapshot(s->dv), &work_pathway_table, &key, s->arena, kept, s->sink);
	if (r == STORE_FAILED) return false;
	if (!wanted)
		return r != STORE_OK ||
		       store_delete(deriving_writing(s->dv), &work_pathway_table, &key, 1, s->sink) != STORE_FAILED;
	bool same = r == STORE_OK;
	for (int i = 0; same && i < STATE_COLUMNS; i++) same = same_cell(&kept[i], &row[i]);
	return same || store_put(deriving_writing(s->dv), &work_pathway_table, row, s->sink) == STORE_OK;
}

/* What was foreseen of a clock that runs no more is over: it stopped, lapsed, waits, or was broken. */
static bool foreseen_end(settling *s)
{
	foreseen_event standing[FORESEEN_MAX];
	foreseen_change changes[FORESEEN_MAX];
	int foreseen = fact_id(s->image, TEXT("breach.foreseen")), count = 0;
	if (!s->pathway || deriving_rebuilding(s->dv) || foreseen < 0 || !facts_first(&s->facts, foreseen)) return true;
	const doc *d = self_body(s);
	const version v = s->self;
	int standing_count = foreseen_standing(d, standing);
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

static bool settle_tasks(settling *s)
{
	const task_kind *const *kinds;
	int n = task_kinds(s->image, &kinds);
	for (int i = 0; i < n; i++)
		if (kinds[i]->raise && (s->gone || text_equal(kinds[i]->subject, s->self.type)) &&
		    !settle_kind(s, kinds[i]))
			return false;
	for (int i = 0; i < s->task_count; i++) {
		const task_row *t = &s->tasks[i];
		if (raised_by_hand(t->cause) ? !settle_hand(s, t) : is_part(s, t) && !settle_part(s, t)) return false;
	}
	return raise_parts(s);
}

bool work_settle(const settling_subject *of, issues *sink)
{
	settling s = {.image = of->image,
		      .dv = of->dv,
		      .arena = deriving_arena(of->dv),
		      .sink = sink,
		      .now = deriving_now(of->dv),
		      .rid = of->rid};
	int before = sink->errors;
	return read_self(&s) && read_state(&s) && settle_tasks(&s) && automate(&s) && foreseen_end(&s) &&
	       put_state(&s) && sink->errors == before;
}
