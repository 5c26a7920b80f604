/* binding.c: codes held against the value sets they are bound to (R4, terminologies.html#strength): required ones must be
 * there, extensible ones should where one fits, others may be anything. What terms.h cannot answer is not held against anybody. */
#include "profile/internal.h"

static term_answer code_holds(const validator *v, text set, text system, text code)
{
	return code.len ? term_in(profiles_terms(v->profiles), set, system, code) : TERM_NOT;
}

static term_answer coding_holds(const validator *v, text set, uint32_t coding)
{
	text code = doc_get_text(v->d, coding, NAME_code), system = doc_get_text(v->d, coding, NAME_system);
	if (!code.len || !system.len) return TERM_NOT;
	return code_holds(v, set, system, code);
}

/* One of its codings is enough. */
static term_answer concept_holds(const validator *v, text set, uint32_t concept)
{
	uint32_t list = doc_get(v->d, concept, NAME_coding);
	const node *nodes = v->d->nodes;
	term_answer best = TERM_NOT;
	if (list == NODE_ABSENT || nodes[list].kind != NODE_ARRAY) return TERM_NOT;
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next) {
		term_answer answer = coding_holds(v, set, i);
		if (answer == TERM_IS) return answer;
		if (answer == TERM_UNKNOWN) best = answer;
	}
	return best;
}

term_answer binding_holds(const validator *v, const step *at, text set)
{
	if (step_is_valueless(at)) return TERM_UNKNOWN;
	node_kind kind = (node_kind)v->d->nodes[at->node].kind;
	if (kind == NODE_STRING) return code_holds(v, set, TEXT(""), doc_text(v->d, at->node));
	if (kind != NODE_OBJECT) return TERM_UNKNOWN;
	if (at->type == v->types.concept) return concept_holds(v, set, at->node);
	if (at->type == v->types.coding || type_is(at->type, v->types.quantity)) return coding_holds(v, set, at->node);
	return TERM_UNKNOWN;
}

/* A Coding with a code in it: the value itself, or the first of a concept. */
static uint32_t coding_of(const validator *v, const step *at)
{
	const node *nodes = v->d->nodes;
	if (at->type != v->types.concept) return at->node;
	uint32_t list = doc_get(v->d, at->node, NAME_coding);
	if (list == NODE_ABSENT || nodes[list].kind != NODE_ARRAY) return NODE_ABSENT;
	for (uint32_t i = list + 1; i < nodes[list].next; i = nodes[i].next)
		if (doc_get(v->d, i, NAME_code) != NODE_ABSENT) return i;
	return NODE_ABSENT;
}

/* The code as a person would point at it. */
static text code_shown(const validator *v, const step *at)
{
	if (v->d->nodes[at->node].kind != NODE_OBJECT) return value_shown(v->arena, v->d, at->node);
	uint32_t coding = coding_of(v, at);
	if (coding == NODE_ABSENT) return doc_get_text(v->d, at->node, NAME_text);
	text code = doc_get_text(v->d, coding, NAME_code), system = doc_get_text(v->d, coding, NAME_system);
	return system.len ? text_format(v->arena, "%.*s|%.*s", TEXT_ARG(system), TEXT_ARG(code)) : code;
}

/* A concept in words alone has no code to be wrong. */
static bool has_code(const validator *v, const step *at)
{
	if (v->d->nodes[at->node].kind != NODE_OBJECT) return true;
	uint32_t coding = coding_of(v, at);
	return coding != NODE_ABSENT && doc_get(v->d, coding, NAME_code) != NODE_ABSENT;
}

/* What was not tested must not look as if it were: once for each value set. */
static void tell_undecided(validator *v, const step *at, text set)
{
	text url = text_cut(set, '|').head;
	bool is_here = term_set_find(profiles_terms(v->profiles), set) != NULL;
	if (!v->how->warnings || v->muted || told_before(v, set)) return;
	find(v, at, is_here ? SEVERITY_INFORMATION : SEVERITY_WARNING,
	     is_here ? FAIL_CODE_UNDECIDED : FAIL_CODE_SET_UNKNOWN, code_shown(v, at), url, TEXT(""));
}

void binding_check(validator *v, const step *at, binding_strength strength, text set)
{
	bool required = strength == BINDING_REQUIRED, extensible = strength == BINDING_EXTENSIBLE;
	if (!required && !(extensible && v->how->warnings && !v->muted)) return;
	if (step_is_valueless(at)) return;
	/* An extensible set leaves room for words; a required one does not, unless an extension says why there is no code. */
	bool excused =
	    extensible || at->type != v->types.concept || doc_get(v->d, at->node, NAME_extension) != NODE_ABSENT;
	if (excused && !has_code(v, at)) return;
	term_answer answer = binding_holds(v, at, set);
	if (answer == TERM_UNKNOWN && required) tell_undecided(v, at, set);
	if (answer != TERM_NOT) return;
	find(v, at, required ? SEVERITY_ERROR : SEVERITY_WARNING, required ? FAIL_CODE_REQUIRED : FAIL_CODE_EXTENSIBLE,
	     code_shown(v, at), text_cut(set, '|').head, TEXT(""));
}
