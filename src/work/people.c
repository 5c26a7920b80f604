/* people.c: who somebody is at work, and whether they may do a kind of task: the competence it needs (or learning it, with a helper who
 * is able), and what must be delegated to them. */
#include "work/internal.h"

/* ---- reading ---- */

uint32_t list_after(const doc *d, uint32_t list, uint32_t at)
{
	if (list == NODE_ABSENT || d->nodes[list].kind != NODE_ARRAY) return NODE_ABSENT;
	uint32_t next = at == NODE_ABSENT ? list + 1 : d->nodes[at].next;
	return next < d->nodes[list].next ? next : NODE_ABSENT;
}

text reference_of(const doc *d, uint32_t object, name_id name)
{
	uint32_t n = doc_get(d, object, name);
	return n == NODE_ABSENT ? (text){0} : doc_get_text(d, n, NAME_reference);
}

static text code_in(const doc *d, uint32_t concept, const char *system)
{
	uint32_t codings = concept == NODE_ABSENT ? NODE_ABSENT : doc_get(d, concept, NAME_coding);
	for (uint32_t i = 0; (i = list_after(d, codings, i)) != NODE_ABSENT;)
		if (text_equal(doc_get_text(d, i, NAME_system), text_of(system))) return doc_get_text(d, i, NAME_code);
	return (text){0};
}

text extension_said(const doc *d, uint32_t object, const char *url, name_id value)
{
	uint32_t at = extension_find(d, object, text_of(url));
	if (at == NODE_ABSENT) return (text){0};
	return value == NAME_valueReference ? reference_of(d, at, value) : doc_get_text(d, at, value);
}

/* A period's days, both ends included. */
static void period_days(const doc *d, uint32_t object, day *from, day *to)
{
	moment m;
	uint32_t period = doc_get(d, object, NAME_period);
	*from = *to = DAY_NONE;
	if (period == NODE_ABSENT) return;
	if (moment_parse(doc_get_text(d, period, NAME_start), &m)) *from = day_of_instant(m.low);
	if (moment_parse(doc_get_text(d, period, NAME_end), &m)) *to = day_of_instant(m.high - 1);
}

static bool holds_on(day from, day to, day on)
{
	return (from == DAY_NONE || from <= on) && (to == DAY_NONE || on <= to);
}

static skill skill_of(text code)
{
	if (text_equal(code, TEXT("learning"))) return SKILL_LEARNING;
	return text_equal(code, TEXT("expert")) ? SKILL_EXPERT : SKILL_ABLE;
}

static bool ability_read(const doc *d, uint32_t at, ability *out)
{
	uint32_t concept = doc_get(d, at, NAME_code);
	text competence = code_in(d, concept, "urn:limen:competence"),
	     delegated = code_in(d, concept, "urn:limen:delegation");
	if (!competence.len && !delegated.len) return false;
	*out = (ability){.code = competence.len ? competence : delegated, .delegated = !competence.len};
	out->skill = skill_of(extension_said(d, at, "urn:limen:depth", NAME_valueCode));
	out->helper = extension_said(d, at, "urn:limen:helper", NAME_valueReference);
	period_days(d, at, &out->from, &out->to);
	return true;
}

static const doc *body_read(const asking *by, text reference, version *v)
{
	text_pair p = text_cut(reference, '/');
	if (!p.found || record_read(by->reader, p.head, p.tail, v, by->sink) != FOUND) return NULL;
	doc *d = ARENA_NEW(by->arena, doc);
	return json_parse(by->arena, text_copy(by->arena, v->json), v->type, by->sink, d) ? d : NULL;
}

static text name_of(const asking *by, const doc *practitioner)
{
	uint32_t n = doc_first(practitioner, 0, NAME_name);
	if (n == NODE_ABSENT) return (text){0};
	text said = doc_get_text(practitioner, n, NAME_text), family = doc_get_text(practitioner, n, NAME_family);
	uint32_t given = doc_first(practitioner, n, NAME_given);
	if (said.len) return said;
	return text_trim(
	    text_format(by->arena, "%.*s %.*s", TEXT_ARG(doc_text(practitioner, given)), TEXT_ARG(family)));
}

/* Who they are beside the job: their name and what they are able to. */
static bool practitioner_read(const asking *by, text reference, worker *out)
{
	version v;
	const doc *d = reference.len ? body_read(by, reference, &v) : NULL;
	if (!d) return by->sink->errors == 0;
	if (!out->name.len) out->name = name_of(by, d);
	uint32_t list = doc_get(d, 0, NAME_qualification);
	ability *all = ARENA_ARRAY(by->arena, ability, list == NODE_ABSENT ? 1 : d->nodes[list].len + 1);
	for (uint32_t i = 0; (i = list_after(d, list, i)) != NODE_ABSENT;)
		out->ability_count += ability_read(d, i, &all[out->ability_count]);
	out->abilities = all;
	return true;
}

