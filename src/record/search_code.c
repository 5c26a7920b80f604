/* Codes in value sets, above and below each other, asked of R4's own and of what is kept in the record (codes.h). What is not known is refused: an answer that left the unknown out, or took it in, would be wrong without a word. */
#include "record/search_internal.h"

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
	if (!s->terms) s->terms = s->reader->snapshot ? reader_terms(s->reader, s->sink) : terms_r4();
	if (!s->terms || (is_set && !value_set_url(s, c, q))) return false;
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
