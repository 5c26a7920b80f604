/* terminology.c: what a question about codes gave: parameters, and the resource it is about. */
#include "http/terminology_internal.h"

/* ---- what was given ---- */

static bool named(const char *const *names, text name)
{
	for (; *names; names++)
		if (text_equal(name, text_of(*names))) return true;
	return false;
}

/* The i-th parameter with this name in the body, or NODE_ABSENT. */
static uint32_t parameter_at(const given *g, text name, int nth)
{
	const doc *d = &g->body;
	uint32_t list = g->has_body ? doc_get(d, 0, NAME_parameter) : NODE_ABSENT;
	for (uint32_t n = list + 1; list && n < d->nodes[list].next; n = d->nodes[n].next)
		if (text_equal(doc_get_text(d, n, NAME_name), name) && nth-- == 0) return n;
	return NODE_ABSENT;
}

text given_nth(const given *g, const char *name, int nth)
{
	for (int i = 0; i < g->x->query_count; i++)
		if (text_equal(g->x->query[i].name, text_of(name)) && nth-- == 0) return g->x->query[i].value;
	uint32_t n = parameter_at(g, text_of(name), nth);
	return n ? parameter_value(&g->body, n) : (text){0};
}

text given_text(const given *g, const char *name)
{
	return given_nth(g, name, 0);
}

uint32_t given_node(const given *g, const char *name, name_id value)
{
	uint32_t n = parameter_at(g, text_of(name), 0);
	return n ? doc_get(&g->body, n, value) : NODE_ABSENT;
}

static bool only_these(given *g, const char *const *names)
{
	exchange *x = g->x;
	for (int i = 0; i < x->query_count; i++)
		if (!named(names, x->query[i].name))
			return issue_add(&x->sink, FAIL_HTTP_PARAMETER, x->query[i].name, TEXT(""));
	uint32_t list = g->has_body ? doc_get(&g->body, 0, NAME_parameter) : NODE_ABSENT;
	for (uint32_t n = list + 1; list && n < g->body.nodes[list].next; n = g->body.nodes[n].next) {
		text name = doc_get_text(&g->body, n, NAME_name);
		if (!named(names, name)) return issue_add(&x->sink, FAIL_HTTP_PARAMETER, name, TEXT(""));
	}
	return true;
}

static bool read_body(given *g)
{
	exchange *x = g->x;
	if (!text_equal(x->method, TEXT("POST"))) return true;
	if (!negotiate_body(x, false)) return false;
	if (!json_parse_resource(x->arena, x->request->body, TEXT(""), &x->sink, &g->body)) return false;
	bool itself = text_equal(doc_type(&g->body), x->type);
	if (!itself && !text_equal(doc_type(&g->body), TEXT("Parameters")))
		return issue_at(&x->sink, FAIL_HTTP_TYPE_DIFFERS, (place){.path = doc_type(&g->body)},
				doc_type(&g->body), TEXT("Parameters"), TEXT(""));
	g->has_body = true;
	return resource_check(&g->body, &x->sink);
}

bool given_read(exchange *x, const char *const *names, given *g)
{
	*g = (given){.x = x, .lang = x->who.language};
	if (!read_body(g) || !only_these(g, names)) return false;
	text asked = text_cut(given_text(g, "displayLanguage"), '-').head;
	if (text_equal(asked, TEXT("da"))) g->lang = LANGUAGE_DA;
	if (text_equal(asked, TEXT("en"))) g->lang = LANGUAGE_EN;
	reader *rd = exchange_reader(x);
	g->t = rd ? reader_terms(rd, &x->sink) : NULL;
	return g->t != NULL;
}

/* ---- the resource asked about ---- */

/* Puts one above all others; without a URL it gets one that nothing else has. */
static bool put_above(given *g, text json)
{
	exchange *x = g->x;
	doc *d = ARENA_NEW(x->arena, doc);
	if (!json_parse_resource(x->arena, json, TEXT(""), &x->sink, d)) return false;
	g->url = doc_get_text(d, 0, NAME_url);
	if (g->url.len == 0) {
		text rest = text_slice(json, text_find(json, TEXT("{")) + 1, json.len);
		return put_above(g, text_join(x->arena, TEXT("{\"url\":\"urn:limen:this\","), rest));
	}
	terms *above = terms_open(x->arena, g->t);
	g->t = above;
	return terms_add(above, d, &x->sink);
}

static bool put_node(given *g, uint32_t n)
{
	buffer b = {.arena = g->x->arena};
	json_write(&b, &g->body, n, JSON_COMPACT);
	return put_above(g, buffer_text(&b));
}

bool given_put_kept(given *g)
{
	exchange *x = g->x;
	version v;
	if (!resource_id_valid(x->id)) return issue_add(&x->sink, FAIL_HTTP_ID, x->id, TEXT(""));
	switch (record_read(exchange_reader(x), x->type, x->id, &v, &x->sink)) {
	case FOUND:
		return put_above(g, v.json);
	case FOUND_DELETED:
		return issue_add(&x->sink, FAIL_HTTP_GONE, x->type, x->id);
	case FOUND_NONE:
		return issue_add(&x->sink, FAIL_HTTP_NOT_FOUND, x->type, x->id);
	case FOUND_FAILED:
		break;
	}
	return false;
}

bool given_find(given *g, const char *parameter, const char *version_parameter)
{
	exchange *x = g->x;
	uint32_t inside = given_node(g, parameter, NAME_resource);
	text version = given_text(g, version_parameter);
	if (x->id.len) return given_put_kept(g);
	if (inside) return put_node(g, inside);
	if (g->has_body && text_equal(doc_type(&g->body), x->type)) return put_node(g, 0);
	g->url = given_text(g, "url");
	if (g->url.len && version.len) g->url = text_join(x->arena, text_join(x->arena, g->url, TEXT("|")), version);
	return g->url.len > 0;
}

bool given_resource(given *g, const char *parameter, const char *version_parameter)
{
	if (given_find(g, parameter, version_parameter)) return true;
	return g->x->sink.errors == 0 ? issue_add(&g->x->sink, FAIL_HTTP_OPERATION_LACKS, TEXT("url"), TEXT(""))
				      : false;
}
