/* A CodeSystem compiled: its codes hashed, its hierarchy from nested concepts and from the properties parent, subsumedBy and
 * child. A supplement is compiled the same way; it adds words and properties, never codes. */
#include "profile/terms_internal.h"

/* A link of the hierarchy while it is collected. */
struct link {
	uint32_t child, parent;
};
struct building {
	arena *a;
	code_system *s;
	int cap;
	struct link *links;
	int link_count, link_cap;
	text parent, child; /* the codes of the properties that say so, where the system calls them otherwise */
};

static text small_letters(char *to, text code)
{
	for (int64_t i = 0; i < code.len; i++)
		to[i] = code.at[i] >= 'A' && code.at[i] <= 'Z' ? (char)(code.at[i] | 0x20) : code.at[i];
	return (text){to, code.len};
}

int64_t system_code(const code_system *s, text code)
{
	enum { SHORT = 256 };
	char small[SHORT];
	if (!s->folds) return map_get_or(&s->codes, code, -1);
	return code.len <= SHORT ? map_get_or(&s->codes, small_letters(small, code), -1) : -1;
}

static void add_link(struct building *b, uint32_t child, uint32_t parent)
{
	if (b->link_count == b->link_cap) b->links = ARENA_DOUBLE(b->a, struct link, b->links, &b->link_cap, 64);
	b->links[b->link_count++] = (struct link){child, parent};
}

static uint32_t add_concept(struct building *b, uint32_t node)
{
	code_system *s = b->s;
	text code = doc_get_text(s->d, node, NAME_code);
	int64_t known = system_code(s, code);
	if (known >= 0) return (uint32_t)known;
	if ((int)s->count == b->cap) s->concepts = ARENA_DOUBLE(b->a, concept, s->concepts, &b->cap, 16);
	s->concepts[s->count] = (concept){.code = code, .node = node};
	map_put(&s->codes, s->folds ? small_letters(arena_bytes(b->a, code.len), code) : code, s->count);
	return s->count++;
}

static void add_concepts(struct building *b, uint32_t holder, const uint32_t *parent)
{
	const doc *d = b->s->d;
	uint32_t list = doc_get(d, holder, NAME_concept);
	if (list == NODE_ABSENT || d->nodes[list].kind != NODE_ARRAY) return;
	for (uint32_t n = list + 1; n < d->nodes[list].next; n = d->nodes[n].next) {
		if (d->nodes[n].kind != NODE_OBJECT || doc_get_text(d, n, NAME_code).len == 0) continue;
		uint32_t i = add_concept(b, n);
		if (parent) add_link(b, i, *parent);
		add_concepts(b, n, &i);
	}
}

static bool is_true(const doc *d, uint32_t property)
{
	uint32_t value = doc_get(d, property, NAME_valueBoolean);
	return value != NODE_ABSENT && d->nodes[value].kind == NODE_TRUE;
}

static void read_property(struct building *b, uint32_t i, uint32_t property)
{
	const doc *d = b->s->d;
	concept *c = &b->s->concepts[i];
	text name = doc_get_text(d, property, NAME_code), value = doc_get_text(d, property, NAME_valueCode);
	int64_t other = value.len ? system_code(b->s, value) : -1;
	if (text_equal(name, TEXT("notSelectable")) || text_equal(name, TEXT("abstract")))
		c->is_abstract |= is_true(d, property);
	else if (text_equal(name, TEXT("inactive")))
		c->inactive |= is_true(d, property);
	else if (text_equal(name, TEXT("status")))
		c->inactive |= text_equal(value, TEXT("retired")) || text_equal(value, TEXT("inactive"));
	else if (other >= 0 && (text_equal(name, b->parent) || text_equal(name, TEXT("subsumedBy"))))
		add_link(b, i, (uint32_t)other);
	else if (other >= 0 && text_equal(name, b->child))
		add_link(b, (uint32_t)other, i);
}

static void read_properties(struct building *b)
{
	const doc *d = b->s->d;
	for (uint32_t i = 0; i < b->s->count; i++) {
		uint32_t list = doc_get(d, b->s->concepts[i].node, NAME_property);
		if (list == NODE_ABSENT || d->nodes[list].kind != NODE_ARRAY) continue;
		for (uint32_t n = list + 1; n < d->nodes[list].next; n = d->nodes[n].next) read_property(b, i, n);
	}
}

/* What the system calls the properties "parent" and "child". */
static void read_declared(struct building *b)
{
	const doc *d = b->s->d;
	b->parent = TEXT("parent");
	b->child = TEXT("child");
	uint32_t list = doc_get(d, 0, NAME_property);
	if (list == NODE_ABSENT || d->nodes[list].kind != NODE_ARRAY) return;
	for (uint32_t n = list + 1; n < d->nodes[list].next; n = d->nodes[n].next) {
		text uri = doc_get_text(d, n, NAME_uri), code = doc_get_text(d, n, NAME_code);
		if (text_equal(uri, TEXT("http://hl7.org/fhir/concept-properties#parent"))) b->parent = code;
		if (text_equal(uri, TEXT("http://hl7.org/fhir/concept-properties#child"))) b->child = code;
	}
}

