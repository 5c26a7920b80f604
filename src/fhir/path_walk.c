/* Navigation: from an element to its children, by name or all of them. A choice element is found under each of its JSON
 * names; a primitive travels with its "_name" companion (R4, json.html#primitive). */
#include "fhir/image.h"
#include "fhir/path_internal.h"

/* Where a walk goes on: the hops left, and where what arrives is collected. */
typedef struct walk {
	path_machine *m;
	const doc *d;
	const path_hop *hops;
	int count;
	path_list *out;
} walk;

/* Field by field: clearing and copying it would take longer than the walk. */
static inline void write_node(path_item *i, const doc *d, uint32_t n, type_id type)
{
	i->kind = PATH_NODE;
	i->type = type;
	i->node = n;
	i->sibling = NODE_ABSENT;
	i->d = d;
}

static type_id resource_type_at(const doc *d, uint32_t n)
{
	uint32_t t = doc_get(d, n, NAME_resourceType);
	return t == NODE_ABSENT ? 0 : type_find(doc_text(d, t));
}

void path_root_item(const path *p, const doc *d, uint32_t n, path_item *out)
{
	type_id type = n == 0 && d->type ? d->type : p->context;
	write_node(out, d, n, type);
	if ((n == 0 && d->type) || d->nodes[n].kind != NODE_OBJECT) return;
	uint32_t t = doc_get(d, n, NAME_resourceType);
	if (t != NODE_ABSENT && (!type || !text_equal(type_name(type), doc_text(d, t))))
		out->type = type_find(doc_text(d, t));
}

/* The innermost resource around node `n`: a contained one too, or only what contains it. */
uint32_t walk_to_resource(const doc *d, uint32_t n, bool contained_too)
{
	uint32_t at = 0, found = 0;
	while (at < n) {
		uint32_t child = at + 1;
		while (d->nodes[child].next <= n) child = d->nodes[child].next;
		if (d->nodes[child].name == NAME_contained && !contained_too) break;
		if (d->nodes[child].kind == NODE_OBJECT && doc_get(d, child, NAME_resourceType) != NODE_ABSENT)
			found = child;
		at = child;
	}
	return found;
}

static void arrive(const walk *w, const path_item *i)
{
	if (!path_spend(w->m, 1)) return;
	if (w->count)
		walk_hops(w->m, i, w->hops, w->count, w->out);
	else
		list_add(w->m, w->out, i);
}

/* Of what type it is, the resource itself says. */
static inline bool is_any_resource(const path *p, type_id type)
{
	return !type || type == p->types.resource || type == p->types.domain_resource;
}

/* What an object of this declared type is: of a Resource, or where nothing is known, it says itself. */
static inline type_id actual_type(const walk *w, uint32_t n, type_id type)
{
	if (!is_any_resource(w->m->p, type)) return type;
	type_id actual = resource_type_at(w->d, n);
	return actual ? actual : type;
}

/* One value: an object, a primitive, or only its companion. */
static void arrive_node(const walk *w, uint32_t n, uint32_t companion, type_id type)
{
	const node *nodes = w->d->nodes;
	if (companion != NODE_ABSENT && nodes[companion].kind != NODE_OBJECT) companion = NODE_ABSENT;
	if (n != NODE_ABSENT && nodes[n].kind == NODE_NULL) n = NODE_ABSENT;
	if (n == NODE_ABSENT && companion == NODE_ABSENT) return;
	path_item i = {.kind = PATH_NODE, .d = w->d, .node = n, .sibling = companion, .type = type};
	if (n != NODE_ABSENT && nodes[n].kind == NODE_OBJECT) {
		i.sibling = NODE_ABSENT;
		i.type = actual_type(w, n, type);
	}
	arrive(w, &i);
}

/* An element with all its values; arrays of values and of companions go in step. */
static void arrive_element(const walk *w, uint32_t plain, uint32_t companion, type_id type)
{
	const node *nodes = w->d->nodes;
	bool many = plain != NODE_ABSENT && nodes[plain].kind == NODE_ARRAY;
	bool many_companions = companion != NODE_ABSENT && nodes[companion].kind == NODE_ARRAY;
	if (!many && !many_companions) {
		arrive_node(w, plain, companion, type);
		return;
	}
	uint32_t i = many ? plain + 1 : 0, end = many ? nodes[plain].next : 0;
	uint32_t j = many_companions ? companion + 1 : 0, j_end = many_companions ? nodes[companion].next : 0;
	while ((i < end || j < j_end) && !list_ended(w->m, w->out)) {
		bool nested = i < end && nodes[i].kind == NODE_ARRAY;
		if (!nested) arrive_node(w, i < end ? i : NODE_ABSENT, j < j_end ? j : NODE_ABSENT, type);
		if (i < end) i = nodes[i].next;
		if (j < j_end) j = nodes[j].next;
	}
}

