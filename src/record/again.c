/* New rules over what is there. Where another content reads the same of resources (its links and facts), the rows that apply keeps
 * stand, and only settling is done again: subject by subject in the order of their numbers, some at a time, each step a transaction of
 * the writer's own between everybody's writes. How far it has come is a row of `indexed`, so that it goes on after whatever ended
 * the program. A write settles its own subjects by the new rules at once; those ahead of the queue are marked in `settled`.
 */
#include "record/internal.h"

#include <string.h>

enum { STATE_ROW = -3, READS_ROW = -2 }; /* of `indexed` */
enum { CHUNK = 8, STEP_MAX = 1000, STEP_US = 3000, STATE_NUMBERS = 5, TELL_EACH = 10 };

/* ---- the state, as kept ---- */

bool again_read(snapshot *s, arena *a, again_state *out, issues *sink)
{
	cell row[2];
	int64_t n[STATE_NUMBERS] = {0};
	store_result got = store_get(s, &indexed_table, &INT_CELL(STATE_ROW), a, row, sink);
	text_pair word = {.tail = got == STORE_OK ? row[1].text : (text){0}};
	for (int i = 0; i < STATE_NUMBERS; i++) {
		word = text_cut(word.tail, ' ');
		if (!text_to_int(word.head, &n[i])) n[i] = 0;
	}
	*out = (again_state){
	    .under_way = got == STORE_OK, .cursor = n[0], .done = n[1], .all = n[2], .since = n[3], .failed = n[4]};
	return got != STORE_FAILED;
}

static bool state_put(deriving *dv, const again_state *s, issues *sink)
{
	text t = text_format(dv->arena, "%lld %lld %lld %lld %lld", (long long)s->cursor, (long long)s->done,
			     (long long)s->all, (long long)s->since, (long long)s->failed);
	cell row[] = {INT_CELL(STATE_ROW), BYTES_CELL(t)};
	return store_put(dv->writing, &indexed_table, row, sink) == STORE_OK;
}

bool again_forget(deriving *dv, issues *sink)
{
	return store_delete(dv->writing, &indexed_table, &INT_CELL(STATE_ROW), 1, sink) != STORE_FAILED &&
	       store_clear(dv->writing, &settled_table, sink) == STORE_OK;
}

bool again_begin(deriving *dv, issues *sink)
{
	const again_state s = {.since = dv->now};
	return again_forget(dv, sink) && state_put(dv, &s, sink);
}

/* ---- what the content reads of resources ---- */

static digest reads_now(arena *a)
{
	int count;
	const deriver *all = derivers(&count);
	digest d = digest_of(TEXT("limen reads 1"));
	for (int i = 0; i < count; i++)
		if (all[i].reads) d = digest_pair(d, all[i].reads(all[i].self, a));
	return d;
}

bool again_reads_note(deriving *dv, bool *same, issues *sink)
{
	cell row[2];
	digest now = reads_now(dv->arena);
	store_result got = store_get(deriving_snapshot(dv), &indexed_table, &INT_CELL(READS_ROW), dv->arena, row, sink);
	*same =
	    got == STORE_OK && row[1].text.len == DIGEST_BYTES && memcmp(row[1].text.at, now.bytes, DIGEST_BYTES) == 0;
	cell put[] = {INT_CELL(READS_ROW), BYTES_CELL(((text){(const char *)now.bytes, DIGEST_BYTES}))};
	return got != STORE_FAILED && (*same || store_put(dv->writing, &indexed_table, put, sink) == STORE_OK);
}

/* ---- who has been settled ahead of the queue ---- */

bool deriving_reevaluating(deriving *dv)
{
	return !dv->rebuilding && atomic_load(&dv->record->again_on);
}

bool deriving_settled(deriving *dv, int64_t subject, issues *sink)
{
	record *r = dv->record;
	bool ahead = deriving_reevaluating(dv) && !dv->again && subject > atomic_load(&r->again_cursor);
	return !ahead || store_put(dv->writing, &settled_table, &INT_CELL(subject), sink) == STORE_OK;
}

instant record_stale_since(reader *rd, int64_t subject, issues *sink)
{
	again_state s;
	cell row[1];
	if (!again_read(rd->snapshot, rd->arena, &s, sink) || !s.under_way || subject <= s.cursor) return INSTANT_NONE;
	store_result got = store_get(rd->snapshot, &settled_table, &INT_CELL(subject), rd->arena, row, sink);
	return got == STORE_NOT_FOUND ? s.since : INSTANT_NONE;
}

bool record_reevaluation(reader *rd, reevaluation *out, issues *sink)
{
	again_state s;
	if (!again_read(rd->snapshot, rd->arena, &s, sink)) return false;
	*out = (reevaluation){.under_way = s.under_way,
			      .since = s.since,
			      .done = s.done,
			      .all = s.all < s.done ? s.done : s.all,
			      .failed = s.failed,
			      .ends = INSTANT_NONE};
	instant now = world_now(rd->record->world);
	if (s.under_way && s.done > 0 && s.all > s.done && now > s.since)
		out->ends = now + (instant)((now - s.since) / s.done) * (s.all - s.done);
	return true;
}

/* ---- a step ---- */

