/* kindjson.c: a kind of task as R4 says it: an ActivityDefinition with its form as a contained Questionnaire. */
#include "work/internal.h"

static text said(const field *f, language lang)
{
	return lang == LANGUAGE_EN ? f->en : f->da;
}

static void options(json_out *o, const field *f, language lang)
{
	if (!f->option_count) return;
	json_key(o, "answerOption");
	json_array(o);
	for (int i = 0; i < f->option_count; i++) {
		json_object(o);
		json_key(o, "valueCoding");
		json_object(o);
		json_pair(o, "code", f->options[i].code);
		json_pair(o, "display", lang == LANGUAGE_EN ? f->options[i].en : f->options[i].da);
		json_end(o);
		if (f->initial.len && text_equal(f->initial, f->options[i].code)) {
			json_key(o, "initialSelected");
			json_bool(o, true);
		}
		json_end(o);
	}
	json_end(o);
}

static void initial(json_out *o, const field *f)
{
	if (!f->initial.len || f->type == FIELD_CODE) return;
	bool bare = f->type == FIELD_INTEGER || f->type == FIELD_BOOLEAN;
	json_key(o, "initial");
	json_array(o);
	json_object(o);
	json_key(o, f->type == FIELD_INTEGER   ? "valueInteger"
		    : f->type == FIELD_BOOLEAN ? "valueBoolean"
					       : "valueString");
	if (bare)
		json_raw(o, f->initial);
	else
		json_text(o, f->initial);
	json_end(o);
	json_end(o);
}

static void extension_text(json_out *o, const char *url, text value)
{
	json_object(o);
	json_pair(o, "url", text_of(url));
	json_pair(o, "valueString", value);
	json_end(o);
}

static void extension_int(json_out *o, const char *url, int64_t value)
{
	json_object(o);
	json_pair(o, "url", text_of(url));
	json_key(o, "valueInteger");
	json_int(o, value);
	json_end(o);
}

static void item(json_out *o, const field *f, language lang)
{
	text help = lang == LANGUAGE_EN ? f->help_en : f->help_da;
	bool ranged = f->type == FIELD_INTEGER && f->min != INT64_MIN && f->max != INT64_MAX;
	json_object(o);
	if (help.len || ranged) {
		json_key(o, "extension");
		json_array(o);
		if (help.len) extension_text(o, "urn:limen:help", help);
		if (ranged) extension_int(o, "http://hl7.org/fhir/StructureDefinition/minValue", f->min);
		if (ranged) extension_int(o, "http://hl7.org/fhir/StructureDefinition/maxValue", f->max);
		json_end(o);
	}
	json_pair(o, "linkId", f->name);
	json_pair(o, "text", said(f, lang));
	json_pair(o, "type", field_type_word(f->type));
	json_key(o, "required");
	json_bool(o, f->required);
	options(o, f, lang);
	initial(o, f);
	json_end(o);
}

static void questionnaire_open(json_out *o, const task_kind *k, text id, language lang)
{
	json_object(o);
	json_pair(o, "resourceType", TEXT("Questionnaire"));
	json_pair(o, "id", id);
	json_pair(o, "title", lang == LANGUAGE_EN ? k->en : k->da);
	json_pair(o, "status", TEXT("active"));
}

static void items(json_out *o, const task_kind *k, language lang)
{
	json_key(o, "item");
	json_array(o);
	for (int i = 0; i < k->field_count; i++) item(o, &k->fields[i], lang);
	json_end(o);
}

static void questionnaire(json_out *o, const task_kind *k, language lang)
{
	if (!k->field_count) return;
	json_key(o, "contained");
	json_array(o);
	questionnaire_open(o, k, TEXT("form"), lang);
	items(o, k, lang);
	json_end(o);
	json_end(o);
}

