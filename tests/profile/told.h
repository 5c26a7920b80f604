/* told.h: what a validation found, in a line that a test can hold against what it expects. */
#ifndef LIMEN_TESTS_PROFILE_TOLD_H
#define LIMEN_TESTS_PROFILE_TOLD_H

#include "profile/internal.h"
#include "harness.h"

static const doc *parsed(arena *a, text source)
{
	issues sink = {.arena = a};
	doc *d = ARENA_NEW(a, doc);
	if (!json_parse(a, source, TEXT("row"), &sink, d)) fail_msg("not JSON: %.*s", TEXT_ARG(source));
	return d;
}

/* "NAME path" of each finding, warnings in parentheses, joined with "; "; "good" where there is none. dom-6, which every short
 * resource breaks, is left out. */
static text told(arena *a, const issues *sink)
{
	buffer b = {.arena = a};
	for (const issue *i = sink->first; i; i = i->next) {
		bool rule = i->code == FAIL_RULE_BROKEN, soft = i->severity != SEVERITY_ERROR;
		if (rule && text_equal(i->args[2], TEXT("dom-6"))) continue;
		buffer_format(&b, "%s%s%s", b.len ? "; " : "", soft ? "(" : "", failure_name(i->code));
		if (rule) buffer_format(&b, " %.*s", TEXT_ARG(i->args[2]));
		if (i->code == FAIL_PROFILE_SLICE_MISSING) buffer_format(&b, " %.*s", TEXT_ARG(i->args[1]));
		if (i->code == FAIL_PROFILE_SLICE_TOO_MANY) buffer_format(&b, " %.*s", TEXT_ARG(i->args[0]));
		buffer_format(&b, " %.*s%s", TEXT_ARG(i->place.path), soft ? ")" : "");
	}
	return b.len ? buffer_text(&b) : TEXT("good");
}

#endif
