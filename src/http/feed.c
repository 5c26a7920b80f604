/* feed.c: what was committed, as server-sent events (WHATWG HTML 9.2). The answer is what there is until now; over the listener
 * the stream stays open (stream.c). */
#include "http/internal.h"

static const char *const methods[] = {[WRITE_CREATE] = "create", [WRITE_UPDATE] = "update", [WRITE_DELETE] = "delete"};

/* Whose a Task is in this version: a list of somebody else's need not ask. */
static void owner_say(json_out *o, reader *rd, const feed_event *e, arena *a)
{
	issues unheard = {.arena = a};
	version v;
	doc d;
	if (e->method == WRITE_DELETE || !text_equal(e->type, TEXT("Task"))) return;
	if (record_vread(rd, e->type, e->id, e->version, &v, &unheard) != FOUND) return;
	if (!json_parse(a, v.json, TEXT("feed"), &unheard, &d)) return;
	uint32_t owner = doc_get(&d, 0, NAME_owner);
	json_pair(o, "owner", owner == NODE_ABSENT ? (text){0} : doc_get_text(&d, owner, NAME_reference));
}

text feed_text(arena *a, reader *rd, const feed_event *events, int count)
{
	buffer b = {.arena = a};
	for (int i = 0; i < count; i++) {
		const feed_event *e = &events[i];
		json_out o = json_begin(a);
		json_object(&o);
		json_pair(&o, "type", e->type);
		json_pair(&o, "id", e->id);
		json_key(&o, "version");
		json_int(&o, e->version);
		json_pair(&o, "method", text_of(methods[e->method]));
		json_pair(&o, "at", instant_iso(a, e->at));
		owner_say(&o, rd, e, a);
		json_end(&o);
		text data = json_done(&o);
		buffer_format(&b, "id: %lld\nevent: change\ndata: %.*s\n\n", (long long)e->sequence, TEXT_ARG(data));
	}
	return buffer_text(&b);
}

/* From where: the browser's own Last-Event-ID when it connects again, else ?after=, else from now on. */
static bool position_of(exchange *x, int64_t *after)
{
	text last = header_get(x, "Last-Event-ID");
	text given = last;
	for (int i = 0; i < x->query_count; i++) {
		if (!text_equal(x->query[i].name, TEXT("after")))
			return issue_add(&x->sink, FAIL_HTTP_PARAMETER, x->query[i].name, TEXT(""));
		if (last.len == 0) given = x->query[i].value;
	}
	*after = record_sequence(x->app->record);
	if (given.len == 0 || (text_to_int(given, after) && *after >= 0)) return true;
	return issue_at(&x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, TEXT("after"), given,
			x->who.language == LANGUAGE_EN ? TEXT("a position in the log") : TEXT("en plads i loggen"));
}

void feed_get(exchange *x)
{
	int64_t after = 0;
	feed_event *events = NULL;
	if (!position_of(x, &after)) return;
	exchange_headroom(x, 4 * KIB);
	int count = record_feed(x->app->record, &x->who, after, FEED_EVENTS_MAX, 0, x->arena, &events, &x->sink);
	if (x->sink.errors > 0 || !exchange_reader(x)) return;
	http_response *p = x->response;
	p->status = 200;
	p->streams = true;
	p->feed_after = count > 0 ? events[count - 1].sequence : after;
	p->feed_caller = x->who;
	reply_header(x, TEXT("Content-Type"), TEXT("text/event-stream; charset=utf-8"));
	reply_header(x, TEXT("Cache-Control"), TEXT("no-store"));
	p->body = feed_text(x->arena, x->reader, events, count);
}
