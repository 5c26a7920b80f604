/* os.c: the real world. The only file that asks the operating system for the time, for entropy or for a file. */
#define LIMEN_OS
#include "base/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium/core.h>
#include <sodium/randombytes.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t woken = PTHREAD_COND_INITIALIZER;

static int64_t clock_micros(clockid_t which)
{
	struct timespec ts;
	int failed = clock_gettime(which, &ts);
	assert(!failed);
	return SECONDS(ts.tv_sec) + ts.tv_nsec / 1000;
}

static instant real_now(world *w)
{
	(void)w;
	return clock_micros(CLOCK_REALTIME);
}

static int64_t real_monotonic(world *w)
{
	(void)w;
	return clock_micros(CLOCK_MONOTONIC);
}

static void real_entropy(world *w, void *bytes, int64_t n)
{
	(void)w;
	randombytes_buf(bytes, (size_t)n);
}

/* Against the wall clock, so that a machine that slept, or whose clock was set, wakes when it should. */
static void real_sleep(world *w, instant wake)
{
	instant at = wake > 0 ? wake : 0;
	struct timespec until = {.tv_sec = at / SECONDS(1), .tv_nsec = at % SECONDS(1) * 1000};
	int result = 0;
	pthread_mutex_lock(&lock);
	while (!w->woken && result != ETIMEDOUT) result = pthread_cond_timedwait(&woken, &lock, &until);
	w->woken = false;
	pthread_mutex_unlock(&lock);
}

static void real_wake(world *w)
{
	pthread_mutex_lock(&lock);
	w->woken = true;
	pthread_cond_broadcast(&woken);
	pthread_mutex_unlock(&lock);
}

static bool read_all(int file, buffer *b)
{
	enum { CHUNK = 64 * 1024 };
	struct stat st;
	bool known = fstat(file, &st) == 0 && st.st_size < BODY_BYTES_MAX;
	if (known) buffer_room(b, st.st_size + CHUNK + 1); /* only a hint: pipes have no size */
	for (;;) {
		ssize_t n = read(file, buffer_room(b, CHUNK), CHUNK);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return n == 0;
		b->len += n;
		if (b->len > BODY_BYTES_MAX) {
			errno = EFBIG;
			return false;
		}
	}
}

bool os_read_file(world *w, arena *a, text path, text *out)
{
	(void)w;
	int file = open(text_z(a, path), O_RDONLY | O_CLOEXEC);
	if (file < 0) return false;
	buffer b = {.arena = a};
	bool whole = read_all(file, &b);
	int reason = errno;
	close(file);
	errno = reason;
	*out = buffer_text(&b);
	return whole;
}

void os_write(int file_descriptor, text t)
{
	while (t.len) {
		ssize_t n = write(file_descriptor, t.at, (size_t)t.len);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return;
		t = text_slice(t, n, t.len);
	}
}

world *world_real(void)
{
	static world real = {
	    .now = real_now,
	    .monotonic = real_monotonic,
	    .entropy = real_entropy,
	    .sleep_until = real_sleep,
	    .wake = real_wake,
	    .read_file = os_read_file,
	    .send = net_send,
	};
	int unavailable = sodium_init() < 0; /* safe to call again, and from any thread */
	assert(!unavailable);
	return &real;
}
