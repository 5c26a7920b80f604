/* One referral from POST to closed pathway on a real record: each step closes the right task, stops the right clock,
 * raises what comes next. The dates: received Monday 2 November 2026; 8 hverdage later is Wednesday 11 (Saturdays
 * counted) or Thursday 12; 30 days later is 2 December. */
#include "house.h"

#include "work/internal.h"

static const char *const referral =
    "{\"resourceType\":\"ServiceRequest\",\"id\":\"r1\",\"status\":\"active\",\"intent\":\"order\",\"category\":[{"
    "\"coding\":[{\"system\":"
    "\"http://snomed.info/sct\",\"code\":\"3457005\"}]}],\"subject\":{\"reference\":\"Patient/"
    "p1\"},\"authoredOn\":\"2026-11-02T09:00:00+01:00\","
    "\"requester\":{\"display\":\"egen læge\"},\"reasonCode\":[{\"text\":\"Hæmaturi\"}]}";

#define R "ServiceRequest/r1"
#define STATUS(kind, cause, expected) assert_text(task_status(&h, kind, cause), TEXT(expected))
#define COMPLETE(actor, kind, cause, ...)                                                                              \
	do {                                                                                                           \
		const answer given[] = {__VA_ARGS__};                                                                  \
		bool done = house_complete(&h, actor, kind, cause, given, (int)(sizeof given / sizeof *given));        \
		if (!done) house_print(&h.sink);                                                                       \
		assert_true(done);                                                                                     \
	} while (0)
#define REFUSED(code, actor, kind, cause, ...)                                                                         \
	do {                                                                                                           \
		const answer given[] = {__VA_ARGS__};                                                                  \
		assert_false(house_complete(&h, actor, kind, cause, given, (int)(sizeof given / sizeof *given)));      \
		assert_true(house_said(&h, code));                                                                     \
	} while (0)
#define A(field, value)                                                                                                \
	{                                                                                                              \
		TEXT(field), TEXT(value)                                                                               \
	}

static house h;

static text pathway_id(void)
{
	return uuid_of_name(h.arena, TEXT("pathway:ServiceRequest/r1"));
}

/* The state of a clock of the pathway now; CLOCK_NOT where it has none. */
static clock_state state_of(const char *rule, day *due)
{
	caller who = as("Device/test");
	issues sink = {.arena = h.arena};
	reader *rd = record_reader(h.record, &who, h.arena, &sink);
	clock *clocks;
	int64_t rid = record_rid(rd, TEXT("EpisodeOfCare"), pathway_id());
	assert_true(rid != 0);
	int n = clocks_of(reader_snapshot(rd), h.image, rid, h.arena, &clocks, &sink);
	clock_state state = CLOCK_NOT;
	for (int i = 0; i < n; i++) {
		if (!text_equal(clock_rule_face(clocks[i].rule)->id, text_of(rule))) continue;
		state = clock_state_at(&clocks[i], world_now(&h.world));
		if (due) *due = clocks[i].due_day;
	}
	reader_close(rd);
	return state;
}

static int open_ends(void)
{
	caller who = as("Device/test");
	issues sink = {.arena = h.arena};
	open_end *ends;
	reader *rd = record_reader(h.record, &who, h.arena, &sink);
	int n = work_open_ends(rd, h.image, world_now(&h.world), h.arena, &ends, &sink);
	reader_close(rd);
	return n;
}

static void task_doc(const char *kind, const char *cause, doc *out)
{
	text named = text_format(h.arena, "%s:%s", kind, cause);
	assert_true(house_read(&h, TEXT("Task"), task_id_of(h.arena, text_of(kind), named), out));
}

static void all_rebuilt_alike(void)
{
	check_report report;
	issues sink = {.arena = h.arena};
	bool fine = record_check(h.record, h.arena, &report, &sink);
	house_print(&sink);
	assert_true(fine);
	assert_int_equal(report.broken_digests, 0);
	assert_int_equal(report.broken_index, 0);
	assert_int_equal(report.broken_derived, 0);
}

