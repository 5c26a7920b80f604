/* check_value.c: is one answer such as its question asks for? */
#include "form/internal.h"

typedef struct checked {
	open_form *o;
	const form_item *item;
	const doc *d;
	uint32_t node;
	path_item worth;
	place at;
	text label, said; /* as a person sees it */
	issues *sink;
} checked;

static void wrong(const checked *c, failure code, text more)
{
	issue_at(c->sink, code, c->at, c->label, c->said, more);
}

static text coding_said(const doc *d, uint32_t n)
{
	text display = doc_get_text(d, n, NAME_display);
	return display.len ? display : doc_get_text(d, n, NAME_code);
}

static text answer_said(const checked *c)
{
	text said = doc_text(c->d, c->node);
	name_id key = c->d->nodes[c->node].name;
	if (key == NAME_valueCoding) said = coding_said(c->d, c->node);
	if (key == NAME_valueQuantity)
		said = text_format(c->o->arena, "%.*s %.*s", TEXT_ARG(doc_get_text(c->d, c->node, NAME_value)),
				   TEXT_ARG(doc_get_text(c->d, c->node, NAME_unit)));
	if (key == NAME_valueReference) said = doc_get_text(c->d, c->node, NAME_reference);
	if (key == NAME_valueAttachment) said = doc_get_text(c->d, c->node, NAME_title);
	return said.len > 80 ? TEXT("…") : said;
}

/* ---- its type ---- */

static bool type_fits(const checked *c)
{
	name_id key = c->d->nodes[c->node].name;
	item_type t = c->item->type;
	if (key == item_value_key(t)) return true;
	bool choice = t == ITEM_CHOICE || t == ITEM_OPEN_CHOICE;
	if (!choice) return false;
	if (key == NAME_valueString && t == ITEM_OPEN_CHOICE) return true;
	form_options all = form_item_options(c->o, c->o->at);
	for (int i = 0; i < all.count; i++)
		if (text_equal(all.at[i].key, name_text(c->d, key))) return true;
	return false;
}

/* ---- texts and numbers ---- */

static text count_text(const checked *c, int64_t n)
{
	return text_format(c->o->arena, "%lld", (long long)n);
}

static void check_length(const checked *c)
{
	item_type t = c->item->type;
	if (t != ITEM_STRING && t != ITEM_TEXT && t != ITEM_URL && t != ITEM_OPEN_CHOICE) return;
	int64_t length = text_width(doc_text(c->d, c->node));
	if (c->item->max_length >= 0 && length > c->item->max_length)
		wrong(c, FAIL_FORM_LONG, count_text(c, c->item->max_length));
	if (length < c->item->min_length) wrong(c, FAIL_FORM_SHORT, count_text(c, c->item->min_length));
}

static void check_pattern(const checked *c)
{
	open_form *o = c->o;
	path_items out;
	if (!c->item->pattern) return;
	o->comparing = true;
	o->answer = c->worth;
	bool ran = form_run(o, c->item->pattern, o->at, &out);
	o->comparing = false;
	bool fits = ran && (out.count == 0 || out.at[0].boolean);
	text entry = doc_text(&o->f->d, extension_value(&o->f->d, c->item->node, "entryFormat", NAME_valueString));
	if (!fits) wrong(c, FAIL_FORM_REGEX, entry);
}

static void check_decimals(const checked *c)
{
	decimal number;
	if (c->item->max_decimals < 0 || !path_item_decimal(&c->worth, &number)) return;
	if (decimal_trim(number).scale > c->item->max_decimals)
		wrong(c, FAIL_FORM_DECIMALS, count_text(c, c->item->max_decimals));
}

static text bound_said(const checked *c, const path_item *bound)
{
	if (bound->kind != PATH_NODE || bound->d->nodes[bound->node].kind != NODE_OBJECT)
		return path_item_text(c->o->arena, bound);
	return text_format(c->o->arena, "%.*s %.*s", TEXT_ARG(doc_get_text(bound->d, bound->node, NAME_value)),
			   TEXT_ARG(doc_get_text(bound->d, bound->node, NAME_unit)));
}

/* A bound in numbers holds for a quantity's value too. */
static void check_bound(const checked *c, const form_bound *b, when_operator beyond, failure code)
{
	path_item bound = b->value, worth = c->worth;
	path_items items = {0};
	decimal plain;
	if (!b->given) return;
	if (b->path && (!form_run(c->o, b->path, c->o->at, &items) || items.count != 1)) return;
	if (b->path) bound = items.at[0];
	uint32_t value = c->item->type == ITEM_QUANTITY ? doc_get(c->d, c->node, NAME_value) : NODE_ABSENT;
	if (value != NODE_ABSENT && path_item_decimal(&bound, &plain))
		worth = node_item(c->d, value, type_find(TEXT("decimal")));
	if (form_compare(c->o, beyond, &worth, &bound)) wrong(c, code, bound_said(c, &bound));
}

