/* form.c: forms that are being filled in: Questionnaire/$populate (SDC), QuestionnaireResponse/$evaluate, and what $validate asks of a
 * response. Nothing is written. */
#include "http/internal.h"

#include "form/form.h"

enum { CONTEXTS_MAX = 16 };

typedef struct filling {
	exchange *x;
	reader *reader;
	const profiles *profiles;
	doc body, questionnaire, response;
	bool has_questionnaire, has_response, whole;
	text canonical, subject;
	form_context context[CONTEXTS_MAX];
	int context_count;
	form_around around;
	open_form *form;
	issues found;
} filling;

/* ---- the Questionnaire: sent along, contained, of a kind of task, or kept here ---- */

static bool parsed(exchange *x, text json, doc *out)
{
	return json_parse_resource(x->arena, json, TEXT(""), &x->sink, out);
}

static bool read_kept(exchange *x, reader *rd, text type, text id, doc *out)
{
	version v;
	if (!resource_id_valid(id) || !scope_allows(&x->who, type)) return false;
	return record_read(rd, type, id, &v, &x->sink) == FOUND && parsed(x, v.json, out);
}

/* By id: kept here, or "task-KIND". */
static bool form_by_id(exchange *x, reader *rd, text id, doc *out)
{
	const task_kind *k = task_kind_of_plan(x->app->content, id);
	text own = k ? task_kind_form(x->arena, k, x->who.language) : (text){0};
	return own.len ? parsed(x, own, out) : read_kept(x, rd, TEXT("Questionnaire"), id, out);
}

static bool form_by_url(exchange *x, reader *rd, text canonical, doc *out)
{
	text_pair cut = text_cut(canonical, '|');
	search_answer found;
	const search_pair pairs[] = {{TEXT("url"), cut.head},
				     {TEXT("_sort"), TEXT("-_lastUpdated")},
				     {TEXT("_count"), TEXT("1")},
				     {TEXT("version"), cut.tail}};
	int count = cut.tail.len ? 4 : 3;
	if (!record_search(rd, TEXT("Questionnaire"), pairs, count, false, &found, &x->sink) || found.count == 0)
		return false;
	return parsed(x, found.entries[0].version.json, out);
}

static bool form_contained(exchange *x, const doc *response, text canonical, doc *out)
{
	uint32_t list = doc_get(response, 0, NAME_contained);
	text id = text_slice(canonical, 1, canonical.len);
	for (uint32_t n = list + 1; list && n < response->nodes[list].next; n = response->nodes[n].next) {
		buffer b = {.arena = x->arena};
		if (!text_equal(doc_get_text(response, n, NAME_id), id)) continue;
		json_write(&b, response, n, JSON_COMPACT);
		return parsed(x, buffer_text(&b), out) && text_equal(doc_type(out), TEXT("Questionnaire"));
	}
	return false;
}

static bool form_named(exchange *x, reader *rd, const doc *response, text canonical, doc *out)
{
	static const char own[] = "urn:limen:form:";
	text type, id, name = canonical, base = x->base;
	if (text_starts(canonical, TEXT("#"))) return response && form_contained(x, response, canonical, out);
	if (text_starts(canonical, text_of(own)))
		return form_by_id(
		    x, rd, text_join(x->arena, TEXT("task-"), text_slice(canonical, sizeof own - 1, canonical.len)),
		    out);
	if (base.len && text_starts(name, base)) name = text_slice(name, base.len + 1, name.len);
	if (text_starts(name, TEXT("Questionnaire/")) && resource_reference_valid(name, &type, &id))
		return form_by_id(x, rd, id, out);
	return form_by_url(x, rd, canonical, out);
}

/* ---- what was sent ---- */

static bool take_resource(filling *f, uint32_t n, const char *type, doc *out)
{
	buffer b = {.arena = f->x->arena};
	json_write(&b, &f->body, n, JSON_COMPACT);
	if (!parsed(f->x, buffer_text(&b), out)) return false;
	if (type && !text_equal(doc_type(out), text_of(type)))
		return issue_at(&f->x->sink, FAIL_HTTP_TYPE_DIFFERS, (place){.path = doc_type(out)}, doc_type(out),
				text_of(type), TEXT(""));
	return resource_check(out, &f->x->sink);
}

