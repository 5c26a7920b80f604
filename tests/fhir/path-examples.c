/* FHIRPath over R4's official examples: every search parameter and every invariant compiles and runs on every example it is for
 * (a part of them; LIMEN_LONG=1 takes all), evaluation changes nothing, and threads that share paths and docs get the same
 * answers as one alone. */
#define LIMEN_OS /* LIMEN_LONG, pthread */
#include "harness.h"

#include "fhir/fhir.h"

#include <pthread.h>

enum { EXAMPLES_MAX = 6000, ONE_IN = 40, THREADS = 4, THREAD_DOCS = 40 };
static const char folder[] = "tools/node_modules/hl7.fhir.r4.examples";

/* What all threads share: compiled once, read by shared. */
static struct {
	arena *arena;
	const path **searches;   /* by type, one after the other */
	int *first_search;       /* of each type */
	const path **invariants; /* by number */
	const path *descendants;
	doc *docs;
	int count;
} shared;

static const path *compiled(text expression, type_id context)
{
	issues sink = {.arena = shared.arena};
	const path *p = path_compile(shared.arena, expression, context, NULL, &sink);
	if (!p)
		fail_msg("%.*s: %.*s", TEXT_ARG(expression),
			 TEXT_ARG(issue_line(shared.arena, sink.first, LANGUAGE_EN)));
	return p;
}

static void compile_searches(void)
{
	int n = 0, most = 0;
	for (int t = 1; t <= type_count(); t++) most += search_count_of((type_id)t);
	shared.searches = ARENA_ARRAY(shared.arena, const path *, most);
	shared.first_search = ARENA_ARRAY(shared.arena, int, type_count() + 2);
	for (int t = 1; t <= type_count(); t++) {
		shared.first_search[t] = n;
		for (int i = 0; i < search_count_of((type_id)t); i++) {
			search_definition s;
			search_at((type_id)t, i, &s);
			if (s.expression.len) shared.searches[n++] = compiled(s.expression, (type_id)t);
		}
	}
	shared.first_search[type_count() + 1] = n;
}

static void compile_invariants(void)
{
	shared.invariants = ARENA_ARRAY(shared.arena, const path *, invariant_count() + 1);
	for (int i = 1; i <= invariant_count(); i++) {
		invariant x;
		invariant_at(i, &x);
		shared.invariants[i] = compiled(x.expression, x.element == NAME_NONE ? x.type : 0);
	}
}

static void read_examples(void)
{
	char **files;
	int found = list_files(shared.arena, folder, ".json", &files), step = getenv("LIMEN_LONG") ? 1 : ONE_IN;
	shared.docs = ARENA_ARRAY(shared.arena, doc, found);
	for (int i = 0; i < found; i += step) {
		issues sink = {.arena = shared.arena};
		text json = read_file(shared.arena, files[i]);
		shared.count +=
		    json_parse_resource(shared.arena, json, text_of(files[i]), &sink, &shared.docs[shared.count]);
	}
}

static void prepare(void)
{
	if (shared.arena) return;
	shared.arena = arena_new(2048 * MIB);
	compile_searches();
	compile_invariants();
	shared.descendants = compiled(TEXT("descendants()"), 0);
	read_examples();
}

/* Answers of one thread, mixed into one number, and what failed. */
typedef struct tally {
	arena *arena;
	uint64_t mixed;
	int64_t runs, failures;
	bool shown;
} tally;

static void mix(tally *t, uint64_t n)
{
	t->mixed = (t->mixed ^ n) * 0x9e3779b97f4a7c15u;
}

static void run(tally *t, const path *p, const doc *d, uint32_t node, text name)
{
	arena_mark scratch = arena_here(t->arena);
	issues sink = {.arena = t->arena};
	path_items out;
	t->runs++;
	if (path_run(p, d, node, NULL, t->arena, &sink, &out)) {
		for (int i = 0; i < out.count; i++) {
			mix(t, (uint64_t)out.at[i].kind << 32 | out.at[i].type);
			mix(t, text_hash(path_item_text(t->arena, &out.at[i])));
		}
	} else {
		mix(t, (uint64_t)sink.first->code);
		if (t->failures++ < 20 && t->shown)
			print_message("%.*s %.*s: %.*s\n", TEXT_ARG(doc_get_text(d, 0, NAME_id)), TEXT_ARG(name),
				      TEXT_ARG(issue_line(t->arena, sink.first, LANGUAGE_EN)));
	}
	arena_rewind(t->arena, scratch);
}

