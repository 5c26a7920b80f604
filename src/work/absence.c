/* absence.c: somebody is away. An absence said of a PractitionerRole (urn:limen:absence {told, from, until}) becomes a slot of leave on their
 * schedule; a slot of leave, whoever wrote it, gets the booked times of that person that it touches (urn:limen:affects), and from them come
 * the calls to make. It is found once for a period (urn:limen:affects-of): what a replacement takes off again stays off, and a slot that came
 * with its times keeps them. */
#include "work/internal.h"

typedef struct absence {
	text json; /* of a slot: what is put on it; of a person: the slot itself */
	text id, cause;
} absence;
typedef struct away { /* a slot of leave and whose it is */
	const asking *by;
	const doc *slot;
	duty when;
	instant was_from, was_to; /* the period its times were found for; INSTANT_NONE: not yet */
	text people, queue;       /* of its schedule: "PractitionerRole/a,Practitioner/b"; where they work */
	buffer found;
} away;

static void person_add(const asking *by, text *people, text reference)
{
	if (reference.len)
		*people = text_format(by->arena, "%.*s%s%.*s", TEXT_ARG(*people), people->len ? "," : "",
				      TEXT_ARG(reference));
}

/* ---- the times it touches ---- */

/* The persons of the schedule: at work, and themselves, since an appointment may name either. */
static bool people_find(away *x)
{
	const doc *schedule = doc_at(x->by, reference_of(x->slot, 0, NAME_schedule));
	for (uint32_t list = schedule ? doc_get(schedule, 0, NAME_actor) : NODE_ABSENT, i = 0;
	     (i = list_after(schedule, list, i)) != NODE_ABSENT;) {
		text actor = doc_get_text(schedule, i, NAME_reference);
		const doc *role = text_starts(actor, TEXT("PractitionerRole/")) ? doc_at(x->by, actor) : NULL;
		person_add(x->by, &x->people, actor);
		if (!role) continue;
		person_add(x->by, &x->people, reference_of(role, 0, NAME_practitioner));
		if (!x->queue.len) x->queue = reference_of(role, 0, NAME_organization);
	}
	return x->by->sink->errors == 0;
}

static bool is_named(const away *x, text reference)
{
	for (uint32_t list = doc_get(x->slot, 0, NAME_extension), i = 0;
	     (i = list_after(x->slot, list, i)) != NODE_ABSENT;)
		if (text_equal(doc_get_text(x->slot, i, NAME_url), TEXT("urn:limen:affects")) &&
		    text_equal(reference_of(x->slot, i, NAME_valueReference), reference))
			return true;
	return false;
}

/* Touched now; and not taken off since it was found the last time. */
static bool is_touched(const away *x, const doc *appointment, text reference)
{
	instant start = instant_said(doc_get_text(appointment, 0, NAME_start)),
		end = instant_said(doc_get_text(appointment, 0, NAME_end));
	if (start == INSTANT_NONE) return false;
	if (end == INSTANT_NONE || end <= start) end = start + MINUTES(1);
	bool was = x->was_from != INSTANT_NONE && start < x->was_to && x->was_from < end;
	return start < x->when.to && x->when.from < end && (!was || is_named(x, reference));
}

static void reference_put(buffer *b, const char *url, text reference)
{
	buffer_format(b, "%s{\"url\":\"%s\",\"valueReference\":{\"reference\":\"%.*s\"}}", b->len ? "," : "", url,
		      TEXT_ARG(reference));
}

static bool appointments_find(away *x)
{
	search_answer found;
	const asking *by = x->by;
	text from = text_format(by->arena, "ge%.*s", TEXT_ARG(day_iso(by->arena, day_of_instant(x->when.from) - 1)));
	text to = text_format(by->arena, "le%.*s", TEXT_ARG(day_iso(by->arena, day_of_instant(x->when.to))));
	const search_pair of[] = {{TEXT("actor"), x->people},
				  {TEXT("status"), TEXT("booked")},
				  {TEXT("date"), from},
				  {TEXT("date"), to},
				  {TEXT("_sort"), TEXT("date")}};
	if (!x->people.len) return true;
	if (!find_all(by, "Appointment", of, 5, &found)) return false;
	for (int i = 0; i < found.count; i++) {
		const doc *d = doc_of(by, &found.entries[i].version);
		text reference = text_format(by->arena, "Appointment/%.*s", TEXT_ARG(found.entries[i].version.id));
		if (!d) return false;
		if (is_touched(x, d, reference)) reference_put(&x->found, "urn:limen:affects", reference);
	}
	return true;
}

/* What is put on the slot: its times (none takes away those that stood there), for which period, and where it lies. */
static text overlay_of(away *x)
{
	arena *a = x->by->arena;
	buffer b = {.arena = a};
	bool placed = extension_find(x->slot, 0, TEXT("urn:limen:queue")) != NODE_ABSENT;
	if (x->found.len)
		buffer_add(&b, buffer_text(&x->found));
	else if (extension_find(x->slot, 0, TEXT("urn:limen:affects")) != NODE_ABSENT)
		buffer_add(&b, TEXT("{\"url\":\"urn:limen:affects\"}"));
	buffer_format(&b, "%s{\"url\":\"urn:limen:affects-of\",\"valuePeriod\":{\"start\":\"%.*s\",\"end\":\"%.*s\"}}",
		      b.len ? "," : "", TEXT_ARG(doc_get_text(x->slot, 0, NAME_start)),
		      TEXT_ARG(doc_get_text(x->slot, 0, NAME_end)));
	if (!placed && x->queue.len) reference_put(&b, "urn:limen:queue", x->queue);
	return text_format(a, "{\"extension\":[%.*s]}", TEXT_ARG(buffer_text(&b)));
}

