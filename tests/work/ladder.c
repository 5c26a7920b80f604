/* A breach foreseen goes up the ladder until somebody saves the limit, or says that it cannot be; a breach has a cause. On a real record, in a
 * department that has been seen to decide 0 to 19 days after the visit. */
#include "house.h"

#include "work/internal.h"

enum { SEEN = 40 };

static house h;
static forecaster *times;
static foreseer *ahead;

#define STATUS(kind, expected) assert_text(task_status(&h, kind, pathway_cause), TEXT(expected))
#define DO(actor, kind, cause, ...)                                                                                    \
	do {                                                                                                           \
		const answer given[] = {__VA_ARGS__};                                                                  \
		bool done = house_complete(&h, "PractitionerRole/" actor, kind, cause, given,                          \
					   (int)(sizeof given / sizeof *given));                                       \
		if (!done) house_print(&h.sink);                                                                       \
		assert_true(done);                                                                                     \
	} while (0)
#define A(field, value)                                                                                                \
	{                                                                                                              \
		TEXT(field), TEXT(value)                                                                               \
	}
#define CHOOSE(actor, kind, choice, by)                                                                                \
	DO(actor, kind, pathway_cause, A("choice", choice), A("said", "aftalt"), A("next", "ring"), A("by", by))

static const char *pathway_cause; /* "EpisodeOfCare/…" of the pathway a test is about */

static text pathway_of(text referral)
{
	return uuid_of_name(h.arena, text_format(h.arena, "pathway:ServiceRequest/%.*s", TEXT_ARG(referral)));
}

/* `json` with ' for ". */
static text quoted(text json)
{
	text t = text_copy(h.arena, json);
	for (int64_t i = 0; i < t.len; i++)
		if (t.at[i] == '\'') ((char *)(uintptr_t)t.at)[i] = '"';
	return t;
}

static bool write_try(const char *actor, text id, text json)
{
	return house_try(&h, actor, WRITE_UPDATE, text_z(h.arena, id), quoted(json));
}

static void write_as(const char *actor, text id, text json)
{
	bool fine = write_try(actor, id, json);
	if (!fine) house_print(&h.sink);
	assert_true(fine);
}

static void refer(text id, text on, bool visitated)
{
	text visitation = text_format(h.arena,
				      ",'extension':[{'url':'urn:limen:visitation','extension':[{'url':'at',"
				      "'valueDateTime':'%.*sT12:00:00+01:00'}]}]",
				      TEXT_ARG(on));
	write_as(
	    "PractitionerRole/dr-b", id,
	    text_format(h.arena,
			"{'resourceType':'ServiceRequest','id':'%.*s','status':'active','intent':'order','category':[{"
			"'coding':[{'system':'http://snomed.info/sct','code':'3457005'}]}%s],'subject':{'reference':"
			"'Patient/p1'},'requester':{'display':'egen læge'},'reasonCode':[{'text':'Nyresten'}],"
			"'authoredOn':'%.*sT09:00:00+01:00'%.*s}",
			TEXT_ARG(id),
			visitated ? ",{'coding':[{'system':'urn:limen:referral-class','code':'udredning'}]}" : "",
			TEXT_ARG(on), visitated ? (int)visitation.len : 0, visitation.at));
}

static void book(text referral, const char *status, text start)
{
	write_as(
	    "PractitionerRole/sek-a", text_join(h.arena, TEXT("a-"), referral),
	    text_format(
		h.arena,
		"{'resourceType':'Appointment','id':'a-%.*s','status':'%s','created':'%.*sT08:00:00+01:00',"
		"'start':'%.*sT10:15:00+01:00','end':'%.*sT11:00:00+01:00','basedOn':[{'reference':"
		"'ServiceRequest/%.*s'}],'participant':[{'actor':{'reference':'Patient/p1'},'status':'accepted'}]}",
		TEXT_ARG(referral), status, TEXT_ARG(day_iso(h.arena, day_of_instant(world_now(&h.world)))),
		TEXT_ARG(start), TEXT_ARG(start), TEXT_ARG(referral)));
}

