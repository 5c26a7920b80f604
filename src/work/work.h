/* work.h: what must be done next, and by whom. Kinds of task are content (content/dk/tasks). A deriver raises a Task
 * when a kind's condition begins to hold on a pathway, once per (kind, cause), and completes it when the closing fact
 * is there, whoever brought it. A task's due is its clock's; its latest start is due less the time the work needs:
 * both are instants in the Task (restriction.period.end, extension urn:limen:latest-start), re-written only when they
 * change.
 *
 * `complete` takes the answers to a kind's form and makes the writes the kind says, in one commit: the public way to
 * do a task.
 */
#ifndef LIMEN_WORK_H
#define LIMEN_WORK_H

#include "clock/clock.h"

void work_content(void); /* registers content kinds "family", "task", "timeline", "search"; after clock_content */
void work_register(
    const image
	*m); /* registers the deriver and content's search parameters; after clock_register, before record_open */

typedef struct task_kind task_kind;
const task_kind *task_kind_find(const image *m, text id);
/* The kind as an R4 ActivityDefinition (id = the kind), Danish or English: title, description (the guide),
 * participant.role (who), extension urn:limen:never (valueString, one each: what it never does), urn:limen:seed,
 * urn:limen:minutes; and the form as a contained Questionnaire #form: item {linkId = field, text = label, type
 * choice|text|date|dateTime|boolean|integer, required, answerOption [valueCoding {code, display}], initial}. */
text task_kind_json(arena *a, const image *m, const task_kind *k, language lang);
/* What raises and closes it, as a PlanDefinition (id = task- and the kind), its conditions as content writes them and read aloud; and its
 * form as a Questionnaire of the same id, empty where it has none. */
text task_kind_plan(arena *a, const image *m, const task_kind *k, language lang);
text task_kind_form(arena *a, const task_kind *k, language lang);
const task_kind *task_kind_of_plan(const image *m, text id); /* of those ids; NULL: another's */
text task_kind_id(const task_kind *k);
text task_kind_title(const task_kind *k, language lang);
text task_kind_guide(const task_kind *k, language lang);
/* The id every task of this kind and cause has: a UUID of the two. cause: the reference of the resource it arose
 * from. */
text task_id_of(arena *a, text kind, text cause);
int task_kinds(const image *m, const task_kind *const **out);

/* Does the task at `now` ({{now}} of its writes): answers are (field, value) pairs, dates and times as people type
 * them (24-11-2026 10.15) or ISO. Refused with an issue per field that is missing or wrong (place.path = the field),
 * when the caller's role may not do it (WORK_NOT_YOURS), or when the task is no longer open (WORK_CLOSED). The actor
 * is a PractitionerRole whose code {urn:limen:role, secretary | doctor | …} says the role. */
typedef struct answer {
	text field, value;
} answer;
typedef struct answers {
	const answer *at;
	int count;
} answers;
typedef struct completing {
	record *record;
	const image *image;
	const caller *who;
	text task; /* its id */
	const answers *given;
	instant now;
	/* out: what was written, but for what the rules made of it */
	const written *written;
	int written_count;
} completing;
bool work_complete(completing *c, arena *a, issues *sink);

/* Raises a task of any kind by hand: about a pathway, another resource, a patient, or nothing but itself. It stands until what closes its
 * kind comes, or somebody does it. id: of the new Task. Refused with an issue where the kind or something named is not there. */
typedef struct by_hand {
	text id, kind;
	text pathway, focus, patient, queue; /* references, each may be empty */
	text note;                           /* what is wanted, in the raiser's words */
	day due;                             /* DAY_NONE: as the kind says */
} by_hand;
typedef struct working { /* who works, by what rules, when */
	const image *image;
	const caller *who;
	instant now;
	arena *arena;
} working;
bool work_raise(record *rec, const by_hand *what, const working *by, written *out, issues *sink);

