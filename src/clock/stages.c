/* stages.c: how far a clock has come: the rule's stages, where the clock is in them, and how long it was in each; and the department's
 * settings for the forecast. */
#include "clock/internal.h"

static const char settings_name[] = "forecast";

/* ---- content ---- */

static bool stage_facts_read(image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	uint32_t *items, n = content_get(e, e->node, "stages");
	int count = content_list(m, e, e->node, "stages", false, &items, sink);
	if (count < 0) return false;
	if (count > STAGES_MAX)
		return issue_at(sink, FAIL_CONTENT_TOO_MANY, content_place(e, n),
				text_format(sink->arena, "%d", STAGES_MAX), TEXT(""), TEXT(""));
	bool of_pathways = text_equal(r->face.subject, TEXT("EpisodeOfCare"));
	if (count > 0 && !of_pathways)
		return issue_at(sink, FAIL_CLOCK_STAGE, content_place(e, n), r->face.subject, TEXT(""), TEXT(""));
	for (int i = 0; i < count; i++) {
		text name = doc_text(e->d, items[i]);
		int id = fact_id(m, name);
		place at = content_place(e, items[i]);
		if (id < 0) return issue_at(sink, FAIL_FACT_UNKNOWN, at, name, TEXT(""), TEXT(""));
		if (fact_at(m, id)->kind != FACT_INSTANT)
			return issue_at(sink, FAIL_FACT_KIND, at, name, TEXT("instant"), TEXT(""));
		r->stages[r->stage_count++] = id;
	}
	return true;
}

/* foreseen: one of the stages, whose instant is often known before it comes. */
static bool foreseen_read(const image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	int id;
	uint32_t n = content_get(e, e->node, "foreseen");
	if (n == NODE_ABSENT) return true;
	if (!instant_fact(m, e, e->node, "foreseen", &id, sink)) return false;
	for (int i = 0; i < r->stage_count; i++)
		if (r->stages[i] == id) r->foreseen = i + 1;
	if (r->foreseen) return true;
	return issue_at(sink, FAIL_CLOCK_STAGE, content_place(e, n), doc_text(e->d, n), TEXT(""), TEXT(""));
}

/* saves: [ { da, en, when } ] */
static bool saves_read(image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	static const char *const keys[] = {"da", "en", "when", NULL};
	uint32_t *items;
	int count = content_list(m, e, e->node, "saves", false, &items, sink), before = sink->errors;
	if (count < 0) return false;
	r->saves = ARENA_ARRAY(m->arena, clock_save, count + 1);
	for (int i = 0; i < count; i++) {
		clock_save *s = &r->saves[r->save_count++];
		if (!content_keys(e, items[i], keys, sink)) return false;
		content_text(e, items[i], "da", true, &s->da, sink);
		content_text(e, items[i], "en", true, &s->en, sink);
		s->when = condition_compile(m, e, items[i], "when", false, sink);
	}
	return sink->errors == before;
}

bool stages_read(image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	return stage_facts_read(m, e, r, sink) && foreseen_read(m, e, r, sink) && saves_read(m, e, r, sink);
}

text clock_breach_cause(const image *m, const facts *f, const clock_rule *r)
{
	int id = fact_id(m, TEXT("breach.explained"));
	text cause = {0};
	for (int i = 0; id >= 0 && i < f->count; i++) {
		text_pair cut = text_cut(f->at[i].code, ' ');
		if (f->at[i].id == id && cut.found && text_equal(cut.head, r->face.id)) cause = cut.tail;
	}
	return cause;
}

static bool number_read(const content_entry *e, const char *key, int low, int high, int *out, issues *sink)
{
	int64_t n = 0;
	if (!content_int(e, e->node, key, true, &n, sink)) return false;
	*out = (int)n;
	if (low <= n && n <= high) return true;
	return issue_at(sink, FAIL_CONTENT_RANGE, content_place(e, content_get(e, e->node, key)), text_of(key),
			text_format(sink->arena, "%lld", (long long)n), text_format(sink->arena, "%d..%d", low, high));
}

/* daily_at: "05:30" */
static bool minute_read(const content_entry *e, int *minute, issues *sink)
{
	text t;
	int64_t hour, rest;
	if (!content_text(e, e->node, "daily_at", true, &t, sink)) return false;
	text_pair cut = text_cut(t, ':');
	bool fine = cut.found && text_to_int(cut.head, &hour) && text_to_int(cut.tail, &rest) && 0 <= hour &&
		    hour < 24 && 0 <= rest && rest < 60;
	if (fine) *minute = (int)(hour * 60 + rest);
	return fine || issue_at(sink, FAIL_CONTENT_RANGE, content_place(e, content_get(e, e->node, "daily_at")),
				TEXT("daily_at"), t, TEXT("00:00..23:59"));
}

static void *settings_compile(image *m, const content_entry *e, issues *sink)
{
	forecast_settings *s = ARENA_NEW(m->arena, forecast_settings);
	int before = sink->errors;
	s->id = e->id;
	content_text(e, e->node, "da", true, &s->da, sink);
	content_text(e, e->node, "en", true, &s->en, sink);
	number_read(e, "window_days", 1, 3660, &s->window_days, sink);
	number_read(e, "minimum", 1, 10000, &s->minimum, sink);
	number_read(e, "foreseen_below", 0, 100, &s->foreseen_below, sink);
	number_read(e, "safe_from", s->foreseen_below, 100, &s->safe_from, sink);
	minute_read(e, &s->daily_minute, sink);
	if (sink->errors > before) return NULL;
	image_keep(m, settings_name, s);
	return s;
}

