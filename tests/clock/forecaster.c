/* Process times read from a record, and kept for a day: the same as from the facts, whoever asks and from however many threads. */
#include "clock/internal.h"
#include "clock/shipped.h"

#include <pthread.h>

enum { REFERRALS = 45, THREADS = 4, ASKED = 200 };

static const caller doctor = {.actor = {"PractitionerRole/dr-b", 21}, .purpose = {"TREAT", 5}, .scope = {"*", 1}};
static world simulated;
static image *content;
static record *department;
static arena *texts;

static void show(const issues *sink)
{
	for (const issue *i = sink->first; i; i = i->next) {
		text t = issue_line(sink->arena, i, LANGUAGE_EN);
		print_error("%.*s\n", TEXT_ARG(t));
	}
}

/* `json` with ' for ". */
static void put(const char *type, text id, text json)
{
	issues sink = {.arena = texts};
	doc d;
	written out;
	text quoted = text_copy(texts, json);
	for (int64_t i = 0; i < quoted.len; i++)
		if (quoted.at[i] == '\'') ((char *)(uintptr_t)quoted.at)[i] = '"';
	bool fine = json_parse_resource(texts, quoted, TEXT("test"), &sink, &d);
	write_op w = {.method = WRITE_UPDATE, .resource = &d, .type = text_of(type), .id = id};
	fine = fine && record_commit(department, &doctor, &w, 1, texts, &sink, &out);
	show(&sink);
	assert_true(fine);
}

/* Four are received a day, the n-th visitated n / 10 days later; the last five still wait for it. */
static void refer(int n)
{
	day on = day_from_civil((civil){2026, 2, 1}) + n / 4;
	text id = text_format(texts, "r%d", n), received = day_iso(texts, on);
	text visitation = n >= REFERRALS - 5
			      ? TEXT("")
			      : text_format(texts,
					    ",'extension':[{'url':'urn:limen:visitation','extension':[{'url':'at',"
					    "'valueDateTime':'%.*s'}]}]",
					    TEXT_ARG(instant_iso(texts, local_instant(on + n / 10, 540))));
	put("ServiceRequest", id,
	    text_format(texts,
			"{'resourceType':'ServiceRequest','id':'%.*s','status':'active','intent':'order','category':[{"
			"'coding':[{'system':'http://snomed.info/sct','code':'3457005'}]}],'subject':{'reference':"
			"'Patient/p1'},'authoredOn':'%.*s'%.*s}",
			TEXT_ARG(id), TEXT_ARG(received), TEXT_ARG(visitation)));
}

static void open_department(void)
{
	texts = test_arena();
	issues sink = {.arena = texts};
	content = shipped_image(texts);
	pathway_register(content);
	clock_register(content);
	simulated = world_simulated(local_instant(day_from_civil((civil){2026, 2, 13}), 600), 7);
	const char *file = text_z(texts, text_format(texts, "%s/limen.db", temp_folder()));
	const record_options how = {.file = test_store(texts, file), .world = &simulated, .content = content};
	department = record_open(texts, &how, &sink);
	show(&sink);
	assert_non_null(department);
	put("Patient", TEXT("p1"), TEXT("{'resourceType':'Patient','id':'p1'}"));
	put("PractitionerRole", TEXT("dr-b"),
	    TEXT("{'resourceType':'PractitionerRole','id':'dr-b','code':[{'coding':[{'system':'urn:limen:role','code':'"
		 "doctor'}]}]}"));
	for (int n = 0; n < REFERRALS; n++) refer(n);
}

/* What is said of every running clock, one line each. */
static text all_said(reader *rd, const processes *p, arena *a)
{
	buffer b = {.arena = a};
	issues sink = {.arena = a};
	for (int n = 0; n < REFERRALS; n++) {
		facts f;
		clock clocks[64];
		text cause = text_format(a, "pathway:ServiceRequest/r%d", n);
		int64_t rid = record_rid(rd, TEXT("EpisodeOfCare"), uuid_of_name(a, cause));
		assert_true(rid && pathway_facts(reader_snapshot(rd), content, rid, a, &f, &sink));
		int count = clock_compute(content, &f, clocks);
		for (int i = 0; i < count; i++) {
			forecast seen = clock_forecast(p, &clocks[i], &f, world_now(&simulated));
			text said = forecast_say(a, content, &clocks[i], &seen, LANGUAGE_EN);
			buffer_format(&b, "r%d %.*s\n", n, TEXT_ARG(said));
		}
	}
	return buffer_text(&b);
}

