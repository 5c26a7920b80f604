/* bulk.c: $export and $import as they are asked: 202 and where to look, then the manifest, then the files (FHIR Bulk Data
 * Access 2.0: kick-off, status, delete, output). */
#include "http/bulk_internal.h"

static bool has_bulk(exchange *x)
{
	return x->app->bulk || issue_add(&x->sink, FAIL_HTTP_NO_BULK, TEXT(""), TEXT(""));
}

static bool is_asynchronous(exchange *x)
{
	text prefer = header_get(x, "Prefer");
	for (text_pair cut = text_cut(prefer, ',');; cut = text_cut(cut.tail, ',')) {
		if (word_same(text_trim(cut.head), TEXT("respond-async"))) return true;
		if (!cut.found) return issue_add(&x->sink, FAIL_HTTP_ASYNC, TEXT(""), TEXT(""));
	}
}

static text status_url(const exchange *x, text id)
{
	return text_format(x->arena, "%.*s/$bulk/%.*s", TEXT_ARG(x->base), TEXT_ARG(id));
}

static bulk_job job_new(exchange *x)
{
	return (bulk_job){
	    .id = world_uuid(x->app->world, x->arena),
	    .request = text_format(x->arena, "%.*s%.*s", TEXT_ARG(text_cut(x->base, '?').head),
				   TEXT_ARG(text_slice(x->request->target, TEXT("/fhir").len, x->request->target.len))),
	    .who = x->who,
	    .began = world_now(x->app->world)};
}

static void kick_off(exchange *x, const bulk_job *job)
{
	if (!bulk_enqueue(x->app->bulk, x->arena, job, &x->sink)) return;
	reply_header(x, TEXT("Content-Location"), status_url(x, job->id));
	reply_empty(x, 202);
}

/* ---- $export ---- */

static bool filters_add(exchange *x, bulk_job *job, text list)
{
	for (text_pair cut = text_cut(list, ',');; cut = text_cut(cut.tail, ',')) {
		text filter = text_trim(cut.head);
		type_id t;
		if (filter.len > 0 && !rest_type(x, text_cut(filter, '?').head, &t)) return false;
		if (job->filter_count == BULK_FILTERS_MAX)
			return issue_at(&x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, TEXT("_typeFilter"), list,
					text_format(x->arena, "<= %d", BULK_FILTERS_MAX));
		if (filter.len > 0) job->filters[job->filter_count++] = filter;
		if (!cut.found) return true;
	}
}

static bool types_good(exchange *x, text list)
{
	type_id t;
	for (text_pair cut = text_cut(list, ',');; cut = text_cut(cut.tail, ',')) {
		if (list.len > 0 && !rest_type(x, text_trim(cut.head), &t)) return false;
		if (!cut.found) return true;
	}
}

static bool format_good(exchange *x, text format)
{
	static const char *const known[] = {"application/fhir+ndjson", "application/fhir ndjson", "application/ndjson",
					    "ndjson"};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (text_equal(format, text_of(known[i]))) return true;
	return format.len == 0 || issue_at(&x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, TEXT("_outputFormat"),
					   format, TEXT("application/fhir+ndjson"));
}

static bool parameter_take(exchange *x, bulk_job *job, text name, text value)
{
	moment m;
	if (text_equal(name, TEXT("_outputFormat"))) return format_good(x, value);
	if (text_equal(name, TEXT("_type"))) {
		job->types =
		    job->types.len ? text_format(x->arena, "%.*s,%.*s", TEXT_ARG(job->types), TEXT_ARG(value)) : value;
		return types_good(x, value);
	}
	if (text_equal(name, TEXT("_typeFilter"))) return filters_add(x, job, value);
	if (text_equal(name, TEXT("_elements"))) {
		job->elements = value;
		return true;
	}
	if (text_equal(name, TEXT("_since"))) {
		job->since = value;
		return moment_parse(value, &m) || issue_at(&x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, name, value,
							   TEXT("2026-03-02T09:00:00Z"));
	}
	return x->lenient || issue_add(&x->sink, FAIL_HTTP_PARAMETER, name, TEXT(""));
}

