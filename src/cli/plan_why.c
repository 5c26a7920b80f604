/* plan_why.c: `limen plan why FILE [SOLUTION [PATIENT[=DAY:ROOM:THEATRE] …]]`: what a patient's place costs; what another would cost, or
 * which rule forbids it; without a solution, why there can be none. */
#include "cli/plan.h"

enum { CONFLICT_STEPS = 400000000 };

static int fail_input(cli *c)
{
	issues_print(c, &c->sink);
	return issues_exit(&c->sink);
}

static int find(const text *names, int count, text name)
{
	for (int i = 0; i < count; i++)
		if (text_equal(names[i], name)) return i;
	return WARD_NONE;
}

/* ---- what was asked ---- */

typedef struct wish {
	int patient;
	ward_spot to;
	bool wished; /* else the place he has */
} wish;

static bool wish_refuse(cli *c, text said_so)
{
	return issue_add(&c->sink, FAIL_PLAN_WISH, said_so, TEXT(""));
}

static bool wish_read(cli *c, const ward *w, text word, wish *out)
{
	text_pair sides = text_cut(word, '='), day = text_cut(sides.tail, ':'), room = text_cut(day.tail, ':');
	int64_t number;
	*out = (wish){.patient = WARD_NONE, .to = {WARD_NONE, WARD_NONE, WARD_NONE}, .wished = sides.found};
	for (int i = 0; i < w->patients; i++)
		if (text_equal(w->person[i].id, sides.head)) out->patient = i;
	if (out->patient == WARD_NONE) return wish_refuse(c, word);
	if (!sides.found || text_equal(sides.tail, TEXT("none"))) return true;
	if (!text_to_int(day.head, &number) || number < 0 || number >= w->days) return wish_refuse(c, word);
	out->to.day = (int16_t)number;
	out->to.room = (int16_t)find(w->room, w->rooms, room.head);
	out->to.theatre = (int16_t)find(w->theatre, w->theatres, room.tail);
	return (out->to.room != WARD_NONE && out->to.theatre != WARD_NONE) || wish_refuse(c, word);
}

/* ---- the answer, as data and in words ---- */

/* All that the two plans' costs differ by: `sign` times after less before. */
static void terms_json(json_out *o, const ward_difference *d, int sign)
{
	json_key(o, "cost");
	json_int(o, sign * (d->after.total - d->before.total));
	json_key(o, "terms");
	json_object(o);
	for (int t = 0; t < WARD_TERMS; t++) {
		if (d->after.soft[t] == d->before.soft[t]) continue;
		json_key(o, ward_term_key((ward_term)t));
		json_int(o, sign * (d->after.soft[t] - d->before.soft[t]));
	}
	json_end(o);
}

static void terms_print(const cli *c, const ward_difference *d, int sign)
{
	for (int t = 0; t < WARD_TERMS; t++) {
		int64_t more = sign * (d->after.soft[t] - d->before.soft[t]);
		if (more)
			fprintf(c->outside->out, "  %+lld  %s\n", (long long)more,
				ward_term_said((ward_term)t, c->language));
	}
	int64_t sum = sign * (d->after.total - d->before.total);
	fprintf(c->outside->out, "  = %+lld\n", (long long)sum);
}

static void spot_put(buffer *b, const cli *c, const ward *w, ward_spot at)
{
	if (at.day == WARD_NONE)
		buffer_add(b, text_of(said(c, "indlægges ikke", "is not admitted")));
	else
		buffer_format(b, said(c, "dag %d, stue %.*s, operationsstue %.*s", "day %d, room %.*s, theatre %.*s"),
			      at.day, TEXT_ARG(w->room[at.room]), TEXT_ARG(w->theatre[at.theatre]));
}

static void spot_json(json_out *o, const ward *w, ward_spot at)
{
	if (at.day == WARD_NONE) return;
	json_key(o, "day");
	json_int(o, at.day);
	json_pair(o, "room", w->room[at.room]);
	json_pair(o, "theatre", w->theatre[at.theatre]);
}

static void one_json(cli *c, const ward *w, const wish *x, ward_spot at, const ward_difference *d)
{
	json_out o = json_begin(c->arena);
	json_object(&o);
	json_pair(&o, "patient", w->person[x->patient].id);
	json_key(&o, x->wished ? "wished" : "placed");
	json_bool(&o, at.day != WARD_NONE);
	spot_json(&o, w, at);
	terms_json(&o, d, x->wished ? 1 : -1);
	json_key(&o, "forbidden");
	json_array(&o);
	for (int i = 0; x->wished && i < d->breaches; i++)
		json_text(&o, ward_breach_said(c->arena, w, &d->breach[i], c->language));
	json_end(&o);
	json_end(&o);
	text all = json_done(&o);
	fprintf(c->outside->out, "%.*s\n", TEXT_ARG(all));
}

