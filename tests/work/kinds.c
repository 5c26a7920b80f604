/* Kinds of task as shipped: each has what a secretary needs, and content that is wrong is refused with its place. */
#include "house.h"

#include "work/internal.h"

static text role_of(const doc *d)
{
	uint32_t first = doc_first(d, 0, NAME_participant);
	uint32_t coding = doc_first(d, doc_get(d, first, NAME_role), NAME_coding);
	return doc_get_text(d, coding, NAME_code);
}

static bool known_role(text role)
{
	static const char *const roles[] = {"secretary",           "doctor", "nurse", "leader", "specialty-management",
					    "community-management"};
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (text_equal(role, text_of(roles[i]))) return true;
	return false;
}

static void sound_resource(arena *a, text json, doc *d)
{
	issues sink = {.arena = a};
	bool fine = json_parse_resource(a, json, TEXT("kind"), &sink, d) && resource_check(d, &sink);
	house_print(&sink);
	assert_true(fine);
}

static void published(arena *a, const image *m, const task_kind *k, language lang)
{
	doc d;
	sound_resource(a, task_kind_plan(a, m, k, lang), &d);
	assert_ptr_equal(task_kind_of_plan(m, doc_get_text(&d, 0, NAME_id)), k);
	if (k->field_count) sound_resource(a, task_kind_form(a, k, lang), &d);
	sound_resource(a, task_kind_json(a, m, k, lang), &d);
	assert_text(doc_type(&d), TEXT("ActivityDefinition"));
	assert_text(doc_get_text(&d, 0, NAME_id), task_kind_id(k));
	if (!known_role(role_of(&d))) print_error("%.*s: nobody's\n", TEXT_ARG(task_kind_id(k)));
	assert_true(known_role(role_of(&d)));
	if (doc_get_text(&d, 0, NAME_description).len <= 100)
		print_error("%.*s: the guide says little\n", TEXT_ARG(task_kind_id(k)));
	assert_true(doc_get_text(&d, 0, NAME_description).len > 100);
}

TEST(every_kind_is_published_in_both_languages)
{
	arena *a = test_arena();
	image *m = house_image(a);
	const task_kind *const *kinds;
	int count = task_kinds(m, &kinds);
	assert_true(count > 20);
	for (int i = 0; i < count; i++)
		for (int lang = LANGUAGE_DA; lang <= LANGUAGE_EN; lang++) published(a, m, kinds[i], (language)lang);
}

/* Two kinds that differ only in id and name are one kind. */
TEST(no_two_kinds_have_the_same_guide)
{
	const task_kind *const *kinds;
	int count = task_kinds(house_image(test_arena()), &kinds);
	for (int i = 0; i < count; i++)
		for (int j = i + 1; j < count; j++)
			if (text_equal(kinds[i]->guide_da, kinds[j]->guide_da))
				fail_msg("%.*s and %.*s", TEXT_ARG(kinds[i]->id), TEXT_ARG(kinds[j]->id));
}

/* A family and one kind of it with some lines put in place of others. */
static const char *const sound =
    "family: f\nda: F\nen: F\nlevel: specialty\nrole: secretary\nday_ends: \"15:00\"\nabout: "
    "referral.received\nwords:\n  "
    "grund: reasonCode.text\n"
    "choices:\n  c: [ { code: x, da: X, en: X } ]\n---\n"
    "task: t\nfamily: f\nda: T\nen: T\nraise: referral.received\ncause: referral.received\nclose: "
    "proposal.made\nclock: visitation-lokal\n"
    "lead: 1 arbejdsdag\nminutes: 5\nsays_da: \"{{grund|-}}\"\nsays_en: \"{{grund|-}}\"\nguide_da: g\nguide_en: g\n"
    "form:\n  - { field: a, type: code, da: A, en: A, choices: c }\n"
    "writes:\n  - update: focus\n    set: { priority: \"{{answer.a}}\" }\n";

