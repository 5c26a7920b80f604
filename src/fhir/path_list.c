/* Functions over collections: existence, filtering, subsetting, combining (FHIRPath N1, sections 5.1 to 5.4, 7). */
#include "fhir/path_internal.h"

#include <string.h>

/* Existence */

path_items function_empty(path_machine *m, const path_call *c)
{
	return path_boolean(m, c->input.count == 0);
}

path_items function_exists(path_machine *m, const path_call *c)
{
	if (c->count == 0) return path_boolean(m, c->input.count > 0);
	for (int i = 0; i < c->input.count && !m->failed; i++)
		if (path_criterion(m, &c->args[0], &c->input.at[i], i)) return path_boolean(m, true);
	return path_boolean(m, false);
}

path_items function_all(path_machine *m, const path_call *c)
{
	for (int i = 0; i < c->input.count && !m->failed; i++)
		if (!path_criterion(m, &c->args[0], &c->input.at[i], i)) return path_boolean(m, false);
	return path_boolean(m, true);
}

/* Does any item have this truth? All of them must be booleans. */
static bool any_is(path_machine *m, path_items items, bool wanted)
{
	bool found = false;
	for (int i = 0; i < items.count && !m->failed; i++) {
		path_item v = path_value(m, &items.at[i]);
		if (v.kind == PATH_BOOLEAN)
			found |= v.boolean == wanted;
		else
			path_fail(m, FAIL_PATH_OPERAND, path_kind_name(PATH_BOOLEAN),
				  path_item_type_name(&items.at[i]));
	}
	return found;
}

path_items function_all_true(path_machine *m, const path_call *c)
{
	return path_boolean(m, !any_is(m, c->input, false));
}

path_items function_any_true(path_machine *m, const path_call *c)
{
	return path_boolean(m, any_is(m, c->input, true));
}

path_items function_all_false(path_machine *m, const path_call *c)
{
	return path_boolean(m, !any_is(m, c->input, true));
}

path_items function_any_false(path_machine *m, const path_call *c)
{
	return path_boolean(m, any_is(m, c->input, false));
}

static path_items is_subset(path_machine *m, path_items part, path_items whole)
{
	for (int i = 0; i < part.count && !m->failed; i++)
		if (!path_contains(m, whole, &part.at[i])) return path_boolean(m, false);
	return path_boolean(m, true);
}

path_items function_subset_of(path_machine *m, const path_call *c)
{
	return is_subset(m, c->input, c->values[0]);
}

path_items function_superset_of(path_machine *m, const path_call *c)
{
	return is_subset(m, c->values[0], c->input);
}

path_items function_count(path_machine *m, const path_call *c)
{
	return path_integer(m, c->input.count);
}

path_items function_distinct(path_machine *m, const path_call *c)
{
	return operator_union(m, c->input, path_none());
}

path_items function_is_distinct(path_machine *m, const path_call *c)
{
	return path_boolean(m, function_distinct(m, c).count == c->input.count);
}

path_items function_not(path_machine *m, const path_call *c)
{
	tri t = path_tri(m, c->input);
	return t == TRI_EMPTY ? path_none() : path_boolean(m, t == TRI_FALSE);
}

/* Filtering and projection */

path_items function_where(path_machine *m, const path_call *c)
{
	path_list out = {0};
	for (int i = 0; i < c->input.count && !m->failed; i++)
		if (path_criterion(m, &c->args[0], &c->input.at[i], i)) list_add(m, &out, &c->input.at[i]);
	return list_items(&out);
}

static path_items project(path_machine *m, const path_arg *body, path_item *this, int64_t index)
{
	path_frame frame = {.this = {this, 1}, .index = index, .total = m->frame->total};
	return path_body(m, body, &frame);
}

static void add_all(path_machine *m, path_list *out, path_items items)
{
	for (int i = 0; i < items.count && !m->failed; i++) list_add(m, out, &items.at[i]);
}

path_items function_select(path_machine *m, const path_call *c)
{
	path_list out = {0};
	for (int i = 0; i < c->input.count && !m->failed; i++)
		add_all(m, &out, project(m, &c->args[0], &c->input.at[i], i));
	return list_items(&out);
}