static void one_print(cli *c, const ward *w, const wish *x, ward_spot at, const ward_difference *d)
{
	FILE *out = c->outside->out;
	buffer b = {.arena = c->arena};
	spot_put(&b, c, w, at);
	text id = w->person[x->patient].id;
	fprintf(out, "%.*s: %.*s\n", TEXT_ARG(id), TEXT_ARG(buffer_text(&b)));
	for (int i = 0; x->wished && i < d->breaches; i++)
		fprintf(out, "  %s: %.*s\n", said(c, "må ikke", "forbidden"),
			TEXT_ARG(ward_breach_said(c->arena, w, &d->breach[i], c->language)));
	if (!x->wished && at.day != WARD_NONE)
		fprintf(out, "  %s\n",
			said(c, "det koster planen, mod at han eller hun slet ikke kom:",
			     "what it costs the plan, against not coming at all:"));
	if (x->wished)
		fprintf(out, "  %s\n",
			said(c, "det ville koste, når alt andet bliver, som det er:",
			     "what it would cost, all else being as it is:"));
	if (x->wished || at.day != WARD_NONE) terms_print(c, d, x->wished ? 1 : -1);
}

/* A place is explained by what the plan would cost without him; a wish by what it would cost with it. */
static void one_explain(cli *c, const ward *w, const ward_plan *p, const wish *x)
{
	const ward_spot out = {WARD_NONE, WARD_NONE, WARD_NONE};
	ward_spot at = x->wished ? x->to : (ward_spot){p->day[x->patient], p->room[x->patient], p->theatre[x->patient]};
	ward_difference d = ward_moved(c->arena, w, p, x->patient, x->wished ? x->to : out);
	if (c->json)
		one_json(c, w, x, at, &d);
	else
		one_print(c, w, x, at, &d);
}

/* ---- why there is none ---- */

static void conflict_json(cli *c, const ward *w, const ward_conflict *k)
{
	json_out o = json_begin(c->arena);
	json_object(&o);
	json_key(&o, "found");
	json_bool(&o, k->found);
	json_key(&o, "proved");
	json_bool(&o, k->proved);
	json_key(&o, "patients");
	json_array(&o);
	for (int i = 0; i < k->patients; i++) json_text(&o, w->person[k->patient[i]].id);
	json_end(&o);
	json_key(&o, "rules");
	json_array(&o);
	for (int i = 0; i < WARD_RULES; i++)
		if (k->rule[i]) json_text(&o, text_of(ward_rule_said((ward_rule)i, c->language)));
	json_end(&o);
	json_end(&o);
	text all = json_done(&o);
	fprintf(c->outside->out, "%.*s\n", TEXT_ARG(all));
}

static void conflict_print(cli *c, const ward *w, const ward_conflict *k)
{
	FILE *out = c->outside->out;
	if (!k->found) {
		fprintf(out, "%s\n",
			k->proved ? said(c, "Alle, der skal indlægges, kan få plads", "All who must be admitted can be")
				  : said(c, "Der blev ikke fundet noget, der strider mod hinanden",
					 "No contradiction was found"));
		return;
	}
	fprintf(out, "%s\n",
		k->patients > 0 ? said(c, "Disse kan ikke alle indlægges; uden én af dem kunne de andre:",
				       "These cannot all be admitted; without one of them the others could:")
				: said(c, "De, der ligger her, bryder selv reglerne",
				       "Those who are there break the rules by themselves"));
	for (int i = 0; i < k->patients; i++) {
		const ward_person *x = &w->person[k->patient[i]];
		fprintf(out,
			said(c, "  %.*s: dag %d til %d, %d dage, %d minutter hos %.*s\n",
			     "  %.*s: day %d to %d, %d days, %d minutes of %.*s\n"),
			TEXT_ARG(x->id), x->release, x->due, x->stay, x->minutes, TEXT_ARG(w->surgeon[x->surgeon]));
	}
	fprintf(out, "%s\n", said(c, "Reglerne, der står imod:", "The rules against it:"));
	for (int i = 0; i < WARD_RULES; i++)
		if (k->rule[i]) fprintf(out, "  %s\n", ward_rule_said((ward_rule)i, c->language));
}

static int why_none(cli *c, const ward *w)
{
	ward_conflict k = ward_conflict_find(c->arena, w, CONFLICT_STEPS);
	if (c->json)
		conflict_json(c, w, &k);
	else
		conflict_print(c, w, &k);
	return k.found ? CLI_INPUT : CLI_FINE;
}

int plan_ward_why(cli *c)
{
	ward w;
	ward_plan p;
	text source;
	if (!ward_file(c, c->args[1], &w)) return fail_input(c);
	if (c->arg_count == 2) return why_none(c, &w);
	if (!plan_file(c, c->args[2], &source) || !ward_plan_read(c->arena, &w, source, c->args[2], &c->sink, &p, NULL))
		return fail_input(c);
	for (int i = 3; i < c->arg_count; i++) {
		wish x;
		if (!wish_read(c, &w, c->args[i], &x)) return fail_usage(c);
		one_explain(c, &w, &p, &x);
	}
	for (int i = 0; c->arg_count == 3 && i < w.patients; i++) one_explain(c, &w, &p, &(wish){.patient = i});
	return CLI_FINE;
}
