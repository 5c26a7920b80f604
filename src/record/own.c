/* Search parameters that are resources: checked when they are written, and from then on kept up with every write. What was there
 * before is indexed beside the traffic, some hundred resources at a time, each step a transaction of the writer's own; until that
 * is done, searching by the parameter says so.
 *
 * Parameters of a type are only ever added, at the end, so that whoever reads the list needs no lock. One that is taken back stays
 * in its place and is passed over; another version of it is another parameter, with numbers of its own. A commit that was prepared
 * with other parameters than the writer knows starts over (`generation`). */
#include "record/internal.h"

#include <string.h>

enum { STEP_RESOURCES = 200, STEP_ROWS = 5000, PROGRESS_BASE = -1000 };

static const char *const kinds[] = {"number",    "date",     "string", "token",  "reference",
				    "composite", "quantity", "uri",    "special"};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* ---- what a SearchParameter says ---- */

typedef struct said_parameter {
	text id, code, expression, url;
	int64_t version;
	search_kind kind;
	bool active;
	const doc *d;
	uint32_t bases, targets;
} said_parameter;

static bool kind_of(text word, search_kind *out)
{
	for (int i = 0; i < KINDS; i++) {
		if (!text_equal(word, text_of(kinds[i]))) continue;
		*out = (search_kind)i;
		return *out != SEARCH_COMPOSITE && *out != SEARCH_SPECIAL;
	}
	return false;
}

static bool parameter_read(const doc *d, said_parameter *out)
{
	*out = (said_parameter){.d = d,
				.id = doc_get_text(d, 0, NAME_id),
				.code = doc_get_text(d, 0, NAME_code),
				.expression = doc_get_text(d, 0, NAME_expression),
				.url = doc_get_text(d, 0, NAME_url),
				.active = text_equal(doc_get_text(d, 0, NAME_status), TEXT("active")),
				.bases = doc_get(d, 0, NAME_base),
				.targets = doc_get(d, 0, NAME_target)};
	return kind_of(doc_get_text(d, 0, NAME_type), &out->kind) && out->expression.len > 0;
}

/* R4's own definitions may be kept in the record too: they say what is known. */
static bool is_known(const search_type *t, const said_parameter *said)
{
	search_definition d;
	return search_find(t->type, said->code, &d) && text_equal(d.url, said->url);
}

static bool refuse(issues *sink, const said_parameter *said, const char *element, text detail)
{
	return issue_at(sink, FAIL_SEARCH_OWN, (place){.path = text_of(element)}, said->code, detail, TEXT(""));
}

static bool check_base(record *r, const said_parameter *said, text base, issues *sink)
{
	issues unheard = {.arena = sink->arena};
	search_type *t = type_of(r, base, &unheard);
	if (!t) return refuse(sink, said, "SearchParameter.base", base);
	if (is_known(t, said)) return true;
	for (int i = 0; i < t->param_count; i++) {
		const search_param *p = &t->params[i];
		bool taken = atomic_load(&p->state) != PARAM_GONE && text_equal(p->code, said->code);
		if (taken && !text_equal(p->owner, said->id))
			return issue_at(sink, FAIL_SEARCH_OWN_TAKEN, (place){.path = TEXT("SearchParameter.code")},
					base, said->code, TEXT(""));
	}
	if (t->param_count >= t->param_cap) return refuse(sink, said, "SearchParameter.base", base);
	arena *scratch = arena_new(MIB);
	bool ok =
	    path_compile(scratch, said->expression, t->type, r->content ? &r->content->constants : NULL, sink) != NULL;
	arena_free(scratch);
	return ok;
}

bool own_check(record *r, const doc *d, text id, issues *sink)
{
	said_parameter said;
	bool usable = parameter_read(d, &said);
	said.id = id;
	if (!said.active) return true; /* a draft is kept, not used */
	if (!usable) return refuse(sink, &said, "SearchParameter.type", doc_get_text(d, 0, NAME_type));
	for (uint32_t b = said.bases + 1; said.bases && b < d->nodes[said.bases].next; b = d->nodes[b].next)
		if (!check_base(r, &said, doc_text(d, b), sink)) return false;
	return true;
}

