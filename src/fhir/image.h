/* image.h: the tables that tools/definitions.mjs made, as they lie in the program (build/gen/definitions.S embeds them).
 * Nothing is parsed at start and nothing points anywhere: rows speak of each other by number, of text by its offset
 * in image_strings. Only fhir/ and profile/ look into them; the others ask definitions.h.
 */
#ifndef LIMEN_FHIR_IMAGE_H
#define LIMEN_FHIR_IMAGE_H

#include "fhir/definitions.h"
#include "image_counts.h" /* generated: IMAGE_NAMES … */

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the definitions image is little endian"
#endif

struct name_row {
	uint32_t at;
	uint16_t len;
	name_id other; /* of status: _status; of _status: status */
};
struct type_row {
	uint32_t name_at;
	uint32_t first_element;
	uint32_t first_key;
	uint32_t first_search;
	uint32_t first_invariant; /* in image_invariant_lists */
	uint16_t name_len;
	uint16_t element_count;
	uint16_t key_count;
	uint16_t search_count;
	uint16_t invariant_count; /* those of the types it specialises too */
	type_id base;
	uint8_t kind;
	uint8_t is_abstract;
	uint16_t unused;
};
struct element_row {
	name_id name;
	uint16_t min;
	uint16_t max;
	uint16_t binding;
	uint16_t type_count;
	uint16_t is_choice;
	uint32_t first_type; /* in image_type_lists */
};
/* What only a careful check needs of an element; image_details[i] is of image_elements[i]. */
struct detail_row {
	uint32_t value_set_at;
	uint32_t value_set_max_at;
	uint32_t first_target;    /* in image_type_lists */
	uint32_t first_canonical; /* in image_type_lists */
	uint32_t first_invariant; /* in image_invariant_lists */
	uint16_t value_set_len;
	uint16_t value_set_max_len;
	uint16_t target_count;
	uint16_t canonical_count;
	uint16_t invariant_count; /* beyond those of its types */
	uint8_t binding_strength;
	uint8_t flags; /* DETAIL_… */
};
enum { DETAIL_MODIFIER = 1, DETAIL_SUMMARY = 2 };
/* A JSON name within a type: its element (counted within the type) and the type it means there. Sorted by name. */
struct key_row {
	name_id name;
	uint16_t element;
	type_id type;
};
struct binding_row {
	uint32_t first_code;
	uint32_t code_count;
};
struct code_row {
	uint32_t at;
	uint32_t len;
};
struct search_row {
	uint32_t code_at;
	uint32_t expression_at;
	uint32_t url_at;
	uint32_t first_target;    /* in image_type_lists */
	uint32_t first_component; /* in image_components */
	uint16_t code_len;
	uint16_t expression_len;
	uint16_t url_len;
	uint16_t target_count;
	uint16_t component_count;
	uint16_t id;
	uint16_t kind;
	uint16_t unused;
};
struct component_row {
	uint32_t code_at;
	uint32_t expression_at;
	uint16_t code_len;
	uint16_t expression_len;
	uint16_t id;
	uint16_t kind;
};
struct invariant_row {
	uint32_t key_at;
	uint32_t human_at;
	uint32_t expression_at;
	uint16_t key_len;
	uint16_t human_len;
	uint16_t expression_len;
	type_id type;
	name_id element;
	uint8_t is_error;
	uint8_t is_best_practice;
};

extern const struct name_row image_names[IMAGE_NAMES];
extern const struct type_row image_types[IMAGE_TYPES];
extern const struct element_row image_elements[IMAGE_ELEMENTS];
extern const struct detail_row image_details[IMAGE_DETAILS];
extern const struct key_row image_keys[IMAGE_KEYS];
extern const type_id image_type_lists[IMAGE_TYPE_LISTS];
extern const struct binding_row image_bindings[IMAGE_BINDINGS];
extern const struct code_row image_codes[IMAGE_CODES];
extern const struct search_row image_searches[IMAGE_SEARCHES];
extern const struct component_row image_components[IMAGE_COMPONENTS];
extern const struct invariant_row image_invariants[IMAGE_INVARIANTS]; /* the first is none */
extern const uint16_t image_invariant_lists[IMAGE_INVARIANT_LISTS];
extern const name_id image_name_slots[IMAGE_NAME_SLOTS]; /* open hash; 0 is free */
extern const type_id image_type_slots[IMAGE_TYPE_SLOTS];
extern const char image_strings[]; /* each followed by eight zero bytes */

/* definitions.c: the row of a JSON name within a type, NULL where it has none; and the element that row speaks of. */
const struct key_row *key_find(type_id t, name_id name);
const struct element_row *element_of_key(type_id t, const struct key_row *key);

enum { NAME_SLOT_BITS = 14 };
_Static_assert(IMAGE_NAME_SLOTS == 1 << NAME_SLOT_BITS && IMAGE_TYPE_SLOTS == IMAGE_NAME_SLOTS,
	       "as in definitions.mjs");

static inline uint64_t word_at(const char *p)
{
	uint64_t word;
	memcpy(&word, p, sizeof word);
	return word;
}

static inline uint32_t half_word_at(const char *p)
{
	uint32_t word;
	memcpy(&word, p, sizeof word);
	return word;
}

/* The slot where a name is looked for: its length, first and last eight bytes, mixed (definitions.mjs: nameSlot). */
static inline uint32_t name_slot(const char *s, uint32_t n)
{
	uint64_t head, tail;
	if (n >= 8) {
		head = word_at(s);
		tail = word_at(s + n - 8);
	} else if (n >= 4) {
		head = half_word_at(s);
		tail = half_word_at(s + n - 4);
	} else {
		head = (unsigned char)s[0];
		tail = (uint64_t)(unsigned char)s[n >> 1] << 8 | (unsigned char)s[n - 1];
	}
	uint64_t h = (head ^ n) * 0x9e3779b97f4a7c15u;
	h = (h ^ h >> 32 ^ tail) * 0xd6e8feb86659fd93u;
	return (uint32_t)(h >> (64 - NAME_SLOT_BITS));
}

/* The name with these `n` > 0 bytes, or NAME_NONE. */
static inline name_id name_lookup(const char *s, uint32_t n)
{
	for (uint32_t slot = name_slot(s, n);; slot = (slot + 1) & (IMAGE_NAME_SLOTS - 1)) {
		name_id id = image_name_slots[slot];
		if (id == NAME_NONE) return NAME_NONE;
		const struct name_row *row = &image_names[id];
		if (row->len == n && memcmp(image_strings + row->at, s, n) == 0) return id;
	}
}

#endif
