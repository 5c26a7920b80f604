/* outside.c: the questions FHIRPath asks of profiles and codes: memberOf(), conformsTo(). */
#include "profile/internal.h"

static step step_of(const path_item *item)
{
	return (step){.name = path_item_type_name(item),
		      .index = -1,
		      .type = item->type,
		      .node = item->node,
		      .beside = item->sibling};
}

/* A System string is a code; of a node its type decides. */
int outside_member(const profiles *p, const path_item *item, text set)
{
	validation how = {.profiles = p};
	term_answer answer = TERM_UNKNOWN;
	if (item->kind == PATH_STRING) {
		answer = term_in(profiles_terms(p), set, TEXT(""), item->text);
	} else if (item->kind == PATH_NODE && item->type) {
		issues sink = {0};
		validator v = validator_of(&how, item->d, NULL, &sink);
		step at = step_of(item);
		answer = binding_holds(&v, &at, set);
	}
	return answer == TERM_UNKNOWN ? -1 : answer == TERM_IS;
}

/* A resource is held against its base definition too: what is no Patient is no danish Patient. */
int outside_conforms(const profiles *p, const path_item *item, text url, arena *a, int depth)
{
	const profile *wanted = profile_find(p, url);
	if (!wanted || wanted->failure.len) return -1;
	if (item->kind != PATH_NODE || !item->type || !type_is(item->type, wanted->type)) return 0;
	if (depth >= CONFORMS_DEPTH_MAX) return -1;
	issues found = {.arena = a, .keep = 1};
	validation how = {.profiles = p};
	validator v = validator_of(&how, item->d, a, &found);
	step at = step_of(item);
	v.conforming = depth + 1;
	validator_outside(&v);
	if (item->node == 0 && !check_whole(item->d, &found, &v)) return 0;
	return visit_conforms(&v, wanted, &at);
}

int outside_subsumes(const profiles *p, text system, text general, text specific)
{
	term_answer answer = term_subsumes(profiles_terms(p), system, general, specific);
	return answer == TERM_UNKNOWN ? -1 : answer == TERM_IS;
}

int outside_in_slice(const profiles *p, const path_item *item, text url, text name, arena *a)
{
	const profile *wanted = profile_find(p, url);
	if (!wanted || item->kind != PATH_NODE) return -1;
	issues found = {.arena = a, .keep = 1};
	validation how = {.profiles = p};
	validator v = validator_of(&how, item->d, a, &found);
	step at = step_of(item);
	v.muted = true;
	return slice_has(&v, wanted, name, &at);
}

/* For whoever runs FHIRPath over these profiles. */

static int member_of(void *self, const path_item *item, text set)
{
	return outside_member(self, item, set);
}

static int conforms(void *self, const path_item *item, text url)
{
	arena *a = arena_new(REQUEST_ARENA_MAX);
	int answer = outside_conforms(self, item, url, a, 0);
	arena_free(a);
	return answer;
}

static int subsumes(void *self, text system, text general, text specific)
{
	return outside_subsumes(self, system, general, specific);
}

static int in_slice(void *self, const path_item *item, text url, text name)
{
	arena *a = arena_new(REQUEST_ARENA_MAX);
	int answer = outside_in_slice(self, item, url, name, a);
	arena_free(a);
	return answer;
}

void profiles_outside(const profiles *p, path_outside *out)
{
	out->codes = (void *)(uintptr_t)p; /* read only: both take it as const */
	out->member_of = member_of;
	out->conforms = conforms;
	out->subsumes = subsumes;
	out->in_slice = in_slice;
}
