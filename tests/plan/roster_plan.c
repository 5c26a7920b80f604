/* Making rosters: moves and their way back, plans that are the same each time, what is fixed stays, proved optima, repair after sickness, why. */
#include "roster_made.h"

static roster_options steps(int64_t n, int threads, bool columns)
{
	return (roster_options){.world = world_real(), .seed = 7, .threads = threads, .steps = n, .columns = columns};
}

/* ---- moves ---- */

static void same_as_full(const roster_draft *s, const char *after)
{
	solve_cost full = draft_cost_full(s);
	if (s->total.hard != full.hard || s->total.soft != full.soft)
		fail_msg("after %s: kept up %lld %lld, counted anew %lld %lld", after, (long long)s->total.hard,
			 (long long)s->total.soft, (long long)full.hard, (long long)full.soft);
}

/* Some light moves: everything the kit does with a state, the cost compared now and then and after each of the first. */
static int64_t move_about(arena *a, const roster *r, uint64_t seed, int64_t moves, int64_t *each)
{
	plan_budget budget = {.world = world_real(), .steps = INT64_MAX, .threads = 1};
	graphs *g = graphs_make(a, r);
	searcher *q = searcher_new(a, r, best_open(a, g), &budget);
	const solve_problem *p = searcher_problem(a, r);
	roster_draft *s = searcher_state(q);
	solve_random random = solve_seed(seed, 9);
	solve_allow all = {.limit = INT64_MAX / 4, .price = 100};
	int64_t done = 0;
	some_lines(r, &random, s->lines);
	draft_load(s, s->lines);
	for (int64_t i = 0; i < moves; i++) {
		solve_cost delta, before = s->total;
		bool heavy = i % 512 == 0;
		int kind = heavy ? chance(&random, 3, p->move_count - 1) : solve_below(&random, 3);
		solve_answer said = p->propose(q, kind, &random, &all, &delta);
		if (said != SOLVE_DELTA) continue;
		each[kind]++;
		bool keep = solve_below(&random, 2);
		keep ? p->keep(q) : p->drop(q);
		solve_cost expected = {before.hard + (keep ? delta.hard : 0), before.soft + (keep ? delta.soft : 0)};
		if (s->total.hard != expected.hard || s->total.soft != expected.soft)
			fail_msg("a %s says another cost", p->moves[kind].name);
		if (i < 2000 || heavy || i % 97 == 0) same_as_full(s, p->moves[kind].name);
		done++;
	}
	same_as_full(s, "all");
	return done;
}

TEST(a_million_moves_keep_the_cost)
{
	int64_t done = 0, each[SOLVE_KINDS_MAX] = {0};
	for (uint64_t seed = 1; done < 1000000; seed++) {
		arena *a = arena_new(1024 * MIB);
		done += move_about(a, made_roster(a, 100 + seed, 5, 14), seed, 130000, each);
		arena_free(a);
	}
	for (int k = 0; k < searcher_kinds(); k++) assert_true(each[k] > 0);
}

/* ---- whole plans ---- */

TEST(the_same_seed_and_steps_give_the_same_plan)
{
	for (int columns = 0; columns < 2; columns++) {
		arena *a = test_arena();
		roster *r = made_roster(a, 12, 6, 14);
		uint8_t *one = ARENA_ARRAY(a, uint8_t, 84), *two = ARENA_ARRAY(a, uint8_t, 84);
		roster_options o = steps(60000, 2, columns);
		roster_result x = roster_plan(a, r, &o, one), y = roster_plan(a, r, &o, two);
		assert_memory_equal(one, two, 84);
		assert_int_equal(x.cost.soft, y.cost.soft);
	}
}

TEST(proved_optima_are_found)
{
	static const struct {
		int instance;
		int64_t best;
	} rows[] = {{1, 607}, {2, 828}, {3, 1001}, {4, 1716}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		arena *a = arena_new(2048 * MIB);
		roster *r = shared_roster(a, rows[i].instance);
		if (!r) SKIP("the shared rosters are not here");
		if (!roster_has_columns()) SKIP("no linear solver is built in");
		uint8_t *lines = ARENA_ARRAY(a, uint8_t, r->person_count * r->day_count);
		roster_options o = steps(600000, 2, true);
		roster_result got = roster_plan(a, r, &o, lines);
		solve_cost counted = roster_cost(r, lines);
		assert_int_equal(counted.hard, 0);
		assert_int_equal(counted.soft, got.cost.soft);
		assert_true(got.bound <= rows[i].best);
		if (counted.soft != rows[i].best)
			fail_msg("Instance%d: %lld, the proved optimum is %lld", rows[i].instance,
				 (long long)counted.soft, (long long)rows[i].best);
		arena_free(a);
	}
}

