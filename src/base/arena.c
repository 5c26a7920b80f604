#include "base/base.h"

#include <limits.h>
#include <stdatomic.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define LIMEN_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LIMEN_ASAN 1
#endif
#endif

#ifdef LIMEN_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) __asan_poison_memory_region((p), (size_t)(n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (size_t)(n))
/* A red zone after each allocation, so that a read past the end is seen; and no block lives on after its arena. */
enum { RED_ZONE = 16, SPARE_BLOCKS_MAX = 0 };
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
enum { RED_ZONE = 0, SPARE_BLOCKS_MAX = 64 };
#endif

enum { BLOCK_BYTES_MIN = 16 * 1024, BLOCK_BYTES_MAX = 1024 * 1024 };

struct block {
	struct block *previous;
	int64_t bytes;
	char data[];
};

struct arena {
	struct block *block;
	char *next;
	char *end;
	int64_t used;
	int64_t limit;
	jmp_buf *boundary;
	struct child *children; /* the newest first */
};
struct child {
	struct child *older;
	arena *arena;
	int64_t born; /* the parent's `used` once it was there */
};

static _Noreturn void out_of_budget(const arena *a, int64_t wanted)
{
	if (a->boundary) longjmp(*a->boundary, 1);
	fprintf(stderr, "limen: memory budget of %lld bytes spent (wanted %lld more)\n", (long long)a->limit,
		(long long)wanted);
	abort();
}

/* Blocks of the largest size are handed from arena to arena: what one request gave back the next one writes to, without the system's
 * taking the pages and clearing new ones between. */
static struct {
	pthread_mutex_t lock;
	struct block *first;
	int count;
} spare = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct block *spare_take(void)
{
	pthread_mutex_lock(&spare.lock);
	struct block *b = spare.first;
	if (b) {
		spare.first = b->previous;
		spare.count--;
	}
	pthread_mutex_unlock(&spare.lock);
	return b;
}

static void block_free(struct block *b)
{
	UNPOISON(b->data, b->bytes);
	if (b->bytes == BLOCK_BYTES_MAX) {
		pthread_mutex_lock(&spare.lock);
		if (spare.count < SPARE_BLOCKS_MAX) {
			b->previous = spare.first;
			spare.first = b;
			spare.count++;
			b = NULL;
		}
		pthread_mutex_unlock(&spare.lock);
	}
	free(b);
}

/* ---- a refusal on order, for tests ---- */

static atomic_llong refuse_at, taken;

int64_t arena_refuse(int64_t nth)
{
	atomic_store(&refuse_at, nth);
	return atomic_exchange(&taken, 0);
}

static bool refused(const arena *a)
{
#ifdef LIMEN_ASAN
	return a->boundary && atomic_fetch_add(&taken, 1) + 1 == atomic_load(&refuse_at);
#else
	(void)a;
	return false;
#endif
}

static void add_block(arena *a, int64_t at_least)
{
	if (refused(a)) out_of_budget(a, at_least);
	int64_t bytes = a->block ? a->block->bytes * 2 : BLOCK_BYTES_MIN;
	if (bytes > BLOCK_BYTES_MAX) bytes = BLOCK_BYTES_MAX;
	if (bytes < at_least) bytes = at_least;
	struct block *b = bytes == BLOCK_BYTES_MAX ? spare_take() : NULL;
	if (!b) b = malloc(sizeof *b + (size_t)bytes);
	if (!b) out_of_budget(a, at_least);
	b->previous = a->block;
	b->bytes = bytes;
	a->block = b;
	a->next = b->data;
	a->end = b->data + bytes;
	POISON(b->data, bytes);
}

arena *arena_new(int64_t limit_bytes)
{
	arena *a = calloc(1, sizeof *a);
	if (!a) abort();
	a->limit = limit_bytes;
	add_block(a, BLOCK_BYTES_MIN);
	return a;
}

static void free_blocks_down_to(arena *a, const struct block *keep)
{
	while (a->block != keep) {
		struct block *b = a->block;
		a->block = b->previous;
		block_free(b);
	}
}

