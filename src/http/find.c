/* find.c: GET $find?q=: one box over all one may see: patients, their pathways and tasks, people, guides. Of a patient one has nothing to do
 * with, only what a telephone needs: name, and time and place of the next appointment.
 *
 * One has to do with a patient through a pathway of the own department (what it is part of and what is part of it counts), or
 * through a task of one's own. */
#include "http/internal.h"

enum { WORDS_MAX = 8, EACH_MAX = 8, PLACES_MAX = 64, NEAR_MAX = 200, CLOSE_MAX = 3 };

typedef struct finding {
	exchange *x;
	reader *reader;
	json_out out;
	text said;
	text words[WORDS_MAX], folded[WORDS_MAX];
	int count;
	text near[NEAR_MAX]; /* patients the caller has to do with, of those asked about last */
	int near_count;
	text places; /* departments of the caller, as a search takes them: "Organization/a,Organization/b" */
} finding;

static bool found_in(finding *f, const char *type, const search_pair *pairs, int count, search_answer *out)
{
	exchange *x = f->x;
	*out = (search_answer){0};
	if (!scope_allows(&x->who, text_of(type))) return true;
	return record_search(f->reader, text_of(type), pairs, count, false, out, &x->sink);
}

static bool read_doc(finding *f, const version *v, doc *out)
{
	return json_parse_resource(f->x->arena, v->json, TEXT(""), &f->x->sink, out);
}

static text reference_in(const doc *d, uint32_t object, name_id name)
{
	uint32_t n = doc_get(d, object, name);
	return n == NODE_ABSENT ? (text){0} : doc_get_text(d, n, NAME_reference);
}

static text named(finding *f, const version *v)
{
	return text_format(f->x->arena, "%.*s/%.*s", TEXT_ARG(v->type), TEXT_ARG(v->id));
}

/* ---- who asks, and what they have to do with ---- */

static void place_add(finding *f, text place)
{
	text type, id;
	if (!resource_reference_valid(place, &type, &id)) return;
	for (text_pair cut = text_cut(f->places, ','); cut.head.len; cut = text_cut(cut.tail, ','))
		if (text_equal(cut.head, place)) return;
	f->places = f->places.len ? text_format(f->x->arena, "%.*s,%.*s", TEXT_ARG(f->places), TEXT_ARG(place)) : place;
}

static bool places_above(finding *f, text place)
{
	for (int i = 0; i < 4 && place.len; i++) {
		version v;
		doc d;
		place_add(f, place);
		text_pair cut = text_cut(place, '/');
		if (!text_equal(cut.head, TEXT("Organization")) ||
		    record_read(f->reader, cut.head, cut.tail, &v, &f->x->sink) != FOUND)
			return f->x->sink.errors == 0;
		if (!read_doc(f, &v, &d)) return false;
		place = reference_in(&d, 0, NAME_partOf);
	}
	return true;
}

static bool places_below(finding *f, text place)
{
	search_answer a;
	const search_pair pairs[] = {{TEXT("partof"), place}, {TEXT("_count"), TEXT("50")}};
	if (!found_in(f, "Organization", pairs, 2, &a)) return false;
	for (int i = 0; i < a.count && i < PLACES_MAX; i++) place_add(f, named(f, &a.entries[i].version));
	return true;
}

/* A system, or somebody without a job here, has nothing to do with anybody. */
static bool caller_read(finding *f)
{
	version v;
	doc d;
	text_pair cut = text_cut(f->x->who.actor, '/');
	if (!text_equal(cut.head, TEXT("PractitionerRole"))) return true;
	if (record_read(f->reader, cut.head, cut.tail, &v, &f->x->sink) != FOUND) return f->x->sink.errors == 0;
	if (!read_doc(f, &v, &d)) return false;
	text place = reference_in(&d, 0, NAME_organization);
	return place.len == 0 || (places_above(f, place) && places_below(f, place));
}

