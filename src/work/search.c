/* search.c: Limen's own search parameters out of content (kind "search"), handed to the record before it opens. */
#include "work/internal.h"

static const char *const search_keys[] = {"search", "on", "code", "kind", "da", "en", "expression", NULL};
static const char *const kind_words[] = {"number",    "date",     "string", "token",   "reference",
					 "composite", "quantity", "uri",    "special", NULL};

static void *compile_search(image *m, const content_entry *e, issues *sink)
{
	own_search *s = ARENA_NEW(m->arena, own_search);
	text da, en;
	int kind;
	if (!content_text(e, e->node, "on", true, &s->type, sink) ||
	    !content_text(e, e->node, "code", true, &s->code, sink) ||
	    !content_choice(e, e->node, "kind", kind_words, -1, &kind, sink) ||
	    !content_text(e, e->node, "da", true, &da, sink) || !content_text(e, e->node, "en", true, &en, sink))
		return NULL;
	s->kind = (search_kind)kind;
	type_id type = type_find(s->type);
	if (!type || type_kind_of(type) != TYPE_RESOURCE) {
		issue_at(sink, FAIL_WORK_KIND_VALUE, content_place(e, content_get(e, e->node, "on")), TEXT("on"),
			 s->type, TEXT("a resource type"));
		return NULL;
	}
	if (!content_path(m, e, e->node, "expression", true, type, sink)) return NULL;
	content_text(e, e->node, "expression", true, &s->expression, sink);
	return s;
}

void search_content(void)
{
	content_register(&(content_kind){.name = "search", .keys = search_keys, .compile = compile_search});
}

/* The record keeps the rows for the life of the process, an image may go before: so they are copied, and each once. */
enum { KEPT_MAX = 128 };
static struct kept_searches {
	arena *arena;
	own_search at[KEPT_MAX];
	int count;
} kept;

static bool is_kept(const own_search *s)
{
	for (int i = 0; i < kept.count; i++) {
		const own_search *k = &kept.at[i];
		if (text_equal(k->type, s->type) && text_equal(k->code, s->code) &&
		    text_equal(k->expression, s->expression) && k->kind == s->kind)
			return true;
	}
	return false;
}

void search_register(const image *m)
{
	const content_entry **entries;
	int n = content_each(m, TEXT("search"), &entries);
	if (!kept.arena) kept.arena = arena_new(MIB);
	for (int i = 0; i < n; i++) {
		const own_search *s = entries[i]->compiled;
		if (is_kept(s)) continue;
		assert(kept.count < KEPT_MAX);
		own_search *copy = &kept.at[kept.count++];
		*copy = (own_search){.type = text_copy(kept.arena, s->type),
				     .code = text_copy(kept.arena, s->code),
				     .expression = text_copy(kept.arena, s->expression),
				     .kind = s->kind};
		record_own_search(copy, 1);
	}
}
