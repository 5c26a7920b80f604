/* listen.c: the listener: libmicrohttpd (epoll, a pool of threads) over http_handle. A request's arena lives from its first line
 * until its answer is sent; arenas are kept for the next request. */
#include "http/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>

enum { ARENAS_KEPT_MAX = 64, STOP_WAIT_MS = 5000 };

/* One request under way. */
typedef struct passage {
	struct passage *next; /* in the pool */
	arena *arena;
	text target;
	buffer body;
	http_header *headers;
	int header_count;
	bool begun, too_large;
} passage;

struct listener {
	http_app *app;
	struct MHD_Daemon *daemon;
	stream_hub *hub;
	socket_hub *sockets;
	pthread_mutex_t lock; /* of the pool */
	passage *pool;
	int pooled;
	atomic_int under_way;
	int port;
};

/* ---- passages ---- */

static passage *passage_take(listener *l)
{
	pthread_mutex_lock(&l->lock);
	passage *s = l->pool;
	if (s) {
		l->pool = s->next;
		l->pooled--;
	}
	pthread_mutex_unlock(&l->lock);
	arena *a = s ? s->arena : arena_new(REQUEST_ARENA_MAX);
	if (!s) s = calloc(1, sizeof *s);
	assert(s);
	*s = (passage){.arena = a, .body.arena = a};
	atomic_fetch_add(&l->under_way, 1);
	return s;
}

static void passage_give_back(listener *l, passage *s)
{
	atomic_fetch_sub(&l->under_way, 1);
	arena_reset(s->arena);
	pthread_mutex_lock(&l->lock);
	bool keep = l->pooled < ARENAS_KEPT_MAX;
	if (keep) {
		s->next = l->pool;
		l->pool = s;
		l->pooled++;
	}
	pthread_mutex_unlock(&l->lock);
	if (keep) return;
	arena_free(s->arena);
	free(s);
}

/* ---- libmicrohttpd's callbacks ---- */

/* The only place where the target is still as it came; what is returned is the request's own pointer from here on. */
static void *on_target(void *self, const char *target, struct MHD_Connection *c)
{
	(void)c;
	passage *s = passage_take(self);
	s->target = text_copy(s->arena, text_of(target));
	return s;
}

static void on_completed(void *self, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode cause)
{
	(void)c, (void)cause;
	if (*state) passage_give_back(self, *state);
	*state = NULL;
}

static enum MHD_Result on_header(void *self, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	passage *s = self;
	/* The strings are libmicrohttpd's own and live as long as the request. */
	s->headers[s->header_count++] = (http_header){text_of(name), text_of(value)};
	return MHD_YES;
}

static void headers_read(passage *s, struct MHD_Connection *c)
{
	int count = MHD_get_connection_values(c, MHD_HEADER_KIND, NULL, NULL);
	s->headers = ARENA_ARRAY(s->arena, http_header, count + 1);
	MHD_get_connection_values(c, MHD_HEADER_KIND, on_header, s);
}

static void body_add(passage *s, const char *bytes, size_t n)
{
	if (s->too_large || (int64_t)n > BODY_BYTES_MAX - s->body.len)
		s->too_large = true;
	else
		buffer_add(&s->body, (text){bytes, (int64_t)n});
}

static bool body_announced_too_large(struct MHD_Connection *c)
{
	int64_t n;
	const char *length = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Content-Length");
	return length && text_to_int(text_of(length), &n) && n > BODY_BYTES_MAX;
}

static struct MHD_Response *response_of(const http_response *p)
{
	/* The body lies in the request's arena, or in the program: both outlive the sending. */
	union {
		const void *given;
		void *wanted;
	} body = {.given = p->body.at};
	return MHD_create_response_from_buffer((size_t)p->body.len, body.wanted, MHD_RESPMEM_PERSISTENT);
}

static void refuse_feed(passage *s, http_response *p)
{
	issues sink = {.arena = s->arena};
	issue_add(&sink, FAIL_HTTP_FEEDS, TEXT(""), TEXT(""));
	language lang = p->feed_caller.language;
	*p = (http_response){.status = issues_status(&sink), .body = outcome_json(s->arena, &sink, lang)};
	p->headers[p->header_count++] =
	    (http_header){TEXT("Content-Type"), TEXT("application/fhir+json; charset=utf-8")};
}

static enum MHD_Result respond(listener *l, struct MHD_Connection *c, passage *s, http_response *p)
{
	struct MHD_Response *r = p->streams    ? stream_response(l->hub, c, p)
				 : p->upgrades ? socket_response(l->sockets, p)
					       : response_of(p);
	if (!r && (p->streams || p->upgrades)) {
		refuse_feed(s, p);
		r = response_of(p);
	}
	if (!r) return MHD_NO; /* no memory: the connection is closed */
	for (int i = 0; i < p->header_count; i++)
		MHD_add_response_header(r, text_z(s->arena, p->headers[i].name), text_z(s->arena, p->headers[i].value));
	/* The department's clock, not the machine's: pages count days by it (RFC 9110 6.6.1). */
	MHD_add_response_header(r, "Date", text_z(s->arena, reply_http_date(s->arena, world_now(l->app->world))));
	enum MHD_Result queued = MHD_queue_response(c, (unsigned)p->status, r);
	MHD_destroy_response(r);
	return queued;
}

