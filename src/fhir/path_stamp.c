/* Dates, dateTimes and times by their parts. A moment (base/time.h) is a span of instants; FHIRPath compares part by
 * part and answers "unknown" where one side stops earlier (FHIRPath N1, section 6.1.1 and 6.2), so it needs the
 * parts. */
#include "fhir/path_internal.h"

enum { NANOS = 1000000000, DAY_SECONDS = 86400 };
/* How far a local time without a zone may lie from UTC (FHIRPath: -12:00 to +14:00). */
enum { ZONE_EAST_MAX = 14 * 60, ZONE_WEST_MAX = 12 * 60 };

typedef struct cutter {
	const char *at;
	const char *end;
	bool bad;
} cutter;

static inline bool is_digit(const cutter *c)
{
	return c->at < c->end && *c->at >= '0' && *c->at <= '9';
}

static inline bool take(cutter *c, char mark)
{
	if (c->at == c->end || *c->at != mark) return false;
	c->at++;
	return true;
}

static inline int take_digits(cutter *c, int n, int low, int high)
{
	int value = 0;
	for (int i = 0; i < n; i++) {
		if (!is_digit(c)) {
			c->bad = true;
			return 0;
		}
		value = value * 10 + (*c->at++ - '0');
	}
	if (value < low || value > high) c->bad = true;
	return value;
}

static void take_fraction(cutter *c, stamp *s)
{
	int value = 0, n = 0;
	for (; is_digit(c); n++, c->at++)
		if (n < 9) value = value * 10 + (*c->at - '0');
	if (n == 0) c->bad = true;
	s->digits = n < 9 ? n : 9;
	for (int i = s->digits; i < 9; i++) value *= 10;
	s->nano = value;
	s->last = STAMP_FRACTION;
}

static void take_time(cutter *c, stamp *s)
{
	s->hour = take_digits(c, 2, 0, 23);
	s->last = STAMP_HOUR;
	if (!take(c, ':')) return;
	s->minute = take_digits(c, 2, 0, 59);
	s->last = STAMP_MINUTE;
	if (!take(c, ':')) return;
	s->second = take_digits(c, 2, 0, 60);
	s->last = STAMP_SECOND;
	if (take(c, '.')) take_fraction(c, s);
	if (s->second == 60) { /* a leap second, as in base/time.h */
		s->second = 59;
		s->nano = s->last == STAMP_FRACTION ? 999999999 : 0;
	}
}

static void take_zone(cutter *c, stamp *s)
{
	if (take(c, 'Z')) {
		s->has_zone = true;
		return;
	}
	bool east = take(c, '+');
	if (!east && !take(c, '-')) return;
	s->has_zone = true;
	s->zone_minutes = take_digits(c, 2, 0, 14) * 60;
	if (!take(c, ':')) c->bad = true;
	s->zone_minutes += take_digits(c, 2, 0, 59);
	if (!east) s->zone_minutes = -s->zone_minutes;
}

/* Written in place: a copy at the end would wait for all its parts. */
bool stamp_parse(text t, stamp *s)
{
	cutter c = {.at = t.at, .end = t.at + t.len};
	*s = (stamp){.month = 1, .day = 1, .last = STAMP_YEAR};
	s->year = take_digits(&c, 4, 1, 9999);
	if (take(&c, '-')) {
		s->month = take_digits(&c, 2, 1, 12);
		s->last = STAMP_MONTH;
		if (take(&c, '-')) {
			s->day = take_digits(&c, 2, 1, 31);
			s->last = STAMP_DAY;
		}
	}
	if (s->last == STAMP_DAY && take(&c, 'T')) {
		take_time(&c, s);
		take_zone(&c, s);
	}
	if (c.bad || c.at < c.end) return false;
	return s->day <= 28 || day_valid((civil){s->year, s->month, s->day});
}

bool stamp_parse_time(text t, stamp *s)
{
	cutter c = {.at = t.at, .end = t.at + t.len};
	*s = (stamp){.is_time = true};
	take_time(&c, s);
	return !c.bad && c.at == c.end;
}

static void add_fraction(buffer *b, const stamp *s)
{
	char all[16];
	int left = s->nano;
	for (int i = 8; i >= 0; i--, left /= 10) all[i] = (char)('0' + left % 10);
	buffer_char(b, '.');
	buffer_add(b, (text){all, s->digits});
}

static void add_time(buffer *b, const stamp *s)
{
	buffer_format(b, "%02d", s->hour);
	if (s->last >= STAMP_MINUTE) buffer_format(b, ":%02d", s->minute);
	if (s->last >= STAMP_SECOND) buffer_format(b, ":%02d", s->second);
	if (s->last >= STAMP_FRACTION) add_fraction(b, s);
}

