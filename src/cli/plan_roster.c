/* plan_roster.c: limen plan for duty rosters: making one, checking one, saying why. */
#include "cli/plan.h"

enum { WRITE_EACH_US = 2000000, SICK_CHANGE_COST = 30 };
#define ROSTER_ARENA_MAX (8192 * MIB)

typedef struct roster_work {
	cli *cli;
	arena *arena;
	const roster *roster;
	uint8_t *lines;
	int64_t shown, written;
	solve_cost written_cost;
	roster_result result;
	const atomic_bool *cancel;
} roster_work;

/* ---- files ---- */

static bool open_roster(roster_work *w, text name)
{
	text bytes;
	if (!plan_file(w->cli, name, &bytes)) return false;
	w->roster = roster_read(w->arena, name, bytes, &w->cli->sink);
	if (!w->roster) return false;
	w->lines = ARENA_ARRAY(w->arena, uint8_t, (int64_t)w->roster->person_count * w->roster->day_count);
	return true;
}

static bool read_lines(roster_work *w, text name, bool whole)
{
	text bytes;
	const roster *r = w->roster;
	if (!plan_file(w->cli, name, &bytes) || !roster_lines_read(w->arena, r, name, bytes, w->lines, &w->cli->sink))
		return false;
	for (int i = 0; i < r->person_count * r->day_count && whole; i++)
		if (w->lines[i] == ROSTER_UNKNOWN)
			return issue_at(&w->cli->sink, FAIL_ROSTER_MISSING, (place){.file = name},
					r->persons[i / r->day_count].id, TEXT(""), TEXT(""));
	return true;
}

static text plan_text(roster_work *w, const uint8_t *lines)
{
	bool xml = w->roster->first_day && text_ends(w->cli->out, TEXT(".xml"));
	return xml ? roster_lines_inrc(w->arena, w->roster, lines) : roster_lines_text(w->arena, w->roster, lines);
}

/* ---- a table of costs ---- */

static void print_table(roster_work *w, FILE *out, const roster_breaks *b)
{
	cli *c = w->cli;
	for (int i = 0; i < ROSTER_RULE_COUNT; i++) {
		const char *word = roster_rule_word((roster_rule)i, c->language);
		solve_cost of = b->of[i];
		if (of.hard) fprintf(out, "%10lld !  %s\n", (long long)of.hard, word);
		if (of.soft) fprintf(out, "%10lld    %s\n", (long long)of.soft, word);
	}
	fprintf(out, "%10lld    %s", (long long)b->total.soft, said(c, "i alt", "in all"));
	if (b->total.hard)
		fprintf(out, ", %s: %lld", said(c, "brudte regler", "broken rules"), (long long)b->total.hard);
	fputc('\n', out);
}

static void json_cost(json_out *o, const char *key, solve_cost c)
{
	json_key(o, key);
	json_object(o);
	json_key(o, "broken");
	json_int(o, c.hard);
	json_key(o, "cost");
	json_int(o, c.soft);
	json_end(o);
}

static void json_break(json_out *o, const roster *r, const roster_break *b, arena *a)
{
	json_object(o);
	json_pair(o, "rule", text_of(roster_rule_key(b->rule)));
	if (b->person >= 0) json_pair(o, "person", r->persons[b->person].id);
	json_pair(o, "day", roster_day_text(a, r, b->day));
	json_key(o, "days");
	json_int(o, b->days);
	json_key(o, "amount");
	json_int(o, b->amount);
	json_key(o, "broken");
	json_int(o, b->cost.hard);
	json_key(o, "cost");
	json_int(o, b->cost.soft);
	json_end(o);
}

static void json_breaks(json_out *o, const char *key, const roster *r, const roster_breaks *b, arena *a)
{
	json_key(o, key);
	json_array(o);
	for (int i = 0; i < b->count; i++) json_break(o, r, &b->at[i], a);
	json_end(o);
}

static void json_print(cli *c, json_out *o)
{
	text all = json_done(o);
	fprintf(c->outside->out, "%.*s\n", TEXT_ARG(all));
}