/* Why a task stands where it stands in the list: its clock's why, what raised it, how its latest start came about. Of a task to save a
 * limit also what may save it, what is known and what takes longest (`times` may be NULL). */
typedef struct work_view {
	const image *image;
	const processes *times;
	instant now;
	language lang;
	arena *arena;
} work_view;
bool work_explain(reader *rd, const work_view *v, text task_id, why *out, issues *sink);

/* ---- rules that do a task themselves (content kind "automation") ---- */
typedef struct automation automation;
typedef struct automation_face {
	text id, da, en;
	text does;   /* the kind of task */
	text effect; /* on the profession's work: fewer-tasks, deskilling, more-work, upskilling, moved */
	text effect_da, effect_en;
} automation_face;
int automations(const image *m, arena *a, const automation ***out);
const automation *automation_find(const image *m, text id); /* NULL: no such rule */
automation_face automation_says(const automation *r);
/* Whether it is paused, since when, by whom and why; empty: it works. And how often it did its task, and when last. */
typedef struct automation_state {
	bool paused;
	text since, by, reason;
	int64_t done; /* so far */
	text last;    /* the Task it did last, or empty */
	instant last_at;
} automation_state;
bool automation_state_read(reader *rd, const automation *r, arena *a, automation_state *out, issues *sink);
/* Pauses it, or lets it go on: with a reason, by a leader or a super-user. What was raised while it was paused is done when it goes on. */
bool automation_pause(record *rec, const automation *r, bool pause, text reason, const working *by, issues *sink);

/* ---- what is foreseen ---- */
/* Looks at the clocks of law that run: one whose chance has fallen below what the department calls foreseen gets an event on its pathway
 * (urn:limen:event, breach-foreseen), written by Device/limen like any other write; one that is safe again gets that event's end. The
 * ladder of tasks follows from the facts these give. All are looked at once a day, and between a pathway when one of its clocks
 * turns amber; doing it twice changes nothing. */
typedef struct foreseer foreseer;
foreseer *foreseer_new(record *rec, const image *m, forecaster *times); /* NULL times: nothing is foreseen */
void foreseer_free(foreseer *f);
instant foreseer_next(const foreseer *f); /* when all are to be looked at next; INSTANT_NONE: never */
typedef struct foreseen {
	int looked, foreseen, averted;
} foreseen;
bool foreseer_run(foreseer *f, instant now, foreseen *out, issues *sink); /* out may be NULL */

/* Open ends (løse ender): pathways that are not closed and have no open task, no running clock, or no date ahead. */
typedef struct open_end {
	int64_t pathway_rid;
	text pathway_id, patient;
	text department; /* a reference; empty: nobody's */
	text reason_da, reason_en;
	instant since;
} open_end;
int work_open_ends(reader *rd, const image *m, instant now, arena *a, open_end **out, issues *sink);

/* A pathway's steps for the timeline: done ones with their date, the one now, those ahead with their deadline. */
typedef struct step {
	text da, en;
	text told_da, told_en; /* what the patient is told of it; empty: nothing */
	int place;             /* -1 done, 0 now, 1 ahead */
	instant at;            /* done: when. ahead: the deadline, or INSTANT_NONE */
	text by;               /* done: who */
	text resource;
} step;
int work_steps(reader *rd, const image *m, text pathway_id, instant now, arena *a, step **out, issues *sink);

/* The same for the patient: only the steps that concern them, in words that may be read aloud, and what they are entitled to. A right of a
 * rule that nobody has verified is marked; it is shown to staff and not promised. */
typedef struct told_right {
	text clock, said;
	day due;
	bool verified;
} told_right;
typedef struct told {
	const step *steps;
	int step_count;
	told_right *rights;
	int right_count;
	text late, closed, help; /* sentences; empty where they do not apply */
} told;
typedef struct telling {
	instant now;
	language lang;
} telling;
bool work_told(reader *rd, const image *m, text pathway_id, const telling *how, arena *a, told *out, issues *sink);

#include "work/people.h"

#endif
