/* outcome.c: issues as an OperationOutcome (FHIR R4, OperationOutcome): what kind, in words for a person, and where. The place
 * is an `expression` within the content, a `location` "http.NAME" for a header or a parameter (R4, OperationOutcome.issue.location),
 * or `diagnostics`: line and column, or the resource a rule speaks of. */
#include "http/internal.h"

static const char *const severities[] = {
    [SEVERITY_ERROR] = "error", [SEVERITY_WARNING] = "warning", [SEVERITY_INFORMATION] = "information"};

/* ---- where ---- */

static const struct {
	failure code;
	const char *header;
} header_rows[] = {{FAIL_HTTP_HOST, "Host"},
		   {FAIL_HTTP_ACTOR, "X-Limen-Actor"},
		   {FAIL_HTTP_PURPOSE, "X-Limen-Purpose"},
		   {FAIL_HTTP_BODY_TYPE, "Content-Type"},
		   {FAIL_HTTP_ACCEPT, "Accept"},
		   {FAIL_HTTP_ETAG, "If-Match"},
		   {FAIL_HTTP_STALE, "If-Match"},
		   {FAIL_RECORD_VERSION, "If-Match"},
		   {FAIL_RECORD_VERSION_GONE, "If-Match"},
		   {FAIL_RECORD_SEVERAL, "If-None-Exist"},
		   {FAIL_HTTP_CONDITION_FORM, "If-None-Exist"}};

/* The header an issue without a place is about, where the request has one or had to have it. */
static text header_of(const exchange *x, const issue *i)
{
	for (size_t n = 0; n < sizeof header_rows / sizeof *header_rows; n++)
		if (header_rows[n].code == i->code) {
			bool optional =
			    strcmp(header_rows[n].header, "If-None-Exist") == 0; /* the URL may be the condition */
			return optional && header_get(x, header_rows[n].header).len == 0
				   ? (text){0}
				   : text_of(header_rows[n].header);
		}
	bool names_it = i->code == FAIL_HTTP_ACTOR_FORM; /* its first argument is the header */
	return names_it && header_get(x, "X-Limen-Actor").len > 0 ? i->args[0] : (text){0};
}

/* The parameter of the query it names. */
static text parameter_of(const exchange *x, const issue *i)
{
	for (int n = 0; n < x->query_count; n++) {
		text name = x->query[n].name, base = text_cut(name, ':').head;
		for (int k = 0; k < 2 && base.len > 0; k++)
			if (text_equal(i->args[k], name) || text_equal(i->args[k], base)) return name;
	}
	return (text){0};
}

void outcome_places(exchange *x)
{
	for (issue *i = x->sink.first; i; i = i->next) {
		if (i->place.path.len > 0 || i->place.line > 0) continue;
		text name = header_of(x, i);
		if (name.len == 0) name = parameter_of(x, i);
		if (name.len > 0) i->place.path = text_join(x->arena, TEXT("http."), name);
	}
}

static text place_text(arena *a, const place *p)
{
	buffer b = {.arena = a};
	buffer_add(&b, p->file);
	if (text_find(p->path, TEXT("/")) >= 0 && !text_starts(p->path, TEXT("http."))) buffer_add(&b, p->path);
	if (p->line) buffer_format(&b, "%s%lld:%lld", b.len ? ":" : "", (long long)p->line, (long long)p->column);
	return buffer_text(&b);
}

static void path_write(json_out *o, text path)
{
	bool of_http = text_starts(path, TEXT("http."));
	if (path.len == 0 || (!of_http && text_find(path, TEXT("/")) >= 0)) return;
	json_key(o, of_http ? "location" : "expression");
	json_array(o);
	json_text(o, path);
	json_end(o);
}

/* ---- the whole ---- */

static void issue_write(json_out *o, arena *a, const issue *i, language lang)
{
	json_object(o);
	json_pair(o, "severity", text_of(severities[i->severity]));
	json_pair(o, "code", text_of(failure_type(i->code)));
	json_key(o, "details");
	json_object(o);
	json_key(o, "coding");
	json_array(o);
	json_object(o);
	json_pair(o, "system", TEXT("urn:limen:failure"));
	json_pair(o, "code", text_of(failure_name(i->code)));
	json_end(o);
	json_end(o);
	json_pair(o, "text", issue_text(a, i, lang));
	json_end(o);
	json_pair(o, "diagnostics", place_text(a, &i->place));
	path_write(o, i->place.path);
	json_end(o);
}

text outcome_json(arena *a, const issues *sink, language lang)
{
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("OperationOutcome"));
	json_key(&o, "issue");
	json_array(&o);
	for (const issue *i = sink->first; i; i = i->next) issue_write(&o, a, i, lang);
	json_end(&o);
	json_end(&o);
	return json_done(&o);
}

text outcome_said(arena *a, text sentence)
{
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("OperationOutcome"));
	json_key(&o, "issue");
	json_array(&o);
	json_object(&o);
	json_pair(&o, "severity", TEXT("information"));
	json_pair(&o, "code", TEXT("informational"));
	json_key(&o, "details");
	json_object(&o);
	json_pair(&o, "text", sentence);
	json_end(&o);
	json_end(&o);
	json_end(&o);
	json_end(&o);
	return json_done(&o);
}
