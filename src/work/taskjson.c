/* taskjson.c: a Task as Limen raises, dates and closes it (docs/api.md, "Shapes"). */
#include "work/internal.h"

static const clock *clock_behind(const task_face *t)
{
	return t->when.clock ? t->when.clock : t->need->late;
}

/* The end of the last day the law allows: what may be passed without breaking the law is the date before it. */
static instant law_due(const task_face *t)
{
	const clock *c = t->when.law ? t->when.law : t->need->late;
	return c && text_equal(clock_rule_face(c->rule)->force, TEXT("law")) ? c->due : INSTANT_NONE;
}

/* In an edit an extension with nothing but its url takes away the one that stood there (edit.c). */
static void law_extension(json_out *o, const task_face *t, const doc *edits)
{
	text url = TEXT("urn:limen:law-due");
	instant due = law_due(t);
	if (due == INSTANT_NONE && (!edits || extension_find(edits, 0, url) == NODE_ABSENT)) return;
	json_object(o);
	json_pair(o, "url", url);
	if (due != INSTANT_NONE) json_pair(o, "valueInstant", instant_iso(o->b.arena, due));
	json_end(o);
}

static void extension_reference(json_out *o, const char *url, text to)
{
	if (!to.len) return;
	json_object(o);
	json_pair(o, "url", text_of(url));
	json_reference(o, "valueReference", to);
	json_end(o);
}

/* What only a new Task says. */
static void extensions_new(json_out *o, const task_refs *r)
{
	extension_reference(o, "urn:limen:pathway", r->pathway);
	extension_reference(o, "urn:limen:about", r->about);
	extension_reference(o, "urn:limen:queue", r->queue);
	if (r->due != DAY_NONE) {
		json_object(o);
		json_pair(o, "url", TEXT("urn:limen:due-given"));
		json_key(o, "valueBoolean");
		json_bool(o, true);
		json_end(o);
	}
	if (!r->note.len) return;
	json_object(o);
	json_pair(o, "url", TEXT("urn:limen:note"));
	json_pair(o, "valueString", r->note);
	json_end(o);
}

static void extensions(json_out *o, const task_face *t, const task_words *w, const task_refs *r, const doc *edits)
{
	json_key(o, "extension");
	json_array(o);
	law_extension(o, t, edits);
	if (t->when.latest_start != INSTANT_NONE) {
		json_object(o);
		json_pair(o, "url", TEXT("urn:limen:latest-start"));
		json_pair(o, "valueInstant", instant_iso(o->b.arena, t->when.latest_start));
		json_end(o);
	}
	if (w->because_da.len) {
		json_object(o);
		json_pair(o, "url", TEXT("urn:limen:because"));
		json_pair(o, "valueString", w->because_da);
		json_translation(o, "_valueString", TEXT("en"), w->because_en);
		json_end(o);
	}
	if (r) extensions_new(o, r);
	json_end(o);
}

static const clock_face *law(const task_face *t)
{
	const clock *c = clock_behind(t);
	return c ? clock_rule_face(c->rule) : NULL;
}

int64_t task_face_hash(const task_face *t, const task_words *w)
{
	const clock_face *face = law(t);
	shown s = {.rule = face ? face->id : (text){0},
		   .force = face ? face->force : (text){0},
		   .because = w->because_da,
		   .law_due = law_due(t)};
	return face_hash(&s);
}

static text with_note(arena *a, text line, text note)
{
	return text_format(a, "%.*s: %.*s", TEXT_ARG(line), TEXT_ARG(note));
}

/* The dates and what stands behind them: the members that follow the clocks. A new Task has what it points at, an edit
 * the Task as it is. */
