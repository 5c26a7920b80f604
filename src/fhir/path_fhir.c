/* The tree, the world outside, and what FHIR adds to FHIRPath (R4, fhirpath.html, "Additional functions"). */
#include "fhir/path_internal.h"

/* The tree */

path_items function_children(path_machine *m, const path_call *c)
{
	path_list out = path_list_for(c->use);
	for (int i = 0; i < c->input.count && !list_ended(m, &out); i++) walk_children(m, &c->input.at[i], &out);
	return path_used(m, &out, c->use);
}

/* Level by level; a tree has no way back to what was seen. */
path_items function_descendants(path_machine *m, const path_call *c)
{
	path_list out = {0};
	for (int i = 0; i < c->input.count && !m->failed; i++) walk_children(m, &c->input.at[i], &out);
	for (int i = 0; i < out.count && !m->failed; i++) {
		path_item at = out.at[i];
		walk_children(m, &at, &out);
	}
	return list_items(&out);
}

/* type() names an element's FHIR type, a value's System one. */
path_items function_type(path_machine *m, const path_call *c)
{
	path_list out = {0};
	for (int i = 0; i < c->input.count && !m->failed; i++) {
		const path_item *x = &c->input.at[i];
		path_item t = {
		    .kind = PATH_TYPE, .text = path_item_type_name(x), .type = x->kind == PATH_NODE ? x->type : 0};
		list_add(m, &out, &t);
	}
	return list_items(&out);
}

/* The world outside */

path_items function_trace(path_machine *m, const path_call *c)
{
	text name = {0};
	path_single_text(m, c->values[0], &name);
	if (m->failed || !m->outside || !m->outside->trace) return c->input;
	path_items shown = c->input;
	path_list projected = {0};
	for (int i = 0; c->count > 1 && i < c->input.count && !m->failed; i++) {
		path_frame frame = {.this = {&c->input.at[i], 1}, .index = i, .total = m->frame->total};
		path_items some = path_body(m, &c->args[1], &frame);
		for (int n = 0; n < some.count; n++) list_add(m, &projected, &some.at[n]);
	}
	if (c->count > 1) shown = list_items(&projected);
	m->outside->trace(m->outside->self, name, &shown);
	return c->input;
}

static bool clock_of(path_machine *m, const char *function, instant *out)
{
	*out = m->outside ? m->outside->now : INSTANT_NONE;
	if (*out == INSTANT_NONE) path_fail(m, FAIL_PATH_NO_CLOCK, text_of(function), TEXT(""));
	return !m->failed;
}

path_items function_now(path_machine *m, const path_call *c)
{
	instant now;
	(void)c;
	if (!clock_of(m, "now", &now)) return path_none();
	return path_one(m, &(path_item){.kind = PATH_DATETIME, .text = instant_iso(m->arena, now)});
}

path_items function_today(path_machine *m, const path_call *c)
{
	instant now;
	(void)c;
	if (!clock_of(m, "today", &now)) return path_none();
	return path_one(m, &(path_item){.kind = PATH_DATE, .text = day_iso(m->arena, day_of_instant(now))});
}

path_items function_time_of_day(path_machine *m, const path_call *c)
{
	instant now;
	stamp s;
	(void)c;
	if (!clock_of(m, "timeOfDay", &now) || !stamp_parse(instant_iso(m->arena, now), &s)) return path_none();
	s.is_time = true;
	return path_one(m, &(path_item){.kind = PATH_TIME, .text = stamp_text(m->arena, &s)});
}

/* FHIR */

path_items function_extension(path_machine *m, const path_call *c)
{
	text url;
	path_list all = {0}, out = {0};
	if (!path_single_text(m, c->values[0], &url)) return path_none();
	for (int i = 0; i < c->input.count && !m->failed; i++)
		if (c->input.at[i].kind == PATH_NODE) walk_name(m, &c->input.at[i], NAME_extension, &all);
	for (int i = 0; i < all.count && !m->failed; i++)
		if (text_equal(doc_get_text(all.at[i].d, all.at[i].node, NAME_url), url)) list_add(m, &out, &all.at[i]);
	return list_items(&out);
}

path_items function_has_value(path_machine *m, const path_call *c)
{
	return path_boolean(m, c->input.count == 1 && path_has_value(c->input.at));
}

path_items function_get_value(path_machine *m, const path_call *c)
{
	if (c->input.count != 1 || !path_has_value(c->input.at)) return path_none();
	path_item v = path_value(m, c->input.at);
	return path_one(m, &v);
}

