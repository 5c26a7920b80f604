/* The listener over a real socket: what node:test does not reach: odd bytes on the line, many threads, streams and stopping. */
#include "desk.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

static desk *the_desk;
static listener *the_listener;

static listener *start(void)
{
	issues sink = {.arena = the_desk->arena};
	listener *l = http_start(&the_desk->app, &(listen_options){.host = TEXT("127.0.0.1"), .threads = 4}, &sink);
	if (!l) desk_fail(the_desk->arena, &sink);
	return l;
}

static int line_to(int port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in there = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_int_equal(connect(fd, (struct sockaddr *)&there, sizeof there), 0);
	return fd;
}

static void say(int fd, text t)
{
	for (int64_t done = 0; done < t.len;) {
		ssize_t n = send(fd, t.at + done, (size_t)(t.len - done), MSG_NOSIGNAL);
		if (n <= 0) return;
		done += n;
	}
}

/* Reads until `wanted` has come, the other side closes, or nothing comes for a while. */
static text hear(arena *a, int fd, text wanted, int patience_ms)
{
	buffer b = {.arena = a};
	struct pollfd p = {.fd = fd, .events = POLLIN};
	while (poll(&p, 1, patience_ms) > 0) {
		char *room = buffer_room(&b, 64 * KIB);
		ssize_t n = recv(fd, room, (size_t)(64 * KIB), 0);
		if (n <= 0) break;
		b.len += n;
		if (wanted.len > 0 && text_find(buffer_text(&b), wanted) >= 0) break;
	}
	return buffer_text(&b);
}

static text exchange_of(arena *a, const char *request)
{
	int fd = line_to(http_port(the_listener));
	say(fd, text_of(request));
	text reply = hear(a, fd, (text){0}, 5000);
	close(fd);
	return reply;
}

#define CLOSE "Host: localhost\r\nX-Limen-Actor: Device/test\r\nConnection: close\r\n"
#define JSON "Content-Type: application/fhir+json\r\n"

static const struct {
	const char *request, *status, *found;
} rows[] = {
    {"GET /fhir/metadata HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 200", "CapabilityStatement"},
    {"GET /fhir/metadata HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 200", "Date: Fri, 20 Nov 2026 09:00:00 GMT"},
    {"POST /fhir/Patient HTTP/1.1\r\n" CLOSE JSON
     "Content-Length: 36\r\n\r\n{\"resourceType\":\"Patient\",\"id\":\"x1\"}",
     "HTTP/1.1 201", "ETag: W/\"1\""},
    {"POST /fhir/Patient HTTP/1.1\r\n" CLOSE JSON
     "Transfer-Encoding: chunked\r\n\r\n7\r\n{\"resou\r\n13\r\nrceType\":\"Patient\"}\r\n0\r\n\r\n",
     "HTTP/1.1 201", "Location"},
    {"POST /fhir/Patient HTTP/1.1\r\n" CLOSE JSON
     "Expect: 100-continue\r\nContent-Length: 26\r\n\r\n{\"resourceType\":\"Patient\"}",
     "HTTP/1.1 100", "HTTP/1.1 201"},
    {"HEAD /fhir/metadata HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 200", "Content-Length"},
    {"GET /fhir/Patient?family=%e6 HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 400", "HTTP_TARGET"},
    {"GET /fhir/Patient/a%2Fb HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 400", "HTTP_ID"},
    {"BREW /fhir/Patient HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 405", "Allow: GET, HEAD, POST"},
    {"GET /fhir/metadata HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "HTTP/1.1 403", "HTTP_HOST"},
    {"GET /fhir/Patient/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "HTTP/1.1 401",
     "WWW-Authenticate: Limen-Actor"},
    {"GET /nothing HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 404", "OperationOutcome"},
};

TEST(conversations)
{
	arena *a = test_arena();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		text reply = exchange_of(a, rows[i].request);
		bool fits =
		    text_starts(reply, text_of(rows[i].status)) && text_find(reply, text_of(rows[i].found)) >= 0;
		if (!fits)
			fail_msg("%s\n%.*s", rows[i].request, (int)(reply.len > 500 ? 500 : reply.len),
				 reply.at ? reply.at : "");
	}
}

TEST(a_line_is_kept_for_the_next_question)
{
	arena *a = test_arena();
	int fd = line_to(http_port(the_listener));
	for (int i = 0; i < 3; i++) {
		say(fd,
		    TEXT("GET /fhir/Patient/nobody HTTP/1.1\r\nHost: localhost\r\nX-Limen-Actor: Device/test\r\n\r\n"));
		text reply = hear(a, fd, TEXT("]}"), 5000);
		assert_true(text_starts(reply, TEXT("HTTP/1.1 404")));
	}
	close(fd);
}