static void dated(json_out *o, const task_face *t, const task_words *w, const task_refs *refs, const doc *edits)
{
	arena *a = o->b.arena;
	extensions(o, t, w, refs, edits);
	const bool said = refs && refs->note.len;
	json_pair(o, "description", said ? with_note(a, w->line_da, refs->note) : w->line_da);
	json_translation(o, "_description", TEXT("en"), said ? with_note(a, w->line_en, refs->note) : w->line_en);
	if (t->priority.len) json_pair(o, "priority", t->priority);
	const clock_face *face = law(t);
	if (face) {
		json_key(o, "reasonCode");
		json_object(o);
		json_key(o, "coding");
		json_array(o);
		json_object(o);
		json_pair(o, "system", TEXT("urn:limen:clock"));
		json_pair(o, "code", face->id);
		json_pair(o, "display", face->da);
		json_end(o);
		json_object(o);
		json_pair(o, "system", TEXT("urn:limen:clock-force"));
		json_pair(o, "code", face->force);
		json_end(o);
		json_end(o);
		json_pair(o, "text", text_format(a, "%.*s (%.*s)", TEXT_ARG(face->da), TEXT_ARG(face->source)));
		json_end(o);
	} else if (edits) { /* the law that stood there no longer dates it */
		json_key(o, "reasonCode");
		json_null(o);
	}
	if (t->when.due == INSTANT_NONE) return;
	json_key(o, "restriction");
	json_object(o);
	json_key(o, "period");
	json_object(o);
	json_pair(o, "end", instant_iso(a, t->when.due));
	json_end(o);
	json_end(o);
}

static void reference(json_out *o, const char *key, text to)
{
	if (!to.len) return;
	json_reference(o, key, to);
}

static void identifier(json_out *o, text cause)
{
	json_key(o, "identifier");
	json_array(o);
	json_object(o);
	json_pair(o, "system", TEXT("urn:limen:cause"));
	json_pair(o, "value", cause);
	json_end(o);
	json_end(o);
}

text task_json_new(arena *a, const task_face *t, const task_words *w, const task_refs *r, instant now)
{
	const task_kind *k = t->kind;
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Task"));
	json_pair(&o, "id", r->id);
	identifier(&o, r->cause);
	json_pair(&o, "instantiatesCanonical", text_format(a, "urn:limen:task:%.*s", TEXT_ARG(k->id)));
	json_pair(&o, "status", TEXT("requested"));
	json_pair(&o, "intent", TEXT("order"));
	json_key(&o, "code");
	json_concept(&o, "urn:limen:task", k->id, k->da);
	dated(&o, t, w, r, NULL);
	if (r->part_of.len) {
		json_key(&o, "partOf");
		json_array(&o);
		json_object(&o);
		json_pair(&o, "reference", r->part_of);
		json_end(&o);
		json_end(&o);
	}
	reference(&o, "focus", r->focus);
	reference(&o, "for", r->patient);
	text at = instant_iso(a, now);
	json_pair(&o, "authoredOn", at);
	json_pair(&o, "lastModified", at);
	reference(&o, "requester", r->requester);
	json_key(&o, "performerType");
	json_array(&o);
	json_concept(&o, "urn:limen:role", kind_role(k, day_of_instant(now)), (text){0});
	json_end(&o);
	json_end(&o);
	return json_done(&o);
}

static text edited(arena *a, const doc *task, text overlay)
{
	issues none = {.arena = a};
	doc over;
	bool fine = json_parse(a, overlay, TEXT("task"), &none, &over);
	assert(fine);
	return json_edited(a, task, &over, EDIT_REPLACE);
}

text task_json_dates(arena *a, const doc *task, const task_face *t, const task_words *w, instant now)
{
	json_out o = json_begin(a);
	json_object(&o);
	dated(&o, t, w, NULL, task);
	json_pair(&o, "lastModified", instant_iso(a, now));
	json_end(&o);
	return edited(a, task, json_done(&o));
}

text task_json_pressing(arena *a, const doc *task, text priority, instant now)
{
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "priority", priority);
	json_pair(&o, "lastModified", instant_iso(a, now));
	json_end(&o);
	return edited(a, task, json_done(&o));
}

static void part(json_out *o, const char *url, const char *key, text value)
{
	if (!value.len) return;
	json_object(o);
	json_pair(o, "url", text_of(url));
	json_pair(o, key, value);
	json_end(o);
}

/* Whoever had it has it still; that it waited, until when and why stays on it. */
text task_json_resumed(arena *a, const doc *task, instant now)
{
	const hold h = hold_of(task);
	bool owned = doc_get(task, 0, NAME_owner) != NODE_ABSENT;
	json_out o = json_begin(a);
	json_object(&o);
	json_key(&o, "extension");
	json_array(&o);
	json_object(&o);
	json_pair(&o, "url", TEXT("urn:limen:until"));
	json_end(&o);
	json_object(&o);
	json_key(&o, "extension");
	json_array(&o);
	part(&o, "at", "valueDateTime", instant_iso(a, now));
	part(&o, "until", "valueDate", day_iso(a, h.until));
	part(&o, "reason", "valueString", h.reason);
	json_end(&o);
	json_pair(&o, "url", TEXT("urn:limen:resumed"));
	json_end(&o);
	json_end(&o);
	json_pair(&o, "status", owned ? TEXT("accepted") : TEXT("requested"));
	json_key(&o, "statusReason");
	json_null(&o);
	json_pair(&o, "lastModified", instant_iso(a, now));
	json_end(&o);
	return edited(a, task, json_done(&o));
}

