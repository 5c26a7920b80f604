/* clocks_print.c: what `limen clocks` says: a line for each clock that would be otherwise, and what was counted; for people, or as JSON. */
#include "cli/clocks.h"

/* ---- who it is about ---- */

static text patient_reference(const doc *d)
{
	static const name_id keys[] = {NAME_patient, NAME_subject, NAME_for};
	for (int i = 0; i < 3; i++) {
		uint32_t n = doc_get(d, 0, keys[i]);
		text reference = n ? doc_get_text(d, n, NAME_reference) : (text){0};
		if (text_starts(reference, TEXT("Patient/"))) return reference;
	}
	return (text){0};
}

static bool body_read(looking *x, text type, text id, doc *d)
{
	version v;
	issues unheard = {.arena = x->page};
	return record_read(x->reader, type, id, &v, &unheard) == FOUND &&
	       json_parse(x->page, v.json, TEXT(""), &unheard, d);
}

/* The patient's reference, and as the worklist shows people. */
static text patient_of(looking *x, text type, text id, text *shown)
{
	doc d, person;
	*shown = (text){0};
	if (!body_read(x, type, id, &d)) return (text){0};
	text reference = patient_reference(&d);
	if (reference.len && body_read(x, TEXT("Patient"), text_cut(reference, '/').tail, &person))
		*shown = person_shown(x->page, &person, 0);
	return reference;
}

static text side_said(looking *x, const clock *c)
{
	language lang = x->cli->language;
	if (!c) return clock_state_word(CLOCK_NOT, lang);
	text word = clock_word(c, x->at, lang);
	if (c->due_day == DAY_NONE) return word;
	text due = day_long(x->page, c->due_day, lang == LANGUAGE_EN);
	return text_format(x->page, "%.*s %.*s", TEXT_ARG(due), TEXT_ARG(word));
}

static const char *const state_codes[STATES] = {"not",      "running", "paused",    "met",
						"breached", "waived",  "suspended", "not-filled-in"};

static void side_json(looking *x, json_out *o, const char *key, const clock *c)
{
	json_key(o, key);
	json_object(o);
	json_pair(o, "state", text_of(c ? state_codes[clock_state_at(c, x->at)] : state_codes[CLOCK_NOT]));
	if (c && c->due_day != DAY_NONE) json_pair(o, "due", day_iso(x->page, c->due_day));
	json_end(o);
}

static void line_print(looking *x, json_out *o)
{
	text line = json_done(o);
	fprintf(x->cli->outside->out, "%.*s\n", TEXT_ARG(line));
}

void difference_print(looking *x, const subject *s, const tally *t, const clock_difference *d)
{
	text shown, patient = patient_of(x, s->type, s->id, &shown);
	text subject_name = text_format(x->page, "%.*s/%.*s", TEXT_ARG(s->type), TEXT_ARG(s->id));
	progress_show(x->cli, &x->shown, NULL);
	if (x->cli->json) {
		json_out o = json_begin(x->page);
		json_object(&o);
		json_pair(&o, "subject", subject_name);
		json_pair(&o, "patient", patient);
		json_pair(&o, "clock", t->id);
		side_json(x, &o, "before", d->before);
		side_json(x, &o, "after", d->after);
		json_end(&o);
		line_print(x, &o);
		return;
	}
	if (shown.len == 0) shown = patient.len ? patient : TEXT("–");
	text before = side_said(x, d->before), after = side_said(x, d->after);
	fprintf(x->cli->outside->out, "%.*s  %.*s  %.*s: %.*s → %.*s\n", TEXT_ARG(shown), TEXT_ARG(subject_name),
		TEXT_ARG(t->id), TEXT_ARG(before), TEXT_ARG(after));
}

/* ---- what is said at the end ---- */

static text title_of(const looking *x, const tally *t)
{
	return x->cli->language == LANGUAGE_EN ? t->en : t->da;
}

static void nearest_print(looking *x, const tally *t)
{
	for (int i = 0; i < t->near_count; i++) {
		const near *n = &t->nearest[i];
		text shown;
		patient_of(x, text_of(n->type), text_of(n->id), &shown);
		text due = day_long(x->page, day_of_instant(n->due - 1), x->cli->language == LANGUAGE_EN);
		fprintf(x->cli->outside->out, "    %.*s  %.*s  %s/%s\n", TEXT_ARG(due), TEXT_ARG(shown), n->type,
			n->id);
	}
}

static void states_print(looking *x, const tally *t)
{
	FILE *out = x->cli->outside->out;
	const char *between = "  ";
	fprintf(out, "%.*s (%.*s)\n", TEXT_ARG(title_of(x, t)), TEXT_ARG(t->id));
	for (int s = CLOCK_RUNNING; s < STATES; s++) {
		if (!t->states[s]) continue;
		text word = clock_state_word((clock_state)s, x->cli->language);
		fprintf(out, "%s%.*s %lld", between, TEXT_ARG(word), (long long)t->states[s]);
		between = " · ";
	}
	fputs("\n", out);
	nearest_print(x, t);
}

