/* lately.c: what the writer read lately of pathways, unpacked and laid out: a commit reads its pathway's facts more than once, and the
 * next commit often is about the same pathway. A row's facts are taken from here only where its bytes are the same as then, so that
 * nothing has to be said to this piece when a write comes, or is undone. Where one row changed, which is what a write does, its facts are
 * merged into those of the others. */
#include "pathway/internal.h"

enum { KEPT_PATHWAYS = 32, KEPT_BYTES = 8 * KIB /* of one row; a pathway with a longer one is not kept */ };

typedef struct part {
	char *bytes;
	int64_t len, cap;
	facts facts; /* sorted; their words lie in `bytes` */
	fact_list list;
	bool seen;
} part;

/* Facts in their order, in room that is used again. */
typedef struct laid_out {
	fact *at;
	int count, cap;
} laid_out;

typedef struct kept_pathway {
	int64_t pathway;
	const model *model;
	bool whole; /* `now` has the facts of all parts */
	part parts[KNOWN_ROWS];
	laid_out now, next;
} kept_pathway;

static kept_pathway *kept_of(deriving *dv, const model *md, int64_t pathway, arena **a)
{
	static const char owner;
	shelf *own = deriving_shelf(dv, &owner);
	*a = own->arena;
	if (!own->what) own->what = ARENA_ARRAY(own->arena, kept_pathway, KEPT_PATHWAYS);
	kept_pathway *k = (kept_pathway *)own->what + pathway % KEPT_PATHWAYS;
	bool other = k->pathway != pathway || k->model != md;
	for (int i = 0; i < KNOWN_ROWS; i++) {
		if (other) k->parts[i].len = k->parts[i].facts.count = 0;
		k->parts[i].seen = false;
	}
	k->whole = k->whole && !other;
	k->pathway = pathway;
	k->model = md;
	return k;
}

/* ---- one row ---- */

static bool part_renew(kept_pathway *k, int which, text members, arena *a)
{
	part *p = &k->parts[which];
	if (p->cap < members.len) {
		p->cap = 2 * members.len;
		p->bytes = arena_bytes(a, p->cap);
	}
	memcpy(p->bytes, members.at, (size_t)members.len);
	p->len = 0;
	p->facts.count = 0;
	p->list = (fact_list){.arena = a, .out = &p->facts, .cap = p->list.cap};
	if (!known_unpack(k->model, (text){p->bytes, members.len}, &p->list)) return false;
	for (int i = 0; i < p->facts.count; i++) p->facts.at[i].row = (uint8_t)which;
	facts_sort(&p->facts);
	p->len = members.len;
	return true;
}

static bool part_same(const part *p, text members)
{
	return p->len == members.len && memcmp(p->bytes, members.at, (size_t)members.len) == 0;
}

/* ---- all of them ---- */

static void room_for(laid_out *l, int count, arena *a)
{
	if (l->cap >= count) return;
	l->cap = 2 * count;
	l->at = ARENA_ARRAY(a, fact, l->cap);
}

static void gather(kept_pathway *k, arena *scratch, arena *a)
{
	facts all = {0};
	int count = 0;
	for (int i = 0; i < KNOWN_ROWS; i++) count += k->parts[i].facts.count;
	all.at = ARENA_ARRAY(scratch, fact, count + 1);
	for (int i = 0; i < KNOWN_ROWS; i++)
		for (int n = 0; n < k->parts[i].facts.count; n++) all.at[all.count++] = k->parts[i].facts.at[n];
	if (all.count) facts_lay_out(&all, k->model->name_count, scratch);
	room_for(&k->now, count, a);
	if (count) memcpy(k->now.at, all.at, (size_t)count * sizeof *all.at);
	k->now.count = count;
	k->whole = true;
}

/* This row's facts anew among those of the others. */
static void merge(kept_pathway *k, int which, arena *a)
{
	const facts *come = &k->parts[which].facts;
	room_for(&k->next, k->now.count + come->count, a);
	int n = 0, count = 0;
	for (int i = 0; i < k->now.count; i++) {
		const fact *stays = &k->now.at[i];
		if (stays->row == which) continue;
		while (n < come->count && fact_order(&come->at[n], stays) <= 0) k->next.at[count++] = come->at[n++];
		k->next.at[count++] = *stays;
	}
	while (n < come->count) k->next.at[count++] = come->at[n++];
	k->next.count = count;
	laid_out was = k->now;
	k->now = k->next;
	k->next = was;
}

/* Makes one part equal to its row; `changed` counts those that were not, and `last` is one of them. */
typedef struct renewal {
	int changed, last;
	bool fine;
} renewal;

static void part_read(kept_pathway *k, int which, text members, arena *a, renewal *r)
{
	k->parts[which].seen = true;
	if (part_same(&k->parts[which], members)) return;
	r->fine = r->fine && part_renew(k, which, members, a);
	r->changed++;
	r->last = which;
}

static void parts_gone(kept_pathway *k, renewal *r)
{
	for (int i = 0; i < KNOWN_ROWS; i++) {
		part *p = &k->parts[i];
		if (p->seen || p->len == 0) continue;
		p->len = p->facts.count = 0;
		r->changed++;
		r->last = i;
	}
}

/* The rows as they are now. False: one is damaged, or too long to be kept. */
static bool rows_read(deriving *dv, kept_pathway *k, arena *a, renewal *r, issues *sink)
{
	cell key = INT_CELL(k->pathway), row[KNOWN_COLUMNS];
	scan_options of_pathway = {.index = -1, .prefix = &key, .prefix_cells = 1};
	int before = sink->errors;
	scan *s = store_scan(deriving_snapshot(dv), &known_table, &of_pathway, deriving_arena(dv), sink);
	if (!s) return false;
	*r = (renewal){.fine = true};
	while (scan_next(s, row, sink) && r->fine) {
		r->fine = row[KNOWN_MEMBERS].text.len <= KEPT_BYTES;
		if (r->fine) part_read(k, (int)(row[KNOWN_PART].integer % KNOWN_ROWS), row[KNOWN_MEMBERS].text, a, r);
	}
	scan_close(s);
	return r->fine && sink->errors == before;
}

bool pathway_facts_in(deriving *dv, const image *m, int64_t pathway_rid, facts *out, issues *sink)
{
	arena *scratch = deriving_arena(dv), *a;
	int before = sink->errors;
	renewal r = {0};
	if (deriving_rebuilding(dv) || deriving_reevaluating(dv)) /* each pathway once */
		return pathway_facts(deriving_snapshot(dv), m, pathway_rid, scratch, out, sink);
	kept_pathway *k = kept_of(dv, model_of(m), pathway_rid, &a);
	if (!rows_read(dv, k, a, &r, sink)) {
		k->whole = false;
		return sink->errors == before &&
		       pathway_facts(deriving_snapshot(dv), m, pathway_rid, scratch, out, sink);
	}
	parts_gone(k, &r);
	if (!k->whole || r.changed > 1)
		gather(k, scratch, a);
	else if (r.changed == 1)
		merge(k, r.last, a);
	*out = (facts){.at = k->now.at, .count = k->now.count};
	return true;
}
