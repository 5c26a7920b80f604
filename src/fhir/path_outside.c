/* What FHIR's functions ask of codes, profiles and definitions (R4, fhirpath.html, "Additional functions"): the outside answers,
 * and where it answers nothing at all the expression fails by the function's name, not with an empty collection. */
#include "fhir/path_internal.h"

static path_items unanswered(path_machine *m, const char *function)
{
	return path_fail(m, FAIL_PATH_UNANSWERED, text_of(function), TEXT(""));
}

/* One item, as it is, for the outside; false where there is none, or (failing the run) more than one. */
static bool one_item(path_machine *m, path_items items, const path_item **out)
{
	path_item v;
	if (items.count > 1) path_single(m, items, &v);
	if (items.count != 1) return false;
	*out = items.at;
	return true;
}

/* Who answers for profiles and codes may be another than who answers the rest. */
static void *codes_self(const path_machine *m)
{
	return m->outside->codes ? m->outside->codes : m->outside->self;
}

path_items function_member_of(path_machine *m, const path_call *c)
{
	text url;
	path_item v;
	if (!path_single(m, c->input, &v) || !path_single_text(m, c->values[0], &url)) return path_none();
	if (!m->outside || !m->outside->member_of) return unanswered(m, "memberOf");
	int answer = m->outside->member_of(codes_self(m), c->input.at, url);
	return answer < 0 ? path_none() : path_boolean(m, answer == 1);
}

path_items function_conforms_to(path_machine *m, const path_call *c)
{
	text url;
	path_item v;
	if (!path_single(m, c->input, &v) || !path_single_text(m, c->values[0], &url)) return path_none();
	if (!m->outside || !m->outside->conforms) return unanswered(m, "conformsTo");
	const path_item *i = c->input.at;
	if (!path_spend(m, i->kind == PATH_NODE ? i->d->count : 1)) return path_none();
	int answer = m->outside->conforms(codes_self(m), i, url);
	return answer < 0 ? path_fail(m, FAIL_PATH_PROFILE, url, TEXT("")) : path_boolean(m, answer == 1);
}

/* Codes above and below each other */

typedef struct code_pair {
	text system;
	text code;
} code_pair;

static bool coding_at(const doc *d, uint32_t n, code_pair *out)
{
	*out = (code_pair){doc_get_text(d, n, NAME_system), doc_get_text(d, n, NAME_code)};
	return out->code.len > 0;
}

/* The n-th Coding of a Coding or a CodeableConcept. */
static bool coding_of(const path_machine *m, const path_item *i, int n, code_pair *out)
{
	if (i->type == m->p->types.coding) return n == 0 && coding_at(i->d, i->node, out);
	uint32_t list = doc_get(i->d, i->node, NAME_coding);
	if (list == NODE_ABSENT || i->d->nodes[list].kind != NODE_ARRAY) return false;
	for (uint32_t at = list + 1; at < i->d->nodes[list].next; at = i->d->nodes[at].next)
		if (n-- == 0) return coding_at(i->d, at, out);
	return false;
}

static bool is_coded(path_machine *m, const path_item *i)
{
	if (path_is_object(i) && (i->type == m->p->types.coding || i->type == m->p->types.concept)) return true;
	path_fail(m, FAIL_PATH_OPERAND, TEXT("Coding, CodeableConcept"), path_item_type_name(i));
	return false;
}

/* Of different systems nothing is known. */
static tri code_subsumes(path_machine *m, code_pair general, code_pair specific)
{
	if (!general.system.len || !text_equal(general.system, specific.system)) return TRI_EMPTY;
	if (text_equal(general.code, specific.code)) return TRI_TRUE;
	int answer = m->outside->subsumes(codes_self(m), general.system, general.code, specific.code);
	return answer < 0 ? TRI_EMPTY : answer == 1 ? TRI_TRUE : TRI_FALSE;
}

