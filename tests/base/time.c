/* Instants, local days and moments: rows first, then properties over many days. */
#include "harness.h"

#define COUNT(rows) (int)(sizeof(rows) / sizeof *(rows))

static day day_of(const char *iso)
{
	day d = DAY_NONE;
	if (!day_parse(text_of(iso), &d)) fail_msg("%s is no date", iso);
	return d;
}

static instant instant_of(const char *iso)
{
	moment m;
	if (!moment_parse(text_of(iso), &m)) fail_msg("%s is no instant", iso);
	return m.low;
}

static void assert_instant(instant actual, const char *expected)
{
	arena *a = arena_new(MIB);
	if (actual != instant_of(expected)) fail_msg("%.*s, expected %s", TEXT_ARG(instant_iso(a, actual)), expected);
	arena_free(a);
}

/* Both changes of each year; 2038 and later lie past the table in tzdata and follow its rule. */
static const struct {
	const char *spring, *autumn;
} changes[] = {
    {"1980-04-06", "1980-09-28"}, {"1995-03-26", "1995-09-24"}, {"1996-03-31", "1996-10-27"},
    {"2023-03-26", "2023-10-29"}, {"2024-03-31", "2024-10-27"}, {"2025-03-30", "2025-10-26"},
    {"2026-03-29", "2026-10-25"}, {"2037-03-29", "2037-10-25"}, {"2038-03-28", "2038-10-31"},
    {"2040-03-25", "2040-10-28"}, {"2100-03-28", "2100-10-31"}, {"2400-03-26", "2400-10-29"},
};

TEST(clocks_go_forward)
{
	for (int i = 0; i < COUNT(changes); i++) {
		day d = day_of(changes[i].spring);
		instant change = SECONDS((int64_t)d * 86400) + HOURS(1);
		assert_int_equal(zone_offset_seconds(change - 1), 3600);
		assert_int_equal(zone_offset_seconds(change), 7200);
		assert_true(local_instant(d, 119) == change - MINUTES(1));
		assert_true(local_instant(d, 120) == change);               /* 02:00 is not there: 03:00 */
		assert_true(local_instant(d, 150) == change + MINUTES(30)); /* 02:30: 03:30 */
		assert_true(local_instant(d, 179) == change + MINUTES(59));
		assert_true(local_instant(d, 180) == change);
		assert_int_equal(local_minute(change - 1), 119);
		assert_int_equal(local_minute(change), 180);
		assert_true(day_start(d + 1) - day_start(d) == HOURS(23));
	}
}

TEST(clocks_go_back)
{
	for (int i = 0; i < COUNT(changes); i++) {
		day d = day_of(changes[i].autumn);
		instant change = SECONDS((int64_t)d * 86400) + HOURS(1);
		assert_int_equal(zone_offset_seconds(change - 1), 7200);
		assert_int_equal(zone_offset_seconds(change), 3600);
		assert_true(local_instant(d, 119) == change - MINUTES(61));
		assert_true(local_instant(d, 120) == change - MINUTES(60)); /* 02:00 comes twice: the first */
		assert_true(local_instant(d, 179) == change - MINUTES(1));
		assert_true(local_instant(d, 180) == change + MINUTES(60));
		assert_int_equal(local_minute(change - 1), 179);
		assert_int_equal(local_minute(change), 120);
		assert_true(day_start(d + 1) - day_start(d) == HOURS(25));
	}
}

