/* A search from end to end. */
#include "record/search_internal.h"

#include <string.h>

static bool match_all(search *s)
{
	for (int i = 0; i < s->part_count; i++) {
		part *p = &s->parts[i];
		if (!part_match(s, p)) return false;
		if (s->part_count == 1) return true;
		/* Over several types the sets are joined: each must be whole, and an array. */
		if (!part_settle(s, p) || (p->matches.all && !part_live(s, p, &p->matches))) return false;
	}
	return true;
}

/* Every type's resources apart: no one is in two of the sets. */
static bool count_all(search *s, search_answer *out)
{
	out->total = 0;
	for (int i = 0; i < s->part_count; i++) {
		part *p = &s->parts[i];
		if (s->total == TOTAL_ACCURATE && !part_settle(s, p)) return false;
		out->total += p->matches.all ? type_count_about(s, p->type) : p->matches.count;
	}
	if (s->total == TOTAL_ESTIMATE || s->part_count > 1 || !s->parts[0].matches.all) return true;
	cell prefix[] = {INT_CELL(s->parts[0].type->term), INT_CELL(STATE_LIVE)};
	scan_options live = {.index = RES_BY_SEQ, .prefix = prefix, .prefix_cells = 2};
	if (!atomic_load(&s->parts[0].type->numbered)) return true;
	out->total = store_count(s->reader->snapshot, &resource_table, &live, s->sink);
	return out->total >= 0;
}

static bool cut_down(search *s, search_answer *out)
{
	for (int i = 0; s->subset.kind != SUBSET_WHOLE && i < out->count; i++) {
		version *v = &out->entries[i].version;
		doc d;
		if (!json_parse_resource(s->arena, v->json, TEXT(""), s->sink, &d)) return false;
		v->json = subset_json(s->arena, &d, &s->subset);
	}
	return true;
}

static bool answer(search *s, search_answer *out)
{
	if (!match_all(s)) return false;
	if (s->total != TOTAL_NONE && !count_all(s, out)) return false;
	for (int i = 0; s->everything && i < s->part_count; i++)
		s->matched = set_or(s->arena, s->matched, s->parts[i].matches);
	return s->count_only || (search_page(s, out) && search_include(s, out) && cut_down(s, out));
}

/* The reader's arena has the caller's boundary; the scratch has this one. */
static bool within_budget(search *s, const search_where *where, const search_pair *pairs, int count, search_answer *out)
{
	jmp_buf spent;
	if (setjmp(spent)) return issue_add(s->sink, FAIL_RECORD_BUDGET, TEXT(""), TEXT(""));
	arena_boundary(s->scratch, &spent);
	return search_where_parse(s, where, pairs, count) && search_parse(s, pairs, count) && answer(s, out);
}

bool record_search_in(reader *rd, const search_where *where, const search_pair *pairs, int count, bool lenient,
		      search_answer *out, issues *sink)
{
	*out = (search_answer){.total = -1};
	search *s = ARENA_NEW(rd->arena, search);
	*s = (search){.reader = rd,
		      .arena = rd->arena,
		      .into = rd->arena,
		      .sink = sink,
		      .lenient = lenient,
		      .began = world_now(rd->record->world)};
	int before = sink->errors;
	s->scratch = rd->scratch = record_arena(rd->record);
	bool ok = within_budget(s, where, pairs, count, out);
	record_arena_back(rd->record, s->scratch);
	rd->scratch = NULL;
	out->self = buffer_text(&s->self);
	return ok && sink->errors == before;
}

bool record_search(reader *rd, text type, const search_pair *pairs, int count, bool lenient, search_answer *out,
		   issues *sink)
{
	search_where where = {.type = type};
	return record_search_in(rd, &where, pairs, count, lenient, out, sink);
}

int record_parameters(record *r, text type, arena *a, search_parameter **out)
{
	issues unheard = {.arena = a};
	const search_type *t = type_of(r, type, &unheard);
	int all = t ? t->param_count : 0, count = 0;
	*out = ARENA_ARRAY(a, search_parameter, all);
	for (int i = 0; i < all; i++) {
		const search_param *p = &t->params[i];
		if (p->way == WAY_NONE || atomic_load(&p->state) != PARAM_READY) continue;
		(*out)[count++] = (search_parameter){p->code, p->url, p->kind, p->targets, p->target_count};
	}
	return count;
}
