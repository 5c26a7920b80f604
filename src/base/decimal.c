#include "base/internal.h"

#include <math.h>

enum { DIGITS_MAX = 38, SCALE_MAX = 38, QUOTIENT_DIGITS = 28 };

/* All arithmetic is on magnitudes, which have room for twice the largest coefficient; the sign is put on at the end. */
__extension__ typedef unsigned __int128 magnitude;

static const magnitude half_limit = 10000000000000000000u;                               /* 10^19 */
static const magnitude limit = (magnitude)10000000000000000000u * 10000000000000000000u; /* 10^38 */

static magnitude power_of_ten(int n)
{
	assert(0 <= n && n <= DIGITS_MAX);
	magnitude p = n >= 19 ? half_limit : 1;
	for (int left = n >= 19 ? n - 19 : n; left > 0; left--) p *= 10;
	assert(p > 0);
	return p;
}

static magnitude size_of(decimal d)
{
	return d.coefficient < 0 ? 0 - (magnitude)d.coefficient : (magnitude)d.coefficient;
}

static bool fits(magnitude m)
{
	return m < limit;
}

static int digit_count(magnitude m)
{
	int n = 0;
	for (magnitude p = 1; m >= p; p *= 10) n++;
	return n;
}

/* m × 10^n, where it fits */
static bool shifted(magnitude m, int n, magnitude *out)
{
	if (m && n + digit_count(m) > DIGITS_MAX) return false;
	*out = m ? m * power_of_ten(n) : 0;
	return true;
}

static decimal made(bool negative, magnitude m, int scale)
{
	assert(fits(m) && 0 <= scale && scale <= SCALE_MAX);
	return (decimal){.coefficient = negative ? -(int128)m : (int128)m, .scale = scale};
}

static bool is_digit(text t)
{
	return t.len && t.at[0] >= '0' && t.at[0] <= '9';
}

/* A run of digits onto what is there already; false where there is none, or there are too many. */
static bool take_digits(text *t, magnitude *m, int *count)
{
	if (!is_digit(*t)) return false;
	for (*count = 0; is_digit(*t); ++*count) {
		*m = *m * 10 + (magnitude)(t->at[0] - '0');
		if (!fits(*m)) return false;
		*t = text_slice(*t, 1, t->len);
	}
	return true;
}

static bool take_char(text *t, char c)
{
	if (!t->len || t->at[0] != c) return false;
	*t = text_slice(*t, 1, t->len);
	return true;
}

/* Exponents past a thousand are all alike: nothing but zero survives them. */
static bool take_exponent(text *t, int *exponent)
{
	*exponent = 0;
	if (!take_char(t, 'e') && !take_char(t, 'E')) return true;
	bool negative = take_char(t, '-');
	if (!negative) take_char(t, '+');
	if (!is_digit(*t)) return false;
	for (; is_digit(*t); *t = text_slice(*t, 1, t->len))
		if (*exponent < 1000) *exponent = *exponent * 10 + (t->at[0] - '0');
	if (negative) *exponent = -*exponent;
	return true;
}

bool decimal_parse(text t, decimal *out)
{
	magnitude m = 0;
	int whole_digits, scale = 0, exponent;
	bool negative = take_char(&t, '-');
	bool leading_zero = t.len && t.at[0] == '0';
	if (!take_digits(&t, &m, &whole_digits) || (leading_zero && whole_digits > 1)) return false;
	if (take_char(&t, '.') && !take_digits(&t, &m, &scale)) return false;
	if (!take_exponent(&t, &exponent) || t.len) return false;
	scale -= exponent;
	if (scale < 0) {
		if (!shifted(m, -scale, &m)) return false;
		scale = 0;
	}
	if (scale > SCALE_MAX && m) return false;
	*out = made(negative, m, scale > SCALE_MAX ? SCALE_MAX : scale);
	return true;
}

decimal decimal_from_int(int64_t n)
{
	return (decimal){.coefficient = n};
}

bool decimal_to_int(decimal d, int64_t *out)
{
	int128 unit = (int128)power_of_ten(d.scale);
	int128 whole = d.coefficient / unit;
	if (d.coefficient % unit || whole < INT64_MIN || whole > INT64_MAX) return false;
	*out = (int64_t)whole;
	return true;
}

text decimal_text(arena *a, decimal d)
{
	char digits[DIGITS_MAX + 4]; /* sign, point and a leading zero beside the digits */
	int at = (int)sizeof digits;
	magnitude m = size_of(d);
	for (int n = 0; m || n <= d.scale; n++, m /= 10) {
		if (n == d.scale && n > 0) digits[--at] = '.';
		digits[--at] = (char)('0' + (int)(m % 10));
	}
	if (d.coefficient < 0) digits[--at] = '-';
	return text_copy(a, (text){digits + at, (int64_t)sizeof digits - at});
}

double decimal_to_double(decimal d)
{
	return (double)((long double)d.coefficient / (long double)power_of_ten(d.scale));
}

/* The shortest digits that read back as the same double, as a person would write it; then rounded. */
bool decimal_from_double(double x, int scale_max, decimal *out)
{
	char digits[64];
	if (!isfinite(x) || fabs(x) >= 1e38) return false;
	int n = 0;
	for (int digits_kept = 15; digits_kept <= 17; digits_kept++) {
		n = snprintf(digits, sizeof digits, "%.*g", digits_kept, x);
		if (strtod(digits, NULL) == x) break;
	}
	/* Smaller ones have digits past the last place we have. */
	if (fabs(x) < 1e-20) n = snprintf(digits, sizeof digits, "%.*f", SCALE_MAX, x);
	decimal d;
	if (!decimal_parse((text){digits, n}, &d)) return false;
	*out = decimal_trim(decimal_round(d, scale_max));
	return true;
}

