/* Somebody is away: whoever says so, the booked times it touches are found, and each becomes a call to make; what a replacement takes off
 * stays off; times on other days, of other people, or cancelled are left alone. */
#include "house.h"

#include "work/internal.h"

static house h;

#define put(id, ...) house_put_as(&h, id, __VA_ARGS__)

static void role(const char *id, const char *more)
{
	put(id,
	    "{'resourceType':'PractitionerRole','id':'%s','practitioner':{'reference':'Practitioner/"
	    "%s'},'organization':{"
	    "'reference':'Organization/uro'},'code':[{'coding':[{'system':'urn:limen:role','code':'doctor'}]}]%s}",
	    id, id, more);
}

static void appointment(const char *id, const char *actor, const char *status, const char *start)
{
	instant from = at_time(start);
	put(id,
	    "{'resourceType':'Appointment','id':'%s','status':'%s','start':'%s','end':'%s','basedOn':[{'reference':"
	    "'ServiceRequest/r1'}],'participant':[{'actor':{'reference':'Patient/p1'},'status':'accepted'},{'actor':{"
	    "'reference':'%s'},'status':'accepted'}]%s}",
	    id, status, start, text_z(h.arena, instant_iso(h.arena, from + MINUTES(30))), actor,
	    strcmp(status, "cancelled")
		? ""
		: ",'cancelationReason':{'coding':[{'system':'urn:limen:move-cause','code':'hospital'}]}");
}

static void leave(const char *id, const char *from, const char *to, const char *more)
{
	put(id,
	    "{'resourceType':'Slot','id':'%s','serviceType':[{'coding':[{'system':'urn:limen:duty','code':'leave'}]}],"
	    "'schedule':{'reference':'Schedule/dr'},'status':'busy-unavailable','start':'%s','end':'%s'%s}",
	    id, from, to, more);
}

/* The times that stand on a slot, in its order. */
static text touched(text id)
{
	doc d;
	buffer b = {.arena = h.arena};
	assert_true(house_read(&h, TEXT("Slot"), id, &d));
	for (uint32_t list = doc_get(&d, 0, NAME_extension), i = 0; (i = list_after(&d, list, i)) != NODE_ABSENT;)
		if (text_equal(doc_get_text(&d, i, NAME_url), TEXT("urn:limen:affects")))
			buffer_format(
			    &b, "%s%.*s", b.len ? " " : "",
			    TEXT_ARG(reference_id(reference_of(&d, i, NAME_valueReference), TEXT("Appointment"))));
	return buffer_text(&b);
}

static text call(const char *appointment)
{
	return task_status(&h, "ring-nu", text_z(h.arena, text_format(h.arena, "Appointment/%s", appointment)));
}

TEST(a_doctor_with_a_day_of_appointments)
{
	house_open(&h, "2026-11-16T07:00:00+01:00");
	house_people(&h);
	put("uro", "{'resourceType':'Organization','id':'uro','name':'uro'}");
	put("dr", "{'resourceType':'Practitioner','id':'dr','name':[{'text':'dr'}]}");
	role("dr", "");
	put("dr", "{'resourceType':'Schedule','id':'dr','actor':[{'reference':'PractitionerRole/dr'}]}");
	put("r1", "{'resourceType':'ServiceRequest','id':'r1','status':'active','intent':'order','category':[{'coding':"
		  "[{'system':"
		  "'http://snomed.info/sct','code':'3457005'}]}],'subject':{'reference':'Patient/p1'},'authoredOn':"
		  "'2026-11-02T08:00:00+01:00','reasonCode':[{'text':'x'}]}");
	appointment("a8", "PractitionerRole/dr", "booked", "2026-11-16T08:00:00+01:00");
	appointment("a9", "Practitioner/dr", "booked", "2026-11-16T09:00:00+01:00");
	appointment("a10", "PractitionerRole/dr", "cancelled", "2026-11-16T10:00:00+01:00");
	appointment("a11", "PractitionerRole/sek-a", "booked", "2026-11-16T11:00:00+01:00");
	appointment("a15", "PractitionerRole/dr", "booked", "2026-11-16T15:00:00+01:00");
	appointment("a17", "PractitionerRole/dr", "booked", "2026-11-17T09:00:00+01:00");
	assert_text(call("a8"), TEXT(""));
}

