/* undo.c: POST {type}/{id}/$undo: the latest change of a resource is taken back, with a reason; POST $undo: of several at once, all or none. Nothing is lost: what stood before is
 * written again as a new version, and a Provenance says who took what back, and why. What was made new is marked as entered in error, or
 * deleted where its type has no such mark. Facts, clocks and tasks follow, as they do from any write. */
#include "http/internal.h"

typedef struct undoing {
	exchange *x;
	text type, id;
	version now, before;
	text reason;
	doc body;
} undoing;

/* `what`, where there may be several: {type}/{id}/_history/{version}. */
typedef struct undo_asked {
	text reason;
	text what[UNDO_MAX];
	int count;
} undo_asked;

static bool asked(exchange *x, bool several, undo_asked *out)
{
	doc d;
	*out = (undo_asked){0};
	if (!negotiate_body(x, false) || !rest_parse(x, x->body, TEXT("Parameters"), &d)) return false;
	uint32_t list = doc_get(&d, 0, NAME_parameter);
	for (uint32_t i = list + 1; list && i < d.nodes[list].next; i = d.nodes[i].next) {
		text name = doc_get_text(&d, i, NAME_name);
		bool is_what = several && text_equal(name, TEXT("what"));
		if (!is_what && !text_equal(name, TEXT("reason")))
			return issue_add(&x->sink, FAIL_HTTP_PARAMETER, name, TEXT(""));
		if (is_what && out->count == UNDO_MAX)
			return issue_at(&x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, TEXT("what"), TEXT("…"),
					TEXT("1..1000"));
		if (is_what)
			out->what[out->count++] = parameter_value(&d, i);
		else
			out->reason = text_trim(parameter_value(&d, i));
	}
	if (several && out->count == 0)
		return issue_add(&x->sink, FAIL_HTTP_NO_PARAMETER, TEXT("what (valueReference)"), TEXT(""));
	return out->reason.len > 0 ||
	       issue_add(&x->sink, FAIL_HTTP_NO_PARAMETER, TEXT("reason (valueString)"), TEXT(""));
}

/* The version that stands, and the one before it: none where it was made new, or made again after a delete. */
static bool versions_read(undoing *u, int64_t wanted)
{
	exchange *x = u->x;
	reader *rd = exchange_reader(x);
	if (!rd) return false;
	found f = record_read(rd, u->type, u->id, &u->now, &x->sink);
	text what = text_format(x->arena, "%.*s/%.*s", TEXT_ARG(u->type), TEXT_ARG(u->id));
	if (f == FOUND_NONE) return issue_add(&x->sink, FAIL_HTTP_NOT_FOUND, u->type, u->id);
	if (f == FOUND_FAILED) return false;
	if (wanted && wanted != u->now.number)
		return issue_add(&x->sink, FAIL_HTTP_STALE, what,
				 text_format(x->arena, "%lld", (long long)u->now.number));
	u->before = (version){.deleted = true};
	if (u->now.number == 1) return true;
	f = record_vread(rd, u->type, u->id, u->now.number - 1, &u->before, &x->sink);
	if (f == FOUND_DELETED && u->before.erased) return issue_add(&x->sink, FAIL_HTTP_NO_UNDO, what, TEXT(""));
	return f == FOUND || f == FOUND_DELETED;
}

/* The same resource with status entered-in-error; false: its type has no such status. */
static bool marked(undoing *u, text *out)
{
	element_info status;
	type_id t = type_find(u->type);
	bool has = element_find_path(t, NAME_status, &status) && status.binding &&
		   code_allowed(status.binding, TEXT("entered-in-error"));
	doc d;
	if (!has || !json_parse(u->x->arena, u->now.json, TEXT(""), &u->x->sink, &d)) return false;
	json_out o = json_begin(u->x->arena);
	json_object(&o);
	for (uint32_t i = 1; i < d.nodes[0].next; i = d.nodes[i].next) {
		json_key_text(&o, name_text(&d, d.nodes[i].name));
		if (d.nodes[i].name == NAME_status)
			json_text(&o, TEXT("entered-in-error"));
		else
			json_node(&o, &d, i);
	}
	json_end(&o);
	*out = json_done(&o);
	return true;
}

/* What is written: what stood before; else the mark; else nothing is left. */
static bool write_made(undoing *u, write_op *w)
{
	exchange *x = u->x;
	text json = u->before.json;
	*w = (write_op){.type = u->type, .id = u->id, .if_match = u->now.number};
	if (u->before.deleted && u->now.deleted)
		return issue_add(&x->sink, FAIL_HTTP_NO_UNDO,
				 text_format(x->arena, "%.*s/%.*s", TEXT_ARG(u->type), TEXT_ARG(u->id)), TEXT(""));
	if (u->before.deleted && !marked(u, &json)) {
		w->method = WRITE_DELETE;
		return x->sink.errors == 0;
	}
	if (!json_parse_resource(x->arena, json, TEXT(""), &x->sink, &u->body)) return false;
	w->method = WRITE_UPDATE;
	w->resource = &u->body;
	if (u->now.deleted) w->if_match = 0;
	return true;
}

