/* bulk_import.c: resources as NDJSON, written in groups. A group that is refused is tried again line by line, so that one bad
 * line keeps nobody else out; each refused line is told in an outcome file with its number and why. */
#include "http/bulk_internal.h"

enum { IMPORT_GROUP = 100 };

typedef struct import_line {
	int64_t number;
	doc d;
	text id;
	bool good;
} import_line;

typedef struct import_run {
	bulk_run *run;
	import_line lines[IMPORT_GROUP];
	int count;
	int64_t number, written, refused;
	bulk_output *error_output, *done_output;
} import_run;

static void outcome_line(FILE *f, text json)
{
	fwrite(json.at, 1, (size_t)json.len, f);
	fputc('\n', f);
}

/* "line 17" before every place. */
static void refuse(import_run *m, const import_line *l, issues *why)
{
	bulk_run *r = m->run;
	for (issue *i = why->first; i; i = i->next) {
		i->place.file = TEXT("input.ndjson");
		i->place.line = l->number;
		if (i->place.column == 0) i->place.column = 1;
	}
	outcome_line(r->errors, outcome_json(r->arena, why, r->job->who.language));
	m->error_output->count++;
	m->refused++;
}

/* A line without id gets one that the same line of the same job always gets. */
static text id_of(import_run *m, const import_line *l)
{
	arena *a = m->run->arena;
	text own = doc_get_text(&l->d, 0, NAME_id);
	if (own.len) return own;
	digest d = digest_of(text_format(a, "%.*s %lld", TEXT_ARG(m->run->job->id), (long long)l->number));
	buffer b = {.arena = a};
	for (int i = 0; i < 16; i++) buffer_format(&b, "%02x", d.bytes[i]);
	return buffer_text(&b);
}

static write_op op_of(const import_line *l)
{
	return (write_op){.method = WRITE_UPDATE, .resource = &l->d, .type = doc_type(&l->d), .id = l->id};
}

static void kept(import_run *m, const written *w)
{
	outcome_line(m->run->file, text_format(m->run->arena,
					       "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":"
					       "\"information\",\"code\":\"informational\",\"diagnostics\":"
					       "\"%.*s/%.*s/_history/%lld\"}]}",
					       TEXT_ARG(w->type), TEXT_ARG(w->id), (long long)w->version));
	m->done_output->count++;
	m->written++;
}

static void write_one(import_run *m, import_line *l)
{
	bulk_run *r = m->run;
	issues why = {.arena = r->arena};
	written done;
	const write_op w = op_of(l);
	if (record_commit(r->bulk->record, &r->job->who, &w, 1, r->arena, &why, &done))
		kept(m, &done);
	else
		refuse(m, l, &why);
}

static void group_write(import_run *m)
{
	bulk_run *r = m->run;
	write_op writes[IMPORT_GROUP];
	written done[IMPORT_GROUP];
	issues why = {.arena = r->arena};
	int count = 0;
	for (int i = 0; i < m->count; i++)
		if (m->lines[i].good) writes[count++] = op_of(&m->lines[i]);
	bool all = count > 0 && record_commit(r->bulk->record, &r->job->who, writes, count, r->arena, &why, done);
	for (int i = 0; all && i < count; i++) kept(m, &done[i]);
	for (int i = 0; !all && i < m->count; i++)
		if (m->lines[i].good) write_one(m, &m->lines[i]);
	m->count = 0;
	int64_t lines = m->written + m->refused;
	bulk_progress(r, "%lld", (long long)lines);
}

static void line_add(import_run *m, text json)
{
	bulk_run *r = m->run;
	issues why = {.arena = r->arena};
	import_line *l = &m->lines[m->count++];
	*l = (import_line){.number = m->number};
	l->good = json_parse_resource(r->arena, json, TEXT(""), &why, &l->d);
	if (!l->good) {
		refuse(m, l, &why);
		return;
	}
	l->id = id_of(m, l);
}

static bool lines_write(import_run *m, text all)
{
	bulk_run *r = m->run;
	arena_mark mark = arena_here(r->arena);
	for (text_pair cut = text_cut(all, '\n');; cut = text_cut(cut.tail, '\n')) {
		m->number++;
		if (text_trim(cut.head).len > 0) line_add(m, cut.head);
		if (m->count == IMPORT_GROUP || !cut.found) {
			group_write(m);
			arena_rewind(r->arena, mark);
		}
		if (!cut.found) return true;
		if (bulk_stopped(r)) return false;
	}
}

bool bulk_import_run(bulk_run *r)
{
	import_run *m = ARENA_NEW(r->arena, import_run);
	text all, path = text_of(bulk_path(r->bulk, r->arena, r->job->id, TEXT("input.ndjson")));
	*m = (import_run){.run = r};
	r->errors = bulk_create(r, TEXT("errors.ndjson"));
	if (r->errors) r->file = bulk_create(r, TEXT("outcomes.ndjson"));
	if (!r->file) return false;
	r->job->at = world_now(r->bulk->world);
	m->done_output = bulk_output_new(r, TEXT("OperationOutcome"), TEXT("outcomes.ndjson"));
	m->error_output = bulk_output_new(r, TEXT("OperationOutcome"), TEXT("errors.ndjson"));
	m->error_output->errors = true;
	bool good = r->bulk->world->read_file(r->bulk->world, r->arena, path, &all) ||
		    issue_add(&r->sink, FAIL_CLI_FILE, path, TEXT(""));
	return good && lines_write(m, all);
}
