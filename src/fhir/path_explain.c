/* What was compiled, for a person to read: a line for each step, a body's steps indented under what runs them. */
#include "fhir/path_program.h"

static const char *const words[] = {
    [OP_THIS] = "this",
    [OP_INDEX] = "index",
    [OP_TOTAL] = "total",
    [OP_EMPTY] = "empty",
    [OP_LITERAL] = "literal",
    [OP_VARIABLE] = "variable",
    [OP_DEFINED] = "variable",
    [OP_START] = "start",
    [OP_HOPS] = "hops",
    [OP_ITEM] = "item",
    [OP_NEGATE] = "negate",
    [OP_PLUS] = "plus",
    [OP_BINARY] = "operator",
    [OP_DECIDE] = "decide",
    [OP_IS] = "is",
    [OP_AS] = "as",
    [OP_BODY] = "body",
    [OP_CALL] = "call",
};

static void say_type(buffer *b, path_type_name t)
{
	if (t.fhir)
		buffer_add(b, type_name(t.fhir));
	else if (t.system >= 0)
		buffer_add(b, path_item_type_name(&(path_item){.kind = (path_kind)t.system}));
}

static void say_literal(buffer *b, const path_item *i)
{
	text t = path_item_text(b->arena, i);
	if (i->kind == PATH_STRING)
		buffer_format(b, "'%.*s'", TEXT_ARG(t));
	else
		buffer_format(b, "%s%.*s",
			      i->kind == PATH_DATE || i->kind == PATH_DATETIME ? "@"
			      : i->kind == PATH_TIME                           ? "@T"
									       : "",
			      TEXT_ARG(t));
}

/* The names on the way, and the type they lead to where the definitions settle it. */
static void say_hops(buffer *b, const path *p, const path_step *s)
{
	say_type(b, s->type);
	for (int i = 0; i < s->count; i++) {
		const path_hop *h = &p->hops[s->first + i];
		buffer_format(b, "%s%.*s%s", i || s->type.fhir ? "." : "", TEXT_ARG(h->text),
			      h->choice_last ? "[x]" : "");
		if (h->only) buffer_format(b, "[%.*s]", TEXT_ARG(type_name(h->only)));
	}
	if (s->count && p->hops[s->first + s->count - 1].to)
		buffer_format(b, " → %.*s", TEXT_ARG(type_name(p->hops[s->first + s->count - 1].to)));
}

/* What is asked of where a walk leads. */
static void say_use(buffer *b, const path_step *s)
{
	static const char *const uses[] = {
	    [USE_ITEMS] = "", [USE_COUNT] = " count()", [USE_EXISTS] = " exists()", [USE_EMPTY] = " empty()"};
	buffer_add(b, text_of(uses[s->use]));
}

static void say_what(buffer *b, const path *p, const path_step *s)
{
	switch (s->op) {
	case OP_LITERAL:
		say_literal(b, &p->literals[s->first]);
		return;
	case OP_VARIABLE:
		buffer_format(b, "%%%.*s", TEXT_ARG(s->name));
		return;
	case OP_DEFINED:
		buffer_format(b, "slot %d", s->first);
		return;
	case OP_START:
	case OP_HOPS:
		say_hops(b, p, s);
		say_use(b, s);
		return;
	case OP_BINARY:
		buffer_add(b, text_of(path_operators[s->first].token));
		return;
	case OP_DECIDE:
		buffer_format(b, "%s → %d", path_operators[s->count].token, s->first);
		return;
	case OP_IS:
	case OP_AS:
		say_type(b, s->type);
		return;
	case OP_BODY:
		buffer_format(b, "→ %d", s->first);
		return;
	case OP_CALL:
		buffer_format(b, "%s()", path_functions[s->first].name);
		say_use(b, s);
		return;
	case OP_THIS:
	case OP_INDEX:
	case OP_TOTAL:
	case OP_EMPTY:
	case OP_ITEM:
	case OP_NEGATE:
	case OP_PLUS:
		return;
	}
}

int path_size(const path *p)
{
	return p->step_count;
}

text path_explain(arena *a, const path *p)
{
	buffer b = {.arena = a};
	int ends[PATH_DEPTH_MAX + 1], depth = 0; /* where the bodies around this step end */
	for (int i = 0; i < p->step_count; i++) {
		const path_step *s = &p->steps[i];
		while (depth > 0 && ends[depth - 1] <= i) depth--;
		buffer_format(&b, "%4d  %*s%-9s", i, 2 * depth, "", words[s->op]);
		say_what(&b, p, s);
		while (b.at[b.len - 1] == ' ') b.len--;
		buffer_char(&b, '\n');
		if (s->op == OP_BODY && depth <= PATH_DEPTH_MAX) ends[depth++] = s->first;
	}
	return buffer_text(&b);
}
