/* kind.c: kinds of task out of content. A kind is read with its family behind it: what the kind does not say the
 * family does. */
#include "work/internal.h"

static const char *const family_keys[] = {
    "family", "da",      "en",      "level",      "role",     "may_also",  "competence", "day_ends", "about",
    "words",  "choices", "clock",   "lead",       "within",   "minutes",   "never",      "subject",  "serves",
    "form",   "says_da", "says_en", "delegation", "priority", "next_step", NULL};
static const char *const task_keys[] = {
    "task",       "family",      "da",         "en",       "seeds",     "level",  "role",     "may_also",
    "competence", "day_ends",    "about",      "words",    "raise",     "cause",  "focus",    "from",
    "late",       "close",       "fresh",      "clock",    "lead",      "within", "minutes",  "says_da",
    "says_en",    "guide_da",    "guide_en",   "never",    "form",      "writes", "clock_of", "escalates",
    "breached",   "when_closed", "subject",    "recurs",   "parts",     "by",     "ahead",    "serves",
    "checklist",  "note",        "delegation", "priority", "next_step", NULL};

layered kind_key(const content_entry *e, const content_entry *family, const char *key)
{
	uint32_t n = content_get(e, e->node, key);
	if (n != NODE_ABSENT || !family) return (layered){e, n};
	return (layered){family, content_get(family, family->node, key)};
}

static layered key_of(const task_kind *k, const char *key)
{
	return kind_key(k->entry, k->family, key);
}

static bool wrong(issues *sink, layered at, const char *key, text value, const char *should_be)
{
	return issue_at(sink, FAIL_WORK_KIND_VALUE, content_place(at.e, at.node), text_of(key), value,
			text_of(should_be));
}

static bool unknown(issues *sink, layered at, const char *key, text value)
{
	return issue_at(sink, FAIL_WORK_KIND_UNKNOWN, content_place(at.e, at.node), text_of(key), value, TEXT(""));
}

/* A text, or a list of texts: walks them. */
static uint32_t list_first(layered l)
{
	if (l.node == NODE_ABSENT) return NODE_ABSENT;
	const node *n = &l.e->d->nodes[l.node];
	if (n->kind != NODE_ARRAY) return l.node;
	return n->len ? l.node + 1 : NODE_ABSENT;
}

static uint32_t list_next(layered l, uint32_t at)
{
	const node *n = &l.e->d->nodes[l.node];
	if (n->kind != NODE_ARRAY) return NODE_ABSENT;
	uint32_t next = l.e->d->nodes[at].next;
	return next < n->next ? next : NODE_ABSENT;
}

static bool read_span(const task_kind *k, const char *key, span *out, issues *sink)
{
	layered l = key_of(k, key);
	if (l.node == NODE_ABSENT) return true;
	text t = doc_text(l.e->d, l.node);
	out->given = clock_span(t, &out->n, &out->unit);
	return out->given || wrong(sink, l, key, t, "a number of days, e.g. 2 arbejdsdage");
}

static bool read_text(const task_kind *k, const char *key, bool required, text *out, issues *sink)
{
	layered l = key_of(k, key);
	if (l.node != NODE_ABSENT) *out = text_trim(doc_text(l.e->d, l.node));
	if (out->len || !required) return true;
	return issue_at(sink, FAIL_WORK_KIND_MISSING, content_place(k->entry, k->entry->node), text_of(key), TEXT(""),
			TEXT(""));
}

static bool read_fact(const image *m, layered l, uint32_t n, const char *key, int *out, issues *sink)
{
	text name = doc_text(l.e->d, n);
	*out = fact_id(m, name);
	return *out >= 0 || unknown(sink, (layered){l.e, n}, key, name);
}

static bool read_one_fact(const image *m, const task_kind *k, const char *key, int *out, issues *sink)
{
	layered l = key_of(k, key);
	return l.node == NODE_ABSENT || read_fact(m, l, l.node, key, out, sink);
}

static bool read_causes(const image *m, task_kind *k, issues *sink)
{
	layered l = key_of(k, "cause");
	bool fine = true;
	for (uint32_t n = list_first(l); n != NODE_ABSENT && fine; n = list_next(l, n)) {
		if (k->cause_count == KIND_CAUSES_MAX)
			return wrong(sink, l, "cause", TEXT("…"), "a list of at most 4 facts");
		fine = read_fact(m, l, n, "cause", &k->causes[k->cause_count++], sink);
	}
	if (!fine || k->cause_count || !k->raise || !kind_about_pathway(k)) return fine;
	return issue_at(sink, FAIL_WORK_KIND_MISSING, content_place(k->entry, k->entry->node), TEXT("cause"), TEXT(""),
			TEXT(""));
}

