/* A resource type and its search parameters: R4's and Limen's own, compiled when the type is first met, numbered when it is first
 * written. The table `indexed` remembers by which definitions a type was indexed; where they differ at open it is indexed again. */
#include "record/internal.h"

#include <string.h>

enum { OWN_MAX = 256, OWN_RESOURCES_MAX = 64 };
static own_search own[OWN_MAX];
static int own_used;

void record_own_search(const own_search *rows, int count)
{
	for (int i = 0; i < count; i++) {
		int at = 0;
		while (at < own_used &&
		       !(text_equal(own[at].type, rows[i].type) && text_equal(own[at].code, rows[i].code)))
			at++;
		assert(at < OWN_MAX);
		own[at] = rows[i];
		if (at == own_used) own_used++;
	}
}

/* ---- compiling ---- */

static search_param *param_add(search_type *t, text code)
{
	search_param *p = param_find(t, code);
	if (!p) p = &t->params[t->param_count++];
	*p = (search_param){.code = code};
	return p;
}

static int by_code(const void *x, const void *y)
{
	return text_compare(((const search_param *)x)->code, ((const search_param *)y)->code);
}

static void type_compile(record *r, search_type *t)
{
	int defined = search_count_of(t->type);
	t->param_cap = defined + own_used + OWN_RESOURCES_MAX;
	t->params = ARENA_ARRAY(r->types_arena, search_param, t->param_cap);
	for (int i = 0; i < defined; i++) {
		search_definition d;
		search_at(t->type, i, &d);
		search_param *p = param_add(t, d.code);
		p->kind = d.kind;
		p->expression = d.expression;
		p->url = d.url;
		p->targets = d.targets;
		p->target_count = d.target_count;
	}
	for (int i = 0; i < own_used; i++) {
		if (!text_equal(own[i].type, t->name)) continue;
		search_param *p = param_add(t, own[i].code);
		p->kind = own[i].kind;
		p->expression = own[i].expression;
	}
	qsort(t->params, (size_t)t->param_count, sizeof *t->params, by_code);
	for (int i = 0; i < t->param_count; i++) {
		search_param *p = &t->params[i];
		p->term = text_format(r->types_arena, "%.*s.%.*s", TEXT_ARG(t->name), TEXT_ARG(p->code));
		param_compile(r, t, p);
	}
	t->compiled = true;
}

search_param *param_find(search_type *t, text code)
{
	for (int i = 0; i < t->param_count; i++)
		if (text_equal(t->params[i].code, code) && atomic_load(&t->params[i].state) != PARAM_GONE)
			return &t->params[i];
	return NULL;
}

search_type *type_of(record *r, text name, issues *sink)
{
	type_id id = type_find(name);
	if (!id || type_kind_of(id) != TYPE_RESOURCE || type_is_abstract(id)) {
		issue_add(sink, FAIL_RECORD_TYPE, name, TEXT(""));
		return NULL;
	}
	search_type *t = &r->types[id];
	pthread_mutex_lock(&r->types_lock);
	if (!t->compiled) {
		t->type = id;
		t->name = type_name(id);
		type_compile(r, t);
	}
	pthread_mutex_unlock(&r->types_lock);
	return t;
}

/* ---- numbers ---- */

static digest signature_of(const record *r, const search_type *t, arena *a)
{
	buffer b = {.arena = a};
	buffer_add(&b, r->base);
	for (int i = 0; i < t->param_count; i++) {
		const search_param *p = &t->params[i];
		if (p->owner.len) continue; /* those have notes of their own */
		buffer_format(&b, "\n%.*s %d %d %.*s", TEXT_ARG(p->code), (int)p->kind, p->way == WAY_INDEX,
			      TEXT_ARG(p->expression));
	}
	return digest_of(buffer_text(&b));
}

bool param_number(deriving *dv, search_param *p, issues *sink)
{
	if (!(p->number = term_of(dv, p->term, sink))) return false;
	if (p->kind == SEARCH_REFERENCE &&
	    !(p->identifier_number = term_of(dv, text_join(dv->arena, p->term, TEXT(":identifier")), sink)))
		return false;
	return p->kind != SEARCH_QUANTITY ||
	       (p->canonical_number = term_of(dv, text_join(dv->arena, p->term, TEXT(":canonical")), sink)) != 0;
}

