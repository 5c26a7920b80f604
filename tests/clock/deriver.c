/* Clocks kept on a real record: after each step, after a random workload, and when an instant passes. */
#include "clock/shipped.h"

static const caller doctor = {.actor = {"PractitionerRole/dr-b", 21}, .purpose = {"TREAT", 5}, .scope = {"*", 1}};

static world simulated;
static image *content;

static void show(const issues *sink)
{
	for (const issue *i = sink->first; i; i = i->next) {
		text t = issue_line(sink->arena, i, LANGUAGE_EN);
		print_error("%.*s\n", TEXT_ARG(t));
	}
}

static record *start_at(arena *a, const char *file)
{
	issues sink = {.arena = a};
	if (!content) {
		content = shipped_image(test_arena());
		pathway_register(content);
		clock_register(content);
	}
	simulated = world_simulated(local_instant(day_from_civil((civil){2026, 3, 2}), 600), 7);
	record *r =
	    record_open(a, &(record_options){.file = text_of(file), .world = &simulated, .content = content}, &sink);
	show(&sink);
	assert_non_null(r);
	return r;
}

static record *start(arena *a)
{
	return start_at(a, ":memory:");
}

static bool write_one(record *r, arena *a, write_method method, text type, text id, text json)
{
	issues sink = {.arena = a};
	doc d;
	if (method != WRITE_DELETE && !json_parse_resource(a, json, TEXT("test"), &sink, &d)) {
		show(&sink);
		return false;
	}
	write_op w = {
	    .method = method, .resource = method == WRITE_DELETE ? NULL : &d, .type = type, .id = id, .orphans = true};
	written out;
	bool done = record_commit(r, &doctor, &w, 1, a, &sink, &out);
	if (!done) show(&sink);
	return done;
}

/* `more`: members of the object, with ' for ". */
static void put(record *r, arena *a, const char *type, text id, const char *more)
{
	buffer b = {.arena = a};
	buffer_format(&b, "{\"resourceType\":\"%s\",\"id\":\"%.*s\",", type, TEXT_ARG(id));
	for (const char *c = more; *c; c++) buffer_char(&b, *c == '\'' ? '"' : *c);
	buffer_char(&b, '}');
	assert_true(write_one(r, a, WRITE_UPDATE, text_of(type), id, buffer_text(&b)));
}

static void people(record *r, arena *a)
{
	put(r, a, "Patient", TEXT("p1"), "'gender':'male'");
	put(r, a, "PractitionerRole", TEXT("dr-b"),
	    "'code':[{'coding':[{'system':'urn:limen:role','code':'doctor'}]}]");
}

#define REFERRAL                                                                                                       \
	"'status':'active','intent':'order','category':[{'coding':[{'system':'http://snomed.info/"                     \
	"sct','code':'3457005'}]}],"                                                                                   \
	"'subject':{'reference':'Patient/p1'}"

static void assert_derived(record *r, arena *a)
{
	issues sink = {.arena = a};
	check_report report;
	bool done = record_check(r, a, &report, &sink);
	show(&sink);
	assert_true(done);
	assert_int_equal(report.broken_derived, 0);
	assert_int_equal(report.broken_index, 0);
}

