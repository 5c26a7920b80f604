/* A query asked of one resource: the filters of a search, told from the resource alone. Subscriptions ask it of every write, so it
 * looks at nothing else: the same index values a search would find it by, made from the resource at hand. */
#include "record/search_internal.h"

struct record_query {
	record *record;
	search_type *type;
	const clause *clauses;
	int count;
};

/* One evaluation. */
typedef struct asking {
	const record_query *q;
	const doc *d;
	arena *arena;
	issues *sink;
	index_values values; /* of the clause's parameter */
} asking;

/* ---- values, a kind each ---- */

static bool refuse(const asking *x, const clause *c, text value, text expected)
{
	return issue_at(x->sink, FAIL_SEARCH_VALUE, (place){0}, c->name, value, expected);
}

static bool token_fits(const asking *x, const clause *c, int64_t number, text value)
{
	text_pair parts = search_cut(value, '|');
	text code = search_unescape(x->arena, parts.found ? parts.tail : parts.head);
	text system = parts.found ? search_unescape(x->arena, parts.head) : (text){0};
	if (code.len == 0 && system.len == 0) return refuse(x, c, value, TEXT("[system|]code"));
	for (int i = 0; i < x->values.count; i++) {
		const index_value *v = &x->values.at[i];
		if (v->kind != INDEX_TOKEN || v->param != number) continue;
		if (code.len && !text_equal(v->value, code)) continue;
		if (!parts.found || text_equal(v->system, system)) return true;
	}
	return false;
}

static bool string_fits(const asking *x, const clause *c, text value)
{
	text plain = search_unescape(x->arena, value), key = string_key(x->arena, plain);
	if (key.len == 0) return refuse(x, c, value, TEXT("…"));
	if (c->modifier == MOD_EXACT) return extract_says(x->q->record, c->param, x->d, plain, x->arena, x->sink);
	for (int i = 0; i < x->values.count; i++) {
		text at = x->values.at[i].value;
		if (c->modifier == MOD_CONTAINS ? text_find(at, key) >= 0 : text_starts(at, key)) return true;
	}
	return false;
}

static bool uri_fits(const asking *x, const clause *c, text value)
{
	text uri = search_unescape(x->arena, value);
	for (int i = 0; i < x->values.count; i++) {
		text at = x->values.at[i].value;
		if (text_equal(at, uri) || (c->modifier == MOD_BELOW && text_starts(at, uri))) return true;
	}
	return false;
}

static bool span_read(const asking *x, const clause *c, text value, span_test *q)
{
	text rest = value;
	moment m;
	q->how = cut_comparison(&rest);
	if (!moment_parse(rest, &m)) return refuse(x, c, value, TEXT("[eq|ne|gt|lt|ge|le|sa|eb]YYYY-MM-DD"));
	if (q->how == IS_AP) return issue_add(x->sink, FAIL_SEARCH_UNSUPPORTED, TEXT("ap"), TEXT(""));
	q->low = m.low;
	q->high = m.high;
	return true;
}

static bool date_fits(const asking *x, const clause *c, text value)
{
	span_test q = {0};
	if (!span_read(x, c, value, &q)) return false;
	for (int i = 0; i < x->values.count; i++)
		if (x->values.at[i].kind == INDEX_DATE && span_matches(x->values.at[i].low, x->values.at[i].high, &q))
			return true;
	return false;
}

static bool key_fits(text at, comparison how, text low, text high)
{
	int to_low = text_compare(at, low), to_high = text_compare(at, high);
	switch (how) {
	case IS_EQ:
		return to_low >= 0 && to_high < 0;
	case IS_AP:
		return to_low >= 0 && to_high <= 0;
	case IS_NE:
		return to_low < 0 || to_high >= 0;
	case IS_GT:
	case IS_SA:
		return to_low > 0;
	case IS_GE:
		return to_low >= 0;
	case IS_LT:
	case IS_EB:
		return to_low < 0;
	case IS_LE:
		return to_low <= 0;
	}
	return false;
}

static bool number_fits(const asking *x, const clause *c, text value)
{
	text_pair number = search_cut(value, '|'), system = search_cut(number.tail, '|');
	text rest = number.head;
	comparison how = cut_comparison(&rest);
	decimal d, low, high;
	bool around = how == IS_EQ || how == IS_NE || how == IS_AP;
	bool ok = decimal_parse(rest, &d) && number.found == system.found;
	low = high = d;
	if (!ok || (around && !number_span(d, how, &low, &high)))
		return refuse(x, c, value, TEXT("[prefix]number[|system|unit]"));
	text low_key = number_key(x->arena, low), high_key = number_key(x->arena, high);
	text of = search_unescape(x->arena, system.head), unit = search_unescape(x->arena, system.tail);
	for (int i = 0; i < x->values.count; i++) {
		const index_value *v = &x->values.at[i];
		bool same_unit =
		    !number.found || (text_equal(v->unit, unit) && (of.len == 0 || text_equal(v->system, of)));
		if (same_unit && key_fits(v->value, how, low_key, high_key)) return true;
	}
	return false;
}

static bool reference_fits(const asking *x, const clause *c, text value)
{
	target to;
	text said = search_unescape(x->arena, value);
	if (c->modifier == MOD_IDENTIFIER) return token_fits(x, c, c->param->identifier_number, value);
	if (!reference_target(x->q->record, said, &to)) return refuse(x, c, value, TEXT("[type/]id, url"));
	bool bare = to.type.len == 0 && id_valid(said);
	if (bare) to = (target){c->modifier == MOD_TYPE ? c->type : (text){0}, said};
	for (int i = 0; i < x->values.count; i++) {
		const index_value *v = &x->values.at[i];
		if (v->kind != INDEX_REFERENCE || !text_equal(v->value, to.id)) continue;
		bool any_type = bare && to.type.len == 0 && v->system.len > 0;
		if (any_type || text_equal(v->system, to.type)) return true;
	}
	return false;
}

