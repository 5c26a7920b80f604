/* condition.c: sentences over facts, compiled, evaluated and read aloud. The language is described in pathway.h. */
#include "pathway/internal.h"

enum { CODES_MAX = 32, PARTS_MAX = 32 };

/* ---- compiling ---- */

typedef struct compiling {
	image *image;
	const content_entry *entry;
	uint32_t node; /* where it stands */
	text whole;
	text rest;
	issues *sink;
} compiling;

static bool refuse(compiling *c, text at)
{
	return issue_at(c->sink, FAIL_CONDITION, content_place(c->entry, c->node), c->whole, at.len ? at : TEXT("…"),
			TEXT(""));
}

static bool is_space(char ch)
{
	return ch == ' ' || ch == '\n' || ch == '\t' || ch == '\r';
}

static bool is_sign(char ch)
{
	return ch == ',' || ch == ':' || ch == '(' || ch == ')';
}

/* The next word: up to a space, comma, colon or parenthesis; or one of those signs alone. */
static text word(compiling *c)
{
	c->rest = text_trim(c->rest);
	int64_t n = 0;
	while (n < c->rest.len && !is_space(c->rest.at[n]) && !is_sign(c->rest.at[n])) n++;
	if (n == 0 && c->rest.len) n = 1;
	text w = text_slice(c->rest, 0, n);
	c->rest = text_slice(c->rest, n, c->rest.len);
	return w;
}

static bool accept(compiling *c, const char *wanted)
{
	text before = c->rest;
	if (text_equal(word(c), text_of(wanted))) return true;
	c->rest = before;
	return false;
}

static bool fact_named(compiling *c, text name, fact_kind wanted, bool any, int *out)
{
	*out = fact_id(c->image, name);
	place at = content_place(c->entry, c->node);
	if (*out < 0) return issue_at(c->sink, FAIL_FACT_UNKNOWN, at, name, TEXT(""), TEXT(""));
	static const char *const words[] = {"instant", "code", "number"};
	if (any || fact_at(c->image, *out)->kind == wanted) return true;
	return issue_at(c->sink, FAIL_FACT_KIND, at, name, text_of(words[wanted]), TEXT(""));
}

static bool code_known(compiling *c, const fact_name *f, text code)
{
	if (f->code_count == 0 || (f->absent.len && text_equal(f->absent, code))) return true;
	for (int i = 0; i < f->code_count; i++)
		if (text_equal(f->codes[i].code, code)) return true;
	return issue_at(c->sink, FAIL_FACT_CODE, content_place(c->entry, c->node), code, f->name, TEXT(""));
}

static bool add_code(compiling *c, condition *made, text code, text *codes)
{
	const fact_name *f = fact_at(c->image, made->fact);
	if (code.len == 0 || is_sign(code.at[0]) || made->code_count == CODES_MAX) return refuse(c, code);
	if (f->absent.len && text_equal(f->absent, code)) made->or_none = true;
	codes[made->code_count++] = text_copy(c->image->arena, code);
	made->codes = codes;
	return code_known(c, f, code);
}

/* (a, b) or none; or one code after `is`. */
static bool codes(compiling *c, condition *made, bool list)
{
	text *room = ARENA_ARRAY(c->image->arena, text, CODES_MAX);
	if (!fact_named(c, fact_at(c->image, made->fact)->name, FACT_CODE, false, &made->fact)) return false;
	if (!list) return add_code(c, made, word(c), room);
	if (!accept(c, "(")) return refuse(c, c->rest);
	do {
		if (!add_code(c, made, word(c), room)) return false;
	} while (accept(c, ","));
	if (!accept(c, ")")) return refuse(c, c->rest);
	if (accept(c, "or")) {
		if (!accept(c, "none")) return refuse(c, c->rest);
		made->or_none = true;
	}
	return true;
}

static bool compare_number(compiling *c, condition *made)
{
	if (!fact_named(c, fact_at(c->image, made->fact)->name, FACT_NUMBER, false, &made->fact)) return false;
	bool least = accept(c, "least");
	if (!least && !accept(c, "most")) return refuse(c, c->rest);
	made->kind = least ? CONDITION_AT_LEAST : CONDITION_AT_MOST;
	text n = word(c);
	return text_to_int(n, &made->number) ? true : refuse(c, n);
}

