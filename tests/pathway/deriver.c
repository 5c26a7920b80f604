/* The pathway deriver on a real record: members, facts, late arrival, deletion, raising; computed step by step and all at once alike. */
#include "pathway/pathway.h"
#include "harness.h"

#include <unistd.h>

typedef struct bench {
	arena *a;
	world world;
	image *image;
	record *record;
} bench;

static const caller secretary = {.actor = {"PractitionerRole/sek-a", 22}, .purpose = {"HADMIN", 6}, .scope = {"*", 1}};
static const caller doctor = {.actor = {"PractitionerRole/dr-b", 21}, .purpose = {"TREAT", 5}, .scope = {"*", 1}};

static void show(const issues *sink)
{
	for (const issue *i = sink->first; i; i = i->next) {
		text t = issue_line(sink->arena, i, LANGUAGE_EN);
		print_error("%.*s\n", TEXT_ARG(t));
	}
}

static image *load(arena *a)
{
	static const char *const ours[] = {"dk/holidays.yaml", "dk/links.yaml",    "dk/facts.yaml",
					   "dk/pathway.yaml",  "dk/required.yaml", "dk/checks/"};
	int all, count = 0;
	const content_file *files = content_embedded(&all);
	content_file *kept = ARENA_ARRAY(a, content_file, all);
	for (int i = 0; i < all; i++)
		for (size_t n = 0; n < sizeof ours / sizeof *ours; n++)
			if (text_starts(files[i].name, text_of(ours[n]))) kept[count++] = files[i];
	pathway_content();
	issues sink = {.arena = a};
	image *m = content_load(kept, count, NULL, 0, &sink);
	show(&sink);
	assert_non_null(m);
	return m;
}

/* One image and one set of derivers for the whole program; a record for each test. */
static bench open_bench(void)
{
	static image *shared;
	bench b = {.a = test_arena(),
		   .world = world_simulated(local_instant(day_from_civil((civil){2026, 3, 2}), 600), 1)};
	if (!shared) {
		shared = load(test_arena());
		pathway_register(shared);
	}
	b.image = shared;
	return b;
}

static void start(bench *b)
{
	issues sink = {.arena = b->a};
	b->record = record_open(
	    b->a, &(record_options){.file = TEXT(":memory:"), .world = &b->world, .content = b->image}, &sink);
	show(&sink);
	assert_non_null(b->record);
}

static bool put_as(bench *b, const caller *who, const char *json, issues *sink)
{
	doc d;
	*sink = (issues){.arena = b->a};
	if (!json_parse_resource(b->a, text_of(json), TEXT("test"), sink, &d)) return false;
	write_op w = {.method = WRITE_UPDATE, .resource = &d, .type = doc_type(&d), .id = doc_get_text(&d, 0, NAME_id)};
	written out;
	return record_commit(b->record, who, &w, 1, b->a, sink, &out);
}

static void put(bench *b, const char *json)
{
	issues sink;
	bool done = put_as(b, &secretary, json, &sink);
	if (!done) show(&sink);
	assert_true(done);
}

static void delete (bench *b, const char *type, const char *id)
{
	issues sink = {.arena = b->a};
	write_op w = {.method = WRITE_DELETE, .type = text_of(type), .id = text_of(id), .orphans = true};
	written out;
	bool done = record_commit(b->record, &secretary, &w, 1, b->a, &sink, &out);
	if (!done) show(&sink);
	assert_true(done);
}

#define REFERRAL "\"category\":[{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"3457005\"}]}]"
static const char patient[] = "{\"resourceType\":\"Patient\",\"id\":\"p1\"}";
static const char role_doctor[] =
    "{\"resourceType\":\"PractitionerRole\",\"id\":\"dr-b\",\"code\":[{\"coding\":[{\"system\":"
    "\"urn:limen:role\",\"code\":\"doctor\"}]}]}";
static const char role_secretary[] =
    "{\"resourceType\":\"PractitionerRole\",\"id\":\"sek-a\",\"code\":[{\"coding\":[{\"system\":"
    "\"urn:limen:role\",\"code\":\"secretary\"}]}]}";