static text event_json(const char *code, text more)
{
	return text_format(
	    h.arena, "{'extension':[{'url':'urn:limen:event','extension':[{'url':'code','valueCode':'%s'}%.*s]}]}",
	    code, TEXT_ARG(more));
}

/* Adds an extension to the pathway, as a person; false: it was refused. */
static bool pathway_add(text referral, text overlay)
{
	doc d, over;
	issues sink = {.arena = h.arena};
	text id = pathway_of(referral);
	assert_true(house_read(&h, TEXT("EpisodeOfCare"), id, &d));
	assert_true(json_parse(h.arena, quoted(overlay), TEXT("over"), &sink, &over));
	return write_try("PractitionerRole/sek-a", id, json_edited(h.arena, &d, &over, EDIT_APPEND));
}

static void decide(text referral, text on)
{
	assert_true(pathway_add(
	    referral,
	    text_format(
		h.arena,
		"{'extension':[{'url':'urn:limen:marker','extension':[{'url':'code','valueCoding':{'system':"
		"'urn:oid:1.2.208.176.2.4','code':'AFV01C'}},{'url':'at','valueDateTime':'%.*sT13:00:00+01:00'}]}]}",
		TEXT_ARG(on))));
	write_as(
	    "PractitionerRole/sek-a", text_join(h.arena, TEXT("c-"), referral),
	    text_format(h.arena,
			"{'resourceType':'Communication','id':'c-%.*s','status':'completed','extension':[{'url':"
			"'urn:limen:told-by','valueCode':'clinician'}],'category':[{'coding':[{'system':"
			"'urn:limen:communication','code':'svar'}]}],'subject':{'reference':'Patient/p1'},'basedOn':[{"
			"'reference':'ServiceRequest/%.*s'}],'sent':'%.*sT13:10:00+01:00'}",
			TEXT_ARG(referral), TEXT_ARG(referral), TEXT_ARG(on)));
}

/* Seen a week after they came, and answered i % 20 days after that. */
static void seen_before(int i)
{
	text id = text_format(h.arena, "s%d", i);
	day on = day_from_civil((civil){2026, 8, 3}) + i % 10;
	refer(id, day_iso(h.arena, on), true);
	book(id, "fulfilled", day_iso(h.arena, on + 7));
	decide(id, day_iso(h.arena, on + 7 + i % 20));
}

static foreseen look(void)
{
	foreseen found;
	h.sink = (issues){.arena = h.arena};
	bool fine = foreseer_run(ahead, world_now(&h.world), &found, &h.sink);
	house_print(&h.sink);
	assert_true(fine);
	return found;
}

/* Time moves, and what is done by itself then is done. */
static foreseen wait_until(const char *when)
{
	house_wait_until(&h, when);
	return look();
}

static void about(const char *referral)
{
	text id = pathway_of(text_of(referral));
	pathway_cause = text_z(h.arena, text_join(h.arena, TEXT("EpisodeOfCare/"), id));
}

static int standing(void)
{
	doc d;
	foreseen_event events[FORESEEN_MAX];
	text id = text_slice(text_of(pathway_cause), 14, (int64_t)strlen(pathway_cause));
	assert_true(house_read(&h, TEXT("EpisodeOfCare"), id, &d));
	return foreseen_standing(&d, events);
}

static text task_said(const char *kind)
{
	doc d;
	text named = text_format(h.arena, "%s:%s", kind, pathway_cause);
	assert_true(house_read(&h, TEXT("Task"), task_id_of(h.arena, text_of(kind), named), &d));
	return doc_get_text(&d, 0, NAME_description);
}

static instant task_due(const char *kind)
{
	doc d;
	task_row row;
	text named = text_format(h.arena, "%s:%s", kind, pathway_cause);
	assert_true(house_read(&h, TEXT("Task"), task_id_of(h.arena, text_of(kind), named), &d));
	assert_true(task_row_read(&d, &row));
	return row.due;
}

