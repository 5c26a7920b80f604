/* bench law: a change of law over a store of pathways, brought in beside a writer. A department of referrals is made once, by commits like
 * any other but many writes in each, and kept in build/bench-data; each run changes the right to assessment from 30 days to 28, or back,
 * opens the record as `serve` does and waits until the new rules have come to everything, while somebody writes 50 times a second. Beside it
 * the same writer without re-evaluation. 20,000 pathways; with LIMEN_LONG a million, with LIMEN_PATHWAYS so many. Lines "law.key value". */
#define LIMEN_OS /* reads LIMEN_LONG */
#include "work/work.h"
#include "notify/notify.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { AT_ONCE = 250, PATIENTS = 5000, SAMPLES_MAX = 200000, EACH_MS = 20, ALONE_S = 20, DAYS = 40 };

static const caller who = {.actor = {"PractitionerRole/dr-b", 21}, .purpose = {"HADMIN", 6}, .scope = {"*", 1}};
static arena *process;

static void stop(const char *what, const issues *sink)
{
	fprintf(stderr, "bench law: %s\n", what);
	for (const issue *i = sink ? sink->first : NULL; i; i = i->next) {
		text line = issue_line(sink->arena, i, LANGUAGE_EN);
		fprintf(stderr, "  %.*s\n", TEXT_ARG(line));
	}
	exit(1);
}

/* ---- the two laws ---- */

static text shipped(const content_file *files, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (text_equal(files[i].name, text_of(name))) return files[i].source;
	return (text){0};
}

/* The shipped rule with 28 days and one example in place of its own. */
static text four_weeks(text rule)
{
	text was = TEXT("limit: 30 calendar days");
	int64_t at = text_find(rule, was), cases = text_find(rule, TEXT("\ncases:\n"));
	if (at < 0 || cases < at) stop("the rule is not as it was", NULL);
	text rest = text_slice(rule, at + was.len, cases + 1);
	return text_format(process,
			   "%.*slimit: 28 calendar days%.*scases: [ { name: x, referral.received: 2026-03-02, due: "
			   "2026-03-30 } ]\n",
			   (int)at, rule.at, TEXT_ARG(rest));
}

static image *law(bool changed)
{
	int count;
	issues sink = {.arena = process};
	const content_file *files = content_embedded(&count);
	content_file own = {TEXT("law.yaml"),
			    changed ? four_weeks(shipped(files, count, "dk/clocks/udredningsret.yaml")) : (text){0}};
	image *m = content_load(files, count, &own, changed, &sink);
	if (!m) stop("content", &sink);
	return m;
}

static record *open_with(image *m, world *w, const char *file)
{
	issues sink = {.arena = process};
	pathway_register(m);
	clock_register(m);
	work_register(m);
	const record_options how = {.file = text_of(file), .world = w, .content = m, .beside = true};
	record *r = record_open(process, &how, &sink);
	if (!r) stop("open", &sink);
	return r;
}

/* ---- the department ---- */

static const doc *parsed(arena *a, text json)
{
	issues sink = {.arena = a};
	doc *d = ARENA_NEW(a, doc);
	if (!json_parse_resource(a, json, TEXT(""), &sink, d)) stop("parse", &sink);
	return d;
}

/* A third of them was visitated, a third of those decided and told: not every clock runs in every pathway. */
static text referral_json(arena *a, int64_t n, int64_t edition)
{
	day on = day_from_civil((civil){2026, 11, 20}) - (day)(n % DAYS);
	buffer b = {.arena = a};
	buffer_format(
	    &b,
	    "{\"resourceType\":\"ServiceRequest\",\"id\":\"r%lld\",\"status\":\"active\",\"intent\":\"order\","
	    "\"category\":[{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"3457005\"}",
	    (long long)n);
	if (n % 3 == 0)
		buffer_format(&b, ",{\"system\":\"urn:limen:referral-class\",\"code\":\"%s\"}",
			      n % 2 ? "udredning" : "behandling");
	buffer_format(&b,
		      "]}],\"subject\":{\"reference\":\"Patient/p%lld\"},\"authoredOn\":\"%.*s\",\"reasonCode\":[{"
		      "\"text\":\"Nyresten %lld\"}]",
		      (long long)(n % PATIENTS), TEXT_ARG(day_iso(a, on)), (long long)edition);
	if (n % 3 == 0)
		buffer_format(&b,
			      ",\"extension\":[{\"url\":\"urn:limen:visitation\",\"extension\":[{\"url\":\"at\","
			      "\"valueDateTime\":\"%.*sT09:00:00+01:00\"}]}]",
			      TEXT_ARG(day_iso(a, on + 2)));
	buffer_char(&b, '}');
	return buffer_text(&b);
}

