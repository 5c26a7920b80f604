/* The profiles, CodeSystems and ValueSets of the record as one layer, shared by all readers that see the same of them. */
#include "record/internal.h"

struct conformance {
	arena *arena;
	const profiles *profiles;
	int64_t newest; /* the log's row that wrote the newest of them */
	int users;      /* readers, and the record itself; guarded by conformance_lock */
};

static const text kinds[] = {{"StructureDefinition", 19}, {"CodeSystem", 10}, {"ValueSet", 8}};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* The newest row of the log about resources of a type in a state; 0: none. */
static int64_t newest_of(snapshot *s, int64_t type, int state, arena *a, issues *sink)
{
	cell row[RES_COLUMNS], prefix[] = {INT_CELL(type), INT_CELL(state)};
	scan_options o = {.index = RES_BY_SEQ, .prefix = prefix, .prefix_cells = 2, .descending = true, .limit = 1};
	scan *rows = store_scan(s, &resource_table, &o, a, sink);
	int64_t newest = rows && scan_next(rows, row, sink) ? row[RES_SEQ].integer : 0;
	if (rows) scan_close(rows);
	return newest;
}

/* Anything that was written or deleted changes it. -1: an issue. */
static int64_t newest(record *r, snapshot *s, arena *a, issues *sink)
{
	int64_t last = 0;
	for (int i = 0; i < KINDS; i++) {
		int64_t type = term_known(r, s, kinds[i], a, sink);
		for (int state = STATE_LIVE; type && state <= STATE_DELETED; state++) {
			int64_t of = newest_of(s, type, state, a, sink);
			if (of > last) last = of;
		}
	}
	return sink->errors ? -1 : last;
}

static bool add_one(snapshot *s, int64_t rid, profiles *layer, arena *a, issues *sink)
{
	version v;
	doc *d = ARENA_NEW(a, doc);
	issues aside = {.arena = a};
	if (version_at(s, rid, a, &v, sink) != FOUND) return sink->errors == 0;
	if (json_parse_resource(a, v.json, v.id, &aside, d)) profiles_add(layer, d, &aside);
	return true;
}

/* In order of writing, so that of two with one URL the newer counts. */
static const profiles *read_all(record *r, snapshot *s, arena *a, issues *sink)
{
	profiles *layer = profiles_open(a, NULL);
	for (int i = 0; i < KINDS; i++) {
		int64_t type = term_known(r, s, kinds[i], a, sink);
		cell row[RES_COLUMNS], prefix[] = {INT_CELL(type), INT_CELL(STATE_LIVE)};
		scan_options o = {.index = RES_BY_SEQ, .prefix = prefix, .prefix_cells = 2};
		scan *rows = type ? store_scan(s, &resource_table, &o, a, sink) : NULL;
		while (rows && scan_next(rows, row, sink) && add_one(s, row[RES_RID].integer, layer, a, sink)) {
		}
		if (rows) scan_close(rows);
	}
	return sink->errors ? NULL : layer;
}

static struct conformance *conformance_read(record *r, snapshot *s, int64_t as_of, issues *sink)
{
	arena *a = arena_new(TERMS_ARENA_MAX);
	struct conformance *c = ARENA_NEW(a, struct conformance);
	*c = (struct conformance){.arena = a, .newest = as_of, .users = 1};
	issues own = {.arena = a};
	c->profiles = read_all(r, s, a, &own);
	if (c->profiles) return c;
	issue_add(sink, own.first->code, own.first->args[0], own.first->args[1]);
	arena_free(a);
	return NULL;
}

/* Under conformance_lock. */
static void let_go(struct conformance *c)
{
	if (c && --c->users == 0) arena_free(c->arena);
}

void conformance_release(record *r, struct conformance *c)
{
	if (!c) return;
	pthread_mutex_lock(&r->conformance_lock);
	let_go(c);
	pthread_mutex_unlock(&r->conformance_lock);
}

/* Nothing in here uses the reader's arena, which may be left in the middle of anything. */
static struct conformance *conformance_take(record *r, snapshot *s, int64_t as_of, issues *sink)
{
	pthread_mutex_lock(&r->conformance_lock);
	if (!r->conformance || r->conformance->newest != as_of) {
		struct conformance *fresh = conformance_read(r, s, as_of, sink);
		bool older = fresh && r->conformance && r->conformance->newest > as_of;
		if (!fresh || older) { /* a reader of the past has it for itself */
			pthread_mutex_unlock(&r->conformance_lock);
			return fresh;
		}
		let_go(r->conformance);
		r->conformance = fresh;
	}
	struct conformance *c = r->conformance;
	c->users++;
	pthread_mutex_unlock(&r->conformance_lock);
	return c;
}

const profiles *reader_profiles(reader *rd, issues *sink)
{
	if (rd->conformance) return rd->conformance->profiles;
	arena *a = arena_new(PROCESS_ARENA_MAX);
	issues own = {.arena = a};
	int64_t as_of = newest(rd->record, rd->snapshot, a, &own);
	const profiles *found = as_of == 0 ? profiles_r4() : NULL;
	if (as_of > 0 && snapshot_is_writing(rd->snapshot)) {
		found = read_all(rd->record, rd->snapshot, rd->arena,
				 sink); /* it may yet be undone: for this reader alone */
	} else if (as_of > 0) {
		rd->conformance = conformance_take(rd->record, rd->snapshot, as_of, &own);
		found = rd->conformance ? rd->conformance->profiles : NULL;
	}
	if (own.first) issue_add(sink, own.first->code, own.first->args[0], own.first->args[1]);
	arena_free(a);
	return found;
}

const terms *reader_terms(reader *rd, issues *sink)
{
	const profiles *found = reader_profiles(rd, sink);
	return found ? profiles_terms(found) : NULL;
}