/* ---- the parameters there should be, and those there are ---- */

typedef struct wanted {
	search_type *type;
	said_parameter said;
	search_param made; /* with its numbers, not yet in its place */
	bool is_new, is_ready;
} wanted;
typedef struct syncing {
	record *record;
	arena *arena;
	wanted *at;
	int count, cap;
} syncing;

static text term_name(arena *a, const search_type *t, const said_parameter *said)
{
	return text_format(a, "%.*s.%.*s@%.*s.%lld", TEXT_ARG(t->name), TEXT_ARG(said->code), TEXT_ARG(said->id),
			   (long long)said->version);
}

static search_param *in_place(search_type *t, text term)
{
	for (int i = 0; i < t->param_count; i++)
		if (text_equal(t->params[i].term, term)) return &t->params[i];
	return NULL;
}

static void want(syncing *x, search_type *t, const said_parameter *said)
{
	for (int i = 0; i < x->count; i++) /* the first one with that code has it */
		if (x->at[i].type == t && text_equal(x->at[i].said.code, said->code)) return;
	if (x->count == x->cap) x->at = ARENA_DOUBLE(x->arena, wanted, x->at, &x->cap, 8);
	x->at[x->count++] = (wanted){.type = t, .said = *said};
}

static bool want_all(syncing *x, snapshot *s, issues *sink)
{
	record *r = x->record;
	search_type *own = type_of(r, TEXT("SearchParameter"), sink);
	int64_t term = term_known(r, s, own->name, x->arena, sink), *rids, count;
	cell prefix[] = {INT_CELL(term), INT_CELL(STATE_LIVE)};
	scan_options live = {.index = RES_BY_SEQ, .prefix = prefix, .prefix_cells = 2};
	if (!term) return true;
	if (!store_collect(s, &resource_table, &live, RES_RID, x->arena, &rids, &count, sink)) return false;
	for (int64_t i = 0; i < count; i++) {
		version v;
		said_parameter said;
		doc *d = ARENA_NEW(x->arena, doc);
		issues unheard = {.arena = x->arena};
		if (version_at(s, rids[i], x->arena, &v, sink) != FOUND) return sink->errors == 0;
		if (!json_parse_resource(x->arena, v.json, TEXT(""), &unheard, d) || !parameter_read(d, &said))
			continue;
		said.version = v.number;
		for (uint32_t b = said.bases + 1; said.active && said.bases && b < d->nodes[said.bases].next;
		     b = d->nodes[b].next) {
			search_type *t = type_of(r, doc_text(d, b), &unheard);
			if (t && !is_known(t, &said)) want(x, t, &said);
		}
	}
	return true;
}

/* ---- numbers and how far the indexing is, durable ---- */

static int64_t progress_key(int64_t number)
{
	return PROGRESS_BASE - number;
}

static bool progress_put(deriving *dv, int64_t number, int64_t cursor, issues *sink)
{
	cell row[] = {INT_CELL(progress_key(number)), BYTES_CELL(text_format(dv->arena, "%lld", (long long)cursor))};
	return store_put(dv->writing, &indexed_table, row, sink) == STORE_OK;
}

static bool progress_of(snapshot *s, int64_t number, arena *a, int64_t *cursor, bool *under_way, issues *sink)
{
	cell row[2];
	store_result got = store_get(s, &indexed_table, &INT_CELL(progress_key(number)), a, row, sink);
	*under_way = got == STORE_OK && text_to_int(row[1].text, cursor);
	return got != STORE_FAILED;
}

