/* publish_action.c: the actions of a rule's PlanDefinition: what starts, stops, pauses and follows, and who must be told. */
#include "clock/publish.h"

static const char language_of_conditions[] = "text/x-limen-condition";

static void condition_write(publishing *p, const char *kind, text expression, text da, text en)
{
	json_out *o = &p->o;
	json_object(o);
	json_pair(o, "kind", text_of(kind));
	json_key(o, "expression");
	json_object(o);
	publish_both(p, "description", da, en);
	json_pair(o, "language", text_of(language_of_conditions));
	json_pair(o, "expression", expression);
	json_end(o);
	json_end(o);
}

static void condition_of(publishing *p, const char *kind, const condition *c)
{
	if (!c) return;
	condition_write(p, kind, condition_text(p->arena, p->image, c),
			condition_say(p->arena, p->image, c, LANGUAGE_DA),
			condition_say(p->arena, p->image, c, LANGUAGE_EN));
}

/* What is excepted does not apply where the sentence holds. */
static void exception_of(publishing *p, const condition *c)
{
	if (!c) return;
	text da = condition_say(p->arena, p->image, c, LANGUAGE_DA),
	     en = condition_say(p->arena, p->image, c, LANGUAGE_EN);
	condition_write(p, "applicability", text_join(p->arena, TEXT("not: "), condition_text(p->arena, p->image, c)),
			text_join(p->arena, TEXT("gælder ikke, når: "), da),
			text_join(p->arena, TEXT("does not apply where: "), en));
}

static void condition_fact(publishing *p, const char *kind, int fact)
{
	const fact_name *f = fact_at(p->image, fact);
	condition_write(p, kind, f->name, f->da, f->en);
}

/* The types whose change may make a condition hold. */
static void triggers(publishing *p, const condition *c)
{
	map seen = {.arena = p->arena};
	json_key(&p->o, "trigger");
	json_array(&p->o);
	for (int i = 0; i < fact_count(p->image); i++) {
		text type = fact_at(p->image, i)->source;
		if (!condition_names(c, i) || map_get_or(&seen, type, 0)) continue;
		map_put(&seen, type, 1);
		json_object(&p->o);
		json_pair(&p->o, "type", TEXT("data-changed"));
		json_key(&p->o, "data");
		json_array(&p->o);
		json_object(&p->o);
		json_pair(&p->o, "type", type);
		json_end(&p->o);
		json_end(&p->o);
		json_end(&p->o);
	}
	json_end(&p->o);
}

static void action_open(publishing *p, const char *code, text da, text en)
{
	json_object(&p->o);
	publish_both(p, "title", da, en);
	json_key(&p->o, "code");
	json_array(&p->o);
	json_concept(&p->o, "urn:limen:clock-part", text_of(code), (text){0});
	json_end(&p->o);
}

/* `source` under a node of the entry: the law behind this part of the rule. */
static void source_write(publishing *p, text source)
{
	if (source.len == 0) return;
	json_key(&p->o, "documentation");
	json_array(&p->o);
	publish_citation(p, source);
	json_end(&p->o);
}

static text source_under(const publishing *p, const char *key, int number)
{
	const content_entry *e = p->rule->entry;
	uint32_t n = content_get(e, e->node, key);
	if (n == NODE_ABSENT) return (text){0};
	if (e->d->nodes[n].kind == NODE_ARRAY) {
		n = n + 1;
		for (int i = 0; i < number; i++) n = e->d->nodes[n].next;
	}
	return doc_text(e->d, content_get(e, n, "source"));
}

static void starts_write(publishing *p)
{
	const clock_rule *r = p->rule;
	action_open(p, "start", TEXT("Begynder"), TEXT("Starts"));
	json_key(&p->o, "goalId");
	json_array(&p->o);
	json_text(&p->o, TEXT("limit"));
	json_end(&p->o);
	triggers(p, r->start);
	json_key(&p->o, "condition");
	json_array(&p->o);
	condition_of(p, "applicability", r->when);
	exception_of(p, r->except);
	condition_of(p, "start", r->start);
	json_end(&p->o);
	json_end(&p->o);
	if (!r->also) return;
	action_open(p, "also", TEXT("Begynder også; den frist, der falder først, gælder"),
		    TEXT("Starts too; the limit that falls first decides"));
	source_write(p, source_under(p, "also", 0));
	json_key(&p->o, "goalId");
	json_array(&p->o);
	json_text(&p->o, TEXT("also"));
	json_end(&p->o);
	triggers(p, r->also_start);
	json_key(&p->o, "condition");
	json_array(&p->o);
	condition_of(p, "start", r->also_start);
	json_end(&p->o);
	json_end(&p->o);
}

