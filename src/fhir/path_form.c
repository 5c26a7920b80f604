/* What forms reckon with: sums over a collection (FHIRPath's STU aggregates), and what a choice weighs (SDC, weight(), before that ordinal()). */
#include "fhir/path_internal.h"

/* Aggregates */

path_items function_sum(path_machine *m, const path_call *c)
{
	if (!c->input.count) return path_none();
	path_items total = {&c->input.at[0], 1};
	for (int i = 1; i < c->input.count && !m->failed; i++)
		total = operator_add(m, total, (path_items){&c->input.at[i], 1});
	return total;
}

path_items function_avg(path_machine *m, const path_call *c)
{
	path_items total = function_sum(m, c);
	return m->failed || !total.count ? path_none() : operator_divide(m, total, path_integer(m, c->input.count));
}

static path_items outermost(path_machine *m, path_items all, path_order wanted)
{
	if (!all.count) return path_none();
	const path_item *best = &all.at[0];
	for (int i = 1; i < all.count && !m->failed; i++)
		if (path_compare(m, &all.at[i], best) == wanted) best = &all.at[i];
	return m->failed ? path_none() : path_one(m, best);
}

path_items function_min(path_machine *m, const path_call *c)
{
	return outermost(m, c->input, ORDER_LESS);
}

path_items function_max(path_machine *m, const path_call *c)
{
	return outermost(m, c->input, ORDER_GREATER);
}

/* Weights */

static bool is_object(const doc *d, uint32_t n)
{
	return n != NODE_ABSENT && d->nodes[n].kind == NODE_OBJECT;
}

/* The extension itself, on a coding or on the choice around it; R4 and R5 name it differently. */
static bool weight_on(const doc *d, uint32_t n, decimal *out)
{
	static const char *const urls[] = {"http://hl7.org/fhir/StructureDefinition/ordinalValue",
					   "http://hl7.org/fhir/StructureDefinition/itemWeight",
					   "http://hl7.org/fhir/StructureDefinition/valueset-ordinalValue",
					   "http://hl7.org/fhir/StructureDefinition/codesystem-ordinalValue"};
	uint32_t list = doc_get(d, n, NAME_extension);
	if (list == NODE_ABSENT || d->nodes[list].kind != NODE_ARRAY) return false;
	for (uint32_t e = list + 1; e < d->nodes[list].next; e = d->nodes[e].next) {
		text url = doc_get_text(d, e, NAME_url);
		uint32_t value = doc_get(d, e, NAME_valueDecimal);
		for (size_t u = 0; u < sizeof urls / sizeof *urls; u++)
			if (value != NODE_ABSENT && text_equal(url, text_of(urls[u])))
				return decimal_parse(doc_text(d, value), out);
	}
	return false;
}

static bool same_code(const doc *a, uint32_t x, const doc *b, uint32_t y)
{
	return text_equal(doc_get_text(a, x, NAME_code), doc_get_text(b, y, NAME_code)) &&
	       text_equal(doc_get_text(a, x, NAME_system), doc_get_text(b, y, NAME_system));
}

/* The link id of the innermost item around a node of a response. */
static text link_around(const doc *d, uint32_t n)
{
	text link = {0};
	for (uint32_t at = 0; at != n;) {
		uint32_t inner = NODE_ABSENT;
		for (uint32_t i = at + 1; i < d->nodes[at].next && inner == NODE_ABSENT; i = d->nodes[i].next)
			if (i <= n && n < d->nodes[i].next) inner = i;
		if (inner == NODE_ABSENT) break;
		at = inner;
		text here = is_object(d, at) ? doc_get_text(d, at, NAME_linkId) : (text){0};
		if (here.len) link = here;
	}
	return link;
}

static uint32_t item_linked(const doc *q, text link)
{
	for (uint32_t i = 0; i < q->count; i++)
		if (is_object(q, i) && text_equal(doc_get_text(q, i, NAME_linkId), link)) return i;
	return NODE_ABSENT;
}

static bool weight_of_option(const doc *q, uint32_t item, const doc *d, uint32_t coding, decimal *out)
{
	uint32_t list = doc_get(q, item, NAME_answerOption);
	if (list == NODE_ABSENT || q->nodes[list].kind != NODE_ARRAY) return false;
	for (uint32_t o = list + 1; o < q->nodes[list].next; o = q->nodes[o].next) {
		uint32_t value = doc_get(q, o, NAME_valueCoding);
		if (value != NODE_ABSENT && same_code(q, value, d, coding))
			return weight_on(q, value, out) || weight_on(q, o, out);
	}
	return false;
}

/* A value set that the Questionnaire contains may say it beside each concept. */
static bool weight_of_concept(const doc *q, uint32_t item, text code, decimal *out)
{
	text set = doc_get_text(q, item, NAME_answerValueSet);
	uint32_t list = doc_get(q, 0, NAME_contained);
	if (!text_starts(set, TEXT("#")) || list == NODE_ABSENT || q->nodes[list].kind != NODE_ARRAY) return false;
	for (uint32_t r = list + 1; r < q->nodes[list].next; r = q->nodes[r].next) {
		if (!text_equal(doc_get_text(q, r, NAME_id), text_slice(set, 1, set.len))) continue;
		for (uint32_t i = r + 1; i < q->nodes[r].next; i++)
			if (is_object(q, i) && text_equal(doc_get_text(q, i, NAME_code), code) && weight_on(q, i, out))
				return true;
	}
	return false;
}

static bool weight_in_form(path_machine *m, const doc *d, uint32_t coding, decimal *out)
{
	path_items form;
	const path_outside *o = m->outside;
	if (!o || !o->variable || !o->variable(o->self, TEXT("questionnaire"), &form) || form.count != 1) return false;
	const path_item *root = &form.at[0];
	if (root->kind != PATH_NODE) return false;
	const doc *q = root->d;
	if (!path_spend(m, (q->count + d->count) / 8 + 1)) return false;
	text link = link_around(d, coding);
	uint32_t item = link.len ? item_linked(q, link) : NODE_ABSENT;
	return item != NODE_ABSENT && (weight_of_option(q, item, d, coding, out) ||
				       weight_of_concept(q, item, doc_get_text(d, coding, NAME_code), out));
}

/* Of a coding, or of an answer that is one: as the extension on it says, else as the form's choice does. What weighs nothing gives nothing. */
path_items function_weight(path_machine *m, const path_call *c)
{
	path_list out = {0};
	decimal weight;
	for (int i = 0; i < c->input.count && !m->failed; i++) {
		const path_item *x = &c->input.at[i];
		if (x->kind != PATH_NODE || !is_object(x->d, x->node)) continue;
		uint32_t answer = doc_get(x->d, x->node, NAME_valueCoding);
		uint32_t coding = answer == NODE_ABSENT ? x->node : answer;
		if (!weight_on(x->d, coding, &weight) && !weight_in_form(m, x->d, coding, &weight)) continue;
		list_add(m, &out, &(path_item){.kind = PATH_DECIMAL, .number = weight});
	}
	return m->failed ? path_none() : list_items(&out);
}
