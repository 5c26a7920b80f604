/* validate.c: $validate (R4 resource-operation-validate): would this be taken, and does it fit these profiles? Nothing is written.
 * The answer is 200 with an OperationOutcome, whatever it says; only a question that cannot be read is refused. */
#include "http/internal.h"

typedef struct question {
	exchange *x;
	reader *reader;
	doc body; /* the Parameters, or the resource itself */
	doc resource;
	bool has_resource;
	text mode;
	text *profiles;
	int profile_count, profile_cap;
	issues found; /* about the resource; the exchange's sink is about the question */
} question;

static void profile_wanted(question *q, text url)
{
	if (url.len == 0) return;
	if (q->profile_count == q->profile_cap)
		q->profiles = ARENA_DOUBLE(q->x->arena, text, q->profiles, &q->profile_cap, 4);
	q->profiles[q->profile_count++] = url;
}

static text value_of(const doc *d, uint32_t parameter)
{
	static const name_id names[] = {NAME_valueUri, NAME_valueCanonical, NAME_valueCode, NAME_valueString};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		text t = doc_get_text(d, parameter, names[i]);
		if (t.len > 0) return t;
	}
	return (text){0};
}

static bool resource_take(question *q, uint32_t n)
{
	buffer b = {.arena = q->x->arena};
	json_write(&b, &q->body, n, JSON_COMPACT);
	q->has_resource = true;
	return json_parse_resource(q->x->arena, buffer_text(&b), TEXT(""), &q->x->sink, &q->resource);
}

static bool parameters_read(question *q)
{
	const doc *d = &q->body;
	uint32_t list = doc_get(d, 0, NAME_parameter);
	for (uint32_t i = list + 1; list && i < d->nodes[list].next; i = d->nodes[i].next) {
		text name = doc_get_text(d, i, NAME_name);
		uint32_t resource = doc_get(d, i, NAME_resource);
		if (text_equal(name, TEXT("mode")))
			q->mode = value_of(d, i);
		else if (text_equal(name, TEXT("profile")))
			profile_wanted(q, value_of(d, i));
		else if (!text_equal(name, TEXT("resource")))
			return issue_add(&q->x->sink, FAIL_HTTP_PARAMETER, name, TEXT(""));
		else if (resource && !resource_take(q, resource))
			return false;
	}
	return true;
}

static bool question_read(question *q)
{
	static const char *const known[] = {"mode", "profile", NULL};
	exchange *x = q->x;
	if (!query_only(x, known)) return false;
	q->mode = query_value(x, "mode");
	for (int i = 0; i < x->query_count; i++)
		if (text_equal(x->query[i].name, TEXT("profile"))) profile_wanted(q, x->query[i].value);
	if (x->body.len == 0) return true;
	if (!negotiate_body(x, false) || !json_parse_resource(x->arena, x->body, TEXT(""), &x->sink, &q->body))
		return false;
	if (text_equal(doc_type(&q->body), TEXT("Parameters")) && !text_equal(x->type, TEXT("Parameters")))
		return parameters_read(q);
	q->resource = q->body;
	q->has_resource = true;
	return true;
}

static bool mode_known(question *q)
{
	static const char *const modes[] = {"", "create", "update", "delete", "profile"};
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (text_equal(q->mode, text_of(modes[i]))) return true;
	return issue_at(&q->x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, TEXT("mode"), q->mode,
			TEXT("create, update, delete, profile"));
}

/* Without a body it is about the resource that is there. */
static bool resource_found(question *q)
{
	version v;
	exchange *x = q->x;
	if (q->has_resource) return true;
	if (x->id.len == 0) return issue_add(&x->sink, FAIL_HTTP_NO_PARAMETER, TEXT("resource"), TEXT(""));
	return rest_found(x, record_read(q->reader, x->type, x->id, &v, &x->sink), &v) &&
	       json_parse_resource(x->arena, v.json, TEXT(""), &x->sink, &q->resource);
}

/* ---- what is asked of the record ---- */

static void may_be_updated(question *q)
{
	exchange *x = q->x;
	text id = doc_get_text(&q->resource, 0, NAME_id), wanted = x->id.len > 0 ? x->id : id;
	place at = {.path = text_join(x->arena, x->type, TEXT(".id"))};
	if (id.len == 0)
		issue_at(&q->found, FAIL_FHIR_REQUIRED, at, TEXT("id"), TEXT(""), TEXT(""));
	else if (!text_equal(id, wanted))
		issue_at(&q->found, FAIL_HTTP_ID_DIFFERS, at, id, wanted, TEXT(""));
	else if (!resource_id_valid(id))
		issue_at(&q->found, FAIL_HTTP_ID, at, id, TEXT(""), TEXT(""));
}

static void may_be_created(question *q)
{
	version v;
	exchange *x = q->x;
	text id = doc_get_text(&q->resource, 0, NAME_id);
	if (x->id.len == 0) return; /* POST: the id will be the server's */
	if (record_read(q->reader, x->type, x->id, &v, &q->found) == FOUND)
		issue_add(&q->found, FAIL_RECORD_EXISTS,
			  text_format(x->arena, "%.*s/%.*s", TEXT_ARG(x->type), TEXT_ARG(id)), TEXT(""));
}

static void may_be_deleted(question *q)
{
	version v;
	exchange *x = q->x;
	if (x->id.len == 0) {
		issue_add(&x->sink, FAIL_HTTP_ID, x->id, TEXT(""));
		return;
	}
	if (!rest_found(x, record_read(q->reader, x->type, x->id, &v, &x->sink), &v)) return;
	record_unreferred(q->reader, x->type, x->id, &q->found);
}

static void hold_against(question *q)
{
	exchange *x = q->x;
	validation how = {.against = q->profiles, .against_count = q->profile_count, .claimed = true, .warnings = true};
	if (x->type.len > 0 && !text_equal(doc_type(&q->resource), x->type)) {
		issue_at(&q->found, FAIL_HTTP_TYPE_DIFFERS, (place){.path = doc_type(&q->resource)},
			 doc_type(&q->resource), x->type, TEXT(""));
		return;
	}
	how.outside = record_outside(q->reader);
	how.profiles = reader_profiles(q->reader, &x->sink);
	if (!how.profiles) return;
	resource_validate(&how, &q->resource, x->arena, &q->found);
	if (text_equal(doc_type(&q->resource), TEXT("QuestionnaireResponse")))
		form_validate(x, &q->resource, &q->found);
	if (text_equal(q->mode, TEXT("update"))) may_be_updated(q);
	if (text_equal(q->mode, TEXT("create"))) may_be_created(q);
}

void validate_post(exchange *x)
{
	type_id t;
	question q = {.x = x, .found.arena = x->arena};
	if (x->type.len > 0 && !rest_type(x, x->type, &t)) return;
	if (x->id.len > 0 && !rest_named(x)) return;
	if (!question_read(&q) || !mode_known(&q) || !(q.reader = exchange_reader(x))) return;
	bool deletes = text_equal(q.mode, TEXT("delete"));
	if (deletes)
		may_be_deleted(&q);
	else if (resource_found(&q))
		hold_against(&q);
	if (x->sink.errors > 0) return;
	bool english = x->who.language == LANGUAGE_EN;
	text fine = english ? TEXT("Nothing is wrong with it") : TEXT("Der er intet i vejen med den");
	reply_json(x, 200,
		   q.found.count > 0 ? outcome_json(x->arena, &q.found, x->who.language)
				     : outcome_said(x->arena, fine));
}
