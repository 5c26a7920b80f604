/* Which days count, and how many there are between two. The rules here are the tests' own; the department's come from
 * content. */
#include "harness.h"

#define COUNT(rows) (int)(sizeof(rows) / sizeof *(rows))
#define EASTER(name, days)                                                                                             \
	{                                                                                                              \
		.da = {name, sizeof name - 1}, .from_easter = true, .offset = days                                     \
	}
#define FIXED(name, m, d)                                                                                              \
	{                                                                                                              \
		.da = {name, sizeof name - 1}, .month = m, .day = d                                                    \
	}

static const holiday_rule rules[] = {
    FIXED("Nytårsdag", 1, 1),
    EASTER("Skærtorsdag", -3),
    EASTER("Langfredag", -2),
    EASTER("Påskedag", 0),
    EASTER("2. påskedag", 1),
    {.da = {"Store Bededag", 13}, .from_easter = true, .offset = 26, .year_to = 2023},
    EASTER("Kristi himmelfartsdag", 39),
    EASTER("Pinsedag", 49),
    EASTER("2. pinsedag", 50),
    FIXED("1. juledag", 12, 25),
    FIXED("2. juledag", 12, 26),
    {.da = {"Juleaften", 9}, .month = 12, .day = 24, .by_agreement = true, .counts_as_free = true},
    {.da = {"Grundlovsdag", 12}, .month = 6, .day = 5, .by_agreement = true},
    {.da = {"Fra 2030", 8}, .month = 8, .day = 7, .year_from = 2030},
};
static const calendar danish = {.rules = rules, .rule_count = COUNT(rules)};

static day day_of(const char *iso)
{
	day d = DAY_NONE;
	if (!day_parse(text_of(iso), &d)) fail_msg("%s is no date", iso);
	return d;
}

TEST(easter)
{
	static const char *const rows[] = {"2020-04-12", "2021-04-04", "2022-04-17", "2023-04-09", "2024-03-31",
					   "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01",
					   "2030-04-21", "2031-04-13", "2032-03-28", "2033-04-17", "2034-04-09",
					   "2035-03-25",
					   /* the earliest and the latest there can be */
					   "1818-03-22", "2038-04-25"};
	for (int i = 0; i < COUNT(rows); i++) {
		day d = day_of(rows[i]);
		assert_int_equal(easter_sunday(civil_from_day(d).year), d);
	}
	for (int year = 1583; year < 4000; year++) {
		day d = easter_sunday(year);
		civil c = civil_from_day(d);
		int of_year = c.month * 100 + c.day;
		if (day_weekday(d) != 6 || c.year != year || of_year < 322 || of_year > 425)
			fail_msg("Easter of %d", year);
	}
}

static const struct {
	const char *on, *name; /* NULL: no holiday */
	bool hverdag, hverdag_saturday, arbejdsdag;
} days[] = {
    {"2023-05-05", "Store Bededag", false, false, false},
    {"2024-04-26", NULL, true, true, true}, /* would have been Store Bededag: abolished from 2024 */
    {"2026-04-02", "Skærtorsdag", false, false, false},
    {"2026-04-03", "Langfredag", false, false, false},
    {"2026-04-04", NULL, false, true, false}, /* the Saturday between */
    {"2026-04-05", "Påskedag", false, false, false},
    {"2026-04-06", "2. påskedag", false, false, false},
    {"2026-04-07", NULL, true, true, true},
    {"2026-05-14", "Kristi himmelfartsdag", false, false, false},
    {"2026-05-25", "2. pinsedag", false, false, false},
    {"2026-06-05", NULL, true, true, true},         /* by agreement, not made free */
    {"2026-12-24", "Juleaften", true, true, false}, /* by agreement, made free: the law's hverdag does not know it */
    {"2026-12-25", "1. juledag", false, false, false},
    {"2026-12-26", "2. juledag", false, false, false}, /* a Saturday */
    {"2027-01-01", "Nytårsdag", false, false, false},
    {"2026-03-01", NULL, false, false, false}, /* a Sunday */
    {"2029-08-07", NULL, true, true, true},
    {"2030-08-07", "Fra 2030", false, false, false},
};

