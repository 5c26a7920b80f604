/* patch.c: which kind of patch, and the tree that both change. */
#include "fhir/patch_internal.h"

/* ---- the tree ---- */

leaf *leaf_new(arena *a, node_kind kind)
{
	leaf *l = ARENA_NEW(a, leaf);
	l->kind = kind;
	return l;
}

leaf *leaf_grow(arena *a, const doc *d, uint32_t n, leaf **of)
{
	leaf *l = leaf_new(a, (node_kind)d->nodes[n].kind);
	leaf **end = &l->first;
	if (of) of[n] = l;
	if (d->nodes[n].name != NAME_NONE) l->key = name_text(d, d->nodes[n].name);
	if (l->kind == NODE_STRING || l->kind == NODE_NUMBER) l->text = doc_text(d, n);
	if (l->kind != NODE_OBJECT && l->kind != NODE_ARRAY) return l;
	for (uint32_t i = n + 1; i < d->nodes[n].next; i = d->nodes[i].next) {
		*end = leaf_grow(a, d, i, of);
		(*end)->parent = l;
		end = &(*end)->next;
	}
	return l;
}

leaf *leaf_copy(arena *a, const leaf *from)
{
	leaf *l = leaf_new(a, from->kind);
	leaf **end = &l->first;
	l->key = from->key;
	l->text = from->text;
	for (const leaf *c = from->first; c; c = c->next) {
		*end = leaf_copy(a, c);
		(*end)->parent = l;
		end = &(*end)->next;
	}
	return l;
}

leaf *leaf_get(const leaf *object, text key)
{
	for (leaf *c = object->first; c; c = c->next)
		if (text_equal(c->key, key)) return c;
	return NULL;
}

leaf *leaf_at(const leaf *array, int64_t i)
{
	leaf *c = array->first;
	while (c && i-- > 0) c = c->next;
	return c;
}

int64_t leaf_count(const leaf *parent)
{
	int64_t n = 0;
	for (const leaf *c = parent->first; c; c = c->next) n++;
	return n;
}

int64_t leaf_position(const leaf *child)
{
	int64_t n = 0;
	for (const leaf *c = child->parent->first; c != child; c = c->next) n++;
	return n;
}

/* The pointer that leads to this child. */
static leaf **link_to(leaf *child)
{
	leaf **at = &child->parent->first;
	while (*at != child) at = &(*at)->next;
	return at;
}

void leaf_cut(leaf *child)
{
	*link_to(child) = child->next;
	child->parent = child->next = NULL;
}

void leaf_replace(leaf *old, leaf *value)
{
	leaf **at = link_to(old);
	value->key = old->key;
	value->parent = old->parent;
	value->next = old->next;
	*at = value;
	old->parent = old->next = NULL;
}

void leaf_insert(leaf *array, int64_t i, leaf *value)
{
	leaf **at = &array->first;
	while (i-- > 0) at = &(*at)->next;
	value->parent = array;
	value->next = *at;
	*at = value;
}

void leaf_put(leaf *object, text key, leaf *value)
{
	leaf *old = leaf_get(object, key);
	value->key = key;
	if (old)
		leaf_replace(old, value);
	else
		leaf_insert(object, leaf_count(object), value);
}

static bool numbers_equal(text x, text y)
{
	decimal a, b;
	if (text_equal(x, y)) return true;
	return decimal_parse(x, &a) && decimal_parse(y, &b) && decimal_compare(a, b) == 0;
}

static bool children_equal(const leaf *x, const leaf *y)
{
	if (leaf_count(x) != leaf_count(y)) return false;
	const leaf *other = y->first;
	for (const leaf *c = x->first; c; c = c->next) {
		if (x->kind == NODE_OBJECT) other = leaf_get(y, c->key);
		if (!other || !leaf_equal(c, other)) return false;
		other = other->next;
	}
	return true;
}

bool leaf_equal(const leaf *x, const leaf *y)
{
	if (x->kind != y->kind) return false;
	switch (x->kind) {
	case NODE_NULL:
	case NODE_FALSE:
	case NODE_TRUE:
		return true;
	case NODE_NUMBER:
		return numbers_equal(x->text, y->text);
	case NODE_STRING:
		return text_equal(x->text, y->text);
	case NODE_ARRAY:
	case NODE_OBJECT:
		return children_equal(x, y);
	}
	return false;
}

static void print(json_out *o, const leaf *l)
{
	switch (l->kind) {
	case NODE_NULL:
		json_null(o);
		return;
	case NODE_FALSE:
	case NODE_TRUE:
		json_bool(o, l->kind == NODE_TRUE);
		return;
	case NODE_NUMBER:
		json_raw(o, l->text);
		return;
	case NODE_STRING:
		json_text(o, l->text);
		return;
	case NODE_ARRAY:
	case NODE_OBJECT:
		break;
	}
	bool object = l->kind == NODE_OBJECT;
	if (object)
		json_object(o);
	else
		json_array(o);
	for (const leaf *c = l->first; c; c = c->next) {
		if (object) json_key_text(o, c->key);
		print(o, c);
	}
	json_end(o);
}

int leaf_depth(const leaf *l)
{
	int deepest = 0;
	for (const leaf *c = l->first; c; c = c->next) {
		int depth = leaf_depth(c);
		if (depth > deepest) deepest = depth;
	}
	return deepest + (l->kind == NODE_OBJECT || l->kind == NODE_ARRAY);
}

int leaf_level(const leaf *l)
{
	int level = 0;
	for (; l; l = l->parent) level++;
	return level;
}

text leaf_json(arena *a, const leaf *root)
{
	json_out o = json_begin(a);
	print(&o, root);
	return json_done(&o);
}

/* ---- the whole ---- */

bool patch_issue(patching *p, failure code, text arg1, text arg2)
{
	text which = text_format(p->arena, "%d", p->operation + 1);
	place where = {.path = p->list[0] ? text_format(p->arena, "%s[%d]", p->list, p->operation) : (text){0}};
	return issue_at(p->sink, code, where, which, arg1, arg2);
}

bool patch_apply(const doc *patch, const doc *resource, instant now, arena *a, issues *sink, text *out)
{
	patching p = {.arena = a, .sink = sink, .now = now, .list = ""};
	p.root = leaf_grow(a, resource, 0, NULL);
	bool done;
	if (patch->nodes[0].kind == NODE_ARRAY)
		done = patch_json(&p, patch);
	else if (text_equal(doc_type(patch), TEXT("Parameters")))
		done = patch_path(&p, patch);
	else
		return issue_add(sink, FAIL_PATCH_KIND, TEXT(""), TEXT(""));
	if (!done) return false;
	*out = leaf_json(a, p.root);
	return true;
}
