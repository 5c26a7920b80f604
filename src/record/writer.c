/* The writer: one thread, one transaction for all who wait, a savepoint for each. Durable first, then the answers, then the feed. */
#include "record/internal.h"

#include <unistd.h>

enum { GROUP_MAX = 256 };

/* ---- spare arenas: a commit takes one and gives it back ---- */

arena *record_arena(record *r)
{
	pthread_mutex_lock(&r->lock);
	arena *a = r->spare_count ? r->spare[--r->spare_count] : NULL;
	pthread_mutex_unlock(&r->lock);
	return a ? a : arena_new(REQUEST_ARENA_MAX);
}

void record_arena_back(record *r, arena *a)
{
	arena_boundary(a, NULL);
	arena_reset(a);
	pthread_mutex_lock(&r->lock);
	bool kept = r->spare_count < SPARE_ARENAS_MAX;
	if (kept) r->spare[r->spare_count++] = a;
	pthread_mutex_unlock(&r->lock);
	if (!kept) arena_free(a);
}

/* ---- one job in the transaction ---- */

static reader reader_here(record *r, writing *w, job *j)
{
	return (reader){
	    .record = r, .snapshot = store_writing_snapshot(w), .who = *j->who, .arena = j->arena, .sequence = -1};
}

/* Nothing the caller's snapshot showed has changed since? */
static bool reads_hold(record *r, writing *w, job *j, issues *sink, bool *hold)
{
	*hold = true;
	if (j->seen_sequence == r->tip.sequence) return true;
	reader rd = reader_here(r, w, j);
	if (!premises_hold(&rd, j->asked, j->count, sink, hold)) return false;
	for (int i = 0; *hold && i < j->reads->count; i++) {
		const seen *s = &j->reads->at[i];
		cell row[RES_COLUMNS];
		bool there;
		snapshot *now = store_writing_snapshot(w);
		int64_t term = term_known(r, now, s->type, j->arena, sink);
		if (!resource_row(now, term, s->id, j->arena, row, &there, sink)) return false;
		int64_t number = there ? row[RES_VERSION].integer : 0;
		resource_state state = there ? (resource_state)row[RES_STATE].integer : STATE_PLACEHOLDER;
		*hold = number == s->version && state == s->state;
	}
	return true;
}

/* What moved under the caller too often is prepared here. It holds the others up, but it comes through. */
static job_result prepare_here(record *r, writing *w, job *j)
{
	bool hold;
	reader rd = reader_here(r, w, j);
	if (!premises_hold(&rd, j->asked, j->count, &j->sink, &hold)) return JOB_FAILED;
	if (!hold) {
		issue_add(&j->sink, FAIL_RECORD_MOVED, TEXT(""), TEXT(""));
		return JOB_FAILED;
	}
	for (int i = 0; i < j->count; i++) {
		if (!prepare_write(&rd, &j->asked[i], j->arena, &j->sink, &j->writes[i])) return JOB_FAILED;
		j->type = j->writes[i].type;
		if (j->writes[i].unnumbered) return JOB_NEEDS_TYPE;
	}
	return JOB_DONE;
}

static job_result may_commit(record *r, writing *w, job *j)
{
	bool hold;
	if (!j->reads) return prepare_here(r, w, j);
	if (!reads_hold(r, w, j, &j->sink, &hold)) return JOB_FAILED;
	for (int i = 0; hold && i < j->count; i++) /* other search parameters than now: other index rows */
		hold = j->writes[i].generation == atomic_load(&j->writes[i].type->generation);
	return hold ? JOB_DONE : JOB_MOVED;
}

static job_result run_commit(record *r, writing *w, job *j)
{
	job_result may = may_commit(r, w, j);
	if (may != JOB_DONE) return may;
	deriving dv = deriving_begin(r, w, j->arena, j->who);
	bool ok = true;
	for (int i = 0; ok && i < j->count; i++) ok = apply_write(&dv, &j->writes[i], j->who, &j->written[i], &j->sink);
	ok = ok && derive_settle(&dv, &j->sink) && j->sink.errors == 0;
	for (int i = 0; ok && i < j->count; i++) ok = nobody_refers(&dv, &j->writes[i], &j->sink);
	j->type = dv.needs;
	return ok ? JOB_DONE : dv.needs ? JOB_NEEDS_TYPE : JOB_FAILED;
}