TEST(odd_days_of_the_past)
{
	/* Summer time of 1940 began at midnight: the day's first instant shows 01:00. */
	assert_instant(day_start(day_of("1940-05-15")), "1940-05-15T01:00:00+02:00");
	assert_int_equal(day_of_instant(instant_of("1940-05-14T22:59:59Z")), day_of("1940-05-14"));
	assert_int_equal(day_of_instant(instant_of("1940-05-14T23:00:00Z")), day_of("1940-05-15"));
	/* Copenhagen's own time, 50 minutes and 20 seconds, until 1894. */
	assert_int_equal(zone_offset_seconds(instant_of("1850-06-01T12:00:00Z")), 3020);
	assert_int_equal(zone_offset_seconds(instant_of("1893-12-31T12:00:00Z")), 3020);
	assert_int_equal(zone_offset_seconds(instant_of("1894-01-02T12:00:00Z")), 3600);
	assert_int_equal(zone_offset_seconds(instant_of("9999-07-01T12:00:00Z")), 7200);
	arena *a = test_arena();
	assert_text(instant_iso(a, instant_of("1850-06-01T12:00:00Z")), TEXT("1850-06-01T12:50:00+00:50"));
}

/* Every day of nine hundred years and the edges of its first instant. */
TEST(days_have_edges)
{
	for (day d = day_of("1600-01-01"); d < day_of("2500-01-01"); d++) {
		instant start = day_start(d);
		if (day_of_instant(start) != d) fail_msg("day %d: the start lies in day %d", d, day_of_instant(start));
		if (day_of_instant(start - 1) != d - 1) fail_msg("day %d does not begin with its start", d);
	}
}

TEST(wall_clocks_read_back)
{
	uint64_t seed = 20260302;
	printf("wall_clocks_read_back: seed %llu\n", (unsigned long long)seed);
	random_state r = random_seed(seed);
	arena *a = test_arena();
	for (int i = 0; i < 20000; i++) {
		arena_reset(a);
		instant at = random_between(&r, instant_of("0001-01-02T00:00:00Z"), instant_of("9999-12-30T00:00:00Z"));
		day d = day_of_instant(at);
		int minute = local_minute(at);
		instant back = local_instant(d, minute);
		int64_t off = at - at % MINUTES(1) - back; /* 0, an hour in a fold, or the seconds of old offsets */
		if (day_of_instant(back) != d || local_minute(back) != minute)
			fail_msg("step %d does not read back", i);
		if (off > HOURS(1) || off < -MINUTES(1)) fail_msg("step %d reads back far off", i);
		text iso = instant_iso(a, at);
		moment m;
		if (!moment_parse(iso, &m) || m.low != at) fail_msg("%.*s does not read back", TEXT_ARG(iso));
	}
}

TEST(days_and_dates_agree)
{
	assert_int_equal(day_from_civil((civil){1970, 1, 1}), 0);
	assert_int_equal(day_from_civil((civil){2000, 3, 1}), 11017);
	assert_int_equal(day_from_civil((civil){1, 1, 1}), -719162);
	assert_int_equal(day_from_civil((civil){9999, 12, 31}), 2932896);
	civil before = {1799, 12, 31};
	for (day d = day_from_civil((civil){1800, 1, 1}); d < day_from_civil((civil){2201, 1, 1}); d++) {
		civil c = civil_from_day(d);
		bool next = c.day == before.day + 1 && c.month == before.month;
		bool turn = c.day == 1 && !day_valid((civil){before.year, before.month, before.day + 1});
		if (!day_valid(c) || (!next && !turn) || day_from_civil(c) != d)
			fail_msg("day %d: %d-%d-%d", d, c.year, c.month, c.day);
		before = c;
	}
	assert_int_equal(day_weekday(day_of("2026-03-02")), 0);
	assert_int_equal(day_weekday(day_of("1969-12-28")), 6);
	assert_int_equal(day_weekday(day_of("1600-02-29")), 1);
	assert_false(day_valid((civil){1900, 2, 29}));
	assert_true(day_valid((civil){2000, 2, 29}));
}

