/* terminology_code.c: one code at a time: CodeSystem/$lookup, $validate-code, $subsumes; ValueSet/$validate-code. */
#include "http/terminology_internal.h"

/* ---- codes that were given ---- */

typedef struct coded {
	text system, version, code, display;
} coded;
typedef struct coded_list {
	coded *at;
	int count;
} coded_list;

static coded coding_of(const doc *d, uint32_t n)
{
	return (coded){doc_get_text(d, n, NAME_system), doc_get_text(d, n, NAME_version), doc_get_text(d, n, NAME_code),
		       doc_get_text(d, n, NAME_display)};
}

/* By code (with system, version, display), by coding, by codeableConcept. */
static bool read_codes(const given *g, coded_list *out)
{
	uint32_t one = given_node(g, "coding", NAME_valueCoding);
	uint32_t concept = given_node(g, "codeableConcept", NAME_valueCodeableConcept);
	uint32_t list = concept ? doc_get(&g->body, concept, NAME_coding) : NODE_ABSENT;
	text code = given_text(g, "code");
	out->at = ARENA_ARRAY(g->x->arena, coded, 2 + (list ? g->body.nodes[list].len : 0));
	out->count = 0;
	if (code.len)
		out->at[out->count++] =
		    (coded){given_text(g, "system"), given_text(g, "version"), code, given_text(g, "display")};
	if (one) out->at[out->count++] = coding_of(&g->body, one);
	for (uint32_t n = list + 1; list && n < g->body.nodes[list].next; n = g->body.nodes[n].next)
		out->at[out->count++] = coding_of(&g->body, n);
	return out->count > 0 || issue_add(&g->x->sink, FAIL_HTTP_OPERATION_LACKS, TEXT("code"), TEXT(""));
}

static text versioned(const given *g, text system, text version)
{
	arena *a = g->x->arena;
	return version.len ? text_join(a, text_join(a, system, TEXT("|")), version) : system;
}

/* A known code's system is here; of an unknown one it is said which: no such code, no such system, known only in part. */
static bool find_or_say(const given *g, text system, text code, term_code *out)
{
	issues *sink = &g->x->sink;
	switch (term_find(g->t, system, code, g->lang, out)) {
	case TERM_IS:
		return true;
	case TERM_NOT:
		return issue_add(sink, FAIL_TERM_CODE, system, code);
	case TERM_UNKNOWN:
		break;
	}
	const doc *d = term_system_doc(g->t, system);
	bool absent = !d || text_equal(doc_get_text(d, 0, NAME_content), TEXT("not-present"));
	return issue_add(sink, absent ? FAIL_TERM_SYSTEM : FAIL_TERM_PART, system, code);
}

/* ---- CodeSystem/$lookup ---- */

/* Which properties are wanted; none named: all. */
static bool is_wanted(const given *g, text property)
{
	text one = given_text(g, "property");
	for (int i = 1; one.len; one = given_nth(g, "property", i++))
		if (text_equal(one, property) || text_equal(one, TEXT("*"))) return true;
	return given_text(g, "property").len == 0;
}

static void property_code(const given *g, json_out *o, const char *property, const term_codes *codes)
{
	for (int i = 0; i < codes->count && is_wanted(g, text_of(property)); i++) {
		part_open(o, "property");
		part_text(o, "code", "valueCode", text_of(property));
		part_text(o, "value", "valueCode", codes->at[i].code);
		part_text(o, "description", "valueString", codes->at[i].display);
		part_close(o);
	}
}

static void property_write(const given *g, json_out *o, const doc *d, uint32_t property)
{
	text code = doc_get_text(d, property, NAME_code);
	bool is_link =
	    text_equal(code, TEXT("parent")) || text_equal(code, TEXT("child")) || text_equal(code, TEXT("subsumedBy"));
	if (is_link || !is_wanted(g, code)) return;
	part_open(o, "property");
	part_text(o, "code", "valueCode", code);
	for (uint32_t n = property + 1; n < d->nodes[property].next; n = d->nodes[n].next) {
		if (!text_starts(name_text(d, d->nodes[n].name), TEXT("value"))) continue;
		json_object(o);
		json_pair(o, "name", TEXT("value"));
		json_key_text(o, name_text(d, d->nodes[n].name));
		json_node(o, d, n);
		json_end(o);
	}
	part_close(o);
}