/* What may follow the name of a fact. */
static bool predicate(compiling *c, condition *made)
{
	if (accept(c, "in")) return made->kind = CONDITION_IN, codes(c, made, true);
	if (accept(c, "not"))
		return made->kind = CONDITION_NOT_IN, accept(c, "in") ? codes(c, made, true) : refuse(c, c->rest);
	if (accept(c, "is")) {
		made->kind = accept(c, "not") ? CONDITION_NOT_IN : CONDITION_IN;
		return codes(c, made, false);
	}
	if (accept(c, "at")) return compare_number(c, made);
	if (accept(c, "after"))
		return made->kind = CONDITION_AFTER, fact_named(c, word(c), FACT_INSTANT, true, &made->other);
	return true;
}

static const condition *simple(compiling *c)
{
	condition *made = ARENA_NEW(c->image->arena, condition);
	bool no = accept(c, "no");
	made->kind = no ? CONDITION_NO : CONDITION_FACT;
	if (!fact_named(c, word(c), FACT_INSTANT, true, &made->fact)) return NULL;
	return no || predicate(c, made) ? made : NULL;
}

static const condition *group(compiling *c, condition_kind kind)
{
	condition *made = ARENA_NEW(c->image->arena, condition);
	*made = (condition){.kind = kind, .parts = ARENA_ARRAY(c->image->arena, const condition *, PARTS_MAX)};
	accept(c, ":");
	do {
		const condition *part = simple(c);
		if (!part) return NULL;
		if (made->part_count == PARTS_MAX) return refuse(c, c->rest), NULL;
		made->parts[made->part_count++] = part;
	} while (accept(c, ","));
	return made;
}

static const condition *from_text(compiling *c)
{
	const condition *made;
	bool all = accept(c, "all"), any = !all && accept(c, "any");
	if (all || any) {
		if (!accept(c, "of")) return refuse(c, c->rest), NULL;
		made = group(c, all ? CONDITION_ALL : CONDITION_ANY);
	} else {
		made = simple(c);
	}
	if (!made) return NULL;
	if (text_trim(c->rest).len) return refuse(c, c->rest), NULL;
	return made;
}

static const condition *from_node(compiling c);

/* {all_of: [ … ]} or {any_of: [ … ]} */
static const condition *from_mapping(compiling c)
{
	static const char *const keys[] = {"all_of", "any_of", "all of", "any of", NULL};
	const node *nodes = c.entry->d->nodes;
	if (!content_keys(c.entry, c.node, keys, c.sink)) return NULL;
	uint32_t list = c.node + 1;
	if (nodes[c.node].len != 1 || nodes[list].kind != NODE_ARRAY || nodes[list].len == 0 ||
	    nodes[list].len > PARTS_MAX) {
		issue_at(c.sink, FAIL_CONTENT_NOT_LIST, content_place(c.entry, c.node), TEXT("all_of, any_of"),
			 TEXT(""), TEXT(""));
		return NULL;
	}
	condition *made = ARENA_NEW(c.image->arena, condition);
	made->kind = text_starts(name_text(c.entry->d, nodes[list].name), TEXT("all")) ? CONDITION_ALL : CONDITION_ANY;
	made->parts = ARENA_ARRAY(c.image->arena, const condition *, nodes[list].len);
	bool fine = true;
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next) {
		compiling inner = c;
		inner.node = i;
		const condition *part = from_node(inner);
		fine = fine && part;
		made->parts[made->part_count++] = part;
	}
	return fine ? made : NULL;
}

static const condition *from_node(compiling c)
{
	const node *n = &c.entry->d->nodes[c.node];
	if (n->kind == NODE_OBJECT) return from_mapping(c);
	if (n->kind != NODE_STRING) {
		issue_at(c.sink, FAIL_CONTENT_NOT_TEXT, content_place(c.entry, c.node), name_text(c.entry->d, n->name),
			 TEXT(""), TEXT(""));
		return NULL;
	}
	c.whole = c.rest = doc_text(c.entry->d, c.node);
	return from_text(&c);
}

const condition *condition_compile(image *m, const content_entry *e, uint32_t object, const char *key, bool required,
				   issues *sink)
{
	uint32_t n = content_get(e, object, key);
	if (n == NODE_ABSENT) {
		if (required)
			issue_at(sink, FAIL_CONTENT_MISSING, content_place(e, object), text_of(key), TEXT(""),
				 TEXT(""));
		return NULL;
	}
	return from_node((compiling){.image = m, .entry = e, .node = n, .sink = sink});
}

/* ---- evaluating ---- */

static bool has_code(const condition *c, text code)
{
	for (int i = 0; i < c->code_count; i++)
		if (text_equal(c->codes[i], code)) return true;
	return false;
}