TEST(leave_finds_the_times_it_touches_and_each_is_a_call)
{
	leave("s1", "2026-11-16T07:00:00+01:00", "2026-11-16T12:00:00+01:00", "");
	assert_text(touched(TEXT("s1")), TEXT("a8 a9"));
	assert_text(call("a8"), TEXT("requested"));
	assert_text(call("a9"), TEXT("requested"));
	assert_text(call("a11"), TEXT(""));
	assert_text(call("a15"), TEXT(""));
	assert_text(call("a17"), TEXT(""));
	doc d;
	assert_true(house_read(&h, TEXT("Slot"), TEXT("s1"), &d));
	assert_text(extension_said(&d, 0, "urn:limen:queue", NAME_valueReference), TEXT("Organization/uro"));
	assert_text(task_status(&h, "afgoer-hvem-der-ikke-kan-vente", "Slot/s1"), TEXT("requested"));
}

TEST(what_a_replacement_took_off_stays_off_and_a_longer_absence_touches_more)
{
	const char *off =
	    ",'extension':[{'url':'urn:limen:affects','valueReference':{'reference':'Appointment/a9'}},{'url':"
	    "'urn:limen:affects-of','valuePeriod':{'start':'2026-11-16T07:00:00+01:00','end':"
	    "'2026-11-16T12:00:00+01:00'}}]";
	leave("s1", "2026-11-16T07:00:00+01:00", "2026-11-16T12:00:00+01:00", off);
	assert_text(touched(TEXT("s1")), TEXT("a9"));
	assert_text(call("a8"), TEXT("cancelled"));
	leave("s1", "2026-11-16T07:00:00+01:00", "2026-11-16T16:00:00+01:00", off);
	assert_text(touched(TEXT("s1")), TEXT("a9 a15"));
	assert_text(call("a8"), TEXT("cancelled"));
	assert_text(call("a15"), TEXT("requested"));
}

TEST(an_absence_said_of_the_person_does_the_same_once)
{
	const char *said = ",'extension':[{'url':'urn:limen:absence','extension':[{'url':'told','valueDateTime':"
			   "'2026-11-17T06:50:00+01:00'},{'url':'from','valueDateTime':'2026-11-17T07:00:00+01:00'}]}]";
	world_set(&h.world, at_time("2026-11-17T06:55:00+01:00"));
	role("dr", said);
	text slot = uuid_of_name(h.arena, TEXT("absence:dr:2026-11-17T06:50:00+01:00"));
	doc d;
	assert_text(touched(slot), TEXT("a17"));
	assert_true(house_read(&h, TEXT("Slot"), slot, &d));
	assert_text(doc_get_text(&d, 0, NAME_end), TEXT("2026-11-18T00:00:00+01:00"));
	assert_text(call("a17"), TEXT("requested"));
	assert_text(task_status(&h, "fravaer", "PractitionerRole/dr"), TEXT("requested"));
	leave("s9", "2026-11-20T07:00:00+01:00", "2026-11-20T12:00:00+01:00", "");
	role("dr", said); /* written again: no second slot, and the first is as it is */
	assert_text(touched(slot), TEXT("a17"));
	check_report r;
	h.sink = (issues){.arena = h.arena};
	assert_true(record_check(h.record, h.arena, &r, &h.sink));
	assert_int_equal(r.broken_derived, 0);
	house_close(&h);
}

TESTS(T(a_doctor_with_a_day_of_appointments), T(leave_finds_the_times_it_touches_and_each_is_a_call),
      T(what_a_replacement_took_off_stays_off_and_a_longer_absence_touches_more),
      T(an_absence_said_of_the_person_does_the_same_once))
