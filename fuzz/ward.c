/* Any bytes as a ward, and as a plan of a small one: what is refused says where; what is taken is a ward that can be planned, whose
 * plan costs what the search says, and reads back as it was written. */
#include "plan/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void plan_and_check(arena *a, const ward *w, issues *sink)
{
	ward_options o = {.threads = 1, .solve = {.world = world_real(), .steps = 300, .enough = INT64_MIN}};
	ward_result r = ward_search(a, w, &o);
	ward_plan again;
	text printed = ward_plan_text(a, w, &r.plan, 0);
	bool read = ward_plan_read(a, w, printed, TEXT("printed"), sink, &again, NULL);
	assert(read && text_equal(ward_plan_text(a, w, &again, 0), printed));
	assert(r.run.best.hard > 0 || r.cost.total == r.run.best.soft);
	int count;
	ward_breaches(a, w, &r.plan, &count);
	assert((count > 0) == (r.cost.violations > 0));
	assert(r.cost.violations > 0 || ward_bound(a, w) <= r.cost.total);
	ward_plot(a, w, &r.plan, LANGUAGE_DA);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static arena *a;
	if (!a) a = arena_new(REQUEST_ARENA_MAX);
	arena_reset(a);
	issues sink = {.arena = a};
	ward w;
	ward_plan p;
	text source = {(const char *)bytes, (int64_t)n};
	if (!ward_read(a, source, TEXT("input"), &sink, &w)) {
		assert(sink.errors > 0);
		issue_line(a, sink.first, LANGUAGE_DA);
		return 0;
	}
	if ((int64_t)w.persons * w.nurses + (int64_t)w.rooms * w.shifts * w.levels < 20000)
		plan_and_check(a, &w, &sink);
	if (ward_plan_read(a, &w, source, TEXT("input"), &sink, &p, NULL)) ward_check(&w, &p);
	return 0;
}
