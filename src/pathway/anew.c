/* anew.c: what another content reads of what is here. Its links and facts are put into a store beside, with the tables and row numbers of the
 * record's own, so that a pathway's facts are asked for in the same way. Nothing is taken from the rows that are kept. */
#include "pathway/internal.h"

enum { VERSIONS_AT_A_TIME = 200 };

struct anew {
	anew_options how;
	arena *arena;
	const model *model;
	store *store;
	snapshot *snapshot;
	writing *writing; /* while it is filled */
	int64_t resources;
};

/* ---- one resource ---- */

/* The rows of a version's facts, over what stood before it. */
static standing facts_next(const anew *x, const version *v, const reading *r, const standing *before, arena *a)
{
	const caller who = {.actor = text_copy(a, v->actor)};
	const change c = {.rid = v->rid, .version = v->number, .sequence = v->sequence, .at = v->at, .who = &who};
	standing now = {.rows = ARENA_ARRAY(a, fact_cells, r->fact_count + 1)};
	for (; now.count < r->fact_count; now.count++)
		fact_row(x->model, &c, r, now.count, before, now.rows[now.count].at);
	return now;
}

static bool reading_of(const anew *x, const version *v, arena *a, reading *out)
{
	doc d;
	issues unheard = {.arena = a};
	*out = (reading){0};
	if (v->deleted || !json_parse_resource(a, v->json, TEXT(""), &unheard, &d)) return false;
	resource_reading(x->model, &d, a, out);
	return true;
}

/* All versions, newest first. */
static bool versions_all(const anew *x, const version *newest, arena *a, version **out, int *count, issues *sink)
{
	history_query q = {.type = newest->type,
			   .id = newest->id,
			   .since = INSTANT_NONE,
			   .current_from = INSTANT_NONE,
			   .current_to = INSTANT_NONE,
			   .count = VERSIONS_AT_A_TIME};
	int cap = 0;
	*count = 0;
	do {
		version *page;
		int n = 0;
		int64_t next = 0;
		if (record_history(x->how.reader, &q, &page, &n, &next, sink) == FOUND_FAILED) return false;
		for (int i = 0; i < n; i++) {
			if (*count == cap) *out = ARENA_DOUBLE(a, version, *out, &cap, 16);
			(*out)[(*count)++] = page[i];
		}
		q.before = next;
	} while (q.before);
	return true;
}

/* Where a fact stands since it was first written, every version is asked what stood then. */
static bool facts_stand(const anew *x, const version *v, const reading *r, arena *a, standing *out, issues *sink)
{
	version *all = NULL;
	int count = 0;
	bool written = false;
	*out = (standing){0};
	for (int i = 0; i < r->fact_count; i++) written = written || r->written[i];
	if (!written) {
		*out = facts_next(x, v, r, out, a);
		return true;
	}
	if (!versions_all(x, v, a, &all, &count, sink)) return false;
	for (int i = count - 1; i >= 0; i--) {
		reading then;
		all[i].rid = v->rid;
		standing before = *out;
		*out = reading_of(x, &all[i], a, &then) ? facts_next(x, &all[i], &then, &before, a) : (standing){0};
	}
	return true;
}

static bool links_put(anew *x, const version *v, const reading *r, issues *sink)
{
	for (int i = 0; i < r->link_count; i++) {
		const read_link *l = &r->links[i];
		text_pair cut = text_cut(l->target, '/');
		int64_t to = record_rid(x->how.reader, cut.head, cut.tail);
		cell row[] = {INT_CELL(v->rid), INT_CELL(i), TEXT_CELL(l->target), INT_CELL(to), INT_CELL(l->owns)};
		if (store_put(x->writing, &link_table, row, sink) != STORE_OK) return false;
	}
	return true;
}

static bool resource_take(void *self, const version *v, issues *sink)
{
	anew *x = self;
	arena *a = sink->arena;
	arena_mark mark = arena_here(a);
	reading r;
	standing now;
	cell source[] = {INT_CELL(v->rid), TEXT_CELL(v->type), TEXT_CELL(v->id)};
	if (!reading_of(x, v, a, &r)) return true; /* its body is damaged, which `limen check` says */
	bool ok = store_put(x->writing, &source_table, source, sink) == STORE_OK && links_put(x, v, &r, sink) &&
		  facts_stand(x, v, &r, a, &now, sink);
	for (int i = 0; ok && i < now.count; i++)
		ok = store_put(x->writing, &fact_table, now.rows[i].at, sink) == STORE_OK;
	x->resources++;
	if (sink->count == 0) arena_rewind(a, mark);
	return ok;
}

static bool type_wanted(void *self, text type)
{
	return model_has_type(((const anew *)self)->model, type_find(type));
}

/* ---- all of them ---- */

static bool fill(anew *x, issues *sink)
{
	const record_walk walk = {.self = x, .wanted = type_wanted, .take = resource_take};
	bool ok = true;
	for (int64_t after = 0; ok && after != INT64_MAX;) {
		arena *a = arena_new(REQUEST_ARENA_MAX);
		issues found = {.arena = a};
		x->writing = store_write_begin(x->store, sink);
		if (!x->writing) return false;
		ok = record_walk_on(x->how.reader, &after, &walk, &found);
		issues_add_all(sink, &found);
		arena_free(a);
		if (!ok) store_write_rollback(x->writing);
		ok = ok && store_write_commit(x->writing, sink);
		ok = ok && (!x->how.progress || x->how.progress(x->how.self, x->resources));
	}
	return ok;
}

anew *anew_open(arena *a, const anew_options *how, issues *sink)
{
	static const table *const tables[] = {&link_table, &source_table, &fact_table};
	anew *x = ARENA_NEW(a, anew);
	*x = (anew){.how = *how, .arena = a, .model = model_of(how->image)};
	const store_options o = {.file = how->file, .schema_version = 1, .tables = tables, .table_count = 3};
	if (!store_discard(a, how->file, sink)) return NULL;
	x->store = store_open(a, &o, sink);
	if (x->store && fill(x, sink)) x->snapshot = store_snapshot(x->store, sink);
	if (x->snapshot) return x;
	anew_close(x);
	return NULL;
}

void anew_close(anew *x)
{
	issues unheard = {.arena = x->arena};
	if (x->snapshot) store_release(x->snapshot);
	if (x->store) store_close(x->store);
	store_discard(x->arena, x->how.file, &unheard);
}

bool anew_facts(anew *x, int64_t rid, bool pathway, arena *a, facts *out, issues *sink)
{
	int64_t *rids;
	if (!pathway) return subject_facts(x->snapshot, x->how.image, rid, a, out, sink);
	int count = pathway_closure(x->snapshot, rid, a, &rids, sink);
	return count >= 0 && facts_of_all(x->snapshot, x->how.image, rids, count, a, out, sink);
}

int anew_subjects_after(anew *x, int64_t after, int max, arena *a, subject **out, issues *sink)
{
	return subjects_after(x->snapshot, after, max, a, out, sink);
}
