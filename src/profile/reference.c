/* reference.c: where references lead, as far as it can be known from here: into the resource that contains them, to another
 * entry of the Bundle, by what they look like, and outside where the caller can look. */
#include "profile/internal.h"

static bool is_resource(const step *s)
{
	return s->type && type_kind_of(s->type) == TYPE_RESOURCE;
}

/* The resource a value stands in; of a contained one that which contains it. */
const step *reference_container(const step *at)
{
	const step *s = at;
	while (s->up && !is_resource(s)) s = s->up;
	while (s->up && text_equal(s->name, TEXT("contained"))) s = s->up;
	return s;
}

static step step_to(const doc *d, uint32_t n, const step *up)
{
	text type = doc_get_text(d, n, NAME_resourceType);
	return (step){.up = up, .name = type, .index = -1, .type = type_find(type), .node = n};
}

static bool resolve_contained(validator *v, const step *at, text id, step *out)
{
	const step *container = reference_container(at);
	const node *nodes = v->d->nodes;
	uint32_t list = doc_get(v->d, container->node, NAME_contained);
	if (!id.len) {
		*out = *container;
		return true;
	}
	if (list == NODE_ABSENT || nodes[list].kind != NODE_ARRAY) return false;
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next) {
		if (!text_equal(doc_get_text(v->d, i, NAME_id), id)) continue;
		*out = step_to(v->d, i, container);
		out->name = TEXT("contained");
		return true;
	}
	return false;
}

/* "…/Patient/1" or "…/Patient/1/_history/2": the type, and where it begins; false: it does not look so. */
bool reference_parts(text reference, type_id *type, text *tail)
{
	text_pair history = {.head = reference};
	int64_t at = text_find(reference, TEXT("/_history/"));
	if (at >= 0) history.head = text_slice(reference, 0, at);
	text_pair id = text_cut_last(history.head, '/');
	text_pair name = text_cut_last(id.head, '/');
	text word = name.found ? name.tail : id.head;
	if (!id.found || !id.tail.len) return false;
	*type = type_find(word);
	*tail = text_slice(history.head, word.at - history.head.at, history.head.len);
	return *type && type_kind_of(*type) == TYPE_RESOURCE;
}

/* Entries of a Bundle by their fullUrl, and by its end, "Patient/1", which a relative reference is. */
static void read_entries(validator *v)
{
	const doc *d = v->d;
	const node *nodes = d->nodes;
	uint32_t list = doc_get(d, 0, NAME_entry);
	v->entries_known = true;
	if (!text_equal(doc_type(d), TEXT("Bundle")) || list == NODE_ABSENT || nodes[list].kind != NODE_ARRAY) return;
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next) {
		text url = doc_get_text(d, i, NAME_fullUrl), tail;
		uint32_t resource = doc_get(d, i, NAME_resource);
		type_id type;
		if (!url.len || resource == NODE_ABSENT) continue;
		if (!map_get_or(&v->entries, url, 0)) map_put(&v->entries, url, resource);
		if (reference_parts(url, &type, &tail) && !map_get_or(&v->entries, tail, 0))
			map_put(&v->entries, tail, resource);
	}
}

static bool resolve_entry(validator *v, text reference, step *out)
{
	text tail;
	type_id type;
	if (v->d != v->whole) return false;
	if (!v->entries_known) {
		v->lasting++;
		read_entries(v);
	}
	int64_t n = map_get_or(&v->entries, text_cut(reference, '#').head, 0);
	if (!n && reference_parts(reference, &type, &tail) && tail.at != reference.at) return false;
	if (!n && reference_parts(reference, &type, &tail)) n = map_get_or(&v->entries, tail, 0);
	if (n) *out = step_to(v->d, (uint32_t)n, NULL);
	return n != 0;
}

static text reference_of(const validator *v, const step *at)
{
	if (step_is_valueless(at)) return (text){0};
	if (v->d->nodes[at->node].kind == NODE_OBJECT) return doc_get_text(v->d, at->node, NAME_reference);
	return doc_text(v->d, at->node);
}

