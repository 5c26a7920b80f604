/* patch_path.c: FHIRPath Patch (FHIR R4, fhirpatch.html): operations as Parameters, places as FHIRPath.
 *
 * Each operation's path is evaluated on the resource as the operations before it left it. A primitive is two keys in JSON,
 * "given" and "_given"; where one moves the other moves along. */
#include "fhir/patch_internal.h"

typedef struct path_operation {
	text type, path, name;
	int64_t index, source, destination; /* -1: not said */
	uint32_t value;                     /* the parameter "value"; NODE_ABSENT: none */
} path_operation;

/* The elements a path finds, each by its leaf, and by that of its companion where it has one. */
typedef struct found_leaf {
	leaf *value, *companion;
	type_id type;
} found_leaf;
typedef struct finding {
	found_leaf *at;
	int count;
} finding;

/* ---- places ---- */

static bool find(patching *p, text path, finding *out)
{
	doc d;
	path_items items;
	*out = (finding){0};
	if (!json_parse(p->arena, leaf_json(p->arena, p->root), TEXT(""), p->sink, &d)) return false;
	leaf **of = ARENA_ARRAY(p->arena, leaf *, d.count);
	p->root = leaf_grow(p->arena, &d, 0, of);
	const path_outside outside = {.now = p->now};
	const struct path *compiled = path_compile(p->arena, path, type_find(doc_type(&d)), NULL, p->sink);
	if (!compiled || !path_run(compiled, &d, 0, &outside, p->arena, p->sink, &items)) return false;
	out->at = ARENA_ARRAY(p->arena, found_leaf, items.count);
	for (int i = 0; i < items.count; i++) {
		const path_item *item = &items.at[i];
		if (item->kind != PATH_NODE || item->d != &d)
			return patch_issue(p, FAIL_PATCH_NOWHERE, path, (text){0});
		bool only_companion = item->node == NODE_ABSENT && item->sibling;
		out->at[out->count++] = (found_leaf){.value = only_companion ? NULL : of[item->node],
						     .companion = item->sibling ? of[item->sibling] : NULL,
						     .type = item->type};
	}
	return true;
}

static bool find_one(patching *p, text path, found_leaf *out)
{
	finding all;
	if (!find(p, path, &all)) return false;
	if (all.count == 0) return patch_issue(p, FAIL_PATCH_NOWHERE, path, (text){0});
	if (all.count > 1) return patch_issue(p, FAIL_PATCH_SEVERAL, path, text_format(p->arena, "%d", all.count));
	*out = all.at[0];
	return true;
}

static text companion_key(arena *a, text key)
{
	return text_join(a, TEXT("_"), key);
}

/* The list beside a list of primitives, "_given" of "given", as long as it; NULL: it has none. */
static leaf *companions(patching *p, const leaf *list)
{
	leaf *beside = list->parent ? leaf_get(list->parent, companion_key(p->arena, list->key)) : NULL;
	if (!beside || beside->kind != NODE_ARRAY) return NULL;
	for (int64_t n = leaf_count(beside), all = leaf_count(list); n < all; n++)
		leaf_insert(beside, n, leaf_new(p->arena, NODE_NULL));
	return beside;
}

/* The same, made where a companion is to lie in it. */
static leaf *companions_for(patching *p, leaf *list, const leaf *companion)
{
	leaf *beside = companions(p, list);
	if (beside || !companion) return beside;
	leaf_put(list->parent, companion_key(p->arena, list->key), leaf_new(p->arena, NODE_ARRAY));
	return companions(p, list);
}

static void list_insert(patching *p, leaf *list, int64_t i, leaf *value, leaf *companion)
{
	leaf *beside = companions_for(p, list, companion);
	leaf_insert(list, i, value);
	if (beside) leaf_insert(beside, i, companion ? companion : leaf_new(p->arena, NODE_NULL));
}

/* FHIR has nothing empty: what has lost its last child goes too, and a list that says nothing. */
static void prune(leaf *l)
{
	while (l && l->parent) {
		leaf *parent = l->parent;
		bool says = false;
		for (const leaf *c = l->first; c; c = c->next) says = says || c->kind != NODE_NULL;
		if (says || (l->kind != NODE_OBJECT && l->kind != NODE_ARRAY)) return;
		leaf_cut(l);
		l = parent;
	}
}

