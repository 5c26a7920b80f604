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

static void from_value_set(open_form *o, text set, form_options *all)
{
	const term_asked asked = {.count = FORM_OPTIONS_MAX, .lang = o->around->language};
	issues ignored = {.arena = o->arena, .keep = 1};
	term_list list;
	int cap = 0;
	all->computed = true;
	if (!term_expand(o->f->codes, set, &asked, o->arena, &list, &ignored)) return;
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

/* ---- choices that come and go ---- */

static bool same_choice(const doc *x, uint32_t m, const doc *y, uint32_t n)
{
	if (x->nodes[m].kind != NODE_OBJECT || y->nodes[n].kind != NODE_OBJECT)
		return text_equal(doc_text(x, m), doc_text(y, n));
	text code = doc_get_text(x, m, NAME_code), system = doc_get_text(x, m, NAME_system);
	if (!code.len) return text_equal(doc_get_text(x, m, NAME_reference), doc_get_text(y, n, NAME_reference));
	text theirs = doc_get_text(y, n, NAME_system);
	return text_equal(code, doc_get_text(y, n, NAME_code)) &&
	       (!system.len || !theirs.len || text_equal(system, theirs));
}

static bool toggle_names(const doc *q, uint32_t toggle, text key, const doc *d, uint32_t n)
{
	uint32_t e = NODE_ABSENT;
	while ((e = extension_next(q, toggle, "option", e)) != NODE_ABSENT)
		for (uint32_t i = e + 1; i < q->nodes[e].next; i = q->nodes[i].next)
			if (text_equal(name_text(q, q->nodes[i].name), key) && same_choice(q, i, d, n)) return true;
	return false;
}

/* SDC: a choice that no toggle names is always there; one that several name is while any of them holds. */
bool option_toggled(open_form *o, int entry, text key, const doc *d, uint32_t n)
{
	const form_item *i = &o->f->items[o->entries.at[entry].item];
	bool named = false;
	for (int t = 0; t < i->toggle_count; t++) {
		if (!toggle_names(&o->f->d, i->toggles[t].node, key, d, n)) continue;
		named = true;
		if (form_holds(o, i->toggles[t].path, entry, false)) return true;
	}
	return !named;
}

static void drop_toggled(open_form *o, int entry, form_options *all)
{
	int kept = 0;
	for (int i = 0; i < all->count; i++) {
		doc d;
		issues ignored = {.arena = o->arena, .keep = 1};
		bool there = !json_parse(o->arena, all->at[i].json, TEXT(""), &ignored, &d) ||
			     option_toggled(o, entry, all->at[i].key, &d, 0);
		if (there) all->at[kept++] = all->at[i];
	}
	all->count = kept;
	all->computed = true;
}

static form_options options_of(open_form *o, int i)
{
	form_options all = {0};
	const form_item *f = &o->f->items[o->entries.at[i].item];
	if (f->options)
		from_expression(o, f, i, &all);
	else if (f->value_set.len)
		from_value_set(o, f->value_set, &all);
	else
		from_questionnaire(o, f, &all);
	return all;
}

form_options form_item_options(open_form *o, int i)
{
	form_options all = options_of(o, i);
	if (o->f->items[o->entries.at[i].item].toggle_count) drop_toggled(o, i, &all);
	return all;
}

form_options form_item_units(open_form *o, int i)
{
	form_options all = {0};
	text set = o->f->items[o->entries.at[i].item].units;
	if (set.len) from_value_set(o, set, &all);
	return all;
}
