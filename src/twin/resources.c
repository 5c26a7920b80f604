/* resources.c: the resources the department's people write themselves, as JSON. */
#include "twin/internal.h"

text staff_id(arena *a, const char *prefix, int number)
{
	if (number < 26) return text_format(a, "%s-%c", prefix, 'a' + number);
	return text_format(a, "%s-%c%c", prefix, 'a' + number / 26 - 1, 'a' + number % 26);
}

static void reference(json_out *o, const char *key, text to, text display)
{
	if (!to.len && !display.len) return;
	if (key) json_key(o, key);
	json_object(o);
	json_pair(o, "reference", to);
	json_pair(o, "display", display);
	json_end(o);
}

static void concept(json_out *o, const char *key, const char *system, text code, text display)
{
	if (key) json_key(o, key);
	json_concept(o, system, code, display);
}

text practitioner_role_json(arena *a, const department *d, int number, const profession *p)
{
	text id = staff_id(a, p->prefix, number), label = staff_label(a, p, number);
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("PractitionerRole"));
	json_pair(&o, "id", id);
	json_key(&o, "active");
	json_bool(&o, true);
	reference(&o, "practitioner", text_format(a, "Practitioner/%.*s", TEXT_ARG(id)), label);
	reference(&o, "organization", text_format(a, "Organization/%.*s", TEXT_ARG(d->id)), d->da);
	json_key(&o, "code");
	json_array(&o);
	concept(&o, NULL, "urn:limen:role", text_of(p->role), text_of(p->display));
	json_end(&o);
	const place_of_work *site = staff_site(d, number);
	json_key(&o, "location");
	json_array(&o);
	reference(&o, NULL, text_format(a, "Location/%.*s", TEXT_ARG(site->id)), site->da);
	json_end(&o);
	json_end(&o);
	return json_done(&o);
}

text place_json(arena *a, const department *d, const place_of_work *p)
{
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Location"));
	json_pair(&o, "id", p->id);
	json_pair(&o, "status", TEXT("active"));
	json_pair(&o, "name", p->da);
	json_pair(&o, "mode", TEXT("instance"));
	reference(&o, "managingOrganization", text_format(a, "Organization/%.*s", TEXT_ARG(d->id)), d->da);
	json_end(&o);
	return json_done(&o);
}

/* What the department is a part of: its community, and the hospital. */
text above_json(arena *a, const above *one, text part_of)
{
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Organization"));
	json_pair(&o, "id", one->id);
	json_key(&o, "active");
	json_bool(&o, true);
	json_pair(&o, "name", one->da);
	if (part_of.len) reference(&o, "partOf", text_format(a, "Organization/%.*s", TEXT_ARG(part_of)), (text){0});
	json_end(&o);
	return json_done(&o);
}

text organization_json(arena *a, const department *d)
{
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Organization"));
	json_pair(&o, "id", d->id);
	json_key(&o, "active");
	json_bool(&o, true);
	json_pair(&o, "name", d->da);
	reference(&o, "partOf", text_format(a, "Organization/%.*s", TEXT_ARG(d->community.id)), d->community.da);
	json_end(&o);
	return json_done(&o);
}

static void note(json_out *o, instant at, text said)
{
	if (!said.len) return;
	json_key(o, "note");
	json_array(o);
	json_object(o);
	json_pair(o, "time", instant_iso(o->b.arena, at));
	json_pair(o, "text", said);
	json_end(o);
	json_end(o);
}

