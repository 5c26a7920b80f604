/* daily.c: the arithmetic day by day: from day 0 to the last day, which number each day has, and why a day has none. */
#include "clock/internal.h"

static const char *const weekdays[2][7] = {
    {"mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"},
    {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
};

typedef struct counting {
	const image *image;
	const clock *clock;
	const facts *facts;
	language lang;
	arena *arena;
	day_unit early, late; /* two readings where the law is unsettled; else the same */
	int number, number_late;
} counting;

static text either(const counting *k, const char *da, const char *en)
{
	return text_of(k->lang == LANGUAGE_DA ? da : en);
}

static text weekday(const counting *k, day d)
{
	return text_of(weekdays[k->lang == LANGUAGE_EN][day_weekday(d)]);
}

static text day_name(const counting *k, day d)
{
	const holiday_rule *h = calendar_holiday(k->image->calendar, d);
	if (h) return k->lang == LANGUAGE_DA ? h->da : h->en;
	return weekday(k, d);
}

/* Why a day has no number: it is left out by the rule, or is no day of this kind. */
static text why_none(const counting *k, day d, bool left_out)
{
	const fact *from = left_out ? clock_left_out_by(k->clock, k->facts, d) : NULL;
	if (!left_out) return day_name(k, d);
	if (!from) return either(k, "tæller ikke med", "does not count");
	const fact_name *name = fact_at(k->image, from->id);
	return k->lang == LANGUAGE_DA ? name->da : name->en;
}

static clock_day day_of(counting *k, day d)
{
	const calendar *cal = k->image->calendar;
	bool left_out = clock_leaves_out(k->clock, k->facts, d);
	bool early = !left_out && calendar_counts(cal, d, k->early),
	     late = !left_out && calendar_counts(cal, d, k->late);
	clock_day out = {.on = d, .name = weekday(k, d)};
	if (early && d <= k->clock->due_day) out.number = ++k->number;
	if (late) out.number_late = ++k->number_late;
	if (!early)
		out.none = why_none(k, d, left_out);
	else if (!late)
		out.none = either(k, "tæller kun, hvis lørdag er hverdag", "counts only if Saturday is a hverdag");
	return out;
}

int clock_days(const image *m, const clock *c, const facts *f, language lang, arena *a, clock_day **out)
{
	day_unit unit = c->unit == UNIT_WEEKS ? UNIT_CALENDAR_DAYS : c->unit;
	bool counted = c->due_day != DAY_NONE && c->rule->until < 0 && unit_pauses(unit);
	*out = NULL;
	if (!counted || c->due_day_late - c->start_day > CLOCK_DAYS_MAX) return 0;
	counting k = {.image = m,
		      .clock = c,
		      .facts = f,
		      .lang = lang,
		      .arena = a,
		      .early = unit == UNIT_HVERDAGE ? UNIT_HVERDAGE_SATURDAY : unit,
		      .late = unit};
	int count = 0;
	clock_day *days = ARENA_ARRAY(a, clock_day, c->due_day_late - c->start_day + 1);
	days[count++] = (clock_day){.on = c->start_day, .name = weekday(&k, c->start_day)};
	for (day d = c->start_day + 1; d <= c->due_day_late; d++) days[count++] = day_of(&k, d);
	*out = days;
	return count;
}
