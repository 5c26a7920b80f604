/* visit.c: a value held against a profile's rules. Only elements the profile speaks of are looked at. */
#include "profile/internal.h"

bool visit_enter(validator *v)
{
	if (v->muted && v->found) return false; /* nobody asks what else is wrong */
	if (v->depth < PROFILE_DEPTH_MAX && v->budget > 0) {
		v->depth++;
		v->budget--;
		return true;
	}
	v->spent = true; /* said at the end, once */
	v->found++;
	return false;
}

/* Which values an element has */

static bool is_element(type_id type, name_id json_name, name_id wanted, const struct key_row **key)
{
	if (name_is_companion(json_name)) json_name = name_companion(json_name);
	*key = key_find(type, json_name);
	return *key && element_of_key(type, *key)->name == wanted;
}

typedef struct collected {
	validator *v;
	const step *up;
	const struct key_row *key;
	uint32_t plain, beside;
} collected;

static step item_of(const collected *c, int index, uint32_t node, uint32_t beside)
{
	const struct element_row *element = element_of_key(c->up->type, c->key);
	step s = {.up = c->up,
		  .name = name_text(NULL, element->name),
		  .index = index,
		  .type = c->key->type,
		  .node = node,
		  .beside = beside,
		  .element = element,
		  .owner = c->up->type};
	if (type_kind_of(s.type) == TYPE_RESOURCE && node != NODE_ABSENT) {
		type_id actual = type_find(doc_get_text(c->v->d, node, NAME_resourceType));
		if (actual) s.type = actual;
	}
	return s;
}

static uint32_t list_length(const doc *d, uint32_t n)
{
	if (n == NODE_ABSENT) return 0;
	return d->nodes[n].kind == NODE_ARRAY ? d->nodes[n].len : 1;
}

static steps steps_of(const collected *c)
{
	const doc *d = c->v->d;
	const node *nodes = d->nodes;
	uint32_t plain = list_length(d, c->plain), beside = list_length(d, c->beside),
		 count = plain > beside ? plain : beside;
	bool is_list = (plain && nodes[c->plain].kind == NODE_ARRAY) || (beside && nodes[c->beside].kind == NODE_ARRAY);
	steps out = {.at = ARENA_ARRAY(c->v->arena, step, count)};
	uint32_t i = is_list ? c->plain + 1 : c->plain, j = is_list ? c->beside + 1 : c->beside;
	for (uint32_t n = 0; n < count; n++) {
		uint32_t value = n < plain && nodes[i].kind != NODE_NULL ? i : NODE_ABSENT;
		uint32_t companion = n < beside && nodes[j].kind == NODE_OBJECT ? j : NODE_ABSENT;
		if (value != NODE_ABSENT || companion != NODE_ABSENT)
			out.at[out.count++] = item_of(c, is_list ? (int)n : -1, value, companion);
		if (n < plain) i = nodes[i].next;
		if (n < beside) j = nodes[j].next;
	}
	return out;
}

steps visit_collect(validator *v, const step *at, name_id name)
{
	const doc *d = v->d;
	collected c = {.v = v, .up = at};
	uint32_t object;
	if (!at->type || !step_object(d, at, &object)) return (steps){0};
	for (uint32_t i = object + 1; i < d->nodes[object].next; i = d->nodes[i].next) {
		const struct key_row *key;
		if (!is_element(at->type, d->nodes[i].name, name, &key)) continue;
		c.key = key;
		*(name_is_companion(d->nodes[i].name) ? &c.beside : &c.plain) = i;
	}
	return c.key ? steps_of(&c) : (steps){0};
}

/* One value */

static void visit_literals(validator *v, const rule *r, const step *at)
{
	arena *a = v->arena;
	bool known;
	if (r->fixed.node && !literal_same(&r->fixed, v->d, at))
		find_error(v, at, FAIL_PROFILE_FIXED, literal_shown(a, &r->fixed), v->by, TEXT(""));
	/* A primitive has no parts that others could stand beside. */
	bool whole = r->pattern.node && type_kind_of(r->pattern.type) == TYPE_PRIMITIVE;
	if (r->pattern.node && !literal_fits(&r->pattern, v->d, at))
		find_error(v, at, whole ? FAIL_PROFILE_FIXED : FAIL_PROFILE_PATTERN, literal_shown(a, &r->pattern),
			   v->by, TEXT(""));
	if (r->least.node && literal_order(a, &r->least, v->d, at, &known) < 0 && known)
		find_error(v, at, FAIL_PROFILE_LEAST, literal_shown(a, &r->least), v->by, TEXT(""));
	if (r->most.node && literal_order(a, &r->most, v->d, at, &known) > 0 && known)
		find_error(v, at, FAIL_PROFILE_MOST, literal_shown(a, &r->most), v->by, TEXT(""));
}