static const char referral[] =
    "{\"resourceType\":\"ServiceRequest\",\"id\":\"r1\",\"status\":\"active\",\"intent\":\"order\"," REFERRAL
    ",\"subject\":{\"reference\":\"Patient/p1\"},\"authoredOn\":\"2026-03-02\","
    "\"performer\":[{\"reference\":\"Practitioner/x\"},{\"reference\":\"Organization/uro\"}],"
    "\"reasonCode\":[{\"text\":\"Synlig hæmaturi\"}]}";
static const char appointment[] =
    "{\"resourceType\":\"Appointment\",\"id\":\"a1\",\"status\":\"booked\",\"created\":\"2026-03-04T10:00:00+01:00\","
    "\"start\":\"2026-03-20T09:00:00+01:00\",\"end\":\"2026-03-20T09:30:00+01:00\",\"basedOn\":[{\"reference\":"
    "\"ServiceRequest/r1\"}],\"participant\":[{\"actor\":{\"display\":\"x\"},\"status\":\"accepted\"}]}";
static const char notice[] =
    "{\"resourceType\":\"Communication\",\"id\":\"c1\",\"status\":\"completed\",\"category\":[{\"coding\":[{\"system\":"
    "\"urn:limen:communication\",\"code\":\"indkaldelse\"}]}],\"about\":[{\"reference\":\"Appointment/a1\"}],"
    "\"sent\":\"2026-03-05T08:00:00+01:00\"}";

static text pathway_id(bench *b, const char *referral_id)
{
	return uuid_of_name(b->a, text_format(b->a, "pathway:ServiceRequest/%s", referral_id));
}

/* The pathway's facts as one line: "booked.made booked.start referral.received". */
static text facts_line(bench *b, text pathway)
{
	issues sink = {.arena = b->a};
	reader *rd = record_reader(b->record, &secretary, b->a, &sink);
	assert_non_null(rd);
	int64_t rid = record_rid(rd, TEXT("EpisodeOfCare"), pathway);
	facts f;
	assert_true(pathway_facts(reader_snapshot(rd), b->image, rid, b->a, &f, &sink));
	buffer line = {.arena = b->a};
	for (int i = 0; i < f.count; i++) {
		if (i) buffer_char(&line, ' ');
		buffer_add(&line, fact_at(b->image, f.at[i].id)->name);
		if (f.at[i].code.len) buffer_format(&line, "=%.*s", TEXT_ARG(f.at[i].code));
	}
	reader_close(rd);
	return buffer_text(&line);
}

static version read_as(bench *b, const char *type, text id, found *how)
{
	issues sink = {.arena = b->a};
	version v = {0};
	reader *rd = record_reader(b->record, &secretary, b->a, &sink);
	*how = record_read(rd, text_of(type), id, &v, &sink);
	reader_close(rd);
	return v;
}

/* What is kept equals what is computed afresh. */
static void assert_derived(bench *b)
{
	issues sink = {.arena = b->a};
	check_report report;
	bool done = record_check(b->record, b->a, &report, &sink);
	show(&sink);
	assert_true(done);
	assert_int_equal(report.broken_derived, 0);
	assert_true(report.derived_rows > 0);
}

static void stop(bench *b)
{
	assert_derived(b);
	record_close(b->record);
}

static void people(bench *b)
{
	put(b, patient);
	put(b, role_doctor);
	put(b, role_secretary);
}

TEST(a_referral_becomes_a_pathway)
{
	bench b = open_bench();
	start(&b);
	people(&b);
	put(&b, referral);
	found how;
	text id = pathway_id(&b, "r1");
	version v = read_as(&b, "EpisodeOfCare", id, &how);
	assert_int_equal(how, FOUND);
	issues sink = {.arena = b.a};
	doc d;
	assert_true(json_parse(b.a, v.json, TEXT(""), &sink, &d));
	assert_text(doc_get_text(&d, 0, NAME_status), TEXT("planned"));
	assert_true(text_find(v.json, TEXT("\"patient\":{\"reference\":\"Patient/p1\"}")) > 0);
	assert_true(text_find(v.json, TEXT("\"managingOrganization\":{\"reference\":\"Organization/uro\"}")) > 0);
	assert_true(text_find(v.json, TEXT("\"referralRequest\":[{\"reference\":\"ServiceRequest/r1\"}]")) > 0);
	assert_true(text_find(v.json, TEXT("Synlig hæmaturi")) > 0);
	assert_text(facts_line(&b, id), TEXT("referral.received"));
	stop(&b);
}

