/* From the pairs of a query to a search: names looked up, modifiers checked, unknown ones refused or, when lenient, named. Chains are
 * clauses within clauses. */
#include "record/search_internal.h"

#include <string.h>

text_pair search_cut(text t, char separator)
{
	for (int64_t i = 0; i < t.len; i++) {
		if (t.at[i] == '\\')
			i++;
		else if (t.at[i] == separator)
			return (text_pair){text_slice(t, 0, i), text_slice(t, i + 1, t.len), true};
	}
	return (text_pair){.head = t};
}

text search_unescape(arena *a, text t)
{
	buffer b = {.arena = a};
	for (int64_t i = 0; i < t.len; i++) {
		if (t.at[i] == '\\' && i + 1 < t.len) i++;
		buffer_char(&b, t.at[i]);
	}
	return buffer_text(&b);
}

/* ---- the query as understood ---- */

static void add_encoded(buffer *b, text t)
{
	static const char kept[] = "-._~:,|/$*";
	for (int64_t i = 0; i < t.len; i++) {
		unsigned char c = (unsigned char)t.at[i];
		bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			     (c && strchr(kept, c));
		if (plain)
			buffer_char(b, (char)c);
		else
			buffer_format(b, "%%%02X", c);
	}
}

static void understood(search *s, const search_pair *p)
{
	if (s->self.len) buffer_char(&s->self, '&');
	add_encoded(&s->self, p->name);
	buffer_char(&s->self, '=');
	add_encoded(&s->self, p->value);
}

static bool refuse(search *s, failure code, text x, text y)
{
	return issue_add(s->sink, code, x, y);
}

static bool refuse_value(search *s, const search_pair *p, text expected)
{
	return issue_at(s->sink, FAIL_SEARCH_VALUE, (place){0}, p->name, p->value, expected);
}

/* ---- a parameter with its modifier ---- */

#define KIND(k) (1u << SEARCH_##k)
static const struct modifier_name {
	const char *name;
	modifier modifier;
	unsigned kinds; /* bits of search_kind */
} modifiers[] = {
    {"missing", MOD_MISSING, ~0u},
    {"not", MOD_NOT, KIND(TOKEN)},
    {"exact", MOD_EXACT, KIND(STRING)},
    {"contains", MOD_CONTAINS, KIND(STRING)},
    {"text", MOD_TEXT, KIND(TOKEN)},
    {"in", MOD_IN, KIND(TOKEN)},
    {"not-in", MOD_NOT_IN, KIND(TOKEN)},
    {"above", MOD_ABOVE, KIND(TOKEN) | KIND(URI) | KIND(REFERENCE)},
    {"below", MOD_BELOW, KIND(TOKEN) | KIND(URI) | KIND(REFERENCE)},
    {"of-type", MOD_OF_TYPE, KIND(TOKEN)},
    {"identifier", MOD_IDENTIFIER, KIND(REFERENCE)},
};
#undef KIND

static type_id resource_type(text name)
{
	type_id type = type_find(name);
	return type && type_kind_of(type) == TYPE_RESOURCE && !type_is_abstract(type) ? type : 0;
}

static bool parse_modifier(search *s, clause *c, text base, text word)
{
	if (word.len == 0) return true;
	bool is_plain = c->subject == SUBJECT_PARAM;
	for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++) {
		const struct modifier_name *m = &modifiers[i];
		if (!text_equal(word, text_of(m->name))) continue;
		bool fits = is_plain && m->kinds >> c->param->kind & 1u;
		if (m->modifier == MOD_MISSING) fits = fits && c->param->way == WAY_INDEX;
		if (!fits) return refuse(s, FAIL_SEARCH_MODIFIER, base, word);
		c->modifier = m->modifier;
		return true;
	}
	if (!is_plain || c->param->kind != SEARCH_REFERENCE || !resource_type(word))
		return refuse(s, FAIL_SEARCH_MODIFIER, base, word);
	c->modifier = MOD_TYPE;
	c->target = type_name(resource_type(word));
	return true;
}

static bool find_subject(search_type *t, text name, subject *what, const search_param **param)
{
	*param = NULL;
	*what = SUBJECT_PARAM;
	if (text_equal(name, TEXT("_id")))
		*what = SUBJECT_ID;
	else if (text_equal(name, TEXT("_lastUpdated")))
		*what = SUBJECT_UPDATED;
	else if (text_equal(name, TEXT("_list")))
		*what = SUBJECT_LIST;
	else
		*param = param_find(t, name);
	return *what != SUBJECT_PARAM || *param;
}

