/* From a resource to its index values: the search parameters' FHIRPath, then what each datatype says (R4 search, 3.1.1.4.1).
 * A function of the resource alone: what an update must take out of the index is what the version before gives. */
#include "record/internal.h"

#include <string.h>

/* Datatypes met here, found once. */
typedef struct datatypes {
	type_id coding, concept, identifier, contact, period, timing, human_name, address, quantity, money, reference,
	    range, sampled, code, boolean;
} datatypes;

static datatypes known;
static pthread_once_t known_once = PTHREAD_ONCE_INIT;

static void known_find(void)
{
	known = (datatypes){
	    .coding = type_find(TEXT("Coding")),
	    .concept = type_find(TEXT("CodeableConcept")),
	    .identifier = type_find(TEXT("Identifier")),
	    .contact = type_find(TEXT("ContactPoint")),
	    .period = type_find(TEXT("Period")),
	    .timing = type_find(TEXT("Timing")),
	    .human_name = type_find(TEXT("HumanName")),
	    .address = type_find(TEXT("Address")),
	    .quantity = type_find(TEXT("Quantity")),
	    .money = type_find(TEXT("Money")),
	    .reference = type_find(TEXT("Reference")),
	    .range = type_find(TEXT("Range")),
	    .sampled = type_find(TEXT("SampledData")),
	    .code = type_find(TEXT("code")),
	    .boolean = type_find(TEXT("boolean")),
	};
}

/* ---- datatypes to values ---- */

/* One parameter's extraction from one document. */
typedef struct extraction {
	const record *record;
	search_kind kind;
	int64_t number, identifier_number, canonical_number;
	const doc *d;
	index_values *out;
	bool whole; /* with what has no index rows */
} extraction;

static void add(const extraction *x, index_value v)
{
	v.param = v.slot == SLOT_IDENTIFIER  ? x->identifier_number
		  : v.slot == SLOT_CANONICAL ? x->canonical_number
					     : x->number;
	if (v.slot < SLOTS_INDEXED || x->whole) index_add(x->out, v);
}

static text member(const extraction *x, uint32_t n, name_id name)
{
	return doc_get_text(x->d, n, name);
}

static bool is_object(const extraction *x, const path_item *i)
{
	return i->kind == PATH_NODE && i->node < x->d->count && x->d->nodes[i->node].kind == NODE_OBJECT;
}

/* ---- token ---- */

static void add_token(const extraction *x, value_slot slot, text system, text code)
{
	if (code.len || system.len)
		add(x, (index_value){.kind = INDEX_TOKEN, .slot = slot, .system = system, .value = code});
}

static void add_words(const extraction *x, text words)
{
	if (x->whole && words.len) add(x, (index_value){.slot = SLOT_WORDS, .value = text_fold(x->out->arena, words)});
}

static void add_coding(const extraction *x, uint32_t n)
{
	add_token(x, SLOT_MAIN, member(x, n, NAME_system), member(x, n, NAME_code));
	add_words(x, member(x, n, NAME_display));
}

static void add_concept(const extraction *x, uint32_t n)
{
	add_words(x, member(x, n, NAME_text));
	uint32_t codings = doc_get(x->d, n, NAME_coding);
	if (codings == NODE_ABSENT) return;
	for (uint32_t c = codings + 1; c < x->d->nodes[codings].next; c = x->d->nodes[c].next) add_coding(x, c);
}

static void add_typed(const extraction *x, uint32_t identifier, uint32_t type)
{
	uint32_t codings = doc_get(x->d, type, NAME_coding);
	add_words(x, member(x, type, NAME_text));
	if (codings == NODE_ABSENT) return;
	for (uint32_t c = codings + 1; c < x->d->nodes[codings].next; c = x->d->nodes[c].next)
		add(x, (index_value){.slot = SLOT_TYPED,
				     .system = member(x, c, NAME_system),
				     .unit = member(x, c, NAME_code),
				     .value = member(x, identifier, NAME_value)});
}

