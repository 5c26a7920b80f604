/* bulk_job.c: jobs on disk, and the thread that does them. */
#include "http/bulk_internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BULK_KEPT HOURS(24)

/* ---- folders and files ---- */

char *bulk_path(const bulk *b, arena *a, text id, text file)
{
	text folder = text_format(a, "%s/%.*s", b->folder, TEXT_ARG(id));
	return text_z(a, file.len ? text_format(a, "%.*s/%.*s", TEXT_ARG(folder), TEXT_ARG(file)) : folder);
}

static bool disk_issue(issues *sink, text what)
{
	failure code = errno == ENOSPC ? FAIL_STORE_FULL : FAIL_STORE_IO;
	return issue_add(sink, code, text_join(sink->arena, what, text_of(strerror(errno))), TEXT(""));
}

FILE *bulk_create(bulk_run *r, text file)
{
	FILE *f = fopen(bulk_path(r->bulk, r->arena, r->job->id, file), "wbe");
	if (!f) disk_issue(&r->sink, TEXT("bulk: "));
	return f;
}

static bool finish(FILE *f, issues *sink)
{
	bool good = fflush(f) == 0 && !ferror(f) && fsync(fileno(f)) == 0;
	if (!good) disk_issue(sink, TEXT("bulk: "));
	return fclose(f) == 0 && good;
}

bool bulk_written(bulk_run *r, FILE *f)
{
	return finish(f, &r->sink);
}

bool bulk_files_written(bulk_run *r)
{
	FILE *open[] = {r->file, r->errors};
	bool good = true;
	r->file = r->errors = NULL;
	for (int i = 0; i < 2; i++)
		if (open[i] && !finish(open[i], &r->sink)) good = false;
	return good;
}

void bulk_job_remove(bulk *b, arena *a, text id)
{
	const char *path = bulk_path(b, a, id, (text){0});
	DIR *folder = opendir(path);
	for (struct dirent *e; folder && (e = readdir(folder));)
		if (e->d_name[0] != '.') unlink(bulk_path(b, a, id, text_of(e->d_name)));
	if (folder) closedir(folder);
	rmdir(path);
}

/* ---- job.json ---- */

static const char *const states[] = {[BULK_WAITING] = "waiting", [BULK_DONE] = "done", [BULK_FAILED] = "failed"};

static void number_put(json_out *o, const char *key, int64_t n)
{
	json_key(o, key);
	json_int(o, n);
}

static void outputs_put(json_out *o, const bulk_job *job)
{
	json_key(o, "outputs");
	json_array(o);
	for (int i = 0; i < job->output_count; i++) {
		const bulk_output *one = &job->outputs[i];
		json_object(o);
		json_pair(o, "type", one->type);
		json_pair(o, "file", one->file);
		number_put(o, "count", one->count);
		number_put(o, "errors", one->errors);
		json_end(o);
	}
	json_end(o);
}

static text job_json(arena *a, const bulk_job *job)
{
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "id", job->id);
	json_pair(&o, "kind", job->imports ? TEXT("import") : TEXT("export"));
	json_pair(&o, "state", text_of(states[job->state]));
	json_pair(&o, "request", job->request);
	json_pair(&o, "actor", job->who.actor);
	json_pair(&o, "purpose", job->who.purpose);
	json_pair(&o, "behalf", job->who.on_behalf_of);
	json_pair(&o, "scope", job->who.scope);
	number_put(&o, "language", job->who.language);
	json_pair(&o, "level", job->level);
	json_pair(&o, "group", job->group);
	json_pair(&o, "types", job->types);
	json_pair(&o, "since", job->since);
	json_pair(&o, "elements", job->elements);
	json_key(&o, "filters");
	json_array(&o);
	for (int i = 0; i < job->filter_count; i++) json_text(&o, job->filters[i]);
	json_end(&o);
	number_put(&o, "began", job->began);
	number_put(&o, "at", job->at);
	number_put(&o, "ended", job->ended);
	outputs_put(&o, job);
	json_pair(&o, "trouble", job->trouble);
	json_end(&o);
	return json_done(&o);
}

