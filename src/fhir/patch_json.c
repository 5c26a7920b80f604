/* patch_json.c: JSON Patch (RFC 6902) with JSON Pointers (RFC 6901). */
#include "fhir/patch_internal.h"

/* A place that a pointer names: a parent and what within it. Of the whole document the parent is NULL. */
typedef struct spot {
	text pointer;
	leaf *parent;
	text key;      /* in an object */
	int64_t index; /* in an array; its count for "-" and for the place behind the last */
	leaf *there;   /* NULL: nothing is there yet */
} spot;

/* ---- pointers ---- */

/* "~1" is a slash, "~0" a tilde; any other tilde is wrong. */
static bool token_read(patching *p, text raw, text *out)
{
	buffer b = {.arena = p->arena};
	for (int64_t i = 0; i < raw.len; i++) {
		char c = raw.at[i];
		if (c == '~') {
			if (i + 1 == raw.len || (raw.at[i + 1] != '0' && raw.at[i + 1] != '1')) return false;
			c = raw.at[++i] == '0' ? '~' : '/';
		}
		buffer_char(&b, c);
	}
	*out = buffer_text(&b);
	return true;
}

/* No leading zeros (RFC 6901 4); "-" is behind the last. */
static bool index_read(const leaf *array, text token, int64_t *out)
{
	*out = leaf_count(array);
	if (text_equal(token, TEXT("-"))) return true;
	for (int64_t i = 0; i < token.len; i++)
		if (token.at[i] < '0' || token.at[i] > '9') return false;
	if (token.len > 1 && token.at[0] == '0') return false;
	return text_to_int(token, out);
}

static bool step(patching *p, spot *s, text token, bool last)
{
	leaf *in = s->there;
	assert(in);
	s->parent = in;
	s->key = token;
	s->there = NULL;
	if (in->kind == NODE_OBJECT) {
		s->there = leaf_get(in, token);
	} else if (in->kind == NODE_ARRAY) {
		if (!index_read(in, token, &s->index) || s->index > leaf_count(in))
			return patch_issue(p, FAIL_PATCH_INDEX, s->pointer, token);
		s->there = leaf_at(in, s->index);
	} else {
		return patch_issue(p, FAIL_PATCH_NOWHERE, s->pointer, (text){0});
	}
	return last || s->there || patch_issue(p, FAIL_PATCH_NOWHERE, s->pointer, (text){0});
}

static bool find(patching *p, text pointer, spot *out)
{
	*out = (spot){.pointer = pointer, .there = p->root};
	if (pointer.len == 0) return true;
	if (pointer.at[0] != '/') return patch_issue(p, FAIL_PATCH_POINTER, pointer, (text){0});
	for (text_pair cut = text_cut(text_slice(pointer, 1, pointer.len), '/');; cut = text_cut(cut.tail, '/')) {
		text token;
		if (!token_read(p, cut.head, &token)) return patch_issue(p, FAIL_PATCH_POINTER, pointer, (text){0});
		if (!step(p, out, token, !cut.found)) return false;
		if (!cut.found) return true;
	}
}

static bool must_be_there(patching *p, const spot *s)
{
	return s->there || patch_issue(p, FAIL_PATCH_NOWHERE, s->pointer, (text){0});
}

/* ---- operations ---- */

static bool add(patching *p, const spot *s, leaf *value)
{
	/* Copying a value into itself again and again must not nest deeper than anybody reads. */
	if (s->parent && leaf_level(s->parent) + leaf_depth(value) >= JSON_DEPTH_MAX)
		return patch_issue(p, FAIL_PATCH_DEPTH, s->pointer, text_format(p->arena, "%d", JSON_DEPTH_MAX));
	if (!s->parent)
		p->root = value;
	else if (s->parent->kind == NODE_ARRAY)
		leaf_insert(s->parent, s->index, value);
	else
		leaf_put(s->parent, s->key, value);
	return true;
}

static void take_out(const spot *s)
{
	if (s->parent) leaf_cut(s->there); /* the whole document stays until something takes its place */
}