static bool read_clock(const image *m, layered l, uint32_t n, const char *key, const clock_rule **out, issues *sink)
{
	text name = doc_text(l.e->d, n);
	*out = clock_rule_find(m, name);
	return *out || unknown(sink, (layered){l.e, n}, key, name);
}

static bool read_clocks(const image *m, task_kind *k, issues *sink)
{
	layered l = key_of(k, "clock");
	for (uint32_t n = list_first(l); n != NODE_ABSENT; n = list_next(l, n)) {
		if (k->clock_count == KIND_CLOCKS_MAX)
			return wrong(sink, l, "clock", TEXT("…"), "a list of at most 4 clocks");
		if (!read_clock(m, l, n, "clock", &k->clocks[k->clock_count++], sink)) return false;
	}
	return true;
}

/* late: { clock: udredningsret, foreseen: booked.start, known: breach.known } */
static bool read_late(const image *m, task_kind *k, issues *sink)
{
	static const char *const keys[] = {"clock", "foreseen", "known", NULL};
	k->foreseen = k->known = -1;
	layered l = key_of(k, "late");
	if (l.node == NODE_ABSENT) return true;
	if (!content_keys(l.e, l.node, keys, sink)) return false;
	uint32_t rule = content_get(l.e, l.node, "clock"), foreseen = content_get(l.e, l.node, "foreseen");
	if (rule == NODE_ABSENT)
		return issue_at(sink, FAIL_WORK_KIND_MISSING, content_place(l.e, l.node), TEXT("clock"), TEXT(""),
				TEXT(""));
	if (!read_clock(m, l, rule, "late", &k->late, sink)) return false;
	uint32_t known = content_get(l.e, l.node, "known");
	if (known != NODE_ABSENT && !read_fact(m, l, known, "known", &k->known, sink)) return false;
	return foreseen == NODE_ABSENT || read_fact(m, l, foreseen, "foreseen", &k->foreseen, sink);
}

static bool read_roles(const image *m, task_kind *k, issues *sink)
{
	if (!read_text(k, "role", true, &k->role, sink)) return false;
	const content_entry *by_date = content_find(m, TEXT("role"), k->role);
	k->role_by_date = by_date ? by_date->compiled : NULL;
	if (!by_date && !role_words(k->role, LANGUAGE_DA)) return unknown(sink, key_of(k, "role"), "role", k->role);
	layered l = key_of(k, "may_also");
	for (uint32_t n = list_first(l); n != NODE_ABSENT; n = list_next(l, n)) {
		if (k->may_also_count == KIND_ROLES_MAX)
			return wrong(sink, l, "may_also", TEXT("…"), "a list of at most 6 roles");
		text role = doc_text(l.e->d, n);
		if (!role_words(role, LANGUAGE_DA)) return unknown(sink, (layered){l.e, n}, "may_also", role);
		k->may_also[k->may_also_count++] = role;
	}
	return true;
}

/* A name that content has no entry for is a mistake that would keep everybody out. */
static bool read_needed(const image *m, layered l, const char *kind, text *out, issues *sink)
{
	if (!content_text(l.e, l.node, "needs", true, out, sink)) return false;
	layered at = {l.e, content_get(l.e, l.node, "needs")};
	return content_find(m, text_of(kind), *out) || unknown(sink, at, kind, *out);
}

/* competence: { needs: X, learning: with helper | no } */
static bool read_competence(const image *m, task_kind *k, issues *sink)
{
	static const char *const keys[] = {"needs", "learning", NULL};
	layered l = key_of(k, "competence");
	if (l.node == NODE_ABSENT) return true;
	if (!content_keys(l.e, l.node, keys, sink) || !read_needed(m, l, "competence", &k->competence, sink))
		return false;
	uint32_t learning = content_get(l.e, l.node, "learning");
	text how = learning == NODE_ABSENT ? TEXT("no") : doc_text(l.e->d, learning);
	k->learning_ok = text_equal(how, TEXT("with helper"));
	return k->learning_ok || text_equal(how, TEXT("no")) || wrong(sink, l, "learning", how, "with helper, or no");
}

/* delegation: { needs: X } */
static bool read_delegation(const image *m, task_kind *k, issues *sink)
{
	static const char *const keys[] = {"needs", NULL};
	layered l = key_of(k, "delegation");
	return l.node == NODE_ABSENT ||
	       (content_keys(l.e, l.node, keys, sink) && read_needed(m, l, "delegation", &k->delegation, sink));
}

bool kind_role_may(const task_kind *k, text role, day on)
{
	if (text_equal(kind_role(k, on), role)) return true;
	for (int i = 0; i < k->may_also_count; i++)
		if (text_equal(k->may_also[i], role)) return true;
	return false;
}

/* priority: how pressing the kind is, whatever the referral says. next_step: does the next thing happen for the patient while it is open? Of a
 * kind about a pathway it does, where nothing else is said; of one about something else, where that is said. */
