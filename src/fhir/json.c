/* The quick reader: from simdjson's list of structural offsets to our tree, in one walk. It only says that something is
 * wrong; json_fault.c then reads the text again, slowly, and says what. */
#include "fhir/image.h"
#include "fhir/internal.h"
#include "fhir/json.h"

/* An object or array that is not closed yet. */
struct frame {
	uint32_t node;
	uint32_t children;
	uint64_t seen; /* a bit for each name, by its last six bits */
	bool crowded;  /* two names fell on one bit: perhaps a name occurred twice */
	char close;    /* the bracket that ends it */
};

struct reading {
	arena *arena;
	const char *source;
	uint32_t size;
	uint32_t backslash; /* offset of the next backslash not yet passed; size where there is none */
	const uint32_t *at; /* next structural offset */
	const uint32_t *end;
	node *nodes;
	uint32_t count;
	uint32_t escaped;      /* the last string with escapes; each one's `next` leads to the one before */
	int64_t escaped_bytes; /* of all of them, as written */
	map own_names;
	uint64_t root_bits;    /* names of the root object, as in a doc */
	bool companions;       /* a key began with an underscore, or may have */
	int64_t names_full_at; /* the key that was one unknown name too many, or -1 */
	int depth;
	struct frame frames[JSON_DEPTH_MAX];
};
#define NO_NODE UINT32_MAX

/* Which object a name was last stamped with. Stamps are never given twice, so nothing is cleared between documents. */
static _Thread_local uint64_t stamps[NAME_COUNT + JSON_DYNAMIC_NAMES_MAX];
static _Thread_local uint64_t last_stamp;

static uint32_t name_row(name_id name)
{
	return name < NAME_DYNAMIC ? name : NAME_COUNT + (uint32_t)(name - NAME_DYNAMIC);
}

/* The node after a subtree; a string that waits to be decoded has its `next` in the list of those that do. */
static uint32_t after_node(const struct reading *r, uint32_t i)
{
	return r->nodes[i].flags & NODE_UNESCAPED ? i + 1 : r->nodes[i].next;
}

/* Slow only for crowded objects; each child is looked at once. */
static bool names_differ(const struct reading *r, const struct frame *object)
{
	uint64_t stamp = ++last_stamp;
	for (uint32_t i = object->node + 1; i < r->count; i = after_node(r, i)) {
		uint64_t *last = &stamps[name_row(r->nodes[i].name)];
		if (*last == stamp) return false;
		*last = stamp;
	}
	return true;
}

/* The number of a key FHIR does not define, a new one where this document had none such. */
static name_id own_name(struct reading *r, text key, uint32_t offset)
{
	int64_t known = map_get_or(&r->own_names, key, -1);
	if (known >= 0) return (name_id)(NAME_DYNAMIC + known);
	if (r->own_names.count == JSON_DYNAMIC_NAMES_MAX) {
		r->names_full_at = offset;
		return NAME_NONE;
	}
	r->own_names.arena = r->arena;
	map_put(&r->own_names, key, r->own_names.count);
	return (name_id)(NAME_DYNAMIC + r->own_names.count - 1);
}

static void pass_backslashes(struct reading *r, uint32_t end)
{
	const char *next = memchr(r->source + end, '\\', r->size - end);
	r->backslash = next ? (uint32_t)(next - r->source) : r->size;
}

static name_id escaped_key(struct reading *r, uint32_t start, uint32_t end)
{
	char *decoded = arena_bytes(r->arena, end - start);
	int64_t len = json_unescape(r->source + start, end - start, decoded);
	if (len < 0) return NAME_NONE;
	pass_backslashes(r, end);
	text key = {decoded, len};
	name_id name = name_find(key);
	return name != NAME_NONE ? name : own_name(r, key, start - 1);
}

/* Where the string that opened before `next` ends: its closing quote, only white space lies between. */
static inline uint32_t closing_quote(const char *source, uint32_t next)
{
	uint32_t end = next - 1;
	while (json_space(source[end])) end--;
	return end;
}

/* A key and its colon. NAME_NONE: there is none. */
static inline name_id read_key(struct reading *r)
{
	uint32_t open = r->at[0], colon = r->at[1];
	if (r->source[open] != '"' || r->source[colon] != ':') return NAME_NONE;
	uint32_t start = open + 1, end = closing_quote(r->source, colon);
	r->at += 2;
	r->companions |= r->source[start] == '_' || r->source[start] == '\\';
	if (r->backslash < end) return escaped_key(r, start, end);
	name_id name = end > start ? name_lookup(r->source + start, end - start) : NAME_NONE;
	if (name == NAME_NONE) name = own_name(r, (text){r->source + start, end - start}, open);
	return name;
}

