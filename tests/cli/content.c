/* limen content: the manual's examples of what a folder changes, run as they stand there, and what they do not show. */
#include "shell.h"

#include <sys/stat.h>

/* The shipped target for visitation with two days in place of three, one case less and one more. */
static const char visitation[] =
    "clock: visitation-lokal\n"
    "da: Mål for visitation\n"
    "en: Target for visitation\n"
    "source: afdelingens eget mål\n"
    "force: local\n"
    "certainty: C\n"
    "status: active\n"
    "valid_from: 2026-01-01\n"
    "applies_to: every referral until a doctor has visitated it\n"
    "start: referral.received\n"
    "stop: referral.visitated\n"
    "limit: 2 arbejdsdage\n"
    "waive:\n"
    "  any_of: [ pathway.closed, referral.revoked ]\n"
    "amber: 1 arbejdsdag before\n"
    "owed_next:\n"
    "  da: lægens visitation\n"
    "  en: the doctor's visitation\n"
    "effects:\n"
    "  - { fact: proposal.made,    da: \"et forslag standser ikke uret: lægen beslutter\", en: \"a proposal does not "
    "stop the "
    "clock: the doctor decides\" }\n"
    "  - { fact: referral.missing, da: manglende oplysninger standser ikke uret, en: missing information does not stop "
    "the "
    "clock }\n"
    "stages: [ proposal.made ]\n"
    "cases:\n"
    "  - { name: two working days, referral.received: 2026-03-02, due: 2026-03-04, due_late: 2026-03-04, limit: 2, "
    "amber: "
    "2026-03-03 }\n"
    "  - { name: over a weekend, referral.received: 2026-03-05, due: 2026-03-09 }\n"
    "  - { name: over Easter, referral.received: 2026-04-01, due: 2026-04-08 }\n"
    "  - { name: visitated in time, referral.received: 2026-03-02, referral.visitated: 2026-03-04, state: met }\n"
    "  - { name: visitated late, referral.received: 2026-03-02, referral.visitated: 2026-03-06, state: breached }\n"
    "  - { name: only proposed, referral.received: 2026-03-02, proposal.made: 2026-03-03, state: running }\n"
    "  - { name: pathway closed, referral.received: 2026-03-02, pathway.closed: 2026-03-03, state: waived }\n"
    "  - { name: referral revoked, referral.received: 2026-03-02, referral.revoked: 2026-03-03, state: waived }\n"
    "  - { name: \"how far: received\", referral.received: 2026-03-02, stage: start }\n"
    "  - { name: \"how far: proposed\", referral.received: 2026-03-02, proposal.made: 2026-03-03, stage: proposal.made "
    "}\n";

static const char holidays[] = "# the department's days\n"
			       "- holiday: nytaarsdag\n"
			       "  en: New Year's Day\n"
			       "  da: Nytårsdag\n"
			       "  date: 01-01\n"
			       "  source: Danmarks helligdage\n"
			       "- holiday: sommerlukket\n"
			       "  da: Sommerlukket\n"
			       "  en: Closed for summer\n"
			       "  date: 07-20\n"
			       "  source: afdelingens egen dag\n";

static world the_world;
static text manual;

TEST(opening)
{
	manual = read_file(test_arena(), "docs/manual.md");
	the_world = world_simulated(0, 11);
	assert_int_equal(chdir(temp_folder()), 0);
	assert_int_equal(mkdir("eget", 0700), 0);
	put_file("eget/fridage.yaml", text_of(holidays));
	put_file("eget/visitation.yaml", text_of(visitation));
	assert_int_equal(mkdir("galt", 0700), 0);
	put_file("galt/a.yaml", TEXT("holiday: nytaarsdag\nda: x\nen: y\ndate: 13-01\nsource: s\n"));
	assert_int_equal(mkdir("tomt", 0700), 0);
}

static said run(arena *a, const char *line)
{
	return run_line(a, &the_world, line);
}

TEST(the_manuals_examples_hold)
{
	assert_true(check_chapter(test_arena(), &the_world, manual, "## Own content: what does it change?") >= 2);
}

TEST(as_json_an_object_a_line)
{
	arena *a = test_arena();
	said s = run(a, "limen content diff --json eget");
	int lines = 0, changes = 0;
	assert_int_equal(s.code, CLI_FINE);
	for (text_pair cut = text_cut(s.out, '\n'); cut.head.len; cut = text_cut(cut.tail, '\n'), lines++) {
		doc d;
		issues sink = {.arena = a};
		assert_true(json_parse(a, cut.head, TEXT(""), &sink, &d));
		uint32_t list = doc_get(&d, 0, doc_name(&d, TEXT("changes")));
		if (list) changes = (int)d.nodes[list].len;
		if (lines == 0) assert_text(doc_get_text(&d, 0, doc_name(&d, TEXT("is"))), TEXT("overridden"));
		if (lines == 1) assert_text(doc_get_text(&d, 0, doc_name(&d, TEXT("is"))), TEXT("same"));
		if (lines == 2) assert_text(doc_get_text(&d, 0, doc_name(&d, TEXT("is"))), TEXT("added"));
	}
	assert_int_equal(lines, 3);
	assert_true(changes >= 8);
}

TEST(what_would_be_refused_has_no_differences)
{
	arena *a = test_arena();
	said s = run(a, "limen content diff --lang en galt");
	assert_int_equal(s.code, CLI_INPUT);
	assert_true(text_starts(s.err, TEXT("limen: galt/a.yaml:4")));
	assert_int_equal(s.out.len, 0);
	s = run(a, "limen content diff nowhere");
	assert_int_equal(s.code, CLI_INPUT);
	s = run(a, "limen content diff --lang en tomt");
	assert_int_equal(s.code, CLI_FINE);
	assert_text(s.out, TEXT("0 changed, 0 new, 0 without a difference\n"));
	s = run(a, "limen content check --json eget");
	assert_int_equal(s.code, CLI_USAGE);
}

/* Long texts are cut to where they part, at letters and not within them. */
TEST(long_texts_are_shortened)
{
	arena *a = test_arena();
	assert_int_equal(mkdir("langt", 0700), 0);
	text other = text_copy(a, text_of(visitation));
	int64_t at = text_find(other, TEXT("every referral"));
	text longer = text_format(
	    a, "%.*severy referral, ærligt ærligt ærligt ærligt ærligt ærligt ærligt ærligt ærligt ærligt, %.*s",
	    (int)at, other.at, TEXT_ARG(text_slice(other, at, other.len)));
	put_file("langt/v.yaml", longer);
	said s = run(a, "limen content diff langt");
	if (s.code) fail_msg("%.*s", TEXT_ARG(s.err));
	assert_int_equal(text_utf8_error(s.out), -1);
	for (text_pair cut = text_cut(s.out, '\n'); cut.found; cut = text_cut(cut.tail, '\n'))
		assert_true(cut.head.len < 240);
	assert_true(text_find(s.out, TEXT("…")) > 0);
}

TESTS(T(opening), T(the_manuals_examples_hold), T(as_json_an_object_a_line),
      T(what_would_be_refused_has_no_differences), T(long_texts_are_shortened))
