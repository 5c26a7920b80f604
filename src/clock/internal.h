/* internal.h: what only the files of clock/ share: a rule compiled. */
#ifndef LIMEN_CLOCK_INTERNAL_H
#define LIMEN_CLOCK_INTERNAL_H

#include "clock/clock.h"

typedef enum rule_status { STATUS_ACTIVE, STATUS_UNVERIFIED, STATUS_PROPOSED, STATUS_RETIRED } rule_status;

/* How long the limit is for clocks that start in [from, to]. */
typedef struct limit_row {
	day from, to; /* DAY_NONE: open */
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
	limit_row *limits;
	int limit_count;
	fact_span pause, suspend;
	bool starts_anew; /* when the suspension ends */
	int amber_n;
	day_unit amber_unit;
	effect_row *effects;
	int effect_count;
	clock_tell *tells;
	int tell_count;
	text say_da, say_en;
};

typedef struct clock_rules_list {
	const clock_rule **at;
	int count;
} clock_rules_list;

/* One rule on these facts. False: it does not apply, or has not started. */
bool clock_one(const image *m, const clock_rule *r, const facts *f, clock *out);
const limit_row *clock_limit_on(const clock_rule *r, day start);
/* The rule's examples, run. */
bool clock_cases_check(const image *m, const content_entry *e, issues *sink);
/* A text with {{ holes }}: each is a fact's name or start, due, due_late, limit, days_left … false: one is not. */
bool clock_holes_check(const image *m, const content_entry *e, const char *key, text t, issues *sink);

extern const table clock_table;

#endif
