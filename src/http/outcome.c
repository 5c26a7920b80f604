/* outcome.c: issues as an OperationOutcome (FHIR R4, OperationOutcome): what kind, in words for a person, and where. */
#include "http/internal.h"

static const char *const severities[] = {
    [SEVERITY_ERROR] = "error", [SEVERITY_WARNING] = "warning", [SEVERITY_INFORMATION] = "information"};

static text place_text(arena *a, const place *p)
{
	buffer b = {.arena = a};
	buffer_add(&b, p->file);
	if (p->line) buffer_format(&b, "%s%lld:%lld", b.len ? ":" : "", (long long)p->line, (long long)p->column);
	return buffer_text(&b);
}

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
	if (i->place.path.len > 0) {
		json_key(o, "expression");
		json_array(o);
		json_text(o, i->place.path);
		json_end(o);
	}
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
