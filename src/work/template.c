/* template.c: what a kind of task writes. A template is a piece of a resource in YAML; a text in it may hold
 * placeholders:
 *
 *   {{answer.FIELD}}                    what was answered; a boolean or integer where it stands alone
 *   {{answer.TIME plus answer.MINUTES}} a time so many minutes later
 *   {{fact.NAME}}                       reference to the resource the pathway's latest such fact was read from
 *   {{word.NAME}}                       what a word of the kind says of what it is about
 *   {{focus}} {{patient}} {{pathway}} {{actor}} {{task}} {{now}} {{clock}}
 *
 * All are checked when content is loaded. What has no answer is left out, and with it whatever then only frames it.
 */
#include "work/internal.h"

typedef enum place_kind { PLACE_ANSWER, PLACE_PLUS, PLACE_FACT, PLACE_WORD, PLACE_KNOWN, PLACE_WRONG } place_kind;
typedef struct placeholder {
	place_kind kind;
	const field *field, *minutes;
	int fact;
	const word *word;
	text name; /* PLACE_KNOWN */
	const char *why;
} placeholder;

static placeholder refused(const char *reason)
{
	return (placeholder){.kind = PLACE_WRONG, .why = reason};
}

static const field *answer_field(const task_kind *k, text t)
{
	t = text_trim(t);
	return text_starts(t, TEXT("answer.")) ? form_field(k, text_slice(t, 7, t.len)) : NULL;
}

static placeholder read_plus(const task_kind *k, text head, text tail)
{
	placeholder p = {.kind = PLACE_PLUS, .field = answer_field(k, head), .minutes = answer_field(k, tail)};
	if (!p.field || p.field->type != FIELD_DATETIME)
		return refused("before plus stands an answer of type datetime");
	if (!p.minutes || p.minutes->type != FIELD_INTEGER)
		return refused("after plus stands an answer of type integer");
	return p;
}

static placeholder placeholder_read(const image *m, const task_kind *k, text t)
{
	static const char *const known[] = {"focus", "patient", "pathway", "actor", "task", "now", "clock"};
	t = text_trim(t);
	int64_t plus = text_find(t, TEXT(" plus "));
	if (plus >= 0) return read_plus(k, text_slice(t, 0, plus), text_slice(t, plus + 6, t.len));
	if (text_starts(t, TEXT("answer."))) {
		const field *f = answer_field(k, t);
		return f ? (placeholder){.kind = PLACE_ANSWER, .field = f} : refused("the form has no such field");
	}
	if (text_starts(t, TEXT("fact."))) {
		int id = fact_id(m, text_slice(t, 5, t.len));
		return id >= 0 ? (placeholder){.kind = PLACE_FACT, .fact = id} : refused("there is no such fact");
	}
	if (text_starts(t, TEXT("word."))) {
		const word *w = word_named(k, text_slice(t, 5, t.len));
		return w ? (placeholder){.kind = PLACE_WORD, .word = w} : refused("the kind has no such word");
	}
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (text_equal(t, text_of(known[i])))
			return (placeholder){.kind = PLACE_KNOWN, .name = text_of(known[i])};
	return refused(
	    "known are answer.FIELD, fact.NAME, word.NAME, focus, patient, pathway, actor, task, now and clock");
}

/* The next {{…}} in t: what stands before it, what is in it, what follows. False: there is none. */
static bool next_placeholder(text t, text *before, text *inside, text *after)
{
	int64_t open = text_find(t, TEXT("{{"));
	int64_t shut = open < 0 ? -1 : text_find(text_slice(t, open, t.len), TEXT("}}"));
	*before = t;
	if (shut < 0) return false;
	*before = text_slice(t, 0, open);
	*inside = text_slice(t, open + 2, open + shut);
	*after = text_slice(t, open + shut + 2, t.len);
	return true;
}

/* ---- checking ---- */

bool template_check(const image *m, const task_kind *k, uint32_t n, issues *sink)
{
	const content_entry *e = k->entry;
	const node *at = &e->d->nodes[n];
	bool fine = true;
	for (uint32_t i = n + 1; i < at->next && (at->kind == NODE_ARRAY || at->kind == NODE_OBJECT);
	     i = e->d->nodes[i].next)
		fine = template_check(m, k, i, sink) && fine;
	if (at->kind != NODE_STRING) return fine;
	text rest = doc_text(e->d, n), before, inside;
	while (next_placeholder(rest, &before, &inside, &rest)) {
		placeholder p = placeholder_read(m, k, inside);
		if (p.kind == PLACE_WRONG)
			fine =
			    issue_at(sink, FAIL_WORK_KIND_PLACE, content_place(e, n), inside, text_of(p.why), TEXT(""));
	}
	return fine;
}

