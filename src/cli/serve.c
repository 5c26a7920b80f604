/* serve.c: the department in service: listener, ticker, and the signals that end it.
 *
 * SIGTERM, SIGINT  answer what is under way, close the record, leave
 * SIGHUP           read the content anew: where it is in order the program starts itself again with it, where it is not the
 *                  issues are logged and the active image stays as it was */
#include "cli/internal.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>

/* An instant may come nearer by a write, and a wall clock may be set: so the ticker looks this often. */
#define TICK_LOOK SECONDS(5)
enum { THREADS = 16 };

typedef struct ticker {
	house *house;
	foreseer *foreseer;
	world *world;
	pthread_t thread;
	atomic_bool stopping;
} ticker;

static void failure_log(arena *a, const char *what, const issues *sink)
{
	if (sink->first) log_event(LOG_ERROR, what, "why", text_z(a, issue_line(a, sink->first, LANGUAGE_EN)), NULL);
}

/* After the tick, in this thread and on a snapshot: what is foreseen now. */
static void foresee(ticker *t, arena *a)
{
	foreseen found;
	arena_reset(a);
	issues sink = {.arena = a};
	bool fine = foreseer_run(t->foreseer, world_now(t->world), &found, &sink);
	if (!fine) failure_log(a, "foresee-failed", &sink);
	if (found.foreseen + found.averted == 0) return;
	log_event(LOG_INFO, "foreseen", "breaches", text_z(a, text_format(a, "%d", found.foreseen)), "averted",
		  text_z(a, text_format(a, "%d", found.averted)), NULL);
}

static void *ticker_run(void *self)
{
	ticker *t = self;
	arena *a = arena_new(REQUEST_ARENA_MAX);
	while (!atomic_load(&t->stopping)) {
		instant now = world_now(t->world), next = record_next_tick(t->house->record);
		if (next != INSTANT_NONE && next <= now) {
			arena_reset(a);
			issues sink = {.arena = a};
			if (!record_tick(t->house->record, &sink)) failure_log(a, "tick-failed", &sink);
			/* What is still due after a tick that failed is tried again at the next look. */
			next = record_next_tick(t->house->record);
		}
		foresee(t, a);
		bool soon = next != INSTANT_NONE && next > now && next < now + TICK_LOOK;
		t->world->sleep_until(t->world, soon ? next : now + TICK_LOOK);
	}
	arena_free(a);
	return NULL;
}

static bool ticker_start(cli *c, house *h, ticker *t)
{
	*t = (ticker){.house = h, .world = c->outside->world};
	t->foreseer = foreseer_new(h->record, h->content, h->app.forecaster);
	int failed = pthread_create(&t->thread, NULL, ticker_run, t);
	if (failed) foreseer_free(t->foreseer);
	return !failed || issue_add(&c->sink, FAIL_CLI_THREAD, text_of(strerror(failed)), TEXT(""));
}

static void ticker_stop(ticker *t)
{
	atomic_store(&t->stopping, true);
	world_wake(t->world);
	pthread_join(t->thread, NULL);
	foreseer_free(t->foreseer);
}

static void signals_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, set, NULL); /* inherited by every thread: only sigwait sees them */
	signal(SIGPIPE, SIG_IGN);
}

/* SIGHUP: true where the content is in order and may be taken into use. */
static bool content_in_order(cli *c)
{
	arena_mark here = arena_here(c->arena);
	c->sink = (issues){.arena = c->arena};
	image *m = house_content(c, c->arena, c->content, NULL);
	for (const issue *i = c->sink.first; i; i = i->next)
		log_event(LOG_ERROR, "content-refused", "why", text_z(c->arena, issue_line(c->arena, i, LANGUAGE_EN)),
			  NULL);
	if (m) content_free(m);
	c->sink = (issues){.arena = c->arena};
	arena_rewind(c->arena, here);
	return m != NULL;
}

