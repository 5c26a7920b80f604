/* search.c: searches over a type, over all types, in a compartment, and $everything, answered as Bundles (R4 3.1.1). */
#include "http/internal.h"

/* ---- the Bundle ---- */

static void entry_write(exchange *x, json_out *o, const search_entry *e)
{
	json_object(o);
	json_pair(o, "fullUrl", reply_url(x, e->version.type, e->version.id));
	json_key(o, "resource");
	json_raw(o, e->version.json);
	json_key(o, "search");
	json_object(o);
	json_pair(o, "mode", e->included ? TEXT("include") : TEXT("match"));
	json_end(o);
	json_end(o);
}

static void link_write(exchange *x, json_out *o, const char *relation, text where, text query)
{
	text path = where.len ? text_join(x->arena, TEXT("/"), where) : (text){0};
	json_object(o);
	json_pair(o, "relation", text_of(relation));
	json_pair(o, "url",
		  text_format(x->arena, "%.*s%.*s%s%.*s", TEXT_ARG(x->base), TEXT_ARG(path), query.len > 0 ? "?" : "",
			      TEXT_ARG(query)));
	json_end(o);
}

/* What was not understood, where the client asked to be told rather than refused. */
static void warnings_write(exchange *x, json_out *o)
{
	outcome_places(x);
	json_object(o);
	json_key(o, "resource");
	json_raw(o, outcome_json(x->arena, &x->sink, x->who.language));
	json_key(o, "search");
	json_object(o);
	json_pair(o, "mode", TEXT("outcome"));
	json_end(o);
	json_end(o);
}

static text searchset(exchange *x, text where, const search_answer *hits)
{
	json_out o = json_begin(x->arena);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Bundle"));
	json_pair(&o, "type", TEXT("searchset"));
	if (hits->total >= 0) {
		json_key(&o, "total");
		json_int(&o, hits->total);
	}
	json_key(&o, "link");
	json_array(&o);
	link_write(x, &o, "self", where, hits->self);
	if (hits->later) link_write(x, &o, "first", where, hits->first);
	if (hits->next.len > 0) link_write(x, &o, "next", where, hits->next);
	json_end(&o);
	if (hits->count > 0 || x->sink.count > 0) { /* FHIR has no empty arrays */
		json_key(&o, "entry");
		json_array(&o);
		for (int i = 0; i < hits->count; i++) entry_write(x, &o, &hits->entries[i]);
		if (x->sink.count > 0) warnings_write(x, &o);
		json_end(&o);
	}
	json_end(&o);
	return json_done(&o);
}

/* ---- the ways in ---- */

/* A POST brings its parameters as a form; those of its target count too. */
static bool form_read(exchange *x)
{
	if (!text_equal(x->method, TEXT("POST"))) return true;
	return negotiate_body(x, true) && query_pairs(x, x->body);
}

static void search_reply(exchange *x, const search_where *where, text path)
{
	search_answer hits;
	reader *rd = exchange_reader(x);
	if (rd && record_search_in(rd, where, x->query, x->query_count, !x->strict, &hits, &x->sink))
		reply_json(x, 200, searchset(x, path, &hits));
}

void search_type(exchange *x)
{
	type_id t;
	if (rest_type(x, x->type, &t) && form_read(x)) search_reply(x, &(search_where){.type = x->type}, x->type);
}

void search_system(exchange *x)
{
	if (form_read(x)) search_reply(x, &(search_where){0}, (text){0});
}

/* What it is gathered around must be there. */
static bool centre_found(exchange *x)
{
	version v;
	reader *rd;
	if (!rest_named(x) || !(rd = exchange_reader(x))) return false;
	return rest_found(x, record_read(rd, x->type, x->id, &v, &x->sink), &v);
}

void search_compartment(exchange *x)
{
	type_id t;
	text inner = x->segments[2];
	bool all = text_equal(inner, TEXT("*"));
	if (!compartment_known(x->type) || (!all && !rest_type(x, inner, &t))) {
		if (x->sink.errors == 0) issue_add(&x->sink, FAIL_HTTP_ROUTE, x->path, TEXT(""));
		return;
	}
	if (!form_read(x) || !centre_found(x)) return;
	search_where where = {.type = all ? (text){0} : inner, .compartment = x->type, .id = x->id};
	search_reply(x, &where,
		     text_format(x->arena, "%.*s/%.*s/%.*s", TEXT_ARG(x->type), TEXT_ARG(x->id), TEXT_ARG(inner)));
}

void search_everything(exchange *x)
{
	if (!form_read(x) || !centre_found(x)) return;
	search_where where = {.compartment = x->type, .id = x->id, .everything = true};
	search_reply(x, &where, text_format(x->arena, "%.*s/%.*s/$everything", TEXT_ARG(x->type), TEXT_ARG(x->id)));
}

/* ---- own search parameters: how far the indexing of each is ---- */

static void part_write(json_out *o, const char *name, const char *key, text value)
{
	json_object(o);
	json_pair(o, "name", text_of(name));
	json_pair(o, key, value);
	json_end(o);
}

static void indexing_write(json_out *o, const own_parameter *p)
{
	json_object(o);
	json_pair(o, "name", TEXT("searchParameter"));
	json_key(o, "part");
	json_array(o);
	part_write(o, "id", "valueId", p->id);
	part_write(o, "type", "valueCode", p->type);
	part_write(o, "code", "valueCode", p->code);
	part_write(o, "state", "valueCode", p->ready ? TEXT("ready") : TEXT("indexing"));
	json_object(o);
	json_pair(o, "name", TEXT("percent"));
	json_key(o, "valueInteger");
	json_int(o, p->percent);
	json_end(o);
	json_end(o);
	json_end(o);
}

void search_indexing(exchange *x)
{
	own_parameter *all;
	if (!query_none(x)) return;
	int count = record_own_parameters(x->app->record, x->arena, &all);
	json_out o = json_begin(x->arena);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Parameters"));
	if (count > 0) { /* FHIR has no empty arrays */
		json_key(&o, "parameter");
		json_array(&o);
		for (int i = 0; i < count; i++) indexing_write(&o, &all[i]);
		json_end(&o);
	}
	json_end(&o);
	reply_json(x, 200, json_done(&o));
}
