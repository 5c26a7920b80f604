/* Chains and _has. By the index: first those the chain leads to (or those that refer), whole, then one step back along the references.
 * On one resource: from its own references, or from those that refer to it, one after the other until one fits. */
#include "record/search_internal.h"

#include <string.h>

/* ---- a search within: one clause on one type ---- */

static bool within(search *s, const clause_link *link, rid_set *out)
{
	part inner = {.type = link->type};
	inner.clauses[inner.clause_count++] = *link->clause;
	if (!part_match(s, &inner) || !part_settle(s, &inner)) return false;
	if (!inner.matches.all) {
		*out = inner.matches;
		return true;
	}
	return part_live(s, &inner, out);
}

static bool link_holds(search *s, const clause_link *link, int64_t rid, bool *holds)
{
	arena_mark mark = arena_here(s->scratch);
	candidate x = {.rid = rid};
	*holds = false;
	bool ok = search_looked(s, 0, 1) && clause_holds(s, link->clause, &x, holds);
	arena_rewind(s->scratch, mark);
	return ok;
}

/* ---- chains ---- */

static bool referring(search *s, const search_param *p, int64_t rid, int64_t limit, rid_set *out)
{
	cell prefix[] = {INT_CELL(p->number), INT_CELL(rid)};
	scan_options o = {.index = -1, .prefix = prefix, .prefix_cells = 2};
	bool whole;
	return rows_collect(s, &index_tables[INDEX_REFERENCE], &o, limit, NULL, NULL, out, &whole);
}

bool chain_collect(search *s, const clause *c, rid_set *out)
{
	int64_t cap = 0;
	*out = (rid_set){0};
	if (!atomic_load(&c->type->numbered)) return true;
	for (int i = 0; i < c->link_count; i++) {
		rid_set targets;
		if (!within(s, &c->links[i], &targets)) return false;
		for (int64_t k = 0; k < targets.count; k++) {
			arena_mark mark = arena_here(s->scratch);
			rid_set some;
			arena *into = s->into;
			s->into = s->scratch;
			bool ok = referring(s, c->param, targets.at[k], INT64_MAX, &some);
			s->into = into;
			if (!ok) return false;
			for (int64_t n = 0; n < some.count; n++) set_add(s->arena, out, &cap, some.at[n]);
			arena_rewind(s->scratch, mark);
		}
	}
	set_sort(out);
	return true;
}

static bool target_holds(search *s, const clause *c, const index_value *to, bool *holds)
{
	reader *rd = s->reader;
	cell row[RES_COLUMNS];
	bool there;
	*holds = false;
	for (int i = 0; !*holds && i < c->link_count; i++) {
		const clause_link *link = &c->links[i];
		if (!text_equal(link->type->name, to->system)) continue;
		if (!resource_row(rd->snapshot, link->type->term, to->value, s->scratch, row, &there, s->sink))
			return false;
		if (there && row[RES_STATE].integer == STATE_LIVE && !link_holds(s, link, row[RES_RID].integer, holds))
			return false;
	}
	return true;
}

bool chain_holds(search *s, const clause *c, candidate *x, bool *holds)
{
	index_values values = {.arena = s->scratch};
	*holds = false;
	if (!extract_param(s->reader->record, c->param, &x->doc, true, s->sink, &values)) return false;
	for (int i = 0; !*holds && i < values.count; i++) {
		const index_value *v = &values.at[i];
		if (v->slot == SLOT_MAIN && v->system.len && !target_holds(s, c, v, holds)) return false;
	}
	return true;
}

/* ---- _has ---- */

/* Whom do they refer to? Their own words say it, */
static bool targets_by_reading(search *s, const clause *c, const rid_set *from, rid_set *out, int64_t *cap)
{
	for (int64_t i = 0; i < from->count; i++) {
		arena_mark mark = arena_here(s->scratch);
		candidate x = {.rid = from->at[i]};
		index_values values = {.arena = s->scratch};
		bool there;
		if (!search_looked(s, 0, 1) || !candidate_read(s, &x, &there)) return false;
		if (there && !extract_param(s->reader->record, c->param, &x.doc, true, s->sink, &values)) return false;
		for (int k = 0; k < values.count; k++) {
			const index_value *v = &values.at[k];
			cell row[RES_COLUMNS];
			bool known;
			if (v->slot != SLOT_MAIN || !text_equal(v->system, c->type->name)) continue;
			if (!resource_row(s->reader->snapshot, c->type->term, v->value, s->scratch, row, &known,
					  s->sink))
				return false;
			if (known && row[RES_STATE].integer == STATE_LIVE)
				set_add(s->arena, out, cap, row[RES_RID].integer);
		}
		arena_rewind(s->scratch, mark);
	}
	return true;
}

static bool row_in_set(const cell *row, void *with)
{
	return set_has(with, row[2].integer);
}

/* or the index, asked for each that may be referred to until one of them turns up. */
static bool targets_by_asking(search *s, const clause *c, const rid_set *asked, rid_set *from, rid_set *out,
			      int64_t *cap)
{
	const table *t = &index_tables[INDEX_REFERENCE];
	for (int64_t i = 0; i < asked->count; i++) {
		cell prefix[] = {INT_CELL(c->param->number), INT_CELL(asked->at[i])}, row[TABLE_COLUMNS_MAX];
		scan_options o = {.index = -1, .prefix = prefix, .prefix_cells = 2};
		int64_t seen = 0;
		bool hit = false;
		scan *rows = store_scan(s->reader->snapshot, t, &o, s->scratch, s->sink);
		while (!hit && scan_next(rows, row, s->sink)) {
			hit = row_in_set(row, from);
			seen++;
		}
		scan_close(rows);
		if (s->sink->errors || !search_looked(s, seen, 0)) return false;
		if (hit) set_add(s->arena, out, cap, asked->at[i]);
	}
	return true;
}

bool has_collect(search *s, const clause *c, rid_set *out)
{
	int64_t cap = 0;
	rid_set from, live;
	part outer = {.type = c->type};
	*out = (rid_set){0};
	if (!atomic_load(&c->type->numbered) || !atomic_load(&c->links[0].type->numbered)) return true;
	if (!within(s, &c->links[0], &from) || from.count == 0) return s->sink->errors == 0;
	int64_t asking = 4 * type_count_about(s, c->type) + type_count_about(s, c->links[0].type);
	if (from.count * ROWS_PER_READ < asking) {
		if (!targets_by_reading(s, c, &from, out, &cap)) return false;
	} else if (!part_live(s, &outer, &live) || !targets_by_asking(s, c, &live, &from, out, &cap)) {
		return false;
	}
	set_sort(out);
	return true;
}

bool has_holds(search *s, const clause *c, candidate *x, bool *holds)
{
	const clause_link *link = &c->links[0];
	rid_set from;
	*holds = false;
	if (!atomic_load(&link->type->numbered) || !referring(s, c->param, x->rid, INT64_MAX, &from))
		return s->sink->errors == 0;
	for (int64_t i = 0; !*holds && i < from.count; i++)
		if (!link_holds(s, link, from.at[i], holds)) return false;
	return true;
}
