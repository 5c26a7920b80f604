/* parameters.c: Parameters, written part by part: what operations answer. */
#include "http/internal.h"

text parameter_value(const doc *d, uint32_t parameter)
{
	for (uint32_t i = parameter + 1; i < d->nodes[parameter].next; i = d->nodes[i].next) {
		if (!text_starts(name_text(d, d->nodes[i].name), TEXT("value"))) continue;
		if (d->nodes[i].kind == NODE_TRUE) return TEXT("true");
		if (d->nodes[i].kind == NODE_FALSE) return TEXT("false");
		if (d->nodes[i].kind == NODE_OBJECT) return doc_get_text(d, i, NAME_reference);
		return doc_text(d, i);
	}
	return (text){0};
}

json_out parameters_begin(exchange *x)
{
	json_out o = json_begin(x->arena);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Parameters"));
	json_key(&o, "parameter");
	json_array(&o);
	return o;
}

void parameters_reply(exchange *x, json_out *o)
{
	json_end(o);
	json_end(o);
	text json = json_done(o);
	/* FHIR has no empty arrays: Parameters without any is just that. */
	if (text_ends(json, TEXT("\"parameter\":[]}"))) json = TEXT("{\"resourceType\":\"Parameters\"}");
	reply_json(x, 200, json);
}

void part_open(json_out *o, const char *name)
{
	json_object(o);
	json_pair(o, "name", text_of(name));
	json_key(o, "part");
	json_array(o);
}

void part_close(json_out *o)
{
	json_end(o);
	json_end(o);
}

/* Nothing at all where there is nothing to say. */
void part_text(json_out *o, const char *name, const char *value_key, text value)
{
	if (value.len == 0) return;
	json_object(o);
	json_pair(o, "name", text_of(name));
	json_pair(o, value_key, value);
	json_end(o);
}

void part_reference(json_out *o, const char *name, text reference)
{
	json_object(o);
	json_pair(o, "name", text_of(name));
	json_reference(o, "valueReference", reference);
	json_end(o);
}

void part_instant(exchange *x, json_out *o, const char *name, instant at)
{
	if (at != INSTANT_NONE) part_text(o, name, "valueInstant", instant_iso(x->arena, at));
}

void part_day(exchange *x, json_out *o, const char *name, day d)
{
	if (d != DAY_NONE) part_text(o, name, "valueDate", day_iso(x->arena, d));
}

void part_int(json_out *o, const char *name, int64_t value)
{
	json_object(o);
	json_pair(o, "name", text_of(name));
	json_key(o, "valueInteger");
	json_int(o, value);
	json_end(o);
}

void part_bool(json_out *o, const char *name, bool value)
{
	json_object(o);
	json_pair(o, "name", text_of(name));
	json_key(o, "valueBoolean");
	json_bool(o, value);
	json_end(o);
}
