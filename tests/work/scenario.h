/* scenario.h: scenarios of kinds of task as data, and one of them run. See scenarios/README.md for how they are written. */
#ifndef LIMEN_TESTS_WORK_SCENARIO_H
#define LIMEN_TESTS_WORK_SCENARIO_H

#include "content/content.h"

static int scenario_files(arena *a, const content_file **own);
#define HOUSE_OWN scenario_files
#include "house.h"

#include "work/internal.h"

/* ---- the files ---- */

static void *scenario_kept(image *m, const content_entry *e, issues *sink)
{
	(void)m, (void)sink;
	return (void *)(uintptr_t)e;
}

static int scenario_files(arena *a, const content_file **own)
{
	static const char *const scenario_keys[] = {"scenario", "kind", "starts", "fixtures", "steps", "hand", NULL};
	static const char *const fixture_keys[] = {"fixture", "puts", NULL};
	char **paths;
	content_register(&(content_kind){.name = "fixture", .keys = fixture_keys, .compile = scenario_kept});
	content_register(&(content_kind){.name = "scenario", .keys = scenario_keys, .compile = scenario_kept});
	int count = list_files(a, "tests/work/scenarios", ".yaml", &paths);
	content_file *files = ARENA_ARRAY(a, content_file, count + 1);
	for (int i = 0; i < count; i++) files[i] = (content_file){text_of(paths[i]), read_file(a, paths[i])};
	*own = files;
	return count;
}

static text scenario_kind(const content_entry *e)
{
	uint32_t n = content_get(e, e->node, "kind");
	return n == NODE_ABSENT ? text_cut(e->id, '.').head : doc_text(e->d, n);
}

/* ---- one that runs ---- */

typedef struct scenario_result {
	bool passed;
	int line;
	text why;
} scenario_result;

typedef struct story {
	house h;
	const content_entry *e;
	const task_kind *kind;
	scenario_result result;
} story;

static bool story_fails(story *s, uint32_t node, text why)
{
	s->result = (scenario_result){.line = s->e->lines[node], .why = text_copy(s->h.arena, why)};
	return false;
}

/* {pathway}: the id of the latest EpisodeOfCare; {latest TYPE}: of the latest resource of that type; {task KIND Type/id}: of that task. */
static text story_value(story *s, text inside)
{
	text_pair p = text_cut(inside, ' ');
	if (text_equal(p.head, TEXT("latest"))) return house_latest(&s->h, text_z(s->h.arena, p.tail));
	if (!text_equal(p.head, TEXT("task"))) return house_latest(&s->h, "EpisodeOfCare");
	text_pair of = text_cut(p.tail, ' ');
	return task_id_of(s->h.arena, of.head,
			  text_format(s->h.arena, "%.*s:%.*s", TEXT_ARG(of.head), TEXT_ARG(of.tail)));
}

static int64_t first_placeholder(text t)
{
	static const char *const known[] = {"{pathway}", "{latest ", "{task "};
	int64_t first = -1;
	for (int i = 0; i < 3; i++) {
		int64_t at = text_find(t, text_of(known[i]));
		if (at >= 0 && (first < 0 || at < first)) first = at;
	}
	return first;
}

static text story_filled(story *s, text t)
{
	buffer b = {.arena = s->h.arena};
	for (int64_t at = first_placeholder(t); at >= 0; at = first_placeholder(t)) {
		int64_t shut = at + text_find(text_slice(t, at, t.len), TEXT("}"));
		buffer_add(&b, text_slice(t, 0, at));
		buffer_add(&b, story_value(s, text_slice(t, at + 1, shut)));
		t = text_slice(t, shut + 1, t.len);
	}
	buffer_add(&b, t);
	return buffer_text(&b);
}

/* "KIND Type/id", or "#id" of a task raised by hand. */
static text story_task_id(story *s, text named)
{
	named = story_filled(s, named);
	if (text_starts(named, TEXT("#"))) return text_slice(named, 1, named.len);
	text_pair p = text_cut(named, ' ');
	text cause = text_format(s->h.arena, "%.*s:%.*s", TEXT_ARG(p.head), TEXT_ARG(text_trim(p.tail)));
	return task_id_of(s->h.arena, p.head, cause);
}

static bool story_task(story *s, text named, doc *out)
{
	return house_read(&s->h, TEXT("Task"), story_task_id(s, named), out);
}

