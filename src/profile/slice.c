/* slice.c: which slice a value belongs to, and whether the slices are as the profile wants them. A discriminator is followed
 * through the value and through the slice's rules side by side: what the rules say there decides. */
#include "profile/internal.h"

typedef enum belongs { BELONGS_NO, BELONGS_YES, BELONGS_UNSAID } belongs;

/* A discriminator under way: the hops from `hop` on are still to go. */
typedef struct way {
	const discriminator *by;
	int hop;
} way;

static belongs follow(validator *v, const rule *r, const step *at, way w);

/* What a value is judged by where the hops end */

static bool types_fit(const rule *r, const step *at)
{
	if (!r->types) return type_is(at->type, r->type);
	for (const type_rule *t = r->types; t; t = t->next)
		if (type_is(at->type, t->type)) return true;
	return false;
}

static belongs judge_profile(validator *v, const rule *r, const step *at)
{
	bool said = false;
	for (const type_rule *t = r->types; t; t = t->next)
		for (int i = 0; i < t->profile_count; i++) {
			const profile *p = profile_find(v->profiles, t->profiles[i]);
			said = true;
			v->undecided |= !p;
			if (p && type_is(at->type, p->type) && visit_conforms(v, p, at)) return BELONGS_YES;
		}
	return said ? BELONGS_NO : BELONGS_UNSAID;
}

static belongs judge_value(validator *v, const rule *r, const step *at);

/* Fixed parts further in decide together: code.coding with a fixed system and a fixed code. */
static belongs judge_parts(validator *v, const rule *r, const step *at)
{
	belongs all = BELONGS_UNSAID;
	for (const rule *c = r->children; c; c = c->next) {
		steps items = visit_collect(v, at, c->name);
		belongs one = items.count || c->min < 1 ? BELONGS_UNSAID : BELONGS_NO;
		for (int i = 0; i < items.count && one != BELONGS_YES; i++) {
			belongs b = judge_value(v, c, &items.at[i]);
			if (b != BELONGS_UNSAID) one = b;
		}
		if (one == BELONGS_NO) return BELONGS_NO;
		if (one == BELONGS_YES) all = BELONGS_YES;
	}
	return all;
}

static belongs judge_slices(validator *v, const rule *r, const step *at)
{
	belongs found = BELONGS_UNSAID;
	for (const rule *s = r->slices; s; s = s->next) {
		belongs b = judge_value(v, s, at);
		if (b == BELONGS_YES) return b;
		if (b == BELONGS_NO) found = b;
	}
	return found;
}

static belongs judge_type_profiles(validator *v, const rule *r, const step *at)
{
	for (const type_rule *t = r->types; t; t = t->next)
		for (int i = 0; i < t->profile_count; i++) {
			const profile *p = profile_find(v->profiles, t->profiles[i]);
			belongs b = p && p->root && !p->is_base ? judge_value(v, p->root, at) : BELONGS_UNSAID;
			if (b != BELONGS_UNSAID) return b;
		}
	return BELONGS_UNSAID;
}

static belongs judge_code(validator *v, const rule *r, const step *at)
{
	term_answer answer = binding_holds(v, at, r->value_set);
	v->undecided |= answer == TERM_UNKNOWN;
	return answer == TERM_IS ? BELONGS_YES : BELONGS_NO;
}

static belongs judge_value(validator *v, const rule *r, const step *at)
{
	belongs b = BELONGS_UNSAID;
	if (r->fixed.node) return literal_same(&r->fixed, v->d, at) ? BELONGS_YES : BELONGS_NO;
	if (r->pattern.node) return literal_fits(&r->pattern, v->d, at) ? BELONGS_YES : BELONGS_NO;
	if (!visit_enter(v)) return BELONGS_NO;
	b = judge_parts(v, r, at);
	if (b == BELONGS_UNSAID) b = judge_slices(v, r, at);
	if (b == BELONGS_UNSAID) b = judge_type_profiles(v, r, at);
	if (b == BELONGS_UNSAID && r->value_set.len && r->strength == BINDING_REQUIRED) b = judge_code(v, r, at);
	v->depth--;
	return b;
}

