/* roster.h: duty rosters as arrays: who works which shift on which day. It knows no hospital, no FHIR and no law: what an agreement asks
 * is numbers in a contract (hours of rest, days between days off, minutes in a period) with a weight each.
 *
 * A shift is a small number, ROSTER_OFF (0) is a day off, 1 … shift_count are the kinds of shift; a set of them is a mask with a bit
 * each (bit 0: off). A person's *line* is a shift a day. Each rule has a weight: what one unit of breaking it costs, or ROSTER_HARD: it
 * may not be broken, and each unit counts as a broken rule. Cost is (hard, soft); a plan that breaks less is better.
 *
 * What is known of the time before (history) stands in `past`, the days before day 0; where nothing is known the first run of days is
 * not too short, however short it is (edges_open), and likewise the last.
 *
 * Ownership: a roster and what it points to live in the arena it was made in, and do not change once roster_ready has been called.
 */
#ifndef LIMEN_PLAN_ROSTER_H
#define LIMEN_PLAN_ROSTER_H

#include "base/base.h"
#include "solve/solve.h"

enum {
	ROSTER_HARD = -1, /* as a weight */
	ROSTER_OFF = 0,
	ROSTER_UNKNOWN = 255, /* in `past`, and in a line that is only partly given */
	ROSTER_SHIFTS_MAX = 62,
	ROSTER_DAYS_MAX = 372,
	ROSTER_PEOPLE_MAX = 2000,
	ROSTER_BUDGETS_MAX = 64,  /* in one contract */
	ROSTER_PATTERN_MAX = 6,   /* days in one pattern */
	ROSTER_PATTERN_BITS = 64, /* days in all patterns of one contract */
	ROSTER_NO_LIMIT = 1 << 28,
};

/* Between low and high is free; each unit under or over costs so much. */
typedef struct roster_limit {
	int32_t low, high; /* 0 and ROSTER_NO_LIMIT: none */
	int32_t under, over;
} roster_limit;

typedef struct roster_shift {
	text id;
	int minutes;    /* what counts as work */
	int start, end; /* minutes of the day; end may be over 1440. Both 0: not known */
	int place;      /* where it is worked */
	uint64_t after; /* shifts that may not come the day after this one */
	int32_t after_weight;
} roster_shift;

/* How much of some shifts in some days: shifts of a kind, minutes of a norm period, nights or weekends fairly shared. */
typedef struct roster_budget {
	text id;
	uint64_t shifts;
	bool minutes; /* counted in minutes, else in shifts */
	int from, to; /* days, `to` not included */
	int32_t unit; /* so many over are one unit of breaking; 0 is 1 */
	roster_limit limit;
} roster_budget;

/* Days in a row, each in a set of shifts: what must not be (or costs). */
typedef struct roster_pattern {
	text id;
	uint64_t days[ROSTER_PATTERN_MAX];
	int length;
	uint8_t weekdays; /* on which it may begin, bit 0 Monday; 0: any */
	int32_t weight;
} roster_pattern;

typedef struct roster_contract {
	text id;
	bool edges_open;
	roster_limit work_run, off_run, weekend_run,
	    weekends;                        /* days in a row worked and free; weekends in a row and in all */
	uint8_t weekend;                     /* its weekdays, bit 0 Monday, in a row; 0: Saturday and Sunday */
	int32_t whole_weekend, same_weekend; /* weights: all its days or none; the same shift */
	int rest_minutes;                    /* between two days' shifts */
	int32_t rest_weight;
	int long_rest_minutes, long_rest_days; /* a rest so long within so many days and one; 0 days: no such rule */
	int32_t long_rest_weight;
	roster_budget *budgets;
	int budget_count;
	roster_pattern *patterns;
	int pattern_count;
} roster_contract;

typedef struct roster_person {
	text id, name;
	int contract;
	uint64_t shifts; /* that this person may have at all */
	uint64_t skills; /* bits */
	int level;
	int32_t *before;     /* for each budget of the contract, what it came to before day 0; NULL: nothing */
	int weekends_before; /* of `weekends` */
} roster_person;

