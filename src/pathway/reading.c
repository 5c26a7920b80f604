/* reading.c: what a resource gives when it is written: its links and its facts, by the model's expressions. Runs in the caller's
 * thread, before the writer. */
#include "pathway/internal.h"

enum { READ_LINKS_MAX = 512, READ_FACTS_MAX = 512 };

typedef struct reading_run {
	const model *model;
	const doc *d;
	type_id type;
	surroundings around;
	arena *arena;
	issues *sink;
	reading *out;
} reading_run;

/* ---- the outside of an expression ---- */

static bool resolve_contained(const surroundings *s, text id, path_item *out)
{
	uint32_t list = doc_get(s->root, 0, name_find(TEXT("contained")));
	if (list == NODE_ABSENT) return false;
	const node *nodes = s->root->nodes;
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next) {
		if (!text_equal(doc_get_text(s->root, i, NAME_id), id)) continue;
		*out = (path_item){.kind = PATH_NODE,
				   .d = s->root,
				   .node = i,
				   .type = type_find(doc_get_text(s->root, i, NAME_resourceType))};
		return true;
	}
	return false;
}

/* "Patient/7" or "Patient/7/_history/2": type and id. */
static bool reference_cut(text reference, text *type, text *id)
{
	text_pair cut = text_cut(reference, '/');
	if (!cut.found || !type_find(cut.head)) return false;
	*type = cut.head;
	*id = text_cut(cut.tail, '/').head;
	return id->len > 0;
}

static bool read_item(surroundings *s, text type, text id, path_item *out)
{
	version v;
	found there = FOUND_NONE;
	if (s->rd) there = record_read(s->rd, type, id, &v, s->sink);
	int64_t rid = s->dv ? deriving_rid(s->dv, type, id) : 0;
	if (rid) there = deriving_read(s->dv, rid, &v, s->sink);
	if (there != FOUND) {
		s->unresolved = true;
		return false;
	}
	doc *d = ARENA_NEW(s->arena, doc);
	if (!json_parse(s->arena, v.json, (text){0}, s->sink, d)) return false;
	*out = (path_item){.kind = PATH_NODE, .d = d, .node = 0, .type = type_find(type)};
	return true;
}

static bool resolve(void *self, text reference, path_item *out)
{
	surroundings *s = self;
	text type, id;
	if (text_starts(reference, TEXT("#")))
		return resolve_contained(s, text_slice(reference, 1, reference.len), out);
	return reference_cut(reference, &type, &id) && read_item(s, type, id, out);
}

/* %previous: the resource as it stands before this write; %actor: the PractitionerRole (or other resource) that writes. */
static bool variable(void *self, text name, path_items *out)
{
	surroundings *s = self;
	bool previous = text_equal(name, TEXT("previous"));
	if (!previous && !text_equal(name, TEXT("actor"))) return false;
	bool known = previous ? s->has_previous : s->has_actor;
	*out = (path_items){.at = previous ? &s->previous : &s->actor, .count = known};
	return true;
}

void surroundings_make(surroundings *s, reader *rd, const doc *root, arena *a, issues *sink)
{
	*s = (surroundings){.rd = rd, .arena = a, .sink = sink, .root = root};
	s->outside = (path_outside){.self = s, .now = INSTANT_NONE, .resolve = resolve, .variable = variable};
}

bool first_of_run(const first_of *f, const doc *d, const path_outside *outside, arena *a, issues *sink, path_items *out)
{
	*out = (path_items){0};
	for (int i = 0; i < f->count && out->count == 0; i++)
		if (!path_run(f->at[i], d, 0, outside, a, sink, out)) return false;
	return true;
}

/* ---- links ---- */

/* A reference to a resource kept here: "Type/id", without a version. Others (contained, logical, of another server) link nothing. */
static text local_reference(arena *a, text t)
{
	text type, id;
	if (!reference_cut(t, &type, &id)) return (text){0};
	return text_format(a, "%.*s/%.*s", TEXT_ARG(type), TEXT_ARG(id));
}

static bool link_known(const reading *r, text target, bool owns)
{
	for (int i = 0; i < r->link_count; i++)
		if (r->links[i].owns == owns && text_equal(r->links[i].target, target)) return true;
	return false;
}

static bool links_read(reading_run *run)
{
	reading *r = run->out;
	r->links = ARENA_ARRAY(run->arena, read_link, READ_LINKS_MAX);
	for (int i = 0; i < run->model->links.count; i++) {
		const link_rule *rule = run->model->links.at[i];
		path_items items;
		if (rule->on != run->type) continue;
		if (!path_run(rule->to, run->d, 0, &run->around.outside, run->arena, run->sink, &items)) return false;
		for (int n = 0; n < items.count && r->link_count < READ_LINKS_MAX; n++) {
			text target = local_reference(run->arena, path_item_text(run->arena, &items.at[n]));
			if (!target.len || link_known(r, target, rule->owns)) continue;
			if (model_has_type(run->model, type_find(text_cut(target, '/').head)))
				r->links[r->link_count++] = (read_link){target, rule->owns};
		}
	}
	return true;
}

