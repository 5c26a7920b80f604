/* Scenarios: for each kind of task, as data (scenarios/), what raises it, who may not do it, when it is due, what closes it, and what must
 * not happen. Each is run as written; then the kind's rules are taken away one by one, and the scenario must notice each time. A kind without
 * a scenario, and a scenario that notices nothing, fail. Closes with "scenarios: P of N kinds". */
#define LIMEN_OS /* reads LIMEN_LONG */
#include "scenario.h"

#include <sys/wait.h>
#include <unistd.h>

enum { SHOWN_MAX = 30, SPARED = 4 };

/* LIMEN_ONLY=ekg,ring-nu: only these kinds, each with all its rules taken away. */
static bool looked_at(text kind)
{
	const char *only = getenv("LIMEN_ONLY");
	text rest = only ? text_of(only) : (text){0};
	if (!only) return true;
	while (rest.len) {
		text_pair p = text_cut(rest, ',');
		if (text_equal(text_trim(p.head), kind)) return true;
		rest = p.tail;
	}
	return false;
}

static bool has_scenario(const image *m, text kind)
{
	const content_entry **all;
	int count = content_each(m, TEXT("scenario"), &all);
	for (int i = 0; i < count; i++)
		if (text_equal(scenario_kind(all[i]), kind)) return true;
	return false;
}

/* ---- shared out to as many processes as there are cores ---- */

typedef struct tally {
	int seen, tried, failed;
} tally;
typedef void share(const image *m, int part, int parts, tally *out);

/* Each part in a process of its own, since derivers and rules are the process's; what goes wrong is said by the part. */
static tally shared_out(const image *m, share *one)
{
	enum { PARTS_MAX = 16 };
	int ends[PARTS_MAX][2], parts = (int)sysconf(_SC_NPROCESSORS_ONLN);
	tally all = {0};
	parts = parts < 1 ? 1 : parts > PARTS_MAX ? PARTS_MAX : parts;
	fflush(NULL);
	for (int i = 0; i < parts; i++) {
		assert_int_equal(pipe(ends[i]), 0);
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid > 0) continue;
		tally mine = {0};
		one(m, i, parts, &mine);
		fflush(NULL);
		_exit(write(ends[i][1], &mine, sizeof mine) == (ssize_t)sizeof mine ? 0 : 1);
	}
	for (int i = 0; i < parts; i++) {
		tally mine;
		close(ends[i][1]);
		bool told = read(ends[i][0], &mine, sizeof mine) == (ssize_t)sizeof mine;
		close(ends[i][0]);
		if (!told) print_error("part %d of %d ended before it was done\n", i + 1, parts);
		all.failed += told ? mine.failed : 1;
		all.seen += told ? mine.seen : 0;
		all.tried += told ? mine.tried : 0;
	}
	while (wait(NULL) > 0) {
	}
	return all;
}

/* ---- every scenario as written ---- */

static void as_written(const image *m, int part, int parts, tally *out)
{
	const content_entry **all;
	int count = content_each(m, TEXT("scenario"), &all);
	for (int i = part; i < count; i += parts) {
		if (!looked_at(scenario_kind(all[i]))) continue;
		scenario_result r = scenario_run(all[i]);
		out->seen++;
		if (r.passed) continue;
		if (out->failed++ < SHOWN_MAX)
			print_error("%.*s:%d: %.*s: %.*s\n", TEXT_ARG(all[i]->file), r.line, TEXT_ARG(all[i]->id),
				    TEXT_ARG(r.why));
	}
}

TEST(each_scenario_happens_as_it_is_written)
{
	tally t = shared_out(house_image(scenario_arena()), as_written);
	assert_int_equal(t.failed, 0);
	assert_true(t.seen > 0);
}

/* ---- with a rule taken away ---- */

static const condition never = {.kind = CONDITION_ANY}, always = {.kind = CONDITION_ALL};

typedef bool mutator(task_kind *k); /* false: there is no such rule to take away */

static bool raise_never(task_kind *k)
{
	if (!k->raise) return false;
	k->raise = &never;
	return true;
}

static bool named_by(const task_kind *k, const condition *c)
{
	bool any = false;
	for (int i = 0; i < k->cause_count; i++) any |= c->fact == k->causes[i];
	return any && c->kind == CONDITION_FACT;
}

/* Raised by nothing more than the facts that are its causes, or that it waits for: without them there is no task to raise. */
static bool only_its_cause(const task_kind *k)
{
	const condition *c = k->raise;
	if (c->kind == CONDITION_FACT && c->fact == k->from) return true;
	if (c->kind != CONDITION_ANY) return k->cause_count < 2 && named_by(k, c);
	bool all = c->part_count == k->cause_count;
	for (int i = 0; i < c->part_count; i++) all = all && named_by(k, c->parts[i]);
	return all;
}

static bool raise_always(task_kind *k)
{
	if (!k->raise || only_its_cause(k)) return false;
	k->raise = &always;
	return true;
}

static bool close_never(task_kind *k)
{
	if (!k->close) return false;
	k->close = &never;
	return true;
}

static bool anybody_may(task_kind *k)
{
	static const char *const all[] = {"secretary", "doctor", "nurse", "leader", "specialty-management"};
	k->role_by_date = NULL;
	for (int i = 0; i < 5; i++) k->may_also[i] = text_of(all[i]);
	k->may_also_count = 5;
	return true;
}

static bool no_date(task_kind *k)
{
	bool dated = k->within.given || k->clock_count || k->by >= 0;
	k->within.given = false;
	k->clock_count = 0;
	k->by = -1;
	return dated;
}

static bool no_parts(task_kind *k)
{
	bool any = k->part_count > 0;
	k->part_count = 0;
	return any;
}

