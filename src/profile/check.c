/* Checks a resource against R4's base definitions, element by element, in document order. What is checked: that an element is
 * defined, its JSON kind, how often it occurs, a primitive's format, required codes the package enumerates. What is not:
 * profiles, invariants, slices, the text of narratives, where references lead. */
#include "profile/internal.h"

static void write_path(buffer *b, const step *at)
{
	if (at->up) {
		write_path(b, at->up);
		buffer_char(b, '.');
	}
	buffer_add(b, at->name);
	if (at->index >= 0) buffer_format(b, "[%d]", at->index);
}

text step_path(arena *a, const step *at)
{
	buffer b = {.arena = a};
	write_path(&b, at);
	return buffer_text(&b);
}

bool step_is_valueless(const step *at)
{
	return at->node == NODE_ABSENT && at->beside != NODE_ABSENT;
}

bool step_object(const doc *d, const step *at, uint32_t *object)
{
	bool is_object = !step_is_valueless(at) && d->nodes[at->node].kind == NODE_OBJECT;
	*object = is_object ? at->node : at->beside;
	return is_object || (at->beside != NODE_ABSENT && d->nodes[at->beside].kind == NODE_OBJECT);
}

static bool wrong(const check *c, const step *at, failure code, text arg0, text arg1)
{
	text path = issues_full(c->sink) ? TEXT("") : step_path(c->sink->arena, at);
	return issue_at(c->sink, code, (place){.path = path}, arg0, arg1, TEXT(""));
}

static const char *const kind_names[] = {
    [NODE_NULL] = "null",     [NODE_FALSE] = "boolean", [NODE_TRUE] = "boolean",  [NODE_NUMBER] = "number",
    [NODE_STRING] = "string", [NODE_ARRAY] = "array",   [NODE_OBJECT] = "object",
};

static bool wrong_kind(const check *c, const step *at, const char *wanted, uint32_t n)
{
	return wrong(c, at, FAIL_FHIR_KIND, text_of(wanted), text_of(kind_names[c->d->nodes[n].kind]));
}

text value_shown(arena *a, const doc *d, uint32_t n)
{
	enum { SHOWN_BYTES_MAX = 60 };
	text t = doc_text(d, n);
	if (t.len <= SHOWN_BYTES_MAX) return t;
	int64_t end = SHOWN_BYTES_MAX;
	while (end > 0 && ((unsigned char)t.at[end] & 0xC0) == 0x80) end--;
	return text_join(a, text_slice(t, 0, end), TEXT("…"));
}

static text shown(const check *c, uint32_t n)
{
	return value_shown(c->sink->arena, c->d, n);
}

static void check_primitive(const check *c, uint32_t n, type_id type, uint16_t binding, const step *at)
{
	text value = doc_text(c->d, n);
	switch (format_check(type, c->d->nodes[n].kind, value)) {
	case FORMAT_GOOD:
		if (type == PRIMITIVE_code && !code_allowed(binding, value))
			wrong(c, at, FAIL_FHIR_CODE, shown(c, n), TEXT(""));
		return;
	case FORMAT_BAD_KIND:
		if (c->d->nodes[n].kind == NODE_NULL)
			wrong(c, at, FAIL_FHIR_NULL, TEXT(""), TEXT(""));
		else
			wrong_kind(c, at, format_json_kind(type), n);
		return;
	case FORMAT_BAD_VALUE:
		wrong(c, at, FAIL_FHIR_FORMAT, shown(c, n), type_name(type));
		return;
	case FORMAT_EMPTY:
		wrong(c, at, FAIL_FHIR_EMPTY, TEXT(""), TEXT(""));
		return;
	}
}

static void check_members(const check *c, uint32_t n, type_id type, const step *at);

static void check_object(const check *c, uint32_t n, type_id type, const step *at)
{
	if (c->d->nodes[n].kind != NODE_OBJECT)
		wrong_kind(c, at, "object", n);
	else if (c->d->nodes[n].len == 0)
		wrong(c, at, FAIL_FHIR_EMPTY, TEXT(""), TEXT(""));
	else
		check_members(c, n, type, at);
}

