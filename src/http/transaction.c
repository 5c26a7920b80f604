/* transaction.c: the writes of a transaction.
 *
 * Each new resource gets its id first; then the references that meant it by fullUrl (urn:uuid:…, urn:oid:… or an address,
 * relative ones too) are written anew with that id; then everything is committed at once. What conditions and references by
 * search found is the commit's premise: where it moved, all is planned anew. */
#include "http/bundle_internal.h"

/* ---- conditions ---- */

/* The one resource a query finds, as a premise of the commit: 1, 0, or -1 with an issue at the entry. */
static int ask(bundle *b, const bundle_entry *e, const char *below, text query, text *id)
{
	if (b->premise_count == b->premise_cap)
		b->premises = ARENA_DOUBLE(b->x->arena, premise, b->premises, &b->premise_cap, 16);
	premise *p = &b->premises[b->premise_count];
	text type = text_cut(query, '?').head;
	issues outer = b->x->sink;
	b->x->sink = (issues){.arena = b->x->arena};
	int hits = write_premise_of(b->x, type, text_cut(query, '?').tail, p);
	issues inner = b->x->sink;
	b->x->sink = outer;
	bundle_issues(b, e, &inner, below);
	if (hits < 0) return hits;
	b->premise_count++;
	*id = p->id;
	return hits;
}

/* ---- who will be called what ---- */

static void know(bundle *b, text reference, text name, bool made)
{
	if (reference.len == 0) return;
	if (b->target_count == b->target_cap)
		b->targets = ARENA_DOUBLE(b->x->arena, target, b->targets, &b->target_cap, 64);
	b->targets[b->target_count] = (target){name, made};
	map_put(&b->known, reference, b->target_count++);
}

static text name_of(const bundle *b, const bundle_entry *e)
{
	return text_format(b->x->arena, "%.*s/%.*s", TEXT_ARG(e->type), TEXT_ARG(e->id));
}

static bool type_good(bundle *b, const bundle_entry *e)
{
	type_id t = type_find(e->type);
	bool known = t && type_kind_of(t) == TYPE_RESOURCE && !type_is_abstract(t);
	return known || bundle_issue(b, e, FAIL_HTTP_TYPE, e->type, TEXT(""));
}

typedef struct planning {
	map conditions; /* "Patient?identifier=…" of a conditional create → its entry */
	map written;    /* "Patient/1" → the entry that writes it */
} planning;

/* Every resource is written once at most (R4 3.1.0.11.2). */
static bool claim(bundle *b, const bundle_entry *e, planning *k)
{
	int64_t before;
	text name = name_of(b, e);
	if (map_get(&k->written, name, &before)) {
		const bundle_entry *other = &b->entries[before];
		return bundle_issue(b, other > e ? other : e, FAIL_HTTP_BUNDLE_TWICE, name, TEXT(""));
	}
	map_put(&k->written, name, e - b->entries);
	return true;
}

/* What this transaction deletes is not there for those that come after. */
static bool is_deleted(const bundle *b, const planning *k, text type, text id)
{
	int64_t at;
	text name = text_format(b->x->arena, "%.*s/%.*s", TEXT_ARG(type), TEXT_ARG(id));
	return map_get(&k->written, name, &at) && b->entries[at].method == ENTRY_DELETE;
}

static bool plan_create(bundle *b, bundle_entry *e, planning *k)
{
	int64_t first;
	e->type = e->url;
	if (!type_good(b, e)) return false;
	if (e->none_exist.len > 0) {
		text query = text_format(b->x->arena, "%.*s?%.*s", TEXT_ARG(e->type), TEXT_ARG(e->none_exist));
		if (map_get(&k->conditions, query, &first)) { /* the same condition twice: the same resource */
			e->id = b->entries[first].id;
			e->matched = true;
			return true;
		}
		int hits = ask(b, e, ".request", query, &e->id);
		if (hits < 0) return false;
		e->matched = hits > 0 && !is_deleted(b, k, e->type, e->id);
		map_put(&k->conditions, query, e - b->entries);
		if (e->matched) return true;
	}
	e->id = world_uuid(b->x->app->world, b->x->arena);
	return claim(b, e, k);
}