static const struct wrong_row {
	const char *from, *to, *says;
} wrong[] = {
    {"raise: referral.received", "raise: referral.nonsense", "referral.nonsense"},
    {"clock: visitation-lokal", "clock: nonsense", "nonsense"},
    {"cause: referral.received", "cause: nonsense.fact", "nonsense.fact"},
    {"lead: 1 arbejdsdag", "lead: soon", "soon"},
    {"minutes: 5", "minutes: many", "many"},
    {"family: f\nda: T", "family: nobody\nda: T", "nobody"},
    {"{{answer.a}}", "{{answer.b}}", "answer.b"},
    {"{{answer.a}}", "{{anser.a}}", "anser.a"},
    {"{{answer.a}}", "{{fact.nonsense}}", "fact.nonsense"},
    {"says_da: \"{{grund|-}}\"", "says_da: \"{{grun|-}}\"", "grun"},
    {"grund: reasonCode.text", "grund: \"reasonCode.text +\"", "grund"},
    {"choices: c }", "choices: d }", "d"},
    {"type: code", "type: colour", "colour"},
    {"update: focus", "update: nothing.here", "nothing.here"},
    {"update: focus", "create: Nonsense", "Nonsense"},
    {"guide_en: g", "guide_en: \"\"", "guide_en"},
    {"minutes: 5", "minute: 5", "minute"},
    {"\"15:00\"", "late", "late"},
    {"minutes: 5", "minutes: 5\nclock_of: referral.received", "referral.received"},
    {"minutes: 5", "minutes: 5\nescalates: { after: 1 arbejdsdag }", "clock_of"},
    {"minutes: 5", "minutes: 5\nclock_of: foreseen.clock\nescalates: { after: soon }", "soon"},
    {"minutes: 5", "minutes: 5\nclock_of: foreseen.clock\nescalates: { left: soon }", "soon"},
    {"minutes: 5", "minutes: 5\nclock_of: foreseen.clock\nescalates: { at_once: no.fact }", "no.fact"},
    {"minutes: 5", "minutes: 5\nclock_of: foreseen.clock\nescalates: { when: now }", "when"},
    {"minutes: 5", "minutes: 5\nbreached: rule", "rule"},
    {"minutes: 5", "minutes: 5\nlate: { clock: varsling, known: no.fact }", "no.fact"},
    {"minutes: 5", "minutes: 5\ncompetence: { needs: boking-1 }", "competence: there is nothing called \"boking-1\""},
    {"minutes: 5", "minutes: 5\ncompetence: { needs: booking-1, learning: yes }", "learning"},
    {"minutes: 5", "minutes: 5\ndelegation: { needs: venflonn }", "delegation: there is nothing called \"venflonn\""},
    {"role: secretary", "role: secretry", "role: there is nothing called \"secretry\""},
    {"minutes: 5", "minutes: 5\nmay_also: [ leader, nurs ]", "may_also: there is nothing called \"nurs\""},
    {"level: specialty", "level: ward", "ward"},
    {"minutes: 5", "minutes: 5\npriority: soon", "soon"},
};

/* Rules that do a task themselves, and the department's settings: what is misspelt is refused. */
static const struct wrong_row wrong_rules[] = {
    {"does: bekraeft-modtagelse", "does: bekraeft", "bekraeft"},
    {"proof: kvittering", "proof: kvitering", "kvitering"},
    {"\"{{word.kvittering}}\"", "\"{{word.kvit}}\"", "word.kvit"},
    {"\"{{word.kvittering}}\"", "\"{{fact.no.fact}}\"", "no.fact"},
    {", proof: kvittering", "", "proof"},
    {"effect: moved", "effect: none", "none"},
    {"super_user: superbruger", "super_user: superbrugr", "superbrugr"},
};
static const char *const sound_rules =
    "automation: r\nda: R\nen: R\ndoes: bekraeft-modtagelse\nanswers: { received: \"{{word.kvittering}}\", proof: "
    "kvittering }\neffect: moved\neffect_on: { da: x, en: x }\nsource: x\n---\n"
    "routing: fordeling\nda: x\nen: x\nsource: x\noffice: { from: \"07:30\", to: \"15:30\" }\ntips: 100\nvolunteers: "
    "3\nsuper_user: superbruger\nhospital_pool: [ { is: \"no\", source: x } ]\n";