/* The type of the child under a JSON name; 0 where FHIR has no such. */
static type_id child_type(type_id parent, name_id name, name_id *base)
{
	const struct key_row *key = parent ? key_find(parent, name) : NULL;
	*base = key ? element_of_key(parent, key)->name : name;
	return key ? key->type : 0;
}

/* A child that is the hop's element under one of the JSON names of a choice; the type that name says, or 0. */
static type_id is_choice_of(type_id parent, name_id name, const path_hop *h)
{
	name_id base;
	if (name <= h->name || name > h->choice_last) return 0;
	if (parent == h->from && h->choices) {
		for (int i = 0; i < h->choice_count; i++)
			if (h->choices[i].name == name) return h->choices[i].type;
		return 0;
	}
	type_id type = child_type(parent, name, &base);
	return base == h->name ? type : 0;
}

static type_id type_by_name(type_id type, name_id found, const path_hop *h)
{
	name_id base;
	return found == h->name && type == h->from && h->from ? h->to : child_type(type, found, &base);
}

static void walk_object(const walk *w, uint32_t object, type_id type, const path_hop *h)
{
	const node *nodes = w->d->nodes;
	name_id wanted = h->name != NAME_NONE ? h->name : doc_name(w->d, h->text);
	name_id wanted_companion = h->companion;
	uint32_t plain = NODE_ABSENT, companion = NODE_ABSENT;
	name_id found = wanted;
	if (wanted == NAME_NONE) return;
	for (uint32_t i = object + 1, end = nodes[object].next; i < end; i = nodes[i].next) {
		name_id name = nodes[i].name;
		if (name == wanted) {
			plain = i;
			if (nodes[i].kind == NODE_OBJECT) break;
		} else if (name == wanted_companion && name != NAME_NONE) {
			companion = i;
		} else if (is_choice_of(type, name, h)) {
			plain = i;
			found = name;
			if (nodes[i].kind == NODE_OBJECT) break;
			companion = doc_get(w->d, object, name_companion(name));
			break;
		} else if (name_is_companion(name) && is_choice_of(type, name_companion(name), h)) {
			companion = i; /* a choice whose value is missing and says why in an extension */
			found = name_companion(name);
		}
	}
	if (plain == NODE_ABSENT && companion == NODE_ABSENT) return;
	arrive_element(w, plain, companion, type_by_name(type, found, h));
}

static void walk_primitive(const walk *w, const path_item *from, const path_hop *h)
{
	if (h->name == NAME_value && path_has_value(from)) {
		path_item value = path_value(w->m, from);
		arrive(w, &value);
	}
	if (from->sibling != NODE_ABSENT) walk_object(w, from->sibling, w->m->p->types.element, h);
}

/* Docs without companions, which are most: each key is a whole element, and an item is made only where the hops end. */
static void plain_object(const walk *w, uint32_t object, type_id type, const path_hop *h);

static inline void put_node(const walk *w, uint32_t n, type_id type)
{
	path_item *i = list_slot(w->m, w->out);
	if (i) write_node(i, w->d, n, type);
}

static inline void plain_value(const walk *w, uint32_t n, type_id type, const path_hop *next)
{
	const path_hop *end = w->hops + w->count;
	node_kind kind = (node_kind)w->d->nodes[n].kind;
	if (kind == NODE_NULL || kind == NODE_ARRAY) return;
	if (kind == NODE_OBJECT) type = actual_type(w, n, type);
	if (next == end) {
		put_node(w, n, type);
		return;
	}
	if (kind == NODE_OBJECT) {
		plain_object(w, n, type, next);
		return;
	}
	path_item i = {.kind = PATH_NODE, .d = w->d, .node = n, .type = type};
	walk_primitive(&(walk){w->m, w->d, next + 1, (int)(end - next) - 1, w->out}, &i, next);
}

/* Is a key of this name the hop's element? Then *child is its type. */
static inline bool is_element(type_id type, name_id name, name_id wanted, const path_hop *h, type_id *child)
{
	if (name == wanted) {
		*child = type == h->from && h->to ? h->to : type_by_name(type, name, h);
		return true;
	}
	return name <= h->choice_last && name > h->name && (*child = is_choice_of(type, name, h));
}

static inline name_id name_wanted(const doc *d, const path_hop *h)
{
	return h->name != NAME_NONE ? h->name : doc_name(d, h->text);
}

