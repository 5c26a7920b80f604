/* owner.c: a task has one owner and lies in one queue: claimed, given back, handed over, put on hold, assigned by a leader, and the next one
 * taken (next.c). What was decided on another version than stands is decided anew, or refused where the caller said which one they saw. */
#include "work/internal.h"

enum { TRIES = 16 };

typedef struct owning {
	record *record;
	const acting *what;
	const working *by;
	asking ask;
	worker self, to;
	bool to_person;
	version version;
	const doc *task;
	const task_kind *kind; /* NULL: a Task of others */
	text owner, queue;
} owning;

static bool refuse(owning *x, failure code, text arg)
{
	return issue_add(x->ask.sink, code, arg, TEXT(""));
}

/* ---- who and what ---- */

text task_queue(const doc *task)
{
	return extension_said(task, 0, "urn:limen:queue", NAME_valueReference);
}

static bool find_task(owning *x)
{
	text id = x->what->task;
	found f = record_read(x->ask.reader, TEXT("Task"), id, &x->version, x->ask.sink);
	if (f != FOUND) return f == FOUND_FAILED ? false : refuse(x, FAIL_WORK_NO_TASK, id);
	doc *d = ARENA_NEW(x->ask.arena, doc);
	text json = text_copy(x->ask.arena, x->version.json);
	if (!json_parse(x->ask.arena, json, TEXT("Task"), x->ask.sink, d)) return false;
	x->task = d;
	x->kind = task_kind_find(x->ask.image, task_kind_of(d));
	x->owner = reference_of(d, 0, NAME_owner);
	x->queue = task_queue(d);
	if (x->what->seen && x->what->seen != x->version.number)
		return issue_add(x->ask.sink, FAIL_RECORD_VERSION, text_format(x->ask.arena, "Task/%.*s", TEXT_ARG(id)),
				 text_format(x->ask.arena, "%lld", (long long)x->version.number));
	text status = doc_get_text(d, 0, NAME_status);
	return task_status_open(status) || refuse(x, FAIL_WORK_CLOSED, status);
}

static bool find_self(owning *x)
{
	bool found;
	if (!worker_read(&x->ask, x->by->who->actor, &x->self, &found)) return false;
	if (!found || x->self.role_count == 0) return refuse(x, FAIL_WORK_NO_ROLE, x->by->who->actor);
	return true;
}

bool worker_leads(const worker *w)
{
	for (int i = 0; i < w->role_count; i++)
		if (text_equal(w->roles[i], TEXT("leader")) || text_ends(w->roles[i], TEXT("-management"))) return true;
	return false;
}

static text name_of(owning *x, text reference)
{
	worker w;
	bool found;
	return worker_read(&x->ask, reference, &w, &found) ? w.name : reference;
}

/* The owner, or a leader; where nobody has it, anybody may hand it on. */
static bool check_owner(owning *x)
{
	bool own = x->owner.len == 0 || text_equal(x->owner, x->self.reference);
	return own || worker_leads(&x->self) || refuse(x, FAIL_WORK_NOT_OWNER, name_of(x, x->owner));
}

static bool check_may(owning *x, const worker *w)
{
	may m;
	if (!x->kind) return true;
	return worker_may_all(&x->ask, x->kind, w, &m) && (m.yes || may_refuse(&m, x->ask.sink));
}

static bool find_receiver(owning *x)
{
	bool found = false;
	version v;
	text_pair p = text_cut(x->what->to, '/');
	x->to_person = text_equal(p.head, TEXT("PractitionerRole"));
	if (x->to_person) {
		if (!worker_read(&x->ask, x->what->to, &x->to, &found)) return false;
		return found ? check_may(x, &x->to) : refuse(x, FAIL_WORK_NO_RECEIVER, x->what->to);
	}
	bool queue = text_equal(p.head, TEXT("Organization")) && x->what->act == ACT_HANDOVER;
	found = queue && record_read(x->ask.reader, p.head, p.tail, &v, x->ask.sink) == FOUND;
	return found || (x->ask.sink->errors == 0 && refuse(x, FAIL_WORK_NO_RECEIVER, x->what->to));
}

static bool check_reason(owning *x)
{
	return text_trim(x->what->reason).len > 0 || refuse(x, FAIL_WORK_NO_REASON, TEXT(""));
}