/* A resource says itself what it is. 0: it does not, and that has been reported. */
static type_id resource_type(const check *c, uint32_t n, const step *at)
{
	uint32_t said = doc_get(c->d, n, NAME_resourceType);
	if (said == NODE_ABSENT || c->d->nodes[said].kind != NODE_STRING)
		return wrong(c, at, FAIL_FHIR_TYPE_MISSING, TEXT(""), TEXT(""));
	type_id type = type_find(doc_text(c->d, said));
	if (type == 0 || type_kind_of(type) != TYPE_RESOURCE || type_is_abstract(type))
		return wrong(c, at, FAIL_FHIR_TYPE_UNKNOWN, shown(c, said), TEXT(""));
	return type;
}

static void check_resource(const check *c, uint32_t n, const step *at)
{
	if (c->d->nodes[n].kind != NODE_OBJECT) {
		wrong_kind(c, at, "object", n);
		return;
	}
	type_id type = resource_type(c, n, at);
	if (type == 0) return;
	step whole = *at;
	whole.type = type;
	check_members(c, n, type, &whole);
	if (!c->full) return;
	validate_object(c->full, &whole);
	validate_resource(c->full, &whole);
}

static void check_value(const check *c, uint32_t n, type_id type, uint16_t binding, const step *at)
{
	switch (type_kind_of(type)) {
	case TYPE_PRIMITIVE:
		check_primitive(c, n, type, binding, at);
		return;
	case TYPE_COMPLEX:
	case TYPE_BACKBONE:
		check_object(c, n, type, at);
		if (c->full && c->d->nodes[n].kind == NODE_OBJECT) validate_object(c->full, at);
		return;
	case TYPE_RESOURCE:
		check_resource(c, n, at);
		return;
	}
}

/* A member of an object, found in its definition. */
struct member {
	uint32_t node;
	const struct element_row *element;
	type_id type;
	bool companion; /* it is the one with an underscore */
};

static void check_one(const check *c, uint32_t n, const struct member *m, const step *at)
{
	if (m->companion) {
		step beside = *at;
		beside.node = at->beside; /* the value it is beside of, where there is one */
		beside.beside = n;
		check_object(c, n, c->element, &beside);
		if (c->full) validate_companion(c->full, &beside);
		return;
	}
	check_value(c, n, m->type, m->element->binding, at);
	if (c->full) validate_value(c->full, at);
}

/* A list of primitives and the list of their ids and extensions run side by side; where one has nothing it says null.
 * The first item of the other list, or the index after nothing. */
static uint32_t first_beside(const check *c, uint32_t object, uint32_t list, uint32_t *end)
{
	uint32_t beside = doc_get(c->d, object, name_companion(c->d->nodes[list].name));
	bool is_list = beside != NODE_ABSENT && c->d->nodes[beside].kind == NODE_ARRAY;
	*end = is_list ? c->d->nodes[beside].next : 0;
	return is_list ? beside + 1 : 0;
}

static void check_list(const check *c, uint32_t object, const struct member *m, const step *at)
{
	const node *nodes = c->d->nodes, *list = &nodes[m->node];
	uint32_t beside_end, beside = first_beside(c, object, m->node, &beside_end);
	if (list->len == 0) wrong(c, at, FAIL_FHIR_EMPTY, TEXT(""), TEXT(""));
	if (m->element->max && list->len > m->element->max)
		wrong(c, at, FAIL_FHIR_TOO_MANY, text_format(c->sink->arena, "%d", m->element->max), TEXT(""));
	step item = *at;
	item.index = 0;
	for (uint32_t i = m->node + 1; i < list->next; i = nodes[i].next, item.index++) {
		bool has_beside = beside < beside_end && nodes[beside].kind != NODE_NULL;
		item.node = i;
		item.beside = has_beside ? beside : NODE_ABSENT;
		if (nodes[i].kind != NODE_NULL || !has_beside) check_one(c, i, m, &item);
		if (beside < beside_end) beside = nodes[beside].next;
	}
}

