/* value.c: what an expression gives, as an answer of the item's type. */
#include "form/internal.h"

static form_value valued(text key, text json)
{
	return (form_value){key, json};
}

static text key_of(item_type t)
{
	return name_text(NULL, item_value_key(t));
}

form_value value_of_node(arena *a, const doc *d, uint32_t n)
{
	buffer b = {.arena = a};
	json_write(&b, d, n, JSON_COMPACT);
	return valued(name_text(d, d->nodes[n].name), buffer_text(&b));
}

static text quoted(arena *a, text t)
{
	buffer b = {.arena = a};
	json_write_string(&b, t);
	return buffer_text(&b);
}

static text object_of(arena *a, const path_item *i)
{
	buffer b = {.arena = a};
	json_write(&b, i->d, i->node, JSON_COMPACT);
	return buffer_text(&b);
}

static bool is_node_of(const path_item *i, const char *type)
{
	return i->kind == PATH_NODE && i->node != NODE_ABSENT && text_equal(type_name(i->type), text_of(type));
}

static bool of_boolean(const path_item *i, text *json)
{
	bool node = is_node_of(i, "boolean");
	if (!node && i->kind != PATH_BOOLEAN) return false;
	bool is = node ? i->d->nodes[i->node].kind == NODE_TRUE : i->boolean;
	*json = is ? TEXT("true") : TEXT("false");
	return true;
}

static bool of_number(arena *a, const path_item *i, bool whole, text *json)
{
	decimal number;
	int64_t integer;
	if (!path_item_decimal(i, &number)) return false;
	if (whole && !decimal_to_int(number, &integer)) return false;
	*json = whole ? text_format(a, "%lld", (long long)integer) : decimal_text(a, number);
	return true;
}

static bool of_stamp(arena *a, const path_item *i, item_type t, text *json)
{
	moment m;
	text said = path_item_text(a, i);
	if (t == ITEM_TIME) {
		bool time = i->kind == PATH_TIME || is_node_of(i, "time");
		if (time) *json = quoted(a, said.len == 5 ? text_join(a, said, TEXT(":00")) : said);
		return time;
	}
	if (!path_item_moment(i, &m)) return false;
	if (t == ITEM_DATE && said.len > 10) said = text_slice(said, 0, 10);
	*json = quoted(a, said);
	return said.len > 0;
}

/* The option whose code, display or value is this. */
static bool option_named(open_form *o, int entry, text said, form_value *out)
{
	form_options all = form_item_options(o, entry);
	for (int i = 0; i < all.count; i++) {
		doc d;
		issues ignored = {.arena = o->arena, .keep = 1};
		if (!json_parse(o->arena, all.at[i].json, TEXT(""), &ignored, &d)) continue;
		bool object = d.nodes[0].kind == NODE_OBJECT;
		text code = object ? doc_get_text(&d, 0, NAME_code) : doc_text(&d, 0);
		if (!text_equal(code, said) && !(object && text_equal(doc_get_text(&d, 0, NAME_display), said)))
			continue;
		*out = valued(all.at[i].key, all.at[i].json);
		return true;
	}
	return false;
}

static bool of_choice(open_form *o, int entry, const path_item *i, form_value *out)
{
	arena *a = o->arena;
	bool open = o->f->items[o->entries.at[entry].item].type == ITEM_OPEN_CHOICE;
	if (is_node_of(i, "Coding")) {
		*out = valued(TEXT("valueCoding"), object_of(a, i));
		return true;
	}
	if (is_node_of(i, "CodeableConcept")) {
		uint32_t coding = doc_first(i->d, i->node, NAME_coding);
		if (coding == NODE_ABSENT) return false;
		*out = valued(TEXT("valueCoding"), value_of_node(a, i->d, coding).json);
		return true;
	}
	text said = path_item_text(a, i);
	if (said.len == 0) return false;
	if (option_named(o, entry, said, out)) return true;
	*out = valued(TEXT("valueString"), quoted(a, said));
	return open;
}

