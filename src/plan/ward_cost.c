/* ward_cost.c: what a plan costs and what it breaks, counted plainly from the plan: what the search is held against. */
#include "plan/ward.h"

static const struct {
	const char *da, *en, *key;
} terms[] =
    {
#define TERM(name, key, da, en) {da, en, key},
#include "plan/ward_term.def"
#undef TERM
},
  rules[] = {
#define RULE(name, da, en) {da, en, NULL},
#include "plan/ward_rule.def"
#undef RULE
};

const char *ward_term_said(ward_term t, language lang)
{
	return lang == LANGUAGE_EN ? terms[t].en : terms[t].da;
}

const char *ward_term_key(ward_term t)
{
	return terms[t].key;
}

const char *ward_rule_said(ward_rule r, language lang)
{
	return lang == LANGUAGE_EN ? rules[r].en : rules[r].da;
}

/* ---- who is where ---- */

static int day_of(const ward *w, const ward_plan *p, int person)
{
	return person < w->patients ? p->day[person] : 0;
}

static int room_of(const ward *w, const ward_plan *p, int person)
{
	return person < w->patients ? p->room[person] : w->person[person].room;
}

static bool there(const ward *w, const ward_plan *p, int person, int room, int day)
{
	int from = day_of(w, p, person);
	return from != WARD_NONE && room_of(w, p, person) == room && day >= from && day < from + w->person[person].stay;
}

/* ---- rooms ---- */

static void room_day_check(const ward *w, const ward_plan *p, int room, int day, ward_cost *c)
{
	int people = 0, genders[2] = {0, 0}, low = w->ages, high = -1;
	for (int i = 0; i < w->persons; i++) {
		if (!there(w, p, i, room, day)) continue;
		people++;
		genders[w->person[i].gender]++;
		if (w->person[i].age < low) low = w->person[i].age;
		if (w->person[i].age > high) high = w->person[i].age;
	}
	if (people == 0) return;
	c->count[WARD_MIXED_AGE] += high - low;
	c->broken[WARD_RULE_BEDS] += people > w->beds[room] ? people - w->beds[room] : 0;
	c->broken[WARD_RULE_GENDER] += genders[0] < genders[1] ? genders[0] : genders[1];
	for (int i = 0; i < WARD_SHIFTS; i++)
		c->broken[WARD_RULE_NURSE] += p->nurse[room * w->shifts + day * WARD_SHIFTS + i] == WARD_NONE;
}

/* ---- nurses ---- */

static void person_check(const ward *w, const ward_plan *p, int person, int64_t *load, ward_cost *c)
{
	const ward_person *x = &w->person[person];
	int day = day_of(w, p, person), room = room_of(w, p, person);
	for (int i = 0; i < ward_stay_within(w, person, day) * WARD_SHIFTS; i++) {
		int shift = day * WARD_SHIFTS + i, n = p->nurse[room * w->shifts + shift];
		bool before = n == WARD_NONE;
		if (before) continue;
		for (int k = 0; k < i && !before; k++) before = p->nurse[room * w->shifts + day * WARD_SHIFTS + k] == n;
		c->count[WARD_CONTINUITY] += !before;
		c->count[WARD_SKILL] += x->skill[i] > w->nurse[n].level ? x->skill[i] - w->nurse[n].level : 0;
		load[n * w->shifts + shift] += x->work[i];
	}
}

static void nurses_check(const ward *w, const ward_plan *p, const int64_t *load, ward_cost *c)
{
	for (int n = 0; n < w->nurses; n++)
		for (int i = 0; i < w->shifts; i++) {
			int max = w->nurse[n].max_load[i];
			int64_t over = load[n * w->shifts + i] - max;
			if (max != WARD_NONE && over > 0) c->count[WARD_OVERLOAD] += over;
		}
	for (int i = 0; i < w->rooms * w->shifts; i++)
		if (p->nurse[i] != WARD_NONE)
			c->broken[WARD_RULE_SHIFT] += w->nurse[p->nurse[i]].max_load[i % w->shifts] == WARD_NONE;
}

/* ---- theatres and surgeons ---- */

static void surgeon_day_check(const ward *w, const ward_plan *p, int surgeon, int day, ward_cost *c)
{
	int minutes = 0, theatres = 0;
	for (int i = 0; i < w->patients; i++) {
		if (p->day[i] != day || w->person[i].surgeon != surgeon) continue;
		bool before = false;
		for (int k = 0; k < i; k++)
			before |= p->day[k] == day && w->person[k].surgeon == surgeon && p->theatre[k] == p->theatre[i];
		minutes += w->person[i].minutes;
		theatres += !before;
	}
	c->count[WARD_TRANSFER] += theatres > 1 ? theatres - 1 : 0;
	c->broken[WARD_RULE_SURGEON] += minutes > w->surgeon_minutes[surgeon * w->days + day];
}

static void theatre_day_check(const ward *w, const ward_plan *p, int theatre, int day, ward_cost *c)
{
	int minutes = 0;
	bool used = false;
	for (int i = 0; i < w->patients; i++) {
		if (p->day[i] != day || p->theatre[i] != theatre) continue;
		minutes += w->person[i].minutes;
		used = true;
	}
	c->count[WARD_THEATRE] += used;
	c->broken[WARD_RULE_THEATRE] += minutes > w->theatre_minutes[theatre * w->days + day];
}

/* ---- admission ---- */

static void patient_check(const ward *w, const ward_plan *p, int i, ward_cost *c)
{
	const ward_person *x = &w->person[i];
	if (p->day[i] == WARD_NONE) {
		c->broken[WARD_RULE_MANDATORY] += x->mandatory;
		c->count[WARD_UNPLANNED] += !x->mandatory;
		return;
	}
	c->count[WARD_DELAY] += p->day[i] - x->release;
	c->broken[WARD_RULE_WINDOW] += p->day[i] < x->release || p->day[i] > x->due;
	c->broken[WARD_RULE_SUITS] += !w->suits[i * w->rooms + p->room[i]];
}

ward_cost ward_check(const ward *w, const ward_plan *p)
{
	ward_cost c = {0};
	arena *scratch = arena_new(REQUEST_ARENA_MAX);
	int64_t *load = ARENA_ARRAY(scratch, int64_t, w->nurses * w->shifts);
	for (int i = 0; i < w->patients; i++) patient_check(w, p, i, &c);
	for (int i = 0; i < w->persons; i++)
		if (day_of(w, p, i) != WARD_NONE) person_check(w, p, i, load, &c);
	nurses_check(w, p, load, &c);
	for (int d = 0; d < w->days; d++) {
		for (int r = 0; r < w->rooms; r++) room_day_check(w, p, r, d, &c);
		for (int t = 0; t < w->theatres; t++) theatre_day_check(w, p, t, d, &c);
		for (int s = 0; s < w->surgeons; s++) surgeon_day_check(w, p, s, d, &c);
	}
	arena_free(scratch);
	for (int t = 0; t < WARD_TERMS; t++) c.total += c.soft[t] = c.count[t] * w->weight[t];
	for (int r = 0; r < WARD_RULES; r++) c.violations += c.broken[r];
	return c;
}
