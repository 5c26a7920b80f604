/* write.c: the response written anew, in the form's order.
 *
 * The *skeleton* has every item of the form, answered or not, so that each has a node that its expressions can start from. Entries are
 * written in the order in which entry.c reads them, so their numbers stay: entry k of one writing is entry k of the next, as long as
 * no group is repeated more often and no answer with items below it comes or goes. */
#include "form/internal.h"

static void container_write(form_writing *w, json_out *o, int item, uint32_t object);

static bool is_value(const doc *d, uint32_t n)
{
	text name = name_text(d, d->nodes[n].name);
	if (text_starts(name, TEXT("_"))) name = text_slice(name, 1, name.len);
	return text_starts(name, TEXT("value"));
}

static void copied(const form_writing *w, json_out *o, uint32_t object, const name_id leave[2], bool values)
{
	const doc *d = w->d;
	for (uint32_t n = object + 1; n < d->nodes[object].next; n = d->nodes[n].next) {
		if (d->nodes[n].name == leave[0] || d->nodes[n].name == leave[1]) continue;
		if (!values && is_value(d, n)) continue;
		json_key_text(o, name_text(d, d->nodes[n].name));
		json_node(o, d, n);
	}
}

static bool has_children(const form_plan *f, int item)
{
	return f->items[item].next > item + 1;
}

/* The entry after those in the i-th answer of entry k; *filled: one of them is. */
static int answer_end(const form_writing *w, int k, int answer, bool *filled)
{
	const entry *at = w->entries->at;
	int i = w->next;
	*filled = false;
	for (; i < at[k].next && at[i].parent == k && at[i].answer == answer; i = at[i].next)
		*filled = *filled || w->filled[i];
	return i;
}

/* Only what is filled is kept: the answer's value, or something below it. Else its entries are passed over. */
static bool answer_kept(form_writing *w, int k, int answer)
{
	bool filled;
	if (!w->filled) return true;
	int end = answer_end(w, k, answer, &filled);
	const entry *e = &w->entries->at[k];
	if (filled || w->entries->answers[e->first_answer + answer].value != NODE_ABSENT) return true;
	w->next = end;
	return false;
}

static void answer_write(form_writing *w, json_out *o, int item, uint32_t answer, const form_value *value)
{
	static const name_id leave[2] = {NAME_item, NAME_NONE};
	bool shown = value == NULL;
	json_object(o);
	if (answer != NODE_ABSENT) copied(w, o, answer, leave, shown);
	if (value && value->key.len) {
		json_key_text(o, value->key);
		json_raw(o, value->json);
	}
	container_write(w, o, item, answer);
	json_end(o);
}

static uint32_t list_at(const doc *d, uint32_t object, name_id name)
{
	uint32_t n = doc_get(d, object, name);
	return n != NODE_ABSENT && d->nodes[n].kind == NODE_ARRAY ? n : NODE_ABSENT;
}

static uint32_t nth_answer(const doc *d, uint32_t list, int nth)
{
	if (list == NODE_ABSENT) return NODE_ABSENT;
	for (uint32_t n = list + 1; n < d->nodes[list].next; n = d->nodes[n].next)
		if (nth-- == 0) return n;
	return NODE_ABSENT;
}

/* Answers that are kept, or those set instead, or none but a place for the items below. */
static void answers_write(form_writing *w, json_out *o, int item, int k, uint32_t node)
{
	static const form_value none = {{0}, {0}};
	const form_values *set = w->values && w->values[k].set ? &w->values[k] : NULL;
	bool hidden = w->enabled && !w->enabled[k], children = has_children(w->f, item);
	uint32_t list = node == NODE_ABSENT ? NODE_ABSENT : list_at(w->d, node, NAME_answer);
	int kept = list == NODE_ABSENT ? 0 : (int)w->d->nodes[list].len, count = set ? set->count : kept;
	if (children && count == 0) count = 1;
	if (count == 0 || (hidden && !children)) return;
	json_key(o, "answer");
	json_array(o);
	for (int i = 0; i < count; i++) {
		uint32_t answer = nth_answer(w->d, list, i);
		const form_value *value = set ? (i < set->count ? &set->at[i] : &none) : hidden ? &none : NULL;
		if (answer_kept(w, k, i)) answer_write(w, o, item, answer, value);
	}
	json_end(o);
}

