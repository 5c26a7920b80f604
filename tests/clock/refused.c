/* Rules that are refused, with file, line and reason; and what stays in force then. */
#include "clock/shipped.h"

static const char sound[] = "clock: udredningsret\n"
			    "da: X\n"
			    "en: X\n"
			    "source: Lov\n"
			    "certainty: A\n"
			    "status: active\n"
			    "valid_from: 2020-01-01\n"
			    "applies_to: all\n"
			    "start: referral.received\n"
			    "stop: patient.told\n"
			    "limit: 30 calendar days\n"
			    "amber: 7 calendar days before\n"
			    "owed_next: { da: x, en: x }\n"
			    "cases:\n"
			    "  - { name: one, referral.received: 2026-03-02, due: 2026-04-01 }\n"
			    "force: law\n";

static text changed(arena *a, const char *from, const char *to)
{
	text t = text_of(sound), part = text_of(from);
	int64_t at = text_find(t, part);
	assert_true(at >= 0);
	return text_format(a, "%.*s%s%s", (int)at, sound, to, sound + at + part.len);
}

static const char *const rows[][3] = {
    {"source: Lov\n", "", "own.yaml:1: The key \"source\" is missing"},
    {"certainty: A", "certainty: D", "own.yaml:5:12: \"certainty\": \"D\" is not one of A, B, C"},
    {"force: law\n", "", "own.yaml:1: The key \"force\" is missing"},
    {"force: law", "force: rule", "own.yaml:16:8: \"force\": \"rule\" is not one of law, recommendation, local"},
    {"valid_from: 2020-01-01\n", "", "own.yaml:1: The key \"valid_from\" is missing"},
    {"status: active", "status: unverified", "own.yaml:1: The key \"note\" is missing"},
    {"start: referral.received", "start: referral.recieved", "own.yaml:9:8: Unknown fact \"referral.recieved\""},
    {"stop: patient.told", "stopp: patient.told",
     "own.yaml:10: Unknown key \"stopp\"; known: clock, da, en, source, force, certainty, status, note, valid_from, "
     "valid_to, subject, "
     "applies_to, when, except, provisional, start, restart, stop, limit, until, also, pause, suspend, waive, amber, "
     "level, owed_next, effects, tell, "
     "say_da, say_en, stages, foreseen, saves, cases"},
    {"cases:", "stages: [ referral.visitated, booked ]\ncases:", "own.yaml:14:31: Unknown fact \"booked\""},
    {"cases:", "stages: [ referral.class ]\ncases:",
     "own.yaml:14:11: referral.class is not of the kind the condition asks for (instant)"},
    {"cases:", "stages: [ booked.made ]\nforeseen: booked.start\ncases:",
     "own.yaml:15:11: \"booked.start\": only clocks of pathways have stages, and foreseen is one of them"},
    {"cases:", "subject: Task\nstages: [ case.answered ]\ncases:",
     "own.yaml:15: \"Task\": only clocks of pathways have stages, and foreseen is one of them"},
    {"cases:", "saves: [ { da: x } ]\ncases:", "own.yaml:14: The key \"en\" is missing"},
    {"cases:", "saves: [ { da: x, en: x, when: booked } ]\ncases:", "own.yaml:14:32: Unknown fact \"booked\""},
    {"due: 2026-04-01", "stage: start", "own.yaml:15:56: The example \"one\" does not hold: stage: start ≠ -"},
    {"due: 2026-04-01 }\n", "stage: booked.made }\nstages: [ booked.made ]\n",
     "own.yaml:15:56: The example \"one\" does not hold: stage: booked.made ≠ start"},
    {"due: 2026-04-01 }\n", "saves: 2 }\nsaves: [ { da: x, en: x, when: booked.made }, { da: y, en: y } ]\n",
     "own.yaml:15:56: The example \"one\" does not hold: saves: 2 ≠ 1"},
    {"limit: 30 calendar days", "limit: 30",
     "own.yaml:11:8: \"limit\": \"30\" is not a limit like \"30 calendar days\", \"8 hverdage\" or \"1 month\""},
    {"limit: 30 calendar days", "limit: 0 hverdage",
     "own.yaml:11:8: \"limit\": \"0 hverdage\" is not a limit like \"30 calendar days\", \"8 hverdage\" or \"1 "
     "month\""},
    {"limit: 30 calendar days",
     "limit:\n  - { to: 2023-06-01, is: 30 calendar days, source: x }\n  - { from: 2023-06-01, is: 60 calendar days, "
     "source: x }",
     "own.yaml:12: The table of limits must go forward in time without overlap"},
    {"limit: 30 calendar days", "limit: 1 month\npause: { from: patient.waits, to: patient.ready, source: x }",
     "own.yaml:11:8: \"limit\": \"months, hours, minutes\" is not a limit like \"30 calendar days\", \"8 "
     "hverdage\" or \"1 "
     "month\""},
    {"amber: 7 calendar days before", "amber: 7 calendar days",
     "own.yaml:12:8: \"amber\": \"7 calendar days\" is not a limit like \"30 calendar days\", \"8 hverdage\" or \"1 "
     "month\""},
    {"owed_next: { da: x, en: x }", "owed_next: { da: x }", "own.yaml:13: The key \"en\" is missing"},
    {"cases:", "say_da: '{{ duee }}'\ncases:",
     "own.yaml:14:10: \"duee\" in say_da is neither a fact nor start, due, due_late, limit"},
    {"due: 2026-04-01", "due: 2026-04-02",
     "own.yaml:15:54: The example \"one\" does not hold: due: 2026-04-02 ≠ 2026-04-01"},
    {"due: 2026-04-01", "state: breached",
     "own.yaml:15:56: The example \"one\" does not hold: state: breached ≠ running"},
    {"due: 2026-04-01", "stat: met", "own.yaml:15:55: Unknown fact \"stat\""},
    {"referral.received: 2026-03-02", "referral.received: soon",
     "own.yaml:15:37: The fact referral.received cannot be read from \"soon\""},
    {"  - { name: one, referral.received: 2026-03-02, due: 2026-04-01 }\n", "  []\n",
     "own.yaml:1: A clock must have example cases, so that it can be tested"},
};

