/* bench clock: all clocks of a whole country. Ten million pathways with 14 clocks each, on one core, from facts in memory.
 *
 *     clock               the whole: pathways a second; against copying as many bytes; against the rules one by one
 *     clock FOLDER ROWS   for bench/clock.mjs: so many pathways, their columns and the calendar written as CSV, and what our clocks add
 *                         up to, for each column of each clock
 *     clock write         one write's recomputation inside a store (bench/clock_write.h)
 *
 * Which 14: of the rules about pathways those that apply most often in this department. A sample of all clocks is compared with
 * clock_try, so the vector code of this machine is tried too. */
#define LIMEN_OS /* a benchmark measures its machine */
#include "bench/clock_dump.h"
#include "bench/department.h"
#include "notify/notify.h"
#include "work/work.h"

#include <sys/stat.h>

enum {
	CLOCKS = 14,
	PATHWAYS = 10000000,
	DRAWN = 20000,   /* pathways by which the 14 are chosen */
	SAMPLE = 200000, /* computed one by one beside, so many at a time: */
	BATCH = 500,
	ROUNDS = 3,
	SEED = 20261128,
	COPY_BYTES = 1 << 30
};

typedef struct bench {
	arena *arena;
	const image *image;
	const clock_rule *rules[CLOCKS];
	uint8_t *lanes;
	clock_plan *plan;
	clock_columns *columns;
	int64_t rows;
	int64_t compute_us;
} bench;

static _Noreturn void stop(const char *why, const char *what)
{
	fprintf(stderr, "bench clock: %s %s\n", why, what);
	exit(1);
}

static int64_t now_us(void)
{
	world *w = world_real();
	return w->monotonic(w);
}

/* ---- which clocks ---- */

static bool counts_here(const clock_rule *r)
{
	return r->status != STATUS_PROPOSED && text_equal(r->face.subject, TEXT("EpisodeOfCare"));
}

static void rules_choose(bench *b)
{
	const clock_rule *const *all;
	int count = clock_rules(b->image, &all);
	int64_t *applied = ARENA_ARRAY(b->arena, int64_t, count);
	random_state rnd = random_seed(SEED);
	fact room[DEPARTMENT_FACTS_MAX];
	for (int n = 0; n < DRAWN; n++) {
		facts f = department_pathway(&rnd, room);
		clock k;
		for (int i = 0; i < count; i++)
			applied[i] += counts_here(all[i]) && clock_try(b->image, all[i], &f, &k);
	}
	for (int n = 0; n < CLOCKS; n++) {
		int best = 0;
		for (int i = 1; i < count; i++)
			if (applied[i] > applied[best]) best = i;
		b->rules[n] = all[best];
		printf("  %-28.*s applies to %4.1f %%\n", TEXT_ARG(all[best]->face.id),
		       100.0 * (double)applied[best] / DRAWN);
		applied[best] = -1;
	}
}

/* What happens several times gets as many lanes. */
static void lanes_choose(bench *b)
{
	b->lanes = ARENA_ARRAY(b->arena, uint8_t, fact_count(b->image));
	for (int i = 0; i < HAPPENINGS; i++) b->lanes[happenings[i].id] = (uint8_t)happenings[i].times;
}

/* ---- facts, clocks ---- */

static void columns_fill(bench *b, int64_t rows)
{
	random_state rnd = random_seed(SEED);
	fact room[DEPARTMENT_FACTS_MAX];
	int64_t facts_made = 0;
	b->rows = rows;
	b->columns = clock_columns_new(b->plan, rows, b->arena);
	for (int64_t row = 0; row < rows; row++) {
		facts f = department_pathway(&rnd, room);
		clock_columns_put(b->columns, row, &f);
		facts_made += f.count;
	}
	printf("clock.facts_per_pathway %.1f\n", (double)facts_made / (double)rows);
	printf("clock.aside_per_1000 %.2f\n", 1000.0 * (double)clock_columns_aside(b->columns) / (double)rows);
}

static void columns_time(bench *b)
{
	clock_columns_run(b->columns); /* the pages of the answers come into memory */
	b->compute_us = INT64_MAX;
	for (int round = 0; round < ROUNDS; round++) {
		int64_t began = now_us();
		clock_columns_run(b->columns);
		int64_t took = now_us() - began;
		if (took < b->compute_us) b->compute_us = took;
	}
}

/* As many bytes by memcpy, a GiB at a time, from memory into memory. */
static int64_t copy_time(int64_t bytes)
{
	char *from = malloc(COPY_BYTES), *to = malloc(COPY_BYTES);
	int64_t best = INT64_MAX;
	if (!from || !to) stop("no memory", "to copy");
	memset(from, 1, COPY_BYTES);
	memset(to, 2, COPY_BYTES);
	for (int round = 0; round < ROUNDS; round++) {
		int64_t began = now_us();
		for (int64_t left = bytes; left > 0; left -= COPY_BYTES) {
			memcpy(to, from, (size_t)(left < COPY_BYTES ? left : COPY_BYTES));
			__asm__ volatile("" : : "r"(to) : "memory");
		}
		int64_t took = now_us() - began;
		if (took < best) best = took;
	}
	free(from);
	free(to);
	return best;
}

