/* load.c: reading files in. A resource with an id is put there, one without is created; a transaction or batch is executed; any
 * other Bundle (message, document, collection) is kept as the Bundle it is. NDJSON is a resource a line.
 *
 * Order does not matter: what is refused because something else is not there yet is tried again after the rest, for as long as
 * that helps. One bad file or line is named and the rest goes on. */
#include "cli/internal.h"

#define KEPT_BYTES_MAX (PROCESS_ARENA_MAX / 2)

/* One resource of a file. */
typedef struct item {
	text file;
	int64_t line; /* of an NDJSON file; 0: the whole file */
	text json;
	bool kept; /* its texts lie in loading.kept */
	struct item *next;
} item;

typedef struct loading {
	cli *cli;
	house *house;
	arena *work;   /* one item */
	arena *kept;   /* items to try again */
	item *waiting; /* newest first */
	bool last_try; /* refusals are said, not kept */
	int64_t loaded, refused;
	int64_t shown;
} loading;

/* ---- progress ---- */

static void progress(loading *l, bool done)
{
	if (done)
		progress_show(l->cli, &l->shown, NULL);
	else
		progress_show(l->cli, &l->shown, "%lld %s, %lld %s", (long long)l->loaded,
			      said(l->cli, "læst ind", "loaded"), (long long)l->refused,
			      said(l->cli, "afvist", "refused"));
}

/* ---- one item ---- */

static void say_issues(loading *l, const item *it, const issues *sink)
{
	progress(l, true);
	for (const issue *i = sink->first; i; i = i->next) {
		issue where = *i;
		if (it->line > 0) where.place.line += it->line - 1;
		text line = issue_line(l->work, &where, l->cli->language);
		fprintf(l->cli->outside->err, "limen: %.*s\n", TEXT_ARG(line));
	}
}

static bool keep(loading *l, item *it)
{
	if (l->last_try) return false;
	if (!it->kept) {
		if (arena_used(l->kept) + it->json.len > KEPT_BYTES_MAX) return false;
		item *again = ARENA_NEW(l->kept, item);
		*again = (item){.file = text_copy(l->kept, it->file),
				.line = it->line,
				.json = text_copy(l->kept, it->json),
				.kept = true};
		it = again;
	}
	it->next = l->waiting;
	l->waiting = it;
	return true;
}

static http_response ask(loading *l, const char *method, text target, text body)
{
	const http_header headers[] = {
	    {TEXT("X-Limen-Actor"), l->cli->actor},
	    {TEXT("Accept-Language"), l->cli->language == LANGUAGE_EN ? TEXT("en") : TEXT("da")},
	    {TEXT("Content-Type"), TEXT("application/fhir+json")},
	    {TEXT("Prefer"), TEXT("return=minimal")},
	};
	http_response p;
	const http_request q = {.arena = l->work,
				.method = text_of(method),
				.target = target,
				.headers = headers,
				.header_count = 4,
				.body = body};
	http_handle(&l->house->app, &q, &p);
	return p;
}

/* The entries of a batch that were refused, each with its reason. */
static void batch_count(loading *l, const item *it, text said_back)
{
	doc d;
	int number = 0;
	issues unheard = {.arena = l->work};
	if (!json_parse(l->work, said_back, TEXT(""), &unheard, &d)) return;
	uint32_t list = doc_get(&d, 0, NAME_entry);
	for (uint32_t i = list + 1; list && i < d.nodes[list].next; i = d.nodes[i].next, number++) {
		uint32_t response = doc_get(&d, i, NAME_response);
		uint32_t outcome = response ? doc_get(&d, response, NAME_outcome) : NODE_ABSENT;
		text status = response ? doc_get_text(&d, response, NAME_status) : (text){0};
		if (status.len > 0 && status.at[0] < '4') {
			l->loaded++;
			continue;
		}
		l->refused++;
		buffer b = {.arena = l->work};
		progress(l, true);
		fprintf(l->cli->outside->err, "limen: %.*s: entry[%d]: %.*s\n", TEXT_ARG(it->file), number,
			TEXT_ARG(status));
		if (!outcome) continue;
		json_write(&b, &d, outcome, JSON_COMPACT);
		outcome_print(l->cli, it->file, it->line, buffer_text(&b));
	}
}

