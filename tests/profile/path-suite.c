/* The official FHIRPath suite for R4 (shared data, fhirpath/): 935 tests as XML, their resources as JSON beside it.
 * Prints how many pass. Those that do not must be among the disputed, and answer as docs/fhirpath-disputed.md says.
 * LIMEN_PATH_SHOW=1 shows them. */
#define LIMEN_OS /* LIMEN_PATH_SHOW */
#include "harness.h"

#include "profile/profile.h"

enum { TESTS_IN_SUITE = 935, OUTPUTS_MAX = 32, INPUTS_MAX = 32 };

typedef struct expected {
	text type;
	text value;
} expected;

typedef struct suite_test {
	text group, name, input, expression, invalid, mode;
	bool predicate;
	expected outputs[OUTPUTS_MAX];
	int output_count;
} suite_test;

typedef struct suite {
	arena *arena;
	text left; /* XML not read yet */
	text group;
	map inputs; /* file name to its number */
	doc docs[INPUTS_MAX];
	int passed, count, negative, disputed, failed;
	bool show;
} suite;

/* XML, as far as this file uses it */

/* What lies before `mark`; `left` goes on after it. */
static bool cut_until(text *left, text mark, text *before)
{
	int64_t at = text_find(*left, mark);
	if (at < 0) return false;
	*before = text_slice(*left, 0, at);
	*left = text_slice(*left, at + mark.len, left->len);
	return true;
}

static text unescaped(arena *a, text t)
{
	static const char *const codes[] = {"&lt;", "&gt;", "&amp;", "&quot;", "&apos;"};
	static const char plain[] = "<>&\"'";
	buffer b = {.arena = a};
	while (t.len) {
		int n = 0;
		while (n < 5 && !text_starts(t, text_of(codes[n]))) n++;
		if (n < 5)
			buffer_char(&b, plain[n]);
		else
			buffer_char(&b, t.at[0]);
		t = text_slice(t, n < 5 ? text_of(codes[n]).len : 1, t.len);
	}
	return buffer_text(&b);
}

static text attribute(arena *a, text tag, const char *name)
{
	text value, skipped;
	if (!cut_until(&tag, text_format(a, " %s=\"", name), &skipped) || !cut_until(&tag, TEXT("\""), &value))
		return (text){0};
	return unescaped(a, value);
}

/* The next tag, without its angle brackets; comments are passed over. */
static bool next_tag(suite *s, text *tag)
{
	text skipped;
	while (cut_until(&s->left, TEXT("<"), &skipped)) {
		if (!text_starts(s->left, TEXT("!--"))) return cut_until(&s->left, TEXT(">"), tag);
		if (!cut_until(&s->left, TEXT("-->"), &skipped)) return false;
	}
	return false;
}

/* The text of the element whose tag was just read. */
static text content(suite *s, text tag)
{
	text t = {0};
	if (!text_ends(tag, TEXT("/"))) cut_until(&s->left, TEXT("<"), &t);
	return unescaped(s->arena, t);
}

static void read_part(suite *s, suite_test *t, text tag)
{
	if (text_starts(tag, TEXT("expression"))) {
		t->invalid = attribute(s->arena, tag, "invalid");
		t->expression = content(s, tag);
	} else if (text_starts(tag, TEXT("output"))) {
		assert_true(t->output_count < OUTPUTS_MAX);
		expected *e = &t->outputs[t->output_count++];
		e->type = attribute(s->arena, tag, "type");
		e->value = content(s, tag);
	}
}

static bool next_test(suite *s, suite_test *t)
{
	text tag;
	*t = (suite_test){0};
	while (next_tag(s, &tag)) {
		if (text_starts(tag, TEXT("group "))) s->group = attribute(s->arena, tag, "name");
		if (!text_starts(tag, TEXT("test "))) continue;
		t->group = s->group;
		t->name = attribute(s->arena, tag, "name");
		t->input = attribute(s->arena, tag, "inputfile");
		t->mode = attribute(s->arena, tag, "mode");
		t->predicate = text_equal(attribute(s->arena, tag, "predicate"), TEXT("true"));
		while (next_tag(s, &tag) && !text_starts(tag, TEXT("/test"))) read_part(s, t, tag);
		return true;
	}
	return false;
}

/* Inputs; a test without one is run on the Patient, of which its expression asks nothing */

static const doc *input(suite *s, text file)
{
	text name = text_cut_last(file.len ? file : TEXT("patient-example.xml"), '.').head;
	int64_t n = map_get_or(&s->inputs, name, -1);
	if (n >= 0) return &s->docs[n];
	const char *path =
	    shared_path(text_z(s->arena, text_format(s->arena, "data/fhirpath/input/%.*s.json", TEXT_ARG(name))));
	issues sink = {.arena = s->arena};
	assert_non_null(path);
	assert_true(s->inputs.count < INPUTS_MAX);
	n = s->inputs.count;
	assert_true(json_parse_resource(s->arena, read_file(s->arena, path), name, &sink, &s->docs[n]));
	map_put(&s->inputs, name, n);
	return &s->docs[n];
}