static text extension_text(const doc *d, const char *url, name_id value)
{
	uint32_t list = doc_get(d, 0, NAME_extension);
	for (uint32_t i = list + 1; list != NODE_ABSENT && i < d->nodes[list].next; i = d->nodes[i].next)
		if (text_equal(doc_get_text(d, i, NAME_url), text_of(url))) return doc_get_text(d, i, value);
	return TEXT("");
}

/* What the second coding of reasonCode says of the rule that the first names. */
static text force_of(const doc *d)
{
	uint32_t list = doc_get(d, doc_get(d, 0, NAME_reasonCode), NAME_coding);
	assert_int_equal(d->nodes[list].len, 2);
	uint32_t second = d->nodes[list + 1].next;
	assert_text(doc_get_text(d, second, NAME_system), TEXT("urn:limen:clock-force"));
	return doc_get_text(d, second, NAME_code);
}

static int days_to(const char *iso, day d)
{
	day at;
	assert_true(day_parse(text_of(iso), &at));
	return d - at;
}

TEST(a_referral_becomes_a_pathway_with_its_first_task)
{
	day due;
	doc task;
	house_open(&h, "2026-11-02T09:30:00+01:00");
	house_people(&h);
	house_put(&h, "Device/test", WRITE_CREATE, "r1", referral);
	STATUS("forvisitering", R, "requested");
	STATUS("suppler-henvisning", R, "");
	STATUS("visitation", R, "");
	STATUS("book-tid", R, "");
	assert_int_equal(state_of("udredningsret", &due), CLOCK_RUNNING);
	assert_int_equal(days_to("2026-12-02", due), 0);
	assert_int_equal(state_of("varsling", &due), CLOCK_RUNNING);
	assert_int_equal(days_to("2026-11-11", due), 0);
	assert_int_equal(open_ends(), 0);
	task_doc("forvisitering", R, &task);
	assert_text(doc_get_text(&task, 0, NAME_description), TEXT("Forvisitering: Hæmaturi, henvist af egen læge"));
	assert_true(text_starts(extension_text(&task, "urn:limen:because", NAME_valueString),
				TEXT("Henvisning modtaget 2. nov")));
	assert_text(force_of(&task), TEXT("local"));
	assert_text(extension_text(&task, "urn:limen:law-due", NAME_valueInstant), TEXT(""));
	issues sink = {.arena = h.arena};
	bool valid = resource_check(&task, &sink);
	house_print(&sink);
	assert_true(valid);
}

TEST(only_who_may_does_it_and_wrong_answers_are_said_field_by_field)
{
	REFUSED(FAIL_WORK_NO_ROLE, "Practitioner/nobody", "forvisitering", R, A("class", "udredning"));
	REFUSED(FAIL_WORK_FIELD_MISSING, "PractitionerRole/sek-a", "forvisitering", R, A("class", "udredning"));
	REFUSED(FAIL_WORK_FIELD_VALUE, "PractitionerRole/sek-a", "forvisitering", R, A("class", "måske"),
		A("urgency", "urgent"));
	assert_text(h.sink.first->place.path, TEXT("class"));
	REFUSED(FAIL_WORK_FIELD_UNKNOWN, "PractitionerRole/sek-a", "forvisitering", R, A("class", "udredning"),
		A("urgency", "urgent"), A("colour", "red"));
	REFUSED(FAIL_WORK_NO_TASK, "PractitionerRole/sek-a", "forvisitering", "ServiceRequest/none",
		A("class", "udredning"));
	STATUS("forvisitering", R, "requested");
}