static void free_children_down_to(arena *a, int64_t used)
{
	while (a->children && a->children->born > used) {
		arena *gone = a->children->arena;
		a->children = a->children->older;
		arena_free(gone);
	}
}

arena *arena_child(arena *parent, int64_t limit_bytes)
{
	struct child *c = ARENA_NEW(parent, struct child);
	*c = (struct child){.older = parent->children, .arena = arena_new(limit_bytes), .born = parent->used};
	parent->children = c;
	return c->arena;
}

void arena_free(arena *a)
{
	if (!a) return;
	free_children_down_to(a, 0);
	free_blocks_down_to(a, NULL);
	free(a);
}

void arena_reset(arena *a)
{
	struct block *first = a->block;
	free_children_down_to(a, 0);
	while (first->previous) first = first->previous;
	free_blocks_down_to(a, first);
	a->next = first->data;
	a->end = first->data + first->bytes;
	a->used = 0;
	POISON(first->data, first->bytes);
}

static char *take(arena *a, int64_t bytes, int64_t align)
{
	assert(bytes >= 0 && align > 0 && (align & (align - 1)) == 0);
	if (bytes > a->limit - a->used) out_of_budget(a, bytes);
	int64_t pad = (int64_t)(-(uintptr_t)a->next & (uintptr_t)(align - 1));
	if (bytes + pad + RED_ZONE > a->end - a->next) {
		add_block(a, bytes + align + RED_ZONE);
		pad = (int64_t)(-(uintptr_t)a->next & (uintptr_t)(align - 1));
	}
	char *p = a->next + pad;
	a->next = p + bytes + RED_ZONE;
	a->used += bytes;
	UNPOISON(p, bytes);
	return p;
}

void arena_reserve(arena *a, int64_t bytes)
{
	enum { PADDING = 4096 }; /* alignment and red zones of what comes in pieces */
	if (bytes > a->limit - a->used) out_of_budget(a, bytes);
	if (bytes + PADDING > a->end - a->next) add_block(a, bytes + PADDING);
}

void *arena_alloc(arena *a, int64_t bytes, int64_t align)
{
	return memset(take(a, bytes, align), 0, (size_t)bytes);
}

char *arena_bytes(arena *a, int64_t bytes)
{
	return take(a, bytes, 1);
}

char *arena_grow(arena *a, char *old, int64_t old_bytes, int64_t new_bytes)
{
	assert(new_bytes >= old_bytes && (old || old_bytes == 0));
	int64_t more = new_bytes - old_bytes;
	bool newest = old && old + old_bytes + RED_ZONE == a->next;
	if (newest && more <= a->end - a->next && more <= a->limit - a->used) {
		a->next += more;
		a->used += more;
		UNPOISON(old, new_bytes);
		return old;
	}
	char *p = take(a, new_bytes, 1);
	if (old_bytes > 0) memcpy(p, old, (size_t)old_bytes);
	return p;
}

void *arena_double(arena *a, const void *items, int *cap, int first, int64_t item_bytes, int64_t align)
{
	assert(*cap <= INT_MAX / 2);
	int64_t used = *cap * item_bytes;
	*cap = *cap ? *cap * 2 : first;
	void *more = arena_alloc(a, *cap * item_bytes, align);
	if (used) memcpy(more, items, (size_t)used);
	return more;
}

arena_mark arena_here(const arena *a)
{
	return (arena_mark){.block = a->block, .next = a->next, .used = a->used};
}

void arena_rewind(arena *a, arena_mark mark)
{
	free_children_down_to(a, mark.used);
	free_blocks_down_to(a, mark.block);
	a->next = mark.next;
	a->end = a->block->data + a->block->bytes;
	a->used = mark.used;
	POISON(a->next, a->end - a->next);
}

int64_t arena_used(const arena *a)
{
	return a->used;
}

void arena_boundary(arena *a, jmp_buf *boundary)
{
	a->boundary = boundary;
}
