/* Deriving again: every version of the log once more through the derivers, in the order it was written, so that what they keep of
 * the past (who first said a thing, and when) comes out as it did. They settle once, at the end: what settling computes follows
 * from what stands then, and with half the facts a pathway would seem to owe what it does not. */
#include "record/internal.h"

enum { ACTORS_KEPT = 256 };

typedef struct replay_entry {
	int64_t sequence, rid, version;
	instant at;
	int64_t actor, purpose, behalf; /* terms */
	bool deleted;
} replay_entry;

typedef struct known_term {
	int64_t number;
	text text;
} known_term;

typedef struct replay {
	deriving *dv;
	arena *kept;    /* until the transaction ends */
	arena *scratch; /* until the next version */
	replay_entry *entries;
	int64_t count;
	int64_t *newest; /* by row number: the sequence of its last version */
	bool *live;      /* by row number: stood before the version at hand */
	known_term terms[ACTORS_KEPT];
} replay;

static bool clear_derived(deriving *dv, issues *sink)
{
	int count;
	const deriver *all = derivers(&count);
	for (int i = 0; i < count; i++)
		for (int k = 0; k < all[i].table_count; k++)
			if (store_clear(dv->writing, all[i].tables[k], sink) != STORE_OK) return false;
	return true;
}

/* The log without its bodies. */
static bool entries_list(replay *p, issues *sink)
{
	snapshot *s = deriving_snapshot(p->dv);
	int64_t rids = p->dv->record->tip.rid + 1;
	int64_t cap = store_count(s, &log_table, &(scan_options){.index = -1}, sink);
	if (cap < 0) return false;
	p->entries = ARENA_ARRAY(p->kept, replay_entry, cap);
	p->newest = ARENA_ARRAY(p->kept, int64_t, rids);
	p->live = ARENA_ARRAY(p->kept, bool, rids);
	p->dv->met = ARENA_ARRAY(p->kept, bool, rids);
	p->dv->met_count = rids;
	cell row[LOG_COLUMNS];
	scan *log = store_scan(s, &log_table, &(scan_options){.index = -1}, p->kept, sink);
	while (p->count < cap && scan_next(log, row, sink)) {
		if (row[LOG_KIND].integer != KIND_VERSION) continue;
		int64_t rid = row[LOG_RID].integer;
		if (rid <= 0 || rid >= rids) continue; /* a damaged row; the check of the log says so */
		p->newest[rid] = row[LOG_SEQ].integer;
		p->entries[p->count++] = (replay_entry){.sequence = row[LOG_SEQ].integer,
							.rid = rid,
							.version = row[LOG_VERSION].integer,
							.at = row[LOG_AT].integer,
							.actor = row[LOG_ACTOR].integer,
							.purpose = row[LOG_PURPOSE].integer,
							.behalf = row[LOG_BEHALF].integer,
							.deleted = row[LOG_METHOD].integer == WRITE_DELETE};
	}
	scan_close(log);
	return sink->errors == 0;
}

/* Who writes recurs: not looked up for each version. */
static text term_again(replay *p, int64_t number, issues *sink)
{
	known_term *slot = &p->terms[(uint64_t)number % ACTORS_KEPT];
	if (number && slot->number != number)
		*slot = (known_term){number, term_text(deriving_snapshot(p->dv), number, p->kept, sink)};
	return number ? slot->text : (text){0};
}

/* The body of a version; none where it was deleted or erased: then nothing of the resource stands. */
static bool body_again(replay *p, const replay_entry *e, doc *d, bool *here, issues *sink)
{
	cell row[2];
	*here = false;
	if (e->deleted) return true;
	store_result got =
	    store_get(deriving_snapshot(p->dv), &body_table, &INT_CELL(e->sequence), p->scratch, row, sink);
	*here = got == STORE_OK && row[1].text.len > 0;
	if (!*here) return got != STORE_FAILED;
	return json_parse_resource(p->scratch, row[1].text, TEXT(""), sink, d);
}

static bool derivers_again(replay *p, change *c, const caller *who, issues *sink)
{
	int count;
	const deriver *all = derivers(&count);
	reader rd = {.record = p->dv->record,
		     .snapshot = deriving_snapshot(p->dv),
		     .who = *who,
		     .arena = p->scratch,
		     .sequence = -1,
		     .rebuilding = true};
	write_op w = {.method = !c->resource ? WRITE_DELETE
				: c->created ? WRITE_CREATE
					     : WRITE_UPDATE,
		      .resource = c->resource,
		      .type = c->type,
		      .id = c->id};
	for (int i = 0; i < count; i++) {
		c->prepared = derive_prepare(i, &w, c->resource, &rd, p->scratch, sink);
		if (sink->errors || (all[i].apply && !all[i].apply(all[i].self, p->dv, c, sink))) return false;
	}
	return true;
}

static bool version_again(replay *p, const replay_entry *e, issues *sink)
{
	doc d;
	bool here;
	cell row[RES_COLUMNS];
	snapshot *s = deriving_snapshot(p->dv);
	if (!body_again(p, e, &d, &here, sink)) return false;
	if (store_get(s, &resource_table, &INT_CELL(e->rid), p->scratch, row, sink) != STORE_OK) return false;
	caller who = {.actor = term_again(p, e->actor, sink),
		      .purpose = term_again(p, e->purpose, sink),
		      .on_behalf_of = term_again(p, e->behalf, sink),
		      .scope = TEXT("*")};
	text type = term_text(s, row[RES_TYPE].integer, p->scratch, sink);
	change c = {.rid = e->rid,
		    .type = type,
		    .id = row[RES_ID].text,
		    .fhir_type = type_find(type),
		    .resource = here ? &d : NULL,
		    .version = e->version,
		    .sequence = e->sequence,
		    .at = e->at,
		    .who = &who,
		    .created = here && !p->live[e->rid],
		    .past = p->newest[e->rid] != e->sequence};
	p->dv->met[e->rid] = true;
	p->live[e->rid] = here;
	return derivers_again(p, &c, &who, sink);
}

static bool versions_again(deriving *dv, issues *sink)
{
	replay p = {.dv = dv, .kept = dv->kept};
	bool ok = entries_list(&p, sink);
	p.scratch = arena_new(REQUEST_ARENA_MAX);
	dv->arena = p.scratch;
	for (int64_t i = 0; ok && i < p.count; i++) {
		ok = version_again(&p, &p.entries[i], sink);
		arena_reset(p.scratch);
	}
	dv->arena = dv->kept;
	dv->met = NULL;
	arena_free(p.scratch);
	return ok;
}

bool replay_log(deriving *dv, bool raise, issues *sink)
{
	int deriver_count;
	derivers(&deriver_count);
	if (deriver_count == 0) return true;
	if (!clear_derived(dv, sink)) return false;
	instant now = dv->now;
	dv->rebuilding = true;
	if (!raise && dv->record->tip.at != INSTANT_NONE) dv->now = dv->record->tip.at;
	bool ok = versions_again(dv, sink);
	dv->rebuilding = !raise;
	ok = ok && derive_settle(dv, sink);
	dv->rebuilding = false;
	dv->now = now;
	return ok;
}
