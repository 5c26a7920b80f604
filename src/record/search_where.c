/* Which types a search goes over, and what makes a resource part of a compartment. */
#include "record/search_internal.h"

static const struct compartment_row {
	const char *compartment, *type, *param;
} compartments[] = {
#define COMPARTMENT(compartment, type, param) {compartment, type, param},
#include "compartments.def"
#undef COMPARTMENT
};
enum { COMPARTMENTS = sizeof compartments / sizeof *compartments };

/* When the care was that a resource tells of, for $everything's start and end. The first the type has is taken; a resource that
 * says none is never left out. */
static const char *const care_dates[] = {"date",        "effective",  "occurrence",     "authored",
					 "authored-on", "authoredon", "effective-time", "onset-date",
					 "period",      "created",    "whenhandedover"};

bool compartment_known(text compartment)
{
	for (int i = 0; i < COMPARTMENTS; i++)
		if (text_equal(compartment, text_of(compartments[i].compartment))) return true;
	return false;
}

bool compartment_has(text compartment, text type)
{
	for (int i = 0; i < COMPARTMENTS; i++)
		if (text_equal(compartment, text_of(compartments[i].compartment)) &&
		    text_equal(type, text_of(compartments[i].type)))
			return true;
	return false;
}

/* ---- clauses ---- */

static clause *clause_of(search *s, search_type *t, text name, text value)
{
	clause *c = ARENA_NEW(s->arena, clause);
	bool known;
	return clause_parse(s, t, name, value, 0, &known, c) && known ? c : NULL;
}

static void alternative(clause *any, search_type *t, clause *c)
{
	if (c) any->links[any->link_count++] = (clause_link){t, c};
}

static bool in_compartment(search *s, part *p, const search_where *w)
{
	clause any = {.name = w->compartment, .subject = SUBJECT_ANY, .type = p->type};
	text about = text_format(s->arena, "%.*s/%.*s", TEXT_ARG(w->compartment), TEXT_ARG(w->id));
	any.links = ARENA_ARRAY(s->arena, clause_link, 16);
	bool itself = w->everything && text_equal(p->type->name, w->compartment);
	for (int i = 0; i < COMPARTMENTS; i++) {
		const struct compartment_row *row = &compartments[i];
		if (!text_equal(w->compartment, text_of(row->compartment)) ||
		    !text_equal(p->type->name, text_of(row->type)))
			continue;
		text param = text_of(row->param);
		bool is_def = text_equal(param, TEXT("{def}"));
		assert(any.link_count < 15);
		if (is_def)
			itself = true;
		else
			alternative(&any, p->type, clause_of(s, p->type, param, about));
	}
	if (itself) alternative(&any, p->type, clause_of(s, p->type, TEXT("_id"), w->id));
	p->clauses[p->clause_count++] = any;
	return s->sink->errors == 0;
}

static bool care_between(search *s, part *p, const char *prefix, text day)
{
	const search_param *date = NULL;
	for (size_t i = 0; !date && i < sizeof care_dates / sizeof *care_dates; i++) {
		const search_param *found_here = param_find(p->type, text_of(care_dates[i]));
		if (found_here && found_here->kind == SEARCH_DATE && found_here->way == WAY_INDEX) date = found_here;
	}
	if (!date) return true;
	clause any = {.name = date->code, .subject = SUBJECT_ANY, .type = p->type};
	any.links = ARENA_ARRAY(s->arena, clause_link, 2);
	alternative(&any, p->type, clause_of(s, p->type, date->code, text_join(s->arena, text_of(prefix), day)));
	alternative(&any, p->type,
		    clause_of(s, p->type, text_join(s->arena, date->code, TEXT(":missing")), TEXT("true")));
	p->clauses[p->clause_count++] = any;
	return s->sink->errors == 0;
}

static text value_of(const search_pair *pairs, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (text_equal(pairs[i].name, text_of(name))) return pairs[i].value;
	return (text){0};
}