static void rebuilt_alike(void)
{
	check_report report;
	issues sink = {.arena = h.arena};
	bool fine = record_check(h.record, h.arena, &report, &sink);
	house_print(&sink);
	assert_true(fine);
	assert_int_equal(report.broken_digests + report.broken_index + report.broken_derived, 0);
}

TEST(a_department_that_has_seen_some)
{
	char *file = text_z(test_arena(), text_format(test_arena(), "%s/limen.db", temp_folder()));
	house_open_at(&h, test_store(test_arena(), file), "2026-11-02T10:00:00+01:00");
	times = forecaster_new(h.image);
	ahead = foreseer_new(h.record, h.image, times);
	house_people(&h);
	house_person(&h, "leder-a", "leader");
	house_person(&h, "ledelse-a", "specialty-management");
	for (int i = 0; i < SEEN; i++) seen_before(i);
	refer(TEXT("r1"), TEXT("2026-11-02"), true);
	refer(TEXT("r2"), TEXT("2026-11-02"), true);
	foreseen found = look();
	assert_int_equal(found.looked, SEEN + 2); /* those of before never had their letter */
	assert_int_equal(found.foreseen + found.averted, 0);
}

/* Due 2 December. A visit on 30 November leaves three days, and 6 of 40 had their answer so soon. */
TEST(a_low_chance_raises_the_owners_task_once)
{
	about("r1");
	book(TEXT("r1"), "booked", TEXT("2026-11-30"));
	STATUS("red-fristen", "");
	foreseen found = wait_until("2026-11-03T05:30:00+01:00");
	assert_int_equal(found.foreseen, 1);
	STATUS("red-fristen", "requested");
	assert_text(task_said("red-fristen"), TEXT("Red fristen for udredningsretten: chancen er 15 %"));
	STATUS("red-fristen-leder", "");
	STATUS("orienter-frist", ""); /* a low chance is no knowledge */
	int64_t before = record_sequence(h.record);
	found = wait_until("2026-11-04T05:30:00+01:00");
	assert_int_equal(found.foreseen + found.averted, 0);
	found = look();
	assert_int_equal(found.foreseen + found.averted, 0);
	assert_int_equal(standing(), 1);
	assert_true(record_sequence(h.record) >= before);
}

static bool says(const why *w, const char *say, const char *effect)
{
	for (int i = 0; i < w->count; i++)
		if (text_equal(w->lines[i].say, text_of(say)) && text_equal(w->lines[i].effect, text_of(effect)))
			return true;
	return false;
}

TEST(why_says_what_may_save_it_and_what_is_known)
{
	why w;
	caller who = as("Device/test");
	issues sink = {.arena = h.arena};
	reader *rd = record_reader(h.record, &who, h.arena, &sink);
	const processes *p = forecaster_take(times, reader_snapshot(rd), world_now(&h.world));
	work_view v = {.image = h.image, .times = p, .now = world_now(&h.world), .lang = LANGUAGE_DA, .arena = h.arena};
	text id = task_id_of(h.arena, TEXT("red-fristen"), text_format(h.arena, "red-fristen:%s", pathway_cause));
	assert_true(work_explain(rd, &v, id, &w, &sink));
	assert_true(says(&w, "et andet offentligt sygehus", "kan redde den"));
	assert_true(says(&w, "booket tid", "lader 2 dage tilbage til det, der følger"));
	assert_false(
	    says(&w, "svaret i telefonen i dag, givet af en kliniker", "kan redde den")); /* there is none yet */
	assert_text(
	    w.chance,
	    TEXT("sandsynlighed for at nå det: 15 % (set på 40 afsluttede på samme trin: booket tid; halvdelen tager "
		 "højst 9 dage mere) · længst varer trinnet: booket tid (halvdelen 9 dage eller mere)"));
	assert_true(text_find(w.arithmetic, TEXT("rejst 3. nov + 1 arbejdsdag = 4. nov")) >= 0);
	v.lang = LANGUAGE_EN;
	v.times = NULL;
	assert_true(work_explain(rd, &v, id, &w, &sink));
	assert_true(says(&w, "another public hospital", "may save it"));
	assert_int_equal(w.chance.len, 0);
	forecaster_back(times, p);
	reader_close(rd);
}

