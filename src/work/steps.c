/* steps.c: the content kind "timeline", and a pathway's steps along it. */
#include "work/internal.h"

static const char *const timeline_keys[] = {"timeline", "da", "en", "steps", "late", "closed", "help", NULL};
static const char *const step_keys[] = {"da",      "en",       "done",     "clock", "told_da",
					"told_en", "ahead_da", "ahead_en", NULL};

typedef struct step_rule {
	text da, en;
	text told_da, told_en;   /* to the patient, when it is done */
	text ahead_da, ahead_en; /* and before */
	int done;                /* fact */
	const clock_rule *rule;  /* by when; may be NULL */
} step_rule;
typedef struct timeline {
	const step_rule *steps;
	int count;
	text late_da, late_en, closed_da, closed_en, help_da, help_en;
} timeline;

/* Sentences stand in both languages or not at all. */
static bool read_pair(const content_entry *e, uint32_t at, const char *da, const char *en, text out[2], issues *sink)
{
	bool fine = content_text(e, at, da, false, &out[0], sink);
	fine = content_text(e, at, en, out[0].len > 0, &out[1], sink) && fine;
	if (!fine || out[0].len > 0 || out[1].len == 0) return fine;
	return issue_at(sink, FAIL_CONTENT_MISSING, content_place(e, at), text_of(da), TEXT(""), TEXT(""));
}

static bool read_told(const content_entry *e, uint32_t at, step_rule *s, issues *sink)
{
	text told[2], ahead[2];
	bool fine = read_pair(e, at, "told_da", "told_en", told, sink);
	fine = read_pair(e, at, "ahead_da", "ahead_en", ahead, sink) && fine;
	s->told_da = told[0];
	s->told_en = told[1];
	s->ahead_da = ahead[0];
	s->ahead_en = ahead[1];
	return fine;
}

static bool read_step(const image *m, const content_entry *e, uint32_t at, step_rule *s, issues *sink)
{
	text done, rule;
	if (!content_keys(e, at, step_keys, sink) || !content_text(e, at, "da", true, &s->da, sink) ||
	    !content_text(e, at, "en", true, &s->en, sink) || !content_text(e, at, "done", true, &done, sink) ||
	    !content_text(e, at, "clock", false, &rule, sink) || !read_told(e, at, s, sink))
		return false;
	s->done = fact_id(m, done);
	s->rule = rule.len ? clock_rule_find(m, rule) : NULL;
	if (s->done < 0)
		return issue_at(sink, FAIL_WORK_KIND_UNKNOWN, content_place(e, at), TEXT("done"), done, TEXT(""));
	if (rule.len && !s->rule)
		return issue_at(sink, FAIL_WORK_KIND_UNKNOWN, content_place(e, at), TEXT("clock"), rule, TEXT(""));
	return true;
}

static void *compile_timeline(image *m, const content_entry *e, issues *sink)
{
	uint32_t *nodes;
	int n = content_list(m, e, e->node, "steps", true, &nodes, sink);
	if (n < 0) return NULL;
	step_rule *steps = ARENA_ARRAY(m->arena, step_rule, n + 1);
	for (int i = 0; i < n; i++)
		if (!read_step(m, e, nodes[i], &steps[i], sink)) return NULL;
	timeline *t = ARENA_NEW(m->arena, timeline);
	*t = (timeline){.steps = steps, .count = n};
	bool fine = content_both(e, e->node, "late", false, &t->late_da, &t->late_en, sink);
	fine = content_both(e, e->node, "closed", false, &t->closed_da, &t->closed_en, sink) && fine;
	fine = content_both(e, e->node, "help", false, &t->help_da, &t->help_en, sink) && fine;
	return fine ? t : NULL;
}

void timeline_content(void)
{
	content_register(&(content_kind){.name = "timeline", .keys = timeline_keys, .compile = compile_timeline});
}

/* ---- a pathway's steps ---- */

typedef struct walking {
	const facts *facts;
	const clock *clocks;
	int clock_count;
	instant now;
	arena *arena;
} walking;

/* The fact that says this step is done: it is there, and what it says has come. */
static const fact *done_by(const walking *w, const step_rule *s)
{
	const fact *f = facts_first(w->facts, s->done);
	return f && f->at <= w->now ? f : NULL;
}

static step done_step(const walking *w, const step_rule *s, const fact *f)
{
	return (step){.da = s->da,
		      .en = s->en,
		      .told_da = s->told_da,
		      .told_en = s->told_en,
		      .place = -1,
		      .at = f->at,
		      .by = f->actor,
		      .resource = fact_reference(w->arena, f)};
}

/* Ahead: when it is planned, else by when the clock wants it. */
static step ahead_step(const walking *w, const step_rule *s, int where)
{
	step out = {.da = s->da,
		    .en = s->en,
		    .told_da = s->ahead_da,
		    .told_en = s->ahead_en,
		    .place = where,
		    .at = INSTANT_NONE};
	const fact *planned = facts_last(w->facts, s->done);
	const clock *c = s->rule ? clock_named(w->clocks, w->clock_count, s->rule) : NULL;
	if (planned) {
		out.at = planned->at;
		out.resource = fact_reference(w->arena, planned);
	} else if (c && clock_runs(c)) {
		out.at = c->due;
	}
	return out;
}

