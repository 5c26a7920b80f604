/* Arithmetic and mathematics: exact decimals; what has no result, or none that fits, is empty (FHIRPath N1, 5.7 and
 * 6.6). */
#include "fhir/path_internal.h"

#include <math.h>

static path_items mismatch(path_machine *m, const path_item *x, const path_item *y)
{
	return path_fail(m, FAIL_PATH_COMPARE, path_item_type_name(x), path_item_type_name(y));
}

static bool operands(path_machine *m, path_items left, path_items right, path_item *x, path_item *y)
{
	bool have_left = path_single(m, left, x), have_right = path_single(m, right, y);
	return have_left && have_right && !m->failed;
}

/* Dates with durations. A unit that is no duration is a mistake, a result outside the calendar is empty. */

static path_items shift(path_machine *m, const path_item *when, const path_item *by, bool back)
{
	stamp s;
	stamp_part part;
	int64_t amount;
	if (by->kind != PATH_QUANTITY || !quantity_duration(by, &part, &amount)) return mismatch(m, when, by);
	if (!path_stamp(when, &s)) return path_none();
	if (s.is_time && part < STAMP_HOUR) return mismatch(m, when, by);
	if (!stamp_add(&s, back ? -amount : amount, part)) return path_none();
	return path_one(m, &(path_item){.kind = when->kind, .text = stamp_text(m->arena, &s)});
}

/* Sums */

static bool in_unit_of(const path_item *x, path_item *y)
{
	if (!quantity_in(y, x->text, &y->number)) return false;
	y->text = x->text;
	return true;
}

static path_items sum(path_machine *m, path_item x, path_item y, bool minus)
{
	decimal p, q, out;
	int64_t n;
	bool (*apply)(decimal, decimal, decimal *) = minus ? decimal_subtract : decimal_add;
	if (x.kind == PATH_INTEGER && y.kind == PATH_INTEGER) {
		bool over = minus ? __builtin_sub_overflow(x.integer, y.integer, &n)
				  : __builtin_add_overflow(x.integer, y.integer, &n);
		return over ? path_none() : path_integer(m, n);
	}
	if (path_number(&x, &p) && path_number(&y, &q)) return apply(p, q, &out) ? path_decimal(m, out) : path_none();
	if (x.kind == PATH_QUANTITY && y.kind == PATH_QUANTITY) {
		if (!in_unit_of(&x, &y) || !apply(x.number, y.number, &x.number)) return path_none();
		return path_one(m, &x);
	}
	return mismatch(m, &x, &y);
}

path_items operator_add(path_machine *m, path_items left, path_items right)
{
	path_item x, y;
	if (!operands(m, left, right, &x, &y)) return path_none();
	if (path_is_stamp(&x)) return shift(m, &x, &y, false);
	if (x.kind == PATH_STRING && y.kind == PATH_STRING) {
		if (!path_spend(m, (x.text.len + y.text.len) / 16)) return path_none();
		return path_string(m, text_join(m->arena, x.text, y.text));
	}
	return sum(m, x, y, false);
}

path_items operator_subtract(path_machine *m, path_items left, path_items right)
{
	path_item x, y;
	if (!operands(m, left, right, &x, &y)) return path_none();
	return path_is_stamp(&x) ? shift(m, &x, &y, true) : sum(m, x, y, true);
}

/* Products. A quantity's unit is put together as UCUM writes it. */

static text unit_product(path_machine *m, text x, text y, char mark)
{
	bool one = text_equal(y, TEXT("1"));
	if (one) return x;
	if (mark == '.' && text_equal(x, TEXT("1"))) return y;
	if (!path_spend(m, (x.len + y.len) / 16)) return x;
	return text_format(m->arena, "(%.*s)%c(%.*s)", TEXT_ARG(x), mark, TEXT_ARG(y));
}

path_items operator_multiply(path_machine *m, path_items left, path_items right)
{
	path_item x, y;
	decimal p, q, out;
	int64_t n;
	if (!operands(m, left, right, &x, &y)) return path_none();
	if (x.kind == PATH_INTEGER && y.kind == PATH_INTEGER)
		return __builtin_mul_overflow(x.integer, y.integer, &n) ? path_none() : path_integer(m, n);
	if (path_number(&x, &p) && path_number(&y, &q))
		return decimal_multiply(p, q, &out) ? path_decimal(m, out) : path_none();
	if (!path_to_quantity(&x) || !path_to_quantity(&y)) return mismatch(m, &x, &y);
	if (!decimal_multiply(x.number, y.number, &x.number)) return path_none();
	x.text = unit_product(m, x.text, y.text, '.');
	return path_one(m, &x);
}

path_items operator_divide(path_machine *m, path_items left, path_items right)
{
	path_item x, y;
	decimal p, q, out;
	if (!operands(m, left, right, &x, &y)) return path_none();
	if (path_number(&x, &p) && path_number(&y, &q))
		return decimal_divide(p, q, &out) ? path_decimal(m, out) : path_none();
	if (!path_to_quantity(&x) || !path_to_quantity(&y)) return mismatch(m, &x, &y);
	if (!decimal_divide(x.number, y.number, &x.number)) return path_none();
	x.text = unit_product(m, x.text, y.text, '/');
	return path_one(m, &x);
}

