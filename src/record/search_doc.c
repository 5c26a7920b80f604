/* A clause on the resource itself: what the resource says for the parameter, against what was asked. Says the same as the index, and
 * more where the index does not hold all. */
#include "record/search_internal.h"

#include <math.h>
#include <string.h>

bool candidate_read(search *s, candidate *x, bool *there)
{
	*there = true;
	if (x->read) return true;
	found f = version_to_try(s->reader->snapshot, x->rid, s->scratch, &x->version, s->sink);
	*there = f == FOUND;
	if (f != FOUND) return f != FOUND_FAILED;
	x->read = true;
	return json_parse_resource(s->scratch, x->version.json, TEXT(""), s->sink, &x->doc);
}

/* ---- one value against one test ---- */

static bool place_is(const test *q, const index_value *v)
{
	if (q->version.len && !(v->slot == SLOT_VERSION && text_equal(v->upper, q->version))) return false;
	for (int i = 0; i < q->place_count; i++)
		if (text_equal(q->places[i].id, v->value) && text_equal(q->places[i].type, v->system)) return true;
	return false;
}

static bool is_above(text of, text uri)
{
	if (of.len && of.at[of.len - 1] == '/') of.len--;
	return text_starts(uri, of) && (uri.len == of.len || uri.at[of.len] == '/');
}

static bool uri_is(const clause *c, const test *q, text uri)
{
	switch (c->modifier) {
	case MOD_BELOW:
		return text_starts(uri, q->value);
	case MOD_ABOVE:
		return text_equal(uri, q->value) || is_above(uri, q->value);
	default:
		return text_equal(uri, q->value);
	}
}

static bool token_value_is(search *s, const clause *c, const test *q, const index_value *v)
{
	switch (c->modifier) {
	case MOD_TEXT:
		return v->slot == SLOT_WORDS && words_match(q, v->value);
	case MOD_OF_TYPE:
		return v->slot == SLOT_TYPED && text_equal(v->system, q->system) && text_equal(v->unit, q->unit) &&
		       text_equal(v->value, q->value);
	case MOD_IN:
	case MOD_NOT_IN:
	case MOD_ABOVE:
	case MOD_BELOW:
		return v->slot == SLOT_MAIN && code_is(s, c, q, v->system, v->value);
	default:
		return v->slot == SLOT_MAIN && token_is(q, v->system, v->value, v->implied);
	}
}

static bool string_is(const clause *c, const test *q, const index_value *v)
{
	if (c->modifier == MOD_EXACT) return v->slot == SLOT_EXACT && text_equal(v->value, q->said);
	if (v->slot != SLOT_MAIN) return false;
	return c->modifier == MOD_CONTAINS ? text_find(v->value, q->value) >= 0 : text_starts(v->value, q->value);
}

static bool number_is(const test *q, const index_value *v)
{
	if (v->slot != (q->canonical ? SLOT_CANONICAL : SLOT_MAIN)) return false;
	if (!q->any_unit && !text_equal(v->unit, q->unit)) return false;
	if (!q->any_system && !text_equal(v->system, q->system)) return false;
	return size_matches(v->value, v->upper, q);
}

static bool value_is(search *s, const clause *c, search_kind kind, const test *q, const index_value *v)
{
	switch (kind) {
	case SEARCH_TOKEN:
		return token_value_is(s, c, q, v);
	case SEARCH_STRING:
		return string_is(c, q, v);
	case SEARCH_DATE:
		return v->slot == SLOT_MAIN && span_matches(v->low, v->high, q);
	case SEARCH_NUMBER:
	case SEARCH_QUANTITY:
		return number_is(q, v);
	case SEARCH_REFERENCE:
		if (c->modifier == MOD_IDENTIFIER)
			return v->slot == SLOT_IDENTIFIER && token_is(q, v->system, v->value, v->implied);
		return (v->slot == SLOT_MAIN || v->slot == SLOT_VERSION) && place_is(q, v);
	case SEARCH_URI:
		return v->slot == SLOT_MAIN && uri_is(c, q, v->value);
	case SEARCH_COMPOSITE:
	case SEARCH_SPECIAL:
		break;
	}
	return false;
}