static belongs judge(validator *v, discriminator_kind kind, const rule *r, const step *at)
{
	switch (kind) {
	case BY_VALUE:
		return judge_value(v, r, at);
	case BY_EXISTS:
		return r->max == 0 ? BELONGS_NO : BELONGS_YES;
	case BY_TYPE:
		if (!r->types && !r->type) return BELONGS_UNSAID;
		return types_fit(r, at) ? BELONGS_YES : BELONGS_NO;
	case BY_PROFILE:
		return judge_profile(v, r, at);
	}
	return BELONGS_UNSAID;
}

/* Hops */

/* An extension's url is that of its definition, where the slice names one. */
static belongs by_definition(const validator *v, const rule *r, const step *at)
{
	text url = doc_get_text(v->d, at->node, NAME_url);
	belongs b = BELONGS_UNSAID;
	for (const type_rule *t = r->types; t; t = t->next)
		for (int i = 0; i < t->profile_count; i++) {
			if (text_equal(text_cut(t->profiles[i], '|').head, url)) return BELONGS_YES;
			b = BELONGS_NO;
		}
	return b;
}

static belongs any_of(validator *v, const rule *r, steps items, way w)
{
	belongs found = BELONGS_UNSAID;
	for (int i = 0; i < items.count; i++) {
		belongs b = follow(v, r, &items.at[i], w);
		if (b == BELONGS_YES) return b;
		if (b == BELONGS_NO) found = b;
	}
	return found;
}

static belongs any_of_slices(validator *v, const rule *r, steps items, way w)
{
	belongs found = any_of(v, r, items, w);
	for (const rule *s = r->slices; s && found == BELONGS_UNSAID; s = s->next) found = any_of(v, s, items, w);
	return found;
}

/* In the rules of the type's own profiles, where the slice says nothing itself. */
static belongs follow_profiles(validator *v, const rule *r, const step *at, way w)
{
	for (const type_rule *t = r->types; t; t = t->next)
		for (int i = 0; i < t->profile_count; i++) {
			const profile *p = profile_find(v->profiles, t->profiles[i]);
			belongs b = p && p->root ? follow(v, p->root, at, w) : BELONGS_UNSAID;
			if (b != BELONGS_UNSAID) return b;
		}
	return BELONGS_UNSAID;
}

static belongs follow_name(validator *v, const rule *r, const step *at, way w)
{
	const hop *h = &w.by->hops[w.hop];
	way rest = {w.by, w.hop + 1};
	const rule *c = rule_child(r, h->name);
	bool last = rest.hop == w.by->hop_count;
	belongs b = BELONGS_UNSAID;
	if (h->name == NAME_url && last && type_is(at->type, v->types.extension)) b = by_definition(v, r, at);
	if (b != BELONGS_UNSAID) return b;
	if (!c) return follow_profiles(v, r, at, w);
	steps items = visit_collect(v, at, h->name);
	if (w.by->kind == BY_EXISTS && last) {
		if (c->max == 0) return items.count ? BELONGS_NO : BELONGS_YES;
		return c->min < 1 ? BELONGS_UNSAID : items.count ? BELONGS_YES : BELONGS_NO;
	}
	if (!items.count) return BELONGS_NO;
	b = any_of_slices(v, c, items, rest);
	return b == BELONGS_UNSAID ? follow_profiles(v, r, at, w) : b;
}

/* Does the slice name the extension: by its definition, or by a fixed url? */
static bool is_extension_slice(const rule *slice, text url)
{
	const rule *fixed = rule_child(slice, NAME_url);
	for (const type_rule *t = slice->types; t; t = t->next)
		for (int i = 0; i < t->profile_count; i++)
			if (text_equal(text_cut(t->profiles[i], '|').head, url)) return true;
	return fixed && fixed->fixed.node && text_equal(doc_text(fixed->fixed.d, fixed->fixed.node), url);
}

static belongs follow_extension(validator *v, const rule *r, const step *at, way w)
{
	const hop *h = &w.by->hops[w.hop];
	const rule *all = rule_child(r, NAME_extension), *slice = all ? all->slices : NULL;
	steps items = visit_collect(v, at, NAME_extension);
	int kept = 0;
	for (int i = 0; i < items.count; i++)
		if (text_equal(doc_get_text(v->d, items.at[i].node, NAME_url), h->url)) items.at[kept++] = items.at[i];
	items.count = kept;
	for (; slice; slice = slice->next) {
		if (!is_extension_slice(slice, h->url)) continue;
		if (w.by->kind == BY_EXISTS && w.hop + 1 == w.by->hop_count)
			return (slice->max == 0) == (kept == 0) ? BELONGS_YES : BELONGS_NO;
		return kept ? any_of(v, slice, items, (way){w.by, w.hop + 1}) : BELONGS_NO;
	}
	return BELONGS_UNSAID;
}

