/* Opening and closing the record. */
#include "record/internal.h"

#include <string.h>

enum { TABLES_MAX = RECORD_TABLES + 64 };

static store *open_store(record *r, const record_options *options, issues *sink)
{
	const table **tables = ARENA_ARRAY(r->arena, const table *, TABLES_MAX);
	int count = 0, deriver_count;
	const deriver *all = derivers(&deriver_count);
	for (int i = 0; i < RECORD_TABLES; i++) tables[count++] = record_tables()[i];
	for (int i = 0; i < deriver_count; i++)
		for (int k = 0; k < all[i].table_count; k++) {
			assert(count < TABLES_MAX && all[i].tables[k]->derived);
			tables[count++] = all[i].tables[k];
		}
	for (int i = 0; i < deriver_count; i++)
		for (int k = 0; k < all[i].kept_count; k++) {
			assert(count < TABLES_MAX && !all[i].kept[k]->derived);
			tables[count++] = all[i].kept[k];
		}
	store_options o = {.file = options->file,
			   .dictionary = body_dictionary(),
			   .claim = options->claim,
			   .vfs = options->vfs,
			   .schema_version = SCHEMA_VERSION,
			   .tables = tables,
			   .table_count = count,
			   .read_only = r->use == RECORD_READ,
			   .as_is = r->use != RECORD_WRITE};
	return store_open(r->arena, &o, sink);
}

/* ---- the content image, in row 0 of `indexed` ---- */

static const caller opener = {.actor = {"Device/limen", 12}, .purpose = {"HSYSADMIN", 9}, .scope = {"*", 1}};

static bool content_changed(const record *r, snapshot *s, arena *a, bool *changed, issues *sink)
{
	const struct image *content = r->content;
	cell row[2];
	*changed = false;
	if (!content) return true;
	store_result got = store_get(s, &indexed_table, &INT_CELL(0), a, row, sink);
	if (got == STORE_FAILED) return false;
	*changed = got != STORE_OK || row[1].text.len != DIGEST_BYTES ||
		   memcmp(row[1].text.at, content->hash.bytes, DIGEST_BYTES) != 0;
	return true;
}

static bool content_note(deriving *dv, issues *sink)
{
	const digest *hash = &dv->record->content->hash;
	cell row[] = {INT_CELL(0), BYTES_CELL(((text){(const char *)hash->bytes, DIGEST_BYTES}))};
	return store_put(dv->writing, &indexed_table, row, sink) == STORE_OK &&
	       log_append(dv, KIND_CONTENT, *hash, dv->who, sink);
}

/* Brings what is computed up to this program's definitions and this content. Raised writes may meet a type that was never
 * written; it is numbered and the whole started over. */
static bool bring_up(record *r, writing *w, arena *a, search_type **needs, issues *sink)
{
	deriving dv = deriving_begin(r, w, a, &opener);
	bool fresh = store_fresh(r->store), changed, same_reads = true;
	if (*needs && !type_number(&dv, *needs, sink)) return false;
	if (*needs) atomic_store(&(*needs)->numbered, true);
	if (!base_note(&dv, sink) || !types_current(&dv, fresh, sink)) return false;
	if (!content_changed(r, deriving_snapshot(&dv), a, &changed, sink)) return false;
	if (changed && !content_note(&dv, sink)) return false;
	if (r->content && !again_reads_note(&dv, &same_reads, sink)) return false;
	if (changed && same_reads && !fresh) return again_begin(&dv, sink);
	if (changed && !again_forget(&dv, sink)) return false;
	if ((fresh || changed) && !replay_log(&dv, changed, sink)) {
		*needs = dv.needs;
		return false;
	}
	return true;
}

static void again_pick_up(record *r, snapshot *s, arena *a, issues *sink)
{
	again_state now;
	if (!again_read(s, a, &now, sink)) return;
	atomic_store(&r->again_on, now.under_way);
	atomic_store(&r->again_cursor, now.cursor);
}

static bool open_transaction(record *r, search_type **needs, issues *sink)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	writing *w = store_write_begin(r->store, sink);
	bool ok = false;
	if (w) {
		int64_t before = store_changes(w);
		ok = tip_load(r, store_writing_snapshot(w), &r->tip, sink) && bring_up(r, w, a, needs, sink);
		if (ok) again_pick_up(r, store_writing_snapshot(w), a, sink);
		if (ok && store_changes(w) != before)
			ok = store_write_commit(w, sink);
		else
			store_write_rollback(w);
	}
	arena_free(a);
	return ok;
}

/* Takes what is kept, as it is. */
static bool open_kept(record *r, text file, issues *sink)
{
	snapshot *s = store_snapshot(r->store, sink);
	if (!s) return false;
	arena *a = record_arena(r);
	bool same = true, changed;
	bool ok = tip_load(r, s, &r->tip, sink) && types_kept(r, s, a, &same, sink) &&
		  content_changed(r, s, a, &changed, sink);
	record_arena_back(r, a);
	store_release(s);
	if (!ok || (same && !changed)) return ok;
	if (r->use == RECORD_CHECK) return issue_add(sink, FAIL_RECORD_OTHER, file, TEXT(""));
	issue_warn(sink, FAIL_RECORD_OTHER, (place){0}, file, TEXT(""));
	return true;
}

static bool open_all(record *r, const record_options *options, issues *sink)
{
	r->store = open_store(r, options, sink);
	if (!r->store) return false;
	if (r->use != RECORD_WRITE) return open_kept(r, options->file, sink) && writer_start(r, sink);
	search_type *needs = NULL;
	for (int n = 0; n <= DERIVERS_MAX; n++) {
		search_type *before = needs;
		if (open_transaction(r, &needs, sink)) {
			bool started = writer_start(r, sink);
			if (started) own_work(r);
			if (started) again_work(r);
			return started;
		}
		if (needs == before || sink->errors) return false;
	}
	return false;
}

record *record_open(arena *a, const record_options *options, issues *sink)
{
	record *r = ARENA_NEW(a, record);
	*r = (record){.arena = arena_new(PROCESS_ARENA_MAX),
		      .use = options->use,
		      .beside = options->beside,
		      .terms_arena = arena_new(PROCESS_ARENA_MAX),
		      .world = options->world,
		      .content = options->content};
	r->terms.arena = r->terms_arena;
	if (options->use == RECORD_WRITE) r->hot = hot_new();
	r->base = text_copy(r->arena, options->base);
	if (text_ends(r->base, TEXT("/"))) r->base.len--;
	pthread_mutex_init(&r->terms_lock, NULL);
	pthread_mutex_init(&r->lock, NULL);
	pthread_mutex_init(&r->conformance_lock, NULL);
	types_open(r);
	if (open_all(r, options, sink)) return r;
	record_close(r);
	return NULL;
}

text record_base(const record *r)
{
	return r->base;
}

void record_close(record *r)
{
	if (!r) return;
	own_close(r);
	again_close(r);
	writer_stop(r);
	store_close(r->store);
	for (int i = 0; i < DERIVERS_MAX; i++) arena_free(r->shelves[i].arena);
	for (int i = 0; i < r->spare_count; i++) arena_free(r->spare[i]);
	conformance_release(r, r->conformance);
	pthread_mutex_destroy(&r->conformance_lock);
	pthread_mutex_destroy(&r->lock);
	pthread_mutex_destroy(&r->terms_lock);
	pthread_mutex_destroy(&r->types_lock);
	pthread_mutex_destroy(&r->own_lock);
	hot_free(r->hot);
	arena_free(r->types_arena);
	arena_free(r->terms_arena);
	arena_free(r->arena);
}
