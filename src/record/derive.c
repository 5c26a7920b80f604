/* The table of derivers and what they may do in the writer's transaction. */
#include "record/internal.h"

static deriver registered[DERIVERS_MAX];
static int registered_count;

void record_register(const deriver *d)
{
	for (int i = 0; i < registered_count; i++)
		if (text_equal(text_of(registered[i].name), text_of(d->name))) {
			registered[i] = *d; /* again, for another content image */
			return;
		}
	assert(registered_count < DERIVERS_MAX);
	registered[registered_count++] = *d;
}

const deriver *derivers(int *count)
{
	*count = registered_count;
	return registered;
}

void *derive_prepare(int which, const write_op *w, const doc *resource, reader *rd, arena *a, issues *sink)
{
	const deriver *d = &registered[which];
	return d->prepare ? d->prepare(d->self, w, resource, rd, a, sink) : NULL;
}

deriving deriving_begin(record *r, writing *w, arena *a, const caller *who)
{
	instant now = world_now(r->world);
	/* The world's clock may be set back; the log's time does not go back. Said once, not with every commit until it has caught up. */
	bool behind = now < r->tip.at;
	if (behind && !r->clock_behind)
		log_event(LOG_WARN, "clock-behind-log", "log", text_z(a, instant_iso(a, r->tip.at)), NULL);
	if (behind) now = r->tip.at;
	r->clock_behind = behind;
	deriving dv = {.record = r,
		       .writing = w,
		       .arena = a,
		       .kept = a,
		       .who = who,
		       .now = now,
		       .first = r->tip.sequence + 1,
		       .terms = {.arena = a}};
	dv.own = *who;
	dv.own.actor = TEXT("Device/limen");
	dv.own.on_behalf_of = who->actor;
	dv.own.scope = TEXT("*");
	return dv;
}

/* ---- what derivers ask ---- */

snapshot *deriving_snapshot(deriving *dv)
{
	return store_writing_snapshot(dv->writing);
}

int64_t deriving_sequence(deriving *dv)
{
	return dv->record->tip.sequence;
}

int64_t deriving_first_sequence(deriving *dv)
{
	return dv->first;
}

const caller *deriving_caller(deriving *dv)
{
	return dv->who;
}

writing *deriving_writing(deriving *dv)
{
	return dv->writing;
}

arena *deriving_arena(deriving *dv)
{
	return dv->arena;
}

found deriving_vread(deriving *dv, int64_t rid, int64_t number, version *out, issues *sink)
{
	return version_numbered(deriving_snapshot(dv), rid, number, dv->arena, out, sink);
}

shelf *deriving_shelf(deriving *dv, const void *owner)
{
	record *r = dv->record;
	int i = 0;
	while (i < DERIVERS_MAX && r->shelf_owners[i] && r->shelf_owners[i] != owner) i++;
	assert(i < DERIVERS_MAX);
	r->shelf_owners[i] = owner;
	if (!r->shelves[i].arena) r->shelves[i].arena = arena_new(PROCESS_ARENA_MAX);
	return &r->shelves[i];
}

record *deriving_record(deriving *dv)
{
	return dv->record;
}

instant deriving_now(deriving *dv)
{
	return dv->now;
}

bool deriving_rebuilding(deriving *dv)
{
	return dv->rebuilding;
}

found deriving_read(deriving *dv, int64_t rid, version *out, issues *sink)
{
	return version_at(deriving_snapshot(dv), rid, dv->arena, out, sink);
}

int64_t deriving_rid(deriving *dv, text type, text id)
{
	issues unused = {.arena = dv->arena};
	cell row[RES_COLUMNS];
	bool there = false;
	int64_t term = dv->terms.count ? map_get_or(&dv->terms, type, 0) : 0;
	if (!term) term = term_known(dv->record, deriving_snapshot(dv), type, dv->arena, &unused);
	resource_row(deriving_snapshot(dv), term, id, dv->arena, row, &there, &unused);
	int64_t rid = there && row[RES_STATE].integer != STATE_PLACEHOLDER ? row[RES_RID].integer : 0;
	/* While the log is replayed, what comes later is not here yet. */
	return !dv->met || (rid < dv->met_count && dv->met[rid]) ? rid : 0;
}

bool reader_rebuilding(const reader *rd)
{
	return rd->rebuilding;
}

/* ---- touched ---- */

static touched *touched_of(deriving *dv, const void *owner)
{
	for (int i = 0; i < dv->touched_count; i++)
		if (dv->touched[i].owner == owner) return &dv->touched[i];
	assert(dv->touched_count < DERIVERS_MAX);
	touched *t = &dv->touched[dv->touched_count++];
	*t = (touched){.owner = owner};
	return t;
}

