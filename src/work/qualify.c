/* qualify.c: what doing a task says of what somebody is able to, or what a doctor left to them, reaches the person:
 *
 *     - qualify: "{{focus}}"                  whose: a PractitionerRole, or a Practitioner
 *       competence: "{{answer.competence}}"   or  delegation: X
 *       depth: "{{answer.depth}}"             of a competence: learning, able, expert; it only rises
 *       helper: "{{actor}}"                   who helps, while it is learning
 *       until: "{{answer.until}}"             of a delegation: its new end; it only moves on
 *       issuer: "{{answer.doctor}}"
 *
 * Nothing is written where the person, the name or what is new about it was not said. Nobody says it of themselves.
 */
#include "work/internal.h"

static const char *const keys[] = {"qualify", "when",  "competence", "delegation", "depth",
				   "helper",  "until", "issuer",     NULL};
enum { KEYS_FILLED = 7 };

static int key_index(const char *key)
{
	static const char *const filled[KEYS_FILLED] = {"qualify", "competence", "delegation", "depth",
							"helper",  "until",      "issuer"};
	for (int i = 0; i < KEYS_FILLED; i++)
		if (strcmp(filled[i], key) == 0) return i;
	return -1;
}

bool qualify_read(const image *m, const task_kind *k, uint32_t at, write_rule *w, issues *sink)
{
	const content_entry *e = k->entry;
	uint32_t competence = content_get(e, at, "competence"), delegation = content_get(e, at, "delegation");
	w->target = TARGET_PERSON;
	w->body = at;
	w->set = w->add = NODE_ABSENT;
	w->fact = -1;
	if (!content_keys(e, at, keys, sink)) return false;
	if ((competence == NODE_ABSENT) == (delegation == NODE_ABSENT))
		return issue_at(sink, FAIL_WORK_KIND_MISSING, content_place(e, at), TEXT("competence / delegation"),
				TEXT(""), TEXT(""));
	for (int i = 0; keys[i]; i++) {
		uint32_t n = content_get(e, at, keys[i]);
		if (n != NODE_ABSENT && key_index(keys[i]) >= 0 && !template_check(m, k, n, sink)) return false;
	}
	return true;
}

typedef struct qualifying {
	const task_writes *x;
	const doc *person;
	bool delegated;
	text code, depth, helper, until, issuer;
} qualifying;

static text said(const task_writes *x, const write_rule *w, const char *key)
{
	uint32_t n = content_get(x->kind->entry, w->body, key);
	return n == NODE_ABSENT ? (text){0} : template_text(x->arena, x->kind, n, x->with);
}

/* Whose: "Practitioner/…"; empty: nobody's that is here. */
static text practitioner_of(const task_writes *x, text reference)
{
	version v;
	text_pair p = text_cut(reference, '/');
	if (text_equal(p.head, TEXT("Practitioner"))) return reference;
	if (!text_equal(p.head, TEXT("PractitionerRole"))) return (text){0};
	const doc *role = x->read(x->self, p.head, p.tail, &v);
	return role ? reference_of(role, 0, NAME_practitioner) : (text){0};
}

static bool is_this(const qualifying *q, uint32_t item)
{
	uint32_t code = doc_get(q->person, item, NAME_code);
	uint32_t list = code == NODE_ABSENT ? NODE_ABSENT : doc_get(q->person, code, NAME_coding);
	text system = q->delegated ? TEXT("urn:limen:delegation") : TEXT("urn:limen:competence");
	for (uint32_t i = 0; (i = list_after(q->person, list, i)) != NODE_ABSENT;)
		if (text_equal(doc_get_text(q->person, i, NAME_system), system) &&
		    text_equal(doc_get_text(q->person, i, NAME_code), q->code))
			return true;
	return false;
}

static int depth_number(text depth)
{
	static const char *const depths[] = {"learning", "able", "expert"};
	for (int i = 0; i < 3; i++)
		if (text_equal(depth, text_of(depths[i]))) return i + 1;
	return 0;
}

static bool is_new(const qualifying *q, uint32_t item)
{
	const doc *d = q->person;
	uint32_t period = doc_get(d, item, NAME_period);
	text end = period == NODE_ABSENT ? (text){0} : doc_get_text(d, period, NAME_end);
	if (q->delegated) return !end.len || text_compare(end, q->until) < 0;
	text depth = extension_said(d, item, "urn:limen:depth", NAME_valueCode);
	return depth_number(q->depth) > (depth.len ? depth_number(depth) : depth_number(TEXT("able")));
}

static void extension_put(json_out *o, const char *url, text value, bool reference)
{
	json_object(o);
	json_pair(o, "url", text_of(url));
	if (value.len && reference) {
		json_reference(o, "valueReference", value);
	} else if (value.len) {
		json_pair(o, "valueCode", value);
	}
	json_end(o);
}

