/* socket.c: subscriptions of channel websocket: not called, but told when they have bound themselves. Nobody greets them; what happens
 * while nobody is bound waits. */
#include "notify/internal.h"

bool notify_bind(record *r, const caller *who, text id, arena *a, notify_bound *out, issues *sink)
{
	version v;
	state x = {0};
	reader *rd = record_reader(r, who, a, sink);
	if (!rd) return false;
	found f = record_read(rd, TEXT("Subscription"), id, &v, sink);
	bool known = f == FOUND && state_get(reader_snapshot(rd), v.rid, a, &x, sink) == STORE_OK;
	reader_close(rd);
	if (sink->errors) return false;
	if (!known || !x.socket || !x.on) return issue_add(sink, FAIL_NOTIFY_UNBOUND, id, TEXT(""));
	*out = (notify_bound){.rid = v.rid, .told = x.sent};
	return true;
}

/* One reading of what a bound subscription is, for what is to be said to it. */
typedef struct speaking {
	record *record;
	world *world;
	arena *arena;
	issues *sink;
	reader *house, *owner;
	state state;
	subscription subscription;
	version version;
	doc doc;
} speaking;

static bool speaking_open(speaking *s, int64_t rid)
{
	s->house = record_reader(s->record, &notify_house, s->arena, s->sink);
	if (!s->house || state_get(reader_snapshot(s->house), rid, s->arena, &s->state, s->sink) != STORE_OK)
		return false;
	if (!s->state.on || record_read_rid(s->house, rid, &s->version, s->sink) != FOUND) return false;
	const caller owner = {.actor = s->state.actor, .purpose = TEXT("HADMIN"), .scope = s->state.scope};
	s->owner = record_reader(s->record, &owner, s->arena, s->sink);
	return s->owner && json_parse_resource(s->arena, s->version.json, TEXT(""), s->sink, &s->doc) &&
	       subscription_read(s->arena, notify_content_active(), &s->doc, &s->subscription, s->sink);
}

static bool bundle(speaking *s, notice_kind kind, const event *events, int count, text *out)
{
	const notice n = {.kind = kind,
			  .reader = s->owner,
			  .subscription = &s->subscription,
			  .state = &s->state,
			  .events = events,
			  .event_count = count,
			  .told = s->subscription.told,
			  .now = world_now(s->world)};
	return notice_bundle(&n, s->arena, out, s->sink);
}

static bool say_news(speaking *s, notify_bound *b, text *out)
{
	event *events;
	notify_range range = {b->told + 1, s->state.number};
	if (range.from > range.to) return true;
	if (s->subscription.topic.len == 0) { /* R4: a ping says that there is something, and no more */
		*out = text_join(s->arena, TEXT("ping "), s->subscription.id);
		b->said = range.to;
		return true;
	}
	int count = event_list(reader_snapshot(s->house), b->rid, range, (int)s->subscription.max_count, s->arena,
			       &events, s->sink);
	if (count == 0) return s->sink->errors == 0;
	b->said = events[count - 1].number;
	return bundle(s, NOTICE_EVENTS, events, count, out);
}

static bool say(speaking *s, notify_bound *b, text *out)
{
	bool topical = s->subscription.topic.len > 0;
	if (topical && !b->greeted) {
		b->greeted = true;
		return bundle(s, NOTICE_HANDSHAKE, NULL, 0, out);
	}
	instant now = world_now(s->world);
	if (!say_news(s, b, out)) return false;
	if (out->len == 0 && topical && s->state.beat && b->at && b->at + SECONDS(s->state.beat) <= now)
		return bundle(s, NOTICE_HEARTBEAT, NULL, 0, out);
	return true;
}

bool notify_say(record *r, world *w, notify_bound *b, arena *a, text *out, issues *sink)
{
	speaking s = {.record = r, .world = w, .arena = a, .sink = sink};
	*out = (text){0};
	b->said = b->told;
	bool ok = speaking_open(&s, b->rid) && say(&s, b, out);
	if (out->len) b->at = world_now(w);
	reader_close(s.house);
	reader_close(s.owner);
	return ok && sink->errors == 0;
}

/* ---- what was said is noted ---- */

typedef struct saying {
	notify_bound *bound;
	instant now;
} saying;

static bool said_note(void *self, deriving *dv, issues *sink)
{
	const saying *s = self;
	state x;
	arena *a = deriving_arena(dv);
	if (state_get(deriving_snapshot(dv), s->bound->rid, a, &x, sink) != STORE_OK) return sink->errors == 0;
	notify_delivery d = {.at = s->now, .kind = NOTIFY_EVENTS, .first = s->bound->told + 1, .last = s->bound->said};
	if (x.sent < s->bound->said) x.sent = s->bound->said;
	x.said = s->now;
	instant before = s->now - HOURS(24) * notify_settings.keep_days;
	return delivery_add(deriving_writing(dv), deriving_snapshot(dv), x.rid, &d, a, sink) &&
	       state_put(deriving_writing(dv), &x, sink) &&
	       outbox_prune(deriving_writing(dv), deriving_snapshot(dv), &x, before, a, sink);
}

bool notify_said(record *r, world *w, notify_bound *b, issues *sink)
{
	saying s = {b, world_now(w)};
	if (b->said <= b->told) return true;
	if (!record_note(r, said_note, &s, sink)) return false;
	b->told = b->said;
	return true;
}
