/* What an item is worth: FHIR primitives and quantities as the System values FHIRPath reckons with (R4, fhirpath.html,
 * "Use of FHIR Quantity" and the implicit conversions), and the singleton rules. */
#include "fhir/path_internal.h"

static const char *const kind_names[] = {
    [PATH_NODE] = "element",      [PATH_BOOLEAN] = "Boolean", [PATH_INTEGER] = "Integer",   [PATH_DECIMAL] = "Decimal",
    [PATH_STRING] = "String",     [PATH_DATE] = "Date",       [PATH_DATETIME] = "DateTime", [PATH_TIME] = "Time",
    [PATH_QUANTITY] = "Quantity", [PATH_TYPE] = "TypeInfo",
};

text path_kind_name(path_kind k)
{
	return text_of(kind_names[k]);
}

text path_item_type_name(const path_item *i)
{
	return i->kind == PATH_NODE && i->type ? type_name(i->type) : path_kind_name(i->kind);
}

/* A primitive that has only an extension saying why: it exists, but where its value is asked for there is nothing. */
bool path_is_valueless(const path_item *i)
{
	return i->kind == PATH_NODE && i->node == NODE_ABSENT && i->sibling != NODE_ABSENT;
}

bool path_is_object(const path_item *i)
{
	if (i->kind != PATH_NODE || path_is_valueless(i)) return false;
	return i->d->nodes[i->node].kind == NODE_OBJECT;
}

bool path_has_value(const path_item *i)
{
	if (i->kind != PATH_NODE) return i->kind != PATH_TYPE;
	if (path_is_valueless(i)) return false;
	node_kind k = (node_kind)i->d->nodes[i->node].kind;
	return k == NODE_FALSE || k == NODE_TRUE || k == NODE_NUMBER || k == NODE_STRING;
}

/* Written where it will lie, its own fields only: a node whose value is asked is the commonest thing there is. */
static void put_value(path_item *out, path_kind kind)
{
	out->kind = kind;
	out->type = 0;
	out->node = out->sibling = NODE_ABSENT;
}

static void put_text(path_item *out, path_kind kind, text t)
{
	put_value(out, kind);
	out->text = t;
}

static void put_number(const path_types *types, const path_item *i, path_item *out)
{
	text t = doc_text(i->d, i->node);
	int64_t n;
	decimal number;
	if (i->type != types->decimal && text_to_int(t, &n)) {
		put_value(out, PATH_INTEGER);
		out->integer = n;
	} else if (decimal_parse(t, &number)) {
		put_value(out, PATH_DECIMAL);
		out->number = number;
	} else {
		*out = *i;
	}
}

static path_kind kind_of_string(const path_types *types, type_id type)
{
	if (type == types->date) return PATH_DATE;
	if (type == types->date_time || type == types->instant) return PATH_DATETIME;
	return type == types->time ? PATH_TIME : PATH_STRING;
}

static bool is_quantity(const path_types *types, const path_item *i)
{
	return i->type && (i->type == types->quantity || type_is(i->type, types->quantity));
}

/* The unit is UCUM's code; where there is no code, the printed unit; a code of another system goes with its system,
 * so that it is comparable with its like alone. */
static void put_quantity(arena *a, const path_item *i, path_item *out)
{
	decimal number;
	uint32_t n = doc_get(i->d, i->node, NAME_value);
	if (n == NODE_ABSENT || !decimal_parse(doc_text(i->d, n), &number)) {
		*out = *i;
		return;
	}
	text code = doc_get_text(i->d, i->node, NAME_code), system = doc_get_text(i->d, i->node, NAME_system);
	text unit = code.len ? code : doc_get_text(i->d, i->node, NAME_unit);
	if (code.len && !text_equal(system, TEXT("http://unitsofmeasure.org")))
		unit = text_format(a, "%.*s|%.*s", TEXT_ARG(system), TEXT_ARG(code));
	put_text(out, PATH_QUANTITY, unit.len ? unit : TEXT("1"));
	out->number = number;
}

void path_value_into(const path_machine *m, const path_item *i, path_item *out)
{
	const path_types *types = &m->p->types;
	node_kind kind =
	    i->kind == PATH_NODE && !path_is_valueless(i) ? (node_kind)i->d->nodes[i->node].kind : NODE_NULL;
	switch (kind) {
	case NODE_TRUE:
	case NODE_FALSE:
		put_value(out, PATH_BOOLEAN);
		out->boolean = kind == NODE_TRUE;
		return;
	case NODE_NUMBER:
		put_number(types, i, out);
		return;
	case NODE_STRING:
		put_text(out, kind_of_string(types, i->type), doc_text(i->d, i->node));
		return;
	case NODE_OBJECT:
		if (is_quantity(types, i))
			put_quantity(m->arena, i, out);
		else
			*out = *i;
		return;
	case NODE_NULL:
	case NODE_ARRAY:
		*out = *i;
		return;
	}
}

bool path_number(const path_item *value, decimal *out)
{
	if (value->kind == PATH_INTEGER)
		*out = decimal_from_int(value->integer);
	else if (value->kind == PATH_DECIMAL)
		*out = value->number;
	else
		return false;
	return true;
}

bool path_to_quantity(path_item *value)
{
	decimal d;
	if (value->kind == PATH_QUANTITY) return true;
	if (!path_number(value, &d)) return false;
	*value = (path_item){.kind = PATH_QUANTITY, .number = d, .text = TEXT("1")};
	return true;
}

