/* raise.c: what raises a task besides the facts of a pathway, and where its work belongs:
 *
 *     subject: Appointment                        each such resource may be a cause; without it, a pathway
 *     (no raise)                                  raised by a person, by name
 *     recurs: { every: 1 month, from: 2024-01-01 }    anew each period, while `raise` holds of its subject
 *     parts: [ KIND, … ]                          sub-tasks that come with it; it cannot be done before they are
 *     by: FACT                                    due when that comes
 *     ahead: 4 weeks                              with `from`: ready so long before it
 *     level: specialty                            or rows by date, since hospitals decide it differently
 */
#include "work/internal.h"

enum { PARTS_MAX = 20, LEVEL_ROWS_MAX = 20 };

bool kind_about_pathway(const task_kind *k)
{
	return text_equal(k->subject, TEXT("EpisodeOfCare"));
}

static bool subject_read(task_kind *k, issues *sink)
{
	layered l = kind_key(k->entry, k->family, "subject");
	k->subject = TEXT("EpisodeOfCare");
	if (l.node == NODE_ABSENT) return true;
	k->subject = doc_text(l.e->d, l.node);
	type_id type = type_find(k->subject);
	if (type && type_kind_of(type) == TYPE_RESOURCE) return true;
	return issue_at(sink, FAIL_CONTENT_TYPE, content_place(l.e, l.node), k->subject, TEXT(""), TEXT(""));
}

static bool span_of(const content_entry *e, uint32_t n, const char *key, span *out, issues *sink)
{
	if (n == NODE_ABSENT) return true;
	text t = doc_text(e->d, n);
	out->given = clock_span(t, &out->n, &out->unit) && out->n > 0;
	return out->given || issue_at(sink, FAIL_WORK_KIND_VALUE, content_place(e, n), text_of(key), t,
				      TEXT("a number of days, weeks or months, e.g. 2 arbejdsdage"));
}

static bool recurs_read(task_kind *k, issues *sink)
{
	static const char *const keys[] = {"every", "from", NULL};
	const content_entry *e = k->entry;
	uint32_t n = content_get(e, e->node, "recurs");
	k->again.from = DAY_NONE;
	if (n == NODE_ABSENT) return true;
	if (!content_keys(e, n, keys, sink) || !content_date(e, n, "from", true, &k->again.from, sink) ||
	    !span_of(e, content_get(e, n, "every"), "every", &k->again.every, sink))
		return false;
	if (k->again.every.given && k->raise) return true;
	return issue_at(sink, FAIL_WORK_KIND_MISSING, content_place(e, n), k->raise ? TEXT("every") : TEXT("raise"),
			TEXT(""), TEXT(""));
}

static bool parts_read(image *m, task_kind *k, issues *sink)
{
	uint32_t *nodes;
	const content_entry *e = k->entry;
	int n = content_list(m, e, e->node, "parts", false, &nodes, sink);
	if (n > PARTS_MAX)
		return issue_at(sink, FAIL_WORK_KIND_VALUE, content_place(e, nodes[0]), TEXT("parts"), TEXT("…"),
				TEXT("a list of at most 20 kinds"));
	text *parts = ARENA_ARRAY(m->arena, text, n + 1);
	for (int i = 0; i < n; i++) parts[i] = doc_text(e->d, nodes[i]);
	k->parts = parts;
	k->part_count = n > 0 ? n : 0;
	return n >= 0;
}

static bool by_read(const image *m, task_kind *k, issues *sink)
{
	layered l = kind_key(k->entry, k->family, "by");
	k->by = -1;
	if (l.node == NODE_ABSENT) return true;
	text name = doc_text(l.e->d, l.node);
	k->by = fact_id(m, name);
	if (k->by >= 0 && fact_at(m, k->by)->kind == FACT_INSTANT) return true;
	return issue_at(sink, FAIL_WORK_KIND_UNKNOWN, content_place(l.e, l.node), TEXT("by"), name, TEXT(""));
}

static bool known_level(text t)
{
	return text_equal(t, TEXT("specialty")) || text_equal(t, TEXT("community")) || text_equal(t, TEXT("hospital"));
}

static bool level_read(image *m, task_kind *k, issues *sink)
{
	layered l = kind_key(k->entry, k->family, "level");
	if (l.node == NODE_ABSENT)
		return issue_at(sink, FAIL_WORK_KIND_MISSING, content_place(k->entry, k->entry->node), TEXT("level"),
				TEXT(""), TEXT(""));
	k->level = rows_read(m, l.e, l.node, sink);
	if (!k->level) return false;
	for (int i = 0; i < k->level->count; i++)
		if (!known_level(k->level->at[i].role))
			return issue_at(sink, FAIL_WORK_KIND_VALUE, content_place(l.e, l.node), TEXT("level"),
					k->level->at[i].role, TEXT("specialty, community or hospital"));
	return true;
}

bool raise_read(image *m, task_kind *k, issues *sink)
{
	layered ahead = kind_key(k->entry, k->family, "ahead");
	return subject_read(k, sink) && recurs_read(k, sink) && parts_read(m, k, sink) && by_read(m, k, sink) &&
	       level_read(m, k, sink) && span_of(ahead.e, ahead.node, "ahead", &k->ahead, sink);
}

/* Parts are kinds that are raised by hand only, so that a part comes for one reason. The types that kinds are about are settled too. */
bool raise_ready(image *m, issues *sink)
{
	const task_kind *const *kinds;
	int count = task_kinds(m, &kinds);
	bool fine = true;
	for (int i = 0; i < count; i++) {
		if (kinds[i]->raise && !kind_about_pathway(kinds[i])) subject_want(m, kinds[i]->subject);
		for (int p = 0; p < kinds[i]->part_count; p++) {
			const task_kind *part = task_kind_find(m, kinds[i]->parts[p]);
			if (part && !part->raise) continue;
			fine = issue_at(sink, FAIL_WORK_KIND_UNKNOWN,
					content_place(kinds[i]->entry, kinds[i]->entry->node), TEXT("parts"),
					kinds[i]->parts[p], TEXT(""));
		}
	}
	return fine;
}

text kind_level(const task_kind *k, day on)
{
	return rows_at(k->level, on);
}

/* ---- again and again ---- */

day period_start(const task_kind *k, const calendar *c, day today)
{
	const recurring *r = &k->again;
	if (today < r->from) return DAY_NONE;
	int whole = calendar_between(c, r->from, today, r->every.unit);
	return calendar_add(c, r->from, whole / r->every.n * r->every.n, r->every.unit);
}

day period_after(const task_kind *k, const calendar *c, day start)
{
	const recurring *r = &k->again;
	int whole = calendar_between(c, r->from, start, r->every.unit);
	return calendar_add(c, r->from, (whole / r->every.n + 1) * r->every.n, r->every.unit);
}

day period_of_cause(text cause)
{
	day d;
	int64_t at = cause.len - 10;
	if (at < 1 || cause.at[at - 1] != ':' || !day_parse(text_slice(cause, at, cause.len), &d)) return DAY_NONE;
	return d;
}

bool raised_by_hand(text cause)
{
	return cause.len == 0 || text_find(cause, TEXT(":hand:")) >= 0;
}
