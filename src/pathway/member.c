/* member.c: which resources belong to which pathway: the closure of the links, kept as rows.
 *
 * A pathway holds itself, what it owns, and everything that points at one of these, over any number of steps. When a resource is
 * written, the pathways concerned are those it was in before and those that can be reached from it now; their closures are computed
 * again and compared with the rows. So it does not matter in which order resources arrive. */
#include "pathway/internal.h"

enum {
	REACH_MAX = 512,     /* steps up from one resource */
	MEMBERS_MAX = 20000, /* of one pathway; what lies beyond is not its member */
};

static const char touched_owner; /* its address names the set of touched pathways */

/* A set of row numbers, in order of arrival. */
typedef struct rid_set {
	arena *arena;
	int64_t *at;
	int count, cap;
	int64_t *slots; /* open addressing, twice `cap`; 0 is free, and no row has that number */
} rid_set;

/* The slot where it is, or where it would go. */
static int64_t *slot_of(const rid_set *s, int64_t rid)
{
	uint64_t mask = (uint64_t)s->cap * 2 - 1, i = ((uint64_t)rid * 0x9E3779B97F4A7C15u) >> 32;
	while (s->slots[i & mask] && s->slots[i & mask] != rid) i++;
	return &s->slots[i & mask];
}

static bool set_has(const rid_set *s, int64_t rid)
{
	return s->cap && *slot_of(s, rid) == rid;
}

static void set_grow(rid_set *s, int least)
{
	int cap = s->cap ? s->cap * 2 : 16;
	while (cap < least) cap *= 2;
	int64_t *grown = ARENA_ARRAY(s->arena, int64_t, cap);
	if (s->count) memcpy(grown, s->at, (size_t)s->count * sizeof *grown);
	s->at = grown;
	s->cap = cap;
	s->slots = ARENA_ARRAY(s->arena, int64_t, cap * 2);
	for (int i = 0; i < s->count; i++) *slot_of(s, s->at[i]) = s->at[i];
}

static void set_add(rid_set *s, int64_t rid)
{
	if (rid == 0 || set_has(s, rid)) return;
	if (s->count == s->cap) set_grow(s, s->count + 1);
	*slot_of(s, rid) = rid;
	s->at[s->count++] = rid;
}

/* ---- reading rows ---- */

typedef struct link_row {
	int64_t from, number, to;
	text target;
	bool owns;
} link_row;
typedef struct link_rows {
	link_row *at;
	int count;
} link_rows;

static bool links_scan(snapshot *r, int index, cell key, arena *a, link_rows *out, issues *sink)
{
	int cap = 0;
	cell row[LINK_COLUMNS];
	*out = (link_rows){0};
	scan *s =
	    store_scan(r, &link_table, &(scan_options){.index = index, .prefix = &key, .prefix_cells = 1}, a, sink);
	if (!s) return false;
	while (scan_next(s, row, sink)) {
		if (out->count == cap) {
			int grown = cap ? cap * 2 : 8;
			link_row *wider = ARENA_ARRAY(a, link_row, grown);
			if (out->count) memcpy(wider, out->at, (size_t)out->count * sizeof *wider);
			out->at = wider;
			cap = grown;
		}
		out->at[out->count++] = (link_row){.from = row[LINK_FROM].integer,
						   .number = row[LINK_NUMBER].integer,
						   .to = row[LINK_TO].integer,
						   .target = text_copy(a, row[LINK_TARGET].text),
						   .owns = row[LINK_OWNS].integer != 0};
	}
	scan_close(s);
	return sink->errors == 0;
}

static bool links_from(snapshot *r, int64_t rid, arena *a, link_rows *out, issues *sink)
{
	return links_scan(r, -1, INT_CELL(rid), a, out, sink);
}

static bool links_to(snapshot *r, int64_t rid, arena *a, link_rows *out, issues *sink)
{
	return links_scan(r, 0, INT_CELL(rid), a, out, sink);
}

/* A pathway's members, or the pathways a resource is a member of. */
static bool members_collect(snapshot *r, bool of_pathway, int64_t key, arena *a, rid_set *out, issues *sink)
{
	cell prefix = INT_CELL(key);
	int64_t *found, count;
	scan_options options = {
	    .index = of_pathway ? -1 : 0, .prefix = &prefix, .prefix_cells = 1, .limit = MEMBERS_MAX};
	if (!store_collect(r, &member_table, &options, of_pathway ? MEMBER_RID : MEMBER_PATHWAY, a, &found, &count,
			   sink))
		return false;
	*out = (rid_set){.arena = a, .at = found, .count = (int)count};
	set_grow(out, (int)count + 1);
	return true;
}

int pathway_members(snapshot *r, int64_t pathway_rid, arena *a, int64_t **rids, issues *sink)
{
	rid_set set;
	if (!members_collect(r, true, pathway_rid, a, &set, sink)) return -1;
	*rids = set.at;
	return set.count;
}