static void visit_length(validator *v, const rule *r, const step *at)
{
	if (!r->max_length || step_is_valueless(at)) return;
	text t = doc_text(v->d, at->node);
	int count = 0;
	for (int64_t i = 0; i < t.len; i++) count += ((unsigned char)t.at[i] & 0xC0) != 0x80;
	if (count > r->max_length)
		find_error(v, at, FAIL_PROFILE_LENGTH, text_format(v->arena, "%d", r->max_length),
			   text_format(v->arena, "%d", count), v->by);
}

static text type_names(arena *a, const type_rule *t)
{
	buffer b = {.arena = a};
	for (; t; t = t->next) {
		if (b.len) buffer_add(&b, TEXT(", "));
		buffer_add(&b, type_name(t->type));
	}
	return buffer_text(&b);
}

/* An extension is held against its own definition by the walk, wherever it stands. */
static bool is_walked(const validator *v, const step *at, text url)
{
	return !v->muted && type_is(at->type, v->types.extension) &&
	       text_equal(doc_get_text(v->d, at->node, NAME_url), text_cut(url, '|').head);
}

static void visit_type_profile(validator *v, const step *at, text url)
{
	if (is_walked(v, at, url)) return;
	const profile *p = profile_find(v->profiles, url);
	if (p)
		visit_profile(v, p, at);
	else if (!v->muted && !told_before(v, url))
		find(v, at, SEVERITY_WARNING, FAIL_PROFILE_UNKNOWN, url, TEXT(""), TEXT(""));
}

static bool fits_one_of(validator *v, const type_rule *t, const step *at)
{
	for (int i = 0; i < t->profile_count; i++) {
		const profile *p = profile_find(v->profiles, t->profiles[i]);
		if (!p || visit_conforms(v, p, at)) return true;
	}
	return false;
}

static void visit_types(validator *v, const rule *r, const step *at)
{
	const type_rule *t = r->types;
	while (t && !type_is(at->type, t->type)) t = t->next;
	if (!t) {
		if (r->types)
			find_error(v, at, FAIL_PROFILE_TYPE, type_name(at->type), type_names(v->arena, r->types),
				   v->by);
		return;
	}
	if (t->profile_count == 1)
		visit_type_profile(v, at, t->profiles[0]);
	else if (t->profile_count > 1 && !fits_one_of(v, t, at))
		find_error(v, at, FAIL_PROFILE_NONE_FITS, v->by, TEXT(""), TEXT(""));
	if (t->target_count) reference_targets(v, at, t->targets, t->target_count);
}

static void visit_children(validator *v, const rule *r, const step *at)
{
	for (const rule *c = r->children; c; c = c->next) visit_items(v, c, visit_collect(v, at, c->name), at);
}

static void visit_constraints(validator *v, const rule *r, const step *at)
{
	if (step_is_valueless(at)) return;
	for (const constraint *x = r->constraints; x; x = x->next) validate_constraint(v, at, x);
}

void visit_value(validator *v, const rule *r, const step *at)
{
	if (!visit_enter(v)) return;
	visit_types(v, r, at);
	visit_literals(v, r, at);
	visit_length(v, r, at);
	if (r->value_set.len) binding_check(v, at, r->strength, r->value_set);
	if (r->value_set_max.len) binding_check(v, at, BINDING_REQUIRED, r->value_set_max);
	visit_constraints(v, r, at);
	visit_children(v, r, at);
	if (r->same) {
		visit_constraints(v, r->same, at);
		visit_children(v, r->same, at);
	}
	v->depth--;
}

/* All values of an element, or of a slice */

static text count_text(validator *v, int n)
{
	return text_format(v->arena, "%d", n);
}

