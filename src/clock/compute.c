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
	int i = after < 0 ? facts_from(f, id) : after + 1;
	return i < f->count && f->at[i].id == id ? &f->at[i] : NULL;
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
	if (unit == UNIT_WEEKS) n *= 7;
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
	if (r->face.valid_from != DAY_NONE && d < r->face.valid_from) return false;
	return r->face.valid_to == DAY_NONE || d <= r->face.valid_to;
}

/* When the clock stops, or the right lapses: whichever came first. */
static void stop_find(const clock_rule *r, const facts *f, day from, clock *c)
{
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

static void start_at(clock *c, const fact *f)
{
	c->start_fact = f;
	c->start = f->at;
	c->start_day = f->on;
}

/* It begins again with each such fact while it runs, as often as the rule says. */
static void restart_find(const clock_rule *r, const facts *f, clock *c)
{
	if (r->restart < 0) return;
	for (const fact *x = next_of(f, r->restart, -1); x && c->restarts < r->restart_times;
	     x = next_of(f, r->restart, (int)(x - f->at))) {
		if (x->at <= c->start || (c->stop != INSTANT_NONE && x->at >= c->stop)) continue;
		start_at(c, x);
		c->restarts++;
	}
}

/* A suspension that began after the clock had stopped does not concern it. One that has ended may start the clock anew. */
static pauses suspension(const clock_rule *r, const facts *f, clock *c)
{
	pauses p = pauses_read(f, r->suspend, c->start_day);
	if (p.open != INSTANT_NONE && (c->stop == INSTANT_NONE || p.open < c->stop)) c->suspended = p.open;
	if (!r->starts_anew || !p.ended) return p;
	bool stopped_before = c->stop != INSTANT_NONE && day_of_instant(c->stop) <= p.at[p.count - 1].from;
	if (!stopped_before) start_at(c, p.ended);
	p.count = 0; /* a new start leaves nothing to be taken out */
	return p;
}

/* Pauses of several kinds taken together: all leave days out, and a day that two of them name is left out once. */
static void pauses_join(pauses *p, const pauses *more)
{
	for (int i = 0; i < more->count && p->count < SPANS_MAX; i++) p->at[p->count++] = more->at[i];
}

static void pauses_find(const clock_rule *r, const facts *f, clock *c, pauses *all)
{
	for (int i = 0; i < r->pause_count; i++) {
		pauses p = pauses_read(f, r->pauses[i], c->start_day);
		bool open = p.open != INSTANT_NONE && (c->stop == INSTANT_NONE || p.open < c->stop);
		if (open && (c->paused == INSTANT_NONE || p.open < c->paused)) c->paused = p.open;
		pauses_join(all, &p);
	}
}

int days_not_counted(const clock_rule *r, const facts *f, day from, day to)
{
	pauses all = {0};
	int count = 0;
	for (int i = 0; i < r->pause_count; i++) {
		pauses p = pauses_read(f, r->pauses[i], from);
		pauses_join(&all, &p);
	}
	for (day d = from + 1; all.count && d <= to && d < from + REACH_MAX; d++) count += paused_on(&all, d);
	return count;
}

static void amber_find(const calendar *cal, const clock_rule *r, clock *c)
{
	if (r->amber_from_start) {
		c->amber = c->start;
	} else if (unit_exact(r->amber_unit)) {
		instant before = r->amber_n * (r->amber_unit == UNIT_HOURS ? HOURS(1) : MINUTES(1));
		c->amber = c->due - before > c->start ? c->due - before : c->start;
	} else {
		day amber = calendar_add(cal, c->due_day, -r->amber_n, r->amber_unit);
		c->amber = day_start(amber > c->start_day ? amber : c->start_day);
	}
}

/* The last day, counted. Hours and minutes are counted on the instant: an hour is an hour when the clocks are changed too. */
static void due_count(const calendar *cal, const pauses *p, clock *c)
{
	if (unit_exact(c->unit)) {
		c->due = c->start + c->limit * (c->unit == UNIT_HOURS ? HOURS(1) : MINUTES(1));
		c->due_day = c->due_day_late = day_of_instant(c->due);
		return;
	}
	bool unsettled = c->unit == UNIT_HVERDAGE;
	c->due_day =
	    due_after(cal, c->start_day, c->limit, unsettled ? UNIT_HVERDAGE_SATURDAY : c->unit, p, &c->paused_days);
	c->due_day_late = c->due_day;
	if (unsettled) c->due_day_late = due_after(cal, c->start_day, c->limit, UNIT_HVERDAGE, p, &c->paused_days);
	c->due = day_start(c->due_day + 1);
}

/* The last day is itself a fact; no date, no clock. */
static bool due_given(const clock_rule *r, const facts *f, clock *c)
{
	const fact *until = facts_last(f, r->until);
	if (!until) return false;
	c->due_day = c->due_day_late = until->on > c->start_day ? until->on : c->start_day;
	c->due = day_start(c->due_day + 1);
	return true;
}

static bool due_find(const image *m, const clock_rule *r, const facts *f, const pauses *p, clock *c)
{
	const limit_row *row = r->until < 0 ? limit_on(r, f, c->start_day) : NULL;
	if (r->until >= 0) {
		if (!due_given(r, f, c)) return false;
	} else if (!row) {
		return false;
	} else if (row->unfilled) {
		c->due_day = c->due_day_late = DAY_NONE;
		c->due = c->amber = INSTANT_NONE;
		return true;
	} else {
		c->limit = row->n;
		c->unit = row->unit;
		due_count(m->calendar, p, c);
	}
	amber_find(m->calendar, r, c);
	return true;
}

/* The rule's second limit: the earlier of the two decides, and the other is kept beside it. */
static void also_find(const image *m, const clock_rule *r, const facts *f, const pauses *p, clock *c)
{
	holding start = r->also ? condition_holds(r->also_start, f) : (holding){0};
	if (!start.holds || !start.because) return;
	clock second = *c;
	second.limit = r->also->n;
	second.unit = r->also->unit;
	start_at(&second, start.because);
	due_count(m->calendar, p, &second);
	bool earlier = second.due < c->due;
	const clock decides = earlier ? second : *c, other = earlier ? *c : second;
	*c = decides;
	c->other_fact = other.start_fact;
	c->other_due = other.due_day;
	c->other_limit = other.limit;
	c->other_unit = other.unit;
	if (earlier) amber_find(m->calendar, r, c);
}

/* Which of the rule's starts there are; the second alone is enough, for its limit runs by itself. */
static bool started(const clock_rule *r, const facts *f, clock *c, bool *only_also)
{
	holding start = condition_holds(r->start, f);
	*only_also = false;
	if (!start.holds || !start.because) {
		start = r->also ? condition_holds(r->also_start, f) : start;
		*only_also = true;
	}
	if (!start.holds || !start.because) return false;
	start_at(c, start.because);
	return true;
}

/* A fact that stops it counts from the day of its first start. */
static day stops_from(const clock_rule *r, const facts *f, const clock *c)
{
	holding also = r->also ? condition_holds(r->also_start, f) : (holding){0};
	bool earlier = also.holds && also.because && also.because->on < c->start_day;
	return earlier ? also.because->on : c->start_day;
}

static bool due_of_starts(const image *m, const clock_rule *r, const facts *f, const pauses *p, bool only_also,
			  clock *c)
{
	if (!only_also) {
		if (!due_find(m, r, f, p, c)) return false;
		also_find(m, r, f, p, c);
		return true;
	}
	c->limit = r->also->n;
	c->unit = r->also->unit;
	due_count(m->calendar, p, c);
	amber_find(m->calendar, r, c);
	return true;
}

bool rule_names(const clock_rule *r, int fact)
{
	const condition *all[] = {r->when, r->except, r->provisional, r->start, r->stop, r->waive, r->also_start};
	for (size_t i = 0; i < sizeof all / sizeof(const condition *); i++)
		if (all[i] && condition_names(all[i], fact)) return true;
	for (int i = 0; i < r->pause_count; i++)
		if (r->pauses[i].from == fact || r->pauses[i].to == fact) return true;
	return r->suspend.from == fact || r->suspend.to == fact || r->restart == fact || r->until == fact ||
	       r->limit_by == fact;
}

/* The days that were taken out when this clock was computed. */
static pauses taken_out(const clock *c, const facts *f)
{
	clock copy = *c;
	pauses p = suspension(c->rule, f, &copy);
	pauses_find(c->rule, f, &copy, &p);
	return p;
}

bool clock_leaves_out(const clock *c, const facts *f, day d)
{
	pauses p = taken_out(c, f);
	return paused_on(&p, d);
}

/* The latest fact that begins such a span before this day. */
const fact *clock_left_out_by(const clock *c, const facts *f, day d)
{
	const clock_rule *r = c->rule;
	const fact *by = NULL;
	for (int i = 0; i < f->count; i++) {
		const fact *x = &f->at[i];
		bool begins = x->id == r->suspend.from;
		for (int k = 0; k < r->pause_count; k++) begins = begins || x->id == r->pauses[k].from;
		if (begins && x->on < d && (!by || x->on > by->on)) by = x;
	}
	return by;
}

bool clock_try(const image *m, const clock_rule *r, const facts *f, clock *out)
{
	bool only_also;
	*out = (clock){.rule = r, .stop = INSTANT_NONE, .paused = INSTANT_NONE, .suspended = INSTANT_NONE};
	if (r->when && !condition_holds(r->when, f).holds) return false;
	if (r->except && condition_holds(r->except, f).holds) return false;
	if (!started(r, f, out, &only_also) || !valid_on(r, out->start_day)) return false;
	stop_find(r, f, stops_from(r, f, out), out);
	restart_find(r, f, out);
	pauses p = suspension(r, f, out);
	pauses_find(r, f, out, &p);
	if (!due_of_starts(m, r, f, &p, only_also, out)) return false;
	out->provisional = r->provisional && condition_holds(r->provisional, f).holds;
	out->applies = true;
	return true;
}

int clock_compute_for(const image *m, text subject, const facts *f, clock *out)
{
	const clock_rule *const *rules;
	int count = clock_rules(m, &rules), made = 0;
	for (int i = 0; i < count; i++) {
		if (rules[i]->status == STATUS_PROPOSED || !text_equal(rules[i]->face.subject, subject)) continue;
		made += clock_try(m, rules[i], f, &out[made]);
	}
	return made;
}

int clock_compute(const image *m, const facts *f, clock *out)
{
	return clock_compute_for(m, TEXT("EpisodeOfCare"), f, out);
}

clock_state clock_state_at(const clock *c, instant now)
{
	if (!c->applies || now < day_start(c->start_day)) return CLOCK_NOT;
	bool unfilled = c->due_day == DAY_NONE;
	if (c->stop != INSTANT_NONE && c->stop <= now) {
		if (!unfilled && c->stop >= c->due) return CLOCK_BREACHED;
		return c->waived ? CLOCK_WAIVED : CLOCK_MET;
	}
	if (c->suspended != INSTANT_NONE && c->suspended <= now) return CLOCK_SUSPENDED;
	if (unfilled) return CLOCK_UNFILLED;
	if (c->paused != INSTANT_NONE && c->paused <= now && c->paused < c->due) return CLOCK_PAUSED;
	return now >= c->due ? CLOCK_BREACHED : CLOCK_RUNNING;
}

int clock_days_left(const clock *c, instant now)
{
	return c->due_day == DAY_NONE ? 0 : (int)(c->due_day - day_of_instant(now));
}

text clock_state_word(clock_state s, language lang)
{
	static const char *const words[][2] = {
	    [CLOCK_NOT] = {"gælder ikke", "does not apply"},
	    [CLOCK_RUNNING] = {"løber", "running"},
	    [CLOCK_PAUSED] = {"venter", "waiting"},
	    [CLOCK_MET] = {"overholdt", "met"},
	    [CLOCK_BREACHED] = {"overskredet", "breached"},
	    [CLOCK_WAIVED] = {"bortfaldet", "lapsed"},
	    [CLOCK_SUSPENDED] = {"suspenderet", "suspended"},
	    [CLOCK_UNFILLED] = {"fristen er ikke udfyldt", "the limit is not filled in"},
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
