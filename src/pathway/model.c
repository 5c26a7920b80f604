/* model.c: the content of this floor: links, facts, required data and what becomes a pathway, from entries to compiled rules. */
#include "pathway/internal.h"

enum { CODES_PER_FACT_MAX = 200 };

static const char model_name[] = "pathway";

model *model_of(const image *m)
{
	return image_kept(m, model_name);
}

model *model_make(image *m)
{
	model *md = model_of(m);
	if (md) return md;
	md = ARENA_NEW(m->arena, model);
	image_keep(m, model_name, md);
	return md;
}

void rule_add(image *m, rule_list *l, const void *rule)
{
	if (l->count == l->cap) {
		int cap = l->cap ? l->cap * 2 : 16;
		const void **grown = ARENA_ARRAY(m->arena, const void *, cap);
		if (l->count) memcpy(grown, l->at, (size_t)l->count * sizeof *grown);
		l->at = grown;
		l->cap = cap;
	}
	l->at[l->count++] = rule;
}

bool model_has_type(const model *md, type_id type)
{
	for (int i = 0; i < md->links.count; i++)
		if (((const link_rule *)md->links.at[i])->on == type) return true;
	for (int i = 0; i < md->facts.count; i++)
		if (((const fact_rule *)md->facts.at[i])->on == type) return true;
	return md->becomes && md->becomes->on == type;
}

/* The resource type under `on`. */
static bool type_wanted(const content_entry *e, text *name, type_id *out, issues *sink)
{
	if (!content_text(e, e->node, "on", true, name, sink)) return false;
	*out = type_find(*name);
	if (*out && type_kind_of(*out) == TYPE_RESOURCE) return true;
	return issue_at(sink, FAIL_CONTENT_TYPE, content_place(e, content_get(e, e->node, "on")), *name, TEXT(""),
			TEXT(""));
}

/* What every expression of an entry is compiled with. */
typedef struct scope {
	image *image;
	const content_entry *entry;
	type_id on;
	issues *sink;
} scope;

static bool expression(const scope *s, uint32_t object, const char *key, const path **out)
{
	int before = s->sink->errors;
	*out = content_path(s->image, s->entry, object, key, false, s->on, s->sink);
	return s->sink->errors == before;
}

static bool required_expression(image *m, const content_entry *e, const char *key, type_id on, const path **out,
				issues *sink)
{
	*out = content_path(m, e, e->node, key, true, on, sink);
	return *out != NULL;
}

/* Links and facts are read of their resource alone: what else there is changes without the resource being written, and what is kept
 * could no longer be computed from the log. */
static bool read_alone(const content_entry *e, uint32_t object, const char *key, issues *sink)
{
	static const char *const outside[] = {"resolve()", "now()", "today()", "timeOfDay()", "%previous", "%actor"};
	uint32_t at = content_get(e, object, key);
	for (uint32_t i = at; at != NODE_ABSENT && i < e->d->nodes[at].next; i++)
		for (size_t n = 0; n < sizeof outside / sizeof *outside; n++)
			if (e->d->nodes[i].kind == NODE_STRING &&
			    text_find(doc_text(e->d, i), text_of(outside[n])) >= 0)
				return issue_at(sink, FAIL_FACT_ALONE, content_place(e, i), text_of(key),
						text_of(outside[n]), TEXT(""));
	return true;
}

/* One expression, or a list of which the first that gives something counts. */
static bool expressions(const scope *s, uint32_t object, const char *key, first_of *out)
{
	uint32_t *items;
	const content_entry *e = s->entry;
	int count = content_list(s->image, e, object, key, false, &items, s->sink);
	*out = (first_of){0};
	if (count > FIRST_OF_MAX)
		return issue_at(s->sink, FAIL_CONTENT_RANGE, content_place(e, items[0]), text_of(key),
				text_format(s->sink->arena, "%d", count),
				text_format(s->sink->arena, "1..%d", FIRST_OF_MAX));
	bool fine = true;
	for (int i = 0; i < count; i++) {
		out->at[out->count] = content_path_of(s->image, e, items[i], s->on, s->sink);
		if (out->at[out->count])
			out->count++;
		else
			fine = false;
	}
	return fine;
}

/* ---- link: how resources point at each other ---- */

