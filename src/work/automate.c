/* automate.c: rules that do a task themselves (the seeds' RPA), each with what it did to the profession's work, a log, and a way to stop it:
 *
 *     automation: afbestil-tolk-selv
 *     does: afbestil-tolk                what a person would otherwise do
 *     when: interpreter.by-agreement     beside the task's own reason; without it, always
 *     answers: { how: "aftalt portal", at: "{{now}}" }
 *                                        a text, {{now}}, {{fact.NAME}}, or {{word.NAME}}: what a word of the kind says
 *     effect: fewer-tasks                fewer-tasks | deskilling | more-work | upskilling | moved
 *
 * A rule acts in the commit that raised the task, once for each task: what is opened again is a person's. Each time leaves a Provenance.
 * Paused by Basic/automation-RULE with the extension urn:limen:paused (automation_pause); what was raised meanwhile is done when it goes on.
 */
#include "work/internal.h"

/* ---- content ---- */

/* What is in {{…}}; empty: it is a plain text. */
static text inside_of(text value)
{
	text t = text_trim(value);
	if (!text_starts(t, TEXT("{{")) || !text_ends(t, TEXT("}}"))) return (text){0};
	return text_trim(text_slice(t, 2, t.len - 2));
}

/* A placeholder that stands for something; of a code one that the field knows. */
static bool answer_check(const image *m, const content_entry *e, uint32_t n, const automation *r, const given *g,
			 issues *sink)
{
	const field *f = &r->does->fields[g->field];
	text inside = inside_of(g->value);
	bool known = text_equal(inside, TEXT("now"));
	if (text_starts(inside, TEXT("fact."))) known = fact_id(m, text_slice(inside, 5, inside.len)) >= 0;
	if (text_starts(inside, TEXT("word."))) known = word_named(r->does, text_slice(inside, 5, inside.len)) != NULL;
	if (!inside.len) {
		known = f->type != FIELD_CODE;
		for (int i = 0; i < f->option_count; i++) known |= text_equal(g->value, f->options[i].code);
	}
	return known || issue_at(sink, FAIL_WORK_KIND_UNKNOWN, content_place(e, n), f->name, g->value, TEXT(""));
}

static bool answers_read(const image *m, const content_entry *e, automation *r, issues *sink)
{
	uint32_t n = content_get(e, e->node, "answers");
	if (n == NODE_ABSENT) return true;
	r->answers = ARENA_ARRAY(m->arena, given, e->d->nodes[n].len + 1);
	for (uint32_t i = n + 1; i < e->d->nodes[n].next; i = e->d->nodes[i].next) {
		text name = name_text(e->d, e->d->nodes[i].name);
		const field *f = form_field(r->does, name);
		if (!f) return issue_at(sink, FAIL_WORK_FIELD_UNKNOWN, content_place(e, i), name, TEXT(""), TEXT(""));
		bool yes = e->d->nodes[i].kind == NODE_TRUE;
		given *g = &r->answers[r->answer_count++];
		*g = (given){(int)(f - r->does->fields), yes ? TEXT("true") : doc_text(e->d, i)};
		if (!answer_check(m, e, i, r, g, sink)) return false;
	}
	return true;
}

/* Every field the form requires has its answer: a rule leaves nothing out. */
static bool answers_whole(const content_entry *e, const automation *r, issues *sink)
{
	for (int i = 0; i < r->does->field_count; i++) {
		bool said = !r->does->fields[i].required;
		for (int j = 0; j < r->answer_count; j++) said |= r->answers[j].field == i;
		if (!said)
			return issue_at(sink, FAIL_WORK_KIND_MISSING, content_place(e, e->node),
					r->does->fields[i].name, TEXT(""), TEXT(""));
	}
	return true;
}

