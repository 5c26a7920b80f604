/* explain.c: why a task stands where it stands: what raised it, the clock behind its date, how its latest start came
 * about. */
#include "work/internal.h"

typedef struct explaining {
	const image *image;
	const task_kind *kind;
	facts facts;
	pathway_state state;
	need need;
	deadline when;
	instant raised;
	task_row row;
	task_rank rank;
	hold hold;
	text chosen; /* by $next: why it was given to who has it */
	const processes *times;
	instant now;
	bool en;
	language lang;
	arena *arena;
} explaining;

static text headline(const explaining *x)
{
	buffer b = {.arena = x->arena};
	buffer_add(&b, x->en ? x->kind->en : x->kind->da);
	if (x->row.latest_start != INSTANT_NONE) {
		text at = instant_long(x->arena, x->row.latest_start, x->en);
		buffer_format(&b, x->en ? " · start by %.*s" : " · begynd senest %.*s", TEXT_ARG(at));
	}
	if (x->row.due != INSTANT_NONE) {
		text due = day_long(x->arena, day_of_instant(x->row.due - 1), x->en);
		buffer_format(&b, x->en ? " · due %.*s" : " · frist %.*s", TEXT_ARG(due));
	}
	return buffer_text(&b);
}

/* "11. dec − 3 arbejdsdage = 8. dec; 5 min. arbejde før kl. 15.00" */
static text start_arithmetic(const explaining *x)
{
	const deadline *w = &x->when;
	const task_kind *k = x->kind;
	if (w->latest_start == INSTANT_NONE) return (text){0};
	buffer b = {.arena = x->arena};
	text due = day_short(x->arena, w->due_day, x->en), start = day_short(x->arena, w->start_day, x->en);
	if (w->within) {
		text raised = day_short(x->arena, day_of_instant(x->raised), x->en);
		text within = clock_span_words(x->arena, k->within.n, k->within.unit, x->lang);
		buffer_format(&b, x->en ? "raised %.*s + %.*s = " : "rejst %.*s + %.*s = ", TEXT_ARG(raised),
			      TEXT_ARG(within));
	}
	buffer_add(&b, due);
	if (!w->within && k->lead.given && k->lead.n) {
		text lead = clock_span_words(x->arena, k->lead.n, k->lead.unit, x->lang);
		buffer_format(&b, x->en ? " − %.*s for what follows = %.*s" : " − %.*s til det, der følger = %.*s",
			      TEXT_ARG(lead), TEXT_ARG(start));
	} else if (w->start_day != w->due_day) {
		buffer_format(&b, x->en ? ", the last working day before is %.*s" : ", sidste arbejdsdag før er %.*s",
			      TEXT_ARG(start));
	}
	buffer_format(&b, x->en ? "; %d min. of work before %d:%02d" : "; %d min. arbejde før kl. %d.%02d", k->minutes,
		      k->day_ends / 60, k->day_ends % 60);
	return buffer_text(&b);
}

static text capital(arena *a, text t)
{
	text out = text_copy(a, t);
	if (out.len && out.at[0] >= 'a' && out.at[0] <= 'z') *(char *)(uintptr_t)out.at -= 'a' - 'A';
	return out;
}

static why_line raised_line(const explaining *x)
{
	const fact *f = need_reason(&x->need);
	why_line l = {.on = day_of_instant(x->raised),
		      .effect = x->en ? TEXT("raised the task") : TEXT("rejste opgaven")};
	if (!f) return l;
	const fact_name *name = fact_at(x->image, f->id);
	l.on = f->on;
	l.say = capital(x->arena, x->en ? name->en : name->da);
	l.resource = fact_reference(x->arena, f);
	return l;
}

static why_line foreseen_line(const explaining *x)
{
	const clock_face *face = clock_rule_face(x->need.late->rule);
	text name = x->en ? face->en : face->da;
	why_line l = {.on = x->need.late->due_day,
		      .effect = x->en ? TEXT("the limit will not hold") : TEXT("fristen holder ikke")};
	l.say = text_format(x->arena, x->en ? "last day of %.*s" : "sidste dag for %.*s", TEXT_ARG(name));
	if (!x->need.foreseen) return l;
	l.on = x->need.foreseen->on;
	l.say = text_format(
	    x->arena, x->en ? "a time is booked past the last day of %.*s" : "tiden ligger efter sidste dag for %.*s",
	    TEXT_ARG(name));
	l.resource = fact_reference(x->arena, x->need.foreseen);
	return l;
}

