/* limen clocks: what is counted, and what would be otherwise under other rules, against what must be so. */
#define LIMEN_OS /* raises a signal */
#include "shell.h"

#include "content/content.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RULES_MAX = 80 };

static world the_world;
static const char *db;

static said run(arena *a, const char *line)
{
	return run_line(a, &the_world, text_z(a, text_format(a, "limen %s --db %s", line, db)));
}

static text shipped(const char *name)
{
	int count;
	const content_file *files = content_embedded(&count);
	for (int i = 0; i < count; i++)
		if (text_equal(files[i].name, text_of(name))) return files[i].source;
	fail_msg("no %s", name);
	return (text){0};
}

static text replaced(arena *a, text t, const char *was, const char *is)
{
	buffer b = {.arena = a};
	int changed = 0;
	for (int64_t at; (at = text_find(t, text_of(was))) >= 0; changed++) {
		buffer_add(&b, text_slice(t, 0, at));
		buffer_add(&b, text_of(is));
		t = text_slice(t, at + (int64_t)strlen(was), t.len);
	}
	assert_true(changed > 0);
	buffer_add(&b, t);
	return buffer_text(&b);
}

/* The shipped right to assessment with 28 days, and one example in place of its own. */
static text four_weeks(arena *a)
{
	text t =
	    replaced(a, shipped("dk/clocks/udredningsret.yaml"), "limit: 30 calendar days", "limit: 28 calendar days");
	t = text_slice(t, 0, text_find(t, TEXT("\ncases:\n")) + 1);
	return text_join(a, t, TEXT("cases: [ { name: x, referral.received: 2026-03-02, due: 2026-03-30 } ]\n"));
}

/* The facts of a referral, its receipt read from another element. */
static text other_facts(arena *a, const char *value)
{
	text all = shipped("dk/facts.yaml");
	text t = text_slice(all, text_find(all, TEXT("facts: henvisning\n")), all.len);
	t = text_slice(t, 0, text_find(t, TEXT("\n---\n")) + 1);
	return replaced(a, t, "value: [ extension(%limen + 'received').value, authoredOn ]", value);
}

static void put_resource(const char *json)
{
	arena *a = test_arena();
	buffer b = {.arena = a};
	for (const char *c = json; *c; c++) buffer_char(&b, *c == '\'' ? '"' : *c);
	put_file("one.json", buffer_text(&b));
	said s = run(a, "load one.json");
	if (s.code) fail_msg("%.*s", TEXT_ARG(s.err));
}

#define REFERRAL(id, field, more)                                                                                      \
	"{'resourceType':'ServiceRequest','id':'" id "','status':'active','intent':'order','authoredOn':'2026-11-02'," \
	"'category':[{'coding':[{'system':'http://snomed.info/sct','code':'3457005'}" field                            \
	"]}],'reasonCode':[{'text':'x'}],"                                                                             \
	"'subject':{'reference':'Patient/karla'}" more "}"

TEST(opening)
{
	arena *a = test_arena();
	moment start;
	assert_true(moment_parse(TEXT("2026-11-20T10:00:00+01:00"), &start));
	the_world = world_simulated(start.low, 11);
	assert_int_equal(chdir(temp_folder()), 0);
	db = text_z(a, test_store(a, "clocks.db"));
	said s = run(a, "demo --pathways 25 --seed 3");
	if (s.code) fail_msg("%.*s", TEXT_ARG(s.err));
	put_resource("{'resourceType':'Patient','id':'karla','name':[{'family':'Testesen','given':['Karla']}],'gender':"
		     "'female'}");
	put_resource(REFERRAL("barn", ",{'system':'urn:limen:referral-field','code':'boern-unge'}", ""));
	put_resource(REFERRAL("tid", "", ",'occurrenceDateTime':'2026-10-01'"));
	mkdir("uger", 0700);
	put_file("uger/u.yaml", four_weeks(a));
	mkdir("psyk", 0700);
	put_file("psyk/p.yaml", replaced(a, shipped("dk/clocks/psykiatri-forslag.yaml"), "status: proposed",
					 "status: active\nvalid_from: 2026-01-01"));
	mkdir("fakta", 0700);
	put_file("fakta/f.yaml",
		 other_facts(a, "value: [ occurrence, extension(%limen + 'received').value, authoredOn ]"));
	mkdir("ens", 0700);
	put_file("ens/f.yaml", other_facts(a, "value: [ (extension(%limen + 'received').value), authoredOn ]"));
}

/* ---- what is counted ---- */

static int64_t number_under(const doc *d, uint32_t n, const char *key)
{
	int64_t out = 0;
	for (uint32_t i = n + 1; i < d->nodes[n].next; i = d->nodes[i].next)
		if (text_equal(name_text(d, d->nodes[i].name), text_of(key))) text_to_int(doc_text(d, i), &out);
	return out;
}

