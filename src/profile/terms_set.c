/* A ValueSet compiled. Its includes and excludes become rules; each system the includes speak of becomes an entry; and for each
 * code of an entry the rules are asked once and their answer kept as a bit. */
#include "profile/terms_internal.h"

struct compiling {
	const terms *t;
	arena *a;
	term_set *s;
	const doc *d;
	int rule_cap, entry_cap;
};

static term_answer answer_or(term_answer x, term_answer y)
{
	if (x == TERM_IS || y == TERM_IS) return TERM_IS;
	return x == TERM_UNKNOWN || y == TERM_UNKNOWN ? TERM_UNKNOWN : TERM_NOT;
}

static term_answer answer_and(term_answer x, term_answer y)
{
	if (x == TERM_NOT || y == TERM_NOT) return TERM_NOT;
	return x == TERM_UNKNOWN || y == TERM_UNKNOWN ? TERM_UNKNOWN : TERM_IS;
}

/* ---- asking ---- */

static const text other_code = {0}; /* "some code that nothing lists" */

int64_t entry_code(const entry *e, text code)
{
	int64_t i = e->known ? system_code(e->known, code) : -1;
	return i >= 0 || e->extra.count == 0 ? i : map_get_or(&e->extra, code, -1);
}

static const entry *entry_of(const term_set *s, text system)
{
	for (int i = 0; i < s->entry_count; i++)
		if (text_equal(s->entries[i].system, system)) return &s->entries[i];
	return NULL;
}

static term_answer in_other(const term_set *other, text system, text code)
{
	if (!other) return TERM_UNKNOWN;
	if (code.at) return term_set_has(other, system, code);
	const entry *e = entry_of(other, system);
	return e ? e->others : other->elsewhere;
}

/* What a rule with the entry's system says of the entry's code `i`; -1: of a code that is not in the entry. */
static term_answer rule_codes(const rule *r, const entry *e, int64_t i, text code)
{
	bool of_system = r->usable && i >= 0 && i < e->known->count;
	grammar says;
	switch (r->kind) {
	case RULE_ANY:
		return TERM_IS;
	case RULE_UNKNOWN:
		return TERM_UNKNOWN;
	case RULE_CODES:
		return i >= 0 && bit_of(r->bits, i) ? TERM_IS : TERM_NOT;
	case RULE_FILTER:
		if (of_system) return bit_of(r->bits, i) ? TERM_IS : TERM_NOT;
		return e->known->content == SYSTEM_COMPLETE ? TERM_NOT : TERM_UNKNOWN;
	case RULE_WHOLE:
		if (of_system) return TERM_IS;
		if (r->usable) return e->known->content == SYSTEM_COMPLETE ? TERM_NOT : TERM_UNKNOWN;
		says = grammar_of(r->system);
		return says && code.at ? says(code) : TERM_UNKNOWN;
	}
	return TERM_UNKNOWN;
}

static term_answer rule_answer(const rule *r, const entry *e, int64_t i, text code)
{
	term_answer answer = rule_codes(r, e, i, code);
	for (int k = 0; k < r->other_count && answer != TERM_NOT; k++)
		answer = answer_and(answer, in_other(r->others[k], e->system, code));
	return answer;
}

static term_answer evaluate(const term_set *s, const entry *e, int64_t i, text code)
{
	term_answer in = TERM_NOT, out = TERM_NOT;
	int at = (int)(e - s->entries);
	for (int k = 0; k < s->rule_count; k++) {
		const rule *r = &s->rules[k];
		if (r->entry != at && r->entry != -1) continue;
		term_answer *sum = r->exclude ? &out : &in;
		if (*sum != TERM_IS) *sum = answer_or(*sum, rule_answer(r, e, i, code));
	}
	if (in == TERM_NOT || out == TERM_IS) return TERM_NOT;
	return out == TERM_UNKNOWN ? TERM_UNKNOWN : in;
}

static term_answer entry_has(const term_set *s, const entry *e, text code)
{
	int64_t i = entry_code(e, code);
	if (i < 0) return e->asked ? evaluate(s, e, -1, code) : e->others;
	if (bit_of(e->is, i)) return TERM_IS;
	return e->unknown && bit_of(e->unknown, i) ? TERM_UNKNOWN : TERM_NOT;
}

