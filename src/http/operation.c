/* operation.c: what Limen answers beyond FHIR's own REST (docs/api.md): the clocks of a pathway, why, the steps, the open ends,
 * why a task, doing a task, the kinds of task and the rules. Answers are Parameters. */
#include "http/internal.h"

/* ---- the pathway asked about ---- */

static bool pathway_of(exchange *x, reader **rd, int64_t *rid)
{
	version v;
	if (!resource_id_valid(x->id)) return issue_add(&x->sink, FAIL_HTTP_ID, x->id, TEXT(""));
	if (!(*rd = exchange_reader(x))) return false;
	found f = record_read(*rd, TEXT("EpisodeOfCare"), x->id, &v, &x->sink);
	if (f == FOUND_NONE) return issue_add(&x->sink, FAIL_HTTP_NO_PATHWAY, x->id, TEXT(""));
	*rid = f == FOUND ? v.rid : 0;
	return rest_found(x, f, &v);
}

static text in_language(const exchange *x, text da, text en)
{
	return x->who.language == LANGUAGE_EN && en.len > 0 ? en : da;
}

/* ---- what has clocks: a pathway, or a resource of another type ---- */

static bool subject_of(exchange *x, reader **rd, int64_t *rid)
{
	version v;
	if (text_equal(x->type, TEXT("EpisodeOfCare"))) return pathway_of(x, rd, rid);
	if (!rest_named(x) || !(*rd = exchange_reader(x))) return false;
	found f = record_read(*rd, x->type, x->id, &v, &x->sink);
	*rid = f == FOUND ? v.rid : 0;
	return rest_found(x, f, &v);
}

bool clock_facts(exchange *x, int64_t rid, facts *out)
{
	snapshot *r = reader_snapshot(exchange_reader(x));
	const image *m = x->app->content;
	if (text_equal(x->type, TEXT("EpisodeOfCare"))) return pathway_facts(r, m, rid, x->arena, out, &x->sink);
	return subject_facts(r, m, rid, x->arena, out, &x->sink);
}

/* ---- $clocks ---- */

static const char *const state_codes[] = {[CLOCK_NOT] = "",
					  [CLOCK_RUNNING] = "running",
					  [CLOCK_PAUSED] = "paused",
					  [CLOCK_MET] = "met",
					  [CLOCK_BREACHED] = "breached",
					  [CLOCK_WAIVED] = "waived",
					  [CLOCK_SUSPENDED] = "suspended",
					  [CLOCK_UNFILLED] = "not-filled-in"};

static void forecast_write(exchange *x, json_out *o, const clock *c, const facts *f, instant now)
{
	forecast seen = clock_forecast(x->times, c, f, now);
	if (seen.kind == FORECAST_NONE) return;
	if (seen.kind == FORECAST_CHANCE) part_int(o, "chance", seen.chance.percent);
	if (seen.kind == FORECAST_LATE) part_int(o, "chance", 0);
	if (seen.kind != FORECAST_LATE) part_int(o, "chanceSeen", seen.chance.seen);
	part_text(o, "chanceSaid", "valueString", forecast_say(x->arena, x->app->content, c, &seen, x->who.language));
}

/* A right that was broken has a cause from the list, or shows that it lacks one. */
static void cause_write(exchange *x, json_out *o, const clock *c, const facts *f, clock_state state)
{
	const image *m = x->app->content;
	int fact = fact_id(m, TEXT("breach.cause"));
	bool law = text_equal(clock_rule_face(c->rule)->force, TEXT("law"));
	if (state != CLOCK_BREACHED || !law || fact < 0) return;
	text cause = clock_breach_cause(m, f, c->rule);
	text lacks = in_language(x, TEXT("årsag mangler"), TEXT("the cause is missing"));
	part_text(o, "breachCause", "valueCode", cause.len ? cause : TEXT("missing"));
	part_text(o, "breachCauseWord", "valueString",
		  cause.len ? fact_code_word(m, fact, cause, x->who.language) : lacks);
}

/* What a pathway's clocks are told with. `stale`: since when the rules in use have not come to it; INSTANT_NONE: they have. */
typedef struct clock_telling {
	facts facts;
	instant now, stale;
} clock_telling;