static void near_add(finding *f, text patient)
{
	if (f->near_count < NEAR_MAX) f->near[f->near_count++] = patient;
}

static bool is_near(const finding *f, text patient)
{
	for (int i = 0; i < f->near_count; i++)
		if (text_equal(f->near[i], patient)) return true;
	return false;
}

static bool near_of(finding *f, const char *type, const search_pair *pairs, name_id patient)
{
	search_answer a;
	doc d;
	if (!found_in(f, type, pairs, 3, &a)) return false;
	for (int i = 0; i < a.count; i++) {
		if (!read_doc(f, &a.entries[i].version, &d)) return false;
		near_add(f, reference_in(&d, 0, patient));
	}
	return true;
}

/* Which of these patients ("Patient/a,Patient/b") the caller has to do with: asked of all at once. */
static bool relations_read(finding *f, text patients)
{
	const text most = text_format(f->x->arena, "%d", NEAR_MAX);
	const search_pair pathways[] = {
	    {TEXT("patient"), patients}, {TEXT("organization"), f->places}, {TEXT("_count"), most}};
	const search_pair tasks[] = {
	    {TEXT("patient"), patients}, {TEXT("owner"), f->x->who.actor}, {TEXT("_count"), most}};
	f->near_count = 0;
	if (patients.len == 0) return true;
	if (f->places.len && !near_of(f, "EpisodeOfCare", pathways, NAME_patient)) return false;
	bool works = text_starts(f->x->who.actor, TEXT("PractitionerRole/"));
	return !works || near_of(f, "Task", tasks, NAME_for);
}

/* ---- what is told ---- */

typedef struct told_match {
	const char *kind;
	text reference, title, detail;
} told_match;

static void match_open(finding *f, const told_match *m)
{
	part_open(&f->out, "match");
	part_text(&f->out, "kind", "valueCode", text_of(m->kind));
	part_text(&f->out, "reference", "valueString", m->reference);
	part_text(&f->out, "title", "valueString", m->title);
	part_text(&f->out, "detail", "valueString", m->detail);
}

static text name_said(finding *f, const doc *d)
{
	uint32_t list = doc_get(d, 0, NAME_name);
	if (list == NODE_ABSENT) return (text){0};
	if (d->nodes[list].kind == NODE_STRING) return doc_text(d, list);
	uint32_t name = doc_first(d, 0, NAME_name);
	text whole = doc_get_text(d, name, NAME_text);
	if (whole.len) return whole;
	buffer b = {.arena = f->x->arena};
	uint32_t given = doc_get(d, name, NAME_given);
	for (uint32_t n = given + 1; given && n < d->nodes[given].next; n = d->nodes[n].next)
		buffer_format(&b, "%.*s ", TEXT_ARG(doc_text(d, n)));
	buffer_add(&b, doc_get_text(d, name, NAME_family));
	return text_trim(buffer_text(&b));
}

static text concept_said(const doc *d, uint32_t concept)
{
	if (concept == NODE_ABSENT) return (text){0};
	text said = doc_get_text(d, concept, NAME_text);
	if (said.len) return said;
	uint32_t coding = doc_first(d, concept, NAME_coding);
	return coding == NODE_ABSENT ? said : doc_get_text(d, coding, NAME_display);
}

/* Time and place of the next appointment. */
static bool next_write(finding *f, text patient)
{
	search_answer a;
	doc d;
	text now = instant_iso(f->x->arena, world_now(f->x->app->world));
	const search_pair pairs[] = {{TEXT("patient"), patient},
				     {TEXT("date"), text_join(f->x->arena, TEXT("ge"), now)},
				     {TEXT("status"), TEXT("booked,arrived,checked-in,pending,proposed")},
				     {TEXT("_sort"), TEXT("date")},
				     {TEXT("_count"), TEXT("1")}};
	if (!found_in(f, "Appointment", pairs, 5, &a)) return false;
	if (a.count == 0) return true;
	if (!read_doc(f, &a.entries[0].version, &d)) return false;
	part_text(&f->out, "time", "valueInstant", doc_get_text(&d, 0, NAME_start));
	uint32_t list = doc_get(&d, 0, NAME_participant);
	for (uint32_t n = list + 1; list && n < d.nodes[list].next; n = d.nodes[n].next) {
		uint32_t actor = doc_get(&d, n, NAME_actor);
		if (actor == NODE_ABSENT || !text_starts(doc_get_text(&d, actor, NAME_reference), TEXT("Location/")))
			continue;
		part_text(&f->out, "place", "valueString", doc_get_text(&d, actor, NAME_display));
		break;
	}
	return true;
}

