/* rewrite.c: the references inside a transaction, pointed at where the resources end up (R4 3.1.0.11.2: Reference.reference and
 * elements of type uri, url, canonical, oid and uuid; an identifier's value with the same text is left alone). */
#include "http/internal.h"

static const char *const pointing[] = {"uri", "url", "canonical", "oid", "uuid"};
enum { POINTING = sizeof pointing / sizeof *pointing };

static bool type_points(type_id t)
{
	text name = type_name(t);
	for (int i = 0; i < POINTING; i++)
		if (text_equal(name, text_of(pointing[i]))) return true;
	return false;
}

text rewrite_base(text full_url)
{
	if (!text_starts(full_url, TEXT("http://")) && !text_starts(full_url, TEXT("https://"))) return (text){0};
	return text_cut_last(text_cut_last(full_url, '/').head, '/').head;
}

static bool known_as(const rewriting *w, text reference, int64_t *at)
{
	if (map_get(w->known, reference, at)) return true;
	if (w->base.len == 0 || text_find(reference, TEXT(":")) >= 0) return false;
	return map_get(w->known, text_format(w->arena, "%.*s/%.*s", TEXT_ARG(w->base), TEXT_ARG(reference)), at);
}

static bool target_of(const rewriting *w, text reference, text *out)
{
	int64_t at, cut = text_find(reference, TEXT("/_history/"));
	if (!known_as(w, cut < 0 ? reference : text_slice(reference, 0, cut), &at)) return false;
	*out = w->targets[at].name;
	if (cut >= 0 && w->targets[at].made) *out = text_join(w->arena, *out, TEXT("/_history/1"));
	return true;
}

/* What stands in href="…" and src="…" (R4 3.1.0.11.2). */
static text narrative_of(const rewriting *w, text div)
{
	static const char *const before[] = {"href=\"", "src=\""};
	buffer b = {.arena = w->arena};
	int64_t done = 0;
	for (int64_t i = 0; i < div.len; i++)
		for (int k = 0; k < 2; k++) {
			text rest = text_slice(div, i, div.len), to;
			if (!text_starts(rest, text_of(before[k]))) continue;
			int64_t from = i + text_of(before[k]).len;
			text link = text_cut(text_slice(div, from, div.len), '"').head;
			if (!target_of(w, link, &to)) continue;
			buffer_add(&b, text_slice(div, done, from));
			buffer_add(&b, to);
			done = from + link.len;
		}
	buffer_add(&b, text_slice(div, done, div.len));
	return buffer_text(&b);
}

static void value_write(const rewriting *w, json_out *o, const doc *d, uint32_t n, type_id type);

static void children_write(const rewriting *w, json_out *o, const doc *d, uint32_t n, type_id type)
{
	text resource = doc_get_text(d, n, NAME_resourceType);
	if (resource.len > 0) type = type_find(resource); /* contained, or the root */
	bool is_reference = type && text_equal(type_name(type), TEXT("Reference"));
	for (uint32_t i = n + 1; i < d->nodes[n].next; i = d->nodes[i].next) {
		name_id name = d->nodes[i].name;
		element_info info;
		type_id child = 0;
		text to;
		json_key_text(o, name_text(d, name));
		if (type) element_find(type, name, &info, &child);
		bool points = d->nodes[i].kind == NODE_STRING && is_reference && name == NAME_reference;
		if (points && target_of(w, doc_text(d, i), &to))
			json_text(o, to);
		else
			value_write(w, o, d, i, child);
	}
}

static void value_write(const rewriting *w, json_out *o, const doc *d, uint32_t n, type_id type)
{
	text to;
	switch ((node_kind)d->nodes[n].kind) {
	case NODE_NULL:
		json_null(o);
		break;
	case NODE_FALSE:
		json_bool(o, false);
		break;
	case NODE_TRUE:
		json_bool(o, true);
		break;
	case NODE_NUMBER:
		json_raw(o, doc_text(d, n));
		break;
	case NODE_STRING:
		if (type && type_points(type) && target_of(w, doc_text(d, n), &to))
			json_text(o, to);
		else if (type && w->known->count > 0 && text_equal(type_name(type), TEXT("xhtml")))
			json_text(o, narrative_of(w, doc_text(d, n)));
		else
			json_text(o, doc_text(d, n));
		break;
	case NODE_ARRAY:
		json_array(o);
		for (uint32_t i = n + 1; i < d->nodes[n].next; i = d->nodes[i].next) value_write(w, o, d, i, type);
		json_end(o);
		break;
	case NODE_OBJECT:
		json_object(o);
		children_write(w, o, d, n, type);
		json_end(o);
		break;
	}
}

text rewrite_resource(const rewriting *w, const doc *d, uint32_t n)
{
	json_out o = json_begin(w->arena);
	value_write(w, &o, d, n, 0);
	return json_done(&o);
}
