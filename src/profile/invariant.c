/* invariant.c: constraints. R4's own are compiled when first needed, numbered, shared by threads; before FHIRPath is asked, a
 * table (shortcuts.def) says of most elements that they surely hold. An expression that gives nothing is met: only what is
 * false is broken (R4, profiling.html: a rule that finds nothing to look at has nothing against it). */
#define LIMEN_OS /* pthread */
#include "profile/internal.h"

#include <pthread.h>
#include <stdatomic.h>

/* When an invariant surely holds, as said by one key of the object. */
typedef enum shortcut_kind { SHORTCUT_NONE, SHORTCUT_ABSENT, SHORTCUT_PRESENT, SHORTCUT_SPECIAL } shortcut_kind;
typedef bool shortcut_test(const doc *d, const step *at);
typedef struct shortcut {
	shortcut_kind kind;
	name_id name;
	shortcut_test *test;
} shortcut;

static bool has_content(const doc *d, const step *at)
{
	uint32_t n = at->node;
	if (step_is_valueless(at)) return d->nodes[at->beside].len > 1;
	if (d->nodes[n].kind != NODE_OBJECT) return d->nodes[n].kind != NODE_NULL;
	return d->nodes[n].len > 1 || (d->nodes[n].len == 1 && d->nodes[n + 1].name != NAME_id);
}

static bool extension_or_value(const doc *d, const step *at)
{
	const node *nodes = d->nodes;
	bool extension = false, value = false;
	for (uint32_t i = at->node + 1; i < nodes[at->node].next; i = nodes[i].next) {
		name_id name = nodes[i].name;
		extension |= name == NAME_extension;
		value |= name != NAME_extension && name != NAME_url && name != NAME_id && name != NAME__url;
	}
	return extension != value;
}

/* The first contained resource, and where they end; both 0 where there are none. */
static uint32_t contained_first(const doc *d, uint32_t resource, uint32_t *end)
{
	uint32_t list = doc_get(d, resource, NAME_contained);
	bool is_list = list != NODE_ABSENT && d->nodes[list].kind == NODE_ARRAY;
	*end = is_list ? d->nodes[list].next : 0;
	return is_list ? list + 1 : 0;
}

static bool leads_well(const doc *d, const step *at)
{
	text reference = doc_get_text(d, at->node, NAME_reference);
	if (!reference.len || reference.at[0] != '#') return true;
	uint32_t end, i = contained_first(d, reference_container(at)->node, &end);
	for (; i < end; i = d->nodes[i].next)
		if (text_equal(doc_get_text(d, i, NAME_id), text_slice(reference, 1, reference.len))) return true;
	return false;
}

static bool is_referred_to(const doc *d, uint32_t resource, text id)
{
	const node *nodes = d->nodes;
	for (uint32_t i = resource + 1; i < nodes[resource].next; i++) {
		if (nodes[i].name != NAME_reference || nodes[i].kind != NODE_STRING) continue;
		text reference = doc_text(d, i);
		if (reference.len == id.len + 1 && reference.at[0] == '#' &&
		    text_equal(text_slice(reference, 1, reference.len), id))
			return true;
	}
	return false;
}

static bool contained_are_referred_to(const doc *d, const step *at)
{
	uint32_t end, i = contained_first(d, at->node, &end);
	for (; i < end; i = d->nodes[i].next)
		if (!is_referred_to(d, at->node, doc_get_text(d, i, NAME_id))) return false;
	return true;
}

static bool contained_contain_none(const doc *d, const step *at)
{
	uint32_t end, i = contained_first(d, at->node, &end);
	for (; i < end; i = d->nodes[i].next)
		if (doc_get(d, i, NAME_contained) != NODE_ABSENT) return false;
	return true;
}

static bool contained_have_no_meta(const doc *d, const step *at)
{
	uint32_t end, i = contained_first(d, at->node, &end);
	for (; i < end; i = d->nodes[i].next)
		if (doc_get(d, i, NAME_meta) != NODE_ABSENT) return false;
	return true;
}

/* Written alike, in the same zone, texts are in order as times are. */
static bool ends_after_start(const doc *d, const step *at)
{
	text start = doc_get_text(d, at->node, NAME_start), end = doc_get_text(d, at->node, NAME_end);
	enum { DATE_BYTES = 10, ZONE_BYTES = 6 };
	if (!start.len || start.len != end.len || text_compare(start, end) > 0) return false;
	bool zulu = start.at[start.len - 1] == 'Z' && end.at[end.len - 1] == 'Z';
	return start.len <= DATE_BYTES || zulu ||
	       text_equal(text_slice(start, start.len - ZONE_BYTES, start.len),
			  text_slice(end, end.len - ZONE_BYTES, end.len));
}

static bool no_version(const doc *d, const step *at)
{
	return text_find(doc_get_text(d, at->node, NAME_fullUrl), TEXT("/_history/")) < 0;
}

