/* plan_roster.h: the roster's half of bench plan: Curtois and Qu's instances against the proved optima, the same small rosters by Debian's CBC in
 * the same run, and one sick call in a month of twenty people. */
#ifndef LIMEN_BENCH_PLAN_ROSTER_H
#define LIMEN_BENCH_PLAN_ROSTER_H

enum { CURVE_MAX = 200 };

typedef struct curve {
	int64_t at_us[CURVE_MAX], cost[CURVE_MAX];
	int count;
} curve;

static void curve_add(curve *c, int64_t us, int64_t cost)
{
	if (c->count && c->cost[c->count - 1] <= cost) return;
	int i = c->count < CURVE_MAX ? c->count++ : CURVE_MAX - 1;
	c->at_us[i] = us;
	c->cost[i] = cost;
}

static void curve_print(const char *who, text name, const curve *c, const char *end)
{
	printf("curve %.*s %s:", TEXT_ARG(name), who);
	for (int i = 0; i < c->count; i++) printf(" %.2fs %lld", (double)c->at_us[i] / 1e6, (long long)c->cost[i]);
	printf("%s\n", end);
	fflush(stdout);
}

static void roster_told(void *self, const roster_progress *p)
{
	if (p->best.hard == 0) curve_add(self, p->microseconds, p->best.soft);
}

static roster *roster_bench_read(arena *a, const plan_bench *b, text name)
{
	text source;
	issues sink = {.arena = a};
	if (!plan_read_file(a, b, "rosters/", name, ".txt", &source)) return NULL;
	return roster_read(a, name, source, &sink);
}

/* ---- CBC on the same roster: as a program of zeros and ones in its LP format ---- */

static void lp_worked(buffer *b, const roster *r, int p, int d, const char *sign)
{
	for (int s = 1; s <= r->shift_count; s++) buffer_format(b, " %s x%d_%d_%d", sign, p, d, s);
}

static void lp_goal(buffer *b, const roster *r, int64_t *constant)
{
	buffer_add(b, TEXT("Minimize\n obj:"));
	for (int i = 0; i < r->cover_count; i++)
		buffer_format(b, " + %d u%d + %d o%d\n", r->covers[i].limit.under, i, r->covers[i].limit.over, i);
	for (int p = 0; p < r->person_count; p++)
		for (int d = 0; d < r->day_count; d++) {
			const int32_t *price = roster_price_at(r, p, d);
			*constant += price[0];
			for (int s = 1; s <= r->shift_count; s++)
				if (price[s] != price[0])
					buffer_format(b, " %+d x%d_%d_%d\n", price[s] - price[0], p, d, s);
		}
	buffer_add(b, TEXT("\nSubject To\n"));
}

static void lp_follow(buffer *b, const roster *r, int p)
{
	for (int d = 0; d + 1 < r->day_count; d++)
		for (int s = 1; s <= r->shift_count; s++)
			for (int t = 1; t <= r->shift_count; t++)
				if (r->shifts[t].after >> s & 1)
					buffer_format(b, " x%d_%d_%d + x%d_%d_%d <= 1\n", p, d, s, p, d + 1, t);
	for (int d = 0; d < r->day_count; d++) {
		lp_worked(b, r, p, d, "+");
		buffer_add(b, TEXT(" <= 1\n"));
	}
}

static void lp_runs(buffer *b, const roster *r, const roster_contract *c, int p)
{
	for (int d = 0; d + c->work_run.high < r->day_count; d++) {
		for (int k = 0; k <= c->work_run.high; k++) lp_worked(b, r, p, d + k, "+");
		buffer_format(b, " <= %d\n", c->work_run.high);
	}
	for (int n = 1; n < c->work_run.low; n++)
		for (int d = 0; d + n + 1 < r->day_count; d++) {
			lp_worked(b, r, p, d, "+");
			for (int k = 1; k <= n; k++) lp_worked(b, r, p, d + k, "-");
			lp_worked(b, r, p, d + n + 1, "+");
			buffer_format(b, " >= %d\n", 1 - n);
		}
	for (int n = 1; n < c->off_run.low; n++)
		for (int d = 0; d + n + 1 < r->day_count; d++) {
			lp_worked(b, r, p, d, "-");
			for (int k = 1; k <= n; k++) lp_worked(b, r, p, d + k, "+");
			lp_worked(b, r, p, d + n + 1, "-");
			buffer_add(b, TEXT(" >= -1\n"));
		}
}

static void lp_sums(buffer *b, const roster *r, const roster_contract *c, int p)
{
	for (int i = 0; i < c->budget_count; i++) {
		const roster_budget *q = &c->budgets[i];
		for (int side = 0; side < 2; side++) {
			if (side == 0 && q->limit.low == 0) continue;
			for (int d = q->from; d < q->to; d++)
				for (int s = 1; s <= r->shift_count; s++)
					if (q->shifts >> s & 1)
						buffer_format(b, " + %d x%d_%d_%d\n",
							      q->minutes ? r->shifts[s].minutes : 1, p, d, s);
			buffer_format(b, side ? " <= %d\n" : " >= %d\n", side ? q->limit.high : q->limit.low);
		}
	}
	for (int w = 0; 7 * w + 6 < r->day_count; w++)
		for (int d = 7 * w + 5; d < 7 * w + 7; d++) {
			buffer_format(b, " k%d_%d", p, w);
			lp_worked(b, r, p, d, "-");
			buffer_add(b, TEXT(" >= 0\n"));
		}
	for (int w = 0; 7 * w + 6 < r->day_count; w++) buffer_format(b, " + k%d_%d", p, w);
	buffer_format(b, " <= %d\n", c->weekends.high);
}

