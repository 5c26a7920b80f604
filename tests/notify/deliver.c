/* What a receiver is told, when, and in which order; receivers that fail, hang, vanish and return; what is refused. */
#include "receiver.h"

TEST(a_topic_is_told)
{
	desk d;
	receiver r = {0};
	desk_open(&d);
	receiver_start(&r, 0);
	subscribe(&d, "s", topical(d.arena, "s", "opgaver", "", "full-resource", r.port, ",'header':['X-Key: k1']"));
	EVENTUALLY(receiver_count(&r) == 1);
	EVENTUALLY(text_equal(standing(&d, "s"), TEXT("active")));
	task(&d, "t", "requested", 1);
	EVENTUALLY(receiver_count(&r) == 2);
	task(&d, "t", "completed", 2);
	EVENTUALLY(receiver_count(&r) == 3);
	assert_int_equal(desk_write(&d, &anna, "Task", "t", (text){0}, NULL), FAILURE_COUNT);
	EVENTUALLY(receiver_count(&r) == 4);
	assert_text(all_told(&d, &r), TEXT("handshake,1,2,3"));
	text first = heard_body(&r, 1), last = heard_body(&r, 3);
	assert_true(text_find(first, TEXT("\"fullUrl\":\"http://limen.test/fhir/Task/t\"")) > 0);
	assert_true(text_find(first, TEXT("\"description\":\"1\"")) > 0);
	assert_true(text_find(first, TEXT("\"method\":\"POST\",\"url\":\"Task\"")) > 0);
	assert_true(text_find(last, TEXT("\"method\":\"DELETE\",\"url\":\"Task/t\"")) > 0);
	assert_true(text_find(heard_head(&r, 1), TEXT("X-Key: k1")) > 0);
	assert_true(text_starts(heard_head(&r, 1), TEXT("POST /hook HTTP/1.1")));
	desk_close(&d);
	receiver_stop(&r);
	receiver_free(&r);
}

/* Each in a hospital of its own: content, filter, what is said of Task/a (Patient/p) created, then completed. */
static const struct {
	const char *topic, *filter, *content;
	const char *expected, *within, *not_within;
} topic_rows[] = {
    {"opgaver", "", "empty", "handshake,1,2", "events-since-subscription-start", "Task/a"},
    {"opgaver", "", "id-only", "handshake,1,2", "Task/a", "description"},
    {"opgaver", "Task?patient=Patient/p", "id-only", "handshake,1,2", "Task/a", "description"},
    {"opgaver", "Task?patient=Patient/q", "id-only", "handshake", "handshake", "Task/a"},
    {"opgaver", "Task?status=completed", "full-resource", "handshake,1", "completed", "'requested'"},
    {"opgaver-lukket", "", "full-resource", "handshake,1", "completed", "requested"},
    {"aftaler", "", "id-only", "handshake", "handshake", "Task/a"},
};

TEST(topics_filters_and_contents)
{
	for (size_t i = 0; i < sizeof topic_rows / sizeof *topic_rows; i++) {
		desk d;
		receiver r = {0};
		desk_open(&d);
		receiver_start(&r, 0);
		subscribe(&d, "s",
			  topical(d.arena, "s", topic_rows[i].topic, topic_rows[i].filter, topic_rows[i].content,
				  r.port, ""));
		EVENTUALLY(text_equal(standing(&d, "s"), TEXT("active")));
		task(&d, "a", "requested", 1);
		int64_t wanted = 0;
		for (const char *c = topic_rows[i].expected; *c; c++) wanted += *c == ',';
		EVENTUALLY(receiver_count(&r) >= (wanted == 2 ? 2 : 1));
		task(&d, "a", "completed", 2);
		EVENTUALLY(receiver_count(&r) == wanted + 1);
		poll(NULL, 0, 30);
		assert_text(all_told(&d, &r), text_of(topic_rows[i].expected));
		text last = heard_body(&r, receiver_count(&r) - 1);
		assert_true(text_find(last, text_of(topic_rows[i].within)) >= 0);
		if (text_find(last, text_of(topic_rows[i].not_within)) >= 0) print_error("row %d\n", (int)i);
		assert_true(text_find(last, text_of(topic_rows[i].not_within)) < 0);
		desk_close(&d);
		receiver_stop(&r);
		receiver_free(&r);
	}
}

