/* validate.c: resources in files held against R4 and profiles: what is wrong with each, at its line and column, and a table
 * of it all. Nothing of a department is opened. Pieces are worked on by a crew of threads. */
#include "cli/internal.h"

#include <signal.h>
#include <stdatomic.h>

typedef struct hand {
	arena *arena; /* one piece */
	summary *summary;
} hand;

typedef struct validating {
	cli *cli;
	validation how;
	type_id on;
	piece_reader reader;
	crew *crew;
	hand hands[CREW_MAX];
	atomic_llong resources, wrong;
	atomic_bool stop; /* nobody reads what is said any more */
	bool unread;      /* a file that cannot be read */
	int64_t shown;
} validating;

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

/* ---- what is said of a finding ---- */

/* "file:line:column: warning: place: text"; an error is not called one. */
static void finding_say(const validating *v, hand *h, const issue *i, buffer *out)
{
	const place *p = &i->place;
	buffer_add(out, p->file);
	if (p->line) buffer_format(out, ":%lld", (long long)p->line);
	if (p->line && p->column) buffer_format(out, ":%lld", (long long)p->column);
	buffer_add(out, TEXT(": "));
	if (i->severity != SEVERITY_ERROR) buffer_format(out, "%s: ", severity_word(v->cli, i->severity));
	if (p->path.len) buffer_format(out, "%.*s: ", TEXT_ARG(p->path));
	buffer_add(out, issue_text(h->arena, i, v->cli->language));
	buffer_char(out, '\n');
}

static void outcome_say(const validating *v, hand *h, const issues *sink, const piece *p, buffer *out)
{
	language lang = v->cli->language;
	place whole = {.file = p->file, .line = p->line ? p->line : 1, .column = 1};
	issues fine = {.arena = h->arena};
	if (!sink->first) issue_put(&fine, SEVERITY_INFORMATION, FAIL_FHIR_VALID, whole, (text[3]){{0}});
	buffer_add(out, outcome_json(h->arena, sink->first ? sink : &fine, lang));
	buffer_char(out, '\n');
}

static void findings_say(const validating *v, hand *h, const issues *sink, const piece *p, buffer *out)
{
	if (v->cli->json) {
		outcome_say(v, h, sink, p, out);
		return;
	}
	int told = 0;
	for (const issue *i = sink->first; i; i = i->next, told++) finding_say(v, h, i, out);
	if (told == sink->count) return;
	buffer_add(out, p->file);
	if (p->line) buffer_format(out, ":%lld", (long long)p->line);
	buffer_format(out, ": … %s %d\n", said(v->cli, "og flere:", "and more:"), sink->count - told);
}

/* ---- what is counted ---- */

/* The last part of a canonical URL: what people call the profile. */
static text profile_name(text url)
{
	text bare = text_cut(url, '|').head;
	text_pair sides = text_cut_last(bare, '/');
	return sides.found && sides.tail.len ? sides.tail : bare;
}

static void name_add(buffer *b, text url)
{
	text name = profile_name(url);
	if (text_find(buffer_text(b), name) >= 0) return;
	if (b->len) buffer_add(b, TEXT(" + "));
	buffer_add(b, name);
}

static text profiles_of(const validating *v, arena *a, const doc *d, uint32_t n, bool root)
{
	buffer b = {.arena = a};
	uint32_t meta = doc_get(d, n, NAME_meta), list = meta ? doc_get(d, meta, NAME_profile) : NODE_ABSENT;
	if (list && d->nodes[list].kind == NODE_ARRAY)
		for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next)
			if (d->nodes[i].kind == NODE_STRING) name_add(&b, doc_text(d, i));
	for (int i = 0; root && i < v->how.against_count; i++) name_add(&b, v->how.against[i]);
	return buffer_text(&b);
}

/* The entry a path leads into, "Bundle.entry[7].resource…"; -1: none. *rest is what follows. */
static int64_t entry_of(text path, text *rest)
{
	int64_t number;
	text head = TEXT("Bundle.entry["), resource = TEXT(".resource");
	if (!text_starts(path, head)) return -1;
	text_pair cut = text_cut(text_slice(path, head.len, path.len), ']');
	if (!text_to_int(cut.head, &number) || !text_starts(cut.tail, resource)) return -1;
	*rest = text_slice(cut.tail, resource.len, cut.tail.len);
	return number;
}