static void parameter_make(record *r, const wanted *w, search_param *p)
{
	arena *a = r->types_arena;
	const said_parameter *said = &w->said;
	uint32_t targets = said->targets;
	*p = (search_param){.code = text_copy(a, said->code),
			    .kind = said->kind,
			    .expression = text_copy(a, said->expression),
			    .url = text_copy(a, said->url),
			    .owner = text_copy(a, said->id),
			    .term = term_name(a, w->type, said)};
	type_id *list = ARENA_ARRAY(a, type_id, targets ? said->d->nodes[targets].len + 1 : 1);
	for (uint32_t n = targets + 1; targets && n < said->d->nodes[targets].next; n = said->d->nodes[n].next)
		if ((list[p->target_count] = type_find(doc_text(said->d, n)))) p->target_count++;
	p->targets = list;
	param_compile(r, w->type, p);
}

/* In the writer's transaction: numbers for what is new, a note that it is to be indexed; of what is gone, that it is to be forgotten. */
static bool sync_numbers(syncing *x, deriving *dv, issues *sink)
{
	for (int i = 0; i < x->count; i++) {
		wanted *w = &x->at[i];
		int64_t cursor = 0;
		bool under_way;
		text term = term_name(x->arena, w->type, &w->said);
		if (in_place(w->type, term)) continue;
		pthread_mutex_lock(&x->record->types_lock);
		parameter_make(x->record, w, &w->made);
		pthread_mutex_unlock(&x->record->types_lock);
		w->is_new = true;
		/* Of a type nobody has written yet there is nothing to index; the numbers come with the first one. */
		w->is_ready = !term_known(x->record, deriving_snapshot(dv), w->type->name, x->arena, sink);
		if (w->is_ready) continue;
		bool known = term_known(x->record, deriving_snapshot(dv), term, x->arena, sink) != 0;
		if (!param_number(dv, &w->made, sink)) return false;
		if (!progress_of(deriving_snapshot(dv), w->made.number, x->arena, &cursor, &under_way, sink))
			return false;
		w->is_ready = known && !under_way;
		if (!known && !progress_put(dv, w->made.number, 0, sink)) return false;
		atomic_store(&w->made.done, cursor);
	}
	return sink->errors == 0;
}

static bool is_wanted(const syncing *x, const search_type *t, const search_param *p)
{
	for (int i = 0; i < x->count; i++)
		if (x->at[i].type == t && text_equal(term_name(x->arena, t, &x->at[i].said), p->term)) return true;
	return false;
}

static bool sync_forget(syncing *x, deriving *dv, issues *sink)
{
	record *r = x->record;
	for (int i = 0; i < r->types_count; i++)
		for (int k = 0; r->types[i].compiled && k < r->types[i].param_count; k++) {
			search_param *p = &r->types[i].params[k];
			bool gone =
			    p->owner.len && atomic_load(&p->state) != PARAM_GONE && !is_wanted(x, &r->types[i], p);
			if (gone && p->number && !progress_put(dv, p->number, -1, sink)) return false;
		}
	return true;
}

/* Once that is durable: into the lists. */
static void sync_place(syncing *x)
{
	record *r = x->record;
	for (int i = 0; i < r->types_count; i++)
		for (int k = 0; r->types[i].compiled && k < r->types[i].param_count; k++) {
			search_param *p = &r->types[i].params[k];
			if (!p->owner.len || atomic_load(&p->state) == PARAM_GONE || is_wanted(x, &r->types[i], p))
				continue;
			atomic_store(&p->state, PARAM_GONE);
			atomic_fetch_add(&r->types[i].generation, 1);
		}
	for (int i = 0; i < x->count; i++) {
		wanted *w = &x->at[i];
		search_type *t = w->type;
		if (!w->is_new || t->param_count == t->param_cap || w->made.way != WAY_INDEX) continue;
		t->params[t->param_count] = w->made;
		atomic_store(&t->params[t->param_count].state, w->is_ready ? PARAM_READY : PARAM_BUILDING);
		atomic_fetch_add(&t->param_count, 1);
		atomic_fetch_add(&t->generation, 1);
	}
}

