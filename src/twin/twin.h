/* twin.h: a department that does not exist, living through simulated time. Here: its people, and the pathways they
 * have open.
 *
 * The population is made by the department's own staff: referrals come in, and each task Limen raises is done by
 * somebody who may do it, at a believable time, through the same calls as everybody else (`transport`). Nothing is
 * written that could not have been written: no event before its cause, none after the world's clock, staff in office
 * hours, one doctor in one place at a time. Some are slow, so some pathways are at risk and some are late.
 *
 * The world is simulated: its clock moves with the events, from `start` to `end`, and the record must have been
 * opened with it. The same seed and content give the same department. CPR numbers have day of month + 60: they can be
 * nobody's.
 */
#ifndef LIMEN_TWIN_H
#define LIMEN_TWIN_H

#include "work/work.h"

/* How the staff reach Limen. `self` is the transport's own. */
typedef struct twin_transport {
	void *self;
	bool (*commit)(void *self, const caller *who, const write_op *writes, int count, arena *a, issues *sink);
	bool (*complete)(void *self, const caller *who, text task_id, const answers *given, instant now, arena *a,
			 issues *sink);
	found (*read)(void *self, const caller *who, text type, text id, arena *a, version *out, issues *sink);
	int (*feed)(void *self, const caller *who, int64_t after, int max, arena *a, feed_event **out, issues *sink);
	int64_t (*sequence)(void *self);
	instant (*next_tick)(void *self);
	bool (*tick)(void *self, instant now, issues *sink);
} twin_transport;

/* Straight into a record, without http. `state` must live as long as the transport. */
typedef struct twin_direct {
	record *record;
	const image *image;
	foreseer *foreseer; /* who looks ahead, or NULL */
} twin_direct;
twin_transport twin_directly(twin_direct *state);

typedef struct twin_options {
	text department; /* content entry; empty: the first there is */
	uint64_t seed;
	int pathways; /* referrals that come in between start and end */
	instant start, end;
	bool
	    steady; /* as many referrals in each month; else what is open at the end is made, so the further back the fewer */
	void (*progress)(void *self, int referred, int pathways, instant now); /* may be NULL */
	void *progress_self;
} twin_options;
enum { TWIN_PATHWAYS_MAX = 100000 };

typedef struct twin_report {
	int patients, referrals, done, booked, cancelled, rejected, closed;
} twin_report;

/* Makes staff, places and pathways. False: the sink says why; what was committed until then stays. */
bool twin_populate_through(const twin_transport *t, const image *m, world *w, const twin_options *o, twin_report *out,
			   issues *sink);
bool twin_populate(record *rec, const image *m, world *w, const twin_options *o, twin_report *out, issues *sink);

#endif
