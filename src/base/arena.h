/* arena.h: memory by lifetime.
 *
 * Everything a request makes lives in one arena and goes with it; nothing is freed one by one.
 * The names of lifetimes are: process (made at start, never freed), request (one HTTP request, one
 * command, one commit) and scratch (a mark taken and rewound inside one function).
 *
 * Ownership: what an arena hands out is owned by the arena. An arena belongs to one thread at a time.
 *
 * Running out: an arena has a limit in bytes (limits.h). Crossing it is "out of budget", the second
 * kind of wrong (STYLE.md 8): the request is left at its one boundary by longjmp. Where no boundary
 * was set the process stops with a message, for then nobody could answer.
 */
#ifndef LIMEN_BASE_ARENA_H
#define LIMEN_BASE_ARENA_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

typedef struct arena arena;

/* A place in an arena to rewind to. Valid until an earlier mark is rewound or the arena is reset. */
typedef struct arena_mark {
	void *block;
	char *next;
	int64_t used;
} arena_mark;

arena *arena_new(int64_t limit_bytes); /* aborts if the system has no memory at all */
/* An arena within another, for what is made there later or by other threads: it goes with its parent, or when the parent is
 * reset, or rewound to before it. */
arena *arena_child(arena *parent, int64_t limit_bytes);
void arena_free(arena *a);  /* NULL is fine; not for a child */
void arena_reset(arena *a); /* forgets everything, keeps one block for reuse */

/* Zeroed memory aligned for `align` (a power of two). Never NULL. */
void *arena_alloc(arena *a, int64_t bytes, int64_t align);
/* The same, not zeroed, byte aligned: for text. */
char *arena_bytes(arena *a, int64_t bytes);
/* Grows the newest allocation in place where it can; else copies. `old` may be NULL. */
char *arena_grow(arena *a, char *old, int64_t old_bytes, int64_t new_bytes);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), (int64_t)sizeof(type), (int64_t) _Alignof(type)))
#define ARENA_ARRAY(a, type, n)                                                                                        \
	((type *)arena_alloc((a), (int64_t)sizeof(type) * (int64_t)(n), (int64_t) _Alignof(type)))
/* Room for one more in a full list: a new array of twice `*cap` items (of `first` where it was 0), `items` copied into it. The
 * old one stays until the arena goes. */
void *arena_double(arena *a, const void *items, int *cap, int first, int64_t item_bytes, int64_t align);
#define ARENA_DOUBLE(a, type, items, cap, first)                                                                       \
	((type *)arena_double((a), (items), (cap), (first), (int64_t)sizeof(type), (int64_t) _Alignof(type)))

arena_mark arena_here(const arena *a);
void arena_rewind(arena *a, arena_mark mark);

int64_t arena_used(const arena *a); /* bytes handed out since new or reset */

/* Takes from the system now what the next allocations of `bytes` in all will need: they cannot fail then. */
void arena_reserve(arena *a, int64_t bytes);

/* For fault sweeps in tests, under the address sanitizer only: of all blocks asked of the system from now on for arenas with a
 * boundary the n-th is refused. 0: none. Gives how many were asked for since the last call. */
int64_t arena_refuse(int64_t nth);

/* Where to go when the budget is spent; NULL takes the boundary away. The jump's value is 1. */
void arena_boundary(arena *a, jmp_buf *boundary);

#endif