static bool usable(search *s, const search_param *p)
{
	if (atomic_load(&p->state) == PARAM_BUILDING)
		return refuse(s, FAIL_SEARCH_NOT_READY, p->code,
			      text_format(s->arena, "%d", param_percent(s->reader->record, p)));
	return p->way != WAY_NONE || refuse(s, FAIL_SEARCH_UNSUPPORTED, p->code, TEXT(""));
}

/* Noted: whoever asked decides whether that is a fault. */
static bool unknown(search *s, const search_type *t, text name)
{
	s->unknown_in = t->name;
	s->unknown = name;
	return false;
}

static bool parse_plain(search *s, text name, text value, bool *known, clause *c)
{
	text_pair cut = text_cut(name, ':');
	*known = find_subject(c->type, cut.head, &c->subject, &c->param) || unknown(s, c->type, cut.head);
	if (!*known) return true;
	if (c->param && !usable(s, c->param)) return false;
	return parse_modifier(s, c, cut.head, cut.tail) && tests_parse(s, c, value);
}

/* ---- chains ---- */

static search_type *reachable(search *s, text name)
{
	search_type *t = type_of(s->reader->record, name, s->sink);
	if (t && scope_allows(&s->reader->who, t->name)) return t;
	if (t) refuse(s, FAIL_RECORD_SCOPE, t->name, TEXT(""));
	return NULL;
}

static bool link_add(search *s, clause *c, search_type *t, text rest, text value, int depth)
{
	clause *inner = ARENA_NEW(s->arena, clause);
	bool known = false;
	if (!clause_parse(s, t, rest, value, depth + 1, &known, inner)) return false;
	if (known) c->links[c->link_count++] = (clause_link){t, inner};
	return true;
}

/* Where the type is not said, every type the reference may lead to and that has such a parameter (R4 3.1.1.4.13). */
static bool link_any(search *s, clause *c, text rest, text value, int depth)
{
	int targets = c->param->target_count;
	c->links = ARENA_ARRAY(s->arena, clause_link, targets + 1);
	for (int i = 0; i < targets; i++) {
		if (type_is_abstract(c->param->targets[i])) continue;
		text name = type_name(c->param->targets[i]);
		if (!scope_allows(&s->reader->who, name)) continue;
		if (!link_add(s, c, type_of(s->reader->record, name, s->sink), rest, value, depth)) return false;
	}
	return true;
}

static bool parse_chain(search *s, text_pair name, text value, int depth, bool *known, clause *c)
{
	text_pair head = text_cut(name.head, ':');
	c->subject = SUBJECT_CHAIN;
	c->param = param_find(c->type, head.head);
	*known = c->param || unknown(s, c->type, head.head);
	if (!*known) return true;
	if (!usable(s, c->param)) return false;
	if (c->param->kind != SEARCH_REFERENCE) return refuse(s, FAIL_SEARCH_MODIFIER, head.head, name.tail);
	if (!head.found) {
		if (!link_any(s, c, name.tail, value, depth)) return false;
	} else {
		search_type *t = reachable(s, head.tail);
		c->links = ARENA_ARRAY(s->arena, clause_link, 1);
		if (!t || !link_add(s, c, t, name.tail, value, depth)) return false;
	}
	*known = c->link_count > 0;
	return true;
}

/* _has:Observation:patient:code=… */
static bool parse_has(search *s, text name, text value, int depth, bool *known, clause *c)
{
	text_pair type = text_cut(text_slice(name, 5, name.len), ':'), param = text_cut(type.tail, ':');
	if (!param.found || param.tail.len == 0)
		return issue_at(s->sink, FAIL_SEARCH_VALUE, (place){0}, TEXT("_has"), name,
				TEXT("_has:Type:reference:parameter"));
	search_type *t = reachable(s, type.head);
	if (!t) return false;
	c->subject = SUBJECT_HAS;
	c->param = param_find(t, param.head);
	*known = c->param || unknown(s, t, param.head);
	if (!*known) return true;
	if (!usable(s, c->param)) return false;
	if (c->param->kind != SEARCH_REFERENCE) return refuse(s, FAIL_SEARCH_MODIFIER, param.head, TEXT("_has"));
	c->links = ARENA_ARRAY(s->arena, clause_link, 1);
	if (!link_add(s, c, t, param.tail, value, depth)) return false;
	*known = c->link_count > 0;
	return true;
}

