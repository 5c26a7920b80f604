/* known.c: a pathway's facts once more, in one place: a row for each member that gives facts, all of them packed into it. A write asks
 * for its pathway's facts several times; from here that is one scan of as many rows as there are members, where from the facts' own
 * table it is two questions a member. The rows follow: a member's facts change, it joins, it leaves. */
#include "pathway/internal.h"

const table known_table = {
    .name = "pathway_known",
    .columns = {{"pathway_rid", CELL_INT}, {"rid", CELL_INT}, {"facts", CELL_BYTES}},
    .column_count = KNOWN_COLUMNS,
    .key_columns = 2,
    .derived = true,
};

/* ---- packed: type and id, then fact by fact; a text has its length before it ---- */

static void pack_int(buffer *b, int64_t n)
{
	memcpy(buffer_room(b, (int64_t)sizeof n), &n, sizeof n);
	b->len += (int64_t)sizeof n;
}

static void pack_text(buffer *b, text t)
{
	pack_int(b, t.len);
	buffer_add(b, t);
}

static void pack_fact(buffer *b, const cell *row)
{
	pack_text(b, row[FACT_NAME].text);
	pack_int(b, row[FACT_AT].integer);
	pack_int(b, row[FACT_DATE_ONLY].integer);
	pack_text(b, row[FACT_CODED].text);
	pack_int(b, row[FACT_VALUE].integer);
	pack_int(b, row[FACT_VERSION].integer);
	pack_int(b, row[FACT_SEQUENCE].integer);
	pack_text(b, row[FACT_ACTOR].text);
}

typedef struct unpacking {
	text rest;
	bool broken; /* it ended too soon: the file is damaged */
} unpacking;

static int64_t unpack_int(unpacking *u)
{
	int64_t n = 0;
	u->broken = u->broken || u->rest.len < (int64_t)sizeof n;
	if (u->broken) return 0;
	memcpy(&n, u->rest.at, sizeof n);
	u->rest = text_slice(u->rest, (int64_t)sizeof n, u->rest.len);
	return n;
}

static text unpack_text(unpacking *u)
{
	int64_t len = unpack_int(u);
	u->broken = u->broken || len < 0 || len > u->rest.len;
	if (u->broken) return (text){0};
	text t = text_slice(u->rest, 0, len);
	u->rest = text_slice(u->rest, len, u->rest.len);
	return t;
}

/* False: this image defines no such fact. */
static bool unpack_fact(unpacking *u, const model *md, fact *f)
{
	f->id = model_fact(md, unpack_text(u));
	f->at = unpack_int(u);
	f->date_only = unpack_int(u) != 0;
	f->code = unpack_text(u);
	f->number = unpack_int(u);
	f->version = unpack_int(u);
	f->sequence = unpack_int(u);
	f->actor = unpack_text(u);
	if (f->id < 0 || u->broken) return false;
	f->on = day_of_instant(f->at);
	return true;
}

/* ---- the rows ---- */

static store_result member_pack(snapshot *r, int64_t rid, arena *a, buffer *out, issues *sink)
{
	cell source[SOURCE_COLUMNS], row[FACT_COLUMNS], key = INT_CELL(rid);
	store_result found = store_get(r, &source_table, &key, a, source, sink);
	if (found != STORE_OK) return found;
	scan *s = store_scan(r, &fact_table, &(scan_options){.index = -1, .prefix = &key, .prefix_cells = 1}, a, sink);
	if (!s) return STORE_FAILED;
	for (int before = sink->errors; scan_next(s, row, sink) && sink->errors == before;) {
		if (out->len == 0) {
			pack_text(out, source[SOURCE_TYPE].text);
			pack_text(out, source[SOURCE_ID].text);
		}
		pack_fact(out, row);
	}
	scan_close(s);
	return sink->errors ? STORE_FAILED : out->len ? STORE_OK : STORE_NOT_FOUND;
}

bool known_forget(deriving *dv, int64_t pathway, int64_t rid, issues *sink)
{
	cell key[] = {INT_CELL(pathway), INT_CELL(rid)};
	return store_delete(deriving_writing(dv), &known_table, key, 2, sink) != STORE_FAILED;
}

bool known_put(deriving *dv, int64_t pathway, int64_t rid, bool *gives, issues *sink)
{
	buffer packed = {.arena = deriving_arena(dv)};
	store_result made = member_pack(deriving_snapshot(dv), rid, deriving_arena(dv), &packed, sink);
	*gives = made == STORE_OK;
	if (made == STORE_NOT_FOUND) return known_forget(dv, pathway, rid, sink);
	if (made != STORE_OK) return false;
	cell row[] = {INT_CELL(pathway), INT_CELL(rid), BYTES_CELL(buffer_text(&packed))};
	return store_set(deriving_writing(dv), &known_table, row, sink) == STORE_OK;
}

/* ---- reading ---- */

static bool member_unpack(const model *md, text packed, arena *a, fact_list *out)
{
	unpacking u = {.rest = text_copy(a, packed)};
	text type = unpack_text(&u), id = unpack_text(&u);
	while (u.rest.len && !u.broken) {
		fact f = {.type = type, .resource = id};
		if (unpack_fact(&u, md, &f)) fact_list_add(out, &f);
	}
	return !u.broken;
}

bool pathway_facts(snapshot *r, const image *m, int64_t pathway_rid, arena *a, facts *out, issues *sink)
{
	cell key = INT_CELL(pathway_rid), row[KNOWN_COLUMNS];
	const model *md = model_of(m);
	fact_list list = {.arena = a, .out = out};
	int before = sink->errors;
	*out = (facts){0};
	scan *s = store_scan(r, &known_table, &(scan_options){.index = -1, .prefix = &key, .prefix_cells = 1}, a, sink);
	if (!s) return false;
	while (scan_next(s, row, sink))
		if (!member_unpack(md, row[KNOWN_FACTS].text, a, &list))
			issue_add(sink, FAIL_STORE_CORRUPT, TEXT("pathway_known"), TEXT(""));
	scan_close(s);
	if (out->count) facts_lay_out(out, md->name_count, a);
	return sink->errors == before;
}
