/* hand.c: a task raised by a person: any kind, by name, about a pathway, another resource, a patient or nothing but itself. */
#include "work/internal.h"

typedef struct raising {
	const image *image;
	reader *reader;
	const task_kind *kind;
	const by_hand *what;
	arena *arena;
	issues *sink;
	instant now;
	subject_view view;
	const doc *about; /* NULL: about nothing but itself */
	text type;
} raising;

static const doc *body_read(raising *x, text reference)
{
	version v;
	text_pair p = text_cut(reference, '/');
	found f = p.found ? record_read(x->reader, p.head, p.tail, &v, x->sink) : FOUND_NONE;
	if (f == FOUND_FAILED) return NULL;
	if (f != FOUND) return issue_add(x->sink, FAIL_WORK_NO_FOCUS, reference, TEXT("")), NULL;
	doc *d = ARENA_NEW(x->arena, doc);
	return json_parse(x->arena, text_copy(x->arena, v.json), v.type, x->sink, d) ? d : NULL;
}

/* The subject: what the kind is about where that was named, else the pathway. */
static text subject_named(const raising *x)
{
	if (x->what->focus.len && !text_starts(x->what->focus, TEXT("EpisodeOfCare/"))) return x->what->focus;
	return x->what->pathway.len ? x->what->pathway : x->what->focus;
}

static bool look_at_subject(raising *x)
{
	text named = subject_named(x);
	text_pair p = text_cut(named, '/');
	if (!named.len) {
		x->view.state = (pathway_state){.image = x->image, .facts = &x->view.facts};
		return true;
	}
	x->about = body_read(x, named);
	if (!x->about) return false;
	x->type = p.head;
	return subject_view_read(reader_snapshot(x->reader), x->image, record_rid(x->reader, p.head, p.tail), p.head,
				 x->arena, &x->view, x->sink);
}

static text patient_of(raising *x)
{
	if (x->what->patient.len) return x->what->patient;
	return x->about ? subject_patient(x->arena, x->about) : (text){0};
}

/* Where it lies: as named, as what it is about says, else where who raised it works. */
static text queue_of(raising *x, text actor)
{
	if (x->what->queue.len) return x->what->queue;
	text at = x->about ? subject_organization(x->arena, x->about) : (text){0};
	if (at.len || !text_starts(actor, TEXT("PractitionerRole/"))) return at;
	const doc *role = body_read(x, actor);
	return role ? subject_organization(x->arena, role) : (text){0};
}

static text hand_json(raising *x, text id, text actor)
{
	const task_kind *k = x->kind;
	need n = {.raised = {.since = x->now}, .turns = INSTANT_NONE, .since = INSTANT_NONE};
	task_face face = {.image = x->image, .kind = k, .state = &x->view.state, .need = &n};
	face.when = x->what->due == DAY_NONE ? task_deadline(k, &x->view.state, x->now)
					     : task_deadline_on(k, x->image->calendar, x->what->due);
	bool episode = text_equal(x->type, TEXT("EpisodeOfCare"));
	face.priority = priority_of(x->image, k, episode ? &x->view.facts : NULL);
	task_words words = task_say(x->arena, &face, text_equal(k->subject, x->type) ? x->about : NULL);
	const task_refs refs = {
	    .id = id,
	    .cause = text_format(x->arena, "%.*s:hand:%.*s", TEXT_ARG(k->id), TEXT_ARG(id)),
	    .pathway = episode ? subject_named(x) : x->what->pathway,
	    .about = episode ? (text){0} : subject_named(x),
	    .focus = x->what->focus.len ? x->what->focus : subject_named(x),
	    .patient = patient_of(x),
	    .queue = queue_of(x, actor),
	    .requester = text_starts(actor, TEXT("PractitionerRole/")) ? actor : (text){0},
	    .note = x->what->note,
	    .due = x->what->due,
	};
	return x->sink->errors ? (text){0} : task_json_new(x->arena, &face, &words, &refs, x->now);
}

static bool prepare(raising *x, const caller *who, text id, text *json)
{
	if (x->what->patient.len && !body_read(x, x->what->patient)) return false;
	if (x->what->queue.len && !body_read(x, x->what->queue)) return false;
	if (!look_at_subject(x)) return false;
	*json = hand_json(x, id, who->actor);
	return json->len > 0;
}

bool work_raise(record *rec, const by_hand *what, const working *by, written *out, issues *sink)
{
	arena *a = by->arena;
	raising x = {.image = by->image, .what = what, .arena = a, .sink = sink, .now = by->now};
	x.kind = task_kind_find(by->image, what->kind);
	if (!x.kind) return issue_add(sink, FAIL_WORK_NO_KIND, what->kind, TEXT(""));
	text json = {0};
	x.reader = record_reader(rec, by->who, a, sink);
	if (!x.reader) return false;
	bool fine = prepare(&x, by->who, what->id, &json);
	reader_close(x.reader);
	doc *d = ARENA_NEW(a, doc);
	if (!fine || !json_parse_resource(a, json, what->kind, sink, d)) return false;
	const write_op w = {.method = WRITE_CREATE, .type = TEXT("Task"), .id = what->id, .resource = d};
	return record_commit(rec, by->who, &w, 1, a, sink, out);
}
