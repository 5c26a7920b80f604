/* Which resources the value of a reference means: a bare id may be of several types, and :above and :below mean a whole line of
 * resources that are part of one another. */
#include "record/search_internal.h"

#include <string.h>

enum { HIERARCHY_MAX = 10000 };

static bool place_add(search *s, test *q, int *cap, text type, text id)
{
	reader *rd = s->reader;
	cell row[RES_COLUMNS];
	bool there = false;
	int64_t term = rd->snapshot ? term_known(rd->record, rd->snapshot, type, s->arena, s->sink) : 0;
	if (term && !resource_row(rd->snapshot, term, id, s->arena, row, &there, s->sink)) return false;
	if (q->place_count == *cap) q->places = ARENA_DOUBLE(s->arena, place_referred, q->places, cap, 4);
	q->places[q->place_count++] = (place_referred){type, id, there ? row[RES_RID].integer : 0};
	return true;
}

static bool is_referred(search *s, const search_param *p, int64_t rid, bool *is)
{
	cell prefix[] = {INT_CELL(p->number), INT_CELL(rid)};
	scan_options o = {.index = -1, .prefix = prefix, .prefix_cells = 2};
	rid_set one;
	bool whole;
	*is = false;
	if (!rid || !p->number) return true;
	if (!rows_collect(s, &index_tables[INDEX_REFERENCE], &o, 1, NULL, NULL, &one, &whole)) return false;
	*is = one.count > 0 || !whole;
	return true;
}

/* A bare id may be of any type the parameter can lead to; if more than one of those is referred to, it must be said which. */
static bool bare_id(search *s, const clause *c, test *q, text id, int *cap)
{
	const search_param *p = c->param;
	bool any = p->target_count == 0;
	int referred = 0, count = any ? type_count() : p->target_count;
	for (int i = 0; i < count; i++) {
		type_id t = any ? (type_id)(i + 1) : p->targets[i];
		bool is = false;
		if (type_kind_of(t) != TYPE_RESOURCE || type_is_abstract(t)) continue;
		if (!place_add(s, q, cap, type_name(t), id)) return false;
		place_referred *last = &q->places[q->place_count - 1];
		if (!is_referred(s, p, last->rid, &is)) return false;
		referred += is;
	}
	return referred <= 1 || issue_at(s->sink, FAIL_SEARCH_AMBIGUOUS, (place){0}, c->name, id, TEXT(""));
}

/* ---- part of, in either direction ---- */

/* The parameter that says what a resource of this type is part of. */
static const search_param *part_of(search *s, text type)
{
	static const char *const codes[] = {"partof", "part-of"};
	type_id id = type_find(type);
	search_type *t = id ? type_of(s->reader->record, type, s->sink) : NULL;
	for (size_t i = 0; t && i < sizeof codes / sizeof *codes; i++) {
		const search_param *p = param_find(t, text_of(codes[i]));
		for (int k = 0; p && p->way == WAY_INDEX && k < p->target_count; k++)
			if (p->targets[k] == id) return p;
	}
	return NULL;
}

static bool has_place(const test *q, text type, text id)
{
	for (int i = 0; i < q->place_count; i++)
		if (text_equal(q->places[i].id, id) && text_equal(q->places[i].type, type)) return true;
	return false;
}

static bool hierarchy_add(search *s, const clause *c, test *q, int *cap, text type, text id)
{
	if (has_place(q, type, id)) return true;
	if (q->place_count == HIERARCHY_MAX)
		return issue_at(s->sink, FAIL_SEARCH_TOO_MANY, (place){0}, c->name,
				text_format(s->arena, "%d", HIERARCHY_MAX), TEXT(""));
	return place_add(s, q, cap, type, id);
}

