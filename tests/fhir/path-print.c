/* print∘parse is the identity: a compiled path printed and compiled again has the same steps and prints the same. Over R4's own
 * search parameters and invariants, over rows, and over expressions made at random (LIMEN_SEED chooses others). */
#define LIMEN_OS /* LIMEN_SEED */
#include "harness.h"

#include "base/random.h"
#include "fhir/fhir.h"

static text first_line(arena *a, const issues *sink)
{
	return sink->first ? issue_line(a, sink->first, LANGUAGE_EN) : TEXT("");
}

/* Where it compiles: the printed form. False: it does not compile at all, which is not for this test. */
static bool comes_back(arena *a, text expression, type_id context, text *printed)
{
	issues sink = {.arena = a};
	const path *p = path_compile(a, expression, context, NULL, &sink);
	if (!p) return false;
	*printed = path_print(a, p);
	const path *again = path_compile(a, *printed, context, NULL, &sink);
	bool same = again && text_equal(path_explain(a, p), path_explain(a, again)) &&
		    text_equal(path_print(a, again), *printed);
	if (!same) {
		print_error("%.*s\n  printed %.*s\n  %.*s\n%.*s", TEXT_ARG(expression), TEXT_ARG(*printed),
			    TEXT_ARG(first_line(a, &sink)), TEXT_ARG(path_explain(a, p)));
		if (again)
			print_error("  again %.*s\n%.*s", TEXT_ARG(path_print(a, again)),
				    TEXT_ARG(path_explain(a, again)));
	}
	assert_true(same);
	return true;
}

TEST(rows)
{
	static const struct {
		const char *expression;
		const char *printed;
	} rows[] = {
	    {"name.given", "name.given"},
	    {"Patient . name\n[ 0 ]", "Patient.name[0]"},
	    {"$this.name.where( use='official' ).exists( )", "name.where(use = 'official').exists()"},
	    {"name.empty().not()", "name.exists()"},
	    {"(1 + 2) * 3", "9"},
	    {"(multipleBirth + 2) * 3", "(multipleBirth + 2) * 3"},
	    {"multipleBirth + 2 * 3", "multipleBirth + 6"},
	    {"active or (deceased and active)", "active or deceased and active"},
	    {"(active or deceased) and active", "(active or deceased) and active"},
	    {"active implies (deceased implies active)", "active implies (deceased implies active)"},
	    {"1 > 2 = false", "true"},
	    {"active - (active - active)", "active - (active - active)"},
	    {"-multipleBirth.abs()", "-multipleBirth.abs()"},
	    {"(-multipleBirth).abs()", "(-multipleBirth).abs()"},
	    {"-7.abs()", "-7"},
	    {"(-7).abs()", "7"},
	    {"deceased is System.Boolean", "deceased is System.Boolean"},
	    {"deceased is boolean", "deceased is boolean"},
	    {"deceased.ofType(boolean)", "deceased.ofType(boolean)"},
	    {"deceased as dateTime", "deceased.ofType(dateTime)"},
	    {"extension.value as FHIR.Quantity", "extension.value as FHIR.Quantity"},
	    {"name.select(-$index)", "name.select(-$index)"},
	    {"name.sort(-use, family desc, given.first())", "name.sort(use desc, family desc, given.first())"},
	    {"name.sort(-(-$index))", "name.sort((-$index) desc)"},
	    {"'it\\'s \\\\ \\n' & id", "'it\\'s \\\\ \\n' & id"},
	    {"@2015T | @2015-02-04T14:30 | @T14:30 | 4 days | 4 'kg' | {}",
	     "@2015T | @2015-02-04T14:30 | @T14:30 | 4 days | 4 'kg' | {}"},
	    {"text.`div`", "text.`div`"},
	    {"%resource.id & %`vs-x`", "%resource.id & 'http://hl7.org/fhir/ValueSet/x'"},
	    {"defineVariable('n', name).active and %resource.exists()",
	     "$this.defineVariable('n', name).active and %resource.exists()"},
	    {"defineVariable('n').select(%n.name)", "$this.defineVariable('n').select(%n.name)"},
	    {"name.aggregate($total + 1, 0)", "name.aggregate($total + 1, 0)"},
	    {"children().count() > id.count()", "$this.children().count() > id.count()"},
	    {"descendants().as(canonical)", "$this.descendants() as canonical"},
	};
	arena *a = test_arena();
	type_id patient = type_find(TEXT("Patient"));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		text printed = {0};
		assert_true(comes_back(a, text_of(rows[i].expression), patient, &printed));
		assert_text(printed, text_of(rows[i].printed));
	}
}