static bool read_when(const task_kind *k, uint32_t at, write_rule *w, issues *sink)
{
	static const char *const keys[] = {"field", "is", "given", NULL};
	const content_entry *e = k->entry;
	uint32_t n = content_get(e, at, "when");
	if (n == NODE_ABSENT) return true;
	text name;
	if (!content_keys(e, n, keys, sink) || !content_text(e, n, "field", true, &name, sink) ||
	    !content_text(e, n, "is", false, &w->when_is, sink))
		return false;
	w->when = form_field(k, name);
	uint32_t given = content_get(e, n, "given");
	w->when_given = given != NODE_ABSENT && e->d->nodes[given].kind == NODE_TRUE;
	return w->when || issue_at(sink, FAIL_WORK_FIELD_UNKNOWN, content_place(e, n), name, TEXT(""), TEXT(""));
}

static bool read_target(const image *m, const task_kind *k, uint32_t at, write_rule *w, issues *sink)
{
	const content_entry *e = k->entry;
	uint32_t create = content_get(e, at, "create"), update = content_get(e, at, "update");
	if ((create == NODE_ABSENT) == (update == NODE_ABSENT))
		return issue_at(sink, FAIL_WORK_KIND_MISSING, content_place(e, at), TEXT("create / update"), TEXT(""),
				TEXT(""));
	uint32_t said = create == NODE_ABSENT ? update : create;
	text name = doc_text(e->d, said);
	if (create != NODE_ABSENT) {
		type_id type = type_find(name);
		w->target = TARGET_NEW;
		w->type = name;
		return (type && type_kind_of(type) == TYPE_RESOURCE && !type_is_abstract(type)) ||
		       issue_at(sink, FAIL_WORK_KIND_VALUE, content_place(e, said), TEXT("create"), name,
				TEXT("a resource type"));
	}
	w->target = text_equal(name, TEXT("focus"))     ? TARGET_FOCUS
		    : text_equal(name, TEXT("pathway")) ? TARGET_PATHWAY
							: TARGET_FACT;
	w->fact = w->target == TARGET_FACT ? fact_id(m, name) : -1;
	return w->target != TARGET_FACT || w->fact >= 0 ||
	       issue_at(sink, FAIL_WORK_KIND_UNKNOWN, content_place(e, said), TEXT("update"), name, TEXT(""));
}

static bool read_write(image *m, const task_kind *k, uint32_t at, write_rule *w, issues *sink)
{
	static const char *const keys[] = {"create", "update", "when", "body", "set", "add", NULL};
	const content_entry *e = k->entry;
	if (content_get(e, at, "qualify") != NODE_ABSENT)
		return qualify_read(m, k, at, w, sink) && read_when(k, at, w, sink);
	if (!content_keys(e, at, keys, sink) || !read_target(m, k, at, w, sink) || !read_when(k, at, w, sink))
		return false;
	w->body = content_get(e, at, "body");
	w->set = content_get(e, at, "set");
	w->add = content_get(e, at, "add");
	bool has = w->target == TARGET_NEW ? w->body != NODE_ABSENT : w->set != NODE_ABSENT || w->add != NODE_ABSENT;
	if (!has)
		return issue_at(sink, FAIL_WORK_KIND_MISSING, content_place(e, at), TEXT("body / set / add"), TEXT(""),
				TEXT(""));
	const uint32_t parts[] = {w->body, w->set, w->add};
	for (int i = 0; i < 3; i++) {
		if (parts[i] == NODE_ABSENT) continue;
		if (e->d->nodes[parts[i]].kind != NODE_OBJECT)
			return issue_at(sink, FAIL_WORK_KIND_VALUE, content_place(e, parts[i]), TEXT("writes"),
					TEXT("…"), TEXT("a mapping"));
		if (!template_check(m, k, parts[i], sink)) return false;
	}
	return true;
}

bool template_compile(image *m, task_kind *k, issues *sink)
{
	uint32_t *nodes;
	int n = content_list(m, k->entry, k->entry->node, "writes", false, &nodes, sink);
	write_rule *writes = ARENA_ARRAY(m->arena, write_rule, n + 1);
	k->writes = writes;
	for (k->write_count = 0; k->write_count < n; k->write_count++)
		if (!read_write(m, k, nodes[k->write_count], &writes[k->write_count], sink)) return false;
	return n >= 0;
}

/* ---- filling in ---- */

text fact_reference(arena *a, const fact *f)
{
	return f ? text_format(a, "%.*s/%.*s", TEXT_ARG(f->type), TEXT_ARG(f->resource)) : (text){0};
}

static text answer_of(const filling *with, const field *f)
{
	return with->form->values[f - with->form->kind->fields];
}

static text plus(arena *a, text time, text minutes)
{
	moment m;
	int64_t n;
	if (!moment_parse(time, &m) || !text_to_int(minutes, &n)) return (text){0};
	return instant_iso(a, m.low + MINUTES(n));
}

static text known_value(text name, const filling *with)
{
	if (text_equal(name, TEXT("focus"))) return with->focus;
	if (text_equal(name, TEXT("patient"))) return with->patient;
	if (text_equal(name, TEXT("pathway"))) return with->pathway;
	if (text_equal(name, TEXT("actor"))) return with->actor;
	if (text_equal(name, TEXT("task"))) return with->task;
	if (text_equal(name, TEXT("clock"))) return with->clock;
	return with->now;
}

