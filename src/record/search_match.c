/* From a search to the set of resources it matches: each clause a set, or within, and between. */
#include "record/search_internal.h"

#include <string.h>

enum { SET_MAX = 5 * 1000 * 1000 };

/* ---- sets ---- */

bool set_has(const rid_set *s, int64_t rid)
{
	if (s->all) return true;
	int64_t low = 0, high = s->count;
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		if (s->at[middle] < rid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->count && s->at[low] == rid;
}

typedef enum set_operation { SET_OR, SET_AND, SET_MINUS } set_operation;

static rid_set combine(arena *a, rid_set x, rid_set y, set_operation how)
{
	rid_set out = {.at = ARENA_ARRAY(a, int64_t, how == SET_OR ? x.count + y.count : x.count)};
	int64_t i = 0, k = 0;
	while (i < x.count || k < y.count) {
		bool in_x = i < x.count && (k == y.count || x.at[i] <= y.at[k]);
		bool in_y = k < y.count && (i == x.count || y.at[k] <= x.at[i]);
		int64_t rid = in_x ? x.at[i] : y.at[k];
		bool keep = how == SET_OR || (how == SET_AND && in_x && in_y) || (how == SET_MINUS && in_x && !in_y);
		if (keep) out.at[out.count++] = rid;
		i += in_x;
		k += in_y;
	}
	return out;
}

rid_set set_minus(arena *a, rid_set x, rid_set y)
{
	return combine(a, x, y, SET_MINUS);
}

bool search_collect(search *s, const table *t, const scan_options *o, int column_number, rid_set *out)
{
	*out = (rid_set){0};
	scan_options most = *o;
	most.limit = SET_MAX;
	if (!store_collect(s->reader->snapshot, t, &most, column_number, s->arena, &out->at, &out->count, s->sink))
		return false;
	if (out->count < SET_MAX) return true;
	return issue_add(s->sink, FAIL_SEARCH_TOO_MANY, text_format(s->arena, "%d", SET_MAX), TEXT(""));
}

bool search_all(search *s, rid_set *out)
{
	cell prefix[] = {INT_CELL(s->type->term), INT_CELL(STATE_LIVE)};
	scan_options o = {.index = RES_BY_SEQ, .prefix = prefix, .prefix_cells = 2};
	if (!s->has_all && atomic_load(&s->type->numbered) && !search_collect(s, &resource_table, &o, RES_RID, &s->all))
		return false;
	s->has_all = true;
	*out = s->all;
	return true;
}

/* Rids of the rows a scan gives, for which `keep` says yes. */
typedef bool row_test(const cell *row, const void *with);

static bool collect_where(search *s, const table *t, const scan_options *o, row_test *keep, const void *with,
			  rid_set *out)
{
	cell row[TABLE_COLUMNS_MAX];
	int64_t cap = 0;
	int rid_at = t->key_columns - 1;
	*out = (rid_set){0};
	scan *rows = store_scan(s->reader->snapshot, t, o, s->arena, s->sink);
	while (out->count < SET_MAX && scan_next(rows, row, s->sink)) {
		if (!keep(row, with)) continue;
		if (out->count == cap) {
			int64_t *more = ARENA_ARRAY(s->arena, int64_t, cap ? cap * 2 : 64);
			if (cap) memcpy(more, out->at, (size_t)cap * sizeof *more);
			out->at = more;
			cap = cap ? cap * 2 : 64;
		}
		out->at[out->count++] = row[rid_at].integer;
	}
	scan_close(rows);
	if (out->count == SET_MAX)
		return issue_add(s->sink, FAIL_SEARCH_TOO_MANY, text_format(s->arena, "%d", SET_MAX), TEXT(""));
	return s->sink->errors == 0;
}

static int by_number(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return (a > b) - (a < b);
}

static void make_set(rid_set *s)
{
	int64_t kept = 0;
	if (s->count) qsort(s->at, (size_t)s->count, sizeof *s->at, by_number);
	for (int64_t i = 0; i < s->count; i++)
		if (kept == 0 || s->at[kept - 1] != s->at[i]) s->at[kept++] = s->at[i];
	s->count = kept;
}

static bool refuse(const search *s, const clause *c, text value, text expected)
{
	return issue_at(s->sink, FAIL_SEARCH_VALUE, (place){0}, c->name, value, expected);
}

/* ---- prefixes: eq, gt, … ---- */

comparison cut_comparison(text *value)
{
	static const char names[][3] = {"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"};
	for (int i = 0; i <= IS_AP; i++)
		if (value->len > 2 && memcmp(value->at, names[i], 2) == 0) {
			*value = text_slice(*value, 2, value->len);
			return (comparison)i;
		}
	return IS_EQ;
}

/* ---- token ---- */

static bool has_system(const cell *row, const void *with)
{
	return row[2].integer == *(const int64_t *)with;
}

static bool match_token(search *s, const clause *c, int64_t number, text value, rid_set *out)
{
	const table *t = &index_tables[INDEX_TOKEN];
	text_pair parts = search_cut(value, '|');
	text code = search_unescape(s->arena, parts.found ? parts.tail : parts.head);
	text system = parts.found ? search_unescape(s->arena, parts.head) : (text){0};
	int64_t term = system.len ? term_known(s->reader->record, s->reader->snapshot, system, s->arena, s->sink) : 0;
	cell prefix[] = {INT_CELL(number), TEXT_CELL(code), INT_CELL(term)};
	*out = (rid_set){0};
	if (code.len == 0 && system.len == 0) return refuse(s, c, value, TEXT("[system|]code"));
	if (system.len && !term) return true; /* nobody ever wrote that system */
	scan_options o = {.index = -1, .prefix = prefix, .prefix_cells = code.len == 0 ? 1 : parts.found ? 3 : 2};
	if (code.len) return search_collect(s, t, &o, index_rid_column(INDEX_TOKEN), out);
	if (!collect_where(s, t, &o, has_system, &term, out)) return false;
	make_set(out);
	return true;
}

/* ---- string, uri ---- */

/* The first text after all that begin with `t`: with the last character there is. */
static text after_prefix(arena *a, text t)
{
	return text_join(a, t, TEXT("\xF4\x8F\xBF\xBF"));
}

static bool contains(const cell *row, const void *with)
{
	return text_find(row[1].text, *(const text *)with) >= 0;
}

/* Those of `out` whose own words are exactly these: the index has them folded. */
static bool keep_exact(search *s, const clause *c, text exact, rid_set *out)
{
	int64_t kept = 0;
	arena *scratch = arena_new(REQUEST_ARENA_MAX);
	for (int64_t i = 0; i < out->count && s->sink->errors == 0; i++) {
		version v;
		doc d;
		arena_reset(scratch);
		if (version_at(s->reader->snapshot, out->at[i], scratch, &v, s->sink) != FOUND) continue;
		if (!json_parse_resource(scratch, v.json, TEXT(""), s->sink, &d)) continue;
		if (extract_says(s->reader->record, c->param, &d, exact, scratch, s->sink))
			out->at[kept++] = out->at[i];
	}
	arena_free(scratch);
	out->count = kept;
	return s->sink->errors == 0;
}

static bool match_string(search *s, const clause *c, text value, rid_set *out)
{
	const table *t = &index_tables[INDEX_STRING];
	text plain = search_unescape(s->arena, value), key = string_key(s->arena, plain);
	cell prefix[] = {INT_CELL(c->param->number), TEXT_CELL(key)}, low = TEXT_CELL(key),
	     high = TEXT_CELL(after_prefix(s->arena, key));
	scan_options o = {.index = -1, .prefix = prefix, .prefix_cells = 1, .low = &low, .high = &high};
	scan_options same = {.index = -1, .prefix = prefix, .prefix_cells = 2},
		     every = {.index = -1, .prefix = prefix, .prefix_cells = 1};
	if (key.len == 0) return refuse(s, c, value, TEXT("…"));
	if (c->modifier == MOD_EXACT)
		return search_collect(s, t, &same, index_rid_column(INDEX_STRING), out) && keep_exact(s, c, plain, out);
	if (c->modifier != MOD_CONTAINS) return search_collect(s, t, &o, index_rid_column(INDEX_STRING), out);
	if (!collect_where(s, t, &every, contains, &key, out)) return false;
	make_set(out);
	return true;
}

static bool match_uri(search *s, const clause *c, text value, rid_set *out)
{
	text uri = search_unescape(s->arena, value);
	cell prefix[] = {INT_CELL(c->param->number), TEXT_CELL(uri)}, low = TEXT_CELL(uri),
	     high = TEXT_CELL(after_prefix(s->arena, uri));
	scan_options same = {.index = -1, .prefix = prefix, .prefix_cells = 2};
	scan_options below = {.index = -1, .prefix = prefix, .prefix_cells = 1, .low = &low, .high = &high};
	const scan_options *o = c->modifier == MOD_BELOW ? &below : &same;
	return search_collect(s, &index_tables[INDEX_URI], o, index_rid_column(INDEX_URI), out);
}

/* ---- date: R4 3.1.1.4.9, spans against spans ---- */

bool span_matches(instant low, instant high, const span_test *q)
{
	bool equal = low >= q->low && high <= q->high;
	switch (q->how) {
	case IS_EQ:
		return equal;
	case IS_NE:
		return !equal;
	case IS_GT:
		return high > q->high;
	case IS_LT:
		return low < q->low;
	case IS_GE:
		return high > q->high || equal;
	case IS_LE:
		return low < q->low || equal;
	case IS_SA:
		return low >= q->high;
	case IS_EB:
		return high <= q->low;
	case IS_AP:
		return low < q->high && high > q->low;
	}
	return false;
}

static bool date_row(const cell *row, const void *with)
{
	return span_matches(row[1].integer, row[2].integer, with);
}

static bool span_row(const cell *row, const void *with)
{
	return span_matches(row[2].integer, row[1].integer, with);
}

/* Where in the index, which runs by `low`, a match can lie. What spans long may begin much earlier: those are found by their end. */
static bool match_span(search *s, const clause *c, const span_test *q, rid_set *out)
{
	cell prefix = INT_CELL(c->param->number), low = INT_CELL(q->low), high = INT_CELL(q->high);
	bool late = q->how == IS_GT || q->how == IS_GE;
	scan_options o = {.index = -1, .prefix = &prefix, .prefix_cells = 1};
	if (late) low.integer = q->low > INT64_MIN + SPAN_SHORT_MAX ? q->low - SPAN_SHORT_MAX : INT64_MIN;
	if (q->how == IS_SA) low.integer = q->high;
	if (q->how == IS_LT || q->how == IS_EB) high.integer = q->low;
	if (late || q->how == IS_SA || q->how == IS_EQ) o.low = &low;
	if (q->how == IS_EQ || q->how == IS_LT || q->how == IS_LE || q->how == IS_EB) o.high = &high;
	if (!collect_where(s, &index_tables[INDEX_DATE], &o, date_row, q, out)) return false;
	make_set(out);
	if (!late) return true;
	cell end = INT_CELL(q->low);
	rid_set spans;
	scan_options by_end = {.index = -1, .prefix = &prefix, .prefix_cells = 1, .low = &end, .low_excluded = true};
	if (!collect_where(s, &span_table, &by_end, span_row, q, &spans)) return false;
	make_set(&spans);
	*out = combine(s->arena, *out, spans, SET_OR);
	return true;
}

static bool parse_date(search *s, const clause *c, text value, span_test *q)
{
	text rest = value;
	moment m;
	q->how = cut_comparison(&rest);
	if (!moment_parse(rest, &m))
		return refuse(s, c, value, TEXT("[eq|ne|gt|lt|ge|le|sa|eb]YYYY-MM-DDThh:mm:ss+hh:mm"));
	/* "About" depends on how far away the date is from today; the record does not know today. */
	if (q->how == IS_AP) return issue_add(s->sink, FAIL_SEARCH_UNSUPPORTED, TEXT("ap"), TEXT(""));
	q->low = m.low;
	q->high = m.high;
	return true;
}

static bool match_date(search *s, const clause *c, text value, rid_set *out)
{
	span_test q = {0};
	return parse_date(s, c, value, &q) && match_span(s, c, &q, out);
}

/* ---- number, quantity ---- */

typedef struct number_test {
	bool any_unit, is_ne;
	text unit;
	int64_t system; /* -1: any */
	text low, high; /* is_ne: not within */
} number_test;

static bool number_row(const cell *row, const void *with)
{
	const number_test *q = with;
	bool inside = text_compare(row[1].text, q->low) >= 0 && text_compare(row[1].text, q->high) < 0;
	if (q->is_ne && inside) return false;
	return q->any_unit || (text_equal(row[3].text, q->unit) && (q->system < 0 || row[2].integer == q->system));
}

/* eq means what rounds to it: half a unit of the last digit to either side (R4 3.1.1.4.8). ap: a tenth. */
bool number_span(decimal d, comparison how, decimal *low, decimal *high)
{
	decimal half = {.coefficient = 5, .scale = d.scale + 1}, tenth;
	if (how == IS_AP) {
		decimal size = d;
		if (size.coefficient < 0) size.coefficient = -size.coefficient;
		if (!decimal_multiply(size, (decimal){.coefficient = 1, .scale = 1}, &tenth)) return false;
		half = tenth;
	}
	return decimal_subtract(d, half, low) && decimal_add(d, half, high);
}

static bool number_bounds(search *s, decimal d, comparison how, number_test *q, scan_options *o, cell bounds[2])
{
	decimal low = d, high = d;
	bool around = how == IS_EQ || how == IS_NE || how == IS_AP;
	if (around && !number_span(d, how, &low, &high)) return false;
	q->low = number_key(s->arena, low);
	q->high = number_key(s->arena, high);
	q->is_ne = how == IS_NE;
	bounds[0] = BYTES_CELL(q->low);
	bounds[1] = BYTES_CELL(q->high);
	if (how == IS_EQ || how == IS_AP || how == IS_GE || how == IS_GT || how == IS_SA) o->low = &bounds[0];
	if (how == IS_EQ || how == IS_AP || how == IS_LE || how == IS_LT || how == IS_EB) o->high = &bounds[1];
	o->low_excluded = how == IS_GT || how == IS_SA;
	o->high_included = how == IS_LE || how == IS_AP;
	if (!q->is_ne) q->low = q->high = (text){0};
	return true;
}

static bool match_number(search *s, const clause *c, text value, rid_set *out)
{
	text_pair number = search_cut(value, '|'), system = search_cut(number.tail, '|');
	text rest = number.head;
	comparison how = cut_comparison(&rest);
	decimal d;
	cell prefix = INT_CELL(c->param->number), bounds[2];
	scan_options o = {.index = -1, .prefix = &prefix, .prefix_cells = 1};
	number_test q = {.any_unit = !number.found, .unit = search_unescape(s->arena, system.tail), .system = -1};
	bool ok = decimal_parse(rest, &d) && number_bounds(s, d, how, &q, &o, bounds) &&
		  (!number.found || system.found) && (!number.found || c->param->kind == SEARCH_QUANTITY);
	if (!ok) return refuse(s, c, value, TEXT("[prefix]number[|system|unit]"));
	text of = search_unescape(s->arena, system.head);
	if (of.len) q.system = term_known(s->reader->record, s->reader->snapshot, of, s->arena, s->sink);
	*out = (rid_set){0};
	if (of.len && q.system == 0) return true;
	if (!collect_where(s, &index_tables[INDEX_NUMBER], &o, number_row, &q, out)) return false;
	make_set(out);
	return true;
}

/* ---- reference ---- */

/* Adds the resources that refer to type/id. */
static bool add_referring(search *s, const clause *c, text type, text id, rid_set *out, int *targets)
{
	cell row[RES_COLUMNS];
	bool there;
	snapshot *r = s->reader->snapshot;
	int64_t term = term_known(s->reader->record, r, type, s->arena, s->sink);
	if (!resource_row(r, term, id, s->arena, row, &there, s->sink)) return false;
	if (!there) return true;
	cell prefix[] = {INT_CELL(c->param->number), row[RES_RID]};
	scan_options o = {.index = -1, .prefix = prefix, .prefix_cells = 2};
	rid_set found_here;
	if (!search_collect(s, &index_tables[INDEX_REFERENCE], &o, index_rid_column(INDEX_REFERENCE), &found_here))
		return false;
	*targets += found_here.count > 0;
	*out = combine(s->arena, *out, found_here, SET_OR);
	return true;
}

/* A bare id may be of any type the parameter can point at. */
static bool match_bare_id(search *s, const clause *c, text id, rid_set *out)
{
	int targets = 0;
	for (int i = 0; i < c->param->target_count; i++)
		if (!add_referring(s, c, type_name(c->param->targets[i]), id, out, &targets)) return false;
	if (c->param->target_count == 0)
		for (int t = 1; t <= type_count(); t++) {
			type_id type = (type_id)t;
			if (type_kind_of(type) != TYPE_RESOURCE || type_is_abstract(type)) continue;
			if (!add_referring(s, c, type_name(type), id, out, &targets)) return false;
		}
	return targets <= 1 || issue_at(s->sink, FAIL_SEARCH_AMBIGUOUS, (place){0}, c->name, id, TEXT(""));
}

static bool match_reference(search *s, const clause *c, text value, rid_set *out)
{
	text said = search_unescape(s->arena, value);
	target to;
	int targets = 0;
	*out = (rid_set){0};
	if (c->modifier == MOD_IDENTIFIER) return match_token(s, c, c->param->identifier_number, value, out);
	if (!reference_target(s->reader->record, said, &to)) return refuse(s, c, value, TEXT("[type/]id, url"));
	if (c->modifier == MOD_TYPE && id_valid(said)) return add_referring(s, c, c->type, said, out, &targets);
	if (c->modifier == MOD_TYPE && !text_equal(to.type, c->type))
		return refuse(s, c, value, text_join(s->arena, c->type, TEXT("/id")));
	if (to.type.len == 0 && id_valid(said)) return match_bare_id(s, c, said, out);
	return add_referring(s, c, to.type, to.id, out, &targets);
}

/* ---- what the record keeps itself ---- */

static bool match_id(search *s, text value, rid_set *out)
{
	cell row[RES_COLUMNS];
	bool there;
	*out = (rid_set){0};
	text id = search_unescape(s->arena, value);
	if (!resource_row(s->reader->snapshot, s->type->term, id, s->arena, row, &there, s->sink)) return false;
	if (!there || row[RES_STATE].integer != STATE_LIVE) return true;
	out->at = ARENA_NEW(s->arena, int64_t);
	out->at[out->count++] = row[RES_RID].integer;
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

static bool match_updated(search *s, const clause *c, text value, rid_set *out)
{
	span_test q = {0};
	if (!parse_date(s, c, value, &q)) return false;
	cell prefix[] = {INT_CELL(s->type->term), INT_CELL(STATE_LIVE)};
	cell from = INT_CELL(position_at(s, q.low)), to = INT_CELL(position_at(s, q.high));
	scan_options o = {.index = RES_BY_SEQ, .prefix = prefix, .prefix_cells = 2};
	bool after = q.how == IS_GT || q.how == IS_SA, before = q.how == IS_LT || q.how == IS_EB;
	if (after)
		o.low = &to;
	else if (before)
		o.high = &from;
	else if (q.how == IS_GE)
		o.low = &from;
	else if (q.how == IS_LE)
		o.high = &to;
	else
		o.low = &from, o.high = &to;
	if (!search_collect(s, &resource_table, &o, RES_RID, out)) return false;
	rid_set all;
	if (q.how != IS_NE) return true;
	if (!search_all(s, &all)) return false;
	*out = set_minus(s->arena, all, *out);
	return true;
}

/* ---- a clause ---- */

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

static bool match_value(search *s, const clause *c, text value, rid_set *out)
{
	if (c->subject == SUBJECT_ID) return match_id(s, value, out);
	if (c->subject == SUBJECT_UPDATED) return match_updated(s, c, value, out);
	switch (index_of_kind(c->param->kind)) {
	case INDEX_TOKEN:
		return match_token(s, c, c->param->number, value, out);
	case INDEX_STRING:
		return match_string(s, c, value, out);
	case INDEX_DATE:
		return match_date(s, c, value, out);
	case INDEX_NUMBER:
		return match_number(s, c, value, out);
	case INDEX_REFERENCE:
		return match_reference(s, c, value, out);
	case INDEX_URI:
		return match_uri(s, c, value, out);
	case INDEX_KINDS:
		break;
	}
	return false;
}

static bool match_missing(search *s, const clause *c, rid_set *out)
{
	bool yes = c->value_count == 1 && text_equal(c->values[0], TEXT("true"));
	bool no = c->value_count == 1 && text_equal(c->values[0], TEXT("false"));
	if (!yes && !no) return refuse(s, c, c->values[0], TEXT("true, false"));
	index_kind kind = index_of_kind(c->param->kind);
	cell prefix = INT_CELL(c->param->number), by_identifier = INT_CELL(c->param->identifier_number);
	rid_set has, all, more;
	scan_options o = {.index = -1, .prefix = &prefix, .prefix_cells = 1};
	if (!search_collect(s, &index_tables[kind], &o, index_rid_column(kind), &has)) return false;
	if (kind == INDEX_REFERENCE) {
		o.prefix = &by_identifier;
		if (!search_collect(s, &index_tables[INDEX_TOKEN], &o, index_rid_column(INDEX_TOKEN), &more))
			return false;
		has = combine(s->arena, has, more, SET_OR);
	}
	if (yes && !search_all(s, &all)) return false;
	*out = yes ? set_minus(s->arena, all, has) : has;
	return true;
}

static bool match_clause(search *s, const clause *c, rid_set *out)
{
	if (c->modifier == MOD_MISSING) return match_missing(s, c, out);
	*out = (rid_set){0};
	for (int i = 0; i < c->value_count; i++) {
		rid_set one;
		if (!match_value(s, c, c->values[i], &one)) return false;
		*out = i ? combine(s->arena, *out, one, SET_OR) : one;
	}
	rid_set all;
	if (c->modifier != MOD_NOT) return true;
	if (!search_all(s, &all)) return false;
	*out = set_minus(s->arena, all, *out);
	return true;
}

bool search_match(search *s, rid_set *out)
{
	*out = (rid_set){.all = s->clause_count == 0};
	for (int i = 0; i < s->clause_count; i++) {
		rid_set one = {0};
		/* A type nobody has written yet: the values are still checked, but there is nothing to find. */
		if (!match_clause(s, &s->clauses[i], &one)) return false;
		*out = i ? combine(s->arena, *out, one, SET_AND) : one;
	}
	return true;
}
