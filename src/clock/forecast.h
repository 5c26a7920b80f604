/* forecast.h: the chance that a running clock is met, from process times seen in this department.
 *
 * A rule names its *stages*: facts in their usual order. A clock is in the last of them that has happened, stage 0 being its start.
 * Each clock that was in a stage gives one *process time*: how long it was there, and how long it then took until it stopped. Those
 * that still run, or lapsed, are no answer, but they are followed as long as they were (Kaplan-Meier): thrown away, only the quick
 * ones would be left. The chance of a clock that has waited W in a stage and must stop before D is
 *
 *     1 - S(D) / S(W)     S over those that were in the stage for longer than W
 *
 * in whole numbers throughout. Where fewer than the department's minimum waited so long, it is told of the longest waiting that so many
 * reached, and is then an "at most"; where fewer than that were seen at all, it is not known.
 *
 * `clock_forecast` and what it stands on are pure; a `forecaster` keeps a day's process times beside a record, made from a snapshot.
 */
#ifndef LIMEN_CLOCK_FORECAST_H
#define LIMEN_CLOCK_FORECAST_H

#include "clock/clock.h"

/* ---- process times of one stage ---- */
typedef struct process_time {
	int64_t left; /* how long it was in the stage: until the next one, or as `rest` */
	int64_t rest; /* from the stage's beginning until it stopped; where it did not, as long as it was followed */
	bool ended;   /* it stopped */
} process_time;
typedef struct stage_times {
	process_time *at; /* sorted by rest */
	int count, ended, cap;
	int64_t *lefts; /* of those that ended, the longest first */
} stage_times;
void stage_times_add(stage_times *t, arena *a, process_time one);
void stage_times_ready(stage_times *t,
		       arena *a); /* after the last, before the first question; their order does not matter */

typedef struct chance {
	bool known;
	bool at_most; /* fewer than the minimum waited so long */
	int percent;
	int seen;       /* ended ones it stands on; where it is not known, all that there are */
	int64_t median; /* of what is left, or -1: not half of them were seen to stop, or at_most */
} chance;
/* It has waited so long in the stage, and is in time if it stops before `allowed` from the stage's beginning. */
chance chance_of(const stage_times *t, int64_t waited, int64_t allowed, int minimum);

/* ---- the department's settings: content kind "forecast" ---- */
typedef struct forecast_settings {
	text id, da, en;
	int window_days;    /* what began longer ago does not count */
	int minimum;        /* ended ones, below which nothing is said */
	int foreseen_below; /* percent: a breach is foreseen below it */
	int safe_from;      /* percent: and averted from here on */
	int daily_minute;   /* of the local day: when all are looked at */
} forecast_settings;
const forecast_settings *forecast_settings_of(const image *m); /* NULL: nothing is forecast */

/* ---- stages ---- */
typedef struct stage_now {
	int stage; /* 0: it has only started; n: the rule's n-th stage has happened */
	instant since;
	const fact *planned; /* what lies ahead and it cannot stop before (`foreseen`), the first of them; or NULL */
} stage_now;
stage_now clock_stage(const clock *c, const facts *f, instant now);
int clock_rule_stages(const clock_rule *r); /* how many; 0: the rule is not forecast */
text clock_stage_say(arena *a, const image *m, const clock_rule *r, int stage, language lang); /* "tid booket" */
/* What would save a clock of this rule when it is not met by itself: rows of the rule's `saves`. */
typedef struct clock_save {
	text da, en;
	const condition *when; /* NULL: always */
} clock_save;
int clock_rule_saves(const clock_rule *r, const clock_save **out);

/* ---- process times of a department ---- */
typedef struct processes processes;
processes *processes_new(const image *m, instant now, arena *a);
void processes_add(processes *p, const clock *c, const facts *f); /* a clock and the facts of its pathway, as of now */
void processes_ready(processes *p);
/* The stage that takes longest of those still ahead, by the median of how long clocks were in it; -1: none is known. */
int processes_slowest(const processes *p, const clock_rule *r, int from_stage, int64_t *median);

typedef enum forecast_kind {
	FORECAST_NONE,    /* the rule has no stages, or the clock does not run */
	FORECAST_UNKNOWN, /* too few were seen */
	FORECAST_CHANCE,
	FORECAST_LATE /* what it waits for lies past the limit */
} forecast_kind;
typedef struct forecast {
	forecast_kind kind;
	chance chance;
	stage_now at;
	int minimum;
} forecast;
forecast clock_forecast(const processes *p, const clock *c, const facts *f, instant now);
/* "sandsynlighed for at nå det: 93 % (set på 210 forløb …)"; empty where there is none. */
text forecast_say(arena *a, const image *m, const clock *c, const forecast *f, language lang);

/* ---- kept beside a record ---- */
/* Made when first asked for and anew each day, from a snapshot, in the thread that asks; never by the writer. One at a time makes
 * it, the others wait. What is given stays as it is until it is given back. */
typedef struct forecaster forecaster;
forecaster *forecaster_new(const image *m);
void forecaster_free(forecaster *fc);
const processes *forecaster_take(forecaster *fc, snapshot *r, instant now); /* NULL: there are none */
void forecaster_back(forecaster *fc, const processes *p);

#endif