typedef struct step {
	record *record;
	int64_t all; /* subjects there are; 0: known already */
	int alone;   /* so many more by themselves, since one of them could not be settled */
	bool skip;   /* the next one: past it */
	bool ended;
	again_state now;
} step;

static const deriver *who_settles(void)
{
	int count;
	const deriver *all = derivers(&count);
	for (int i = 0; i < count; i++)
		if (all[i].again) return &all[i];
	return NULL;
}

/* The next few; how many in *n. */
static bool some_settle(step *x, deriving *dv, const deriver *d, again_state *s, int *n, issues *sink)
{
	*n = d->again(d->self, dv, &s->cursor, x->alone ? 1 : CHUNK, sink);
	if (*n < 0 || (!x->skip && !derive_settle(dv, sink))) return false;
	s->done += *n;
	s->failed += x->skip;
	return true;
}

/* A few at a time until it has held the other writers up for some milliseconds. */
static bool step_note(void *self, deriving *dv, issues *sink)
{
	step *x = self;
	world *w = x->record->world;
	const deriver *d = who_settles();
	int64_t began = w->monotonic(w);
	again_state s;
	int n = 0, sum = 0;
	if (!again_read(deriving_snapshot(dv), dv->arena, &s, sink)) return false;
	if (s.all == 0) s.all = x->all;
	dv->again = true;
	bool more = s.under_way && d;
	while (more) {
		if (!some_settle(x, dv, d, &s, &n, sink)) return false;
		sum += n;
		more = s.cursor != INT64_MAX && !x->alone && sum < STEP_MAX && w->monotonic(w) - began < STEP_US;
	}
	x->ended = !s.under_way || !d || s.cursor == INT64_MAX;
	x->now = s;
	return x->ended ? again_forget(dv, sink) : state_put(dv, &s, sink);
}

static bool store_failed(const issues *sink)
{
	for (const issue *i = sink->first; i; i = i->next)
		if (text_starts(text_of(failure_name(i->code)), TEXT("STORE_"))) return true;
	return false;
}

static void tell(const char *event, const again_state *s)
{
	arena *a = arena_new(MIB);
	log_event(s->failed ? LOG_WARN : LOG_INFO, event, "done", text_z(a, text_format(a, "%lld", (long long)s->done)),
		  "all", text_z(a, text_format(a, "%lld", (long long)s->all)), "failed",
		  text_z(a, text_format(a, "%lld", (long long)s->failed)), NULL);
	arena_free(a);
}

/* One whose rules cannot be settled is named in the log and passed by: the others do not wait for it. */
static bool step_failed(step *x, const issues *sink, arena *a)
{
	if (store_failed(sink)) return false; /* tried again with the next tick, or when the record is opened */
	if (x->alone) {
		text why = sink->first ? issue_line(a, sink->first, LANGUAGE_EN) : TEXT("");
		log_event(LOG_ERROR, "not-reevaluated", "after",
			  text_z(a, text_format(a, "%lld", (long long)x->now.cursor)), "why", text_z(a, why), NULL);
		x->skip = true;
	}
	x->alone = CHUNK;
	return true;
}

static bool step_take(step *x)
{
	record *r = x->record;
	arena *a = arena_new(MIB);
	issues sink = {.arena = a};
	int64_t percent = x->now.all ? x->now.done * 100 / x->now.all : 0;
	bool ok = record_note(r, step_note, x, &sink), go_on = ok;
	if (ok) {
		atomic_store(&r->again_cursor, x->now.cursor);
		x->skip = false;
		if (x->alone) x->alone--;
		int64_t now = x->now.all ? x->now.done * 100 / x->now.all : 0;
		if (x->ended || now / TELL_EACH > percent / TELL_EACH)
			tell(x->ended ? "reevaluated" : "reevaluating", &x->now);
	} else {
		go_on = step_failed(x, &sink, a);
	}
	arena_free(a);
	return go_on && !x->ended;
}

static int64_t count_all(record *r)
{
	const deriver *d = who_settles();
	arena *a = arena_new(REQUEST_ARENA_MAX);
	issues sink = {.arena = a};
	snapshot *s = store_snapshot(r->store, &sink);
	int64_t n = s && d && d->subjects ? d->subjects(d->self, s, a, &sink) : 0;
	if (s) store_release(s);
	arena_free(a);
	return n > 0 ? n : 0;
}

static void *work(void *self)
{
	record *r = self;
	step x = {.record = r, .all = count_all(r)};
	while (!atomic_load(&r->again_stop) && step_take(&x)) continue;
	if (x.ended) atomic_store(&r->again_on, false);
	atomic_store(&r->again_working, false);
	return NULL;
}

void again_work(record *r)
{
	if (!atomic_load(&r->again_on) || atomic_exchange(&r->again_working, true)) return;
	if (!r->beside) {
		work(r);
		return;
	}
	if (r->again_joinable) pthread_join(r->again_thread, NULL);
	r->again_joinable = pthread_create(&r->again_thread, NULL, work, r) == 0;
	if (!r->again_joinable) atomic_store(&r->again_working, false);
}

void again_close(record *r)
{
	atomic_store(&r->again_stop, true);
	if (r->again_joinable) pthread_join(r->again_thread, NULL);
	r->again_joinable = false;
}