static void one_condition(publishing *p, const char *code, const char *kind, text da, text en, const condition *c)
{
	if (!c) return;
	action_open(p, code, da, en);
	json_key(&p->o, "condition");
	json_array(&p->o);
	condition_of(p, kind, c);
	json_end(&p->o);
	json_end(&p->o);
}

static void span_conditions(publishing *p, fact_span span)
{
	json_key(&p->o, "condition");
	json_array(&p->o);
	condition_fact(p, "start", span.from);
	condition_fact(p, "stop", span.to);
	json_end(&p->o);
	json_end(&p->o);
}

static void pauses_write(publishing *p)
{
	const clock_rule *r = p->rule;
	for (int i = 0; i < r->pause_count; i++) {
		action_open(p, "pause", TEXT("Dage, der ikke tælles"), TEXT("Days that are not counted"));
		source_write(p, source_under(p, "pause", i));
		span_conditions(p, r->pauses[i]);
	}
	if (r->suspend.from >= 0) {
		if (r->starts_anew)
			action_open(p, "suspend-anew", TEXT("Suspenderet; begynder forfra bagefter"),
				    TEXT("Suspended; starts anew afterwards"));
		else
			action_open(p, "suspend", TEXT("Suspenderet"), TEXT("Suspended"));
		source_write(p, source_under(p, "suspend", 0));
		span_conditions(p, r->suspend);
	}
}

static void restart_write(publishing *p)
{
	const clock_rule *r = p->rule;
	if (r->restart < 0) return;
	text_pair times = {0};
	if (r->restart_times < RESTARTS_MAX + 1) {
		times.head = text_format(p->arena, ", højst %d gange", r->restart_times);
		times.tail = text_format(p->arena, ", %d times at most", r->restart_times);
	}
	action_open(p, "restart", text_join(p->arena, TEXT("Begynder forfra"), times.head),
		    text_join(p->arena, TEXT("Starts again"), times.tail));
	source_write(p, source_under(p, "restart", 0));
	json_key(&p->o, "condition");
	json_array(&p->o);
	condition_fact(p, "start", r->restart);
	json_end(&p->o);
	json_end(&p->o);
}

static void tell_write(publishing *p, const clock_tell *t)
{
	json_out *o = &p->o;
	action_open(p, "tell", t->da, t->en);
	source_write(p, t->source);
	json_key(o, "trigger");
	json_array(o);
	json_object(o);
	json_pair(o, "type", TEXT("named-event"));
	json_pair(o, "name", t->when);
	json_end(o);
	json_end(o);
	json_key(o, "participant");
	json_array(o);
	json_object(o);
	json_pair(o, "type", text_equal(t->whom, TEXT("patient")) ? TEXT("patient") : TEXT("practitioner"));
	json_key(o, "role");
	json_object(o);
	json_pair(o, "text", t->whom);
	json_end(o);
	json_end(o);
	json_end(o);
	json_end(o);
}

void publish_actions(publishing *p)
{
	const clock_rule *r = p->rule;
	json_key(&p->o, "action");
	json_array(&p->o);
	starts_write(p);
	one_condition(p, "provisional", "applicability", TEXT("Foreløbig"), TEXT("Provisional"), r->provisional);
	restart_write(p);
	pauses_write(p);
	one_condition(p, "stop", "stop", TEXT("Standser"), TEXT("Stops"), r->stop);
	one_condition(p, "waive", "stop", TEXT("Bortfalder"), TEXT("Lapses"), r->waive);
	for (int i = 0; i < r->tell_count; i++) tell_write(p, &r->tells[i]);
	action_open(p, "next", r->face.owed_da, r->face.owed_en);
	json_end(&p->o);
	json_end(&p->o);
}