static bool worker_fill(const asking *by, const doc *d, worker *out)
{
	day from, to;
	uint32_t codes = doc_get(d, 0, NAME_code), active = doc_get(d, 0, NAME_active);
	for (uint32_t i = 0; (i = list_after(d, codes, i)) != NODE_ABSENT && out->role_count < ROLE_CODES_MAX;) {
		text code = code_in(d, i, "urn:limen:role");
		if (code.len) out->roles[out->role_count++] = code;
	}
	period_days(d, 0, &from, &to);
	out->role = d;
	out->here = (active == NODE_ABSENT || d->nodes[active].kind != NODE_FALSE) &&
		    holds_on(from, to, day_of_instant(by->now));
	out->organization = reference_of(d, 0, NAME_organization);
	out->level = extension_said(d, 0, "urn:limen:level", NAME_valueCode);
	if (!out->level.len) out->level = TEXT("specialty");
	uint32_t practitioner = doc_get(d, 0, NAME_practitioner);
	if (practitioner != NODE_ABSENT) out->name = doc_get_text(d, practitioner, NAME_display);
	out->practitioner = reference_of(d, 0, NAME_practitioner);
	bool fine = practitioner_read(by, reference_of(d, 0, NAME_practitioner), out);
	if (!out->name.len) out->name = out->reference;
	return fine;
}

bool worker_from(const asking *by, const version *role, worker *out)
{
	doc *d = ARENA_NEW(by->arena, doc);
	*out = (worker){.reference = text_format(by->arena, "PractitionerRole/%.*s", TEXT_ARG(role->id))};
	return json_parse(by->arena, text_copy(by->arena, role->json), role->type, by->sink, d) &&
	       worker_fill(by, d, out);
}

bool worker_read(const asking *by, text reference, worker *out, bool *found)
{
	version v;
	const doc *d = NULL;
	*out = (worker){.reference = reference, .name = reference};
	if (text_starts(reference, TEXT("PractitionerRole/"))) d = body_read(by, reference, &v);
	*found = d != NULL;
	return d ? worker_fill(by, d, out) : by->sink->errors == 0;
}

/* ---- may they? ---- */

text task_kind_competence(const task_kind *k)
{
	return k->competence;
}

bool worker_has_role(const worker *w, text role)
{
	for (int i = 0; i < w->role_count; i++)
		if (text_equal(w->roles[i], role)) return true;
	return false;
}

bool worker_may_role(const worker *w, const task_kind *k, day on)
{
	for (int i = 0; i < w->role_count; i++)
		if (kind_role_may(k, w->roles[i], on)) return true;
	return false;
}

/* urn:limen:wish { kind, want more | rather-not } */
wish worker_wish(const worker *w, text kind)
{
	const doc *d = w->role;
	for (uint32_t list = doc_get(d, 0, NAME_extension), i = 0; (i = list_after(d, list, i)) != NODE_ABSENT;) {
		if (!text_equal(doc_get_text(d, i, NAME_url), TEXT("urn:limen:wish"))) continue;
		if (!text_equal(extension_said(d, i, "kind", NAME_valueCode), kind)) continue;
		text want = extension_said(d, i, "want", NAME_valueCode);
		if (text_equal(want, TEXT("more"))) return WISH_MORE;
		if (text_equal(want, TEXT("rather-not"))) return WISH_RATHER_NOT;
	}
	return WISH_NONE;
}

/* Of the abilities that give a competence (or a delegation) the best that holds on the day; NULL and `ended` where one did, or will. */
static const ability *best_of(const image *m, const worker *w, text code, bool delegated, day on, const ability **ended)
{
	const ability *best = NULL;
	*ended = NULL;
	for (int i = 0; i < w->ability_count; i++) {
		const ability *a = &w->abilities[i];
		bool gives = delegated ? text_equal(a->code, code) : competence_includes(m, a->code, code);
		if (a->delegated != delegated || !gives) continue;
		if (!holds_on(a->from, a->to, on) || (delegated && a->to == DAY_NONE))
			*ended = a;
		else if (!best || a->skill > best->skill)
			best = a;
	}
	return best;
}

skill worker_skill(const image *m, const worker *w, text competence, day on)
{
	const ability *ended, *best = best_of(m, w, competence, false, on, &ended);
	return best ? best->skill : SKILL_NONE;
}

static bool no(may *out, failure why, text arg0, text arg1, text arg2)
{
	*out = (may){.why = why, .args = {arg0, arg1, arg2}};
	return true;
}