TEST(not_handled_it_goes_to_the_leader_at_the_end_of_the_next_working_day)
{
	house_wait_until(&h, "2026-11-04T14:59:00+01:00");
	STATUS("red-fristen-leder", "");
	assert_true(record_next_tick(h.record) == at_time("2026-11-04T15:00:00+01:00"));
	house_wait_until(&h, "2026-11-04T15:00:00+01:00");
	STATUS("red-fristen-leder", "requested");
	STATUS("red-fristen-ledelse", "");
	const answer none[] = {A("choice", "rescue-earlier"), A("said", "x"), A("next", "x"), A("by", "2026-11-05")};
	assert_false(house_complete(&h, "PractitionerRole/sek-a", "red-fristen-leder", pathway_cause, none, 4));
	assert_true(house_said(&h, FAIL_WORK_NOT_YOURS));
}

TEST(what_was_chosen_closes_the_ladder_and_comes_back_where_it_was_in_vain)
{
	CHOOSE("leder-a", "red-fristen-leder", "rescue-earlier", "2026-11-05");
	STATUS("red-fristen", "completed");
	STATUS("red-fristen-leder", "completed");
	foreseen found = wait_until("2026-11-05T05:30:00+01:00");
	assert_int_equal(found.foreseen, 0); /* its day has not passed */
	found = wait_until("2026-11-06T05:30:00+01:00");
	assert_int_equal(found.foreseen, 1);
	assert_int_equal(standing(), 1);
	STATUS("red-fristen", "requested");
	assert_true(task_due("red-fristen") ==
		    at_time("2026-11-10T00:00:00+01:00")); /* Monday: a working day from now */
	STATUS("red-fristen-leder", "completed"); /* that was for the first time it was foreseen; its step comes anew */
}

TEST(an_earlier_time_saves_it_and_a_later_one_is_foreseen_anew)
{
	book(TEXT("r1"), "booked", TEXT("2026-11-13"));
	foreseen found = wait_until("2026-11-07T05:30:00+01:00");
	assert_int_equal(found.averted, 1);
	assert_int_equal(standing(), 0);
	STATUS("red-fristen", "cancelled");
	/* 22 November: ten days, about half; not low enough to be foreseen, not safe enough to be averted. */
	book(TEXT("r1"), "booked", TEXT("2026-11-22"));
	found = wait_until("2026-11-08T05:30:00+01:00");
	assert_int_equal(found.foreseen + found.averted, 0);
	book(TEXT("r1"), "booked", TEXT("2026-11-30"));
	found = wait_until("2026-11-09T05:30:00+01:00");
	assert_int_equal(found.foreseen, 1);
	STATUS("red-fristen", "requested");
	book(TEXT("r1"), "booked", TEXT("2026-11-22"));
	found = wait_until("2026-11-10T05:30:00+01:00");
	assert_int_equal(found.foreseen + found.averted, 0);
	STATUS("red-fristen", "requested");
}

/* Nobody waits for the night: a clock that stops is foreseen no longer in the same commit. */
TEST(a_clock_that_stops_ends_it_at_once)
{
	assert_int_equal(standing(), 1);
	house_wait_until(&h, "2026-11-10T15:00:00+01:00");
	STATUS("red-fristen-leder", "requested");
	decide(TEXT("r1"), TEXT("2026-11-10"));
	assert_int_equal(standing(), 0);
	STATUS("red-fristen", "cancelled");
	STATUS("red-fristen-leder", "cancelled");
	rebuilt_alike();
}

/* ---- all the way up ---- */

TEST(passed_on_it_goes_up_at_once)
{
	about("r2");
	book(TEXT("r2"), "booked", TEXT("2026-11-30"));
	foreseen found = wait_until("2026-11-11T05:30:00+01:00");
	assert_int_equal(found.foreseen, 1);
	house_wait_until(&h, "2026-11-11T08:00:00+01:00");
	CHOOSE("sek-a", "red-fristen", "rescue-passed-on", "2026-11-12");
	STATUS("red-fristen", "completed");
	STATUS("red-fristen-leder", "requested");
	CHOOSE("leder-a", "red-fristen-leder", "rescue-passed-up", "2026-11-12");
	STATUS("red-fristen-leder", "completed");
	STATUS("red-fristen-ledelse", "requested");
	STATUS("afgoer-prioritet", "");
}

