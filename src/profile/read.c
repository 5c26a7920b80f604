/* read.c: what one ElementDefinition says, read into its rule. */
#include "profile/internal.h"

static text text_at(const profile_compiler *c, uint32_t n, name_id name)
{
	return doc_get_text(c->d, n, name);
}

static int number_at(const profile_compiler *c, uint32_t n)
{
	int64_t v;
	return text_to_int(doc_text(c->d, n), &v) && v >= 0 && v <= INT32_MAX ? (int)v : COUNT_UNSAID;
}

/* What the base definition demands anyway is reported by the walk over it and needs no rule. */
static void read_min(const profile_compiler *c, uint32_t n, rule *r)
{
	int v = number_at(c, n);
	bool news = r->slice.len || r->min != COUNT_UNSAID || v > c->element.min;
	if (v != COUNT_UNSAID && news) r->min = v;
}

static void read_max(const profile_compiler *c, uint32_t n, rule *r)
{
	bool unbounded = text_equal(doc_text(c->d, n), TEXT("*"));
	int v = unbounded ? COUNT_UNSAID : number_at(c, n);
	if (v == COUNT_UNSAID) return;
	bool news = r->slice.len || c->element.max == 0 || v < c->element.max;
	if (news) r->max = v;
}

/* Lists of texts */

static text *texts_at(const profile_compiler *c, uint32_t object, name_id name, int *count)
{
	uint32_t list = doc_get(c->d, object, name);
	const node *nodes = c->d->nodes;
	*count = 0;
	if (list == NODE_ABSENT || nodes[list].kind != NODE_ARRAY || !nodes[list].len) return NULL;
	text *at = ARENA_ARRAY(c->arena, text, nodes[list].len);
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next)
		if (nodes[i].kind == NODE_STRING) at[(*count)++] = doc_text(c->d, i);
	return at;
}

static type_id type_of_code(text code)
{
	text system = TEXT("http://hl7.org/fhirpath/System.");
	if (!text_starts(code, system)) return type_find(code);
	char name[64] = {0};
	text rest = text_slice(code, system.len, code.len);
	if (!rest.len || rest.len >= (int64_t)sizeof name) return 0;
	for (int64_t i = 0; i < rest.len; i++) name[i] = rest.at[i];
	if (name[0] >= 'A' && name[0] <= 'Z') name[0] = (char)(name[0] - 'A' + 'a');
	return type_find((text){name, rest.len});
}

static type_rule *read_type(const profile_compiler *c, uint32_t n)
{
	type_id type = type_of_code(text_at(c, n, NAME_code));
	if (!type) return NULL;
	type_rule *t = ARENA_NEW(c->arena, type_rule);
	t->type = type;
	t->profiles = texts_at(c, n, NAME_profile, &t->profile_count);
	t->targets = texts_at(c, n, NAME_targetProfile, &t->target_count);
	return t;
}

/* "Organization" where R4 has any resource. */
static bool is_narrower(const profile_compiler *c, type_id type)
{
	if (type_kind_of(type) != TYPE_RESOURCE) return false;
	for (int i = 0; i < c->element.type_count; i++)
		if (c->element.types[i] == type) return false;
	return true;
}

/* System types stand for ids and urls; the base definition knows those better. */
static bool says_more(const profile_compiler *c, const type_rule *types, int count)
{
	for (const type_rule *t = types; t; t = t->next)
		if (t->profile_count || t->target_count || is_narrower(c, t->type)) return true;
	return !c->element.type_count || count < c->element.type_count;
}

static void read_types(const profile_compiler *c, uint32_t list, rule *r)
{
	const node *nodes = c->d->nodes;
	type_rule *first = NULL, **end = &first;
	int count = 0;
	if (nodes[list].kind != NODE_ARRAY || r == c->root) return;
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next) {
		*end = read_type(c, i);
		if (!*end) continue;
		end = &(*end)->next;
		count++;
	}
	if (!count) return;
	if (says_more(c, first, count) || r->types || r->slice.len) r->types = first;
	bool is_backbone = r->type && type_kind_of(r->type) == TYPE_BACKBONE;
	if (count == 1 && !is_backbone) r->type = first->type;
}

/* Constraints */

static const constraint *constraint_new(const profile_compiler *c, constraint what, text expression, type_id context)
{
	issues sink = {.arena = c->arena};
	constraint *x = ARENA_NEW(c->arena, constraint);
	*x = what;
	x->source = c->out->url;
	x->path = path_compile(c->arena, expression, context, NULL, &sink);
	return x;
}