TEST(the_proposal_closes_forvisitering_and_asks_the_doctor)
{
	doc d;
	house_wait_until(&h, "2026-11-03T09:00:00+01:00");
	COMPLETE("PractitionerRole/sek-a", "forvisitering", R, A("class", "udredning"), A("urgency", "urgent"),
		 A("package", "blære"));
	STATUS("forvisitering", R, "completed");
	STATUS("visitation", R, "requested");
	assert_true(house_read(&h, TEXT("ServiceRequest"), TEXT("r1"), &d));
	assert_int_equal(d.nodes[doc_get(&d, 0, NAME_reasonCode)].len, 1);
	task_doc("forvisitering", R, &d);
	assert_text(doc_get_text(&d, doc_get(&d, 0, NAME_owner), NAME_reference), TEXT("PractitionerRole/sek-a"));
	REFUSED(FAIL_WORK_CLOSED, "PractitionerRole/sek-a", "forvisitering", R, A("class", "udredning"),
		A("urgency", "urgent"));
}

TEST(a_secretary_does_not_visitate)
{
	REFUSED(FAIL_WORK_NOT_YOURS, "PractitionerRole/sek-a", "visitation", R, A("class", "udredning"),
		A("urgency", "urgent"));
	/* Not by the form, and not by writing the resource either. */
	text forged = TEXT(
	    "{\"resourceType\":\"ServiceRequest\",\"id\":\"r1\",\"status\":\"active\",\"intent\":\"order\","
	    "\"category\":[{\"coding\":[{\"system\":"
	    "\"http://snomed.info/"
	    "sct\",\"code\":\"3457005\"}]},{\"coding\":[{\"system\":\"urn:limen:referral-class\",\"code\":\"akut\"}]}],"
	    "\"subject\":{\"reference\":\"Patient/p1\"},\"authoredOn\":\"2026-11-02T09:00:00+01:00\"}");
	assert_false(house_try(&h, "PractitionerRole/sek-a", WRITE_UPDATE, "r1", forged));
	STATUS("visitation", R, "requested");
}

TEST(the_doctor_visitates_and_booking_is_asked_for)
{
	doc d;
	assert_int_equal(state_of("visitation-lokal", NULL), CLOCK_RUNNING);
	house_wait_until(&h, "2026-11-03T13:00:00+01:00");
	COMPLETE("PractitionerRole/dr-b", "visitation", R, A("class", "udredning"), A("urgency", "urgent"),
		 A("plan", "CT-urografi og cystoskopi"));
	STATUS("visitation", R, "completed");
	STATUS("book-tid", R, "requested");
	assert_int_equal(state_of("visitation-lokal", NULL), CLOCK_MET);
	assert_int_equal(state_of("udredningsret", NULL), CLOCK_RUNNING);
	/* Dated by the department's own goal; of the laws behind it the notice falls first, on the 11th. */
	task_doc("book-tid", R, &d);
	assert_text(force_of(&d), TEXT("local"));
	assert_text(extension_text(&d, "urn:limen:law-due", NAME_valueInstant), TEXT("2026-11-12T00:00:00+01:00"));
	assert_true(house_read(&h, TEXT("ServiceRequest"), TEXT("r1"), &d));
	assert_int_equal(d.nodes[doc_get(&d, 0, NAME_category)].len, 2);
	assert_text(doc_get_text(&d, 0, NAME_priority), TEXT("urgent"));
	assert_int_equal(d.nodes[doc_get(&d, 0, NAME_extension)].len, 2); /* the proposal stands beside the decision */
}

static text appointment;

TEST(a_booked_time_past_the_limit_tells_the_patient)
{
	house_wait_until(&h, "2026-11-04T09:00:00+01:00");
	REFUSED(FAIL_WORK_FIELD_VALUE, "PractitionerRole/sek-a", "book-tid", R, A("start", "31-02-2026 10.00"),
		A("minutes", "45"));
	COMPLETE("PractitionerRole/sek-a", "book-tid", R, A("start", "10-12-2026 kl. 10.15"), A("minutes", "45"),
		 A("what", "Cystoskopi"));
	appointment = text_format(h.arena, "Appointment/%.*s", TEXT_ARG(house_latest(&h, "Appointment")));
	STATUS("book-tid", R, "completed");
	STATUS("orienter-frist", R, "requested");
	STATUS("send-indkaldelse", text_z(h.arena, appointment), "requested");
	doc d;
	assert_true(house_read(&h, TEXT("Appointment"), house_latest(&h, "Appointment"), &d));
	assert_text(doc_get_text(&d, 0, NAME_start), TEXT("2026-12-10T10:15:00+01:00"));
	assert_text(doc_get_text(&d, 0, NAME_end), TEXT("2026-12-10T11:00:00+01:00"));
	assert_int_equal(d.nodes[doc_get(&d, 0, NAME_participant)].len, 1); /* no practitioner, no place were given */
}

