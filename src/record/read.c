/* Reading: the current version, a given one, all of them. */
#include "record/internal.h"

#include <string.h>

bool scope_allows(const caller *who, text type)
{
	text rest = who->scope;
	if (text_equal(rest, TEXT("*"))) return true;
	while (rest.len) {
		text_pair p = text_cut(rest, ',');
		if (text_equal(text_trim(p.head), type)) return true;
		rest = p.tail;
	}
	return false;
}

reader *record_reader(record *r, const caller *who, arena *a, issues *sink)
{
	if (who->actor.len == 0 || who->purpose.len == 0) {
		issue_add(sink, FAIL_RECORD_CALLER, TEXT(""), TEXT(""));
		return NULL;
	}
	snapshot *s = store_snapshot(r->store, sink);
	if (!s) return NULL;
	reader *rd = ARENA_NEW(a, reader);
	*rd = (reader){.record = r, .snapshot = s, .who = *who, .arena = a, .sequence = -1, .own = true};
	return rd;
}

void reader_close(reader *rd)
{
	if (rd) conformance_release(rd->record, rd->conformance);
	if (rd) rd->conformance = NULL;
	if (rd && rd->scratch) record_arena_back(rd->record, rd->scratch);
	if (rd) rd->scratch = NULL;
	if (rd && rd->own) store_release(rd->snapshot);
	if (rd) rd->own = false;
}

int64_t reader_sequence(reader *rd)
{
	if (rd->sequence >= 0) return rd->sequence;
	issues sink = {.arena = rd->arena};
	cell row[LOG_COLUMNS];
	store_result got = store_last(rd->snapshot, &log_table, rd->arena, row, &sink);
	rd->sequence = got == STORE_OK ? row[LOG_SEQ].integer : 0;
	return rd->sequence;
}

record *reader_record(const reader *rd)
{
	return rd->record;
}

snapshot *reader_snapshot(reader *rd)
{
	return rd->snapshot;
}

/* ---- rows ---- */

bool resource_row(snapshot *s, int64_t type_term, text id, arena *a, cell *row, bool *there, issues *sink)
{
	cell key[] = {INT_CELL(type_term), TEXT_CELL(id)};
	store_result got = type_term ? store_find(s, &resource_table, RES_BY_ID, key, a, row, sink) : STORE_NOT_FOUND;
	*there = got == STORE_OK;
	/* An index that is damaged may lead to another row. */
	if (*there && (row[RES_TYPE].integer != type_term || !text_equal(row[RES_ID].text, id)))
		return issue_add(sink, FAIL_STORE_CORRUPT, TEXT("resource_id"), TEXT(""));
	return got != STORE_FAILED;
}

static bool body_of(snapshot *s, int64_t seq, arena *a, text *out, issues *sink)
{
	cell row[2];
	store_result got = store_get(s, &body_table, &INT_CELL(seq), a, row, sink);
	*out = got == STORE_OK ? row[1].text : (text){0}; /* empty: erased, nothing is left to show */
	return got != STORE_FAILED;
}

/* What the disk gives is what was written, or it is not given. */
static bool body_checked(snapshot *s, const cell *log, arena *a, version *out, issues *sink)
{
	cell row[2];
	store_result got = store_get(s, &body_table, &INT_CELL(out->sequence), a, row, sink);
	if (got == STORE_FAILED) return false;
	bool there = got == STORE_OK;
	text kept = log[LOG_DIGEST].text;
	digest now = digest_of(there ? row[1].text : (text){0});
	bool same = there && kept.len == DIGEST_BYTES && memcmp(kept.at, now.bytes, DIGEST_BYTES) == 0;
	if (same || (there && row[1].text.len == 0)) {
		out->json = row[1].text;
		out->erased = out->deleted = !same;
		return true;
	}
	return issue_add(sink, FAIL_RECORD_DAMAGED, text_format(a, "%.*s/%.*s", TEXT_ARG(out->type), TEXT_ARG(out->id)),
			 text_format(a, "%lld", (long long)out->number));
}

/* Fills in what one row of the log says; type, id and rid are the caller's. */
bool version_of_log(snapshot *s, const cell *log, arena *a, version *out, issues *sink)
{
	out->number = log[LOG_VERSION].integer;
	out->sequence = log[LOG_SEQ].integer;
	out->at = log[LOG_AT].integer;
	out->deleted = log[LOG_METHOD].integer == WRITE_DELETE;
	out->actor = term_text(s, log[LOG_ACTOR].integer, a, sink);
	out->purpose = term_text(s, log[LOG_PURPOSE].integer, a, sink);
	out->on_behalf_of = term_text(s, log[LOG_BEHALF].integer, a, sink);
	return out->deleted || body_checked(s, log, a, out, sink);
}

