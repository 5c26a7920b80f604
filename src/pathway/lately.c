/* lately.c: what the writer read lately of pathways, unpacked: a commit reads its pathway's facts more than once, and the next commit often
 * is about the same pathway. A row is taken from here only where its bytes are the same as then, so that nothing has to be said to this
 * piece when a write comes, or is undone. */
#include "pathway/internal.h"

enum { KEPT_PATHWAYS = 32, KEPT_BYTES = 8 * KIB /* of one row; longer ones are unpacked each time */ };

typedef struct part {
	char *bytes;
	int64_t len, cap;
	facts facts;
	fact_list list;
} part;

typedef struct kept_pathway {
	int64_t pathway;
	const model *model;
	part parts[KNOWN_ROWS];
} kept_pathway;

static kept_pathway *kept_of(deriving *dv, const model *md, int64_t pathway, arena **a)
{
	static const char owner;
	shelf *own = deriving_shelf(dv, &owner);
	*a = own->arena;
	if (!own->what) own->what = ARENA_ARRAY(own->arena, kept_pathway, KEPT_PATHWAYS);
	kept_pathway *k = (kept_pathway *)own->what + pathway % KEPT_PATHWAYS;
	for (int i = 0; i < KNOWN_ROWS && (k->pathway != pathway || k->model != md); i++) k->parts[i].len = 0;
	k->pathway = pathway;
	k->model = md;
	return k;
}

/* How many facts it had, and a little more. */
static int kept_count(const kept_pathway *k)
{
	int count = 0;
	for (int i = 0; i < KNOWN_ROWS; i++) count += k->parts[i].len ? k->parts[i].facts.count : 0;
	return count ? count + 16 : 0;
}

static bool part_renew(part *p, const model *md, text members, arena *a)
{
	if (p->cap < members.len) {
		p->cap = 2 * members.len;
		p->bytes = arena_alloc(a, p->cap, 1);
	}
	memcpy(p->bytes, members.at, (size_t)members.len);
	p->facts.count = 0;
	p->list = (fact_list){.arena = a, .out = &p->facts, .cap = p->list.cap};
	bool fine = known_unpack(md, (text){p->bytes, members.len}, &p->list);
	p->len = fine ? members.len : 0;
	return fine;
}

static void rebase(text *t, const part *p, const char *to)
{
	if (t->len) t->at = to + (t->at - p->bytes);
}

/* Copied out, with the bytes its words lie in: the part may be renewed while somebody still has them. */
static void part_give(const part *p, fact_list *out)
{
	char *to = arena_alloc(out->arena, p->len, 1);
	memcpy(to, p->bytes, (size_t)p->len);
	for (int i = 0; i < p->facts.count; i++) {
		fact f = p->facts.at[i];
		rebase(&f.code, p, to);
		rebase(&f.type, p, to);
		rebase(&f.resource, p, to);
		rebase(&f.actor, p, to);
		fact_list_add(out, &f);
	}
}

static bool part_read(part *p, const model *md, text members, arena *keeping, fact_list *out)
{
	if (members.len > KEPT_BYTES) return known_unpack(md, text_copy(out->arena, members), out);
	bool same = p->len == members.len && memcmp(p->bytes, members.at, (size_t)members.len) == 0;
	if (!same && !part_renew(p, md, members, keeping)) return false;
	part_give(p, out);
	return true;
}

bool pathway_facts_in(deriving *dv, const image *m, int64_t pathway_rid, facts *out, issues *sink)
{
	arena *a = deriving_arena(dv), *keeping;
	if (deriving_rebuilding(dv) || deriving_reevaluating(dv)) /* each pathway once */
		return pathway_facts(deriving_snapshot(dv), m, pathway_rid, a, out, sink);
	const model *md = model_of(m);
	kept_pathway *k = kept_of(dv, md, pathway_rid, &keeping);
	cell key = INT_CELL(pathway_rid), row[KNOWN_COLUMNS];
	scan_options of_pathway = {.index = -1, .prefix = &key, .prefix_cells = 1};
	int cap = kept_count(k);
	fact_list list = {.arena = a, .out = out, .cap = cap};
	int before = sink->errors;
	*out = (facts){.at = cap ? ARENA_ARRAY(a, fact, cap) : NULL};
	scan *s = store_scan(deriving_snapshot(dv), &known_table, &of_pathway, a, sink);
	if (!s) return false;
	while (scan_next(s, row, sink)) {
		part *p = &k->parts[row[KNOWN_PART].integer % KNOWN_ROWS];
		if (!part_read(p, md, row[KNOWN_MEMBERS].text, keeping, &list))
			issue_add(sink, FAIL_STORE_CORRUPT, TEXT("pathway_facts"), TEXT(""));
	}
	scan_close(s);
	if (out->count) facts_lay_out(out, md->name_count, a);
	return sink->errors == before;
}
