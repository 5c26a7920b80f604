/* ward_move.c: moves of patients: to another day, room or theatre, in and out, two that change places, one for another. */
#include "plan/ward_internal.h"

enum {
	MOVE_DAY,
	MOVE_ROOM,
	MOVE_THEATRE,
	MOVE_PLACE,
	MOVE_LEAVE,
	MOVE_SWAP_ROOMS,
	MOVE_SWAP,
	MOVE_REPLACE,
	MOVE_BED,
	MOVE_PUSH,
	MOVE_ORDER,
	MOVE_NURSES
};

const solve_move ward_moves[] = {
    {"day", 12},    {"room", 12}, {"theatre", 2}, {"place", 12}, {"leave", 1},  {"swap rooms", 6}, {"swap", 10},
    {"replace", 6}, {"bed", 6},   {"push", 4},    {"order", 6},  {"nurse", 30}, {"nurse swap", 8}, {"nurse block", 2},
};
const int ward_move_count = (int)(sizeof ward_moves / sizeof *ward_moves);

static int patient_any(const ward_state *s, solve_random *r)
{
	return s->movable[solve_below(r, s->movable_count)];
}

/* Another of the same surgeon, whose minutes are what is scarce; now and then anybody. */
static int colleague(const ward_state *s, solve_random *r, int p)
{
	int surgeon = s->w->person[p].surgeon, first = s->of_surgeon_first[surgeon];
	if (solve_below(r, 4) == 0) return patient_any(s, r);
	return s->of_surgeon[first + solve_below(r, s->of_surgeon_first[surgeon + 1] - first)];
}

static int day_any(const ward_choice *c, solve_random *r)
{
	return c->first + solve_below(r, c->days);
}

/* A few days to either side, or any: a long way off is seldom worth the waiting. WARD_NONE: not one he may have. */
static int day_near(const ward_choice *c, solve_random *r, int day)
{
	int draw = solve_below(r, 12);
	if (draw >= 6) return day_any(c, r);
	day += draw < 3 ? draw + 1 : 2 - draw;
	return day >= c->first && day < c->first + c->days ? day : WARD_NONE;
}

static int room_any(const ward_choice *c, solve_random *r)
{
	return c->rooms[solve_below(r, c->room_count)];
}

static bool room_may(const ward_choice *c, int room)
{
	for (int i = 0; i < c->room_count; i++)
		if (c->rooms[i] == room) return true;
	return false;
}

static bool day_may(const ward_choice *c, int day)
{
	return day >= c->first && day < c->first + c->days;
}

/* ---- one patient ---- */

static solve_answer single(ward_state *s, int kind, solve_random *r, const solve_allow *allow, solve_cost *delta)
{
	int p = patient_any(s, r);
	const ward_choice *c = &s->choice[p];
	ward_spot to = s->spot[p];
	if (c->days == 0 || (kind != MOVE_PLACE && to.day == WARD_NONE)) return SOLVE_NONE;
	switch (kind) {
	case MOVE_DAY:
		to.day = (int16_t)day_near(c, r, to.day);
		if (to.day == WARD_NONE || to.day == s->spot[p].day) return SOLVE_NONE;
		to.theatre = WARD_NONE;
		break;
	case MOVE_ROOM:
		to.room = (int16_t)room_any(c, r);
		if (to.room == s->spot[p].room) return SOLVE_NONE;
		break;
	case MOVE_THEATRE:
		to.theatre = c->theatres[solve_below(r, c->theatre_count)];
		if (to.theatre == s->spot[p].theatre) return SOLVE_NONE;
		break;
	case MOVE_PLACE:
		to.day = (int16_t)(to.day == WARD_NONE ? day_any(c, r) : day_near(c, r, to.day));
		if (to.day == WARD_NONE) return SOLVE_NONE;
		to.room = (int16_t)room_any(c, r);
		to.theatre = WARD_NONE;
		break;
	case MOVE_LEAVE:
		if (c->must) return SOLVE_NONE;
		to = ward_nowhere;
		break;
	}
	return ward_place(s, p, to, allow, delta);
}

/* ---- several, one after the other ---- */

typedef struct step {
	int p;
	ward_spot to;
} step;

