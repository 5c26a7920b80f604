/* websocket.c: WebSockets (RFC 6455) for subscriptions of channel websocket. libmicrohttpd hands the connection over after the upgrade; one
 * thread of the hub serves them all: it hears what is bound, and after a commit says what there is to say.
 *
 *     client: bind ID              R4: answered "bound ID", then "ping ID" whenever there is something
 *     client: bind-with-token T    backport guide: a handshake Bundle, then Bundles of events
 *
 * A socket that does not take what it is told is closed when too much waits for it; its events are not told, and wait. */
#include "http/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

enum { LOOK_MS = 500, INPUT_BYTES = 2 * SOCKET_MESSAGE_MAX };
#define OUTPUT_BYTES_MAX (4 * MIB)
#define BEAT SECONDS(20)
#define TOKEN_LASTS SECONDS(60)

typedef struct socket_line {
	struct socket_line *next;
	struct MHD_UpgradeResponseHandle *handle;
	int fd;
	arena *lasting; /* the caller's texts */
	caller who;
	char input[INPUT_BYTES];
	int64_t heard;
	char *output; /* not taken yet */
	int64_t waiting, room;
	notify_bound bound[SOCKET_BINDS_MAX];
	int bound_count;
	int64_t beaten;
	bool closing;
} socket_line;

struct socket_hub {
	http_app *app;
	arena *arena; /* the thread's, reset for each turn */
	pthread_mutex_t lock;
	pthread_t thread;
	socket_line *arrived; /* guarded by the lock, as what follows */
	int count;
	bool stopping;
	int wake;
	socket_line *lines; /* the thread's own */
};

/* ---- writing ---- */

static void line_flush(socket_line *l)
{
	while (l->waiting > 0) {
		ssize_t n = send(l->fd, l->output, (size_t)l->waiting, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
		if (n <= 0) {
			l->closing = true;
			return;
		}
		l->waiting -= n;
		memmove(l->output, l->output + n, (size_t)l->waiting);
	}
}

static void line_say(socket_hub *h, socket_line *l, int opcode, text payload)
{
	buffer b = {.arena = h->arena};
	frame_add(&b, opcode, payload);
	if (l->waiting + b.len > OUTPUT_BYTES_MAX) {
		l->closing = true;
		return;
	}
	if (l->waiting + b.len > l->room) {
		int64_t room = (l->waiting + b.len) * 2;
		char *more = realloc(l->output, (size_t)room);
		if (!more) {
			l->closing = true;
			return;
		}
		l->output = more;
		l->room = room;
	}
	memcpy(l->output + l->waiting, b.at, (size_t)b.len);
	l->waiting += b.len;
	line_flush(l);
}

static void line_end(socket_hub *h, socket_line *l, int code, text why)
{
	char said[125] = {(char)(code >> 8), (char)(code & 0xff)};
	int64_t n = why.len < (int64_t)sizeof said - 2 ? why.len : 0;
	memcpy(said + 2, why.at ? why.at : "", (size_t)n);
	line_say(h, l, FRAME_CLOSE, (text){said, n + 2});
	l->closing = true;
}

/* ---- tokens: the id, until when, and a digest that only this process can make ---- */

static text token_seal(world *w, arena *a, text said)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static char secret[32];
	static bool made;
	pthread_mutex_lock(&lock);
	if (!made) w->entropy(w, secret, sizeof secret);
	made = true;
	pthread_mutex_unlock(&lock);
	return digest_hex(a, digest_of(text_join(a, (text){secret, sizeof secret}, said)));
}

static text token_make(world *w, arena *a, text id, instant until)
{
	text said = text_format(a, "%.*s.%lld", TEXT_ARG(id), (long long)until);
	return text_format(a, "%.*s.%.*s", TEXT_ARG(said), TEXT_ARG(token_seal(w, a, said)));
}