TEST(a_conflict_of_priority_is_decided_in_one_place)
{
	doc d;
	CHOOSE("ledelse-a", "red-fristen-ledelse", "priority-conflict", "2026-11-12");
	STATUS("red-fristen-ledelse", "completed");
	STATUS("afgoer-prioritet", "requested");
	text named = text_format(h.arena, "afgoer-prioritet:%s", pathway_cause);
	assert_true(house_read(&h, TEXT("Task"), task_id_of(h.arena, TEXT("afgoer-prioritet"), named), &d));
	uint32_t concept = doc_first(&d, 0, NAME_performerType);
	assert_text(doc_get_text(&d, doc_first(&d, concept, NAME_coding), NAME_code), TEXT("specialty-management"));
}

/* Now it is known, and by whom; the patient is told the same day (20SFP44). */
TEST(what_cannot_be_saved_is_known_and_the_patient_is_told)
{
	assert_text(task_status(&h, "orienter-frist", "ServiceRequest/r2"), TEXT(""));
	CHOOSE("ledelse-a", "afgoer-prioritet", "rescue-given-up", "2026-11-12");
	STATUS("afgoer-prioritet", "completed");
	STATUS("red-fristen", "completed");
	assert_text(task_status(&h, "orienter-frist", "ServiceRequest/r2"), TEXT("requested"));
	foreseen found = wait_until("2026-11-16T05:30:00+01:00");
	assert_int_equal(found.foreseen, 0);
	STATUS("red-fristen", "completed");
	rebuilt_alike();
}

/* ---- the breach, and why ---- */

static text cause_of(const char *referral)
{
	facts f;
	caller who = as("Device/test");
	issues sink = {.arena = h.arena};
	reader *rd = record_reader(h.record, &who, h.arena, &sink);
	int64_t rid = record_rid(rd, TEXT("EpisodeOfCare"), pathway_of(text_of(referral)));
	assert_true(pathway_facts(reader_snapshot(rd), h.image, rid, h.arena, &f, &sink));
	reader_close(rd);
	return clock_breach_cause(h.image, &f, clock_rule_find(h.image, TEXT("udredningsret")));
}

TEST(a_breach_asks_for_its_cause)
{
	/* Of the notice first: nobody sent a letter. One clock at a time. */
	assert_text(task_status(&h, "angiv-aarsag", "ServiceRequest/r2"), TEXT("requested"));
	DO("sek-a", "angiv-aarsag", "ServiceRequest/r2", A("cause", "own-error"));
	assert_text(task_status(&h, "angiv-aarsag", "ServiceRequest/r2"), TEXT("completed"));
	assert_text(cause_of("r2"), TEXT(""));
	house_wait_until(&h, "2026-12-02T23:59:00+01:00");
	assert_text(task_status(&h, "angiv-aarsag", "ServiceRequest/r2"), TEXT("completed"));
	house_wait_until(&h, "2026-12-03T00:00:00+01:00");
	assert_text(task_status(&h, "angiv-aarsag", "ServiceRequest/r2"), TEXT("requested"));
	assert_int_equal(standing(), 0);
	STATUS("red-fristen-ledelse", "completed"); /* there is nothing left to save */
}

