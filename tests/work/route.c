/* Who could do a task and why; the load and coverage of a day; safe to go home. A small department beside another, a Friday. */
#include "house.h"

#include "work/internal.h"

static house h;

#define put(id, ...) house_put_as(&h, id, __VA_ARGS__)

#define DRIFT(more)                                                                                                    \
	"'qualification':[{" more "'code':{'coding':[{'system':'urn:limen:competence','code':'drift-1'}]}}],"
#define DEPTH(depth) "'extension':[{'url':'urn:limen:depth','valueCode':'" depth "'}],"
#define LEARNS                                                                                                         \
	"'extension':[{'url':'urn:limen:depth','valueCode':'learning'},{'url':'urn:limen:helper','valueReference':{"   \
	"'reference':'PractitionerRole/expert'}}],"

static void person(const char *id, const char *at, const char *able, const char *more)
{
	put(id, "{'resourceType':'Practitioner','id':'%s',%s'name':[{'text':'%s'}]}", id, able, id);
	put(id,
	    "{'resourceType':'PractitionerRole','id':'%s',%s'practitioner':{'reference':'Practitioner/%s'},"
	    "'organization':{'reference':'Organization/"
	    "%s'},'code':[{'coding':[{'system':'urn:limen:role','code':'secretary'}]}]}",
	    id, more, id, at);
	put(id, "{'resourceType':'Schedule','id':'%s','actor':[{'reference':'PractitionerRole/%s'}]}", id, id);
}

static void slot(const char *person, const char *kind, const char *from, const char *to)
{
	char *id = text_z(h.arena, text_format(h.arena, "%s-%s-%.10s-%.2s", person, kind, from, from + 11));
	put(id,
	    "{'resourceType':'Slot','id':'%s','schedule':{'reference':'Schedule/"
	    "%s'},'status':'busy','start':'%s:00+01:00','end':"
	    "'%s:00+01:00','serviceType':[{'coding':[{'system':'urn:limen:duty','code':'%s'}]}]}",
	    id, person, from, to, kind);
}

static void organization(const char *id, const char *above)
{
	put(id, "{'resourceType':'Organization','id':'%s','name':'%s'%s%s%s}", id, id,
	    *above ? ",'partOf':{'reference':'Organization/" : "", above, *above ? "'}" : "");
}

static void task(const char *id, const char *queue, const char *start, const char *more)
{
	put(id,
	    "{'resourceType':'Task','id':'%s','extension':[{'url':'urn:limen:queue','valueReference':{'reference':'"
	    "Organization/%s'}}%s%s%s],"
	    "'identifier':[{'system':'urn:limen:cause','value':'varebestilling:hand:%s'}],'intent':'order','authoredOn'"
	    ":'2026-11-19T09:00:00+01:00',"
	    "'code':{'coding':[{'system':'urn:limen:task','code':'varebestilling'}]}%s}",
	    id, queue, *start ? ",{'url':'urn:limen:latest-start','valueInstant':'" : "", start,
	    *start ? ":00+01:00'}" : "", id, more);
}

static asking ask_with(const image *m)
{
	static caller who;
	who = as("Device/test");
	h.sink = (issues){.arena = h.arena};
	reader *rd = record_reader(h.record, &who, h.arena, &h.sink);
	assert_non_null(rd);
	return (asking){rd, m, world_now(&h.world), LANGUAGE_DA, h.arena, &h.sink};
}

static candidate *could;
static int count;

static void candidates_with(const image *m, const char *id)
{
	asking by = ask_with(m);
	count = work_candidates(&by, text_of(id), &could);
	reader_close(by.reader);
	house_print(&h.sink);
	assert_true(count > 0);
}

static void candidates(const char *id)
{
	candidates_with(h.image, id);
}

/* Those who can, best first: "expert able pupil". */
static text able_now(void)
{
	buffer b = {.arena = h.arena};
	for (int i = 0; i < count && could[i].can; i++)
		buffer_format(&b, "%s%.*s", i ? " " : "", TEXT_ARG(could[i].name));
	return buffer_text(&b);
}