TEST(plain_ones)
{
	desk d;
	receiver with = {0}, without = {0};
	desk_open(&d);
	receiver_start(&with, 0);
	receiver_start(&without, 0);
	subscribe(&d, "w",
		  plain(d.arena, "w", "Task?status=requested", ",'payload':'application/fhir+json'", with.port));
	subscribe(&d, "o", plain(d.arena, "o", "Task?patient=Patient%2Fp", "", without.port));
	EVENTUALLY(text_equal(standing(&d, "w"), TEXT("active")) && text_equal(standing(&d, "o"), TEXT("active")));
	task(&d, "a", "requested", 1);
	task(&d, "a", "completed", 2);
	task(&d, "b", "requested", 3);
	assert_int_equal(desk_write(&d, &anna, "Task", "b", (text){0}, NULL), FAILURE_COUNT); /* not told: R4 2.46.1 */
	EVENTUALLY(receiver_count(&with) == 2 && receiver_count(&without) == 3);
	poll(NULL, 0, 30);
	assert_int_equal(receiver_count(&with), 2);
	assert_true(text_starts(heard_head(&with, 0), TEXT("PUT /hook/Task/a HTTP/1.1")));
	assert_true(text_find(heard_body(&with, 0), TEXT("\"description\":\"1\"")) > 0);
	assert_true(text_starts(heard_head(&with, 1), TEXT("PUT /hook/Task/b HTTP/1.1")));
	assert_true(text_starts(heard_head(&without, 0), TEXT("POST /hook HTTP/1.1")));
	assert_int_equal(heard_body(&without, 0).len, 0);
	desk_close(&d);
	receiver_stop(&with);
	receiver_stop(&without);
	receiver_free(&with);
	receiver_free(&without);
}

/* Lets time pass a pause at a time until `what` holds. */
#define IN_TIME(d, step, what)                                                                                         \
	do {                                                                                                           \
		for (int tries = 0; !(what) && tries < 400; tries++) {                                                 \
			time_passes(d, step);                                                                          \
			poll(NULL, 0, 25);                                                                             \
		}                                                                                                      \
		assert_true(what);                                                                                     \
	} while (0)

TEST(a_receiver_fails_for_a_while)
{
	desk d;
	receiver r = {0};
	desk_open(&d);
	receiver_start(&r, 0);
	subscribe(&d, "s", topical(d.arena, "s", "opgaver", "", "id-only", r.port, ""));
	EVENTUALLY(text_equal(standing(&d, "s"), TEXT("active")));
	atomic_store(&r.manner, FAILS);
	for (int i = 0; i < 45; i++) task(&d, text_z(d.arena, text_format(d.arena, "t%d", i)), "requested", i);
	EVENTUALLY(atomic_load(&r.refused) == 1);
	poll(NULL, 0, 700); /* it is not asked again before its time */
	assert_int_equal(atomic_load(&r.refused), 1);
	assert_text(standing(&d, "s"), TEXT("active"));
	IN_TIME(&d, SECONDS(10), text_starts(standing(&d, "s"), TEXT("error: Modtageren svarede 500 not today")));
	assert_int_equal(atomic_load(&r.refused), 3);
	atomic_store(&r.manner, ANSWERS);
	IN_TIME(&d, MINUTES(1), receiver_count(&r) == 4);
	EVENTUALLY(text_equal(standing(&d, "s"), TEXT("active")));
	assert_text(
	    all_told(&d, &r),
	    TEXT("handshake,1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20,21 22 23 24 25 26 27 28 29 30 31 32 33 "
		 "34 35 36 37 38 39 40,41 42 43 44 45"));
	desk_close(&d);
	receiver_stop(&r);
	receiver_free(&r);
}

TEST(a_receiver_vanishes_and_returns)
{
	desk d;
	receiver r = {0};
	desk_open(&d);
	receiver_start(&r, 0);
	int port = r.port;
	subscribe(&d, "s", topical(d.arena, "s", "opgaver", "", "empty", port, ""));
	EVENTUALLY(text_equal(standing(&d, "s"), TEXT("active")));
	receiver_stop(&r);
	task(&d, "t", "requested", 1);
	IN_TIME(&d, SECONDS(10), text_starts(standing(&d, "s"), TEXT("error: Modtageren svarede ikke")));
	/* The house closes and opens again meanwhile. */
	task(&d, "t", "accepted", 2);
	notify_stop(d.notifier);
	record_close(d.record);
	desk_open_record(&d, &d.world);
	d.notifier = notify_start(d.record, &d.world);
	task(&d, "t", "completed", 3);
	receiver_start(&r, port);
	IN_TIME(&d, MINUTES(1), receiver_count(&r) == 2);
	EVENTUALLY(text_equal(standing(&d, "s"), TEXT("active")));
	assert_text(all_told(&d, &r), TEXT("handshake,1 2 3"));
	desk_close(&d);
	receiver_stop(&r);
	receiver_free(&r);
}

