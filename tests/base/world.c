/* The world port, chance, the log and digests. */
#include "harness.h"

#include <fcntl.h>
#include <pthread.h>

#define COUNT(rows) (int)(sizeof(rows) / sizeof *(rows))
enum { MONDAY_MORNING = 1772434800 }; /* 2026-03-02T07:00:00Z */

TEST(simulated_worlds_are_alike)
{
	arena *a = test_arena();
	world x = world_simulated(SECONDS(MONDAY_MORNING), 7), y = world_simulated(SECONDS(MONDAY_MORNING), 7);
	world z = world_simulated(SECONDS(MONDAY_MORNING), 8);
	text first = world_uuid(&x, a);
	assert_text(world_uuid(&y, a), first);
	assert_false(text_equal(world_uuid(&x, a), first));
	assert_false(text_equal(world_uuid(&z, a), first));
	assert_int_equal(first.len, 36);
	assert_int_equal(first.at[14], '4');
	assert_true(world_now(&x) == SECONDS(MONDAY_MORNING));
	assert_true(world_now(&x) == SECONDS(MONDAY_MORNING));
	world_set(&x, SECONDS(MONDAY_MORNING) + 1);
	assert_true(world_now(&x) == SECONDS(MONDAY_MORNING) + 1);
	assert_true(world_now(&y) == SECONDS(MONDAY_MORNING));
}

static void *sleeper(void *w)
{
	world *simulated = w;
	simulated->sleep_until(simulated, SECONDS(MONDAY_MORNING + 60));
	return NULL;
}

TEST(sleepers_wake)
{
	world w = world_simulated(SECONDS(MONDAY_MORNING), 1);
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, sleeper, &w), 0);
	world_set(&w, SECONDS(MONDAY_MORNING + 60));
	pthread_join(thread, NULL);
	world_set(&w, SECONDS(MONDAY_MORNING));
	world_wake(&w); /* before the sleep: kept for it */
	sleeper(&w);
	world *real = world_real();
	world_wake(real);
	real->sleep_until(real, INT64_MAX / 2);
	int64_t before = real->monotonic(real);
	instant wake = world_now(real) + 2000;
	real->sleep_until(real, wake);
	assert_true(world_now(real) >= wake && real->monotonic(real) > before);
	real->sleep_until(real, INSTANT_NONE); /* long past */
}

TEST(the_real_world)
{
	arena *a = test_arena();
	world *w = world_real();
	assert_true(world_now(w) > SECONDS(1700000000));
	assert_false(text_equal(world_uuid(w, a), world_uuid(w, a)));
	char *path = text_z(a, text_format(a, "%s/file", temp_folder()));
	FILE *f = fopen(path, "wb");
	for (int i = 0; i < 100000; i++) fputs("abc", f);
	fclose(f);
	text all;
	assert_true(w->read_file(w, a, text_of(path), &all));
	assert_int_equal(all.len, 300000);
	assert_text(text_slice(all, 299997, 300000), TEXT("abc"));
	assert_false(w->read_file(w, a, TEXT("/nowhere/at/all"), &all));
	assert_false(w->read_file(w, a, TEXT("/"), &all));
}

TEST(chance)
{
	/* xoshiro256** from splitmix64 of 0: the values of the authors' own programs. */
	random_state r = random_seed(0);
	assert_true(r.s[0] == 0xe220a8397b1dcdafu && r.s[3] == 0xf88bb8a8724c81ecu);
	assert_true(random_next(&r) == 0x99ec5f36cb75f2b4u);
	int seen[6] = {0}, weighted[3] = {0};
	for (int i = 0; i < 60000; i++) {
		seen[random_below(&r, 6)]++;
		weighted[random_weighted(&r, (const int[]){1, 0, 3}, 3)]++;
		double unit = random_unit(&r);
		int64_t between = random_between(&r, -2, 2);
		if (unit < 0 || unit >= 1 || between < -2 || between > 2) fail_msg("step %d", i);
	}
	for (int i = 0; i < 6; i++) assert_in_range(seen[i], 9500, 10500);
	assert_in_range(weighted[0], 14400, 15600);
	assert_int_equal(weighted[1], 0);
	random_between(&r, INT64_MIN, INT64_MAX);
	assert_int_equal(random_between(&r, 5, 5), 5);
}

static const struct {
	const char *url, *allowed;
	bool may;
} addresses[] = {
    {"https://a.example/hook", "https://a.example", true},
    {"https://a.example/hook", "https://a.example/", true},
    {"https://a.example/hook", "https://b.example https://a.example/hook", true},
    {"https://a.example/hook/x", "https://b.example,https://A.EXAMPLE/hook", true},
    {"https://a.example:443/hook", "https://a.example", true},
    {"https://a.example/hooks", "https://a.example/hook", false},
    {"https://a.example/hook/../x", "https://a.example/hook", false},
    {"https://a.example/hook/%2e%2e/x", "https://a.example/hook", false},
    {"http://a.example/hook", "https://a.example", false},
    {"https://a.example:8443/hook", "https://a.example", false},
    {"https://a.example.evil.example/hook", "https://a.example", false},
    {"https://a.example@evil.example/hook", "https://a.example", false},
    {"https://u:p@a.example/hook", "https://a.example", false},
    {"https://a.example/hook#x", "https://a.example", false},
    {"https://a.example/ho ok", "https://a.example", false},
    {"https://a.example/ho\nok", "https://a.example", false},
    {"file:///etc/passwd", "file:///etc", false},
    {"ftp://a.example/", "ftp://a.example", false},
    {"http://127.0.0.1:8080/x", "loopback", true},
    {"http://localhost/x", "loopback", true},
    {"http://[::1]:9/x", "loopback", true},
    {"http://127.0.0.1.evil.example/x", "loopback", false},
    {"https://a.example/", "", false},
    {"", "https://a.example", false},
    {"a.example/x", "https://a.example", false},
};

