/* The next task: protected time holds it back, what somebody would rather not have is left to others who can, and who asked for more of a
 * kind gets some of them; each time it is said why. A Friday in a small department. */
#include "house.h"

#include "work/internal.h"

static house h;

#define put(id, ...) house_put_as(&h, id, __VA_ARGS__)

static void slot(const char *person, const char *kind, const char *from, const char *to)
{
	put(text_z(h.arena, text_format(h.arena, "%s-%s", person, kind)),
	    "{'resourceType':'Slot','id':'%s-%s','schedule':{'reference':'Schedule/%s'},'status':'busy','start':"
	    "'2026-11-20T%s:00+01:00','end':'2026-11-20T%s:00+01:00','serviceType':[{'coding':[{'system':"
	    "'urn:limen:duty','code':'%s'}]}]}",
	    person, kind, person, from, to, kind);
}

/* wants: what they said of varebestilling, or nothing. */
static void person(const char *id, const char *wants)
{
	put(id,
	    "{'resourceType':'Practitioner','id':'%s','name':[{'text':'%s'}],'qualification':[{'code':{'coding':[{"
	    "'system':'urn:limen:competence','code':'drift-1'}]}}]}",
	    id, id);
	put(id,
	    "{'resourceType':'PractitionerRole','id':'%s',%s%s%s'practitioner':{'reference':'Practitioner/%s'},"
	    "'organization':{'reference':'Organization/uro'},'code':[{'coding':[{'system':'urn:limen:role','code':"
	    "'secretary'}]}]}",
	    id,
	    *wants ? "'extension':[{'url':'urn:limen:wish','extension':[{'url':'kind','valueCode':'varebestilling'},{"
		     "'url':'want','valueCode':'"
		   : "",
	    wants, *wants ? "'}]}]," : "", id);
	put(id, "{'resourceType':'Schedule','id':'%s','actor':[{'reference':'PractitionerRole/%s'}]}", id, id);
	slot(id, "duty", "07:30", "15:30");
}

static void task(const char *id, const char *start)
{
	put(id,
	    "{'resourceType':'Task','id':'%s','extension':[{'url':'urn:limen:queue','valueReference':{'reference':"
	    "'Organization/uro'}},{'url':'urn:limen:latest-start','valueInstant':'%s:00+01:00'}],'identifier':[{"
	    "'system':'urn:limen:cause','value':'varebestilling:hand:%s'}],'status':'requested','intent':'order',"
	    "'authoredOn':'2026-11-19T09:00:00+01:00','code':{'coding':[{'system':'urn:limen:task','code':"
	    "'varebestilling'}]}}",
	    id, start, id);
}

static text next_for(const char *who)
{
	text id;
	caller me = as(text_z(h.arena, text_format(h.arena, "PractitionerRole/%s", who)));
	const working by = {h.image, &me, world_now(&h.world), h.arena};
	h.sink = (issues){.arena = h.arena};
	return work_next(h.record, TEXT(""), &by, &id, &h.sink) ? id : (text){0};
}

static text said(void)
{
	return h.sink.first ? issue_text(h.arena, h.sink.first, LANGUAGE_DA) : (text){0};
}

static text chosen(text id)
{
	doc d;
	assert_true(house_read(&h, TEXT("Task"), id, &d));
	return extension_said(&d, 0, "urn:limen:chosen", NAME_valueString);
}

/* Ids of tasks that do, or do not, go to who asked for more. */
static char *id_that(bool goes, int number)
{
	for (int i = 0;; i++) {
		char *id = text_z(h.arena, text_format(h.arena, "v%d-%d", number, i));
		if (wish_share(h.image, text_of(id)) == goes) return id;
	}
}

TEST(a_department)
{
	house_open(&h, "2026-11-20T10:00:00+01:00");
	put("uro", "{'resourceType':'Organization','id':'uro','name':'uro'}");
	person("anna", "");
	person("bo", "");
	task("t1", "2026-11-20T14:00");
}

TEST(protected_time_holds_the_next_one_back_and_says_who_has_the_telephone)
{
	slot("anna", "focus", "09:00", "11:00");
	assert_text(next_for("anna"), TEXT(""));
	assert_true(house_said(&h, FAIL_WORK_IN_FOCUS));
	assert_true(text_find(said(), TEXT("fokustid til kl. 11.00")) >= 0);
	assert_true(text_find(said(), TEXT("bo har telefonen")) >= 0);
	slot("bo", "leave", "08:00", "15:00");
	assert_text(next_for("anna"), TEXT(""));
	assert_true(text_find(said(), TEXT("ingen er ledig")) >= 0);
	slot("bo", "leave", "18:00", "19:00");
}

TEST(by_hand_one_may_still_take_a_task_in_protected_time)
{
	caller me = as("PractitionerRole/anna");
	const working by = {h.image, &me, world_now(&h.world), h.arena};
	const acting claim = {.act = ACT_CLAIM, .task = TEXT("t1"), .until = DAY_NONE};
	h.sink = (issues){.arena = h.arena};
	assert_true(work_act(h.record, &claim, &by, &h.sink));
	assert_text(chosen(TEXT("t1")), TEXT(""));
}

TEST(when_it_is_over_the_next_one_comes_and_says_why)
{
	task("t2", "2026-11-20T14:10");
	world_set(&h.world, at_time("2026-11-20T11:00:00+01:00"));
	assert_text(next_for("anna"), TEXT("t2"));
	assert_text(chosen(TEXT("t2")), TEXT("den første i køen, som du kan tage"));
	assert_text(next_for("anna"), TEXT(""));
	assert_int_equal(h.sink.errors, 0);
}