TEST(nobody_is_home_for_a_week)
{
	desk d;
	receiver r = {0};
	desk_open(&d);
	receiver_start(&r, 0);
	subscribe(&d, "s", topical(d.arena, "s", "opgaver", "", "empty", r.port, ""));
	EVENTUALLY(text_equal(standing(&d, "s"), TEXT("active")));
	atomic_store(&r.manner, FAILS);
	task(&d, "t", "requested", 1);
	IN_TIME(&d, HOURS(3), text_find(standing(&d, "s"), TEXT("Opgivet efter 7 dage")) > 0);
	int tried = atomic_load(&r.refused);
	assert_true(tried >= 15);
	for (int i = 0; i < 10; i++) {
		time_passes(&d, HOURS(24));
		poll(NULL, 0, 60);
	}
	assert_int_equal(atomic_load(&r.refused), tried); /* left in peace */
	task(&d, "t", "accepted", 2);                     /* and still nothing is dropped */
	atomic_store(&r.manner, ANSWERS);
	subscribe(&d, "s", topical(d.arena, "s", "opgaver", "", "empty", r.port, ""));
	EVENTUALLY(receiver_count(&r) == 3);
	assert_text(all_told(&d, &r), TEXT("handshake,handshake,1 2"));
	desk_close(&d);
	receiver_stop(&r);
	receiver_free(&r);
}

TEST(who_hangs_holds_nobody_up)
{
	enum { HANGING = 24 };
	desk d;
	receiver r = {0}, hanging[HANGING] = {{0}};
	desk_open(&d);
	receiver_start(&r, 0);
	for (int i = 0; i < HANGING; i++) {
		const char *id = text_z(d.arena, text_format(d.arena, "h%d", i));
		receiver_start(&hanging[i], 0);
		subscribe(&d, id,
			  topical(d.arena, id, "opgaver", "", "empty", hanging[i].port,
				  ",'extension':[{'url':'" EXT "timeout','valueUnsignedInt':1}]"));
		EVENTUALLY(text_equal(standing(&d, id), TEXT("active")));
		atomic_store(&hanging[i].manner, HANGS);
	}
	task(&d, "t", "requested", 0);
	for (int i = 0; i < HANGING; i++) EVENTUALLY(atomic_load(&hanging[i].refused) > 0);
	subscribe(&d, "s", topical(d.arena, "s", "opgaver", "", "empty", r.port, ""));
	EVENTUALLY(text_equal(standing(&d, "s"), TEXT("active")));
	time_passes(&d, MINUTES(1)); /* all of them are due again */
	poll(NULL, 0, 600);
	world *w = world_real();
	int64_t began = w->monotonic(w);
	task(&d, "t", "completed", 1);
	EVENTUALLY(receiver_count(&r) == 2);
	int64_t took = w->monotonic(w) - began;
	print_message("beside %d that hang, one that does not is told after %lld ms\n", HANGING,
		      (long long)took / 1000);
	assert_true(took < SECONDS(3));
	desk_close(&d);
	receiver_stop(&r);
	receiver_free(&r);
	for (int i = 0; i < HANGING; i++) {
		receiver_stop(&hanging[i]);
		receiver_free(&hanging[i]);
	}
}

TEST(beats_and_ends)
{
	desk d;
	receiver r = {0};
	desk_open(&d);
	receiver_start(&r, 0);
	text json = topical(d.arena, "s", "opgaver", "", "empty", r.port,
			    ",'extension':[{'url':'" EXT "heartbeat-period','valueUnsignedInt':60}]");
	json = text_join(d.arena, text_slice(json, 0, json.len - 1), TEXT(",'end':'2026-11-20T12:00:00+01:00'}"));
	subscribe(&d, "s", json);
	EVENTUALLY(text_equal(standing(&d, "s"), TEXT("active")));
	time_passes(&d, SECONDS(61));
	EVENTUALLY(receiver_count(&r) == 2);
	task(&d, "t", "requested", 1);
	EVENTUALLY(receiver_count(&r) == 3);
	time_passes(&d, HOURS(3));
	EVENTUALLY(text_equal(standing(&d, "s"), TEXT("off")));
	task(&d, "t", "completed", 2);
	poll(NULL, 0, 100);
	assert_text(all_told(&d, &r), TEXT("handshake,heartbeat,1"));
	desk_close(&d);
	receiver_stop(&r);
	receiver_free(&r);
}

