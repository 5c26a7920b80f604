/* bench fhirpath, our side: bench/fhirpath.mjs runs this and fhirpath.js on the same resources and prints both.
 *
 *   fhirpath NDJSON     a resource a line; on standard input a line for each expression: its type, a tab, the expression
 *
 * Prints for each expression, with tabs between: how many answers all resources of the type gave, the same weighted by
 * the resource's number (so that answers in the wrong place are seen), nanoseconds an evaluation in the best round, and
 * compiled steps. */
#define LIMEN_OS /* a benchmark measures its machine */
#include "fhir/fhir.h"

enum { RESOURCES_MAX = 20000, ROUNDS_MIN = 5 };
#define SPENT_MIN (INT64_C(150) * 1000 * 1000)

typedef struct resource {
	doc doc;
	type_id type;
} resource;

static arena *kept;
static resource resources[RESOURCES_MAX];
static int count;

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static _Noreturn void stop(text why, const char *what)
{
	fprintf(stderr, "bench fhirpath: %s: %.*s\n", what, TEXT_ARG(why));
	exit(1);
}

static text first_issue(const issues *sink)
{
	return issue_line(kept, sink->first, LANGUAGE_EN);
}

static void read_resources(const char *name)
{
	FILE *f = fopen(name, "rb");
	char *line = NULL;
	size_t cap = 0;
	if (!f) stop(TEXT("cannot be read"), name);
	for (ssize_t n; (n = getline(&line, &cap, f)) > 0 && count < RESOURCES_MAX;) {
		issues sink = {.arena = kept};
		resource *r = &resources[count++];
		text json = text_copy(kept, text_trim((text){line, n}));
		if (!json_parse_resource(kept, json, text_of(name), &sink, &r->doc)) stop(first_issue(&sink), name);
		r->type = type_find(doc_type(&r->doc));
	}
	free(line);
	fclose(f);
}

typedef struct tally {
	int64_t evaluations, answers, weighted;
} tally;

static tally round_of(const path *p, type_id type, arena *a)
{
	tally t = {0};
	for (int i = 0; i < count; i++) {
		path_items out;
		issues sink = {.arena = a};
		if (resources[i].type != type) continue;
		arena_mark here = arena_here(a);
		if (!path_run(p, &resources[i].doc, 0, NULL, a, &sink, &out)) stop(first_issue(&sink), "refused");
		arena_rewind(a, here);
		t.evaluations++;
		t.answers += out.count;
		t.weighted += out.count * t.evaluations;
	}
	return t;
}

static void measure(text line, arena *a)
{
	text_pair sides = text_cut(line, '\t');
	issues sink = {.arena = kept};
	type_id type = type_find(sides.head);
	const path *p = path_compile(kept, sides.tail, type, NULL, &sink);
	if (!p) stop(first_issue(&sink), "refused");
	tally t = round_of(p, type, a);
	if (t.evaluations == 0) stop(sides.head, "no resources of this type");
	int64_t best = INT64_MAX;
	for (int64_t start = now_ns(), round = 0; round < ROUNDS_MIN || now_ns() - start < SPENT_MIN; round++) {
		int64_t began = now_ns();
		round_of(p, type, a);
		int64_t spent = now_ns() - began;
		if (spent < best) best = spent;
	}
	printf("%lld\t%lld\t%.2f\t%d\n", (long long)t.answers, (long long)t.weighted,
	       (double)best / (double)t.evaluations, path_size(p));
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t cap = 0;
	if (argc != 2) stop(TEXT("fhirpath NDJSON"), "is called so");
	kept = arena_new(4 * PROCESS_ARENA_MAX);
	arena *a = arena_new(REQUEST_ARENA_MAX);
	read_resources(argv[1]);
	for (ssize_t n; (n = getline(&line, &cap, stdin)) > 0;) measure(text_copy(kept, text_trim((text){line, n})), a);
	free(line);
	arena_free(a);
	arena_free(kept);
	return 0;
}
