/* The worked example of src/solve/README.md: jobs onto days. Each job has a size and a day it wants; a day has room for so much (hard: what
 * is over), and each day away from the one wanted costs its weight (soft). The jobs are made so that all fit where they want
 * to be: the best plan is known, breaks nothing and costs 0, and the search begins from jobs strewn at random. */
#include "harness.h"
#include "solve/solve.h"

enum { JOBS = 60, DAYS = 12, ROOM = 480, FILLED = 420 };

typedef struct jobs {
	/* the problem */
	int size[JOBS], wanted[JOBS], weight[JOBS];
	/* the decisions, and what follows from them */
	uint8_t day[JOBS];
	int used[DAYS];
	/* the move under way: two jobs and the days they go to; of a single move the second is the first */
	int job[2], to[2];
} jobs;

static int over(int minutes)
{
	return minutes > ROOM ? minutes - ROOM : 0;
}

static int away(const jobs *s, int j, int day)
{
	return s->weight[j] * abs(day - s->wanted[j]);
}

static solve_cost jobs_cost(const void *self)
{
	const jobs *s = self;
	solve_cost c = {0, 0};
	for (int d = 0; d < DAYS; d++) c.hard += over(s->used[d]);
	for (int j = 0; j < JOBS; j++) c.soft += away(s, j, s->day[j]);
	return c;
}

static void put(jobs *s, int j, int day)
{
	s->used[s->day[j]] -= s->size[j];
	s->used[day] += s->size[j];
	s->day[j] = (uint8_t)day;
}

/* Changes the state, and says what that costs; drop puts it back. */
static solve_answer jobs_propose(void *self, int kind, solve_random *r, const solve_allow *allow, solve_cost *delta)
{
	jobs *s = self;
	int a = solve_below(r, JOBS), b = kind == 0 ? a : solve_below(r, JOBS);
	int day_a = s->day[a], day_b = s->day[b], to = kind == 0 ? solve_below(r, DAYS) : day_b;
	if (to == day_a) return SOLVE_NONE;
	int64_t soft = away(s, a, to) - away(s, a, day_a);
	if (kind == 1) soft += away(s, b, day_a) - away(s, b, day_b);
	/* What is freed on a day can be no more than what is over there now. */
	int64_t freed = over(s->used[day_a]) + over(s->used[to]);
	if (soft - freed * allow->price > allow->limit) return SOLVE_OVER;
	put(s, a, to);
	if (kind == 1) put(s, b, day_a);
	*delta = (solve_cost){over(s->used[day_a]) + over(s->used[to]) - freed, soft};
	s->job[0] = a;
	s->job[1] = b;
	s->to[0] = s->to[1] = day_a;
	if (kind == 1) s->to[1] = to;
	return SOLVE_DELTA;
}

static void jobs_keep(void *self)
{
	(void)self; /* it is there already */
}

static void jobs_drop(void *self)
{
	jobs *s = self;
	put(s, s->job[0], s->to[0]);
	if (s->job[1] != s->job[0]) put(s, s->job[1], s->to[1]);
}

static void jobs_save(const void *self, void *bytes)
{
	memcpy(bytes, ((const jobs *)self)->day, JOBS);
}

static void jobs_load(void *self, const void *bytes)
{
	jobs *s = self;
	for (int j = 0; j < JOBS; j++) put(s, j, ((const uint8_t *)bytes)[j]);
}

static const solve_move moves[] = {{"another day", 2}, {"swap", 1}};
static const solve_problem problem = {.moves = moves,
				      .move_count = 2,
				      .bytes = JOBS,
				      .propose = jobs_propose,
				      .keep = jobs_keep,
				      .drop = jobs_drop,
				      .cost = jobs_cost,
				      .save = jobs_save,
				      .load = jobs_load};

/* Five jobs a day that nearly fill it, then strewn. */
static jobs strewn(uint64_t seed)
{
	jobs s = {0};
	random_state r = random_seed(seed);
	for (int j = 0; j < JOBS; j++) {
		int room = FILLED; /* what the four before it leave of the day */
		for (int i = j - j % 5; i < j; i++) room -= s.size[i];
		s.size[j] = j % 5 == 4 ? room : 15 * (int)random_between(&r, 2, 7);
		s.wanted[j] = j / 5;
		s.weight[j] = (int)random_between(&r, 1, 9);
		s.day[j] = (uint8_t)random_below(&r, DAYS);
		s.used[s.day[j]] += s.size[j];
	}
	return s;
}

static solve_options usual(uint64_t seed)
{
	return (solve_options){.world = world_real(),
			       .seed = seed,
			       .steps = 1500000,
			       .hot = 60,
			       .cold = 0.3,
			       .price_hot = 1,
			       .price_cold = 50,
			       .rounds = 3,
			       .reheat_percent = 30,
			       .enough = INT64_MIN};
}

static solve_result run(jobs *s, int threads, const solve_options *o)
{
	void *selves[SOLVE_THREADS_MAX];
	for (int i = 0; i < threads; i++) selves[i] = &s[i];
	return solve_run(test_arena(), &problem, selves, threads, o);
}

