/* Every rule as a PlanDefinition: it is R4, in both languages, and says what the rule says. */
#include "profile/profile.h"
#include "clock/shipped.h"

static const image *content(void)
{
	static image *m;
	if (!m) m = shipped_image(test_arena());
	return m;
}

static doc plan_of(arena *a, const char *id, language lang)
{
	issues sink = {.arena = a};
	const clock_rule *r = clock_rule_find(content(), text_of(id));
	assert_non_null(r);
	doc d;
	assert_true(json_parse_resource(a, clock_rule_json(a, content(), r, lang), TEXT("plan"), &sink, &d));
	return d;
}

/* Advice that is not followed: our extensions, a language of conditions of our own, and no narrative beside the title. */
static bool expected(const issue *x, text line)
{
	return x->code == FAIL_EXTENSION_UNKNOWN || text_ends(x->place.path, TEXT(".expression.language")) ||
	       text_ends(line, TEXT("(dom-6)"));
}

TEST(every_rule_is_a_plan_definition)
{
	const clock_rule *const *rules;
	int count = clock_rules(content(), &rules), wrong = 0;
	assert_true(count >= 40);
	for (int i = 0; i < count; i++)
		for (int lang = LANGUAGE_DA; lang <= LANGUAGE_EN; lang++) {
			arena *a = arena_new(64 * MIB);
			issues sink = {.arena = a};
			doc d;
			text json = clock_rule_json(a, content(), rules[i], (language)lang);
			const validation how = {.claimed = true, .warnings = true};
			bool fine = json_parse_resource(a, json, TEXT("plan"), &sink, &d) &&
				    resource_check(&d, &sink) && resource_validate(&how, &d, a, &sink);
			for (const issue *x = sink.first; x; x = x->next) {
				text line = issue_line(a, x, LANGUAGE_EN);
				if (expected(x, line)) continue;
				print_error("%.*s: %.*s\n", TEXT_ARG(clock_rule_face(rules[i])->id), TEXT_ARG(line));
				wrong++;
			}
			assert_true(fine);
			arena_free(a);
		}
	assert_int_equal(wrong, 0);
}

/* What a FHIRPath finds in the PlanDefinition of a rule, its items with commas between. */
static text found_in(arena *a, const char *id, const char *expression)
{
	issues sink = {.arena = a};
	map none = {.arena = a};
	doc d = plan_of(a, id, LANGUAGE_DA);
	path_items items;
	const path *p = path_compile(a, text_of(expression), type_find(TEXT("PlanDefinition")), &none, &sink);
	assert_non_null(p);
	path_outside outside = {.now = INSTANT_NONE};
	assert_true(path_run(p, &d, 0, &outside, a, &sink, &items));
	buffer b = {.arena = a};
	for (int i = 0; i < items.count; i++) {
		text t = path_item_text(a, &items.at[i]);
		buffer_format(&b, "%s%.*s", i ? ", " : "", TEXT_ARG(t));
	}
	return buffer_text(&b);
}

static const char *const rows[][3] = {
    {"udredningsret", "id | url | name | status",
     "udredningsret, urn:limen:clock:udredningsret, Udredningsret, active"},
    {"udredningsret", "experimental", "false"},
    {"udredningsret", "title", "Udredningsret"},
    {"udredningsret", "title.extension.extension.where(url = 'content').value", "Right to assessment"},
    {"udredningsret", "effectivePeriod.start", "2016-10-01"},
    {"udredningsret", "purpose", "Sundhedsloven § 82 b"},
    {"udredningsret", "relatedArtifact.citation.first()", "Sundhedsloven § 82 b"},
    {"udredningsret", "relatedArtifact.citation.where($this = '23SFP118')", "23SFP118"},
    {"udredningsret", "goal.target.due.value | goal.target.due.code", "30, d"},
    {"udredningsret", "goal.extension.where(url = 'urn:limen:amber').value.value", "10"},
    {"udredningsret", "action.where(code.coding.code = 'start').trigger.data.type", "ServiceRequest"},
    {"udredningsret", "action.condition.where(kind = 'start').expression.expression",
     "referral.received, referral.completed"},
    {"udredningsret", "action.condition.where(kind = 'applicability').expression.expression.first()",
     "referral.class in (udredning, uklassificeret)"},
    {"udredningsret",
     "action.condition.where(kind = 'applicability').expression.where(expression.startsWith('not: ')).expression",
     "not: referral.class in (akut, kontrol)"},
    {"udredningsret", "action.where(code.coding.code = 'stop').condition.expression.expression",
     "all of: decision.made, patient.told"},
    {"udredningsret", "action.where(code.coding.code = 'waive').condition.expression.expression",
     "any of: pathway.closed, referral.revoked"},
    {"udredningsret", "action.where(code.coding.code = 'tell').participant.role.text",
     "patient, department management"},
    {"udredningsret", "action.where(code.coding.code = 'tell').trigger.name.distinct()", "breach is foreseen"},
    {"udredningsret", "action.where(code.coding.code = 'next').title.exists()", "true"},
    {"psyk-boern-start", "status | name | goal.target.due.code", "draft, PsykBoernStart, mo"},
    {"psyk-boern-start", "effectivePeriod.empty()", "true"},
    {"visitation-lokal", "status | experimental", "active, true"},
    {"visitation-lokal", "extension.where(url = 'urn:limen:unverified').value.exists()", "true"},
    /* arbejdsdage are no unit of UCUM */
    {"visitation-lokal", "goal.target.due.empty()", "true"},
    {"visitation-lokal",
     "goal.target.extension.where(url = 'urn:limen:due').value.select(value.toString() & ' ' & code)", "3 arbejdsdage"},
    {"pakke-of1", "goal.target.extension.where(url = 'urn:limen:not-filled-in').value.distinct()", "true"},
    {"pakke-of1", "goal.extension.where(url = 'urn:limen:table').value", "kraeftpakker"},
    {"pakke-of1", "action.where(code.coding.code = 'pause').condition.expression.expression",
     "patient.waits, patient.ready, health.waits, health.ready"},
    {"pakke-of1", "action.where(code.coding.code = 'pause').documentation.citation.distinct()",
     "Forløbstider og monitorering"},
};

TEST(it_says_what_the_rule_says)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_text(found_in(test_arena(), rows[i][0], rows[i][1]), text_of(rows[i][2]));
}

/* A rule whose limit changed with the law has a target for each time; one that ends with a fact says which. */
TEST(limits_of_every_kind)
{
	arena *a = test_arena();
	const clock_rule *const *rules;
	int count = clock_rules(content(), &rules), dated = 0, until = 0, also = 0, restarts = 0;
	for (int i = 0; i < count; i++) {
		const char *id = text_z(a, clock_rule_face(rules[i])->id);
		dated += found_in(a, id,
				  "goal.target.extension.where(url = 'urn:limen:starts-in').value.select(start | end)")
			     .len > 0;
		until += found_in(a, id, "goal.target.extension.where(url = 'urn:limen:until').value").len > 0;
		also += text_equal(found_in(a, id, "goal.id"), TEXT("limit, also"));
		restarts +=
		    found_in(a, id, "action.where(code.coding.code = 'restart').condition.expression.expression").len >
		    0;
	}
	assert_true(dated > 0 && until > 0 && also > 0 && restarts > 0);
}

TESTS(T(every_rule_is_a_plan_definition), T(it_says_what_the_rule_says), T(limits_of_every_kind))