/* Each is done before the next is counted. The last may be given up by what is left of the allowance; and where it is the first one's
 * patient who comes back, then what that is sure to cost at least counts already in the one before. */
static solve_answer sequence(ward_state *s, const step *steps, int n, const solve_allow *allow, solve_cost *delta)
{
	const solve_allow any = {INT64_MAX / 4, allow->price};
	const step *last = &steps[n - 1];
	bool returns = n > 2 && last->p == steps[0].p;
	solve_cost sum = {0, 0}, one, least = {0, 0};
	if (returns) ward_day_cost(s, last->p, ward_nowhere.day, last->to.day, &least);
	for (int i = 0; i < n; i++) {
		solve_allow left = {allow->limit - sum.soft - allow->price * sum.hard, allow->price};
		bool limited = i == n - 1 || (returns && i == n - 2);
		if (i == n - 2) left.limit -= least.soft + allow->price * least.hard;
		if (ward_place(s, steps[i].p, steps[i].to, limited ? &left : &any, &one) != SOLVE_DELTA) {
			ward_undo(s);
			return SOLVE_OVER;
		}
		sum.hard += one.hard;
		sum.soft += one.soft;
		ward_apply(s);
	}
	*delta = sum;
	return SOLVE_DELTA;
}

/* The surgeon's minutes alone, which `without` (may be WARD_NONE) frees if it is the same surgeon and day. */
static bool surgeon_may(const ward_state *s, int p, int day, int without, const solve_allow *allow)
{
	const ward *w = s->w;
	const ward_person *x = &w->person[p];
	int at = x->surgeon * w->days + day, used = s->surgeon_used[at] + x->minutes;
	if (without != WARD_NONE && w->person[without].surgeon == x->surgeon && s->spot[without].day == day)
		used -= w->person[without].minutes;
	return used <= w->surgeon_minutes[at] || allow->price < w->weight[WARD_UNPLANNED];
}

/* Days for days, and rooms with them or not: then each stays in his room. */
static solve_answer swap(ward_state *s, solve_random *r, const solve_allow *allow, solve_cost *delta)
{
	int p = patient_any(s, r), q = colleague(s, r, p);
	const ward_choice *c = &s->choice[p], *e = &s->choice[q];
	ward_spot a = s->spot[p], b = s->spot[q];
	if (p == q || a.day == WARD_NONE || b.day == WARD_NONE) return SOLVE_NONE;
	if (!day_may(c, b.day) || !day_may(e, a.day)) return SOLVE_NONE;
	if (a.day != b.day) {
		if (!surgeon_may(s, p, b.day, q, allow) || !surgeon_may(s, q, a.day, p, allow)) return SOLVE_OVER;
		a.theatre = b.theatre = WARD_NONE;
	}
	if (a.day != b.day && solve_below(r, 2)) {
		int16_t room = a.room;
		a.room = b.room;
		b.room = room;
	} else if (!room_may(c, b.room) || !room_may(e, a.room)) {
		return SOLVE_NONE;
	}
	const step steps[] = {{p, ward_nowhere}, {q, a}, {p, b}};
	return sequence(s, steps, 3, allow, delta);
}

/* Who lies in the room and day; WARD_NONE: nobody, or one who cannot be moved. */
static int movable_in(const ward_state *s, solve_random *r, int room, int day)
{
	int i = room * s->w->days + day;
	if (s->count[i] == 0) return WARD_NONE;
	int q = s->who[i * s->slots + solve_below(r, s->count[i])];
	return q < s->w->patients && !s->choice[q].stays ? q : WARD_NONE;
}

