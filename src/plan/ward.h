/* ward.h: operations, rooms and nurses planned together (the problem of the Integrated Healthcare Timetabling competition, 2024).
 *
 * Decided for each patient: admission day, or, if optional, none; one room for the stay; one theatre on the admission day. For each
 * room and shift with somebody in it: a nurse who is at work then.
 * Rules: one gender a room and day, no room that does not suit, surgeons' and theatres' minutes, beds, mandatory patients admitted in
 * time, nurses only in their own shifts, each occupied room has one. Costs: eight terms, each a count times the weight of the file.
 *
 * Arrays in, arrays out: a `ward` is the problem (never changes), a `ward_plan` an answer. Shifts count through: day * 3 + (early,
 * late, night). A person is a patient, or from ward.patients on an occupant, who is there from day 0 in a room that is given.
 * Ownership: what is read lives in the arena handed in.
 */
#ifndef LIMEN_PLAN_WARD_H
#define LIMEN_PLAN_WARD_H

#include "solve/solve.h"

enum { WARD_NONE = -1, WARD_SHIFTS = 3 }; /* shifts a day */

typedef enum ward_term {
#define TERM(name, key, da, en) WARD_##name,
#include "plan/ward_term.def"
#undef TERM
	WARD_TERMS
} ward_term;

typedef enum ward_rule {
#define RULE(name, da, en) WARD_RULE_##name,
#include "plan/ward_rule.def"
#undef RULE
	WARD_RULES
} ward_rule;

const char *ward_term_said(ward_term t, language lang); /* "mixed ages in a room" */
const char *ward_term_key(ward_term t);                 /* its weight's key in the file */
const char *ward_rule_said(ward_rule r, language lang);

typedef struct ward_person {
	text id;
	uint8_t gender, age; /* age: its group, from 0 */
	bool mandatory;
	int16_t stay;         /* days; what is past the last day costs nothing */
	int16_t release, due; /* days it may begin on, both included */
	int16_t surgeon, minutes;
	int16_t room;         /* of an occupant */
	const uint16_t *work; /* workload, for each shift of the stay */
	const uint8_t *skill; /* level asked, likewise */
} ward_person;

typedef struct ward_nurse {
	text id;
	uint8_t level;
	const int16_t *max_load; /* by shift; WARD_NONE: not at work */
} ward_nurse;

typedef struct ward {
	int days, shifts, levels, ages;
	int patients, persons, rooms, theatres, surgeons, nurses;
	int64_t weight[WARD_TERMS];
	const ward_person *person; /* patients, then occupants */
	const ward_nurse *nurse;
	const text *room, *theatre, *surgeon; /* ids */
	const text *age_name, *shift_name, *gender_name;
	const int16_t *beds;                              /* by room */
	const bool *suits;                                /* [patient * rooms + room] */
	const int16_t *surgeon_minutes, *theatre_minutes; /* [surgeon * days + day], … */
	const int16_t *on_shift;                          /* nurses at work, shift by shift … */
	const int32_t *on_shift_first;                    /* … from here to the next's; shifts + 1 of them */
} ward;

/* An answer. A patient who does not come has day, room and theatre WARD_NONE; a room and shift without a nurse WARD_NONE. */
typedef struct ward_plan {
	int16_t *day, *room, *theatre; /* by patient */
	int16_t *nurse;                /* [room * shifts + shift] */
} ward_plan;

ward_plan ward_plan_new(arena *a, const ward *w); /* nobody comes */
void ward_plan_copy(const ward *w, ward_plan *to, const ward_plan *from);
/* How many days of a stay that begins on `day` lie within the horizon. */
static inline int ward_stay_within(const ward *w, int person, int day)
{
	int stay = w->person[person].stay;
	return stay < w->days - day ? stay : w->days - day;
}

/* ---- files ---- */

