/* diff.c: what one entry says otherwise than another: key by key, whatever their order; the items of a list by their name where they have
 * one, else those that are alike first. */
#include "content/internal.h"

typedef struct differ {
	arena *arena;
	const content_entry *before, *after;
	content_change *at;
	int count, cap;
} differ;

/* ---- values as they are written ---- */

/* A text that would read as something else is quoted; lines that were folded are one. */
static void flow_text(buffer *b, const node *n, text t)
{
	int64_t ignored;
	static const char *const words[] = {"", "~", "null", "true", "false", NULL};
	bool quoted = n->kind == NODE_STRING && text_to_int(t, &ignored);
	for (int i = 0; words[i] && n->kind == NODE_STRING; i++) quoted = quoted || text_equal(t, text_of(words[i]));
	if (quoted) buffer_char(b, '"');
	for (int64_t i = 0; i < t.len; i++)
		if (t.at[i] != '\n')
			buffer_char(b, t.at[i]);
		else if (i + 1 < t.len)
			buffer_char(b, ' ');
	if (quoted) buffer_char(b, '"');
}

static void flow(buffer *b, const doc *d, uint32_t n)
{
	const node *at = &d->nodes[n];
	bool list = at->kind == NODE_ARRAY;
	if (at->kind == NODE_NULL) buffer_char(b, '~');
	if (at->kind == NODE_TRUE || at->kind == NODE_FALSE)
		buffer_add(b, at->kind == NODE_TRUE ? TEXT("true") : TEXT("false"));
	if (at->kind == NODE_STRING || at->kind == NODE_NUMBER) flow_text(b, at, doc_text(d, n));
	if (!list && at->kind != NODE_OBJECT) return;
	buffer_add(b, list ? TEXT("[") : TEXT("{"));
	for (uint32_t i = n + 1; i < at->next; i = d->nodes[i].next) {
		buffer_add(b, i == n + 1 ? TEXT(" ") : TEXT(", "));
		if (!list) buffer_format(b, "%.*s: ", TEXT_ARG(name_text(d, d->nodes[i].name)));
		flow(b, d, i);
	}
	buffer_add(b, list ? TEXT(" ]") : TEXT(" }"));
}

static text flowed(arena *a, const doc *d, uint32_t n)
{
	buffer b = {.arena = a};
	if (n == NODE_ABSENT) return (text){0};
	flow(&b, d, n);
	return buffer_text(&b);
}

static void note(differ *x, text where, uint32_t before, uint32_t after)
{
	if (x->count == x->cap) x->at = ARENA_DOUBLE(x->arena, content_change, x->at, &x->cap, 16);
	x->at[x->count++] = (content_change){.where = where,
					     .before = flowed(x->arena, x->before->d, before),
					     .after = flowed(x->arena, x->after->d, after)};
}

static void note_order(differ *x, text where)
{
	note(x, where, NODE_ABSENT, NODE_ABSENT);
	x->at[x->count - 1].reordered = true;
}

/* ---- lists ---- */

typedef struct items {
	const doc *d;
	uint32_t *at;
	int *pair; /* the item of the other list that it is compared with, or -1 */
	int count;
} items;

static items items_of(arena *a, const doc *d, uint32_t n)
{
	items l = {.d = d, .at = ARENA_ARRAY(a, uint32_t, d->nodes[n].len + 1)};
	for (uint32_t i = n + 1; i < d->nodes[n].next; i = d->nodes[i].next) l.at[l.count++] = i;
	l.pair = ARENA_ARRAY(a, int, l.count + 1);
	for (int i = 0; i < l.count; i++) l.pair[i] = -1;
	return l;
}

static text named(const items *l, int i, const char *key)
{
	uint32_t n = l->at[i];
	if (l->d->nodes[n].kind != NODE_OBJECT) return (text){0};
	for (uint32_t k = n + 1; k < l->d->nodes[n].next; k = l->d->nodes[k].next)
		if (text_equal(name_text(l->d, l->d->nodes[k].name), text_of(key))) return doc_text(l->d, k);
	return (text){0};
}

static bool names_all(arena *a, const items *l, const char *key)
{
	map seen = {.arena = a};
	for (int i = 0; i < l->count; i++) {
		text name = named(l, i, key);
		if (name.len == 0 || map_get_or(&seen, name, 0)) return false;
		map_put(&seen, name, 1);
	}
	return true;
}

/* The key by which every item of both lists is told from the others; NULL: none. */
static const char *name_key(arena *a, const items *x, const items *y)
{
	static const char *const keys[] = {"name", "fact", "field", "code", "id", "from", "is", NULL};
	for (int i = 0; keys[i]; i++)
		if (names_all(a, x, keys[i]) && names_all(a, y, keys[i])) return keys[i];
	return NULL;
}

