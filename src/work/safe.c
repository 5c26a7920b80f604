/* safe.c: safe to go home: each task that is somebody's, or was today, is done, handed over, proven safe until they are back, or to be handed
 * over. What has no date is not proven: nobody has said that it can wait. */
#include "work/internal.h"

typedef struct checking {
	const asking *by;
	text person;
	instant until;
	safe_task *at;
	int count, cap;
} checking;

static bool is_english(const checking *c)
{
	return c->by->lang == LANGUAGE_EN;
}

static text line_of(const checking *c, const doc *d)
{
	uint32_t other = doc_get(d, 0, doc_name(d, TEXT("_description")));
	text line = doc_get_text(d, 0, NAME_description);
	if (!is_english(c) || other == NODE_ABSENT) return line;
	uint32_t list = doc_get(d, other, NAME_extension);
	for (uint32_t i = 0; (i = list_after(d, list, i)) != NODE_ABSENT;) {
		uint32_t said = extension_find(d, i, TEXT("content"));
		if (said != NODE_ABSENT) return doc_get_text(d, said, NAME_valueString);
	}
	return line;
}

static text when_words(const checking *c, const char *da, const char *en, instant at)
{
	text when = instant_long(c->by->arena, at, is_english(c));
	return text_format(c->by->arena, "%s %.*s", is_english(c) ? en : da, TEXT_ARG(when));
}

static void judge_open(const checking *c, const doc *d, safe_task *t)
{
	uint32_t at = extension_find(d, 0, TEXT("urn:limen:until"));
	day until;
	bool held = text_equal(doc_get_text(d, 0, NAME_status), TEXT("on-hold")) && at != NODE_ABSENT &&
		    day_parse(doc_get_text(d, at, NAME_valueDate), &until);
	bool in_time = t->latest_start == INSTANT_NONE || t->latest_start >= c->until;
	if (held && day_start(until) >= day_start(day_of_instant(c->until)) && in_time) {
		t->state = SAFE_WAITS;
		t->why = when_words(c, "venter til", "waits until", day_start(until));
	} else if (t->latest_start == INSTANT_NONE) {
		t->why = is_english(c) ? TEXT("has no date: nobody has said that it can wait")
				       : TEXT("har ingen dato: ingen har sagt, at den kan vente");
	} else if (in_time) {
		t->state = SAFE_WAITS;
		t->why = when_words(c, "skal først begyndes", "need not be begun before", t->latest_start);
	} else {
		t->why = when_words(c, "skal begyndes senest", "must be begun by", t->latest_start);
	}
}

static void add(checking *c, const version *v, const doc *d, safety state)
{
	assert(c->count < c->cap);
	safe_task *t = &c->at[c->count++];
	*t = (safe_task){.id = text_copy(c->by->arena, v->id), .line = line_of(c, d), .state = state};
	t->latest_start = extension_instant(d, "urn:limen:latest-start", NAME_valueInstant);
	if (state == SAFE_NOT) judge_open(c, d, t);
	if (state == SAFE_DONE) t->why = is_english(c) ? TEXT("done today") : TEXT("gjort i dag");
	if (state == SAFE_HANDED) t->why = is_english(c) ? TEXT("handed over today") : TEXT("afleveret i dag");
}

/* Was it theirs until it was handed over since? */
static bool handed_by(const checking *c, const doc *d, instant since)
{
	for (uint32_t list = doc_get(d, 0, NAME_extension), i = 0; (i = list_after(d, list, i)) != NODE_ABSENT;) {
		moment m;
		if (!text_equal(doc_get_text(d, i, NAME_url), TEXT("urn:limen:handover"))) continue;
		uint32_t from = extension_find(d, i, TEXT("from")), at = extension_find(d, i, TEXT("at"));
		if (from == NODE_ABSENT || at == NODE_ABSENT) continue;
		if (text_equal(reference_of(d, from, NAME_valueReference), c->person) &&
		    moment_parse(doc_get_text(d, at, NAME_valueDateTime), &m) && m.low >= since)
			return true;
	}
	return false;
}

typedef struct part {
	const search_pair *pairs;
	int count;
	safety state;
} part;

static bool part_read(checking *c, const part *p)
{
	search_answer found;
	instant today = day_start(day_of_instant(c->by->now));
	if (!find_all(c->by, "Task", p->pairs, p->count, &found)) return false;
	safe_task *grown = ARENA_ARRAY(c->by->arena, safe_task, c->count + found.count + 1);
	if (c->count) memcpy(grown, c->at, (size_t)c->count * sizeof *grown);
	c->at = grown;
	c->cap = c->count + found.count + 1;
	for (int i = 0; i < found.count; i++) {
		const doc *d = doc_of(c->by, &found.entries[i].version);
		if (!d) return false;
		bool theirs = text_equal(reference_of(d, 0, NAME_owner), c->person);
		if (p->state == SAFE_HANDED && (theirs || !handed_by(c, d, today))) continue;
		add(c, &found.entries[i].version, d, p->state);
	}
	return true;
}

static int by_need(const void *xp, const void *yp)
{
	const safe_task *x = xp, *y = yp;
	if (x->state != y->state) return x->state > y->state ? -1 : 1;
	if (x->latest_start != y->latest_start) return x->latest_start < y->latest_start ? -1 : 1;
	return text_compare(x->id, y->id);
}

int work_safe(const asking *by, text person, instant until, safe_task **out)
{
	checking c = {.by = by, .person = person, .until = until};
	text today = day_iso(by->arena, day_of_instant(by->now));
	text since = text_format(by->arena, "ge%.*s", TEXT_ARG(today));
	const search_pair mine[] = {{TEXT("owner"), person}, {TEXT("open"), TEXT("true")}};
	const search_pair done[] = {
	    {TEXT("owner"), person}, {TEXT("status"), TEXT("completed")}, {TEXT("modified"), since}};
	const search_pair given[] = {{TEXT("handover"), since}};
	const part parts[] = {{mine, 2, SAFE_NOT}, {done, 3, SAFE_DONE}, {given, 1, SAFE_HANDED}};
	for (int i = 0; i < 3; i++)
		if (!part_read(&c, &parts[i])) return -1;
	if (c.count) qsort(c.at, (size_t)c.count, sizeof *c.at, by_need);
	*out = c.at;
	return c.count;
}