static bool params_number(deriving *dv, search_type *t, issues *sink)
{
	for (int i = 0; i < t->param_count; i++) {
		search_param *p = &t->params[i];
		bool wanted = p->way == WAY_INDEX && atomic_load(&p->state) != PARAM_GONE;
		if (wanted && !param_number(dv, p, sink)) return false;
	}
	return true;
}

static bool signature_put(deriving *dv, const search_type *t, issues *sink)
{
	digest s = signature_of(dv->record, t, dv->arena);
	cell row[] = {INT_CELL(t->term), BYTES_CELL(((text){(const char *)s.bytes, DIGEST_BYTES}))};
	return store_put(dv->writing, &indexed_table, row, sink) == STORE_OK;
}

/* Only the writer's thread numbers, and nobody reads the numbers before `numbered`, which is set once they are durable. */
bool type_number(deriving *dv, search_type *t, issues *sink)
{
	t->term = term_of(dv, t->name, sink);
	return t->term && params_number(dv, t, sink) && signature_put(dv, t, sink);
}

/* ---- at open ---- */

bool param_forget(deriving *dv, int64_t number, issues *sink)
{
	for (int k = 0; k < INDEX_TABLES; k++)
		if (store_delete(dv->writing, record_index_tables()[k], &INT_CELL(number), 1, sink) != STORE_OK)
			return false;
	return true;
}

/* Parameters that no longer exist too: all terms that begin with "Type." */
static bool index_forget(deriving *dv, const search_type *t, issues *sink)
{
	snapshot *s = store_writing_snapshot(dv->writing);
	cell low = TEXT_CELL(text_join(dv->arena, t->name, TEXT(".")));
	cell high = TEXT_CELL(text_join(dv->arena, t->name, TEXT("/"))); /* the byte after '.' */
	int64_t *numbers, count;
	scan_options o = {.index = 0, .low = &low, .high = &high};
	if (!store_collect(s, &term_table, &o, 0, dv->arena, &numbers, &count, sink)) return false;
	for (int64_t i = 0; i < count; i++)
		if (!param_forget(dv, numbers[i], sink)) return false;
	return true;
}

static bool resource_reindex(deriving *dv, search_type *t, int64_t rid, issues *sink)
{
	arena_mark mark = arena_here(dv->arena);
	int64_t terms_before = dv->terms.count;
	version v;
	doc d;
	index_values values;
	bool ok = version_at(store_writing_snapshot(dv->writing), rid, dv->arena, &v, sink) == FOUND &&
		  json_parse_resource(dv->arena, v.json, TEXT(""), sink, &d) &&
		  extract(dv->record, t, &d, dv->arena, sink, &values) &&
		  index_write(dv, rid, values.at, values.count, false, sink);
	if (dv->terms.count == terms_before) arena_rewind(dv->arena, mark); /* new terms live there */
	return ok;
}

bool type_reindex(deriving *dv, search_type *t, issues *sink)
{
	int64_t *rids, count;
	cell prefix[] = {INT_CELL(t->term), INT_CELL(STATE_LIVE)};
	scan_options live = {.index = RES_BY_SEQ, .prefix = prefix, .prefix_cells = 2};
	snapshot *s = store_writing_snapshot(dv->writing);
	if (!index_forget(dv, t, sink)) return false;
	if (!store_collect(s, &resource_table, &live, RES_RID, dv->arena, &rids, &count, sink)) return false;
	for (int64_t i = 0; i < count; i++)
		if (!resource_reindex(dv, t, rids[i], sink)) return false;
	return true;
}

static bool type_open(deriving *dv, int64_t term, text signature, bool again, issues *sink)
{
	record *r = dv->record;
	search_type *t = type_of(r, term_text(store_writing_snapshot(dv->writing), term, dv->arena, sink), sink);
	if (!t) return false;
	digest now = signature_of(r, t, dv->arena);
	bool same = signature.len == DIGEST_BYTES && memcmp(signature.at, now.bytes, DIGEST_BYTES) == 0;
	t->term = term;
	if (!params_number(dv, t, sink)) return false;
	if (!same || again) {
		if (!signature_put(dv, t, sink) || !type_reindex(dv, t, sink)) return false;
		r->built_anew = true;
	}
	atomic_store(&t->numbered, true);
	return true;
}

