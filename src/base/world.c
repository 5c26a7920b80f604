/* world.c: the simulated world. One lock for all of them: tests make many, but none is busy. */
#include "base/internal.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;

static instant simulated_now(world *w)
{
	pthread_mutex_lock(&lock);
	instant now = w->simulated_now;
	pthread_mutex_unlock(&lock);
	return now;
}

static void simulated_entropy(world *w, void *bytes, int64_t n)
{
	unsigned char *at = bytes;
	pthread_mutex_lock(&lock);
	for (int64_t i = 0; i < n; i++) at[i] = (unsigned char)(random_next(&w->random) >> 56);
	pthread_mutex_unlock(&lock);
}

static void simulated_sleep(world *w, instant wake)
{
	pthread_mutex_lock(&lock);
	while (!w->woken && w->simulated_now < wake) pthread_cond_wait(&moved, &lock);
	w->woken = false;
	pthread_mutex_unlock(&lock);
}

static void simulated_wake(world *w)
{
	pthread_mutex_lock(&lock);
	w->woken = true;
	pthread_cond_broadcast(&moved);
	pthread_mutex_unlock(&lock);
}

world world_simulated(instant start, uint64_t seed)
{
	return (world){
	    .now = simulated_now,
	    .monotonic = simulated_now,
	    .entropy = simulated_entropy,
	    .sleep_until = simulated_sleep,
	    .wake = simulated_wake,
	    .read_file = os_read_file,
	    .send = net_send,
	    .simulated_now = start,
	    .random = random_seed(seed),
	};
}

void world_set(world *w, instant now)
{
	assert(w->now == simulated_now);
	pthread_mutex_lock(&lock);
	w->simulated_now = now;
	pthread_cond_broadcast(&moved);
	pthread_mutex_unlock(&lock);
}

instant world_now(world *w)
{
	return w->now(w);
}

void world_wake(world *w)
{
	w->wake(w);
}

text world_uuid(world *w, arena *a)
{
	unsigned char bytes[16];
	w->entropy(w, bytes, sizeof bytes);
	return uuid_text(a, bytes, 4);
}