const content_kind *forecast_content(void)
{
	static const char *const keys[] = {"da",        "en",       "note", "window_days", "minimum", "foreseen_below",
					   "safe_from", "daily_at", NULL};
	static const content_kind kind = {.name = "forecast", .keys = keys, .compile = settings_compile};
	return &kind;
}

const forecast_settings *forecast_settings_of(const image *m)
{
	return image_kept(m, settings_name);
}

/* ---- where a clock is ---- */

int clock_rule_stages(const clock_rule *r)
{
	return r->stage_count;
}

int clock_rule_saves(const clock_rule *r, const clock_save **out)
{
	*out = r->saves;
	return r->save_count;
}

text clock_stage_say(arena *a, const image *m, const clock_rule *r, int stage, language lang)
{
	if (stage > 0) {
		const fact_name *name = fact_at(m, r->stages[stage - 1]);
		return lang == LANGUAGE_EN ? name->en : name->da;
	}
	return condition_say(a, m, r->start, lang);
}

/* What happened before the clock started is another course's; a date without a time is as old as its day. */
static bool since_start(const clock *c, const fact *f)
{
	return f->date_only ? f->on >= c->start_day : f->at >= c->start;
}

/* A stage begins with the first of its facts. The foreseen one may come several times (a second visit), and each is a beginning. */
static bool begins(const clock *c, const facts *f, int i, int stage)
{
	const clock_rule *r = c->rule;
	if (f->at[i].id != r->stages[stage - 1]) return false;
	return stage == r->foreseen || i == 0 || f->at[i - 1].id != f->at[i].id || !since_start(c, &f->at[i - 1]);
}

typedef struct beginning {
	int stage;
	instant at;
} beginning;

static int by_time(const void *xp, const void *yp)
{
	const beginning *x = xp, *y = yp;
	if (x->at != y->at) return x->at < y->at ? -1 : 1;
	return (x->stage > y->stage) - (x->stage < y->stage);
}

/* The stages' beginnings until `until`, in the order they came. */
static int beginnings(const clock *c, const facts *f, instant until, beginning *out)
{
	const clock_rule *r = c->rule;
	int count = 0;
	out[count++] = (beginning){0, c->start};
	for (int stage = 1; stage <= r->stage_count; stage++)
		for (int i = 0; i < f->count && count < STAGES_SEEN_MAX; i++) {
			if (f->at[i].at > until || !since_start(c, &f->at[i]) || !begins(c, f, i, stage)) continue;
			out[count++] = (beginning){stage, f->at[i].at > c->start ? f->at[i].at : c->start};
		}
	qsort(out + 1, (size_t)count - 1, sizeof *out, by_time);
	return count;
}

/* Only what leads further counts: who has the answer is not set back by one more visit. */
static int stages_walk(const clock *c, const facts *f, instant until, beginning *out)
{
	int all = beginnings(c, f, until, out), kept = 1;
	for (int i = 1; i < all; i++) {
		int stage = out[i].stage, now = out[kept - 1].stage;
		if (stage > now || (stage == now && stage == c->rule->foreseen)) out[kept++] = out[i];
	}
	return kept;
}

stage_now clock_stage(const clock *c, const facts *f, instant now)
{
	const clock_rule *r = c->rule;
	beginning walked[STAGES_SEEN_MAX];
	int count = stages_walk(c, f, now, walked);
	stage_now s = {.stage = walked[count - 1].stage, .since = walked[count - 1].at};
	for (int i = 0; r->foreseen && s.stage <= r->foreseen && i < f->count && !s.planned; i++)
		if (f->at[i].id == r->stages[r->foreseen - 1] && f->at[i].at > now) s.planned = &f->at[i];
	return s;
}

/* Between two instants, without the days the rule does not count. */
static int64_t counted(const clock *c, const facts *f, instant from, instant to)
{
	int64_t out = days_not_counted(c->rule, f, day_of_instant(from), day_of_instant(to)) * HOURS(24);
	return to - from > out ? to - from - out : 0;
}

/* Until when a clock was followed: it stopped or lapsed, waits or is suspended, or it is now. */
static instant followed_until(const clock *c, instant until)
{
	instant end = until;
	if (c->stop != INSTANT_NONE && c->stop < end) end = c->stop;
	if (c->paused != INSTANT_NONE && c->paused < end) end = c->paused;
	if (c->suspended != INSTANT_NONE && c->suspended < end) end = c->suspended;
	return end;
}

int stages_seen(const clock *c, const facts *f, instant until, stage_seen *out)
{
	instant end = followed_until(c, until);
	beginning walked[STAGES_SEEN_MAX];
	if (end < c->start) return 0;
	int count = stages_walk(c, f, end, walked);
	bool ended = c->stop == end && !c->waived;
	for (int i = 0; i < count; i++) {
		instant next = i + 1 < count ? walked[i + 1].at : end;
		out[i] = (stage_seen){.stage = walked[i].stage,
				      .since = walked[i].at,
				      .time = {.left = counted(c, f, walked[i].at, next),
					       .rest = counted(c, f, walked[i].at, end),
					       .ended = ended}};
	}
	return count;
}
