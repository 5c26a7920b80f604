/* image.c: files to one checked, hashed, immutable image. */
#include "content/internal.h"

enum { KINDS_MAX = 32, KEYS_MAX = 48 };

static content_kind kinds[KINDS_MAX];
static int kind_count;

typedef struct image_shelf {
	struct image_shelf *next;
	const char *name;
	void *what;
} image_shelf;

/* Loading: the image under construction and all that was read for it. */
typedef struct loading {
	image *image;
	issues *sink;
	content_entry **entries;
	int count, cap;
	int layer;
} loading;

static content_kind *kind_named(text name)
{
	for (int i = 0; i < kind_count; i++)
		if (text_equal(text_of(kinds[i].name), name)) return &kinds[i];
	return NULL;
}

void content_register(const content_kind *k)
{
	if (kind_count == 0) kinds[kind_count++] = *holiday_kind();
	content_kind *known = kind_named(text_of(k->name));
	assert(known || kind_count < KINDS_MAX);
	if (!known) known = &kinds[kind_count++];
	*known = *k;
}

void image_keep(image *m, const char *name, void *what)
{
	for (image_shelf *s = m->shelves; s; s = s->next)
		if (strcmp(s->name, name) == 0) {
			s->what = what;
			return;
		}
	image_shelf *made = ARENA_NEW(m->arena, image_shelf);
	*made = (image_shelf){.next = m->shelves, .name = name, .what = what};
	m->shelves = made;
}

void *image_kept(const image *m, const char *name)
{
	for (const image_shelf *s = m->shelves; s; s = s->next)
		if (strcmp(s->name, name) == 0) return s->what;
	return NULL;
}

/* ---- reading files to entries ---- */

static bool id_valid(text id)
{
	if (id.len == 0 || id.len > 120) return false;
	for (int64_t i = 0; i < id.len; i++) {
		unsigned char c = (unsigned char)id.at[i];
		bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
			    c == '.' || c >= 0x80;
		if (!fine) return false;
	}
	return true;
}

static text known_kinds(arena *a)
{
	buffer b = {.arena = a};
	for (int i = 0; i < kind_count; i++) buffer_format(&b, "%s%s", i ? ", " : "", kinds[i].name);
	return buffer_text(&b);
}

static void keep_entry(loading *l, const content_entry *e)
{
	if (l->count == l->cap) l->entries = ARENA_DOUBLE(l->image->arena, content_entry *, l->entries, &l->cap, 64);
	content_entry *kept = ARENA_NEW(l->image->arena, content_entry);
	*kept = *e;
	l->entries[l->count++] = kept;
}

static bool entry_add(loading *l, const content_file *f, const yaml_tree *tree, uint32_t n)
{
	content_entry e = {.file = f->name,
			   .d = tree->d,
			   .node = n,
			   .lines = tree->lines,
			   .columns = tree->columns,
			   .layer = l->layer};
	const node *nodes = tree->d->nodes;
	place at = content_place(&e, n);
	if (nodes[n].kind != NODE_OBJECT || nodes[n].len == 0)
		return issue_at(l->sink, FAIL_CONTENT_NO_ENTRY, at, TEXT(""), TEXT(""), TEXT(""));
	uint32_t first = n + 1;
	e.kind = name_text(tree->d, nodes[first].name);
	const content_kind *kind = kind_named(e.kind);
	if (!kind) return issue_at(l->sink, FAIL_CONTENT_KIND, at, e.kind, known_kinds(l->sink->arena), TEXT(""));
	if (nodes[first].kind == NODE_STRING || nodes[first].kind == NODE_NUMBER) e.id = doc_text(tree->d, first);
	if (!id_valid(e.id))
		return issue_at(l->sink, FAIL_CONTENT_ID, content_place(&e, first), e.id, TEXT(""), TEXT(""));
	if (l->count == CONTENT_ENTRIES_MAX)
		return issue_at(l->sink, FAIL_CONTENT_TOO_MANY, at,
				text_format(l->sink->arena, "%d", CONTENT_ENTRIES_MAX), TEXT(""), TEXT(""));
	const char *allowed[KEYS_MAX] = {kind->name};
	int count = 1;
	for (; kind->keys[count - 1]; count++) {
		assert(count < KEYS_MAX - 1);
		allowed[count] = kind->keys[count - 1];
	}
	bool fine = content_keys(&e, n, allowed, l->sink);
	keep_entry(l, &e);
	return fine;
}

/* A file holds one entry, several documents (---), or a list of entries. */
static void file_read(loading *l, const content_file *f)
{
	yaml_tree tree;
	if (!yaml_read(l->image->arena, f->name, f->source, l->sink, &tree)) return;
	const node *nodes = tree.d->nodes;
	for (uint32_t i = 1; i < nodes[0].next; i = nodes[i].next) {
		if (nodes[i].kind == NODE_NULL) continue; /* a document of comments only */
		if (nodes[i].kind != NODE_ARRAY) {
			entry_add(l, f, &tree, i);
			continue;
		}
		for (uint32_t n = i + 1; n < nodes[i].next; n = nodes[n].next) entry_add(l, f, &tree, n);
	}
}

/* ---- layers ---- */

static int entry_order(const content_entry *x, const content_entry *y)
{
	int by_kind = text_compare(x->kind, y->kind);
	if (by_kind) return by_kind;
	return text_compare(x->id, y->id);
}

static int by_kind_id_layer(const void *xp, const void *yp)
{
	const content_entry *x = *(content_entry *const *)xp, *y = *(content_entry *const *)yp;
	int order = entry_order(x, y);
	return order ? order : x->layer - y->layer;
}

