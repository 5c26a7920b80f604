/* populate.c: the run: referrals come in, the feed says what Limen made of them, the staff do their tasks in their
 * time. */
#include "twin/internal.h"

enum { FEED_PIECE = 200 };

/* ---- callers ---- */

caller inbox(void)
{
	return (caller){.actor = TEXT("Device/indbakke"), .purpose = TEXT("HADMIN"), .scope = TEXT("*")};
}

static caller staff_caller(const town *t, const char *prefix, int number, text purpose, int doctor)
{
	caller who = {.purpose = purpose, .scope = TEXT("*")};
	who.actor = text_format(t->scratch, "PractitionerRole/%.*s", TEXT_ARG(staff_id(t->scratch, prefix, number)));
	if (doctor >= 0)
		who.on_behalf_of =
		    text_format(t->scratch, "PractitionerRole/%.*s", TEXT_ARG(staff_id(t->scratch, "dr", doctor)));
	return who;
}

/* The one who has the pathway, or who is able to this in their stead. */
static caller able_for(const town *t, const course *c, text kind)
{
	const task_kind *k = task_kind_find(t->image, kind);
	text needs = k ? task_kind_competence(k) : (text){0};
	int number = staff_able(&t->department, TEXT("secretary"), c->secretary, needs);
	return staff_caller(t, "sek", number, TEXT("HADMIN"), c->doctor);
}

static caller secretary_of(const town *t, const course *c)
{
	return staff_caller(t, "sek", c->secretary, TEXT("HADMIN"), c->doctor);
}

static caller doctor_of(const town *t, const course *c)
{
	return staff_caller(t, "dr", c->doctor, TEXT("TREAT"), -1);
}

/* ---- writing ---- */

static bool batch_add(town *t, batch *b, arena *a, write_op made, text json)
{
	doc *d = ARENA_NEW(a, doc);
	if (!json_parse_resource(a, json, TEXT("twin"), t->sink, d)) return false;
	assert(b->count < SETUP_WRITES_MAX);
	made.resource = d;
	made.type = doc_type(d);
	b->at[b->count++] = made;
	return true;
}

bool batch_create(town *t, batch *b, arena *a, text id, text json)
{
	return batch_add(t, b, a, (write_op){.method = WRITE_CREATE, .id = id}, json);
}

bool batch_commit(town *t, batch *b, const caller *who)
{
	bool fine = t->t->commit(t->t->self, who, b->at, b->count, t->scratch, t->sink);
	b->count = 0;
	return fine;
}

static bool read_body(town *t, const caller *who, text type, text id, version *v, doc *d)
{
	return t->t->read(t->t->self, who, type, id, t->scratch, v, t->sink) == FOUND &&
	       json_parse(t->scratch, v->json, type, t->sink, d);
}

static bool update_members(town *t, const caller *who, const version *v, const doc *d, const member *members, int count)
{
	batch b = {0};
	text json = with_members(t->scratch, d, members, count);
	return batch_add(t, &b, t->scratch, (write_op){.method = WRITE_UPDATE, .id = v->id, .if_match = v->number},
			 json) &&
	       batch_commit(t, &b, who);
}

/* ---- a referral comes in ---- */

static course course_make(town *t, int number)
{
	const department *d = &t->department;
	course c = {.random = random_seed(t->options->seed * 1000003 + (uint64_t)number),
		    .visited = INSTANT_NONE,
		    .sent = INSTANT_NONE,
		    .decided = INSTANT_NONE};
	c.reason = &d->reasons[random_weighted(&c.random, d->reason_weights, d->reason_count)];
	c.doctor = (int)random_below(&c.random, d->doctors);
	c.secretary = (int)random_below(&c.random, d->secretaries);
	c.slow = random_below(&c.random, 100) < d->slow;
	c.treated = random_below(&c.random, 100) < c.reason->treated;
	c.again = random_below(&c.random, 100) < c.reason->again;
	c.rejected = random_below(&c.random, 100) < d->rejected;
	return c;
}

