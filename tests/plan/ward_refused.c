/* Files that are not wards or plans: refused with a place and a reason. And problems that have no plan: the smallest reason why. */
#include "harness.h"
#include "plan/plan.h"

static const char whole[] =
    "{\"days\":3,\"skill_levels\":2,\"shift_types\":[\"early\",\"late\",\"night\"],\n"
    "\"age_groups\":[\"adult\",\"elderly\"],\n"
    "\"weights\":{\"room_mixed_age\":5,\"room_nurse_skill\":1,\"continuity_of_care\":1,\"nurse_eccessive_workload\":1,"
    "\"open_operating_theater\":10,\"surgeon_transfer\":1,\"patient_delay\":5,\"unscheduled_optional\":100},\n"
    "\"occupants\":[{\"id\":\"a0\",\"gender\":\"A\",\"age_group\":\"adult\",\"length_of_stay\":1,"
    "\"workload_produced\":[1,1,1],\"skill_level_required\":[0,0,1],\"room_id\":\"r0\"}],\n"
    "\"patients\":[{\"id\":\"p0\",\"mandatory\":true,\"gender\":\"A\",\"age_group\":\"elderly\",\"length_of_stay\":2,"
    "\"surgery_release_day\":0,\"surgery_due_day\":1,\"surgery_duration\":60,\"surgeon_id\":\"s0\","
    "\"incompatible_room_ids\":[\"r1\"],\"workload_produced\":[1,1,1,1,1,1],\"skill_level_required\":[0,0,0,0,0,0]},\n"
    "{\"id\":\"p1\",\"mandatory\":true,\"gender\":\"B\",\"age_group\":\"adult\",\"length_of_stay\":1,"
    "\"surgery_release_day\":1,\"surgery_due_day\":2,\"surgery_duration\":60,\"surgeon_id\":\"s0\","
    "\"incompatible_room_ids\":[],\"workload_produced\":[1,1,1],\"skill_level_required\":[1,1,1]}],\n"
    "\"surgeons\":[{\"id\":\"s0\",\"max_surgery_time\":[60,60,120]}],\n"
    "\"operating_theaters\":[{\"id\":\"t0\",\"availability\":[480,480,480]}],\n"
    "\"rooms\":[{\"id\":\"r0\",\"capacity\":2},{\"id\":\"r1\",\"capacity\":1}],\n"
    "\"nurses\":[{\"id\":\"n0\",\"skill_level\":0,\"working_shifts\":[{\"day\":0,\"shift\":\"early\",\"max_load\":5},"
    "{\"day\":1,\"shift\":\"early\",\"max_load\":5},{\"day\":2,\"shift\":\"early\",\"max_load\":5}]},\n"
    "{\"id\":\"n1\",\"skill_level\":1,\"working_shifts\":[{\"day\":0,\"shift\":\"late\",\"max_load\":5},"
    "{\"day\":1,\"shift\":\"late\",\"max_load\":5},{\"day\":2,\"shift\":\"late\",\"max_load\":5}]},\n"
    "{\"id\":\"n2\",\"skill_level\":1,\"working_shifts\":[{\"day\":0,\"shift\":\"night\",\"max_load\":5},"
    "{\"day\":1,\"shift\":\"night\",\"max_load\":5},{\"day\":2,\"shift\":\"night\",\"max_load\":5}]}]}\n";

/* The text with the n-th `from` (from 0) replaced. */
static text changed(arena *a, const char *from, const char *to, int nth)
{
	text t = TEXT(whole), part = text_of(from);
	int64_t at = text_find(t, part);
	for (int i = 0; i < nth; i++) at += part.len + text_find(text_slice(t, at + part.len, t.len), part);
	assert_true(at >= 0);
	return text_format(a, "%.*s%s%.*s", TEXT_ARG(text_slice(t, 0, at)), to,
			   TEXT_ARG(text_slice(t, at + part.len, t.len)));
}

