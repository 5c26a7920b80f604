/* Layers of code systems and value sets, what a URL means in them, and the questions of terms.h that need no rules. */
#include "profile/terms_internal.h"

static struct terms *layer_new(arena *a, const terms *below)
{
	struct terms *t = ARENA_NEW(a, struct terms);
	struct terms_lazy *lazy = ARENA_NEW(a, struct terms_lazy);
	lazy->a = arena_child(a, TERMS_ARENA_MAX);
	lazy->sets_a = arena_child(a, TERMS_ARENA_MAX);
	if (pthread_mutex_init(&lazy->reading, NULL) || pthread_mutex_init(&lazy->compiling, NULL)) abort();
	*t = (struct terms){
	    .below = below,
	    .a = a,
	    .systems = {.arena = a},
	    .sets = {.arena = a},
	    .supplements = {.arena = a},
	    .whole = {.arena = a},
	    .lazy = lazy,
	};
	return t;
}

static void add_supplement(struct terms *t, definition *def, text system)
{
	int64_t before = map_get_or(&t->supplements, system, 0);
	def->next = (definition *)(intptr_t)before;
	map_put(&t->supplements, system, (int64_t)(intptr_t)def);
}

/* R4's own layer: a definition for each value set and code system of the library, not read yet. */
static struct terms *r4;

static void open_r4(void)
{
	struct terms *t = layer_new(arena_new(TERMS_ARENA_MAX), NULL);
	int first = library_first(LIBRARY_VALUE_SET);
	t->r4 = ARENA_ARRAY(t->a, definition, library_size() - first);
	for (int i = first; i < library_size(); i++) {
		library_entry e;
		library_at(i, &e);
		definition *def = &t->r4[i - first];
		def->url = e.url;
		def->version = e.version;
		def->library = i;
		if (e.kind == LIBRARY_CODE_SYSTEM && e.about.len) add_supplement(t, def, e.about);
	}
	r4 = t;
}

const terms *terms_r4(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	if (pthread_once(&once, open_r4)) abort();
	return r4;
}

terms *terms_open(arena *a, const terms *below)
{
	return layer_new(a, below ? below : terms_r4());
}

static void name_it(map *m, arena *a, definition *def)
{
	map_put(m, def->url, (int64_t)(intptr_t)def);
	if (def->version.len == 0) return;
	text with = text_join(a, text_join(a, def->url, TEXT("|")), def->version);
	map_put(m, with, (int64_t)(intptr_t)def);
}

static bool add_system(terms *t, definition *def, issues *sink)
{
	text content = doc_get_text(def->d, 0, NAME_content), supplements = doc_get_text(def->d, 0, NAME_supplements);
	text whole = doc_get_text(def->d, 0, NAME_valueSet);
	if (content.len == 0) return issue_add(sink, FAIL_FHIR_REQUIRED, TEXT("content"), TEXT(""));
	if (!text_equal(content, TEXT("supplement"))) {
		name_it(&t->systems, t->a, def);
		if (whole.len) map_put(&t->whole, text_cut_last(whole, '|').head, (int64_t)(intptr_t)def);
		return true;
	}
	if (supplements.len == 0) return issue_add(sink, FAIL_FHIR_REQUIRED, TEXT("supplements"), TEXT(""));
	add_supplement(t, def, text_cut_last(supplements, '|').head);
	return true;
}

bool terms_add(terms *t, const doc *d, issues *sink)
{
	text type = doc_type(d), url = doc_get_text(d, 0, NAME_url);
	bool is_system = text_equal(type, TEXT("CodeSystem"));
	if (!is_system && !text_equal(type, TEXT("ValueSet")))
		return issue_add(sink, FAIL_RECORD_OTHER_TYPE, type, TEXT("CodeSystem, ValueSet"));
	if (url.len == 0) return issue_add(sink, FAIL_FHIR_REQUIRED, TEXT("url"), TEXT(""));
	definition *def = ARENA_NEW(t->a, definition);
	def->url = url;
	def->version = doc_get_text(d, 0, NAME_version);
	def->d = d;
	def->library = -1;
	if (is_system) return add_system(t, def, sink);
	name_it(&t->sets, t->a, def);
	return true;
}

static definition *of_library(const terms *t, text url, library_kind kind)
{
	library_entry e;
	if (!library_find(url, &e) || e.kind != kind) return NULL;
	if (kind == LIBRARY_CODE_SYSTEM && e.about.len) return NULL; /* a supplement is no system */
	return &t->r4[e.number - library_first(LIBRARY_VALUE_SET)];
}

