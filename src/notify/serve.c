/* serve.c: one turn with one subscription: what is due is sent, and how it went is noted. Nothing is held while the other side thinks:
 * the request is made from a snapshot, which is closed before it is sent. */
#include "notify/internal.h"

#include <setjmp.h>

/* Seconds before the next try, by how often it has failed in a row. */
static const int pauses[] = {5, 15, 60, 5 * 60, 15 * 60, 30 * 60, 3600, 2 * 3600, 4 * 3600};
enum { PAUSES = sizeof pauses / sizeof *pauses };
#define NEVER (INT64_MAX / 2)

typedef struct turn {
	record *record;
	world *world;
	arena *arena;
	issues sink;
	reader *house, *owner; /* as the house; in the subscriber's scope */
	state state;
	subscription subscription;
	version version;
	doc doc;
	instant now;
} turn;

bool line_due(const state *s, instant now)
{
	if (!s->on) return false;
	if (s->until != INSTANT_NONE && s->until <= now) return true;
	if (s->next > now) return false;
	if (s->socket) return !s->ready; /* it is told by whoever holds its socket */
	bool beats = s->ready && s->beat && s->said + SECONDS(s->beat) <= now;
	return !s->ready || s->number > s->sent || beats;
}

static void turn_close(turn *t)
{
	reader_close(t->house);
	reader_close(t->owner);
	t->house = t->owner = NULL;
}

/* ---- reading what is due ---- */

static bool turn_open(turn *t, int64_t rid)
{
	t->now = world_now(t->world);
	t->house = record_reader(t->record, &notify_house, t->arena, &t->sink);
	if (!t->house) return false;
	if (state_get(reader_snapshot(t->house), rid, t->arena, &t->state, &t->sink) != STORE_OK) return false;
	if (!line_due(&t->state, t->now)) return false;
	if (record_read_rid(t->house, rid, &t->version, &t->sink) != FOUND) return false;
	if (!json_parse_resource(t->arena, t->version.json, TEXT(""), &t->sink, &t->doc)) return false;
	const caller owner = {.actor = t->state.actor, .purpose = TEXT("HADMIN"), .scope = t->state.scope};
	t->owner = record_reader(t->record, &owner, t->arena, &t->sink);
	return t->owner != NULL;
}

/* ---- noting how it went ---- */

typedef struct outcome {
	const turn *turn;
	notify_delivery delivery;
	int64_t told; /* events up to here; 0: none were to be told */
	bool gave_up;
} outcome;

static void state_succeeded(state *x, const outcome *o)
{
	/* Where somebody asked for them again meanwhile, they are told again. */
	if (o->told && x->sent == o->turn->state.sent) x->sent = o->told;
	x->failures = 0;
	x->since = x->next = 0;
	x->said = o->turn->now;
	x->trouble = (text){0};
}

static void state_failed(state *x, outcome *o)
{
	int64_t n = x->failures++;
	instant now = o->turn->now;
	if (!x->since) x->since = now;
	o->gave_up = now - x->since >= HOURS(24) * NOTIFY_RETRY_DAYS;
	x->next = o->gave_up ? NEVER : now + SECONDS(pauses[n < PAUSES ? n : PAUSES - 1]);
	x->trouble = o->delivery.trouble;
}

static bool outcome_note(void *self, deriving *dv, issues *sink)
{
	outcome *o = self;
	state x;
	arena *a = deriving_arena(dv);
	snapshot *s = deriving_snapshot(dv);
	if (state_get(s, o->turn->state.rid, a, &x, sink) != STORE_OK) return sink->errors == 0;
	if (!delivery_add(deriving_writing(dv), s, x.rid, &o->delivery, a, sink)) return false;
	/* What was tried was an earlier version's: the new one starts fresh. */
	bool same = x.version == o->turn->version.number;
	if (o->delivery.trouble.len == 0)
		state_succeeded(&x, o);
	else if (same)
		state_failed(&x, o);
	instant before = o->turn->now - HOURS(24) * notify_settings.keep_days;
	return state_put(deriving_writing(dv), &x, sink) && outbox_prune(deriving_writing(dv), s, &x, before, a, sink);
}