static bool names_itself(arena *a, const version *v)
{
	return text_find(v->json, text_format(a, "\"id\":\"%.*s\"", TEXT_ARG(v->id))) > 0;
}

/* The version that a row of `resource` speaks of. `whole`: with the log's part (who, when). */
found read_row(snapshot *s, const cell *row, arena *a, bool whole, version *out, issues *sink)
{
	*out = (version){.rid = row[RES_RID].integer,
			 .id = row[RES_ID].text,
			 .number = row[RES_VERSION].integer,
			 .sequence = row[RES_SEQ].integer,
			 .deleted = row[RES_STATE].integer == STATE_DELETED};
	if (row[RES_STATE].integer == STATE_PLACEHOLDER) return FOUND_NONE;
	int before = sink->errors;
	out->type = term_text(s, row[RES_TYPE].integer, a, sink);
	bool ok;
	if (whole) {
		cell log[LOG_COLUMNS];
		ok = store_get(s, &log_table, &INT_CELL(out->sequence), a, log, sink) == STORE_OK &&
		     log[LOG_RID].integer == out->rid && log[LOG_VERSION].integer == out->number &&
		     version_of_log(s, log, a, out, sink);
	} else {
		ok = out->deleted || body_of(s, out->sequence, a, &out->json, sink);
	}
	/* Rows that point at each other may all be sound and yet belong to another: the body says whose it is. */
	if (ok && whole && !out->deleted) ok = names_itself(a, out);
	if (!ok && sink->errors == before) issue_add(sink, FAIL_STORE_CORRUPT, TEXT("log"), TEXT(""));
	if (!ok || sink->errors != before) return FOUND_FAILED;
	return out->deleted ? FOUND_DELETED : FOUND;
}

found version_to_try(snapshot *s, int64_t rid, arena *a, version *out, issues *sink)
{
	cell row[RES_COLUMNS];
	store_result got = store_get(s, &resource_table, &INT_CELL(rid), a, row, sink);
	if (got == STORE_FAILED) return FOUND_FAILED;
	if (got == STORE_NOT_FOUND) return FOUND_NONE;
	found f = read_row(s, row, a, false, out, sink);
	out->at = INSTANT_NONE;
	return f;
}

bool version_when(snapshot *s, const version *v, arena *a, instant *out, issues *sink)
{
	cell log[LOG_COLUMNS];
	if (store_get(s, &log_table, &INT_CELL(v->sequence), a, log, sink) != STORE_OK)
		return sink->errors ? false : issue_add(sink, FAIL_STORE_CORRUPT, TEXT("log"), TEXT(""));
	*out = log[LOG_AT].integer;
	return true;
}

found version_at(snapshot *s, int64_t rid, arena *a, version *out, issues *sink)
{
	cell row[RES_COLUMNS];
	store_result got = store_get(s, &resource_table, &INT_CELL(rid), a, row, sink);
	if (got == STORE_FAILED) return FOUND_FAILED;
	return got == STORE_OK ? read_row(s, row, a, true, out, sink) : FOUND_NONE;
}

found version_numbered(snapshot *s, int64_t rid, int64_t number, arena *a, version *out, issues *sink)
{
	cell row[RES_COLUMNS], log[LOG_COLUMNS], key[] = {INT_CELL(rid), INT_CELL(number)};
	if (store_get(s, &resource_table, &INT_CELL(rid), a, row, sink) != STORE_OK)
		return sink->errors ? FOUND_FAILED : FOUND_NONE;
	store_result got = store_find(s, &log_table, LOG_BY_RID, key, a, log, sink);
	if (got != STORE_OK) return got == STORE_FAILED ? FOUND_FAILED : FOUND_NONE;
	*out = (version){.rid = rid, .type = term_text(s, row[RES_TYPE].integer, a, sink), .id = row[RES_ID].text};
	if (!version_of_log(s, log, a, out, sink)) return FOUND_FAILED;
	return out->deleted ? FOUND_DELETED : FOUND;
}

/* ---- through a reader ---- */