static bool pathways_write(finding *f, text patient, text who)
{
	search_answer a;
	const search_pair pairs[] = {
	    {TEXT("patient"), patient}, {TEXT("_sort"), TEXT("-_lastUpdated")}, {TEXT("_count"), TEXT("5")}};
	if (!found_in(f, "EpisodeOfCare", pairs, 3, &a)) return false;
	for (int i = 0; i < a.count; i++) {
		doc d;
		if (!read_doc(f, &a.entries[i].version, &d)) return false;
		text label = concept_said(&d, doc_first(&d, 0, NAME_type));
		bool english = f->x->who.language == LANGUAGE_EN;
		if (label.len == 0) label = english ? TEXT("Pathway") : TEXT("Forløb");
		match_open(f, &(told_match){"pathway", named(f, &a.entries[i].version), label, who});
		part_text(&f->out, "status", "valueCode", doc_get_text(&d, 0, NAME_status));
		part_close(&f->out);
	}
	return true;
}

/* The description in the caller's language. */
static text task_said(finding *f, const doc *d)
{
	uint32_t beside = doc_get(d, 0, name_companion(NAME_description));
	if (f->x->who.language == LANGUAGE_DA || beside == NODE_ABSENT) return doc_get_text(d, 0, NAME_description);
	uint32_t list = doc_get(d, beside, NAME_extension);
	for (uint32_t n = list + 1; list && n < d->nodes[list].next; n = d->nodes[n].next) {
		uint32_t parts = doc_get(d, n, NAME_extension);
		for (uint32_t p = parts + 1; parts && p < d->nodes[parts].next; p = d->nodes[p].next)
			if (text_equal(doc_get_text(d, p, NAME_url), TEXT("content")))
				return doc_get_text(d, p, NAME_valueString);
	}
	return doc_get_text(d, 0, NAME_description);
}

static bool task_write(finding *f, const version *v, text who)
{
	doc d;
	if (!read_doc(f, v, &d)) return false;
	match_open(f, &(told_match){"task", named(f, v), task_said(f, &d), who});
	part_close(&f->out);
	return true;
}

static bool tasks_of_patient(finding *f, text patient, text who)
{
	search_answer a;
	const search_pair pairs[] = {
	    {TEXT("patient"), patient}, {TEXT("open"), TEXT("true")}, {TEXT("_count"), TEXT("5")}};
	if (!found_in(f, "Task", pairs, 3, &a)) return false;
	for (int i = 0; i < a.count; i++)
		if (!task_write(f, &a.entries[i].version, who)) return false;
	return true;
}

/* ---- patients ---- */

/* `close`: few enough to tell what goes on with each. */
static bool patient_write(finding *f, const version *v, bool close)
{
	doc d;
	text patient = named(f, v);
	bool near = is_near(f, patient);
	if (!read_doc(f, v, &d)) return false;
	text who = name_said(f, &d), born = near ? doc_get_text(&d, 0, NAME_birthDate) : (text){0};
	match_open(f, &(told_match){"patient", patient, who, {0}});
	part_bool(&f->out, "related", near);
	part_text(&f->out, "birthDate", "valueDate", born);
	bool good = next_write(f, patient);
	part_close(&f->out);
	return good && (!near || !close || (pathways_write(f, patient, who) && tasks_of_patient(f, patient, who)));
}

