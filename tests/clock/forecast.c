/* The chance that a clock is met, from process times: known answers, what holds of any, and stages of shipped rules. */
#include "clock/internal.h"
#include "clock/shipped.h"

/* "6 6 7 9+": ended after 6, 6 and 7; one followed for 9 without an end. "6/3": after 3 it had left the stage. */
static stage_times times_of(arena *a, const char *words)
{
	stage_times t = {0};
	for (text rest = text_of(words); rest.len;) {
		text_pair cut = text_cut(rest, ' ');
		text word = cut.head;
		process_time one = {.ended = !text_ends(word, TEXT("+"))};
		if (!one.ended) word = text_slice(word, 0, word.len - 1);
		text_pair sides = text_cut(word, '/');
		assert_true(text_to_int(sides.head, &one.rest));
		one.left = one.rest;
		if (sides.found) assert_true(text_to_int(sides.tail, &one.left));
		stage_times_add(&t, a, one);
		rest = cut.found ? cut.tail : (text){0};
	}
	stage_times_ready(&t, a);
	return t;
}

/* Remission times in weeks under 6-mercaptopurine (Freireich et al., Blood 21 (1963) 699): the example every textbook of survival
 * analysis has, with S(6) 0.857, S(7) 0.807, S(10) 0.753, S(13) 0.690, S(16) 0.627, S(22) 0.538, S(23) 0.448 and median 23. */
#define FREIREICH "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"

static const struct chance_row {
	const char *times;
	int64_t waited, allowed;
	int minimum;
	const char *answer; /* "55 of 9, half in 23"; "at most …"; "unknown, 9" */
} rows[] = {
    {FREIREICH, -1, 6, 5, "0 of 9, half in 24"}, /* asked a week before it begins: 23 and one */
    {FREIREICH, 0, 6, 5, "0 of 9, half in 23"},
    {FREIREICH, 0, 7, 5, "14 of 9, half in 23"},
    {FREIREICH, 0, 8, 5, "19 of 9, half in 23"},
    {FREIREICH, 0, 11, 5, "25 of 9, half in 23"},
    {FREIREICH, 0, 14, 5, "31 of 9, half in 23"},
    {FREIREICH, 0, 17, 5, "37 of 9, half in 23"},
    {FREIREICH, 0, 23, 5, "46 of 9, half in 23"},
    {FREIREICH, 0, 24, 5, "55 of 9, half in 23"},
    {FREIREICH, 0, 1000, 5, "55 of 9, half in 23"}, /* after the last that was seen to end nothing is known */
    {FREIREICH, 0, 24, 10, "unknown, 9"},
    {FREIREICH, 7, 24, 5, "44 of 5"},          /* 1 - 0.448 / 0.807; not half of those left are seen to end */
    {FREIREICH, 12, 24, 5, "at most 44 of 5"}, /* only four waited so long: told of the five that reached more than 9 */
    {"1 2 3 4 5 6 7 8 9 10", 0, 5, 3, "40 of 10, half in 5"},
    {"1 2 3 4 5 6 7 8 9 10", 0, 1, 3, "0 of 10, half in 5"}, /* it must stop before, not at */
    {"1 2 3 4 5 6 7 8 9 10", 0, 11, 3, "100 of 10, half in 5"},
    {"1 2 3 4 5 6 7 8 9 10", 4, 8, 3, "50 of 6, half in 3"}, /* 5 to 10 are left, 5, 6 and 7 are in time */
    {"1 2 3 4 5 6 7 8 9 10", 4, 4, 3, "0 of 6, half in 3"},
    {"1 2 3 4 5 6 7 8 9 10", 8, 10, 3, "at most 67 of 3"},
    {"9/2 9/2 9/2 4/3 4/3 4/3", 0, 5, 3, "50 of 6, half in 4"}, /* who is in the stage for longer is quicker after it */
    {"9/2 9/2 9/2 4/3 4/3 4/3", 2, 5, 3, "100 of 3, half in 2"},
    {"5+ 5+ 5+ 5+", 0, 9, 1, "unknown, 0"},
    {"", 0, 9, 1, "unknown, 0"},
    {"3", 0, 9, 1, "100 of 1, half in 3"},
};