static void clock_write(exchange *x, json_out *o, const clock *c, const clock_telling *t)
{
	const clock_face *face = clock_rule_face(c->rule);
	clock_state state = clock_state_at(c, t->now);
	part_open(o, "clock");
	part_text(o, "id", "valueCode", face->id);
	part_text(o, "title", "valueString", in_language(x, face->da, face->en));
	part_text(o, "source", "valueString", face->source);
	part_text(o, "force", "valueCode", face->force);
	part_text(o, "state", "valueCode", text_of(state_codes[state]));
	part_text(o, "stateWord", "valueString", clock_word(c, t->now, x->who.language));
	part_day(x, o, "start", c->start_day);
	part_day(x, o, "due", c->due_day);
	if (c->due_day_late != c->due_day) part_day(x, o, "dueLate", c->due_day_late);
	part_instant(x, o, "amber", c->amber);
	part_instant(x, o, "stopped", c->stop);
	if (c->due_day != DAY_NONE) part_int(o, "daysLeft", clock_days_left(c, t->now));
	part_bool(o, "provisional", c->provisional);
	part_text(o, "status", "valueCode", face->status);
	part_text(o, "next", "valueString", in_language(x, face->owed_da, face->owed_en));
	forecast_write(x, o, c, &t->facts, t->now);
	cause_write(x, o, c, &t->facts, state);
	part_instant(x, o, "staleSince", t->stale);
	part_close(o);
}

void operation_clocks(exchange *x)
{
	reader *rd = NULL;
	int64_t rid = 0;
	clock *clocks = NULL;
	clock_telling told = {.now = world_now(x->app->world)};
	if (!query_none(x) || !subject_of(x, &rd, &rid)) return;
	int count = clocks_of(reader_snapshot(rd), x->app->content, rid, x->arena, &clocks, &x->sink);
	told.stale = record_stale_since(rd, rid, &x->sink);
	if (x->sink.errors > 0) return;
	exchange_times(x);
	if (!clock_facts(x, rid, &told.facts)) return;
	json_out o = parameters_begin(x);
	for (int i = 0; i < count; i++)
		if (clocks[i].applies && clock_state_at(&clocks[i], told.now) != CLOCK_NOT)
			clock_write(x, &o, &clocks[i], &told);
	parameters_reply(x, &o);
}

/* ---- $reevaluation ---- */

void operation_reevaluation(exchange *x)
{
	reader *rd;
	reevaluation r;
	if (!query_none(x) || !(rd = exchange_reader(x)) || !record_reevaluation(rd, &r, &x->sink)) return;
	json_out o = parameters_begin(x);
	part_bool(&o, "underWay", r.under_way);
	if (r.under_way) {
		part_instant(x, &o, "since", r.since);
		part_int(&o, "done", r.done);
		if (r.all > 0) part_int(&o, "all", r.all);
		if (r.failed > 0) part_int(&o, "failed", r.failed);
		part_instant(x, &o, "estimatedEnd", r.ends);
	}
	parameters_reply(x, &o);
}

/* ---- $explain ---- */

static void why_reply(exchange *x, const why *w)
{
	json_out o = parameters_begin(x);
	part_text(&o, "headline", "valueString", w->headline);
	for (int i = 0; i < w->count; i++) {
		const why_line *line = &w->lines[i];
		part_open(&o, "line");
		part_day(x, &o, "date", line->on);
		part_text(&o, "say", "valueString", line->say);
		part_text(&o, "resource", "valueString", line->resource);
		part_text(&o, "effect", "valueString", line->effect);
		part_close(&o);
	}
	part_text(&o, "rule", "valueString", w->rule);
	part_text(&o, "arithmetic", "valueString", w->arithmetic);
	part_text(&o, "next", "valueString", w->next);
	part_text(&o, "chance", "valueString", w->chance);
	part_text(&o, "text", "valueString", why_text(x->arena, w));
	parameters_reply(x, &o);
}

static bool clock_asked(exchange *x, text *out)
{
	for (int i = 0; i < x->query_count; i++) {
		if (!text_equal(x->query[i].name, TEXT("clock")))
			return issue_add(&x->sink, FAIL_HTTP_PARAMETER, x->query[i].name, TEXT(""));
		*out = x->query[i].value;
	}
	return out->len > 0 || issue_add(&x->sink, FAIL_HTTP_NO_CLOCK, x->id, TEXT(""));
}

void operation_explain(exchange *x)
{
	reader *rd = NULL;
	int64_t rid = 0;
	text wanted = {0};
	facts known;
	const image *m = x->app->content;
	if (!clock_asked(x, &wanted) || !subject_of(x, &rd, &rid) || !clock_facts(x, rid, &known)) return;
	const clock_rule *const *rules;
	clock *clocks = ARENA_ARRAY(x->arena, clock, clock_rules(m, &rules) + 1);
	int count = clock_compute_for(m, x->type, &known, clocks);
	for (int i = 0; i < count; i++) {
		why w = {0};
		if (!text_equal(clock_rule_face(clocks[i].rule)->id, wanted)) continue;
		instant now = world_now(x->app->world);
		clock_explain(m, &clocks[i], &known, now, x->who.language, x->arena, &w);
		forecast seen = clock_forecast(exchange_times(x), &clocks[i], &known, now);
		w.chance = forecast_say(x->arena, m, &clocks[i], &seen, x->who.language);
		why_reply(x, &w);
		return;
	}
	issue_add(&x->sink, FAIL_HTTP_NO_CLOCK, x->id, wanted);
}