/* The log is written when the receiver has answered: a moment after it has counted. */
static int deliveries(desk *d, const char *id)
{
	issues sink = {.arena = d->arena};
	notify_delivery *log;
	reader *rd = record_reader(d->record, &anna, d->arena, &sink);
	int count = notify_deliveries(rd, text_of(id), 100, d->arena, &log, &sink);
	reader_close(rd);
	return count;
}

TEST(once_more)
{
	desk d;
	receiver r = {0};
	desk_open(&d);
	receiver_start(&r, 0);
	issues sink = {.arena = d.arena};
	subscribe(&d, "s", topical(d.arena, "s", "opgaver", "", "id-only", r.port, ""));
	EVENTUALLY(text_equal(standing(&d, "s"), TEXT("active")));
	for (int i = 1; i <= 5; i++) {
		task(&d, "t", i % 2 ? "requested" : "accepted", i);
		EVENTUALLY(receiver_count(&r) == 1 + i);
	}
	assert_true(notify_resend(d.record, &anna, TEXT("s"), 3, d.arena, &sink));
	EVENTUALLY(receiver_count(&r) == 7);
	assert_text(all_told(&d, &r), TEXT("handshake,1,2,3,4,5,3 4 5"));
	assert_false(notify_resend(d.record, &anna, TEXT("s"), 6, d.arena, &sink));
	assert_int_equal(sink.first->code, FAIL_NOTIFY_NUMBER);
	sink = (issues){.arena = d.arena};
	assert_false(notify_resend(d.record, &anna, TEXT("other"), 0, d.arena, &sink));
	assert_int_equal(sink.first->code, FAIL_NOTIFY_NONE);
	EVENTUALLY(deliveries(&d, "s") == 7);
	reader *rd = record_reader(d.record, &anna, d.arena, &sink);
	notify_delivery *log;
	int count = notify_deliveries(rd, TEXT("s"), 100, d.arena, &log, &sink);
	assert_int_equal(count, 7);
	assert_int_equal(log[0].first, 3);
	assert_int_equal(log[0].last, 5);
	assert_int_equal(log[6].kind, NOTIFY_HANDSHAKE);
	assert_int_equal(log[0].status, 200);
	reader_close(rd);
	/* What is old is forgotten: deliveries, and events that were told. */
	time_passes(&d, HOURS(24) * 40);
	task(&d, "t", "requested", 6);
	EVENTUALLY(receiver_count(&r) == 8);
	EVENTUALLY(deliveries(&d, "s") == 1);
	rd = record_reader(d.record, &anna, d.arena, &sink);
	assert_int_equal(notify_deliveries(rd, TEXT("s"), 100, d.arena, &log, &sink), 1);
	assert_int_equal(log[0].number, 8);
	reader_close(rd);
	desk_close(&d);
	receiver_stop(&r);
	receiver_free(&r);
}