TEST(days_that_count)
{
	for (int i = 0; i < COUNT(days); i++) {
		day d = day_of(days[i].on);
		const holiday_rule *h = calendar_holiday(&danish, d);
		bool right = calendar_counts(&danish, d, UNIT_HVERDAGE) == days[i].hverdag &&
			     calendar_counts(&danish, d, UNIT_HVERDAGE_SATURDAY) == days[i].hverdag_saturday &&
			     calendar_counts(&danish, d, UNIT_ARBEJDSDAGE) == days[i].arbejdsdag &&
			     calendar_counts(&danish, d, UNIT_CALENDAR_DAYS);
		if (!right) fail_msg("%s counts wrongly", days[i].on);
		assert_text(h ? h->da : TEXT(""), text_of(days[i].name));
	}
}

static const struct {
	const char *from;
	int n;
	day_unit unit;
	const char *to;
} additions[] = {
    {"2026-03-02", 30, UNIT_CALENDAR_DAYS, "2026-04-01"},
    {"2026-03-02", -2, UNIT_CALENDAR_DAYS, "2026-02-28"},
    {"2026-03-02", 0, UNIT_HVERDAGE, "2026-03-02"},
    {"2026-03-01", 0, UNIT_HVERDAGE, "2026-03-01"}, /* a Sunday stays day 0 */
    {"2026-03-02", 8, UNIT_HVERDAGE, "2026-03-12"},
    {"2026-03-02", 8, UNIT_HVERDAGE_SATURDAY, "2026-03-11"},
    {"2026-03-27", 8, UNIT_HVERDAGE, "2026-04-13"}, /* over Easter */
    {"2026-03-27", 8, UNIT_HVERDAGE_SATURDAY, "2026-04-09"},
    {"2023-05-04", 1, UNIT_HVERDAGE, "2023-05-08"}, /* over Store Bededag */
    {"2024-04-25", 1, UNIT_HVERDAGE, "2024-04-26"}, /* which is no more */
    {"2026-12-23", 1, UNIT_HVERDAGE, "2026-12-24"},
    {"2026-12-23", 1, UNIT_ARBEJDSDAGE, "2026-12-28"},
    {"2026-03-02", 7, UNIT_ARBEJDSDAGE, "2026-03-11"},
    {"2026-03-12", -8, UNIT_HVERDAGE, "2026-03-02"},
    {"2026-04-07", -1, UNIT_HVERDAGE, "2026-04-01"},
    {"2026-04-07", -1, UNIT_HVERDAGE_SATURDAY, "2026-04-04"},
    {"2026-03-02", 2, UNIT_WEEKS, "2026-03-16"},
    {"2026-03-02", -1, UNIT_WEEKS, "2026-02-23"},
    {"2026-01-31", 1, UNIT_MONTHS, "2026-02-28"},
    {"2024-01-31", 1, UNIT_MONTHS, "2024-02-29"},
    {"2026-03-31", 1, UNIT_MONTHS, "2026-04-30"},
    {"2026-03-31", -1, UNIT_MONTHS, "2026-02-28"},
    {"2026-12-15", 1, UNIT_MONTHS, "2027-01-15"},
    {"2026-01-15", -1, UNIT_MONTHS, "2025-12-15"},
    {"2024-02-29", 12, UNIT_MONTHS, "2025-02-28"},
    {"2024-02-29", -48, UNIT_MONTHS, "2020-02-29"},
    {"9999-12-30", 2000000000, UNIT_CALENDAR_DAYS, "9999-12-31"}, /* no count leads out of the years there are */
    {"9999-12-30", 2000000000, UNIT_HVERDAGE, "9999-12-31"},
    {"0001-01-05", -2000000000, UNIT_ARBEJDSDAGE, "0001-01-01"},
    {"2026-01-01", INT32_MIN, UNIT_WEEKS, "0001-01-01"},
    {"2026-01-01", INT32_MIN, UNIT_MONTHS, "0001-01-01"},
    {"2026-01-01", INT32_MAX, UNIT_MONTHS, "9999-12-31"},
};

