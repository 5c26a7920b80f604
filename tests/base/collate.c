/* Danish order and folding. */
#include "harness.h"

#define COUNT(rows) (int)(sizeof(rows) / sizeof *(rows))

/* In dictionary order; each before the next. */
static const char *const ordered[] = {
    "",        "-",           "10",         "9",
    "Abel",    "Adam",        "Ali",        "André",
    "Andrea",  "Bo",          "bo",         "Bö", /* ö is ø */
    "Eva",     "eva",         "Éva",        "Evaldsen",
    "Hansen",  "Hansen Anna", "Hansen Åse", "Hansen-Holm",
    "Hansena", "Mogensen",    "Muller",     "My",
    "Müller", /* ü is y: after My, before Myrup */
    "Myrup",   "Möller",      "Møllersen",  "Zachariassen",
    "Ä-b", /* ä is æ */
    "Ærø",     "Öberg",       "Ørsted",     "Ågård",
    "Aagård",  "Aagaard",     "Åse",        "Aase",
    "Åsen",    "Åå",          "Жуков",
};

TEST(names_in_danish_order)
{
	arena *a = test_arena();
	for (int i = 1; i < COUNT(ordered); i++) {
		text before = text_collate(a, text_of(ordered[i - 1]));
		text after = text_collate(a, text_of(ordered[i]));
		if (text_compare(before, after) >= 0)
			fail_msg("%s does not come before %s", ordered[i - 1], ordered[i]);
	}
}

TEST(keys_are_text)
{
	arena *a = test_arena();
	for (int i = 0; i < COUNT(ordered); i++) {
		text key = text_collate(a, text_of(ordered[i]));
		assert_int_equal(text_utf8_error(key), -1);
		for (int64_t n = 0; n < key.len; n++) assert_int_not_equal(key.at[n], 0);
	}
}

static const struct {
	const char *in, *out;
} folds[] = {
    {"", ""},
    {"Møller", "møller"},
    {"MØLLER", "møller"},
    {"Moller", "moller"},
    {"Möller", "møller"},
    {"Müller", "muller"},
    {"Ægir", "ægir"},
    {"Ägir", "ægir"},
    {"André", "andre"},
    {"ANDRÉ", "andre"},
    {"Andre\xCC\x81", "andre"}, /* the accent as a mark of its own */
    {"A\xCC\x8Ase", "åse"},     /* so too the ring */
    {"\xE2\x84\xABse", "åse"},  /* the sign for ångström */
    {"Aase", "åse"},
    {"AAse", "åse"},
    {"aaa", "åa"},
    {"aáa", "åa"},
    {"Ǻ ǿ ǽ", "å ø æ"},
    {"Straße", "strasse"},
    {"\xEF\xAC\x81n", "fin"}, /* the ligature fi */
    {"Đorđe Łódź", "dorde lodz"},
    {"\xD0\x96\xD1\x83\xD0\xBA", "\xD0\xB6\xD1\x83\xD0\xBA"},
    {"a\xC2\xAD\x62", "ab"},      /* soft hyphen */
    {"a\x80z", "a\xEF\xBF\xBDz"}, /* malformed */
    {"900186-1234", "900186-1234"},
};

TEST(folding)
{
	arena *a = test_arena();
	for (int i = 0; i < COUNT(folds); i++) {
		assert_text(text_fold(a, text_of(folds[i].in)), text_of(folds[i].out));
		assert_text(text_fold(a, text_of(folds[i].out)), text_of(folds[i].out));
	}
}

TEST(random_bytes_fold_and_collate)
{
	uint64_t seed = 4711;
	printf("random_bytes_fold_and_collate: seed %llu\n", (unsigned long long)seed);
	random_state r = random_seed(seed);
	arena *a = test_arena();
	for (int i = 0; i < 5000; i++) {
		char bytes[24];
		arena_reset(a);
		for (int n = 0; n < COUNT(bytes); n++) bytes[n] = (char)random_below(&r, 256);
		text t = {bytes, random_below(&r, COUNT(bytes) + 1)};
		text folded = text_fold(a, t), key = text_collate(a, t);
		if (text_utf8_error(folded) >= 0 || text_utf8_error(key) >= 0) fail_msg("step %d is not UTF-8", i);
		if (!text_equal(text_fold(a, folded), folded)) fail_msg("step %d folds further", i);
	}
}

TESTS(T(names_in_danish_order), T(keys_are_text), T(folding), T(random_bytes_fold_and_collate))
