/* subscription.c: what can be asked of a Subscription beyond reading it: the backport guide's $status and $events, and for a person
 * $deliveries and $resend. */
#include "http/internal.h"

enum { DELIVERIES_SHOWN = 100 };

static bool ready(exchange *x, reader **rd)
{
	if (!resource_id_valid(x->id)) return issue_add(&x->sink, FAIL_HTTP_ID, x->id, TEXT(""));
	*rd = exchange_reader(x);
	return *rd != NULL;
}

static bool number_read(exchange *x, const search_pair *p, int64_t *out)
{
	return (text_to_int(p->value, out) && *out >= 0) ||
	       issue_at(&x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, p->name, p->value,
			x->who.language == LANGUAGE_EN ? TEXT("an event number") : TEXT("et nummer på en besked"));
}

/* ---- $status ---- */

/* A Bundle of type searchset, as the guide has it, also for one. */
static void statuses_reply(exchange *x, const text *statuses, const text *ids, int count)
{
	json_out o = json_begin(x->arena);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Bundle"));
	json_pair(&o, "type", TEXT("searchset"));
	json_key(&o, "total");
	json_int(&o, count);
	if (count > 0) {
		json_key(&o, "entry");
		json_array(&o);
	}
	for (int i = 0; i < count; i++) {
		text url = reply_url(x, TEXT("Subscription"), text_join(x->arena, ids[i], TEXT("/$status")));
		json_object(&o);
		json_pair(&o, "fullUrl", text_join(x->arena, TEXT("urn:uuid:"), uuid_of_name(x->arena, url)));
		json_key(&o, "resource");
		json_raw(&o, statuses[i]);
		json_key(&o, "search");
		json_object(&o);
		json_pair(&o, "mode", TEXT("match"));
		json_end(&o);
		json_end(&o);
	}
	if (count > 0) json_end(&o);
	json_end(&o);
	reply_json(x, 200, json_done(&o));
}

void subscription_status(exchange *x)
{
	reader *rd = NULL;
	text status;
	if (!query_none(x) || !ready(x, &rd)) return;
	if (notify_status_json(rd, x->app->content, x->id, x->arena, &status, &x->sink))
		statuses_reply(x, &status, &x->id, 1);
}

static bool among(text list, text one)
{
	for (text_pair cut = {.tail = list, .found = true}; cut.found;) {
		cut = text_cut(cut.tail, ',');
		if (text_equal(cut.head, one)) return true;
	}
	return false;
}

typedef struct wanted {
	text ids, statuses; /* comma-separated; empty: all */
} wanted;

static bool wanted_read(exchange *x, wanted *out)
{
	for (int i = 0; i < x->query_count; i++) {
		const search_pair *p = &x->query[i];
		if (text_equal(p->name, TEXT("id")))
			out->ids = p->value;
		else if (text_equal(p->name, TEXT("status")))
			out->statuses = p->value;
		else
			return issue_add(&x->sink, FAIL_HTTP_PARAMETER, p->name, TEXT(""));
	}
	return true;
}

static bool is_wanted(exchange *x, reader *rd, const wanted *w, text id)
{
	version v;
	doc d;
	if (w->ids.len && !among(w->ids, id)) return false;
	if (record_read(rd, TEXT("Subscription"), id, &v, &x->sink) != FOUND) return false;
	return w->statuses.len == 0 || (json_parse_resource(x->arena, v.json, TEXT(""), &x->sink, &d) &&
					among(w->statuses, doc_get_text(&d, 0, NAME_status)));
}

void subscription_statuses(exchange *x)
{
	notify_line *lines;
	wanted w = {0};
	reader *rd = NULL;
	if (!wanted_read(x, &w) || !(rd = exchange_reader(x))) return;
	int all = notify_lines(rd, x->arena, &lines, &x->sink), count = 0;
	text *statuses = ARENA_ARRAY(x->arena, text, all + 1), *ids = ARENA_ARRAY(x->arena, text, all + 1);
	for (int i = 0; i < all && x->sink.errors == 0; i++) {
		if (!is_wanted(x, rd, &w, lines[i].id)) continue;
		ids[count] = lines[i].id;
		if (!notify_status_json(rd, x->app->content, lines[i].id, x->arena, &statuses[count++], &x->sink))
			return;
	}
	if (x->sink.errors == 0) statuses_reply(x, statuses, ids, count);
}

/* ---- $events ---- */

