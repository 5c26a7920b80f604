/* Calls: arguments, bodies, and those that become part of the step before them. */
#include "fhir/path_compiler.h"

#include <string.h>

bool compiler_enter(compiler *c)
{
	if (++c->depth <= PATH_DEPTH_MAX) return true;
	return compiler_refuse(c, FAIL_PATH_TOO_LARGE, c->token, TEXT(""), TEXT(""));
}

/* sort() takes keys, a minus or the word desc turning one around. */
static bool body_argument(compiler *c, path_arg *arg, bool sort, shape this, shape *out)
{
	shape outer = c->this;
	int stack = c->stack;
	path_step *jump = compiler_emit(c, OP_BODY, c->token->column, 0);
	c->stack += ARGS_MAX; /* a body runs above all arguments of its call, those after it too */
	*arg = (path_arg){.kind = ARG_BODY, .from = c->step_count};
	if (sort && compiler_accept(c, "-")) arg->descending = true;
	c->this = this;
	bool ok = compiler_expression(c, 0, out);
	c->this = outer;
	if (!ok) return false;
	if (sort && (token_is_word(c->token, "asc") || token_is_word(c->token, "desc"))) {
		arg->descending = token_is_word(c->token, "desc");
		c->token++;
	}
	arg->to = jump->first = c->step_count;
	c->stack = stack + 1;
	return true;
}

/* A pattern written out is made ready here, once, and refused here where it is wrong. */
static bool literal_pattern(compiler *c, const path_token *t, path_arg *arg)
{
	text why, source = c->literals[c->literal_count - 1].text;
	arg->pattern = pattern_new(c->arena, source, &why);
	return arg->pattern || issue_at(c->sink, FAIL_PATH_PATTERN, (place){.column = t->column}, source, why,
					compiler_column(c, t->column));
}

static char argument_letter(const path_function_row *f, int n)
{
	int letters = (int)strlen(f->args);
	return f->args[n < letters ? n : letters - 1];
}

static bool argument(compiler *c, const path_function_row *f, int n, path_arg *arg, shape input, shape *out)
{
	char kind = argument_letter(f, n);
	bool sort = strcmp(f->name, "sort") == 0;
	if (kind == 'e') {
		/* repeat() asks its body of what the body gave: of what type that is, is not known here. One item has
		 * an order. */
		shape this = strcmp(f->name, "repeat") == 0 ? UNKNOWN : input;
		this.unordered = false;
		return body_argument(c, arg, sort, this, out);
	}
	if (kind == 't') {
		*arg = (path_arg){.kind = ARG_TYPE};
		compiler_emit(c, OP_EMPTY, c->token->column, 0);
		return compiler_type(c, &arg->type);
	}
	*arg = (path_arg){.kind = ARG_VALUE};
	const path_token *start = c->token;
	int before = c->step_count;
	if (!compiler_expression(c, 0, out)) return false;
	bool literal = c->step_count == before + 1 && c->steps[before].op == OP_LITERAL && out->kind == PATH_STRING;
	return n > 0 || !literal || !strchr(f->flags, 'p') || literal_pattern(c, start, arg);
}

/* Could the one item be of this kind? Elements with parts never are. */
static bool may_be(shape s, path_kind wanted)
{
	if (s.kind == PATH_NODE) return !s.type || type_kind_of(s.type) == TYPE_PRIMITIVE;
	return s.kind < 0 || s.kind == (int)wanted;
}

static bool refuse_kind(compiler *c, const path_token *t, path_kind wanted, shape s)
{
	text is = s.kind == PATH_NODE ? type_name(s.type) : path_kind_name((path_kind)s.kind);
	return issue_at(c->sink, FAIL_PATH_OPERAND, (place){.column = t->column}, path_kind_name(wanted), is,
			compiler_column(c, t->column));
}

/* What is written as an argument, as far as its kind is known before it runs. */
static bool argument_fits(compiler *c, const path_function_row *f, int n, const path_token *t, shape s)
{
	char kind = argument_letter(f, n);
	bool is_criterion = n == 0 && f->result == RESULT_CHOICE;
	if (is_criterion && s.kind > PATH_BOOLEAN) return refuse_kind(c, t, PATH_BOOLEAN, s);
	if (kind == 's' && !may_be(s, PATH_STRING)) return refuse_kind(c, t, PATH_STRING, s);
	if (kind == 'i' && !may_be(s, PATH_INTEGER)) return refuse_kind(c, t, PATH_INTEGER, s);
	return true;
}

static bool wrong_count(compiler *c, const path_token *name, int count)
{
	return compiler_refuse(c, FAIL_PATH_ARGUMENTS, name, name->text, compiler_column(c, count));
}

/* A call's arguments, read and put on the stack. */
typedef struct call_args {
	path_arg at[ARGS_MAX];
	shape shapes[ARGS_MAX];
	int count;
} call_args;

static bool arguments(compiler *c, const path_token *name, const path_function_row *f, shape input, call_args *args)
{
	if (!compiler_enter(c)) return false;
	while (!token_is_symbol(c->token, ")")) {
		int n = args->count++;
		if (n && !compiler_expect(c, ",")) return false;
		if (n == f->max) return wrong_count(c, name, args->count);
		const path_token *start = c->token;
		args->shapes[n] = UNKNOWN;
		if (!argument(c, f, n, &args->at[n], input, &args->shapes[n])) return false;
		if (!argument_fits(c, f, n, start, args->shapes[n])) return false;
	}
	c->token++;
	c->depth--;
	return args->count >= f->min || wrong_count(c, name, args->count);
}

