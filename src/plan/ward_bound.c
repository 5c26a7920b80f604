/* ward_bound.c: what a plan costs at least. Each patient alone takes the day that is best for him, paying for a surgeon's minutes, a
 * theatre's minutes and a bed-day what they are worth; what those prices earn for all there is of them is given back (Lagrange). Any
 * prices give a bound; some hundred steps look for good ones. Whole numbers throughout, so that the bound is exact. */
#include "plan/ward_internal.h"

enum { SCALE = 4096, STEPS = 600 };

typedef struct pricing {
	const ward *w;
	int64_t *surgeon, *theatre, *bed; /* what a minute, a minute, a bed is worth, by day; in SCALE-ths */
	int64_t *surgeon_over, *theatre_over, *bed_over; /* used beyond what there is */
	int64_t *beds;                                   /* by day */
	int64_t *nurses; /* [day * (days + 1) + length]: nurses somebody meets at least */
} pricing;

/* Shifts of a stay that one nurse can have, at most; so many nurses are met at least. */
static void nurses_least(pricing *x)
{
	const ward *w = x->w;
	for (int day = 0; day < w->days; day++)
		for (int length = 1; length <= w->days - day; length++) {
			int first = day * WARD_SHIFTS, until = first + length * WARD_SHIFTS, most = 1, least = 1;
			for (int n = 0; n < w->nurses; n++) {
				int can = 0;
				for (int i = first; i < until; i++) can += w->nurse[n].max_load[i] != WARD_NONE;
				most = can > most ? can : most;
			}
			least = (until - first + most - 1) / most;
			/* A day by itself may ask for more: who has at most so many of its shifts. */
			for (int d = day; d < day + length; d++) {
				int64_t in_day = length > 1 ? x->nurses[d * (w->days + 1) + 1] : 0;
				least = in_day > least ? (int)in_day : least;
			}
			x->nurses[day * (w->days + 1) + length] = least;
		}
}

/* What the nurses at work then must lack of what a person asks for, and whom he must meet. */
static int64_t care_least(const pricing *x, int person, int day)
{
	const ward *w = x->w;
	const ward_person *who = &w->person[person];
	int length = ward_stay_within(w, person, day);
	int64_t lack = 0;
	for (int i = 0; i < length * WARD_SHIFTS; i++) {
		int shift = day * WARD_SHIFTS + i, best = 0;
		for (int k = w->on_shift_first[shift]; k < w->on_shift_first[shift + 1]; k++) {
			int level = w->nurse[w->on_shift[k]].level;
			best = level > best ? level : best;
		}
		if (w->on_shift_first[shift] < w->on_shift_first[shift + 1] && who->skill[i] > best)
			lack += who->skill[i] - best;
	}
	return lack * w->weight[WARD_SKILL] + x->nurses[day * (w->days + 1) + length] * w->weight[WARD_CONTINUITY];
}

/* One patient's best day, in SCALE-ths; `best` is WARD_NONE where he had better stay out. */
static int64_t patient_least(const pricing *x, const int64_t *care, int p, int *best)
{
	const ward *w = x->w;
	const ward_person *who = &w->person[p];
	int64_t least = who->mandatory ? INT64_MAX : w->weight[WARD_UNPLANNED] * SCALE;
	*best = WARD_NONE;
	for (int d = who->release; d <= who->due; d++) {
		int64_t cost = (w->weight[WARD_DELAY] * (d - who->release) + care[d]) * SCALE;
		cost += who->minutes * (x->surgeon[who->surgeon * w->days + d] + x->theatre[d]);
		for (int k = d; k < d + ward_stay_within(w, p, d); k++) cost += x->bed[k];
		if (cost >= least) continue;
		least = cost;
		*best = d;
	}
	return least;
}

static void use(const pricing *x, int p, int day)
{
	const ward *w = x->w;
	x->surgeon_over[w->person[p].surgeon * w->days + day] += w->person[p].minutes;
	x->theatre_over[day] += w->person[p].minutes;
	for (int k = day; k < day + ward_stay_within(w, p, day); k++) x->bed_over[k]++;
}

