/* cases.c: the examples in a rule's file, run each time the content is loaded.
 *
 *     cases:
 *       - { name: the day itself, referral.received: 2026-03-02, due: 2026-04-01 }
 *       - { name: patient moves twice, referral.received: 2026-03-02, moved.cause: [ patient-wish 2026-03-09, patient-wish ],
 *           due: 2026-04-01, ruling: 23SFP118 }
 *
 * A key with a full stop is a fact: a date or an instant; for a code fact a code, with a date behind it where that matters; or a
 * list of these. The other keys are what is expected. `on` is the day (at noon), or the instant, at which `state` is asked; without it,
 * noon of the day of the latest fact. A limit of hours says `due` with its time.
 */
#include "clock/internal.h"

enum { CASE_FACTS_MAX = 64, NOON = 12 * 60 };

typedef struct case_run {
	const image *image;
	const content_entry *entry;
	uint32_t node;
	text name;
	issues *sink;
	fact facts[CASE_FACTS_MAX];
	int count;
	day on;
} case_run;

static const char *const expectations[] = {"name",        "ruling", "note",  "on",    "start", "due",
					   "due_late",    "amber",  "stop",  "state", "limit", "days_left",
					   "provisional", "other",  "stage", "saves", NULL};

static bool expected_key(text key)
{
	for (int i = 0; expectations[i]; i++)
		if (text_equal(key, text_of(expectations[i]))) return true;
	return false;
}

/* ---- facts ---- */

static bool when_read(text t, fact *f)
{
	moment m;
	if (!moment_parse(t, &m) || m.precision < PRECISION_DAY) return false;
	f->at = m.low;
	f->on = day_of_instant(m.low);
	f->date_only = m.precision == PRECISION_DAY;
	return true;
}

/* "patient-wish 2026-03-09": the code, and when; a date of none is found later. */
static bool code_read(text t, fact *f)
{
	text_pair cut = text_cut(t, ' ');
	f->code = cut.head;
	f->at = INSTANT_NONE;
	return !cut.found || when_read(text_trim(cut.tail), f);
}

static bool fact_add(case_run *c, int id, uint32_t n)
{
	const fact_name *name = fact_at(c->image, id);
	text t = doc_text(c->entry->d, n);
	fact f = {.id = id, .type = name->source, .sequence = c->count + 1};
	bool fine = t.len && c->count < CASE_FACTS_MAX;
	switch (name->kind) {
	case FACT_INSTANT:
		fine = fine && when_read(t, &f);
		break;
	case FACT_CODE:
		fine = fine && code_read(t, &f);
		break;
	case FACT_NUMBER:
		f.at = INSTANT_NONE;
		fine = fine && text_to_int(t, &f.number);
		break;
	}
	if (!fine) return issue_at(c->sink, FAIL_FACT_VALUE, content_place(c->entry, n), name->name, t, TEXT(""));
	c->facts[c->count++] = f;
	return true;
}

static bool facts_read(case_run *c)
{
	const node *nodes = c->entry->d->nodes;
	bool fine = true;
	for (uint32_t i = c->node + 1; i < nodes[c->node].next; i = nodes[i].next) {
		text key = name_text(c->entry->d, nodes[i].name);
		if (expected_key(key)) continue;
		int id = fact_id(c->image, key);
		if (id < 0) {
			fine =
			    issue_at(c->sink, FAIL_FACT_UNKNOWN, content_place(c->entry, i), key, TEXT(""), TEXT(""));
			continue;
		}
		if (nodes[i].kind != NODE_ARRAY) {
			fine = fact_add(c, id, i) && fine;
			continue;
		}
		for (uint32_t n = i + 1; n < nodes[i].next; n = nodes[n].next) fine = fact_add(c, id, n) && fine;
	}
	return fine;
}