static bool refer(town *t, const event *e)
{
	const department *d = &t->department;
	course *c = &t->courses[e->pathway];
	*c = course_make(t, e->pathway);
	person p = person_make(t->arena, &c->random, d, c->reason, day_of_instant(e->at), &t->cpr_taken);
	c->patient = p.id;
	c->referral = uuid_of_name(t->arena, text_join(t->scratch, TEXT("twin:referral:"), p.id));
	map_put(&t->by_patient, c->patient, e->pathway);
	int from = random_weighted(&c->random, d->referrer_weights, d->referrer_count);
	referral r = {.id = c->referral,
		      .patient = p.id,
		      .referrer = d->referrers[from].name,
		      .reason = c->reason,
		      .received = e->at};
	r.patient_name = text_format(t->scratch, "%.*s %.*s", TEXT_ARG(p.given), TEXT_ARG(p.family));
	r.authored = e->at - MINUTES(random_between(&c->random, 1, 240));
	r.complete = random_below(&c->random, 100) < c->reason->complete;
	c->lacking = !r.complete;
	if (c->reason->asks_psa)
		r.psa = text_format(t->scratch, "PSA %d,%d", (int)random_between(&c->random, 4, 30),
				    (int)random_below(&c->random, 10));
	caller who = inbox();
	batch b = {0};
	bool fine = batch_create(t, &b, t->scratch, p.id, person_json(t->scratch, &p)) &&
		    batch_create(t, &b, t->scratch, r.id, referral_json(t->scratch, d, &r)) &&
		    batch_commit(t, &b, &who);
	t->report.patients++;
	t->report.referrals++;
	if (t->options->progress)
		t->options->progress(t->options->progress_self, t->report.referrals, t->options->pathways, e->at);
	return fine;
}

/* ---- doing tasks ---- */

static bool reject(town *t, course *c)
{
	version v;
	doc d;
	caller who = doctor_of(t, c);
	static const char closing[] =
	    "{\"url\":\"urn:limen:closing\",\"extension\":[{\"url\":\"reason\",\"valueCode\":\"elsewhere\"},"
	    "{\"url\":\"next\",\"valueString\":\"Henviser og patient får besked; egen læge følger op\"}]}";
	if (!read_body(t, &who, TEXT("ServiceRequest"), c->referral, &v, &d)) return false;
	const member members[] = {{"status", TEXT("\"revoked\"")},
				  {"extension", extensions_with(t->scratch, &d, text_of(closing))}};
	t->report.rejected++;
	return update_members(t, &who, &v, &d, members, 2);
}

/* Nothing to decide yet: the doctor wants one more examination. */
static bool examine_again(town *t, course *c, instant now)
{
	static const range soon = {4, 12};
	caller who = secretary_of(t, c);
	batch b = {0};
	c->again = false;
	visit v = {.referral = c->referral,
		   .patient = c->patient,
		   .what = TEXT("Supplerende undersøgelse"),
		   .place = t->department.places[0].da,
		   .doctor = doctor_label(t->scratch, c->doctor),
		   .made = now,
		   .minutes = 30};
	v.start = visit_time(t, c, soon, v.minutes, now);
	return batch_create(t, &b, t->scratch, (text){0}, visit_json(t->scratch, &v)) && batch_commit(t, &b, &who);
}

static text code_of(const doc *task)
{
	uint32_t code = doc_get(task, 0, NAME_code),
		 codings = code == NODE_ABSENT ? NODE_ABSENT : doc_get(task, code, NAME_coding);
	if (codings == NODE_ABSENT) return (text){0};
	for (uint32_t i = codings + 1; i < task->nodes[codings].next; i = task->nodes[i].next)
		if (text_equal(doc_get_text(task, i, NAME_system), TEXT("urn:limen:task")))
			return doc_get_text(task, i, NAME_code);
	return (text){0};
}

