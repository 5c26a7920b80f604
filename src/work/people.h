/* people.h: who works here, and what they may do. A person at work is a PractitionerRole; what they are able to is in their
 * Practitioner's qualifications: competences (urn:limen:competence, with a depth and a period) and what a doctor has delegated to them
 * (urn:limen:delegation; it has an end, or it does not hold). Included by work.h. */
#ifndef LIMEN_WORK_PEOPLE_H
#define LIMEN_WORK_PEOPLE_H

text task_kind_competence(const task_kind *k); /* what it needs somebody to be able to; empty: nothing */

/* Who wants to know, of which moment. */
typedef struct asking {
	reader *reader;
	const image *image;
	instant now;
	language lang; /* of names in what is said */
	arena *arena;
	issues *sink;
} asking;

typedef enum skill { SKILL_NONE, SKILL_LEARNING, SKILL_ABLE, SKILL_EXPERT } skill;

/* Whether somebody may do a kind of task as far as competence and delegation decide, and why not. */
typedef struct may {
	bool yes;
	skill skill;
	text helper; /* who helps one that is learning: a reference; else empty */
	failure why; /* not: its sentence and arguments */
	text args[3];
} may;
/* False: it could not be read. A person nobody knows may not. */
bool person_may(const asking *by, const task_kind *k, text role_reference, may *out);
bool may_refuse(const may *m, issues *sink); /* adds why not; false */

#endif
