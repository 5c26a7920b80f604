/* What was there and comes back. A department that is closed for the night and opened again: the tasks are there, and what fell due meanwhile is raised. */
#include "house.h"

#define R "ServiceRequest/r1"

static const char *const referral =
    "{\"resourceType\":\"ServiceRequest\",\"id\":\"r1\",\"status\":\"active\",\"intent\":\"order\",\"category\":[{"
    "\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"3457005\"}]}],\"subject\":{\"reference\":\"Patient/"
    "p1\"},\"authoredOn\":\"2026-11-02T09:00:00+01:00\",\"requester\":{\"display\":\"egen læge\"},\"reasonCode\":[{"
    "\"text\":\"Nyresten\"}]}";

TEST(what_fell_due_while_it_was_closed_is_raised_when_it_opens)
{
	house h;
	text file = text_format(test_arena(), "%s/limen.db", temp_folder());
	house_open_at(&h, file, "2026-11-02T10:00:00+01:00");
	house_people(&h);
	house_put(&h, "Device/test", WRITE_CREATE, "r1", referral);
	assert_text(task_status(&h, "forvisitering", R), TEXT("requested"));
	house_close(&h);
	house_open_at(&h, file, "2026-12-05T08:00:00+01:00");
	assert_text(task_status(&h, "forvisitering", R), TEXT("requested"));
	assert_text(task_status(&h, "orienter-frist", R), TEXT(""));
	house_wait_until(&h, "2026-12-05T08:00:00+01:00");
	assert_text(task_status(&h, "orienter-frist", R), TEXT("requested"));
	check_report report;
	assert_true(record_check(h.record, h.arena, &report, &h.sink));
	assert_int_equal(report.broken_digests + report.broken_index + report.broken_derived, 0);
	house_close(&h);
}

static void done(house *h, const char *actor, const char *kind, const char *cause, const answer *given, int count)
{
	bool fine = house_complete(h, actor, kind, cause, given, count);
	house_print(&h->sink);
	assert_true(fine);
}

#define DONE(actor, kind, cause, ...)                                                                                  \
	done(&h, "PractitionerRole/" actor, kind, cause, (const answer[]){__VA_ARGS__},                                \
	     sizeof((const answer[]){__VA_ARGS__}) / sizeof(answer))
#define A(field, value)                                                                                                \
	{                                                                                                              \
		TEXT(field), TEXT(value)                                                                               \
	}

/* The letter is received, then the time is cancelled: the timeline does not go on to the visit as if there were one. */
TEST(a_booking_that_is_gone_is_the_next_step_again)
{
	house h;
	house_open(&h, "2026-11-02T10:00:00+01:00");
	house_people(&h);
	house_put(&h, "Device/test", WRITE_CREATE, "r1", referral);
	DONE("sek-a", "forvisitering", R, A("class", "udredning"), A("urgency", "urgent"));
	DONE("dr-b", "visitation", R, A("class", "udredning"), A("urgency", "urgent"));
	DONE("sek-a", "book-tid", R, A("start", "2026-11-18T10:15"), A("minutes", "45"));
	text id = house_latest(&h, "Appointment");
	char *time = text_z(h.arena, text_format(h.arena, "Appointment/%.*s", TEXT_ARG(id)));
	DONE("sek-a", "send-indkaldelse", time, A("channel", "digital-post"));
	char *letter =
	    text_z(h.arena, text_format(h.arena, "Communication/%.*s", TEXT_ARG(house_latest(&h, "Communication"))));
	house_wait_until(&h, "2026-11-04T10:00:00+01:00");
	DONE("sek-a", "bekraeft-modtagelse", letter, A("received", "3/11-2026 11.20"), A("proof", "kvittering"));
	text cancelled =
	    text_format(h.arena,
			"{\"resourceType\":\"Appointment\",\"id\":\"%.*s\",\"status\":\"cancelled\","
			"\"cancelationReason\":{\"coding\":[{\"system\":\"urn:limen:move-cause\",\"code\":"
			"\"hospital\"}]},\"basedOn\":[{\"reference\":\"" R "\"}],\"participant\":[{\"actor\":{"
			"\"reference\":\"Patient/p1\"},\"status\":\"accepted\"}]}",
			TEXT_ARG(id));
	house_put(&h, "PractitionerRole/sek-a", WRITE_UPDATE, text_z(h.arena, id), text_z(h.arena, cancelled));
	caller who = as("Device/test");
	issues sink = {.arena = h.arena};
	step *steps;
	reader *rd = record_reader(h.record, &who, h.arena, &sink);
	int n = work_steps(rd, h.image, house_latest(&h, "EpisodeOfCare"), world_now(&h.world), h.arena, &steps, &sink);
	assert_int_equal(n, 8);
	assert_text(steps[3].da, TEXT("Indkaldt"));
	assert_int_equal(steps[3].place, -1);
	assert_text(steps[4].da, TEXT("Tid booket"));
	assert_int_equal(steps[4].place, 0);
	assert_text(steps[5].da, TEXT("Besøg"));
	assert_int_equal(steps[5].place, 1);
	reader_close(rd);
	house_close(&h);
}

TESTS(T(a_booking_that_is_gone_is_the_next_step_again), T(what_fell_due_while_it_was_closed_is_raised_when_it_opens))