/* The competition's JSON. False: the sink says what is wrong, with line and column. */
bool ward_read(arena *a, text source, text file, issues *sink, ward *out);
/* A plan: a patient not named does not come. `done` (may be NULL): how far the run that wrote it had come, of SOLVE_WHOLE; 0 where it
 * does not say. A nurse is taken where she is said to be, at work or not: ward_check tells of that. */
bool ward_plan_read(arena *a, const ward *w, text source, text file, issues *sink, ward_plan *out, int64_t *done);
text ward_plan_text(arena *a, const ward *w, const ward_plan *p, int64_t done); /* done is written where it is not 0 */

/* ---- what a plan costs ---- */

typedef struct ward_cost {
	int64_t count[WARD_TERMS], soft[WARD_TERMS]; /* soft: count times weight */
	int64_t broken[WARD_RULES];
	int64_t total, violations;
} ward_cost;
ward_cost ward_check(const ward *w, const ward_plan *p);

/* One place where a rule is broken; what does not belong to it is WARD_NONE. */
typedef struct ward_breach {
	ward_rule rule;
	int16_t person, day, shift, room, theatre, surgeon, nurse;
} ward_breach;
const ward_breach *ward_breaches(arena *a, const ward *w, const ward_plan *p, int *count);
text ward_breach_said(arena *a, const ward *w, const ward_breach *b, language lang);

/* ---- what may be decided ---- */

/* What is fixed by hand: where something is set it stays, and a patient of whom something is set comes. */
typedef struct ward_fixed {
	ward_plan plan; /* WARD_NONE: free */
	bool *out;      /* by patient: does not come */
} ward_fixed;
ward_fixed ward_fixed_none(arena *a, const ward *w);
/* A plan in which anything may be left out. */
bool ward_fixed_read(arena *a, const ward *w, text source, text file, issues *sink, ward_fixed *out);

/* ---- search ---- */

typedef struct ward_options {
	solve_options solve; /* temperatures, prices and rounds are set from the problem where `hot` is 0 */
	int threads;
	const ward_fixed *fixed; /* may be NULL */
	const ward_plan *start;  /* may be NULL: begins greedily */
} ward_options;

typedef struct ward_result {
	ward_plan plan;
	ward_cost cost;
	solve_result run;
} ward_result;
ward_result ward_search(arena *a, const ward *w, const ward_options *o);
/* The plan within a solve_progress of such a run. */
void ward_unpack(const ward *w, const void *state, ward_plan *out);
const char *ward_move_name(int kind); /* NULL: there are no more */
/* A plan that breaks nothing can cost no less than this. */
int64_t ward_bound(arena *a, const ward *w);

/* ---- why (ward_why.c) ---- */

typedef struct ward_spot {
	int16_t day, room, theatre; /* all WARD_NONE: does not come */
} ward_spot;
/* What differs between the plan and one where this patient is elsewhere and all else is as it is; a room that was empty gets the nurses
 * it costs least with. */
typedef struct ward_difference {
	ward_plan plan;
	ward_cost before, after;
	const ward_breach *breach; /* rules broken after that were not before */
	int breaches;
} ward_difference;
ward_difference ward_moved(arena *a, const ward *w, const ward_plan *p, int patient, ward_spot to);

/* Why there is no plan: people who cannot all be admitted, none of whom can be left out of the reason, and the rules that take
 * part in it. `proved`: no plan for them exists; else the budget was spent before that was sure. */
typedef struct ward_conflict {
	const int16_t *patient;
	int patients;
	bool rule[WARD_RULES];
	bool found, proved;
} ward_conflict;
ward_conflict ward_conflict_find(arena *a, const ward *w,
				 int64_t budget); /* budget: steps of the search for a contradiction */

/* ---- pictures (ward_plot.c) ---- */
/* Days across, rooms and theatres down, as SVG for print; what breaks a rule is marked. */
text ward_plot(arena *a, const ward *w, const ward_plan *p, language lang);

#endif
