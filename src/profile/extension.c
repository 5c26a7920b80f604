/* extension.c: extensions. A known one is held against its definition, and stands where its definition says it may; an unknown
 * one is left alone, unless it changes the meaning of what it stands in. */
#include "profile/internal.h"

/* "Patient.contact.name", "Address.line", "Element": is the element that has the extension meant? */
static bool is_meant(const step *holder, text expression)
{
	type_id type = type_find(expression);
	if (text_equal(expression, TEXT("Element"))) return true; /* R4 means resources too, as its own show */
	if (type && holder->type && type_is(holder->type, type)) return true;
	if (type && type_kind_of(type) != TYPE_BACKBONE) return false;
	text_pair cut = text_cut_last(expression, '.');
	text name = text_cut(cut.tail, ':').head;
	if (!cut.found || !holder->up) return false;
	if (text_ends(name, TEXT("[x]"))) name = text_slice(name, 0, name.len - 3);
	return text_equal(name, holder->name) && is_meant(holder->up, text_cut(cut.head, ':').head);
}

static const step *resource_of(const step *s)
{
	while (s->up && !(s->type && type_kind_of(s->type) == TYPE_RESOURCE)) s = s->up;
	return s;
}

/* Is the holder among what the expression finds in its resource? */
static bool is_found(validator *v, const step *holder, text expression)
{
	const step *whole = resource_of(holder);
	issues sink = {.arena = v->arena, .keep = 1};
	path_items out;
	const path *p = path_compile(v->arena, expression, whole->type, NULL, &sink);
	if (!p || !path_run(p, v->d, whole->node, &v->outside, v->arena, &sink, &out)) return true;
	for (int i = 0; i < out.count; i++)
		if (out.at[i].kind == PATH_NODE && out.at[i].node == holder->node &&
		    out.at[i].sibling == holder->beside)
			return true;
	return false;
}

static bool context_fits(validator *v, const profile *p, uint32_t context, const step *holder)
{
	const doc *d = p->definition;
	text type = doc_get_text(d, context, NAME_type), expression = doc_get_text(d, context, NAME_expression);
	if (text_equal(type, TEXT("extension")))
		return holder->type == v->types.extension &&
		       text_equal(doc_get_text(v->d, holder->node, NAME_url), expression);
	if (text_equal(type, TEXT("fhirpath"))) return is_found(v, holder, expression);
	text_pair of_profile = text_cut(expression, '#');
	return is_meant(holder, of_profile.found ? of_profile.tail : expression);
}

static bool stands_as_in_r4(const profile *p, const step *holder)
{
	static const struct {
		const char *extension, *place;
	} rows[] = {
#define WIDER(extension, place) {"http://hl7.org/fhir/StructureDefinition/" extension, place},
#include "profile/contexts.def"
#undef WIDER
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (text_equal(p->url, text_of(rows[i].extension)) && is_meant(holder, text_of(rows[i].place)))
			return true;
	return false;
}

static bool stands_well(validator *v, const profile *p, const step *holder)
{
	const doc *d = p->definition;
	uint32_t list = doc_get(d, 0, NAME_context);
	if (list == NODE_ABSENT || d->nodes[list].kind != NODE_ARRAY) return true;
	for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next)
		if (context_fits(v, p, i, holder)) return true;
	return stands_as_in_r4(p, holder);
}

static text contexts_shown(arena *a, const profile *p)
{
	const doc *d = p->definition;
	uint32_t list = doc_get(d, 0, NAME_context);
	buffer b = {.arena = a};
	for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next) {
		if (b.len) buffer_add(&b, TEXT(", "));
		buffer_add(&b, doc_get_text(d, i, NAME_expression));
	}
	return buffer_text(&b);
}

/* What must be so where the extension stands; the expressions may ask for %extension. */
static void context_rules(validator *v, const profile *p, const step *at)
{
	const step *outer = v->extension;
	v->extension = at;
	for (const constraint *x = p->context_rules; x; x = x->next) validate_constraint(v, at->up, x);
	v->extension = outer;
}

static void known_extension(validator *v, const profile *p, const step *at, bool as_modifier)
{
	text outer = v->by;
	if (p->definition && !stands_well(v, p, at->up))
		find_error(v, at, FAIL_EXTENSION_PLACE, p->title, contexts_shown(v->arena, p), TEXT(""));
	if (p->root && as_modifier != p->is_modifier)
		find_error(v, at, as_modifier ? FAIL_EXTENSION_NO_MODIFIER : FAIL_EXTENSION_MODIFIER, p->title,
			   TEXT(""), TEXT(""));
	v->by = p->title;
	context_rules(v, p, at);
	v->by = outer;
	visit_afresh(v, p, at);
}

/* A part of an extension is known by the definition around it, where that names its parts. */
static bool is_part(const profile *p, text url)
{
	const rule *parts = p->root ? rule_child(p->root, NAME_extension) : NULL;
	if (!parts || !parts->slices) return true;
	for (const rule *s = parts->slices; s; s = s->next) {
		const rule *name = rule_child(s, NAME_url);
		if (!name || !name->fixed.node || text_equal(doc_text(name->fixed.d, name->fixed.node), url))
			return true;
	}
	return false;
}

static void check_part(validator *v, const step *at, text url)
{
	const profile *p = profile_find(v->profiles, doc_get_text(v->d, at->up->node, NAME_url));
	if (p && !is_part(p, url)) find_error(v, at, FAIL_EXTENSION_PART, p->title, url, TEXT(""));
}

void extension_check(validator *v, const step *at)
{
	text url = doc_get_text(v->d, at->node, NAME_url);
	bool as_modifier = text_equal(at->name, TEXT("modifierExtension"));
	bool nested = at->up && at->up->type == v->types.extension;
	if (!url.len || !at->up) return; /* its absence was said */
	if (text_find(url, TEXT(":")) < 0) {
		if (nested)
			check_part(v, at, url);
		else
			find_error(v, at, FAIL_EXTENSION_URL, url, TEXT(""), TEXT(""));
		return;
	}
	const profile *p = profile_find(v->profiles, url);
	if (p)
		known_extension(v, p, at, as_modifier);
	else if (as_modifier)
		find_error(v, at, FAIL_EXTENSION_UNKNOWN_MODIFIER, url, TEXT(""), TEXT(""));
	else if (v->how->warnings && !told_before(v, url))
		find(v, at, SEVERITY_INFORMATION, FAIL_EXTENSION_UNKNOWN, url, TEXT(""), TEXT(""));
}
