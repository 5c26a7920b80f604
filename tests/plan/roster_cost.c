/* What a roster costs: the machine of days against the count rule by rule, hand-worked rows of each rule, and the best of tiny rosters against
 * trying everything. */
#include "roster_made.h"

static roster_contract plain(void)
{
	roster_limit none = {.high = ROSTER_NO_LIMIT};
	return (roster_contract){.id = TEXT("c"),
				 .edges_open = true,
				 .work_run = none,
				 .off_run = none,
				 .weekend_run = none,
				 .weekends = none};
}

/* One person, shifts E (7-15), L (15-23), N (23-7) and G (a day and a night, 7-7), starting on a Monday. */
static solve_cost cost_of(arena *a, const roster_contract *c, const char *past, const char *line)
{
	static const int at[][2] = {{0, 0}, {420, 900}, {900, 1380}, {1380, 1860}, {420, 1860}};
	static const char letters[] = "-ELNG";
	issues sink = {.arena = a};
	int days = (int)strlen(line), before = (int)strlen(past);
	roster *r = roster_new(a, 1, days, 4);
	roster_contract *own = ARENA_NEW(a, roster_contract);
	*own = *c;
	r->contracts = own;
	r->contract_count = 1;
	r->past_days = before;
	r->past = ARENA_ARRAY(a, uint8_t, before + 1);
	uint8_t *lines = ARENA_ARRAY(a, uint8_t, days);
	for (int s = 1; s < 5; s++)
		r->shifts[s] = (roster_shift){.start = at[s][0], .end = at[s][1], .minutes = at[s][1] - at[s][0]};
	for (int d = 0; d < days; d++) lines[d] = (uint8_t)(strchr(letters, line[d]) - letters);
	for (int d = 0; d < before; d++) r->past[d] = (uint8_t)(strchr(letters, past[d]) - letters);
	assert_true(roster_ready(a, r, &sink));
	solve_cost by_rule = roster_cost(r, lines), by_day = line_cost(r, 0, lines);
	if (by_rule.hard != by_day.hard || by_rule.soft != by_day.soft)
		fail_msg("%s|%s: rule by rule %lld %lld, day by day %lld %lld", past, line, (long long)by_rule.hard,
			 (long long)by_rule.soft, (long long)by_day.hard, (long long)by_day.soft);
	return by_day;
}

static void check(const roster_contract *c, const char *past, const char *line, int hard)
{
	arena *a = arena_new(64 * MIB);
	solve_cost cost = cost_of(a, c, past, line);
	if (cost.hard != hard) fail_msg("%s|%s breaks %lld, expected %d", past, line, (long long)cost.hard, hard);
	arena_free(a);
}

TEST(eleven_hours_between_shifts)
{
	roster_contract c = plain();
	c.rest_minutes = 660;
	c.rest_weight = ROSTER_HARD;
	check(&c, "", "EEEE", 0);
	check(&c, "", "LE", 1); /* 23 to 7 is eight hours */
	check(&c, "", "L-E", 0);
	check(&c, "", "NL", 1);  /* 7 to 15 */
	check(&c, "", "NN", 0);  /* 7 to 23 */
	check(&c, "L", "E-", 1); /* the day before the roster counts */
	check(&c, "", "GE", 1);
	check(&c, "", "EEL", 0);
}

TEST(a_day_of_rest_within_each_seven)
{
	roster_contract c = plain();
	c.long_rest_minutes = 2100; /* 35 hours */
	c.long_rest_days = 6;
	c.long_rest_weight = ROSTER_HARD;
	check(&c, "", "EEEEEE-E", 0);
	check(&c, "", "EEEEEEE", 1);
	check(&c, "", "EEEEEEEE", 2);
	check(&c, "", "EEEL-EEE", 2); /* 23 to 7 with a day between: 32 hours, the seventh and eighth day in a row */
	check(&c, "", "EEEL-LEE", 0); /* 40 hours */
	check(&c, "EEEEE", "EE-E", 1);
	check(&c, "EEEE-", "EEEEEE", 0);
	check(&c, "", "EEEN--EE", 0);
}

TEST(days_in_a_row)
{
	roster_contract c = plain();
	c.work_run = (roster_limit){2, 4, ROSTER_HARD, ROSTER_HARD};
	c.off_run = (roster_limit){2, 3, ROSTER_HARD, ROSTER_HARD};
	check(&c, "", "E--EE", 0); /* at the edge a run may be of any length */
	check(&c, "", "--E--", 1);
	check(&c, "", "EEEEEE", 2);
	check(&c, "", "EE-EE", 1);
	check(&c, "", "EE----EE", 1);
	check(&c, "EEEE", "E--", 1); /* history makes the run longer */
	check(&c, "-", "-EE", 0);
	c.edges_open = false;
	check(&c, "", "E--EE", 1);
	check(&c, "--", "EE--E", 1);
}

TEST(weekends)
{
	roster_contract c = plain();
	c.weekends.high = 1;
	c.weekends.over = ROSTER_HARD;
	check(&c, "", "-----E-------E", 1);
	check(&c, "", "-----E--------", 0);
	c = plain();
	c.whole_weekend = ROSTER_HARD;
	check(&c, "", "-----E-------EE", 2);
	check(&c, "", "-----EE-", 0);
	c.weekend = 0x70; /* Friday to Sunday */
	check(&c, "", "----EE--", 1);
	c = plain();
	c.same_weekend = ROSTER_HARD;
	check(&c, "", "-----EL-", 1);
	check(&c, "", "-----EE-", 0);
	c = plain();
	c.weekend_run = (roster_limit){0, 1, 0, ROSTER_HARD};
	check(&c, "", "-----E------E-------E", 2);
	check(&c, "", "-----E--------------E", 0);
}

