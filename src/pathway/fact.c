/* fact.c: the facts that content defines, and a pathway's facts as plain values. */
#include "pathway/internal.h"

int fact_id(const image *m, text name)
{
	const model *md = model_of(m);
	int low = 0, high = md ? md->name_count : 0;
	while (low < high) {
		int middle = low + (high - low) / 2;
		int order = text_compare(md->names[middle].name, name);
		if (order == 0) return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

const fact_name *fact_at(const image *m, int id)
{
	const model *md = model_of(m);
	assert(md && 0 <= id && id < md->name_count);
	return &md->names[id];
}

int fact_count(const image *m)
{
	const model *md = model_of(m);
	return md ? md->name_count : 0;
}

text fact_code_word(const image *m, int id, text code, language lang)
{
	const fact_name *f = fact_at(m, id);
	for (int i = 0; i < f->code_count; i++)
		if (text_equal(f->codes[i].code, code)) return lang == LANGUAGE_DA ? f->codes[i].da : f->codes[i].en;
	return code;
}

static int fact_order(const void *xp, const void *yp)
{
	const fact *x = xp, *y = yp;
	if (x->id != y->id) return x->id < y->id ? -1 : 1;
	if (x->at != y->at) return x->at < y->at ? -1 : 1;
	if (x->sequence != y->sequence) return x->sequence < y->sequence ? -1 : 1;
	return text_compare(x->code, y->code);
}

void facts_sort(facts *f)
{
	if (f->count) qsort(f->at, (size_t)f->count, sizeof *f->at, fact_order);
}

const fact *facts_first(const facts *f, int id)
{
	for (int i = 0; i < f->count; i++)
		if (f->at[i].id == id) return &f->at[i];
	return NULL;
}

const fact *facts_last(const facts *f, int id)
{
	const fact *found = NULL;
	for (int i = 0; i < f->count && f->at[i].id <= id; i++)
		if (f->at[i].id == id) found = &f->at[i];
	return found;
}

/* ---- from the tables ---- */

static fact from_row(const cell *row, const cell *source, arena *a)
{
	instant at = row[FACT_AT].integer;
	return (fact){
	    .id = (int)row[FACT_ID].integer,
	    .at = at,
	    .on = day_of_instant(at),
	    .date_only = row[FACT_DATE_ONLY].integer != 0,
	    .code = text_copy(a, row[FACT_CODED].text),
	    .number = row[FACT_VALUE].integer,
	    .type = source[SOURCE_TYPE].text,
	    .resource = source[SOURCE_ID].text,
	    .version = source[SOURCE_VERSION].integer,
	    .sequence = source[SOURCE_SEQUENCE].integer,
	    .actor = source[SOURCE_ACTOR].text,
	};
}

/* The facts of one member are appended; `cap` grows in the arena. */
static bool facts_of(snapshot *r, int64_t rid, arena *a, facts *out, int *cap, issues *sink)
{
	cell source[SOURCE_COLUMNS], row[FACT_COLUMNS];
	cell key = INT_CELL(rid);
	store_result found = store_get(r, &source_table, &key, a, source, sink);
	if (found != STORE_OK) return found == STORE_NOT_FOUND;
	scan *s = store_scan(r, &fact_table, &(scan_options){.index = -1, .prefix = &key, .prefix_cells = 1}, a, sink);
	if (!s) return false;
	int before = sink->errors;
	while (scan_next(s, row, sink)) {
		if (out->count == *cap) {
			int grown = *cap ? *cap * 2 : 32;
			fact *wider = ARENA_ARRAY(a, fact, grown);
			if (out->count) memcpy(wider, out->at, (size_t)out->count * sizeof *wider);
			out->at = wider;
			*cap = grown;
		}
		out->at[out->count++] = from_row(row, source, a);
	}
	scan_close(s);
	return sink->errors == before;
}

bool pathway_facts(snapshot *r, const image *m, int64_t pathway_rid, arena *a, facts *out, issues *sink)
{
	*out = (facts){0};
	int64_t *rids;
	int count = pathway_members(r, pathway_rid, a, &rids, sink), cap = 0;
	if (count < 0) return false;
	for (int i = 0; i < count; i++)
		if (!facts_of(r, rids[i], a, out, &cap, sink)) return false;
	/* Rows of an older image are rebuilt when another is activated; until then they must not be read as other facts. */
	int kept = 0;
	for (int i = 0; i < out->count; i++)
		if (out->at[i].id < fact_count(m)) out->at[kept++] = out->at[i];
	out->count = kept;
	facts_sort(out);
	return true;
}
