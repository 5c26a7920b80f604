/* document.c: Composition/$document (R4 composition-operation-document): the composition and what it refers to, as one Bundle. */
#include "http/internal.h"

typedef struct gathering {
	exchange *x;
	reader *reader;
	json_out o;
	map met; /* "Patient/1" */
} gathering;

static void entry_write(gathering *g, const version *v)
{
	json_object(&g->o);
	json_pair(&g->o, "fullUrl", reply_url(g->x, v->type, v->id));
	json_key(&g->o, "resource");
	json_raw(&g->o, v->json);
	json_end(&g->o);
}

/* A reference of ours, with or without address and version; what lies elsewhere stays a reference. */
static bool local_name(const gathering *g, text reference, text *type, text *id)
{
	text base = text_join(g->x->arena, g->x->base, TEXT("/"));
	if (text_starts(reference, base)) reference = text_slice(reference, base.len, reference.len);
	int64_t cut = text_find(reference, TEXT("/_history/"));
	return resource_reference_valid(cut < 0 ? reference : text_slice(reference, 0, cut), type, id);
}

static bool gather(gathering *g, text reference)
{
	int64_t before;
	text type, id;
	version v;
	if (!local_name(g, reference, &type, &id)) return true;
	text name = text_format(g->x->arena, "%.*s/%.*s", TEXT_ARG(type), TEXT_ARG(id));
	if (map_get(&g->met, name, &before)) return true;
	map_put(&g->met, name, 1);
	found f = record_read(g->reader, type, id, &v, &g->x->sink);
	if (f == FOUND) entry_write(g, &v);
	/* Who signs must know what is in it: with something missing it is no document (R4 3.3.1). */
	return f == FOUND || (f != FOUND_FAILED && issue_add(&g->x->sink, FAIL_HTTP_DOCUMENT_GAP, name, TEXT("")));
}

static bool gather_all(gathering *g, const doc *d)
{
	for (uint32_t i = 1; i < d->count; i++)
		if (d->nodes[i].name == NAME_reference && d->nodes[i].kind == NODE_STRING && !gather(g, doc_text(d, i)))
			return false;
	return true;
}

static void bundle_open(gathering *g)
{
	exchange *x = g->x;
	json_object(&g->o);
	json_pair(&g->o, "resourceType", TEXT("Bundle"));
	json_key(&g->o, "identifier");
	json_object(&g->o);
	json_pair(&g->o, "system", TEXT("urn:ietf:rfc:3986"));
	json_pair(&g->o, "value", text_join(x->arena, TEXT("urn:uuid:"), world_uuid(x->app->world, x->arena)));
	json_end(&g->o);
	json_pair(&g->o, "type", TEXT("document"));
	json_pair(&g->o, "timestamp", instant_iso(x->arena, world_now(x->app->world)));
	json_key(&g->o, "entry");
	json_array(&g->o);
}

static void persist(exchange *x, text json)
{
	doc d;
	written done;
	if (!json_parse_resource(x->arena, json, TEXT(""), &x->sink, &d)) return;
	const write_op w = {.method = WRITE_CREATE, .resource = &d, .type = TEXT("Bundle")};
	if (write_commit(x, &w, 1, true, &done) != WRITE_DONE) return;
	reply_version(x, 200, done.version, done.at);
	reply_header(x, TEXT("Location"),
		     text_format(x->arena, "%.*s/_history/%lld", TEXT_ARG(reply_url(x, done.type, done.id)),
				 (long long)done.version));
	reply_json(x, 200, done.json);
}

void document_make(exchange *x)
{
	static const char *const known[] = {"persist", NULL};
	version v;
	doc d;
	text keep = query_value(x, "persist");
	gathering g = {.x = x, .met.arena = x->arena};
	if (!rest_named(x) || !query_only(x, known) || !(g.reader = exchange_reader(x))) return;
	if (!rest_found(x, record_read(g.reader, x->type, x->id, &v, &x->sink), &v)) return;
	if (!json_parse(x->arena, v.json, TEXT(""), &x->sink, &d)) return;
	g.o = json_begin(x->arena);
	bundle_open(&g);
	map_put(&g.met, text_join(x->arena, TEXT("Composition/"), x->id), 1);
	entry_write(&g, &v);
	if (!gather_all(&g, &d)) return;
	json_end(&g.o);
	json_end(&g.o);
	if (text_equal(keep, TEXT("true")))
		persist(x, json_done(&g.o));
	else
		reply_json(x, 200, json_done(&g.o));
}
