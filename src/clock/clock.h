/* clock.h: the law as pure arithmetic on facts. Rules are content (content/dk/clocks); a clock is what one rule says of one
 * pathway's facts. Nothing here knows what time it is: states that depend on it take `now`.
 *
 * Days are local dates; receipt is day 0. `due_day` is the last day on which it is still in time; `due` is that day's end
 * (midnight after it). Where the law's day count is unsettled (hverdag and Saturday) `due_day` is the earlier, safer reading
 * and `due_day_late` the other; both are shown.
 */
#ifndef LIMEN_CLOCK_H
#define LIMEN_CLOCK_H

#include "pathway/pathway.h"

/* <time.h> has a function of this name that nobody here may call (world.h); the word is the law's. */
#define clock limen_clock

void clock_content(void);            /* registers the content kind "clock" */
void clock_register(const image *m); /* registers the deriver: clocks of touched pathways, kept in table `clock` */

typedef struct clock_rule clock_rule;
/* What everybody may ask of a rule. Texts live as long as the image. */
typedef struct clock_face {
	text id;
	text da, en;
	text source;              /* "Sundhedsloven § 82 b" */
	text force;               /* law, recommendation, local: what has happened when it is passed */
	text certainty;           /* A, B, C (DOMAIN.md) */
	text status;              /* active, unverified, proposed, retired */
	day valid_from, valid_to; /* DAY_NONE: open */
	text owed_da, owed_en;    /* next step owed */
	text applies_to;          /* whom the rule is about, as the content file says */
	text subject;             /* the type of what it is about: EpisodeOfCare, or another resource */
	text note_da, note_en;    /* what is not verified, and why */
} clock_face;
const clock_rule *clock_rule_find(const image *m, text id);
int clock_rules(const image *m, const clock_rule *const **out);
bool clock_about(const image *m, text type); /* is a rule about such resources? */
const clock_face *clock_rule_face(const clock_rule *r);
/* The rule as an R4 PlanDefinition (id = the rule's): its limit as a goal, what starts, stops and follows it as actions; in one language
 * with the other beside. docs/api.md says how to read it. */
text clock_rule_json(arena *a, const image *m, const clock_rule *r, language lang);
/* "30 calendar days", "8 hverdage", "1 arbejdsdag", "2 weeks", "1 month": how many of what. False: it is none of these.
 * `hverdage` comes out as UNIT_HVERDAGE (Saturdays not counted); the other reading is UNIT_HVERDAGE_SATURDAY. Hours and minutes
 * are none: only a rule's own limit may be so short. */
bool clock_span(text t, int *n, day_unit *unit);
text clock_span_words(arena *a, int n, day_unit unit, language lang); /* "30 kalenderdage" */

/* The words for them: PRACTICE.md. CLOCK_NOT: the rule does not apply, or has not started. */
typedef enum clock_state {
	CLOCK_NOT,
	CLOCK_RUNNING,
	CLOCK_PAUSED,
	CLOCK_MET,
	CLOCK_BREACHED,
	CLOCK_WAIVED,
	CLOCK_SUSPENDED,
	CLOCK_UNFILLED /* it runs, but nobody has filled in how long: a table the hospital owes */
} clock_state;

typedef struct clock {
	const clock_rule *rule;
	bool applies;
	bool provisional;          /* runs until a doctor has classified the referral */
	day start_day;             /* day 0 */
	day due_day, due_day_late; /* equal unless the count is unsettled; DAY_NONE where the limit is not filled in */
	instant start, due, amber; /* amber: from when it needs attention */
	instant stop;              /* INSTANT_NONE: still running */
	bool waived;               /* `stop` is when the right lapsed */
	instant paused; /* since when it waits, or INSTANT_NONE. While it waits `due` is what it was when it began to */
	instant suspended; /* since when the right itself is suspended, or INSTANT_NONE */
	int paused_days;   /* days not counted, for pauses that have ended */
	int limit;
	day_unit unit;
	const fact *start_fact, *stop_fact; /* into the facts given */
	const fact *other_fact; /* a rule with two limits: what started the one that does not decide, or NULL */
	day other_due;
	int other_limit;
	day_unit other_unit;
	int restarts;
} clock;
/* One clock for each rule about pathways that applies to these facts. `out` has room for as many as there are rules; returns how
 * many. Rules that are only proposed are left out. */
