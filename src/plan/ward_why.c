/* ward_why.c: where a plan breaks a rule, and what it would cost to have a patient elsewhere. */
#include "plan/ward_internal.h"

/* ---- where it is broken ---- */

typedef struct finding {
	arena *arena;
	const ward *w;
	const ward_plan *p;
	ward_breach *at;
	int count, cap;
} finding;

static const ward_breach nothing = {.person = WARD_NONE,
				    .day = WARD_NONE,
				    .shift = WARD_NONE,
				    .room = WARD_NONE,
				    .theatre = WARD_NONE,
				    .surgeon = WARD_NONE,
				    .nurse = WARD_NONE};

static ward_breach *add(finding *f, ward_rule rule)
{
	if (f->count == f->cap) f->at = ARENA_DOUBLE(f->arena, ward_breach, f->at, &f->cap, 16);
	ward_breach *b = &f->at[f->count++];
	*b = nothing;
	b->rule = rule;
	return b;
}

static void find_patients(finding *f)
{
	const ward *w = f->w;
	for (int i = 0; i < w->patients; i++) {
		const ward_person *x = &w->person[i];
		int day = f->p->day[i];
		if (day == WARD_NONE && x->mandatory) add(f, WARD_RULE_MANDATORY)->person = (int16_t)i;
		if (day == WARD_NONE) continue;
		if (day < x->release || day > x->due) {
			ward_breach *b = add(f, WARD_RULE_WINDOW);
			b->person = (int16_t)i;
			b->day = (int16_t)day;
		}
		if (!w->suits[i * w->rooms + f->p->room[i]]) {
			ward_breach *b = add(f, WARD_RULE_SUITS);
			b->person = (int16_t)i;
			b->room = f->p->room[i];
		}
	}
}

static bool there(const finding *f, int person, int room, int day)
{
	const ward *w = f->w;
	int from = person < w->patients ? f->p->day[person] : 0;
	int where = person < w->patients ? f->p->room[person] : w->person[person].room;
	return from != WARD_NONE && where == room && day >= from && day < from + w->person[person].stay;
}

static void find_room_day(finding *f, int room, int day)
{
	const ward *w = f->w;
	int people = 0, genders[2] = {0, 0};
	for (int i = 0; i < w->persons; i++) {
		if (!there(f, i, room, day)) continue;
		people++;
		genders[w->person[i].gender]++;
	}
	const bool broken[] = {people > w->beds[room], genders[0] > 0 && genders[1] > 0};
	const ward_rule rules[] = {WARD_RULE_BEDS, WARD_RULE_GENDER};
	for (int i = 0; i < 2; i++) {
		if (!broken[i]) continue;
		ward_breach *b = add(f, rules[i]);
		b->room = (int16_t)room;
		b->day = (int16_t)day;
	}
	for (int i = 0; i < WARD_SHIFTS; i++) {
		int shift = day * WARD_SHIFTS + i, n = f->p->nurse[room * w->shifts + shift];
		bool away = n != WARD_NONE && w->nurse[n].max_load[shift] == WARD_NONE;
		if (!away && (n != WARD_NONE || people == 0)) continue;
		ward_breach *b = add(f, away ? WARD_RULE_SHIFT : WARD_RULE_NURSE);
		b->room = (int16_t)room;
		b->shift = (int16_t)shift;
		b->day = (int16_t)day;
		b->nurse = (int16_t)n;
	}
}

static void find_minutes(finding *f, int day)
{
	const ward *w = f->w;
	for (int k = 0; k < w->surgeons + w->theatres; k++) {
		bool surgeon = k < w->surgeons;
		int which = surgeon ? k : k - w->surgeons, minutes = 0;
		for (int i = 0; i < w->patients; i++)
			if (f->p->day[i] == day && which == (surgeon ? w->person[i].surgeon : f->p->theatre[i]))
				minutes += w->person[i].minutes;
		int may = (surgeon ? w->surgeon_minutes : w->theatre_minutes)[which * w->days + day];
		if (minutes <= may) continue;
		ward_breach *b = add(f, surgeon ? WARD_RULE_SURGEON : WARD_RULE_THEATRE);
		b->day = (int16_t)day;
		*(surgeon ? &b->surgeon : &b->theatre) = (int16_t)which;
	}
}

const ward_breach *ward_breaches(arena *a, const ward *w, const ward_plan *p, int *count)
{
	finding f = {.arena = a, .w = w, .p = p};
	find_patients(&f);
	for (int d = 0; d < w->days; d++) {
		for (int r = 0; r < w->rooms; r++) find_room_day(&f, r, d);
		find_minutes(&f, d);
	}
	*count = f.count;
	return f.at;
}

