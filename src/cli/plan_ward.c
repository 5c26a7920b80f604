/* plan_ward.c: `limen plan ward` and `limen plan check`: a ward read, planned, checked, drawn, and its cost in words. */
#include "cli/plan.h"

bool ward_file(cli *c, text name, ward *out)
{
	text source;
	return plan_file(c, name, &source) && ward_read(c->arena, source, name, &c->sink, out);
}

static bool ward_plan_file(cli *c, const ward *w, text name, ward_plan *out, int64_t *done)
{
	text source;
	return plan_file(c, name, &source) && ward_plan_read(c->arena, w, source, name, &c->sink, out, done);
}

static int fail_input(cli *c)
{
	issues_print(c, &c->sink);
	return issues_exit(&c->sink);
}

/* ---- in words ---- */

void ward_cost_print(cli *c, const ward *w, const ward_cost *cost)
{
	FILE *err = c->outside->err;
	for (int t = 0; t < WARD_TERMS; t++) {
		const char *name = ward_term_said((ward_term)t, c->language);
		fprintf(err, "  %s%*s%6lld × %-4lld %8lld\n", name, 44 - width_of(text_of(name)), "",
			(long long)cost->count[t], (long long)w->weight[t], (long long)cost->soft[t]);
	}
	const char *sum = said(c, "i alt", "in all");
	fprintf(err, "  %s%*s%8lld\n", sum, 58 - width_of(text_of(sum)), "", (long long)cost->total);
}

void ward_breaches_print(cli *c, const ward *w, const ward_plan *p)
{
	int count;
	const ward_breach *b = ward_breaches(c->arena, w, p, &count);
	for (int i = 0; i < count; i++)
		fprintf(c->outside->err, "  %.*s\n", TEXT_ARG(ward_breach_said(c->arena, w, &b[i], c->language)));
}

static void people_print(cli *c, const ward *w, const ward_plan *p)
{
	int in = 0, late = 0;
	for (int i = 0; i < w->patients; i++) {
		in += p->day[i] != WARD_NONE;
		late += p->day[i] > w->person[i].release;
	}
	fprintf(c->outside->err,
		said(c, "%d af %d patienter indlægges, %d af dem senere end tidligste dag\n",
		     "%d of %d patients are admitted, %d of them later than the first possible day\n"),
		in, w->patients, late);
}

static bool plot(cli *c, const ward *w, const ward_plan *p)
{
	return c->plot.len == 0 || plan_save(c, c->plot, ward_plot(c->arena, w, p, c->language));
}

/* What it costs, or which rules it breaks; the exit code. */
static int plan_told(cli *c, const ward *w, const ward_plan *p, const ward_cost *cost)
{
	people_print(c, w, p);
	ward_cost_print(c, w, cost);
	if (cost->violations == 0) return CLI_FINE;
	issue_add(&c->sink, FAIL_PLAN_BROKEN, text_format(c->arena, "%lld", (long long)cost->violations), TEXT(""));
	issues_print(c, &c->sink);
	ward_breaches_print(c, w, p);
	return CLI_INPUT;
}

/* ---- plan ward ---- */

static text content(void *self, arena *a, const void *state, int64_t done)
{
	const ward *w = self;
	ward_plan p = ward_plan_new(a, w);
	ward_unpack(w, state, &p);
	return ward_plan_text(a, w, &p, done);
}

/* What --fix and --start say. */
static bool given(cli *c, const ward *w, ward_options *o, ward_fixed *fixed, ward_plan *start)
{
	text source;
	if (c->fix.len > 0) {
		if (!plan_file(c, c->fix, &source) || !ward_fixed_read(c->arena, w, source, c->fix, &c->sink, fixed))
			return false;
		o->fixed = fixed;
	}
	if (c->start.len == 0) return true;
	o->start = start;
	return ward_plan_file(c, w, c->start, start, &o->solve.begin);
}

int plan_ward(cli *c)
{
	ward w;
	ward_fixed fixed;
	ward_plan start;
	ward_options o = {.threads = plan_threads(c), .solve = plan_options(c)};
	if (c->arg_count != 2 || c->seconds == 0) return fail_called(c);
	if (!ward_file(c, c->args[1], &w) || !given(c, &w, &o, &fixed, &start)) return fail_input(c);
	plan_watch watch = {.cli = c, .self = &w, .content = content, .scratch = arena_new(REQUEST_ARENA_MAX)};
	o.solve.cancel = plan_interruptible();
	o.solve.progress = plan_watched;
	o.solve.progress_self = &watch;
	ward_result r = ward_search(c->arena, &w, &o);
	plan_uninterruptible();
	arena_free(watch.scratch);
	bool fine = plan_save(c, c->out, ward_plan_text(c->arena, &w, &r.plan, 0)) && plot(c, &w, &r.plan);
	plan_watch_end(&watch);
	if (!fine) return fail_input(c);
	int64_t rate = r.run.microseconds > 0 ? r.run.moves * 10 / r.run.microseconds / o.threads : 0;
	fprintf(c->outside->err, "%lld s, %lld.%lld %s %d, %s %lld\n", (long long)(r.run.microseconds / SECONDS(1)),
		(long long)(rate / 10), (long long)(rate % 10),
		said(c, "mio. træk pr. sekund og tråd, tråde:", "million moves a second and thread, threads:"),
		o.threads, said(c, "ingen plan koster mindre end", "no plan costs less than"),
		(long long)ward_bound(c->arena, &w));
	return plan_told(c, &w, &r.plan, &r.cost);
}

/* ---- plan check ---- */

static void check_json(cli *c, const ward *w, const ward_plan *p, const ward_cost *cost)
{
	json_out o = json_begin(c->arena);
	int count;
	const ward_breach *b = ward_breaches(c->arena, w, p, &count);
	json_object(&o);
	json_key(&o, "total");
	json_int(&o, cost->total);
	json_key(&o, "violations");
	json_int(&o, cost->violations);
	json_key(&o, "terms");
	json_object(&o);
	for (int t = 0; t < WARD_TERMS; t++) {
		json_key(&o, ward_term_key((ward_term)t));
		json_int(&o, cost->soft[t]);
	}
	json_end(&o);
	json_key(&o, "broken");
	json_array(&o);
	for (int i = 0; i < count; i++) json_text(&o, ward_breach_said(c->arena, w, &b[i], c->language));
	json_end(&o);
	json_end(&o);
	text all = json_done(&o);
	fprintf(c->outside->out, "%.*s\n", TEXT_ARG(all));
}

int plan_ward_check(cli *c)
{
	ward w;
	ward_plan p;
	if (c->arg_count != 3) return fail_called(c);
	if (!ward_file(c, c->args[1], &w) || !ward_plan_file(c, &w, c->args[2], &p, NULL)) return fail_input(c);
	ward_cost cost = ward_check(&w, &p);
	if (!plot(c, &w, &p)) return fail_input(c);
	if (!c->json) return plan_told(c, &w, &p, &cost);
	check_json(c, &w, &p, &cost);
	return cost.violations ? CLI_INPUT : CLI_FINE;
}
