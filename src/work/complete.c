/* complete.c: doing a task: the caller's role, the form, the writes, one commit. The task itself is closed by the
 * deriver, by the facts these writes bring; so it closes the same way whoever brings them. */
#include "work/internal.h"

typedef struct doing {
	record *record;
	const image *image;
	const caller *who;
	reader *reader;
	arena *arena;
	issues *sink;
	instant now;
	version task_version;
	const doc *task;
	const task_kind *kind;
	form form;
	text helper; /* of who is learning */
	subject_view view;
	filling with;
	task_writes out;
} doing;

static bool fail(doing *d, failure code, text arg0, text arg1)
{
	return issue_add(d->sink, code, arg0, arg1);
}

/* ---- what stands in the way ---- */

static const doc *read_body(doing *d, text type, text id, version *v)
{
	if (!id.len || record_read(d->reader, type, id, v, d->sink) != FOUND) return NULL;
	doc *body = ARENA_NEW(d->arena, doc);
	return json_parse(d->arena, v->json, v->type, d->sink, body) ? body : NULL;
}

static bool find_task(doing *d, text id)
{
	d->task = read_body(d, TEXT("Task"), id, &d->task_version);
	if (!d->task) return d->sink->errors ? false : fail(d, FAIL_WORK_NO_TASK, id, TEXT(""));
	text status = doc_get_text(d->task, 0, NAME_status);
	d->kind = task_kind_find(d->image, task_kind_of(d->task));
	if (!d->kind) return fail(d, FAIL_WORK_NOT_A_KIND, id, TEXT(""));
	return task_status_open(status) || fail(d, FAIL_WORK_CLOSED, status, TEXT(""));
}

const char *role_words(text role, language lang)
{
	static const struct {
		const char *code, *da, *en;
	} roles[] = {
	    {"secretary", "en lægesekretær", "a medical secretary"},
	    {"doctor", "en læge", "a doctor"},
	    {"nurse", "en sygeplejerske", "a nurse"},
	    {"leader", "en leder", "a leader"},
	    {"specialty-management", "specialets afdelingsledelse", "the specialty's department management"},
	    {"community-management", "fællesskabets ledelse", "the community's management"},
	};
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (text_equal(role, text_of(roles[i].code))) return lang == LANGUAGE_EN ? roles[i].en : roles[i].da;
	return NULL;
}

/* The caller's role, competence and delegations; a learner's helper is kept with the task. */
static bool check_person(doing *d)
{
	worker w;
	may m;
	bool found;
	const asking by = {d->reader, d->image, d->now, d->who->language, d->arena, d->sink};
	assert(d->kind); /* find_task found it */
	if (!worker_read(&by, d->who->actor, &w, &found)) return false;
	if (!found) return fail(d, FAIL_WORK_NO_ROLE, d->who->actor, TEXT(""));
	if (!worker_may_all(&by, d->kind, &w, &m)) return false;
	if (!m.yes) return may_refuse(&m, d->sink);
	d->helper = m.helper;
	return true;
}

/* ---- what the placeholders stand for ---- */

/* The clock this task is about, where its kind is about one: {{clock}}. */
static text clock_asked(doing *d)
{
	const pathway_state *s = &d->view.state;
	need n = kind_need(d->kind, s, d->now, d->arena);
	const clock *c = d->kind->clock_of >= 0 ? clock_of_kind(d->kind, s) : n.late;
	return c ? clock_rule_face(c->rule)->id : (text){0};
}

/* What the kind's words are read from. */
static const doc *about_of(doing *d, const task_subject *of)
{
	version v;
	const task_kind *k = d->kind;
	const fact *f = k->about >= 0 ? facts_last(&d->view.facts, k->about) : NULL;
	if (f) return read_body(d, f->type, f->resource, &v);
	if (k->about >= 0 || !text_equal(of->type, k->subject)) return NULL;
	return record_read_rid(d->reader, of->rid, &v, d->sink) == FOUND ? read_body(d, v.type, v.id, &v) : NULL;
}