static path_items whole(path_machine *m, path_items left, path_items right, bool rest)
{
	path_item x, y;
	decimal p, q, quotient, remainder;
	int64_t n;
	if (!operands(m, left, right, &x, &y)) return path_none();
	if (!path_number(&x, &p) || !path_number(&y, &q)) return mismatch(m, &x, &y);
	if (!decimal_divide_whole(p, q, &quotient, &remainder)) return path_none();
	bool integers = x.kind == PATH_INTEGER && y.kind == PATH_INTEGER;
	decimal out = rest ? remainder : quotient;
	if (rest && !integers) return path_decimal(m, out);
	return decimal_to_int(out, &n) ? path_integer(m, n) : path_none();
}

path_items operator_div(path_machine *m, path_items left, path_items right)
{
	return whole(m, left, right, false);
}

path_items operator_mod(path_machine *m, path_items left, path_items right)
{
	return whole(m, left, right, true);
}

/* Mathematics */

static bool number_of(path_machine *m, path_items items, path_item *v, decimal *out)
{
	if (!path_single(m, items, v)) return false;
	if (path_number(v, out)) return true;
	path_fail(m, FAIL_PATH_OPERAND, path_kind_name(PATH_DECIMAL), path_item_type_name(v));
	return false;
}

path_items function_abs(path_machine *m, const path_call *c)
{
	path_item v;
	decimal d;
	if (!path_single(m, c->input, &v)) return path_none();
	if (v.kind != PATH_QUANTITY && !number_of(m, c->input, &v, &d)) return path_none();
	if (v.kind == PATH_INTEGER) {
		if (v.integer == INT64_MIN) return path_none();
		if (v.integer < 0) v.integer = -v.integer;
	} else if (v.number.coefficient < 0) {
		v.number.coefficient = -v.number.coefficient;
	}
	return path_one(m, &v);
}

/* Decimals have up to 38 digits (base/decimal.h). */
static const int128 room_for_one_more = (int128)10000000000000000000u * 1000000000000000000; /* 10^37 */

/* Down for -1, up for 1, towards zero for 0, to `scale` digits, exactly so many; false where that does not fit. */
static bool rounded(decimal d, int scale, int direction, decimal *out)
{
	decimal r = {.coefficient = d.coefficient, .scale = d.scale};
	for (; r.scale < scale; r.scale++) {
		if (r.coefficient >= room_for_one_more || r.coefficient <= -room_for_one_more) return false;
		r.coefficient *= 10;
	}
	bool rest = false;
	for (; r.scale > scale; r.scale--) {
		rest |= r.coefficient % 10 != 0;
		r.coefficient /= 10;
	}
	if (rest && direction < 0 && d.coefficient < 0) r.coefficient--;
	if (rest && direction > 0 && d.coefficient > 0) r.coefficient++;
	*out = r;
	return true;
}

static path_items to_whole(path_machine *m, const path_call *c, int direction)
{
	path_item v;
	decimal d;
	int64_t n;
	if (!number_of(m, c->input, &v, &d) || !rounded(d, 0, direction, &d)) return path_none();
	return decimal_to_int(d, &n) ? path_integer(m, n) : path_none();
}

path_items function_ceiling(path_machine *m, const path_call *c)
{
	return to_whole(m, c, 1);
}

path_items function_floor(path_machine *m, const path_call *c)
{
	return to_whole(m, c, -1);
}

path_items function_truncate(path_machine *m, const path_call *c)
{
	return to_whole(m, c, 0);
}

path_items function_round(path_machine *m, const path_call *c)
{
	path_item v;
	decimal d;
	int64_t digits = 0;
	if (!number_of(m, c->input, &v, &d)) return path_none();
	if (c->count && !path_single_integer(m, c->values[0], &digits)) return path_none();
	if (digits < 0)
		return path_fail(m, FAIL_PATH_OPERAND, TEXT(">= 0"), text_format(m->arena, "%lld", (long long)digits));
	return path_decimal(m, digits >= d.scale ? d : decimal_round(d, (int)digits));
}

enum { DOUBLE_DIGITS = 15 };

static path_items from_double(path_machine *m, double x)
{
	decimal d;
	if (!isfinite(x) || !decimal_from_double(x, DOUBLE_DIGITS, &d)) return path_none();
	return path_decimal(m, decimal_trim(d));
}

path_items function_sqrt(path_machine *m, const path_call *c)
{
	path_item v;
	decimal d;
	if (!number_of(m, c->input, &v, &d) || decimal_sign(d) < 0) return path_none();
	return from_double(m, sqrt(decimal_to_double(d)));
}

path_items function_exp(path_machine *m, const path_call *c)
{
	path_item v;
	decimal d;
	return number_of(m, c->input, &v, &d) ? from_double(m, exp(decimal_to_double(d))) : path_none();
}