/* ---- $steps ---- */

void operation_steps(exchange *x)
{
	static const char *const places[] = {"done", "now", "ahead"};
	reader *rd = NULL;
	int64_t rid = 0;
	step *steps = NULL;
	if (!query_none(x) || !pathway_of(x, &rd, &rid)) return;
	int count = work_steps(rd, x->app->content, x->id, world_now(x->app->world), x->arena, &steps, &x->sink);
	if (x->sink.errors > 0) return;
	json_out o = parameters_begin(x);
	for (int i = 0; i < count; i++) {
		const step *s = &steps[i];
		part_open(&o, "step");
		part_text(&o, "title", "valueString", in_language(x, s->da, s->en));
		part_text(&o, "place", "valueCode", text_of(places[s->place < 0 ? 0 : s->place == 0 ? 1 : 2]));
		part_instant(x, &o, "at", s->at);
		part_text(&o, "by", "valueString", s->by);
		part_text(&o, "resource", "valueString", s->resource);
		part_close(&o);
	}
	parameters_reply(x, &o);
}

/* ---- tasks ---- */

void operation_task(exchange *x)
{
	reader *rd;
	why w = {0};
	if (query_value(x, "clock").len) { /* a case has clocks of its own */
		operation_explain(x);
		return;
	}
	if (!resource_id_valid(x->id)) {
		issue_add(&x->sink, FAIL_HTTP_ID, x->id, TEXT(""));
		return;
	}
	if (!query_none(x) || !(rd = exchange_reader(x))) return;
	const work_view view = {.image = x->app->content,
				.times = exchange_times(x),
				.now = world_now(x->app->world),
				.lang = x->who.language,
				.arena = x->arena};
	if (work_explain(rd, &view, x->id, &w, &x->sink))
		why_reply(x, &w);
	else if (x->sink.errors == 0)
		issue_add(&x->sink, FAIL_HTTP_NOT_FOUND, x->type, x->id);
}

static answers answers_of(exchange *x, const doc *d)
{
	uint32_t list = doc_get(d, 0, NAME_parameter);
	answer *all = ARENA_ARRAY(x->arena, answer, list ? d->nodes[list].len + 1 : 1);
	answers given = {.at = all};
	if (!list) return given;
	for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next)
		all[given.count++] = (answer){.field = doc_get_text(d, i, NAME_name), .value = parameter_value(d, i)};
	return given;
}

/* If-Match on $complete: the form was filled in against this version. The task's own state is what is re-checked at the commit. */
static bool still_that_version(exchange *x)
{
	int64_t seen = 0;
	version v;
	reader *rd;
	text match = header_get(x, "If-Match");
	if (match.len == 0) return true;
	if (!header_etag(match, &seen)) return issue_add(&x->sink, FAIL_HTTP_ETAG, match, TEXT(""));
	if (!(rd = exchange_reader(x))) return false;
	if (record_read(rd, x->type, x->id, &v, &x->sink) != FOUND || v.number == seen) return x->sink.errors == 0;
	return issue_add(&x->sink, FAIL_HTTP_STALE, text_format(x->arena, "Task/%.*s", TEXT_ARG(x->id)),
			 text_format(x->arena, "%lld", (long long)v.number));
}

void operation_complete(exchange *x)
{
	doc d;
	if (!resource_id_valid(x->id)) {
		issue_add(&x->sink, FAIL_HTTP_ID, x->id, TEXT(""));
		return;
	}
	if (!query_none(x) || !negotiate_body(x, false) || !still_that_version(x)) return;
	if (!rest_parse(x, x->body, TEXT("Parameters"), &d)) return;
	answers given = answers_of(x, &d);
	exchange_headroom(x, MIB);
	completing c = {.record = x->app->record,
			.image = x->app->content,
			.who = &x->who,
			.task = x->id,
			.given = &given,
			.now = world_now(x->app->world)};
	if (!work_complete(&c, x->arena, &x->sink)) return;
	exchange_read_anew(x);
	rest_read(x); /* the task as it is now */
}

/* ---- a task by hand ---- */

