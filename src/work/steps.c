/* steps.c: the content kind "timeline", and a pathway's steps along it. */
#include "work/internal.h"

static const char *const timeline_keys[] = {"timeline", "da", "en", "steps", NULL};
static const char *const step_keys[] = {"da", "en", "done", "clock", NULL};

typedef struct step_rule {
	text da, en;
	int done;               /* fact */
	const clock_rule *rule; /* by when; may be NULL */
} step_rule;
typedef struct timeline {
	const step_rule *steps;
	int count;
} timeline;

static bool read_step(const image *m, const content_entry *e, uint32_t at, step_rule *s, issues *sink)
{
	text done, rule;
	if (!content_keys(e, at, step_keys, sink) || !content_text(e, at, "da", true, &s->da, sink) ||
	    !content_text(e, at, "en", true, &s->en, sink) || !content_text(e, at, "done", true, &done, sink) ||
	    !content_text(e, at, "clock", false, &rule, sink))
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
	return t;
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
		      .place = -1,
		      .at = f->at,
		      .by = f->actor,
		      .resource = fact_reference(w->arena, f)};
}

/* Ahead: when it is planned, else by when the clock wants it. */
static step ahead_step(const walking *w, const step_rule *s, int where)
{
	step out = {.da = s->da, .en = s->en, .place = where, .at = INSTANT_NONE};
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

int work_steps(reader *rd, const image *m, text pathway_id, instant now, arena *a, step **out, issues *sink)
{
	const content_entry **entries;
	const clock_rule *const *rules;
	*out = NULL;
	int64_t rid = record_rid(rd, TEXT("EpisodeOfCare"), pathway_id);
	if (!rid) {
		issue_add(sink, FAIL_WORK_NO_PATHWAY, TEXT(""), TEXT(""));
		return -1;
	}
	if (content_each(m, TEXT("timeline"), &entries) == 0) return 0;
	const timeline *t = entries[0]->compiled;
	facts f;
	if (!pathway_facts(reader_snapshot(rd), m, rid, a, &f, sink)) return -1;
	clock *clocks = ARENA_ARRAY(a, clock, clock_rules(m, &rules) + 1);
	walking w = {
	    .facts = &f, .clocks = clocks, .clock_count = clock_compute(m, &f, clocks), .now = now, .arena = a};
	int closed = fact_id(m, TEXT("pathway.closed"));
	*out = ARENA_ARRAY(a, step, t->count + 1);
	return walk(&w, t, closed >= 0 && facts_first(&f, closed), *out);
}