TEST(where_the_net_may_go)
{
	arena *a = test_arena();
	for (int i = 0; i < COUNT(addresses); i++) {
		bool may = net_url_allowed(a, text_of(addresses[i].url), text_of(addresses[i].allowed));
		if (may != addresses[i].may) fail_msg("row %d: %s", i, addresses[i].url);
	}
	assert_true(net_header_valid(TEXT("Authorization: Bearer x")));
	assert_false(net_header_valid(TEXT("Authorization Bearer")));
	assert_false(net_header_valid(TEXT("X: a\r\nY: b")));
	assert_false(net_header_valid(TEXT(": a")));
}

/* Test people's day of birth has 60 added. */
static const struct {
	const char *in, *out;
} redactions[] = {
    {"", ""},
    {"6101901234", "xxxxxx-xxxx"},
    {"610190-1234", "xxxxxx-xxxx"},
    {"610190 1234", "xxxxxx-xxxx"},
    {"patient 610190-1234, 9112051234.", "patient xxxxxx-xxxx, xxxxxx-xxxx."},
    {"cpr=6101901234&x", "cpr=xxxxxx-xxxx&x"},
    {"urn:oid:1.2.208.176.1.2|7012991234", "urn:oid:1.2.208.176.1.2|xxxxxx-xxxx"},
    {"6101901AB1", "xxxxxx-xxxx"},  /* a replacement number with letters */
    {"9213901234", "9213901234"},   /* month 13 */
    {"0001901234", "0001901234"},   /* day 0 */
    {"61019012345", "61019012345"}, /* eleven digits */
    {"61019-01234", "61019-01234"},
    {"610190-123", "610190-123"},
    {"610190-12345", "610190-12345"},
    {"2026-03-02T10:00:00", "2026-03-02T10:00:00"},
    {"1772434800000000", "1772434800000000"},
};

TEST(logs_hide_people)
{
	arena *a = test_arena();
	for (int i = 0; i < COUNT(redactions); i++)
		assert_text(log_redact(a, text_of(redactions[i].in)), text_of(redactions[i].out));
	const char *pairs[] = {"who 6101901234", "610190-1234", "say", "a\"b\\c\n\x01\xC3\xA6", "bad", "x\xFFy", NULL};
	assert_text(
	    log_line(a, SECONDS(MONDAY_MORNING), LOG_WARN, "read 6101901234", pairs),
	    TEXT("{\"at\":\"2026-03-02T08:00:00+01:00\",\"level\":\"warn\",\"event\":\"read xxxxxx-xxxx\","
		 "\"who xxxxxx-xxxx\":\"xxxxxx-xxxx\",\"say\":\"a\\\"b\\\\c\\u000a\\u0001æ\",\"bad\":\"x\"}\n"));
}

TEST(logs_are_cut_where_they_are_long)
{
	arena *a = test_arena();
	buffer b = {.arena = a};
	for (int i = 0; i < 100000; i++) buffer_add(&b, TEXT("6101901234,"));
	buffer_char(&b, 0);
	const char *pairs[] = {"long", b.at, NULL};
	text line = log_line(a, 0, LOG_INFO, "x", pairs);
	assert_true(line.len < LOG_VALUE_BYTES_MAX + 100);
	assert_int_equal(text_find(line, TEXT("610190")), -1);
}

TEST(events_are_written)
{
	arena *a = test_arena();
	char *path = text_z(a, text_format(a, "%s/log", temp_folder()));
	int file = open(path, O_WRONLY | O_CREAT, 0600);
	world w = world_simulated(SECONDS(MONDAY_MORNING), 1);
	log_open(&w, LOG_INFO, file);
	log_event(LOG_DEBUG, "not this", NULL);
	log_event(LOG_INFO, "commit", "seq", "12", NULL);
	log_event(LOG_ERROR, "stop", NULL);
	log_open(NULL, LOG_INFO, -1);
	log_event(LOG_ERROR, "nor this", NULL);
	close(file);
	assert_text(
	    read_file(a, path),
	    TEXT("{\"at\":\"2026-03-02T08:00:00+01:00\",\"level\":\"info\",\"event\":\"commit\",\"seq\":\"12\"}\n"
		 "{\"at\":\"2026-03-02T08:00:00+01:00\",\"level\":\"error\",\"event\":\"stop\"}\n"));
}

TEST(digests)
{
	arena *a = test_arena();
	digest none = digest_of(TEXT("")), abc = digest_of(TEXT("abc"));
	assert_text(digest_hex(a, none), TEXT("0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"));
	assert_text(digest_hex(a, abc), TEXT("bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"));
	assert_text(digest_hex(a, digest_pair(none, abc)),
		    TEXT("6274b1bdaf59df55ad2433db4eb488e08fadeed520d6fca412f661bf4dfce1c1"));
	assert_text(uuid_of_name(a, TEXT("")), TEXT("ed60a1ca-242f-5257-bc49-e0cdbbb53726"));
	assert_text(uuid_of_name(a, TEXT("Task/udredning/æ")), TEXT("6cf0b9f7-79d3-5797-b10f-c6f42b641aca"));
}

TESTS(T(simulated_worlds_are_alike), T(sleepers_wake), T(the_real_world), T(where_the_net_may_go), T(chance),
      T(logs_hide_people), T(logs_are_cut_where_they_are_long), T(events_are_written), T(digests))
