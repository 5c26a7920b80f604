/* task.c: reading a Task of ours back. */
#include "work/internal.h"

bool task_status_open(text status)
{
	static const char *const open[] = {"draft", "requested",   "received", "accepted",
					   "ready", "in-progress", "on-hold"};
	for (size_t i = 0; i < sizeof open / sizeof *open; i++)
		if (text_equal(status, text_of(open[i]))) return true;
	return false;
}

uint32_t extension_find(const doc *d, uint32_t object, text url)
{
	uint32_t list = doc_get(d, object, NAME_extension);
	if (list == NODE_ABSENT || d->nodes[list].kind != NODE_ARRAY) return NODE_ABSENT;
	for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next)
		if (text_equal(doc_get_text(d, i, NAME_url), url)) return i;
	return NODE_ABSENT;
}

text reference_id(text reference, text type)
{
	text_pair p = text_cut(reference, '/');
	return p.found && text_equal(p.head, type) ? p.tail : (text){0};
}

/* The value under `system` in a list of {system, value|code}. */
static text under_system(const doc *d, uint32_t list, text system, name_id value)
{
	if (list == NODE_ABSENT || d->nodes[list].kind != NODE_ARRAY) return (text){0};
	for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next)
		if (text_equal(doc_get_text(d, i, NAME_system), system)) return doc_get_text(d, i, value);
	return (text){0};
}

instant instant_said(text t)
{
	moment m;
	return t.len && moment_parse(t, &m) ? m.low : INSTANT_NONE;
}

text task_pathway(const doc *d)
{
	return reference_id(extension_said(d, 0, "urn:limen:pathway", NAME_valueReference), TEXT("EpisodeOfCare"));
}

text task_kind_of(const doc *d)
{
	uint32_t code = doc_get(d, 0, NAME_code);
	return code == NODE_ABSENT ? (text){0}
				   : under_system(d, doc_get(d, code, NAME_coding), TEXT("urn:limen:task"), NAME_code);
}

static instant due_of(const doc *d)
{
	uint32_t restriction = doc_get(d, 0, NAME_restriction);
	uint32_t period = restriction == NODE_ABSENT ? NODE_ABSENT : doc_get(d, restriction, NAME_period);
	return period == NODE_ABSENT ? INSTANT_NONE : instant_said(doc_get_text(d, period, NAME_end));
}

/* What is shown of the clock on a task, as a number: re-written only where it differs. */
int64_t face_hash(const shown *s)
{
	uint64_t h = text_hash(s->rule) * 31 + text_hash(s->because);
	h = (h * 31 + text_hash(s->force)) * 31 + (uint64_t)s->law_due;
	return (int64_t)(h >> 1);
}

static int64_t face_of(const doc *d)
{
	uint32_t reason = doc_get(d, 0, NAME_reasonCode), said = extension_find(d, 0, TEXT("urn:limen:because"));
	uint32_t codes = reason == NODE_ABSENT ? NODE_ABSENT : doc_get(d, reason, NAME_coding);
	uint32_t law = extension_find(d, 0, TEXT("urn:limen:law-due"));
	shown s = {.rule = under_system(d, codes, TEXT("urn:limen:clock"), NAME_code),
		   .force = under_system(d, codes, TEXT("urn:limen:clock-force"), NAME_code),
		   .law_due =
		       law == NODE_ABSENT ? INSTANT_NONE : instant_said(doc_get_text(d, law, NAME_valueInstant))};
	if (said != NODE_ABSENT) s.because = doc_get_text(d, said, NAME_valueString);
	return face_hash(&s);
}

/* By this deriver: the reason it was closed for is coded in our own system. */
static bool closed_by_rule(const doc *d)
{
	uint32_t reason = doc_get(d, 0, NAME_statusReason);
	if (reason == NODE_ABSENT) return false;
	text code = under_system(d, doc_get(d, reason, NAME_coding), TEXT("urn:limen:closing"), NAME_code);
	return code.len > 0;
}

/* ---- on hold ---- */

hold hold_of(const doc *d)
{
	hold h = {.until = DAY_NONE, .resumed = INSTANT_NONE};
	uint32_t until = extension_find(d, 0, TEXT("urn:limen:until")),
		 resumed = extension_find(d, 0, TEXT("urn:limen:resumed"));
	text status = doc_get_text(d, 0, NAME_status), day_said = {0};
	if (text_equal(status, TEXT("on-hold"))) {
		uint32_t why = doc_get(d, 0, NAME_statusReason);
		h.state = HOLD_WAITS;
		if (why != NODE_ABSENT) h.reason = doc_get_text(d, why, NAME_text);
		if (until != NODE_ABSENT) day_said = doc_get_text(d, until, NAME_valueDate);
	} else if (resumed != NODE_ABSENT && task_status_open(status)) {
		h.state = HOLD_RESUMED;
		h.resumed = instant_said(extension_said(d, resumed, "at", NAME_valueDateTime));
		h.reason = extension_said(d, resumed, "reason", NAME_valueString);
		day_said = extension_said(d, resumed, "until", NAME_valueDate);
	}
	if (!day_said.len || !day_parse(day_said, &h.until)) h.until = DAY_NONE;
	return h;
}

/* ---- how pressing ---- */

static const char *const priorities[] = {"", "routine", "urgent", "asap", "stat"};

int priority_number(text code)
{
	for (int i = 1; i < (int)(sizeof priorities / sizeof *priorities); i++)
		if (text_equal(code, text_of(priorities[i]))) return i;
	return 0;
}

/* As the pathway's referral says, where the kind has none of its own. */
text priority_of(const image *m, const task_kind *k, const facts *pathway)
{
	int urgency = fact_id(m, TEXT("referral.urgency"));
	const fact *f = urgency >= 0 && !k->priority.len && pathway ? facts_last(pathway, urgency) : NULL;
	return f ? f->code : k->priority;
}

bool task_row_read(const doc *d, task_row *out)
{
	*out = (task_row){.kind = task_kind_of(d), .held = INSTANT_NONE};
	out->cause = under_system(d, doc_get(d, 0, NAME_identifier), TEXT("urn:limen:cause"), NAME_value);
	if (!out->kind.len) return false;
	uint32_t latest = extension_find(d, 0, TEXT("urn:limen:latest-start"));
	out->open = task_status_open(doc_get_text(d, 0, NAME_status));
	out->rule_closed = !out->open && closed_by_rule(d);
	out->due = due_of(d);
	out->latest_start =
	    latest == NODE_ABSENT ? INSTANT_NONE : instant_said(doc_get_text(d, latest, NAME_valueInstant));
	out->authored = instant_said(doc_get_text(d, 0, NAME_authoredOn));
	out->face = face_of(d);
	out->priority = priority_number(doc_get_text(d, 0, NAME_priority));
	const hold h = hold_of(d);
	out->held = h.state == HOLD_WAITS && h.until != DAY_NONE ? day_start(h.until) : INSTANT_NONE;
	return true;
}
