/* escalate.c: kinds of task about limits that are foreseen to fail, step by step up a ladder, and about limits that have failed and lack a
 * cause. What is foreseen is a recorded fact (foresee.c), so all of this is arithmetic on facts, as for every kind:
 *
 *     clock_of: foreseen.clock                   the code fact that names the clocks
 *     escalates: { after: 1 arbejdsdag, left: 5 arbejdsdage, at_once: rescue.passed-on }
 *     breached: law                              some clock of this force is passed and has no breach.explained
 *     when_closed: true                          also after the pathway was closed
 */
#include "work/internal.h"

/* ---- reading ---- */

static bool span_read(const content_entry *e, uint32_t object, const char *key, span *out, issues *sink)
{
	uint32_t n = content_get(e, object, key);
	if (n == NODE_ABSENT) return true;
	text t = doc_text(e->d, n);
	out->given = clock_span(t, &out->n, &out->unit);
	return out->given || issue_at(sink, FAIL_WORK_KIND_VALUE, content_place(e, n), text_of(key), t,
				      TEXT("a number of days, e.g. 2 arbejdsdage"));
}

static bool steps_read(image *m, task_kind *k, issues *sink)
{
	static const char *const keys[] = {"after", "left", "at_once", NULL};
	const content_entry *e = k->entry;
	uint32_t n = content_get(e, e->node, "escalates");
	int before = sink->errors;
	k->escalates = n != NODE_ABSENT;
	if (!k->escalates) return true;
	if (!content_keys(e, n, keys, sink)) return false;
	span_read(e, n, "after", &k->step, sink);
	span_read(e, n, "left", &k->left, sink);
	k->at_once = condition_compile(m, e, n, "at_once", false, sink);
	return sink->errors == before;
}

static bool clock_of_read(const image *m, task_kind *k, issues *sink)
{
	const content_entry *e = k->entry;
	uint32_t n = content_get(e, e->node, "clock_of");
	k->clock_of = -1;
	if (n == NODE_ABSENT) return true;
	text name = doc_text(e->d, n);
	k->clock_of = fact_id(m, name);
	if (k->clock_of >= 0 && fact_at(m, k->clock_of)->kind == FACT_CODE) return true;
	return issue_at(sink, FAIL_WORK_KIND_UNKNOWN, content_place(e, n), TEXT("clock_of"), name, TEXT(""));
}

bool escalate_read(image *m, task_kind *k, issues *sink)
{
	static const char *const forces[] = {"", "law", "recommendation", "local", NULL};
	const content_entry *e = k->entry;
	int force;
	if (!clock_of_read(m, k, sink) || !steps_read(m, k, sink) ||
	    !content_choice(e, e->node, "breached", forces, 0, &force, sink))
		return false;
	if (force > 0) k->breached = text_of(forces[force]);
	uint32_t closed = content_get(e, e->node, "when_closed");
	k->when_closed = closed != NODE_ABSENT && e->d->nodes[closed].kind == NODE_TRUE;
	if (!k->escalates || k->clock_of >= 0) return true;
	return issue_at(sink, FAIL_WORK_KIND_MISSING, content_place(e, e->node), TEXT("clock_of"), TEXT(""), TEXT(""));
}

/* ---- the ladder ---- */

static bool named(const task_kind *k, const facts *f, text rule)
{
	for (int i = 0; i < f->count; i++)
		if (f->at[i].id == k->clock_of && text_equal(f->at[i].code, rule)) return true;
	return false;
}

const clock *clock_of_kind(const task_kind *k, const pathway_state *s)
{
	const clock *first = NULL;
	for (int i = 0; i < s->clock_count; i++) {
		const clock *c = &s->clocks[i];
		if (!clock_runs(c) || !named(k, s->facts, clock_rule_face(c->rule)->id)) continue;
		if (!first || c->due < first->due) first = c;
	}
	return first;
}

/* The step's instant: so many days after the cause, at the end of that working day, or when so few are left, whichever is first. */
static instant step_due(const task_kind *k, const pathway_state *s, const need *n, const clock *c)
{
	const calendar *days = s->image->calendar;
	instant at = INSTANT_NONE;
	if (k->step.given) at = local_instant(calendar_add(days, n->cause->on, k->step.n, k->step.unit), k->day_ends);
	if (!k->left.given) return at;
	instant left = day_start(calendar_add(days, c->due_day, -k->left.n, k->left.unit));
	return at == INSTANT_NONE || left < at ? left : at;
}

void wait_for_step(const task_kind *k, const pathway_state *s, const facts *fresh, instant now, need *n)
{
	const clock *c = clock_of_kind(k, s);
	if (!c) {
		n->standing = false;
		return;
	}
	n->since = n->cause->at;
	if (!k->escalates) return;
	holding at_once = k->at_once ? condition_holds(k->at_once, fresh) : (holding){0};
	n->turns = step_due(k, s, n, c);
	if (!at_once.holds && n->turns == INSTANT_NONE) n->standing = false;
	n->ready = at_once.holds || (n->turns != INSTANT_NONE && now >= n->turns);
	n->since = at_once.holds ? at_once.since : n->turns;
	if (at_once.holds && at_once.because) n->raised = at_once;
}

/* ---- what was passed and has no cause ---- */

/* Passed without a stop, or stopped late. While it runs, it will be when `due` comes. */
static bool may_lack_cause(const task_kind *k, const pathway_state *s, const clock *c)
{
	if (!c->applies || c->due_day == DAY_NONE || c->suspended != INSTANT_NONE) return false;
	if (!text_equal(clock_rule_face(c->rule)->force, k->breached)) return false;
	if (c->stop != INSTANT_NONE && c->stop < c->due) return false;
	bool waits = c->stop == INSTANT_NONE && c->paused != INSTANT_NONE && c->paused < c->due;
	return !waits && !clock_breach_cause(s->image, s->facts, c->rule).len;
}

void wait_for_breach(const task_kind *k, const pathway_state *s, instant now, need *n)
{
	const clock *first = NULL;
	for (int i = 0; i < s->clock_count; i++) {
		const clock *c = &s->clocks[i];
		if (may_lack_cause(k, s, c) && (!first || c->due < first->due)) first = c;
	}
	n->late = first;
	n->turns = n->since = first ? first->due : INSTANT_NONE;
	n->ready = first && now >= first->due;
	/* Explained is explained until another is passed; that one is waited for all the while. */
	n->closed.holds = n->closed.holds && !n->ready;
	n->standing = n->raised.holds && first && (!s->closed || k->when_closed);
}
