#include "fhir/definitions.h"
#include "fhir/image.h"

name_id name_find(text name)
{
	if (name.len <= 0 || name.len > UINT16_MAX) return NAME_NONE;
	return name_lookup(name.at, (uint32_t)name.len);
}

text name_text(const doc *d, name_id name)
{
	if (name < NAME_COUNT) return (text){image_strings + image_names[name].at, image_names[name].len};
	uint32_t own = (uint32_t)name - NAME_DYNAMIC;
	return d && name >= NAME_DYNAMIC && own < d->name_count ? d->names[own] : (text){0};
}

name_id name_companion(name_id name)
{
	return name < NAME_COUNT ? image_names[name].other : NAME_NONE;
}

bool name_is_companion(name_id name)
{
	return name > NAME_NONE && name < NAME_COUNT && image_strings[image_names[name].at] == '_';
}

name_id doc_name(const doc *d, text name)
{
	name_id defined = name_find(name);
	if (defined != NAME_NONE) return defined;
	for (uint32_t i = 0; i < d->name_count; i++)
		if (text_equal(d->names[i], name)) return (name_id)(NAME_DYNAMIC + i);
	return NAME_NONE;
}

text doc_text(const doc *d, uint32_t n)
{
	assert(n < d->count);
	const node *x = &d->nodes[n];
	if (x->kind != NODE_STRING && x->kind != NODE_NUMBER) return (text){0};
	return (text){(x->flags & NODE_UNESCAPED ? d->unescaped : d->source) + x->at, x->len};
}

uint32_t doc_get(const doc *d, uint32_t object, name_id name)
{
	assert(object < d->count);
	const node *nodes = d->nodes;
	if (nodes[object].kind != NODE_OBJECT || name == NAME_NONE) return NODE_ABSENT;
	for (uint32_t i = object + 1, end = nodes[object].next; i < end; i = nodes[i].next)
		if (nodes[i].name == name) return i;
	return NODE_ABSENT;
}

text doc_get_text(const doc *d, uint32_t object, name_id name)
{
	uint32_t n = doc_get(d, object, name);
	return n == NODE_ABSENT ? (text){0} : doc_text(d, n);
}

uint32_t doc_first(const doc *d, uint32_t object, name_id name)
{
	uint32_t n = doc_get(d, object, name);
	if (n == NODE_ABSENT || d->nodes[n].kind != NODE_ARRAY) return n;
	return d->nodes[n].len ? n + 1 : NODE_ABSENT;
}

text doc_type(const doc *d)
{
	uint32_t n = doc_get(d, 0, NAME_resourceType);
	return n != NODE_ABSENT && d->nodes[n].kind == NODE_STRING ? doc_text(d, n) : (text){0};
}

static bool node_equal(const doc *x, uint32_t xn, const doc *y, uint32_t yn)
{
	const node *p = &x->nodes[xn], *q = &y->nodes[yn];
	if (p->kind != q->kind || p->next - xn != q->next - yn) return false;
	if (p->kind == NODE_STRING || p->kind == NODE_NUMBER) return text_equal(doc_text(x, xn), doc_text(y, yn));
	return p->kind < NODE_ARRAY || p->len == q->len;
}

static bool same_key(const doc *x, name_id xname, const doc *y, name_id yname)
{
	if (xname < NAME_DYNAMIC || yname < NAME_DYNAMIC) return xname == yname;
	return text_equal(name_text(x, xname), name_text(y, yname));
}

/* Subtrees lie in document order, so two are equal when their nodes are, one after the other. */
bool doc_equal(const doc *x, uint32_t xn, const doc *y, uint32_t yn)
{
	assert(xn < x->count && yn < y->count);
	uint32_t count = x->nodes[xn].next - xn;
	if (!node_equal(x, xn, y, yn)) return false;
	for (uint32_t i = 1; i < count; i++) {
		if (!same_key(x, x->nodes[xn + i].name, y, y->nodes[yn + i].name)) return false;
		if (!node_equal(x, xn + i, y, yn + i)) return false;
	}
	return true;
}

doc doc_part(arena *a, const doc *d, uint32_t n)
{
	assert(d->nodes[n].kind == NODE_OBJECT);
	doc part = *d;
	part.count = d->nodes[n].next - n;
	node *nodes = ARENA_ARRAY(a, node, part.count);
	memcpy(nodes, d->nodes + n, part.count * sizeof *nodes);
	for (uint32_t i = 0; i < part.count; i++) nodes[i].next -= n;
	nodes[0].name = NAME_NONE;
	part.nodes = nodes;
	part.root = NULL;
	part.type = type_find(doc_type(&part));
	return part;
}