TEST(every_roster_has_a_legal_plan_at_once)
{
	for (int i = 1; i <= 12; i++) {
		arena *a = arena_new(4096 * MIB);
		roster *r = shared_roster(a, i);
		if (!r) SKIP("the shared rosters are not here");
		uint8_t *lines = ARENA_ARRAY(a, uint8_t, r->person_count * r->day_count);
		roster_options o = steps(400 * r->person_count, 1, false);
		roster_plan(a, r, &o, lines);
		if (roster_cost(r, lines).hard) fail_msg("Instance%d: the first plan breaks rules", i);
		arena_free(a);
	}
}

TEST(what_is_fixed_stays)
{
	arena *a = test_arena();
	roster *r = made_roster(a, 31, 6, 14);
	issues sink = {.arena = a};
	uint8_t *lines = ARENA_ARRAY(a, uint8_t, 84), *fixed = ARENA_ARRAY(a, uint8_t, 84);
	solve_random x = solve_seed(4, 4);
	for (int i = 0; i < 84; i++) {
		fixed[i] = ROSTER_UNKNOWN;
		if (solve_below(&x, 3)) continue;
		uint64_t may = r->allowed[i];
		for (int skip = solve_below(&x, __builtin_popcountll(may)); skip > 0; skip--) may &= may - 1;
		fixed[i] = (uint8_t)__builtin_ctzll(may);
		r->allowed[i] = UINT64_C(1) << fixed[i];
	}
	assert_true(roster_ready(a, r, &sink));
	for (int columns = 0; columns < 2; columns++) {
		roster_options o = steps(60000, 2, columns);
		roster_plan(a, r, &o, lines);
		for (int i = 0; i < 84; i++)
			if (fixed[i] != ROSTER_UNKNOWN) assert_int_equal(lines[i], fixed[i]);
	}
}

typedef struct stopper {
	atomic_bool cancel;
	int told;
} stopper;

static void stop_at_once(void *self, const roster_progress *p)
{
	stopper *s = self;
	assert_non_null(p->lines);
	s->told++;
	atomic_store(&s->cancel, true);
}

TEST(who_is_told_to_stop_gives_the_best_so_far_and_goes_on_from_it)
{
	arena *a = test_arena();
	roster *r = made_roster(a, 7, 8, 21);
	uint8_t *lines = ARENA_ARRAY(a, uint8_t, 168);
	stopper s = {0};
	roster_options o = steps(0, 2, true);
	o.microseconds = 60 * 1000000;
	o.cancel = &s.cancel;
	o.progress = stop_at_once;
	o.progress_self = &s;
	roster_result first = roster_plan(a, r, &o, lines);
	assert_true(s.told > 0);
	assert_true(first.microseconds < 20 * 1000000);
	roster_options on = steps(40000, 1, true);
	on.start = lines;
	uint8_t *better = ARENA_ARRAY(a, uint8_t, 168);
	roster_result second = roster_plan(a, r, &on, better);
	assert_false(solve_better(first.cost, second.cost));
}

/* ---- repair ---- */

/* A month of twenty people: early, late, night; at most five in a row, two days off, eleven hours, a long rest in each seven days. */
static roster *month(arena *a)
{
	issues sink = {.arena = a};
	roster *r = roster_new(a, 20, 28, 3);
	static const int at[][2] = {{0, 0}, {420, 900}, {900, 1380}, {1380, 1860}};
	r->id = TEXT("month");
	r->contracts = ARENA_ARRAY(a, roster_contract, 1);
	r->contract_count = 1;
	roster_contract *c = r->contracts;
	*c = (roster_contract){.id = TEXT("c"), .edges_open = true, .rest_minutes = 660, .rest_weight = ROSTER_HARD};
	c->work_run = (roster_limit){2, 5, ROSTER_HARD, ROSTER_HARD};
	c->off_run = (roster_limit){2, ROSTER_NO_LIMIT, ROSTER_HARD, 0};
	c->weekend_run.high = ROSTER_NO_LIMIT;
	c->weekends = (roster_limit){0, 2, 0, ROSTER_HARD};
	c->long_rest_days = 6;
	c->long_rest_minutes = 2100;
	c->long_rest_weight = ROSTER_HARD;
	c->budgets = ARENA_ARRAY(a, roster_budget, 1);
	c->budget_count = 1;
	c->budgets[0] =
	    (roster_budget){.shifts = 14, .minutes = true, .to = 28, .limit = {7200, 9120, ROSTER_HARD, ROSTER_HARD}};
	for (int s = 1; s < 4; s++) {
		r->shifts[s] = (roster_shift){.id = text_format(a, "%c", "-ELN"[s]), .minutes = 480};
		r->shifts[s].start = at[s][0], r->shifts[s].end = at[s][1];
	}
	for (int p = 0; p < 20; p++) r->persons[p].id = text_format(a, "P%d", p);
	r->covers = ARENA_ARRAY(a, roster_cover, 84);
	for (int d = 0; d < 28; d++)
		for (int s = 1; s < 4; s++)
			r->covers[r->cover_count++] = (roster_cover){
			    .day = d, .shifts = UINT64_C(1) << s, .limit = {5 - s - (d % 7 >= 5), 5 - s + 1, 100, 2}};
	assert_true(roster_ready(a, r, &sink));
	return r;
}

