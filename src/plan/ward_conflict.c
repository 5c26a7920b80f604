/* ward_conflict.c: why there is no plan: a set of patients who cannot all be admitted, from which nobody can be left out, and the rules
 * that take part. A set is tried by counting (minutes and bed-days that are not there, whatever one does) and by an exact search that
 * takes the patient with the fewest places first; a set is grown until it fails, then whoever it fails without is let go. */
#include "plan/ward_internal.h"

typedef enum verdict { VERDICT_FITS, VERDICT_FAILS, VERDICT_UNKNOWN } verdict;

typedef struct trial {
	const ward *w;
	int16_t *list;  /* whom it is about */
	int16_t *order; /* the same while it is searched; the first `placed` have a place */
	int count;
	bool rule[WARD_RULES]; /* in force */
	int64_t budget;
	int32_t *surgeon_left, *theatre_left; /* minutes, by day */
	uint8_t *people, *ones;               /* by room and day: how many, and how many of gender 1 */
	bool *manned;                         /* by day: somebody is at work in each shift */
} trial;

/* ---- one place ---- */

static int first_day(const trial *t, int p)
{
	return t->rule[WARD_RULE_WINDOW] ? t->w->person[p].release : 0;
}

static int last_day(const trial *t, int p)
{
	return t->rule[WARD_RULE_WINDOW] ? t->w->person[p].due : t->w->days - 1;
}

static bool room_may(trial *t, int p, int day, int room)
{
	const ward *w = t->w;
	int until = day + ward_stay_within(w, p, day), gender = w->person[p].gender;
	if (t->rule[WARD_RULE_SUITS] && !w->suits[p * w->rooms + room]) return false;
	for (int d = day; d < until; d++) {
		int i = room * w->days + d, n = t->people[i], ones = t->ones[i];
		t->budget--;
		if (t->rule[WARD_RULE_BEDS] && n >= w->beds[room]) return false;
		if (t->rule[WARD_RULE_GENDER] && n > 0 && ones != gender * n) return false;
		if (t->rule[WARD_RULE_NURSE] && !t->manned[d]) return false;
	}
	return true;
}

static bool surgeon_may(const trial *t, int p, int day)
{
	const ward_person *x = &t->w->person[p];
	return !t->rule[WARD_RULE_SURGEON] || t->surgeon_left[x->surgeon * t->w->days + day] >= x->minutes;
}

static bool theatre_may(const trial *t, int p, int day, int theatre)
{
	return !t->rule[WARD_RULE_THEATRE] || t->theatre_left[theatre * t->w->days + day] >= t->w->person[p].minutes;
}

static void put(trial *t, int p, ward_spot at, int sign)
{
	const ward *w = t->w;
	const ward_person *x = &w->person[p];
	int until = at.day + ward_stay_within(w, p, at.day);
	for (int d = at.day; d < until; d++) {
		int i = at.room * w->days + d;
		t->people[i] = (uint8_t)(t->people[i] + sign);
		t->ones[i] = (uint8_t)(t->ones[i] + sign * x->gender);
	}
	if (p >= w->patients) return;
	t->surgeon_left[x->surgeon * w->days + at.day] -= sign * x->minutes;
	t->theatre_left[at.theatre * w->days + at.day] -= sign * x->minutes;
}

/* ---- by counting ---- */

/* Those whose days all lie within [from, to] need more minutes than there are then. */
static bool minutes_lack(const trial *t, int surgeon, int from, int to)
{
	const ward *w = t->w;
	int64_t need = 0, there = 0;
	for (int i = 0; i < t->count; i++) {
		int p = t->list[i];
		bool his = surgeon == WARD_NONE || w->person[p].surgeon == surgeon;
		if (his && first_day(t, p) >= from && last_day(t, p) <= to) need += w->person[p].minutes;
	}
	for (int d = from; d <= to; d++) {
		if (surgeon != WARD_NONE) there += w->surgeon_minutes[surgeon * w->days + d];
		for (int i = 0; surgeon == WARD_NONE && i < w->theatres; i++)
			there += w->theatre_minutes[i * w->days + d];
	}
	return need > there;
}