/* The clocks as kept: "udredningsret 2026-04-01 running, …" at now; and they are those that the facts give. */
static text clocks_line(record *r, arena *a, text pathway)
{
	issues sink = {.arena = a};
	reader *rd = record_reader(r, &doctor, a, &sink);
	int64_t rid = record_rid(rd, TEXT("EpisodeOfCare"), pathway);
	clock *kept, computed[64];
	facts f;
	int count = clocks_of(reader_snapshot(rd), content, rid, a, &kept, &sink);
	assert_true(pathway_facts(reader_snapshot(rd), content, rid, a, &f, &sink));
	assert_int_equal(clock_compute(content, &f, computed), count);
	buffer line = {.arena = a};
	for (int i = 0; i < count; i++) {
		const clock *k = &kept[i], *c = &computed[i];
		assert_ptr_equal(k->rule, c->rule);
		assert_true(k->due == c->due && k->amber == c->amber && k->stop == c->stop && k->waived == c->waived &&
			    k->limit == c->limit && k->paused == c->paused && k->suspended == c->suspended &&
			    k->provisional == c->provisional && k->unit == c->unit && k->start == c->start &&
			    k->start_day == c->start_day && k->due_day_late == c->due_day_late);
		text state = clock_state_word(clock_state_at(k, world_now(&simulated)), LANGUAGE_EN);
		buffer_format(&line, "%s%.*s %.*s %.*s", i ? ", " : "", TEXT_ARG(clock_rule_face(k->rule)->id),
			      TEXT_ARG(day_iso(a, k->due_day)), TEXT_ARG(state));
	}
	reader_close(rd);
	return buffer_text(&line);
}

TEST(each_step_moves_the_right_clock)
{
	arena *a = test_arena();
	record *r = start(a);
	people(r, a);
	text id = uuid_of_name(a, TEXT("pathway:ServiceRequest/r1"));
	put(r, a, "ServiceRequest", TEXT("r1"), REFERRAL ",'authoredOn':'2026-03-02'");
	assert_text(
	    clocks_line(r, a, id),
	    TEXT("booking-lokal 2026-03-09 running, udredningsret 2026-04-01 running, varsling 2026-03-11 running, "
		 "visitation-lokal 2026-03-05 running"));
	world_set(&simulated, local_instant(day_from_civil((civil){2026, 3, 4}), 600));
	put(r, a, "ServiceRequest", TEXT("r1"),
	    "'extension':[{'url':'urn:limen:visitation','extension':[{'url':'at','valueDateTime':'2026-03-04T09:00:00+"
	    "01:00'}]}],"
	    "'status':'active','intent':'order','category':[{'coding':[{'system':'http://snomed.info/"
	    "sct','code':'3457005'},"
	    "{'system':'urn:limen:referral-class','code':'behandling'}]}],'subject':{'reference':'Patient/"
	    "p1'},'authoredOn':'2026-03-02'");
	assert_text(
	    clocks_line(r, a, id),
	    TEXT("behandlingsret 2026-04-01 running, booking-lokal 2026-03-09 running, varsling 2026-03-11 running, "
		 "visitation-lokal 2026-03-05 met"));
	put(r, a, "Appointment", TEXT("a1"),
	    "'status':'booked','created':'2026-03-04','start':'2026-03-20T09:00:00+01:00','end':'2026-03-20T09:30:00+"
	    "01:00',"
	    "'basedOn':[{'reference':'ServiceRequest/"
	    "r1'}],'participant':[{'actor':{'display':'x'},'status':'accepted'}]");
	put(r, a, "Communication", TEXT("c1"),
	    "'status':'completed','category':[{'coding':[{'system':'urn:limen:communication','code':'indkaldelse'}]}],"
	    "'basedOn':[{'reference':'ServiceRequest/"
	    "r1'}],'sent':'2026-03-04T10:00:00+01:00','received':'2026-03-04T10:00:00+01:00'");
	assert_text(clocks_line(r, a, id),
		    TEXT("behandlingsret 2026-04-01 running, booking-lokal 2026-03-09 met, varsling 2026-03-11 met, "
			 "visitation-lokal 2026-03-05 met"));
	assert_derived(r, a);
	assert_true(write_one(r, a, WRITE_DELETE, TEXT("EpisodeOfCare"), id, TEXT("")));
	assert_text(clocks_line(r, a, id), TEXT(""));
	assert_derived(r, a);
	record_close(r);
}

