#include "base/internal.h"

#include <utf8proc.h>

/* A letter of its own in Danish, with what was written for it. */
typedef struct letter {
	int32_t base;   /* lower case, without marks; æ ø å for what counts as one of them */
	int32_t mark;   /* the first mark that did not go into the base, or 0 */
	bool respelled; /* ä for æ, ö for ø, aa for å */
	bool capital;
} letter;

typedef struct letters {
	arena *arena;
	letter *at;
	int count, cap;
} letters;

enum {
	AE = 0xE6,
	O_SLASH = 0xF8,
	A_RING = 0xE5,
	DIAERESIS = 0x308,
	RING_ABOVE = 0x30A,
	DOUBLE_ACUTE = 0x30B,
	REPLACEMENT = 0xFFFD,
	PARTS_MAX = 32, /* the longest decomposition, that of U+FDFA, has 18 parts */
};

static bool is_mark(int32_t c)
{
	utf8proc_category_t kind = utf8proc_category(c);
	return kind == UTF8PROC_CATEGORY_MN || kind == UTF8PROC_CATEGORY_ME;
}

/* Unicode does not take these apart; the dictionary puts them with another letter. */
static letter letter_of(int32_t c, bool capital)
{
	letter l = {.base = c, .capital = capital};
	if (c == 0x111 || c == 0xF0)
		l.base = 'd'; /* đ ð */
	else if (c == 0x142)
		l.base = 'l'; /* ł */
	else if (c == 0x131)
		l.base = 'i'; /* ı */
	else if (c == 0x153)
		l.base = O_SLASH; /* œ */
	l.respelled = l.base != c;
	return l;
}

static void put(letters *ls, letter l)
{
	if (ls->count == ls->cap) ls->at = ARENA_DOUBLE(ls->arena, letter, ls->at, &ls->cap, 32);
	ls->at[ls->count++] = l;
}

static void put_mark(letter *l, int32_t mark)
{
	bool umlaut = mark == DIAERESIS || mark == DOUBLE_ACUTE;
	if (l->base == 'a' && mark == RING_ABOVE) {
		l->base = A_RING;
	} else if (l->base == 'a' && mark == DIAERESIS) {
		l->base = AE;
		l->respelled = true;
	} else if (l->base == 'o' && umlaut) {
		l->base = O_SLASH;
		l->respelled = true;
	} else if (!l->mark) {
		l->mark = mark;
	}
}

/* aa is å, accented or not: so that what is folded folds no further. Done last, for a ring may follow the second a. */
static void join_aa(letters *ls)
{
	int kept = 0;
	for (int64_t i = 0; i < ls->count; i++) {
		letter l = ls->at[i];
		if (l.base == 'a' && i + 1 < ls->count && ls->at[i + 1].base == 'a') {
			l.base = A_RING;
			l.respelled = true;
			i++;
		}
		ls->at[kept++] = l;
	}
	ls->count = kept;
}

/* One character of the text: taken apart by compatibility (ﬁ is f i), its marks put onto the letter before. */
static void put_character(letters *ls, int32_t c)
{
	int32_t parts[PARTS_MAX];
	int boundary = 0;
	utf8proc_option_t how = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
	bool capital = utf8proc_category(c) == UTF8PROC_CATEGORY_LU;
	utf8proc_ssize_t n = utf8proc_decompose_char(c, parts, PARTS_MAX, how, &boundary);
	assert(n <= PARTS_MAX);
	for (utf8proc_ssize_t i = 0; i < n; i++) {
		if (parts[i] < ' ' || parts[i] == 0x7F) parts[i] = ' ';
		if (!is_mark(parts[i]))
			put(ls, letter_of(parts[i], capital));
		else if (ls->count)
			put_mark(&ls->at[ls->count - 1], parts[i]);
	}
}

static letters letters_of(arena *a, text t)
{
	letters ls = {.arena = a};
	const uint8_t *bytes = (const uint8_t *)t.at;
	for (int64_t i = 0; i < t.len;) {
		int32_t c;
		utf8proc_ssize_t step = utf8proc_iterate(bytes + i, t.len - i, &c);
		put_character(&ls, step > 0 ? c : REPLACEMENT);
		i += step > 0 ? step : 1;
	}
	join_aa(&ls);
	return ls;
}

static void add_character(buffer *b, int32_t c)
{
	b->len += utf8proc_encode_char(c, (uint8_t *)buffer_room(b, 4));
}

text text_fold(arena *a, text t)
{
	letters ls = letters_of(a, t);
	buffer b = {.arena = a};
	for (int64_t i = 0; i < ls.count; i++) add_character(&b, ls.at[i].base);
	return buffer_text(&b);
}

/* Signs before digits before letters, and æ ø å in the places after z, where ASCII has { | }. */
static void add_weight(buffer *b, letter l)
{
	int32_t c = l.base;
	bool umlaut_u = c == 'u' && (l.mark == DIAERESIS || l.mark == DOUBLE_ACUTE);
	bool sign = c < '0' || (c > '9' && c < 'a') || (c > 'z' && c < 0x80);
	if (c == AE)
		buffer_char(b, 'z' + 1);
	else if (c == O_SLASH)
		buffer_char(b, 'z' + 2);
	else if (c == A_RING)
		buffer_char(b, 'z' + 3);
	else if (umlaut_u)
		buffer_char(b, 'y');
	else if (c == ' ')
		buffer_char(b, 2);
	else if (sign)
		buffer_char(b, 3), buffer_char(b, (char)c);
	else
		add_character(b, c);
}

enum { LEVEL = 1, END = 0x7F, SAME = 0x7E };

/* How one letter differs from the plain one: an accent by its place in Unicode, after a respelling. */
static void add_accent(buffer *b, letter l)
{
	if (l.mark || l.respelled)
		buffer_char(b, 'a' + l.respelled);
	else
		buffer_char(b, SAME);
	if (l.mark) add_character(b, l.mark);
}

/* Three levels: letters, then accents, then capitals. The two last are cut after the last letter that has one. */
text text_collate(arena *a, text t)
{
	letters ls = letters_of(a, t);
	buffer b = {.arena = a};
	int64_t accents = 0, capitals = 0;
	for (int64_t i = 0; i < ls.count; i++) {
		letter l = ls.at[i];
		add_weight(&b, l);
		if (l.mark || l.respelled) accents = i + 1;
		if (l.capital) capitals = i + 1;
	}
	buffer_char(&b, LEVEL);
	for (int64_t i = 0; i < accents; i++) add_accent(&b, ls.at[i]);
	buffer_char(&b, LEVEL);
	for (int64_t i = 0; i < capitals; i++) buffer_char(&b, ls.at[i].capital ? 'a' : 'b');
	buffer_char(&b, END);
	return buffer_text(&b);
}
