/* Equality, equivalence and order of items (FHIRPath N1, section 6.1 and 6.2), three-valued. */
#include "fhir/path_internal.h"

#include <utf8proc.h>

/* Text */

static bool is_space(utf8proc_int32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0;
}

/* The next character with case folded and a run of blanks as one space; 0 at the end. */
static utf8proc_int32_t folded(text *t)
{
	utf8proc_int32_t c;
	if (!t->len) return 0;
	utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)t->at, t->len, &c);
	if (n <= 0) return 0;
	*t = text_slice(*t, n, t->len);
	if (!is_space(c)) return utf8proc_tolower(c);
	while (t->len && is_space((unsigned char)t->at[0])) *t = text_slice(*t, 1, t->len);
	return ' ';
}

static bool text_equivalent(text x, text y)
{
	for (;;) {
		utf8proc_int32_t c = folded(&x), d = folded(&y);
		if (c != d) return false;
		if (!c) return true;
	}
}

/* Numbers: equivalent when alike at the precision of the less precise one */

static int precision_of(decimal d)
{
	return decimal_trim(d).scale;
}

static bool number_equivalent(decimal x, decimal y)
{
	int sx = precision_of(x), sy = precision_of(y), scale = sx < sy ? sx : sy;
	return decimal_compare(decimal_round(x, scale), decimal_round(y, scale)) == 0;
}

/* Dates and times */

static tri stamp_equal(const path_item *x, const path_item *y)
{
	stamp sx, sy;
	if ((x->kind == PATH_TIME) != (y->kind == PATH_TIME)) return TRI_FALSE;
	if (!path_stamp(x, &sx) || !path_stamp(y, &sy)) return text_equal(x->text, y->text) ? TRI_TRUE : TRI_FALSE;
	path_order o = stamp_compare(&sx, &sy);
	return o == ORDER_UNKNOWN ? TRI_EMPTY : o == ORDER_EQUAL ? TRI_TRUE : TRI_FALSE;
}

/* Quantities: alike where their units measure the same; a calendar month or year only with its like */

static path_order order_of(int comparison)
{
	return comparison < 0 ? ORDER_LESS : comparison > 0 ? ORDER_GREATER : ORDER_EQUAL;
}

static tri quantity_equal(const path_item *x, const path_item *y)
{
	path_order o = quantity_order(x, y);
	return o == ORDER_UNKNOWN ? TRI_EMPTY : o == ORDER_EQUAL ? TRI_TRUE : TRI_FALSE;
}

/* Equivalence rounds to the precision of the less precise one, in that one's unit: the larger unit of the two. */
static bool quantity_equivalent(path_item x, path_item y)
{
	decimal x_in_y, y_in_x;
	x.text = unit_definite(x.text);
	y.text = unit_definite(y.text);
	if (text_equal(x.text, y.text)) return number_equivalent(x.number, y.number);
	if (!quantity_in(&x, y.text, &x_in_y) || !quantity_in(&y, x.text, &y_in_x)) return false;
	path_item one_x = {.kind = PATH_QUANTITY, .text = x.text, .number = decimal_from_int(1)}, one_y = one_x;
	one_y.text = y.text;
	bool in_y = quantity_order(&one_x, &one_y) == ORDER_LESS;
	return in_y ? number_equivalent(x_in_y, y.number) : number_equivalent(x.number, y_in_x);
}

/* Elements: the same children, in any order, arrays in theirs */

typedef struct spot {
	const doc *d;
	uint32_t n;
} spot;

static bool node_equal(path_machine *m, spot x, spot y, bool loosely);

static node_kind kind_at(spot s)
{
	return (node_kind)s.d->nodes[s.n].kind;
}

static uint32_t child_named(spot object, const doc *names, name_id name)
{
	return doc_get(object.d, object.n, name < NAME_DYNAMIC ? name : doc_name(object.d, name_text(names, name)));
}

