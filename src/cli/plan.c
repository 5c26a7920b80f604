/* plan.c: `limen plan`: which verb on which problem; files, Ctrl-C and progress, which all of them share. */
#include "cli/plan.h"

#include <errno.h>
#include <signal.h>

enum { KEEP_EACH_US = 10000000 };

/* ---- files ---- */

bool plan_file(cli *c, text name, text *out)
{
	world *w = c->outside->world;
	if (w->read_file(w, c->arena, name, out)) return true;
	return issue_at(&c->sink, FAIL_CLI_FILE, (place){.file = name}, text_of(strerror(errno)), TEXT(""), TEXT(""));
}

static bool write_whole(cli *c, text name, text content)
{
	FILE *f = fopen(text_z(c->arena, name), "w");
	if (!f) return false;
	bool fine = fwrite(content.at, 1, (size_t)content.len, f) == (size_t)content.len;
	fine &= fflush(f) == 0 && fsync(fileno(f)) == 0;
	return fclose(f) == 0 && fine;
}

bool plan_save(cli *c, text name, text content)
{
	text making = text_join(c->arena, name, TEXT(".making"));
	if (name.len == 0) {
		fwrite(content.at, 1, (size_t)content.len, c->outside->out);
		return fputc('\n', c->outside->out) != EOF;
	}
	if (write_whole(c, making, content) && rename(text_z(c->arena, making), text_z(c->arena, name)) == 0)
		return true;
	return issue_add(&c->sink, FAIL_PLAN_WRITE, name, text_of(strerror(errno)));
}

/* ---- Ctrl-C ---- */

static atomic_bool interrupted;
static struct sigaction before;

static void on_interrupt(int number)
{
	(void)number;
	atomic_store(&interrupted, true);
}

const atomic_bool *plan_interruptible(void)
{
	struct sigaction action = {.sa_handler = on_interrupt};
	sigemptyset(&action.sa_mask);
	atomic_store(&interrupted, false);
	sigaction(SIGINT, &action, &before);
	return &interrupted;
}

void plan_uninterruptible(void)
{
	sigaction(SIGINT, &before, NULL);
}

/* ---- a run ---- */

int plan_threads(const cli *c)
{
	int most = SOLVE_THREADS_MAX;
	if (c->threads > 0) return c->threads < most ? (int)c->threads : most;
	return crew_threads();
}

solve_options plan_options(const cli *c)
{
	return (solve_options){.world = c->outside->world,
			       .seed = (uint64_t)c->seed,
			       .steps = c->steps,
			       .microseconds = SECONDS(c->seconds),
			       .enough = INT64_MIN,
			       .cancel = &interrupted};
}

void plan_watched(void *watch, const solve_progress *p)
{
	plan_watch *x = watch;
	cli *c = x->cli;
	int64_t rate = p->microseconds > 0 ? p->moves * 10 / p->microseconds : 0;
	progress_show(c, &x->shown, "%lld s  %s %lld%s  %lld.%lld %s ", (long long)(p->microseconds / SECONDS(1)),
		      said(c, "bedst", "best"), (long long)p->best.soft,
		      p->best.hard ? said(c, " (bryder regler)", " (breaks rules)") : "", (long long)(rate / 10),
		      (long long)(rate % 10), said(c, "mio. træk/s", "million moves/s"));
	if (c->out.len == 0 || p->microseconds - x->kept < KEEP_EACH_US) return;
	x->kept = p->microseconds;
	arena_reset(x->scratch);
	plan_save(c, text_join(x->scratch, c->out, TEXT(".part")), x->content(x->self, x->scratch, p->state, p->done));
}

void plan_watch_end(plan_watch *x)
{
	cli *c = x->cli;
	progress_show(c, &x->shown, NULL);
	if (c->out.len > 0) unlink(text_z(c->arena, text_join(c->arena, c->out, TEXT(".part"))));
}

/* ---- which ---- */

static const struct {
	const char *verb;
	int (*ward)(cli *c), (*roster)(cli *c);
} verbs[] = {{"ward", plan_ward, plan_ward},
	     {"roster", plan_roster, plan_roster},
	     {"check", plan_ward_check, plan_roster_check},
	     {"why", plan_ward_why, plan_roster_why}};

/* A file that cannot be read is said by whoever takes it. */
static bool is_roster(cli *c, text name)
{
	text bytes;
	world *w = c->outside->world;
	return w->read_file(w, c->arena, name, &bytes) && roster_is(bytes);
}

int command_plan(cli *c)
{
	for (size_t i = 0; c->arg_count >= 2 && i < sizeof verbs / sizeof *verbs; i++)
		if (text_equal(c->args[0], text_of(verbs[i].verb)))
			return is_roster(c, c->args[1]) ? verbs[i].roster(c) : verbs[i].ward(c);
	return fail_called(c);
}
