/* Search against an oracle: random queries over the official examples, answered by the record and by a naive walk. And a property:
 * searched for by a value taken from it, a resource is found, by each of its parameters. LIMEN_SEED, LIMEN_QUERIES: which, how many. */
#define LIMEN_OS /* reads LIMEN_EXAMPLES, LIMEN_SEED */
#include "oracle.h"

#include <unistd.h>

enum { FILE_MAX = 100 * 1024, GROUP = 100 };

typedef struct world_of {
	oracle oracle;
	record *record;
	random_state random;
	char *query; /* at hand, for messages */
} world_of;

/* ---- the examples, in both ---- */

static void write_group(world_of *w, const doc *const *docs, int count)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	write_op *ops = ARENA_ARRAY(a, write_op, count);
	written *done = ARENA_ARRAY(a, written, count);
	issues sink = {.arena = a};
	for (int i = 0; i < count; i++)
		ops[i] = (write_op){.method = WRITE_UPDATE,
				    .resource = docs[i],
				    .type = doc_type(docs[i]),
				    .id = doc_get_text(docs[i], 0, NAME_id)};
	bool all = record_commit(w->record, &anna, ops, count, a, &sink, done);
	for (int i = 0; i < count; i++) {
		issues unheard = {.arena = a};
		if (all || record_commit(w->record, &anna, &ops[i], 1, a, &unheard, done))
			oracle_add(&w->oracle, docs[i]);
	}
	arena_free(a);
}

static bool wanted(const doc *d)
{
	static const char *const left_out[] = {"StructureDefinition", "SearchParameter", "OperationDefinition",
					       "CodeSystem",          "ValueSet",        "ConceptMap"};
	for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
		if (text_equal(doc_type(d), text_of(left_out[i]))) return false;
	return doc_get_text(d, 0, NAME_id).len > 0;
}

static void fill(world_of *w, const char *folder)
{
	char **files;
	const doc *group[GROUP];
	int n = list_files(w->oracle.kept, folder, ".json", &files), count = 0;
	for (int i = 0; i < n; i++) {
		issues sink = {.arena = w->oracle.kept};
		doc *d = ARENA_NEW(w->oracle.kept, doc);
		text json = read_file(w->oracle.kept, files[i]);
		if (json.len > FILE_MAX || !json_parse_resource(w->oracle.kept, json, TEXT(""), &sink, d) || !wanted(d))
			continue;
		group[count++] = d;
		if (count < GROUP) continue;
		write_group(w, group, count);
		count = 0;
	}
	write_group(w, group, count);
}

static const char *examples(void)
{
	const char *set = getenv("LIMEN_EXAMPLES"), *path = set ? set : "tools/node_modules/hl7.fhir.r4.examples";
	return access(path, R_OK) == 0 ? path : NULL;
}

static int64_t number_of(const char *variable, int64_t otherwise)
{
	int64_t n;
	const char *set = getenv(variable);
	return set && text_to_int(text_of(set), &n) ? n : otherwise;
}

static void world_open(world_of *w)
{
	*w = (world_of){.record = open_record(test_arena())};
	w->oracle.arena = w->oracle.kept = test_arena();
}

/* ---- values as a query says them ---- */

static bool sayable(text t)
{
	for (int64_t i = 0; i < t.len; i++)
		if (strchr(",|$\\:", t.at[i]) || (unsigned char)t.at[i] < ' ') return false;
	return t.len > 0;
}

static bool coin(world_of *w, int of)
{
	return random_below(&w->random, of) == 0;
}

