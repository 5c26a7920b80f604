/* A clause by the index: where in which table its rows lie, and which of those count. */
#include "record/search_internal.h"

#include <string.h>

index_kind index_of_kind(search_kind kind)
{
	switch (kind) {
	case SEARCH_NUMBER:
	case SEARCH_QUANTITY:
		return INDEX_NUMBER;
	case SEARCH_DATE:
		return INDEX_DATE;
	case SEARCH_STRING:
		return INDEX_STRING;
	case SEARCH_TOKEN:
		return INDEX_TOKEN;
	case SEARCH_REFERENCE:
		return INDEX_REFERENCE;
	case SEARCH_URI:
		return INDEX_URI;
	case SEARCH_COMPOSITE:
	case SEARCH_SPECIAL:
		break;
	}
	return INDEX_KINDS;
}

/* ---- ceilings ---- */

bool search_looked(search *s, int64_t rows, int64_t docs)
{
	s->rows += rows;
	s->docs += docs;
	bool late = world_now(s->reader->record->world) - s->began > SECONDS(SEARCH_SECONDS_MAX);
	if (!late && s->rows <= SEARCH_ROWS_MAX && s->docs <= SEARCH_READS_MAX) return true;
	int64_t limit = late ? SEARCH_SECONDS_MAX : s->rows > SEARCH_ROWS_MAX ? SEARCH_ROWS_MAX : SEARCH_READS_MAX;
	text most = text_format(s->arena, "%lld", (long long)limit);
	failure why = late ? FAIL_SEARCH_TOO_LONG : FAIL_SEARCH_TOO_MANY;
	return issue_at(s->sink, why, (place){0}, s->parts[0].type->name, most, TEXT(""));
}

/* ---- rows ---- */

static bool rows_quick(search *s, const table *t, const scan_options *o, int64_t limit, rid_set *out, bool *whole)
{
	bool cut = false;
	scan_options most = *o;
	most.limit = limit;
	most.cut = &cut;
	int column = t == &resource_table ? RES_RID : t->key_columns - 1;
	*out = (rid_set){0};
	if (!store_collect(s->reader->snapshot, t, &most, column, s->into, &out->at, &out->count, s->sink))
		return false;
	*whole = !cut;
	return search_looked(s, out->count, 0);
}

enum { LOOK_EVERY = 4096 }; /* rows between two looks at the ceilings */

bool rows_collect(search *s, const table *t, const scan_options *o, int64_t limit, row_test *keep, void *with,
		  rid_set *out, bool *whole)
{
	if (!keep) return rows_quick(s, t, o, limit, out, whole);
	cell row[TABLE_COLUMNS_MAX];
	int64_t cap = 0, seen = 0;
	int rid_at = t->key_columns - 1;
	bool more = true;
	*out = (rid_set){0};
	scan *rows = store_scan(s->reader->snapshot, t, o, s->into, s->sink);
	while (seen < limit && (more = scan_next(rows, row, s->sink))) {
		if (++seen % LOOK_EVERY == 0 && !search_looked(s, LOOK_EVERY, 0)) break;
		if (keep(row, with)) set_add(s->into, out, &cap, row[rid_at].integer);
	}
	scan_close(rows);
	*whole = !more;
	set_sort(out);
	return s->sink->errors == 0 && search_looked(s, seen % LOOK_EVERY, 0);
}

bool part_live(search *s, part *p, rid_set *out)
{
	cell prefix[] = {INT_CELL(p->type->term), INT_CELL(STATE_LIVE)};
	scan_options o = {.index = RES_BY_SEQ, .prefix = prefix, .prefix_cells = 2};
	bool whole;
	if (!p->has_live && atomic_load(&p->type->numbered) &&
	    !rows_collect(s, &resource_table, &o, INT64_MAX, NULL, NULL, &p->live, &whole))
		return false;
	p->has_live = true;
	*out = p->live;
	return true;
}

