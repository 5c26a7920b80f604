/* From tokens to steps in one pass: precedence climbing (FHIRPath N1, Appendix B), each sub-expression putting its
 * steps after those before it. Beside the steps goes a `shape`: what is known of the collection on top of the stack,
 * so that an element that a type does not have is refused here, not answered with nothing. / */
#include "fhir/path_internal.h"

#include <string.h>

/* A variable of defineVariable(): seen by what follows in the same path, and inside it. */
typedef struct defined {
	text name;
	shape is;
} defined;

typedef struct compiler {
	arena *arena;
	issues *sink;
	const map *constants;
	path_token *token; /* the one to read next */
	path_step *steps;
	path_hop *hops;
	path_item *literals;
	path_arg *args;
	int step_count, hop_count, literal_count, arg_count;
	defined *defined; /* by slot */
	int *visible;     /* slots that can be seen here, innermost last */
	int slot_count, visible_count;
	int stack, stack_max;
	int depth;
	bool keeps_scratch;
	shape this;
	path_types types;
} compiler;

enum { ARGS_MAX = 8 };

static const shape UNKNOWN = {.kind = -1};

static bool expression(compiler *c, int precedence, shape *out);

/* Messages */

static text column_text(const compiler *c, int column)
{
	return text_format(c->sink->arena, "%d", column);
}

static bool refuse(compiler *c, failure code, const path_token *t, text what, text more)
{
	return issue_at(c->sink, code, (place){.column = t->column}, what, column_text(c, t->column), more);
}

static bool unexpected(compiler *c)
{
	const path_token *t = c->token;
	return refuse(c, FAIL_PATH_SYNTAX, t, t->kind == TOKEN_END ? TEXT("…") : t->text, TEXT(""));
}

/* Tokens */

static bool is_symbol(const path_token *t, const char *s)
{
	return t->kind == TOKEN_SYMBOL && text_equal(t->text, text_of(s));
}

static bool is_word(const path_token *t, const char *s)
{
	return t->kind == TOKEN_NAME && text_equal(t->text, text_of(s));
}

static bool is_name(const path_token *t)
{
	return t->kind == TOKEN_NAME || t->kind == TOKEN_QUOTED_NAME;
}

static bool accept(compiler *c, const char *s)
{
	if (!is_symbol(c->token, s)) return false;
	c->token++;
	return true;
}

static bool expect(compiler *c, const char *s)
{
	return accept(c, s) || unexpected(c);
}

/* Steps */

static path_step *emit(compiler *c, path_op op, int column, int pops)
{
	path_step *s = &c->steps[c->step_count++];
	*s = (path_step){.op = op, .column = column, .type = {.system = -1}};
	c->stack += 1 - pops;
	if (c->stack > c->stack_max) c->stack_max = c->stack;
	return s;
}

/* The last `count` steps, of which the last works on the literals the others are, become the literal it comes to. False: they
 * cannot but fail. */
static bool fold(compiler *c, int count, shape *out)
{
	path_item value;
	if (c->step_count < count) return true;
	path_step *first = &c->steps[c->step_count - count];
	for (int i = 0; i < count - 1; i++)
		if (first[i].op != OP_LITERAL) return true;
	path part = {.steps = first, .literals = c->literals, .args = c->args, .types = c->types};
	part.step_count = part.stack_max = count;
	path_folded folded = path_fold(c->arena, &part, c->sink, &value);
	if (folded != FOLD_DONE) return folded != FOLD_FAILED;
	c->step_count -= count - 1;
	c->literal_count = first->first + 1;
	c->literals[first->first] = value;
	first->op = OP_LITERAL;
	*out = (shape){.kind = (int)value.kind};
	return true;
}

static void emit_literal(compiler *c, path_item i, int column)
{
	c->literals[c->literal_count] = i;
	emit(c, OP_LITERAL, column, 0)->first = c->literal_count++;
}

static bool no_element(compiler *c, const path_token *t, text of)
{
	return refuse(c, FAIL_PATH_ELEMENT, t, t->text, of);
}

/* The bits of doc.root_bits for the names from `first` to `last`. */
static uint64_t bits_of_names(name_id first, name_id last)
{
	uint64_t bits = 0;
	if (first == NAME_NONE) return 0;
	if (last - first >= 64) return ~UINT64_C(0);
	for (int name = first; name <= last; name++) bits |= UINT64_C(1) << (name & 63);
	return bits;
}