static bool has_narrative(const doc *d, const step *at)
{
	uint32_t text = doc_get(d, at->node, NAME_text);
	return text != NODE_ABSENT && doc_get(d, text, NAME_div) != NODE_ABSENT;
}

static bool entries_differ(const doc *d, const step *at);

/* Two of one key: it holds where either says so. */
enum { SHORTCUTS_OF_ONE = 2 };
typedef struct invariant_state {
	invariant what;
	_Atomic(const path *) path;
	atomic_bool failed; /* it does not compile */
	shortcut shortcuts[SHORTCUTS_OF_ONE];
} invariant_state;

static struct {
	pthread_once_t once;
	pthread_mutex_t lock;
	arena *arena;
	invariant_state *at; /* by number */
} invariants = {.once = PTHREAD_ONCE_INIT, .lock = PTHREAD_MUTEX_INITIALIZER};

static const struct {
	const char *key;
	shortcut shortcut;
} shortcuts[] = {
#define ABSENT(key, element) {key, {.kind = SHORTCUT_ABSENT, .name = NAME_##element}},
#define PRESENT(key, element) {key, {.kind = SHORTCUT_PRESENT, .name = NAME_##element}},
#define SPECIAL(key, function) {key, {.kind = SHORTCUT_SPECIAL, .test = (function)}},
#include "profile/shortcuts.def"
#undef ABSENT
#undef PRESENT
#undef SPECIAL
};

static void add_shortcuts(invariant_state *s)
{
	int n = 0;
	for (size_t i = 0; i < sizeof shortcuts / sizeof *shortcuts; i++) {
		if (!text_equal(text_of(shortcuts[i].key), s->what.key)) continue;
		assert(n < SHORTCUTS_OF_ONE);
		s->shortcuts[n++] = shortcuts[i].shortcut;
	}
}

/* An invariant whose FHIRPath cannot be what is meant: que-7's answer is FHIR's boolean, which `is Boolean` (System's) never
 * is; its XPath asks for answerBoolean. */
static void correct(invariant *x)
{
	if (text_equal(x->key, TEXT("que-7"))) x->expression = TEXT("operator = 'exists' implies (answer is boolean)");
}

static void read_invariants(void)
{
	invariants.arena = arena_new(PROCESS_ARENA_MAX);
	invariants.at = ARENA_ARRAY(invariants.arena, invariant_state, invariant_count() + 1);
	for (int i = 1; i <= invariant_count(); i++) {
		invariant_at(i, &invariants.at[i].what);
		correct(&invariants.at[i].what);
		add_shortcuts(&invariants.at[i]);
	}
}

static invariant_state *state_of(int number)
{
	pthread_once(&invariants.once, read_invariants);
	assert(number > 0 && number <= invariant_count());
	return &invariants.at[number];
}

/* The type an expression starts from: of an invariant on an element of several types it is open. */
static type_id context_of(const invariant *x)
{
	element_info e;
	if (x->element == NAME_NONE) return x->type;
	if (!element_find_path(x->type, x->element, &e)) return 0;
	return e.type_count == 1 ? e.types[0] : 0;
}

const path *invariant_path(int number, issues *sink)
{
	invariant_state *s = state_of(number);
	const path *p = atomic_load_explicit(&s->path, memory_order_acquire);
	if (p || (atomic_load(&s->failed) && !sink)) return p;
	pthread_mutex_lock(&invariants.lock);
	issues own = {.arena = invariants.arena};
	p = atomic_load(&s->path);
	if (!p) p = path_compile(invariants.arena, s->what.expression, context_of(&s->what), NULL, sink ? sink : &own);
	if (!p) atomic_store(&s->failed, true);
	atomic_store_explicit(&s->path, p, memory_order_release);
	pthread_mutex_unlock(&invariants.lock);
	return p;
}

static bool shortcut_says(const shortcut *s, const doc *d, const step *at)
{
	switch (s->kind) {
	case SHORTCUT_NONE:
		return false;
	case SHORTCUT_ABSENT:
		return doc_get(d, at->node, s->name) == NODE_ABSENT &&
		       doc_get(d, at->node, name_companion(s->name)) == NODE_ABSENT;
	case SHORTCUT_PRESENT:
		return doc_get(d, at->node, s->name) != NODE_ABSENT;
	case SHORTCUT_SPECIAL:
		return s->test(d, at);
	}
	return false;
}

/* 1: it holds; 0: it does not; -1: FHIRPath could not say. */
static int path_answer(validator *v, const path *p, const step *at)
{
	arena_mark mark = arena_here(v->arena);
	int lasting = v->lasting;
	issues sink = {.arena = v->arena, .keep = 1};
	path_items out;
	bool ran = path_run(p, v->d, at->node, &v->outside, v->arena, &sink, &out);
	int answer = !ran ? -1 : !out.count || out.at[0].kind != PATH_BOOLEAN ? 1 : out.at[0].boolean;
	if (ran && out.count == 1 && out.at[0].kind == PATH_NODE) {
		node_kind k = (node_kind)out.at[0].d->nodes[out.at[0].node].kind;
		answer = k != NODE_FALSE;
	}
	if (!v->keeps_scratch && lasting == v->lasting) arena_rewind(v->arena, mark);
	return answer;
}