/* What an extension's definition says of where it stands; of what type that is, it does not say. */
void rule_read_context(profile_compiler *c)
{
	uint32_t list = doc_get(c->d, 0, NAME_contextInvariant);
	const node *nodes = c->d->nodes;
	if (list == NODE_ABSENT || nodes[list].kind != NODE_ARRAY) return;
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next) {
		text expression = doc_text(c->d, i);
		constraint what = {.next = c->out->context_rules, .key = c->out->title, .human = expression};
		c->out->context_rules = constraint_new(c, what, expression, 0);
	}
}

static bool has_constraint(const rule *r, text key)
{
	for (const constraint *x = r->constraints; x; x = x->next)
		if (text_equal(x->key, key)) return true;
	return false;
}

/* A snapshot repeats the invariants of the base definitions, which the walk over those evaluates. */
static bool is_of_base(text source)
{
	text base = TEXT("http://hl7.org/fhir/StructureDefinition/");
	return text_starts(source, base) && type_find(text_slice(source, base.len, source.len));
}

static void read_constraint(const profile_compiler *c, uint32_t n, rule *r)
{
	text key = text_at(c, n, NAME_key), expression = text_at(c, n, NAME_expression);
	if (!expression.len || has_constraint(r, key) || is_of_base(text_at(c, n, NAME_source))) return;
	r->constraints =
	    constraint_new(c,
			   (constraint){.next = r->constraints,
					.key = key,
					.human = text_at(c, n, NAME_human),
					.warns = text_equal(text_at(c, n, NAME_severity), TEXT("warning"))},
			   expression, r->type);
}

static void read_constraints(const profile_compiler *c, uint32_t list, rule *r)
{
	const node *nodes = c->d->nodes;
	if (nodes[list].kind != NODE_ARRAY) return;
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next) read_constraint(c, i, r);
}

/* Slicing */

/* A discriminator's path is a few of these: name, extension('url'), resolve(), ofType(T), $this. */
static bool read_hop(const profile_compiler *c, text part, hop *out)
{
	text argument = {0}, extension = TEXT("extension("), of_type = TEXT("ofType(");
	bool is_extension = text_starts(part, extension), is_type = text_starts(part, of_type);
	if ((is_extension || is_type) && text_ends(part, TEXT(")")))
		argument = text_slice(part, is_extension ? extension.len : of_type.len, part.len - 1);
	*out = (hop){.kind = HOP_NAME};
	if (is_extension) {
		out->kind = HOP_EXTENSION;
		if (argument.len > 2) out->url = text_copy(c->arena, text_slice(argument, 1, argument.len - 1));
		return out->url.len > 0;
	}
	if (is_type) {
		out->kind = HOP_OF_TYPE;
		out->type = type_find(argument);
		return out->type != 0;
	}
	if (text_equal(part, TEXT("resolve()"))) {
		out->kind = HOP_RESOLVE;
		return true;
	}
	if (text_ends(part, TEXT("[x]"))) part = text_slice(part, 0, part.len - 3);
	out->name = name_find(part);
	return out->name != NAME_NONE;
}

/* Where the next hop of a path ends: at a dot outside parentheses, for URLs have dots. */
static text cut_hop(text *rest)
{
	int depth = 0;
	int64_t i = 0;
	for (; i < rest->len && (depth || rest->at[i] != '.'); i++)
		depth += rest->at[i] == '(' ? 1 : rest->at[i] == ')' ? -1 : 0;
	text part = text_slice(*rest, 0, i);
	*rest = i < rest->len ? text_slice(*rest, i + 1, rest->len) : (text){0};
	return part;
}

static void read_hops(const profile_compiler *c, text path, discriminator *out)
{
	enum { HOPS_MAX = 16 };
	hop *hops = ARENA_ARRAY(c->arena, hop, HOPS_MAX);
	while (path.len) {
		text part = cut_hop(&path);
		if (text_equal(part, TEXT("$this"))) continue;
		if (out->hop_count == HOPS_MAX || !read_hop(c, part, &hops[out->hop_count])) {
			out->unusable = true;
			return;
		}
		out->hop_count++;
	}
	out->hops = hops;
}

