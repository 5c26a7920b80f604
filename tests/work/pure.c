/* The pure parts as rows: what people type, JSON edited without loss, when a task is due, what a kind needs. */
#include "house.h"

#include "work/internal.h"

static const struct typed_row {
	const char *typed, *date, *time; /* NULL: refused */
} typed_rows[] = {
    {"24-11-2026", "2026-11-24", NULL},
    {"24.11.2026", "2026-11-24", NULL},
    {"24/11-2026", "2026-11-24", NULL},
    {" 4.3.26 ", "2026-03-04", NULL},
    {"2026-11-24", "2026-11-24", NULL},
    {"31-11-2026", NULL, NULL},
    {"29-02-2028", "2028-02-29", NULL},
    {"29-02-2026", NULL, NULL},
    {"24-11-026", NULL, NULL},
    {"24-11", NULL, NULL},
    {"24 november", NULL, NULL},
    {"", NULL, NULL},
    {"24-11-2026 10.15", NULL, "2026-11-24T10:15:00+01:00"},
    {"24-11-2026 kl. 8.05", NULL, "2026-11-24T08:05:00+01:00"},
    {"24-11-2026  10:15", NULL, "2026-11-24T10:15:00+01:00"},
    {"2026-07-01T10:15", NULL, "2026-07-01T10:15:00+02:00"},
    {"2026-07-01T10:15:00", NULL, "2026-07-01T10:15:00+02:00"},
    {"2026-07-01T08:15:00Z", NULL, "2026-07-01T10:15:00+02:00"},
    {"2026-07-01T10:15:00+02:00", NULL, "2026-07-01T10:15:00+02:00"},
    {"24-11-2026 24.00", NULL, NULL},
    {"24-11-2026 10.60", NULL, NULL},
    {"24-11-2026 10", NULL, NULL},
    {"24-11-2026 10.15 vest", NULL, NULL},
    {"29-03-2026 2.30", NULL, NULL},                        /* no clock shows it: summer time begins */
    {"25-10-2026 2.30", NULL, "2026-10-25T02:30:00+02:00"}, /* twice: the first */
};

TEST(dates_and_times_as_people_type_them)
{
	arena *a = test_arena();
	for (size_t i = 0; i < sizeof typed_rows / sizeof *typed_rows; i++) {
		const struct typed_row *r = &typed_rows[i];
		day d;
		instant at;
		bool date = typed_date(text_of(r->typed), &d), time = typed_datetime(text_of(r->typed), &at);
		if (date != (r->date != NULL) || time != (r->time != NULL))
			fail_msg("\"%s\" is read wrongly", r->typed);
		if (date) assert_text(day_iso(a, d), text_of(r->date));
		if (time) assert_text(instant_iso(a, at), text_of(r->time));
	}
}

