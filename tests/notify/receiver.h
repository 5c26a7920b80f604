/* receiver.h: the other system: a real HTTP server on loopback that hears what it is told and answers as the test wants. And a house
 * to be told by: a record with the shipped topics, a clock that moves when told, senders. */
#ifndef LIMEN_TESTS_NOTIFY_RECEIVER_H
#define LIMEN_TESTS_NOTIFY_RECEIVER_H

#include "harness.h"
#include "notify/notify.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAYBE __attribute__((unused)) static

typedef enum manner { ANSWERS, FAILS, HANGS } manner;

typedef struct heard {
	char *head, *body; /* request line and headers; content */
	int64_t body_len;
	int64_t at; /* monotonic */
} heard;

typedef struct receiver {
	int listening, port;
	pthread_t thread;
	atomic_int manner;
	atomic_bool stopping;
	pthread_mutex_t lock;
	heard *all;
	int count, cap; /* answered with 200 */
	atomic_int refused;
} receiver;

/* ---- HTTP, as little as a receiver needs ---- */

MAYBE bool hear_request(receiver *r, int fd, heard *out)
{
	size_t cap = 1 << 16, len = 0, head = 0, wanted = 0;
	char *bytes = malloc(cap + 1);
	while (head == 0 || len < head + wanted) {
		if (len == cap) bytes = realloc(bytes, (cap *= 2) + 1);
		struct pollfd p = {.fd = fd, .events = POLLIN};
		if (atomic_load(&r->stopping) || poll(&p, 1, 2000) <= 0) break;
		ssize_t n = recv(fd, bytes + len, cap - len, 0);
		if (n <= 0) break;
		len += (size_t)n;
		bytes[len] = 0;
		char *end = head ? NULL : strstr(bytes, "\r\n\r\n");
		if (!end) continue;
		head = (size_t)(end - bytes) + 4;
		char *length = strcasestr(bytes, "\r\nContent-Length:");
		for (char *c = length && length < end ? length + 17 : NULL; c && *c != '\r'; c++)
			if (*c >= '0' && *c <= '9') wanted = wanted * 10 + (size_t)(*c - '0');
	}
	bool whole = head > 0 && len >= head + wanted;
	if (whole) *out = (heard){strndup(bytes, head), strndup(bytes + head, wanted), (int64_t)wanted, 0};
	free(bytes);
	return whole;
}

MAYBE void keep_heard(receiver *r, heard h)
{
	world *w = world_real();
	h.at = w->monotonic(w);
	pthread_mutex_lock(&r->lock);
	if (r->count == r->cap) r->all = realloc(r->all, (size_t)(r->cap = r->cap * 2 + 64) * sizeof *r->all);
	r->all[r->count++] = h;
	pthread_mutex_unlock(&r->lock);
}

