/* Conversions (FHIRPath N1, section 5.5): each toX gives nothing where it cannot, convertsToX says whether it can. */
#include "fhir/path_internal.h"

/* The value as another kind; false where it is none. */
typedef bool converter(path_machine *m, path_item v, path_item *out);

static bool is_one_of(text t, const char *const *words)
{
	for (; *words; words++)
		if (t.len == text_of(*words).len && strncasecmp(t.at, *words, (size_t)t.len) == 0) return true;
	return false;
}

static bool to_boolean(path_machine *m, path_item v, path_item *out)
{
	static const char *const yes[] = {"true", "t", "yes", "y", "1", "1.0", NULL};
	static const char *const no[] = {"false", "f", "no", "n", "0", "0.0", NULL};
	decimal d;
	int64_t n = -1;
	(void)m;
	if (v.kind == PATH_BOOLEAN)
		n = v.boolean;
	else if (path_number(&v, &d) && !decimal_to_int(d, &n))
		n = -1;
	else if (v.kind == PATH_STRING && v.text.len)
		n = is_one_of(v.text, yes) ? 1 : is_one_of(v.text, no) ? 0 : -1;
	*out = (path_item){.kind = PATH_BOOLEAN, .boolean = n == 1};
	return n == 0 || n == 1;
}

static text without_plus(text t)
{
	bool plus = t.len > 1 && t.at[0] == '+' && t.at[1] != '-';
	return plus ? text_slice(t, 1, t.len) : t;
}

static bool to_integer(path_machine *m, path_item v, path_item *out)
{
	(void)m;
	*out = (path_item){.kind = PATH_INTEGER};
	if (v.kind == PATH_INTEGER)
		out->integer = v.integer;
	else if (v.kind == PATH_BOOLEAN)
		out->integer = v.boolean;
	else
		return v.kind == PATH_STRING && text_to_int(without_plus(v.text), &out->integer);
	return true;
}

static bool to_decimal(path_machine *m, path_item v, path_item *out)
{
	(void)m;
	*out = (path_item){.kind = PATH_DECIMAL};
	if (path_number(&v, &out->number)) return true;
	if (v.kind == PATH_BOOLEAN)
		out->number = (decimal){.coefficient = v.boolean ? 10 : 0, .scale = 1};
	else
		return v.kind == PATH_STRING && decimal_parse(without_plus(v.text), &out->number);
	return true;
}

static bool to_stamp(path_machine *m, path_item v, path_kind kind, path_item *out)
{
	stamp s;
	if (v.kind != PATH_STRING && v.kind != PATH_DATE && v.kind != PATH_DATETIME) return false;
	if (!stamp_parse(v.text, &s)) return false;
	if (kind == PATH_DATE && s.last > STAMP_DAY) s.last = STAMP_DAY;
	*out = (path_item){.kind = kind, .text = stamp_text(m->arena, &s)};
	return true;
}

/* Text that says a time of day is no date: '2015-02-04T14:34' does not convert. */
static bool to_date(path_machine *m, path_item v, path_item *out)
{
	if (v.kind == PATH_STRING && v.text.len > 10) return false;
	return to_stamp(m, v, PATH_DATE, out);
}

static bool to_date_time(path_machine *m, path_item v, path_item *out)
{
	return to_stamp(m, v, PATH_DATETIME, out);
}

static bool to_time(path_machine *m, path_item v, path_item *out)
{
	stamp s;
	(void)m;
	if ((v.kind != PATH_STRING && v.kind != PATH_TIME) || !stamp_parse_time(v.text, &s)) return false;
	*out = (path_item){.kind = PATH_TIME, .text = v.text};
	return true;
}

static bool to_quantity(path_machine *m, path_item v, path_item *out)
{
	(void)m;
	*out = (path_item){.kind = PATH_QUANTITY, .text = TEXT("1")};
	if (v.kind == PATH_QUANTITY)
		*out = v;
	else if (v.kind == PATH_BOOLEAN)
		out->number = (decimal){.coefficient = v.boolean ? 10 : 0, .scale = 1};
	else if (!path_number(&v, &out->number))
		return v.kind == PATH_STRING && quantity_parse(v.text, out);
	return true;
}

static bool to_string(path_machine *m, path_item v, path_item *out)
{
	if (v.kind == PATH_NODE || v.kind == PATH_TYPE) return false;
	*out = (path_item){.kind = PATH_STRING, .text = path_item_text(m->arena, &v)};
	return true;
}

static path_items convert(path_machine *m, const path_call *c, converter *to)
{
	path_item v, out;
	return path_single(m, c->input, &v) && to(m, v, &out) ? path_one(m, &out) : path_none();
}

static path_items converts(path_machine *m, const path_call *c, converter *to)
{
	path_item v, out;
	return path_single(m, c->input, &v) ? path_boolean(m, to(m, v, &out)) : path_none();
}

/* toQuantity('mg'): in that unit, where the one can be told in the other. */
static path_items to_unit(path_machine *m, const path_call *c)
{
	path_items made = convert(m, c, to_quantity);
	text unit;
	if (!c->count || !made.count || !path_single_text(m, c->values[0], &unit)) return c->count ? path_none() : made;
	path_item q = made.at[0];
	if (!quantity_in(&q, unit, &q.number)) return path_none();
	q.text = unit;
	return path_one(m, &q);
}

path_items function_to_quantity(path_machine *m, const path_call *c)
{
	return to_unit(m, c);
}

path_items function_converts_to_quantity(path_machine *m, const path_call *c)
{
	if (!c->input.count) return path_none();
	return path_boolean(m, to_unit(m, c).count == 1);
}

path_items function_to_boolean(path_machine *m, const path_call *c)
{
	return convert(m, c, to_boolean);
}

path_items function_converts_to_boolean(path_machine *m, const path_call *c)
{
	return converts(m, c, to_boolean);
}

path_items function_to_integer(path_machine *m, const path_call *c)
{
	return convert(m, c, to_integer);
}

path_items function_converts_to_integer(path_machine *m, const path_call *c)
{
	return converts(m, c, to_integer);
}

path_items function_to_decimal(path_machine *m, const path_call *c)
{
	return convert(m, c, to_decimal);
}

path_items function_converts_to_decimal(path_machine *m, const path_call *c)
{
	return converts(m, c, to_decimal);
}

path_items function_to_date(path_machine *m, const path_call *c)
{
	return convert(m, c, to_date);
}

path_items function_converts_to_date(path_machine *m, const path_call *c)
{
	return converts(m, c, to_date);
}

path_items function_to_date_time(path_machine *m, const path_call *c)
{
	return convert(m, c, to_date_time);
}

path_items function_converts_to_date_time(path_machine *m, const path_call *c)
{
	return converts(m, c, to_date_time);
}

path_items function_to_time(path_machine *m, const path_call *c)
{
	return convert(m, c, to_time);
}

path_items function_converts_to_time(path_machine *m, const path_call *c)
{
	return converts(m, c, to_time);
}

path_items function_to_string(path_machine *m, const path_call *c)
{
	return convert(m, c, to_string);
}

path_items function_converts_to_string(path_machine *m, const path_call *c)
{
	return converts(m, c, to_string);
}
