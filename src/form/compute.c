/* compute.c: initial and calculated values. */
#include "form/internal.h"

static form_values *values_new(const open_form *o)
{
	return ARENA_ARRAY(o->arena, form_values, o->entries.count);
}

/* What an expression gives at an entry, as answers. More than one where only one may be is told, and counts as none. */
static form_values values_of(open_form *o, const path *p, int entry)
{
	path_items items;
	const form_item *i = &o->f->items[o->entries.at[entry].item];
	form_values out = {.set = true};
	if (!form_run(o, p, entry, &items)) return out;
	if (items.count > 1 && !i->repeats) {
		place at = {.path = item_place(o->arena, o->f, o->entries.at[entry].item)};
		issue_at(o->found, FAIL_FORM_SEVERAL, at, i->label, text_format(o->arena, "%d", items.count), TEXT(""));
		return out;
	}
	form_value *all = ARENA_ARRAY(o->arena, form_value, items.count + 1);
	out.at = all;
	for (int n = 0; n < items.count && n < FORM_ENTRIES_MAX; n++)
		if (value_of_item(o, entry, &items.at[n], &all[out.count])) out.count++;
	return out;
}

static bool answers_are(const open_form *o, int entry, const form_values *v)
{
	const struct entry *e = &o->entries.at[entry];
	if (e->values != v->count) return false;
	for (int i = 0, n = 0; i < e->answer_count; i++) {
		const entry_answer *a = &o->entries.answers[e->first_answer + i];
		if (a->value == NODE_ABSENT) continue;
		form_value now = value_of_node(o->arena, &o->shown, a->value);
		if (!text_equal(now.key, v->at[n].key) || !text_equal(now.json, v->at[n].json)) return false;
		n++;
	}
	return true;
}

bool calculated_stands(open_form *o, int entry)
{
	form_values v = values_of(o, o->f->items[o->entries.at[entry].item].calculated, entry);
	return v.count == 0 || answers_are(o, entry, &v);
}

static bool holds_answers(const open_form *o, int entry)
{
	item_type t = o->f->items[o->entries.at[entry].item].type;
	return t != ITEM_GROUP && t != ITEM_DISPLAY;
}

/* The last entry whose value is another than it was; -1: none. */
static int calculate_once(open_form *o, form_values *values)
{
	int turned = -1;
	for (int k = 1; k < o->entries.count; k++) {
		const path *p = o->f->items[o->entries.at[k].item].calculated;
		if (!p || !o->enabled[k] || !holds_answers(o, k)) continue;
		form_values v = values_of(o, p, k);
		if (answers_are(o, k, &v)) continue;
		values[k] = v;
		turned = k;
	}
	return turned;
}

/* What was told on the way is told again when it still holds: only the last round counts. */
bool form_settle(open_form *o, issues *sink)
{
	int turned = 0;
	issues *found = o->found;
	for (int round = 0; round < FORM_ROUNDS_MAX; round++) {
		issues now = {.arena = o->arena};
		o->found = &now;
		bool good = enable_settle(o, sink);
		form_values *values = good ? values_new(o) : NULL;
		turned = good && o->f->calculates ? calculate_once(o, values) : -1;
		o->found = found;
		if (!good) return false;
		if (turned < 0) {
			issues_add_all(found, &now);
			return true;
		}
		if (!form_rewrite(o, values, NULL, sink)) return false;
	}
	int item = o->entries.at[turned < o->entries.count ? turned : 0].item;
	place at = {.path = item_place(sink->arena, o->f, item)};
	return issue_at(sink, FAIL_FORM_CYCLE, at, o->f->items[item].label, TEXT(""), TEXT(""));
}

/* ---- beginning ---- */

static bool shown_as_given(open_form *o, issues *sink)
{
	o->shown = o->given;
	o->remembered = (map){.arena = o->arena};
	return entries_build(o->f, o->arena, &o->shown, &o->entries, NULL) ||
	       issue_add(sink, FAIL_FORM_ENTRIES, text_format(sink->arena, "%d", FORM_ENTRIES_MAX), TEXT(""));
}

static void binding_add(open_form *o, int entry, text name, path_item value)
{
	if (o->binding_count == o->binding_cap)
		o->bindings = ARENA_DOUBLE(o->arena, group_binding, o->bindings, &o->binding_cap, 8);
	o->bindings[o->binding_count++] = (group_binding){o->entries.at[entry].key, name, value};
}

