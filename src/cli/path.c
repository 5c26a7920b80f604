/* path.c: FHIRPath over files: a resource, Bundles, resources one after the other or a line each, of any length. The
 * expression is compiled once for each type that turns up; one resource is in memory at a time. */
#include "cli/internal.h"

/* What an expression became for one type of resource. */
typedef struct compiled {
	const path *path; /* NULL: it does not fit the type, which was said */
	bool tried;
} compiled;

typedef struct question {
	cli *cli;
	text expression;
	type_id on;
	const path *any;   /* compiled for no type but --on's */
	compiled *of_type; /* by type_id */
	path_outside outside;
	piece_reader reader;
	arena *work;  /* one resource */
	text file;    /* what is being read */
	int64_t line; /* in a file of a resource a line; 0: the whole file */
	bool refused; /* something was wrong with the input */
} question;

/* ---- what is wrong, and where ---- */

static void say(question *q, const issue *i)
{
	q->refused = true;
	text line = issue_line(q->work, i, q->cli->language);
	fprintf(q->cli->outside->err, "limen: %.*s\n", TEXT_ARG(line));
}

/* The line of the expression it is in, and a mark under the place. */
static void say_caret(const question *q, int64_t column)
{
	FILE *err = q->cli->outside->err;
	text e = q->expression;
	if (column < 1 || column > e.len + 1) return;
	text_pair before = text_cut_last(text_slice(e, 0, column - 1), '\n');
	int64_t start = before.found ? before.head.len + 1 : 0;
	text line = text_cut(text_slice(e, start, e.len), '\n').head;
	fprintf(err, "  %.*s\n  ", TEXT_ARG(line));
	for (int64_t i = start; i < column - 1; i++)
		if (((unsigned char)e.at[i] & 0xC0) != 0x80) fputc(e.at[i] == '\t' ? '\t' : ' ', err);
	fputs("^\n", err);
}

/* What is wrong with the expression: a column in it, beside the place in the input where that was found out. */
static void say_expression(question *q, const issues *sink, text where)
{
	for (const issue *i = sink->first; i; i = i->next) {
		issue said_of = *i;
		said_of.place = (place){.file = q->file, .line = q->line, .path = where};
		say(q, &said_of);
		say_caret(q, i->place.column);
	}
}

static void say_json(question *q, const issues *sink)
{
	for (const issue *i = sink->first; i; i = i->next) {
		issue moved = *i;
		if (q->line > 0) moved.place.line += q->line - 1;
		say(q, &moved);
	}
}

static void say_file(question *q, failure code, text why)
{
	say(q, &(issue){.code = code, .place = {.file = q->file, .line = q->line}, .args = {why}});
}

/* ---- answers ---- */

static void put_json(json_out *o, const path_item *i)
{
	switch (i->kind) {
	case PATH_NODE: /* a primitive without a value is its companion */
		json_node(o, i->d, i->node == NODE_ABSENT && i->sibling != NODE_ABSENT ? i->sibling : i->node);
		return;
	case PATH_BOOLEAN:
		json_bool(o, i->boolean);
		return;
	case PATH_INTEGER:
		json_int(o, i->integer);
		return;
	case PATH_DECIMAL:
		json_raw(o, decimal_text(o->b.arena, i->number));
		return;
	case PATH_STRING:
	case PATH_DATE:
	case PATH_DATETIME:
	case PATH_TIME:
	case PATH_TYPE:
		json_text(o, i->text);
		return;
	case PATH_QUANTITY:
		json_object(o);
		json_key(o, "value");
		json_raw(o, decimal_text(o->b.arena, i->number));
		json_pair(o, "unit", i->text);
		json_end(o);
		return;
	}
}

/* A value as it is, anything with parts as compact JSON. */
static text shown(arena *a, const path_item *i)
{
	text value = path_item_text(a, i);
	bool parts = i->kind == PATH_NODE && value.len == 0;
	if (!parts) return value;
	json_out o = json_begin(a);
	put_json(&o, i);
	return json_done(&o);
}

static void put_typed_json(json_out *o, const path_item *i)
{
	json_object(o);
	json_pair(o, "type", path_item_type_name(i));
	json_key(o, "value");
	put_json(o, i);
	json_end(o);
}

static void print_json(const question *q, path_items items)
{
	json_out o = json_begin(q->work);
	json_array(&o);
	for (int i = 0; i < items.count; i++) {
		if (q->cli->type)
			put_typed_json(&o, &items.at[i]);
		else
			put_json(&o, &items.at[i]);
	}
	json_end(&o);
	text all = json_done(&o);
	fwrite(all.at, 1, (size_t)all.len, q->cli->outside->out);
	fputc('\n', q->cli->outside->out);
}

static void print(const question *q, path_items items)
{
	FILE *out = q->cli->outside->out;
	if (q->cli->count) {
		fprintf(out, "%d\n", items.count);
		return;
	}
	if (q->cli->json) {
		print_json(q, items);
		return;
	}
	for (int i = 0; i < items.count; i++) {
		text value = shown(q->work, &items.at[i]);
		if (q->cli->type) fprintf(out, "%.*s\t", TEXT_ARG(path_item_type_name(&items.at[i])));
		fwrite(value.at ? value.at : "", 1, (size_t)value.len, out);
		fputc('\n', out);
	}
}