static void run_on_element(tally *t, const invariant *x, int number, const path_item *of)
{
	const node *nodes = of->d->nodes;
	uint32_t n = doc_get(of->d, of->node, x->element);
	if (n == NODE_ABSENT) return;
	if (nodes[n].kind != NODE_ARRAY) run(t, shared.invariants[number], of->d, n, x->key);
	for (uint32_t i = n + 1; nodes[n].kind == NODE_ARRAY && i < nodes[n].next; i = nodes[i].next)
		if (nodes[i].kind == NODE_OBJECT) run(t, shared.invariants[number], of->d, i, x->key);
}

static void run_invariants(tally *t, const path_item *of)
{
	int count;
	if (of->node == NODE_ABSENT && of->sibling != NODE_ABSENT) return;
	const uint16_t *numbers = type_invariants(of->type, &count);
	for (int i = 0; i < count; i++) {
		invariant x;
		invariant_at(numbers[i], &x);
		if (x.element != NAME_NONE)
			run_on_element(t, &x, numbers[i], of);
		else
			run(t, shared.invariants[numbers[i]], of->d, of->node, x.key);
	}
}

static void run_everything(tally *t, const doc *d)
{
	issues sink = {.arena = t->arena};
	arena_mark scratch = arena_here(t->arena);
	path_items parts;
	path_item root = {.kind = PATH_NODE, .d = d, .type = d->type};
	for (int i = shared.first_search[d->type]; i < shared.first_search[d->type + 1]; i++)
		run(t, shared.searches[i], d, 0, TEXT("search"));
	assert_true(path_run(shared.descendants, d, 0, NULL, t->arena, &sink, &parts));
	run_invariants(t, &root);
	for (int i = 0; i < parts.count; i++)
		if (parts.at[i].type && path_item_type_name(&parts.at[i]).len) run_invariants(t, &parts.at[i]);
	arena_rewind(t->arena, scratch);
}

/* All that an evaluation reads of a doc. */
static uint64_t doc_hash(const doc *d)
{
	uint64_t mixed = text_hash((text){(const char *)d->nodes, (int64_t)(d->count * sizeof *d->nodes)});
	for (uint32_t i = 0; i < d->count; i++) mixed = mixed * 31 + text_hash(doc_text(d, i));
	return mixed;
}

TEST(every_expression_runs)
{
	prepare();
	tally t = {.arena = arena_new(REQUEST_ARENA_MAX), .shown = true};
	for (int i = 0; i < shared.count; i++) {
		uint64_t before = doc_hash(&shared.docs[i]);
		run_everything(&t, &shared.docs[i]);
		assert_true(before == doc_hash(&shared.docs[i]));
	}
	print_message("%d examples, %lld evaluations of R4's own expressions, %lld failed\n", shared.count,
		      (long long)t.runs, (long long)t.failures);
	assert_int_equal(t.failures, 0);
	arena_free(t.arena);
}

static void *run_some(void *of)
{
	tally *t = of;
	int most = shared.count < THREAD_DOCS ? shared.count : THREAD_DOCS;
	for (int i = 0; i < most; i++) run_everything(t, &shared.docs[i]);
	return NULL;
}

TEST(threads_agree)
{
	prepare();
	pthread_t threads[THREADS];
	tally alone = {.arena = arena_new(REQUEST_ARENA_MAX)}, each[THREADS];
	run_some(&alone);
	for (int i = 0; i < THREADS; i++) {
		each[i] = (tally){.arena = arena_new(REQUEST_ARENA_MAX)};
		assert_int_equal(pthread_create(&threads[i], NULL, run_some, &each[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_true(each[i].mixed == alone.mixed && each[i].runs == alone.runs);
		arena_free(each[i].arena);
	}
	print_message("%d threads and one alone agree on %lld answers\n", THREADS, (long long)alone.runs);
	arena_free(alone.arena);
}

TESTS(T(every_expression_runs), T(threads_agree))