static const struct {
	const char *from, *to;
	int nth, line;
	failure code;
} rows[] = {
    {"\"days\":3", "\"days\":0", 0, 1, FAIL_PLAN_RANGE},
    {"\"days\":3", "\"days\":61", 0, 1, FAIL_PLAN_RANGE},
    {"\"days\":3", "\"days\":2.5", 0, 1, FAIL_PLAN_RANGE},
    {"\"days\":3,", "", 0, 1, FAIL_PLAN_MISSING},
    {"\"days\":3", "\"days\":4", 0, 7, FAIL_PLAN_LENGTH},
    {"\"night\"]", "\"late\"]", 0, 1, FAIL_PLAN_TWICE},
    {",\"night\"]", "]", 0, 1, FAIL_PLAN_LENGTH},
    {"\"nurse_eccessive_workload\"", "\"nurse_excessive_workload\"", 0, 3, FAIL_PLAN_MISSING},
    {"\"patient_delay\":5", "\"patient_delay\":-5", 0, 3, FAIL_PLAN_RANGE},
    {"\"age_group\":\"elderly\"", "\"age_group\":\"child\"", 0, 5, FAIL_PLAN_UNKNOWN},
    {"\"gender\":\"B\"", "\"gender\":3", 0, 6, FAIL_PLAN_KIND},
    {"\"gender\":\"B\"", "\"gender\":\"\"", 0, 6, FAIL_PLAN_KIND},
    {"\"length_of_stay\":2", "\"length_of_stay\":3", 0, 5, FAIL_PLAN_LENGTH},
    {"\"skill_level_required\":[1,1,1]", "\"skill_level_required\":[1,2,1]", 0, 6, FAIL_PLAN_RANGE},
    {"\"surgery_due_day\":2", "\"surgery_due_day\":0", 0, 6, FAIL_PLAN_WINDOW},
    {"\"surgery_due_day\":2,", "", 0, 6, FAIL_PLAN_MISSING},
    {"\"mandatory\":true", "\"mandatory\":1", 0, 5, FAIL_PLAN_KIND},
    {"\"surgeon_id\":\"s0\"", "\"surgeon_id\":\"s9\"", 0, 5, FAIL_PLAN_UNKNOWN},
    {"[\"r1\"]", "[\"r7\"]", 0, 5, FAIL_PLAN_UNKNOWN},
    {"\"room_id\":\"r0\"", "\"room_id\":\"r7\"", 0, 4, FAIL_PLAN_UNKNOWN},
    {"{\"id\":\"p1\"", "{\"id\":\"p0\"", 0, 6, FAIL_PLAN_TWICE},
    {"[60,60,120]", "[60,60]", 0, 7, FAIL_PLAN_LENGTH},
    {"\"capacity\":1", "\"capacity\":\"1\"", 0, 9, FAIL_PLAN_RANGE},
    {"\"skill_level\":1", "\"skill_level\":2", 0, 11, FAIL_PLAN_RANGE},
    {"\"day\":2,\"shift\":\"early\"", "\"day\":1,\"shift\":\"early\"", 0, 10, FAIL_PLAN_TWICE},
    {"\"day\":2,\"shift\":\"late\"", "\"day\":3,\"shift\":\"late\"", 0, 11, FAIL_PLAN_RANGE},
    {"\"nurses\"", "\"nurse\"", 0, 1, FAIL_PLAN_MISSING},
    {"[60,60,120]", "[60,60,120", 0, 7, FAIL_JSON_COMMA},
};

TEST(refused_with_place_and_reason)
{
	int wrong = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		arena *a = test_arena();
		issues sink = {.arena = a};
		ward w;
		bool fine = ward_read(a, changed(a, rows[i].from, rows[i].to, rows[i].nth), TEXT("f.json"), &sink, &w);
		if (!fine && sink.first->code == rows[i].code && sink.first->place.line == rows[i].line) continue;
		wrong++;
		print_error("%s -> %s: %s\n", rows[i].from, rows[i].to,
			    fine ? "taken" : text_z(a, issue_line(a, sink.first, LANGUAGE_EN)));
	}
	assert_int_equal(wrong, 0);
}

/* Wherever it is cut short it is refused, and nothing is read beyond its end. */
TEST(cut_short)
{
	for (int64_t n = 0; n + 2 < (int64_t)sizeof whole; n += 7) {
		arena *a = test_arena();
		issues sink = {.arena = a};
		ward w;
		char *copy = malloc((size_t)n + 1);
		memcpy(copy, whole, (size_t)n);
		assert_false(ward_read(a, (text){copy, n}, TEXT("f.json"), &sink, &w));
		assert_true(sink.errors > 0);
		free(copy);
	}
}