static bool reason(const char *name, const char *part)
{
	for (int i = 0; i < count; i++)
		for (int r = 0; text_equal(could[i].name, text_of(name)) && r < could[i].reason_count; r++)
			if (text_find(could[i].reasons[r], text_of(part)) >= 0) return true;
	return false;
}

TEST(a_department)
{
	house_open(&h, "2026-11-20T10:00:00+01:00");
	organization("hosp", "");
	organization("kirurgi", "hosp");
	organization("uro", "kirurgi");
	organization("kar", "kirurgi");
	put("p1", "{'resourceType':'Patient','id':'p1','name':[{'family':'Prøvesen'}]}");
	person("expert", "uro", DRIFT(DEPTH("expert")), "");
	person("able", "uro", DRIFT(""), "");
	person("pupil", "uro", DRIFT(LEARNS), "");
	person("nothing", "uro", "", "");
	person("away", "uro", DRIFT(""), "");
	person("beside", "kar", DRIFT(""), "");
	person("pool", "hosp", DRIFT(""), "'extension':[{'url':'urn:limen:level','valueCode':'hospital'}],");
	static const char *const there[] = {"expert", "able", "pupil", "nothing", "away", "beside", "pool"};
	for (int i = 0; i < 7; i++) slot(there[i], "duty", "2026-11-20T07:30", "2026-11-20T15:30");
	slot("away", "leave", "2026-11-20T00:00", "2026-11-21T00:00");
	task("t", "uro", "2026-11-20T14:00", ",'status':'requested','for':{'reference':'Patient/p1'}");
}

TEST(on_duty_able_and_of_the_place_and_why_not)
{
	candidates("t");
	assert_text(able_now(), TEXT("expert able pupil"));
	assert_int_equal(count, 7);
	assert_true(reason("expert", "ekspert (+30)"));
	assert_true(reason("pupil", "under oplæring, med expert"));
	assert_true(reason("nothing", "kræver kompetencen \"Afsnittets drift\""));
	assert_true(reason("away", "fravær"));
	assert_false(reason("away", "syg"));
	assert_true(reason("beside", "fællesskabet hjælper først"));
	assert_true(reason("pool", "ingen fælles pulje"));
}

TEST(who_knows_the_patient_comes_before_who_has_more_depth_and_much_to_do_behind)
{
	task("d1", "uro", "",
	     ",'status':'completed','for':{'reference':'Patient/p1'},'owner':{'reference':'PractitionerRole/able'}");
	candidates("t");
	assert_text(able_now(), TEXT("able expert pupil"));
	assert_true(reason("able", "kender patienten: har gjort 1 opgaver (+15)"));
	for (int i = 0; i < 12; i++)
		task(text_z(h.arena, text_format(h.arena, "busy%d", i)), "uro", "2026-11-20T14:00",
		     ",'status':'accepted','owner':{'reference':'PractitionerRole/able'}");
	candidates("t");
	assert_text(able_now(), TEXT("expert able pupil"));
}

TEST(protected_time_and_a_wish_are_respected_where_others_can)
{
	slot("expert", "focus", "2026-11-20T09:00", "2026-11-20T11:00");
	candidates("t");
	assert_text(able_now(), TEXT("able pupil expert"));
	assert_true(reason("expert", "fokustid til kl. 11.00"));
	person("able", "uro", DRIFT(""),
	       "'extension':[{'url':'urn:limen:wish','extension':[{'url':'kind','valueCode':'varebestilling'},{'url':'"
	       "want','valueCode':'rather-not'}]}],");
	candidates("t");
	assert_text(able_now(), TEXT("pupil able expert"));
	person("able", "uro", DRIFT(""), "");
}