/* A referral that lacks something lacks its PSA value, or says no reason at all. */
text referral_json(arena *a, const department *d, const referral *r)
{
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("ServiceRequest"));
	json_pair(&o, "id", r->id);
	json_key(&o, "extension");
	json_array(&o);
	json_object(&o);
	json_pair(&o, "url", TEXT("urn:limen:received"));
	json_pair(&o, "valueDateTime", instant_iso(a, r->received));
	json_end(&o);
	json_end(&o);
	json_pair(&o, "status", TEXT("active"));
	json_pair(&o, "intent", TEXT("order"));
	json_key(&o, "category");
	json_array(&o);
	concept(&o, NULL, "http://snomed.info/sct", TEXT("3457005"), TEXT("Patient referral"));
	json_end(&o);
	reference(&o, "subject", text_format(a, "Patient/%.*s", TEXT_ARG(r->patient)), r->patient_name);
	json_pair(&o, "authoredOn", instant_iso(a, r->authored));
	reference(&o, "requester", (text){0}, r->referrer);
	json_key(&o, "performer");
	json_array(&o);
	reference(&o, NULL, text_format(a, "Organization/%.*s", TEXT_ARG(d->id)), d->da);
	json_end(&o);
	if (r->complete || r->reason->asks_psa) {
		json_key(&o, "reasonCode");
		json_array(&o);
		json_object(&o);
		json_pair(&o, "text", r->reason->text);
		json_end(&o);
		json_end(&o);
	}
	note(&o, r->authored, r->complete ? r->psa : (text){0});
	json_end(&o);
	return json_done(&o);
}

text visit_json(arena *a, const visit *v)
{
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Appointment"));
	json_pair(&o, "status", TEXT("booked"));
	json_pair(&o, "description", v->what);
	json_pair(&o, "start", instant_iso(a, v->start));
	json_pair(&o, "end", instant_iso(a, v->start + MINUTES(v->minutes)));
	json_key(&o, "minutesDuration");
	json_int(&o, v->minutes);
	json_pair(&o, "created", instant_iso(a, v->made));
	json_key(&o, "basedOn");
	json_array(&o);
	reference(&o, NULL, text_format(a, "ServiceRequest/%.*s", TEXT_ARG(v->referral)), (text){0});
	json_end(&o);
	json_key(&o, "participant");
	json_array(&o);
	const text who[] = {text_format(a, "Patient/%.*s", TEXT_ARG(v->patient)), (text){0}, (text){0}};
	const text shown[] = {(text){0}, v->doctor, v->place};
	for (int i = 0; i < 3; i++) {
		json_object(&o);
		reference(&o, "actor", who[i], shown[i]);
		json_pair(&o, "status", TEXT("accepted"));
		json_end(&o);
	}
	json_end(&o);
	json_end(&o);
	return json_done(&o);
}

static const member *member_named(const member *members, int count, text key)
{
	for (int i = 0; i < count; i++)
		if (text_equal(text_of(members[i].key), key)) return &members[i];
	return NULL;
}

text with_members(arena *a, const doc *d, const member *members, int count)
{
	json_out o = json_begin(a);
	json_object(&o);
	for (uint32_t i = 1; i < d->nodes[0].next; i = d->nodes[i].next) {
		text key = name_text(d, d->nodes[i].name);
		if (member_named(members, count, key)) continue;
		json_key_text(&o, key);
		json_node(&o, d, i);
	}
	for (int i = 0; i < count; i++) {
		if (!members[i].json.len) continue;
		json_key(&o, members[i].key);
		json_raw(&o, members[i].json);
	}
	json_end(&o);
	return json_done(&o);
}

text extensions_with(arena *a, const doc *d, text one)
{
	buffer b = {.arena = a};
	uint32_t list = doc_get(d, 0, NAME_extension);
	buffer_char(&b, '[');
	for (uint32_t i = list + 1; list && i < d->nodes[list].next; i = d->nodes[i].next) {
		json_write(&b, d, i, JSON_COMPACT);
		buffer_char(&b, ',');
	}
	buffer_add(&b, one);
	buffer_char(&b, ']');
	return buffer_text(&b);
}

text extension_json(arena *a, const char *url, const char *value_key, text value)
{
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "url", text_of(url));
	json_pair(&o, value_key, value);
	json_end(&o);
	return json_done(&o);
}

text concept_json(arena *a, const char *system, const char *code)
{
	json_out o = json_begin(a);
	concept(&o, NULL, system, text_of(code), (text){0});
	return json_done(&o);
}