static bool context_add(filling *f, text name, const doc *d)
{
	for (int i = 0; i < f->context_count; i++)
		if (text_equal(f->context[i].name, name)) return true;
	if (f->context_count == CONTEXTS_MAX)
		return issue_add(&f->x->sink, FAIL_HTTP_PARAMETER, TEXT("context"), TEXT(""));
	f->context[f->context_count++] = (form_context){name, d};
	return true;
}

/* A reference to what is kept here; what is not here, or may not be seen, gives nothing. */
static bool context_read(filling *f, text name, text reference)
{
	text type, id;
	doc *d = ARENA_NEW(f->x->arena, doc);
	if (!resource_reference_valid(reference, &type, &id) || !read_kept(f->x, f->reader, type, id, d))
		return f->x->sink.errors == 0;
	return context_add(f, name, d);
}

/* SDC's context: parts name and content, a Reference or the resource itself. */
static bool context_take(filling *f, uint32_t parameter)
{
	const doc *d = &f->body;
	uint32_t parts = doc_get(d, parameter, NAME_part), resource = NODE_ABSENT;
	text name = {0}, reference = {0};
	for (uint32_t n = parts + 1; parts && n < d->nodes[parts].next; n = d->nodes[n].next) {
		bool names = text_equal(doc_get_text(d, n, NAME_name), TEXT("name"));
		if (names) name = parameter_value(d, n);
		if (!names && doc_get(d, n, NAME_resource)) resource = doc_get(d, n, NAME_resource);
		if (!names && !doc_get(d, n, NAME_resource)) reference = parameter_value(d, n);
	}
	if (name.len == 0) return issue_add(&f->x->sink, FAIL_HTTP_OPERATION_LACKS, TEXT("context.name"), TEXT(""));
	if (!resource) return context_read(f, name, reference);
	doc *given = ARENA_NEW(f->x->arena, doc);
	return take_resource(f, resource, NULL, given) && context_add(f, name, given);
}

static bool parameter_take(filling *f, uint32_t n)
{
	const doc *d = &f->body;
	text name = doc_get_text(d, n, NAME_name), value = parameter_value(d, n);
	uint32_t resource = doc_get(d, n, NAME_resource);
	if (text_equal(name, TEXT("context"))) return context_take(f, n);
	if (text_equal(name, TEXT("questionnaire")) && resource)
		return f->has_questionnaire = take_resource(f, resource, "Questionnaire", &f->questionnaire);
	if (text_equal(name, TEXT("response")) && resource)
		return f->has_response = take_resource(f, resource, "QuestionnaireResponse", &f->response);
	if (text_equal(name, TEXT("canonical")) || text_equal(name, TEXT("questionnaireRef")))
		return f->canonical = value, true;
	if (text_equal(name, TEXT("subject"))) return f->subject = value, true;
	if (text_equal(name, TEXT("whole"))) return f->whole = text_equal(value, TEXT("true")), true;
	/* All that is known here may be used for what is put in: SDC's `local` says so. */
	return text_equal(name, TEXT("local")) || issue_add(&f->x->sink, FAIL_HTTP_PARAMETER, name, TEXT(""));
}

static bool body_take(filling *f)
{
	exchange *x = f->x;
	if (!query_none(x) || !negotiate_body(x, false) || !parsed(x, x->body, &f->body)) return false;
	if (!resource_check(&f->body, &x->sink)) return false;
	if (text_equal(doc_type(&f->body), TEXT("QuestionnaireResponse"))) {
		f->response = f->body;
		return f->has_response = true;
	}
	if (!text_equal(doc_type(&f->body), TEXT("Parameters")))
		return issue_at(&x->sink, FAIL_HTTP_TYPE_DIFFERS, (place){.path = doc_type(&f->body)},
				doc_type(&f->body), TEXT("Parameters"), TEXT(""));
	uint32_t list = doc_get(&f->body, 0, NAME_parameter);
	for (uint32_t n = list + 1; list && n < f->body.nodes[list].next; n = f->body.nodes[n].next)
		if (!parameter_take(f, n)) return false;
	return true;
}

/* ---- opening it ---- */

static bool begun(filling *f)
{
	exchange *x = f->x;
	if (f->has_response) return true;
	json_out o = json_begin(x->arena);
	text url = doc_get_text(&f->questionnaire, 0, NAME_url), id = doc_get_text(&f->questionnaire, 0, NAME_id);
	if (url.len == 0 && id.len) url = text_join(x->arena, TEXT("Questionnaire/"), id);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("QuestionnaireResponse"));
	json_pair(&o, "questionnaire", url);
	json_pair(&o, "status", TEXT("in-progress"));
	if (f->subject.len) {
		json_reference(&o, "subject", f->subject);
	}
	json_end(&o);
	return f->has_response = parsed(x, json_done(&o), &f->response);
}

