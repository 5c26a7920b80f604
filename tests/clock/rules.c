/* The shipped rules: their own cases run when the content is loaded; here the content must load, and the rules must be the ones. */
#include "clock/shipped.h"

TEST(the_shipped_content_loads)
{
	image *m = shipped_image(test_arena());
	const clock_rule *const *rules;
	assert_int_equal(clock_rules(m, &rules), 55);
	content_free(m);
}

/* A right that is passed is a breach; the department's own goal is not. */
TEST(each_rule_says_its_force)
{
	static const struct {
		const char *rule, *force, *passed;
	} rows[] = {
	    {"udredningsret", "law", "overskredet"},     {"varsling", "law", "overskredet"},
	    {"behandlingsret", "law", "overskredet"},    {"visitation-lokal", "local", "passeret"},
	    {"booking-lokal", "local", "passeret"},      {"mvt-ami", "law", "overskredet"},
	    {"pakke-of1", "recommendation", "passeret"}, {"udredningsplan-opdateret", "local", "passeret"},
	};
	image *m = shipped_image(test_arena());
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const clock_rule *r = clock_rule_find(m, text_of(rows[i].rule));
		clock late = {.rule = r, .applies = true, .start = 0, .stop = INSTANT_NONE, .suspended = INSTANT_NONE};
		late.paused = INSTANT_NONE;
		late.due = 1000;
		assert_text(clock_rule_face(r)->force, text_of(rows[i].force));
		assert_text(clock_word(&late, 2000, LANGUAGE_DA), text_of(rows[i].passed));
		assert_text(clock_word(&late, 500, LANGUAGE_DA), TEXT("løber"));
	}
	content_free(m);
}

/* The published rulings that concern time are each a case of a rule, by the facts of the ruling where they could be read. */
TEST(each_published_ruling_is_a_case)
{
	static const char *const rulings[] = {"23SFP118", "23SFP99",  "23SFP15",  "23SFP38", "24SFP81", "23SFP94",
					      "23SFP05",  "23SFP122", "20SFP44",  "22SFP62", "24SFP69", "24SFP76",
					      "24SFP82",  "23SFP09",  "23SFP123", "19SFP20"};
	arena *a = test_arena();
	int count;
	const content_file *files = shipped_files(a, &count);
	for (size_t r = 0; r < sizeof rulings / sizeof *rulings; r++) {
		text wanted = text_format(a, "ruling: %s", rulings[r]);
		bool found = false;
		for (int i = 0; i < count; i++) found = found || text_find(files[i].source, wanted) >= 0;
		if (!found) fail_msg("no case of %s", rulings[r]);
	}
}

static void assert_due(const image *m, const clock_rule *r, const fact *at, int count, day due)
{
	fact room[8];
	clock c;
	memcpy(room, at, (size_t)count * sizeof *at);
	facts f = {room, count};
	facts_sort(&f);
	assert_true(clock_try(m, r, &f, &c));
	assert_int_equal(c.due_day, due);
}

/* The stages of the cancer packages, once a hospital has filled in the table: the number counts, and so does what is not counted. */
TEST(a_filled_table_counts_the_packages)
{
	static const char *const stages[][4] = {
	    {"pakke-of1", "OF1", "referral.received", ""},
	    {"pakke-of2", "OF2", "package.started", ""},
	    {"pakke-of3-kirurgi", "OF3-kirurgi", "package.decided", "kirurgi"},
	    {"pakke-of3-medicinsk", "OF3-medicinsk", "package.decided", "medicinsk"},
	    {"pakke-of3-straale", "OF3-straale", "package.decided", "straale"},
	    {"pakke-of4", "OF4", "referral.received", ""},
	};
	for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
		arena *a = test_arena();
		issues sink = {.arena = a};
		content_file own = {
		    .name = TEXT("egne.yaml"),
		    .source = text_format(a,
					  "limits: kraeftpakker\nda: x\nen: x\nsource: x\nby: cancer.package\n"
					  "columns: [ OF1, OF2, OF3-kirurgi, OF3-medicinsk, OF3-straale, OF4 ]\nrows:\n"
					  "  - { code: prostata, %s: 6 calendar days }\n",
					  stages[i][1])};
		image *m = shipped_with(&own, 1, &sink);
		assert_non_null(m);
		const clock_rule *r = clock_rule_find(m, text_of(stages[i][0]));
		fact at[] = {
		    {.id = fact_id(m, TEXT("cancer.package")), .code = TEXT("prostata")},
		    {.id = fact_id(m, TEXT("treatment.mode")), .code = text_of(stages[i][3])},
		    {.id = fact_id(m, text_of(stages[i][2]))},
		    {.id = fact_id(m, TEXT("patient.waits"))},
		    {.id = fact_id(m, TEXT("patient.ready"))},
		    {.id = fact_id(m, TEXT("health.waits"))},
		    {.id = fact_id(m, TEXT("health.ready"))},
		};
		static const int on[] = {0, 0, 0, 2,
					 4, 3, 7}; /* at the patient's wish days 2 to 4, for health 3 to 7 */
		day start;
		assert_true(day_parse(TEXT("2026-03-02"), &start));
		for (int n = 0; n < 7; n++) at[n].on = start + on[n], at[n].at = day_start(start + on[n]);
		assert_due(m, r, at, 3, start + 6);
		assert_due(m, r, at, 5, start + 8);
		assert_due(m, r, at, 7, start + 11);
		content_free(m);
	}
}

TESTS(T(the_shipped_content_loads), T(each_rule_says_its_force), T(each_published_ruling_is_a_case),
      T(a_filled_table_counts_the_packages))