static void commit(record *r, arena *a, const write_op *writes, int count)
{
	issues sink = {.arena = a};
	written *out = ARENA_ARRAY(a, written, count);
	if (!record_commit(r, &who, writes, count, a, &sink, out)) stop("commit", &sink);
}

static void put_many(record *r, int64_t from, int64_t to, bool patients)
{
	arena *a = arena_new(REQUEST_ARENA_MAX);
	write_op *writes = ARENA_ARRAY(a, write_op, to - from);
	for (int64_t n = from; n < to; n++) {
		text json = patients
				? text_format(a, "{\"resourceType\":\"Patient\",\"id\":\"p%lld\",\"gender\":\"male\"}",
					      (long long)n)
				: referral_json(a, n, 0);
		writes[n - from] = (write_op){.method = WRITE_UPDATE,
					      .resource = parsed(a, json),
					      .type = patients ? TEXT("Patient") : TEXT("ServiceRequest"),
					      .id = text_format(a, "%s%lld", patients ? "p" : "r", (long long)n)};
	}
	commit(r, a, writes, (int)(to - from));
	arena_free(a);
}

static void put_doctor(record *r)
{
	arena *a = arena_new(MIB);
	text json = TEXT("{\"resourceType\":\"PractitionerRole\",\"id\":\"dr-b\",\"code\":[{\"coding\":[{\"system\":"
			 "\"urn:limen:role\",\"code\":\"doctor\"}]}]}");
	write_op w = {
	    .method = WRITE_UPDATE, .resource = parsed(a, json), .type = TEXT("PractitionerRole"), .id = TEXT("dr-b")};
	commit(r, a, &w, 1);
	arena_free(a);
}

typedef struct maker {
	record *record;
	_Atomic int64_t *next;
	int64_t all;
} maker;

static void *make_some(void *self)
{
	maker *m = self;
	for (int64_t from; (from = atomic_fetch_add(m->next, AT_ONCE)) < m->all;)
		put_many(m->record, from, from + AT_ONCE < m->all ? from + AT_ONCE : m->all, false);
	return NULL;
}

/* Two threads prepare while the writer writes. */
static void department_make(world *w, const char *file, int64_t pathways)
{
	char making[300];
	_Atomic int64_t next = 0;
	snprintf(making, sizeof making, "%s.making", file);
	issues sink = {.arena = process};
	store_discard(process, text_of(making), &sink);
	int64_t began = w->monotonic(w);
	record *r = open_with(law(false), w, making);
	put_doctor(r);
	for (int64_t n = 0; n < PATIENTS; n += AT_ONCE) put_many(r, n, n + AT_ONCE, true);
	maker m = {.record = r, .next = &next, .all = pathways};
	pthread_t threads[2];
	for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, make_some, &m);
	for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
	record_close(r);
	if (rename(making, file) != 0) stop("rename", NULL);
	printf("law.made_seconds %.0f\n", (double)(w->monotonic(w) - began) / 1e6);
	fflush(stdout);
}

/* ---- somebody who writes meanwhile ---- */

typedef struct writer {
	record *record;
	world *world;
	pthread_t thread;
	atomic_bool stop;
	int64_t pathways, count;
	int64_t took[SAMPLES_MAX]; /* microseconds */
} writer;

static void *write_on(void *self)
{
	writer *w = self;
	arena *a = arena_new(REQUEST_ARENA_MAX);
	random_state random = random_seed(7);
	while (!atomic_load(&w->stop) && w->count < SAMPLES_MAX) {
		int64_t n = random_below(&random, w->pathways);
		write_op op = {.method = WRITE_UPDATE,
			       .resource = parsed(a, referral_json(a, n, w->world->monotonic(w->world))),
			       .type = TEXT("ServiceRequest"),
			       .id = text_format(a, "r%lld", (long long)n)};
		int64_t began = w->world->monotonic(w->world);
		commit(w->record, a, &op, 1);
		w->took[w->count++] = w->world->monotonic(w->world) - began;
		arena_reset(a);
		poll(NULL, 0, EACH_MS);
	}
	arena_free(a);
	return NULL;
}