TEST(a_wrong_rule_is_refused_with_file_line_and_reason)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		issues sink = {.arena = test_arena()};
		content_file own = {TEXT("own.yaml"), changed(sink.arena, rows[i][0], rows[i][1])};
		image *m = shipped_with(&own, 1, &sink);
		if (m) fail_msg("not refused: %s", rows[i][1]);
		assert_text(issue_line(sink.arena, sink.first, LANGUAGE_EN), text_of(rows[i][2]));
	}
}

TEST(wrong_settings_of_the_forecast_are_refused)
{
	static const char *const settings[][2] = {
	    {"window_days: 0\nminimum: 20\nforeseen_below: 30\nsafe_from: 60\n", "window_days"},
	    {"window_days: 365\nforeseen_below: 30\nsafe_from: 60\n", "minimum"},
	    {"window_days: 365\nminimum: 20\nforeseen_below: 101\nsafe_from: 60\n", "foreseen_below"},
	    {"window_days: 365\nminimum: 20\nforeseen_below: 30\nsafe_from: 29\n", "safe_from"},
	    {"window_days: 365\nminimum: 20\nforeseen_below: 30\nsafe_from: 60\n", "daily_at"},
	    {"window_days: 365\nminimum: 20\nforeseen_below: 30\nsafe_from: 60\ndaily_at: \"25:00\"\n", "daily_at"},
	};
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		issues sink = {.arena = test_arena()};
		text source = text_format(sink.arena, "forecast: afdeling\nda: x\nen: x\n%s", settings[i][0]);
		content_file own = {TEXT("own.yaml"), source};
		assert_null(shipped_with(&own, 1, &sink));
		text said = issue_line(sink.arena, sink.first, LANGUAGE_EN);
		if (text_find(said, text_of(settings[i][1])) < 0) fail_msg("%s: %.*s", settings[i][0], TEXT_ARG(said));
	}
}

TEST(an_override_replaces_the_rule_and_one_that_fails_leaves_it)
{
	issues sink = {.arena = test_arena()};
	image *active = shipped_image(sink.arena);
	text before = digest_hex(sink.arena, active->hash);
	content_file wrong = {TEXT("own.yaml"), changed(sink.arena, "due: 2026-04-01", "due: 2026-04-02")};
	assert_null(shipped_with(&wrong, 1, &sink));
	assert_text(clock_rule_face(clock_rule_find(active, TEXT("udredningsret")))->da, TEXT("Udredningsret"));
	assert_text(digest_hex(sink.arena, active->hash), before);
	sink.count = sink.errors = 0;
	content_file right = {TEXT("own.yaml"), text_of(sound)};
	image *next = shipped_with(&right, 1, &sink);
	assert_non_null(next);
	assert_text(clock_rule_face(clock_rule_find(next, TEXT("udredningsret")))->da, TEXT("X"));
	assert_false(text_equal(digest_hex(sink.arena, next->hash), before));
	content_free(next);
	content_free(active);
}

TEST(spans)
{
	static const struct {
		const char *text;
		int n;
		day_unit unit;
	} spans[] = {
	    {"30 calendar days", 30, UNIT_CALENDAR_DAYS},
	    {"8 hverdage", 8, UNIT_HVERDAGE},
	    {"1 hverdag", 1, UNIT_HVERDAGE},
	    {"7 arbejdsdage", 7, UNIT_ARBEJDSDAGE},
	    {" 2  uger ", 2, UNIT_WEEKS},
	    {"1 month", 1, UNIT_MONTHS},
	    {"0 arbejdsdage", 0, UNIT_ARBEJDSDAGE},
	};
	int n;
	day_unit unit;
	for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
		assert_true(clock_span(text_of(spans[i].text), &n, &unit));
		assert_int_equal(n, spans[i].n);
		assert_int_equal(unit, spans[i].unit);
	}
	static const char *const wrong[] = {"", "30", "days", "-1 hverdage", "1.5 uger", "8 Hverdage", "99999 uger"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(clock_span(text_of(wrong[i]), &n, &unit));
}

TESTS(T(a_wrong_rule_is_refused_with_file_line_and_reason), T(wrong_settings_of_the_forecast_are_refused),
      T(an_override_replaces_the_rule_and_one_that_fails_leaves_it), T(spans))