bool bulk_job_folder(bulk *b, arena *a, text id, issues *sink)
{
	bool there = mkdir(bulk_path(b, a, id, (text){0}), 0700) == 0 || errno == EEXIST;
	return there || disk_issue(sink, TEXT("bulk: "));
}

/* Beside, then in its place: a job.json is always whole. */
bool bulk_job_save(bulk *b, arena *a, const bulk_job *job, issues *sink)
{
	const char *made = bulk_path(b, a, job->id, TEXT("job.new"));
	text json = job_json(a, job);
	if (!bulk_job_folder(b, a, job->id, sink)) return false;
	FILE *f = fopen(made, "wbe");
	if (!f) return disk_issue(sink, TEXT("bulk: "));
	fwrite(json.at, 1, (size_t)json.len, f);
	if (!finish(f, sink)) return false;
	return rename(made, bulk_path(b, a, job->id, TEXT("job.json"))) == 0 || disk_issue(sink, TEXT("bulk: "));
}

static uint32_t member(const doc *d, uint32_t n, const char *name)
{
	name_id id = doc_name(d, text_of(name));
	return id ? doc_get(d, n, id) : NODE_ABSENT;
}

static text word(const doc *d, uint32_t n, const char *name)
{
	uint32_t at = member(d, n, name);
	return at ? doc_text(d, at) : (text){0};
}

static int64_t number(const doc *d, uint32_t n, const char *name)
{
	int64_t value = 0;
	text_to_int(word(d, n, name), &value);
	return value;
}

static void lists_read(const doc *d, arena *a, bulk_job *out)
{
	uint32_t filters = member(d, 0, "filters"), outputs = member(d, 0, "outputs");
	for (uint32_t i = filters + 1; filters && i < d->nodes[filters].next && out->filter_count < BULK_FILTERS_MAX;
	     i++)
		out->filters[out->filter_count++] = doc_text(d, i);
	out->outputs = ARENA_ARRAY(a, bulk_output, BULK_OUTPUTS_MAX);
	for (uint32_t i = outputs + 1; outputs && i < d->nodes[outputs].next; i = d->nodes[i].next)
		if (out->output_count < BULK_OUTPUTS_MAX)
			out->outputs[out->output_count++] = (bulk_output){.type = word(d, i, "type"),
									  .file = word(d, i, "file"),
									  .count = number(d, i, "count"),
									  .errors = number(d, i, "errors") != 0};
}

bool bulk_job_load(bulk *b, arena *a, text id, bulk_job *out)
{
	text json, path = text_of(bulk_path(b, a, id, TEXT("job.json")));
	doc d;
	issues unheard = {.arena = a};
	if (!b->world->read_file(b->world, a, path, &json) || !json_parse(a, json, path, &unheard, &d)) return false;
	*out = (bulk_job){.id = word(&d, 0, "id"),
			  .request = word(&d, 0, "request"),
			  .imports = text_equal(word(&d, 0, "kind"), TEXT("import")),
			  .level = word(&d, 0, "level"),
			  .group = word(&d, 0, "group"),
			  .types = word(&d, 0, "types"),
			  .since = word(&d, 0, "since"),
			  .elements = word(&d, 0, "elements"),
			  .began = number(&d, 0, "began"),
			  .at = number(&d, 0, "at"),
			  .ended = number(&d, 0, "ended"),
			  .trouble = word(&d, 0, "trouble")};
	out->who = (caller){.actor = word(&d, 0, "actor"),
			    .purpose = word(&d, 0, "purpose"),
			    .on_behalf_of = word(&d, 0, "behalf"),
			    .scope = word(&d, 0, "scope"),
			    .language = (language)number(&d, 0, "language")};
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (text_equal(word(&d, 0, "state"), text_of(states[i]))) out->state = (bulk_state)i;
	lists_read(&d, a, out);
	return true;
}

