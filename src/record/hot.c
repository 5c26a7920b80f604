/* hot.c: shards of a few thousand places each, under a lock of their own. A place holds one resource in one piece of memory; where a
 * shard is full the next place that was not asked for since the hand last passed gives way. */
#include "record/hot.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SHARDS = 16, PLACES = 2048, PROBES = 8 };

typedef struct warm { /* one resource; its texts follow it in the same piece */
	uint64_t hash;
	version is;
	int64_t bytes;
	bool asked; /* since the hand passed */
} warm;

typedef struct shard {
	pthread_mutex_t lock;
	warm *at[PLACES];
	int64_t bytes;
	int hand;
} shard;

struct hot {
	_Atomic uint64_t epoch; /* odd: a transaction is under way */
	shard shards[SHARDS];
};

hot *hot_new(void)
{
	hot *h = calloc(1, sizeof *h);
	if (!h) abort();
	for (int i = 0; i < SHARDS; i++) pthread_mutex_init(&h->shards[i].lock, NULL);
	return h;
}

static void place_empty(shard *s, int at)
{
	if (!s->at[at]) return;
	s->bytes -= s->at[at]->bytes;
	free(s->at[at]);
	s->at[at] = NULL;
}

void hot_clear(hot *h)
{
	for (int i = 0; h && i < SHARDS; i++) {
		pthread_mutex_lock(&h->shards[i].lock);
		for (int k = 0; k < PLACES; k++) place_empty(&h->shards[i], k);
		pthread_mutex_unlock(&h->shards[i].lock);
	}
}

void hot_free(hot *h)
{
	if (!h) return;
	hot_clear(h);
	for (int i = 0; i < SHARDS; i++) pthread_mutex_destroy(&h->shards[i].lock);
	free(h);
}

static uint64_t hash_of(text type, text id)
{
	return text_hash(type) * 0x9e3779b97f4a7c15 ^ text_hash(id);
}

static shard *shard_of(hot *h, uint64_t hash)
{
	return &h->shards[hash % SHARDS];
}

/* A resource lies in one of the few places that its hash leads to. -1: it is not here. */
static int place_of(const shard *s, uint64_t hash, text type, text id)
{
	for (int i = 0; i < PROBES; i++) {
		int at = (int)((hash / SHARDS + (uint64_t)i) % PLACES);
		const warm *w = s->at[at];
		if (w && w->hash == hash && text_equal(w->is.id, id) && text_equal(w->is.type, type)) return at;
	}
	return -1;
}

/* ---- who reads ---- */

static version version_copy(arena *a, const version *v)
{
	version out = *v;
	out.type = text_copy(a, v->type);
	out.id = text_copy(a, v->id);
	out.json = text_copy(a, v->json);
	out.actor = text_copy(a, v->actor);
	out.purpose = text_copy(a, v->purpose);
	out.on_behalf_of = text_copy(a, v->on_behalf_of);
	return out;
}

bool hot_find(hot *h, text type, text id, arena *a, version *out)
{
	if (!h) return false;
	uint64_t hash = hash_of(type, id);
	shard *s = shard_of(h, hash);
	arena_reserve(a, HOT_RESOURCE_MAX + 4 * KIB); /* the arena may give up: not while the lock is held */
	pthread_mutex_lock(&s->lock);
	int at = place_of(s, hash, type, id);
	if (at >= 0) {
		s->at[at]->asked = true;
		*out = version_copy(a, &s->at[at]->is);
	}
	pthread_mutex_unlock(&s->lock);
	return at >= 0;
}

uint64_t hot_epoch(const hot *h)
{
	return h ? atomic_load(&h->epoch) : 1;
}

static text moved(char **to, text t)
{
	text out = {*to, t.len};
	if (t.len) memcpy(*to, t.at, (size_t)t.len);
	*to += t.len;
	return out;
}

static warm *warm_new(const version *v)
{
	int64_t texts = v->type.len + v->id.len + v->json.len + v->actor.len + v->purpose.len + v->on_behalf_of.len;
	warm *w = texts <= HOT_RESOURCE_MAX ? malloc(sizeof *w + (size_t)texts) : NULL;
	if (!w) return NULL;
	*w = (warm){.hash = hash_of(v->type, v->id), .is = *v, .bytes = (int64_t)sizeof *w + texts};
	char *to = (char *)(w + 1);
	w->is.type = moved(&to, v->type);
	w->is.id = moved(&to, v->id);
	w->is.json = moved(&to, v->json);
	w->is.actor = moved(&to, v->actor);
	w->is.purpose = moved(&to, v->purpose);
	w->is.on_behalf_of = moved(&to, v->on_behalf_of);
	return w;
}

/* The hand goes round until there is room; who was asked for since it last passed is spared once. */
static void make_room(shard *s, int64_t bytes)
{
	while (s->bytes + bytes > HOT_BYTES_MAX / SHARDS) {
		warm *w = s->at[s->hand];
		if (w && w->asked)
			w->asked = false;
		else
			place_empty(s, s->hand);
		s->hand = (s->hand + 1) % PLACES;
	}
}

/* An empty place of its few, else one that was not asked for lately, else the first. */
static int place_for(const shard *s, uint64_t hash)
{
	int cold = -1;
	for (int i = 0; i < PROBES; i++) {
		int at = (int)((hash / SHARDS + (uint64_t)i) % PLACES);
		if (!s->at[at]) return at;
		if (cold < 0 && !s->at[at]->asked) cold = at;
	}
	return cold >= 0 ? cold : (int)(hash / SHARDS % PLACES);
}

void hot_keep(hot *h, uint64_t epoch, const version *v)
{
	if (!h || epoch % 2 || v->deleted) return;
	warm *w = warm_new(v);
	if (!w) return;
	shard *s = shard_of(h, w->hash);
	pthread_mutex_lock(&s->lock);
	bool still = atomic_load(&h->epoch) == epoch && place_of(s, w->hash, v->type, v->id) < 0;
	if (still) {
		make_room(s, w->bytes);
		int at = place_for(s, w->hash);
		place_empty(s, at);
		s->at[at] = w;
		s->bytes += w->bytes;
	}
	pthread_mutex_unlock(&s->lock);
	if (!still) free(w);
}

/* ---- the writer ---- */

void hot_busy(hot *h)
{
	if (h) atomic_fetch_add(&h->epoch, 1);
}

void hot_quiet(hot *h)
{
	if (h) atomic_fetch_add(&h->epoch, 1);
}

void hot_drop(hot *h, text type, text id)
{
	if (!h) return;
	uint64_t hash = hash_of(type, id);
	shard *s = shard_of(h, hash);
	pthread_mutex_lock(&s->lock);
	int at = place_of(s, hash, type, id);
	if (at >= 0) place_empty(s, at);
	pthread_mutex_unlock(&s->lock);
}