/* ---- choices ---- */

static bool option_is(const checked *c, const form_option *option)
{
	doc d;
	issues ignored = {.arena = c->o->arena, .keep = 1};
	if (!text_equal(option->key, name_text(c->d, c->d->nodes[c->node].name))) return false;
	if (!json_parse(c->o->arena, option->json, TEXT(""), &ignored, &d)) return false;
	if (c->d->nodes[c->node].name == NAME_valueReference)
		return text_equal(doc_get_text(&d, 0, NAME_reference), doc_get_text(c->d, c->node, NAME_reference));
	if (d.nodes[0].kind != NODE_OBJECT) return text_equal(doc_text(&d, 0), doc_text(c->d, c->node));
	path_item one = node_item(&d, 0, c->worth.type);
	return form_compare(c->o, WHEN_EQ, &c->worth, &one);
}

static bool in_value_set(const checked *c)
{
	text system = doc_get_text(c->d, c->node, NAME_system), code = doc_get_text(c->d, c->node, NAME_code);
	return term_in(c->o->f->codes, c->item->value_set, system, code) != TERM_NOT;
}

/* Among the choices, but not while things stand as they do. */
static bool is_toggled_off(const checked *c)
{
	return c->item->toggle_count &&
	       !option_toggled(c->o, c->o->at, name_text(c->d, c->d->nodes[c->node].name), c->d, c->node);
}

static void check_option(const checked *c)
{
	item_type t = c->item->type;
	bool string = c->d->nodes[c->node].name == NAME_valueString;
	bool listed = doc_get(&c->o->f->d, c->item->node, NAME_answerOption) != NODE_ABSENT;
	if ((t == ITEM_OPEN_CHOICE && string) || t == ITEM_DISPLAY || t == ITEM_GROUP) return;
	if (c->item->value_set.len) {
		if (!in_value_set(c) || is_toggled_off(c)) wrong(c, FAIL_FORM_OPTION, TEXT(""));
		return;
	}
	if (!listed && !c->item->options) return;
	form_options all = form_item_options(c->o, c->o->at);
	for (int i = 0; i < all.count; i++)
		if (option_is(c, &all.at[i])) return;
	if (all.closed) wrong(c, FAIL_FORM_OPTION, TEXT(""));
}

void check_exclusive(open_form *o, int entry, issues *sink)
{
	const struct entry *e = &o->entries.at[entry];
	if (e->values < 2) return;
	form_options all = form_item_options(o, entry);
	for (int a = 0; a < e->answer_count; a++) {
		const entry_answer *one = &o->entries.answers[e->first_answer + a];
		checked c = {.o = o, .item = &o->f->items[e->item], .d = &o->shown, .node = one->value, .sink = sink};
		if (one->value == NODE_ABSENT) continue;
		c.worth = node_item(&o->shown, one->value, one->type);
		c.at = answer_place(o, entry, a);
		c.label = form_label(o, entry);
		c.said = answer_said(&c);
		for (int i = 0; i < all.count; i++)
			if (all.at[i].exclusive && option_is(&c, &all.at[i])) wrong(&c, FAIL_FORM_EXCLUSIVE, TEXT(""));
	}
}

/* ---- quantities, attachments, references ---- */

static bool unit_is(const checked *c, uint32_t coding)
{
	const doc *q = &c->o->f->d;
	text code = doc_get_text(c->d, c->node, NAME_code), unit = doc_get_text(c->d, c->node, NAME_unit);
	text wanted = doc_get_text(q, coding, NAME_code), display = doc_get_text(q, coding, NAME_display);
	text system = doc_get_text(c->d, c->node, NAME_system);
	if (code.len == 0) return text_equal(unit, display) || text_equal(unit, wanted);
	return text_equal(code, wanted) &&
	       (system.len == 0 || text_equal(system, doc_get_text(q, coding, NAME_system)));
}

static bool unit_in_set(const checked *c)
{
	text system = doc_get_text(c->d, c->node, NAME_system), code = doc_get_text(c->d, c->node, NAME_code);
	text unit = doc_get_text(c->d, c->node, NAME_unit);
	return c->item->units.len &&
	       term_in(c->o->f->codes, c->item->units, system, code.len ? code : unit) != TERM_NOT;
}

