/* staff.c: the staff of the invented department: who is able to what. */
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
		json_key(o, "valueReference");
		json_object(o);
		json_pair(o, "reference", text_format(a, "PractitionerRole/%.*s", TEXT_ARG(helper)));
		json_end(o);
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
