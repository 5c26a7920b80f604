/* A query asked of one resource: the filters of a search, told from the resource alone. Subscriptions ask it of every write, so it
 * looks at nothing else. */
#include "record/search_internal.h"

struct record_query {
	record *record;
	search_type *type;
	const clause *clauses;
	int count;
	const terms *terms;
};

/* Filters are everything but what says what to do with the result; those that need the rest of the record are refused. */
static bool told_alone(search *s, const clause *c)
{
	bool needs_others = c->subject == SUBJECT_CHAIN || c->subject == SUBJECT_HAS || c->subject == SUBJECT_LIST;
	return !needs_others || issue_add(s->sink, FAIL_SEARCH_UNSUPPORTED, c->name, TEXT(""));
}

static bool filters_parse(search *s, const search_pair *pairs, int count)
{
	part *p = &s->parts[0];
	for (int i = 0; i < count; i++) {
		bool known;
		if (p->clause_count == CLAUSES_MAX || search_is_control(pairs[i].name))
			return issue_add(s->sink, FAIL_SEARCH_UNSUPPORTED, pairs[i].name, TEXT(""));
		clause *c = &p->clauses[p->clause_count++];
		if (!clause_parse(s, p->type, pairs[i].name, pairs[i].value, 0, &known, c)) return false;
		if (!known) return issue_add(s->sink, FAIL_SEARCH_PARAMETER, s->unknown_in, s->unknown);
		if (!told_alone(s, c)) return false;
	}
	return true;
}

static search search_alone(record *r, reader *rd, arena *a, issues *sink)
{
	*rd = (reader){.record = r, .arena = a, .sequence = -1, .who.scope = TEXT("*")};
	return (search){.reader = rd, .arena = a, .into = a, .scratch = a, .sink = sink, .began = world_now(r->world)};
}

const record_query *record_query_of(record *r, text type, const search_pair *pairs, int count, arena *a, issues *sink)
{
	reader rd;
	search s = search_alone(r, &rd, a, sink);
	int before = sink->errors;
	s.parts = ARENA_NEW(a, part);
	s.part_count = 1;
	s.parts[0].type = type_of(r, type, sink);
	if (!s.parts[0].type || !filters_parse(&s, pairs, count) || sink->errors != before) return NULL;
	record_query *q = ARENA_NEW(a, record_query);
	*q = (record_query){.record = r,
			    .type = s.parts[0].type,
			    .clauses = s.parts[0].clauses,
			    .count = s.parts[0].clause_count,
			    .terms = s.terms};
	return q;
}

bool record_query_fits(const record_query *q, const doc *resource, arena *a, issues *sink)
{
	reader rd;
	moment m;
	search s = search_alone(q->record, &rd, a, sink);
	candidate x = {.doc = *resource, .read = true};
	uint32_t meta = doc_get(resource, 0, NAME_meta);
	if (!text_equal(doc_type(resource), q->type->name)) return false;
	x.version.id = doc_get_text(resource, 0, NAME_id);
	if (meta && moment_parse(doc_get_text(resource, meta, NAME_lastUpdated), &m)) x.version.at = m.low;
	s.terms = q->terms;
	for (int i = 0; i < q->count; i++) {
		bool holds;
		if (!clause_holds(&s, &q->clauses[i], &x, &holds) || !holds) return false;
	}
	return true;
}