static bool read_priority(task_kind *k, issues *sink)
{
	layered l = key_of(k, "priority"), next = key_of(k, "next_step");
	k->next_step = next.node == NODE_ABSENT ? kind_about_pathway(k) && !k->breached.len
						: next.e->d->nodes[next.node].kind == NODE_TRUE;
	if (!read_text(k, "priority", false, &k->priority, sink)) return false;
	return !k->priority.len || priority_number(k->priority) ||
	       wrong(sink, l, "priority", k->priority, "routine, urgent, asap or stat");
}

static bool read_day_ends(task_kind *k, issues *sink)
{
	layered l = key_of(k, "day_ends");
	if (l.node == NODE_ABSENT)
		return issue_at(sink, FAIL_WORK_KIND_MISSING, content_place(k->entry, k->entry->node), TEXT("day_ends"),
				TEXT(""), TEXT(""));
	text t = doc_text(l.e->d, l.node);
	text_pair p = text_cut(t, ':');
	int64_t hour, minute;
	if (!p.found || !text_to_int(p.head, &hour) || !text_to_int(p.tail, &minute) || hour < 0 || hour > 23 ||
	    minute < 0 || minute > 59)
		return wrong(sink, l, "day_ends", t, "a time of day, e.g. \"15:00\"");
	k->day_ends = (int)(hour * 60 + minute);
	return true;
}

static bool read_minutes(task_kind *k, issues *sink)
{
	layered l = key_of(k, "minutes");
	int64_t n = 0;
	if (l.node != NODE_ABSENT && (!text_to_int(doc_text(l.e->d, l.node), &n) || n < 0 || n > 24 * 60))
		return wrong(sink, l, "minutes", doc_text(l.e->d, l.node), "a number of minutes");
	k->minutes = (int)n;
	return true;
}

/* words: { grund: FHIRPath } on the resource that `about` names. */
static bool read_words(image *m, task_kind *k, issues *sink)
{
	layered l = key_of(k, "words");
	if (l.node == NODE_ABSENT) return true;
	type_id type = type_find(k->about >= 0 ? fact_at(m, k->about)->source : k->subject);
	const doc *d = l.e->d;
	for (uint32_t n = l.node + 1; n < d->nodes[l.node].next; n = d->nodes[n].next) {
		if (k->word_count == KIND_WORDS_MAX)
			return wrong(sink, l, "words", TEXT("…"), "a mapping of at most 12 words");
		const path *p = content_path_of(m, l.e, n, type, sink);
		if (!p) return false;
		k->words[k->word_count++] = (word){name_text(d, d->nodes[n].name), p};
	}
	return true;
}

static bool read_says(const image *m, task_kind *k, issues *sink)
{
	static const char *const names[] = {"says_da", "says_en", "guide_da", "guide_en"};
	text *const into[] = {&k->says_da, &k->says_en, &k->guide_da, &k->guide_en};
	for (int i = 0; i < 4; i++) /* a line that is not given is the kind's name */
		if (!read_text(k, names[i], i > 1, into[i], sink)) return false;
	if (!k->says_da.len) k->says_da = k->da;
	if (!k->says_en.len) k->says_en = k->en;
	for (int i = 0; i < 2; i++) {
		layered l = key_of(k, names[i]);
		if (l.node != NODE_ABSENT && !line_check(m, k, *into[i], content_place(l.e, l.node), sink))
			return false;
	}
	return true;
}

static bool read_focus(const image *m, task_kind *k, issues *sink)
{
	layered l = key_of(k, "focus");
	k->focus = -1;
	if (l.node == NODE_ABSENT) return true;
	k->focus_pathway = text_equal(doc_text(l.e->d, l.node), TEXT("pathway"));
	return k->focus_pathway || read_fact(m, l, l.node, "focus", &k->focus, sink);
}

static bool read_family(const image *m, task_kind *k, issues *sink)
{
	uint32_t n = content_get(k->entry, k->entry->node, "family");
	if (n == NODE_ABSENT) return true;
	text name = doc_text(k->entry->d, n);
	k->family = content_find(m, TEXT("family"), name);
	return k->family || unknown(sink, (layered){k->entry, n}, "family", name);
}

/* serves: which of the profession's three roles the work is. */
static bool check_serves(const task_kind *k, issues *sink)
{
	static const char *const roles[] = {"ambassador", "coordinator", "link"};
	layered l = key_of(k, "serves");
	for (uint32_t n = list_first(l); n != NODE_ABSENT; n = list_next(l, n)) {
		bool known = false;
		for (int i = 0; i < 3; i++) known |= text_equal(doc_text(l.e->d, n), text_of(roles[i]));
		if (!known) return wrong(sink, l, "serves", doc_text(l.e->d, n), "ambassador, coordinator or link");
	}
	return true;
}