static bool token_read(world *w, arena *a, text token, text *id)
{
	int64_t until;
	text_pair seal = text_cut_last(token, '.'), said = text_cut_last(seal.head, '.');
	*id = said.head;
	return seal.found && said.found && text_to_int(said.tail, &until) && until > world_now(w) &&
	       text_equal(seal.tail, token_seal(w, a, seal.head));
}

/* ---- what there is to say ---- */

static void bound_tell(socket_hub *h, socket_line *l, notify_bound *b)
{
	text said;
	world *w = h->app->world;
	issues sink = {.arena = h->arena};
	while (!l->closing && l->waiting == 0) {
		/* Told when the last byte is on its way: a socket that broke before is told again on another. */
		if (!notify_said(h->app->record, w, b, &sink)) return;
		if (!notify_say(h->app->record, w, b, h->arena, &said, &sink)) {
			*b = l->bound[--l->bound_count]; /* turned off or gone */
			return;
		}
		if (said.len == 0) return;
		line_say(h, l, FRAME_TEXT, said);
		arena_reset(h->arena);
		sink = (issues){.arena = h->arena};
	}
}

static void line_tell(socket_hub *h, socket_line *l)
{
	for (int i = l->bound_count - 1; i >= 0; i--) bound_tell(h, l, &l->bound[i]);
	world *w = h->app->world;
	if (w->monotonic(w) - l->beaten < BEAT) return;
	l->beaten = w->monotonic(w);
	line_say(h, l, FRAME_PING, (text){0}); /* who has gone is noticed */
}

/* ---- what is heard ---- */

static void line_bind(socket_hub *h, socket_line *l, text id, bool by_token)
{
	notify_bound b;
	issues sink = {.arena = h->arena};
	bool room = l->bound_count < SOCKET_BINDS_MAX;
	if (!room || !notify_bind(h->app->record, &l->who, id, h->arena, &b, &sink)) {
		text why = room ? issue_text(h->arena, sink.first, l->who.language) : TEXT("too many");
		line_end(h, l, 1008, why);
		return;
	}
	if (!by_token) line_say(h, l, FRAME_TEXT, text_join(h->arena, TEXT("bound "), id));
	b.greeted = !by_token;
	l->bound[l->bound_count++] = b;
}

static void line_message(socket_hub *h, socket_line *l, text said)
{
	text id;
	text_pair words = text_cut(text_trim(said), ' ');
	issues sink = {.arena = h->arena};
	if (text_equal(words.head, TEXT("bind")) && resource_id_valid(words.tail)) {
		line_bind(h, l, words.tail, false);
	} else if (!text_equal(words.head, TEXT("bind-with-token"))) {
		line_end(h, l, 1003, TEXT("bind ID, bind-with-token TOKEN"));
	} else if (token_read(h->app->world, h->arena, words.tail, &id)) {
		line_bind(h, l, text_copy(h->arena, id), true);
	} else {
		issue_add(&sink, FAIL_NOTIFY_TOKEN, TEXT(""), TEXT(""));
		line_end(h, l, 1008, issue_text(h->arena, sink.first, l->who.language));
	}
}

static void frame_heard(socket_hub *h, socket_line *l, const frame *f)
{
	if (f->opcode == FRAME_TEXT && f->final && text_utf8_error(f->payload) < 0)
		line_message(h, l, f->payload);
	else if (f->opcode == FRAME_PING)
		line_say(h, l, FRAME_PONG, f->payload);
	else if (f->opcode == FRAME_CLOSE)
		line_end(h, l, 1000, TEXT(""));
	else if (f->opcode != FRAME_PONG)
		line_end(h, l, 1003, TEXT("short texts only"));
}

static void frames_take(socket_hub *h, socket_line *l)
{
	frame f;
	while (!l->closing && l->heard > 0) {
		frame_state s = frame_parse(l->input, l->heard, SOCKET_MESSAGE_MAX, &f);
		if (s == FRAME_MORE) return;
		if (s == FRAME_BAD) {
			line_end(h, l, 1002, TEXT(""));
			return;
		}
		frame_heard(h, l, &f);
		l->heard -= f.bytes;
		memmove(l->input, l->input + f.bytes, (size_t)l->heard);
	}
}

