/* ward_read.c: the competition's JSON, held against what a ward may be. */
#include "plan/tree_read.h"
#include "plan/ward.h"

enum { DAYS_MAX = 60, MANY_MAX = 5000, SMALL_MAX = 120, STAY_MAX = 1000, AMOUNT_MAX = 100000, GROUPS_MAX = 30 };

typedef struct reading {
	tree t;
	ward *w;
	tree_names ages, genders, shifts, rooms, theatres, surgeons, patients, nurses;
} reading;

/* ---- small lists ---- */

static tree_names names_read(reading *r, const char *key, int most)
{
	tree *t = &r->t;
	uint32_t list = tree_get(t, 0, key, NODE_ARRAY);
	tree_names n = tree_names_new(t->arena, tree_count(t, list));
	for (uint32_t i = tree_first(list); i < tree_end(t, list); i = tree_next(t, i))
		if (tree_is(t, i, NODE_STRING)) tree_names_add(t, &n, i, doc_text(&t->doc, i));
	if (list != NODE_ABSENT && (n.count < 1 || n.count > most)) {
		const text args[3] = {text_format(t->arena, "%d", most), text_format(t->arena, "%d", n.count)};
		tree_refuse(t, list, FAIL_PLAN_LENGTH, args);
	}
	return n;
}

/* Objects with an id; each one's other keys are read by its own reader afterwards. */
static tree_names ids_read(reading *r, const char *key, int most, uint32_t *list)
{
	tree *t = &r->t;
	*list = tree_get(t, 0, key, NODE_ARRAY);
	tree_names n = tree_names_new(t->arena, tree_count(t, *list));
	if (tree_count(t, *list) > most) {
		const text args[3] = {text_format(t->arena, "%d", most),
				      text_format(t->arena, "%d", tree_count(t, *list))};
		tree_refuse(t, *list, FAIL_PLAN_LENGTH, args);
		*list = NODE_ABSENT;
	}
	for (uint32_t i = tree_first(*list); i < tree_end(t, *list); i = tree_next(t, i)) {
		text id = tree_is(t, i, NODE_OBJECT) ? tree_get_text(t, i, "id") : TEXT("");
		tree_names_add(t, &n, i, id);
	}
	return n;
}

/* The numbers of a list of exactly so many, into 16-bit or 8-bit items. */
static uint16_t *numbers_read(reading *r, uint32_t object, const char *key, int count, int high)
{
	tree *t = &r->t;
	uint16_t *out = ARENA_ARRAY(t->arena, uint16_t, count + 1);
	uint32_t list = tree_get(t, object, key, NODE_ARRAY);
	int at = 0;
	if (list == NODE_ABSENT) return out;
	if (tree_count(t, list) != count) {
		const text args[3] = {text_format(t->arena, "%d", count),
				      text_format(t->arena, "%d", tree_count(t, list))};
		tree_refuse(t, list, FAIL_PLAN_LENGTH, args);
		return out;
	}
	for (uint32_t i = tree_first(list); i < tree_end(t, list); i = tree_next(t, i))
		out[at++] = (uint16_t)tree_int(t, i, 0, high);
	return out;
}

/* ---- people ---- */

static int gender_read(reading *r, uint32_t object)
{
	tree *t = &r->t;
	uint32_t n = tree_get(t, object, "gender", NODE_STRING);
	if (n == NODE_ABSENT) return 0;
	text said = doc_text(&t->doc, n);
	int found = tree_names_find(&r->genders, said);
	const text args[3] = {TEXT("en af to"), TEXT("one of two")};
	if (found < 0 && said.len > 0 && r->genders.count < 2) found = tree_names_add(t, &r->genders, n, said);
	if (found < 0) tree_refuse(t, n, FAIL_PLAN_KIND, args);
	return found < 0 ? 0 : found;
}

static void person_read(reading *r, uint32_t object, ward_person *x)
{
	tree *t = &r->t;
	ward *w = r->w;
	x->gender = (uint8_t)gender_read(r, object);
	x->age = (uint8_t)tree_names_get(t, &r->ages, tree_get(t, object, "age_group", NODE_STRING), "age_groups");
	x->stay = (int16_t)tree_get_int(t, object, "length_of_stay", 1, STAY_MAX);
	x->work = numbers_read(r, object, "workload_produced", x->stay * WARD_SHIFTS, STAY_MAX);
	const uint16_t *skill =
	    numbers_read(r, object, "skill_level_required", x->stay * WARD_SHIFTS, w->levels > 0 ? w->levels - 1 : 0);
	uint8_t *small = ARENA_ARRAY(t->arena, uint8_t, x->stay * WARD_SHIFTS);
	for (int i = 0; i < x->stay * WARD_SHIFTS; i++) small[i] = (uint8_t)skill[i];
	x->skill = small;
}