path_items function_ln(path_machine *m, const path_call *c)
{
	path_item v;
	decimal d;
	if (!number_of(m, c->input, &v, &d) || decimal_sign(d) <= 0) return path_none();
	return from_double(m, log(decimal_to_double(d)));
}

path_items function_log(path_machine *m, const path_call *c)
{
	path_item v;
	decimal d, base;
	if (!number_of(m, c->input, &v, &d) || !number_of(m, c->values[0], &v, &base)) return path_none();
	if (decimal_sign(d) <= 0 || decimal_sign(base) <= 0) return path_none();
	return from_double(m, log(decimal_to_double(d)) / log(decimal_to_double(base)));
}

/* Exact where the exponent is a small whole number. */
path_items function_power(path_machine *m, const path_call *c)
{
	path_item v, w;
	decimal d, exponent, out = decimal_from_int(1);
	int64_t n, whole_result;
	if (!number_of(m, c->input, &v, &d) || !number_of(m, c->values[0], &w, &exponent)) return path_none();
	bool exact = decimal_to_int(exponent, &n) && n >= 0 && n <= 128;
	for (int64_t i = 0; exact && i < n; i++) exact = decimal_multiply(out, d, &out);
	if (!exact) return from_double(m, pow(decimal_to_double(d), decimal_to_double(exponent)));
	bool integers = v.kind == PATH_INTEGER && w.kind == PATH_INTEGER;
	if (integers) return decimal_to_int(out, &whole_result) ? path_integer(m, whole_result) : path_none();
	return path_decimal(m, out);
}

/* Precision and boundaries (FHIRPath 2.0, "Boundary functions"): digits for numbers, digits of YYYYMMDDhhmmssfff for
 * dates */

static const int digits_of_part[] = {0, 4, 6, 8, 10, 12, 14, 17};
enum { TIME_DIGITS_LESS = 8, BOUNDARY_DIGITS = 8, BOUNDARY_DIGITS_MAX = 28, MILLI_DIGITS = 3 };

path_items function_precision(path_machine *m, const path_call *c)
{
	path_item v;
	stamp s;
	if (!path_single(m, c->input, &v)) return path_none();
	if (v.kind == PATH_INTEGER) return path_integer(m, 0);
	if (v.kind == PATH_DECIMAL) return path_integer(m, v.number.scale);
	if (!path_is_stamp(&v))
		return path_fail(m, FAIL_PATH_OPERAND, path_kind_name(PATH_DECIMAL), path_item_type_name(&v));
	if (!path_stamp(&v, &s)) return path_none();
	return path_integer(m, digits_of_part[s.last] - (s.is_time ? TIME_DIGITS_LESS : 0));
}

static path_items stamp_limit(path_machine *m, const path_item *v, int64_t digits, bool high)
{
	stamp s;
	if (!path_stamp(v, &s)) return path_none();
	if (digits < 0) digits = v->kind == PATH_DATE ? 8 : v->kind == PATH_TIME ? 9 : 17;
	for (int p = s.is_time ? STAMP_HOUR : STAMP_YEAR; p <= STAMP_FRACTION; p++) {
		if (digits_of_part[p] - (s.is_time ? TIME_DIGITS_LESS : 0) != digits) continue;
		stamp b = stamp_boundary(&s, high, (stamp_part)p, MILLI_DIGITS);
		return path_one(m, &(path_item){.kind = v->kind, .text = stamp_text(m->arena, &b)});
	}
	return path_none();
}

static bool number_limit(decimal d, int64_t digits, bool high, decimal *out)
{
	decimal half = {.coefficient = high ? 5 : -5, .scale = d.scale + 1};
	if (d.scale > BOUNDARY_DIGITS_MAX) return false;
	return decimal_add(d, half, &d) && rounded(d, (int)digits, high ? 1 : -1, out);
}

static path_items boundary(path_machine *m, const path_call *c, bool high)
{
	path_item v;
	decimal d;
	int64_t digits = -1;
	if (!path_single(m, c->input, &v)) return path_none();
	if (c->count && (!path_single_integer(m, c->values[0], &digits) || digits < 0)) return path_none();
	if (path_is_stamp(&v)) return stamp_limit(m, &v, digits, high);
	if (digits < 0) digits = BOUNDARY_DIGITS;
	if (digits > BOUNDARY_DIGITS_MAX) return path_none();
	if (v.kind == PATH_QUANTITY)
		return number_limit(v.number, digits, high, &v.number) ? path_one(m, &v) : path_none();
	if (!number_of(m, c->input, &v, &d)) return path_none();
	return number_limit(d, digits, high, &d) ? path_decimal(m, d) : path_none();
}

path_items function_low_boundary(path_machine *m, const path_call *c)
{
	return boundary(m, c, false);
}

path_items function_high_boundary(path_machine *m, const path_call *c)
{
	return boundary(m, c, true);
}

path_items function_comparable(path_machine *m, const path_call *c)
{
	path_item x, y;
	if (!operands(m, c->input, c->values[0], &x, &y)) return path_none();
	if (x.kind != PATH_QUANTITY || y.kind != PATH_QUANTITY) return mismatch(m, &x, &y);
	return path_boolean(m, unit_alike(x.text, y.text));
}
