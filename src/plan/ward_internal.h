/* ward_internal.h: the search's state (ward_state.c) and its moves (ward_place.c, ward_move.c, ward_nurse.c). */
#ifndef LIMEN_PLAN_WARD_INTERNAL_H
#define LIMEN_PLAN_WARD_INTERNAL_H

#include "plan/ward.h"

enum { WARD_OPS_MAX = 512, WARD_SPARE_BEDS = 3, WARD_ROUND_MINUTES = 60, WARD_MUST = 6 };

/* What each patient may get: days first .. first + days - 1, rooms and theatres from lists. Fixed parts are narrow choices. */
typedef struct ward_choice {
	int16_t first, days;
	const int16_t *rooms, *theatres;
	int16_t room_count, theatre_count;
	bool must;  /* not coming breaks a rule */
	bool stays; /* nothing to decide */
} ward_choice;

/* One change, with what was before, so that it can be taken back. */
typedef struct ward_op {
	int32_t at; /* patient, or room * shifts + shift where it is a nurse's */
	bool nurse;
	ward_spot from, to; /* of a nurse: day holds her */
} ward_op;

typedef struct ward_state {
	const ward *w;
	const ward_choice *choice; /* by patient; shared */
	const bool *nurse_fixed;   /* by room and shift; shared, NULL: none */
	const int16_t *movable;    /* patients with something to decide */
	int movable_count;
	const int16_t *of_surgeon;       /* the movable by surgeon … */
	const int32_t *of_surgeon_first; /* … from here to the next's */
	/* decisions */
	ward_spot *spot;
	int16_t *nurse;
	/* rooms by day: [room * days + day] */
	uint8_t *count, *gender; /* gender: of them, those of gender 1 */
	uint8_t *age;            /* [(room * days + day) * ages + group] */
	uint32_t *age_mask;
	int16_t *who; /* [… * slots + i] */
	int slots;
	/* rooms by shift */
	int32_t *room_load;
	int32_t *lack; /* [(room * shifts + shift) * levels + level]: what a nurse of that level lacks */
	/* nurses */
	int32_t *nurse_load; /* [nurse * shifts + shift] */
	const int32_t *nurse_max;
	uint8_t *level;
	uint8_t *meets;           /* [person * nurses + nurse]: shifts they share */
	int16_t *met;             /* by person: different nurses */
	uint32_t *stamp, stamped; /* by nurse: scratch */
	/* theatres */
	int32_t *surgeon_used, *theatre_used; /* minutes, [s * days + day] */
	int16_t *theatre_cases;               /* [theatre * days + day] */
	int16_t *surgeon_cases;               /* [(surgeon * theatres + theatre) * days + day] */
	int16_t *surgeon_theatres;            /* [surgeon * days + day] */
	solve_cost cost;
	/* the move under way */
	ward_op op[WARD_OPS_MAX];
	int ops, applied; /* those from `applied` on are not done yet */
} ward_state;

static const ward_spot ward_nowhere = {WARD_NONE, WARD_NONE, WARD_NONE};

ward_state *ward_state_new(arena *a, const ward *w, const ward_choice *choice, const bool *nurse_fixed);
const ward_choice *ward_choices(arena *a, const ward *w, const ward_fixed *fixed);
void ward_state_set(ward_state *s, const ward_plan *p); /* as it is; whoever does not fit in does not come */
void ward_state_get(const ward_state *s, ward_plan *out);
solve_cost ward_state_cost(const ward_state *s); /* from the counts, all anew */

/* ---- one change (ward_place.c) ---- */
/* What it costs that patient p goes to `to` (theatre WARD_NONE: the best). The changes are put on the list, not done. SOLVE_OVER:
 * more than allowed, and nothing is on the list. */
solve_answer ward_place(ward_state *s, int p, ward_spot to, const solve_allow *allow, solve_cost *delta);
/* What it costs that p comes on day `to` instead of `from`, but for rooms, theatres and nurses: to come from nowhere costs no less. */
void ward_day_cost(const ward_state *s, int p, int from, int to, solve_cost *c);
void ward_apply(ward_state *s); /* does what is on the list */
void ward_undo(ward_state *s);  /* takes back what is done of it, and empties it */
solve_cost ward_nurse_delta(const ward_state *s, int at, int nurse);
void ward_nurse_set(ward_state *s, int at, int nurse);
void ward_op_nurse(ward_state *s, int at, int nurse);
void ward_put(ward_state *s, int p, ward_spot to);

/* ---- moves ---- */
extern const solve_move ward_moves[];
extern const int ward_move_count;
solve_answer ward_propose(void *self, int kind, solve_random *r, const solve_allow *allow, solve_cost *delta);
solve_answer ward_propose_nurse(ward_state *s, int kind, solve_random *r, const solve_allow *allow, solve_cost *delta);
bool ward_nurse_works(const ward_state *s, int nurse, int shift);
int ward_shift_nurse(const ward_state *s, solve_random *r, int shift); /* one at work then, at random; WARD_NONE */

/* ---- start (ward_start.c) ---- */
void ward_start(ward_state *s, solve_random *r);
void ward_shake(ward_state *s, solve_random *r); /* a part is broken and mended greedily */

#endif