/* Under which JSON names the choice lies, and what each says it is. */
static void list_choices(compiler *c, const element_info *info, path_hop *h)
{
	path_choice *choices = ARENA_ARRAY(c->arena, path_choice, info->type_count);
	for (int i = 0; i < info->type_count; i++) {
		name_id name = element_choice_name(info->name, info->types[i]);
		if (name == NAME_NONE) continue;
		choices[h->choice_count++] = (path_choice){name, info->types[i]};
		h->bits |= bits_of_names(name, name);
	}
	h->choices = choices;
}

/* What a name leads to from `in`; fills the hop. */
static bool step_into(compiler *c, const path_token *t, shape in, path_hop *h, shape *out)
{
	element_info info;
	name_id name = name_find(t->text);
	*h = (path_hop){.name = name, .companion = name_companion(name), .text = t->text};
	h->bits = bits_of_names(name, name);
	*out = (shape){.kind = -1, .unordered = in.unordered};
	if (in.kind == PATH_TYPE || in.kind == PATH_QUANTITY) return true;
	if (in.kind > PATH_NODE) return no_element(c, t, path_kind_name((path_kind)in.kind));
	type_id of = in.type;
	if (of && type_kind_of(of) == TYPE_PRIMITIVE) {
		if (name == NAME_value) return true;
		of = type_find(TEXT("Element"));
		if (!element_find_path(of, name, &info)) return no_element(c, t, type_name(in.type));
	}
	if (!of || !element_find_path(of, name, &info)) {
		if (of && of == in.type && shape_is_complete(of)) return no_element(c, t, type_name(of));
		if (name == NAME_NONE || !shape_may_be_choice(name)) return true;
		h->choice_last = shape_choice_last(name);
		h->bits = bits_of_names(name, h->choice_last);
		return true;
	}
	out->kind = PATH_NODE;
	h->from = of;
	if (info.is_choice) {
		h->choice_last = shape_choice_last(name);
		list_choices(c, &info, h);
	}
	if (info.is_choice || info.type_count != 1) return true;
	h->to = out->type = info.types[0];
	return true;
}

static bool is_walk(const path_step *s)
{
	return (s->op == OP_HOPS || s->op == OP_START) && s->use == USE_ITEMS;
}

static bool emit_hop(compiler *c, const path_token *t, shape in, shape *out)
{
	path_hop *h = &c->hops[c->hop_count];
	if (!step_into(c, t, in, h, out)) return false;
	path_step *last = &c->steps[c->step_count - 1]; /* what gave the input */
	if (is_walk(last) && last->first + last->count == c->hop_count) {
		last->count++;
	} else if (last->op == OP_THIS) {
		last->op = OP_START;
		last->first = c->hop_count;
		last->count = 1;
	} else {
		path_step *s = emit(c, OP_HOPS, t->column, 1);
		s->first = c->hop_count;
		s->count = 1;
	}
	c->hop_count++;
	return true;
}

/* Types */

/* `Patient`, `FHIR.Patient`, `System.String`, `string`. */
static bool type_specifier(compiler *c, path_type_name *out)
{
	path_token *first = c->token;
	if (!is_name(first)) return unexpected(c);
	c->token++;
	text name = first->text;
	bool fhir = true, system = true;
	if (is_symbol(c->token, ".") && is_name(c->token + 1) &&
	    (text_equal(name, TEXT("FHIR")) || text_equal(name, TEXT("System")))) {
		system = text_equal(name, TEXT("System"));
		fhir = !system;
		name = c->token[1].text;
		c->token += 2;
	}
	type_id t = type_find(name);
	*out = (path_type_name){.fhir = fhir ? t : 0, .system = system ? shape_system_kind(name) : -1};
	/* A FHIR type's name in the System namespace is a type nothing has; a name nobody knows is a mistake. */
	if (!t && (!system || out->system < 0)) return refuse(c, FAIL_PATH_UNKNOWN_TYPE, first, name, TEXT(""));
	return true;
}

/* A choice of which one type is meant is found under its one JSON name: value.ofType(Quantity) is valueQuantity. Not where a
 * second type of the choice would be meant too. `walk` gave the choice. */
