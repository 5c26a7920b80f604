/* A search from end to end; what is included beside the matches. */
#include "record/search_internal.h"

#include <string.h>

enum { INCLUDED_MAX = 5000 };

/* ---- _include, _revinclude ---- */

typedef struct including {
	search *search;
	search_answer *out;
	int matches, cap;
} including;

static bool is_there(const including *x, int64_t rid)
{
	for (int i = 0; i < x->out->count; i++)
		if (x->out->entries[i].version.rid == rid) return true;
	return false;
}

static bool include_rid(including *x, int64_t rid)
{
	search *s = x->search;
	search_answer *out = x->out;
	if (is_there(x, rid)) return true;
	if (out->count - x->matches >= INCLUDED_MAX)
		return issue_add(s->sink, FAIL_SEARCH_TOO_MANY, text_format(s->arena, "%d", INCLUDED_MAX), TEXT(""));
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
	out->entries[out->count++] = e;
	return true;
}

static bool include_targets(including *x, const include *i, const index_values *values)
{
	search *s = x->search;
	for (int v = 0; v < values->count; v++) {
		const index_value *to = &values->at[v];
		cell row[RES_COLUMNS];
		bool there;
		if (to->kind != INDEX_REFERENCE || to->system.len == 0) continue;
		if (i->target.len && !text_equal(i->target, to->system)) continue;
		int64_t term = term_known(s->reader->record, s->reader->snapshot, to->system, s->arena, s->sink);
		if (!resource_row(s->reader->snapshot, term, to->value, s->arena, row, &there, s->sink)) return false;
		if (there && !include_rid(x, row[RES_RID].integer)) return false;
	}
	return true;
}

static bool include_forward(including *x, const include *i, const version *of)
{
	search *s = x->search;
	record *r = s->reader->record;
	doc d;
	index_values values = {.arena = s->arena};
	if (!text_equal(i->of->name, of->type)) return true;
	if (!json_parse_resource(s->arena, of->json, TEXT(""), s->sink, &d)) return false;
	for (int p = 0; p < i->of->param_count; p++) {
		const search_param *param = &i->of->params[p];
		bool wanted = i->param ? param == i->param : param->kind == SEARCH_REFERENCE;
		if (wanted && !extract_param(r, param, &d, s->sink, &values)) return false;
	}
	return include_targets(x, i, &values);
}

static bool include_reverse(including *x, const include *i, const version *of)
{
	search *s = x->search;
	cell prefix[] = {INT_CELL(i->param->number), INT_CELL(of->rid)};
	scan_options o = {.index = -1, .prefix = prefix, .prefix_cells = 2};
	rid_set from;
	if (i->target.len && !text_equal(i->target, of->type)) return true;
	if (!atomic_load(&i->of->numbered)) return true; /* none of that type was ever written */
	if (!search_collect(s, &index_tables[INDEX_REFERENCE], &o, index_rid_column(INDEX_REFERENCE), &from))
		return false;
	for (int64_t k = 0; k < from.count; k++)
		if (!include_rid(x, from.at[k])) return false;
	return true;
}

bool search_include(search *s, search_answer *out)
{
	including x = {.search = s, .out = out, .matches = out->count, .cap = out->count};
	for (int k = 0; k < x.matches; k++)
		for (int i = 0; i < s->include_count; i++) {
			version of = out->entries[k].version; /* the entries may move as they grow */
			const include *inc = &s->includes[i];
			if (!(inc->reverse ? include_reverse(&x, inc, &of) : include_forward(&x, inc, &of)))
				return false;
		}
	return true;
}

/* ---- the whole ---- */

static bool count_all(search *s, const rid_set *matches, search_answer *out)
{
	cell prefix[] = {INT_CELL(s->type->term), INT_CELL(STATE_LIVE)};
	scan_options live = {.index = RES_BY_SEQ, .prefix = prefix, .prefix_cells = 2};
	out->total = matches->all ? store_count(s->reader->snapshot, &resource_table, &live, s->sink) : matches->count;
	return out->total >= 0;
}

static bool answer(search *s, search_answer *out)
{
	rid_set matches;
	if (!atomic_load(&s->type->numbered)) {
		out->total = s->want_total ? 0 : -1; /* no resource of this type was ever written */
		return true;
	}
	if (!search_match(s, &matches)) return false;
	if (s->want_total && !count_all(s, &matches, out)) return false;
	return s->count_only || (search_page(s, &matches, out) && search_include(s, out));
}

bool record_search(reader *rd, text type, const search_pair *pairs, int count, bool lenient, search_answer *out,
		   issues *sink)
{
	*out = (search_answer){.total = -1};
	search *s = ARENA_NEW(rd->arena, search);
	*s = (search){.reader = rd, .arena = rd->arena, .sink = sink, .type = type_of(rd->record, type, sink)};
	if (!s->type) return false;
	if (!scope_allows(&rd->who, type)) return issue_add(sink, FAIL_RECORD_SCOPE, type, TEXT(""));
	int before = sink->errors;
	bool ok = search_parse(s, pairs, count, lenient) && answer(s, out);
	out->self = buffer_text(&s->self);
	return ok && sink->errors == before;
}