static void trace(void *self, text name, const path_items *items)
{
	const question *q = self;
	for (int i = 0; i < items->count; i++)
		fprintf(q->cli->outside->err, "%.*s: %.*s\n", TEXT_ARG(name), TEXT_ARG(shown(q->work, &items->at[i])));
	if (items->count == 0) fprintf(q->cli->outside->err, "%.*s: {}\n", TEXT_ARG(name));
}

/* ---- one resource ---- */

/* Refused only because a path begins with another type: "Observation.code" gives nothing on a Patient, as in R4's own search
 * parameters. What follows that name was held against its type already. */
static bool names_other_type(const issues *sink)
{
	type_id t = sink->first->code == FAIL_PATH_ELEMENT ? type_find(sink->first->args[0]) : 0;
	return t && type_kind_of(t) == TYPE_RESOURCE;
}

static const path *path_for(question *q, type_id type, text where)
{
	compiled *c = &q->of_type[type];
	if (c->tried) return c->path;
	issues sink = {.arena = q->cli->arena};
	c->path = path_compile(q->cli->arena, q->expression, type, NULL, &sink);
	c->tried = true;
	if (!c->path && names_other_type(&sink)) c->path = q->any;
	if (!c->path) say_expression(q, &sink, where);
	return c->path;
}

static void ask_one(question *q, const doc *d, uint32_t n, text where)
{
	path_items items;
	issues sink = {.arena = q->work};
	text name = doc_get_text(d, n, NAME_resourceType);
	type_id type = type_find(name);
	if (type == 0 || type_kind_of(type) != TYPE_RESOURCE) {
		place at = {.file = q->file, .line = q->line, .path = where};
		issue_at(&sink, name.len ? FAIL_FHIR_TYPE_UNKNOWN : FAIL_FHIR_TYPE_MISSING, at, name, TEXT(""),
			 TEXT(""));
		say(q, sink.first);
		return;
	}
	if (q->on && !type_is(type, q->on)) return;
	const path *p = path_for(q, type, where);
	if (!p) return;
	if (path_run(p, d, n, &q->outside, q->work, &sink, &items))
		print(q, items);
	else
		say_expression(q, &sink, where);
}

static void ask_entries(question *q, const doc *d)
{
	uint32_t list = doc_get(d, 0, NAME_entry);
	if (!list) return;
	int number = 0;
	for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next, number++) {
		uint32_t resource = doc_get(d, i, NAME_resource);
		arena_mark here = arena_here(q->work);
		if (resource) ask_one(q, d, resource, text_format(q->work, "Bundle.entry[%d].resource", number));
		arena_rewind(q->work, here);
	}
}

static void ask(question *q, text json)
{
	doc d;
	issues sink = {.arena = q->work};
	if (!json_parse_resource(q->work, json, q->file, &sink, &d))
		say_json(q, &sink);
	else if (q->cli->entries && text_equal(doc_type(&d), TEXT("Bundle")))
		ask_entries(q, &d);
	else
		ask_one(q, &d, 0, TEXT(""));
}

/* What one resource needs goes with it; what needs too much is refused, and the next one is read. */
static void ask_alone(question *q, text json)
{
	jmp_buf home;
	if (setjmp(home)) {
		arena_reset(q->work);
		say_file(q, FAIL_RECORD_BUDGET, TEXT(""));
	} else {
		arena_boundary(q->work, &home);
		ask(q, json);
	}
	arena_boundary(q->work, NULL);
	arena_reset(q->work);
}

/* ---- pieces ---- */

static void take(void *self, const piece *p)
{
	question *q = self;
	q->file = p->file;
	q->line = p->line;
	ask_alone(q, p->json);
	q->reader.stop = ferror(q->cli->outside->out);
}

static void refuse(void *self, const issue *i)
{
	say(self, i);
}

/* ---- the command ---- */

/* The expression by itself, before anything is read: a call with one that can never be right is a wrong call. */
static bool compile_first(question *q)
{
	issues sink = {.arena = q->cli->arena};
	q->any = path_compile(q->cli->arena, q->expression, q->on, NULL, &sink);
	if (!q->any) say_expression(q, &sink, TEXT(""));
	return q->any;
}

static int answer_all(question *q)
{
	cli *c = q->cli;
	if (!compile_first(q)) return CLI_USAGE;
	if (c->explain) {
		text steps = path_explain(c->arena, q->any);
		fwrite(steps.at, 1, (size_t)steps.len, c->outside->out);
		return CLI_FINE;
	}
	for (int i = 1; i < c->arg_count && !q->reader.stop; i++) pieces_read(&q->reader, c->args[i]);
	if (c->arg_count == 1) pieces_read(&q->reader, TEXT("-"));
	return q->refused ? CLI_INPUT : CLI_FINE;
}

int command_path(cli *c)
{
	question q = {.cli = c, .outside = {.now = world_now(c->outside->world)}};
	if (c->arg_count < 1 || (c->explain && c->arg_count > 1)) return fail_called(c);
	if (!type_given(c, &q.on)) return fail_usage(c);
	q.reader = (piece_reader){.cli = c, .self = &q, .take = take, .refuse = refuse};
	q.expression = c->args[0];
	q.of_type = ARENA_ARRAY(c->arena, compiled, type_count() + 1);
	q.work = arena_new(REQUEST_ARENA_MAX);
	q.outside.self = &q;
	q.outside.trace = c->trace ? trace : NULL;
	int code = answer_all(&q);
	arena_free(q.work);
	return code;
}
