/* Any bytes as a content file: read as YAML, compiled by the kinds up to clock, checked. It must be refused or taken, never crash.
 * The facts and holidays it may speak of are the shipped ones. */
#include "clock/clock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_ground(text name)
{
	return text_equal(name, TEXT("dk/facts.yaml")) || text_equal(name, TEXT("dk/holidays.yaml"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool registered;
	if (!registered) {
		pathway_content();
		clock_content();
		registered = true;
	}
	int count, kept = 0;
	const content_file *files = content_embedded(&count);
	content_file ground[2];
	for (int i = 0; i < count; i++)
		if (is_ground(files[i].name)) ground[kept++] = files[i];
	content_file own = {.name = TEXT("fuzz.yaml"), .source = {(const char *)data, (int64_t)size}};
	arena *a = arena_new(REQUEST_ARENA_MAX);
	issues sink = {.arena = a};
	image *m = content_load(ground, kept, &own, 1, &sink);
	assert(m || sink.errors);
	for (const issue *i = sink.first; i; i = i->next) issue_line(a, i, LANGUAGE_DA);
	content_free(m);
	arena_free(a);
	return 0;
}