static inline bool read_string(struct reading *r, node *n, uint32_t open)
{
	uint32_t end = closing_quote(r->source, *r->at);
	n->kind = NODE_STRING;
	n->at = open + 1;
	n->len = end - n->at;
	if (r->backslash < end) {
		n->flags = NODE_UNESCAPED;
		n->next = r->escaped;
		r->escaped = r->count - 1;
		r->escaped_bytes += n->len;
		pass_backslashes(r, end);
	}
	return true;
}

/* Between a scalar's last byte and the next structural offset there may only be white space; since the bytes of one scalar
 * lie together, the first byte tells. */
static inline bool scalar_ends(const struct reading *r, uint32_t end)
{
	return end == *r->at || (end < *r->at && json_space(r->source[end]));
}

static inline bool read_number(struct reading *r, node *n, uint32_t start)
{
	uint32_t len = json_number(r->source + start, r->size - start);
	n->kind = NODE_NUMBER;
	n->at = start;
	n->len = len;
	return len > 0 && scalar_ends(r, start + len);
}

static bool read_word(struct reading *r, node *n, uint32_t start, node_kind kind)
{
	text word = kind == NODE_TRUE ? TEXT("true") : kind == NODE_FALSE ? TEXT("false") : TEXT("null");
	n->kind = (uint8_t)kind;
	n->at = start;
	n->len = 0;
	if (r->size - start < word.len || memcmp(r->source + start, word.at, (size_t)word.len) != 0) return false;
	return scalar_ends(r, start + (uint32_t)word.len);
}

static inline bool read_open(struct reading *r, node *n, uint32_t start, node_kind kind)
{
	if (r->depth == JSON_DEPTH_MAX) return false;
	n->kind = (uint8_t)kind;
	n->at = start;
	r->frames[r->depth++] = (struct frame){.node = r->count - 1, .close = kind == NODE_OBJECT ? '}' : ']'};
	return true;
}

static inline bool read_value(struct reading *r, name_id name)
{
	uint32_t start = *r->at++;
	uint32_t index = r->count++;
	node *n = &r->nodes[index];
	n->name = name;
	n->flags = 0;
	n->next = index + 1;
	switch (r->source[start]) {
	case '"':
		return read_string(r, n, start);
	case '{':
		return read_open(r, n, start, NODE_OBJECT);
	case '[':
		return read_open(r, n, start, NODE_ARRAY);
	case 't':
		return read_word(r, n, start, NODE_TRUE);
	case 'f':
		return read_word(r, n, start, NODE_FALSE);
	case 'n':
		return read_word(r, n, start, NODE_NULL);
	default:
		return read_number(r, n, start);
	}
}

static inline bool read_close(struct reading *r, const struct frame *f)
{
	node *n = &r->nodes[f->node];
	n->next = r->count;
	n->len = f->children;
	r->depth--;
	if (r->depth == 0) r->root_bits = f->seen;
	return !f->crowded || names_differ(r, f);
}

/* After a value: commas lead on, brackets close. False: neither. *more: another key or item follows. */
static inline bool read_after(struct reading *r, bool *more)
{
	while (r->depth > 0) {
		if (r->at == r->end) return false;
		const struct frame *f = &r->frames[r->depth - 1];
		char c = r->source[*r->at++];
		if (c == ',') {
			*more = true;
			return true;
		}
		if (c != f->close || !read_close(r, f)) return false;
	}
	*more = false;
	return r->at == r->end;
}

static inline bool read_name(struct reading *r, struct frame *f, name_id *name)
{
	f->children++;
	if (f->close == ']') return true;
	*name = read_key(r);
	uint64_t bit = UINT64_C(1) << (*name & 63);
	f->crowded |= (f->seen & bit) != 0;
	f->seen |= bit;
	return *name != NAME_NONE;
}

/* The root is an object or array whose last structural byte is its closing bracket (read_tree saw to it), so nothing here
 * can read past the list of offsets: whatever is not that bracket has one after it. */
static bool read_nested(struct reading *r)
{
	bool more = true;
	if (!read_value(r, NAME_NONE)) return false;
	while (more) {
		struct frame *f = &r->frames[r->depth - 1];
		name_id name = NAME_NONE;
		bool empty = f->children == 0 && r->source[*r->at] == f->close;
		if (!empty) {
			int depth = r->depth;
			if (!read_name(r, f, &name) || !read_value(r, name)) return false;
			if (r->depth > depth) continue;
		}
		if (!read_after(r, &more)) return false;
	}
	return true;
}

static bool read_tree(struct reading *r)
{
	char first = r->source[r->at[0]], last = r->source[r->end[-1]];
	if (first != '{' && first != '[') return r->end - r->at == 1 && read_value(r, NAME_NONE);
	return last == (first == '{' ? '}' : ']') && r->end - r->at > 1 && read_nested(r);
}

