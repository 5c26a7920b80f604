/* holiday.c: days on which Denmark rests, as entries of content (content/dk/holidays.yaml).
 *
 *     holiday: store-bededag
 *     easter: 26            days after Easter Sunday; or  date: 12-25
 *     years: 1686..2023     both may be open: ..2023, 2024..
 *     agreement: on | off   a day off only by agreement: whether this department keeps it
 */
#include "content/internal.h"

enum { YEAR_MAX = 9999 };

static bool year_range(const content_entry *e, holiday_rule *r, issues *sink)
{
	text t;
	if (!content_text(e, e->node, "years", false, &t, sink)) return false;
	if (t.len == 0) return true;
	int64_t dots = text_find(t, TEXT("..")), from = 0, to = 0;
	bool fine = dots >= 0;
	text low = fine ? text_slice(t, 0, dots) : t, high = fine ? text_slice(t, dots + 2, t.len) : t;
	if (low.len) fine = fine && text_to_int(low, &from) && from > 0 && from <= YEAR_MAX;
	if (high.len) fine = fine && text_to_int(high, &to) && to > 0 && to <= YEAR_MAX;
	if (low.len && high.len) fine = fine && from <= to;
	if (!fine)
		return issue_at(sink, FAIL_CONTENT_RANGE, content_place(e, content_get(e, e->node, "years")),
				TEXT("years"), t, TEXT("1..9999"));
	r->year_from = (int)from;
	r->year_to = (int)to;
	return true;
}

static bool fixed_date(const content_entry *e, holiday_rule *r, issues *sink)
{
	text t;
	if (!content_text(e, e->node, "date", true, &t, sink)) return false;
	text_pair cut = text_cut(t, '-');
	int64_t month, dom;
	bool fine = cut.found && cut.head.len == 2 && cut.tail.len == 2 && text_to_int(cut.head, &month) &&
		    text_to_int(cut.tail, &dom);
	/* A leap year, so that 02-29 could be said. */
	fine = fine && day_valid((civil){2024, (int)month, (int)dom});
	if (!fine)
		return issue_at(sink, FAIL_CONTENT_RANGE, content_place(e, content_get(e, e->node, "date")),
				TEXT("date"), t, TEXT("01-01..12-31"));
	r->month = (int)month;
	r->day = (int)dom;
	return true;
}

static void *compile(image *m, const content_entry *e, issues *sink)
{
	static const char *const agreements[] = {"off", "on", NULL};
	holiday_rule *r = ARENA_NEW(m->arena, holiday_rule);
	*r = (holiday_rule){.id = e->id};
	bool fine = content_text(e, e->node, "da", true, &r->da, sink);
	fine = content_text(e, e->node, "en", true, &r->en, sink) && fine;
	text source;
	fine = content_text(e, e->node, "source", true, &source, sink) && fine;
	r->from_easter = content_get(e, e->node, "easter") != NODE_ABSENT;
	if (r->from_easter) {
		int64_t offset;
		fine = content_int(e, e->node, "easter", true, &offset, sink) && fine;
		if (offset < -100 || offset > 250)
			fine = issue_at(sink, FAIL_CONTENT_RANGE, content_place(e, content_get(e, e->node, "easter")),
					TEXT("easter"), text_format(sink->arena, "%lld", (long long)offset),
					TEXT("-100..250"));
		else
			r->offset = (int)offset;
	} else {
		fine = fixed_date(e, r, sink) && fine;
	}
	fine = year_range(e, r, sink) && fine;
	r->by_agreement = content_get(e, e->node, "agreement") != NODE_ABSENT;
	int kept = 0;
	fine = content_choice(e, e->node, "agreement", agreements, 0, &kept, sink) && fine;
	r->counts_as_free = kept == 1;
	return fine ? r : NULL;
}

static bool ready(image *m, issues *sink)
{
	(void)sink;
	m->calendar = holiday_calendar(m);
	return true;
}

const calendar *holiday_calendar(const image *m)
{
	const content_entry **entries;
	int count = content_each(m, TEXT("holiday"), &entries);
	holiday_rule *rules = ARENA_ARRAY(m->arena, holiday_rule, count + 1);
	int kept = 0;
	for (int i = 0; i < count; i++)
		if (entries[i]->compiled) rules[kept++] = *(const holiday_rule *)entries[i]->compiled;
	calendar *c = ARENA_NEW(m->arena, calendar);
	*c = (calendar){.rules = rules, .rule_count = kept};
	calendar_ready(c, m->arena);
	return c;
}

const content_kind *holiday_kind(void)
{
	static const char *const keys[] = {"da", "en", "source", "easter", "date", "years", "agreement", "note", NULL};
	static const content_kind kind = {.name = "holiday", .keys = keys, .compile = compile, .ready = ready};
	return &kind;
}
