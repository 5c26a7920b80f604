/* read.c: a Questionnaire's items, in document order, each with where its subtree ends. */
#include "form/internal.h"

static const char *const type_words[] = {
#define ITEM_TYPE(name, word, key) word,
#include "form/types.def"
#undef ITEM_TYPE
};

static const name_id value_keys[] = {
#define ITEM_TYPE(name, word, key) NAME_##key,
#include "form/types.def"
#undef ITEM_TYPE
};

name_id item_value_key(item_type t)
{
	return value_keys[t];
}

/* ---- extensions: those of R4 and those of Structured Data Capture, which took some of them over with a prefix ---- */

static text extension_name(text url)
{
	static const char *const bases[] = {"http://hl7.org/fhir/StructureDefinition/",
					    "http://hl7.org/fhir/uv/sdc/StructureDefinition/"};
	for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
		text base = text_of(bases[i]);
		if (!text_starts(url, base)) continue;
		text name = text_slice(url, base.len, url.len);
		return text_starts(name, TEXT("sdc-")) ? text_slice(name, 4, name.len) : name;
	}
	return url;
}

/* The next extension of that name after `after` (NODE_ABSENT: the first). */
uint32_t extension_next(const doc *d, uint32_t object, const char *name, uint32_t after)
{
	uint32_t list = doc_get(d, object, NAME_extension);
	if (list == NODE_ABSENT || d->nodes[list].kind != NODE_ARRAY) return NODE_ABSENT;
	uint32_t n = after == NODE_ABSENT ? list + 1 : d->nodes[after].next;
	for (; n < d->nodes[list].next; n = d->nodes[n].next)
		if (text_equal(extension_name(doc_get_text(d, n, NAME_url)), text_of(name))) return n;
	return NODE_ABSENT;
}

uint32_t extension_value(const doc *d, uint32_t object, const char *name, name_id key)
{
	uint32_t n = extension_next(d, object, name, NODE_ABSENT);
	return n == NODE_ABSENT ? NODE_ABSENT : doc_get(d, n, key);
}

/* ---- places in the Questionnaire ---- */

static int number_among(const form_plan *f, int item)
{
	int number = 0;
	for (int i = f->items[item].parent + 1; i < item; i = f->items[i].next) number++;
	return number;
}

text item_place(arena *a, const form_plan *f, int item)
{
	if (item == 0) return TEXT("Questionnaire");
	text above = item_place(a, f, f->items[item].parent);
	return text_format(a, "%.*s.item[%d]", TEXT_ARG(above), number_among(f, item));
}

/* ---- items ---- */

static int item_new(form_plan *f, uint32_t node, int parent)
{
	if (f->count == f->cap) f->items = ARENA_DOUBLE(f->arena, form_item, f->items, &f->cap, 32);
	f->items[f->count] = (form_item){.node = node,
					 .parent = parent,
					 .min_occurs = -1,
					 .max_occurs = -1,
					 .min_length = -1,
					 .max_length = -1,
					 .max_decimals = -1};
	return f->count++;
}

static bool flag(const doc *d, uint32_t object, name_id name)
{
	uint32_t n = doc_get(d, object, name);
	return n != NODE_ABSENT && d->nodes[n].kind == NODE_TRUE;
}

static bool type_read(const form_plan *f, int item, issues *sink)
{
	form_item *i = &f->items[item];
	text word = doc_get_text(&f->d, i->node, NAME_type);
	for (int t = 0; t < ITEM_TYPE_COUNT; t++) {
		if (!text_equal(word, text_of(type_words[t]))) continue;
		i->type = (item_type)t;
		return true;
	}
	return issue_at(sink, FAIL_FORM_TYPE, (place){.path = item_place(sink->arena, f, item)}, i->link_id, word,
			TEXT(""));
}

static bool basics_read(form_plan *f, int item, issues *sink)
{
	form_item *i = &f->items[item];
	int64_t twice;
	i->link_id = doc_get_text(&f->d, i->node, NAME_linkId);
	i->label = doc_get_text(&f->d, i->node, NAME_text);
	if (i->label.len == 0) i->label = i->link_id;
	i->required = flag(&f->d, i->node, NAME_required);
	i->repeats = flag(&f->d, i->node, NAME_repeats);
	i->value_set = doc_get_text(&f->d, i->node, NAME_answerValueSet);
	uint32_t units = extension_value(&f->d, i->node, "questionnaire-unitValueSet", NAME_valueCanonical);
	if (units != NODE_ABSENT) i->units = doc_text(&f->d, units);
	place at = {.path = item_place(sink->arena, f, item)};
	if (i->link_id.len == 0) return issue_at(sink, FAIL_FHIR_REQUIRED, at, TEXT("linkId"), TEXT(""), TEXT(""));
	if (map_get(&f->by_link, i->link_id, &twice))
		return issue_at(sink, FAIL_FORM_LINK_TWICE, at, i->link_id, TEXT(""), TEXT(""));
	map_put(&f->by_link, i->link_id, item);
	return type_read(f, item, sink);
}