static text kind_word(const asking *by, const task_kind *k)
{
	return by->lang == LANGUAGE_EN ? k->en : k->da;
}

/* "1. marts 2026 - 31. december 2026", an end that is open left out. */
static text days_word(const asking *by, const ability *a)
{
	bool en = by->lang == LANGUAGE_EN;
	text from = a->from == DAY_NONE ? (text){0} : day_long(by->arena, a->from, en);
	text to = a->to == DAY_NONE ? (text){0} : day_long(by->arena, a->to, en);
	if (!from.len) return text_format(by->arena, en ? "until %.*s" : "til %.*s", TEXT_ARG(to));
	if (!to.len) return text_format(by->arena, en ? "from %.*s" : "fra %.*s", TEXT_ARG(from));
	return text_format(by->arena, en ? "%.*s to %.*s" : "%.*s til %.*s", TEXT_ARG(from), TEXT_ARG(to));
}

/* The helper must be here and able: two who are learning do not help each other. */
static bool helper_able(const asking *by, text helper, text competence, bool *able)
{
	worker w;
	bool found;
	*able = false;
	if (!helper.len) return true;
	if (!worker_read(by, helper, &w, &found)) return false;
	*able = found && w.here && worker_skill(by->image, &w, competence, day_of_instant(by->now)) >= SKILL_ABLE;
	return true;
}

static bool competence_may(const asking *by, const task_kind *k, const worker *w, may *out)
{
	const ability *ended, *has = best_of(by->image, w, k->competence, false, day_of_instant(by->now), &ended);
	text word = competence_word(by->image, "competence", k->competence, by->lang);
	bool able;
	if (!has && ended) return no(out, FAIL_WORK_COMPETENCE_ENDED, word, w->name, days_word(by, ended));
	if (!has) return no(out, FAIL_WORK_NO_COMPETENCE, kind_word(by, k), word, w->name);
	*out = (may){.yes = true, .skill = has->skill};
	if (has->skill != SKILL_LEARNING) return true;
	if (!k->learning_ok) return no(out, FAIL_WORK_STILL_LEARNING, kind_word(by, k), word, w->name);
	if (!helper_able(by, has->helper, k->competence, &able)) return false;
	if (!able) return no(out, FAIL_WORK_NO_HELPER, word, w->name, TEXT(""));
	out->helper = has->helper;
	return true;
}

static bool delegation_may(const asking *by, const task_kind *k, const worker *w, may *out)
{
	const ability *ended, *has = best_of(by->image, w, k->delegation, true, day_of_instant(by->now), &ended);
	text word = competence_word(by->image, "delegation", k->delegation, by->lang);
	if (has) return true;
	if (!ended) return no(out, FAIL_WORK_NO_DELEGATION, kind_word(by, k), word, w->name);
	if (ended->to == DAY_NONE) return no(out, FAIL_WORK_DELEGATION_OPEN, word, w->name, TEXT(""));
	return no(out, FAIL_WORK_DELEGATION_ENDED, word, w->name, days_word(by, ended));
}

/* What is delegated is a doctor's own: a doctor needs nobody's leave. */
bool worker_may(const asking *by, const task_kind *k, const worker *w, may *out)
{
	*out = (may){.yes = true, .skill = SKILL_ABLE};
	if (!w->here) return no(out, FAIL_WORK_NOT_HERE, w->name, TEXT(""), TEXT(""));
	if (k->competence.len && !competence_may(by, k, w, out)) return false;
	if (!out->yes || !k->delegation.len || worker_has_role(w, TEXT("doctor"))) return true;
	return delegation_may(by, k, w, out);
}

bool worker_may_all(const asking *by, const task_kind *k, const worker *w, may *out)
{
	day today = day_of_instant(by->now);
	text whose = kind_role(k, today);
	const char *words = role_words(whose, by->lang);
	if (w->role_count == 0) return no(out, FAIL_WORK_NO_ROLE, w->reference, TEXT(""), TEXT(""));
	if (worker_may_role(w, k, today)) return worker_may(by, k, w, out);
	return no(out, FAIL_WORK_NOT_YOURS, kind_word(by, k), words ? text_of(words) : whose, TEXT(""));
}

bool person_may(const asking *by, const task_kind *k, text role_reference, may *out)
{
	worker w;
	bool found;
	if (!worker_read(by, role_reference, &w, &found)) return false;
	if (!found) return no(out, FAIL_WORK_NO_ROLE, role_reference, TEXT(""), TEXT(""));
	return worker_may(by, k, &w, out);
}

bool may_refuse(const may *m, issues *sink)
{
	return issue_at(sink, m->why, (place){0}, m->args[0], m->args[1], m->args[2]);
}
