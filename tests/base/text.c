/* Text, maps, arenas and issues: what the floors above take for granted. */
#include "harness.h"

#include <string.h>

TEST(cutting)
{
	text_pair p = text_cut(TEXT("Patient/123"), '/');
	assert_true(p.found);
	assert_text(p.head, TEXT("Patient"));
	assert_text(p.tail, TEXT("123"));
	p = text_cut(TEXT("abc"), '/');
	assert_false(p.found);
	assert_text(p.head, TEXT("abc"));
	p = text_cut_last(TEXT("a/b/c"), '/');
	assert_text(p.head, TEXT("a/b"));
	assert_text(text_trim(TEXT(" \t x y\r\n")), TEXT("x y"));
	assert_int_equal(text_find(TEXT("hello"), TEXT("lo")), 3);
	assert_int_equal(text_find(TEXT("hello"), TEXT("xx")), -1);
}

TEST(whole_numbers)
{
	int64_t n;
	assert_true(text_to_int(TEXT("-9223372036854775808"), &n));
	assert_true(n == INT64_MIN);
	assert_true(text_to_int(TEXT("9223372036854775807"), &n));
	assert_true(n == INT64_MAX);
	assert_false(text_to_int(TEXT("9223372036854775808"), &n));
	assert_false(text_to_int(TEXT(""), &n));
	assert_false(text_to_int(TEXT("-"), &n));
	assert_false(text_to_int(TEXT("1x"), &n));
}

TEST(utf8)
{
	assert_int_equal(text_utf8_error(TEXT("blåbærgrød €")), -1);
	assert_int_equal(text_utf8_error(TEXT("a\xC0\x80")), 1);        /* overlong */
	assert_int_equal(text_utf8_error(TEXT("ab\xED\xA0\x80")), 2);   /* surrogate */
	assert_int_equal(text_utf8_error(TEXT("abc\xE2\x82")), 3);      /* cut short */
	assert_int_equal(text_utf8_error(TEXT("\xF4\x90\x80\x80")), 0); /* past U+10FFFF */
}

TEST(maps_keep_order_and_grow)
{
	arena *a = test_arena();
	map m = {.arena = a};
	for (int i = 0; i < 1000; i++) map_put(&m, text_format(a, "key-%d", i), i);
	map_put(&m, TEXT("key-7"), 70);
	assert_int_equal(m.count, 1000);
	assert_int_equal(map_get_or(&m, TEXT("key-7"), -1), 70);
	assert_int_equal(map_get_or(&m, TEXT("key-999"), -1), 999);
	assert_int_equal(map_get_or(&m, TEXT("key-1000"), -1), -1);
	assert_text(m.entries[3].key, TEXT("key-3"));
}

TEST(arena_budget_leaves_at_the_boundary)
{
	arena *a = arena_new(100000);
	jmp_buf home;
	if (setjmp(home)) {
		arena_free(a);
		return;
	}
	arena_boundary(a, &home);
	for (;;) arena_alloc(a, 1000, 8);
}

TEST(arena_rewinds)
{
	arena *a = test_arena();
	arena_mark here = arena_here(a);
	for (int i = 0; i < 1000; i++) arena_alloc(a, 1000, 8);
	arena_rewind(a, here);
	assert_int_equal(arena_used(a), 0);
	buffer b = {.arena = a};
	for (int i = 0; i < 5000; i++) buffer_int(&b, i % 10);
	assert_int_equal(buffer_text(&b).len, 5000);
}

TEST(an_arena_within_another_goes_with_it)
{
	arena *a = arena_new(MIB);
	arena *first = arena_child(a, MIB);
	arena_mark here = arena_here(a);
	arena *second = arena_child(a, MIB);
	arena_alloc(second, 100000, 8);
	arena_alloc(a, 8, 8);
	arena_rewind(a, here); /* the second goes, the first stays; the leak checker sees what is forgotten */
	memset(arena_alloc(first, 1000, 8), 1, 1000);
	arena_child(arena_child(a, MIB), MIB);
	arena_reset(a);
	arena_child(a, MIB);
	arena_free(a);
}

TEST(a_list_doubles_and_keeps_what_it_has)
{
	arena *a = test_arena();
	int64_t *list = NULL;
	int cap = 0;
	for (int i = 0; i < 1000; i++) {
		if (i == cap) list = ARENA_DOUBLE(a, int64_t, list, &cap, 3);
		assert_int_equal(list[i], 0);
		list[i] = i * 7;
	}
	assert_int_equal(cap, 3 * 512);
	for (int i = 0; i < 1000; i++) assert_int_equal(list[i], i * 7);
}

TEST(issues_speak_both_languages)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	assert_false(issue_at(&sink, FAIL_JSON_DUPLICATE_KEY, (place){.file = TEXT("x.json"), .line = 3, .column = 7},
			      TEXT("id"), TEXT(""), TEXT("")));
	assert_text(issue_line(a, sink.first, LANGUAGE_DA),
		    TEXT("x.json:3:7: Nøglen \"id\" står to gange i samme objekt"));
	assert_text(issue_line(a, sink.first, LANGUAGE_EN),
		    TEXT("x.json:3:7: The key \"id\" occurs twice in one object"));
	assert_int_equal(issues_status(&sink), 400);
}

TESTS(T(cutting), T(whole_numbers), T(utf8), T(maps_keep_order_and_grow), T(arena_budget_leaves_at_the_boundary),
      T(an_arena_within_another_goes_with_it), T(a_list_doubles_and_keeps_what_it_has), T(arena_rewinds),
      T(issues_speak_both_languages))
