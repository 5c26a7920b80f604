/* terminology_expand.c: ValueSet/$expand. */
#include "http/terminology_internal.h"

static bool given_count(const given *g, const char *name, int none, int *out)
{
	int64_t number = none;
	text said = given_text(g, name);
	bool good = said.len == 0 || (text_to_int(said, &number) && number >= 0 && number <= INT32_MAX);
	*out = (int)number;
	return good || issue_at(&g->x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, text_of(name), said,
				g->lang == LANGUAGE_EN ? TEXT("a whole number from 0") : TEXT("et helt tal fra 0"));
}

static bool given_flag(const given *g, const char *name, bool *out)
{
	text said = given_text(g, name);
	*out = text_equal(said, TEXT("true"));
	return said.len == 0 || *out || text_equal(said, TEXT("false")) ||
	       issue_at(&g->x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, text_of(name), said, TEXT("true/false"));
}

static void member_write(json_out *o, const term_code *c, bool designations)
{
	uint32_t words = designations && c->d ? doc_get(c->d, c->node, NAME_designation) : NODE_ABSENT;
	json_object(o);
	json_pair(o, "system", c->system);
	if (c->is_abstract) {
		json_key(o, "abstract");
		json_bool(o, true);
	}
	if (c->inactive) {
		json_key(o, "inactive");
		json_bool(o, true);
	}
	json_pair(o, "version", c->version);
	json_pair(o, "code", c->code);
	json_pair(o, "display", c->display);
	if (words) {
		json_key(o, "designation");
		json_node(o, c->d, words);
	}
	json_end(o);
}

static void asked_write(const given *g, json_out *o)
{
	static const char *const rows[][2] = {{"filter", "valueString"},
					      {"offset", "valueInteger"},
					      {"count", "valueInteger"},
					      {"activeOnly", "valueBoolean"},
					      {"displayLanguage", "valueCode"}};
	bool any = false;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		text said = given_text(g, rows[i][0]);
		if (said.len == 0) continue;
		if (!any) {
			json_key(o, "parameter");
			json_array(o);
			any = true;
		}
		json_object(o);
		json_pair(o, "name", text_of(rows[i][0]));
		json_key(o, rows[i][1]);
		bool bare = rows[i][1][5] == 'I' || rows[i][1][5] == 'B';
		if (bare)
			json_raw(o, said);
		else
			json_text(o, said);
		json_end(o);
	}
	if (any) json_end(o);
}

static void expansion_write(const given *g, json_out *o, const term_asked *asked, const term_list *list,
			    bool designations)
{
	exchange *x = g->x;
	json_key(o, "expansion");
	json_object(o);
	if (list->unclosed) {
		json_key(o, "extension");
		json_array(o);
		json_object(o);
		json_pair(o, "url", TEXT("http://hl7.org/fhir/StructureDefinition/valueset-unclosed"));
		json_key(o, "valueBoolean");
		json_bool(o, true);
		json_end(o);
		json_end(o);
	}
	json_pair(o, "identifier", text_join(x->arena, TEXT("urn:uuid:"), world_uuid(x->app->world, x->arena)));
	json_pair(o, "timestamp", instant_iso(x->arena, world_now(x->app->world)));
	json_key(o, "total");
	json_int(o, list->total);
	if (asked->offset > 0) {
		json_key(o, "offset");
		json_int(o, asked->offset);
	}
	asked_write(g, o);
	if (list->count > 0) {
		json_key(o, "contains");
		json_array(o);
		for (int i = 0; i < list->count; i++) member_write(o, &list->at[i], designations);
		json_end(o);
	}
	json_end(o);
}

static void expand_reply(const given *g, const term_asked *asked, const term_list *list, bool designations,
			 bool definition)
{
	static const struct {
		const char *key;
		name_id name;
	} keys[] = {{"url", NAME_url},     {"version", NAME_version}, {"name", NAME_name},
		    {"title", NAME_title}, {"status", NAME_status},   {"compose", NAME_compose}};
	exchange *x = g->x;
	const doc *d = term_set_doc(g->t, g->url);
	json_out o = json_begin(x->arena);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("ValueSet"));
	for (size_t i = 0; d && i < sizeof keys / sizeof *keys; i++) {
		uint32_t n = doc_get(d, 0, keys[i].name);
		if (!n || (keys[i].name == NAME_compose && !definition)) continue;
		if (keys[i].name == NAME_url && text_equal(doc_text(d, n), TEXT("urn:limen:this"))) continue;
		json_key(&o, keys[i].key);
		json_node(&o, d, n);
	}
	if (!d) { /* implied by a code system */
		json_pair(&o, "url", g->url);
		json_pair(&o, "status", TEXT("active"));
	}
	expansion_write(g, &o, asked, list, designations);
	json_end(&o);
	reply_json(x, 200, json_done(&o));
}

void terminology_expand(exchange *x)
{
	static const char *const names[] = {"url",
					    "valueSet",
					    "valueSetVersion",
					    "filter",
					    "offset",
					    "count",
					    "activeOnly",
					    "displayLanguage",
					    "excludeNested",
					    "includeDesignations",
					    "includeDefinition",
					    NULL};
	given g;
	term_list list;
	bool designations, definition, flat;
	if (!given_read(x, names, &g) || !given_resource(&g, "valueSet", "valueSetVersion")) return;
	term_asked asked = {.filter = given_text(&g, "filter"), .lang = g.lang};
	if (!given_count(&g, "offset", 0, &asked.offset) || !given_count(&g, "count", INT32_MAX, &asked.count)) return;
	if (!given_flag(&g, "activeOnly", &asked.active_only) || !given_flag(&g, "excludeNested", &flat)) return;
	if (!given_flag(&g, "includeDesignations", &designations)) return;
	if (!given_flag(&g, "includeDefinition", &definition)) return;
	if (term_expand(g.t, g.url, &asked, x->arena, &list, &x->sink))
		expand_reply(&g, &asked, &list, designations, definition);
}
