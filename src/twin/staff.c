/* staff.c: the staff of the invented department: who is able to what, and who is there when. */
#include "twin/internal.h"

int staff_count(const department *d, text role)
{
	const struct {
		const char *role;
		int count;
	} all[] = {{"secretary", d->secretaries},
		   {"doctor", d->doctors},
		   {"nurse", d->nurses},
		   {"leader", d->leaders},
		   {"management", d->managements}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (text_equal(role, text_of(all[i].role))) return all[i].count;
	return 0;
}

/* "expert", "able", "learning"; NULL: not at all. */
static const char *depth_of(const department *d, const staff_skill *s, int number)
{
	int count = staff_count(d, s->who), place = count ? (number - s->from % count + count) % count : 0;
	if (place < s->expert) return "expert";
	if (place < s->expert + s->able) return "able";
	return place < s->expert + s->able + s->learning ? "learning" : NULL;
}

static bool able_to(const department *d, text role, int number, text competence)
{
	for (int i = 0; i < d->skill_count; i++) {
		const staff_skill *s = &d->skills[i];
		if (!text_equal(s->who, role) || !text_equal(s->code, competence)) continue;
		const char *depth = depth_of(d, s, number);
		if (depth && strcmp(depth, "learning") != 0) return true;
	}
	return false;
}

int staff_able(const department *d, text role, int number, text competence)
{
	int count = staff_count(d, role);
	for (int i = 0; i < count; i++)
		if (able_to(d, role, (number + i) % count, competence)) return (number + i) % count;
	return number;
}

text staff_label(arena *a, const profession *p, int number)
{
	text letters = doctor_label(a, number);
	return text_format(a, "%s %.*s", p->title, (int)letters.len - 4, letters.at + 4);
}

/* Those of a management are of its own role; in content they are "management". */
static text content_role(const profession *p)
{
	return strcmp(p->role, "specialty-management") == 0 ? TEXT("management") : text_of(p->role);
}

static void period_write(json_out *o, const staff_skill *s, day today)
{
	if (!s->days) return;
	json_key(o, "period");
	json_object(o);
	json_pair(o, "start", day_iso(o->b.arena, today));
	json_pair(o, "end", day_iso(o->b.arena, today + s->days));
	json_end(o);
	json_key(o, "issuer");
	json_object(o);
	json_pair(o, "display", TEXT("Dr. A"));
	json_end(o);
}

static void depth_write(json_out *o, const profession *p, const staff_skill *s, const char *depth)
{
	arena *a = o->b.arena;
	json_key(o, "extension");
	json_array(o);
	json_object(o);
	json_pair(o, "url", TEXT("urn:limen:depth"));
	json_pair(o, "valueCode", text_of(depth));
	json_end(o);
	if (strcmp(depth, "learning") == 0) {
		text helper = staff_id(a, p->prefix, s->from);
		json_object(o);
		json_pair(o, "url", TEXT("urn:limen:helper"));
		json_reference(o, "valueReference", text_format(a, "PractitionerRole/%.*s", TEXT_ARG(helper)));
		json_end(o);
	}
	json_end(o);
}

static void qualifications(json_out *o, const department *d, const profession *p, int number, day today)
{
	bool begun = false;
	for (int i = 0; i < d->skill_count; i++) {
		const staff_skill *s = &d->skills[i];
		const char *depth = text_equal(s->who, content_role(p)) ? depth_of(d, s, number) : NULL;
		if (!depth) continue;
		if (!begun) {
			json_key(o, "qualification");
			json_array(o);
		}
		begun = true;
		json_object(o);
		if (!s->days) depth_write(o, p, s, depth);
		json_key(o, "code");
		json_concept(o, s->days ? "urn:limen:delegation" : "urn:limen:competence", s->code, (text){0});
		period_write(o, s, today);
		json_end(o);
	}
	if (begun) json_end(o);
}

text practitioner_json(arena *a, const department *d, const profession *p, int number, day today)
{
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Practitioner"));
	json_pair(&o, "id", staff_id(a, p->prefix, number));
	json_key(&o, "active");
	json_bool(&o, true);
	json_key(&o, "name");
	json_array(&o);
	json_object(&o);
	json_pair(&o, "text", staff_label(a, p, number));
	json_end(&o);
	json_end(&o);
	qualifications(&o, d, p, number, today);
	json_end(&o);
	return json_done(&o);
}

/* ---- the roster ---- */

const place_of_work *staff_site(const department *d, int number)
{
	return &d->places[number % d->site_count];
}

text staff_schedule(arena *a, const profession *p, int number)
{
	text id = staff_id(a, p->prefix, number);
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Schedule"));
	json_pair(&o, "id", id);
	json_key(&o, "actor");
	json_array(&o);
	json_object(&o);
	json_pair(&o, "reference", text_format(a, "PractitionerRole/%.*s", TEXT_ARG(id)));
	json_end(&o);
	json_end(&o);
	json_end(&o);
	return json_done(&o);
}

typedef struct span_of_day {
	const char *kind;
	int from, to; /* minutes of the day */
} span_of_day;

static text slot_json(arena *a, text person, day on, span_of_day s)
{
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Slot"));
	json_key(&o, "serviceType");
	json_array(&o);
	json_concept(&o, "urn:limen:duty", text_of(s.kind), (text){0});
	json_end(&o);
	json_reference(&o, "schedule", text_format(a, "Schedule/%.*s", TEXT_ARG(person)));
	json_pair(&o, "status", TEXT("busy"));
	json_pair(&o, "start", instant_iso(a, local_instant(on, s.from)));
	json_pair(&o, "end", instant_iso(a, local_instant(on, s.to)));
	json_end(&o);
	return json_done(&o);
}

/* Protected time goes round: each secretary has it one day of the week; the telephone goes round too, a morning and an afternoon a day. */
int staff_slots(arena *a, const department *d, const profession *p, int number, day on, text out[STAFF_SLOTS_MAX])
{
	static const span_of_day duty = {"duty", 450, 930}, away = {"leave", 0, 1439}, focus = {"focus", 540, 630},
				 morning = {"phone", 480, 720}, afternoon = {"phone", 720, 930};
	text id = staff_id(a, p->prefix, number);
	int count = staff_count(d, content_role(p)), weekday = day_weekday(on), n = 0;
	bool secretary = text_equal(text_of(p->role), TEXT("secretary"));
	bool leave = count > 2 && (on - weekday) / 7 % count == number;
	out[n++] = slot_json(a, id, on, leave ? away : duty);
	if (!secretary || leave) return n;
	int turn = (int)(on * 2 % count);
	if (number == turn) out[n++] = slot_json(a, id, on, morning);
	if (number == (turn + 1) % count) out[n++] = slot_json(a, id, on, afternoon);
	if (n == 1 && number % 5 == weekday) out[n++] = slot_json(a, id, on, focus);
	return n;
}
