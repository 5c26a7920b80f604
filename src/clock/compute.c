/* compute.c: one rule on one pathway's facts. Pure: plain values in, plain values out, no clock on the wall.
 *
 * Receipt is day 0. `due_day` is the last day that is in time, `due` the midnight after it, so that whatever happened on that day is
 * in time, whether it was said with a time or as a date only. */
#include "clock/internal.h"

enum {
	SPANS_MAX = 64,
	REACH_MAX = 36525 /* a century: a pause that is said to end in the year 9999 must not make us count there */
};

/* Times in which days are not counted: the day it begins is counted, the day it ends is not. */
typedef struct pauses {
	struct {
		day from, to;
	} at[SPANS_MAX];
	int count;
	instant open;      /* since when one has not ended, or INSTANT_NONE */
	const fact *ended; /* the fact that ended the last one */
} pauses;

static const fact *next_of(const facts *f, int id, int after)
{
	for (int i = after + 1; i < f->count; i++)
		if (f->at[i].id == id) return &f->at[i];
	return NULL;
}

/* Each beginning is paired with the first ending at or after it; a beginning inside a pause adds nothing. */
static pauses pauses_read(const facts *f, fact_span span, day start)
{
	pauses p = {.open = INSTANT_NONE};
	if (span.from < 0) return p;
	instant until = INSTANT_NONE;
	for (const fact *from = next_of(f, span.from, -1); from; from = next_of(f, span.from, (int)(from - f->at))) {
		if (until != INSTANT_NONE && from->at < until) continue;
		const fact *to = next_of(f, span.to, -1);
		while (to && to->at < from->at) to = next_of(f, span.to, (int)(to - f->at));
		if (!to) {
			p.open = from->at;
			break;
		}
		until = to->at;
		day first = from->on < start ? start : from->on;
		if (to->on <= first || p.count == SPANS_MAX) continue;
		p.at[p.count].from = first;
		p.at[p.count++].to = to->on;
		p.ended = to;
	}
	return p;
}

static bool paused_on(const pauses *p, day d)
{
	for (int i = 0; i < p->count; i++)
		if (p->at[i].from < d && d <= p->at[i].to) return true;
	return false;
}

/* The day `n` units after `start`, days in pauses not counted; *left_out gets how many calendar days were passed over for them. */
static day due_after(const calendar *c, day start, int n, day_unit unit, const pauses *p, int *left_out)
{
	*left_out = 0;
	if (p->count == 0) return calendar_add(c, start, n, unit);
	day d = start;
	for (int counted = 0; counted < n && d < start + REACH_MAX;) {
		d++;
		if (paused_on(p, d))
			++*left_out;
		else if (calendar_counts(c, d, unit))
			counted++;
	}
	return d;
}

static bool valid_on(const clock_rule *r, day d)
{
	if (r->status == STATUS_PROPOSED) return false;
	if (r->face.valid_from != DAY_NONE && d < r->face.valid_from) return false;
	return r->face.valid_to == DAY_NONE || d <= r->face.valid_to;
}

/* When the clock stops, or the right lapses: whichever came first. */
static void stop_find(const clock_rule *r, const facts *f, clock *c)
{
	day from = c->start_day;
	c->stop = INSTANT_NONE;
	holding stopped = condition_holds_from(r->stop, f, from);
	if (stopped.holds && stopped.because) {
		c->stop = stopped.since;
		c->stop_fact = stopped.because;
	}
	if (!r->waive) return;
	holding waived = condition_holds_from(r->waive, f, from);
	if (!waived.holds || !waived.because || (c->stop != INSTANT_NONE && c->stop <= waived.since)) return;
	c->stop = waived.since;
	c->stop_fact = waived.because;
	c->waived = true;
}

/* A suspension that began after the clock had stopped does not concern it. One that has ended may start the clock anew. */
static pauses suspension(const clock_rule *r, const facts *f, clock *c)
{
	pauses p = pauses_read(f, r->suspend, c->start_day);
	if (p.open != INSTANT_NONE && (c->stop == INSTANT_NONE || p.open < c->stop)) c->suspended = p.open;
	if (!r->starts_anew || !p.ended) return p;
	bool stopped_before = c->stop != INSTANT_NONE && day_of_instant(c->stop) <= p.at[p.count - 1].from;
	if (!stopped_before) {
		c->start_fact = p.ended;
		c->start = p.ended->at;
		c->start_day = p.ended->on;
	}
	p.count = 0; /* a new start leaves nothing to be taken out */
	return p;
}