/* The Subscription says so itself; where its owner wrote meanwhile, the next turn sees what is to be said. */
static void status_write(turn *t, text status, text error)
{
	issues unheard = {.arena = t->arena};
	written done;
	const doc *d = subscription_changed(t->arena, &t->doc, status, error, &unheard);
	if (!d) return;
	const write_op w = {.method = WRITE_UPDATE,
			    .resource = d,
			    .type = TEXT("Subscription"),
			    .id = t->subscription.id,
			    .if_match = t->version.number};
	if (record_commit(t->record, &notify_house, &w, 1, t->arena, &unheard, &done) || !unheard.first) return;
	const issue *why = unheard.first;
	if (why->code != FAIL_RECORD_VERSION) issue_add(&t->sink, why->code, why->args[0], why->args[1]);
}

static text said_in_danish(turn *t, failure code, text x, text y)
{
	issues one = {.arena = t->arena};
	issue_add(&one, code, x, y);
	return issue_text(t->arena, one.first, LANGUAGE_DA);
}

static void tell_outcome(turn *t, outcome *o)
{
	const subscription *s = &t->subscription;
	bool failed = o->delivery.trouble.len > 0, is_error = text_equal(s->status, TEXT("error"));
	if (!record_note(t->record, outcome_note, o, &t->sink)) return;
	if (!failed && !text_equal(s->status, TEXT("active"))) status_write(t, TEXT("active"), TEXT(""));
	if (!failed) return;
	log_event(LOG_WARN, "not-told", "subscription", text_z(t->arena, s->id), "why",
		  text_z(t->arena, o->delivery.trouble), NULL);
	bool often = !t->state.ready || t->state.failures + 1 >= NOTIFY_FAILURES_ERROR;
	if (o->gave_up)
		status_write(t, TEXT("error"),
			     said_in_danish(t, FAIL_NOTIFY_GIVEN_UP, o->delivery.trouble,
					    text_format(t->arena, "%d", NOTIFY_RETRY_DAYS)));
	else if (often && !is_error)
		status_write(t, TEXT("error"), o->delivery.trouble);
}

/* ---- asking the other side ---- */

static text trouble_of(turn *t, const net_answer *answer)
{
	if (answer->status >= 200 && answer->status < 300) return (text){0};
	if (answer->status == 0) return said_in_danish(t, FAIL_NOTIFY_SILENT, answer->trouble, TEXT(""));
	/* Its own words, as far as they are words and nobody's number. */
	text body = text_slice(answer->body, 0, answer->body.len < 200 ? answer->body.len : 200);
	int64_t bad = text_utf8_error(body);
	if (bad >= 0) body.len = bad;
	return said_in_danish(t, FAIL_NOTIFY_ANSWERED, text_format(t->arena, "%d", answer->status),
			      log_redact(t->arena, text_trim(body)));
}

static net_request request_of(const turn *t, text body)
{
	const subscription *s = &t->subscription;
	net_request q = {.method = TEXT("POST"),
			 .url = s->endpoint,
			 .body = body,
			 .timeout_ms = (int)s->timeout * 1000,
			 .header_count = s->header_count};
	for (int i = 0; i < s->header_count; i++) q.headers[i] = s->headers[i];
	return q;
}

static void ask(turn *t, net_request *q, outcome *o)
{
	net_answer answer;
	if (q->body.len) q->headers[q->header_count++] = TEXT("Content-Type: application/fhir+json; charset=utf-8");
	t->world->send(t->world, q, t->arena, &answer);
	o->delivery.status = answer.status;
	o->delivery.micros += answer.micros;
	o->delivery.trouble = trouble_of(t, &answer);
}

static void notice_make(const turn *t, notice_kind kind, notice *n)
{
	*n = (notice){.kind = kind,
		      .reader = t->owner,
		      .subscription = &t->subscription,
		      .state = &t->state,
		      .told = t->subscription.told,
		      .now = t->now};
}

static void send_bundle(turn *t, const notice *n, outcome *o)
{
	text body;
	if (!notice_bundle(n, t->arena, &body, &t->sink)) return;
	turn_close(t);
	net_request q = request_of(t, body);
	ask(t, &q, o);
	tell_outcome(t, o);
}

static void greet(turn *t)
{
	notice n;
	outcome o = {.turn = t, .delivery = {.at = t->now, .kind = NOTIFY_HANDSHAKE}};
	if (t->subscription.topic.len == 0 || t->subscription.socket) { /* nobody to greet: it is active */
		turn_close(t);
		status_write(t, TEXT("active"), TEXT(""));
		return;
	}
	notice_make(t, NOTICE_HANDSHAKE, &n);
	send_bundle(t, &n, &o);
}

