/* settle_rule.c: what follows from a subject's facts beside its tasks being there: tasks that a rule does itself (automate.c), and what was
 * foreseen and is over. */
#include "work/settling.h"

/* ---- done by a rule (automate.c) ---- */

static const doc *body_named(void *self, text type, text id, version *v)
{
	settling *s = self;
	return settle_body(s, deriving_rid(s->dv, type, id), v);
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
	const doc *task = settle_body(s, t->rid, &v);
	if (!task) return s->sink->errors == 0;
	const filling with = {.image = s->image,
			      .form = &answered,
			      .facts = &s->facts,
			      .focus = reference_of(task, 0, NAME_focus),
			      .patient = subject_patient(s->arena, settle_self(s)),
			      .pathway = settle_pathway(s),
			      .actor = TEXT("Device/limen"),
			      .now = instant_iso(s->arena, s->now),
			      .task = text_format(s->arena, "Task/%.*s", TEXT_ARG(v.id)),
			      .about = settle_about(s, k)};
	if (!automation_fill(r, &with, s->arena, &answered)) return s->sink->errors == 0;
	task_writes x = {
	    .kind = k, .with = &with, .arena = s->arena, .sink = s->sink, .self = s, .read = body_named, .task = &v};
	const finish by = {.actor = with.actor, .at = with.now, .closes = true};
	if (!writes_make(&x)) return false;
	write_op close = {.method = WRITE_UPDATE, .type = TEXT("Task"), .id = v.id};
	if (!k->close && !writes_add(&x, close, task_json_done(s->arena, task, &answered, &by))) return false;
	return raise_all(s, &x, r);
}

bool settle_automate(settling *s)
{
	if (s->gone || deriving_rebuilding(s->dv)) return true;
	for (int i = 0; i < s->task_count; i++) {
		const task_row *t = &s->tasks[i];
		const task_kind *k = t->open ? task_kind_find(s->image, t->kind) : NULL;
		const automation *r = k && !raised_by_hand(t->cause) ? automation_of(s->image, k) : NULL;
		if (r && t->held == INSTANT_NONE && automation_holds(r, &s->facts) && !paused(s, r) &&
		    !do_by_rule(s, t, r))
			return false;
	}
	return true;
}

/* ---- what was foreseen ---- */

/* What was foreseen of a clock that runs no more is over: it stopped, lapsed, waits, or was broken. */
bool settle_foreseen(settling *s)
{
	foreseen_event standing[FORESEEN_MAX];
	foreseen_change changes[FORESEEN_MAX];
	int foreseen = fact_id(s->image, TEXT("breach.foreseen")), count = 0;
	if (!s->pathway || deriving_rebuilding(s->dv) || foreseen < 0 || !facts_first(&s->facts, foreseen)) return true;
	const doc *d = settle_self(s);
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