/* ---- values ---- */

static leaf *part_value(patching *p, const doc *d, uint32_t parameter, type_id wanted, text *suffix);

/* A part of a value that has no datatype of its own: its name is an element's. */
static bool part_put(patching *p, const doc *d, uint32_t n, type_id type, leaf *into);

static leaf *parts_value(patching *p, const doc *d, uint32_t list, type_id type)
{
	leaf *object = leaf_new(p->arena, NODE_OBJECT);
	for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next)
		if (!part_put(p, d, i, type, object)) return NULL;
	return object;
}

/* value[x], resource or parts. `suffix`: of value[x], what stands for [x]. NULL: an issue. */
static leaf *part_value(patching *p, const doc *d, uint32_t parameter, type_id wanted, text *suffix)
{
	*suffix = (text){0};
	for (uint32_t i = parameter + 1; i < d->nodes[parameter].next; i = d->nodes[i].next) {
		text key = name_text(d, d->nodes[i].name);
		if (text_equal(key, TEXT("resource"))) return leaf_grow(p->arena, d, i, NULL);
		if (text_equal(key, TEXT("part"))) return parts_value(p, d, i, wanted);
		if (!text_starts(key, TEXT("value")) || key.len == 5) continue;
		*suffix = text_slice(key, 5, key.len);
		return leaf_grow(p->arena, d, i, NULL);
	}
	patch_issue(p, FAIL_PATCH_MEMBER, TEXT("value"), (text){0});
	return NULL;
}

/* The companion of a value that is a primitive: "_valueString". */
static leaf *part_companion(patching *p, const doc *d, uint32_t parameter)
{
	for (uint32_t i = parameter + 1; i < d->nodes[parameter].next; i = d->nodes[i].next)
		if (text_starts(name_text(d, d->nodes[i].name), TEXT("_value"))) return leaf_grow(p->arena, d, i, NULL);
	return NULL;
}

static type_id type_of_suffix(text suffix)
{
	char name[64];
	if (suffix.len == 0 || suffix.len >= (int64_t)sizeof name) return 0;
	snprintf(name, sizeof name, "%.*s", TEXT_ARG(suffix));
	type_id complex = type_find(suffix);
	if (complex && type_kind_of(complex) == TYPE_COMPLEX) return complex;
	name[0] = (char)(name[0] | 0x20); /* valueString holds a string */
	return type_find(text_of(name));
}

/* The JSON key of an element for a value of this type: of a choice, valueQuantity. */
static bool key_of(patching *p, const element_info *info, text name, text suffix, text *key)
{
	*key = name;
	if (!info->is_choice) return true;
	type_id of_value = type_of_suffix(suffix);
	name_id chosen = of_value ? element_choice_name(info->name, of_value) : NAME_NONE;
	if (!chosen) return patch_issue(p, FAIL_PATCH_VALUE, name, (text){0});
	*key = name_text(NULL, chosen);
	return true;
}

/* Something stands there already: the same key, its companion, or another type of a choice. */
static bool taken(patching *p, const leaf *in, const element_info *info, text key)
{
	bool is = leaf_get(in, key) || leaf_get(in, companion_key(p->arena, key));
	for (int i = 0; info->is_choice && i < info->type_count; i++) {
		name_id other = element_choice_name(info->name, info->types[i]);
		is = is || (other && leaf_get(in, name_text(NULL, other)));
	}
	return is;
}