/* From the facts alone, oldest first. */
static processes *from_facts(reader *rd, arena *a)
{
	issues sink = {.arena = a};
	processes *p = processes_new(content, world_now(&simulated), a);
	for (int n = 0; n < REFERRALS; n++) {
		facts f;
		clock clocks[64];
		text cause = text_format(a, "pathway:ServiceRequest/r%d", n);
		int64_t rid = record_rid(rd, TEXT("EpisodeOfCare"), uuid_of_name(a, cause));
		assert_true(rid && pathway_facts(reader_snapshot(rd), content, rid, a, &f, &sink));
		int count = clock_compute(content, &f, clocks);
		for (int i = 0; i < count; i++) processes_add(p, &clocks[i], &f);
	}
	processes_ready(p);
	return p;
}

TEST(what_is_read_from_the_record_is_what_the_facts_say)
{
	open_department();
	issues sink = {.arena = texts};
	forecaster *fc = forecaster_new(content);
	reader *rd = record_reader(department, &doctor, texts, &sink);
	const processes *p = forecaster_take(fc, reader_snapshot(rd), world_now(&simulated));
	assert_non_null(p);
	text said = all_said(rd, p, texts);
	assert_text(said, all_said(rd, from_facts(rd, texts), texts));
	assert_true(text_find(said, TEXT(" % (seen on ")) > 0);
	assert_true(text_find(said, TEXT("not known, only 0 that ended")) > 0); /* nobody has decided anything yet */
	forecaster_back(fc, p);
	reader_close(rd);
	forecaster_free(fc);
}

TEST(it_is_made_once_a_day_and_stays_as_it_is_for_who_has_it)
{
	issues sink = {.arena = texts};
	forecaster *fc = forecaster_new(content);
	reader *rd = record_reader(department, &doctor, texts, &sink);
	snapshot *s = reader_snapshot(rd);
	instant now = world_now(&simulated);
	const processes *today = forecaster_take(fc, s, now), *again = forecaster_take(fc, s, now + HOURS(3));
	assert_ptr_equal(today, again);
	text before = all_said(rd, today, texts);
	const processes *tomorrow = forecaster_take(fc, s, now + HOURS(24));
	assert_ptr_not_equal(today, tomorrow);
	forecaster_back(fc, again);
	assert_text(all_said(rd, today, texts), before);
	forecaster_back(fc, today);
	forecaster_back(fc, tomorrow);
	forecaster_back(fc, NULL);
	assert_null(forecaster_take(NULL, s, now));
	reader_close(rd);
	forecaster_free(fc);
}

typedef struct asking {
	forecaster *forecaster;
	pthread_t thread;
	int number, got;
} asking;

static void *ask(void *self)
{
	asking *q = self;
	arena *a = arena_new(64 * MIB);
	issues sink = {.arena = a};
	for (int i = 0; i < ASKED; i++) {
		reader *rd = record_reader(department, &doctor, a, &sink);
		instant now = world_now(&simulated) + HOURS(24) * (i / 20 + q->number % 2);
		const processes *p = forecaster_take(q->forecaster, reader_snapshot(rd), now);
		q->got += p != NULL;
		forecaster_back(q->forecaster, p);
		reader_close(rd);
		arena_reset(a);
	}
	arena_free(a);
	return NULL;
}

TEST(many_ask_at_once)
{
	asking all[THREADS];
	forecaster *fc = forecaster_new(content);
	for (int i = 0; i < THREADS; i++) {
		all[i] = (asking){.forecaster = fc, .number = i};
		assert_int_equal(pthread_create(&all[i].thread, NULL, ask, &all[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(all[i].thread, NULL);
		assert_int_equal(all[i].got, ASKED);
	}
	forecaster_free(fc);
	record_close(department);
	content_free(content);
}

TESTS(T(what_is_read_from_the_record_is_what_the_facts_say), T(it_is_made_once_a_day_and_stays_as_it_is_for_who_has_it),
      T(many_ask_at_once))
