/* internal.h: what the files of fhir/ share and no other folder sees. C and, for simdjson.cpp, C++. */
#ifndef LIMEN_FHIR_INTERNAL_H
#define LIMEN_FHIR_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where the structure of a JSON text lies: the offset of every bracket, colon and comma outside strings, of every string's
 * opening quote and of every other scalar's first byte. Two more entries follow the last, both the size of the text.
 * Bytes are good UTF-8, strings are closed and hold no control character; nothing more is promised. */
typedef struct json_structure {
	const uint32_t *at;
	uint32_t count;
} json_structure;

/* simdjson's first stage. False: bytes, strings or emptiness are wrong. The answer is the thread's own and good until the
 * thread's next call or json_structure_done, which gives back what an unusually large text took. */
bool json_structure_find(const char *bytes, uint32_t size, json_structure *out);
void json_structure_done(void);

#ifdef __cplusplus
}
#endif

#ifndef __cplusplus
#include "base/base.h"

/* json_fault.c: the careful reader. True: good JSON; else the first thing wrong is in the sink, with its place. `names_full_at`
 * is the offset of the key that was one unknown name too many, or -1. */
bool json_careful(arena *a, text source, text file, int64_t names_full_at, issues *sink);

/* json_string.c: decodes the escapes of a string's inside into `out`, which has room for n bytes; the length, or -1 where
 * one is malformed. */
int64_t json_unescape(const char *s, int64_t n, char *out);
/* The bytes of a JSON number at the start, or 0 where it is malformed (RFC 8259, section 6). */
uint32_t json_number(const char *s, uint32_t n);

int json_hex_digit(char c); /* 0..15, or -1 */
#endif

#endif
