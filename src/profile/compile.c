/* compile.c: a StructureDefinition's differential laid over the tree of the profile it is based on. What one element says is
 * read by read.c; here is which rule it says it of. */
#include "profile/internal.h"

enum { SEGMENTS_MAX = 32, RULES_DEPTH_MAX = 64 };

rule *rule_child(const rule *r, name_id name)
{
	rule *c = r->children;
	while (c && c->name != name) c = c->next;
	return c;
}

rule *rule_slice(const rule *r, text name)
{
	rule *s = r->slices;
	while (s && !text_equal(s->slice, name)) s = s->next;
	return s;
}

static void append(rule **list, rule *r)
{
	while (*list) list = &(*list)->next;
	*list = r;
}

static rule *rule_new(arena *a, name_id name, type_id type)
{
	rule *r = ARENA_NEW(a, rule);
	r->name = name;
	r->type = type;
	r->min = r->max = COUNT_UNSAID;
	return r;
}

static rule *copy_list(arena *a, const rule *from);

/* What is shared with the base's tree is what never changes: types, constraints, slicing. */
static rule *copy_rule(arena *a, const rule *from)
{
	rule *r = ARENA_NEW(a, rule);
	*r = *from;
	r->next = NULL;
	r->same = NULL;
	r->children = copy_list(a, from->children);
	r->slices = copy_list(a, from->slices);
	return r;
}

static rule *copy_list(arena *a, const rule *from)
{
	rule *first = NULL, **end = &first;
	for (; from; from = from->next) {
		*end = copy_rule(a, from);
		end = &(*end)->next;
	}
	return first;
}

/* Finding the rule an element id speaks of */

static rule *child_made(profile_compiler *c, rule *parent, name_id name, type_id type)
{
	rule *r = rule_child(parent, name);
	if (r) return r;
	r = rule_new(c->arena, name, type);
	append(&parent->children, r);
	return r;
}

/* "a/b" is a slice within the slice "a". */
static rule *slice_made(profile_compiler *c, rule *of, text name)
{
	for (int64_t end = 0; end <= name.len; end++) {
		if (end < name.len && name.at[end] != '/') continue;
		text part = text_slice(name, 0, end);
		rule *r = rule_slice(of, part);
		if (!r) {
			r = rule_new(c->arena, of->name, of->type);
			r->slice = part;
			append(&of->slices, r);
		}
		if (c->depth++ < RULES_DEPTH_MAX) of = r;
	}
	return of;
}

static type_id only_type(const element_info *e)
{
	return e->type_count == 1 ? e->types[0] : 0;
}

static rule *choice_slice(profile_compiler *c, rule *parent, const element_info *e, text name, type_id type)
{
	rule *r = slice_made(c, child_made(c, parent, e->name, only_type(e)), name);
	if (!r->type) r->type = type;
	return r;
}

/* "value[x]", "value", or one of a choice by its JSON name, "valueQuantity", which is a slice of it. */
static rule *into_element(profile_compiler *c, rule *parent, text segment)
{
	bool is_choice = text_ends(segment, TEXT("[x]"));
	text plain = is_choice ? text_slice(segment, 0, segment.len - 3) : segment;
	name_id name = name_find(plain);
	type_id type = 0;
	c->element = (element_info){0};
	if (name == NAME_NONE) return NULL;
	if (!parent->type) return child_made(c, parent, name, 0);
	if (element_find_path(parent->type, name, &c->element))
		return child_made(c, parent, name, only_type(&c->element));
	if (element_find(parent->type, name, &c->element, &type) && c->element.is_choice)
		return choice_slice(c, parent, &c->element, plain, type);
	if (parent->type == type_find(TEXT("Resource"))) return child_made(c, parent, name, 0);
	return NULL;
}

static rule *into_slice(profile_compiler *c, rule *of, text name, type_id parent_type)
{
	rule *r = slice_made(c, of, name);
	element_info e;
	type_id type;
	name_id json = name_find(name);
	if (!r->type && json != NAME_NONE && element_find(parent_type, json, &e, &type) && e.name == of->name)
		r->type = type;
	return r;
}

static rule *into_segment(profile_compiler *c, rule *parent, text segment)
{
	text_pair cut = text_cut(segment, ':');
	rule *r = into_element(c, parent, cut.head);
	if (!r || !cut.tail.len || text_equal(r->slice, cut.tail)) return r;
	return into_slice(c, r, cut.tail, parent->type);
}

static rule *rule_at(profile_compiler *c, text id)
{
	rule *r = c->root;
	int segments = 0;
	c->depth = 0;
	for (text rest = text_cut(id, '.').tail; rest.len && r; segments++) {
		text_pair cut = text_cut(rest, '.');
		if (segments == SEGMENTS_MAX) return NULL;
		r = into_segment(c, r, cut.head);
		rest = cut.tail;
	}
	return r;
}

