/* The ward: the evaluator against the official validator's figures, deltas against the evaluator, search, and what it must keep. */
#include "harness.h"
#include "plan/plan.h"
#include "plan/ward_internal.h"

static text data(arena *a, const char *below)
{
	const char *path = shared_path(below);
	if (!path) SKIP("%s is not there", below);
	return read_file(a, path);
}

static ward problem(arena *a, const char *name)
{
	issues sink = {.arena = a};
	ward w;
	text source = data(a, text_z(a, text_format(a, "data/ihtc/instances/%s.json", name)));
	if (!ward_read(a, source, text_of(name), &sink, &w)) fail_msg("%s cannot be read", name);
	return w;
}

static int64_t field(text line, int n)
{
	int64_t value = 0;
	text_pair cut = text_cut(line, '\t');
	for (int i = 0; i < n; i++) cut = text_cut(cut.tail, '\t');
	assert_true(text_to_int(cut.head, &value));
	return value;
}

/* ---- costs ---- */

TEST(costs_as_the_validator_prints_them)
{
	arena *a = test_arena();
	text_pair line = text_cut(data(a, "data/ihtc/expected-costs.tsv"), '\n');
	int rows = 0;
	for (line = text_cut(line.tail, '\n'); line.head.len > 0; line = text_cut(line.tail, '\n'), rows++) {
		text name = text_cut(line.head, '\t').head;
		ward w = problem(a, text_z(a, name));
		ward_plan p;
		issues sink = {.arena = a};
		text file = text_format(a, "data/ihtc/solutions/sol_%.*s.json", TEXT_ARG(name));
		assert_true(ward_plan_read(a, &w, data(a, text_z(a, file)), file, &sink, &p, NULL));
		ward_cost c = ward_check(&w, &p);
		for (int t = 0; t < WARD_TERMS; t++) assert_int_equal(c.soft[t], field(line.head, 2 + t));
		assert_int_equal(c.violations, field(line.head, 2 + WARD_TERMS));
		assert_int_equal(c.total, field(line.head, 3 + WARD_TERMS));
		/* and what is written reads back as the same plan */
		ward_plan again;
		int64_t done;
		text printed = ward_plan_text(a, &w, &p, 77);
		assert_true(ward_plan_read(a, &w, printed, file, &sink, &again, &done));
		assert_int_equal(done, 77);
		assert_text(ward_plan_text(a, &w, &again, 77), printed);
	}
	assert_int_equal(rows, 16);
}

/* No bound is above a plan that somebody has, and of most it is not far below. */
TEST(bounds_hold)
{
	arena *a = test_arena();
	text_pair line = text_cut(data(a, "data/ihtc/best.tsv"), '\n');
	int close = 0;
	for (line = text_cut(line.tail, '\n'); line.head.len > 0; line = text_cut(line.tail, '\n')) {
		ward w = problem(a, text_z(a, text_cut(line.head, '\t').head));
		int64_t bound = ward_bound(a, &w), best = field(line.head, 1);
		assert_in_range(bound, 1, best);
		close += bound * 10 >= best * 8;
	}
	assert_in_range(close, 8, 15);
}

/* ---- deltas ---- */

/* A million moves of each kind, one in two kept: what they add up to is what the plan costs, and one that was dropped left
 * nothing behind. */
static void moves_add_up(const char *name, int moves, int64_t price)
{
	arena *a = arena_new(REQUEST_ARENA_MAX);
	ward w = problem(a, name);
	ward_state *s = ward_state_new(a, &w, ward_choices(a, &w, NULL), NULL);
	solve_random r = solve_seed(11, 0);
	int kept[SOLVE_KINDS_MAX] = {0};
	ward_start(s, &r);
	solve_cost sum = ward_state_cost(s);
	for (int i = 0; i < moves; i++) {
		int kind = i % ward_move_count;
		/* A limit like a search's, so that counting is given up in the middle too. */
		const solve_allow allow = {(int64_t)solve_below(&r, 400), price};
		solve_cost delta;
		if (ward_propose(s, kind, &r, &allow, &delta) != SOLVE_DELTA) continue;
		bool keep = delta.soft + price * delta.hard <= allow.limit && solve_below(&r, 2);
		if (keep) {
			ward_apply(s);
			sum.hard += delta.hard;
			sum.soft += delta.soft;
			kept[kind]++;
		} else {
			ward_undo(s);
		}
		if (i % 4096 > ward_move_count) continue;
		solve_cost whole = ward_state_cost(s);
		if (whole.hard != sum.hard || whole.soft != sum.soft)
			fail_msg("%s: after \"%s\" (move %d, %s): %lld and %lld, counted %lld and %lld", name,
				 ward_moves[kind].name, i, keep ? "kept" : "dropped", (long long)whole.hard,
				 (long long)whole.soft, (long long)sum.hard, (long long)sum.soft);
	}
	for (int k = 0; k < ward_move_count; k++)
		if (kept[k] == 0) fail_msg("%s: \"%s\" was never kept", name, ward_moves[k].name);
	/* The state's own counts against the plain evaluator. */
	ward_plan p = ward_plan_new(a, &w);
	ward_state_get(s, &p);
	assert_int_equal(ward_check(&w, &p).total, sum.soft);
	if (sum.hard == 0) assert_int_equal(ward_check(&w, &p).violations, 0);
	arena_free(a);
}