/* "fact=code v2 PractitionerRole/dr-b 2026-03-04T10:00": the first fact of that name, with its provenance. */
static text said_by(bench *b, const char *name)
{
	issues sink = {.arena = b->a};
	reader *rd = record_reader(b->record, &secretary, b->a, &sink);
	int64_t rid = record_rid(rd, TEXT("EpisodeOfCare"), pathway_id(b, "r1"));
	facts f;
	assert_true(pathway_facts(reader_snapshot(rd), b->image, rid, b->a, &f, &sink));
	const fact *one = facts_first(&f, fact_id(b->image, text_of(name)));
	reader_close(rd);
	if (!one) return TEXT("none");
	text at = text_slice(instant_iso(b->a, one->at), 0, 16);
	return text_format(b->a, "%.*s v%lld %.*s %.*s", TEXT_ARG(one->code), (long long)one->version,
			   TEXT_ARG(one->actor), TEXT_ARG(at));
}

static void put_at(bench *b, const caller *who, int day_of_march, const char *extensions, const char *class)
{
	issues sink;
	world_set(&b->world, local_instant(day_from_civil((civil){2026, 3, day_of_march}), 600));
	text json = text_format(
	    b->a,
	    "{\"resourceType\":\"ServiceRequest\",\"id\":\"r1\",\"extension\":[%s],\"status\":\"active\","
	    "\"intent\":\"order\",\"category\":[{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":"
	    "\"3457005\"}%s%s%s]}],\"subject\":{\"reference\":\"Patient/p1\"},\"authoredOn\":\"2026-03-02\"}",
	    extensions, *class ? ",{\"system\":\"urn:limen:referral-class\",\"code\":\"" : "", class,
	    *class ? "\"}" : "");
	bool done = put_as(b, who, text_z(b->a, json), &sink);
	if (!done) show(&sink);
	assert_true(done);
}

#define PROPOSAL                                                                                                       \
	"{\"url\":\"urn:limen:visitation-proposal\",\"extension\":[{\"url\":\"at\",\"valueDateTime\":"                 \
	"\"2026-03-03T09:00:00+01:00\"},{\"url\":\"class\",\"valueCode\":\"udredning\"}]}"
#define VISITATION                                                                                                     \
	"{\"url\":\"urn:limen:visitation\",\"extension\":[{\"url\":\"at\",\"valueDateTime\":\"2026-03-04T09:00:00+01:" \
	"00\"}]}"
#define OTHER "{\"url\":\"urn:limen:test\",\"valueCode\":\"other\"}"

/* Provenance is that of the version that said a value first, not of the one that was written last; rebuilt too. */
static void assert_said(bench *b)
{
	assert_text(said_by(b, "referral.received"), TEXT(" v1 PractitionerRole/sek-a 2026-03-02T00:00"));
	assert_text(said_by(b, "referral.missing"), TEXT("reason v1 PractitionerRole/sek-a 2026-03-02T10:00"));
	assert_text(said_by(b, "proposal.made"), TEXT(" v2 PractitionerRole/sek-a 2026-03-03T09:00"));
	assert_text(said_by(b, "proposal.class"), TEXT("udredning v2 PractitionerRole/sek-a 2026-03-03T09:00"));
	assert_text(said_by(b, "referral.visitated"), TEXT(" v3 PractitionerRole/dr-b 2026-03-04T09:00"));
	assert_text(said_by(b, "referral.class"), TEXT("udredning v3 PractitionerRole/dr-b 2026-03-04T09:00"));
}

TEST(a_fact_is_his_who_said_it_first)
{
	bench b = open_bench();
	issues sink = {.arena = b.a};
	start(&b);
	people(&b);
	put_at(&b, &secretary, 2, OTHER, "");
	put_at(&b, &secretary, 3, PROPOSAL, "");
	put_at(&b, &doctor, 4, PROPOSAL "," VISITATION, "udredning");
	assert_said(&b);
	put_at(&b, &secretary, 5, PROPOSAL "," VISITATION "," OTHER, "udredning");
	assert_said(&b);
	assert_derived(&b);
	assert_true(record_rebuild(b.record, &sink));
	assert_said(&b);
	stop(&b);
}