/* What one value of a clause gives. */
typedef struct collecting {
	search *s;
	const clause *c;
	const search_param *param;
	const test *q;
	int64_t limit;
	rid_set *out;
	bool *whole;
	/* of the rows at hand */
	int64_t system;
	text last_code;
	int64_t last_system;
	bool last_verdict;
} collecting;

static bool collect_rows(collecting *x, index_kind kind, const scan_options *o, row_test *keep)
{
	return rows_collect(x->s, &index_tables[kind], o, x->limit, keep, x, x->out, x->whole);
}

/* The same again from another place, to what is there already. */
static bool collect_more(collecting *x, const table *t, const scan_options *o, row_test *keep)
{
	rid_set more;
	bool whole;
	if (!rows_collect(x->s, t, o, x->limit, keep, x, &more, &whole)) return false;
	*x->out = set_or(x->s->arena, *x->out, more);
	*x->whole = *x->whole && whole;
	return true;
}

/* ---- token ---- */

static bool system_row(const cell *row, void *with)
{
	const collecting *x = with;
	return row[2].integer == x->system;
}

/* Rows of one code lie together: what was said of the last one holds for the next. */
static bool coded_row(const cell *row, void *with)
{
	collecting *x = with;
	search *s = x->s;
	bool again = x->last_code.at && x->last_system == row[2].integer && text_equal(x->last_code, row[1].text);
	if (again) return x->last_verdict;
	bool known = row[2].integer > 0;
	x->last_code = text_copy(s->arena, row[1].text);
	x->last_system = row[2].integer;
	text system = known ? term_text(s->reader->snapshot, row[2].integer, s->arena, s->sink) : (text){0};
	x->last_verdict = code_is(s, x->c, x->q, system, x->last_code);
	return x->last_verdict;
}

static bool collect_token(collecting *x, int64_t number)
{
	search *s = x->s;
	const test *q = x->q;
	const table *t = &index_tables[INDEX_TOKEN];
	cell prefix[] = {INT_CELL(number), TEXT_CELL(q->value), INT_CELL(0)};
	scan_options o = {.index = -1, .prefix = prefix, .prefix_cells = 2};
	if (q->any_system) return collect_rows(x, INDEX_TOKEN, &o, NULL);
	if (q->system.len) x->system = term_known(s->reader->record, s->reader->snapshot, q->system, s->arena, s->sink);
	bool nobody = q->system.len && !x->system; /* ever wrote that system */
	o.prefix_cells = q->any_code ? 1 : 3;
	prefix[2].integer = x->system;
	if (!nobody && !collect_rows(x, INDEX_TOKEN, &o, q->any_code ? system_row : NULL)) return false;
	if (!q->implied || q->any_code) return true;
	prefix[2].integer = SYSTEM_IMPLIED;
	return collect_more(x, t, &o, NULL);
}

static bool collect_coded(collecting *x)
{
	cell prefix = INT_CELL(x->param->number);
	scan_options o = {.index = -1, .prefix = &prefix, .prefix_cells = 1};
	return collect_rows(x, INDEX_TOKEN, &o, coded_row);
}

/* An identifier of a type: by its value; its type is looked up in the resource. */
static bool collect_typed(collecting *x)
{
	cell prefix[] = {INT_CELL(x->param->number), TEXT_CELL(x->q->value)};
	scan_options o = {.index = -1, .prefix = prefix, .prefix_cells = 2};
	return collect_rows(x, INDEX_TOKEN, &o, NULL);
}

/* ---- string, uri ---- */

/* The first text after all that begin with `t`: with the last character there is. */
static text after_prefix(arena *a, text t)
{
	return text_join(a, t, TEXT("\xF4\x8F\xBF\xBF"));
}

static bool contains_row(const cell *row, void *with)
{
	const collecting *x = with;
	return text_find(row[1].text, x->q->value) >= 0;
}