TEST(ticks_wake_when_attention_begins_and_when_it_is_due)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	record *r = start(a);
	people(r, a);
	assert_true(record_next_tick(r) == INSTANT_NONE);
	put(r, a, "ServiceRequest", TEXT("r1"), REFERRAL ",'authoredOn':'2026-03-02','reasonCode':[{'text':'x'}]");
	/* visitation: attention from 4 March, last day 5 March */
	assert_true(record_next_tick(r) == day_start(day_from_civil((civil){2026, 3, 4})));
	world_set(&simulated, record_next_tick(r));
	assert_true(record_tick(r, &sink));
	assert_true(record_next_tick(r) == day_start(day_from_civil((civil){2026, 3, 5})));
	int turns = 0;
	for (instant next; (next = record_next_tick(r)) != INSTANT_NONE; turns++) {
		assert_true(next > world_now(&simulated));
		world_set(&simulated, next);
		assert_true(record_tick(r, &sink));
		assert_true(turns < 20);
	}
	/* attention on the 5th (booking), 6th (varsling) and 22nd; due at the end of 5, 9, 11 March and 1 April: seven turns, on
	 * six days, for the 5th's end is the 6th's beginning */
	assert_int_equal(turns, 6);
	assert_derived(r, a);
	record_close(r);
}

TEST(clocks_are_there_after_a_restart)
{
	arena *a = test_arena();
	const char *file = text_z(a, text_format(a, "%s/restart.db", temp_folder()));
	record *r = start_at(a, file);
	people(r, a);
	put(r, a, "ServiceRequest", TEXT("r1"), REFERRAL ",'authoredOn':'2026-03-02','reasonCode':[{'text':'x'}]");
	text id = uuid_of_name(a, TEXT("pathway:ServiceRequest/r1")), before = clocks_line(r, a, id);
	record_close(r);
	r = start_at(a, file);
	assert_text(clocks_line(r, a, id), before);
	assert_derived(r, a);
	record_close(r);
}

/* ---- clocks of what is no pathway ---- */

/* "flyttet-operation 2026-03-11 running", of one resource; and they are those that its facts give. */
static text subject_line(record *r, arena *a, const char *type, const char *id)
{
	issues sink = {.arena = a};
	reader *rd = record_reader(r, &doctor, a, &sink);
	int64_t rid = record_rid(rd, text_of(type), text_of(id));
	clock *kept, computed[64];
	facts f;
	int count = clocks_of(reader_snapshot(rd), content, rid, a, &kept, &sink);
	assert_true(subject_facts(reader_snapshot(rd), content, rid, a, &f, &sink));
	assert_int_equal(clock_compute_for(content, text_of(type), &f, computed), count);
	buffer line = {.arena = a};
	for (int i = 0; i < count; i++) {
		assert_true(kept[i].due == computed[i].due && kept[i].stop == computed[i].stop);
		text state = clock_state_word(clock_state_at(&kept[i], world_now(&simulated)), LANGUAGE_EN);
		buffer_format(&line, "%s%.*s %.*s %.*s", i ? ", " : "", TEXT_ARG(clock_rule_face(kept[i].rule)->id),
			      TEXT_ARG(day_iso(a, kept[i].due_day)), TEXT_ARG(state));
	}
	reader_close(rd);
	return buffer_text(&line);
}

#define CANCELLED(cause, day)                                                                                          \
	"'extension':[{'url':'urn:limen:cancelled-at','valueDateTime':'" day                                           \
	"'}],'status':'cancelled','serviceType':[{'coding':[{'system':'urn:limen:appointment-kind','code':"            \
	"'operation'}]}],'cancelationReason':{'coding':[{'system':'urn:limen:move-cause','code':'" cause               \
	"'}]},'participant':[{'actor':{'display':'x'},'status':'accepted'}]"

#define MOVED_LETTER                                                                                                   \
	"'status':'completed','category':[{'coding':[{'system':'urn:limen:communication','code':'flytning'}]}],"       \
	"'about':[{'reference':'Appointment/op1'}],'received':'2026-03-02T09:30:00+01:00'"