/* A target that is not at hand: often its type is known, of what is in it nothing. */
static belongs judge_unseen(validator *v, const rule *r, const step *at, way w)
{
	bool leads, by_type = w.by->kind == BY_TYPE && w.hop + 1 == w.by->hop_count;
	type_id type = reference_type(v, at, &leads);
	if (!type && !leads) return BELONGS_NO;
	for (const type_rule *t = r->types; t; t = t->next)
		for (int i = 0; i < t->target_count; i++) {
			const profile *p = profile_find(v->profiles, t->targets[i]);
			if (p && type && !type_is(type, p->type)) continue;
			if (p && type && (by_type || (p->is_base && w.by->kind == BY_PROFILE))) return BELONGS_YES;
			v->undecided = true;
		}
	return BELONGS_NO;
}

/* The target is held against what the reference may lead to. */
static belongs follow_reference(validator *v, const rule *r, const step *at, way w)
{
	step target;
	const doc *here = v->d, *there = here;
	belongs b = BELONGS_UNSAID;
	if (!reference_resolve(v, at, &there, &target)) return judge_unseen(v, r, at, w);
	v->d = there;
	for (const type_rule *t = r->types; t && b != BELONGS_YES; t = t->next)
		for (int i = 0; i < t->target_count && b != BELONGS_YES; i++) {
			const profile *p = profile_find(v->profiles, t->targets[i]);
			v->undecided |= !p;
			if (!p || !p->root) continue;
			if (!type_is(target.type, p->type))
				b = BELONGS_NO;
			else if (w.by->kind == BY_PROFILE && w.hop + 1 == w.by->hop_count)
				b = visit_conforms(v, p, &target) ? BELONGS_YES : BELONGS_NO;
			else
				b = follow(v, p->root, &target, (way){w.by, w.hop + 1});
		}
	v->d = here;
	return b;
}

static belongs follow_type(validator *v, const rule *r, const step *at, way w)
{
	type_id type = w.by->hops[w.hop].type;
	way rest = {w.by, w.hop + 1};
	if (!type_is(at->type, type)) return BELONGS_NO;
	belongs b = follow(v, r, at, rest);
	for (const rule *s = r->slices; s && b == BELONGS_UNSAID; s = s->next)
		if (s->type == type) b = follow(v, s, at, rest);
	return b;
}

static belongs follow(validator *v, const rule *r, const step *at, way w)
{
	belongs b = BELONGS_NO;
	if (w.hop == w.by->hop_count) return judge(v, w.by->kind, r, at);
	if (!visit_enter(v)) return b;
	switch (w.by->hops[w.hop].kind) {
	case HOP_NAME:
		b = follow_name(v, r, at, w);
		break;
	case HOP_EXTENSION:
		b = follow_extension(v, r, at, w);
		break;
	case HOP_RESOLVE:
		b = follow_reference(v, r, at, w);
		break;
	case HOP_OF_TYPE:
		b = follow_type(v, r, at, w);
		break;
	}
	v->depth--;
	return b;
}

/* Slices */

/* Extensions are sliced by url and choices by type, said or not. */
static slicing implied(name_id name)
{
	static const hop url = {.kind = HOP_NAME, .name = NAME_url};
	static const discriminator by_url = {.kind = BY_VALUE, .hops = &url, .hop_count = 1};
	static const discriminator by_type = {.kind = BY_TYPE};
	bool is_extension = name == NAME_extension || name == NAME_modifierExtension;
	return (slicing){.by = is_extension ? &by_url : &by_type, .count = 1};
}

static slicing slicing_of(const rule *r, bool is_choice)
{
	bool implies = is_choice || r->name == NAME_extension || r->name == NAME_modifierExtension;
	if (r->slicing && (r->slicing->count || !implies)) return *r->slicing;
	if (!implies) return (slicing){0};
	slicing s = implied(r->name);
	if (r->slicing) s.end = r->slicing->end, s.ordered = r->slicing->ordered;
	return s;
}

static bool is_default(const rule *s)
{
	return text_equal(s->slice, TEXT("@default")) || text_ends(s->slice, TEXT("/@default"));
}