static bool narrow_choice(const compiler *c, const path_step *walk, type_id wanted)
{
	if (!is_walk(walk) || !walk->count || walk->first + walk->count != c->hop_count) return false;
	path_hop *h = &c->hops[c->hop_count - 1];
	int chosen = -1, meant = 0;
	for (int i = 0; i < h->choice_count; i++) {
		if (h->choices[i].type == wanted) chosen = i;
		meant += type_is(h->choices[i].type, wanted) && type_kind_of(wanted) != TYPE_PRIMITIVE;
	}
	if (chosen < 0 || meant > 1) return false;
	h->name = h->choices[chosen].name;
	h->companion = name_companion(h->name);
	h->bits = bits_of_names(h->name, h->name);
	h->only = h->to = wanted;
	h->choice_last = NAME_NONE;
	h->choice_count = 0;
	h->choices = NULL;
	return true;
}

/* Calls */

static bool enter(compiler *c)
{
	if (++c->depth <= PATH_DEPTH_MAX) return true;
	return refuse(c, FAIL_PATH_TOO_LARGE, c->token, TEXT(""), TEXT(""));
}

/* sort() takes keys, a minus or the word desc turning one around. */
static bool body_argument(compiler *c, path_arg *arg, bool sort, shape this, shape *out)
{
	shape outer = c->this;
	int stack = c->stack;
	path_step *jump = emit(c, OP_BODY, c->token->column, 0);
	c->stack += ARGS_MAX; /* a body runs above all arguments of its call, those after it too */
	*arg = (path_arg){.kind = ARG_BODY, .from = c->step_count};
	if (sort && accept(c, "-")) arg->descending = true;
	c->this = this;
	bool ok = expression(c, 0, out);
	c->this = outer;
	if (!ok) return false;
	if (sort && (is_word(c->token, "asc") || is_word(c->token, "desc"))) {
		arg->descending = is_word(c->token, "desc");
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
					column_text(c, t->column));
}

static bool argument(compiler *c, const path_function_row *f, int n, path_arg *arg, shape input, shape *out)
{
	int letters = (int)strlen(f->args);
	char kind = f->args[n < letters ? n : letters - 1];
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
		emit(c, OP_EMPTY, c->token->column, 0);
		return type_specifier(c, &arg->type);
	}
	*arg = (path_arg){.kind = ARG_VALUE};
	const path_token *start = c->token;
	int before = c->step_count;
	if (!expression(c, 0, out)) return false;
	bool literal = c->step_count == before + 1 && c->steps[before].op == OP_LITERAL && out->kind == PATH_STRING;
	return n > 0 || !literal || !strchr(f->flags, 'p') || literal_pattern(c, start, arg);
}

static bool criterion_is_boolean(compiler *c, const path_token *t, shape s)
{
	if (s.kind <= PATH_BOOLEAN) return true; /* unknown, an element, or a boolean */
	return issue_at(c->sink, FAIL_PATH_OPERAND, (place){.column = t->column}, path_kind_name(PATH_BOOLEAN),
			path_kind_name((path_kind)s.kind), column_text(c, t->column));
}

static bool wrong_count(compiler *c, const path_token *name, int count)
{
	return refuse(c, FAIL_PATH_ARGUMENTS, name, name->text, column_text(c, count));
}

/* A call's arguments, read and put on the stack. */
typedef struct call_args {
	path_arg at[ARGS_MAX];
	shape shapes[ARGS_MAX];
	int count;
} call_args;

static bool arguments(compiler *c, const path_token *name, const path_function_row *f, shape input, call_args *args)
{
	if (!enter(c)) return false;
	while (!is_symbol(c->token, ")")) {
		int n = args->count++;
		if (n && !expect(c, ",")) return false;
		if (n == f->max) return wrong_count(c, name, args->count);
		const path_token *start = c->token;
		args->shapes[n] = UNKNOWN;
		if (!argument(c, f, n, &args->at[n], input, &args->shapes[n])) return false;
		if (n == 0 && f->result == RESULT_CHOICE && !criterion_is_boolean(c, start, args->shapes[0]))
			return false;
	}
	c->token++;
	c->depth--;
	return args->count >= f->min || wrong_count(c, name, args->count);
}

static void emit_call(compiler *c, const path_token *name, int function, const call_args *args)
{
	path_step *s = emit(c, OP_CALL, name->column, args->count + 1);
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
	if (!narrow_choice(c, &c->steps[c->step_count - 2], args->at[0].type.fhir)) return false;
	c->step_count--;
	c->stack--;
	return true;
}