static void emit_call(compiler *c, const path_token *name, int function, const call_args *args)
{
	path_step *s = compiler_emit(c, OP_CALL, name->column, args->count + 1);
	s->first = function;
	s->count = args->count;
	s->args = c->arg_count;
	memcpy(c->args + c->arg_count, args->at, (size_t)args->count * sizeof *args->at);
	c->arg_count += args->count;
}

/* as() of many is a mistake, but R4's own invariant dom-3 says descendants().as(canonical): there it filters, as the
 * operator does. The step that held the argument's place becomes it. */
static void call_to_filter(compiler *c, const path_arg *arg)
{
	path_step *s = &c->steps[c->step_count - 1];
	s->op = OP_AS;
	s->type = arg->type;
	c->stack--;
}

/* How many items, or whether there are any, is asked of the walk itself, which then makes none. */
static bool call_to_use(const compiler *c, const path_function_row *f)
{
	path_step *s = &c->steps[c->step_count - 1];
	bool counts = s->op == OP_CALL && strchr(path_functions[s->first].flags, 'n');
	if (s->op != OP_START && s->op != OP_HOPS && !counts) return false;
	bool tells = s->use == USE_EXISTS || s->use == USE_EMPTY;
	if (f->run == function_not && tells)
		s->use = s->use == USE_EXISTS ? USE_EMPTY : USE_EXISTS;
	else if (s->use != USE_ITEMS)
		return false;
	else if (f->run == function_exists)
		s->use = USE_EXISTS;
	else if (f->run == function_empty)
		s->use = USE_EMPTY;
	else if (f->run == function_count)
		s->use = USE_COUNT;
	else
		return false;
	return true;
}

/* Calls that are part of the step before them. */
static bool call_as_step(compiler *c, const path_function_row *f, const call_args *args)
{
	if (args->count == 0 && call_to_use(c, f)) return true;
	if (f->run != function_of_type || !args->at[0].type.fhir) return false;
	/* The step before the one that holds the argument's place gave the input. */
	if (!compiler_narrow(c, &c->steps[c->step_count - 2], args->at[0].type.fhir)) return false;
	c->step_count--;
	c->stack--;
	return true;
}

int compiler_visible(const compiler *c, text name)
{
	for (int i = c->visible_count - 1; i >= 0; i--)
		if (text_equal(c->defined[c->visible[i]].name, name)) return c->visible[i];
	return -1;
}

/* The name must be written out, and mean nothing else yet. */
static bool define(compiler *c, const path_token *name_token, call_args *args, shape input)
{
	if (name_token->kind != TOKEN_STRING || args->at[0].kind != ARG_VALUE || args->shapes[0].kind != PATH_STRING)
		return compiler_refuse(c, FAIL_PATH_SYNTAX, name_token, name_token->text, TEXT(""));
	if (compiler_visible(c, name_token->text) >= 0)
		return compiler_refuse(c, FAIL_PATH_DEFINED, name_token, name_token->text, TEXT(""));
	int slot = c->slot_count++;
	c->defined[slot] = (defined){name_token->text, args->count > 1 ? args->shapes[1] : input};
	c->visible[c->visible_count++] = slot;
	args->at[0].slot = slot;
	return true;
}

/* Does it come to the same whenever and wherever it is asked of the same values? */
static bool is_pure(const path_function_row *f, const call_args *args)
{
	for (int i = 0; i < args->count; i++)
		if (args->at[i].kind != ARG_VALUE) return false;
	return f->run != function_define_variable && !strpbrk(f->flags, "kc");
}

bool compiler_call(compiler *c, shape input, shape *out)
{
	const path_token *name = c->token;
	call_args args = {.count = 0};
	int number = path_function_find(name->text);
	if (number < 0) return compiler_refuse(c, FAIL_PATH_FUNCTION, name, name->text, TEXT(""));
	const path_function_row *f = &path_functions[number];
	assert(f->max <= ARGS_MAX);
	if (input.unordered && strchr(f->flags, 'o'))
		return compiler_refuse(c, FAIL_PATH_ORDER, name, name->text, TEXT(""));
	if (strchr(f->flags, 's') && !may_be(input, PATH_STRING)) return refuse_kind(c, name, PATH_STRING, input);
	if (strchr(f->flags, 'k')) c->keeps_scratch = true;
	c->token += 2; /* the name and its parenthesis */
	if (!arguments(c, name, f, input, &args)) return false;
	if (f->run == function_define_variable && !define(c, name + 2, &args, input)) return false;
	*out = shape_of_call(f, input, args.shapes, args.at, args.count);
	if (input.unordered && f->run == function_as) {
		call_to_filter(c, &args.at[0]);
	} else if (!call_as_step(c, f, &args)) {
		emit_call(c, name, number, &args);
		if (is_pure(f, &args)) return compiler_fold(c, args.count + 2, out);
	}
	return true;
}
