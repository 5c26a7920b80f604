/* settle.c: the tasks of one subject, a pathway or another resource, after its facts may have changed.
 *
 * A kind of task is level-triggered: its close holds → completed; else its reason holds → it stands open; else it is
 * cancelled as no longer relevant. What is closed here opens again when its reason returns; what a person
 * closed stays closed. The state depends on facts, clocks and tasks only, so that a rebuild comes to the same rows;
 * `now` decides only when to act. What a person raised stands until its close comes, or somebody does it. */
#include "work/settling.h"

/* ---- raising writes ---- */

static bool settle_raise(settling *s, write_method method, text id, text json, text cause)
{
	doc *d = ARENA_NEW(s->arena, doc);
	bool parsed = json_parse_resource(s->arena, json, TEXT("work"), s->sink, d);
	assert(parsed);
	write_op w = {.method = method, .resource = d, .type = TEXT("Task"), .id = id, .cause = cause};
	return deriving_raise(s->dv, &w, s->sink);
}

/* The parsed body of a resource as this transaction sees it; NULL where it is not there. */
const doc *settle_body(settling *s, int64_t rid, version *v)
{
	if (!rid || deriving_read(s->dv, rid, v, s->sink) != FOUND) return NULL;
	doc *d = ARENA_NEW(s->arena, doc);
	return json_parse(s->arena, v->json, v->type, s->sink, d) ? d : NULL;
}

const doc *settle_self(settling *s)
{
	static node none = {.kind = NODE_OBJECT, .next = 1};
	static const doc nothing = {.nodes = &none, .count = 1};
	if (s->body) return s->body;
	doc *d = ARENA_NEW(s->arena, doc);
	bool parsed =
	    json_parse(s->arena, s->self.json, s->self.type, s->sink, d); /* else the commit fails with what is said */
	return s->body = parsed ? d : &nothing;
}

const doc *settle_about(settling *s, const task_kind *k)
{
	version v;
	if (k->about < 0) return text_equal(k->subject, s->self.type) ? settle_self(s) : NULL;
	const fact *f = facts_last(&s->facts, k->about);
	return f ? settle_body(s, deriving_rid(s->dv, f->type, f->resource), &v) : NULL;
}

static text focus_of(settling *s, const task_kind *k, const need *n)
{
	if (k->focus_pathway || !k->cause_count) return s->reference;
	const fact *f = k->focus >= 0 ? facts_last(&s->facts, k->focus) : NULL;
	return fact_reference(s->arena, f ? f : n->cause);
}

/* The facts of the pathway it belongs to: its referral says how pressing it is. NULL: it belongs to none. */
static const facts *pathway_view(settling *s)
{
	int64_t *rids;
	snapshot *r = deriving_snapshot(s->dv);
	if (s->pathway) return &s->facts;
	if (s->pressing_known || s->gone) return s->pressing;
	s->pressing_known = true;
	int n = pathways_of(r, s->rid, s->arena, &rids, s->sink);
	facts *f = n > 0 ? ARENA_NEW(s->arena, facts) : NULL;
	if (f && pathway_facts(r, s->image, rids[0], s->arena, f, s->sink)) s->pressing = f;
	return s->pressing;
}

static text pressing_of(settling *s, const task_kind *k)
{
	return priority_of(s->image, k, k->priority.len ? NULL : pathway_view(s));
}

static task_face face_of(settling *s, const task_kind *k, const need *n, instant raised)
{
	return (task_face){.image = s->image,
			   .priority = pressing_of(s, k),
			   .kind = k,
			   .state = &s->state,
			   .need = n,
			   .when = task_deadline(k, &s->state, n->since != INSTANT_NONE ? n->since : raised)};
}

/* The pathway it belongs to, where that is one: its own, or that of what it is about. */
text settle_pathway(settling *s)
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
	const doc *d = settle_body(
	    s, deriving_rid(s->dv, TEXT("Organization"), reference_id(organization, TEXT("Organization"))), &v);
	return d ? reference_of(d, 0, NAME_partOf) : (text){0};
}