static void add_identifier(const extraction *x, value_slot slot, uint32_t n)
{
	uint32_t type = x->whole ? doc_get(x->d, n, NAME_type) : NODE_ABSENT;
	add_token(x, slot, member(x, n, NAME_system), member(x, n, NAME_value));
	if (type && slot == SLOT_MAIN) add_typed(x, n, type);
}

static void token_of(const extraction *x, const path_item *i)
{
	if (!is_object(x, i)) {
		text code = path_item_text(x->out->arena, i);
		bool implied = i->kind == PATH_BOOLEAN || i->type == known.code || i->type == known.boolean;
		if (code.len)
			add(x, (index_value){.kind = INDEX_TOKEN,
					     .value = code,
					     .implied = implied,
					     .number = implied ? SYSTEM_IMPLIED : 0});
	} else if (i->type == known.concept) {
		add_concept(x, i->node);
	} else if (i->type == known.coding) {
		add_coding(x, i->node);
	} else if (i->type == known.identifier) {
		add_identifier(x, SLOT_MAIN, i->node);
	} else if (i->type == known.contact) {
		add_token(x, SLOT_MAIN, TEXT(""), member(x, i->node, NAME_value));
	}
}

/* ---- string ---- */

static void add_string(const extraction *x, text t)
{
	text key = string_key(x->out->arena, t);
	if (key.len) add(x, (index_value){.kind = INDEX_STRING, .value = key});
	if (t.len) add(x, (index_value){.slot = SLOT_EXACT, .value = t});
}

/* Every text directly in an object, and in its arrays, but for the codes among them. */
static void add_strings_of(const extraction *x, uint32_t object)
{
	const node *nodes = x->d->nodes;
	for (uint32_t c = object + 1; c < nodes[object].next; c = nodes[c].next) {
		if (nodes[c].name == NAME_use || nodes[c].name == NAME_type || nodes[c].name == NAME_id) continue;
		if (nodes[c].kind == NODE_STRING) add_string(x, doc_text(x->d, c));
		if (nodes[c].kind != NODE_ARRAY || name_is_companion(nodes[c].name)) continue;
		for (uint32_t e = c + 1; e < nodes[c].next; e = nodes[e].next)
			if (nodes[e].kind == NODE_STRING) add_string(x, doc_text(x->d, e));
	}
}

static void string_of(const extraction *x, const path_item *i)
{
	if (!is_object(x, i))
		add_string(x, path_item_text(x->out->arena, i));
	else if (i->type == known.human_name || i->type == known.address)
		add_strings_of(x, i->node);
	else if (i->type == known.concept)
		add_string(x, member(x, i->node, NAME_text));
}

/* ---- date ---- */

static void add_span(const extraction *x, instant low, instant high)
{
	if (low < high) add(x, (index_value){.kind = INDEX_DATE, .low = low, .high = high});
}

/* An open end is as far as time goes. */
static bool period_span(const extraction *x, uint32_t n, instant *low, instant *high)
{
	moment from, to;
	bool has_from = moment_parse(member(x, n, NAME_start), &from),
	     has_to = moment_parse(member(x, n, NAME_end), &to);
	*low = has_from ? from.low : INT64_MIN;
	*high = has_to ? to.high : INT64_MAX;
	return has_from || has_to;
}

/* A Timing is the span from its first to its last event, and its bounds. */
static void timing_span(const extraction *x, uint32_t n)
{
	instant low = INT64_MAX, high = INT64_MIN, from, to;
	uint32_t events = doc_get(x->d, n, NAME_event), repeat = doc_get(x->d, n, NAME_repeat);
	moment m;
	for (uint32_t e = events + 1; events && e < x->d->nodes[events].next; e = x->d->nodes[e].next) {
		if (!moment_parse(doc_text(x->d, e), &m)) continue;
		if (m.low < low) low = m.low;
		if (m.high > high) high = m.high;
	}
	uint32_t bounds = repeat ? doc_get(x->d, repeat, NAME_boundsPeriod) : NODE_ABSENT;
	if (bounds && period_span(x, bounds, &from, &to)) {
		if (from < low) low = from;
		if (to > high) high = to;
	}
	add_span(x, low, high);
}