static void *link_compile(image *m, const content_entry *e, issues *sink)
{
	link_rule *r = ARENA_NEW(m->arena, link_rule);
	r->id = e->id;
	text on, owns;
	if (!type_wanted(e, &on, &r->on, sink)) return NULL;
	bool fine = content_text(e, e->node, "da", true, &r->da, sink);
	fine = content_text(e, e->node, "en", true, &r->en, sink) && fine;
	r->owns = content_get(e, e->node, "owns") != NODE_ABSENT;
	fine = content_text(e, e->node, "owns", false, &owns, sink) && fine;
	fine = required_expression(m, e, r->owns ? "owns" : "to", r->on, &r->to, sink) && fine;
	fine = read_alone(e, e->node, r->owns ? "owns" : "to", sink) && fine;
	if (!fine) return NULL;
	rule_add(m, &model_make(m)->links, r);
	return r;
}

const content_kind *link_content(void)
{
	static const char *const keys[] = {"da", "en", "on", "to", "owns", "note", NULL};
	static const content_kind kind = {.name = "link", .keys = keys, .compile = link_compile};
	return &kind;
}

/* ---- facts: few typed values of a resource ---- */

static bool fact_codes(image *m, const content_entry *e, uint32_t object, fact_name *f, issues *sink)
{
	static const char *const keys[] = {"code", "da", "en", NULL};
	uint32_t *items;
	int count = content_list(m, e, object, "codes", false, &items, sink);
	if (count > CODES_PER_FACT_MAX)
		return issue_at(sink, FAIL_CONTENT_TOO_MANY, content_place(e, items[0]), TEXT("200"), TEXT(""),
				TEXT(""));
	fact_code *codes = ARENA_ARRAY(m->arena, fact_code, count + 1);
	bool fine = true;
	for (int i = 0; i < count; i++) {
		if (!content_keys(e, items[i], keys, sink)) return false;
		fine = content_text(e, items[i], "code", true, &codes[i].code, sink) && fine;
		fine = content_text(e, items[i], "da", true, &codes[i].da, sink) && fine;
		fine = content_text(e, items[i], "en", true, &codes[i].en, sink) && fine;
	}
	f->codes = codes;
	f->code_count = count;
	return fine;
}

static bool fact_source(image *m, const content_entry *e, uint32_t object, fact_rule *r, issues *sink)
{
	static const char *const elses[] = {"nothing", "written", NULL};
	static const char *const givers[] = {"value", "required", NULL};
	int otherwise, from;
	bool fine = content_choice(e, object, "else", elses, 0, &otherwise, sink);
	fine = content_choice(e, object, "from", givers, 0, &from, sink) && fine;
	r->written = otherwise == 1;
	r->from_need = from == 1;
	fine = expression(&(scope){m, e, r->on, sink}, object, "only", &r->only) && fine;
	fine = expressions(&(scope){m, e, r->on, sink}, object, "value", &r->value) && fine;
	fine = expressions(&(scope){m, e, r->on, sink}, object, "at", &r->when) && fine;
	static const char *const read[] = {"only", "value", "at"};
	for (int i = 0; i < 3; i++) fine = read_alone(e, object, read[i], sink) && fine;
	bool sourced = r->value.count || r->from_need || (r->name.kind == FACT_INSTANT && r->written && r->only);
	if (fine && !sourced)
		return issue_at(sink, FAIL_CONTENT_MISSING, content_place(e, object), TEXT("value"), TEXT(""),
				TEXT(""));
	return fine;
}

static bool fact_compile(image *m, const content_entry *e, uint32_t object, const fact_rule *common, issues *sink)
{
	static const char *const keys[] = {"fact", "da",   "en",    "kind",   "only", "value", "at",
					   "else", "from", "codes", "absent", "note", NULL};
	static const char *const kinds[] = {"instant", "code", "number", NULL};
	if (!content_keys(e, object, keys, sink)) return false;
	fact_rule *r = ARENA_NEW(m->arena, fact_rule);
	*r = *common;
	r->where = content_place(e, object);
	int kind = 0;
	bool fine = content_text(e, object, "fact", true, &r->name.name, sink);
	fine = content_text(e, object, "da", true, &r->name.da, sink) && fine;
	fine = content_text(e, object, "en", true, &r->name.en, sink) && fine;
	fine = content_choice(e, object, "kind", kinds, -1, &kind, sink) && fine;
	r->name.kind = (fact_kind)(kind < 0 ? 0 : kind);
	fine = content_text(e, object, "absent", false, &r->name.absent, sink) && fine;
	fine = fact_codes(m, e, object, &r->name, sink) && fine;
	fine = fact_source(m, e, object, r, sink) && fine;
	if (fine) rule_add(m, &model_make(m)->facts, r);
	return fine;
}

static void *facts_compile(image *m, const content_entry *e, issues *sink)
{
	fact_rule common = {0};
	if (!type_wanted(e, &common.name.source, &common.on, sink)) return NULL;
	if (!expression(&(scope){m, e, common.on, sink}, e->node, "only", &common.source_only)) return NULL;
	if (!read_alone(e, e->node, "only", sink)) return NULL;
	uint32_t *items;
	int count = content_list(m, e, e->node, "gives", true, &items, sink);
	bool fine = count >= 0;
	for (int i = 0; i < count; i++) fine = fact_compile(m, e, items[i], &common, sink) && fine;
	return fine ? model_make(m) : NULL;
}

