/* days.c: GET {type}/{id}/$clock-days?clock=ID: a deadline's arithmetic day by day, and `text`: the same as lines for a terminal. */
#include "http/internal.h"

/* The clock asked for, computed from the facts as they stand. */
static bool clock_asked(exchange *x, facts *f, clock *out)
{
	version v;
	const clock_rule *const *rules;
	const image *m = x->app->content;
	reader *rd = exchange_reader(x);
	text wanted = query_value(x, "clock");
	if (!rd) return false;
	found got = record_read(rd, x->type, x->id, &v, &x->sink);
	if (!rest_found(x, got, &v)) return false;
	if (!clock_facts(x, v.rid, f)) return false;
	clock *all = ARENA_ARRAY(x->arena, clock, clock_rules(m, &rules) + 1);
	int count = clock_compute_for(m, x->type, f, all);
	for (int i = 0; i < count; i++)
		if (text_equal(clock_rule_face(all[i].rule)->id, wanted)) {
			*out = all[i];
			return true;
		}
	return issue_add(&x->sink, FAIL_HTTP_NO_CLOCK, x->id, wanted);
}

static void pad(buffer *b, text t, int64_t to)
{
	for (int64_t i = text_width(t); i < to; i++) buffer_char(b, ' ');
}

static void day_say(exchange *x, buffer *b, const clock_day *d, bool first)
{
	text date = day_short(x->arena, d->on, x->who.language == LANGUAGE_EN);
	pad(b, date, 8);
	buffer_add(b, date);
	buffer_add(b, TEXT("  "));
	buffer_add(b, d->name);
	pad(b, d->name, 10);
	if (first)
		buffer_add(b, TEXT("   0"));
	else if (d->number)
		buffer_format(b, " %3d", d->number);
	else
		buffer_add(b, TEXT("   ·"));
	if (d->number_late && d->number_late != d->number) buffer_format(b, " (%d)", d->number_late);
	if (d->none.len) buffer_format(b, "  %.*s", TEXT_ARG(d->none));
	buffer_char(b, '\n');
}

void clock_days_get(exchange *x)
{
	static const char *const known[] = {"clock", NULL};
	facts f;
	clock c;
	clock_day *days;
	if (!rest_named(x) || !query_only(x, known) || !clock_asked(x, &f, &c)) return;
	int count = clock_days(x->app->content, &c, &f, x->who.language, x->arena, &days);
	json_out o = parameters_begin(x);
	buffer said = {.arena = x->arena};
	for (int i = 0; i < count; i++) {
		const clock_day *d = &days[i];
		part_open(&o, "day");
		part_day(x, &o, "date", d->on);
		part_text(&o, "name", "valueString", d->name);
		if (i == 0 || d->number) part_int(&o, "number", d->number);
		if (d->number_late && d->number_late != d->number) part_int(&o, "numberLate", d->number_late);
		part_text(&o, "none", "valueString", d->none);
		part_close(&o);
		day_say(x, &said, d, i == 0);
	}
	part_text(&o, "text", "valueString", buffer_text(&said));
	parameters_reply(x, &o);
}