static bool is_open(const doc *task)
{
	text status = doc_get_text(task, 0, NAME_status);
	return !text_equal(status, TEXT("completed")) && !text_equal(status, TEXT("cancelled"));
}

/* A secretary who has asked the referrer waits for the answer, a working day at a time. */
static bool put_off(town *t, course *c, const event *e)
{
	static const range tomorrow = {1, 1};
	event again = *e;
	map_put(&t->scheduled, e->id, 1);
	again.at = office_time(t->image->calendar, &c->random, e->at, tomorrow);
	if (again.at < t->options->end) agenda_add(&t->agenda, again);
	return true;
}

static bool do_task(town *t, const event *e)
{
	course *c = &t->courses[e->pathway];
	version v;
	doc task;
	caller who = secretary_of(t, c);
	map_put(&t->scheduled, e->id, 0);
	if (!read_body(t, &who, TEXT("Task"), e->id, &v, &task)) return false;
	if (!is_open(&task)) return true;
	text kind = code_of(&task);
	bool visitation = text_equal(kind, TEXT("visitation"));
	if (c->lacking && text_equal(kind, TEXT("forvisitering"))) return put_off(t, c, e);
	if (visitation && c->rejected) return reject(t, c);
	if (c->again && text_equal(kind, TEXT("registrer-beslutning"))) return examine_again(t, c, e->at);
	who = visitation ? doctor_of(t, c) : able_for(t, c, kind);
	if (text_equal(kind, TEXT("red-fristen-leder"))) who = staff_caller(t, "leder", 0, TEXT("HADMIN"), -1);
	if (text_equal(kind, TEXT("red-fristen-ledelse")) || text_equal(kind, TEXT("afgoer-prioritet")))
		who = staff_caller(t, "ledelse", 0, TEXT("HADMIN"), -1);
	filled_form form;
	if (!form_answers(t, c, kind, e->at, &form)) return true;
	t->report.done++;
	t->report.closed += text_equal(kind, TEXT("afslut-forloeb"));
	return t->t->complete(t->t->self, &who, e->id, &(answers){form.at, form.count}, e->at, t->scratch, t->sink);
}

/* ---- visits ---- */

/* The event's appointment as it is now; false where it cannot be read (the sink says why) or is not booked any more. */
static bool booked_visit(town *t, const event *e, const caller *who, version *v, doc *d)
{
	return read_body(t, who, TEXT("Appointment"), e->id, v, d) &&
	       text_equal(doc_get_text(d, 0, NAME_status), TEXT("booked"));
}

static bool visit_over(town *t, const event *e)
{
	course *c = &t->courses[e->pathway];
	version v;
	doc d;
	caller who = secretary_of(t, c);
	if (!booked_visit(t, e, &who, &v, &d)) return t->sink->errors == 0;
	bool came = random_below(&c->random, 100) >= t->department.noshow;
	if (came) c->visited = e->at;
	const member members[] = {{"status", came ? TEXT("\"fulfilled\"") : TEXT("\"noshow\"")}};
	return update_members(t, &who, &v, &d, members, 1);
}

static bool cancel(town *t, const event *e)
{
	course *c = &t->courses[e->pathway];
	version v;
	doc d;
	caller who = secretary_of(t, c);
	if (!booked_visit(t, e, &who, &v, &d)) return t->sink->errors == 0;
	text at = extension_json(t->scratch, "urn:limen:cancelled-at", "valueDateTime", instant_iso(t->scratch, e->at));
	const member members[] = {
	    {"status", TEXT("\"cancelled\"")},
	    {"cancelationReason",
	     concept_json(t->scratch, "urn:limen:move-cause", e->by_patient ? "patient-wish" : "hospital")},
	    {"extension", text_format(t->scratch, "[%.*s]", TEXT_ARG(at))},
	};
	t->report.cancelled++;
	return update_members(t, &who, &v, &d, members, 3);
}