static void states_json(looking *x, const tally *t)
{
	json_out o = json_begin(x->page);
	json_object(&o);
	json_pair(&o, "clock", t->id);
	json_pair(&o, "title", title_of(x, t));
	json_key(&o, "states");
	json_object(&o);
	for (int s = CLOCK_RUNNING; s < STATES; s++) {
		if (!t->states[s]) continue;
		json_key(&o, state_codes[s]);
		json_int(&o, t->states[s]);
	}
	json_end(&o);
	json_key(&o, "nearest");
	json_array(&o);
	for (int i = 0; i < t->near_count; i++) {
		const near *n = &t->nearest[i];
		text shown, patient = patient_of(x, text_of(n->type), text_of(n->id), &shown);
		json_object(&o);
		json_pair(&o, "subject", text_format(x->page, "%s/%s", n->type, n->id));
		json_pair(&o, "patient", patient);
		json_pair(&o, "due", day_iso(x->page, day_of_instant(n->due - 1)));
		json_end(&o);
	}
	json_end(&o);
	json_end(&o);
	line_print(x, &o);
}

typedef struct amount {
	int64_t n;
	const char *code, *da, *en;
} amount;
enum { AMOUNTS = 7 };

static void amounts_of(const tally *t, amount *out)
{
	const amount all[AMOUNTS] = {{t->begins, "begins", "begynder at gælde", "begin to apply"},
				     {t->ceases, "ceases", "gælder ikke mere", "cease to apply"},
				     {t->earlier, "earlier", "tidligere dato", "earlier date"},
				     {t->later, "later", "senere dato", "later date"},
				     {t->breached, "breached", "bliver overskredet", "become breached"},
				     {t->unbreached, "unbreached", "er ikke mere overskredet", "no longer breached"},
				     {t->other, "other", "anden tilstand", "another state"}};
	memcpy(out, all, sizeof all);
}

static void change_summary(looking *x, const tally *t)
{
	amount all[AMOUNTS];
	const char *between = ": ";
	FILE *out = x->cli->outside->out;
	amounts_of(t, all);
	fprintf(out, "%.*s (%.*s)", TEXT_ARG(title_of(x, t)), TEXT_ARG(t->id));
	for (int i = 0; i < AMOUNTS; i++) {
		if (!all[i].n) continue;
		fprintf(out, "%s%lld %s", between, (long long)all[i].n, said(x->cli, all[i].da, all[i].en));
		between = ", ";
	}
	fputs("\n", out);
}

static void change_summary_json(looking *x, const tally *t)
{
	amount all[AMOUNTS];
	amounts_of(t, all);
	json_out o = json_begin(x->page);
	json_object(&o);
	json_pair(&o, "summary", t->id);
	for (int i = 0; i < AMOUNTS; i++) {
		if (!all[i].n) continue;
		json_key(&o, all[i].code);
		json_int(&o, all[i].n);
	}
	json_end(&o);
	line_print(x, &o);
}

static bool has_changes(const tally *t)
{
	return t->begins || t->ceases || t->earlier || t->later || t->breached || t->unbreached || t->other;
}

static bool has_states(const tally *t)
{
	for (int s = CLOCK_RUNNING; s < STATES; s++)
		if (t->states[s]) return true;
	return false;
}

static void one_print(looking *x, const tally *t)
{
	if (!t->wanted) return;
	if (x->other && has_changes(t)) x->cli->json ? change_summary_json(x, t) : change_summary(x, t);
	if (!x->other && has_states(t)) x->cli->json ? states_json(x, t) : states_print(x, t);
}

static void under_way_print(looking *x)
{
	reevaluation r;
	if (!record_reevaluation(x->reader, &r, &x->cli->sink) || !r.under_way) return;
	fprintf(x->cli->outside->out, "%s: %lld",
		said(x->cli, "Nye regler er på vej gennem det, der er her",
		     "New rules are on their way through what is here"),
		(long long)r.done);
	if (r.all) fprintf(x->cli->outside->out, " %s %lld", said(x->cli, "af", "of"), (long long)r.all);
	fputs("\n", x->cli->outside->out);
}

void looked_print(looking *x)
{
	cli *c = x->cli;
	FILE *out = c->outside->out;
	progress_show(c, &x->shown, NULL);
	if (x->interrupted)
		fprintf(c->outside->err, "limen: %s\n",
			said(c, "afbrudt; det, der er set indtil nu:", "interrupted; what was seen so far:"));
	if (!c->json && x->other && x->changed) fputs("\n", out);
	for (int i = 0; i < x->tally_count; i++) one_print(x, &x->tallies[i]);
	if (c->json) return;
	text when = instant_long(x->page, x->at, c->language == LANGUAGE_EN);
	fprintf(out, "%.*s · %lld %s · %lld %s", TEXT_ARG(when), (long long)x->pathways, said(c, "forløb", "pathways"),
		(long long)x->subjects, said(c, "andre emner", "other subjects"));
	if (x->other) fprintf(out, " · %lld %s", (long long)x->changed, said(c, "ure ændres", "clocks change"));
	fputs("\n", out);
	if (!x->other) under_way_print(x);
}

/* What else the folder changes has no part in this. */
void others_print(looking *x)
{
	static const char *const counted[] = {"clock", "limits", "holiday", "link", "facts", "required", NULL};
	bool any = false;
	for (int i = 0; i < x->other->count; i++) {
		const content_entry *e = x->other->entries[i];
		bool counts = e->layer == 0;
		for (int k = 0; counted[k]; k++) counts = counts || text_equal(e->kind, text_of(counted[k]));
		if (counts) continue;
		fprintf(x->cli->outside->err, "%s%.*s %.*s",
			any ? ", "
			    : said(x->cli, "limen: kun ure regnes ud; mappen har også: ",
				   "limen: only clocks are computed; the folder also has: "),
			TEXT_ARG(e->kind), TEXT_ARG(e->id));
		any = true;
	}
	if (any) fputs("\n", x->cli->outside->err);
}
