/* Are the forecasts true? A simulated department lives through most of a year. Every other week each running clock is told its chance, from
 * what had been seen until then; at the end what happened is held against it: of those that were told 70 to 80 %, about so many must have been
 * met. One number for all of it is the Brier score (the mean square of the difference), which must be better than that of who always says
 * how often that kind of clock is met at all. */
#include "work/house.h"

#include "twin/twin.h"

enum { PATHWAYS = 700, TOLD_MAX = 20000, BUCKETS = 10, RULES_MAX = 64 };

typedef struct foretold {
	int64_t pathway;
	const clock_rule *rule;
	forecast forecast;
	instant at;
	int outcome; /* 1 met, 0 breached, -1: neither is known */
} foretold;

static house h;
static foretold tellings[TOLD_MAX];
static int told_count, unknown_count;
static instant next_telling;
static forecaster *times;

/* Each running clock of each pathway that is open, as it stands at this moment. */
static void tell_one(reader *rd, const processes *p, int64_t rid, instant now)
{
	facts f;
	const clock_rule *const *rules;
	arena *a = arena_new(16 * MIB);
	issues sink = {.arena = a};
	assert_true(pathway_facts(reader_snapshot(rd), h.image, rid, a, &f, &sink));
	clock *clocks = ARENA_ARRAY(a, clock, clock_rules(h.image, &rules) + 1);
	int count = clock_compute(h.image, &f, clocks);
	for (int i = 0; i < count; i++) {
		forecast seen = clock_forecast(p, &clocks[i], &f, now);
		unknown_count += seen.kind == FORECAST_UNKNOWN;
		if (seen.kind != FORECAST_CHANCE && seen.kind != FORECAST_LATE) continue;
		assert_true(told_count < TOLD_MAX);
		seen.at.planned = NULL;
		tellings[told_count++] = (foretold){rid, clocks[i].rule, seen, now, -1};
	}
	arena_free(a);
}

static void tell_all(void *self, int referred, int pathways, instant now)
{
	(void)self, (void)referred, (void)pathways;
	if (now < next_telling) return;
	next_telling = now + HOURS(24) * 14;
	caller who = as("Device/test");
	arena *a = arena_new(64 * MIB);
	issues sink = {.arena = a};
	reader *rd = record_reader(h.record, &who, a, &sink);
	const processes *p = forecaster_take(times, reader_snapshot(rd), now);
	const search_pair all[] = {{TEXT("_count"), TEXT("1000")}, {TEXT("status:not"), TEXT("finished")}};
	search_answer found = {0};
	assert_true(record_search(rd, TEXT("EpisodeOfCare"), all, 2, false, &found, &sink));
	for (int i = 0; i < found.count; i++) tell_one(rd, p, found.entries[i].version.rid, now);
	forecaster_back(times, p);
	reader_close(rd);
	arena_free(a);
}

TEST(a_department_lives_and_is_told_the_chances)
{
	house_open(&h, "2026-01-05T06:00:00+01:00");
	times = forecaster_new(h.image);
	next_telling = at_time("2026-04-01T06:00:00+02:00");
	twin_options o = {.seed = 5,
			  .pathways = PATHWAYS,
			  .steady = true,
			  .start = at_time("2026-01-05T06:00:00+01:00"),
			  .end = at_time("2026-11-20T10:00:00+01:00"),
			  .progress = tell_all};
	twin_direct quiet = {.record = h.record,
			     .image =
				 h.image}; /* nobody acts on what is foreseen: it is only held against what happens */
	twin_transport t = twin_directly(&quiet);
	bool fine = twin_populate_through(&t, h.image, &h.world, &o, NULL, &h.sink);
	house_print(&h.sink);
	assert_true(fine);
	forecaster_free(times);
	print_message("%d forecasts, and %d times it was not known\n", told_count, unknown_count);
	assert_true(told_count > 1000);
}

/* ---- what happened ---- */

