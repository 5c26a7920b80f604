/* capability.c: the CapabilityStatement, read off route.def and the definitions (R4 CapabilityStatement). */
#include "http/internal.h"

static const char *const kinds[] = {[SEARCH_NUMBER] = "number",       [SEARCH_DATE] = "date",
				    [SEARCH_STRING] = "string",       [SEARCH_TOKEN] = "token",
				    [SEARCH_REFERENCE] = "reference", [SEARCH_COMPOSITE] = "composite",
				    [SEARCH_QUANTITY] = "quantity",   [SEARCH_URI] = "uri",
				    [SEARCH_SPECIAL] = "special"};

/* ---- interactions ---- */

static bool is_code(text interaction)
{
	return interaction.at[0] != '-' && interaction.at[0] != '$';
}

/* A row for one type stands before that for any: "Binary/{id}" before "{type}/{id}". */
static bool has_own_row(int row, text type)
{
	text any = text_of(routes[row].pattern), rest = text_slice(any, TEXT("{type}").len, any.len);
	for (int i = 0; i < row; i++) {
		text pattern = text_of(routes[i].pattern);
		if (strcmp(routes[i].method, routes[row].method) == 0 && text_starts(pattern, type) &&
		    text_equal(text_slice(pattern, type.len, pattern.len), rest))
			return true;
	}
	return false;
}

static bool is_of_type(int row, text type)
{
	text pattern = text_of(routes[row].pattern);
	if (text_starts(pattern, TEXT("{type}"))) return !has_own_row(row, type);
	return text_equal(text_cut(pattern, '/').head, type);
}

static void code_write(json_out *o, text code, const char *help)
{
	json_object(o);
	json_pair(o, "code", code);
	json_pair(o, "documentation", text_of(help));
	json_end(o);
}

static bool has_interaction(text type, const char *code)
{
	for (int i = 0; i < route_count; i++)
		if (strcmp(routes[i].interaction, code) == 0 && is_of_type(i, type)) return true;
	return false;
}

static void codes_write(json_out *o, text type)
{
	json_key(o, "interaction");
	json_array(o);
	for (int i = 0; i < route_count; i++)
		if (is_code(text_of(routes[i].interaction)) && is_of_type(i, type))
			code_write(o, text_of(routes[i].interaction), routes[i].help);
	json_end(o);
}

static void system_codes_write(json_out *o)
{
	json_key(o, "interaction");
	json_array(o);
	for (int i = 0; i < route_count; i++) {
		text_pair code = text_cut(text_of(routes[i].interaction), ':');
		if (!code.found) continue;
		code_write(o, code.tail, routes[i].help);
		if (text_equal(code.tail, TEXT("transaction"))) /* one row, two kinds of Bundle */
			code_write(o, TEXT("batch"), routes[i].help);
	}
	json_end(o);
}

/* ---- searching ---- */

/* What can be searched by, of every type, asked of the record once. */
typedef struct parameters {
	search_parameter *at;
	int count;
} parameters;

static void searches_write(json_out *o, const parameters *p)
{
	if (p->count == 0) return;
	json_key(o, "searchParam");
	json_array(o);
	for (int i = 0; i < p->count; i++) {
		json_object(o);
		json_pair(o, "name", p->at[i].code);
		json_pair(o, "definition", p->at[i].url);
		json_pair(o, "type", text_of(kinds[p->at[i].kind]));
		json_end(o);
	}
	json_end(o);
}

/* What a search over several types understands, with what only stands in an address. */
static void system_searches_write(json_out *o)
{
	static const struct {
		const char *name;
		search_kind kind;
	} all[] = {{"_id", SEARCH_TOKEN},    {"_lastUpdated", SEARCH_DATE}, {"_tag", SEARCH_TOKEN},
		   {"_profile", SEARCH_URI}, {"_security", SEARCH_TOKEN},   {"_source", SEARCH_URI},
		   {"_text", SEARCH_STRING}, {"_content", SEARCH_STRING},   {"_list", SEARCH_SPECIAL},
		   {"_has", SEARCH_SPECIAL}, {"_type", SEARCH_SPECIAL}};
	json_key(o, "searchParam");
	json_array(o);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		json_object(o);
		json_pair(o, "name", text_of(all[i].name));
		json_pair(o, "type", text_of(kinds[all[i].kind]));
		json_end(o);
	}
	json_end(o);
}

