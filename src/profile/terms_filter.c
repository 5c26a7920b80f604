/* The filters of a value set's include, each as bits over a code system's concepts (R4, valueset-filter-operator). */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "profile/terms_internal.h"

enum { MATCH_STEPS_MAX = 200000, MATCH_HEAP_KIB_MAX = 4096, PATTERN_BYTES_MAX = 4096 };

typedef struct filtering {
	const terms *t;
	const code_system *s;
	const filter *f;
	arena *a;
	const code_system *more[TERM_SUPPLEMENTS_MAX];
	int more_count;
	pcre2_code *pattern;
	pcre2_match_data *match;
	pcre2_match_context *limits;
} filtering;

/* ---- what a value is held against ---- */

static bool is_listed(text list, text value)
{
	for (text_pair cut = text_cut(list, ',');; cut = text_cut(cut.tail, ',')) {
		if (text_equal(text_trim(cut.head), value)) return true;
		if (!cut.found) return false;
	}
}

static bool pattern_open(filtering *g)
{
	int error;
	PCRE2_SIZE at;
	if (g->f->value.len > PATTERN_BYTES_MAX) return false;
	g->pattern =
	    pcre2_compile((PCRE2_SPTR)g->f->value.at, (PCRE2_SIZE)g->f->value.len,
			  PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);
	if (!g->pattern) return false;
	g->match = pcre2_match_data_create_from_pattern(g->pattern, NULL);
	g->limits = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(g->limits, MATCH_STEPS_MAX);
	pcre2_set_heap_limit(g->limits, MATCH_HEAP_KIB_MAX);
	return true;
}

static void pattern_close(filtering *g)
{
	pcre2_match_context_free(g->limits);
	pcre2_match_data_free(g->match);
	pcre2_code_free(g->pattern);
}

/* Does one value of the property fit? (Not for exists and not-in, which ask of all of them.) */
static bool value_fits(const filtering *g, text value)
{
	if (g->pattern)
		return pcre2_match(g->pattern, (PCRE2_SPTR)(value.at ? value.at : ""), (PCRE2_SIZE)value.len, 0, 0,
				   g->match, g->limits) >= 0;
	if (text_equal(g->f->op, TEXT("in"))) return is_listed(g->f->value, value);
	return text_equal(g->f->value, value);
}

/* ---- the values of a property ---- */

typedef struct values {
	int count;
	bool fits, listed;
} values;

static void one_value(const filtering *g, values *v, text value)
{
	v->count++;
	v->fits |= value_fits(g, value);
	v->listed |= is_listed(g->f->value, value);
}

static text property_value(const doc *d, uint32_t property)
{
	for (uint32_t n = property + 1; n < d->nodes[property].next; n = d->nodes[n].next) {
		if (d->nodes[n].name == NAME_valueBoolean)
			return d->nodes[n].kind == NODE_TRUE ? TEXT("true") : TEXT("false");
		if (d->nodes[n].name == NAME_valueCoding) return doc_get_text(d, n, NAME_code);
		if (d->nodes[n].name != NAME_code && text_starts(name_text(d, d->nodes[n].name), TEXT("value")))
			return doc_text(d, n);
	}
	return TEXT("");
}

static void concept_properties(const filtering *g, values *v, const doc *d, uint32_t node)
{
	uint32_t list = doc_get(d, node, NAME_property);
	if (list == NODE_ABSENT || d->nodes[list].kind != NODE_ARRAY) return;
	for (uint32_t n = list + 1; n < d->nodes[list].next; n = d->nodes[n].next)
		if (text_equal(doc_get_text(d, n, NAME_code), g->f->property)) one_value(g, v, property_value(d, n));
}

static void all_properties(const filtering *g, values *v, const concept *c)
{
	concept_properties(g, v, g->s->d, c->node);
	for (int i = 0; i < g->more_count; i++) {
		int64_t there = system_code(g->more[i], c->code);
		if (there >= 0) concept_properties(g, v, g->more[i]->d, g->more[i]->concepts[there].node);
	}
}

static void links(const filtering *g, values *v, const uint32_t *at, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) one_value(g, v, g->s->concepts[at[i]].code);
}

typedef enum property_kind {
	PROPERTY_OWN,
	PROPERTY_CODE,
	PROPERTY_DISPLAY,
	PROPERTY_PARENT,
	PROPERTY_CHILD,
	PROPERTY_INACTIVE,
	PROPERTY_ABSTRACT
} property_kind;