/* Each operation the hospital moves has a clock of its own, whichever arrives first, the appointment or the letter about it. */
TEST(each_moved_operation_has_its_own_clock)
{
	arena *a = test_arena();
	record *r = start(a);
	people(r, a);
	put(r, a, "Appointment", TEXT("op1"), CANCELLED("hospital", "2026-03-02"));
	put(r, a, "Appointment", TEXT("op2"), CANCELLED("hospital", "2026-02-20"));
	put(r, a, "Appointment", TEXT("op3"), CANCELLED("patient-wish", "2026-03-02"));
	assert_text(subject_line(r, a, "Appointment", "op1"), TEXT("flyttet-operation 2026-03-11 running"));
	assert_text(subject_line(r, a, "Appointment", "op2"), TEXT("flyttet-operation 2026-03-02 running"));
	assert_text(subject_line(r, a, "Appointment", "op3"), TEXT(""));
	put(r, a, "Communication", TEXT("c1"), MOVED_LETTER);
	assert_text(subject_line(r, a, "Appointment", "op1"), TEXT("flyttet-operation 2026-03-11 met"));
	assert_text(subject_line(r, a, "Appointment", "op2"), TEXT("flyttet-operation 2026-03-02 running"));
	assert_derived(r, a);
	assert_true(write_one(r, a, WRITE_DELETE, TEXT("Communication"), TEXT("c1"), TEXT("")));
	assert_text(subject_line(r, a, "Appointment", "op1"), TEXT("flyttet-operation 2026-03-11 running"));
	assert_true(write_one(r, a, WRITE_DELETE, TEXT("Appointment"), TEXT("op1"), TEXT("")));
	put(r, a, "Communication", TEXT("c1"), MOVED_LETTER);
	put(r, a, "Appointment", TEXT("op1"), CANCELLED("hospital", "2026-03-02"));
	assert_text(subject_line(r, a, "Appointment", "op1"), TEXT("flyttet-operation 2026-03-11 met"));
	assert_derived(r, a);
	issues sink = {.arena = a};
	assert_true(record_rebuild(r, &sink));
	assert_text(subject_line(r, a, "Appointment", "op1"), TEXT("flyttet-operation 2026-03-11 met"));
	record_close(r);
}

#define CASE(kind, day, more)                                                                                          \
	"'status':'requested','intent':'order','code':{'coding':[{'system':'urn:limen:case','code':'" kind             \
	"'}]},'authoredOn':'" day "'" more

TEST(a_case_runs_turns_and_is_decided)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	record *r = start(a);
	world_set(&simulated, local_instant(day_from_civil((civil){2026, 4, 13}), 600));
	people(r, a);
	put(r, a, "Task", TEXT("t1"), CASE("aktindsigt", "2026-04-13", ",'for':{'reference':'Patient/p1'}"));
	assert_text(subject_line(r, a, "Task", "t1"),
		    TEXT("aktindsigt 2026-04-22 running, aktindsigt-besked 2026-04-22 running"));
	int turns = 0;
	for (instant next; (next = record_next_tick(r)) != INSTANT_NONE; turns++) {
		assert_true(next > world_now(&simulated) && turns < 20);
		world_set(&simulated, next);
		assert_true(record_tick(r, &sink));
	}
	assert_true(turns >= 2);
	assert_text(subject_line(r, a, "Task", "t1"),
		    TEXT("aktindsigt 2026-04-22 breached, aktindsigt-besked 2026-04-22 breached"));
	put(r, a, "Task", TEXT("t1"),
	    "'status':'completed','intent':'order','code':{'coding':[{'system':'urn:limen:case','code':'aktindsigt'}]},"
	    "'authoredOn':'2026-04-13T09:00:00+02:00','executionPeriod':{'end':'2026-04-20T12:00:00+02:00'}");
	assert_text(subject_line(r, a, "Task", "t1"),
		    TEXT("aktindsigt 2026-04-22 met, aktindsigt-besked 2026-04-22 met"));
	assert_derived(r, a);
	record_close(r);
}