int pathways_of(snapshot *r, int64_t rid, arena *a, int64_t **pathway_rids, issues *sink)
{
	rid_set set;
	if (!members_collect(r, false, rid, a, &set, sink)) return -1;
	*pathway_rids = set.at;
	return set.count;
}

static bool is_here(snapshot *r, int64_t rid, arena *a, bool *episode, issues *sink)
{
	cell row[SOURCE_COLUMNS];
	store_result found = store_get(r, &source_table, &INT_CELL(rid), a, row, sink);
	*episode = found == STORE_OK && text_equal(row[SOURCE_TYPE].text, TEXT("EpisodeOfCare"));
	return found == STORE_OK;
}

/* ---- closures ---- */

/* The pathways that can be reached from `rid`: what it points at, on and on, and who owns any of these. */
static bool pathways_above(deriving *dv, int64_t rid, rid_set *out, issues *sink)
{
	snapshot *r = deriving_snapshot(dv);
	arena *a = deriving_arena(dv);
	rid_set seen = {.arena = a};
	set_add(&seen, rid);
	for (int i = 0; i < seen.count && seen.count < REACH_MAX; i++) {
		link_rows rows;
		bool episode;
		if (is_here(r, seen.at[i], a, &episode, sink) && episode) set_add(out, seen.at[i]);
		if (!links_from(r, seen.at[i], a, &rows, sink)) return false;
		for (int n = 0; n < rows.count; n++)
			if (!rows.at[n].owns) set_add(&seen, rows.at[n].to);
		if (!links_to(r, seen.at[i], a, &rows, sink)) return false;
		for (int n = 0; n < rows.count; n++)
			if (rows.at[n].owns) set_add(out, rows.at[n].from);
	}
	return sink->errors == 0;
}

static int by_number(const void *xp, const void *yp)
{
	int64_t x = *(const int64_t *)xp, y = *(const int64_t *)yp;
	return (x > y) - (x < y);
}

/* What belongs to the pathway now, sorted. Nothing where the pathway itself is gone. */
static bool closure(snapshot *r, int64_t pathway, arena *a, rid_set *out, issues *sink)
{
	link_rows rows;
	bool episode;
	*out = (rid_set){.arena = a};
	if (!is_here(r, pathway, a, &episode, sink) || !episode) return sink->errors == 0;
	set_add(out, pathway);
	if (!links_from(r, pathway, a, &rows, sink)) return false;
	for (int n = 0; n < rows.count; n++)
		if (rows.at[n].owns && is_here(r, rows.at[n].to, a, &episode, sink)) set_add(out, rows.at[n].to);
	for (int i = 0; i < out->count && out->count < MEMBERS_MAX; i++) {
		if (!links_to(r, out->at[i], a, &rows, sink)) return false;
		for (int n = 0; n < rows.count && out->count < MEMBERS_MAX; n++)
			if (!rows.at[n].owns) set_add(out, rows.at[n].from);
	}
	if (out->count) qsort(out->at, (size_t)out->count, sizeof *out->at, by_number);
	return true;
}

int pathway_closure(snapshot *r, int64_t pathway, arena *a, int64_t **rids, issues *sink)
{
	rid_set set;
	if (!closure(r, pathway, a, &set, sink)) return -1;
	*rids = set.at;
	return set.count;
}

/* One that comes to the pathway, or leaves it, with its facts. `matters`: that changes what the pathway's facts are. */
static bool member_bind(deriving *dv, int64_t pathway, int64_t rid, bool joins, bool *matters, issues *sink)
{
	cell row[] = {INT_CELL(pathway), INT_CELL(rid)};
	bool gives = true;
	if (!joins && store_delete(deriving_writing(dv), &member_table, row, 2, sink) == STORE_FAILED) return false;
	if (joins && store_put(deriving_writing(dv), &member_table, row, sink) != STORE_OK) return false;
	bool kept = joins ? known_put(dv, pathway, rid, &gives, sink) : known_forget(dv, pathway, rid, sink);
	*matters = *matters || gives || rid == pathway;
	return kept;
}

static void facts_touch(deriving *dv, int64_t pathway, bool activates)
{
	pathway_touch(dv, pathway);
	if (activates) activation_touch(dv, pathway);
}

/* Do facts of this type of resource decide whether a pathway becomes active? */
static bool type_activates(const model *md, text type)
{
	const condition *when = md->becomes ? md->becomes->active_when : NULL;
	for (int i = 0; when && i < md->name_count; i++)
		if (condition_names(when, i) && text_equal(md->names[i].source, type)) return true;
	return false;
}