/* Decodes the strings with escapes, now that their number and size are known. */
static bool decode_escapes(struct reading *r, const char **unescaped)
{
	char *out = r->escaped == NO_NODE ? NULL : arena_bytes(r->arena, r->escaped_bytes);
	uint32_t used = 0;
	for (uint32_t i = r->escaped; i != NO_NODE;) {
		node *n = &r->nodes[i];
		uint32_t before = n->next;
		int64_t len = json_unescape(r->source + n->at, n->len, out + used);
		if (len < 0) return false;
		n->at = used;
		n->len = (uint32_t)len;
		n->next = i + 1;
		used += (uint32_t)len;
		i = before;
	}
	*unescaped = out;
	return true;
}

/* Not zeroed, for each node is written whole. In good JSON every value but the root is followed by a comma or bracket and an
 * object's key by its colon, so there are at most half as many nodes as offsets; brackets not yet closed come on top. */
static node *nodes_for(arena *a, uint32_t offsets)
{
	int64_t most = offsets / 2 + JSON_DEPTH_MAX + 2;
	char *bytes = arena_bytes(a, most * (int64_t)sizeof(node) + (int64_t) _Alignof(node));
	return (node *)(void *)(bytes + (-(uintptr_t)bytes & (_Alignof(node) - 1)));
}

static const root_key *root_listed(const struct reading *r)
{
	if (r->nodes[0].kind != NODE_OBJECT) return NULL;
	root_key *keys = ARENA_ARRAY(r->arena, root_key, r->nodes[0].len), *key = keys;
	for (uint32_t i = 1; i < r->count; i = r->nodes[i].next) *key++ = (root_key){i, r->nodes[i].name};
	return keys;
}

static doc reading_doc(const struct reading *r, const char *unescaped)
{
	text *names = r->own_names.count ? ARENA_ARRAY(r->arena, text, r->own_names.count) : NULL;
	for (int64_t i = 0; i < r->own_names.count; i++) names[i] = r->own_names.entries[i].key;
	return (doc){
	    .nodes = r->nodes,
	    .count = r->count,
	    .source = r->source,
	    .unescaped = unescaped,
	    .names = names,
	    .name_count = (uint32_t)r->own_names.count,
	    .no_companions = !r->companions,
	    .root = root_listed(r),
	    .root_count = r->nodes[0].kind == NODE_OBJECT ? r->nodes[0].len : 0,
	    .root_bits = r->root_bits,
	};
}

static bool read_document(struct reading *r, doc *out)
{
	json_structure found;
	const char *unescaped = NULL;
	if (!json_structure_find(r->source, r->size, &found)) return false;
	r->at = found.at;
	r->end = found.at + found.count;
	r->nodes = nodes_for(r->arena, found.count);
	pass_backslashes(r, 0);
	if (!read_tree(r) || !decode_escapes(r, &unescaped)) return false;
	*out = reading_doc(r, unescaped);
	return true;
}

bool json_parse(arena *a, text source, text file, issues *sink, doc *out)
{
	if (source.len > BODY_BYTES_MAX) {
		text limit = text_format(a, "%lld", (long long)BODY_BYTES_MAX);
		return issue_at(sink, FAIL_JSON_SIZE, (place){.file = file}, limit, TEXT(""), TEXT(""));
	}
	struct reading r = {
	    .arena = a, .source = source.at, .size = (uint32_t)source.len, .escaped = NO_NODE, .names_full_at = -1};
	arena_mark before = arena_here(a);
	bool good = read_document(&r, out);
	json_structure_done();
	if (good) return true;
	arena_rewind(a, before);
	bool careful = json_careful(a, source, file, r.names_full_at, sink);
	assert(!careful); /* else the two readers disagree */
	return false;
}

bool json_parse_resource(arena *a, text source, text file, issues *sink, doc *out)
{
	doc d = {0};
	if (!json_parse(a, source, file, sink, &d)) return false;
	assert(d.nodes);
	place start = {.file = file, .line = 1, .column = 1};
	text name = doc_type(&d);
	if (d.nodes[0].kind != NODE_OBJECT || name.len == 0)
		return issue_at(sink, FAIL_FHIR_TYPE_MISSING, start, TEXT(""), TEXT(""), TEXT(""));
	type_id type = type_find(name);
	if (type == 0 || type_kind_of(type) != TYPE_RESOURCE || type_is_abstract(type))
		return issue_at(sink, FAIL_FHIR_TYPE_UNKNOWN, start, name, TEXT(""), TEXT(""));
	*out = d;
	out->type = type;
	return true;
}