text stamp_text(arena *a, const stamp *s)
{
	buffer b = {.arena = a};
	if (s->is_time) {
		add_time(&b, s);
		return buffer_text(&b);
	}
	buffer_format(&b, "%04d", s->year);
	if (s->last >= STAMP_MONTH) buffer_format(&b, "-%02d", s->month);
	if (s->last >= STAMP_DAY) buffer_format(&b, "-%02d", s->day);
	if (s->last >= STAMP_HOUR) {
		buffer_char(&b, 'T');
		add_time(&b, s);
		int z = s->zone_minutes < 0 ? -s->zone_minutes : s->zone_minutes;
		if (s->has_zone && z == 0)
			buffer_char(&b, 'Z');
		else if (s->has_zone)
			buffer_format(&b, "%c%02d:%02d", s->zone_minutes < 0 ? '-' : '+', z / 60, z % 60);
	}
	return buffer_text(&b);
}

static int64_t seconds_of(const stamp *s)
{
	int64_t days = s->is_time ? 0 : day_from_civil((civil){s->year, s->month, s->day});
	return days * DAY_SECONDS + s->hour * 3600 + s->minute * 60 + s->second;
}

static bool set_seconds(stamp *s, int64_t seconds)
{
	int64_t days = seconds / DAY_SECONDS, rest = seconds % DAY_SECONDS;
	if (rest < 0) rest += DAY_SECONDS, days--;
	s->hour = (int)(rest / 3600);
	s->minute = (int)(rest / 60 % 60);
	s->second = (int)(rest % 60);
	if (s->is_time) return true; /* a time of day goes round the clock */
	if (days < day_from_civil((civil){1, 1, 1}) || days > day_from_civil((civil){9999, 12, 31})) return false;
	civil c = civil_from_day((day)days);
	s->year = c.year, s->month = c.month, s->day = c.day;
	return true;
}

static path_order order_of(int64_t x, int64_t y)
{
	return x < y ? ORDER_LESS : x > y ? ORDER_GREATER : ORDER_EQUAL;
}

/* Part by part, seconds and their fraction as one part. */
static path_order compare_parts(const stamp *x, const stamp *y)
{
	const int xs[] = {x->year, x->month, x->day, x->hour, x->minute};
	const int ys[] = {y->year, y->month, y->day, y->hour, y->minute};
	stamp_part xl = x->last == STAMP_FRACTION ? STAMP_SECOND : x->last;
	stamp_part yl = y->last == STAMP_FRACTION ? STAMP_SECOND : y->last;
	for (int p = x->is_time ? STAMP_HOUR : STAMP_YEAR; p <= STAMP_SECOND; p++) {
		if (p > (int)xl || p > (int)yl) return xl == yl ? ORDER_EQUAL : ORDER_UNKNOWN;
		path_order o = p == STAMP_SECOND ? order_of((int64_t)x->second * NANOS + x->nano,
							    (int64_t)y->second * NANOS + y->nano)
						 : order_of(xs[p - 1], ys[p - 1]);
		if (o != ORDER_EQUAL) return o;
	}
	return ORDER_EQUAL;
}

/* One side has a zone and the other has none: only a distance greater than any zone decides. */
static path_order compare_unzoned(const stamp *zoned, const stamp *local)
{
	int64_t z = seconds_of(zoned) - (int64_t)zoned->zone_minutes * 60;
	int64_t earliest = seconds_of(local) - ZONE_EAST_MAX * 60, latest = seconds_of(local) + ZONE_WEST_MAX * 60;
	return z < earliest ? ORDER_LESS : z > latest ? ORDER_GREATER : ORDER_UNKNOWN;
}

/* To the second or closer on both sides, and both with a zone: as most are. */
static bool is_instant(const stamp *s)
{
	return s->has_zone && s->last >= STAMP_SECOND && !s->is_time;
}

static path_order compare_instants(const stamp *x, const stamp *y)
{
	path_order o =
	    order_of(seconds_of(x) - (int64_t)x->zone_minutes * 60, seconds_of(y) - (int64_t)y->zone_minutes * 60);
	return o == ORDER_EQUAL ? order_of(x->nano, y->nano) : o;
}

