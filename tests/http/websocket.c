/* WebSockets over a real socket: the handshake of RFC 6455, binding, what is told and what is noted of it, and what is not understood. */
#include "desk.h"

#include "http/internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

static desk *the_desk;
static listener *the_listener;
static notifier *the_notifier;

static int connect_to(int port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in there = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_int_equal(connect(fd, (struct sockaddr *)&there, sizeof there), 0);
	return fd;
}

static void send_all(int fd, text t)
{
	assert_int_equal(send(fd, t.at, (size_t)t.len, MSG_NOSIGNAL), t.len);
}

/* A frame as a client sends it: masked. */
static void say(arena *a, int fd, int opcode, text payload)
{
	buffer b = {.arena = a};
	const char mask[] = {0x11, 0x22, 0x33, 0x44};
	buffer_char(&b, (char)(0x80 | opcode));
	if (payload.len < 126) {
		buffer_char(&b, (char)(0x80 | payload.len));
	} else {
		buffer_char(&b, (char)(0x80 | 126));
		buffer_char(&b, (char)(payload.len >> 8));
		buffer_char(&b, (char)(payload.len & 0xff));
	}
	buffer_add(&b, (text){mask, 4});
	for (int64_t i = 0; i < payload.len; i++) buffer_char(&b, (char)(payload.at[i] ^ mask[i % 4]));
	send_all(fd, buffer_text(&b));
}

typedef struct ear {
	int fd;
	buffer bytes;
	int64_t taken;
} ear;

static bool hear_more(ear *e)
{
	struct pollfd p = {.fd = e->fd, .events = POLLIN};
	if (poll(&p, 1, 5000) <= 0) return false;
	char *room = buffer_room(&e->bytes, 64 * KIB);
	ssize_t n = recv(e->fd, room, (size_t)(64 * KIB), 0);
	if (n <= 0) return false;
	e->bytes.len += n;
	return true;
}

/* The next frame's payload; opcode -1: closed. Pings of the server are passed over. */
static text hear(ear *e, int *opcode)
{
	for (;;) {
		const unsigned char *at = (const unsigned char *)e->bytes.at + e->taken;
		int64_t len = e->bytes.len - e->taken, n = 0, head = 2;
		if (len >= 2) n = at[1] & 0x7f;
		if (len >= 4 && n == 126) {
			n = at[2] << 8 | at[3];
			head = 4;
		}
		if (len >= head + n && len >= 2) {
			*opcode = at[0] & 0x0f;
			assert_false(at[1] & 0x80); /* a server does not mask */
			e->taken += head + n;
			if (*opcode != FRAME_PING) return (text){(const char *)at + head, n};
		} else if (!hear_more(e)) {
			*opcode = -1;
			return (text){0};
		}
	}
}

static text hear_text(ear *e)
{
	int opcode;
	text t = hear(e, &opcode);
	assert_int_equal(opcode, FRAME_TEXT);
	return t;
}

static int hear_close(ear *e)
{
	int opcode;
	text t = hear(e, &opcode);
	assert_int_equal(opcode, FRAME_CLOSE);
	return (unsigned char)t.at[0] << 8 | (unsigned char)t.at[1];
}