/* A changed value, and one that went and came back, are said anew. What has no instant of its own stands since it was written. */
TEST(a_value_said_anew_is_his_who_says_it)
{
	bench b = open_bench();
	issues sink = {.arena = b.a};
	start(&b);
	people(&b);
	put(&b, "{\"resourceType\":\"PractitionerRole\",\"id\":\"dr-c\",\"code\":[{\"coding\":[{\"system\":"
		"\"urn:limen:role\",\"code\":\"doctor\"}]}]}");
	const caller other = {.actor = TEXT("PractitionerRole/dr-c"), .purpose = TEXT("TREAT"), .scope = TEXT("*")};
	put_at(&b, &doctor, 2, OTHER, "udredning");
	put_at(&b, &secretary, 3, PROPOSAL, "udredning");
	assert_text(said_by(&b, "referral.class"), TEXT("udredning v1 PractitionerRole/dr-b 2026-03-02T10:00"));
	put_at(&b, &other, 4, PROPOSAL, "behandling");
	assert_text(said_by(&b, "referral.class"), TEXT("behandling v3 PractitionerRole/dr-c 2026-03-04T10:00"));
	put_at(&b, &doctor, 5, VISITATION, "behandling");
	assert_text(said_by(&b, "referral.class"), TEXT("behandling v4 PractitionerRole/dr-b 2026-03-04T09:00"));
	put_at(&b, &doctor, 6, VISITATION, "");
	put_at(&b, &doctor, 9, OTHER, "behandling");
	delete (&b, "ServiceRequest", "r1");
	assert_derived(&b);
	put_at(&b, &other, 10, OTHER, "behandling");
	for (int rebuilt = 0; rebuilt < 2; rebuilt++) {
		assert_text(said_by(&b, "referral.class"),
			    TEXT("behandling v8 PractitionerRole/dr-c 2026-03-10T10:00"));
		assert_text(said_by(&b, "referral.received"), TEXT(" v8 PractitionerRole/dr-c 2026-03-02T00:00"));
		assert_text(said_by(&b, "proposal.made"), TEXT("none"));
		if (!rebuilt) assert_true(record_rebuild(b.record, &sink));
	}
	stop(&b);
}

TEST(written_again_raises_nothing_more)
{
	bench b = open_bench();
	start(&b);
	people(&b);
	put(&b, referral);
	int64_t before = record_sequence(b.record);
	put(&b,
	    "{\"resourceType\":\"ServiceRequest\",\"id\":\"r1\",\"status\":\"active\",\"intent\":\"order\"," REFERRAL
	    ",\"subject\":{\"reference\":\"Patient/p1\"},\"authoredOn\":\"2026-03-02\"}");
	assert_int_equal(record_sequence(b.record), before + 1);
	assert_text(facts_line(&b, pathway_id(&b, "r1")), TEXT("referral.missing=reason referral.received"));
	stop(&b);
}

TEST(what_points_at_a_member_is_a_member)
{
	bench b = open_bench();
	start(&b);
	people(&b);
	put(&b, referral);
	put(&b, appointment);
	put(&b, notice);
	assert_text(facts_line(&b, pathway_id(&b, "r1")),
		    TEXT("appointment.made booked.made booked.start notice.sent referral.received"));
	stop(&b);
}

TEST(late_arrival_in_any_order)
{
	bench b = open_bench();
	start(&b);
	people(&b);
	put(&b, notice);
	put(&b, appointment);
	put(&b, referral);
	assert_text(facts_line(&b, pathway_id(&b, "r1")),
		    TEXT("appointment.made booked.made booked.start notice.sent referral.received"));
	stop(&b);
}

TEST(deletion_takes_the_rest_with_it_and_back)
{
	bench b = open_bench();
	start(&b);
	people(&b);
	put(&b, referral);
	put(&b, appointment);
	put(&b, notice);
	delete (&b, "Appointment", "a1");
	assert_text(facts_line(&b, pathway_id(&b, "r1")), TEXT("referral.received"));
	assert_derived(&b);
	put(&b, appointment);
	assert_text(facts_line(&b, pathway_id(&b, "r1")),
		    TEXT("appointment.made booked.made booked.start notice.sent referral.received"));
	delete (&b, "ServiceRequest", "r1");
	assert_text(facts_line(&b, pathway_id(&b, "r1")), TEXT(""));
	stop(&b);
}

