/* tree_read.c: a JSON tree read with care: kinds, ranges, names, places. */
#include "plan/tree_read.h"

bool tree_parse(tree *t, text source)
{
	t->bad = !json_parse(t->arena, source, t->file, t->sink, &t->doc);
	return !t->bad;
}

bool tree_refuse(tree *t, uint32_t node, failure code, const text args[3])
{
	const struct node *n = &t->doc.nodes[node];
	place where = {.file = t->file};
	json_cursor cursor = {0};
	/* A string with escapes lies elsewhere: then the nearest node before it that does not. */
	while (node > 0 && (n->flags & NODE_UNESCAPED)) n = &t->doc.nodes[--node];
	bool plain = n->kind >= NODE_NUMBER && !(n->flags & NODE_UNESCAPED);
	if (plain) json_locate(&cursor, &t->doc, n->at, &where);
	t->bad = true;
	return issue_at(t->sink, code, where, args[0], args[1], args[2]);
}

bool tree_refuse_one(tree *t, uint32_t node, failure code, text arg)
{
	const text args[3] = {arg};
	return tree_refuse(t, node, code, args);
}

bool tree_is(tree *t, uint32_t node, node_kind kind)
{
	static const char *const da[] = {"null", "false", "true", "et tal", "en tekst", "en liste", "et objekt"};
	static const char *const en[] = {"null", "false", "true", "a number", "a text", "a list", "an object"};
	if (t->doc.nodes[node].kind == kind) return true;
	const text args[3] = {text_of(da[kind]), text_of(en[kind])};
	return tree_refuse(t, node, FAIL_PLAN_KIND, args);
}

uint32_t tree_may(tree *t, uint32_t object, const char *key)
{
	if (t->doc.nodes[object].kind != NODE_OBJECT) return NODE_ABSENT;
	name_id name = doc_name(&t->doc, text_of(key));
	return name == NAME_NONE ? NODE_ABSENT : doc_get(&t->doc, object, name);
}

static uint32_t get(tree *t, uint32_t object, const char *key)
{
	uint32_t n = tree_may(t, object, key);
	if (n == NODE_ABSENT) tree_refuse_one(t, object, FAIL_PLAN_MISSING, text_of(key));
	return n;
}

uint32_t tree_get(tree *t, uint32_t object, const char *key, node_kind kind)
{
	uint32_t n = get(t, object, key);
	return n != NODE_ABSENT && tree_is(t, n, kind) ? n : NODE_ABSENT;
}

int64_t tree_int(tree *t, uint32_t node, int64_t low, int64_t high)
{
	int64_t value = low;
	text said = doc_text(&t->doc, node);
	bool number = t->doc.nodes[node].kind == NODE_NUMBER && text_to_int(said, &value);
	if (number && value >= low && value <= high) return value;
	const text args[3] = {number || said.len ? said : TEXT("?"), text_format(t->arena, "%lld", (long long)low),
			      text_format(t->arena, "%lld", (long long)high)};
	tree_refuse(t, node, FAIL_PLAN_RANGE, args);
	return low;
}

int64_t tree_get_int(tree *t, uint32_t object, const char *key, int64_t low, int64_t high)
{
	uint32_t n = get(t, object, key);
	return n == NODE_ABSENT ? low : tree_int(t, n, low, high);
}

text tree_get_text(tree *t, uint32_t object, const char *key)
{
	uint32_t n = tree_get(t, object, key, NODE_STRING);
	text said = n == NODE_ABSENT ? TEXT("") : doc_text(&t->doc, n);
	if (n != NODE_ABSENT && said.len == 0) tree_refuse_one(t, object, FAIL_PLAN_MISSING, text_of(key));
	return said;
}

bool tree_get_bool(tree *t, uint32_t object, const char *key)
{
	uint32_t n = get(t, object, key);
	if (n == NODE_ABSENT || t->doc.nodes[n].kind == NODE_TRUE) return n != NODE_ABSENT;
	const text args[3] = {TEXT("true eller false"), TEXT("true or false")};
	if (t->doc.nodes[n].kind != NODE_FALSE) tree_refuse(t, object, FAIL_PLAN_KIND, args);
	return false;
}

int tree_count(const tree *t, uint32_t list)
{
	return list == NODE_ABSENT ? 0 : (int)t->doc.nodes[list].len;
}

/* ---- names ---- */

tree_names tree_names_new(arena *a, int cap)
{
	uint32_t size = 4;
	while (size < 2 * (uint32_t)cap) size *= 2;
	return (tree_names){
	    .name = ARENA_ARRAY(a, text, cap + 1), .slot = ARENA_ARRAY(a, uint32_t, size), .mask = size - 1};
}

static uint32_t slot_of(const tree_names *n, text name)
{
	uint32_t i = (uint32_t)text_hash(name) & n->mask;
	while (n->slot[i] && !text_equal(n->name[n->slot[i] - 1], name)) i = (i + 1) & n->mask;
	return i;
}

int tree_names_find(const tree_names *n, text name)
{
	return (int)n->slot[slot_of(n, name)] - 1;
}

int tree_names_add(tree *t, tree_names *n, uint32_t node, text name)
{
	uint32_t i = slot_of(n, name);
	if (n->slot[i]) tree_refuse_one(t, node, FAIL_PLAN_TWICE, name);
	if (!n->slot[i]) n->slot[i] = (uint32_t)n->count + 1;
	n->name[n->count] = name;
	return n->count++;
}

int tree_names_get(tree *t, const tree_names *n, uint32_t node, const char *what)
{
	if (node == NODE_ABSENT) return 0;
	text name = doc_text(&t->doc, node);
	int found = t->doc.nodes[node].kind == NODE_STRING ? tree_names_find(n, name) : -1;
	const text args[3] = {name, text_of(what)};
	if (found < 0) tree_refuse(t, node, FAIL_PLAN_UNKNOWN, args);
	return found < 0 ? 0 : found;
}