static bool sync_note(void *self, deriving *dv, issues *sink)
{
	syncing *x = self;
	return want_all(x, deriving_snapshot(dv), sink) && sync_numbers(x, dv, sink) && sync_forget(x, dv, sink);
}

/* What was being forgotten when the record was closed is forgotten now. */
static bool own_sweep(deriving *dv, issues *sink)
{
	snapshot *s = deriving_snapshot(dv);
	cell high = INT_CELL(PROGRESS_BASE), row[2];
	int64_t gone[64];
	int count = 0;
	scan_options o = {.index = -1, .high = &high};
	scan *rows = store_scan(s, &indexed_table, &o, dv->arena, sink);
	while (count < 64 && scan_next(rows, row, sink))
		if (text_equal(row[1].text, TEXT("-1"))) gone[count++] = PROGRESS_BASE - row[0].integer;
	scan_close(rows);
	for (int i = 0; i < count && sink->errors == 0; i++) {
		text term = term_text(s, gone[i], dv->arena, sink),
		     identifier = text_join(dv->arena, term, TEXT(":identifier"));
		text canonical = text_join(dv->arena, term, TEXT(":canonical"));
		int64_t numbers[] = {gone[i], term_known(dv->record, s, identifier, dv->arena, sink),
				     term_known(dv->record, s, canonical, dv->arena, sink)};
		for (int n = 0; n < 3; n++)
			if (numbers[n] && !param_forget(dv, numbers[n], sink)) return false;
		if (store_delete(dv->writing, &indexed_table, &INT_CELL(progress_key(gone[i])), 1, sink) != STORE_OK)
			return false;
	}
	return sink->errors == 0;
}

bool own_open(deriving *dv, issues *sink)
{
	syncing x = {.record = dv->record, .arena = dv->arena};
	if (!own_sweep(dv, sink) || !sync_note(&x, dv, sink)) return false;
	sync_place(&x);
	return true;
}

/* Who only reads takes what is kept: what is still under way there is not searched by. */
bool own_kept(record *r, snapshot *s, arena *a, issues *sink)
{
	syncing x = {.record = r, .arena = a};
	if (!want_all(&x, s, sink)) return false;
	for (int i = 0; i < x.count; i++) {
		wanted *w = &x.at[i];
		int64_t cursor;
		bool under_way = true;
		parameter_make(r, w, &w->made);
		w->is_new = true;
		param_number_kept(r, s, a, &w->made, sink);
		if (w->made.number && !progress_of(s, w->made.number, a, &cursor, &under_way, sink)) return false;
		w->is_ready = w->made.number && !under_way;
	}
	sync_place(&x);
	return sink->errors == 0;
}

/* ---- step by step ---- */

typedef struct step {
	record *record;
	search_type *type;
	search_param *param;
	bool done;
	int64_t cursor;
} step;

/* Rows of one parameter, some at a time. */
static bool forget_some(deriving *dv, int64_t number, bool *all, issues *sink)
{
	int64_t left = STEP_ROWS;
	for (int k = 0; k < INDEX_TABLES && left > 0; k++) {
		const table *t = record_index_tables()[k];
		cell prefix = INT_CELL(number), row[TABLE_COLUMNS_MAX];
		scan_options o = {.index = -1, .prefix = &prefix, .prefix_cells = 1, .limit = left};
		cell(*rows)[TABLE_COLUMNS_MAX] = arena_alloc(dv->arena, (int64_t)sizeof *rows * left, 16);
		int64_t n = 0;
		scan *found_rows = store_scan(deriving_snapshot(dv), t, &o, dv->arena, sink);
		while (n < left && scan_next(found_rows, row, sink)) {
			for (int c = 0; c < t->key_columns; c++) {
				rows[n][c] = row[c];
				if (row[c].kind != CELL_INT) rows[n][c].text = text_copy(dv->arena, row[c].text);
			}
			n++;
		}
		scan_close(found_rows);
		for (int64_t i = 0; i < n; i++)
			if (store_delete(dv->writing, t, rows[i], t->key_columns, sink) != STORE_OK) return false;
		left -= n;
	}
	*all = left > 0;
	return sink->errors == 0;
}

