/* yaml.c: a YAML file as a doc (fhir/tree.h), by the events of libfyaml.
 *
 * Only the part of YAML a person needs for a rule is taken: mappings with texts for keys, lists, texts, numbers, true and false.
 * Anchors, aliases and tags are refused: a rule must be readable where it stands.
 */
#include <libfyaml.h>

#include "content/internal.h"

enum { FRAMES_MAX = CONTENT_DEPTH_MAX + 1 };

typedef struct frame {
	uint32_t node;
	bool mapping;
	bool has_key;
	name_id key;
	int32_t key_line;
	map seen; /* keys of this mapping → 1 */
} frame;

typedef struct yaml {
	arena *arena;
	issues *sink;
	text file;
	node *nodes;
	int32_t *lines, *columns;
	int count, cap;
	buffer texts;
	map own_names; /* this document's own keys → number */
	text *own;
	int own_count, own_cap;
	frame frames[FRAMES_MAX];
	int depth;
} yaml;

static place here(const yaml *y, struct fy_event *e)
{
	const struct fy_mark *mark = fy_event_start_mark(e);
	return (place){.file = y->file, .line = mark ? mark->line + 1 : 0, .column = mark ? mark->column + 1 : 0};
}

static void room(yaml *y)
{
	if (y->count < y->cap) return;
	int line_cap = y->cap, column_cap = y->cap; /* three lists that grow as one */
	y->lines = ARENA_DOUBLE(y->arena, int32_t, y->lines, &line_cap, 64);
	y->columns = ARENA_DOUBLE(y->arena, int32_t, y->columns, &column_cap, 64);
	y->nodes = ARENA_DOUBLE(y->arena, node, y->nodes, &y->cap, 64);
}

/* Adds a node as the next child of the innermost frame; gives its index. */
static uint32_t add(yaml *y, node_kind kind, place at)
{
	room(y);
	uint32_t n = (uint32_t)y->count++;
	node made = {.kind = (uint8_t)kind, .next = n + 1};
	y->lines[n] = (int32_t)at.line;
	if (y->depth) {
		frame *f = &y->frames[y->depth - 1];
		if (f->mapping) {
			made.name = f->key;
			y->lines[n] = f->key_line;
			f->has_key = false;
		}
		y->nodes[f->node].len++;
	}
	y->nodes[n] = made;
	return n;
}

static bool nest(yaml *y, node_kind kind, place at)
{
	if (y->depth == FRAMES_MAX)
		return issue_at(y->sink, FAIL_CONTENT_DEPTH, at, text_format(y->arena, "%d", CONTENT_DEPTH_MAX),
				TEXT(""), TEXT(""));
	if (y->depth && y->frames[y->depth - 1].mapping && !y->frames[y->depth - 1].has_key)
		return issue_at(y->sink, FAIL_CONTENT_YAML_PART, at, TEXT("a key that is not a text"), TEXT(""),
				TEXT(""));
	uint32_t n = add(y, kind, at);
	y->frames[y->depth++] = (frame){.node = n, .mapping = kind == NODE_OBJECT, .seen = {.arena = y->arena}};
	return true;
}

static void shut(yaml *y)
{
	assert(y->depth > 0);
	y->nodes[y->frames[--y->depth].node].next = (uint32_t)y->count;
}

static name_id own_name(yaml *y, text key)
{
	name_id defined = name_find(key);
	if (defined != NAME_NONE) return defined;
	int64_t number;
	if (map_get(&y->own_names, key, &number)) return (name_id)(NAME_DYNAMIC + number);
	if (y->own_count == JSON_DYNAMIC_NAMES_MAX) return NAME_NONE;
	if (y->own_count == y->own_cap) y->own = ARENA_DOUBLE(y->arena, text, y->own, &y->own_cap, 32);
	text kept = text_copy(y->arena, key);
	y->own[y->own_count] = kept;
	map_put(&y->own_names, kept, y->own_count);
	return (name_id)(NAME_DYNAMIC + y->own_count++);
}