static job_result run_tick(record *r, writing *w, job *j)
{
	deriving dv = deriving_begin(r, w, j->arena, j->who);
	int64_t before = store_changes(w);
	bool ok = derive_tick(&dv, &j->sink) && j->sink.errors == 0;
	j->type = dv.needs;
	if (!ok) return dv.needs ? JOB_NEEDS_TYPE : JOB_FAILED;
	if (store_changes(w) == before) return JOB_DONE;
	return log_append(&dv, KIND_TICK, (digest){{0}}, &dv.own, &j->sink) ? JOB_DONE : JOB_FAILED;
}

static job_result run_care(record *r, writing *w, job *j)
{
	deriving dv = deriving_begin(r, w, j->arena, j->who);
	bool ok = j->kind == JOB_CHECK ? care_check(&dv, j->report, &j->sink) : care_rebuild(&dv, &j->sink);
	return ok && j->sink.errors == 0 ? JOB_DONE : JOB_FAILED;
}

static job_result run_kind(record *r, writing *w, job *j)
{
	switch (j->kind) {
	case JOB_COMMIT:
		return run_commit(r, w, j);
	case JOB_TICK:
		return run_tick(r, w, j);
	case JOB_CHECK:
	case JOB_REBUILD:
		return run_care(r, w, j);
	case JOB_NOTE: {
		deriving dv = deriving_begin(r, w, j->arena, j->who);
		bool ok = j->note(j->self, &dv, &j->sink) && j->sink.errors == 0;
		j->type = dv.needs;
		return ok ? JOB_DONE : dv.needs ? JOB_NEEDS_TYPE : JOB_FAILED;
	}
	case JOB_TYPE: {
		deriving dv = deriving_begin(r, w, j->arena, j->who);
		if (atomic_load(&j->type->numbered)) return JOB_DONE;
		return type_number(&dv, j->type, &j->sink) ? JOB_DONE : JOB_FAILED;
	}
	}
	return JOB_FAILED;
}

/* The job's arena may run out in the middle: then the job fails, not the writer. */
static job_result run_within_budget(record *r, writing *w, job *j)
{
	jmp_buf boundary;
	arena_boundary(j->arena, &boundary);
	job_result result = JOB_FAILED;
	if (setjmp(boundary))
		j->spent = true;
	else
		result = run_kind(r, w, j);
	arena_boundary(j->arena, NULL);
	return result;
}

static void run_job(record *r, writing *w, job *j, bool alone)
{
	tip before = r->tip;
	/* A job alone in its transaction needs no savepoint: the transaction is its savepoint. */
	bool ok = alone || store_savepoint(w, &j->sink);
	j->result = ok ? run_within_budget(r, w, j) : JOB_FAILED;
	if (j->result == JOB_FAILED && j->sink.errors == 0 && !j->spent) {
		/* A deriver said no without saying why: a fault of ours, but not one to stop the house for. */
		log_event(LOG_ERROR, "refused-without-reason", NULL);
		issue_add(&j->sink, FAIL_RECORD_FAULT, TEXT(""), TEXT(""));
	}
	if (j->result == JOB_DONE && j->kind != JOB_CHECK) {
		if (!alone && !store_savepoint_keep(w, &j->sink)) j->result = JOB_FAILED;
		return;
	}
	if (!alone) store_savepoint_undo(w);
	r->tip = before;
}

/* ---- the group ---- */

static void fail_group(job *first, const issues *why)
{
	for (job *j = first; j; j = j->next) {
		if (j->result != JOB_DONE && j->result != JOB_WAITING) continue;
		j->result = JOB_FAILED;
		for (const issue *i = why->first; i; i = i->next) issue_add(&j->sink, i->code, i->args[0], i->args[1]);
	}
}

/* The engine may give the whole transaction up by itself, on a full disk for instance: then all of the group failed. */
static bool run_group(record *r, writing *w, job *first, issues *sink)
{
	for (job *j = first; j; j = j->next) {
		run_job(r, w, j, first->next == NULL);
		if (store_write_alive(w)) continue;
		for (const issue *i = j->sink.first; i; i = i->next) issue_add(sink, i->code, i->args[0], i->args[1]);
		return false;
	}
	return true;
}

