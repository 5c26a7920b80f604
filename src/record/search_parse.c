/* From the pairs of a query to a search: names looked up, modifiers checked, unknown ones refused or, when lenient, named. */
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

/* ---- filters ---- */

static const struct modifier_name {
	const char *name;
	modifier modifier;
	unsigned kinds; /* bits of search_kind */
} modifiers[] = {
    {"missing", MOD_MISSING, ~0u},
    {"not", MOD_NOT, 1u << SEARCH_TOKEN},
    {"exact", MOD_EXACT, 1u << SEARCH_STRING},
    {"contains", MOD_CONTAINS, 1u << SEARCH_STRING},
    {"below", MOD_BELOW, 1u << SEARCH_URI},
    {"identifier", MOD_IDENTIFIER, 1u << SEARCH_REFERENCE},
};

static bool parse_modifier(search *s, clause *c, text base, text word)
{
	if (word.len == 0) return true;
	for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++) {
		const struct modifier_name *m = &modifiers[i];
		if (!text_equal(word, text_of(m->name))) continue;
		bool fits = c->subject == SUBJECT_PARAM && m->kinds >> c->param->kind & 1u;
		if (!fits) return refuse(s, FAIL_SEARCH_MODIFIER, base, word);
		c->modifier = m->modifier;
		return true;
	}
	type_id type = type_find(word);
	bool is_type = type && type_kind_of(type) == TYPE_RESOURCE && c->subject == SUBJECT_PARAM &&
		       c->param->kind == SEARCH_REFERENCE;
	if (!is_type) return refuse(s, FAIL_SEARCH_MODIFIER, base, word);
	c->modifier = MOD_TYPE;
	c->type = type_name(type);
	return true;
}

static bool find_subject(search *s, text name, subject *what, const search_param **param)
{
	*param = NULL;
	*what = SUBJECT_PARAM;
	if (text_equal(name, TEXT("_id")))
		*what = SUBJECT_ID;
	else if (text_equal(name, TEXT("_lastUpdated")))
		*what = SUBJECT_UPDATED;
	else
		*param = param_find(s->type, name);
	return *what != SUBJECT_PARAM || *param;
}

static void split_values(search *s, clause *c, text value)
{
	int count = 1;
	for (text_pair p = search_cut(value, ','); p.found; p = search_cut(p.tail, ',')) count++;
	c->values = ARENA_ARRAY(s->arena, text, count);
	for (text_pair p = {.tail = value, .found = true}; p.found;) {
		p = search_cut(p.tail, ',');
		if (p.head.len) c->values[c->value_count++] = p.head;
	}
}

static bool parse_filter(search *s, const search_pair *p, bool lenient)
{
	text_pair name = text_cut(p->name, ':');
	clause c = {.name = p->name};
	if (text_find(p->name, TEXT(".")) >= 0 || text_starts(p->name, TEXT("_has:")))
		return refuse(s, FAIL_SEARCH_UNSUPPORTED, p->name, TEXT(""));
	if (!find_subject(s, name.head, &c.subject, &c.param)) {
		if (!lenient) return refuse(s, FAIL_SEARCH_PARAMETER, s->type->name, name.head);
		issue_warn(s->sink, FAIL_SEARCH_PARAMETER, (place){0}, s->type->name, name.head);
		return true;
	}
	if (c.param && !c.param->path) return refuse(s, FAIL_SEARCH_UNSUPPORTED, name.head, TEXT(""));
	if (!parse_modifier(s, &c, name.head, name.tail)) return false;
	split_values(s, &c, p->value);
	if (c.value_count == 0) return refuse_value(s, p, TEXT("…"));
	if (s->clause_count == CLAUSES_MAX) return refuse(s, FAIL_SEARCH_UNSUPPORTED, p->name, TEXT(""));
	s->clauses[s->clause_count++] = c;
	understood(s, p);
	return true;
}

/* ---- what to do with the result ---- */

static bool sortable(search_kind kind)
{
	return kind == SEARCH_DATE || kind == SEARCH_STRING || kind == SEARCH_TOKEN || kind == SEARCH_NUMBER ||
	       kind == SEARCH_QUANTITY || kind == SEARCH_URI;
}