static void visit_too_few(validator *v, const rule *r, steps items, const step *up)
{
	text name = name_text(NULL, r->name);
	if (items.count + items.perhaps >= r->min) {
		if (v->how->warnings && !v->muted)
			find(v, up, SEVERITY_INFORMATION, FAIL_PROFILE_SLICE_UNDECIDED, name, r->slice, v->by);
		return;
	}
	if (r->slice.len)
		find_error(v, up, FAIL_PROFILE_SLICE_MISSING, name, r->slice, v->by);
	else if (r->min == 1)
		find_error(v, up, FAIL_PROFILE_REQUIRED, name, v->by, TEXT(""));
	else
		find_error(v, up, FAIL_PROFILE_TOO_FEW, name, count_text(v, r->min), v->by);
}

static void visit_too_many(validator *v, const rule *r, const step *first)
{
	if (r->slice.len)
		find_error(v, first, FAIL_PROFILE_SLICE_TOO_MANY, r->slice, count_text(v, r->max), v->by);
	else if (r->max == 0)
		find_error(v, first, FAIL_PROFILE_NOT_ALLOWED, name_text(NULL, r->name), v->by, TEXT(""));
	else
		find_error(v, first, FAIL_PROFILE_TOO_MANY, name_text(NULL, r->name), count_text(v, r->max), v->by);
}

void visit_items(validator *v, const rule *r, steps items, const step *up)
{
	if (r->min != COUNT_UNSAID && items.count < r->min) visit_too_few(v, r, items, up);
	if (r->max != COUNT_UNSAID && items.count > r->max) visit_too_many(v, r, &items.at[r->max ? r->max : 0]);
	if (r->max == 0) return; /* what must not be there need not be right */
	for (int i = 0; i < items.count; i++) visit_value(v, r, &items.at[i]);
	if (r->slices) visit_slices(v, r, items, up);
}

/* A whole profile */

static void visit_root(validator *v, const profile *p, const step *at)
{
	if (p->failure.len || !p->root)
		find_error(v, at, FAIL_PROFILE_BROKEN, p->url, p->failure, TEXT(""));
	else if (!type_is(at->type, p->type))
		find_error(v, at, FAIL_PROFILE_OTHER_TYPE, p->title, type_name(p->type), type_name(at->type));
	else if (!p->is_base)
		visit_value(v, p->root, at);
}

/* What was made on the way goes, unless some of it is to stay. */
void visit_profile(validator *v, const profile *p, const step *at)
{
	text outer = v->by;
	arena_mark mark = arena_here(v->arena);
	int lasting = v->lasting, told = v->sink->count;
	if (!visit_enter(v)) return;
	v->by = p->title;
	visit_root(v, p, at);
	v->by = outer;
	v->depth--;
	if (lasting == v->lasting && told == v->sink->count && !v->keeps_scratch) arena_rewind(v->arena, mark);
}

/* Each profile a resource claims, and each extension it has, may cost so much. */
void visit_afresh(validator *v, const profile *p, const step *at)
{
	v->budget = VALIDATE_WORK_MAX;
	visit_profile(v, p, at);
}

/* Whether, without what: a run of its own that stops at the first error. Each question is worked out once; one that leads back
 * to itself (two resources that refer to each other) has nothing against it. */

static asked *asked_about(validator *v, const profile *p, uint32_t n)
{
	uint64_t mixed =
	    ((uint64_t)(uintptr_t)p ^ (uint64_t)(uintptr_t)v->d ^ n * 0x9e3779b97f4a7c15u) * 0xd6e8feb86659fd93u;
	asked **bucket = &v->asked[mixed >> 58];
	for (asked *q = *bucket; q; q = q->next)
		if (q->profile == p && q->d == v->d && q->node == n) return q;
	asked *q = ARENA_NEW(v->arena, asked);
	*q = (asked){.next = *bucket, .profile = p, .d = v->d, .node = n};
	*bucket = q;
	v->lasting++;
	return q;
}

static bool conforms_now(validator *v, const profile *p, const step *at)
{
	bool muted = v->muted;
	int found = v->found;
	v->muted = true;
	v->found = 0;
	visit_profile(v, p, at);
	bool fits = v->found == 0;
	v->muted = muted;
	v->found = found;
	return fits;
}

bool visit_conforms(validator *v, const profile *p, const step *at)
{
	if (step_is_valueless(at)) return conforms_now(v, p, at);
	asked *q = asked_about(v, p, at->node);
	if (q->answer == ANSWER_NONE) {
		q->answer = ANSWER_YES;
		q->answer = conforms_now(v, p, at) ? ANSWER_YES : ANSWER_NO;
	}
	return q->answer == ANSWER_YES;
}
