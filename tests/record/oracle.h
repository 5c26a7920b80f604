/* oracle.h: search once more, as naively as can be: every resource walked, every expression evaluated, every value compared, straight
 * from R4's words (search, 3.1.1.4) and without the record's own extraction, keys or index. Slow and plain, to compare with. */
#ifndef LIMEN_TESTS_RECORD_ORACLE_H
#define LIMEN_TESTS_RECORD_ORACLE_H

#include "fixture.h"

#include <ctype.h>

typedef enum said_kind { SAID_TOKEN, SAID_TEXT, SAID_SPAN, SAID_SIZE, SAID_REFERENCE, SAID_URI, SAID_ELSE } said_kind;
typedef struct said { /* one value a resource has for a parameter */
	said_kind kind;
	text system, code, words; /* token; words: display or text beside it */
	bool bare;                /* a code or boolean without a system of its own */
	text plain;               /* text, uri */
	instant low, high;        /* span */
	bool has_least, has_most; /* size: of a point both, and equal */
	decimal least, most;
	text unit, human;
	text type, id; /* reference; outside: id alone */
} said;
typedef struct said_list {
	said *at;
	int count, cap;
} said_list;

typedef struct known_resource {
	text type, id;
	const doc *d;
} known_resource;
typedef struct oracle {
	arena *arena; /* of one question */
	arena *kept;
	const search_definition *asked; /* the parameter at hand */
	known_resource *at;
	int count, cap;
} oracle;

/* What `r` says for a parameter of its type. False: this oracle does not read its kind (composite, special). */
MAYBE bool oracle_says(oracle *o, const known_resource *r, text code, said_list *out);
/* Does `r` match? `name` with modifier or chain, `value` with commas, as in a URL. */
MAYBE bool oracle_matches(oracle *o, const known_resource *r, text name, text value);

/* ---- what a resource says ---- */

MAYBE void oracle_add(oracle *o, const doc *d)
{
	if (o->count == o->cap) o->at = ARENA_DOUBLE(o->kept, known_resource, o->at, &o->cap, 256);
	o->at[o->count++] = (known_resource){doc_type(d), doc_get_text(d, 0, NAME_id), d};
}

static said *add(oracle *o, said_list *out, said_kind kind)
{
	if (out->count == out->cap) out->at = ARENA_DOUBLE(o->arena, said, out->at, &out->cap, 16);
	out->at[out->count] = (said){.kind = kind};
	return &out->at[out->count++];
}

static bool has_name(const path_item *i, const char *name)
{
	return text_equal(path_item_type_name(i), text_of(name));
}

static text of(const path_item *i, name_id name)
{
	return doc_get_text(i->d, i->node, name);
}

static void reference_parts(text reference, text *type, text *id)
{
	text base = TEXT("http://limen.test/fhir/");
	text rest = text_starts(reference, base) ? text_slice(reference, base.len, reference.len) : reference;
	text_pair cut = text_cut(rest, '/'), more = text_cut(cut.tail, '/');
	bool known = cut.found && type_find(cut.head) && type_kind_of(type_find(cut.head)) == TYPE_RESOURCE;
	bool tail = !more.found || text_starts(more.tail, TEXT("_history/"));
	bool plain = more.head.len && more.head.len <= 64;
	for (int64_t i = 0; i < more.head.len; i++)
		plain = plain &&
			(isalnum((unsigned char)more.head.at[i]) || more.head.at[i] == '-' || more.head.at[i] == '.');
	*type = known && tail && plain ? cut.head : (text){0};
	*id = type->len ? more.head : reference;
}

static void say_reference(oracle *o, text reference, said_list *out)
{
	if (reference.len == 0 || reference.at[0] == '#') return;
	said *s = add(o, out, SAID_REFERENCE);
	reference_parts(reference, &s->type, &s->id);
	text_pair version = text_cut_last(reference, '|');
	if (version.found && s->type.len == 0) add(o, out, SAID_REFERENCE)->id = version.head;
}

static void say_coding(oracle *o, const doc *d, uint32_t n, said_list *out)
{
	said *s = add(o, out, SAID_TOKEN);
	s->system = doc_get_text(d, n, NAME_system);
	s->code = doc_get_text(d, n, NAME_code);
	s->words = doc_get_text(d, n, NAME_display);
}

