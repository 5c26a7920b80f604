/* json.h: JSON in and out.
 *
 * In: simdjson finds the structure and checks UTF-8 (simdjson.cpp, the only C++); json.c builds the tree and checks what
 * simdjson lets through: number grammar, duplicate keys, depth. Where something is wrong a slow second pass finds line and
 * column. Strict RFC 8259; a byte order mark at the start is refused.
 *
 * Out: json_write prints a doc, compact or with two spaces of indent; printing a parsed doc and parsing it again gives an
 * equal doc. json_out builds new JSON text, for resources Limen itself makes.
 */
#ifndef LIMEN_FHIR_JSON_H
#define LIMEN_FHIR_JSON_H

#include "fhir/tree.h"

/* Parses one JSON value. `source` must live as long as the doc (it is pointed into, not copied). False: `out` is
 * untouched and the sink says why and where. `file` is for the messages, may be empty. */
bool json_parse(arena *a, text source, text file, issues *sink, doc *out);
/* The same, and the root must be an object with a known resourceType (FHIR_TYPE failures). */
bool json_parse_resource(arena *a, text source, text file, issues *sink, doc *out);
/* The byte in `source` where the element begins that a check's path names, "Bundle.entry[2].resource.value.code" (a choice by
 * its base name); where it is not there, the nearest around it that is. And a byte's line and column, counted on from the
 * last one asked for. */
int64_t json_offset(const doc *d, text path);
typedef struct json_cursor {
	int64_t at, line, line_start; /* line: how many ended before `at` */
} json_cursor;
void json_locate(json_cursor *c, const doc *d, int64_t offset, place *out);

static inline bool json_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

typedef enum json_style { JSON_COMPACT, JSON_PRETTY } json_style;
void json_write(buffer *b, const doc *d, uint32_t n, json_style style);
void json_write_string(buffer *b, text t); /* with quotes and escapes */

/* Builds JSON by calls, commas by itself: json_object(&o); json_key(&o, "id"); json_text(&o, id); json_end(&o); */
typedef struct json_out {
	buffer b;
	bool comma[JSON_DEPTH_MAX];
	char close[JSON_DEPTH_MAX];
	int depth;
	bool after_key;
} json_out;
json_out json_begin(arena *a);
void json_object(json_out *o);
void json_array(json_out *o);
void json_end(json_out *o); /* ends the innermost object or array */
void json_key(json_out *o, const char *key);
void json_key_text(json_out *o, text key);
void json_text(json_out *o, text value);
void json_int(json_out *o, int64_t value);
void json_bool(json_out *o, bool value);
void json_null(json_out *o);
void json_node(json_out *o, const doc *d, uint32_t n); /* a copy of a subtree */
void json_raw(json_out *o, text json);                 /* a value that is JSON already */
/* Short forms: a key with its value; nothing at all where the text is empty. */
void json_pair(json_out *o, const char *key, text value);
/* A CodeableConcept of one coding; display may be empty. */
/* key: {reference: to} */
void json_reference(json_out *o, const char *key, text to);
void json_concept(json_out *o, const char *system, text code, text display);
/* The text beside in another language, as R4's translation extension has it; key is that of the companion, "_title". */
void json_translation(json_out *o, const char *key, text language, text content);
text json_done(json_out *o); /* asserts that all is ended */

/* `d` printed compactly as the record keeps it: id and meta.versionId/lastUpdated replaced by these, the rest (other meta
 * too) untouched; resourceType stays first where it was, id and meta come right after it where they were missing. */
text json_stamped(arena *a, const doc *d, text id, text version, text last_updated);

#endif
