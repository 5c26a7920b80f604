/* From tokens to steps in one pass: precedence climbing (FHIRPath N1, Appendix B), each sub-expression putting its
 * steps after those before it. Beside the steps goes a `shape`: what is known of the collection on top of the stack,
 * so that an element that a type does not have is refused here, not answered with nothing. */
#include "fhir/path_compiler.h"

#include <string.h>

/* Terms */

static bool number_literal(compiler *c, const path_token *t, path_item *i)
{
	bool ok = t->kind == TOKEN_INTEGER ? text_to_int(t->text, &i->integer) : decimal_parse(t->text, &i->number);
	i->kind = t->kind == TOKEN_INTEGER ? PATH_INTEGER : PATH_DECIMAL;
	return ok || compiler_refuse(c, FAIL_PATH_LITERAL, t, t->text, TEXT(""));
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
	compiler_literal(c, i, t->column);
	*out = (shape){.kind = (int)i.kind};
	return true;
}

static bool text_literal(compiler *c, path_kind kind, shape *out)
{
	const path_token *t = c->token++;
	compiler_literal(c, (path_item){.kind = kind, .text = t->text}, t->column);
	*out = (shape){.kind = (int)kind};
	return true;
}

static bool boolean_literal(compiler *c, shape *out)
{
	const path_token *t = c->token++;
	compiler_literal(c, (path_item){.kind = PATH_BOOLEAN, .boolean = text_equal(t->text, TEXT("true"))}, t->column);
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
	int slot = compiler_visible(c, t->text);
	if (slot >= 0) {
		compiler_emit(c, OP_DEFINED, t->column, 0)->first = slot;
		*out = c->defined[slot].is;
		return true;
	}
	if (c->constants && map_get(c->constants, t->text, &constant)) {
		/* The map's value is the address of a text: see path_compile in path.h. */
		i.text = *(const text *)(intptr_t)constant;
		compiler_literal(c, i, t->column);
		return true;
	}
	if (standard_variable(c, t->text, &i.text)) {
		compiler_literal(c, i, t->column);
		return true;
	}
	bool within = text_equal(t->text, TEXT("resource")) || text_equal(t->text, TEXT("context")) ||
		      text_equal(t->text, TEXT("rootResource"));
	if (!within) c->keeps_scratch = true;
	compiler_emit(c, OP_VARIABLE, t->column, 0)->name = t->text;
	*out = UNKNOWN;
	return true;
}

static bool dollar(compiler *c, shape *out)
{
	const path_token *t = c->token++;
	if (text_equal(t->text, TEXT("this"))) {
		compiler_emit(c, OP_THIS, t->column, 0);
		*out = c->this;
		return true;
	}
	bool index = text_equal(t->text, TEXT("index"));
	compiler_emit(c, index ? OP_INDEX : OP_TOTAL, t->column, 0);
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
	path_step *s = compiler_emit(c, OP_THIS, t->column, 0);
	if (token_is_symbol(t + 1, "(")) return compiler_call(c, c->this, out);
	c->token++;
	if (!root_type(c, t, &type)) return compiler_hop(c, t, c->this, out);
	if (shape_is_complete(c->this.type) && !type_is(c->this.type, type))
		return compiler_no_element(c, t, type_name(c->this.type));
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
		if (token_is_word(t, "true") || token_is_word(t, "false")) return boolean_literal(c, out);
		if (token_is_word(t, "and") || token_is_word(t, "or") || token_is_word(t, "xor") ||
		    token_is_word(t, "implies") || token_is_word(t, "div") || token_is_word(t, "mod"))
			return compiler_unexpected(c);
		return first_name(c, out);
	case TOKEN_QUOTED_NAME:
		return first_name(c, out);
	case TOKEN_END:
	case TOKEN_SYMBOL:
		break;
	}
	if (compiler_accept(c, "{")) {
		compiler_emit(c, OP_EMPTY, t->column, 0);
		*out = UNKNOWN;
		return compiler_expect(c, "}");
	}
	if (!compiler_accept(c, "(")) return compiler_unexpected(c);
	if (!compiler_enter(c) || !compiler_expression(c, 0, out)) return false;
	c->depth--;
	return compiler_expect(c, ")");
}

static bool indexer(compiler *c, shape *s)
{
	const path_token *t = c->token++;
	shape index = UNKNOWN;
	if (s->unordered) return compiler_refuse(c, FAIL_PATH_ORDER, t, TEXT("[]"), TEXT(""));
	if (!compiler_enter(c) || !compiler_expression(c, 0, &index) || !compiler_expect(c, "]")) return false;
	c->depth--;
	compiler_emit(c, OP_ITEM, t->column, 2);
	return true;
}

static bool postfix(compiler *c, shape *out)
{
	int visible = c->visible_count;
	if (!term(c, out)) return false;
	for (;;) {
		if (token_is_symbol(c->token, "[")) {
			if (!indexer(c, out)) return false;
		} else if (compiler_accept(c, ".")) {
			if (c->token->kind == TOKEN_DOLLAR) return compiler_unexpected(c);
			if (!token_is_name(c->token)) return compiler_unexpected(c);
			bool is_call = token_is_symbol(c->token + 1, "(");
			if (is_call ? !compiler_call(c, *out, out) : !compiler_hop(c, c->token++, *out, out))
				return false;
		} else {
			c->visible_count = visible;
			return true;
		}
	}
}

static bool unary(compiler *c, shape *out)
{
	const path_token *t = c->token;
	bool minus = token_is_symbol(t, "-");
	if (!minus && !token_is_symbol(t, "+")) return postfix(c, out);
	c->token++;
	if (!compiler_enter(c) || !unary(c, out)) return false;
	c->depth--;
	compiler_emit(c, minus ? OP_NEGATE : OP_PLUS, t->column, 1);
	return compiler_fold(c, 2, out);
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
	bool as = token_is_word(t, "as");
	if (!compiler_type(c, &type)) return false;
	if (!as || !type.fhir || !compiler_narrow(c, &c->steps[c->step_count - 1], type.fhir))
		compiler_emit(c, as ? OP_AS : OP_IS, t->column, 1)->type = type;
	*s = as ? shape_as(*s, type) : (shape){.kind = PATH_BOOLEAN};
	return true;
}

static bool right_side(compiler *c, const path_token *t, int number, shape *left)
{
	const path_operator_row *o = &path_operators[number];
	shape right = UNKNOWN;
	path_step *decide = NULL;
	if (o->decides) {
		decide = compiler_emit(c, OP_DECIDE, t->column, 1);
		decide->count = number;
	}
	if (!compiler_expression(c, o->precedence + 1, &right)) return false;
	compiler_emit(c, OP_BINARY, t->column, 2)->first = number;
	if (decide) decide->first = c->step_count;
	if (o->boolean)
		*left = (shape){.kind = PATH_BOOLEAN};
	else if (token_is_symbol(t, "|"))
		*left = shape_common(*left, right);
	else if (token_is_symbol(t, "&"))
		*left = (shape){.kind = PATH_STRING};
	else
		*left = UNKNOWN;
	return o->decides || compiler_fold(c, 3, left);
}

bool compiler_expression(compiler *c, int precedence, shape *out)
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
	if (c->step_count != 1 || s->op != OP_START || !step_is_walk(s) || !s->count) return 0;
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
	if (!compiler_expression(&c, 0, &out)) return NULL;
	if (c.token->kind != TOKEN_END) {
		compiler_unexpected(&c);
		return NULL;
	}
	return finish(a, &c, source, context);
}
