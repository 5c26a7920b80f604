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

bool worker_leads(const worker *w); /* owner.c: a leader, or a management */

/* ---- competence.c: the content kinds "competence" and "delegation" ---- */
void competence_content(void);
text competence_word(const image *m, const char *kind, text id, language lang); /* the id where content has no word */
bool competence_includes(const image *m, text wider, text narrower);

const char *role_words(text role, language lang); /* "en lægesekretær"; NULL: no word */
uint32_t list_after(const doc *d, uint32_t list,
		    uint32_t at); /* items of an array: at 0 the first; NODE_ABSENT: no more */
text reference_of(const doc *d, uint32_t object, name_id name); /* the reference under a key, or empty */

#endif
