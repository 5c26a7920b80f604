/* One prepared write in the writer's transaction: log, body, current state, index, derivers. */
#include "record/internal.h"

#include <string.h>

/* ---- the log and its chain ---- */

text chain_row(arena *a, const chain_entry *e)
{
	const caller *who = &e->who;
	return text_format(a, "%lld\n%lld\n%d\n%.*s\n%lld\n%d\n%.*s\n%.*s\n%.*s\n%.*s", (long long)e->sequence,
			   (long long)e->at, (int)e->kind, TEXT_ARG(e->type_and_id), (long long)e->version, e->method,
			   TEXT_ARG(who->actor), TEXT_ARG(who->purpose), TEXT_ARG(who->on_behalf_of),
			   TEXT_ARG(e->cause));
}

/* Covers the digest of the body, not the body: that may be erased. */
digest chain_next(digest before, digest body, text row)
{
	return digest_pair(digest_pair(before, body), digest_of(row));
}

static text digest_text(const digest *d)
{
	return (text){(const char *)d->bytes, DIGEST_BYTES};
}

bool tip_load(record *r, snapshot *s, tip *out, issues *sink)
{
	arena *a = record_arena(r);
	cell log[LOG_COLUMNS], row[RES_COLUMNS];
	*out = (tip){.at = INSTANT_NONE};
	store_result l = store_last(s, &log_table, a, log, sink);
	store_result m = store_last(s, &resource_table, a, row, sink);
	if (l == STORE_OK) {
		out->sequence = log[LOG_SEQ].integer;
		out->at = log[LOG_AT].integer;
		if (log[LOG_CHAIN].text.len == DIGEST_BYTES)
			memcpy(out->chain.bytes, log[LOG_CHAIN].text.at, DIGEST_BYTES);
	}
	if (m == STORE_OK) out->rid = row[RES_RID].integer;
	store_result t = store_last(s, &term_table, a, row, sink);
	if (t == STORE_OK) out->term = row[0].integer;
	record_arena_back(r, a);
	return l != STORE_FAILED && m != STORE_FAILED && t != STORE_FAILED;
}

/* What a row of the log says of a version; for ticks and content nothing. */
typedef struct entry {
	log_kind kind;
	int64_t rid, version;
	write_method method;
	text type_and_id, cause;
	digest body;
} entry;

static bool append(deriving *dv, const entry *e, const caller *who, issues *sink)
{
	tip *end = &dv->record->tip;
	bool is_version = e->kind == KIND_VERSION;
	chain_entry said = {.sequence = end->sequence + 1,
			    .at = dv->now,
			    .kind = e->kind,
			    .type_and_id = e->type_and_id,
			    .version = e->version,
			    .method = (int)e->method,
			    .who = *who,
			    .cause = e->cause};
	digest chain = chain_next(end->chain, e->body, chain_row(dv->arena, &said));
	cell row[LOG_COLUMNS] = {
	    [LOG_SEQ] = INT_CELL(end->sequence + 1),
	    [LOG_AT] = INT_CELL(dv->now),
	    [LOG_KIND] = INT_CELL(e->kind),
	    [LOG_RID] = is_version ? INT_CELL(e->rid) : NULL_CELL,
	    [LOG_VERSION] = is_version ? INT_CELL(e->version) : NULL_CELL,
	    [LOG_METHOD] = is_version ? INT_CELL(e->method) : NULL_CELL,
	    [LOG_ACTOR] = INT_CELL(term_of(dv, who->actor, sink)),
	    [LOG_PURPOSE] = INT_CELL(term_of(dv, who->purpose, sink)),
	    [LOG_BEHALF] = who->on_behalf_of.len ? INT_CELL(term_of(dv, who->on_behalf_of, sink)) : INT_CELL(0),
	    [LOG_DIGEST] = BYTES_CELL(digest_text(&e->body)),
	    [LOG_CHAIN] = BYTES_CELL(digest_text(&chain)),
	    [LOG_CAUSE] = e->cause.len ? TEXT_CELL(e->cause) : NULL_CELL,
	};
	if (sink->errors) return false;
	if (store_add(dv->writing, &log_table, row, sink) != STORE_OK) return false;
	end->sequence++;
	end->at = dv->now;
	end->chain = chain;
	return true;
}