static bool leads_to(const search_parameter *p, type_id t)
{
	if (p->kind != SEARCH_REFERENCE) return false;
	for (int i = 0; i < p->target_count; i++)
		if (p->targets[i] == t || type_is_abstract(p->targets[i])) return true;
	return p->target_count == 0;
}

static void include_write(json_out *o, bool *open, const char *key, arena *a, text type, text code)
{
	if (!*open) {
		json_key(o, key);
		json_array(o);
	}
	*open = true;
	json_text(o, text_format(a, "%.*s:%.*s", TEXT_ARG(type), TEXT_ARG(code)));
}

static void includes_write(json_out *o, const parameters *all, type_id t, arena *a)
{
	bool open = false;
	for (int i = 0; i < all[t].count; i++)
		if (all[t].at[i].kind == SEARCH_REFERENCE)
			include_write(o, &open, "searchInclude", a, type_name(t), all[t].at[i].code);
	if (open) json_end(o);
	open = false;
	for (int other = 1; other <= type_count(); other++)
		for (int i = 0; i < all[other].count; i++)
			if (leads_to(&all[other].at[i], t))
				include_write(o, &open, "searchRevInclude", a, type_name((type_id)other),
					      all[other].at[i].code);
	if (open) json_end(o);
}

/* ---- operations ---- */

static text operation_of(int row)
{
	return text_cut_last(text_of(routes[row].pattern), '$').tail;
}

static bool is_operation(int row, text type)
{
	if (routes[row].interaction[0] != '$') return false;
	if (type.len > 0) return is_of_type(row, type);
	return routes[row].pattern[0] == '$';
}

/* An operation may have several rows: by GET and by POST, of the type and of one resource. */
static bool was_written(int row, text type)
{
	for (int i = 0; i < row; i++)
		if (is_operation(i, type) && text_equal(operation_of(i), operation_of(row))) return true;
	return false;
}

#define BACKPORT "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/"

/* Where FHIR or a guide defines it, that; what is Limen's own has Limen's name. */
static text operation_definition(arena *a, text type, text name)
{
	static const struct {
		const char *type, *name, *definition;
	} known[] = {{"", "export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export"},
		     {"Patient", "export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export"},
		     {"Group", "export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export"},
		     {"Subscription", "status", BACKPORT "backport-subscription-status"},
		     {"Subscription", "events", BACKPORT "backport-subscription-events"},
		     {"Subscription", "get-ws-binding-token", BACKPORT "backport-subscription-get-ws-binding-token"},
		     {"*", "validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate"},
		     {"*", "meta", "http://hl7.org/fhir/OperationDefinition/Resource-meta"},
		     {"*", "meta-add", "http://hl7.org/fhir/OperationDefinition/Resource-meta-add"},
		     {"*", "meta-delete", "http://hl7.org/fhir/OperationDefinition/Resource-meta-delete"},
		     {"*", "everything", "http://hl7.org/fhir/OperationDefinition/%.*s-%.*s"},
		     {"*", "document", "http://hl7.org/fhir/OperationDefinition/%.*s-%.*s"},
		     {"CodeSystem", "*", "http://hl7.org/fhir/OperationDefinition/%.*s-%.*s"},
		     {"ValueSet", "*", "http://hl7.org/fhir/OperationDefinition/%.*s-%.*s"}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		bool of_type = known[i].type[0] == '*' || text_equal(type, text_of(known[i].type));
		bool of_name = known[i].name[0] == '*' || text_equal(name, text_of(known[i].name));
		if (!of_type || !of_name) continue;
		bool is_form = strchr(known[i].definition, '%') != NULL;
		return is_form ? text_format(a, "http://hl7.org/fhir/OperationDefinition/%.*s-%.*s", TEXT_ARG(type),
					     TEXT_ARG(name))
			       : text_of(known[i].definition);
	}
	return text_format(a, "urn:limen:operation:%.*s%s%.*s", TEXT_ARG(type), type.len ? "-" : "", TEXT_ARG(name));
}

