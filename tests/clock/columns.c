/* Columns answer as clock_try does, field for field: for the shipped rules, for rules that use all the language has, on facts at random
 * and on every example of every rule. */
#include "clock/columns.h"
#include "clock/internal.h"
#include "clock/shipped.h"

enum { PATHWAYS = 9000, FACTS = 14, SEED = 20261128 };

/* ---- facts at random ---- */

static bool only_days; /* leave out rules that count hours or minutes: without them parts of a second fit */

/* Days on either side of what may go wrong: a law begins or ends, the clocks are changed, a leap day, a year's end, the far ends. */
static const char *const eras[] = {"2016-09-20", "2023-05-20", "2023-06-20", "2024-02-20", "2024-12-20",
				   "2025-03-20", "2025-10-20", "2026-03-20", "2026-04-01", "2026-10-20",
				   "2026-12-15", "2000-02-20", "1981-03-20", "2051-12-01", "1900-02-20",
				   "2200-06-01", "9999-12-01", "2054-06-01", "1974-11-01"};

static day some_era(random_state *rnd)
{
	/* Most rows lie where columns reach: the last few are far away, or at the edge. */
	int all = (int)(sizeof eras / sizeof *eras), n = (int)random_below(rnd, random_below(rnd, 12) ? all - 5 : all);
	day d;
	assert_true(day_parse(text_of(eras[n]), &d));
	return d;
}

/* The same day as another fact's often, so that ties and order are tried. */
static void some_time(random_state *rnd, day era, fact *f)
{
	static const instant times[] = {0,         0,
					0,         SECONDS(1),
					HOURS(2),  HOURS(2) + MINUTES(30),
					HOURS(3),  HOURS(10),
					HOURS(22), HOURS(24) - SECONDS(1)};
	day last = 2932896 - era; /* no day after 9999-12-31 */
	day away = (day)random_below(rnd, random_below(rnd, 4) ? 60 : 500);
	f->on = era + (away < last ? away : last);
	f->at = day_start(f->on) + times[random_below(rnd, 10)];
	if (random_below(rnd, 8) == 0) f->at += SECONDS(random_below(rnd, 3600));
	if (random_below(rnd, only_days ? 5 : 300) == 0)
		f->at += 1 + random_below(rnd, random_below(rnd, 9) ? 999999 : 3);
	f->on = day_of_instant(f->at);
	f->date_only = f->at == day_start(f->on);
}

static fact some_fact(const image *m, random_state *rnd, int id, day era)
{
	const fact_name *name = fact_at(m, id);
	fact f = {.id = id, .type = name->source};
	some_time(rnd, era, &f);
	if (name->kind == FACT_CODE && name->code_count && random_below(rnd, 10))
		f.code = name->codes[random_below(rnd, name->code_count)].code;
	else if (name->kind == FACT_CODE)
		f.code = random_below(rnd, 2) ? TEXT("nobody-knows-it") : TEXT("EMER");
	f.number = random_below(rnd, 200) ? random_between(rnd, 0, 30) : INT64_MAX - random_below(rnd, 3);
	return f;
}

static bool spans_name(const clock_rule *r, int id)
{
	for (int i = 0; i < r->pause_count; i++)
		if (r->pauses[i].from == id || r->pauses[i].to == id) return true;
	return r->suspend.from == id || r->suspend.to == id || r->restart == id || r->until == id || r->limit_by == id;
}

static bool relevant(const clock_rule *r, int id)
{
	const condition *all[] = {r->when, r->except, r->provisional, r->start, r->stop, r->waive, r->also_start};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i] && condition_names(all[i], id)) return true;
	return spans_name(r, id);
}

static bool counts_days(const clock_rule *r)
{
	return !unit_exact(r->amber_unit) && (r->limit_count == 0 || !unit_exact(r->limits->unit));
}

static int rules_of(const image *m, const clock_rule *const **rules)
{
	static const clock_rule *kept[100];
	int all = clock_rules(m, rules), count = 0;
	for (int i = 0; i < all && count < 100; i++)
		if (!only_days || counts_days((*rules)[i])) kept[count++] = (*rules)[i];
	assert_true(count > 0);
	*rules = kept;
	return count;
}

/* A pathway's facts: those a rule speaks of, some of them several times, and some that it does not. */
static facts some_facts(const image *m, random_state *rnd, fact *room)
{
	const clock_rule *const *rules;
	int count = rules_of(m, &rules);
	const clock_rule *r = rules[random_below(rnd, count)];
	facts f = {.at = room};
	day era = some_era(rnd);
	int wanted = (int)random_below(rnd, FACTS);
	while (f.count < wanted) {
		int id = (int)random_below(rnd, fact_count(m));
		if (!relevant(r, id) && random_below(rnd, 60)) continue;
		f.at[f.count] = some_fact(m, rnd, id, era);
		f.at[f.count].sequence = f.count + 1;
		f.count++;
	}
	facts_sort(&f);
	return f;
}