TEST(a_cancelled_time_is_booked_anew_and_the_foreseen_breach_lapses)
{
	house_wait_until(&h, "2026-11-04T10:00:00+01:00");
	doc d;
	text id = house_latest(&h, "Appointment"), old = appointment;
	assert_true(house_read(&h, TEXT("Appointment"), id, &d));
	text json = text_format(
	    h.arena,
	    "{\"resourceType\":\"Appointment\",\"id\":\"%.*s\",\"status\":\"cancelled\",\"cancelationReason\":{"
	    "\"coding\":[{"
	    "\"system\":\"urn:limen:move-cause\",\"code\":\"hospital\"}]},\"basedOn\":[{\"reference\":\"" R "\"}],"
	    "\"participant\":[{\"actor\":{\"reference\":\"Patient/p1\"},\"status\":\"accepted\"}]}",
	    TEXT_ARG(id));
	house_put(&h, "PractitionerRole/sek-a", WRITE_UPDATE, text_z(h.arena, id), text_z(h.arena, json));
	STATUS("book-tid", text_z(h.arena, old), "requested");
	STATUS("send-indkaldelse", text_z(h.arena, old), "cancelled");
	STATUS("orienter-frist", R, "cancelled");
	COMPLETE("PractitionerRole/sek-a", "book-tid", text_z(h.arena, old), A("start", "2026-11-18T10:15"),
		 A("minutes", "45"), A("what", "Cystoskopi"));
	appointment = text_format(h.arena, "Appointment/%.*s", TEXT_ARG(house_latest(&h, "Appointment")));
	STATUS("book-tid", text_z(h.arena, old), "completed");
	STATUS("orienter-frist", R, "cancelled");
	all_rebuilt_alike();
}

TEST(the_duty_to_inform_stops_when_the_letter_is_received)
{
	house_wait_until(&h, "2026-11-04T11:00:00+01:00");
	COMPLETE("PractitionerRole/sek-a", "send-indkaldelse", text_z(h.arena, appointment),
		 A("channel", "digital-post"));
	STATUS("send-indkaldelse", text_z(h.arena, appointment), "completed");
	assert_int_equal(state_of("varsling", NULL), CLOCK_RUNNING);
	text letter = text_format(h.arena, "Communication/%.*s", TEXT_ARG(house_latest(&h, "Communication")));
	STATUS("bekraeft-modtagelse", text_z(h.arena, letter), "requested");
	house_wait_until(&h, "2026-11-05T09:00:00+01:00");
	COMPLETE("PractitionerRole/sek-a", "bekraeft-modtagelse", text_z(h.arena, letter),
		 A("received", "4/11-2026 11.20"), A("proof", "kvittering"));
	STATUS("bekraeft-modtagelse", text_z(h.arena, letter), "completed");
	assert_int_equal(state_of("varsling", NULL), CLOCK_MET);
	/* Nothing to do until the visit: that is a date ahead, no loose end. */
	assert_int_equal(open_ends(), 0);
}

TEST(the_visit_raises_the_decision_by_the_tick_alone)
{
	STATUS("registrer-beslutning", R, "");
	assert_true(record_next_tick(h.record) == at_time("2026-11-18T10:15:00+01:00"));
	house_wait_until(&h, "2026-11-18T10:14:59+01:00");
	STATUS("registrer-beslutning", R, "");
	house_wait_until(&h, "2026-11-18T10:15:00+01:00");
	STATUS("registrer-beslutning", R, "requested");
	int64_t before = record_sequence(h.record);
	house_wait_until(&h, "2026-11-18T10:16:00+01:00");
	assert_true(record_sequence(h.record) == before); /* the same cause raises nothing again */
	all_rebuilt_alike();
}

