/* Which clause first. Nobody keeps statistics: every clause is begun by the index with a small allowance of rows, and what ends within
 * it is known whole. What is then left of the others is either collected too or tried on the candidates there are, whichever
 * costs less; and where no clause is narrow, most resources match, so a page is filled by trying them one after the other. */
#include "record/search_internal.h"

enum {
	FIRST_ROWS = 512, /* the first allowance; each round is ROUND_TIMES the one before */
	ROUND_TIMES = 16,
	WIDE_SHARE = 16, /* a clause that hits one in so many, or more, is wide */
	FEW = 64         /* candidates a chain is followed from one by one */
};

/* ---- how many there are of a type ---- */

int64_t type_count_about(search *s, search_type *t)
{
	int64_t now = reader_sequence(s->reader), at = atomic_load(&t->live_at), kept = atomic_load(&t->live_about);
	if (at && now >= at && now - at <= kept / 8 + 256) return kept;
	if (!atomic_load(&t->numbered)) return 0;
	cell prefix[] = {INT_CELL(t->term), INT_CELL(STATE_LIVE)};
	scan_options o = {.index = RES_BY_SEQ, .prefix = prefix, .prefix_cells = 2};
	int64_t count = store_count(s->reader->snapshot, &resource_table, &o, s->sink);
	atomic_store(&t->live_about, count);
	atomic_store(&t->live_at, now ? now : 1);
	return count;
}

/* ---- one clause after the other ---- */

typedef struct planning {
	search *s;
	part *part;
	rid_set candidates;
	bool narrowed; /* candidates say something */
	const clause *open[CLAUSES_MAX];
	int open_count;
	rid_set without; /* what negative clauses take away */
} planning;

static void pend(planning *p, const clause *c)
{
	p->part->pending[p->part->pending_count++] = c;
}

/* A clause of which the index has said all it can. */
static void apply(planning *p, const clause *c, rid_set set)
{
	arena *a = p->s->arena;
	if (!clause_is_exact(c)) pend(p, c);
	if (clause_is_negative(c)) {
		if (clause_is_exact(c)) p->without = set_or(a, p->without, set);
		return;
	}
	p->candidates = p->narrowed ? set_and(a, p->candidates, set) : set;
	p->narrowed = true;
}

static bool is_chain(const clause *c)
{
	return c->subject == SUBJECT_CHAIN || c->subject == SUBJECT_HAS;
}

/* Tries the open clauses (chains, or all others) with so many rows each; those that do not end within them stay open. */
static bool round_of(planning *p, bool chains, int64_t limit)
{
	int kept = 0, count = p->open_count;
	for (int i = 0; i < count; i++) {
		const clause *c = p->open[i];
		rid_set set;
		bool whole = false;
		if (is_chain(c) == chains && !clause_collect(p->s, c, limit, &set, &whole)) return false;
		if (whole)
			apply(p, c, set);
		else
			p->open[kept++] = c;
	}
	p->open_count = kept;
	return true;
}

static bool any_open(const planning *p, bool chains)
{
	for (int i = 0; i < p->open_count; i++)
		if (is_chain(p->open[i]) == chains) return true;
	return false;
}

static void pend_open(planning *p)
{
	for (int i = 0; i < p->open_count; i++) pend(p, p->open[i]);
	p->open_count = 0;
}

/* The rounds end when something is narrow, or nothing is. */
static bool find_narrow(planning *p)
{
	search *s = p->s;
	bool page_only = s->total == TOTAL_NONE && s->part_count == 1 && p->part == &s->parts[0];
	for (int64_t limit = FIRST_ROWS; !p->narrowed && any_open(p, false); limit *= ROUND_TIMES) {
		if (!round_of(p, false, limit)) return false;
		bool all_wide = page_only && limit > type_count_about(s, p->part->type) / WIDE_SHARE;
		if (all_wide && !any_open(p, true)) return true;
	}
	return true;
}

static bool finish(planning *p)
{
	if (p->narrowed && any_open(p, false)) {
		int64_t worth = ROWS_PER_READ * (p->candidates.count + 8);
		if (!round_of(p, false, worth)) return false;
	}
	if (p->narrowed && p->candidates.count == 0) p->open_count = 0; /* nothing can come of it */
	bool one_by_one = p->narrowed && p->candidates.count <= FEW;
	if (any_open(p, true) && !one_by_one && !round_of(p, true, INT64_MAX)) return false;
	pend_open(p);
	return true;
}

static bool settle_negatives(planning *p)
{
	part *part = p->part;
	if (!p->narrowed && p->without.count == 0) {
		part->matches = (rid_set){.all = true};
		return true;
	}
	if (!p->narrowed && !part_live(p->s, part, &p->candidates)) return false;
	part->matches = set_minus(p->s->arena, p->candidates, p->without);
	return true;
}

bool part_match(search *s, part *of)
{
	planning p = {.s = s, .part = of};
	of->matches = (rid_set){0};
	of->pending_count = 0;
	if (!atomic_load(&of->type->numbered)) return true; /* none of that type was ever written */
	for (int i = 0; i < of->clause_count; i++) {
		const clause *c = &of->clauses[i];
		if (clause_is_indexed(c))
			p.open[p.open_count++] = c;
		else
			pend(&p, c);
	}
	return find_narrow(&p) && finish(&p) && settle_negatives(&p);
}

bool part_settle(search *s, part *p)
{
	rid_set all;
	int64_t kept = 0;
	if (p->pending_count == 0) return true;
	if (p->matches.all) {
		if (!part_live(s, p, &all)) return false;
		/* A copy: what is live is asked for again. */
		p->matches = (rid_set){.at = ARENA_ARRAY(s->arena, int64_t, all.count), .count = all.count};
		for (int64_t i = 0; i < all.count; i++) p->matches.at[i] = all.at[i];
	}
	for (int64_t i = 0; i < p->matches.count; i++) {
		bool holds;
		if (!part_holds(s, p, p->matches.at[i], &holds)) return false;
		if (holds) p->matches.at[kept++] = p->matches.at[i];
	}
	p->matches.count = kept;
	p->pending_count = 0;
	return true;
}
