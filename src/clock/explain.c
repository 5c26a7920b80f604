/* explain.c: why a clock says what it says: the facts and what each of them did, the rule, the arithmetic, the next step owed. */
#include "clock/internal.h"

enum { SKIPPED_MAX = 14 };

typedef struct explaining {
	const image *image;
	const clock *clock;
	const clock_rule *rule;
	const facts *facts;
	instant now;
	language lang;
	bool da;
	arena *arena;
} explaining;

static text either(const explaining *x, const char *da, const char *en)
{
	return text_of(x->da ? da : en);
}

/* ---- the lines ---- */

static bool in_condition(const condition *c, int id)
{
	return c && condition_names(c, id);
}

static text content_effect(const explaining *x, int id)
{
	for (int i = 0; i < x->rule->effect_count; i++)
		if (x->rule->effects[i].fact == id) return x->da ? x->rule->effects[i].da : x->rule->effects[i].en;
	return (text){0};
}

static bool is_same(const fact *f, const fact *g)
{
	return g && f->id == g->id && f->at == g->at && f->sequence == g->sequence && text_equal(f->code, g->code);
}

static text stop_effect(const explaining *x, const fact *f)
{
	const clock *c = x->clock;
	if (f->on < c->start_day)
		return either(x, "fra før uret startede: tæller ikke med",
			      "from before the clock started: does not count");
	if (c->stop == INSTANT_NONE || c->waived)
		return either(x, "standser ikke uret alene", "does not stop the clock by itself");
	if (f->at > c->stop) return either(x, "uret var allerede standset", "the clock had already stopped");
	return either(x, "en del af det, der standser uret", "part of what stops the clock");
}

static text span_effect(const explaining *x, const fact *f)
{
	const clock_rule *r = x->rule;
	for (int i = 0; i < r->pause_count; i++) {
		if (f->id == r->pauses[i].from) return either(x, "uret venter herfra", "the clock waits from here");
		if (f->id == r->pauses[i].to)
			return either(x, "uret løber igen; dagene imellem tæller ikke med",
				      "the clock runs again; the days between do not count");
	}
	if (f->id == r->restart) return either(x, "uret starter ikke forfra", "the clock does not start again");
	if (f->id == r->until) return either(x, "fristens sidste dag", "the last day of the limit");
	if (f->id == r->limit_by) return either(x, "vælger fristen i tabellen", "picks the limit in the table");
	if (f->id == r->suspend.from)
		return either(x, "retten er suspenderet herfra", "the right is suspended from here");
	if (f->id == r->suspend.to)
		return r->starts_anew ? either(x, "suspensionen er slut: uret starter forfra",
					       "the suspension is over: the clock starts anew")
				      : either(x, "suspensionen er slut: uret løber videre",
					       "the suspension is over: the clock goes on");
	return (text){0};
}

/* What this fact did to the clock; empty where it is none of the rule's business. */
static text effect_of(const explaining *x, const fact *f)
{
	const clock_rule *r = x->rule;
	const clock *c = x->clock;
	if (is_same(f, c->start_fact) && c->restarts) return either(x, "uret starter forfra", "the clock starts again");
	if (is_same(f, c->start_fact) && f->id != r->suspend.to) return either(x, "starter uret", "starts the clock");
	if (is_same(f, c->other_fact)) return either(x, "starter reglens anden frist", "starts the rule's other limit");
	if (is_same(f, c->stop_fact))
		return c->waived ? either(x, "retten bortfalder", "the right lapses")
				 : either(x, "standser uret", "stops the clock");
	text said = content_effect(x, f->id);
	if (said.len) return said;
	said = span_effect(x, f);
	if (said.len) return said;
	if (in_condition(r->stop, f->id)) return stop_effect(x, f);
	if (in_condition(r->start, f->id)) return either(x, "uret løb allerede", "the clock was already running");
	if (in_condition(r->waive, f->id))
		return either(x, "uret var allerede standset", "the clock had already stopped");
	if (in_condition(r->provisional, f->id))
		return either(x, "uret er ikke længere foreløbigt", "the clock is no longer provisional");
	if (in_condition(r->when, f->id) || in_condition(r->except, f->id))
		return either(x, "gør reglen gældende", "makes the rule apply");
	return (text){0};
}

