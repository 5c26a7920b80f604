/* Why, as a person reads it. */
#include "clock/shipped.h"

typedef struct story {
	arena *a;
	image *image;
	fact facts[32];
	int count;
} story;

static story begin(void)
{
	arena *a = test_arena();
	return (story){.a = a, .image = shipped_image(a)};
}

static void tell(story *s, const char *name, const char *date, const char *code, const char *resource,
		 const char *actor)
{
	moment m;
	int id = fact_id(s->image, text_of(name));
	assert_true(id >= 0 && moment_parse(text_of(date), &m));
	s->facts[s->count++] = (fact){.id = id,
				      .at = m.low,
				      .on = day_of_instant(m.low),
				      .date_only = true,
				      .code = text_of(code),
				      .type = fact_at(s->image, id)->source,
				      .resource = text_of(resource),
				      .sequence = s->count + 1,
				      .actor = text_of(actor)};
}

static text explained(story *s, const char *rule, const char *now, language lang)
{
	facts f = {s->facts, s->count};
	facts_sort(&f);
	clock clocks[64];
	int count = clock_compute(s->image, &f, clocks);
	day d;
	assert_true(day_parse(text_of(now), &d));
	for (int i = 0; i < count; i++) {
		if (!text_equal(clock_rule_face(clocks[i].rule)->id, text_of(rule))) continue;
		why w;
		clock_explain(s->image, &clocks[i], &f, local_instant(d, 600), lang, s->a, &w);
		return why_text(s->a, &w);
	}
	return TEXT("");
}

TEST(a_running_assessment)
{
	story s = begin();
	tell(&s, "referral.received", "2026-03-02", "", "4711", "Device/gp");
	tell(&s, "moved.cause", "2026-03-09", "patient-wish", "811", "PractitionerRole/sek-a");
	tell(&s, "booked.made", "2026-03-14", "", "812", "PractitionerRole/sek-a");
	assert_text(
	    explained(&s, "udredningsret", "2026-03-20", LANGUAGE_DA),
	    TEXT("Udredningsret · senest 1. april 2026 · 12 dage tilbage · løber · foreløbig, til lægen har visiteret\n"
		 "   2. mar  henvisning modtaget (dag 0)                 starter uret  ServiceRequest/4711, "
		 "skrevet af Device/gp\n"
		 "   9. mar  tid flyttet eller aflyst: patientens ønske  standser ikke uret, 23SFP118  "
		 "Appointment/811, skrevet af PractitionerRole/sek-a\n"
		 "  14. mar  tid booket                                  en tid standser ikke uret  Appointment/812, "
		 "skrevet af PractitionerRole/sek-a\n"
		 " Regel: Sundhedsloven § 82 b, gældende regel fra 1. oktober 2016, sikkerhed A · 30 kalenderdage · "
		 "slutter ved: beslutning om behandling truffet (AFV01C) OG patienten har fået svar af en kliniker · "
		 "gælder ikke, hvis henvisningsart er akut eller kontrol · "
		 "Patienten orienteres, så snart det vides, at fristen ikke holder (20SFP44) · "
		 "Specialets ledelse får besked om et forudset brud (afdelingens retningslinje)\n"
		 " Regnestykke: 2. marts 2026 + 30 kalenderdage = 1. april 2026\n"
		 " Næste skridt: beslutning og besked fra en kliniker; kan fristen ikke holdes af faglige grunde, en "
		 "udredningsplan inden fristen\n"));
	content_free(s.image);
}

static void assert_has(text t, const char *part)
{
	if (text_find(t, text_of(part)) < 0) fail_msg("\"%s\" is not in:\n%.*s", part, TEXT_ARG(t));
}

TEST(the_facts_to_come_are_not_told)
{
	story s = begin();
	tell(&s, "referral.received", "2026-03-02", "", "4711", "");
	tell(&s, "decision.made", "2026-03-20", "", "e", "");
	tell(&s, "patient.told", "2026-03-25", "", "c", "");
	text before = explained(&s, "udredningsret", "2026-03-19", LANGUAGE_EN);
	assert_true(text_find(before, TEXT("decision on treatment made (AFV01C)  ")) < 0);
	assert_has(before, "13 days left · running");
	text after = explained(&s, "udredningsret", "2026-03-26", LANGUAGE_EN);
	assert_has(after, "Right to assessment · no later than 1 April 2026 · met 25 March 2026\n");
	assert_has(after, "part of what stops the clock");
	assert_has(after, "the patient was told by a clinician  stops the clock");
	assert_has(after, "Next step: nothing by this rule: the clock has stopped");
	content_free(s.image);
}