/* ---- one job ---- */

bool bulk_stopped(bulk_run *r)
{
	pthread_mutex_lock(&r->bulk->lock);
	bool stopping = r->bulk->stopping;
	pthread_mutex_unlock(&r->bulk->lock);
	return stopping || atomic_load(&r->ticket->cancelled);
}

void bulk_progress(bulk_run *r, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	pthread_mutex_lock(&r->bulk->lock);
	vsnprintf(r->ticket->progress, sizeof r->ticket->progress, format, args);
	pthread_mutex_unlock(&r->bulk->lock);
	va_end(args);
}

bulk_output *bulk_output_new(bulk_run *r, text type, text file)
{
	if (r->job->output_count == BULK_OUTPUTS_MAX) {
		issue_add(&r->sink, FAIL_HTTP_BUDGET, TEXT(""), TEXT(""));
		return NULL;
	}
	bulk_output *one = &r->job->outputs[r->job->output_count++];
	*one = (bulk_output){.type = type, .file = file};
	return one;
}

static bool run_within_budget(bulk_run *r)
{
	jmp_buf home;
	volatile bool good = false;
	if (setjmp(home)) {
		issue_add(&r->sink, FAIL_HTTP_BUDGET, TEXT(""), TEXT(""));
	} else {
		arena_boundary(r->arena, &home);
		good = r->job->imports ? bulk_import_run(r) : bulk_export_run(r);
	}
	arena_boundary(r->arena, NULL);
	bool closed = bulk_files_written(r);
	if (r->reader) reader_close(r->reader);
	return good && closed;
}

/* What fails says so in its job.json; what was stopped keeps its place there and is begun again. The sentence must find room
 * where the job did not, so the arena of the job is not the arena of its end. */
static void job_do(bulk *b, bulk_ticket *ticket)
{
	arena *a = arena_new(64 * MIB), *room = arena_new(REQUEST_ARENA_MAX);
	bulk_job job;
	bulk_run r = {.bulk = b, .ticket = ticket, .job = &job, .arena = room, .sink.arena = a};
	r.aside = arena_new(MIB);
	r.names = arena_new(REQUEST_ARENA_MAX);
	if (bulk_job_load(b, a, text_of(ticket->id), &job)) {
		job.output_count = 0;
		bool good = run_within_budget(&r);
		bool stopped = bulk_stopped(&r) && !good;
		issues saving = {.arena = a};
		job.state = good ? BULK_DONE : BULK_FAILED;
		job.ended = world_now(b->world);
		if (!good && r.sink.first) job.trouble = issue_text(a, r.sink.first, job.who.language);
		if (!stopped && !bulk_job_save(b, a, &job, &saving))
			log_event(LOG_ERROR, "bulk-not-saved", "job", ticket->id, NULL);
		log_event(LOG_INFO, "bulk", "job", ticket->id, "end", stopped ? "stopped" : states[job.state], NULL);
	}
	arena_free(r.names);
	arena_free(r.aside);
	arena_free(room);
	arena_free(a);
}

/* ---- the thread ---- */

static void expired_remove(bulk *b)
{
	arena *a = arena_new(4 * MIB);
	DIR *folder = opendir(b->folder);
	for (struct dirent *e; folder && (e = readdir(folder));) {
		bulk_job job;
		arena_mark mark = arena_here(a);
		bool there = e->d_name[0] != '.' && bulk_job_load(b, a, text_of(e->d_name), &job);
		if (there && job.state != BULK_WAITING && job.ended + BULK_KEPT < world_now(b->world))
			bulk_job_remove(b, a, job.id);
		arena_rewind(a, mark);
	}
	if (folder) closedir(folder);
	arena_free(a);
}

