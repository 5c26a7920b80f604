/* zone.c: the clock of Copenhagen, read straight from the TZif bytes of Debian's tzdata (RFC 8536), which the build
 * puts into build/gen/copenhagen.h. Nothing is unpacked, so there is nothing to set up and nothing to lock. */
#include "base/internal.h"

static const unsigned char file_bytes[] = {
#include "copenhagen.h"
};

/* The second, 64-bit block of the file (RFC 8536, 3.1 and 3.2). */
typedef struct zone_table {
	const unsigned char *times; /* 8 bytes each, ascending */
	const unsigned char *kinds; /* 1 byte each: which row of `infos` holds from that time on */
	const unsigned char *infos; /* 6 bytes each: offset (4), daylight saving (1), name (1) */
	int64_t count;
	text footer; /* a POSIX TZ string: the rule after the last time */
} zone_table;

enum { HEADER_BYTES = 44, INFO_BYTES = 6, DAY_SECONDS = 86400 };

static int64_t big_endian(const unsigned char *at, int bytes)
{
	uint64_t value = at[0] & 0x80 ? UINT64_MAX : 0;
	for (int i = 0; i < bytes; i++) value = value << 8 | at[i];
	return (int64_t)value;
}

typedef struct header {
	int64_t ut_count, standard_count, leap_count, time_count, kind_count, name_bytes;
} header;

static header header_at(const unsigned char *at)
{
	assert(memcmp(at, "TZif", 4) == 0 && at[4] >= '2');
	return (header){
	    .ut_count = big_endian(at + 20, 4),
	    .standard_count = big_endian(at + 24, 4),
	    .leap_count = big_endian(at + 28, 4),
	    .time_count = big_endian(at + 32, 4),
	    .kind_count = big_endian(at + 36, 4),
	    .name_bytes = big_endian(at + 40, 4),
	};
}

static int64_t block_bytes(header h, int time_bytes)
{
	return h.time_count * (time_bytes + 1) + h.kind_count * INFO_BYTES + h.name_bytes +
	       h.leap_count * (time_bytes + 4) + h.standard_count + h.ut_count;
}

static zone_table table_of_file(void)
{
	const unsigned char *second = file_bytes + HEADER_BYTES + block_bytes(header_at(file_bytes), 4);
	header h = header_at(second);
	const unsigned char *times = second + HEADER_BYTES;
	const unsigned char *footer = times + block_bytes(h, 8);
	const unsigned char *end = file_bytes + sizeof file_bytes;
	assert(footer + 2 <= end && footer[0] == '\n' && end[-1] == '\n' && h.kind_count > 0);
	return (zone_table){
	    .times = times,
	    .kinds = times + h.time_count * 8,
	    .infos = times + h.time_count * 9,
	    .count = h.time_count,
	    .footer = {(const char *)footer + 1, end - footer - 2},
	};
}

/* The POSIX rule "CET-1CEST,M3.5.0,M10.5.0/3": names, offsets west of UTC, and when daylight saving begins and ends. */
typedef struct rule_day {
	int month, week, weekday; /* week 5 is the last; weekday 0 is Sunday */
	int seconds;              /* of the local day */
} rule_day;

typedef struct posix_rule {
	int standard, daylight; /* seconds east */
	bool has_daylight;
	rule_day begins, ends;
} posix_rule;

static char peek(text t)
{
	return t.len ? t.at[0] : 0;
}

static bool take_char(text *t, char c)
{
	if (peek(*t) != c) return false;
	*t = text_slice(*t, 1, t->len);
	return true;
}

static int take_number(text *t)
{
	int n = 0;
	assert(peek(*t) >= '0' && peek(*t) <= '9');
	while (peek(*t) >= '0' && peek(*t) <= '9') {
		n = n * 10 + (peek(*t) - '0');
		*t = text_slice(*t, 1, t->len);
	}
	return n;
}

