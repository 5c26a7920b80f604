/* ask.c: what a person or another system asks about subscriptions: how they stand, past events, deliveries, once more. */
#include "notify/internal.h"

/* The subscription by id, with its row. False with an issue. */
typedef struct asked {
	version version;
	doc doc;
	subscription subscription;
	state state;
} asked;

static bool find(reader *rd, const image *content, text id, arena *a, asked *out, issues *sink)
{
	issues unheard = {.arena = a};
	found f = record_read(rd, TEXT("Subscription"), id, &out->version, sink);
	if (f == FOUND_FAILED) return false;
	if (f != FOUND || state_get(reader_snapshot(rd), out->version.rid, a, &out->state, sink) != STORE_OK)
		return issue_add(sink, FAIL_NOTIFY_NONE, id, TEXT(""));
	if (!json_parse_resource(a, out->version.json, TEXT(""), sink, &out->doc)) return false;
	/* Even where the topic is gone from the content it can be asked about. */
	subscription_read(a, content, &out->doc, &out->subscription, &unheard);
	return true;
}

static notice notice_of(const asked *x, reader *rd, notice_kind kind)
{
	return (notice){.kind = kind,
			.reader = rd,
			.subscription = &x->subscription,
			.state = &x->state,
			.told = x->subscription.told,
			.now = x->state.said};
}

bool notify_status_json(reader *rd, const image *content, text id, arena *a, text *out, issues *sink)
{
	asked x;
	if (!find(rd, content, id, a, &x, sink)) return false;
	notice n = notice_of(&x, rd, NOTICE_QUERY_STATUS);
	*out = notice_status(&n, a);
	return true;
}

bool notify_events_json(reader *rd, const image *content, text id, notify_range range, const notify_told *told,
			arena *a, text *out, issues *sink)
{
	asked x;
	event *events;
	if (!find(rd, content, id, a, &x, sink)) return false;
	notice n = notice_of(&x, rd, NOTICE_QUERY_EVENTS);
	if (told) n.told = *told;
	n.event_count = event_list(reader_snapshot(rd), x.state.rid, range, NOTIFY_BUNDLE_EVENTS_MAX, a, &events, sink);
	n.events = events;
	n.now = n.event_count ? events[n.event_count - 1].at : x.version.at;
	return sink->errors == 0 && notice_bundle(&n, a, out, sink);
}

int notify_lines(reader *rd, arena *a, notify_line **out, issues *sink)
{
	state *states;
	int count = state_list(reader_snapshot(rd), NULL, a, &states, sink);
	*out = ARENA_ARRAY(a, notify_line, count + 1);
	for (int i = 0; i < count; i++)
		(*out)[i] = (notify_line){.id = states[i].id,
					  .type = states[i].type,
					  .trouble = states[i].trouble,
					  .on = states[i].on,
					  .ready = states[i].ready,
					  .number = states[i].number,
					  .told = states[i].sent,
					  .failures = (int)states[i].failures,
					  .next = states[i].next};
	return count;
}

/* ---- once more ---- */

typedef struct resending {
	int64_t rid, from;
} resending;

static bool resend_note(void *self, deriving *dv, issues *sink)
{
	const resending *r = self;
	state x;
	if (state_get(deriving_snapshot(dv), r->rid, deriving_arena(dv), &x, sink) != STORE_OK) return false;
	if (r->from > 0 && r->from <= x.sent) x.sent = r->from - 1;
	x.failures = 0;
	x.since = x.next = 0;
	return state_put(deriving_writing(dv), &x, sink);
}

bool notify_resend(record *r, const caller *who, text id, int64_t from, arena *a, issues *sink)
{
	reader *rd = record_reader(r, who, a, sink);
	if (!rd) return false;
	version v;
	state x;
	found f = record_read(rd, TEXT("Subscription"), id, &v, sink);
	bool known = f == FOUND && state_get(reader_snapshot(rd), v.rid, a, &x, sink) == STORE_OK;
	reader_close(rd);
	if (f == FOUND_FAILED) return false;
	if (!known) return issue_add(sink, FAIL_NOTIFY_NONE, id, TEXT(""));
	if (from < 0 || from > x.number)
		return issue_at(sink, FAIL_NOTIFY_NUMBER, (place){0}, TEXT("from"),
				text_format(a, "%lld", (long long)from),
				text_format(a, "0..%lld", (long long)x.number));
	resending again = {v.rid, from};
	return record_note(r, resend_note, &again, sink);
}