typedef struct entries {
	verdict *at; /* of each entry with a resource; type empty: it has none */
	int64_t count;
} entries;

static entries entries_of(const validating *v, arena *a, const doc *d)
{
	entries all = {0};
	uint32_t list = text_equal(doc_type(d), TEXT("Bundle")) ? doc_get(d, 0, NAME_entry) : NODE_ABSENT;
	if (!list || d->nodes[list].kind != NODE_ARRAY) return all;
	all.at = ARENA_ARRAY(a, verdict, d->nodes[list].len + 1);
	for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next, all.count++) {
		uint32_t resource = doc_get(d, i, NAME_resource);
		if (!resource) continue;
		all.at[all.count].type = doc_get_text(d, resource, NAME_resourceType);
		all.at[all.count].profiles = profiles_of(v, a, d, resource, false);
	}
	return all;
}

static void finding_count(hand *h, language lang, verdict *root, const entries *all, const issue *found)
{
	text rest;
	issue i = *found;
	verdict *of = root;
	int64_t entry = entry_of(i.place.path, &rest);
	if (entry >= 0 && entry < all->count && all->at[entry].type.len) {
		of = &all->at[entry];
		i.place.path = text_join(h->arena, of->type, rest);
	}
	of->errors += i.severity == SEVERITY_ERROR;
	of->warnings += i.severity == SEVERITY_WARNING;
	summary_finding(h->summary, h->arena, &i, lang);
}

static void verdict_add(validating *v, hand *h, const verdict *one)
{
	summary_add(h->summary, one);
	atomic_fetch_add(&v->resources, 1);
	if (one->errors) atomic_fetch_add(&v->wrong, 1);
}

/* A resource, and each resource of a Bundle's entries by itself. `d` NULL: what there is cannot be read as one. */
static void count(validating *v, hand *h, const doc *d, const issues *sink)
{
	verdict root = {.type = text_of(said(v->cli, "(ulæselig)", "(unreadable)"))};
	entries all = {0};
	if (d) {
		root = (verdict){.type = doc_type(d), .profiles = profiles_of(v, h->arena, d, 0, true)};
		all = entries_of(v, h->arena, d);
	}
	for (const issue *i = sink->first; i; i = i->next) finding_count(h, v->cli->language, &root, &all, i);
	verdict_add(v, h, &root);
	for (int64_t i = 0; i < all.count; i++)
		if (all.at[i].type.len) verdict_add(v, h, &all.at[i]);
}

/* ---- one piece ---- */

static issues findings_sink(const hand *h)
{
	return (issues){.arena = h->arena, .keep = FINDINGS_MAX};
}

typedef struct placed {
	issue *issue;
	int64_t offset;
	int order;
} placed;

static int by_offset(const void *x, const void *y)
{
	const placed *a = x, *b = y;
	if (a->offset != b->offset) return a->offset < b->offset ? -1 : 1;
	return a->order - b->order;
}

/* Each finding gets its line and column, and they are told in the order of the text. */
static void place_all(arena *a, const piece *p, const doc *d, issues *sink)
{
	json_cursor cursor = {0};
	placed *all = ARENA_ARRAY(a, placed, sink->kept + 1);
	int count = 0;
	for (issue *i = sink->first; i; i = i->next, count++)
		all[count] = (placed){i, json_offset(d, i->place.path), count};
	qsort(all, (size_t)count, sizeof *all, by_offset);
	for (int n = 0; n < count; n++) {
		issue *i = all[n].issue;
		json_locate(&cursor, d, all[n].offset, &i->place);
		i->place.file = p->file;
		if (p->line) i->place.line += p->line - 1;
		i->next = n + 1 < count ? all[n + 1].issue : NULL;
	}
	sink->first = count ? all[0].issue : NULL;
	sink->last = count ? all[count - 1].issue : NULL;
}

static void validate_doc(validating *v, hand *h, const piece *p, const doc *d, buffer *out)
{
	if (v->on && !type_is(d->type, v->on)) return;
	issues sink = findings_sink(h);
	resource_validate(&v->how, d, h->arena, &sink);
	place_all(h->arena, p, d, &sink);
	findings_say(v, h, &sink, p, out);
	count(v, h, d, &sink);
}

