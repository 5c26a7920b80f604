/* enable.c: which items are enabled: enableWhen, enableBehavior, enableWhenExpression.
 *
 * Conditions read answers, and answers of items that are not enabled are not there: so it is a fixed point, looked for from "all are". */
#include "form/internal.h"

/* The occurrence of a question that a condition of entry k means. R4: "the nearest question occurrence reachable by tracing first the
 * ancestor axis and then the preceding axis and then the following axis". Nearest is read as: under the closest common ancestor,
 * so that a question in a repeated group is that of the same repetition. */
static int question_of(const open_form *o, int k, int question)
{
	const entry *at = o->entries.at;
	for (int came = k, up = at[k].parent; up >= 0; came = up, up = at[up].parent) {
		int before = -1;
		if (at[up].item == question) return up;
		for (int i = up + 1; i < came; i++)
			if (at[i].item == question) before = i;
		if (before >= 0) return before;
		for (int i = at[came].next; i < at[up].next; i++)
			if (at[i].item == question) return i;
	}
	return -1;
}

static type_id coding_type(void)
{
	return type_find(TEXT("Coding"));
}

/* Codes are the same by system and code: display and version are how they are said. */
static bool same_coding(const path_item *x, const path_item *y)
{
	text code = doc_get_text(x->d, x->node, NAME_code), other = doc_get_text(y->d, y->node, NAME_code);
	if (!text_equal(doc_get_text(x->d, x->node, NAME_system), doc_get_text(y->d, y->node, NAME_system)))
		return false;
	if (code.len || other.len) return text_equal(code, other);
	return text_equal(doc_get_text(x->d, x->node, NAME_display), doc_get_text(y->d, y->node, NAME_display));
}

bool form_compare(open_form *o, when_operator op, const path_item *answer, const path_item *wanted)
{
	type_id coding = coding_type();
	bool both = answer->kind == PATH_NODE && wanted->kind == PATH_NODE;
	if (both && answer->type == coding && wanted->type == coding)
		return (op == WHEN_EQ || op == WHEN_NE) && same_coding(answer, wanted);
	if (both && text_equal(type_name(answer->type), TEXT("Reference")) && answer->type == wanted->type)
		return text_equal(doc_get_text(answer->d, answer->node, NAME_reference),
				  doc_get_text(wanted->d, wanted->node, NAME_reference));
	issues ignored = {.arena = o->arena, .keep = 1};
	o->comparing = true;
	o->answer = *answer;
	o->wanted = *wanted;
	bool is = path_true(o->f->compare[op], &o->shown, 0, &o->outside, o->arena, &ignored);
	o->comparing = false;
	return is;
}

static bool answered_as(open_form *o, int question, const enable_when *w)
{
	const entry *q = &o->entries.at[question];
	for (int i = 0; i < q->answer_count; i++) {
		const entry_answer *a = &o->entries.answers[q->first_answer + i];
		path_item worth = node_item(&o->shown, a->value, a->type);
		if (a->value != NODE_ABSENT && form_compare(o, w->op, &worth, &w->wanted)) return true;
	}
	return false;
}

/* "=" and the orders: at least one answer. "!=": no answer is equal, which is so where there is none (R4, questionnaire-operator). */
static bool condition_holds(open_form *o, int k, const enable_when *w)
{
	int question = question_of(o, k, w->question);
	bool exists = question >= 0 && o->entries.at[question].values > 0;
	if (w->op == WHEN_EXISTS) return exists == (w->wanted.d->nodes[w->wanted.node].kind == NODE_TRUE);
	bool is = exists && answered_as(o, question, w);
	return w->op == WHEN_NE ? !is : is;
}

static bool own_enabled(open_form *o, int k)
{
	const form_item *i = &o->f->items[o->entries.at[k].item];
	bool holds = i->when_count == 0 || !i->any;
	for (int w = 0; w < i->when_count; w++) {
		bool one = condition_holds(o, k, &i->when[w]);
		if (one != holds) {
			holds = one;
			break;
		}
	}
	return holds && (!i->enabled || form_holds(o, i->enabled, k, false));
}

/* What is below an item that is not enabled is not either. */
static int enable_once(open_form *o, bool *next)
{
	int turned = -1;
	for (int k = 0; k < o->entries.count; k++) {
		int up = o->entries.at[k].parent;
		next[k] = (up < 0 || next[up]) && own_enabled(o, k);
		if (next[k] != o->enabled[k]) turned = k;
	}
	return turned;
}

static bool show(open_form *o, issues *sink)
{
	form_writing w = {.f = o->f, .d = &o->given, .enabled = o->enabled};
	doc d = o->given;
	bool all = true;
	for (int k = 0; o->enabled && k < o->entries.count; k++) all = all && o->enabled[k];
	if (!all && !json_parse_resource(o->arena, form_write(o->arena, &w), TEXT(""), sink, &d)) return false;
	o->shown = d;
	o->remembered = (map){.arena = o->arena};
	if (!entries_build(o->f, o->arena, &o->shown, &o->entries, NULL))
		return issue_add(sink, FAIL_FORM_ENTRIES, text_format(sink->arena, "%d", FORM_ENTRIES_MAX), TEXT(""));
	return true;
}

bool enable_settle(open_form *o, issues *sink)
{
	int turned = 0;
	o->enabled = NULL;
	o->entries.count = 0;
	if (!show(o, sink)) return false;
	o->enabled = ARENA_ARRAY(o->arena, bool, o->entries.count);
	memset(o->enabled, true, (size_t)o->entries.count);
	if (!o->f->enables) return true;
	bool *next = ARENA_ARRAY(o->arena, bool, o->entries.count);
	for (int round = 0; round < FORM_ROUNDS_MAX; round++) {
		turned = enable_once(o, next);
		if (turned < 0) return true;
		memcpy(o->enabled, next, (size_t)o->entries.count);
		if (!show(o, sink)) return false;
	}
	place at = {.path = item_place(sink->arena, o->f, o->entries.at[turned].item)};
	return issue_at(sink, FAIL_FORM_CYCLE, at, o->f->items[o->entries.at[turned].item].label, TEXT(""), TEXT(""));
}
