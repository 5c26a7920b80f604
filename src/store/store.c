/* Opening and closing, connections and their kept statements, the pool of readers. */
#include "store/internal.h"

#include <stdlib.h>
#include <string.h>

bool store_fail(issues *sink, const driver_failure *why)
{
	return issue_add(sink, why->code, text_of(why->words), TEXT(""));
}

/* ---- kept statements ---- */

static uint64_t shape_hash(const shape *s)
{
	uint64_t h = (uint64_t)(uintptr_t)s->table;
	h = h * 31 + (uint64_t)s->verb;
	h = h * 31 + (uint64_t)(s->index + 1);
	h = h * 31 + (uint64_t)s->equal;
	h = h * 31 + (uint64_t)s->after;
	h = h * 31 + (uint64_t)(s->value_column + 1);
	h = h * 64 + (uint64_t)(s->low | s->low_excluded << 1 | s->high << 2 | s->high_included << 3 |
				s->descending << 4 | s->limited << 5);
	return h ^ (h >> 29) ^ (h >> 13);
}

static bool shape_equal(const shape *x, const shape *y)
{
	return x->table == y->table && x->verb == y->verb && x->index == y->index && x->equal == y->equal &&
	       x->after == y->after && x->value_column == y->value_column && x->low == y->low &&
	       x->low_excluded == y->low_excluded && x->high == y->high && x->high_included == y->high_included &&
	       x->descending == y->descending && x->limited == y->limited;
}

static driver_ask asked_of(const driver *d, const shape *s)
{
	switch ((verb)s->verb) {
	case VERB_INSERT:
		return ASK_NEW;
	case VERB_PUT:
		return put_looks_first(d, s->table) ? ASK_NEW : ASK_NOTHING;
	case VERB_ADD:
	case VERB_SET:
	case VERB_DELETE:
	case VERB_CLEAR:
		return ASK_NOTHING;
	case VERB_GET:
	case VERB_LAST:
	case VERB_SCAN:
	case VERB_COUNT:
	case VERB_COLLECT:
		return ASK_ROWS;
	}
	return ASK_ROWS;
}

static statement *statement_make(snapshot *r, const shape *s, issues *sink)
{
	const driver *d = r->store->driver;
	arena *scratch = arena_new(MIB);
	driver_failure why;
	statement *made = d->prepare(r->connection, sql_compose(scratch, d, s).at, asked_of(d, s), &why);
	arena_free(scratch);
	if (!made) store_fail(sink, &why);
	return made;
}

bool statement_take(snapshot *r, const shape *s, taken *out, issues *sink)
{
	kept_statement *slot = &r->slots[shape_hash(s) % KEPT_SLOTS];
	while (slot->statement && (slot->busy || !shape_equal(&slot->shape, s)))
		if (++slot == r->slots + KEPT_SLOTS) slot = r->slots;
	*out = (taken){.statement = slot->statement, .slot = slot};
	if (!slot->statement) {
		out->statement = statement_make(r, s, sink);
		if (!out->statement) return false;
		if (r->kept == KEPT_STATEMENTS_MAX) {
			out->slot = NULL;
			return true;
		}
		r->kept++;
		*slot = (kept_statement){.shape = *s, .statement = out->statement};
	}
	slot->busy = true;
	r->busy++;
	return true;
}

void statement_give(snapshot *r, taken *t)
{
	const driver *d = r->store->driver;
	if (!t->statement) return;
	d->reset(t->statement);
	if (t->slot) {
		r->busy -= t->slot->busy; /* a rollback may have taken it back already */
		t->slot->busy = false;
	} else {
		d->finish(t->statement);
	}
	t->statement = NULL;
}

void statements_drop(snapshot *r)
{
	for (int i = 0; i < KEPT_SLOTS; i++)
		if (r->slots[i].statement) r->store->driver->finish(r->slots[i].statement);
	memset(r->slots, 0, sizeof r->slots);
	r->kept = 0;
}

/* A request that ran out of budget may have left in the middle of a scan. */
void statements_reset(snapshot *r)
{
	for (int i = 0; r->busy > 0 && i < KEPT_SLOTS; i++) {
		if (!r->slots[i].busy) continue;
		r->store->driver->reset(r->slots[i].statement);
		r->slots[i].busy = false;
		r->busy--;
	}
}

/* ---- connections ---- */

snapshot *connection_open(store *s, bool writer, issues *sink)
{
	driver_failure why;
	opening how = s->read_only ? OPEN_READ_ONLY : !writer ? OPEN_READER : s->as_is ? OPEN_WRITER : OPEN_MAKER;
	connection *c = s->driver->open(s->target, s->vfs, how, &why);
	if (!c) {
		store_fail(sink, &why);
		return NULL;
	}
	/* Not in an arena: connections come and go while the store lives. */
	snapshot *r = calloc(1, sizeof *r);
	if (!r) abort();
	r->store = s;
	r->connection = c;
	return r;
}