TEST(the_named_coordinator_is_first_across_departments)
{
	put("p1", "{'resourceType':'Patient','id':'p1','extension':[{'url':'urn:limen:coordinator','valueReference':{'"
		  "reference':"
		  "'PractitionerRole/beside'}}],'name':[{'family':'Prøvesen'}]}");
	candidates("t");
	assert_text(able_now(), TEXT("beside able pupil expert"));
	assert_true(reason("beside", "navngivne koordinator"));
	put("p1", "{'resourceType':'Patient','id':'p1','name':[{'family':'Prøvesen'}]}");
}

TEST(the_community_helps_when_there_is_more_than_can_be_done)
{
	for (int i = 0; i < 150; i++)
		task(text_z(h.arena, text_format(h.arena, "much%d", i)), "uro", "2026-11-20T14:00",
		     ",'status':'requested'");
	candidates("t");
	assert_true(reason("beside", "fællesskabet hjælper: der er mere"));
	asking by = ask_with(h.image);
	load l;
	assert_true(work_load(&by, TEXT("Organization/uro"), day_of_instant(by.now), &l));
	reader_close(by.reader);
	assert_true(l.tips);
	for (int i = 0; i < 150; i++)
		task(text_z(h.arena, text_format(h.arena, "much%d", i)), "uro", "2026-11-20T14:00",
		     ",'status':'cancelled'");
	candidates("t");
	assert_false(reason("beside", "fællesskabet hjælper: der er mere"));
}

/* The shipped content, and a hospital that has a pool from the first of November. */
static const image *with_pool(void)
{
	static image *m;
	int n;
	issues sink = {.arena = test_arena()};
	const content_file *files = content_embedded(&n);
	static const content_file own = {{"own.yaml", 8},
					 {"routing: fordeling\nda: x\nen: x\nsource: x\noffice: { from: \"07:30\", to: "
					  "\"15:30\" }\ntips: 100\nvolunteers: 3\n"
					  "hospital_pool:\n  - { to: 2026-10-31, is: \"no\", source: x }\n  - { from: "
					  "2026-11-01, is: \"yes\", source: x }\n",
					  203}};
	content_file mine = {own.name, text_of(own.source.at)};
	if (!m) m = content_load(files, n, &mine, 1, &sink);
	house_print(&sink);
	assert_non_null(m);
	return m;
}

TEST(in_the_evening_own_specialty_then_the_community_then_a_pool_where_there_is_one)
{
	world_set(&h.world, at_time("2026-11-20T20:00:00+01:00"));
	slot("pool", "duty", "2026-11-20T15:30", "2026-11-20T23:00");
	candidates("t");
	assert_text(able_now(), TEXT(""));
	assert_true(reason("expert", "ikke på vagt"));
	candidates_with(with_pool(), "t");
	assert_text(able_now(), TEXT("pool"));
	slot("beside", "duty", "2026-11-20T15:30", "2026-11-20T23:00");
	candidates_with(with_pool(), "t");
	assert_text(able_now(), TEXT("beside"));
	slot("pupil", "home", "2026-11-20T15:30", "2026-11-20T23:00");
	candidates_with(with_pool(), "t");
	assert_text(able_now(), TEXT("pupil beside")); /* there is more left than the evening of one */
	world_set(&h.world, at_time("2026-11-20T10:00:00+01:00"));
}

TEST(where_no_day_is_planned_office_hours_hold)
{
	world_set(&h.world, at_time("2026-11-25T10:00:00+01:00"));
	candidates("t");
	assert_text(able_now(), TEXT("expert away able pupil"));
	assert_true(reason("able", "ingen vagtplan"));
	world_set(&h.world, at_time("2026-11-28T10:00:00+01:00")); /* a Saturday */
	candidates("t");
	assert_text(able_now(), TEXT(""));
	world_set(&h.world, at_time("2026-11-20T10:00:00+01:00"));
}

/* ---- load and coverage ---- */

static load loaded(const char *when)
{
	load l;
	asking by = ask_with(h.image);
	bool fine = work_load(&by, TEXT("Organization/uro"), day_of_instant(at_time(when)), &l);
	reader_close(by.reader);
	house_print(&h.sink);
	assert_true(fine);
	return l;
}

