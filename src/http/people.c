/* people.c: who could do a task, a team's load and coverage, safe to go home (docs/api.md). */
#include "http/internal.h"

static bool asking_of(exchange *x, asking *out)
{
	*out = (asking){.image = x->app->content,
			.now = world_now(x->app->world),
			.lang = x->who.language,
			.arena = x->arena,
			.sink = &x->sink};
	out->reader = exchange_reader(x);
	return out->reader != NULL;
}

/* ---- $candidates ---- */

static const char *const skill_codes[] = {
    [SKILL_NONE] = "", [SKILL_LEARNING] = "learning", [SKILL_ABLE] = "able", [SKILL_EXPERT] = "expert"};

static void candidate_write(json_out *o, const candidate *c)
{
	part_open(o, "candidate");
	part_text(o, "person", "valueString", c->person);
	part_text(o, "name", "valueString", c->name);
	part_bool(o, "can", c->can);
	if (c->can) {
		part_int(o, "points", c->points);
		part_text(o, "depth", "valueCode", text_of(skill_codes[c->skill]));
		part_text(o, "helper", "valueString", c->helper);
	}
	for (int i = 0; i < c->reason_count; i++) part_text(o, "reason", "valueString", c->reasons[i]);
	part_close(o);
}

void task_candidates(exchange *x)
{
	asking by;
	candidate *all;
	if (!rest_named(x) || !query_none(x) || !asking_of(x, &by)) return;
	int count = work_candidates(&by, x->id, &all);
	if (count < 0) return;
	json_out o = parameters_begin(x);
	for (int i = 0; i < count; i++) candidate_write(&o, &all[i]);
	parameters_reply(x, &o);
}

/* ---- $load ---- */

static void hour_write(exchange *x, json_out *o, const load_hour *h)
{
	if (!h->on_duty && !h->to_begin) return;
	part_open(o, "hour");
	part_instant(x, o, "from", h->from);
	part_int(o, "onDuty", h->on_duty);
	part_int(o, "focus", h->focus);
	part_int(o, "toBegin", h->to_begin);
	part_text(o, "phone", "valueString", h->phone);
	part_close(o);
}

static void alone_write(exchange *x, json_out *o, const load_alone *a)
{
	part_open(o, "alone");
	part_text(o, "competence", "valueCode", a->competence);
	part_text(o, "word", "valueString", a->word);
	part_text(o, "person", "valueString", a->person);
	part_text(o, "name", "valueString", a->name);
	part_instant(x, o, "from", a->from);
	part_instant(x, o, "to", a->to);
	part_close(o);
}

static void cover_write(exchange *x, json_out *o, const load_cover *c)
{
	part_open(o, "cover");
	part_text(o, "person", "valueString", c->person);
	part_text(o, "name", "valueString", c->name);
	part_instant(x, o, "from", c->from);
	part_instant(x, o, "to", c->to);
	part_text(o, "by", "valueString", c->by);
	part_text(o, "byName", "valueString", c->by_name);
	part_text(o, "why", "valueString",
		  !c->by.len ? (x->who.language == LANGUAGE_EN ? TEXT("nobody is free") : TEXT("ingen er ledig"))
			     : text_format(x->arena,
					   x->who.language == LANGUAGE_EN
					       ? "has had others' telephone least this week (%d min.)"
					       : "har haft telefonen mindst i denne uge (%d min.)",
					   c->minutes));
	part_close(o);
}

void organization_load(exchange *x)
{
	static const char *const known[] = {"date", NULL};
	asking by;
	version v;
	load l;
	day on = day_of_instant(world_now(x->app->world));
	text date = query_value(x, "date");
	if (!rest_named(x) || !query_only(x, known) || !asking_of(x, &by)) return;
	if (date.len && !day_parse(date, &on)) {
		issue_at(&x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, TEXT("date"), date, TEXT("YYYY-MM-DD"));
		return;
	}
	if (!rest_found(x, record_read(by.reader, TEXT("Organization"), x->id, &v, &x->sink), &v)) return;
	if (!work_load(&by, text_format(x->arena, "Organization/%.*s", TEXT_ARG(x->id)), on, &l)) return;
	json_out o = parameters_begin(x);
	part_day(x, &o, "date", on);
	part_bool(&o, "planned", l.planned);
	part_int(&o, "open", l.open);
	part_int(&o, "unowned", l.unowned);
	part_int(&o, "toBegin", l.to_begin);
	part_int(&o, "minutesNeeded", l.minutes_needed);
	part_int(&o, "minutesThere", l.minutes_there);
	part_bool(&o, "tips", l.tips);
	part_int(&o, "handovers", l.handovers);
	for (int i = 0; i < l.hour_count; i++) hour_write(x, &o, &l.hours[i]);
	for (int i = 0; i < l.alone_count; i++) alone_write(x, &o, &l.alone[i]);
	for (int i = 0; i < l.cover_count; i++) cover_write(x, &o, &l.covers[i]);
	parameters_reply(x, &o);
}

/* ---- $safe-to-go ---- */

static const char *const safety_codes[] = {
    [SAFE_DONE] = "done", [SAFE_HANDED] = "handed-over", [SAFE_WAITS] = "safe", [SAFE_NOT] = "hand-over"};

static bool until_read(exchange *x, instant *out)
{
	moment m;
	text until = query_value(x, "until");
	*out = work_back(x->app->content, world_now(x->app->world));
	if (!until.len) return true;
	if (!moment_parse(until, &m))
		return issue_at(&x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, TEXT("until"), until, TEXT("dateTime"));
	*out = m.low;
	return true;
}

void person_safe(exchange *x)
{
	static const char *const known[] = {"until", NULL};
	asking by;
	version v;
	instant until;
	safe_task *all;
	if (!rest_named(x) || !query_only(x, known) || !until_read(x, &until) || !asking_of(x, &by)) return;
	if (!rest_found(x, record_read(by.reader, TEXT("PractitionerRole"), x->id, &v, &x->sink), &v)) return;
	int left = 0,
	    count = work_safe(&by, text_format(x->arena, "PractitionerRole/%.*s", TEXT_ARG(x->id)), until, &all);
	if (count < 0) return;
	for (int i = 0; i < count; i++) left += all[i].state == SAFE_NOT;
	json_out o = parameters_begin(x);
	part_bool(&o, "safe", left == 0);
	part_instant(x, &o, "until", until);
	part_int(&o, "left", left);
	for (int i = 0; i < count; i++) {
		part_open(&o, "task");
		part_text(&o, "id", "valueId", all[i].id);
		part_text(&o, "line", "valueString", all[i].line);
		part_text(&o, "state", "valueCode", text_of(safety_codes[all[i].state]));
		part_text(&o, "why", "valueString", all[i].why);
		part_instant(x, &o, "latestStart", all[i].latest_start);
		part_close(&o);
	}
	parameters_reply(x, &o);
}