static void check_unit(const checked *c)
{
	const doc *q = &c->o->f->d;
	buffer b = {.arena = c->o->arena};
	uint32_t n = NODE_ABSENT;
	if (c->item->type != ITEM_QUANTITY) return;
	while ((n = extension_next(q, c->item->node, "questionnaire-unitOption", n)) != NODE_ABSENT) {
		uint32_t coding = doc_get(q, n, NAME_valueCoding);
		if (coding == NODE_ABSENT) continue;
		if (unit_is(c, coding)) return;
		if (b.len) buffer_add(&b, TEXT(", "));
		buffer_add(&b, coding_said(q, coding));
	}
	if (unit_in_set(c)) return;
	if (b.len || c->item->units.len) wrong(c, FAIL_FORM_UNIT, b.len ? buffer_text(&b) : c->item->units);
}

/* Of data in base64 three bytes for each four characters. */
static bool attachment_bytes(const checked *c, decimal *out)
{
	uint32_t size = doc_get(c->d, c->node, NAME_size), data = doc_get(c->d, c->node, NAME_data);
	if (size != NODE_ABSENT) return decimal_parse(doc_text(c->d, size), out);
	if (data == NODE_ABSENT) return false;
	*out = decimal_from_int(doc_text(c->d, data).len / 4 * 3);
	return true;
}

static void check_attachment(const checked *c)
{
	const doc *q = &c->o->f->d;
	decimal bytes, limit;
	buffer b = {.arena = c->o->arena};
	bool any = false;
	uint32_t n = NODE_ABSENT;
	if (c->item->type != ITEM_ATTACHMENT) return;
	while ((n = extension_next(q, c->item->node, "mimeType", n)) != NODE_ABSENT) {
		text allowed = doc_get_text(q, n, NAME_valueCode);
		any = any || text_equal(allowed, doc_get_text(c->d, c->node, NAME_contentType));
		if (b.len) buffer_add(&b, TEXT(", "));
		buffer_add(&b, allowed);
	}
	if (b.len && !any) wrong(c, FAIL_FORM_MIME, buffer_text(&b));
	/* maxSize is in megabytes (R4 extension maxSize). */
	if (!c->item->has_max_size || !attachment_bytes(c, &bytes)) return;
	bool fits = decimal_multiply(c->item->max_size, decimal_from_int(1000000), &limit);
	if (fits && decimal_compare(bytes, limit) > 0)
		wrong(c, FAIL_FORM_SIZE, decimal_text(c->o->arena, decimal_trim(c->item->max_size)));
}

static void check_reference(const checked *c)
{
	const doc *q = &c->o->f->d;
	buffer b = {.arena = c->o->arena};
	uint32_t n = NODE_ABSENT;
	if (c->item->type != ITEM_REFERENCE) return;
	text said = doc_get_text(c->d, c->node, NAME_type);
	if (said.len == 0)
		said = text_cut_last(text_cut_last(doc_get_text(c->d, c->node, NAME_reference), '/').head, '/').tail;
	if (said.len == 0) said = text_cut(doc_get_text(c->d, c->node, NAME_reference), '/').head;
	while ((n = extension_next(q, c->item->node, "questionnaire-referenceResource", n)) != NODE_ABSENT) {
		if (text_equal(doc_get_text(q, n, NAME_valueCode), said)) return;
		if (b.len) buffer_add(&b, TEXT(", "));
		buffer_add(&b, doc_get_text(q, n, NAME_valueCode));
	}
	if (b.len && said.len) wrong(c, FAIL_FORM_REFERENCE, buffer_text(&b));
}

void check_answer(open_form *o, int entry, int answer, issues *sink)
{
	const struct entry *e = &o->entries.at[entry];
	const entry_answer *a = &o->entries.answers[e->first_answer + answer];
	if (a->value == NODE_ABSENT) return;
	checked c = {.o = o, .item = &o->f->items[e->item], .d = &o->shown, .node = a->value, .sink = sink};
	c.worth = node_item(&o->shown, a->value, a->type);
	c.at = answer_place(o, entry, answer);
	c.label = form_label(o, entry);
	c.said = answer_said(&c);
	o->at = entry;
	if (!type_fits(&c)) {
		issue_at(sink, FAIL_FORM_ANSWER_TYPE, c.at, c.label, name_text(c.d, c.d->nodes[c.node].name),
			 name_text(NULL, item_value_key(c.item->type)));
		return;
	}
	check_length(&c);
	check_pattern(&c);
	check_decimals(&c);
	check_bound(&c, &c.item->least, WHEN_LT, FAIL_FORM_LEAST);
	check_bound(&c, &c.item->most, WHEN_GT, FAIL_FORM_MOST);
	check_option(&c);
	check_unit(&c);
	check_attachment(&c);
	check_reference(&c);
}
