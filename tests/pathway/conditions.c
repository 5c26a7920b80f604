/* Conditions: compiled from content, evaluated over plain facts, read aloud. Rows. */
#include "pathway/pathway.h"
#include "harness.h"

static const char definitions[] =
    "facts: x\n"
    "on: ServiceRequest\n"
    "gives:\n"
    "  - { fact: a.one, da: et er sket, en: one happened, kind: instant, value: authoredOn }\n"
    "  - { fact: b.two, da: to er sket, en: two happened, kind: instant, value: authoredOn }\n"
    "  - { fact: c.kind, da: arten, en: the kind, kind: code, value: status, absent: unknown, codes: [\n"
    "      { code: red, da: rød, en: red }, { code: green, da: grøn, en: green }, { code: unknown, da: ukendt, en: "
    "unknown } ] }\n"
    "  - { fact: d.number, da: tallet, en: the number, kind: number, value: quantity.value }\n"
    "  - { fact: e.free, da: frit, en: free, kind: code, value: status }\n";

/* A kind of entry that holds a condition. */
static void *rule_compile(image *m, const content_entry *e, issues *sink)
{
	const condition *c = condition_compile(m, e, e->node, "if", true, sink);
	const condition **kept = ARENA_NEW(m->arena, const condition *);
	*kept = c;
	return c ? kept : NULL;
}

static image *load(arena *a, const char *sentence, issues *sink)
{
	static const char *const keys[] = {"if", NULL};
	pathway_content();
	content_register(&(content_kind){.name = "rule", .keys = keys, .compile = rule_compile});
	content_file files[] = {{TEXT("facts.yaml"), text_of(definitions)},
				{TEXT("rule.yaml"), text_format(a, "rule: r\nif: %s\n", sentence)}};
	return content_load(files, 2, NULL, 0, sink);
}

/* "one@3 kind=red@5 number=7": facts on days of March 2026. */
static facts parse(const image *m, arena *a, const char *told)
{
	facts f = {.at = ARENA_ARRAY(a, fact, 16)};
	static const char *const names[][2] = {
	    {"one", "a.one"}, {"two", "b.two"}, {"kind", "c.kind"}, {"number", "d.number"}, {"free", "e.free"}};
	text rest = text_of(told);
	while (rest.len) {
		text_pair word = text_cut(rest, ' ');
		text_pair at = text_cut(word.head, '@'), value = text_cut(at.head, '=');
		fact *x = &f.at[f.count++];
		int64_t date = 1;
		if (at.found) assert_true(text_to_int(at.tail, &date));
		for (int i = 0; i < 5; i++)
			if (text_equal(value.head, text_of(names[i][0]))) x->id = fact_id(m, text_of(names[i][1]));
		x->on = day_from_civil((civil){2026, 3, (int)date});
		x->at = day_start(x->on);
		if (!text_to_int(value.tail, &x->number)) x->code = value.tail;
		x->sequence = f.count;
		rest = word.tail;
	}
	facts_sort(&f);
	return f;
}

/* since 0: holds without a date; -1: does not hold. */
static const struct row {
	const char *condition, *facts;
	int since;
} rows[] = {
    {"a.one", "", -1},
    {"a.one", "one@3", 3},
    {"a.one", "one@5 one@3", 3},
    {"no a.one", "", 0},
    {"no a.one", "one@3", -1},
    {"c.kind in (red, green)", "kind=red@4", 4},
    {"c.kind in (red, green)", "kind=green@6 kind=red@4", 4},
    {"c.kind in (green)", "kind=red@4 kind=green@6", 6},
    {"c.kind in (green)", "", -1},
    {"c.kind in (green, unknown)", "", 0},
    {"c.kind in (green, unknown)", "kind=red", -1},
    {"c.kind in (green) or none", "", 0},
    {"c.kind in (green) or none", "kind=red", -1},
    {"c.kind is red", "kind=red@2", 2},
    {"c.kind is not red", "kind=red@2", -1},
    {"c.kind is not red", "kind=green@2", 0},
    {"c.kind not in (red, green)", "kind=blue@2", 0},
    {"c.kind not in (red, unknown)", "", -1},
    {"e.free is anything", "free=anything@9", 9},
    {"d.number at least 7", "number=7@3", 3},
    {"d.number at least 7", "number=6@3", -1},
    {"d.number at most 7", "number=8@2 number=7@3", 3},
    {"a.one after b.two", "one@5 two@3", 5},
    {"a.one after b.two", "one@5 two@3 two@8", -1},
    {"a.one after b.two", "one@5", 5},
    {"a.one after b.two", "two@5", -1},
    {"'all of: a.one, b.two'", "one@3 two@5", 5},
    {"'all of: a.one, b.two'", "one@3", -1},
    {"all of a.one, no b.two", "one@3", 3},
    {"'any of: a.one, b.two'", "one@3 two@5", 3},
    {"'any of: a.one, b.two'", "two@5", 5},
    {"'any of: a.one, no b.two'", "", 0},
    {"{ any_of: [ a.one, { all_of: [ b.two, c.kind is red ] } ] }", "two@5 kind=red@7", 7},
    {"{ any_of: [ a.one, { all_of: [ b.two, c.kind is red ] } ] }", "two@5 kind=green@7", -1},
    {"{ all of: [ a.one, 'c.kind in (red, green)' ] }", "one@2 kind=green@7", 7},
};