static void validate_entries(validating *v, hand *h, const piece *p, const doc *d, buffer *out)
{
	uint32_t list = doc_get(d, 0, NAME_entry);
	if (!list) return;
	for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next) {
		uint32_t resource = doc_get(d, i, NAME_resource);
		if (!resource || d->nodes[resource].kind != NODE_OBJECT) continue;
		arena_mark here = arena_here(h->arena);
		doc part = doc_part(h->arena, d, resource);
		validate_doc(v, h, p, &part, out);
		arena_rewind(h->arena, here);
	}
}

static void refused(validating *v, hand *h, const piece *p, issues *sink, buffer *out)
{
	for (issue *i = sink->first; i; i = i->next)
		if (p->line && i->place.line) i->place.line += p->line - 1;
	findings_say(v, h, sink, p, out);
	count(v, h, NULL, sink);
}

static void validate_piece(validating *v, hand *h, const piece *p, buffer *out)
{
	doc d;
	issues sink = findings_sink(h);
	if (!json_parse_resource(h->arena, p->json, p->file, &sink, &d))
		refused(v, h, p, &sink, out);
	else if (v->cli->entries && text_equal(doc_type(&d), TEXT("Bundle")))
		validate_entries(v, h, p, &d, out);
	else
		validate_doc(v, h, p, &d, out);
}

/* What needs too much is refused, and the next one is read. */
static void work_one(void *self, int worker, const piece *p, buffer *out)
{
	jmp_buf home;
	validating *v = self;
	hand *h = &v->hands[worker];
	if (atomic_load(&v->stop)) return;
	if (setjmp(home)) {
		arena_reset(h->arena);
		issues sink = findings_sink(h);
		issue_at(&sink, FAIL_RECORD_BUDGET, (place){.file = p->file, .line = p->line}, TEXT(""), TEXT(""),
			 TEXT(""));
		refused(v, h, p, &sink, out);
	} else {
		arena_boundary(h->arena, &home);
		validate_piece(v, h, p, out);
	}
	arena_boundary(h->arena, NULL);
	arena_reset(h->arena);
}

static void work_written(void *self, text said_of)
{
	validating *v = self;
	FILE *out = v->cli->outside->out;
	if (said_of.len) {
		progress_show(v->cli, &v->shown, NULL);
		fwrite(said_of.at, 1, (size_t)said_of.len, out);
		fflush(out);
		if (ferror(out)) atomic_store(&v->stop, true);
	}
	progress_show(v->cli, &v->shown, "%lld %s, %lld %s", (long long)atomic_load(&v->resources),
		      said(v->cli, "efterprøvet", "validated"), (long long)atomic_load(&v->wrong),
		      said(v->cli, "med fejl", "with errors"));
}

/* ---- reading ---- */

static void take(void *self, const piece *p)
{
	validating *v = self;
	crew_take(v->crew, p);
	v->reader.stop = interrupted || atomic_load(&v->stop);
}

static void idle(void *self)
{
	validating *v = self;
	crew_begin(v->crew);
	v->reader.stop = interrupted || atomic_load(&v->stop);
}

static void refuse(void *self, const issue *i)
{
	validating *v = self;
	v->unread = true;
	text line = issue_line(v->cli->arena, i, v->cli->language);
	fprintf(v->cli->outside->err, "limen: %.*s\n", TEXT_ARG(line));
}

static bool read_all(validating *v, int threads)
{
	cli *c = v->cli;
	sigset_t interrupt, before;
	const crew_work work = {.self = v, .one = work_one, .written = work_written};
	struct sigaction old, action = {.sa_handler = on_interrupt}; /* no SA_RESTART: a read that waits ends */
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	pthread_sigmask(SIG_BLOCK, &interrupt, &before); /* the crew's threads inherit it: this one hears */
	v->crew = crew_start(c, &work, threads);
	interrupted = 0;
	sigaction(SIGINT, &action, &old);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	for (int i = 0; v->crew && i < c->arg_count && !v->reader.stop; i++) pieces_read(&v->reader, c->args[i]);
	if (v->crew) crew_end(v->crew);
	sigaction(SIGINT, &old, NULL);
	return v->crew;
}

/* An empty stream is in order, but silence would look like praise. */
static void tell_nothing(cli *c)
{
	issue_add(&c->sink, FAIL_CLI_EMPTY, TEXT(""), TEXT(""));
	issues_print(c, &c->sink);
}