static discriminator read_discriminator(const profile_compiler *c, uint32_t n)
{
	text type = text_at(c, n, NAME_type);
	discriminator out = {.kind = BY_VALUE}; /* "pattern" means the same */
	if (text_equal(type, TEXT("exists"))) out.kind = BY_EXISTS;
	if (text_equal(type, TEXT("type"))) out.kind = BY_TYPE;
	if (text_equal(type, TEXT("profile"))) out.kind = BY_PROFILE;
	read_hops(c, text_at(c, n, NAME_path), &out);
	return out;
}

static void read_slicing(const profile_compiler *c, uint32_t n, rule *r)
{
	slicing *s = ARENA_NEW(c->arena, slicing);
	uint32_t list = doc_get(c->d, n, NAME_discriminator), ordered = doc_get(c->d, n, NAME_ordered);
	const node *nodes = c->d->nodes;
	text rules = text_at(c, n, NAME_rules);
	s->ordered = ordered != NODE_ABSENT && nodes[ordered].kind == NODE_TRUE;
	s->end = text_equal(rules, TEXT("closed"))      ? SLICES_CLOSED
		 : text_equal(rules, TEXT("openAtEnd")) ? SLICES_OPEN_AT_END
							: SLICES_OPEN;
	if (list != NODE_ABSENT && nodes[list].kind == NODE_ARRAY) {
		discriminator *by = ARENA_ARRAY(c->arena, discriminator, nodes[list].len);
		for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next)
			by[s->count++] = read_discriminator(c, i);
		s->by = by;
	}
	r->slicing = s;
}

/* Values */

static void read_literal(const profile_compiler *c, uint32_t n, rule *r)
{
	const struct key_row *key = key_find(c->element_definition, c->d->nodes[n].name);
	if (!key) return;
	literal value = {.d = c->d, .node = n, .type = key->type};
	switch (element_of_key(c->element_definition, key)->name) {
	case NAME_fixed:
		r->fixed = value;
		return;
	case NAME_pattern:
		r->pattern = value;
		return;
	case NAME_minValue:
		r->least = value;
		return;
	case NAME_maxValue:
		r->most = value;
		return;
	}
}

static text max_value_set(const profile_compiler *c, uint32_t binding)
{
	text wanted = TEXT("http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet");
	uint32_t list = doc_get(c->d, binding, NAME_extension);
	const node *nodes = c->d->nodes;
	if (list == NODE_ABSENT || nodes[list].kind != NODE_ARRAY) return (text){0};
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next)
		if (text_equal(text_at(c, i, NAME_url), wanted)) return text_at(c, i, NAME_valueCanonical);
	return (text){0};
}

static void read_binding(const profile_compiler *c, uint32_t n, rule *r)
{
	text set = text_at(c, n, NAME_valueSet), strength = text_at(c, n, NAME_strength);
	r->value_set_max = max_value_set(c, n);
	if (!set.len) return;
	r->value_set = set;
	r->strength = text_equal(strength, TEXT("required"))     ? BINDING_REQUIRED
		      : text_equal(strength, TEXT("extensible")) ? BINDING_EXTENSIBLE
								 : BINDING_PREFERRED;
}

static void read_part(const profile_compiler *c, uint32_t n, rule *r)
{
	if (r == c->root) {
		if (c->d->nodes[n].name == NAME_isModifier) c->out->is_modifier = c->d->nodes[n].kind == NODE_TRUE;
		return;
	}
	switch (c->d->nodes[n].name) {
	case NAME_min:
		read_min(c, n, r);
		return;
	case NAME_max:
		read_max(c, n, r);
		return;
	case NAME_slicing:
		read_slicing(c, n, r);
		return;
	case NAME_maxLength:
		r->max_length = number_at(c, n) > 0 ? number_at(c, n) : 0;
		return;
	case NAME_binding:
		read_binding(c, n, r);
		return;
	default: /* fixedCode, patternCoding …, or nothing that constrains */
		read_literal(c, n, r);
	}
}

/* Types first: values and constraints are read by them. */
void rule_read(profile_compiler *c, uint32_t element, rule *r)
{
	const node *nodes = c->d->nodes;
	uint32_t types = doc_get(c->d, element, NAME_type), constraints = doc_get(c->d, element, NAME_constraint);
	if (!c->element_definition) c->element_definition = type_find(TEXT("ElementDefinition"));
	if (types != NODE_ABSENT) read_types(c, types, r);
	for (uint32_t i = element + 1; i < nodes[element].next; i = nodes[i].next) read_part(c, i, r);
	if (constraints != NODE_ABSENT) read_constraints(c, constraints, r);
}