/* Out of the list; a cancelled job leaves nothing behind. */
static void ticket_end(bulk *b, bulk_ticket *t)
{
	pthread_mutex_lock(&b->lock);
	bulk_ticket **at = &b->first;
	while (*at != t) at = &(*at)->next;
	*at = t->next;
	pthread_mutex_unlock(&b->lock);
	if (atomic_load(&t->cancelled)) {
		arena *a = arena_new(MIB);
		bulk_job_remove(b, a, text_of(t->id));
		arena_free(a);
	}
	free(t);
}

static void *bulk_work(void *self)
{
	bulk *b = self;
	for (;;) {
		pthread_mutex_lock(&b->lock);
		while (!b->first && !b->stopping) pthread_cond_wait(&b->news, &b->lock);
		bulk_ticket *t = b->stopping ? NULL : b->first;
		pthread_mutex_unlock(&b->lock);
		if (!t) return NULL;
		expired_remove(b);
		if (!atomic_load(&t->cancelled)) job_do(b, t);
		ticket_end(b, t);
	}
}

static void ticket_add(bulk *b, text id)
{
	bulk_ticket *t = calloc(1, sizeof *t);
	assert(t && id.len < (int64_t)sizeof t->id);
	snprintf(t->id, sizeof t->id, "%.*s", TEXT_ARG(id));
	snprintf(t->progress, sizeof t->progress, "waiting");
	pthread_mutex_lock(&b->lock);
	bulk_ticket **end = &b->first;
	while (*end) end = &(*end)->next;
	*end = t;
	pthread_cond_signal(&b->news);
	pthread_mutex_unlock(&b->lock);
}

bool bulk_enqueue(bulk *b, arena *a, const bulk_job *job, issues *sink)
{
	int waiting = 0;
	pthread_mutex_lock(&b->lock);
	for (const bulk_ticket *t = b->first; t; t = t->next) waiting++;
	pthread_mutex_unlock(&b->lock);
	if (waiting >= BULK_WAITING_MAX) return issue_add(sink, FAIL_HTTP_BULK_MANY, TEXT(""), TEXT(""));
	if (!bulk_job_save(b, a, job, sink)) return false;
	ticket_add(b, job->id);
	return true;
}

static void begun_before(bulk *b)
{
	arena *a = arena_new(4 * MIB);
	DIR *folder = opendir(b->folder);
	for (struct dirent *e; folder && (e = readdir(folder));) {
		bulk_job job;
		arena_mark mark = arena_here(a);
		if (e->d_name[0] != '.' && bulk_job_load(b, a, text_of(e->d_name), &job) && job.state == BULK_WAITING)
			ticket_add(b, job.id);
		arena_rewind(a, mark);
	}
	if (folder) closedir(folder);
	arena_free(a);
}

bool http_bulk_start(http_app *app, text folder, issues *sink)
{
	bulk *b = calloc(1, sizeof *b);
	assert(b);
	*b = (bulk){.record = app->record, .world = app->world};
	b->folder = malloc((size_t)folder.len + 1);
	assert(b->folder);
	memcpy(b->folder, folder.at, (size_t)folder.len);
	b->folder[folder.len] = '\0';
	if (mkdir(b->folder, 0700) != 0 && errno != EEXIST) {
		disk_issue(sink, text_join(sink->arena, folder, TEXT(": ")));
		free(b->folder);
		free(b);
		return false;
	}
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->news, NULL);
	begun_before(b);
	int failed = pthread_create(&b->thread, NULL, bulk_work, b);
	assert(!failed);
	(void)failed;
	app->bulk = b;
	return true;
}

void http_bulk_stop(http_app *app)
{
	bulk *b = app->bulk;
	if (!b) return;
	app->bulk = NULL;
	pthread_mutex_lock(&b->lock);
	b->stopping = true;
	pthread_cond_signal(&b->news);
	pthread_mutex_unlock(&b->lock);
	pthread_join(b->thread, NULL);
	for (bulk_ticket *t = b->first; t;) {
		bulk_ticket *next = t->next;
		free(t);
		t = next;
	}
	pthread_cond_destroy(&b->news);
	pthread_mutex_destroy(&b->lock);
	free(b->folder);
	free(b);
}