static void say_token(oracle *o, const path_item *i, said_list *out)
{
	if (has_name(i, "CodeableConcept")) {
		uint32_t codings = doc_get(i->d, i->node, NAME_coding);
		add(o, out, SAID_TOKEN)->words = of(i, NAME_text);
		for (uint32_t c = codings + 1; codings && c < i->d->nodes[codings].next; c = i->d->nodes[c].next)
			say_coding(o, i->d, c, out);
	} else if (has_name(i, "Coding")) {
		say_coding(o, i->d, i->node, out);
	} else if (has_name(i, "Identifier")) {
		said *s = add(o, out, SAID_TOKEN);
		s->system = of(i, NAME_system);
		s->code = of(i, NAME_value);
	} else if (has_name(i, "ContactPoint")) {
		add(o, out, SAID_TOKEN)->code = of(i, NAME_value);
	} else {
		said *s = add(o, out, SAID_TOKEN);
		s->code = path_item_text(o->arena, i);
		s->bare = has_name(i, "code") || has_name(i, "boolean") || has_name(i, "Boolean");
	}
}

static void say_parts(oracle *o, const path_item *i, const name_id *names, said_list *out)
{
	for (; *names; names++) {
		uint32_t n = doc_get(i->d, i->node, *names);
		if (!n) continue;
		bool many = i->d->nodes[n].kind == NODE_ARRAY;
		for (uint32_t c = many ? n + 1 : n; c < i->d->nodes[n].next; c = i->d->nodes[c].next)
			add(o, out, SAID_TEXT)->plain = doc_text(i->d, c);
	}
}

static void say_text(oracle *o, const path_item *i, said_list *out)
{
	static const name_id name[] = {NAME_family, NAME_given, NAME_prefix, NAME_suffix, NAME_text, 0};
	static const name_id address[] = {NAME_line,       NAME_city,    NAME_district, NAME_state,
					  NAME_postalCode, NAME_country, NAME_text,     0};
	if (has_name(i, "HumanName"))
		say_parts(o, i, name, out);
	else if (has_name(i, "Address"))
		say_parts(o, i, address, out);
	else if (has_name(i, "CodeableConcept"))
		add(o, out, SAID_TEXT)->plain = of(i, NAME_text);
	else
		add(o, out, SAID_TEXT)->plain = path_item_text(o->arena, i);
}

static void say_span(oracle *o, instant low, instant high, said_list *out)
{
	said *s = add(o, out, SAID_SPAN);
	s->low = low;
	s->high = high;
}

static bool period(const doc *d, uint32_t n, instant *low, instant *high)
{
	moment from, to;
	bool a = moment_parse(doc_get_text(d, n, NAME_start), &from),
	     b = moment_parse(doc_get_text(d, n, NAME_end), &to);
	*low = a ? from.low : INT64_MIN;
	*high = b ? to.high : INT64_MAX;
	return (a || b) && *low < *high;
}

static void say_date(oracle *o, const path_item *i, said_list *out)
{
	moment m;
	instant low = INT64_MAX, high = INT64_MIN, from, to;
	if (path_item_moment(i, &m)) {
		say_span(o, m.low, m.high, out);
	} else if (has_name(i, "Period")) {
		if (period(i->d, i->node, &from, &to)) say_span(o, from, to, out);
	} else if (has_name(i, "Timing")) {
		uint32_t events = doc_get(i->d, i->node, NAME_event), repeat = doc_get(i->d, i->node, NAME_repeat);
		for (uint32_t e = events + 1; events && e < i->d->nodes[events].next; e = i->d->nodes[e].next)
			if (moment_parse(doc_text(i->d, e), &m)) {
				low = m.low < low ? m.low : low;
				high = m.high > high ? m.high : high;
			}
		uint32_t bounds = repeat ? doc_get(i->d, repeat, NAME_boundsPeriod) : 0;
		if (bounds && period(i->d, bounds, &from, &to)) {
			low = from < low ? from : low;
			high = to > high ? to : high;
		}
		if (low < high) say_span(o, low, high, out);
	}
}

static void say_size(oracle *o, const doc *d, uint32_t n, const decimal *least, const decimal *most, said_list *out)
{
	said *s = add(o, out, SAID_SIZE);
	s->has_least = least != NULL;
	s->has_most = most != NULL;
	if (least) s->least = *least;
	if (most) s->most = *most;
	s->system = doc_get_text(d, n, NAME_system);
	s->human = doc_get_text(d, n, NAME_unit);
	s->unit = doc_get_text(d, n, NAME_code);
	if (!s->unit.len) s->unit = s->human;
}