static void window_read(reading *r, uint32_t object, ward_person *x)
{
	tree *t = &r->t;
	int last = r->w->days - 1;
	x->mandatory = tree_get_bool(t, object, "mandatory");
	x->release = (int16_t)tree_get_int(t, object, "surgery_release_day", 0, last);
	x->due = (int16_t)(x->mandatory ? tree_get_int(t, object, "surgery_due_day", 0, INT16_MAX) : last);
	if (x->due > last) x->due = (int16_t)last;
	const text args[3] = {text_format(t->arena, "%d", x->release), text_format(t->arena, "%d", x->due)};
	if (x->due < x->release) tree_refuse(t, object, FAIL_PLAN_WINDOW, args);
}

static void patients_read(reading *r, uint32_t list, ward_person *people)
{
	tree *t = &r->t;
	ward *w = r->w;
	bool *suits = ARENA_ARRAY(t->arena, bool, w->patients * w->rooms + 1);
	ward_person *x = people;
	for (uint32_t i = tree_first(list); i < tree_end(t, list) && !t->bad; i = tree_next(t, i), x++) {
		int number = (int)(x - people);
		x->id = r->patients.name[number];
		x->room = WARD_NONE;
		person_read(r, i, x);
		window_read(r, i, x);
		x->minutes = (int16_t)tree_get_int(t, i, "surgery_duration", 0, 1440);
		x->surgeon =
		    (int16_t)tree_names_get(t, &r->surgeons, tree_get(t, i, "surgeon_id", NODE_STRING), "surgeons");
		uint32_t bad = tree_get(t, i, "incompatible_room_ids", NODE_ARRAY);
		for (int k = 0; k < w->rooms; k++) suits[number * w->rooms + k] = true;
		for (uint32_t k = tree_first(bad); k < tree_end(t, bad); k = tree_next(t, k)) {
			int room = tree_names_get(t, &r->rooms, k, "rooms");
			if (!t->bad) suits[number * w->rooms + room] = false;
		}
	}
	w->suits = suits;
}

static void occupants_read(reading *r, uint32_t list, const tree_names *names, ward_person *x)
{
	tree *t = &r->t;
	int number = 0;
	for (uint32_t i = tree_first(list); i < tree_end(t, list) && !t->bad; i = tree_next(t, i), x++) {
		x->id = names->name[number++];
		person_read(r, i, x);
		x->surgeon = WARD_NONE;
		x->room = (int16_t)tree_names_get(t, &r->rooms, tree_get(t, i, "room_id", NODE_STRING), "rooms");
	}
}

static void people_read(reading *r)
{
	tree *t = &r->t;
	uint32_t patients, occupants;
	r->patients = ids_read(r, "patients", MANY_MAX, &patients);
	tree_names names = ids_read(r, "occupants", MANY_MAX, &occupants);
	r->w->patients = r->patients.count;
	r->w->persons = r->patients.count + names.count;
	ward_person *people = ARENA_ARRAY(t->arena, ward_person, r->w->persons + 1);
	if (!t->bad) patients_read(r, patients, people);
	if (!t->bad) occupants_read(r, occupants, &names, people + r->w->patients);
	r->w->person = people;
}

/* ---- the house ---- */

static int16_t *minutes_read(reading *r, uint32_t list, const char *key, int count)
{
	tree *t = &r->t;
	int16_t *out = ARENA_ARRAY(t->arena, int16_t, count * r->w->days + 1), *at = out;
	for (uint32_t i = tree_first(list); i < tree_end(t, list) && !t->bad; i = tree_next(t, i)) {
		const uint16_t *row = numbers_read(r, i, key, r->w->days, 10000);
		for (int d = 0; d < r->w->days; d++) *at++ = (int16_t)row[d];
	}
	return out;
}

static void house_read(reading *r)
{
	tree *t = &r->t;
	ward *w = r->w;
	uint32_t rooms, theatres, surgeons;
	r->rooms = ids_read(r, "rooms", MANY_MAX, &rooms);
	r->theatres = ids_read(r, "operating_theaters", MANY_MAX, &theatres);
	r->surgeons = ids_read(r, "surgeons", MANY_MAX, &surgeons);
	w->rooms = r->rooms.count;
	w->theatres = r->theatres.count;
	w->surgeons = r->surgeons.count;
	int16_t *beds = ARENA_ARRAY(t->arena, int16_t, w->rooms + 1);
	int at = 0;
	if (t->bad) return;
	for (uint32_t i = tree_first(rooms); i < tree_end(t, rooms); i = tree_next(t, i))
		beds[at++] = (int16_t)tree_get_int(t, i, "capacity", 0, SMALL_MAX);
	w->beds = beds;
	w->surgeon_minutes = minutes_read(r, surgeons, "max_surgery_time", w->surgeons);
	w->theatre_minutes = minutes_read(r, theatres, "availability", w->theatres);
}