/* By POST the same as Parameters. */
static bool body_take(exchange *x, bulk_job *job)
{
	doc *d = ARENA_NEW(x->arena, doc);
	static const name_id values[] = {NAME_valueString, NAME_valueInstant, NAME_valueUri, NAME_valueCode};
	if (x->body.len == 0) return true;
	if (!negotiate_body(x, false) || !rest_parse(x, x->body, TEXT("Parameters"), d)) return false;
	uint32_t list = doc_get(d, 0, NAME_parameter);
	for (uint32_t i = list + 1; list && i < d->nodes[list].next; i = d->nodes[i].next) {
		text value = {0};
		for (size_t k = 0; k < sizeof values / sizeof *values && value.len == 0; k++)
			value = doc_get_text(d, i, values[k]);
		if (!parameter_take(x, job, doc_get_text(d, i, NAME_name), value)) return false;
	}
	return true;
}

void bulk_export(exchange *x)
{
	version v;
	reader *rd;
	if (!has_bulk(x) || !is_asynchronous(x)) return;
	bulk_job job = job_new(x);
	job.level = x->type;
	job.group = x->id;
	for (int i = 0; i < x->query_count; i++)
		if (!parameter_take(x, &job, x->query[i].name, x->query[i].value)) return;
	if (!body_take(x, &job)) return;
	if (x->id.len > 0) {
		if (!rest_named(x) || !(rd = exchange_reader(x))) return;
		if (!rest_found(x, record_read(rd, x->type, x->id, &v, &x->sink), &v)) return;
	}
	kick_off(x, &job);
}

/* ---- $import ---- */

static bool input_keep(exchange *x, const bulk_job *job)
{
	bulk_run r = {.bulk = x->app->bulk, .arena = x->arena, .sink.arena = x->arena};
	bulk_job copy = *job;
	r.job = &copy;
	bool good = bulk_job_folder(x->app->bulk, x->arena, job->id, &r.sink);
	FILE *f = good ? bulk_create(&r, TEXT("input.ndjson")) : NULL;
	if (f) fwrite(x->body.at, 1, (size_t)x->body.len, f);
	good = f && bulk_written(&r, f);
	issues_add_all(&x->sink, &r.sink);
	return good;
}

void bulk_import(exchange *x)
{
	text media = negotiate_media(x);
	if (!has_bulk(x) || !query_none(x) || !is_asynchronous(x)) return;
	bool fits = word_same(media, TEXT("application/fhir+ndjson")) || word_same(media, TEXT("application/ndjson")) ||
		    word_same(media, TEXT("application/x-ndjson"));
	if (!fits) {
		issue_add(&x->sink, FAIL_HTTP_BODY_TYPE, media, TEXT("application/fhir+ndjson"));
		return;
	}
	if (x->body.len == 0) {
		issue_add(&x->sink, FAIL_JSON_EMPTY, TEXT(""), TEXT(""));
		return;
	}
	bulk_job job = job_new(x);
	job.imports = true;
	if (input_keep(x, &job)) kick_off(x, &job);
}

/* ---- how far it is, and what came of it ---- */

/* Whose it is not, for him it is not there. */
static bool job_find(exchange *x, bulk_job *out)
{
	if (!has_bulk(x)) return false;
	bool there = resource_id_valid(x->id) && x->id.at[0] != '.' &&
		     bulk_job_load(x->app->bulk, x->arena, x->id, out) && text_equal(out->who.actor, x->who.actor);
	return there || issue_add(&x->sink, FAIL_HTTP_ROUTE, x->path, TEXT(""));
}

