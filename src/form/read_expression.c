/* read_expression.c: what a Questionnaire says in FHIRPath, and its enableWhen. */
#include "form/internal.h"

static bool is_path(text language)
{
	return text_equal(language, TEXT("text/fhirpath")) || text_equal(language, TEXT("text/fhir-path"));
}

static place expression_place(issues *sink, const form_plan *f, int item)
{
	return (place){.path = item_place(sink->arena, f, item)};
}

/* Said again with the item as their place: an expression has none of its own. */
static void told_at(issues *sink, const issues *from, place where)
{
	for (const issue *i = from->first; i; i = i->next) issue_put(sink, i->severity, i->code, where, i->args);
}

static const path *compiled(form_plan *f, int item, text expression, issues *sink)
{
	issues own = {.arena = sink->arena};
	type_id context = type_find(item ? TEXT("QuestionnaireResponse.item") : TEXT("QuestionnaireResponse"));
	const path *p = path_compile(f->arena, expression, context, NULL, &own);
	if (!p) told_at(sink, &own, expression_place(sink, f, item));
	return p;
}

const path *expression_compile(form_plan *f, int item, uint32_t expression, issues *sink)
{
	text language = doc_get_text(&f->d, expression, NAME_language);
	text said = doc_get_text(&f->d, expression, NAME_expression);
	if (is_path(language)) return compiled(f, item, said, sink);
	issue_at(sink, FAIL_FORM_LANGUAGE, expression_place(sink, f, item), language, f->items[item].link_id, TEXT(""));
	return NULL;
}

static bool one_read(form_plan *f, int item, const char *name, const path **out, issues *sink)
{
	uint32_t e = extension_value(&f->d, f->items[item].node, name, NAME_valueExpression);
	if (e == NODE_ABSENT) return true;
	return (*out = expression_compile(f, item, e, sink)) != NULL;
}

static bool variable_read(form_plan *f, int item, uint32_t e, form_variable *v, issues *sink)
{
	v->name = doc_get_text(&f->d, e, NAME_name);
	if (text_equal(doc_get_text(&f->d, e, NAME_language), TEXT("application/x-fhir-query"))) {
		v->query = doc_get_text(&f->d, e, NAME_expression);
		return true;
	}
	return (v->path = expression_compile(f, item, e, sink)) != NULL;
}

static bool variables_read(form_plan *f, int item, issues *sink)
{
	form_item *i = &f->items[item];
	int count = 0;
	uint32_t n = NODE_ABSENT;
	while ((n = extension_next(&f->d, i->node, "variable", n)) != NODE_ABSENT) count++;
	if (count == 0) return true;
	form_variable *all = ARENA_ARRAY(f->arena, form_variable, count);
	i->variables = all;
	while ((n = extension_next(&f->d, i->node, "variable", n)) != NODE_ABSENT) {
		uint32_t e = doc_get(&f->d, n, NAME_valueExpression);
		if (e == NODE_ABSENT) continue;
		if (!variable_read(f, item, e, &all[i->variable_count], sink)) return false;
		i->variable_count++;
	}
	return true;
}

static bool toggles_read(form_plan *f, int item, issues *sink)
{
	static const char name[] = "questionnaire-answerOptionsToggleExpression";
	form_item *i = &f->items[item];
	int count = 0;
	uint32_t n = NODE_ABSENT;
	while ((n = extension_next(&f->d, i->node, name, n)) != NODE_ABSENT) count++;
	if (count == 0) return true;
	form_toggle *all = ARENA_ARRAY(f->arena, form_toggle, count);
	i->toggles = all;
	while ((n = extension_next(&f->d, i->node, name, n)) != NODE_ABSENT) {
		uint32_t e = extension_value(&f->d, n, "expression", NAME_valueExpression);
		if (e == NODE_ABSENT) continue;
		form_toggle *one = &all[i->toggle_count++];
		*one = (form_toggle){.node = n, .path = expression_compile(f, item, e, sink)};
		if (!one->path) return false;
	}
	return true;
}

bool expressions_read(form_plan *f, int item, issues *sink)
{
	form_item *i = &f->items[item];
	static const char context[] = "questionnaire-itemPopulationContext";
	uint32_t e = extension_value(&f->d, i->node, context, NAME_valueExpression);
	if (e != NODE_ABSENT) i->instances_name = doc_get_text(&f->d, e, NAME_name);
	return variables_read(f, item, sink) && toggles_read(f, item, sink) &&
	       one_read(f, item, "questionnaire-enableWhenExpression", &i->enabled, sink) &&
	       one_read(f, item, "questionnaire-calculatedExpression", &i->calculated, sink) &&
	       one_read(f, item, "questionnaire-initialExpression", &i->initial, sink) &&
	       one_read(f, item, "questionnaire-answerExpression", &i->options, sink) &&
	       one_read(f, item, context, &i->instances, sink);
}

/* ---- enableWhen ---- */

static bool operator_read(text word, when_operator *out)
{
	static const char *const words[] = {
	    [WHEN_EXISTS] = "exists", [WHEN_EQ] = "=",  [WHEN_NE] = "!=", [WHEN_GT] = ">",
	    [WHEN_LT] = "<",          [WHEN_GE] = ">=", [WHEN_LE] = "<="};
	for (int i = 0; i < WHEN_COUNT; i++) {
		if (!text_equal(word, text_of(words[i]))) continue;
		*out = (when_operator)i;
		return true;
	}
	return false;
}

static bool when_read(form_plan *f, int item, uint32_t n, enable_when *w, issues *sink)
{
	int64_t question;
	uint32_t value;
	type_id type;
	place at = expression_place(sink, f, item);
	text asked = doc_get_text(&f->d, n, NAME_question), word = doc_get_text(&f->d, n, NAME_operator);
	if (!map_get(&f->by_link, asked, &question))
		return issue_at(sink, FAIL_FORM_LINK_UNKNOWN, at, f->items[item].link_id, asked, TEXT(""));
	if (!operator_read(word, &w->op) ||
	    !value_node(&f->d, n, type_find(TEXT("Questionnaire.item.enableWhen")), NAME_answer, &value, &type))
		return issue_at(sink, FAIL_FORM_CONDITION, at, f->items[item].link_id, asked, word);
	if (w->op == WHEN_EXISTS && !text_equal(type_name(type), TEXT("boolean")))
		return issue_at(sink, FAIL_FORM_CONDITION, at, f->items[item].link_id, asked, word);
	w->question = (int)question;
	w->wanted = node_item(&f->d, value, type);
	return true;
}

bool enable_read(form_plan *f, int item, issues *sink)
{
	form_item *i = &f->items[item];
	uint32_t list = doc_get(&f->d, i->node, NAME_enableWhen);
	if (list == NODE_ABSENT || f->d.nodes[list].kind != NODE_ARRAY) return true;
	enable_when *all = ARENA_ARRAY(f->arena, enable_when, f->d.nodes[list].len + 1);
	i->when = all;
	/* Several without enableBehavior are joined by "or": R4, the comment on Questionnaire.item.enableWhen. */
	i->any = !text_equal(doc_get_text(&f->d, i->node, NAME_enableBehavior), TEXT("all"));
	for (uint32_t n = list + 1; n < f->d.nodes[list].next; n = f->d.nodes[n].next)
		if (!when_read(f, item, n, &all[i->when_count++], sink)) return false;
	return true;
}
