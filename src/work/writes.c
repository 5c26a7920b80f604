/* writes.c: what doing a task writes, out of its kind's templates: for a person (complete.c) and for a rule that does it itself (automate.c). */
#include "work/internal.h"

static bool wanted(const task_writes *x, const write_rule *w)
{
	if (!w->when) return true;
	text value = x->with->form->values[w->when - x->kind->fields];
	return w->when_is.len ? text_equal(value, w->when_is) : (value.len > 0) == w->when_given;
}

bool writes_add(task_writes *x, write_op made, text json)
{
	doc *body = ARENA_NEW(x->arena, doc);
	if (!json_parse_resource(x->arena, json, x->kind->id, x->sink, body)) return false;
	made.resource = body;
	assert(x->count < TASK_WRITES_MAX);
	x->at[x->count++] = made;
	return true;
}

/* The new resource's id is made of the task's version, so that the same answer sent twice makes one resource. */
static bool add_create(task_writes *x, const write_rule *w, int number)
{
	text id = uuid_of_name(x->arena, text_format(x->arena, "write:%.*s:%lld:%d", TEXT_ARG(x->task->id),
						     (long long)x->task->number, number));
	const write_op made = {.method = WRITE_CREATE, .type = w->type, .id = id};
	return writes_add(x, made, template_resource(x->arena, x->kind, w, x->with));
}

static text target_of(const task_writes *x, const write_rule *w)
{
	if (w->target == TARGET_FOCUS) return x->with->focus;
	if (w->target == TARGET_PATHWAY) return x->with->pathway;
	return fact_reference(x->arena, facts_last(x->with->facts, w->fact));
}

static bool edit_with(task_writes *x, const doc *base, uint32_t part, edit_arrays how, text *out)
{
	doc overlay;
	if (!template_alive(x->arena, x->kind, part, x->with)) return true;
	text over = template_part(x->arena, x->kind, part, x->with);
	if (!json_parse(x->arena, over, x->kind->id, x->sink, &overlay)) return false;
	*out = json_edited(x->arena, base, &overlay, how);
	return true;
}

/* A kind about messages that was raised about a patient, or a pathway: what it would write on the message has no place there. */
static bool is_elsewhere(const task_writes *x, const write_rule *w, text type)
{
	const task_kind *k = x->kind;
	bool itself = w->target == TARGET_FOCUS && k->focus < 0 && !k->focus_pathway && !k->cause_count;
	return x->lenient && itself && !text_equal(type, k->subject);
}

static bool add_update(task_writes *x, const write_rule *w)
{
	version v;
	text target = target_of(x, w), edited = {0};
	text_pair p = text_cut(target, '/');
	if ((!p.found && x->lenient) || is_elsewhere(x, w, p.head)) return true;
	const doc *base = p.found ? x->read(x->self, p.head, p.tail, &v) : NULL;
	if (!base) return x->sink->errors ? false : issue_add(x->sink, FAIL_WORK_NO_FOCUS, target, TEXT(""));
	if (!edit_with(x, base, w->set, EDIT_REPLACE, &edited)) return false;
	doc between = *base;
	if (edited.len && !json_parse(x->arena, edited, x->kind->id, x->sink, &between)) return false;
	if (!edit_with(x, &between, w->add, EDIT_APPEND, &edited)) return false;
	if (!edited.len) return true;
	const write_op made = {.method = WRITE_UPDATE, .type = p.head, .id = p.tail, .if_match = v.number};
	return writes_add(x, made, edited);
}

bool writes_make(task_writes *x)
{
	for (int i = 0; i < x->kind->write_count; i++) {
		const write_rule *w = &x->kind->writes[i];
		if (!wanted(x, w)) continue;
		bool made = w->target == TARGET_NEW      ? add_create(x, w, i)
			    : w->target == TARGET_PERSON ? qualify_add(x, w)
							 : add_update(x, w);
		if (!made) return false;
	}
	return true;
}
