/* option.c: the choices of a question. */
#include "form/internal.h"

static form_option *room(arena *a, form_options *all, int *cap)
{
	if (all->count == *cap) all->at = ARENA_DOUBLE(a, form_option, all->at, cap, 16);
	all->at[all->count] = (form_option){0};
	return &all->at[all->count++];
}

static void from_questionnaire(open_form *o, const form_item *i, form_options *all)
{
	const doc *d = &o->f->d;
	int cap = 0;
	uint32_t list = doc_get(d, i->node, NAME_answerOption), n, exclusive;
	type_id t;
	if (list == NODE_ABSENT) return;
	all->closed = true;
	for (uint32_t at = list + 1; at < d->nodes[list].next; at = d->nodes[at].next) {
		if (!value_node(d, at, type_find(TEXT("Questionnaire.item.answerOption")), NAME_value, &n, &t))
			continue;
		form_option *one = room(o->arena, all, &cap);
		form_value v = value_of_node(o->arena, d, n);
		exclusive = extension_value(d, at, "questionnaire-optionExclusive", NAME_valueBoolean);
		*one = (form_option){v.key, v.json, exclusive != NODE_ABSENT && d->nodes[exclusive].kind == NODE_TRUE};
	}
}

static text coding_json(arena *a, const term_code *c)
{
	json_out j = json_begin(a);
	json_object(&j);
	json_pair(&j, "system", c->system);
	json_pair(&j, "code", c->code);
	json_pair(&j, "display", c->display);
	json_end(&j);
	return json_done(&j);
}

static void from_value_set(open_form *o, const form_item *i, form_options *all)
{
	const term_asked asked = {.count = FORM_OPTIONS_MAX, .lang = o->around->language};
	issues ignored = {.arena = o->arena, .keep = 1};
	term_list list;
	int cap = 0;
	all->computed = true;
	if (!term_expand(o->f->codes, i->value_set, &asked, o->arena, &list, &ignored)) return;
	all->closed = !list.unclosed && list.total <= list.count;
	for (int n = 0; n < list.count; n++) {
		if (list.at[n].is_abstract) continue;
		form_option *one = room(o->arena, all, &cap);
		*one = (form_option){.key = TEXT("valueCoding"), .json = coding_json(o->arena, &list.at[n])};
	}
}

static bool of_expression(open_form *o, const path_item *i, form_option *out)
{
	bool node = i->kind == PATH_NODE && i->node != NODE_ABSENT;
	text type = node ? type_name(i->type) : (text){0};
	buffer b = {.arena = o->arena};
	if (text_equal(type, TEXT("Coding")) || text_equal(type, TEXT("Reference"))) {
		json_write(&b, i->d, i->node, JSON_COMPACT);
		*out = (form_option){.key = text_join(o->arena, TEXT("value"), type), .json = buffer_text(&b)};
		return true;
	}
	if (text_equal(type, TEXT("CodeableConcept"))) {
		uint32_t coding = doc_first(i->d, i->node, NAME_coding);
		if (coding == NODE_ABSENT) return false;
		json_write(&b, i->d, coding, JSON_COMPACT);
		*out = (form_option){.key = TEXT("valueCoding"), .json = buffer_text(&b)};
		return true;
	}
	text said = path_item_text(o->arena, i);
	if (said.len == 0) return false;
	json_write_string(&b, said);
	*out = (form_option){.key = TEXT("valueString"), .json = buffer_text(&b)};
	return true;
}

static void from_expression(open_form *o, const form_item *i, int entry, form_options *all)
{
	path_items items;
	int cap = 0;
	all->computed = true;
	all->closed = form_run(o, i->options, entry, &items);
	for (int n = 0; n < items.count && n < FORM_OPTIONS_MAX; n++) {
		form_option one;
		if (of_expression(o, &items.at[n], &one)) *room(o->arena, all, &cap) = one;
	}
	if (items.count > FORM_OPTIONS_MAX) all->closed = false;
}

form_options form_item_options(open_form *o, int i)
{
	form_options all = {0};
	const form_item *f = &o->f->items[o->entries.at[i].item];
	if (f->options)
		from_expression(o, f, i, &all);
	else if (f->value_set.len)
		from_value_set(o, f, &all);
	else
		from_questionnaire(o, f, &all);
	return all;
}
