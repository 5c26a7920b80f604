/* Time passes: over the changes of summer time, over year ends, after a week off, and when somebody sets the clock back. */
#include "clock/shipped.h"

static const caller doctor = {.actor = {"PractitionerRole/dr-b", 21}, .purpose = {"TREAT", 5}, .scope = {"*", 1}};

enum { FIRST_YEAR = 2015, LAST_YEAR = 2035, TURNS_MAX = 40 };

static world simulated;
static image *content;

static record *start(arena *a, instant now)
{
	issues sink = {.arena = a};
	if (!content) content = shipped_image(test_arena());
	pathway_register(content);
	clock_register(content); /* anew: how far the ticks have come is the process's own */
	simulated = world_simulated(now, 7);
	record *r =
	    record_open(a, &(record_options){.file = TEXT(":memory:"), .world = &simulated, .content = content}, &sink);
	assert_non_null(r);
	return r;
}

static bool put(record *r, arena *a, const char *type, const char *id, const char *more)
{
	issues sink = {.arena = a};
	doc d;
	written out;
	buffer b = {.arena = a};
	buffer_format(&b, "{\"resourceType\":\"%s\",\"id\":\"%s\",", type, id);
	for (const char *c = more; *c; c++) buffer_char(&b, *c == '\'' ? '"' : *c);
	buffer_char(&b, '}');
	if (!json_parse_resource(a, buffer_text(&b), TEXT("test"), &sink, &d)) return false;
	write_op w = {.method = WRITE_UPDATE, .resource = &d, .type = text_of(type), .id = text_of(id)};
	return record_commit(r, &doctor, &w, 1, a, &sink, &out);
}

/* A referral that arrives at this instant; the id of its pathway. */
static text refer(record *r, arena *a, const char *id, instant received)
{
	text more = text_format(a,
				"'status':'active','intent':'order','category':[{'coding':[{'system':"
				"'http://snomed.info/sct','code':'3457005'}]}],'subject':{'reference':'Patient/p1'},"
				"'authoredOn':'%.*s','reasonCode':[{'text':'x'}]",
				TEXT_ARG(instant_iso(a, received)));
	assert_true(put(r, a, "ServiceRequest", id, text_z(a, more)));
	return uuid_of_name(a, text_format(a, "pathway:ServiceRequest/%s", id));
}

/* How many of a pathway's clocks are in this state now; what is kept equals what its facts give. */
static int in_state(record *r, arena *a, text pathway, clock_state state)
{
	issues sink = {.arena = a};
	reader *rd = record_reader(r, &doctor, a, &sink);
	int64_t rid = record_rid(rd, TEXT("EpisodeOfCare"), pathway);
	clock *kept, computed[64];
	facts f;
	int count = clocks_of(reader_snapshot(rd), content, rid, a, &kept, &sink), found = 0;
	assert_true(pathway_facts(reader_snapshot(rd), content, rid, a, &f, &sink));
	assert_int_equal(clock_compute(content, &f, computed), count);
	for (int i = 0; i < count; i++) {
		assert_true(kept[i].due == computed[i].due && kept[i].amber == computed[i].amber);
		found += clock_state_at(&kept[i], world_now(&simulated)) == state;
	}
	reader_close(rd);
	return found;
}

static void tick(record *r, arena *a)
{
	issues sink = {.arena = a};
	assert_true(record_tick(r, &sink));
}

/* Each turn is a local midnight, or, of a limit of hours, the minute that it says; state and date agree at every one of them. */
static void live_through(record *r, arena *a, text pathway, int limits)
{
	int turns = 0, breached = in_state(r, a, pathway, CLOCK_BREACHED);
	for (instant next; (next = record_next_tick(r)) != INSTANT_NONE; turns++) {
		assert_true(next > world_now(&simulated) && turns < TURNS_MAX);
		assert_true(next == day_start(day_of_instant(next)));
		world_set(&simulated, next - 1);
		assert_int_equal(in_state(r, a, pathway, CLOCK_BREACHED), breached);
		world_set(&simulated, next);
		tick(r, a);
		int now = in_state(r, a, pathway, CLOCK_BREACHED);
		assert_true(now >= breached);
		breached = now;
	}
	assert_true(turns >= limits);
	assert_int_equal(in_state(r, a, pathway, CLOCK_RUNNING), 0);
	assert_true(breached >= limits);
}