/* "Patient?identifier=…": its id, or for an update that of the resource, or a new one. */
static bool plan_conditional(bundle *b, bundle_entry *e)
{
	e->type = text_cut(e->url, '?').head;
	if (!type_good(b, e)) return false;
	int hits = ask(b, e, ".request", e->url, &e->id);
	if (hits != 0) return hits > 0;
	if (e->method == ENTRY_PATCH) return bundle_issue(b, e, FAIL_HTTP_CONDITION_NOBODY, e->type, TEXT(""));
	e->nobody = true;
	if (e->method == ENTRY_DELETE) return true;
	e->id = doc_get_text(&b->d, e->resource, NAME_id);
	if (e->id.len == 0) e->id = world_uuid(b->x->app->world, b->x->arena);
	return resource_id_valid(e->id) || bundle_issue(b, e, FAIL_HTTP_ID, e->id, TEXT(""));
}

static bool plan_named(bundle *b, bundle_entry *e, planning *k)
{
	if (text_find(e->url, TEXT("?")) >= 0) {
		if (!plan_conditional(b, e)) return false;
		return (e->method == ENTRY_DELETE && e->nobody) || claim(b, e, k);
	}
	text_pair sides = text_cut(e->url, '/');
	e->type = sides.head;
	e->id = sides.tail;
	if (!sides.found) return bundle_issue(b, e, FAIL_HTTP_BUNDLE_METHOD, e->method_text, e->url);
	if (!type_good(b, e)) return false;
	if (!resource_id_valid(e->id)) return bundle_issue(b, e, FAIL_HTTP_ID, e->id, TEXT(""));
	return claim(b, e, k);
}

static bool plan_entry(bundle *b, bundle_entry *e, planning *k)
{
	switch (e->method) {
	case ENTRY_POST:
		if (!plan_create(b, e, k)) return false;
		know(b, e->full_url, name_of(b, e), !e->matched);
		return true;
	case ENTRY_PUT:
	case ENTRY_PATCH:
		if (!plan_named(b, e, k)) return false;
		know(b, e->full_url, name_of(b, e), false);
		return true;
	case ENTRY_DELETE:
		return plan_named(b, e, k);
	case ENTRY_GET:
		return true;
	case ENTRY_OTHER:
		break;
	}
	return bundle_issue(b, e, FAIL_HTTP_BUNDLE_METHOD, e->method_text, e->url);
}

/* In the standard's order (R4 3.1.0.11.2): deletes, creates, updates and patches. */
static bool plan(bundle *b)
{
	planning k = {.conditions.arena = b->x->arena, .written.arena = b->x->arena};
	for (int turn = ENTRY_DELETE; turn <= ENTRY_OTHER; turn++)
		for (int i = 0; i < b->count; i++)
			if (b->entries[i].method == (entry_method)turn) plan_entry(b, &b->entries[i], &k);
	return b->x->sink.errors == 0;
}

/* ---- references by search: "Practitioner?identifier=…" (R4 3.1.0.11.3) ---- */

static bool search_reference(bundle *b, const bundle_entry *e, text reference)
{
	int64_t at;
	text_pair sides = text_cut(reference, '?');
	type_id t = type_find(sides.head);
	text id;
	if (!sides.found || !t || type_kind_of(t) != TYPE_RESOURCE || map_get(&b->known, reference, &at)) return true;
	int hits = ask(b, e, ".resource", reference, &id);
	if (hits == 0)
		return issue_at(&b->x->sink, FAIL_HTTP_CONDITION_NONE, bundle_place(b, e, ".resource"), reference,
				TEXT(""), TEXT(""));
	if (hits == 1)
		know(b, reference, text_format(b->x->arena, "%.*s/%.*s", TEXT_ARG(sides.head), TEXT_ARG(id)), false);
	return hits == 1;
}

static bool search_references(bundle *b, const bundle_entry *e)
{
	const doc *d = &b->d;
	for (uint32_t i = e->resource; i < d->nodes[e->resource].next; i++)
		if (d->nodes[i].name == NAME_reference && d->nodes[i].kind == NODE_STRING &&
		    !search_reference(b, e, doc_text(d, i)))
			return false;
	return true;
}

/* ---- the writes ---- */

static bool patch_make(bundle *b, bundle_entry *e)
{
	text media, body;
	exchange inner = {.app = b->x->app, .arena = b->x->arena, .sink.arena = b->x->arena};
	if (bundle_patch(&inner, b, e, &media, &body) && write_patch_parse(&inner, media, body, &e->body)) return true;
	bundle_issues(b, e, &inner.sink, ".resource");
	return false;
}