static text chance_said(arena *a, const chance *c)
{
	if (!c->known) return text_format(a, "unknown, %d", c->seen);
	buffer b = {.arena = a};
	buffer_format(&b, "%s%d of %d", c->at_most ? "at most " : "", c->percent, c->seen);
	if (c->median >= 0) buffer_format(&b, ", half in %lld", (long long)c->median);
	return buffer_text(&b);
}

TEST(known_times_give_the_known_chance)
{
	arena *a = test_arena();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		stage_times t = times_of(a, rows[i].times);
		chance c = chance_of(&t, rows[i].waited, rows[i].allowed, rows[i].minimum);
		text said = chance_said(a, &c);
		if (!text_equal(said, text_of(rows[i].answer)))
			fail_msg("%s, waited %d, allowed %d: %.*s, not %s", rows[i].times, (int)rows[i].waited,
				 (int)rows[i].allowed, TEXT_ARG(said), rows[i].answer);
	}
}

/* ---- properties ---- */

enum { ROUNDS = 300, TIMES = 60, REACH = 40, MINIMUM = 8 };

static process_time some_time(random_state *rnd, bool stages)
{
	process_time one = {.rest = random_between(rnd, 1, REACH), .ended = random_below(rnd, 3) > 0};
	one.left = stages ? random_between(rnd, 0, one.rest) : one.rest;
	return one;
}

static stage_times some_times(arena *a, random_state *rnd, bool stages)
{
	stage_times t = {0};
	int count = (int)random_below(rnd, TIMES);
	for (int i = 0; i < count; i++) stage_times_add(&t, a, some_time(rnd, stages));
	stage_times_ready(&t, a);
	return t;
}

TEST(a_later_limit_never_lowers_the_chance)
{
	arena *a = test_arena();
	random_state rnd = random_seed(1);
	for (int i = 0; i < ROUNDS; i++) {
		stage_times t = some_times(a, &rnd, i % 2);
		int64_t waited = random_between(&rnd, -1, REACH);
		int before = 0;
		for (int64_t allowed = waited; allowed < REACH + 2; allowed++) {
			chance c = chance_of(&t, waited, allowed, MINIMUM);
			assert_true(c.percent >= before && c.percent <= 100);
			before = c.percent;
		}
	}
}

TEST(waiting_longer_in_a_stage_never_raises_it)
{
	arena *a = test_arena();
	random_state rnd = random_seed(2);
	int known = 0, at_most = 0;
	for (int i = 0; i < ROUNDS; i++) {
		stage_times t = some_times(a, &rnd, false);
		int64_t allowed = random_between(&rnd, 1, REACH + 2);
		int before = 100;
		for (int64_t waited = -1; waited < allowed; waited++) {
			chance c = chance_of(&t, waited, allowed, MINIMUM);
			assert_true(c.known == (t.ended >= MINIMUM));
			assert_true(!c.known || c.percent <= before);
			before = c.percent;
			known += c.known;
			at_most += c.at_most;
		}
	}
	assert_true(known > ROUNDS && at_most > ROUNDS);
}

static bool same_chance(const chance *x, const chance *y)
{
	return x->known == y->known && x->at_most == y->at_most && x->percent == y->percent && x->seen == y->seen &&
	       x->median == y->median;
}

TEST(the_order_in_which_clocks_are_read_does_not_matter)
{
	arena *a = test_arena();
	random_state rnd = random_seed(3);
	for (int i = 0; i < ROUNDS; i++) {
		stage_times t = some_times(a, &rnd, true), other = {0};
		for (int n = t.count - 1; n >= 0; n--) stage_times_add(&other, a, t.at[n]);
		for (int n = t.count - 1; n > 0; n--) {
			int with = (int)random_below(&rnd, (uint64_t)n + 1);
			process_time kept = other.at[n];
			other.at[n] = other.at[with];
			other.at[with] = kept;
		}
		stage_times_ready(&other, a);
		for (int64_t waited = -1; waited < REACH; waited += 3) {
			chance x = chance_of(&t, waited, waited + 9, MINIMUM),
			       y = chance_of(&other, waited, waited + 9, MINIMUM);
			assert_true(same_chance(&x, &y));
		}
	}
}

