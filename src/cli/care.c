/* care.c: looking after what is there: check (recompute and compare). */
#include "cli/internal.h"

static int fail_sink(cli *c)
{
	issues_print(c, &c->sink);
	return issues_exit(&c->sink);
}

static void count_print(cli *c, const char *what, int64_t n)
{
	fprintf(c->outside->out, "  %-28s %lld\n", what, (long long)n);
}

int command_check(cli *c)
{
	house h;
	check_report r = {0};
	if (c->arg_count > 0) return fail_called(c);
	/* A copy is checked, so that nobody who writes waits; a server's own tables are checked where they are. */
	bool beside = store_is_file(c->db), exists = false;
	text db = c->db, copy = text_join(c->arena, db, TEXT(".checking"));
	beside = beside && store_exists(c->arena, db, &exists, &c->sink) && exists;
	if (beside && store_discard(c->arena, copy, &c->sink) && store_copy(db, copy, &c->sink)) c->db = copy;
	bool fine = c->sink.errors == 0 && house_open(c, &h, RECORD_CHECK);
	if (fine) {
		fine = record_check(h.record, c->arena, &r, &c->sink);
		house_close(&h);
	}
	c->db = db;
	if (beside) store_discard(c->arena, copy, &c->sink);
	if (r.versions == 0 && c->sink.errors > 0) return fail_sink(c);
	fputs(said(c, "Regnet efter:\n", "Recomputed:\n"), c->outside->out);
	count_print(c, said(c, "versioner i loggen", "versions in the log"), r.versions);
	count_print(c, said(c, "ressourcer", "resources"), r.resources);
	count_print(c, said(c, "rækker i indekset", "rows of the index"), r.index_rows);
	count_print(c, said(c, "afledte rækker", "derived rows"), r.derived_rows);
	fputs(said(c, "Afvigelser:\n", "Differences:\n"), c->outside->out);
	count_print(c, said(c, "kontrolsummer", "digests"), r.broken_digests);
	count_print(c, said(c, "indeks", "index"), r.broken_index);
	count_print(c, said(c, "afledte", "derived"), r.broken_derived);
	issues_print(c, &c->sink);
	if (c->sink.errors > 0) return issues_exit(&c->sink);
	return fine && r.broken_digests + r.broken_index + r.broken_derived == 0 ? CLI_FINE : CLI_INPUT;
}
