/* read.c: typed reading of an entry's keys, with file and line in the issue where something is wrong. */
#include "content/internal.h"

place content_place(const content_entry *e, uint32_t node)
{
	bool known = node < e->d->count;
	return (place){.file = e->file, .line = known ? e->lines[node] : 0, .column = known ? e->columns[node] : 0};
}

uint32_t content_get(const content_entry *e, uint32_t object, const char *key)
{
	const node *nodes = e->d->nodes;
	if (nodes[object].kind != NODE_OBJECT) return NODE_ABSENT;
	text wanted = text_of(key);
	for (uint32_t i = object + 1; i < nodes[object].next; i = nodes[i].next)
		if (text_equal(name_text(e->d, nodes[i].name), wanted))
			return nodes[i].kind == NODE_NULL ? NODE_ABSENT : i;
	return NODE_ABSENT;
}

static place place_of_key(const content_entry *e, uint32_t node, const char *key)
{
	place at = content_place(e, node);
	at.path = text_of(key);
	return at;
}

/* The key's node; NODE_ABSENT with an issue where it is required and missing. */
static uint32_t wanted(const content_entry *e, uint32_t object, const char *key, bool required, issues *sink)
{
	uint32_t n = content_get(e, object, key);
	if (n == NODE_ABSENT && required) {
		place at = content_place(e, object);
		issue_at(sink, FAIL_CONTENT_MISSING, at, text_of(key), TEXT(""), TEXT(""));
	}
	return n;
}

bool content_text(const content_entry *e, uint32_t object, const char *key, bool required, text *out, issues *sink)
{
	*out = (text){0};
	uint32_t n = wanted(e, object, key, required, sink);
	if (n == NODE_ABSENT) return !required;
	node_kind kind = (node_kind)e->d->nodes[n].kind;
	if (kind != NODE_STRING && kind != NODE_NUMBER)
		return issue_at(sink, FAIL_CONTENT_NOT_TEXT, content_place(e, n), text_of(key), TEXT(""), TEXT(""));
	*out = text_trim(doc_text(e->d, n));
	if (out->len == 0 && required)
		return issue_at(sink, FAIL_CONTENT_MISSING, content_place(e, n), text_of(key), TEXT(""), TEXT(""));
	return true;
}

bool content_int(const content_entry *e, uint32_t object, const char *key, bool required, int64_t *out, issues *sink)
{
	*out = 0;
	uint32_t n = wanted(e, object, key, required, sink);
	if (n == NODE_ABSENT) return !required;
	if (e->d->nodes[n].kind == NODE_NUMBER && text_to_int(doc_text(e->d, n), out)) return true;
	return issue_at(sink, FAIL_CONTENT_NOT_INT, content_place(e, n), text_of(key), TEXT(""), TEXT(""));
}

bool content_date(const content_entry *e, uint32_t object, const char *key, bool required, day *out, issues *sink)
{
	*out = DAY_NONE;
	uint32_t n = wanted(e, object, key, required, sink);
	if (n == NODE_ABSENT) return !required;
	if (e->d->nodes[n].kind == NODE_STRING && day_parse(doc_text(e->d, n), out)) return true;
	return issue_at(sink, FAIL_CONTENT_NOT_DATE, content_place(e, n), text_of(key), TEXT(""), TEXT(""));
}

static text listed(arena *a, const char *const *words)
{
	buffer b = {.arena = a};
	for (int i = 0; words[i]; i++) {
		if (i) buffer_add(&b, TEXT(", "));
		buffer_add(&b, text_of(words[i]));
	}
	return buffer_text(&b);
}

static int position(const char *const *words, text t)
{
	for (int i = 0; words[i]; i++)
		if (text_equal(text_of(words[i]), t)) return i;
	return -1;
}

