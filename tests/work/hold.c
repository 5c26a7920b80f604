/* A task on hold goes on by itself when its day comes; a task is as pressing as the pathway's referral; a task about an appointment that was
 * cancelled is the pathway's next step. */
#include "house.h"

#include "work/internal.h"

static house h;

static char *json(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *json(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	text t = text_vformat(h.arena, format, args);
	va_end(args);
	for (int64_t i = 0; i < t.len; i++)
		if (t.at[i] == '\'') *(char *)(uintptr_t)&t.at[i] = '"';
	return text_z(h.arena, t);
}

static doc task_now(text id)
{
	doc d;
	assert_true(house_read(&h, TEXT("Task"), id, &d));
	return d;
}

static text raised(const char *kind, const char *focus)
{
	caller who = as("PractitionerRole/sek-a");
	const working by = {h.image, &who, world_now(&h.world), h.arena};
	const by_hand what = {
	    .id = world_uuid(&h.world, h.arena), .kind = text_of(kind), .focus = text_of(focus), .due = DAY_NONE};
	written out;
	h.sink = (issues){.arena = h.arena};
	bool fine = work_raise(h.record, &what, &by, &out, &h.sink);
	house_print(&h.sink);
	assert_true(fine);
	return what.id;
}

static bool act(text id, task_act how, const char *until)
{
	caller who = as("PractitionerRole/sek-a");
	const working by = {h.image, &who, world_now(&h.world), h.arena};
	acting what = {.act = how, .task = id, .reason = TEXT("venter på patientens svar"), .until = DAY_NONE};
	if (until) assert_true(day_parse(text_of(until), &what.until));
	h.sink = (issues){.arena = h.arena};
	return work_act(h.record, &what, &by, &h.sink);
}

static text status_of(text id)
{
	doc d = task_now(id);
	return doc_get_text(&d, 0, NAME_status);
}

static bool why_says(text id, const char *said, const char *effect)
{
	caller who = as("PractitionerRole/sek-a");
	issues sink = {.arena = h.arena};
	why w;
	reader *rd = record_reader(h.record, &who, h.arena, &sink);
	const work_view view = {.image = h.image, .now = world_now(&h.world), .lang = LANGUAGE_DA, .arena = h.arena};
	bool found = false;
	assert_true(work_explain(rd, &view, id, &w, &sink));
	reader_close(rd);
	for (int i = 0; i < w.count; i++)
		found |=
		    text_find(w.lines[i].say, text_of(said)) >= 0 && text_find(w.lines[i].effect, text_of(effect)) >= 0;
	return found;
}

TEST(what_was_on_hold_goes_on_when_its_day_comes)
{
	house_open(&h, "2026-11-02T09:00:00+01:00");
	house_people(&h);
	text id = raised("varebestilling", "");
	assert_true(act(id, ACT_HOLD, "2026-11-05"));
	assert_text(status_of(id), TEXT("on-hold"));
	assert_true(why_says(id, "på hold til 5. nov", "går i gang igen af sig selv den dag"));
	house_wait_until(&h, "2026-11-04T23:59:59+01:00");
	assert_text(status_of(id), TEXT("on-hold"));
	house_wait_until(&h, "2026-11-05T00:00:00+01:00");
	doc d = task_now(id);
	assert_text(doc_get_text(&d, 0, NAME_status), TEXT("accepted"));
	assert_text(reference_of(&d, 0, NAME_owner), TEXT("PractitionerRole/sek-a"));
	assert_int_equal(extension_find(&d, 0, TEXT("urn:limen:until")), NODE_ABSENT);
	assert_int_equal(doc_get(&d, 0, NAME_statusReason), NODE_ABSENT);
	assert_true(why_says(id, "var på hold til 5. nov: venter på patientens svar", "går i gang igen af sig selv"));
}

TEST(it_does_not_go_on_twice_nor_when_somebody_did_first)
{
	text id = raised("varebestilling", "");
	assert_true(act(id, ACT_HOLD, "2026-11-09"));
	assert_true(act(id, ACT_CLAIM, NULL));
	house_wait_until(&h, "2026-11-09T08:00:00+01:00");
	doc d = task_now(id);
	assert_int_equal(extension_find(&d, 0, TEXT("urn:limen:resumed")), NODE_ABSENT);
	assert_false(why_says(id, "på hold", ""));
	assert_true(act(id, ACT_HOLD, "2026-11-12"));
	assert_true(act(id, ACT_HOLD, "2026-11-16")); /* longer than was thought */
	house_wait_until(&h, "2026-11-12T08:00:00+01:00");
	assert_text(status_of(id), TEXT("on-hold"));
	assert_true(act(id, ACT_HOLD, NULL)); /* nobody knows until when */
	house_wait_until(&h, "2026-11-20T08:00:00+01:00");
	assert_text(status_of(id), TEXT("on-hold"));
}

TEST(a_day_that_is_past_is_refused)
{
	text id = raised("varebestilling", "");
	assert_false(act(id, ACT_HOLD, "2026-11-20"));
	assert_true(house_said(&h, FAIL_WORK_FIELD_VALUE));
	assert_text(status_of(id), TEXT("requested"));
	assert_true(act(id, ACT_HOLD, "2026-11-21"));
	house_close(&h);
}

TEST(the_day_begins_at_midnight_here_on_both_sides_of_summer_time)
{
	static const struct row {
		const char *begins, *until, *before, *then;
	} rows[] = {
	    {"2026-03-27T09:00:00+01:00", "2026-03-29", "2026-03-28T23:59:59+01:00", "2026-03-29T00:00:00+01:00"},
	    {"2026-03-27T09:00:00+01:00", "2026-03-30", "2026-03-29T23:59:59+02:00", "2026-03-30T00:00:00+02:00"},
	    {"2026-10-23T09:00:00+02:00", "2026-10-25", "2026-10-24T23:59:59+02:00", "2026-10-25T00:00:00+02:00"},
	    {"2026-10-23T09:00:00+02:00", "2026-10-26", "2026-10-25T23:59:59+01:00", "2026-10-26T00:00:00+01:00"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		house_open(&h, rows[i].begins);
		house_people(&h);
		text id = raised("varebestilling", "");
		assert_true(act(id, ACT_HOLD, rows[i].until));
		assert_int_equal(record_next_tick(h.record), at_time(rows[i].then));
		house_wait_until(&h, rows[i].before);
		assert_text(status_of(id), TEXT("on-hold"));
		house_wait_until(&h, rows[i].then);
		assert_text(status_of(id), TEXT("accepted"));
		house_close(&h);
	}
}

TEST(after_a_week_off_all_go_on_at_once)
{
	enum { HELD = 6 };
	text ids[HELD];
	static const char *const days[HELD] = {"2026-11-03", "2026-11-04", "2026-11-05",
					       "2026-11-07", "2026-11-08", "2026-11-20"};
	house_open(&h, "2026-11-02T09:00:00+01:00");
	house_people(&h);
	for (int i = 0; i < HELD; i++) {
		ids[i] = raised("varebestilling", "");
		assert_true(act(ids[i], ACT_HOLD, days[i]));
	}
	house_wait_until(&h, "2026-11-09T07:30:00+01:00");
	for (int i = 0; i < HELD; i++) {
		doc d = task_now(ids[i]);
		assert_text(status_of(ids[i]), i < HELD - 1 ? TEXT("accepted") : TEXT("on-hold"));
		assert_text(reference_of(&d, 0, NAME_owner), TEXT("PractitionerRole/sek-a"));
	}
	check_report r;
	h.sink = (issues){.arena = h.arena};
	assert_true(record_check(h.record, h.arena, &r, &h.sink));
	assert_int_equal(r.broken_derived, 0);
	house_close(&h);
}

/* ---- as pressing as the referral ---- */

static void referral(const char *priority)
{
	house_put(
	    &h, "Device/test", WRITE_UPDATE, "r1",
	    json(
		"{'resourceType':'ServiceRequest','id':'r1','status':'active','intent':'order','category':[{'coding':[{"
		"'system':'http://snomed.info/sct','code':'3457005'}]}],'subject':{'reference':'Patient/p1'},"
		"'authoredOn':'2026-11-02T08:00:00+01:00','reasonCode':[{'text':'x'}]%s%s%s}",
		*priority ? ",'priority':'" : "", priority, *priority ? "'" : ""));
}

static void appointment(const char *status, const char *more)
{
	house_put(
	    &h, "Device/test", WRITE_UPDATE, "a1",
	    json("{'resourceType':'Appointment','id':'a1','status':'%s','start':'2026-11-16T09:00:00+01:00','end':"
		 "'2026-11-16T09:30:00+01:00','basedOn':[{'reference':'ServiceRequest/r1'}],'participant':[{'actor':{"
		 "'reference':'Patient/p1'},'status':'accepted'}]%s}",
		 status, more));
}

static text priority_now(const char *kind, const char *cause)
{
	doc d = task_now(task_id_of(h.arena, text_of(kind), text_format(h.arena, "%s:%s", kind, cause)));
	return doc_get_text(&d, 0, NAME_priority);
}

TEST(a_task_is_as_pressing_as_the_referral_and_follows_it)
{
	house_open(&h, "2026-11-02T09:00:00+01:00");
	house_people(&h);
	referral("");
	assert_text(priority_now("forvisitering", "ServiceRequest/r1"), TEXT(""));
	referral("urgent");
	assert_text(priority_now("forvisitering", "ServiceRequest/r1"), TEXT("urgent"));
	appointment("noshow", "");
	assert_text(priority_now("undersoeg-udeblivelse", "Appointment/a1"), TEXT("urgent"));
	text by_hand =
	    raised("varebestilling", json("EpisodeOfCare/%.*s", TEXT_ARG(house_latest(&h, "EpisodeOfCare"))));
	doc d = task_now(by_hand);
	assert_text(doc_get_text(&d, 0, NAME_priority), TEXT("urgent"));
	referral("stat");
	assert_text(priority_now("forvisitering", "ServiceRequest/r1"), TEXT("stat"));
	assert_text(priority_now("undersoeg-udeblivelse", "Appointment/a1"), TEXT("stat"));
	d = task_now(by_hand);
	assert_text(doc_get_text(&d, 0, NAME_priority), TEXT("stat"));
	assert_true(why_says(doc_get_text(&d, 0, NAME_id), "straks", "pladsen på listen"));
}

/* ---- the next step ---- */

static int loose_ends(void)
{
	caller who = as("Device/test");
	issues sink = {.arena = h.arena};
	open_end *ends;
	reader *rd = record_reader(h.record, &who, h.arena, &sink);
	int count = work_open_ends(rd, h.image, world_now(&h.world), h.arena, &ends, &sink);
	reader_close(rd);
	return count;
}

TEST(finding_a_new_time_is_the_next_step_and_cancelling_the_interpreter_is_not)
{
	caller who = as("Device/test");
	issues sink = {.arena = h.arena};
	search_answer open;
	const search_pair mine[] = {{TEXT("open"), TEXT("true")}, {TEXT("_count"), TEXT("100")}};
	reader *rd = record_reader(h.record, &who, h.arena, &sink);
	assert_true(record_search(rd, TEXT("Task"), mine, 2, false, &open, &sink));
	for (int i = 0; i < open.count; i++) { /* all but finding a new time are put away */
		doc d, over, *made = ARENA_NEW(h.arena, doc);
		text id = text_copy(h.arena, open.entries[i].version.id);
		assert_true(
		    json_parse(h.arena, text_copy(h.arena, open.entries[i].version.json), TEXT("t"), &sink, &d));
		if (text_equal(task_kind_of(&d), TEXT("undersoeg-udeblivelse"))) continue;
		assert_true(json_parse(h.arena, TEXT("{\"status\":\"cancelled\"}"), TEXT("t"), &sink, &over));
		(void)made;
		house_put(&h, "Device/test", WRITE_UPDATE, text_z(h.arena, id),
			  text_z(h.arena, json_edited(h.arena, &d, &over, EDIT_REPLACE)));
	}
	reader_close(rd);
	assert_int_equal(loose_ends(), 0);
	text id = task_id_of(h.arena, TEXT("undersoeg-udeblivelse"), TEXT("undersoeg-udeblivelse:Appointment/a1"));
	doc d = task_now(id), over;
	assert_true(json_parse(h.arena, TEXT("{\"status\":\"cancelled\"}"), TEXT("t"), &sink, &over));
	house_put(&h, "Device/test", WRITE_UPDATE, text_z(h.arena, id),
		  text_z(h.arena, json_edited(h.arena, &d, &over, EDIT_REPLACE)));
	assert_int_equal(loose_ends(), 1);
	text other = raised("afbestil-tolk", "Appointment/a1");
	assert_text(status_of(other), TEXT("requested"));
	assert_int_equal(loose_ends(), 1);
	check_report r;
	assert_true(record_check(h.record, h.arena, &r, &sink));
	assert_int_equal(r.broken_derived, 0);
	house_close(&h);
}

TESTS(T(what_was_on_hold_goes_on_when_its_day_comes), T(it_does_not_go_on_twice_nor_when_somebody_did_first),
      T(a_day_that_is_past_is_refused), T(the_day_begins_at_midnight_here_on_both_sides_of_summer_time),
      T(after_a_week_off_all_go_on_at_once), T(a_task_is_as_pressing_as_the_referral_and_follows_it),
      T(finding_a_new_time_is_the_next_step_and_cancelling_the_interpreter_is_not))