static const clock *clock_behind(const explaining *x)
{
	return x->when.clock ? x->when.clock : x->need.late;
}

/* ---- a limit to be saved ---- */

/* What may save it on these facts, by name. */
static void add_saves(explaining *x, why *out)
{
	const clock_save *saves;
	int count = x->when.clock ? clock_rule_saves(x->when.clock->rule, &saves) : 0;
	for (int i = 0; i < count; i++) {
		if (saves[i].when && !condition_holds(saves[i].when, &x->facts).holds) continue;
		out->lines[out->count++] = (why_line){.on = day_of_instant(x->now),
						      .say = x->en ? saves[i].en : saves[i].da,
						      .effect = x->en ? TEXT("may save it") : TEXT("kan redde den")};
	}
}

/* The time that is booked, and what it leaves for the rest. */
static void add_planned(explaining *x, const forecast *f, why *out)
{
	const fact *planned = f->at.planned;
	if (!planned) return;
	const fact_name *name = fact_at(x->image, planned->id);
	int left = (int)(x->when.clock->due_day - planned->on);
	text leaves = text_format(
	    x->arena, x->en ? "leaves %d days for what follows" : "lader %d dage tilbage til det, der følger", left);
	why_line l = {.on = planned->on, .say = x->en ? name->en : name->da, .effect = leaves};
	if (left < 0) l.effect = x->en ? TEXT("lies past the limit") : TEXT("ligger efter fristen");
	l.resource = fact_reference(x->arena, planned);
	out->lines[out->count++] = l;
}

/* What takes longest of all that is still to come. */
static text slowest_said(explaining *x, const forecast *f)
{
	int64_t median;
	const clock_rule *r = x->when.clock->rule;
	int stage = x->times ? processes_slowest(x->times, r, f->at.stage, &median) : -1;
	if (stage < 0) return (text){0};
	text name = clock_stage_say(x->arena, x->image, r, stage, x->lang);
	int days = (int)((median + HOURS(12)) / HOURS(24));
	return text_format(x->arena,
			   x->en ? " · longest is the stage: %.*s (half of them %d days or more)"
				 : " · længst varer trinnet: %.*s (halvdelen %d dage eller mere)",
			   TEXT_ARG(name), days);
}

static void add_rescue(explaining *x, why *out)
{
	const clock *c = x->when.clock;
	if (x->kind->clock_of < 0 || !c) return;
	forecast f = clock_forecast(x->times, c, &x->facts, x->now);
	if (f.kind == FORECAST_NONE) f.at = clock_stage(c, &x->facts, x->now);
	add_planned(x, &f, out);
	add_saves(x, out);
	text said = forecast_say(x->arena, x->image, c, &f, x->lang), slowest = slowest_said(x, &f);
	out->chance = text_format(x->arena, "%.*s%.*s", TEXT_ARG(said), TEXT_ARG(slowest));
}

static int room_for_saves(const explaining *x)
{
	const clock_save *saves;
	return x->when.clock ? clock_rule_saves(x->when.clock->rule, &saves) + 1 : 0;
}

/* "på hold til 12. nov: venter på svar", or that it waited and goes on by itself. */
static void add_hold(explaining *x, why *out)
{
	const hold *h = &x->hold;
	if (h->state == HOLD_NONE) return;
	text until = h->until == DAY_NONE ? (text){0} : day_short(x->arena, h->until, x->en);
	why_line l = {.on = h->state == HOLD_RESUMED ? day_of_instant(h->resumed) : day_of_instant(x->now)};
	if (h->state == HOLD_RESUMED) {
		l.say = text_format(x->arena, x->en ? "was on hold until %.*s: %.*s" : "var på hold til %.*s: %.*s",
				    TEXT_ARG(until), TEXT_ARG(h->reason));
		l.effect = x->en ? TEXT("goes on by itself") : TEXT("går i gang igen af sig selv");
	} else {
		l.say = until.len
			    ? text_format(x->arena, x->en ? "on hold until %.*s: %.*s" : "på hold til %.*s: %.*s",
					  TEXT_ARG(until), TEXT_ARG(h->reason))
			    : text_format(x->arena, x->en ? "on hold: %.*s" : "på hold: %.*s", TEXT_ARG(h->reason));
		l.effect =
		    until.len ? x->en ? TEXT("goes on by itself that day") : TEXT("går i gang igen af sig selv den dag")
		    : x->en ? TEXT("until somebody takes it up")
			      : TEXT("til nogen tager den op");
	}
	out->lines[out->count++] = l;
}

