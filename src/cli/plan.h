/* plan.h: what the files of `limen plan` share: files in and out, Ctrl-C, progress (plan.c); each kind of problem has its own file. */
#ifndef LIMEN_CLI_PLAN_H
#define LIMEN_CLI_PLAN_H

#include "cli/internal.h"
#include "plan/plan.h"

#include <stdatomic.h>

bool plan_file(cli *c, text name, text *out);    /* false: c->sink says why */
bool plan_save(cli *c, text name, text content); /* in one go; an empty name is standard output */
const atomic_bool *plan_interruptible(void);     /* Ctrl-C sets it until plan_uninterruptible */
void plan_uninterruptible(void);
int plan_threads(const cli *c);
solve_options plan_options(const cli *c); /* seed, steps or time, Ctrl-C */

/* A run under way: a line on the terminal, and every ten seconds the best so far in OUT.part, from which --start goes on. */
typedef struct plan_watch {
	cli *cli;
	arena *scratch;
	int64_t shown, kept;
	void *self;
	text (*content)(void *self, arena *a, const void *state, int64_t done);
} plan_watch;
void plan_watched(void *watch, const solve_progress *p); /* a solve_options.progress */
void plan_watch_end(plan_watch *x);                      /* the line goes, and OUT.part */

/* ---- plan_ward.c, plan_why.c ---- */
bool ward_file(cli *c, text name, ward *out);
int plan_ward(cli *c);
int plan_ward_check(cli *c);
int plan_ward_why(cli *c);
void ward_cost_print(cli *c, const ward *w, const ward_cost *cost);
int plan_roster(cli *c); /* plan_roster.c */
int plan_roster_check(cli *c);
int plan_roster_why(cli *c);
void ward_breaches_print(cli *c, const ward *w, const ward_plan *p);

#endif