static ear upgraded(arena *a)
{
	ear e = {.fd = connect_to(http_port(the_listener)), .bytes.arena = a};
	send_all(e.fd,
		 TEXT("GET /fhir/$websocket?actor=Device/test HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
		      "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		      "Sec-WebSocket-Version: 13\r\n\r\n"));
	while (text_find(buffer_text(&e.bytes), TEXT("\r\n\r\n")) < 0) assert_true(hear_more(&e));
	text head = buffer_text(&e.bytes);
	assert_true(text_starts(head, TEXT("HTTP/1.1 101")));
	/* The example of RFC 6455 1.3. */
	assert_true(text_find(head, TEXT("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) > 0);
	e.taken = text_find(head, TEXT("\r\n\r\n")) + 4;
	return e;
}

static void put(const char *target, const char *json)
{
	arena *a = test_arena();
	http_response p = http_call(&the_desk->app, a, &tester, "PUT", text_of(target), text_of(json));
	if (p.status >= 300) fail_msg("%s: %.*s", target, TEXT_ARG(p.body));
}

static text token_of(arena *a, const char *id)
{
	http_response p = http_call(&the_desk->app, a, &tester, "GET",
				    text_format(a, "/fhir/Subscription/%s/$get-ws-binding-token", id), (text){0});
	assert_int_equal(p.status, 200);
	doc d;
	issues sink = {.arena = a};
	assert_true(json_parse_resource(a, p.body, TEXT(""), &sink, &d));
	return doc_get_text(&d, doc_first(&d, 0, NAME_parameter), NAME_valueString);
}

TEST(opening)
{
	issues sink = {.arena = test_arena()};
	the_desk = desk_open();
	the_notifier = notify_start(the_desk->app.record, &the_desk->world);
	the_listener = http_start(&the_desk->app, &(listen_options){.host = TEXT("127.0.0.1"), .threads = 4}, &sink);
	assert_non_null(the_listener);
	put("/fhir/Subscription/plain", "{\"resourceType\":\"Subscription\",\"id\":\"plain\",\"status\":\"requested\","
					"\"reason\":\"t\",\"criteria\":\"Task?status=requested\",\"channel\":{\"type\":"
					"\"websocket\"}}");
	put("/fhir/Subscription/topic",
	    "{\"resourceType\":\"Subscription\",\"id\":\"topic\",\"status\":\"requested\","
	    "\"reason\":\"t\",\"criteria\":\"urn:limen:topic:opgaver\",\"channel\":{\"type\":"
	    "\"websocket\",\"payload\":\"application/fhir+json\"}}");
	put("/fhir/Subscription/hook",
	    "{\"resourceType\":\"Subscription\",\"id\":\"hook\",\"status\":\"off\","
	    "\"reason\":\"t\",\"criteria\":\"Task\",\"channel\":{\"type\":\"rest-hook\",\"endpoint\":"
	    "\"http://127.0.0.1:9/\"}}");
}

TEST(bound_and_told)
{
	arena *a = test_arena();
	ear e = upgraded(a);
	say(a, e.fd, FRAME_TEXT, TEXT("bind plain"));
	assert_text(hear_text(&e), TEXT("bound plain"));
	say(a, e.fd, FRAME_PING, TEXT("still there?"));
	int opcode;
	assert_text(hear(&e, &opcode), TEXT("still there?"));
	assert_int_equal(opcode, FRAME_PONG);
	put("/fhir/Task/a", "{\"resourceType\":\"Task\",\"id\":\"a\",\"status\":\"requested\",\"intent\":\"order\"}");
	assert_text(hear_text(&e), TEXT("ping plain"));
	say(a, e.fd, FRAME_CLOSE, (text){0});
	assert_int_equal(hear_close(&e), 1000);
	close(e.fd);
}

/* While nobody was bound it waited. */
TEST(a_topic_by_token)
{
	arena *a = test_arena();
	ear e = upgraded(a);
	say(a, e.fd, FRAME_TEXT, text_join(a, TEXT("bind-with-token "), token_of(a, "topic")));
	assert_true(text_find(hear_text(&e), TEXT("\"handshake\"")) > 0);
	text first = hear_text(&e);
	assert_true(text_find(first, TEXT("\"event-notification\"")) > 0);
	put("/fhir/Task/b", "{\"resourceType\":\"Task\",\"id\":\"b\",\"status\":\"draft\",\"intent\":\"order\"}");
	assert_true(text_find(hear_text(&e), TEXT("{\"name\":\"event-number\",\"valueString\":\"2\"}")) > 0);
	close(e.fd);
	/* What was told is not told again; what came since is. */
	for (int waited = 0; waited < 200; waited++) {
		http_response p = http_call(&the_desk->app, a, &tester, "GET",
					    TEXT("/fhir/Subscription/topic/$deliveries"), (text){0});
		if (text_find(p.body, TEXT("\"name\":\"last\",\"valueInteger\":2")) > 0) break;
		poll(NULL, 0, 10);
	}
	put("/fhir/Task/b", "{\"resourceType\":\"Task\",\"id\":\"b\",\"status\":\"requested\",\"intent\":\"order\"}");
	ear again = upgraded(a);
	say(a, again.fd, FRAME_TEXT, text_join(a, TEXT("bind-with-token "), token_of(a, "topic")));
	hear_text(&again);
	text rest = hear_text(&again);
	assert_true(text_find(rest, TEXT("\"valueString\":\"3\"}")) > 0);
	assert_true(text_find(rest, TEXT("{\"name\":\"event-number\",\"valueString\":\"2\"}")) < 0);
	close(again.fd);
}

static const struct {
	const char *said;
	int opcode, code;
} refusals[] = {
    {"bind none", FRAME_TEXT, 1008},
    {"bind hook", FRAME_TEXT, 1008},
    {"bind-with-token topic.99999999999999999.0", FRAME_TEXT, 1008},
    {"hello", FRAME_TEXT, 1003},
    {"bind plain", FRAME_BINARY, 1003},
    {"bind \xFF", FRAME_TEXT, 1003},
};

TEST(what_is_not_understood)
{
	arena *a = test_arena();
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		ear e = upgraded(a);
		say(a, e.fd, refusals[i].opcode, text_of(refusals[i].said));
		assert_int_equal(hear_close(&e), refusals[i].code);
		close(e.fd);
	}
	ear e = upgraded(a);
	send_all(e.fd, TEXT("\x81\x05hello")); /* not masked */
	assert_int_equal(hear_close(&e), 1002);
	close(e.fd);
	e = upgraded(a);
	send_all(e.fd, ((text){"\x81\xff\xfc\xff\xfb\x02\x00\x01\xff\xff", 10})); /* longer than there are bytes */
	assert_int_equal(hear_close(&e), 1002);
	close(e.fd);
	http_response p = http_call(&the_desk->app, a, &tester, "GET", TEXT("/fhir/$websocket"), (text){0});
	assert_int_equal(p.status, 400);
	p = http_call(&the_desk->app, a, &tester, "GET", TEXT("/fhir/Subscription/hook/$get-ws-binding-token"),
		      (text){0});
	assert_int_equal(p.status, 404);
}

TEST(closing)
{
	arena *a = test_arena();
	ear e = upgraded(a), silent = upgraded(a);
	say(a, e.fd, FRAME_TEXT, TEXT("bind plain"));
	assert_text(hear_text(&e), TEXT("bound plain"));
	http_stop(the_listener);
	notify_stop(the_notifier);
	desk_close(the_desk);
	/* What came in between may still be said; then the farewell. */
	int opcode;
	do hear(&e, &opcode);
	while (opcode == FRAME_TEXT);
	assert_int_equal(opcode, FRAME_CLOSE);
	assert_int_equal(hear_close(&silent), 1001);
	close(e.fd);
	close(silent.fd);
}

TESTS(T(opening), T(bound_and_told), T(a_topic_by_token), T(what_is_not_understood), T(closing))