/* Answers */

static bool same_type(const path_item *i, text wanted)
{
	static const char *const names[] = {
	    [PATH_BOOLEAN] = "boolean", [PATH_INTEGER] = "integer",   [PATH_DECIMAL] = "decimal",
	    [PATH_STRING] = "string",   [PATH_DATE] = "date",         [PATH_DATETIME] = "dateTime",
	    [PATH_TIME] = "time",       [PATH_QUANTITY] = "Quantity", [PATH_TYPE] = "TypeInfo"};
	if (!wanted.len) return true;
	if (i->kind == PATH_NODE) return text_equal(type_name(i->type), wanted);
	return text_equal(text_of(names[i->kind]), wanted);
}

static bool same_value(arena *a, const path_item *i, text wanted)
{
	decimal x, y;
	text value = path_item_text(a, i);
	if (wanted.len && wanted.at[0] == '@') wanted = text_slice(wanted, 1, wanted.len);
	if (wanted.len && wanted.at[0] == 'T') wanted = text_slice(wanted, 1, wanted.len);
	if (text_equal(value, wanted)) return true;
	/* -0.0 and 0.0 are one number: digits after the point must agree all the same. */
	return path_item_decimal(i, &x) && decimal_parse(wanted, &y) && decimal_compare(x, y) == 0 &&
	       (x.scale == y.scale || i->kind == PATH_INTEGER || !text_find(wanted, TEXT(".")) ||
		text_find(wanted, TEXT(".")) < 0);
}

static bool as_expected(arena *a, const suite_test *t, path_items out)
{
	path_item exists = {.kind = PATH_BOOLEAN, .boolean = out.count > 0};
	if (t->predicate) out = (path_items){&exists, 1};
	if (out.count != t->output_count) return false;
	for (int i = 0; i < out.count; i++)
		if (!same_type(&out.at[i], t->outputs[i].type) || !same_value(a, &out.at[i], t->outputs[i].value))
			return false;
	return true;
}

static void show(arena *a, const suite_test *t, const issues *sink, path_items out)
{
	printf("%.*s/%.*s: %.*s\n", TEXT_ARG(t->group), TEXT_ARG(t->name), TEXT_ARG(t->expression));
	if (t->invalid.len) printf("   expected to fail (%.*s)\n", TEXT_ARG(t->invalid));
	for (int i = 0; i < t->output_count; i++)
		printf("   expected %.*s %.*s\n", TEXT_ARG(t->outputs[i].type), TEXT_ARG(t->outputs[i].value));
	for (int i = 0; i < out.count && i < 8; i++)
		printf("   got kind %d %.*s\n", (int)out.at[i].kind, TEXT_ARG(path_item_text(a, &out.at[i])));
	if (sink->first) printf("   %.*s\n", TEXT_ARG(issue_line(a, sink->first, LANGUAGE_EN)));
}

/* Why each of the negative tests fails, and where: that it fails is not enough. */
static const struct {
	const char *name;
	failure code;
	int column;
} refusals[] = {
    {"testComment7", FAIL_PATH_SYNTAX, 8},
    {"testComment8", FAIL_PATH_UNFINISHED, 7},
    {"testSimpleFail", FAIL_PATH_ELEMENT, 6},
    {"testSimpleWithWrongContext", FAIL_PATH_ELEMENT, 1},
    {"testPolymorphismB", FAIL_PATH_ELEMENT, 13},
    {"testPolymorphismAsB", FAIL_PATH_ELEMENT, 31},
    {"testDollarOrderNotAllowed", FAIL_PATH_ORDER, 20},
    {"testLiteralIntegerNegative1Invalid", FAIL_PATH_OPERAND, 1},
    {"testLiteralDecimalNegative01Invalid", FAIL_PATH_OPERAND, 1},
    {"testLiteralTimeUTC", FAIL_PATH_SYNTAX, 11},
    {"testLiteralTimeTimezoneOffset", FAIL_PATH_SYNTAX, 14},
    {"testLiteralDecimalLessThanInvalid", FAIL_PATH_COMPARE, 25},
    {"testNotInvalid", FAIL_PATH_SINGLE, 7},
    {"testCollectionBoolean1", FAIL_PATH_OPERAND, 5},
    {"testSingle2", FAIL_PATH_SINGLE, 14},
    {"testIif6", FAIL_PATH_OPERAND, 5},
    {"testIif10", FAIL_PATH_SINGLE, 21},
    {"testStartsWithNonString1", FAIL_PATH_OPERAND, 24},
    {"testEndsWithNonString1", FAIL_PATH_OPERAND, 24},
    {"testContainsNonString1", FAIL_PATH_OPERAND, 24},
    {"testPlusDate14", FAIL_PATH_COMPARE, 13},
    {"testPlusDate16", FAIL_PATH_COMPARE, 13},
    {"testPlusDate17", FAIL_PATH_COMPARE, 13},
    {"testPlus6", FAIL_PATH_COMPARE, 13},
    {"testConcatenate4", FAIL_PATH_SINGLE, 13},
    {"testMinus4", FAIL_PATH_COMPARE, 4},
    {"testMinus6", FAIL_PATH_COMPARE, 13},
    {"testPrecedence1", FAIL_PATH_OPERAND, 1},
    {"testPrecedence3", FAIL_PATH_COMPARE, 3},
    {"testConformsTo3", FAIL_PATH_PROFILE, 1},
    {"from-zulip-2", FAIL_PATH_OPERAND, 16},
    {"testPolymorphicsB", FAIL_PATH_ELEMENT, 13},
    {"testFHIRPathAsFunction21", FAIL_PATH_SINGLE, 14},
    {"testFHIRPathAsFunction23", FAIL_PATH_UNKNOWN_TYPE, 19},
    {"testFHIRPathAsFunction24", FAIL_PATH_UNKNOWN_TYPE, 23},
};
enum { REFUSALS = sizeof refusals / sizeof *refusals };