TEST(what_one_would_rather_not_have_is_left_to_others_who_can)
{
	person("anna", "rather-not");
	task("t3", "2026-11-20T14:20");
	assert_text(next_for("anna"), TEXT(""));
	assert_true(house_said(&h, FAIL_WORK_UNWISHED));
	assert_text(next_for("bo"), TEXT("t3"));
}

TEST(but_not_where_nobody_else_can_or_it_cannot_wait)
{
	task("t4", "2026-11-20T14:30");
	slot("bo", "leave", "08:00", "15:00");
	assert_text(next_for("anna"), TEXT("t4"));
	assert_true(text_find(chosen(TEXT("t4")), TEXT("ingen anden på vagt kan")) >= 0);
	slot("bo", "leave", "18:00", "19:00");
	task("t5", "2026-11-20T11:00");
	assert_text(next_for("anna"), TEXT("t5"));
	person("bo", "rather-not"); /* both: then it goes round */
	task("t6", "2026-11-20T14:40");
	assert_text(next_for("anna"), TEXT("t6"));
}

TEST(who_asked_for_more_gets_some_and_others_the_rest)
{
	person("anna", "more");
	person("bo", "");
	char *share = id_that(true, 1), *rest = id_that(false, 2);
	task(share, "2026-11-20T12:00");
	task(rest, "2026-11-20T13:00");
	assert_text(next_for("bo"), text_of(rest)); /* although the other is to be begun sooner */
	assert_text(next_for("anna"), text_of(share));
	assert_true(text_find(chosen(text_of(share)), TEXT("bedt om flere")) >= 0);
	share = id_that(true, 3);
	task(share, "2026-11-20T12:00");
	assert_text(next_for("bo"), text_of(share)); /* nothing else is left */
	assert_true(text_find(chosen(text_of(share)), TEXT("intet andet er tilbage")) >= 0);
}

TEST(who_has_no_place_of_their_own_may_take_from_a_queue)
{
	put("loes",
	    "{'resourceType':'PractitionerRole','id':'loes','practitioner':{'reference':'Practitioner/anna'},'code':[{"
	    "'coding':[{'system':'urn:limen:role','code':'secretary'}]}]}");
	char *rest = id_that(false, 7);
	task(rest, "2026-11-20T14:00");
	text id;
	caller me = as("PractitionerRole/loes");
	const working by = {h.image, &me, world_now(&h.world), h.arena};
	h.sink = (issues){.arena = h.arena};
	assert_true(work_next(h.record, TEXT("Organization/uro"), &by, &id, &h.sink));
	assert_text(id, text_of(rest));
}

static candidate *could;

static text order_of(const char *id)
{
	caller who = as("Device/test");
	h.sink = (issues){.arena = h.arena};
	reader *rd = record_reader(h.record, &who, h.arena, &h.sink);
	const asking by = {rd, h.image, world_now(&h.world), LANGUAGE_DA, h.arena, &h.sink};
	int n = work_candidates(&by, text_of(id), &could);
	reader_close(rd);
	buffer b = {.arena = h.arena};
	for (int i = 0; i < n && could[i].can; i++) buffer_format(&b, "%s%.*s", i ? " " : "", TEXT_ARG(could[i].name));
	return buffer_text(&b);
}

/* However much they have on the table: what decides is not who is least busy. */
TEST(wishes_and_protected_time_hold_however_busy_the_others_are)
{
	person("anna", "rather-not");
	person("bo", "");
	task("r", "2026-11-20T14:00");
	for (int i = 0; i < 60; i++) {
		char *id = text_z(h.arena, text_format(h.arena, "b%d", i));
		task(id, "2026-11-20T14:00");
		caller me = as("PractitionerRole/bo");
		const working by = {h.image, &me, world_now(&h.world), h.arena};
		const acting claim = {.act = ACT_CLAIM, .task = text_of(id), .until = DAY_NONE};
		h.sink = (issues){.arena = h.arena};
		assert_true(work_act(h.record, &claim, &by, &h.sink));
	}
	assert_text(order_of("r"), TEXT("bo anna"));
	person("anna", "");
	assert_text(order_of("r"), TEXT("anna bo"));
	slot("anna", "focus", "10:30", "12:00");
	assert_text(order_of("r"), TEXT("bo anna"));
	person("bo", "more");
	slot("anna", "focus", "13:00", "14:00");
	char *share = id_that(true, 9), *rest = id_that(false, 9);
	task(share, "2026-11-20T14:00");
	task(rest, "2026-11-20T14:00");
	assert_text(order_of(share), TEXT("bo anna"));
	assert_text(order_of(rest), TEXT("anna bo"));
	house_close(&h);
}

TESTS(T(a_department), T(protected_time_holds_the_next_one_back_and_says_who_has_the_telephone),
      T(by_hand_one_may_still_take_a_task_in_protected_time), T(when_it_is_over_the_next_one_comes_and_says_why),
      T(what_one_would_rather_not_have_is_left_to_others_who_can), T(but_not_where_nobody_else_can_or_it_cannot_wait),
      T(who_asked_for_more_gets_some_and_others_the_rest), T(who_has_no_place_of_their_own_may_take_from_a_queue),
      T(wishes_and_protected_time_hold_however_busy_the_others_are))
