/* topic.c: topics out of content (kind "topic"): what a topic-based subscription can ask for. The backport guide calls for a
 * SubscriptionTopic; R4 has no such resource, so a topic is a canonical address that the capability statement lists.
 *
 * previous and current are searches asked of the resource before and after the write. A side that is not there (before a create, after
 * a delete) is not asked. */
#include "notify/internal.h"

static const char *const topic_keys[] = {"topic",    "da",      "en",   "on",      "when",
					 "previous", "current", "both", "filters", NULL};
static const char *const yes_no[] = {"false", "true", NULL};

bool query_text_read(arena *a, text query, query_text *out)
{
	int room = 1;
	for (int64_t i = 0; i < query.len; i++) room += query.at[i] == '&';
	*out = (query_text){.pairs = ARENA_ARRAY(a, search_pair, room)};
	for (text_pair cut = {.tail = query, .found = query.len > 0}; cut.found;) {
		cut = text_cut(cut.tail, '&');
		if (cut.head.len == 0) continue;
		text_pair sides = text_cut(cut.head, '=');
		search_pair *p = &out->pairs[out->count++];
		if (!net_decode(a, sides.head, true, &p->name) || !net_decode(a, sides.tail, true, &p->value))
			return false;
	}
	return true;
}

static bool wrong(const content_entry *e, const char *key, text value, const char *should_be, issues *sink)
{
	return issue_at(sink, FAIL_CONTENT_CHOICE, content_place(e, content_get(e, e->node, key)), text_of(key), value,
			text_of(should_be));
}

static bool read_when(image *m, const content_entry *e, topic *t, issues *sink)
{
	uint32_t *nodes;
	int count = content_list(m, e, e->node, "when", true, &nodes, sink);
	for (int i = 0; i < count; i++) {
		text word = doc_text(e->d, nodes[i]);
		bool create = text_equal(word, TEXT("create")), update = text_equal(word, TEXT("update"));
		bool remove = text_equal(word, TEXT("delete"));
		t->on_create |= create;
		t->on_update |= update;
		t->on_delete |= remove;
		if (!create && !update && !remove) return wrong(e, "when", word, "create, update, delete", sink);
	}
	return count > 0;
}

/* Whether its parameters exist is known when the record is open; here only that it can be read. */
static bool read_query(image *m, const content_entry *e, const char *key, query_text *out, issues *sink)
{
	text query = {0};
	out->count = -1;
	if (!content_text(e, e->node, key, false, &query, sink)) return false;
	if (query.len == 0) return true;
	return query_text_read(m->arena, query, out) || wrong(e, key, query, "name=value&…", sink);
}

static bool read_filters(image *m, const content_entry *e, topic *t, issues *sink)
{
	uint32_t *nodes;
	int count = content_list(m, e, e->node, "filters", false, &nodes, sink);
	text *names = ARENA_ARRAY(m->arena, text, count > 0 ? count : 1);
	type_id type = type_find(t->type);
	for (int i = 0; i < count; i++) {
		search_definition d;
		names[i] = doc_text(e->d, nodes[i]);
		if (!search_find(type, names[i], &d))
			return wrong(e, "filters", names[i], "search parameters of the type", sink);
	}
	t->filters = names;
	t->filter_count = count > 0 ? count : 0;
	return count >= 0;
}

static void *compile(image *m, const content_entry *e, issues *sink)
{
	text da, en;
	int both = 0;
	topic *t = ARENA_NEW(m->arena, topic);
	*t = (topic){.id = e->id, .url = text_join(m->arena, TEXT("urn:limen:topic:"), e->id)};
	if (!content_text(e, e->node, "da", true, &da, sink) || !content_text(e, e->node, "en", true, &en, sink) ||
	    !content_text(e, e->node, "on", true, &t->type, sink) ||
	    !content_choice(e, e->node, "both", yes_no, 0, &both, sink))
		return NULL;
	type_id type = type_find(t->type);
	if (!type || type_kind_of(type) != TYPE_RESOURCE || type_is_abstract(type)) {
		wrong(e, "on", t->type, "a resource type", sink);
		return NULL;
	}
	t->both = both;
	bool ok = read_when(m, e, t, sink) && read_query(m, e, "previous", &t->previous, sink) &&
		  read_query(m, e, "current", &t->current, sink) && read_filters(m, e, t, sink);
	return ok ? t : NULL;
}

void notify_content(void)
{
	content_register(&(content_kind){.name = "topic", .keys = topic_keys, .compile = compile});
}

const topic *topic_find(const image *content, text url)
{
	const text prefix = TEXT("urn:limen:topic:");
	if (!content || !text_starts(url, prefix)) return NULL;
	const content_entry *e = content_find(content, TEXT("topic"), text_slice(url, prefix.len, url.len));
	return e ? e->compiled : NULL;
}

int notify_topics(const image *content, arena *a, text **out)
{
	const content_entry **entries;
	int count = content ? content_each(content, TEXT("topic"), &entries) : 0;
	*out = ARENA_ARRAY(a, text, count + 1);
	for (int i = 0; i < count; i++) (*out)[i] = ((const topic *)entries[i]->compiled)->url;
	return count;
}
