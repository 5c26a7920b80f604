/* Any bytes as a patch of a resource, which stands before the first zero byte: it is applied or refused with a reason, and what
 * comes out is JSON that reads back. */
#include "fhir/fhir.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static arena *a;
	if (!a) a = arena_new(256 * MIB);
	arena_reset(a);
	issues sink = {.arena = a}, unheard = {.arena = a};
	doc resource, patch, again;
	text out, all = {(const char *)bytes, (int64_t)n};
	text_pair sides = text_cut(all, '\0');
	if (!json_parse_resource(a, sides.head, TEXT(""), &unheard, &resource)) return 0;
	if (!json_parse(a, sides.tail, TEXT(""), &unheard, &patch)) return 0;
	jmp_buf spent;
	if (setjmp(spent)) {
		arena_boundary(a, NULL);
		return 0; /* copying a copy of a copy: the budget is what stops it */
	}
	arena_boundary(a, &spent);
	bool done = patch_apply(&patch, &resource, 0, a, &sink, &out);
	assert(done || sink.errors > 0);
	if (done) done = json_parse(a, out, TEXT(""), &sink, &again);
	assert(done || sink.errors > 0);
	for (const issue *i = sink.first; i; i = i->next) issue_line(a, i, LANGUAGE_DA);
	arena_boundary(a, NULL);
	return 0;
}
