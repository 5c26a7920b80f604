/* A page of what matched, in order. Paging goes on strictly after the last entry's own place in the order (its keys and row number),
 * so that what others write meanwhile moves nothing else. Sorted by one key, the index is walked in order and nothing is sorted. */
#include "record/search_internal.h"

#include <string.h>

/* ---- places in an order, as text: o mode, then cells; opaque to clients ---- */

enum { PLACE_CELLS_MAX = 8 };
typedef struct at_place {
	char mode; /* which walk: the same query always takes the same */
	cell cells[PLACE_CELLS_MAX];
	int count;
} at_place;

static text place_text(arena *a, const at_place *p)
{
	buffer b = {.arena = a};
	buffer_char(&b, p->mode);
	for (int i = 0; i < p->count; i++) {
		const cell *c = &p->cells[i];
		buffer_char(&b, c->kind == CELL_INT ? 'i' : c->kind == CELL_TEXT ? 't' : 'b');
		if (c->kind == CELL_INT) buffer_int(&b, c->integer);
		for (int64_t k = 0; c->kind != CELL_INT && k < c->text.len; k++)
			buffer_format(&b, "%02x", (unsigned char)c->text.at[k]);
		buffer_char(&b, '.');
	}
	return buffer_text(&b);
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool cell_parse(arena *a, text t, cell *out)
{
	text rest = text_slice(t, 1, t.len);
	if (t.at[0] == 'i') {
		out->kind = CELL_INT;
		return text_to_int(rest, &out->integer);
	}
	if ((t.at[0] != 't' && t.at[0] != 'b') || rest.len % 2) return false;
	char *bytes = arena_bytes(a, rest.len / 2);
	for (int64_t i = 0; i < rest.len; i += 2) {
		int high = hex_digit(rest.at[i]), low = hex_digit(rest.at[i + 1]);
		if (high < 0 || low < 0) return false;
		bytes[i / 2] = (char)(high * 16 + low);
	}
	text value = {bytes, rest.len / 2};
	if (t.at[0] == 't' && text_utf8_error(value) >= 0) return false;
	*out = t.at[0] == 't' ? TEXT_CELL(value) : BYTES_CELL(value);
	return true;
}

/* A page's place must be one that this walk could have given: the same mode, and cells of the same kinds. */
static bool place_parse(search *s, const char *modes, at_place *out)
{
	text rest = s->page;
	*out = (at_place){0};
	if (rest.len == 0) return true;
	bool ok = rest.at[0] && strchr(modes, rest.at[0]);
	out->mode = rest.at[0];
	for (rest = text_slice(rest, 1, rest.len); ok && rest.len;) {
		text_pair one = text_cut(rest, '.');
		ok = one.found && one.head.len && out->count < PLACE_CELLS_MAX &&
		     cell_parse(s->arena, one.head, &out->cells[out->count++]);
		rest = one.tail;
	}
	return ok || issue_add(s->sink, FAIL_SEARCH_PAGE, TEXT(""), TEXT(""));
}

static bool kinds_are(search *s, const at_place *p, const cell_kind *kinds, int count)
{
	bool ok = p->count == count;
	for (int i = 0; ok && i < count; i++) ok = p->cells[i].kind == kinds[i];
	return ok || issue_add(s->sink, FAIL_SEARCH_PAGE, TEXT(""), TEXT(""));
}

/* ---- the page being filled ---- */

typedef struct page {
	int64_t *rids;
	at_place *places;
	int count, max; /* one more than fits, to know whether there is a next */
} page;

static bool page_full(const page *p)
{
	return p->count == p->max;
}

static cell cell_kept(arena *a, cell c)
{
	if (c.kind == CELL_TEXT || c.kind == CELL_BYTES) c.text = text_copy(a, c.text);
	return c;
}

static void page_add(search *s, page *p, int64_t rid, char mode, const cell *cells, int count)
{
	p->rids[p->count] = rid;
	at_place *at = &p->places[p->count++];
	*at = (at_place){.mode = mode, .count = count};
	for (int i = 0; i < count; i++) at->cells[i] = cell_kept(s->arena, cells[i]);
}

/* ---- by row number ---- */

static void walk_rids(search *s, const rid_set *set, const at_place *after, char mode, page *p)
{
	int64_t last = after->mode == mode && after->count == 1 ? after->cells[0].integer : INT64_MIN;
	for (int64_t i = 0; i < set->count && !page_full(p); i++)
		if (set->at[i] > last) page_add(s, p, set->at[i], mode, &INT_CELL(set->at[i]), 1);
}

/* ---- by id, by lastUpdated: along the resource table ---- */

static bool walk_resources(search *s, const rid_set *set, int index, bool descending, const at_place *after, page *p)
{
	bool by_seq = index == RES_BY_SEQ;
	int column_at = by_seq ? RES_SEQ : RES_ID, prefix_cells = by_seq ? 2 : 1;
	cell prefix[] = {INT_CELL(s->type->term), INT_CELL(STATE_LIVE)}, from[4], row[RES_COLUMNS];
	const cell_kind kinds[] = {by_seq ? CELL_INT : CELL_TEXT, CELL_INT};
	scan_options o = {.index = index, .prefix = prefix, .prefix_cells = prefix_cells, .descending = descending};
	if (after->mode) {
		if (!kinds_are(s, after, kinds, 2)) return false;
		memcpy(from, prefix, sizeof prefix);
		memcpy(from + prefix_cells, after->cells, 2 * sizeof *from);
		o.after = from;
		o.after_cells = prefix_cells + 2;
	}
	scan *rows = store_scan(s->reader->snapshot, &resource_table, &o, s->arena, s->sink);
	while (!page_full(p) && scan_next(rows, row, s->sink)) {
		if (row[RES_STATE].integer != STATE_LIVE || !set_has(set, row[RES_RID].integer)) continue;
		cell place_cells[] = {row[column_at], row[RES_RID]};
		page_add(s, p, row[RES_RID].integer, by_seq ? 'u' : 'i', place_cells, 2);
	}
	scan_close(rows);
	return s->sink->errors == 0;
}

/* ---- by one parameter: along its index, then those that have no value ---- */

/* Of several values the least counts ascending, the greatest descending: each resource is met once. */
static bool counts(int64_t rank, bool descending)
{
	return rank == RANK_ONLY || rank == (descending ? RANK_LAST : RANK_FIRST);
}

static bool walk_index(search *s, const rid_set *set, const sort_key *key, const at_place *after, page *p)
{
	index_kind kind = index_of_kind(key->param->kind);
	const table *t = &index_tables[kind];
	int rid_at = index_rid_column(kind), rank_at = index_rank_column(kind), cells = t->key_columns - 1;
	cell prefix = INT_CELL(key->param->number), from[TABLE_COLUMNS_MAX] = {prefix}, row[TABLE_COLUMNS_MAX];
	scan_options o = {.index = -1, .prefix = &prefix, .prefix_cells = 1, .descending = key->descending};
	if (after->mode) {
		cell_kind kinds[PLACE_CELLS_MAX];
		for (int i = 0; i < cells; i++) kinds[i] = t->columns[1 + i].kind;
		if (!kinds_are(s, after, kinds, cells)) return false;
		memcpy(from + 1, after->cells, (size_t)cells * sizeof *from);
		o.after = from;
		o.after_cells = cells + 1;
	}
	scan *rows = store_scan(s->reader->snapshot, t, &o, s->arena, s->sink);
	while (!page_full(p) && scan_next(rows, row, s->sink))
		if (counts(row[rank_at].integer, key->descending) && set_has(set, row[rid_at].integer))
			page_add(s, p, row[rid_at].integer, 'x', row + 1, cells);
	scan_close(rows);
	return s->sink->errors == 0;
}

/* What matched but has no value in the order stands last, by row number, in either direction: seen, not lost. */
static bool walk_without_value(search *s, const rid_set *set, const sort_key *key, const at_place *after, page *p)
{
	index_kind kind = index_of_kind(key->param->kind);
	cell prefix = INT_CELL(key->param->number);
	scan_options o = {.index = -1, .prefix = &prefix, .prefix_cells = 1};
	rid_set valued, members = *set;
	if (set->all && !search_all(s, &members)) return false;
	if (!search_collect(s, &index_tables[kind], &o, index_rid_column(kind), &valued)) return false;
	rid_set rest = set_minus(s->arena, members, valued);
	walk_rids(s, &rest, after, 'n', p);
	return true;
}

static bool walk_param(search *s, const rid_set *set, const sort_key *key, page *p)
{
	at_place after, none = {0};
	if (!place_parse(s, "xn", &after)) return false;
	if (after.mode != 'n' && !walk_index(s, set, key, &after, p)) return false;
	return page_full(p) || walk_without_value(s, set, key, after.mode == 'n' ? &after : &none, p);
}

/* ---- by two keys: the members' keys gathered from the index, then sorted ---- */

typedef struct keyed {
	int64_t rid;
	text keys[SORT_KEYS_MAX]; /* bytes in order; at NULL: none, and last */
} keyed;

static text int_key(arena *a, int64_t n)
{
	uint64_t u = (uint64_t)n ^ (uint64_t)1 << 63;
	char *bytes = arena_bytes(a, 8);
	for (int i = 0; i < 8; i++) bytes[i] = (char)(unsigned char)(u >> (56 - 8 * i));
	return (text){bytes, 8};
}

static keyed *keyed_of(keyed *all, int64_t count, int64_t rid)
{
	int64_t low = 0, high = count;
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		if (all[middle].rid < rid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && all[low].rid == rid ? &all[low] : NULL;
}

static text key_of_row(search *s, const sort_key *key, const cell *row)
{
	if (key->subject == SUBJECT_ID) return text_copy(s->arena, row[RES_ID].text);
	if (key->subject == SUBJECT_UPDATED) return int_key(s->arena, row[RES_SEQ].integer);
	return row[1].kind == CELL_INT ? int_key(s->arena, row[1].integer) : text_copy(s->arena, row[1].text);
}

static bool gather_key(search *s, const sort_key *key, int which, keyed *all, int64_t count)
{
	bool is_param = key->subject == SUBJECT_PARAM;
	index_kind kind = is_param ? index_of_kind(key->param->kind) : INDEX_KINDS;
	const table *t = is_param ? &index_tables[kind] : &resource_table;
	cell by_type[] = {INT_CELL(s->type->term), INT_CELL(STATE_LIVE)},
	     by_param = INT_CELL(is_param ? key->param->number : 0);
	scan_options o = {.index = is_param ? -1 : RES_BY_SEQ,
			  .prefix = is_param ? &by_param : by_type,
			  .prefix_cells = is_param ? 1 : 2};
	cell row[TABLE_COLUMNS_MAX];
	scan *rows = store_scan(s->reader->snapshot, t, &o, s->arena, s->sink);
	while (scan_next(rows, row, s->sink)) {
		if (is_param && !counts(row[index_rank_column(kind)].integer, key->descending)) continue;
		keyed *k = keyed_of(all, count, row[is_param ? index_rid_column(kind) : RES_RID].integer);
		if (k) k->keys[which] = key_of_row(s, key, row);
	}
	scan_close(rows);
	return s->sink->errors == 0;
}

static int compare_keyed(const search *s, const keyed *x, const keyed *y)
{
	for (int i = 0; i < s->sort_count; i++) {
		bool no_x = !x->keys[i].at, no_y = !y->keys[i].at;
		if (no_x != no_y) return no_x - no_y;
		int order = no_x ? 0 : text_compare(x->keys[i], y->keys[i]);
		if (order) return s->sort[i].descending ? -order : order;
	}
	return (x->rid > y->rid) - (x->rid < y->rid);
}

static int by_keys(const void *x, const void *y, void *with)
{
	return compare_keyed(with, x, y);
}

static cell key_cell(const keyed *k, int i)
{
	return k->keys[i].at ? BYTES_CELL(k->keys[i]) : INT_CELL(0);
}

static bool keyed_parse(search *s, keyed *out, bool *has)
{
	at_place after;
	if (!place_parse(s, "m", &after)) return false;
	*has = after.mode == 'm';
	if (!*has) return true;
	*out = (keyed){0};
	if (after.count != s->sort_count + 1 || after.cells[s->sort_count].kind != CELL_INT)
		return issue_add(s->sink, FAIL_SEARCH_PAGE, TEXT(""), TEXT(""));
	for (int i = 0; i < s->sort_count; i++)
		if (after.cells[i].kind == CELL_BYTES) out->keys[i] = after.cells[i].text;
	out->rid = after.cells[s->sort_count].integer;
	return true;
}

static bool walk_keys(search *s, const rid_set *set, page *p)
{
	rid_set members = *set;
	keyed last;
	bool has_last;
	if (!keyed_parse(s, &last, &has_last) || (set->all && !search_all(s, &members))) return false;
	keyed *all = ARENA_ARRAY(s->arena, keyed, members.count);
	for (int64_t i = 0; i < members.count; i++) all[i].rid = members.at[i];
	for (int i = 0; i < s->sort_count; i++)
		if (!gather_key(s, &s->sort[i], i, all, members.count)) return false;
	if (members.count) qsort_r(all, (size_t)members.count, sizeof *all, by_keys, s);
	for (int64_t i = 0; i < members.count && !page_full(p); i++) {
		if (has_last && compare_keyed(s, &all[i], &last) <= 0) continue;
		cell cells[SORT_KEYS_MAX + 1];
		for (int k = 0; k < s->sort_count; k++) cells[k] = key_cell(&all[i], k);
		cells[s->sort_count] = INT_CELL(all[i].rid);
		page_add(s, p, all[i].rid, 'm', cells, s->sort_count + 1);
	}
	return true;
}

/* ---- which walk ---- */

static bool walk(search *s, const rid_set *set, page *p)
{
	at_place after;
	const sort_key *key = s->sort;
	if (s->sort_count > 1) return walk_keys(s, set, p);
	if (s->sort_count == 1 && key->subject == SUBJECT_PARAM) return walk_param(s, set, key, p);
	if (s->sort_count == 0 && !set->all) {
		if (!place_parse(s, "r", &after)) return false;
		walk_rids(s, set, &after, 'r', p);
		return true;
	}
	bool by_seq = s->sort_count == 1 && key->subject == SUBJECT_UPDATED;
	bool descending = s->sort_count == 1 && key->descending;
	return place_parse(s, by_seq ? "u" : "i", &after) &&
	       walk_resources(s, set, by_seq ? RES_BY_SEQ : RES_BY_ID, descending, &after, p);
}

static bool load(search *s, const page *p, int count, search_answer *out)
{
	out->entries = ARENA_ARRAY(s->arena, search_entry, count);
	for (int i = 0; i < count; i++) {
		version *v = &out->entries[out->count].version;
		found f = version_at(s->reader->snapshot, p->rids[i], s->arena, v, s->sink);
		if (f == FOUND_FAILED) return false;
		out->count += f == FOUND;
	}
	return true;
}

bool search_page(search *s, const rid_set *matches, search_answer *out)
{
	int max = s->page_size + 1;
	page p = {
	    .rids = ARENA_ARRAY(s->arena, int64_t, max), .places = ARENA_ARRAY(s->arena, at_place, max), .max = max};
	if (!walk(s, matches, &p)) return false;
	int shown = p.count < s->page_size ? p.count : s->page_size;
	if (p.count > shown) {
		buffer b = {.arena = s->arena};
		buffer_add(&b, buffer_text(&s->self));
		buffer_add(&b, b.len ? TEXT("&_page=") : TEXT("_page="));
		buffer_add(&b, place_text(s->arena, &p.places[shown - 1]));
		out->next = buffer_text(&b);
	}
	return load(s, &p, shown, out);
}