MAYBE void answer_one(receiver *r, int fd)
{
	static const char good[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	static const char bad[] = "HTTP/1.1 500 No\r\nContent-Length: 9\r\nConnection: close\r\n\r\nnot today";
	heard h;
	if (!hear_request(r, fd, &h)) return;
	while (atomic_load(&r->manner) == HANGS && !atomic_load(&r->stopping)) {
		struct pollfd gone = {.fd = fd, .events = POLLIN};
		if (poll(&gone, 1, 20) > 0) break; /* the other side has had enough */
	}
	if (atomic_load(&r->manner) == ANSWERS) {
		keep_heard(r, h); /* before the answer: what is acknowledged was kept */
		send(fd, good, sizeof good - 1, MSG_NOSIGNAL);
		return;
	}
	atomic_fetch_add(&r->refused, 1);
	if (atomic_load(&r->manner) == FAILS) send(fd, bad, sizeof bad - 1, MSG_NOSIGNAL);
	free(h.head);
	free(h.body);
}

MAYBE void *receiver_run(void *self)
{
	receiver *r = self;
	while (!atomic_load(&r->stopping)) {
		struct pollfd p = {.fd = r->listening, .events = POLLIN};
		if (poll(&p, 1, 20) <= 0) continue;
		int fd = accept4(r->listening, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0) continue;
		answer_one(r, fd);
		close(fd);
	}
	return NULL;
}

/* `port` 0: a free one. */
MAYBE void receiver_start(receiver *r, int port)
{
	int yes = 1;
	struct sockaddr_in here = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof here;
	r->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(r->listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	assert_int_equal(bind(r->listening, (struct sockaddr *)&here, sizeof here), 0);
	assert_int_equal(listen(r->listening, 128), 0);
	getsockname(r->listening, (struct sockaddr *)&here, &size);
	r->port = ntohs(here.sin_port);
	atomic_store(&r->stopping, false);
	pthread_mutex_init(&r->lock, NULL);
	assert_int_equal(pthread_create(&r->thread, NULL, receiver_run, r), 0);
}

/* Gone from the net; what it heard stays. */
MAYBE void receiver_stop(receiver *r)
{
	atomic_store(&r->stopping, true);
	pthread_join(r->thread, NULL);
	close(r->listening);
}

MAYBE void receiver_free(receiver *r)
{
	for (int i = 0; i < r->count; i++) {
		free(r->all[i].head);
		free(r->all[i].body);
	}
	free(r->all);
}

MAYBE int receiver_count(receiver *r)
{
	pthread_mutex_lock(&r->lock);
	int n = r->count;
	pthread_mutex_unlock(&r->lock);
	return n;
}

MAYBE text heard_body(receiver *r, int i)
{
	pthread_mutex_lock(&r->lock);
	text t = {r->all[i].body, r->all[i].body_len};
	pthread_mutex_unlock(&r->lock);
	return t;
}

MAYBE text heard_head(receiver *r, int i)
{
	pthread_mutex_lock(&r->lock);
	text t = text_of(r->all[i].head);
	pthread_mutex_unlock(&r->lock);
	return t;
}

/* ---- the house ---- */

typedef struct desk {
	arena *arena;
	world world;
	record *record;
	notifier *notifier;
	char *file;
} desk;

static const caller anna
    __attribute__((unused)) = {.actor = {"PractitionerRole/sek-a", 22}, .purpose = {"HADMIN", 6}, .scope = {"*", 1}};

MAYBE void show(const issues *sink)
{
	for (const issue *i = sink->first; i; i = i->next)
		print_error("%.*s\n", TEXT_ARG(issue_line(sink->arena, i, LANGUAGE_EN)));
}

MAYBE const image *topics_image(void)
{
	static image *loaded;
	int count, kept = 0;
	issues sink = {.arena = test_arena()};
	if (loaded) return loaded;
	notify_content();
	const content_file *files = content_embedded(&count);
	content_file ours[2];
	for (int i = 0; i < count; i++)
		if (text_equal(files[i].name, TEXT("dk/topics.yaml")) ||
		    text_equal(files[i].name, TEXT("dk/holidays.yaml")))
			ours[kept++] = files[i];
	loaded = content_load(ours, kept, NULL, 0, &sink);
	show(&sink);
	assert_non_null(loaded);
	return loaded;
}

MAYBE void desk_open_record(desk *d, world *w)
{
	issues sink = {.arena = d->arena};
	notify_register(topics_image(), &(notify_options){.allowed = TEXT("loopback")});
	const record_options o = {
	    .file = text_of(d->file), .world = w, .content = topics_image(), .base = TEXT("http://limen.test/fhir")};
	d->record = record_open(d->arena, &o, &sink);
	show(&sink);
	assert_non_null(d->record);
}

MAYBE void desk_open(desk *d)
{
	*d = (desk){.arena = test_arena()};
	moment start;
	assert_true(moment_parse(TEXT("2026-11-20T10:00:00+01:00"), &start));
	d->world = world_simulated(start.low, 7);
	d->file = text_z(d->arena, text_format(d->arena, "%s/limen.db", temp_folder()));
	desk_open_record(d, &d->world);
	d->notifier = notify_start(d->record, &d->world);
	assert_non_null(d->notifier);
}

MAYBE void desk_close(desk *d)
{
	notify_stop(d->notifier);
	record_close(d->record);
}

/* {…}: ' for ". The failure where it is refused, else FAILURE_COUNT. */
MAYBE failure desk_write(desk *d, const caller *who, const char *type, const char *id, text json, int64_t *version_)
{
	arena *a = arena_new(64 * MIB);
	issues sink = {.arena = a};
	buffer b = {.arena = a};
	doc resource;
	written done;
	for (int64_t i = 0; i < json.len; i++) buffer_char(&b, json.at[i] == '\'' ? '"' : json.at[i]);
	bool parsed = json.len == 0 || json_parse_resource(a, buffer_text(&b), TEXT(""), &sink, &resource);
	show(&sink);
	assert_true(parsed);
	const write_op w = {.method = json.len ? WRITE_UPDATE : WRITE_DELETE,
			    .resource = json.len ? &resource : NULL,
			    .type = text_of(type),
			    .id = text_of(id)};
	bool ok = record_commit(d->record, who, &w, 1, a, &sink, &done);
	failure why = ok ? FAILURE_COUNT : sink.first->code;
	if (ok && version_) *version_ = done.version;
	arena_free(a);
	return why;
}

MAYBE void task(desk *d, const char *id, const char *status, int n)
{
	text json = text_format(d->arena,
				"{'resourceType':'Task','id':'%s','status':'%s','intent':'order','description':'%d',"
				"'for':{'reference':'Patient/p'}}",
				id, status, n);
	assert_int_equal(desk_write(d, &anna, "Task", id, json, NULL), FAILURE_COUNT);
}

/* A topic-based Subscription with the guide's extensions. */
#define EXT "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-"
MAYBE text topical(arena *a, const char *id, const char *topic, const char *filter, const char *content, int port,
		   const char *channel_more)
{
	text beside =
	    filter[0]
		? text_format(a, "'_criteria':{'extension':[{'url':'" EXT "filter-criteria','valueString':'%s'}]},",
			      filter)
		: (text){0};
	return text_format(a,
			   "{'resourceType':'Subscription','id':'%s','status':'requested','reason':'test',"
			   "'criteria':'urn:limen:topic:%s',%.*s'channel':{'type':'rest-hook','endpoint':'http://"
			   "127.0.0.1:%d/hook','payload':'application/fhir+json','_payload':{'extension':[{'url':'" EXT
			   "payload-content','valueCode':'%s'}]}%s}}",
			   id, topic, TEXT_ARG(beside), port, content, channel_more);
}

MAYBE text plain(arena *a, const char *id, const char *criteria, const char *payload, int port)
{
	return text_format(
	    a,
	    "{'resourceType':'Subscription','id':'%s','status':'requested','reason':'test','criteria':'%s',"
	    "'channel':{'type':'rest-hook','endpoint':'http://127.0.0.1:%d/hook'%s}}",
	    id, criteria, port, payload);
}

MAYBE void subscribe(desk *d, const char *id, text json)
{
	assert_int_equal(desk_write(d, &anna, "Subscription", id, json, NULL), FAILURE_COUNT);
}

/* status and error of a Subscription. */
MAYBE text standing(desk *d, const char *id)
{
	issues sink = {.arena = d->arena};
	version v;
	doc resource;
	reader *rd = record_reader(d->record, &anna, d->arena, &sink);
	assert_int_equal(record_read(rd, TEXT("Subscription"), text_of(id), &v, &sink), FOUND);
	assert_true(json_parse_resource(d->arena, v.json, TEXT(""), &sink, &resource));
	reader_close(rd);
	text error = doc_get_text(&resource, 0, NAME_error);
	return text_format(d->arena, "%.*s%s%.*s", TEXT_ARG(doc_get_text(&resource, 0, NAME_status)),
			   error.len ? ": " : "", TEXT_ARG(error));
}

/* Waits, really, until `what` holds; at most so long. */
#define EVENTUALLY(what)                                                                                               \
	do {                                                                                                           \
		int waited = 0;                                                                                        \
		while (!(what) && waited < 30000) poll(NULL, 0, 5), waited += 5;                                       \
		assert_true(what);                                                                                     \
	} while (0)

/* The events of a notification: their numbers, "3 4 5"; "handshake", "heartbeat" where that is what it is. */
MAYBE text told(arena *a, text body)
{
	doc d;
	issues sink = {.arena = a};
	buffer b = {.arena = a};
	if (!json_parse_resource(a, body, TEXT(""), &sink, &d)) return TEXT("?");
	const path *type = path_compile(a, TEXT("Bundle.entry[0].resource.parameter.where(name = 'type').value"),
					type_find(TEXT("Bundle")), NULL, &sink);
	const path *numbers =
	    path_compile(a,
			 TEXT("Bundle.entry[0].resource.parameter.where(name = 'notification-event').part.where(name = "
			      "'event-number').value"),
			 type_find(TEXT("Bundle")), NULL, &sink);
	path_items items;
	assert_true(type && numbers && path_run(type, &d, 0, NULL, a, &sink, &items) && items.count == 1);
	text said = path_item_text(a, &items.at[0]);
	if (!text_equal(said, TEXT("event-notification"))) return said;
	assert_true(path_run(numbers, &d, 0, NULL, a, &sink, &items));
	for (int i = 0; i < items.count; i++)
		buffer_format(&b, b.len ? " %.*s" : "%.*s", TEXT_ARG(path_item_text(a, &items.at[i])));
	return buffer_text(&b);
}

/* All that a receiver was told, in order: "handshake,1,2 3". */
MAYBE text all_told(desk *d, receiver *r)
{
	buffer b = {.arena = d->arena};
	int n = receiver_count(r);
	for (int i = 0; i < n; i++) {
		if (b.len) buffer_char(&b, ',');
		buffer_add(&b, told(d->arena, heard_body(r, i)));
	}
	return buffer_text(&b);
}

/* The clock goes on. Something is written too, so that the senders look at once and not half a second later. */
MAYBE void time_passes(desk *d, instant by)
{
	static int n;
	arena *a = arena_new(MIB);
	world_set(&d->world, world_now(&d->world) + by);
	text json = text_format(a, "{'resourceType':'Basic','id':'clock','code':{'text':'%d'}}", ++n);
	assert_int_equal(desk_write(d, &anna, "Basic", "clock", json, NULL), FAILURE_COUNT);
	arena_free(a);
}

#endif
