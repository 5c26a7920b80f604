/* Lists of index values, put in order; where a reference points. */
#include "record/internal.h"

#include <string.h>

/* ---- the list of values ---- */

void index_add(index_values *out, index_value v)
{
	if (out->count == out->cap) {
		int cap = out->cap ? out->cap * 2 : 32;
		index_value *more = ARENA_ARRAY(out->arena, index_value, cap);
		if (out->count) memcpy(more, out->at, (size_t)out->count * sizeof *more);
		out->at = more;
		out->cap = cap;
	}
	out->at[out->count++] = v;
}

int index_compare(const index_value *x, const index_value *y)
{
	if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
	if (x->param != y->param) return x->param < y->param ? -1 : 1;
	if (x->slot != y->slot) return x->slot < y->slot ? -1 : 1;
	if (x->low != y->low) return x->low < y->low ? -1 : 1;
	if (x->high != y->high) return x->high < y->high ? -1 : 1;
	int order = text_compare(x->value, y->value);
	if (!order) order = text_compare(x->upper, y->upper);
	if (!order) order = text_compare(x->system, y->system);
	if (!order) order = x->implied - y->implied;
	return order ? order : text_compare(x->unit, y->unit);
}

static int by_value(const void *x, const void *y)
{
	return index_compare(x, y);
}

void index_ranks(index_values *v)
{
	if (v->count) qsort(v->at, (size_t)v->count, sizeof *v->at, by_value);
	int kept = 0;
	for (int i = 0; i < v->count; i++)
		if (kept == 0 || index_compare(&v->at[kept - 1], &v->at[i]) != 0) v->at[kept++] = v->at[i];
	v->count = kept;
	for (int i = 0; i < kept; i++) {
		index_value *x = &v->at[i];
		bool first = i == 0 || v->at[i - 1].kind != x->kind || v->at[i - 1].param != x->param;
		bool last = i + 1 == kept || v->at[i + 1].kind != x->kind || v->at[i + 1].param != x->param;
		x->rank = first && last ? RANK_ONLY : first ? RANK_FIRST : last ? RANK_LAST : RANK_MIDDLE;
	}
}

/* ---- references ---- */

bool id_valid(text id)
{
	if (id.len < 1 || id.len > 64) return false;
	for (int64_t i = 0; i < id.len; i++) {
		char c = id.at[i];
		bool ok =
		    (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
		if (!ok) return false;
	}
	return true;
}

bool reference_target(const record *r, text reference, target *out)
{
	if (reference.len == 0 || reference.at[0] == '#') return false;
	text local = reference;
	if (r->base.len && text_starts(local, r->base) && local.len > r->base.len && local.at[r->base.len] == '/')
		local = text_slice(local, r->base.len + 1, local.len);
	text_pair parts = text_cut(local, '/');
	text_pair rest = text_cut(parts.tail, '/');
	type_id type = parts.found ? type_find(parts.head) : 0;
	text history = TEXT("_history/");
	bool versioned = rest.found && text_starts(rest.tail, history);
	bool is_local =
	    type && type_kind_of(type) == TYPE_RESOURCE && id_valid(rest.head) && (!rest.found || versioned);
	*out = is_local ? (target){type_name(type), rest.head, {0}} : (target){.id = reference};
	if (is_local && versioned) out->version = text_slice(rest.tail, history.len, rest.tail.len);
	return true;
}
