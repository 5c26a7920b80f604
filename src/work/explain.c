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
	task_row row;
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
	if (!w->clock) {
		text raised = day_short(x->arena, day_of_instant(x->row.authored), x->en);
		text within = clock_span_words(x->arena, k->within.n, k->within.unit, x->lang);
		buffer_format(&b, x->en ? "raised %.*s + %.*s = " : "rejst %.*s + %.*s = ", TEXT_ARG(raised),
			      TEXT_ARG(within));
	}
	buffer_add(&b, due);
	if (w->clock && k->lead.given && k->lead.n) {
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
	why_line l = {.on = day_of_instant(x->row.authored),
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

static void explain(explaining *x, why *out)
{
	const clock *c = clock_behind(x);
	why of_clock = {0};
	if (c) clock_explain(x->image, c, &x->facts, x->now, x->lang, x->arena, &of_clock);
	*out = (why){.headline = headline(x), .lines = ARENA_ARRAY(x->arena, why_line, of_clock.count + 2)};
	out->lines[out->count++] = raised_line(x);
	if (x->need.late) out->lines[out->count++] = foreseen_line(x);
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

static bool read_task(explaining *x, reader *rd, text id, int64_t *pathway, issues *sink)
{
	version v;
	doc d;
	found f = record_read(rd, TEXT("Task"), id, &v, sink);
	if (f == FOUND_FAILED) return false;
	if (f != FOUND) return issue_add(sink, FAIL_WORK_NO_TASK, id, TEXT(""));
	if (!json_parse(x->arena, v.json, v.type, sink, &d)) return false;
	x->kind = task_row_read(&d, &x->row) ? task_kind_find(x->image, x->row.kind) : NULL;
	if (!x->kind) return issue_add(sink, FAIL_WORK_NOT_A_KIND, id, TEXT(""));
	*pathway = record_rid(rd, TEXT("EpisodeOfCare"), task_pathway(&d));
	return *pathway != 0 || issue_add(sink, FAIL_WORK_NO_PATHWAY, TEXT(""), TEXT(""));
}

bool work_explain(reader *rd, const image *m, text task_id, instant now, language lang, arena *a, why *out,
		  issues *sink)
{
	explaining *x = ARENA_NEW(a, explaining);
	*x = (explaining){.image = m, .now = now, .lang = lang, .en = lang == LANGUAGE_EN, .arena = a};
	int64_t pathway = 0;
	const clock_rule *const *rules;
	if (!read_task(x, rd, task_id, &pathway, sink) ||
	    !pathway_facts(reader_snapshot(rd), m, pathway, a, &x->facts, sink))
		return false;
	clock *clocks = ARENA_ARRAY(a, clock, clock_rules(m, &rules) + 1);
	x->state =
	    (pathway_state){.facts = &x->facts, .clocks = clocks, .clock_count = clock_compute(m, &x->facts, clocks)};
	x->need = kind_need(x->kind, &x->state, now, a);
	x->when = task_deadline(m, x->kind, clocks, x->state.clock_count, x->row.authored);
	explain(x, out);
	return true;
}