static const struct {
	const char *plan;
	failure code;
} plans[] = {
    {"[]", FAIL_PLAN_KIND},
    {"{\"patients\":[]}", FAIL_PLAN_MISSING},
    {"{\"nurses\":[],\"patients\":[{\"id\":\"p9\",\"admission_day\":\"none\"}]}", FAIL_PLAN_UNKNOWN},
    {"{\"nurses\":[],\"patients\":[{\"id\":\"p0\",\"admission_day\":3,\"room\":\"r0\",\"operating_theater\":\"t0\"}]}",
     FAIL_PLAN_RANGE},
    {"{\"nurses\":[],\"patients\":[{\"id\":\"p0\",\"admission_day\":\"some\",\"room\":\"r0\",\"operating_theater\":"
     "\"t0\"}]}",
     FAIL_PLAN_RANGE},
    {"{\"nurses\":[],\"patients\":[{\"id\":\"p0\",\"admission_day\":1,\"room\":\"r0\"}]}", FAIL_PLAN_MISSING},
    {"{\"nurses\":[],\"patients\":[{\"id\":\"p0\",\"admission_day\":\"none\"},{\"id\":\"p0\",\"admission_day\":"
     "\"none\"}]}",
     FAIL_PLAN_TWICE},
    {"{\"patients\":[],\"nurses\":[{\"id\":\"n0\",\"assignments\":[{\"day\":0,\"shift\":\"early\",\"rooms\":[\"r0\","
     "\"r0\"]}]}]}",
     FAIL_PLAN_TWICE},
    {"{\"patients\":[],\"nurses\":[{\"id\":\"n0\",\"assignments\":[{\"day\":0,\"shift\":\"noon\",\"rooms\":[]}]}]}",
     FAIL_PLAN_UNKNOWN},
};

static ward made(arena *a, text source)
{
	issues sink = {.arena = a};
	ward w;
	if (!ward_read(a, source, TEXT("f.json"), &sink, &w))
		fail_msg("%s", text_z(a, issue_line(a, sink.first, LANGUAGE_EN)));
	return w;
}

TEST(plans_refused)
{
	arena *a = test_arena();
	ward w = made(a, TEXT(whole));
	for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
		issues sink = {.arena = a};
		ward_plan p;
		assert_false(ward_plan_read(a, &w, text_of(plans[i].plan), TEXT("p.json"), &sink, &p, NULL));
		assert_int_equal(sink.first->code, plans[i].code);
	}
}

/* A plan that breaks every rule there is: each is found, and each said. */
TEST(each_rule_is_seen)
{
	arena *a = test_arena();
	ward w = made(a, changed(a, "\"availability\":[480,480,480]", "\"availability\":[30,30,30]", 0));
	ward_plan p = ward_plan_new(a, &w);
	p.day[0] = 2; /* past its last day, in a room that does not suit, where there is one bed */
	p.room[0] = 1;
	p.day[1] = 2; /* the other gender; both of one surgeon with 120 minutes, in a theatre with 30 */
	p.room[1] = 1;
	p.theatre[0] = p.theatre[1] = 0;
	p.nurse[1 * w.shifts + 6] = 1; /* early on day 2, when n1 is not at work */
	int16_t minutes[] = {60, 60, 60};
	w.surgeon_minutes = minutes;
	ward_cost c = ward_check(&w, &p);
	for (int r = 0; r < WARD_RULES; r++) assert_int_equal(c.broken[r] > 0, r != WARD_RULE_MANDATORY);
	int count;
	bool seen[WARD_RULES] = {false};
	const ward_breach *b = ward_breaches(a, &w, &p, &count);
	for (int i = 0; i < count; i++) {
		seen[b[i].rule] = true;
		assert_true(ward_breach_said(a, &w, &b[i], LANGUAGE_DA).len > 0);
	}
	for (int r = 0; r < WARD_RULES; r++) assert_int_equal(seen[r], r != WARD_RULE_MANDATORY);
	p.day[0] = WARD_NONE;
	assert_int_equal(ward_check(&w, &p).broken[WARD_RULE_MANDATORY], 1);
}

/* ---- why there is no plan ---- */

