/* Steps and hops, and what is wrong with an expression. */
#include "fhir/path_compiler.h"

/* Messages */

text compiler_column(const compiler *c, int column)
{
	return text_format(c->sink->arena, "%d", column);
}

bool compiler_refuse(compiler *c, failure code, const path_token *t, text what, text more)
{
	return issue_at(c->sink, code, (place){.column = t->column}, what, compiler_column(c, t->column), more);
}

bool compiler_unexpected(compiler *c)
{
	const path_token *t = c->token;
	return compiler_refuse(c, FAIL_PATH_SYNTAX, t, t->kind == TOKEN_END ? TEXT("…") : t->text, TEXT(""));
}

/* Tokens */

bool token_is_symbol(const path_token *t, const char *s)
{
	return t->kind == TOKEN_SYMBOL && text_equal(t->text, text_of(s));
}

bool token_is_word(const path_token *t, const char *s)
{
	return t->kind == TOKEN_NAME && text_equal(t->text, text_of(s));
}

bool token_is_name(const path_token *t)
{
	return t->kind == TOKEN_NAME || t->kind == TOKEN_QUOTED_NAME;
}

bool compiler_accept(compiler *c, const char *s)
{
	if (!token_is_symbol(c->token, s)) return false;
	c->token++;
	return true;
}

bool compiler_expect(compiler *c, const char *s)
{
	return compiler_accept(c, s) || compiler_unexpected(c);
}

/* Steps */

path_step *compiler_emit(compiler *c, path_op op, int column, int pops)
{
	path_step *s = &c->steps[c->step_count++];
	*s = (path_step){.op = op, .column = column, .type = {.system = -1}};
	c->stack += 1 - pops;
	if (c->stack > c->stack_max) c->stack_max = c->stack;
	return s;
}

bool compiler_fold(compiler *c, int count, shape *out)
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

void compiler_literal(compiler *c, path_item i, int column)
{
	c->literals[c->literal_count] = i;
	compiler_emit(c, OP_LITERAL, column, 0)->first = c->literal_count++;
}

bool compiler_no_element(compiler *c, const path_token *t, text of)
{
	return compiler_refuse(c, FAIL_PATH_ELEMENT, t, t->text, of);
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
	if (in.kind > PATH_NODE) return compiler_no_element(c, t, path_kind_name((path_kind)in.kind));
	type_id of = in.type;
	if (of && type_kind_of(of) == TYPE_PRIMITIVE) {
		if (name == NAME_value) return true;
		of = type_find(TEXT("Element"));
		if (!element_find_path(of, name, &info)) return compiler_no_element(c, t, type_name(in.type));
	}
	if (!of || !element_find_path(of, name, &info)) {
		if (of && of == in.type && shape_is_complete(of)) return compiler_no_element(c, t, type_name(of));
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

bool step_is_walk(const path_step *s)
{
	return (s->op == OP_HOPS || s->op == OP_START) && s->use == USE_ITEMS;
}

bool compiler_hop(compiler *c, const path_token *t, shape in, shape *out)
{
	path_hop *h = &c->hops[c->hop_count];
	if (!step_into(c, t, in, h, out)) return false;
	path_step *last = &c->steps[c->step_count - 1]; /* what gave the input */
	if (step_is_walk(last) && last->first + last->count == c->hop_count) {
		last->count++;
	} else if (last->op == OP_THIS) {
		last->op = OP_START;
		last->first = c->hop_count;
		last->count = 1;
	} else {
		path_step *s = compiler_emit(c, OP_HOPS, t->column, 1);
		s->first = c->hop_count;
		s->count = 1;
	}
	c->hop_count++;
	return true;
}

/* Types */

/* `Patient`, `FHIR.Patient`, `System.String`, `string`. */
bool compiler_type(compiler *c, path_type_name *out)
{
	path_token *first = c->token;
	if (!token_is_name(first)) return compiler_unexpected(c);
	c->token++;
	text name = first->text;
	bool fhir = true, system = true;
	if (token_is_symbol(c->token, ".") && token_is_name(c->token + 1) &&
	    (text_equal(name, TEXT("FHIR")) || text_equal(name, TEXT("System")))) {
		system = text_equal(name, TEXT("System"));
		fhir = !system;
		name = c->token[1].text;
		c->token += 2;
	}
	type_id t = type_find(name);
	*out = (path_type_name){.fhir = fhir ? t : 0, .system = system ? shape_system_kind(name) : -1};
	/* A FHIR type's name in the System namespace is a type nothing has; a name nobody knows is a mistake. */
	if (!t && (!system || out->system < 0))
		return compiler_refuse(c, FAIL_PATH_UNKNOWN_TYPE, first, name, TEXT(""));
	return true;
}

bool compiler_narrow(const compiler *c, const path_step *walk, type_id wanted)
{
	if (!step_is_walk(walk) || !walk->count || walk->first + walk->count != c->hop_count) return false;
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