/* Only what is not there yet is added and asked again, so a projection that leads back to itself ends. Elements are
 * told apart by where they stand, which is quick, values by what they are. */
static bool already(path_machine *m, const path_list *l, const path_item *i)
{
	if (i->kind != PATH_NODE) return path_contains(m, list_items(l), i);
	for (int n = 0; n < l->count; n++)
		if (l->at[n].kind == PATH_NODE && l->at[n].d == i->d && l->at[n].node == i->node &&
		    l->at[n].sibling == i->sibling)
			return true;
	path_spend(m, l->count / 16);
	return false;
}

path_items function_repeat(path_machine *m, const path_call *c)
{
	path_list out = {0};
	path_items from = c->input;
	for (int done = 0; from.count && !m->failed;) {
		for (int i = 0; i < from.count && !m->failed; i++) {
			path_items found = project(m, &c->args[0], &from.at[i], i);
			for (int n = 0; n < found.count && !m->failed; n++)
				if (!already(m, &out, &found.at[n])) list_add(m, &out, &found.at[n]);
		}
		from = out.count > done ? (path_items){out.at + done, out.count - done} : path_none();
		done = out.count;
	}
	return list_items(&out);
}

path_items function_of_type(path_machine *m, const path_call *c)
{
	path_list out = {0};
	if (c->input.count == 1) return path_is_exact_type(c->input.at, c->args[0].type) ? c->input : path_none();
	for (int i = 0; i < c->input.count; i++)
		if (path_is_exact_type(&c->input.at[i], c->args[0].type)) list_add(m, &out, &c->input.at[i]);
	return list_items(&out);
}

path_items function_is(path_machine *m, const path_call *c)
{
	path_item v;
	if (c->input.count > 1) path_single(m, c->input, &v);
	if (c->input.count != 1) return path_none();
	return path_boolean(m, path_is_type(c->input.at, c->args[0].type));
}

path_items function_as(path_machine *m, const path_call *c)
{
	path_item v;
	if (c->input.count > 1) path_single(m, c->input, &v);
	if (c->input.count != 1) return path_none();
	return path_is_exact_type(c->input.at, c->args[0].type) ? c->input : path_none();
}

path_items function_aggregate(path_machine *m, const path_call *c)
{
	path_items total = c->count > 1 ? c->values[1] : path_none();
	for (int i = 0; i < c->input.count && !m->failed; i++) {
		path_frame frame = {.this = {&c->input.at[i], 1}, .index = i, .total = total};
		total = path_body(m, &c->args[0], &frame);
	}
	return total;
}

/* iif: the criterion and the branches see the input as $this; the branch not taken is not run. */
path_items function_iif(path_machine *m, const path_call *c)
{
	path_item v;
	if (c->input.count > 1 && !path_single(m, c->input, &v)) return path_none();
	path_frame frame = {.this = c->input, .index = m->frame->index, .total = m->frame->total};
	tri t = path_tri(m, path_body(m, &c->args[0], &frame));
	if (m->failed) return path_none();
	if (t == TRI_TRUE) return path_body(m, &c->args[1], &frame);
	return c->count > 2 ? path_body(m, &c->args[2], &frame) : path_none();
}

/* The value is made once, of the input as a whole; the compiler has given it a slot. */
path_items function_define_variable(path_machine *m, const path_call *c)
{
	path_frame frame = {.this = c->input, .index = m->frame->index, .total = m->frame->total};
	m->slots[c->args[0].slot] = c->count > 1 ? path_body(m, &c->args[1], &frame) : c->input;
	return c->input;
}

/* Sorting: keys once per item, then a stable merge */

typedef struct sort_row {
	const path_item *item;
	path_items keys[8];
} sort_row;

/* Nothing comes before something, whichever way the key goes; what cannot be compared stays as it was. */
static int key_order(path_machine *m, path_items x, path_items y, bool descending)
{
	if (!x.count || !y.count) return (x.count > 0) - (y.count > 0);
	path_order o = path_compare(m, x.at, y.at);
	if (o == ORDER_UNKNOWN) return 0;
	return descending ? -(int)o : (int)o;
}

