/* All that is here, one resource after the other in the order of their row numbers: for who computes over the whole record beside it. */
#include "record/internal.h"

enum { ROWS_AT_A_TIME = 2000 };

typedef struct walked {
	int64_t rids[ROWS_AT_A_TIME];
	int count;
	int64_t last;
	bool ended;
} walked;

/* Row numbers of what is wanted; a type is asked for once. */
static bool rids_walk(reader *rd, int64_t after, const record_walk *how, walked *out, issues *sink)
{
	cell low = INT_CELL(after), row[RES_COLUMNS];
	int64_t terms[ROWS_AT_A_TIME];
	scan_options o = {.index = -1, .low = &low, .low_excluded = true, .limit = ROWS_AT_A_TIME};
	int seen = 0, before = sink->errors;
	*out = (walked){.last = after};
	scan *s = store_scan(rd->snapshot, &resource_table, &o, rd->arena, sink);
	for (; s && scan_next(s, row, sink); seen++) {
		out->last = row[RES_RID].integer;
		terms[out->count] = row[RES_TYPE].integer;
		if (row[RES_STATE].integer == STATE_LIVE) out->rids[out->count++] = out->last;
	}
	if (s) scan_close(s);
	out->ended = seen < ROWS_AT_A_TIME;
	int kept = 0;
	int64_t known = 0;
	bool wanted = false;
	for (int i = 0; i < out->count; i++) {
		text type = terms[i] == known ? (text){0} : term_text(rd->snapshot, terms[i], rd->arena, sink);
		if (terms[i] != known) wanted = how->wanted(how->self, type);
		known = terms[i];
		if (wanted) out->rids[kept++] = out->rids[i];
	}
	out->count = kept;
	return sink->errors == before;
}

bool record_walk_on(reader *rd, int64_t *after, const record_walk *how, issues *sink)
{
	arena_mark mark = arena_here(rd->arena);
	walked *w = ARENA_NEW(rd->arena, walked);
	bool ok = rids_walk(rd, *after, how, w, sink);
	for (int i = 0; ok && i < w->count; i++) {
		arena_mark one = arena_here(rd->arena);
		version v;
		found f = version_at(rd->snapshot, w->rids[i], rd->arena, &v, sink);
		ok = f != FOUND_FAILED && (f != FOUND || how->take(how->self, &v, sink));
		arena_rewind(rd->arena, one);
	}
	*after = w->ended ? INT64_MAX : w->last;
	arena_rewind(rd->arena, mark);
	return ok;
}