static void provenance_write(undoing *u, json_out *o)
{
	exchange *x = u->x;
	text what = text_format(x->arena, "%.*s/%.*s", TEXT_ARG(u->type), TEXT_ARG(u->id));
	json_object(o);
	json_pair(o, "resourceType", TEXT("Provenance"));
	json_key(o, "target");
	json_array(o);
	json_object(o);
	json_pair(o, "reference",
		  text_format(x->arena, "%.*s/_history/%lld", TEXT_ARG(what), (long long)u->now.number + 1));
	json_end(o);
	json_end(o);
	json_pair(o, "recorded", instant_iso(x->arena, world_now(x->app->world)));
	json_key(o, "reason");
	json_array(o);
	json_object(o);
	json_pair(o, "text", u->reason);
	json_end(o);
	json_end(o);
	json_key(o, "activity");
	json_concept(o, "urn:limen:activity", TEXT("undo"), (text){0});
	json_key(o, "agent");
	json_array(o);
	json_object(o);
	json_reference(o, "who", x->who.actor);
	if (x->who.on_behalf_of.len) json_reference(o, "onBehalfOf", x->who.on_behalf_of);
	json_end(o);
	json_end(o);
	json_key(o, "entity");
	json_array(o);
	json_object(o);
	json_pair(o, "role", TEXT("revision"));
	json_reference(o, "what",
		       text_format(x->arena, "%.*s/_history/%lld", TEXT_ARG(what), (long long)u->now.number));
	json_end(o);
	json_end(o);
	json_end(o);
}

/* Two writes: what it becomes, and the Provenance. */
static bool undo_writes(undoing *u, int64_t wanted, write_op *writes)
{
	exchange *x = u->x;
	doc *said = ARENA_NEW(x->arena, doc);
	if (!versions_read(u, wanted) || !write_made(u, &writes[0])) return false;
	json_out o = json_begin(x->arena);
	provenance_write(u, &o);
	if (!json_parse_resource(x->arena, json_done(&o), TEXT(""), &x->sink, said)) return false;
	writes[1] = (write_op){.method = WRITE_CREATE, .resource = said, .type = TEXT("Provenance")};
	return true;
}

void undo_post(exchange *x)
{
	undo_asked *q = ARENA_NEW(x->arena, undo_asked);
	int64_t wanted;
	write_op writes[2];
	written done[2];
	if (!rest_named(x) || !query_none(x) || !write_version_wanted(x, &wanted) || !asked(x, false, q)) return;
	undoing u = {.x = x, .type = x->type, .id = x->id, .reason = q->reason};
	if (!undo_writes(&u, wanted, writes) || write_commit(x, writes, 2, true, done) != WRITE_DONE) return;
	exchange_read_anew(x);
	reply_header(x, TEXT("Content-Location"), reply_url(x, TEXT("Provenance"), done[1].id));
	reply_version(x, 200, done[0].version, done[0].at);
	if (done[0].json.len)
		reply_json(x, 200, done[0].json);
	else
		reply_empty(x, 204);
}

/* False: not {type}/{id}/_history/{version}. */
static bool version_named(exchange *x, text what, undoing *u, int64_t *number)
{
	text_pair type = text_cut(what, '/'), id = text_cut(type.tail, '/'), history = text_cut(id.tail, '/');
	u->type = type.head;
	u->id = id.head;
	bool fine = type_find(u->type) && resource_id_valid(u->id) && text_equal(history.head, TEXT("_history")) &&
		    text_to_int(history.tail, number) && *number > 0;
	return fine ||
	       issue_at(&x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, TEXT("what"), what, TEXT("Type/id/_history/1"));
}

void undo_several_post(exchange *x)
{
	undo_asked *q = ARENA_NEW(x->arena, undo_asked);
	if (!query_none(x) || !asked(x, true, q)) return;
	exchange_headroom(x, MIB);
	write_op *writes = ARENA_ARRAY(x->arena, write_op, 2 * q->count);
	written *done = ARENA_ARRAY(x->arena, written, 2 * q->count);
	for (int i = 0; i < q->count; i++) {
		undoing *u = ARENA_NEW(x->arena, undoing);
		int64_t wanted = 0;
		*u = (undoing){.x = x, .reason = q->reason};
		if (!version_named(x, q->what[i], u, &wanted) || !undo_writes(u, wanted, &writes[2 * i])) return;
	}
	if (write_commit(x, writes, 2 * q->count, true, done) == WRITE_DONE) reply_empty(x, 204);
}