static bool any_value_is(search *s, const clause *c, search_kind kind, const test *q, const index_values *values)
{
	for (int i = 0; i < values->count; i++)
		if (value_is(s, c, kind, q, &values->at[i])) return true;
	return false;
}

/* ---- composites: all parts in the same item ---- */

static bool item_holds(search *s, const clause *c, const test *q, const path_item *item, const doc *d, bool *holds)
{
	const search_param *p = c->param;
	clause plain = *c;
	plain.modifier = MOD_NONE;
	*holds = true;
	for (int i = 0; *holds && i < p->part_count; i++) {
		index_values values = {.arena = s->scratch};
		if (!extract_part(s->reader->record, &p->parts[i], item, d, s->sink, &values)) return false;
		*holds = any_value_is(s, &plain, p->parts[i].kind, &q->parts[i], &values);
	}
	return true;
}

static bool composite_holds(search *s, const clause *c, const doc *d, bool *holds)
{
	path_items items;
	if (!extract_items(s->reader->record, c->param, d, s->sink, &items, s->scratch)) return false;
	for (int t = 0; !*holds && t < c->test_count; t++)
		for (int i = 0; !*holds && i < items.count; i++)
			if (!item_holds(s, c, &c->tests[t], &items.at[i], d, holds)) return false;
	return true;
}

/* ---- words in the text, a place on the map ---- */

/* The narrative's text: its tags are left out, its entities are not read but for the five of XML. */
static text without_tags(arena *a, text xhtml)
{
	static const struct entity {
		const char *name, *text;
	} entities[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}};
	buffer b = {.arena = a};
	bool tag = false;
	for (int64_t i = 0; i < xhtml.len; i++) {
		char c = xhtml.at[i];
		if (c == '<') tag = true;
		if (c == '>' && tag) {
			tag = false;
			c = ' ';
		}
		if (tag) continue;
		for (size_t e = 0; c == '&' && e < sizeof entities / sizeof *entities; e++) {
			text name = text_of(entities[e].name);
			if (!text_starts(text_slice(xhtml, i, xhtml.len), name)) continue;
			c = entities[e].text[0];
			i += name.len - 1;
			break;
		}
		buffer_char(&b, c);
	}
	return buffer_text(&b);
}

static bool words_hold(const test *q, text folded)
{
	for (int i = 0; i < q->word_count; i++)
		if (!words_match(&(test){.value = q->words[i]}, folded)) return false;
	return true;
}

static text words_of(search *s, const clause *c, const doc *d)
{
	uint32_t narrative = doc_get(d, 0, NAME_text);
	uint32_t div =
	    narrative && d->nodes[narrative].kind == NODE_OBJECT ? doc_get(d, narrative, NAME_div) : NODE_ABSENT;
	buffer b = {.arena = s->scratch};
	if (div) buffer_add(&b, without_tags(s->scratch, doc_text(d, div)));
	for (uint32_t n = 1; c->param->way == WAY_CONTENT && n < d->count; n++) {
		bool says = d->nodes[n].kind == NODE_STRING || d->nodes[n].kind == NODE_NUMBER;
		if (!says || n == div) continue;
		buffer_char(&b, ' ');
		buffer_add(&b, doc_text(d, n));
	}
	return text_fold(s->scratch, buffer_text(&b));
}

static bool text_holds(search *s, const clause *c, const doc *d)
{
	text words = words_of(s, c, d);
	for (int i = 0; i < c->test_count; i++)
		if (words_hold(&c->tests[i], words)) return true;
	return false;
}

/* Along a great circle; the Earth's mean radius. */
static double kilometres_between(const test *q, double latitude, double longitude)
{
	const double radius = 6371.0088, radian = 0.017453292519943295;
	double north = sin((latitude - q->latitude) * radian / 2), east = sin((longitude - q->longitude) * radian / 2);
	double chord = north * north + cos(q->latitude * radian) * cos(latitude * radian) * east * east;
	return 2 * radius * asin(chord < 1 ? sqrt(chord) : 1);
}