static bool object_equal(path_machine *m, spot x, spot y, bool loosely)
{
	const node *nodes = x.d->nodes;
	if (nodes[x.n].len != y.d->nodes[y.n].len) return false;
	for (uint32_t i = x.n + 1; i < nodes[x.n].next; i = nodes[i].next) {
		uint32_t j = child_named(y, x.d, nodes[i].name);
		if (j == NODE_ABSENT || !node_equal(m, (spot){x.d, i}, (spot){y.d, j}, loosely)) return false;
	}
	return true;
}

static bool array_equal(path_machine *m, spot x, spot y, bool loosely)
{
	if (x.d->nodes[x.n].len != y.d->nodes[y.n].len) return false;
	uint32_t j = y.n + 1;
	for (uint32_t i = x.n + 1; i < x.d->nodes[x.n].next; i = x.d->nodes[i].next, j = y.d->nodes[j].next)
		if (!node_equal(m, (spot){x.d, i}, (spot){y.d, j}, loosely)) return false;
	return true;
}

static bool same_number(text x, text y)
{
	decimal a, b;
	return text_equal(x, y) || (decimal_parse(x, &a) && decimal_parse(y, &b) && decimal_compare(a, b) == 0);
}

static bool node_equal(path_machine *m, spot x, spot y, bool loosely)
{
	if (!path_spend(m, 1) || kind_at(x) != kind_at(y)) return false;
	if (x.d == y.d && x.n == y.n) return true;
	switch (kind_at(x)) {
	case NODE_NULL:
	case NODE_FALSE:
	case NODE_TRUE:
		return true;
	case NODE_NUMBER:
		return same_number(doc_text(x.d, x.n), doc_text(y.d, y.n));
	case NODE_STRING:
		if (loosely) return text_equivalent(doc_text(x.d, x.n), doc_text(y.d, y.n));
		return text_equal(doc_text(x.d, x.n), doc_text(y.d, y.n));
	case NODE_ARRAY:
		return array_equal(m, x, y, loosely);
	case NODE_OBJECT:
		return object_equal(m, x, y, loosely);
	}
	return false;
}

static bool items_equal(path_machine *m, const path_item *x, const path_item *y, bool loosely)
{
	if (x->kind != PATH_NODE || y->kind != PATH_NODE || path_is_valueless(x) != path_is_valueless(y)) return false;
	bool valueless = path_is_valueless(x);
	spot at_x = {x->d, valueless ? x->sibling : x->node}, at_y = {y->d, valueless ? y->sibling : y->node};
	return node_equal(m, at_x, at_y, loosely);
}

/* Any two items */

static bool numbers(const path_item *x, const path_item *y, decimal *a, decimal *b)
{
	return path_number(x, a) && path_number(y, b);
}

static tri tri_of(bool b)
{
	return b ? TRI_TRUE : TRI_FALSE;
}

/* Two values of one kind that is no number, stamp or quantity; or two elements. */
static bool same_equal(path_machine *m, const path_item *x, const path_item *y)
{
	if (x->kind == PATH_BOOLEAN) return x->boolean == y->boolean;
	if (x->kind == PATH_TYPE) return x->type == y->type && text_equal(x->text, y->text);
	return items_equal(m, x, y, false);
}

tri path_equal(path_machine *m, const path_item *x, const path_item *y)
{
	path_item a = path_value(m, x), b = path_value(m, y);
	decimal p, q;
	if (!path_spend(m, 1 + (a.kind == PATH_STRING ? a.text.len / 16 : 0))) return TRI_EMPTY;
	if (a.kind == PATH_STRING && b.kind == PATH_STRING) return tri_of(text_equal(a.text, b.text));
	if (a.kind == PATH_INTEGER && b.kind == PATH_INTEGER) return tri_of(a.integer == b.integer);
	if (numbers(&a, &b, &p, &q)) return tri_of(decimal_compare(p, q) == 0);
	if (path_is_stamp(&a) && path_is_stamp(&b)) return stamp_equal(&a, &b);
	if ((a.kind == PATH_QUANTITY || b.kind == PATH_QUANTITY) && path_to_quantity(&a) && path_to_quantity(&b))
		return quantity_equal(&a, &b);
	if (path_is_valueless(&a) != path_is_valueless(&b)) return TRI_EMPTY;
	return tri_of(a.kind == b.kind && same_equal(m, &a, &b));
}

