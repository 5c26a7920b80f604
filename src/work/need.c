/* need.c: does a kind of task have something to do on these facts, now? Pure: values in, values out. */
#include "work/internal.h"

static const fact *cause_of(const task_kind *k, const facts *f)
{
	for (int i = 0; i < k->cause_count; i++) {
		const fact *cause = facts_last(f, k->causes[i]);
		if (cause) return cause;
	}
	return NULL;
}

/* A fact said as a date only is as old as its day. */
static bool not_before(const fact *x, const fact *cause)
{
	return x->date_only || cause->date_only ? x->on >= cause->on : x->at >= cause->at;
}

/* For a kind that is done anew for each cause: what was there before the cause does not close it. */
static facts since_cause(const facts *all, const fact *cause, arena *a)
{
	facts out = {.at = ARENA_ARRAY(a, fact, all->count + 1)};
	for (int i = 0; i < all->count; i++)
		if (not_before(&all->at[i], cause)) out.at[out.count++] = all->at[i];
	return out;
}

/* Ready once the instant of `from` has come, or so long before it. */
static void wait_for_fact(const task_kind *k, const pathway_state *s, instant now, need *n)
{
	const fact *from = facts_last(s->facts, k->from);
	if (!from) {
		n->standing = false;
		return;
	}
	n->from = from;
	n->turns = from->at;
	if (k->ahead.given)
		n->turns = day_start(calendar_add(s->image->calendar, from->on, -k->ahead.n, k->ahead.unit));
	n->ready = now >= n->turns;
}

/* Ready once the limit has passed, or as soon as something is planned past it. */
static void wait_for_limit(const task_kind *k, const pathway_state *s, instant now, need *n)
{
	const clock *c = clock_named(s->clocks, s->clock_count, k->late);
	if (!clock_runs(c)) {
		n->standing = false;
		return;
	}
	n->late = c;
	const fact *known = k->known >= 0 ? facts_last(s->facts, k->known) : NULL;
	if (known && known->at >= c->start) n->known = known;
	const fact *planned = k->foreseen >= 0 ? facts_last(s->facts, k->foreseen) : NULL;
	if (planned && planned->at >= c->due) n->foreseen = planned;
	n->turns = c->due;
	n->ready = n->foreseen || n->known || now >= c->due;
}

const fact *need_reason(const need *n)
{
	if (n->from) return n->from;
	return n->raised.because ? n->raised.because : n->cause;
}

/* Of a recurring kind: it is owed since its period began. */
static void wait_for_period(const task_kind *k, const pathway_state *s, instant now, need *n)
{
	day start = period_start(k, s->image->calendar, day_of_instant(now));
	n->standing = n->standing && start != DAY_NONE;
	if (start != DAY_NONE) n->since = day_start(start);
}

need kind_need(const task_kind *k, const pathway_state *s, instant now, arena *a)
{
	need n = {.cause = cause_of(k, s->facts), .turns = INSTANT_NONE, .since = INSTANT_NONE};
	if (!k->raise || (k->cause_count && !n.cause)) return n;
	facts fresh = k->fresh && n.cause ? since_cause(s->facts, n.cause, a) : *s->facts;
	n.raised = condition_holds(k->raise, s->facts);
	if (k->close) n.closed = condition_holds(k->close, &fresh);
	n.standing = n.raised.holds && !n.closed.holds && (!s->closed || k->when_closed);
	n.ready = true;
	if (k->from >= 0) wait_for_fact(k, s, now, &n);
	if (k->late) wait_for_limit(k, s, now, &n);
	if (k->clock_of >= 0) wait_for_step(k, s, &fresh, now, &n);
	if (k->breached.len) wait_for_breach(k, s, now, &n);
	if (k->again.every.given) wait_for_period(k, s, now, &n);
	return n;
}

/* Raised by hand at `since`: only what came from then on closes it. */
holding kind_closed_since(const task_kind *k, const facts *f, instant since, arena *a)
{
	if (!k->close) return (holding){.since = INSTANT_NONE};
	const fact raised = {.at = since, .on = day_of_instant(since)};
	facts fresh = since_cause(f, &raised, a);
	return condition_holds(k->close, &fresh);
}