static bool comes_after(path_machine *m, const path_call *c, const sort_row *x, const sort_row *y)
{
	int keys = c->count ? c->count : 1;
	for (int k = 0; k < keys; k++) {
		int o = key_order(m, x->keys[k], y->keys[k], c->count && c->args[k].descending);
		if (o) return o > 0;
	}
	return false;
}

static void merge(path_machine *m, const path_call *c, sort_row *rows, sort_row *spare, int count)
{
	if (count < 2 || !path_spend(m, count)) return;
	int half = count / 2, i = 0, j = half, n = 0;
	merge(m, c, rows, spare, half);
	merge(m, c, rows + half, spare, count - half);
	while (i < half && j < count) spare[n++] = comes_after(m, c, &rows[i], &rows[j]) ? rows[j++] : rows[i++];
	while (i < half) spare[n++] = rows[i++];
	while (j < count) spare[n++] = rows[j++];
	memcpy(rows, spare, (size_t)count * sizeof *rows);
}

path_items function_sort(path_machine *m, const path_call *c)
{
	sort_row *rows = ARENA_ARRAY(m->arena, sort_row, c->input.count * 2);
	path_item v;
	for (int i = 0; i < c->input.count && !m->failed; i++) {
		rows[i].item = &c->input.at[i];
		rows[i].keys[0] = (path_items){c->input.at + i, 1};
		for (int k = 0; k < c->count && !m->failed; k++) {
			rows[i].keys[k] = project(m, &c->args[k], &c->input.at[i], i);
			path_single(m, rows[i].keys[k], &v);
		}
	}
	if (m->failed) return path_none();
	merge(m, c, rows, rows + c->input.count, c->input.count);
	path_list out = {0};
	for (int i = 0; i < c->input.count; i++) list_add(m, &out, rows[i].item);
	return list_items(&out);
}

/* Subsetting */

static path_items slice(path_items items, int64_t from, int64_t to)
{
	if (from < 0) from = 0;
	if (to > items.count) to = items.count;
	return from < to ? (path_items){items.at + from, (int)(to - from)} : path_none();
}

path_items function_single(path_machine *m, const path_call *c)
{
	path_item v;
	if (c->input.count > 1) path_single(m, c->input, &v);
	return c->input.count == 1 ? c->input : path_none();
}

path_items function_first(path_machine *m, const path_call *c)
{
	(void)m;
	return slice(c->input, 0, 1);
}

path_items function_last(path_machine *m, const path_call *c)
{
	(void)m;
	return slice(c->input, c->input.count - 1, c->input.count);
}

path_items function_tail(path_machine *m, const path_call *c)
{
	(void)m;
	return slice(c->input, 1, c->input.count);
}

path_items function_skip(path_machine *m, const path_call *c)
{
	int64_t n;
	return path_single_integer(m, c->values[0], &n) ? slice(c->input, n, c->input.count) : path_none();
}

path_items function_take(path_machine *m, const path_call *c)
{
	int64_t n;
	return path_single_integer(m, c->values[0], &n) ? slice(c->input, 0, n) : path_none();
}

/* Combining */

path_items function_intersect(path_machine *m, const path_call *c)
{
	path_list out = {0};
	for (int i = 0; i < c->input.count && !m->failed; i++) {
		const path_item *x = &c->input.at[i];
		if (path_contains(m, c->values[0], x) && !path_contains(m, list_items(&out), x)) list_add(m, &out, x);
	}
	return list_items(&out);
}

path_items function_exclude(path_machine *m, const path_call *c)
{
	path_list out = {0};
	for (int i = 0; i < c->input.count && !m->failed; i++)
		if (!path_contains(m, c->values[0], &c->input.at[i])) list_add(m, &out, &c->input.at[i]);
	return list_items(&out);
}

path_items function_union(path_machine *m, const path_call *c)
{
	return operator_union(m, c->input, c->values[0]);
}

path_items function_combine(path_machine *m, const path_call *c)
{
	path_list out = {0};
	add_all(m, &out, c->input);
	add_all(m, &out, c->values[0]);
	return list_items(&out);
}
