/* subset.c: a resource with only a part of its elements. */
#include "fhir/subset.h"

#include "fhir/definitions.h"

#define SUBSETTED_SYSTEM TEXT("http://terminology.hl7.org/CodeSystem/v3-ObservationValue")

bool subset_summary(text value, subset *out)
{
	static const struct {
		const char *word;
		subset_kind kind;
	} words[] = {{"true", SUBSET_SUMMARY}, {"text", SUBSET_TEXT}, {"data", SUBSET_DATA}, {"false", SUBSET_WHOLE}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!text_equal(value, text_of(words[i].word))) continue;
		*out = (subset){.kind = words[i].kind};
		return true;
	}
	return false;
}

void subset_elements(arena *a, text value, subset *out)
{
	int count = 1;
	for (int64_t i = 0; i < value.len; i++) count += value.at[i] == ',';
	text *names = ARENA_ARRAY(a, text, count);
	*out = (subset){.kind = SUBSET_ELEMENTS, .elements = names};
	for (text_pair cut = text_cut(value, ',');; cut = text_cut(cut.tail, ',')) {
		text name = text_trim(cut.head);
		text_pair of_type = text_cut(name, '.');
		bool typed = of_type.found && name.at[0] >= 'A' && name.at[0] <= 'Z';
		if (name.len > 0) names[out->element_count++] = text_cut(typed ? of_type.tail : name, '.').head;
		if (!cut.found) return;
	}
}

/* ---- what stays ---- */

static bool is_named(const subset *s, const element_info *e)
{
	for (int i = 0; i < s->element_count; i++)
		if (text_equal(s->elements[i], name_text(NULL, e->name))) return true;
	return false;
}

/* Of the resource's own elements. */
static bool stays(const subset *s, name_id name, const element_info *e)
{
	if (name == NAME_id || name == NAME_meta || e->is_modifier || e->min > 0) return true;
	switch (s->kind) {
	case SUBSET_WHOLE:
		return true;
	case SUBSET_SUMMARY:
		return e->is_summary;
	case SUBSET_TEXT:
		return name == NAME_text;
	case SUBSET_DATA:
		return name != NAME_text;
	case SUBSET_ELEMENTS:
		return is_named(s, e);
	}
	return false;
}

static bool is_kept(const subset *s, type_id type, name_id name, bool root, type_id *child)
{
	element_info e;
	name_id key = name_is_companion(name) ? name_companion(name) : name;
	if (key == NAME_resourceType) return true;
	if (!type || !element_find(type, key, &e, child)) return s->kind != SUBSET_SUMMARY;
	if (root) return stays(s, key, &e);
	return e.is_summary || e.is_modifier || e.min > 0; /* only summaries go deeper */
}

static void write_value(json_out *o, const doc *d, uint32_t n, const subset *s, type_id type);

static void write_members(json_out *o, const doc *d, uint32_t n, const subset *s, type_id type)
{
	for (uint32_t i = n + 1; i < d->nodes[n].next; i = d->nodes[i].next) {
		name_id name = d->nodes[i].name;
		type_id child = 0;
		/* a resource's first three are written by themselves */
		if (n == 0 && (name == NAME_resourceType || name == NAME_id || name == NAME_meta)) continue;
		if (!is_kept(s, type, name, n == 0, &child)) continue;
		json_key_text(o, name_text(d, name));
		/* id and extensions of a primitive, and what no definition speaks of, go as they are */
		if (s->kind == SUBSET_SUMMARY && child && !name_is_companion(name))
			write_value(o, d, i, s, child);
		else
			json_node(o, d, i);
	}
}

static bool something_stays(const doc *d, uint32_t n, const subset *s, type_id type)
{
	type_id child;
	for (uint32_t i = n + 1; i < d->nodes[n].next; i = d->nodes[i].next)
		if (is_kept(s, type, d->nodes[i].name, false, &child)) return true;
	return false;
}

static void write_value(json_out *o, const doc *d, uint32_t n, const subset *s, type_id type)
{
	bool plain = type_kind_of(type) == TYPE_PRIMITIVE || type_kind_of(type) == TYPE_RESOURCE;
	if (d->nodes[n].kind == NODE_ARRAY) {
		json_array(o);
		for (uint32_t i = n + 1; i < d->nodes[n].next; i = d->nodes[i].next) write_value(o, d, i, s, type);
		json_end(o);
	} else if (d->nodes[n].kind != NODE_OBJECT || plain || !something_stays(d, n, s, type)) {
		json_node(o, d, n); /* nothing may be empty: an object whose parts are no summary goes whole */
	} else {
		json_object(o);
		write_members(o, d, n, s, type);
		json_end(o);
	}
}

/* ---- meta, with the tag ---- */

static void write_tag(json_out *o)
{
	json_object(o);
	json_pair(o, "system", SUBSETTED_SYSTEM);
	json_pair(o, "code", TEXT("SUBSETTED"));
	json_end(o);
}

static void write_meta(json_out *o, const doc *d, uint32_t meta)
{
	uint32_t tags = meta ? doc_get(d, meta, NAME_tag) : NODE_ABSENT;
	json_key(o, "meta");
	json_object(o);
	for (uint32_t i = meta + 1; meta && i < d->nodes[meta].next; i = d->nodes[i].next) {
		if (i == tags) continue;
		json_key_text(o, name_text(d, d->nodes[i].name));
		json_node(o, d, i);
	}
	json_key(o, "tag");
	json_array(o);
	for (uint32_t i = tags + 1; tags && i < d->nodes[tags].next; i = d->nodes[i].next) json_node(o, d, i);
	write_tag(o);
	json_end(o);
	json_end(o);
}

text subset_json(arena *a, const doc *d, const subset *wanted)
{
	json_out o = json_begin(a);
	if (wanted->kind == SUBSET_WHOLE) {
		json_node(&o, d, 0);
		return json_done(&o);
	}
	json_object(&o);
	json_pair(&o, "resourceType", doc_type(d));
	json_pair(&o, "id", doc_get_text(d, 0, NAME_id));
	write_meta(&o, d, doc_get(d, 0, NAME_meta));
	write_members(&o, d, 0, wanted, type_find(doc_type(d)));
	json_end(&o);
	return json_done(&o);
}