static void explain(explaining *x, why *out)
{
	const clock *c = clock_behind(x);
	why of_clock = {0};
	if (c) clock_explain(x->image, c, &x->facts, x->now, x->lang, x->arena, &of_clock);
	*out = (why){.headline = headline(x), .lang = x->lang};
	out->lines = ARENA_ARRAY(x->arena, why_line, of_clock.count + 5 + room_for_saves(x));
	out->lines[out->count++] = rank_line(x->arena, &x->rank, x->now, x->lang);
	add_hold(x, out);
	if (x->chosen.len)
		out->lines[out->count++] = (why_line){.on = day_of_instant(x->now),
						      .say = x->chosen,
						      .effect = x->en ? TEXT("why it was given to who has it")
								      : TEXT("derfor fik den, der har den, den")};
	out->lines[out->count++] = raised_line(x);
	if (x->need.late) out->lines[out->count++] = foreseen_line(x);
	add_rescue(x, out);
	for (int i = 0; i < of_clock.count; i++) out->lines[out->count++] = of_clock.lines[i];
	text own = x->en ? TEXT("The department's own target") : TEXT("Afdelingens eget mål");
	out->rule =
	    c ? text_format(x->arena, "%.*s · %.*s", TEXT_ARG(of_clock.headline), TEXT_ARG(of_clock.rule)) : own;
	buffer b = {.arena = x->arena};
	buffer_add(&b, of_clock.arithmetic);
	text start = start_arithmetic(x);
	if (b.len && start.len) buffer_add(&b, TEXT(" · "));
	buffer_add(&b, start);
	out->arithmetic = buffer_text(&b);
	out->next = text_trim(text_cut(x->en ? x->kind->guide_en : x->kind->guide_da, '\n').head);
	if (of_clock.next.len) out->next = of_clock.next;
}

static bool read_task(explaining *x, reader *rd, text id, subject_view *view, issues *sink)
{
	version v;
	doc d;
	const rid_finder here = reader_finder(rd);
	found f = record_read(rd, TEXT("Task"), id, &v, sink);
	if (f == FOUND_FAILED) return false;
	if (f != FOUND) return issue_add(sink, FAIL_WORK_NO_TASK, id, TEXT(""));
	if (!json_parse(x->arena, v.json, v.type, sink, &d)) return false;
	x->kind = task_row_read(&d, &x->row) ? task_kind_find(x->image, x->row.kind) : NULL;
	if (!x->kind) return issue_add(sink, FAIL_WORK_NOT_A_KIND, id, TEXT(""));
	x->rank = rank_of(&d, &x->row);
	x->hold = hold_of(&d);
	x->chosen = extension_said(&d, 0, "urn:limen:chosen", NAME_valueString);
	task_subject of = task_subject_of(&d, id, &here);
	return subject_view_read(reader_snapshot(rd), x->image, of.rid, of.type, x->arena, view, sink);
}

bool work_explain(reader *rd, const work_view *v, text task_id, why *out, issues *sink)
{
	arena *a = v->arena;
	const image *m = v->image;
	explaining *x = ARENA_NEW(a, explaining);
	*x = (explaining){
	    .image = m, .times = v->times, .now = v->now, .lang = v->lang, .en = v->lang == LANGUAGE_EN, .arena = a};
	subject_view view = {0};
	if (!read_task(x, rd, task_id, &view, sink)) return false;
	assert(x->kind); /* read_task found it */
	x->facts = view.facts;
	x->state = view.state;
	x->state.facts = &x->facts;
	x->need = kind_need(x->kind, &x->state, v->now, a);
	x->raised = x->need.since != INSTANT_NONE ? x->need.since : x->row.authored;
	x->when = task_deadline(x->kind, &x->state, x->raised);
	explain(x, out);
	return true;
}