static void date_of(const extraction *x, const path_item *i)
{
	moment m;
	instant low, high;
	if (path_item_moment(i, &m))
		add_span(x, m.low, m.high);
	else if (!is_object(x, i))
		return;
	else if (i->type == known.timing)
		timing_span(x, i->node);
	else if (i->type == known.period && period_span(x, i->node, &low, &high))
		add_span(x, low, high);
}

/* ---- number, quantity ---- */

static void number_of(const extraction *x, const path_item *i)
{
	decimal d;
	if (path_item_decimal(i, &d))
		add(x, (index_value){.kind = INDEX_NUMBER, .value = number_key(x->out->arena, d)});
}

/* A size with its unit. Of a point `low` is all; of a range either end may be open. */
typedef struct size {
	const decimal *low, *high;
	bool is_range;
	text system, unit;
} size;

static const text key_of_nothing = {"", 0}, key_of_all = {"\xff", 1};

static void add_size(const extraction *x, const size *z, value_slot slot)
{
	index_value v = {.kind = INDEX_NUMBER, .slot = slot, .system = z->system, .unit = z->unit};
	arena *a = x->out->arena;
	v.value = z->low ? number_key(a, *z->low) : key_of_nothing;
	if (z->is_range) v.upper = z->high ? number_key(a, *z->high) : key_of_all;
	if (slot == SLOT_CANONICAL) v.value = measure_key(a, z->unit, v.value);
	if (slot == SLOT_CANONICAL && z->is_range) v.upper = measure_key(a, z->unit, v.upper);
	add(x, v);
}

static void add_canonical(const extraction *x, const size *z)
{
	decimal low, high;
	size c = {.is_range = z->is_range, .system = UCUM};
	arena *a = x->out->arena;
	if (!text_equal(z->system, UCUM)) return;
	if (z->low && !canonical_quantity(a, *z->low, z->unit, &low, &c.unit)) return;
	if (z->high && !canonical_quantity(a, *z->high, z->unit, &high, &c.unit)) return;
	if (z->low) c.low = &low;
	if (z->high) c.high = &high;
	add_size(x, &c, SLOT_CANONICAL);
}

/* A Quantity's own words for its unit: the code of a system, and what people read (R4 3.1.1.4.9: either is found). */
static void add_in_units(const extraction *x, size z, uint32_t quantity)
{
	text code = member(x, quantity, NAME_code), human = member(x, quantity, NAME_unit);
	z.system = member(x, quantity, NAME_system);
	z.unit = code.len ? code : human;
	add_size(x, &z, SLOT_MAIN);
	add_canonical(x, &z);
	if (!code.len || !human.len || text_equal(code, human)) return;
	z.system = (text){0};
	z.unit = human;
	add_size(x, &z, SLOT_MAIN);
}

static bool number_in(const extraction *x, uint32_t object, name_id name, decimal *out)
{
	return object && decimal_parse(member(x, object, name), out);
}

/* value < 5: at most 5, and so on. */
static void add_quantity(const extraction *x, uint32_t n)
{
	decimal d;
	if (!number_in(x, n, NAME_value, &d)) return;
	text comparator = member(x, n, NAME_comparator);
	bool below = comparator.len && comparator.at[0] == '<', above = comparator.len && comparator.at[0] == '>';
	add_in_units(x, (size){.low = below ? NULL : &d, .high = above ? NULL : &d, .is_range = below || above}, n);
}

static void add_range(const extraction *x, uint32_t n)
{
	decimal low, high;
	uint32_t from = doc_get(x->d, n, NAME_low), to = doc_get(x->d, n, NAME_high);
	bool has_low = number_in(x, from, NAME_value, &low), has_high = number_in(x, to, NAME_value, &high);
	if (!has_low && !has_high) return;
	add_in_units(x, (size){.low = has_low ? &low : NULL, .high = has_high ? &high : NULL, .is_range = true},
		     has_low ? from : to);
}