TEST(udredningsret_stops_on_decision_and_told)
{
	house_wait_until(&h, "2026-11-18T14:00:00+01:00");
	COMPLETE("PractitionerRole/sek-a", "registrer-beslutning", R, A("decision", "ingen-behandling"),
		 A("at", "18.11.2026 11.00"), A("doctor", "Dr. B"));
	STATUS("registrer-beslutning", R, "completed");
	char *episode = text_z(h.arena, text_format(h.arena, "EpisodeOfCare/%.*s", TEXT_ARG(pathway_id())));
	STATUS("svar-til-patient", episode, "requested");
	assert_int_equal(state_of("udredningsret", NULL), CLOCK_RUNNING);
	REFUSED(FAIL_WORK_FIELD_VALUE, "PractitionerRole/sek-a", "svar-til-patient", episode, A("told_by", "secretary"),
		A("name", "Sekretær A"), A("at", "18-11-2026 13.00"));
	COMPLETE("PractitionerRole/sek-a", "svar-til-patient", episode, A("told_by", "clinician"), A("name", "Dr. B"),
		 A("at", "18-11-2026 13.30"));
	STATUS("svar-til-patient", episode, "completed");
	assert_int_equal(state_of("udredningsret", NULL), CLOCK_MET);
	STATUS("afslut-forloeb", episode, "requested");
	REFUSED(FAIL_WORK_FIELD_MUST, "PractitionerRole/sek-a", "afslut-forloeb", episode, A("gp_told", "nej"),
		A("reason", "udredt"), A("next", "intet mere"), A("at", "18-11-2026"));
}

TEST(why_says_what_raised_it_and_the_arithmetic)
{
	caller who = as("Device/test");
	issues sink = {.arena = h.arena};
	char *episode = text_z(h.arena, text_format(h.arena, "EpisodeOfCare/%.*s", TEXT_ARG(pathway_id())));
	reader *rd = record_reader(h.record, &who, h.arena, &sink);
	why w;
	const work_view da = {.image = h.image, .now = world_now(&h.world), .lang = LANGUAGE_DA, .arena = h.arena};
	text id = task_id_of(h.arena, TEXT("visitation"), TEXT("visitation:" R));
	assert_true(work_explain(rd, &da, id, &w, &sink));
	assert_true(w.count > 0);
	text closing = task_id_of(h.arena, TEXT("afslut-forloeb"), text_format(h.arena, "afslut-forloeb:%s", episode));
	assert_true(work_explain(rd, &da, closing, &w, &sink));
	assert_true(text_find(w.headline, TEXT("Afslut forløbet")) == 0);
	assert_true(text_find(w.arithmetic, TEXT("5 arbejdsdage = 25. nov")) >= 0);
	assert_false(work_explain(rd, &da, TEXT("nothing"), &w, &sink));
	reader_close(rd);
}

TEST(the_timeline_walks_along)
{
	caller who = as("Device/test");
	issues sink = {.arena = h.arena};
	step *steps;
	reader *rd = record_reader(h.record, &who, h.arena, &sink);
	int n = work_steps(rd, h.image, pathway_id(), at_time("2026-11-10T09:00:00+01:00"), h.arena, &steps, &sink);
	assert_true(n >= 8);
	assert_text(steps[0].da, TEXT("Henvist"));
	assert_int_equal(steps[0].place, -1);
	bool met_now = false;
	for (int i = 0; i < n; i++) {
		if (steps[i].place != 0) continue;
		met_now = true;
		assert_text(steps[i].da, TEXT("Besøg"));
		assert_true(steps[i].at == at_time("2026-11-18T10:15:00+01:00"));
	}
	assert_true(met_now);
	reader_close(rd);
}

