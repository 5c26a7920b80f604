/* plan_ward.h: the ward's half of bench plan: i01 to i15 of the competition of 2024 against the best values known. */
#ifndef LIMEN_BENCH_PLAN_WARD_H
#define LIMEN_BENCH_PLAN_WARD_H

typedef struct plan_bench {
	int64_t seconds;
	int seeds, threads;
	text only; /* names, separated by commas; empty: all */
	const char *shared;
} plan_bench;

static bool plan_wanted(const plan_bench *b, text name)
{
	for (text_pair cut = text_cut(b->only, ',');; cut = text_cut(cut.tail, ',')) {
		if (b->only.len == 0 || text_equal(cut.head, name)) return true;
		if (!cut.found) return false;
	}
}

static bool plan_read_file(arena *a, const plan_bench *b, const char *below, text name, const char *ending, text *out)
{
	world *w = world_real();
	text file = text_format(a, "%s/data/%s%.*s%s", b->shared, below, TEXT_ARG(name), ending);
	if (w->read_file(w, a, file, out)) return true;
	fprintf(stderr, "bench plan: %.*s cannot be read\n", TEXT_ARG(file));
	return false;
}

static int64_t plan_column(text line, int n)
{
	int64_t value = -1;
	text_pair cut = text_cut(line, '\t');
	for (int i = 0; i < n; i++) cut = text_cut(cut.tail, '\t');
	return text_to_int(cut.head, &value) ? value : -1;
}

typedef struct ward_sum {
	double gap, worst, rate;
	int runs, broken;
} ward_sum;

/* One instance: a line with its mean over the seeds. */
static bool ward_bench_one(arena *a, const plan_bench *b, text name, int64_t best, ward_sum *sum)
{
	text source;
	issues sink = {.arena = a};
	ward w;
	if (!plan_read_file(a, b, "ihtc/instances/", name, ".json", &source) || !ward_read(a, source, name, &sink, &w))
		return false;
	double gaps = 0, worst = -100, rate = 0;
	int64_t least = INT64_MAX;
	for (int seed = 1; seed <= b->seeds; seed++) {
		ward_options o = {.threads = b->threads,
				  .solve = {.world = world_real(),
					    .seed = (uint64_t)seed,
					    .microseconds = SECONDS(b->seconds),
					    .enough = INT64_MIN}};
		ward_result r = ward_search(a, &w, &o);
		double gap = 100.0 * (double)(r.cost.total - best) / (double)best;
		gaps += gap;
		worst = gap > worst ? gap : worst;
		rate += (double)r.run.moves / (double)r.run.microseconds / b->threads;
		least = r.cost.total < least ? r.cost.total : least;
		sum->broken += r.cost.violations > 0;
	}
	printf("%-8.*s %8lld %8lld %8lld %8.2f %8.2f %8.2f\n", TEXT_ARG(name), (long long)ward_bound(a, &w),
	       (long long)best, (long long)least, gaps / b->seeds, worst, rate / b->seeds);
	fflush(stdout);
	sum->gap += gaps;
	sum->worst = worst > sum->worst ? worst : sum->worst;
	sum->rate += rate;
	sum->runs += b->seeds;
	return true;
}

static bool ward_bench(const plan_bench *b)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	text table;
	ward_sum sum = {.worst = -100};
	if (!plan_read_file(a, b, "ihtc/", TEXT("best"), ".tsv", &table)) return false;
	printf("ward, %lld s, %d threads, %d seed(s)\n%-8s %8s %8s %8s %8s %8s %8s\n", (long long)b->seconds,
	       b->threads, b->seeds, "", "bound", "best", "here", "gap %", "worst %", "M/s");
	text_pair line = text_cut(table, '\n');
	for (line = text_cut(line.tail, '\n'); line.head.len > 0; line = text_cut(line.tail, '\n')) {
		text name = text_cut(line.head, '\t').head;
		if (!plan_wanted(b, name)) continue;
		arena *one = arena_new(PROCESS_ARENA_MAX);
		if (!ward_bench_one(one, b, name, plan_column(line.head, 1), &sum)) return false;
		arena_free(one);
	}
	arena_free(a);
	if (sum.runs == 0) return true;
	printf("plan.ward_seconds %lld\n", (long long)b->seconds);
	printf("plan.ward_infeasible %d\n", sum.broken);
	printf("plan.ward_moves_per_s %.0f\n", sum.rate / sum.runs * 1e6);
	printf("plan.ward_worst_pct %.2f\n", sum.worst);
	printf("plan.ward_gap_pct %.2f\n", sum.gap / sum.runs);
	return true;
}

#endif