static int64_t entries_of(const doc *d)
{
	uint32_t list = doc_get(d, 0, NAME_entry);
	return list ? d->nodes[list].len : 0;
}

static http_response send(loading *l, const item *it, const doc *d, bool *executed)
{
	text type = doc_type(d), id = doc_get_text(d, 0, NAME_id), kind = doc_get_text(d, 0, NAME_type);
	bool bundle = text_equal(type, TEXT("Bundle"));
	*executed = bundle && (text_equal(kind, TEXT("transaction")) || text_equal(kind, TEXT("batch")));
	if (*executed) return ask(l, "POST", TEXT("/fhir"), it->json);
	text target = text_format(l->work, "/fhir/%.*s", TEXT_ARG(type));
	if (id.len == 0) return ask(l, "POST", target, it->json);
	return ask(l, "PUT", text_format(l->work, "%.*s/%.*s", TEXT_ARG(target), TEXT_ARG(url_part(l->work, id))),
		   it->json);
}

static void item_load(loading *l, item *it)
{
	doc d;
	bool executed;
	issues sink = {.arena = l->work};
	if (!json_parse_resource(l->work, it->json, it->file, &sink, &d)) {
		say_issues(l, it, &sink);
		l->refused++;
		return;
	}
	http_response p = send(l, it, &d, &executed);
	if (p.status < 400) {
		if (executed && text_equal(doc_get_text(&d, 0, NAME_type), TEXT("batch")))
			batch_count(l, it, p.body);
		else
			l->loaded += executed ? entries_of(&d) : 1;
		return;
	}
	if (p.status < 500 && keep(l, it)) return;
	progress(l, true);
	outcome_print(l->cli, it->file, it->line, p.body);
	l->refused++;
}

static void item_try(loading *l, item *it)
{
	arena_mark here = arena_here(l->cli->arena);
	item_load(l, it);
	arena_reset(l->work);
	arena_rewind(l->cli->arena, here);
	progress(l, false);
}

/* What waits is tried again, oldest first, until a whole round helps nothing; the last round says why. */
static void waiting_try(loading *l)
{
	for (bool helped = true; l->waiting;) {
		item *oldest = NULL, *next;
		for (item *it = l->waiting; it; it = next) {
			next = it->next;
			it->next = oldest;
			oldest = it;
		}
		int64_t before = l->loaded;
		l->last_try = !helped;
		l->waiting = NULL;
		for (item *it = oldest; it; it = next) {
			next = it->next;
			item_try(l, it);
		}
		helped = l->loaded > before;
	}
}

/* ---- pieces ---- */

static void take(void *self, const piece *p)
{
	item it = {.file = p->file, .line = p->line, .json = p->json};
	item_try(self, &it);
}

static void refuse(void *self, const issue *i)
{
	loading *l = self;
	progress(l, true);
	text line = issue_line(l->work, i, l->cli->language);
	fprintf(l->cli->outside->err, "limen: %.*s\n", TEXT_ARG(line));
	l->refused++;
	arena_reset(l->work);
}

int command_load(cli *c)
{
	house h;
	if (c->arg_count == 0) return fail_called(c);
	if (!house_open(c, &h, RECORD_WRITE)) {
		issues_print(c, &c->sink);
		return issues_exit(&c->sink);
	}
	loading l = {.cli = c, .house = &h, .work = arena_new(REQUEST_ARENA_MAX), .kept = arena_new(PROCESS_ARENA_MAX)};
	piece_reader reader = {.cli = c, .self = &l, .take = take, .refuse = refuse};
	for (int i = 0; i < c->arg_count; i++) pieces_read(&reader, c->args[i]);
	waiting_try(&l);
	progress(&l, true);
	fprintf(c->outside->out, "%lld %s, %lld %s\n", (long long)l.loaded,
		said(c, "ressourcer læst ind", "resources loaded"), (long long)l.refused, said(c, "afvist", "refused"));
	house_close(&h);
	arena_free(l.work);
	arena_free(l.kept);
	return l.refused > 0 ? CLI_INPUT : CLI_FINE;
}