static const struct {
	const char *json;
	failure why;
} refusals[] = {
#define PLAIN(criteria, channel)                                                                                       \
	"{'resourceType':'Subscription','id':'s','status':'requested','reason':'r','criteria':'" criteria              \
	"','channel':{" channel "}}"
#define HOOK "'type':'rest-hook','endpoint':'http://127.0.0.1:9/x'"
    {PLAIN("Task?status=requested", HOOK), FAILURE_COUNT},
    {PLAIN("Task", HOOK), FAILURE_COUNT},
    {PLAIN("Task?nothing=1", HOOK), FAIL_SEARCH_PARAMETER},
    {PLAIN("Task?patient.name=x", HOOK), FAIL_SEARCH_UNSUPPORTED},
    {PLAIN("Task?_sort=status", HOOK), FAIL_SEARCH_UNSUPPORTED},
    {PLAIN("Task?authored-on=soon", HOOK), FAIL_SEARCH_VALUE},
    {PLAIN("Task?a=%zz", HOOK), FAIL_NOTIFY_CRITERIA},
    {PLAIN("Thing?a=b", HOOK), FAIL_NOTIFY_TYPE},
    {PLAIN("Subscription?status=active", HOOK), FAIL_NOTIFY_TYPE},
    {PLAIN("urn:limen:topic:none", HOOK), FAIL_NOTIFY_TOPIC},
    {PLAIN("http://elsewhere.example/topic", HOOK), FAIL_NOTIFY_TOPIC},
    {PLAIN("Task", "'type':'email','endpoint':'mailto:x@y.example'"), FAIL_NOTIFY_CHANNEL},
    {PLAIN("Task", "'type':'rest-hook'"), FAIL_NOTIFY_URL},
    {PLAIN("Task", "'type':'rest-hook','endpoint':'http://u:p@127.0.0.1/'"), FAIL_NOTIFY_URL},
    {PLAIN("Task", "'type':'rest-hook','endpoint':'file:///etc/passwd'"), FAIL_NOTIFY_URL},
    {PLAIN("Task", "'type':'rest-hook','endpoint':'https://elsewhere.example/x'"), FAIL_NOTIFY_ENDPOINT},
    {PLAIN("Task", "'type':'rest-hook','endpoint':'http://127.0.0.1.elsewhere.example/x'"), FAIL_NOTIFY_ENDPOINT},
    {PLAIN("Task", HOOK ",'payload':'application/fhir+xml'"), FAIL_NOTIFY_PAYLOAD},
    {PLAIN("Task", HOOK ",'header':['no colon']"), FAIL_NOTIFY_HEADER},
    {PLAIN("Task", HOOK ",'extension':[{'url':'" EXT "timeout','valueUnsignedInt':600}]"), FAIL_NOTIFY_NUMBER},
    {"{'resourceType':'Subscription','id':'s','status':'active','reason':'r','criteria':'Task','channel':{" HOOK "}}",
     FAIL_NOTIFY_STATUS},
    {"{'resourceType':'Subscription','id':'s','status':'off','reason':'r','criteria':'Task','channel':{'type':'rest-"
     "hook',"
     "'endpoint':'https://elsewhere.example/x'}}",
     FAILURE_COUNT},
};

TEST(what_is_refused)
{
	desk d;
	desk_open(&d);
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		failure why = desk_write(&d, &anna, "Subscription", "s", text_of(refusals[i].json), NULL);
		if (why != refusals[i].why)
			print_error("row %d: %s\n", (int)i, why == FAILURE_COUNT ? "written" : failure_name(why));
		assert_int_equal(why, refusals[i].why);
		desk_write(&d, &anna, "Subscription", "s", (text){0}, NULL);
	}
	assert_int_equal(desk_write(&d, &anna, "Subscription", "s",
				    topical(d.arena, "s", "opgaver", "Task?intent=order", "empty", 9, ""), NULL),
			 FAIL_NOTIFY_FILTER);
	assert_int_equal(desk_write(&d, &anna, "Subscription", "s",
				    topical(d.arena, "s", "opgaver", "Patient?name=x", "empty", 9, ""), NULL),
			 FAIL_NOTIFY_CRITERIA);
	desk_close(&d);
}

/* Who may not see tasks cannot have them told; what one may see is asked with each event. */
TEST(scope)
{
	desk d;
	receiver r = {0};
	desk_open(&d);
	receiver_start(&r, 0);
	const caller narrow = {
	    .actor = TEXT("Device/x"), .purpose = TEXT("HADMIN"), .scope = TEXT("Subscription,Patient")};
	text tasks = topical(d.arena, "s", "opgaver", "", "id-only", r.port, "");
	assert_int_equal(desk_write(&d, &narrow, "Subscription", "s", tasks, NULL), FAIL_RECORD_SCOPE);
	text patients = plain(d.arena, "p", "Patient", ",'payload':'application/fhir+json'", r.port);
	assert_int_equal(desk_write(&d, &narrow, "Subscription", "p", patients, NULL), FAILURE_COUNT);
	EVENTUALLY(text_equal(standing(&d, "p"), TEXT("active")));
	assert_int_equal(desk_write(&d, &anna, "Patient", "x", TEXT("{'resourceType':'Patient','id':'x'}"), NULL),
			 FAILURE_COUNT);
	EVENTUALLY(receiver_count(&r) == 1);
	desk_close(&d);
	receiver_stop(&r);
	receiver_free(&r);
}

TESTS(T(a_topic_is_told), T(topics_filters_and_contents), T(plain_ones), T(a_receiver_fails_for_a_while),
      T(a_receiver_vanishes_and_returns), T(nobody_is_home_for_a_week), T(who_hangs_holds_nobody_up), T(beats_and_ends),
      T(once_more), T(what_is_refused), T(scope))
