/* Search queries: any text is a search or an issue; never a crash, never more than a page; and where it is a search of matches only,
 * each resource answers the same query for itself. The first byte chooses where it is searched. */
#include "record/record.h"

#include <string.h>

static const caller who = {.actor = {"PractitionerRole/a", 18}, .purpose = {"HADMIN", 6}, .scope = {"*", 1}};

static void put(record *r, arena *a, text json)
{
	issues sink = {.arena = a};
	written out;
	doc d;
	if (!json_parse_resource(a, json, TEXT(""), &sink, &d)) abort();
	write_op w = {.method = WRITE_CREATE, .resource = &d, .type = doc_type(&d)};
	if (!record_commit(r, &who, &w, 1, a, &sink, &out)) abort();
}

static record *filled(void)
{
	static arena *a; /* reachable, so that no leak is seen */
	a = arena_new(PROCESS_ARENA_MAX);
	issues sink = {.arena = a};
	record *r = record_open(a, &(record_options){.file = TEXT(":memory:"), .world = world_real()}, &sink);
	if (!r) abort();
	put(r, a,
	    TEXT("{\"resourceType\":\"Location\",\"id\":\"l\",\"name\":\"L\",\"position\":{\"latitude\":56,"
		 "\"longitude\":10}}"));
	for (int i = 0; i < 20; i++) {
		put(r, a,
		    text_format(a,
				"{\"resourceType\":\"Patient\",\"id\":\"%d\",\"name\":[{\"family\":\"F%d\"}],"
				"\"birthDate\":\"19%02d\","
				"\"gender\":\"male\",\"identifier\":[{\"type\":{\"coding\":[{\"system\":\"t\",\"code\":"
				"\"MR\"}]},"
				"\"value\":\"v%d\"}]}",
				i, i % 7, i + 10, i));
		put(r, a,
		    text_format(a,
				"{\"resourceType\":\"Encounter\",\"id\":\"%d\",\"status\":\"finished\",\"class\":{"
				"\"code\":\"AMB\"},"
				"\"subject\":{\"reference\":\"Patient/"
				"%d\"},\"location\":[{\"location\":{\"reference\":\"Location/l\"}}],"
				"\"period\":{\"start\":\"2026-01-%02d\"}}",
				i, i % 5, i + 1));
		put(r, a,
		    text_format(
			a,
			"{\"resourceType\":\"Observation\",\"id\":\"%d\",\"status\":\"final\",\"code\":{\"text\":"
			"\"Word "
			"%d\",\"coding\":[{\"system\":\"s\",\"code\":\"c%d\"}]},\"valueQuantity\":{\"value\":%d.5,"
			"\"system\":"
			"\"http://unitsofmeasure.org\",\"code\":\"mg\"},\"subject\":{\"reference\":\"Patient/%d\"},"
			"\"encounter\":{\"reference\":\"Encounter/%d\"},\"effectiveDateTime\":\"2026-02-%02d\"}",
			i, i, i % 3, i - 9, i, i % 6, i + 1));
	}
	return r;
}

static const search_where places[] = {
    {.type = {"Patient", 7}},
    {.type = {"Observation", 11}},
    {.type = {"Encounter", 9}},
    {.type = {"Location", 8}},
    {.type = {0}},
    {.type = {"Observation", 11}, .compartment = {"Patient", 7}, .id = {"1", 1}},
    {.compartment = {"Encounter", 9}, .id = {"2", 1}},
    {.compartment = {"Patient", 7}, .id = {"3", 1}, .everything = true},
};

static int split(const uint8_t *bytes, size_t n, search_pair *pairs, int max)
{
	int count = 0;
	text rest = {(const char *)bytes, (int64_t)n};
	while (rest.len && count < max) {
		text_pair one = text_cut(rest, '&'), pair = text_cut(one.head, '=');
		pairs[count++] = (search_pair){pair.head, pair.tail};
		rest = one.tail;
	}
	return count;
}

/* What the search found must fit the query asked of it alone. */
static void ask_each(record *r, text type, const search_pair *pairs, int count, const search_answer *out, arena *a)
{
	issues sink = {.arena = a};
	const record_query *q = record_query_of(r, type, pairs, count, a, &sink);
	for (int i = 0; q && i < out->count; i++) {
		doc d;
		if (out->entries[i].included) continue;
		if (!json_parse_resource(a, out->entries[i].version.json, TEXT(""), &sink, &d)) abort();
		if (!record_query_fits(q, &d, a, &sink)) abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static record *r;
	if (!r) r = filled();
	if (n < 2) return 0;
	arena *a = arena_new(256 * MIB);
	issues sink = {.arena = a};
	search_pair pairs[16];
	int count = split(bytes + 1, n - 1, pairs, 16);
	const search_where *where = &places[bytes[0] & 7];
	reader *rd = record_reader(r, &who, a, &sink);
	search_answer out;
	bool lenient = bytes[0] & 8;
	bool ok = record_search_in(rd, where, pairs, count, lenient, &out, &sink);
	if (!ok && sink.errors == 0) abort();
	if (ok && out.count > SEARCH_COUNT_MAX + SEARCH_INCLUDED_MAX) abort();
	if (ok && !lenient && where->type.len && !where->compartment.len)
		ask_each(r, where->type, pairs, count, &out, a);
	reader_close(rd);
	arena_free(a);
	return 0;
}