static property_kind kind_of(text property)
{
	static const struct {
		const char *name;
		property_kind kind;
	} rows[] = {
	    {"code", PROPERTY_CODE},         {"concept", PROPERTY_CODE},           {"display", PROPERTY_DISPLAY},
	    {"parent", PROPERTY_PARENT},     {"subsumedBy", PROPERTY_PARENT},      {"child", PROPERTY_CHILD},
	    {"inactive", PROPERTY_INACTIVE}, {"notSelectable", PROPERTY_ABSTRACT}, {"abstract", PROPERTY_ABSTRACT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (text_equal(property, text_of(rows[i].name))) return rows[i].kind;
	return PROPERTY_OWN;
}

static values values_of(const filtering *g, property_kind kind, const concept *c)
{
	values v = {0};
	switch (kind) {
	case PROPERTY_OWN:
		all_properties(g, &v, c);
		break;
	case PROPERTY_CODE:
		one_value(g, &v, c->code);
		break;
	case PROPERTY_DISPLAY:
		one_value(g, &v, doc_get_text(g->s->d, c->node, NAME_display));
		break;
	case PROPERTY_PARENT:
		links(g, &v, g->s->parents + c->first_parent, c->parent_count);
		break;
	case PROPERTY_CHILD:
		links(g, &v, g->s->children + c->first_child, c->child_count);
		break;
	case PROPERTY_INACTIVE:
		one_value(g, &v, c->inactive ? TEXT("true") : TEXT("false"));
		break;
	case PROPERTY_ABSTRACT:
		one_value(g, &v, c->is_abstract ? TEXT("true") : TEXT("false"));
		break;
	}
	return v;
}

static void clear(uint64_t *bits, uint32_t i)
{
	bits[i / 64] &= ~((uint64_t)1 << (i % 64));
}

static bool keeps(const filtering *g, const values *v)
{
	if (text_equal(g->f->op, TEXT("exists"))) return (v->count > 0) == text_equal(g->f->value, TEXT("true"));
	if (text_equal(g->f->op, TEXT("not-in"))) return !v->listed;
	return v->fits;
}

/* A property nobody declares and no concept has is a question this system cannot answer. */
static bool declared_in(const code_system *s, text property)
{
	uint32_t list = doc_get(s->d, 0, NAME_property);
	if (list == NODE_ABSENT || s->d->nodes[list].kind != NODE_ARRAY) return false;
	for (uint32_t n = list + 1; n < s->d->nodes[list].next; n = s->d->nodes[n].next)
		if (text_equal(doc_get_text(s->d, n, NAME_code), property)) return true;
	return false;
}

static bool is_declared(const filtering *g, property_kind kind)
{
	bool found = kind != PROPERTY_OWN || declared_in(g->s, g->f->property);
	for (int i = 0; i < g->more_count && !found; i++) found = declared_in(g->more[i], g->f->property);
	return found;
}

static bool by_property(filtering *g, uint64_t *bits)
{
	property_kind kind = kind_of(g->f->property);
	uint32_t with = 0;
	bool declared = is_declared(g, kind);
	for (uint32_t i = 0; i < g->s->count; i++) {
		values v = values_of(g, kind, &g->s->concepts[i]);
		with += v.count > 0;
		if (!keeps(g, &v)) clear(bits, i);
	}
	return declared || with > 0;
}

/* ---- the hierarchy ---- */

static bool by_hierarchy(filtering *g, uint64_t *bits)
{
	text op = g->f->op;
	bool up = text_equal(op, TEXT("generalizes")), outside = text_equal(op, TEXT("is-not-a"));
	bool itself = !text_equal(op, TEXT("descendent-of"));
	if (!g->s->is_a || kind_of(g->f->property) != PROPERTY_CODE) return false;
	uint64_t *near = ARENA_ARRAY(g->a, uint64_t, words_for(g->s->count));
	int64_t of = system_code(g->s, g->f->value);
	if (of >= 0) system_closure(g->s, (uint32_t)of, up, g->a, near);
	if (of >= 0 && !itself) clear(near, (uint32_t)of);
	for (uint32_t w = 0; w < words_for(g->s->count); w++) bits[w] &= outside ? ~near[w] : near[w];
	return true;
}

bool filter_apply(const terms *t, const code_system *s, const filter *f, arena *a, uint64_t *bits)
{
	static const char *const hierarchical[] = {"is-a", "descendent-of", "is-not-a", "generalizes"};
	static const char *const of_values[] = {"=", "in", "not-in", "exists"};
	filtering g = {.t = t, .s = s, .f = f, .a = a};
	g.more_count = supplements_find(t, s->url, g.more, TERM_SUPPLEMENTS_MAX);
	for (size_t i = 0; i < sizeof hierarchical / sizeof *hierarchical; i++)
		if (text_equal(f->op, text_of(hierarchical[i]))) return by_hierarchy(&g, bits);
	for (size_t i = 0; i < sizeof of_values / sizeof *of_values; i++)
		if (text_equal(f->op, text_of(of_values[i]))) return by_property(&g, bits);
	if (!text_equal(f->op, TEXT("regex")) || !pattern_open(&g)) return false;
	bool applied = by_property(&g, bits);
	pattern_close(&g);
	return applied;
}