TEST(days_added)
{
	arena *a = test_arena();
	for (int i = 0; i < COUNT(additions); i++) {
		day to = calendar_add(&danish, day_of(additions[i].from), additions[i].n, additions[i].unit);
		if (to != day_of(additions[i].to))
			fail_msg("%s + %d in unit %d: %.*s, expected %s", additions[i].from, additions[i].n,
				 additions[i].unit, TEXT_ARG(day_iso(a, to)), additions[i].to);
	}
}

static const struct {
	const char *from, *to;
	day_unit unit;
	int n;
} distances[] = {
    {"2026-03-02", "2026-04-01", UNIT_CALENDAR_DAYS, 30},
    {"2026-03-02", "2026-03-12", UNIT_HVERDAGE, 8},
    {"2026-03-02", "2026-03-14", UNIT_HVERDAGE, 9}, /* to a Saturday */
    {"2026-03-12", "2026-03-02", UNIT_HVERDAGE, -8},
    {"2026-04-01", "2026-04-07", UNIT_HVERDAGE, 1},
    {"2026-04-01", "2026-04-07", UNIT_HVERDAGE_SATURDAY, 2},
    {"2026-03-02", "2026-03-15", UNIT_WEEKS, 1},
    {"2026-03-15", "2026-03-02", UNIT_WEEKS, -1},
    {"2026-01-31", "2026-02-27", UNIT_MONTHS, 0},
    {"2026-01-31", "2026-02-28", UNIT_MONTHS, 1}, /* the month's last day is a month on */
    {"2026-01-15", "2026-03-14", UNIT_MONTHS, 1},
    {"2026-03-14", "2026-01-15", UNIT_MONTHS, -1},
    {"2026-03-15", "2026-01-15", UNIT_MONTHS, -2},
    {"2026-03-02", "2026-03-02", UNIT_MONTHS, 0},
};

TEST(days_between)
{
	for (int i = 0; i < COUNT(distances); i++) {
		int n =
		    calendar_between(&danish, day_of(distances[i].from), day_of(distances[i].to), distances[i].unit);
		if (n != distances[i].n)
			fail_msg("%s to %s: %d, expected %d", distances[i].from, distances[i].to, n, distances[i].n);
	}
}

/* Adding leads to a day that counts, and counting back finds the number again. */
TEST(adding_and_counting_agree)
{
	uint64_t seed = 8;
	printf("adding_and_counting_agree: seed %llu\n", (unsigned long long)seed);
	random_state r = random_seed(seed);
	for (int i = 0; i < 20000; i++) {
		day from = (day)random_between(&r, day_of("2015-01-01"), day_of("2035-01-01"));
		day_unit unit = (day_unit)random_below(&r, UNIT_MONTHS + 1);
		int n = (int)random_between(&r, -60, 60);
		day to = calendar_add(&danish, from, n, unit);
		if (unit == UNIT_MONTHS) {
			if (abs(calendar_between(&danish, from, to, unit)) < abs(n)) fail_msg("step %d: month lost", i);
			continue;
		}
		if (n && !calendar_counts(&danish, to, unit)) fail_msg("step %d ends on a day that does not count", i);
		if (calendar_between(&danish, from, to, unit) != n) fail_msg("step %d: unit %d, %d", i, unit, n);
	}
}

TEST(looked_up_or_worked_out_it_is_the_same)
{
	arena *a = arena_new(MIB);
	calendar plain = {.rules = rules, .rule_count = COUNT(rules)}, ready = plain;
	calendar_ready(&ready, a);
	for (day d = day_from_civil((civil){1985, 1, 1}); d < day_from_civil((civil){2076, 1, 1}); d++)
		for (int unit = UNIT_HVERDAGE; unit <= UNIT_ARBEJDSDAGE; unit++)
			if (calendar_counts(&plain, d, (day_unit)unit) != calendar_counts(&ready, d, (day_unit)unit))
				fail_msg("%s, unit %d", text_z(a, day_iso(a, d)), unit);
	arena_free(a);
}

TESTS(T(easter), T(days_that_count), T(days_added), T(days_between), T(adding_and_counting_agree),
      T(looked_up_or_worked_out_it_is_the_same))