/* ---- the same answer ---- */

static void show(const char *what, const clock *k)
{
	print_error("%s applies %d start %lld due %lld day %d late %d amber %lld stop %lld waived %d paused %lld "
		    "suspended %lld "
		    "days %d limit %d unit %d restarts %d provisional %d other %d %d %d\n",
		    what, k->applies, (long long)k->start, (long long)k->due, k->due_day, k->due_day_late,
		    (long long)k->amber, (long long)k->stop, k->waived, (long long)k->paused, (long long)k->suspended,
		    k->paused_days, k->limit, (int)k->unit, k->restarts, k->provisional, k->other_due, k->other_limit,
		    (int)k->other_unit);
}

static void assert_same(const image *m, const clock_columns *c, int64_t row, const facts *f)
{
	const clock_rule *const *rules;
	int count = rules_of(m, &rules);
	for (int i = 0; i < count; i++) {
		clock alone, column;
		bool applies = clock_try(m, rules[i], f, &alone);
		assert_int_equal(clock_columns_clock(c, row, i, &column), applies);
		if (clock_same(&alone, &column)) continue;
		for (int n = 0; n < f->count; n++)
			print_error("  %.*s %lld day %d code %.*s number %lld\n",
				    TEXT_ARG(fact_at(m, f->at[n].id)->name), (long long)f->at[n].at, f->at[n].on,
				    TEXT_ARG(f->at[n].code), (long long)f->at[n].number);
		show("clock_try", &alone);
		show("columns  ", &column);
		fail_msg("row %lld: rule %.*s differs", (long long)row, TEXT_ARG(rules[i]->face.id));
	}
}

static int count_applying(const image *m, const clock_columns *c, int64_t rows)
{
	const clock_rule *const *rules;
	int count = rules_of(m, &rules), applying = 0;
	clock k;
	for (int64_t row = 0; row < rows; row++)
		for (int i = 0; i < count; i++) applying += clock_columns_clock(c, row, i, &k);
	return applying;
}

static clock_plan *plan_of(const image *m, const uint8_t *lanes, arena *a)
{
	const clock_rule *const *rules;
	int count = rules_of(m, &rules);
	return clock_plan_make(m, rules, count, lanes, a);
}

/* Thousands of pathways, all rules; `lanes` as the round says. */
static void try_image(const image *m, const uint8_t *lanes, uint64_t seed, int64_t aside_max)
{
	arena *a = arena_new(2048 * MIB);
	random_state rnd = random_seed(seed);
	clock_columns *c = clock_columns_new(plan_of(m, lanes, a), PATHWAYS, a);
	facts *all = ARENA_ARRAY(a, facts, PATHWAYS);
	for (int64_t row = 0; row < PATHWAYS; row++) {
		all[row] = some_facts(m, &rnd, ARENA_ARRAY(a, fact, FACTS));
		clock_columns_put(c, row, &all[row]);
	}
	clock_columns_run(c);
	for (int64_t row = 0; row < PATHWAYS; row++) assert_same(m, c, row, &all[row]);
	int applying = count_applying(m, c, PATHWAYS);
	print_message("seed %llu: %d pathways, %lld aside, %d clocks apply\n", (unsigned long long)seed, PATHWAYS,
		      (long long)clock_columns_aside(c), applying);
	assert_true(applying > PATHWAYS / 2);
	assert_true(clock_columns_aside(c) < aside_max);
	arena_free(a);
}

static const uint8_t *lanes_of_all(const image *m, arena *a, random_state *rnd, int most)
{
	uint8_t *lanes = ARENA_ARRAY(a, uint8_t, fact_count(m));
	for (int i = 0; i < fact_count(m); i++) lanes[i] = (uint8_t)(rnd ? random_between(rnd, 1, most) : most);
	return lanes;
}

static void try_rounds(const image *m, arena *a)
{
	random_state rnd = random_seed(SEED);
	try_image(m, NULL, SEED, PATHWAYS);
	try_image(m, lanes_of_all(m, a, NULL, LANES_MAX), SEED + 1, PATHWAYS / 4);
	try_image(m, lanes_of_all(m, a, &rnd, 4), SEED + 2, PATHWAYS);
}