static bool key(yaml *y, frame *f, text t, place at)
{
	if (map_get_or(&f->seen, t, 0)) return issue_at(y->sink, FAIL_CONTENT_TWICE, at, t, TEXT(""), TEXT(""));
	f->key = own_name(y, t);
	if (f->key == NAME_NONE)
		return issue_at(y->sink, FAIL_CONTENT_YAML_PART, at, TEXT("too many different keys"), TEXT(""),
				TEXT(""));
	map_put(&f->seen, text_copy(y->arena, t), 1);
	f->key_line = (int32_t)at.line;
	f->has_key = true;
	return true;
}

/* The JSON grammar of a number, without an exponent: 30, 0.9, -1. A date or 05-14 is text. */
static bool is_number(text t)
{
	int64_t i = t.len && t.at[0] == '-' ? 1 : 0, from = i;
	while (i < t.len && t.at[i] >= '0' && t.at[i] <= '9') i++;
	if (i == from || (t.at[from] == '0' && i > from + 1)) return false;
	if (i < t.len && t.at[i] == '.') {
		int64_t point = i++;
		while (i < t.len && t.at[i] >= '0' && t.at[i] <= '9') i++;
		if (i == point + 1) return false;
	}
	return i == t.len;
}

static node_kind plain_kind(text t)
{
	if (t.len == 0 || text_equal(t, TEXT("~")) || text_equal(t, TEXT("null"))) return NODE_NULL;
	if (text_equal(t, TEXT("true"))) return NODE_TRUE;
	if (text_equal(t, TEXT("false"))) return NODE_FALSE;
	return is_number(t) ? NODE_NUMBER : NODE_STRING;
}

static bool scalar(yaml *y, struct fy_event *e)
{
	size_t len = 0;
	const char *at = e->scalar.value ? fy_token_get_text(e->scalar.value, &len) : "";
	text t = {at, at ? (int64_t)len : 0};
	place where = here(y, e);
	frame *f = y->depth ? &y->frames[y->depth - 1] : NULL;
	if (f && f->mapping && !f->has_key) return key(y, f, t, where);
	enum fy_scalar_style style = e->scalar.value ? fy_scalar_token_get_style(e->scalar.value) : FYSS_PLAIN;
	node_kind kind = style == FYSS_PLAIN ? plain_kind(t) : NODE_STRING;
	uint32_t n = add(y, kind, where);
	y->nodes[n].at = (uint32_t)y->texts.len;
	y->nodes[n].len = (uint32_t)t.len;
	/* Texts are free of escapes here; the flag makes the JSON printer put them in where they are needed. */
	if (kind == NODE_STRING) y->nodes[n].flags = NODE_UNESCAPED;
	buffer_add(&y->texts, t);
	bool one_line = (style == FYSS_PLAIN || style == FYSS_SINGLE_QUOTED) && y->lines[n] == where.line;
	y->columns[n] = one_line ? (int32_t)where.column : 0; /* a quote does not count: libfyaml's mark is behind it */
	return true;
}

static bool plain_only(yaml *y, struct fy_event *e, struct fy_token *anchor, struct fy_token *tag)
{
	if (!anchor && !tag) return true;
	return issue_at(y->sink, FAIL_CONTENT_YAML_PART, here(y, e), anchor ? TEXT("an anchor (&)") : TEXT("a tag (!)"),
			TEXT(""), TEXT(""));
}

static bool take(yaml *y, struct fy_event *e)
{
	if (e->type == FYET_SCALAR) return plain_only(y, e, e->scalar.anchor, e->scalar.tag) && scalar(y, e);
	if (e->type == FYET_SEQUENCE_START)
		return plain_only(y, e, e->sequence_start.anchor, e->sequence_start.tag) &&
		       nest(y, NODE_ARRAY, here(y, e));
	if (e->type == FYET_MAPPING_START)
		return plain_only(y, e, e->mapping_start.anchor, e->mapping_start.tag) &&
		       nest(y, NODE_OBJECT, here(y, e));
	if (e->type == FYET_ALIAS)
		return issue_at(y->sink, FAIL_CONTENT_YAML_PART, here(y, e), TEXT("an alias (*)"), TEXT(""), TEXT(""));
	if (e->type == FYET_SEQUENCE_END || e->type == FYET_MAPPING_END) shut(y);
	return true;
}

