/* today.c: the worklist in a terminal: due date, days left, patient, step, and the law behind each line. What the page shows, from
 * the same search, in the same groups (web/src/api/tasks.ts). */
#include "cli/internal.h"

typedef enum group { GROUP_LATE, GROUP_TODAY, GROUP_WEEK, GROUP_LATER, GROUP_UNDATED, GROUP_COUNT } group;
static const struct {
	const char *sign, *code, *da, *en;
} groups[] = {
    [GROUP_LATE] = {"▲", "late", "Overskredet", "Overdue"},     [GROUP_TODAY] = {"◆", "today", "I dag", "Today"},
    [GROUP_WEEK] = {"●", "week", "Denne uge", "This week"},     [GROUP_LATER] = {"·", "later", "Senere", "Later"},
    [GROUP_UNDATED] = {"○", "undated", "Uden dato", "Undated"},
};

/* A late line whose law still holds: the department's own goal is passed. */
static const char goal_sign[] = "△";

typedef struct line {
	text task, pathway, step, law, force, patient, reference;
	day due, law_due; /* DAY_NONE: none; law_due: the last day the law allows */
	instant start;
	group group;
} line;

typedef struct worklist {
	cli *cli;
	house *house;
	line *lines;
	int count, cap;
	map patients; /* "Patient/…" → position in names */
	text *names;
	int name_count, name_cap;
	map kinds; /* kind → position in titles */
	text *titles;
	day today;
	instant now;
} worklist;

enum { NAME_WIDTH_MAX = 32, STEP_WIDTH_MAX = 44 };

/* ---- reading ---- */

/* "Testesen, Karla · 610352-xxxx": enough to find, not enough to be overread from across the room. */
text person_shown(arena *a, const doc *d, uint32_t n)
{
	buffer b = {.arena = a};
	uint32_t name = doc_first(d, n, NAME_name);
	uint32_t given = name ? doc_first(d, name, NAME_given) : NODE_ABSENT;
	text family = name ? doc_get_text(d, name, NAME_family) : (text){0};
	buffer_add(&b, family);
	if (given) buffer_format(&b, "%s%.*s", family.len > 0 ? ", " : "", TEXT_ARG(doc_text(d, given)));
	if (b.len == 0 && name) buffer_add(&b, doc_get_text(d, name, NAME_text));
	uint32_t list = doc_get(d, n, NAME_identifier);
	for (uint32_t i = list + 1; list && i < d->nodes[list].next; i = d->nodes[i].next) {
		text cpr = doc_get_text(d, i, NAME_value);
		if (!text_equal(doc_get_text(d, i, NAME_system), TEXT("urn:oid:1.2.208.176.1.2")) || cpr.len < 10)
			continue;
		buffer_format(&b, " %.*s-xxxx", 6, cpr.at);
		break;
	}
	return buffer_text(&b);
}

static void patient_keep(worklist *w, const doc *d, uint32_t n)
{
	arena *a = w->cli->arena;
	if (w->name_count == w->name_cap) w->names = ARENA_DOUBLE(a, text, w->names, &w->name_cap, 256);
	w->names[w->name_count] = person_shown(a, d, n);
	map_put(&w->patients, text_join(a, TEXT("Patient/"), text_copy(a, doc_get_text(d, n, NAME_id))),
		w->name_count++);
}

static instant instant_under(const doc *d, uint32_t n, name_id name, bool *is_date)
{
	moment m;
	if (!n || !moment_parse(doc_get_text(d, n, name), &m)) return INSTANT_NONE;
	*is_date = m.precision <= PRECISION_DAY;
	return m.low;
}

static group group_of(const worklist *w, const line *l)
{
	if (l->due == DAY_NONE && l->start == INSTANT_NONE) return GROUP_UNDATED;
	if (l->due != DAY_NONE && l->due < w->today) return GROUP_LATE;
	day start = l->start != INSTANT_NONE ? day_of_instant(l->start) : l->due;
	if (start <= w->today || l->due == w->today) return GROUP_TODAY;
	int to_sunday = 6 - day_weekday(w->today);
	return start <= w->today + (to_sunday > 3 ? to_sunday : 3) ? GROUP_WEEK : GROUP_LATER;
}

static text coding_of(const doc *d, uint32_t concept, text system, name_id what)
{
	uint32_t list = concept ? doc_get(d, concept, NAME_coding) : NODE_ABSENT;
	for (uint32_t i = list + 1; list && i < d->nodes[list].next; i = d->nodes[i].next)
		if (text_equal(doc_get_text(d, i, NAME_system), system)) return doc_get_text(d, i, what);
	return (text){0};
}

