/* Values as bytes that sort as the values do: words in Danish order, numbers, quantities in base units. */
#include "record/internal.h"

#include <string.h>

/* Folded, and in Danish order: what folds alike has one key, and keys sort as a dictionary of folded words does. */
text string_key(arena *a, text t)
{
	text key = text_collate(a, text_fold(a, text_trim(t)));
	/* Folded text has neither accents nor capitals: the key's two last levels say nothing. */
	const char *letters_end = memchr(key.at, 1, (size_t)key.len);
	return letters_end ? text_slice(key, 0, letters_end - key.at) : key;
}

enum { EXPONENT_BIAS = 100 };

static int digits_of(int128 n, char *digits)
{
	char reversed[48];
	int count = 0;
	for (; n > 0; n /= 10) reversed[count++] = (char)(n % 10);
	for (int i = 0; i < count; i++) digits[i] = reversed[count - 1 - i];
	return count;
}

/* Bytes that sort as the numbers do: sign, the power of ten of the first digit, the digits two to a byte. Equal numbers (1.50, 1.5)
 * have one key. Of a negative number every byte is turned around and a last one above all others closes it. */
text number_key(arena *a, decimal d)
{
	decimal t = decimal_trim(d);
	int sign = decimal_sign(t);
	char digits[48] = {0};
	int count = digits_of(sign < 0 ? -t.coefficient : t.coefficient, digits);
	while (count > 0 && digits[count - 1] == 0) count--; /* 100 and 1: the exponent says it */
	char *key = arena_bytes(a, 3 + 24);
	int n = 0;
	key[n++] = (char)(sign + 1);
	if (sign == 0) return (text){key, n};
	int whole = digits_of(sign < 0 ? -t.coefficient : t.coefficient, (char[48]){0});
	key[n++] = (char)(EXPONENT_BIAS + whole - t.scale);
	for (int i = 0; i < count; i += 2) key[n++] = (char)(digits[i] * 10 + digits[i + 1] + 1);
	if (sign < 0) {
		for (int i = 1; i < n; i++) key[i] = (char)(unsigned char)(255 - (unsigned char)key[i]);
		key[n++] = (char)0xff;
	}
	return (text){key, n};
}

enum { CANONICAL_DIGITS = 18 };

/* Units divide by 60, by 0.1: what is left over after so many digits is rounding, and would tell equal sizes apart. */
bool canonical_quantity(arena *a, decimal value, text unit, decimal *number, text *base)
{
	decimal size;
	if (unit.len == 0 || !unit_canonical(a, value, unit, &size, base)) return false;
	char digits[48];
	decimal t = decimal_trim(size);
	int over = digits_of(t.coefficient < 0 ? -t.coefficient : t.coefficient, digits) - CANONICAL_DIGITS;
	if (over > 0) t = decimal_round(t, over < t.scale ? t.scale - over : 0);
	*number = t;
	return true;
}

/* What is measured alike lies together, so that a scan passes by nothing else. */
text measure_key(arena *a, text base, text key)
{
	buffer b = {.arena = a};
	buffer_add(&b, base);
	buffer_char(&b, 1);
	buffer_add(&b, key); /* bytes, zeros among them */
	return buffer_text(&b);
}