static const struct {
	const char *say, *low, *high;
	precision precision;
	bool has_zone;
	int zone_minutes;
} moments[] = {
    {"2026", "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z", PRECISION_YEAR, false, 0},
    {"2026-02", "2026-01-31T23:00:00Z", "2026-02-28T23:00:00Z", PRECISION_MONTH, false, 0},
    {"2026-12", "2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z", PRECISION_MONTH, false, 0},
    {"2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", PRECISION_DAY, false, 0},
    {"2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", PRECISION_DAY, false, 0},
    {"2024-02-29", "2024-02-28T23:00:00Z", "2024-02-29T23:00:00Z", PRECISION_DAY, false, 0},
    {"2026-03-02T10:15", "2026-03-02T09:15:00Z", "2026-03-02T09:16:00Z", PRECISION_MINUTE, false, 0},
    {"2026-03-02T10:15+01:00", "2026-03-02T09:15:00Z", "2026-03-02T09:16:00Z", PRECISION_MINUTE, true, 60},
    {"2026-07-02T10:15:30", "2026-07-02T08:15:30Z", "2026-07-02T08:15:31Z", PRECISION_SECOND, false, 0},
    {"2026-03-29T02:30:00", "2026-03-29T01:30:00Z", "2026-03-29T01:30:01Z", PRECISION_SECOND, false, 0},
    {"2026-10-25T02:30:00", "2026-10-25T00:30:00Z", "2026-10-25T00:30:01Z", PRECISION_SECOND, false, 0},
    {"2026-03-02T10:15:30Z", "2026-03-02T10:15:30Z", "2026-03-02T10:15:31Z", PRECISION_SECOND, true, 0},
    {"2026-03-02T10:15:30+00:00", "2026-03-02T10:15:30Z", "2026-03-02T10:15:31Z", PRECISION_SECOND, true, 0},
    {"2026-03-02T10:15:30-05:30", "2026-03-02T15:45:30Z", "2026-03-02T15:45:31Z", PRECISION_SECOND, true, -330},
    {"2026-03-02T10:15:30+14:00", "2026-03-01T20:15:30Z", "2026-03-01T20:15:31Z", PRECISION_SECOND, true, 840},
    {"2026-03-02T10:15:30.5Z", "2026-03-02T10:15:30.500Z", "2026-03-02T10:15:30.600Z", PRECISION_FRACTION, true, 0},
    {"2026-03-02T10:15:30.123456Z", "2026-03-02T10:15:30.123456Z", "2026-03-02T10:15:30.123457Z", PRECISION_FRACTION,
     true, 0},
    {"2026-03-02T10:15:30.123456789Z", "2026-03-02T10:15:30.123456Z", "2026-03-02T10:15:30.123457Z", PRECISION_FRACTION,
     true, 0},
    {"2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999Z", "2017-01-01T00:00:00Z", PRECISION_SECOND, true, 0},
    {"2016-12-31T23:59:60.7Z", "2016-12-31T23:59:59.999999Z", "2017-01-01T00:00:00Z", PRECISION_FRACTION, true, 0},
    {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:01Z", PRECISION_SECOND, true, 0},
};

TEST(moments_cover_what_they_say)
{
	for (int i = 0; i < COUNT(moments); i++) {
		moment m;
		if (!moment_parse(text_of(moments[i].say), &m)) fail_msg("%s is refused", moments[i].say);
		assert_instant(m.low, moments[i].low);
		assert_instant(m.high, moments[i].high);
		assert_int_equal(m.precision, moments[i].precision);
		assert_int_equal(m.has_zone, moments[i].has_zone);
		assert_int_equal(m.zone_minutes, moments[i].zone_minutes);
	}
	/* The reading of an instant with a zone does not lean on the reading under test. */
	assert_true(instant_of("1970-01-01T00:00:00Z") == 0);
	assert_true(instant_of("2026-03-29T01:00:00Z") == SECONDS(1774746000));
	assert_true(instant_of("9999-12-31T23:59:59.999999Z") == SECONDS(253402300800) - 1);
}

TEST(malformed_moments_are_refused)
{
	static const char *const rows[] = {
	    "",
	    "2",
	    "202",
	    "20266",
	    "0000",
	    "0000-01-01",
	    "-2026",
	    "+2026",
	    "2026-",
	    "2026-0",
	    "2026-00",
	    "2026-13",
	    "2026-1",
	    "2026-01-",
	    "2026-01-00",
	    "2026-01-32",
	    "2026-02-29",
	    "2026-04-31",
	    "2026-1-1",
	    "2026/01/01",
	    "2026-01-01 ",
	    " 2026-01-01",
	    "2026-01-01T",
	    "2026-01T10:00:00Z",
	    "2026-01-01Z",
	    "2026-01-01T1",
	    "2026-01-01T10",
	    "2026-01-01T10:",
	    "2026-01-01T24:00:00Z",
	    "2026-01-01T10:60:00Z",
	    "2026-01-01T10:00:61Z",
	    "2026-01-01T10:00:00.Z",
	    "2026-01-01T10:00:00,5Z",
	    "2026-01-01T10:00:00z",
	    "2026-01-01t10:00:00Z",
	    "2026-01-01 10:00:00Z",
	    "2026-01-01T10:00:00+",
	    "2026-01-01T10:00:00+1",
	    "2026-01-01T10:00:00+0100",
	    "2026-01-01T10:00:00+01:60",
	    "2026-01-01T10:00:00+14:01",
	    "2026-01-01T10:00:00+15:00",
	    "2026-01-01T10:00:00ZZ",
	    "2026-01-01T10:00:00Z+01:00",
	    "2026-01-01T10:00:00 Z",
	    "\xD9\xA2\xD9\xA0\xD9\xA2\xD9\xA6",
	};
	for (int i = 0; i < COUNT(rows); i++) {
		moment m;
		if (moment_parse(text_of(rows[i]), &m)) fail_msg("\"%s\" is taken", rows[i]);
	}
	moment m;
	assert_false(moment_parse((text){"2026\0", 5}, &m));
	day d;
	assert_false(day_parse(TEXT("2026-01"), &d));
	assert_false(day_parse(TEXT("2026-01-01T00:00:00Z"), &d));
	assert_false(day_parse(TEXT("2026-02-30"), &d));
}

TEST(people_read_dates)
{
	arena *a = test_arena();
	day d = day_of("2026-03-02");
	assert_text(day_iso(a, d), TEXT("2026-03-02"));
	assert_text(day_short(a, d, false), TEXT("2. mar"));
	assert_text(day_short(a, d, true), TEXT("2 Mar"));
	assert_text(day_short(a, day_of("2026-05-31"), false), TEXT("31. maj"));
	assert_text(day_short(a, day_of("2026-10-01"), false), TEXT("1. okt"));
	assert_text(day_long(a, d, false), TEXT("2. marts 2026"));
	assert_text(day_long(a, d, true), TEXT("2 March 2026"));
	assert_text(instant_long(a, instant_of("2026-03-02T10:15:00+01:00"), false),
		    TEXT("mandag den 2. marts 2026 kl. 10.15"));
	assert_text(instant_long(a, instant_of("2026-07-05T09:05:00+02:00"), true),
		    TEXT("Sunday 5 July 2026 at 09:05"));
	assert_text(instant_iso(a, instant_of("2026-03-02T09:00:00Z")), TEXT("2026-03-02T10:00:00+01:00"));
	assert_text(instant_iso(a, instant_of("2026-07-02T09:00:00.5Z")), TEXT("2026-07-02T11:00:00.500+02:00"));
	assert_text(instant_iso(a, instant_of("2026-07-02T09:00:00.000001Z")),
		    TEXT("2026-07-02T11:00:00.000001+02:00"));
	assert_text(instant_iso(a, -1), TEXT("1970-01-01T00:59:59.999999+01:00"));
}

TESTS(T(clocks_go_forward), T(clocks_go_back), T(odd_days_of_the_past), T(days_have_edges), T(wall_clocks_read_back),
      T(days_and_dates_agree), T(moments_cover_what_they_say), T(malformed_moments_are_refused), T(people_read_dates))