/* Makes rows of one pathway equal: those before, and those now, both sorted. */
static bool members_change(deriving *dv, int64_t pathway, const rid_set *before, const rid_set *now, issues *sink)
{
	bool matters = false;
	for (int i = 0, j = 0; i < before->count || j < now->count;) {
		bool same = i < before->count && j < now->count && before->at[i] == now->at[j];
		bool gone = !same && (j == now->count || (i < before->count && before->at[i] < now->at[j]));
		int64_t rid = gone || same ? before->at[i] : now->at[j];
		if (!same && !member_bind(dv, pathway, rid, !gone, &matters, sink)) return false;
		i += same || gone;
		j += same || !gone;
	}
	if (matters) facts_touch(dv, pathway, true);
	return sink->errors == 0;
}

/* Makes the rows of one pathway equal to its closure; touches it where that changed what its facts are. */
static bool members_bind(deriving *dv, int64_t pathway, issues *sink)
{
	rid_set before, now;
	arena *a = deriving_arena(dv);
	if (!members_collect(deriving_snapshot(dv), true, pathway, a, &before, sink)) return false;
	if (!closure(deriving_snapshot(dv), pathway, a, &now, sink)) return false;
	return members_change(dv, pathway, &before, &now, sink);
}

/* What nothing points at takes nobody with it: it belongs to the pathways of what it points at, and to no other. */
static bool leaf_bind(deriving *dv, int64_t rid, const rid_set *before, bool activates, issues *sink)
{
	snapshot *r = deriving_snapshot(dv);
	arena *a = deriving_arena(dv);
	rid_set now = {.arena = a}, of;
	link_rows rows;
	if (!links_from(r, rid, a, &rows, sink)) return false;
	for (int i = 0; i < rows.count; i++) {
		if (rows.at[i].to == 0 || rows.at[i].to == rid) continue;
		if (!members_collect(r, false, rows.at[i].to, a, &of, sink)) return false;
		for (int n = 0; n < of.count; n++) set_add(&now, of.at[n]);
	}
	for (int i = 0; i < before->count + now.count; i++) {
		bool leaves = i < before->count, matters = false;
		int64_t pathway = leaves ? before->at[i] : now.at[i - before->count];
		if (set_has(leaves ? &now : before, pathway)) continue;
		if (!member_bind(dv, pathway, rid, !leaves, &matters, sink)) return false;
		if (matters) facts_touch(dv, pathway, activates);
	}
	return true;
}

/* ---- one write ---- */

static bool same_links(const link_rows *rows, const reading *r)
{
	if (rows->count != r->link_count) return false;
	for (int i = 0; i < rows->count; i++)
		if (rows->at[i].owns != r->links[i].owns || !text_equal(rows->at[i].target, r->links[i].target))
			return false;
	return true;
}

/* The row number of a target that is here; else 0. */
static int64_t target_rid(deriving *dv, text target, issues *sink)
{
	text_pair cut = text_cut(target, '/');
	bool episode;
	int64_t rid = deriving_rid(dv, cut.head, cut.tail);
	return rid && is_here(deriving_snapshot(dv), rid, deriving_arena(dv), &episode, sink) ? rid : 0;
}

static bool link_put(deriving *dv, const link_row *l, issues *sink)
{
	cell row[] = {INT_CELL(l->from), INT_CELL(l->number), TEXT_CELL(l->target), INT_CELL(l->to), INT_CELL(l->owns)};
	return store_put(deriving_writing(dv), &link_table, row, sink) == STORE_OK;
}

static bool links_replace(deriving *dv, int64_t rid, const reading *r, issues *sink)
{
	cell key = INT_CELL(rid);
	if (store_delete(deriving_writing(dv), &link_table, &key, 1, sink) == STORE_FAILED) return false;
	for (int i = 0; i < r->link_count; i++) {
		const read_link *l = &r->links[i];
		link_row row = {.from = rid, .number = i, .target = l->target, .owns = l->owns};
		row.to = target_rid(dv, l->target, sink);
		if (!link_put(dv, &row, sink)) return false;
	}
	return sink->errors == 0;
}

/* A resource has come or gone: what waited for it by name now points at it, or no longer does. */
static bool incoming_resolve(deriving *dv, const change *c, int64_t to, issues *sink)
{
	link_rows rows;
	arena *a = deriving_arena(dv);
	text name = text_format(a, "%.*s/%.*s", TEXT_ARG(c->type), TEXT_ARG(c->id));
	if (!links_scan(deriving_snapshot(dv), 1, TEXT_CELL(name), a, &rows, sink)) return false;
	for (int i = 0; i < rows.count; i++) {
		if (rows.at[i].to == to) continue;
		rows.at[i].to = to;
		if (!link_put(dv, &rows.at[i], sink)) return false;
	}
	return true;
}

