/* ward_state.c: the search's state: decisions in flat arrays and, beside them, what makes a change cheap to count. */
#include "plan/ward_internal.h"

/* ---- memory ---- */

static void rooms_new(arena *a, ward_state *s)
{
	const ward *w = s->w;
	int beds = 0, there[2] = {0, 0};
	for (int r = 0; r < w->rooms; r++) {
		there[0] = 0;
		for (int p = w->patients; p < w->persons; p++) there[0] += w->person[p].room == r;
		if (w->beds[r] > beds) beds = w->beds[r];
		if (there[0] > beds) beds = there[0];
	}
	int room_days = w->rooms * w->days, room_shifts = w->rooms * w->shifts;
	s->slots = beds + WARD_SPARE_BEDS;
	s->count = ARENA_ARRAY(a, uint8_t, room_days);
	s->gender = ARENA_ARRAY(a, uint8_t, room_days);
	s->age = ARENA_ARRAY(a, uint8_t, room_days * w->ages);
	s->age_mask = ARENA_ARRAY(a, uint32_t, room_days);
	s->who = ARENA_ARRAY(a, int16_t, room_days * s->slots);
	s->room_load = ARENA_ARRAY(a, int32_t, room_shifts);
	s->lack = ARENA_ARRAY(a, int32_t, room_shifts * w->levels);
	s->nurse = ARENA_ARRAY(a, int16_t, room_shifts);
}

static void nurses_new(arena *a, ward_state *s)
{
	const ward *w = s->w;
	int32_t *max = ARENA_ARRAY(a, int32_t, w->nurses * w->shifts);
	s->nurse_load = ARENA_ARRAY(a, int32_t, w->nurses * w->shifts);
	s->level = ARENA_ARRAY(a, uint8_t, w->nurses);
	s->meets = ARENA_ARRAY(a, uint8_t, w->persons * w->nurses);
	s->met = ARENA_ARRAY(a, int16_t, w->persons);
	s->stamp = ARENA_ARRAY(a, uint32_t, w->nurses);
	for (int n = 0; n < w->nurses; n++) {
		s->level[n] = w->nurse[n].level;
		for (int i = 0; i < w->shifts; i++) max[n * w->shifts + i] = w->nurse[n].max_load[i];
	}
	s->nurse_max = max;
}

static void theatres_new(arena *a, ward_state *s)
{
	const ward *w = s->w;
	s->surgeon_used = ARENA_ARRAY(a, int32_t, w->surgeons * w->days);
	s->theatre_used = ARENA_ARRAY(a, int32_t, w->theatres * w->days);
	s->theatre_cases = ARENA_ARRAY(a, int16_t, w->theatres * w->days);
	s->surgeon_cases = ARENA_ARRAY(a, int16_t, w->surgeons * w->theatres * w->days);
	s->surgeon_theatres = ARENA_ARRAY(a, int16_t, w->surgeons * w->days);
}

/* Nobody is there but the occupants, and each room has any nurse that is at work. */
static void empty(ward_state *s)
{
	const ward *w = s->w;
	s->cost = (solve_cost){0, 0};
	for (int p = 0; p < w->patients; p++) {
		s->spot[p] = ward_nowhere;
		if (s->choice[p].must)
			s->cost.hard += WARD_MUST;
		else
			s->cost.soft += w->weight[WARD_UNPLANNED];
	}
	for (int r = 0; r < w->rooms; r++)
		for (int i = 0; i < w->shifts; i++) {
			int first = w->on_shift_first[i], n = w->on_shift_first[i + 1] - first;
			s->nurse[r * w->shifts + i] = n > 0 ? w->on_shift[first + r % n] : WARD_NONE;
		}
	for (int p = w->patients; p < w->persons; p++) {
		s->spot[p] = ward_nowhere;
		ward_put(s, p, (ward_spot){0, w->person[p].room, WARD_NONE});
	}
}

