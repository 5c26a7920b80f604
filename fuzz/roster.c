/* Any bytes as a roster file, and as lines of a small one: what is refused says why; what is taken costs the same counted day by day and rule
 * by rule, and its lines read back as they were written. */
#include "plan/plan.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char *const small =
    "SECTION_HORIZON\n5\nSECTION_SHIFTS\nE,480,\nL,480,E\nSECTION_STAFF\nA,E=5|L=2,2400,480,3,1,1,1\n"
    "B,E=5|L=0,2400,480,3,1,1,1\nSECTION_COVER\n0,E,1,100,1\n1,L,1,100,1\n";

static void plan_and_check(arena *a, const roster *r, issues *sink)
{
	size_t cells = (size_t)r->person_count * (size_t)r->day_count;
	uint8_t *lines = ARENA_ARRAY(a, uint8_t, (int64_t)cells), *back = ARENA_ARRAY(a, uint8_t, (int64_t)cells);
	roster_options o = {.world = world_real(), .threads = 1, .steps = 2000};
	roster_result got = roster_plan(a, r, &o, lines);
	roster_breaks b = roster_check(a, r, lines);
	assert(b.total.hard == got.cost.hard && b.total.soft == got.cost.soft);
	if (roster_lines_read(a, r, TEXT("printed"), roster_lines_text(a, r, lines), back, sink))
		assert(memcmp(lines, back, cells) == 0);
	roster_plot(a, r, lines, LANGUAGE_DA);
	for (int i = 0; i < b.count; i++) roster_break_text(a, r, &b.at[i], LANGUAGE_EN);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static arena *a;
	if (!a) a = arena_new(4096 * MIB);
	arena_reset(a);
	issues sink = {.arena = a};
	text source = {(const char *)bytes, (int64_t)n};
	roster *r = roster_read(a, TEXT("input"), source, &sink);
	if (!r) {
		assert(sink.errors > 0);
		issue_line(a, sink.first, LANGUAGE_DA);
	} else if ((int64_t)r->person_count * r->day_count * r->shift_count < 500 && r->day_count < 15) {
		plan_and_check(a, r, &sink);
	}
	roster *s = roster_read(a, TEXT("small"), text_of(small), &sink);
	uint8_t lines[16];
	assert(s);
	roster_lines_read(a, s, TEXT("input"), source, lines, &sink);
	return 0;
}