static uint32_t extension_of(const doc *d, uint32_t n, text url)
{
	uint32_t list = doc_get(d, n, NAME_extension);
	for (uint32_t i = list + 1; list && i < d->nodes[list].next; i = d->nodes[i].next)
		if (text_equal(doc_get_text(d, i, NAME_url), url)) return i;
	return NODE_ABSENT;
}

static text step_of(const worklist *w, const doc *d, uint32_t n)
{
	uint32_t concept = doc_get(d, n, NAME_code);
	int64_t at;
	if (map_get(&w->kinds, coding_of(d, concept, TEXT("urn:limen:task"), NAME_code), &at)) return w->titles[at];
	text shown = coding_of(d, concept, TEXT("urn:limen:task"), NAME_display);
	if (shown.len == 0 && concept) shown = doc_get_text(d, concept, NAME_text);
	return shown.len > 0 ? shown : doc_get_text(d, n, NAME_description);
}

static bool is_breach(const worklist *w, const line *l)
{
	return l->group == GROUP_LATE && l->law_due != DAY_NONE && l->law_due < w->today;
}

/* The rule behind the date, in the language asked for; a task that was not raised from a rule says it in its own words. */
static text law_of(const worklist *w, const doc *d, uint32_t reason)
{
	arena *a = w->cli->arena;
	if (!reason) return (text){0};
	text code = coding_of(d, reason, TEXT("urn:limen:clock"), NAME_code);
	const clock_rule *rule = code.len > 0 ? clock_rule_find(w->house->content, code) : NULL;
	if (!rule) return text_copy(a, doc_get_text(d, reason, NAME_text));
	const clock_face *face = clock_rule_face(rule);
	text title = w->cli->language == LANGUAGE_EN ? face->en : face->da;
	return text_format(a, "%.*s (%.*s)", TEXT_ARG(title), TEXT_ARG(face->source));
}

static void line_keep(worklist *w, const doc *d, uint32_t n)
{
	arena *a = w->cli->arena;
	line *l = &w->lines[w->count++];
	uint32_t restriction = doc_get(d, n, NAME_restriction);
	uint32_t reason = doc_get(d, n, NAME_reasonCode);
	uint32_t subject = doc_get(d, n, NAME_for);
	uint32_t start = extension_of(d, n, TEXT("urn:limen:latest-start"));
	uint32_t pathway = extension_of(d, n, TEXT("urn:limen:pathway"));
	uint32_t limit = extension_of(d, n, TEXT("urn:limen:law-due"));
	bool is_date = false, start_is_date;
	instant end =
	    restriction ? instant_under(d, doc_get(d, restriction, NAME_period), NAME_end, &is_date) : INSTANT_NONE;
	*l = (line){
	    .due = DAY_NONE, .law_due = DAY_NONE, .start = instant_under(d, start, NAME_valueInstant, &start_is_date)};
	/* A deadline is the end of its last day: midnight after it. */
	if (end != INSTANT_NONE) l->due = day_of_instant(is_date ? end : end - 1);
	instant lawful = instant_under(d, limit, NAME_valueInstant, &start_is_date);
	if (lawful != INSTANT_NONE) l->law_due = day_of_instant(lawful - 1);
	l->task = text_copy(a, doc_get_text(d, n, NAME_id));
	l->step = text_copy(a, step_of(w, d, n));
	l->law = law_of(w, d, reason);
	l->force = text_copy(a, coding_of(d, reason, TEXT("urn:limen:clock-force"), NAME_code));
	l->reference = text_copy(a, subject ? doc_get_text(d, subject, NAME_reference) : (text){0});
	uint32_t episode = pathway ? doc_get(d, pathway, NAME_valueReference) : NODE_ABSENT;
	l->pathway = text_copy(a, episode ? doc_get_text(d, episode, NAME_reference) : (text){0});
	l->group = group_of(w, l);
}

static void room_for(worklist *w, int more)
{
	if (w->count + more <= w->cap) return;
	int cap = (w->count + more) * 2;
	line *bigger = ARENA_ARRAY(w->cli->arena, line, cap);
	for (int i = 0; i < w->count; i++) bigger[i] = w->lines[i];
	w->lines = bigger;
	w->cap = cap;
}

