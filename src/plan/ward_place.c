/* ward_place.c: one change: a patient goes somewhere, a nurse takes a room for a shift. What it costs is counted without doing it. */
#include "plan/ward_internal.h"

/* ---- doing it ---- */

static void shift_add(ward_state *s, int p, int room_shift, int offset, int sign)
{
	const ward *w = s->w;
	const ward_person *x = &w->person[p];
	int n = s->nurse[room_shift], shift = room_shift % w->shifts, work = sign * x->work[offset];
	int32_t *lack = &s->lack[room_shift * w->levels];
	for (int level = 0; level < x->skill[offset]; level++) lack[level] += sign * (x->skill[offset] - level);
	s->room_load[room_shift] += work;
	if (n == WARD_NONE) return;
	s->nurse_load[n * w->shifts + shift] += work;
	uint8_t *meets = &s->meets[p * w->nurses + n];
	if (sign > 0)
		s->met[p] += (int16_t)((*meets)++ == 0);
	else
		s->met[p] -= (int16_t)(--*meets == 0);
}

static void who_add(ward_state *s, int i, int p)
{
	s->who[i * s->slots + s->count[i]++] = (int16_t)p;
}

static void who_remove(ward_state *s, int i, int p)
{
	int16_t *who = &s->who[i * s->slots];
	int at = 0, last = --s->count[i];
	while (who[at] != p) at++;
	who[at] = who[last];
}

static void stay_add(ward_state *s, int p, ward_spot at, int sign)
{
	const ward *w = s->w;
	const ward_person *x = &w->person[p];
	int days = ward_stay_within(w, p, at.day), room_day = at.room * w->days + at.day;
	for (int d = 0; d < days; d++, room_day++) {
		uint8_t *age = &s->age[room_day * w->ages + x->age];
		*age = (uint8_t)(*age + sign);
		if (*age)
			s->age_mask[room_day] |= 1U << x->age;
		else
			s->age_mask[room_day] &= ~(1U << x->age);
		s->gender[room_day] = (uint8_t)(s->gender[room_day] + sign * x->gender);
		if (sign > 0)
			who_add(s, room_day, p);
		else
			who_remove(s, room_day, p);
	}
	int room_shift = at.room * w->shifts + at.day * WARD_SHIFTS;
	for (int i = 0; i < days * WARD_SHIFTS; i++) shift_add(s, p, room_shift + i, i, sign);
}

static void theatre_add(ward_state *s, int p, ward_spot at, int sign)
{
	const ward *w = s->w;
	const ward_person *x = &w->person[p];
	if (p >= w->patients) return;
	int surgeon_day = x->surgeon * w->days + at.day, theatre_day = at.theatre * w->days + at.day;
	int16_t *cases = &s->surgeon_cases[(x->surgeon * w->theatres + at.theatre) * w->days + at.day];
	s->surgeon_used[surgeon_day] += sign * x->minutes;
	s->theatre_used[theatre_day] += sign * x->minutes;
	s->theatre_cases[theatre_day] = (int16_t)(s->theatre_cases[theatre_day] + sign);
	int before = *cases > 0;
	*cases = (int16_t)(*cases + sign);
	s->surgeon_theatres[surgeon_day] = (int16_t)(s->surgeon_theatres[surgeon_day] + (*cases > 0) - before);
}

void ward_put(ward_state *s, int p, ward_spot to)
{
	ward_spot from = s->spot[p];
	if (from.day != WARD_NONE) {
		stay_add(s, p, from, -1);
		theatre_add(s, p, from, -1);
	}
	s->spot[p] = to;
	if (to.day != WARD_NONE) {
		stay_add(s, p, to, 1);
		theatre_add(s, p, to, 1);
	}
}

void ward_nurse_set(ward_state *s, int at, int nurse)
{
	const ward *w = s->w;
	int shift = at % w->shifts, was = s->nurse[at], room_day = at / w->shifts * w->days + shift / WARD_SHIFTS;
	const int16_t *who = &s->who[room_day * s->slots];
	s->nurse[at] = (int16_t)nurse;
	if (was != WARD_NONE) s->nurse_load[was * w->shifts + shift] -= s->room_load[at];
	if (nurse != WARD_NONE) s->nurse_load[nurse * w->shifts + shift] += s->room_load[at];
	for (int i = 0; i < s->count[room_day]; i++) {
		uint8_t *meets = &s->meets[who[i] * w->nurses];
		if (was != WARD_NONE) s->met[who[i]] -= (int16_t)(--meets[was] == 0);
		if (nurse != WARD_NONE) s->met[who[i]] += (int16_t)(meets[nurse]++ == 0);
	}
}

