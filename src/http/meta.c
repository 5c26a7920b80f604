/* meta.c: $meta, $meta-add, $meta-delete (R4 resource-operations): the profiles, tags and security labels of a resource. Adding and
 * taking away makes a new version, as every change of a resource does here. */
#include "http/internal.h"

enum { META_LISTS = 3 };
static const name_id lists[META_LISTS] = {NAME_profile, NAME_security, NAME_tag};

static void meta_reply(exchange *x, const doc *d)
{
	uint32_t meta = doc_get(d, 0, NAME_meta);
	json_out o = parameters_begin(x);
	if (meta) {
		json_object(&o);
		json_pair(&o, "name", TEXT("return"));
		json_key(&o, "valueMeta");
		json_node(&o, d, meta);
		json_end(&o);
	}
	parameters_reply(x, &o);
}

static bool current(exchange *x, version *v, doc *d)
{
	reader *rd = exchange_reader(x);
	if (!rd) return false;
	int64_t number;
	bool one = x->version.len > 0;
	if (one && (!text_to_int(x->version, &number) || number < 1))
		return issue_add(&x->sink, FAIL_HTTP_VERSION, x->id, x->version);
	found f =
	    one ? record_vread(rd, x->type, x->id, number, v, &x->sink) : record_read(rd, x->type, x->id, v, &x->sink);
	return rest_found(x, f, v) && json_parse(x->arena, v->json, TEXT(""), &x->sink, d);
}

void meta_get(exchange *x)
{
	version v;
	doc d;
	if (!rest_named(x) || !query_none(x) || !current(x, &v, &d)) return;
	reply_version(x, 200, v.number, v.at);
	meta_reply(x, &d);
}

/* ---- changing it ---- */

/* Profiles are the same by their text, codings by system and code (R4: version and display do not tell them apart). */
static bool same(const doc *x, uint32_t xn, const doc *y, uint32_t yn)
{
	if (x->nodes[xn].kind == NODE_STRING) return text_equal(doc_text(x, xn), doc_text(y, yn));
	return text_equal(doc_get_text(x, xn, NAME_system), doc_get_text(y, yn, NAME_system)) &&
	       text_equal(doc_get_text(x, xn, NAME_code), doc_get_text(y, yn, NAME_code));
}

static bool has(const doc *d, uint32_t list, const doc *other, uint32_t n)
{
	for (uint32_t i = list + 1; list && i < d->nodes[list].next; i = d->nodes[i].next)
		if (same(d, i, other, n)) return true;
	return false;
}

typedef struct change_of_meta {
	const doc *kept; /* the resource */
	uint32_t meta;
	const doc *given; /* the Parameters */
	uint32_t given_meta;
	bool adds;
} change_of_meta;

static void list_write(json_out *o, const change_of_meta *c, name_id name)
{
	uint32_t old = c->meta ? doc_get(c->kept, c->meta, name) : NODE_ABSENT;
	uint32_t change = doc_get(c->given, c->given_meta, name);
	bool open = false;
	for (uint32_t i = old + 1; old && i < c->kept->nodes[old].next; i = c->kept->nodes[i].next) {
		if (!c->adds && has(c->given, change, c->kept, i)) continue;
		if (!open) json_key_text(o, name_text(NULL, name)), json_array(o);
		open = true;
		json_node(o, c->kept, i);
	}
	for (uint32_t i = change + 1; c->adds && change && i < c->given->nodes[change].next;
	     i = c->given->nodes[i].next) {
		if (has(c->kept, old, c->given, i)) continue;
		if (!open) json_key_text(o, name_text(NULL, name)), json_array(o);
		open = true;
		json_node(o, c->given, i);
	}
	if (open) json_end(o);
}

static bool is_list(name_id name)
{
	for (int i = 0; i < META_LISTS; i++)
		if (lists[i] == name) return true;
	return false;
}

static void meta_write(json_out *o, const change_of_meta *c)
{
	json_key(o, "meta");
	json_object(o);
	for (uint32_t i = c->meta + 1; c->meta && i < c->kept->nodes[c->meta].next; i = c->kept->nodes[i].next) {
		if (is_list(c->kept->nodes[i].name)) continue;
		json_key_text(o, name_text(c->kept, c->kept->nodes[i].name));
		json_node(o, c->kept, i);
	}
	for (int i = 0; i < META_LISTS; i++) list_write(o, c, lists[i]);
	json_end(o);
}

static text changed(exchange *x, const change_of_meta *c)
{
	json_out o = json_begin(x->arena);
	json_object(&o);
	for (uint32_t i = 1; i < c->kept->nodes[0].next; i = c->kept->nodes[i].next) {
		if (c->kept->nodes[i].name == NAME_meta) {
			meta_write(&o, c);
			continue;
		}
		json_key_text(&o, name_text(c->kept, c->kept->nodes[i].name));
		json_node(&o, c->kept, i);
	}
	json_end(&o);
	return json_done(&o);
}

/* The parameter "meta" of the body. */
static bool meta_given(exchange *x, doc *d, uint32_t *meta)
{
	if (!negotiate_body(x, false) || !rest_parse(x, x->body, TEXT("Parameters"), d)) return false;
	uint32_t list = doc_get(d, 0, NAME_parameter);
	for (uint32_t i = list + 1; list && i < d->nodes[list].next; i = d->nodes[i].next) {
		if (!text_equal(doc_get_text(d, i, NAME_name), TEXT("meta"))) continue;
		*meta = doc_get(d, i, NAME_valueMeta);
		if (*meta) return true;
	}
	return issue_add(&x->sink, FAIL_HTTP_NO_PARAMETER, TEXT("meta (valueMeta)"), TEXT(""));
}

/* Written against the version that was read; where another was quicker it is read again. */
static void meta_change(exchange *x, bool adds)
{
	change_of_meta c = {.adds = adds};
	doc kept = {0}, given = {0}, after;
	version v;
	written done;
	int64_t wanted;
	if (!rest_named(x) || !query_none(x) || !write_version_wanted(x, &wanted)) return;
	if (!meta_given(x, &given, &c.given_meta)) return;
	for (int tries = 1;; tries++) {
		if (!current(x, &v, &kept)) return;
		assert(kept.nodes);
		c.kept = &kept;
		c.given = &given;
		c.meta = doc_get(&kept, 0, NAME_meta);
		if (!json_parse_resource(x->arena, changed(x, &c), TEXT(""), &x->sink, &after)) return;
		const write_op w = {.method = WRITE_UPDATE,
				    .resource = &after,
				    .type = x->type,
				    .id = x->id,
				    .if_match = wanted ? wanted : v.number};
		issues outer = x->sink;
		write_result result = write_commit(x, &w, 1, true, &done);
		if (result == WRITE_DONE) break;
		bool stale = x->sink.last->code == FAIL_RECORD_VERSION;
		if (!stale || wanted || tries == PREMISE_TRIES_MAX) return;
		x->sink = outer;
		exchange_read_anew(x);
	}
	if (!json_parse(x->arena, done.json, TEXT(""), &x->sink, &after)) return;
	reply_version(x, 200, done.version, done.at);
	meta_reply(x, &after);
}

void meta_add(exchange *x)
{
	meta_change(x, true);
}

void meta_delete(exchange *x)
{
	meta_change(x, false);
}
