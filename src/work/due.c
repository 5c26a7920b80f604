/* due.c: when a task is due and when it must be started. Due is the clock's; the latest start is the end of the last
 * working day that leaves `lead` before the clock's last day, less the minutes the work takes. */
#include "work/internal.h"

const clock *clock_named(const clock *clocks, int count, const clock_rule *r)
{
	for (int i = 0; i < count; i++)
		if (clocks[i].rule == r) return &clocks[i];
	return NULL;
}

/* A clock that waits (for the patient's wish, say) still has its date; one whose right is suspended has none. */
bool clock_runs(const clock *c)
{
	return c && c->applies && !c->waived && c->stop == INSTANT_NONE && c->suspended == INSTANT_NONE &&
	       c->due_day != DAY_NONE;
}

static bool is_law(const clock *c)
{
	return text_equal(clock_rule_face(c->rule)->force, TEXT("law"));
}

/* Of the kind's clocks the one that falls first; of those that are law, with `law`. */
static const clock *first_due(const task_kind *k, const clock *clocks, int count, bool law)
{
	const clock *first = NULL;
	for (int i = 0; i < k->clock_count; i++) {
		const clock *c = clock_named(clocks, count, k->clocks[i]);
		if (clock_runs(c) && (!law || is_law(c)) && (!first || c->due_day < first->due_day)) first = c;
	}
	return first;
}

static day working_day_not_after(const calendar *c, day d)
{
	while (!calendar_counts(c, d, UNIT_ARBEJDSDAGE)) d--;
	return d;
}

static day working_day_not_before(const calendar *c, day d)
{
	while (!calendar_counts(c, d, UNIT_ARBEJDSDAGE)) d++;
	return d;
}

deadline task_deadline(const image *m, const task_kind *k, const clock *clocks, int clock_count, instant raised)
{
	deadline t = {.due = INSTANT_NONE, .latest_start = INSTANT_NONE, .due_day = DAY_NONE, .start_day = DAY_NONE};
	t.clock = first_due(k, clocks, clock_count, false);
	t.law = first_due(k, clocks, clock_count, true);
	if (t.clock) {
		t.due_day = t.clock->due_day;
		t.due = t.clock->due;
	} else if (k->within.given) {
		t.due_day = working_day_not_before(
		    m->calendar, calendar_add(m->calendar, day_of_instant(raised), k->within.n, k->within.unit));
		t.due = day_start(t.due_day + 1);
	} else {
		return t;
	}
	/* A task of its own target has its work on the last day of it; a clock leaves `lead` for what comes after. */
	int lead = t.clock && k->lead.given ? -k->lead.n : 0;
	day last = lead ? calendar_add(m->calendar, t.due_day, lead, k->lead.unit) : t.due_day;
	t.start_day = working_day_not_after(m->calendar, last);
	t.latest_start = local_instant(t.start_day, k->day_ends) - MINUTES(k->minutes);
	return t;
}