static bool questionnaire_found(filling *f)
{
	exchange *x = f->x;
	if (f->has_questionnaire) return true;
	if (f->canonical.len == 0 && f->has_response) f->canonical = doc_get_text(&f->response, 0, NAME_questionnaire);
	if (x->id.len && form_by_id(x, f->reader, x->id, &f->questionnaire)) return true;
	if (x->sink.errors) return false;
	if (x->id.len) return issue_add(&x->sink, FAIL_HTTP_NOT_FOUND, x->type, x->id);
	if (f->canonical.len == 0) return issue_add(&x->sink, FAIL_HTTP_OPERATION_LACKS, TEXT("canonical"), TEXT(""));
	const doc *within = f->has_response ? &f->response : NULL;
	if (form_named(x, f->reader, within, f->canonical, &f->questionnaire)) return true;
	return x->sink.errors == 0 && issue_add(&x->sink, FAIL_FORM_UNKNOWN, f->canonical, TEXT(""));
}

static text reference_of(const doc *d, name_id name)
{
	uint32_t n = doc_get(d, 0, name);
	return n ? doc_get_text(d, n, NAME_reference) : (text){0};
}

/* What every form may name without being told: whom the response is about, its encounter, who asks. */
static bool usual_contexts(filling *f)
{
	text subject = f->subject.len ? f->subject : reference_of(&f->response, NAME_subject);
	text encounter = reference_of(&f->response, NAME_encounter);
	if (text_starts(subject, TEXT("Patient/")) && !context_read(f, TEXT("patient"), subject)) return false;
	return context_read(f, TEXT("encounter"), encounter) && context_read(f, TEXT("user"), f->x->who.actor);
}

/* ---- x-fhir-query ---- */

static int query_split(exchange *x, text query, search_pair *out, int max)
{
	int count = 0;
	while (query.len && count < max) {
		text_pair one = text_cut(query, '&'), named = text_cut(one.head, '=');
		if (!query_decode(x->arena, named.head, true, &out[count].name) ||
		    !query_decode(x->arena, named.tail, true, &out[count].value))
			return -1;
		count++;
		query = one.tail;
	}
	return count;
}

static bool bundle_of(exchange *x, const search_answer *found, doc *out)
{
	json_out o = json_begin(x->arena);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Bundle"));
	json_pair(&o, "type", TEXT("searchset"));
	if (found->count) {
		json_key(&o, "entry");
		json_array(&o);
		for (int i = 0; i < found->count; i++) {
			json_object(&o);
			json_key(&o, "resource");
			json_raw(&o, found->entries[i].version.json);
			json_end(&o);
		}
		json_end(&o);
	}
	json_end(&o);
	return parsed(x, json_done(&o), out);
}

static bool search_for(void *self, text query, doc *out, issues *sink)
{
	filling *f = self;
	search_pair pairs[32];
	search_answer found;
	text type, id;
	text_pair cut = text_cut(query, '?');
	if (!cut.found && resource_reference_valid(query, &type, &id)) return read_kept(f->x, f->reader, type, id, out);
	int count = query_split(f->x, cut.tail, pairs, 32);
	if (count < 0 || !scope_allows(&f->x->who, cut.head)) return false;
	return record_search(f->reader, cut.head, pairs, count, false, &found, sink) && bundle_of(f->x, &found, out);
}

static void around_of(filling *f)
{
	exchange *x = f->x;
	f->around = (form_around){.context = f->context,
				  .context_count = f->context_count,
				  .outside = record_outside(f->reader),
				  .search = search_for,
				  .search_self = f,
				  .language = x->who.language};
	f->around.outside.now = world_now(x->app->world);
	profiles_outside(f->profiles, &f->around.outside);
}

static bool opened(filling *f, form_use use, issues *told)
{
	exchange *x = f->x;
	const form_plan *plan = form_read(x->arena, &f->questionnaire, profiles_terms(f->profiles), told);
	if (!plan) return false;
	around_of(f);
	if (form_open(plan, &f->response, use, &f->around, x->arena, &f->found, &f->form)) return true;
	issues_add_all(told, &f->found);
	return false;
}

static bool reads(filling *f)
{
	f->reader = exchange_reader(f->x);
	f->profiles = f->reader ? reader_profiles(f->reader, &f->x->sink) : NULL;
	return f->profiles != NULL;
}

