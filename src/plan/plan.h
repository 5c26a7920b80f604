/* plan.h: the front door of plan/: puzzles of a department solved by search. ward.h: operations, rooms and nurses together;
 * roster.h and roster_plan.h: duty rosters. */
#ifndef LIMEN_PLAN_H
#define LIMEN_PLAN_H

#include "plan/roster.h"
#include "plan/roster_plan.h"
#include "plan/ward.h"

#endif
