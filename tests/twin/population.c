/* The demo department: possible people, possible pathways, at every stage; the same seed gives the same department. */
#include "work/house.h"

#include "twin/twin.h"

enum { PATHWAYS = 60 };

static house h;
static twin_report report;

static twin_options options_of(uint64_t seed)
{
	return (twin_options){.seed = seed,
			      .pathways = PATHWAYS,
			      .start = at_time("2026-09-07T06:00:00+02:00"),
			      .end = at_time("2026-11-20T10:00:00+01:00")};
}

TEST(a_department_is_made)
{
	house_open(&h, "2026-09-07T06:00:00+02:00");
	twin_options o = options_of(42);
	bool fine = twin_populate(h.record, h.image, &h.world, &o, &report, &h.sink);
	house_print(&h.sink);
	assert_true(fine);
	assert_int_equal(report.referrals, PATHWAYS);
	assert_true(report.booked > PATHWAYS / 2);
	assert_true(report.done > PATHWAYS * 3);
	assert_true(world_now(&h.world) == o.end);
}

/* The demonstration lives: people are there on two sites, something only one of them can do, the telephone is covered, and each task could be
 * done by somebody. */
TEST(its_people_are_able_to_their_work_and_are_there)
{
	load l;
	caller who = as("Device/test");
	issues sink = {.arena = h.arena};
	reader *rd = record_reader(h.record, &who, h.arena, &sink);
	const asking by = {rd, h.image, world_now(&h.world), LANGUAGE_DA, h.arena, &sink};
	assert_true(work_load(&by, TEXT("Organization/urologi"), day_of_instant(by.now), &l));
	assert_true(l.planned);
	assert_true(l.hours[10].on_duty > 30);
	assert_true(l.cover_count > 0 && l.covers[0].by.len > 0);
	bool only_one = false;
	for (int i = 0; i < l.alone_count; i++)
		only_one |= text_equal(l.alone[i].competence, TEXT("sag-1")) && l.alone[i].person.len;
	assert_true(only_one);
	search_answer open = {0};
	const search_pair wanted[] = {
	    {TEXT("open"), TEXT("true")}, {TEXT("_sort"), TEXT("rank")}, {TEXT("_count"), TEXT("5")}};
	assert_true(record_search(rd, TEXT("Task"), wanted, 3, false, &open, &sink));
	assert_true(open.count > 0);
	for (int i = 0; i < open.count; i++) {
		candidate *could;
		int n = work_candidates(&by, open.entries[i].version.id, &could);
		assert_true(n > 0);
		assert_true(could[0].can && could[0].reason_count > 1);
	}
	reader_close(rd);
}

/* Every version of every resource, oldest first, through the feed. */
typedef struct walk {
	int patients, tasks_open, tasks_late;
	map patients_seen;
	map kinds_open;
} walk;

static void see_patient(const doc *d, walk *w)
{
	uint32_t identifier = doc_first(d, 0, NAME_identifier);
	text cpr = doc_get_text(d, identifier, NAME_value), born = doc_get_text(d, 0, NAME_birthDate);
	int64_t day_of_month, sex;
	assert_int_equal(cpr.len, 10);
	assert_true(text_to_int(text_slice(cpr, 0, 2), &day_of_month));
	assert_true(day_of_month > 60 && day_of_month <= 91);
	assert_true(text_to_int(text_slice(cpr, 9, 10), &sex));
	assert_true((sex % 2 == 1) == text_equal(doc_get_text(d, 0, NAME_gender), TEXT("male")));
	assert_text(text_slice(cpr, 2, 4), text_slice(born, 5, 7));
	assert_text(text_slice(cpr, 4, 6), text_slice(born, 2, 4));
	assert_int_equal(map_get_or(&w->patients_seen, cpr, 0), 0);
	map_put(&w->patients_seen, text_copy(h.arena, cpr), 1);
	w->patients++;
}

static bool office_hours(instant at)
{
	int minute = local_minute(at);
	return calendar_counts(h.image->calendar, day_of_instant(at), UNIT_ARBEJDSDAGE) && minute >= 7 * 60 &&
	       minute <= 18 * 60;
}

static bool by_staff(const version *v)
{
	return text_starts(v->actor, TEXT("PractitionerRole/"));
}

static void see_version(reader *rd, const feed_event *e, walk *w)
{
	version v;
	doc d;
	issues sink = {.arena = h.arena};
	assert_int_equal(record_vread(rd, e->type, e->id, e->version, &v, &sink), FOUND);
	assert_true(v.at <= world_now(&h.world));
	if (by_staff(&v)) assert_true(office_hours(v.at));
	assert_true(json_parse(h.arena, v.json, v.type, &sink, &d));
	bool valid = resource_check(&d, &sink);
	house_print(&sink);
	assert_true(valid);
	if (text_equal(e->type, TEXT("Patient"))) see_patient(&d, w);
}

