/* direct.c: the transport straight into a record, without http. */
#include "twin/twin.h"

static bool commit(void *self, const caller *who, const write_op *writes, int count, arena *a, issues *sink)
{
	twin_direct *d = self;
	written *out = ARENA_ARRAY(a, written, count);
	return record_commit(d->record, who, writes, count, a, sink, out);
}

static bool complete(void *self, const caller *who, text task_id, const answers *given, instant now, arena *a,
		     issues *sink)
{
	twin_direct *d = self;
	completing c = {
	    .record = d->record, .image = d->image, .who = who, .task = task_id, .given = given, .now = now};
	return work_complete(&c, a, sink);
}

static found read_one(void *self, const caller *who, text type, text id, arena *a, version *out, issues *sink)
{
	twin_direct *d = self;
	reader *rd = record_reader(d->record, who, a, sink);
	if (!rd) return FOUND_FAILED;
	found f = record_read(rd, type, id, out, sink);
	reader_close(rd);
	return f;
}

static int feed(void *self, const caller *who, int64_t after, int max, arena *a, feed_event **out, issues *sink)
{
	twin_direct *d = self;
	return record_feed(d->record, who, after, max, 0, a, out, sink);
}

static int64_t sequence(void *self)
{
	return record_sequence(((twin_direct *)self)->record);
}

static instant next_tick(void *self)
{
	const twin_direct *d = self;
	instant next = record_next_tick(d->record), looks = d->foreseer ? foreseer_next(d->foreseer) : INSTANT_NONE;
	if (next == INSTANT_NONE || (looks != INSTANT_NONE && looks < next)) return looks;
	return next;
}

static bool tick(void *self, instant now, issues *sink)
{
	const twin_direct *d = self;
	return record_tick(d->record, sink) && (!d->foreseer || foreseer_run(d->foreseer, now, NULL, sink));
}

twin_transport twin_directly(twin_direct *state)
{
	return (twin_transport){.self = state,
				.commit = commit,
				.complete = complete,
				.read = read_one,
				.feed = feed,
				.sequence = sequence,
				.next_tick = next_tick,
				.tick = tick};
}

bool twin_populate(record *rec, const image *m, world *w, const twin_options *o, twin_report *out, issues *sink)
{
	forecaster *times = forecaster_new(m);
	twin_direct state = {.record = rec, .image = m, .foreseer = foreseer_new(rec, m, times)};
	twin_transport t = twin_directly(&state);
	bool fine = twin_populate_through(&t, m, w, o, out, sink);
	foreseer_free(state.foreseer);
	forecaster_free(times);
	return fine;
}