static int validate_all(validating *v)
{
	cli *c = v->cli;
	summary *all = summary_open();
	int threads = crew_threads();
	for (int i = 0; i < threads; i++) v->hands[i] = (hand){arena_new(REQUEST_ARENA_MAX), summary_open()};
	bool done = read_all(v, threads);
	for (int i = 0; i < threads; i++) {
		summary_join(all, v->hands[i].summary);
		summary_close(v->hands[i].summary);
		arena_free(v->hands[i].arena);
	}
	progress_show(c, &v->shown, NULL);
	if (done && !c->json) summary_print(c, all);
	summary_close(all);
	if (done && !v->unread && !v->on && !atomic_load(&v->resources)) tell_nothing(c);
	if (!done) {
		issues_print(c, &c->sink);
		return CLI_SYSTEM;
	}
	if (interrupted) {
		fflush(c->outside->out);
		raise(SIGINT); /* so that who started it sees what ended it */
	}
	return v->unread || atomic_load(&v->wrong) ? CLI_INPUT : CLI_FINE;
}

/* ---- the command ---- */

typedef struct adding {
	cli *cli;
	profiles *to;
	arena *arena; /* lives as long as the profiles */
	int count;
} adding;

static bool is_conformance(text type)
{
	return text_equal(type, TEXT("StructureDefinition")) || text_equal(type, TEXT("ValueSet")) ||
	       text_equal(type, TEXT("CodeSystem"));
}

static void add_piece(void *self, const piece *p)
{
	adding *ad = self;
	arena_mark here = arena_here(ad->arena);
	doc *d = ARENA_NEW(ad->arena, doc);
	text json = text_copy(ad->arena, p->json);
	if (!json_parse(ad->arena, json, p->file, &ad->cli->sink, d)) return;
	if (!is_conformance(doc_type(d))) {
		arena_rewind(ad->arena, here); /* a folder of profiles has examples too, and a package.json */
		return;
	}
	d->type = type_find(doc_type(d));
	issues sink = {.arena = ad->cli->arena};
	ad->count++;
	profiles_add(ad->to, d, &sink);
	for (issue *i = sink.first; i; i = i->next) {
		i->place.file = p->file;
		issue_put(&ad->cli->sink, i->severity, i->code, i->place, i->args);
	}
}

static void add_refuse(void *self, const issue *i)
{
	adding *ad = self;
	issue_put(&ad->cli->sink, i->severity, i->code, i->place, i->args);
}

/* R4's own and the folders of --with, and among them those of --profile. CLI_FINE, or the sink says what is wrong. */
static int profiles_read(cli *c, arena *a, validating *v)
{
	profiles *p = profiles_open(a, NULL);
	adding ad = {.cli = c, .to = p, .arena = a};
	piece_reader reader = {.cli = c, .self = &ad, .take = add_piece, .refuse = add_refuse};
	for (int i = 0; i < c->with.count; i++) {
		ad.count = 0;
		pieces_read(&reader, c->with.at[i]);
		if (ad.count == 0) issue_add(&c->sink, FAIL_CLI_NO_PROFILES, c->with.at[i], TEXT(""));
	}
	if (c->sink.errors > 0) return CLI_INPUT;
	for (int i = 0; i < c->profile.count; i++)
		if (!profile_known(p, c->profile.at[i]))
			issue_add(&c->sink, FAIL_CLI_PROFILE, c->profile.at[i], TEXT(""));
	v->how.profiles = p;
	return c->sink.errors > 0 ? CLI_USAGE : CLI_FINE;
}

int command_validate(cli *c)
{
	int code;
	validating v = {.cli = c};
	if (c->arg_count == 0) return fail_called(c);
	if (!type_given(c, &v.on)) return fail_usage(c);
	v.how = (validation){.against = c->profile.at,
			     .against_count = c->profile.count,
			     .claimed = true,
			     .warnings = !c->errors,
			     .outside.now = world_now(c->outside->world)};
	v.reader = (piece_reader){.cli = c, .self = &v, .take = take, .refuse = refuse, .idle = idle};
	arena *a = arena_new(4 * PROCESS_ARENA_MAX);
	code = profiles_read(c, a, &v);
	if (code == CLI_FINE)
		code = validate_all(&v);
	else
		issues_print(c, &c->sink);
	arena_free(a);
	return code;
}
