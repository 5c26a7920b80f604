#include "base/base.h"

#include <stdio.h>
#include <string.h>

text text_of(const char *zero_ended)
{
	return zero_ended ? (text){zero_ended, (int64_t)strlen(zero_ended)} : (text){0};
}

text text_slice(text t, int64_t from, int64_t to)
{
	assert(0 <= from && from <= to && to <= t.len);
	return t.at ? (text){t.at + from, to - from} : t;
}

bool text_equal(text a, text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, (size_t)a.len) == 0);
}

int text_compare(text a, text b)
{
	int64_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter ? memcmp(a.at, b.at, (size_t)shorter) : 0;
	if (order) return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool text_starts(text t, text prefix)
{
	return t.len >= prefix.len && text_equal(text_slice(t, 0, prefix.len), prefix);
}

bool text_ends(text t, text suffix)
{
	return t.len >= suffix.len && text_equal(text_slice(t, t.len - suffix.len, t.len), suffix);
}

int64_t text_find(text t, text part)
{
	if (part.len == 0) return 0;
	if (t.len < part.len) return -1;
	const char *hit = memmem(t.at, (size_t)t.len, part.at, (size_t)part.len);
	return hit ? hit - t.at : -1;
}

static text_pair cut_at(text t, const char *hit)
{
	if (!hit) return (text_pair){.head = t};
	int64_t at = hit - t.at;
	return (text_pair){text_slice(t, 0, at), text_slice(t, at + 1, t.len), true};
}

text_pair text_cut(text t, char separator)
{
	return cut_at(t, t.len ? memchr(t.at, separator, (size_t)t.len) : NULL);
}

text_pair text_cut_last(text t, char separator)
{
	return cut_at(t, t.len ? memrchr(t.at, separator, (size_t)t.len) : NULL);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

text text_trim(text t)
{
	while (t.len && is_space(t.at[0])) t = text_slice(t, 1, t.len);
	while (t.len && is_space(t.at[t.len - 1])) t.len--;
	return t;
}

/* FNV-1a in eight-byte steps with a final mix: quick, good enough for tables, not for secrets. */
uint64_t text_hash(text t)
{
	uint64_t h = 0x9E3779B97F4A7C15u ^ (uint64_t)t.len;
	int64_t i = 0;
	for (; i + 8 <= t.len; i += 8) {
		uint64_t word;
		memcpy(&word, t.at + i, 8);
		h = (h ^ word) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	for (; i < t.len; i++) h = (h ^ (unsigned char)t.at[i]) * 0x100000001b3u;
	h ^= h >> 29;
	h *= 0xbf58476d1ce4e5b9u;
	return h ^ (h >> 32);
}

bool text_to_int(text t, int64_t *out)
{
	bool negative = t.len && t.at[0] == '-';
	int64_t i = negative ? 1 : 0;
	int64_t value = 0;
	if (i == t.len) return false;
	for (; i < t.len; i++) {
		int digit = t.at[i] - '0';
		if (digit < 0 || digit > 9) return false;
		if (__builtin_mul_overflow(value, 10, &value)) return false;
		if (__builtin_sub_overflow(value, digit, &value)) return false;
	}
	if (!negative && __builtin_sub_overflow((int64_t)0, value, &value)) return false;
	*out = value;
	return true;
}

/* How many bytes the sequence at `i` has, or 0 where it is malformed (Unicode 15, table 3-7). */
static int utf8_step(const unsigned char *s, int64_t left)
{
	if (s[0] < 0x80) return 1;
	int n = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
	if (s[0] < 0xC2 || s[0] > 0xF4 || left < n) return 0;
	unsigned char low = s[0] == 0xE0 ? 0xA0 : s[0] == 0xF0 ? 0x90 : 0x80;
	unsigned char high = s[0] == 0xED ? 0x9F : s[0] == 0xF4 ? 0x8F : 0xBF;
	if (s[1] < low || s[1] > high) return 0;
	for (int i = 2; i < n; i++)
		if ((s[i] & 0xC0) != 0x80) return 0;
	return n;
}

int64_t text_utf8_error(text t)
{
	const unsigned char *s = (const unsigned char *)t.at;
	for (int64_t i = 0; i < t.len;) {
		int n = utf8_step(s + i, t.len - i);
		if (n == 0) return i;
		i += n;
	}
	return -1;
}

text text_copy(arena *a, text t)
{
	if (t.len == 0) return (text){0};
	return (text){memcpy(arena_bytes(a, t.len), t.at, (size_t)t.len), t.len};
}

char *text_z(arena *a, text t)
{
	char *p = arena_bytes(a, t.len + 1);
	if (t.len) memcpy(p, t.at, (size_t)t.len);
	p[t.len] = 0;
	return p;
}

text text_join(arena *a, text x, text y)
{
	buffer b = {.arena = a};
	buffer_add(&b, x);
	buffer_add(&b, y);
	return buffer_text(&b);
}

text text_vformat(arena *a, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	assert(n >= 0);
	char *p = arena_bytes(a, n + 1);
	vsnprintf(p, (size_t)n + 1, format, again);
	va_end(again);
	return (text){p, n};
}

text text_format(arena *a, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	text t = text_vformat(a, format, args);
	va_end(args);
	return t;
}

char *buffer_room(buffer *b, int64_t bytes)
{
	if (bytes > b->cap - b->len) {
		int64_t cap = b->cap ? b->cap * 2 : 64;
		if (cap < b->len + bytes) cap = b->len + bytes;
		b->at = arena_grow(b->arena, b->at, b->cap, cap);
		b->cap = cap;
	}
	return b->at + b->len;
}

void buffer_add(buffer *b, text t)
{
	if (t.len == 0) return;
	memcpy(buffer_room(b, t.len), t.at, (size_t)t.len);
	b->len += t.len;
}

void buffer_char(buffer *b, char c)
{
	*buffer_room(b, 1) = c;
	b->len++;
}

void buffer_int(buffer *b, int64_t n)
{
	char digits[24];
	int at = (int)sizeof digits;
	uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	do digits[--at] = (char)('0' + left % 10);
	while (left /= 10);
	if (n < 0) digits[--at] = '-';
	buffer_add(b, (text){digits + at, (int64_t)sizeof digits - at});
}

void buffer_format(buffer *b, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	assert(n >= 0);
	vsnprintf(buffer_room(b, n + 1), (size_t)n + 1, format, again);
	b->len += n;
	va_end(again);
	va_end(args);
}

text buffer_text(const buffer *b)
{
	return (text){b->at, b->len};
}

int64_t text_width(text t)
{
	int64_t n = 0;
	for (int64_t i = 0; i < t.len; i++) n += ((unsigned char)t.at[i] & 0xC0) != 0x80;
	return n;
}