/* An element's id says which slices its path goes through. Where there is no id, the slices opened before it do. */
static text id_made(profile_compiler *c, uint32_t element)
{
	text path = doc_get_text(c->d, element, NAME_path), slice = doc_get_text(c->d, element, NAME_sliceName),
	     id = path;
	text open = c->open_path;
	bool below = open.len && path.len > open.len && text_starts(path, open) && path.at[open.len] == '.';
	if (below) id = text_join(c->arena, c->open_id, text_slice(path, open.len, path.len));
	if (slice.len) {
		id = text_format(c->arena, "%.*s:%.*s", TEXT_ARG(id), TEXT_ARG(slice));
		c->open_path = path;
		c->open_id = id;
	}
	return id;
}

static bool refuse(profile_compiler *c, const char *why, text what)
{
	c->out->failure = text_format(c->arena, "%s %.*s", why, TEXT_ARG(what));
	return false;
}

static bool apply_element(profile_compiler *c, uint32_t element)
{
	text id = doc_get_text(c->d, element, NAME_id);
	if (!id.len) id = id_made(c, element);
	if (!id.len) return refuse(c, "element.path", TEXT(""));
	c->element = (element_info){0};
	rule *r = rule_at(c, id);
	if (!r) return refuse(c, "element", id);
	rule_read(c, element, r);
	return true;
}

static bool apply_elements(profile_compiler *c, uint32_t list)
{
	const node *nodes = c->d->nodes;
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next)
		if (nodes[i].kind == NODE_OBJECT && !apply_element(c, i)) return false;
	return true;
}

/* Elements defined as another one (contentReference): what is said of Questionnaire.item holds in item.item too. */

static rule *rule_of_type(rule *root, text path)
{
	for (text rest = text_cut(path, '.').tail; rest.len && root;) {
		text_pair cut = text_cut(rest, '.');
		root = rule_child(root, name_find(cut.head));
		rest = cut.tail;
	}
	return root;
}

static void join_references(profile_compiler *c, rule *r, type_id type, int depth)
{
	if (depth > SEGMENTS_MAX) return;
	for (int i = 0; i < element_count(type); i++) {
		element_info e;
		element_at(type, i, &e);
		if (e.type_count != 1 || type_kind_of(e.types[0]) != TYPE_BACKBONE) continue;
		text own =
		    text_format(c->arena, "%.*s.%.*s", TEXT_ARG(type_name(type)), TEXT_ARG(name_text(NULL, e.name)));
		rule *child = rule_child(r, e.name);
		if (text_equal(own, type_name(e.types[0]))) {
			if (child) join_references(c, child, e.types[0], depth + 1);
			continue;
		}
		rule *meant = rule_of_type(c->root, type_name(e.types[0]));
		if (!meant || !(meant->children || meant->constraints)) continue;
		if (!child) child = child_made(c, r, e.name, e.types[0]);
		child->same = meant;
	}
}

/* A whole profile */

static bool is_definition_of(text url, type_id type)
{
	text base = TEXT("http://hl7.org/fhir/StructureDefinition/");
	return text_starts(url, base) && type_find(text_slice(url, base.len, url.len)) == type;
}

static uint32_t elements_of(const doc *d, name_id part)
{
	uint32_t view = doc_get(d, 0, part);
	uint32_t list = view == NODE_ABSENT ? NODE_ABSENT : doc_get(d, view, NAME_element);
	return list != NODE_ABSENT && d->nodes[list].kind == NODE_ARRAY ? list : NODE_ABSENT;
}

/* The differential over the base's tree; the snapshot where there is no differential or the base is not here. */
static bool lay_over_base(profile_compiler *c)
{
	text base_url = doc_get_text(c->d, 0, NAME_baseDefinition);
	uint32_t differential = elements_of(c->d, NAME_differential), snapshot = elements_of(c->d, NAME_snapshot);
	bool from_type = is_definition_of(text_cut(base_url, '|').head, c->out->type);
	const profile *base = from_type ? NULL : profile_find(c->profiles, base_url);
	bool has_base = from_type || (base && base->root && type_is(c->out->type, base->type));
	if (has_base && differential != NODE_ABSENT) {
		if (base) c->root = copy_rule(c->arena, base->root);
		return apply_elements(c, differential);
	}
	if (snapshot != NODE_ABSENT) return apply_elements(c, snapshot);
	return refuse(c, has_base ? "differential" : "baseDefinition", base_url);
}

void profile_compile(const profiles *p, arena *a, const doc *d, profile *out)
{
	profile_compiler c = {.profiles = p, .arena = a, .d = d, .out = out};
	text type = doc_get_text(d, 0, NAME_type);
	out->definition = d;
	out->title = doc_get_text(d, 0, NAME_title);
	if (!out->title.len) out->title = doc_get_text(d, 0, NAME_name);
	if (!out->title.len) out->title = out->url;
	out->type = type_find(type);
	if (!out->type) {
		refuse(&c, "type", type);
		return;
	}
	c.root = rule_new(a, NAME_NONE, out->type);
	if (!text_equal(doc_get_text(d, 0, NAME_derivation), TEXT("constraint")) &&
	    is_definition_of(out->url, out->type)) {
		out->is_base = true;
		out->root = c.root;
		return;
	}
	if (!lay_over_base(&c)) return;
	rule_read_context(&c);
	join_references(&c, c.root, out->type, 0);
	out->root = c.root;
}
