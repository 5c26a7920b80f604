/* The shipped rules: their own cases run when the content is loaded; here the content must load, and the rules must be the ones. */
#include "clock/shipped.h"

TEST(the_shipped_content_loads)
{
	image *m = shipped_image(test_arena());
	const clock_rule *const *rules;
	assert_int_equal(clock_rules(m, &rules), 47);
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

TESTS(T(the_shipped_content_loads), T(each_rule_says_its_force))
