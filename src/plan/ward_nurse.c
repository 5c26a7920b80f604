/* ward_nurse.c: moves of nurses: another one in a room and shift, two who change rooms, one who takes a room whenever she can. */
#include "plan/ward_internal.h"

enum { NURSE_OTHER, NURSE_SWAP, NURSE_BLOCK };

bool ward_nurse_works(const ward_state *s, int nurse, int shift)
{
	return s->nurse_max[nurse * s->w->shifts + shift] >= 0;
}

int ward_shift_nurse(const ward_state *s, solve_random *r, int shift)
{
	int first = s->w->on_shift_first[shift], n = s->w->on_shift_first[shift + 1] - first;
	return n > 0 ? s->w->on_shift[first + solve_below(r, n)] : WARD_NONE;
}

static bool movable(const ward_state *s, int at)
{
	return s->nurse[at] != WARD_NONE && !(s->nurse_fixed && s->nurse_fixed[at]);
}

static int room_day_of(const ward_state *s, int at)
{
	return at / s->w->shifts * s->w->days + at % s->w->shifts / WARD_SHIFTS;
}

/* A room and shift with somebody in it. */
static int occupied(const ward_state *s, solve_random *r)
{
	int at = solve_below(r, s->w->rooms * s->w->shifts);
	return movable(s, at) && s->count[room_day_of(s, at)] > 0 ? at : WARD_NONE;
}

/* Who looks after this room, or somebody in it, in another shift near by: whom they know. WARD_NONE: she is not at work in this. */
static int familiar(const ward_state *s, solve_random *r, int at)
{
	const ward *w = s->w;
	int i = room_day_of(s, at), shift = at % w->shifts;
	int p = s->who[i * s->slots + solve_below(r, s->count[i])];
	ward_spot spot = s->spot[p];
	int other = spot.day * WARD_SHIFTS + solve_below(r, ward_stay_within(w, p, spot.day) * WARD_SHIFTS);
	int n = s->nurse[at - shift + other];
	return n != WARD_NONE && ward_nurse_works(s, n, shift) ? n : WARD_NONE;
}

static solve_answer other(ward_state *s, solve_random *r, const solve_allow *allow, solve_cost *delta)
{
	int at = occupied(s, r);
	if (at == WARD_NONE) return SOLVE_NONE;
	int shift = at % s->w->shifts;
	int n = solve_below(r, 2) ? familiar(s, r, at) : ward_shift_nurse(s, r, shift);
	if (n == WARD_NONE || n == s->nurse[at]) return SOLVE_NONE;
	*delta = ward_nurse_delta(s, at, n);
	if (delta->soft > allow->limit) return SOLVE_OVER;
	ward_op_nurse(s, at, n);
	return SOLVE_DELTA;
}

static void change(ward_state *s, int at, int nurse, solve_cost *sum)
{
	sum->soft += ward_nurse_delta(s, at, nurse).soft;
	ward_op_nurse(s, at, nurse);
	ward_apply(s);
}

static solve_answer ended(ward_state *s, const solve_allow *allow, solve_cost sum, solve_cost *delta)
{
	if (s->ops == 0) return SOLVE_NONE;
	*delta = sum;
	if (sum.soft <= allow->limit) return SOLVE_DELTA;
	ward_undo(s);
	return SOLVE_OVER;
}

static solve_answer swap(ward_state *s, solve_random *r, const solve_allow *allow, solve_cost *delta)
{
	int a = occupied(s, r), shifts = s->w->shifts;
	if (a == WARD_NONE) return SOLVE_NONE;
	int b = solve_below(r, s->w->rooms) * shifts + a % shifts, na = s->nurse[a], nb = s->nurse[b];
	if (na == nb || !movable(s, b) || s->count[room_day_of(s, b)] == 0) return SOLVE_NONE;
	solve_cost sum = {0, 0};
	change(s, a, nb, &sum);
	change(s, b, na, &sum);
	return ended(s, allow, sum, delta);
}

/* A nurse takes a room, or hands it to another who is there then, in all shifts of some days that both could have. */
static solve_answer block(ward_state *s, solve_random *r, const solve_allow *allow, solve_cost *delta)
{
	const ward *w = s->w;
	int at = occupied(s, r);
	if (at == WARD_NONE) return SOLVE_NONE;
	int shift = at % w->shifts, room = at / w->shifts;
	int n = solve_below(r, 2) ? familiar(s, r, at) : ward_shift_nurse(s, r, shift);
	int only = solve_below(r, 2) ? s->nurse[at] : WARD_NONE, reach = 1 + solve_below(r, 6);
	int first = shift - shift % WARD_SHIFTS - solve_below(r, reach) * WARD_SHIFTS;
	solve_cost sum = {0, 0};
	if (n == WARD_NONE) return SOLVE_NONE;
	for (int i = first < 0 ? 0 : first; i < first + reach * WARD_SHIFTS && i < w->shifts; i++) {
		int here = room * w->shifts + i;
		if (!ward_nurse_works(s, n, i) || s->nurse[here] == n || !movable(s, here)) continue;
		if (s->count[room_day_of(s, here)] == 0 || (only != WARD_NONE && s->nurse[here] != only)) continue;
		change(s, here, n, &sum);
	}
	return ended(s, allow, sum, delta);
}

solve_answer ward_propose_nurse(ward_state *s, int kind, solve_random *r, const solve_allow *allow, solve_cost *delta)
{
	if (kind == NURSE_SWAP) return swap(s, r, allow, delta);
	if (kind == NURSE_BLOCK) return block(s, r, allow, delta);
	return other(s, r, allow, delta);
}
