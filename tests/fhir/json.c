/* JSON in and out: RFC 8259 row by row, what is refused with its place, and all official and shared files. */
#include "fhir/fhir.h"
#include "fhir/internal.h"
#include "harness.h"

#include <sys/mman.h>
#include <unistd.h>

static const char *packages = "tools/node_modules/hl7.fhir.r4.examples";

/* "NAME line:column", or "good". */
static text verdict(arena *a, text json)
{
	doc d;
	issues sink = {.arena = a};
	if (json_parse(a, json, TEXT(""), &sink, &d)) {
		assert_true(json_careful(a, json, TEXT(""), -1, &sink)); /* the careful reader agrees */
		assert_int_equal(sink.count, 0);
		return TEXT("good");
	}
	assert_int_equal(sink.count, 1);
	const issue *i = sink.first;
	return text_format(a, "%s %lld:%lld", failure_name(i->code), (long long)i->place.line,
			   (long long)i->place.column);
}

static void check_rows(const char *const rows[][2], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		arena *a = arena_new(PROCESS_ARENA_MAX);
		text got = verdict(a, text_of(rows[i][0]));
		if (!text_equal(got, text_of(rows[i][1])))
			fail_msg("%s: expected %s, got %.*s", rows[i][0], rows[i][1], TEXT_ARG(got));
		arena_free(a);
	}
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof *(rows))

TEST(good_json_is_taken)
{
	static const char *const rows[][2] = {
	    {"{}", "good"},
	    {"[]", "good"},
	    {" \t\r\n[ ] \n", "good"},
	    {"null", "good"},
	    {" true ", "good"},
	    {"false", "good"},
	    {"\"\"", "good"},
	    {"\"a\\\"b\"", "good"},
	    {"0", "good"},
	    {"-0", "good"},
	    {"1e5", "good"},
	    {"[1E+5,0.1e-7,-12.50,100]", "good"},
	    {"[[],{},[[]],\"\"]", "good"},
	    {"{\"\":{\"\":{}}}", "good"},
	    {"{\"a\":{\"b\":1,\"a\":2},\"b\":3}", "good"},
	    {"[\"\\u0000\\u00e6\\uD83D\\uDE00\\/\\b\\f\\n\\r\\t\\\\\"]", "good"},
	    {"[\"\x7F\",\"æøå €\"]", "good"},
	    {"{\"a\" : 1 , \"b\"\n:\n[ 2 ] }", "good"},
	};
	CHECK_ROWS(rows);
}

TEST(bad_structure_is_refused_with_its_place)
{
	static const char *const rows[][2] = {
	    {"", "JSON_EMPTY 1:1"},
	    {" \n\t ", "JSON_EMPTY 2:3"},
	    {"\xEF\xBB\xBF{}", "JSON_BOM 1:1"},
	    {"{\"a\":1,}", "JSON_TRAILING_COMMA 1:7"},
	    {"[1,\n 2,\n ]", "JSON_TRAILING_COMMA 2:3"},
	    {"[1,,2]", "JSON_VALUE 1:4"},
	    {"[,1]", "JSON_VALUE 1:2"},
	    {"[,]", "JSON_VALUE 1:2"},
	    {"{,}", "JSON_KEY 1:2"},
	    {"[1 2]", "JSON_COMMA 1:4"},
	    {"[\"a\"\"b\"]", "JSON_COMMA 1:5"},
	    {"[\"a\"b]", "JSON_COMMA 1:5"},
	    {"[1\"a\"]", "JSON_NUMBER 1:2"},
	    {"[true\"a\"]", "JSON_VALUE 1:2"},
	    {"[1[2]]", "JSON_NUMBER 1:2"},
	    {"{\"a\" 1}", "JSON_COLON 1:6"},
	    {"{\"a\",1}", "JSON_COLON 1:5"},
	    {"{\"a\"::1}", "JSON_VALUE 1:6"},
	    {"{a:1}", "JSON_KEY 1:2"},
	    {"{1:1}", "JSON_KEY 1:2"},
	    {"{'a':1}", "JSON_KEY 1:2"},
	    {"{null:1}", "JSON_KEY 1:2"},
	    {"{\"a\":}", "JSON_VALUE 1:6"},
	    {"{\"a\":1 \"b\":2}", "JSON_COMMA 1:8"},
	    {"{\"a\"}", "JSON_COLON 1:5"},
	    {"[1}", "JSON_COMMA 1:3"},
	    {"{\"a\":1]", "JSON_COMMA 1:7"},
	    {"{\"a\":[1}]", "JSON_COMMA 1:8"},
	    {"{}{}", "JSON_TRAILING 1:3"},
	    {"{} x", "JSON_TRAILING 1:4"},
	    {"[]]", "JSON_TRAILING 1:3"},
	    {"1 2", "JSON_TRAILING 1:3"},
	    {"\"a\" \"b\"", "JSON_TRAILING 1:5"},
	    {"{},", "JSON_TRAILING 1:3"},
	    {"]", "JSON_VALUE 1:1"},
	    {"}", "JSON_VALUE 1:1"},
	    {":", "JSON_VALUE 1:1"},
	    {",", "JSON_VALUE 1:1"},
	    {"[\f1]", "JSON_VALUE 1:2"},
	    {"[1\v]", "JSON_NUMBER 1:2"},
	    {"[\xC2\xA0]", "JSON_VALUE 1:2"},
	    {"/* c */ {}", "JSON_VALUE 1:1"},
	    {"{}// c", "JSON_TRAILING 1:3"},
	    {"[1]\x1A", "JSON_TRAILING 1:4"},
	    {"[TRUE]", "JSON_VALUE 1:2"},
	    {"[tru]", "JSON_VALUE 1:2"},
	    {"[truex]", "JSON_VALUE 1:2"},
	    {"[nul]", "JSON_VALUE 1:2"},
	    {"[undefined]", "JSON_VALUE 1:2"},
	    {"[\\n]", "JSON_VALUE 1:2"},
	    {"{\\\"a\\\":1}", "JSON_KEY 1:2"},
	};
	CHECK_ROWS(rows);
}