static bool collect_string(collecting *x)
{
	text key = x->q->value;
	cell prefix[] = {INT_CELL(x->param->number), TEXT_CELL(key)}, low = TEXT_CELL(key),
	     high = TEXT_CELL(after_prefix(x->s->arena, key));
	scan_options o = {.index = -1, .prefix = prefix, .prefix_cells = 1};
	if (x->c->modifier == MOD_CONTAINS) return collect_rows(x, INDEX_STRING, &o, contains_row);
	if (x->c->modifier == MOD_EXACT) {
		o.prefix_cells = 2;
	} else {
		o.low = &low;
		o.high = &high;
	}
	return collect_rows(x, INDEX_STRING, &o, NULL);
}

/* :above is every address on the way up: http://x/a/b, http://x/a, http://x */
static bool collect_above(collecting *x, scan_options *o, cell *prefix)
{
	text uri = x->q->value;
	*x->whole = true;
	o->prefix_cells = 2;
	for (text_pair up = {.head = uri, .found = true}; up.found && up.head.len; up = text_cut_last(up.head, '/')) {
		cell with_slash = TEXT_CELL(text_join(x->s->arena, up.head, TEXT("/")));
		prefix[1] = TEXT_CELL(up.head);
		if (!collect_more(x, &index_tables[INDEX_URI], o, NULL)) return false;
		prefix[1] = with_slash;
		if (up.head.len < uri.len && !collect_more(x, &index_tables[INDEX_URI], o, NULL)) return false;
	}
	return true;
}

static bool collect_uri(collecting *x)
{
	text uri = x->q->value;
	cell prefix[] = {INT_CELL(x->param->number), TEXT_CELL(uri)}, low = TEXT_CELL(uri),
	     high = TEXT_CELL(after_prefix(x->s->arena, uri));
	scan_options o = {.index = -1, .prefix = prefix, .prefix_cells = 1};
	if (x->c->modifier == MOD_ABOVE) return collect_above(x, &o, prefix);
	if (x->c->modifier == MOD_BELOW) {
		o.low = &low;
		o.high = &high;
	} else {
		o.prefix_cells = 2;
	}
	return collect_rows(x, INDEX_URI, &o, NULL);
}

/* ---- date, number: what lies where in an order by beginning, long spans by their end ---- */

static bool date_row(const cell *row, void *with)
{
	const collecting *x = with;
	return span_matches(row[1].integer, row[2].integer, x->q);
}

static bool span_row(const cell *row, void *with)
{
	const collecting *x = with;
	return span_matches(row[2].integer, row[1].integer, x->q);
}

static bool late(const test *q)
{
	return q->how == IS_GT || q->how == IS_GE || q->how == IS_AP;
}

static bool collect_date(collecting *x)
{
	const test *q = x->q;
	cell prefix = INT_CELL(x->param->number), low = INT_CELL(q->low), high = INT_CELL(q->high);
	scan_options o = {.index = -1, .prefix = &prefix, .prefix_cells = 1};
	if (late(q)) low.integer = q->low > INT64_MIN + SPAN_SHORT_MAX ? q->low - SPAN_SHORT_MAX : INT64_MIN;
	if (q->how == IS_SA) low.integer = q->high;
	if (q->how == IS_LT || q->how == IS_EB) high.integer = q->low;
	if (late(q) || q->how == IS_SA || q->how == IS_EQ) o.low = &low;
	if (q->how != IS_NE && q->how != IS_SA && q->how != IS_GT && q->how != IS_GE) o.high = &high;
	cell until = INT_CELL(q->also ? (q->also->how == IS_LE ? q->also->high : q->also->low) : 0);
	if (q->also) o.high = &until;
	if (!collect_rows(x, INDEX_DATE, &o, date_row)) return false;
	if (!late(q)) return true;
	cell end = INT_CELL(q->low);
	scan_options by_end = {.index = -1, .prefix = &prefix, .prefix_cells = 1, .low = &end, .low_excluded = true};
	return collect_more(x, &span_table, &by_end, span_row);
}

static bool unit_fits(const collecting *x, int64_t system, text unit)
{
	const test *q = x->q;
	return (q->any_unit || text_equal(unit, q->unit)) && (q->any_system || system == x->system);
}

static bool size_row(const cell *row, void *with)
{
	const collecting *x = with;
	return size_matches(row[1].text, row[2].text, x->q) && unit_fits(x, row[3].integer, row[4].text);
}