/* Codes without a date of their own happened with the first dated fact. */
static void dates_fill(case_run *c)
{
	instant first = INSTANT_NONE, last = INSTANT_NONE;
	for (int i = 0; i < c->count; i++) {
		instant at = c->facts[i].at;
		if (at == INSTANT_NONE) continue;
		if (first == INSTANT_NONE || at < first) first = at;
		if (last == INSTANT_NONE || at > last) last = at;
	}
	if (first == INSTANT_NONE) first = last = 0;
	for (int i = 0; i < c->count; i++)
		if (c->facts[i].at == INSTANT_NONE) c->facts[i].at = first, c->facts[i].on = day_of_instant(first);
	if (c->on == DAY_NONE) c->on = day_of_instant(last);
}

/* ---- expectations ---- */

static bool differs(case_run *c, const char *key, text expected, text got)
{
	arena *a = c->sink->arena;
	text what = text_format(a, "%s: %.*s ≠ %.*s", key, TEXT_ARG(expected), TEXT_ARG(got));
	uint32_t n = content_get(c->entry, c->node, key);
	return issue_at(c->sink, FAIL_CONTENT_CASE, content_place(c->entry, n), c->name, what, TEXT(""));
}

static bool same_day(case_run *c, const char *key, bool applies, day got)
{
	day expected;
	if (content_get(c->entry, c->node, key) == NODE_ABSENT) return true;
	if (!content_date(c->entry, c->node, key, true, &expected, c->sink)) return false;
	if (applies && got == expected) return true;
	arena *a = c->sink->arena;
	return differs(c, key, day_iso(a, expected), applies && got != DAY_NONE ? day_iso(a, got) : TEXT("-"));
}

static text state_key(clock_state s)
{
	static const char *const words[] = {
	    [CLOCK_NOT] = "not",
	    [CLOCK_RUNNING] = "running",
	    [CLOCK_PAUSED] = "paused",
	    [CLOCK_MET] = "met",
	    [CLOCK_BREACHED] = "breached",
	    [CLOCK_WAIVED] = "waived",
	    [CLOCK_SUSPENDED] = "suspended",
	    [CLOCK_UNFILLED] = "unfilled",
	};
	return text_of(words[s]);
}

static bool same_state(case_run *c, bool applies, const clock *k)
{
	static const char *const words[] = {"not",    "running",   "paused",   "met", "breached",
					    "waived", "suspended", "unfilled", NULL};
	int expected;
	if (content_get(c->entry, c->node, "state") == NODE_ABSENT) return true;
	if (!content_choice(c->entry, c->node, "state", words, -1, &expected, c->sink)) return false;
	clock_state got = applies ? clock_state_at(k, local_instant(c->on, NOON)) : CLOCK_NOT;
	return text_equal(text_of(words[expected]), state_key(got)) ||
	       differs(c, "state", text_of(words[expected]), state_key(got));
}

static bool same_number(case_run *c, const char *key, bool applies, int64_t got)
{
	int64_t expected;
	if (content_get(c->entry, c->node, key) == NODE_ABSENT) return true;
	if (!content_int(c->entry, c->node, key, true, &expected, c->sink)) return false;
	if (applies && got == expected) return true;
	arena *a = c->sink->arena;
	return differs(c, key, text_format(a, "%lld", (long long)expected),
		       applies ? text_format(a, "%lld", (long long)got) : TEXT("-"));
}

static bool same_provisional(case_run *c, bool applies, bool got)
{
	uint32_t n = content_get(c->entry, c->node, "provisional");
	if (n == NODE_ABSENT) return true;
	bool expected = c->entry->d->nodes[n].kind == NODE_TRUE;
	if (applies && expected == got) return true;
	return differs(c, "provisional", expected ? TEXT("true") : TEXT("false"), got ? TEXT("true") : TEXT("false"));
}

/* stage: the fact that began it, or `start`; with "planned" behind it where what comes next has its date. */
static bool same_stage(case_run *c, bool applies, const clock *k)
{
	text expected;
	facts f = {.at = c->facts, .count = c->count};
	if (content_get(c->entry, c->node, "stage") == NODE_ABSENT) return true;
	if (!content_text(c->entry, c->node, "stage", true, &expected, c->sink)) return false;
	if (!applies || !k->rule->stage_count) return differs(c, "stage", expected, TEXT("-"));
	stage_now s = clock_stage(k, &f, local_instant(c->on, NOON));
	text got = s.stage ? fact_at(c->image, k->rule->stages[s.stage - 1])->name : TEXT("start");
	if (s.planned) got = text_join(c->sink->arena, got, TEXT(", planned"));
	return text_equal(got, expected) || differs(c, "stage", expected, got);
}