bool reference_resolve(validator *v, const step *at, const doc **there, step *out)
{
	text reference = reference_of(v, at);
	path_item item = {0};
	*there = v->d;
	if (!reference.len) return false;
	if (reference.at[0] == '#') return resolve_contained(v, at, text_slice(reference, 1, reference.len), out);
	if (resolve_entry(v, reference, out)) return true;
	const path_outside *o = &v->how->outside;
	if (!o->resolve) return false;
	v->lasting++; /* what it made for the answer stays */
	if (!o->resolve(o->self, reference, &item) || item.kind != PATH_NODE) return false;
	*there = item.d;
	*out = step_to(item.d, item.node, NULL);
	return out->type != 0;
}

/* Types */

static type_id type_said(const validator *v, const step *at)
{
	text type = doc_get_text(v->d, at->node, NAME_type), base = TEXT("http://hl7.org/fhir/StructureDefinition/");
	return type_find(text_starts(type, base) ? text_slice(type, base.len, type.len) : type);
}

type_id reference_type(const validator *v, const step *at, bool *leads)
{
	text reference = reference_of(v, at), tail;
	type_id type = 0;
	bool is_object = !step_is_valueless(at) && v->d->nodes[at->node].kind == NODE_OBJECT;
	bool within = reference.len && reference.at[0] == '#';
	*leads = !within && (reference.len || (is_object && doc_get(v->d, at->node, NAME_identifier) != NODE_ABSENT));
	if (within || reference_parts(reference, &type, &tail)) return type;
	return is_object ? type_said(v, at) : 0;
}

/* The type of what a Reference leads to, 0 where it cannot be known. */
static type_id type_led_to(validator *v, const step *at)
{
	step target;
	const doc *there;
	type_id type;
	text tail;
	if (reference_resolve(v, at, &there, &target)) return target.type;
	if (reference_parts(reference_of(v, at), &type, &tail)) return type;
	return 0;
}

static text target_names(arena *a, const type_id *types, int count)
{
	buffer b = {.arena = a};
	for (int i = 0; i < count; i++) {
		if (i) buffer_add(&b, TEXT(", "));
		buffer_add(&b, type_name(types[i]));
	}
	return buffer_text(&b);
}

void reference_check(validator *v, const step *at, const type_id *targets, int count)
{
	if (v->d->nodes[at->node].kind != NODE_OBJECT) return;
	type_id said = type_said(v, at), leads = type_led_to(v, at), type = leads ? leads : said;
	if (said && leads && said != leads)
		find_error(v, at, FAIL_REFERENCE_SAYS, type_name(leads), type_name(said), TEXT(""));
	if (!type || !count) return;
	for (int i = 0; i < count; i++)
		if (type_is(type, targets[i])) return;
	find_error(v, at, FAIL_REFERENCE_TARGET, type_name(type), target_names(v->arena, targets, count), TEXT(""));
}

/* What a profile wants: one of these profiles. Of a target that is at hand the whole profile, else its type. */
static bool target_fits(validator *v, const profile *p, type_id type, const step *target)
{
	if (type && !type_is(type, p->type)) return false;
	if (!target || p->is_base || p->failure.len) return true;
	return visit_conforms(v, p, target);
}

/* Else the walk over the base definitions has said so. */
static bool base_allows(const step *at, type_id type)
{
	if (!at->element) return true;
	const struct detail_row *detail = &image_details[at->element - image_elements];
	for (int i = 0; i < detail->target_count; i++)
		if (type_is(type, image_type_lists[detail->first_target + (uint32_t)i])) return true;
	return detail->target_count == 0;
}

void reference_targets(validator *v, const step *at, const text *urls, int count)
{
	step target;
	const doc *there, *here = v->d;
	if (step_is_valueless(at) || here->nodes[at->node].kind != NODE_OBJECT) return;
	bool found = reference_resolve(v, at, &there, &target);
	type_id type = found ? target.type : type_led_to(v, at);
	if (!type) type = type_said(v, at);
	if (!type || !base_allows(at, type) || !visit_enter(v)) return;
	bool fits = false;
	buffer names = {.arena = v->arena};
	v->d = there;
	for (int i = 0; i < count && !fits; i++) {
		const profile *p = profile_find(v->profiles, urls[i]);
		fits = !p || target_fits(v, p, type, found ? &target : NULL);
		if (names.len) buffer_add(&names, TEXT(", "));
		if (p) buffer_add(&names, p->title);
	}
	v->d = here;
	v->depth--;
	if (!fits) find_error(v, at, FAIL_REFERENCE_PROFILE, type_name(type), buffer_text(&names), v->by);
}
