/* Care: computing again what is computed, and comparing it with what is kept. Both run in the writer's transaction, so that nobody
 * writes meanwhile; a check is rolled back at its end and leaves no trace. */
#include "record/internal.h"

#include <string.h>

static bool list_live(snapshot *s, arena *a, int64_t **rids, int64_t *count, issues *sink)
{
	int64_t n = 0, cap = store_count(s, &resource_table, &(scan_options){.index = -1}, sink);
	if (cap < 0) return false;
	cell row[RES_COLUMNS];
	*rids = ARENA_ARRAY(a, int64_t, cap);
	scan *all = store_scan(s, &resource_table, &(scan_options){.index = -1}, a, sink);
	while (n < cap && scan_next(all, row, sink))
		if (row[RES_STATE].integer == STATE_LIVE) (*rids)[n++] = row[RES_RID].integer;
	scan_close(all);
	*count = n;
	return sink->errors == 0;
}

/* ---- current state and index ---- */

/* What `resource` says of a version is what the log's newest row for it says. */
static bool newest(deriving *dv, int64_t rid, cell *row, bool *differs, arena *a, issues *sink)
{
	cell log[LOG_COLUMNS];
	scan_options o = {
	    .index = LOG_BY_RID, .prefix = &INT_CELL(rid), .prefix_cells = 1, .descending = true, .limit = 1};
	scan *s = store_scan(deriving_snapshot(dv), &log_table, &o, a, sink);
	bool there = scan_next(s, log, sink);
	int64_t number = there ? log[LOG_VERSION].integer : 0, seq = there ? log[LOG_SEQ].integer : 0;
	int64_t state = !there                                    ? STATE_PLACEHOLDER
			: log[LOG_METHOD].integer == WRITE_DELETE ? STATE_DELETED
								  : STATE_LIVE;
	scan_close(s);
	*differs = row[RES_VERSION].integer != number || row[RES_SEQ].integer != seq || row[RES_STATE].integer != state;
	row[RES_VERSION].integer = number;
	row[RES_SEQ].integer = seq;
	row[RES_STATE].integer = state;
	return sink->errors == 0;
}

/* One resource: where `newest` differs, counts and mends. */
static bool one_resource(deriving *dv, int64_t rid, bool mend, check_report *out, arena *a, issues *sink)
{
	snapshot *s = deriving_snapshot(dv);
	cell row[RES_COLUMNS];
	bool differs;
	if (store_get(s, &resource_table, &INT_CELL(rid), a, row, sink) != STORE_OK) return false;
	if (!newest(dv, rid, row, &differs, a, sink)) return false;
	if (differs && mend && store_put(dv->writing, &resource_table, row, sink) != STORE_OK) return false;
	if (row[RES_STATE].integer != STATE_PLACEHOLDER) out->resources++;
	out->broken_index += differs;
	if (differs && !mend) check_complain(sink, FAIL_CHECK_STATE, name_of_rid(s, rid, a, sink), TEXT(""));
	return true;
}

static bool each_resource(deriving *dv, bool mend, check_report *out, issues *sink)
{
	snapshot *s = deriving_snapshot(dv);
	int64_t *rids, count;
	if (!store_collect(s, &resource_table, &(scan_options){.index = -1}, RES_RID, dv->arena, &rids, &count, sink))
		return false;
	arena *scratch = arena_new(REQUEST_ARENA_MAX);
	bool ok = true;
	for (int64_t i = 0; ok && i < count; i++) {
		ok = one_resource(dv, rids[i], mend, out, scratch, sink);
		arena_reset(scratch);
	}
	arena_free(scratch);
	return ok;
}

bool care_rebuild(deriving *dv, issues *sink)
{
	check_report unused = {0};
	for (int k = 0; k < INDEX_TABLES; k++)
		if (store_clear(dv->writing, record_index_tables()[k], sink) != STORE_OK) return false;
	return each_resource(dv, true, &unused, sink) && types_current(dv, true, sink) && replay_log(dv, false, sink);
}

/* ---- checking the index: every value that should be there is, and there are no more ---- */

static bool number_known(deriving *dv, index_value *v, arena *a, issues *sink)
{
	snapshot *s = deriving_snapshot(dv);
	cell row[RES_COLUMNS];
	bool there = false;
	if (v->kind == INDEX_REFERENCE) {
		int64_t term = term_known(dv->record, s, v->system, a, sink);
		resource_row(s, term, v->value, a, row, &there, sink);
		v->number = there ? row[RES_RID].integer : 0;
		return there;
	}
	if ((v->kind != INDEX_TOKEN && v->kind != INDEX_NUMBER) || v->system.len == 0) return true;
	v->number = term_known(dv->record, s, v->system, a, sink);
	return v->number != 0;
}

