/* run.c: an expression of the form, evaluated at an entry: what it may name, and where its failures are told. */
#include "form/internal.h"

path_item node_item(const doc *d, uint32_t n, type_id t)
{
	path_item i = {.kind = PATH_NODE, .type = t, .node = n, .d = d};
	i.sibling = NODE_ABSENT;
	return i;
}

/* The child of `object` that is its choice `base`: valueQuantity of an answer. */
bool value_node(const doc *d, uint32_t object, type_id owner, name_id base, uint32_t *n, type_id *t)
{
	element_info info;
	for (uint32_t i = object + 1; i < d->nodes[object].next; i = d->nodes[i].next) {
		if (d->nodes[i].kind == NODE_NULL || name_is_companion(d->nodes[i].name)) continue;
		if (!element_find(owner, d->nodes[i].name, &info, t) || info.name != base) continue;
		*n = i;
		return true;
	}
	return false;
}

/* ---- variables ---- */

static path_items one_item(open_form *o, path_item i)
{
	path_item *at = ARENA_NEW(o->arena, path_item);
	*at = i;
	return (path_items){at, 1};
}

static bool evaluated(open_form *o, const form_variable *v, int entry, path_items *out)
{
	if (v->path) return form_run(o, v->path, entry, out);
	const form_around *r = o->around;
	doc *d = ARENA_NEW(o->arena, doc);
	*out = (path_items){0};
	text query = form_query(o, v->query, entry);
	if (!r->search || query.len == 0 || !r->search(r->search_self, query, d, o->found)) return true;
	*out = one_item(o, node_item(d, 0, type_find(doc_type(d))));
	return true;
}

/* A variable is worth the same wherever below its item it is named, so it is worked out once. One that needs itself is found by
 * `remembered` holding NULL while it is under way. */
static bool variable_at(open_form *o, const form_variable *v, int entry, path_items *out)
{
	text key = text_format(o->arena, "%d:%.*s", entry, TEXT_ARG(v->name));
	int64_t kept = 0;
	*out = (path_items){0};
	if (map_get(&o->remembered, key, &kept)) {
		if (kept) *out = *(const path_items *)(intptr_t)kept;
		place at = {.path = item_place(o->arena, o->f, o->entries.at[entry].item)};
		if (!kept) issue_at(o->found, FAIL_FORM_VARIABLE, at, v->name, TEXT(""), TEXT(""));
		return true;
	}
	map_put(&o->remembered, key, 0);
	evaluated(o, v, entry, out);
	path_items *keep = ARENA_NEW(o->arena, path_items);
	*keep = *out;
	map_put(&o->remembered, key, (int64_t)(intptr_t)keep);
	return true;
}

static bool of_scope(open_form *o, text name, int entry, path_items *out)
{
	const form_item *i = &o->f->items[o->entries.at[entry].item];
	for (int v = 0; v < i->variable_count; v++)
		if (text_equal(i->variables[v].name, name)) return variable_at(o, &i->variables[v], entry, out);
	if (i->instances_name.len == 0 || !text_equal(i->instances_name, name)) return false;
	for (int b = 0; b < o->binding_count; b++)
		if (text_equal(o->bindings[b].key, o->entries.at[entry].key)) {
			*out = one_item(o, o->bindings[b].value);
			return true;
		}
	*out = (path_items){0};
	return true;
}

static bool of_form(open_form *o, text name, path_items *out)
{
	const form_item *i = &o->f->items[o->entries.at[o->at].item];
	if (text_equal(name, TEXT("answer")) && o->comparing)
		*out = one_item(o, o->answer);
	else if (text_equal(name, TEXT("wanted")) && o->comparing)
		*out = one_item(o, o->wanted);
	else if (text_equal(name, TEXT("questionnaire")))
		*out = one_item(o, node_item(&o->f->d, 0, type_find(TEXT("Questionnaire"))));
	else if (text_equal(name, TEXT("qitem")) && i->parent >= 0)
		*out = one_item(o, node_item(&o->f->d, i->node, type_find(TEXT("Questionnaire.item"))));
	else
		return false;
	return true;
}

