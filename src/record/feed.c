/* The feed: the log read from a place on, waiting where there is nothing yet. */
#include "record/internal.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Gives type and id to an event; false where the caller may not see it. */
static bool event_name(snapshot *s, const caller *who, int64_t rid, arena *a, feed_event *e, issues *sink)
{
	cell row[RES_COLUMNS];
	if (store_get(s, &resource_table, &INT_CELL(rid), a, row, sink) != STORE_OK) return false;
	e->type = term_text(s, row[RES_TYPE].integer, a, sink);
	e->id = row[RES_ID].text;
	return scope_allows(who, e->type);
}

/* `after` moves to what was looked at, seen or not. */
static int events_after(snapshot *s, const caller *who, int64_t *after, int max, arena *a, feed_event **out,
			issues *sink)
{
	cell row[LOG_COLUMNS], low = INT_CELL(*after);
	scan_options o = {.index = -1, .low = &low, .low_excluded = true};
	scan *log = store_scan(s, &log_table, &o, a, sink);
	int n = 0, cap = 0;
	while (n < max && scan_next(log, row, sink)) {
		*after = row[LOG_SEQ].integer;
		if (row[LOG_KIND].integer != KIND_VERSION) continue;
		feed_event e = {.sequence = row[LOG_SEQ].integer,
				.version = row[LOG_VERSION].integer,
				.method = (write_method)row[LOG_METHOD].integer,
				.at = row[LOG_AT].integer};
		if (!event_name(s, who, row[LOG_RID].integer, a, &e, sink)) continue;
		if (n == cap) *out = ARENA_DOUBLE(a, feed_event, *out, &cap, 8);
		(*out)[n++] = e;
	}
	scan_close(log);
	return n;
}

/* Waits until something later than `after` is durable; false: in vain. A relative wait: what the wall clock says does not matter. */
bool record_wait(record *r, int64_t after, int wait_ms)
{
	feed_waiter me = {.event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
	if (me.event < 0) return false;
	pthread_mutex_lock(&r->lock);
	bool there = r->durable > after;
	me.next = r->waiters;
	r->waiters = &me;
	pthread_mutex_unlock(&r->lock);
	if (!there) there = poll(&(struct pollfd){.fd = me.event, .events = POLLIN}, 1, wait_ms) > 0;
	pthread_mutex_lock(&r->lock);
	feed_waiter **at = &r->waiters;
	while (*at != &me) at = &(*at)->next;
	*at = me.next;
	pthread_mutex_unlock(&r->lock);
	close(me.event);
	return there;
}

int record_feed(record *r, const caller *who, int64_t after, int max, int wait_ms, arena *a, feed_event **out,
		issues *sink)
{
	*out = NULL;
	world *w = r->world;
	int64_t until = w->monotonic(w) + (int64_t)wait_ms * 1000;
	for (;;) {
		snapshot *s = store_snapshot(r->store, sink);
		if (!s) return 0;
		int n = events_after(s, who, &after, max, a, out, sink);
		store_release(s);
		/* Woken for something this caller has seen already, or may not see: the wait goes on. */
		int64_t left_ms = (until - w->monotonic(w) + 999) / 1000;
		if (n || sink->errors || left_ms <= 0 || !record_wait(r, after, (int)left_ms)) return n;
	}
}
