/* workers.h: what the files about people, owners and routing share. Included by internal.h. */
#ifndef LIMEN_WORK_WORKERS_H
#define LIMEN_WORK_WORKERS_H

/* ---- people.c ---- */
typedef struct ability {
	text code, helper;
	skill skill;
	day from, to; /* DAY_NONE: open */
	bool delegated;
} ability;
enum { ROLE_CODES_MAX = 8 };
typedef struct worker {
	text reference, name, organization; /* organization: a reference, may be empty */
	text practitioner;                  /* who it is, a reference */
	text level;                         /* specialty, community, hospital */
	text roles[ROLE_CODES_MAX];
	int role_count;
	bool here; /* active, and within the period */
	const doc *role;
	const ability *abilities;
	int ability_count;
} worker;
/* found: false where there is no such person (out has the reference then). */
bool worker_read(const asking *by, text reference, worker *out, bool *found);
bool worker_from(const asking *by, const version *role, worker *out);
bool worker_has_role(const worker *w, text role);
bool worker_may_role(const worker *w, const task_kind *k, day on);
bool worker_may(const asking *by, const task_kind *k, const worker *w, may *out);
bool worker_may_all(const asking *by, const task_kind *k, const worker *w, may *out); /* role too */
/* The best that holds on a day: of the competence itself, or of one that includes it. */
skill worker_skill(const image *m, const worker *w, text competence, day on);

typedef enum wish { WISH_NONE, WISH_MORE, WISH_RATHER_NOT } wish;
wish worker_wish(const worker *w, text kind);
bool wish_share(const image *m, text task); /* route.c: is it one of those that go to who asked for more of them? */
bool worker_leads(const worker *w);         /* owner.c: a leader, or a management */

/* ---- routing.c: the content kind "routing": the department's settings ---- */
typedef struct routing {
	int from, to;    /* office hours, minutes of the day */
	int tips;        /* percent of the time of those on duty that may be needed before the community helps */
	int volunteers;  /* one in so many tasks of a kind goes to who asked for more of it */
	text super_user; /* the competence of who may pause a rule, as a leader may; empty: nobody else */
	const struct role_rule
	    *pool; /* yes or no, by date: whether there is a pool of the hospital outside office hours */
} routing;
void routing_content(void);
const routing *routing_of(const image *m);
bool routing_office(const routing *r, const image *m, instant at); /* office hours of a working day? */

/* ---- team.c: who is there on a day, and with what on the table ---- */
typedef enum duty_kind { DUTY_ON, DUTY_HOME, DUTY_LEAVE, DUTY_FOCUS, DUTY_PHONE } duty_kind;
typedef struct duty {
	int person;
	duty_kind kind;
	instant from, to;
} duty;
typedef enum tier { TIER_OWN, TIER_COMMUNITY, TIER_HOSPITAL } tier;
typedef struct team_person {
	worker worker;
	tier tier;
	int minutes, tasks; /* of open tasks that are theirs: to be begun by the end of the day; all */
} team_person;
typedef struct team {
	text queue, community, hospital; /* Organizations; empty: none */
	day on;
	team_person *at;
	int count;
	duty *duties;
	int duty_count;
	bool planned; /* there are duties on the day */
	int needed;   /* minutes of work in the queue to be begun by the end of the day, theirs and nobody's */
	int unowned, to_begin, open;
} team;
bool duty_read(const doc *slot, duty *out); /* false: it is none */
bool team_read(const asking *by, text queue, day on, team *out);
bool team_people(const asking *by, text queue, day on, team *out);          /* the same without what is on the table */
bool team_on_duty(const team *t, const image *m, int person, instant at);   /* there, and not on leave */
const duty *team_in(const team *t, int person, duty_kind kind, instant at); /* NULL: not */
int team_minutes(const team *t, const image *m, instant from, instant to);  /* of its own people on duty */
bool team_tips(const team *t, const image *m, instant now);
int team_find(const team *t, text person); /* -1: not of it */
/* One search, at most 1000 of it; false: failed. */
bool find_all(const asking *by, const char *type, const search_pair *pairs, int count, search_answer *out);
const doc *doc_of(const asking *by, const version *v);
const doc *doc_at(const asking *by, text reference); /* NULL: not there, or failed (the sink has errors) */
instant extension_instant(const doc *d, const char *url, name_id value);
text coordinator_of(const asking *by, const doc *task); /* the named one of the patient or pathway, or empty */
text task_queue(const doc *task);

/* load.c: who has the telephone for somebody who has protected time now; empty: nobody is free. Orders the duties anew. */
text phone_cover(const asking *by, team *t, text person);

/* ---- owner.c, for next.c ---- */
bool owner_act(record *rec, const acting *what, const working *by,
	       issues *sink);         /* once: others may have been quicker */
bool owner_moved(const issues *sink); /* they were */

/* ---- absence.c: somebody is away: which booked times that touches ---- */
void *absence_prepare(void *self, const write_op *w, const doc *resource, reader *rd, arena *a, issues *sink);
bool absence_apply(deriving *dv, const change *c, issues *sink);

/* ---- rank.c: what decides a task's place in every list: the same as the search parameter rank ---- */
typedef struct task_rank {
	instant latest_start, authored; /* INSTANT_NONE: no date */
	text priority;
	bool law;
} task_rank;
task_rank rank_of(const doc *task, const task_row *row);
why_line rank_line(arena *a, const task_rank *r, instant now, language lang); /* why here */

/* ---- competence.c: the content kinds "competence" and "delegation" ---- */
void competence_content(void);
text competence_word(const image *m, const char *kind, text id, language lang); /* the id where content has no word */
bool competence_includes(const image *m, text wider, text narrower);

const char *role_words(text role, language lang); /* "en lægesekretær"; NULL: no word */
uint32_t list_after(const doc *d, uint32_t list,
		    uint32_t at); /* items of an array: at 0 the first; NODE_ABSENT: no more */
text reference_of(const doc *d, uint32_t object, name_id name); /* the reference under a key, or empty */
/* What the first extension with this url has under `value` (a valueReference: its reference), or empty. */
text extension_said(const doc *d, uint32_t object, const char *url, name_id value);

#endif
