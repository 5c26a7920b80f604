/* Which clause first. Nobody keeps statistics: every clause is begun by the index with a small allowance of rows, and what ends within
 * it is known whole. What is then left of the others is either collected too or tried on the candidates there are, whichever
 * costs less; and where no clause is narrow, most resources match, so a page is filled by trying them one after the other. */
#include "record/search_internal.h"

enum {
	FIRST_ROWS = 512, /* the first allowance; each round is ROUND_TIMES the one before */
	PAGE_ROWS =
	    2048, /* what a page's worth of candidates is tried against, at most, before they are simply tried */
	ROUND_TIMES = 16,
	WIDE_SHARE = 16,    /* a clause that hits one in so many, or more, is wide */
	VERY_FEW = 4,       /* candidates are simply tried */
	FEW = 64,           /* candidates a chain is followed from one by one, */
	ROWS_FOR_ONE = 128, /* unless its other end is known within so many rows for each */
	TRIES = 128,        /* that many are tried before it is asked how many held */
	TRIES_FOR_ONE = 8   /* one in so many must have */
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

/* Tries the open clauses (chains, or all others) with so many rows each; those that do not end within them stay open. `until_narrow`: no
 * further than to the first that does. */
static bool round_of(planning *p, bool chains, int64_t limit, bool until_narrow)
{
	int kept = 0, count = p->open_count;
	for (int i = 0; i < count; i++) {
		const clause *c = p->open[i];
		rid_set set;
		bool whole = false, asked = is_chain(c) == chains && !(until_narrow && p->narrowed);
		if (asked && !clause_collect(p->s, c, limit, &set, &whole)) return false;
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

/* Who says which ones has said nearly all. */
static bool named_first(planning *p)
{
	int kept = 0, count = p->open_count;
	for (int i = 0; i < count; i++) {
		const clause *c = p->open[i];
		rid_set set;
		bool whole = false, names = c->subject == SUBJECT_ID && !clause_is_negative(c);
		if (names && !clause_collect(p->s, c, INT64_MAX, &set, &whole)) return false;
		if (whole)
			apply(p, c, set);
		else
			p->open[kept++] = c;
	}
	p->open_count = kept;
	return true;
}

/* The rounds end when something is narrow, or nothing is. */
static bool find_narrow(planning *p)
{
	search *s = p->s;
	bool page_only = s->total == TOTAL_NONE && s->part_count == 1 && p->part == &s->parts[0];
	for (int64_t limit = FIRST_ROWS; !p->narrowed && any_open(p, false); limit *= ROUND_TIMES) {
		if (!round_of(p, false, limit, limit > FIRST_ROWS)) return false;
		bool all_wide = page_only && limit > type_count_about(s, p->part->type) / WIDE_SHARE;
		if (all_wide && !any_open(p, true)) return true;
	}
	return true;
}

/* How many rows it is worth to look at before the candidates are tried instead: of a page only some of them are. */
static int64_t worth_of(const planning *p)
{
	const search *s = p->s;
	int64_t rows = ROWS_PER_READ * (p->candidates.count + 8);
	bool page_only = s->total == TOTAL_NONE && s->part_count == 1 && p->part == &s->parts[0] && s->sort_count == 0;
	return page_only && rows > PAGE_ROWS ? PAGE_ROWS : rows;
}

static bool finish(planning *p)
{
	if (p->narrowed && any_open(p, false) && p->candidates.count > VERY_FEW) {
		int64_t worth = worth_of(p);
		if (!round_of(p, false, worth, false)) return false;
	}
	if (p->narrowed && p->candidates.count == 0) p->open_count = 0; /* nothing can come of it */
	bool one_by_one = p->narrowed && p->candidates.count <= FEW;
	int64_t rows = one_by_one ? ROWS_FOR_ONE * p->candidates.count : INT64_MAX;
	if (any_open(p, true) && !round_of(p, true, rows, false)) return false;
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

/* Dates and numbers are most often asked for by a wide span; what must be equal is tried before them. */
static bool is_range(const clause *c)
{
	if (c->subject != SUBJECT_PARAM) return c->subject == SUBJECT_UPDATED;
	search_kind k = c->param->kind;
	return k == SEARCH_DATE || k == SEARCH_NUMBER || k == SEARCH_QUANTITY;
}

bool part_match(search *s, part *of)
{
	planning p = {.s = s, .part = of};
	const clause *ranges[CLAUSES_MAX];
	int range_count = 0;
	of->matches = (rid_set){0};
	of->pending_count = of->tried = of->held = 0;
	of->narrowed = false;
	if (!atomic_load(&of->type->numbered)) return true; /* none of that type was ever written */
	for (int i = 0; i < of->clause_count; i++) {
		const clause *c = &of->clauses[i];
		if (!clause_is_indexed(c))
			pend(&p, c);
		else if (is_range(c))
			ranges[range_count++] = c;
		else
			p.open[p.open_count++] = c;
	}
	for (int i = 0; i < range_count; i++) p.open[p.open_count++] = ranges[i];
	return named_first(&p) && find_narrow(&p) && finish(&p) && settle_negatives(&p);
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

/* The index to the end, for all that it knows. */
static bool part_narrow(search *s, part *of)
{
	planning p = {.s = s, .part = of, .candidates = of->matches, .narrowed = !of->matches.all};
	int count = of->pending_count;
	const clause *pending[CLAUSES_MAX];
	for (int i = 0; i < count; i++) pending[i] = of->pending[i];
	of->pending_count = 0;
	for (int i = 0; i < count; i++) {
		if (clause_is_indexed(pending[i]))
			p.open[p.open_count++] = pending[i];
		else
			pend(&p, pending[i]);
	}
	of->narrowed = true;
	return round_of(&p, false, INT64_MAX, false) && round_of(&p, true, INT64_MAX, false) && settle_negatives(&p);
}

/* Does trying what is left cost more than the rows of a clause? There are about as many as resources; half of them, for most are cut off at
 * one end. */
static bool is_dearer(search *s, const part *p)
{
	if (p->matches.all) return true;
	return (p->matches.count - p->tried) * ROWS_PER_READ > type_count_about(s, p->type) / 2;
}

bool part_try(search *s, part *p, int64_t rid, bool *holds)
{
	*holds = set_has(&p->matches, rid);
	if (!*holds || p->pending_count == 0) return true;
	bool in_vain = p->tried >= TRIES && p->held * TRIES_FOR_ONE < p->tried;
	if (in_vain && !p->narrowed && is_dearer(s, p)) {
		if (!part_narrow(s, p)) return false;
		*holds = set_has(&p->matches, rid);
	}
	if (!*holds || !part_holds(s, p, rid, holds)) return s->sink->errors == 0;
	p->tried++;
	p->held += *holds;
	return true;
}

/* ---- two ends of one range ---- */

static bool is_from(const test *q)
{
	return q->how == IS_GE || q->how == IS_GT || q->how == IS_SA;
}

static bool is_until(const test *q)
{
	return q->how == IS_LE || q->how == IS_LT || q->how == IS_EB;
}

static bool is_end(const clause *c)
{
	bool ranged =
	    c->subject == SUBJECT_PARAM && c->param->single && c->modifier == MOD_NONE &&
	    index_of_kind(c->param->kind) != INDEX_KINDS &&
	    (c->param->kind == SEARCH_DATE || c->param->kind == SEARCH_NUMBER || c->param->kind == SEARCH_QUANTITY);
	return ranged && c->test_count == 1 && !c->tests[0].also && (is_from(&c->tests[0]) || is_until(&c->tests[0]));
}

static bool same_measure(const test *x, const test *y)
{
	return x->canonical == y->canonical && x->any_unit == y->any_unit && x->any_system == y->any_system &&
	       text_equal(x->unit, y->unit) && text_equal(x->system, y->system);
}

void ranges_join(part *p)
{
	for (int i = 0; i < p->clause_count; i++)
		for (int k = 0; k < p->clause_count; k++) {
			clause *from = &p->clauses[i], *until = &p->clauses[k];
			if (i == k || from->param != until->param || !is_end(from) || !is_end(until)) continue;
			if (!is_from(&from->tests[0]) || !is_until(&until->tests[0])) continue;
			if (!same_measure(&from->tests[0], &until->tests[0])) continue;
			from->tests[0].also = &until->tests[0];
			p->clauses[k] = p->clauses[--p->clause_count];
			i = -1; /* the list has changed */
			break;
		}
}
