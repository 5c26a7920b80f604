/* stream.c: feeds that stay open.
 *
 * A stream that has nothing to say is suspended: it costs no thread. One thread of the hub waits on the record's feed and wakes
 * the streams after a commit; each then reads on from its own position, in its own caller's scope. Every BEAT a comment line is
 * sent, so that a client that has gone is noticed.
 *
 *     waiting ──(commit, beat, stop)──► resumed ──► writes what is new ──► nothing more ──► waiting
 *
 * Locks: the hub's lock is taken before any of libmicrohttpd's, never after. */
#include "http/internal.h"

#include <microhttpd.h>
#include <poll.h>
#include <setjmp.h>

#define BEAT SECONDS(15)
enum { FEED_WAIT_MS = 500, PIECE_BYTES = 16 * 1024 };

typedef struct stream stream;
struct stream {
	stream *next, *previous;
	stream_hub *hub;
	struct MHD_Connection *connection;
	arena *arena;   /* reset for each piece */
	arena *lasting; /* the caller's texts */
	caller who;
	reader *reader; /* while a piece is read */
	text piece;     /* being sent */
	int64_t sent;
	int64_t after;
	bool waiting, beat;
};

struct stream_hub {
	http_app *app;
	socket_hub *sockets;
	arena *arena;
	pthread_mutex_t lock;
	pthread_t thread;
	stream *first;
	int count;
	int64_t sequence; /* what the hub has seen of the log */
	bool stopping;
};

static void wake_all(stream_hub *h, bool beat)
{
	for (stream *s = h->first; s; s = s->next) {
		s->beat |= beat;
		if (!s->waiting) continue;
		s->waiting = false;
		MHD_resume_connection(s->connection);
	}
}

static void *hub_run(void *self)
{
	stream_hub *h = self;
	const caller system = {.actor = TEXT("Device/limen"), .purpose = TEXT("HADMIN"), .scope = TEXT("*")};
	world *w = h->app->world;
	int64_t beaten = w->monotonic(w);
	for (;;) {
		feed_event *events;
		arena_reset(h->arena);
		issues sink = {.arena = h->arena};
		int count = record_feed(h->app->record, &system, h->sequence, FEED_EVENTS_MAX, FEED_WAIT_MS, h->arena,
					&events, &sink);
		if (sink.errors > 0) poll(NULL, 0, FEED_WAIT_MS); /* the store is ill: its own log says so */
		if (count > 0) socket_hub_poke(h->sockets);
		bool beat = w->monotonic(w) - beaten > BEAT;
		if (beat) beaten = w->monotonic(w);
		pthread_mutex_lock(&h->lock);
		if (count > 0) h->sequence = events[count - 1].sequence;
		if (count > 0 || beat || h->stopping) wake_all(h, beat);
		bool stopping = h->stopping;
		pthread_mutex_unlock(&h->lock);
		if (stopping) return NULL;
	}
}

stream_hub *stream_hub_new(http_app *app, socket_hub *sockets)
{
	arena *a = arena_new(64 * MIB);
	stream_hub *h = calloc(1, sizeof *h);
	assert(h);
	*h = (stream_hub){.app = app, .sockets = sockets, .arena = a, .sequence = record_sequence(app->record)};
	int failed = pthread_mutex_init(&h->lock, NULL);
	failed |= pthread_create(&h->thread, NULL, hub_run, h);
	assert(!failed);
	(void)failed;
	return h;
}

void stream_hub_stop(stream_hub *h)
{
	pthread_mutex_lock(&h->lock);
	h->stopping = true;
	wake_all(h, false);
	pthread_mutex_unlock(&h->lock);
	pthread_join(h->thread, NULL);
}

void stream_hub_free(stream_hub *h)
{
	assert(!h->first);
	pthread_mutex_destroy(&h->lock);
	arena_free(h->arena);
	free(h);
}