/* A wish: as data for the reader's eye; its cost is in `price`. */
typedef struct roster_wish {
	int person, day;
	uint64_t shifts;
	bool wanted; /* costs where it is not so; else costs where it is */
	int32_t weight;
} roster_wish;

/* So many people at work on a day in some shifts, of those who have all the skills and the level. */
typedef struct roster_cover {
	int day;
	uint64_t shifts, skills;
	int level;
	roster_limit limit;
} roster_cover;

typedef enum roster_kind { ROSTER_CURTOIS, ROSTER_INRC_XML, ROSTER_INRC_TEXT } roster_kind;

typedef struct roster {
	text id;
	roster_kind kind;
	int day_count, first_weekday; /* 0 is Monday */
	int64_t first_day;            /* days since 1970, where dates are known; else 0 */
	int shift_count, person_count, contract_count, cover_count, wish_count, past_days, skill_count;
	roster_shift *shifts; /* from 1; [0] is off */
	text *skills;
	roster_contract *contracts;
	roster_person *persons;
	roster_cover *covers;
	roster_wish *wishes;
	uint8_t *past;     /* person × past day: what was worked before; ROSTER_UNKNOWN */
	int32_t *price;    /* person × day × (shift_count + 1): wishes; what cannot be is not here but in `allowed` */
	uint64_t *allowed; /* person × day: shifts that may be: leave, fixed duties, what the person may have */
	const struct roster_inner *inner; /* what roster_ready derives */
} roster;

/* ---- making one ---- */

roster *roster_new(arena *a, int persons, int days, int shifts); /* everybody may have everything */
int32_t *roster_price_at(const roster *r, int person, int day);  /* shift_count + 1 prices */
uint64_t *roster_allowed_at(const roster *r, int person, int day);
void roster_wishes_priced(roster *r); /* the wishes into `price` */
/* Derives what the verbs need. False: the numbers make no sense, the sink says where. */
bool roster_ready(arena *a, roster *r, issues *sink);
/* The middle of what each of `people` has had and will have together of a budget's shifts: both sides of a fair share. */
roster_limit roster_fair(int64_t had, int64_t coming, int people, int32_t weight);

/* ---- files ---- */

bool roster_is(text bytes); /* begins as one of the three kinds does */
roster *roster_read(arena *a, text file, text bytes, issues *sink);
/* A line a person: its id, then a shift a day; "-" off; "?" not given (only where partly). */
bool roster_lines_read(arena *a, const roster *r, text file, text bytes, uint8_t *lines, issues *sink);
text roster_lines_text(arena *a, const roster *r, const uint8_t *lines);
text roster_day_text(arena *a, const roster *r, int day); /* its date, or its number */
text roster_lines_inrc(arena *a, const roster *r,
		       const uint8_t *lines); /* INRC-I's Solution, for a roster with dates */

/* ---- what a plan costs, rule by rule (roster_check.c) ---- */

typedef enum roster_rule {
#define ROSTER_RULE(name, key, da, en) ROSTER_##name,
#include "plan/roster_rules.def"
#undef ROSTER_RULE
	ROSTER_RULE_COUNT
} roster_rule;

typedef struct roster_break {
	roster_rule rule;
	int person, day, days; /* person -1: of a day's cover; days: how many, from `day` */
	int item;              /* budget, pattern, cover or wish; -1 */
	int32_t amount;        /* units of breaking */
	solve_cost cost;
} roster_break;

typedef struct roster_breaks {
	roster_break *at;
	int count, cap;
	solve_cost total, of[ROSTER_RULE_COUNT];
} roster_breaks;

solve_cost roster_cost(const roster *r, const uint8_t *lines);
roster_breaks roster_check(arena *a, const roster *r, const uint8_t *lines);
const char *roster_rule_word(roster_rule rule, language lang);
const char *roster_rule_key(roster_rule rule);
text roster_break_text(arena *a, const roster *r, const roster_break *b, language lang);

#endif