TEST(a_cause_is_one_of_the_list)
{
	static const struct {
		const char *more;
		bool taken;
	} rows[] = {
	    {",{'url':'at','valueDateTime':'2026-12-03'},{'url':'clock','valueCode':'varsling'},{'url':'cause','"
	     "valueCode':'busy'}",
	     false},
	    {",{'url':'at','valueDateTime':'2026-12-03'},{'url':'cause','valueCode':'hospital'}", false},
	    {",{'url':'at','valueDateTime':'2026-12-03'},{'url':'clock','valueCode':'varsling'},{'url':'cause','"
	     "valueCode':'other'}",
	     false},
	    {",{'url':'clock','valueCode':'varsling'},{'url':'cause','valueCode':'hospital'}", false},
	    {",{'url':'at','valueDateTime':'2026-12-03'},{'url':'clock','valueCode':'varsling'},{'url':'cause','"
	     "valueCode':'other'},{'url':"
	     "'said','valueString':'storm'}",
	     true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool taken = pathway_add(TEXT("r2"), event_json("breach-cause", text_of(rows[i].more)));
		if (taken != rows[i].taken) fail_msg("%s", rows[i].more);
	}
	assert_text(task_status(&h, "angiv-aarsag", "ServiceRequest/r2"), TEXT("requested"));
	/* The assessment plan, which is owed where a breach is known, is a limit of law of its own. */
	DO("sek-a", "angiv-aarsag", "ServiceRequest/r2", A("cause", "own-error"));
	assert_text(task_status(&h, "angiv-aarsag", "ServiceRequest/r2"), TEXT("requested"));
	DO("sek-a", "angiv-aarsag", "ServiceRequest/r2", A("cause", "hospital"));
	assert_text(task_status(&h, "angiv-aarsag", "ServiceRequest/r2"), TEXT("completed"));
	assert_text(cause_of("r2"), TEXT("hospital"));
}

/* A pathway that is closed late is closed; why it was late is still asked, and it is no loose end. */
TEST(the_cause_is_asked_of_a_closed_pathway_too)
{
	refer(TEXT("r3"), TEXT("2026-12-03"), true);
	house_wait_until(&h, "2027-01-20T10:00:00+01:00");
	assert_text(task_status(&h, "angiv-aarsag", "ServiceRequest/r3"), TEXT("requested"));
	doc d, over;
	issues sink = {.arena = h.arena};
	text id = pathway_of(TEXT("r3"));
	assert_true(house_read(&h, TEXT("EpisodeOfCare"), id, &d));
	text closing = TEXT(
	    "{'status':'finished','period':{'end':'2027-01-20'},'extension':[{'url':'urn:limen:closing','extension':["
	    "{'url':'reason','valueCode':'elsewhere'},{'url':'next','valueString':'Alle har besked'}]}]}");
	assert_true(json_parse(h.arena, quoted(closing), TEXT("o"), &sink, &over));
	write_as("PractitionerRole/sek-a", id, json_edited(h.arena, &d, &over, EDIT_APPEND));
	assert_text(task_status(&h, "book-tid", "ServiceRequest/r3"), TEXT("cancelled"));
	assert_text(task_status(&h, "angiv-aarsag", "ServiceRequest/r3"), TEXT("requested"));
	DO("sek-a", "angiv-aarsag", "ServiceRequest/r3", A("cause", "hospital"));
	DO("sek-a", "angiv-aarsag", "ServiceRequest/r3", A("cause", "professional"));
	assert_text(task_status(&h, "angiv-aarsag", "ServiceRequest/r3"), TEXT("completed"));
	assert_text(cause_of("r3"), TEXT("professional"));
	rebuilt_alike();
	foreseer_free(ahead);
	forecaster_free(times);
	house_close(&h);
}

TESTS(T(a_department_that_has_seen_some), T(a_low_chance_raises_the_owners_task_once),
      T(why_says_what_may_save_it_and_what_is_known),
      T(not_handled_it_goes_to_the_leader_at_the_end_of_the_next_working_day),
      T(what_was_chosen_closes_the_ladder_and_comes_back_where_it_was_in_vain),
      T(an_earlier_time_saves_it_and_a_later_one_is_foreseen_anew), T(a_clock_that_stops_ends_it_at_once),
      T(passed_on_it_goes_up_at_once), T(a_conflict_of_priority_is_decided_in_one_place),
      T(what_cannot_be_saved_is_known_and_the_patient_is_told), T(a_breach_asks_for_its_cause),
      T(a_cause_is_one_of_the_list), T(the_cause_is_asked_of_a_closed_pathway_too))
