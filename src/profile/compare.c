/* compare.c: a value held against one a profile gives: exactly (fixed[x]), in what is said (pattern[x]), in order (minValue[x],
 * maxValue[x]). The order of keys means nothing, that of lists does for fixed[x]. */
#include "profile/internal.h"

static text key_text(const doc *d, uint32_t n)
{
	return name_text(d, d->nodes[n].name);
}

static uint32_t find_key(const doc *d, uint32_t object, const doc *of, uint32_t n)
{
	name_id name = of->nodes[n].name;
	if (name >= NAME_DYNAMIC) name = doc_name(d, key_text(of, n));
	return doc_get(d, object, name);
}

static bool same_scalar(const doc *x, uint32_t xn, const doc *y, uint32_t yn)
{
	return x->nodes[xn].kind == y->nodes[yn].kind && text_equal(doc_text(x, xn), doc_text(y, yn));
}

static bool same_list(const doc *x, uint32_t xn, const doc *y, uint32_t yn)
{
	uint32_t i = xn + 1, j = yn + 1;
	if (x->nodes[xn].len != y->nodes[yn].len) return false;
	for (; i < x->nodes[xn].next; i = x->nodes[i].next, j = y->nodes[j].next)
		if (!node_same(x, i, y, j)) return false;
	return true;
}

bool node_same(const doc *x, uint32_t xn, const doc *y, uint32_t yn)
{
	const node *p = &x->nodes[xn];
	if (p->kind != y->nodes[yn].kind) return false;
	if (p->kind == NODE_ARRAY) return same_list(x, xn, y, yn);
	if (p->kind != NODE_OBJECT) return same_scalar(x, xn, y, yn);
	if (p->len != y->nodes[yn].len) return false;
	for (uint32_t i = xn + 1; i < p->next; i = x->nodes[i].next) {
		uint32_t other = find_key(y, yn, x, i);
		if (other == NODE_ABSENT || !node_same(x, i, y, other)) return false;
	}
	return true;
}

/* Each item of the pattern is met by some item of the list. */
static bool list_fits(const doc *pattern, uint32_t pn, const doc *d, uint32_t n)
{
	for (uint32_t i = pn + 1; i < pattern->nodes[pn].next; i = pattern->nodes[i].next) {
		bool met = false;
		for (uint32_t j = n + 1; j < d->nodes[n].next && !met; j = d->nodes[j].next)
			met = node_fits(pattern, i, d, j);
		if (!met) return false;
	}
	return true;
}

bool node_fits(const doc *pattern, uint32_t pn, const doc *d, uint32_t n)
{
	const node *p = &pattern->nodes[pn];
	if (p->kind != d->nodes[n].kind) return false;
	if (p->kind == NODE_ARRAY) return list_fits(pattern, pn, d, n);
	if (p->kind != NODE_OBJECT) return same_scalar(pattern, pn, d, n);
	for (uint32_t i = pn + 1; i < p->next; i = pattern->nodes[i].next) {
		uint32_t other = find_key(d, n, pattern, i);
		if (other == NODE_ABSENT || !node_fits(pattern, i, d, other)) return false;
	}
	return true;
}

static bool is_literal_type(const literal *l, const step *at)
{
	bool primitive = type_kind_of(l->type) == TYPE_PRIMITIVE;
	return primitive || type_is(at->type, l->type) || type_is(l->type, at->type);
}

bool literal_same(const literal *l, const doc *d, const step *at)
{
	return !step_is_valueless(at) && is_literal_type(l, at) && node_same(l->d, l->node, d, at->node);
}

bool literal_fits(const literal *l, const doc *d, const step *at)
{
	return !step_is_valueless(at) && is_literal_type(l, at) && node_fits(l->d, l->node, d, at->node);
}

static int order_of_numbers(text x, text y, bool *known)
{
	decimal p, q;
	*known = decimal_parse(x, &p) && decimal_parse(y, &q);
	return *known ? decimal_compare(p, q) : 0;
}

static int order_of_texts(text x, text y, bool *known)
{
	moment p, q;
	*known = true;
	if (!moment_parse(x, &p) || !moment_parse(y, &q)) return text_compare(x, y); /* times of day */
	if (p.high <= q.low) return -1; /* the end is the next one's beginning */
	if (q.high <= p.low) return 1;
	*known = p.low == q.low && p.high == q.high; /* one within the other: neither before nor after */
	return 0;
}

static bool same_unit(const doc *x, uint32_t xn, const doc *y, uint32_t yn)
{
	static const name_id names[] = {NAME_system, NAME_code};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!text_equal(doc_get_text(x, xn, names[i]), doc_get_text(y, yn, names[i]))) return false;
	return doc_get(x, xn, NAME_code) != NODE_ABSENT ||
	       text_equal(doc_get_text(x, xn, NAME_unit), doc_get_text(y, yn, NAME_unit));
}

/* As UCUM has them, in whatever unit each is written. */
static bool in_base_unit(arena *a, const doc *d, uint32_t n, decimal *size, text *base)
{
	bool is_ucum = text_equal(doc_get_text(d, n, NAME_system), TEXT("http://unitsofmeasure.org"));
	return is_ucum && decimal_parse(doc_get_text(d, n, NAME_value), size) &&
	       unit_canonical(a, *size, doc_get_text(d, n, NAME_code), size, base);
}

static int order_of_quantities(arena *a, const doc *x, uint32_t xn, const doc *y, uint32_t yn, bool *known)
{
	decimal p, q;
	text p_base, q_base;
	if (same_unit(x, xn, y, yn))
		return order_of_numbers(doc_get_text(x, xn, NAME_value), doc_get_text(y, yn, NAME_value), known);
	*known =
	    in_base_unit(a, x, xn, &p, &p_base) && in_base_unit(a, y, yn, &q, &q_base) && text_equal(p_base, q_base);
	return *known ? decimal_compare(p, q) : 0;
}

/* -1, 0, 1: the value is before, at or after the literal; *known is false where that cannot be said. */
int literal_order(arena *a, const literal *l, const doc *d, const step *at, bool *known)
{
	*known = false;
	if (step_is_valueless(at) || d->nodes[at->node].kind != l->d->nodes[l->node].kind) return 0;
	switch ((node_kind)d->nodes[at->node].kind) {
	case NODE_NUMBER:
		return order_of_numbers(doc_text(d, at->node), doc_text(l->d, l->node), known);
	case NODE_STRING:
		return order_of_texts(doc_text(d, at->node), doc_text(l->d, l->node), known);
	case NODE_OBJECT:
		return order_of_quantities(a, d, at->node, l->d, l->node, known);
	case NODE_NULL:
	case NODE_FALSE:
	case NODE_TRUE:
	case NODE_ARRAY:
		return 0;
	}
	return 0;
}

text literal_shown(arena *a, const literal *l)
{
	enum { SHOWN_BYTES_MAX = 100 };
	buffer b = {.arena = a};
	json_write(&b, l->d, l->node, JSON_COMPACT);
	text all = buffer_text(&b);
	if (all.len <= SHOWN_BYTES_MAX) return all;
	int64_t end = SHOWN_BYTES_MAX;
	while (end > 0 && ((unsigned char)all.at[end] & 0xC0) == 0x80) end--;
	return text_join(a, text_slice(all, 0, end), TEXT("…"));
}