/* Whoever is still followed is neither met nor breached: the chance lies between what it would be with all of them the one and the other. */
TEST(those_that_still_run_are_neither_counted_as_met_nor_as_late)
{
	arena *a = test_arena();
	random_state rnd = random_seed(4);
	int between = 0;
	for (int i = 0; i < ROUNDS; i++) {
		stage_times t = some_times(a, &rnd, false), quick = {0}, never = {0};
		for (int n = 0; n < t.count; n++) {
			process_time one = t.at[n];
			if (!one.ended) one.rest = one.left = REACH * 2;
			stage_times_add(&never, a, one);
			one = t.at[n];
			one.ended = true;
			stage_times_add(&quick, a, one);
		}
		stage_times_ready(&quick, a);
		stage_times_ready(&never, a);
		for (int64_t allowed = 0; allowed < REACH; allowed += 5) {
			chance c = chance_of(&t, -1, allowed, MINIMUM), low = chance_of(&never, -1, allowed, MINIMUM),
			       high = chance_of(&quick, -1, allowed, MINIMUM);
			if (!c.known) continue;
			assert_true(low.percent <= c.percent && c.percent <= high.percent);
			between += low.percent < c.percent && c.percent < high.percent;
		}
	}
	assert_true(between > ROUNDS);
}

TEST(one_that_has_run_past_the_limit_never_raises_it)
{
	arena *a = test_arena();
	random_state rnd = random_seed(5);
	for (int i = 0; i < ROUNDS; i++) {
		stage_times t = some_times(a, &rnd, false), more = {0};
		int64_t allowed = random_between(&rnd, 1, REACH);
		for (int n = 0; n < t.count; n++) stage_times_add(&more, a, t.at[n]);
		stage_times_add(&more, a, (process_time){.left = allowed + 1, .rest = allowed + 1});
		stage_times_ready(&more, a);
		chance before = chance_of(&t, -1, allowed, MINIMUM), after = chance_of(&more, -1, allowed, MINIMUM);
		assert_true(before.known == after.known && after.percent <= before.percent);
	}
}

/* ---- stages of shipped rules ---- */

static const day received = 20514; /* 2 March 2026 */

typedef struct course {
	fact at[16];
	facts facts;
} course;

static void say(const image *m, course *c, const char *name, int days, int hour, const char *code)
{
	int id = fact_id(m, text_of(name));
	assert_true(id >= 0);
	fact f = {.id = id, .type = fact_at(m, id)->source, .code = text_of(code), .sequence = c->facts.count + 1};
	f.on = received + days;
	f.at = local_instant(f.on, hour * 60);
	c->at[c->facts.count++] = f;
	c->facts.at = c->at;
	facts_sort(&c->facts);
}

static clock clock_of(const image *m, const char *rule, const course *c)
{
	clock made;
	assert_true(clock_try(m, clock_rule_find(m, text_of(rule)), &c->facts, &made));
	return made;
}

/* 40 that are seen on day 10; the answer comes 1 to 40 days after. They were received a year's worth of days before. */
static processes *department(const image *m, arena *a, instant now, int first, int count)
{
	processes *p = processes_new(m, now, a);
	for (int i = first; i < first + count; i++) {
		course c = {0};
		say(m, &c, "referral.received", -100, 9, "");
		say(m, &c, "referral.class", -99, 9, "udredning");
		say(m, &c, "referral.visitated", -99, 9, "");
		say(m, &c, "appointment.made", -98, 9, "");
		say(m, &c, "booked.start", -90, 9, "");
		say(m, &c, "decision.made", -90 + i, 9, "");
		say(m, &c, "patient.told", -90 + i, 9, "");
		clock k = clock_of(m, "udredningsret", &c);
		processes_add(p, &k, &c.facts);
	}
	processes_ready(p);
	return p;
}