static text story_said(story *s)
{
	buffer b = {.arena = s->h.arena};
	for (const issue *i = s->h.sink.first; i; i = i->next) {
		if (b.len) buffer_add(&b, TEXT("; "));
		buffer_add(&b, issue_line(s->h.arena, i, LANGUAGE_EN));
	}
	return b.len ? buffer_text(&b) : TEXT("nothing was said");
}

static bool story_refusal(story *s, uint32_t step, bool happened)
{
	uint32_t refused = content_get(s->e, step, "refused");
	if (refused == NODE_ABSENT) return happened || story_fails(s, step, story_said(s));
	if (happened) return story_fails(s, refused, TEXT("it was not refused"));
	text wanted = doc_text(s->e->d, refused);
	for (const issue *i = s->h.sink.first; i; i = i->next)
		if (text_equal(text_of(failure_name(i->code)), wanted)) return true;
	return story_fails(s, refused, story_said(s));
}

/* ---- what happens ---- */

static bool story_put(story *s, text actor, uint32_t n)
{
	json_out o = json_begin(s->h.arena);
	json_node(&o, s->e->d, n);
	text json = story_filled(s, json_done(&o));
	doc d, now;
	issues sink = {.arena = s->h.arena};
	if (!json_parse(s->h.arena, json, TEXT("scenario"), &sink, &d)) return story_fails(s, n, TEXT("not JSON"));
	text id = doc_get_text(&d, 0, NAME_id);
	bool there = house_read(&s->h, doc_type(&d), id, &now);
	return house_try(&s->h, text_z(s->h.arena, actor), there ? WRITE_UPDATE : WRITE_CREATE, text_z(s->h.arena, id),
			 json);
}

static bool story_puts(story *s, uint32_t step)
{
	uint32_t n = content_get(s->e, step, "put"), by = content_get(s->e, step, "by");
	if (n == NODE_ABSENT) return true;
	text actor = by == NODE_ABSENT ? TEXT("Device/test") : doc_text(s->e->d, by);
	const node *at = &s->e->d->nodes[n];
	if (at->kind != NODE_ARRAY) return story_refusal(s, step, story_put(s, actor, n));
	for (uint32_t i = n + 1; i < at->next; i = s->e->d->nodes[i].next)
		if (!story_put(s, actor, i)) return story_refusal(s, step, false);
	return story_refusal(s, step, true);
}

static text scalar(const doc *d, uint32_t n)
{
	if (d->nodes[n].kind == NODE_TRUE) return TEXT("true");
	return d->nodes[n].kind == NODE_FALSE ? TEXT("false") : doc_text(d, n);
}

static answers story_answers(story *s, uint32_t step, const task_kind *k)
{
	uint32_t n = content_get(s->e, step, "answers");
	const doc *d = s->e->d;
	int given = n == NODE_ABSENT ? 0 : (int)d->nodes[n].len;
	answer *all = ARENA_ARRAY(s->h.arena, answer, given + k->field_count + 1);
	answers out = {.at = all};
	for (uint32_t i = n + 1; n != NODE_ABSENT && i < d->nodes[n].next; i = d->nodes[i].next)
		all[out.count++] = (answer){name_text(d, d->nodes[i].name), story_filled(s, scalar(d, i))};
	for (int f = 0; f < k->field_count && n != NODE_ABSENT;
	     f++) /* a checklist is ticked where anything is answered */
		if (text_starts(k->fields[f].name, TEXT("step-")))
			all[out.count++] = (answer){k->fields[f].name, TEXT("true")};
	return out;
}

static bool story_complete(story *s, text actor, text id, const answers *given)
{
	caller who = as(text_z(s->h.arena, actor));
	s->h.sink = (issues){.arena = s->h.arena};
	completing c = {.record = s->h.record,
			.image = s->h.image,
			.who = &who,
			.task = id,
			.given = given,
			.now = world_now(&s->h.world)};
	return work_complete(&c, s->h.arena, &s->h.sink);
}

static bool story_do(story *s, text actor, text named, uint32_t step)
{
	doc d;
	if (!story_task(s, named, &d))
		return story_fails(s, step, text_format(s->h.arena, "there is no task %.*s", TEXT_ARG(named)));
	const task_kind *k = task_kind_find(s->h.image, task_kind_of(&d));
	answers given = story_answers(s, step, k);
	return story_refusal(s, step, story_complete(s, actor, story_task_id(s, named), &given));
}