static void *automation_compile(image *m, const content_entry *e, issues *sink)
{
	static const char *const effects[] = {"fewer-tasks", "deskilling", "more-work", "upskilling", "moved", NULL};
	automation *r = ARENA_NEW(m->arena, automation);
	text does;
	int effect = 0, before = sink->errors;
	r->id = e->id;
	content_text(e, e->node, "da", true, &r->da, sink);
	content_text(e, e->node, "en", true, &r->en, sink);
	content_both(e, e->node, "effect_on", true, &r->effect_da, &r->effect_en, sink);
	content_choice(e, e->node, "effect", effects, -1, &effect, sink);
	if (!content_text(e, e->node, "does", true, &does, sink)) return NULL;
	r->does = task_kind_find(m, does);
	if (!r->does) {
		issue_at(sink, FAIL_WORK_KIND_UNKNOWN, content_place(e, content_get(e, e->node, "does")), TEXT("does"),
			 does, TEXT(""));
		return NULL;
	}
	if (sink->errors > before) return NULL;
	r->effect = text_of(effects[effect]);
	r->when = condition_compile(m, e, e->node, "when", false, sink);
	bool fine = answers_read(m, e, r, sink) && answers_whole(e, r, sink);
	return fine && sink->errors == before ? r : NULL;
}

const content_kind *automation_content(void)
{
	static const char *const keys[] = {"da",        "en",     "does",   "when", "answers", "effect",
					   "effect_on", "source", "status", "note", NULL};
	static const content_kind kind = {.name = "automation", .keys = keys, .compile = automation_compile};
	return &kind;
}

const automation *automation_of(const image *m, const task_kind *k)
{
	const content_entry **entries;
	int count = content_each(m, TEXT("automation"), &entries);
	for (int i = 0; i < count; i++) {
		const automation *r = entries[i]->compiled;
		if (r->does == k) return r;
	}
	return NULL;
}

const automation *automation_find(const image *m, text id)
{
	const content_entry *e = content_find(m, TEXT("automation"), id);
	return e ? e->compiled : NULL;
}

automation_face automation_says(const automation *r)
{
	return (automation_face){r->id, r->da, r->en, r->does->id, r->effect, r->effect_da, r->effect_en};
}

/* ---- paused ---- */

text automation_basic(arena *a, text rule)
{
	return text_format(a, "automation-%.*s", TEXT_ARG(rule));
}

bool automation_basic_paused(const doc *basic)
{
	return extension_find(basic, 0, TEXT("urn:limen:paused")) != NODE_ABSENT;
}

/* ---- doing it ---- */

static text value_of(arena *a, const automation *r, text value, const filling *with)
{
	text inside = inside_of(value);
	if (!inside.len) return value;
	if (text_equal(inside, TEXT("now"))) return with->now;
	if (text_starts(inside, TEXT("word.")))
		return word_value(a, word_named(r->does, text_slice(inside, 5, inside.len)), with->about);
	int id = text_starts(inside, TEXT("fact.")) ? fact_id(with->image, text_slice(inside, 5, inside.len)) : -1;
	const fact *f = id >= 0 ? facts_last(with->facts, id) : NULL;
	if (!f) return (text){0};
	return f->code.len ? f->code : f->date_only ? day_iso(a, f->on) : instant_iso(a, f->at);
}

bool automation_holds(const automation *r, const facts *f)
{
	return !r->when || condition_holds(r->when, f).holds;
}

/* A rule whose answers are not all there yet leaves the task alone: a person has it until they are. */
bool automation_fill(const automation *r, const filling *with, arena *a, form *out)
{
	*out = (form){.kind = r->does, .values = ARENA_ARRAY(a, text, r->does->field_count + 1)};
	for (int i = 0; i < r->answer_count; i++)
		out->values[r->answers[i].field] = value_of(a, r, r->answers[i].value, with);
	for (int i = 0; i < r->does->field_count; i++)
		if (r->does->fields[i].required && !out->values[i].len) return false;
	return true;
}

/* What was done by which rule, to which task. */
text automation_provenance(arena *a, const automation *r, text task, text now)
{
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Provenance"));
	json_pair(&o, "id", uuid_of_name(a, text_format(a, "automation:%.*s:%.*s", TEXT_ARG(r->id), TEXT_ARG(task))));
	json_key(&o, "target");
	json_array(&o);
	json_object(&o);
	json_pair(&o, "reference", task);
	json_end(&o);
	json_end(&o);
	json_pair(&o, "recorded", now);
	json_key(&o, "activity");
	json_concept(&o, "urn:limen:automation", r->id, r->da);
	json_key(&o, "agent");
	json_array(&o);
	json_object(&o);
	json_reference(&o, "who", TEXT("Device/limen"));
	json_end(&o);
	json_end(&o);
	json_end(&o);
	return json_done(&o);
}