TEST(both_readings_of_saturday_and_what_was_passed_over)
{
	story s = begin();
	tell(&s, "referral.received", "2026-03-27", "", "1", "");
	text t = explained(&s, "varsling", "2026-04-09", LANGUAGE_DA);
	assert_has(
	    t,
	    "senest 9. april 2026 (eller 13. april 2026, hvis lørdag ikke er hverdag) · sidste dag er i dag · løber");
	assert_has(
	    t, "27. marts 2026 + 8 hverdage = 9. april 2026, når lørdag regnes med; 13. april 2026, når den ikke gør");
	assert_has(t, "Skærtorsdag 2. apr, Langfredag 3. apr, lørdag 4. apr, Påskedag 5. apr, 2. påskedag 6. apr");
	assert_has(t, "reglen er ikke efterprøvet");
	content_free(s.image);
}

TEST(a_dated_limit_names_its_row)
{
	story s = begin();
	tell(&s, "treatment.referred", "2024-12-31", "", "e", "");
	text t = explained(&s, "behandlingsret", "2025-02-28", LANGUAGE_EN);
	assert_has(t, "no later than 1 March 2025 · 1 day left");
	assert_has(t, "60 calendar days (midlertidig regel");
	content_free(s.image);
}

TEST(a_pause_is_in_the_arithmetic)
{
	story s = begin();
	tell(&s, "treatment.referred", "2026-03-02", "", "e", "");
	tell(&s, "patient.waits", "2026-03-10", "", "e", "");
	tell(&s, "patient.ready", "2026-03-20", "", "e", "");
	text t = explained(&s, "behandlingsret", "2026-04-12", LANGUAGE_DA);
	assert_has(t, "2. marts 2026 + 30 kalenderdage + 10 dage, der ikke tæller = 11. april 2026");
	assert_has(t, "uret venter herfra");
	assert_has(t, "1 dag over fristen · overskredet");
	content_free(s.image);
}

/* Two limits on one rule: the earlier decides, and both are said. */
TEST(both_limits_are_said)
{
	story s = begin();
	tell(&s, "danger.kind", "2026-03-02", "kraeft", "r", "");
	tell(&s, "treatment.referred", "2026-03-02", "", "e", "");
	tell(&s, "assessment.finished", "2026-03-10", "", "e", "");
	tell(&s, "treatment.consented", "2026-03-20", "", "e", "");
	text t = explained(&s, "mvt-kraeft-behandling", "2026-03-21", LANGUAGE_DA);
	assert_has(t, "senest 30. marts 2026");
	assert_has(t, "2. marts 2026 + 28 kalenderdage = 30. marts 2026 · den anden frist falder ikke før: 20. marts "
		      "2026 + 14 kalenderdage = 3. april 2026");
	assert_has(t, "starter reglens anden frist");
	content_free(s.image);
}

/* A table nobody has filled in gives no date, and says what is missing. */
TEST(a_limit_that_is_not_filled_in_says_so)
{
	story s = begin();
	tell(&s, "referral.received", "2026-03-02", "", "r", "");
	tell(&s, "cancer.package", "2026-03-02", "nyre", "r", "");
	text t = explained(&s, "pakke-of1", "2026-03-21", LANGUAGE_EN);
	assert_has(t, "Package OF1: referral to assessment · the limit is not filled in\n");
	assert_has(t, "nobody has guessed a number");
	assert_true(text_find(t, TEXT("Arithmetic")) < 0);
	content_free(s.image);
}

static text told_of_assessment(story *s)
{
	facts f = {s->facts, s->count};
	facts_sort(&f);
	clock c;
	const clock_rule *r = clock_rule_find(s->image, TEXT("udredningsret"));
	assert_true(clock_try(s->image, r, &f, &c));
	return clock_say(s->image, &c, &f, LANGUAGE_DA, s->a);
}

/* A referral that a doctor found insufficient was received when it was received, also where the days count from later. */
TEST(what_the_patient_is_told)
{
	story s = begin();
	tell(&s, "referral.received", "2026-03-02", "", "1", "");
	assert_text(
	    told_of_assessment(&s),
	    TEXT("Vi modtog din henvisning den 2. marts 2026. Du har ret til at blive udredt inden for 30 dage, "
		 "hvis det er fagligt muligt, det vil sige senest den 1. april 2026."));
	tell(&s, "referral.completed", "2026-03-09", "", "1", "");
	assert_text(
	    told_of_assessment(&s),
	    TEXT("Vi modtog din henvisning den 2. marts 2026. Du har ret til at blive udredt inden for 30 dage, "
		 "hvis det er fagligt muligt, det vil sige senest den 8. april 2026."));
	content_free(s.image);
}

TESTS(T(a_running_assessment), T(the_facts_to_come_are_not_told), T(both_readings_of_saturday_and_what_was_passed_over),
      T(a_dated_limit_names_its_row), T(a_pause_is_in_the_arithmetic), T(both_limits_are_said),
      T(a_limit_that_is_not_filled_in_says_so), T(what_the_patient_is_told))
