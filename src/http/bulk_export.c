/* bulk_export.c: all resources of some types, type after type, as NDJSON: one state of the record, however long it takes. */
#include "http/bulk_internal.h"

enum { EXPORT_PAGE = 500 };
#define EXPORT_FILE_MAX (32 * MIB) /* a file is one answer: so large, then the next */

typedef struct export_run {
	bulk_run *run;
	subset elements;
	text *members; /* of the Group: Patient ids; else NULL */
	int member_count;
	/* of the type under way */
	text type;
	map met; /* ids: a resource may fit several filters, or be of several members */
	bool may_repeat;
	bulk_output *output;
	int64_t bytes, all;
	int files;
} export_run;

/* ---- lines and files ---- */

static bool file_next(export_run *e)
{
	bulk_run *r = e->run;
	if (r->file && e->bytes < EXPORT_FILE_MAX) return true;
	if (!bulk_files_written(r)) return false;
	text name = text_format(r->sink.arena, "%.*s-%d.ndjson", TEXT_ARG(e->type), ++e->files);
	r->file = bulk_create(r, name);
	e->output = r->file ? bulk_output_new(r, text_copy(r->sink.arena, e->type), name) : NULL;
	e->bytes = 0;
	return e->output != NULL;
}

static text line_of(export_run *e, const version *v)
{
	doc d;
	issues unheard = {.arena = e->run->arena};
	if (e->elements.kind == SUBSET_WHOLE || !json_parse(e->run->arena, v->json, TEXT(""), &unheard, &d))
		return v->json;
	return subset_json(e->run->arena, &d, &e->elements);
}

static bool line_write(export_run *e, const version *v)
{
	int64_t before;
	if (e->may_repeat && map_get(&e->met, v->id, &before)) return true;
	if (e->may_repeat) map_put(&e->met, text_copy(e->met.arena, v->id), 1);
	if (!file_next(e)) return false;
	text line = line_of(e, v);
	fwrite(line.at, 1, (size_t)line.len, e->run->file);
	fputc('\n', e->run->file);
	e->bytes += line.len + 1;
	e->output->count++;
	e->all++;
	return true;
}

/* ---- searches, page after page ---- */

static bool pairs_of(arena *a, text query, search_pair **out, int *count, issues *sink)
{
	exchange asking = {.arena = a, .sink.arena = sink->arena};
	bool good = query_pairs(&asking, query);
	if (!good) issue_add(sink, FAIL_HTTP_TARGET, query, TEXT(""));
	*out = asking.query;
	*count = asking.query_count;
	return good;
}

/* Everything a query finds. The arena is wound back after each page; the next page's address is kept aside. */
static bool query_write(export_run *e, const search_where *where, text query)
{
	bulk_run *r = e->run;
	arena_reset(r->aside);
	text next = text_copy(r->aside, query);
	bool good = true;
	while (good && next.len > 0) {
		arena_mark mark = arena_here(r->arena);
		search_pair *pairs;
		int count;
		search_answer hits;
		good = !bulk_stopped(r) && pairs_of(r->arena, next, &pairs, &count, &r->sink) &&
		       record_search_in(e->run->reader, where, pairs, count, false, &hits, &r->sink);
		for (int i = 0; good && i < hits.count; i++) good = line_write(e, &hits.entries[i].version);
		arena_reset(r->aside);
		next = good ? text_copy(r->aside, hits.next) : (text){0};
		arena_rewind(r->arena, mark);
		if (good) bulk_progress(r, "%.*s: %lld", TEXT_ARG(e->type), (long long)e->all);
	}
	return good;
}

static text query_of(const export_run *e, text filter)
{
	const bulk_job *job = e->run->job;
	buffer b = {.arena = e->run->sink.arena};
	buffer_format(&b, "_count=%d", EXPORT_PAGE);
	if (job->since.len) buffer_format(&b, "&_lastUpdated=ge%.*s", TEXT_ARG(query_encode(b.arena, job->since)));
	if (filter.len) buffer_format(&b, "&%.*s", TEXT_ARG(filter));
	return buffer_text(&b);
}

