/* plan.h: the front door of plan/: puzzles of a department solved by search. ward.h: operations, rooms and nurses together. */
#ifndef LIMEN_PLAN_H
#define LIMEN_PLAN_H

#include "plan/ward.h"

#endif
