/* What comes along with the matches: what they refer to, what refers to them; with :iterate also of what came along. */
#include "record/search_internal.h"

#include <string.h>

typedef struct including {
	search *s;
	search_answer *out;
	int matches, cap;
	map there; /* row numbers, as text: what is in the answer already */
} including;

static text rid_text(arena *a, int64_t rid)
{
	return text_format(a, "%lld", (long long)rid);
}

static bool include_rid(including *x, int64_t rid)
{
	search *s = x->s;
	search_answer *out = x->out;
	int64_t at;
	text key = rid_text(s->arena, rid);
	if (map_get(&x->there, key, &at) || (s->everything && set_has(&s->matched, rid))) return true;
	if (out->count - x->matches >= SEARCH_INCLUDED_MAX)
		return issue_at(s->sink, FAIL_SEARCH_TOO_MANY, (place){0}, TEXT("_include"),
				text_format(s->arena, "%d", SEARCH_INCLUDED_MAX), TEXT(""));
	search_entry e = {.included = true};
	found f = version_at(s->reader->snapshot, rid, s->arena, &e.version, s->sink);
	if (f != FOUND) return f != FOUND_FAILED;
	if (!scope_allows(&s->reader->who, e.version.type)) return true; /* outside what the caller may see */
	if (out->count == x->cap) {
		x->cap = x->cap * 2 + 16;
		search_entry *more = ARENA_ARRAY(s->arena, search_entry, x->cap);
		if (out->count) memcpy(more, out->entries, (size_t)out->count * sizeof *more);
		out->entries = more;
	}
	map_put(&x->there, key, out->count);
	out->entries[out->count++] = e;
	return true;
}

static bool include_targets(including *x, const include *i, const index_values *values)
{
	search *s = x->s;
	for (int v = 0; v < values->count; v++) {
		const index_value *to = &values->at[v];
		cell row[RES_COLUMNS];
		bool there;
		if (to->kind != INDEX_REFERENCE || to->slot != SLOT_MAIN || to->system.len == 0) continue;
		if (i->target.len && !text_equal(i->target, to->system)) continue;
		int64_t term = term_known(s->reader->record, s->reader->snapshot, to->system, s->arena, s->sink);
		if (!resource_row(s->reader->snapshot, term, to->value, s->arena, row, &there, s->sink)) return false;
		if (there && !include_rid(x, row[RES_RID].integer)) return false;
	}
	return true;
}

static bool include_forward(including *x, const include *i, const version *of)
{
	search *s = x->s;
	doc d;
	index_values values = {.arena = s->arena};
	if (i->of && !text_equal(i->of->name, of->type)) return true;
	const search_type *type = type_of(s->reader->record, of->type, s->sink);
	if (!type || !json_parse_resource(s->arena, of->json, TEXT(""), s->sink, &d)) return false;
	for (int p = 0; p < type->param_count; p++) {
		const search_param *param = &type->params[p];
		bool wanted = i->param ? param == i->param : param->kind == SEARCH_REFERENCE;
		if (wanted && !extract_param(s->reader->record, param, &d, true, s->sink, &values)) return false;
	}
	return include_targets(x, i, &values);
}

static bool include_referring(including *x, const search_param *p, int64_t rid)
{
	search *s = x->s;
	cell prefix[] = {INT_CELL(p->number), INT_CELL(rid)};
	scan_options o = {.index = -1, .prefix = prefix, .prefix_cells = 2};
	rid_set from;
	bool whole;
	if (!rows_collect(s, &index_tables[INDEX_REFERENCE], &o, INT64_MAX, NULL, NULL, &from, &whole)) return false;
	for (int64_t k = 0; k < from.count; k++)
		if (!include_rid(x, from.at[k])) return false;
	return true;
}

static bool include_of_type(including *x, const include *i, search_type *of, int64_t rid)
{
	if (!of || !atomic_load(&of->numbered)) return true; /* none of that type was ever written */
	for (int p = 0; p < of->param_count; p++) {
		const search_param *param = &of->params[p];
		bool wanted = i->param ? param == i->param : param->kind == SEARCH_REFERENCE && param->way == WAY_INDEX;
		if (wanted && !include_referring(x, param, rid)) return false;
	}
	return true;
}

static bool include_reverse(including *x, const include *i, const version *of)
{
	record *r = x->s->reader->record;
	if (i->target.len && !text_equal(i->target, of->type)) return true;
	if (i->of) return include_of_type(x, i, i->of, of->rid);
	for (int t = 0; t < r->types_count; t++)
		if (!include_of_type(x, i, &r->types[t], of->rid)) return false;
	return true;
}

bool search_include(search *s, search_answer *out)
{
	including x = {.s = s, .out = out, .matches = out->count, .cap = out->count, .there = {.arena = s->arena}};
	for (int k = 0; k < out->count; k++) map_put(&x.there, rid_text(s->arena, out->entries[k].version.rid), k);
	for (int k = 0; s->include_count && k < out->count; k++)
		for (int i = 0; i < s->include_count; i++) {
			version of = out->entries[k].version; /* the entries may move as they grow */
			const include *inc = &s->includes[i];
			if (k >= x.matches && !inc->iterate) continue;
			if (!(inc->reverse ? include_reverse(&x, inc, &of) : include_forward(&x, inc, &of)))
				return false;
		}
	return true;
}
