/* rule.c: a clock's content entry compiled: when it applies, what starts and stops it, how long it is. */
#include "clock/internal.h"

#include <limits.h>

static const char rules_name[] = "clock";

static const char *const status_words[] = {"active", "unverified", "proposed", "retired", NULL};

/* "7 calendar days before", or "from the start" */
static bool amber_read(const content_entry *e, clock_rule *r, issues *sink)
{
	text t;
	if (!content_text(e, e->node, "amber", true, &t, sink)) return false;
	r->amber_from_start = text_equal(t, TEXT("from the start"));
	text before = TEXT(" before");
	if (r->amber_from_start ||
	    (text_ends(t, before) && span_any(text_slice(t, 0, t.len - before.len), &r->amber_n, &r->amber_unit)))
		return true;
	return issue_at(sink, FAIL_CLOCK_LIMIT, content_place(e, content_get(e, e->node, "amber")), TEXT("amber"), t,
			TEXT(""));
}

/* ---- pauses and suspensions ---- */

bool instant_fact(const image *m, const content_entry *e, uint32_t object, const char *key, int *out, issues *sink)
{
	text name;
	if (!content_text(e, object, key, true, &name, sink)) return false;
	*out = fact_id(m, name);
	place at = content_place(e, content_get(e, object, key));
	if (*out < 0) return issue_at(sink, FAIL_FACT_UNKNOWN, at, name, TEXT(""), TEXT(""));
	if (fact_at(m, *out)->kind == FACT_INSTANT) return true;
	return issue_at(sink, FAIL_FACT_KIND, at, name, TEXT("instant"), TEXT(""));
}

static bool span_read(const image *m, const content_entry *e, uint32_t object, bool suspends, fact_span *out,
		      issues *sink)
{
	static const char *const pause_keys[] = {"from", "to", "source", NULL};
	static const char *const suspend_keys[] = {"from", "to", "then", "source", NULL};
	text source;
	if (!content_keys(e, object, suspends ? suspend_keys : pause_keys, sink)) return false;
	bool fine = content_text(e, object, "source", true, &source, sink);
	fine = instant_fact(m, e, object, "from", &out->from, sink) && fine;
	return instant_fact(m, e, object, "to", &out->to, sink) && fine;
}

/* One pause, or one for each cause that is not counted; a cause that is not in the list is counted. */
static bool pauses_read(image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	uint32_t *items, n = content_get(e, e->node, "pause");
	if (n == NODE_ABSENT || text_equal(doc_text(e->d, n), TEXT("none"))) return true;
	int count = content_list(m, e, e->node, "pause", true, &items, sink);
	if (count < 0) return false;
	if (count > PAUSE_KINDS_MAX)
		return issue_at(sink, FAIL_CONTENT_TOO_MANY, content_place(e, n),
				text_format(sink->arena, "%d", PAUSE_KINDS_MAX), TEXT(""), TEXT(""));
	bool fine = true;
	for (int i = 0; i < count; i++)
		fine = span_read(m, e, items[i], false, &r->pauses[r->pause_count++], sink) && fine;
	return fine;
}

static bool suspend_read(const image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	static const char *const thens[] = {"continues", "starts anew", NULL};
	uint32_t n = content_get(e, e->node, "suspend");
	int then;
	r->suspend = (fact_span){-1, -1};
	if (n == NODE_ABSENT) return true;
	if (!span_read(m, e, n, true, &r->suspend, sink)) return false;
	if (!content_choice(e, n, "then", thens, -1, &then, sink)) return false;
	r->starts_anew = then == 1;
	return true;
}

/* Days that are not counted can be taken out of a number of days, not out of a month or an hour. */
static bool spans_read(image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	if (!pauses_read(m, e, r, sink) || !suspend_read(m, e, r, sink)) return false;
	bool spans = r->pause_count > 0 || (r->suspend.from >= 0 && !r->starts_anew);
	for (int i = 0; spans && i < r->limit_count; i++)
		if (!r->limits[i].unfilled && !unit_pauses(r->limits[i].unit))
			return issue_at(sink, FAIL_CLOCK_LIMIT, content_place(e, content_get(e, e->node, "limit")),
					TEXT("limit"), TEXT("months, hours, minutes"), TEXT(""));
	return true;
}

/* ---- what begins it again, and the second limit ---- */

static bool restart_read(const image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	static const char *const keys[] = {"at", "times", "source", NULL};
	uint32_t n = content_get(e, e->node, "restart");
	int64_t times = 0;
	text source;
	r->restart = -1;
	if (n == NODE_ABSENT) return true;
	if (!content_keys(e, n, keys, sink) || !content_text(e, n, "source", true, &source, sink)) return false;
	bool given = content_get(e, n, "times") != NODE_ABSENT;
	if (!instant_fact(m, e, n, "at", &r->restart, sink) || !content_int(e, n, "times", false, &times, sink))
		return false;
	r->restart_times = given ? (int)times : INT_MAX;
	if (!given || (times > 0 && times <= RESTARTS_MAX)) return true;
	return issue_at(sink, FAIL_CONTENT_RANGE, content_place(e, content_get(e, n, "times")), TEXT("times"),
			text_format(sink->arena, "%lld", (long long)times),
			text_format(sink->arena, "1..%d", RESTARTS_MAX));
}