term_answer term_set_has(const term_set *s, text system, text code)
{
	if (!code.at) return TERM_NOT;
	if (system.len) {
		const entry *e = entry_of(s, system);
		return e ? entry_has(s, e, code) : s->elsewhere;
	}
	term_answer answer = s->elsewhere;
	for (int i = 0; i < s->entry_count && answer != TERM_IS; i++)
		answer = answer_or(answer, entry_has(s, &s->entries[i], code));
	return answer;
}

/* ---- reading compose ---- */

static void why(rule *r, failure code, text of)
{
	r->why = code;
	r->why_of = of;
}

static rule *add_rule(struct compiling *c, rule_kind kind, bool exclude)
{
	term_set *s = c->s;
	if (s->rule_count == c->rule_cap) s->rules = ARENA_DOUBLE(c->a, rule, s->rules, &c->rule_cap, 2);
	s->rules[s->rule_count] = (rule){.kind = kind, .exclude = exclude, .entry = -1, .why = FAILURE_COUNT};
	return &s->rules[s->rule_count++];
}

static uint32_t list_of(const doc *d, uint32_t n, name_id name)
{
	uint32_t list = n == NODE_ABSENT ? NODE_ABSENT : doc_get(d, n, name);
	return list != NODE_ABSENT && d->nodes[list].kind == NODE_ARRAY ? list : NODE_ABSENT;
}

static void read_codes(struct compiling *c, rule *r, uint32_t list)
{
	const node *nodes = c->d->nodes;
	r->codes = ARENA_ARRAY(c->a, listed, nodes[list].len);
	for (uint32_t n = list + 1; n < nodes[list].next; n = nodes[n].next) {
		text code = doc_get_text(c->d, n, NAME_code);
		if (code.len) r->codes[r->code_count++] = (listed){code, n};
	}
}

static void read_filters(struct compiling *c, rule *r, uint32_t list)
{
	const node *nodes = c->d->nodes;
	r->filters = ARENA_ARRAY(c->a, filter, nodes[list].len);
	for (uint32_t n = list + 1; n < nodes[list].next; n = nodes[n].next)
		r->filters[r->filter_count++] = (filter){
		    .property = doc_get_text(c->d, n, NAME_property),
		    .op = doc_get_text(c->d, n, NAME_op),
		    .value = doc_get_text(c->d, n, NAME_value),
		};
}

/* A set within this one; NULL, and the rule says why: not here, within itself, too deep. */
static const term_set *set_within(struct compiling *c, rule *r, text url)
{
	const terms *layer;
	definition *def = set_definition(c->t, url, &layer);
	const doc *d = def ? definition_doc(layer, def) : NULL;
	int depth = 0;
	for (const term_set *outer = c->s; outer; outer = outer->outer, depth++)
		if (d && outer->d == d) {
			why(r, FAIL_TERM_CYCLE, url);
			return NULL;
		}
	if (depth >= TERM_SETS_WITHIN_MAX) {
		why(r, FAIL_TERM_DEPTH, url);
		return NULL;
	}
	const term_set *s = set_make(c->t, url);
	if (!s) why(r, FAIL_TERM_SET, url);
	return s;
}

static void read_others(struct compiling *c, rule *r, uint32_t list)
{
	const node *nodes = c->d->nodes;
	r->others = ARENA_ARRAY(c->a, const term_set *, nodes[list].len);
	for (uint32_t n = list + 1; n < nodes[list].next; n = nodes[n].next)
		r->others[r->other_count++] = set_within(c, r, doc_text(c->d, n));
}

/* The entry of a system; the first rule with a version that is here decides which one it is. */
static int entry_for(struct compiling *c, text system, text version)
{
	term_set *s = c->s;
	for (int i = 0; i < s->entry_count; i++)
		if (text_equal(s->entries[i].system, system)) return i;
	if (s->entry_count == c->entry_cap) s->entries = ARENA_DOUBLE(c->a, entry, s->entries, &c->entry_cap, 2);
	entry *e = &s->entries[s->entry_count];
	*e = (entry){.system = system, .extra = {.arena = c->a}};
	if (version.len) e->known = system_find(c->t, text_join(c->a, text_join(c->a, system, TEXT("|")), version));
	if (!e->known) e->known = system_find(c->t, system);
	return s->entry_count++;
}