/* Two who follow each other in a room change their order: the second comes when the first did, who ends when the second did. */
static solve_answer swap_order(ward_state *s, solve_random *r, const solve_allow *allow, solve_cost *delta)
{
	const ward *w = s->w;
	int p = patient_any(s, r);
	ward_spot a = s->spot[p];
	if (a.day == WARD_NONE) return SOLVE_NONE;
	int after = a.day + w->person[p].stay + solve_below(r, 2);
	int q = after < w->days ? movable_in(s, r, a.room, after) : WARD_NONE;
	if (q == WARD_NONE || q == p || s->spot[q].day <= a.day) return SOLVE_NONE;
	ward_spot b = s->spot[q];
	ward_spot first = {a.day, a.room, WARD_NONE}, second = {0, a.room, WARD_NONE};
	second.day = (int16_t)(b.day + w->person[q].stay - w->person[p].stay);
	if (second.day <= a.day || !day_may(&s->choice[q], first.day) || !day_may(&s->choice[p], second.day))
		return SOLVE_NONE;
	if (!surgeon_may(s, q, first.day, p, allow) || !surgeon_may(s, p, second.day, q, allow)) return SOLVE_OVER;
	const step steps[] = {{p, ward_nowhere}, {q, first}, {p, second}};
	return sequence(s, steps, 3, allow, delta);
}

/* Each keeps day and theatre; they are chosen so that they meet. */
static solve_answer swap_rooms(ward_state *s, solve_random *r, const solve_allow *allow, solve_cost *delta)
{
	const ward *w = s->w;
	int p = patient_any(s, r);
	ward_spot a = s->spot[p];
	if (a.day == WARD_NONE) return SOLVE_NONE;
	int room = room_any(&s->choice[p], r), day = a.day + solve_below(r, ward_stay_within(w, p, a.day));
	int q = room == a.room ? WARD_NONE : movable_in(s, r, room, day);
	if (q == WARD_NONE || !room_may(&s->choice[q], a.room)) return SOLVE_NONE;
	ward_spot b = s->spot[q];
	const step steps[] = {{p, ward_nowhere}, {q, {b.day, a.room, b.theatre}}, {p, {a.day, b.room, a.theatre}}};
	return sequence(s, steps, 3, allow, delta);
}

/* Somebody in a bed that p could have; WARD_NONE. `to`: where and when. */
static int bed_holder(const ward_state *s, solve_random *r, int p, ward_spot *to)
{
	const ward_choice *c = &s->choice[p];
	*to = (ward_spot){(int16_t)day_any(c, r), (int16_t)room_any(c, r), WARD_NONE};
	return movable_in(s, r, to->room, to->day + solve_below(r, ward_stay_within(s->w, p, to->day)));
}

/* One who is out comes in where another is, who leaves, or goes anywhere. */
static solve_answer replace_in_bed(ward_state *s, solve_random *r, const solve_allow *allow, solve_cost *delta)
{
	int p = patient_any(s, r);
	const ward_choice *c = &s->choice[p];
	ward_spot in, out = ward_nowhere;
	if (c->days == 0 || (s->spot[p].day != WARD_NONE && !c->must && solve_below(r, 4))) return SOLVE_NONE;
	int q = bed_holder(s, r, p, &in);
	if (q == WARD_NONE || q == p) return SOLVE_NONE;
	const ward_choice *e = &s->choice[q];
	if (!surgeon_may(s, p, in.day, q, allow)) return SOLVE_OVER;
	if (e->must || solve_below(r, 2) == 0) {
		out = (ward_spot){(int16_t)day_any(e, r), (int16_t)room_any(e, r), WARD_NONE};
		if (!surgeon_may(s, q, out.day, p, allow)) return SOLVE_OVER;
	}
	const step steps[] = {{q, ward_nowhere}, {p, in}, {q, out}};
	return sequence(s, steps, out.day == WARD_NONE ? 2 : 3, allow, delta);
}

/* The same by the surgeon's minutes. */
static solve_answer replace(ward_state *s, solve_random *r, const solve_allow *allow, solve_cost *delta)
{
	int p = patient_any(s, r), q = colleague(s, r, p);
	ward_spot b = s->spot[q];
	const ward_choice *c = &s->choice[p], *e = &s->choice[q];
	if (p == q || b.day == WARD_NONE || c->days == 0) return SOLVE_NONE;
	if (s->spot[p].day != WARD_NONE && !c->must && solve_below(r, 4)) return SOLVE_NONE;
	ward_spot in = {b.day, b.room, WARD_NONE}, out = ward_nowhere;
	if (!day_may(c, in.day)) in.day = (int16_t)day_any(c, r);
	if (!room_may(c, in.room) || solve_below(r, 2)) in.room = (int16_t)room_any(c, r);
	if (!surgeon_may(s, p, in.day, q, allow)) return SOLVE_OVER;
	if (e->must || solve_below(r, 4) == 0) {
		out = (ward_spot){(int16_t)day_any(e, r), (int16_t)room_any(e, r), WARD_NONE};
		if (!surgeon_may(s, q, out.day, p, allow)) return SOLVE_OVER;
	}
	const step steps[] = {{q, ward_nowhere}, {p, in}, {q, out}};
	return sequence(s, steps, out.day == WARD_NONE ? 2 : 3, allow, delta);
}