static int find_visible(const compiler *c, text name)
{
	for (int i = c->visible_count - 1; i >= 0; i--)
		if (text_equal(c->defined[c->visible[i]].name, name)) return c->visible[i];
	return -1;
}

/* The name must be written out, and mean nothing else yet. */
static bool define(compiler *c, const path_token *name_token, call_args *args, shape input)
{
	if (name_token->kind != TOKEN_STRING || args->at[0].kind != ARG_VALUE || args->shapes[0].kind != PATH_STRING)
		return refuse(c, FAIL_PATH_SYNTAX, name_token, name_token->text, TEXT(""));
	if (find_visible(c, name_token->text) >= 0)
		return refuse(c, FAIL_PATH_DEFINED, name_token, name_token->text, TEXT(""));
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

/* Could the one item be a String? An element with parts never is. */
static bool may_be_text(shape s)
{
	if (s.kind == PATH_NODE) return !s.type || type_kind_of(s.type) == TYPE_PRIMITIVE;
	return s.kind < 0 || s.kind == PATH_STRING;
}

static bool not_text(const compiler *c, const path_token *t, shape s)
{
	text is = s.kind == PATH_NODE ? type_name(s.type) : path_kind_name((path_kind)s.kind);
	return issue_at(c->sink, FAIL_PATH_OPERAND, (place){.column = t->column}, path_kind_name(PATH_STRING), is,
			column_text(c, t->column));
}

/* name(arguments); the input is on the stack. */
static bool call(compiler *c, shape input, shape *out)
{
	const path_token *name = c->token;
	call_args args = {.count = 0};
	int number = path_function_find(name->text);
	if (number < 0) return refuse(c, FAIL_PATH_FUNCTION, name, name->text, TEXT(""));
	const path_function_row *f = &path_functions[number];
	assert(f->max <= ARGS_MAX);
	if (input.unordered && strchr(f->flags, 'o')) return refuse(c, FAIL_PATH_ORDER, name, name->text, TEXT(""));
	if (strchr(f->flags, 's') && !may_be_text(input)) return not_text(c, name, input);
	if (strchr(f->flags, 'k')) c->keeps_scratch = true;
	c->token += 2; /* the name and its parenthesis */
	if (!arguments(c, name, f, input, &args)) return false;
	if (f->run == function_define_variable && !define(c, name + 2, &args, input)) return false;
	*out = shape_of_call(f, input, args.shapes, args.at, args.count);
	if (input.unordered && f->run == function_as) {
		call_to_filter(c, &args.at[0]);
	} else if (!call_as_step(c, f, &args)) {
		emit_call(c, name, number, &args);
		if (is_pure(f, &args)) return fold(c, args.count + 2, out);
	}
	return true;
}

/* Terms */

static bool number_literal(compiler *c, const path_token *t, path_item *i)
{
	bool ok = t->kind == TOKEN_INTEGER ? text_to_int(t->text, &i->integer) : decimal_parse(t->text, &i->number);
	i->kind = t->kind == TOKEN_INTEGER ? PATH_INTEGER : PATH_DECIMAL;
	return ok || refuse(c, FAIL_PATH_LITERAL, t, t->text, TEXT(""));
}

/* A number, or with a unit after it a quantity: 4 days, 10 'mg'. */
static bool number(compiler *c, shape *out)
{
	const path_token *t = c->token++;
	path_item i = {0};
	if (!number_literal(c, t, &i)) return false;
	bool unit =
	    c->token->kind == TOKEN_STRING || (c->token->kind == TOKEN_NAME && unit_is_calendar(c->token->text));
	if (unit) {
		if (i.kind == PATH_INTEGER) i.number = decimal_from_int(i.integer);
		i.kind = PATH_QUANTITY;
		i.text = c->token++->text;
	}
	emit_literal(c, i, t->column);
	*out = (shape){.kind = (int)i.kind};
	return true;
}

static bool text_literal(compiler *c, path_kind kind, shape *out)
{
	const path_token *t = c->token++;
	emit_literal(c, (path_item){.kind = kind, .text = t->text}, t->column);
	*out = (shape){.kind = (int)kind};
	return true;
}

static bool boolean_literal(compiler *c, shape *out)
{
	const path_token *t = c->token++;
	emit_literal(c, (path_item){.kind = PATH_BOOLEAN, .boolean = text_equal(t->text, TEXT("true"))}, t->column);
	*out = (shape){.kind = PATH_BOOLEAN};
	return true;
}

/* The names the specification gives (R4, fhirpath.html, "Environment variables"). */
static bool standard_variable(const compiler *c, text name, text *out)
{
	arena *a = c->arena;
	if (text_equal(name, TEXT("sct")))
		*out = TEXT("http://snomed.info/sct");
	else if (text_equal(name, TEXT("loinc")))
		*out = TEXT("http://loinc.org");
	else if (text_equal(name, TEXT("ucum")))
		*out = TEXT("http://unitsofmeasure.org");
	else if (text_starts(name, TEXT("vs-")))
		*out = text_join(a, TEXT("http://hl7.org/fhir/ValueSet/"), text_slice(name, 3, name.len));
	else if (text_starts(name, TEXT("ext-")))
		*out = text_join(a, TEXT("http://hl7.org/fhir/StructureDefinition/"), text_slice(name, 4, name.len));
	else
		return false;
	return true;
}

static bool variable(compiler *c, shape *out)
{
	const path_token *t = c->token++;
	path_item i = {.kind = PATH_STRING};
	int64_t constant;
	*out = (shape){.kind = PATH_STRING};
	int slot = find_visible(c, t->text);
	if (slot >= 0) {
		emit(c, OP_DEFINED, t->column, 0)->first = slot;
		*out = c->defined[slot].is;
		return true;
	}
	if (c->constants && map_get(c->constants, t->text, &constant)) {
		/* The map's value is the address of a text: see path_compile in path.h. */
		i.text = *(const text *)(intptr_t)constant;
		emit_literal(c, i, t->column);
		return true;
	}
	if (standard_variable(c, t->text, &i.text)) {
		emit_literal(c, i, t->column);
		return true;
	}
	bool within = text_equal(t->text, TEXT("resource")) || text_equal(t->text, TEXT("context")) ||
		      text_equal(t->text, TEXT("rootResource"));
	if (!within) c->keeps_scratch = true;
	emit(c, OP_VARIABLE, t->column, 0)->name = t->text;
	*out = UNKNOWN;
	return true;
}

static bool dollar(compiler *c, shape *out)
{
	const path_token *t = c->token++;
	if (text_equal(t->text, TEXT("this"))) {
		emit(c, OP_THIS, t->column, 0);
		*out = c->this;
		return true;
	}
	bool index = text_equal(t->text, TEXT("index"));
	emit(c, index ? OP_INDEX : OP_TOTAL, t->column, 0);
	*out = (shape){.kind = index ? PATH_INTEGER : -1};
	return true;
}

static bool starts_upper(text t)
{
	return t.len && t.at[0] >= 'A' && t.at[0] <= 'Z';
}

/* The first name of a path may be the type the path starts from (FHIRPath N1, section 3.2). */
static bool root_type(const compiler *c, const path_token *t, type_id *out)
{
	element_info info;
	if (!starts_upper(t->text) || (c->this.kind != PATH_NODE && c->this.kind != -1)) return false;
	type_id type = type_find(t->text);
	if (!type) return false;
	if (c->this.type && element_find_path(c->this.type, name_find(t->text), &info)) return false;
	*out = type;
	return true;
}

static bool first_name(compiler *c, shape *out)
{
	const path_token *t = c->token;
	type_id type;
	path_step *s = emit(c, OP_THIS, t->column, 0);
	if (is_symbol(t + 1, "(")) return call(c, c->this, out);
	c->token++;
	if (!root_type(c, t, &type)) return emit_hop(c, t, c->this, out);
	if (shape_is_complete(c->this.type) && !type_is(c->this.type, type))
		return no_element(c, t, type_name(c->this.type));
	s->op = OP_START;
	s->first = c->hop_count;
	s->type.fhir = type;
	bool narrower = c->this.type && type_is(c->this.type, type);
	*out = shape_of_type(narrower ? c->this.type : type);
	return true;
}

static bool term(compiler *c, shape *out)
{
	const path_token *t = c->token;
	switch (t->kind) {
	case TOKEN_STRING:
		return text_literal(c, PATH_STRING, out);
	case TOKEN_DATE:
		return text_literal(c, PATH_DATE, out);
	case TOKEN_DATETIME:
		return text_literal(c, PATH_DATETIME, out);
	case TOKEN_TIME:
		return text_literal(c, PATH_TIME, out);
	case TOKEN_INTEGER:
	case TOKEN_DECIMAL:
		return number(c, out);
	case TOKEN_VARIABLE:
		return variable(c, out);
	case TOKEN_DOLLAR:
		return dollar(c, out);
	case TOKEN_NAME:
		if (is_word(t, "true") || is_word(t, "false")) return boolean_literal(c, out);
		if (is_word(t, "and") || is_word(t, "or") || is_word(t, "xor") || is_word(t, "implies") ||
		    is_word(t, "div") || is_word(t, "mod"))
			return unexpected(c);
		return first_name(c, out);
	case TOKEN_QUOTED_NAME:
		return first_name(c, out);
	case TOKEN_END:
	case TOKEN_SYMBOL:
		break;
	}
	if (accept(c, "{")) {
		emit(c, OP_EMPTY, t->column, 0);
		*out = UNKNOWN;
		return expect(c, "}");
	}
	if (!accept(c, "(")) return unexpected(c);
	if (!enter(c) || !expression(c, 0, out)) return false;
	c->depth--;
	return expect(c, ")");
}

static bool indexer(compiler *c, shape *s)
{
	const path_token *t = c->token++;
	shape index = UNKNOWN;
	if (s->unordered) return refuse(c, FAIL_PATH_ORDER, t, TEXT("[]"), TEXT(""));
	if (!enter(c) || !expression(c, 0, &index) || !expect(c, "]")) return false;
	c->depth--;
	emit(c, OP_ITEM, t->column, 2);
	return true;
}

static bool postfix(compiler *c, shape *out)
{
	int visible = c->visible_count;
	if (!term(c, out)) return false;
	for (;;) {
		if (is_symbol(c->token, "[")) {
			if (!indexer(c, out)) return false;
		} else if (accept(c, ".")) {
			if (c->token->kind == TOKEN_DOLLAR) return unexpected(c);
			if (!is_name(c->token)) return unexpected(c);
			bool is_call = is_symbol(c->token + 1, "(");
			if (is_call ? !call(c, *out, out) : !emit_hop(c, c->token++, *out, out)) return false;
		} else {
			c->visible_count = visible;
			return true;
		}
	}
}

static bool unary(compiler *c, shape *out)
{
	const path_token *t = c->token;
	bool minus = is_symbol(t, "-");
	if (!minus && !is_symbol(t, "+")) return postfix(c, out);
	c->token++;
	if (!enter(c) || !unary(c, out)) return false;
	c->depth--;
	emit(c, minus ? OP_NEGATE : OP_PLUS, t->column, 1);
	return fold(c, 2, out);
}

/* Operators */

static int find_operator(const path_token *t)
{
	if (t->kind != TOKEN_NAME && t->kind != TOKEN_SYMBOL) return -1;
	for (int i = 0; i < path_operator_count; i++)
		if (text_equal(t->text, text_of(path_operators[i].token))) return i;
	return -1;
}

static bool type_operator(compiler *c, const path_token *t, shape *s)
{
	path_type_name type = {.system = -1};
	bool as = is_word(t, "as");
	if (!type_specifier(c, &type)) return false;
	if (!as || !type.fhir || !narrow_choice(c, &c->steps[c->step_count - 1], type.fhir))
		emit(c, as ? OP_AS : OP_IS, t->column, 1)->type = type;
	*s = as ? shape_as(*s, type) : (shape){.kind = PATH_BOOLEAN};
	return true;
}

static bool right_side(compiler *c, const path_token *t, int number, shape *left)
{
	const path_operator_row *o = &path_operators[number];
	shape right = UNKNOWN;
	path_step *decide = NULL;
	if (o->decides) {
		decide = emit(c, OP_DECIDE, t->column, 1);
		decide->count = number;
	}
	if (!expression(c, o->precedence + 1, &right)) return false;
	emit(c, OP_BINARY, t->column, 2)->first = number;
	if (decide) decide->first = c->step_count;
	if (o->boolean)
		*left = (shape){.kind = PATH_BOOLEAN};
	else if (is_symbol(t, "|"))
		*left = shape_common(*left, right);
	else if (is_symbol(t, "&"))
		*left = (shape){.kind = PATH_STRING};
	else
		*left = UNKNOWN;
	return o->decides || fold(c, 3, left);
}

static bool expression(compiler *c, int precedence, shape *out)
{
	if (!unary(c, out)) return false;
	for (;;) {
		const path_token *t = c->token;
		int number = find_operator(t);
		if (number < 0 || path_operators[number].precedence < precedence) return true;
		c->token++;
		bool is_type = !path_operators[number].run;
		if (is_type ? !type_operator(c, t, out) : !right_side(c, t, number, out)) return false;
	}
}

/* All of it */

static void *kept(arena *a, const void *from, int count, size_t size, int64_t align)
{
	void *to = arena_alloc(a, (int64_t)size * count, align);
	if (count) memcpy(to, from, size * (size_t)count);
	return to;
}

#define KEPT(a, type, from, count) ((const type *)kept((a), (from), (count), sizeof(type), (int64_t) _Alignof(type)))

/* Of a path of names alone the type it starts from, where that is one that is not specialised. */
static type_id plain_from(const compiler *c, type_id context)
{
	const path_step *s = c->steps;
	if (c->step_count != 1 || s->op != OP_START || !is_walk(s) || !s->count) return 0;
	type_id from = s->type.fhir ? s->type.fhir : context;
	return shape_is_complete(from) ? from : 0;
}

static const path *finish(arena *a, const compiler *c, text source, type_id context)
{
	path *p = ARENA_NEW(a, path);
	text *names = ARENA_ARRAY(a, text, c->slot_count);
	for (int i = 0; i < c->slot_count; i++) names[i] = c->defined[i].name;
	*p = (path){
	    .source = source,
	    .context = context,
	    .steps = KEPT(a, path_step, c->steps, c->step_count),
	    .hops = KEPT(a, path_hop, c->hops, c->hop_count),
	    .literals = kept(a, c->literals, c->literal_count, sizeof(path_item), (int64_t) _Alignof(path_item)),
	    .literal_count = c->literal_count,
	    .args = KEPT(a, path_arg, c->args, c->arg_count),
	    .step_count = c->step_count,
	    .stack_max = c->stack_max,
	    .slot_count = c->slot_count,
	    .slot_names = names,
	    .plain = plain_from(c, context),
	    .keeps_scratch = c->keeps_scratch,
	    .types = c->types,
	};
	return p;
}

static path_types find_types(void)
{
	return (path_types){
	    .decimal = type_find(TEXT("decimal")),
	    .date = type_find(TEXT("date")),
	    .date_time = type_find(TEXT("dateTime")),
	    .instant = type_find(TEXT("instant")),
	    .time = type_find(TEXT("time")),
	    .quantity = type_find(TEXT("Quantity")),
	    .element = type_find(TEXT("Element")),
	    .extension = type_find(TEXT("Extension")),
	    .resource = type_find(TEXT("Resource")),
	    .domain_resource = type_find(TEXT("DomainResource")),
	    .xhtml = type_find(TEXT("xhtml")),
	    .coding = type_find(TEXT("Coding")),
	    .concept = type_find(TEXT("CodeableConcept")),
	};
}

const path *path_compile(arena *a, text expression_text, type_id context, const map *constants, issues *sink)
{
	int tokens;
	text source = text_copy(a, expression_text);
	compiler c = {.arena = a, .sink = sink, .constants = constants, .this = {.kind = -1}};
	if (context) c.this = shape_of_type(context);
	c.types = find_types();
	c.token = path_lex(a, source, sink, &tokens);
	if (!c.token) return NULL;
	/* No token makes more than three steps, one hop, one literal and one argument. */
	c.steps = ARENA_ARRAY(a, path_step, 3 * tokens);
	c.hops = ARENA_ARRAY(a, path_hop, tokens);
	c.literals = ARENA_ARRAY(a, path_item, tokens);
	c.args = ARENA_ARRAY(a, path_arg, tokens);
	c.defined = ARENA_ARRAY(a, defined, tokens / 4 + 1); /* defineVariable('x') is four */
	c.visible = ARENA_ARRAY(a, int, tokens / 4 + 1);
	shape out = UNKNOWN;
	if (!expression(&c, 0, &out)) return NULL;
	if (c.token->kind != TOKEN_END) {
		unexpected(&c);
		return NULL;
	}
	return finish(a, &c, source, context);
}
