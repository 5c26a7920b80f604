/* ward_write.c: plans in the competition's JSON, read and written; parts of plans, to be kept as they are. */
#include "plan/tree_read.h"
#include "plan/ward.h"

ward_plan ward_plan_new(arena *a, const ward *w)
{
	ward_plan p = {ARENA_ARRAY(a, int16_t, w->patients + 1), ARENA_ARRAY(a, int16_t, w->patients + 1),
		       ARENA_ARRAY(a, int16_t, w->patients + 1), ARENA_ARRAY(a, int16_t, w->rooms * w->shifts + 1)};
	for (int i = 0; i < w->patients; i++) p.day[i] = p.room[i] = p.theatre[i] = WARD_NONE;
	for (int i = 0; i < w->rooms * w->shifts; i++) p.nurse[i] = WARD_NONE;
	return p;
}

void ward_plan_copy(const ward *w, ward_plan *to, const ward_plan *from)
{
	size_t patients = (size_t)w->patients * sizeof *to->day;
	memcpy(to->day, from->day, patients);
	memcpy(to->room, from->room, patients);
	memcpy(to->theatre, from->theatre, patients);
	memcpy(to->nurse, from->nurse, (size_t)(w->rooms * w->shifts) * sizeof *to->nurse);
}

/* ---- reading ---- */

typedef struct reading {
	tree t;
	const ward *w;
	tree_names rooms, theatres, patients, nurses, shifts;
	bool partial; /* parts may be left out */
	ward_plan plan;
	bool *named, *out; /* out: said not to come */
} reading;

static tree_names names_of(reading *r, int count, const text *names)
{
	tree_names n = tree_names_new(r->t.arena, count);
	for (int i = 0; i < count; i++) tree_names_add(&r->t, &n, 0, names[i]);
	return n;
}

static void patient_read(reading *r, uint32_t i)
{
	tree *t = &r->t;
	if (!tree_is(t, i, NODE_OBJECT)) return;
	uint32_t id = tree_get(t, i, "id", NODE_STRING), day = tree_may(t, i, "admission_day");
	int p = tree_names_get(t, &r->patients, id, "patients");
	if (t->bad) return;
	if (r->named[p]) tree_refuse_one(t, i, FAIL_PLAN_TWICE, r->w->person[p].id);
	r->named[p] = true;
	if (day != NODE_ABSENT && text_equal(doc_text(&t->doc, day), TEXT("none"))) {
		r->out[p] = true;
		return;
	}
	uint32_t room = tree_may(t, i, "room"), theatre = tree_may(t, i, "operating_theater");
	if (day != NODE_ABSENT || !r->partial)
		r->plan.day[p] = (int16_t)tree_get_int(t, i, "admission_day", 0, r->w->days - 1);
	if (room != NODE_ABSENT || !r->partial)
		r->plan.room[p] = (int16_t)tree_names_get(t, &r->rooms, tree_get(t, i, "room", NODE_STRING), "rooms");
	if (theatre != NODE_ABSENT || !r->partial)
		r->plan.theatre[p] = (int16_t)tree_names_get(
		    t, &r->theatres, tree_get(t, i, "operating_theater", NODE_STRING), "operating_theaters");
}

static void duty_read(reading *r, uint32_t i, int nurse)
{
	tree *t = &r->t;
	int day = (int)tree_get_int(t, i, "day", 0, r->w->days - 1);
	int shift = tree_names_get(t, &r->shifts, tree_get(t, i, "shift", NODE_STRING), "shift_types");
	uint32_t rooms = tree_get(t, i, "rooms", NODE_ARRAY);
	for (uint32_t k = tree_first(rooms); k < tree_end(t, rooms); k = tree_next(t, k)) {
		int room = tree_names_get(t, &r->rooms, k, "rooms");
		if (t->bad) return;
		int16_t *at = &r->plan.nurse[room * r->w->shifts + day * WARD_SHIFTS + shift];
		if (*at != WARD_NONE) tree_refuse_one(t, k, FAIL_PLAN_TWICE, r->w->room[room]);
		*at = (int16_t)nurse;
	}
}

static void nurse_read(reading *r, uint32_t i)
{
	tree *t = &r->t;
	if (!tree_is(t, i, NODE_OBJECT)) return;
	int nurse = tree_names_get(t, &r->nurses, tree_get(t, i, "id", NODE_STRING), "nurses");
	uint32_t duties = tree_get(t, i, "assignments", NODE_ARRAY);
	for (uint32_t k = tree_first(duties); k < tree_end(t, duties) && !t->bad; k = tree_next(t, k))
		if (tree_is(t, k, NODE_OBJECT)) duty_read(r, k, nurse);
}