static int64_t check_value(deriving *dv, index_value v, int64_t rid, arena *a, int64_t *rows, issues *sink)
{
	cell want[TABLE_COLUMNS_MAX], got[TABLE_COLUMNS_MAX];
	int end_key;
	if (!number_known(dv, &v, a, sink)) return 1;
	snapshot *s = deriving_snapshot(dv);
	index_row(&v, rid, want);
	int rank = index_rank_column(v.kind);
	bool ok = store_get(s, &index_tables[v.kind], want, a, got, sink) == STORE_OK &&
		  (rank < 0 || got[rank].integer == v.rank);
	++*rows;
	const table *ends = index_end_row(&v, rid, want, &end_key);
	if (ends) {
		ok = ok && store_get(s, ends, want, a, got, sink) == STORE_OK;
		++*rows;
	}
	return !ok;
}

static bool check_resource_index(deriving *dv, int64_t rid, arena *a, check_report *out, int64_t *rows, issues *sink)
{
	version v;
	doc d;
	index_values values;
	issues own = {.arena = a};
	bool read = version_at(deriving_snapshot(dv), rid, a, &v, &own) == FOUND &&
		    json_parse_resource(a, v.json, TEXT(""), &own, &d);
	if (!read) { /* its body is damaged, which the log's check says: it cannot have the right index */
		out->broken_index++;
		return true;
	}
	search_type *t = type_of(dv->record, v.type, sink);
	if (!t || !extract(dv->record, t, &d, a, sink, &values)) return false;
	int64_t broken = 0;
	for (int i = 0; i < values.count; i++)
		if (!own_under_way(t, values.at[i].param)) broken += check_value(dv, values.at[i], rid, a, rows, sink);
	if (broken)
		check_complain(sink, FAIL_CHECK_INDEX, name_of_rid(deriving_snapshot(dv), rid, a, sink),
			       text_format(a, "%lld", (long long)broken));
	out->broken_index += broken;
	return sink->errors == 0;
}

static bool check_index(deriving *dv, check_report *out, issues *sink)
{
	int64_t count, expected = 0, *rids;
	snapshot *s = deriving_snapshot(dv);
	if (!list_live(s, dv->arena, &rids, &count, sink)) return false;
	arena *scratch = arena_new(REQUEST_ARENA_MAX);
	bool ok = true;
	for (int64_t i = 0; ok && i < count; i++) {
		ok = check_resource_index(dv, rids[i], scratch, out, &expected, sink);
		arena_reset(scratch);
	}
	arena_free(scratch);
	for (int k = 0; k < INDEX_TABLES; k++)
		out->index_rows += store_count(s, record_index_tables()[k], &(scan_options){.index = -1}, sink);
	expected += own_rows_under_way(dv->record, s, sink);
	if (out->index_rows != expected) {
		out->broken_index += llabs(out->index_rows - expected);
		check_complain(sink, FAIL_CHECK_INDEX, TEXT("ix_*"),
			       text_format(sink->arena, "%lld", (long long)(out->index_rows - expected)));
	}
	return ok && sink->errors == 0;
}

/* ---- checking what derivers keep: the rows' digests before and after deriving again ---- */

typedef struct row_digests {
	digest *at;
	int64_t count;
} row_digests;

static digest row_digest(const table *t, const cell *row, arena *a)
{
	buffer b = {.arena = a};
	for (int i = 0; i < t->column_count; i++) {
		buffer_format(&b, "%d %lld %lld ", (int)row[i].kind, (long long)row[i].integer,
			      (long long)row[i].text.len);
		buffer_add(&b, row[i].text);
	}
	return digest_of(buffer_text(&b));
}

/* Subjects to which new rules have not come yet: their rows are of the old ones. */
typedef struct waiting {
	again_state state;
	int64_t *settled, count; /* ahead of the queue, sorted */
} waiting;

static bool waiting_read(deriving *dv, waiting *out, issues *sink)
{
	*out = (waiting){0};
	if (!again_read(deriving_snapshot(dv), dv->arena, &out->state, sink)) return false;
	if (!out->state.under_way) return true;
	text of = text_format(sink->arena, "%lld", (long long)out->state.all);
	issue_warn(sink, FAIL_CHECK_UNDER_WAY, (place){0}, text_format(sink->arena, "%lld", (long long)out->state.done),
		   of);
	return store_collect(deriving_snapshot(dv), &settled_table, &(scan_options){.index = -1}, 0, dv->arena,
			     &out->settled, &out->count, sink);
}