/* Waits for the signal that ends the service; true: start again with new content. */
static bool service_wait(cli *c, const sigset_t *set)
{
	for (;;) {
		int signal_number;
		if (sigwait(set, &signal_number) != 0) continue;
		if (signal_number != SIGHUP) return false;
		if (content_in_order(c) && c->outside->argv) return true;
	}
}

static void address_print(cli *c, int port, const char *da, const char *en)
{
	bool six = text_find(c->host, TEXT(":")) >= 0;
	fprintf(c->outside->out, "%s http://%s%.*s%s:%d/\n", said(c, da, en), six ? "[" : "", TEXT_ARG(c->host),
		six ? "]" : "", port);
	fflush(c->outside->out);
}

static int start_again(cli *c)
{
	execv("/proc/self/exe", c->outside->argv);
	issue_add(&c->sink, FAIL_CLI_THREAD, text_of(strerror(errno)), TEXT(""));
	issues_print(c, &c->sink);
	return CLI_SYSTEM;
}

/* The files of exports and imports: beside the database; where a server keeps that, here, under the database's name. */
static text bulk_folder(const cli *c)
{
	text name = c->db;
	if (!store_is_file(name)) name = text_cut_last(text_cut(name, '?').head, '/').tail;
	return text_join(c->arena, name.len ? name : TEXT("limen"), TEXT(".bulk"));
}

/* The house is open; serves until told to stop, then closes it. */
static int serve(cli *c, house *h, const sigset_t *set)
{
	ticker t;
	const listen_options how = {.host = c->host, .port = (int)c->port, .threads = THREADS};
	bool bulk = http_bulk_start(&h->app, bulk_folder(c), &c->sink);
	listener *l = bulk ? http_start(&h->app, &how, &c->sink) : NULL;
	notifier *telling = l ? notify_start(h->record, c->outside->world) : NULL;
	if (l && !telling) issue_add(&c->sink, FAIL_CLI_THREAD, text_of(strerror(errno)), TEXT(""));
	bool ticking = telling && ticker_start(c, h, &t);
	if (!ticking) {
		notify_stop(telling);
		if (l) http_stop(l);
		http_bulk_stop(&h->app);
		issues_print(c, &c->sink);
		return issues_exit(&c->sink);
	}
	address_print(c, http_port(l), "Limen svarer på", "Limen answers on");
	log_event(LOG_INFO, "serving", NULL);
	bool again = service_wait(c, set);
	http_stop(l);
	http_bulk_stop(&h->app);
	notify_stop(telling);
	ticker_stop(&t);
	house_close(h);
	log_event(LOG_INFO, again ? "starting-again" : "stopped", NULL);
	return again ? start_again(c) : CLI_FINE;
}

static int open_and_serve(cli *c, bool demo)
{
	house h;
	sigset_t set;
	int code = CLI_FINE;
	if (c->arg_count > 0) return fail_called(c);
	if (c->port > 65535) {
		issue_add(&c->sink, FAIL_CLI_OPTION_VALUE, TEXT("--port"), TEXT("0..65535"));
		return fail_usage(c);
	}
	log_open(c->outside->world, demo ? LOG_WARN : LOG_INFO, STDERR_FILENO);
	bool exists = true;
	if (demo && !store_exists(c->arena, c->db, &exists, &c->sink)) {
		issues_print(c, &c->sink);
		return issues_exit(&c->sink);
	}
	if (!exists) code = demo_make(c); /* before the signals are ours: here Ctrl-C may end it */
	if (code != CLI_FINE) return code;
	signals_set(&set);
	c->serving = true;
	if (!house_open(c, &h, RECORD_WRITE)) {
		issues_print(c, &c->sink);
		return issues_exit(&c->sink);
	}
	code = serve(c, &h, &set);
	if (h.record) house_close(&h);
	return code;
}

int command_serve(cli *c)
{
	return open_and_serve(c, false);
}

int command_run(cli *c)
{
	return open_and_serve(c, true);
}
