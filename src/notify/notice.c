/* notice.c: what is sent: for a topic a Bundle of type history whose first entry says how it stands with the subscription (backport
 * guide, R4 notifications); for a plain subscription the bare request, or the resource. */
#include "notify/internal.h"

static const char *const kind_codes[] = {[NOTICE_HANDSHAKE] = "handshake",
					 [NOTICE_HEARTBEAT] = "heartbeat",
					 [NOTICE_EVENTS] = "event-notification",
					 [NOTICE_QUERY_STATUS] = "query-status",
					 [NOTICE_QUERY_EVENTS] = "query-event"};

static text address(const notice *n, arena *a, text type, text id)
{
	text base = record_base(reader_record(n->reader));
	return text_format(a, "%.*s%s%.*s/%.*s", TEXT_ARG(base), base.len ? "/" : "", TEXT_ARG(type), TEXT_ARG(id));
}

static bool told_apart(const notice *n)
{
	return n->told == TOLD_ID || n->told == TOLD_FULL;
}

/* ---- the status: Parameters ---- */

static void part(json_out *o, const char *name, const char *key, text value)
{
	json_object(o);
	json_pair(o, "name", text_of(name));
	json_pair(o, key, value);
	json_end(o);
}

static void part_reference(json_out *o, const char *name, text reference)
{
	json_object(o);
	json_pair(o, "name", text_of(name));
	json_reference(o, "valueReference", reference);
	json_end(o);
}

/* The resource an event is of, in the subscriber's scope; FOUND_NONE where it cannot be shown any more. */
static found event_version(const notice *n, const event *e, version *out, issues *sink)
{
	version now;
	found f = record_read_rid(n->reader, e->rid, &now, sink);
	if (f != FOUND && f != FOUND_DELETED) return f;
	found was = record_vread(n->reader, now.type, now.id, e->version, out, sink);
	*out = was == FOUND || was == FOUND_DELETED ? *out : now;
	return was;
}

static void event_part(const notice *n, arena *a, json_out *o, const event *e, const version *v)
{
	json_object(o);
	json_pair(o, "name", TEXT("notification-event"));
	json_key(o, "part");
	json_array(o);
	part(o, "event-number", "valueString", text_format(a, "%lld", (long long)e->number));
	part(o, "timestamp", "valueInstant", instant_iso(a, e->at));
	if (v && told_apart(n)) part_reference(o, "focus", address(n, a, v->type, v->id));
	json_end(o);
	json_end(o);
}

static void status_write(const notice *n, arena *a, json_out *o, const version *versions)
{
	json_object(o);
	json_pair(o, "resourceType", TEXT("Parameters"));
	json_key(o, "meta");
	json_object(o);
	json_key(o, "profile");
	json_array(o);
	json_text(o, TEXT(GUIDE "backport-subscription-status-r4"));
	json_end(o);
	json_end(o);
	json_key(o, "parameter");
	json_array(o);
	part_reference(o, "subscription", address(n, a, TEXT("Subscription"), n->subscription->id));
	if (n->subscription->topic.len) part(o, "topic", "valueCanonical", n->subscription->topic);
	part(o, "status", "valueCode", n->subscription->status);
	part(o, "type", "valueCode", text_of(kind_codes[n->kind]));
	part(o, "events-since-subscription-start", "valueString", text_format(a, "%lld", (long long)n->state->number));
	for (int i = 0; i < n->event_count; i++) event_part(n, a, o, &n->events[i], versions ? &versions[i] : NULL);
	if (n->state->trouble.len) {
		json_object(o);
		json_pair(o, "name", TEXT("error"));
		json_key(o, "valueCodeableConcept");
		json_object(o);
		json_pair(o, "text", n->state->trouble);
		json_end(o);
		json_end(o);
	}
	json_end(o);
	json_end(o);
}

text notice_status(const notice *n, arena *a)
{
	json_out o = json_begin(a);
	status_write(n, a, &o, NULL);
	return json_done(&o);
}

/* ---- the Bundle ---- */