static const load_alone *alone_in(const load *l, const char *competence)
{
	for (int i = 0; i < l->alone_count; i++)
		if (text_equal(l->alone[i].competence, text_of(competence))) return &l->alone[i];
	return NULL;
}

TEST(what_only_one_can_do_is_told_by_the_hour)
{
	load l = loaded("2026-11-20T10:00:00+01:00");
	assert_true(l.planned);
	assert_int_equal(l.hours[10].on_duty, 4);
	assert_int_equal(l.hours[10].focus, 1);
	assert_int_equal(l.hours[14].to_begin, 13);
	const load_alone *a = alone_in(&l, "drift-1");
	assert_non_null(a); /* in the evening the pupil is alone, and cannot yet */
	assert_text(a->person, TEXT(""));
	assert_int_equal(local_minute(a->from), 15 * 60);
	assert_non_null(alone_in(&l, "booking-1"));
	assert_text(alone_in(&l, "booking-1")->person, TEXT(""));
	slot("expert", "leave", "2026-11-20T12:00", "2026-11-20T15:30");
	l = loaded("2026-11-20T10:00:00+01:00");
	a = alone_in(&l, "drift-1");
	assert_text(a->name, TEXT("able"));
	assert_int_equal(local_minute(a->from), 12 * 60);
	assert_int_equal((a->to - a->from) / HOURS(1), 3);
}

TEST(the_telephone_of_who_has_protected_time_is_shared_fairly)
{
	static const char *const days[] = {"2026-11-16", "2026-11-17", "2026-11-18"};
	static const char *const there[] = {"expert", "able", "pupil"};
	for (int d = 0; d < 3; d++) {
		char *from = text_z(h.arena, text_format(h.arena, "%sT07:30", days[d]));
		char *to = text_z(h.arena, text_format(h.arena, "%sT15:30", days[d]));
		for (int i = 0; i < 3; i++) slot(there[i], "duty", from, to);
		slot("expert", "focus", text_z(h.arena, text_format(h.arena, "%sT09:00", days[d])),
		     text_z(h.arena, text_format(h.arena, "%sT11:00", days[d])));
	}
	load monday = loaded("2026-11-16T10:00:00+01:00"), tuesday = loaded("2026-11-17T10:00:00+01:00"),
	     wednesday = loaded("2026-11-18T10:00:00+01:00");
	assert_int_equal(monday.cover_count, 1);
	assert_text(monday.covers[0].by_name, TEXT("able"));
	assert_text(monday.hours[9].phone, TEXT("able"));
	assert_text(tuesday.covers[0].by_name, TEXT("pupil"));
	assert_text(wednesday.covers[0].by_name, TEXT("able"));
	assert_int_equal(wednesday.covers[0].minutes, 120);
	slot("able", "phone", "2026-11-16T07:30", "2026-11-16T12:00");
	tuesday = loaded("2026-11-17T10:00:00+01:00");
	assert_text(tuesday.covers[0].by_name, TEXT("pupil"));
	assert_text(loaded("2026-11-18T10:00:00+01:00").covers[0].by_name, TEXT("pupil"));
}

TEST(hand_overs_are_counted_for_the_team)
{
	caller me = as("PractitionerRole/able");
	const working by = {h.image, &me, world_now(&h.world), h.arena};
	h.sink = (issues){.arena = h.arena};
	const acting give = {.act = ACT_HANDOVER,
			     .task = TEXT("busy0"),
			     .to = TEXT("PractitionerRole/expert"),
			     .reason = TEXT("x"),
			     .until = DAY_NONE};
	const acting back = {.act = ACT_RELEASE, .task = TEXT("busy1"), .reason = TEXT("x"), .until = DAY_NONE};
	assert_true(work_act(h.record, &give, &by, &h.sink));
	assert_true(work_act(h.record, &back, &by, &h.sink));
	assert_int_equal(loaded("2026-11-20T10:00:00+01:00").handovers, 2);
	assert_int_equal(loaded("2026-11-26T10:00:00+01:00").handovers, 2);
	assert_int_equal(loaded("2026-11-27T10:00:00+01:00").handovers, 0);
	assert_int_equal(loaded("2026-11-19T10:00:00+01:00").handovers, 0);
}