int decimal_sign(decimal d)
{
	return (d.coefficient > 0) - (d.coefficient < 0);
}

static int magnitude_compare(magnitude x, magnitude y)
{
	return (x > y) - (x < y);
}

/* Wholes first, then fractions brought to the same 38 places: neither can overflow. */
static int size_compare(decimal x, decimal y)
{
	magnitude unit_x = power_of_ten(x.scale), unit_y = power_of_ten(y.scale);
	int order = magnitude_compare(size_of(x) / unit_x, size_of(y) / unit_y);
	if (order) return order;
	return magnitude_compare(size_of(x) % unit_x * power_of_ten(SCALE_MAX - x.scale),
				 size_of(y) % unit_y * power_of_ten(SCALE_MAX - y.scale));
}

int decimal_compare(decimal x, decimal y)
{
	int sign = decimal_sign(x), other = decimal_sign(y);
	if (sign != other) return sign < other ? -1 : 1;
	return sign < 0 ? size_compare(y, x) : size_compare(x, y);
}

/* A result, without zeros at its end where it is they that make it too long. */
static bool settled(bool negative, magnitude m, int scale, decimal *out)
{
	for (; (!fits(m) || scale > SCALE_MAX) && scale > 0 && m % 10 == 0; scale--) m /= 10;
	if (!fits(m) || scale > SCALE_MAX) return false;
	*out = made(negative, m, scale);
	return true;
}

static bool add_as_written(decimal x, decimal y, decimal *out)
{
	int scale = x.scale > y.scale ? x.scale : y.scale;
	magnitude mx, my;
	if (!shifted(size_of(x), scale - x.scale, &mx) || !shifted(size_of(y), scale - y.scale, &my)) return false;
	bool x_negative = x.coefficient < 0, y_negative = y.coefficient < 0;
	if (x_negative == y_negative) return settled(x_negative, mx + my, scale, out);
	return mx >= my ? settled(x_negative, mx - my, scale, out) : settled(y_negative, my - mx, scale, out);
}

bool decimal_add(decimal x, decimal y, decimal *out)
{
	/* Zeros at the end are kept, but must not be what makes it too long. */
	return add_as_written(x, y, out) || add_as_written(decimal_trim(x), decimal_trim(y), out);
}

bool decimal_subtract(decimal x, decimal y, decimal *out)
{
	y.coefficient = -y.coefficient;
	return decimal_add(x, y, out);
}

static bool multiply_as_written(decimal x, decimal y, decimal *out)
{
	magnitude product;
	if (__builtin_mul_overflow(size_of(x), size_of(y), &product)) return false;
	return settled((x.coefficient < 0) != (y.coefficient < 0), product, x.scale + y.scale, out);
}

bool decimal_multiply(decimal x, decimal y, decimal *out)
{
	return multiply_as_written(x, y, out) || multiply_as_written(decimal_trim(x), decimal_trim(y), out);
}

/* The next digit of a division on paper: how often `by` goes into ten times `rest`. Ten times the rest has no room, so it
 * is added up, and taken off as soon as it can be. */
static int next_digit(magnitude *rest, magnitude by)
{
	magnitude sum = 0;
	int digit = 0;
	for (int i = 0; i < 10; i++) {
		sum += *rest;
		if (sum >= by) {
			sum -= by;
			digit++;
		}
	}
	*rest = sum;
	return digit;
}

bool decimal_divide(decimal x, decimal y, decimal *out)
{
	if (!y.coefficient) return false;
	magnitude by = size_of(y);
	magnitude quotient = size_of(x) / by, rest = size_of(x) % by;
	int scale = x.scale - y.scale; /* of the quotient as it stands */
	int digits = digit_count(quotient);
	for (; rest && scale < SCALE_MAX && digits < QUOTIENT_DIGITS; scale++) {
		quotient = quotient * 10 + (magnitude)next_digit(&rest, by);
		digits += quotient > 0;
	}
	if (scale <= SCALE_MAX && rest >= by - rest) quotient++;
	bool negative = (x.coefficient < 0) != (y.coefficient < 0);
	if (scale < 0) {
		if (!shifted(quotient, -scale, &quotient)) return false;
		scale = 0;
	}
	if (!fits(quotient)) return false;
	*out = decimal_trim(made(negative, quotient, scale));
	return true;
}

bool decimal_divide_whole(decimal x, decimal y, decimal *quotient, decimal *rest)
{
	if (!y.coefficient) return false;
	if (size_compare(x, y) < 0) {
		*quotient = decimal_from_int(0);
		*rest = x;
		return true;
	}
	bool negative = x.coefficient < 0;
	int scale = x.scale > y.scale ? x.scale : y.scale;
	magnitude by;
	if (!shifted(size_of(y), scale - y.scale, &by)) return false;
	assert(by > 0);
	magnitude whole = size_of(x) / by, left = size_of(x) % by;
	for (int i = x.scale; i < scale; i++) {
		int digit = next_digit(&left, by);
		if (!shifted(whole, 1, &whole)) return false;
		whole += (magnitude)digit;
	}
	*quotient = made(negative != (y.coefficient < 0), whole, 0);
	*rest = made(negative, left, scale);
	return true;
}

decimal decimal_round(decimal d, int scale)
{
	assert(scale >= 0);
	if (scale >= d.scale) return d;
	magnitude unit = power_of_ten(d.scale - scale);
	magnitude m = size_of(d);
	return made(d.coefficient < 0, m / unit + (m % unit >= unit - m % unit), scale);
}

decimal decimal_trim(decimal d)
{
	while (d.scale > 0 && d.coefficient % 10 == 0) {
		d.coefficient /= 10;
		d.scale--;
	}
	return d;
}