TEST(deltas_add_up)
{
	moves_add_up("i04", 1000000, 30);
	moves_add_up("test01", 1000000, 100000);
	moves_add_up("i13", 300000, 3);
}

/* ---- search ---- */

static ward_options usual(int64_t steps, int threads)
{
	return (ward_options){.threads = threads,
			      .solve = {.world = world_real(), .seed = 1, .steps = steps, .enough = INT64_MIN}};
}

TEST(feasible_at_once_on_all)
{
	arena *a = arena_new(REQUEST_ARENA_MAX);
	char **files;
	const char *folder = shared_path("data/ihtc/instances");
	if (!folder) SKIP("no instances");
	int n = list_files(a, folder, ".json", &files);
	assert_int_equal(n, 25);
	for (int i = 0; i < n; i++) {
		issues sink = {.arena = a};
		ward w;
		arena_mark here = arena_here(a);
		assert_true(ward_read(a, read_file(a, files[i]), text_of(files[i]), &sink, &w));
		ward_options o = usual(60000, 1); /* a tenth of a second in the release */
		ward_result r = ward_search(a, &w, &o);
		if (r.cost.violations) fail_msg("%s: breaks %lld", files[i], (long long)r.cost.violations);
		assert_int_equal(r.cost.total, r.run.best.soft);
		arena_rewind(a, here);
	}
	arena_free(a);
}

TEST(same_seed_same_plan)
{
	arena *a = test_arena();
	ward w = problem(a, "i02");
	for (int threads = 1; threads <= 2; threads++) {
		ward_options o = usual(60000, threads);
		text one, two, three;
		ward_result r = ward_search(a, &w, &o);
		one = ward_plan_text(a, &w, &r.plan, 0);
		r = ward_search(a, &w, &o);
		two = ward_plan_text(a, &w, &r.plan, 0);
		o.solve.seed = 2;
		r = ward_search(a, &w, &o);
		three = ward_plan_text(a, &w, &r.plan, 0);
		assert_text(one, two);
		assert_false(text_equal(one, three));
	}
}

/* Patients with day, with room, with all, one who must stay out, a nurse: all as fixed, with a start and without. */
TEST(fixed_stays_fixed)
{
	arena *a = test_arena();
	ward w = problem(a, "i04");
	issues sink = {.arena = a};
	ward_plan known;
	text file = TEXT("data/ihtc/solutions/sol_i04.json");
	assert_true(ward_plan_read(a, &w, data(a, file.at), file, &sink, &known, NULL));
	ward_fixed f = ward_fixed_none(a, &w);
	int day = WARD_NONE, room = WARD_NONE, all = WARD_NONE, out = WARD_NONE;
	for (int p = 0; p < w.patients; p++) {
		if (known.day[p] == WARD_NONE) continue;
		if (!w.person[p].mandatory) out = p;
		day = room == WARD_NONE ? day : p;
		room = all == WARD_NONE ? room : p;
		all = all == WARD_NONE ? p : all;
	}
	f.plan.day[day] = known.day[day];
	f.plan.room[room] = known.room[room];
	f.plan.day[all] = known.day[all];
	f.plan.room[all] = known.room[all];
	f.plan.theatre[all] = known.theatre[all];
	f.out[out] = true;
	int at = known.room[all] * w.shifts + known.day[all] * WARD_SHIFTS,
	    n = w.on_shift[w.on_shift_first[at % w.shifts]];
	f.plan.nurse[at] = (int16_t)n;
	for (int i = 0; i < 2; i++) {
		ward_options o = usual(200000, 1);
		o.fixed = &f;
		o.start = i ? &known : NULL;
		ward_result r = ward_search(a, &w, &o);
		assert_int_equal(r.cost.violations, 0);
		assert_int_equal(r.plan.day[day], known.day[day]);
		assert_int_equal(r.plan.room[room], known.room[room]);
		assert_int_equal(r.plan.day[all], known.day[all]);
		assert_int_equal(r.plan.room[all], known.room[all]);
		assert_int_equal(r.plan.theatre[all], known.theatre[all]);
		assert_int_equal(r.plan.day[out], WARD_NONE);
		assert_int_equal(r.plan.nurse[at], n);
	}
}

TEST(a_good_start_is_not_lost)
{
	arena *a = test_arena();
	ward w = problem(a, "i01");
	issues sink = {.arena = a};
	ward_plan known;
	text file = TEXT("data/ihtc/solutions/sol_i01.json");
	assert_true(ward_plan_read(a, &w, data(a, file.at), file, &sink, &known, NULL));
	ward_options o = usual(20000, 1);
	o.start = &known;
	assert_in_range(ward_search(a, &w, &o).cost.total, 0, 3842);
}

TESTS(T(costs_as_the_validator_prints_them), T(bounds_hold), T(deltas_add_up), T(feasible_at_once_on_all),
      T(same_seed_same_plan), T(fixed_stays_fixed), T(a_good_start_is_not_lost))
