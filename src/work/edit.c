/* edit.c: a JSON document changed without losing what it has. */
#include "work/internal.h"

/* What makes two items of an array the same thing: an extension's url, or the system of a coding (of its first
 * coding). */
static text item_key(const doc *d, uint32_t n)
{
	if (d->nodes[n].kind != NODE_OBJECT) return (text){0};
	text url = doc_get_text(d, n, NAME_url);
	if (url.len) return url;
	uint32_t coding = doc_first(d, n, NAME_coding);
	return doc_get_text(d, coding == NODE_ABSENT ? n : coding, NAME_system);
}

static uint32_t item_like(const doc *d, uint32_t array, text key)
{
	for (uint32_t i = array + 1; key.len && i < d->nodes[array].next; i = d->nodes[i].next)
		if (text_equal(item_key(d, i), key)) return i;
	return NODE_ABSENT;
}

/* An extension of the overlay with nothing but its url: what has that url is taken away. */
static bool takes_away(const doc *d, uint32_t n)
{
	if (d->nodes[n].kind != NODE_OBJECT || d->nodes[n].len != 1) return false;
	return doc_get(d, n, NAME_url) != NODE_ABSENT;
}

static void print_array(json_out *o, const doc *base, uint32_t b, const doc *over, uint32_t v, edit_arrays how)
{
	json_array(o);
	for (uint32_t i = b + 1; i < base->nodes[b].next; i = base->nodes[i].next)
		if (how == EDIT_APPEND || item_like(over, v, item_key(base, i)) == NODE_ABSENT) json_node(o, base, i);
	for (uint32_t i = v + 1; i < over->nodes[v].next; i = over->nodes[i].next)
		if (how == EDIT_APPEND || !takes_away(over, i)) json_node(o, over, i);
	json_end(o);
}

static uint32_t member(const doc *d, uint32_t object, text name)
{
	for (uint32_t i = object + 1; i < d->nodes[object].next; i = d->nodes[i].next)
		if (text_equal(name_text(d, d->nodes[i].name), name)) return i;
	return NODE_ABSENT;
}

/* FHIR has no empty lists: what loses its last item goes. */
static bool left_empty(const doc *base, uint32_t b, const doc *over, uint32_t v, edit_arrays how)
{
	if (base->nodes[b].kind != NODE_ARRAY || over->nodes[v].kind != NODE_ARRAY || how == EDIT_APPEND) return false;
	for (uint32_t i = b + 1; i < base->nodes[b].next; i = base->nodes[i].next)
		if (item_like(over, v, item_key(base, i)) == NODE_ABSENT) return false;
	for (uint32_t i = v + 1; i < over->nodes[v].next; i = over->nodes[i].next)
		if (!takes_away(over, i)) return false;
	return base->nodes[b].len > 0;
}

/* As deep as JSON is allowed to be (JSON_DEPTH_MAX), which the parser has seen to. */
static void print_edited(json_out *o, const doc *base, uint32_t b, const doc *over, uint32_t v, edit_arrays how)
{
	node_kind from = (node_kind)base->nodes[b].kind, to = (node_kind)over->nodes[v].kind;
	if (from == NODE_ARRAY && to == NODE_ARRAY) {
		print_array(o, base, b, over, v, how);
		return;
	}
	if (from != NODE_OBJECT || to != NODE_OBJECT) {
		json_node(o, over, v);
		return;
	}
	json_object(o);
	for (uint32_t i = b + 1; i < base->nodes[b].next; i = base->nodes[i].next) {
		text name = name_text(base, base->nodes[i].name);
		uint32_t with = member(over, v, name);
		if (with != NODE_ABSENT && over->nodes[with].kind == NODE_NULL) continue;
		if (with != NODE_ABSENT && left_empty(base, i, over, with, how)) continue;
		json_key_text(o, name);
		if (with == NODE_ABSENT)
			json_node(o, base, i);
		else
			print_edited(o, base, i, over, with, how);
	}
	for (uint32_t i = v + 1; i < over->nodes[v].next; i = over->nodes[i].next) {
		text name = name_text(over, over->nodes[i].name);
		if (over->nodes[i].kind == NODE_NULL || member(base, b, name) != NODE_ABSENT) continue;
		json_key_text(o, name);
		json_node(o, over, i);
	}
	json_end(o);
}

text json_edited(arena *a, const doc *base, const doc *overlay, edit_arrays arrays)
{
	json_out o = json_begin(a);
	print_edited(&o, base, 0, overlay, 0, arrays);
	return json_done(&o);
}
