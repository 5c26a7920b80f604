/* capability.c: the CapabilityStatement, read off route.def and the definitions (R4 CapabilityStatement). */
#include "http/internal.h"

static const char *const kinds[] = {[SEARCH_NUMBER] = "number",       [SEARCH_DATE] = "date",
				    [SEARCH_STRING] = "string",       [SEARCH_TOKEN] = "token",
				    [SEARCH_REFERENCE] = "reference", [SEARCH_COMPOSITE] = "composite",
				    [SEARCH_QUANTITY] = "quantity",   [SEARCH_URI] = "uri",
				    [SEARCH_SPECIAL] = "special"};

static void codes_write(json_out *o, const char *prefix)
{
	json_key(o, "interaction");
	json_array(o);
	for (int i = 0; i < route_count; i++) {
		text code = text_of(routes[i].interaction);
		bool system = text_starts(code, TEXT("system:"));
		if (code.at[0] == '-' || code.at[0] == '$' || system != (prefix[0] != '\0')) continue;
		json_object(o);
		json_pair(o, "code", text_slice(code, text_of(prefix).len, code.len));
		json_pair(o, "documentation", text_of(routes[i].help));
		json_end(o);
	}
	if (prefix[0]) { /* one row, two kinds of Bundle */
		json_object(o);
		json_pair(o, "code", TEXT("batch"));
		json_end(o);
	}
	json_end(o);
}

static void search_write(json_out *o, text name, text url, text kind)
{
	json_object(o);
	json_pair(o, "name", name);
	json_pair(o, "definition", url);
	json_pair(o, "type", kind);
	json_end(o);
}

/* Limen's own parameters are content (content/dk/tasks/search.yaml). */
static void own_searches_write(json_out *o, const image *m, text type, arena *a)
{
	const content_entry **entries;
	int count = content_each(m, TEXT("search"), &entries);
	for (int i = 0; i < count; i++) {
		const content_entry *e = entries[i];
		text on, code, kind;
		issues unheard = {.arena = a};
		if (!content_text(e, e->node, "on", true, &on, &unheard) || !text_equal(on, type)) continue;
		if (!content_text(e, e->node, "code", true, &code, &unheard)) continue;
		if (content_text(e, e->node, "kind", true, &kind, &unheard)) search_write(o, code, (text){0}, kind);
	}
}

static void searches_write(json_out *o, const image *m, type_id t, arena *a)
{
	int count = search_count_of(t);
	if (count == 0) return;
	json_key(o, "searchParam");
	json_array(o);
	for (int i = 0; i < count; i++) {
		search_definition s;
		search_at(t, i, &s);
		if (s.kind != SEARCH_SPECIAL && s.kind != SEARCH_COMPOSITE)
			search_write(o, s.code, s.url, text_of(kinds[s.kind]));
	}
	own_searches_write(o, m, type_name(t), a);
	json_end(o);
}

static text operation_of(int row)
{
	return text_cut_last(text_of(routes[row].pattern), '$').tail;
}

/* An operation may have several rows: by GET and by POST, of the type and of one resource. */
static bool was_written(int row, text type)
{
	for (int i = 0; i < row; i++)
		if (routes[i].interaction[0] == '$' &&
		    text_equal(text_cut(text_of(routes[i].pattern), '/').head, type) &&
		    text_equal(operation_of(i), operation_of(row)))
			return true;
	return false;
}

/* Where FHIR defines it, that; what is Limen's own has Limen's name. */
static text operation_definition(arena *a, text type, text name)
{
	bool of_fhir = text_equal(type, TEXT("CodeSystem")) || text_equal(type, TEXT("ValueSet"));
	const char *before = of_fhir ? "http://hl7.org/fhir/OperationDefinition/" : "urn:limen:operation:";
	return text_format(a, "%s%.*s-%.*s", before, TEXT_ARG(type), TEXT_ARG(name));
}

/* Operations of a type: rows that end in $word and start with the type's name. */
static void operations_write(json_out *o, text type, arena *a)
{
	bool any = false;
	for (int i = 0; i < route_count; i++) {
		text pattern = text_of(routes[i].pattern);
		if (routes[i].interaction[0] != '$' || !text_equal(text_cut(pattern, '/').head, type)) continue;
		if (was_written(i, type)) continue;
		if (!any) {
			json_key(o, "operation");
			json_array(o);
		}
		any = true;
		text name = operation_of(i);
		json_object(o);
		json_pair(o, "name", name);
		json_pair(o, "definition", operation_definition(a, type, name));
		json_pair(o, "documentation", text_of(routes[i].help));
		json_end(o);
	}
	if (any) json_end(o);
}

static void resource_write(json_out *o, const image *m, type_id t, arena *a)
{
	json_object(o);
	json_pair(o, "type", type_name(t));
	codes_write(o, "");
	json_pair(o, "versioning", TEXT("versioned-update"));
	json_key(o, "readHistory");
	json_bool(o, true);
	json_key(o, "updateCreate");
	json_bool(o, true);
	json_key(o, "conditionalCreate");
	json_bool(o, true);
	json_pair(o, "conditionalRead", TEXT("not-match"));
	searches_write(o, m, t, a);
	operations_write(o, type_name(t), a);
	json_end(o);
}

static void server_write(json_out *o, const image *m, arena *a)
{
	json_key(o, "rest");
	json_array(o);
	json_object(o);
	json_pair(o, "mode", TEXT("server"));
	json_pair(o, "documentation",
		  TEXT("Every request carries X-Limen-Actor; until log-in exists only this machine may ask."));
	json_key(o, "resource");
	json_array(o);
	for (int t = 1; t <= type_count(); t++)
		if (type_kind_of((type_id)t) == TYPE_RESOURCE && !type_is_abstract((type_id)t))
			resource_write(o, m, (type_id)t, a);
	json_end(o);
	codes_write(o, "system:");
	json_end(o);
	json_end(o);
}

void capability_get(exchange *x)
{
	if (!query_none(x)) return;
	json_out o = json_begin(x->arena);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("CapabilityStatement"));
	json_pair(&o, "status", TEXT("active"));
	json_pair(&o, "date", instant_iso(x->arena, world_now(x->app->world)));
	json_pair(&o, "kind", TEXT("instance"));
	json_key(&o, "software");
	json_object(&o);
	json_pair(&o, "name", TEXT("Limen"));
	json_pair(&o, "version", x->app->version);
	json_end(&o);
	json_key(&o, "implementation");
	json_object(&o);
	json_pair(&o, "description", TEXT("Limen, the digital secretariat of a hospital department"));
	json_pair(&o, "url", x->base);
	json_end(&o);
	json_pair(&o, "fhirVersion", TEXT("4.0.1"));
	json_key(&o, "format");
	json_array(&o);
	json_text(&o, TEXT("application/fhir+json"));
	json_text(&o, TEXT("json"));
	json_end(&o);
	server_write(&o, x->app->content, x->arena);
	json_end(&o);
	reply_json(x, 200, json_done(&o));
}