static bool is_leave(away *x)
{
	text status = doc_get_text(x->slot, 0, NAME_status);
	return duty_read(x->slot, &x->when) && x->when.kind == DUTY_LEAVE &&
	       !text_equal(status, TEXT("entered-in-error"));
}

/* The period its times were found for. False: nothing is to be found. */
static bool is_to_be_found(away *x)
{
	uint32_t mark = extension_find(x->slot, 0, TEXT("urn:limen:affects-of"));
	uint32_t period = mark == NODE_ABSENT ? NODE_ABSENT : doc_get(x->slot, mark, NAME_valuePeriod);
	x->was_from = x->was_to = INSTANT_NONE;
	if (period == NODE_ABSENT) return extension_find(x->slot, 0, TEXT("urn:limen:affects")) == NODE_ABSENT;
	x->was_from = instant_said(doc_get_text(x->slot, period, NAME_start));
	x->was_to = instant_said(doc_get_text(x->slot, period, NAME_end));
	return x->was_from != x->when.from || x->was_to != x->when.to;
}

static absence *slot_prepare(const asking *by, const doc *slot)
{
	away x = {.by = by, .slot = slot, .found = {.arena = by->arena}};
	if (!is_leave(&x) || !is_to_be_found(&x)) return NULL;
	if (!people_find(&x) || !x.people.len || !appointments_find(&x)) return NULL;
	absence *made = ARENA_NEW(by->arena, absence);
	made->json = overlay_of(&x);
	return made;
}

/* ---- an absence said of a person ---- */

/* From when it is (else from when it was told) until its end; where nobody knows, until the day is over. */
static text leave_json(const asking *by, const absence *a, text schedule, instant from, instant to)
{
	return text_format(by->arena,
			   "{\"resourceType\":\"Slot\",\"id\":\"%.*s\",\"serviceType\":[{\"coding\":[{\"system\":"
			   "\"urn:limen:duty\",\"code\":\"leave\"}]}],\"schedule\":{\"reference\":\"Schedule/%.*s\"},"
			   "\"status\":\"busy-unavailable\",\"start\":\"%.*s\",\"end\":\"%.*s\"}",
			   TEXT_ARG(a->id), TEXT_ARG(schedule), TEXT_ARG(instant_iso(by->arena, from)),
			   TEXT_ARG(instant_iso(by->arena, to)));
}

static absence *person_prepare(const asking *by, const doc *role, text id)
{
	search_answer found;
	uint32_t said = extension_find(role, 0, TEXT("urn:limen:absence"));
	text told = said == NODE_ABSENT ? (text){0} : extension_said(role, said, "told", NAME_valueDateTime);
	if (!told.len) return NULL;
	instant from = instant_said(extension_said(role, said, "from", NAME_valueDateTime)),
		to = instant_said(extension_said(role, said, "until", NAME_valueDateTime));
	if (from == INSTANT_NONE) from = instant_said(told);
	if (from == INSTANT_NONE) return NULL;
	if (to == INSTANT_NONE || to <= from) to = day_start(day_of_instant(from) + 1);
	const search_pair of[] = {{TEXT("actor"), text_format(by->arena, "PractitionerRole/%.*s", TEXT_ARG(id))}};
	if (!find_all(by, "Schedule", of, 1, &found) || found.count == 0) return NULL;
	absence *made = ARENA_NEW(by->arena, absence);
	made->cause = text_format(by->arena, "absence:%.*s:%.*s", TEXT_ARG(id), TEXT_ARG(told));
	made->id = uuid_of_name(by->arena, made->cause);
	made->json = leave_json(by, made, found.entries[0].version.id, from, to);
	return made;
}

/* ---- the two steps of a write ---- */

void *absence_prepare(void *self, const write_op *w, const doc *resource, reader *rd, arena *a, issues *sink)
{
	(void)w;
	const asking by = {rd, self, INSTANT_NONE, LANGUAGE_DA, a, sink};
	if (!resource || reader_rebuilding(rd)) return NULL;
	if (text_equal(doc_type(resource), TEXT("Slot"))) return slot_prepare(&by, resource);
	if (text_equal(doc_type(resource), TEXT("PractitionerRole")))
		return person_prepare(&by, resource, doc_get_text(resource, 0, NAME_id));
	return NULL;
}

bool absence_apply(deriving *dv, const change *c, issues *sink)
{
	const absence *made = c->prepared;
	arena *a = deriving_arena(dv);
	doc over, *d = ARENA_NEW(a, doc);
	if (!made || !c->resource) return true;
	bool slot = text_equal(c->type, TEXT("Slot"));
	if (slot && !json_parse(a, made->json, TEXT("absence"), sink, &over)) return false;
	text json = slot ? json_edited(a, c->resource, &over, EDIT_REPLACE) : made->json;
	text cause = slot ? text_format(a, "affects:%.*s@%lld", TEXT_ARG(c->id), (long long)c->version) : made->cause;
	if (!json_parse_resource(a, json, TEXT("absence"), sink, d)) return false;
	return deriving_raise(dv,
			      &(write_op){.method = slot ? WRITE_UPDATE : WRITE_CREATE,
					  .type = TEXT("Slot"),
					  .id = slot ? c->id : made->id,
					  .resource = d,
					  .cause = cause},
			      sink);
}
