/* Real input: Danish examples (MedCom, DK Core) and the official R4 examples. Each is written, read back equal but for id and meta, and
 * indexed; what the checks refuse is refused with an issue, and then nothing of it is there. */
#define LIMEN_OS /* reads LIMEN_EXAMPLES */
#include "fixture.h"

#include <unistd.h>

enum { BODY_MAX = 4 * 1024 * 1024 };

typedef struct tally {
	int kept, refused, other;
} tally;

/* Equal but for id and meta: same keys in the same order, same digits, same text. */
static bool same_resource(const doc *x, const doc *y)
{
	uint32_t i = 1, k = 1;
	for (;;) {
		while (i < x->count && (x->nodes[i].name == NAME_id || x->nodes[i].name == NAME_meta))
			i = x->nodes[i].next;
		while (k < y->count && (y->nodes[k].name == NAME_id || y->nodes[k].name == NAME_meta))
			k = y->nodes[k].next;
		if (i >= x->count || k >= y->count) return i >= x->count && k >= y->count;
		if (!text_equal(name_text(x, x->nodes[i].name), name_text(y, y->nodes[k].name)) ||
		    !doc_equal(x, i, y, k))
			return false;
		i = x->nodes[i].next;
		k = y->nodes[k].next;
	}
}

static void one_file(record *r, const char *path, tally *t)
{
	arena *a = arena_new(256 * MIB);
	issues sink = {.arena = a};
	doc d;
	written w;
	if (!json_parse_resource(a, read_file(a, path), TEXT(""), &sink, &d)) {
		t->other++; /* package lists and the like: no resources */
		arena_free(a);
		return;
	}
	sink = (issues){.arena = a};
	if (try_put(r, a, &d, "", 0, &sink, &w)) {
		t->kept++;
		assert_true(same_resource(&d, parsed(a, w.json)));
		sink = (issues){.arena = a};
		reader *rd = record_reader(r, &anna, a, &sink);
		version v;
		assert_int_equal(record_read(rd, w.type, w.id, &v, &sink), FOUND);
		assert_text(v.json, w.json);
		reader_close(rd);
	} else {
		assert_true(sink.errors > 0);
		if (t->refused++ < 5)
			print_message("%s: %.*s\n", strrchr(path, '/') + 1,
				      TEXT_ARG(issue_line(a, sink.first, LANGUAGE_EN)));
	}
	arena_free(a);
}

static tally folder(const char *path)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	record *r = open_record(a);
	char **files;
	int n = list_files(a, path, ".json", &files);
	tally t = {0};
	for (int i = 0; i < n; i++) one_file(r, files[i], &t);
	check_clean(r, a);
	record_close(r);
	arena_free(a);
	print_message("%d kept, %d refused, %d no resources\n", t.kept, t.refused, t.other);
	return t;
}

TEST(danish_examples)
{
	const char *medcom = shared_path("data/medcom");
	if (!medcom) SKIP("shared data/medcom is not here");
	tally t = folder(medcom);
	assert_true(t.kept > 60);
	const char *dk_core = shared_path("data/dk-core");
	if (!dk_core) SKIP("shared data/dk-core is not here");
	t = folder(dk_core);
	assert_true(t.kept > 60);
}

TEST(official_examples)
{
	const char *set = getenv("LIMEN_EXAMPLES"), *path = set ? set : "tools/node_modules/hl7.fhir.r4.examples";
	if (access(path, R_OK) != 0) SKIP("the package hl7.fhir.r4.examples is not installed");
	tally t = folder(path);
	assert_true(t.kept > 4000);
}

TESTS(T(danish_examples), T(official_examples))