static void pair_up(items *x, int i, items *y, int k)
{
	x->pair[i] = k;
	y->pair[k] = i;
}

static void pair_named(arena *a, items *x, items *y, const char *key)
{
	int64_t k;
	map there = {.arena = a};
	for (int i = 0; i < y->count; i++) map_put(&there, named(y, i, key), i);
	for (int i = 0; i < x->count; i++)
		if (map_get(&there, named(x, i, key), &k)) pair_up(x, i, y, (int)k);
}

static int next_free(const items *l, int from)
{
	while (from < l->count && l->pair[from] >= 0) from++;
	return from;
}

/* Those alike first; where as many are left on both sides, those by turns. */
static void pair_alike(items *x, items *y)
{
	int left = x->count, other = y->count;
	for (int i = 0; i < x->count; i++)
		for (int k = 0; k < y->count && x->pair[i] < 0; k++)
			if (y->pair[k] < 0 && doc_equal(x->d, x->at[i], y->d, y->at[k])) {
				pair_up(x, i, y, k);
				left--;
				other--;
			}
	if (left != other) return;
	for (int i = next_free(x, 0), k = next_free(y, 0); i < x->count; i = next_free(x, i), k = next_free(y, k))
		pair_up(x, i, y, k);
}

static bool in_order(const items *x)
{
	int last = -1;
	for (int i = 0; i < x->count; i++) {
		if (x->pair[i] < 0) continue;
		if (x->pair[i] < last) return false;
		last = x->pair[i];
	}
	return true;
}

static text item_where(differ *x, text list, const items *l, int i, const char *key)
{
	text name = key ? named(l, i, key) : (text){0};
	if (key) return text_format(x->arena, "%.*s[%.*s]", TEXT_ARG(list), TEXT_ARG(name));
	return text_format(x->arena, "%.*s[%d]", TEXT_ARG(list), i + 1);
}

static void compare(differ *x, text where, uint32_t before, uint32_t after);

static void compare_lists(differ *x, text where, uint32_t before, uint32_t after)
{
	items was = items_of(x->arena, x->before->d, before), is = items_of(x->arena, x->after->d, after);
	const char *key = name_key(x->arena, &was, &is);
	if (key)
		pair_named(x->arena, &was, &is, key);
	else
		pair_alike(&was, &is);
	for (int i = 0; i < was.count; i++) {
		text at = item_where(x, where, &was, i, key);
		if (was.pair[i] < 0)
			note(x, at, was.at[i], NODE_ABSENT);
		else
			compare(x, at, was.at[i], is.at[was.pair[i]]);
	}
	for (int i = 0; i < is.count; i++)
		if (is.pair[i] < 0) note(x, item_where(x, where, &is, i, key), NODE_ABSENT, is.at[i]);
	if (!in_order(&was)) note_order(x, where);
}

/* ---- mappings ---- */

static text key_where(differ *x, text where, text key)
{
	return where.len ? text_format(x->arena, "%.*s.%.*s", TEXT_ARG(where), TEXT_ARG(key)) : key;
}

static void compare_maps(differ *x, text where, uint32_t before, uint32_t after)
{
	const doc *was = x->before->d, *is = x->after->d;
	for (uint32_t i = before + 1; i < was->nodes[before].next; i = was->nodes[i].next) {
		text key = name_text(was, was->nodes[i].name);
		if (was->nodes[i].kind == NODE_NULL) continue; /* a key without a value is not there */
		uint32_t other = content_get(x->after, after, text_z(x->arena, key));
		if (other == NODE_ABSENT)
			note(x, key_where(x, where, key), i, NODE_ABSENT);
		else
			compare(x, key_where(x, where, key), i, other);
	}
	for (uint32_t i = after + 1; i < is->nodes[after].next; i = is->nodes[i].next) {
		text key = name_text(is, is->nodes[i].name);
		if (is->nodes[i].kind == NODE_NULL) continue;
		if (content_get(x->before, before, text_z(x->arena, key)) == NODE_ABSENT)
			note(x, key_where(x, where, key), NODE_ABSENT, i);
	}
}

static void compare(differ *x, text where, uint32_t before, uint32_t after)
{
	int was = x->before->d->nodes[before].kind, is = x->after->d->nodes[after].kind;
	if (was == NODE_OBJECT && is == NODE_OBJECT)
		compare_maps(x, where, before, after);
	else if (was == NODE_ARRAY && is == NODE_ARRAY)
		compare_lists(x, where, before, after);
	else if (was != is ||
		 !text_equal(text_trim(doc_text(x->before->d, before)), text_trim(doc_text(x->after->d, after))))
		note(x, where, before, after);
}

int content_changes(arena *a, const content_entry *before, const content_entry *after, content_change **out)
{
	differ x = {.arena = a, .before = before, .after = after};
	compare(&x, (text){0}, before->node, after->node);
	*out = x.at;
	return x.count;
}
