/* competence.c: the content kinds "competence" and "delegation": what somebody is able to, and what a doctor may leave to them, by name.
 * A wider competence includes narrower ones. */
#include "work/internal.h"

enum { INCLUDES_MAX = 20 };

typedef struct competence {
	text da, en;
	const text *includes;
	int include_count;
} competence;

static void *compile(image *m, const content_entry *e, issues *sink)
{
	competence *c = ARENA_NEW(m->arena, competence);
	text note_da, note_en, source;
	uint32_t *nodes;
	bool fine = content_text(e, e->node, "da", true, &c->da, sink) &&
		    content_text(e, e->node, "en", true, &c->en, sink) &&
		    content_both(e, e->node, "note", false, &note_da, &note_en, sink) &&
		    content_text(e, e->node, "source", false, &source, sink);
	int count = fine ? content_list(m, e, e->node, "includes", false, &nodes, sink) : -1;
	if (count < 0) return NULL;
	text *includes = ARENA_ARRAY(m->arena, text, count + 1);
	for (int i = 0; i < count; i++) includes[i] = doc_text(e->d, nodes[i]);
	c->includes = includes;
	c->include_count = count;
	return c;
}

/* What is included must be there. */
static bool check(const image *m, const content_entry *e, issues *sink)
{
	const competence *c = e->compiled;
	for (int i = 0; i < c->include_count; i++)
		if (!content_find(m, e->kind, c->includes[i]) || text_equal(c->includes[i], e->id))
			return issue_at(sink, FAIL_WORK_KIND_UNKNOWN,
					content_place(e, content_get(e, e->node, "includes")), TEXT("includes"),
					c->includes[i], TEXT(""));
	return true;
}

void competence_content(void)
{
	static const char *const competence_keys[] = {"competence", "da", "en", "includes", "note", "source", NULL};
	static const char *const delegation_keys[] = {"delegation", "da", "en", "note", "source", NULL};
	content_register(
	    &(content_kind){.name = "competence", .keys = competence_keys, .compile = compile, .check = check});
	content_register(&(content_kind){.name = "delegation", .keys = delegation_keys, .compile = compile});
}

text competence_word(const image *m, const char *kind, text id, language lang)
{
	const content_entry *e = content_find(m, text_of(kind), id);
	const competence *c = e ? e->compiled : NULL;
	if (!c) return id;
	return lang == LANGUAGE_EN ? c->en : c->da;
}

/* As deep as there are steps from the widest to the narrowest; no further than INCLUDES_MAX, so that a ring ends. */
static bool includes(const image *m, text wider, text narrower, int depth)
{
	const content_entry *e = content_find(m, TEXT("competence"), wider);
	const competence *c = e ? e->compiled : NULL;
	for (int i = 0; c && depth < INCLUDES_MAX && i < c->include_count; i++)
		if (text_equal(c->includes[i], narrower) || includes(m, c->includes[i], narrower, depth + 1))
			return true;
	return false;
}

bool competence_includes(const image *m, text wider, text narrower)
{
	return text_equal(wider, narrower) || includes(m, wider, narrower, 0);
}