static bool forget_step(step *x, deriving *dv, issues *sink)
{
	int64_t numbers[] = {x->param->number, x->param->identifier_number, x->param->canonical_number};
	x->done = true;
	for (int i = 0; x->done && i < 3; i++)
		if (numbers[i] && !forget_some(dv, numbers[i], &x->done, sink)) return false;
	if (!x->done) return true;
	return store_delete(dv->writing, &indexed_table, &INT_CELL(progress_key(x->param->number)), 1, sink) ==
	       STORE_OK;
}

static bool index_one(step *x, deriving *dv, int64_t rid, issues *sink)
{
	version v;
	doc d;
	index_values values = {.arena = dv->arena};
	found f = version_at(deriving_snapshot(dv), rid, dv->arena, &v, sink);
	if (f != FOUND) return f != FOUND_FAILED;
	if (!json_parse_resource(dv->arena, v.json, TEXT(""), sink, &d)) return false;
	if (!extract_param(x->record, x->param, &d, false, sink, &values)) return false;
	index_ranks(&values);
	return index_write(dv, rid, values.at, values.count, false, sink);
}

static bool index_step(step *x, deriving *dv, issues *sink)
{
	cell low = INT_CELL(x->cursor), row[RES_COLUMNS];
	int64_t rids[STEP_RESOURCES], seen = 0;
	int n = 0;
	bool more = true;
	scan_options o = {.index = -1, .low = &low, .low_excluded = true};
	scan *rows = store_scan(deriving_snapshot(dv), &resource_table, &o, dv->arena, sink);
	while (n < STEP_RESOURCES && seen < STEP_ROWS && (more = scan_next(rows, row, sink))) {
		seen++;
		x->cursor = row[RES_RID].integer;
		if (row[RES_TYPE].integer == x->type->term && row[RES_STATE].integer == STATE_LIVE)
			rids[n++] = x->cursor;
	}
	scan_close(rows);
	for (int i = 0; i < n; i++)
		if (!index_one(x, dv, rids[i], sink)) return false;
	x->done = !more;
	if (sink->errors) return false;
	if (!x->done) return progress_put(dv, x->param->number, x->cursor, sink);
	return store_delete(dv->writing, &indexed_table, &INT_CELL(progress_key(x->param->number)), 1, sink) ==
	       STORE_OK;
}

static bool step_note(void *self, deriving *dv, issues *sink)
{
	step *x = self;
	bool building = atomic_load(&x->param->state) == PARAM_BUILDING;
	return building ? index_step(x, dv, sink) : forget_step(x, dv, sink);
}

/* The next parameter that is being indexed, or is gone with rows left. */
static bool next_step(record *r, step *out)
{
	for (int i = 0; i < r->types_count; i++)
		for (int k = 0; r->types[i].compiled && k < r->types[i].param_count; k++) {
			search_param *p = &r->types[i].params[k];
			param_state state = atomic_load(&p->state);
			bool work = p->owner.len &&
				    (state == PARAM_BUILDING || (state == PARAM_GONE && p->number && !p->forgotten));
			if (!work) continue;
			*out = (step){.record = r, .type = &r->types[i], .param = p, .cursor = atomic_load(&p->done)};
			return true;
		}
	return false;
}