/* What is put on the qualification; of a new one its code too. Who is able needs no helper any more. */
static text part_json(const qualifying *q, bool fresh)
{
	json_out o = json_begin(q->x->arena);
	json_object(&o);
	if (fresh) {
		json_key(&o, "code");
		json_concept(&o, q->delegated ? "urn:limen:delegation" : "urn:limen:competence", q->code, (text){0});
	}
	if (q->delegated) {
		json_key(&o, "period");
		json_object(&o);
		if (fresh) json_pair(&o, "start", text_slice(q->x->with->now, 0, 10));
		json_pair(&o, "end", q->until);
		json_end(&o);
		if (q->issuer.len) {
			json_key(&o, "issuer");
			json_object(&o);
			json_pair(&o, "display", q->issuer);
			json_end(&o);
		}
	} else {
		bool learns = text_equal(q->depth, TEXT("learning")) && q->helper.len;
		json_key(&o, "extension");
		json_array(&o);
		extension_put(&o, "urn:limen:depth", q->depth, false);
		if (learns || !fresh) extension_put(&o, "urn:limen:helper", learns ? q->helper : (text){0}, true);
		json_end(&o);
	}
	json_end(&o);
	return json_done(&o);
}

static text item_edited(const qualifying *q, uint32_t item)
{
	arena *a = q->x->arena;
	doc base, over;
	json_out o = json_begin(a);
	json_node(&o, q->person, item);
	bool learns = text_equal(q->depth, TEXT("learning"));
	bool helped = extension_find(q->person, item, TEXT("urn:limen:helper")) != NODE_ABSENT;
	bool fine = json_parse(a, json_done(&o), TEXT("qualification"), q->x->sink, &base) &&
		    json_parse(a, part_json(q, !helped && !learns), TEXT("qualification"), q->x->sink, &over);
	return fine ? json_edited(a, &base, &over, EDIT_REPLACE) : (text){0};
}

/* The person with that qualification; empty: nothing is new. */
static text person_json(const qualifying *q)
{
	bool there = false, changed = false;
	json_out o = json_begin(q->x->arena);
	json_object(&o);
	json_key(&o, "qualification");
	json_array(&o);
	for (uint32_t list = doc_get(q->person, 0, NAME_qualification), i = 0;
	     (i = list_after(q->person, list, i)) != NODE_ABSENT;) {
		bool this = !there && is_this(q, i), anew = this && is_new(q, i);
		there |= this;
		changed |= anew;
		if (anew)
			json_raw(&o, item_edited(q, i));
		else
			json_node(&o, q->person, i);
	}
	if (!there) json_raw(&o, part_json(q, true));
	json_end(&o);
	json_end(&o);
	return changed || !there ? json_done(&o) : (text){0};
}

/* The list takes the place of the one that stood there: items of it have nothing that tells them apart for an edit. */
static text with_list(const qualifying *q, text list)
{
	arena *a = q->x->arena;
	doc over, bare, none;
	bool fine = json_parse(a, TEXT("{\"qualification\":null}"), TEXT("person"), q->x->sink, &none) &&
		    json_parse(a, list, TEXT("person"), q->x->sink, &over) &&
		    json_parse(a, json_edited(a, q->person, &none, EDIT_REPLACE), TEXT("person"), q->x->sink, &bare);
	assert(fine);
	return json_edited(a, &bare, &over, EDIT_REPLACE);
}

bool qualify_add(task_writes *x, const write_rule *w)
{
	version v;
	text whose = said(x, w, "qualify"), practitioner = practitioner_of(x, whose);
	qualifying q = {.x = x, .code = said(x, w, "delegation"), .depth = said(x, w, "depth")};
	q.delegated = q.code.len > 0;
	if (!q.delegated) q.code = said(x, w, "competence");
	q.helper = said(x, w, "helper");
	q.until = said(x, w, "until");
	q.issuer = said(x, w, "issuer");
	if (x->sink->errors) return false;
	if (!practitioner.len || !q.code.len || (q.delegated ? !q.until.len : !depth_number(q.depth))) return true;
	if (text_equal(whose, x->with->actor) || text_equal(practitioner, practitioner_of(x, x->with->actor)))
		return issue_add(x->sink, FAIL_WORK_OWN_SKILL, TEXT(""), TEXT(""));
	text id = reference_id(practitioner, TEXT("Practitioner"));
	q.person = x->read(x->self, TEXT("Practitioner"), id, &v);
	if (!q.person) return x->sink->errors == 0;
	text list = person_json(&q);
	if (!list.len) return true;
	const write_op made = {.method = WRITE_UPDATE, .type = TEXT("Practitioner"), .id = id, .if_match = v.number};
	return writes_add(x, made, with_list(&q, list));
}
