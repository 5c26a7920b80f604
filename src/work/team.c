/* team.c: who is there on a day, from where, and with what on the table: what routing, load and coverage look at. */
#include "work/internal.h"

/* ---- reading ---- */

bool find_all(const asking *by, const char *type, const search_pair *pairs, int count, search_answer *out)
{
	search_pair all[12];
	assert(count < 12);
	for (int i = 0; i < count; i++) all[i] = pairs[i];
	all[count] = (search_pair){TEXT("_count"), TEXT("1000")};
	*out = (search_answer){0};
	return record_search(by->reader, text_of(type), all, count + 1, false, out, by->sink);
}

const doc *doc_of(const asking *by, const version *v)
{
	doc *d = ARENA_NEW(by->arena, doc);
	return json_parse(by->arena, text_copy(by->arena, v->json), v->type, by->sink, d) ? d : NULL;
}

const doc *doc_at(const asking *by, text reference)
{
	version v;
	text_pair p = text_cut(reference, '/');
	return p.found && record_read(by->reader, p.head, p.tail, &v, by->sink) == FOUND ? doc_of(by, &v) : NULL;
}

instant extension_instant(const doc *d, const char *url, name_id value)
{
	uint32_t at = extension_find(d, 0, text_of(url));
	return at == NODE_ABSENT ? INSTANT_NONE : instant_said(doc_get_text(d, at, value));
}

/* "A,B,C": as a search takes several values. */
static void joined(buffer *b, text one)
{
	if (b->len) buffer_char(b, ',');
	buffer_add(b, one);
}

/* ---- the places ---- */

static text part_of(const asking *by, text organization)
{
	const doc *d = organization.len ? doc_at(by, organization) : NULL;
	return d ? reference_of(d, 0, NAME_partOf) : (text){0};
}

/* The departments whose people may be asked: the queue's own, and those beside and above it. */
static bool places(const asking *by, team *t, text *out)
{
	search_answer found;
	buffer b = {.arena = by->arena};
	t->community = part_of(by, t->queue);
	t->hospital = part_of(by, t->community);
	joined(&b, t->queue);
	if (t->community.len) joined(&b, t->community);
	if (t->hospital.len) joined(&b, t->hospital);
	buffer above = {.arena = by->arena};
	joined(&above, t->queue); /* a community's own are those of its specialties too */
	if (t->community.len) joined(&above, t->community);
	const search_pair beside[] = {{TEXT("partof"), buffer_text(&above)}};
	if (!find_all(by, "Organization", beside, 1, &found)) return false;
	for (int i = 0; i < found.count; i++)
		joined(&b, text_format(by->arena, "Organization/%.*s", TEXT_ARG(found.entries[i].version.id)));
	*out = buffer_text(&b);
	return true;
}

static tier tier_of(const asking *by, const team *t, const worker *w)
{
	if (text_equal(w->organization, t->queue) || text_equal(part_of(by, w->organization), t->queue))
		return TIER_OWN;
	if (text_equal(w->level, TEXT("hospital")) || text_equal(w->organization, t->hospital)) return TIER_HOSPITAL;
	return TIER_COMMUNITY;
}

static bool people_read(const asking *by, team *t)
{
	text where;
	search_answer found;
	if (!places(by, t, &where)) return false;
	const search_pair of[] = {{TEXT("organization"), where}};
	if (!find_all(by, "PractitionerRole", of, 1, &found)) return false;
	t->at = ARENA_ARRAY(by->arena, team_person, found.count + 1);
	for (int i = 0; i < found.count; i++) {
		team_person *p = &t->at[t->count];
		if (!worker_from(by, &found.entries[i].version, &p->worker)) return false;
		p->tier = tier_of(by, t, &p->worker);
		t->count += p->worker.here;
	}
	return true;
}

int team_find(const team *t, text person)
{
	for (int i = 0; i < t->count; i++)
		if (text_equal(t->at[i].worker.reference, person)) return i;
	return -1;
}

static text people_of(const asking *by, const team *t)
{
	buffer b = {.arena = by->arena};
	for (int i = 0; i < t->count; i++) joined(&b, t->at[i].worker.reference);
	return buffer_text(&b);
}