static bool say_errors(yaml *y, struct fy_diag *diag)
{
	void *walk = NULL;
	bool said = false;
	for (const struct fy_diag_error *e; (e = fy_diag_errors_iterate(diag, &walk));) {
		place at = {
		    .file = y->file, .line = e->line > 0 ? e->line : 1, .column = e->column > 0 ? e->column : 1};
		issue_at(y->sink, FAIL_CONTENT_YAML, at, text_of(e->msg), TEXT(""), TEXT(""));
		said = true;
	}
	if (!said)
		issue_at(y->sink, FAIL_CONTENT_YAML, (place){.file = y->file}, TEXT("the parser gave up"), TEXT(""),
			 TEXT(""));
	return false;
}

static bool walk(yaml *y, struct fy_parser *parser, struct fy_diag *diag)
{
	bool fine = true, ended = false;
	for (struct fy_event *e; fine && (e = fy_parser_parse(parser));) {
		ended = e->type == FYET_STREAM_END;
		fine = take(y, e);
		fy_parser_event_free(parser, e);
	}
	if (!fine) return false;
	return ended && !fy_diag_got_error(diag) ? true : say_errors(y, diag);
}

static bool parse(yaml *y, text source)
{
	struct fy_diag_cfg diag_options;
	fy_diag_cfg_default(&diag_options);
	diag_options.fp = NULL;
	diag_options.colorize = false;
	struct fy_diag *diag = fy_diag_create(&diag_options);
	assert(diag);
	fy_diag_set_collect_errors(diag, true);
	struct fy_parse_cfg options = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG, .diag = diag};
	struct fy_parser *parser = fy_parser_create(&options);
	assert(parser);
	bool fine = fy_parser_set_string(parser, source.at, (size_t)source.len) == 0;
	assert(fine);
	fine = walk(y, parser, diag);
	fy_parser_destroy(parser);
	fy_diag_destroy(diag);
	return fine;
}

/* libfyaml is strict, but a file with a NUL or a broken byte in it should be refused by name before it is asked. */
static bool acceptable(yaml *y, text source)
{
	place whole = {.file = y->file};
	if (source.len > CONTENT_FILE_MAX)
		return issue_at(y->sink, FAIL_CONTENT_SIZE, whole,
				text_format(y->arena, "%lld", (long long)CONTENT_FILE_MAX), TEXT(""), TEXT(""));
	int64_t bad = text_utf8_error(source);
	for (int64_t i = 0; bad < 0 && i < source.len; i++) {
		unsigned char c = (unsigned char)source.at[i];
		if (c < 0x20 && c != '\n' && c != '\t' && c != '\r') bad = i;
	}
	if (bad < 0) return true;
	whole.line = 1;
	whole.column = 1;
	for (int64_t i = 0; i < bad; i++) {
		whole.column++;
		if (source.at[i] == '\n') whole.line++, whole.column = 1;
	}
	return issue_at(y->sink, FAIL_CONTENT_BYTES, whole, TEXT(""), TEXT(""), TEXT(""));
}

bool yaml_read(arena *a, text name, text source, issues *sink, yaml_tree *out)
{
	yaml *y = ARENA_NEW(a, yaml);
	*y = (yaml){.arena = a, .sink = sink, .file = name, .texts = {.arena = a}, .own_names = {.arena = a}};
	if (!acceptable(y, source)) return false;
	nest(y, NODE_ARRAY, (place){.line = 1});
	if (source.len && !parse(y, source)) return false;
	assert(y->depth == 1);
	shut(y);
	text texts = buffer_text(&y->texts);
	doc *d = ARENA_NEW(a, doc);
	*d = (doc){.nodes = y->nodes,
		   .count = (uint32_t)y->count,
		   .source = texts.at,
		   .unescaped = texts.at,
		   .names = y->own,
		   .name_count = (uint32_t)y->own_count};
	*out = (yaml_tree){.d = d, .lines = y->lines, .columns = y->columns};
	return true;
}