bool types_current(deriving *dv, bool again, issues *sink)
{
	cell row[2];
	scan *all = store_scan(store_writing_snapshot(dv->writing), &indexed_table, &(scan_options){.index = -1},
			       dv->arena, sink);
	int count = 0, cap = type_count() + 1;
	int64_t *terms = ARENA_ARRAY(dv->arena, int64_t, cap);
	text *signatures = ARENA_ARRAY(dv->arena, text, cap);
	while (count < cap && scan_next(all, row, sink)) {
		if (row[0].integer <= 0) continue; /* the content image's hash, the address */
		terms[count] = row[0].integer;
		signatures[count++] = text_copy(dv->arena, row[1].text);
	}
	scan_close(all);
	if (sink->errors || !own_open(dv, sink)) return false;
	for (int i = 0; i < count; i++)
		if (!type_open(dv, terms[i], signatures[i], again, sink)) return false;
	return sink->errors == 0;
}

/* ---- as kept ---- */

enum { BASE_ROW = -1 }; /* of `indexed` */

bool base_note(deriving *dv, issues *sink)
{
	cell row[2];
	text base = dv->record->base;
	store_result got = store_get(deriving_snapshot(dv), &indexed_table, &INT_CELL(BASE_ROW), dv->arena, row, sink);
	if (got == STORE_OK && text_equal(row[1].text, base)) return true;
	cell now[] = {INT_CELL(BASE_ROW), BYTES_CELL(base)};
	return got != STORE_FAILED && store_put(dv->writing, &indexed_table, now, sink) == STORE_OK;
}

void param_number_kept(record *r, snapshot *s, arena *a, search_param *p, issues *sink)
{
	text identifier = text_join(a, p->term, TEXT(":identifier")),
	     canonical = text_join(a, p->term, TEXT(":canonical"));
	p->number = term_known(r, s, p->term, a, sink);
	if (p->kind == SEARCH_REFERENCE && !(p->identifier_number = term_known(r, s, identifier, a, sink)))
		p->number = 0;
	if (p->kind == SEARCH_QUANTITY && !(p->canonical_number = term_known(r, s, canonical, a, sink))) p->number = 0;
}

/* A parameter that was never indexed cannot be searched by. */
static void params_kept(record *r, search_type *t, snapshot *s, arena *a, issues *sink)
{
	for (int i = 0; i < t->param_count; i++) {
		search_param *p = &t->params[i];
		if (p->way != WAY_INDEX) continue;
		param_number_kept(r, s, a, p, sink);
		if (!p->number) p->way = WAY_NONE;
	}
}

bool types_kept(record *r, snapshot *s, arena *a, bool *same, issues *sink)
{
	cell row[2];
	store_result got = store_get(s, &indexed_table, &INT_CELL(BASE_ROW), a, row, sink);
	if (got == STORE_OK) r->base = text_copy(r->arena, row[1].text);
	cell first = INT_CELL(1);
	scan *all = store_scan(s, &indexed_table, &(scan_options){.index = -1, .low = &first}, a, sink);
	while (all && scan_next(all, row, sink)) {
		search_type *t = type_of(r, term_text(s, row[0].integer, a, sink), sink);
		if (!t) break;
		digest now = signature_of(r, t, a);
		*same =
		    *same && row[1].text.len == DIGEST_BYTES && memcmp(row[1].text.at, now.bytes, DIGEST_BYTES) == 0;
		t->term = row[0].integer;
		params_kept(r, t, s, a, sink);
		atomic_store(&t->numbered, true);
	}
	if (all) scan_close(all);
	return sink->errors == 0 && own_kept(r, s, a, sink);
}

void types_open(record *r)
{
	r->types_count = type_count() + 1;
	r->types = ARENA_ARRAY(r->arena, search_type, r->types_count);
	r->types_arena = arena_new(PROCESS_ARENA_MAX);
	pthread_mutex_init(&r->types_lock, NULL);
	pthread_mutex_init(&r->own_lock, NULL);
}
