/* subscription.c: a Subscription as it stands in the record (R4; with the backport guide's extensions), read into plain values. */
#include "notify/internal.h"

/* ---- extensions ---- */

static text extension_url(const doc *d, uint32_t e)
{
	return doc_get_text(d, e, NAME_url);
}

/* The next of this name among the extensions of an object, after `after` (NODE_ABSENT: the first). */
static uint32_t extension_next(const doc *d, uint32_t object, text url, uint32_t after)
{
	uint32_t list = object == NODE_ABSENT ? NODE_ABSENT : doc_get(d, object, NAME_extension);
	if (list == NODE_ABSENT) return NODE_ABSENT;
	for (uint32_t e = after ? d->nodes[after].next : list + 1; e < d->nodes[list].next; e = d->nodes[e].next)
		if (text_equal(extension_url(d, e), url)) return e;
	return NODE_ABSENT;
}

static bool number_of(const doc *d, uint32_t object, text url, name_id value, int64_t *out)
{
	uint32_t e = extension_next(d, object, url, NODE_ABSENT);
	return e == NODE_ABSENT || text_to_int(doc_get_text(d, e, value), out);
}

/* ---- one reading ---- */

typedef struct reading {
	arena *arena;
	const image *content;
	const doc *d;
	subscription *out;
	issues *sink;
} reading;

static bool refuse(const reading *r, failure code, const char *place_, text x, text y)
{
	return issue_at(r->sink, code, (place){.path = text_of(place_)}, x, y, TEXT(""));
}

static const char *const not_for_sale[] = {"Subscription", "AuditEvent", "Bundle", "Binary"};

static bool type_offered(const reading *r, text type)
{
	type_id t = type_find(type);
	bool known = t && type_kind_of(t) == TYPE_RESOURCE && !type_is_abstract(t);
	for (size_t i = 0; i < sizeof not_for_sale / sizeof *not_for_sale; i++)
		known = known && !text_equal(type, text_of(not_for_sale[i]));
	return known || refuse(r, FAIL_NOTIFY_TYPE, "Subscription.criteria", type, TEXT(""));
}

static bool read_plain(const reading *r, text criteria)
{
	text_pair sides = text_cut(criteria, '?');
	query_text unused;
	if (!query_text_read(r->arena, sides.tail, &unused))
		return refuse(r, FAIL_NOTIFY_CRITERIA, "Subscription.criteria", criteria, TEXT(""));
	r->out->type = sides.head;
	r->out->asks = text_join(r->arena, TEXT("\n"), sides.tail);
	return type_offered(r, sides.head);
}

static bool filter_allowed(const topic *t, text name)
{
	text base = text_cut(name, ':').head;
	for (int i = 0; i < t->filter_count; i++)
		if (text_equal(t->filters[i], base)) return true;
	return false;
}

/* "Task?owner=…": of the topic's type, by parameters the topic offers. */
static bool read_filter(const reading *r, const topic *t, text filter, buffer *asks)
{
	text_pair sides = text_cut(filter, '?');
	query_text q;
	bool ours = sides.found && (sides.head.len == 0 || text_equal(sides.head, t->type));
	if (!ours || text_find(filter, TEXT("\n")) >= 0 || !query_text_read(r->arena, sides.tail, &q) || q.count == 0)
		return refuse(r, FAIL_NOTIFY_CRITERIA, "Subscription.criteria.extension", filter, TEXT(""));
	for (int i = 0; i < q.count; i++)
		if (!filter_allowed(t, q.pairs[i].name))
			return refuse(r, FAIL_NOTIFY_FILTER, "Subscription.criteria.extension", t->url,
				      q.pairs[i].name);
	buffer_char(asks, '\n');
	buffer_add(asks, sides.tail);
	return true;
}