/* Six digits and four, with or without a hyphen between. */
static bool cpr_said(finding *f, text *out)
{
	buffer b = {.arena = f->x->arena};
	for (int64_t i = 0; i < f->said.len; i++) {
		char c = f->said.at[i];
		if (c >= '0' && c <= '9')
			buffer_char(&b, c);
		else if (c != '-' && c != ' ')
			return false;
	}
	*out = buffer_text(&b);
	return out->len == 10;
}

static int name_pairs(finding *f, search_pair *out)
{
	for (int i = 0; i < f->count; i++) out[i] = (search_pair){TEXT("name"), f->words[i]};
	return f->count;
}

static bool patients_find(finding *f)
{
	search_pair pairs[WORDS_MAX + 1];
	search_answer a;
	text cpr;
	int count = 0;
	if (cpr_said(f, &cpr)) {
		text both = text_format(f->x->arena, "%.*s,%.*s-%.*s", TEXT_ARG(cpr), 6, cpr.at, 4, cpr.at + 6);
		pairs[count++] = (search_pair){TEXT("identifier"), both};
	} else {
		count = name_pairs(f, pairs);
	}
	pairs[count++] = (search_pair){TEXT("_count"), text_format(f->x->arena, "%d", EACH_MAX)};
	if (!found_in(f, "Patient", pairs, count, &a)) return false;
	buffer all = {.arena = f->x->arena};
	for (int i = 0; i < a.count; i++) {
		text patient = named(f, &a.entries[i].version);
		buffer_format(&all, "%s%.*s", i ? "," : "", TEXT_ARG(patient));
	}
	if (!relations_read(f, buffer_text(&all))) return false;
	for (int i = 0; i < a.count; i++)
		if (!patient_write(f, &a.entries[i].version, a.count <= CLOSE_MAX)) return false;
	return true;
}

/* ---- people: by their name; told as the jobs they have ---- */

static bool jobs_write(finding *f, text practitioner, text who)
{
	search_answer a;
	const search_pair pairs[] = {{TEXT("practitioner"), practitioner}, {TEXT("_count"), TEXT("3")}};
	if (!found_in(f, "PractitionerRole", pairs, 2, &a)) return false;
	for (int i = 0; i < a.count; i++) {
		doc d;
		if (!read_doc(f, &a.entries[i].version, &d)) return false;
		uint32_t place = doc_get(&d, 0, NAME_organization);
		text job = concept_said(&d, doc_first(&d, 0, NAME_code));
		text at = place == NODE_ABSENT ? (text){0} : doc_get_text(&d, place, NAME_display);
		text detail = job.len && at.len ? text_format(f->x->arena, "%.*s, %.*s", TEXT_ARG(job), TEXT_ARG(at))
						: text_join(f->x->arena, job, at);
		match_open(f, &(told_match){"person", named(f, &a.entries[i].version), who, detail});
		part_close(&f->out);
	}
	if (a.count == 0) {
		match_open(f, &(told_match){"person", practitioner, who, {0}});
		part_close(&f->out);
	}
	return true;
}

static bool people_find(finding *f)
{
	search_pair pairs[WORDS_MAX + 1];
	search_answer a;
	int count = name_pairs(f, pairs);
	pairs[count++] = (search_pair){TEXT("_count"), text_format(f->x->arena, "%d", EACH_MAX)};
	if (!found_in(f, "Practitioner", pairs, count, &a)) return false;
	for (int i = 0; i < a.count; i++) {
		doc d;
		if (!read_doc(f, &a.entries[i].version, &d)) return false;
		if (!jobs_write(f, named(f, &a.entries[i].version), name_said(f, &d))) return false;
	}
	return true;
}

/* ---- guides, and open tasks of the kinds whose name it is ---- */

static bool holds_words(const finding *f, text where)
{
	text folded = text_fold(f->x->arena, where);
	for (int i = 0; i < f->count; i++)
		if (text_find(folded, f->folded[i]) < 0) return false;
	return true;
}