/* ---- plan roster ---- */

static void show(void *self, const roster_progress *p)
{
	roster_work *w = self;
	cli *c = w->cli;
	int64_t us = p->microseconds > 0 ? p->microseconds : 1;
	progress_show(c, &w->shown, "%s: %lld %s%lld, %s %.1f, %.0f %s", p->phase, (long long)p->best.soft,
		      said(c, "brudt ", "broken "), (long long)p->best.hard, said(c, "grænse", "bound"), p->bound,
		      (double)p->moves / ((double)us / 1e6), said(c, "træk/s", "moves/s"));
	bool better = solve_better(p->best, w->written_cost);
	if (c->out.len == 0 || !better || us - w->written < WRITE_EACH_US) return;
	arena_mark here = arena_here(w->arena);
	w->written = us;
	w->written_cost = p->best;
	plan_save(c, c->out, plan_text(w, p->lines));
	arena_rewind(w->arena, here);
}

/* What is fixed by hand: the days that --fix gives. */
static bool fix_days(roster_work *w, roster *r)
{
	if (w->cli->fix.len == 0) return true;
	if (!read_lines(w, w->cli->fix, false)) return false;
	for (int i = 0; i < r->person_count * r->day_count; i++)
		if (w->lines[i] != ROSTER_UNKNOWN) r->allowed[i] = UINT64_C(1) << w->lines[i];
	return true;
}

/* PERSON:DAY or PERSON:DAY-DAY, days counted from 0. */
static bool sick_read(roster_work *w, roster_repair *q)
{
	const roster *r = w->roster;
	text_pair sides = text_cut_last(w->cli->sick, ':');
	text_pair days = text_cut(sides.tail, '-');
	int64_t from = -1, to = -1;
	*q = (roster_repair){.person = -1, .change = SICK_CHANGE_COST};
	for (int p = 0; p < r->person_count; p++)
		if (text_equal(r->persons[p].id, sides.head)) q->person = p;
	bool fine = text_to_int(days.head, &from) && text_to_int(days.found ? days.tail : days.head, &to);
	if (!fine || q->person < 0 || from < 0 || to < from || to >= r->day_count)
		return issue_add(&w->cli->sink, FAIL_ROSTER_SICK, w->cli->sick, TEXT(""));
	q->from = q->frozen = (int)from;
	q->to = (int)to + 1;
	return true;
}

static roster_options options_of(roster_work *w)
{
	cli *c = w->cli;
	return (roster_options){.world = c->outside->world,
				.seed = (uint64_t)c->seed,
				.threads = plan_threads(c),
				.microseconds = c->seconds * 1000000,
				.steps = c->steps,
				.columns = true,
				.cancel = w->cancel,
				.progress_self = w,
				.progress = show};
}

static bool mend(roster_work *w)
{
	roster_repair q;
	int changes;
	roster_options o = options_of(w);
	if (w->cli->start.len == 0) return issue_add(&w->cli->sink, FAIL_ROSTER_MISSING, TEXT("--start"), TEXT(""));
	if (!sick_read(w, &q) || !read_lines(w, w->cli->start, true)) return false;
	o.progress = NULL;
	w->result = roster_mend(w->arena, w->roster, &q, &o, w->lines, &changes);
	fprintf(w->cli->outside->err, "%d %s\n", changes,
		said(w->cli, "dage ændret for andre", "days changed for others"));
	return true;
}

static bool make(roster_work *w)
{
	roster_options o = options_of(w);
	uint8_t *start = NULL;
	if (w->cli->start.len > 0) {
		if (!read_lines(w, w->cli->start, true)) return false;
		start = w->lines;
		w->lines = ARENA_ARRAY(w->arena, uint8_t, (int64_t)w->roster->person_count * w->roster->day_count);
	}
	o.start = start;
	w->result = roster_plan(w->arena, w->roster, &o, w->lines);
	progress_show(w->cli, &w->shown, NULL);
	return true;
}

