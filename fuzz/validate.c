/* Any bytes as a resource that is validated; before a record separator (0x1e), which no JSON has, as a StructureDefinition,
 * ValueSet or CodeSystem that is taken in first and then used. No crash, no endless run; what is structurally wrong is wrong to the
 * full validation as well; asked twice it says the same; and every place leads back into the text. */
#include "profile/profile.h"

#include <setjmp.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t n, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n, size_t most, unsigned seed);

enum { SEPARATOR = 0x1e };

static const char patient[] = "{\"resourceType\":\"Patient\",\"id\":\"p\",\"contained\":[{\"resourceType\":"
			      "\"Organization\",\"id\":\"o\",\"name\":\"W\"}],"
			      "\"identifier\":[{\"system\":\"urn:oid:1.2.208.176.1.2\",\"value\":\"7112740000\"},{"
			      "\"use\":\"old\",\"value\":\"x\"}],"
			      "\"extension\":[{\"url\":\"http://x/"
			      "e\",\"valueCode\":\"a\"}],\"name\":[{\"use\":\"official\",\"family\":\"Holm\"}],"
			      "\"gender\":\"female\",\"birthDate\":\"1974-12-25\",\"deceasedBoolean\":false,"
			      "\"managingOrganization\":{\"reference\":\"#o\"}}";

typedef struct tried {
	arena *arena;
	profiles *profiles;
	text url; /* of the profile given; empty: none */
} tried;

static int validated(const tried *t, const doc *d, issues *sink)
{
	const validation how = {.profiles = t->profiles,
				.against = &t->url,
				.against_count = t->url.len > 0,
				.claimed = true,
				.warnings = true,
				.outside.now = SECONDS(1772443800)};
	bool good = resource_validate(&how, d, t->arena, sink);
	assert(good == (sink->errors == 0));
	return sink->count;
}

static void hold(const tried *t, const doc *d)
{
	issues plain = {.arena = t->arena}, full = plain, again = plain;
	bool structure = resource_check(d, &plain);
	int found = validated(t, d, &full);
	assert(structure || full.errors > 0);
	int second = validated(t, d, &again);
	assert(found == second);
	for (const issue *i = full.first; i; i = i->next) {
		place p = {0};
		json_cursor c = {0};
		json_locate(&c, d, json_offset(d, i->place.path), &p);
		issue_line(t->arena, i, LANGUAGE_DA);
	}
}

static void try_resource(tried *t, text json)
{
	doc d;
	issues sink = {.arena = t->arena};
	if (!json_parse_resource(t->arena, json, TEXT(""), &sink, &d)) return;
	hold(t, &d);
}

static void try_definition(tried *t, text json)
{
	doc *d = ARENA_NEW(t->arena, doc); /* the profiles point into it */
	issues sink = {.arena = t->arena};
	if (!json_parse_resource(t->arena, json, TEXT(""), &sink, d)) return;
	bool added = profiles_add(t->profiles, d, &sink);
	assert(added == (sink.errors == 0));
	text url = doc_get_text(d, 0, NAME_url);
	if (added && profile_known(t->profiles, url)) t->url = url;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static arena *a;
	jmp_buf spent;
	if (!a) a = arena_new(256 * MIB);
	arena_reset(a);
	arena_boundary(a, &spent);
	if (setjmp(spent) == 0) {
		tried t = {.arena = a, .profiles = profiles_open(a, NULL)};
		text_pair halves = text_cut((text){(const char *)bytes, (int64_t)n}, SEPARATOR);
		try_definition(&t, halves.head);
		try_resource(&t, halves.found ? halves.tail : halves.head);
		if (t.url.len) try_resource(&t, TEXT(patient));
	}
	arena_boundary(a, NULL);
	return 0;
}

/* ---- mutation that mostly stays JSON: a part dropped, doubled, or put in another's place; now and then bytes ---- */

typedef struct change {
	enum { CHANGE_DROP, CHANGE_DOUBLE, CHANGE_SWAP } kind;
	uint32_t at, from;
} change;

static void write_changed(buffer *b, const doc *d, uint32_t n, const change *k)
{
	const node *x = &d->nodes[n];
	bool swapped = k->kind == CHANGE_SWAP && k->at == n;
	if (swapped || x->kind < NODE_ARRAY) {
		json_write(b, d, swapped ? k->from : n, JSON_COMPACT);
		return;
	}
	bool first = true, object = x->kind == NODE_OBJECT;
	buffer_char(b, object ? '{' : '[');
	for (uint32_t i = n + 1; i < x->next; i = d->nodes[i].next) {
		if (k->kind == CHANGE_DROP && k->at == i) continue;
		int times = k->kind == CHANGE_DOUBLE && k->at == i && !object ? 2 : 1;
		for (; times > 0; times--, first = false) {
			if (!first) buffer_char(b, ',');
			if (object) json_write_string(b, name_text(d, d->nodes[i].name));
			if (object) buffer_char(b, ':');
			write_changed(b, d, i, k);
		}
	}
	buffer_char(b, object ? '}' : ']');
}

static text changed(arena *a, text json, random_state *r)
{
	doc d;
	issues sink = {.arena = a};
	buffer b = {.arena = a};
	if (!json_parse(a, json, TEXT(""), &sink, &d) || d.count < 2) return json;
	const change k = {.kind = (int)random_below(r, 3),
			  .at = (uint32_t)random_between(r, 1, d.count - 1),
			  .from = (uint32_t)random_between(r, 1, d.count - 1)};
	write_changed(&b, &d, 0, &k);
	return buffer_text(&b);
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n, size_t most, unsigned seed)
{
	static arena *a;
	if (!a) a = arena_new(256 * MIB);
	arena_reset(a);
	random_state r = random_seed(seed);
	if (n < 2 || random_below(&r, 3) == 0) return LLVMFuzzerMutate(bytes, n, most);
	text_pair halves = text_cut((text){(const char *)bytes, (int64_t)n}, SEPARATOR);
	bool head = !halves.found || random_below(&r, 2);
	buffer b = {.arena = a};
	buffer_add(&b, head ? changed(a, halves.head, &r) : halves.head);
	if (halves.found) buffer_char(&b, SEPARATOR);
	if (halves.found) buffer_add(&b, head ? halves.tail : changed(a, halves.tail, &r));
	if (b.len > (int64_t)most) return LLVMFuzzerMutate(bytes, n, most);
	memcpy(bytes, b.at, (size_t)b.len);
	return (size_t)b.len;
}
