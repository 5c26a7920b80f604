/* bench plan: the planner on the public problems. Each instance for LIMEN_PLAN_SECONDS (60; with --long 600) on two threads and one seed
 * (with --long three); LIMEN_PLAN_ONLY names some of them, separated by commas. A table, then lines "plan.key value". Wall time counts:
 * whatever else the machine does is lost to the search. */
#define LIMEN_OS /* reads the environment */
#include "plan/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/plan_ward.h"

#include "bench/plan_roster.h"

int main(void)
{
	plan_bench b = {
	    .seconds = getenv("LIMEN_LONG") ? 600 : 60, .seeds = getenv("LIMEN_LONG") ? 3 : 1, .threads = 2};
	const char *seconds = getenv("LIMEN_PLAN_SECONDS");
	int64_t n;
	if (seconds && text_to_int(text_of(seconds), &n) && n > 0) b.seconds = n;
	b.only = text_of(getenv("LIMEN_PLAN_ONLY"));
	b.shared = getenv("LIMEN_SHARED") ? getenv("LIMEN_SHARED") : "../shared";
	bool ward = ward_bench(&b);
	return roster_bench(&b) && ward ? 0 : 1;
}
