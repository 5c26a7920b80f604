/* internal.h: what only the files of base/ share. */
#ifndef LIMEN_BASE_INTERNAL_H
#define LIMEN_BASE_INTERNAL_H

#include "base/base.h"

/* time.c: seconds of a wall clock in Copenhagen (days since 1970-01-01 times 86400, plus the time of day) to the instant at
 * which it shows them; in the gap and the fold as local_instant. */
instant instant_of_local_seconds(int64_t local_seconds);

/* zone.c: seconds east of UTC in Copenhagen at `seconds` since 1970-01-01T00:00:00Z. */
int zone_offset_at(int64_t seconds);

/* os.c: the parts of the operating system that the simulated world shares with the real one. */
bool os_read_file(world *w, arena *a, text path, text *out);
void os_write(int file_descriptor, text t); /* all of it; a log that cannot be written is nobody's failure */

/* net.c: the net, which both worlds share. */
bool net_send(world *w, const net_request *q, arena *a, net_answer *out);

/* Rounds towards minus infinity, as days before 1970 need it. `by` is positive. */
static inline int64_t floor_divide(int64_t n, int64_t by)
{
	return n / by - (n % by < 0);
}

#endif