/* The first fact of this name, on `from` or later, whose code is one of the condition's (or any). */
static const fact *find(const facts *f, int id, day from, const condition *with_code)
{
	for (int i = facts_from(f, id); i < f->count && f->at[i].id == id; i++) {
		const fact *x = &f->at[i];
		if (x->on >= from && (!with_code || has_code(with_code, x->code))) return x;
	}
	return NULL;
}

static const fact *find_last(const facts *f, int id, day from)
{
	const fact *last = facts_last(f, id);
	return last && last->on >= from ? last : NULL;
}

static const fact *find_number(const condition *c, const facts *f, day from)
{
	for (int i = facts_from(f, c->fact); i < f->count && f->at[i].id == c->fact; i++) {
		const fact *x = &f->at[i];
		if (x->on < from) continue;
		if (c->kind == CONDITION_AT_LEAST ? x->number >= c->number : x->number <= c->number) return x;
	}
	return NULL;
}

static holding held_by(const fact *f)
{
	return f ? (holding){.holds = true, .since = f->at, .because = f} : (holding){.since = INSTANT_NONE};
}

static holding held_without(bool holds)
{
	return (holding){.holds = holds, .since = INSTANT_NONE};
}

static holding held_after(const condition *c, const facts *f, day from)
{
	const fact *later = find_last(f, c->fact, from), *earlier = find_last(f, c->other, from);
	return held_by(later && (!earlier || later->at > earlier->at) ? later : NULL);
}

static holding held_all(const condition *c, const facts *f, day from)
{
	holding all = held_without(true);
	for (int i = 0; i < c->part_count; i++) {
		holding part = condition_holds_from(c->parts[i], f, from);
		if (!part.holds) return held_without(false);
		if (part.because && (!all.because || part.since > all.since)) all = part;
	}
	return all;
}

static holding held_any(const condition *c, const facts *f, day from)
{
	holding any = held_without(false);
	for (int i = 0; i < c->part_count; i++) {
		holding part = condition_holds_from(c->parts[i], f, from);
		if (!part.holds) continue;
		bool earlier = part.because && (!any.because || part.since < any.since);
		if (!any.holds || earlier) any = part;
	}
	return any;
}

holding condition_holds_from(const condition *c, const facts *f, day from)
{
	switch (c->kind) {
	case CONDITION_FACT:
		return held_by(find(f, c->fact, from, NULL));
	case CONDITION_NO:
		return held_without(!find(f, c->fact, from, NULL));
	case CONDITION_IN:
		if (c->or_none && !find(f, c->fact, from, NULL)) return held_without(true);
		return held_by(find(f, c->fact, from, c));
	case CONDITION_NOT_IN:
		if (c->or_none && !find(f, c->fact, from, NULL)) return held_without(false);
		return held_without(!find(f, c->fact, from, c));
	case CONDITION_AT_LEAST:
	case CONDITION_AT_MOST:
		return held_by(find_number(c, f, from));
	case CONDITION_AFTER:
		return held_after(c, f, from);
	case CONDITION_ALL:
		return held_all(c, f, from);
	case CONDITION_ANY:
		return held_any(c, f, from);
	}
	return held_without(false);
}

holding condition_holds(const condition *c, const facts *f)
{
	return condition_holds_from(c, f, DAY_NONE);
}

bool condition_names(const condition *c, int fact)
{
	for (int i = 0; i < c->part_count; i++)
		if (condition_names(c->parts[i], fact)) return true;
	return c->part_count == 0 && (c->fact == fact || (c->kind == CONDITION_AFTER && c->other == fact));
}

/* ---- reading aloud ---- */

static void say(buffer *b, const image *m, const condition *c, language lang, bool inner);

static void say_codes(buffer *b, const image *m, const condition *c, language lang)
{
	for (int i = 0; i < c->code_count; i++) {
		const char *between = i == c->code_count - 1 ? (lang == LANGUAGE_DA ? " eller " : " or ") : ", ";
		if (i) buffer_add(b, text_of(between));
		buffer_add(b, fact_code_word(m, c->fact, c->codes[i], lang));
	}
	const fact_name *f = fact_at(m, c->fact);
	bool said = f->absent.len && has_code(c, f->absent);
	if (c->or_none && !said)
		buffer_add(b, lang == LANGUAGE_DA ? TEXT(" eller ikke oplyst") : TEXT(" or not given"));
}