TEST(conditions_hold)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		arena *a = arena_new(PROCESS_ARENA_MAX);
		issues sink = {.arena = a};
		image *m = load(a, rows[i].condition, &sink);
		if (!m) fail_msg("%s: %.*s", rows[i].condition, TEXT_ARG(issue_line(a, sink.first, LANGUAGE_EN)));
		const condition *c = *(const condition *const *)content_find(m, TEXT("rule"), TEXT("r"))->compiled;
		facts f = parse(m, a, rows[i].facts);
		holding h = condition_holds(c, &f);
		int since = !h.holds ? -1 : h.since == INSTANT_NONE ? 0 : civil_from_day(day_of_instant(h.since)).day;
		if (since != rows[i].since) fail_msg("%s on \"%s\": %d", rows[i].condition, rows[i].facts, since);
		assert_int_equal(h.because != NULL, since > 0);
		content_free(m);
		arena_free(a);
	}
}

/* The sentence that is published, read again, is the same condition; only a group within a group cannot be written as a sentence. */
TEST(what_is_written_out_is_read_again)
{
	int nested = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		arena *a = arena_new(PROCESS_ARENA_MAX);
		issues sink = {.arena = a};
		image *m = load(a, rows[i].condition, &sink);
		const condition *c = *(const condition *const *)content_find(m, TEXT("rule"), TEXT("r"))->compiled;
		text written = condition_text(a, m, c);
		bool within = text_find(written, TEXT("(all of")) >= 0 || text_find(written, TEXT("(any of")) >= 0;
		nested += within;
		if (!within) {
			text quoted = text_format(a, "'%.*s'", TEXT_ARG(written));
			image *again = load(a, text_z(a, quoted), &sink);
			if (!again) fail_msg("%.*s", TEXT_ARG(written));
			const condition *d =
			    *(const condition *const *)content_find(again, TEXT("rule"), TEXT("r"))->compiled;
			facts f = parse(again, a, rows[i].facts);
			assert_text(condition_text(a, again, d), written);
			assert_int_equal(condition_holds(d, &f).holds, rows[i].since >= 0);
			content_free(again);
		} else {
			assert_text(written, TEXT("any of: a.one, (all of: b.two, c.kind in (red))"));
		}
		content_free(m);
		arena_free(a);
	}
	assert_int_equal(nested, 2);
}

static const char *const wrong[][2] = {
    {"a.uno", "rule.yaml:2:5: Unknown fact \"a.uno\""},
    {"a.one in (x)", "rule.yaml:2:5: a.one is not of the kind the condition asks for (code)"},
    {"c.kind in (blue)", "rule.yaml:2:5: \"blue\" is not one of the codes of c.kind"},
    {"c.kind in red", "rule.yaml:2:5: The condition \"c.kind in red\" cannot be read at \" red\""},
    {"c.kind in (red", "rule.yaml:2:5: The condition \"c.kind in (red\" cannot be read at \"…\""},
    {"a.one and b.two", "rule.yaml:2:5: The condition \"a.one and b.two\" cannot be read at \" and b.two\""},
    {"all a.one", "rule.yaml:2:5: The condition \"all a.one\" cannot be read at \" a.one\""},
    {"d.number at least many", "rule.yaml:2:5: The condition \"d.number at least many\" cannot be read at \"many\""},
    {"[ a.one ]", "rule.yaml:2: \"if\" must be a text"},
    {"{ some_of: [ a.one ] }", "rule.yaml:2: Unknown key \"some_of\"; known: all_of, any_of, all of, any of"},
    {"{ all_of: a.one }", "rule.yaml:2: \"all_of, any_of\" must be a list"},
    {"{ all_of: [ a.one, a.uno ] }", "rule.yaml:2:24: Unknown fact \"a.uno\""},
    {"", "rule.yaml:1: The key \"if\" is missing"},
};

TEST(wrong_conditions_are_refused_with_place_and_reason)
{
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		issues sink = {.arena = test_arena()};
		image *m = load(sink.arena, wrong[i][0], &sink);
		if (m) fail_msg("not refused: %s", wrong[i][0]);
		assert_text(issue_line(sink.arena, sink.first, LANGUAGE_EN), text_of(wrong[i][1]));
	}
}