int clock_compute(const image *m, const facts *f, clock *out);
/* The same for a subject of another type: a contact, a case, a message (pathway.h, subjects). */
int clock_compute_for(const image *m, text subject, const facts *f, clock *out);
/* One rule, also one that is only proposed: what if it were in force. False: it does not apply, or has not started. */
bool clock_try(const image *m, const clock_rule *r, const facts *f, clock *out);
/* Running, paused, met (stopped in time), breached (stopped late, or due has passed without a stop) … at `now`. */
clock_state clock_state_at(const clock *c, instant now);
int clock_days_left(const clock *c, instant now);    /* calendar days from today to due_day; negative when past */
text clock_state_word(clock_state s, language lang); /* "løber", "running" … */
/* The same of one clock at `now`: only a law is exceeded, the department's own goal is passed. */
text clock_word(const clock *c, instant now, language lang);

/* Why: one line per fact that mattered, the rule, the arithmetic, the next step owed. */
typedef struct why_line {
	day on;
	text say;      /* "henvisning modtaget (dag 0)" */
	text resource; /* "ServiceRequest/…", or empty */
	text effect;   /* "starter uret", "standser ikke uret, 23SFP118" */
	text by;       /* who wrote the resource last: a reference, or empty */
} why_line;
typedef struct why {
	text headline; /* "Udredningsret · senest 1. april 2026 · 12 dage tilbage · løber" */
	why_line *lines;
	int count;
	text rule;       /* source, validity, limit, when it ends */
	text arithmetic; /* "2. marts + 30 kalenderdage = 1. april" */
	text next;       /* what is owed next */
	text chance;     /* that it is met: forecast_say. Who explains adds it; empty: not forecast */
	language lang;
} why;
void clock_explain(const image *m, const clock *c, const facts *f, instant now, language lang, arena *a, why *out);
text why_text(arena *a, const why *w); /* as in a terminal: EXAMPLES.md */

/* The arithmetic day by day, day 0 first. A day has a number, or a reason why it has none; where the law is unsettled the later reading
 * has a number of its own. None (0) where the limit is not counted in days or weeks, or is longer than CLOCK_DAYS_MAX. */
typedef struct clock_day {
	day on;
	text name;               /* "mandag" */
	int number, number_late; /* 0: not counted (or it is day 0) */
	text none;               /* "søndag", "2. påskedag", "patienten ønsker at vente" */
} clock_day;
int clock_days(const image *m, const clock *c, const facts *f, language lang, arena *a, clock_day **out);

/* What the rule's file says to the patient (say_da, say_en) with the dates in it; empty where it says nothing. */
text clock_say(const image *m, const clock *c, const facts *f, language lang, arena *a);

/* The cause recorded for the breach of this rule's clock, a code of the fact breach.cause; empty: none. It is read from the fact
 * breach.explained, "RULE CAUSE". */
text clock_breach_cause(const image *m, const facts *f, const clock_rule *r);

/* The clocks of a pathway or another subject as kept by the deriver (the same numbers, from the table), read from a snapshot. */
/* start_fact, stop_fact and other_fact are NULL here: they point into facts. */
int clocks_of(snapshot *r, const image *m, int64_t subject_rid, arena *a, clock **out, issues *sink);
/* The pathways of which a clock of law that is forecast is open: all, or those of which some clock turned amber in (after, until]. */
bool pathways_at_risk(snapshot *r, const image *m, arena *a, int64_t **rids, int64_t *count, issues *sink);
bool pathways_turned_amber(snapshot *r, instant after, instant until, arena *a, int64_t **rids, int64_t *count,
			   issues *sink);

#include "clock/forecast.h"

/* What if: the same subject's clock by two contents at an instant; NULL: the one has none. */
typedef struct clock_difference {
	const clock *before, *after; /* NULL: it does not apply, or has not started */
	bool differs;
	bool begins, ceases, earlier, later; /* one of these at most */
	bool breached, unbreached;           /* by the new rules alone, by the old alone */
	bool other;                          /* only another state */
} clock_difference;
clock_difference clock_differ(const clock *before, const clock *after, instant at);

#include "clock/change.h"

#endif