static bool variable_named(void *self, text name, path_items *out)
{
	open_form *o = self;
	if (of_form(o, name, out)) return true;
	for (int e = o->at; e >= 0; e = o->entries.at[e].parent)
		if (of_scope(o, name, e, out)) return true;
	for (int i = 0; i < o->around->context_count; i++) {
		const form_context *c = &o->around->context[i];
		if (!text_equal(c->name, name)) continue;
		*out = c->d ? one_item(o, node_item(c->d, 0, type_find(doc_type(c->d)))) : (path_items){0};
		return true;
	}
	/* What the form says it may be opened with, and was not. */
	uint32_t n = NODE_ABSENT;
	while ((n = extension_next(&o->f->d, 0, "questionnaire-launchContext", n)) != NODE_ABSENT) {
		uint32_t code = extension_value(&o->f->d, n, "name", NAME_valueCoding);
		uint32_t id = extension_value(&o->f->d, n, "name", NAME_valueId);
		*out = (path_items){0};
		if (code != NODE_ABSENT && text_equal(doc_get_text(&o->f->d, code, NAME_code), name)) return true;
		if (id != NODE_ABSENT && text_equal(doc_text(&o->f->d, id), name)) return true;
	}
	return false;
}

static bool resolved(void *self, text reference, path_item *out)
{
	const open_form *o = self;
	const path_outside *theirs = &o->around->outside;
	return theirs->resolve && theirs->resolve(theirs->self, reference, out);
}

void form_outside(open_form *o)
{
	o->outside = o->around->outside;
	if (!o->outside.codes) o->outside.codes = o->around->outside.self;
	o->outside.self = o;
	o->outside.resolve = resolved;
	o->outside.variable = variable_named;
	o->outside.trace = NULL;
}

/* ---- running ---- */

static void told(open_form *o, const issues *from, int entry)
{
	place at = {.path = item_place(o->arena, o->f, o->entries.at[entry].item)};
	for (const issue *i = from->first; i; i = i->next) {
		bool before = false;
		for (const issue *k = o->found->first; k && !before; k = k->next)
			before = k->code == i->code && text_equal(k->place.path, at.path);
		if (!before) issue_put(o->found, i->severity, i->code, at, i->args);
	}
}

/* Always gives an answer: a failing expression gives nothing, and is told once for each item. */
bool form_run(open_form *o, const path *p, int entry, path_items *out)
{
	issues own = {.arena = o->arena, .keep = 4};
	int before = o->at;
	*out = (path_items){0};
	if (o->depth >= FORM_DEPTH_MAX) return false;
	o->at = entry;
	o->depth++;
	bool good = path_run(p, &o->shown, o->entries.at[entry].node, &o->outside, o->arena, &own, out);
	o->depth--;
	o->at = before;
	if (!good) told(o, &own, entry);
	return good;
}

/* `none`: what nothing counts as. */
bool form_holds(open_form *o, const path *p, int entry, bool none)
{
	path_items items;
	if (!form_run(o, p, entry, &items) || items.count == 0) return none;
	const path_item *i = &items.at[0];
	if (i->kind == PATH_BOOLEAN) return i->boolean;
	if (i->kind != PATH_NODE || i->node == NODE_ABSENT) return true;
	return i->d->nodes[i->node].kind != NODE_FALSE;
}

/* {{expression}} in a query is what that gives, as a URL has it; several joined by commas. Empty: one gives nothing, so that nothing
 * can be asked. */
text form_query(open_form *o, text query, int entry)
{
	buffer b = {.arena = o->arena};
	for (;;) {
		int64_t open = text_find(query, TEXT("{{")), close = text_find(query, TEXT("}}"));
		if (open < 0 || close < open) break;
		issues own = {.arena = o->arena, .keep = 1};
		path_items items = {0};
		const path *p = path_compile(o->arena, text_slice(query, open + 2, close), 0, NULL, &own);
		if (!p) told(o, &own, entry);
		if (!p || !form_run(o, p, entry, &items) || items.count == 0) return (text){0};
		buffer_add(&b, text_slice(query, 0, open));
		for (int i = 0; i < items.count; i++) {
			if (i) buffer_char(&b, ',');
			text worth = path_item_text(o->arena, &items.at[i]);
			for (int64_t c = 0; c < worth.len; c++)
				if (strchr("&#%+ ", worth.at[c]))
					buffer_format(&b, "%%%02X", (unsigned char)worth.at[c]);
				else
					buffer_char(&b, worth.at[c]);
		}
		query = text_slice(query, close + 2, query.len);
	}
	buffer_add(&b, query);
	return buffer_text(&b);
}
