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
	text chosen;  /* claim, by $next: why this one; kept on the task */
	int64_t seen; /* the version it was decided on; 0: whichever stands */
} acting;
/* Refused with an issue where somebody else has it (WORK_TAKEN), the caller is neither its owner nor a leader, who is to have it may not do
 * it, or it is another version than was seen (RECORD_VERSION). Two at once: one gets it. */
bool work_act(record *rec, const acting *what, const working *by, issues *sink);
/* The first in the queue (empty: that of where the caller works) that the caller may do and nobody has, claimed in the same commit: two at
 * once never get the same; why it was chosen stands on it (urn:limen:chosen). Protected time holds it back (WORK_IN_FOCUS), and what the
 * caller would rather not have is left to others who can (WORK_UNWISHED where nothing else is left). False: the sink says why, or there is
 * none (no issue). */
bool work_next(record *rec, text queue, const working *by, text *task, issues *sink);

/* ---- who could do it (route.c) ---- */
/* On duty, able (or learning with a helper), of the right place, allowed. Points order them: each reason says how many it gave. */
enum { REASONS_MAX = 10 };
typedef struct candidate {
	text person, name;
	bool can;
	int points;
	skill skill;
	text helper;
	int forward;               /* of the points those for having asked for more of the kind */
	text reasons[REASONS_MAX]; /* in the language of who asks; of one who cannot: why not */
	int reason_count;
} candidate;
/* Best first, then those who cannot. -1: failed; NO_TASK is an issue. */
int work_candidates(const asking *by, text task, candidate **out);

/* ---- load and coverage (load.c) ---- */
typedef struct load_hour {
	instant from;
	int on_duty, focus; /* people; of them in their protected time */
	int to_begin;       /* tasks that must be begun in this hour at the latest */
	text phone;         /* who has the telephone */
} load_hour;
typedef struct load_alone { /* a competence that only one person on duty has, or nobody, for some hours of the day */
	text competence, word, person, name;
	instant from, to;
} load_alone;
typedef struct load_cover { /* who answers the telephone while somebody has protected time */
	text person, name, by, by_name;
	instant from, to;
	int minutes; /* how long they have had others' telephone this week before that */
} load_cover;
enum { LOAD_HOURS = 24 };
typedef struct load {
	load_hour hours[LOAD_HOURS];
	int hour_count;
	load_alone *alone;
	int alone_count;
	load_cover *covers;
	int cover_count;
	int open, unowned, to_begin, minutes_needed, minutes_there,
	    handovers; /* handovers: of the team's tasks in the week before */
	bool tips;     /* more than those on duty can do: the community helps */
	bool planned;  /* there is a roster for the day; else office hours are taken for it */
} load;
bool work_load(const asking *by, text organization, day on, load *out);

/* ---- safe to go home (safe.c) ---- */
typedef enum safety { SAFE_DONE, SAFE_HANDED, SAFE_WAITS, SAFE_NOT } safety;
typedef struct safe_task {
	text id, line;
	safety state;
	text why;
	instant latest_start;
} safe_task;
/* All that is somebody's, or was theirs today: done, handed over, proven safe until `until`, or to be handed over. -1: failed. */
int work_safe(const asking *by, text person, instant until, safe_task **out);
/* When somebody is back: the beginning of the next working day's office hours. */
instant work_back(const image *m, instant now);

#endif