static inline uint32_t find_in(const doc *d, uint32_t object, type_id type, const path_hop *h, type_id *child)
{
	name_id wanted = name_wanted(d, h);
	const node *nodes = d->nodes;
	for (uint32_t i = object + 1, end = nodes[object].next; i < end && wanted != NAME_NONE; i = nodes[i].next)
		if (is_element(type, nodes[i].name, wanted, h, child)) return i;
	return NODE_ABSENT;
}

/* The same at the root, where the keys are listed. */
static inline uint32_t find_at_root(const doc *d, type_id type, const path_hop *h, type_id *child)
{
	if (h->bits && !(d->root_bits & h->bits)) return NODE_ABSENT;
	name_id wanted = name_wanted(d, h);
	if (wanted == NAME_NONE) return NODE_ABSENT;
	for (const root_key *k = d->root, *end = k + d->root_count; k < end; k++)
		if (is_element(type, k->name, wanted, h, child)) return k->node;
	return NODE_ABSENT;
}

/* From object to object as long as each has one value, then into each value of an array. */
static void plain_object(const walk *w, uint32_t object, type_id type, const path_hop *h)
{
	const doc *d = w->d;
	const path_hop *end = w->hops + w->count;
	uint32_t i;
	for (;;) {
		type_id child = 0;
		i = object == 0 && d->root ? find_at_root(d, type, h, &child) : find_in(d, object, type, h, &child);
		if (i == NODE_ABSENT || !path_spend(w->m, 1)) return;
		type = child;
		h++;
		if (d->nodes[i].kind != NODE_OBJECT || h == end) break;
		object = i;
		type = actual_type(w, i, type);
	}
	if (d->nodes[i].kind != NODE_ARRAY) {
		plain_value(w, i, type, h);
		return;
	}
	uint32_t last = d->nodes[i].next;
	for (i++; i < last && !list_ended(w->m, w->out); i = d->nodes[i].next) plain_value(w, i, type, h);
}

/* An object, which the root of a resource is for certain. */
static bool is_whole(const path_item *i)
{
	return (i->node == 0 && i->d->type) || i->d->nodes[i->node].kind == NODE_OBJECT;
}

/* A place in a doc, and of what type it is. */
typedef struct spot {
	uint32_t node;
	type_id type;
} spot;

/* Where hops from an object lead to one place, an array there being as good as its values; NODE_ABSENT: nowhere. False: they
 * branch on the way, or end in resources, which say themselves what they are. */
static inline __attribute__((always_inline)) bool /* in both of its two callers, for a call would cost as much again */
straight(const path *p, const doc *d, const path_step *s, spot from, spot *to)
{
	const path_hop *h = p->hops + s->first, *last = h + s->count - 1;
	type_id type = from.type, child = 0;
	uint32_t n = from.node;
	for (;; h++, type = child) {
		n = n == 0 && d->root ? find_at_root(d, type, h, &child) : find_in(d, n, type, h, &child);
		if (n == NODE_ABSENT) break;
		if (is_any_resource(p, child)) return false;
		if (d->nodes[n].kind == NODE_ARRAY && d->nodes[n].len == 1) n++;
		if (h == last) break;
		if (d->nodes[n].kind != NODE_OBJECT) return false;
	}
	if (n != NODE_ABSENT && d->nodes[n].kind == NODE_NULL) n = NODE_ABSENT;
	*to = (spot){n, child};
	return true;
}

static path_items array_items(arena *a, const doc *d, spot array)
{
	const node *nodes = d->nodes;
	path_items out = {path_items_new(a, nodes[array.node].len), 0};
	for (uint32_t i = array.node + 1; i < nodes[array.node].next; i = nodes[i].next)
		if (nodes[i].kind != NODE_NULL && nodes[i].kind != NODE_ARRAY)
			write_node(&out.at[out.count++], d, i, array.type);
	return out;
}

bool walk_quick(const path *p, const doc *d, arena *a, path_items *out)
{
	spot end;
	if (!straight(p, d, p->steps, (spot){0, d->type}, &end)) return false;
	*out = path_none();
	if (end.node == NODE_ABSENT) return true;
	if (d->nodes[end.node].kind == NODE_ARRAY) {
		*out = array_items(a, d, end);
		return true;
	}
	*out = (path_items){path_items_new(a, 1), 1};
	write_node(out->at, d, end.node, end.type);
	return true;
}

bool walk_straight(path_machine *m, const path_item *from, const path_step *s, path_items *out)
{
	spot end;
	const doc *d = from->d;
	if (s->count == 0 || from->kind != PATH_NODE || !d->no_companions || !is_whole(from)) return false;
	if (!straight(m->p, d, s, (spot){from->node, from->type}, &end)) return false;
	bool absent = end.node == NODE_ABSENT;
	if (!absent && d->nodes[end.node].kind == NODE_ARRAY) return false;
	*out = path_none();
	if (s->use != USE_ITEMS) {
		*out = path_used(m, &(path_list){.count = !absent}, s->use);
	} else if (!absent) {
		*out = (path_items){path_new_item(m), 1};
		write_node(out->at, d, end.node, end.type);
	}
	return path_spend(m, PATH_ITEM_COST);
}

