/* JSON out: printing a tree, and building new text by calls. */
#include "fhir/json.h"

/* What stands behind the backslash for a byte that must be escaped: 'u' for those without a short form, 0 for the rest. */
static char short_escape(unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		return (char)c;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return c < 0x20 ? 'u' : 0;
	}
}

void json_write_string(buffer *b, text t)
{
	int64_t plain = 0;
	buffer_char(b, '"');
	for (int64_t i = 0; i < t.len; i++) {
		char escape = short_escape((unsigned char)t.at[i]);
		if (!escape) continue;
		buffer_add(b, text_slice(t, plain, i));
		plain = i + 1;
		if (escape == 'u')
			buffer_format(b, "\\u%04x", (unsigned)(unsigned char)t.at[i]);
		else
			buffer_add(b, (text){(char[]){'\\', escape}, 2});
	}
	buffer_add(b, text_slice(t, plain, t.len));
	buffer_char(b, '"');
}

static void write_line(buffer *b, json_style style, int depth)
{
	if (style == JSON_COMPACT) return;
	buffer_char(b, '\n');
	for (int i = 0; i < depth; i++) buffer_add(b, TEXT("  "));
}

static void write_key(buffer *b, const doc *d, name_id name, json_style style)
{
	json_write_string(b, name_text(d, name));
	buffer_char(b, ':');
	if (style == JSON_PRETTY) buffer_char(b, ' ');
}

static void write_node(buffer *b, const doc *d, uint32_t n, json_style style, int depth);

static void write_children(buffer *b, const doc *d, uint32_t n, json_style style, int depth)
{
	const node *nodes = d->nodes;
	bool object = nodes[n].kind == NODE_OBJECT;
	buffer_char(b, object ? '{' : '[');
	for (uint32_t i = n + 1; i < nodes[n].next; i = nodes[i].next) {
		if (i > n + 1) buffer_char(b, ',');
		write_line(b, style, depth + 1);
		if (object) write_key(b, d, nodes[i].name, style);
		write_node(b, d, i, style, depth + 1);
	}
	if (nodes[n].len) write_line(b, style, depth);
	buffer_char(b, object ? '}' : ']');
}

static void write_node(buffer *b, const doc *d, uint32_t n, json_style style, int depth)
{
	switch ((node_kind)d->nodes[n].kind) {
	case NODE_NULL:
		buffer_add(b, TEXT("null"));
		return;
	case NODE_FALSE:
		buffer_add(b, TEXT("false"));
		return;
	case NODE_TRUE:
		buffer_add(b, TEXT("true"));
		return;
	case NODE_NUMBER:
		buffer_add(b, doc_text(d, n));
		return;
	case NODE_STRING:
		json_write_string(b, doc_text(d, n));
		return;
	case NODE_ARRAY:
	case NODE_OBJECT:
		write_children(b, d, n, style, depth);
		return;
	}
}

void json_write(buffer *b, const doc *d, uint32_t n, json_style style)
{
	assert(n < d->count);
	write_node(b, d, n, style, 0);
}

json_out json_begin(arena *a)
{
	return (json_out){.b = {.arena = a}};
}

/* Before a value or key: the comma, where one is due. */
static void separate(json_out *o)
{
	if (o->after_key) {
		o->after_key = false;
		return;
	}
	if (o->depth == 0) {
		assert(o->b.len == 0); /* one value only */
		return;
	}
	if (o->comma[o->depth - 1]) buffer_char(&o->b, ',');
	o->comma[o->depth - 1] = true;
}

static void begin_value(json_out *o)
{
	assert(o->depth == 0 || o->close[o->depth - 1] == ']' || o->after_key); /* a member needs its key */
	separate(o);
}

static void open_nested(json_out *o, char open, char close)
{
	begin_value(o);
	assert(o->depth < JSON_DEPTH_MAX);
	o->comma[o->depth] = false;
	o->close[o->depth++] = close;
	buffer_char(&o->b, open);
}

void json_object(json_out *o)
{
	open_nested(o, '{', '}');
}

void json_array(json_out *o)
{
	open_nested(o, '[', ']');
}

void json_end(json_out *o)
{
	assert(o->depth > 0 && !o->after_key);
	buffer_char(&o->b, o->close[--o->depth]);
}

void json_key_text(json_out *o, text key)
{
	assert(o->depth > 0 && o->close[o->depth - 1] == '}' && !o->after_key);
	separate(o);
	json_write_string(&o->b, key);
	buffer_char(&o->b, ':');
	o->after_key = true;
}

void json_key(json_out *o, const char *key)
{
	json_key_text(o, text_of(key));
}

