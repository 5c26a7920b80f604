/* Regular expressions, by PCRE2 with limits on time and memory: a pattern may come from a person. A literal pattern is
 * compiled with its path. `.` takes line ends too and letters are Unicode's (FHIRPath N1, section 5.6.9). */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "fhir/path_internal.h"

enum { MATCH_STEPS_MAX = 200000, MATCH_HEAP_KIB_MAX = 4096, PATTERN_BYTES_MAX = 4096, MATCH_COST = 200 };

struct path_pattern {
	pcre2_code *code;
	text source;
};

static void *give(size_t bytes, void *of)
{
	return arena_alloc(of, (int64_t)bytes, 16);
}

static void keep(void *memory, void *of)
{
	(void)memory, (void)of; /* goes with its arena */
}

static text why_not(arena *a, int error)
{
	PCRE2_UCHAR message[128];
	pcre2_get_error_message(error, message, sizeof message);
	return text_copy(a, text_of((const char *)message));
}

const struct path_pattern *pattern_new(arena *a, text source, text *why)
{
	int error;
	PCRE2_SIZE at;
	if (source.len > PATTERN_BYTES_MAX) {
		*why = TEXT("too long");
		return NULL;
	}
	pcre2_general_context *general = pcre2_general_context_create(give, keep, a);
	pcre2_compile_context *context = pcre2_compile_context_create(general);
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)source.at, (PCRE2_SIZE)source.len,
					 PCRE2_UTF | PCRE2_DOTALL | PCRE2_NEVER_BACKSLASH_C, &error, &at, context);
	if (!code) {
		*why = why_not(a, error);
		return NULL;
	}
	struct path_pattern *p = ARENA_NEW(a, struct path_pattern);
	*p = (struct path_pattern){.code = code, .source = source};
	return p;
}

/* The input's text and the pattern of the first argument; false where either is empty, or the run failed. */
static bool text_and_pattern(path_machine *m, const path_call *c, text *t, const struct path_pattern **p)
{
	text source, why;
	bool have = path_single_text(m, c->input, t), have_pattern = path_single_text(m, c->values[0], &source);
	if (!have || !have_pattern || !path_spend(m, MATCH_COST + t->len)) return false;
	*p = c->args[0].pattern ? c->args[0].pattern : pattern_new(m->arena, source, &why);
	if (!*p) path_fail(m, FAIL_PATH_PATTERN, source, why);
	return *p != NULL;
}

static pcre2_match_context *limited(pcre2_general_context *general)
{
	pcre2_match_context *context = pcre2_match_context_create(general);
	pcre2_set_match_limit(context, MATCH_STEPS_MAX);
	pcre2_set_heap_limit(context, MATCH_HEAP_KIB_MAX);
	return context;
}

static path_items matches(path_machine *m, const path_call *c, uint32_t options)
{
	text t;
	const struct path_pattern *p;
	arena_mark scratch = arena_here(m->arena);
	if (!text_and_pattern(m, c, &t, &p)) return path_none();
	pcre2_general_context *general = pcre2_general_context_create(give, keep, m->arena);
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(p->code, general);
	const char *at = t.at ? t.at : "";
	int found = pcre2_match(p->code, (PCRE2_SPTR)at, (PCRE2_SIZE)t.len, 0, options, data, limited(general));
	if (found < 0 && found != PCRE2_ERROR_NOMATCH)
		return path_fail(m, FAIL_PATH_PATTERN, p->source, why_not(m->arena, found));
	arena_rewind(m->arena, scratch);
	return path_boolean(m, found >= 0);
}

path_items function_matches(path_machine *m, const path_call *c)
{
	return matches(m, c, 0);
}

path_items function_matches_full(path_machine *m, const path_call *c)
{
	return matches(m, c, PCRE2_ANCHORED | PCRE2_ENDANCHORED);
}

enum { REPLACED_BYTES_MAX = 1024 * 1024 };

path_items function_replace_matches(path_machine *m, const path_call *c)
{
	text t, with;
	const struct path_pattern *p;
	bool have = text_and_pattern(m, c, &t, &p), have_with = path_single_text(m, c->values[1], &with);
	if (!have || !have_with) return path_none();
	if (!p->source.len) return path_string(m, t);
	pcre2_general_context *general = pcre2_general_context_create(give, keep, m->arena);
	pcre2_match_context *context = limited(general);
	PCRE2_SIZE size = (PCRE2_SIZE)(t.len * 2 + with.len + 64);
	for (;;) {
		PCRE2_SIZE needed = size;
		char *out = arena_bytes(m->arena, (int64_t)size);
		int done = pcre2_substitute(p->code, (PCRE2_SPTR)(t.at ? t.at : ""), (PCRE2_SIZE)t.len, 0,
					    PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_OVERFLOW_LENGTH, NULL, context,
					    (PCRE2_SPTR)(with.at ? with.at : ""), (PCRE2_SIZE)with.len,
					    (PCRE2_UCHAR *)out, &needed);
		if (done >= 0)
			return path_spend(m, (int64_t)needed / 16) ? path_string(m, (text){out, (int64_t)needed})
								   : path_none();
		bool larger = done == PCRE2_ERROR_NOMEMORY && needed > size && needed <= REPLACED_BYTES_MAX;
		if (!larger) return path_fail(m, FAIL_PATH_PATTERN, p->source, why_not(m->arena, done));
		size = needed;
	}
}