static int by_subject(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return (a > b) - (a < b);
}

static bool waits(const waiting *w, int64_t subject)
{
	if (!w->state.under_way || subject <= w->state.cursor) return false;
	return !w->count || !bsearch(&subject, w->settled, (size_t)w->count, sizeof subject, by_subject);
}

static bool is_settled(const deriver *d, const table *t)
{
	for (int i = 0; i < d->settled_count; i++)
		if (d->settled[i] == t) return true;
	return false;
}

/* `w`: rows of subjects that wait are left out; NULL: none are. */
static row_digests table_digests(deriving *dv, const table *t, const waiting *w, issues *sink)
{
	snapshot *s = deriving_snapshot(dv);
	row_digests out = {.count = store_count(s, t, &(scan_options){.index = -1}, sink)};
	if (out.count < 0) return (row_digests){0};
	out.at = ARENA_ARRAY(dv->arena, digest, out.count);
	cell row[TABLE_COLUMNS_MAX];
	int64_t n = 0;
	scan *all = store_scan(s, t, &(scan_options){.index = -1}, dv->arena, sink);
	while (n < out.count && scan_next(all, row, sink)) {
		arena_mark mark = arena_here(dv->arena);
		if (w && waits(w, row[0].integer)) continue;
		out.at[n++] = row_digest(t, row, dv->arena);
		arena_rewind(dv->arena, mark);
	}
	scan_close(all);
	out.count = n;
	return out;
}

static int by_digest(const void *x, const void *y)
{
	return memcmp(x, y, DIGEST_BYTES);
}

/* Rows that only one of the two has. */
static int64_t differing(row_digests x, row_digests y)
{
	if (x.count) qsort(x.at, (size_t)x.count, sizeof *x.at, by_digest);
	if (y.count) qsort(y.at, (size_t)y.count, sizeof *y.at, by_digest);
	int64_t i = 0, k = 0, only_one = 0;
	while (i < x.count || k < y.count) {
		int order = i == x.count ? 1 : k == y.count ? -1 : by_digest(&x.at[i], &y.at[k]);
		only_one += order != 0;
		i += order <= 0;
		k += order >= 0;
	}
	return only_one;
}

static bool check_derived(deriving *dv, check_report *out, issues *sink)
{
	int count, n = 0;
	const deriver *all = derivers(&count);
	row_digests *before = ARENA_ARRAY(dv->arena, row_digests, DERIVERS_MAX * 8);
	waiting w;
	if (!waiting_read(dv, &w, sink)) return false;
	for (int i = 0; i < count; i++)
		for (int k = 0; k < all[i].table_count; k++) {
			assert(n < DERIVERS_MAX * 8);
			const table *t = all[i].tables[k];
			before[n] = table_digests(dv, t, is_settled(&all[i], t) ? &w : NULL, sink);
			out->derived_rows += before[n++].count;
		}
	if (sink->errors || !replay_log(dv, false, sink)) return false;
	n = 0;
	for (int i = 0; i < count; i++)
		for (int k = 0; k < all[i].table_count; k++) {
			const table *t = all[i].tables[k];
			row_digests now = table_digests(dv, t, is_settled(&all[i], t) ? &w : NULL, sink);
			int64_t broken = differing(before[n++], now);
			if (broken)
				check_complain(sink, FAIL_CHECK_TABLE, text_of(t->name),
					       text_format(sink->arena, "%lld", (long long)broken));
			out->broken_derived += broken;
		}
	return sink->errors == 0;
}

bool care_check(deriving *dv, check_report *out, issues *sink)
{
	*out = (check_report){0};
	snapshot *s = deriving_snapshot(dv);
	/* Where pages are damaged the log is still read, as far as it goes: it names what is on them. */
	bool sound = store_integrity(s, sink);
	if (!check_log(s, dv->arena, out, sink) || !sound) return false;
	if (!each_resource(dv, false, out, sink) || !check_index(dv, out, sink)) return false;
	if (out->broken_digests == 0) return check_derived(dv, out, sink);
	issue_warn(sink, FAIL_CHECK_UNDERIVED, (place){0}, TEXT(""), TEXT(""));
	return true;
}