static bool gather(doing *d)
{
	const rid_finder here = reader_finder(d->reader);
	text pathway = task_pathway(d->task);
	text episode = pathway.len ? text_format(d->arena, "EpisodeOfCare/%.*s", TEXT_ARG(pathway)) : (text){0};
	task_subject of = task_subject_of(d->task, d->task_version.id, &here);
	if (of.missing.len) return fail(d, FAIL_WORK_NO_FOCUS, of.missing, TEXT(""));
	if (!subject_view_read(reader_snapshot(d->reader), d->image, of.rid, of.type, d->arena, &d->view, d->sink))
		return false;
	d->with = (filling){
	    .image = d->image,
	    .form = &d->form,
	    .facts = &d->view.facts,
	    .focus = reference_of(d->task, 0, NAME_focus),
	    .patient = reference_of(d->task, 0, NAME_for),
	    .pathway = episode,
	    .actor = d->who->actor,
	    .now = instant_iso(d->arena, d->now),
	    .task = text_format(d->arena, "Task/%.*s", TEXT_ARG(d->task_version.id)),
	    .clock = clock_asked(d),
	    .about = about_of(d, &of),
	};
	return d->sink->errors == 0;
}

/* ---- the writes ---- */

static const doc *body_for_write(void *self, text type, text id, version *v)
{
	return read_body(self, type, id, v);
}

static bool by_hand_only(const doing *d)
{
	task_row row;
	return task_row_read(d->task, &row) && raised_by_hand(row.cause);
}

/* A kind that no fact closes, and what was raised by hand, is closed by who does it: the Task itself keeps what was answered. */
static bool close_task(doing *d)
{
	const finish by = {.actor = d->who->actor,
			   .helper = d->helper,
			   .at = d->with.now,
			   .closes = !d->kind->close || by_hand_only(d)};
	if (!by.closes && !by.helper.len) return d->out.count > 0 || fail(d, FAIL_WORK_NOTHING, TEXT(""), TEXT(""));
	write_op made = {
	    .method = WRITE_UPDATE, .type = TEXT("Task"), .id = d->task_version.id, .if_match = d->task_version.number};
	return writes_add(&d->out, made, task_json_done(d->arena, d->task, &d->form, &by));
}

static bool make_writes(doing *d)
{
	d->out = (task_writes){.kind = d->kind,
			       .with = &d->with,
			       .arena = d->arena,
			       .sink = d->sink,
			       .self = d,
			       .read = body_for_write,
			       .task = &d->task_version,
			       .lenient = by_hand_only(d)};
	return writes_make(&d->out);
}

/* What has parts is done when they are. */
static bool parts_done(doing *d)
{
	task_row *rows;
	int64_t self = d->kind->part_count ? record_rid(d->reader, TEXT("Task"), d->task_version.id) : 0;
	int n = self ? tasks_of(reader_snapshot(d->reader), self, d->arena, &rows, d->sink) : 0;
	for (int i = 0; i < n; i++) {
		if (!rows[i].open || raised_by_hand(rows[i].cause)) continue;
		const task_kind *part = task_kind_find(d->image, rows[i].kind);
		if (part) fail(d, FAIL_WORK_PART_OPEN, d->who->language == LANGUAGE_EN ? part->en : part->da, TEXT(""));
	}
	return d->sink->errors == 0;
}

static bool prepare(doing *d, text task_id, const answers *given)
{
	return find_task(d, task_id) && check_person(d) && parts_done(d) &&
	       form_fill(d->kind, given, d->arena, d->who->language, d->sink, &d->form) && gather(d) &&
	       make_writes(d) && close_task(d);
}

bool work_complete(completing *c, arena *a, issues *sink)
{
	doing *d = ARENA_NEW(a, doing);
	*d = (doing){.record = c->record, .image = c->image, .who = c->who, .arena = a, .sink = sink, .now = c->now};
	d->reader = record_reader(c->record, c->who, a, sink);
	if (!d->reader) return false;
	bool ready = prepare(d, c->task, c->given);
	reader_close(d->reader);
	written *out = ARENA_ARRAY(a, written, d->out.count + 1);
	c->written = out;
	c->written_count = d->out.count;
	return ready && record_commit(c->record, c->who, d->out.at, d->out.count, a, sink, out);
}
