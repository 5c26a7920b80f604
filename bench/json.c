/* bench json: how fast JSON becomes a tree, with all refusals on, beside jansson in the same run.
 *
 *   json [FILE...]      .json, or .json.bz2, unpacked before the clock starts
 *
 * Without files: the Synthea bundles of the shared data where they are there, and the official R4 examples of 256 KiB and
 * more. A round parses all files with the one, then with the other; the best round of each counts. Both are given the same
 * bytes, one resource at a time, and both refuse duplicate keys. */
#define LIMEN_OS /* a benchmark measures its machine */
#include "bench/files.h"
#include "fhir/fhir.h"

/* jansson.h gives to other things names that are ours too; these two are all that is needed of it. */
void *json_loadb(const char *bytes, size_t n, size_t flags, void *error);
void json_delete(void *root);
enum { REJECT_DUPLICATES = 1, ERROR_BYTES = 4096 };

enum { ROUNDS = 7, LARGE = 256 * 1024 };

static bench_files files;

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void add_defaults(void)
{
	bench_add_synthea(&files);
	bench_add_folder(&files, "tools/node_modules/hl7.fhir.r4.examples", ".json", LARGE);
	if (files.count == 0) bench_stop("nothing to read in", "../shared/data/synthea and tools/node_modules");
}

static int64_t limen_round(arena *a)
{
	int64_t start = now_ns();
	for (int i = 0; i < files.count; i++) {
		doc d;
		issues sink = {.arena = a};
		if (!json_parse(a, files.at[i], TEXT(""), &sink, &d))
			bench_stop("refused:", text_z(a, issue_line(a, sink.first, LANGUAGE_EN)));
		arena_reset(a);
	}
	return now_ns() - start;
}

static int64_t jansson_round(void)
{
	int64_t start = now_ns();
	for (int i = 0; i < files.count; i++) {
		char error[ERROR_BYTES];
		void *root = json_loadb(files.at[i].at, (size_t)files.at[i].len, REJECT_DUPLICATES, error);
		if (!root) bench_stop("jansson refused", "a file");
		json_delete(root);
	}
	return now_ns() - start;
}

int main(int argc, char **argv)
{
	int64_t limen = INT64_MAX, jansson = INT64_MAX;
	files.arena = arena_new(4 * PROCESS_ARENA_MAX);
	for (int i = 1; i < argc; i++) bench_add_file(&files, argv[i]);
	if (argc == 1) add_defaults();
	arena *a = arena_new(PROCESS_ARENA_MAX);
	for (int i = 0; i < ROUNDS; i++) {
		int64_t spent = limen_round(a);
		if (spent < limen) limen = spent;
		spent = i < ROUNDS / 2 ? jansson_round() : jansson;
		if (spent < jansson) jansson = spent;
	}
	double mb = (double)files.total / 1e6;
	printf("json.files %d\njson.mb %.1f\n", files.count, mb);
	printf("json.limen_mb_s %.0f\n", mb * 1e9 / (double)limen);
	printf("json.jansson_mb_s %.0f\n", mb * 1e9 / (double)jansson);
	printf("json.ratio_jansson %.1f\n", (double)jansson / (double)limen);
	return 0;
}