static void exchange_write(json_out *o, text method, text url, const char *status)
{
	json_key(o, "request");
	json_object(o);
	json_pair(o, "method", method);
	json_pair(o, "url", url);
	json_end(o);
	json_key(o, "response");
	json_object(o);
	json_pair(o, "status", text_of(status));
	json_end(o);
}

static void status_entry(const notice *n, arena *a, json_out *o, const version *versions)
{
	text url = address(n, a, TEXT("Subscription"), n->subscription->id);
	json_object(o);
	/* Made of what it says: the same notification sent again has the same name. */
	text said = text_format(a, "%.*s %s %lld %lld", TEXT_ARG(url), kind_codes[n->kind], (long long)n->state->number,
				(long long)(n->event_count ? n->events[0].number : n->now));
	json_pair(o, "fullUrl", text_join(a, TEXT("urn:uuid:"), uuid_of_name(a, said)));
	json_key(o, "resource");
	status_write(n, a, o, versions);
	exchange_write(o, TEXT("GET"), text_join(a, url, TEXT("/$status")), "200");
	json_end(o);
}

static void event_entry(const notice *n, arena *a, json_out *o, const event *e, const version *v)
{
	static const char *const methods[] = {
	    [WRITE_CREATE] = "POST", [WRITE_UPDATE] = "PUT", [WRITE_DELETE] = "DELETE"};
	static const char *const statuses[] = {[WRITE_CREATE] = "201", [WRITE_UPDATE] = "200", [WRITE_DELETE] = "204"};
	text url = text_format(a, "%.*s/%.*s", TEXT_ARG(v->type), TEXT_ARG(v->id));
	json_object(o);
	json_pair(o, "fullUrl", address(n, a, v->type, v->id));
	if (n->told == TOLD_FULL && !v->deleted && v->json.len) {
		json_key(o, "resource");
		json_raw(o, v->json);
	}
	exchange_write(o, text_of(methods[e->method]), e->method == WRITE_CREATE ? v->type : url, statuses[e->method]);
	json_end(o);
}

static bool versions_of(const notice *n, arena *a, version **out, issues *sink)
{
	*out = ARENA_ARRAY(a, version, n->event_count + 1);
	for (int i = 0; i < n->event_count; i++) {
		version *v = &(*out)[i];
		if (event_version(n, &n->events[i], v, sink) == FOUND_FAILED) return false;
	}
	return true;
}

bool notice_bundle(const notice *n, arena *a, text *out, issues *sink)
{
	version *versions;
	if (!versions_of(n, a, &versions, sink)) return false;
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Bundle"));
	json_key(&o, "meta");
	json_object(&o);
	json_key(&o, "profile");
	json_array(&o);
	json_text(&o, TEXT(GUIDE "backport-subscription-notification-r4"));
	json_end(&o);
	json_end(&o);
	json_pair(&o, "type", TEXT("history"));
	json_pair(&o, "timestamp", instant_iso(a, n->now));
	json_key(&o, "entry");
	json_array(&o);
	status_entry(n, a, &o, versions);
	for (int i = 0; told_apart(n) && i < n->event_count; i++)
		if (versions[i].type.len) event_entry(n, a, &o, &n->events[i], &versions[i]);
	json_end(&o);
	json_end(&o);
	*out = json_done(&o);
	return true;
}

/* ---- plain ---- */

bool notice_plain(const notice *n, arena *a, net_request *out, issues *sink)
{
	version v = {0};
	const subscription *s = n->subscription;
	out->method = TEXT("POST");
	out->url = s->endpoint;
	if (n->told != TOLD_RESOURCE) return true;
	found f = event_version(n, &n->events[0], &v, sink);
	if (f == FOUND_FAILED) return false;
	if (f != FOUND || v.json.len == 0) return true; /* erased since: that it happened is still told */
	bool slash = text_ends(s->endpoint, TEXT("/"));
	out->method = TEXT("PUT");
	out->url = text_format(a, "%.*s%s%.*s/%.*s", TEXT_ARG(s->endpoint), slash ? "" : "/", TEXT_ARG(v.type),
			       TEXT_ARG(v.id));
	out->body = v.json;
	return true;
}
