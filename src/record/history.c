/* Histories: the log read backwards, of one resource by its own index, of a type or of all by its key. */
#include "record/internal.h"

typedef struct walk {
	reader *reader;
	const history_query *query;
	issues *sink;
	int64_t *rids; /* of the type, ascending */
	int64_t rid_count;
	version *out;
	int count;
	bool more;
	int64_t last; /* sequence of the last row looked at */
} walk;

static bool of_type(const walk *k, int64_t rid)
{
	int64_t low = 0, high = k->rid_count;
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		if (k->rids[middle] < rid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < k->rid_count && k->rids[low] == rid;
}

/* When the version after it was written; INSTANT_NONE: it is the newest. */
static instant superseded(walk *k, int64_t rid, int64_t number)
{
	cell key[] = {INT_CELL(rid), INT_CELL(number + 1)}, log[LOG_COLUMNS];
	store_result got = store_find(k->reader->snapshot, &log_table, LOG_BY_RID, key, k->reader->arena, log, k->sink);
	return got == STORE_OK ? log[LOG_AT].integer : INSTANT_NONE;
}

static bool wanted(walk *k, const cell *log)
{
	const history_query *q = k->query;
	if (log[LOG_KIND].integer != KIND_VERSION) return false;
	if (q->before && log[LOG_SEQ].integer >= q->before) return false;
	if (k->query->type.len && !k->query->id.len && !of_type(k, log[LOG_RID].integer)) return false;
	instant at = log[LOG_AT].integer;
	if (q->since != INSTANT_NONE && at < q->since) return false;
	if (q->current_to == INSTANT_NONE) return true;
	if (at >= q->current_to) return false;
	instant until = superseded(k, log[LOG_RID].integer, log[LOG_VERSION].integer);
	return until == INSTANT_NONE || until > q->current_from;
}

/* The row's texts are read at once: its bytes are the scan's. */
static bool take(walk *k, const cell *log)
{
	cell row[RES_COLUMNS];
	snapshot *s = k->reader->snapshot;
	arena *a = k->reader->arena;
	version *v = &k->out[k->count];
	if (store_get(s, &resource_table, &log[LOG_RID], a, row, k->sink) != STORE_OK) return k->sink->errors == 0;
	*v = (version){.rid = row[RES_RID].integer, .id = row[RES_ID].text};
	v->type = term_text(s, row[RES_TYPE].integer, a, k->sink);
	if (!scope_allows(&k->reader->who, v->type)) return true;
	if (!version_of_log(s, log, a, v, k->sink)) return false;
	k->count++;
	return true;
}

/* The log is in the order of time: what is older than `since` ends the walk. */
static bool is_past(const walk *k, const cell *log)
{
	return k->query->since != INSTANT_NONE && log[LOG_AT].integer < k->query->since;
}

static bool walk_log(walk *k, const scan_options *o)
{
	cell log[LOG_COLUMNS];
	int looked = 0;
	scan *s = store_scan(k->reader->snapshot, &log_table, o, k->reader->arena, k->sink);
	while (s && !k->more && scan_next(s, log, k->sink)) {
		if (is_past(k, log)) break;
		if (wanted(k, log)) {
			k->more = k->count == k->query->count;
			if (!k->more && !take(k, log)) break;
		}
		if (!k->more) k->last = log[LOG_SEQ].integer;
		k->more = k->more || ++looked == HISTORY_ROWS_MAX;
	}
	if (s) scan_close(s);
	return k->sink->errors == 0;
}

static found walk_resource(walk *k)
{
	cell row[RES_COLUMNS];
	found f = reader_row(k->reader, k->query->type, k->query->id, row, k->sink);
	if (f == FOUND_NONE || f == FOUND_FAILED) return f;
	scan_options o = {.index = LOG_BY_RID, .prefix = &row[RES_RID], .prefix_cells = 1, .descending = true};
	return walk_log(k, &o) ? FOUND : FOUND_FAILED;
}

/* Deleted ones too; placeholders were never written. */
static bool collect_type(walk *k)
{
	reader *rd = k->reader;
	cell prefix = INT_CELL(term_known(rd->record, rd->snapshot, k->query->type, rd->arena, k->sink));
	scan_options o = {.index = RES_BY_ID, .prefix = &prefix, .prefix_cells = 1};
	return store_collect(rd->snapshot, &resource_table, &o, RES_RID, rd->arena, &k->rids, &k->rid_count, k->sink);
}

found record_history(reader *rd, const history_query *q, version **out, int *count, int64_t *next, issues *sink)
{
	walk k = {.reader = rd, .query = q, .sink = sink, .out = ARENA_ARRAY(rd->arena, version, q->count + 1)};
	cell high = INT_CELL(q->before);
	scan_options all = {.index = -1, .high = q->before ? &high : NULL, .descending = true};
	found f = FOUND;
	*out = k.out;
	*count = 0;
	*next = 0;
	if (q->id.len) {
		f = walk_resource(&k);
	} else {
		bool may = !q->type.len || scope_allows(&rd->who, q->type) ||
			   issue_add(sink, FAIL_RECORD_SCOPE, q->type, TEXT(""));
		if (!may || (q->type.len && !collect_type(&k)) || !walk_log(&k, &all)) f = FOUND_FAILED;
	}
	*count = k.count;
	if (k.more) *next = k.last;
	return f;
}