/* The bed-days that fall within [from, to] however the stays are laid. */
static bool beds_lack(const trial *t, int from, int to)
{
	const ward *w = t->w;
	int64_t need = 0, there = 0;
	for (int i = 0; i < t->count; i++) {
		int p = t->list[i], least = w->days;
		for (int d = first_day(t, p); d <= last_day(t, p); d++) {
			int low = d > from ? d : from, high = d + ward_stay_within(w, p, d) - 1;
			int within = (high < to ? high : to) - low + 1;
			least = within < least ? within : least;
		}
		need += least > 0 ? least : 0;
	}
	for (int r = 0; r < w->rooms; r++)
		for (int d = from; d <= to; d++) {
			int left = w->beds[r] - t->people[r * w->days + d];
			there += left > 0 ? left : 0;
		}
	return need > there;
}

static bool counted_out(const trial *t)
{
	const ward *w = t->w;
	for (int from = 0; from < w->days; from++)
		for (int to = from; to < w->days; to++) {
			if (t->rule[WARD_RULE_BEDS] && beds_lack(t, from, to)) return true;
			if (t->rule[WARD_RULE_THEATRE] && minutes_lack(t, WARD_NONE, from, to)) return true;
			for (int s = 0; t->rule[WARD_RULE_SURGEON] && s < w->surgeons; s++)
				if (minutes_lack(t, s, from, to)) return true;
		}
	return false;
}

/* ---- by trying ---- */

/* How many places he has, up to `most`. */
static int places(trial *t, int p, int most)
{
	const ward *w = t->w;
	int n = 0;
	for (int d = first_day(t, p); d <= last_day(t, p) && n < most; d++) {
		bool theatre = false;
		if (!surgeon_may(t, p, d)) continue;
		for (int i = 0; i < w->theatres && !theatre; i++) theatre = theatre_may(t, p, d, i);
		for (int r = 0; r < w->rooms && theatre && n < most; r++) n += room_may(t, p, d, r);
	}
	return n;
}

static verdict search(trial *t, int placed);

/* Each place on this day in turn. */
static verdict try_day(trial *t, int placed, int day)
{
	const ward *w = t->w;
	int p = t->order[placed];
	verdict worst = VERDICT_FAILS;
	if (!surgeon_may(t, p, day)) return VERDICT_FAILS;
	for (int r = 0; r < w->rooms; r++) {
		if (!room_may(t, p, day, r)) continue;
		for (int i = 0; i < w->theatres; i++) {
			if (!theatre_may(t, p, day, i)) continue;
			const ward_spot at = {(int16_t)day, (int16_t)r, (int16_t)i};
			put(t, p, at, 1);
			verdict v = search(t, placed + 1);
			put(t, p, at, -1);
			if (v == VERDICT_FITS) return v;
			if (v == VERDICT_UNKNOWN) worst = v;
			if (t->budget < 0) return VERDICT_UNKNOWN;
			if (!t->rule[WARD_RULE_THEATRE]) break;
		}
	}
	return worst;
}

static verdict search(trial *t, int placed)
{
	int best = placed, fewest = INT32_MAX;
	if (placed == t->count) return VERDICT_FITS;
	if (t->budget < 0) return VERDICT_UNKNOWN;
	for (int i = placed; i < t->count && fewest > 0; i++) {
		int n = places(t, t->order[i], fewest);
		if (n >= fewest) continue;
		fewest = n;
		best = i;
	}
	if (fewest == 0) return VERDICT_FAILS;
	int16_t p = t->order[best];
	verdict worst = VERDICT_FAILS;
	t->order[best] = t->order[placed];
	t->order[placed] = p;
	for (int d = first_day(t, p); d <= last_day(t, p) && worst != VERDICT_FITS; d++) {
		verdict v = try_day(t, placed, d);
		if (v != VERDICT_FAILS) worst = v;
		if (t->budget < 0) return worst == VERDICT_FITS ? worst : VERDICT_UNKNOWN;
	}
	return worst;
}

/* ---- a set ---- */

static bool occupants_fail(const trial *t)
{
	const ward *w = t->w;
	for (int i = 0; i < w->rooms * w->days; i++) {
		if (t->people[i] == 0) continue;
		if (t->rule[WARD_RULE_BEDS] && t->people[i] > w->beds[i / w->days]) return true;
		if (t->rule[WARD_RULE_GENDER] && t->ones[i] > 0 && t->ones[i] < t->people[i]) return true;
		if (t->rule[WARD_RULE_NURSE] && !t->manned[i % w->days]) return true;
	}
	return false;
}