TEST(conditions_are_read_aloud)
{
	static const char *const said[][3] = {
	    {"{ all_of: [ a.one, c.kind is red ] }", "et er sket OG arten er rød", "one happened AND the kind is red"},
	    {"no a.one", "ikke: et er sket", "not: one happened"},
	    {"c.kind in (red, green) or none", "arten er rød eller grøn eller ikke oplyst",
	     "the kind is red or green or not given"},
	    {"c.kind in (red, unknown)", "arten er rød eller ukendt", "the kind is red or unknown"},
	    {"{ any_of: [ b.two, { all_of: [ a.one, a.one after b.two ] } ] }",
	     "to er sket ELLER (et er sket OG et er sket efter to er sket)",
	     "two happened OR (one happened AND one happened after two happened)"},
	};
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		issues sink = {.arena = test_arena()};
		image *m = load(sink.arena, said[i][0], &sink);
		assert_non_null(m);
		const condition *c = *(const condition *const *)content_find(m, TEXT("rule"), TEXT("r"))->compiled;
		assert_text(condition_say(sink.arena, m, c, LANGUAGE_DA), text_of(said[i][1]));
		assert_text(condition_say(sink.arena, m, c, LANGUAGE_EN), text_of(said[i][2]));
		assert_true(condition_names(c, fact_id(m, TEXT("a.one"))) ==
			    (text_find(text_of(said[i][0]), TEXT("a.one")) >= 0));
		content_free(m);
	}
}

TEST(facts_before_a_day_can_be_left_out)
{
	issues sink = {.arena = test_arena()};
	image *m = load(sink.arena, "a.one", &sink);
	const condition *c = *(const condition *const *)content_find(m, TEXT("rule"), TEXT("r"))->compiled;
	facts f = parse(m, sink.arena, "one@3 one@8");
	holding h = condition_holds_from(c, &f, day_from_civil((civil){2026, 3, 4}));
	assert_true(h.holds && day_of_instant(h.since) == day_from_civil((civil){2026, 3, 8}));
	content_free(m);
}

TEST(wrong_definitions_are_refused)
{
	static const char *const files[][2] = {
	    {"facts: y\non: ServiceRequst\ngives: []\n", "y.yaml:2:5: \"ServiceRequst\" is no type of FHIR R4"},
	    {"facts: y\non: Patient\ngives:\n  - { fact: z, da: z, en: z, kind: moment, value: birthDate }\n",
	     "y.yaml:4:36: \"kind\": \"moment\" is not one of instant, code, number"},
	    {"facts: y\non: Patient\ngives:\n  - { fact: z, da: z, en: z, kind: instant }\n",
	     "y.yaml:4: The key \"value\" is missing"},
	    {"facts: y\non: Patient\ngives:\n  - { fact: a.one, da: z, en: z, kind: instant, value: birthDate }\n",
	     "facts.yaml:4: The key \"a.one\" occurs twice"},
	    {"link: y\non: Appointment\nda: z\nen: z\nto: basedon.reference\n",
	     "y.yaml:5:5: to: FHIRPath: Appointment has no element \"basedon\" (character 1)"},
	    {"link: y\non: Appointment\nda: z\nen: z\nto: basedOn.resolve().id\n",
	     "y.yaml:5:5: to: facts and links are read of the resource alone; resolve() cannot be used here"},
	    {"facts: y\non: Patient\ngives:\n  - { fact: z, da: z, en: z, kind: number, value: [ 1, today() ] "
	     "}\n",
	     "y.yaml:4:56: value: facts and links are read of the resource alone; today() cannot be used here"},
	    {"check: y\non: Patient\nda: z\nen: z\nsource: s\nholds: birthDate = now(\n",
	     "y.yaml:6:20: holds: FHIRPath: now() at character 13 cannot take 1 arguments"},
	    {"check: y\non: Patient\nda: z\nen: z\nsource: s\nwhen: birthDate < today()\nholds: active\n",
	     "y.yaml:1: \"when\" cannot ask for now(), today() or %actor, and \"holds\" cannot mix these or resolve() "
	     "with %previous"},
	    {"check: y\non: Patient\nda: z\nen: z\nsource: s\nholds: \"%previous.active = active or "
	     "%actor.exists()\"\n",
	     "y.yaml:1: \"when\" cannot ask for now(), today() or %actor, and \"holds\" cannot mix these or resolve() "
	     "with %previous"},
	};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		issues sink = {.arena = test_arena()};
		pathway_content();
		content_file both[] = {{TEXT("facts.yaml"), text_of(definitions)},
				       {TEXT("y.yaml"), text_of(files[i][0])}};
		image *m = content_load(both, 2, NULL, 0, &sink);
		if (m) fail_msg("not refused: %s", files[i][0]);
		assert_text(issue_line(sink.arena, sink.first, LANGUAGE_EN), text_of(files[i][1]));
	}
}

TESTS(T(conditions_hold), T(what_is_written_out_is_read_again), T(wrong_conditions_are_refused_with_place_and_reason),
      T(conditions_are_read_aloud), T(facts_before_a_day_can_be_left_out), T(wrong_definitions_are_refused))