static int last_done(const walking *w, const timeline *t)
{
	int last = -1;
	for (int i = 0; i < t->count; i++)
		if (done_by(w, &t->steps[i])) last = i;
	return last;
}

/* Passed over and owed all the same: its clock still runs (the time that was booked is cancelled). */
static bool is_owed(const walking *w, const step_rule *s)
{
	return s->rule && clock_runs(clock_named(w->clocks, w->clock_count, s->rule));
}

/* A step passed over (a time booked without a proposal) is left out, unless it is owed: then it is the next. Only done ones
 * stand before the last that is done. */
static int walk(const walking *w, const timeline *t, bool closed, step *out)
{
	int count = 0, last = last_done(w, t), ahead = 0;
	for (int i = 0; i <= last; i++) {
		const fact *f = done_by(w, &t->steps[i]);
		if (f) out[count++] = done_step(w, &t->steps[i], f);
	}
	for (int i = 0; i < t->count && !closed; i++)
		if (i > last || (!done_by(w, &t->steps[i]) && is_owed(w, &t->steps[i])))
			out[count++] = ahead_step(w, &t->steps[i], ahead++ > 0);
	return count;
}

/* Everything the steps are made of, as a snapshot shows it. NULL: no such pathway, no timeline (no issue then), or it cannot be read. */
static const timeline *walking_begin(walking *w, reader *rd, const image *m, text pathway_id, issues *sink)
{
	const content_entry **entries;
	const clock_rule *const *rules;
	int64_t rid = record_rid(rd, TEXT("EpisodeOfCare"), pathway_id);
	if (!rid) {
		issue_add(sink, FAIL_WORK_NO_PATHWAY, TEXT(""), TEXT(""));
		return NULL;
	}
	if (content_each(m, TEXT("timeline"), &entries) == 0) return NULL;
	facts *f = ARENA_NEW(w->arena, facts);
	if (!pathway_facts(reader_snapshot(rd), m, rid, w->arena, f, sink)) return NULL;
	clock *clocks = ARENA_ARRAY(w->arena, clock, clock_rules(m, &rules) + 1);
	w->facts = f;
	w->clocks = clocks;
	w->clock_count = clock_compute(m, f, clocks);
	return entries[0]->compiled;
}

static bool is_closed(const image *m, const facts *f)
{
	int closed = fact_id(m, TEXT("pathway.closed"));
	return closed >= 0 && facts_first(f, closed);
}

int work_steps(reader *rd, const image *m, text pathway_id, instant now, arena *a, step **out, issues *sink)
{
	walking w = {.now = now, .arena = a};
	int before = sink->errors;
	const timeline *t = walking_begin(&w, rd, m, pathway_id, sink);
	*out = NULL;
	if (!t) return sink->errors > before ? -1 : 0;
	*out = ARENA_ARRAY(a, step, t->count + 1);
	return walk(&w, t, is_closed(m, w.facts), *out);
}

/* ---- the same for the patient ---- */

static text either(language lang, text da, text en)
{
	return lang == LANGUAGE_DA ? da : en;
}

static bool is_late(const clock *c, instant now)
{
	const clock_face *f = clock_rule_face(c->rule);
	bool sure = text_equal(f->force, TEXT("law")) && text_equal(f->status, TEXT("active"));
	return sure && c->stop == INSTANT_NONE && clock_state_at(c, now) == CLOCK_BREACHED;
}

static void rights_make(const walking *w, const image *m, language lang, told *out)
{
	out->rights = ARENA_ARRAY(w->arena, told_right, w->clock_count + 1);
	for (int i = 0; i < w->clock_count; i++) {
		const clock *c = &w->clocks[i];
		const clock_face *f = clock_rule_face(c->rule);
		clock_state s = clock_state_at(c, w->now);
		bool stands = s == CLOCK_RUNNING || s == CLOCK_PAUSED;
		text said = stands ? clock_say(m, c, w->facts, lang, w->arena) : (text){0};
		if (said.len == 0) continue;
		out->rights[out->right_count++] = (told_right){
		    .clock = f->id, .said = said, .due = c->due_day, .verified = text_equal(f->status, TEXT("active"))};
	}
}

bool work_told(reader *rd, const image *m, text pathway_id, const telling *how, arena *a, told *out, issues *sink)
{
	walking w = {.now = how->now, .arena = a};
	int before = sink->errors;
	const timeline *t = walking_begin(&w, rd, m, pathway_id, sink);
	*out = (told){0};
	if (!t) return sink->errors == before;
	bool closed = is_closed(m, w.facts);
	step *all = ARENA_ARRAY(a, step, t->count + 1);
	int count = walk(&w, t, closed, all);
	out->steps = all;
	/* The first that is not done is the one now, also where the house has a step of its own before it. */
	for (int i = 0, ahead = 0; i < count; i++) {
		if (all[i].told_da.len == 0) continue;
		if (all[i].place >= 0) all[i].place = ahead++ > 0;
		all[out->step_count++] = all[i];
	}
	out->help = either(how->lang, t->help_da, t->help_en);
	if (closed) out->closed = either(how->lang, t->closed_da, t->closed_en);
	for (int i = 0; i < w.clock_count && !closed; i++)
		if (is_late(&w.clocks[i], how->now)) out->late = either(how->lang, t->late_da, t->late_en);
	rights_make(&w, m, how->lang, out);
	return true;
}
