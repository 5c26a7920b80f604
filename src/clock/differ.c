/* differ.c: the clocks of one subject under two contents: which begin, end, move or turn. Pure. */
#include "clock/clock.h"

static bool there(const clock *c, instant at)
{
	return c && clock_state_at(c, at) != CLOCK_NOT;
}

static bool breached(const clock *c, instant at)
{
	return there(c, at) && clock_state_at(c, at) == CLOCK_BREACHED;
}

static bool moved(const clock *x, const clock *y)
{
	return x->due_day != y->due_day || x->due != y->due;
}

/* A date that nobody has filled in is later than every date. */
static bool earlier(const clock *x, const clock *y)
{
	if (x->due_day == DAY_NONE || y->due_day == DAY_NONE) return y->due_day == DAY_NONE && x->due_day != DAY_NONE;
	return x->due < y->due;
}

clock_difference clock_differ(const clock *before, const clock *after, instant at)
{
	bool was = there(before, at), is = there(after, at);
	clock_difference d = {.before = was ? before : NULL, .after = is ? after : NULL};
	d.begins = is && !was;
	d.ceases = was && !is;
	if (was && is && moved(before, after)) {
		d.earlier = earlier(after, before);
		d.later = !d.earlier;
	}
	d.breached = breached(after, at) && !breached(before, at);
	d.unbreached = breached(before, at) && !breached(after, at);
	d.other = was && is && !moved(before, after) && clock_state_at(before, at) != clock_state_at(after, at);
	d.differs = d.begins || d.ceases || d.earlier || d.later || d.breached || d.unbreached || d.other;
	return d;
}
