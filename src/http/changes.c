/* changes.c: GET {type}/{id}/$clock-history?clock=ID: what moved a deadline: who, when, what it said before and after, by which fact, and why
 * where that was said. Whatever still stands may be taken back with $undo. */
#include "http/internal.h"

/* Where R4's resources, and Limen's extensions, say why a thing was done. */
static text reason_of(const doc *d)
{
	static const name_id places[] = {NAME_cancelationReason, NAME_statusReason};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		uint32_t n = doc_get(d, 0, places[i]);
		if (!n || d->nodes[n].kind != NODE_OBJECT) continue;
		text said = doc_get_text(d, n, NAME_text);
		uint32_t coding = doc_first(d, n, NAME_coding);
		if (said.len == 0 && coding) said = doc_get_text(d, coding, NAME_display);
		if (said.len == 0 && coding) said = doc_get_text(d, coding, NAME_code);
		if (said.len) return said;
	}
	return (text){0};
}

/* The version that said the fact: its reason, and whether it is still the newest, so that it can be taken back. */
static void source_write(exchange *x, json_out *o, const clock_change *c)
{
	doc d;
	version v, now;
	issues aside = {.arena = x->arena};
	text_pair name = text_cut(c->resource, '/');
	reader *rd = exchange_reader(x);
	if (!rd || !name.found) return;
	part_text(o, "resource", "valueString",
		  text_format(x->arena, "%.*s/_history/%lld", TEXT_ARG(c->resource), (long long)c->version));
	if (record_vread(rd, name.head, name.tail, c->version, &v, &aside) == FOUND &&
	    json_parse(x->arena, v.json, TEXT(""), &aside, &d))
		part_text(o, "reason", "valueString", reason_of(&d));
	found f = record_read(rd, name.head, name.tail, &now, &aside);
	part_bool(o, "undoable", (f == FOUND || f == FOUND_DELETED) && now.number == c->version);
}

static void change_write(exchange *x, json_out *o, const clock_change *c)
{
	language lang = x->who.language;
	int id = fact_id(x->app->content, c->fact);
	const fact_name *name = id >= 0 ? fact_at(x->app->content, id) : NULL;
	part_open(o, "change");
	part_text(o, "clock", "valueCode", c->rule);
	part_instant(x, o, "at", c->at);
	part_text(o, "by", "valueString", c->actor);
	part_text(o, "from", "valueString", clock_state_word(c->from, lang));
	part_text(o, "to", "valueString", clock_state_word(c->to, lang));
	part_day(x, o, "dueBefore", c->due_from);
	part_day(x, o, "dueAfter", c->due_to);
	if (name) part_text(o, "fact", "valueString", lang == LANGUAGE_EN ? name->en : name->da);
	source_write(x, o, c);
	part_close(o);
}

void clock_history(exchange *x)
{
	static const char *const known[] = {"clock", NULL};
	reader *rd;
	version v;
	clock_change *all;
	if (!rest_named(x) || !query_only(x, known) || !(rd = exchange_reader(x))) return;
	found f = record_read(rd, x->type, x->id, &v, &x->sink);
	if (f == FOUND_FAILED || f == FOUND_NONE) {
		rest_found(x, f, &v);
		return;
	}
	int count = clock_changes(reader_snapshot(rd), v.rid, query_value(x, "clock"), x->arena, &all, &x->sink);
	if (count < 0) return;
	json_out o = parameters_begin(x);
	for (int i = 0; i < count; i++) change_write(x, &o, &all[i]);
	parameters_reply(x, &o);
}