static void line_hear(socket_hub *h, socket_line *l)
{
	ssize_t n = recv(l->fd, l->input + l->heard, (size_t)(INPUT_BYTES - l->heard), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
	if (n <= 0) {
		l->closing = true;
		return;
	}
	l->heard += n;
	frames_take(h, l);
}

/* ---- the thread ---- */

static void line_close(socket_hub *h, socket_line *l)
{
	pthread_mutex_lock(&h->lock);
	h->count--;
	pthread_mutex_unlock(&h->lock);
	MHD_upgrade_action(l->handle, MHD_UPGRADE_ACTION_CLOSE);
	arena_free(l->lasting);
	free(l->output);
	free(l);
}

static bool arrivals_take(socket_hub *h)
{
	pthread_mutex_lock(&h->lock);
	socket_line *arrived = h->arrived;
	h->arrived = NULL;
	bool stopping = h->stopping;
	pthread_mutex_unlock(&h->lock);
	while (arrived) {
		socket_line *l = arrived;
		arrived = l->next;
		l->next = h->lines;
		h->lines = l;
		frames_take(h, l); /* it may have spoken with the upgrade already */
	}
	return !stopping;
}

static void lines_serve(socket_hub *h, const struct pollfd *ready)
{
	socket_line **at = &h->lines;
	for (int i = 1; *at; i++) {
		socket_line *l = *at;
		if (ready[i].revents & POLLOUT) line_flush(l);
		if (ready[i].revents & (POLLIN | POLLHUP | POLLERR)) line_hear(h, l);
		if (!l->closing) line_tell(h, l);
		arena_reset(h->arena);
		if (!l->closing) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		line_close(h, l);
	}
}

static void *hub_run(void *self)
{
	socket_hub *h = self;
	struct pollfd *ready = calloc(SOCKETS_MAX + 1, sizeof *ready);
	assert(ready);
	while (arrivals_take(h)) {
		int n = 0;
		ready[n++] = (struct pollfd){.fd = h->wake, .events = POLLIN};
		for (socket_line *l = h->lines; l; l = l->next)
			ready[n++] =
			    (struct pollfd){.fd = l->fd, .events = (short)(POLLIN | (l->waiting ? POLLOUT : 0))};
		poll(ready, (nfds_t)n, LOOK_MS);
		uint64_t pokes;
		if (ready[0].revents && read(h->wake, &pokes, sizeof pokes) < 0) pokes = 0;
		lines_serve(h, ready);
	}
	while (h->lines) {
		socket_line *l = h->lines;
		h->lines = l->next;
		line_end(h, l, 1001, TEXT(""));
		line_close(h, l);
	}
	free(ready);
	return NULL;
}

socket_hub *socket_hub_new(http_app *app)
{
	socket_hub *h = calloc(1, sizeof *h);
	assert(h);
	h->app = app;
	h->arena = arena_new(REQUEST_ARENA_MAX);
	h->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	int failed = h->wake < 0 || pthread_mutex_init(&h->lock, NULL) || pthread_create(&h->thread, NULL, hub_run, h);
	assert(!failed);
	(void)failed;
	return h;
}

void socket_hub_poke(socket_hub *h)
{
	uint64_t one = 1;
	if (write(h->wake, &one, sizeof one) < 0) return; /* it is readable already */
}

void socket_hub_stop(socket_hub *h)
{
	pthread_mutex_lock(&h->lock);
	h->stopping = true;
	pthread_mutex_unlock(&h->lock);
	socket_hub_poke(h);
	pthread_join(h->thread, NULL);
}

void socket_hub_free(socket_hub *h)
{
	close(h->wake);
	pthread_mutex_destroy(&h->lock);
	arena_free(h->arena);
	free(h);
}

/* ---- a connection becomes a socket ---- */

typedef struct arrival {
	socket_hub *hub;
	socket_line *line;
} arrival;

/* libmicrohttpd says how many parameters. NOLINTNEXTLINE(readability-function-size) */
static void on_upgrade(void *self, struct MHD_Connection *c, void *state, const char *extra, size_t extra_len,
		       MHD_socket fd, struct MHD_UpgradeResponseHandle *handle)
{
	(void)c, (void)state;
	arrival *came = self;
	socket_hub *h = came->hub;
	socket_line *l = came->line;
	free(came);
	l->fd = fd;
	l->handle = handle;
	l->heard = (int64_t)extra_len < INPUT_BYTES ? (int64_t)extra_len : INPUT_BYTES;
	memcpy(l->input, extra, (size_t)l->heard);
	pthread_mutex_lock(&h->lock);
	l->closing = h->stopping;
	l->next = h->arrived;
	h->arrived = l;
	pthread_mutex_unlock(&h->lock);
	socket_hub_poke(h);
}

struct MHD_Response *socket_response(socket_hub *h, const http_response *p)
{
	pthread_mutex_lock(&h->lock);
	bool room = h->count < SOCKETS_MAX && !h->stopping;
	h->count += room;
	pthread_mutex_unlock(&h->lock);
	if (!room) return NULL;
	arrival *came = calloc(1, sizeof *came);
	socket_line *l = calloc(1, sizeof *l);
	assert(came && l);
	*came = (arrival){h, l};
	l->lasting = arena_new(MIB);
	l->beaten = h->app->world->monotonic(h->app->world);
	const caller *who = &p->feed_caller;
	l->who = (caller){.actor = text_copy(l->lasting, who->actor),
			  .purpose = text_copy(l->lasting, who->purpose),
			  .on_behalf_of = text_copy(l->lasting, who->on_behalf_of),
			  .scope = text_copy(l->lasting, who->scope),
			  .language = who->language};
	return MHD_create_response_for_upgrade(on_upgrade, came);
}

void socket_get(exchange *x)
{
	text key = header_get(x, "Sec-WebSocket-Key");
	bool asked = word_same(header_get(x, "Upgrade"), TEXT("websocket")) && key.len == 24 &&
		     text_equal(header_get(x, "Sec-WebSocket-Version"), TEXT("13"));
	if (!query_none(x)) return;
	if (!asked) {
		issue_add(&x->sink, FAIL_HTTP_UPGRADE, TEXT(""), TEXT(""));
		return;
	}
	http_response *p = x->response;
	p->status = 101;
	p->upgrades = true;
	p->feed_caller = x->who;
	reply_header(x, TEXT("Upgrade"), TEXT("websocket"));
	reply_header(x, TEXT("Sec-WebSocket-Accept"), frame_accept(x->arena, key));
}

void subscription_token(exchange *x)
{
	notify_bound b;
	if (!resource_id_valid(x->id)) {
		issue_add(&x->sink, FAIL_HTTP_ID, x->id, TEXT(""));
		return;
	}
	if (!query_none(x) || !notify_bind(x->app->record, &x->who, x->id, x->arena, &b, &x->sink)) return;
	instant until = world_now(x->app->world) + TOKEN_LASTS;
	text url = text_starts(x->base, TEXT("http")) ? text_slice(x->base, 4, x->base.len) : x->base;
	json_out o = parameters_begin(x);
	part_text(&o, "token", "valueString", token_make(x->app->world, x->arena, x->id, until));
	part_text(&o, "expiration", "valueDateTime", instant_iso(x->arena, until));
	part_text(&o, "subscription", "valueString", x->id);
	part_text(&o, "websocket-url", "valueUrl", text_format(x->arena, "ws%.*s/$websocket", TEXT_ARG(url)));
	parameters_reply(x, &o);
}