static void due_find(const image *m, const clock_rule *r, const pauses *p, clock *c)
{
	const calendar *cal = m->calendar;
	bool unsettled = c->unit == UNIT_HVERDAGE;
	c->due_day =
	    due_after(cal, c->start_day, c->limit, unsettled ? UNIT_HVERDAGE_SATURDAY : c->unit, p, &c->paused_days);
	c->due_day_late = c->due_day;
	if (unsettled) c->due_day_late = due_after(cal, c->start_day, c->limit, UNIT_HVERDAGE, p, &c->paused_days);
	c->due = day_start(c->due_day + 1);
	day amber = calendar_add(cal, c->due_day, -r->amber_n, r->amber_unit);
	c->amber = day_start(amber > c->start_day ? amber : c->start_day);
}

/* Pauses of two kinds taken together: both leave days out. */
static void pauses_join(pauses *p, const pauses *more)
{
	for (int i = 0; i < more->count && p->count < SPANS_MAX; i++) p->at[p->count++] = more->at[i];
}

bool clock_one(const image *m, const clock_rule *r, const facts *f, clock *out)
{
	*out = (clock){.rule = r, .stop = INSTANT_NONE, .paused = INSTANT_NONE, .suspended = INSTANT_NONE};
	if (r->when && !condition_holds(r->when, f).holds) return false;
	if (r->except && condition_holds(r->except, f).holds) return false;
	holding start = condition_holds(r->start, f);
	if (!start.holds || !start.because) return false;
	out->start = start.since;
	out->start_day = start.because->on;
	out->start_fact = start.because;
	if (!valid_on(r, out->start_day)) return false;
	stop_find(r, f, out);
	pauses suspended = suspension(r, f, out), p = pauses_read(f, r->pause, out->start_day);
	const limit_row *row = clock_limit_on(r, out->start_day);
	if (!row) return false;
	out->limit = row->n;
	out->unit = row->unit;
	if (p.open != INSTANT_NONE && (out->stop == INSTANT_NONE || p.open < out->stop)) out->paused = p.open;
	pauses_join(&p, &suspended);
	due_find(m, r, &p, out);
	out->provisional = r->provisional && condition_holds(r->provisional, f).holds;
	out->applies = true;
	return true;
}

int clock_compute(const image *m, const facts *f, clock *out)
{
	const clock_rule *const *rules;
	int count = clock_rules(m, &rules), made = 0;
	for (int i = 0; i < count; i++)
		if (clock_one(m, rules[i], f, &out[made])) made++;
	return made;
}

clock_state clock_state_at(const clock *c, instant now)
{
	if (!c->applies || now < day_start(c->start_day)) return CLOCK_NOT;
	if (c->stop != INSTANT_NONE && c->stop <= now) {
		if (c->stop >= c->due) return CLOCK_BREACHED;
		return c->waived ? CLOCK_WAIVED : CLOCK_MET;
	}
	if (c->suspended != INSTANT_NONE && c->suspended <= now) return CLOCK_SUSPENDED;
	if (c->paused != INSTANT_NONE && c->paused <= now && c->paused < c->due) return CLOCK_PAUSED;
	return now >= c->due ? CLOCK_BREACHED : CLOCK_RUNNING;
}

int clock_days_left(const clock *c, instant now)
{
	return (int)(c->due_day - day_of_instant(now));
}

text clock_state_word(clock_state s, language lang)
{
	static const char *const words[][2] = {
	    [CLOCK_NOT] = {"gælder ikke", "does not apply"},  [CLOCK_RUNNING] = {"løber", "running"},
	    [CLOCK_PAUSED] = {"venter", "waiting"},           [CLOCK_MET] = {"overholdt", "met"},
	    [CLOCK_BREACHED] = {"overskredet", "breached"},   [CLOCK_WAIVED] = {"bortfaldet", "lapsed"},
	    [CLOCK_SUSPENDED] = {"suspenderet", "suspended"},
	};
	return text_of(words[s][lang == LANGUAGE_EN]);
}

text clock_word(const clock *c, instant now, language lang)
{
	clock_state s = clock_state_at(c, now);
	bool law = text_equal(c->rule->face.force, TEXT("law"));
	if (s != CLOCK_BREACHED || law) return clock_state_word(s, lang);
	return text_of(lang == LANGUAGE_EN ? "passed" : "passeret");
}