static bool near_holds(const clause *c, const doc *d)
{
	decimal latitude, longitude;
	uint32_t position = doc_get(d, 0, NAME_position);
	if (!position || !decimal_parse(doc_get_text(d, position, NAME_latitude), &latitude) ||
	    !decimal_parse(doc_get_text(d, position, NAME_longitude), &longitude))
		return false;
	for (int i = 0; i < c->test_count; i++) {
		const test *q = &c->tests[i];
		double far = kilometres_between(q, decimal_to_double(latitude), decimal_to_double(longitude));
		if (far <= q->kilometres) return true;
	}
	return false;
}

/* ---- a clause ---- */

static bool param_holds(search *s, const clause *c, const doc *d, bool *holds)
{
	const search_param *p = c->param;
	index_values values = {.arena = s->scratch};
	if (p->way == WAY_COMPOSITE) return composite_holds(s, c, d, holds);
	if (p->way == WAY_NEAR) *holds = near_holds(c, d);
	if (p->way == WAY_NARRATIVE || p->way == WAY_CONTENT) *holds = text_holds(s, c, d);
	if (p->way != WAY_INDEX) return true;
	if (!extract_param(s->reader->record, p, d, true, s->sink, &values)) return false;
	if (c->modifier == MOD_MISSING)
		for (int i = 0; i < values.count; i++) *holds = *holds || values.at[i].slot < SLOTS_INDEXED;
	for (int i = 0; !*holds && i < c->test_count; i++) *holds = any_value_is(s, c, p->kind, &c->tests[i], &values);
	return true;
}

static bool kept_holds(search *s, const clause *c, const candidate *x, bool *holds)
{
	instant at = x->version.at;
	bool dated = c->subject == SUBJECT_UPDATED;
	if (dated && at == INSTANT_NONE && !version_when(s->reader->snapshot, &x->version, s->scratch, &at, s->sink))
		return false;
	for (int i = 0; !*holds && i < c->test_count; i++) {
		const test *q = &c->tests[i];
		if (c->subject == SUBJECT_ID) *holds = text_equal(x->version.id, q->value);
		if (dated) *holds = span_matches(at, at + 1, q);
	}
	if (c->subject != SUBJECT_LIST) return true;
	rid_set listed;
	bool whole;
	if (!clause_collect(s, c, INT64_MAX, &listed, &whole)) return false;
	*holds = set_has(&listed, x->rid);
	return true;
}

static bool any_holds(search *s, const clause *c, candidate *x, bool *holds)
{
	for (int i = 0; !*holds && i < c->link_count; i++)
		if (!clause_holds(s, c->links[i].clause, x, holds)) return false;
	return true;
}

static bool positive_holds(search *s, const clause *c, candidate *x, bool *holds)
{
	switch (c->subject) {
	case SUBJECT_PARAM:
		return param_holds(s, c, &x->doc, holds);
	case SUBJECT_ID:
	case SUBJECT_UPDATED:
	case SUBJECT_LIST:
		return kept_holds(s, c, x, holds);
	case SUBJECT_CHAIN:
		return chain_holds(s, c, x, holds);
	case SUBJECT_HAS:
		return has_holds(s, c, x, holds);
	case SUBJECT_ANY:
		return any_holds(s, c, x, holds);
	}
	return false;
}

bool clause_holds(search *s, const clause *c, candidate *x, bool *holds)
{
	bool there;
	*holds = false;
	if (!candidate_read(s, x, &there)) return false;
	if (!there) return true;
	if (!positive_holds(s, c, x, holds)) return false;
	if (clause_is_negative(c)) *holds = !*holds;
	return true;
}

bool part_holds(search *s, const part *p, int64_t rid, bool *holds)
{
	*holds = true;
	if (p->pending_count == 0) return true;
	arena_mark mark = arena_here(s->scratch);
	candidate x = {.rid = rid};
	bool ok = search_looked(s, 0, 1);
	for (int i = 0; ok && *holds && i < p->pending_count; i++) ok = clause_holds(s, p->pending[i], &x, holds);
	arena_rewind(s->scratch, mark);
	return ok;
}