TEST(who_falls_ill_is_replaced_with_few_changes)
{
	arena *a = test_arena();
	roster *r = month(a);
	uint8_t *lines = ARENA_ARRAY(a, uint8_t, 560), *mended = ARENA_ARRAY(a, uint8_t, 560);
	roster_options o = steps(120000, 1, true);
	roster_plan(a, r, &o, lines);
	assert_int_equal(roster_cost(r, lines).hard, 0);
	int worked = 0, changes;
	while (lines[worked] == ROSTER_OFF || worked < 8) worked++;
	memcpy(mended, lines, 560);
	roster_repair q = {.person = 0, .from = worked, .to = worked + 2, .frozen = worked, .change = 30};
	roster_options m = steps(30000, 1, true);
	roster_mend(a, r, &q, &m, mended, &changes);
	assert_int_equal(mended[worked], ROSTER_OFF);
	assert_int_equal(mended[worked + 1], ROSTER_OFF);
	assert_true(changes <= 8);
	for (int p = 0; p < 20; p++)
		for (int d = 0; d < worked; d++) assert_int_equal(mended[p * 28 + d], lines[p * 28 + d]);
	solve_cost after = roster_cost(r, mended), before = roster_cost(r, lines);
	/* Nobody but the ill person breaks a rule for it, and no shift is short for it. */
	roster_breaks all = roster_check(a, r, mended);
	for (int i = 0; i < all.count; i++)
		if (all.at[i].cost.hard) assert_int_equal(all.at[i].person, 0);
	assert_true(after.soft < before.soft + 100);
}

/* ---- why ---- */

TEST(a_wished_shift_is_explained)
{
	arena *a = test_arena();
	roster *r = month(a);
	uint8_t *lines = ARENA_ARRAY(a, uint8_t, 560), *with = ARENA_ARRAY(a, uint8_t, 560);
	roster_options o = steps(60000, 1, true);
	roster_plan(a, r, &o, lines);
	for (int day = 3; day < 24; day += 5) {
		roster_why y = roster_why_not(a, r, lines, 4, day, 3);
		memcpy(with, lines, 560);
		with[4 * 28 + day] = 3;
		solve_cost counted = roster_cost(r, with);
		assert_int_equal(y.then.hard, counted.hard);
		assert_int_equal(y.then.soft - y.now.soft, y.come.total.soft - y.gone.total.soft);
		assert_int_equal(y.then.hard - y.now.hard, y.come.total.hard - y.gone.total.hard);
		if (!y.possible) continue;
		memcpy(with + 4 * 28, y.line, 28);
		counted = roster_cost(r, with);
		assert_int_equal(y.line[day], 3);
		assert_int_equal(counted.hard, y.best.hard);
		assert_int_equal(counted.soft, y.best.soft);
	}
}

TEST(rules_that_cannot_be_kept_together_are_named)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	roster *r = month(a);
	roster_conflict *found;
	assert_int_equal(roster_conflicts(a, r, &found), 0);
	/* Fixed for seven days in a row: the limit of five, and the long rest, either alone is too much. */
	for (int d = 0; d < 7; d++) *roster_allowed_at(r, 2, d) = 2;
	assert_true(roster_ready(a, r, &sink));
	assert_int_equal(roster_conflicts(a, r, &found), 1);
	assert_int_equal(found->person, 2);
	assert_int_equal(found->rule_count, 2);
	assert_int_equal(found->rules[1], ROSTER_ALLOWED);
	text said = roster_conflict_text(a, r, found, LANGUAGE_EN);
	assert_true(text_find(said, TEXT("P2 cannot keep all of")) == 0);
	for (int p = 0; p < 20; p++) *roster_allowed_at(r, p, 9) &= p == 3 ? 15 : 7;
	for (int i = 0; i < r->cover_count; i++)
		if (r->covers[i].day == 9 && r->covers[i].shifts == 8) r->covers[i].limit.under = ROSTER_HARD;
	assert_true(roster_ready(a, r, &sink));
	int count = roster_conflicts(a, r, &found);
	assert_int_equal(found[count - 1].person, -1);
	assert_int_equal(found[count - 1].day, 9);
}

TESTS(T(a_million_moves_keep_the_cost), T(the_same_seed_and_steps_give_the_same_plan), T(proved_optima_are_found),
      T(every_roster_has_a_legal_plan_at_once), T(what_is_fixed_stays),
      T(who_is_told_to_stop_gives_the_best_so_far_and_goes_on_from_it), T(who_falls_ill_is_replaced_with_few_changes),
      T(a_wished_shift_is_explained), T(rules_that_cannot_be_kept_together_are_named))
