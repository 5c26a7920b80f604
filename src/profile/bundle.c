/* bundle.c: what a Bundle must be beyond its invariants (R4, bundle.html, http.html#transaction): a fullUrl does not disagree
 * with its resource, an entry's request with what it brings, and references within a document lead to its entries. */
#include "profile/internal.h"

static step entry_step(const step *bundle, uint32_t entry, int index)
{
	return (step){.up = bundle, .name = TEXT("entry"), .index = index, .node = entry};
}

static void check_full_url(validator *v, const step *at)
{
	text url = doc_get_text(v->d, at->node, NAME_fullUrl), tail;
	uint32_t resource = doc_get(v->d, at->node, NAME_resource);
	type_id type;
	if (!url.len || resource == NODE_ABSENT) return;
	if (text_find(url, TEXT(":")) < 0) find_error(v, at, FAIL_BUNDLE_URL, url, TEXT(""), TEXT(""));
	text id = doc_get_text(v->d, resource, NAME_id), name = doc_get_text(v->d, resource, NAME_resourceType);
	bool is_http = text_starts(url, TEXT("http://")) || text_starts(url, TEXT("https://"));
	if (!is_http || !id.len || !reference_parts(url, &type, &tail)) return;
	text wanted = text_format(v->arena, "%.*s/%.*s", TEXT_ARG(name), TEXT_ARG(id));
	if (!text_equal(tail, wanted)) find_error(v, at, FAIL_BUNDLE_URL_DIFFERS, url, wanted, TEXT(""));
}

static void check_request(validator *v, const step *at)
{
	uint32_t request = doc_get(v->d, at->node, NAME_request), resource = doc_get(v->d, at->node, NAME_resource);
	if (request == NODE_ABSENT) return;
	text method = doc_get_text(v->d, request, NAME_method), url = doc_get_text(v->d, request, NAME_url);
	bool brings =
	    text_equal(method, TEXT("POST")) || text_equal(method, TEXT("PUT")) || text_equal(method, TEXT("PATCH"));
	if (brings && resource == NODE_ABSENT) find_error(v, at, FAIL_BUNDLE_NO_RESOURCE, method, TEXT(""), TEXT(""));
	if (!brings && resource != NODE_ABSENT) find_error(v, at, FAIL_BUNDLE_RESOURCE, method, TEXT(""), TEXT(""));
	if (resource == NODE_ABSENT || !text_equal(method, TEXT("PUT"))) return;
	text place = text_cut(url, '?').head, name = doc_get_text(v->d, resource, NAME_resourceType), tail;
	type_id type = type_find(text_cut(place, '/').head);
	if (!type && !reference_parts(place, &type, &tail)) return; /* another server's way to say where */
	if (type != type_find(name)) find_error(v, at, FAIL_BUNDLE_REQUEST, url, name, TEXT(""));
}

/* In a document all that the Composition refers to is there; a urn can lead nowhere else in any Bundle. */
static void check_leads(validator *v, const step *at, bool whole_document)
{
	text reference = doc_get_text(v->d, at->node, NAME_reference);
	const doc *there;
	step target;
	bool urn = text_starts(reference, TEXT("urn:"));
	if (!reference.len || reference.at[0] == '#' || (!urn && !whole_document)) return;
	if (!reference_resolve(v, at, &there, &target))
		find(v, at, whole_document ? SEVERITY_ERROR : SEVERITY_WARNING, FAIL_BUNDLE_REFERENCE, reference,
		     TEXT(""), TEXT(""));
}

/* Is the reference one of an entry of a Bundle, and is that the Composition of a document? */
void bundle_reference(validator *v, const step *at)
{
	const step *s = at;
	if (!v->in_bundle) return;
	while (s->up && !(s->type && type_kind_of(s->type) == TYPE_RESOURCE)) s = s->up;
	bool first = s->up && text_equal(s->name, TEXT("resource")) && s->up->index == 0;
	check_leads(v, at, first && v->in_document);
}

void bundle_check(validator *v, const step *at)
{
	const node *nodes = v->d->nodes;
	uint32_t list = doc_get(v->d, at->node, NAME_entry);
	if (list == NODE_ABSENT || nodes[list].kind != NODE_ARRAY) return;
	text type = doc_get_text(v->d, at->node, NAME_type);
	bool requests = text_equal(type, TEXT("transaction")) || text_equal(type, TEXT("batch"));
	int index = 0;
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next, index++) {
		step entry = entry_step(at, i, index);
		check_full_url(v, &entry);
		if (requests) check_request(v, &entry);
	}
}
