/* A commit from the caller's side: prepare against a snapshot, hand to the writer, start over where something moved. */
#include "record/internal.h"

#include <string.h>

/* What the caller asked, and the arena all of it is made in: the record's own, so that a budget spent here leaves no reader open. */
typedef struct asking {
	record *record;
	const caller *who;
	const write_op *writes;
	int count;
	arena *arena;
	issues sink;
	job job;
	prepared *prepared;
	reader *reader;
	read_set reads;
} asking;

static bool twice(const asking *q)
{
	map met = {.arena = q->arena};
	for (int i = 0; i < q->count && q->count > 1; i++) {
		const write_op *w = &q->writes[i];
		text name = text_format(q->arena, "%.*s/%.*s", TEXT_ARG(w->type), TEXT_ARG(w->id));
		if (w->id.len && map_get_or(&met, name, 0)) return true;
		map_put(&met, name, 1);
	}
	return false;
}

static bool prepare_all(asking *q)
{
	q->reader = record_reader(q->record, q->who, q->arena, &q->sink);
	if (!q->reader) return false;
	q->reads = (read_set){0};
	q->reader->reads = &q->reads;
	reader_sequence(q->reader);
	bool hold;
	if (!premises_hold(q->reader, q->writes, q->count, &q->sink, &hold)) return false;
	if (!hold) return issue_add(&q->sink, FAIL_RECORD_MOVED, TEXT(""), TEXT(""));
	q->prepared = ARENA_ARRAY(q->arena, prepared, q->count);
	for (int i = 0; i < q->count; i++)
		if (!prepare_write(q->reader, &q->writes[i], q->arena, &q->sink, &q->prepared[i])) return false;
	return true;
}

static bool prepare_within_budget(asking *q)
{
	jmp_buf boundary;
	arena_boundary(q->arena, &boundary);
	bool ok;
	if (setjmp(boundary)) {
		ok = false;
		q->job.spent = true;
	} else {
		ok = prepare_all(q);
	}
	arena_boundary(q->arena, NULL);
	reader_close(q->reader);
	return ok;
}

/* Numbers the types that are written for the first time, each in a transaction of its own. */
static job_result number_type(asking *q, search_type *t)
{
	job j = {.kind = JOB_TYPE, .arena = q->arena, .sink = {.arena = q->arena}, .who = q->who, .type = t};
	writer_submit(q->record, &j);
	if (j.result == JOB_DONE) return JOB_NEEDS_TYPE; /* it no longer does: start over */
	q->sink = j.sink;
	return JOB_FAILED;
}

static bool all_unchanged(const asking *q)
{
	for (int i = 0; i < q->count; i++)
		if (!q->prepared[i].unchanged) return false;
	return true;
}

static job_result attempt(asking *q)
{
	arena_reset(q->arena); /* what an attempt before this one made and said no longer counts */
	q->sink = (issues){.arena = q->arena};
	q->job = (job){0};
	if (!prepare_within_budget(q)) return JOB_FAILED;
	for (int i = 0; i < q->count; i++)
		if (q->prepared[i].unnumbered) return number_type(q, q->prepared[i].type);
	q->job = (job){.kind = JOB_COMMIT,
		       .arena = q->arena,
		       .sink = {.arena = q->arena},
		       .who = q->who,
		       .writes = q->prepared,
		       .count = q->count,
		       .asked = q->writes,
		       .reads = &q->reads,
		       .seen_sequence = q->reader->sequence};
	q->job.written = ARENA_ARRAY(q->arena, written, q->count);
	if (all_unchanged(q)) {
		/* What is there already is durable: no transaction. */
		for (int i = 0; i < q->count; i++)
			apply_write(NULL, &q->prepared[i], q->who, &q->job.written[i], &q->sink);
		return JOB_DONE;
	}
	writer_submit(q->record, &q->job);
	return q->job.result == JOB_NEEDS_TYPE ? number_type(q, q->job.type) : q->job.result;
}

/* Copies what the answer needs out of the record's arena. */
static void hand_over(const asking *q, arena *a, written *out)
{
	for (int i = 0; i < q->count; i++) {
		out[i] = q->job.written[i];
		out[i].type = text_copy(a, out[i].type);
		out[i].id = text_copy(a, out[i].id);
		out[i].json = text_copy(a, out[i].json);
	}
}

/* What preparing found, then what the writer found. */
static void hand_over_issues(const asking *q, issues *sink)
{
	if (q->job.spent) issue_add(sink, FAIL_RECORD_BUDGET, TEXT(""), TEXT(""));
	issues_add_all(sink, &q->sink);
	issues_add_all(sink, &q->job.sink);
}

/* Prepared by the writer itself. */
static job_result last_attempt(asking *q)
{
	arena_reset(q->arena);
	q->sink = (issues){.arena = q->arena};
	q->job = (job){.kind = JOB_COMMIT,
		       .arena = q->arena,
		       .sink = {.arena = q->arena},
		       .who = q->who,
		       .count = q->count,
		       .asked = q->writes};
	q->job.writes = ARENA_ARRAY(q->arena, prepared, q->count);
	q->job.written = ARENA_ARRAY(q->arena, written, q->count);
	writer_submit(q->record, &q->job);
	return q->job.result == JOB_NEEDS_TYPE ? number_type(q, q->job.type) : q->job.result;
}