TEST(nobody_in_it_can_exist_and_nothing_in_it_is_impossible)
{
	walk w = {.patients_seen = {.arena = h.arena}, .kinds_open = {.arena = h.arena}};
	caller who = as("Device/test");
	reader *rd = record_reader(h.record, &who, h.arena, &h.sink);
	int seen = 0;
	for (int64_t after = 0;;) {
		feed_event *events;
		int n = record_feed(h.record, &who, after, 500, 0, h.arena, &events, &h.sink);
		if (n <= 0) break;
		for (int i = 0; i < n; i++) {
			see_version(rd, &events[i], &w);
			after = events[i].sequence;
			seen++;
		}
	}
	reader_close(rd);
	assert_int_equal(w.patients, PATHWAYS);
	assert_true(seen > PATHWAYS * 10);
}

/* No pathway has a fact before its referral, an answer before its decision, or anything done that lies ahead. */
TEST(no_event_comes_before_its_cause)
{
	static const char *const order[] = {"referral.received", "proposal.made", "referral.visitated",
					    "booked.made",       "notice.sent",   "notice.received"};
	caller who = as("Device/test");
	int64_t count = 0;
	reader *rd = record_reader(h.record, &who, h.arena, &h.sink);
	search_answer found = {0};
	const search_pair all[] = {{TEXT("_count"), TEXT("1000")}};
	assert_true(record_search(rd, TEXT("EpisodeOfCare"), all, 1, false, &found, &h.sink));
	for (int i = 0; i < found.count; i++, count++) {
		facts f;
		assert_true(
		    pathway_facts(reader_snapshot(rd), h.image, found.entries[i].version.rid, h.arena, &f, &h.sink));
		instant before = 0;
		/* A letter about a time that was cancelled is older than the time booked instead. */
		bool again = facts_first(&f, fact_id(h.image, TEXT("appointment.cancelled"))) ||
			     facts_first(&f, fact_id(h.image, TEXT("appointment.noshow")));
		for (size_t n = 0; n < sizeof order / sizeof *order; n++) {
			const fact *said = facts_first(&f, fact_id(h.image, text_of(order[n])));
			if (!said || (again && n > 2)) continue;
			assert_true(said->at <= world_now(&h.world));
			if (said->at + MINUTES(1) < before) fail_msg("%s comes too early", order[n]);
			before = said->at;
		}
		const fact *decided = facts_first(&f, fact_id(h.image, TEXT("decision.made")));
		const fact *told = facts_first(&f, fact_id(h.image, TEXT("patient.told")));
		if (told)
			assert_true(decided && told->at + MINUTES(1) >= decided->at && told->at <= world_now(&h.world));
	}
	assert_int_equal(count, PATHWAYS);
	reader_close(rd);
}

static int64_t count_of(reader *rd, const char *name, const char *value)
{
	search_answer found = {0};
	const search_pair pairs[] = {
	    {TEXT("open"), TEXT("true")}, {text_of(name), text_of(value)}, {TEXT("_count"), TEXT("1000")}};
	bool fine = record_search(rd, TEXT("Task"), pairs, 3, false, &found, &h.sink);
	house_print(&h.sink);
	assert_true(fine);
	return found.count;
}

TEST(the_worklist_has_every_stage_and_some_that_are_late)
{
	caller who = as("Device/test");
	reader *rd = record_reader(h.record, &who, h.arena, &h.sink);
	assert_true(count_of(rd, "role", "secretary") > 10);
	assert_true(count_of(rd, "latest-start", "lt2026-11-20") > 0);
	assert_true(count_of(rd, "latest-start", "ge2026-11-20") > 5);
	open_end *ends;
	assert_true(work_open_ends(rd, h.image, world_now(&h.world), h.arena, &ends, &h.sink) >= 0);
	reader_close(rd);
}

TEST(incremental_equals_rebuilt)
{
	check_report r;
	assert_true(record_check(h.record, h.arena, &r, &h.sink));
	assert_int_equal(r.broken_digests + r.broken_index + r.broken_derived, 0);
	house_close(&h);
}

static text names_of(uint64_t seed)
{
	house again;
	house_open(&again, "2026-09-07T06:00:00+02:00");
	twin_options o = options_of(seed);
	o.pathways = 12;
	assert_true(twin_populate(again.record, again.image, &again.world, &o, NULL, &again.sink));
	caller who = as("Device/test");
	buffer b = {.arena = test_arena()};
	feed_event *events;
	int n = record_feed(again.record, &who, 0, 1000, 0, again.arena, &events, &again.sink);
	for (int i = 0; i < n; i++)
		buffer_format(&b, "%.*s/%.*s %lld\n", TEXT_ARG(events[i].type), TEXT_ARG(events[i].id),
			      (long long)events[i].at);
	house_close(&again);
	return buffer_text(&b);
}

TEST(the_same_seed_gives_the_same_department)
{
	text first = names_of(7);
	assert_text(names_of(7), first);
	assert_false(text_equal(names_of(8), first));
}

TESTS(T(a_department_is_made), T(its_people_are_able_to_their_work_and_are_there),
      T(nobody_in_it_can_exist_and_nothing_in_it_is_impossible), T(no_event_comes_before_its_cause),
      T(the_worklist_has_every_stage_and_some_that_are_late), T(incremental_equals_rebuilt),
      T(the_same_seed_gives_the_same_department))
