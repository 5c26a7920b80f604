/* A department that is closed for the night and opened again: the tasks are there, and what fell due meanwhile is raised. */
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

TESTS(T(what_fell_due_while_it_was_closed_is_raised_when_it_opens))