static instant on_day(int days)
{
	return local_instant(received + days, 9 * 60);
}

static text said_of(const image *m, arena *a, const processes *p, const course *c, int day, language lang)
{
	clock k = clock_of(m, "udredningsret", c);
	forecast f = clock_forecast(p, &k, &c->facts, on_day(day));
	return forecast_say(a, m, &k, &f, lang);
}

TEST(a_running_clock_is_told_its_chance_and_on_how_many_it_was_seen)
{
	arena *a = test_arena();
	image *m = shipped_image(a);
	processes *p = department(m, a, on_day(5), 1, 40);
	course c = {0};
	say(m, &c, "referral.received", 0, 9, "");
	assert_text(
	    said_of(m, a, p, &c, 0, LANGUAGE_DA),
	    TEXT(
		"sandsynlighed for at nå det: 50 % (set på 40 afsluttede på samme trin: henvisning modtaget; halvdelen "
		"tager højst 30 dage mere)"));
	say(m, &c, "referral.visitated", 1, 9, "");
	say(m, &c, "appointment.made", 2, 9, "");
	say(m, &c, "booked.start", 20, 9, "");
	assert_text(said_of(m, a, p, &c, 5, LANGUAGE_EN), TEXT("chance that it is met: 25 % (seen on 40 that ended, at "
							       "the same stage: time booked; half of them take 20 "
							       "days more at most)"));
	assert_text(said_of(m, a, p, &c, 25, LANGUAGE_DA),
		    TEXT("sandsynlighed for at nå det: 14 % (set på 35 afsluttede på samme trin: booket tid; halvdelen "
			 "tager højst "
			 "18 dage mere)"));
	content_free(m);
}

TEST(what_lies_past_the_limit_is_no_matter_of_chance)
{
	arena *a = test_arena();
	image *m = shipped_image(a);
	processes *p = department(m, a, on_day(5), 1, 40);
	course c = {0};
	say(m, &c, "referral.received", 0, 9, "");
	say(m, &c, "appointment.made", 2, 9, "");
	say(m, &c, "booked.start", 31, 9, "");
	assert_text(said_of(m, a, p, &c, 5, LANGUAGE_DA),
		    TEXT("nås ikke, som det er planlagt: booket tid 2. april 2026 ligger efter fristen"));
	say(m, &c, "decision.made", 4, 9, ""); /* then that time is for something else */
	assert_text(text_slice(said_of(m, a, p, &c, 5, LANGUAGE_DA), 0, 28), TEXT("sandsynlighed for at nå det"));
	content_free(m);
}

TEST(with_too_few_nothing_is_guessed)
{
	arena *a = test_arena();
	image *m = shipped_image(a);
	processes *p = department(m, a, on_day(5), 1, 19);
	course c = {0};
	say(m, &c, "referral.received", 0, 9, "");
	assert_text(said_of(m, a, p, &c, 1, LANGUAGE_DA),
		    TEXT("sandsynlighed for at nå det: kendes ikke, kun 19 afsluttede er set på samme trin: henvisning "
			 "modtaget (der skal "
			 "20 til)"));
	p = department(m, a, on_day(400), 1, 40); /* so long ago that it says nothing of today */
	assert_text(text_slice(said_of(m, a, p, &c, 1, LANGUAGE_EN), 0, 64),
		    TEXT("chance that it is met: not known, only 0 that ended were seen at"));
	content_free(m);
}