static void skip_name(text *t)
{
	bool quoted = take_char(t, '<');
	while (t->len && (quoted ? peek(*t) != '>' : peek(*t) >= 'A')) *t = text_slice(*t, 1, t->len);
	if (quoted) take_char(t, '>');
}

/* [+-]h[:m[:s]] in seconds */
static int take_clock(text *t)
{
	int sign = take_char(t, '-') ? -1 : 1;
	if (sign > 0) take_char(t, '+');
	int seconds = take_number(t) * 3600;
	if (take_char(t, ':')) seconds += take_number(t) * 60;
	if (take_char(t, ':')) seconds += take_number(t);
	return sign * seconds;
}

static rule_day take_rule_day(text *t)
{
	bool well_formed = take_char(t, ',') && take_char(t, 'M');
	assert(well_formed); /* the other two forms, Jn and n, are not Copenhagen's */
	rule_day r = {.month = take_number(t), .seconds = 2 * 3600};
	if (take_char(t, '.')) r.week = take_number(t);
	if (take_char(t, '.')) r.weekday = take_number(t);
	if (take_char(t, '/')) r.seconds = take_clock(t);
	return r;
}

static posix_rule rule_of(text footer)
{
	posix_rule r = {0};
	skip_name(&footer);
	r.standard = -take_clock(&footer);
	if (!footer.len) return r;
	r.has_daylight = true;
	skip_name(&footer);
	r.daylight = footer.len && peek(footer) != ',' ? -take_clock(&footer) : r.standard + 3600;
	r.begins = take_rule_day(&footer);
	r.ends = take_rule_day(&footer);
	return r;
}

/* The local second, since 1970, at which a rule's day and time come in that year. */
static int64_t rule_seconds(rule_day r, int year)
{
	day first = day_from_civil((civil){year, r.month, 1});
	int ahead = (r.weekday + 6 - day_weekday(first)) % 7; /* POSIX counts from Sunday, we from Monday */
	day d = first + ahead + (r.week - 1) * 7;
	if (civil_from_day(d).month != r.month) d -= 7;
	return (int64_t)d * DAY_SECONDS + r.seconds;
}

static int offset_by_rule(text footer, int64_t seconds)
{
	posix_rule r = rule_of(footer);
	if (!r.has_daylight) return r.standard;
	int year = civil_from_day((day)floor_divide(seconds + r.standard, DAY_SECONDS)).year;
	bool summer =
	    seconds >= rule_seconds(r.begins, year) - r.standard && seconds < rule_seconds(r.ends, year) - r.daylight;
	return summer ? r.daylight : r.standard;
}

/* Between two of the file's times the offset is one: kept by each thread for the next question, which is mostly of the same season. */
typedef struct season {
	int64_t from, until; /* seconds; until not included */
	int offset;
} season;

static season season_at(const zone_table *z, int64_t seconds)
{
	int64_t low = 0, high = z->count; /* the number of times not after `seconds` lies in [low, high] */
	while (low < high) {
		int64_t middle = (low + high) / 2;
		if (big_endian(z->times + middle * 8, 8) <= seconds)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == z->count) return (season){seconds, seconds, offset_by_rule(z->footer, seconds)};
	int kind = low == 0 ? 0 : z->kinds[low - 1]; /* before the first time: row 0 (RFC 8536, 3.2) */
	return (season){
	    .from = low == 0 ? INT64_MIN : big_endian(z->times + (low - 1) * 8, 8),
	    .until = big_endian(z->times + low * 8, 8),
	    .offset = (int)big_endian(z->infos + kind * INFO_BYTES, 4),
	};
}

int zone_offset_at(int64_t seconds)
{
	static _Thread_local season kept;
	if (seconds >= kept.from && seconds < kept.until) return kept.offset;
	zone_table z = table_of_file();
	season s = season_at(&z, seconds);
	if (s.from < s.until) kept = s;
	return s.offset;
}

int zone_offset_seconds(instant i)
{
	return zone_offset_at(floor_divide(i, SECONDS(1)));
}