/* From the least to the greatest of what was sampled: the limits it gives, else its data (R4 datatypes, SampledData: each is
 * times the factor, and added to the origin). */
static bool sampled_end(const extraction *x, uint32_t n, name_id limit, bool greatest, decimal *out)
{
	decimal factor, origin = {0}, one, best = {0};
	bool any = false;
	if (!number_in(x, n, NAME_factor, &factor)) factor = decimal_from_int(1);
	number_in(x, doc_get(x->d, n, NAME_origin), NAME_value, &origin);
	bool limited = number_in(x, n, limit, &best);
	text rest = limited ? (text){0} : member(x, n, NAME_data);
	while (rest.len) {
		text_pair p = text_cut(rest, ' ');
		rest = p.tail;
		if (!decimal_parse(p.head, &one)) continue; /* E, U, L: no value */
		int order = any ? decimal_compare(one, best) : 0;
		if (!any || (greatest ? order > 0 : order < 0)) best = one;
		any = true;
	}
	return (limited || any) && decimal_multiply(best, factor, &best) && decimal_add(best, origin, out);
}

static void add_sampled(const extraction *x, uint32_t n)
{
	decimal low, high;
	if (!sampled_end(x, n, NAME_lowerLimit, false, &low) || !sampled_end(x, n, NAME_upperLimit, true, &high))
		return;
	uint32_t origin = doc_get(x->d, n, NAME_origin);
	if (origin) add_in_units(x, (size){.low = &low, .high = &high, .is_range = true}, origin);
}

static void add_money(const extraction *x, uint32_t n)
{
	decimal d;
	if (!number_in(x, n, NAME_value, &d)) return;
	size z = {.low = &d, .high = &d, .system = TEXT("urn:iso:std:iso:4217"), .unit = member(x, n, NAME_currency)};
	add_size(x, &z, SLOT_MAIN);
}

static void quantity_of(const extraction *x, const path_item *i)
{
	decimal d;
	if (!is_object(x, i)) {
		size z = {.low = &d, .high = &d};
		if (path_item_decimal(i, &d)) add_size(x, &z, SLOT_MAIN);
	} else if (i->type == known.money) {
		add_money(x, i->node);
	} else if (i->type == known.range) {
		add_range(x, i->node);
	} else if (i->type == known.sampled) {
		add_sampled(x, i->node);
	} else if (type_is(i->type, known.quantity)) {
		add_quantity(x, i->node);
	}
}

/* ---- reference, uri ---- */

static void add_reference(const extraction *x, text reference)
{
	target to;
	if (!reference_target(x->record, reference, &to)) return;
	add(x, (index_value){.kind = INDEX_REFERENCE, .system = to.type, .value = to.id});
	if (to.version.len)
		add(x, (index_value){.slot = SLOT_VERSION, .system = to.type, .value = to.id, .upper = to.version});
	/* A canonical may name a version: findable with it and without. */
	text_pair bare = text_cut_last(reference, '|');
	if (bare.found && to.type.len == 0) add(x, (index_value){.kind = INDEX_REFERENCE, .value = bare.head});
}

static void reference_of(const extraction *x, const path_item *i)
{
	if (!is_object(x, i)) {
		add_reference(x, path_item_text(x->out->arena, i));
		return;
	}
	if (i->type != known.reference) return;
	add_reference(x, member(x, i->node, NAME_reference));
	uint32_t id = doc_get(x->d, i->node, NAME_identifier);
	if (id) add_identifier(x, SLOT_IDENTIFIER, id);
}

static void uri_of(const extraction *x, const path_item *i)
{
	text t = path_item_text(x->out->arena, i);
	if (t.len) add(x, (index_value){.kind = INDEX_URI, .value = t});
}

