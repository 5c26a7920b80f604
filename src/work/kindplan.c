/* kindplan.c: what raises and closes a kind of task, as an R4 PlanDefinition; its form as a Questionnaire of its own. */
#include "work/internal.h"

typedef struct planning {
	json_out o;
	arena *arena;
	const image *image;
	const task_kind *kind;
	language lang;
} planning;

static bool english(const planning *p)
{
	return p->lang == LANGUAGE_EN;
}

/* R4 knows applicability, start and stop; the words are Limen's own, and read aloud beside. */
static void condition_write(planning *p, const char *kind, const condition *c)
{
	json_object(&p->o);
	json_pair(&p->o, "kind", text_of(kind));
	json_key(&p->o, "expression");
	json_object(&p->o);
	json_pair(&p->o, "description", condition_say(p->arena, p->image, c, p->lang));
	json_pair(&p->o, "language", TEXT("text/x-limen-condition"));
	json_pair(&p->o, "expression", condition_text(p->arena, p->image, c));
	json_end(&p->o);
	json_end(&p->o);
}

static void conditions(planning *p)
{
	const task_kind *k = p->kind;
	if (!k->raise && !k->close) return;
	json_key(&p->o, "condition");
	json_array(&p->o);
	if (k->raise) condition_write(p, "start", k->raise);
	if (k->close) condition_write(p, "stop", k->close);
	json_end(&p->o);
}

static const char *period_unit(day_unit u)
{
	return u == UNIT_MONTHS ? "mo" : u == UNIT_WEEKS ? "wk" : "d";
}

static void trigger_periodic(planning *p)
{
	const recurring *r = &p->kind->again;
	json_pair(&p->o, "type", TEXT("periodic"));
	json_key(&p->o, "timingTiming");
	json_object(&p->o);
	json_key(&p->o, "repeat");
	json_object(&p->o);
	json_key(&p->o, "boundsPeriod");
	json_object(&p->o);
	json_pair(&p->o, "start", day_iso(p->arena, r->from));
	json_end(&p->o);
	json_key(&p->o, "frequency");
	json_int(&p->o, 1);
	json_key(&p->o, "period");
	json_int(&p->o, r->every.n);
	json_pair(&p->o, "periodUnit", text_of(period_unit(r->every.unit)));
	json_end(&p->o);
	json_end(&p->o);
}

/* By hand where no rule raises it; else by its facts, each an event. */
static void trigger(planning *p)
{
	const task_kind *k = p->kind;
	text name = k->cause_count ? fact_at(p->image, k->causes[0])->name : k->subject;
	json_key(&p->o, "trigger");
	json_array(&p->o);
	json_object(&p->o);
	if (k->again.every.given) {
		trigger_periodic(p);
	} else {
		json_pair(&p->o, "type", TEXT("named-event"));
		json_pair(&p->o, "name", k->raise ? name : TEXT("by-hand"));
	}
	json_end(&p->o);
	json_end(&p->o);
}

static void parts(planning *p)
{
	const task_kind *k = p->kind;
	if (!k->part_count) return;
	json_key(&p->o, "action");
	json_array(&p->o);
	for (int i = 0; i < k->part_count; i++) {
		const task_kind *part = task_kind_find(p->image, k->parts[i]);
		json_object(&p->o);
		json_pair(&p->o, "title", english(p) ? part->en : part->da);
		json_pair(&p->o, "definitionCanonical",
			  text_format(p->arena, "urn:limen:task:%.*s", TEXT_ARG(part->id)));
		json_end(&p->o);
	}
	json_end(&p->o);
}

static void action(planning *p)
{
	const task_kind *k = p->kind;
	json_key(&p->o, "action");
	json_array(&p->o);
	json_object(&p->o);
	json_pair(&p->o, "title", english(p) ? k->en : k->da);
	json_key(&p->o, "code");
	json_array(&p->o);
	json_concept(&p->o, "urn:limen:task", k->id, k->da);
	json_end(&p->o);
	trigger(p);
	conditions(p);
	json_pair(&p->o, "definitionCanonical", text_format(p->arena, "urn:limen:task:%.*s", TEXT_ARG(k->id)));
	parts(p);
	json_end(&p->o);
	json_end(&p->o);
}

text task_kind_plan(arena *a, const image *m, const task_kind *k, language lang)
{
	planning *p = &(planning){.o = json_begin(a), .arena = a, .image = m, .kind = k, .lang = lang};
	json_object(&p->o);
	json_pair(&p->o, "resourceType", TEXT("PlanDefinition"));
	json_pair(&p->o, "id", text_format(a, "task-%.*s", TEXT_ARG(k->id)));
	json_pair(&p->o, "language", lang == LANGUAGE_EN ? TEXT("en") : TEXT("da"));
	json_pair(&p->o, "url", text_format(a, "urn:limen:plan:%.*s", TEXT_ARG(k->id)));
	json_pair(&p->o, "name", k->id);
	json_pair(&p->o, "title", english(p) ? k->en : k->da);
	json_key(&p->o, "type");
	json_concept(&p->o, "http://terminology.hl7.org/CodeSystem/plan-definition-type", TEXT("eca-rule"), (text){0});
	json_pair(&p->o, "status", TEXT("active"));
	json_key(&p->o, "subjectCodeableConcept");
	json_concept(&p->o, "http://hl7.org/fhir/resource-types", k->subject, (text){0});
	action(p);
	json_end(&p->o);
	return json_done(&p->o);
}

const task_kind *task_kind_of_plan(const image *m, text id)
{
	return text_starts(id, TEXT("task-")) ? task_kind_find(m, text_slice(id, 5, id.len)) : NULL;
}
