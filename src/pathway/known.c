/* known.c: a pathway's facts once more, in one place: its members, KNOWN_ROWS rows of them, with all their facts packed. A write asks for its
 * pathway's facts several times; from here that is one scan of few rows, where from the facts' own table it is two questions a member. The
 * rows follow: a member's facts change, it joins, it leaves. */
#include "pathway/internal.h"

enum { VARINT_MAX = 10, DAY_SHIFT = 1000000 /* days before 1970 too are small numbers */ };

const table known_table = {
    .name = "pathway_facts",
    .columns = {{"pathway_rid", CELL_INT}, {"part", CELL_INT}, {"members", CELL_BYTES}},
    .column_count = KNOWN_COLUMNS,
    .key_columns = 2,
    .derived = true,
};

/* ---- packed: member after member, each its row number, its length, its type and id, then fact by fact ---- */

enum { FACT_IS_DATE = 1, FACT_HAS_CODE = 2, FACT_HAS_NUMBER = 4, FACT_SAME_ACTOR = 8 };

static void pack_int(buffer *b, int64_t n)
{
	for (uint64_t u = (uint64_t)n;; u >>= 7) {
		buffer_char(b, (char)(u < 128 ? u : (u & 127) | 128));
		if (u < 128) return;
	}
}

static void pack_text(buffer *b, text t)
{
	pack_int(b, t.len);
	buffer_add(b, t);
}

static void pack_instant(buffer *b, instant at)
{
	memcpy(buffer_room(b, (int64_t)sizeof at), &at, sizeof at);
	b->len += (int64_t)sizeof at;
}

/* `actor`: whose the fact before it is. */
static void pack_fact(buffer *b, const cell *row, text *actor)
{
	bool coded = row[FACT_CODED].text.len > 0, number = row[FACT_VALUE].integer != 0;
	bool same = text_equal(row[FACT_ACTOR].text, *actor);
	pack_text(b, row[FACT_NAME].text);
	pack_instant(b, row[FACT_AT].integer);
	pack_int(b, day_of_instant(row[FACT_AT].integer) + DAY_SHIFT);
	pack_int(b, (row[FACT_DATE_ONLY].integer ? FACT_IS_DATE : 0) | (coded ? FACT_HAS_CODE : 0) |
			(number ? FACT_HAS_NUMBER : 0) | (same ? FACT_SAME_ACTOR : 0));
	if (coded) pack_text(b, row[FACT_CODED].text);
	if (number) pack_int(b, row[FACT_VALUE].integer);
	pack_int(b, row[FACT_VERSION].integer);
	pack_int(b, row[FACT_SEQUENCE].integer);
	if (same) return;
	pack_text(b, row[FACT_ACTOR].text);
	*actor = text_copy(b->arena, row[FACT_ACTOR].text);
}

typedef struct unpacking {
	text rest;
	bool broken; /* it ended too soon: the file is damaged */
} unpacking;

static int64_t unpack_int(unpacking *u)
{
	uint64_t n = 0;
	for (int i = 0; i < VARINT_MAX && i < u->rest.len; i++) {
		unsigned char c = (unsigned char)u->rest.at[i];
		n |= (uint64_t)(c & 127) << (7 * i);
		if (c & 128) continue;
		u->rest = text_slice(u->rest, i + 1, u->rest.len);
		return (int64_t)n;
	}
	u->broken = true;
	return 0;
}

static text unpack_bytes(unpacking *u, int64_t len)
{
	u->broken = u->broken || len < 0 || len > u->rest.len;
	if (u->broken) return (text){0};
	text t = text_slice(u->rest, 0, len);
	u->rest = text_slice(u->rest, len, u->rest.len);
	return t;
}

static text unpack_text(unpacking *u)
{
	return unpack_bytes(u, unpack_int(u));
}

static instant unpack_instant(unpacking *u)
{
	instant at = 0;
	text bytes = unpack_bytes(u, (int64_t)sizeof at);
	if (bytes.len) memcpy(&at, bytes.at, sizeof at);
	return at;
}