static text lp_text(arena *a, const roster *r, int64_t *constant)
{
	buffer b = {.arena = a};
	*constant = 0;
	lp_goal(&b, r, constant);
	for (int p = 0; p < r->person_count; p++) {
		const roster_contract *c = &r->contracts[r->persons[p].contract];
		lp_follow(&b, r, p);
		lp_runs(&b, r, c, p);
		lp_sums(&b, r, c, p);
	}
	for (int i = 0; i < r->cover_count; i++) {
		const roster_cover *c = &r->covers[i];
		for (int p = 0; p < r->person_count; p++)
			for (int s = 1; s <= r->shift_count; s++)
				if (c->shifts >> s & 1) buffer_format(&b, " + x%d_%d_%d\n", p, c->day, s);
		buffer_format(&b, " + u%d - o%d = %d\n", i, i, c->limit.low);
	}
	buffer_add(&b, TEXT("Bounds\n"));
	for (int p = 0; p < r->person_count; p++)
		for (int d = 0; d < r->day_count; d++)
			for (int s = 1; s <= r->shift_count; s++)
				if (!(*roster_allowed_at(r, p, d) >> s & 1))
					buffer_format(&b, " x%d_%d_%d = 0\n", p, d, s);
	buffer_add(&b, TEXT("Binaries\n"));
	for (int p = 0; p < r->person_count; p++) {
		for (int d = 0; d < r->day_count; d++)
			for (int s = 1; s <= r->shift_count; s++) buffer_format(&b, " x%d_%d_%d\n", p, d, s);
		for (int w = 0; 7 * w + 6 < r->day_count; w++) buffer_format(&b, " k%d_%d\n", p, w);
	}
	buffer_add(&b, TEXT("End\n"));
	return buffer_text(&b);
}

/* What CBC says while it works: "Integer solution of 1234 found … (5.10 seconds)", and of its heuristics "found solution of 1234". */
static void cbc_line(text line, int64_t constant, int64_t us, curve *c)
{
	static const char *const marks[] = {"nteger solution of ", "found solution of "};
	for (int i = 0; i < 2; i++) {
		int64_t at = text_find(line, text_of(marks[i])), cost;
		if (at < 0) continue;
		at += (int64_t)strlen(marks[i]);
		int64_t end = at;
		while (end < line.len && line.at[end] >= '0' && line.at[end] <= '9') end++;
		if (text_to_int(text_slice(line, at, end), &cost)) curve_add(c, us, cost + constant);
	}
}