/* saves: how many of the rule's ways to save it are open on these facts. */
static int saves_open(const case_run *c, const clock_rule *r)
{
	facts f = {.at = (fact *)(uintptr_t)c->facts, .count = c->count};
	int open = 0;
	for (int i = 0; i < r->save_count; i++)
		open += !r->saves[i].when || condition_holds(r->saves[i].when, &f).holds;
	return open;
}

static bool expectations_hold(case_run *c, bool applies, const clock *k)
{
	bool fine = same_day(c, "start", applies, k->start_day);
	fine = same_day(c, "due", applies, k->due_day) && fine;
	fine = same_day(c, "due_late", applies, k->due_day_late) && fine;
	fine =
	    same_day(c, "amber", applies, applies && k->amber != INSTANT_NONE ? day_of_instant(k->amber) : DAY_NONE) &&
	    fine;
	fine = same_day(c, "other", applies && k->other_fact, k->other_due) && fine;
	fine = same_day(c, "stop", applies, k->stop == INSTANT_NONE ? DAY_NONE : day_of_instant(k->stop)) && fine;
	fine = same_number(c, "limit", applies, k->limit) && fine;
	fine =
	    same_number(c, "days_left", applies, applies ? clock_days_left(k, local_instant(c->on, NOON)) : 0) && fine;
	fine = same_provisional(c, applies, k->provisional) && fine;
	fine = same_stage(c, applies, k) && fine;
	fine = same_number(c, "saves", applies, saves_open(c, k->rule)) && fine;
	return same_state(c, applies, k) && fine;
}

static bool case_facts(case_run *c, facts *f)
{
	if (!facts_read(c)) return false;
	dates_fill(c);
	*f = (facts){.at = c->facts, .count = c->count};
	facts_sort(f);
	return true;
}

static bool case_check(const image *m, const content_entry *e, uint32_t n, issues *sink)
{
	case_run c = {.image = m, .entry = e, .node = n, .sink = sink};
	if (e->d->nodes[n].kind != NODE_OBJECT)
		return issue_at(sink, FAIL_CONTENT_NOT_MAP, content_place(e, n), TEXT("cases"), TEXT(""), TEXT(""));
	if (!content_text(e, n, "name", true, &c.name, sink)) return false;
	if (!content_date(e, n, "on", false, &c.on, sink)) return false;
	facts f;
	if (!case_facts(&c, &f)) return false;
	clock k;
	bool applies = clock_try(m, e->compiled, &f, &k);
	return expectations_hold(&c, applies, &k);
}

bool clock_cases_check(const image *m, const content_entry *e, issues *sink)
{
	uint32_t list = content_get(e, e->node, "cases");
	const node *nodes = e->d->nodes;
	if (list == NODE_ABSENT || nodes[list].kind != NODE_ARRAY || nodes[list].len == 0)
		return issue_at(sink, FAIL_CLOCK_NO_CASES, content_place(e, e->node), TEXT(""), TEXT(""), TEXT(""));
	const clock_rule *r = e->compiled;
	if (r->limit_by >= 0 && r->limit_layer > e->layer) return true; /* the examples are of another table */
	bool fine = true;
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next) fine = case_check(m, e, i, sink) && fine;
	return fine;
}

void clock_cases_visit(const image *m, const clock_rule *r, case_visit *visit, void *self, arena *a)
{
	issues sink = {.arena = a};
	const content_entry *e = r->entry;
	uint32_t list = content_get(e, e->node, "cases");
	const node *nodes = e->d->nodes;
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next) {
		case_run c = {.image = m, .entry = e, .node = i, .sink = &sink, .on = DAY_NONE};
		facts f;
		if (case_facts(&c, &f)) visit(self, r, &f);
	}
}
