/* sender.c: the threads that tell. One looks what is due, after every commit and twice a second; the others take subscriptions that are,
 * each at a time by one, so that its events stay in order.
 *
 *     looker ── states ──► lines ──► sender 1..N ── line_serve ──► outbox
 *
 * What a line says in memory is a hint: who takes it reads its state again. A receiver that hangs costs a sender for as long as its
 * time to answer; so those that failed last time get at most half of the senders, and all others the rest. */
#include "notify/internal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_MS = 500 };
#define HOLD_MICROS SECONDS(1)

typedef struct line {
	state state; /* without its texts */
	bool busy, seen;
	int64_t held; /* monotonic: not before */
} line;

struct notifier {
	record *record;
	world *world;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t work;
	line *lines;
	int count, cap;
	int failing; /* senders with a receiver that failed */
	bool stopping;
	pthread_t looker, senders[NOTIFY_SENDERS];
	int sender_count;
};

/* ---- what is due ---- */

static line *line_of(notifier *n, int64_t rid)
{
	for (int i = 0; i < n->count; i++)
		if (n->lines[i].state.rid == rid) return &n->lines[i];
	if (n->count == n->cap) {
		int cap = n->cap ? n->cap * 2 : 16;
		line *more = realloc(n->lines, (size_t)cap * sizeof *more);
		if (!more) return NULL; /* told at the next look */
		n->lines = more;
		n->cap = cap;
	}
	n->lines[n->count] = (line){0};
	return &n->lines[n->count++];
}

static void lines_update(notifier *n, const state *states, int count)
{
	for (int i = 0; i < n->count; i++) n->lines[i].seen = false;
	for (int i = 0; i < count; i++) {
		line *l = line_of(n, states[i].rid);
		if (!l) continue;
		l->state = states[i];
		l->seen = true;
	}
	for (int i = 0; i < n->count; i++)
		if (!n->lines[i].seen) n->lines[i].state.on = false;
}

/* True: something may be due. */
static void look(notifier *n, arena *a)
{
	state *states = NULL;
	issues sink = {.arena = a};
	reader *rd = record_reader(n->record, &notify_house, a, &sink);
	int count = rd ? state_list(reader_snapshot(rd), NULL, a, &states, &sink) : 0;
	reader_close(rd);
	if (sink.errors) {
		log_event(LOG_ERROR, "subscriptions-unread", "why", text_z(a, issue_line(a, sink.first, LANGUAGE_EN)),
			  NULL);
		return;
	}
	pthread_mutex_lock(&n->lock);
	lines_update(n, states, count);
	pthread_cond_broadcast(&n->work);
	pthread_mutex_unlock(&n->lock);
}

static void *looker_run(void *self)
{
	notifier *n = self;
	arena *a = arena_new(PROCESS_ARENA_MAX);
	for (;;) {
		int64_t seen = record_sequence(n->record);
		look(n, a);
		arena_reset(a);
		pthread_mutex_lock(&n->lock);
		bool stopping = n->stopping;
		pthread_mutex_unlock(&n->lock);
		if (stopping) break;
		record_wait(n->record, seen, LOOK_MS);
	}
	arena_free(a);
	return NULL;
}

/* ---- senders ---- */

static line *line_take(notifier *n)
{
	line *failing = NULL;
	instant now = world_now(n->world);
	int64_t clock = n->world->monotonic(n->world);
	for (int i = 0; i < n->count; i++) {
		line *l = &n->lines[i];
		if (l->busy || l->held > clock || !line_due(&l->state, now)) continue;
		if (l->state.failures == 0) return l;
		if (!failing) failing = l;
	}
	return n->failing < (n->sender_count + 1) / 2 ? failing : NULL;
}

static void serve_line(notifier *n, line *l, arena *a)
{
	int64_t rid = l->state.rid, before = l->state.failures;
	l->busy = true;
	n->failing += before > 0;
	pthread_mutex_unlock(&n->lock);
	bool served = line_serve(n->record, n->world, rid, a);
	state now = {.rid = rid};
	issues sink = {.arena = a};
	reader *rd = record_reader(n->record, &notify_house, a, &sink);
	bool known = rd && state_get(reader_snapshot(rd), rid, a, &now, &sink) == STORE_OK;
	reader_close(rd);
	arena_reset(a);
	pthread_mutex_lock(&n->lock);
	l = line_of(n, rid); /* the lines may have moved */
	assert(l);
	if (known) l->state = now;
	/* Nothing was done though it looked due: whatever the reason, not at once again. */
	l->held = served ? 0 : n->world->monotonic(n->world) + HOLD_MICROS;
	l->busy = false;
	n->failing -= before > 0;
}

static void *sender_run(void *self)
{
	notifier *n = self;
	arena *a = arena_new(REQUEST_ARENA_MAX);
	pthread_mutex_lock(&n->lock);
	while (!n->stopping) {
		line *l = line_take(n);
		if (l)
			serve_line(n, l, a);
		else
			pthread_cond_wait(&n->work, &n->lock);
	}
	pthread_mutex_unlock(&n->lock);
	arena_free(a);
	return NULL;
}

/* ---- start and stop ---- */

notifier *notify_start(record *r, world *w)
{
	notifier *n = calloc(1, sizeof *n);
	if (!n) return NULL;
	n->record = r;
	n->world = w;
	pthread_mutex_init(&n->lock, NULL);
	pthread_cond_init(&n->work, NULL);
	bool looking = pthread_create(&n->looker, NULL, looker_run, n) == 0;
	pthread_mutex_lock(&n->lock); /* those that run already read how many there are */
	while (looking && n->sender_count < NOTIFY_SENDERS) {
		if (pthread_create(&n->senders[n->sender_count], NULL, sender_run, n) != 0) break;
		n->sender_count++;
	}
	pthread_mutex_unlock(&n->lock);
	if (looking && n->sender_count > 0) return n;
	if (looking) {
		pthread_mutex_lock(&n->lock);
		n->stopping = true;
		pthread_mutex_unlock(&n->lock);
		pthread_join(n->looker, NULL);
	}
	free(n);
	return NULL;
}

void notify_stop(notifier *n)
{
	if (!n) return;
	pthread_mutex_lock(&n->lock);
	n->stopping = true;
	pthread_cond_broadcast(&n->work);
	pthread_mutex_unlock(&n->lock);
	pthread_join(n->looker, NULL);
	for (int i = 0; i < n->sender_count; i++) pthread_join(n->senders[i], NULL);
	pthread_cond_destroy(&n->work);
	pthread_mutex_destroy(&n->lock);
	free(n->lines);
	free(n);
}
