/* validate.c: a resource held against all it must be: the walk over the base definitions (check.c) with what only a full
 * check asks at each value, object and resource; then the profiles. Which question is answered where: invariant.c,
 * reference.c, binding.c, extension.c, bundle.c, visit.c. */
#include "profile/internal.h"

/* Two profiles may want the same. Of very many findings only the first are compared. */
static bool said_before(const issues *sink, failure code, text path, const text args[3])
{
	int left = ISSUES_MAX;
	for (const issue *i = sink->first; i && left > 0; i = i->next, left--)
		if (i->code == code && text_equal(i->place.path, path) && text_equal(i->args[0], args[0]) &&
		    text_equal(i->args[1], args[1]) && text_equal(i->args[2], args[2]))
			return true;
	return false;
}

void find(validator *v, const step *at, severity how, failure code, text arg0, text arg1, text arg2)
{
	if (v->muted) {
		v->found += how == SEVERITY_ERROR;
		return;
	}
	if (how != SEVERITY_ERROR && !v->how->warnings) return;
	text path = issues_full(v->sink) ? TEXT("") : step_path(v->sink->arena, at);
	const text args[3] = {arg0, arg1, arg2};
	if (!v->by.len || !said_before(v->sink, code, path, args))
		issue_put(v->sink, how, code, (place){.path = path}, args);
}

bool told_before(validator *v, text what)
{
	if (map_get_or(&v->told, what, 0)) return true;
	v->lasting++;
	map_put(&v->told, what, 1);
	return false;
}

/* Bindings that the walk did not decide by the package's own lists of codes. */
static void check_binding(validator *v, const step *at, const struct detail_row *detail)
{
	bool decided = at->type == PRIMITIVE_code && at->element->binding;
	if (detail->value_set_len && !decided)
		binding_check(v, at, (binding_strength)detail->binding_strength,
			      (text){image_strings + detail->value_set_at, detail->value_set_len});
	if (detail->value_set_max_len)
		binding_check(v, at, BINDING_REQUIRED,
			      (text){image_strings + detail->value_set_max_at, detail->value_set_max_len});
}

void validate_value(validator *v, const step *at)
{
	const struct detail_row *detail = &image_details[at->element - image_elements];
	if (detail->invariant_count)
		validate_invariants(v, at, image_invariant_lists + detail->first_invariant, detail->invariant_count);
	if (v->how->taking) return;
	if (detail->binding_strength == BINDING_REQUIRED || detail->binding_strength == BINDING_EXTENSIBLE ||
	    detail->value_set_max_len)
		check_binding(v, at, detail);
	if (at->type == v->types.reference)
		reference_check(v, at, image_type_lists + detail->first_target, detail->target_count);
}

/* A primitive's id alone says nothing (ele-1). */
void validate_companion(validator *v, const step *at)
{
	const node *beside = &v->d->nodes[at->beside];
	bool empty = at->node == NODE_ABSENT || v->d->nodes[at->node].kind == NODE_NULL;
	bool only_id = beside->kind == NODE_OBJECT && beside->len == 1 && beside[1].name == NAME_id;
	if (empty && only_id) find_error(v, at, FAIL_FHIR_EMPTY, TEXT(""), TEXT(""), TEXT(""));
}

void validate_object(validator *v, const step *at)
{
	const struct type_row *type = &image_types[at->type];
	validate_invariants(v, at, image_invariant_lists + type->first_invariant, type->invariant_count);
	if (v->how->taking) return;
	if (at->type == v->types.extension) extension_check(v, at);
	if (at->type == v->types.reference) bundle_reference(v, at);
	if (at->type == v->types.bundle) bundle_check(v, at);
}

static void check_profile(validator *v, const step *at, text url)
{
	const profile *p = profile_find(v->profiles, url);
	if (p)
		visit_afresh(v, p, at);
	else if (!told_before(v, url))
		find(v, at, SEVERITY_WARNING, FAIL_PROFILE_UNKNOWN, url, TEXT(""), TEXT(""));
}