/* ---- the roster ---- */

bool duty_read(const doc *d, duty *out)
{
	static const char *const kinds[] = {[DUTY_ON] = "duty",
					    [DUTY_HOME] = "home",
					    [DUTY_LEAVE] = "leave",
					    [DUTY_FOCUS] = "focus",
					    [DUTY_PHONE] = "phone"};
	uint32_t list = doc_get(d, 0, NAME_serviceType);
	out->from = instant_said(doc_get_text(d, 0, NAME_start));
	out->to = instant_said(doc_get_text(d, 0, NAME_end));
	for (uint32_t i = 0; (i = list_after(d, list, i)) != NODE_ABSENT;) {
		uint32_t codings = doc_get(d, i, NAME_coding);
		for (uint32_t c = 0; (c = list_after(d, codings, c)) != NODE_ABSENT;)
			for (int k = 0; k < 5; k++) {
				if (!text_equal(doc_get_text(d, c, NAME_system), TEXT("urn:limen:duty")) ||
				    !text_equal(doc_get_text(d, c, NAME_code), text_of(kinds[k])))
					continue;
				out->kind = (duty_kind)k;
				return out->from != INSTANT_NONE && out->to > out->from;
			}
	}
	return false;
}

/* Whose Schedule is whose: Schedule/id → the number of the person. */
static bool schedules_read(const asking *by, const team *t, map *whose, text *all)
{
	search_answer found;
	buffer b = {.arena = by->arena};
	const search_pair of[] = {{TEXT("actor"), people_of(by, t)}};
	if (!find_all(by, "Schedule", of, 1, &found)) return false;
	for (int i = 0; i < found.count; i++) {
		const doc *d = doc_of(by, &found.entries[i].version);
		if (!d) return false;
		for (uint32_t list = doc_get(d, 0, NAME_actor), n = 0; (n = list_after(d, list, n)) != NODE_ABSENT;) {
			int person = team_find(t, doc_get_text(d, n, NAME_reference));
			if (person < 0) continue;
			text name = text_format(by->arena, "Schedule/%.*s", TEXT_ARG(found.entries[i].version.id));
			map_put(whose, name, person + 1);
			joined(&b, name);
		}
	}
	*all = buffer_text(&b);
	return true;
}

/* The week of the day, so that who had the telephone is counted; a night begins the day before. */
static bool duties_read(const asking *by, team *t)
{
	text schedules;
	search_answer found;
	map whose = {.arena = by->arena};
	if (!t->count || !schedules_read(by, t, &whose, &schedules)) return by->sink->errors == 0;
	if (!schedules.len) return true;
	day monday = t->on - day_weekday(t->on);
	const search_pair of[] = {
	    {TEXT("schedule"), schedules},
	    {TEXT("start"), text_format(by->arena, "ge%.*s", TEXT_ARG(day_iso(by->arena, monday - 1)))},
	    {TEXT("start"), text_format(by->arena, "le%.*s", TEXT_ARG(day_iso(by->arena, t->on)))},
	};
	if (!find_all(by, "Slot", of, 3, &found)) return false;
	t->duties = ARENA_ARRAY(by->arena, duty, found.count + 1);
	for (int i = 0; i < found.count; i++) {
		const doc *d = doc_of(by, &found.entries[i].version);
		duty *one = &t->duties[t->duty_count];
		if (!d) return false;
		if (!duty_read(d, one)) continue;
		one->person = (int)map_get_or(&whose, reference_of(d, 0, NAME_schedule), 0) - 1;
		if (one->person < 0) continue;
		t->duty_count++;
		t->planned |= one->kind <= DUTY_HOME && one->from < day_start(t->on + 1) && one->to > day_start(t->on);
	}
	return true;
}

const duty *team_in(const team *t, int person, duty_kind kind, instant at)
{
	for (int i = 0; i < t->duty_count; i++) {
		const duty *d = &t->duties[i];
		if (d->person == person && d->kind == kind && d->from <= at && at < d->to) return d;
	}
	return NULL;
}