static bool source_put(deriving *dv, const change *c, issues *sink)
{
	cell row[] = {INT_CELL(c->rid), TEXT_CELL(c->type), TEXT_CELL(c->id)};
	return store_put(deriving_writing(dv), &source_table, row, sink) == STORE_OK;
}

static bool source_bind(deriving *dv, const change *c, bool was_here, issues *sink)
{
	cell key = INT_CELL(c->rid);
	bool here = c->resource != NULL;
	if (here && !was_here && !source_put(dv, c, sink)) return false;
	if (!here && store_delete(deriving_writing(dv), &source_table, &key, 1, sink) == STORE_FAILED) return false;
	return here == was_here || incoming_resolve(dv, c, here ? c->rid : 0, sink);
}

/* The resource itself, and what it pointed at before and points at now. */
static bool subjects_bind(deriving *dv, int64_t rid, const link_rows *before, bool relinked, issues *sink)
{
	link_rows now;
	subject_touch(dv, rid);
	for (int i = 0; i < before->count; i++)
		if (before->at[i].to) subject_touch(dv, before->at[i].to);
	if (!relinked) return true;
	if (!links_from(deriving_snapshot(dv), rid, deriving_arena(dv), &now, sink)) return false;
	for (int i = 0; i < now.count; i++)
		if (now.at[i].to) subject_touch(dv, now.at[i].to);
	return true;
}

/* Does anything point at it? */
static bool pointed_at(deriving *dv, int64_t rid, bool *is, issues *sink)
{
	cell key = INT_CELL(rid), row[LINK_COLUMNS];
	scan_options first = {.index = 0, .prefix = &key, .prefix_cells = 1, .limit = 1};
	scan *s = store_scan(deriving_snapshot(dv), &link_table, &first, deriving_arena(dv), sink);
	if (!s) return false;
	*is = scan_next(s, row, sink);
	scan_close(s);
	return sink->errors == 0;
}

static bool owns_any(const link_rows *rows, const reading *r)
{
	for (int i = 0; i < rows->count; i++)
		if (rows->at[i].owns) return true;
	for (int i = 0; i < r->link_count; i++)
		if (r->links[i].owns) return true;
	return false;
}

/* Its links are others now: the members of all pathways concerned are found again. */
static bool relink(deriving *dv, int64_t rid, rid_set *concerned, issues *sink)
{
	if (!pathways_above(dv, rid, concerned, sink)) return false;
	for (int i = 0; i < concerned->count; i++)
		if (!members_bind(dv, concerned->at[i], sink)) return false;
	return true;
}

static bool facts_follow(deriving *dv, int64_t rid, text packed, const rid_set *pathways, bool activates, issues *sink)
{
	for (int i = 0; i < pathways->count; i++) {
		if (!known_keep(dv, pathways->at[i], rid, packed, sink)) return false;
		facts_touch(dv, pathways->at[i], activates);
	}
	return true;
}

bool links_apply(const model *md, deriving *dv, const change *c, const reading *r, const facts_given *given,
		 issues *sink)
{
	bool facts_changed = given->changed;
	if (!model_has_type(md, c->fhir_type)) return true;
	static const reading nothing = {0};
	snapshot *s = deriving_snapshot(dv);
	arena *a = deriving_arena(dv);
	rid_set concerned;
	link_rows old;
	const reading *gives = c->resource ? r : &nothing;
	bool episode, was_here = is_here(s, c->rid, a, &episode, sink), here = c->resource != NULL;
	bool before = false, now = false;
	if (!members_collect(s, false, c->rid, a, &concerned, sink)) return false;
	if (!links_from(s, c->rid, a, &old, sink)) return false;
	bool relinked = here != was_here || !same_links(&old, gives);
	if (relinked && !pointed_at(dv, c->rid, &before, sink)) return false;
	if (!source_bind(dv, c, was_here, sink)) return false;
	bool activates = type_activates(md, c->type);
	if (facts_changed && !facts_follow(dv, c->rid, known_packed(a, c, &given->now), &concerned, activates, sink))
		return false;
	if (relinked && !links_replace(dv, c->rid, gives, sink)) return false;
	if ((relinked || facts_changed) && !subjects_bind(dv, c->rid, &old, relinked, sink)) return false;
	if (!relinked) return true;
	if (!pointed_at(dv, c->rid, &now, sink)) return false;
	bool leaf = !before && !now && !owns_any(&old, gives) && !text_equal(c->type, TEXT("EpisodeOfCare"));
	return leaf ? leaf_bind(dv, c->rid, &concerned, activates, sink) : relink(dv, c->rid, &concerned, sink);
}

/* ---- touched ---- */

int pathway_touched(deriving *dv, int64_t **pathway_rids)
{
	return deriving_touched(dv, &touched_owner, pathway_rids);
}

void pathway_touch(deriving *dv, int64_t pathway_rid)
{
	deriving_touch(dv, &touched_owner, pathway_rid);
}