/* It goes on by itself on that day: one that is past is a mistake. */
static bool check_until(owning *x)
{
	day until = x->what->until;
	if (until == DAY_NONE || until > day_of_instant(x->ask.now)) return true;
	return issue_at(x->ask.sink, FAIL_WORK_FIELD_VALUE, (place){.path = TEXT("until")}, TEXT("until"),
			day_iso(x->ask.arena, until),
			x->ask.lang == LANGUAGE_EN ? TEXT("a day after today") : TEXT("en dag efter i dag"));
}

/* May this be done now? */
static bool check(owning *x)
{
	switch (x->what->act) {
	case ACT_CLAIM:
		if (x->owner.len && !text_equal(x->owner, x->self.reference))
			return refuse(x, FAIL_WORK_TAKEN, name_of(x, x->owner));
		return check_may(x, &x->self);
	case ACT_RELEASE:
		if (!x->owner.len) return refuse(x, FAIL_WORK_NOT_TAKEN, TEXT(""));
		return check_reason(x) && check_owner(x);
	case ACT_HANDOVER:
		return check_reason(x) && check_owner(x) && find_receiver(x);
	case ACT_HOLD:
		return check_reason(x) && check_until(x) && check_owner(x) && (x->owner.len || check_may(x, &x->self));
	case ACT_ASSIGN:
		if (!worker_leads(&x->self)) return refuse(x, FAIL_WORK_NOT_LEADER, x->self.name);
		return check_reason(x) && find_receiver(x);
	}
	return false;
}

/* ---- the Task as it becomes ---- */

static void reference_write(json_out *o, const char *key, text to)
{
	json_key(o, key);
	if (!to.len) {
		json_null(o);
		return;
	}
	json_object(o);
	json_pair(o, "reference", to);
	json_end(o);
}

static void extension_write(json_out *o, const char *url, const char *key, text value)
{
	if (!value.len) return;
	json_object(o);
	json_pair(o, "url", text_of(url));
	if (text_equal(text_of(key), TEXT("valueReference")))
		reference_write(o, key, value);
	else
		json_pair(o, key, value);
	json_end(o);
}

static void extension_away(json_out *o, const char *url)
{
	json_object(o);
	json_pair(o, "url", text_of(url));
	json_end(o);
}

/* An extension of its own takes the place of what stood there; one with nothing but its url takes it away. */
static void place_write(owning *x, json_out *o)
{
	const acting *w = x->what;
	bool moves = w->act == ACT_HANDOVER && !x->to_person, held = w->act == ACT_HOLD && w->until != DAY_NONE;
	bool was_held = extension_find(x->task, 0, TEXT("urn:limen:until")) != NODE_ABSENT;
	bool was_chosen = extension_find(x->task, 0, TEXT("urn:limen:chosen")) != NODE_ABSENT;
	if (!moves && !held && !was_held && !was_chosen && !w->chosen.len) return;
	json_key(o, "extension");
	json_array(o);
	if (moves) extension_write(o, "urn:limen:queue", "valueReference", w->to);
	if (held) extension_write(o, "urn:limen:until", "valueDate", day_iso(x->ask.arena, w->until));
	extension_write(o, "urn:limen:chosen", "valueString", w->chosen);
	if (!held && was_held) extension_away(o, "urn:limen:until");
	if (!w->chosen.len && was_chosen) extension_away(o, "urn:limen:chosen");
	json_end(o);
}

static text owner_after(const owning *x)
{
	switch (x->what->act) {
	case ACT_CLAIM:
		return x->self.reference;
	case ACT_RELEASE:
		return (text){0};
	case ACT_HOLD:
		return x->owner.len ? x->owner : x->self.reference;
	case ACT_HANDOVER:
	case ACT_ASSIGN:
		return x->to_person ? x->to.reference : (text){0};
	}
	return (text){0};
}