static void outcome_find(reader *rd, foretold *t)
{
	facts f;
	arena *a = arena_new(16 * MIB);
	issues sink = {.arena = a};
	clock c;
	assert_true(pathway_facts(reader_snapshot(rd), h.image, t->pathway, a, &f, &sink));
	bool there = clock_try(h.image, t->rule, &f, &c);
	clock_state s = there ? clock_state_at(&c, world_now(&h.world)) : CLOCK_NOT;
	if (s == CLOCK_MET) t->outcome = 1;
	if (s == CLOCK_BREACHED) t->outcome = 0;
	arena_free(a);
}

typedef struct tally {
	int count, met;
	int64_t told; /* sum of what was said, in percent */
} tally;

static void add(tally *t, const foretold *one)
{
	t->count++;
	t->met += one->outcome;
	t->told += one->forecast.kind == FORECAST_LATE ? 0 : one->forecast.chance.percent;
}

/* Squares of differences in percent, summed: by the forecasts, and by who always says the rule's own rate. */
static void squares(const tally *of_rules, int64_t *ours, int64_t *base, int *count)
{
	const clock_rule *const *rules;
	int n = clock_rules(h.image, &rules);
	*ours = *base = 0;
	*count = 0;
	for (int i = 0; i < told_count; i++) {
		const foretold *t = &tellings[i];
		int rule = 0;
		if (t->outcome < 0) continue;
		while (rule < n - 1 && rules[rule] != t->rule) rule++;
		int64_t said = t->forecast.kind == FORECAST_LATE ? 0 : t->forecast.chance.percent;
		int64_t rate = of_rules[rule].met * 100 / of_rules[rule].count;
		*ours += (said - t->outcome * 100) * (said - t->outcome * 100);
		*base += (rate - t->outcome * 100) * (rate - t->outcome * 100);
		++*count;
	}
}

static void line_print(text name, const tally *t)
{
	if (t->count)
		print_message("  %-24.*s %5d told, mean %3d %%, met %3d %%\n", TEXT_ARG(name), t->count,
			      (int)(t->told / t->count), t->met * 100 / t->count);
}

TEST(what_was_told_is_what_happened)
{
	tally buckets[BUCKETS] = {0}, of_rules[RULES_MAX] = {0};
	const clock_rule *const *rules;
	int n = clock_rules(h.image, &rules), far = 0;
	caller who = as("Device/test");
	reader *rd = record_reader(h.record, &who, h.arena, &h.sink);
	for (int i = 0; i < told_count; i++) {
		foretold *t = &tellings[i];
		outcome_find(rd, t);
		if (t->outcome < 0) continue;
		int said = t->forecast.kind == FORECAST_LATE ? 0 : t->forecast.chance.percent;
		add(&buckets[said >= 100 ? BUCKETS - 1 : said * BUCKETS / 100], t);
		for (int r = 0; r < n; r++)
			if (rules[r] == t->rule) add(&of_rules[r], t);
	}
	reader_close(rd);
	for (int b = 0; b < BUCKETS; b++) {
		tally *t = &buckets[b];
		line_print(text_format(h.arena, "%d to %d %%", b * 100 / BUCKETS, (b + 1) * 100 / BUCKETS), t);
		int off = t->count ? (int)(t->told / t->count) - t->met * 100 / t->count : 0;
		far += t->count > 60 && (off > 20 || off < -20);
	}
	for (int r = 0; r < n; r++) line_print(clock_rule_face(rules[r])->id, &of_rules[r]);
	int64_t ours, base;
	int count;
	squares(of_rules, &ours, &base, &count);
	print_message("Brier score %lld.%04lld, of the rules' own rates %lld.%04lld, %d forecasts\n",
		      (long long)(ours / count / 10000), (long long)(ours / count % 10000),
		      (long long)(base / count / 10000), (long long)(base / count % 10000), count);
	assert_true(count > 1000);
	assert_true(ours * 10 < base * 8);
	assert_int_equal(far, 0);
	house_close(&h);
}

TESTS(T(a_department_lives_and_is_told_the_chances), T(what_was_told_is_what_happened))