enum { PUSHED_MAX = 3 };

typedef struct pushing {
	step list[PUSHED_MAX + 2];
	int count;
	ward_spot to;
} pushing;

static bool pushed(const pushing *x, int q)
{
	for (int i = 0; i < x->count; i++)
		if (x->list[i].p == q) return true;
	return false;
}

/* Who has to go from the room on this day: all of the other gender, else one where it is full. False: somebody cannot. */
static bool push_day(ward_state *s, pushing *x, int i, solve_random *r)
{
	const ward *w = s->w;
	int gender = w->person[x->list[0].p].gender, left = 0;
	for (int k = 0; k < s->count[i]; k++) left += !pushed(x, s->who[i * s->slots + k]);
	for (int k = 0; k < s->count[i]; k++) {
		int q = s->who[i * s->slots + k];
		bool other = w->person[q].gender != gender;
		if (pushed(x, q) || (!other && left < w->beds[x->to.room])) continue;
		bool can = q < w->patients && !s->choice[q].stays;
		if (!can && !other) continue;
		if (!can || x->count > PUSHED_MAX) return false;
		ward_spot to = s->spot[q];
		to.room = (int16_t)room_any(&s->choice[q], r);
		if (to.room == x->to.room) return false;
		x->list[x->count++] = (step){q, to};
		left--;
	}
	return true;
}

/* A patient goes to a room and day, and whoever of the other gender, or too many, is there leaves it: each to a room of his own choice,
 * on the day he has. */
static solve_answer push(ward_state *s, solve_random *r, const solve_allow *allow, solve_cost *delta)
{
	const ward *w = s->w;
	int p = patient_any(s, r);
	const ward_choice *c = &s->choice[p];
	if (c->days == 0) return SOLVE_NONE;
	pushing x = {.list = {{p, ward_nowhere}}, .count = 1};
	x.to = (ward_spot){(int16_t)day_any(c, r), (int16_t)room_any(c, r), WARD_NONE};
	if (s->spot[p].day != WARD_NONE && solve_below(r, 2)) {
		x.to.day = s->spot[p].day;
		x.to.theatre = s->spot[p].theatre;
	}
	if (x.to.room == s->spot[p].room) return SOLVE_NONE;
	if (!surgeon_may(s, p, x.to.day, p, allow)) return SOLVE_OVER;
	for (int d = x.to.day; d < x.to.day + ward_stay_within(w, p, x.to.day); d++)
		if (!push_day(s, &x, x.to.room * w->days + d, r)) return SOLVE_OVER;
	x.list[x.count++] = (step){p, x.to};
	return sequence(s, x.list, x.count, allow, delta);
}

solve_answer ward_propose(void *self, int kind, solve_random *r, const solve_allow *allow, solve_cost *delta)
{
	ward_state *s = self;
	s->ops = s->applied = 0;
	if (kind >= MOVE_NURSES) return ward_propose_nurse(s, kind - MOVE_NURSES, r, allow, delta);
	if (s->movable_count == 0) return SOLVE_NONE;
	switch (kind) {
	case MOVE_SWAP_ROOMS:
		return swap_rooms(s, r, allow, delta);
	case MOVE_SWAP:
		return swap(s, r, allow, delta);
	case MOVE_REPLACE:
		return replace(s, r, allow, delta);
	case MOVE_BED:
		return replace_in_bed(s, r, allow, delta);
	case MOVE_ORDER:
		return swap_order(s, r, allow, delta);
	case MOVE_PUSH:
		return push(s, r, allow, delta);
	}
	return single(s, kind, r, allow, delta);
}
