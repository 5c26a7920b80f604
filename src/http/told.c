/* told.c: GET EpisodeOfCare/{id}/$told: where a pathway is and what the patient is entitled to, in words that may be read aloud. It is
 * what the patient's own page shows, and what a secretary reads on the telephone. */
#include "http/internal.h"

static text in_words(const exchange *x, text da, text en)
{
	return x->who.language == LANGUAGE_EN ? en : da;
}

static void steps_write(exchange *x, json_out *o, const told *t)
{
	static const char *const places[] = {"done", "now", "ahead"};
	for (int i = 0; i < t->step_count; i++) {
		const step *s = &t->steps[i];
		part_open(o, "step");
		part_text(o, "said", "valueString", in_words(x, s->told_da, s->told_en));
		part_text(o, "place", "valueCode", text_of(places[s->place + 1]));
		part_instant(x, o, "at", s->at);
		part_close(o);
	}
}

static void rights_write(exchange *x, json_out *o, const told *t)
{
	for (int i = 0; i < t->right_count; i++) {
		part_open(o, "right");
		part_text(o, "clock", "valueCode", t->rights[i].clock);
		part_text(o, "said", "valueString", t->rights[i].said);
		part_day(x, o, "due", t->rights[i].due);
		part_bool(o, "verified", t->rights[i].verified);
		part_close(o);
	}
}

void told_get(exchange *x)
{
	told t;
	reader *rd;
	version v;
	if (!rest_named(x) || !query_none(x) || !(rd = exchange_reader(x))) return;
	found f = record_read(rd, TEXT("EpisodeOfCare"), x->id, &v, &x->sink);
	if (!rest_found(x, f, &v)) return;
	const telling how = {.now = world_now(x->app->world), .lang = x->who.language};
	if (!work_told(rd, x->app->content, x->id, &how, x->arena, &t, &x->sink)) return;
	json_out o = parameters_begin(x);
	steps_write(x, &o, &t);
	rights_write(x, &o, &t);
	part_text(&o, "late", "valueString", t.late);
	part_text(&o, "closed", "valueString", t.closed);
	part_text(&o, "help", "valueString", t.help);
	parameters_reply(x, &o);
}