/* Is there anything to make durable? The tip moves with every row of the log; numbering and rebuilding write beside it. */
static bool wrote(const job *first)
{
	for (const job *j = first; j; j = j->next)
		if (j->result == JOB_DONE && j->kind != JOB_CHECK) return true;
	return false;
}

static void transact(record *r, job *first, issues *sink)
{
	writing *w = store_write_begin(r->store, sink);
	if (!w) {
		fail_group(first, sink);
		return;
	}
	/* Another process may have written since: the tip is the file's, not ours. */
	tip before = r->tip;
	if (!tip_load(r, store_writing_snapshot(w), &r->tip, sink)) {
		store_write_rollback(w);
		fail_group(first, sink);
		r->tip = before;
		return;
	}
	before = r->tip;
	bool whole = run_group(r, w, first, sink);
	bool nothing = whole && !wrote(first);
	if (!whole || nothing) store_write_rollback(w);
	if (!whole || (!nothing && !store_write_commit(w, sink))) {
		fail_group(first, sink);
		r->tip = before;
	}
}

static void wake_feeds(record *r)
{
	uint64_t one = 1;
	for (const feed_waiter *f = r->waiters; f; f = f->next)
		if (write(f->event, &one, sizeof one) < 0) continue; /* it is readable already */
}

/* Jobs live on their callers' stacks: once answered they are gone. */
static void answer_group(record *r, job *first)
{
	for (job *j = first; j; j = j->next)
		if (j->kind == JOB_TYPE && j->result == JOB_DONE) atomic_store(&j->type->numbered, true);
	pthread_mutex_lock(&r->lock);
	bool news = r->durable != r->tip.sequence;
	r->durable = r->tip.sequence;
	for (job *j = first, *next; j; j = next) {
		next = j->next;
		j->answered = true;
		pthread_cond_signal(&j->answer);
	}
	if (news) wake_feeds(r);
	pthread_mutex_unlock(&r->lock);
}

/* Takes what waits, in order, up to a group. Called with the lock held. */
static job *take_group(record *r)
{
	job *first = r->first, *last = first;
	for (int n = 1; n < GROUP_MAX && last->next; n++) last = last->next;
	r->first = last->next;
	if (!r->first) r->last = NULL;
	last->next = NULL;
	return first;
}

static void *writer_run(void *self)
{
	record *r = self;
	arena *scratch = arena_new(MIB);
	for (;;) {
		pthread_mutex_lock(&r->lock);
		while (!r->first && !r->closing) pthread_cond_wait(&r->work, &r->lock);
		job *first = r->first ? take_group(r) : NULL;
		pthread_mutex_unlock(&r->lock);
		if (!first) break;
		issues sink = {.arena = scratch};
		hot_busy(r->hot);
		transact(r, first, &sink);
		hot_quiet(r->hot);
		answer_group(r, first);
		store_tidy(r->store);
		arena_reset(scratch);
	}
	arena_free(scratch);
	return NULL;
}

void writer_submit(record *r, job *j)
{
	pthread_cond_init(&j->answer, NULL);
	j->answered = false;
	j->result = JOB_WAITING;
	j->next = NULL;
	pthread_mutex_lock(&r->lock);
	assert(!r->closing);
	if (r->last)
		r->last->next = j;
	else
		r->first = j;
	r->last = j;
	pthread_cond_signal(&r->work);
	while (!j->answered) pthread_cond_wait(&j->answer, &r->lock);
	pthread_mutex_unlock(&r->lock);
	pthread_cond_destroy(&j->answer);
}

bool writer_start(record *r, issues *sink)
{
	r->durable = r->tip.sequence;
	pthread_cond_init(&r->work, NULL);
	if (pthread_create(&r->thread, NULL, writer_run, r) != 0)
		return issue_add(sink, FAIL_STORE_MEMORY, TEXT("thread"), TEXT(""));
	r->running = true;
	return true;
}

void writer_stop(record *r)
{
	if (!r->running) return;
	pthread_mutex_lock(&r->lock);
	r->closing = true;
	pthread_cond_signal(&r->work);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->thread, NULL);
	pthread_cond_destroy(&r->work);
}

int64_t record_sequence(record *r)
{
	pthread_mutex_lock(&r->lock);
	int64_t sequence = r->durable;
	pthread_mutex_unlock(&r->lock);
	return sequence;
}
