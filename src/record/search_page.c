/* A page of what matched, in order. Paging goes on strictly after the last entry's own place in the order (its keys and row number),
 * so that what others write meanwhile moves nothing else. A few are read and sorted; of many the first key's index is walked in
 * order, and nothing is sorted but those that stand equal. */
#include "record/page_internal.h"

#include <string.h>

/* ---- places in an order, as text: a mode, then cells; opaque to clients ---- */

enum { PLACE_CELLS_MAX = SORT_KEYS_MAX * (KEY_CELLS_MAX + 1) + 1 };
typedef struct at_place {
	char mode; /* r: by row number, i: by id, s: sorted; 0: from the beginning */
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
	bool is_text = t.at[0] == 't';
	if (is_text && (text_utf8_error(value) >= 0 || memchr(bytes, 0, (size_t)value.len))) return false;
	*out = is_text ? TEXT_CELL(value) : BYTES_CELL(value);
	return true;
}

static bool bad_place(search *s)
{
	return issue_add(s->sink, FAIL_SEARCH_PAGE, TEXT(""), TEXT(""));
}

/* A page's place must be one that this walk could have given. */
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
	return ok || bad_place(s);
}

static bool kinds_are(const cell *cells, const cell_kind *kinds, int count)
{
	for (int i = 0; i < count; i++)
		if (cells[i].kind != kinds[i]) return false;
	return true;
}

/* ---- the page being filled ---- */

/* Takes it if it matches all that is still pending. */
static bool page_offer(page *p, part *of, const keyed *one)
{
	bool holds;
	if (!part_try(p->s, of, one->rid, &holds)) return false;
	if (holds) p->at[p->count++] = *one;
	return true;
}

/* ---- unsorted: by row number, or all of a type by id ---- */

static bool walk_rids(page *p, part *of, const rid_set *set, int64_t after)
{
	int64_t low = 0, high = set->count;
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		if (set->at[middle] <= after)
			low = middle + 1;
		else
			high = middle;
	}
	for (int64_t i = low; i < set->count && !page_full(p); i++)
		if (!page_offer(p, of, &(keyed){.rid = set->at[i]})) return false;
	return true;
}

static int by_id(const void *x, const void *y)
{
	return text_compare(((const version *)x)->id, ((const version *)y)->id);
}

/* A few of a type, by id. */
static bool walk_few_ids(page *p, part *of)
{
	search *s = p->s;
	version *all = ARENA_ARRAY(s->arena, version, of->matches.count);
	int64_t count = 0;
	p->count = 0;
	for (int64_t i = 0; i < of->matches.count; i++) {
		cell row[RES_COLUMNS];
		const cell *rid = &INT_CELL(of->matches.at[i]);
		store_result got = store_get(s->reader->snapshot, &resource_table, rid, s->arena, row, s->sink);
		if (got == STORE_FAILED) return false;
		if (got == STORE_OK) all[count++] = (version){.rid = rid->integer, .id = row[RES_ID].text};
	}
	if (count) qsort(all, (size_t)count, sizeof *all, by_id);
	for (int64_t i = 0; i < count && !page_full(p); i++) {
		int at = p->count;
		if (p->has_last && text_compare(all[i].id, p->last_id) <= 0) continue;
		if (!page_offer(p, of, &(keyed){.rid = all[i].rid})) return false;
		if (p->count > at) p->ids[at] = all[i].id;
	}
	return true;
}

static bool walk_ids(page *p, part *of)
{
	search *s = p->s;
	cell prefix = INT_CELL(of->type->term), from[3] = {prefix, TEXT_CELL(p->last_id), INT_CELL(p->last.rid)},
	     row[RES_COLUMNS];
	scan_options o = {.index = RES_BY_ID, .prefix = &prefix, .prefix_cells = 1};
	bool ok = true;
	if (p->has_last) {
		o.after = from;
		o.after_cells = 3;
	}
	scan *rows = store_scan(s->reader->snapshot, &resource_table, &o, s->arena, s->sink);
	while (ok && !page_full(p) && !p->few && scan_next(rows, row, s->sink)) {
		int at = p->count;
		if (row[RES_STATE].integer != STATE_LIVE) continue;
		text id = text_copy(s->arena, row[RES_ID].text);
		ok = page_offer(p, of, &(keyed){.rid = row[RES_RID].integer});
		if (p->count > at) p->ids[at] = id;
		see_few(p, of);
	}
	scan_close(rows);
	if (!ok || s->sink->errors) return false;
	return !p->few || page_full(p) || walk_few_ids(p, of);
}