/* Any Coding of the one above any of the other is enough; where none is, and of one nothing is known, the answer is empty. */
static tri any_subsumes(path_machine *m, const path_item *general, const path_item *specific)
{
	tri all = TRI_FALSE;
	code_pair x, y;
	for (int i = 0; coding_of(m, general, i, &x); i++)
		for (int j = 0; coding_of(m, specific, j, &y); j++) {
			tri t = path_spend(m, 1) ? code_subsumes(m, x, y) : TRI_EMPTY;
			if (t == TRI_TRUE) return t;
			if (t == TRI_EMPTY) all = t;
		}
	return all;
}

static path_items subsumption(path_machine *m, const path_call *c, bool input_is_general)
{
	const path_item *x, *y;
	code_pair a, b;
	if (!one_item(m, c->input, &x) || !one_item(m, c->values[0], &y)) return path_none();
	if (!is_coded(m, x) || !is_coded(m, y)) return path_none();
	if (!m->outside || !m->outside->subsumes) return unanswered(m, input_is_general ? "subsumes" : "subsumedBy");
	bool two_codings = x->type == m->p->types.coding && y->type == m->p->types.coding;
	if (two_codings && coding_of(m, x, 0, &a) && coding_of(m, y, 0, &b) && !text_equal(a.system, b.system))
		return path_fail(m, FAIL_PATH_COMPARE, a.system, b.system);
	return path_of_tri(m, input_is_general ? any_subsumes(m, x, y) : any_subsumes(m, y, x));
}

path_items function_subsumes(path_machine *m, const path_call *c)
{
	return subsumption(m, c, true);
}

path_items function_subsumed_by(path_machine *m, const path_call *c)
{
	return subsumption(m, c, false);
}

/* Slices and definitions */

/* Of the input those that are in the slice; an unknown profile or slice is a mistake. */
path_items function_slice(path_machine *m, const path_call *c)
{
	text profile, name;
	path_list out = {0};
	bool have = path_single_text(m, c->values[0], &profile), have_name = path_single_text(m, c->values[1], &name);
	if (!have || !have_name || !c->input.count) return path_none();
	if (!m->outside || !m->outside->in_slice) return unanswered(m, "slice");
	for (int i = 0; i < c->input.count && !m->failed; i++) {
		int answer = m->outside->in_slice(codes_self(m), &c->input.at[i], profile, name);
		if (answer < 0) return path_fail(m, FAIL_PATH_SLICE, profile, name);
		if (answer == 1) list_add(m, &out, &c->input.at[i]);
	}
	return list_items(&out);
}

path_items function_element_definition(path_machine *m, const path_call *c)
{
	path_list out = {0};
	if (!c->input.count) return path_none();
	if (!m->outside || !m->outside->definition) return unanswered(m, "elementDefinition");
	for (int i = 0; i < c->input.count && !m->failed; i++) {
		path_item found = {0};
		if (m->outside->definition(codes_self(m), &c->input.at[i], &found)) list_add(m, &out, &found);
	}
	return list_items(&out);
}

/* Extensions that change what an element means */

static bool is_named(path_machine *m, const path_call *c, text url)
{
	text known;
	for (int i = 0; i < c->count; i++)
		if (path_single_text(m, c->values[i], &known) && text_equal(known, url)) return true;
	return false;
}

/* The input, where each modifierExtension on it is one of those named. */
path_items function_check_modifiers(path_machine *m, const path_call *c)
{
	path_list found = {0};
	for (int i = 0; i < c->input.count && !m->failed; i++)
		if (c->input.at[i].kind == PATH_NODE) walk_name(m, &c->input.at[i], NAME_modifierExtension, &found);
	for (int i = 0; i < found.count && !m->failed; i++) {
		text url = doc_get_text(found.at[i].d, found.at[i].node, NAME_url);
		if (!is_named(m, c, url)) return path_fail(m, FAIL_PATH_MODIFIER, url, TEXT(""));
	}
	return m->failed ? path_none() : c->input;
}