/* Starts over where something moved, and where a type was numbered on the way; of types there are only so many. */
static job_result attempts(asking *q)
{
	job_result result = JOB_MOVED;
	int moved = 0;
	while (result == JOB_MOVED || result == JOB_NEEDS_TYPE) {
		result = moved < COMMIT_RETRIES_MAX ? attempt(q) : last_attempt(q);
		moved += result == JOB_MOVED;
	}
	return result;
}

/* The write stands whatever comes of this: what could not be taken up now is when the record is opened again. */
static void search_parameters_follow(record *r, const write_op *writes, int count)
{
	bool any = false;
	for (int i = 0; i < count; i++) any = any || text_equal(writes[i].type, TEXT("SearchParameter"));
	if (!any) return;
	arena *a = arena_new(MIB);
	issues sink = {.arena = a};
	if (!own_changed(r, &sink))
		log_event(LOG_ERROR, "search-parameters", "why",
			  text_z(a, sink.first ? issue_text(a, sink.first, LANGUAGE_EN) : TEXT("")), NULL);
	arena_free(a);
}

bool record_commit(record *r, const caller *who, const write_op *writes, int count, arena *a, issues *sink,
		   written *out)
{
	asking q = {.record = r, .who = who, .writes = writes, .count = count, .arena = record_arena(r)};
	q.sink.arena = q.arena;
	job_result result = JOB_FAILED;
	if (r->use != RECORD_WRITE)
		issue_add(&q.sink, FAIL_STORE_READ_ONLY, TEXT(""), TEXT(""));
	else if (twice(&q))
		issue_add(&q.sink, FAIL_RECORD_TWICE, TEXT(""), TEXT(""));
	else
		result = attempts(&q);
	hand_over_issues(&q, sink);
	if (result == JOB_DONE) hand_over(&q, a, out);
	record_arena_back(r, q.arena);
	if (result == JOB_DONE) search_parameters_follow(r, writes, count);
	return result == JOB_DONE;
}

/* ---- ticks and care: jobs of the record's own ---- */

static const caller own_caller = {.actor = {"Device/limen", 12}, .purpose = {"HSYSADMIN", 9}, .scope = {"*", 1}};

static bool own_job(record *r, job_kind kind, check_report *report, issues *sink)
{
	asking q = {.record = r, .who = &own_caller, .arena = record_arena(r)};
	q.sink.arena = q.arena;
	bool may = r->use == RECORD_WRITE || (r->use == RECORD_CHECK && kind == JOB_CHECK);
	job_result result = may ? JOB_NEEDS_TYPE : JOB_FAILED;
	if (!may) issue_add(&q.sink, FAIL_STORE_READ_ONLY, TEXT(""), TEXT(""));
	for (int n = 0; n <= r->types_count && result == JOB_NEEDS_TYPE; n++) {
		q.job = (job){
		    .kind = kind, .arena = q.arena, .sink = {.arena = q.arena}, .who = &own_caller, .report = report};
		writer_submit(r, &q.job);
		result = q.job.result == JOB_NEEDS_TYPE ? number_type(&q, q.job.type) : q.job.result;
	}
	hand_over_issues(&q, sink);
	record_arena_back(r, q.arena);
	return result == JOB_DONE;
}

bool note_job(record *r, const caller *who, record_note_function *note, void *self, issues *sink)
{
	asking q = {.record = r, .who = who, .arena = record_arena(r)};
	q.sink.arena = q.arena;
	bool may = r->use == RECORD_WRITE;
	job_result result = may ? JOB_NEEDS_TYPE : JOB_FAILED;
	if (!may) issue_add(&q.sink, FAIL_STORE_READ_ONLY, TEXT(""), TEXT(""));
	for (int n = 0; n <= r->types_count && result == JOB_NEEDS_TYPE; n++) {
		q.job = (job){.kind = JOB_NOTE, .arena = q.arena, .sink = {.arena = q.arena}, .who = who};
		q.job.note = note;
		q.job.self = self;
		writer_submit(r, &q.job);
		result = q.job.result == JOB_NEEDS_TYPE ? number_type(&q, q.job.type) : q.job.result;
	}
	hand_over_issues(&q, sink);
	record_arena_back(r, q.arena);
	return result == JOB_DONE;
}

bool record_note(record *r, record_note_function *note, void *self, issues *sink)
{
	return note_job(r, &own_caller, note, self, sink);
}

bool record_tick(record *r, issues *sink)
{
	again_work(r); /* where the store had failed it */
	return own_job(r, JOB_TICK, NULL, sink);
}

bool record_check(record *r, arena *a, check_report *out, issues *sink)
{
	(void)a;
	return own_job(r, JOB_CHECK, out, sink);
}

bool record_rebuild(record *r, issues *sink)
{
	return own_job(r, JOB_REBUILD, NULL, sink);
}