TEST(the_best_plan_is_found)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		jobs s = strewn(seed);
		solve_options o = usual(seed);
		solve_result r = run(&s, 1, &o);
		assert_int_equal(r.best.hard, 0);
		assert_int_equal(r.best.soft, 0);
		assert_int_equal(jobs_cost(&s).soft, 0); /* and it is the state one has in hand */
	}
}

/* Every kind of move, kept or dropped by chance: what the deltas add up to is what the state costs. */
TEST(deltas_add_up)
{
	jobs s = strewn(9);
	solve_random r = solve_seed(9, 0);
	solve_cost sum = jobs_cost(&s), delta;
	const solve_allow any = {INT64_MAX / 4, 1};
	for (int i = 0; i < 100000; i++) {
		if (jobs_propose(&s, i % 2, &r, &any, &delta) != SOLVE_DELTA) continue;
		if (solve_below(&r, 2)) {
			jobs_drop(&s);
			continue;
		}
		sum.hard += delta.hard;
		sum.soft += delta.soft;
	}
	solve_cost whole = jobs_cost(&s);
	assert_int_equal(sum.hard, whole.hard);
	assert_int_equal(sum.soft, whole.soft);
}

TEST(same_seed_same_plan)
{
	for (int threads = 1; threads <= 2; threads++) {
		jobs a[2] = {strewn(3), strewn(3)}, b[2] = {strewn(3), strewn(3)};
		solve_options o = usual(7);
		o.steps = 20000;
		o.cold = 5; /* still warm at the end: two runs that differ anywhere would end apart */
		solve_result x = run(a, threads, &o), y = run(b, threads, &o);
		assert_int_equal(x.best.soft, y.best.soft);
		assert_int_equal(x.moves, y.moves);
		assert_memory_equal(a[0].day, b[0].day, JOBS);
		o.seed = 8;
		jobs c[2] = {strewn(3), strewn(3)};
		run(c, threads, &o);
		assert_memory_not_equal(a[0].day, c[0].day, JOBS);
	}
}

TEST(time_is_kept_and_better_never_lost)
{
	jobs s[2] = {strewn(4), strewn(4)};
	solve_options o = usual(1);
	solve_cost before = jobs_cost(&s[0]);
	o.steps = 0;
	o.microseconds = SECONDS(1) / 5;
	solve_result r = run(s, 2, &o);
	assert_true(r.microseconds >= o.microseconds);
	assert_true(!solve_better(before, r.best));
	/* A warm start that is as good as can be stays so, however hot the run. */
	o.steps = 5000;
	for (int j = 0; j < JOBS; j++) put(&s[0], j, s[0].wanted[j]);
	r = run(s, 1, &o);
	assert_int_equal(r.best.hard + r.best.soft, 0);
}

typedef struct watch {
	atomic_bool cancel;
	int told;
	int64_t done;
	uint8_t state[JOBS];
	solve_cost best;
} watch;

static void look(void *self, const solve_progress *p)
{
	watch *w = self;
	w->told++;
	assert_true(p->done >= w->done);
	w->done = p->done;
	w->best = p->best;
	memcpy(w->state, p->state, JOBS);
	if (w->told == 3) atomic_store(&w->cancel, true);
}

/* Cancelled after the third progress of a run that would take ten minutes; what was shown last is a plan of the cost shown, and
 * another run goes on from there. */
TEST(cancelled_and_gone_on_with)
{
	watch w = {0};
	jobs s[2] = {strewn(5), strewn(5)};
	solve_options o = usual(2);
	o.steps = 0;
	o.microseconds = SECONDS(600);
	o.cold = 20;
	o.hot = 100;
	o.cancel = &w.cancel;
	o.progress = look;
	o.progress_self = &w;
	solve_result r = run(s, 2, &o);
	assert_true(r.microseconds < SECONDS(20));
	assert_int_equal(w.told, 3);
	assert_false(solve_better(w.best, r.best));

	jobs again = strewn(5);
	jobs_load(&again, w.state);
	solve_cost shown = jobs_cost(&again);
	assert_int_equal(shown.hard, w.best.hard);
	assert_int_equal(shown.soft, w.best.soft);
	o = usual(2);
	o.begin = SOLVE_WHOLE / 10 * 9;
	r = run(&again, 1, &o);
	assert_true(r.moves <= o.steps / 10 + 1024); /* only what was left of it */
	assert_false(solve_better(shown, r.best));
}

/* A bound that is reached ends the run. */
TEST(enough_is_enough)
{
	jobs s = strewn(1);
	solve_options o = usual(1);
	o.enough = 100;
	solve_result r = run(&s, 1, &o);
	assert_int_equal(r.best.hard, 0);
	assert_in_range(r.best.soft, 1, 100);
	assert_true(r.moves < o.steps);
}

TESTS(T(the_best_plan_is_found), T(deltas_add_up), T(same_seed_same_plan), T(time_is_kept_and_better_never_lost),
      T(cancelled_and_gone_on_with), T(enough_is_enough))
