/* Codes in value sets, above and below each other: asked of R4's own and of the ValueSets and CodeSystems in the record. What is
 * not known is refused: an answer that left the unknown out, or took it in, would be wrong without a word. */
#include "record/search_internal.h"

enum { LAYER_MAX = 200 }; /* of the record's own that one question may draw in */

/* ---- what the record has, drawn in by canonical URL ---- */

typedef struct layer {
	search *s;
	terms *terms;
	text urls[LAYER_MAX]; /* asked for already */
	int count;
} layer;

static bool layer_url(layer *l, text url);

static bool layer_doc(layer *l, const doc *d)
{
	uint32_t compose = doc_get(d, 0, NAME_compose);
	static const name_id sides[] = {NAME_include, NAME_exclude};
	if (!terms_add(l->terms, d, l->s->sink)) return false;
	for (int side = 0; compose && side < 2; side++) {
		uint32_t list = doc_get(d, compose, sides[side]);
		for (uint32_t i = list + 1; list && i < d->nodes[list].next; i = d->nodes[i].next) {
			uint32_t sets = doc_get(d, i, NAME_valueSet);
			if (!layer_url(l, doc_get_text(d, i, NAME_system))) return false;
			for (uint32_t v = sets + 1; sets && v < d->nodes[sets].next; v = d->nodes[v].next)
				if (!layer_url(l, doc_text(d, v))) return false;
		}
	}
	return true;
}

static bool layer_rids(layer *l, const rid_set *rids)
{
	search *s = l->s;
	for (int64_t i = 0; i < rids->count; i++) {
		version v;
		doc *d = ARENA_NEW(s->arena, doc);
		found f = version_at(s->reader->snapshot, rids->at[i], s->arena, &v, s->sink);
		if (f == FOUND_FAILED) return false;
		if (f != FOUND) continue;
		if (!json_parse_resource(s->arena, v.json, TEXT(""), s->sink, d) || !layer_doc(l, d)) return false;
	}
	return true;
}

static bool layer_of_type(layer *l, text type, text url)
{
	search *s = l->s;
	search_type *t = type_of(s->reader->record, type, s->sink);
	const search_param *p = t && atomic_load(&t->numbered) ? param_find(t, TEXT("url")) : NULL;
	rid_set rids;
	bool whole;
	if (!p || p->way != WAY_INDEX) return true;
	cell prefix[] = {INT_CELL(p->number), TEXT_CELL(url)};
	scan_options o = {.index = -1, .prefix = prefix, .prefix_cells = 2};
	return rows_collect(s, &index_tables[INDEX_URI], &o, LAYER_MAX, NULL, NULL, &rids, &whole) &&
	       layer_rids(l, &rids);
}

static bool layer_url(layer *l, text url)
{
	text bare = text_cut(url, '|').head;
	for (int i = 0; i < l->count; i++)
		if (text_equal(l->urls[i], bare)) return true;
	if (bare.len == 0 || l->count == LAYER_MAX) return true;
	l->urls[l->count++] = bare;
	return layer_of_type(l, TEXT("ValueSet"), bare) && layer_of_type(l, TEXT("CodeSystem"), bare);
}

static bool layer_open(search *s, text url)
{
	layer l = {.s = s, .terms = terms_open(s->arena, s->terms)};
	if (s->reader->snapshot && !layer_url(&l, url)) return false;
	s->terms = l.terms;
	return true;
}

/* ValueSet/id stands for its canonical URL. */
static bool value_set_url(search *s, const clause *c, test *q)
{
	version v;
	doc d;
	if (!text_starts(q->value, TEXT("ValueSet/"))) return true;
	text id = text_slice(q->value, 9, q->value.len);
	found f = s->reader->snapshot ? record_read(s->reader, TEXT("ValueSet"), id, &v, s->sink) : FOUND_NONE;
	if (f == FOUND_FAILED) return false;
	if (f != FOUND) return issue_add(s->sink, FAIL_SEARCH_VALUE_SET, c->name, q->value);
	if (!json_parse_resource(s->arena, v.json, TEXT(""), s->sink, &d)) return false;
	q->value = doc_get_text(&d, 0, NAME_url);
	return q->value.len > 0 || issue_add(s->sink, FAIL_SEARCH_VALUE_SET, c->name, q->said);
}

bool codes_ready(search *s, const clause *c, test *q)
{
	bool is_set = c->modifier == MOD_IN || c->modifier == MOD_NOT_IN;
	if (!s->terms) s->terms = terms_r4();
	if (is_set && !value_set_url(s, c, q)) return false;
	if (!layer_open(s, is_set ? q->value : q->system)) return false;
	if (!is_set) return true;
	/* No value set has a code of this system: only one that is not here says that it cannot tell. */
	bool known = term_in(s->terms, q->value, TEXT("urn:limen:no-system"), TEXT("none")) != TERM_UNKNOWN;
	return known || issue_add(s->sink, FAIL_SEARCH_VALUE_SET, c->name, q->value);
}

/* ---- the question ---- */

static bool answered(search *s, const clause *c, term_answer answer, text system, text code)
{
	if (answer != TERM_UNKNOWN) return answer == TERM_IS;
	text said = text_format(s->arena, "%.*s|%.*s", TEXT_ARG(system), TEXT_ARG(code));
	if (s->sink->errors == 0) issue_add(s->sink, FAIL_SEARCH_CODE, c->name, said);
	return false;
}

bool code_is(search *s, const clause *c, const test *q, text system, text code)
{
	if (c->modifier == MOD_IN || c->modifier == MOD_NOT_IN)
		return answered(s, c, term_in(s->terms, q->value, system, code), system, code);
	text of = system.len ? system : q->system;
	if (!q->any_system && !text_equal(of, q->system)) return false;
	if (text_equal(code, q->value)) return true;
	bool below = c->modifier == MOD_BELOW;
	if (of.len == 0) return false; /* a code of no system stands below nothing */
	return answered(s, c, term_subsumes(s->terms, of, below ? q->value : code, below ? code : q->value), of, code);
}
