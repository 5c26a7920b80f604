/* Sorted, of many: a walk along the first key's index, where everything is in its place already; those that stand equal are sorted by
 * the other keys, or, if they are many too, met along the next key's index. */
#include "record/page_internal.h"

#include <string.h>

typedef struct walking {
	page *page;
	part *part;
	int level; /* which key's index is walked */
	const table *table;
	int rid_at, rank_at, first, cells; /* columns of the key in the row: from `first` so many */
	keyed group;                       /* the keys down to this one of those that stand equal */
	rid_set equals;
	int64_t cap;
	cell from[TABLE_COLUMNS_MAX]; /* where the walk begins */
	bool bounded;                 /* the page goes on after one that stands equal down to here */
} walking;

static bool walk_level(page *p, part *of, int level, const keyed *outer);

static bool is_leaf(const walking *w)
{
	return w->level + 1 == w->page->s->sort_count;
}

static void emit(page *p, const keyed *one)
{
	if (!page_full(p) && (!p->has_last || keyed_compare(p->s, one, &p->last) > 0)) p->at[p->count++] = *one;
}

/* A few that stand equal: their other keys are read, and they are sorted. */
static bool group_sort(walking *w)
{
	search *s = w->page->s;
	keyed *all = ARENA_ARRAY(s->arena, keyed, w->equals.count);
	for (int64_t i = 0; i < w->equals.count; i++) {
		all[i] = w->group;
		all[i].rid = w->equals.at[i];
		if (!keys_read(s, &all[i])) return false;
	}
	if (w->equals.count) qsort_r(all, (size_t)w->equals.count, sizeof *all, by_keys, s);
	for (int64_t i = 0; i < w->equals.count; i++) emit(w->page, &all[i]);
	return true;
}

static bool group_flush(walking *w)
{
	part among = {.type = w->part->type, .matches = w->equals};
	bool ok;
	if (w->equals.count <= READ_MAX) {
		ok = group_sort(w);
	} else {
		set_sort(&among.matches);
		ok = walk_level(w->page, &among, w->level + 1, &w->group);
	}
	w->equals.count = 0;
	return ok;
}

/* The next one along the walk: at the last key it is in its place already, else it waits for those that stand equal. */
static bool step(walking *w, const keyed *one)
{
	bool holds;
	search *s = w->page->s;
	bool other = w->equals.count && !keyed_same(s, w->level, &w->group, one);
	if (other && !group_flush(w)) return false;
	if (page_full(w->page)) return true;
	if (!part_try(s, w->part, one->rid, &holds)) return false;
	if (w->level == 0) see_few(w->page, w->part);
	if (!holds) return true;
	if (is_leaf(w)) {
		keyed kept = *one;
		kept.keys[w->level] = key_kept(s->arena, &one->keys[w->level]);
		emit(w->page, &kept);
		return true;
	}
	if (w->equals.count == 0) {
		w->group = *one;
		w->group.keys[w->level] = key_kept(s->arena, &one->keys[w->level]);
	}
	set_add(s->arena, &w->equals, &w->cap, one->rid);
	return true;
}

static keyed keyed_of_row(const walking *w, const keyed *outer, const cell *row)
{
	keyed one = *outer;
	one.rid = row[w->rid_at].integer;
	one.keys[w->level].count = w->cells;
	for (int i = 0; i < w->cells; i++) one.keys[w->level].cells[i] = row[w->first + i];
	return one;
}

/* Along the last key a page begins strictly after the last one's row; before it, with those that stand equal to it. */
static void walk_from(walking *w, scan_options *o)
{
	cell *from = w->from;
	const key_value *key = &w->page->last.keys[w->level];
	if (!w->bounded || key->count == 0) return;
	if (!is_leaf(w)) {
		if (o->descending)
			o->high = &key->cells[0];
		else
			o->low = &key->cells[0];
		o->high_included = true;
		return;
	}
	memcpy(from, o->prefix, (size_t)o->prefix_cells * sizeof *from);
	memcpy(from + o->prefix_cells, key->cells, (size_t)w->cells * sizeof *from);
	from[o->prefix_cells + w->cells] = INT_CELL(w->page->last.rid);
	o->after = from;
	o->after_cells = o->prefix_cells + w->cells + 1;
}