/* In a Group each member's own; else all of the type. */
static bool filter_write(export_run *e, text filter)
{
	text query = query_of(e, filter);
	if (!e->members) return query_write(e, &(search_where){.type = e->type}, query);
	if (text_equal(e->type, TEXT("Patient"))) {
		bool good = true;
		for (int i = 0; good && i < e->member_count; i++)
			good = query_write(
			    e, &(search_where){.type = e->type},
			    text_format(e->run->sink.arena, "%.*s&_id=%.*s", TEXT_ARG(query), TEXT_ARG(e->members[i])));
		return good;
	}
	bool good = true;
	for (int i = 0; good && i < e->member_count; i++)
		good = query_write(
		    e, &(search_where){.type = e->type, .compartment = TEXT("Patient"), .id = e->members[i]}, query);
	return good;
}

static bool type_write(export_run *e, text type)
{
	const bulk_job *job = e->run->job;
	int filters = 0;
	bool good = true;
	arena_reset(e->run->names);
	e->type = type;
	e->met = (map){.arena = e->run->names};
	e->files = 0;
	e->may_repeat = e->members != NULL || job->filter_count > 1;
	for (int i = 0; good && i < job->filter_count; i++) {
		text_pair sides = text_cut(job->filters[i], '?');
		if (!text_equal(sides.head, type)) continue;
		filters++;
		good = filter_write(e, sides.tail);
	}
	if (filters == 0) good = filter_write(e, (text){0});
	return bulk_files_written(e->run) && good;
}

/* ---- which types, whose ---- */

static bool type_asked(const export_run *e, text type)
{
	const bulk_job *job = e->run->job;
	if (job->level.len && !text_equal(type, TEXT("Patient")) && !compartment_has(TEXT("Patient"), type))
		return false;
	if (job->types.len == 0) return true;
	for (text_pair cut = text_cut(job->types, ',');; cut = text_cut(cut.tail, ',')) {
		if (text_equal(text_trim(cut.head), type)) return true;
		if (!cut.found) return false;
	}
}

static bool members_read(export_run *e)
{
	bulk_run *r = e->run;
	arena *a = r->sink.arena; /* they last as long as the job */
	version v;
	doc d;
	if (r->job->group.len == 0) return true;
	if (record_read(r->reader, TEXT("Group"), r->job->group, &v, &r->sink) != FOUND)
		return issue_add(&r->sink, FAIL_HTTP_NOT_FOUND, TEXT("Group"), r->job->group);
	if (!json_parse(a, text_copy(a, v.json), TEXT(""), &r->sink, &d)) return false;
	uint32_t list = doc_get(&d, 0, NAME_member);
	e->members = ARENA_ARRAY(a, text, list ? d.nodes[list].len + 1 : 1);
	for (uint32_t i = list + 1; list && i < d.nodes[list].next; i = d.nodes[i].next) {
		text type, id;
		uint32_t entity = doc_get(&d, i, NAME_entity), gone = doc_get(&d, i, NAME_inactive);
		bool active = !gone || d.nodes[gone].kind != NODE_TRUE;
		if (active && entity &&
		    resource_reference_valid(doc_get_text(&d, entity, NAME_reference), &type, &id) &&
		    text_equal(type, TEXT("Patient")))
			e->members[e->member_count++] = id;
	}
	return true;
}

static bool types_write(export_run *e)
{
	for (int t = 1; t <= type_count(); t++) {
		if (type_kind_of((type_id)t) != TYPE_RESOURCE || type_is_abstract((type_id)t)) continue;
		text type = type_name((type_id)t);
		if (!scope_allows(&e->run->job->who, type) || !type_asked(e, type)) continue;
		if (!type_write(e, type)) return false;
	}
	return true;
}

bool bulk_export_run(bulk_run *r)
{
	export_run *e = ARENA_NEW(r->arena, export_run);
	*e = (export_run){.run = r};
	if (r->job->elements.len) subset_elements(r->arena, r->job->elements, &e->elements);
	r->job->at = world_now(r->bulk->world);
	r->reader = record_reader(r->bulk->record, &r->job->who, r->arena, &r->sink);
	if (!r->reader) return false;
	reader_sequence(r->reader);
	return members_read(e) && types_write(e);
}