TEST(hours_of_a_period)
{
	roster_budget week = {.id = TEXT("week"),
			      .shifts = 0x1e,
			      .minutes = true,
			      .to = 7,
			      .limit = {1200, 1920, ROSTER_HARD, ROSTER_HARD}};
	roster_contract c = plain();
	week.unit = 60;
	c.budgets = &week;
	c.budget_count = 1;
	check(&c, "", "EEEE---", 0);
	check(&c, "", "EEEEE--", 8); /* 40 hours are 8 over 32 */
	check(&c, "", "EE-----", 4); /* 16 are 4 under 20 */
	check(&c, "", "EEEE---EEEEEE", 0);
}

TEST(unwanted_sequences)
{
	roster_pattern night = {.id = TEXT("n"), .days = {8, 6}, .length = 2, .weight = ROSTER_HARD};
	roster_contract c = plain();
	c.patterns = &night;
	c.pattern_count = 1;
	check(&c, "", "NENL", 2);
	check(&c, "", "NN--", 0);
	check(&c, "N", "E", 1);
	night.weekdays = 1; /* only from a Monday */
	check(&c, "", "NE-NE--NE", 2);
}

TEST(day_by_day_is_rule_by_rule)
{
	for (uint64_t seed = 1; seed <= 600; seed++) {
		arena *a = arena_new(64 * MIB);
		solve_random x = solve_seed(seed, 2);
		roster *r = made_roster(a, seed, 3, chance(&x, 3, 24));
		uint8_t *lines = ARENA_ARRAY(a, uint8_t, r->person_count * r->day_count);
		roster_draft *s = draft_new(a, r);
		for (int i = 0; i < 20; i++) {
			some_lines(r, &x, lines);
			draft_load(s, lines);
			solve_cost rules = roster_check(a, r, lines).total;
			if (rules.hard != s->total.hard || rules.soft != s->total.soft)
				fail_msg("seed %llu: rule by rule %lld %lld, day by day %lld %lld",
					 (unsigned long long)seed, (long long)rules.hard, (long long)rules.soft,
					 (long long)s->total.hard, (long long)s->total.soft);
		}
		arena_free(a);
	}
}

/* ---- the best of a tiny roster ---- */

static bool next_lines(const roster *r, uint8_t *lines)
{
	int n = r->person_count * r->day_count;
	for (int i = 0; i < n; i++) {
		if (++lines[i] <= r->shift_count) return true;
		lines[i] = 0;
	}
	return false;
}

static bool all_allowed(const roster *r, const uint8_t *lines)
{
	for (int i = 0; i < r->person_count * r->day_count; i++)
		if (!(r->allowed[i] >> lines[i] & 1)) return false;
	return true;
}

/* Leave and what is fixed stay as they are, also where nothing else can be kept. */
static solve_cost best_by_trying(arena *a, const roster *r)
{
	solve_cost best = {INT64_MAX, INT64_MAX};
	uint8_t *lines = ARENA_ARRAY(a, uint8_t, r->person_count * r->day_count);
	roster_draft *s = draft_new(a, r);
	do {
		if (!all_allowed(r, lines)) continue;
		draft_load(s, lines);
		if (solve_better(s->total, best)) best = s->total;
	} while (next_lines(r, lines));
	return best;
}

static solve_cost best_by_planning(arena *a, const roster *r, bool columns, roster_result *out)
{
	uint8_t *lines = ARENA_ARRAY(a, uint8_t, r->person_count * r->day_count);
	roster_options o = {.world = world_real(), .seed = 3, .threads = 1, .steps = 60000, .columns = columns};
	*out = roster_plan(a, r, &o, lines);
	solve_cost checked = roster_cost(r, lines);
	assert_true(checked.hard == out->cost.hard && checked.soft == out->cost.soft);
	return checked;
}

TEST(no_tiny_roster_has_a_better_plan)
{
	int proved = 0;
	for (uint64_t seed = 1; seed <= 30; seed++) {
		arena *a = arena_new(1024 * MIB);
		roster_result result;
		roster *r = made_roster(a, seed, 2, 4);
		solve_cost best = best_by_trying(a, r);
		for (int columns = 0; columns < 2; columns++) {
			solve_cost found = best_by_planning(a, r, columns, &result);
			if (found.hard != best.hard || found.soft != best.soft)
				fail_msg("seed %llu, columns %d: planned %lld %lld, the best is %lld %lld",
					 (unsigned long long)seed, columns, (long long)found.hard,
					 (long long)found.soft, (long long)best.hard, (long long)best.soft);
			if (best.hard == 0 && result.bound > best.soft)
				fail_msg("seed %llu: the bound %lld is over the best %lld", (unsigned long long)seed,
					 (long long)result.bound, (long long)best.soft);
			proved += result.proved;
		}
		arena_free(a);
	}
	if (roster_has_columns()) assert_true(proved > 0);
}

TEST(a_fair_share_is_what_is_left_of_all)
{
	roster_limit l = roster_fair(7, 13, 6, 4);
	assert_int_equal(l.low, 3);
	assert_int_equal(l.high, 4);
	assert_int_equal(l.over, 4);
}

TESTS(T(eleven_hours_between_shifts), T(a_day_of_rest_within_each_seven), T(days_in_a_row), T(weekends),
      T(hours_of_a_period), T(unwanted_sequences), T(day_by_day_is_rule_by_rule), T(no_tiny_roster_has_a_better_plan),
      T(a_fair_share_is_what_is_left_of_all))