static void page_keep(worklist *w, const doc *d)
{
	uint32_t list = doc_get(d, 0, NAME_entry);
	if (!list) return;
	room_for(w, (int)d->nodes[list].len);
	for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next) {
		uint32_t resource = doc_get(d, i, NAME_resource);
		text type = resource ? doc_get_text(d, resource, NAME_resourceType) : (text){0};
		if (text_equal(type, TEXT("Task")))
			line_keep(w, d, resource);
		else if (text_equal(type, TEXT("Patient")))
			patient_keep(w, d, resource);
	}
}

/* Titles of the kinds of task in the language asked for. */
static void kinds_keep(worklist *w)
{
	const task_kind *const *kinds;
	cli *c = w->cli;
	int count = task_kinds(w->house->content, &kinds);
	w->titles = ARENA_ARRAY(c->arena, text, count + 1);
	for (int i = 0; i < count; i++) {
		doc d;
		text json = task_kind_json(c->arena, w->house->content, kinds[i], c->language);
		if (!json_parse(c->arena, json, TEXT(""), &c->sink, &d)) continue;
		w->titles[i] = doc_get_text(&d, 0, NAME_title);
		map_put(&w->kinds, task_kind_id(kinds[i]), i);
	}
}

static bool worklist_read(worklist *w, int *code)
{
	cli *c = w->cli;
	text target = TEXT("/fhir/Task?open=true&_sort=latest-start&_count=1000&_include=Task:patient");
	kinds_keep(w);
	while (target.len > 0) {
		doc d;
		http_response p = house_ask(c, w->house, "GET", target, (text){0});
		if (!answer_good(c, &p, code)) return false;
		if (!json_parse(c->arena, p.body, TEXT(""), &c->sink, &d)) {
			issues_print(c, &c->sink);
			*code = CLI_SYSTEM;
			return false;
		}
		page_keep(w, &d);
		target = bundle_next(&d);
	}
	for (int i = 0; i < w->count; i++) {
		int64_t at = map_get_or(&w->patients, w->lines[i].reference, -1);
		w->lines[i].patient = at < 0 || !w->names ? w->lines[i].reference : w->names[at];
	}
	return true;
}

/* ---- showing ---- */

/* A column: cut with "…" where it is too wide, filled with spaces where it is not. */
static void cell_print(FILE *out, text t, int width)
{
	int wide = width_of(t), shown = 0;
	int64_t end = 0;
	int room = wide > width ? width - 1 : width;
	while (end < t.len && (shown < room || ((unsigned char)t.at[end] & 0xC0) == 0x80)) {
		shown += ((unsigned char)t.at[end] & 0xC0) != 0x80;
		end++;
	}
	fprintf(out, "%.*s%s%*s", (int)end, t.at, wide > width ? "…" : "", width - (wide > width ? shown + 1 : shown),
		"");
}

static int widest(const worklist *w, size_t field, int most)
{
	int width = 8;
	for (int i = 0; i < w->count; i++) {
		text t;
		memcpy(&t, (const char *)&w->lines[i] + field, sizeof t);
		int wide = width_of(t);
		if (wide > width) width = wide;
	}
	return width > most ? most : width;
}

/* What a late line adds to its rule: that only a goal is passed, or that a law behind it is, and since when. */
static text late_words(const worklist *w, const line *l)
{
	cli *c = w->cli;
	if (l->group != GROUP_LATE) return (text){0};
	if (is_breach(w, l)) {
		text on = day_short(c->arena, l->law_due, c->language == LANGUAGE_EN);
		return l->law_due == l->due ? (text){0}
					    : text_format(c->arena, "%s %.*s",
							  said(c, " · loven: senest", " · the law: by"), TEXT_ARG(on));
	}
	return text_of(text_equal(l->force, TEXT("local"))
			   ? said(c, " · mål passeret", " · goal passed")
			   : said(c, " · afdelingens dato", " · the department's date"));
}

static void line_print(const worklist *w, const line *l, int name_width, int step_width)
{
	cli *c = w->cli;
	FILE *out = c->outside->out;
	bool en = c->language == LANGUAGE_EN;
	text due = l->due != DAY_NONE ? day_short(c->arena, l->due, en) : text_of(said(c, "ingen dato", "no date"));
	text left = l->due != DAY_NONE ? text_format(c->arena, "%5d d", l->due - w->today) : TEXT("      –");
	bool goal = l->group == GROUP_LATE && !is_breach(w, l);
	fprintf(out, "  %s ", goal ? goal_sign : groups[l->group].sign);
	cell_print(out, due, 11);
	fprintf(out, "%.*s  ", TEXT_ARG(left));
	cell_print(out, l->patient, name_width);
	fputs("  ", out);
	cell_print(out, l->step, step_width);
	text law = l->law.len > 0 ? l->law : text_of(said(c, "ingen lovfrist", "no legal limit"));
	text more = late_words(w, l);
	fprintf(out, "  %.*s%.*s\n", TEXT_ARG(law), TEXT_ARG(more));
}