static bool read_topic(const reading *r, text criteria)
{
	const topic *t = topic_find(r->content, criteria);
	if (!t) return refuse(r, FAIL_NOTIFY_TOPIC, "Subscription.criteria", criteria, TEXT(""));
	buffer asks = {.arena = r->arena};
	buffer_add(&asks, t->url);
	uint32_t beside = doc_get(r->d, 0, name_companion(NAME_criteria)), e = NODE_ABSENT;
	int count = 0;
	while ((e = extension_next(r->d, beside, TEXT(GUIDE "backport-filter-criteria"), e)) != NODE_ABSENT) {
		text filter = doc_get_text(r->d, e, NAME_valueString);
		if (++count > FILTERS_MAX)
			return refuse(r, FAIL_NOTIFY_CRITERIA, "Subscription.criteria.extension", filter, TEXT(""));
		if (!read_filter(r, t, filter, &asks)) return false;
	}
	r->out->type = t->type;
	r->out->topic = t->url;
	r->out->asks = buffer_text(&asks);
	return true;
}

/* A plain criteria begins with a resource type; what has a colon before any question mark is an address. */
static bool read_criteria(const reading *r)
{
	text criteria = doc_get_text(r->d, 0, NAME_criteria);
	bool address = text_find(text_cut(criteria, '?').head, TEXT(":")) >= 0;
	if (criteria.len == 0 || text_find(criteria, TEXT("\n")) >= 0)
		return refuse(r, FAIL_NOTIFY_CRITERIA, "Subscription.criteria", criteria, TEXT(""));
	return address ? read_topic(r, criteria) : read_plain(r, criteria);
}

bool notify_told_read(text code, notify_told *out)
{
	static const struct {
		const char *code;
		notify_told told;
	} codes[] = {{"empty", TOLD_EMPTY}, {"id-only", TOLD_ID}, {"full-resource", TOLD_FULL}};
	for (int i = 0; i < 3; i++)
		if (text_equal(code, text_of(codes[i].code))) {
			*out = codes[i].told;
			return true;
		}
	return false;
}

static bool json_type(text type)
{
	text base = text_trim(text_cut(type, ';').head);
	return text_equal(base, TEXT("application/fhir+json")) || text_equal(base, TEXT("application/json"));
}

static bool read_payload(const reading *r, uint32_t channel)
{
	text payload = doc_get_text(r->d, channel, NAME_payload);
	if (payload.len > 0 && !json_type(payload))
		return refuse(r, FAIL_NOTIFY_PAYLOAD, "Subscription.channel.payload", payload, TEXT(""));
	r->out->told = r->out->topic.len ? TOLD_EMPTY : payload.len ? TOLD_RESOURCE : TOLD_NOTHING;
	uint32_t beside = doc_get(r->d, channel, name_companion(NAME_payload));
	uint32_t e = extension_next(r->d, beside, TEXT(GUIDE "backport-payload-content"), NODE_ABSENT);
	if (e == NODE_ABSENT || r->out->topic.len == 0) return true;
	text code = doc_get_text(r->d, e, NAME_valueCode);
	return notify_told_read(code, &r->out->told) ||
	       refuse(r, FAIL_NOTIFY_CONTENT, "Subscription.channel.payload.extension", code, TEXT(""));
}

static bool read_headers(const reading *r, uint32_t channel)
{
	uint32_t list = doc_get(r->d, channel, NAME_header);
	for (uint32_t h = list + 1; list && h < r->d->nodes[list].next; h = r->d->nodes[h].next) {
		text header = doc_text(r->d, h);
		if (!net_header_valid(header) || r->out->header_count == NET_HEADERS_MAX - 1)
			return refuse(r, FAIL_NOTIFY_HEADER, "Subscription.channel.header", text_cut(header, ':').head,
				      TEXT(""));
		r->out->headers[r->out->header_count++] = header;
	}
	return true;
}

