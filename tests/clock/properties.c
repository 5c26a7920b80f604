/* What holds of every rule, whatever the facts: tried on facts at random, and over all days of twenty years. */
#include "clock/internal.h"
#include "clock/shipped.h"

enum { FACTS = 12, ROUNDS = 400 };

static const calendar *days_off;

static day in_2026(random_state *rnd)
{
	return day_from_civil((civil){2026, 1, 1}) + (day)random_below(rnd, 200);
}

static fact some_fact(const image *m, random_state *rnd, int id, int64_t sequence)
{
	const fact_name *name = fact_at(m, id);
	fact f = {.id = id, .on = in_2026(rnd), .type = name->source, .sequence = sequence, .date_only = true};
	f.at = day_start(f.on);
	if (name->code_count) f.code = name->codes[random_below(rnd, (uint64_t)name->code_count)].code;
	f.number = (int64_t)random_below(rnd, 5);
	return f;
}

static bool spans_name(const clock_rule *r, int id)
{
	for (int i = 0; i < r->pause_count; i++)
		if (r->pauses[i].from == id || r->pauses[i].to == id) return true;
	return r->suspend.from == id || r->suspend.to == id || r->restart == id || r->until == id || r->limit_by == id;
}

/* Does the rule speak of this fact at all? */
static bool relevant(const clock_rule *r, int id)
{
	const condition *all[] = {r->when, r->except, r->provisional, r->start, r->stop, r->waive, r->also_start};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i] && condition_names(all[i], id)) return true;
	return spans_name(r, id);
}

/* Facts the rule speaks of, so that it starts often enough. */
static facts some_facts(const image *m, random_state *rnd, const clock_rule *r, fact *room)
{
	facts f = {.at = room};
	for (int tries = 0; f.count < FACTS && tries < 4000; tries++) {
		int id = (int)random_below(rnd, (uint64_t)fact_count(m));
		if (relevant(r, id)) f.at[f.count] = some_fact(m, rnd, id, f.count + 1), f.count++;
	}
	facts_sort(&f);
	return f;
}

static void assert_same(const clock *x, const clock *y)
{
	assert_int_equal(x->applies, y->applies);
	if (!x->applies) return;
	assert_true(x->start == y->start && x->due == y->due && x->stop == y->stop && x->amber == y->amber);
	assert_true(x->waived == y->waived && x->paused == y->paused && x->suspended == y->suspended);
	assert_true(x->due_day_late == y->due_day_late && x->limit == y->limit && x->unit == y->unit);
	assert_true(x->provisional == y->provisional && x->paused_days == y->paused_days);
}

TEST(a_fact_the_rule_does_not_speak_of_changes_nothing)
{
	image *m = shipped_image(test_arena());
	random_state rnd = random_seed(1);
	const clock_rule *const *rules;
	int count = clock_rules(m, &rules), applied = 0;
	for (int i = 0; i < count * ROUNDS / 10; i++) {
		const clock_rule *r = rules[i % count];
		fact room[FACTS + 1];
		facts f = some_facts(m, &rnd, r, room);
		clock before, after;
		clock_try(m, r, &f, &before);
		fact copy = before.start_fact ? *before.start_fact : (fact){0};
		int other = (int)random_below(&rnd, (uint64_t)fact_count(m));
		if (relevant(r, other)) continue;
		f.at[f.count++] = some_fact(m, &rnd, other, 99);
		facts_sort(&f);
		clock_try(m, r, &f, &after);
		assert_same(&before, &after);
		assert_true(!after.applies || after.start_fact->at == copy.at);
		applied += after.applies;
	}
	print_message("%d clocks that applied\n", applied);
	assert_true(applied > 200);
	content_free(m);
}

TEST(the_order_in_which_facts_arrive_does_not_matter)
{
	image *m = shipped_image(test_arena());
	random_state rnd = random_seed(2);
	const clock_rule *const *rules;
	int count = clock_rules(m, &rules);
	for (int i = 0; i < count * ROUNDS / 10; i++) {
		const clock_rule *r = rules[i % count];
		fact room[FACTS + 1];
		facts f = some_facts(m, &rnd, r, room);
		clock before, after;
		clock_try(m, r, &f, &before);
		for (int n = f.count - 1; n > 0; n--) {
			int with = (int)random_below(&rnd, (uint64_t)n + 1);
			fact kept = f.at[n];
			f.at[n] = f.at[with];
			f.at[with] = kept;
		}
		for (int n = 0; n < f.count; n++) f.at[n].sequence = n + 1;
		facts_sort(&f);
		clock_try(m, r, &f, &after);
		assert_same(&before, &after);
	}
	content_free(m);
}