static bool body_make(bundle *b, bundle_entry *e)
{
	exchange *x = b->x;
	const rewriting w = {
	    .arena = x->arena, .known = &b->known, .targets = b->targets, .base = rewrite_base(e->full_url)};
	exchange inner = {.app = x->app, .arena = x->arena, .sink.arena = x->arena};
	if (e->method == ENTRY_PATCH) return patch_make(b, e);
	if (rest_parse(&inner, rewrite_resource(&w, &b->d, e->resource), e->type, &e->body)) return true;
	bundle_issues(b, e, &inner.sink, ".resource");
	return false;
}

static bool write_make(bundle *b, bundle_entry *e)
{
	static const write_method methods[] = {[ENTRY_DELETE] = WRITE_DELETE,
					       [ENTRY_POST] = WRITE_CREATE,
					       [ENTRY_PUT] = WRITE_UPDATE,
					       [ENTRY_PATCH] = WRITE_UPDATE};
	write_op *w = &b->writes[b->write_count];
	*w = (write_op){.method = methods[e->method], .type = e->type, .id = e->id};
	if (e->method != ENTRY_DELETE && (!search_references(b, e) || !body_make(b, e))) return false;
	w->checked = e->method != ENTRY_PATCH;
	if (e->method == ENTRY_PATCH)
		w->patch = &e->body;
	else if (e->method != ENTRY_DELETE)
		w->resource = &e->body;
	if (e->method == ENTRY_PUT) {
		text own = doc_get_text(&e->body, 0, NAME_id);
		bool conditional = text_find(e->url, TEXT("?")) >= 0;
		if (!text_equal(own, e->id) && !(conditional && own.len == 0))
			return bundle_issue(b, e, FAIL_HTTP_ID_DIFFERS, own, e->id);
		if (e->nobody) w->if_match = -1; /* an id that is in use, but not by what was searched for */
	}
	if (text_equal(e->if_none_match, TEXT("*"))) w->if_match = -1;
	if (e->if_match.len > 0 && !header_etag(e->if_match, &w->if_match))
		return bundle_issue(b, e, FAIL_HTTP_ETAG, e->if_match, TEXT(""));
	e->write = b->write_count++;
	return true;
}

static bool writes_make(bundle *b)
{
	b->writes = ARENA_ARRAY(b->x->arena, write_op, b->count + 1);
	b->written = ARENA_ARRAY(b->x->arena, written, b->count + 1);
	for (int turn = ENTRY_DELETE; turn <= ENTRY_PATCH; turn++)
		for (int i = 0; i < b->count; i++) {
			bundle_entry *e = &b->entries[i];
			bool none = e->matched || (e->method == ENTRY_DELETE && e->nobody);
			if (e->method == (entry_method)turn && !none) write_make(b, e);
		}
	if (b->write_count > 0) {
		b->writes[0].premises = b->premises;
		b->writes[0].premise_count = b->premise_count;
	}
	return b->x->sink.errors == 0;
}

/* The record names the resource ("Patient/…") that was refused; a client knows its entries. */
static void issues_to_entries(bundle *b)
{
	for (issue *i = b->x->sink.first; i; i = i->next) {
		text about = i->place.path.len > 0 ? i->place.path : i->args[0];
		for (int k = 0; k < b->count; k++)
			if (b->entries[k].id.len > 0 && text_equal(about, name_of(b, &b->entries[k])))
				i->place.path = bundle_place(b, &b->entries[k], "").path;
	}
}

static void forget(bundle *b)
{
	for (int i = 0; i < b->count; i++) {
		bundle_entry *e = &b->entries[i];
		e->type = e->id = (text){0};
		e->write = -1;
		e->matched = e->nobody = false;
	}
	b->known = (map){.arena = b->x->arena};
	b->targets = NULL;
	b->premises = NULL;
	b->write_count = b->target_count = b->target_cap = b->premise_count = b->premise_cap = 0;
}

bool transaction_write(bundle *b)
{
	exchange_read_anew(b->x);
	arena_mark start = arena_here(b->x->arena);
	for (int tries = 1;; tries++) {
		forget(b);
		if (!plan(b) || !writes_make(b)) return false;
		if (b->write_count == 0) return true;
		switch (write_commit(b->x, b->writes, b->write_count, tries == PREMISE_TRIES_MAX, b->written)) {
		case WRITE_DONE:
			return true;
		case WRITE_REFUSED:
			issues_to_entries(b);
			return false;
		case WRITE_MOVED:
			arena_rewind(b->x->arena, start); /* nothing of this attempt is kept, its reader is closed */
			break;
		}
	}
}