/* Adds a value under an element's name: at the end of a list, else where there is none yet. */
static bool element_add(patching *p, const doc *d, uint32_t parameter, type_id parent, text name, leaf *into)
{
	element_info info;
	text key, suffix;
	name_id base = name_find(name);
	if (!parent || !base || !element_find_path(parent, base, &info))
		return patch_issue(p, FAIL_PATCH_ELEMENT, parent ? type_name(parent) : TEXT("?"), name);
	leaf *value = part_value(p, d, parameter, info.type_count ? info.types[0] : 0, &suffix);
	if (!value || !key_of(p, &info, name, suffix, &key)) return false;
	leaf *companion = part_companion(p, d, parameter), *there = leaf_get(into, key);
	if (info.max == 1) {
		if (taken(p, into, &info, key)) return patch_issue(p, FAIL_PATCH_THERE, type_name(parent), name);
		leaf_put(into, key, value);
		if (companion) leaf_put(into, companion_key(p->arena, key), companion);
		return true;
	}
	if (!there) leaf_put(into, key, there = leaf_new(p->arena, NODE_ARRAY));
	list_insert(p, there, leaf_count(there), value, companion);
	return true;
}

static bool part_put(patching *p, const doc *d, uint32_t n, type_id type, leaf *into)
{
	return element_add(p, d, n, type, doc_get_text(d, n, NAME_name), into);
}

/* ---- operations ---- */

static bool add(patching *p, const doc *d, const path_operation *o)
{
	found_leaf at = {0};
	if (!find_one(p, o->path, &at)) return false;
	if (!at.value || at.value->kind != NODE_OBJECT) {
		/* id and extensions of a primitive lie in its companion */
		return patch_issue(p, FAIL_PATCH_ELEMENT, o->path, o->name);
	}
	return element_add(p, d, o->value, at.type, o->name, at.value);
}

/* All that a path finds, when it is exactly the items of one list. */
static bool find_list(patching *p, text path, leaf **list)
{
	finding all;
	*list = NULL;
	if (!find(p, path, &all)) return false;
	for (int i = 0; i < all.count; i++) {
		const leaf *item = all.at[i].value ? all.at[i].value : all.at[i].companion;
		bool listed = all.at[i].value && item->parent && item->parent->kind == NODE_ARRAY;
		if (!listed || (*list && item->parent != *list))
			return patch_issue(p, FAIL_PATCH_LIST, path, (text){0});
		*list = item->parent;
	}
	bool whole = !*list || leaf_count(*list) == all.count;
	return whole || patch_issue(p, FAIL_PATCH_LIST, path, (text){0});
}

static bool bad_place(patching *p, text path, int64_t index)
{
	return patch_issue(p, FAIL_PATCH_INDEX, path, text_format(p->arena, "%lld", (long long)index));
}

/* Into a list that is not there yet: its name is the path's last word. */
static bool insert_first(patching *p, const doc *d, const path_operation *o)
{
	found_leaf at = {0};
	text_pair sides = text_cut_last(o->path, '.');
	if (o->index != 0) return bad_place(p, o->path, o->index);
	if (!sides.found) return patch_issue(p, FAIL_PATCH_NOWHERE, o->path, (text){0});
	if (!find_one(p, sides.head, &at)) return false;
	if (!at.value || at.value->kind != NODE_OBJECT) return patch_issue(p, FAIL_PATCH_NOWHERE, o->path, (text){0});
	return element_add(p, d, o->value, at.type, sides.tail, at.value);
}

static bool insert(patching *p, const doc *d, const path_operation *o)
{
	leaf *list;
	text suffix;
	finding all;
	if (o->index < 0) return patch_issue(p, FAIL_PATCH_MEMBER, TEXT("index"), (text){0});
	if (!find_list(p, o->path, &list)) return false;
	if (!list) return insert_first(p, d, o);
	if (o->index > leaf_count(list)) return bad_place(p, o->path, o->index);
	if (!find(p, o->path, &all)) return false; /* the types; the tree was grown anew */
	list = all.at[0].value->parent;
	leaf *value = part_value(p, d, o->value, all.at[0].type, &suffix), *companion = part_companion(p, d, o->value);
	if (!value) return false;
	list_insert(p, list, o->index, value, companion);
	return true;
}