static const char filled[] =
    "limits: kraeftpakker\nda: x\nen: x\nsource: own\nby: cancer.package\n"
    "columns: [ OF1, OF2, OF3-kirurgi, OF3-medicinsk, OF3-straale, OF4 ]\nrows:\n"
    "  - { code: prostata, OF1: 6 calendar days, OF2: 20 calendar days, OF3-kirurgi: 14 calendar days, OF3-straale: 3 "
    "weeks }\n"
    "  - { code: blaere, to: 2026-01-31, OF1: 5 calendar days }\n"
    "  - { code: blaere, from: 2026-02-01, OF1: 4 hverdage }\n";

static int named(const image *m, const char *name)
{
	int id = fact_id(m, text_of(name));
	assert_true(id >= 0);
	return id;
}

static fact made(const image *m, const char *name, const char *date, const char *code)
{
	day on;
	assert_true(day_parse(text_of(date), &on));
	return (fact){.id = named(m, name), .at = day_start(on), .on = on, .date_only = true, .code = text_of(code)};
}

/* A longer pause, of either kind, alone or over the other, never makes the date earlier. */
TEST(a_longer_pause_never_makes_a_date_earlier)
{
	issues sink = {.arena = test_arena()};
	content_file own = {TEXT("own.yaml"), text_of(filled)};
	image *m = shipped_with(&own, 1, &sink);
	assert_non_null(m);
	const clock_rule *rules[] = {clock_rule_find(m, TEXT("behandlingsret")), clock_rule_find(m, TEXT("pakke-of1"))};
	random_state rnd = random_seed(3);
	for (int i = 0; i < ROUNDS; i++) {
		fact at[] = {made(m, "treatment.referred", "2026-03-02", ""),
			     made(m, "referral.received", "2026-03-02", ""),
			     made(m, "cancer.package", "2026-03-02", "prostata"),
			     made(m, "patient.waits", "2026-03-02", ""),
			     made(m, "patient.ready", "2026-03-02", ""),
			     made(m, "health.waits", "2026-03-02", ""),
			     made(m, "health.ready", "2026-03-02", "")};
		day from = at[0].on + (day)random_below(&rnd, 20), health = at[0].on + (day)random_below(&rnd, 20);
		int length = (int)random_below(&rnd, 30), other = (int)random_below(&rnd, 30);
		day last[2] = {0, 0};
		for (int longer = 0; longer < 3; longer++) {
			fact now[7];
			facts g = {now, 7};
			memcpy(now, at, sizeof at);
			now[3].on = from, now[4].on = from + length + longer;
			now[5].on = health, now[6].on = health + other;
			for (int n = 3; n < 7; n++) now[n].at = day_start(now[n].on);
			facts_sort(&g);
			for (int n = 0; n < 2; n++) {
				clock c;
				assert_true(clock_try(m, rules[n], &g, &c));
				assert_true(c.due_day >= last[n] && c.due_day >= c.start_day + c.limit);
				last[n] = c.due_day;
			}
		}
	}
	content_free(m);
}

TEST(a_table_is_filled_in_by_the_hospital)
{
	static const struct {
		const char *rule, *from, *package, *mode, *start, *due;
	} rows[] = {
	    {"pakke-of1", "referral.received", "prostata", "", "2026-03-02", "2026-03-08"},
	    {"pakke-of1", "referral.received", "blaere", "", "2026-01-31", "2026-02-05"},
	    {"pakke-of1", "referral.received", "blaere", "", "2026-02-02", "2026-02-06"},
	    {"pakke-of1", "referral.received", "nyre", "", "2026-03-02", NULL},
	    {"pakke-of2", "package.started", "prostata", "", "2026-03-02", "2026-03-22"},
	    {"pakke-of3-kirurgi", "package.decided", "prostata", "kirurgi", "2026-03-02", "2026-03-16"},
	    {"pakke-of3-straale", "package.decided", "prostata", "straale", "2026-03-02", "2026-03-23"},
	    {"pakke-of3-medicinsk", "package.decided", "prostata", "medicinsk", "2026-03-02", NULL},
	    {"pakke-of4", "referral.received", "prostata", "", "2026-03-02", NULL},
	};
	issues sink = {.arena = test_arena()};
	content_file own = {TEXT("own.yaml"), text_of(filled)};
	image *m = shipped_with(&own, 1, &sink);
	for (const issue *i = sink.first; i; i = i->next)
		print_error("%s\n", text_z(sink.arena, issue_line(sink.arena, i, LANGUAGE_EN)));
	assert_non_null(m);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		fact at[] = {made(m, rows[i].from, rows[i].start, ""),
			     made(m, "cancer.package", rows[i].start, rows[i].package),
			     made(m, "treatment.mode", rows[i].start, rows[i].mode)};
		facts f = {at, 3};
		facts_sort(&f);
		clock c;
		why w;
		assert_true(clock_try(m, clock_rule_find(m, text_of(rows[i].rule)), &f, &c));
		assert_text(c.due_day == DAY_NONE ? TEXT("-") : day_iso(sink.arena, c.due_day),
			    text_of(rows[i].due ? rows[i].due : "-"));
		instant now = day_start(c.start_day) + HOURS(1);
		assert_int_equal(clock_state_at(&c, now), rows[i].due ? CLOCK_RUNNING : CLOCK_UNFILLED);
		clock_explain(m, &c, &f, now, LANGUAGE_DA, sink.arena, &w);
		assert_int_equal(text_find(w.headline, TEXT("fristen er ikke udfyldt")) >= 0, !rows[i].due);
		assert_int_equal(w.arithmetic.len == 0, !rows[i].due);
	}
	content_free(m);
}