static bool number_at(const doc *d, uint32_t n, name_id name, decimal *out)
{
	return n && decimal_parse(doc_get_text(d, n, name), out);
}

/* Each datum times the factor, added to the origin; the limits say what least and most can be. */
static void say_sampled(oracle *o, const path_item *i, said_list *out)
{
	decimal factor, origin = {0}, one, least = {0}, most = {0};
	uint32_t at = doc_get(i->d, i->node, NAME_origin);
	bool any = false;
	if (!number_at(i->d, i->node, NAME_factor, &factor)) factor = decimal_from_int(1);
	number_at(i->d, at, NAME_value, &origin);
	for (text_pair p = {.tail = of(i, NAME_data), .found = true}; p.found;) {
		p = text_cut(p.tail, ' ');
		if (!decimal_parse(p.head, &one)) continue;
		if (!any || decimal_compare(one, least) < 0) least = one;
		if (!any || decimal_compare(one, most) > 0) most = one;
		any = true;
	}
	bool low = number_at(i->d, i->node, NAME_lowerLimit, &least),
	     high = number_at(i->d, i->node, NAME_upperLimit, &most);
	if (!at || (!any && !(low && high))) return;
	if (!decimal_multiply(least, factor, &least) || !decimal_multiply(most, factor, &most)) return;
	if (!decimal_add(least, origin, &least) || !decimal_add(most, origin, &most)) return;
	say_size(o, i->d, at, &least, &most, out);
}

static void say_quantity(oracle *o, const path_item *i, said_list *out)
{
	decimal x, y;
	if (has_name(i, "Range")) {
		uint32_t low = doc_get(i->d, i->node, NAME_low), high = doc_get(i->d, i->node, NAME_high);
		bool a = number_at(i->d, low, NAME_value, &x), b = number_at(i->d, high, NAME_value, &y);
		if (a || b) say_size(o, i->d, a ? low : high, a ? &x : NULL, b ? &y : NULL, out);
	} else if (has_name(i, "Money")) {
		if (!number_at(i->d, i->node, NAME_value, &x)) return;
		say_size(o, i->d, i->node, &x, &x, out);
		out->at[out->count - 1].system = TEXT("urn:iso:std:iso:4217");
		out->at[out->count - 1].unit = of(i, NAME_currency);
	} else if (has_name(i, "SampledData")) {
		say_sampled(o, i, out);
	} else if (number_at(i->d, i->node, NAME_value, &x)) {
		text comparator = of(i, NAME_comparator);
		bool below = text_starts(comparator, TEXT("<")), above = text_starts(comparator, TEXT(">"));
		say_size(o, i->d, i->node, below ? NULL : &x, above ? NULL : &x, out);
	}
}

static void say(oracle *o, search_kind kind, const path_item *i, said_list *out)
{
	decimal n;
	switch (kind) {
	case SEARCH_TOKEN:
		say_token(o, i, out);
		break;
	case SEARCH_STRING:
		say_text(o, i, out);
		break;
	case SEARCH_DATE:
		say_date(o, i, out);
		break;
	case SEARCH_NUMBER:
		if (!path_item_decimal(i, &n)) break;
		said *s = add(o, out, SAID_SIZE);
		s->has_least = s->has_most = true;
		s->least = s->most = n;
		break;
	case SEARCH_QUANTITY:
		say_quantity(o, i, out);
		break;
	case SEARCH_REFERENCE:
		if (has_name(i, "Reference") && doc_get(i->d, i->node, NAME_identifier)) add(o, out, SAID_ELSE);
		say_reference(o, has_name(i, "Reference") ? of(i, NAME_reference) : path_item_text(o->arena, i), out);
		break;
	case SEARCH_URI:
		add(o, out, SAID_URI)->plain = path_item_text(o->arena, i);
		break;
	case SEARCH_COMPOSITE:
	case SEARCH_SPECIAL:
		break;
	}
}

static bool resolve(void *self, text reference, path_item *out)
{
	static const node empty[] = {{.kind = NODE_OBJECT, .next = 1}};
	static const doc nothing = {.nodes = empty, .count = 1, .source = "{}", .unescaped = ""};
	text type, id;
	(void)self;
	reference_parts(reference, &type, &id);
	if (!type.len) type = text_cut_last(text_cut_last(reference, '/').head, '/').tail;
	if (!type.len) type = text_cut_last(reference, '/').head;
	if (!type_find(type) || type_kind_of(type_find(type)) != TYPE_RESOURCE) return false;
	*out = (path_item){.kind = PATH_NODE, .type = type_find(type), .d = &nothing};
	return true;
}

