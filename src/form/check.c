/* check.c: what is wrong with the answers: item by item, what is missing, too many, not enabled, or against a constraint. */
#include "form/internal.h"

static void wrong(open_form *o, int k, failure code, text arg, issues *sink)
{
	issue_at(sink, code, answer_place(o, k, -1), form_label(o, k), arg, TEXT(""));
}

static text number(const open_form *o, int64_t n)
{
	return text_format(o->arena, "%lld", (long long)n);
}

static bool is_first(const open_form *o, int k)
{
	const entry *at = o->entries.at;
	for (int i = at[k].parent + 1; i < k; i = at[i].next)
		if (at[i].item == at[k].item && at[i].answer == at[k].answer) return false;
	return true;
}

static bool filled(const open_form *o, int k)
{
	for (int i = k; i < o->entries.at[k].next; i++)
		if (o->enabled[i] && o->entries.at[i].values > 0) return true;
	return false;
}

/* Answers of a question; of a group its repetitions that hold one. */
static int occurrences(const open_form *o, int k)
{
	const entry *at = o->entries.at;
	int count = 0, up = at[k].parent;
	if (o->f->items[at[k].item].type != ITEM_GROUP) return at[k].values;
	for (int i = up + 1; i < at[up].next; i = at[i].next)
		if (at[i].item == at[k].item && at[i].answer == at[k].answer) count += filled(o, i);
	return count;
}

static void check_missing(open_form *o, int k, issues *sink)
{
	const form_item *i = &o->f->items[o->entries.at[k].item];
	int count = occurrences(o, k);
	if (i->required && count == 0)
		wrong(o, k, FAIL_FORM_REQUIRED, TEXT(""), sink);
	else if (i->min_occurs > count && (count > 0 || i->required))
		wrong(o, k, FAIL_FORM_TOO_FEW, number(o, i->min_occurs), sink);
}

static void check_count(open_form *o, int k, issues *sink)
{
	const form_item *i = &o->f->items[o->entries.at[k].item];
	int count = occurrences(o, k);
	int64_t most = !i->repeats ? 1 : i->max_occurs;
	if (most >= 0 && count > most) wrong(o, k, FAIL_FORM_TOO_MANY, number(o, most), sink);
}

static void check_constraints(open_form *o, int k, issues *sink)
{
	const form_item *i = &o->f->items[o->entries.at[k].item];
	for (int c = 0; c < i->constraint_count; c++) {
		const form_constraint *one = &i->constraints[c];
		if (form_holds(o, one->path, k, true)) continue;
		issue_put(sink, one->severity, FAIL_FORM_CONSTRAINT, answer_place(o, k, -1),
			  (text[3]){one->human.len ? one->human : one->key, one->key, TEXT("")});
	}
}

/* An answer that is kept though its item is not enabled. Nothing below such an item is told again. */
static void check_not_enabled(open_form *o, const entry_list *given, int k, issues *sink)
{
	int up = o->entries.at[k].parent;
	if (o->enabled[k] || (up >= 0 && !o->enabled[up])) return;
	for (int i = k; i < given->at[k].next; i++) {
		if (given->at[i].values == 0) continue;
		wrong(o, k, FAIL_FORM_NOT_ENABLED, TEXT(""), sink);
		return;
	}
}

static void check_calculated(open_form *o, int k, issues *sink)
{
	const form_item *i = &o->f->items[o->entries.at[k].item];
	if (!i->calculated || o->entries.at[k].values == 0 || calculated_stands(o, k)) return;
	issue_warn(sink, FAIL_FORM_CALCULATED, answer_place(o, k, -1), i->label, TEXT(""));
}

static void check_entry(open_form *o, int k, bool whole, issues *sink)
{
	const entry *e = &o->entries.at[k];
	if (is_first(o, k)) check_count(o, k, sink);
	if (whole && is_first(o, k)) check_missing(o, k, sink);
	for (int a = 0; a < e->answer_count; a++) check_answer(o, k, a, sink);
	check_exclusive(o, k, sink);
	if (whole || filled(o, k)) check_constraints(o, k, sink);
	if (whole) check_calculated(o, k, sink);
}

/* The issues that were kept since: they are about entry k. */
static void of_item(open_form *o, int k, const issues *sink)
{
	while (o->fault_count < sink->kept) {
		if (o->fault_count == o->fault_cap)
			o->fault_items = ARENA_DOUBLE(o->arena, int, o->fault_items, &o->fault_cap, 16);
		o->fault_items[o->fault_count++] = k;
	}
}

void form_check(open_form *o, bool whole, issues *sink)
{
	entry_list given;
	o->fault_count = 0;
	of_item(o, -1, sink);
	if (!entries_build(o->f, o->arena, &o->given, &given, NULL)) return;
	check_constraints(o, 0, sink);
	of_item(o, 0, sink);
	for (int k = 1; k < o->entries.count; k++) {
		if (!o->enabled[k] && whole && k < given.count) check_not_enabled(o, &given, k, sink);
		if (o->enabled[k]) check_entry(o, k, whole, sink);
		of_item(o, k, sink);
	}
}

int form_item_of_fault(const open_form *o, int i)
{
	return i < o->fault_count ? o->fault_items[i] : -1;
}