bool clause_parse(search *s, search_type *t, text name, text value, int depth, bool *known, clause *out)
{
	*out = (clause){.name = name, .type = t};
	if (depth > CHAIN_MAX) return refuse(s, FAIL_SEARCH_UNSUPPORTED, name, TEXT(""));
	if (text_starts(name, TEXT("_has:"))) return parse_has(s, name, value, depth, known, out);
	text_pair dot = text_cut(name, '.');
	if (dot.found) return parse_chain(s, dot, value, depth, known, out);
	return parse_plain(s, name, value, known, out);
}

/* A filter must be known in every type searched: what is unknown to one would filter only the others. */
static bool parse_filter(search *s, const search_pair *p)
{
	bool known = true;
	clause *made = ARENA_ARRAY(s->arena, clause, s->part_count);
	for (int i = 0; known && i < s->part_count; i++)
		if (!clause_parse(s, s->parts[i].type, p->name, p->value, 0, &known, &made[i])) return false;
	if (!known && !s->lenient) return refuse(s, FAIL_SEARCH_PARAMETER, s->unknown_in, s->unknown);
	if (!known) {
		issue_warn(s->sink, FAIL_SEARCH_PARAMETER, (place){0}, s->unknown_in, s->unknown);
		return true;
	}
	for (int i = 0; i < s->part_count; i++) {
		part *part = &s->parts[i];
		if (part->clause_count == CLAUSES_MAX) return refuse(s, FAIL_SEARCH_UNSUPPORTED, p->name, TEXT(""));
		part->clauses[part->clause_count++] = made[i];
	}
	understood(s, p);
	return true;
}

/* ---- what to do with the result ---- */

static bool sortable(const search_param *p)
{
	return p->way == WAY_INDEX && p->kind != SEARCH_REFERENCE && atomic_load(&p->state) == PARAM_READY;
}

static bool parse_sort_key(search *s, text word)
{
	sort_key k = {.descending = text_starts(word, TEXT("-"))};
	k.code = k.descending ? text_slice(word, 1, word.len) : word;
	k.params = ARENA_ARRAY(s->arena, const search_param *, s->part_count);
	bool ok = s->sort_count < SORT_KEYS_MAX;
	for (int i = 0; ok && i < s->part_count; i++) {
		ok = find_subject(s->parts[i].type, k.code, &k.subject, &k.params[i]) && k.subject != SUBJECT_LIST;
		ok = ok && (!k.params[i] || sortable(k.params[i]));
	}
	if (!ok) return refuse(s, FAIL_SEARCH_SORT, k.code, TEXT(""));
	s->sort[s->sort_count++] = k;
	return true;
}

static bool parse_sort(search *s, const search_pair *p)
{
	for (text_pair one = {.tail = p->value, .found = true}; one.found;) {
		one = text_cut(one.tail, ',');
		if (!parse_sort_key(s, one.head)) return false;
	}
	understood(s, p);
	return true;
}

static bool include_param(search *s, const search_pair *p, include *x, text name)
{
	if (text_equal(name, TEXT("*"))) return true;
	x->param = param_find(x->of, name);
	if (!x->param) return refuse(s, FAIL_SEARCH_PARAMETER, x->of->name, name);
	bool fits = x->param->kind == SEARCH_REFERENCE && x->param->way == WAY_INDEX;
	if (!usable(s, x->param)) return false;
	return fits || refuse_value(s, p, TEXT("Type:reference[:Type], Type:*, *"));
}

static bool parse_include(search *s, const search_pair *p, text option)
{
	text_pair of = text_cut(p->value, ':'), param = text_cut(of.tail, ':');
	include x = {.reverse = text_starts(p->name, TEXT("_rev")), .target = param.tail};
	x.iterate = text_equal(option, TEXT("iterate")) || text_equal(option, TEXT("recurse"));
	if (option.len && !x.iterate) return refuse(s, FAIL_SEARCH_MODIFIER, text_cut(p->name, ':').head, option);
	bool any = text_equal(p->value, TEXT("*"));
	if ((!any && !of.found) || s->include_count == INCLUDES_MAX)
		return refuse_value(s, p, TEXT("Type:reference[:Type], Type:*, *"));
	if (!any) {
		x.of = type_of(s->reader->record, of.head, s->sink);
		if (!x.of || !include_param(s, p, &x, param.head)) return false;
	}
	if (x.target.len && !resource_type(x.target)) return refuse(s, FAIL_RECORD_TYPE, x.target, TEXT(""));
	s->includes[s->include_count++] = x;
	understood(s, p);
	return true;
}

