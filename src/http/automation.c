/* automation.c: rules that do tasks themselves: what they are, what they did, and stopping them. */
#include "http/internal.h"

static void rule_part(exchange *x, json_out *o, const automation *r, const automation_state *s)
{
	const automation_face f = automation_says(r);
	bool en = x->who.language == LANGUAGE_EN;
	part_open(o, "automation");
	part_text(o, "id", "valueCode", f.id);
	part_text(o, "name", "valueString", en ? f.en : f.da);
	part_text(o, "does", "valueCode", f.does);
	part_text(o, "effect", "valueCode", f.effect);
	part_text(o, "effectSaid", "valueString", en ? f.effect_en : f.effect_da);
	part_bool(o, "paused", s->paused);
	part_text(o, "since", "valueDateTime", s->since);
	part_text(o, "by", "valueString", s->by);
	part_text(o, "reason", "valueString", s->reason);
	part_int(o, "done", s->done);
	part_text(o, "last", "valueString", s->last);
	part_instant(x, o, "lastAt", s->last_at);
	part_close(o);
}

void automations_get(exchange *x)
{
	const automation **all;
	reader *rd;
	if (!query_none(x) || !(rd = exchange_reader(x))) return;
	int count = automations(x->app->content, x->arena, &all);
	json_out o = parameters_begin(x);
	for (int i = 0; i < count; i++) {
		automation_state s;
		if (!automation_state_read(rd, all[i], x->arena, &s, &x->sink)) return;
		rule_part(x, &o, all[i], &s);
	}
	parameters_reply(x, &o);
}

static text reason_of(const doc *d)
{
	uint32_t list = doc_get(d, 0, NAME_parameter);
	for (uint32_t i = list + 1; list != NODE_ABSENT && i < d->nodes[list].next; i = d->nodes[i].next)
		if (text_equal(doc_get_text(d, i, NAME_name), TEXT("reason"))) return parameter_value(d, i);
	return (text){0};
}

static void pause_or_resume(exchange *x, bool pause)
{
	doc d;
	if (!query_none(x) || !negotiate_body(x, false) || !rest_parse(x, x->body, TEXT("Parameters"), &d)) return;
	const automation *r = automation_find(x->app->content, x->id);
	if (!r) {
		issue_add(&x->sink, FAIL_WORK_NO_AUTOMATION, x->id, TEXT(""));
		return;
	}
	const working by = {x->app->content, &x->who, world_now(x->app->world), x->arena};
	exchange_headroom(x, MIB);
	if (automation_pause(x->app->record, r, pause, reason_of(&d), &by, &x->sink)) reply_empty(x, 204);
}

void automation_pause_post(exchange *x)
{
	pause_or_resume(x, true);
}

void automation_resume_post(exchange *x)
{
	pause_or_resume(x, false);
}