static bool narrow_care(search *s, part *p, const search_pair *pairs, int count)
{
	text start = value_of(pairs, count, "start"), end = value_of(pairs, count, "end"),
	     since = value_of(pairs, count, "_since");
	if (start.len && !care_between(s, p, "ge", start)) return false;
	if (end.len && !care_between(s, p, "le", end)) return false;
	if (since.len == 0) return true;
	clause *c = clause_of(s, p->type, TEXT("_lastUpdated"), text_join(s->arena, TEXT("ge"), since));
	if (c) p->clauses[p->clause_count++] = *c;
	return c != NULL;
}

/* ---- types ---- */

static bool part_add(search *s, text type)
{
	search_type *t = type_of(s->reader->record, type, s->sink);
	if (!t) return false;
	if (!scope_allows(&s->reader->who, t->name)) return issue_add(s->sink, FAIL_RECORD_SCOPE, t->name, TEXT(""));
	s->parts[s->part_count++] = (part){.type = t};
	return true;
}

static bool named_types(search *s, text names)
{
	int count = 1;
	for (int64_t i = 0; i < names.len; i++) count += names.at[i] == ',';
	s->parts = ARENA_ARRAY(s->arena, part, count);
	for (text_pair one = {.tail = names, .found = true}; one.found;) {
		one = text_cut(one.tail, ',');
		bool twice = false;
		for (int i = 0; i < s->part_count; i++)
			twice = twice || text_equal(s->parts[i].type->name, text_trim(one.head));
		if (!twice && !part_add(s, text_trim(one.head))) return false;
	}
	return true;
}

/* Of all types only those that somebody ever wrote one of, and that the caller may see. One at least, so that what is asked is
 * checked even in an empty record. */
static bool all_types(search *s, const search_where *w)
{
	record *r = s->reader->record;
	s->parts = ARENA_ARRAY(s->arena, part, type_count() + 1);
	text only = {0};
	for (int t = 1; t <= type_count(); t++) {
		type_id id = (type_id)t;
		if (type_kind_of(id) != TYPE_RESOURCE || type_is_abstract(id)) continue;
		text name = type_name(id);
		bool inside = w->compartment.len == 0 || compartment_has(w->compartment, name) ||
			      (w->everything && text_equal(name, w->compartment));
		if (!inside || !scope_allows(&s->reader->who, name)) continue;
		only = name;
		if (atomic_load(&r->types[id].numbered) && !part_add(s, name)) return false;
	}
	if (s->part_count || !only.len)
		return s->part_count || issue_add(s->sink, FAIL_RECORD_SCOPE, TEXT("*"), TEXT(""));
	return part_add(s, only);
}

static bool types_of(search *s, const search_where *w, const search_pair *pairs, int count)
{
	text names = value_of(pairs, count, "_type");
	if (w->type.len && names.len && !text_equal(w->type, names))
		return issue_at(s->sink, FAIL_SEARCH_VALUE, (place){0}, TEXT("_type"), names, w->type);
	if (w->type.len || names.len) return named_types(s, w->type.len ? w->type : names);
	return all_types(s, w);
}

bool search_where_parse(search *s, const search_where *where, const search_pair *pairs, int count)
{
	s->everything = where->everything;
	if (!types_of(s, where, pairs, count)) return false;
	for (int i = 0; i < s->part_count; i++) {
		part *p = &s->parts[i];
		if (where->compartment.len && !compartment_has(where->compartment, p->type->name) && !where->everything)
			return issue_add(s->sink, FAIL_SEARCH_COMPARTMENT, p->type->name, where->compartment);
		if (where->compartment.len && !in_compartment(s, p, where)) return false;
		if (where->everything && !narrow_care(s, p, pairs, count)) return false;
	}
	if (where->everything) s->includes[s->include_count++] = (include){0};
	return true;
}