/* libmicrohttpd says how many parameters. NOLINTNEXTLINE(readability-function-size) */
static enum MHD_Result on_request(void *self, struct MHD_Connection *c, const char *url, const char *method,
				  const char *version_, const char *bytes, size_t *n, void **state)
{
	(void)url, (void)version_;
	listener *l = self;
	passage *s = *state;
	if (!s->begun) {
		s->begun = true;
		s->too_large = body_announced_too_large(c);
		if (!s->too_large) return MHD_YES; /* else it is answered before the body is sent */
	}
	if (*n > 0) {
		body_add(s, bytes, *n);
		*n = 0;
		return MHD_YES;
	}
	headers_read(s, c);
	const http_request q = {.arena = s->arena,
				.method = text_of(method),
				.target = s->target,
				.headers = s->headers,
				.header_count = s->header_count,
				.body = buffer_text(&s->body),
				.body_too_large = s->too_large};
	http_response p;
	http_handle(l->app, &q, &p);
	return respond(l, c, s, &p);
}

/* ---- start and stop ---- */

typedef union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
} socket_address;

static bool address_of(text host, int port, socket_address *out)
{
	char name[64];
	text known = text_equal(host, TEXT("localhost")) ? TEXT("127.0.0.1") : host;
	if (known.len >= (int64_t)sizeof name) return false;
	snprintf(name, sizeof name, "%.*s", TEXT_ARG(known));
	*out = (socket_address){0};
	if (inet_pton(AF_INET, name, &out->v4.sin_addr) == 1) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons((uint16_t)port);
		return out->v4.sin_addr.s_addr << 24 == 127U << 24; /* network order: the first byte is lowest here */
	}
	if (inet_pton(AF_INET6, name, &out->v6.sin6_addr) != 1) return false;
	out->v6.sin6_family = AF_INET6;
	out->v6.sin6_port = htons((uint16_t)port);
	return IN6_IS_ADDR_LOOPBACK(&out->v6.sin6_addr);
}

static struct MHD_Daemon *daemon_start(listener *l, const listen_options *options, socket_address *address)
{
	unsigned flags =
	    MHD_USE_EPOLL_INTERNALLY | MHD_USE_SUSPEND_RESUME | MHD_ALLOW_UPGRADE | MHD_USE_SUPPRESS_DATE_NO_CLOCK;
	if (address->any.sa_family == AF_INET6) flags |= MHD_USE_IPv6;
	return MHD_start_daemon(flags, (uint16_t)options->port, NULL, NULL, on_request, l, MHD_OPTION_SOCK_ADDR,
				&address->any, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)options->threads,
				MHD_OPTION_URI_LOG_CALLBACK, on_target, l, MHD_OPTION_NOTIFY_COMPLETED, on_completed, l,
				MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX,
				MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_SECONDS,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(64 * KIB), MHD_OPTION_END);
}

static void listener_free(listener *l)
{
	for (passage *s = l->pool; s;) {
		passage *next = s->next;
		arena_free(s->arena);
		free(s);
		s = next;
	}
	pthread_mutex_destroy(&l->lock);
	free(l);
}

listener *http_start(http_app *app, const listen_options *options, issues *sink)
{
	socket_address address;
	if (!address_of(options->host, options->port, &address)) {
		issue_add(sink, FAIL_HTTP_LISTEN_HOST, options->host, TEXT(""));
		return NULL;
	}
	listener *l = calloc(1, sizeof *l);
	assert(l);
	l->app = app;
	int failed = pthread_mutex_init(&l->lock, NULL);
	assert(!failed);
	(void)failed;
	l->sockets = socket_hub_new(app);
	l->hub = stream_hub_new(app, l->sockets);
	errno = 0;
	l->daemon = daemon_start(l, options, &address);
	if (!l->daemon) {
		text where = text_format(sink->arena, "%.*s:%d", TEXT_ARG(options->host), options->port);
		issue_add(sink, FAIL_HTTP_LISTEN, where, text_of(errno ? strerror(errno) : "?"));
		stream_hub_stop(l->hub);
		stream_hub_free(l->hub);
		socket_hub_stop(l->sockets);
		socket_hub_free(l->sockets);
		listener_free(l);
		return NULL;
	}
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_BIND_PORT);
	l->port = info ? info->port : options->port;
	return l;
}

int http_port(const listener *l)
{
	return l->port;
}

void http_stop(listener *l)
{
	MHD_socket listening = MHD_quiesce_daemon(l->daemon);
	stream_hub_stop(l->hub);
	socket_hub_stop(l->sockets);
	for (int waited = 0; waited < STOP_WAIT_MS && atomic_load(&l->under_way) > 0; waited += 10) poll(NULL, 0, 10);
	MHD_stop_daemon(l->daemon);
	if (listening != MHD_INVALID_SOCKET) close(listening);
	stream_hub_free(l->hub);
	socket_hub_free(l->sockets);
	listener_free(l);
}