void reader_note(reader *rd, text type, text id, int64_t number, resource_state state)
{
	read_set *reads = rd->reads;
	if (!reads) return;
	if (reads->count == reads->cap) {
		int cap = reads->cap ? reads->cap * 2 : 8;
		seen *more = ARENA_ARRAY(rd->arena, seen, cap);
		for (int i = 0; i < reads->count; i++) more[i] = reads->at[i];
		reads->at = more;
		reads->cap = cap;
	}
	reads->at[reads->count++] = (seen){type, id, number, state};
}

static bool in_scope(reader *rd, text type, issues *sink)
{
	return scope_allows(&rd->who, type) || issue_add(sink, FAIL_RECORD_SCOPE, type, TEXT(""));
}

/* The row of `resource`, in scope and noted. */
found reader_row(reader *rd, text type, text id, cell *row, issues *sink)
{
	bool there;
	if (!in_scope(rd, type, sink)) return FOUND_FAILED;
	int64_t term = term_known(rd->record, rd->snapshot, type, rd->arena, sink);
	if (!resource_row(rd->snapshot, term, id, rd->arena, row, &there, sink)) return FOUND_FAILED;
	resource_state state = there ? (resource_state)row[RES_STATE].integer : STATE_PLACEHOLDER;
	reader_note(rd, type, id, there ? row[RES_VERSION].integer : 0, state);
	return state == STATE_LIVE ? FOUND : state == STATE_DELETED ? FOUND_DELETED : FOUND_NONE;
}

found record_read(reader *rd, text type, text id, version *out, issues *sink)
{
	cell row[RES_COLUMNS];
	found f = reader_row(rd, type, id, row, sink);
	if (f == FOUND_NONE || f == FOUND_FAILED) return f;
	return read_row(rd->snapshot, row, rd->arena, true, out, sink);
}

bool record_at_hand(record *r, const caller *who, text type, text id, arena *a, version *out)
{
	bool may = scope_allows(who, type) && who->actor.len && who->purpose.len;
	return may && hot_find(r->hot, type, id, a, out);
}

uint64_t record_moment(record *r)
{
	return hot_epoch(r->hot);
}

void record_keep_at_hand(record *r, uint64_t moment, const version *v)
{
	hot_keep(r->hot, moment, v);
}

int64_t record_rid(reader *rd, text type, text id)
{
	cell row[RES_COLUMNS];
	issues unused = {.arena = rd->arena};
	found f = reader_row(rd, type, id, row, &unused);
	return f == FOUND || f == FOUND_DELETED ? row[RES_RID].integer : 0;
}

found record_read_rid(reader *rd, int64_t rid, version *out, issues *sink)
{
	found f = version_at(rd->snapshot, rid, rd->arena, out, sink);
	if (f != FOUND && f != FOUND_DELETED) return f;
	reader_note(rd, out->type, out->id, out->number, f == FOUND ? STATE_LIVE : STATE_DELETED);
	return in_scope(rd, out->type, sink) ? f : FOUND_FAILED;
}

found record_vread(reader *rd, text type, text id, int64_t number, version *out, issues *sink)
{
	cell row[RES_COLUMNS], log[LOG_COLUMNS];
	found f = reader_row(rd, type, id, row, sink);
	if (f == FOUND_NONE || f == FOUND_FAILED) return f;
	cell key[] = {row[RES_RID], INT_CELL(number)};
	store_result got = store_find(rd->snapshot, &log_table, LOG_BY_RID, key, rd->arena, log, sink);
	if (got != STORE_OK) return got == STORE_FAILED ? FOUND_FAILED : FOUND_NONE;
	*out = (version){.rid = row[RES_RID].integer, .type = type, .id = id};
	if (!version_of_log(rd->snapshot, log, rd->arena, out, sink)) return FOUND_FAILED;
	return out->deleted ? FOUND_DELETED : FOUND;
}

/* ---- for FHIRPath ---- */

static bool resolve(void *self, text reference, path_item *out)
{
	reader *rd = self;
	target to;
	version v;
	issues aside = {.arena = rd->arena};
	if (!reference_target(rd->record, reference, &to) || to.type.len == 0) return false;
	doc *d = ARENA_NEW(rd->arena, doc);
	if (record_read(rd, to.type, to.id, &v, &aside) != FOUND) return false;
	if (!json_parse_resource(rd->arena, v.json, TEXT(""), &aside, d)) return false;
	*out = (path_item){.kind = PATH_NODE, .type = type_find(to.type), .d = d};
	return true;
}

path_outside record_outside(reader *rd)
{
	return (path_outside){.self = rd, .now = world_now(rd->record->world), .resolve = resolve};
}