/* Where it lies: with the department, its community or the hospital, as the kind's level says today. */
static text queue_of(settling *s, const task_kind *k, text pathway)
{
	enum { STEPS_MAX = 5 };
	version v;
	text at = subject_organization(s->arena, settle_self(s)), level = kind_level(k, day_of_instant(s->now));
	if (!at.len && pathway.len) {
		const doc *e = settle_body(
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
	text pathway = settle_pathway(s);
	return (task_refs){
	    .id = task_id_of(s->arena, k->id, cause),
	    .cause = cause,
	    .pathway = pathway,
	    .patient = subject_patient(s->arena, settle_self(s)),
	    .about = s->pathway ? (text){0} : s->reference,
	    .queue = queue_of(s, k, pathway),
	    .due = DAY_NONE,
	};
}

static bool task_create(settling *s, const task_kind *k, const need *n, text cause)
{
	task_face face = face_of(s, k, n, s->now);
	task_words words = task_say(s->arena, &face, settle_about(s, k));
	task_refs refs = refs_of(s, k, cause);
	refs.focus = focus_of(s, k, n);
	text json = task_json_new(s->arena, &face, &words, &refs, s->now);
	return settle_raise(s, WRITE_CREATE, refs.id, json, cause);
}

/* An update is caused by the version it answers, so that the same version is answered once; in one round only one is made of a task. */
static bool task_update(settling *s, const task_row *t, const version *v, text json)
{
	text cause = t->cause.len ? t->cause : text_format(s->arena, "Task/%.*s", TEXT_ARG(v->id));
	text again = text_format(s->arena, "%.*s@%lld", TEXT_ARG(cause), (long long)v->number);
	s->written[t - s->tasks] = true;
	return settle_raise(s, WRITE_UPDATE, v->id, json, again);
}

static bool task_close(settling *s, const task_row *t, task_closing how, const fact *by)
{
	version v;
	const doc *d = settle_body(s, t->rid, &v);
	return d ? task_update(s, t, &v, task_json_closed(s->arena, d, how, by, s->now)) : s->sink->errors == 0;
}

static void wake_at(settling *s, instant at)
{
	if (at != INSTANT_NONE && (s->wake == INSTANT_NONE || at < s->wake)) s->wake = at;
}

/* Are its dates, and what stands behind them, as they were? What has no date any more keeps the one it had. */
static bool dates_stand(settling *s, const task_row *t, const task_face *face)
{
	if (face->when.due == INSTANT_NONE) return true;
	task_words words = task_say(s->arena, face, NULL);
	return face->when.due == t->due && face->when.latest_start == t->latest_start &&
	       task_face_hash(face, &words) == t->face;
}

/* Its dates follow the clocks (a day somebody named stands), and how pressing it is the referral. */
static bool task_redate(settling *s, const task_row *t, const task_kind *k, const need *n, bool follows)
{
	version v;
	task_face face = face_of(s, k, n, t->authored);
	bool pressing = face.priority.len && priority_number(face.priority) != t->priority;
	bool dated = follows && !dates_stand(s, t, &face);
	const doc *d = pressing || dated ? settle_body(s, t->rid, &v) : NULL;
	if (!d) return s->sink->errors == 0;
	if (dated && extension_find(d, 0, TEXT("urn:limen:due-given")) == NODE_ABSENT) {
		task_words words = task_say(s->arena, &face, settle_about(s, k));
		return task_update(s, t, &v, task_json_dates(s->arena, d, &face, &words, s->now));
	}
	return !pressing || task_update(s, t, &v, task_json_pressing(s->arena, d, face.priority, s->now));
}

/* On hold until a day that has come: whoever had it goes on with it. The day is remembered until it went on, whatever time it is now (a
 * rebuild must agree). What was written anew in this round waits for the next. */
static bool task_resume(settling *s, const task_row *t)
{
	version v;
	wake_at(s, t->held);
	if (t->held > s->now || deriving_rebuilding(s->dv) || s->written[t - s->tasks]) return true;
	const doc *d = settle_body(s, t->rid, &v);
	return d ? task_update(s, t, &v, task_json_resumed(s->arena, d, s->now)) : s->sink->errors == 0;
}

static bool task_reopen(settling *s, const task_row *t, const task_kind *k, const need *n)
{
	version v;
	const doc *d = settle_body(s, t->rid, &v);
	if (!d) return s->sink->errors == 0;
	task_face face = face_of(s, k, n, s->now);
	task_words words = task_say(s->arena, &face, settle_about(s, k));
	return task_update(s, t, &v, task_json_open(s->arena, d, &face, &words, s->now));
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
	return task_redate(s, t, k, n, true);
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
	return task_redate(s, t, k, &n, k->clock_count || k->by >= 0);
}

/* A part lives as long as the task it is a part of. */
static bool settle_part(settling *s, const task_row *t)
{
	bool stands = !s->gone && task_status_open(doc_get_text(settle_self(s), 0, NAME_status));
	const task_kind *k = task_kind_find(s->image, t->kind);
	need n = {.turns = INSTANT_NONE, .since = INSTANT_NONE};
	if (!t->open || deriving_rebuilding(s->dv)) return true;
	return stands ? !k || task_redate(s, t, k, &n, false) : task_close(s, t, CLOSING_LAPSED, NULL);
}

static bool part_create(settling *s, const task_kind *part, text cause)
{
	need n = {.turns = INSTANT_NONE, .since = INSTANT_NONE};
	task_face face = face_of(s, part, &n, s->now);
	task_words words = task_say(s->arena, &face, NULL);
	task_refs refs = refs_of(s, part, cause);
	refs.part_of = refs.focus = s->reference;
	return settle_raise(s, WRITE_CREATE, refs.id, task_json_new(s->arena, &face, &words, &refs, s->now), cause);
}

/* This subject is a task that stands: its parts are there. */
static bool raise_parts(settling *s)
{
	if (s->gone || !text_equal(s->self.type, TEXT("Task")) || deriving_rebuilding(s->dv)) return true;
	const task_kind *k = task_kind_find(s->image, task_kind_of(settle_self(s)));
	if (!k || !task_status_open(doc_get_text(settle_self(s), 0, NAME_status))) return true;
	for (int p = 0; p < k->part_count; p++) {
		text cause = text_format(s->arena, "%.*s:%.*s", TEXT_ARG(k->parts[p]), TEXT_ARG(s->reference));
		bool there = false;
		for (int i = 0; i < s->task_count; i++) there |= text_equal(s->tasks[i].cause, cause);
		if (!there && !part_create(s, task_kind_find(s->image, k->parts[p]), cause)) return false;
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
	s->written = ARENA_ARRAY(s->arena, bool, s->task_count > 0 ? s->task_count : 1);
	s->beside_count = s->pathway ? tasks_beside(r, s->rid, s->arena, &s->beside, s->sink) : 0;
	s->wake = INSTANT_NONE;
	return s->task_count >= 0 && s->beside_count >= 0;
}

/* Does it make the next thing happen for the patient? Writing why a limit was passed does not, nor does cancelling the interpreter of a time
 * that was cancelled. */
static bool leads_on(const settling *s, const task_row *t)
{
	const task_kind *k = task_kind_find(s->image, t->kind);
	bool own = t->subject == s->rid;
	return t->open && (!k || k->next_step || (own && !kind_about_pathway(k)));
}

/* Its own tasks, and those about its appointments and messages. */
static void pathway_row(const settling *s, cell *row)
{
	int open = 0, dated = 0, booked = fact_id(s->image, TEXT("booked.start"));
	for (int i = 0; i < s->task_count + s->beside_count; i++) {
		const task_row *t = i < s->task_count ? &s->tasks[i] : &s->beside[i - s->task_count];
		open += leads_on(s, t);
		dated += leads_on(s, t) && t->latest_start != INSTANT_NONE;
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

/* Those about an appointment or a message of this pathway are as pressing as its referral. */
static bool press_beside(settling *s)
{
	if (deriving_rebuilding(s->dv)) return true;
	for (int i = 0; i < s->beside_count; i++) {
		const task_row *t = &s->beside[i];
		const task_kind *k = t->open ? task_kind_find(s->image, t->kind) : NULL;
		text priority = k ? priority_of(s->image, k, &s->facts) : (text){0};
		if (priority.len && priority_number(priority) != t->priority) work_touch(s->dv, t->subject);
	}
	return true;
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
	for (int i = 0; i < s->task_count; i++)
		if (s->tasks[i].open && s->tasks[i].held != INSTANT_NONE && !task_resume(s, &s->tasks[i])) return false;
	return raise_parts(s) && press_beside(s);
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
	return read_self(&s) && read_state(&s) && settle_tasks(&s) && settle_automate(&s) && settle_foreseen(&s) &&
	       put_state(&s) && sink->errors == before;
}