/* type() has a name and a namespace; a System quantity has a value and a unit. */
static void walk_system(const walk *w, const path_item *from, const path_hop *h)
{
	path_item i = {.kind = PATH_STRING};
	if (from->kind == PATH_TYPE && h->name == NAME_name)
		i.text = from->text;
	else if (from->kind == PATH_TYPE && text_equal(h->text, TEXT("namespace")))
		i.text = from->type ? TEXT("FHIR") : TEXT("System");
	else if (from->kind == PATH_QUANTITY && h->name == NAME_unit)
		i.text = from->text;
	else if (from->kind == PATH_QUANTITY && h->name == NAME_value)
		i.kind = PATH_DECIMAL, i.number = from->number;
	else
		return;
	arrive(w, &i);
}

void walk_hops(path_machine *m, const path_item *from, const path_hop *hops, int count, path_list *out)
{
	if (count == 0) {
		list_add(m, out, from);
		return;
	}
	if (from->kind == PATH_NODE && from->d->no_companions && is_whole(from)) {
		walk whole = {.m = m, .d = from->d, .hops = hops, .count = count, .out = out};
		plain_object(&whole, from->node, from->type, hops);
		return;
	}
	walk w = {.m = m, .d = from->d, .hops = hops + 1, .count = count - 1, .out = out};
	if (from->kind != PATH_NODE)
		walk_system(&w, from, hops);
	else if (path_is_object(from))
		walk_object(&w, from->node, from->type, hops);
	else
		walk_primitive(&w, from, hops);
}

void walk_name(path_machine *m, const path_item *from, name_id name, path_list *out)
{
	path_hop h = {.name = name, .companion = name_companion(name), .text = name_text(NULL, name)};
	walk_hops(m, from, &h, 1, out);
}

static void children_of_object(const walk *w, uint32_t object, type_id type)
{
	const node *nodes = w->d->nodes;
	const uint32_t end = nodes[object].next;
	for (uint32_t i = object + 1; i < end && !list_ended(w->m, w->out); i = nodes[i].next) {
		name_id name = nodes[i].name, base;
		if (name == NAME_resourceType) continue;
		name_id other = w->d->no_companions ? NAME_NONE : name_companion(name);
		uint32_t pair = other == NAME_NONE ? NODE_ABSENT : doc_get(w->d, object, other);
		if (!name_is_companion(name))
			arrive_element(w, i, pair, child_type(type, name, &base));
		else if (pair == NODE_ABSENT)
			arrive_element(w, NODE_ABSENT, i, child_type(type, other, &base));
	}
}

/* How many there are, where no companion adds to them and their types do not matter. */
static int count_plain_children(const doc *d, uint32_t object)
{
	const node *nodes = d->nodes;
	int count = 0;
	for (uint32_t i = object + 1; i < nodes[object].next; i = nodes[i].next) {
		if (nodes[i].name == NAME_resourceType) continue;
		if (nodes[i].kind != NODE_ARRAY) {
			count += nodes[i].kind != NODE_NULL;
			continue;
		}
		for (uint32_t j = i + 1; j < nodes[i].next; j = nodes[j].next)
			count += nodes[j].kind != NODE_NULL && nodes[j].kind != NODE_ARRAY;
	}
	return count;
}

void walk_children(path_machine *m, const path_item *from, path_list *out)
{
	if (from->kind != PATH_NODE) return;
	walk w = {.m = m, .d = from->d, .out = out};
	if (out->most && from->d->no_companions && path_is_object(from)) {
		int count = count_plain_children(from->d, from->node);
		if (path_spend(m, count)) out->count += count;
	} else if (path_is_object(from)) {
		children_of_object(&w, from->node, from->type);
	} else if (from->sibling != NODE_ABSENT) {
		children_of_object(&w, from->sibling, m->p->types.element);
	}
}

bool path_is_type(const path_item *i, path_type_name t)
{
	if (i->kind != PATH_NODE) return (int)i->kind == t.system;
	return i->type && t.fhir && type_is(i->type, t.fhir);
}

/* R4's search parameters and the official suite take `as` and ofType() of a primitive exactly: a code is no string
 * there, though `is` says it is one. */
bool path_is_exact_type(const path_item *i, path_type_name t)
{
	if (!path_is_type(i, t)) return false;
	return i->kind != PATH_NODE || type_kind_of(i->type) != TYPE_PRIMITIVE || i->type == t.fhir;
}
