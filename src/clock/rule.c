/* rule.c: a clock's content entry compiled: when it applies, what starts and stops it, how long it is. */
#include "clock/internal.h"

enum { LIMIT_MAX = 5000, ROWS_MAX = 64 };

static const char rules_name[] = "clock";

static const char *const status_words[] = {"active", "unverified", "proposed", "retired", NULL};

/* ---- spans: "8 hverdage" ---- */

static const struct unit_word {
	const char *word;
	day_unit unit;
} unit_words[] = {
    {"calendar days", UNIT_CALENDAR_DAYS},
    {"calendar day", UNIT_CALENDAR_DAYS},
    {"kalenderdage", UNIT_CALENDAR_DAYS},
    {"kalenderdag", UNIT_CALENDAR_DAYS},
    {"hverdage", UNIT_HVERDAGE},
    {"hverdag", UNIT_HVERDAGE},
    {"arbejdsdage", UNIT_ARBEJDSDAGE},
    {"arbejdsdag", UNIT_ARBEJDSDAGE},
    {"weeks", UNIT_WEEKS},
    {"week", UNIT_WEEKS},
    {"uger", UNIT_WEEKS},
    {"uge", UNIT_WEEKS},
    {"months", UNIT_MONTHS},
    {"month", UNIT_MONTHS},
    {"måneder", UNIT_MONTHS},
    {"måned", UNIT_MONTHS},
};

bool clock_span(text t, int *n, day_unit *unit)
{
	text_pair cut = text_cut(text_trim(t), ' ');
	int64_t number;
	if (!cut.found || !text_to_int(cut.head, &number) || number < 0 || number > LIMIT_MAX) return false;
	text rest = text_trim(cut.tail);
	for (size_t i = 0; i < sizeof unit_words / sizeof *unit_words; i++) {
		if (!text_equal(rest, text_of(unit_words[i].word))) continue;
		*n = (int)number;
		*unit = unit_words[i].unit;
		return true;
	}
	return false;
}

text clock_span_words(arena *a, int n, day_unit unit, language lang)
{
	static const char *const words[][4] = {
	    [UNIT_CALENDAR_DAYS] = {"kalenderdag", "kalenderdage", "calendar day", "calendar days"},
	    [UNIT_HVERDAGE] = {"hverdag", "hverdage", "hverdag (weekday)", "hverdage (weekdays)"},
	    [UNIT_HVERDAGE_SATURDAY] = {"hverdag", "hverdage", "hverdag (weekday)", "hverdage (weekdays)"},
	    [UNIT_ARBEJDSDAGE] = {"arbejdsdag", "arbejdsdage", "working day", "working days"},
	    [UNIT_WEEKS] = {"uge", "uger", "week", "weeks"},
	    [UNIT_MONTHS] = {"måned", "måneder", "month", "months"},
	};
	return text_format(a, "%d %s", n, words[unit][(lang == LANGUAGE_EN) * 2 + (n != 1)]);
}

/* ---- the limit ---- */

static bool limit_read(const content_entry *e, uint32_t object, const char *key, limit_row *row, issues *sink)
{
	text t;
	if (!content_text(e, object, key, true, &t, sink)) return false;
	if (clock_span(t, &row->n, &row->unit) && row->n > 0) return true;
	return issue_at(sink, FAIL_CLOCK_LIMIT, content_place(e, content_get(e, object, key)), text_of(key), t,
			TEXT(""));
}

static bool limit_row_read(const content_entry *e, uint32_t object, limit_row *row, issues *sink)
{
	static const char *const keys[] = {"from", "to", "is", "source", "note", NULL};
	if (!content_keys(e, object, keys, sink)) return false;
	bool fine = content_date(e, object, "from", false, &row->from, sink);
	fine = content_date(e, object, "to", false, &row->to, sink) && fine;
	fine = content_text(e, object, "source", true, &row->source, sink) && fine;
	return limit_read(e, object, "is", row, sink) && fine;
}

/* Rows go forward in time: each ends before the next begins, and only the first and last may be open. */
static bool limits_ordered(const clock_rule *r)
{
	for (int i = 0; i < r->limit_count; i++) {
		const limit_row *row = &r->limits[i];
		if (row->from != DAY_NONE && row->to != DAY_NONE && row->to < row->from) return false;
		if (i == 0) continue;
		day before = r->limits[i - 1].to;
		if (before == DAY_NONE || row->from == DAY_NONE || row->from <= before) return false;
	}
	return true;
}