static bool items_read(form_plan *f, uint32_t object, int parent, int depth, issues *sink)
{
	uint32_t list = doc_get(&f->d, object, NAME_item);
	bool good = true;
	if (list == NODE_ABSENT || f->d.nodes[list].kind != NODE_ARRAY) return true;
	for (uint32_t n = list + 1; n < f->d.nodes[list].next; n = f->d.nodes[n].next) {
		if (f->count > FORM_ITEMS_MAX || depth > FORM_DEPTH_MAX)
			return issue_at(sink, FAIL_FORM_LARGE, (place){.path = item_place(sink->arena, f, parent)},
					text_format(sink->arena, "%d", FORM_ITEMS_MAX),
					text_format(sink->arena, "%d", FORM_DEPTH_MAX), TEXT(""));
		int item = item_new(f, n, parent);
		good = basics_read(f, item, sink) && items_read(f, n, item, depth + 1, sink) && good;
		f->items[item].next = f->count;
	}
	return good;
}

/* What rests on all items being known: conditions on others, expressions. */
static bool behaviour_read(form_plan *f, issues *sink)
{
	bool good = true;
	for (int i = 0; i < f->count; i++) {
		good = expressions_read(f, i, sink) && good;
		good = (i == 0 || enable_read(f, i, sink)) && rules_read(f, i, sink) && good;
		if (f->items[i].calculated) f->calculates = true;
		if (f->items[i].enabled || f->items[i].when_count) f->enables = true;
	}
	return good;
}

static bool comparisons_compile(form_plan *f, issues *sink)
{
	static const char *const operators[] = {
	    [WHEN_EXISTS] = "exists", [WHEN_EQ] = "=",  [WHEN_NE] = "=",  [WHEN_GT] = ">",
	    [WHEN_LT] = "<",          [WHEN_GE] = ">=", [WHEN_LE] = "<=",
	};
	for (int i = WHEN_EQ; i < WHEN_COUNT; i++) {
		text said = text_format(f->arena, "%%answer %s %%wanted", operators[i]);
		if (!(f->compare[i] = path_compile(f->arena, said, 0, NULL, sink))) return false;
	}
	return true;
}

/* A contained value set is asked as "#id". */
static bool contained_codes(form_plan *f, const terms *below, issues *sink)
{
	uint32_t list = doc_get(&f->d, 0, NAME_contained);
	terms *own = NULL;
	f->codes = below;
	if (list == NODE_ABSENT || f->d.nodes[list].kind != NODE_ARRAY) return true;
	for (uint32_t n = list + 1; n < f->d.nodes[list].next; n = f->d.nodes[n].next) {
		text type = doc_get_text(&f->d, n, NAME_resourceType), id = doc_get_text(&f->d, n, NAME_id);
		bool set = text_equal(type, TEXT("ValueSet"));
		if (!set && !text_equal(type, TEXT("CodeSystem"))) continue;
		json_out o = json_begin(f->arena);
		json_object(&o);
		if (set) json_pair(&o, "url", text_format(f->arena, "#%.*s", TEXT_ARG(id)));
		for (uint32_t i = n + 1; i < f->d.nodes[n].next; i = f->d.nodes[i].next) {
			if (set && f->d.nodes[i].name == NAME_url) continue;
			json_key_text(&o, name_text(&f->d, f->d.nodes[i].name));
			json_node(&o, &f->d, i);
		}
		json_end(&o);
		doc *d = ARENA_NEW(f->arena, doc);
		if (!json_parse_resource(f->arena, json_done(&o), TEXT(""), sink, d)) return false;
		if (!own) own = terms_open(f->arena, below);
		if (!terms_add(own, d, sink)) return false;
	}
	if (own) f->codes = own;
	return true;
}

const form_plan *form_read(arena *a, const doc *questionnaire, const terms *codes, issues *sink)
{
	form_plan *f = ARENA_NEW(a, form_plan);
	*f = (form_plan){.arena = a, .d = *questionnaire, .by_link.arena = a};
	int form = item_new(f, 0, -1);
	bool good = items_read(f, 0, form, 1, sink);
	f->items[form].next = f->count;
	f->items[form].label = doc_get_text(&f->d, 0, NAME_title);
	if (!good || !contained_codes(f, codes ? codes : terms_r4(), sink)) return NULL;
	return comparisons_compile(f, sink) && behaviour_read(f, sink) ? f : NULL;
}