bool log_erasure(deriving *dv, text said, issues *sink)
{
	return append(dv, &(entry){.kind = KIND_ERASE, .cause = said}, dv->who, sink);
}

bool log_append(deriving *dv, log_kind kind, digest of, const caller *who, issues *sink)
{
	return append(dv, &(entry){.kind = kind, .body = of}, who, sink);
}

/* ---- a write ---- */

static bool write_version(deriving *dv, prepared *p, const caller *who, issues *sink)
{
	text json = {p->json, p->json_len};
	text what = text_format(dv->arena, "%.*s/%.*s", TEXT_ARG(p->type->name), TEXT_ARG(p->id));
	if (p->json) instant_stamp(p->json + p->stamp_at, dv->now);
	write_method method = p->method == WRITE_UPDATE && p->created ? WRITE_CREATE : p->method;
	entry e = {.kind = KIND_VERSION,
		   .rid = p->rid,
		   .version = p->version,
		   .method = method,
		   .type_and_id = what,
		   .cause = p->cause,
		   .body = digest_of(json)};
	if (!append(dv, &e, who, sink)) return false;
	int64_t seq = dv->record->tip.sequence;
	cell body[] = {INT_CELL(seq), TEXT_CELL(json)};
	if (p->json && store_add(dv->writing, &body_table, body, sink) != STORE_OK) return false;
	cell row[RES_COLUMNS] = {INT_CELL(p->rid), INT_CELL(p->type->term),
				 TEXT_CELL(p->id), INT_CELL(p->version),
				 INT_CELL(seq),    INT_CELL(p->method == WRITE_DELETE ? STATE_DELETED : STATE_LIVE)};
	return store_set(dv->writing, &resource_table, row, sink) == STORE_OK;
}

static bool write_cause(deriving *dv, const prepared *p, issues *sink)
{
	if (p->cause.len == 0) return true;
	cell row[] = {TEXT_CELL(p->cause), INT_CELL(p->rid)};
	store_result done = store_insert(dv->writing, &cause_table, row, sink);
	if (done == STORE_EXISTS) issue_add(sink, FAIL_RECORD_CAUSE, p->cause, TEXT(""));
	return done == STORE_OK;
}

/* The row number: of what is there, of its placeholder, or a new one. */
static bool find_rid(deriving *dv, prepared *p, issues *sink)
{
	if (p->rid) return true;
	cell row[RES_COLUMNS];
	bool there;
	if (!resource_row(store_writing_snapshot(dv->writing), p->type->term, p->id, dv->arena, row, &there, sink))
		return false;
	p->rid = there ? row[RES_RID].integer : ++dv->record->tip.rid;
	return true;
}

static bool apply_derivers(deriving *dv, const prepared *p, const caller *who, issues *sink)
{
	int count;
	const deriver *all = derivers(&count);
	change c = {.rid = p->rid,
		    .type = p->type->name,
		    .id = p->id,
		    .fhir_type = p->type->type,
		    .resource = p->resource,
		    .version = p->version,
		    .sequence = dv->record->tip.sequence,
		    .at = dv->now,
		    .who = who,
		    .created = p->created};
	for (int i = 0; i < count; i++) {
		c.prepared = p->deriver_prepared[i];
		if (all[i].apply && !all[i].apply(all[i].self, dv, &c, sink)) return false;
	}
	return true;
}

bool apply_write(deriving *dv, prepared *p, const caller *who, written *out, issues *sink)
{
	*out = (written){.type = p->type->name, .id = p->id, .version = p->version, .created = p->created};
	if (p->unchanged) {
		out->unchanged = true;
		out->created = false;
		out->at = p->kept_at;
		out->sequence = p->kept_sequence;
		out->json = p->kept_json;
		return true;
	}
	hot_drop(dv->record->hot, p->type->name, p->id);
	bool ok = find_rid(dv, p, sink) && write_version(dv, p, who, sink) && write_cause(dv, p, sink) &&
		  index_write(dv, p->rid, p->remove, p->remove_count, true, sink) &&
		  index_write(dv, p->rid, p->add, p->add_count, false, sink);
	out->sequence = dv->record->tip.sequence;
	out->at = dv->now;
	out->json = (text){p->json, p->json_len};
	return ok && apply_derivers(dv, p, who, sink);
}
