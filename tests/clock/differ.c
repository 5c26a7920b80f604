/* What would be otherwise: two clocks of one subject under two contents, as rows. A clock is "DUE" (a day of March 2026), stopped on a day
 * with "!DAY", "?" where nobody has filled in the limit, "-" where there is none. */
#include "clock/clock.h"
#include "harness.h"

static day march(int64_t n)
{
	return day_from_civil((civil){2026, 3, 1}) - 1 + (day)n;
}

static const clock *clock_said(const char *said, clock *room)
{
	text_pair cut = text_cut(text_of(said), '!');
	int64_t due = 0, stop = 0;
	if (text_equal(cut.head, TEXT("-"))) return NULL;
	*room = (clock){.applies = true, .start_day = march(2), .start = day_start(march(2))};
	room->stop = room->paused = room->suspended = INSTANT_NONE;
	room->due_day = room->due_day_late = DAY_NONE;
	if (text_to_int(cut.head, &due)) {
		room->due_day = room->due_day_late = march(due);
		room->due = day_start(march(due) + 1);
	}
	if (text_to_int(cut.tail, &stop)) room->stop = local_instant(march(stop), 600);
	return room;
}

static const struct {
	const char *before, *after;
	int at; /* a day of March, at noon */
	const char *said;
} rows[] = {
    {"10", "10", 5, ""},
    {"10", "8", 5, "earlier"},
    {"8", "10", 5, "later"},
    {"10", "8", 9, "earlier breached"}, /* past the one, not the other */
    {"8", "10", 9, "later unbreached"},
    {"10", "8", 8, "earlier"},  /* the last day is in time */
    {"10", "8", 11, "earlier"}, /* by then both have passed */
    {"-", "10", 5, "begins"},
    {"-", "10", 12, "begins breached"},
    {"10", "-", 5, "ceases"},
    {"10", "-", 12, "ceases unbreached"},
    {"-", "-", 5, ""},
    {"10", "8", 1, ""}, /* neither has started */
    {"?", "10", 5, "earlier"},
    {"10", "?", 5, "later"},
    {"?", "?", 5, ""},
    {"10!9", "10", 9, "other"}, /* stopped at ten, asked at noon */
    {"10!4", "10", 5, "other"},
    {"10!9", "8!9", 20, "earlier breached"}, /* stopped in time by the old, late by the new */
};

TEST(what_two_contents_say_of_a_clock)
{
	arena *a = test_arena();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		clock x, y;
		clock_difference d = clock_differ(clock_said(rows[i].before, &x), clock_said(rows[i].after, &y),
						  local_instant(march(rows[i].at), 720));
		const struct {
			bool is;
			const char *word;
		} words[] = {{d.begins, "begins"}, {d.ceases, "ceases"},     {d.earlier, "earlier"},
			     {d.later, "later"},   {d.breached, "breached"}, {d.unbreached, "unbreached"},
			     {d.other, "other"}};
		buffer b = {.arena = a};
		for (size_t n = 0; n < sizeof words / sizeof *words; n++)
			if (words[n].is) buffer_format(&b, "%s%s", b.len ? " " : "", words[n].word);
		if (!text_equal(buffer_text(&b), text_of(rows[i].said)))
			fail_msg("%s to %s on %d: %.*s", rows[i].before, rows[i].after, rows[i].at,
				 TEXT_ARG(buffer_text(&b)));
		assert_int_equal(d.differs, b.len > 0);
	}
}

TESTS(T(what_two_contents_say_of_a_clock))