TEST(bad_numbers_are_refused)
{
	static const char *const rows[][2] = {
	    {"[01]", "JSON_NUMBER 1:2"},        {"[-01]", "JSON_NUMBER 1:2"},   {"[00]", "JSON_NUMBER 1:2"},
	    {"[1.]", "JSON_NUMBER 1:2"},        {"[.5]", "JSON_NUMBER 1:2"},    {"[+1]", "JSON_NUMBER 1:2"},
	    {"[1e]", "JSON_NUMBER 1:2"},        {"[1e+]", "JSON_NUMBER 1:2"},   {"[-]", "JSON_NUMBER 1:2"},
	    {"[--1]", "JSON_NUMBER 1:2"},       {"[1.2.3]", "JSON_NUMBER 1:2"}, {"[1e5.2]", "JSON_NUMBER 1:2"},
	    {"[1.e5]", "JSON_NUMBER 1:2"},      {"[0x1F]", "JSON_NUMBER 1:2"},  {"[1_000]", "JSON_NUMBER 1:2"},
	    {"[1a]", "JSON_NUMBER 1:2"},        {"[NaN]", "JSON_NUMBER 1:2"},   {"[Infinity]", "JSON_NUMBER 1:2"},
	    {"[-Infinity]", "JSON_NUMBER 1:2"}, {"[- 1]", "JSON_NUMBER 1:2"},   {"{\"a\":\n  1.}", "JSON_NUMBER 2:3"},
	    {"01", "JSON_NUMBER 1:1"},          {"1.5e", "JSON_TRUNCATED 1:5"},
	};
	CHECK_ROWS(rows);
}