static void surgeons_new(arena *a, ward_state *s)
{
	const ward *w = s->w;
	int32_t *first = ARENA_ARRAY(a, int32_t, w->surgeons + 1);
	int16_t *of = ARENA_ARRAY(a, int16_t, s->movable_count + 1);
	int count = 0;
	for (int i = 0; i < w->surgeons; i++) {
		first[i] = count;
		for (int k = 0; k < s->movable_count; k++)
			if (w->person[s->movable[k]].surgeon == i) of[count++] = s->movable[k];
	}
	first[w->surgeons] = count;
	s->of_surgeon = of;
	s->of_surgeon_first = first;
}

ward_state *ward_state_new(arena *a, const ward *w, const ward_choice *choice, const bool *nurse_fixed)
{
	ward_state *s = ARENA_NEW(a, ward_state);
	int16_t *movable = ARENA_ARRAY(a, int16_t, w->patients + 1);
	s->w = w;
	s->choice = choice;
	s->nurse_fixed = nurse_fixed;
	for (int p = 0; p < w->patients; p++)
		if (!choice[p].stays) movable[s->movable_count++] = (int16_t)p;
	s->movable = movable;
	surgeons_new(a, s);
	s->spot = ARENA_ARRAY(a, ward_spot, w->persons);
	rooms_new(a, s);
	nurses_new(a, s);
	theatres_new(a, s);
	empty(s);
	return s;
}

/* ---- choices ---- */

static void rooms_choose(arena *a, const ward *w, int p, int fixed, ward_choice *c)
{
	int16_t *rooms = ARENA_ARRAY(a, int16_t, w->rooms);
	for (int r = 0; r < w->rooms; r++)
		if (fixed == WARD_NONE ? w->suits[p * w->rooms + r] && w->beds[r] > 0 : fixed == r)
			rooms[c->room_count++] = (int16_t)r;
	c->rooms = rooms;
}

static void theatres_choose(arena *a, const ward *w, int fixed, ward_choice *c)
{
	int16_t *theatres = ARENA_ARRAY(a, int16_t, w->theatres);
	for (int t = 0; t < w->theatres; t++)
		if (fixed == WARD_NONE || fixed == t) theatres[c->theatre_count++] = (int16_t)t;
	c->theatres = theatres;
}

const ward_choice *ward_choices(arena *a, const ward *w, const ward_fixed *f)
{
	ward_choice *all = ARENA_ARRAY(a, ward_choice, w->patients + 1);
	for (int p = 0; p < w->patients; p++) {
		const ward_person *x = &w->person[p];
		ward_choice *c = &all[p];
		int day = f ? f->plan.day[p] : WARD_NONE, room = f ? f->plan.room[p] : WARD_NONE;
		int theatre = f ? f->plan.theatre[p] : WARD_NONE;
		bool out = f && f->out[p], named = day != WARD_NONE || room != WARD_NONE || theatre != WARD_NONE;
		rooms_choose(a, w, p, room, c);
		theatres_choose(a, w, theatre, c);
		c->first = (int16_t)(day != WARD_NONE ? day : x->release);
		c->days = (int16_t)(day != WARD_NONE ? 1 : x->due - x->release + 1);
		if (out || c->room_count == 0 || c->theatre_count == 0 || c->days < 0) c->days = 0;
		c->must = x->mandatory || named;
		c->stays = c->days == 0 || (c->must && c->days * c->room_count * c->theatre_count == 1);
	}
	return all;
}

/* ---- a plan in, a plan out ---- */

static bool fits(const ward_state *s, int p, ward_spot to)
{
	const ward_choice *c = &s->choice[p];
	const ward *w = s->w;
	bool room = false, theatre = false;
	if (to.day < c->first || to.day >= c->first + c->days) return false;
	for (int i = 0; i < c->room_count; i++) room |= c->rooms[i] == to.room;
	for (int i = 0; i < c->theatre_count; i++) theatre |= c->theatres[i] == to.theatre;
	for (int d = to.day; room && d < to.day + ward_stay_within(w, p, to.day); d++)
		room = s->count[to.room * w->days + d] + 1 < s->slots;
	return room && theatre;
}