/* One element and its companion; in a list of primitives the place goes from both. */
static void element_cut(patching *p, const found_leaf *at)
{
	leaf *of = at->value ? at->value : at->companion, *parent = of->parent;
	leaf *beside = at->value && parent->kind == NODE_ARRAY ? companions(p, parent) : NULL;
	if (beside) leaf_cut(leaf_at(beside, leaf_position(at->value)));
	if (!beside && at->companion && at->companion != of && at->companion->parent) leaf_cut(at->companion);
	if (!at->value && parent->kind == NODE_ARRAY)
		leaf_replace(of, leaf_new(p->arena, NODE_NULL)); /* only the companion was there */
	else
		leaf_cut(of);
	if (beside) prune(beside);
	prune(parent);
}

static bool take_out(patching *p, const path_operation *o)
{
	finding all;
	if (!find(p, o->path, &all)) return false;
	if (all.count == 0) return true; /* R4: it is gone already */
	if (all.count > 1) return patch_issue(p, FAIL_PATCH_SEVERAL, o->path, text_format(p->arena, "%d", all.count));
	if (all.at[0].value == p->root) return patch_issue(p, FAIL_PATCH_WHOLE, (text){0}, (text){0});
	element_cut(p, &all.at[0]);
	return true;
}

/* A primitive's extensions belong to the value that goes; the new one brings its own. */
static void companion_replace(patching *p, const found_leaf *at, leaf *value, leaf *companion)
{
	leaf *parent = value->parent;
	if (parent->kind == NODE_ARRAY) {
		leaf *beside = companions_for(p, parent, companion);
		if (!beside) return;
		leaf_replace(leaf_at(beside, leaf_position(value)),
			     companion ? companion : leaf_new(p->arena, NODE_NULL));
		prune(beside);
	} else {
		if (at->companion && at->companion->parent) leaf_cut(at->companion);
		if (companion) leaf_put(parent, companion_key(p->arena, value->key), companion);
	}
}

/* Of a choice the key names the type: valueString becomes valueQuantity. NAME_NONE: it is no choice, or not of that type. */
static name_id other_choice(const found_leaf *at, type_id given)
{
	text key = at->value->key, old = at->type ? type_name(at->type) : (text){0};
	if (at->value->parent->kind != NODE_OBJECT || old.len == 0 || key.len <= old.len || !given) return NAME_NONE;
	text base = text_slice(key, 0, key.len - old.len);
	if (!name_find(base) || element_choice_name(name_find(base), at->type) != name_find(key)) return NAME_NONE;
	return element_choice_name(name_find(base), given);
}

static bool replace(patching *p, const doc *d, const path_operation *o)
{
	found_leaf at = {0};
	text suffix;
	if (!find_one(p, o->path, &at)) return false;
	if (at.value == p->root) return patch_issue(p, FAIL_PATCH_WHOLE, (text){0}, (text){0});
	leaf *value = part_value(p, d, o->value, at.type, &suffix), *companion = part_companion(p, d, o->value);
	if (!value) return false;
	if (!at.value) return patch_issue(p, FAIL_PATCH_NOWHERE, o->path, (text){0});
	name_id chosen = other_choice(&at, type_of_suffix(suffix));
	leaf_replace(at.value, value);
	companion_replace(p, &at, value, NULL);
	if (chosen) value->key = name_text(NULL, chosen);
	if (companion) companion_replace(p, &(found_leaf){0}, value, companion);
	return true;
}

static bool move(patching *p, const path_operation *o)
{
	leaf *list;
	if (o->source < 0 || o->destination < 0)
		return patch_issue(p, FAIL_PATCH_MEMBER, o->source < 0 ? TEXT("source") : TEXT("destination"),
				   (text){0});
	if (!find_list(p, o->path, &list)) return false;
	if (!list) return patch_issue(p, FAIL_PATCH_NOWHERE, o->path, (text){0});
	int64_t count = leaf_count(list);
	if (o->source >= count) return bad_place(p, o->path, o->source);
	if (o->destination >= count) return bad_place(p, o->path, o->destination);
	leaf *lists[] = {list, companions(p, list)};
	for (int i = 0; i < 2 && lists[i]; i++) {
		leaf *item = leaf_at(lists[i], o->source);
		leaf_cut(item);
		leaf_insert(lists[i], o->destination, item);
	}
	return true;
}

/* ---- reading the Parameters ---- */