static bool limits_read(image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	uint32_t *items;
	int count = content_list(m, e, e->node, "limit", true, &items, sink);
	if (count <= 0)
		return count < 0 ? false
				 : issue_at(sink, FAIL_CONTENT_MISSING, content_place(e, e->node), TEXT("limit"),
					    TEXT(""), TEXT(""));
	if (count > ROWS_MAX)
		return issue_at(sink, FAIL_CONTENT_TOO_MANY, content_place(e, items[0]), TEXT("64"), TEXT(""),
				TEXT(""));
	r->limits = ARENA_ARRAY(m->arena, limit_row, count);
	r->limit_count = count;
	for (int i = 0; i < count; i++) r->limits[i] = (limit_row){.from = DAY_NONE, .to = DAY_NONE};
	if (e->d->nodes[content_get(e, e->node, "limit")].kind != NODE_ARRAY)
		return limit_read(e, e->node, "limit", r->limits, sink);
	bool fine = true;
	for (int i = 0; i < count; i++) fine = limit_row_read(e, items[i], &r->limits[i], sink) && fine;
	if (!fine) return false;
	return limits_ordered(r)
		   ? true
		   : issue_at(sink, FAIL_CLOCK_TABLE, content_place(e, items[0]), TEXT(""), TEXT(""), TEXT(""));
}

const limit_row *clock_limit_on(const clock_rule *r, day start)
{
	for (int i = 0; i < r->limit_count; i++) {
		const limit_row *row = &r->limits[i];
		if ((row->from == DAY_NONE || start >= row->from) && (row->to == DAY_NONE || start <= row->to))
			return row;
	}
	return NULL;
}

/* "7 calendar days before" */
static bool amber_read(const content_entry *e, clock_rule *r, issues *sink)
{
	text t;
	if (!content_text(e, e->node, "amber", true, &t, sink)) return false;
	text before = TEXT(" before");
	if (text_ends(t, before) && clock_span(text_slice(t, 0, t.len - before.len), &r->amber_n, &r->amber_unit))
		return true;
	return issue_at(sink, FAIL_CLOCK_LIMIT, content_place(e, content_get(e, e->node, "amber")), TEXT("amber"), t,
			TEXT(""));
}

/* ---- pauses and suspensions ---- */

static bool instant_fact(const image *m, const content_entry *e, uint32_t object, const char *key, int *out,
			 issues *sink)
{
	text name;
	if (!content_text(e, object, key, true, &name, sink)) return false;
	*out = fact_id(m, name);
	place at = content_place(e, content_get(e, object, key));
	if (*out < 0) return issue_at(sink, FAIL_FACT_UNKNOWN, at, name, TEXT(""), TEXT(""));
	if (fact_at(m, *out)->kind == FACT_INSTANT) return true;
	return issue_at(sink, FAIL_FACT_KIND, at, name, TEXT("instant"), TEXT(""));
}

static bool span_read(const image *m, const content_entry *e, const char *key, fact_span *out, issues *sink)
{
	static const char *const pause_keys[] = {"from", "to", "source", NULL};
	static const char *const suspend_keys[] = {"from", "to", "then", "source", NULL};
	*out = (fact_span){-1, -1};
	uint32_t n = content_get(e, e->node, key);
	if (n == NODE_ABSENT || text_equal(doc_text(e->d, n), TEXT("none"))) return true;
	text source;
	if (!content_keys(e, n, strcmp(key, "pause") == 0 ? pause_keys : suspend_keys, sink)) return false;
	bool fine = content_text(e, n, "source", true, &source, sink);
	fine = instant_fact(m, e, n, "from", &out->from, sink) && fine;
	return instant_fact(m, e, n, "to", &out->to, sink) && fine;
}

static bool spans_read(const image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	static const char *const thens[] = {"continues", "starts anew", NULL};
	bool fine = span_read(m, e, "pause", &r->pause, sink);
	fine = span_read(m, e, "suspend", &r->suspend, sink) && fine;
	if (!fine) return false;
	if (r->suspend.from >= 0) {
		int then;
		if (!content_choice(e, content_get(e, e->node, "suspend"), "then", thens, -1, &then, sink))
			return false;
		r->starts_anew = then == 1;
	}
	/* Days that are not counted can be taken out of a number of days, not out of a month. */
	bool spans = r->pause.from >= 0 || (r->suspend.from >= 0 && !r->starts_anew);
	for (int i = 0; spans && i < r->limit_count; i++)
		if (r->limits[i].unit == UNIT_WEEKS || r->limits[i].unit == UNIT_MONTHS)
			return issue_at(sink, FAIL_CLOCK_LIMIT, content_place(e, content_get(e, e->node, "limit")),
					TEXT("limit"), TEXT("weeks, months"), TEXT(""));
	return true;
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
	if (limits_read(m, e, r, sink)) spans_read(m, e, r, sink);
	amber_read(e, r, sink);
	effects_read(m, e, r, sink);
	tells_read(m, e, r, sink);
	says_read(m, e, r, sink);
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
	    "da",         "en",       "source",     "force",   "certainty", "status",      "note",
	    "valid_from", "valid_to", "applies_to", "when",    "except",    "provisional", "start",
	    "stop",       "limit",    "pause",      "suspend", "waive",     "amber",       "owed_next",
	    "effects",    "tell",     "say_da",     "say_en",  "cases",     NULL};
	content_register(&(content_kind){
	    .name = "clock", .keys = keys, .compile = compile, .ready = ready, .check = clock_cases_check});
}

int clock_rules(const image *m, const clock_rule *const **out)
{
	const clock_rules_list *list = image_kept(m, rules_name);
	*out = list ? list->at : NULL;
	return list ? list->count : 0;
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
