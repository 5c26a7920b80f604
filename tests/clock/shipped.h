/* shipped.h: the shipped content of the floors up to clock, for their tests: kinds of floors above are left out. */
#ifndef LIMEN_TESTS_CLOCK_SHIPPED_H
#define LIMEN_TESTS_CLOCK_SHIPPED_H

#include "clock/clock.h"
#include "harness.h"

static inline bool shipped_here(text name)
{
	static const char *const ours[] = {"dk/holidays.yaml", "dk/links.yaml", "dk/facts.yaml", "dk/pathway.yaml",
					   "dk/required.yaml", "dk/clocks/",    "dk/checks/"};
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (text_starts(name, text_of(ours[i]))) return true;
	return false;
}

static inline content_file *shipped_files(arena *a, int *count)
{
	int all;
	const content_file *files = content_embedded(&all);
	content_file *kept = ARENA_ARRAY(a, content_file, all);
	*count = 0;
	for (int i = 0; i < all; i++)
		if (shipped_here(files[i].name)) kept[(*count)++] = files[i];
	return kept;
}

/* The shipped content with `own` over it; NULL where it is refused. */
static inline image *shipped_with(const content_file *own, int own_count, issues *sink)
{
	pathway_content();
	clock_content();
	int count;
	const content_file *files = shipped_files(sink->arena, &count);
	return content_load(files, count, own, own_count, sink);
}

static inline image *shipped_image(arena *a)
{
	issues sink = {.arena = a};
	image *m = shipped_with(NULL, 0, &sink);
	for (const issue *i = sink.first; i; i = i->next) {
		text t = issue_line(a, i, LANGUAGE_EN);
		print_error("%.*s\n", TEXT_ARG(t));
	}
	assert_non_null(m);
	return m;
}

#endif