/* Operations of a type, or with no type of the server as a whole: rows that end in $word. */
static void operations_write(json_out *o, text type, arena *a)
{
	bool any = false;
	for (int i = 0; i < route_count; i++) {
		if (!is_operation(i, type) || was_written(i, type)) continue;
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

/* ---- a type ---- */

static void truth(json_out *o, const char *key)
{
	json_key(o, key);
	json_bool(o, true);
}

static void resource_write(json_out *o, const parameters *all, type_id t, arena *a)
{
	text type = type_name(t);
	bool searched = has_interaction(type, "search-type");
	json_object(o);
	json_pair(o, "type", type);
	codes_write(o, type);
	json_pair(o, "versioning", TEXT("versioned-update"));
	truth(o, "readHistory");
	truth(o, "updateCreate");
	truth(o, "conditionalCreate");
	json_pair(o, "conditionalRead", TEXT("full-support"));
	truth(o, "conditionalUpdate");
	json_pair(o, "conditionalDelete", TEXT("single"));
	if (searched) includes_write(o, all, t, a);
	if (searched) searches_write(o, &all[t]);
	operations_write(o, type, a);
	json_end(o);
}

static bool is_concrete(int t)
{
	return type_kind_of((type_id)t) == TYPE_RESOURCE && !type_is_abstract((type_id)t);
}

/* What can be subscribed to (the backport guide's extension), and where a WebSocket is opened (R4's). */
static void subscriptions_write(exchange *x, json_out *o)
{
	text *topics;
	int count = notify_topics(x->app->content, x->arena, &topics);
	text rest = text_starts(x->base, TEXT("http")) ? text_slice(x->base, 4, x->base.len) : x->base;
	json_key(o, "extension");
	json_array(o);
	for (int i = 0; i < count; i++) {
		json_object(o);
		json_pair(o, "url",
			  TEXT("http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
			       "capabilitystatement-subscriptiontopic-canonical"));
		json_pair(o, "valueCanonical", topics[i]);
		json_end(o);
	}
	json_object(o);
	json_pair(o, "url", TEXT("http://hl7.org/fhir/StructureDefinition/capabilitystatement-websocket"));
	json_pair(o, "valueUri", text_format(x->arena, "ws%.*s/$websocket", TEXT_ARG(rest)));
	json_end(o);
	json_end(o);
}

static void server_write(exchange *x, json_out *o)
{
	parameters *all = ARENA_ARRAY(x->arena, parameters, type_count() + 1);
	for (int t = 1; t <= type_count(); t++)
		if (is_concrete(t))
			all[t].count = record_parameters(x->app->record, type_name((type_id)t), x->arena, &all[t].at);
	json_key(o, "rest");
	json_array(o);
	json_object(o);
	subscriptions_write(x, o);
	json_pair(o, "mode", TEXT("server"));
	json_pair(o, "documentation",
		  TEXT("Every request carries X-Limen-Actor; until log-in exists only this machine may ask."));
	json_key(o, "resource");
	json_array(o);
	for (int t = 1; t <= type_count(); t++)
		if (is_concrete(t)) resource_write(o, all, (type_id)t, x->arena);
	json_end(o);
	system_codes_write(o);
	system_searches_write(o);
	operations_write(o, TEXT(""), x->arena);
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
	json_key(&o, "patchFormat");
	json_array(&o);
	json_text(&o, TEXT("application/json-patch+json"));
	json_text(&o, TEXT("application/fhir+json"));
	json_end(&o);
	server_write(x, &o);
	json_end(&o);
	reply_json(x, 200, json_done(&o));
}