/* Compiled once for each type and parameter. */
static const path *path_of(oracle *o, type_id type, const search_definition *p)
{
	static map compiled; /* in the arena that was there first */
	int64_t at;
	issues sink = {.arena = o->kept};
	if (!compiled.arena) compiled.arena = o->kept;
	text key = text_format(o->arena, "%d.%.*s", (int)type, TEXT_ARG(p->code));
	if (map_get(&compiled, key, &at)) return (const path *)(intptr_t)at;
	const path *made = p->expression.len ? path_compile(o->kept, p->expression, type, NULL, &sink) : NULL;
	map_put(&compiled, text_copy(o->kept, key), (int64_t)(intptr_t)made);
	return made;
}

MAYBE bool oracle_says(oracle *o, const known_resource *r, text code, said_list *out)
{
	search_definition p;
	path_items items;
	path_outside outside = {.now = INSTANT_NONE, .resolve = resolve};
	issues sink = {.arena = o->arena};
	type_id type = type_find(r->type);
	if (!search_find(type, code, &p) || p.kind == SEARCH_COMPOSITE || p.kind == SEARCH_SPECIAL) return false;
	const path *made = path_of(o, type, &p);
	if (!made || !path_run(made, r->d, 0, &outside, o->arena, &sink, &items)) return false;
	for (int i = 0; i < items.count; i++) {
		if (items.at[i].kind == PATH_NODE && !items.at[i].d) items.at[i].d = r->d;
		say(o, p.kind, &items.at[i], out);
	}
	return true;
}

/* ---- composites: the items of one, then a part of an item ---- */

MAYBE bool oracle_items(oracle *o, const known_resource *r, const search_definition *p, path_items *out)
{
	issues sink = {.arena = o->arena};
	path_outside outside = {.now = INSTANT_NONE, .resolve = resolve};
	const path *made = path_of(o, type_find(r->type), p);
	if (!made || !path_run(made, r->d, 0, &outside, o->arena, &sink, out)) return false;
	for (int i = 0; i < out->count; i++)
		if (!out->at[i].d) out->at[i].d = r->d;
	return true;
}

MAYBE void oracle_part(oracle *o, const known_resource *r, const path_item *item, const search_component *c,
		       said_list *out)
{
	issues sink = {.arena = o->arena};
	path_items items;
	path_outside outside = {.now = INSTANT_NONE, .resolve = resolve};
	search_definition p = {.code = text_format(o->arena, "%.*s of %d", TEXT_ARG(c->expression), (int)c->id),
			       .expression = text_equal(c->expression, TEXT("value.as(DateTime) | value.as(Period)"))
						 ? TEXT("value.as(dateTime) | value.as(Period)")
						 : c->expression};
	const path *made = path_of(o, item->type, &p);
	if (!made || !path_run(made, item->d, item->node, &outside, o->arena, &sink, &items)) return;
	for (int i = 0; i < items.count; i++) {
		if (!items.at[i].d) items.at[i].d = r->d;
		say(o, c->kind, &items.at[i], out);
	}
}

/* ---- one value against what was asked ---- */

static text cut_prefix(text *value)
{
	static const char *const all[] = {"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"};
	for (int i = 0; i < 9; i++)
		if (text_starts(*value, text_of(all[i])) && value->len > 2) {
			*value = text_slice(*value, 2, value->len);
			return text_of(all[i]);
		}
	return TEXT("eq");
}

static bool is(text word, const char *other)
{
	return text_equal(word, text_of(other));
}

static bool span_matches(const said *v, text value)
{
	moment m;
	text how = cut_prefix(&value);
	if (!moment_parse(value, &m)) return false;
	bool contains = v->low >= m.low && v->high <= m.high;
	if (is(how, "eq")) return contains;
	if (is(how, "ne")) return !contains;
	if (is(how, "gt")) return v->high > m.high;
	if (is(how, "lt")) return v->low < m.low;
	if (is(how, "ge")) return v->high > m.high || contains;
	if (is(how, "le")) return v->low < m.low || contains;
	if (is(how, "sa")) return v->low >= m.high;
	if (is(how, "eb")) return v->high <= m.low;
	return false; /* ap: not asked here */
}

static int order(decimal x, decimal y)
{
	return decimal_compare(x, y);
}

