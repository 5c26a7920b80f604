/* roster_inrc.h: what INRC-I's two kinds of file say, before it is a roster. */
#ifndef LIMEN_PLAN_ROSTER_INRC_H
#define LIMEN_PLAN_ROSTER_INRC_H

#include "plan/roster_read.h"

/* In the order of a contract's line in the text; the XML's elements by name. */
typedef enum inrc_rule {
	INRC_SINGLE,
	INRC_ASSIGNMENTS_MAX,
	INRC_ASSIGNMENTS_MIN,
	INRC_WORK_MAX,
	INRC_WORK_MIN,
	INRC_FREE_MAX,
	INRC_FREE_MIN,
	INRC_WEEKENDS_ROW_MAX,
	INRC_WEEKENDS_ROW_MIN,
	INRC_WEEKENDS_MAX,
	INRC_WHOLE,
	INRC_SAME,
	INRC_NIGHT_BEFORE_FREE,
	INRC_TWO_FREE_AFTER_NIGHT,
	INRC_OTHER_SKILL,
	INRC_RULES
} inrc_rule;

typedef struct inrc_limit {
	bool on;
	int64_t weight, value;
} inrc_limit;

typedef struct inrc_contract {
	inrc_limit rules[INRC_RULES];
	uint8_t weekend;
	uint64_t patterns;
} inrc_contract;

typedef struct inrc_employee {
	int contract;
	uint64_t skills;
	text name;
} inrc_employee;

enum { INRC_LISTS_MAX = 60 }; /* skills, contracts, patterns */

typedef struct inrc {
	reading *in;
	text id;
	day first, last;
	name_list skills, shifts, contracts, patterns, people;
	roster_shift shift[ROSTER_SHIFTS_MAX + 1];
	uint64_t shift_skills[ROSTER_SHIFTS_MAX + 1];
	inrc_contract contract[INRC_LISTS_MAX];
	roster_pattern pattern[INRC_LISTS_MAX];
	inrc_employee *employees;
	roster_wish *wishes;
	int employee_cap, wish_count, wish_cap;
	int32_t *need; /* day × shift */
} inrc;

bool inrc_period(inrc *q, text id, text first, text last); /* dates */
bool inrc_name(inrc *q, name_list *n, text name, int most);
bool inrc_skills(inrc *q, text names, uint64_t *out); /* with spaces between */
bool inrc_shift(inrc *q, text id, text start, text end, uint64_t skills);
bool inrc_weekend(inrc *q, text name, uint8_t *out);
/* A day of a pattern: a shift's id, "None" or "Any"; a weekday or "Any". */
bool inrc_pattern_day(inrc *q, roster_pattern *p, text shift, text weekday);
bool inrc_employee_add(inrc *q, text id, text name, text contract, uint64_t skills);
bool inrc_cover_weekday(inrc *q, text weekday, text shift, text need);
bool inrc_cover_date(inrc *q, text date, text shift, text need);
bool inrc_wish(inrc *q, text person, text date, text shift, text weight, bool on); /* shift empty: any */
roster *inrc_roster(inrc *q);

#endif