TEST(an_adverse_event_is_tied_to_nobody)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	record *r = start(a);
	people(r, a);
	put(r, a, "Task", TEXT("u1"), CASE("uth", "2026-03-02", ""));
	assert_text(subject_line(r, a, "Task", "u1"), TEXT("uth 2026-03-09 running"));
	doc d;
	written out;
	assert_true(json_parse_resource(
	    a,
	    TEXT("{\"resourceType\":\"Task\",\"id\":\"u2\",\"status\":\"requested\",\"intent\":\"order\",\"code\":{"
		 "\"coding\":[{"
		 "\"system\":\"urn:limen:case\",\"code\":\"uth\"}]},\"for\":{\"reference\":\"Patient/p1\"}}"),
	    TEXT("test"), &sink, &d));
	write_op w = {.method = WRITE_UPDATE, .resource = &d, .type = TEXT("Task"), .id = TEXT("u2"), .orphans = true};
	assert_false(record_commit(r, &doctor, &w, 1, a, &sink, &out));
	assert_int_equal(sink.first->code, FAIL_CHECK);
	record_close(r);
}

/* ---- a random workload ---- */

static const char *some_date(random_state *rnd, arena *a, const char *key)
{
	day d = day_from_civil((civil){2026, 2, 1}) + (day)random_below(rnd, 90);
	return text_z(a, text_format(a, "'%s':'%.*s'", key, TEXT_ARG(day_iso(a, d))));
}

static void random_referral(record *r, arena *a, random_state *rnd, text id)
{
	static const char *const classes[] = {"", "udredning", "behandling", "akut", "kontrol"};
	static const char *const states[] = {"active", "active", "active", "completed"};
	const char *class = classes[random_below(rnd, 5)];
	buffer b = {.arena = a};
	buffer_format(&b,
		      "'status':'%s','intent':'order','category':[{'coding':[{'system':'http://snomed.info/"
		      "sct','code':'3457005'}",
		      states[random_below(rnd, 4)]);
	if (*class) buffer_format(&b, ",{'system':'urn:limen:referral-class','code':'%s'}", class);
	buffer_format(&b, "]}],'subject':{'reference':'Patient/p1'},%s", some_date(rnd, a, "authoredOn"));
	if (random_below(rnd, 3) == 0)
		buffer_format(&b, ",'basedOn':[{'reference':'ServiceRequest/r%d'}]", (int)random_below(rnd, 4));
	buffer_char(&b, 0);
	put(r, a, "ServiceRequest", id, b.at);
}

static void random_appointment(record *r, arena *a, random_state *rnd, text id)
{
	static const char *const states[] = {"booked", "booked", "cancelled", "noshow"};
	const char *state = states[random_below(rnd, 4)];
	bool gone = strcmp(state, "cancelled") == 0;
	const char *cause = "'cancelationReason':{'coding':[{'system':'urn:limen:move-cause','code':'hospital'}]},";
	text more =
	    text_format(a,
			"'serviceType':[{'coding':[{'system':'urn:limen:appointment-kind','code':'operation'}]}],"
			"%s"
			"'status':'%s',%s,'start':'2026-04-20T09:00:00+01:00','end':'2026-04-20T09:30:00+01:00',"
			"'basedOn':[{'reference':'ServiceRequest/"
			"r%d'}],'participant':[{'actor':{'display':'x'},'status':'accepted'}]",
			gone ? cause : "", state, some_date(rnd, a, "created"), (int)random_below(rnd, 4));
	put(r, a, "Appointment", id, text_z(a, more));
}

