/* subject.c: the facts of one resource that is no pathway: its own, and those of what points at it. A clock may have such a subject: a
 * contact, a moved appointment, a message, a case. */
#include "pathway/internal.h"

enum { POINTING_MAX = 1000 };

static const char subject_owner; /* its address names the set of touched resources */

void subject_touch(deriving *dv, int64_t rid)
{
	deriving_touch(dv, &subject_owner, rid);
}

int subjects_touched(deriving *dv, int64_t **rids)
{
	return deriving_touched(dv, &subject_owner, rids);
}

text subject_type(snapshot *r, int64_t rid, arena *a, issues *sink)
{
	cell row[SOURCE_COLUMNS];
	if (store_get(r, &source_table, &INT_CELL(rid), a, row, sink) != STORE_OK) return (text){0};
	return text_copy(a, row[SOURCE_TYPE].text);
}

static const char wanted_name[] = "subjects wanted";
typedef struct wanted {
	text type;
	struct wanted *next;
} wanted;

void subject_want(image *m, text type)
{
	if (subject_wanted(m, type)) return;
	wanted *w = ARENA_NEW(m->arena, wanted);
	*w = (wanted){.type = type, .next = image_kept(m, wanted_name)};
	image_keep(m, wanted_name, w);
}

bool subject_wanted(const image *m, text type)
{
	for (const wanted *w = image_kept(m, wanted_name); w; w = w->next)
		if (text_equal(w->type, type)) return true;
	return false;
}

int subjects_after(snapshot *r, int64_t after, int max, arena *a, subject **out, issues *sink)
{
	cell low = INT_CELL(after), row[SOURCE_COLUMNS];
	scan_options options = {.index = -1, .low = &low, .low_excluded = true, .limit = max};
	int count = 0, before = sink->errors;
	*out = ARENA_ARRAY(a, subject, max);
	scan *s = store_scan(r, &source_table, &options, a, sink);
	while (s && count < max && scan_next(s, row, sink))
		(*out)[count++] = (subject){.rid = row[SOURCE_RID].integer,
					    .type = text_copy(a, row[SOURCE_TYPE].text),
					    .id = text_copy(a, row[SOURCE_ID].text)};
	if (s) scan_close(s);
	return sink->errors > before ? -1 : count;
}

bool subject_facts(snapshot *r, const image *m, int64_t rid, arena *a, facts *out, issues *sink)
{
	cell key = INT_CELL(rid);
	int64_t *pointing, count;
	scan_options options = {.index = 0, .prefix = &key, .prefix_cells = 1, .limit = POINTING_MAX};
	if (!store_collect(r, &link_table, &options, LINK_FROM, a, &pointing, &count, sink)) return false;
	int64_t *all = ARENA_ARRAY(a, int64_t, count + 1);
	int n = 0;
	all[n++] = rid;
	for (int64_t i = 0; i < count; i++) /* along the index the rows of one resource stand together */
		if (pointing[i] != rid && pointing[i] != all[n - 1]) all[n++] = pointing[i];
	return facts_of_all(r, m, all, n, a, out, sink);
}