/* CBC's program with its output in a pipe; 0: it could not be started. */
static pid_t cbc_start(const char *path, const char *seconds, FILE **out)
{
	int ends[2];
	if (pipe(ends) != 0) return 0;
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		execlp("stdbuf", "stdbuf", "-oL", "cbc", path, "sec", seconds, "threads", "2", "solve", "quit",
		       (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	*out = fdopen(ends[0], "r");
	return child;
}

static bool cbc_there(void)
{
	return access("/usr/bin/cbc", X_OK) == 0;
}

static void cbc_run(arena *a, const plan_bench *b, const roster *r, curve *c)
{
	char path[] = "/tmp/limen-bench-XXXXXX.lp", line[512];
	int file = mkstemps(path, 3);
	FILE *f = file < 0 ? NULL : fdopen(file, "w"), *out = NULL;
	int64_t constant;
	text lp = lp_text(a, r, &constant);
	if (!f) return;
	fwrite(lp.at, 1, (size_t)lp.len, f);
	fclose(f);
	world *w = world_real();
	int64_t started = w->monotonic(w);
	pid_t child = cbc_start(path, text_z(a, text_format(a, "%lld", (long long)b->seconds)), &out);
	while (out && fgets(line, sizeof line, out)) cbc_line(text_of(line), constant, w->monotonic(w) - started, c);
	if (out) fclose(out);
	if (child > 0) waitpid(child, NULL, 0);
	unlink(path);
}

/* ---- the instances ---- */

typedef struct roster_sum {
	double gap, worst;
	int runs, optimal, broken;
} roster_sum;

static bool roster_bench_one(arena *a, const plan_bench *b, text name, int64_t best, roster_sum *sum)
{
	roster *r = roster_bench_read(a, b, name);
	if (!r) return false;
	uint8_t *lines = ARENA_ARRAY(a, uint8_t, (int64_t)r->person_count * r->day_count);
	curve own = {0};
	roster_options o = {.world = world_real(),
			    .seed = 1,
			    .threads = b->threads,
			    .microseconds = SECONDS(b->seconds),
			    .columns = true,
			    .progress_self = &own,
			    .progress = roster_told};
	roster_result got = roster_plan(a, r, &o, lines);
	solve_cost cost = roster_cost(r, lines);
	double gap = 100.0 * (double)(cost.soft - best) / (double)best;
	printf("%-11.*s %8lld %8lld %8lld %8.2f %8.2f %8.1f  %s\n", TEXT_ARG(name), (long long)got.bound,
	       (long long)best, (long long)cost.soft, gap, (double)got.first_microseconds / 1e6,
	       own.count ? (double)own.at_us[own.count - 1] / 1e6 : 0,
	       cost.hard    ? "breaks rules"
	       : got.proved ? "proved"
			    : "");
	fflush(stdout);
	sum->gap += gap;
	sum->worst = gap > sum->worst ? gap : sum->worst;
	sum->optimal += cost.hard == 0 && cost.soft == best;
	sum->broken += cost.hard > 0;
	sum->runs++;
	if (r->person_count > 20) return true;
	curve_print("limen", name, &own, got.proved ? " (proved)" : "");
	if (!cbc_there()) {
		printf("curve %.*s cbc: skipped, Debian's coinor-cbc is not there\n", TEXT_ARG(name));
		return true;
	}
	curve cbc = {0};
	cbc_run(a, b, r, &cbc);
	curve_print("cbc", name, &cbc, "");
	return true;
}

/* Who stands in works up to two shifts more than planned. */
static bool roster_bench_overtime(arena *a, roster *r)
{
	issues sink = {.arena = a};
	for (int i = 0; i < r->contract_count; i++)
		for (int k = 0; k < r->contracts[i].budget_count; k++)
			if (r->contracts[i].budgets[k].minutes) r->contracts[i].budgets[k].limit.high += 960;
	return roster_ready(a, r, &sink);
}

/* One person away for two days in the middle of Instance7's four weeks: twenty people. */
static void roster_bench_mend(arena *a, const plan_bench *b)
{
	roster *r = roster_bench_read(a, b, TEXT("Instance7"));
	int64_t worst = 0, total = 0;
	int changed = 0, asked = 0, changes;
	if (!r) return;
	size_t cells = (size_t)r->person_count * (size_t)r->day_count;
	uint8_t *lines = ARENA_ARRAY(a, uint8_t, (int64_t)cells), *mended = ARENA_ARRAY(a, uint8_t, (int64_t)cells);
	roster_options o = {
	    .world = world_real(), .seed = 1, .threads = b->threads, .microseconds = SECONDS(5), .columns = true};
	roster_plan(a, r, &o, lines);
	o.microseconds = 150000;
	if (!roster_bench_overtime(a, r)) return;
	for (int p = 0; p < r->person_count; p++) {
		int day = 14;
		while (day < 20 && lines[p * r->day_count + day] == ROSTER_OFF) day++;
		arena *one = arena_new(4096 * MIB);
		roster_repair q = {.person = p, .from = day, .to = day + 2, .frozen = day, .change = 30};
		memcpy(mended, lines, cells);
		roster_result got = roster_mend(one, r, &q, &o, mended, &changes);
		arena_free(one);
		worst = got.microseconds > worst ? got.microseconds : worst;
		total += got.microseconds;
		changed += changes;
		asked++;
	}
	printf("plan.roster_mend_changes %.1f\n", (double)changed / asked);
	printf("plan.roster_mend_ms %.0f\n", (double)total / asked / 1000);
	printf("plan.roster_mend_worst_ms %.0f\n", (double)worst / 1000);
}

static bool roster_bench(const plan_bench *b)
{
	arena *a = arena_new(8192 * MIB);
	text table;
	roster_sum sum = {0};
	if (!plan_read_file(a, b, "rosters/", TEXT("best"), ".tsv", &table)) return false;
	printf("roster, %lld s, %d threads, %s\n%-11s %8s %8s %8s %8s %8s %8s\n", (long long)b->seconds, b->threads,
	       roster_has_columns() ? "with CLP" : "without CLP", "", "bound", "best", "here", "gap %", "legal s",
	       "best s");
	text_pair line = text_cut(table, '\n');
	for (line = text_cut(line.tail, '\n'); line.head.len > 0; line = text_cut(line.tail, '\n')) {
		text name = text_cut(line.head, '\t').head;
		if (!plan_wanted(b, name)) continue;
		arena *one = arena_new(8192 * MIB);
		if (!roster_bench_one(one, b, name, plan_column(line.head, 1), &sum)) return false;
		arena_free(one);
	}
	if (sum.runs > 0) {
		roster_bench_mend(a, b);
		printf("plan.roster_seconds %lld\n", (long long)b->seconds);
		printf("plan.roster_infeasible %d\n", sum.broken);
		printf("plan.roster_optimal %d of %d\n", sum.optimal, sum.runs);
		printf("plan.roster_worst_pct %.2f\n", sum.worst);
		printf("plan.roster_gap_pct %.2f\n", sum.gap / sum.runs);
	}
	arena_free(a);
	return true;
}

#endif
