/* The shipped rules: their own cases run when the content is loaded; here the content must load, and the rules must be the ones. */
#include "clock/shipped.h"

TEST(the_shipped_content_loads)
{
	image *m = shipped_image(test_arena());
	const clock_rule *const *rules;
	assert_int_equal(clock_rules(m, &rules), 5);
	content_free(m);
}

TESTS(T(the_shipped_content_loads))