/* ---- the answer ---- */

static void resource_part(json_out *o, const char *name, text json)
{
	json_object(o);
	json_pair(o, "name", text_of(name));
	json_key(o, "resource");
	json_raw(o, json);
	json_end(o);
}

static void options_write(filling *f, json_out *o, int item)
{
	form_options all = form_item_options(f->form, item);
	for (int i = 0; all.computed && i < all.count; i++) {
		json_object(o);
		json_pair(o, "name", TEXT("option"));
		json_key_text(o, all.at[i].key);
		json_raw(o, all.at[i].json);
		json_end(o);
	}
	if (all.computed && !all.closed) part_bool(o, "more", true);
}

static void units_write(filling *f, json_out *o, int item)
{
	form_options all = form_item_units(f->form, item);
	for (int i = 0; i < all.count; i++) {
		json_object(o);
		json_pair(o, "name", TEXT("unit"));
		json_key_text(o, all.at[i].key);
		json_raw(o, all.at[i].json);
		json_end(o);
	}
}

static void faults_write(filling *f, json_out *o, int item, const issues *faults)
{
	int number = 0;
	for (const issue *i = faults->first; i; i = i->next) {
		if (form_item_of_fault(f->form, number++) != item) continue;
		part_open(o, "fault");
		part_text(o, "code", "valueCode", text_of(failure_name(i->code)));
		part_text(o, "severity", "valueCode", i->severity == SEVERITY_ERROR ? TEXT("error") : TEXT("warning"));
		part_text(o, "text", "valueString", issue_text(f->x->arena, i, f->x->who.language));
		part_close(o);
	}
}

static void item_write(filling *f, json_out *o, int item, const issues *faults)
{
	form_item_state at = form_item_at(f->form, item);
	part_open(o, "item");
	part_text(o, "key", "valueString", at.key);
	part_text(o, "linkId", "valueString", at.link_id);
	part_bool(o, "enabled", at.enabled);
	if (at.calculated) part_bool(o, "calculated", true);
	if (at.enabled) {
		options_write(f, o, item);
		units_write(f, o, item);
	}
	faults_write(f, o, item, faults);
	part_close(o);
}

static void filled_reply(filling *f)
{
	exchange *x = f->x;
	issues faults = {.arena = x->arena};
	form_check(f->form, f->whole, &faults);
	json_out o = parameters_begin(x);
	resource_part(&o, "response", form_response(f->form));
	for (int i = 1; i < form_item_count(f->form); i++) item_write(f, &o, i, &faults);
	issues_add_all(&f->found, &faults);
	if (f->found.count) resource_part(&o, "issues", outcome_json(x->arena, &f->found, x->who.language));
	parameters_reply(x, &o);
}

static void fill_in(exchange *x, form_use use)
{
	filling *f = ARENA_NEW(x->arena, filling);
	*f = (filling){.x = x, .found.arena = x->arena};
	if (!reads(f) || !body_take(f) || !questionnaire_found(f) || !begun(f) || !usual_contexts(f)) return;
	if (opened(f, use, &x->sink)) filled_reply(f);
}

void form_populate(exchange *x)
{
	fill_in(x, FORM_BEGINS);
}

void form_evaluate(exchange *x)
{
	fill_in(x, FORM_GOES_ON);
}

/* A response is held against its form, where that is here: in full when it says it is finished. */
void form_validate(exchange *x, const doc *response, issues *found)
{
	filling *f = ARENA_NEW(x->arena, filling);
	*f = (filling){.x = x, .found.arena = x->arena, .response = *response, .has_response = true};
	text status = doc_get_text(response, 0, NAME_status), canonical = doc_get_text(response, 0, NAME_questionnaire);
	if (canonical.len == 0 || found->errors || !reads(f)) return;
	if (!form_named(x, f->reader, response, canonical, &f->questionnaire)) {
		place at = {.path = TEXT("QuestionnaireResponse.questionnaire")};
		if (x->sink.errors == 0) issue_warn(found, FAIL_FORM_UNKNOWN, at, canonical, TEXT(""));
		return;
	}
	bool whole = text_equal(status, TEXT("completed")) || text_equal(status, TEXT("amended"));
	if (!usual_contexts(f) || !opened(f, FORM_IS_HELD, found)) return;
	form_check(f->form, whole, &f->found);
	issues_add_all(found, &f->found);
}