bool path_equivalent(path_machine *m, const path_item *x, const path_item *y)
{
	path_item a = path_value(m, x), b = path_value(m, y);
	decimal p, q;
	if (!path_spend(m, 1 + (a.kind == PATH_STRING ? a.text.len / 16 : 0))) return false;
	if (numbers(&a, &b, &p, &q)) return number_equivalent(p, q);
	if (path_is_stamp(&a) && path_is_stamp(&b)) return stamp_equal(&a, &b) == TRI_TRUE;
	if ((a.kind == PATH_QUANTITY || b.kind == PATH_QUANTITY) && path_to_quantity(&a) && path_to_quantity(&b))
		return quantity_equivalent(a, b);
	if (a.kind != b.kind) return false;
	if (a.kind == PATH_STRING) return text_equivalent(a.text, b.text);
	if (a.kind == PATH_NODE) return items_equal(m, &a, &b, true);
	return path_equal(m, &a, &b) == TRI_TRUE;
}

tri path_equal_all(path_machine *m, path_items x, path_items y)
{
	if (x.count == 0 || y.count == 0) return TRI_EMPTY;
	if (x.count != y.count) return TRI_FALSE;
	tri all = TRI_TRUE;
	for (int i = 0; i < x.count; i++) {
		tri t = path_equal(m, &x.at[i], &y.at[i]);
		if (t == TRI_FALSE) return TRI_FALSE;
		if (t == TRI_EMPTY) all = TRI_EMPTY;
	}
	return all;
}

/* Equivalent collections have the same items in any order. */
bool path_equivalent_all(path_machine *m, path_items x, path_items y)
{
	if (x.count != y.count) return false;
	bool *used = ARENA_ARRAY(m->arena, bool, y.count);
	for (int i = 0; i < x.count; i++) {
		int j = 0;
		while (j < y.count && (used[j] || !path_equivalent(m, &x.at[i], &y.at[j])) && !m->failed) j++;
		if (m->failed || j == y.count) return false;
		used[j] = true;
	}
	return true;
}

path_order path_compare(path_machine *m, const path_item *x, const path_item *y)
{
	path_item a = path_value(m, x), b = path_value(m, y);
	decimal p, q;
	stamp s, t;
	if (a.kind == PATH_INTEGER && b.kind == PATH_INTEGER)
		return a.integer < b.integer ? ORDER_LESS : a.integer > b.integer ? ORDER_GREATER : ORDER_EQUAL;
	if (numbers(&a, &b, &p, &q)) return order_of(decimal_compare(p, q));
	if (a.kind == PATH_STRING && b.kind == PATH_STRING) return order_of(text_compare(a.text, b.text));
	if (path_is_stamp(&a) && path_is_stamp(&b) && (a.kind == PATH_TIME) == (b.kind == PATH_TIME))
		return path_stamp(&a, &s) && path_stamp(&b, &t) ? stamp_compare(&s, &t) : ORDER_UNKNOWN;
	if ((a.kind == PATH_QUANTITY || b.kind == PATH_QUANTITY) && path_to_quantity(&a) && path_to_quantity(&b))
		return quantity_order(&a, &b);
	path_fail(m, FAIL_PATH_COMPARE, path_item_type_name(x), path_item_type_name(y));
	return ORDER_UNKNOWN;
}

bool path_contains(path_machine *m, path_items list, const path_item *i)
{
	for (int n = 0; n < list.count && !m->failed; n++)
		if (path_equal(m, &list.at[n], i) == TRI_TRUE) return true;
	return false;
}