definition *system_definition(const terms *t, text url, const terms **layer)
{
	for (; t; t = t->below) {
		*layer = t;
		definition *def = t->r4 ? of_library(t, url, LIBRARY_CODE_SYSTEM)
					: (definition *)(intptr_t)map_get_or(&t->systems, url, 0);
		if (def) return def;
	}
	return NULL;
}

definition *set_definition(const terms *t, text url, const terms **layer)
{
	for (; t; t = t->below) {
		*layer = t;
		definition *def = t->r4 ? of_library(t, url, LIBRARY_VALUE_SET)
					: (definition *)(intptr_t)map_get_or(&t->sets, url, 0);
		if (def) return def;
	}
	return NULL;
}

definition *whole_definition(const terms *t, text url, const terms **layer)
{
	for (; t; t = t->below) {
		*layer = t;
		definition *def = (definition *)(intptr_t)map_get_or(&t->whole, url, 0);
		if (def) return def;
	}
	return NULL;
}

/* Under `reading`. What lies in the program is good: tests read each of them. */
static const doc *read_doc(struct terms_lazy *lazy, definition *def)
{
	if (def->d) return def->d;
	library_entry e;
	issues sink = {.arena = lazy->a};
	doc *d = ARENA_NEW(lazy->a, doc);
	library_at(def->library, &e);
	bool good = json_parse_resource(lazy->a, e.source, e.url, &sink, d);
	assert(good);
	def->d = good ? d : NULL;
	return def->d;
}

const doc *definition_doc(const terms *layer, definition *def)
{
	if (def->library < 0) return def->d;
	pthread_mutex_lock(&layer->lazy->reading);
	const doc *d = read_doc(layer->lazy, def);
	pthread_mutex_unlock(&layer->lazy->reading);
	return d;
}

const code_system *definition_system(const terms *layer, definition *def)
{
	code_system *s = atomic_load_explicit(&def->system, memory_order_acquire);
	if (s) return s;
	struct terms_lazy *lazy = layer->lazy;
	pthread_mutex_lock(&lazy->reading);
	s = atomic_load_explicit(&def->system, memory_order_relaxed);
	if (!s) s = system_compile(lazy->a, read_doc(lazy, def));
	atomic_store_explicit(&def->system, s, memory_order_release);
	pthread_mutex_unlock(&lazy->reading);
	return s;
}

const code_system *system_find(const terms *t, text url)
{
	const terms *layer;
	definition *def = system_definition(t, url, &layer);
	const code_system *s = def ? definition_system(layer, def) : NULL;
	return s && s->content != SYSTEM_ABSENT ? s : NULL;
}

int supplements_find(const terms *t, text url, const code_system **out, int max)
{
	int count = 0;
	for (; t; t = t->below) {
		definition *def = (definition *)(intptr_t)map_get_or(&t->supplements, url, 0);
		for (; def && count < max; def = def->next) out[count++] = definition_system(t, def);
	}
	return count;
}

const doc *term_system_doc(const terms *t, text system)
{
	const terms *layer;
	definition *def = system_definition(t, system, &layer);
	return def ? definition_doc(layer, def) : NULL;
}

const doc *term_set_doc(const terms *t, text value_set)
{
	const terms *layer;
	definition *def = set_definition(t, value_set, &layer);
	return def ? definition_doc(layer, def) : NULL;
}

/* ---- codes ---- */

/* The system and the number of the code's concept in it. */
static term_answer find_code(const terms *t, text system, text code, const code_system **s, uint32_t *i)
{
	*s = system_find(t, system);
	if (!*s) {
		grammar says = grammar_of(system);
		return says && says(code) == TERM_NOT ? TERM_NOT : TERM_UNKNOWN;
	}
	int64_t found = system_code(*s, code);
	if (found < 0) return (*s)->content == SYSTEM_COMPLETE ? TERM_NOT : TERM_UNKNOWN;
	*i = (uint32_t)found;
	return TERM_IS;
}

term_answer term_find(const terms *t, text system, text code, language lang, term_code *out)
{
	const code_system *s;
	uint32_t i;
	term_answer answer = find_code(t, system, code, &s, &i);
	if (answer == TERM_IS) system_term(t, s, i, lang, out);
	return answer;
}

term_answer term_subsumes(const terms *t, text system, text general, text specific)
{
	const code_system *s;
	uint32_t above, below;
	term_answer first = find_code(t, system, general, &s, &above),
		    second = find_code(t, system, specific, &s, &below);
	if (first != TERM_IS || second != TERM_IS) return first == TERM_IS ? second : first;
	return system_subsumes(s, above, below) ? TERM_IS : TERM_NOT;
}