TEST(closing_the_pathway_ends_it)
{
	char *episode = text_z(h.arena, text_format(h.arena, "EpisodeOfCare/%.*s", TEXT_ARG(pathway_id())));
	house_wait_until(&h, "2026-11-19T10:00:00+01:00");
	REFUSED(FAIL_WORK_FIELD_MISSING, "PractitionerRole/sek-a", "afslut-forloeb", episode, A("gp_told", "ja"),
		A("at", "2026-11-19"));
	COMPLETE("PractitionerRole/sek-a", "afslut-forloeb", episode, A("gp_told", "ja"), A("reason", "udredt"),
		 A("next", "Kontrol hos egen læge"), A("at", "2026-11-19"));
	STATUS("afslut-forloeb", episode, "completed");
	assert_int_equal(open_ends(), 0);
	assert_true(record_next_tick(h.record) == INSTANT_NONE);
	all_rebuilt_alike();
}

#define CLOSING                                                                                                        \
	"\"extension\":[{\"url\":\"urn:limen:closing\",\"extension\":[{\"url\":\"reason\",\"valueCode\":"              \
	"\"elsewhere\"},"                                                                                              \
	"{\"url\":\"next\",\"valueString\":\"Henviser og patient har fået besked\"}]}]"

TEST(a_rejected_referral_is_a_loose_end_until_it_is_closed)
{
	house_put(&h, "Device/test", WRITE_CREATE, "r2",
		  "{\"resourceType\":\"ServiceRequest\",\"id\":\"r2\",\"status\":\"active\",\"intent\":\"order\","
		  "\"category\":[{\"coding\":[{\"system\":"
		  "\"http://snomed.info/sct\",\"code\":\"3457005\"}]}],\"subject\":{\"reference\":\"Patient/"
		  "p1\"},\"authoredOn\":\"2026-11-19T09:00:00+01:00\"}");
	STATUS("forvisitering", "ServiceRequest/r2", "requested");
	STATUS("suppler-henvisning", "ServiceRequest/r2", "requested"); /* no reason, no referrer */
	house_put(&h, "PractitionerRole/dr-b", WRITE_UPDATE, "r2",
		  "{\"resourceType\":\"ServiceRequest\",\"id\":\"r2\"," CLOSING
		  ",\"status\":\"revoked\",\"intent\":\"order\","
		  "\"category\":[{\"coding\":[{\"system\":"
		  "\"http://snomed.info/sct\",\"code\":\"3457005\"}]}],\"subject\":{\"reference\":\"Patient/"
		  "p1\"},\"authoredOn\":\"2026-11-19T09:00:00+01:00\"}");
	STATUS("forvisitering", "ServiceRequest/r2", "cancelled");
	assert_int_equal(open_ends(), 1);
	text id = uuid_of_name(h.arena, TEXT("pathway:ServiceRequest/r2"));
	doc d;
	assert_true(house_read(&h, TEXT("EpisodeOfCare"), id, &d));
	buffer b = {.arena = h.arena};
	json_write(&b, &d, 0, JSON_COMPACT);
	text json = buffer_text(&b);
	int64_t at = text_find(json, TEXT("\"status\":\""));
	text rest = text_slice(json, at + 10, json.len);
	text edited = text_format(h.arena, "%.*s" CLOSING ",\"status\":\"cancelled%.*s", (int)at, json.at,
				  (int)(rest.len - text_find(rest, TEXT("\""))), rest.at + text_find(rest, TEXT("\"")));
	house_put(&h, "PractitionerRole/sek-a", WRITE_UPDATE, text_z(h.arena, id), text_z(h.arena, edited));
	assert_int_equal(open_ends(), 0);
	all_rebuilt_alike();
}

static text with_status(const doc *d, const char *status, const char *more)
{
	issues sink = {.arena = h.arena};
	doc over;
	text overlay = text_format(h.arena, "{\"status\":\"%s\"%s}", status, more);
	assert_true(json_parse(h.arena, overlay, TEXT("over"), &sink, &over));
	return json_edited(h.arena, d, &over, EDIT_REPLACE);
}