TEST(r4s_own)
{
	int count = 0;
	text printed;
	for (type_id t = 1; t <= (type_id)type_count(); t++) {
		arena *a = arena_new(REQUEST_ARENA_MAX);
		for (int i = 0; i < search_count_of(t); i++) {
			search_definition s;
			search_at(t, i, &s);
			if (s.expression.len) count += comes_back(a, s.expression, t, &printed);
		}
		arena_free(a);
	}
	for (int i = 1; i <= invariant_count(); i++) {
		arena *a = arena_new(REQUEST_ARENA_MAX);
		invariant x;
		invariant_at(i, &x);
		count += comes_back(a, x.expression, x.element == NAME_NONE ? x.type : 0, &printed);
		arena_free(a);
	}
	print_message("%d of R4's expressions come back\n", count);
	assert_true(count > 2000);
}

/* Expressions made at random: most compile, for names are unknown types' */

typedef struct maker {
	buffer b;
	random_state r;
	int depth;
} maker;

static const char *one_of(maker *m, const char *const *words, int count)
{
	return words[random_below(&m->r, count)];
}
#define ONE_OF(m, words) one_of((m), (words), (int)(sizeof(words) / sizeof *(words)))

static void say(maker *m, const char *s)
{
	buffer_add(&m->b, text_of(s));
}

static void any(maker *m);

static void term(maker *m)
{
	static const char *const terms[] = {"name",
					    "id",
					    "value",
					    "1",
					    "2.50",
					    "'x'",
					    "'\\'\\u00e6\\\\'",
					    "true",
					    "@2015",
					    "@2015T",
					    "@T14:30",
					    "4 days",
					    "3 'mg'",
					    "$this",
					    "%resource",
					    "%ucum",
					    "{}",
					    "`div`",
					    "`a b`.`c`",
					    "Patient",
					    "-1",
					    "Resource.id",
					    "$index",
					    "code",
					    "@2015-02-04T14:30:01.250+01:00"};
	bool parentheses = random_below(&m->r, 3) == 0;
	if (m->depth > 5 || !parentheses) {
		say(m, ONE_OF(m, terms));
		return;
	}
	say(m, "(");
	any(m);
	say(m, ")");
}

static void postfix(maker *m)
{
	static const char *const calls[] = {".name",           ".use",
					    ".count()",        ".exists()",
					    ".empty()",        ".not()",
					    ".first()",        ".children()",
					    ".ofType(string)", ".is(Quantity)",
					    ".as(code)",       ".toString()",
					    ".lower()",        ".value.ofType(Quantity)"};
	static const char *const bodies[] = {".where(",  ".select(", ".exists(", ".all(",     ".sort(",
					     ".repeat(", "[",        ".union(",  ".combine(", ".indexOf("};
	term(m);
	for (int64_t n = random_below(&m->r, 3); n > 0; n--) {
		if (random_below(&m->r, 2) || m->depth > 4) {
			say(m, ONE_OF(m, calls));
			continue;
		}
		const char *body = ONE_OF(m, bodies);
		say(m, body);
		any(m);
		say(m, body[0] == '[' ? "]" : ")");
	}
}

static void any(maker *m)
{
	static const char *const operators[] = {" + ",        " - ",   " * ",  " / ",   " div ",    " mod ", " & ",
						" | ",        " = ",   " != ", " ~ ",   " < ",      " >= ",  " in ",
						" contains ", " and ", " or ", " xor ", " implies "};
	static const char *const types[] = {" is string", " as Quantity", " is System.String", " as FHIR.Quantity"};
	m->depth++;
	if (random_below(&m->r, 8) == 0) say(m, random_below(&m->r, 2) ? "-" : "+");
	postfix(m);
	for (int64_t n = random_below(&m->r, 3); n > 0; n--) {
		if (random_below(&m->r, 6) == 0) {
			say(m, ONE_OF(m, types));
			continue;
		}
		say(m, ONE_OF(m, operators));
		postfix(m);
	}
	m->depth--;
}

TEST(random_expressions)
{
	enum { EXPRESSIONS = 20000 };
	const char *given = getenv("LIMEN_SEED");
	int64_t seed = 20261121;
	if (given) assert_true(text_to_int(text_of(given), &seed));
	int compiled = 0;
	print_message("LIMEN_SEED=%lld\n", (long long)seed);
	maker m = {.r = random_seed((uint64_t)seed)};
	arena *a = arena_new(REQUEST_ARENA_MAX);
	for (int i = 0; i < EXPRESSIONS; i++) {
		text printed;
		arena_reset(a);
		m.b = (buffer){.arena = a};
		any(&m);
		compiled += comes_back(a, buffer_text(&m.b), i % 2 ? type_find(TEXT("Patient")) : 0, &printed);
	}
	arena_free(a);
	print_message("%d of %d made at random compile and come back\n", compiled, EXPRESSIONS);
	assert_true(compiled > EXPRESSIONS / 10);
}

TESTS(T(rows), T(r4s_own), T(random_expressions))