/* In base units where both are UCUM's and known. */
static bool to_base(oracle *o, const said *v, text unit, decimal *low, decimal *d, decimal *high, said *base)
{
	text of_value, of_query, again;
	*base = *v;
	return (!v->has_least || unit_canonical(o->arena, v->least, v->unit, &base->least, &of_value)) &&
	       (!v->has_most || unit_canonical(o->arena, v->most, v->unit, &base->most, &of_value)) &&
	       unit_canonical(o->arena, *low, unit, low, &of_query) && unit_canonical(o->arena, *d, unit, d, &again) &&
	       unit_canonical(o->arena, *high, unit, high, &again) && text_equal(of_value, of_query);
}

static bool size_matches(oracle *o, const said *v, text value, text unit)
{
	decimal d, low, high;
	said base;
	text how = cut_prefix(&value);
	if (!decimal_parse(value, &d)) return false;
	decimal half = {.coefficient = 5, .scale = d.scale + 1};
	if (!decimal_subtract(d, half, &low) || !decimal_add(d, half, &high)) return false;
	if (unit.len && !to_base(o, v, unit, &low, &d, &high, &base)) return false;
	if (unit.len) v = &base;
	bool contains = v->has_least && v->has_most && order(v->least, low) >= 0 && order(v->most, high) < 0;
	bool above = !v->has_most || order(v->most, d) > 0, below = !v->has_least || order(v->least, d) < 0;
	bool to_it = !v->has_most || order(v->most, d) >= 0, from_it = !v->has_least || order(v->least, d) <= 0;
	if (is(how, "eq")) return contains;
	if (is(how, "ne")) return !contains;
	if (is(how, "gt")) return above;
	if (is(how, "lt")) return below;
	if (is(how, "ge")) return to_it;
	if (is(how, "le")) return from_it;
	if (is(how, "sa")) return v->has_least && order(v->least, d) > 0;
	if (is(how, "eb")) return v->has_most && order(v->most, d) < 0;
	return false;
}

static bool quantity_matches(oracle *o, const said *v, text value)
{
	text_pair number = text_cut(value, '|'), system = text_cut(number.tail, '|');
	text none = {0}, base;
	decimal one;
	if (!number.found) return size_matches(o, v, value, none);
	bool ucum = is(system.head, "http://unitsofmeasure.org") &&
		    unit_canonical(o->arena, decimal_from_int(1), system.tail, &one, &base);
	if (ucum) return text_equal(system.head, v->system) && size_matches(o, v, number.head, system.tail);
	bool same_system = !system.head.len || text_equal(system.head, v->system);
	bool same_unit = text_equal(system.tail, v->unit) || (!system.head.len && text_equal(system.tail, v->human));
	return same_system && same_unit && size_matches(o, v, number.head, none);
}

static bool token_matches(const said *v, text value)
{
	text_pair cut = text_cut(value, '|');
	if (!cut.found) return text_equal(v->code, value);
	if (cut.tail.len && !text_equal(v->code, cut.tail)) return false;
	return text_equal(v->system, cut.head);
}

static bool text_matches(oracle *o, const said *v, text modifier, text value)
{
	text plain = text_fold(o->arena, text_trim(v->plain)), wanted = text_fold(o->arena, text_trim(value));
	if (is(modifier, "exact")) return text_equal(v->plain, value);
	if (is(modifier, "contains")) return text_find(plain, wanted) >= 0;
	return text_starts(plain, wanted);
}

/* A bare id is of one of the types the parameter may lead to. */
static bool may_lead_to(const search_definition *p, text type)
{
	for (int i = 0; p && i < p->target_count; i++)
		if (text_equal(type_name(p->targets[i]), type)) return true;
	return type.len > 0 && (!p || p->target_count == 0);
}

static bool reference_matches(const oracle *o, const said *v, text value)
{
	text type, id;
	reference_parts(value, &type, &id);
	bool bare = !type.len && text_find(value, TEXT("/")) < 0 && text_find(value, TEXT(":")) < 0;
	return text_equal(v->id, id) && (bare ? may_lead_to(o->asked, v->type) : text_equal(v->type, type));
}

static bool value_matches(oracle *o, const said *v, search_kind kind, text modifier, text value)
{
	switch (v->kind) {
	case SAID_TOKEN:
		return token_matches(v, value);
	case SAID_TEXT:
		return text_matches(o, v, modifier, value);
	case SAID_SPAN:
		return span_matches(v, value);
	case SAID_SIZE:
		return kind == SEARCH_QUANTITY ? quantity_matches(o, v, value) : size_matches(o, v, value, (text){0});
	case SAID_REFERENCE:
		return reference_matches(o, v, value);
	case SAID_ELSE: /* a reference by identifier: there, and not found by an address */
		return false;
	case SAID_URI:
		return is(modifier, "below") ? text_starts(v->plain, value) : text_equal(v->plain, value);
	}
	return false;
}