void subscription_events(exchange *x)
{
	reader *rd = NULL;
	text bundle;
	notify_range range = {1, INT64_MAX};
	notify_told told;
	const notify_told *as = NULL;
	for (int i = 0; i < x->query_count; i++) {
		const search_pair *p = &x->query[i];
		if (text_equal(p->name, TEXT("eventsSinceNumber"))) {
			if (!number_read(x, p, &range.from)) return;
		} else if (text_equal(p->name, TEXT("eventsUntilNumber"))) {
			if (!number_read(x, p, &range.to)) return;
		} else if (text_equal(p->name, TEXT("content")) && notify_told_read(p->value, &told)) {
			as = &told;
		} else {
			issue_add(&x->sink, FAIL_HTTP_PARAMETER, p->name, TEXT(""));
			return;
		}
	}
	if (!ready(x, &rd)) return;
	if (notify_events_json(rd, x->app->content, x->id, range, as, x->arena, &bundle, &x->sink))
		reply_json(x, 200, bundle);
}

/* ---- $deliveries, $resend ---- */

void subscription_deliveries(exchange *x)
{
	static const char *const kinds[] = {
	    [NOTIFY_HANDSHAKE] = "handshake", [NOTIFY_HEARTBEAT] = "heartbeat", [NOTIFY_EVENTS] = "event-notification"};
	reader *rd = NULL;
	version v;
	notify_delivery *rows;
	if (!query_none(x) || !ready(x, &rd)) return;
	found f = record_read(rd, TEXT("Subscription"), x->id, &v, &x->sink);
	if (f == FOUND_NONE) issue_add(&x->sink, FAIL_NOTIFY_NONE, x->id, TEXT(""));
	if (f != FOUND && f != FOUND_DELETED) return;
	int count = notify_deliveries(rd, x->id, DELIVERIES_SHOWN, x->arena, &rows, &x->sink);
	json_out o = parameters_begin(x);
	for (int i = 0; i < count; i++) {
		part_open(&o, "delivery");
		part_int(&o, "number", rows[i].number);
		part_instant(x, &o, "at", rows[i].at);
		part_text(&o, "type", "valueCode", text_of(kinds[rows[i].kind]));
		if (rows[i].first) part_int(&o, "first", rows[i].first);
		if (rows[i].last) part_int(&o, "last", rows[i].last);
		if (rows[i].status) part_int(&o, "status", rows[i].status);
		part_int(&o, "milliseconds", rows[i].micros / 1000);
		part_bool(&o, "received", rows[i].trouble.len == 0);
		part_text(&o, "reason", "valueString", rows[i].trouble);
		part_close(&o);
	}
	parameters_reply(x, &o);
}

/* ?from=, or Parameters with it. */
static bool from_read(exchange *x, int64_t *from)
{
	doc d;
	for (int i = 0; i < x->query_count; i++) {
		if (!text_equal(x->query[i].name, TEXT("from")))
			return issue_add(&x->sink, FAIL_HTTP_PARAMETER, x->query[i].name, TEXT(""));
		if (!number_read(x, &x->query[i], from)) return false;
	}
	if (x->body.len == 0) return true;
	if (!negotiate_body(x, false) || !rest_parse(x, x->body, TEXT("Parameters"), &d)) return false;
	uint32_t list = doc_get(&d, 0, NAME_parameter);
	for (uint32_t p = list + 1; list && p < d.nodes[list].next; p = d.nodes[p].next) {
		text name = doc_get_text(&d, p, NAME_name);
		const search_pair pair = {name, doc_get_text(&d, p, NAME_valueInteger)};
		if (!text_equal(name, TEXT("from"))) return issue_add(&x->sink, FAIL_HTTP_PARAMETER, name, TEXT(""));
		if (!number_read(x, &pair, from)) return false;
	}
	return true;
}

void subscription_resend(exchange *x)
{
	int64_t from = 0;
	if (!resource_id_valid(x->id)) {
		issue_add(&x->sink, FAIL_HTTP_ID, x->id, TEXT(""));
		return;
	}
	if (!from_read(x, &from)) return;
	exchange_headroom(x, 64 * KIB);
	if (!notify_resend(x->app->record, &x->who, x->id, from, x->arena, &x->sink)) return;
	reply_json(x, 200,
		   outcome_said(x->arena, x->who.language == LANGUAGE_EN ? TEXT("It will be sent again")
									 : TEXT("Det bliver sendt igen")));
}