static int by_name(const void *x, const void *y)
{
	return text_compare(((const fact_name *)x)->name, ((const fact_name *)y)->name);
}

/* Ids are positions in the sorted list of all facts. */
static bool facts_ready(image *m, issues *sink)
{
	model *md = model_make(m);
	md->names = ARENA_ARRAY(m->arena, fact_name, md->facts.count + 1);
	md->name_count = md->facts.count;
	for (int i = 0; i < md->facts.count; i++) md->names[i] = ((const fact_rule *)md->facts.at[i])->name;
	qsort(md->names, (size_t)md->name_count, sizeof *md->names, by_name);
	md->by_name = (map){.arena = m->arena};
	for (int i = md->name_count - 1; i >= 0; i--) map_put(&md->by_name, md->names[i].name, i);
	bool fine = true;
	const void **numbered = ARENA_ARRAY(m->arena, const void *, md->facts.count + 1);
	for (int i = 0; i < md->facts.count; i++) {
		fact_rule *r = ARENA_NEW(m->arena, fact_rule);
		*r = *(const fact_rule *)md->facts.at[i];
		r->id = fact_id(m, r->name.name);
		numbered[i] = r;
		bool twin = (r->id > 0 && text_equal(md->names[r->id - 1].name, r->name.name)) ||
			    (r->id + 1 < md->name_count && text_equal(md->names[r->id + 1].name, r->name.name));
		if (twin) fine = issue_at(sink, FAIL_CONTENT_TWICE, r->where, r->name.name, TEXT(""), TEXT(""));
	}
	md->facts.at = numbered;
	return fine;
}

const content_kind *facts_content(void)
{
	static const char *const keys[] = {"on", "only", "gives", "note", NULL};
	static const content_kind kind = {
	    .name = "facts", .keys = keys, .compile = facts_compile, .ready = facts_ready};
	return &kind;
}

/* ---- required: what must be there, and what is missed by code where it is not ---- */

static bool need_compile(image *m, const content_entry *e, uint32_t object, const need_rule *common, issues *sink)
{
	static const char *const keys[] = {"code", "da", "en", "holds", NULL};
	if (!content_keys(e, object, keys, sink)) return false;
	need_rule *r = ARENA_NEW(m->arena, need_rule);
	*r = *common;
	bool fine = content_text(e, object, "code", true, &r->code, sink);
	fine = content_text(e, object, "da", true, &r->da, sink) && fine;
	fine = content_text(e, object, "en", true, &r->en, sink) && fine;
	r->holds = content_path(m, e, object, "holds", true, r->on, sink);
	if (!fine || !r->holds || !read_alone(e, object, "holds", sink)) return false;
	rule_add(m, &model_make(m)->needs, r);
	return true;
}

static void *required_compile(image *m, const content_entry *e, issues *sink)
{
	need_rule common = {0};
	text on, fact, source;
	if (!type_wanted(e, &on, &common.on, sink)) return NULL;
	bool fine = content_text(e, e->node, "fact", true, &fact, sink);
	fine = content_text(e, e->node, "source", true, &source, sink) && fine;
	fine = expression(&(scope){m, e, common.on, sink}, e->node, "when", &common.when) && fine;
	if (!fine || !read_alone(e, e->node, "when", sink)) return NULL;
	common.fact = fact_id(m, fact);
	place at = content_place(e, content_get(e, e->node, "fact"));
	if (common.fact < 0) return issue_at(sink, FAIL_FACT_UNKNOWN, at, fact, TEXT(""), TEXT("")), NULL;
	if (fact_at(m, common.fact)->kind != FACT_CODE)
		return issue_at(sink, FAIL_FACT_KIND, at, fact, TEXT("code"), TEXT("")), NULL;
	uint32_t *items;
	int count = content_list(m, e, e->node, "needs", true, &items, sink);
	fine = count >= 0;
	for (int i = 0; i < count; i++) fine = need_compile(m, e, items[i], &common, sink) && fine;
	return fine ? model_make(m) : NULL;
}