TEST(bad_strings_are_refused)
{
	static const char *const rows[][2] = {
	    {"[\"a\nb\"]", "JSON_CONTROL 1:4"},
	    {"[\"\x01\"]", "JSON_CONTROL 1:3"},
	    {"[\"\t\"]", "JSON_CONTROL 1:3"},
	    {"{\"a\x1F\":1}", "JSON_CONTROL 1:4"},
	    {"[\"\\x41\"]", "JSON_ESCAPE 1:3"},
	    {"[\"\\'\"]", "JSON_ESCAPE 1:3"},
	    {"[\"\\u12\"]", "JSON_ESCAPE 1:3"},
	    {"[\"\\u12G4\"]", "JSON_ESCAPE 1:3"},
	    {"[\"\\U0041\"]", "JSON_ESCAPE 1:3"},
	    {"[\"\\uD83D\"]", "JSON_SURROGATE 1:3"},
	    {"[\"x\\uDE00\"]", "JSON_SURROGATE 1:4"},
	    {"[\"\\uD83D\\u0041\"]", "JSON_SURROGATE 1:3"},
	    {"[\"\\uD83D\\n\"]", "JSON_SURROGATE 1:3"},
	    {"[\"\\uD83Dxxxxxx\"]", "JSON_SURROGATE 1:3"},
	    {"[\"\\uDE00\\uD83D\"]", "JSON_SURROGATE 1:3"},
	    {"{\"\\uD83D\":1}", "JSON_SURROGATE 1:3"},
	    {"{\"\\q\":1}", "JSON_ESCAPE 1:3"},
	    {"[\"\xC0\x80\"]", "JSON_UTF8 1:3"},
	    {"[\"\xED\xA0\x80\"]", "JSON_UTF8 1:3"},
	    {"[\"\xFF\"]", "JSON_UTF8 1:3"},
	    {"[\"\xE2\x82\"]", "JSON_UTF8 1:3"},
	    {"{\n\"a\": \"\xF8\"}", "JSON_UTF8 2:7"},
	    {"\xFE\xFF", "JSON_UTF8 1:1"},
	    {"[1,\xC3,2]", "JSON_UTF8 1:4"},
	    {"[01,\"\xFF\"]", "JSON_NUMBER 1:2"},
	    {"[\"a", "JSON_TRUNCATED 1:4"},
	    {"[\"a\\\"]", "JSON_TRUNCATED 1:7"},
	};
	CHECK_ROWS(rows);
	arena *a = test_arena();
	assert_text(verdict(a, (text){"[\"a\0b\"]", 7}), TEXT("JSON_CONTROL 1:4"));
	assert_text(verdict(a, (text){"[\0]", 3}), TEXT("JSON_VALUE 1:2"));
	assert_text(verdict(a, (text){"[1\0]", 4}), TEXT("JSON_NUMBER 1:2"));
	assert_text(verdict(a, (text){"[true\0]", 7}), TEXT("JSON_VALUE 1:2"));
}

TEST(a_key_twice_is_refused)
{
	static const char *const rows[][2] = {
	    {"{\"a\":1,\"a\":2}", "JSON_DUPLICATE_KEY 1:8"},
	    {"{\"id\":1,\n\"id\":2}", "JSON_DUPLICATE_KEY 2:1"},
	    {"{\"id\":1,\"\\u0069d\":2}", "JSON_DUPLICATE_KEY 1:9"},
	    {"{\"zebra\":1,\"z\\u0065bra\":2}", "JSON_DUPLICATE_KEY 1:12"},
	    {"{\"\":1,\"\":2}", "JSON_DUPLICATE_KEY 1:7"},
	    {"{\"id\":{\"id\":1},\"meta\":[{\"id\":2}],\"id\":1}", "JSON_DUPLICATE_KEY 1:34"},
	    {"[{\"a\":1},{\"b\":1,\"c\":{\"x\":1,\"x\":1},\"b\":2}]", "JSON_DUPLICATE_KEY 1:28"},
	    {"{\"\\u00e6\":1,\"æ\":2}", "JSON_DUPLICATE_KEY 1:13"},
	    {"{\"id\":1,\"ID\":2}", "good"},
	};
	CHECK_ROWS(rows);
}

/* Enough keys that many share a bit of the quick reader's 64; then one of them again. */
TEST(a_key_twice_among_thousands_is_refused)
{
	for (int own = 0; own < 2; own++) {
		arena *a = test_arena();
		buffer b = {.arena = a};
		buffer_char(&b, '{');
		for (int i = 1; i < NAME_COUNT; i++)
			buffer_format(&b, "\"%.*s%s\":%d,\n", TEXT_ARG(name_text(NULL, (name_id)i)), own ? "-own" : "",
				      i);
		b.at[b.len - 2] = '}';
		assert_text(verdict(a, buffer_text(&b)), TEXT("good"));
		b.at[b.len - 2] = ',';
		buffer_format(&b, "\"%.*s%s\":0}", TEXT_ARG(name_text(NULL, NAME_status)), own ? "-own" : "");
		assert_text(verdict(a, buffer_text(&b)), text_format(a, "JSON_DUPLICATE_KEY %d:1", NAME_COUNT));
	}
}

static text nested(arena *a, int depth, const char *open, const char *inner, const char *close)
{
	buffer b = {.arena = a};
	for (int i = 0; i < depth; i++) buffer_add(&b, text_of(open));
	buffer_add(&b, text_of(inner));
	for (int i = 0; i < depth; i++) buffer_add(&b, text_of(close));
	return buffer_text(&b);
}