void ward_apply(ward_state *s)
{
	for (; s->applied < s->ops; s->applied++) {
		const ward_op *op = &s->op[s->applied];
		if (op->nurse)
			ward_nurse_set(s, op->at, op->to.day);
		else
			ward_put(s, op->at, op->to);
	}
}

void ward_undo(ward_state *s)
{
	while (s->applied > 0) {
		const ward_op *op = &s->op[--s->applied];
		if (op->nurse)
			ward_nurse_set(s, op->at, op->from.day);
		else
			ward_put(s, op->at, op->from);
	}
	s->ops = 0;
}

void ward_op_nurse(ward_state *s, int at, int nurse)
{
	s->op[s->ops++] = (ward_op){.at = at, .nurse = true, .from.day = s->nurse[at], .to.day = (int16_t)nurse};
}

/* ---- what a patient's day and theatre cost ---- */

static int64_t rounded(int over)
{
	return over > 0 ? (over + WARD_ROUND_MINUTES - 1) / WARD_ROUND_MINUTES : 0;
}

static void day_cost(const ward_state *s, int p, int day, int sign, solve_cost *c)
{
	if (day != WARD_NONE)
		c->soft += sign * s->w->weight[WARD_DELAY] * (day - s->w->person[p].release);
	else if (s->choice[p].must)
		c->hard += sign * WARD_MUST;
	else
		c->soft += sign * s->w->weight[WARD_UNPLANNED];
}

void ward_day_cost(const ward_state *s, int p, int from, int to, solve_cost *c)
{
	day_cost(s, p, from, -1, c);
	day_cost(s, p, to, 1, c);
}

/* What it adds that somebody of this surgeon comes to that theatre. */
static solve_cost theatre_cost(const ward_state *s, const ward_person *x, int theatre, int day)
{
	const ward *w = s->w;
	int at = theatre * w->days + day, by = x->surgeon * w->days + day;
	int over = s->theatre_used[at] - w->theatre_minutes[at];
	solve_cost c = {rounded(over + x->minutes) - rounded(over), 0};
	if (s->theatre_cases[at] == 0) c.soft += w->weight[WARD_THEATRE];
	if (s->surgeon_theatres[by] > 0 && s->surgeon_cases[(x->surgeon * w->theatres + theatre) * w->days + day] == 0)
		c.soft += w->weight[WARD_TRANSFER];
	return c;
}

static int64_t surgeon_cost(const ward_state *s, const ward_person *x, int day)
{
	int by = x->surgeon * s->w->days + day, over = s->surgeon_used[by] - s->w->surgeon_minutes[by];
	return rounded(over + x->minutes) - rounded(over);
}

/* The theatre asked, or of those allowed the one that costs least, of equals the fullest that still has room. */
static int theatre_choose(const ward_state *s, int p, ward_spot to, solve_cost *best)
{
	const ward *w = s->w;
	const ward_person *x = &w->person[p];
	const ward_choice *c = &s->choice[p];
	int found = to.theatre, used = -1;
	if (found != WARD_NONE) {
		*best = theatre_cost(s, x, found, to.day);
		return found;
	}
	for (int i = 0; i < c->theatre_count; i++) {
		int t = c->theatres[i], filled = s->theatre_used[t * w->days + to.day];
		solve_cost cost = theatre_cost(s, x, t, to.day);
		bool equal = found != WARD_NONE && cost.hard == best->hard && cost.soft == best->soft;
		if (found != WARD_NONE && (equal ? filled <= used : !solve_better(cost, *best))) continue;
		found = t;
		used = filled;
		*best = cost;
	}
	return found;
}

/* Theatre and surgeon: out of the old, into the new; the counts are as before when this returns. */
static int theatre_delta(ward_state *s, int p, ward_spot from, ward_spot to, solve_cost *c)
{
	const ward_person *x = &s->w->person[p];
	solve_cost in = {0, 0};
	int theatre = WARD_NONE;
	if (from.day != WARD_NONE) {
		theatre_add(s, p, from, -1);
		solve_cost out = theatre_cost(s, x, from.theatre, from.day);
		c->hard -= out.hard + surgeon_cost(s, x, from.day);
		c->soft -= out.soft;
	}
	if (to.day != WARD_NONE) {
		theatre = theatre_choose(s, p, to, &in);
		c->hard += in.hard + surgeon_cost(s, x, to.day);
		c->soft += in.soft;
	}
	if (from.day != WARD_NONE) theatre_add(s, p, from, 1);
	return theatre;
}

