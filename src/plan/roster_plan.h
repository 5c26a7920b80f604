/* roster_plan.h: what can be done with a roster (roster.h): making a plan, repairing one after sickness, explaining one, drawing one. */
#ifndef LIMEN_PLAN_ROSTER_PLAN_H
#define LIMEN_PLAN_ROSTER_PLAN_H

#include "plan/roster.h"

#include <stdatomic.h>

/* ---- making a plan (roster_plan.c) ---- */

typedef struct roster_progress {
	solve_cost best;
	double bound; /* no plan is cheaper; below 0: not known yet */
	int64_t moves, microseconds;
	const uint8_t *lines;
	const char *phase;
} roster_progress;

typedef struct roster_options {
	world *world;
	uint64_t seed;
	int threads;
	int64_t microseconds;
	int64_t steps;        /* over 0: the same plan each time, whatever the machine; time is not looked at */
	bool columns;         /* use the linear solver where it is built in */
	const uint8_t *start; /* lines to begin with; may be missing */
	const atomic_bool *cancel;
	void *progress_self;
	void (*progress)(void *self, const roster_progress *p);
} roster_options;

typedef struct roster_result {
	solve_cost cost;
	int64_t bound; /* no plan without broken rules is cheaper; INT64_MIN: not known */
	bool proved;   /* none is better */
	int64_t moves, microseconds, first_microseconds; /* first: until nothing was broken; -1: never */
	int columns, rounds;
} roster_result;

roster_result roster_plan(arena *a, const roster *r, const roster_options *o, uint8_t *lines);
bool roster_has_columns(void); /* a linear solver is built in */

/* ---- after a person fell ill (roster_repair.c) ---- */

typedef struct roster_repair {
	int person, from, to; /* who is away on which days, `to` not included */
	int frozen;           /* days before this one are past */
	int32_t change;       /* what changing a day of somebody costs beside the rest */
} roster_repair;

/* The roster as it is with that absence, and each change from `lines` dear: planning that one from `lines` repairs with few changes. */
roster *roster_absent(arena *a, const roster *r, const roster_repair *q, const uint8_t *lines, issues *sink);
/* Does it: `lines` becomes the proposal. `changes`: days of anybody that are different, the ill person's own not counted. */
roster_result roster_mend(arena *a, const roster *r, const roster_repair *q, const roster_options *o, uint8_t *lines,
			  int *changes);

/* ---- why (roster_why.c) ---- */

typedef struct roster_why {
	solve_cost now, then;     /* all as it is, and with the wished shift and nothing else changed */
	roster_breaks gone, come; /* what would no longer be broken, and what would be */
	bool possible;            /* there is a line of this person with it that breaks nothing */
	solve_cost best;          /* with the best such line, the others as they are */
	uint8_t *line;
} roster_why;

roster_why roster_why_not(arena *a, const roster *r, const uint8_t *lines, int person, int day, int shift);

/* The smallest sets of rules that cannot all be kept. For one person: rules of the contract, fixed days. For all: a day's cover. */
typedef struct roster_conflict {
	int person;                /* -1: a day's cover beside all persons */
	int day;                   /* of the cover */
	int rules[16], rule_count; /* roster_rule */
} roster_conflict;

int roster_conflicts(arena *a, const roster *r, roster_conflict **out);
text roster_conflict_text(arena *a, const roster *r, const roster_conflict *c, language lang);

/* ---- picture (roster_plot.c) ---- */

text roster_plot(arena *a, const roster *r, const uint8_t *lines, language lang); /* an SVG document */

#endif
