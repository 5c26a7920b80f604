/* roles.c: what depends on the date, since organisation is dated: a department becomes part of a community, and its management another.
 * The content kind "role" says whose a task is; a kind's level may be rows of the same form. */
#include "work/internal.h"

static bool row_read(const content_entry *e, uint32_t n, role_row *row, issues *sink)
{
	static const char *const keys[] = {"from", "to", "is", "source", NULL};
	text source;
	bool fine = content_keys(e, n, keys, sink);
	fine = fine && content_date(e, n, "from", false, &row->from, sink);
	fine = fine && content_date(e, n, "to", false, &row->to, sink);
	fine = fine && content_text(e, n, "is", true, &row->role, sink);
	return fine && content_text(e, n, "source", true, &source, sink);
}

/* Each row begins where the one before it ended: there is always somebody. */
static bool rows_joined(const role_rule *r)
{
	bool fine = r->count > 0 && r->at[0].from == DAY_NONE && r->at[r->count - 1].to == DAY_NONE;
	for (int i = 1; i < r->count; i++)
		fine = fine && r->at[i - 1].to != DAY_NONE && r->at[i].from == r->at[i - 1].to + 1;
	return fine;
}

role_rule *rows_read(image *m, const content_entry *e, uint32_t n, issues *sink)
{
	const node *at = &e->d->nodes[n];
	role_rule *r = ARENA_NEW(m->arena, role_rule);
	if (at->kind != NODE_ARRAY) {
		r->at = ARENA_NEW(m->arena, role_row);
		r->at[r->count++] = (role_row){DAY_NONE, DAY_NONE, doc_text(e->d, n)};
		return r;
	}
	r->at = ARENA_ARRAY(m->arena, role_row, at->len + 1);
	for (uint32_t i = n + 1; i < at->next; i = e->d->nodes[i].next)
		if (!row_read(e, i, &r->at[r->count++], sink)) return NULL;
	if (rows_joined(r)) return r;
	issue_at(sink, FAIL_WORK_ROLE_ROWS, content_place(e, n), e->id, TEXT(""), TEXT(""));
	return NULL;
}

static void *compile(image *m, const content_entry *e, issues *sink)
{
	text da, en, note_da, note_en;
	bool fine = content_text(e, e->node, "da", true, &da, sink) &&
		    content_text(e, e->node, "en", true, &en, sink) &&
		    content_both(e, e->node, "note", false, &note_da, &note_en, sink);
	uint32_t rows = content_get(e, e->node, "rows");
	if (fine && (rows == NODE_ABSENT || e->d->nodes[rows].kind != NODE_ARRAY))
		fine =
		    issue_at(sink, FAIL_CONTENT_MISSING, content_place(e, e->node), TEXT("rows"), TEXT(""), TEXT(""));
	role_rule *r = fine ? rows_read(m, e, rows, sink) : NULL;
	for (int i = 0; r && i < r->count; i++)
		if (!role_words(r->at[i].role, LANGUAGE_DA))
			return issue_at(sink, FAIL_WORK_KIND_UNKNOWN, content_place(e, rows), TEXT("is"), r->at[i].role,
					TEXT("")),
			       NULL;
	return r;
}

const content_kind *role_content(void)
{
	static const char *const keys[] = {"da", "en", "note", "rows", NULL};
	static const content_kind kind = {.name = "role", .keys = keys, .compile = compile};
	return &kind;
}

text rows_at(const role_rule *r, day on)
{
	for (int i = 0; i < r->count && on != DAY_NONE; i++)
		if (r->at[i].to == DAY_NONE || on <= r->at[i].to) return r->at[i].role;
	return r->at[r->count - 1].role;
}

text kind_role(const task_kind *k, day on)
{
	return k->role_by_date ? rows_at(k->role_by_date, on) : k->role;
}