static void say_parts(buffer *b, const image *m, const condition *c, language lang, bool inner)
{
	static const char *const words[2][2] = {{" OG ", " AND "}, {" ELLER ", " OR "}};
	const char *between = words[c->kind == CONDITION_ANY][lang == LANGUAGE_EN];
	if (inner) buffer_char(b, '(');
	for (int i = 0; i < c->part_count; i++) {
		if (i) buffer_add(b, text_of(between));
		say(b, m, c->parts[i], lang, true);
	}
	if (inner) buffer_char(b, ')');
}

static text fact_words(const image *m, int id, language lang)
{
	const fact_name *f = fact_at(m, id);
	return lang == LANGUAGE_DA ? f->da : f->en;
}

static void say(buffer *b, const image *m, const condition *c, language lang, bool inner)
{
	bool da = lang == LANGUAGE_DA;
	if (c->kind == CONDITION_ALL || c->kind == CONDITION_ANY) {
		say_parts(b, m, c, lang, inner && c->part_count > 1);
		return;
	}
	if (c->kind == CONDITION_NO) buffer_add(b, da ? TEXT("ikke: ") : TEXT("not: "));
	buffer_add(b, fact_words(m, c->fact, lang));
	if (c->kind == CONDITION_IN) buffer_add(b, da ? TEXT(" er ") : TEXT(" is "));
	if (c->kind == CONDITION_NOT_IN) buffer_add(b, da ? TEXT(" er ikke ") : TEXT(" is not "));
	if (c->kind == CONDITION_IN || c->kind == CONDITION_NOT_IN) say_codes(b, m, c, lang);
	if (c->kind == CONDITION_AT_LEAST)
		buffer_format(b, da ? " er mindst %lld" : " is at least %lld", (long long)c->number);
	if (c->kind == CONDITION_AT_MOST)
		buffer_format(b, da ? " er højst %lld" : " is at most %lld", (long long)c->number);
	if (c->kind == CONDITION_AFTER) {
		buffer_add(b, da ? TEXT(" efter ") : TEXT(" after "));
		buffer_add(b, fact_words(m, c->other, lang));
	}
}

text condition_say(arena *a, const image *m, const condition *c, language lang)
{
	buffer b = {.arena = a};
	say(&b, m, c, lang, false);
	return buffer_text(&b);
}

/* ---- as it is written ---- */

static void spell(buffer *b, const image *m, const condition *c, bool inner);

static void spell_codes(buffer *b, const image *m, const condition *c)
{
	buffer_add(b, c->kind == CONDITION_IN ? TEXT(" in (") : TEXT(" not in ("));
	for (int i = 0; i < c->code_count; i++) buffer_format(b, "%s%.*s", i ? ", " : "", TEXT_ARG(c->codes[i]));
	buffer_char(b, ')');
	const fact_name *f = fact_at(m, c->fact);
	bool said = f->absent.len && has_code(c, f->absent);
	if (c->or_none && !said) buffer_add(b, TEXT(" or none"));
}

static void spell_parts(buffer *b, const image *m, const condition *c, bool inner)
{
	if (inner) buffer_char(b, '(');
	buffer_add(b, c->kind == CONDITION_ALL ? TEXT("all of: ") : TEXT("any of: "));
	for (int i = 0; i < c->part_count; i++) {
		if (i) buffer_add(b, TEXT(", "));
		spell(b, m, c->parts[i], true);
	}
	if (inner) buffer_char(b, ')');
}

static void spell(buffer *b, const image *m, const condition *c, bool inner)
{
	if (c->kind == CONDITION_ALL || c->kind == CONDITION_ANY) {
		spell_parts(b, m, c, inner);
		return;
	}
	if (c->kind == CONDITION_NO) buffer_add(b, TEXT("no "));
	buffer_add(b, fact_at(m, c->fact)->name);
	if (c->kind == CONDITION_IN || c->kind == CONDITION_NOT_IN) spell_codes(b, m, c);
	if (c->kind == CONDITION_AT_LEAST) buffer_format(b, " at least %lld", (long long)c->number);
	if (c->kind == CONDITION_AT_MOST) buffer_format(b, " at most %lld", (long long)c->number);
	if (c->kind == CONDITION_AFTER) buffer_format(b, " after %.*s", TEXT_ARG(fact_at(m, c->other)->name));
}

text condition_text(arena *a, const image *m, const condition *c)
{
	buffer b = {.arena = a};
	spell(&b, m, c, false);
	return buffer_text(&b);
}