TEST(what_a_person_claims_or_cancels_stays_so)
{
	doc task;
	house_put(&h, "Device/test", WRITE_CREATE, "r3",
		  "{\"resourceType\":\"ServiceRequest\",\"id\":\"r3\",\"status\":\"active\",\"intent\":\"order\","
		  "\"category\":[{\"coding\":[{\"system\":"
		  "\"http://snomed.info/sct\",\"code\":\"3457005\"}]}],\"subject\":{\"reference\":\"Patient/"
		  "p1\"},\"authoredOn\":\"2026-11-19T09:00:00+01:00\","
		  "\"requester\":{\"display\":\"egen læge\"},\"reasonCode\":[{\"text\":\"Nyresten\"}]}");
	text id = task_id_of(h.arena, TEXT("forvisitering"), TEXT("forvisitering:ServiceRequest/r3"));
	task_doc("forvisitering", "ServiceRequest/r3", &task);
	text claimed = with_status(&task, "in-progress", ",\"owner\":{\"reference\":\"PractitionerRole/sek-a\"}");
	assert_true(house_try(&h, "PractitionerRole/sek-a", WRITE_UPDATE, text_z(h.arena, id), claimed));
	/* The referral turns out to have come three days before: the dates move, the claim stays. */
	house_put(&h, "Device/test", WRITE_UPDATE, "r3",
		  "{\"resourceType\":\"ServiceRequest\",\"id\":\"r3\",\"status\":\"active\",\"intent\":\"order\","
		  "\"category\":[{\"coding\":[{\"system\":"
		  "\"http://snomed.info/sct\",\"code\":\"3457005\"}]}],\"subject\":{\"reference\":\"Patient/"
		  "p1\"},\"authoredOn\":\"2026-11-16T09:00:00+01:00\","
		  "\"requester\":{\"display\":\"egen læge\"},\"reasonCode\":[{\"text\":\"Nyresten\"}]}");
	doc moved;
	task_doc("forvisitering", "ServiceRequest/r3", &moved);
	assert_text(doc_get_text(&moved, 0, NAME_status), TEXT("in-progress"));
	assert_text(doc_get_text(&moved, doc_get(&moved, 0, NAME_owner), NAME_reference),
		    TEXT("PractitionerRole/sek-a"));
	task_row before, after;
	assert_true(task_row_read(&task, &before) && task_row_read(&moved, &after));
	assert_true(after.latest_start < before.latest_start);
	/* Cancelled by a person: not raised again, and seen as a loose end. */
	text cancelled = with_status(&moved, "cancelled", ",\"statusReason\":{\"text\":\"dublet\"}");
	assert_true(house_try(&h, "PractitionerRole/sek-a", WRITE_UPDATE, text_z(h.arena, id), cancelled));
	house_wait_until(&h, "2026-12-01T09:00:00+01:00");
	STATUS("forvisitering", "ServiceRequest/r3", "cancelled");
	assert_int_equal(open_ends(), 1);
	house_wait_until(&h, "2026-12-17T09:00:00+01:00");
	STATUS("orienter-frist", "ServiceRequest/r3", "requested");
	assert_int_equal(open_ends(), 0);
	all_rebuilt_alike();
	house_close(&h);
}

TESTS(T(a_referral_becomes_a_pathway_with_its_first_task),
      T(only_who_may_does_it_and_wrong_answers_are_said_field_by_field),
      T(the_proposal_closes_forvisitering_and_asks_the_doctor), T(a_secretary_does_not_visitate),
      T(the_doctor_visitates_and_booking_is_asked_for), T(a_booked_time_past_the_limit_tells_the_patient),
      T(a_cancelled_time_is_booked_anew_and_the_foreseen_breach_lapses),
      T(the_duty_to_inform_stops_when_the_letter_is_received), T(the_visit_raises_the_decision_by_the_tick_alone),
      T(udredningsret_stops_on_decision_and_told), T(why_says_what_raised_it_and_the_arithmetic),
      T(the_timeline_walks_along), T(closing_the_pathway_ends_it),
      T(a_rejected_referral_is_a_loose_end_until_it_is_closed), T(what_a_person_claims_or_cancels_stays_so))