/* ---- clauses ---- */

static bool updated_fits(const asking *x, const clause *c, text value)
{
	span_test q = {0};
	moment m;
	uint32_t meta = doc_get(x->d, 0, NAME_meta);
	if (!span_read(x, c, value, &q)) return false;
	bool has = meta && moment_parse(doc_get_text(x->d, meta, NAME_lastUpdated), &m);
	return has && span_matches(m.low, m.high, &q);
}

static bool value_fits(const asking *x, const clause *c, text value)
{
	if (c->subject == SUBJECT_ID)
		return text_equal(doc_get_text(x->d, 0, NAME_id), search_unescape(x->arena, value));
	if (c->subject == SUBJECT_UPDATED) return updated_fits(x, c, value);
	assert(c->param);
	switch (index_of_kind(c->param->kind)) {
	case INDEX_TOKEN:
		return token_fits(x, c, c->param->number, value);
	case INDEX_STRING:
		return string_fits(x, c, value);
	case INDEX_DATE:
		return date_fits(x, c, value);
	case INDEX_NUMBER:
		return number_fits(x, c, value);
	case INDEX_REFERENCE:
		return reference_fits(x, c, value);
	case INDEX_URI:
		return uri_fits(x, c, value);
	case INDEX_KINDS:
		break;
	}
	return issue_add(x->sink, FAIL_SEARCH_UNSUPPORTED, c->name, TEXT(""));
}

static bool missing_fits(const asking *x, const clause *c)
{
	bool yes = c->value_count == 1 && text_equal(c->values[0], TEXT("true"));
	bool no = c->value_count == 1 && text_equal(c->values[0], TEXT("false"));
	if (!yes && !no) return refuse(x, c, c->values[0], TEXT("true, false"));
	return (x->values.count == 0) == yes;
}

static bool clause_fits(asking *x, const clause *c)
{
	x->values = (index_values){.arena = x->arena};
	if (c->param && !extract_param(x->q->record, c->param, x->d, x->sink, &x->values)) return false;
	if (c->modifier == MOD_MISSING) return missing_fits(x, c);
	bool any = false;
	for (int i = 0; i < c->value_count; i++) any = value_fits(x, c, c->values[i]) || any;
	return (c->modifier == MOD_NOT) != any && x->sink->errors == 0;
}

bool record_query_fits(const record_query *q, const doc *resource, arena *a, issues *sink)
{
	asking x = {.q = q, .d = resource, .arena = a, .sink = sink};
	if (!text_equal(doc_type(resource), q->type->name)) return false;
	for (int i = 0; i < q->count; i++)
		if (!clause_fits(&x, &q->clauses[i])) return false;
	return true;
}

/* ---- making one ---- */

/* Parameters that say what to do with a result, not which resources. */
static bool is_filter(text name)
{
	static const char *const filters[] = {"_id", "_lastUpdated", "_tag", "_profile", "_security", "_source"};
	text base = text_cut(name, ':').head;
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
		if (text_equal(base, text_of(filters[i]))) return true;
	return !text_starts(name, TEXT("_"));
}

/* A modifier this evaluation does not know must not be taken for none. */
static bool modifier_known(modifier m)
{
	return m == MOD_NONE || m == MOD_MISSING || m == MOD_NOT || m == MOD_EXACT || m == MOD_CONTAINS ||
	       m == MOD_BELOW || m == MOD_IDENTIFIER || m == MOD_TYPE;
}

const record_query *record_query_of(record *r, text type, const search_pair *pairs, int count, arena *a, issues *sink)
{
	reader *rd = ARENA_NEW(a, reader);
	*rd = (reader){.record = r, .arena = a, .sequence = -1};
	search *s = ARENA_NEW(a, search);
	*s = (search){.reader = rd, .arena = a, .sink = sink, .type = type_of(r, type, sink)};
	if (!s->type) return NULL;
	for (int i = 0; i < count; i++)
		if (!is_filter(pairs[i].name)) {
			issue_add(sink, FAIL_SEARCH_UNSUPPORTED, pairs[i].name, TEXT(""));
			return NULL;
		}
	int before = sink->errors;
	if (!search_parse(s, pairs, count, false)) return NULL;
	for (int i = 0; i < s->clause_count; i++)
		if (!modifier_known(s->clauses[i].modifier))
			issue_add(sink, FAIL_SEARCH_UNSUPPORTED, s->clauses[i].name, TEXT(""));
	record_query *q = ARENA_NEW(a, record_query);
	*q = (record_query){.record = r, .type = s->type, .clauses = s->clauses, .count = s->clause_count};
	/* Asked of nothing, it says whether its values can be read. */
	doc nothing;
	text json = text_format(a, "{\"resourceType\":\"%.*s\"}", TEXT_ARG(s->type->name));
	if (json_parse_resource(a, json, TEXT(""), sink, &nothing))
		for (int i = 0; i < q->count; i++) {
			asking x = {.q = q, .d = &nothing, .arena = a, .sink = sink};
			clause_fits(&x, &q->clauses[i]);
		}
	return sink->errors == before ? q : NULL;
}