static void designation_write(json_out *o, const doc *d, uint32_t n)
{
	uint32_t use = doc_get(d, n, NAME_use);
	part_open(o, "designation");
	part_text(o, "language", "valueCode", doc_get_text(d, n, NAME_language));
	if (use) {
		json_object(o);
		json_pair(o, "name", TEXT("use"));
		json_key(o, "valueCoding");
		json_node(o, d, use);
		json_end(o);
	}
	part_text(o, "value", "valueString", doc_get_text(d, n, NAME_value));
	part_close(o);
}

/* What one CodeSystem, the code's own or a supplement, says of it. */
static void said_write(const given *g, json_out *o, const term_code *c)
{
	uint32_t words = doc_get(c->d, c->node, NAME_designation), properties = doc_get(c->d, c->node, NAME_property);
	bool wanted = is_wanted(g, TEXT("designation"));
	for (uint32_t n = words + 1; words && wanted && n < c->d->nodes[words].next; n = c->d->nodes[n].next)
		designation_write(o, c->d, n);
	for (uint32_t n = properties + 1; properties && n < c->d->nodes[properties].next; n = c->d->nodes[n].next)
		property_write(g, o, c->d, n);
}

static void lookup_reply(const given *g, text system, const term_code *c)
{
	exchange *x = g->x;
	json_out o = parameters_begin(x);
	term_codes parents = term_parents(g->t, system, c->code, x->arena);
	term_codes children = term_children(g->t, system, c->code, x->arena);
	term_codes more = term_supplements(g->t, system, c->code, x->arena);
	part_text(&o, "name", "valueString", doc_get_text(c->d, 0, NAME_name));
	part_text(&o, "version", "valueString", c->version);
	part_text(&o, "display", "valueString", c->display);
	if (c->definition.len && is_wanted(g, TEXT("definition"))) {
		part_open(&o, "property");
		part_text(&o, "code", "valueCode", TEXT("definition"));
		part_text(&o, "value", "valueString", c->definition);
		part_close(&o);
	}
	said_write(g, &o, c);
	for (int i = 0; i < more.count; i++) said_write(g, &o, &more.at[i]);
	property_code(g, &o, "parent", &parents);
	property_code(g, &o, "child", &children);
	parameters_reply(x, &o);
}

void terminology_lookup(exchange *x)
{
	static const char *const names[] = {"code", "system", "version", "coding", "displayLanguage", "property", NULL};
	given g;
	coded_list codes;
	term_code c;
	if (!given_read(x, names, &g) || !read_codes(&g, &codes)) return;
	const coded *one = &codes.at[0];
	text system = versioned(&g, one->system, one->version);
	if (system.len == 0)
		issue_add(&x->sink, FAIL_HTTP_OPERATION_LACKS, TEXT("system"), TEXT(""));
	else if (find_or_say(&g, system, one->code, &c))
		lookup_reply(&g, system, &c);
}

/* ---- $validate-code ---- */

static bool same_word(arena *a, text x, text y)
{
	return text_equal(text_fold(a, x), text_fold(a, y));
}

/* The display that was given is one the code has, in either language; where none is known any will do. */
static bool display_fits(const given *g, const coded *given_code, text system, const term_code *c)
{
	arena *a = g->x->arena;
	term_code other = *c;
	if (given_code->display.len == 0 || c->display.len == 0 || same_word(a, given_code->display, c->display))
		return true;
	if (c->d && same_word(a, given_code->display, doc_get_text(c->d, c->node, NAME_display))) return true;
	term_find(g->t, system, c->code, g->lang == LANGUAGE_DA ? LANGUAGE_EN : LANGUAGE_DA, &other);
	return same_word(a, given_code->display, other.display);
}

static void verdict_reply(const given *g, bool result, const issues *why, text display)
{
	json_out o = parameters_begin(g->x);
	part_bool(&o, "result", result);
	if (!result && why->first)
		part_text(&o, "message", "valueString", issue_text(g->x->arena, why->first, g->lang));
	part_text(&o, "display", "valueString", display);
	parameters_reply(g->x, &o);
}

/* Of a code that is in it: is its word right? */
static void judge(const given *g, const coded *one, text system)
{
	term_code c = {.code = one->code};
	issues why = {.arena = g->x->arena};
	term_find(g->t, system, one->code, g->lang, &c);
	bool fits = display_fits(g, one, system, &c);
	if (!fits) issue_at(&why, FAIL_TERM_DISPLAY, (place){0}, one->code, c.display, one->display);
	verdict_reply(g, fits, &why, c.display);
}

