/* internal.h: what the files of work/ share. */
#ifndef LIMEN_WORK_INTERNAL_H
#define LIMEN_WORK_INTERNAL_H

#include "work/work.h"

/* ---- a kind of task, compiled ---- */
typedef enum field_type { FIELD_CODE, FIELD_TEXT, FIELD_DATE, FIELD_DATETIME, FIELD_BOOLEAN, FIELD_INTEGER } field_type;
typedef struct field_option {
	text code, da, en;
} field_option;
typedef struct field {
	text name, da, en, help_da, help_en;
	field_type type;
	bool required;
	bool must; /* boolean: only "true" does the task */
	text initial;
	int64_t min, max; /* integer */
	const field_option *options;
	int option_count;
} field;

/* One write of a kind: which resource, under which answer, and the templates (nodes of the entry's doc, or
 * NODE_ABSENT). */
typedef enum write_target { TARGET_NEW, TARGET_FOCUS, TARGET_PATHWAY, TARGET_FACT, TARGET_PERSON } write_target;
typedef struct write_rule {
	write_target target;
	text type; /* TARGET_NEW: the resource type */
	int fact;  /* TARGET_FACT: the resource that gave this fact */
	uint32_t body, set, add;
	const field *when; /* NULL: always */
	text when_is;      /* the answer's value; empty: when_given decides */
	bool when_given;
} write_rule;

/* A number of days in a unit: "2 arbejdsdage". */
typedef struct span {
	bool given;
	int n;
	day_unit unit;
} span;

enum { KIND_CAUSES_MAX = 4, KIND_CLOCKS_MAX = 6, KIND_ROLES_MAX = 6, KIND_WORDS_MAX = 12 };
typedef struct word { /* a name of `words` and the FHIRPath that reads it */
	text name;
	const path *path;
} word;

/* A kind that comes again and again: a period of so long, counted from a day. */
typedef struct recurring {
	span every;
	day from;
} recurring;

struct task_kind {
	const content_entry *entry, *family;
	text id, da, en;
	text subject;                  /* the type of what it is about: EpisodeOfCare, or another resource */
	const struct role_rule *level; /* specialty, community, hospital; by date */
	recurring again;
	const text *parts; /* the kinds of its sub-tasks */
	int part_count;
	int by;     /* fact: due when this comes; or -1 */
	span ahead; /* with `from`: ready so long before it */
	text role;  /* a role, or the id of a "role" entry that says whose it is when: kind_role */
	const struct role_rule *role_by_date;
	text may_also[KIND_ROLES_MAX];
	int may_also_count;
	text competence;             /* what one must be able to; empty: anybody of the role may */
	bool learning_ok;            /* also who is learning it, with a helper */
	text delegation;             /* what a doctor must have left to one; empty: nothing */
	const condition *raise;      /* NULL: by hand, or as part of another */
	const condition *close;      /* NULL: closed by who does it */
	int causes[KIND_CAUSES_MAX]; /* facts: the first that is there names the cause */
	int cause_count;
	bool fresh; /* only facts from the cause's instant on can close it */
	bool focus_pathway;
	int focus;              /* fact, or -1: the cause's resource */
	int about;              /* fact: the resource `words` are read from */
	int from;               /* fact, or -1: not raised before this instant (the latest such fact) */
	const clock_rule *late; /* raised only when this clock has passed, or `foreseen` lies past its due */
	int foreseen;
	const clock_rule *clocks[KIND_CLOCKS_MAX];
	int clock_count;
	int clock_of;             /* the code fact that names the clocks the kind is about, or -1 */
	bool escalates;           /* raised only when one of these has come: */
	span step, left;          /* so long after its cause; so little before the clock's last day */
	const condition *at_once; /* or NULL */
	text breached;            /* the force of clocks that are passed and lack a cause, or empty */
	int known;                /* with `late`: the fact that says the limit will not hold, or -1 */
	bool when_closed;         /* also on a pathway that is closed */
	bool next_step;           /* while it is open something makes the next thing happen for the patient */
	text priority;            /* the kind's own; empty: as the pathway's referral says */
	span lead, within;
	int minutes;
	int day_ends; /* minute of the day */
	word words[KIND_WORDS_MAX];
	int word_count;
	text says_da, says_en, guide_da, guide_en;
	const field *fields;
	int field_count;
	const write_rule *writes;
	int write_count;
};

/* kind.c */
void timeline_content(void);   /* steps.c: the content kind "timeline" */
void department_content(void); /* department.c: the content kind "department" */
void search_content(void);     /* search.c: the content kind "search" */
void search_register(const image *m);

/* One entry's mapping with its family behind it. */
typedef struct layered {
	const content_entry *e;
	uint32_t node;
} layered;
layered kind_key(const content_entry *e, const content_entry *family,
		 const char *key); /* node NODE_ABSENT: in neither */

/* form.c */
bool form_compile(image *m, task_kind *k, issues *sink);
const field *form_field(const task_kind *k, text name);
text field_type_word(field_type t); /* as Questionnaire.item.type says it */
/* A form that was filled in: values[i] answers fields[i], normalised (dates ISO, times with zone); empty: not
 * answered. */