/* The sample one by one: how long a pathway takes, and is it the same as the columns say. */
static double sample_ns(const bench *b, int64_t *applying)
{
	random_state rnd = random_seed(SEED);
	static fact room[BATCH][DEPARTMENT_FACTS_MAX];
	static clock alone[BATCH][CLOCKS];
	facts drawn[BATCH];
	int64_t spent = 0, count = (b->rows < SAMPLE ? b->rows : SAMPLE) / BATCH * BATCH;
	for (int64_t row = 0; row < count; row += BATCH) {
		for (int n = 0; n < BATCH; n++) drawn[n] = department_pathway(&rnd, room[n]);
		int64_t began = now_us();
		for (int n = 0; n < BATCH; n++)
			for (int i = 0; i < CLOCKS; i++) clock_try(b->image, b->rules[i], &drawn[n], &alone[n][i]);
		spent += now_us() - began;
		for (int64_t n = 0; n < BATCH * CLOCKS; n++) {
			clock column;
			int i = (int)(n % CLOCKS);
			*applying += clock_columns_clock(b->columns, row + n / CLOCKS, i, &column);
			if (!clock_same(&alone[n / CLOCKS][i], &column))
				stop("columns differ from clock_try:", text_z(b->arena, b->rules[i]->face.id));
		}
	}
	return 1e3 * (double)spent / (double)count;
}

static void memory_report(bench *b)
{
	columns_fill(b, PATHWAYS);
	columns_time(b);
	int64_t bytes = clock_columns_read(b->columns) + clock_columns_written(b->columns), applying = 0;
	int64_t copy_us = copy_time(bytes);
	double ns = 1e3 * (double)b->compute_us / (double)b->rows, alone = sample_ns(b, &applying);
	printf("clock.pathways %lld\n", (long long)b->rows);
	printf("clock.steps %d\n", clock_plan_steps(b->plan));
	printf("clock.applying_per_pathway %.1f\n", (double)applying / (double)SAMPLE);
	printf("clock.bytes_read_per_pathway %.0f\n", (double)clock_columns_read(b->columns) / (double)b->rows);
	printf("clock.bytes_written_per_pathway %.0f\n", (double)clock_columns_written(b->columns) / (double)b->rows);
	printf("clock.copy_gb_s %.1f\n", (double)bytes / 1e3 / (double)copy_us);
	printf("clock.ns_per_pathway %.0f\n", ns);
	printf("clock.ns_per_pathway_scalar %.0f\n", alone);
	printf("clock.pathways_per_s %.0f\n", 1e9 / ns);
	printf("clock.ratio_scalar %.0f\n", alone / ns);
	printf("clock.ratio_memory %.2f\n", (double)copy_us / (double)b->compute_us);
}

/* Fewer rows, for another's sake: beside it our own time on the same. */
static void dump_report(bench *b, const char *folder, int64_t rows)
{
	mkdir("build/bench-data", 0755);
	mkdir(folder, 0755);
	columns_fill(b, rows);
	columns_time(b);
	dump_all(&(dump){.columns = b->columns,
			 .image = b->image,
			 .rules = b->rules,
			 .rule_count = CLOCKS,
			 .rows = rows,
			 .arena = b->arena,
			 .folder = folder});
	printf("dump.rows %lld\n", (long long)rows);
	printf("dump.us %lld\n", (long long)b->compute_us);
}

#include "bench/clock_write.h" /* uses what stands above */

static void open_content(bench *b)
{
	issues sink = {.arena = b->arena};
	int count;
	const content_file *files = content_embedded(&count);
	pathway_content();
	clock_content();
	work_content();
	notify_content();
	b->image = content_load(files, count, NULL, 0, &sink);
	if (!b->image) stop("the content is refused:", text_z(b->arena, issue_line(b->arena, sink.first, LANGUAGE_EN)));
}

int main(int argc, char **argv)
{
	static bench b;
	int64_t rows;
	b.arena = arena_new(64LL * 1024 * MIB);
	open_content(&b);
	if (argc == 2 && text_equal(text_of(argv[1]), TEXT("write"))) {
		write_report(&b);
		return 0;
	}
	department_open(b.image);
	rules_choose(&b);
	lanes_choose(&b);
	b.plan = clock_plan_make(b.image, b.rules, CLOCKS, b.lanes, b.arena);
	if (argc == 3 && text_to_int(text_of(argv[2]), &rows))
		dump_report(&b, argv[1], rows);
	else
		memory_report(&b);
	return 0;
}