/* never: [ { da: …, en: … } ] */
static bool check_never(const task_kind *k, issues *sink)
{
	static const char *const keys[] = {"da", "en", NULL};
	layered l = key_of(k, "never");
	for (uint32_t n = list_first(l); n != NODE_ABSENT; n = list_next(l, n)) {
		text da, en;
		if (!content_keys(l.e, n, keys, sink) || !content_text(l.e, n, "da", true, &da, sink) ||
		    !content_text(l.e, n, "en", true, &en, sink))
			return false;
	}
	return true;
}

static bool read_conditions(image *m, task_kind *k, issues *sink)
{
	const content_entry *e = k->entry;
	int before = sink->errors;
	k->raise = condition_compile(m, e, e->node, "raise", false, sink);
	k->close = condition_compile(m, e, e->node, "close", false, sink);
	uint32_t fresh = content_get(e, e->node, "fresh");
	k->fresh = fresh != NODE_ABSENT && e->d->nodes[fresh].kind == NODE_TRUE;
	return sink->errors == before;
}

static bool read_facts(const image *m, task_kind *k, issues *sink)
{
	k->about = k->from = -1;
	return read_one_fact(m, k, "about", &k->about, sink) && read_one_fact(m, k, "from", &k->from, sink) &&
	       read_causes(m, k, sink) && read_focus(m, k, sink) && read_late(m, k, sink) && read_clocks(m, k, sink);
}

static bool read_rest(image *m, task_kind *k, issues *sink)
{
	return read_text(k, "da", true, &k->da, sink) && read_text(k, "en", true, &k->en, sink) &&
	       read_roles(m, k, sink) && read_competence(m, k, sink) && read_delegation(m, k, sink) &&
	       read_priority(k, sink) && read_day_ends(k, sink) && read_minutes(k, sink) &&
	       read_span(k, "lead", &k->lead, sink) && read_span(k, "within", &k->within, sink) &&
	       read_words(m, k, sink) && read_says(m, k, sink) && check_never(k, sink) && check_serves(k, sink);
}

static void *compile_task(image *m, const content_entry *e, issues *sink)
{
	task_kind *k = ARENA_NEW(m->arena, task_kind);
	k->entry = e;
	k->id = e->id;
	bool fine = read_family(m, k, sink) && read_conditions(m, k, sink) && raise_read(m, k, sink) &&
		    read_facts(m, k, sink) && escalate_read(m, k, sink) && read_rest(m, k, sink) &&
		    form_compile(m, k, sink) && template_compile(m, k, sink);
	return fine ? k : NULL;
}

/* A family is only read through its kinds; here it must name itself in both languages. */
static void *compile_family(image *m, const content_entry *e, issues *sink)
{
	(void)m;
	text da, en;
	bool fine = content_text(e, e->node, "da", true, &da, sink) && content_text(e, e->node, "en", true, &en, sink);
	return fine ? (void *)(uintptr_t)e : NULL;
}

/* The kinds as a list, once for the image: floors above walk it often. */
typedef struct kind_list {
	const task_kind **at;
	int count;
} kind_list;

static bool kinds_ready(image *m, issues *sink)
{
	const content_entry **entries;
	kind_list *list = ARENA_NEW(m->arena, kind_list);
	list->count = content_each(m, TEXT("task"), &entries);
	list->at = ARENA_ARRAY(m->arena, const task_kind *, list->count + 1);
	for (int i = 0; i < list->count; i++) list->at[i] = entries[i]->compiled;
	image_keep(m, "task kinds", list);
	return raise_ready(m, sink);
}

void work_content(void)
{
	content_register(role_content());
	competence_content();
	routing_content();
	content_register(&(content_kind){.name = "family", .keys = family_keys, .compile = compile_family});
	content_register(
	    &(content_kind){.name = "task", .keys = task_keys, .compile = compile_task, .ready = kinds_ready});
	content_register(automation_content());
	timeline_content();
	search_content();
	department_content();
}

int task_kinds(const image *m, const task_kind *const **out)
{
	const kind_list *list = image_kept(m, "task kinds");
	*out = list ? list->at : NULL;
	return list ? list->count : 0;
}

const task_kind *task_kind_find(const image *m, text id)
{
	const content_entry *e = content_find(m, TEXT("task"), id);
	return e ? e->compiled : NULL;
}

text task_kind_title(const task_kind *k, language lang)
{
	return lang == LANGUAGE_EN ? k->en : k->da;
}

text task_kind_guide(const task_kind *k, language lang)
{
	return lang == LANGUAGE_EN ? k->guide_en : k->guide_da;
}

text task_kind_id(const task_kind *k)
{
	return k->id;
}

text task_id_of(arena *a, text kind, text cause)
{
	return uuid_of_name(a, text_format(a, "task:%.*s:%.*s", TEXT_ARG(kind), TEXT_ARG(cause)));
}