/* ---- what a stay costs in its room ---- */

/* Of each day from `at` on, as if p were not there; `own`: those of [own_from, own_to) he is there now. */
static bool room_cost(const ward_state *s, int p, ward_spot at, ward_spot own, solve_cost *c)
{
	const ward *w = s->w;
	const ward_person *x = &w->person[p];
	int until = at.day + ward_stay_within(w, p, at.day), beds = w->beds[at.room];
	int own_to = own.room == at.room ? own.day + ward_stay_within(w, p, own.day) : 0;
	int64_t ages = 0;
	for (int d = at.day; d < until; d++) {
		int i = at.room * w->days + d, mine = own.room == at.room && d >= own.day && d < own_to;
		int n = s->count[i] - mine, one = s->gender[i] - (x->gender & mine);
		uint32_t mask = s->age_mask[i];
		if (mine && s->age[i * w->ages + x->age] == 1) mask &= ~(1U << x->age);
		if (n + 1 >= s->slots) return false;
		int same = x->gender ? one : n - one;
		c->hard += (n >= beds) + (same < n - same);
		if (!mask) continue;
		int low = __builtin_ctz(mask), high = 31 - __builtin_clz(mask);
		ages += x->age > high ? x->age - high : x->age < low ? low - x->age : 0;
	}
	c->soft += ages * w->weight[WARD_MIXED_AGE];
	return true;
}

/* ---- what a stay costs its nurses ---- */

static inline int64_t over(int32_t load, int32_t max)
{
	return load > max && max >= 0 ? load - max : 0;
}

static int64_t nurses_cost_old(const ward_state *s, int p, ward_spot at)
{
	const ward *w = s->w;
	const ward_person *x = &w->person[p];
	int64_t overload = 0, lack = 0;
	int shifts = ward_stay_within(w, p, at.day) * WARD_SHIFTS, first = at.day * WARD_SHIFTS;
	const int16_t *nurse = &s->nurse[at.room * w->shifts + first];
	for (int i = 0; i < shifts; i++) {
		int n = nurse[i];
		if (n == WARD_NONE) continue;
		int at_nurse = n * w->shifts + first + i, load = s->nurse_load[at_nurse];
		overload += over(load, s->nurse_max[at_nurse]) - over(load - x->work[i], s->nurse_max[at_nurse]);
		lack += x->skill[i] > s->level[n] ? x->skill[i] - s->level[n] : 0;
	}
	return overload * w->weight[WARD_OVERLOAD] + lack * w->weight[WARD_SKILL] +
	       s->met[p] * w->weight[WARD_CONTINUITY];
}

/* A stay under count: where he is now, where he goes. */
typedef struct staying {
	int p;
	ward_spot from, to;
	int from_shift, from_until, shift; /* of the day; of the stay as it is */
	int64_t soft;
} staying;

/* What of nurse n's load in this shift is the patient's own, who leaves. */
static inline int own_work(const ward_state *s, const staying *x, int n, int shift)
{
	if (shift < x->from_shift || shift >= x->from_until) return 0;
	if (s->nurse[x->from.room * s->w->shifts + shift] != n) return 0;
	return s->w->person[x->p].work[shift - x->from_shift];
}

static inline int64_t nurse_takes(const ward_state *s, const staying *x, int n, int i)
{
	const ward *w = s->w;
	const ward_person *who = &w->person[x->p];
	int shift = x->to.day * WARD_SHIFTS + i, at = n * w->shifts + shift;
	int load = s->nurse_load[at] - own_work(s, x, n, shift), max = s->nurse_max[at];
	int64_t soft = (over(load + who->work[i], max) - over(load, max)) * w->weight[WARD_OVERLOAD];
	if (who->skill[i] > s->level[n]) soft += (who->skill[i] - s->level[n]) * w->weight[WARD_SKILL];
	if (s->stamp[n] != s->stamped) soft += w->weight[WARD_CONTINUITY];
	return soft;
}

/* The room is empty then: whoever it costs least takes it. */
static void nurse_mend(ward_state *s, staying *x, int i)
{
	const ward *w = s->w;
	int shift = x->to.day * WARD_SHIFTS + i, at = x->to.room * w->shifts + shift, best = s->nurse[at];
	if (best == WARD_NONE) return;
	int64_t least = nurse_takes(s, x, best, i);
	bool fixed = s->nurse_fixed && s->nurse_fixed[at];
	for (int k = w->on_shift_first[shift]; !fixed && least > 0 && k < w->on_shift_first[shift + 1]; k++) {
		int64_t cost = nurse_takes(s, x, w->on_shift[k], i);
		if (cost >= least) continue;
		least = cost;
		best = w->on_shift[k];
	}
	s->stamp[best] = s->stamped;
	x->soft += least;
	if (best != s->nurse[at]) ward_op_nurse(s, at, best);
}