static void writer_begin(writer *w, record *r, world *world, int64_t pathways)
{
	w->record = r;
	w->world = world;
	w->pathways = pathways;
	w->count = 0;
	atomic_store(&w->stop, false);
	pthread_create(&w->thread, NULL, write_on, w);
}

static int by_size(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return (a > b) - (a < b);
}

static void writer_end(writer *w, const char *named)
{
	atomic_store(&w->stop, true);
	pthread_join(w->thread, NULL);
	if (w->count == 0) return;
	qsort(w->took, (size_t)w->count, sizeof *w->took, by_size);
	printf("law.write_p50_ms%s %.2f\nlaw.write_p99_ms%s %.2f\nlaw.write_max_ms%s %.2f\n", named,
	       (double)w->took[w->count / 2] / 1000, named, (double)w->took[w->count * 99 / 100] / 1000, named,
	       (double)w->took[w->count - 1] / 1000);
	printf("law.writes%s %lld\n", named, (long long)w->count);
	fflush(stdout);
}

/* ---- the change ---- */

static reevaluation state_of(record *r)
{
	arena *a = arena_new(MIB);
	issues sink = {.arena = a};
	reevaluation x;
	reader *rd = record_reader(r, &who, a, &sink);
	if (!rd || !record_reevaluation(rd, &x, &sink)) stop("state", &sink);
	reader_close(rd);
	arena_free(a);
	return x;
}

/* By which of the two it was computed last: then it is changed to the other. */
static bool changed_before(world *w, const char *file)
{
	issues sink = {.arena = process};
	image *m = law(true);
	pathway_register(m);
	clock_register(m);
	work_register(m);
	record *r = record_open(
	    process, &(record_options){.use = RECORD_READ, .file = text_of(file), .world = w, .content = m}, &sink);
	if (!r) stop("open", &sink);
	record_close(r);
	return sink.count == 0; /* no warning that it is other content */
}

static void law_change(world *w, const char *file, int64_t pathways)
{
	static writer writing;
	bool back = changed_before(w, file);
	record *r = open_with(law(back), w, file); /* as it is */
	writer_begin(&writing, r, w, pathways);
	poll(NULL, 0, ALONE_S * 1000);
	writer_end(&writing, "_without");
	int64_t before = record_sequence(r);
	record_close(r);
	int64_t began = w->monotonic(w);
	r = open_with(law(!back), w, file);
	double opened = (double)(w->monotonic(w) - began) / 1e6;
	writer_begin(&writing, r, w, pathways);
	reevaluation now = {.under_way = true};
	int64_t all = 0;
	for (int n = 0; now.under_way; n++) {
		poll(NULL, 0, 100);
		now = state_of(r);
		if (now.all) all = now.all;
		if (n % 100 == 99)
			fprintf(stderr, "bench law: %lld of %lld\n", (long long)now.done, (long long)now.all);
	}
	double seconds = (double)(w->monotonic(w) - began) / 1e6;
	writer_end(&writing, "");
	printf("law.open_seconds %.2f\nlaw.subjects %lld\nlaw.versions_written %lld\n", opened, (long long)all,
	       (long long)(record_sequence(r) - before));
	printf("law.seconds %.1f\nlaw.pathways_per_s %.0f\n", seconds, (double)pathways / seconds);
	record_close(r);
}

int main(void)
{
	process = arena_new(16 * PROCESS_ARENA_MAX);
	moment start;
	moment_parse(TEXT("2026-11-20T10:00:00+01:00"), &start);
	world w = world_simulated(start.low, 1);
	w.monotonic = world_real()->monotonic;
	int64_t pathways = getenv("LIMEN_LONG") ? 1000000 : 20000;
	const char *asked = getenv("LIMEN_PATHWAYS");
	if (asked && (!text_to_int(text_of(asked), &pathways) || pathways < 1)) stop("LIMEN_PATHWAYS", NULL);
	char file[200];
	pathway_content();
	clock_content();
	work_content();
	notify_content();
	mkdir("build", 0777);
	mkdir("build/bench-data", 0777);
	snprintf(file, sizeof file, "build/bench-data/law-%lld.db", (long long)pathways);
	printf("law.pathways %lld\n", (long long)pathways);
	if (access(file, F_OK) != 0) department_make(&w, file, pathways);
	struct stat st;
	if (stat(file, &st) == 0) printf("law.gb %.2f\n", (double)st.st_size / 1e9);
	law_change(&w, file, pathways);
	return 0;
}
