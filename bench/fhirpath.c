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

static arena *kept;
static doc docs[RESOURCES_MAX];
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
		text json = text_copy(kept, text_trim((text){line, n}));
		if (!json_parse_resource(kept, json, text_of(name), &sink, &docs[count++]))
			stop(first_issue(&sink), name);
	}
	free(line);
	fclose(f);
}

/* Those of the type asked, as fhirpath.mjs picks them for fhirpath.js before it measures. */
static const doc *asked[RESOURCES_MAX];
static int asked_count;

static void pick(type_id type)
{
	asked_count = 0;
	for (int i = 0; i < count; i++)
		if (type_find(doc_type(&docs[i])) == type) asked[asked_count++] = &docs[i];
}

typedef struct tally {
	int64_t evaluations, answers, weighted;
} tally;

/* As a caller does it: one path on each resource, the answers forgotten after each. */
static tally round_of(const path *p, arena *a)
{
	tally t = {0};
	issues sink = {.arena = a};
	for (int i = 0; i < asked_count; i++) {
		path_items out;
		arena_mark here = arena_here(a);
		if (!path_run(p, asked[i], 0, NULL, a, &sink, &out)) stop(first_issue(&sink), "refused");
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
	pick(type);
	tally t = round_of(p, a);
	if (t.evaluations == 0) stop(sides.head, "no resources of this type");
	int64_t best = INT64_MAX;
	for (int64_t start = now_ns(), round = 0; round < ROUNDS_MIN || now_ns() - start < SPENT_MIN; round++) {
		int64_t began = now_ns();
		round_of(p, a);
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