/* The Danish sentence of a key, or of a key of one type or profile where several have it; else the English one. */
static text danish_of(text key, text type, text english)
{
	static const struct {
		const char *type, *key, *da;
	} rows[] = {
#define SENTENCE(type, key, da) {type, key, da},
#include "profile/sentences.def"
#undef SENTENCE
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!text_equal(text_of(rows[i].key), key)) continue;
		if (!rows[i].type[0] || text_equal(text_of(rows[i].type), type)) return text_of(rows[i].da);
	}
	return english;
}

static void tell(validator *v, const step *at, bool is_error, text danish, text key, text human)
{
	if (!human.len) human = key;
	find(v, at, is_error ? SEVERITY_ERROR : SEVERITY_WARNING, FAIL_RULE_BROKEN, danish.len ? danish : human, human,
	     key);
}

/* Keys are a profile's own: another's may have the same for something else. */
static text danish_of_profile(const constraint *x)
{
	bool known = text_starts(x->source, TEXT("http://hl7.org/fhir/")) ||
		     text_starts(x->source, TEXT("http://hl7.dk/fhir/core/"));
	return known ? danish_of(x->key, text_cut_last(x->source, '/').tail, x->human) : x->human;
}

static int invariant_answer(validator *v, int number, const step *at)
{
	const path *p = invariant_path(number, NULL);
	assert(p); /* tests/profile/validate.c compiles them all */
	return path_answer(v, p, at);
}

/* Where a shortcut says yes and FHIRPath no, the test hears of it. */
static bool surely(validator *v, const invariant_state *s, int number, const step *at)
{
	if (!shortcut_says(&s->shortcuts[0], v->d, at) && !shortcut_says(&s->shortcuts[1], v->d, at)) return false;
	if (v->doubting) v->doubts += invariant_answer(v, number, at) == 0;
	return true;
}

/* "Contained resources do not have narrative" (R4, DomainResource.text): what is only good practice, dom-6, is not asked of them. */
static bool is_contained(const step *at)
{
	return at->element && at->element->name == NAME_contained;
}

void validate_invariants(validator *v, const step *at, const uint16_t *numbers, int count)
{
	const invariant_state *last = NULL;
	int answer = 0;
	for (int i = 0; i < count; i++) {
		const invariant_state *s = state_of(numbers[i]);
		if (!s->what.is_error && !v->how->warnings) continue;
		if (s->what.is_best_practice && is_contained(at)) continue;
		if (surely(v, s, numbers[i], at)) continue;
		/* txt-1 and txt-2 are one expression: the whole narrative is read once. */
		bool again = last && text_equal(last->what.expression, s->what.expression);
		if (!again) answer = invariant_answer(v, numbers[i], at);
		last = s;
		if (answer == 0)
			tell(v, at, s->what.is_error, danish_of(s->what.key, type_name(s->what.type), s->what.human),
			     s->what.key, s->what.human);
		if (answer < 0 && v->how->warnings)
			find(v, at, SEVERITY_WARNING, FAIL_RULE_UNDECIDED, s->what.key, s->what.human, TEXT(""));
	}
}

void validate_constraint(validator *v, const step *at, const constraint *x)
{
	if (x->warns && (!v->how->warnings || v->muted)) return;
	int answer = x->path ? path_answer(v, x->path, at) : -1;
	if (answer == 0) tell(v, at, !x->warns, danish_of_profile(x), x->key, x->human);
	if (answer < 0 && v->how->warnings && !v->muted)
		find(v, at, SEVERITY_WARNING, FAIL_RULE_UNDECIDED, x->key, x->human, TEXT(""));
}

/* bdl-7: FHIRPath compares each with each. */
static bool entries_differ(const doc *d, const step *at)
{
	uint32_t list = doc_get(d, at->node, NAME_entry);
	const node *nodes = d->nodes;
	if (list == NODE_ABSENT || nodes[list].kind != NODE_ARRAY || nodes[list].len == 0) return true;
	arena *a = arena_new(REQUEST_ARENA_MAX);
	map seen = {.arena = a};
	bool differ = true;
	for (uint32_t i = list + 1; i < nodes[list].next && differ; i = nodes[i].next) {
		text url = doc_get_text(d, i, NAME_fullUrl);
		uint32_t resource = doc_get(d, i, NAME_resource);
		uint32_t meta = resource == NODE_ABSENT ? NODE_ABSENT : doc_get(d, resource, NAME_meta);
		text version = meta == NODE_ABSENT ? (text){0} : doc_get_text(d, meta, NAME_versionId);
		if (!url.len) continue;
		text key = text_format(a, "%.*s %.*s", TEXT_ARG(url), TEXT_ARG(version));
		differ = map_get_or(&seen, key, 0) == 0;
		map_put(&seen, key, 1);
	}
	arena_free(a);
	return differ;
}