TEST(limits)
{
	arena *a = test_arena();
	assert_text(verdict(a, nested(a, JSON_DEPTH_MAX, "[", "", "]")), TEXT("good"));
	assert_text(verdict(a, nested(a, JSON_DEPTH_MAX, "{\"a\":", "1", "}")), TEXT("good"));
	assert_text(verdict(a, nested(a, JSON_DEPTH_MAX + 1, "[", "", "]")),
		    text_format(a, "JSON_DEPTH 1:%d", JSON_DEPTH_MAX + 1));
	assert_text(verdict(a, nested(a, 100000, "[", "", "")), text_format(a, "JSON_DEPTH 1:%d", JSON_DEPTH_MAX + 1));
	assert_text(verdict(a, nested(a, 100000, "{\"a\":[", "", "")),
		    text_format(a, "JSON_DEPTH 1:%d", 6 * JSON_DEPTH_MAX / 2 + 1));

	buffer b = {.arena = a};
	buffer_char(&b, '{');
	for (int i = 0; i < JSON_DYNAMIC_NAMES_MAX; i++) buffer_format(&b, "\"key-%d\":%d,\n", i, i);
	b.at[b.len - 2] = '}';
	assert_text(verdict(a, buffer_text(&b)), TEXT("good"));
	b.at[b.len - 2] = ',';
	buffer_add(&b, TEXT("\"id\":1, \"one-more\":2}"));
	assert_text(verdict(a, buffer_text(&b)), text_format(a, "JSON_NAMES %d:9", JSON_DYNAMIC_NAMES_MAX + 1));
}

TEST(a_fault_at_the_end_takes_little_memory)
{
	arena *a = test_arena(), *small = arena_new(4 * MIB);
	buffer b = {.arena = a};
	buffer_char(&b, '[');
	for (int i = 0; i < 40000; i++) buffer_add(&b, TEXT("{\"one\":1,\"two\":2},\n"));
	buffer_add(&b, TEXT("1.]"));
	assert_text(verdict(small, buffer_text(&b)), TEXT("JSON_NUMBER 40001:1"));
	assert_true(arena_used(small) < 64 * KIB);
	arena_free(small);
}

TEST(size_is_limited)
{
	arena *a = test_arena();
	int64_t size = BODY_BYTES_MAX + 1;
	char *bytes = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(bytes != MAP_FAILED);
	doc d;
	issues sink = {.arena = a};
	assert_false(json_parse(a, (text){bytes, size}, TEXT("big.json"), &sink, &d));
	assert_int_equal(sink.first->code, FAIL_JSON_SIZE);
	munmap(bytes, (size_t)size);
}

static const char sample[] =
    "{\"resourceType\" : \"Patient\", \"a\\u00e6\\uD83D\\uDE00\":\"b\\\\\\\"æ€😀\\uD83D\\uDE00\",\n"
    " \"n\": [-1.5e+10, true ,false, null, {}, [ ] ], \"own\":{\"deep\":[[[\"x\"]]]} }";

/* The bytes end where a page ends that cannot be read past: a byte read too many stops the test. */
static text at_page_end(text t, char *page, int64_t size)
{
	return (text){memcpy(page + size - t.len, t.at, (size_t)t.len), t.len};
}