static void check_claims(validator *v, const step *at)
{
	const node *nodes = v->d->nodes;
	uint32_t meta = doc_get(v->d, at->node, NAME_meta);
	uint32_t list = meta == NODE_ABSENT ? NODE_ABSENT : doc_get(v->d, meta, NAME_profile);
	if (list == NODE_ABSENT || nodes[list].kind != NODE_ARRAY) return;
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next)
		if (nodes[i].kind == NODE_STRING) check_profile(v, at, doc_text(v->d, i));
}

/* A profile asked for must be known: what nobody tested is not met. */
static void check_asked(validator *v, const step *at)
{
	for (int i = 0; i < v->how->against_count; i++) {
		text url = v->how->against[i];
		if (profile_known(v->profiles, url))
			check_profile(v, at, url);
		else
			find_error(v, at, FAIL_PROFILE_UNKNOWN, url, TEXT(""), TEXT(""));
	}
}

void validate_resource(validator *v, const step *at)
{
	if (!at->up) check_asked(v, at);
	if (v->how->claimed) check_claims(v, at);
	if (!at->up && v->spent) find_error(v, at, FAIL_PROFILE_BUDGET, TEXT(""), TEXT(""), TEXT(""));
}

/* What FHIRPath asks: the caller's answers, and ours. */

static bool path_resolve(void *self, text reference, path_item *out)
{
	const validator *v = self;
	const path_outside *o = &v->how->outside;
	return o->resolve && o->resolve(o->self, reference, out);
}

static bool path_variable(void *self, text name, path_items *out)
{
	validator *v = self;
	const path_outside *o = &v->how->outside;
	if (!v->extension || !text_equal(name, TEXT("extension")))
		return o->variable && o->variable(o->self, name, out);
	path_item *item = ARENA_NEW(v->arena, path_item);
	*item = (path_item){.kind = PATH_NODE, .type = v->types.extension, .node = v->extension->node, .d = v->d};
	*out = (path_items){item, 1};
	return true;
}

static int path_member(void *self, const path_item *item, text set)
{
	const validator *v = self;
	return outside_member(v->profiles, item, set);
}

static int path_conforms(void *self, const path_item *item, text url)
{
	const validator *v = self;
	return outside_conforms(v->profiles, item, url, v->arena, v->conforming);
}

static int path_subsumes(void *self, text system, text general, text specific)
{
	const validator *v = self;
	return outside_subsumes(v->profiles, system, general, specific);
}

static int path_in_slice(void *self, const path_item *item, text url, text name)
{
	const validator *v = self;
	return outside_in_slice(v->profiles, item, url, name, v->arena);
}

static void open_types(validator *v)
{
	v->types.extension = type_find(TEXT("Extension"));
	v->types.reference = type_find(TEXT("Reference"));
	v->types.concept = type_find(TEXT("CodeableConcept"));
	v->types.coding = type_find(TEXT("Coding"));
	v->types.quantity = type_find(TEXT("Quantity"));
	v->types.bundle = type_find(TEXT("Bundle"));
}

validator validator_of(const validation *how, const doc *d, arena *a, issues *sink)
{
	validator v = {
	    .how = how,
	    .profiles = how->profiles ? how->profiles : profiles_r4(),
	    .d = d,
	    .whole = d,
	    .arena = a,
	    .sink = sink,
	    .told = {.arena = a},
	    .entries = {.arena = a},
	    .budget = VALIDATE_WORK_MAX,
	};
	open_types(&v);
	v.keeps_scratch = how->outside.resolve || (a && profiles_lie_in(v.profiles, a));
	v.in_bundle = text_equal(doc_type(d), TEXT("Bundle"));
	v.in_document = v.in_bundle && text_equal(doc_get_text(d, 0, NAME_type), TEXT("document"));
	return v;
}

void validator_outside(validator *v)
{
	v->outside = (path_outside){
	    .self = v,
	    .now = v->how->outside.now,
	    .resolve = v->how->outside.resolve ? path_resolve : NULL,
	    .member_of = path_member,
	    .conforms = path_conforms,
	    .subsumes = path_subsumes,
	    .in_slice = path_in_slice,
	    .variable = path_variable,
	};
}

bool resource_validate(const validation *how, const doc *d, arena *a, issues *sink)
{
	int errors = sink->errors;
	validator v = validator_of(how, d, a, sink);
	validator_outside(&v);
	check_whole(d, sink, &v);
	return sink->errors == errors;
}
