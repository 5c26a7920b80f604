/* about.c: what a resource says of itself that its task needs, whatever its type: the patient, the organisation, its facts and clocks. */
#include "work/internal.h"

static text reference_under(const doc *d, uint32_t object, name_id name, text type)
{
	uint32_t n = doc_get(d, object, name);
	if (n == NODE_ABSENT) return (text){0};
	if (d->nodes[n].kind != NODE_ARRAY) {
		text r = doc_get_text(d, n, NAME_reference);
		return reference_id(r, type).len ? r : (text){0};
	}
	for (uint32_t i = n + 1; i < d->nodes[n].next; i = d->nodes[i].next) {
		text r = doc_get_text(d, i, NAME_reference);
		if (reference_id(r, type).len) return r;
	}
	return (text){0};
}

static text first_reference(const doc *d, const name_id *names, int count, text type)
{
	for (int i = 0; i < count; i++) {
		text r = reference_under(d, 0, names[i], type);
		if (r.len) return r;
	}
	return (text){0};
}

static text participant_patient(const doc *d)
{
	uint32_t list = doc_get(d, 0, NAME_participant);
	if (list == NODE_ABSENT || d->nodes[list].kind != NODE_ARRAY) return (text){0};
	for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next) {
		text r = reference_under(d, i, NAME_actor, TEXT("Patient"));
		if (r.len) return r;
	}
	return (text){0};
}

static text itself(arena *a, const doc *d, text type)
{
	if (!text_equal(doc_type(d), type)) return (text){0};
	return text_format(a, "%.*s/%.*s", TEXT_ARG(type), TEXT_ARG(doc_get_text(d, 0, NAME_id)));
}

text subject_patient(arena *a, const doc *d)
{
	static const name_id names[] = {NAME_subject, NAME_patient, NAME_for, NAME_individual};
	text self = itself(a, d, TEXT("Patient"));
	if (self.len) return self;
	text r = first_reference(d, names, 4, TEXT("Patient"));
	return r.len ? r : participant_patient(d);
}

text subject_organization(arena *a, const doc *d)
{
	static const name_id names[] = {NAME_managingOrganization,
					NAME_organization,
					NAME_serviceProvider,
					NAME_performer,
					NAME_custodian,
					NAME_recipient,
					NAME_owner};
	text self = itself(a, d, TEXT("Organization"));
	if (self.len) return self;
	uint32_t queue = extension_find(d, 0, TEXT("urn:limen:queue"));
	text r =
	    queue == NODE_ABSENT ? (text){0} : reference_under(d, queue, NAME_valueReference, TEXT("Organization"));
	return r.len ? r : first_reference(d, names, sizeof names / sizeof *names, TEXT("Organization"));
}

text task_about(const doc *task)
{
	return extension_said(task, 0, "urn:limen:about", NAME_valueReference);
}

task_subject task_subject_of(const doc *task, text task_id, const rid_finder *where)
{
	task_subject out = {0};
	text_pair about = text_cut(task_about(task), '/');
	const struct {
		text type, id;
	} named[] = {{about.head, about.tail}, {TEXT("EpisodeOfCare"), task_pathway(task)}, {TEXT("Task"), task_id}};
	const text said[] = {task_about(task), extension_said(task, 0, "urn:limen:pathway", NAME_valueReference),
			     task_id};
	for (int i = 0; i < 3 && !out.rid; i++) {
		if (!named[i].id.len) continue;
		out.type = named[i].type;
		out.rid = where->find(where->self, named[i].type, named[i].id);
		if (!out.rid && !out.missing.len) out.missing = said[i];
	}
	return out;
}

static int64_t reader_find(void *self, text type, text id)
{
	return record_rid(self, type, id);
}

rid_finder reader_finder(reader *rd)
{
	return (rid_finder){rd, reader_find};
}

bool subject_view_read(snapshot *r, const image *m, int64_t rid, text type, arena *a, subject_view *out, issues *sink)
{
	const clock_rule *const *rules;
	bool pathway = text_equal(type, TEXT("EpisodeOfCare"));
	clock *clocks = ARENA_ARRAY(a, clock, clock_rules(m, &rules) + 1);
	if (pathway ? !pathway_facts(r, m, rid, a, &out->facts, sink) : !subject_facts(r, m, rid, a, &out->facts, sink))
		return false;
	out->state = (pathway_state){.image = m, .facts = &out->facts, .clocks = clocks};
	out->state.clock_count =
	    pathway ? clock_compute(m, &out->facts, clocks) : clock_compute_for(m, type, &out->facts, clocks);
	return true;
}
