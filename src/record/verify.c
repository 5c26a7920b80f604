/* verify.c: the log held against itself: each body against its digest, each row against the chain, what was erased against the row that
 * says so. It reads only; what is wrong is named in the sink as a warning, and counted. */
#include "record/internal.h"

#include <string.h>

/* What was erased by law, by name ("Patient/p"), as the log says. */
typedef struct erasures {
	arena *arena;
	text *names;
	int64_t *sequences;
	int count, cap, sequence_cap;
	bool listed;
} erasures;

typedef struct verifying {
	snapshot *snapshot;
	arena *arena;
	check_report *out;
	issues *sink;
	digest chain;
	int64_t expected;
	erasures erased;
} verifying;

void check_complain(issues *sink, failure what, text x, text y)
{
	issue_warn(sink, what, (place){0}, x, y);
}

text name_of_rid(snapshot *s, int64_t rid, arena *a, issues *sink)
{
	cell row[RES_COLUMNS];
	if (store_get(s, &resource_table, &INT_CELL(rid), a, row, sink) != STORE_OK) return (text){0};
	text type = term_text(s, row[RES_TYPE].integer, a, sink);
	return text_format(a, "%.*s/%.*s", TEXT_ARG(type), TEXT_ARG(row[RES_ID].text));
}

/* ---- erasures ---- */

static void erasures_list(verifying *v)
{
	erasures *e = &v->erased;
	cell row[LOG_COLUMNS];
	e->listed = true;
	e->arena = v->sink->arena;
	scan *log = store_scan(v->snapshot, &log_table, &(scan_options){.index = -1}, e->arena, v->sink);
	while (scan_next(log, row, v->sink)) {
		if (row[LOG_KIND].integer != KIND_ERASE) continue;
		if (e->count == e->cap) {
			e->names = ARENA_DOUBLE(e->arena, text, e->names, &e->cap, 8);
			e->sequences = ARENA_DOUBLE(e->arena, int64_t, e->sequences, &e->sequence_cap, 8);
		}
		e->names[e->count] = text_copy(e->arena, text_cut(row[LOG_CAUSE].text, '\n').head);
		e->sequences[e->count++] = row[LOG_SEQ].integer;
	}
	scan_close(log);
}

/* The whole resource, or this version of it. */
static bool was_erased(verifying *v, text name, const cell *row)
{
	int64_t sequence = row[LOG_SEQ].integer;
	text one = text_format(v->arena, "%.*s/_history/%lld", TEXT_ARG(name), (long long)row[LOG_VERSION].integer);
	if (!v->erased.listed) erasures_list(v);
	for (int i = 0; i < v->erased.count; i++)
		if (v->erased.sequences[i] > sequence &&
		    (text_equal(v->erased.names[i], name) || text_equal(v->erased.names[i], one)))
			return true;
	return false;
}

/* ---- a row ---- */

static digest digest_kept(text bytes)
{
	digest d = {{0}};
	if (bytes.len == DIGEST_BYTES) memcpy(d.bytes, bytes.at, DIGEST_BYTES);
	return d;
}

static bool body_holds(verifying *v, const cell *row, text name)
{
	cell body[2];
	store_result got = store_get(v->snapshot, &body_table, &row[LOG_SEQ], v->arena, body, v->sink);
	if (got == STORE_OK && body[1].text.len == 0) return was_erased(v, name, row);
	digest now = got == STORE_OK ? digest_of(body[1].text) : (digest){{0}};
	return got == STORE_OK && row[LOG_DIGEST].text.len == DIGEST_BYTES &&
	       memcmp(now.bytes, row[LOG_DIGEST].text.at, DIGEST_BYTES) == 0;
}

static bool row_chained(verifying *v, const cell *row, text name)
{
	snapshot *s = v->snapshot;
	arena *a = v->arena;
	caller who = {.actor = term_text(s, row[LOG_ACTOR].integer, a, v->sink),
		      .purpose = term_text(s, row[LOG_PURPOSE].integer, a, v->sink),
		      .on_behalf_of = term_text(s, row[LOG_BEHALF].integer, a, v->sink)};
	chain_entry said = {.sequence = row[LOG_SEQ].integer,
			    .at = row[LOG_AT].integer,
			    .kind = (log_kind)row[LOG_KIND].integer,
			    .type_and_id = name,
			    .version = row[LOG_VERSION].integer,
			    .method = (int)row[LOG_METHOD].integer,
			    .who = who,
			    .cause = row[LOG_CAUSE].text};
	digest next = chain_next(v->chain, digest_kept(row[LOG_DIGEST].text), chain_row(a, &said));
	bool holds = row[LOG_SEQ].integer == v->expected && row[LOG_CHAIN].text.len == DIGEST_BYTES &&
		     memcmp(row[LOG_CHAIN].text.at, next.bytes, DIGEST_BYTES) == 0;
	/* One broken link is told once: the next row is held against what stands here. */
	v->chain = digest_kept(row[LOG_CHAIN].text);
	v->expected = row[LOG_SEQ].integer + 1;
	return holds;
}

static void check_row(verifying *v, const cell *row)
{
	bool is_version = row[LOG_KIND].integer == KIND_VERSION;
	text name = is_version ? name_of_rid(v->snapshot, row[LOG_RID].integer, v->arena, v->sink) : (text){0};
	bool has_body = is_version && row[LOG_METHOD].integer != WRITE_DELETE;
	text number = text_format(v->arena, "%lld", (long long)(is_version ? row[LOG_VERSION].integer : 0));
	text sequence = text_format(v->arena, "%lld", (long long)row[LOG_SEQ].integer);
	bool whole = !has_body || body_holds(v, row, name);
	if (!whole) check_complain(v->sink, FAIL_CHECK_BODY, name, number);
	bool chained = row_chained(v, row, name);
	if (!chained) check_complain(v->sink, FAIL_CHECK_LOG, sequence, name);
	v->out->broken_digests += !whole || !chained;
	v->out->versions += is_version;
}

bool check_log(snapshot *s, arena *a, check_report *out, issues *sink)
{
	/* What is found lives in the sink's arena, which may be `a`: so rows have one of their own. */
	arena *scratch = arena_new(REQUEST_ARENA_MAX);
	verifying v = {.snapshot = s, .arena = scratch, .out = out, .sink = sink, .expected = 1};
	cell row[LOG_COLUMNS];
	scan *log = store_scan(s, &log_table, &(scan_options){.index = -1}, a, sink);
	while (scan_next(log, row, sink)) {
		check_row(&v, row);
		arena_reset(scratch);
	}
	scan_close(log);
	arena_free(scratch);
	return sink->errors == 0;
}

/* ---- a file that nobody has opened yet: a backup ---- */

enum { RECORDED_TABLES = 5 }; /* log, body, resource, cause, term: what no program computes */

bool record_verify(text file, arena *a, check_report *out, issues *sink)
{
	*out = (check_report){0};
	store_options o = {.file = file,
			   .schema_version = SCHEMA_VERSION,
			   .tables = record_tables(),
			   .table_count = RECORDED_TABLES,
			   .read_only = true,
			   .as_is = true};
	store *kept = store_open(a, &o, sink);
	if (!kept) return false;
	snapshot *s = store_snapshot(kept, sink);
	bool ok = s && store_integrity(s, sink) && check_log(s, a, out, sink);
	if (s) out->resources = store_count(s, &resource_table, &(scan_options){.index = -1}, sink);
	store_release(s);
	store_close(kept);
	return ok && sink->errors == 0;
}