text task_kind_form(arena *a, const task_kind *k, language lang)
{
	json_out o = json_begin(a);
	if (!k->field_count) return (text){0};
	questionnaire_open(&o, k, text_format(a, "task-%.*s", TEXT_ARG(k->id)), lang);
	json_pair(&o, "url", text_format(a, "urn:limen:form:%.*s", TEXT_ARG(k->id)));
	json_key(&o, "subjectType");
	json_array(&o);
	json_text(&o, k->subject);
	json_end(&o);
	items(&o, k, lang);
	json_end(&o);
	return json_done(&o);
}

/* A text or each of a list's texts as an extension; of a mapping {da, en} the wanted one. */
static void each_extension(json_out *o, const task_kind *k, const char *key, const char *url, language lang)
{
	layered l = kind_key(k->entry, k->family, key);
	if (l.node == NODE_ABSENT) return;
	const node *nodes = l.e->d->nodes;
	bool list = nodes[l.node].kind == NODE_ARRAY;
	uint32_t end = list ? nodes[l.node].next : l.node + 1;
	for (uint32_t n = list ? l.node + 1 : l.node; n < end; n = nodes[n].next) {
		uint32_t at = nodes[n].kind == NODE_OBJECT ? content_get(l.e, n, lang == LANGUAGE_EN ? "en" : "da") : n;
		extension_text(o, url, doc_text(l.e->d, at));
	}
}

static void extensions(json_out *o, const task_kind *k, language lang)
{
	layered competence = kind_key(k->entry, k->family, "competence");
	json_key(o, "extension");
	json_array(o);
	each_extension(o, k, "never", "urn:limen:never", lang);
	each_extension(o, k, "seeds", "urn:limen:seed", lang);
	extension_text(o, "urn:limen:level", kind_level(k, DAY_NONE));
	each_extension(o, k, "serves", "urn:limen:serves", lang);
	if (competence.node != NODE_ABSENT) {
		uint32_t needs = content_get(competence.e, competence.node, "needs");
		if (needs != NODE_ABSENT) extension_text(o, "urn:limen:competence", doc_text(competence.e->d, needs));
	}
	extension_int(o, "urn:limen:minutes", k->minutes);
	for (int i = 0; i < k->clock_count; i++)
		extension_text(o, "urn:limen:clock", clock_rule_face(k->clocks[i])->id);
	json_end(o);
}

static void role(json_out *o, text code)
{
	json_object(o);
	json_pair(o, "type", TEXT("practitioner"));
	json_key(o, "role");
	json_concept(o, "urn:limen:role", code, (text){0});
	json_end(o);
}

text task_kind_json(arena *a, const image *m, const task_kind *k, language lang)
{
	(void)m;
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("ActivityDefinition"));
	json_pair(&o, "id", k->id);
	json_pair(&o, "language", lang == LANGUAGE_EN ? TEXT("en") : TEXT("da"));
	questionnaire(&o, k, lang);
	extensions(&o, k, lang);
	json_pair(&o, "url", text_format(a, "urn:limen:task:%.*s", TEXT_ARG(k->id)));
	json_pair(&o, "name", k->id);
	json_pair(&o, "title", lang == LANGUAGE_EN ? k->en : k->da);
	json_pair(&o, "status", TEXT("active"));
	json_pair(&o, "description", lang == LANGUAGE_EN ? k->guide_en : k->guide_da);
	json_pair(&o, "kind", TEXT("Task"));
	json_pair(&o, "intent", TEXT("order"));
	json_key(&o, "code");
	json_object(&o);
	json_key(&o, "coding");
	json_array(&o);
	json_object(&o);
	json_pair(&o, "system", TEXT("urn:limen:task"));
	json_pair(&o, "code", k->id);
	json_end(&o);
	json_end(&o);
	json_end(&o);
	json_key(&o, "participant");
	json_array(&o);
	role(&o, kind_role(k, DAY_NONE));
	for (int i = 0; i < k->may_also_count; i++) role(&o, k->may_also[i]);
	json_end(&o);
	json_end(&o);
	return json_done(&o);
}