/* ---- nurses ---- */

static void shifts_read(reading *r, uint32_t object, int16_t *max)
{
	tree *t = &r->t;
	uint32_t list = tree_get(t, object, "working_shifts", NODE_ARRAY);
	for (int i = 0; i < r->w->shifts; i++) max[i] = WARD_NONE;
	for (uint32_t i = tree_first(list); i < tree_end(t, list) && !t->bad; i = tree_next(t, i)) {
		int day = (int)tree_get_int(t, i, "day", 0, r->w->days - 1);
		int shift = tree_names_get(t, &r->shifts, tree_get(t, i, "shift", NODE_STRING), "shift_types");
		int load = (int)tree_get_int(t, i, "max_load", 0, 30000), at = day * WARD_SHIFTS + shift;
		if (t->bad) return;
		if (max[at] != WARD_NONE) tree_refuse_one(t, i, FAIL_PLAN_TWICE, r->shifts.name[shift]);
		max[at] = (int16_t)load;
	}
}

/* Who is at work, shift by shift. */
static void on_shift_make(reading *r)
{
	ward *w = r->w;
	int32_t *first = ARENA_ARRAY(r->t.arena, int32_t, w->shifts + 1);
	int16_t *on = ARENA_ARRAY(r->t.arena, int16_t, w->shifts * w->nurses + 1);
	int count = 0;
	for (int i = 0; i < w->shifts; i++) {
		first[i] = count;
		for (int n = 0; n < w->nurses; n++)
			if (w->nurse[n].max_load[i] != WARD_NONE) on[count++] = (int16_t)n;
	}
	first[w->shifts] = count;
	w->on_shift_first = first;
	w->on_shift = on;
}

static void nurses_read(reading *r)
{
	tree *t = &r->t;
	ward *w = r->w;
	uint32_t list;
	r->nurses = ids_read(r, "nurses", MANY_MAX, &list);
	w->nurses = r->nurses.count;
	ward_nurse *nurse = ARENA_ARRAY(t->arena, ward_nurse, w->nurses + 1), *x = nurse;
	for (uint32_t i = tree_first(list); i < tree_end(t, list) && !t->bad; i = tree_next(t, i), x++) {
		int16_t *max = ARENA_ARRAY(t->arena, int16_t, w->shifts);
		x->id = r->nurses.name[x - nurse];
		x->level = (uint8_t)tree_get_int(t, i, "skill_level", 0, w->levels - 1);
		x->max_load = max;
		shifts_read(r, i, max);
	}
	w->nurse = nurse;
	if (!t->bad) on_shift_make(r);
}

/* ---- all of it ---- */

static const char *const keys[] = {
#define TERM(name, key, da, en) key,
#include "plan/ward_term.def"
#undef TERM
};

static void frame_read(reading *r)
{
	tree *t = &r->t;
	ward *w = r->w;
	w->days = (int)tree_get_int(t, 0, "days", 1, DAYS_MAX);
	w->shifts = w->days * WARD_SHIFTS;
	w->levels = (int)tree_get_int(t, 0, "skill_levels", 1, GROUPS_MAX);
	r->ages = names_read(r, "age_groups", GROUPS_MAX);
	r->shifts = names_read(r, "shift_types", WARD_SHIFTS);
	r->genders = tree_names_new(t->arena, 2);
	w->ages = r->ages.count;
	uint32_t weights = tree_get(t, 0, "weights", NODE_OBJECT);
	for (int i = 0; i < WARD_TERMS && weights != NODE_ABSENT; i++)
		w->weight[i] = tree_get_int(t, weights, keys[i], 0, AMOUNT_MAX);
	const text args[3] = {TEXT("3"), text_format(t->arena, "%d", r->shifts.count)};
	if (!t->bad && r->shifts.count != WARD_SHIFTS)
		tree_refuse(t, tree_may(t, 0, "shift_types"), FAIL_PLAN_LENGTH, args);
}

bool ward_read(arena *a, text source, text file, issues *sink, ward *out)
{
	ward w = {0};
	reading r = {.t = {.arena = a, .file = file, .sink = sink}, .w = &w};
	if (!tree_parse(&r.t, source) || !tree_is(&r.t, 0, NODE_OBJECT)) return false;
	frame_read(&r);
	if (!r.t.bad) house_read(&r);
	if (!r.t.bad) people_read(&r);
	if (!r.t.bad) nurses_read(&r);
	if (r.t.bad) return false;
	w.room = r.rooms.name;
	w.theatre = r.theatres.name;
	w.surgeon = r.surgeons.name;
	w.age_name = r.ages.name;
	w.shift_name = r.shifts.name;
	w.gender_name = r.genders.name;
	*out = w;
	return true;
}