static bool parse_sort(search *s, const search_pair *p)
{
	for (text_pair one = {.tail = p->value, .found = true}; one.found;) {
		one = text_cut(one.tail, ',');
		sort_key k = {.descending = text_starts(one.head, TEXT("-"))};
		text name = k.descending ? text_slice(one.head, 1, one.head.len) : one.head;
		bool known = find_subject(s, name, &k.subject, &k.param);
		if (!known || (k.param && (!k.param->path || !sortable(k.param->kind))) ||
		    s->sort_count == SORT_KEYS_MAX)
			return refuse(s, FAIL_SEARCH_SORT, name, TEXT(""));
		s->sort[s->sort_count++] = k;
	}
	understood(s, p);
	return true;
}

static bool parse_include(search *s, const search_pair *p, bool reverse)
{
	text_pair of = text_cut(p->value, ':'), param = text_cut(of.tail, ':');
	include x = {.reverse = reverse, .target = param.tail};
	if (!of.found || s->include_count == INCLUDES_MAX) return refuse_value(s, p, TEXT("Type:parameter"));
	x.of = type_of(s->reader->record, of.head, s->sink);
	if (!x.of) return false;
	bool all = !reverse && text_equal(param.head, TEXT("*"));
	x.param = all ? NULL : param_find(x.of, param.head);
	if (!all && !x.param) return refuse(s, FAIL_SEARCH_PARAMETER, of.head, param.head);
	if (!all && (x.param->kind != SEARCH_REFERENCE || !x.param->path))
		return refuse_value(s, p, TEXT("Type:parameter"));
	s->includes[s->include_count++] = x;
	understood(s, p);
	return true;
}

static bool parse_count(search *s, const search_pair *p)
{
	int64_t n;
	if (!text_to_int(p->value, &n) || n < 0) return refuse_value(s, p, TEXT("0, 1, 2, …"));
	s->page_size = n > SEARCH_COUNT_MAX ? SEARCH_COUNT_MAX : (int)n;
	if (n == 0) s->count_only = s->want_total = true;
	understood(s, p);
	return true;
}

static bool parse_total(search *s, const search_pair *p)
{
	bool none = text_equal(p->value, TEXT("none"));
	/* An estimate that happens to be exact is one too. */
	s->want_total = text_equal(p->value, TEXT("accurate")) || text_equal(p->value, TEXT("estimate"));
	if (!none && !s->want_total) return refuse_value(s, p, TEXT("none, estimate, accurate"));
	understood(s, p);
	return true;
}

static bool parse_summary(search *s, const search_pair *p)
{
	if (text_equal(p->value, TEXT("count")))
		s->count_only = s->want_total = true;
	else if (!text_equal(p->value, TEXT("false")))
		return refuse(s, FAIL_SEARCH_UNSUPPORTED, TEXT("_summary"), p->value);
	understood(s, p);
	return true;
}

static bool parse_pair(search *s, const search_pair *p, bool lenient)
{
	if (text_equal(p->name, TEXT("_count"))) return parse_count(s, p);
	if (text_equal(p->name, TEXT("_sort"))) return parse_sort(s, p);
	if (text_equal(p->name, TEXT("_include"))) return parse_include(s, p, false);
	if (text_equal(p->name, TEXT("_revinclude"))) return parse_include(s, p, true);
	if (text_equal(p->name, TEXT("_total"))) return parse_total(s, p);
	if (text_equal(p->name, TEXT("_summary"))) return parse_summary(s, p);
	if (text_equal(p->name, TEXT("_page"))) {
		s->page = p->value;
		return true;
	}
	/* How the answer is written is the floor above's to know. */
	if (text_equal(p->name, TEXT("_format")) || text_equal(p->name, TEXT("_pretty"))) return true;
	return parse_filter(s, p, lenient);
}

bool search_parse(search *s, const search_pair *pairs, int count, bool lenient)
{
	s->page_size = SEARCH_COUNT_DEFAULT;
	s->self.arena = s->arena;
	for (int i = 0; i < count; i++)
		if (!parse_pair(s, &pairs[i], lenient)) return false;
	return true;
}