/* False: this image defines no such fact. */
static bool unpack_fact(unpacking *u, const model *md, text *actor, fact *f)
{
	f->id = model_fact(md, unpack_text(u));
	f->at = unpack_instant(u);
	f->on = (day)(unpack_int(u) - DAY_SHIFT);
	int64_t flags = unpack_int(u);
	f->date_only = flags & FACT_IS_DATE;
	f->code = flags & FACT_HAS_CODE ? unpack_text(u) : (text){0};
	f->number = flags & FACT_HAS_NUMBER ? unpack_int(u) : 0;
	f->version = unpack_int(u);
	f->sequence = unpack_int(u);
	if (!(flags & FACT_SAME_ACTOR)) *actor = unpack_text(u);
	f->actor = *actor;
	return f->id >= 0 && !u->broken;
}

/* ---- the rows ---- */

static store_result member_pack(snapshot *r, int64_t rid, arena *a, buffer *out, issues *sink)
{
	text actor = {0};
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
		pack_fact(out, row, &actor);
	}
	scan_close(s);
	return sink->errors ? STORE_FAILED : out->len ? STORE_OK : STORE_NOT_FOUND;
}

text known_packed(arena *a, const change *c, const standing *now)
{
	buffer b = {.arena = a};
	text actor = {0};
	for (int i = 0; i < now->count; i++) {
		if (i == 0) {
			pack_text(&b, c->type);
			pack_text(&b, c->id);
		}
		pack_fact(&b, now->rows[i].at, &actor);
	}
	return buffer_text(&b);
}

/* The row's members without this one. */
static bool others_pack(text members, int64_t rid, buffer *out)
{
	unpacking u = {.rest = members};
	while (u.rest.len && !u.broken) {
		int64_t other = unpack_int(&u);
		text packed = unpack_text(&u);
		if (other == rid) continue;
		pack_int(out, other);
		pack_text(out, packed);
	}
	return !u.broken;
}

bool known_keep(deriving *dv, int64_t pathway, int64_t rid, text packed, issues *sink)
{
	arena *a = deriving_arena(dv);
	cell key[] = {INT_CELL(pathway), INT_CELL(rid % KNOWN_ROWS)}, kept[KNOWN_COLUMNS];
	store_result found = store_get(deriving_snapshot(dv), &known_table, key, a, kept, sink);
	if (found == STORE_FAILED) return false;
	buffer b = {.arena = a};
	if (found == STORE_OK && !others_pack(kept[KNOWN_MEMBERS].text, rid, &b))
		return issue_add(sink, FAIL_STORE_CORRUPT, TEXT("pathway_facts"), TEXT(""));
	if (packed.len) {
		pack_int(&b, rid);
		pack_text(&b, packed);
	}
	writing *w = deriving_writing(dv);
	if (b.len == 0) return found != STORE_OK || store_delete(w, &known_table, key, 2, sink) != STORE_FAILED;
	cell row[] = {key[0], key[1], BYTES_CELL(buffer_text(&b))};
	return store_set(w, &known_table, row, sink) == STORE_OK;
}

bool known_forget(deriving *dv, int64_t pathway, int64_t rid, issues *sink)
{
	return known_keep(dv, pathway, rid, (text){0}, sink);
}

bool known_put(deriving *dv, int64_t pathway, int64_t rid, bool *gives, issues *sink)
{
	buffer packed = {.arena = deriving_arena(dv)};
	store_result made = member_pack(deriving_snapshot(dv), rid, deriving_arena(dv), &packed, sink);
	*gives = made == STORE_OK;
	return made != STORE_FAILED && known_keep(dv, pathway, rid, buffer_text(&packed), sink);
}

/* ---- reading ---- */

static bool member_unpack(const model *md, text packed, fact_list *out)
{
	unpacking u = {.rest = packed};
	text type = unpack_text(&u), id = unpack_text(&u), actor = {0};
	while (u.rest.len && !u.broken) {
		fact f = {.type = type, .resource = id};
		if (unpack_fact(&u, md, &actor, &f)) fact_list_add(out, &f);
	}
	return !u.broken;
}

bool known_unpack(const model *md, text members, fact_list *out)
{
	unpacking u = {.rest = members};
	while (u.rest.len && !u.broken) {
		(void)unpack_int(&u);
		text packed = unpack_text(&u);
		u.broken = u.broken || !member_unpack(md, packed, out);
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
		if (!known_unpack(md, text_copy(a, row[KNOWN_MEMBERS].text), &list))
			issue_add(sink, FAIL_STORE_CORRUPT, TEXT("pathway_facts"), TEXT(""));
	scan_close(s);
	if (out->count) facts_lay_out(out, md->name_count, a);
	return sink->errors == before;
}