static bool reach_row(const cell *row, void *with)
{
	const collecting *x = with;
	return size_matches(row[2].text, row[1].text, x->q) && unit_fits(x, row[3].integer, row[4].text);
}

/* Points are found by themselves; ranges that begin before what is asked for, by their end. */
static bool collect_number(collecting *x)
{
	search *s = x->s;
	const test *q = x->q;
	cell prefix = INT_CELL(q->canonical ? x->param->canonical_number : x->param->number);
	cell low = BYTES_CELL(q->low_key), high = BYTES_CELL(q->high_key);
	scan_options o = {.index = -1, .prefix = &prefix, .prefix_cells = 1, .high_included = true};
	if (!q->any_system) {
		x->system = term_known(s->reader->record, s->reader->snapshot, q->system, s->arena, s->sink);
		if (!x->system) return true; /* nobody ever wrote that system */
	}
	cell first = BYTES_CELL(measure_key(s->arena, q->unit, TEXT(""))),
	     last = BYTES_CELL(measure_key(s->arena, q->unit, TEXT("\xff")));
	if (q->canonical) o.low = &first;
	if (q->canonical) o.high = &last;
	if (late(q) || q->how == IS_SA || q->how == IS_EQ) o.low = &low;
	if (q->how == IS_EQ || q->how == IS_LT || q->how == IS_LE || q->how == IS_EB || q->how == IS_AP) o.high = &high;
	cell until = BYTES_CELL(q->also ? q->also->high_key : (text){0});
	if (q->also) o.high = &until;
	if (!collect_rows(x, INDEX_NUMBER, &o, size_row)) return false;
	if (!late(q)) return true;
	scan_options by_end = {.index = -1, .prefix = &prefix, .prefix_cells = 1, .low = &low};
	if (q->canonical) by_end.high = &last;
	by_end.high_included = true;
	return collect_more(x, &reach_table, &by_end, reach_row);
}

/* ---- reference ---- */

static bool collect_reference(collecting *x)
{
	const test *q = x->q;
	if (x->c->modifier == MOD_IDENTIFIER) return collect_token(x, x->param->identifier_number);
	for (int i = 0; i < q->place_count; i++) {
		cell prefix[] = {INT_CELL(x->param->number), INT_CELL(q->places[i].rid)};
		scan_options o = {.index = -1, .prefix = prefix, .prefix_cells = 2};
		if (q->places[i].rid && !collect_more(x, &index_tables[INDEX_REFERENCE], &o, NULL)) return false;
	}
	return true;
}

/* ---- what the record keeps itself ---- */

static bool collect_id(collecting *x)
{
	search *s = x->s;
	cell row[RES_COLUMNS];
	bool there;
	if (!resource_row(s->reader->snapshot, x->c->type->term, x->q->value, s->arena, row, &there, s->sink))
		return false;
	if (!there || row[RES_STATE].integer != STATE_LIVE) return true;
	int64_t cap = 0;
	set_add(s->arena, x->out, &cap, row[RES_RID].integer);
	return true;
}

/* The first position of the log at or after an instant: its times never go back. */
static int64_t position_at(search *s, instant at)
{
	int64_t low = 1, high = reader_sequence(s->reader) + 1;
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		cell row[LOG_COLUMNS];
		arena_mark mark = arena_here(s->arena);
		store_result got =
		    store_get(s->reader->snapshot, &log_table, &INT_CELL(middle), s->arena, row, s->sink);
		if (got == STORE_OK && row[LOG_AT].integer < at)
			low = middle + 1;
		else
			high = middle;
		arena_rewind(s->arena, mark);
	}
	return low;
}

