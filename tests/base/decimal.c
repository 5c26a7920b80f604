/* Exact decimals against rows worked out by hand or with Python's decimal module (28 digits, ROUND_HALF_UP). */
#include "harness.h"

#include <math.h>

#define COUNT(rows) (int)(sizeof(rows) / sizeof *(rows))
#define NINES "99999999999999999999999999999999999999" /* 38 of them, the largest there is */

static decimal of(const char *t)
{
	decimal d;
	if (!decimal_parse(text_of(t), &d)) fail_msg("\"%s\" is refused", t);
	return d;
}

static void assert_decimal(arena *a, decimal actual, const char *expected)
{
	assert_text(decimal_text(a, actual), text_of(expected));
}

TEST(digits_are_kept)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
	    {"0", "0"},
	    {"-0", "0"},
	    {"0.00", "0.00"},
	    {"1.50", "1.50"},
	    {"-1.5", "-1.5"},
	    {"0.001", "0.001"},
	    {"-0.010", "-0.010"},
	    {"1e3", "1000"},
	    {"1E+3", "1000"},
	    {"1.5e1", "15"},
	    {"1.50e1", "15.0"},
	    {"1500e-2", "15.00"},
	    {"1e-38", "0.00000000000000000000000000000000000001"},
	    {"0e99999999999999999999", "0"},
	    {"0e-99999999999999999999", "0.00000000000000000000000000000000000000"},
	    {NINES, NINES},
	    {"-" NINES, "-" NINES},
	    {"0." NINES, "0." NINES},
	    {"9.9999999999999999999999999999999999999", "9.9999999999999999999999999999999999999"},
	    {"1e37", "10000000000000000000000000000000000000"},
	};
	arena *a = test_arena();
	for (int i = 0; i < COUNT(rows); i++) assert_decimal(a, of(rows[i].in), rows[i].out);
}

TEST(what_is_no_number_is_refused)
{
	static const char *const rows[] = {
	    "",    "-",    "+1",      ".5",      "5.",   "00",    "01",           "-01",          "1,5", "1 ",
	    " 1",  "1e",   "1e+",     "1e1.5",   "0x10", "NaN",   "inf",          "1.2.3",        "--1", "1e--1",
	    "1_0", "1.e1", NINES "0", "1" NINES, "1e38", "1e-39", "0." NINES "1", "1e99999999999"};
	for (int i = 0; i < COUNT(rows); i++) {
		decimal d;
		if (decimal_parse(text_of(rows[i]), &d)) fail_msg("\"%s\" is taken", rows[i]);
	}
}

typedef bool operation(decimal x, decimal y, decimal *out);

static bool whole_part(decimal x, decimal y, decimal *out)
{
	decimal rest;
	return decimal_divide_whole(x, y, out, &rest);
}

static bool rest_of(decimal x, decimal y, decimal *out)
{
	decimal whole;
	return decimal_divide_whole(x, y, &whole, out);
}