void json_text(json_out *o, text value)
{
	begin_value(o);
	json_write_string(&o->b, value);
}

void json_int(json_out *o, int64_t value)
{
	begin_value(o);
	buffer_int(&o->b, value);
}

void json_bool(json_out *o, bool value)
{
	json_raw(o, value ? TEXT("true") : TEXT("false"));
}

void json_null(json_out *o)
{
	json_raw(o, TEXT("null"));
}

void json_node(json_out *o, const doc *d, uint32_t n)
{
	begin_value(o);
	json_write(&o->b, d, n, JSON_COMPACT);
}

void json_raw(json_out *o, text json)
{
	assert(json.len > 0);
	begin_value(o);
	buffer_add(&o->b, json);
}

void json_pair(json_out *o, const char *key, text value)
{
	if (value.len == 0) return;
	json_key(o, key);
	json_text(o, value);
}

void json_reference(json_out *o, const char *key, text to)
{
	json_key(o, key);
	json_object(o);
	json_pair(o, "reference", to);
	json_end(o);
}

void json_concept(json_out *o, const char *system, text code, text display)
{
	json_object(o);
	json_key(o, "coding");
	json_array(o);
	json_object(o);
	json_pair(o, "system", text_of(system));
	json_pair(o, "code", code);
	json_pair(o, "display", display);
	json_end(o);
	json_end(o);
	json_end(o);
}

void json_translation(json_out *o, const char *key, text language, text content)
{
	json_key(o, key);
	json_object(o);
	json_key(o, "extension");
	json_array(o);
	json_object(o);
	json_key(o, "extension");
	json_array(o);
	json_object(o);
	json_pair(o, "url", TEXT("lang"));
	json_pair(o, "valueCode", language);
	json_end(o);
	json_object(o);
	json_pair(o, "url", TEXT("content"));
	json_pair(o, "valueString", content);
	json_end(o);
	json_end(o);
	json_pair(o, "url", TEXT("http://hl7.org/fhir/StructureDefinition/translation"));
	json_end(o);
	json_end(o);
	json_end(o);
}

text json_done(json_out *o)
{
	assert(o->depth == 0 && !o->after_key && o->b.len > 0);
	return buffer_text(&o->b);
}

/* The record's stamp on a resource. */
struct stamp {
	text id, version, last_updated;
};

static void stamp_meta(json_out *o, const doc *d, uint32_t meta, const struct stamp *s)
{
	json_key(o, "meta");
	json_object(o);
	bool old = meta != NODE_ABSENT && d->nodes[meta].kind == NODE_OBJECT;
	if (!old || doc_get(d, meta, NAME_versionId) == NODE_ABSENT) json_pair(o, "versionId", s->version);
	if (!old || doc_get(d, meta, NAME_lastUpdated) == NODE_ABSENT) json_pair(o, "lastUpdated", s->last_updated);
	for (uint32_t i = meta + 1; old && i < d->nodes[meta].next; i = d->nodes[i].next) {
		name_id name = d->nodes[i].name;
		if (name == NAME_versionId) {
			json_pair(o, "versionId", s->version);
		} else if (name == NAME_lastUpdated) {
			json_pair(o, "lastUpdated", s->last_updated);
		} else {
			json_key_text(o, name_text(d, name));
			json_node(o, d, i);
		}
	}
	json_end(o);
}

static void stamp_id(json_out *o, const doc *d, uint32_t meta, const struct stamp *s)
{
	json_pair(o, "id", s->id);
	if (meta == NODE_ABSENT) stamp_meta(o, d, NODE_ABSENT, s);
}

text json_stamped(arena *a, const doc *d, text id, text version, text last_updated)
{
	assert(d->nodes[0].kind == NODE_OBJECT);
	const struct stamp s = {id, version, last_updated};
	uint32_t old_id = doc_get(d, 0, NAME_id), meta = doc_get(d, 0, NAME_meta);
	json_out o = json_begin(a);
	json_object(&o);
	for (uint32_t i = 1; i < d->nodes[0].next; i = d->nodes[i].next) {
		name_id name = d->nodes[i].name;
		if (name == NAME_id) {
			stamp_id(&o, d, meta, &s);
			continue;
		}
		if (name == NAME_meta) {
			stamp_meta(&o, d, meta, &s);
			continue;
		}
		json_key_text(&o, name_text(d, name));
		json_node(&o, d, i);
		if (name == NAME_resourceType && old_id == NODE_ABSENT) stamp_id(&o, d, meta, &s);
	}
	json_end(&o);
	return json_done(&o);
}