/* ---- safe to go home ---- */

static const struct safe_row {
	const char *id, *start, *more;
	safety state;
} safe_rows[] = {
    {"g1", "2026-11-20T14:00", "'status':'accepted'", SAFE_NOT},
    {"g2", "2026-11-23T07:29", "'status':'accepted'", SAFE_NOT},
    {"g3", "2026-11-23T07:30", "'status':'accepted'", SAFE_WAITS},
    {"g4", "", "'status':'accepted'", SAFE_NOT},
    {"g5", "2026-11-24T09:00", "'status':'on-hold'", SAFE_WAITS},
    {"g6", "2026-11-20T14:00", "'status':'completed'", SAFE_DONE},
};

TEST(all_that_is_mine_is_done_handed_over_or_proven_safe)
{
	for (size_t i = 0; i < sizeof safe_rows / sizeof *safe_rows; i++)
		task(safe_rows[i].id, "uro", safe_rows[i].start,
		     text_z(h.arena, text_format(h.arena,
						 ",%s,'lastModified':'2026-11-20T09:00:00+01:00','owner':{'reference':'"
						 "PractitionerRole/pupil'}",
						 safe_rows[i].more)));
	task("g7", "uro", "2026-11-20T14:00", ",'status':'accepted','owner':{'reference':'PractitionerRole/pupil'}");
	caller me = as("PractitionerRole/pupil");
	const working by_me = {h.image, &me, world_now(&h.world), h.arena};
	const acting give = {.act = ACT_HANDOVER,
			     .task = TEXT("g7"),
			     .to = TEXT("PractitionerRole/able"),
			     .reason = TEXT("går hjem"),
			     .until = DAY_NONE};
	h.sink = (issues){.arena = h.arena};
	assert_true(work_act(h.record, &give, &by_me, &h.sink));
	asking by = ask_with(h.image);
	safe_task *mine;
	assert_text(instant_iso(h.arena, work_back(h.image, by.now)), TEXT("2026-11-23T07:30:00+01:00"));
	int n = work_safe(&by, TEXT("PractitionerRole/pupil"), work_back(h.image, by.now), &mine);
	reader_close(by.reader);
	house_print(&h.sink);
	assert_int_equal(n, 7);
	for (int i = 0; i < n; i++) {
		safety expected = SAFE_HANDED;
		for (size_t r = 0; r < sizeof safe_rows / sizeof *safe_rows; r++)
			if (text_equal(mine[i].id, text_of(safe_rows[r].id))) expected = safe_rows[r].state;
		if (mine[i].state != expected)
			fail_msg("%.*s: %d: %.*s", TEXT_ARG(mine[i].id), mine[i].state, TEXT_ARG(mine[i].why));
		assert_true(mine[i].why.len > 0);
	}
	assert_int_equal(mine[0].state, SAFE_NOT);
	house_close(&h);
}

TESTS(T(a_department), T(on_duty_able_and_of_the_place_and_why_not),
      T(who_knows_the_patient_comes_before_who_has_more_depth_and_much_to_do_behind),
      T(protected_time_and_a_wish_are_respected_where_others_can), T(the_named_coordinator_is_first_across_departments),
      T(the_community_helps_when_there_is_more_than_can_be_done),
      T(in_the_evening_own_specialty_then_the_community_then_a_pool_where_there_is_one),
      T(where_no_day_is_planned_office_hours_hold), T(what_only_one_can_do_is_told_by_the_hour),
      T(the_telephone_of_who_has_protected_time_is_shared_fairly), T(hand_overs_are_counted_for_the_team),
      T(all_that_is_mine_is_done_handed_over_or_proven_safe))