/* "Overskredet (12 · heraf lovfrister 7)" */
static void group_print(const worklist *w, int g, int count)
{
	cli *c = w->cli;
	int breaches = 0;
	for (int i = 0; i < w->count; i++) breaches += is_breach(w, &w->lines[i]);
	fprintf(c->outside->out, "\n%s (%d", said(c, groups[g].da, groups[g].en), count);
	if (g == GROUP_LATE)
		fprintf(c->outside->out, " · %s %d", said(c, "heraf lovfrister", "of them legal limits"), breaches);
	fputs(")\n", c->outside->out);
}

static void lines_print(const worklist *w)
{
	cli *c = w->cli;
	FILE *out = c->outside->out;
	int in_group[GROUP_COUNT] = {0};
	int name_width = widest(w, offsetof(line, patient), NAME_WIDTH_MAX);
	int step_width = widest(w, offsetof(line, step), STEP_WIDTH_MAX);
	for (int i = 0; i < w->count; i++) in_group[w->lines[i].group]++;
	text date = day_long(c->arena, w->today, c->language == LANGUAGE_EN);
	fprintf(out, "%s · %.*s · %d %s · %d %s · %d %s\n", said(c, "Opgaveliste", "Worklist"), TEXT_ARG(date),
		w->count, said(c, "opgaver", "tasks"), in_group[GROUP_LATE], said(c, "overskredet", "overdue"),
		in_group[GROUP_TODAY], said(c, "i dag", "today"));
	for (int g = 0; g < GROUP_COUNT; g++) {
		if (in_group[g] == 0) continue;
		group_print(w, g, in_group[g]);
		for (int i = 0; i < w->count; i++)
			if ((int)w->lines[i].group == g) line_print(w, &w->lines[i], name_width, step_width);
	}
	if (w->count == 0) fprintf(out, "\n%s\n", said(c, "Der er ingen åbne opgaver.", "There are no open tasks."));
}

static void line_json(json_out *o, const worklist *w, const line *l)
{
	arena *a = w->cli->arena;
	json_object(o);
	json_pair(o, "group", text_of(groups[l->group].code));
	if (l->due != DAY_NONE) {
		json_pair(o, "due", day_iso(a, l->due));
		json_key(o, "daysLeft");
		json_int(o, l->due - w->today);
	}
	if (l->law_due != DAY_NONE) json_pair(o, "lawDue", day_iso(a, l->law_due));
	if (l->force.len) json_pair(o, "force", l->force);
	if (l->start != INSTANT_NONE) json_pair(o, "latestStart", instant_iso(a, l->start));
	json_pair(o, "patient", l->patient);
	json_pair(o, "step", l->step);
	json_pair(o, "law", l->law);
	json_pair(o, "task", l->task);
	json_pair(o, "pathway", l->pathway);
	json_end(o);
}

static void lines_json(const worklist *w)
{
	json_out o = json_begin(w->cli->arena);
	json_array(&o);
	for (int g = 0; g < GROUP_COUNT; g++)
		for (int i = 0; i < w->count; i++)
			if ((int)w->lines[i].group == g) line_json(&o, w, &w->lines[i]);
	json_end(&o);
	text all = json_done(&o);
	fprintf(w->cli->outside->out, "%.*s\n", TEXT_ARG(all));
}

int command_today(cli *c)
{
	house h;
	int code = CLI_FINE;
	if (c->arg_count > 0) return fail_called(c);
	if (!house_open(c, &h, RECORD_READ)) {
		issues_print(c, &c->sink);
		return issues_exit(&c->sink);
	}
	worklist w = {.cli = c,
		      .house = &h,
		      .patients.arena = c->arena,
		      .kinds.arena = c->arena,
		      .now = world_now(c->outside->world)};
	w.today = day_of_instant(w.now);
	if (worklist_read(&w, &code)) {
		if (c->json)
			lines_json(&w);
		else
			lines_print(&w);
	}
	house_close(&h);
	return code;
}
