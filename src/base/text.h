/* text.h: text is a pointer and a length, UTF-8, not ended by a zero, never owned.
 *
 * Parse by cutting: text_cut splits at a character and hands back both halves, nothing is copied.
 * A text is good for as long as what it points into. {0} is the empty text.
 */
#ifndef LIMEN_BASE_TEXT_H
#define LIMEN_BASE_TEXT_H

#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>

typedef struct text {
	const char *at;
	int64_t len; /* bytes */
} text;

typedef struct text_pair {
	text head;
	text tail;
	bool found; /* false: the separator was not there, head is all of it */
} text_pair;

#define TEXT(literal) ((text){(literal), (int64_t)sizeof(literal) - 1})
/* For printf: printf("%.*s", TEXT_ARG(t)) */
#define TEXT_ARG(t) (int)(t).len, (t).at

text text_of(const char *zero_ended); /* NULL gives the empty text */
text text_slice(text t, int64_t from, int64_t to);

bool text_equal(text a, text b);
int text_compare(text a, text b); /* by bytes; for people use collate.h */
bool text_starts(text t, text prefix);
bool text_ends(text t, text suffix);
int64_t text_find(text t, text part); /* byte offset, or -1 */
int64_t text_width(text t);           /* characters, not bytes: for columns */
text_pair text_cut(text t, char separator);
text_pair text_cut_last(text t, char separator);
text text_trim(text t); /* spaces, tabs, line ends, both sides */
uint64_t text_hash(text t);

/* Whole numbers in decimal, an optional '-', nothing else. False where it is not one or does not fit. */
bool text_to_int(text t, int64_t *out);

/* Bytes are well-formed UTF-8 (no overlong forms, no surrogates). Returns the first bad offset, or -1. */
int64_t text_utf8_error(text t);

/* Copies into an arena. */
text text_copy(arena *a, text t);
char *text_z(arena *a, text t); /* zero-ended copy, for C libraries */
text text_join(arena *a, text x, text y);
text text_format(arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
text text_vformat(arena *a, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* A text under construction, growing in an arena. {.arena = a} is a valid empty buffer. */
typedef struct buffer {
	arena *arena;
	char *at;
	int64_t len;
	int64_t cap;
} buffer;

void buffer_add(buffer *b, text t);
void buffer_char(buffer *b, char c);
void buffer_int(buffer *b, int64_t n);
void buffer_format(buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *buffer_room(buffer *b, int64_t bytes); /* at least so many writable bytes at the end; then add to len */
text buffer_text(const buffer *b);           /* what is there now; good until the buffer grows */

#endif