static text fact_say(const explaining *x, const fact *f)
{
	const fact_name *name = fact_at(x->image, f->id);
	buffer b = {.arena = x->arena};
	buffer_add(&b, x->da ? name->da : name->en);
	if (name->kind == FACT_CODE) {
		buffer_add(&b, TEXT(": "));
		buffer_add(&b, fact_code_word(x->image, f->id, f->code, x->lang));
	}
	if (name->kind == FACT_NUMBER) buffer_format(&b, ": %lld", (long long)f->number);
	if (is_same(f, x->clock->start_fact)) buffer_add(&b, either(x, " (dag 0)", " (day 0)"));
	return buffer_text(&b);
}

static int by_day(const void *xp, const void *yp)
{
	const fact *x = *(const fact *const *)xp, *y = *(const fact *const *)yp;
	if (x->at != y->at) return x->at < y->at ? -1 : 1;
	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

static void lines_make(const explaining *x, why *out)
{
	const fact **sorted = ARENA_ARRAY(x->arena, const fact *, x->facts->count + 1);
	int count = 0;
	for (int i = 0; i < x->facts->count; i++)
		if (x->facts->at[i].at <= x->now) sorted[count++] = &x->facts->at[i];
	if (count) qsort(sorted, (size_t)count, sizeof(const fact *), by_day);
	out->lines = ARENA_ARRAY(x->arena, why_line, count + 1);
	for (int i = 0; i < count; i++) {
		const fact *f = sorted[i];
		text effect = effect_of(x, f);
		if (effect.len == 0) continue;
		text resource = f->resource.len
				    ? text_format(x->arena, "%.*s/%.*s", TEXT_ARG(f->type), TEXT_ARG(f->resource))
				    : (text){0};
		out->lines[out->count++] = (why_line){
		    .on = f->on, .say = fact_say(x, f), .resource = resource, .effect = effect, .by = f->actor};
	}
}

/* ---- headline, rule, next ---- */

static void say_left(const explaining *x, buffer *b)
{
	if (unit_exact(x->clock->unit)) {
		buffer_add(b, either(x, "kl. ", "at "));
		int minute = local_minute(x->clock->due);
		buffer_format(b, x->da ? "%02d.%02d" : "%02d:%02d", minute / 60, minute % 60);
		return;
	}
	int left = clock_days_left(x->clock, x->now);
	const char *da = left == 1 || left == -1 ? "dag" : "dage", *en = left == 1 || left == -1 ? "day" : "days";
	if (left == 0)
		buffer_add(b, either(x, "sidste dag er i dag", "the last day is today"));
	else if (left > 0)
		buffer_format(b, x->da ? "%d %s tilbage" : "%d %s left", left, x->da ? da : en);
	else if (text_equal(x->rule->face.force, TEXT("law")))
		buffer_format(b, x->da ? "%d %s over fristen" : "%d %s past the limit", -left, x->da ? da : en);
	else
		buffer_format(b, x->da ? "%d %s over målet" : "%d %s past the goal", -left, x->da ? da : en);
}

static text headline(const explaining *x)
{
	const clock *c = x->clock;
	const clock_face *f = &x->rule->face;
	bool stopped = c->stop != INSTANT_NONE && c->stop <= x->now;
	buffer b = {.arena = x->arena};
	buffer_add(&b, x->da ? f->da : f->en);
	if (c->due_day == DAY_NONE) {
		buffer_add(&b, TEXT(" · "));
		buffer_add(&b, clock_word(c, x->now, x->lang));
		return buffer_text(&b);
	}
	buffer_add(&b, either(x, " · senest ", " · no later than "));
	buffer_add(&b, day_long(x->arena, c->due_day, !x->da));
	if (c->due_day_late != c->due_day) {
		buffer_add(&b, either(x, " (eller ", " (or "));
		buffer_add(&b, day_long(x->arena, c->due_day_late, !x->da));
		buffer_add(&b, either(x, ", hvis lørdag ikke er hverdag)", ", if Saturday is no hverdag)"));
	}
	if (!stopped) {
		buffer_add(&b, TEXT(" · "));
		say_left(x, &b);
	}
	buffer_add(&b, TEXT(" · "));
	buffer_add(&b, clock_word(c, x->now, x->lang));
	if (stopped) {
		buffer_char(&b, ' ');
		buffer_add(&b, day_long(x->arena, day_of_instant(c->stop), !x->da));
	}
	if (c->provisional && !stopped)
		buffer_add(&b, either(x, " · foreløbig, til lægen har visiteret",
				      " · provisional until a doctor has classified it"));
	if (x->rule->status == STATUS_UNVERIFIED)
		buffer_add(&b, either(x, " · reglen er ikke efterprøvet", " · the rule is not verified"));
	return buffer_text(&b);
}

static void say_standing(const explaining *x, buffer *b)
{
	const clock_face *f = &x->rule->face;
	static const char *const words[][2] = {
	    [STATUS_ACTIVE] = {"gældende regel", "a rule in force"},
	    [STATUS_UNVERIFIED] = {"ikke efterprøvet", "not verified"},
	    [STATUS_PROPOSED] = {"forslag", "a proposal"},
	    [STATUS_RETIRED] = {"ophævet regel", "a rule no longer in force"},
	};
	buffer_add(b, text_of(words[x->rule->status][!x->da]));
	if (f->valid_from != DAY_NONE) {
		buffer_add(b, either(x, " fra ", " from "));
		buffer_add(b, day_long(x->arena, f->valid_from, !x->da));
	}
	if (f->valid_to != DAY_NONE) {
		buffer_add(b, either(x, " til ", " to "));
		buffer_add(b, day_long(x->arena, f->valid_to, !x->da));
	}
	buffer_add(b, either(x, ", sikkerhed ", ", certainty "));
	buffer_add(b, f->certainty);
}

/* Whom the rule says must be told what: "Patienten orienteres, så snart … (20SFP44)". */
static void say_tells(const explaining *x, buffer *b)
{
	for (int i = 0; i < x->rule->tell_count; i++) {
		const clock_tell *t = &x->rule->tells[i];
		buffer_add(b, TEXT(" · "));
		buffer_add(b, x->da ? t->da : t->en);
		buffer_add(b, TEXT(" ("));
		buffer_add(b, t->source);
		buffer_add(b, TEXT(")"));
	}
}

static text limit_words(const explaining *x)
{
	const clock *c = x->clock;
	if (x->rule->until >= 0) return either(x, "den dato, der er sagt", "the date that was said");
	if (c->due_day == DAY_NONE) return either(x, "ikke udfyldt", "not filled in");
	return clock_span_words(x->arena, c->limit, c->unit, x->lang);
}

static text rule_text(const explaining *x)
{
	const clock *c = x->clock;
	const limit_row *row = x->rule->until < 0 ? limit_on(x->rule, x->facts, c->start_day) : NULL;
	buffer b = {.arena = x->arena};
	buffer_add(&b, x->rule->face.source);
	buffer_add(&b, TEXT(", "));
	say_standing(x, &b);
	buffer_add(&b, TEXT(" · "));
	buffer_add(&b, limit_words(x));
	if (row && row->source.len) {
		buffer_add(&b, TEXT(" ("));
		buffer_add(&b, row->source);
		buffer_add(&b, TEXT(")"));
	}
	buffer_add(&b, either(x, " · slutter ved: ", " · ends with: "));
	buffer_add(&b, condition_say(x->arena, x->image, x->rule->stop, x->lang));
	if (x->rule->except) {
		buffer_add(&b, either(x, " · gælder ikke, hvis ", " · does not apply if "));
		buffer_add(&b, condition_say(x->arena, x->image, x->rule->except, x->lang));
	}
	if (x->rule->warns_then_errs)
		buffer_add(&b, either(x, " · advarsel til fristen, fejl efter den",
				      " · a warning up to the limit, an error after it"));
	say_tells(x, &b);
	if (x->rule->status == STATUS_UNVERIFIED) {
		buffer_add(&b, TEXT(" · "));
		buffer_add(&b, x->da ? x->rule->face.note_da : x->rule->face.note_en);
	}
	return buffer_text(&b);
}

static text next_text(const explaining *x)
{
	const clock *c = x->clock;
	if (clock_state_at(c, x->now) == CLOCK_UNFILLED)
		return either(x,
			      "fristen skal udfyldes i afdelingens egen mappe, før der kan regnes; ingen har "
			      "gættet et tal",
			      "the limit must be filled in in the department's own folder before it can be "
			      "counted; nobody has guessed a number");
	if (c->stop != INSTANT_NONE && c->stop <= x->now)
		return either(x, "intet efter denne regel: uret er standset",
			      "nothing by this rule: the clock has stopped");
	return x->da ? x->rule->face.owed_da : x->rule->face.owed_en;
}

/* ---- the arithmetic ---- */

static const char *weekday_word(day d, bool da)
{
	static const char *const words[2][7] = {
	    {"mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"},
	    {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
	};
	return words[!da][day_weekday(d)];
}

/* Days passed over between start and the later due day: Sundays, holidays by name, and Saturdays in the later reading. */
static void say_skipped(const explaining *x, buffer *b)
{
	const clock *c = x->clock;
	const calendar *cal = x->image->calendar;
	int said = 0;
	for (day d = c->start_day + 1; d <= c->due_day_late; d++) {
		if (calendar_counts(cal, d, c->unit)) continue;
		if (said == SKIPPED_MAX) {
			buffer_add(b, TEXT(" …"));
			return;
		}
		const holiday_rule *h = calendar_holiday(cal, d);
		buffer_add(b, said++ ? TEXT(", ") : either(x, " · sprunget over: ", " · passed over: "));
		buffer_add(b, h ? (x->da ? h->da : h->en) : text_of(weekday_word(d, x->da)));
		buffer_char(b, ' ');
		buffer_add(b, day_short(x->arena, d, !x->da));
	}
}

/* The rule's other limit: both are shown, and the earlier decides. */
static void say_other(const explaining *x, buffer *b)
{
	const clock *c = x->clock;
	if (!c->other_fact) return;
	text from = day_long(x->arena, c->other_fact->on, !x->da), due = day_long(x->arena, c->other_due, !x->da);
	text span = clock_span_words(x->arena, c->other_limit, c->other_unit, x->lang);
	buffer_add(b, either(x, " · den anden frist falder ikke før: ", " · the other limit is no earlier: "));
	buffer_format(b, "%.*s + %.*s = %.*s", TEXT_ARG(from), TEXT_ARG(span), TEXT_ARG(due));
}

static text arithmetic(const explaining *x)
{
	const clock *c = x->clock;
	buffer b = {.arena = x->arena};
	if (c->due_day == DAY_NONE) return (text){0};
	if (x->rule->until >= 0) return day_long(x->arena, c->due_day, !x->da);
	if (unit_exact(c->unit))
		return text_format(x->arena, "%.*s + %.*s = %.*s", TEXT_ARG(instant_long(x->arena, c->start, !x->da)),
				   TEXT_ARG(clock_span_words(x->arena, c->limit, c->unit, x->lang)),
				   TEXT_ARG(instant_long(x->arena, c->due, !x->da)));
	buffer_add(&b, day_long(x->arena, c->start_day, !x->da));
	buffer_add(&b, TEXT(" + "));
	buffer_add(&b, clock_span_words(x->arena, c->limit, c->unit, x->lang));
	if (c->paused_days) {
		buffer_format(&b, " + %d ", c->paused_days);
		buffer_add(&b, c->paused_days == 1 ? either(x, "dag, der ikke tæller", "day that does not count")
						   : either(x, "dage, der ikke tæller", "days that do not count"));
	}
	buffer_add(&b, TEXT(" = "));
	buffer_add(&b, day_long(x->arena, c->due_day, !x->da));
	if (c->due_day_late != c->due_day) {
		buffer_add(&b, either(x, ", når lørdag regnes med; ", " with Saturdays counted; "));
		buffer_add(&b, day_long(x->arena, c->due_day_late, !x->da));
		buffer_add(&b, either(x, ", når den ikke gør", " without"));
	}
	if (c->unit != UNIT_CALENDAR_DAYS && c->unit != UNIT_WEEKS && c->unit != UNIT_MONTHS) say_skipped(x, &b);
	say_other(x, &b);
	return buffer_text(&b);
}

/* NOLINTNEXTLINE(readability-function-size): what it takes is what the answer depends on */
void clock_explain(const image *m, const clock *c, const facts *f, instant now, language lang, arena *a, why *out)
{
	/* The facts given decide; a clock from the table has lost which of them started and stopped it. */
	clock *fresh = ARENA_NEW(a, clock);
	if (!clock_try(m, c->rule, f, fresh)) *fresh = *c;
	explaining x = {.image = m,
			.clock = fresh,
			.rule = c->rule,
			.facts = f,
			.now = now,
			.lang = lang,
			.da = lang == LANGUAGE_DA,
			.arena = a};
	*out = (why){.lang = lang};
	out->headline = headline(&x);
	lines_make(&x, out);
	out->rule = rule_text(&x);
	out->arithmetic = arithmetic(&x);
	out->next = next_text(&x);
}

/* ---- as lines for a terminal ---- */

static void pad(buffer *b, int64_t to, int64_t from)
{
	for (int64_t i = from; i < to; i++) buffer_char(b, ' ');
}

static void line_say(buffer *b, const why_line *l, int64_t widest, bool da)
{
	text date = day_short(b->arena, l->on, !da);
	pad(b, 9, text_width(date));
	buffer_add(b, date);
	buffer_add(b, TEXT("  "));
	buffer_add(b, l->say);
	pad(b, widest + 2, text_width(l->say));
	buffer_add(b, l->effect);
	if (l->resource.len) buffer_format(b, "  %.*s", TEXT_ARG(l->resource));
	if (l->by.len) buffer_format(b, da ? ", skrevet af %.*s" : ", written by %.*s", TEXT_ARG(l->by));
	buffer_char(b, '\n');
}

text why_text(arena *a, const why *w)
{
	bool da = w->lang == LANGUAGE_DA;
	buffer b = {.arena = a};
	int64_t widest = 0;
	for (int i = 0; i < w->count; i++)
		if (text_width(w->lines[i].say) > widest) widest = text_width(w->lines[i].say);
	buffer_format(&b, "%.*s\n", TEXT_ARG(w->headline));
	for (int i = 0; i < w->count; i++) line_say(&b, &w->lines[i], widest, da);
	if (w->rule.len) buffer_format(&b, " %s: %.*s\n", da ? "Regel" : "Rule", TEXT_ARG(w->rule));
	if (w->arithmetic.len)
		buffer_format(&b, " %s: %.*s\n", da ? "Regnestykke" : "Arithmetic", TEXT_ARG(w->arithmetic));
	if (w->next.len) buffer_format(&b, " %s: %.*s\n", da ? "Næste skridt" : "Next step", TEXT_ARG(w->next));
	if (w->chance.len) buffer_format(&b, " %s: %.*s\n", da ? "Prognose" : "Forecast", TEXT_ARG(w->chance));
	return buffer_text(&b);
}