/* The words of what is missed are the codes' words of the fact, so that every floor can read them aloud. */
static bool required_ready(image *m, issues *sink)
{
	(void)sink;
	model *md = model_make(m);
	for (int id = 0; id < md->name_count; id++) {
		if (md->names[id].code_count) continue;
		fact_code *codes = ARENA_ARRAY(m->arena, fact_code, md->needs.count + 1);
		int count = 0;
		for (int i = 0; i < md->needs.count; i++) {
			const need_rule *r = md->needs.at[i];
			if (r->fact == id) codes[count++] = (fact_code){r->code, r->da, r->en};
		}
		md->names[id].codes = codes;
		md->names[id].code_count = count;
	}
	return true;
}

const content_kind *required_content(void)
{
	static const char *const keys[] = {"on", "fact", "when", "needs", "source", "status", "note", NULL};
	static const content_kind kind = {
	    .name = "required", .keys = keys, .compile = required_compile, .ready = required_ready};
	return &kind;
}

/* ---- check: what may be written, and by whom ---- */

static bool says(const content_entry *e, const char *key, const char *part)
{
	return text_find(doc_text(e->d, content_get(e, e->node, key)), text_of(part)) >= 0;
}

static bool asks_writer(const content_entry *e, const char *key)
{
	return says(e, key, "now()") || says(e, key, "today()") || says(e, key, "%actor");
}

/* `when` is asked before the writer, where %previous still stands; `holds` in the writer when it needs what only that knows. */
static bool check_askable(const content_entry *e, issues *sink)
{
	bool late = asks_writer(e, "holds") || says(e, "holds", "resolve()");
	if (!asks_writer(e, "when") && !(late && says(e, "holds", "%previous"))) return true;
	return issue_at(sink, FAIL_CHECK_MIX, content_place(e, e->node), TEXT(""), TEXT(""), TEXT(""));
}

static void *check_compile(image *m, const content_entry *e, issues *sink)
{
	static const char *const severities[] = {"error", "forbidden", "warning", NULL};
	check_rule *r = ARENA_NEW(m->arena, check_rule);
	r->id = e->id;
	text on, source;
	int severity = 0;
	if (!type_wanted(e, &on, &r->on, sink)) return NULL;
	bool fine = content_text(e, e->node, "da", true, &r->da, sink);
	fine = content_text(e, e->node, "en", true, &r->en, sink) && fine;
	fine = content_text(e, e->node, "source", true, &source, sink) && fine;
	fine = content_choice(e, e->node, "severity", severities, 0, &severity, sink) && fine;
	fine = expression(&(scope){m, e, r->on, sink}, e->node, "when", &r->when) && fine;
	fine = required_expression(m, e, "holds", r->on, &r->holds, sink) && fine;
	r->in_writer = asks_writer(e, "holds");
	fine = check_askable(e, sink) && fine;
	r->forbids = severity == 1;
	r->warns = severity == 2;
	if (!fine) return NULL;
	rule_add(m, &model_make(m)->checks, r);
	return r;
}

const content_kind *check_content(void)
{
	static const char *const keys[] = {"da", "en", "on", "when", "holds", "severity", "source", "note", NULL};
	static const content_kind kind = {.name = "check", .keys = keys, .compile = check_compile};
	return &kind;
}

/* ---- pathway: what becomes one ---- */

static void *becomes_compile(image *m, const content_entry *e, issues *sink)
{
	model *md = model_make(m);
	if (md->becomes)
		return issue_at(sink, FAIL_PATHWAY_ONE, content_place(e, e->node), md->becomes->entry->id, TEXT(""),
				TEXT("")),
		       NULL;
	becomes_rule *r = ARENA_NEW(m->arena, becomes_rule);
	*r = (becomes_rule){.entry = e};
	text on;
	if (!type_wanted(e, &on, &r->on, sink)) return NULL;
	int before = sink->errors;
	required_expression(m, e, "when", r->on, &r->when, sink);
	required_expression(m, e, "patient", r->on, &r->patient, sink);
	expression(&(scope){m, e, r->on, sink}, e->node, "managing", &r->managing);
	expressions(&(scope){m, e, r->on, sink}, e->node, "label", &r->label);
	content_text(e, e->node, "status", true, &r->status, sink);
	content_text(e, e->node, "status_active", false, &r->status_active, sink);
	r->active_when = condition_compile(m, e, e->node, "active_when", r->status_active.len > 0, sink);
	if (sink->errors > before) return NULL;
	md->becomes = r;
	return r;
}

const content_kind *pathway_entry_content(void)
{
	static const char *const keys[] = {"da",       "en",    "on",     "when",          "patient",
					   "managing", "label", "status", "status_active", "active_when",
					   "note",     NULL};
	static const content_kind kind = {.name = "pathway", .keys = keys, .compile = becomes_compile};
	return &kind;
}

void pathway_content(void)
{
	content_register(link_content());
	content_register(facts_content());
	content_register(required_content());
	content_register(check_content());
	content_register(pathway_entry_content());
}
