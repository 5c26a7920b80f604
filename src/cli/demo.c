/* demo.c: a department that does not exist (twin/), in a file of its own. It is made beside and put in place when it is whole. */
#include "cli/internal.h"
#include "twin/twin.h"

#include <errno.h>
#include <sys/stat.h>

/* So long have the demo's referrals been coming in: a pathway that takes its time is open for about that long. */
enum { DEMO_DAYS = 120 };

static void progress(void *self, int referred, int pathways, instant now)
{
	cli *c = self;
	(void)now;
	if (!c->outside->err_is_terminal) return;
	fprintf(c->outside->err, "\r%s %d/%d ", said(c, "Laver en demoafdeling:", "Making a demo department:"),
		referred, pathways);
	if (referred == pathways) fputs("\r\033[K", c->outside->err);
	fflush(c->outside->err);
}

static bool populate(cli *c, twin_report *report)
{
	house h;
	instant end = world_now(c->outside->world);
	instant start = day_start(day_of_instant(end) - DEMO_DAYS);
	world w = world_simulated(start, (uint64_t)c->seed);
	if (!house_open_in(c, &h, RECORD_WRITE, &w)) return false;
	const twin_options how = {.seed = (uint64_t)c->seed,
				  .pathways = (int)c->pathways,
				  .start = start,
				  .end = end,
				  .progress = progress,
				  .progress_self = c};
	bool made = twin_populate(h.record, h.content, &w, &how, report, &c->sink);
	house_close(&h);
	return made;
}

int demo_make(cli *c)
{
	twin_report report = {0};
	text db = c->db, making = text_join(c->arena, db, TEXT(".making"));
	if (c->pathways < 1 || c->pathways > TWIN_PATHWAYS_MAX) {
		issue_add(&c->sink, FAIL_CLI_OPTION_VALUE, TEXT("--pathways"),
			  text_format(c->arena, "1..%d", TWIN_PATHWAYS_MAX));
		return fail_usage(c);
	}
	/* In a server it is made in place: there is no name to change. */
	if (!store_is_file(db)) making = db;
	bool made = store_discard(c->arena, making, &c->sink);
	c->db = making;
	made = made && populate(c, &report);
	c->db = db;
	if (made && store_is_file(db) && rename(text_z(c->arena, making), text_z(c->arena, db)) != 0)
		made = issue_at(&c->sink, FAIL_CLI_FILE, (place){.file = db}, text_of(strerror(errno)), TEXT(""),
				TEXT(""));
	if (!made || store_is_file(db)) store_discard(c->arena, making, &c->sink);
	if (!made) {
		issues_print(c, &c->sink);
		return issues_exit(&c->sink);
	}
	fprintf(c->outside->out, "%s: %d %s, %d %s, %d %s\n", said(c, "Demoafdeling", "Demo department"),
		report.referrals, said(c, "henvisninger", "referrals"), report.done,
		said(c, "udførte opgaver", "tasks done"), report.closed,
		said(c, "afsluttede forløb", "pathways closed"));
	return CLI_FINE;
}

int command_demo(cli *c)
{
	if (c->arg_count > 0) return fail_called(c);
	bool exists;
	if (store_exists(c->arena, c->db, &exists, &c->sink)) {
		if (!exists) return demo_make(c);
		issue_add(&c->sink, FAIL_CLI_EXISTS, store_target_shown(c->arena, c->db), TEXT(""));
	}
	issues_print(c, &c->sink);
	return CLI_INPUT;
}
