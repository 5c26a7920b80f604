/* Search queries: any text is a search or an issue; never a crash, never more than a page. The first byte chooses the type. */
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
	for (int i = 0; i < 20; i++) {
		put(r, a,
		    text_format(a,
				"{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"F%d\"}],\"birthDate\":\"19%"
				"02d\",\"gender\":\"male\"}",
				i % 7, i));
		put(r, a,
		    text_format(
			a,
			"{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":[{\"system\":"
			"\"s\",\"code\":\"c%d\"}]},"
			"\"valueQuantity\":{\"value\":%d.5,\"unit\":\"m\"},\"subject\":{\"reference\":\"Patient/%d\"}}",
			i % 3, i - 9, i));
	}
	return r;
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
	int count = 0;
	text rest = {(const char *)bytes + 1, (int64_t)n - 1};
	while (rest.len && count < 16) {
		text_pair one = text_cut(rest, '&'), pair = text_cut(one.head, '=');
		pairs[count++] = (search_pair){pair.head, pair.tail};
		rest = one.tail;
	}
	reader *rd = record_reader(r, &who, a, &sink);
	search_answer out;
	bool ok = record_search(rd, bytes[0] & 1 ? TEXT("Patient") : TEXT("Observation"), pairs, count, bytes[0] & 2,
				&out, &sink);
	if (!ok && sink.errors == 0) abort();
	if (ok && out.count > SEARCH_COUNT_MAX + 5000) abort();
	reader_close(rd);
	arena_free(a);
	return 0;
}
