/* From a resource to its index values: the search parameters' FHIRPath, then what each datatype says (R4 search, 3.1.1.4.1).
 * A function of the resource alone: what an update must take out of the index is what the version before gives. */
#include "record/internal.h"

#include <string.h>

/* Datatypes met here, found once. */
typedef struct datatypes {
	type_id coding, concept, identifier, contact, period, timing, human_name, address, quantity, money, reference;
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
	};
}

/* ---- the list of values ---- */

static void value_add(index_values *out, index_value v)
{
	if (out->count == out->cap) {
		int cap = out->cap ? out->cap * 2 : 32;
		index_value *more = ARENA_ARRAY(out->arena, index_value, cap);
		if (out->count) memcpy(more, out->at, (size_t)out->count * sizeof *more);
		out->at = more;
		out->cap = cap;
	}
	out->at[out->count++] = v;
}

int index_compare(const index_value *x, const index_value *y)
{
	if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
	if (x->param != y->param) return x->param < y->param ? -1 : 1;
	if (x->low != y->low) return x->low < y->low ? -1 : 1;
	if (x->high != y->high) return x->high < y->high ? -1 : 1;
	int order = text_compare(x->value, y->value);
	if (!order) order = text_compare(x->system, y->system);
	return order ? order : text_compare(x->unit, y->unit);
}

static int by_value(const void *x, const void *y)
{
	return index_compare(x, y);
}

void index_ranks(index_values *v)
{
	if (v->count) qsort(v->at, (size_t)v->count, sizeof *v->at, by_value);
	int kept = 0;
	for (int i = 0; i < v->count; i++)
		if (kept == 0 || index_compare(&v->at[kept - 1], &v->at[i]) != 0) v->at[kept++] = v->at[i];
	v->count = kept;
	for (int i = 0; i < kept; i++) {
		index_value *x = &v->at[i];
		bool first = i == 0 || v->at[i - 1].kind != x->kind || v->at[i - 1].param != x->param;
		bool last = i + 1 == kept || v->at[i + 1].kind != x->kind || v->at[i + 1].param != x->param;
		x->rank = first && last ? RANK_ONLY : first ? RANK_FIRST : last ? RANK_LAST : RANK_MIDDLE;
	}
}

/* ---- keys ---- */

/* Folded, and in Danish order: what folds alike has one key, and keys sort as a dictionary of folded words does. */
text string_key(arena *a, text t)
{
	text key = text_collate(a, text_fold(a, text_trim(t)));
	/* Folded text has neither accents nor capitals: the key's two last levels say nothing. */
	const char *letters_end = memchr(key.at, 1, (size_t)key.len);
	return letters_end ? text_slice(key, 0, letters_end - key.at) : key;
}

enum { EXPONENT_BIAS = 100 };

static int digits_of(int128 n, char *digits)
{
	char reversed[48];
	int count = 0;
	for (; n > 0; n /= 10) reversed[count++] = (char)(n % 10);
	for (int i = 0; i < count; i++) digits[i] = reversed[count - 1 - i];
	return count;
}

/* Bytes that sort as the numbers do: sign, the power of ten of the first digit, the digits two to a byte. Equal numbers (1.50, 1.5)
 * have one key. Of a negative number every byte is turned around and a last one above all others closes it. */
text number_key(arena *a, decimal d)
{
	decimal t = decimal_trim(d);
	int sign = decimal_sign(t);
	char digits[48] = {0};
	int count = digits_of(sign < 0 ? -t.coefficient : t.coefficient, digits);
	while (count > 0 && digits[count - 1] == 0) count--; /* 100 and 1: the exponent says it */
	char *key = arena_bytes(a, 3 + 24);
	int n = 0;
	key[n++] = (char)(sign + 1);
	if (sign == 0) return (text){key, n};
	int whole = digits_of(sign < 0 ? -t.coefficient : t.coefficient, (char[48]){0});
	key[n++] = (char)(EXPONENT_BIAS + whole - t.scale);
	for (int i = 0; i < count; i += 2) key[n++] = (char)(digits[i] * 10 + digits[i + 1] + 1);
	if (sign < 0) {
		for (int i = 1; i < n; i++) key[i] = (char)(unsigned char)(255 - (unsigned char)key[i]);
		key[n++] = (char)0xff;
	}
	return (text){key, n};
}

/* ---- references ---- */

