/* What a hospital's own entry says otherwise than the shipped one: rows of (shipped, own, what is said of it). */
#include "content/content.h"
#include "harness.h"

static void *keep(image *m, const content_entry *e, issues *sink)
{
	(void)sink;
	const content_entry **kept = ARENA_NEW(m->arena, const content_entry *);
	*kept = e;
	return kept;
}

static text differences(arena *a, const char *shipped, const char *own)
{
	static const char *const keys[] = {"da", "limit", "list", "cases", "map", NULL};
	issues sink = {.arena = a};
	content_register(&(content_kind){.name = "word", .keys = keys, .compile = keep});
	content_file files[2] = {{TEXT("a.yaml"), text_format(a, "word: w\n%s", shipped)},
				 {TEXT("own.yaml"), text_format(a, "word: w\n%s", own)}};
	image *m = content_load(files, 1, files + 1, 1, &sink);
	assert_non_null(m);
	const content_entry *e = content_find(m, TEXT("word"), TEXT("w"));
	assert_non_null(e->overridden);
	content_change *changes;
	int count = content_changes(a, e->overridden, e, &changes);
	buffer b = {.arena = a};
	for (int i = 0; i < count; i++) {
		const content_change *x = &changes[i];
		buffer_format(&b, "%s%.*s: ", i ? "; " : "", TEXT_ARG(x->where));
		if (x->reordered) buffer_add(&b, TEXT("order"));
		if (x->before.at) buffer_format(&b, "-%.*s", TEXT_ARG(x->before));
		if (x->after.at) buffer_format(&b, "+%.*s", TEXT_ARG(x->after));
	}
	text said = text_copy(a, buffer_text(&b));
	content_free(m);
	return said;
}

static const char *const rows[][3] = {
    {"da: x\n", "da: x   # the same\n", ""},
    {"da: x\nlimit: 3 days\n", "limit: 3 days\nda: \"x\"\n", ""}, /* neither order nor quotes matter */
    {"limit: 30 days\n", "limit: 28 days\n", "limit: -30 days+28 days"},
    {"da: x\n", "limit: 1\n", "da: -x; limit: +1"},
    {"limit: 1\n", "limit: \"1\"\n", "limit: -1+\"1\""},
    {"da: >\n  one\n  two\n", "da: one two\n", ""},
    {"da:\n", "", ""},
    {"map: { a: 1, b: { c: x } }\n", "map: { b: { c: y }, a: 1 }\n", "map.b.c: -x+y"},
    {"map: { a: 1 }\n", "map: [ a ]\n", "map: -{ a: 1 }+[ a ]"},
    {"list: [ a, b ]\n", "list: [ a, c, b ]\n", "list[2]: +c"},
    {"list: [ a, b ]\n", "list: [ b, a ]\n", "list: order"},
    {"list: [ a, b ]\n", "list: [ a, c ]\n", "list[2]: -b+c"},
    {"list: [ a, b, c ]\n", "list: [ c ]\n", "list[1]: -a; list[2]: -b"},
    {"cases: [ { name: one, due: 1 }, { name: two, due: 2 } ]\n",
     "cases: [ { name: two, due: 3 }, { name: new, due: 4 } ]\n",
     "cases[one]: -{ name: one, due: 1 }; cases[two].due: -2+3; cases[new]: +{ name: new, due: 4 }"},
    {"cases: [ { fact: a, da: x }, { fact: b, da: y } ]\n", "cases: [ { fact: b, da: y }, { fact: a, da: x } ]\n",
     "cases: order"},
    /* The same name twice is no name: those that are alike are matched. */
    {"cases: [ { when: a, x: 1 }, { when: a, x: 2 } ]\n", "cases: [ { when: a, x: 2 }, { when: a, x: 3 } ]\n",
     "cases[1].x: -1+3; cases: order"},
};

TEST(what_an_own_entry_says_otherwise)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		arena *a = test_arena();
		assert_text(differences(a, rows[i][0], rows[i][1]), text_of(rows[i][2]));
	}
}

TESTS(T(what_an_own_entry_says_otherwise))