static void piece_find(stream *s, issues *sink)
{
	record *r = s->hub->app->record;
	feed_event *events;
	int count = record_feed(r, &s->who, s->after, FEED_EVENTS_MAX, 0, s->arena, &events, sink);
	if (count <= 0) return;
	s->reader = record_reader(r, &s->who, s->arena, sink);
	if (!s->reader) return;
	s->piece = feed_text(s->arena, s->reader, events, count);
	s->after = events[count - 1].sequence;
}

/* What is new since `after` as the next piece. False: this stream cannot go on. */
static bool piece_read(stream *s)
{
	jmp_buf home;
	arena_reset(s->arena);
	issues sink = {.arena = s->arena};
	s->piece = (text){0};
	s->sent = 0;
	bool spent = setjmp(home) != 0; /* the arena's budget */
	if (!spent) {
		arena_boundary(s->arena, &home);
		piece_find(s, &sink);
	}
	arena_boundary(s->arena, NULL);
	reader_close(s->reader);
	s->reader = NULL;
	return !spent && sink.errors == 0;
}

static ssize_t piece_send(stream *s, char *bytes, size_t room)
{
	int64_t n = s->piece.len - s->sent;
	if (n > (int64_t)room) n = (int64_t)room;
	memcpy(bytes, s->piece.at + s->sent, (size_t)n);
	s->sent += n;
	return (ssize_t)n;
}

static ssize_t stream_write(void *self, uint64_t position, char *bytes, size_t room)
{
	(void)position;
	stream *s = self;
	stream_hub *h = s->hub;
	if (s->sent < s->piece.len) return piece_send(s, bytes, room);
	pthread_mutex_lock(&h->lock);
	bool stopping = h->stopping, beat = s->beat;
	int64_t seen = h->sequence;
	s->beat = false;
	pthread_mutex_unlock(&h->lock);
	if (stopping || !piece_read(s)) return MHD_CONTENT_READER_END_OF_STREAM;
	if (s->piece.len == 0 && beat) s->piece = TEXT(":\n\n");
	if (s->piece.len > 0) return piece_send(s, bytes, room);
	pthread_mutex_lock(&h->lock);
	if (!h->stopping && !s->beat && h->sequence == seen) {
		s->waiting = true;
		MHD_suspend_connection(s->connection);
	}
	pthread_mutex_unlock(&h->lock);
	return 0;
}

static void stream_free(void *self)
{
	stream *s = self;
	stream_hub *h = s->hub;
	pthread_mutex_lock(&h->lock);
	if (s->previous)
		s->previous->next = s->next;
	else
		h->first = s->next;
	if (s->next) s->next->previous = s->previous;
	h->count--;
	pthread_mutex_unlock(&h->lock);
	arena_free(s->arena);
	arena_free(s->lasting);
	free(s);
}

static stream *stream_new(stream_hub *h, struct MHD_Connection *c, const http_response *p)
{
	stream *s = calloc(1, sizeof *s);
	assert(s);
	*s = (stream){
	    .hub = h, .connection = c, .arena = arena_new(16 * MIB), .lasting = arena_new(MIB), .after = p->feed_after};
	const caller *who = &p->feed_caller;
	s->who = (caller){.actor = text_copy(s->lasting, who->actor),
			  .purpose = text_copy(s->lasting, who->purpose),
			  .on_behalf_of = text_copy(s->lasting, who->on_behalf_of),
			  .scope = text_copy(s->lasting, who->scope),
			  .language = who->language};
	/* How soon to come back when the line breaks, then what there is already. */
	s->piece = text_join(s->arena, TEXT("retry: 2000\n\n"), p->body);
	return s;
}

struct MHD_Response *stream_response(stream_hub *h, struct MHD_Connection *c, const http_response *p)
{
	stream *s = stream_new(h, c, p);
	pthread_mutex_lock(&h->lock);
	bool room = h->count < FEED_STREAMS_MAX && !h->stopping;
	s->next = h->first;
	if (h->first) h->first->previous = s;
	h->first = s;
	h->count++;
	pthread_mutex_unlock(&h->lock);
	if (room) return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_BYTES, stream_write, s, stream_free);
	stream_free(s);
	return NULL;
}