static uint32_t node_under(const doc *d, uint32_t n, const char *key)
{
	for (uint32_t i = n + 1; i < d->nodes[n].next; i = d->nodes[i].next)
		if (text_equal(name_text(d, d->nodes[i].name), text_of(key))) return i;
	return NODE_ABSENT;
}

/* The clocks of a rule in a state, or in any. */
static int64_t in_state(arena *a, const char *rule, const char *state, const char *at)
{
	said s = run(a, text_z(a, text_format(a, "clocks %s --json%s%s", rule, at ? " --at " : "", at ? at : "")));
	assert_int_equal(s.code, CLI_FINE);
	int64_t n = 0;
	for (text_pair cut = text_cut(s.out, '\n'); cut.head.len; cut = text_cut(cut.tail, '\n')) {
		doc d;
		issues sink = {.arena = a};
		assert_true(json_parse(a, cut.head, TEXT(""), &sink, &d));
		uint32_t states = node_under(&d, 0, "states");
		for (uint32_t i = states + 1; i < d.nodes[states].next; i = d.nodes[i].next) {
			int64_t one = 0;
			text_to_int(doc_text(&d, i), &one);
			if (!state || text_equal(name_text(&d, d.nodes[i].name), text_of(state))) n += one;
		}
	}
	return n;
}

TEST(states_are_counted_at_a_date)
{
	arena *a = test_arena();
	int64_t all = in_state(a, "udredningsret", NULL, NULL), running = in_state(a, "udredningsret", "running", NULL);
	assert_true(all > 10 && running > 0 && running < all);
	assert_int_equal(in_state(a, "udredningsret", "running", "2027-06-01"), 0);
	assert_int_equal(in_state(a, "udredningsret", NULL, "2027-06-01"), all);
	assert_int_equal(in_state(a, "udredningsret", NULL, "2020-01-01"), 0);
	said s = run(a, "clocks udredningsret --lang en");
	assert_true(text_find(s.out, TEXT("Right to assessment (udredningsret)\n  running ")) == 0);
	assert_true(text_find(s.out, TEXT("-xxxx  EpisodeOfCare/")) > 0);
	assert_true(text_find(s.out, TEXT("27 pathways")) > 0);
	/* The law's last day is in time, the day after is not. */
	int64_t due = in_state(a, "udredningsret", "breached", "2026-12-02");
	assert_true(in_state(a, "udredningsret", "breached", "2026-12-03") >= due + 2);
}

/* ---- what would be otherwise ---- */

typedef struct tried {
	int lines;
	int64_t begins, earlier, later, breached, ceases;
	text first; /* line */
} tried;

static tried try(arena *a, const char *words)
{
	tried t = {0};
	said s = run(a, text_z(a, text_format(a, "clocks --json %s", words)));
	if (s.code) fail_msg("%.*s", TEXT_ARG(s.err));
	for (text_pair cut = text_cut(s.out, '\n'); cut.head.len; cut = text_cut(cut.tail, '\n')) {
		doc d;
		issues sink = {.arena = a};
		assert_true(json_parse(a, cut.head, TEXT(""), &sink, &d));
		if (node_under(&d, 0, "summary") == NODE_ABSENT) {
			if (t.lines++ == 0) t.first = cut.head;
			continue;
		}
		t.begins += number_under(&d, 0, "begins");
		t.ceases += number_under(&d, 0, "ceases");
		t.earlier += number_under(&d, 0, "earlier");
		t.later += number_under(&d, 0, "later");
		t.breached += number_under(&d, 0, "breached");
	}
	return t;
}

TEST(a_shorter_limit)
{
	arena *a = test_arena();
	int64_t all = in_state(a, "udredningsret", NULL, NULL);
	tried t = try(a, "--rules uger");
	assert_int_equal(t.lines, all);
	assert_int_equal(t.earlier, all);
	assert_int_equal(t.later + t.begins + t.ceases, 0);
	/* Received on 2 November: 28 days end on the 30th, 30 on 2 December. In between the two differ by two breaches more. */
	int64_t early = try(a, "--rules uger --at 2026-11-30").breached,
		between = try(a, "--rules uger --at 2026-12-01").breached;
	assert_true(between >= 2);
	assert_true(early < between);
	assert_int_equal(try(a, "--rules uger --at 2027-06-01").breached, 0); /* by then both say so */
	assert_int_equal(try(a, "varsling --rules uger").lines, 0);
	said s = run(a, "clocks --lang en --rules uger");
	assert_true(text_find(s.out, TEXT("Testesen, Karla  EpisodeOfCare/")) >= 0);
	assert_true(text_find(s.out, TEXT("udredningsret: 2 December 2026 running → 30 November 2026 running\n")) > 0);
	assert_true(text_find(s.out, TEXT("earlier date")) > 0);
}

