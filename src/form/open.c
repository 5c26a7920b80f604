/* open.c: a form opened with a response, and what it then tells. */
#include "form/internal.h"

static bool origins_keep(open_form *o, const doc *response, issues *found)
{
	entry_list as_handed_in;
	if (!entries_build(o->f, o->arena, response, &as_handed_in, found)) return false;
	o->origin = (map){.arena = o->arena};
	for (int i = 0; i < as_handed_in.count; i++) {
		text *place = ARENA_NEW(o->arena, text);
		*place = as_handed_in.at[i].place;
		map_put(&o->origin, as_handed_in.at[i].key, (int64_t)(intptr_t)place);
	}
	return true;
}

bool form_open(const form_plan *f, const doc *response, form_use use, const form_around *around, arena *a,
	       issues *found, open_form **out)
{
	open_form *o = ARENA_NEW(a, open_form);
	*o = (open_form){.f = f, .around = around, .arena = a, .found = found, .given = *response};
	*out = o;
	form_outside(o);
	if (!origins_keep(o, response, found))
		return issue_add(found, FAIL_FORM_ENTRIES, text_format(found->arena, "%d", FORM_ENTRIES_MAX), TEXT(""));
	if (!form_rewrite(o, NULL, NULL, found)) return false;
	if (use == FORM_BEGINS && !form_begin(o, found)) return false;
	return use == FORM_IS_HELD ? enable_settle(o, found) : form_settle(o, found);
}

/* ---- the response ---- */

static bool *filled_entries(const open_form *o)
{
	bool *filled = ARENA_ARRAY(o->arena, bool, o->entries.count);
	for (int k = o->entries.count - 1; k > 0; k--) {
		const entry *e = &o->entries.at[k];
		filled[k] = o->enabled[k] && (filled[k] || e->values > 0);
		if (filled[k]) filled[e->parent] = true;
	}
	return filled;
}

text form_response(open_form *o)
{
	form_writing w = {.f = o->f, .d = &o->shown, .entries = &o->entries, .filled = filled_entries(o)};
	return form_write(o->arena, &w);
}

/* ---- items ---- */

int form_item_count(const open_form *o)
{
	return o->entries.count;
}

form_item_state form_item_at(const open_form *o, int i)
{
	const entry *e = &o->entries.at[i];
	const form_item *f = &o->f->items[e->item];
	return (form_item_state){.key = e->key,
				 .link_id = f->link_id,
				 .enabled = o->enabled[i],
				 .calculated = f->calculated != NULL,
				 .answered = e->values > 0};
}

/* ---- what is wrong where ---- */

static text origin(const open_form *o, int entry)
{
	for (int k = entry; k >= 0; k = o->entries.at[k].parent) {
		int64_t kept;
		if (map_get(&o->origin, o->entries.at[k].key, &kept)) return *(const text *)(intptr_t)kept;
	}
	return TEXT("QuestionnaireResponse");
}

place answer_place(const open_form *o, int entry, int answer)
{
	text at = origin(o, entry);
	return (place){.path = answer < 0 ? at : text_format(o->arena, "%.*s.answer[%d].value", TEXT_ARG(at), answer)};
}

text form_label(const open_form *o, int entry)
{
	return o->f->items[o->entries.at[entry].item].label;
}