static void own_write(form_writing *w, json_out *o, int item, uint32_t node)
{
	static const name_id leave[2] = {NAME_item, NAME_answer};
	const form_item *i = &w->f->items[item];
	if (node != NODE_ABSENT) {
		copied(w, o, node, leave, true);
		return;
	}
	json_pair(o, "linkId", i->link_id);
	json_pair(o, "text", doc_get_text(&w->f->d, i->node, NAME_text));
}

static void item_write(form_writing *w, json_out *o, int item, uint32_t node)
{
	int k = w->next++;
	json_object(o);
	own_write(w, o, item, node);
	if (w->f->items[item].type == ITEM_GROUP)
		container_write(w, o, item, node);
	else if (w->f->items[item].type != ITEM_DISPLAY)
		answers_write(w, o, item, k, node);
	json_end(o);
}

/* Display items hold nothing: the skeleton has them for their entries, what is kept leaves them out. */
static bool item_wanted(const form_writing *w)
{
	return !w->filled || w->filled[w->next];
}

static uint32_t next_of(const form_writing *w, uint32_t list, uint32_t after, text link)
{
	if (list == NODE_ABSENT) return NODE_ABSENT;
	uint32_t n = after == NODE_ABSENT ? list + 1 : w->d->nodes[after].next;
	for (; n < w->d->nodes[list].next; n = w->d->nodes[n].next)
		if (text_equal(doc_get_text(w->d, n, NAME_linkId), link)) return n;
	return NODE_ABSENT;
}

typedef struct opened {
	json_out *o;
	bool any;
} opened;

static void one_write(form_writing *w, opened *out, int item, uint32_t node)
{
	if (!item_wanted(w)) {
		w->next = w->entries->at[w->next].next;
		return;
	}
	if (!out->any) {
		json_key(out->o, "item");
		json_array(out->o);
		out->any = true;
	}
	item_write(w, out->o, item, node);
}

/* `object`: the response (0), a group or an answer; NODE_ABSENT of an item that is not there yet. */
static void container_write(form_writing *w, json_out *o, int item, uint32_t object)
{
	opened out = {.o = o};
	uint32_t list = item && object == NODE_ABSENT ? NODE_ABSENT : list_at(w->d, object, NAME_item);
	for (int i = item + 1; i < w->f->items[item].next; i = w->f->items[i].next) {
		const form_item *f = &w->f->items[i];
		int least = w->instances && w->instances[i] > 1 ? w->instances[i] : 1, count = 0;
		bool again = f->type == ITEM_GROUP;
		for (uint32_t n = next_of(w, list, NODE_ABSENT, f->link_id); n != NODE_ABSENT;
		     n = again ? next_of(w, list, n, f->link_id) : NODE_ABSENT, count++)
			one_write(w, &out, i, n);
		for (; count < least; count++) one_write(w, &out, i, NODE_ABSENT);
	}
	if (out.any) json_end(o);
}

text form_write(arena *a, form_writing *w)
{
	static const name_id leave[2] = {NAME_item, NAME_NONE};
	json_out o = json_begin(a);
	w->next = 1;
	json_object(&o);
	copied(w, &o, 0, leave, true);
	container_write(w, &o, 0, 0);
	json_end(&o);
	return json_done(&o);
}

/* Into o->given, with these values instead. */
bool form_rewrite(open_form *o, const form_values *values, const int *instances, issues *sink)
{
	doc d;
	form_writing w = {.f = o->f, .d = &o->given, .values = values, .instances = instances};
	if (!json_parse_resource(o->arena, form_write(o->arena, &w), TEXT(""), sink, &d)) return false;
	o->given = d;
	return true;
}