static void random_message(record *r, arena *a, random_state *rnd, text id)
{
	static const char *const kinds[] = {"indkaldelse", "svar", "flytning"};
	text about = random_below(rnd, 2)
			 ? text_format(a, "'about':[{'reference':'Appointment/a%d'}]", (int)random_below(rnd, 4))
			 : text_format(a, "'basedOn':[{'reference':'ServiceRequest/r%d'}]", (int)random_below(rnd, 4));
	text more = text_format(
	    a,
	    "'extension':[{'url':'urn:limen:told-by','valueCode':'clinician'}],'status':'completed','category':[{"
	    "'coding':[{'system':'urn:limen:communication','code':'%s'}]}],%.*s,%s",
	    kinds[random_below(rnd, 3)], TEXT_ARG(about), some_date(rnd, a, "received"));
	put(r, a, "Communication", id, text_z(a, more));
}

static void random_pathway(record *r, arena *a, random_state *rnd, text id)
{
	text more = text_format(
	    a,
	    "'extension':[{'url':'urn:limen:marker','extension':[{'url':'code','valueCoding':{'code':'%s'}},{'url':'at'"
	    ","
	    "'valueDateTime':'2026-03-%02d'}]},{'url':'urn:limen:closing','extension':[{'url':'reason','valueCode':'x'}"
	    ","
	    "{'url':'next','valueString':'y'}]}],'status':'%s','patient':{'reference':'Patient/"
	    "p1'},'referralRequest':[{"
	    "'reference':'ServiceRequest/r%d'}]",
	    random_below(rnd, 2) ? "AFV01C" : "AFV01E1", (int)random_between(rnd, 1, 28),
	    random_below(rnd, 4) ? "active" : "finished", (int)random_below(rnd, 4));
	put(r, a, "EpisodeOfCare", id, text_z(a, more));
}

static void random_step(record *r, arena *a, random_state *rnd)
{
	static const char *const types[] = {"ServiceRequest", "Appointment", "Communication", "EpisodeOfCare"};
	static const char prefixes[] = {'r', 'a', 'c', 'e'};
	int which = (int)random_below(rnd, 4);
	text id = text_format(a, "%c%d", prefixes[which], (int)random_below(rnd, 4));
	if (random_below(rnd, 5) == 0) {
		write_one(r, a, WRITE_DELETE, text_of(types[which]), id,
			  TEXT("")); /* there may be none: then nothing happens */
		return;
	}
	if (which == 0) random_referral(r, a, rnd, id);
	if (which == 1) random_appointment(r, a, rnd, id);
	if (which == 2) random_message(r, a, rnd, id);
	if (which == 3) random_pathway(r, a, rnd, id);
}

TEST(kept_equals_computed_again_after_a_random_workload)
{
	for (uint64_t seed = 1; seed <= 4; seed++) {
		arena *a = arena_new(PROCESS_ARENA_MAX);
		record *r = start(a);
		world_set(&simulated,
			  local_instant(day_from_civil((civil){2026, 6, 1}), 600)); /* every date it makes has passed */
		random_state rnd = random_seed(seed);
		people(r, a);
		for (int i = 0; i < 120; i++) {
			random_step(r, a, &rnd);
			world_set(&simulated, world_now(&simulated) + MINUTES(7));
			if (i % 40 == 39) assert_derived(r, a);
		}
		issues sink = {.arena = a};
		bool rebuilt = record_rebuild(r, &sink);
		show(&sink);
		assert_true(rebuilt);
		assert_derived(r, a);
		record_close(r);
		arena_free(a);
	}
}

/* The case comes after the other test of ticks: how far ticks have come is the process's, and it goes on to the end of March. */
TESTS(T(each_step_moves_the_right_clock), T(each_moved_operation_has_its_own_clock),
      T(an_adverse_event_is_tied_to_nobody), T(clocks_are_there_after_a_restart),
      T(ticks_wake_when_attention_begins_and_when_it_is_due), T(a_case_runs_turns_and_is_decided),
      T(kept_equals_computed_again_after_a_random_workload))