/* ---- facts ---- */

static bool holds(reading_run *run, const path *criterion)
{
	return !criterion || path_true(criterion, run->d, 0, &run->around.outside, run->arena, run->sink);
}

static void fact_add(reading *r, const fact *f, bool written)
{
	for (int i = 0; i < r->fact_count; i++) { /* the same said twice is one fact */
		const fact *g = &r->facts[i];
		if (g->id == f->id && g->at == f->at && g->number == f->number && text_equal(g->code, f->code)) return;
	}
	if (r->fact_count == READ_FACTS_MAX) return;
	r->written[r->fact_count] = written;
	r->facts[r->fact_count++] = *f;
}

/* An instant of an item; false where the item is none. */
static bool dated(const path_item *item, fact *f)
{
	moment m;
	if (!path_item_moment(item, &m) || m.precision < PRECISION_DAY) return false;
	f->at = m.low;
	f->date_only = m.precision == PRECISION_DAY;
	return true;
}

static bool value_set(const fact_rule *rule, arena *a, const path_item *item, fact *f)
{
	decimal number;
	switch (rule->name.kind) {
	case FACT_INSTANT:
		return dated(item, f);
	case FACT_CODE:
		f->code = path_item_text(a, item);
		return f->code.len > 0;
	case FACT_NUMBER:
		return path_item_decimal(item, &number) && decimal_to_int(decimal_round(number, 0), &f->number);
	}
	return false;
}

/* A code or number with no instant of its own became so when it was written. */
static bool fact_when(reading_run *run, const fact_rule *rule, fact *f, bool *written)
{
	path_items when;
	if (rule->name.kind == FACT_INSTANT) return true;
	if (!first_of_run(&rule->when, run->d, &run->around.outside, run->arena, run->sink, &when)) return false;
	*written = when.count == 0 || !dated(&when.at[0], f);
	return true;
}

static bool needs_read(reading_run *run, const fact_rule *rule)
{
	for (int i = 0; i < run->model->needs.count; i++) {
		const need_rule *need = run->model->needs.at[i];
		if (need->fact != rule->id || need->on != run->type) continue;
		if (!holds(run, need->when) || holds(run, need->holds)) continue;
		fact_add(run->out, &(fact){.id = rule->id, .code = need->code}, true);
	}
	return true;
}

static bool fact_read(reading_run *run, const fact_rule *rule)
{
	path_items items;
	if (!holds(run, rule->only)) return true;
	if (rule->from_need) return needs_read(run, rule);
	if (!first_of_run(&rule->value, run->d, &run->around.outside, run->arena, run->sink, &items)) return false;
	for (int i = 0; i < items.count; i++) {
		fact f = {.id = rule->id};
		bool written = false;
		if (!value_set(rule, run->arena, &items.at[i], &f)) continue;
		if (!fact_when(run, rule, &f, &written)) return false;
		fact_add(run->out, &f, written);
	}
	if (items.count == 0 && rule->written) fact_add(run->out, &(fact){.id = rule->id}, true);
	return true;
}

static bool facts_read(reading_run *run)
{
	reading *r = run->out;
	r->facts = ARENA_ARRAY(run->arena, fact, READ_FACTS_MAX);
	r->written = ARENA_ARRAY(run->arena, bool, READ_FACTS_MAX);
	const path *refused = NULL; /* what an entry's `only` says is asked once for all its facts */
	for (int i = 0; i < run->model->facts.count; i++) {
		const fact_rule *rule = run->model->facts.at[i];
		if (rule->on != run->type || (refused && rule->source_only == refused)) continue;
		if (!holds(run, rule->source_only))
			refused = rule->source_only;
		else if (!fact_read(run, rule))
			return false;
	}
	return true;
}

void resource_reading(const model *md, const doc *d, arena *a, reading *out)
{
	*out = (reading){.found = {.arena = a}};
	reading_run run = {
	    .model = md, .d = d, .type = type_find(doc_type(d)), .arena = a, .sink = &out->found, .out = out};
	surroundings_make(&run.around, NULL, d, a, &out->found);
	if (!links_read(&run) || !facts_read(&run)) return;
	const becomes_rule *b = md->becomes;
	out->becomes = b && b->on == run.type && holds(&run, b->when);
}