static bool number_of(patching *p, const doc *d, uint32_t part, text name, int64_t *out)
{
	uint32_t n = doc_get(d, part, NAME_valueInteger);
	if (n && text_to_int(doc_text(d, n), out) && *out >= 0) return true;
	return patch_issue(p, FAIL_PATCH_VALUE, name, (text){0});
}

/* Any kind of string will do: R4 says code for type, string for path and name. */
static text word_of(const doc *d, uint32_t part)
{
	text t = doc_get_text(d, part, NAME_valueString);
	return t.len ? t : doc_get_text(d, part, NAME_valueCode);
}

static bool part_read(patching *p, const doc *d, uint32_t part, path_operation *out)
{
	text name = doc_get_text(d, part, NAME_name);
	if (text_equal(name, TEXT("type")))
		out->type = word_of(d, part);
	else if (text_equal(name, TEXT("path")))
		out->path = word_of(d, part);
	else if (text_equal(name, TEXT("name")))
		out->name = word_of(d, part);
	else if (text_equal(name, TEXT("value")))
		out->value = part;
	else if (text_equal(name, TEXT("index")))
		return number_of(p, d, part, name, &out->index);
	else if (text_equal(name, TEXT("source")))
		return number_of(p, d, part, name, &out->source);
	else if (text_equal(name, TEXT("destination")))
		return number_of(p, d, part, name, &out->destination);
	else
		return patch_issue(p, FAIL_PATCH_OPERATION, name,
				   TEXT("type, path, name, value, index, source, destination"));
	return true;
}

static bool operation_read(patching *p, const doc *d, uint32_t n, path_operation *out)
{
	*out = (path_operation){.index = -1, .source = -1, .destination = -1};
	text name = doc_get_text(d, n, NAME_name);
	uint32_t parts = doc_get(d, n, NAME_part);
	if (!text_equal(name, TEXT("operation"))) return patch_issue(p, FAIL_PATCH_OPERATION, name, TEXT("operation"));
	for (uint32_t i = parts + 1; parts && i < d->nodes[parts].next; i = d->nodes[i].next)
		if (!part_read(p, d, i, out)) return false;
	if (out->type.len == 0) return patch_issue(p, FAIL_PATCH_MEMBER, TEXT("type"), (text){0});
	return out->path.len > 0 || patch_issue(p, FAIL_PATCH_MEMBER, TEXT("path"), (text){0});
}

static bool run(patching *p, const doc *d, const path_operation *o)
{
	bool adds = text_equal(o->type, TEXT("add")), inserts = text_equal(o->type, TEXT("insert"));
	bool replaces = text_equal(o->type, TEXT("replace"));
	if ((adds || inserts || replaces) && !o->value)
		return patch_issue(p, FAIL_PATCH_MEMBER, TEXT("value"), (text){0});
	if (adds && o->name.len == 0) return patch_issue(p, FAIL_PATCH_MEMBER, TEXT("name"), (text){0});
	if (adds) return add(p, d, o);
	if (inserts) return insert(p, d, o);
	if (replaces) return replace(p, d, o);
	if (text_equal(o->type, TEXT("delete"))) return take_out(p, o);
	if (text_equal(o->type, TEXT("move"))) return move(p, o);
	return patch_issue(p, FAIL_PATCH_OPERATION, o->type, TEXT("add, insert, delete, replace, move"));
}

bool patch_path(patching *p, const doc *d)
{
	uint32_t list = doc_get(d, 0, NAME_parameter);
	p->list = "Parameters.parameter";
	if (!list) return true; /* nothing to change */
	if (d->nodes[list].kind != NODE_ARRAY) return patch_issue(p, FAIL_PATCH_MEMBER, TEXT("operation"), (text){0});
	if (d->nodes[list].len > PATCH_OPERATIONS_MAX)
		return issue_add(p->sink, FAIL_PATCH_MANY, text_format(p->arena, "%d", PATCH_OPERATIONS_MAX), TEXT(""));
	for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next, p->operation++) {
		path_operation o;
		if (!operation_read(p, d, i, &o) || !run(p, d, &o)) return false;
	}
	return true;
}