static const struct {
	operation *run;
	const char *x, *y, *result; /* NULL: does not fit, or has no answer */
} rows[] = {
    {decimal_add, "0.1", "0.2", "0.3"},
    {decimal_add, "1.50", "1.5", "3.00"},
    {decimal_add, "1", "-1.00", "0.00"},
    {decimal_add, NINES, "0", NINES},
    {decimal_add, NINES, "0.00", NINES}, /* zeros at the end do not make it too long */
    {decimal_add, NINES, "1", NULL},
    {decimal_add, "-" NINES, "-1", NULL},
    {decimal_add, NINES, "-" NINES, "0"},
    {decimal_add, "1e37", "0.1", NULL},
    {decimal_add, "1e37", "1.0", "10000000000000000000000000000000000001"},
    {decimal_add, "1e-38", "9", NULL},
    {decimal_add, NINES, NINES, NULL},
    {decimal_add, "5e37", "5e37", NULL},
    {decimal_add, "9.9999999999999999999999999999999999999", "1e-37", "10.000000000000000000000000000000000000"},
    {decimal_multiply, "5e-20", "2e-19", "0.00000000000000000000000000000000000001"},
    {decimal_multiply, "5e37", "0.2", "10000000000000000000000000000000000000"},
    {decimal_subtract, "0.3", "0.1", "0.2"},
    {decimal_subtract, "-" NINES, "1", NULL},
    {decimal_subtract, "1", "0.9", "0.1"},
    {decimal_multiply, "1.5", "1.50", "2.250"},
    {decimal_multiply, "-0.1", "0.1", "-0.01"},
    {decimal_multiply, "-0.1", "-0.1", "0.01"},
    {decimal_multiply, "1e19", "1e18", "10000000000000000000000000000000000000"},
    {decimal_multiply, "1e19", "1e19", NULL},
    {decimal_multiply, NINES, "10", NULL},
    {decimal_multiply, NINES, "1.0", NINES},
    {decimal_multiply, "1e-20", "1e-20", NULL},
    {decimal_multiply, NINES, "0", "0"},
    {decimal_divide, "1", "3", "0.3333333333333333333333333333"},
    {decimal_divide, "2", "3", "0.6666666666666666666666666667"},
    {decimal_divide, "-2", "3", "-0.6666666666666666666666666667"},
    {decimal_divide, "22", "7", "3.142857142857142857142857143"},
    {decimal_divide, "1e-10", "3", "0.00000000003333333333333333333333333333"},
    {decimal_divide, "123456789.123456789", "0.000321", "384600589169.6473177570093458"},
    {decimal_divide, "9.99", "0.03", "333"},
    {decimal_divide, "1.50", "0.5", "3"},
    {decimal_divide, "9", "0.003", "3000"},
    {decimal_divide, "1", "8", "0.125"},
    {decimal_divide, "1e20", "0.003", "33333333333333333333333.33333"},
    {decimal_divide, NINES, NINES, "1"},
    {decimal_divide, NINES, "-99999999999999999999999999999999999998", "-1"},
    {decimal_divide, "1", NINES, "0.00000000000000000000000000000000000001"},
    {decimal_divide, "5e-38", "10", "0.00000000000000000000000000000000000001"}, /* half away from zero */
    {decimal_divide, "-5e-38", "10", "-0.00000000000000000000000000000000000001"},
    {decimal_divide, "1e37", "0.1", NULL},
    {decimal_divide, "1", "0", NULL},
    {decimal_divide, "0", "0.0", NULL},
    {decimal_divide, "0.00", "5", "0"},
    {whole_part, "7", "2", "3"},
    {whole_part, "-7", "2", "-3"},
    {whole_part, "5.5", "0.7", "7"},
    {whole_part, "1", "0", NULL},
    {whole_part, "1e-38", "1e37", "0"},
    {whole_part, "1e30", "7.00000000000001", "142857142857142653061224489796"},
    {whole_part, "1e37", "0.001", NULL},
    {whole_part, "1.8", "1.80", "1"},
    {rest_of, "7", "2", "1"},
    {rest_of, "-7", "2", "-1"},
    {rest_of, "7", "-2", "1"},
    {rest_of, "5.5", "0.7", "0.6"},
    {rest_of, "1e-38", "1e37", "0.00000000000000000000000000000000000001"},
};

TEST(arithmetic)
{
	arena *a = test_arena();
	for (int i = 0; i < COUNT(rows); i++) {
		decimal d;
		bool done = rows[i].run(of(rows[i].x), of(rows[i].y), &d);
		if (done != (rows[i].result != NULL))
			fail_msg("row %d (%s, %s): done is %d", i, rows[i].x, rows[i].y, done);
		if (done && !text_equal(decimal_text(a, d), text_of(rows[i].result)))
			fail_msg("row %d (%s, %s): %.*s, expected %s", i, rows[i].x, rows[i].y,
				 TEXT_ARG(decimal_text(a, d)), rows[i].result);
	}
}

TEST(order)
{
	static const struct {
		const char *x, *y;
		int order;
	} pairs[] = {
	    {"1.50", "1.5", 0}, {"0.0", "0", 0},     {"-1", "1", -1},         {"-2", "-1", -1},     {"0.1", "0.09", 1},
	    {"-0.1", "0", -1},  {NINES, "1e-38", 1}, {"-" NINES, "-0.5", -1}, {"10", "9.99999", 1}, {"1e37", "9e36", 1},
	};
	for (int i = 0; i < COUNT(pairs); i++) {
		assert_int_equal(decimal_compare(of(pairs[i].x), of(pairs[i].y)), pairs[i].order);
		assert_int_equal(decimal_compare(of(pairs[i].y), of(pairs[i].x)), -pairs[i].order);
	}
	assert_int_equal(decimal_sign(of("-0.1")), -1);
	assert_int_equal(decimal_sign(of("-0.0")), 0);
}

