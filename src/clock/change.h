/* change.h: what has moved a clock: each commit that did, who made it, what the clock said before and after, and the fact that did it (none
 * where a fact went away). Recorded when it happened, so it says what was shown then, whatever the rules are now. */
#ifndef LIMEN_CLOCK_CHANGE_H
#define LIMEN_CLOCK_CHANGE_H

#include "clock/clock.h"

typedef struct clock_change {
	text rule;
	int64_t sequence; /* of the log, when the commit had written */
	instant at;
	text actor;
	clock_state from, to;
	day due_from, due_to; /* DAY_NONE: none */
	text fact, resource;  /* "booked.made", "Appointment/812"; empty: a fact went away, or only the rules changed */
	int64_t version;      /* of that resource, in which the fact was said */
} clock_change;
/* Of one rule, or of all (empty), in the order they happened. How many; -1: the sink says why not. */
int clock_changes(snapshot *r, int64_t subject_rid, text rule, arena *a, clock_change **out, issues *sink);

#endif