static text state_json(owning *x)
{
	text owner = owner_after(x);
	json_out o = json_begin(x->ask.arena);
	json_object(&o);
	place_write(x, &o);
	json_pair(&o, "status",
		  x->what->act == ACT_HOLD ? TEXT("on-hold")
		  : owner.len              ? TEXT("accepted")
					   : TEXT("requested"));
	json_key(&o, "statusReason");
	if (x->what->act == ACT_HOLD) {
		json_object(&o);
		json_pair(&o, "text", x->what->reason);
		json_end(&o);
	} else {
		json_null(&o);
	}
	json_pair(&o, "lastModified", instant_iso(x->ask.arena, x->ask.now));
	reference_write(&o, "owner", owner);
	json_end(&o);
	return json_done(&o);
}

/* From whom (the owner; else the queue it lay in) to whom. */
static text handover_json(owning *x)
{
	const acting *w = x->what;
	text from = x->owner.len ? x->owner : x->queue, to = w->act == ACT_RELEASE ? x->queue : w->to;
	json_out o = json_begin(x->ask.arena);
	json_object(&o);
	json_key(&o, "extension");
	json_array(&o);
	json_object(&o);
	json_key(&o, "extension");
	json_array(&o);
	extension_write(&o, "at", "valueDateTime", instant_iso(x->ask.arena, x->ask.now));
	extension_write(&o, "from", "valueReference", from);
	extension_write(&o, "to", "valueReference", to);
	extension_write(&o, "reason", "valueString", text_trim(w->reason));
	extension_write(&o, "done", "valueString", text_trim(w->done));
	if (!text_equal(x->owner, x->self.reference)) extension_write(&o, "by", "valueReference", x->self.reference);
	json_end(&o);
	json_pair(&o, "url", TEXT("urn:limen:handover"));
	json_end(&o);
	json_end(&o);
	json_end(&o);
	return json_done(&o);
}

static const doc *edited(owning *x, const doc *base, text overlay, edit_arrays how)
{
	doc over, *d = ARENA_NEW(x->ask.arena, doc);
	bool fine = json_parse(x->ask.arena, overlay, TEXT("task"), x->ask.sink, &over) &&
		    json_parse_resource(x->ask.arena, json_edited(x->ask.arena, base, &over, how), TEXT("task"),
					x->ask.sink, d);
	assert(fine);
	return d;
}

/* Nothing is to be written where it is so already. */
static bool is_so(const owning *x)
{
	bool claims = x->what->act == ACT_CLAIM;
	return claims && x->owner.len && !text_equal(doc_get_text(x->task, 0, NAME_status), TEXT("on-hold"));
}

static bool commit(owning *x)
{
	written out;
	if (is_so(x)) return true;
	bool passes = x->what->act == ACT_RELEASE || x->what->act == ACT_HANDOVER || x->what->act == ACT_ASSIGN;
	const doc *made = edited(x, x->task, state_json(x), EDIT_REPLACE);
	if (passes) made = edited(x, made, handover_json(x), EDIT_APPEND);
	const write_op w = {.method = WRITE_UPDATE,
			    .resource = made,
			    .type = TEXT("Task"),
			    .id = x->what->task,
			    .if_match = x->version.number};
	return record_commit(x->record, x->by->who, &w, 1, x->ask.arena, x->ask.sink, &out);
}

/* ---- once, and again where others were quicker ---- */

bool owner_act(record *rec, const acting *what, const working *by, issues *sink)
{
	owning *x = ARENA_NEW(by->arena, owning);
	*x = (owning){.record = rec, .what = what, .by = by};
	x->ask =
	    (asking){.image = by->image, .now = by->now, .lang = by->who->language, .arena = by->arena, .sink = sink};
	x->ask.reader = record_reader(rec, by->who, by->arena, sink);
	if (!x->ask.reader) return false;
	bool fine = find_task(x) && find_self(x) && check(x);
	reader_close(x->ask.reader);
	return fine && commit(x);
}

bool owner_moved(const issues *sink)
{
	for (const issue *i = sink->first; i; i = i->next)
		if (i->code == FAIL_RECORD_VERSION) return true;
	return false;
}

bool work_act(record *rec, const acting *what, const working *by, issues *sink)
{
	for (int i = 0; i < TRIES; i++) {
		issues mine = {.arena = by->arena};
		if (owner_act(rec, what, by, &mine)) return true;
		if (!owner_moved(&mine) || what->seen) {
			issues_add_all(sink, &mine);
			return false;
		}
	}
	return issue_add(sink, FAIL_WORK_CANNOT_NOW, TEXT(""), TEXT(""));
}
