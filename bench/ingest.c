/* bench ingest: the whole Synthea set through the REST door, durable: 122 Bundles (120 transactions, 2 batches; 92,114 resources) parsed,
 * checked, indexed, linked and committed, two at a time; beside it a bare SQLite loop that writes the very same rows in the same groups.
 * ratio_last_tenth is the speed of the last tenth of the Bundles against that of the first nine. Lines "ingest.KEY VALUE", the headline
 * ratio last. Skips, and says so, where ../shared/data/synthea is not there. The file is left for other benches: build/bench-data/synthea.db.
 *
 *   ingest [FILE TIMES]   the patients' Bundles so many times over, into FILE, without the loop beside: what ./dev bench million asks */
#define LIMEN_OS /* LIMEN_SHARED, bzip2, /proc */
#include "bench/bare.h"
#include "bench/files.h"
#include "cli/internal.h"

#include <pthread.h>
#include <stdatomic.h>

enum { BUNDLES_MAX = 4000, LOADERS = 2 };

typedef struct bundle {
	text json;
	int64_t entries, done_at;
} bundle;

typedef struct ingest {
	house house;
	bundle bundles[BUNDLES_MAX];
	int count;
	atomic_int next;
	atomic_llong loaded;
} ingest;

/* Posts a Bundle; how many of its entries were taken. */
static int64_t bundle_post(ingest *in, arena *a, const bundle *b)
{
	doc d;
	int64_t taken = 0;
	issues sink = {.arena = a};
	const caller who = {.actor = TEXT("Device/bench"), .purpose = TEXT("HADMIN"), .scope = TEXT("*")};
	http_response p = http_call(&in->house.app, a, &who, "POST", TEXT("/fhir"), b->json);
	if (p.status != 200 || !json_parse(a, p.body, TEXT(""), &sink, &d))
		bare_stop("a Bundle was refused", text_z(a, p.body));
	uint32_t list = doc_get(&d, 0, NAME_entry);
	for (uint32_t i = list + 1; list && i < d.nodes[list].next; i = d.nodes[i].next) {
		uint32_t response = doc_get(&d, i, NAME_response);
		text status = doc_get_text(&d, response, NAME_status);
		if (status.len == 0 || status.at[0] != '2') bare_stop("an entry was refused", text_z(a, status));
		taken++;
	}
	return taken;
}

static void *load_bundles(void *self)
{
	ingest *in = self;
	world *w = world_real();
	arena *a = arena_new(REQUEST_ARENA_MAX);
	for (int i; (i = atomic_fetch_add(&in->next, 1)) < in->count;) {
		in->bundles[i].entries = bundle_post(in, a, &in->bundles[i]);
		in->bundles[i].done_at = w->monotonic(w);
		atomic_fetch_add(&in->loaded, in->bundles[i].entries);
		arena_reset(a);
	}
	arena_free(a);
	return NULL;
}

/* Resources a second over the Bundles [from, to). */
static double speed(const ingest *in, int from, int to, int64_t began)
{
	int64_t start = from > 0 ? in->bundles[from - 1].done_at : began, entries = 0;
	for (int i = from; i < to; i++) entries += in->bundles[i].entries;
	return (double)entries * 1e6 / (double)(in->bundles[to - 1].done_at - start);
}

/* The hospitals and practitioners first, as the patients' Bundles look for them; then all the rest side by side. */
static int64_t load_all(ingest *in)
{
	world *w = world_real();
	arena *a = arena_new(REQUEST_ARENA_MAX);
	pthread_t threads[LOADERS];
	int64_t began = w->monotonic(w);
	for (; in->next < in->count && text_find(in->bundles[in->next].json, TEXT("\"batch\"")) >= 0; in->next++) {
		bundle *b = &in->bundles[in->next];
		b->entries = bundle_post(in, a, b);
		b->done_at = w->monotonic(w);
		in->loaded += b->entries;
		arena_reset(a);
	}
	for (int i = 0; i < LOADERS; i++) pthread_create(&threads[i], NULL, load_bundles, in);
	for (int i = 0; i < LOADERS; i++) pthread_join(threads[i], NULL);
	arena_free(a);
	return began;
}

