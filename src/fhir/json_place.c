/* From a check's path back to the text: which byte, which line and column. Only for what is wrong, so nothing is kept for it
 * while reading. */
#include "fhir/json.h"

/* ---- a path's element as a node ---- */

/* "value" is there as "valueQuantity": the first key that goes on in a capital letter. */
static uint32_t find_choice(const doc *d, uint32_t object, text name)
{
	for (uint32_t i = object + 1; i < d->nodes[object].next; i = d->nodes[i].next) {
		text key = name_text(d, d->nodes[i].name);
		bool longer = key.len > name.len && text_starts(key, name);
		if (longer && key.at[name.len] >= 'A' && key.at[name.len] <= 'Z') return i;
	}
	return NODE_ABSENT;
}

static uint32_t find_child(const doc *d, uint32_t object, text name)
{
	if (d->nodes[object].kind != NODE_OBJECT) return NODE_ABSENT;
	name_id id = doc_name(d, name);
	uint32_t found = doc_get(d, object, id);
	if (!found) found = find_choice(d, object, name);
	return found || id == NAME_NONE ? found : doc_get(d, object, name_companion(id));
}

static uint32_t find_item(const doc *d, uint32_t list, int64_t index)
{
	uint32_t i = list + 1, end = d->nodes[list].next;
	for (; i < end && index > 0; index--) i = d->nodes[i].next;
	return i < end ? i : NODE_ABSENT;
}

/* One name of a path, "name[2]" or "identifier:cpr[0]". */
typedef struct part {
	text name;
	int64_t index; /* -1: none */
} part;

static part part_of(text t)
{
	part p = {.index = -1};
	text_pair cut = text_cut(t, '[');
	p.name = text_cut(cut.head, ':').head;
	if (cut.found && !text_to_int(text_cut(cut.tail, ']').head, &p.index)) p.index = -1;
	return p;
}

static uint32_t find_part(const doc *d, uint32_t object, text t)
{
	part p = part_of(t);
	uint32_t n = find_child(d, object, p.name);
	if (!n || p.index < 0 || d->nodes[n].kind != NODE_ARRAY) return n;
	uint32_t item = find_item(d, n, p.index);
	return item ? item : n;
}

static uint32_t find_path(const doc *d, text path)
{
	uint32_t n = 0;
	for (text left = text_cut(path, '.').tail; left.len > 0;) {
		text_pair cut = text_cut(left, '.');
		uint32_t next = find_part(d, n, cut.head);
		if (!next) return n;
		n = next;
		left = cut.tail;
	}
	return n;
}

/* ---- a node's first byte ---- */

static int64_t pass_space(const char *s, int64_t at)
{
	while (json_space(s[at])) at++;
	return at;
}

/* Past the value at `at` of good JSON. */
static int64_t pass_value(const char *s, int64_t at)
{
	int depth = 0;
	for (;; at++) {
		if (s[at] == '"') {
			for (at++; s[at] != '"'; at++) at += s[at] == '\\';
			if (depth == 0) return at + 1;
		} else if (s[at] == '{' || s[at] == '[') {
			depth++;
		} else if (s[at] == '}' || s[at] == ']') {
			if (depth == 0) return at;
			if (--depth == 0) return at + 1;
		} else if (depth == 0 && (s[at] == ',' || json_space(s[at]))) {
			return at;
		}
	}
}

/* A string that had escapes lies decoded elsewhere: where it begins is found from the bracket around it. */
static int64_t find_escaped(const doc *d, uint32_t around, uint32_t n)
{
	const char *s = d->source;
	bool keys = d->nodes[around].kind == NODE_OBJECT;
	int64_t at = d->nodes[around].at;
	for (uint32_t i = around + 1;; i = d->nodes[i].next) {
		at = pass_space(s, at + 1); /* after the bracket or a comma */
		if (keys) at = pass_space(s, pass_space(s, pass_value(s, at)) + 1);
		if (i == n) return at;
		at = pass_space(s, pass_value(s, at));
	}
}

static uint32_t around_of(const doc *d, uint32_t n)
{
	uint32_t around = n - 1;
	while (d->nodes[around].kind < NODE_ARRAY || d->nodes[around].next <= n) around--;
	return around;
}

int64_t json_offset(const doc *d, text path)
{
	uint32_t n = find_path(d, path);
	const node *x = &d->nodes[n];
	if (n > 0 && x->flags & NODE_UNESCAPED) return find_escaped(d, around_of(d, n), n);
	return x->kind == NODE_STRING ? (int64_t)x->at - 1 : x->at;
}

/* ---- a byte's line ---- */

void json_locate(json_cursor *c, const doc *d, int64_t offset, place *out)
{
	if (offset < c->at) *c = (json_cursor){0};
	const char *next;
	while ((next = memchr(d->source + c->at, '\n', (size_t)(offset - c->at)))) {
		c->at = c->line_start = next - d->source + 1;
		c->line++;
	}
	c->at = offset;
	out->line = c->line + 1;
	out->column = offset - c->line_start + 1;
}
