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
	resource_reading(p->model, resource, a, r);
	if (!reader_rebuilding(rd)) checks_prepare(p->model, w, resource, rd, a, r);
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

static bool standing_read(deriving *dv, int64_t rid, standing *out, issues *sink)
{
	arena *a = deriving_arena(dv);
	cell key = INT_CELL(rid), row[FACT_COLUMNS];
	scan_options of_rid = {.index = -1, .prefix = &key, .prefix_cells = 1};
	int cap = 0;
	*out = (standing){0};
	scan *s = store_scan(deriving_snapshot(dv), &fact_table, &of_rid, a, sink);
	while (s && scan_next(s, row, sink)) {
		if (out->count == cap) out->rows = ARENA_DOUBLE(a, fact_cells, out->rows, &cap, 8);
		for (int i = 0; i < FACT_COLUMNS; i++) {
			if (row[i].kind == CELL_TEXT) row[i].text = text_copy(a, row[i].text);
			out->rows[out->count].at[i] = row[i];
		}
		out->count++;
	}
	if (s) scan_close(s);
	return sink->errors == 0;
}

/* The same value? One that has no instant of its own stands since it was written, so its instant is no part of it. */
static bool same_value(const cell *x, const cell *y)
{
	return text_equal(x[FACT_NAME].text, y[FACT_NAME].text) && text_equal(x[FACT_CODED].text, y[FACT_CODED].text) &&
	       x[FACT_VALUE].integer == y[FACT_VALUE].integer && x[FACT_WRITTEN].integer == y[FACT_WRITTEN].integer &&
	       x[FACT_DATE_ONLY].integer == y[FACT_DATE_ONLY].integer &&
	       (x[FACT_WRITTEN].integer || x[FACT_AT].integer == y[FACT_AT].integer);
}

/* The row of a fact of this version: with the provenance of the version that said it first, where it stood before. */
void fact_row(const model *md, const change *c, const reading *r, int i, const standing *before, cell *row)
{
	const fact *f = &r->facts[i];
	row[FACT_RID] = INT_CELL(c->rid);
	row[FACT_NUMBERED] = INT_CELL(i);
	row[FACT_NAME] = TEXT_CELL(md->names[f->id].name);
	row[FACT_AT] = INT_CELL(r->written[i] ? c->at : f->at);
	row[FACT_DATE_ONLY] = INT_CELL(f->date_only);
	row[FACT_CODED] = TEXT_CELL(f->code);
	row[FACT_VALUE] = INT_CELL(f->number);
	row[FACT_WRITTEN] = INT_CELL(r->written[i]);
	row[FACT_VERSION] = INT_CELL(c->version);
	row[FACT_SEQUENCE] = INT_CELL(c->sequence);
	row[FACT_ACTOR] = TEXT_CELL(c->who->actor);
	for (int n = 0; n < before->count; n++) {
		const cell *stood = before->rows[n].at;
		if (!same_value(stood, row)) continue;
		row[FACT_AT] = stood[FACT_AT];
		row[FACT_VERSION] = stood[FACT_VERSION];
		row[FACT_SEQUENCE] = stood[FACT_SEQUENCE];
		row[FACT_ACTOR] = stood[FACT_ACTOR];
		return;
	}
}

static bool same_fact(const cell *x, const cell *y)
{
	return same_value(x, y) && x[FACT_AT].integer == y[FACT_AT].integer &&
	       x[FACT_SEQUENCE].integer == y[FACT_SEQUENCE].integer;
}

/* As many as before, and only those that are others are written; else all anew. */
static bool facts_replace(writing *w, int64_t rid, const standing *before, const standing *now, issues *sink)
{
	bool anew = now->count != before->count;
	cell key = INT_CELL(rid);
	if (anew && store_delete(w, &fact_table, &key, 1, sink) == STORE_FAILED) return false;
	for (int i = 0; i < now->count; i++) {
		if (!anew && same_fact(before->rows[i].at, now->rows[i].at)) continue;
		if (store_set(w, &fact_table, now->rows[i].at, sink) != STORE_OK) return false;
	}
	return true;
}

static bool facts_bind(const model *md, deriving *dv, const change *c, const reading *r, facts_given *out, issues *sink)
{
	standing before, now = {.count = r->fact_count};
	if (!standing_read(dv, c->rid, &before, sink)) return false;
	now.rows = ARENA_ARRAY(deriving_arena(dv), fact_cells, now.count);
	out->changed = before.count != now.count;
	for (int i = 0; i < now.count; i++) {
		fact_row(md, c, r, i, &before, now.rows[i].at);
		/* Provenance follows the value: where the values are the same, so is the row. */
		out->changed = out->changed || !same_value(before.rows[i].at, now.rows[i].at);
	}
	out->now = now;
	return !out->changed || facts_replace(deriving_writing(dv), c->rid, &before, &now, sink);
}

static bool apply(void *self, deriving *dv, const change *c, issues *sink)
{
	const pathway_deriver *p = self;
	const reading *r = c->prepared;
	facts_given given = {0};
	if (!reading_sound(dv, c, r, sink) || !checks_apply(p->model, dv, c, r, sink)) return false;
	if (!facts_bind(p->model, dv, c, r, &given, sink)) return false;
	/* While new rules are on their way a write brings them to its own pathways, whatever it changed. */
	given.changed = given.changed || deriving_reevaluating(dv);
	if (!links_apply(p->model, dv, c, r, &given, sink)) return false;
	if (r->becomes && !c->past) becomes_touch(dv, c->rid);
	return true;
}

static bool settle(void *self, deriving *dv, issues *sink)
{
	const pathway_deriver *p = self;
	return checks_settle(p->model, dv, sink) && pathways_raise(p->image, dv, sink);
}

static digest reads_of(const image *m, arena *a)
{
	static const char *const kinds[] = {"link", "facts", "required", "pathway", NULL};
	return content_digest(m, kinds, a);
}

static digest reads(void *self, arena *a)
{
	return reads_of(((const pathway_deriver *)self)->image, a);
}

bool pathway_reads_same(const image *x, const image *y, arena *a)
{
	digest dx = reads_of(x, a), dy = reads_of(y, a);
	return memcmp(dx.bytes, dy.bytes, DIGEST_BYTES) == 0;
}

void pathway_register(const image *m)
{
	static pathway_deriver self; /* one record in a process */
	static const table *const tables[] = {&link_table, &member_table, &source_table, &fact_table, &known_table};
	self = (pathway_deriver){.image = m, .model = model_of(m)};
	assert(self.model);
	record_register(&(deriver){.name = "pathway",
				   .self = &self,
				   .tables = tables,
				   .table_count = 5,
				   .prepare = prepare,
				   .apply = apply,
				   .settle = settle,
				   .reads = reads});
}