static bool collect_updated(collecting *x)
{
	search *s = x->s;
	const test *q = x->q;
	cell prefix[] = {INT_CELL(x->c->type->term), INT_CELL(STATE_LIVE)};
	cell from = INT_CELL(position_at(s, q->low)), to = INT_CELL(position_at(s, q->high));
	scan_options o = {.index = RES_BY_SEQ, .prefix = prefix, .prefix_cells = 2};
	bool after = q->how == IS_GT || q->how == IS_SA, before = q->how == IS_LT || q->how == IS_EB;
	if (after)
		o.low = &to;
	else if (q->how == IS_GE || !before)
		o.low = &from;
	if (before)
		o.high = &from;
	else if (q->how == IS_LE || (!after && q->how != IS_GE))
		o.high = &to;
	if (q->how == IS_LE) o.low = NULL;
	if (q->how != IS_NE) return rows_collect(s, &resource_table, &o, x->limit, NULL, NULL, x->out, x->whole);
	o.low = NULL;
	o.high = &from;
	if (!rows_collect(s, &resource_table, &o, x->limit, NULL, NULL, x->out, x->whole)) return false;
	o.low = &to;
	o.high = NULL;
	return collect_more(x, &resource_table, &o, NULL);
}

/* _list: what a List names and does not call deleted. */
static bool collect_listed(collecting *x)
{
	search *s = x->s;
	version v;
	doc d;
	int64_t cap = 0, rid = x->q->places[0].rid;
	found f = rid ? version_at(s->reader->snapshot, rid, s->arena, &v, s->sink) : FOUND_NONE;
	if (f != FOUND) return f != FOUND_FAILED;
	if (!json_parse_resource(s->arena, v.json, TEXT(""), s->sink, &d)) return false;
	uint32_t entries = doc_get(&d, 0, NAME_entry);
	for (uint32_t e = entries + 1; entries && e < d.nodes[entries].next; e = d.nodes[e].next) {
		uint32_t item = doc_get(&d, e, NAME_item), gone = doc_get(&d, e, NAME_deleted);
		target to;
		cell row[RES_COLUMNS];
		bool there;
		if (!item || (gone && d.nodes[gone].kind == NODE_TRUE)) continue;
		if (!reference_target(s->reader->record, doc_get_text(&d, item, NAME_reference), &to)) continue;
		if (!text_equal(to.type, x->c->type->name)) continue;
		if (!resource_row(s->reader->snapshot, x->c->type->term, to.id, s->arena, row, &there, s->sink))
			return false;
		if (there && row[RES_STATE].integer == STATE_LIVE)
			set_add(s->arena, x->out, &cap, row[RES_RID].integer);
	}
	set_sort(x->out);
	return true;
}

/* ---- a clause ---- */

static bool collect_param(collecting *x)
{
	modifier m = x->c->modifier;
	switch (index_of_kind(x->param->kind)) {
	case INDEX_TOKEN:
		if (m == MOD_IN || m == MOD_NOT_IN || m == MOD_ABOVE || m == MOD_BELOW) return collect_coded(x);
		return m == MOD_OF_TYPE ? collect_typed(x) : collect_token(x, x->param->number);
	case INDEX_STRING:
		return collect_string(x);
	case INDEX_DATE:
		return collect_date(x);
	case INDEX_NUMBER:
		return collect_number(x);
	case INDEX_REFERENCE:
		return collect_reference(x);
	case INDEX_URI:
		return collect_uri(x);
	case INDEX_KINDS:
		break;
	}
	return false;
}

/* Of a composite, the part with the fewest rows. */
static bool collect_composite(collecting *x)
{
	rid_set best = {0};
	bool any = false;
	clause plain = *x->c;
	const test *q = x->q;
	plain.modifier = MOD_NONE;
	for (int i = 0; i < x->c->param->part_count; i++) {
		rid_set one = {0};
		bool whole = true;
		collecting part = *x;
		part.c = &plain;
		part.param = x->c->param->parts[i].definition;
		part.q = &q->parts[i];
		part.out = &one;
		part.whole = &whole;
		if (part.param->kind != x->c->param->parts[i].kind || part.param->way != WAY_INDEX) continue;
		if (!collect_param(&part)) return false;
		if (!whole) continue;
		best = any ? set_and(x->s->arena, best, one) : one;
		any = true;
		x->limit = 64 * (best.count + 8) < x->limit ? 64 * (best.count + 8) : x->limit;
	}
	*x->out = best;
	*x->whole = any;
	return true;
}

