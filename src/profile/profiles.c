/* profiles.c: which profiles there are. A layer has the definitions added to it and looks below for the rest; R4's own types
 * need none. What is found is compiled then, once, under the layer's lock. */
#define LIMEN_OS /* pthread */
#include "profile/internal.h"
#include "profile/library.h"

#include <pthread.h>
#include <stdatomic.h>

typedef enum known_state { KNOWN_READ, KNOWN_COMPILING, KNOWN_READY } known_state;
typedef struct known {
	const doc *d; /* NULL: in the library, not parsed yet */
	profile profile;
	_Atomic known_state state;
} known;

struct profiles {
	arena *arena;
	const profiles *below;
	map by_url;     /* to the address of its `known` */
	known *library; /* R4's own, by library number; else NULL */
	pthread_mutex_t lock;
	int compiling; /* guarded by it: how many under way are based on each other */
	terms *terms;  /* of R4's own: NULL */
};

/* R4's types as profiles that say nothing more */

static struct {
	pthread_once_t once;
	arena *arena;
	profile *of_type;
} base = {.once = PTHREAD_ONCE_INIT};

static const char BASE_URL[] = "http://hl7.org/fhir/StructureDefinition/";

static void make_base(void)
{
	arena *a = base.arena = arena_new(PROCESS_ARENA_MAX);
	base.of_type = ARENA_ARRAY(a, profile, type_count() + 1);
	for (int t = 1; t <= type_count(); t++) {
		type_id type = (type_id)t;
		rule *root = ARENA_NEW(a, rule);
		*root = (rule){.type = type, .min = COUNT_UNSAID, .max = COUNT_UNSAID};
		base.of_type[t] =
		    (profile){.url = text_join(a, TEXT("http://hl7.org/fhir/StructureDefinition/"), type_name(type)),
			      .title = type_name(type),
			      .type = type,
			      .root = root,
			      .is_base = true};
	}
}

static const profile *base_find(text url)
{
	text prefix = {BASE_URL, (int64_t)sizeof BASE_URL - 1};
	if (!text_starts(url, prefix)) return NULL;
	type_id type = type_find(text_slice(url, prefix.len, url.len));
	if (!type || type_kind_of(type) == TYPE_BACKBONE) return NULL;
	pthread_once(&base.once, make_base);
	return &base.of_type[type];
}

/* Layers */

static void layer_init(profiles *p, arena *a, const profiles *below)
{
	pthread_mutexattr_t attributes;
	*p = (profiles){.arena = a, .below = below, .by_url = {.arena = a}};
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes,
				  PTHREAD_MUTEX_RECURSIVE); /* a base profile is found while its own is compiled */
	pthread_mutex_init(&p->lock, &attributes);
	pthread_mutexattr_destroy(&attributes);
}

static known *known_add(profiles *p, const doc *d, text url)
{
	known *k = ARENA_NEW(p->arena, known);
	k->d = d;
	k->profile.url = url;
	map_put(&p->by_url, url, (int64_t)(intptr_t)k);
	return k;
}

static const doc *library_doc(arena *a, text url)
{
	library_entry entry;
	issues sink = {.arena = a};
	doc *d = ARENA_NEW(a, doc);
	bool there = library_find(url, &entry);
	bool parsed = there && json_parse(a, entry.source, TEXT("library"), &sink, d);
	assert(parsed); /* it was written by tools/library.mjs */
	return d;
}

/* Under the lock of the layer. A profile based on itself finds itself unfinished, which is refused as a base. */
static void compile(const profiles *p, known *k)
{
	atomic_store(&k->state, KNOWN_COMPILING);
	if (!k->d) k->d = library_doc(p->arena, k->profile.url);
	profile_compile(p, p->arena, k->d, &k->profile);
	atomic_store_explicit(&k->state, KNOWN_READY, memory_order_release);
}

static const profile *known_profile(const profiles *p, known *k)
{
	if (atomic_load_explicit(&k->state, memory_order_acquire) == KNOWN_READY) return &k->profile;
	profiles *own = (profiles *)(uintptr_t)p; /* what is made at first use is guarded by its lock */
	pthread_mutex_t *lock = &own->lock;
	pthread_mutex_lock(lock);
	if (atomic_load(&k->state) == KNOWN_READ && own->compiling < PROFILE_DEPTH_MAX) {
		own->compiling++;
		compile(p, k);
		own->compiling--;
	}
	pthread_mutex_unlock(lock);
	return &k->profile;
}

static const profile *library_profile(const profiles *p, text url)
{
	library_entry entry;
	if (!library_find(url, &entry) || entry.kind != LIBRARY_STRUCTURE) return NULL;
	return known_profile(p, &p->library[entry.number]);
}

const profile *profile_find(const profiles *p, text url)
{
	int64_t at;
	url = text_cut(url, '|').head;
	const profile *found = base_find(url);
	if (found) return found;
	for (; p->below; p = p->below)
		if (map_get(&p->by_url, url, &at)) return known_profile(p, (known *)(intptr_t)at);
	return library_profile(p, url);
}

static struct {
	pthread_once_t once;
	profiles layer;
} r4 = {.once = PTHREAD_ONCE_INIT};

static void open_r4(void)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	library_entry entry;
	layer_init(&r4.layer, a, NULL);
	r4.layer.library = ARENA_ARRAY(a, known, library_size());
	for (int i = 0; i < library_count(LIBRARY_STRUCTURE); i++) {
		int number = library_first(LIBRARY_STRUCTURE) + i;
		library_at(number, &entry);
		r4.layer.library[number].profile.url = entry.url;
	}
}

const profiles *profiles_r4(void)
{
	pthread_once(&r4.once, open_r4);
	return &r4.layer;
}

const terms *profiles_terms(const profiles *p)
{
	while (p->below && !p->terms) p = p->below;
	return p->terms ? p->terms : terms_r4();
}

bool profile_known(const profiles *p, text url)
{
	return profile_find(p, url) != NULL;
}

bool profiles_lie_in(const profiles *p, const arena *a)
{
	while (p && p->arena != a) p = p->below;
	return p != NULL;
}

profiles *profiles_open(arena *a, const profiles *below)
{
	profiles *p = ARENA_NEW(a, profiles);
	layer_init(p, a, below ? below : profiles_r4());
	return p;
}

static bool is_of_terms(text type)
{
	return text_equal(type, TEXT("CodeSystem")) || text_equal(type, TEXT("ValueSet"));
}

bool profiles_add(profiles *p, const doc *d, issues *sink)
{
	text type = doc_type(d), url = doc_get_text(d, 0, NAME_url);
	if (is_of_terms(type)) {
		if (!p->terms) p->terms = terms_open(p->arena, profiles_terms(p->below));
		return terms_add(p->terms, d, sink);
	}
	if (!text_equal(type, TEXT("StructureDefinition"))) return true;
	if (!url.len) return issue_at(sink, FAIL_PROFILE_URL, (place){.path = type}, type, TEXT(""), TEXT(""));
	known_add(p, d, url);
	return true;
}
