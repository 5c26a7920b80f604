/* validate.c: a resource held against all it must be: the walk over the base definitions (check.c) with what only a full
 * check asks at each value, object and resource; then the profiles. Which question is answered where: invariant.c,
 * reference.c, binding.c, extension.c, bundle.c, visit.c. */
#include "profile/internal.h"

void find(validator *v, const step *at, severity how, failure code, text arg0, text arg1, text arg2)
{
	if (v->muted) {
		v->found += how == SEVERITY_ERROR;
		return;
	}
	if (how != SEVERITY_ERROR && !v->how->warnings) return;
	text path = issues_full(v->sink) ? TEXT("") : step_path(v->sink->arena, at);
	issue_put(v->sink, how, code, (place){.path = path}, (text[3]){arg0, arg1, arg2});
}

bool told_before(validator *v, text what)
{
	if (map_get_or(&v->told, what, 0)) return true;
	v->lasting++;
	map_put(&v->told, what, 1);
	return false;
}

void validate_value(validator *v, const step *at)
{
	const struct detail_row *detail = &image_details[at->element - image_elements];
	if (detail->invariant_count)
		validate_invariants(v, at, image_invariant_lists + detail->first_invariant, detail->invariant_count);
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
}

void validate_resource(validator *v, const step *at)
{
	(void)v;
	(void)at;
}

bool resource_validate(const validation *how, const doc *d, arena *a, issues *sink)
{
	int errors = sink->errors;
	validator v = {
	    .how = how,
	    .profiles = how->profiles,
	    .d = d,
	    .arena = a,
	    .sink = sink,
	    .outside = how->outside,
	    .told = {.arena = a},
	    .entries = {.arena = a},
	    .budget = VALIDATE_WORK_MAX,
	};
	check_whole(d, sink, &v);
	return sink->errors == errors;
}
