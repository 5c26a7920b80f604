/* publish.c: a rule as R4 says it: a PlanDefinition. Its limit is a goal, what starts, stops, pauses and follows it are actions, and
 * conditions are the sentences of the content file (docs/api.md says how to read them), read aloud beside. */
#include "clock/publish.h"

/* ---- words in both languages ---- */

static text wanted(const publishing *p, text da, text en)
{
	return p->lang == LANGUAGE_EN ? en : da;
}

/* The language asked for, the other as R4's translation beside it. */
void publish_both(publishing *p, const char *key, text da, text en)
{
	json_out *o = &p->o;
	text other = p->lang == LANGUAGE_EN ? da : en;
	if (da.len == 0) return;
	json_pair(o, key, wanted(p, da, en));
	const char *companion = text_z(p->arena, text_format(p->arena, "_%s", key));
	json_translation(o, companion, p->lang == LANGUAGE_EN ? TEXT("da") : TEXT("en"), other);
}

static void concept(publishing *p, const char *key, text da, text en)
{
	json_key(&p->o, key);
	json_object(&p->o);
	publish_both(p, "text", da, en);
	json_end(&p->o);
}

/* ---- extensions ---- */

static void extension(publishing *p, const char *url, const char *value_key, text value)
{
	if (value.len == 0) return;
	json_object(&p->o);
	json_pair(&p->o, "url", text_of(url));
	json_pair(&p->o, value_key, value);
	json_end(&p->o);
}

static void extension_both(publishing *p, const char *url, text da, text en)
{
	if (da.len == 0) return;
	json_object(&p->o);
	json_pair(&p->o, "url", text_of(url));
	publish_both(p, "valueString", da, en);
	json_end(&p->o);
}

static void extension_true(publishing *p, const char *url)
{
	json_object(&p->o);
	json_pair(&p->o, "url", text_of(url));
	json_key(&p->o, "valueBoolean");
	json_bool(&p->o, true);
	json_end(&p->o);
}

static void effect_write(publishing *p, const effect_row *e)
{
	json_object(&p->o);
	json_pair(&p->o, "url", TEXT("urn:limen:effect"));
	json_key(&p->o, "extension");
	json_array(&p->o);
	extension(p, "fact", "valueString", fact_at(p->image, e->fact)->name);
	extension_both(p, "says", e->da, e->en);
	json_end(&p->o);
	json_end(&p->o);
}

static void extensions(publishing *p)
{
	const clock_rule *r = p->rule;
	const clock_face *f = &r->face;
	json_key(&p->o, "extension");
	json_array(&p->o);
	extension(p, "urn:limen:status", "valueCode", f->status);
	extension(p, "urn:limen:force", "valueCode", f->force);
	extension(p, "urn:limen:certainty", "valueCode", f->certainty);
	extension(p, "urn:limen:subject", "valueCode", f->subject);
	extension_both(p, r->status == STATUS_UNVERIFIED ? "urn:limen:unverified" : "urn:limen:note", f->note_da,
		       f->note_en);
	extension_both(p, "urn:limen:say", text_trim(r->say_da), text_trim(r->say_en));
	if (r->warns_then_errs) extension(p, "urn:limen:level", "valueString", TEXT("warning, then error"));
	for (int i = 0; i < r->effect_count; i++) effect_write(p, &r->effects[i]);
	json_end(&p->o);
}

/* ---- lengths of time ---- */

/* hverdage and arbejdsdage are no units of UCUM, and so no Duration. */
static text ucum_of(day_unit unit)
{
	static const char *const codes[] = {[UNIT_CALENDAR_DAYS] = "d",
					    [UNIT_WEEKS] = "wk",
					    [UNIT_MONTHS] = "mo",
					    [UNIT_HOURS] = "h",
					    [UNIT_MINUTES] = "min"};
	return unit <= UNIT_MINUTES ? text_of(codes[unit]) : (text){0};
}

static text unit_word(day_unit unit)
{
	return unit == UNIT_ARBEJDSDAGE ? TEXT("arbejdsdage") : TEXT("hverdage");
}

static void quantity(publishing *p, const char *key, int n, day_unit unit)
{
	text code = ucum_of(unit);
	json_key(&p->o, key);
	json_object(&p->o);
	json_key(&p->o, "value");
	json_int(&p->o, n);
	json_pair(&p->o, "unit", text_cut(clock_span_words(p->arena, n, unit, p->lang), ' ').tail);
	json_pair(&p->o, "system", code.len ? TEXT("http://unitsofmeasure.org") : TEXT("urn:limen:unit"));
	json_pair(&p->o, "code", code.len ? code : unit_word(unit));
	json_end(&p->o);
}

