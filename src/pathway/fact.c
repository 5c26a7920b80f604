/* fact.c: the facts that content defines, and a pathway's facts as plain values. */
#include "pathway/internal.h"

int model_fact(const model *md, text name)
{
	return (int)map_get_or(&md->by_name, name, -1);
}

int fact_id(const image *m, text name)
{
	const model *md = model_of(m);
	return md ? model_fact(md, name) : -1;
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

int fact_order(const void *xp, const void *yp)
{
	const fact *x = xp, *y = yp;
	if (x->id != y->id) return x->id < y->id ? -1 : 1;
	if (x->at != y->at) return x->at < y->at ? -1 : 1;
	if (x->sequence != y->sequence) return x->sequence < y->sequence ? -1 : 1;
	int order = text_compare(x->code, y->code);
	return order ? order : (x->number > y->number) - (x->number < y->number);
}

/* Few of each id, and mostly in order of `at` already. */
static void facts_insert(fact *at, int count)
{
	for (int i = 1; i < count; i++) {
		if (fact_order(&at[i - 1], &at[i]) <= 0) continue;
		fact moved = at[i];
		int to = i;
		for (; to > 0 && fact_order(&at[to - 1], &moved) > 0; to--) at[to] = at[to - 1];
		at[to] = moved;
	}
}

enum { INSERT_MAX = 24 };

void facts_sort(facts *f)
{
	if (f->count > INSERT_MAX)
		qsort(f->at, (size_t)f->count, sizeof *f->at, fact_order);
	else
		facts_insert(f->at, f->count);
}

/* Laid out by id first, which are few and small: what is left to order is short. */
void facts_lay_out(facts *f, int ids, arena *a)
{
	int32_t *starts = ARENA_ARRAY(a, int32_t, ids + 1);
	fact *out = ARENA_ARRAY(a, fact, f->count + 1);
	for (int i = 0; i < f->count; i++) starts[f->at[i].id + 1]++;
	for (int id = 0; id < ids; id++) starts[id + 1] += starts[id];
	for (int i = 0; i < f->count; i++) out[starts[f->at[i].id]++] = f->at[i];
	for (int from = 0; from < f->count;) {
		int to = starts[out[from].id]; /* each has moved on to where the next begins */
		facts same = {.at = out + from, .count = to - from};
		facts_sort(&same);
		from = to;
	}
	f->at = out;
}

int facts_from(const facts *f, int id)
{
	int low = 0, high = f->count;
	while (low < high) {
		int middle = (low + high) / 2;
		if (f->at[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const fact *facts_first(const facts *f, int id)
{
	int i = facts_from(f, id);
	return i < f->count && f->at[i].id == id ? &f->at[i] : NULL;
}

const fact *facts_last(const facts *f, int id)
{
	int i = facts_from(f, id + 1);
	return i > 0 && f->at[i - 1].id == id ? &f->at[i - 1] : NULL;
}

/* ---- from the tables ---- */

static fact from_row(int id, const cell *row, const cell *source, arena *a)
{
	instant at = row[FACT_AT].integer;
	return (fact){
	    .id = id,
	    .at = at,
	    .on = day_of_instant(at),
	    .date_only = row[FACT_DATE_ONLY].integer != 0,
	    .code = text_copy(a, row[FACT_CODED].text),
	    .number = row[FACT_VALUE].integer,
	    .type = source[SOURCE_TYPE].text,
	    .resource = source[SOURCE_ID].text,
	    .version = row[FACT_VERSION].integer,
	    .sequence = row[FACT_SEQUENCE].integer,
	    .actor = text_copy(a, row[FACT_ACTOR].text),
	};
}

void fact_list_add(fact_list *l, const fact *f)
{
	if (l->out->count == l->cap) l->out->at = ARENA_DOUBLE(l->arena, fact, l->out->at, &l->cap, 64);
	l->out->at[l->out->count++] = *f;
}

/* The facts of one member. Those that this image does not define (rows of another one) are not its facts. */
static bool facts_of(fact_list *c, snapshot *r, const image *m, int64_t rid, issues *sink)
{
	cell source[SOURCE_COLUMNS], row[FACT_COLUMNS];
	cell key = INT_CELL(rid);
	store_result found = store_get(r, &source_table, &key, c->arena, source, sink);
	if (found != STORE_OK) return found == STORE_NOT_FOUND;
	scan *s =
	    store_scan(r, &fact_table, &(scan_options){.index = -1, .prefix = &key, .prefix_cells = 1}, c->arena, sink);
	if (!s) return false;
	int before = sink->errors;
	while (scan_next(s, row, sink)) {
		int id = fact_id(m, row[FACT_NAME].text);
		fact f = id >= 0 ? from_row(id, row, source, c->arena) : (fact){0};
		if (id >= 0) fact_list_add(c, &f);
	}
	scan_close(s);
	return sink->errors == before;
}

bool facts_of_all(snapshot *r, const image *m, const int64_t *rids, int count, arena *a, facts *out, issues *sink)
{
	*out = (facts){0};
	fact_list c = {.arena = a, .out = out};
	for (int i = 0; i < count; i++)
		if (!facts_of(&c, r, m, rids[i], sink)) return false;
	facts_sort(out);
	return true;
}