/* ---- what the feed tells ---- */

static instant instant_in(const doc *d, name_id name)
{
	moment m;
	return moment_parse(doc_get_text(d, 0, name), &m) ? m.low : INSTANT_NONE;
}

static int course_of(const town *t, text patient)
{
	text_pair p = text_cut(patient, '/');
	return (int)map_get_or(&t->by_patient, p.tail, -1);
}

static void put_event(town *t, event e)
{
	if (e.at >= t->options->end) return;
	e.id = text_copy(t->arena, e.id);
	agenda_add(&t->agenda, e);
}

static text patient_of_visit(const doc *d)
{
	uint32_t list = doc_get(d, 0, NAME_participant);
	for (uint32_t i = list + 1; list != NODE_ABSENT && i < d->nodes[list].next; i = d->nodes[i].next) {
		uint32_t actor = doc_get(d, i, NAME_actor);
		text reference = actor == NODE_ABSENT ? (text){0} : doc_get_text(d, actor, NAME_reference);
		if (text_starts(reference, TEXT("Patient/"))) return reference;
	}
	return (text){0};
}

static void visit_known(town *t, text id, const doc *d, instant now)
{
	int n = course_of(t, patient_of_visit(d));
	instant start = instant_in(d, NAME_start), end = instant_in(d, NAME_end);
	if (n < 0 || start == INSTANT_NONE || end == INSTANT_NONE || map_get_or(&t->visits, id, 0)) return;
	map_put(&t->visits, text_copy(t->arena, id), 1);
	t->report.booked++;
	course *c = &t->courses[n];
	put_event(t, (event){.at = end, .kind = EVENT_VISIT, .pathway = n, .id = id});
	int chance = (int)random_below(&c->random, 100);
	bool by_patient = chance < t->department.patient_cancels;
	if (chance >= t->department.patient_cancels + t->department.hospital_cancels) return;
	int64_t between = (start - now) / MINUTES(1);
	if (between < 24 * 60) return;
	instant when =
	    next_office_instant(t->image->calendar, now + MINUTES(random_between(&c->random, 60, between - 60)));
	if (when < start)
		put_event(t,
			  (event){.at = when, .kind = EVENT_CANCEL, .pathway = n, .id = id, .by_patient = by_patient});
}

static void task_known(town *t, text id, const doc *d, instant now)
{
	uint32_t patient = doc_get(d, 0, NAME_for);
	int n = patient == NODE_ABSENT ? -1 : course_of(t, doc_get_text(d, patient, NAME_reference));
	if (n < 0 || !is_open(d) || map_get_or(&t->scheduled, id, 0)) return;
	map_put(&t->scheduled, text_copy(t->arena, id), 1);
	course *c = &t->courses[n];
	text kind = code_of(d);
	range days = department_pace(&t->department, kind);
	if (c->slow) days = (range){days.low * 3, days.high * 3};
	bool after_visit = text_starts(kind, TEXT("registrer-"));
	instant from = after_visit ? now + MINUTES(240) : now;
	put_event(t, (event){.at = office_time(t->image->calendar, &c->random, from, days),
			     .kind = EVENT_TASK,
			     .pathway = n,
			     .id = id});
}

static bool heard(town *t, const feed_event *f, instant now)
{
	bool task = text_equal(f->type, TEXT("Task"));
	if ((!task && !text_equal(f->type, TEXT("Appointment"))) || f->method == WRITE_DELETE) return true;
	version v;
	doc d;
	caller who = inbox();
	if (!read_body(t, &who, f->type, f->id, &v, &d)) return false;
	if (task)
		task_known(t, f->id, &d, now);
	else
		visit_known(t, f->id, &d, now);
	return true;
}