/* An exclude makes no entry: what no include speaks of is not in the set. */
static void find_entry(struct compiling *c, rule *r, text version)
{
	const entry *e = entry_of(c->s, r->system);
	r->entry = !r->exclude ? entry_for(c, r->system, version) : e ? (int)(e - c->s->entries) : -2;
	if (r->entry == -2) return;
	const code_system *known = c->s->entries[r->entry].known;
	r->usable = known && (version.len == 0 || text_equal(version, known->version));
	if (r->usable || r->kind == RULE_CODES || (r->kind == RULE_WHOLE && grammar_of(r->system))) return;
	r->kind = RULE_UNKNOWN;
	why(r, known ? FAIL_TERM_VERSION : FAIL_TERM_SYSTEM, r->system);
}

static void read_rule(struct compiling *c, uint32_t n, bool exclude)
{
	uint32_t codes = list_of(c->d, n, NAME_concept), filters = list_of(c->d, n, NAME_filter);
	uint32_t others = list_of(c->d, n, NAME_valueSet);
	rule *r = add_rule(c, RULE_ANY, exclude);
	r->system = doc_get_text(c->d, n, NAME_system);
	if (codes) read_codes(c, r, codes);
	if (filters) read_filters(c, r, filters);
	if (others) read_others(c, r, others);
	if (r->system.len == 0 && (codes || filters || !others)) {
		r->kind = RULE_UNKNOWN;
		why(r, FAIL_TERM_RULE, c->s->url);
	} else if (r->system.len) {
		r->kind = codes ? RULE_CODES : filters ? RULE_FILTER : RULE_WHOLE;
		find_entry(c, r, doc_get_text(c->d, n, NAME_version));
	} else if (!exclude) {
		for (int i = 0; i < r->other_count; i++)
			for (int k = 0; r->others[i] && k < r->others[i]->entry_count; k++)
				entry_for(c, r->others[i]->entries[k].system, TEXT(""));
	}
}

static void read_compose(struct compiling *c, uint32_t compose)
{
	static const name_id parts[] = {NAME_include, NAME_exclude};
	uint32_t count = 0;
	for (int i = 0; i < 2; i++) {
		uint32_t list = list_of(c->d, compose, parts[i]);
		count += list ? c->d->nodes[list].len : 0;
		for (uint32_t n = list + 1; list && n < c->d->nodes[list].next; n = c->d->nodes[n].next) {
			uint32_t filters = list_of(c->d, n, NAME_filter), others = list_of(c->d, n, NAME_valueSet);
			count += (filters ? c->d->nodes[filters].len : 0) + (others ? c->d->nodes[others].len : 0);
		}
		if (count > TERM_RULES_MAX) {
			why(add_rule(c, RULE_UNKNOWN, false), FAIL_TERM_RULES, c->s->url);
			return;
		}
		for (uint32_t n = list + 1; list && n < c->d->nodes[list].next; n = c->d->nodes[n].next)
			read_rule(c, n, i == 1);
	}
}

/* ---- reading an expansion ---- */

static rule *rule_for(struct compiling *c, text system)
{
	for (int i = 0; i < c->s->rule_count; i++)
		if (text_equal(c->s->rules[i].system, system)) return &c->s->rules[i];
	rule *r = add_rule(c, RULE_CODES, false);
	r->system = system;
	find_entry(c, r, TEXT(""));
	return r;
}

static uint32_t contained(const doc *d, uint32_t n)
{
	uint32_t list = list_of(d, n, NAME_contains), count = 0;
	if (!list) return 0;
	for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next) count += 1 + contained(d, i);
	return count;
}

static void read_contains(struct compiling *c, uint32_t n)
{
	uint32_t list = list_of(c->d, n, NAME_contains);
	if (!list) return;
	for (uint32_t i = list + 1; i < c->d->nodes[list].next; i = c->d->nodes[i].next) {
		text system = doc_get_text(c->d, i, NAME_system), code = doc_get_text(c->d, i, NAME_code);
		if (code.len && system.len && c->s->rule_count < TERM_RULES_MAX) {
			rule *r = rule_for(c, system);
			if (r->code_count == r->code_cap)
				r->codes = ARENA_DOUBLE(c->a, listed, r->codes, &r->code_cap, 4);
			r->codes[r->code_count++] = (listed){code, i};
		}
		read_contains(c, i);
	}
}