static void item_of(const extraction *x, const path_item *i)
{
	switch (x->kind) {
	case SEARCH_TOKEN:
		token_of(x, i);
		break;
	case SEARCH_STRING:
		string_of(x, i);
		break;
	case SEARCH_DATE:
		date_of(x, i);
		break;
	case SEARCH_NUMBER:
		number_of(x, i);
		break;
	case SEARCH_QUANTITY:
		quantity_of(x, i);
		break;
	case SEARCH_REFERENCE:
		reference_of(x, i);
		break;
	case SEARCH_URI:
		uri_of(x, i);
		break;
	case SEARCH_COMPOSITE:
	case SEARCH_SPECIAL:
		break;
	}
}

/* ---- running the expressions ---- */

/* resolve() in a search expression asks only for a reference's type (`resolve() is Patient`), which the reference itself says.
 * What the other resource holds must not matter: it changes without this one being written. */
static bool resolve_type(void *self, text reference, path_item *out)
{
	static const node empty[] = {{.kind = NODE_OBJECT, .next = 1}};
	static const doc nothing = {.nodes = empty, .count = 1, .source = "{}", .unescaped = ""};
	target to;
	if (!reference_target(self, reference, &to)) return false;
	/* Elsewhere too a resource's address ends in Type/id (R4 3.1.0.1.3). */
	text_pair id = text_cut_last(to.id, '/'), type = text_cut_last(id.head, '/');
	type_id of = type_find(to.type.len ? to.type : type.found ? type.tail : id.head);
	if (!of || type_kind_of(of) != TYPE_RESOURCE) return false;
	*out = (path_item){.kind = PATH_NODE, .type = of, .d = &nothing};
	return true;
}

static bool run(record *r, const path *p, const doc *d, uint32_t n, arena *a, issues *sink, path_items *out)
{
	path_outside outside = {.self = r, .now = INSTANT_NONE, .resolve = resolve_type};
	pthread_once(&known_once, known_find);
	return path_run(p, d, n, &outside, a, sink, out);
}

static void items_of(extraction x, const doc *d, const path_items *items)
{
	for (int i = 0; i < items->count; i++) {
		x.d = items->at[i].kind == PATH_NODE && items->at[i].d ? items->at[i].d : d;
		item_of(&x, &items->at[i]);
	}
}

bool extract_param(record *r, const search_param *p, const doc *d, bool whole, issues *sink, index_values *out)
{
	path_items items;
	if (p->way != WAY_INDEX || (!whole && !p->number)) return true;
	if (!run(r, p->path, d, 0, out->arena, sink, &items)) return false;
	items_of((extraction){.record = r,
			      .kind = p->kind,
			      .number = p->number,
			      .identifier_number = p->identifier_number,
			      .canonical_number = p->canonical_number,
			      .out = out,
			      .whole = whole},
		 d, &items);
	return true;
}

bool extract_items(record *r, const search_param *p, const doc *d, issues *sink, path_items *out, arena *a)
{
	return run(r, p->path, d, 0, a, sink, out);
}

bool extract_part(record *r, const search_part *part, const path_item *item, const doc *d, issues *sink,
		  index_values *out)
{
	path_items items;
	for (int i = 0; i < part->path_count; i++) {
		if (part->contexts[i] != item->type) continue;
		if (!run(r, part->paths[i], d, item->node, out->arena, sink, &items)) return false;
		items_of((extraction){.record = r, .kind = part->kind, .out = out, .whole = true}, d, &items);
	}
	return true;
}

/* id and lastUpdated are kept by the record itself. */
static bool kept_elsewhere(text code)
{
	return text_equal(code, TEXT("_id")) || text_equal(code, TEXT("_lastUpdated"));
}

bool extract(record *r, search_type *t, const doc *d, arena *a, issues *sink, index_values *out)
{
	*out = (index_values){.arena = a};
	for (int i = 0; i < t->param_count; i++) {
		if (kept_elsewhere(t->params[i].code) || atomic_load(&t->params[i].state) == PARAM_GONE) continue;
		if (!extract_param(r, &t->params[i], d, false, sink, out)) return false;
	}
	index_ranks(out);
	return true;
}