static bool story_does(story *s, uint32_t step)
{
	uint32_t n = content_get(s->e, step, "do"), by = content_get(s->e, step, "by");
	if (n == NODE_ABSENT) return true;
	text actor = by == NODE_ABSENT ? TEXT("PractitionerRole/sek-a") : doc_text(s->e->d, by);
	return story_do(s, actor, doc_text(s->e->d, n), step);
}

static text story_text(story *s, uint32_t step, const char *key, const char *otherwise)
{
	uint32_t n = content_get(s->e, step, key);
	return n == NODE_ABSENT ? text_of(otherwise) : story_filled(s, doc_text(s->e->d, n));
}

static bool story_raise(story *s, text kind, uint32_t step)
{
	by_hand what = {.id = story_text(s, step, "as", "hand"),
			.kind = kind,
			.focus = story_text(s, step, "about", ""),
			.patient = story_text(s, step, "patient", ""),
			.note = story_text(s, step, "note", ""),
			.due = DAY_NONE};
	caller who = as(text_z(s->h.arena, story_text(s, step, "by", "PractitionerRole/sek-a")));
	const working by = {s->h.image, &who, world_now(&s->h.world), s->h.arena};
	written out;
	s->h.sink = (issues){.arena = s->h.arena};
	return work_raise(s->h.record, &what, &by, &out, &s->h.sink);
}

static bool story_raises(story *s, uint32_t step)
{
	uint32_t n = content_get(s->e, step, "raise");
	return n == NODE_ABSENT || story_refusal(s, step, story_raise(s, doc_text(s->e->d, n), step));
}

static bool story_wait(story *s, uint32_t step)
{
	moment m;
	uint32_t n = content_get(s->e, step, "at");
	if (n == NODE_ABSENT) return true;
	if (!moment_parse(text_format(s->h.arena, "%.*s:00+01:00", TEXT_ARG(doc_text(s->e->d, n))), &m))
		return story_fails(s, n, TEXT("at: YYYY-MM-DDTHH:MM"));
	world_set(&s->h.world, m.low);
	s->h.sink = (issues){.arena = s->h.arena};
	return record_tick(s->h.record, &s->h.sink) || story_fails(s, n, story_said(s));
}

/* ---- what is so then ---- */

static bool story_status(story *s, uint32_t n, text named, const char *wanted)
{
	doc d;
	text is = story_task(s, named, &d) ? doc_get_text(&d, 0, NAME_status) : TEXT("not there");
	bool open = task_status_open(is);
	bool fits = strcmp(wanted, "open") == 0 ? open
		    : strcmp(wanted, "done") == 0
			? text_equal(is, TEXT("completed"))
			: text_equal(is, TEXT("cancelled")) || text_equal(is, TEXT("not there"));
	return fits ||
	       story_fails(s, n,
			   text_format(s->h.arena, "%.*s is %.*s, not %s", TEXT_ARG(named), TEXT_ARG(is), wanted));
}

static int story_count(story *s, text kind)
{
	caller who = as("Device/test");
	issues sink = {.arena = s->h.arena};
	map seen = {.arena = s->h.arena};
	int count = 0;
	for (int64_t after = 0;;) {
		feed_event *events;
		int n = record_feed(s->h.record, &who, after, 500, 0, s->h.arena, &events, &sink);
		if (n <= 0) return count;
		for (int i = 0; i < n; i++) {
			doc d;
			int64_t was;
			after = events[i].sequence;
			if (!text_equal(events[i].type, TEXT("Task")) || map_get(&seen, events[i].id, &was)) continue;
			map_put(&seen, text_copy(s->h.arena, events[i].id), 1);
			if (house_read(&s->h, TEXT("Task"), events[i].id, &d) &&
			    (!kind.len || text_equal(task_kind_of(&d), kind)))
				count++;
		}
	}
}

static bool story_none(story *s, uint32_t n, text kind)
{
	int count = story_count(s, kind);
	return count == 0 || story_fails(s, n, text_format(s->h.arena, "there is a task of kind %.*s", TEXT_ARG(kind)));
}