static void lists_read(reading *r)
{
	tree *t = &r->t;
	bool has_patients = tree_may(t, 0, "patients") != NODE_ABSENT,
	     has_nurses = tree_may(t, 0, "nurses") != NODE_ABSENT;
	uint32_t patients = has_patients || !r->partial ? tree_get(t, 0, "patients", NODE_ARRAY) : NODE_ABSENT;
	uint32_t nurses = has_nurses || !r->partial ? tree_get(t, 0, "nurses", NODE_ARRAY) : NODE_ABSENT;
	for (uint32_t i = tree_first(patients); i < tree_end(t, patients) && !t->bad; i = tree_next(t, i))
		patient_read(r, i);
	for (uint32_t i = tree_first(nurses); i < tree_end(t, nurses) && !t->bad; i = tree_next(t, i)) nurse_read(r, i);
}

static bool plan_read(reading *r, const ward *w, text source)
{
	arena *a = r->t.arena;
	text *ids = ARENA_ARRAY(a, text, w->patients + w->nurses + 1);
	if (!tree_parse(&r->t, source) || !tree_is(&r->t, 0, NODE_OBJECT)) return false;
	for (int i = 0; i < w->patients; i++) ids[i] = w->person[i].id;
	for (int i = 0; i < w->nurses; i++) ids[w->patients + i] = w->nurse[i].id;
	r->w = w;
	r->rooms = names_of(r, w->rooms, w->room);
	r->theatres = names_of(r, w->theatres, w->theatre);
	r->shifts = names_of(r, WARD_SHIFTS, w->shift_name);
	r->patients = names_of(r, w->patients, ids);
	r->nurses = names_of(r, w->nurses, ids + w->patients);
	r->plan = ward_plan_new(a, w);
	r->named = ARENA_ARRAY(a, bool, w->patients + 1);
	r->out = ARENA_ARRAY(a, bool, w->patients + 1);
	lists_read(r);
	return !r->t.bad;
}

bool ward_plan_read(arena *a, const ward *w, text source, text file, issues *sink, ward_plan *out, int64_t *done)
{
	reading r = {.t = {.arena = a, .file = file, .sink = sink}};
	if (!plan_read(&r, w, source)) return false;
	uint32_t said = tree_may(&r.t, 0, "limen_done");
	int64_t how_far = said == NODE_ABSENT ? 0 : tree_int(&r.t, said, 0, SOLVE_WHOLE);
	if (r.t.bad) return false;
	if (done) *done = how_far;
	*out = r.plan;
	return true;
}

ward_fixed ward_fixed_none(arena *a, const ward *w)
{
	return (ward_fixed){ward_plan_new(a, w), ARENA_ARRAY(a, bool, w->patients + 1)};
}

bool ward_fixed_read(arena *a, const ward *w, text source, text file, issues *sink, ward_fixed *out)
{
	reading r = {.t = {.arena = a, .file = file, .sink = sink}, .partial = true};
	if (!plan_read(&r, w, source)) return false;
	*out = (ward_fixed){r.plan, r.out};
	return true;
}

/* ---- writing ---- */

static void patient_write(json_out *o, const ward *w, const ward_plan *p, int i)
{
	json_object(o);
	json_pair(o, "id", w->person[i].id);
	json_key(o, "admission_day");
	if (p->day[i] == WARD_NONE) {
		json_text(o, TEXT("none"));
	} else {
		json_int(o, p->day[i]);
		json_pair(o, "room", w->room[p->room[i]]);
		json_pair(o, "operating_theater", w->theatre[p->theatre[i]]);
	}
	json_end(o);
}

static void nurse_write(json_out *o, const ward *w, const ward_plan *p, int nurse)
{
	json_object(o);
	json_pair(o, "id", w->nurse[nurse].id);
	json_key(o, "assignments");
	json_array(o);
	for (int i = 0; i < w->shifts; i++) {
		bool any = w->nurse[nurse].max_load[i] != WARD_NONE;
		for (int r = 0; r < w->rooms && !any; r++) any = p->nurse[r * w->shifts + i] == nurse;
		if (!any) continue;
		json_object(o);
		json_key(o, "day");
		json_int(o, i / WARD_SHIFTS);
		json_pair(o, "shift", w->shift_name[i % WARD_SHIFTS]);
		json_key(o, "rooms");
		json_array(o);
		for (int r = 0; r < w->rooms; r++)
			if (p->nurse[r * w->shifts + i] == nurse) json_text(o, w->room[r]);
		json_end(o);
		json_end(o);
	}
	json_end(o);
	json_end(o);
}

text ward_plan_text(arena *a, const ward *w, const ward_plan *p, int64_t done)
{
	json_out o = json_begin(a);
	json_object(&o);
	if (done > 0) {
		json_key(&o, "limen_done");
		json_int(&o, done);
	}
	json_key(&o, "patients");
	json_array(&o);
	for (int i = 0; i < w->patients; i++) patient_write(&o, w, p, i);
	json_end(&o);
	json_key(&o, "nurses");
	json_array(&o);
	for (int n = 0; n < w->nurses; n++) nurse_write(&o, w, p, n);
	json_end(&o);
	json_end(&o);
	return json_done(&o);
}
