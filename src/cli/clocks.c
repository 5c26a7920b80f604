/* clocks.c: every clock of every pathway and other subject at an instant: how many are in which state and who is nearest to a limit; and with
 * --rules what would be otherwise by another content (what if). Subjects are taken in the order of their numbers, some at a time, and
 * computed from facts, not from rows of clocks, so what is said is right also while new rules are on their way. Writes nothing. */
#include "cli/clocks.h"

#include <signal.h>

enum { PAGE = 500 };

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

static int fail_sink(cli *c)
{
	issues_print(c, &c->sink);
	return issues_exit(&c->sink);
}

/* ---- the rules ---- */

static void tally_add(looking *x, const clock_rule *r)
{
	const clock_face *f = clock_rule_face(r);
	for (int i = 0; i < x->tally_count; i++)
		if (text_equal(x->tallies[i].id, f->id)) return;
	x->tallies[x->tally_count++] =
	    (tally){.id = f->id, .da = f->da, .en = f->en, .source = f->source, .wanted = x->cli->arg_count == 0};
}

static int by_id(const void *xp, const void *yp)
{
	return text_compare(((const tally *)xp)->id, ((const tally *)yp)->id);
}

static tally *tally_of(looking *x, text id)
{
	const tally key = {.id = id};
	return bsearch(&key, x->tallies, (size_t)x->tally_count, sizeof key, by_id);
}

static bool tallies_make(looking *x)
{
	cli *c = x->cli;
	const clock_rule *const *rules[2] = {NULL, NULL};
	int counts[2] = {clock_rules(x->house->content, &rules[0]), x->other ? clock_rules(x->other, &rules[1]) : 0};
	x->tallies = ARENA_ARRAY(c->arena, tally, counts[0] + counts[1] + 1);
	for (int k = 0; k < 2; k++) {
		x->rooms[k] = ARENA_ARRAY(c->arena, clock, counts[k] + 1);
		for (int i = 0; i < counts[k]; i++) tally_add(x, rules[k][i]);
	}
	qsort(x->tallies, (size_t)x->tally_count, sizeof *x->tallies, by_id);
	for (int i = 0; i < c->arg_count; i++) {
		tally *t = tally_of(x, c->args[i]);
		if (!t) return issue_add(&c->sink, FAIL_CLI_CLOCK, c->args[i], TEXT(""));
		t->wanted = true;
	}
	return true;
}

/* ---- how many are where ---- */

/* The few nearest to their limit, the nearest first. */
static void near_add(tally *t, const clock *c, const subject *s)
{
	int at = t->near_count;
	while (at > 0 && t->nearest[at - 1].due > c->due) at--;
	if (at == NEAREST) return;
	if (t->near_count < NEAREST) t->near_count++;
	for (int i = t->near_count - 1; i > at; i--) t->nearest[i] = t->nearest[i - 1];
	near *n = &t->nearest[at];
	*n = (near){.due = c->due, .rid = s->rid};
	snprintf(n->type, sizeof n->type, "%.*s", TEXT_ARG(s->type));
	snprintf(n->id, sizeof n->id, "%.*s", TEXT_ARG(s->id));
}

static void count_states(looking *x, const subject *s, int count)
{
	for (int i = 0; i < count; i++) {
		const clock *c = &x->rooms[0][i];
		tally *t = tally_of(x, clock_rule_face(c->rule)->id);
		clock_state state = clock_state_at(c, x->at);
		t->states[state]++;
		if (t->wanted && state == CLOCK_RUNNING) near_add(t, c, s);
	}
}

/* ---- what would be otherwise ---- */

static void difference_count(tally *t, const clock_difference *d)
{
	t->begins += d->begins;
	t->ceases += d->ceases;
	t->earlier += d->earlier;
	t->later += d->later;
	t->breached += d->breached;
	t->unbreached += d->unbreached;
	t->other += d->other;
}

/* Both lists are in the order of the rules' ids. */
static void compare(looking *x, const subject *s, int before_count, int after_count)
{
	const clock *before = x->rooms[0], *after = x->rooms[1];
	for (int i = 0, k = 0; i < before_count || k < after_count;) {
		text bi = i < before_count ? clock_rule_face(before[i].rule)->id : (text){0};
		text ai = k < after_count ? clock_rule_face(after[k].rule)->id : (text){0};
		int order = i == before_count ? 1 : k == after_count ? -1 : text_compare(bi, ai);
		clock_difference d = clock_differ(order <= 0 ? &before[i] : NULL, order >= 0 ? &after[k] : NULL, x->at);
		tally *t = tally_of(x, order <= 0 ? bi : ai);
		if (d.differs && t->wanted) {
			difference_count(t, &d);
			difference_print(x, s, t, &d);
			x->changed++;
		}
		i += order <= 0;
		k += order >= 0;
	}
}

/* ---- one subject after the other ---- */

static bool facts_read(looking *x, const image *m, const subject *s, facts *out)
{
	snapshot *r = reader_snapshot(x->reader);
	issues *sink = &x->cli->sink;
	if (text_equal(s->type, TEXT("EpisodeOfCare"))) return pathway_facts(r, m, s->rid, x->page, out, sink);
	return subject_facts(r, m, s->rid, x->page, out, sink);
}