TEST(truncated_at_every_byte)
{
	int64_t size = sysconf(_SC_PAGESIZE);
	char *page = mmap(NULL, (size_t)(2 * size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(page != MAP_FAILED && mprotect(page + size, (size_t)size, PROT_NONE) == 0);
	text whole = TEXT(sample);
	for (int64_t n = 0; n <= whole.len; n++) {
		arena *a = arena_new(MIB);
		text got = verdict(a, at_page_end(text_slice(whole, 0, n), page, size));
		text expected = n == 0           ? TEXT("JSON_EMPTY 1:1")
				: n == whole.len ? TEXT("good")
						 : TEXT("JSON_TRUNCATED");
		if (!text_starts(got, expected)) fail_msg("cut at %d: %.*s", (int)n, TEXT_ARG(got));
		arena_free(a);
	}
	/* Any one byte replaced by any other is either good JSON or refused; the two readers agree (json_fault asserts). */
	for (int64_t n = 0; n < whole.len; n++) {
		for (int c = 0; c < 256; c++) {
			arena *a = arena_new(MIB);
			text t = at_page_end(whole, page, size);
			page[size - whole.len + n] = (char)c;
			verdict(a, t);
			arena_free(a);
		}
	}
	munmap(page, (size_t)(2 * size));
}

TEST(escapes_are_decoded)
{
	arena *a = test_arena();
	doc d;
	issues sink = {.arena = a};
	text json = TEXT(
	    "[\"plain\",\"a\\\"\\\\\\/"
	    "\\b\\f\\n\\r\\tz\",\"\\u00E6\\u20ac\\uD83D\\uDE00\\u0041\",\"after\",\"\\u0000\",{\"k\\n\":\"v\\n\"}]");
	assert_true(json_parse(a, json, TEXT(""), &sink, &d));
	assert_text(doc_text(&d, 1), TEXT("plain"));
	assert_text(doc_text(&d, 2), TEXT("a\"\\/\b\f\n\r\tz"));
	assert_text(doc_text(&d, 3), TEXT("æ€😀A"));
	assert_text(doc_text(&d, 4), TEXT("after"));
	assert_text(doc_text(&d, 5), ((text){"\0", 1}));
	assert_text(name_text(&d, d.nodes[7].name), TEXT("k\n"));
	assert_text(doc_text(&d, 7), TEXT("v\n"));
	buffer b = {.arena = a};
	json_write(&b, &d, 0, JSON_COMPACT);
	assert_text(
	    buffer_text(&b),
	    TEXT("[\"plain\",\"a\\\"\\\\/\\b\\f\\n\\r\\tz\",\"æ€😀A\",\"after\",\"\\u0000\",{\"k\\n\":\"v\\n\"}]"));
	assert_true(json_parse(a, TEXT("\"x\\n\""), TEXT(""), &sink, &d));
	assert_text(doc_text(&d, 0), TEXT("x\n"));
	assert_int_equal(d.nodes[0].next, 1);
}

TEST(pretty_print)
{
	arena *a = test_arena();
	doc d;
	issues sink = {.arena = a};
	assert_true(json_parse(a, TEXT("{\"a\":[1,{\"b\":[]}],\"c\":{}}"), TEXT(""), &sink, &d));
	buffer b = {.arena = a};
	json_write(&b, &d, 0, JSON_PRETTY);
	assert_text(buffer_text(&b),
		    TEXT("{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {}\n}"));
}

TEST(only_resources_where_a_resource_is_wanted)
{
	static const struct {
		const char *json;
		failure code;
	} rows[] = {
	    {"[]", FAIL_FHIR_TYPE_MISSING},
	    {"{}", FAIL_FHIR_TYPE_MISSING},
	    {"{\"resourceType\":1}", FAIL_FHIR_TYPE_MISSING},
	    {"{\"resourceType\":\"patient\"}", FAIL_FHIR_TYPE_UNKNOWN},
	    {"{\"resourceType\":\"HumanName\"}", FAIL_FHIR_TYPE_UNKNOWN},
	    {"{\"resourceType\":\"DomainResource\"}", FAIL_FHIR_TYPE_UNKNOWN},
	    {"{\"resourceType\":\"Patient\",}", FAIL_JSON_TRAILING_COMMA},
	};
	arena *a = test_arena();
	doc d;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		issues sink = {.arena = a};
		assert_false(json_parse_resource(a, text_of(rows[i].json), TEXT("f"), &sink, &d));
		assert_int_equal(sink.first->code, rows[i].code);
		assert_text(sink.first->place.file, TEXT("f"));
	}
	issues sink = {.arena = a};
	assert_true(json_parse_resource(a, TEXT("{\"id\":\"x\",\"resourceType\":\"Patient\"}"), TEXT(""), &sink, &d));
	assert_text(doc_type(&d), TEXT("Patient"));
}

TEST(building)
{
	json_out o = json_begin(test_arena());
	json_object(&o);
	json_pair(&o, "a", TEXT("x\"y"));
	json_pair(&o, "nothing", TEXT(""));
	json_key(&o, "list");
	json_array(&o);
	json_int(&o, -5);
	json_bool(&o, true);
	json_null(&o);
	json_object(&o);
	json_end(&o);
	json_end(&o);
	json_key_text(&o, TEXT("raw"));
	json_raw(&o, TEXT("[1]"));
	json_end(&o);
	assert_text(json_done(&o), TEXT("{\"a\":\"x\\\"y\",\"list\":[-5,true,null,{}],\"raw\":[1]}"));
}

TEST(the_records_stamp)
{
	static const char *const rows[][2] = {
	    {"{\"resourceType\":\"Patient\"}",
	     "{\"resourceType\":\"Patient\",\"id\":\"i\",\"meta\":{\"versionId\":\"2\",\"lastUpdated\":\"t\"}}"},
	    {"{\"resourceType\":\"Patient\",\"active\":true,\"id\":\"old\",\"x\":1.50}",
	     "{\"resourceType\":\"Patient\",\"active\":true,\"id\":\"i\",\"meta\":{\"versionId\":\"2\",\"lastUpdated\":"
	     "\"t\"},\"x\":1.50}"},
	    {"{\"active\":true,\"meta\":{\"profile\":[\"p\"],\"lastUpdated\":\"o\"},\"resourceType\":\"Patient\",\"z\":"
	     "1}",
	     "{\"active\":true,\"meta\":{\"versionId\":\"2\",\"profile\":[\"p\"],\"lastUpdated\":\"t\"},"
	     "\"resourceType\":\"Patient\",\"id\":\"i\",\"z\":1}"},
	    {"{\"meta\":{\"lastUpdated\":\"o\",\"tag\":[],\"versionId\":\"7\"},\"id\":\"o\",\"resourceType\":"
	     "\"Patient\"}",
	     "{\"meta\":{\"lastUpdated\":\"t\",\"tag\":[],\"versionId\":\"2\"},\"id\":\"i\",\"resourceType\":"
	     "\"Patient\"}"},
	};
	arena *a = test_arena();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		doc d;
		issues sink = {.arena = a};
		assert_true(json_parse_resource(a, text_of(rows[i][0]), TEXT(""), &sink, &d));
		assert_text(json_stamped(a, &d, TEXT("i"), TEXT("2"), TEXT("t")), text_of(rows[i][1]));
	}
}