static bool add_wholes(search *s, const clause *c, test *q, int *cap, place_referred of, const search_param *p)
{
	version v;
	doc d;
	index_values values = {.arena = s->arena};
	found f = of.rid ? version_at(s->reader->snapshot, of.rid, s->arena, &v, s->sink) : FOUND_NONE;
	if (f != FOUND) return f != FOUND_FAILED;
	if (!json_parse_resource(s->arena, v.json, TEXT(""), s->sink, &d)) return false;
	if (!extract_param(s->reader->record, p, &d, true, s->sink, &values)) return false;
	for (int i = 0; i < values.count; i++) {
		const index_value *to = &values.at[i];
		bool same = to->kind == INDEX_REFERENCE && to->slot == SLOT_MAIN && text_equal(to->system, of.type);
		if (same && !hierarchy_add(s, c, q, cap, to->system, to->value)) return false;
	}
	return true;
}

static bool add_parts(search *s, const clause *c, test *q, int *cap, place_referred of, const search_param *p)
{
	cell prefix[] = {INT_CELL(p->number), INT_CELL(of.rid)};
	scan_options o = {.index = -1, .prefix = prefix, .prefix_cells = 2};
	rid_set parts;
	bool whole;
	if (!of.rid || !p->number) return true;
	if (!rows_collect(s, &index_tables[INDEX_REFERENCE], &o, INT64_MAX, NULL, NULL, &parts, &whole)) return false;
	for (int64_t i = 0; i < parts.count; i++) {
		cell row[RES_COLUMNS];
		if (store_get(s->reader->snapshot, &resource_table, &INT_CELL(parts.at[i]), s->arena, row, s->sink) !=
		    STORE_OK)
			return false;
		if (!hierarchy_add(s, c, q, cap, of.type, row[RES_ID].text)) return false;
	}
	return true;
}

static bool follow_hierarchy(search *s, const clause *c, test *q, int *cap)
{
	const search_param *p = part_of(s, q->places[0].type);
	if (!p || !s->reader->snapshot) return issue_add(s->sink, FAIL_SEARCH_MODIFIER, c->name, q->places[0].type);
	for (int i = 0; i < q->place_count; i++) {
		place_referred of = q->places[i];
		if (!(c->modifier == MOD_ABOVE ? add_wholes : add_parts)(s, c, q, cap, of, p)) return false;
	}
	return true;
}

/* ---- the value ---- */

static bool list_place(search *s, const clause *c, test *q, int *cap)
{
	text id = text_starts(q->said, TEXT("List/")) ? text_slice(q->said, 5, q->said.len) : q->said;
	if (text_starts(id, TEXT("$"))) return issue_add(s->sink, FAIL_SEARCH_UNSUPPORTED, id, TEXT(""));
	if (!id_valid(id)) return search_refuse(s, c, q->said, TEXT("List/id"));
	if (!scope_allows(&s->reader->who, TEXT("List")))
		return issue_add(s->sink, FAIL_RECORD_SCOPE, TEXT("List"), TEXT(""));
	return place_add(s, q, cap, TEXT("List"), id);
}

bool places_find(search *s, const clause *c, test *q)
{
	target to;
	int cap = 0;
	if (c->subject == SUBJECT_LIST) return list_place(s, c, q, &cap);
	if (!reference_target(s->reader->record, q->said, &to))
		return search_refuse(s, c, q->said, TEXT("[type/]id, url"));
	bool bare = to.type.len == 0 && id_valid(q->said);
	if (c->modifier == MOD_TYPE && bare) return place_add(s, q, &cap, c->target, q->said);
	if (c->modifier == MOD_TYPE && !text_equal(to.type, c->target))
		return search_refuse(s, c, q->said, text_join(s->arena, c->target, TEXT("/id")));
	bool up_or_down = c->modifier == MOD_ABOVE || c->modifier == MOD_BELOW;
	if (up_or_down && to.type.len == 0 && !bare) return search_refuse(s, c, q->said, TEXT("[type/]id"));
	q->version = to.version;
	if (!(bare ? bare_id(s, c, q, q->said, &cap) : place_add(s, q, &cap, to.type, to.id))) return false;
	return !up_or_down || q->place_count == 0 || follow_hierarchy(s, c, q, &cap);
}