path_order stamp_compare(const stamp *x, const stamp *y)
{
	if (is_instant(x) && is_instant(y)) return compare_instants(x, y);
	if (x->is_time || y->is_time || x->last < STAMP_HOUR || y->last < STAMP_HOUR) return compare_parts(x, y);
	if (x->has_zone && !y->has_zone) return compare_unzoned(x, y);
	if (!x->has_zone && y->has_zone) {
		path_order o = compare_unzoned(y, x);
		return o == ORDER_UNKNOWN ? o : (path_order)-o;
	}
	if (!x->has_zone || x->zone_minutes == y->zone_minutes) return compare_parts(x, y);
	stamp xu = *x, yu = *y;
	if (!set_seconds(&xu, seconds_of(x) - (int64_t)x->zone_minutes * 60)) return ORDER_LESS;
	if (!set_seconds(&yu, seconds_of(y) - (int64_t)y->zone_minutes * 60)) return ORDER_GREATER;
	return compare_parts(&xu, &yu);
}

static bool add_months(stamp *s, int64_t months)
{
	int64_t all = (int64_t)s->year * 12 + s->month - 1 + months;
	if (all < 12 || all > 9999 * 12 + 11) return false;
	s->year = (int)(all / 12);
	s->month = (int)(all % 12) + 1;
	while (!day_valid((civil){s->year, s->month, s->day}))
		s->day--; /* 31 January + 1 month: the month's last day */
	return true;
}

static bool add_nanos(stamp *s, int64_t seconds, int64_t nanos)
{
	int64_t n = s->nano + nanos;
	seconds += n / NANOS;
	n %= NANOS;
	if (n < 0) n += NANOS, seconds--;
	s->nano = (int)n;
	return set_seconds(s, seconds_of(s) + seconds);
}

/* Where the stamp stops earlier than the amount's part, the amount is turned into the stamp's last part, dropping what
 * is left over (FHIRPath N1, section 6.7.1: 30 days a month, 365 days a year there). */
static bool coarser(stamp *s, int64_t amount, stamp_part part)
{
	static const int64_t in_next[] = {0, 0, 12, 30, 24, 60, 60, 1000};
	if (s->last == STAMP_YEAR && part == STAMP_DAY) return add_months(s, amount / 365 * 12);
	if (s->last == STAMP_YEAR && part > STAMP_DAY) {
		for (int p = part; p > STAMP_DAY; p--) amount /= in_next[p];
		return add_months(s, amount / 365 * 12);
	}
	for (int p = part; p > (int)s->last; p--) amount /= in_next[p];
	return stamp_add(s, amount, s->last);
}

bool stamp_add(stamp *s, int64_t amount, stamp_part part)
{
	if (amount > INT64_MAX / 100000000 || amount < INT64_MIN / 100000000) return false;
	if (s->is_time && part < STAMP_HOUR) return false;
	if (part > s->last && !(part == STAMP_FRACTION && s->last >= STAMP_SECOND && amount % 1000 == 0)) {
		return coarser(s, amount, part);
	}
	switch (part) {
	case STAMP_NONE:
		return true;
	case STAMP_YEAR:
		return amount > -10000 && amount < 10000 && add_months(s, amount * 12);
	case STAMP_MONTH:
		return amount > -120000 && amount < 120000 && add_months(s, amount);
	case STAMP_DAY:
		return amount > -4000000 && amount < 4000000 && set_seconds(s, seconds_of(s) + amount * DAY_SECONDS);
	case STAMP_HOUR:
		return add_nanos(s, amount * 3600, 0);
	case STAMP_MINUTE:
		return add_nanos(s, amount * 60, 0);
	case STAMP_SECOND:
		return add_nanos(s, amount, 0);
	case STAMP_FRACTION:
		return add_nanos(s, amount / 1000, amount % 1000 * 1000000);
	}
	return false;
}

static int month_days(int year, int month)
{
	int n = 31;
	while (!day_valid((civil){year, month, n})) n--;
	return n;
}

/* The earliest or latest stamp of the given precision that `s` may mean. */
stamp stamp_boundary(const stamp *s, bool high, stamp_part last, int digits)
{
	stamp b = *s;
	if (s->last < STAMP_MONTH && !s->is_time) b.month = high ? 12 : 1;
	if (s->last < STAMP_DAY && !s->is_time) b.day = high ? month_days(b.year, b.month) : 1;
	if (s->last < STAMP_HOUR) b.hour = high ? 23 : 0;
	if (s->last < STAMP_MINUTE) b.minute = high ? 59 : 0;
	if (s->last < STAMP_SECOND) b.second = high ? 59 : 0;
	if (s->last < STAMP_FRACTION) b.nano = high ? 999999999 : 0;
	if (!s->has_zone && !s->is_time) {
		b.has_zone = true;
		b.zone_minutes = high ? -ZONE_WEST_MAX : ZONE_EAST_MAX;
	}
	b.last = last;
	b.digits = digits;
	return b;
}
