/* internal.h: what only the files of clock/ share: a rule compiled. */
#ifndef LIMEN_CLOCK_INTERNAL_H
#define LIMEN_CLOCK_INTERNAL_H

#include "clock/clock.h"

typedef enum rule_status { STATUS_ACTIVE, STATUS_UNVERIFIED, STATUS_PROPOSED, STATUS_RETIRED } rule_status;

enum {
	PAUSE_KINDS_MAX = 4,
	RESTARTS_MAX = 100,
	STAGES_MAX = 8,
	PROCESS_TIMES_MAX = 20000 /* clocks remembered of one stage of one rule; the newest */
};

/* How long the limit is for clocks that start in [from, to]. */
typedef struct limit_row {
	day from, to;  /* DAY_NONE: open */
	text code;     /* in a table: for which code */
	bool unfilled; /* nobody has filled it in: no date can be counted */
	int n;
	day_unit unit;
	text source;
} limit_row;

/* A pair of instant facts: a time that begins and ends. -1, -1: there is none. */
typedef struct fact_span {
	int from, to;
} fact_span;

typedef struct effect_row { /* a fact that changes nothing, and a sentence that says so */
	int fact;
	text da, en;
} effect_row;

/* Whom the law says must be told what, and when ("breach is foreseen", …), as the rule's `tell` lists it. */
typedef struct clock_tell {
	text when, whom;
	text da, en;
	text source;
} clock_tell;

struct clock_rule {
	clock_face face;
	const content_entry *entry;
	rule_status status;
	const condition *when, *except, *provisional, *start, *stop, *waive; /* NULL where the rule has none */
	const limit_row *limits;
	int limit_count;
	int limit_by;    /* the code fact that picks the row of a table, or -1 */
	int limit_layer; /* of that table: 1 where the hospital has filled it in */
	int until;       /* the fact that is itself the last day, or -1 */
	const condition *also_start;
	const limit_row *also; /* a second limit, counted from also_start; the earlier decides. NULL: there is none */
	int restart;           /* the fact that starts it again, or -1 */
	int restart_times;
	fact_span pauses[PAUSE_KINDS_MAX];
	int pause_count;
	fact_span suspend;
	bool starts_anew; /* when the suspension ends */
	bool amber_from_start;
	int amber_n;
	day_unit amber_unit;
	bool warns_then_errs; /* a warning up to the limit, an error after it: how LPR3 reports it */
	effect_row *effects;
	int effect_count;
	clock_tell *tells;
	int tell_count;
	text say_da, say_en;
	int stages[STAGES_MAX]; /* instant facts in their usual order; the clock is in the last that has happened */
	int stage_count;
	int foreseen; /* of them the number of the one that may lie ahead and be known, or 0 */
	clock_save *saves;
	int save_count;
};

typedef struct clock_rules_list {
	const clock_rule **at;
	int count;
} clock_rules_list;

/* ---- limit.c ---- */
const content_kind *limits_content(void);
bool span_any(text t, int *n, day_unit *unit); /* clock_span, and hours and minutes */
bool unit_exact(day_unit unit);                /* counted on the instant */
bool unit_pauses(day_unit unit);               /* can days be left out of it? */
bool limit_read(const content_entry *e, uint32_t object, const char *key, limit_row *row, issues *sink);
bool limits_read(image *m, const content_entry *e, clock_rule *r, issues *sink);
/* The row for a clock that starts on this day; NULL: none, the rule is not about that day. */
const limit_row *limit_on(const clock_rule *r, const facts *f, day start);

/* ---- compute.c ---- */
/* Is this day one that a pause or a suspension leaves out, and since which fact. */
bool clock_leaves_out(const clock *c, const facts *f, day d);
const fact *clock_left_out_by(const clock *c, const facts *f, day d);

/* The id of an instant fact under a key. */
bool instant_fact(const image *m, const content_entry *e, uint32_t object, const char *key, int *out, issues *sink);
/* The rule's examples, run. */
bool clock_cases_check(const image *m, const content_entry *e, issues *sink);
/* The facts of each of them, for who tries them otherwise. */
typedef void case_visit(void *self, const clock_rule *r, const facts *f);
void clock_cases_visit(const image *m, const clock_rule *r, case_visit *visit, void *self, arena *a);
/* A text with {{ holes }}: each is a fact's name or start, due, due_late, limit, days_left … false: one is not. */
bool clock_holes_check(const image *m, const content_entry *e, const char *key, text t, issues *sink);

/* ---- stages.c ---- */
bool stages_read(image *m, const content_entry *e, clock_rule *r, issues *sink);
const content_kind *forecast_content(void);
/* One by one the stages a clock was in until `until`: how long in each, and until it stopped. */
typedef struct stage_seen {
	int stage;
	instant since;
	process_time time;
} stage_seen;
enum { STAGES_SEEN_MAX = 32 };
int stages_seen(const clock *c, const facts *f, instant until, stage_seen *out);
/* Days after `from` and up to `to` that the rule does not count: compute.c. */
int days_not_counted(const clock_rule *r, const facts *f, day from, day to);

/* ---- derive.c ---- */
typedef bool clock_visit(void *self, int64_t subject, const clock *c, issues *sink);
/* Every clock kept, the newest subjects first; false where the visit says so. */
bool clocks_walk(snapshot *r, const image *m, arena *a, void *self, clock_visit *visit, issues *sink);

extern const table clock_table;

/* ---- change.c ---- */
typedef struct clock_binding { /* a subject's clocks on their way into the tables */
	const image *image;
	deriving *dv;
	int64_t subject;
	const facts *facts;
	const clock *made;
	int count;
} clock_binding;
extern const table clock_change_table;
bool clock_changes_note(const clock_binding *b, const clock *before, int count_before, issues *sink);
bool rule_names(const clock_rule *r, int fact); /* does it speak of this fact? */

#endif