/* Why it cannot be known is what keeps the set from being written out. */
static bool say_unknown(const given *g)
{
	term_list list;
	term_asked nothing = {.lang = g->lang};
	if (!term_expand(g->t, g->url, &nothing, g->x->arena, &list, &g->x->sink)) return false;
	return issue_add(&g->x->sink, FAIL_TERM_UNCLOSED, g->url, TEXT(""));
}

void terminology_validate_set(exchange *x)
{
	static const char *const names[] = {
	    "url",    "valueSet",        "valueSetVersion", "code", "system", "version", "display",
	    "coding", "codeableConcept", "displayLanguage", NULL};
	given g;
	coded_list codes;
	bool unknown = false;
	if (!given_read(x, names, &g) || !read_codes(&g, &codes) || !given_resource(&g, "valueSet", "valueSetVersion"))
		return;
	for (int i = 0; i < codes.count; i++) {
		const coded *one = &codes.at[i];
		term_answer answer = term_in(g.t, g.url, one->system, one->code);
		if (answer == TERM_IS) {
			judge(&g, one, versioned(&g, one->system, one->version));
			return;
		}
		unknown |= answer == TERM_UNKNOWN;
	}
	if (unknown) {
		say_unknown(&g);
		return;
	}
	issues why = {.arena = x->arena};
	issue_add(&why, FAIL_TERM_NOT_IN, codes.at[0].code, g.url);
	verdict_reply(&g, false, &why, TEXT(""));
}

void terminology_validate_code(exchange *x)
{
	static const char *const names[] = {"url",    "codeSystem",      "version",         "code", "system", "display",
					    "coding", "codeableConcept", "displayLanguage", NULL};
	given g;
	coded_list codes;
	term_code c;
	if (!given_read(x, names, &g) || !read_codes(&g, &codes)) return;
	bool asked = given_find(&g, "codeSystem", "version");
	if (x->sink.errors) return;
	for (int i = 0; i < codes.count; i++) {
		const coded *one = &codes.at[i];
		text system = one->system.len ? versioned(&g, one->system, one->version) : g.url;
		bool other = asked && one->system.len && !text_equal(one->system, text_cut_last(g.url, '|').head);
		if (system.len == 0) {
			issue_add(&x->sink, FAIL_HTTP_OPERATION_LACKS, TEXT("url"), TEXT(""));
			return;
		}
		if (other || term_find(g.t, system, one->code, g.lang, &c) == TERM_NOT) continue;
		if (find_or_say(&g, system, one->code, &c)) judge(&g, one, system);
		return;
	}
	issues why = {.arena = x->arena};
	issue_add(&why, FAIL_TERM_CODE, asked ? g.url : codes.at[0].system, codes.at[0].code);
	verdict_reply(&g, false, &why, TEXT(""));
}

/* ---- CodeSystem/$subsumes ---- */

void terminology_subsumes(exchange *x)
{
	static const char *const names[] = {"codeA", "codeB", "system", "version", "codingA", "codingB", NULL};
	given g;
	term_code a, b;
	if (!given_read(x, names, &g)) return;
	uint32_t first = given_node(&g, "codingA", NAME_valueCoding),
		 second = given_node(&g, "codingB", NAME_valueCoding);
	coded left = first ? coding_of(&g.body, first) : (coded){.code = given_text(&g, "codeA")};
	coded right = second ? coding_of(&g.body, second) : (coded){.code = given_text(&g, "codeB")};
	text system = given_text(&g, "system");
	if (x->id.len && !given_put_kept(&g)) return;
	if (x->id.len) system = g.url;
	if (first) system = left.system;
	if (system.len == 0 || left.code.len == 0 || right.code.len == 0) {
		text missing = system.len == 0 ? TEXT("system") : left.code.len == 0 ? TEXT("codeA") : TEXT("codeB");
		issue_add(&x->sink, FAIL_HTTP_OPERATION_LACKS, missing, TEXT(""));
		return;
	}
	system = versioned(&g, system, given_text(&g, "version"));
	if (!find_or_say(&g, system, left.code, &a) || !find_or_say(&g, system, right.code, &b)) return;
	bool above = term_subsumes(g.t, system, a.code, b.code) == TERM_IS;
	bool below = term_subsumes(g.t, system, b.code, a.code) == TERM_IS;
	json_out o = parameters_begin(x);
	part_text(&o, "outcome", "valueCode",
		  above && below ? TEXT("equivalent")
		  : above        ? TEXT("subsumes")
		  : below        ? TEXT("subsumed-by")
				 : TEXT("not-subsumed"));
	parameters_reply(x, &o);
}