bool id_valid(text id)
{
	if (id.len < 1 || id.len > 64) return false;
	for (int64_t i = 0; i < id.len; i++) {
		char c = id.at[i];
		bool ok =
		    (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
		if (!ok) return false;
	}
	return true;
}

bool reference_target(const record *r, text reference, target *out)
{
	if (reference.len == 0 || reference.at[0] == '#') return false;
	text local = reference;
	if (r->base.len && text_starts(local, r->base) && local.len > r->base.len && local.at[r->base.len] == '/')
		local = text_slice(local, r->base.len + 1, local.len);
	text_pair parts = text_cut(local, '/');
	text_pair rest = text_cut(parts.tail, '/');
	type_id type = parts.found ? type_find(parts.head) : 0;
	bool versioned = !rest.found || text_starts(rest.tail, TEXT("_history/"));
	bool is_local = type && type_kind_of(type) == TYPE_RESOURCE && id_valid(rest.head) && versioned;
	*out = is_local ? (target){type_name(type), rest.head} : (target){.id = reference};
	return true;
}

/* ---- datatypes to values ---- */

/* One parameter's extraction from one document. */
typedef struct extraction {
	const record *record;
	const search_param *param;
	const doc *d;
	index_values *out;
	const text *exact; /* NULL; else no values are wanted but whether one of the strings is exactly this */
	bool *is_there;
} extraction;

static void add_token(const extraction *x, int64_t number, text system, text code)
{
	if (code.len == 0) return;
	value_add(x->out, (index_value){.kind = INDEX_TOKEN, .param = number, .system = system, .value = code});
}

static text member(const extraction *x, uint32_t n, name_id name)
{
	return doc_get_text(x->d, n, name);
}

static void token_of(const extraction *x, const path_item *i)
{
	int64_t p = x->param->number;
	if (i->kind != PATH_NODE || x->d->nodes[i->node].kind != NODE_OBJECT) {
		add_token(x, p, TEXT(""), path_item_text(x->out->arena, i));
	} else if (i->type == known.concept) {
		uint32_t codings = doc_get(x->d, i->node, NAME_coding);
		if (codings == NODE_ABSENT) return;
		for (uint32_t c = codings + 1; c < x->d->nodes[codings].next; c = x->d->nodes[c].next)
			add_token(x, p, member(x, c, NAME_system), member(x, c, NAME_code));
	} else if (i->type == known.coding) {
		add_token(x, p, member(x, i->node, NAME_system), member(x, i->node, NAME_code));
	} else if (i->type == known.identifier) {
		add_token(x, p, member(x, i->node, NAME_system), member(x, i->node, NAME_value));
	} else if (i->type == known.contact) {
		add_token(x, p, TEXT(""), member(x, i->node, NAME_value));
	}
}

static void add_string(const extraction *x, text t)
{
	if (x->exact) {
		*x->is_there = *x->is_there || text_equal(*x->exact, t);
		return;
	}
	text key = string_key(x->out->arena, t);
	if (key.len) value_add(x->out, (index_value){.kind = INDEX_STRING, .param = x->param->number, .value = key});
}

/* Every text directly in an object, and in its arrays, but for the codes among them. */
static void add_strings_of(const extraction *x, uint32_t object)
{
	const node *nodes = x->d->nodes;
	for (uint32_t c = object + 1; c < nodes[object].next; c = nodes[c].next) {
		if (nodes[c].name == NAME_use || nodes[c].name == NAME_type) continue;
		if (nodes[c].kind == NODE_STRING) add_string(x, doc_text(x->d, c));
		if (nodes[c].kind != NODE_ARRAY || name_is_companion(nodes[c].name)) continue;
		for (uint32_t e = c + 1; e < nodes[c].next; e = nodes[e].next)
			if (nodes[e].kind == NODE_STRING) add_string(x, doc_text(x->d, e));
	}
}

static void string_of(const extraction *x, const path_item *i)
{
	if (i->kind != PATH_NODE || x->d->nodes[i->node].kind != NODE_OBJECT)
		add_string(x, path_item_text(x->out->arena, i));
	else if (i->type == known.human_name || i->type == known.address)
		add_strings_of(x, i->node);
}

static void add_span(const extraction *x, instant low, instant high)
{
	if (low < high)
		value_add(x->out,
			  (index_value){.kind = INDEX_DATE, .param = x->param->number, .low = low, .high = high});
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
	else if (i->kind != PATH_NODE || x->d->nodes[i->node].kind != NODE_OBJECT)
		return;
	else if (i->type == known.timing)
		timing_span(x, i->node);
	else if (i->type == known.period && period_span(x, i->node, &low, &high))
		add_span(x, low, high);
}

static void number_of(const extraction *x, const path_item *i)
{
	decimal d;
	if (!path_item_decimal(i, &d)) return;
	value_add(x->out, (index_value){
			      .kind = INDEX_NUMBER, .param = x->param->number, .value = number_key(x->out->arena, d)});
}

static void quantity_of(const extraction *x, const path_item *i)
{
	decimal d;
	if (i->kind != PATH_NODE || x->d->nodes[i->node].kind != NODE_OBJECT) return;
	if (!decimal_parse(member(x, i->node, NAME_value), &d)) return;
	index_value v = {.kind = INDEX_NUMBER, .param = x->param->number, .value = number_key(x->out->arena, d)};
	if (i->type == known.money) {
		v.system = TEXT("urn:iso:std:iso:4217");
		v.unit = member(x, i->node, NAME_currency);
	} else if (type_is(i->type, known.quantity)) {
		v.system = member(x, i->node, NAME_system);
		v.unit = member(x, i->node, NAME_code);
		if (v.unit.len == 0) v.unit = member(x, i->node, NAME_unit);
	} else {
		return;
	}
	value_add(x->out, v);
}

static void add_reference(const extraction *x, text reference)
{
	target to;
	if (!reference_target(x->record, reference, &to)) return;
	value_add(x->out,
		  (index_value){.kind = INDEX_REFERENCE, .param = x->param->number, .system = to.type, .value = to.id});
	/* A canonical may name a version: findable with it and without. */
	text_pair bare = text_cut_last(reference, '|');
	if (bare.found && to.type.len == 0)
		value_add(x->out,
			  (index_value){.kind = INDEX_REFERENCE, .param = x->param->number, .value = bare.head});
}

static void reference_of(const extraction *x, const path_item *i)
{
	if (i->kind != PATH_NODE || x->d->nodes[i->node].kind != NODE_OBJECT) {
		add_reference(x, path_item_text(x->out->arena, i));
		return;
	}
	if (i->type != known.reference) return;
	add_reference(x, member(x, i->node, NAME_reference));
	uint32_t id = doc_get(x->d, i->node, NAME_identifier);
	if (id) add_token(x, x->param->identifier_number, member(x, id, NAME_system), member(x, id, NAME_value));
}

static void uri_of(const extraction *x, const path_item *i)
{
	text t = path_item_text(x->out->arena, i);
	if (t.len) value_add(x->out, (index_value){.kind = INDEX_URI, .param = x->param->number, .value = t});
}

static void item_of(const extraction *x, const path_item *i)
{
	switch (x->param->kind) {
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
	type_id of = type_find(to.type.len ? to.type : type.tail);
	if (!of || type_kind_of(of) != TYPE_RESOURCE) return false;
	*out = (path_item){.kind = PATH_NODE, .type = of, .d = &nothing};
	return true;
}

static bool run(record *r, const doc *d, extraction x, issues *sink)
{
	const search_param *p = x.param;
	if (!p->path || !p->number) return true;
	pthread_once(&known_once, known_find);
	path_outside outside = {.self = r, .now = INSTANT_NONE, .resolve = resolve_type};
	path_items items;
	if (!path_run(p->path, d, 0, &outside, x.out->arena, sink, &items)) return false;
	for (int i = 0; i < items.count; i++) {
		x.d = items.at[i].kind == PATH_NODE && items.at[i].d ? items.at[i].d : d;
		item_of(&x, &items.at[i]);
	}
	return true;
}

bool extract_param(record *r, const search_param *p, const doc *d, issues *sink, index_values *out)
{
	return run(r, d, (extraction){.record = r, .param = p, .out = out}, sink);
}

bool extract_says(record *r, const search_param *p, const doc *d, text exact, arena *a, issues *sink)
{
	bool is_there = false;
	index_values none = {.arena = a};
	return run(r, d, (extraction){.record = r, .param = p, .out = &none, .exact = &exact, .is_there = &is_there},
		   sink) &&
	       is_there;
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
		if (kept_elsewhere(t->params[i].code)) continue;
		if (!extract_param(r, &t->params[i], d, sink, out)) return false;
	}
	index_ranks(out);
	return true;
}