static bool collect_value(collecting *x)
{
	*x->out = (rid_set){0};
	*x->whole = true;
	if (!atomic_load(&x->c->type->numbered)) return true; /* none of that type was ever written */
	switch (x->c->subject) {
	case SUBJECT_ID:
		return collect_id(x);
	case SUBJECT_UPDATED:
		return collect_updated(x);
	case SUBJECT_LIST:
		return collect_listed(x);
	case SUBJECT_PARAM:
		return x->param->way == WAY_COMPOSITE ? collect_composite(x) : collect_param(x);
	case SUBJECT_CHAIN:
	case SUBJECT_HAS:
	case SUBJECT_ANY:
		break;
	}
	return false;
}

/* Those that have a value at all; of a reference also those that have only an identifier. */
static bool collect_present(search *s, const clause *c, int64_t limit, rid_set *out, bool *whole)
{
	index_kind kind = index_of_kind(c->param->kind);
	cell prefix = INT_CELL(c->param->number);
	scan_options o = {.index = -1, .prefix = &prefix, .prefix_cells = 1};
	collecting x = {.s = s, .c = c, .param = c->param, .limit = limit, .out = out, .whole = whole};
	*out = (rid_set){0};
	*whole = true;
	if (!atomic_load(&c->type->numbered)) return true;
	if (!collect_rows(&x, kind, &o, NULL)) return false;
	if (kind != INDEX_REFERENCE) return true;
	prefix.integer = c->param->identifier_number;
	return collect_more(&x, &index_tables[INDEX_TOKEN], &o, NULL);
}

bool clause_is_negative(const clause *c)
{
	return c->modifier == MOD_NOT || c->modifier == MOD_NOT_IN || (c->modifier == MOD_MISSING && c->wanted_missing);
}

bool clause_is_indexed(const clause *c)
{
	/* The index says which resources there are, not which there are not. */
	for (int i = 0; c->subject == SUBJECT_ANY && i < c->link_count; i++)
		if (!clause_is_indexed(c->links[i].clause) || clause_is_negative(c->links[i].clause)) return false;
	if (c->subject != SUBJECT_PARAM) return true;
	return (c->param->way == WAY_INDEX || c->param->way == WAY_COMPOSITE) && c->modifier != MOD_TEXT;
}

bool clause_is_exact(const clause *c)
{
	if (c->subject != SUBJECT_PARAM) return true;
	if (c->param->way == WAY_COMPOSITE || c->modifier == MOD_EXACT || c->modifier == MOD_OF_TYPE) return false;
	for (int i = 0; i < c->test_count; i++)
		if (c->tests[i].version.len) return false;
	return true;
}

static bool collect_any(search *s, const clause *c, int64_t limit, rid_set *out, bool *whole)
{
	for (int i = 0; i < c->link_count; i++) {
		rid_set one;
		bool all;
		if (!clause_collect(s, c->links[i].clause, limit, &one, &all)) return false;
		*out = set_or(s->arena, *out, one);
		*whole = *whole && all;
	}
	return true;
}

bool clause_collect(search *s, const clause *c, int64_t limit, rid_set *out, bool *whole)
{
	*out = (rid_set){0};
	*whole = true;
	if (c->subject == SUBJECT_ANY) return collect_any(s, c, limit, out, whole);
	if (c->subject == SUBJECT_CHAIN) return chain_collect(s, c, out);
	if (c->subject == SUBJECT_HAS) return has_collect(s, c, out);
	if (c->modifier == MOD_MISSING) return collect_present(s, c, limit, out, whole);
	for (int i = 0; i < c->test_count && *whole; i++) {
		rid_set one;
		collecting x = {
		    .s = s, .c = c, .param = c->param, .q = &c->tests[i], .limit = limit, .out = &one, .whole = whole};
		if (!collect_value(&x)) return false;
		*out = i ? set_or(s->arena, *out, one) : one;
	}
	return true;
}