/* The day reached by counting one day at a time, by the words of calendar.h and nothing else. */
static day counted(day from, int n, day_unit unit)
{
	day d = from;
	while (n > 0) n -= calendar_counts(days_off, ++d, unit);
	return d;
}

/* Every day of 2015 to 2035 as day 0: the last day is the counted one, its end is a local midnight, and attention is not after it. */
TEST(twenty_years_of_days)
{
	image *m = shipped_image(test_arena());
	static const struct {
		const char *rule, *start, *code_fact, *code;
	} rows[] = {{"udredningsret", "referral.received", "referral.class", "udredning"},
		    {"varsling", "referral.received", "referral.class", "udredning"},
		    {"visitation-lokal", "referral.received", "referral.class", "udredning"},
		    {"mvt-kraeft-udredning", "referral.received", "danger.kind", "kraeft"},
		    {"diagnostisk-undersoegelse", "referral.received", "referral.class", "diagnostisk"},
		    {"uth", "case.received", "case.kind", "uth"},
		    {"notat-akut-lokal", "contact.ended", "contact.class", "EMER"}};
	days_off = m->calendar;
	int tried = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const clock_rule *r = clock_rule_find(m, text_of(rows[i].rule));
		day first = day_from_civil((civil){2015, 1, 1}), last = day_from_civil((civil){2036, 1, 1});
		instant before = INSTANT_NONE;
		for (day d = first; d < last; d++) {
			fact at[] = {made(m, rows[i].start, "2015-01-01", ""),
				     made(m, rows[i].code_fact, "2015-01-01", rows[i].code)};
			for (int n = 0; n < 2; n++) at[n].on = d, at[n].at = day_start(d);
			facts f = {at, 2};
			facts_sort(&f);
			clock c;
			if (!clock_try(m, r, &f, &c)) continue;
			tried++;
			assert_true(c.due >= before && c.amber <= c.due && c.amber >= day_start(d));
			before = c.due;
			if (unit_exact(c.unit)) {
				assert_true(c.due == c.start + HOURS(4));
				continue;
			}
			assert_true(c.due == day_start(c.due_day + 1) && local_minute(c.due) == 0);
			assert_true(c.due_day <= c.due_day_late);
			if (c.unit == UNIT_MONTHS)
				assert_true(c.due_day - d >= 28 && c.due_day - d <= 31);
			else
				assert_int_equal(c.due_day_late, counted(d, c.limit, c.unit));
		}
	}
	print_message("%d days counted\n", tried);
	assert_true(tried > 40000);
	content_free(m);
}

/* A bill is shown, and counted where somebody asks what if; no pathway has a clock of it. */
TEST(a_proposed_rule_never_runs)
{
	arena *a = test_arena();
	image *m = shipped_image(a);
	const clock_rule *const *rules;
	int count = clock_rules(m, &rules), proposed = 0;
	fact at[] = {made(m, "referral.received", "2026-03-02", ""),
		     made(m, "referral.field", "2026-03-02", "boern-unge")};
	facts f = {at, 2};
	facts_sort(&f);
	clock *out = ARENA_ARRAY(a, clock, count + 1), c;
	int made_count = clock_compute(m, &f, out);
	assert_true(made_count > 0);
	for (int i = 0; i < made_count; i++)
		assert_false(text_equal(clock_rule_face(out[i].rule)->status, TEXT("proposed")));
	for (int i = 0; i < count; i++)
		proposed +=
		    text_equal(clock_rule_face(rules[i])->status, TEXT("proposed")) && clock_try(m, rules[i], &f, &c);
	assert_int_equal(proposed, 2);
	content_free(m);
}

TESTS(T(a_fact_the_rule_does_not_speak_of_changes_nothing), T(the_order_in_which_facts_arrive_does_not_matter),
      T(a_longer_pause_never_makes_a_date_earlier), T(a_table_is_filled_in_by_the_hospital), T(twenty_years_of_days),
      T(a_proposed_rule_never_runs))