static bool give(roster_work *w)
{
	cli *c = w->cli;
	roster_breaks b = roster_check(w->arena, w->roster, w->lines);
	FILE *table = c->out.len ? c->outside->out : c->outside->err;
	text plan = plan_text(w, w->lines);
	if (!plan_save(c, c->out, c->out.len ? plan : text_trim(plan))) return false;
	if (c->plot.len && !plan_save(c, c->plot, roster_plot(w->arena, w->roster, w->lines, c->language)))
		return false;
	print_table(w, table, &b);
	if (w->result.proved)
		fprintf(table, "%s\n", said(c, "bevist: ingen plan er billigere", "proved: no plan is cheaper"));
	else if (w->result.bound != INT64_MIN)
		fprintf(table, "%s %lld\n", said(c, "ingen plan er billigere end", "no plan is cheaper than"),
			(long long)w->result.bound);
	return true;
}

static int finish(roster_work *w, bool fine)
{
	cli *c = w->cli;
	arena_free(w->arena);
	if (fine) return CLI_FINE;
	issues_print(c, &c->sink);
	return issues_exit(&c->sink);
}

static roster_work work_open(cli *c)
{
	return (roster_work){.cli = c, .arena = arena_new(ROSTER_ARENA_MAX), .written_cost = {INT64_MAX, INT64_MAX}};
}

int plan_roster(cli *c)
{
	roster_work w = work_open(c);
	issues sink = {.arena = w.arena};
	w.cancel = plan_interruptible();
	bool fine = open_roster(&w, c->args[1]);
	if (fine) {
		roster *own = ARENA_NEW(w.arena, roster);
		*own = *w.roster;
		fine = fix_days(&w, own) && roster_ready(w.arena, own, &sink);
		w.roster = own;
	}
	fine = fine && (c->sick.len ? mend(&w) : make(&w)) && give(&w);
	plan_uninterruptible();
	return finish(&w, fine);
}

/* ---- plan check ---- */

static void print_breaks(roster_work *w, const roster_breaks *b)
{
	for (int i = 0; i < b->count; i++) {
		text line = roster_break_text(w->arena, w->roster, &b->at[i], w->cli->language);
		fprintf(w->cli->outside->out, "%.*s\n", TEXT_ARG(line));
	}
}

int plan_roster_check(cli *c)
{
	roster_work w = work_open(c);
	bool fine = open_roster(&w, c->args[1]) && read_lines(&w, c->args[2], true);
	if (!fine) return finish(&w, false);
	roster_breaks b = roster_check(w.arena, w.roster, w.lines);
	if (c->plot.len && !plan_save(c, c->plot, roster_plot(w.arena, w.roster, w.lines, c->language)))
		return finish(&w, false);
	if (c->json) {
		json_out o = json_begin(w.arena);
		json_object(&o);
		json_cost(&o, "total", b.total);
		json_breaks(&o, "breaks", w.roster, &b, w.arena);
		json_end(&o);
		json_print(c, &o);
	} else {
		print_breaks(&w, &b);
		print_table(&w, c->outside->out, &b);
	}
	int code = b.total.hard ? CLI_INPUT : CLI_FINE;
	finish(&w, true);
	return code;
}

/* ---- plan why ---- */

static void print_conflicts(roster_work *w)
{
	cli *c = w->cli;
	roster_conflict *list;
	int count = roster_conflicts(w->arena, w->roster, &list);
	if (c->json) {
		json_out o = json_begin(w->arena);
		json_array(&o);
		for (int i = 0; i < count; i++) {
			json_object(&o);
			if (list[i].person >= 0) json_pair(&o, "person", w->roster->persons[list[i].person].id);
			if (list[i].person < 0) json_pair(&o, "day", roster_day_text(w->arena, w->roster, list[i].day));
			json_key(&o, "rules");
			json_array(&o);
			for (int k = 0; k < list[i].rule_count; k++)
				json_text(&o, text_of(roster_rule_key((roster_rule)list[i].rules[k])));
			json_end(&o);
			json_end(&o);
		}
		json_end(&o);
		json_print(c, &o);
		return;
	}
	for (int i = 0; i < count; i++)
		fprintf(c->outside->out, "%.*s\n",
			TEXT_ARG(roster_conflict_text(w->arena, w->roster, &list[i], c->language)));
	if (count == 0)
		fprintf(c->outside->out, "%s\n",
			said(c, "hver person og hver dag kan lade sig gøre for sig",
			     "each person and each day can be done by itself"));
}