/* Lays the links out by child and by parent. */
static void lay_out(struct building *b)
{
	code_system *s = b->s;
	for (int i = 0; i < b->link_count; i++) {
		s->concepts[b->links[i].child].parent_count++;
		s->concepts[b->links[i].parent].child_count++;
	}
	uint32_t up = 0, down = 0;
	for (uint32_t i = 0; i < s->count; i++) {
		concept *c = &s->concepts[i];
		c->first_parent = up;
		c->first_child = down;
		up += c->parent_count;
		down += c->child_count;
		c->parent_count = c->child_count = 0;
	}
	s->parents = ARENA_ARRAY(b->a, uint32_t, up);
	s->children = ARENA_ARRAY(b->a, uint32_t, down);
	for (int i = 0; i < b->link_count; i++) {
		concept *child = &s->concepts[b->links[i].child], *parent = &s->concepts[b->links[i].parent];
		s->parents[child->first_parent + child->parent_count++] = b->links[i].parent;
		s->children[parent->first_child + parent->child_count++] = b->links[i].child;
	}
}

static system_content content_of(text said)
{
	if (text_equal(said, TEXT("complete"))) return SYSTEM_COMPLETE;
	if (text_equal(said, TEXT("fragment")) || text_equal(said, TEXT("example"))) return SYSTEM_PART;
	return SYSTEM_ABSENT;
}

code_system *system_compile(arena *a, const doc *d)
{
	code_system *s = ARENA_NEW(a, code_system);
	uint32_t folds = doc_get(d, 0, NAME_caseSensitive);
	text meaning = doc_get_text(d, 0, NAME_hierarchyMeaning);
	*s = (code_system){
	    .url = doc_get_text(d, 0, NAME_url),
	    .version = doc_get_text(d, 0, NAME_version),
	    .language = doc_get_text(d, 0, NAME_language),
	    .d = d,
	    .content = content_of(doc_get_text(d, 0, NAME_content)),
	    .folds = folds != NODE_ABSENT && d->nodes[folds].kind == NODE_FALSE,
	    .is_a = meaning.len == 0 || text_equal(meaning, TEXT("is-a")),
	    .codes = {.arena = a},
	};
	struct building b = {.a = a, .s = s};
	read_declared(&b);
	add_concepts(&b, 0, NULL);
	read_properties(&b);
	lay_out(&b);
	return s;
}

void system_closure(const code_system *s, uint32_t from, bool up, arena *a, uint64_t *bits)
{
	uint32_t *waiting = ARENA_ARRAY(a, uint32_t, s->count), count = 0;
	bit_set(bits, from);
	waiting[count++] = from;
	while (count > 0) {
		const concept *c = &s->concepts[waiting[--count]];
		const uint32_t *next = up ? s->parents + c->first_parent : s->children + c->first_child;
		for (uint32_t i = 0; i < (up ? c->parent_count : c->child_count); i++) {
			if (bit_of(bits, next[i])) continue;
			bit_set(bits, next[i]);
			waiting[count++] = next[i];
		}
	}
}

bool system_subsumes(const code_system *s, uint32_t general, uint32_t specific)
{
	if (general == specific) return true;
	if (!s->is_a) return false;
	/* Mostly there is one way up; a ring is as long as the system at most. */
	uint32_t at = specific, steps = 0;
	while (s->concepts[at].parent_count == 1 && steps++ < s->count) {
		at = s->parents[s->concepts[at].first_parent];
		if (at == general) return true;
	}
	if (s->concepts[at].parent_count <= 1) return false;
	arena *a = arena_new(PROCESS_ARENA_MAX);
	uint64_t *above = ARENA_ARRAY(a, uint64_t, words_for(s->count));
	system_closure(s, at, true, a, above);
	bool is = bit_of(above, general);
	arena_free(a);
	return is;
}

bool language_is(text tag, language lang)
{
	text wanted = lang == LANGUAGE_DA ? TEXT("da") : TEXT("en");
	return text_equal(text_cut(tag, '-').head, wanted);
}

text designation_in(const doc *d, uint32_t node, language lang)
{
	uint32_t list = doc_get(d, node, NAME_designation);
	if (list == NODE_ABSENT || d->nodes[list].kind != NODE_ARRAY) return TEXT("");
	for (uint32_t n = list + 1; n < d->nodes[list].next; n = d->nodes[n].next)
		if (language_is(doc_get_text(d, n, NAME_language), lang)) return doc_get_text(d, n, NAME_value);
	return TEXT("");
}

static text display_in(const terms *t, const code_system *s, const concept *c, language lang)
{
	const code_system *more[TERM_SUPPLEMENTS_MAX];
	text display = doc_get_text(s->d, c->node, NAME_display), said = {0};
	bool is_it = s->language.len ? language_is(s->language, lang) : lang == LANGUAGE_EN;
	int count = supplements_find(t, s->url, more, TERM_SUPPLEMENTS_MAX);
	for (int i = 0; i < count && said.len == 0; i++) {
		int64_t there = system_code(more[i], c->code);
		if (there < 0) continue;
		uint32_t node = more[i]->concepts[there].node;
		said = designation_in(more[i]->d, node, lang);
		if (said.len == 0 && language_is(more[i]->language, lang))
			said = doc_get_text(more[i]->d, node, NAME_display);
	}
	if (said.len == 0 && !(is_it && display.len)) said = designation_in(s->d, c->node, lang);
	return said.len ? said : display;
}

void system_term(const terms *t, const code_system *s, uint32_t i, language lang, term_code *out)
{
	const concept *c = &s->concepts[i];
	*out = (term_code){
	    .system = s->url,
	    .version = s->version,
	    .code = c->code,
	    .display = display_in(t, s, c, lang),
	    .definition = doc_get_text(s->d, c->node, NAME_definition),
	    .is_abstract = c->is_abstract,
	    .inactive = c->inactive,
	    .d = s->d,
	    .node = c->node,
	};
}
