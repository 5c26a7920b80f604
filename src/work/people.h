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

/* ---- one owner, one queue (owner.c) ---- */
/* A task has at most one owner and lies in one queue (urn:limen:queue). What changes hands is written on it (urn:limen:handover). */
typedef enum task_act { ACT_CLAIM, ACT_RELEASE, ACT_HANDOVER, ACT_HOLD, ACT_ASSIGN } task_act;
typedef struct acting {
	task_act act;
	text task;    /* the id */
	text to;      /* handover, assign: PractitionerRole/…; handover also Organization/…: its queue */
	text reason;  /* all but claim */
	text done;    /* handover: what was done already; may be empty */
	day until;    /* hold; DAY_NONE: no day was named */
	int64_t seen; /* the version it was decided on; 0: whichever stands */
} acting;
/* Refused with an issue where somebody else has it (WORK_TAKEN), the caller is neither its owner nor a leader, who is to have it may not do
 * it, or it is another version than was seen (RECORD_VERSION). Two at once: one gets it. */
bool work_act(record *rec, const acting *what, const working *by, issues *sink);
/* The first in the queue (empty: that of where the caller works) that the caller may do and nobody has, claimed in the same commit: two at
 * once never get the same. False: the sink says why, or there is none (no issue). */
bool work_next(record *rec, text queue, const working *by, text *task, issues *sink);

#endif
