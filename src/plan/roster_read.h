/* roster_read.h: what the readers of roster files share: lines, fields, names and complaints with their place. */
#ifndef LIMEN_PLAN_ROSTER_READ_H
#define LIMEN_PLAN_ROSTER_READ_H

#include "plan/roster_inner.h"

typedef struct reading {
	arena *arena;
	issues *sink;
	text file, rest;
	int64_t line;
} reading;

/* The next line that says something, trimmed, without what follows `comment` (0: nothing does). False: there is none. */
bool reading_line(reading *q, const char *comment, text *out);
text reading_field(text *line, char separator); /* the next one, trimmed; the line is what is left */
bool reading_number(reading *q, text field, int64_t low, int64_t high, int64_t *out);
bool reading_wrong(reading *q, failure code, text arg0, text arg1); /* always false */

/* Names to numbers, in the order they came. */
typedef struct name_list {
	text *at;
	int count, cap;
} name_list;
int names_find(const name_list *n, text name);
bool names_add(reading *q, name_list *n, text name); /* false: it is there already, or empty */
bool reading_name(reading *q, const name_list *n, text kind, text name, int *out);

roster *curtois_read(reading *q);
roster *inrc_text_read(reading *q);
roster *inrc_xml_read(reading *q, text bytes);

#endif