static bool only(const ward_conflict *k, ward_rule one, ward_rule two)
{
	for (int r = 0; r < WARD_RULES; r++)
		if (k->rule[r] != ((int)r == (int)one || (int)r == (int)two)) return false;
	return true;
}

TEST(why_there_is_none)
{
	arena *a = test_arena();
	ward w = made(a, TEXT(whole));
	ward_conflict k = ward_conflict_find(a, &w, 1000000);
	assert_true(!k.found && k.proved);

	/* The surgeon has no minutes on the first patient's days. */
	w = made(a, changed(a, "[60,60,120]", "[0,59,120]", 0));
	k = ward_conflict_find(a, &w, 1000000);
	assert_true(k.found && k.proved);
	assert_int_equal(k.patients, 1);
	assert_text(w.person[k.patient[0]].id, TEXT("p0"));
	assert_true(only(&k, WARD_RULE_SURGEON, WARD_RULE_WINDOW));

	/* Both on one day, and minutes for one. */
	w = made(a, changed(a, "[60,60,120]", "[0,60,0]", 0));
	k = ward_conflict_find(a, &w, 1000000);
	assert_true(k.found);
	assert_int_equal(k.patients, 2);

	/* The one room that suits has no bed. */
	w = made(a, changed(a, "\"capacity\":2", "\"capacity\":1", 0));
	k = ward_conflict_find(a, &w, 1000000);
	assert_false(k.found); /* day 1 is free */
	w = made(a, changed(a, "\"surgery_due_day\":1", "\"surgery_due_day\":0", 0));
	int16_t beds[] = {1, 1};
	w.beds = beds;
	k = ward_conflict_find(a, &w, 1000000);
	assert_true(k.found);
	assert_int_equal(k.patients, 1);
	assert_true(k.rule[WARD_RULE_BEDS] && k.rule[WARD_RULE_SUITS] && k.rule[WARD_RULE_WINDOW] &&
		    !k.rule[WARD_RULE_GENDER]);

	/* Nobody is at work at night on day 0, and somebody lies there. */
	w = made(a, changed(a, "{\"day\":0,\"shift\":\"night\",\"max_load\":5},", "", 0));
	k = ward_conflict_find(a, &w, 1000000);
	assert_true(k.found);
	assert_int_equal(k.patients, 0);
	assert_true(only(&k, WARD_RULE_NURSE, WARD_RULE_NURSE));
}

/* ---- elsewhere ---- */

TEST(a_wish_and_what_it_costs)
{
	arena *a = test_arena();
	ward w = made(a, TEXT(whole));
	ward_options o = {.threads = 1,
			  .solve = {.world = world_real(), .seed = 1, .steps = 20000, .enough = INT64_MIN}};
	ward_result r = ward_search(a, &w, &o);
	assert_int_equal(r.cost.violations, 0);
	assert_in_range(r.cost.total, ward_bound(a, &w), 200);
	/* Each place is the best there is, all else being as it is: no wish that is allowed costs less. */
	int wishes = 0;
	for (int p = 0; p < w.patients; p++)
		for (int i = 0; i < w.days * w.rooms; i++) {
			ward_spot to = {(int16_t)(i / w.rooms), (int16_t)(i % w.rooms), 0};
			ward_difference d = ward_moved(a, &w, &r.plan, p, to);
			if (d.breaches == 0) assert_true(d.after.total >= d.before.total);
			assert_int_equal(d.breaches > 0, d.after.violations > 0);
			wishes += d.breaches == 0;
		}
	assert_true(wishes > 2);
}

TEST(a_picture)
{
	arena *a = test_arena();
	ward w = made(a, TEXT(whole));
	ward_plan p = ward_plan_new(a, &w);
	text svg = ward_plot(a, &w, &p, LANGUAGE_EN);
	assert_true(text_starts(svg, TEXT("<svg ")) && text_ends(svg, TEXT("</svg>\n")));
	assert_true(text_find(svg, TEXT("a0 adult")) > 0 && text_find(svg, TEXT("Theatre t0")) > 0);
	assert_true(text_find(svg, TEXT("class=\"broken\"")) > 0); /* the occupant has no nurse */
}

TESTS(T(refused_with_place_and_reason), T(cut_short), T(plans_refused), T(each_rule_is_seen), T(why_there_is_none),
      T(a_wish_and_what_it_costs), T(a_picture))