/* The last Sundays of March and October, the turn of the year, and the end of February. */
TEST(summer_time_year_ends_and_leap_days)
{
	int lived = 0;
	for (int year = FIRST_YEAR; year <= LAST_YEAR; year++) {
		const civil starts[] = {{year, 3, 20}, {year, 10, 20}, {year, 12, 22}, {year, 2, 10}};
		for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
			arena *a = arena_new(64 * MIB);
			/* half past eleven in the evening: a day by Copenhagen's clock, another by Greenwich's */
			instant received = local_instant(day_from_civil(starts[i]), 23 * 60 + 30);
			record *r = start(a, received + MINUTES(5));
			assert_true(put(r, a, "Patient", "p1", "'gender':'male'"));
			/* the right to assessment is of October 2016 */
			bool right = received >= local_instant(day_from_civil((civil){2016, 10, 1}), 0);
			live_through(r, a, refer(r, a, "r1", received), right ? 4 : 2);
			record_close(r);
			arena_free(a);
			lived++;
		}
	}
	print_message("%d pathways lived through\n", lived);
}

/* The program was off for a week, and for a year: what turned meanwhile is caught up with in one tick, and nothing is asked again. */
TEST(a_long_stop_is_caught_up_with)
{
	arena *a = test_arena();
	instant received = local_instant(day_from_civil((civil){2026, 3, 2}), 600);
	record *r = start(a, received);
	assert_true(put(r, a, "Patient", "p1", "'gender':'male'"));
	text id = refer(r, a, "r1", received);
	world_set(&simulated, received + HOURS(7 * 24));
	assert_true(record_next_tick(r) < world_now(&simulated));
	tick(r, a);
	assert_true(record_next_tick(r) > world_now(&simulated));
	assert_int_equal(in_state(r, a, id, CLOCK_BREACHED), 1); /* the goal for visitation, 5 March */
	world_set(&simulated, received + HOURS(365 * 24));
	tick(r, a);
	assert_true(record_next_tick(r) == INSTANT_NONE);
	assert_int_equal(in_state(r, a, id, CLOCK_RUNNING), 0);
	int64_t sequence = record_sequence(r);
	tick(r, a);
	assert_int_equal(record_sequence(r), sequence); /* nothing more to say */
	record_close(r);
}

/* Somebody sets the machine's clock back a day: what has turned stays turned, what is written is never older than what was, and when the
 * clock has come round again everything goes on. */
TEST(a_clock_set_back_takes_nothing_back)
{
	arena *a = test_arena();
	instant received = local_instant(day_from_civil((civil){2026, 3, 2}), 600);
	record *r = start(a, received);
	assert_true(put(r, a, "Patient", "p1", "'gender':'male'"));
	text id = refer(r, a, "r1", received);
	instant turned = record_next_tick(r);
	world_set(&simulated, turned + 1);
	tick(r, a);
	instant next = record_next_tick(r);
	int64_t before = record_sequence(r);
	assert_true(put(r, a, "Patient", "p1", "'gender':'female'"));
	world_set(&simulated, turned - HOURS(24));
	tick(r, a);
	assert_true(record_next_tick(r) == next);
	assert_true(put(r, a, "Patient", "p1", "'gender':'other'"));
	issues sink = {.arena = a};
	version v, older;
	reader *rd = record_reader(r, &doctor, a, &sink);
	assert_int_equal(record_read(rd, TEXT("Patient"), TEXT("p1"), &v, &sink), FOUND);
	assert_int_equal(record_vread(rd, TEXT("Patient"), TEXT("p1"), v.number - 1, &older, &sink), FOUND);
	assert_true(v.at >= older.at && v.sequence > before);
	reader_close(rd);
	world_set(&simulated, next);
	tick(r, a);
	assert_true(record_next_tick(r) > next);
	assert_int_equal(in_state(r, a, id, CLOCK_NOT), 0);
	record_close(r);
}

TESTS(T(summer_time_year_ends_and_leap_days), T(a_long_stop_is_caught_up_with), T(a_clock_set_back_takes_nothing_back))
