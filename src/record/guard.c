/* guard.c: what a commit relies on beyond the versions it read: searches that found one resource or none, and that nobody refers to
 * what is deleted. */
#include "record/internal.h"

#include <string.h>

/* ---- premises ---- */

static text query_text(arena *a, const search_pair *pairs, int count)
{
	buffer b = {.arena = a};
	for (int i = 0; i < count; i++)
		buffer_format(&b, "%s%.*s=%.*s", i ? "&" : "", TEXT_ARG(pairs[i].name), TEXT_ARG(pairs[i].value));
	return buffer_text(&b);
}

/* How many resources the search finds, two standing for several; -1: an issue. */
static int ask(reader *rd, text type, const search_pair *pairs, int count, text *id, issues *sink)
{
	search_answer hits;
	search_pair *bounded = ARENA_ARRAY(rd->arena, search_pair, count + 1);
	for (int i = 0; i < count; i++) bounded[i] = pairs[i];
	bounded[count] = (search_pair){TEXT("_count"), TEXT("2")};
	if (!record_search(rd, type, bounded, count + 1, false, &hits, sink)) return -1;
	*id = hits.count == 1 ? hits.entries[0].version.id : (text){0};
	return hits.count;
}

int record_premise(reader *rd, text type, const search_pair *pairs, int count, premise *out, issues *sink)
{
	*out = (premise){.type = type, .pairs = pairs, .count = count, .sequence = reader_sequence(rd)};
	int hits = ask(rd, type, pairs, count, &out->id, sink);
	if (hits <= 1) return hits;
	issue_add(sink, FAIL_RECORD_SEVERAL, type, query_text(rd->arena, pairs, count));
	return -1;
}

static bool premise_holds(reader *rd, const premise *c, issues *sink, bool *hold)
{
	text id = {0};
	int hits = ask(rd, c->type, c->pairs, c->count, &id, sink);
	*hold = hits == (c->id.len > 0) && text_equal(id, c->id);
	return hits >= 0;
}

bool premises_hold(reader *rd, const write_op *writes, int count, issues *sink, bool *hold)
{
	int64_t now = reader_sequence(rd);
	*hold = true;
	for (int i = 0; i < count; i++)
		for (int k = 0; *hold && k < writes[i].premise_count; k++) {
			const premise *c = &writes[i].premises[k];
			if (c->sequence != now && !premise_holds(rd, c, sink, hold)) return false;
		}
	return true;
}

/* ---- who refers to it ---- */

enum { NAMED_MAX = 20 };

/* Provenance and AuditEvent say what was; that it is gone does not make them wrong. */
static bool tells_of_the_past(text parameter)
{
	return text_starts(parameter, TEXT("Provenance.")) || text_starts(parameter, TEXT("AuditEvent."));
}

/* Every parameter that some reference is kept under, one after the other. */
static bool next_parameter(snapshot *snap, arena *a, int64_t *number, issues *sink)
{
	cell low = INT_CELL(*number), row[TABLE_COLUMNS_MAX];
	scan_options o = {.index = -1, .low = &low, .low_excluded = true, .limit = 1};
	scan *s = store_scan(snap, &index_tables[INDEX_REFERENCE], &o, a, sink);
	bool there = s && scan_next(s, row, sink);
	if (there) *number = row[0].integer;
	if (s) scan_close(s);
	return there;
}

static int by_rid(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return (a > b) - (a < b);
}

/* The resources that refer to `rid`, itself left out, ascending and without doubles. */
static bool referrers(snapshot *s, arena *a, int64_t rid, int64_t **out, int64_t *count, issues *sink)
{
	int64_t number = 0, cap = 0;
	*count = 0;
	*out = NULL;
	while (next_parameter(s, a, &number, sink)) {
		cell prefix[] = {INT_CELL(number), INT_CELL(rid)};
		scan_options o = {.index = -1, .prefix = prefix, .prefix_cells = 2};
		int64_t *some, n;
		if (tells_of_the_past(term_text(s, number, a, sink))) continue;
		if (!store_collect(s, &index_tables[INDEX_REFERENCE], &o, index_rid_column(INDEX_REFERENCE), a, &some,
				   &n, sink))
			return false;
		if (*count + n > cap) {
			int64_t *more = ARENA_ARRAY(a, int64_t, cap = 2 * (*count + n));
			for (int64_t i = 0; i < *count; i++) more[i] = (*out)[i];
			*out = more;
		}
		for (int64_t i = 0; i < n; i++)
			if (some[i] != rid) (*out)[(*count)++] = some[i];
	}
	if (*count) qsort(*out, (size_t)*count, sizeof **out, by_rid);
	int64_t kept = 0;
	for (int64_t i = 0; i < *count; i++)
		if (kept == 0 || (*out)[kept - 1] != (*out)[i]) (*out)[kept++] = (*out)[i];
	*count = kept;
	return sink->errors == 0;
}

static text named(snapshot *s, arena *a, const int64_t *rids, int64_t count, issues *sink)
{
	buffer b = {.arena = a};
	cell row[RES_COLUMNS];
	for (int64_t i = 0; i < count && i < NAMED_MAX; i++) {
		if (store_get(s, &resource_table, &INT_CELL(rids[i]), a, row, sink) != STORE_OK) continue;
		text type = term_text(s, row[RES_TYPE].integer, a, sink);
		buffer_format(&b, "%s%.*s/%.*s", i ? ", " : "", TEXT_ARG(type), TEXT_ARG(row[RES_ID].text));
	}
	if (count > NAMED_MAX) buffer_add(&b, TEXT(", …"));
	return buffer_text(&b);
}

static bool unreferred(snapshot *s, arena *a, int64_t rid, text what, issues *sink)
{
	int64_t *rids, count;
	if (!referrers(s, a, rid, &rids, &count, sink)) return false;
	return count == 0 || issue_at(sink, FAIL_RECORD_REFERRED, (place){.path = what}, what,
				      text_format(a, "%lld", (long long)count), named(s, a, rids, count, sink));
}

bool nobody_refers(deriving *dv, const prepared *p, issues *sink)
{
	if (p->method != WRITE_DELETE || p->unchanged || p->orphans) return true;
	text what = text_format(dv->arena, "%.*s/%.*s", TEXT_ARG(p->type->name), TEXT_ARG(p->id));
	return unreferred(deriving_snapshot(dv), dv->arena, p->rid, what, sink);
}

bool record_unreferred(reader *rd, text type, text id, issues *sink)
{
	int64_t rid = record_rid(rd, type, id);
	text what = text_format(rd->arena, "%.*s/%.*s", TEXT_ARG(type), TEXT_ARG(id));
	return rid == 0 || unreferred(rd->snapshot, rd->arena, rid, what, sink);
}