static void extension_span(publishing *p, const char *url, int n, day_unit unit)
{
	json_object(&p->o);
	json_pair(&p->o, "url", text_of(url));
	quantity(p, ucum_of(unit).len ? "valueDuration" : "valueQuantity", n, unit);
	json_end(&p->o);
}

static void period(publishing *p, const char *key, day from, day to)
{
	if (from == DAY_NONE && to == DAY_NONE) return;
	json_key(&p->o, key);
	json_object(&p->o);
	if (from != DAY_NONE) json_pair(&p->o, "start", day_iso(p->arena, from));
	if (to != DAY_NONE) json_pair(&p->o, "end", day_iso(p->arena, to));
	json_end(&p->o);
}

/* ---- goals: the limits ---- */

static bool row_is_plain(const limit_row *row)
{
	return !row->unfilled && ucum_of(row->unit).len && row->code.len == 0 && row->source.len == 0 &&
	       row->from == DAY_NONE && row->to == DAY_NONE;
}

static void target_extensions(publishing *p, const limit_row *row)
{
	if (row_is_plain(row)) return;
	json_key(&p->o, "extension");
	json_array(&p->o);
	if (row->unfilled) extension_true(p, "urn:limen:not-filled-in");
	if (!row->unfilled && !ucum_of(row->unit).len) extension_span(p, "urn:limen:due", row->n, row->unit);
	extension(p, "urn:limen:code", "valueCode", row->code);
	extension(p, "urn:limen:source", "valueString", row->source);
	if (row->from != DAY_NONE || row->to != DAY_NONE) {
		json_object(&p->o);
		json_pair(&p->o, "url", TEXT("urn:limen:starts-in"));
		period(p, "valuePeriod", row->from, row->to);
		json_end(&p->o);
	}
	json_end(&p->o);
}

static void target(publishing *p, const limit_row *row)
{
	json_object(&p->o);
	target_extensions(p, row);
	if (!row->unfilled && ucum_of(row->unit).len) quantity(p, "due", row->n, row->unit);
	json_end(&p->o);
}

static void target_until(publishing *p)
{
	json_object(&p->o);
	json_key(&p->o, "extension");
	json_array(&p->o);
	extension(p, "urn:limen:until", "valueString", fact_at(p->image, p->rule->until)->name);
	json_end(&p->o);
	json_end(&p->o);
}

static void goal_extensions(publishing *p)
{
	const clock_rule *r = p->rule;
	const content_entry *e = r->entry;
	json_key(&p->o, "extension");
	json_array(&p->o);
	if (r->amber_from_start)
		extension(p, "urn:limen:amber", "valueString", TEXT("from the start"));
	else
		extension_span(p, "urn:limen:amber", r->amber_n, r->amber_unit);
	if (r->limit_by >= 0) {
		uint32_t limit = content_get(e, e->node, "limit");
		extension(p, "urn:limen:table", "valueString", doc_text(e->d, content_get(e, limit, "table")));
		extension(p, "urn:limen:column", "valueString", doc_text(e->d, content_get(e, limit, "column")));
		extension(p, "urn:limen:by", "valueString", fact_at(p->image, r->limit_by)->name);
	}
	json_end(&p->o);
}

/* "30 calendar days from: referral received" */
static text goal_words(publishing *p, const limit_row *row, const condition *start, language lang)
{
	bool en = lang == LANGUAGE_EN;
	text from = condition_say(p->arena, p->image, start, lang);
	if (!row) {
		const fact_name *f = fact_at(p->image, p->rule->until);
		return text_format(p->arena, "%s %.*s", en ? "until" : "til", TEXT_ARG(en ? f->en : f->da));
	}
	text span = row->unfilled ? (en ? TEXT("not filled in") : TEXT("ikke udfyldt"))
				  : clock_span_words(p->arena, row->n, row->unit, lang);
	return text_format(p->arena, "%.*s %s: %.*s", TEXT_ARG(span), en ? "from" : "fra", TEXT_ARG(from));
}

