/* Members, and a pathway's facts in one place, after each of many random writes, links changed, deletions and returns: the members are
 * those of the words in pathway.h, counted by the test itself, and the facts are those of the members' own rows. */
#include "pathway/internal.h"
#include "harness.h"

enum { REFERRALS = 3, THINGS = 24, WRITES = 700, SEED = 4711 };

static const caller doctor = {.actor = {"PractitionerRole/dr-b", 21}, .purpose = {"TREAT", 5}, .scope = {"*", 1}};

/* The first REFERRALS things are referrals, which raise their pathways; the others point at one or two things before them. */
typedef struct thing {
	bool here;
	int to[2]; /* -1: nothing */
	int said;  /* what it says that is a fact */
} thing;

typedef struct workload {
	arena *arena;
	world world;
	image *image;
	record *record;
	thing things[THINGS];
} workload;

/* A thing's kind goes by its number: what it points at is named by the element that its kind has. */
static const struct kind {
	const char *type, *link, *second;
} kinds[] = {{"Appointment", "basedOn", NULL},
	     {"Communication", "basedOn", "about"},
	     {"Encounter", "basedOn", "appointment"},
	     {"Composition", "encounter", NULL}};

static const char *type_of(int n)
{
	return n < REFERRALS ? "ServiceRequest" : kinds[n % 4].type;
}

static text id_of(workload *w, int n)
{
	return text_format(w->arena, "t%d", n);
}

static void say_targets(workload *w, buffer *b, const thing *t, int n)
{
	const struct kind *k = &kinds[n % 4];
	for (int i = 0; i < 2; i++) {
		const char *link = i ? k->second : k->link;
		if (t->to[i] < 0 || !link) continue;
		bool one = text_equal(text_of(link), TEXT("encounter"));
		buffer_format(b, ",\"%s\":%s{\"reference\":\"%s/%.*s\"}%s", link, one ? "" : "[", type_of(t->to[i]),
			      TEXT_ARG(id_of(w, t->to[i])), one ? "" : "]");
	}
}

static void say_more(buffer *b, int n, int said)
{
	switch (n < REFERRALS ? -1 : n % 4) {
	case 0:
		buffer_format(
		    b, "\"status\":\"booked\",\"created\":\"2026-03-%02d\",\"start\":\"2026-04-01T09:00:00+02:00\",",
		    said);
		buffer_format(b, "\"end\":\"2026-04-01T10:00:00+02:00\",\"participant\":[{\"status\":\"accepted\"}]");
		break;
	case 1:
		buffer_format(
		    b, "\"status\":\"completed\",\"category\":[{\"coding\":[{\"system\":\"urn:limen:communication\",");
		buffer_format(b, "\"code\":\"indkaldelse\"}]}],\"sent\":\"2026-03-%02d\"", said);
		break;
	case 2:
		buffer_format(
		    b, "\"status\":\"finished\",\"class\":{\"code\":\"AMB\"},\"period\":{\"start\":\"2026-03-%02d\"}",
		    said);
		break;
	case 3:
		buffer_format(
		    b, "\"status\":\"final\",\"type\":{\"text\":\"n\"},\"title\":\"n\",\"date\":\"2026-03-%02d\"",
		    said);
		break;
	default:
		buffer_format(b, "\"status\":\"active\",\"intent\":\"order\",\"category\":[{\"coding\":[{\"system\":");
		buffer_format(
		    b,
		    "\"http://snomed.info/sct\",\"code\":\"3457005\"}]}],\"subject\":{\"reference\":\"Patient/p1\"},");
		buffer_format(b, "\"authoredOn\":\"2026-03-%02d\"", said);
	}
}

static text body(workload *w, int n)
{
	const thing *t = &w->things[n];
	buffer b = {.arena = w->arena};
	buffer_format(&b, "{\"resourceType\":\"%s\",\"id\":\"%.*s\",", type_of(n), TEXT_ARG(id_of(w, n)));
	say_more(&b, n, t->said);
	say_targets(w, &b, t, n);
	buffer_char(&b, '}');
	return buffer_text(&b);
}

static void commit(workload *w, const char *type, text id, text json)
{
	issues sink = {.arena = w->arena};
	doc d;
	written out;
	if (json.len) assert_true(json_parse_resource(w->arena, json, TEXT("test"), &sink, &d));
	write_op op = {.method = json.len ? WRITE_UPDATE : WRITE_DELETE,
		       .resource = json.len ? &d : NULL,
		       .type = text_of(type),
		       .id = id,
		       .checked = true,
		       .orphans = true};
	bool done = record_commit(w->record, &doctor, &op, 1, w->arena, &sink, &out);
	for (const issue *i = sink.first; !done && i; i = i->next)
		print_error("%s\n", text_z(w->arena, issue_line(w->arena, i, LANGUAGE_EN)));
	assert_true(done);
}

/* ---- what must be so ---- */

/* The pathway's own resource, its referral, and whatever points at one of these. */
static void members_counted(const workload *w, int referral, bool *in)
{
	for (int n = 0; n < THINGS; n++) in[n] = n == referral && w->things[n].here;
	for (bool more = true; more;) {
		more = false;
		for (int n = REFERRALS; n < THINGS; n++) {
			const thing *t = &w->things[n];
			for (int i = 0; i < 2; i++) {
				bool joins = t->here && !in[n] && t->to[i] >= 0 && (i == 0 || kinds[n % 4].second) &&
					     in[t->to[i]];
				in[n] = in[n] || joins;
				more = more || joins;
			}
		}
	}
}