static void say_duplicate(loading *l, const content_entry *again, const content_entry *first)
{
	text what = text_format(l->sink->arena, "%.*s: %.*s", TEXT_ARG(again->kind), TEXT_ARG(again->id));
	text where = text_format(l->sink->arena, "%.*s:%d", TEXT_ARG(first->file), first->lines[first->node]);
	issue_at(l->sink, FAIL_CONTENT_DUPLICATE, content_place(again, again->node), what, where, TEXT(""));
}

/* Sorts the entries and lets a later layer replace an entry of the same kind and id. */
static void layers_merge(loading *l)
{
	image *m = l->image;
	if (l->count) qsort(l->entries, (size_t)l->count, sizeof(content_entry *), by_kind_id_layer);
	for (int i = 0; i < l->count; i++) {
		content_entry *e = l->entries[i], *last = m->count ? m->entries[m->count - 1] : NULL;
		if (!last || entry_order(last, e) != 0) {
			m->entries[m->count++] = e;
		} else if (last->layer == e->layer) {
			say_duplicate(l, e, last);
		} else {
			e->overridden = last;
			m->entries[m->count - 1] = e;
		}
	}
}

/* ---- compiling and checking ---- */

static void compile_all(image *m, issues *sink)
{
	for (int k = 0; k < kind_count; k++) {
		int before = sink->errors;
		for (int i = 0; i < m->count; i++) {
			content_entry *e = m->entries[i];
			if (!kinds[k].compile || !text_equal(e->kind, text_of(kinds[k].name))) continue;
			e->compiled = kinds[k].compile(m, e, sink);
		}
		/* What a floor makes of all entries of a kind presumes that each of them is sound. */
		if (kinds[k].ready && sink->errors == before) kinds[k].ready(m, sink);
		if (sink->errors > before) return;
	}
}

static void check_all(const image *m, issues *sink)
{
	for (int k = 0; k < kind_count; k++)
		for (int i = 0; kinds[k].check && i < m->count; i++)
			if (text_equal(m->entries[i]->kind, text_of(kinds[k].name)))
				kinds[k].check(m, m->entries[i], sink);
}

static bool is_of(text kind, const char *const *of)
{
	for (int i = 0; of && of[i]; i++)
		if (text_equal(kind, text_of(of[i]))) return true;
	return !of;
}

/* Over what was said, not how it was laid out: comments and indentation do not change it. */
digest content_digest(const image *m, const char *const *of, arena *a)
{
	digest all = digest_of(TEXT("limen content 1"));
	for (int i = 0; i < m->count; i++) {
		const content_entry *e = m->entries[i];
		if (!is_of(e->kind, of)) continue;
		arena_mark mark = arena_here(a);
		buffer b = {.arena = a};
		buffer_format(&b, "%.*s\n%.*s\n", TEXT_ARG(e->kind), TEXT_ARG(e->id));
		json_write(&b, e->d, e->node, JSON_COMPACT);
		all = digest_pair(all, digest_of(buffer_text(&b)));
		arena_rewind(a, mark);
	}
	return all;
}

static void constants_set(image *m)
{
	static const text limen = {"urn:limen:", sizeof "urn:limen:" - 1};
	m->constants = (map){.arena = m->arena};
	map_put(&m->constants, TEXT("limen"), (int64_t)(intptr_t)&limen);
}

image *content_load(const content_file *shipped, int shipped_count, const content_file *own, int own_count,
		    issues *sink)
{
	if (kind_count == 0) kinds[kind_count++] = *holiday_kind();
	arena *a = arena_new(PROCESS_ARENA_MAX);
	image *m = ARENA_NEW(a, image);
	m->arena = a;
	constants_set(m);
	loading l = {.image = m, .sink = sink};
	int before = sink->errors;
	for (int i = 0; i < shipped_count; i++) file_read(&l, &shipped[i]);
	l.layer = 1;
	for (int i = 0; i < own_count; i++) file_read(&l, &own[i]);
	m->entries = ARENA_ARRAY(a, content_entry *, l.count + 1);
	layers_merge(&l);
	m->listed = ARENA_ARRAY(a, const content_entry *, m->count + 1);
	for (int i = 0; i < m->count; i++) m->listed[i] = m->entries[i];
	m->calendar = ARENA_NEW(a, calendar);
	if (sink->errors == before) compile_all(m, sink);
	if (sink->errors == before) check_all(m, sink);
	if (sink->errors == before) {
		m->hash = content_digest(m, NULL, m->arena);
		return m;
	}
	arena_free(a);
	return NULL;
}

void content_free(image *m)
{
	if (m) arena_free(m->arena);
}

/* ---- looking up ---- */

/* The first entry not before (kind, id). */
static int lower_bound(const image *m, text kind, text id)
{
	content_entry wanted = {.kind = kind, .id = id};
	int low = 0, high = m->count;
	while (low < high) {
		int middle = low + (high - low) / 2;
		if (entry_order(m->entries[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const content_entry *content_find(const image *m, text kind, text id)
{
	int at = lower_bound(m, kind, id);
	if (at == m->count) return NULL;
	const content_entry *e = m->entries[at];
	return text_equal(e->kind, kind) && text_equal(e->id, id) ? e : NULL;
}

int content_each(const image *m, text kind, const content_entry ***out)
{
	int from = lower_bound(m, kind, TEXT("")), to = from;
	while (to < m->count && text_equal(m->entries[to]->kind, kind)) to++;
	*out = m->listed + from;
	return to - from;
}