TEST(clocks_that_do_not_run_have_none)
{
	static const struct {
		const char *fact, *code;
		int day;
	} rows_of[] = {{"patient.told", "", 2}, {"pathway.closed", "", 2}, {"rights.suspended", "", 2}};
	arena *a = test_arena();
	image *m = shipped_image(a);
	processes *p = department(m, a, on_day(5), 1, 40);
	for (size_t i = 0; i < sizeof rows_of / sizeof *rows_of; i++) {
		course c = {0};
		say(m, &c, "treatment.referred", 0, 9, "");
		say(m, &c, "referral.received", 0, 9, "");
		say(m, &c, "decision.made", 1, 9, "");
		say(m, &c, rows_of[i].fact, rows_of[i].day, 9, rows_of[i].code);
		clock k = clock_of(m, i == 2 ? "varsling" : "udredningsret", &c);
		assert_int_equal(clock_forecast(p, &k, &c.facts, on_day(5)).kind, FORECAST_NONE);
	}
	course c = {0};
	say(m, &c, "referral.received", 0, 9, "");
	clock late = clock_of(m, "udredningsret", &c);
	assert_int_equal(clock_forecast(p, &late, &c.facts, on_day(31)).kind, FORECAST_NONE);
	assert_int_equal(clock_forecast(NULL, &late, &c.facts, on_day(1)).kind, FORECAST_NONE);
	say(m, &c, "treatment.referred", 0, 9, "");
	say(m, &c, "patient.waits", 2, 9, "");
	clock waits = clock_of(m, "behandlingsret", &c);
	assert_int_equal(clock_forecast(p, &waits, &c.facts, on_day(5)).kind, FORECAST_NONE);
	content_free(m);
}

/* Days the patient asked for are no days the department took. */
TEST(days_that_are_not_counted_are_taken_out_of_process_times)
{
	arena *a = test_arena();
	image *m = shipped_image(a);
	stage_seen seen[STAGES_SEEN_MAX];
	course c = {0};
	say(m, &c, "referral.received", 0, 9, "");
	say(m, &c, "treatment.referred", 0, 9, "");
	say(m, &c, "appointment.made", 3, 9, "");
	say(m, &c, "patient.waits", 5, 9, "");
	say(m, &c, "patient.ready", 15, 9, "");
	say(m, &c, "treatment.started", 20, 9, "");
	clock k = clock_of(m, "behandlingsret", &c);
	assert_int_equal(stages_seen(&k, &c.facts, on_day(60), seen), 2);
	assert_int_equal(seen[0].time.left / HOURS(24), 3);
	assert_int_equal(seen[0].time.rest / HOURS(24), 10);
	assert_int_equal(seen[1].time.rest / HOURS(24), 7);
	assert_true(seen[1].time.ended);
	/* Asked while the patient waits: followed until then, and no longer. */
	assert_int_equal(stages_seen(&k, &c.facts, on_day(4), seen), 2);
	assert_false(seen[1].time.ended);
	assert_int_equal(seen[1].time.rest / HOURS(24), 1);
	content_free(m);
}

TEST(the_stage_that_takes_longest_is_named)
{
	arena *a = test_arena();
	image *m = shipped_image(a);
	processes *p = department(m, a, on_day(5), 1, 40);
	const clock_rule *r = clock_rule_find(m, TEXT("udredningsret"));
	int64_t median;
	int stage = processes_slowest(p, r, 0, &median);
	assert_text(clock_stage_say(a, m, r, stage, LANGUAGE_DA), TEXT("booket tid"));
	assert_int_equal(median / HOURS(24), 20);
	content_free(m);
}

TESTS(T(known_times_give_the_known_chance), T(a_later_limit_never_lowers_the_chance),
      T(waiting_longer_in_a_stage_never_raises_it), T(the_order_in_which_clocks_are_read_does_not_matter),
      T(those_that_still_run_are_neither_counted_as_met_nor_as_late),
      T(one_that_has_run_past_the_limit_never_raises_it),
      T(a_running_clock_is_told_its_chance_and_on_how_many_it_was_seen),
      T(what_lies_past_the_limit_is_no_matter_of_chance), T(with_too_few_nothing_is_guessed),
      T(clocks_that_do_not_run_have_none), T(days_that_are_not_counted_are_taken_out_of_process_times),
      T(the_stage_that_takes_longest_is_named))