static bool follow_feed(town *t, instant now)
{
	caller who = inbox();
	while (t->seen < t->t->sequence(t->t->self)) {
		feed_event *events;
		int n = t->t->feed(t->t->self, &who, t->seen, FEED_PIECE, t->scratch, &events, t->sink);
		for (int i = 0; i < n; i++) {
			if (!heard(t, &events[i], now)) return false;
			t->seen = events[i].sequence;
		}
		if (n <= 0) break;
	}
	arena_reset(t->scratch);
	return t->sink->errors == 0;
}

/* ---- time passes ---- */

static bool tick_until(town *t, instant until)
{
	instant last = INSTANT_NONE;
	for (instant next; (next = t->t->next_tick(t->t->self)) != INSTANT_NONE && next <= until && next != last;
	     last = next) {
		if (next > world_now(t->world)) world_set(t->world, next);
		if (!t->t->tick(t->t->self, world_now(t->world), t->sink) || !follow_feed(t, world_now(t->world)))
			return false;
	}
	return true;
}

static bool happen(town *t, const event *e)
{
	switch (e->kind) {
	case EVENT_REFERRAL:
		return refer(t, e);
	case EVENT_TASK:
		return do_task(t, e);
	case EVENT_VISIT:
		return visit_over(t, e);
	case EVENT_CANCEL:
		return cancel(t, e);
	}
	return false;
}

/* Referrals come on working days while practices are open. What is made is what is open, so the further back the
 * fewer: of the old ones only those that would still be here, and some that are closed. */
static void plan_referrals(town *t)
{
	day first = day_of_instant(t->options->start), last = day_of_instant(t->options->end);
	for (int i = 0; i < t->options->pathways; i++) {
		instant at;
		do {
			double back = random_unit(&t->random);
			if (!t->options->steady) back *= back;
			day d = last - (day)((double)(last - first) * back);
			while (!calendar_counts(t->image->calendar, d, UNIT_ARBEJDSDAGE)) d--;
			at = local_instant(d, (int)random_between(&t->random, 7 * 60 + 30, 17 * 60)) +
			     SECONDS(random_below(&t->random, 60));
		} while (at <= t->options->start || at >= t->options->end);
		agenda_add(&t->agenda, (event){.at = at, .kind = EVENT_REFERRAL, .pathway = i});
	}
}

static bool run(town *t)
{
	if (!set_up(t)) return false;
	t->seen = t->t->sequence(t->t->self);
	plan_referrals(t);
	for (event e; agenda_next(&t->agenda, &e);) {
		if (!tick_until(t, e.at)) return false;
		if (agenda_sooner(&t->agenda, &e)) { /* a tick has raised something that is done before it */
			agenda_add(&t->agenda, e);
			continue;
		}
		world_set(t->world, e.at);
		if (!happen(t, &e) || !follow_feed(t, e.at)) return false;
	}
	if (!tick_until(t, t->options->end)) return false;
	world_set(t->world, t->options->end);
	return true;
}

bool twin_populate_through(const twin_transport *t, const image *m, world *w, const twin_options *o, twin_report *out,
			   issues *sink)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	town *city = ARENA_NEW(a, town);
	*city = (town){
	    .t = t, .image = m, .world = w, .options = o, .sink = sink, .arena = a, .random = random_seed(o->seed)};
	city->scratch = arena_new(REQUEST_ARENA_MAX);
	city->agenda.arena = a;
	city->diary = (diary){.calendar = m->calendar, .arena = a, .busy = {.arena = a}};
	city->by_patient = city->cpr_taken = city->scheduled = city->visits = (map){.arena = a};
	assert(o->pathways >= 0 && o->pathways <= TWIN_PATHWAYS_MAX && o->start < o->end);
	city->courses = ARENA_ARRAY(a, course, o->pathways + 1);
	world_set(w, o->start);
	bool fine = department_read(m, o->department, a, sink, &city->department) && run(city);
	if (out) *out = city->report;
	arena_free(city->scratch);
	arena_free(a);
	return fine;
}