static bool tasks_of_kind(finding *f, text kind)
{
	search_answer a;
	const search_pair pairs[] = {{TEXT("kind"), text_join(f->x->arena, TEXT("urn:limen:task|"), kind)},
				     {TEXT("open"), TEXT("true")},
				     {TEXT("_sort"), TEXT("latest-start")},
				     {TEXT("_count"), TEXT("8")}};
	if (!found_in(f, "Task", pairs, 4, &a)) return false;
	text patients[EACH_MAX] = {{0}};
	buffer all = {.arena = f->x->arena};
	for (int i = 0; i < a.count && i < EACH_MAX; i++) {
		doc d;
		if (!read_doc(f, &a.entries[i].version, &d)) return false;
		text patient = reference_in(&d, 0, NAME_for);
		if (!text_starts(patient, TEXT("Patient/"))) continue;
		buffer_format(&all, "%s%.*s", all.len ? "," : "", TEXT_ARG(patient));
		patients[i] = patient;
	}
	if (!relations_read(f, buffer_text(&all))) return false;
	for (int i = 0; i < a.count && i < EACH_MAX; i++)
		if ((patients[i].len == 0 || is_near(f, patients[i])) &&
		    !task_write(f, &a.entries[i].version, (text){0}))
			return false;
	return true;
}

static bool guides_find(finding *f)
{
	const task_kind *const *kinds;
	language lang = f->x->who.language;
	int count = task_kinds(f->x->app->content, &kinds), told = 0;
	/* Those that are called so first, with their tasks; then those that speak of it. */
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < count && told < EACH_MAX; i++) {
			text title = task_kind_title(kinds[i], lang), id = task_kind_id(kinds[i]);
			bool called = holds_words(f, title);
			if (round == 0 ? !called : called || !holds_words(f, task_kind_guide(kinds[i], lang))) continue;
			text reference = text_join(f->x->arena, TEXT("ActivityDefinition/"), id);
			match_open(f, &(told_match){"guide", reference, title, task_kind_guide(kinds[i], lang)});
			part_close(&f->out);
			told++;
			if (round == 0 && !tasks_of_kind(f, id)) return false;
		}
	return true;
}

/* ---- the question ---- */

/* What has a meaning in a search's value is meant as it stands. */
static text escaped(arena *a, text word)
{
	buffer b = {.arena = a};
	for (int64_t i = 0; i < word.len; i++) {
		if (word.at[i] && strchr(",|$\\", word.at[i])) buffer_char(&b, '\\');
		buffer_char(&b, word.at[i]);
	}
	return buffer_text(&b);
}

static bool words_read(finding *f)
{
	exchange *x = f->x;
	f->said = text_trim(query_value(x, "q"));
	text rest = f->said;
	while (rest.len && f->count < WORDS_MAX) {
		text_pair cut = text_cut(rest, ' ');
		text word = text_trim(cut.head);
		if (word.len) {
			f->folded[f->count] = text_fold(x->arena, word);
			f->words[f->count++] = escaped(x->arena, word);
		}
		rest = cut.tail;
	}
	return text_width(f->said) >= 2 || issue_add(&x->sink, FAIL_SEARCH_EMPTY, TEXT("q"), TEXT(""));
}

void find_get(exchange *x)
{
	static const char *const known[] = {"q", NULL};
	finding f = {.x = x};
	bool form = text_equal(x->method, TEXT("POST"));
	if (form && (!negotiate_body(x, true) || !query_pairs(x, x->body))) return;
	if (!query_only(x, known) || !words_read(&f) || !(f.reader = exchange_reader(x)) || !caller_read(&f)) return;
	f.out = parameters_begin(x);
	text cpr;
	if (!patients_find(&f)) return;
	if (!cpr_said(&f, &cpr) && (!people_find(&f) || !guides_find(&f))) return;
	parameters_reply(x, &f.out);
}