/* "KIND Type/id DAY": due that day. */
static bool story_due(story *s, uint32_t n, text said)
{
	doc d;
	task_row row;
	day on = DAY_NONE;
	int64_t at = said.len - 11;
	if (at < 1 || !day_parse(text_slice(said, at + 1, said.len), &on))
		return story_fails(s, n, TEXT("due: KIND CAUSE DAY"));
	text named = text_slice(said, 0, at);
	if (!story_task(s, named, &d) || !task_row_read(&d, &row)) return story_fails(s, n, TEXT("it is not there"));
	day is = row.due == INSTANT_NONE ? DAY_NONE : day_of_instant(row.due - 1);
	text words = is == DAY_NONE ? TEXT("not dated") : day_iso(s->h.arena, is);
	return is == on ||
	       story_fails(s, n, text_format(s->h.arena, "%.*s is due %.*s", TEXT_ARG(named), TEXT_ARG(words)));
}

typedef bool story_claim(story *s, uint32_t n, text said);

static bool story_open(story *s, uint32_t n, text said)
{
	return story_status(s, n, said, "open");
}

static bool story_done(story *s, uint32_t n, text said)
{
	return story_status(s, n, said, "done");
}

static bool story_gone(story *s, uint32_t n, text said)
{
	return story_status(s, n, said, "gone");
}

static bool story_each(story *s, uint32_t step, const char *key, story_claim *claim)
{
	uint32_t n = content_get(s->e, step, key);
	const doc *d = s->e->d;
	if (n == NODE_ABSENT) return true;
	if (d->nodes[n].kind != NODE_ARRAY) return claim(s, n, doc_text(d, n));
	for (uint32_t i = n + 1; i < d->nodes[n].next; i = d->nodes[i].next)
		if (!claim(s, i, doc_text(d, i))) return false;
	return true;
}

static bool story_step(story *s, uint32_t step)
{
	static const char *const keys[] = {"say",   "at",   "put",   "by",      "do",   "answers",
					   "raise", "as",   "about", "patient", "note", "refused",
					   "open",  "done", "gone",  "none",    "due",  NULL};
	issues sink = {.arena = s->h.arena};
	if (!content_keys(s->e, step, keys, &sink)) return story_fails(s, step, TEXT("a key that means nothing here"));
	return story_wait(s, step) && story_puts(s, step) && story_raises(s, step) && story_does(s, step) &&
	       story_each(s, step, "open", story_open) && story_each(s, step, "done", story_done) &&
	       story_each(s, step, "gone", story_gone) && story_each(s, step, "none", story_none) &&
	       story_each(s, step, "due", story_due);
}

/* ---- a kind raised by hand: the whole of it in one line ---- */

static bool required_refused(story *s, uint32_t hand, text by)
{
	const answers nothing = {0};
	bool any = s->kind->field_count == 0;
	for (int i = 0; i < s->kind->field_count; i++) any |= s->kind->fields[i].required;
	if (!any) return story_fails(s, hand, TEXT("its form requires nothing"));
	if (s->kind->field_count == 0) return true;
	bool done = story_complete(s, by, TEXT("hand"), &nothing);
	return (!done && house_said(&s->h, FAIL_WORK_FIELD_MISSING)) ||
	       story_fails(s, hand, TEXT("it could be done without an answer"));
}

/* Refused for who asked, and not for what was answered. */
static bool refused_for_who(const story *s)
{
	return house_said(&s->h, FAIL_WORK_NOT_YOURS) || house_said(&s->h, FAIL_WORK_NO_ROLE);
}

static bool wrong_one_refused(story *s, uint32_t hand)
{
	uint32_t refused = content_get(s->e, hand, "refused");
	if (refused == NODE_ABSENT) return story_fails(s, hand, TEXT("refused: who may not do it"));
	answers given = story_answers(s, hand, s->kind);
	bool done = story_complete(s, doc_text(s->e->d, refused), TEXT("hand"), &given);
	return (!done && refused_for_who(s)) || story_fails(s, refused, TEXT("who may not do it could"));
}

static bool parts_do(story *s, uint32_t hand, text by)
{
	uint32_t n = content_get(s->e, hand, "parts");
	const doc *d = s->e->d;
	if (s->kind->part_count && n == NODE_ABSENT)
		return story_fails(s, hand, TEXT("parts: [ { do: KIND, answers: … } ]"));
	if (n == NODE_ABSENT) return true;
	answers given = story_answers(s, hand, s->kind);
	bool done = story_complete(s, by, TEXT("hand"), &given);
	if (done || !house_said(&s->h, FAIL_WORK_PART_OPEN))
		return story_fails(s, n, TEXT("it could be done before its parts"));
	for (uint32_t i = n + 1; i < d->nodes[n].next; i = d->nodes[i].next) {
		uint32_t what = content_get(s->e, i, "do"), whose = content_get(s->e, i, "by");
		text named = text_format(s->h.arena, "%.*s Task/hand", TEXT_ARG(doc_text(d, what)));
		if (!story_do(s, whose == NODE_ABSENT ? by : doc_text(d, whose), named, i)) return false;
	}
	return true;
}