static bool waits_for_nothing(task_kind *k)
{
	bool waits = k->from >= 0;
	k->from = -1;
	return waits;
}

/* What is written only on an answer names that answer's field: the field as it is now. */
static void writes_follow(task_kind *k, const field *now)
{
	write_rule *w = ARENA_ARRAY(scenario_arena(), write_rule, k->write_count + 1);
	for (int i = 0; i < k->write_count; i++) {
		w[i] = k->writes[i];
		if (w[i].when) w[i].when = now + (w[i].when - k->fields);
	}
	k->writes = w;
}

static bool nothing_required(task_kind *k)
{
	field *f = ARENA_ARRAY(scenario_arena(), field, k->field_count + 1);
	bool any = false;
	for (int i = 0; i < k->field_count; i++) {
		f[i] = k->fields[i];
		any |= f[i].required || f[i].must;
		f[i].required = f[i].must = false;
	}
	writes_follow(k, f);
	k->fields = f;
	return any;
}

static bool nothing_delegated(task_kind *k)
{
	bool any = k->delegation.len > 0;
	k->delegation = (text){0};
	return any;
}

static const struct mutation {
	const char *what;
	mutator *mutate;
} mutations[] = {
    {"nothing raises it", raise_never},
    {"it is raised without its reason", raise_always},
    {"nothing closes it", close_never},
    {"anybody may do it", anybody_may},
    {"it has no date", no_date},
    {"it has no parts", no_parts},
    {"it waits for nothing", waits_for_nothing},
    {"its form requires nothing", nothing_required},
    {"it need not be delegated", nothing_delegated},
};

/* Does one of the kind's scenarios fail? */
static bool one_fails(const image *m, text kind)
{
	const content_entry **all;
	int count = content_each(m, TEXT("scenario"), &all);
	for (int i = 0; i < count; i++)
		if (text_equal(scenario_kind(all[i]), kind) && !scenario_run(all[i]).passed) return true;
	return false;
}

/* Not all fit into every run of the tests: each kind loses one rule in SPARED, another kind the next; with LIMEN_LONG every one. */
static bool spared(int kind, size_t rule)
{
	return !getenv("LIMEN_LONG") && !getenv("LIMEN_ONLY") && (kind + (int)rule) % SPARED != 0;
}

static int slip_through(const image *m, task_kind *k, int number, int *tried)
{
	int through = 0;
	for (size_t i = 0; i < sizeof mutations / sizeof *mutations; i++) {
		task_kind kept = *k;
		if (spared(number, i)) continue;
		bool any = mutations[i].mutate(k);
		bool seen = !any || one_fails(m, kept.id);
		*k = kept;
		*tried += any;
		if (seen) continue;
		print_error("%.*s: no scenario notices when %s\n", TEXT_ARG(kept.id), mutations[i].what);
		through++;
	}
	return through;
}

static void with_rules_taken(const image *m, int part, int parts, tally *out)
{
	const task_kind *const *kinds;
	int count = task_kinds(m, &kinds);
	for (int i = part; i < count; i += parts) {
		if (!has_scenario(m, kinds[i]->id) || !looked_at(kinds[i]->id)) continue;
		out->seen++;
		if (one_fails(m, kinds[i]->id)) continue; /* said above */
		out->failed += slip_through(m, (task_kind *)(uintptr_t)kinds[i], i, &out->tried);
	}
}

TEST(each_rule_that_is_taken_away_is_noticed)
{
	const task_kind *const *kinds;
	image *m = house_image(scenario_arena());
	int count = task_kinds(m, &kinds);
	tally t = shared_out(m, with_rules_taken);
	print_message("scenarios: %d of %d kinds; %d of %d rules taken away were noticed%s\n", t.seen, count,
		      t.tried - t.failed, t.tried, getenv("LIMEN_LONG") ? "" : " (one in four; LIMEN_LONG: all)");
	assert_int_equal(t.failed, 0);
}

/* A rule that does a task itself, taken away: then a person has it, and the rule's scenario (automatik.RULE) must notice. */
TEST(each_rule_that_acts_by_itself_is_noticed)
{
	const automation **rules;
	image *m = house_image(scenario_arena());
	int count = automations(m, scenario_arena(), &rules), missed = 0;
	for (int i = 0; i < count; i++) {
		automation *r = (automation *)(uintptr_t)rules[i], kept = *r;
		text id = text_format(scenario_arena(), "automatik.%.*s", TEXT_ARG(r->id));
		const content_entry *e = content_find(m, TEXT("scenario"), id);
		if (!looked_at(r->does->id)) continue;
		bool passes = e && scenario_run(e).passed;
		r->when = &never;
		bool noticed = passes && !scenario_run(e).passed;
		*r = kept;
		if (!noticed)
			print_error("%.*s: %s\n", TEXT_ARG(r->id),
				    e ? "its scenario does not notice it" : "no scenario");
		missed += !noticed;
	}
	print_message("automations: %d, %d of them noticed when taken away\n", count, count - missed);
	assert_int_equal(missed, 0);
}

TEST(each_kind_has_a_scenario)
{
	const task_kind *const *kinds;
	image *m = house_image(scenario_arena());
	int count = task_kinds(m, &kinds), without = 0;
	for (int i = 0; i < count; i++) {
		if (has_scenario(m, kinds[i]->id)) continue;
		print_error("%.*s has no scenario\n", TEXT_ARG(kinds[i]->id));
		without++;
	}
	assert_int_equal(without, 0);
}

TESTS(T(each_scenario_happens_as_it_is_written), T(each_rule_that_is_taken_away_is_noticed),
      T(each_rule_that_acts_by_itself_is_noticed), T(each_kind_has_a_scenario))
