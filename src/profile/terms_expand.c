/* A value set written out: the codes of its rules in their order, each once, where the set's bits say that it is in. */
#include "profile/terms_internal.h"

struct expanding {
	const terms *t;
	const term_asked *asked;
	arena *a;
	text filter; /* folded */
	const term_set *s;
	uint64_t **seen; /* of each entry */
	term_list *out;
	int cap;
};

static bool has_part(const struct expanding *x, text t)
{
	arena_mark mark = arena_here(x->a);
	bool found = text_find(text_fold(x->a, t), x->filter) >= 0;
	arena_rewind(x->a, mark);
	return found;
}

static bool is_wanted(const struct expanding *x, const term_code *c)
{
	if (x->asked->active_only && c->inactive) return false;
	return x->filter.len == 0 || has_part(x, c->code) || has_part(x, c->display);
}

static void keep(struct expanding *x, const term_code *c)
{
	term_list *out = x->out;
	int nth = out->total++;
	if (nth < x->asked->offset || nth - x->asked->offset >= x->asked->count) return;
	if (out->count == x->cap) out->at = ARENA_DOUBLE(x->a, term_code, out->at, &x->cap, 64);
	out->at[out->count++] = *c;
}

/* The set's own word for a code it lists comes before the system's, unless only the system has it in the language. */
static void say(const struct expanding *x, const doc *d, uint32_t node, term_code *c)
{
	language lang = x->asked->lang;
	text own = doc_get_text(d, node, NAME_display), said = designation_in(d, node, lang);
	bool translated =
	    c->d && lang != LANGUAGE_EN && !text_equal(c->display, doc_get_text(c->d, c->node, NAME_display));
	if (said.len)
		c->display = said;
	else if (own.len && !translated)
		c->display = own;
}

static void emit(struct expanding *x, const entry *e, int64_t i, const doc *listing, const listed *l)
{
	uint64_t *seen = x->seen[e - x->s->entries];
	if (i < 0 || !bit_of(e->is, i) || bit_of(seen, i)) return;
	bit_set(seen, i);
	term_code c = {.system = e->system};
	if (e->known && i < e->known->count)
		system_term(x->t, e->known, (uint32_t)i, x->asked->lang, &c);
	else
		c.code = e->extra.entries[i - (e->known ? e->known->count : 0)].key;
	if (l) say(x, listing, l->node, &c);
	if (is_wanted(x, &c)) keep(x, &c);
}

static const entry *entry_named(const term_set *s, text system)
{
	for (int i = 0; i < s->entry_count; i++)
		if (text_equal(s->entries[i].system, system)) return &s->entries[i];
	return NULL;
}

/* The codes a set names, in its order; each is held against the set that is written out, which may be one around it. */
static void write_set(struct expanding *x, const term_set *s)
{
	for (int k = 0; k < s->rule_count; k++) {
		const rule *r = &s->rules[k];
		if (r->exclude) continue;
		for (int i = 0; r->kind == RULE_ANY && i < r->other_count; i++)
			if (r->others[i]) write_set(x, r->others[i]);
		const entry *e = r->kind == RULE_ANY ? NULL : entry_named(x->s, r->system);
		if (!e) continue;
		for (int i = 0; i < r->code_count; i++) emit(x, e, entry_code(e, r->codes[i].code), s->d, &r->codes[i]);
		const code_system *of = s->entries[r->entry].known;
		bool by_rule = of && (r->kind == RULE_WHOLE || r->kind == RULE_FILTER);
		for (uint32_t i = 0; by_rule && i < of->count; i++)
			if (r->kind == RULE_WHOLE || bit_of(r->bits, i))
				emit(x, e, entry_code(e, of->concepts[i].code), NULL, NULL);
	}
}

/* ---- can it be written out? ---- */

static bool is_whole(const term_set *s, issues *sink, bool *unclosed);

static bool rule_is_whole(const rule *r, issues *sink, bool *unclosed)
{
	if (r->entry == -2) return true;
	for (int i = 0; i < r->other_count; i++)
		if (r->others[i] && !is_whole(r->others[i], sink, unclosed)) return false;
	if (r->why != FAILURE_COUNT) return issue_add(sink, r->why, r->why_of, r->system);
	return true;
}

/* A rule of every code of a system that is here only in part, or not at all but for its grammar. */
static bool whole_is_whole(const term_set *s, const rule *r, issues *sink, bool *unclosed)
{
	if (r->kind != RULE_WHOLE && r->kind != RULE_FILTER) return true;
	if (!r->usable) return issue_add(sink, FAIL_TERM_ENDLESS, r->system, TEXT(""));
	if (s->entries[r->entry].known->content == SYSTEM_PART) *unclosed = true;
	return true;
}

/* What other rules leave decided nobody needs to know: {a list} without {an unknown system} may be whole all the same. */
static bool is_decided(const term_set *s)
{
	bool decided = s->elsewhere == TERM_NOT;
	for (int i = 0; i < s->entry_count; i++) {
		const entry *e = &s->entries[i];
		decided &= !e->unknown && !e->asked && e->others == TERM_NOT;
	}
	return decided;
}

static bool is_whole(const term_set *s, issues *sink, bool *unclosed)
{
	if (is_decided(s)) return true;
	for (int k = 0; k < s->rule_count; k++) {
		const rule *r = &s->rules[k];
		if (!rule_is_whole(r, sink, unclosed)) return false;
		if (!r->exclude && r->entry >= 0 && !whole_is_whole(s, r, sink, unclosed)) return false;
	}
	return true;
}

bool term_expand(const terms *t, text value_set, const term_asked *asked, arena *a, term_list *out, issues *sink)
{
	const term_set *s = term_set_find(t, value_set);
	*out = (term_list){0};
	if (!s) return issue_add(sink, FAIL_TERM_SET, value_set, TEXT(""));
	if (!is_whole(s, sink, &out->unclosed)) return false;
	struct expanding x = {.t = t, .asked = asked, .a = a, .s = s, .out = out};
	x.filter = text_fold(a, asked->filter);
	x.seen = ARENA_ARRAY(a, uint64_t *, s->entry_count);
	for (int i = 0; i < s->entry_count; i++) x.seen[i] = ARENA_ARRAY(a, uint64_t, words_for(s->entries[i].count));
	write_set(&x, s);
	return true;
}