static void beat(turn *t)
{
	notice n;
	outcome o = {.turn = t, .delivery = {.at = t->now, .kind = NOTIFY_HEARTBEAT}};
	notice_make(t, NOTICE_HEARTBEAT, &n);
	send_bundle(t, &n, &o);
}

/* One request for each event, in order, until one fails. */
static void tell_plainly(turn *t, const event *events, int count)
{
	notice n;
	net_request *requests = ARENA_ARRAY(t->arena, net_request, count);
	notice_make(t, NOTICE_EVENTS, &n);
	for (int i = 0; i < count; i++) {
		requests[i] = request_of(t, (text){0});
		n.events = &events[i];
		n.event_count = 1;
		if (!notice_plain(&n, t->arena, &requests[i], &t->sink)) return;
	}
	turn_close(t);
	outcome good = {.turn = t, .delivery = {.at = t->now, .kind = NOTIFY_EVENTS, .first = events[0].number}};
	outcome bad = good;
	for (int i = 0; i < count && bad.delivery.trouble.len == 0; i++) {
		bad = (outcome){.turn = t, .delivery = {.at = t->now, .kind = NOTIFY_EVENTS}};
		bad.delivery.first = bad.delivery.last = events[i].number;
		ask(t, &requests[i], &bad);
		if (bad.delivery.trouble.len) break;
		good.told = good.delivery.last = events[i].number;
		good.delivery.status = bad.delivery.status;
		good.delivery.micros += bad.delivery.micros;
	}
	if (good.told) tell_outcome(t, &good);
	if (bad.delivery.trouble.len) tell_outcome(t, &bad);
}

static void tell(turn *t)
{
	event *events;
	const subscription *s = &t->subscription;
	notify_range range = {t->state.sent + 1, t->state.number};
	int count =
	    event_list(reader_snapshot(t->house), t->state.rid, range, (int)s->max_count, t->arena, &events, &t->sink);
	if (count == 0 || t->sink.errors) return;
	if (s->topic.len == 0) {
		tell_plainly(t, events, count);
		return;
	}
	notice n;
	outcome o = {.turn = t, .told = events[count - 1].number};
	o.delivery = (notify_delivery){
	    .at = t->now, .kind = NOTIFY_EVENTS, .first = events[0].number, .last = events[count - 1].number};
	notice_make(t, NOTICE_EVENTS, &n);
	n.events = events;
	n.event_count = count;
	send_bundle(t, &n, &o);
}

/* Content or settings are others than when it was written: it is told as a failure, and tried again when they may be back. */
static bool still_servable(turn *t)
{
	issues why = {.arena = t->arena};
	if (subscription_read(t->arena, notify_content_active(), &t->doc, &t->subscription, &why) &&
	    subscription_may_reach(t->arena, &t->subscription, &why))
		return true;
	outcome o = {.turn = t, .delivery = {.at = t->now, .kind = NOTIFY_EVENTS}};
	o.delivery.trouble = issue_text(t->arena, why.first, LANGUAGE_DA);
	turn_close(t);
	tell_outcome(t, &o);
	return false;
}

static void turn_take(turn *t)
{
	const state *x = &t->state;
	bool over = x->until != INSTANT_NONE && x->until <= t->now;
	if (!still_servable(t)) return;
	if (over) {
		turn_close(t);
		status_write(t, TEXT("off"), TEXT(""));
	} else if (!x->ready) {
		greet(t);
	} else if (x->number > x->sent) {
		tell(t);
	} else {
		beat(t);
	}
}

bool line_serve(record *r, world *w, int64_t rid, arena *a)
{
	/* Not in the arena: after a jump out of the middle the readers are given back. */
	turn *t = calloc(1, sizeof *t);
	if (!t) return false;
	*t = (turn){.record = r, .world = w, .arena = a, .sink = {.arena = a}};
	jmp_buf home;
	volatile bool due = false;
	arena_boundary(a, &home);
	if (setjmp(home)) {
		log_event(LOG_ERROR, "subscription-budget", NULL);
	} else if (turn_open(t, rid)) {
		due = true;
		turn_take(t);
	}
	arena_boundary(a, NULL);
	turn_close(t);
	if (t->sink.errors)
		log_event(LOG_ERROR, "subscription-turn", "why", text_z(a, issue_line(a, t->sink.first, LANGUAGE_EN)),
			  NULL);
	bool failed = t->sink.errors > 0;
	free(t);
	return due && !failed;
}
