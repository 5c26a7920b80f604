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

bool clock_is_law(const clock *c)
{
	return text_equal(clock_rule_face(c->rule)->force, TEXT("law"));
}

/* Of the kind's clocks the one that falls first; of those that are law, with `law`. */
static const clock *first_due(const task_kind *k, const clock *clocks, int count, bool law)
{
	const clock *first = NULL;
	for (int i = 0; i < k->clock_count; i++) {
		const clock *c = clock_named(clocks, count, k->clocks[i]);
		if (clock_runs(c) && (!law || clock_is_law(c)) && (!first || c->due_day < first->due_day)) first = c;
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

/* So long after it was raised; of a kind about a clock that is foreseen to fail (`clock_of`) that clock may fall before. */
static day within_day(const calendar *c, const task_kind *k, instant raised)
{
	return working_day_not_before(c, calendar_add(c, day_of_instant(raised), k->within.n, k->within.unit));
}

/* What the kind is due by (`by`), where that comes before its clock: with its time of day, where it has one. */
static bool due_by_fact(const task_kind *k, const pathway_state *s, deadline *t)
{
	const fact *f = k->by >= 0 ? facts_last(s->facts, k->by) : NULL;
	if (!f || (t->clock && t->clock->due_day < f->on)) return false;
	t->clock = NULL;
	t->due_day = f->on;
	t->due = f->date_only ? day_start(f->on + 1) : f->at;
	return true;
}

static void start_latest(const task_kind *k, const calendar *days, bool leads, deadline *t)
{
	int lead = leads && k->lead.given ? -k->lead.n : 0;
	day last = lead ? calendar_add(days, t->due_day, lead, k->lead.unit) : t->due_day;
	t->start_day = working_day_not_after(days, last);
	instant ends = local_instant(t->start_day, k->day_ends);
	t->latest_start = (t->due < ends ? t->due : ends) - MINUTES(k->minutes);
}

deadline task_deadline_on(const task_kind *k, const calendar *days, day due)
{
	deadline t = {.due_day = due, .due = day_start(due + 1), .within = true};
	start_latest(k, days, false, &t);
	return t;
}

deadline task_deadline(const task_kind *k, const pathway_state *s, instant raised)
{
	const calendar *days = s->image->calendar;
	deadline t = {.due = INSTANT_NONE, .latest_start = INSTANT_NONE, .due_day = DAY_NONE, .start_day = DAY_NONE};
	t.clock = k->clock_of >= 0 ? clock_of_kind(k, s) : first_due(k, s->clocks, s->clock_count, false);
	t.law = k->clock_of >= 0 ? t.clock : first_due(k, s->clocks, s->clock_count, true);
	day own = k->within.given ? within_day(days, k, raised) : DAY_NONE;
	bool sooner = k->clock_of >= 0 && t.clock && own != DAY_NONE && own < t.clock->due_day;
	bool by = due_by_fact(k, s, &t);
	if (by) {
		sooner = false;
	} else if (t.clock && !sooner) {
		t.due_day = t.clock->due_day;
		t.due = t.clock->due;
	} else if (own != DAY_NONE) {
		t.due_day = own;
		t.within = true;
		t.due = day_start(t.due_day + 1);
	} else {
		return t;
	}
	/* A task of its own target has its work on the last day of it; a clock leaves `lead` for what comes after. */
	start_latest(k, days, by || (t.clock && !sooner), &t);
	return t;
}