/* also: { start, limit, source }: a second limit that is counted from elsewhere; the earlier of the two decides. */
static bool also_read(image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	static const char *const keys[] = {"start", "limit", "source", NULL};
	uint32_t n = content_get(e, e->node, "also");
	if (n == NODE_ABSENT) return true;
	if (!content_keys(e, n, keys, sink)) return false;
	limit_row *row = ARENA_NEW(m->arena, limit_row);
	*row = (limit_row){.from = DAY_NONE, .to = DAY_NONE};
	bool fine = limit_read(e, n, "limit", row, sink);
	fine = content_text(e, n, "source", true, &row->source, sink) && fine;
	r->also_start = condition_compile(m, e, n, "start", true, sink);
	r->also = row;
	if (!fine || !r->also_start) return false;
	if (unit_pauses(row->unit)) return true;
	return issue_at(sink, FAIL_CLOCK_LIMIT, content_place(e, content_get(e, n, "limit")), TEXT("limit"),
			TEXT("months, hours, minutes"), TEXT(""));
}

/* ---- sentences ---- */

static bool effects_read(image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	static const char *const keys[] = {"fact", "da", "en", NULL};
	uint32_t *items;
	int count = content_list(m, e, e->node, "effects", false, &items, sink);
	r->effects = ARENA_ARRAY(m->arena, effect_row, count + 1);
	bool fine = true;
	for (int i = 0; i < count; i++) {
		effect_row *row = &r->effects[r->effect_count++];
		if (!content_keys(e, items[i], keys, sink)) return false;
		text name;
		fine = content_text(e, items[i], "fact", true, &name, sink) && fine;
		fine = content_text(e, items[i], "da", true, &row->da, sink) && fine;
		fine = content_text(e, items[i], "en", true, &row->en, sink) && fine;
		row->fact = fact_id(m, name);
		if (row->fact < 0 && name.len)
			fine = issue_at(sink, FAIL_FACT_UNKNOWN, content_place(e, content_get(e, items[i], "fact")),
					name, TEXT(""), TEXT(""));
	}
	return fine;
}

static bool tells_read(image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	static const char *const keys[] = {"when", "whom", "da", "en", "source", NULL};
	static const char *const whens[] = {"start", "attention begins", "breach is foreseen", "breach", "stop", NULL};
	static const char *const whoms[] = {
	    "patient", "referrer", "secretary", "doctor", "responsible doctor", "department management", NULL};
	uint32_t *items;
	int count = content_list(m, e, e->node, "tell", false, &items, sink);
	r->tells = ARENA_ARRAY(m->arena, clock_tell, count + 1);
	bool fine = true;
	for (int i = 0; i < count; i++) {
		clock_tell *t = &r->tells[r->tell_count++];
		int when, whom;
		if (!content_keys(e, items[i], keys, sink)) return false;
		fine = content_choice(e, items[i], "when", whens, -1, &when, sink) && fine;
		fine = content_choice(e, items[i], "whom", whoms, -1, &whom, sink) && fine;
		fine = content_text(e, items[i], "da", true, &t->da, sink) && fine;
		fine = content_text(e, items[i], "en", true, &t->en, sink) && fine;
		fine = content_text(e, items[i], "source", true, &t->source, sink) && fine;
		if (!fine) return false;
		t->when = text_of(whens[when]);
		t->whom = text_of(whoms[whom]);
	}
	return fine;
}

static bool says_read(const image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	bool fine = content_text(e, e->node, "say_da", false, &r->say_da, sink);
	fine = content_text(e, e->node, "say_en", false, &r->say_en, sink) && fine;
	fine = clock_holes_check(m, e, "say_da", r->say_da, sink) && fine;
	return clock_holes_check(m, e, "say_en", r->say_en, sink) && fine;
}

/* ---- the rule ---- */

/* A date of law that nobody has verified is left out, and the rule says so: `status: unverified` and a note. */
static bool standing_read(const content_entry *e, clock_rule *r, issues *sink)
{
	static const char *const certainties[] = {"A", "B", "C", NULL};
	static const char *const forces[] = {"law", "recommendation", "local", NULL};
	int status = 0, certainty = 0, force = 0;
	clock_face *f = &r->face;
	bool fine = content_text(e, e->node, "source", true, &f->source, sink);
	fine = content_choice(e, e->node, "force", forces, -1, &force, sink) && fine;
	fine = content_choice(e, e->node, "certainty", certainties, -1, &certainty, sink) && fine;
	fine = content_choice(e, e->node, "status", status_words, -1, &status, sink) && fine;
	if (!fine) return false;
	f->force = text_of(forces[force]);
	f->certainty = text_of(certainties[certainty]);
	f->status = text_of(status_words[status]);
	r->status = (rule_status)status;
	fine = content_date(e, e->node, "valid_from", r->status == STATUS_ACTIVE, &f->valid_from, sink);
	fine = content_date(e, e->node, "valid_to", r->status == STATUS_RETIRED, &f->valid_to, sink) && fine;
	fine = content_both(e, e->node, "note", r->status == STATUS_UNVERIFIED, &f->note_da, &f->note_en, sink) && fine;
	if (fine && f->valid_from != DAY_NONE && f->valid_to != DAY_NONE && f->valid_to < f->valid_from)
		return issue_at(sink, FAIL_CLOCK_TABLE, content_place(e, content_get(e, e->node, "valid_to")), TEXT(""),
				TEXT(""), TEXT(""));
	return fine;
}