static bool place_unsorted(page *p)
{
	static const cell_kind by_rid[] = {CELL_INT}, by_id[] = {CELL_TEXT, CELL_INT};
	at_place after;
	if (!place_parse(p->s, p->s->part_count == 1 ? "ri" : "r", &after)) return false;
	p->has_last = after.mode != 0;
	if (!p->has_last) return true;
	p->mode = after.mode;
	bool ids = after.mode == 'i';
	if (after.count != (ids ? 2 : 1) || !kinds_are(after.cells, ids ? by_id : by_rid, after.count))
		return bad_place(p->s);
	p->last.rid = after.cells[after.count - 1].integer;
	if (ids) p->last_id = after.cells[0].text;
	return true;
}

static bool walk_unsorted(page *p)
{
	search *s = p->s;
	part *only = &s->parts[0];
	p->mode = s->part_count == 1 && only->matches.all ? 'i' : 'r';
	if (!place_unsorted(p)) return false;
	if (p->mode == 'i') return walk_ids(p, only);
	rid_set set = only->matches;
	part settled = {.matches.all = true};
	if (s->part_count == 1 && set.all && !part_live(s, only, &set)) return false;
	for (int i = 1; i < s->part_count; i++) set = set_or(s->arena, set, s->parts[i].matches);
	return walk_rids(p, s->part_count == 1 ? only : &settled, &set, p->has_last ? p->last.rid : INT64_MIN);
}

/* ---- sorted, of a few: read, sort, cut ---- */

int by_keys(const void *x, const void *y, void *with)
{
	return keyed_compare(with, x, y);
}

static bool members(search *s, keyed **out, int64_t *count)
{
	rid_set all = {0};
	for (int i = 0; i < s->part_count; i++) {
		part *p = &s->parts[i];
		if (!part_settle(s, p)) return false;
		if (p->matches.all && !part_live(s, p, &p->matches)) return false;
		all = set_or(s->arena, all, p->matches);
	}
	*count = all.count;
	*out = ARENA_ARRAY(s->arena, keyed, all.count);
	for (int64_t i = 0; i < all.count; i++) {
		(*out)[i].rid = all.at[i];
		for (int k = 1; k < s->part_count; k++)
			if (set_has(&s->parts[k].matches, all.at[i])) (*out)[i].part = k;
	}
	return true;
}

static bool walk_sorting(page *p, bool reading)
{
	search *s = p->s;
	keyed *all;
	int64_t count;
	if (!members(s, &all, &count)) return false;
	for (int64_t i = 0; reading && i < count; i++)
		if (!keys_read(s, &all[i])) return false;
	if (!reading && !keys_gather(s, all, count)) return false;
	if (count) qsort_r(all, (size_t)count, sizeof *all, by_keys, s);
	for (int64_t i = 0; i < count && !page_full(p); i++)
		if (!p->has_last || keyed_compare(s, &all[i], &p->last) > 0) p->at[p->count++] = all[i];
	return true;
}

/* ---- the place of a sorted page ---- */

static bool key_parse(search *s, int which, const cell *cells, int left, key_value *out)
{
	const search_param *param = s->sort[which].params[0];
	cell_kind kinds[KEY_CELLS_MAX] = {s->sort[which].subject == SUBJECT_ID ? CELL_TEXT : CELL_INT};
	int count = 1;
	if (param) {
		const table *t = &index_tables[index_of_kind(param->kind)];
		count = t->key_columns - 2;
		for (int i = 0; i < count; i++) kinds[i] = t->columns[1 + i].kind;
	}
	if (left < 1 || cells[0].kind != CELL_INT || (cells[0].integer != 0 && cells[0].integer != count)) return false;
	out->count = (int)cells[0].integer;
	if (out->count > left - 1 || !kinds_are(cells + 1, kinds, out->count)) return false;
	memcpy(out->cells, cells + 1, (size_t)out->count * sizeof *cells);
	return true;
}