bool path_is_stamp(const path_item *value)
{
	return value->kind == PATH_DATE || value->kind == PATH_DATETIME || value->kind == PATH_TIME;
}

bool path_stamp(const path_item *value, stamp *out)
{
	if (value->kind == PATH_TIME) return stamp_parse_time(value->text, out);
	return path_is_stamp(value) && stamp_parse(value->text, out);
}

/* Collections of none and of one */

path_items path_none(void)
{
	return (path_items){0};
}

path_items path_one(path_machine *m, const path_item *i)
{
	path_item *at = path_new_item(m);
	*at = *i;
	return (path_items){at, 1};
}

path_items path_boolean(path_machine *m, bool b)
{
	(void)m;
	/* Shared by all threads: results are read, never written. */
	static path_item no = {.kind = PATH_BOOLEAN}, yes = {.kind = PATH_BOOLEAN, .boolean = true};
	return (path_items){b ? &yes : &no, 1};
}

path_items path_of_tri(path_machine *m, tri t)
{
	return t == TRI_EMPTY ? path_none() : path_boolean(m, t == TRI_TRUE);
}

path_items path_integer(path_machine *m, int64_t n)
{
	return path_one(m, &(path_item){.kind = PATH_INTEGER, .integer = n});
}

path_items path_decimal(path_machine *m, decimal d)
{
	return path_one(m, &(path_item){.kind = PATH_DECIMAL, .number = d});
}

path_items path_string(path_machine *m, text t)
{
	return path_one(m, &(path_item){.kind = PATH_STRING, .text = t});
}

/* Singletons (FHIRPath N1, section 4.5) */

static bool too_many(path_machine *m, path_items items)
{
	path_fail(m, FAIL_PATH_SINGLE, text_format(m->sink->arena, "%d", items.count), TEXT(""));
	return false;
}

bool path_single(path_machine *m, path_items items, path_item *out)
{
	if (items.count == 0) return false;
	if (items.count > 1) return too_many(m, items);
	path_value_into(m, items.at, out);
	return !path_is_valueless(out);
}

static bool other_kind(path_machine *m, path_kind wanted, const path_item *i)
{
	path_fail(m, FAIL_PATH_OPERAND, path_kind_name(wanted), path_item_type_name(i));
	return false;
}

bool path_single_text(path_machine *m, path_items items, text *out)
{
	path_item v;
	if (!path_single(m, items, &v)) return false;
	if (v.kind != PATH_STRING) return other_kind(m, PATH_STRING, &v);
	*out = v.text;
	return true;
}

bool path_single_integer(path_machine *m, path_items items, int64_t *out)
{
	path_item v;
	if (!path_single(m, items, &v)) return false;
	if (v.kind != PATH_INTEGER) return other_kind(m, PATH_INTEGER, &v);
	*out = v.integer;
	return true;
}

tri path_tri(path_machine *m, path_items items)
{
	if (items.count == 0) return TRI_EMPTY;
	if (items.count > 1) return too_many(m, items) ? TRI_TRUE : TRI_EMPTY;
	const path_item *i = items.at;
	if (i->kind == PATH_BOOLEAN) return i->boolean ? TRI_TRUE : TRI_FALSE;
	path_item v = path_value(m, i);
	if (path_is_valueless(&v)) return TRI_EMPTY;
	return v.kind == PATH_BOOLEAN && !v.boolean ? TRI_FALSE : TRI_TRUE;
}

/* For those outside */

text path_item_text(arena *a, const path_item *i)
{
	switch (i->kind) {
	case PATH_NODE: {
		if (!path_has_value(i)) return (text){0};
		node_kind k = (node_kind)i->d->nodes[i->node].kind;
		return k == NODE_TRUE ? TEXT("true") : k == NODE_FALSE ? TEXT("false") : doc_text(i->d, i->node);
	}
	case PATH_BOOLEAN:
		return i->boolean ? TEXT("true") : TEXT("false");
	case PATH_INTEGER:
		return text_format(a, "%lld", (long long)i->integer);
	case PATH_DECIMAL:
		return decimal_text(a, i->number);
	case PATH_STRING:
	case PATH_DATE:
	case PATH_DATETIME:
	case PATH_TIME:
	case PATH_TYPE:
		return i->text;
	case PATH_QUANTITY: {
		buffer b = {.arena = a};
		const char *mark = unit_is_calendar(i->text) ? "" : "'";
		buffer_add(&b, decimal_text(a, i->number));
		buffer_format(&b, " %s%.*s%s", mark, TEXT_ARG(i->text), mark);
		return buffer_text(&b);
	}
	}
	return (text){0};
}

bool path_item_moment(const path_item *i, moment *out)
{
	text t = i->text;
	if (i->kind == PATH_NODE) {
		if (!path_has_value(i) || i->d->nodes[i->node].kind != NODE_STRING) return false;
		t = doc_text(i->d, i->node);
	} else if (i->kind != PATH_DATE && i->kind != PATH_DATETIME) {
		return false;
	}
	return moment_parse(t, out);
}

bool path_item_decimal(const path_item *i, decimal *out)
{
	if (i->kind != PATH_NODE) return path_number(i, out);
	return path_has_value(i) && i->d->nodes[i->node].kind == NODE_NUMBER &&
	       decimal_parse(doc_text(i->d, i->node), out);
}