static const struct edit_row {
	const char *base, *over;
	edit_arrays how;
	const char *expected;
} edit_rows[] = {
    {"{\"a\":1,\"b\":2}", "{\"b\":3}", EDIT_REPLACE, "{\"a\":1,\"b\":3}"},
    {"{\"a\":1.50}", "{\"c\":\"x\"}", EDIT_REPLACE, "{\"a\":1.50,\"c\":\"x\"}"},
    {"{\"a\":1,\"b\":2}", "{\"a\":null}", EDIT_REPLACE, "{\"b\":2}"},
    {"{\"period\":{\"start\":\"x\"}}", "{\"period\":{\"end\":\"y\"}}", EDIT_REPLACE,
     "{\"period\":{\"start\":\"x\",\"end\":\"y\"}}"},
    {"{\"extension\":[{\"url\":\"a\",\"valueCode\":\"1\"},{\"url\":\"b\",\"valueCode\":\"2\"}]}",
     "{\"extension\":[{\"url\":\"a\",\"valueCode\":\"3\"}]}", EDIT_REPLACE,
     "{\"extension\":[{\"url\":\"b\",\"valueCode\":\"2\"},{\"url\":\"a\",\"valueCode\":\"3\"}]}"},
    {"{\"extension\":[{\"url\":\"a\",\"valueCode\":\"1\"},{\"url\":\"b\",\"valueCode\":\"2\"}]}",
     "{\"extension\":[{\"url\":\"a\"}]}", EDIT_REPLACE, "{\"extension\":[{\"url\":\"b\",\"valueCode\":\"2\"}]}"},
    {"{\"extension\":[{\"url\":\"a\",\"valueCode\":\"1\"}]}", "{\"extension\":[{\"url\":\"a\",\"valueCode\":\"3\"}]}",
     EDIT_APPEND, "{\"extension\":[{\"url\":\"a\",\"valueCode\":\"1\"},{\"url\":\"a\",\"valueCode\":\"3\"}]}"},
    {"{\"category\":[{\"coding\":[{\"system\":\"s\",\"code\":\"1\"}]}]}",
     "{\"category\":[{\"coding\":[{\"system\":\"t\",\"code\":\"2\"}]}]}", EDIT_REPLACE,
     "{\"category\":[{\"coding\":[{\"system\":\"s\",\"code\":\"1\"}]},{\"coding\":[{\"system\":\"t\",\"code\":\"2\"}]}]"
     "}"},
    {"{\"category\":[{\"coding\":[{\"system\":\"s\",\"code\":\"1\"}]}]}",
     "{\"category\":[{\"coding\":[{\"system\":\"s\",\"code\":\"2\"}]}]}", EDIT_REPLACE,
     "{\"category\":[{\"coding\":[{\"system\":\"s\",\"code\":\"2\"}]}]}"},
    {"{\"a\":1,\"extension\":[{\"url\":\"a\",\"valueCode\":\"1\"}]}", "{\"extension\":[{\"url\":\"a\"}]}", EDIT_REPLACE,
     "{\"a\":1}"},
    {"{\"given\":[\"A\"]}", "{\"given\":[\"B\"]}", EDIT_REPLACE, "{\"given\":[\"A\",\"B\"]}"},
    {"{\"x\":\"æ\\n\"}", "{\"y\":[]}", EDIT_REPLACE, "{\"x\":\"æ\\n\",\"y\":[]}"},
};

TEST(json_is_edited_without_loss)
{
	arena *a = test_arena();
	for (size_t i = 0; i < sizeof edit_rows / sizeof *edit_rows; i++) {
		issues sink = {.arena = a};
		doc base, over;
		assert_true(json_parse(a, text_of(edit_rows[i].base), TEXT("base"), &sink, &base));
		assert_true(json_parse(a, text_of(edit_rows[i].over), TEXT("over"), &sink, &over));
		assert_text(json_edited(a, &base, &over, edit_rows[i].how), text_of(edit_rows[i].expected));
	}
}

static const struct due_row {
	const char *due; /* the clock's last day; NULL: no clock runs */
	int lead;
	day_unit unit;
	int within; /* arbejdsdage, where no clock runs */
	int minutes;
	const char *raised, *latest, *ends;
} due_rows[] = {
    {"2026-11-11", 0, UNIT_ARBEJDSDAGE, 0, 10, "2026-11-02T10:00:00+01:00", "2026-11-11T14:50:00+01:00",
     "2026-11-12T00:00:00+01:00"},
    {"2026-11-11", 1, UNIT_ARBEJDSDAGE, 0, 10, "2026-11-02T10:00:00+01:00", "2026-11-10T14:50:00+01:00",
     "2026-11-12T00:00:00+01:00"},
    {"2026-11-11", 3, UNIT_ARBEJDSDAGE, 0, 30, "2026-11-02T10:00:00+01:00", "2026-11-06T14:30:00+01:00",
     "2026-11-12T00:00:00+01:00"},
    {"2026-11-15", 0, UNIT_ARBEJDSDAGE, 0, 10, "2026-11-02T10:00:00+01:00", "2026-11-13T14:50:00+01:00",
     "2026-11-16T00:00:00+01:00"}, /* a Sunday */
    {"2026-11-16", 1, UNIT_CALENDAR_DAYS, 0, 10, "2026-11-02T10:00:00+01:00", "2026-11-13T14:50:00+01:00",
     "2026-11-17T00:00:00+01:00"},
    {"2026-12-28", 1, UNIT_HVERDAGE, 0, 0, "2026-12-02T10:00:00+01:00", "2026-12-24T15:00:00+01:00",
     "2026-12-29T00:00:00+01:00"}, /* Christmas between; the 24th is a working day unless the department says otherwise */
    {NULL, 2, UNIT_ARBEJDSDAGE, 2, 5, "2026-11-20T10:00:00+01:00", "2026-11-24T14:55:00+01:00",
     "2026-11-25T00:00:00+01:00"},
    {NULL, 2, UNIT_ARBEJDSDAGE, 1, 5, "2026-11-21T10:00:00+01:00", "2026-11-23T14:55:00+01:00",
     "2026-11-24T00:00:00+01:00"}, /* raised on a Saturday */
    {NULL, 2, UNIT_ARBEJDSDAGE, 0, 5, "2026-11-20T10:00:00+01:00", NULL, NULL},
};