TEST(columns_answer_as_the_rules_do)
{
	image *m = shipped_image(test_arena());
	try_rounds(m, test_arena());
	content_free(m);
}

/* What was written by a machine has parts of a second. */
TEST(parts_of_a_second_are_kept)
{
	image *m = shipped_image(test_arena());
	only_days = true;
	try_image(m, lanes_of_all(m, test_arena(), NULL, LANES_MAX), SEED + 4, PATHWAYS / 4);
	only_days = false;
	content_free(m);
}

/* Every shipped rule is in the plan: none is refused. */
TEST(no_shipped_rule_is_refused)
{
	arena *a = test_arena();
	image *m = shipped_image(a);
	const clock_rule *const *rules;
	const clock_plan *p = plan_of(m, NULL, a);
	int count = rules_of(m, &rules);
	for (int i = 0; i < count; i++)
		if (clock_plan_refused(p, i).len)
			fail_msg("%.*s: %.*s", TEXT_ARG(rules[i]->face.id), TEXT_ARG(clock_plan_refused(p, i)));
	content_free(m);
}

/* ---- rules that use what the shipped ones do not ---- */

#define RULE(id, keys)                                                                                                 \
	"---\nclock: " id "\nda: x\nen: x\nsource: own\nforce: local\ncertainty: A\nstatus: unverified\n"              \
	"note: { da: x, en: x }\napplies_to: x\nowed_next: { da: x, en: x }\n" keys                                    \
	"cases:\n  - { name: none, state: not }\n"

static const char own_table[] =
    "limits: kraeftpakker\nda: x\nen: x\nsource: own\nby: cancer.package\n"
    "columns: [ OF1, OF2, OF3-kirurgi, OF3-medicinsk, OF3-straale, OF4 ]\nrows:\n"
    "  - { code: prostata, OF1: 6 calendar days, OF2: 20 calendar days, OF3-kirurgi: 14 arbejdsdage, OF3-straale: 3 "
    "weeks }\n"
    "  - { code: blaere, to: 2026-03-31, OF1: 5 calendar days, OF2: 2 weeks, OF3-kirurgi: 4 hverdage, OF4: 9 hverdage "
    "}\n"
    "  - { code: blaere, from: 2026-04-01, OF1: 4 hverdage, OF2: 3 arbejdsdage, OF4: 30 calendar days }\n"
    "  - { code: nyre, OF1: 1 arbejdsdag, OF3-kirurgi: 10 calendar days, OF4: 12 hverdage }\n";

/* Codes with their instants, in what starts, stops and waives. */
static const char own_codes[] =
    RULE("own-codes",
	 "start: referral.class in (udredning, behandling)\nstop: moved.cause is hospital\n"
	 "waive: treatment.kind in (kosmetisk, fertilitet) or none\nlimit: 3 weeks\namber: 2 hverdage before\n")
	RULE("own-absent",
	     "when: referral.class in (udredning) or none\nexcept: { all_of: [ no booked.made, cancer.package ] }\n"
	     "start: referral.received\nstop: { all_of: [ no notice.sent, booked.made ] }\nlimit: 10 hverdage\n"
	     "amber: 1 month before\nprovisional: moved.cause not in (hospital, professional)\n")
	    RULE("own-perhaps", "start: { all_of: [ referral.received, { any_of: [ treatment.kind in (kosmetisk) or "
				"none, no danger.kind ] } ] }\n"
				"stop: { any_of: [ booked.made after notice.sent, { all_of: [ referral.class in (akut) "
				"or none, moved.cause in "
				"(hospital) or none ] } ] }\nwaive: { all_of: [ referral.class not in (akut), no "
				"booked.made, notice.sent ] }\n"
				"limit: 2 months\namber: 3 weeks before\n");