static void *asks(void *self)
{
	arena *a = arena_new(16 * MIB);
	int *good = self;
	for (int i = 0; i < 20; i++) {
		text reply =
		    exchange_of(a, i % 2 ? "GET /fhir/Patient?_count=5 HTTP/1.1\r\n" CLOSE "\r\n" : rows[3].request);
		*good += text_starts(reply, TEXT("HTTP/1.1 20"));
		arena_reset(a);
	}
	arena_free(a);
	return NULL;
}

TEST(many_at_once)
{
	pthread_t threads[8];
	int good[8] = {0};
	for (int i = 0; i < 8; i++) pthread_create(&threads[i], NULL, asks, &good[i]);
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(good[i], 20);
	}
}

static int listen_in(const char *more)
{
	arena *a = test_arena();
	int fd = line_to(http_port(the_listener));
	say(fd, text_format(a, "GET /fhir/$feed?actor=Device/test%s HTTP/1.1\r\nHost: localhost\r\n\r\n", more));
	return fd;
}

TEST(feeds_hear_and_end)
{
	arena *a = test_arena();
	enum { LISTENERS = 12 };
	int fds[LISTENERS];
	listener *first = the_listener;
	the_listener = start();
	for (int i = 0; i < LISTENERS; i++) {
		fds[i] = listen_in("");
		text reply = hear(a, fds[i], TEXT("retry: 2000"), 5000);
		assert_true(text_starts(reply, TEXT("HTTP/1.1 200")));
	}
	close(fds[0]); /* one has gone without a word */
	http_response p = http_call(&the_desk->app, a, &tester, "PUT", TEXT("/fhir/Patient/feed"),
				    TEXT("{\"resourceType\":\"Patient\",\"id\":\"feed\"}"));
	assert_int_equal(p.status, 201);
	for (int i = 1; i < LISTENERS; i++)
		assert_true(text_find(hear(a, fds[i], TEXT("\"id\":\"feed\""), 5000), TEXT("event: change")) >= 0);
	p = http_call(&the_desk->app, a, &tester, "PUT", TEXT("/fhir/Task/owned"),
		      TEXT("{\"resourceType\":\"Task\",\"id\":\"owned\",\"status\":\"accepted\",\"intent\":\"order\","
			   "\"owner\":{\"reference\":\"PractitionerRole/sek-a\"}}"));
	assert_int_equal(p.status, 201);
	for (int i = 1; i < LISTENERS; i++)
		assert_true(text_find(hear(a, fds[i], TEXT("\"id\":\"owned\""), 5000),
				      TEXT("\"owner\":\"PractitionerRole/sek-a\"")) >= 0);
	http_stop(the_listener);
	the_listener = first;
	for (int i = 1; i < LISTENERS; i++) {
		assert_true(
		    text_ends(hear(a, fds[i], (text){0}, 5000), TEXT("0\r\n\r\n"))); /* the last chunk: a proper end */
		close(fds[i]);
	}
}

TEST(more_feeds_than_there_is_room_for)
{
	arena *a = test_arena();
	int fds[FEED_STREAMS_MAX + 1];
	for (int i = 0; i < FEED_STREAMS_MAX; i++) {
		fds[i] = listen_in("&after=0");
		assert_true(text_starts(hear(a, fds[i], TEXT("retry: 2000"), 5000), TEXT("HTTP/1.1 200")));
		arena_reset(a);
	}
	fds[FEED_STREAMS_MAX] = listen_in("");
	assert_true(text_starts(hear(a, fds[FEED_STREAMS_MAX], TEXT("HTTP_FEEDS"), 5000), TEXT("HTTP/1.1 503")));
	for (int i = 0; i <= FEED_STREAMS_MAX; i++) close(fds[i]);
}

TEST(where_it_may_not_listen)
{
	arena *a = test_arena();
	static const char *const hosts[] = {"0.0.0.0", "192.168.1.1", "::", "example.org", ""};
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		issues sink = {.arena = a};
		assert_null(
		    http_start(&the_desk->app, &(listen_options){.host = text_of(hosts[i]), .threads = 2}, &sink));
		assert_int_equal(sink.first->code, FAIL_HTTP_LISTEN_HOST);
	}
	issues sink = {.arena = a};
	const listen_options taken = {.host = TEXT("127.0.0.1"), .port = http_port(the_listener), .threads = 2};
	assert_null(http_start(&the_desk->app, &taken, &sink));
	assert_int_equal(sink.first->code, FAIL_HTTP_LISTEN);
}

TEST(opening)
{
	the_desk = desk_open();
	the_listener = start();
}

TEST(closing)
{
	http_stop(the_listener);
	desk_close(the_desk);
}

TESTS(T(opening), T(conversations), T(a_line_is_kept_for_the_next_question), T(many_at_once), T(feeds_hear_and_end),
      T(more_feeds_than_there_is_room_for), T(where_it_may_not_listen), T(closing))