static bool is_unclosed(const doc *d, uint32_t expansion)
{
	uint32_t list = list_of(d, expansion, NAME_extension);
	for (uint32_t n = list + 1; list && n < d->nodes[list].next; n = d->nodes[n].next)
		if (text_ends(doc_get_text(d, n, NAME_url), TEXT("/valueset-unclosed"))) return true;
	int64_t total = 0;
	text said = doc_get_text(d, expansion, NAME_total);
	return said.len && text_to_int(said, &total) && total > contained(d, expansion);
}

/* Instead of a compose that is not there, or needs what is not here. */
static void read_expansion(struct compiling *c, uint32_t expansion)
{
	c->s->rule_count = c->s->entry_count = 0;
	read_contains(c, expansion);
	if (is_unclosed(c->d, expansion)) why(add_rule(c, RULE_UNKNOWN, false), FAIL_TERM_UNCLOSED, c->s->url);
}

/* ---- deciding ---- */

static void add_extra(entry *e, text code)
{
	if (entry_code(e, code) < 0) map_put(&e->extra, code, (e->known ? e->known->count : 0) + e->extra.count);
}

/* Codes that are listed, of systems that are not here or only in part. */
static void collect_extra(struct compiling *c, const rule *r)
{
	if (r->exclude) return;
	entry *entries = c->s->entries;
	if (r->kind == RULE_CODES) {
		entry *e = &entries[r->entry];
		bool is_judge = r->usable && e->known->content == SYSTEM_COMPLETE;
		for (int i = 0; i < r->code_count && !is_judge; i++) add_extra(e, r->codes[i].code);
	}
	for (int k = 0; k < r->other_count; k++)
		for (int i = 0; r->others[k] && i < r->others[k]->entry_count; i++) {
			const entry *from = &r->others[k]->entries[i];
			const entry *to = entry_of(c->s, from->system);
			if (!to || (r->entry >= 0 && to != &entries[r->entry])) continue;
			for (int64_t x = 0; x < from->extra.count; x++)
				add_extra(&entries[to - entries], from->extra.entries[x].key);
		}
}

static void mark_codes(struct compiling *c, rule *r)
{
	if (r->entry < 0 || (r->kind != RULE_CODES && r->kind != RULE_FILTER)) return;
	const entry *e = &c->s->entries[r->entry];
	r->bits = ARENA_ARRAY(c->a, uint64_t, words_for(e->count));
	for (int i = 0; r->kind == RULE_CODES && i < r->code_count; i++) {
		int64_t at = entry_code(e, r->codes[i].code);
		if (at >= 0) bit_set(r->bits, at);
	}
	if (r->kind == RULE_CODES) return;
	for (uint32_t i = 0; i < e->known->count; i++) bit_set(r->bits, i);
	for (int i = 0; i < r->filter_count; i++) {
		arena_mark scratch = arena_here(c->a);
		bool applied = filter_apply(c->t, e->known, &r->filters[i], c->a, r->bits);
		arena_rewind(c->a, scratch);
		if (applied) continue;
		r->kind = RULE_UNKNOWN;
		const filter *f = &r->filters[i];
		why(r, FAIL_TERM_FILTER,
		    text_format(c->a, "%.*s %.*s %.*s", TEXT_ARG(f->property), TEXT_ARG(f->op), TEXT_ARG(f->value)));
	}
}

static text code_at(const entry *e, uint32_t i)
{
	uint32_t own = e->known ? e->known->count : 0;
	return i < own ? e->known->concepts[i].code : e->extra.entries[i - own].key;
}

static bool is_asked(const term_set *s, const entry *e)
{
	for (int k = 0; k < s->rule_count; k++) {
		const rule *r = &s->rules[k];
		if (r->entry != (int)(e - s->entries) && r->entry != -1) continue;
		if (r->kind == RULE_WHOLE && !r->usable) return true;
		for (int i = 0; i < r->other_count; i++) {
			const entry *other = r->others[i] ? entry_of(r->others[i], e->system) : NULL;
			if (other && other->asked) return true;
		}
	}
	return false;
}