/* The Bundles, those of the patients (they come last) so many times over. */
static void bundles_take(ingest *in, const bench_files *files, int64_t times)
{
	for (int64_t k = 0; k < times; k++)
		for (int i = 0; i < files->count && in->count < BUNDLES_MAX; i++) {
			bool batch = text_find(files->at[i], TEXT("\"batch\"")) >= 0;
			if (k == 0 || !batch) in->bundles[in->count++].json = files->at[i];
		}
}

static void beside(const char *file, double per_s)
{
	const char *bare_file = "build/bench-data/bare.db";
	bare_report bare = bare_run(file, bare_file, 0);
	for (int i = 0; i < 3; i++) {
		static const char *const ends[] = {"", "-wal", "-shm"};
		char gone[200];
		snprintf(gone, sizeof gone, "%s%s", bare_file, ends[i]);
		unlink(gone);
	}
	double bare_per_s = (double)bare.versions * 1e6 / (double)bare.us;
	printf("ingest.groups %d\n", bare.groups);
	printf("ingest.rows_per_resource %.1f\n", (double)bare.rows / (double)bare.versions);
	printf("ingest.bare_resources_per_s %.0f\n", bare_per_s);
	printf("ingest.resources_per_s %.0f\n", per_s);
	printf("ingest.ratio_bare_sqlite %.2f\n", per_s / bare_per_s);
}

int main(int argc, char **argv)
{
	static ingest in;
	int64_t times = 1;
	if (argc > 2 && (!text_to_int(text_of(argv[2]), &times) || times < 1)) bare_stop("not a number:", argv[2]);
	static bench_files files;
	files.arena = arena_new(1024 * MIB);
	bench_add_synthea(&files);
	if (files.count == 0) {
		printf("ingest: skipped: ../shared/data/synthea is not there\n");
		return 0;
	}
	bundles_take(&in, &files, times);
	const char *file = argc > 1 ? argv[1] : "build/bench-data/synthea.db";
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	mkdir("build/bench-data", 0755);
	for (int i = 0; i < 4; i++) {
		char gone[200];
		snprintf(gone, sizeof gone, "%s%s", file, ends[i]);
		unlink(gone);
	}
	int64_t before = bench_resident_kib();
	cli_outside outside = {.out = stdout, .err = stderr, .world = world_real()};
	cli c = {.outside = &outside,
		 .arena = arena_new(PROCESS_ARENA_MAX),
		 .db = text_of(file),
		 .host = TEXT("127.0.0.1"),
		 .port = 8420};
	c.sink.arena = c.arena;
	if (times == 1) bare_watch();
	if (!house_open(&c, &in.house, RECORD_WRITE)) {
		issues_print(&c, &c.sink);
		return 1;
	}
	int64_t began = load_all(&in), ended = 0;
	for (int i = 0; i < in.count; i++)
		if (in.bundles[i].done_at > ended) ended = in.bundles[i].done_at;
	house_close(&in.house);
	if (times == 1) bare_watch_ends();
	int64_t grown = bench_resident_kib() - before;
	double per_s = (double)in.loaded * 1e6 / (double)(ended - began);
	int tenth = in.count - in.count / 10;
	struct stat st = {0};
	stat(file, &st);
	printf("ingest.resources %lld\n", (long long)in.loaded);
	printf("ingest.resident_mb %.0f\n", (double)grown / 1024);
	printf("ingest.bytes_per_resource %.0f\n", (double)st.st_size / (double)in.loaded);
	printf("ingest.ratio_last_tenth %.2f\n", speed(&in, tenth, in.count, began) / speed(&in, 0, tenth, began));
	if (times == 1)
		beside(file, per_s);
	else
		printf("ingest.resources_per_s %.0f\n", per_s);
	arena_free(files.arena);
	return 0;
}
