#include "fhir/image.h"

static text string_at(uint32_t at, uint32_t len)
{
	return (text){image_strings + at, len};
}

static const struct type_row *type_at(type_id t)
{
	assert(t < IMAGE_TYPES);
	return &image_types[t];
}

type_id type_find(text name)
{
	if (name.len <= 0 || name.len > UINT16_MAX) return 0;
	uint32_t slot = name_slot(name.at, (uint32_t)name.len);
	for (;; slot = (slot + 1) & (IMAGE_TYPE_SLOTS - 1)) {
		type_id t = image_type_slots[slot];
		if (t == 0 || text_equal(type_name(t), name)) return t;
	}
}

text type_name(type_id t)
{
	const struct type_row *row = type_at(t);
	return string_at(row->name_at, row->name_len);
}

type_kind type_kind_of(type_id t)
{
	assert(t != 0);
	return (type_kind)type_at(t)->kind;
}

type_id type_base(type_id t)
{
	return type_at(t)->base;
}

bool type_is(type_id t, type_id base)
{
	while (t != 0 && t != base) t = type_base(t);
	return t != 0;
}

bool type_is_abstract(type_id t)
{
	return type_at(t)->is_abstract;
}

int type_count(void)
{
	return IMAGE_TYPES - 1;
}

static element_info element_of(const struct element_row *row)
{
	const struct detail_row *detail = &image_details[row - image_elements];
	return (element_info){
	    .name = row->name,
	    .min = row->min,
	    .max = row->max,
	    .is_choice = row->is_choice,
	    .types = image_type_lists + row->first_type,
	    .type_count = row->type_count,
	    .binding = row->binding,
	    .is_modifier = detail->flags & DETAIL_MODIFIER,
	    .is_summary = detail->flags & DETAIL_SUMMARY,
	    .binding_strength = (binding_strength)detail->binding_strength,
	    .value_set = string_at(detail->value_set_at, detail->value_set_len),
	    .value_set_max = string_at(detail->value_set_max_at, detail->value_set_max_len),
	    .targets = image_type_lists + detail->first_target,
	    .target_count = detail->target_count,
	    .canonicals = image_type_lists + detail->first_canonical,
	    .canonical_count = detail->canonical_count,
	    .invariants = image_invariant_lists + detail->first_invariant,
	    .invariant_count = detail->invariant_count,
	};
}

const struct key_row *key_find(type_id t, name_id name)
{
	const struct type_row *type = type_at(t);
	const struct key_row *rows = image_keys + type->first_key;
	int low = 0, high = type->key_count;
	while (low < high) {
		int middle = (low + high) / 2;
		if (rows[middle].name < name)
			low = middle + 1;
		else
			high = middle;
	}
	return low < type->key_count && rows[low].name == name ? &rows[low] : NULL;
}

const struct element_row *element_of_key(type_id t, const struct key_row *key)
{
	return &image_elements[type_at(t)->first_element + key->element];
}

bool element_find(type_id t, name_id json_name, element_info *out, type_id *type)
{
	const struct key_row *key = key_find(t, json_name);
	if (!key) return false;
	*out = element_of(element_of_key(t, key));
	*type = key->type;
	return true;
}

bool element_find_path(type_id t, name_id base_name, element_info *out)
{
	const struct type_row *row = type_at(t);
	for (uint32_t i = 0; i < row->element_count; i++) {
		const struct element_row *element = &image_elements[row->first_element + i];
		if (element->name != base_name) continue;
		*out = element_of(element);
		return true;
	}
	return false;
}

name_id element_choice_name(name_id base_name, type_id type)
{
	char name[128];
	text base = name_text(NULL, base_name), suffix = type_name(type);
	if (base.len + suffix.len > (int64_t)sizeof name || suffix.len == 0) return NAME_NONE;
	if (base.len) memcpy(name, base.at, (size_t)base.len);
	memcpy(name + base.len, suffix.at, (size_t)suffix.len);
	char *first = name + base.len;
	if (*first >= 'a' && *first <= 'z') *first = (char)(*first - 'a' + 'A');
	return name_find((text){name, base.len + suffix.len});
}

int element_count(type_id t)
{
	return type_at(t)->element_count;
}

void element_at(type_id t, int i, element_info *out)
{
	const struct type_row *row = type_at(t);
	assert(0 <= i && i < row->element_count);
	*out = element_of(&image_elements[row->first_element + (uint32_t)i]);
}

bool code_allowed(uint16_t binding, text code)
{
	assert(binding < IMAGE_BINDINGS);
	if (binding == 0) return true;
	const struct binding_row *row = &image_bindings[binding];
	uint32_t low = row->first_code, high = row->first_code + row->code_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = text_compare(string_at(image_codes[middle].at, image_codes[middle].len), code);
		if (order == 0) return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

int invariant_count(void)
{
	return IMAGE_INVARIANTS - 1;
}

void invariant_at(int number, invariant *out)
{
	assert(0 < number && number < IMAGE_INVARIANTS);
	const struct invariant_row *row = &image_invariants[number];
	*out = (invariant){
	    .key = string_at(row->key_at, row->key_len),
	    .human = string_at(row->human_at, row->human_len),
	    .expression = string_at(row->expression_at, row->expression_len),
	    .type = row->type,
	    .element = row->element,
	    .is_error = row->is_error,
	    .is_best_practice = row->is_best_practice,
	};
}

const uint16_t *type_invariants(type_id t, int *count)
{
	const struct type_row *row = type_at(t);
	*count = row->invariant_count;
	return image_invariant_lists + row->first_invariant;
}

static search_definition search_of(const struct search_row *row)
{
	return (search_definition){
	    .id = row->id,
	    .code = string_at(row->code_at, row->code_len),
	    .kind = (search_kind)row->kind,
	    .expression = string_at(row->expression_at, row->expression_len),
	    .url = string_at(row->url_at, row->url_len),
	    .targets = image_type_lists + row->first_target,
	    .target_count = row->target_count,
	    .component_count = row->component_count,
	    .first_component = row->first_component,
	};
}

void search_component_at(const search_definition *s, int i, search_component *out)
{
	assert(0 <= i && i < s->component_count);
	const struct component_row *row = &image_components[s->first_component + (uint32_t)i];
	*out = (search_component){
	    .id = row->id,
	    .kind = (search_kind)row->kind,
	    .code = string_at(row->code_at, row->code_len),
	    .expression = string_at(row->expression_at, row->expression_len),
	};
}

int search_count(void)
{
	return IMAGE_SEARCH_PARAMETERS;
}

int search_count_of(type_id t)
{
	return type_at(t)->search_count;
}

void search_at(type_id t, int i, search_definition *out)
{
	const struct type_row *row = type_at(t);
	assert(0 <= i && i < row->search_count);
	*out = search_of(&image_searches[row->first_search + (uint32_t)i]);
}

bool search_find(type_id t, text code, search_definition *out)
{
	const struct type_row *row = type_at(t);
	uint32_t low = row->first_search, high = row->first_search + row->search_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct search_row *search = &image_searches[middle];
		int order = text_compare(string_at(search->code_at, search->code_len), code);
		if (order == 0) {
			*out = search_of(search);
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}
