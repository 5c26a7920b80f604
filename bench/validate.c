/* bench validate: how fast resources are held against R4 with everything on: structure, formats, codes, references, invariants,
 * the profiles they claim, advice too; beside parsing alone, in the same run.
 *
 *   validate [FILE...]      .json, or .json.bz2, unpacked before the clock starts
 *
 * Without files: the Synthea bundles of the shared data, else the official examples. A round takes all files, one at a time: once
 * parsed only, once parsed and checked for structure (what every write to the record passes), once parsed and validated as the
 * Bundle it is, and once each of its resources by itself. One thread; the best round of each counts. */
#define LIMEN_OS /* a benchmark measures its machine */
#include "profile/profile.h"

#include "bench/files.h"

enum { ROUNDS = 3 };

static bench_files files;

typedef struct tally {
	int64_t resources, errors, warnings;
} tally;

static void add_issues(tally *t, const issues *sink)
{
	t->errors += sink->errors;
	t->warnings += sink->count - sink->errors;
}

static void hold(arena *a, const doc *d, tally *t)
{
	const validation how = {.claimed = true, .warnings = true, .outside.now = SECONDS(1772443800)};
	issues sink = {.arena = a};
	resource_validate(&how, d, a, &sink);
	add_issues(t, &sink);
}

typedef void each(arena *a, const doc *d, tally *t);

static void only_parsed(arena *a, const doc *d, tally *t)
{
	(void)a, (void)d, (void)t;
}

static void structure(arena *a, const doc *d, tally *t)
{
	issues sink = {.arena = a};
	resource_check(d, &sink);
	add_issues(t, &sink);
}

static void alone(arena *a, const doc *d, tally *t)
{
	uint32_t list = doc_get(d, 0, NAME_entry);
	if (!list) {
		t->resources++;
		hold(a, d, t);
		return;
	}
	for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next) {
		uint32_t resource = doc_get(d, i, NAME_resource);
		if (!resource) continue;
		arena_mark here = arena_here(a);
		doc part = doc_part(a, d, resource);
		t->resources++;
		hold(a, &part, t);
		arena_rewind(a, here);
	}
}

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static int64_t round_of(arena *a, each *what, tally *t)
{
	int64_t start = now_ns();
	for (int i = 0; i < files.count; i++) {
		doc d;
		issues sink = {.arena = a};
		if (!json_parse_resource(a, files.at[i], TEXT(""), &sink, &d))
			bench_stop("refused:", text_z(a, issue_line(a, sink.first, LANGUAGE_EN)));
		what(a, &d, t);
		arena_reset(a);
	}
	return now_ns() - start;
}

static double best(arena *a, each *what, tally *t)
{
	int64_t least = INT64_MAX;
	for (int i = 0; i < ROUNDS; i++) {
		*t = (tally){0};
		int64_t spent = round_of(a, what, t);
		if (spent < least) least = spent;
	}
	return (double)least / 1e9;
}

int main(int argc, char **argv)
{
	tally none, checked, bundled, single;
	files.arena = arena_new(4 * PROCESS_ARENA_MAX);
	for (int i = 1; i < argc; i++) bench_add_file(&files, argv[i]);
	if (argc == 1) bench_add_synthea(&files);
	if (files.count == 0) bench_add_folder(&files, "tools/node_modules/hl7.fhir.r4.examples", ".json", 0);
	if (files.count == 0) bench_stop("nothing to read in", "../shared/data/synthea and tools/node_modules");
	arena *a = arena_new(PROCESS_ARENA_MAX);
	double mb = (double)files.total / 1e6;
	double parsed = best(a, only_parsed, &none), structured = best(a, structure, &checked);
	double bundle = best(a, hold, &bundled), one = best(a, alone, &single);
	printf("validate.files %d\nvalidate.mb %.1f\nvalidate.resources %lld\n", files.count, mb,
	       (long long)single.resources);
	printf("validate.errors %lld\nvalidate.warnings %lld\n", (long long)bundled.errors,
	       (long long)bundled.warnings);
	printf("validate.parse_mb_s %.0f\n", mb / parsed);
	printf("validate.structure_mb_s %.0f\n", mb / structured);
	printf("validate.alone_resources_per_s %.0f\n", (double)single.resources / one);
	printf("validate.alone_mb_s %.1f\n", mb / one);
	printf("validate.resources_per_s %.0f\n", (double)single.resources / bundle);
	printf("validate.mb_s %.1f\n", mb / bundle);
	printf("validate.ratio_parsing %.1f\n", bundle / parsed);
	return 0;
}
