/* ladder.h: what the files about limits that will fail, or have failed, share: the events of a pathway that say so, and the kinds of task
 * that follow. Included by internal.h. */
#ifndef LIMEN_WORK_LADDER_H
#define LIMEN_WORK_LADDER_H

/* ---- roles.c ---- */
/* Whose a role is, by date: organisation changes. */
typedef struct role_row {
	day from, to; /* DAY_NONE: open */
	text role;
} role_row;
typedef struct role_rule {
	role_row *at;
	int count;
} role_rule;

const content_kind *role_content(void); /* the content kind "role" */
/* Rows by date under a key, or one text that always holds. NULL with an error in the sink: they leave holes. */
role_rule *rows_read(image *m, const content_entry *e, uint32_t n, issues *sink);
text rows_at(const role_rule *r, day on);
text kind_role(const task_kind *k, day on); /* DAY_NONE: as it is now and on */
bool kind_role_may(const task_kind *k, text role, day on);

/* ---- escalate.c: kinds about limits that are foreseen to fail, or have failed ---- */
bool escalate_read(image *m, task_kind *k, issues *sink);
/* Of the clocks a `clock_of` fact names and that run, the one that falls first; NULL: none. */
const clock *clock_of_kind(const task_kind *k, const pathway_state *s);
void wait_for_step(const task_kind *k, const pathway_state *s, const facts *fresh, instant now, need *n);
void wait_for_breach(const task_kind *k, const pathway_state *s, instant now, need *n);

/* ---- events of a pathway that say what is foreseen (event.c) ---- */
typedef struct foreseen_event {
	text clock;
	instant at;
	uint32_t node; /* of the episode's doc */
} foreseen_event;
enum { FORESEEN_MAX = 32 };
/* Those that stand: they have no end. */
int foreseen_standing(const doc *episode, foreseen_event *out);
typedef struct foreseen_change {
	text clock;
	bool begins, ends; /* both: it is foreseen anew */
	int chance, seen;  /* begins: in percent, and on how many; 0, 0: what is planned lies past the limit */
} foreseen_change;
text foreseen_json(arena *a, const doc *episode, const foreseen_change *changes, int count, instant now);

#endif