/* Those that match are not spread evenly: a page that should have been full long ago is sooner filled by reading them all. */
static bool in_vain(const walking *w, int64_t seen)
{
	enum { LONG_AGO = 4, WALKED_PER_READ = 20 };
	const page *p = w->page;
	int64_t n = w->part->matches.count;
	if (w->level > 0 || w->part->matches.all || n == 0 || p->s->part_count > 1) return false;
	int64_t all = type_count_about(p->s, w->part->type);
	return seen > LONG_AGO * p->max * (all / n + 1) && n * WALKED_PER_READ < all - seen;
}

static bool walk_rows(walking *w, const keyed *outer, scan_options *o)
{
	search *s = w->page->s;
	cell row[TABLE_COLUMNS_MAX];
	int64_t seen = 0;
	bool ok = true;
	o->descending = s->sort[w->level].descending;
	walk_from(w, o);
	scan *rows = store_scan(s->reader->snapshot, w->table, o, s->arena, s->sink);
	while (ok && !page_full(w->page) && !w->page->few && scan_next(rows, row, s->sink)) {
		if (++seen % 4096 == 0 && !search_looked(s, 4096, 0)) break;
		if (seen % 256 == 0 && in_vain(w, seen)) w->page->few = true;
		if (w->rank_at >= 0 && !rank_counts(row[w->rank_at].integer, o->descending)) continue;
		if (w->table == &resource_table && row[RES_STATE].integer != STATE_LIVE) continue;
		keyed one = keyed_of_row(w, outer, row);
		ok = step(w, &one);
	}
	scan_close(rows);
	if (w->page->few) return ok && s->sink->errors == 0;
	return ok && s->sink->errors == 0 && (page_full(w->page) || group_flush(w));
}

/* What matched but has no value in the order stands last: seen, not lost. */
static bool walk_without_value(walking *w, const keyed *outer)
{
	page *p = w->page;
	search *s = p->s;
	rid_set valued, all = w->part->matches;
	cell prefix = INT_CELL(s->sort[w->level].params[0]->number);
	scan_options o = {.index = -1, .prefix = &prefix, .prefix_cells = 1};
	bool whole;
	keyed one = *outer;
	if (all.all && !part_live(s, w->part, &all)) return false;
	if (!rows_collect(s, w->table, &o, INT64_MAX, NULL, NULL, &valued, &whole)) return false;
	rid_set rest = set_minus(s->arena, all, valued);
	one.keys[w->level] = (key_value){0};
	for (int64_t i = 0; i < rest.count && !page_full(p) && !p->few; i++) {
		one.rid = rest.at[i];
		if (!step(w, &one)) return false;
	}
	return p->few || page_full(p) || group_flush(w);
}

static bool is_bounded(const page *p, int level, const keyed *outer)
{
	for (int i = 0; i < level; i++)
		if (!keyed_same(p->s, i, outer, &p->last)) return false;
	return p->has_last;
}

static bool walk_kept(walking *w, const keyed *outer)
{
	bool by_seq = w->page->s->sort[w->level].subject == SUBJECT_UPDATED;
	cell prefix[] = {INT_CELL(w->part->type->term), INT_CELL(STATE_LIVE)};
	scan_options o = {.index = by_seq ? RES_BY_SEQ : RES_BY_ID, .prefix = prefix, .prefix_cells = by_seq ? 2 : 1};
	w->table = &resource_table;
	w->rid_at = RES_RID;
	w->rank_at = -1;
	w->first = by_seq ? RES_SEQ : RES_ID;
	w->cells = 1;
	return walk_rows(w, outer, &o);
}

static bool walk_level(page *p, part *of, int level, const keyed *outer)
{
	const search_param *param = p->s->sort[level].params[0];
	walking w = {.page = p, .part = of, .level = level, .bounded = is_bounded(p, level, outer)};
	if (!param) return walk_kept(&w, outer);
	index_kind kind = index_of_kind(param->kind);
	cell prefix = INT_CELL(param->number);
	scan_options o = {.index = -1, .prefix = &prefix, .prefix_cells = 1};
	w.table = &index_tables[kind];
	w.rid_at = index_rid_column(kind);
	w.rank_at = index_rank_column(kind);
	w.first = 1;
	w.cells = w.table->key_columns - 2;
	bool past = w.bounded && p->last.keys[level].count == 0;
	return (past || walk_rows(&w, outer, &o)) && (p->few || page_full(p) || walk_without_value(&w, outer));
}

bool walk_many(page *p, part *of)
{
	return walk_level(p, of, 0, &(keyed){0});
}
