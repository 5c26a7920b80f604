/* foresee.c: which limits will not hold, as the department's process times say it: recorded on the pathway, by an ordinary commit. The
 * writer does no more than commit; everything else happens on a snapshot, in the thread that asks (the ticker's). */
#include "work/internal.h"

enum { TRIES = 3 };

struct foreseer {
	arena *arena;
	record *record;
	const image *image;
	forecaster *times;
	day done;     /* the last day on which all were looked at */
	instant last; /* how far it has come with those that turn amber */
};

static const caller own = {.actor = {"Device/limen", 12}, .purpose = {"HSYSADMIN", 9}, .scope = {"*", 1}};

foreseer *foreseer_new(record *rec, const image *m, forecaster *times)
{
	arena *a = arena_new(REQUEST_ARENA_MAX);
	foreseer *f = ARENA_NEW(a, foreseer);
	*f = (foreseer){.arena = a, .record = rec, .image = m, .times = times, .done = DAY_NONE, .last = INSTANT_NONE};
	return f;
}

void foreseer_free(foreseer *f)
{
	if (f) arena_free(f->arena);
}

static bool is_off(const foreseer *f)
{
	return !f->times || !forecast_settings_of(f->image);
}

instant foreseer_next(const foreseer *f)
{
	if (is_off(f)) return INSTANT_NONE;
	return f->done == DAY_NONE ? 0 : local_instant(f->done + 1, forecast_settings_of(f->image)->daily_minute);
}

/* ---- one pathway ---- */

typedef struct looking {
	const foreseer *by;
	const processes *times;
	reader *reader;
	arena *arena;
	issues *sink;
	instant now;
	int64_t pathway;
	version version;
	doc episode;
	facts facts;
	foreseen_event standing[FORESEEN_MAX];
	int standing_count;
	foreseen_change changes[2 * FORESEEN_MAX];
	int change_count;
} looking;

static const foreseen_event *standing_of(const looking *l, text rule)
{
	for (int i = 0; i < l->standing_count; i++)
		if (text_equal(l->standing[i].clock, rule)) return &l->standing[i];
	return NULL;
}

static const fact *last_named(const looking *l, const char *name)
{
	int id = fact_id(l->by->image, text_of(name));
	return id < 0 ? NULL : facts_last(&l->facts, id);
}

/* What was chosen to save it was to be done by a day that has passed, and it is no safer. */
static bool chosen_in_vain(const looking *l, const foreseen_event *e)
{
	const fact *chosen = last_named(l, "rescue.chosen"), *by = last_named(l, "rescue.by");
	return chosen && by && chosen->at >= e->at && by->on < day_of_instant(l->now);
}

static void change_add(looking *l, foreseen_change c)
{
	if (l->change_count < 2 * FORESEEN_MAX) l->changes[l->change_count++] = c;
}

static void clock_judge(looking *l, const clock *c)
{
	const forecast_settings *s = forecast_settings_of(l->by->image);
	text rule = clock_rule_face(c->rule)->id;
	const foreseen_event *standing = standing_of(l, rule);
	forecast f = clock_forecast(l->times, c, &l->facts, l->now);
	bool chance = f.kind == FORECAST_CHANCE;
	bool low = f.kind == FORECAST_LATE || (chance && f.chance.percent < s->foreseen_below);
	bool safe = chance && !f.chance.at_most && f.chance.percent >= s->safe_from;
	foreseen_change made = {
	    .clock = rule, .chance = chance ? f.chance.percent : 0, .seen = chance ? f.chance.seen : 0};
	made.begins = low && (!standing || chosen_in_vain(l, standing));
	made.ends = standing && (safe || made.begins);
	if (made.begins || made.ends) change_add(l, made);
}

/* Reads a pathway and says what is to change of it; false where it cannot be read. */
static bool pathway_judge(looking *l)
{
	const clock_rule *const *rules;
	l->change_count = 0;
	found got = record_read_rid(l->reader, l->pathway, &l->version, l->sink);
	if (got != FOUND) return got != FOUND_FAILED;
	if (!text_equal(l->version.type, TEXT("EpisodeOfCare"))) return true;
	if (!json_parse(l->arena, l->version.json, l->version.type, l->sink, &l->episode)) return false;
	if (!pathway_facts(reader_snapshot(l->reader), l->by->image, l->pathway, l->arena, &l->facts, l->sink))
		return false;
	l->standing_count = foreseen_standing(&l->episode, l->standing);
	clock *clocks = ARENA_ARRAY(l->arena, clock, clock_rules(l->by->image, &rules) + 1);
	int count = clock_compute(l->by->image, &l->facts, clocks);
	for (int i = 0; i < count; i++)
		if (clock_is_law(&clocks[i]) && clock_state_at(&clocks[i], l->now) == CLOCK_RUNNING)
			clock_judge(l, &clocks[i]);
	return true;
}