static bool parse_count(search *s, const search_pair *p, text option)
{
	int64_t n;
	(void)option;
	if (!text_to_int(p->value, &n) || n < 0) return refuse_value(s, p, TEXT("0, 1, 2, …"));
	s->page_size = n > SEARCH_COUNT_MAX ? SEARCH_COUNT_MAX : (int)n;
	if (n == 0) {
		s->count_only = true;
		s->total = TOTAL_ACCURATE;
	}
	understood(s, p);
	return true;
}

static bool parse_total(search *s, const search_pair *p, text option)
{
	(void)option;
	bool none = text_equal(p->value, TEXT("none")), about = text_equal(p->value, TEXT("estimate"));
	if (!none && !about && !text_equal(p->value, TEXT("accurate")))
		return refuse_value(s, p, TEXT("none, estimate, accurate"));
	if (!s->count_only) s->total = none ? TOTAL_NONE : about ? TOTAL_ESTIMATE : TOTAL_ACCURATE;
	understood(s, p);
	return true;
}

static bool parse_summary(search *s, const search_pair *p, text option)
{
	(void)option;
	bool count = text_equal(p->value, TEXT("count"));
	subset wanted = {0};
	if (!count && !subset_summary(p->value, &wanted))
		return refuse_value(s, p, TEXT("true, text, data, count, false"));
	if (s->subset.kind != SUBSET_ELEMENTS) s->subset = wanted; /* which elements is said more closely */
	if (count) {
		s->count_only = true;
		s->total = TOTAL_ACCURATE;
	}
	understood(s, p);
	return true;
}

static bool parse_elements(search *s, const search_pair *p, text option)
{
	(void)option;
	subset_elements(s->arena, p->value, &s->subset);
	if (s->subset.element_count == 0) return refuse_value(s, p, TEXT("name,name"));
	understood(s, p);
	return true;
}

static bool parse_sort_option(search *s, const search_pair *p, text option)
{
	(void)option;
	return parse_sort(s, p);
}

/* Which types are searched was decided before the filters could be read. */
static bool parse_types(search *s, const search_pair *p, text option)
{
	(void)option;
	understood(s, p);
	return true;
}

static bool parse_page(search *s, const search_pair *p, text option)
{
	(void)option;
	s->page = p->value;
	return true;
}

/* How the answer is written is the floor above's to know. */
static bool parse_nothing(search *s, const search_pair *p, text option)
{
	(void)s;
	(void)p;
	(void)option;
	return true;
}

static bool parse_contained(search *s, const search_pair *p, text option)
{
	(void)option;
	if (!text_equal(p->value, TEXT("false"))) return refuse(s, FAIL_SEARCH_UNSUPPORTED, p->name, p->value);
	understood(s, p);
	return true;
}

/* start, end and _since of $everything are clauses already. */
static bool parse_care(search *s, const search_pair *p, text option)
{
	return parse_types(s, p, option);
}

static const struct control {
	const char *name;
	bool (*parse)(search *s, const search_pair *p, text option);
} controls[] = {
    {"_count", parse_count},        {"_sort", parse_sort_option}, {"_include", parse_include},
    {"_revinclude", parse_include}, {"_total", parse_total},      {"_summary", parse_summary},
    {"_elements", parse_elements},  {"_type", parse_types},       {"_page", parse_page},
    {"_format", parse_nothing},     {"_pretty", parse_nothing},   {"_contained", parse_contained},
    {"start", parse_care},          {"end", parse_care},          {"_since", parse_care},
};

bool search_is_control(text name)
{
	for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
		if (text_equal(text_cut(name, ':').head, text_of(controls[i].name)))
			return controls[i].parse != parse_care;
	return false;
}

static bool parse_pair(search *s, const search_pair *p)
{
	text_pair name = text_cut(p->name, ':');
	for (size_t i = 0; i < sizeof controls / sizeof *controls; i++) {
		if (!text_equal(name.head, text_of(controls[i].name))) continue;
		/* "start" is also a parameter of some types. */
		if (controls[i].parse == parse_care && !s->everything) break;
		bool takes_option = controls[i].parse == parse_include;
		if (name.found && !takes_option) return refuse(s, FAIL_SEARCH_MODIFIER, name.head, name.tail);
		return controls[i].parse(s, p, name.tail);
	}
	return parse_filter(s, p);
}

bool search_parse(search *s, const search_pair *pairs, int count)
{
	s->page_size = SEARCH_COUNT_DEFAULT;
	s->self.arena = s->arena;
	for (int i = 0; i < count; i++)
		if (!parse_pair(s, &pairs[i])) return false;
	for (int i = 0; i < s->part_count; i++) ranges_join(&s->parts[i]);
	return true;
}