static text value_of(arena *a, const placeholder *p, const filling *with)
{
	switch (p->kind) {
	case PLACE_ANSWER:
		return answer_of(with, p->field);
	case PLACE_PLUS:
		return plus(a, answer_of(with, p->field), answer_of(with, p->minutes));
	case PLACE_FACT:
		return fact_reference(a, facts_last(with->facts, p->fact));
	case PLACE_WORD:
		return word_value(a, p->word, with->about);
	case PLACE_KNOWN:
		return known_value(p->name, with);
	case PLACE_WRONG:
		break;
	}
	return (text){0};
}

/* A text with its placeholders filled in. empty: one of them stands for nothing; bare: it is one boolean or number;
 * said: one of them was answered, or known from the pathway's facts. */
typedef struct filled {
	text value;
	bool empty, bare, said;
} filled;

static filled fill_text(arena *a, const task_kind *k, text t, const filling *with)
{
	filled out = {0};
	buffer b = {.arena = a};
	text rest = t, before, inside, after;
	while (next_placeholder(rest, &before, &inside, &after)) {
		placeholder p = placeholder_read(with->image, k, inside);
		text value = value_of(a, &p, with);
		bool alone = before.len == 0 && after.len == 0 && b.len == 0;
		bool own = p.kind != PLACE_KNOWN;
		out.said |= own && value.len;
		out.empty |= value.len == 0;
		out.bare |= alone && p.kind == PLACE_ANSWER &&
			    (p.field->type == FIELD_BOOLEAN || p.field->type == FIELD_INTEGER);
		buffer_add(&b, before);
		buffer_add(&b, value);
		rest = after;
	}
	buffer_add(&b, rest);
	out.value = buffer_text(&b);
	return out;
}

/* Does this part still say something? An object that lost a member stands only if an answer is left in it. */
typedef struct life {
	bool alive, said;
} life;

static life life_of(arena *a, const task_kind *k, uint32_t n, const filling *with)
{
	const doc *d = k->entry->d;
	const node *at = &d->nodes[n];
	if (at->kind == NODE_STRING) {
		filled f = fill_text(a, k, doc_text(d, n), with);
		return (life){!f.empty, f.said};
	}
	if (at->kind != NODE_OBJECT && at->kind != NODE_ARRAY) return (life){true, false};
	bool lost = false, kept = false, said = false;
	for (uint32_t i = n + 1; i < at->next; i = d->nodes[i].next) {
		life part = life_of(a, k, i, with);
		kept |= part.alive;
		lost |= !part.alive;
		said |= part.alive && part.said;
	}
	bool alive = at->kind == NODE_ARRAY ? kept || at->len == 0 : (kept || at->len == 0) && (!lost || said);
	return (life){alive, said};
}

static void print_part(json_out *o, const task_kind *k, uint32_t n, const filling *with)
{
	const doc *d = k->entry->d;
	const node *at = &d->nodes[n];
	if (at->kind == NODE_STRING) {
		filled f = fill_text(o->b.arena, k, doc_text(d, n), with);
		if (f.bare)
			json_raw(o, f.value);
		else
			json_text(o, f.value);
		return;
	}
	if (at->kind != NODE_OBJECT && at->kind != NODE_ARRAY) {
		json_node(o, d, n);
		return;
	}
	if (at->kind == NODE_OBJECT)
		json_object(o);
	else
		json_array(o);
	for (uint32_t i = n + 1; i < at->next; i = d->nodes[i].next) {
		if (!life_of(o->b.arena, k, i, with).alive) continue;
		if (at->kind == NODE_OBJECT) json_key_text(o, name_text(d, d->nodes[i].name));
		print_part(o, k, i, with);
	}
	json_end(o);
}

bool template_alive(arena *a, const task_kind *k, uint32_t n, const filling *with)
{
	return n != NODE_ABSENT && life_of(a, k, n, with).alive;
}

/* The body's members belong to the resource itself: it stands even where an optional answer is missing. */
text template_resource(arena *a, const task_kind *k, const write_rule *w, const filling *with)
{
	const doc *d = k->entry->d;
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", w->type);
	for (uint32_t i = w->body + 1; i < d->nodes[w->body].next; i = d->nodes[i].next) {
		if (!life_of(a, k, i, with).alive) continue;
		json_key_text(&o, name_text(d, d->nodes[i].name));
		print_part(&o, k, i, with);
	}
	json_end(&o);
	return json_done(&o);
}

text template_part(arena *a, const task_kind *k, uint32_t n, const filling *with)
{
	json_out o = json_begin(a);
	print_part(&o, k, n, with);
	return json_done(&o);
}

text template_text(arena *a, const task_kind *k, uint32_t n, const filling *with)
{
	filled f = fill_text(a, k, doc_text(k->entry->d, n), with);
	return f.empty ? (text){0} : f.value;
}