/* Where nobody has planned the day, office hours are taken for it. */
bool team_on_duty(const team *t, const image *m, int person, instant at)
{
	if (team_in(t, person, DUTY_LEAVE, at)) return false;
	if (!t->planned) return routing_office(routing_of(m), m, at);
	return team_in(t, person, DUTY_ON, at) || team_in(t, person, DUTY_HOME, at);
}

enum { STEP = 15 };

int team_minutes(const team *t, const image *m, instant from, instant to)
{
	int minutes = 0;
	for (instant at = from; at < to; at += MINUTES(STEP))
		for (int i = 0; i < t->count; i++)
			if (t->at[i].tier == TIER_OWN && team_on_duty(t, m, i, at)) minutes += STEP;
	return minutes;
}

bool team_tips(const team *t, const image *m, instant now)
{
	instant from = now > day_start(t->on) ? now : day_start(t->on);
	int there = team_minutes(t, m, from, day_start(t->on + 1));
	return (int64_t)t->needed * 100 > (int64_t)there * routing_of(m)->tips;
}

/* ---- what is on the table ---- */

static void task_count(const asking *by, team *t, const doc *d)
{
	const task_kind *k = task_kind_find(by->image, task_kind_of(d));
	instant start = extension_instant(d, "urn:limen:latest-start", NAME_valueInstant);
	bool today = start != INSTANT_NONE && start < day_start(t->on + 1);
	int minutes = k ? k->minutes : 0, person = team_find(t, reference_of(d, 0, NAME_owner));
	bool ours = text_equal(task_queue(d), t->queue);
	if (person >= 0) {
		t->at[person].tasks++;
		if (today) t->at[person].minutes += minutes;
	}
	t->open += ours;
	t->unowned += ours && !reference_of(d, 0, NAME_owner).len;
	t->to_begin += ours && today;
	if (ours && today) t->needed += minutes;
}

/* Open tasks of the queue that are to be begun by then or are somebody's, and what its people have elsewhere. */
static bool tasks_read(const asking *by, team *t)
{
	search_answer found;
	map seen = {.arena = by->arena};
	text before = text_format(by->arena, "lt%.*s", TEXT_ARG(day_iso(by->arena, t->on + 1)));
	const search_pair of_queue[] = {
	    {TEXT("open"), TEXT("true")}, {TEXT("queue"), t->queue}, {TEXT("latest-start"), before}};
	const search_pair of_people[] = {{TEXT("open"), TEXT("true")}, {TEXT("owner"), people_of(by, t)}};
	for (int side = 0; side < 2; side++) {
		if (side && !t->count) return true;
		if (!find_all(by, "Task", side ? of_people : of_queue, side ? 2 : 3, &found)) return false;
		for (int i = 0; i < found.count; i++) {
			text id = text_copy(by->arena, found.entries[i].version.id);
			if (map_get_or(&seen, id, 0)) continue;
			map_put(&seen, id, 1);
			const doc *d = doc_of(by, &found.entries[i].version);
			if (!d) return false;
			task_count(by, t, d);
		}
	}
	return true;
}

bool team_people(const asking *by, text queue, day on, team *out)
{
	*out = (team){.queue = queue, .on = on};
	return people_read(by, out) && duties_read(by, out);
}

bool team_read(const asking *by, text queue, day on, team *out)
{
	return team_people(by, queue, on, out) && tasks_read(by, out);
}

/* The patient's named coordinator across departments, else the pathway's. */
text coordinator_of(const asking *by, const doc *task)
{
	text pathway = task_pathway(task);
	const doc *patient = doc_at(by, reference_of(task, 0, NAME_for));
	uint32_t named = patient ? extension_find(patient, 0, TEXT("urn:limen:coordinator")) : NODE_ABSENT;
	if (named != NODE_ABSENT) return reference_of(patient, named, NAME_valueReference);
	const doc *episode =
	    pathway.len ? doc_at(by, text_format(by->arena, "EpisodeOfCare/%.*s", TEXT_ARG(pathway))) : NULL;
	return episode ? reference_of(episode, 0, NAME_careManager) : (text){0};
}