void *store_beside(snapshot *r, size_t bytes)
{
	if (!r->beside) r->beside = calloc(1, bytes);
	if (!r->beside) abort();
	return r->beside;
}

void connection_close(snapshot *r)
{
	free(r->beside);
	statements_drop(r);
	packer_free(r->packer);
	r->store->driver->close(r->connection);
	free(r);
}

/* ---- the pool of readers ---- */

static snapshot *reader_from_pool(store *s, bool *full)
{
	pthread_mutex_lock(&s->lock);
	snapshot *r = s->free_readers;
	if (r) s->free_readers = r->next;
	*full = !r && s->readers == STORE_READERS_MAX;
	if (!r && !*full) s->readers++;
	pthread_mutex_unlock(&s->lock);
	return r;
}

static void reader_to_pool(store *s, snapshot *r)
{
	pthread_mutex_lock(&s->lock);
	if (r) {
		r->next = s->free_readers;
		s->free_readers = r;
	} else {
		s->readers--; /* it could not be opened */
	}
	pthread_mutex_unlock(&s->lock);
}

snapshot *store_snapshot(store *s, issues *sink)
{
	bool full;
	snapshot *r = reader_from_pool(s, &full);
	if (full) {
		issue_add(sink, FAIL_STORE_BUSY, TEXT("readers"), TEXT(""));
		return NULL;
	}
	if (!r) r = connection_open(s, false, sink);
	driver_failure why;
	if (r && !s->driver->command(r->connection, COMMAND_BEGIN_READ, &why)) {
		store_fail(sink, &why);
		s->driver->command(r->connection, COMMAND_ROLLBACK, &why);
		connection_close(r);
		r = NULL;
	}
	if (!r) reader_to_pool(s, NULL);
	return r;
}

void store_release(snapshot *r)
{
	if (!r) return;
	store *s = r->store;
	assert(r != s->writer);
	driver_failure why;
	statements_reset(r);
	s->driver->command(r->connection, COMMAND_ROLLBACK, &why);
	reader_to_pool(s, r);
}

bool store_integrity(snapshot *r, issues *sink)
{
	driver_failure why;
	return r->store->driver->check(r->connection, &why) || store_fail(sink, &why);
}

/* ---- open and close ---- */

/* Whoever may change the store's shape is the one that writes; others only look whether they go by the same. */
static bool claim(store *s, text note, issues *sink)
{
	driver_failure why;
	if (note.len == 0) return true;
	if (s->driver->claim(s->writer->connection, text_z(s->arena, note), !s->as_is, &why)) return true;
	bool held = why.code == FAIL_STORE_IN_USE || why.code == FAIL_STORE_OTHER_CONTENT;
	if (!held) return store_fail(sink, &why);
	return issue_add(sink, why.code, store_target_shown(s->arena, text_of(s->target)), TEXT(""));
}

store *store_open(arena *a, const store_options *options, issues *sink)
{
	store *s = ARENA_NEW(a, store);
	*s = (store){.arena = a,
		     .driver = postgres_named(options->file) ? &driver_postgres : &driver_sqlite,
		     .vfs = options->vfs,
		     .read_only = options->read_only,
		     .as_is = options->as_is || options->read_only};
	s->target = text_z(a, options->file);
	pthread_mutex_init(&s->lock, NULL);
	if (text_equal(options->file, TEXT(":memory:")) && !make_memory_target(s)) {
		issue_add(sink, FAIL_STORE_OPEN, TEXT("/dev/shm, /tmp"), TEXT(""));
		return NULL;
	}
	s->writer = connection_open(s, true, sink);
	s->writing.store = s;
	if (s->writer && claim(s, options->claim, sink) && schema_prepare(s, options, sink)) {
		if (!s->as_is && !s->vfs && s->driver == &driver_sqlite) name_durable(s);
		return s;
	}
	store_close(s);
	return NULL;
}

void store_close(store *s)
{
	if (!s) return;
	int idle = 0;
	for (snapshot *r = s->free_readers, *next; r; r = next, idle++) {
		next = r->next;
		connection_close(r);
	}
	assert(idle == s->readers); /* a snapshot nobody released would keep the file busy */
	if (s->writer) connection_close(s->writer);
	dictionaries_free(s->dictionaries);
	pthread_mutex_destroy(&s->lock);
	remove_memory_target(s);
}

bool store_fresh(const store *s)
{
	return s->fresh;
}