TEST(rounding)
{
	arena *a = test_arena();
	static const struct {
		const char *in;
		int scale;
		const char *out;
	} cases[] = {
	    {"2.5", 0, "3"},      {"-2.5", 0, "-3"}, {"2.49", 0, "2"},     {"2.45", 1, "2.5"},
	    {"-2.45", 1, "-2.5"}, {"0.05", 0, "0"},  {"9.99", 1, "10.0"},  {"1.5", 4, "1.5"},
	    {"0.5", 0, "1"},      {"-0.4", 0, "0"},  {"0." NINES, 0, "1"},
	};
	for (int i = 0; i < COUNT(cases); i++)
		assert_decimal(a, decimal_round(of(cases[i].in), cases[i].scale), cases[i].out);
	assert_decimal(a, decimal_trim(of("1.500")), "1.5");
	assert_decimal(a, decimal_trim(of("100.00")), "100");
	assert_decimal(a, decimal_trim(of("0.00")), "0");
}

TEST(whole_numbers)
{
	int64_t n;
	assert_true(decimal_to_int(of("2.00"), &n));
	assert_int_equal(n, 2);
	assert_true(decimal_to_int(of("-9223372036854775808"), &n));
	assert_true(n == INT64_MIN);
	assert_false(decimal_to_int(of("9223372036854775808"), &n));
	assert_false(decimal_to_int(of("2.5"), &n));
	arena *a = test_arena();
	assert_decimal(a, decimal_from_int(INT64_MIN), "-9223372036854775808");
}

TEST(doubles)
{
	arena *a = test_arena();
	static const struct {
		double in;
		int scale_max;
		const char *out; /* NULL: no decimal */
	} cases[] = {
	    {0.1, 20, "0.1"},
	    {1.0 / 3, 8, "0.33333333"},
	    {1e15, 8, "1000000000000000"},
	    {-2.5, 0, "-3"},
	    {1e-30, 38, "0.000000000000000000000000000001"},
	    {1e-300, 38, "0"},
	    {1e38, 8, NULL},
	    {(double)INFINITY, 8, NULL},
	    {(double)NAN, 8, NULL},
	    {1.4142135623730951, 16, "1.4142135623730951"},
	};
	for (int i = 0; i < COUNT(cases); i++) {
		decimal d;
		bool done = decimal_from_double(cases[i].in, cases[i].scale_max, &d);
		assert_int_equal(done, cases[i].out != NULL);
		if (done) assert_decimal(a, d, cases[i].out);
	}
	assert_true(decimal_to_double(of("0.1")) == 0.1);
	assert_true(decimal_to_double(of("-1234.5")) == -1234.5);
}

static decimal random_decimal(random_state *r)
{
	int64_t bound = 1;
	for (int64_t digits = random_between(r, 0, 15); digits > 0; digits--) bound *= 10;
	return (decimal){.coefficient = random_between(r, -bound, bound), .scale = (int)random_below(r, 10)};
}

TEST(laws_of_arithmetic)
{
	uint64_t seed = 10;
	printf("laws_of_arithmetic: seed %llu\n", (unsigned long long)seed);
	random_state r = random_seed(seed);
	arena *a = test_arena();
	for (int i = 0; i < 20000; i++) {
		decimal x = random_decimal(&r), y = random_decimal(&r), sum, back, product, whole, rest, again;
		arena_reset(a);
		if (!decimal_parse(decimal_text(a, x), &back) || back.coefficient != x.coefficient ||
		    back.scale != x.scale)
			fail_msg("step %d: text does not read back", i);
		if (!decimal_add(x, y, &sum) || !decimal_subtract(sum, y, &back) || decimal_compare(back, x) != 0)
			fail_msg("step %d: x + y - y is not x", i);
		if (!decimal_sign(y)) continue;
		if (!decimal_multiply(x, y, &product) || !decimal_divide(product, y, &back) ||
		    decimal_compare(decimal_round(back, 9), x) != 0)
			fail_msg("step %d: x * y / y is not x", i);
		bool divided = decimal_divide_whole(x, y, &whole, &rest) && decimal_multiply(whole, y, &product) &&
			       decimal_add(product, rest, &again);
		if (!divided || decimal_compare(again, x) != 0) fail_msg("step %d: whole * y + rest is not x", i);
	}
}

TESTS(T(digits_are_kept), T(what_is_no_number_is_refused), T(arithmetic), T(order), T(rounding), T(whole_numbers),
      T(doubles), T(laws_of_arithmetic))