TEST(linked_elsewhere)
{
	bench b = open_bench();
	start(&b);
	people(&b);
	put(&b, referral);
	put(&b,
	    "{\"resourceType\":\"ServiceRequest\",\"id\":\"r2\",\"status\":\"active\",\"intent\":\"order\"," REFERRAL
	    ",\"subject\":{\"reference\":\"Patient/"
	    "p1\"},\"authoredOn\":\"2026-03-02\",\"reasonCode\":[{\"text\":\"x\"}]}");
	put(&b, appointment);
	put(&b, notice);
	put(&b, "{\"resourceType\":\"Appointment\",\"id\":\"a1\",\"status\":\"cancelled\",\"basedOn\":[{\"reference\":"
		"\"ServiceRequest/r2\"}],"
		"\"cancelationReason\":{\"coding\":[{\"system\":\"urn:limen:move-cause\",\"code\":\"patient-wish\"}]},"
		"\"participant\":[{\"actor\":{\"display\":\"x\"},\"status\":\"accepted\"}]}");
	assert_text(facts_line(&b, pathway_id(&b, "r1")), TEXT("referral.received"));
	assert_text(
	    facts_line(&b, pathway_id(&b, "r2")),
	    TEXT("appointment.cancelled appointment.made moved.cause=patient-wish notice.sent referral.received"));
	stop(&b);
}

#define VISITATED                                                                                                      \
	"{\"resourceType\":\"ServiceRequest\",\"id\":\"r1\",\"extension\":[{\"url\":\"urn:limen:visitation\","         \
	"\"extension\":[{\"url\":\"at\","                                                                              \
	"\"valueDateTime\":\"2026-03-02T09:30:00+01:00\"}]}],\"status\":\"active\",\"intent\":\"order\",\"category\":" \
	"[{\"coding\":[{"                                                                                              \
	"\"system\":\"http://snomed.info/"                                                                             \
	"sct\",\"code\":\"3457005\"}]},{\"coding\":[{\"system\":\"urn:limen:referral-class\",\"code\":"                \
	"\"udredning\"}]}],\"subject\":{\"reference\":\"Patient/p1\"},\"authoredOn\":\"2026-03-02\"%s}"

TEST(only_a_doctor_visitates)
{
	bench b = open_bench();
	start(&b);
	people(&b);
	put(&b, referral);
	issues sink;
	const char *visitated = text_z(b.a, text_format(b.a, VISITATED, ""));
	assert_false(put_as(&b, &secretary, visitated, &sink));
	assert_int_equal(sink.first->code, FAIL_CHECK_FORBIDDEN);
	assert_int_equal(issues_status(&sink), 403);
	bool done = put_as(&b, &doctor, visitated, &sink);
	show(&sink);
	assert_true(done);
	assert_text(facts_line(&b, pathway_id(&b, "r1")),
		    TEXT("referral.class=udredning referral.missing=reason referral.received referral.visitated"));
	found how;
	version v = read_as(&b, "EpisodeOfCare", pathway_id(&b, "r1"), &how);
	assert_true(text_find(v.json, TEXT("\"status\":\"active\"")) > 0);
	/* What the doctor said may be kept by anyone. */
	put(&b, text_z(b.a, text_format(b.a, VISITATED, ",\"reasonCode\":[{\"text\":\"x\"}]")));
	stop(&b);
}

static failure refusal(bench *b, const char *json)
{
	issues sink;
	assert_false(put_as(b, &secretary, json, &sink));
	assert_int_equal(issues_status(&sink), 422);
	text da = issue_text(b->a, sink.first, LANGUAGE_DA), en = issue_text(b->a, sink.first, LANGUAGE_EN);
	assert_true(da.len > 20 && en.len > 20 && !text_equal(da, en));
	return sink.first->code;
}