static term_codes next_to(const terms *t, text system, text code, bool up, arena *a)
{
	const code_system *s;
	uint32_t i;
	term_codes out = {0};
	if (find_code(t, system, code, &s, &i) != TERM_IS) return out;
	const concept *c = &s->concepts[i];
	const uint32_t *next = up ? s->parents + c->first_parent : s->children + c->first_child;
	uint32_t count = up ? c->parent_count : c->child_count;
	out.at = ARENA_ARRAY(a, term_code, count);
	for (; out.count < (int)count; out.count++) system_term(t, s, next[out.count], LANGUAGE_EN, &out.at[out.count]);
	return out;
}

term_codes term_parents(const terms *t, text system, text code, arena *a)
{
	return next_to(t, system, code, true, a);
}

term_codes term_children(const terms *t, text system, text code, arena *a)
{
	return next_to(t, system, code, false, a);
}

term_codes term_supplements(const terms *t, text system, text code, arena *a)
{
	const code_system *more[TERM_SUPPLEMENTS_MAX];
	int count = supplements_find(t, text_cut_last(system, '|').head, more, TERM_SUPPLEMENTS_MAX);
	term_codes out = {.at = ARENA_ARRAY(a, term_code, count)};
	for (int i = 0; i < count; i++) {
		int64_t there = system_code(more[i], code);
		if (there >= 0) system_term(t, more[i], (uint32_t)there, LANGUAGE_EN, &out.at[out.count++]);
	}
	return out;
}

/* ---- value sets by URL ---- */

static set_slot *slot_of(set_table *table, text url, uint64_t hash)
{
	for (uint64_t at = hash;; at++) {
		set_slot *slot = atomic_load_explicit(&table->slots[at & table->mask], memory_order_acquire);
		if (!slot || (slot->hash == hash && text_equal(slot->url, url))) return slot;
	}
}

static void put_slot(set_table *table, set_slot *slot)
{
	uint64_t at = slot->hash;
	while (atomic_load_explicit(&table->slots[at & table->mask], memory_order_relaxed)) at++;
	atomic_store_explicit(&table->slots[at & table->mask], slot, memory_order_release);
	table->count++;
}

/* A larger table beside the one readers may still be looking into. */
static set_table *table_of(struct terms_lazy *lazy)
{
	set_table *old = atomic_load_explicit(&lazy->sets, memory_order_relaxed);
	if (old && old->count * 2 < old->mask) return old;
	uint64_t room = old ? (old->mask + 1) * 2 : 64;
	set_table *table = arena_alloc(lazy->sets_a, (int64_t)(sizeof *table + room * sizeof *table->slots), 8);
	table->mask = room - 1;
	for (uint64_t i = 0; old && i <= old->mask; i++) {
		set_slot *slot = atomic_load_explicit(&old->slots[i], memory_order_relaxed);
		if (slot) put_slot(table, slot);
	}
	atomic_store_explicit(&lazy->sets, table, memory_order_release);
	return table;
}

/* Under `compiling`, again for the sets within: compiled once, and remembered under the URL as asked for. */
const term_set *set_make(const terms *t, text url)
{
	struct terms_lazy *lazy = t->lazy;
	uint64_t hash = text_hash(url);
	set_table *table = atomic_load_explicit(&lazy->sets, memory_order_relaxed);
	set_slot *slot = table ? slot_of(table, url, hash) : NULL;
	if (slot) return slot->set;
	term_set *s = set_compile(t, url);
	if (!s && lazy->unknown++ >= TERM_UNKNOWN_MAX) return NULL;
	slot = ARENA_NEW(lazy->sets_a, set_slot);
	*slot = (set_slot){.url = text_copy(lazy->sets_a, url), .hash = hash, .set = s};
	put_slot(table_of(lazy), slot);
	return s;
}

const term_set *term_set_find(const terms *t, text value_set)
{
	struct terms_lazy *lazy = t->lazy;
	set_table *table = atomic_load_explicit(&lazy->sets, memory_order_acquire);
	set_slot *slot = table ? slot_of(table, value_set, text_hash(value_set)) : NULL;
	if (slot) return slot->set;
	pthread_mutex_lock(&lazy->compiling);
	const term_set *s = set_make(t, value_set);
	pthread_mutex_unlock(&lazy->compiling);
	return s;
}

term_answer term_in(const terms *t, text value_set, text system, text code)
{
	const term_set *s = term_set_find(t, value_set);
	return s ? term_set_has(s, system, code) : TERM_UNKNOWN;
}