/* A number gets the unit the Questionnaire says (questionnaire-unit), or the only one of its choices. */
static void unit_write(const open_form *o, int entry, json_out *j)
{
	const doc *d = &o->f->d;
	uint32_t node = o->f->items[o->entries.at[entry].item].node;
	uint32_t unit = extension_value(d, node, "questionnaire-unit", NAME_valueCoding);
	uint32_t first = extension_next(d, node, "questionnaire-unitOption", NODE_ABSENT);
	if (unit == NODE_ABSENT && first != NODE_ABSENT &&
	    extension_next(d, node, "questionnaire-unitOption", first) == NODE_ABSENT)
		unit = doc_get(d, first, NAME_valueCoding);
	if (unit == NODE_ABSENT) return;
	text display = doc_get_text(d, unit, NAME_display), code = doc_get_text(d, unit, NAME_code);
	json_pair(j, "unit", display.len ? display : code);
	json_pair(j, "system", doc_get_text(d, unit, NAME_system));
	json_pair(j, "code", code);
}

static bool of_quantity(open_form *o, int entry, const path_item *i, text *json)
{
	text number;
	if (i->kind == PATH_NODE && i->node != NODE_ABSENT && i->d->nodes[i->node].kind == NODE_OBJECT) {
		*json = object_of(o->arena, i);
		return type_is(i->type, type_find(TEXT("Quantity")));
	}
	json_out j = json_begin(o->arena);
	json_object(&j);
	json_key(&j, "value");
	if (i->kind == PATH_QUANTITY) {
		json_raw(&j, decimal_text(o->arena, i->number));
		json_pair(&j, "unit", i->text);
		json_pair(&j, "system", TEXT("http://unitsofmeasure.org"));
		json_pair(&j, "code", i->text);
	} else if (of_number(o->arena, i, false, &number)) {
		json_raw(&j, number);
		unit_write(o, entry, &j);
	} else {
		return false;
	}
	json_end(&j);
	*json = json_done(&j);
	return true;
}

/* A Reference, or a resource: then a reference to it. */
static bool of_reference(open_form *o, const path_item *i, text *json)
{
	if (is_node_of(i, "Reference")) {
		*json = object_of(o->arena, i);
		return true;
	}
	if (i->kind != PATH_NODE || !i->type || type_kind_of(i->type) != TYPE_RESOURCE) return false;
	text type = doc_get_text(i->d, i->node, NAME_resourceType), id = doc_get_text(i->d, i->node, NAME_id);
	json_out j = json_begin(o->arena);
	json_object(&j);
	json_pair(&j, "reference", text_format(o->arena, "%.*s/%.*s", TEXT_ARG(type), TEXT_ARG(id)));
	json_end(&j);
	*json = json_done(&j);
	return id.len > 0;
}

static bool of_text(arena *a, const path_item *i, text *json)
{
	text said = path_item_text(a, i);
	*json = quoted(a, said);
	return said.len > 0;
}

static bool of_type(open_form *o, int entry, const path_item *i, form_value *out)
{
	item_type t = o->f->items[o->entries.at[entry].item].type;
	arena *a = o->arena;
	out->key = key_of(t);
	switch (t) {
	case ITEM_BOOLEAN:
		return of_boolean(i, &out->json);
	case ITEM_DECIMAL:
	case ITEM_INTEGER:
		return of_number(a, i, t == ITEM_INTEGER, &out->json);
	case ITEM_DATE:
	case ITEM_DATETIME:
	case ITEM_TIME:
		return of_stamp(a, i, t, &out->json);
	case ITEM_STRING:
	case ITEM_TEXT:
	case ITEM_URL:
		return of_text(a, i, &out->json);
	case ITEM_CHOICE:
	case ITEM_OPEN_CHOICE:
		return of_choice(o, entry, i, out);
	case ITEM_QUANTITY:
		return of_quantity(o, entry, i, &out->json);
	case ITEM_REFERENCE:
		return of_reference(o, i, &out->json);
	case ITEM_ATTACHMENT:
		if (is_node_of(i, "Attachment")) out->json = object_of(a, i);
		return is_node_of(i, "Attachment");
	case ITEM_GROUP:
	case ITEM_DISPLAY:
	case ITEM_TYPE_COUNT:
		break;
	}
	return false;
}

bool value_of_item(open_form *o, int entry, const path_item *i, form_value *out)
{
	if (of_type(o, entry, i, out)) return true;
	int item = o->entries.at[entry].item;
	place at = {.path = item_place(o->arena, o->f, item)};
	for (const issue *k = o->found->first; k; k = k->next)
		if (k->code == FAIL_FORM_VALUE && text_equal(k->place.path, at.path)) return false;
	return issue_at(o->found, FAIL_FORM_VALUE, at, o->f->items[item].label, path_item_type_name(i), TEXT(""));
}