static bool subject_look(looking *x, const subject *s)
{
	facts f;
	bool pathway = text_equal(s->type, TEXT("EpisodeOfCare"));
	if (!clock_about(x->house->content, s->type) && !(x->other && clock_about(x->other, s->type))) return true;
	x->pathways += pathway;
	x->subjects += !pathway;
	if (!facts_read(x, x->house->content, s, &f)) return false;
	int count = clock_compute_for(x->house->content, s->type, &f, x->rooms[0]);
	if (!x->other) {
		count_states(x, s, count);
		return true;
	}
	facts g;
	bool read =
	    x->anew ? anew_facts(x->anew, s->rid, pathway, x->page, &g, &x->cli->sink) : facts_read(x, x->other, s, &g);
	if (!read) return false;
	compare(x, s, count, clock_compute_for(x->other, s->type, &g, x->rooms[1]));
	return true;
}

static bool is_looked_at(looking *x, int64_t rid)
{
	return subject_type(reader_snapshot(x->reader), rid, x->page, &x->cli->sink).len > 0;
}

/* `only_new`: those that only the content tried reads something of. */
static bool subjects_look(looking *x, bool only_new)
{
	cli *c = x->cli;
	int64_t after = 0;
	for (int count = PAGE; count == PAGE && !interrupted;) {
		arena_mark mark = arena_here(x->page);
		subject *all;
		count = only_new ? anew_subjects_after(x->anew, after, PAGE, x->page, &all, &c->sink)
				 : subjects_after(reader_snapshot(x->reader), after, PAGE, x->page, &all, &c->sink);
		if (count < 0) return false;
		for (int i = 0; i < count && !interrupted; i++) {
			arena_mark one = arena_here(x->page);
			after = all[i].rid;
			if (!(only_new && is_looked_at(x, after)) && !subject_look(x, &all[i])) return false;
			arena_rewind(x->page, one);
		}
		arena_rewind(x->page, mark);
		long long seen = x->pathways + x->subjects;
		progress_show(c, &x->shown, "%lld %s", seen, said(c, "set", "looked at"));
	}
	return c->sink.errors == 0;
}

/* ---- the command ---- */

/* A day is asked about at its noon, as the examples of rules are. */
static bool at_given(cli *c, instant *out)
{
	moment m;
	*out = world_now(c->outside->world);
	if (c->at.len == 0) return true;
	if (!moment_parse(c->at, &m) || m.precision < PRECISION_DAY)
		return issue_add(&c->sink, FAIL_CLI_OPTION_VALUE, TEXT("--at"), TEXT("2026-04-01"));
	*out = m.precision == PRECISION_DAY ? local_instant(day_of_instant(m.low), 12 * 60) : m.low;
	return true;
}

static bool anew_progress(void *self, int64_t resources)
{
	looking *x = self;
	progress_show(x->cli, &x->shown, "%lld %s", (long long)resources,
		      said(x->cli, "ressourcer læst", "resources read"));
	return !interrupted;
}

/* Where the content tried reads other things of resources, all of them are read by it first. */
static bool facts_ready(looking *x, arena *a)
{
	cli *c = x->cli;
	if (!x->other || pathway_reads_same(x->house->content, x->other, a)) return true;
	text file = c->db;
	if (!store_is_file(file)) file = text_cut_last(text_cut(file, '?').head, '/').tail;
	const anew_options how = {.reader = x->reader,
				  .image = x->other,
				  .file = text_join(c->arena, file.len ? file : TEXT("limen"), TEXT(".whatif")),
				  .self = x,
				  .progress = anew_progress};
	x->anew = anew_open(c->arena, &how, &c->sink);
	return x->anew || interrupted;
}

static int look(looking *x)
{
	cli *c = x->cli;
	const caller who = {.actor = c->actor, .purpose = TEXT("HADMIN"), .scope = TEXT("*"), .language = c->language};
	struct sigaction old, action = {.sa_handler = on_interrupt};
	x->page = arena_new(REQUEST_ARENA_MAX);
	x->reader = record_reader(x->house->record, &who, x->page, &c->sink);
	interrupted = 0;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, &old);
	bool fine = x->reader && facts_ready(x, x->page);
	fine = fine && (interrupted || subjects_look(x, false));
	fine = fine && (interrupted || !x->anew || subjects_look(x, true));
	sigaction(SIGINT, &old, NULL);
	x->interrupted = interrupted;
	if (fine) looked_print(x);
	if (x->anew) anew_close(x->anew);
	if (x->reader) reader_close(x->reader);
	arena_free(x->page);
	return fine ? CLI_FINE : fail_sink(c);
}

int command_clocks(cli *c)
{
	house h;
	looking x = {.cli = c, .house = &h};
	arena *sources = arena_new(PROCESS_ARENA_MAX);
	int code = CLI_INPUT;
	if (!at_given(c, &x.at)) return arena_free(sources), fail_usage(c);
	x.other = c->rules.len ? house_content(c, sources, c->rules, NULL) : NULL;
	if ((c->rules.len && !x.other) || !house_open(c, &h, RECORD_READ)) {
		code = fail_sink(c);
	} else {
		if (x.other) others_print(&x);
		code = tallies_make(&x) ? look(&x) : fail_sink(c);
		house_close(&h);
	}
	content_free(x.other);
	arena_free(sources);
	return code;
}