static clock clock_due(const clock_rule *rule, const char *iso)
{
	clock c = {.rule = rule,
		   .applies = true,
		   .stop = INSTANT_NONE,
		   .suspended = INSTANT_NONE,
		   .paused = INSTANT_NONE,
		   .due_day = DAY_NONE};
	if (iso) assert_true(day_parse(text_of(iso), &c.due_day));
	c.due_day_late = c.due_day;
	c.due = iso ? day_start(c.due_day + 1) : INSTANT_NONE;
	return c;
}

TEST(due_and_latest_start)
{
	arena *a = test_arena();
	image *m = house_image(a);
	const clock_rule *rule = clock_rule_find(m, TEXT("udredningsret"));
	facts none = {0};
	assert_non_null(rule);
	for (size_t i = 0; i < sizeof due_rows / sizeof *due_rows; i++) {
		const struct due_row *r = &due_rows[i];
		task_kind k = {
		    .clocks = {rule}, .clock_count = 1, .minutes = r->minutes, .day_ends = 15 * 60, .clock_of = -1};
		k.lead = (span){true, r->lead, r->unit};
		k.within = (span){r->within > 0, r->within, UNIT_ARBEJDSDAGE};
		clock c = clock_due(rule, r->due);
		pathway_state s = {.image = m, .facts = &none, .clocks = &c, .clock_count = 1};
		deadline d = task_deadline(&k, &s, at_time(r->raised));
		if (!r->latest) {
			assert_true(d.due == INSTANT_NONE && d.latest_start == INSTANT_NONE);
			continue;
		}
		assert_text(instant_iso(a, d.latest_start), text_of(r->latest));
		assert_text(instant_iso(a, d.due), text_of(r->ends));
	}
}

/* Facts written as "name at", in any order. */
static facts facts_said(arena *a, const image *m, const char *const *said)
{
	facts f = {.at = ARENA_ARRAY(a, fact, 16)};
	for (; *said; said += 2) {
		fact *x = &f.at[f.count++];
		instant at = at_time(said[1]);
		*x = (fact){.id = fact_id(m, text_of(said[0])),
			    .at = at,
			    .on = day_of_instant(at),
			    .type = TEXT("Basic"),
			    .sequence = f.count};
		x->resource = text_format(a, "%d", f.count);
		assert_true(x->id >= 0);
	}
	facts_sort(&f);
	return f;
}

