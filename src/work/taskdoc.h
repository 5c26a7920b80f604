/* taskdoc.h: Tasks as documents: made, changed, closed (taskjson.c), and read back (task.c). Included by internal.h. */
#ifndef LIMEN_WORK_TASKDOC_H
#define LIMEN_WORK_TASKDOC_H

/* ---- the Task as JSON (taskjson.c) ---- */
typedef struct task_words {
	text line_da, line_en, because_da, because_en;
} task_words;
typedef struct task_face {
	const image *image;
	const task_kind *kind;
	const pathway_state *state;
	const need *need;
	deadline when;
	text priority; /* empty: nobody says */
} task_face;
task_words task_say(arena *a, const task_face *t, const doc *about);
int64_t task_face_hash(const task_face *t, const task_words *w);
typedef struct task_refs { /* what a new Task points at */
	text id, cause, pathway, patient, focus;
	text about;           /* what it is about where that is no pathway */
	text queue;           /* the Organization it lies with */
	text part_of;         /* the task it is a part of */
	text requester, note; /* by hand: who, and what they said */
	day due;              /* by hand: the day they named; DAY_NONE: the kind's own */
} task_refs;
text task_json_new(arena *a, const task_face *t, const task_words *w, const task_refs *r, instant now);
text task_json_dates(arena *a, const doc *task, const task_face *t, const task_words *w, instant now);
typedef enum task_closing { CLOSING_DONE, CLOSING_LAPSED, CLOSING_PATHWAY, CLOSING_MISSED } task_closing;
text task_json_closed(arena *a, const doc *task, task_closing how, const fact *by, instant now);
/* Somebody did it: what was answered and by whom; closes: it is done by that, and not by a fact. */
typedef struct finish {
	text actor, helper, at;
	bool closes;
} finish;
text task_json_done(arena *a, const doc *task, const form *answered, const finish *by);
text task_json_open(arena *a, const doc *task, const task_face *t, const task_words *w, instant now);

text task_json_resumed(arena *a, const doc *task, instant now); /* its day on hold has come */
text task_json_pressing(arena *a, const doc *task, text priority, instant now);

/* ---- reading Tasks (task.c) ---- */
typedef enum hold_state { HOLD_NONE, HOLD_WAITS, HOLD_RESUMED } hold_state;
typedef struct hold {
	hold_state state; /* HOLD_RESUMED: it was on hold, and its day came */
	day until;        /* DAY_NONE: nobody said until when */
	instant resumed;
	text reason;
} hold;
hold hold_of(const doc *task);
int priority_number(text code); /* 0 for none, then routine, urgent, asap, stat */
text priority_of(const image *m, const task_kind *k, const facts *pathway); /* pathway: NULL where there is none */
instant instant_said(text t);                                               /* INSTANT_NONE: it says none */
bool task_status_open(text status);
text task_pathway(const doc *d); /* the id of its EpisodeOfCare, or empty */
text task_kind_of(const doc *d); /* the id of its kind, or empty */
typedef struct shown {
	text rule, force, because;
	instant law_due;
} shown;
int64_t face_hash(const shown *s);
uint32_t extension_find(const doc *d, uint32_t object,
			text url);            /* the first extension with this url, or NODE_ABSENT */
text reference_id(text reference, text type); /* "Type/id" → id; empty where it is another type */

#endif