static bool same_fact(const fact *x, const fact *y)
{
	return x->id == y->id && x->at == y->at && x->on == y->on && x->date_only == y->date_only &&
	       x->number == y->number && x->version == y->version && x->sequence == y->sequence &&
	       text_equal(x->code, y->code) && text_equal(x->type, y->type) && text_equal(x->resource, y->resource) &&
	       text_equal(x->actor, y->actor);
}

static int assert_pathway(workload *w, reader *rd, int referral)
{
	issues sink = {.arena = w->arena};
	bool in[THINGS];
	int64_t *rids;
	facts together, one_by_one;
	text id = uuid_of_name(w->arena, text_format(w->arena, "pathway:ServiceRequest/t%d", referral));
	int64_t pathway = record_rid(rd, TEXT("EpisodeOfCare"), id);
	assert_true(pathway > 0);
	int count = pathway_members(reader_snapshot(rd), pathway, w->arena, &rids, &sink), expected = 1;
	members_counted(w, referral, in);
	for (int n = 0; n < THINGS; n++) {
		int64_t rid = w->things[n].here ? record_rid(rd, text_of(type_of(n)), id_of(w, n)) : 0;
		bool found = false;
		for (int i = 0; i < count; i++) found = found || (rid && rids[i] == rid);
		if (found != in[n])
			fail_msg("%s/t%d %s a member", type_of(n), n, found ? "should not be" : "should be");
		expected += in[n];
	}
	assert_int_equal(count, expected);
	assert_true(pathway_facts(reader_snapshot(rd), w->image, pathway, w->arena, &together, &sink));
	assert_true(facts_of_all(reader_snapshot(rd), w->image, rids, count, w->arena, &one_by_one, &sink));
	assert_int_equal(together.count, one_by_one.count);
	for (int i = 0; i < together.count; i++) assert_true(same_fact(&together.at[i], &one_by_one.at[i]));
	return count;
}

/* ---- the workload ---- */

/* One of the right kind before it, sometimes none: a note is of a contact, a second link goes to an appointment. */
static int some_target(random_state *rnd, int n, int link)
{
	for (int tries = 0; tries < 30 && random_below(rnd, 40); tries++) {
		int to = (int)random_below(rnd, n);
		bool contact = to >= REFERRALS && to % 4 == 2, appointment = to >= REFERRALS && to % 4 == 0;
		if (link ? appointment : n % 4 == 3 ? contact : to < REFERRALS) return to;
	}
	return -1;
}

static void some_write(workload *w, random_state *rnd)
{
	int n = (int)random_below(rnd, THINGS);
	thing *t = &w->things[n];
	bool goes = t->here && random_below(rnd, 4) == 0, relinks = random_below(rnd, 2) == 0;
	t->said = (int)random_between(rnd, 1, 28);
	for (int i = 0; n >= REFERRALS && relinks && i < 2; i++) t->to[i] = some_target(rnd, n, i);
	t->here = !goes;
	commit(w, type_of(n), id_of(w, n), goes ? TEXT("") : body(w, n));
}

static image *shipped(arena *a)
{
	static const char *const ours[] = {"dk/holidays.yaml", "dk/links.yaml", "dk/facts.yaml", "dk/pathway.yaml",
					   "dk/required.yaml"};
	int all, count = 0;
	issues sink = {.arena = a};
	const content_file *files = content_embedded(&all);
	content_file *kept = ARENA_ARRAY(a, content_file, all);
	for (int i = 0; i < all; i++)
		for (size_t n = 0; n < sizeof ours / sizeof *ours; n++)
			if (text_starts(files[i].name, text_of(ours[n]))) kept[count++] = files[i];
	pathway_content();
	image *m = content_load(kept, count, NULL, 0, &sink);
	assert_non_null(m);
	return m;
}

static void start(workload *w)
{
	issues sink = {.arena = w->arena};
	w->world = world_simulated(local_instant(day_from_civil((civil){2026, 3, 2}), 600), 1);
	w->record = record_open(
	    w->arena, &(record_options){.file = TEXT(":memory:"), .world = &w->world, .content = w->image}, &sink);
	assert_non_null(w->record);
	commit(w, "Patient", TEXT("p1"), TEXT("{\"resourceType\":\"Patient\",\"id\":\"p1\"}"));
	for (int n = 0; n < THINGS; n++) w->things[n] = (thing){.to = {-1, -1}, .said = 2};
	for (int n = 0; n < REFERRALS; n++) {
		w->things[n].here = true;
		commit(w, "ServiceRequest", id_of(w, n), body(w, n));
	}
}

TEST(members_and_facts_after_random_writes)
{
	workload w = {.arena = test_arena()};
	random_state rnd = random_seed(SEED);
	int64_t members = 0;
	w.image = shipped(test_arena());
	pathway_register(w.image);
	start(&w);
	for (int n = 0; n < WRITES; n++) {
		some_write(&w, &rnd);
		issues sink = {.arena = w.arena};
		reader *rd = record_reader(w.record, &doctor, w.arena, &sink);
		for (int referral = 0; referral < REFERRALS; referral++) members += assert_pathway(&w, rd, referral);
		reader_close(rd);
	}
	print_message("seed %d: %d writes, %.1f members a pathway\n", SEED, WRITES,
		      (double)members / WRITES / REFERRALS);
	assert_true(members > 4 * WRITES * REFERRALS);
	issues sink = {.arena = w.arena};
	check_report report;
	assert_true(record_check(w.record, w.arena, &report, &sink));
	assert_int_equal(report.broken_derived, 0);
	record_close(w.record);
}

TESTS(T(members_and_facts_after_random_writes))