static const struct role_case {
	const char *rows, *says; /* NULL: taken */
} roles[] = {
    {"[ { is: leader, source: x } ]", NULL},
    {"[ { to: 2023-12-31, is: leader, source: x }, { from: 2024-01-01, is: doctor, source: x } ]", NULL},
    {"[ { to: 2023-12-31, is: leader, source: x }, { from: 2024-01-02, is: doctor, source: x } ]", "without holes"},
    {"[ { to: 2023-12-31, is: leader, source: x } ]", "without holes"},
    {"[ { from: 2024-01-01, is: leader, source: x } ]", "without holes"},
    {"[ { is: leader } ]", "source"},
    {"[ { is: chief, source: x } ]", "is: there is nothing called \"chief\""},
    {"[]", "without holes"},
};

static text replaced(arena *a, text t, text from, text to)
{
	int64_t at = text_find(t, from);
	assert_true(at >= 0);
	buffer b = {.arena = a};
	buffer_add(&b, text_slice(t, 0, at));
	buffer_add(&b, to);
	buffer_add(&b, text_slice(t, at + from.len, t.len));
	return buffer_text(&b);
}

static bool loads(arena *a, text own_source, issues *sink)
{
	int count;
	const content_file *files = content_embedded(&count);
	content_file own = {TEXT("own.yaml"), own_source};
	(void)house_image(a);
	image *m = content_load(files, count, &own, 1, sink);
	if (m) content_free(m);
	return m != NULL;
}

static void each_refused(const char *right, const struct wrong_row *rows, size_t count)
{
	arena *a = test_arena();
	issues none = {.arena = a};
	bool fine = loads(a, text_of(right), &none);
	house_print(&none);
	assert_true(fine);
	for (size_t i = 0; i < count; i++) {
		issues sink = {.arena = a};
		bool loaded = loads(a, replaced(a, text_of(right), text_of(rows[i].from), text_of(rows[i].to)), &sink);
		if (loaded) print_error("accepted: %s\n", rows[i].to);
		assert_false(loaded);
		text said = issue_line(a, sink.first, LANGUAGE_EN);
		bool placed = text_starts(said, TEXT("own.yaml:")) && sink.first->place.line > 0;
		if (!placed || text_find(said, text_of(rows[i].says)) < 0)
			fail_msg("%s → %.*s", rows[i].to, TEXT_ARG(said));
	}
}

TEST(wrong_kinds_are_refused_with_file_line_and_reason)
{
	each_refused(sound, wrong, sizeof wrong / sizeof *wrong);
}

TEST(wrong_rules_and_settings_are_refused_the_same)
{
	each_refused(sound_rules, wrong_rules, sizeof wrong_rules / sizeof *wrong_rules);
}

TEST(whose_a_role_is_follows_without_holes)
{
	arena *a = test_arena();
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		issues sink = {.arena = a};
		bool loaded = loads(a, text_format(a, "role: r\nda: R\nen: R\nrows: %s\n", roles[i].rows), &sink);
		if (loaded != (roles[i].says == NULL)) fail_msg("%s", roles[i].rows);
		if (loaded) continue;
		text said = issue_line(a, sink.first, LANGUAGE_EN);
		if (text_find(said, text_of(roles[i].says)) < 0) fail_msg("%s → %.*s", roles[i].rows, TEXT_ARG(said));
	}
}

TEST(a_role_by_date_is_whose_it_was_that_day)
{
	static const struct {
		const char *on, *role;
	} days[] = {{"2018-05-01", "community-management"},
		    {"2023-12-31", "community-management"},
		    {"2024-01-01", "specialty-management"},
		    {"2026-11-20", "specialty-management"}};
	const task_kind *k = task_kind_find(house_image(test_arena()), TEXT("afgoer-prioritet"));
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		day on;
		assert_true(day_parse(text_of(days[i].on), &on));
		assert_text(kind_role(k, on), text_of(days[i].role));
		assert_true(kind_role_may(k, text_of(days[i].role), on));
		assert_false(kind_role_may(k, TEXT("leader"), on));
	}
	assert_text(kind_role(k, DAY_NONE), TEXT("specialty-management"));
}

TESTS(T(whose_a_role_is_follows_without_holes), T(a_role_by_date_is_whose_it_was_that_day),
      T(every_kind_is_published_in_both_languages), T(no_two_kinds_have_the_same_guide),
      T(wrong_kinds_are_refused_with_file_line_and_reason), T(wrong_rules_and_settings_are_refused_the_same))