/* A day's theatres: each is opened where its minutes are worth more than opening it. */
static int64_t theatres_least(const pricing *x, int day)
{
	const ward *w = x->w;
	int64_t least = 0;
	for (int t = 0; t < w->theatres; t++) {
		int64_t minutes = w->theatre_minutes[t * w->days + day];
		int64_t gain = w->weight[WARD_THEATRE] * SCALE - x->theatre[day] * minutes;
		if (gain >= 0) continue;
		least += gain;
		x->theatre_over[day] -= minutes;
	}
	return least;
}

/* The bound these prices give, and how far what is used then is beyond what there is. */
static int64_t value(const pricing *x, const int64_t *care)
{
	const ward *w = x->w;
	int64_t sum = 0;
	for (int i = 0; i < w->surgeons * w->days; i++) {
		x->surgeon_over[i] = -w->surgeon_minutes[i];
		sum -= x->surgeon[i] * w->surgeon_minutes[i];
	}
	for (int d = 0; d < w->days; d++) {
		x->bed_over[d] = -x->beds[d];
		x->theatre_over[d] = 0;
		sum += theatres_least(x, d) - x->bed[d] * x->beds[d];
	}
	for (int p = 0; p < w->patients; p++) {
		int day;
		int64_t least = patient_least(x, care + p * w->days, p, &day);
		if (least == INT64_MAX) continue;
		sum += least;
		if (day != WARD_NONE) use(x, p, day);
	}
	return sum;
}

static void step(int64_t *price, const int64_t *over, int count, int64_t amount)
{
	for (int i = 0; i < count; i++) {
		price[i] += over[i] * amount / 1024;
		if (price[i] < 0) price[i] = 0;
	}
}

static int64_t fixed_part(const pricing *x)
{
	int64_t sum = 0;
	for (int p = x->w->patients; p < x->w->persons; p++) sum += care_least(x, p, 0);
	return sum;
}

static pricing pricing_new(arena *a, const ward *w)
{
	pricing x = {.w = w};
	x.surgeon = ARENA_ARRAY(a, int64_t, w->surgeons * w->days + 1);
	x.surgeon_over = ARENA_ARRAY(a, int64_t, w->surgeons * w->days + 1);
	x.theatre = ARENA_ARRAY(a, int64_t, w->days);
	x.theatre_over = ARENA_ARRAY(a, int64_t, w->days);
	x.bed = ARENA_ARRAY(a, int64_t, w->days);
	x.bed_over = ARENA_ARRAY(a, int64_t, w->days);
	x.beds = ARENA_ARRAY(a, int64_t, w->days);
	x.nurses = ARENA_ARRAY(a, int64_t, w->days * (w->days + 1));
	for (int d = 0; d < w->days; d++)
		for (int r = 0; r < w->rooms; r++) x.beds[d] += w->beds[r];
	for (int p = w->patients; p < w->persons; p++)
		for (int d = 0; d < ward_stay_within(w, p, 0); d++) x.beds[d]--;
	nurses_least(&x);
	return x;
}

int64_t ward_bound(arena *a, const ward *w)
{
	pricing x = pricing_new(a, w);
	int64_t best = INT64_MIN, amount;
	int64_t *care = ARENA_ARRAY(a, int64_t, w->patients * w->days + 1);
	for (int p = 0; p < w->patients; p++)
		for (int d = 0; d < w->days; d++) care[p * w->days + d] = care_least(&x, p, d);
	/* From an opening step of a minute's worth of what is dearest, halved every so often. */
	amount = w->weight[WARD_UNPLANNED] * SCALE / 64 + 64;
	for (int i = 0; i < STEPS; i++) {
		int64_t sum = value(&x, care);
		best = sum > best ? sum : best;
		step(x.surgeon, x.surgeon_over, w->surgeons * w->days, amount / 16);
		step(x.theatre, x.theatre_over, w->days, amount / 64);
		step(x.bed, x.bed_over, w->days, amount * 16);
		if (i % 40 == 39) amount = amount * 3 / 4;
	}
	int64_t bound = best >= 0 ? (best + SCALE - 1) / SCALE : 0;
	return bound + fixed_part(&x);
}
