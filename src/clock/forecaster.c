/* forecaster.c: a day's process times kept beside a record: read from a snapshot, in the thread that asks first that day. */
#include "clock/internal.h"

#include <pthread.h>

/* One day's times, and by how many they are held. Replaced ones go when the last gives them back. */
typedef struct kept_times {
	arena *arena;
	processes *times;
	day made;
	int held;
	struct kept_times *next;
} kept_times;

struct forecaster {
	arena *arena;
	const image *image;
	pthread_mutex_t lock;
	kept_times *kept; /* the newest first */
};

forecaster *forecaster_new(const image *m)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	forecaster *fc = ARENA_NEW(a, forecaster);
	*fc = (forecaster){.arena = a, .image = m};
	pthread_mutex_init(&fc->lock, NULL);
	return fc;
}

/* ---- reading ---- */

typedef struct reading {
	snapshot *snapshot;
	const image *image;
	processes *into;
	arena *scratch;
	int64_t subject; /* whose facts are read */
	facts facts;
} reading;

static bool clock_seen(void *self, int64_t subject, const clock *c, issues *sink)
{
	reading *r = self;
	if (!clock_rule_stages(c->rule)) return true;
	if (subject != r->subject) {
		arena_reset(r->scratch);
		if (!pathway_facts(r->snapshot, r->image, subject, r->scratch, &r->facts, sink)) return false;
		r->subject = subject;
	}
	processes_add(r->into, c, &r->facts);
	return true;
}

static processes *times_read(snapshot *r, const image *m, instant now, arena *a, issues *sink)
{
	reading reads = {
	    .snapshot = r, .image = m, .into = processes_new(m, now, a), .scratch = arena_new(REQUEST_ARENA_MAX)};
	arena *walk = arena_new(REQUEST_ARENA_MAX);
	bool fine = clocks_walk(r, m, walk, &reads, clock_seen, sink);
	arena_free(walk);
	arena_free(reads.scratch);
	if (!fine) return NULL;
	processes_ready(reads.into);
	return reads.into;
}

/* ---- keeping ---- */

/* The day ends when the department looks at its limits: whoever asks at midnight need not wait for new ones. */
static day day_of_times(const forecaster *fc, instant now)
{
	return day_of_instant(now - MINUTES(forecast_settings_of(fc->image)->daily_minute));
}

/* Where it cannot be read nothing is forecast: the log says why, and the next that asks tries again. */
static kept_times *times_make(const forecaster *fc, snapshot *r, instant now)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	issues sink = {.arena = a};
	processes *times = times_read(r, fc->image, now, a, &sink);
	if (!times) {
		text why = sink.first ? issue_line(a, sink.first, LANGUAGE_EN) : (text){0};
		log_event(LOG_WARN, "forecast", "why", text_z(a, why), NULL);
		arena_free(a);
		return NULL;
	}
	kept_times *k = ARENA_NEW(a, kept_times);
	*k = (kept_times){.arena = a, .times = times, .made = day_of_times(fc, now)};
	return k;
}

/* Those nobody holds any more, but the newest. */
static void old_free(forecaster *fc)
{
	for (kept_times **at = fc->kept ? &fc->kept->next : NULL; at && *at;) {
		kept_times *k = *at;
		if (k->held) {
			at = &k->next;
			continue;
		}
		*at = k->next;
		arena_free(k->arena);
	}
}

const processes *forecaster_take(forecaster *fc, snapshot *r, instant now)
{
	if (!fc || !forecast_settings_of(fc->image)) return NULL;
	pthread_mutex_lock(&fc->lock);
	day today = day_of_times(fc, now);
	if (!fc->kept || fc->kept->made != today) {
		kept_times *fresh = times_make(fc, r, now);
		if (fresh) {
			fresh->next = fc->kept;
			fc->kept = fresh;
			old_free(fc);
		}
	}
	const processes *times = fc->kept && fc->kept->made == today ? fc->kept->times : NULL;
	if (times) fc->kept->held++;
	pthread_mutex_unlock(&fc->lock);
	return times;
}

void forecaster_back(forecaster *fc, const processes *p)
{
	if (!fc || !p) return;
	pthread_mutex_lock(&fc->lock);
	for (kept_times *k = fc->kept; k; k = k->next)
		if (k->times == p) k->held--;
	old_free(fc);
	pthread_mutex_unlock(&fc->lock);
}

void forecaster_free(forecaster *fc)
{
	if (!fc) return;
	for (kept_times *k = fc->kept, *next; k; k = next) {
		next = k->next;
		assert(k->held == 0);
		arena_free(k->arena);
	}
	pthread_mutex_destroy(&fc->lock);
	arena_free(fc->arena);
}