void ward_state_set(ward_state *s, const ward_plan *plan)
{
	const ward *w = s->w;
	for (int p = 0; p < w->patients; p++) ward_put(s, p, ward_nowhere);
	for (int i = 0; i < w->rooms * w->shifts; i++) {
		int n = plan->nurse[i];
		bool fixed = s->nurse_fixed && s->nurse_fixed[i];
		if (n != WARD_NONE && (fixed || ward_nurse_works(s, n, i % w->shifts))) ward_nurse_set(s, i, n);
	}
	for (int p = 0; p < w->patients; p++) {
		ward_spot to = {plan->day[p], plan->room[p], plan->theatre[p]};
		if (to.day != WARD_NONE && fits(s, p, to)) ward_put(s, p, to);
	}
}

void ward_state_get(const ward_state *s, ward_plan *out)
{
	const ward *w = s->w;
	for (int p = 0; p < w->patients; p++) {
		out->day[p] = s->spot[p].day;
		out->room[p] = s->spot[p].room;
		out->theatre[p] = s->spot[p].theatre;
	}
	for (int i = 0; i < w->rooms * w->shifts; i++) {
		int room_day = i / w->shifts * w->days + i % w->shifts / WARD_SHIFTS;
		bool fixed = s->nurse_fixed && s->nurse_fixed[i];
		out->nurse[i] = s->count[room_day] > 0 || fixed ? s->nurse[i] : WARD_NONE;
	}
}

/* ---- what it costs, from the counts ---- */

static int64_t rounded(int over)
{
	return over > 0 ? (over + WARD_ROUND_MINUTES - 1) / WARD_ROUND_MINUTES : 0;
}

static void cost_rooms(const ward_state *s, solve_cost *c)
{
	const ward *w = s->w;
	for (int i = 0; i < w->rooms * w->days; i++) {
		int n = s->count[i], one = s->gender[i], beds = w->beds[i / w->days];
		uint32_t mask = s->age_mask[i];
		c->hard += n > beds ? n - beds : 0;
		c->hard += one < n - one ? one : n - one;
		if (mask) c->soft += w->weight[WARD_MIXED_AGE] * (31 - __builtin_clz(mask) - __builtin_ctz(mask));
	}
	for (int i = 0; i < w->rooms * w->shifts; i++)
		if (s->nurse[i] != WARD_NONE)
			c->soft += w->weight[WARD_SKILL] * s->lack[i * w->levels + s->level[s->nurse[i]]];
}

static void cost_nurses(const ward_state *s, solve_cost *c)
{
	const ward *w = s->w;
	for (int i = 0; i < w->nurses * w->shifts; i++)
		if (s->nurse_load[i] > s->nurse_max[i] && s->nurse_max[i] >= 0)
			c->soft += w->weight[WARD_OVERLOAD] * (s->nurse_load[i] - s->nurse_max[i]);
	for (int p = 0; p < w->persons; p++) c->soft += w->weight[WARD_CONTINUITY] * s->met[p];
}

static void cost_theatres(const ward_state *s, solve_cost *c)
{
	const ward *w = s->w;
	for (int i = 0; i < w->theatres * w->days; i++) {
		c->hard += rounded(s->theatre_used[i] - w->theatre_minutes[i]);
		c->soft += s->theatre_cases[i] > 0 ? w->weight[WARD_THEATRE] : 0;
	}
	for (int i = 0; i < w->surgeons * w->days; i++) {
		c->hard += rounded(s->surgeon_used[i] - w->surgeon_minutes[i]);
		if (s->surgeon_theatres[i] > 1) c->soft += w->weight[WARD_TRANSFER] * (s->surgeon_theatres[i] - 1);
	}
}

solve_cost ward_state_cost(const ward_state *s)
{
	const ward *w = s->w;
	solve_cost c = {0, 0};
	for (int p = 0; p < w->patients; p++) {
		if (s->spot[p].day != WARD_NONE)
			c.soft += w->weight[WARD_DELAY] * (s->spot[p].day - w->person[p].release);
		else if (s->choice[p].must)
			c.hard += WARD_MUST;
		else
			c.soft += w->weight[WARD_UNPLANNED];
	}
	cost_rooms(s, &c);
	cost_nurses(s, &c);
	cost_theatres(s, &c);
	return c;
}
