/* Strings and numbers of JSON, the parts that both the quick and the careful reader need. */
#include "fhir/internal.h"

int json_hex_digit(char c)
{
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Four hexadecimal digits, or -1. */
static int32_t hex_unit(const char *s, int64_t left)
{
	int32_t unit = 0;
	if (left < 4) return -1;
	for (int i = 0; i < 4; i++) {
		int digit = json_hex_digit(s[i]);
		if (digit < 0) return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

static int put_utf8(char *out, int32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
	out[0] = (char)(lead[more] | c >> 6 * more);
	for (int i = 1; i <= more; i++) out[i] = (char)(0x80 | (c >> 6 * (more - i) & 0x3F));
	return more + 1;
}

/* A \u escape, s at its 'u', perhaps with its second half. Bytes read, or 0: not four digits, or half of a pair alone. */
static int unescape_unit(const char *s, int64_t left, char **out)
{
	int32_t unit = hex_unit(s + 1, left - 1);
	if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF)) return 0;
	int read = 5;
	if (unit >= 0xD800 && unit <= 0xDBFF) {
		if (left < 11 || s[5] != '\\' || s[6] != 'u') return 0;
		int32_t low = hex_unit(s + 7, left - 7);
		if (low < 0xDC00 || low > 0xDFFF) return 0;
		unit = 0x10000 + ((unit - 0xD800) << 10 | (low - 0xDC00));
		read = 11;
	}
	*out += put_utf8(*out, unit);
	return read;
}

static char escaped_char(char c)
{
	switch (c) {
	case '"':
	case '\\':
	case '/':
		return c;
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return 0;
	}
}

int64_t json_unescape(const char *s, int64_t n, char *out)
{
	char *to = out;
	const char *end = s + n;
	while (s < end) {
		const char *slash = memchr(s, '\\', (size_t)(end - s));
		int64_t plain = (slash ? slash : end) - s;
		memcpy(to, s, (size_t)plain);
		to += plain;
		if (!slash) break;
		s = slash + 1;
		if (s == end) return -1;
		if (*s == 'u') {
			int read = unescape_unit(s, end - s, &to);
			if (read == 0) return -1;
			s += read;
		} else {
			char c = escaped_char(*s++);
			if (c == 0) return -1;
			*to++ = c;
		}
	}
	return to - out;
}

static const char *digits(const char *s, const char *end)
{
	while (s < end && *s >= '0' && *s <= '9') s++;
	return s;
}

uint32_t json_number(const char *s, uint32_t n)
{
	const char *p = s, *end = s + n;
	if (p < end && *p == '-') p++;
	const char *whole = p;
	p = digits(p, end);
	if (p == whole || (*whole == '0' && p > whole + 1)) return 0;
	if (p < end && *p == '.') {
		const char *fraction = ++p;
		p = digits(p, end);
		if (p == fraction) return 0;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-')) p++;
		const char *exponent = p;
		p = digits(p, end);
		if (p == exponent) return 0;
	}
	return (uint32_t)(p - s);
}