/* First the shifts whose nurse is given by who else is there, then those where one may be chosen. */
static void nurses_cost_new(ward_state *s, staying *x)
{
	const ward *w = s->w;
	int days = ward_stay_within(w, x->p, x->to.day), room_day = x->to.room * w->days + x->to.day;
	int room_shift = x->to.room * w->shifts + x->to.day * WARD_SHIFTS;
	uint64_t free_days = 0;
	s->stamped++;
	for (int d = 0; d < days; d++) {
		int first = (x->to.day + d) * WARD_SHIFTS;
		bool mine = x->from.room == x->to.room && first >= x->from_shift && first < x->from_until;
		if (s->count[room_day + d] == mine) {
			free_days |= UINT64_C(1) << d;
			continue;
		}
		for (int i = d * WARD_SHIFTS; i < (d + 1) * WARD_SHIFTS; i++) {
			int n = s->nurse[room_shift + i];
			if (n == WARD_NONE) continue;
			x->soft += nurse_takes(s, x, n, i);
			s->stamp[n] = s->stamped;
		}
	}
	for (; free_days; free_days &= free_days - 1) {
		int d = __builtin_ctzll(free_days);
		for (int i = d * WARD_SHIFTS; i < (d + 1) * WARD_SHIFTS; i++) nurse_mend(s, x, i);
	}
}

/* ---- all of it ---- */

/* The most that a change of nurses alone could give back. */
static int64_t nurses_gain(const ward_state *s, int p, ward_spot from)
{
	return from.day == WARD_NONE ? 0 : nurses_cost_old(s, p, from);
}

solve_answer ward_place(ward_state *s, int p, ward_spot to, const solve_allow *allow, solve_cost *delta)
{
	const ward *w = s->w;
	ward_spot from = s->spot[p];
	solve_cost c = {0, 0}, out = {0, 0};
	ward_day_cost(s, p, from.day, to.day, &c);
	to.theatre = (int16_t)theatre_delta(s, p, from, to, &c);
	if (to.day != WARD_NONE && !room_cost(s, p, to, from, &c)) return SOLVE_OVER;
	if (from.day != WARD_NONE) room_cost(s, p, from, from, &out);
	c.hard -= out.hard;
	c.soft -= out.soft + nurses_gain(s, p, from);
	if (c.soft + allow->price * c.hard > allow->limit) return SOLVE_OVER;
	staying x = {.p = p, .from = from, .to = to};
	int before = s->ops;
	if (from.day != WARD_NONE) {
		x.from_shift = from.day * WARD_SHIFTS;
		x.from_until = x.from_shift + ward_stay_within(w, p, from.day) * WARD_SHIFTS;
	}
	if (to.day != WARD_NONE) nurses_cost_new(s, &x);
	c.soft += x.soft;
	if (c.soft + allow->price * c.hard > allow->limit) {
		s->ops = before;
		return SOLVE_OVER;
	}
	s->op[s->ops++] = (ward_op){.at = p, .from = from, .to = to};
	*delta = c;
	return SOLVE_DELTA;
}

/* ---- a nurse ---- */

solve_cost ward_nurse_delta(const ward_state *s, int at, int nurse)
{
	const ward *w = s->w;
	int shift = at % w->shifts, was = s->nurse[at], room_day = at / w->shifts * w->days + shift / WARD_SHIFTS;
	int load = s->room_load[at], from = was * w->shifts + shift, to = nurse * w->shifts + shift;
	const int16_t *who = &s->who[room_day * s->slots];
	const int32_t *lack = &s->lack[at * w->levels];
	int64_t overload = 0, met = 0;
	overload +=
	    over(s->nurse_load[from] - load, s->nurse_max[from]) - over(s->nurse_load[from], s->nurse_max[from]);
	overload += over(s->nurse_load[to] + load, s->nurse_max[to]) - over(s->nurse_load[to], s->nurse_max[to]);
	for (int i = 0; i < s->count[room_day]; i++) {
		const uint8_t *meets = &s->meets[who[i] * w->nurses];
		met += (meets[nurse] == 0) - (meets[was] == 1);
	}
	return (solve_cost){0, overload * w->weight[WARD_OVERLOAD] + met * w->weight[WARD_CONTINUITY] +
				   (lack[s->level[nurse]] - lack[s->level[was]]) * w->weight[WARD_SKILL]};
}
