/* Any bytes as JSON: the quick and the careful reader agree on what is good, and what is taken prints and reads back equal in
 * both styles. */
#include "fhir/fhir.h"
#include "fhir/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static arena *a;
	if (!a) a = arena_new(64 * MIB);
	arena_reset(a);
	issues sink = {.arena = a};
	doc d, again;
	text source = {(const char *)bytes, (int64_t)n};
	if (!json_parse(a, source, TEXT("input"), &sink, &d)) {
		assert(sink.errors == 1 && sink.first->place.line > 0);
		issue_line(a, sink.first, LANGUAGE_DA);
		return 0;
	}
	bool agree = json_careful(a, source, TEXT("input"), -1, &sink);
	assert(agree);
	for (int style = JSON_COMPACT; style <= JSON_PRETTY; style++) {
		buffer b = {.arena = a};
		json_write(&b, &d, 0, (json_style)style);
		bool same =
		    json_parse(a, buffer_text(&b), TEXT("printed"), &sink, &again) && doc_equal(&d, 0, &again, 0);
		assert(same);
	}
	return 0;
}