/* Sets v->undecided where it may belong: what would say so lies outside, or a code's system is not here. */
static bool belongs_to(validator *v, const slicing *by, const rule *slice, const step *at)
{
	bool outer = v->undecided, undecided = false;
	for (int i = 0; i < by->count; i++) {
		v->undecided = by->by[i].unusable;
		if (!by->by[i].unusable && follow(v, slice, at, (way){&by->by[i], 0}) == BELONGS_YES) continue;
		if (!v->undecided) {
			v->undecided = outer;
			return false;
		}
		undecided = true;
	}
	v->undecided = outer || undecided;
	return !undecided;
}

static text slice_names(arena *a, const rule *s)
{
	buffer b = {.arena = a};
	for (; s; s = s->next) {
		if (b.len) buffer_add(&b, TEXT(", "));
		buffer_add(&b, s->slice);
	}
	return buffer_text(&b);
}

/* Stands for "one of them, or none": it is not held against anybody. */
static const rule undecided_slice;

/* Which slice each value belongs to; NULL: none, or the default one. Finding out says nothing by itself. */
static const rule **slices_of(validator *v, const rule *r, const slicing *by, steps items)
{
	const rule **out = ARENA_ARRAY(v->arena, const rule *, items.count);
	bool muted = v->muted, undecided = v->undecided;
	int found = v->found;
	v->muted = true;
	for (int i = 0; i < items.count; i++) {
		const rule *s = r->slices;
		v->undecided = false;
		for (; s; s = s->next) {
			v->found = 0;
			if (!is_default(s) && belongs_to(v, by, s, &items.at[i])) break;
		}
		out[i] = !s && v->undecided ? &undecided_slice : s;
	}
	v->muted = muted;
	v->undecided = undecided;
	v->found = found;
	return out;
}

static int slice_number(const rule *r, const rule *slice)
{
	int n = 0;
	for (const rule *s = r->slices; s && s != slice; s = s->next) n++;
	return n;
}

static void visit_order(validator *v, const rule *r, const slicing *by, steps items, const rule **of)
{
	bool has_default = false, outside = false;
	int last = 0;
	for (const rule *s = r->slices; s; s = s->next) has_default |= is_default(s);
	for (int i = 0; i < items.count; i++) {
		if (of[i] == &undecided_slice) continue;
		if (!of[i]) {
			outside = true;
			if (by->end == SLICES_CLOSED && !has_default)
				find_error(v, &items.at[i], FAIL_PROFILE_SLICE_NONE, slice_names(v->arena, r->slices),
					   v->by, TEXT(""));
			continue;
		}
		int number = slice_number(r, of[i]);
		bool disordered = by->ordered && number < last;
		if (disordered || (outside && by->end == SLICES_OPEN_AT_END))
			find_error(v, &items.at[i], FAIL_PROFILE_SLICE_ORDER, of[i]->slice,
				   slice_names(v->arena, r->slices), v->by);
		last = number > last ? number : last;
	}
}

void visit_slices(validator *v, const rule *r, steps items, const step *up)
{
	element_info e;
	bool is_choice = up->type && element_find_path(up->type, r->name, &e) && e.is_choice;
	slicing by = slicing_of(r, is_choice);
	if (!by.count) return; /* sliced by words alone */
	const rule **of = slices_of(v, r, &by, items);
	visit_order(v, r, &by, items, of);
	for (const rule *s = r->slices; s; s = s->next) {
		steps own = {.at = ARENA_ARRAY(v->arena, step, items.count)};
		for (int i = 0; i < items.count; i++) {
			if (of[i] == s || (!of[i] && is_default(s))) own.at[own.count++] = items.at[i];
			own.perhaps += of[i] == &undecided_slice;
		}
		visit_items(v, s, own, up);
	}
}

/* The slice of this name, wherever in the tree it is; *of is the rule it slices. */
static const rule *slice_named(const rule *r, text name, const rule **of)
{
	const rule *found = rule_slice(r, name);
	*of = r;
	for (const rule *c = r->children; c && !found; c = c->next) found = slice_named(c, name, of);
	for (const rule *s = r->slices; s && !found; s = s->next) found = slice_named(s, name, of);
	return found;
}

int slice_has(validator *v, const profile *p, text name, const step *at)
{
	const rule *of, *slice = p->root ? slice_named(p->root, name, &of) : NULL;
	if (!slice) return -1;
	slicing by = slicing_of(of, of->type == 0);
	return by.count > 0 && belongs_to(v, &by, slice, at);
}