static bool progress_of(bulk *b, arena *a, text id, text *out)
{
	bool there = false;
	pthread_mutex_lock(&b->lock);
	for (const bulk_ticket *t = b->first; t; t = t->next) {
		if (!text_equal(text_of(t->id), id)) continue;
		there = true;
		*out = text_copy(a, text_of(t->progress));
	}
	pthread_mutex_unlock(&b->lock);
	return there;
}

static void files_write(exchange *x, json_out *o, const bulk_job *job, bool errors)
{
	json_key(o, errors ? "error" : "output");
	json_array(o);
	for (int i = 0; i < job->output_count; i++) {
		const bulk_output *one = &job->outputs[i];
		if (one->errors != errors || one->count == 0) continue;
		json_object(o);
		json_pair(o, "type", one->type);
		json_pair(o, "url",
			  text_format(x->arena, "%.*s/%.*s", TEXT_ARG(status_url(x, job->id)), TEXT_ARG(one->file)));
		json_key(o, "count");
		json_int(o, one->count);
		json_end(o);
	}
	json_end(o);
}

static void reply_manifest(exchange *x, const bulk_job *job)
{
	json_out o = json_begin(x->arena);
	json_object(&o);
	json_pair(&o, "transactionTime", instant_iso(x->arena, job->at));
	json_pair(&o, "request", job->request);
	json_key(&o, "requiresAccessToken");
	json_bool(&o, false);
	files_write(x, &o, job, false);
	files_write(x, &o, job, true);
	json_end(&o);
	x->response->status = 200;
	reply_header(x, TEXT("Content-Type"), TEXT("application/json"));
	reply_header(x, TEXT("Expires"), reply_http_date(x->arena, job->ended + HOURS(24)));
	reply_header(x, TEXT("Cache-Control"), TEXT("no-store"));
	x->response->body = json_done(&o);
}

void bulk_status(exchange *x)
{
	bulk_job job = {0};
	text progress = TEXT("ending");
	if (!query_none(x) || !job_find(x, &job)) return;
	switch (job.state) {
	case BULK_WAITING:
		progress_of(x->app->bulk, x->arena, job.id, &progress);
		reply_header(x, TEXT("X-Progress"), progress);
		reply_header(x, TEXT("Retry-After"), TEXT("1"));
		reply_empty(x, 202);
		break;
	case BULK_DONE:
		reply_manifest(x, &job);
		break;
	case BULK_FAILED:
		issue_add(&x->sink, FAIL_HTTP_BULK_FAILED, job.trouble, TEXT(""));
		break;
	}
}

/* What is under way is told to stop and removes its files itself; what is finished goes at once. */
void bulk_cancel(exchange *x)
{
	bulk_job job = {0};
	bool under_way = false;
	if (!query_none(x) || !job_find(x, &job)) return;
	bulk *b = x->app->bulk;
	pthread_mutex_lock(&b->lock);
	for (bulk_ticket *t = b->first; t; t = t->next) {
		if (!text_equal(text_of(t->id), job.id)) continue;
		under_way = true;
		atomic_store(&t->cancelled, true);
	}
	pthread_mutex_unlock(&b->lock);
	if (!under_way) bulk_job_remove(b, x->arena, job.id);
	reply_empty(x, 202);
}

void bulk_file(exchange *x)
{
	bulk_job job = {0};
	text content, name = x->segments[2];
	if (!query_none(x) || !job_find(x, &job)) return;
	for (int i = 0; job.state == BULK_DONE && i < job.output_count; i++) {
		if (!text_equal(job.outputs[i].file, name)) continue;
		text path = text_of(bulk_path(x->app->bulk, x->arena, job.id, name));
		if (!x->app->world->read_file(x->app->world, x->arena, path, &content)) break;
		x->response->status = 200;
		reply_header(x, TEXT("Content-Type"), TEXT("application/fhir+ndjson"));
		reply_header(x, TEXT("Cache-Control"), TEXT("no-store"));
		x->response->body = content;
		return;
	}
	issue_add(&x->sink, FAIL_HTTP_ROUTE, x->path, TEXT(""));
}
