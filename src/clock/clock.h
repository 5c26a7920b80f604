/* clock.h: the law as pure arithmetic on facts. Rules are content (content/dk/clocks/*.yaml); a clock is what one rule says of one
 * pathway's facts. Nothing here knows what time it is: states that depend on it take `now`.
 *
 * Days are local dates; receipt is day 0. `due_day` is the last day on which it is still in time; `due` is that day's end
 * (midnight after it). Where the law's day count is unsettled (hverdag and Saturday) `due_day` is the earlier, safer reading
 * and `due_day_late` the other; both are shown.
 */
#ifndef LIMEN_CLOCK_H
#define LIMEN_CLOCK_H

#include "pathway/pathway.h"

void clock_content(void);              /* registers the content kind "clock" */
void clock_register(const image *m);   /* registers the deriver: clocks of touched pathways, kept in table `clock` */

typedef struct clock_rule clock_rule;
/* What everybody may ask of a rule. Texts live as long as the image. */
typedef struct clock_face {
	text id;
	text da, en;
	text source;     /* "Sundhedsloven § 82 b" */
	text certainty;  /* A, B, C (DOMAIN.md) */
	text status;     /* active, unverified, proposed, retired */
	day valid_from, valid_to; /* DAY_NONE: open */
	text owed_da, owed_en;    /* next step owed */
} clock_face;
const clock_rule *clock_rule_find(const image *m, text id);
int clock_rules(const image *m, const clock_rule *const **out);
const clock_face *clock_rule_face(const clock_rule *r);

typedef enum clock_state { /* words: PRACTICE.md */
	CLOCK_NOT, /* the rule does not apply, or has not started */
	CLOCK_RUNNING, CLOCK_PAUSED, CLOCK_MET, CLOCK_BREACHED, CLOCK_WAIVED, CLOCK_SUSPENDED
} clock_state;

typedef struct clock {
	const clock_rule *rule;
	bool applies;
	bool provisional;  /* runs until a doctor has classified the referral */
	day start_day;     /* day 0 */
	day due_day, due_day_late; /* equal unless the count is unsettled */
	instant start, due, amber; /* amber: from when it needs attention */
	instant stop;      /* INSTANT_NONE: still running */
	bool waived;
	int limit;
	day_unit unit;
	const fact *start_fact, *stop_fact; /* into the facts given */
} clock;
/* One clock for each rule that applies to these facts. `out` has room for as many as there are rules; returns how many. */
int clock_compute(const image *m, const facts *f, clock *out);
/* Running, paused, met (stopped in time), breached (stopped late, or due has passed without a stop) … at `now`. */
clock_state clock_state_at(const clock *c, instant now);
int clock_days_left(const clock *c, instant now); /* calendar days from today to due_day; negative when past */
text clock_state_word(clock_state s, language lang); /* "løber", "running" … */

/* Why: one line per fact that mattered, the rule, the arithmetic, the next step owed. */
typedef struct why_line {
	day on;
	text say;       /* "henvisning modtaget (dag 0)" */
	text resource;  /* "ServiceRequest/…", or empty */
	text effect;    /* "starter uret", "standser ikke uret, 23SFP118" */
} why_line;
typedef struct why {
	text headline;  /* "Udredningsret · senest 1. april 2026 · 12 dage tilbage · løber" */
	why_line *lines;
	int count;
	text rule;      /* source, validity, limit, when it ends */
	text arithmetic; /* "2. marts + 30 kalenderdage = 1. april" */
	text next;      /* what is owed next */
} why;
void clock_explain(const image *m, const clock *c, const facts *f, instant now, language lang, arena *a, why *out);
text why_text(arena *a, const why *w); /* as in a terminal: EXAMPLES.md */

/* A pathway's clocks as kept by the deriver (the same numbers, from the table), read from a snapshot. */
int clocks_of(snapshot *r, const image *m, int64_t pathway_rid, arena *a, clock **out, issues *sink);

#endif