static bool raise_read_one(exchange *x, const doc *d, uint32_t at, by_hand *what)
{
	text name = doc_get_text(d, at, NAME_name), value = parameter_value(d, at);
	text *const into[] = {&what->kind, &what->pathway, &what->focus, &what->patient, &what->queue, &what->note};
	static const char *const names[] = {"kind", "pathway", "focus", "patient", "queue", "note"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (text_equal(name, text_of(names[i]))) return *into[i] = value, true;
	if (!text_equal(name, TEXT("due"))) return issue_add(&x->sink, FAIL_HTTP_PARAMETER, name, TEXT(""));
	return day_parse(value, &what->due) ||
	       issue_at(&x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, name, value, TEXT("en dato / a date"));
}

void operation_raise(exchange *x)
{
	doc d;
	if (!query_none(x) || !negotiate_body(x, false) || !rest_parse(x, x->body, TEXT("Parameters"), &d)) return;
	by_hand what = {.due = DAY_NONE, .id = world_uuid(x->app->world, x->arena)};
	uint32_t list = doc_get(&d, 0, NAME_parameter);
	for (uint32_t i = list + 1; list != NODE_ABSENT && i < d.nodes[list].next; i = d.nodes[i].next)
		if (!raise_read_one(x, &d, i, &what)) return;
	const working by = {x->app->content, &x->who, world_now(x->app->world), x->arena};
	written made;
	exchange_headroom(x, MIB);
	if (work_raise(x->app->record, &what, &by, &made, &x->sink)) reply_written(x, &made);
}

/* ---- the kinds of task ---- */

void operation_kind(exchange *x)
{
	const task_kind *k = task_kind_find(x->app->content, x->id);
	if (!k)
		rest_read(x);
	else if (query_none(x))
		reply_json(x, 200, task_kind_json(x->arena, x->app->content, k, x->who.language));
}

static void entry_write(json_out *o, text resource)
{
	json_object(o);
	json_key(o, "resource");
	json_raw(o, resource);
	json_key(o, "search");
	json_object(o);
	json_pair(o, "mode", TEXT("match"));
	json_end(o);
	json_end(o);
}

/* All of them: they are few and come from content, not from the record, so there is no search among them. */
static void content_reply(exchange *x, const text *resources, int count)
{
	json_out o = json_begin(x->arena);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Bundle"));
	json_pair(&o, "type", TEXT("searchset"));
	json_key(&o, "total");
	json_int(&o, count);
	if (count > 0) {
		json_key(&o, "entry");
		json_array(&o);
		for (int i = 0; i < count; i++) entry_write(&o, resources[i]);
		json_end(&o);
	}
	json_end(&o);
	reply_json(x, 200, json_done(&o));
}

void operation_kinds(exchange *x)
{
	const task_kind *const *kinds;
	if (!query_none(x)) return;
	int count = task_kinds(x->app->content, &kinds);
	text *all = ARENA_ARRAY(x->arena, text, count + 1);
	for (int i = 0; i < count; i++) all[i] = task_kind_json(x->arena, x->app->content, kinds[i], x->who.language);
	content_reply(x, all, count);
}

/* ---- the rules of the clocks ---- */

void operation_rule(exchange *x)
{
	const image *m = x->app->content;
	const clock_rule *r = clock_rule_find(m, x->id);
	const task_kind *k = r ? NULL : task_kind_of_plan(m, x->id);
	if (!r && !k)
		rest_read(x);
	else if (!query_none(x))
		return;
	else if (k)
		reply_json(x, 200, task_kind_plan(x->arena, m, k, x->who.language));
	else
		reply_json(x, 200, clock_rule_json(x->arena, x->app->content, r, x->who.language));
}

void operation_rules(exchange *x)
{
	const image *m = x->app->content;
	const clock_rule *const *rules;
	const task_kind *const *kinds;
	if (!query_none(x)) return;
	int count = clock_rules(m, &rules), more = task_kinds(m, &kinds);
	text *all = ARENA_ARRAY(x->arena, text, count + more + 1);
	for (int i = 0; i < count; i++) all[i] = clock_rule_json(x->arena, m, rules[i], x->who.language);
	for (int i = 0; i < more; i++) all[count + i] = task_kind_plan(x->arena, m, kinds[i], x->who.language);
	content_reply(x, all, count + more);
}

/* The form of a kind of task, else a Questionnaire that is kept here. */
void operation_form(exchange *x)
{
	const task_kind *k = task_kind_of_plan(x->app->content, x->id);
	text form = k ? task_kind_form(x->arena, k, x->who.language) : (text){0};
	if (!form.len)
		rest_read(x);
	else if (query_none(x))
		reply_json(x, 200, form);
}
