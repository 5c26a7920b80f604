/* entry.c: a response read item by item beside its form. */
#include "form/internal.h"

typedef struct reading {
	const form_plan *f;
	const doc *d;
	arena *arena;
	entry_list *out;
	issues *unknown; /* where items are told that the form does not have; NULL: they are passed over */
	bool full;
} reading;

static entry *entry_new(reading *r, entry e)
{
	entry_list *l = r->out;
	if (l->count == l->cap) l->at = ARENA_DOUBLE(r->arena, entry, l->at, &l->cap, 64);
	l->at[l->count] = e;
	return &l->at[l->count++];
}

static void answer_new(reading *r, int k, uint32_t n)
{
	entry_list *l = r->out;
	entry_answer a = {.node = n};
	if (l->answer_count == l->answer_cap)
		l->answers = ARENA_DOUBLE(r->arena, entry_answer, l->answers, &l->answer_cap, 64);
	if (value_node(r->d, n, type_find(TEXT("QuestionnaireResponse.item.answer")), NAME_value, &a.value, &a.type))
		l->at[k].values++;
	l->answers[l->answer_count++] = a;
	l->at[k].answer_count++;
}

static uint32_t list_of(const doc *d, uint32_t object, name_id name)
{
	uint32_t n = doc_get(d, object, name);
	return n != NODE_ABSENT && d->nodes[n].kind == NODE_ARRAY ? n : NODE_ABSENT;
}

static void container_read(reading *r, uint32_t object, int parent, int answer);

static void answers_read(reading *r, int k)
{
	uint32_t list = list_of(r->d, r->out->at[k].node, NAME_answer);
	r->out->at[k].first_answer = r->out->answer_count;
	if (list == NODE_ABSENT) return;
	for (uint32_t n = list + 1; n < r->d->nodes[list].next; n = r->d->nodes[n].next) answer_new(r, k, n);
	int first = r->out->at[k].first_answer, count = r->out->at[k].answer_count;
	for (int i = 0; i < count; i++) container_read(r, r->out->answers[first + i].node, k, i);
}

/* How many of this item stand in the same container before. */
static int number_of(const reading *r, int item, int parent, int answer)
{
	int number = 0;
	for (int i = parent + 1; i < r->out->count; i = r->out->at[i].next ? r->out->at[i].next : i + 1)
		if (r->out->at[i].item == item && r->out->at[i].answer == answer) number++;
	return number;
}

static void item_read(reading *r, uint32_t n, int item, entry e)
{
	text above = e.key, path = e.place;
	int number = number_of(r, item, e.parent, e.answer);
	text link = r->f->items[item].link_id;
	e.key = text_format(r->arena, "%.*s%s%.*s[%d]", TEXT_ARG(above), above.len ? "/" : "", TEXT_ARG(link), number);
	e.item = item;
	e.node = n;
	e.place = path;
	entry_new(r, e);
	int k = r->out->count - 1;
	answers_read(r, k);
	container_read(r, n, k, -1);
	r->out->at[k].next = r->out->count;
}

static void unknown_told(reading *r, text link, text path)
{
	if (r->unknown) issue_at(r->unknown, FAIL_FORM_ITEM_UNKNOWN, (place){.path = path}, link, TEXT(""), TEXT(""));
}

static void container_read(reading *r, uint32_t object, int parent, int answer)
{
	uint32_t list = list_of(r->d, object, NAME_item);
	if (list == NODE_ABSENT) return;
	entry in = {
	    .parent = parent, .answer = answer, .key = r->out->at[parent].key, .place = r->out->at[parent].place};
	if (answer >= 0) {
		in.key = text_format(r->arena, "%.*s:%d", TEXT_ARG(in.key), answer);
		in.place = text_format(r->arena, "%.*s.answer[%d]", TEXT_ARG(in.place), answer);
	}
	text above = in.place;
	int number = 0;
	for (uint32_t n = list + 1; n < r->d->nodes[list].next && !r->full; n = r->d->nodes[n].next) {
		int64_t item;
		text link = doc_get_text(r->d, n, NAME_linkId);
		in.place = text_format(r->arena, "%.*s.item[%d]", TEXT_ARG(above), number++);
		bool known = map_get(&r->f->by_link, link, &item);
		if (!known || r->f->items[item].parent != r->out->at[parent].item)
			unknown_told(r, link, in.place);
		else
			item_read(r, n, (int)item, in);
		r->full = r->out->count > FORM_ENTRIES_MAX;
	}
}

/* False: more than FORM_ENTRIES_MAX. */
bool entries_build(const form_plan *f, arena *a, const doc *d, entry_list *out, issues *unknown)
{
	reading r = {.f = f, .d = d, .arena = a, .out = out, .unknown = unknown};
	*out = (entry_list){0};
	entry_new(&r, (entry){.parent = -1, .answer = -1, .place = TEXT("QuestionnaireResponse")});
	container_read(&r, 0, 0, -1);
	out->at[0].next = out->count;
	return !r.full;
}