static void begin(trial *t)
{
	const ward *w = t->w;
	memset(t->people, 0, (size_t)w->rooms * (size_t)w->days);
	memset(t->ones, 0, (size_t)w->rooms * (size_t)w->days);
	for (int i = 0; i < w->surgeons * w->days; i++) t->surgeon_left[i] = w->surgeon_minutes[i];
	for (int i = 0; i < w->theatres * w->days; i++) t->theatre_left[i] = w->theatre_minutes[i];
	for (int p = w->patients; p < w->persons; p++) put(t, p, (ward_spot){0, w->person[p].room, WARD_NONE}, 1);
}

static verdict judge(trial *t, int64_t budget)
{
	begin(t);
	if (occupants_fail(t) || counted_out(t)) return VERDICT_FAILS;
	t->budget = budget;
	memcpy(t->order, t->list, (size_t)t->count * sizeof *t->order);
	return search(t, 0);
}

/* Lets the first go where it fails without him too; else he goes last in line. */
static void try_without_first(trial *t, int64_t budget)
{
	int16_t p = t->list[0];
	t->count--;
	memmove(t->list, t->list + 1, (size_t)t->count * sizeof p);
	if (judge(t, budget) != VERDICT_FAILS) t->list[t->count++] = p;
}

static void shrink(trial *t, int64_t budget)
{
	for (int left = t->count; left > 0; left--) try_without_first(t, budget);
	for (int k = 0; k < WARD_RULES; k++) {
		t->rule[k] = false;
		if (judge(t, budget) != VERDICT_FAILS) t->rule[k] = true;
	}
}

static trial trial_new(arena *a, const ward *w)
{
	trial t = {.w = w};
	t.list = ARENA_ARRAY(a, int16_t, w->patients + 1);
	t.order = ARENA_ARRAY(a, int16_t, w->patients + 1);
	t.surgeon_left = ARENA_ARRAY(a, int32_t, w->surgeons * w->days + 1);
	t.theatre_left = ARENA_ARRAY(a, int32_t, w->theatres * w->days + 1);
	t.people = ARENA_ARRAY(a, uint8_t, w->rooms * w->days + 1);
	t.ones = ARENA_ARRAY(a, uint8_t, w->rooms * w->days + 1);
	t.manned = ARENA_ARRAY(a, bool, w->days + 1);
	for (int k = 0; k < WARD_RULES; k++) t.rule[k] = k != WARD_RULE_MANDATORY && k != WARD_RULE_SHIFT;
	for (int d = 0; d < w->days; d++) {
		t.manned[d] = true;
		for (int i = d * WARD_SHIFTS; i < (d + 1) * WARD_SHIFTS; i++)
			t.manned[d] &= w->on_shift_first[i] < w->on_shift_first[i + 1];
	}
	return t;
}

/* Those who must come, who found no place first; then those of the same surgeon; then all others. */
static void order(arena *a, trial *t)
{
	const ward *w = t->w;
	ward_state *s = ward_state_new(a, w, ward_choices(a, w, NULL), NULL);
	solve_random r = solve_seed(1, 0);
	bool *short_of = ARENA_ARRAY(a, bool, w->surgeons + 1), *taken = ARENA_ARRAY(a, bool, w->patients + 1);
	ward_start(s, &r);
	for (int round = 0; round < 3; round++)
		for (int p = 0; p < w->patients; p++) {
			const ward_person *x = &w->person[p];
			bool out = s->spot[p].day == WARD_NONE;
			if (!x->mandatory || taken[p]) continue;
			if (round == 0 ? !out : round == 1 ? !short_of[x->surgeon] : false) continue;
			if (round == 0) short_of[x->surgeon] = true;
			taken[p] = true;
			t->list[t->count++] = (int16_t)p;
		}
}

ward_conflict ward_conflict_find(arena *a, const ward *w, int64_t budget)
{
	trial t = trial_new(a, w), all = t;
	int16_t *order_of = ARENA_ARRAY(a, int16_t, w->patients + 1);
	int64_t each = budget / (2 * w->patients + WARD_RULES + 2) + 1;
	verdict v = VERDICT_FITS;
	order(a, &all);
	memcpy(order_of, all.list, (size_t)all.count * sizeof *order_of);
	int most = all.count;
	for (int n = 0; n <= most && v != VERDICT_FAILS; n++) {
		memcpy(t.list, order_of, (size_t)n * sizeof *order_of);
		t.count = n;
		v = judge(&t, each);
	}
	ward_conflict c = {.found = v == VERDICT_FAILS, .proved = v != VERDICT_UNKNOWN};
	if (!c.found) return c;
	shrink(&t, each);
	c.patient = t.list;
	c.patients = t.count;
	memcpy(c.rule, t.rule, sizeof c.rule);
	return c;
}
