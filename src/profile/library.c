#include "profile/library.h"

#include <string.h>

/* As tools/library.mjs lays them out. */
struct library_row {
	uint32_t source_at, source_len;
	uint32_t url_at, version_at, about_at;
	uint32_t url_len, version_len, about_len;
	uint32_t kind;
};
enum { SLOTS = 1 << 13 };

extern const struct library_row library_rows[];
extern const uint16_t library_slots[SLOTS]; /* row number + 1; 0 is free */
extern const char library_strings[];
extern const char library_sources[];
extern const uint32_t library_counts[LIBRARY_KINDS];

int library_first(library_kind kind)
{
	int first = 0;
	for (int k = 0; k < (int)kind; k++) first += (int)library_counts[k];
	return first;
}

int library_count(library_kind kind)
{
	return (int)library_counts[kind];
}

int library_size(void)
{
	return library_first(LIBRARY_KINDS);
}

void library_at(int number, library_entry *out)
{
	assert(0 <= number && number < library_size());
	const struct library_row *row = &library_rows[number];
	*out = (library_entry){
	    .number = number,
	    .kind = (library_kind)row->kind,
	    .url = {library_strings + row->url_at, row->url_len},
	    .version = {library_strings + row->version_at, row->version_len},
	    .about = {library_strings + row->about_at, row->about_len},
	    .source = {library_sources + row->source_at, row->source_len},
	};
}

static bool find_whole(text url, library_entry *out)
{
	for (uint64_t slot = text_hash(url);; slot++) {
		int number = library_slots[slot & (SLOTS - 1)];
		if (number == 0) return false;
		const struct library_row *row = &library_rows[number - 1];
		if (!text_equal((text){library_strings + row->url_at, row->url_len}, url)) continue;
		library_at(number - 1, out);
		return true;
	}
}

/* R4 has systems whose own URL ends with a version: "…/v2-0006|2.1". */
bool library_find(text url, library_entry *out)
{
	if (find_whole(url, out)) return true;
	text_pair asked = text_cut_last(url, '|');
	return asked.found && find_whole(asked.head, out) && text_equal(asked.tail, out->version);
}