TEST(bad_referrals_are_refused)
{
	bench b = open_bench();
	start(&b);
	people(&b);
	/* no date; unknown patient; tomorrow is fine, the day after is not */
	assert_int_equal(refusal(&b, "{\"resourceType\":\"ServiceRequest\",\"id\":\"r1\",\"status\":\"active\","
				     "\"intent\":\"order\"," REFERRAL ",\"subject\":{\"reference\":\"Patient/p1\"}}"),
			 FAIL_CHECK);
	assert_int_equal(refusal(&b, "{\"resourceType\":\"ServiceRequest\",\"id\":\"r1\",\"status\":\"active\","
				     "\"intent\":\"order\"," REFERRAL
				     ",\"subject\":{\"reference\":\"Patient/nobody\"},\"authoredOn\":\"2026-03-02\"}"),
			 FAIL_CHECK);
	put(&b,
	    "{\"resourceType\":\"ServiceRequest\",\"id\":\"r3\",\"status\":\"active\",\"intent\":\"order\"," REFERRAL
	    ",\"subject\":{\"reference\":\"Patient/p1\"},\"authoredOn\":\"2026-03-03\"}");
	assert_int_equal(refusal(&b, "{\"resourceType\":\"ServiceRequest\",\"id\":\"r4\",\"status\":\"active\","
				     "\"intent\":\"order\"," REFERRAL
				     ",\"subject\":{\"reference\":\"Patient/p1\"},\"authoredOn\":\"2026-03-04\"}"),
			 FAIL_CHECK);
	stop(&b);
}

static void put_reason(bench *b, const char *id, const char *reason)
{
	text json = text_format(
	    b->a,
	    "{\"resourceType\":\"ServiceRequest\",\"id\":\"%s\",\"status\":\"active\",\"intent\":\"order\"," REFERRAL
	    ",\"subject\":{\"reference\":\"Patient/"
	    "p1\"},\"authoredOn\":\"2026-03-02\",\"reasonCode\":[{\"text\":\"%s\"}]}",
	    id, reason);
	put(b, text_z(b->a, json));
}

TEST(what_a_referral_lacks_is_named)
{
	bench b = open_bench();
	start(&b);
	people(&b);
	put_reason(&b, "r5", "Forhøjet PSA, mistanke om prostatakræft");
	assert_text(facts_line(&b, pathway_id(&b, "r5")), TEXT("referral.missing=psa referral.received"));
	put_reason(&b, "r5", "Forhøjet PSA: 8,4 den 1. marts, mistanke om prostatakræft");
	assert_text(facts_line(&b, pathway_id(&b, "r5")), TEXT("referral.received"));
	int id = fact_id(b.image, TEXT("referral.missing"));
	assert_text(fact_code_word(b.image, id, TEXT("psa"), LANGUAGE_DA), TEXT("PSA-værdi med dato"));
	stop(&b);
}

TEST(a_transaction_may_bring_the_patient)
{
	bench b = open_bench();
	start(&b);
	doc docs[2];
	issues sink = {.arena = b.a};
	/* the referral first: its patient comes after it */
	assert_true(json_parse_resource(b.a, text_of(referral), TEXT(""), &sink, &docs[0]));
	assert_true(json_parse_resource(b.a, text_of(patient), TEXT(""), &sink, &docs[1]));
	write_op w[2];
	for (int i = 0; i < 2; i++)
		w[i] = (write_op){.method = WRITE_UPDATE,
				  .resource = &docs[i],
				  .type = doc_type(&docs[i]),
				  .id = doc_get_text(&docs[i], 0, NAME_id)};
	written out[2];
	assert_false(record_commit(b.record, &secretary, w, 1, b.a, &sink, out));
	assert_int_equal(sink.first->code, FAIL_CHECK);
	sink = (issues){.arena = b.a};
	bool done = record_commit(b.record, &secretary, w, 2, b.a, &sink, out);
	show(&sink);
	assert_true(done);
	assert_text(facts_line(&b, pathway_id(&b, "r1")), TEXT("referral.received"));
	stop(&b);
}

TESTS(T(a_referral_becomes_a_pathway), T(a_fact_is_his_who_said_it_first), T(a_value_said_anew_is_his_who_says_it),
      T(written_again_raises_nothing_more), T(what_points_at_a_member_is_a_member), T(late_arrival_in_any_order),
      T(deletion_takes_the_rest_with_it_and_back), T(linked_elsewhere), T(only_a_doctor_visitates),
      T(bad_referrals_are_refused), T(what_a_referral_lacks_is_named), T(a_transaction_may_bring_the_patient))