bool content_keys(const content_entry *e, uint32_t object, const char *const *keys, issues *sink)
{
	const node *nodes = e->d->nodes;
	if (nodes[object].kind != NODE_OBJECT)
		return issue_at(sink, FAIL_CONTENT_NOT_MAP, content_place(e, object),
				name_text(e->d, nodes[object].name), TEXT(""), TEXT(""));
	bool fine = true;
	for (uint32_t i = object + 1; i < nodes[object].next; i = nodes[i].next) {
		text key = name_text(e->d, nodes[i].name);
		if (position(keys, key) >= 0) continue;
		place at = content_place(e, i);
		at.column = 0; /* the column known is the value's, and it is the key that is wrong */
		fine = issue_at(sink, FAIL_CONTENT_KEY, at, key, listed(sink->arena, keys), TEXT(""));
	}
	return fine;
}

/* NOLINTNEXTLINE(readability-function-size): the readers of keys share one form */
bool content_choice(const content_entry *e, uint32_t object, const char *key, const char *const *choices, int none,
		    int *out, issues *sink)
{
	*out = none;
	text t;
	if (!content_text(e, object, key, none < 0, &t, sink)) return false;
	if (t.len == 0) return true;
	*out = position(choices, t);
	if (*out >= 0) return true;
	place at = content_place(e, content_get(e, object, key));
	return issue_at(sink, FAIL_CONTENT_CHOICE, at, text_of(key), t, listed(sink->arena, choices));
}

/* NOLINTNEXTLINE(readability-function-size): the same */
int content_list(image *m, const content_entry *e, uint32_t object, const char *key, bool required, uint32_t **out,
		 issues *sink)
{
	*out = NULL;
	uint32_t n = wanted(e, object, key, required, sink);
	if (n == NODE_ABSENT) return required ? -1 : 0;
	const node *nodes = e->d->nodes;
	bool many = nodes[n].kind == NODE_ARRAY;
	uint32_t *items = ARENA_ARRAY(m->arena, uint32_t, many ? nodes[n].len + 1 : 1);
	int count = 0;
	if (!many) items[count++] = n;
	for (uint32_t i = n + 1; many && i < nodes[n].next; i = nodes[i].next) items[count++] = i;
	*out = items;
	return count;
}

/* NOLINTNEXTLINE(readability-function-size): the same */
bool content_both(const content_entry *e, uint32_t object, const char *key, bool required, text *da, text *en,
		  issues *sink)
{
	static const char *const keys[] = {"da", "en", NULL};
	*da = *en = (text){0};
	uint32_t n = wanted(e, object, key, required, sink);
	if (n == NODE_ABSENT) return !required;
	if (!content_keys(e, n, keys, sink)) return false;
	bool fine = content_text(e, n, "da", true, da, sink);
	return content_text(e, n, "en", true, en, sink) && fine;
}

const path *content_path_of(image *m, const content_entry *e, uint32_t node, type_id context, issues *sink)
{
	const char *key = text_z(sink->arena, name_text(e->d, e->d->nodes[node].name));
	if (e->d->nodes[node].kind != NODE_STRING && e->d->nodes[node].kind != NODE_NUMBER) {
		issue_at(sink, FAIL_CONTENT_NOT_TEXT, content_place(e, node), text_of(key), TEXT(""), TEXT(""));
		return NULL;
	}
	issues found = {.arena = sink->arena};
	const path *compiled = path_compile(m->arena, text_trim(doc_text(e->d, node)), context, &m->constants, &found);
	for (const issue *i = found.first; i; i = i->next) {
		place at = place_of_key(e, node, key);
		/* A text on one line: the column in the file. Else the column in the expression. */
		if (i->place.column) at.column = (at.column ? at.column - 1 : 0) + i->place.column;
		issue_at(sink, i->code, at, i->args[0], i->args[1], i->args[2]);
	}
	return found.errors ? NULL : compiled;
}

/* NOLINTNEXTLINE(readability-function-size): the readers of keys share one form */
const path *content_path(image *m, const content_entry *e, uint32_t object, const char *key, bool required,
			 type_id context, issues *sink)
{
	uint32_t n = wanted(e, object, key, required, sink);
	return n == NODE_ABSENT ? NULL : content_path_of(m, e, n, context, sink);
}