static bool story_hand(story *s, uint32_t hand)
{
	static const char *const keys[] = {"by",      "due",  "answers", "refused", "about",
					   "patient", "note", "parts",   NULL};
	issues sink = {.arena = s->h.arena};
	if (!content_keys(s->e, hand, keys, &sink)) return story_fails(s, hand, TEXT("a key that means nothing here"));
	text by = story_text(s, hand, "by", "PractitionerRole/sek-a");
	text due = text_format(s->h.arena, "#hand %.*s", TEXT_ARG(story_text(s, hand, "due", "")));
	int before = story_count(s, (text){0});
	if (!story_none(s, hand, s->kind->id)) return false;
	if (!story_raise(s, s->kind->id, hand)) return story_fails(s, hand, story_said(s));
	if (!story_open(s, hand, TEXT("#hand"))) return false;
	if ((s->kind->within.given || due.len > 6) && !story_due(s, hand, due)) return false;
	if (!wrong_one_refused(s, hand) || !parts_do(s, hand, by) || !required_refused(s, hand, by)) return false;
	answers given = story_answers(s, hand, s->kind);
	if (!story_complete(s, by, TEXT("hand"), &given)) return story_fails(s, hand, story_said(s));
	if (!story_done(s, hand, TEXT("#hand"))) return false;
	int made = story_count(s, (text){0}) - before - s->kind->part_count;
	return made == 1 || story_fails(s, hand, text_format(s->h.arena, "%d tasks came, not one", made));
}

static bool story_fixture(story *s, text name, uint32_t where)
{
	const content_entry *f = content_find(s->h.image, TEXT("fixture"), name), *told = s->e;
	if (!f) return story_fails(s, where, TEXT("there is no such fixture"));
	uint32_t puts = content_get(f, f->node, "puts");
	bool fine = true;
	s->e = f;
	for (uint32_t p = puts + 1; fine && p < f->d->nodes[puts].next; p = f->d->nodes[p].next)
		fine = story_put(s, TEXT("Device/test"), p);
	s->e = told;
	return fine || story_fails(s, where, story_said(s));
}

static bool story_fixtures(story *s)
{
	const doc *d = s->e->d;
	uint32_t n = content_get(s->e, s->e->node, "fixtures");
	if (!story_fixture(s, TEXT("afdeling"), s->e->node)) return false;
	for (uint32_t i = n + 1; n != NODE_ABSENT && i < d->nodes[n].next; i = d->nodes[i].next)
		if (!story_fixture(s, doc_text(d, i), i)) return false;
	return true;
}

static bool story_tell(story *s)
{
	const doc *d = s->e->d;
	uint32_t steps = content_get(s->e, s->e->node, "steps"), hand = content_get(s->e, s->e->node, "hand");
	if (!s->kind) return story_fails(s, s->e->node, TEXT("there is no such kind"));
	if (!story_fixtures(s)) return false;
	if (hand != NODE_ABSENT && !story_hand(s, hand)) return false;
	for (uint32_t i = steps + 1; steps != NODE_ABSENT && i < d->nodes[steps].next; i = d->nodes[i].next)
		if (!story_step(s, i)) return false;
	return true;
}

/* One for all scenarios: some hundred times a few words are kept of each. */
static arena *scenario_arena(void)
{
	static arena *kept;
	if (!kept) kept = test_arena();
	return kept;
}

static scenario_result scenario_run(const content_entry *e)
{
	arena *a = arena_new(8 * MIB);
	story *s = ARENA_NEW(a, story);
	s->e = e;
	uint32_t n = content_get(e, e->node, "starts");
	text starts = n == NODE_ABSENT ? TEXT("2026-11-02T09:00") : doc_text(e->d, n);
	house_open_in(&s->h, a, TEXT(":memory:"), text_z(a, text_format(a, "%.*s:00+01:00", TEXT_ARG(starts))));
	s->kind = task_kind_find(s->h.image, scenario_kind(e));
	bool passed = story_tell(s);
	house_close(&s->h);
	scenario_result r = s->result;
	r.passed = passed;
	r.why = text_copy(scenario_arena(), r.why);
	arena_free(a);
	return r;
}

#endif