/* What begins it again and again, a suspension after which it goes on with pauses of two kinds beside it, limits of all units. */
static const char own_times[] = RULE(
    "own-again",
    "start: referral.received\nrestart: { at: booked.made, times: 2, source: own }\nstop: notice.received\n"
    "limit: 6 arbejdsdage\namber: 36 hours before\n")
    RULE("own-suspended",
	 "start: referral.received\nstop: booked.made\nlimit: 9 hverdage\nsuspend: { from: rights.suspended, to: "
	 "rights.resumed, then: continues, source: own }\npause:\n"
	 "  - { from: patient.waits, to: patient.ready, source: own }\n"
	 "  - { from: health.waits, to: health.ready, source: own }\namber: 2 arbejdsdage before\n")
	RULE("own-rows",
	     "valid_from: 2016-10-01\nvalid_to: 2026-12-20\nstart: referral.received\nstop: booked.made\nlimit:\n"
	     "  - { to: 2023-05-31, is: 2 months, source: own }\n  - { from: 2023-06-10, to: 2024-12-31, is: 8 "
	     "hverdage, source: own }\n"
	     "  - { from: 2025-01-01, to: 2026-03-25, is: not filled in, source: own }\n"
	     "  - { from: 2026-03-26, is: 30 calendar days, source: own }\nwaive: pathway.closed\namber: 0 arbejdsdage "
	     "before\n") RULE("own-second", "start: referral.received\nalso: { start: notice.sent, limit: 8 hverdage, "
					    "source: own }\nstop: booked.made\n"
					    "pause: { from: patient.waits, to: patient.ready, source: own }\nlimit: 30 "
					    "calendar days\namber: 3 hverdage before\n")
	    RULE("own-second-days",
		 "start: { all_of: [ referral.received, decision.made ] }\nalso: { start: notice.sent, limit: 2 weeks, "
		 "source: own }\nstop: booked.made\nlimit: 8 hverdage\namber: 30 minutes before\n")
		RULE("own-minutes",
		     "start: referral.received\nrestart: { at: notice.sent, source: own }\nstop: booked.made\n"
		     "limit: 1500 minutes\namber: 90 minutes before\n");

/* Rules that a plan does not take: they are computed one by one, and the answer is the same. */
static const char refused_rules[] = RULE("own-long", "start: referral.received\nstop: booked.made\nlimit: 4000 "
						     "calendar days\namber: from the start\n")
    RULE("own-long-amber", "start: referral.received\nstop: booked.made\nlimit: 40 calendar days\namber: 2000 "
			   "arbejdsdage before\n")
	RULE("own-second-rows",
	     "start: referral.received\nalso: { start: notice.sent, limit: 2 weeks, source: own }\nstop: booked.made\n"
	     "limit:\n  - { to: 2023-05-31, is: 20 calendar days, source: own }\namber: from the start\n")
	    RULE("own-second-again",
		 "start: referral.received\nalso: { start: notice.sent, limit: 2 weeks, source: own }\nstop: "
		 "booked.made\n"
		 "restart: { at: notice.received, source: own }\nlimit: 4 weeks\namber: from the start\n")
		RULE("own-mixed", "start: referral.received\nstop: booked.made\nlimit:\n  - { to: 2023-05-31, is: 20 "
				  "hours, source: own }\n"
				  "  - { from: 2023-06-01, is: 3 weeks, source: own }\namber: from the start\n");

static image *image_with(const char *const *texts, int count)
{
	issues sink = {.arena = test_arena()};
	content_file own[3];
	for (int i = 0; i < count; i++)
		own[i] = (content_file){text_format(sink.arena, "own-%d.yaml", i), text_of(texts[i])};
	image *m = shipped_with(own, count, &sink);
	for (const issue *i = sink.first; i; i = i->next)
		print_error("%s\n", text_z(sink.arena, issue_line(sink.arena, i, LANGUAGE_EN)));
	assert_non_null(m);
	return m;
}

static void assert_refused(const image *m, bool refused)
{
	const clock_rule *const *rules;
	const clock_plan *p = plan_of(m, NULL, test_arena());
	int count = rules_of(m, &rules), own = 0;
	for (int i = 0; i < count; i++) {
		if (!text_starts(rules[i]->face.id, TEXT("own-"))) continue;
		own++;
		if ((clock_plan_refused(p, i).len > 0) != refused)
			fail_msg("%.*s: %.*s", TEXT_ARG(rules[i]->face.id), TEXT_ARG(clock_plan_refused(p, i)));
	}
	assert_true(own > 3);
}

TEST(all_that_a_rule_can_say)
{
	const char *const texts[] = {own_table, own_codes, own_times};
	image *m = image_with(texts, 3);
	assert_refused(m, false);
	try_rounds(m, test_arena());
	only_days = true;
	try_image(m, lanes_of_all(m, test_arena(), NULL, LANES_MAX), SEED + 5, PATHWAYS / 4);
	only_days = false;
	content_free(m);
}

TEST(a_rule_that_is_refused_is_computed_alone)
{
	const char *const texts[] = {refused_rules};
	image *m = image_with(texts, 1);
	assert_refused(m, true);
	try_image(m, NULL, SEED + 3, PATHWAYS);
	content_free(m);
}

/* ---- the examples in the rules' own files ---- */

typedef struct trying {
	const image *image;
	clock_columns *columns;
	arena *arena;
	int cases;
} trying;

static void case_put(void *self, const clock_rule *r, const facts *f)
{
	trying *t = self;
	(void)r;
	clock_columns_put(t->columns, t->cases++, f);
}

