/* derive.c: the deriver of this floor: what a write gives (before the writer), its rows (in the writer), and what it raises. */
#include "pathway/internal.h"

typedef struct pathway_deriver {
	const image *image;
	const model *model;
} pathway_deriver;

static void *prepare(void *self, const write_op *w, const doc *resource, reader *rd, arena *a, issues *sink)
{
	(void)sink;
	const pathway_deriver *p = self;
	reading *r = ARENA_NEW(a, reading);
	*r = (reading){.found = {.arena = a}};
	if (!resource) return r;
	resource_reading(p->model, resource, rd, a, r);
	checks_prepare(p->model, w, resource, rd, a, r);
	return r;
}

/* What a resource does to our expressions is an error of the one who writes it; but content that changed later must not make the
 * record impossible to open. */
static bool reading_sound(deriving *dv, const change *c, const reading *r, issues *sink)
{
	if (r->found.errors == 0) return true;
	for (const issue *i = r->found.first; i; i = i->next) {
		if (deriving_rebuilding(dv)) {
			text said = issue_line(deriving_arena(dv), i, LANGUAGE_EN);
			log_event(LOG_WARN, "facts", "type", text_z(deriving_arena(dv), c->type), "id",
				  text_z(deriving_arena(dv), c->id), "issue", text_z(deriving_arena(dv), said), NULL);
		} else if (i->severity == SEVERITY_ERROR) {
			issue_at(sink, i->code, i->place, i->args[0], i->args[1], i->args[2]);
		}
	}
	return deriving_rebuilding(dv);
}

/* ---- facts ---- */

static cell *fact_row(const fact *f, int64_t rid, int number, cell *row)
{
	row[FACT_RID] = INT_CELL(rid);
	row[FACT_NUMBERED] = INT_CELL(number);
	row[FACT_ID] = INT_CELL(f->id);
	row[FACT_AT] = INT_CELL(f->at);
	row[FACT_DATE_ONLY] = INT_CELL(f->date_only);
	row[FACT_CODED] = TEXT_CELL(f->code);
	row[FACT_VALUE] = INT_CELL(f->number);
	return row;
}

static bool same_row(const cell *row, const fact *f)
{
	return row[FACT_ID].integer == f->id && row[FACT_AT].integer == f->at &&
	       row[FACT_DATE_ONLY].integer == f->date_only && row[FACT_VALUE].integer == f->number &&
	       text_equal(row[FACT_CODED].text, f->code);
}

static bool same_facts(deriving *dv, int64_t rid, const reading *r, bool *same, issues *sink)
{
	cell key = INT_CELL(rid), row[FACT_COLUMNS];
	scan *s = store_scan(deriving_snapshot(dv), &fact_table,
			     &(scan_options){.index = -1, .prefix = &key, .prefix_cells = 1}, deriving_arena(dv), sink);
	if (!s) return false;
	int n = 0;
	*same = true;
	while (*same && scan_next(s, row, sink)) {
		*same = n < r->fact_count && same_row(row, &r->facts[n]);
		n++;
	}
	scan_close(s);
	*same = *same && n == r->fact_count;
	return sink->errors == 0;
}

static bool facts_bind(deriving *dv, const change *c, reading *r, bool *changed, issues *sink)
{
	bool same;
	for (int i = 0; i < r->fact_count; i++)
		if (r->written[i]) r->facts[i].at = c->at;
	if (!same_facts(dv, c->rid, r, &same, sink)) return false;
	*changed = !same;
	if (same) return true;
	cell key = INT_CELL(c->rid), row[FACT_COLUMNS];
	if (store_delete(deriving_writing(dv), &fact_table, &key, 1, sink) == STORE_FAILED) return false;
	for (int i = 0; i < r->fact_count; i++)
		if (store_put(deriving_writing(dv), &fact_table, fact_row(&r->facts[i], c->rid, i, row), sink) !=
		    STORE_OK)
			return false;
	return true;
}

static bool apply(void *self, deriving *dv, const change *c, issues *sink)
{
	const pathway_deriver *p = self;
	reading *r = c->prepared;
	bool changed;
	if (!reading_sound(dv, c, r, sink) || !checks_apply(p->model, dv, c, r, sink)) return false;
	if (!facts_bind(dv, c, r, &changed, sink) || !links_apply(p->model, dv, c, r, changed, sink)) return false;
	if (r->becomes) becomes_touch(dv, c->rid);
	return true;
}

static bool settle(void *self, deriving *dv, issues *sink)
{
	const pathway_deriver *p = self;
	return checks_settle(p->model, dv, sink) && pathways_raise(p->image, dv, sink);
}

void pathway_register(const image *m)
{
	static pathway_deriver self; /* one record in a process */
	static const table *const tables[] = {&link_table, &member_table, &source_table, &fact_table};
	self = (pathway_deriver){.image = m, .model = model_of(m)};
	assert(self.model);
	record_register(&(deriver){.name = "pathway",
				   .self = &self,
				   .tables = tables,
				   .table_count = 4,
				   .prepare = prepare,
				   .apply = apply,
				   .settle = settle});
}