static void goal_open(publishing *p, const char *id, const limit_row *row, const condition *start)
{
	json_object(&p->o);
	json_pair(&p->o, "id", text_of(id));
	if (start == p->rule->start) goal_extensions(p);
	concept(p, "description", goal_words(p, row, start, LANGUAGE_DA), goal_words(p, row, start, LANGUAGE_EN));
	concept(p, "start", condition_say(p->arena, p->image, start, LANGUAGE_DA),
		condition_say(p->arena, p->image, start, LANGUAGE_EN));
	json_key(&p->o, "target");
	json_array(&p->o);
}

/* The newest row says how long it is now; a table's rows are for one code each. */
static void goals(publishing *p)
{
	const clock_rule *r = p->rule;
	json_key(&p->o, "goal");
	json_array(&p->o);
	goal_open(p, "limit", r->until >= 0 ? NULL : &r->limits[r->limit_by >= 0 ? 0 : r->limit_count - 1], r->start);
	for (int i = 0; r->until < 0 && i < r->limit_count; i++) target(p, &r->limits[i]);
	if (r->until >= 0) target_until(p);
	json_end(&p->o);
	json_end(&p->o);
	if (r->also) {
		goal_open(p, "also", r->also, r->also_start);
		target(p, r->also);
		json_end(&p->o);
		json_end(&p->o);
	}
	json_end(&p->o);
}

/* ---- the resource ---- */

void publish_citation(publishing *p, text source)
{
	json_object(&p->o);
	json_pair(&p->o, "type", TEXT("citation"));
	json_pair(&p->o, "citation", source);
	json_end(&p->o);
}

/* The law itself, and the rulings that the rule's examples stand for. */
static void artifacts(publishing *p)
{
	const content_entry *e = p->rule->entry;
	const node *nodes = e->d->nodes;
	uint32_t cases = content_get(e, e->node, "cases");
	map seen = {.arena = p->arena};
	json_key(&p->o, "relatedArtifact");
	json_array(&p->o);
	publish_citation(p, p->rule->face.source);
	for (uint32_t n = cases + 1; cases != NODE_ABSENT && n < nodes[cases].next; n = nodes[n].next) {
		text ruling = doc_text(e->d, content_get(e, n, "ruling"));
		if (ruling.len == 0 || map_get_or(&seen, ruling, 0)) continue;
		map_put(&seen, ruling, 1);
		publish_citation(p, ruling);
	}
	json_end(&p->o);
}

/* FHIR asks for a name a program can use: psyk-boern-start is PsykBoernStart. */
static text program_name(arena *a, text id)
{
	buffer b = {.arena = a};
	bool first = true;
	for (int64_t i = 0; i < id.len; i++) {
		char c = id.at[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'), digit = c >= '0' && c <= '9';
		if (b.len == 0 && digit) buffer_char(&b, 'R');
		if (letter || digit) buffer_char(&b, first && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
		first = !letter && !digit;
	}
	return buffer_text(&b);
}

static text plan_status(const clock_rule *r)
{
	if (r->status == STATUS_PROPOSED) return TEXT("draft");
	return r->status == STATUS_RETIRED ? TEXT("retired") : TEXT("active");
}

static void head_write(publishing *p)
{
	const clock_face *f = &p->rule->face;
	json_out *o = &p->o;
	json_pair(o, "resourceType", TEXT("PlanDefinition"));
	json_pair(o, "id", f->id);
	json_pair(o, "language", p->lang == LANGUAGE_EN ? TEXT("en") : TEXT("da"));
	extensions(p);
	json_pair(o, "url", text_format(p->arena, "urn:limen:clock:%.*s", TEXT_ARG(f->id)));
	json_pair(o, "version", digest_hex(p->arena, p->image->hash));
	json_pair(o, "name", program_name(p->arena, f->id));
	publish_both(p, "title", f->da, f->en);
	json_key(o, "type");
	json_concept(o, "http://terminology.hl7.org/CodeSystem/plan-definition-type", TEXT("eca-rule"), (text){0});
	json_pair(o, "status", plan_status(p->rule));
	json_key(o, "experimental");
	json_bool(o, p->rule->status == STATUS_UNVERIFIED);
	json_pair(o, "description", f->applies_to);
	json_pair(o, "purpose", f->source);
	period(p, "effectivePeriod", f->valid_from, f->valid_to);
	artifacts(p);
}

text clock_rule_json(arena *a, const image *m, const clock_rule *r, language lang)
{
	publishing p = {.o = json_begin(a), .arena = a, .image = m, .rule = r, .lang = lang};
	json_object(&p.o);
	head_write(&p);
	goals(&p);
	publish_actions(&p);
	json_end(&p.o);
	return json_done(&p.o);
}