static void check_member(const check *c, uint32_t object, type_id owner, const struct member *m, const step *up)
{
	/* A choice is called by its base name in FHIRPath: Observation.value. */
	step at = {.up = up,
		   .name = name_text(NULL, m->element->name),
		   .index = -1,
		   .type = m->type,
		   .node = m->node,
		   .element = m->element,
		   .owner = owner};
	bool is_list = c->d->nodes[m->node].kind == NODE_ARRAY;
	if (m->element->max != 1 && !is_list)
		wrong_kind(c, &at, "array", m->node);
	else if (m->element->max == 1 && is_list)
		wrong(c, &at, FAIL_FHIR_TOO_MANY, TEXT("1"), TEXT(""));
	else if (is_list)
		check_list(c, object, m, &at);
	else {
		if (!c->d->no_companions) at.beside = doc_get(c->d, object, name_companion(c->d->nodes[m->node].name));
		check_one(c, m->node, m, &at);
	}
}

/* The definition of a member; false: there is none. */
static bool find_member(const check *c, uint32_t n, type_id type, struct member *out)
{
	name_id name = c->d->nodes[n].name, plain = name;
	bool companion = name_is_companion(name);
	if (companion) plain = name_companion(name);
	const struct key_row *key = key_find(type, plain);
	if (!key || (companion && type_kind_of(key->type) != TYPE_PRIMITIVE)) return false;
	*out = (struct member){
	    .node = n,
	    .element = element_of_key(type, key),
	    .type = key->type,
	    .companion = companion,
	};
	return true;
}

static void check_required(const check *c, type_id type, const name_id *seen, const step *at)
{
	const struct type_row *row = &image_types[type];
	for (uint32_t i = 0; i < row->element_count; i++) {
		const struct element_row *element = &image_elements[row->first_element + i];
		if (element->min == 0 || seen[i] != NAME_NONE) continue;
		text name = name_text(NULL, element->name);
		if (element->is_choice) name = text_join(c->sink->arena, name, TEXT("[x]"));
		wrong(c, at, FAIL_FHIR_REQUIRED, name, TEXT(""));
	}
}

static void check_members(const check *c, uint32_t n, type_id type, const step *at)
{
	name_id seen[IMAGE_ELEMENTS_OF_ONE_TYPE] = {0}; /* under which JSON name an element occurred */
	const node *nodes = c->d->nodes;
	bool is_resource = type_kind_of(type) == TYPE_RESOURCE;
	for (uint32_t i = n + 1; i < nodes[n].next; i = nodes[i].next) {
		struct member m;
		if (is_resource && nodes[i].name == NAME_resourceType) continue;
		if (!find_member(c, i, type, &m)) {
			text name = name_text(c->d, nodes[i].name);
			wrong(c, &(step){.up = at, .name = name, .index = -1}, FAIL_FHIR_ELEMENT, name,
			      type_name(type));
			continue;
		}
		name_id plain = m.companion ? name_companion(nodes[i].name) : nodes[i].name;
		name_id *before = &seen[m.element - &image_elements[image_types[type].first_element]];
		if (*before != NAME_NONE && *before != plain)
			wrong(c, at, FAIL_FHIR_CHOICE, name_text(NULL, m.element->name), TEXT(""));
		*before = plain;
		check_member(c, n, type, &m, at);
	}
	check_required(c, type, seen, at);
}

static bool check_root(const check *c)
{
	int errors = c->sink->errors;
	text type = doc_type(c->d);
	step root = {.name = type.len && type_find(type) ? type : TEXT("Resource"), .index = -1};
	check_resource(c, 0, &root);
	return c->sink->errors == errors;
}

bool check_whole(const doc *d, issues *sink, validator *full)
{
	return check_root(&(check){.d = d, .sink = sink, .element = type_find(TEXT("Element")), .full = full});
}

bool resource_check(const doc *d, issues *sink)
{
	return check_whole(d, sink, NULL);
}