static text some_prefix(world_of *w)
{
	static const char *const all[] = {"", "", "", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"};
	return text_of(all[random_below(&w->random, 11)]);
}

static text part_of_text(world_of *w, text t, bool anywhere)
{
	int64_t from = anywhere ? random_below(&w->random, t.len) : 0,
		to = from + 1 + random_below(&w->random, t.len - from);
	while (from > 0 && ((unsigned char)t.at[from] & 0xC0) == 0x80) from--;
	while (to < t.len && ((unsigned char)t.at[to] & 0xC0) == 0x80) to++;
	return text_slice(t, from, to);
}

static text ask_span(world_of *w, arena *a, const said *v)
{
	instant at = v->low != INT64_MIN && (v->high == INT64_MAX || coin(w, 2)) ? v->low : v->high;
	if (at == INT64_MAX || at == INT64_MIN) return (text){0};
	text whole = coin(w, 3) ? instant_iso(a, at) : day_iso(a, day_of_instant(at));
	if (coin(w, 4)) whole = text_slice(whole, 0, coin(w, 2) ? 4 : 7);
	return text_join(a, some_prefix(w), whole);
}

static text ask_size(world_of *w, arena *a, const said *v, search_kind kind)
{
	decimal d = v->has_least ? v->least : v->most;
	text number = text_join(a, some_prefix(w), decimal_text(a, d));
	if (kind != SEARCH_QUANTITY || coin(w, 3) || !sayable(v->unit)) return number;
	text system = coin(w, 2) ? v->system : (text){0};
	return text_format(a, "%.*s|%.*s|%.*s", TEXT_ARG(number), TEXT_ARG(system), TEXT_ARG(v->unit));
}

static text ask_token(world_of *w, arena *a, const said *v)
{
	if (v->code.len && !sayable(v->code)) return (text){0};
	if (v->bare || (v->code.len && coin(w, 2))) return v->code;
	if (!v->code.len && !v->system.len) return (text){0};
	bool only_system = v->system.len && coin(w, 8);
	return text_format(a, "%.*s|%.*s", TEXT_ARG(v->system), only_system ? 0 : (int)v->code.len, v->code.at);
}

/* The value, and a modifier where one fits. Empty: this one cannot be said. */
static text ask(world_of *w, arena *a, const said *v, search_kind kind, text *modifier)
{
	*modifier = (text){0};
	switch (v->kind) {
	case SAID_ELSE:
		break;
	case SAID_TOKEN:
		if (coin(w, 6)) *modifier = TEXT("not");
		return ask_token(w, a, v);
	case SAID_TEXT:
		if (!sayable(v->plain)) return (text){0};
		if (coin(w, 4)) *modifier = TEXT("exact");
		if (modifier->len) return v->plain;
		if (coin(w, 3)) *modifier = TEXT("contains");
		return part_of_text(w, v->plain, modifier->len > 0);
	case SAID_SPAN:
		return ask_span(w, a, v);
	case SAID_SIZE:
		return ask_size(w, a, v, kind);
	case SAID_REFERENCE:
		if (!v->type.len) return text_find(v->id, TEXT(",")) < 0 ? v->id : (text){0};
		return coin(w, 4) ? v->id : text_format(a, "%.*s/%.*s", TEXT_ARG(v->type), TEXT_ARG(v->id));
	case SAID_URI:
		if (text_find(v->plain, TEXT(",")) >= 0) return (text){0};
		if (coin(w, 3)) *modifier = TEXT("below");
		return modifier->len ? part_of_text(w, v->plain, false) : v->plain;
	}
	return (text){0};
}

/* ---- many alike: few codes and many resources of each, so that no clause is narrow ---- */

static const doc *made(world_of *w, const char *type, int number, text more)
{
	arena *a = w->oracle.kept;
	return resource(a, type, text_z(a, text_format(a, "%c%d", type[0], number)), text_z(a, more));
}

static const doc *made_observation(world_of *w, int number)
{
	random_state *r = &w->random;
	static const char *const codes[] = {"weight", "height", "pulse", "weight"};
	static const char *const units[] = {"kg", "g", "cm", "m"};
	text value =
	    coin(w, 9)
		? TEXT("")
		: text_format(w->oracle.kept,
			      ",'valueQuantity':{'value':%d.%d,'system':'http://unitsofmeasure.org','code':'%s'}",
			      (int)random_below(r, 300), (int)random_below(r, 10), units[random_below(r, 4)]);
	text when = coin(w, 7) ? TEXT("")
			       : text_format(w->oracle.kept, ",'effectiveDateTime':'2026-%02d-%02d'",
					     1 + (int)random_below(r, 12), 1 + (int)random_below(r, 28));
	return made(
	    w, "Observation", number,
	    text_format(w->oracle.kept,
			"'status':'%s','code':{'coding':[{'system':'urn:code','code':'%s'}]},'subject':{'reference':'"
			"Patient/P%d'},'encounter':{'reference':'Encounter/E%d'}%.*s%.*s",
			coin(w, 20) ? "amended" : "final", codes[random_below(r, 4)], (int)random_below(r, 60),
			(int)random_below(r, 300), TEXT_ARG(value), TEXT_ARG(when)));
}

static const doc *made_encounter(world_of *w, int number)
{
	random_state *r = &w->random;
	int month = 1 + (int)random_below(r, 12);
	text end = coin(w, 3) ? TEXT("") : text_format(w->oracle.kept, ",'end':'2026-%02d-28'", month);
	return made(
	    w, "Encounter", number,
	    text_format(
		w->oracle.kept,
		"'status':'%s','class':{'system':'urn:class','code':'%s'},'subject':{'reference':'Patient/P%d'},"
		"'period':{'start':'2026-%02d-01'%.*s}",
		coin(w, 2) ? "finished" : "in-progress", coin(w, 2) ? "AMB" : "IMP", (int)random_below(r, 60), month,
		TEXT_ARG(end)));
}

static void fill_alike(world_of *w)
{
	static const char *const families[] = {"Aaberg", "Møller", "Ærø", "Zander", "Østergaard"};
	const doc *group[GROUP];
	for (int i = 0; i < 3000; i++) {
		int n = i % GROUP;
		if (i < 60)
			group[n] = made(w, "Patient", i,
					text_format(w->oracle.kept,
						    "'name':[{'family':'%s'}],'gender':'%s','birthDate':'19%d'",
						    families[i % 5], i % 3 ? "male" : "female", 50 + i % 40));
		else if (i < 360)
			group[n] = made_encounter(w, i - 60);
		else
			group[n] = made_observation(w, i);
		if (n == GROUP - 1) write_group(w, group, GROUP);
	}
}

/* ---- a clause about resources of a type ---- */

static const known_resource *any_of_type(world_of *w, text type)
{
	int start = (int)random_below(&w->random, w->oracle.count);
	for (int i = 0; i < w->oracle.count; i++) {
		const known_resource *r = &w->oracle.at[(start + i) % w->oracle.count];
		if (text_equal(r->type, type)) return r;
	}
	return NULL;
}

static bool clause_about(world_of *w, arena *a, text type, int depth, search_pair *out);

static bool chained(world_of *w, arena *a, text param, const said *to, int depth, search_pair *out)
{
	search_pair inner;
	if (depth > 2 || !to->type.len || !any_of_type(w, to->type) || !clause_about(w, a, to->type, depth + 1, &inner))
		return false;
	out->name = text_format(a, "%.*s:%.*s.%.*s", TEXT_ARG(param), TEXT_ARG(to->type), TEXT_ARG(inner.name));
	out->value = inner.value;
	return true;
}

static bool had(world_of *w, arena *a, text type, int depth, search_pair *out)
{
	for (int tries = 0; depth < 2 && tries < 40; tries++) {
		const known_resource *r = &w->oracle.at[random_below(&w->random, w->oracle.count)];
		int count = search_count_of(type_find(r->type));
		search_definition p;
		said_list refs = {0};
		search_pair inner;
		search_at(type_find(r->type), (int)random_below(&w->random, count), &p);
		if (p.kind != SEARCH_REFERENCE || !oracle_says(&w->oracle, r, p.code, &refs)) continue;
		bool leads = false;
		for (int i = 0; i < refs.count; i++) leads = leads || text_equal(refs.at[i].type, type);
		if (!leads || !clause_about(w, a, r->type, depth + 1, &inner)) continue;
		out->name =
		    text_format(a, "_has:%.*s:%.*s:%.*s", TEXT_ARG(r->type), TEXT_ARG(p.code), TEXT_ARG(inner.name));
		out->value = inner.value;
		return true;
	}
	return false;
}

/* Values of parts, mostly out of the same item. */
static bool composed(world_of *w, arena *a, const known_resource *r, const search_definition *p, search_pair *out)
{
	path_items items;
	buffer b = {.arena = a};
	if (!oracle_items(&w->oracle, r, p, &items) || items.count == 0) return false;
	const path_item *item = &items.at[random_below(&w->random, items.count)];
	for (int c = 0; c < p->component_count; c++) {
		search_component part;
		said_list list = {0};
		text modifier;
		search_component_at(p, c, &part);
		if (coin(w, 4)) item = &items.at[random_below(&w->random, items.count)];
		oracle_part(&w->oracle, r, item, &part, &list);
		if (list.count == 0) return false;
		text value = ask(w, a, &list.at[random_below(&w->random, list.count)], part.kind, &modifier);
		if (modifier.len || text_trim(value).len == 0) return false;
		if (c) buffer_char(&b, '$');
		buffer_add(&b, value);
	}
	*out = (search_pair){p->code, buffer_text(&b)};
	return true;
}

static bool plain(world_of *w, arena *a, text type, int depth, search_pair *out)
{
	const known_resource *r = any_of_type(w, type);
	search_definition p;
	said_list list = {0};
	text modifier;
	search_at(type_find(type), (int)random_below(&w->random, search_count_of(type_find(type))), &p);
	if (r && p.kind == SEARCH_COMPOSITE) return composed(w, a, r, &p, out);
	if (p.code.at[0] == '_' || !r || !oracle_says(&w->oracle, r, p.code, &list)) return false;
	if (coin(w, 12)) {
		out->name = text_join(a, p.code, TEXT(":missing"));
		out->value = coin(w, 2) ? TEXT("true") : TEXT("false");
		return true;
	}
	if (list.count == 0) return false;
	const said *v = &list.at[random_below(&w->random, list.count)];
	if (v->kind == SAID_REFERENCE && coin(w, 2) && chained(w, a, p.code, v, depth, out)) return true;
	out->value = ask(w, a, v, p.kind, &modifier);
	out->name = modifier.len ? text_format(a, "%.*s:%.*s", TEXT_ARG(p.code), TEXT_ARG(modifier)) : p.code;
	return text_trim(out->value).len > 0;
}

static bool clause_about(world_of *w, arena *a, text type, int depth, search_pair *out)
{
	for (int tries = 0; tries < 60; tries++) {
		if (coin(w, 12) && had(w, a, type, depth, out)) return true;
		if (plain(w, a, type, depth, out)) return true;
	}
	return false;
}

/* ---- both answers ---- */

static int by_text(const void *x, const void *y)
{
	return text_compare(*(const text *)x, *(const text *)y);
}

static text joined(arena *a, text *ids, int count)
{
	buffer b = {.arena = a};
	if (count) qsort(ids, (size_t)count, sizeof *ids, by_text);
	for (int i = 0; i < count; i++) {
		buffer_add(&b, ids[i]);
		buffer_char(&b, ' ');
	}
	return buffer_text(&b);
}

static text by_walking(world_of *w, arena *a, text type, const search_pair *pairs, int count)
{
	text *ids = ARENA_ARRAY(a, text, w->oracle.count);
	int n = 0;
	for (int i = 0; i < w->oracle.count; i++) {
		const known_resource *r = &w->oracle.at[i];
		bool holds = text_equal(r->type, type);
		for (int c = 0; holds && c < count; c++)
			holds = oracle_matches(&w->oracle, r, pairs[c].name, pairs[c].value);
		if (holds) ids[n++] = r->id;
	}
	return joined(a, ids, n);
}

/* Through all pages; twice the same would show. */
static bool by_record(world_of *w, arena *a, text type, const search_pair *asked, int count, text *out, failure *why)
{
	search_pair pairs[8];
	text *ids = ARENA_ARRAY(a, text, w->oracle.count + 1);
	int n = 0;
	memcpy(pairs, asked, (size_t)count * sizeof *pairs);
	pairs[count] = (search_pair){TEXT("_count"), coin(w, 3) ? TEXT("7") : TEXT("1000")};
	int with_page = count + 1;
	for (bool more = true; more && n <= w->oracle.count; with_page = count + 2) {
		arena *page = arena_new(PROCESS_ARENA_MAX);
		issues sink = {.arena = page};
		search_answer answer;
		reader *rd = record_reader(w->record, &anna, page, &sink);
		bool ok = record_search(rd, type, pairs, with_page, false, &answer, &sink);
		reader_close(rd);
		if (!ok) *why = sink.first->code;
		for (int i = 0; ok && i < answer.count && n <= w->oracle.count; i++)
			ids[n++] = text_copy(a, answer.entries[i].version.id);
		more = ok && answer.next.len;
		int64_t at = more ? text_find(answer.next, TEXT("_page=")) : 0;
		if (more)
			pairs[count + 1] = (search_pair){
			    TEXT("_page"), text_copy(a, text_slice(answer.next, at + 6, answer.next.len))};
		arena_free(page);
		if (!ok) return false;
	}
	*out = joined(a, ids, n);
	return true;
}

static bool random_sort(world_of *w, text type, search_pair *out)
{
	search_definition p;
	search_at(type_find(type), (int)random_below(&w->random, search_count_of(type_find(type))), &p);
	if (p.kind == SEARCH_REFERENCE || p.kind == SEARCH_COMPOSITE || p.kind == SEARCH_SPECIAL || p.code.at[0] == '_')
		return false;
	*out = (search_pair){TEXT("_sort"), coin(w, 2) ? p.code : text_join(w->oracle.arena, TEXT("-"), p.code)};
	return true;
}

static bool one_query(world_of *w, arena *a, int *answered)
{
	search_pair pairs[8];
	int count = 0, clauses = 1 + (int)random_below(&w->random, 3);
	text type = w->oracle.at[random_below(&w->random, w->oracle.count)].type, got;
	failure why;
	for (int i = 0; i < clauses; i++) count += clause_about(w, a, type, 0, &pairs[count]);
	int filters = count;
	if (coin(w, 3)) count += random_sort(w, type, &pairs[count]);
	bool ok = by_record(w, a, type, pairs, count, &got, &why);
	if (!ok && why == FAIL_SEARCH_AMBIGUOUS) return true;
	text wanted_ids = by_walking(w, a, type, pairs, filters);
	*answered += ok && got.len > 0;
	if (ok && text_equal(got, wanted_ids)) return true;
	buffer b = {.arena = a};
	for (int i = 0; i < count; i++)
		buffer_format(&b, "%s%.*s=%.*s", i ? "&" : "", TEXT_ARG(pairs[i].name), TEXT_ARG(pairs[i].value));
	print_error("%.*s?%.*s\n  walked: %.300s\n  record: %.300s\n", TEXT_ARG(type), TEXT_ARG(buffer_text(&b)),
		    text_z(a, wanted_ids), ok ? text_z(a, got) : failure_name(why));
	return false;
}

static void ask_both(world_of *w, int64_t queries)
{
	int64_t seed = number_of("LIMEN_SEED", 20261121);
	int wrong = 0, answered = 0;
	print_message("%d resources, seed %lld, %lld queries\n", w->oracle.count, (long long)seed, (long long)queries);
	for (int64_t i = 0; i < queries && wrong < 10; i++) {
		arena *a = w->oracle.arena = arena_new(PROCESS_ARENA_MAX);
		w->random = random_seed((uint64_t)(seed + i));
		wrong += !one_query(w, a, &answered);
		arena_free(a);
	}
	print_message("%d of them found something\n", answered);
	assert_int_equal(wrong, 0);
	assert_true(answered > queries / 4);
}

static world_of of_examples;

TEST(random_queries_on_the_examples)
{
	if (!examples()) SKIP("the package hl7.fhir.r4.examples is not installed");
	world_open(&of_examples);
	fill(&of_examples, examples());
	assert_true(of_examples.oracle.count > 600);
	ask_both(&of_examples, number_of("LIMEN_QUERIES", 1500));
}

TEST(random_queries_on_many_alike)
{
	static world_of w;
	world_open(&w);
	w.random = random_seed(7);
	fill_alike(&w);
	ask_both(&w, number_of("LIMEN_QUERIES", 1500) / 25);
	record_close(w.record);
}

/* ---- found by its own values ---- */

static bool finds(world_of *w, arena *a, const known_resource *r, text name, text value)
{
	const search_pair pairs[] = {{name, value}, {TEXT("_id"), r->id}};
	issues sink = {.arena = a};
	search_answer answer;
	reader *rd = record_reader(w->record, &anna, a, &sink);
	bool ok = record_search(rd, r->type, pairs, 2, false, &answer, &sink);
	reader_close(rd);
	if (ok && answer.count == 1) return true;
	if (!ok && sink.first->code == FAIL_SEARCH_AMBIGUOUS) return true;
	print_error("%.*s?%.*s=%.*s does not find %.*s (%s)\n", TEXT_ARG(r->type), TEXT_ARG(name), TEXT_ARG(value),
		    TEXT_ARG(r->id), ok ? "nothing" : failure_name(sink.first->code));
	return false;
}

static int by_own_values(world_of *w, const known_resource *r, map *params)
{
	int wrong = 0, count = search_count_of(type_find(r->type));
	for (int i = 0; i < count; i++) {
		arena *a = w->oracle.arena = arena_new(PROCESS_ARENA_MAX);
		search_definition p;
		said_list list = {0};
		text modifier;
		search_at(type_find(r->type), i, &p);
		if (p.code.at[0] != '_' && oracle_says(&w->oracle, r, p.code, &list) && list.count) {
			const said *v = &list.at[random_below(&w->random, list.count)];
			text value = ask(w, a, v, p.kind, &modifier);
			bool negative = text_equal(modifier, TEXT("not")) || text_starts(value, TEXT("ne")) ||
					text_starts(value, TEXT("gt")) || text_starts(value, TEXT("lt")) ||
					text_starts(value, TEXT("sa")) || text_starts(value, TEXT("eb"));
			w->oracle.asked = &p;
			bool can = text_trim(value).len > 0 && !negative &&
				   list_matches(&w->oracle, &list, p.kind, modifier, value);
			w->oracle.asked = NULL;
			text name =
			    modifier.len ? text_format(a, "%.*s:%.*s", TEXT_ARG(p.code), TEXT_ARG(modifier)) : p.code;
			if (can) wrong += !finds(w, a, r, name, value);
			if (can)
				map_put(params,
					text_format(w->oracle.kept, "%.*s.%.*s", TEXT_ARG(r->type), TEXT_ARG(p.code)),
					1);
		}
		arena_free(a);
	}
	return wrong;
}

TEST(found_by_its_own_values)
{
	if (!examples()) SKIP("the package hl7.fhir.r4.examples is not installed");
	world_of *w = &of_examples;
	map params = {.arena = test_arena()};
	int wrong = 0;
	if (!w->record) fail();
	w->random = random_seed((uint64_t)number_of("LIMEN_SEED", 20261121));
	for (int i = 0; i < w->oracle.count && wrong < 10; i++) wrong += by_own_values(w, &w->oracle.at[i], &params);
	print_message("%lld parameters of types found something\n", (long long)params.count);
	assert_int_equal(wrong, 0);
	assert_true(params.count > 600);
	record_close(w->record);
}

TESTS(T(random_queries_on_the_examples), T(found_by_its_own_values), T(random_queries_on_many_alike))