typedef struct form {
	const task_kind *kind;
	text *values;
} form;
bool form_fill(const task_kind *k, const answers *given, arena *a, language lang, issues *sink, form *out);
/* Dates and times as people type them; false where it is none. */
bool typed_date(text t, day *out);
bool typed_datetime(text t, instant *out);

#include "work/template.h"

/* say.c. A line with {{word|otherwise}}: words of the kind read from `about`, or names of facts. */
bool line_check(const image *m, const task_kind *k, text line, place where, issues *sink);
const word *word_named(const task_kind *k, text name); /* NULL: none */
text word_value(arena *a, const word *w, const doc *about);
text line_print(arena *a, const image *m, const task_kind *k, text line, const doc *about, const facts *f,
		language lang);

/* edit.c: a JSON document changed without losing what it has. */
typedef enum edit_arrays { EDIT_REPLACE, EDIT_APPEND } edit_arrays;
/* Base with the overlay's members: objects meet member by member, null takes a member away, array items of the same
 * url (or the same coding system) are replaced under EDIT_REPLACE and never under EDIT_APPEND, an extension with nothing
 * but its url takes away what has that url; items that meet none are added at the end. */
text json_edited(arena *a, const doc *base, const doc *overlay, edit_arrays arrays);

/* ---- when a task is due ---- */
typedef struct deadline {
	instant due, latest_start; /* INSTANT_NONE: no date */
	day due_day, start_day;
	const clock *clock; /* NULL: the kind's own `within`, or none */
	bool within;        /* the kind's own `within` decides */
	const clock *law;   /* of the kind's clocks that run, the law that falls first; NULL: none is law */
} deadline;
/* due.c */
bool clock_runs(const clock *c); /* started, not stopped, with a date; NULL is fine */
bool clock_is_law(const clock *c);
const clock *clock_named(const clock *clocks, int count, const clock_rule *r);

/* ---- what a kind says of a pathway's facts at an instant (need.c): pure ---- */
typedef struct need {
	const fact *cause; /* NULL: nothing to raise it */
	bool standing;     /* its reason is there and its close is not: facts alone */
	bool ready;        /* and the instant it waits for has come */
	instant turns;     /* standing and not ready: when it will be */
	instant since;     /* of the ladder and of a breach: since when it is owed, anew each time; else INSTANT_NONE */
	holding raised, closed;
	const clock *late; /* of a kind that is about a limit that fails */
	const fact *foreseen;
	const fact *from;  /* of a kind that waits for one */
	const fact *known; /* of a kind that is about a limit that fails: who says so */
} need;
typedef struct pathway_state {
	const image *image;
	const facts *facts;
	const clock *clocks;
	int clock_count;
	bool closed; /* a pathway that is closed; what a task is about is gone */
} pathway_state;
const fact *need_reason(const need *n); /* the fact to name when somebody asks why; may be NULL */
need kind_need(const task_kind *k, const pathway_state *s, instant now, arena *a);
/* Of a task raised by hand: what closes it must have come since. */
holding kind_closed_since(const task_kind *k, const facts *f, instant since, arena *a);
deadline task_deadline(const task_kind *k, const pathway_state *s, instant raised); /* due.c */
deadline task_deadline_on(const task_kind *k, const calendar *days, day due);       /* the day somebody named */

/* ---- tables (tables.c) ---- */
extern const table work_task_table, work_pathway_table;
enum {
	TASK_RID,
	TASK_SUBJECT,
	TASK_KIND,
	TASK_CAUSE,
	TASK_OPEN,
	TASK_RULE_CLOSED,
	TASK_DUE,
	TASK_LATEST,
	TASK_AUTHORED,
	TASK_FACE,
	TASK_PATHWAY,
	TASK_HELD,
	TASK_PRIORITY,
	TASK_COLUMNS
};
enum { STATE_PATHWAY, STATE_CLOSED, STATE_OPEN_TASKS, STATE_DATED_TASKS, STATE_NEXT_DATE, STATE_WAKE, STATE_COLUMNS };
typedef struct task_row {
	int64_t rid, subject; /* subject: the pathway or resource it is about; its own number where it is about none */
	text kind, cause;     /* cause empty: raised by hand */
	bool open, rule_closed; /* rule_closed: by this deriver, so it may open again when its reason returns */
	instant due, latest_start, authored;
	int64_t face;    /* hash of what is shown of the clock */
	int64_t pathway; /* the pathway it belongs to where it is about something else; 0: none */
	instant held;    /* on hold until; INSTANT_NONE: it is not, or nobody said until when */
	int priority;    /* 0 for none, then routine, urgent, asap, stat */
} task_row;
int tasks_of(snapshot *r, int64_t subject, arena *a, task_row **out, issues *sink);
/* Tasks about something else that belong to this pathway. */
int tasks_beside(snapshot *r, int64_t pathway, arena *a, task_row **out, issues *sink);
bool task_row_put(writing *w, const task_row *t, issues *sink);
cell instant_cell(instant i);                       /* NULL_CELL for none */
bool task_row_read(const doc *task, task_row *out); /* false: not a task of a kind */

#include "work/taskdoc.h"
#include "work/subject.h"
#include "work/ladder.h"
#include "work/workers.h"

#endif