static bool place_sorted(page *p)
{
	search *s = p->s;
	at_place after;
	int at = 0;
	if (!place_parse(s, "s", &after)) return false;
	p->mode = 's';
	p->has_last = after.mode == 's';
	if (!p->has_last) return true;
	for (int i = 0; i < s->sort_count; i++) {
		if (!key_parse(s, i, after.cells + at, after.count - at, &p->last.keys[i])) return bad_place(s);
		at += 1 + p->last.keys[i].count;
	}
	if (at + 1 != after.count || after.cells[at].kind != CELL_INT) return bad_place(s);
	p->last.rid = after.cells[at].integer;
	return true;
}

/* Reading a few costs less than walking past the many that do not match. */
static bool few(search *s, bool *out)
{
	const part *only = &s->parts[0];
	*out = false;
	if (s->part_count > 1 || only->matches.all) return true;
	int64_t all = type_count_about(s, only->type), n = only->matches.count;
	*out = n == 0 || n * ROWS_PER_READ < (s->page_size + 1) * (all / n + 1);
	return true;
}

static bool walk_sorted(page *p)
{
	search *s = p->s;
	bool reading;
	if (!place_sorted(p) || !few(s, &reading)) return false;
	if (s->part_count == 1 && !reading) {
		if (!walk_many(p, &s->parts[0])) return false;
		if (!p->few || page_full(p)) return true;
		p->count = 0;
		reading = true;
	}
	if (s->part_count == 1) return walk_sorting(p, true);
	int64_t count = 0;
	for (int i = 0; i < s->part_count; i++) count += s->parts[i].matches.all ? READ_MAX : s->parts[i].matches.count;
	return walk_sorting(p, count < READ_MAX);
}

/* ---- answering ---- */

static text place_of(const page *p, int i)
{
	const search *s = p->s;
	at_place at = {.mode = p->mode};
	if (p->mode == 'i') at.cells[at.count++] = TEXT_CELL(p->ids[i]);
	for (int k = 0; p->mode == 's' && k < s->sort_count; k++) {
		const key_value *v = &p->at[i].keys[k];
		at.cells[at.count++] = INT_CELL(v->count);
		for (int c = 0; c < v->count; c++) at.cells[at.count++] = v->cells[c];
	}
	at.cells[at.count++] = INT_CELL(p->at[i].rid);
	return place_text(s->arena, &at);
}

static text link_to(search *s, text place)
{
	buffer b = {.arena = s->arena};
	buffer_add(&b, buffer_text(&s->self));
	if (place.len) buffer_add(&b, b.len ? TEXT("&_page=") : TEXT("_page="));
	buffer_add(&b, place);
	return buffer_text(&b);
}

static bool load(search *s, const page *p, int count, search_answer *out)
{
	out->entries = ARENA_ARRAY(s->arena, search_entry, count);
	for (int i = 0; i < count; i++) {
		version *v = &out->entries[out->count].version;
		found f = version_at(s->reader->snapshot, p->at[i].rid, s->arena, v, s->sink);
		if (f == FOUND_FAILED) return false;
		out->count += f == FOUND;
	}
	return true;
}

bool search_page(search *s, search_answer *out)
{
	int max = s->page_size + 1;
	page p = {.s = s, .at = ARENA_ARRAY(s->arena, keyed, max), .ids = ARENA_ARRAY(s->arena, text, max), .max = max};
	if (!(s->sort_count ? walk_sorted(&p) : walk_unsorted(&p))) return false;
	int shown = p.count < s->page_size ? p.count : s->page_size;
	if (p.count > shown && shown) out->next = link_to(s, place_of(&p, shown - 1));
	out->later = s->page.len > 0;
	if (out->later) out->first = link_to(s, (text){0});
	return load(s, &p, shown, out);
}