void deriving_touch(deriving *dv, const void *owner, int64_t number)
{
	touched *t = touched_of(dv, owner);
	if (t->count == t->cap) {
		int64_t cap = t->cap ? t->cap * 2 : 16;
		int64_t *more = ARENA_ARRAY(dv->kept, int64_t, cap);
		for (int64_t i = 0; i < t->count; i++) more[i] = t->at[i];
		t->at = more;
		t->cap = cap;
	}
	t->at[t->count++] = number;
}

static int by_number(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return (a > b) - (a < b);
}

int deriving_touched(deriving *dv, const void *owner, int64_t **out)
{
	touched *t = touched_of(dv, owner);
	if (t->count) qsort(t->at, (size_t)t->count, sizeof *t->at, by_number);
	int64_t kept = 0;
	for (int64_t i = 0; i < t->count; i++)
		if (kept == 0 || t->at[kept - 1] != t->at[i]) t->at[kept++] = t->at[i];
	t->count = kept;
	/* A copy: touching more while walking must not move what is walked. */
	*out = ARENA_ARRAY(dv->arena, int64_t, kept);
	for (int64_t i = 0; i < kept; i++) (*out)[i] = t->at[i];
	return (int)kept;
}

/* ---- raised writes ---- */

static bool cause_known(deriving *dv, text cause, bool *known, issues *sink)
{
	cell row[2];
	*known = false;
	for (const raised *w = dv->first_raised; w; w = w->next) *known = *known || text_equal(w->write.cause, cause);
	if (*known) return true;
	store_result got = store_get(deriving_snapshot(dv), &cause_table, &TEXT_CELL(cause), dv->arena, row, sink);
	*known = got == STORE_OK;
	return got != STORE_FAILED;
}

bool deriving_raise(deriving *dv, const write_op *w, issues *sink)
{
	bool known = false;
	if (dv->rebuilding) return true;
	if (w->cause.len && !cause_known(dv, w->cause, &known, sink)) return false;
	if (known) return true;
	raised *one = ARENA_NEW(dv->arena, raised);
	one->write = *w;
	if (dv->last_raised)
		dv->last_raised->next = one;
	else
		dv->first_raised = one;
	dv->last_raised = one;
	return true;
}

static bool apply_raised(deriving *dv, const write_op *w, issues *sink)
{
	reader rd = {.record = dv->record,
		     .snapshot = deriving_snapshot(dv),
		     .who = dv->own,
		     .arena = dv->arena,
		     .sequence = -1};
	prepared p;
	written done;
	if (!prepare_write(&rd, w, dv->arena, sink, &p)) return false;
	if (p.unnumbered) {
		dv->needs = p.type; /* numbers are given in a transaction of their own: the commit starts over */
		return false;
	}
	return apply_write(dv, &p, &dv->own, &done, sink);
}

static bool drain_raised(deriving *dv, issues *sink)
{
	while (dv->first_raised) {
		const raised *one = dv->first_raised;
		if (!apply_raised(dv, &one->write, sink)) return false;
		dv->first_raised = one->next; /* applying may have raised more, behind it */
	}
	dv->last_raised = NULL;
	return true;
}

static bool settle_once(deriving *dv, issues *sink)
{
	for (int i = 0; i < registered_count; i++)
		if (registered[i].settle && !registered[i].settle(registered[i].self, dv, sink)) return false;
	for (int i = 0; i < dv->touched_count; i++) dv->touched[i].count = 0;
	return true;
}

bool derive_settle(deriving *dv, issues *sink)
{
	for (int round = 0; round < SETTLE_ROUNDS_MAX; round++) {
		if (!drain_raised(dv, sink) || !settle_once(dv, sink)) return false;
		if (!dv->first_raised) return true;
	}
	return issue_add(sink, FAIL_RECORD_UNSETTLED, text_format(dv->arena, "%d", SETTLE_ROUNDS_MAX), TEXT(""));
}

bool derive_tick(deriving *dv, issues *sink)
{
	for (int i = 0; i < registered_count; i++)
		if (registered[i].tick && !registered[i].tick(registered[i].self, dv, sink)) return false;
	return derive_settle(dv, sink);
}

instant record_next_tick(record *r)
{
	arena *a = record_arena(r);
	issues sink = {.arena = a};
	instant next = INSTANT_NONE;
	snapshot *s = store_snapshot(r->store, &sink);
	for (int i = 0; s && i < registered_count; i++) {
		instant one = registered[i].next_tick ? registered[i].next_tick(registered[i].self, s) : INSTANT_NONE;
		if (one != INSTANT_NONE && (next == INSTANT_NONE || one < next)) next = one;
	}
	store_release(s);
	record_arena_back(r, a);
	return next;
}