static bool within(const reading *r, int64_t n, int64_t low, int64_t high, const char *what)
{
	if (n >= low && n <= high) return true;
	return issue_at(r->sink, FAIL_NOTIFY_NUMBER, (place){.path = TEXT("Subscription.channel.extension")},
			text_of(what), text_format(r->arena, "%lld", (long long)n),
			text_format(r->arena, "%lld..%lld", (long long)low, (long long)high));
}

static bool read_numbers(const reading *r, uint32_t channel)
{
	subscription *s = r->out;
	s->timeout = NOTIFY_TIMEOUT_SECONDS;
	s->max_count = NOTIFY_BUNDLE_EVENTS;
	bool ok =
	    number_of(r->d, channel, TEXT(GUIDE "backport-heartbeat-period"), NAME_valueUnsignedInt, &s->heartbeat) &&
	    number_of(r->d, channel, TEXT(GUIDE "backport-timeout"), NAME_valueUnsignedInt, &s->timeout) &&
	    number_of(r->d, channel, TEXT(GUIDE "backport-max-count"), NAME_valuePositiveInt, &s->max_count);
	if (!ok) s->heartbeat = -1;
	return within(r, s->heartbeat, 0, 86400, "heartbeatPeriod") && within(r, s->timeout, 1, 60, "timeout") &&
	       within(r, s->max_count, 1, NOTIFY_BUNDLE_EVENTS_MAX, "maxCount");
}

static bool read_channel(const reading *r)
{
	uint32_t channel = doc_get(r->d, 0, NAME_channel);
	if (channel == NODE_ABSENT) return refuse(r, FAIL_NOTIFY_CHANNEL, "Subscription.channel", TEXT(""), TEXT(""));
	text type = doc_get_text(r->d, channel, NAME_type);
	r->out->socket = text_equal(type, TEXT("websocket"));
	if (r->out->socket) return read_payload(r, channel) && read_numbers(r, channel);
	if (!text_equal(type, TEXT("rest-hook")))
		return refuse(r, FAIL_NOTIFY_CHANNEL, "Subscription.channel.type", type, TEXT(""));
	r->out->endpoint = doc_get_text(r->d, channel, NAME_endpoint);
	if (!net_url_valid(r->arena, r->out->endpoint))
		return refuse(r, FAIL_NOTIFY_URL, "Subscription.channel.endpoint", r->out->endpoint, TEXT(""));
	return read_payload(r, channel) && read_headers(r, channel) && read_numbers(r, channel);
}

bool subscription_read(arena *a, const image *content, const doc *d, subscription *out, issues *sink)
{
	const reading r = {a, content, d, out, sink};
	moment end;
	*out = (subscription){.id = doc_get_text(d, 0, NAME_id),
			      .status = doc_get_text(d, 0, NAME_status),
			      .error = doc_get_text(d, 0, NAME_error),
			      .until = INSTANT_NONE};
	if (moment_parse(doc_get_text(d, 0, NAME_end), &end)) out->until = end.low;
	return read_criteria(&r) && read_channel(&r);
}

bool subscription_may_reach(arena *a, const subscription *s, issues *sink)
{
	return s->socket || net_url_allowed(a, s->endpoint, notify_settings.allowed) ||
	       issue_at(sink, FAIL_NOTIFY_ENDPOINT, (place){.path = TEXT("Subscription.channel.endpoint")}, s->endpoint,
			TEXT(""), TEXT(""));
}

const doc *subscription_changed(arena *a, const doc *d, text status, text error, issues *sink)
{
	json_out o = json_begin(a);
	json_object(&o);
	for (uint32_t i = 1; i < d->count; i = d->nodes[i].next) {
		name_id name = d->nodes[i].name;
		if (name == NAME_status || name == NAME_error) continue;
		json_key_text(&o, name_text(d, name));
		json_node(&o, d, i);
	}
	json_pair(&o, "status", status);
	json_pair(&o, "error", error);
	json_end(&o);
	doc *made = ARENA_NEW(a, doc);
	return json_parse_resource(a, json_done(&o), TEXT(""), sink, made) ? made : NULL;
}