/* The source with white space outside strings left out. */
static text squeezed(arena *a, text t)
{
	buffer b = {.arena = a};
	bool in_string = false;
	for (int64_t i = 0; i < t.len; i++) {
		char c = t.at[i];
		if (!in_string && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
		if (c == '"') in_string = !in_string;
		buffer_char(&b, c);
		if (in_string && c == '\\') buffer_char(&b, t.at[++i]);
	}
	return buffer_text(&b);
}

/* Parse, print, parse again: equal; and printed as it came where the source has no escapes. */
static void check_file(const char *file)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	text source = read_file(a, file);
	issues sink = {.arena = a};
	doc d, again;
	if (!json_parse(a, source, text_of(file), &sink, &d))
		fail_msg("%.*s", TEXT_ARG(issue_line(a, sink.first, LANGUAGE_EN)));
	for (int style = JSON_COMPACT; style <= JSON_PRETTY; style++) {
		buffer b = {.arena = a};
		json_write(&b, &d, 0, (json_style)style);
		if (style == JSON_COMPACT && text_find(source, TEXT("\\")) < 0)
			assert_text(buffer_text(&b), squeezed(a, source));
		if (!json_parse(a, buffer_text(&b), text_of(file), &sink, &again) || !doc_equal(&d, 0, &again, 0))
			fail_msg("%s", file);
	}
	arena_free(a);
}

static int check_folder(const char *folder)
{
	char **paths;
	int n = list_files(test_arena(), folder, ".json", &paths);
	for (int i = 0; i < n; i++) check_file(paths[i]);
	return n;
}

TEST(all_official_resources_print_equal)
{
	if (access(packages, R_OK) != 0) SKIP("hl7.fhir.r4.examples is not unpacked in tools/node_modules");
	assert_int_equal(check_folder(packages), 5306 + 1); /* and package.json */
}

TEST(shared_files_print_equal)
{
	static const char *const folders[] = {"data/medcom", "data/dk-core"};
	for (int i = 0; i < 2; i++) {
		const char *file = shared_path(folders[i]);
		if (!file) SKIP("%s is not there", folders[i]);
		assert_true(check_folder(text_z(test_arena(), text_of(file))) > 0);
	}
}

TESTS(T(good_json_is_taken), T(bad_structure_is_refused_with_its_place), T(bad_numbers_are_refused),
      T(bad_strings_are_refused), T(a_key_twice_is_refused), T(a_key_twice_among_thousands_is_refused), T(limits),
      T(a_fault_at_the_end_takes_little_memory), T(size_is_limited), T(truncated_at_every_byte), T(escapes_are_decoded),
      T(pretty_print), T(only_resources_where_a_resource_is_wanted), T(building), T(the_records_stamp),
      T(all_official_resources_print_equal), T(shared_files_print_equal))