/* Where the suite asks for something else than the specification does: docs/fhirpath-disputed.md has the words. */
static const struct {
	const char *name, *answer;
} disputes[] = {
    {"LowBoundaryDecimal15", "-0.1"},
    {"HighBoundaryDecimal15", "0.1"},
    {"HighBoundaryDecimal16", "-0.1"},
    {"HighBoundaryDateTimeMillisecond1", "2014-01-01T08:59:59.999-12:00"},
    {"HighBoundaryDateTimeMillisecond3", "2014-01-01T08:59:59.999-12:00"},
};
enum { DISPUTES = sizeof disputes / sizeof *disputes };

static bool is_disputed(arena *a, const suite_test *t, path_items out)
{
	for (int i = 0; i < DISPUTES; i++)
		if (text_equal(t->name, text_of(disputes[i].name)))
			return out.count == 1 && text_equal(path_item_text(a, out.at), text_of(disputes[i].answer));
	return false;
}

/* For the reason in the table; where the suite says syntax or semantic, before anything runs. */
static bool refused_rightly(const suite_test *t, const issues *sink, bool compiled)
{
	bool early = !text_equal(t->invalid, TEXT("execution"));
	if (!sink->first || (early && compiled)) return false;
	for (int i = 0; i < REFUSALS; i++)
		if (text_equal(t->name, text_of(refusals[i].name)))
			return sink->first->code == refusals[i].code && sink->first->place.column == refusals[i].column;
	return false;
}

/* Printed and compiled again it has the same steps. */
static bool comes_back(arena *a, const path *p, type_id context)
{
	issues sink = {.arena = a};
	const path *again = path_compile(a, path_print(a, p), context, NULL, &sink);
	return again && text_equal(path_explain(a, p), path_explain(a, again));
}

static bool passes(suite *s, const suite_test *t)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	issues sink = {.arena = a};
	moment now;
	assert_true(moment_parse(TEXT("2026-03-02T10:15:00+01:00"), &now));
	path_outside outside = {.now = now.low};
	profiles_outside(profiles_r4(), &outside);
	path_items out = {0};
	const doc *d = input(s, t->input);
	const path *p = path_compile(a, t->expression, type_find(doc_type(d)), NULL, &sink);
	bool ran = p && path_run(p, d, 0, &outside, a, &sink, &out);
	assert_true(ran == (sink.errors == 0));
	bool ok = t->invalid.len ? refused_rightly(t, &sink, p != NULL) : ran && as_expected(a, t, out);
	s->negative += t->invalid.len > 0;
	assert_true(!p || comes_back(a, p, type_find(doc_type(d))));
	bool disputed = !ok && ran && is_disputed(a, t, out);
	s->disputed += disputed;
	s->failed += !ok && !disputed;
	if (!ok && s->show) show(a, t, &sink, ran ? out : (path_items){0});
	arena_free(a);
	return ok;
}

TEST(official_suite)
{
	const char *path = shared_path("data/fhirpath/tests-fhir-r4.xml");
	if (!path) SKIP("the official FHIRPath suite: no shared data");
	arena *a = test_arena();
	suite s = {
	    .arena = a, .left = read_file(a, path), .inputs = {.arena = a}, .show = getenv("LIMEN_PATH_SHOW") != NULL};
	for (suite_test t; next_test(&s, &t); s.count++) s.passed += passes(&s, &t);
	printf("fhirpath suite: %d of %d\n", s.passed, s.count);
	printf("fhirpath suite: %d disputed (docs/fhirpath-disputed.md)\n", s.disputed);
	assert_int_equal(s.count, TESTS_IN_SUITE);
	assert_int_equal(s.negative, REFUSALS);
	assert_int_equal(s.failed, 0);
	assert_int_equal(s.disputed, DISPUTES);
}

TESTS(T(official_suite))