/* PERSON, DAY and SHIFT as numbers. */
static bool wish_read(roster_work *w, int *person, int64_t *day_of, int *shift)
{
	const roster *r = w->roster;
	text id = w->cli->args[3], number = w->cli->args[4], kind = w->cli->args[5];
	for (*person = 0; *person < r->person_count; (*person)++)
		if (text_equal(r->persons[*person].id, id)) break;
	for (*shift = 0; *shift <= r->shift_count; (*shift)++)
		if (text_equal(r->shifts[*shift].id, kind)) break;
	if (*person == r->person_count) return issue_add(&w->cli->sink, FAIL_ROSTER_NAME, TEXT("staff"), id);
	if (*shift > r->shift_count) return issue_add(&w->cli->sink, FAIL_ROSTER_NAME, TEXT("shift"), kind);
	if (text_to_int(number, day_of) && *day_of >= 0 && *day_of < r->day_count) return true;
	return issue_at(&w->cli->sink, FAIL_ROSTER_NUMBER, (place){0}, number, TEXT("0"),
			text_format(w->arena, "%d", r->day_count - 1));
}

static void print_why(roster_work *w, const roster_why *y)
{
	cli *c = w->cli;
	FILE *out = c->outside->out;
	fprintf(out, "%s: %+lld, %s %+lld\n", said(c, "Kun den vagt ændret", "With only that shift changed"),
		(long long)(y->then.soft - y->now.soft), said(c, "brudte regler", "broken rules"),
		(long long)(y->then.hard - y->now.hard));
	fprintf(out, "%s\n", said(c, "Kommer til:", "Would come:"));
	print_breaks(w, &y->come);
	fprintf(out, "%s\n", said(c, "Falder væk:", "Would go:"));
	print_breaks(w, &y->gone);
	if (!y->possible)
		fprintf(out, "%s\n",
			said(c, "Personen kan ikke have den vagt uden at bryde en regel.",
			     "This person cannot have that shift without breaking a rule."));
	else
		fprintf(out, "%s: %+lld, %s %+lld\n",
			said(c, "Med personens øvrige vagter lagt om", "With this person's other shifts moved to suit"),
			(long long)(y->best.soft - y->now.soft), said(c, "brudte regler", "broken rules"),
			(long long)(y->best.hard - y->now.hard));
}

static void json_why(roster_work *w, const roster_why *y)
{
	json_out o = json_begin(w->arena);
	json_object(&o);
	json_cost(&o, "now", y->now);
	json_cost(&o, "then", y->then);
	json_breaks(&o, "come", w->roster, &y->come, w->arena);
	json_breaks(&o, "gone", w->roster, &y->gone, w->arena);
	json_key(&o, "possible");
	json_bool(&o, y->possible);
	if (y->possible) json_cost(&o, "best", y->best);
	json_end(&o);
	json_print(w->cli, &o);
}

int plan_roster_why(cli *c)
{
	roster_work w = work_open(c);
	int person = 0, shift = 0;
	int64_t day_of = 0;
	if (!open_roster(&w, c->args[1])) return finish(&w, false);
	if (c->arg_count == 2) {
		print_conflicts(&w);
		return finish(&w, true);
	}
	if (c->arg_count != 6) {
		arena_free(w.arena);
		return fail_called(c);
	}
	if (!read_lines(&w, c->args[2], true) || !wish_read(&w, &person, &day_of, &shift)) return finish(&w, false);
	roster_why y = roster_why_not(w.arena, w.roster, w.lines, person, (int)day_of, shift);
	if (c->json)
		json_why(&w, &y);
	else
		print_why(&w, &y);
	return finish(&w, true);
}
