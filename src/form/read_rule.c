/* read_rule.c: what a Questionnaire demands of an answer: counts, lengths, bounds, patterns, constraints. */
#include "form/internal.h"

static void number_read(const form_plan *f, int item, const char *name, int64_t *out)
{
	uint32_t n = extension_value(&f->d, f->items[item].node, name, NAME_valueInteger);
	if (n != NODE_ABSENT) text_to_int(doc_text(&f->d, n), out);
}

static void lengths_read(const form_plan *f, int item)
{
	form_item *i = &f->items[item];
	uint32_t size = extension_value(&f->d, i->node, "maxSize", NAME_valueDecimal);
	text_to_int(doc_get_text(&f->d, i->node, NAME_maxLength), &i->max_length);
	number_read(f, item, "questionnaire-minOccurs", &i->min_occurs);
	number_read(f, item, "questionnaire-maxOccurs", &i->max_occurs);
	number_read(f, item, "minLength", &i->min_length);
	number_read(f, item, "maxDecimalPlaces", &i->max_decimals);
	i->has_max_size = size != NODE_ABSENT && decimal_parse(doc_text(&f->d, size), &i->max_size);
}

/* A value, or beside it how it is calculated (cqf-calculatedValue, cqf-expression). */
static bool bound_read(form_plan *f, int item, const char *name, form_bound *out, issues *sink)
{
	const doc *d = &f->d;
	type_id type;
	uint32_t n = extension_next(d, f->items[item].node, name, NODE_ABSENT), value;
	if (n == NODE_ABSENT) return true;
	for (uint32_t i = n + 1; i < d->nodes[n].next; i = d->nodes[i].next) {
		if (!name_is_companion(d->nodes[i].name) || d->nodes[i].kind != NODE_OBJECT) continue;
		uint32_t e = extension_value(d, i, "cqf-calculatedValue", NAME_valueExpression);
		if (e == NODE_ABSENT) e = extension_value(d, i, "cqf-expression", NAME_valueExpression);
		if (e == NODE_ABSENT) continue;
		out->given = true;
		return (out->path = expression_compile(f, item, e, sink)) != NULL;
	}
	if (!value_node(d, n, type_find(TEXT("Extension")), NAME_value, &value, &type)) return true;
	out->given = true;
	out->value = node_item(d, value, type);
	return true;
}

static bool pattern_read(form_plan *f, int item, issues *sink)
{
	form_item *i = &f->items[item];
	uint32_t n = extension_value(&f->d, i->node, "regex", NAME_valueString);
	if (n == NODE_ABSENT) return true;
	buffer b = {.arena = f->arena};
	text pattern = doc_text(&f->d, n);
	buffer_add(&b, TEXT("%answer.toString().matchesFull('"));
	for (int64_t at = 0; at < pattern.len; at++) {
		if (pattern.at[at] == '\'' || pattern.at[at] == '\\') buffer_char(&b, '\\');
		buffer_char(&b, pattern.at[at]);
	}
	buffer_add(&b, TEXT("')"));
	issues own = {.arena = sink->arena};
	i->pattern = path_compile(f->arena, buffer_text(&b), 0, NULL, &own);
	return i->pattern || issue_at(sink, FAIL_FORM_PATTERN, (place){.path = item_place(sink->arena, f, item)},
				      i->link_id, pattern, TEXT(""));
}

/* ---- constraints: R4's (questionnaire-constraint, on the item), SDC's and the tools' (targetConstraint) ---- */

static uint32_t part(const doc *d, uint32_t extension, const char *name)
{
	return extension_next(d, extension, name, NODE_ABSENT);
}

static text part_text_of(const doc *d, uint32_t extension, const char *name)
{
	uint32_t n = part(d, extension, name);
	if (n == NODE_ABSENT) return (text){0};
	static const name_id keys[] = {NAME_valueString, NAME_valueId, NAME_valueCode, NAME_valueMarkdown};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (doc_get(d, n, keys[i]) != NODE_ABSENT) return doc_get_text(d, n, keys[i]);
	return (text){0};
}

static bool constraint_read(form_plan *f, int item, uint32_t n, form_constraint *c, issues *sink)
{
	const doc *d = &f->d;
	uint32_t e = part(d, n, "expression");
	uint32_t whole = e == NODE_ABSENT ? NODE_ABSENT : doc_get(d, e, NAME_valueExpression);
	c->key = part_text_of(d, n, "key");
	c->human = part_text_of(d, n, "human");
	bool warns = text_equal(part_text_of(d, n, "severity"), TEXT("warning"));
	c->severity = warns ? SEVERITY_WARNING : SEVERITY_ERROR;
	if (whole != NODE_ABSENT) return (c->path = expression_compile(f, item, whole, sink)) != NULL;
	issues own = {.arena = sink->arena};
	type_id context = type_find(item ? TEXT("QuestionnaireResponse.item") : TEXT("QuestionnaireResponse"));
	c->path = path_compile(f->arena, part_text_of(d, n, "expression"), context, NULL, &own);
	place at = {.path = item_place(sink->arena, f, item)};
	for (const issue *i = own.first; i; i = i->next) issue_put(sink, i->severity, i->code, at, i->args);
	return c->path != NULL;
}

static bool constraints_read(form_plan *f, int item, issues *sink)
{
	static const char *const names[] = {"questionnaire-constraint", "targetConstraint"};
	form_item *i = &f->items[item];
	int count = 0;
	uint32_t n = NODE_ABSENT;
	for (int k = 0; k < 2; k++)
		while ((n = extension_next(&f->d, i->node, names[k], n)) != NODE_ABSENT) count++;
	if (count == 0) return true;
	form_constraint *all = ARENA_ARRAY(f->arena, form_constraint, count);
	i->constraints = all;
	for (int k = 0; k < 2; k++)
		while ((n = extension_next(&f->d, i->node, names[k], n)) != NODE_ABSENT)
			if (!constraint_read(f, item, n, &all[i->constraint_count++], sink)) return false;
	return true;
}

bool rules_read(form_plan *f, int item, issues *sink)
{
	form_item *i = &f->items[item];
	if (!constraints_read(f, item, sink)) return false;
	if (item == 0) return true;
	lengths_read(f, item);
	return pattern_read(f, item, sink) && bound_read(f, item, "minValue", &i->least, sink) &&
	       bound_read(f, item, "maxValue", &i->most, sink) &&
	       (i->least.given || bound_read(f, item, "questionnaire-minQuantity", &i->least, sink)) &&
	       (i->most.given || bound_read(f, item, "questionnaire-maxQuantity", &i->most, sink));
}
