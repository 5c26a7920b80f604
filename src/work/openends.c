/* openends.c: pathways where nothing makes the next thing happen: not closed, no open task with a date, no
 * appointment ahead. */
#include "work/internal.h"

typedef struct collecting {
	reader *reader;
	const image *image;
	instant now;
	arena *arena;
	issues *sink;
	open_end *ends;
	int count, cap;
} collecting;

static instant last_fact_before(collecting *c, int64_t pathway)
{
	facts f;
	instant last = INSTANT_NONE;
	if (!pathway_facts(reader_snapshot(c->reader), c->image, pathway, c->arena, &f, c->sink)) return last;
	for (int i = 0; i < f.count; i++)
		if (f.at[i].at != INSTANT_NONE && f.at[i].at <= c->now && f.at[i].at > last) last = f.at[i].at;
	return last;
}

static bool add_end(collecting *c, int64_t pathway, int64_t open_tasks)
{
	version v;
	doc d;
	if (record_read_rid(c->reader, pathway, &v, c->sink) != FOUND) return c->sink->errors == 0;
	if (!json_parse(c->arena, v.json, v.type, c->sink, &d)) return false;
	if (c->count == c->cap) {
		int cap = c->cap ? c->cap * 2 : 16;
		open_end *grown = ARENA_ARRAY(c->arena, open_end, cap);
		if (c->count) memcpy(grown, c->ends, (size_t)c->count * sizeof *grown);
		c->ends = grown;
		c->cap = cap;
	}
	uint32_t patient = doc_get(&d, 0, NAME_patient), managing = doc_get(&d, 0, NAME_managingOrganization);
	instant since = last_fact_before(c, pathway);
	c->ends[c->count++] = (open_end){
	    .pathway_rid = pathway,
	    .pathway_id = v.id,
	    .patient = patient == NODE_ABSENT ? (text){0} : doc_get_text(&d, patient, NAME_reference),
	    .department = managing == NODE_ABSENT ? (text){0} : doc_get_text(&d, managing, NAME_reference),
	    .reason_da = open_tasks ? TEXT("opgaven har ingen dato")
				    : TEXT("intet næste skridt: ingen åben opgave og ingen tid forude"),
	    .reason_en =
		open_tasks ? TEXT("the task has no date") : TEXT("no next step: no open task and no time ahead"),
	    .since = since == INSTANT_NONE ? v.at : since,
	};
	return true;
}

static int by_since(const void *xp, const void *yp)
{
	const open_end *x = xp, *y = yp;
	if (x->since != y->since) return x->since < y->since ? -1 : 1;
	return (x->pathway_rid > y->pathway_rid) - (x->pathway_rid < y->pathway_rid);
}

int work_open_ends(reader *rd, const image *m, instant now, arena *a, open_end **out, issues *sink)
{
	collecting c = {.reader = rd, .image = m, .now = now, .arena = a, .sink = sink};
	cell prefix[] = {INT_CELL(0), INT_CELL(0)}, row[STATE_COLUMNS];
	scan_options options = {.index = 0, .prefix = prefix, .prefix_cells = 2};
	int before = sink->errors;
	scan *s = store_scan(reader_snapshot(rd), &work_pathway_table, &options, a, sink);
	bool fine = s != NULL;
	while (fine && scan_next(s, row, sink)) {
		const cell *next = &row[STATE_NEXT_DATE];
		if (next->kind == CELL_INT && next->integer > now) continue;
		fine = add_end(&c, row[STATE_PATHWAY].integer, row[STATE_OPEN_TASKS].integer);
	}
	if (s) scan_close(s);
	if (c.count) qsort(c.ends, (size_t)c.count, sizeof *c.ends, by_since);
	*out = c.ends;
	return sink->errors > before ? -1 : c.count;
}
