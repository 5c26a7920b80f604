/* erase.c: bodies that the law wants gone. One transaction: the resource is deleted where it stands, so that index and derivers let go of
 * it; the body of each version becomes empty; a row of the log, in the chain like any other, says what was erased, by whom and why. */
#include "record/internal.h"

typedef struct erasing {
	const erasure *what;
	text name; /* "Patient/p", "Patient/p/_history/2" */
	int64_t bodies;
} erasing;

static bool delete_now(const erasing *e, deriving *dv, issues *sink)
{
	reader rd = {.record = dv->record,
		     .snapshot = deriving_snapshot(dv),
		     .who = *dv->who,
		     .arena = dv->arena,
		     .sequence = -1};
	const write_op w = {.method = WRITE_DELETE, .type = e->what->type, .id = e->what->id};
	prepared p;
	written done;
	return prepare_write(&rd, &w, dv->arena, sink, &p) && apply_write(dv, &p, dv->who, &done, sink) &&
	       derive_settle(dv, sink);
}

static bool body_empty(erasing *e, deriving *dv, int64_t sequence, issues *sink)
{
	cell row[2], empty[] = {INT_CELL(sequence), TEXT_CELL(TEXT(""))};
	arena_mark mark = arena_here(dv->arena);
	store_result got = store_get(deriving_snapshot(dv), &body_table, &INT_CELL(sequence), dv->arena, row, sink);
	bool has = got == STORE_OK && row[1].text.len > 0;
	arena_rewind(dv->arena, mark);
	e->bodies += has;
	return got != STORE_FAILED && (!has || store_put(dv->writing, &body_table, empty, sink) == STORE_OK);
}

static bool bodies_empty(erasing *e, deriving *dv, int64_t rid, issues *sink)
{
	int64_t *sequences, count;
	cell prefix[] = {INT_CELL(rid), INT_CELL(e->what->number)};
	scan_options o = {.index = LOG_BY_RID, .prefix = prefix, .prefix_cells = e->what->number ? 2 : 1};
	if (!store_collect(deriving_snapshot(dv), &log_table, &o, LOG_SEQ, dv->arena, &sequences, &count, sink))
		return false;
	for (int64_t i = 0; i < count; i++)
		if (!body_empty(e, dv, sequences[i], sink)) return false;
	return true;
}

static void name_it(erasing *e, arena *a)
{
	const erasure *x = e->what;
	e->name = text_format(a, "%.*s/%.*s", TEXT_ARG(x->type), TEXT_ARG(x->id));
	if (x->number) e->name = text_format(a, "%.*s/_history/%lld", TEXT_ARG(e->name), (long long)x->number);
	e->bodies = 0;
}

static bool erase(void *self, deriving *dv, issues *sink)
{
	erasing *e = self;
	version v;
	int64_t rid = deriving_rid(dv, e->what->type, e->what->id);
	name_it(e, dv->arena);
	if (!rid) return issue_add(sink, FAIL_ERASE_NONE, e->name, TEXT(""));
	found f = version_at(deriving_snapshot(dv), rid, dv->arena, &v, sink);
	bool stands = f == FOUND && (!e->what->number || e->what->number == v.number);
	if (f == FOUND_FAILED || (stands && !delete_now(e, dv, sink))) return false;
	if (!bodies_empty(e, dv, rid, sink)) return false;
	if (e->bodies == 0) return true;
	text said = text_format(dv->arena, "%.*s\n%.*s", TEXT_ARG(e->name), TEXT_ARG(e->what->reason));
	/* What derivers keep of the past is computed again without it. */
	hot_clear(dv->record->hot);
	return log_erasure(dv, said, sink) && replay_log(dv, false, sink);
}

bool record_erase(record *r, const caller *who, const erasure *what, int64_t *bodies, issues *sink)
{
	erasing e = {.what = what};
	if (who->actor.len == 0 || who->purpose.len == 0)
		return issue_add(sink, FAIL_RECORD_CALLER, TEXT(""), TEXT(""));
	if (!scope_allows(who, what->type)) return issue_add(sink, FAIL_RECORD_SCOPE, what->type, TEXT(""));
	if (text_trim(what->reason).len == 0) return issue_add(sink, FAIL_ERASE_REASON, TEXT(""), TEXT(""));
	bool done = note_job(r, who, erase, &e, sink);
	*bodies = done ? e.bodies : 0;
	return done;
}