static void decide(struct compiling *c, entry *e)
{
	e->is = ARENA_ARRAY(c->a, uint64_t, words_for(e->count));
	for (uint32_t i = 0; i < e->count; i++) {
		term_answer answer = evaluate(c->s, e, i, code_at(e, i));
		if (answer == TERM_IS) bit_set(e->is, i);
		if (answer != TERM_UNKNOWN) continue;
		if (!e->unknown) e->unknown = ARENA_ARRAY(c->a, uint64_t, words_for(e->count));
		bit_set(e->unknown, i);
	}
	e->others = evaluate(c->s, e, -1, other_code);
	e->asked = is_asked(c->s, e);
}

static term_answer elsewhere(const term_set *s)
{
	term_answer in = TERM_NOT;
	for (int k = 0; k < s->rule_count; k++) {
		const rule *r = &s->rules[k];
		if (r->entry != -1 || r->exclude) continue;
		term_answer answer = r->kind == RULE_ANY ? TERM_IS : TERM_UNKNOWN;
		for (int i = 0; i < r->other_count; i++)
			answer = answer_and(answer, r->others[i] ? r->others[i]->elsewhere : TERM_UNKNOWN);
		in = answer_or(in, answer);
	}
	return in;
}

static void prepare(struct compiling *c)
{
	term_set *s = c->s;
	for (int i = 0; i < s->rule_count; i++) collect_extra(c, &s->rules[i]);
	for (int i = 0; i < s->entry_count; i++) {
		entry *e = &s->entries[i];
		e->count = (uint32_t)(e->extra.count + (e->known ? e->known->count : 0));
	}
	for (int i = 0; i < s->rule_count; i++) mark_codes(c, &s->rules[i]);
}

static bool needs_more(const term_set *s)
{
	for (int i = 0; i < s->rule_count; i++)
		if (s->rules[i].kind == RULE_UNKNOWN || s->rules[i].why != FAILURE_COUNT) return true;
	return s->rule_count == 0;
}

/* ---- from a URL ---- */

/* "SYSTEM?fhir_vs", "SYSTEM?fhir_vs=isa/CODE", or a system's own CodeSystem.valueSet. False: none of these is here. */
static bool read_implied(struct compiling *c, text url)
{
	const terms *layer;
	int64_t mark = text_find(url, TEXT("?fhir_vs"));
	text system = text_slice(url, 0, mark > 0 ? mark : 0), rest = {0}, isa = TEXT("=isa/");
	definition *def = mark > 0 ? system_definition(c->t, system, &layer) : whole_definition(c->t, url, &layer);
	if (!def) return false;
	if (mark > 0) rest = text_slice(url, mark + TEXT("?fhir_vs").len, url.len);
	if (rest.len && !text_starts(rest, isa)) return false;
	rule *r = add_rule(c, rest.len ? RULE_FILTER : RULE_WHOLE, false);
	r->system = def->url;
	if (rest.len) {
		r->filters = ARENA_NEW(c->a, filter);
		r->filters[r->filter_count++] =
		    (filter){TEXT("concept"), TEXT("is-a"), text_copy(c->a, text_slice(rest, isa.len, rest.len))};
	}
	find_entry(c, r, TEXT(""));
	return true;
}

static void compile(struct compiling *c)
{
	uint32_t compose = doc_get(c->d, 0, NAME_compose), expansion = doc_get(c->d, 0, NAME_expansion);
	if (compose) read_compose(c, compose);
	prepare(c);
	if (!expansion || !needs_more(c->s)) return;
	read_expansion(c, expansion);
	prepare(c);
}

term_set *set_compile(const terms *t, text url)
{
	const terms *layer;
	struct terms_lazy *lazy = t->lazy;
	definition *def = set_definition(t, url, &layer);
	struct compiling c = {.t = t, .a = lazy->sets_a};
	arena_mark before = arena_here(c.a);
	c.s = ARENA_NEW(c.a, term_set);
	c.d = def ? definition_doc(layer, def) : NULL;
	*c.s = (term_set){.layer = t, .d = c.d, .outer = lazy->innermost, .url = def ? def->url : text_copy(c.a, url)};
	lazy->innermost = c.s;
	bool known = true;
	if (def)
		compile(&c);
	else if ((known = read_implied(&c, url)))
		prepare(&c);
	lazy->innermost = c.s->outer;
	if (!known) {
		arena_rewind(c.a, before);
		return NULL;
	}
	for (int i = 0; i < c.s->entry_count; i++) decide(&c, &c.s->entries[i]);
	c.s->elsewhere = elsewhere(c.s);
	return c.s;
}
