/* decimal.h: exact decimal numbers, never double. value = coefficient × 10^-scale, up to 38 digits.
 *
 * FHIR keeps the digits as written: 1.50 and 1.5 are equal but not identical; `scale` remembers.
 * Results that do not fit report false: overflow is never silent. Zeros at the end of a result are dropped only where it
 * would not fit with them. A product is worked out in full first, in 128 bits.
 */
#ifndef LIMEN_BASE_DECIMAL_H
#define LIMEN_BASE_DECIMAL_H

#include "base/text.h"

__extension__ typedef __int128 int128;

typedef struct decimal {
	int128 coefficient;
	int scale; /* digits after the point, 0..38 */
} decimal;

bool decimal_parse(text t,
		   decimal *out); /* JSON number grammar, exponents included; false: no number or too many digits */
decimal decimal_from_int(int64_t n);
bool decimal_to_int(decimal d, int64_t *out); /* false: has a fraction, or does not fit */
text decimal_text(arena *a, decimal d);       /* with its scale: 1.50 stays 1.50 */
double decimal_to_double(decimal d);          /* for the few places that need one: sqrt, ln, exp */
bool decimal_from_double(double x, int scale_max, decimal *out);

int decimal_compare(decimal x, decimal y);
int decimal_sign(decimal d);
bool decimal_add(decimal x, decimal y, decimal *out);
bool decimal_subtract(decimal x, decimal y, decimal *out);
bool decimal_multiply(decimal x, decimal y, decimal *out);
bool decimal_divide(decimal x, decimal y,
		    decimal *out); /* to 28 significant digits, 38 after the point; false for y = 0 */
bool decimal_divide_whole(decimal x, decimal y, decimal *quotient, decimal *rest); /* truncating */
decimal decimal_round(decimal d, int scale);                                       /* half away from zero */
decimal decimal_trim(decimal d); /* without trailing zeros after the point */

#endif