text ward_breach_said(arena *a, const ward *w, const ward_breach *b, language lang)
{
	buffer out = {.arena = a};
	bool en = lang == LANGUAGE_EN;
	buffer_format(&out, "%s:", ward_rule_said(b->rule, lang));
	if (b->person != WARD_NONE) buffer_format(&out, " %s %.*s", "patient", TEXT_ARG(w->person[b->person].id));
	if (b->surgeon != WARD_NONE)
		buffer_format(&out, " %s %.*s", en ? "surgeon" : "kirurg", TEXT_ARG(w->surgeon[b->surgeon]));
	if (b->theatre != WARD_NONE)
		buffer_format(&out, " %s %.*s", en ? "theatre" : "operationsstue", TEXT_ARG(w->theatre[b->theatre]));
	if (b->nurse != WARD_NONE)
		buffer_format(&out, " %s %.*s", en ? "nurse" : "sygeplejerske", TEXT_ARG(w->nurse[b->nurse].id));
	if (b->room != WARD_NONE) buffer_format(&out, " %s %.*s", en ? "room" : "stue", TEXT_ARG(w->room[b->room]));
	if (b->day != WARD_NONE) buffer_format(&out, " %s %d", en ? "day" : "dag", b->day);
	if (b->shift != WARD_NONE) buffer_format(&out, " %.*s", TEXT_ARG(w->shift_name[b->shift % WARD_SHIFTS]));
	return buffer_text(&out);
}

/* ---- elsewhere ---- */

static bool empty_room(const ward *w, const ward_plan *p, int patient, int room, int day)
{
	const finding f = {.w = w, .p = p};
	for (int i = 0; i < w->persons; i++)
		if (i != patient && there(&f, i, room, day)) return false;
	return true;
}

/* Nurses for the days on which he is alone in his room: one after the other, whoever the plan costs least with. */
static void nurses_mend(const ward *w, ward_plan *p, int patient)
{
	int room = p->room[patient], day = p->day[patient];
	for (int i = 0; i < ward_stay_within(w, patient, day) * WARD_SHIFTS; i++) {
		int shift = day * WARD_SHIFTS + i;
		int16_t *nurse = &p->nurse[room * w->shifts + shift], best = WARD_NONE;
		int64_t least = INT64_MAX;
		if (!empty_room(w, p, patient, room, day + i / WARD_SHIFTS)) continue;
		for (int k = w->on_shift_first[shift]; k < w->on_shift_first[shift + 1]; k++) {
			*nurse = w->on_shift[k];
			int64_t total = ward_check(w, p).total;
			if (total >= least) continue;
			least = total;
			best = *nurse;
		}
		*nurse = best;
	}
}

/* Rooms that nobody is in need no nurse. */
static void nurses_release(const ward *w, ward_plan *p)
{
	for (int r = 0; r < w->rooms; r++)
		for (int d = 0; d < w->days; d++)
			for (int i = 0; i < WARD_SHIFTS && empty_room(w, p, WARD_NONE, r, d); i++)
				p->nurse[r * w->shifts + d * WARD_SHIFTS + i] = WARD_NONE;
}

static bool same(const ward_breach *a, const ward_breach *b)
{
	return a->rule == b->rule && a->person == b->person && a->day == b->day && a->shift == b->shift &&
	       a->room == b->room && a->theatre == b->theatre && a->surgeon == b->surgeon && a->nurse == b->nurse;
}

ward_difference ward_moved(arena *a, const ward *w, const ward_plan *p, int patient, ward_spot to)
{
	ward_difference d = {.plan = ward_plan_new(a, w), .before = ward_check(w, p)};
	int was_count, count;
	ward_plan_copy(w, &d.plan, p);
	d.plan.day[patient] = to.day;
	d.plan.room[patient] = to.room;
	d.plan.theatre[patient] = to.theatre;
	if (to.day != WARD_NONE) nurses_mend(w, &d.plan, patient);
	nurses_release(w, &d.plan);
	d.after = ward_check(w, &d.plan);
	const ward_breach *was = ward_breaches(a, w, p, &was_count), *is = ward_breaches(a, w, &d.plan, &count);
	ward_breach *fresh = ARENA_ARRAY(a, ward_breach, count + 1);
	for (int i = 0; i < count; i++) {
		bool known = false;
		for (int k = 0; k < was_count && !known; k++) known = same(&is[i], &was[k]);
		if (!known) fresh[d.breaches++] = is[i];
	}
	d.breach = fresh;
	return d;
}
