/* The operators of path_operators.def but for arithmetic, which is in path_math.c. */
#include "fhir/path_internal.h"

/* Three-valued logic (FHIRPath N1, section 6.5) */

path_items operator_and(path_machine *m, path_items left, path_items right)
{
	tri x = path_tri(m, left), y = path_tri(m, right);
	if (x == TRI_FALSE || y == TRI_FALSE) return path_boolean(m, false);
	return path_of_tri(m, x == TRI_EMPTY || y == TRI_EMPTY ? TRI_EMPTY : TRI_TRUE);
}

path_items operator_or(path_machine *m, path_items left, path_items right)
{
	tri x = path_tri(m, left), y = path_tri(m, right);
	if (x == TRI_TRUE || y == TRI_TRUE) return path_boolean(m, true);
	return path_of_tri(m, x == TRI_EMPTY || y == TRI_EMPTY ? TRI_EMPTY : TRI_FALSE);
}

path_items operator_xor(path_machine *m, path_items left, path_items right)
{
	tri x = path_tri(m, left), y = path_tri(m, right);
	if (x == TRI_EMPTY || y == TRI_EMPTY) return path_none();
	return path_boolean(m, x != y);
}

path_items operator_implies(path_machine *m, path_items left, path_items right)
{
	tri x = path_tri(m, left), y = path_tri(m, right);
	if (x == TRI_FALSE || y == TRI_TRUE) return path_boolean(m, true);
	return path_of_tri(m, x == TRI_EMPTY || y == TRI_EMPTY ? TRI_EMPTY : TRI_FALSE);
}

/* Equality and order */

static tri opposite(tri t)
{
	return t == TRI_EMPTY ? t : t == TRI_TRUE ? TRI_FALSE : TRI_TRUE;
}

path_items operator_equal(path_machine *m, path_items left, path_items right)
{
	return path_of_tri(m, path_equal_all(m, left, right));
}

path_items operator_not_equal(path_machine *m, path_items left, path_items right)
{
	return path_of_tri(m, opposite(path_equal_all(m, left, right)));
}

path_items operator_equivalent(path_machine *m, path_items left, path_items right)
{
	return path_boolean(m, path_equivalent_all(m, left, right));
}

path_items operator_not_equivalent(path_machine *m, path_items left, path_items right)
{
	return path_boolean(m, !path_equivalent_all(m, left, right));
}

static path_order ordered(path_machine *m, path_items left, path_items right)
{
	path_item x, y;
	if (!path_single(m, left, &x) || !path_single(m, right, &y)) return ORDER_UNKNOWN;
	return path_compare(m, &x, &y);
}

path_items operator_less(path_machine *m, path_items left, path_items right)
{
	path_order o = ordered(m, left, right);
	return o == ORDER_UNKNOWN ? path_none() : path_boolean(m, o == ORDER_LESS);
}

path_items operator_less_or_equal(path_machine *m, path_items left, path_items right)
{
	path_order o = ordered(m, left, right);
	return o == ORDER_UNKNOWN ? path_none() : path_boolean(m, o != ORDER_GREATER);
}

path_items operator_greater(path_machine *m, path_items left, path_items right)
{
	path_order o = ordered(m, left, right);
	return o == ORDER_UNKNOWN ? path_none() : path_boolean(m, o == ORDER_GREATER);
}

path_items operator_greater_or_equal(path_machine *m, path_items left, path_items right)
{
	path_order o = ordered(m, left, right);
	return o == ORDER_UNKNOWN ? path_none() : path_boolean(m, o != ORDER_LESS);
}

/* Membership: of nothing is nothing, in nothing is false (FHIRPath N1, section 6.4) */

path_items operator_in(path_machine *m, path_items left, path_items right)
{
	path_item v;
	if (!path_single(m, left, &v)) return path_none();
	return path_boolean(m, path_contains(m, right, left.at));
}

path_items operator_contains(path_machine *m, path_items left, path_items right)
{
	return operator_in(m, right, left);
}

/* Many texts are told apart by their hashes: R4's bdl-7 asks it of every entry of a Bundle, a search parameter of every code of a
 * ValueSet. */
enum { UNION_SMALL = 16 };

static bool all_texts(const path_machine *m, path_items items)
{
	path_item v;
	for (int i = 0; i < items.count; i++) {
		path_value_into(m, &items.at[i], &v);
		if (v.kind != PATH_STRING) return false;
	}
	return true;
}

static void add_new_texts(path_machine *m, path_list *out, map *seen, path_items items)
{
	for (int i = 0; i < items.count && !m->failed; i++) {
		path_item v;
		path_value_into(m, &items.at[i], &v);
		if (!path_spend(m, 1 + v.text.len / 16) || map_get_or(seen, v.text, 0)) continue;
		map_put(seen, v.text, 1);
		list_add(m, out, &items.at[i]);
	}
}

path_items operator_union(path_machine *m, path_items left, path_items right)
{
	path_list out = {0};
	if (left.count + right.count <= 1) return left.count ? left : right; /* nothing can be there twice */
	if (left.count + right.count > UNION_SMALL && all_texts(m, left) && all_texts(m, right)) {
		map seen = {.arena = m->arena};
		add_new_texts(m, &out, &seen, left);
		add_new_texts(m, &out, &seen, right);
		return list_items(&out);
	}
	for (int i = 0; i < left.count && !m->failed; i++)
		if (!path_contains(m, list_items(&out), &left.at[i])) list_add(m, &out, &left.at[i]);
	for (int i = 0; i < right.count && !m->failed; i++)
		if (!path_contains(m, list_items(&out), &right.at[i])) list_add(m, &out, &right.at[i]);
	return list_items(&out);
}

/* & takes nothing for empty text. */
path_items operator_concatenate(path_machine *m, path_items left, path_items right)
{
	text x = {0}, y = {0};
	path_single_text(m, left, &x);
	path_single_text(m, right, &y);
	if (!path_spend(m, (x.len + y.len) / 16)) return path_none();
	return path_string(m, text_join(m->arena, x, y));
}
