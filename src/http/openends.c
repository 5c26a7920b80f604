/* openends.c: GET EpisodeOfCare/$open-ends?department=REF: pathways that nothing carries on, and how many there are in each department and how
 * old. */
#include "http/internal.h"

enum { DEPARTMENTS_MAX = 1000, WEEK = 7, MONTH = 30 };

typedef struct tally {
	text department;
	int count, over_week, over_month, oldest_days;
} tally;

static void end_write(exchange *x, json_out *o, const open_end *e)
{
	part_open(o, "pathway");
	part_text(o, "id", "valueId", e->pathway_id);
	part_text(o, "patient", "valueString", e->patient);
	part_text(o, "department", "valueString", e->department);
	part_text(o, "reason", "valueString", x->who.language == LANGUAGE_EN ? e->reason_en : e->reason_da);
	part_instant(x, o, "since", e->since);
	part_close(o);
}

static void count_in(tally *all, int *count, const open_end *e, day today)
{
	int i = 0, days = (int)(today - day_of_instant(e->since));
	while (i < *count && !text_equal(all[i].department, e->department)) i++;
	if (i == DEPARTMENTS_MAX) return;
	if (i == *count) all[(*count)++] = (tally){.department = e->department};
	all[i].count++;
	all[i].over_week += days > WEEK;
	all[i].over_month += days > MONTH;
	if (days > all[i].oldest_days) all[i].oldest_days = days;
}

static void tally_write(json_out *o, const tally *t)
{
	part_open(o, "department");
	part_text(o, "reference", "valueString", t->department);
	part_int(o, "count", t->count);
	part_int(o, "overWeek", t->over_week);
	part_int(o, "overMonth", t->over_month);
	part_int(o, "oldestDays", t->oldest_days);
	part_close(o);
}

void open_ends_get(exchange *x)
{
	static const char *const known[] = {"department", NULL};
	reader *rd;
	open_end *ends = NULL;
	if (!query_only(x, known) || !(rd = exchange_reader(x))) return;
	instant now = world_now(x->app->world);
	text wanted = query_value(x, "department");
	int count = work_open_ends(rd, x->app->content, now, x->arena, &ends, &x->sink), departments = 0;
	if (x->sink.errors > 0) return;
	tally *all = ARENA_ARRAY(x->arena, tally, DEPARTMENTS_MAX);
	json_out o = parameters_begin(x);
	for (int i = 0; i < count; i++) {
		if (wanted.len && !text_equal(wanted, ends[i].department)) continue;
		count_in(all, &departments, &ends[i], day_of_instant(now));
		end_write(x, &o, &ends[i]);
	}
	for (int i = 0; i < departments; i++) tally_write(&o, &all[i]);
	parameters_reply(x, &o);
}