static bool contained(path_machine *m, const path_item *from, text id, path_item *out)
{
	uint32_t resource = walk_to_resource(from->d, from->node, false),
		 list = doc_get(from->d, resource, NAME_contained);
	const node *nodes = from->d->nodes;
	if (!id.len) {
		path_root_item(m->p, from->d, resource, out);
		return true;
	}
	if (list == NODE_ABSENT || nodes[list].kind != NODE_ARRAY) return false;
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next) {
		if (!text_equal(doc_get_text(from->d, i, NAME_id), id)) continue;
		path_root_item(m->p, from->d, i, out);
		return true;
	}
	return false;
}

/* In a Bundle (R4, bundle.html#references) */

static text full_url(const doc *d, uint32_t entry)
{
	return doc_get_text(d, entry, NAME_fullUrl);
}

/* What a relative reference is relative to: http://host/fhir/ of an entry that is http://host/fhir/Patient/1. Empty: nothing. */
static text base_of(text url)
{
	text_pair id = text_cut_last(url, '/'), type = text_cut_last(id.head, '/');
	bool is_rest = id.found && type.found && text_starts(url, TEXT("http")) && type_find(type.tail);
	return is_rest ? text_slice(url, 0, type.head.len + 1) : (text){0};
}

static bool is_relative(text reference)
{
	return text_find(reference, TEXT(":")) < 0;
}

/* A version, where the reference asks for one, must be the resource's own. */
static bool is_version(const doc *d, uint32_t resource, text version)
{
	uint32_t meta = version.len ? doc_get(d, resource, NAME_meta) : NODE_ABSENT;
	return !version.len || (meta != NODE_ABSENT && text_equal(doc_get_text(d, meta, NAME_versionId), version));
}

/* The entry `from` is in, or NODE_ABSENT. */
static uint32_t entry_around(const doc *d, uint32_t entries, uint32_t from)
{
	const node *nodes = d->nodes;
	if (from <= entries || from >= nodes[entries].next) return NODE_ABSENT;
	uint32_t i = entries + 1;
	while (nodes[i].next <= from) i = nodes[i].next;
	return i;
}

/* A relative reference is looked for below the base of its own entry; where that has none, in any entry it ends. */
static bool in_bundle(path_machine *m, const path_item *from, text reference, path_item *out)
{
	static const text history = {"/_history/", 10};
	const doc *d = from->d;
	const node *nodes = d->nodes;
	uint32_t entries = doc_get(d, 0, NAME_entry);
	if (!text_equal(doc_type(d), TEXT("Bundle")) || entries == NODE_ABSENT || nodes[entries].kind != NODE_ARRAY)
		return false;
	int64_t at = text_find(reference, history);
	text wanted = at < 0 ? reference : text_slice(reference, 0, at), base = {0};
	text version = at < 0 ? (text){0} : text_slice(reference, at + history.len, reference.len);
	uint32_t own = entry_around(d, entries, from->node);
	if (is_relative(wanted) && own != NODE_ABSENT) base = base_of(full_url(d, own));
	bool loose = is_relative(wanted) && !base.len;
	if (is_relative(wanted)) wanted = text_join(m->arena, loose ? TEXT("/") : base, wanted);
	for (uint32_t i = entries + 1; i < nodes[entries].next && path_spend(m, 1); i = nodes[i].next) {
		text url = full_url(d, i);
		uint32_t resource = doc_get(d, i, NAME_resource);
		if (resource == NODE_ABSENT || !(loose ? text_ends(url, wanted) : text_equal(url, wanted))) continue;
		if (!is_version(d, resource, version)) continue;
		path_root_item(m->p, d, resource, out);
		return true;
	}
	return false;
}

static bool resolve_one(path_machine *m, const path_item *from, path_item *out)
{
	if (from->kind == PATH_NODE && path_is_object(from)) {
		text reference = doc_get_text(from->d, from->node, NAME_reference);
		if (!reference.len) return false;
		if (reference.at[0] == '#') return contained(m, from, text_slice(reference, 1, reference.len), out);
		if (in_bundle(m, from, reference, out)) return true;
		return m->outside && m->outside->resolve && m->outside->resolve(m->outside->self, reference, out);
	}
	path_item v = path_value(m, from);
	if (v.kind != PATH_STRING || !v.text.len) return false;
	if (from->kind == PATH_NODE && v.text.at[0] == '#')
		return contained(m, from, text_slice(v.text, 1, v.text.len), out);
	if (from->kind == PATH_NODE && in_bundle(m, from, v.text, out)) return true;
	return m->outside && m->outside->resolve && m->outside->resolve(m->outside->self, v.text, out);
}

/* What cannot be resolved is left out. */
path_items function_resolve(path_machine *m, const path_call *c)
{
	path_list out = {0};
	for (int i = 0; i < c->input.count && !m->failed; i++) {
		path_item found = {0};
		if (!resolve_one(m, &c->input.at[i], &found)) continue;
		if (found.kind == PATH_NODE && !found.type) path_root_item(m->p, found.d, found.node, &found);
		list_add(m, &out, &found);
	}
	return list_items(&out);
}