/* ---- the writes ---- */

static bool pathway_commit(looking *l, bool *written_down)
{
	doc made;
	written out;
	text json = foreseen_json(l->arena, &l->episode, l->changes, l->change_count, l->now);
	bool fine = json_parse_resource(l->arena, json, TEXT("foresee"), l->sink, &made);
	assert(fine);
	const write_op w = {.method = WRITE_UPDATE,
			    .resource = &made,
			    .type = TEXT("EpisodeOfCare"),
			    .id = l->version.id,
			    .if_match = l->version.number};
	*written_down = record_commit(l->by->record, &own, &w, 1, l->arena, l->sink, &out);
	return *written_down;
}

/* Somebody else may write the pathway meanwhile: then it is judged anew, on what stands there now. */
static bool pathway_write(foreseer *f, const processes *times, int64_t pathway, instant now, foreseen *out,
			  issues *sink)
{
	bool done = false;
	for (int i = 0; i < TRIES && !done; i++) {
		arena *a = arena_new(REQUEST_ARENA_MAX);
		issues mine = {.arena = a};
		looking *l = ARENA_NEW(a, looking);
		*l = (looking){.by = f, .times = times, .arena = a, .sink = &mine, .now = now, .pathway = pathway};
		l->reader = record_reader(f->record, &own, a, &mine);
		bool judged = l->reader && pathway_judge(l);
		if (l->reader) reader_close(l->reader);
		done = judged && l->change_count == 0;
		if (judged && !done && pathway_commit(l, &done))
			for (int n = 0; n < l->change_count; n++) {
				out->foreseen += l->changes[n].begins;
				out->averted += l->changes[n].ends && !l->changes[n].begins;
			}
		if (!done && i == TRIES - 1 && mine.first)
			issue_at(sink, mine.first->code, mine.first->place, text_copy(sink->arena, mine.first->args[0]),
				 text_copy(sink->arena, mine.first->args[1]),
				 text_copy(sink->arena, mine.first->args[2]));
		arena_free(a);
	}
	return done;
}

/* ---- the run ---- */

typedef struct pathway_list {
	int64_t *rids;
	int64_t count;
} pathway_list;

static bool pathways_find(foreseer *f, reader *rd, bool all, instant now, pathway_list *out, issues *sink)
{
	snapshot *s = reader_snapshot(rd);
	if (all) return pathways_at_risk(s, f->image, f->arena, &out->rids, &out->count, sink);
	return pathways_turned_amber(s, f->last, now, f->arena, &out->rids, &out->count, sink);
}

/* Of them those of which something is to change. */
static int changed_find(foreseer *f, reader *rd, const processes *times, pathway_list *all, instant now, issues *sink)
{
	int kept = 0;
	arena *a = arena_new(REQUEST_ARENA_MAX);
	for (int64_t i = 0; i < all->count; i++) {
		looking *l = ARENA_NEW(a, looking);
		*l = (looking){.by = f,
			       .times = times,
			       .reader = rd,
			       .arena = a,
			       .sink = sink,
			       .now = now,
			       .pathway = all->rids[i]};
		if (pathway_judge(l) && l->change_count) all->rids[kept++] = all->rids[i];
		arena_reset(a);
	}
	arena_free(a);
	return kept;
}

/* False: some could not be read or written; those are looked at again the next time. */
static bool pathways_look(foreseer *f, bool all, instant now, foreseen *out, issues *sink)
{
	pathway_list found = {0};
	reader *rd = record_reader(f->record, &own, f->arena, sink);
	if (!rd) return false;
	bool fine = pathways_find(f, rd, all, now, &found, sink);
	const processes *times = fine && found.count ? forecaster_take(f->times, reader_snapshot(rd), now) : NULL;
	int changed = times ? changed_find(f, rd, times, &found, now, sink) : 0;
	reader_close(rd);
	for (int i = 0; i < changed; i++) fine = pathway_write(f, times, found.rids[i], now, out, sink) && fine;
	forecaster_back(f->times, times);
	out->looked = (int)found.count;
	return fine && sink->errors == 0;
}

bool foreseer_run(foreseer *f, instant now, foreseen *out, issues *sink)
{
	foreseen unasked;
	if (!out) out = &unasked;
	*out = (foreseen){0};
	if (is_off(f)) return true;
	arena_mark here = arena_here(f->arena);
	bool all = now >= foreseer_next(f);
	bool fine = pathways_look(f, all, now, out, sink);
	arena_rewind(f->arena, here);
	if (!fine) return false;
	f->last = now;
	/* Before the hour it is still yesterday's look. */
	bool before = local_minute(now) < forecast_settings_of(f->image)->daily_minute;
	if (all) f->done = day_of_instant(now) - before;
	return true;
}