static void replace(patching *p, const spot *s, leaf *value)
{
	if (s->parent)
		leaf_replace(s->there, value);
	else
		p->root = value;
}

typedef struct json_operation {
	text op, path, from;
	uint32_t value; /* NODE_ABSENT: none */
} json_operation;

static bool move_or_copy(patching *p, const json_operation *o)
{
	spot from, to;
	bool moves = text_equal(o->op, TEXT("move"));
	if (!find(p, o->from, &from) || !must_be_there(p, &from)) return false;
	text below = text_join(p->arena, o->from, TEXT("/"));
	if (moves && text_equal(o->from, o->path)) return true;
	if (moves && text_starts(o->path, below)) return patch_issue(p, FAIL_PATCH_WITHIN, o->from, o->path);
	leaf *value = moves ? from.there : leaf_copy(p->arena, from.there);
	if (moves) take_out(&from);
	return find(p, o->path, &to) && add(p, &to, value);
}

static bool run(patching *p, const doc *patch, const json_operation *o)
{
	spot s;
	bool adds = text_equal(o->op, TEXT("add")), replaces = text_equal(o->op, TEXT("replace"));
	bool tests = text_equal(o->op, TEXT("test"));
	if (text_equal(o->op, TEXT("move")) || text_equal(o->op, TEXT("copy"))) return move_or_copy(p, o);
	if (!find(p, o->path, &s) || (!adds && !must_be_there(p, &s))) return false;
	leaf *value = o->value ? leaf_grow(p->arena, patch, o->value, NULL) : NULL;
	if (adds) return add(p, &s, value);
	if (replaces)
		replace(p, &s, value);
	else if (tests)
		return leaf_equal(s.there, value) || patch_issue(p, FAIL_PATCH_TEST, s.pointer, (text){0});
	else if (!s.parent)
		return patch_issue(p, FAIL_PATCH_WHOLE, (text){0}, (text){0});
	else
		take_out(&s);
	return true;
}

/* ---- reading the document ---- */

static bool member(patching *p, const doc *d, uint32_t n, const char *name, text *out)
{
	uint32_t at = doc_get(d, n, doc_name(d, text_of(name)));
	if (!at || d->nodes[at].kind != NODE_STRING) return patch_issue(p, FAIL_PATCH_MEMBER, text_of(name), (text){0});
	*out = doc_text(d, at);
	return true;
}

static bool operation_read(patching *p, const doc *d, uint32_t n, json_operation *out)
{
	static const struct {
		const char *op;
		bool value, from;
	} known[] = {{"add", true, false},  {"remove", false, false}, {"replace", true, false},
		     {"move", false, true}, {"copy", false, true},    {"test", true, false}};
	*out = (json_operation){0};
	if (d->nodes[n].kind != NODE_OBJECT) return patch_issue(p, FAIL_PATCH_MEMBER, TEXT("op"), (text){0});
	if (!member(p, d, n, "op", &out->op) || !member(p, d, n, "path", &out->path)) return false;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (!text_equal(out->op, text_of(known[i].op))) continue;
		name_id value = doc_name(d, TEXT("value"));
		out->value = known[i].value && value ? doc_get(d, n, value) : NODE_ABSENT;
		if (known[i].value && !out->value) return patch_issue(p, FAIL_PATCH_MEMBER, TEXT("value"), (text){0});
		return !known[i].from || member(p, d, n, "from", &out->from);
	}
	return patch_issue(p, FAIL_PATCH_OPERATION, out->op, TEXT("add, remove, replace, move, copy, test"));
}

bool patch_json(patching *p, const doc *d)
{
	if (d->nodes[0].len > PATCH_OPERATIONS_MAX)
		return issue_add(p->sink, FAIL_PATCH_MANY, text_format(p->arena, "%d", PATCH_OPERATIONS_MAX), TEXT(""));
	for (uint32_t i = 1; i < d->nodes[0].next; i = d->nodes[i].next, p->operation++) {
		json_operation o;
		if (!operation_read(p, d, i, &o) || !run(p, d, &o)) return false;
	}
	return true;
}
