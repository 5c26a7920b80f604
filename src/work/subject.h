/* subject.h: what a task is about: a pathway, or any other resource; and the ways a task comes without a fact of a pathway: by hand, again
 * and again, as part of another. Included by internal.h. */
#ifndef LIMEN_WORK_SUBJECT_H
#define LIMEN_WORK_SUBJECT_H

/* ---- raise.c: the keys of a kind that say so ---- */
bool raise_read(image *m, task_kind *k, issues *sink);
bool raise_ready(image *m, issues *sink); /* once all kinds are there: parts name kinds */
bool kind_about_pathway(const task_kind *k);
text kind_level(const task_kind *k, day on); /* specialty, community, hospital; DAY_NONE: as it is now and on */

/* The period of a recurring kind that holds `today`; DAY_NONE: it has not begun. */
day period_start(const task_kind *k, const calendar *c, day today);
day period_after(const task_kind *k, const calendar *c, day start); /* the start of the next */
/* The period a task of a recurring kind was raised for, from its cause; DAY_NONE: none. */
day period_of_cause(text cause);

bool raised_by_hand(text cause);

/* ---- about.c: what a subject says of itself, whatever its type ---- */
text subject_patient(arena *a, const doc *d);      /* "Patient/…", or empty */
text subject_organization(arena *a, const doc *d); /* "Organization/…", or empty */
text task_about(const doc *task);                  /* the reference in urn:limen:about, or empty */
/* What a task is about: the resource it names, else its pathway, else nothing but itself. */
typedef struct task_subject {
	int64_t rid;
	text type;
	text missing; /* the first that it names and that is not there (then the next is taken), or empty */
} task_subject;
typedef struct rid_finder { /* where it is looked for: a reader's records, or a transaction's */
	void *self;
	int64_t (*find)(void *self, text type, text id);
} rid_finder;
task_subject task_subject_of(const doc *task, text task_id, const rid_finder *where);
rid_finder reader_finder(reader *rd);
/* Facts and clocks of a subject: a pathway's are those of all its members. `closed` is left as it is. */
typedef struct subject_view {
	facts facts;
	pathway_state state;
} subject_view;
bool subject_view_read(snapshot *r, const image *m, int64_t rid, text type, arena *a, subject_view *out, issues *sink);

/* ---- writes.c: what doing a task writes ---- */
enum { TASK_WRITES_MAX = 12 };
typedef struct task_writes {
	const task_kind *kind;
	const filling *with;
	arena *arena;
	issues *sink;
	void *self;
	const doc *(*read)(void *self, text type, text id,
			   version *v); /* the current body; NULL: not there, or failed */
	const version *task;            /* which version of the Task is done */
	bool lenient;                   /* what has nothing to edit is left out */
	write_op at[TASK_WRITES_MAX];
	int count;
} task_writes;
bool writes_make(task_writes *x);
bool qualify_add(task_writes *x, const write_rule *w); /* qualify.c */
bool writes_add(task_writes *x, write_op made, text json);

/* ---- automate.c: rules that do a task themselves ---- */
typedef struct
    given { /* which field (its number) and what is answered: a text, {{now}}, {{fact.NAME}} or {{word.NAME}} */
	int field;
	text value;
} given;
struct automation {
	text id, da, en, effect, effect_da, effect_en;
	const task_kind *does;
	const condition *when; /* NULL: always */
	given *answers;
	int answer_count;
};
const content_kind *automation_content(void);                        /* the content kind "automation" */
const automation *automation_of(const image *m, const task_kind *k); /* NULL: none does this kind */
bool automation_holds(const automation *r, const facts *f);
bool automation_fill(const automation *r, const filling *with, arena *a, form *out);
text automation_provenance(arena *a, const automation *r, text task, text now);
text automation_basic(arena *a, text rule); /* the id of the Basic that says whether it is paused */
bool automation_basic_paused(const doc *basic);

/* ---- settle.c ---- */
typedef struct settling_subject {
	const image *image;
	deriving *dv;
	int64_t rid;
} settling_subject;
/* The tasks of one pathway or other resource are raised, dated and closed by its facts. */
bool work_settle(const settling_subject *of, issues *sink);
void work_touch(deriving *dv, int64_t rid); /* deriver.c: what is no pathway is to be settled */
enum { STATE_OTHER = 2 };                   /* STATE_CLOSED of a row that is no pathway's */

#endif