static void conditions_read(image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	r->when = condition_compile(m, e, e->node, "when", false, sink);
	r->except = condition_compile(m, e, e->node, "except", false, sink);
	r->provisional = condition_compile(m, e, e->node, "provisional", false, sink);
	r->start = condition_compile(m, e, e->node, "start", true, sink);
	r->stop = condition_compile(m, e, e->node, "stop", true, sink);
	r->waive = condition_compile(m, e, e->node, "waive", false, sink);
}

/* What a clock is about: a pathway where nothing is said, else a resource of the type named. */
static bool subject_read(const content_entry *e, clock_rule *r, issues *sink)
{
	static const char *const levels[] = {"", "warning, then error", NULL};
	int level;
	r->face.subject = TEXT("EpisodeOfCare");
	if (!content_text(e, e->node, "subject", false, &r->face.subject, sink)) return false;
	if (r->face.subject.len == 0) r->face.subject = TEXT("EpisodeOfCare");
	if (!content_choice(e, e->node, "level", levels, 0, &level, sink)) return false;
	r->warns_then_errs = level == 1;
	type_id type = type_find(r->face.subject);
	if (type && type_kind_of(type) == TYPE_RESOURCE) return true;
	return issue_at(sink, FAIL_CONTENT_TYPE, content_place(e, content_get(e, e->node, "subject")), r->face.subject,
			TEXT(""), TEXT(""));
}

static void *compile(image *m, const content_entry *e, issues *sink)
{
	clock_rule *r = ARENA_NEW(m->arena, clock_rule);
	int before = sink->errors;
	r->entry = e;
	r->face.id = e->id;
	content_text(e, e->node, "da", true, &r->face.da, sink);
	content_text(e, e->node, "en", true, &r->face.en, sink);
	content_text(e, e->node, "applies_to", true, &r->face.applies_to, sink);
	content_both(e, e->node, "owed_next", true, &r->face.owed_da, &r->face.owed_en, sink);
	standing_read(e, r, sink);
	conditions_read(m, e, r, sink);
	subject_read(e, r, sink);
	if (limits_read(m, e, r, sink)) spans_read(m, e, r, sink);
	restart_read(m, e, r, sink);
	also_read(m, e, r, sink);
	amber_read(e, r, sink);
	effects_read(m, e, r, sink);
	tells_read(m, e, r, sink);
	says_read(m, e, r, sink);
	stages_read(m, e, r, sink);
	return sink->errors == before ? r : NULL;
}

static bool ready(image *m, issues *sink)
{
	(void)sink;
	const content_entry **entries;
	int count = content_each(m, TEXT("clock"), &entries);
	clock_rules_list *list = ARENA_NEW(m->arena, clock_rules_list);
	list->at = ARENA_ARRAY(m->arena, const clock_rule *, count + 1);
	for (int i = 0; i < count; i++) list->at[list->count++] = entries[i]->compiled;
	image_keep(m, rules_name, list);
	return true;
}

void clock_content(void)
{
	static const char *const keys[] = {
	    "da",      "en",         "source", "force",   "certainty",   "status", "note",    "valid_from", "valid_to",
	    "subject", "applies_to", "when",   "except",  "provisional", "start",  "restart", "stop",       "limit",
	    "until",   "also",       "pause",  "suspend", "waive",       "amber",  "level",   "owed_next",  "effects",
	    "tell",    "say_da",     "say_en", "stages",  "foreseen",    "saves",  "cases",   NULL};
	content_register(forecast_content());
	content_register(limits_content());
	content_register(&(content_kind){
	    .name = "clock", .keys = keys, .compile = compile, .ready = ready, .check = clock_cases_check});
}

int clock_rules(const image *m, const clock_rule *const **out)
{
	const clock_rules_list *list = image_kept(m, rules_name);
	*out = list ? list->at : NULL;
	return list ? list->count : 0;
}

bool clock_about(const image *m, text type)
{
	const clock_rule *const *rules;
	int count = clock_rules(m, &rules);
	for (int i = 0; i < count; i++)
		if (text_equal(rules[i]->face.subject, type)) return true;
	return false;
}

const clock_rule *clock_rule_find(const image *m, text id)
{
	const content_entry *e = content_find(m, TEXT("clock"), id);
	return e ? e->compiled : NULL;
}

const clock_face *clock_rule_face(const clock_rule *r)
{
	return &r->face;
}
