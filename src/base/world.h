/* world.h: the port to the outside world: clock, entropy, disk, net. Everything below cli/ and http/ gets these through a
 * `world`, so a test, or the simulated department, is just another platform (STYLE.md 13).
 *
 * world_real() asks the operating system; it is the only code that does (base/os.c). world_simulated() has a clock that
 * moves only when told (a sleeper waits for world_set) and entropy from a seed; its disk and its net are the real ones.
 */
#ifndef LIMEN_BASE_WORLD_H
#define LIMEN_BASE_WORLD_H

#include "base/net.h"
#include "base/random.h"
#include "base/time.h"

typedef struct world world;
struct world {
	instant (*now)(world *w);                          /* wall clock, UTC */
	int64_t (*monotonic)(world *w);                    /* microseconds since some start, never backwards */
	void (*entropy)(world *w, void *bytes, int64_t n); /* unpredictable (real) or seeded (simulated) */
	void (*sleep_until)(world *w, instant wake);       /* returns then, or earlier when world_wake is called */
	void (*wake)(world *w);                            /* behind world_wake */
	bool (*read_file)(world *w, arena *a, text path,
			  text *out); /* whole, up to BODY_BYTES_MAX; else false with errno set */
	/* Another system, by HTTP; false: no answer, `out->trouble` says why */
	bool (*send)(world *w, const net_request *q, arena *a, net_answer *out);
	/* The implementations' own: nobody else reads these. */
	instant simulated_now;
	random_state random;
	bool woken;
};

world *world_real(void); /* one for the process, safe for threads */
world world_simulated(instant start, uint64_t seed);
void world_set(world *w, instant now); /* simulated only: the clock says `now` */

instant world_now(world *w);
/* Ends one sleep, on whatever thread; a wake that comes before the sleep is kept for it. One thread sleeps at a time. */
void world_wake(world *w);
/* 16 random bytes as a version 4 UUID in text, 36 characters. */
text world_uuid(world *w, arena *a);

#endif