static void case_assert(void *self, const clock_rule *r, const facts *f)
{
	trying *t = self;
	(void)r;
	assert_same(t->image, t->columns, t->cases++, f);
}

static void visit_all(trying *t, case_visit *visit)
{
	const clock_rule *const *rules;
	int count = rules_of(t->image, &rules);
	t->cases = 0;
	for (int i = 0; i < count; i++) clock_cases_visit(t->image, rules[i], visit, t, t->arena);
}

TEST(the_examples_of_all_rules)
{
	arena *a = test_arena();
	image *m = shipped_image(a);
	trying t = {m, clock_columns_new(plan_of(m, lanes_of_all(m, a, NULL, 4), a), 4096, a), a, 0};
	visit_all(&t, case_put);
	clock_columns_run(t.columns);
	visit_all(&t, case_assert);
	print_message("%d examples, %lld aside\n", t.cases, (long long)clock_columns_aside(t.columns));
	assert_true(t.cases > 500);
	assert_int_equal(clock_columns_aside(t.columns), 0);
	content_free(m);
}

/* ---- what fits ---- */

typedef struct fitting {
	const char *what;
	const char *at; /* of referral.received */
	int times;      /* that fact so often */
	bool fits;
} fitting;

TEST(what_does_not_fit_is_put_aside)
{
	arena *a = test_arena();
	image *m = shipped_image(a);
	clock_plan *p = plan_of(m, NULL, a);
	day first, last;
	clock_plan_days(p, &first, &last);
	const char *first_day = text_z(a, day_iso(a, first)), *before = text_z(a, day_iso(a, first - 1));
	const char *last_day = text_z(a, day_iso(a, last)), *after = text_z(a, day_iso(a, last + 1));
	const fitting rows[] = {
	    {"a date", "2026-03-02", 1, true},
	    {"two of one name", "2026-03-02", 2, false},
	    {"the first day", first_day, 1, true},
	    {"the day before", before, 1, false},
	    {"the last day", last_day, 1, true},
	    {"the day after", after, 1, false},
	    {"the year 1900", "1900-01-01", 1, false},
	    {"the year 9999", "9999-12-31", 1, false},
	    {"a whole second", "2026-03-02T10:15:59+01:00", 1, true},
	    {"a part of a second, where hours count", "2026-03-02T10:15:59.5+01:00", 1, false},
	    {"the first 02:30 when the clocks go back", "2026-10-25T02:30:00+02:00", 1, true},
	    {"the second", "2026-10-25T02:30:00+01:00", 1, true},
	    {"the last second of that long day", "2026-10-25T23:59:59+01:00", 1, true},
	    {"nothing", NULL, 0, true},
	};
	int count = (int)(sizeof rows / sizeof *rows), id = fact_id(m, TEXT("referral.received"));
	clock_columns *c = clock_columns_new(p, count, a);
	facts *all = ARENA_ARRAY(a, facts, count);
	for (int i = 0; i < count; i++) {
		all[i].at = ARENA_ARRAY(a, fact, 2);
		for (; all[i].count < rows[i].times; all[i].count++) {
			moment said;
			assert_true(moment_parse(text_of(rows[i].at), &said));
			all[i].at[all[i].count] = (fact){.id = id, .at = said.low, .on = day_of_instant(said.low)};
		}
		if (clock_columns_put(c, i, &all[i]) != rows[i].fits) fail_msg("%s", rows[i].what);
	}
	clock_columns_run(c);
	for (int i = 0; i < count; i++) assert_same(m, c, i, &all[i]);
	content_free(m);
}

/* A day that is not the instant's own, as nobody should give it, is not guessed at. */
TEST(a_day_that_is_not_the_instants_own_is_put_aside)
{
	arena *a = test_arena();
	image *m = shipped_image(a);
	clock_columns *c = clock_columns_new(plan_of(m, NULL, a), 1, a);
	fact at = {.id = fact_id(m, TEXT("referral.received")), .at = day_start(20000), .on = 20001};
	facts f = {&at, 1};
	assert_false(clock_columns_put(c, 0, &f));
	clock_columns_run(c);
	assert_same(m, c, 0, &f);
	content_free(m);
}

TESTS(T(columns_answer_as_the_rules_do), T(parts_of_a_second_are_kept), T(no_shipped_rule_is_refused),
      T(all_that_a_rule_can_say), T(a_rule_that_is_refused_is_computed_alone), T(the_examples_of_all_rules),
      T(what_does_not_fit_is_put_aside), T(a_day_that_is_not_the_instants_own_is_put_aside))
