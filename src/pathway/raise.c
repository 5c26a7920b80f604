/* raise.c: what a pathway's own resource needs that nobody writes by hand: a new referral raises an EpisodeOfCare, and it becomes
 * active when the rule says so. Both are recorded writes, raised once per cause, ever. */
#include "pathway/internal.h"

static const char becomes_owner, activation_owner; /* their addresses name sets of row numbers */

void becomes_touch(deriving *dv, int64_t rid)
{
	deriving_touch(dv, &becomes_owner, rid);
}

void activation_touch(deriving *dv, int64_t pathway_rid)
{
	deriving_touch(dv, &activation_owner, pathway_rid);
}

/* The first node an expression gives, copied under a key; nothing where it gives none. */
static bool copy_first(json_out *o, const char *key, const path *p, const doc *d, arena *a, issues *sink)
{
	path_items items;
	if (!p) return true;
	if (!path_run(p, d, 0, NULL, a, sink, &items)) return false;
	if (items.count == 0 || items.at[0].kind != PATH_NODE) return true;
	json_key(o, key);
	json_node(o, items.at[0].d, items.at[0].node);
	return true;
}

static bool label_write(json_out *o, const becomes_rule *b, const doc *d, arena *a, issues *sink)
{
	path_items items;
	path_outside none = {.now = INSTANT_NONE};
	if (!first_of_run(&b->label, d, &none, a, sink, &items)) return false;
	text label = items.count ? path_item_text(a, &items.at[0]) : (text){0};
	if (label.len == 0) return true;
	json_key(o, "type");
	json_array(o);
	json_object(o);
	json_pair(o, "text", label);
	json_end(o);
	json_end(o);
	return true;
}

/* The EpisodeOfCare of a referral. */
static bool episode_json(const becomes_rule *b, const version *v, text id, arena *a, issues *sink, text *out)
{
	doc d;
	if (!json_parse(a, v->json, (text){0}, sink, &d)) return false;
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("EpisodeOfCare"));
	json_pair(&o, "id", id);
	json_pair(&o, "status", b->status);
	bool fine = label_write(&o, b, &d, a, sink) && copy_first(&o, "patient", b->patient, &d, a, sink) &&
		    copy_first(&o, "managingOrganization", b->managing, &d, a, sink);
	json_key(&o, "referralRequest");
	json_array(&o);
	json_object(&o);
	json_pair(&o, "reference", text_format(a, "%.*s/%.*s", TEXT_ARG(v->type), TEXT_ARG(v->id)));
	json_end(&o);
	json_end(&o);
	json_end(&o);
	*out = json_done(&o);
	return fine;
}

static bool raise_json(deriving *dv, const write_op *form, text json, issues *sink)
{
	doc *d = ARENA_NEW(deriving_arena(dv), doc);
	if (!json_parse(deriving_arena(dv), json, (text){0}, sink, d)) return false;
	write_op w = *form;
	w.resource = d;
	return deriving_raise(dv, &w, sink);
}

static bool episode_raise(const becomes_rule *b, deriving *dv, int64_t rid, issues *sink)
{
	arena *a = deriving_arena(dv);
	version v;
	int64_t *known;
	text json;
	int count = pathways_of(deriving_snapshot(dv), rid, a, &known, sink);
	if (count != 0) return count > 0;
	found there = deriving_read(dv, rid, &v, sink);
	if (there != FOUND) return there != FOUND_FAILED;
	text cause = text_format(a, "pathway:%.*s/%.*s", TEXT_ARG(v.type), TEXT_ARG(v.id));
	text id = uuid_of_name(a, cause);
	if (!episode_json(b, &v, id, a, sink, &json)) return false;
	write_op w = {.method = WRITE_CREATE, .type = TEXT("EpisodeOfCare"), .id = id, .cause = cause};
	return raise_json(dv, &w, json, sink);
}

/* The same resource with another status. */
static text status_replaced(arena *a, const doc *d, text status)
{
	json_out o = json_begin(a);
	json_object(&o);
	for (uint32_t i = 1; i < d->nodes[0].next; i = d->nodes[i].next) {
		text key = name_text(d, d->nodes[i].name);
		json_key_text(&o, key);
		if (text_equal(key, TEXT("status")))
			json_text(&o, status);
		else
			json_node(&o, d, i);
	}
	json_end(&o);
	return json_done(&o);
}

static bool episode_activate(const image *m, deriving *dv, int64_t pathway, issues *sink)
{
	const becomes_rule *b = model_of(m)->becomes;
	arena *a = deriving_arena(dv);
	facts f;
	version v;
	doc d;
	if (!pathway_facts_in(dv, m, pathway, &f, sink)) return false;
	if (!condition_holds(b->active_when, &f).holds) return true;
	found there = deriving_read(dv, pathway, &v, sink);
	if (there != FOUND) return there != FOUND_FAILED;
	if (!json_parse(a, v.json, (text){0}, sink, &d)) return false;
	if (!text_equal(doc_get_text(&d, 0, name_find(TEXT("status"))), b->status)) return true;
	write_op w = {.method = WRITE_UPDATE,
		      .type = v.type,
		      .id = v.id,
		      .cause = text_format(a, "pathway-active:%.*s", TEXT_ARG(v.id))};
	return raise_json(dv, &w, status_replaced(a, &d, b->status_active), sink);
}

bool pathways_raise(const image *m, deriving *dv, issues *sink)
{
	const becomes_rule *b = model_of(m)->becomes;
	int64_t *rids;
	if (!b || deriving_rebuilding(dv)) return true;
	int count = deriving_touched(dv, &becomes_owner, &rids);
	for (int i = 0; i < count; i++)
		if (!episode_raise(b, dv, rids[i], sink)) return false;
	count = b->active_when ? deriving_touched(dv, &activation_owner, &rids) : 0;
	for (int i = 0; i < count; i++)
		if (!episode_activate(m, dv, rids[i], sink)) return false;
	return true;
}