TEST(a_bill_that_is_passed)
{
	arena *a = test_arena();
	assert_int_equal(in_state(a, "psyk-boern-start", NULL, NULL), 0); /* a bill is nobody's right */
	tried t = try(a, "--rules psyk");
	assert_int_equal(t.lines, 2); /* one child, two limits */
	assert_int_equal(t.begins, 2);
	assert_true(text_find(t.first, TEXT("\"patient\":\"Patient/karla\"")) > 0);
	assert_true(
	    text_find(t.first, TEXT("\"before\":{\"state\":\"not\"},\"after\":{\"state\":\"running\",\"due\":\"20")) >
	    0);
}

TEST(facts_read_otherwise)
{
	arena *a = test_arena();
	tried t = try(a, "udredningsret --rules fakta");
	assert_int_equal(t.lines, 1); /* of all referrals one has the other date */
	assert_int_equal(t.earlier, 1);
	assert_int_equal(t.breached, 1);
	assert_true(text_find(t.first, TEXT("\"after\":{\"state\":\"breached\",\"due\":\"2026-10-31\"}")) > 0);
	/* Read from all bodies and their past, the same facts are the same clocks: nothing was taken from the rows, nothing is lost. */
	assert_int_equal(try(a, "--rules ens").lines, 0);
	assert_int_equal(access("clocks.db.whatif", F_OK), -1);
	said s = run(a, "check");
	assert_int_equal(s.code, CLI_FINE);
}

TEST(what_else_the_folder_has_is_said_to_have_no_part)
{
	arena *a = test_arena();
	mkdir("mere", 0700);
	put_file("mere/t.yaml", TEXT("topic: vores\nda: x\nen: y\non: Task\nwhen: [ create ]\nfilters: [ patient ]\n"));
	said s = run(a, "clocks --lang en --rules mere");
	assert_int_equal(s.code, CLI_FINE);
	assert_text(s.err, TEXT("limen: only clocks are computed; the folder also has: topic vores\n"));
	assert_true(text_find(s.out, TEXT("0 clocks change")) > 0);
}

TEST(called_in_a_wrong_way)
{
	arena *a = test_arena();
	assert_int_equal(run(a, "clocks --at soon").code, CLI_USAGE);
	assert_int_equal(run(a, "clocks --at 2026").code, CLI_USAGE);
	said s = run(a, "clocks aegur --lang en");
	assert_int_equal(s.code, CLI_INPUT);
	assert_text(s.err, TEXT("limen: There is no rule \"aegur\" in the content\n"));
	mkdir("galt", 0700);
	put_file("galt/g.yaml", TEXT("clock: x\n"));
	s = run(a, "clocks --rules galt");
	assert_int_equal(s.code, CLI_INPUT);
	assert_true(text_starts(s.err, TEXT("limen: galt/g.yaml:1")));
	assert_int_equal(run(a, "clocks --rules nowhere").code, CLI_INPUT);
}

/* ---- Ctrl-C ---- */

static int64_t interrupting(world *w)
{
	static int asked;
	if (++asked == 2) raise(SIGINT); /* after the second page: the first is of who works here */
	return w->simulated_now;
}

TEST(interrupted_it_says_what_was_seen)
{
	arena *a = test_arena();
	world w = the_world;
	char *out_bytes, *err_bytes;
	size_t out_len, err_len;
	w.monotonic = interrupting; /* asked when progress is shown on a terminal: after each page */
	FILE *out = open_memstream(&out_bytes, &out_len), *err = open_memstream(&err_bytes, &err_len);
	const cli_outside outside = {.in = stdin, .out = out, .err = err, .world = &w, .err_is_terminal = true};
	call k = call_of(a, text_format(a, "limen clocks --lang en --rules uger --db %s", db));
	int code = cli_run(&outside, k.argc, k.argv);
	fclose(out);
	fclose(err);
	text said_out = {out_bytes, (int64_t)out_len}, said_err = {err_bytes, (int64_t)err_len};
	assert_int_equal(code, CLI_FINE);
	assert_true(text_find(said_err, TEXT("limen: interrupted; what was seen so far:")) >= 0);
	assert_true(text_find(said_out, TEXT("1 clocks change")) > 0);
	free(out_bytes);
	free(err_bytes);
}

TESTS(T(opening), T(states_are_counted_at_a_date), T(a_shorter_limit), T(a_bill_that_is_passed),
      T(facts_read_otherwise), T(what_else_the_folder_has_is_said_to_have_no_part), T(called_in_a_wrong_way),
      T(interrupted_it_says_what_was_seen))