static bool list_matches(oracle *o, const said_list *list, search_kind kind, text modifier, text value)
{
	for (text_pair one = {.tail = value, .found = true}; one.found;) {
		one = text_cut(one.tail, ',');
		for (int i = 0; i < list->count; i++)
			if (value_matches(o, &list->at[i], kind, modifier, one.head)) return true;
	}
	return false;
}

/* ---- clauses ---- */

static const known_resource *find(const oracle *o, text type, text id)
{
	for (int i = 0; i < o->count; i++)
		if (text_equal(o->at[i].id, id) && text_equal(o->at[i].type, type)) return &o->at[i];
	return NULL;
}

static bool chain_matches(oracle *o, const known_resource *r, text head, text rest, text value)
{
	text_pair type = text_cut(head, ':');
	said_list refs = {0};
	oracle_says(o, r, type.head, &refs);
	for (int i = 0; i < refs.count; i++) {
		const known_resource *to = find(o, refs.at[i].type, refs.at[i].id);
		if (to && (!type.found || text_equal(to->type, type.tail)) && oracle_matches(o, to, rest, value))
			return true;
	}
	return false;
}

static bool has_matches(oracle *o, const known_resource *r, text name, text value)
{
	text_pair type = text_cut(text_slice(name, 5, name.len), ':'), param = text_cut(type.tail, ':');
	for (int i = 0; i < o->count; i++) {
		said_list refs = {0};
		bool refers = false;
		arena_mark mark = arena_here(o->arena);
		if (!text_equal(o->at[i].type, type.head)) continue;
		oracle_says(o, &o->at[i], param.head, &refs);
		for (int k = 0; k < refs.count; k++)
			refers = refers || (text_equal(refs.at[k].type, r->type) && text_equal(refs.at[k].id, r->id));
		arena_rewind(o->arena, mark);
		if (refers && oracle_matches(o, &o->at[i], param.tail, value)) return true;
	}
	return false;
}

static bool composite_matches(oracle *o, const known_resource *r, const search_definition *p, text value)
{
	path_items items;
	if (!oracle_items(o, r, p, &items)) return false;
	for (int i = 0; i < items.count; i++) {
		bool all = true;
		text_pair one = {.tail = value};
		for (int c = 0; all && c < p->component_count; c++) {
			search_component part;
			said_list list = {0};
			one = text_cut(one.tail, '$');
			search_component_at(p, c, &part);
			oracle_part(o, r, &items.at[i], &part, &list);
			all = list_matches(o, &list, part.kind, (text){0}, one.head);
		}
		if (all) return true;
	}
	return false;
}

static bool clause_matches(oracle *o, const known_resource *r, text name, text value)
{
	if (text_starts(name, TEXT("_has:"))) return has_matches(o, r, name, value);
	text_pair dot = text_cut(name, '.'), cut = text_cut(name, ':');
	if (dot.found) return chain_matches(o, r, dot.head, dot.tail, value);
	search_definition p;
	said_list list = {0};
	if (is(name, "_id")) return text_equal(r->id, value);
	if (search_find(type_find(r->type), cut.head, &p) && p.kind == SEARCH_COMPOSITE)
		return composite_matches(o, r, &p, value);
	if (!search_find(type_find(r->type), cut.head, &p) || !oracle_says(o, r, cut.head, &list)) return false;
	bool present = false;
	for (int i = 0; i < list.count; i++) {
		const said *v = &list.at[i];
		bool empty = (v->kind == SAID_TOKEN && !v->code.len && !v->system.len) ||
			     ((v->kind == SAID_TEXT || v->kind == SAID_URI) && !v->plain.len);
		present = present || !empty;
	}
	if (is(cut.tail, "missing")) return present != is(value, "true");
	o->asked = &p;
	bool holds = list_matches(o, &list, p.kind, cut.tail, value);
	o->asked = NULL;
	return is(cut.tail, "not") ? !holds : holds;
}

MAYBE bool oracle_matches(oracle *o, const known_resource *r, text name, text value)
{
	arena_mark mark = arena_here(o->arena);
	bool holds = clause_matches(o, r, name, value);
	arena_rewind(o->arena, mark);
	return holds;
}

#endif