/* A group with itemPopulationContext stands once for each thing its expression gives; within it that is %name. A group in another
 * that repeats is opened in the first. */
static bool group_begin(open_form *o, int item, issues *sink)
{
	const form_item *i = &o->f->items[item];
	int k = 0;
	path_items items;
	while (k < o->entries.count && o->entries.at[k].item != item) k++;
	if (k == o->entries.count || !form_run(o, i->instances, k, &items)) return true;
	int count = i->repeats ? items.count : items.count > 1 ? 1 : items.count;
	if (count > FORM_ENTRIES_MAX) count = FORM_ENTRIES_MAX;
	int *instances = ARENA_ARRAY(o->arena, int, o->f->count);
	instances[item] = count;
	int up = o->entries.at[k].parent;
	if (count > 1 && (!form_rewrite(o, NULL, instances, sink) || !shown_as_given(o, sink))) return false;
	for (int e = up + 1, n = 0; e < o->entries.at[up].next && n < count; e = o->entries.at[e].next)
		if (o->entries.at[e].item == item) binding_add(o, e, i->instances_name, items.at[n++]);
	return true;
}

static bool groups_begin(open_form *o, issues *sink)
{
	for (int i = 1; i < o->f->count; i++)
		if (o->f->items[i].instances && o->f->items[i].type == ITEM_GROUP && !group_begin(o, i, sink))
			return false;
	return true;
}

static void initial_add(open_form *o, form_values *v, int most, const doc *d, uint32_t holder, const char *owner)
{
	uint32_t n;
	type_id t;
	form_value *all = (form_value *)(uintptr_t)v->at;
	if (v->count >= most || !value_node(d, holder, type_find(text_of(owner)), NAME_value, &n, &t)) return;
	all[v->count++] = value_of_node(o->arena, d, n);
	v->set = true;
}

/* Questionnaire.item.initial, or the options that are selected at first. */
static form_values initial_of(open_form *o, int item)
{
	const form_item *i = &o->f->items[item];
	const doc *d = &o->f->d;
	uint32_t initial = doc_get(d, i->node, NAME_initial), options = doc_get(d, i->node, NAME_answerOption);
	uint32_t list = initial != NODE_ABSENT ? initial : options;
	form_values v = {0};
	if (list == NODE_ABSENT) return v;
	v.at = ARENA_ARRAY(o->arena, form_value, d->nodes[list].len + 1);
	for (uint32_t n = list + 1; n < d->nodes[list].next; n = d->nodes[n].next) {
		uint32_t selected = doc_get(d, n, NAME_initialSelected);
		if (list == initial)
			initial_add(o, &v, i->repeats ? INT32_MAX : 1, d, n, "Questionnaire.item.initial");
		else if (selected != NODE_ABSENT && d->nodes[selected].kind == NODE_TRUE)
			initial_add(o, &v, i->repeats ? INT32_MAX : 1, d, n, "Questionnaire.item.answerOption");
	}
	return v;
}

/* `expressions`: then those, each once, until there is nothing more to give: one may read what another gave. */
static int begin_once(open_form *o, form_values *values, bool expressions)
{
	int any = 0;
	for (int k = 1; k < o->entries.count; k++) {
		const entry *e = &o->entries.at[k];
		const path *p = o->f->items[e->item].initial;
		if (e->values > 0 || !holds_answers(o, k) || (expressions && !p)) continue;
		values[k] = expressions ? values_of(o, p, k) : initial_of(o, e->item);
		values[k].set = values[k].count > 0;
		any += values[k].set;
	}
	return any;
}

bool form_begin(open_form *o, issues *sink)
{
	issues *found = o->found;
	if (!shown_as_given(o, sink) || !groups_begin(o, sink)) return false;
	for (int round = 0; round < FORM_ROUNDS_MAX; round++) {
		form_values *values = values_new(o);
		issues now = {.arena = o->arena};
		o->found = &now;
		int any = begin_once(o, values, round > 0);
		o->found = found;
		if (round > 0 && any == 0) {
			issues_add_all(found, &now);
			return true;
		}
		if (any && (!form_rewrite(o, values, NULL, sink) || !shown_as_given(o, sink))) return false;
	}
	return true;
}
