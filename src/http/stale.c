/* stale.c: a save that was refused because another was quicker is told what differs: between the version it was made on and the one that
 * stands, member by member. */
#include "http/internal.h"

enum { DIFFERENCES_MAX = 20, VALUE_MAX = 120 };

static bool is_stale(const issues *sink)
{
	for (const issue *i = sink->first; i; i = i->next)
		if (i->code == FAIL_RECORD_VERSION || i->code == FAIL_HTTP_STALE) return true;
	return false;
}

/* In few words: a text as it is, a reference by its name, else as JSON, cut. */
static text value_words(arena *a, const doc *d, uint32_t n)
{
	if (n == NODE_ABSENT) return TEXT("-");
	text said = doc_text(d, n);
	if (d->nodes[n].kind == NODE_OBJECT) {
		said = doc_get_text(d, n, NAME_display);
		if (!said.len) said = doc_get_text(d, n, NAME_reference);
		if (!said.len) said = doc_get_text(d, n, NAME_text);
	}
	if (!said.len) {
		buffer b = {.arena = a};
		json_write(&b, d, n, JSON_COMPACT);
		said = buffer_text(&b);
	}
	if (said.len <= VALUE_MAX) return said;
	int64_t end = VALUE_MAX;
	while (end > 0 && ((unsigned char)said.at[end] & 0xc0) == 0x80) end--;
	return text_format(a, "%.*s…", (int)end, said.at);
}

static uint32_t with_url(const doc *d, uint32_t list, text url)
{
	if (list == NODE_ABSENT || d->nodes[list].kind != NODE_ARRAY) return NODE_ABSENT;
	for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next)
		if (text_equal(doc_get_text(d, i, NAME_url), url)) return i;
	return NODE_ABSENT;
}

/* An extension's value: its last member. */
static uint32_t value_of(const doc *d, uint32_t extension)
{
	if (extension == NODE_ABSENT) return NODE_ABSENT;
	for (uint32_t i = extension + 1; i < d->nodes[extension].next; i = d->nodes[i].next)
		if (d->nodes[i].name != NAME_url && d->nodes[i].name != NAME_id) return i;
	return NODE_ABSENT;
}

typedef struct compared {
	exchange *x;
	const doc *before, *now;
	int count;
} compared;

static void difference_add(compared *c, text what, uint32_t before, uint32_t now)
{
	bool both = before != NODE_ABSENT && now != NODE_ABSENT;
	if ((both && doc_equal(c->before, before, c->now, now)) || (before == NODE_ABSENT && now == NODE_ABSENT))
		return;
	if (c->count++ >= DIFFERENCES_MAX) return;
	arena *a = c->x->arena;
	const text args[] = {what, value_words(a, c->before, before), value_words(a, c->now, now)};
	place where = {.path = text_format(a, "%.*s.%.*s", TEXT_ARG(c->x->type), TEXT_ARG(what))};
	if (text_find(what, TEXT(":")) >= 0) where.path = text_format(a, "%.*s.extension", TEXT_ARG(c->x->type));
	issue_put(&c->x->sink, SEVERITY_INFORMATION, FAIL_WORK_DIFFERS, where, args);
}

static void extensions_compare(compared *c, uint32_t before, uint32_t now)
{
	for (int side = 0; side < 2; side++) {
		const doc *d = side ? c->now : c->before;
		uint32_t list = side ? now : before;
		for (uint32_t i = list + 1; list != NODE_ABSENT && i < d->nodes[list].next; i = d->nodes[i].next) {
			text url = doc_get_text(d, i, NAME_url);
			uint32_t x = with_url(c->before, before, url), y = with_url(c->now, now, url);
			if (side && x != NODE_ABSENT) continue;
			difference_add(c, url, value_of(c->before, x), value_of(c->now, y));
		}
	}
}

static bool is_told(const doc *d, uint32_t n)
{
	text name = name_text(d, d->nodes[n].name);
	return d->nodes[n].name != NAME_meta && d->nodes[n].name != NAME_lastModified && d->nodes[n].name != NAME_id &&
	       !text_starts(name, TEXT("_"));
}

static void compare(compared *c)
{
	for (int side = 0; side < 2; side++) {
		const doc *d = side ? c->now : c->before;
		for (uint32_t i = 1; i < d->nodes[0].next; i = d->nodes[i].next) {
			name_id name = doc_name(c->before, name_text(d, d->nodes[i].name));
			uint32_t before = doc_get(c->before, 0, name);
			uint32_t now = doc_get(c->now, 0, doc_name(c->now, name_text(d, d->nodes[i].name)));
			if (!is_told(d, i) || (side && before != NODE_ABSENT)) continue;
			if (d->nodes[i].name == NAME_extension)
				extensions_compare(c, before, now);
			else
				difference_add(c, name_text(d, d->nodes[i].name), before, now);
		}
	}
}

void stale_explain(exchange *x)
{
	int64_t seen = 0;
	version v, old;
	doc before, now;
	text match = header_get(x, "If-Match");
	if (x->in_bundle || !is_stale(&x->sink) || !x->id.len || !match.len || !header_etag(match, &seen)) return;
	issues unheard = {.arena = x->arena};
	exchange_read_anew(x);
	reader *rd = exchange_reader(x);
	if (!rd || record_vread(rd, x->type, x->id, seen, &old, &unheard) != FOUND ||
	    record_read(rd, x->type, x->id, &v, &unheard) != FOUND)
		return;
	compared c = {.x = x, .before = &before, .now = &now};
	if (json_parse(x->arena, old.json, TEXT(""), &unheard, &before) &&
	    json_parse(x->arena, v.json, TEXT(""), &unheard, &now))
		compare(&c);
}