text task_json_open(arena *a, const doc *task, const task_face *t, const task_words *w, instant now)
{
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "status", TEXT("requested"));
	dated(&o, t, w, NULL, task);
	json_pair(&o, "lastModified", instant_iso(a, now));
	json_key(&o, "statusReason");
	json_null(&o);
	json_key(&o, "owner");
	json_null(&o);
	json_key(&o, "output");
	json_null(&o);
	json_key(&o, "executionPeriod");
	json_null(&o);
	json_end(&o);
	return edited(a, task, json_done(&o));
}

static const struct closing_words {
	const char *code, *da;
} closings[] = {
    [CLOSING_DONE] = {"done", "Udført"},
    [CLOSING_LAPSED] = {"lapsed", "Ikke længere aktuel"},
    [CLOSING_PATHWAY] = {"pathway-closed", "Forløbet er afsluttet"},
    [CLOSING_MISSED] = {"missed", "Ikke gjort, før den næste kom"},
};

text task_json_closed(arena *a, const doc *task, task_closing how, const fact *by, instant now)
{
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "status", how == CLOSING_DONE ? TEXT("completed") : TEXT("cancelled"));
	json_key(&o, "statusReason");
	json_object(&o);
	json_key(&o, "coding");
	json_array(&o);
	json_object(&o);
	json_pair(&o, "system", TEXT("urn:limen:closing"));
	json_pair(&o, "code", text_of(closings[how].code));
	json_pair(&o, "display", text_of(closings[how].da));
	json_end(&o);
	json_end(&o);
	json_end(&o);
	json_pair(&o, "lastModified", instant_iso(a, now));
	if (how == CLOSING_DONE && by) {
		reference(&o, "owner", by->actor);
		json_key(&o, "executionPeriod");
		json_object(&o);
		json_pair(&o, "end", instant_iso(a, now));
		json_end(&o);
		json_key(&o, "output");
		json_array(&o);
		json_object(&o);
		json_key(&o, "type");
		json_object(&o);
		json_pair(&o, "text", TEXT("lukket af"));
		json_end(&o);
		reference(&o, "valueReference", fact_reference(a, by));
		json_end(&o);
		json_end(&o);
	}
	json_end(&o);
	return edited(a, task, json_done(&o));
}

static void output(json_out *o, const field *f, text value)
{
	json_object(o);
	json_key(o, "type");
	json_object(o);
	json_key(o, "coding");
	json_array(o);
	json_object(o);
	json_pair(o, "system", TEXT("urn:limen:field"));
	json_pair(o, "code", f->name);
	json_end(o);
	json_end(o);
	json_pair(o, "text", f->da);
	json_end(o);
	json_pair(o, "valueString", value);
	json_end(o);
}

static void outputs(json_out *o, const form *answered)
{
	bool any = false;
	for (int i = 0; i < answered->kind->field_count; i++) any |= answered->values[i].len > 0;
	if (!any) return;
	json_key(o, "output");
	json_array(o);
	for (int i = 0; i < answered->kind->field_count; i++)
		if (answered->values[i].len) output(o, &answered->kind->fields[i], answered->values[i]);
	json_end(o);
}

text task_json_done(arena *a, const doc *task, const form *answered, const finish *by)
{
	json_out o = json_begin(a);
	json_object(&o);
	if (by->helper.len) {
		json_key(&o, "extension");
		json_array(&o);
		extension_reference(&o, "urn:limen:helper", by->helper);
		json_end(&o);
	}
	if (by->closes) {
		json_pair(&o, "status", TEXT("completed"));
		reference(&o, "owner", by->actor);
		json_key(&o, "executionPeriod");
		json_object(&o);
		json_pair(&o, "end", by->at);
		json_end(&o);
	}
	outputs(&o, answered);
	json_pair(&o, "lastModified", by->at);
	json_end(&o);
	return edited(a, task, json_done(&o));
}