static void *work(void *self)
{
	record *r = self;
	step x;
	while (!atomic_load(&r->own_stop) && next_step(r, &x)) {
		arena *a = arena_new(MIB);
		issues sink = {.arena = a};
		bool ok = record_note(r, step_note, &x, &sink);
		if (ok) atomic_store(&x.param->done, x.cursor);
		if (ok && x.done) {
			if (atomic_load(&x.param->state) == PARAM_BUILDING)
				atomic_store(&x.param->state, PARAM_READY);
			else
				x.param->forgotten = true;
		}
		if (!ok) log_event(LOG_ERROR, "search-parameter-not-indexed", "code", text_z(a, x.param->code), NULL);
		arena_free(a);
		if (!ok) break; /* tried again when the record is opened, or a parameter written */
	}
	return NULL;
}

static void work_end(record *r)
{
	if (!r->own_working) return;
	atomic_store(&r->own_stop, true);
	pthread_join(r->own_thread, NULL);
	atomic_store(&r->own_stop, false);
	r->own_working = false;
}

void own_work(record *r)
{
	step x;
	work_end(r);
	if (next_step(r, &x)) r->own_working = pthread_create(&r->own_thread, NULL, work, r) == 0;
}

void own_close(record *r)
{
	pthread_mutex_lock(&r->own_lock);
	work_end(r);
	pthread_mutex_unlock(&r->own_lock);
}

bool own_changed(record *r, issues *sink)
{
	arena *a = arena_new(REQUEST_ARENA_MAX);
	syncing x = {.record = r, .arena = a};
	pthread_mutex_lock(&r->own_lock);
	bool ok = record_note(r, sync_note, &x, sink);
	if (ok) sync_place(&x);
	if (ok) own_work(r);
	pthread_mutex_unlock(&r->own_lock);
	arena_free(a);
	return ok;
}

/* ---- how far it is ---- */

int record_own_parameters(record *r, arena *a, own_parameter **out)
{
	int count = 0, cap = 0;
	*out = NULL;
	for (int i = 0; i < r->types_count; i++)
		for (int k = 0; r->types[i].compiled && k < r->types[i].param_count; k++) {
			const search_param *p = &r->types[i].params[k];
			param_state state = atomic_load(&p->state);
			if (!p->owner.len || state == PARAM_GONE) continue;
			if (count == cap) *out = ARENA_DOUBLE(a, own_parameter, *out, &cap, 8);
			(*out)[count++] = (own_parameter){.type = r->types[i].name,
							  .code = p->code,
							  .url = p->url,
							  .id = p->owner,
							  .kind = p->kind,
							  .ready = state == PARAM_READY,
							  .percent = param_percent(r, p)};
		}
	return count;
}

int param_percent(const record *r, const search_param *p)
{
	int64_t all = r->tip.rid ? r->tip.rid : 1, done = atomic_load(&p->done);
	if (atomic_load(&p->state) == PARAM_READY) return 100;
	return (int)(done >= all ? 99 : done * 100 / all);
}

bool own_under_way(const search_type *t, int64_t number)
{
	for (int i = 0; i < t->param_count; i++) {
		const search_param *p = &t->params[i];
		bool its = number == p->number || number == p->identifier_number || number == p->canonical_number;
		if (its && number) return atomic_load(&p->state) != PARAM_READY;
	}
	return false;
}

int64_t own_rows_under_way(record *r, snapshot *s, issues *sink)
{
	int64_t rows = 0;
	for (int i = 0; i < r->types_count; i++)
		for (int k = 0; r->types[i].compiled && k < r->types[i].param_count; k++) {
			const search_param *p = &r->types[i].params[k];
			int64_t numbers[] = {p->number, p->identifier_number, p->canonical_number};
			for (int n = 0; atomic_load(&p->state) != PARAM_READY && n < 3; n++) {
				cell prefix = INT_CELL(numbers[n]);
				scan_options o = {.index = -1, .prefix = &prefix, .prefix_cells = 1};
				for (int t = 0; numbers[n] && t < INDEX_TABLES; t++)
					rows += store_count(s, record_index_tables()[t], &o, sink);
			}
		}
	return rows;
}