static const struct need_row {
	const char *kind;
	const char *said[9];
	const char *now;
	bool standing, ready;
} need_rows[] = {
    {"forvisitering", {"referral.received", "2026-11-02T09:00:00+01:00"}, "2026-11-02T09:00:00+01:00", true, true},
    {"forvisitering",
     {"referral.received", "2026-11-02T09:00:00+01:00", "proposal.made", "2026-11-02T10:00:00+01:00"},
     "2026-11-03T09:00:00+01:00",
     false,
     true},
    {"forvisitering",
     {"referral.received", "2026-11-02T09:00:00+01:00", "referral.revoked", "2026-11-02T10:00:00+01:00"},
     "2026-11-03T09:00:00+01:00",
     false,
     true},
    {"visitation", {"referral.received", "2026-11-02T09:00:00+01:00"}, "2026-11-03T09:00:00+01:00", false, true},
    {"book-tid",
     {"referral.received", "2026-11-02T09:00:00+01:00", "referral.visitated", "2026-11-03T09:00:00+01:00"},
     "2026-11-03T09:00:00+01:00",
     true,
     true},
    /* A letter about an earlier time does not count for the new one; one sent after it does. */
    {"send-indkaldelse",
     {"booked.made", "2026-11-04T09:00:00+01:00", "notice.sent", "2026-11-03T09:00:00+01:00"},
     "2026-11-05T09:00:00+01:00",
     true,
     true},
    {"send-indkaldelse",
     {"booked.made", "2026-11-04T09:00:00+01:00", "notice.sent", "2026-11-04T09:30:00+01:00"},
     "2026-11-05T09:00:00+01:00",
     false,
     true},
    /* Not before the visit has begun. */
    {"registrer-beslutning",
     {"referral.received", "2026-11-02T09:00:00+01:00", "booked.made", "2026-11-04T09:00:00+01:00", "booked.start",
      "2026-11-18T10:15:00+01:00"},
     "2026-11-18T10:14:59+01:00",
     true,
     false},
    {"registrer-beslutning",
     {"referral.received", "2026-11-02T09:00:00+01:00", "booked.made", "2026-11-04T09:00:00+01:00", "booked.start",
      "2026-11-18T10:15:00+01:00"},
     "2026-11-18T10:15:00+01:00",
     true,
     true},
    /* When the limit passes, or as soon as a time lies past it. */
    {"orienter-frist", {"referral.received", "2026-11-02T09:00:00+01:00"}, "2026-12-02T23:59:59+01:00", true, false},
    {"orienter-frist", {"referral.received", "2026-11-02T09:00:00+01:00"}, "2026-12-03T00:00:00+01:00", true, true},
    {"orienter-frist",
     {"referral.received", "2026-11-02T09:00:00+01:00", "booked.start", "2026-12-03T08:00:00+01:00"},
     "2026-11-05T09:00:00+01:00",
     true,
     true},
    {"orienter-frist",
     {"referral.received", "2026-11-02T09:00:00+01:00", "booked.start", "2026-12-02T08:00:00+01:00"},
     "2026-11-05T09:00:00+01:00",
     true,
     false},
    {"orienter-frist",
     {"referral.received", "2026-11-02T09:00:00+01:00", "deadline.told", "2026-12-03T08:00:00+01:00"},
     "2026-12-05T09:00:00+01:00",
     false,
     true},
};

TEST(what_a_kind_needs)
{
	arena *a = test_arena();
	image *m = house_image(a);
	const clock_rule *const *rules;
	clock *clocks = ARENA_ARRAY(a, clock, clock_rules(m, &rules) + 1);
	for (size_t i = 0; i < sizeof need_rows / sizeof *need_rows; i++) {
		const struct need_row *r = &need_rows[i];
		facts f = facts_said(a, m, r->said);
		pathway_state s = {
		    .image = m, .facts = &f, .clocks = clocks, .clock_count = clock_compute(m, &f, clocks)};
		need n = kind_need(task_kind_find(m, text_of(r->kind)), &s, at_time(r->now), a);
		if (n.standing != r->standing || (n.standing && n.ready != r->ready))
			fail_msg("%s, row %d", r->kind, (int)i);
		s.closed = true;
		assert_false(kind_need(task_kind_find(m, text_of(r->kind)), &s, at_time(r->now), a).standing);
	}
}

TESTS(T(dates_and_times_as_people_type_them), T(json_is_edited_without_loss), T(due_and_latest_start),
      T(what_a_kind_needs))
