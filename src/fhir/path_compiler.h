/* path_compiler.h: what the files that compile a path share. path_compile.c reads expressions and terms, path_call.c calls and
 * their arguments, path_emit.c puts down steps and hops and says what is wrong.
 *
 * Tokens are read in one pass; each sub-expression puts its steps after those before it, and hands back a `shape`: what is
 * known of the collection its steps leave on the stack. Every function that returns false has told the sink why.
 */
#ifndef LIMEN_FHIR_PATH_COMPILER_H
#define LIMEN_FHIR_PATH_COMPILER_H

#include "fhir/path_internal.h"

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

/* path_emit.c: what is wrong, and where */
text compiler_column(const compiler *c, int column);
bool compiler_refuse(compiler *c, failure code, const path_token *t, text what, text more);
bool compiler_unexpected(compiler *c);
bool compiler_no_element(compiler *c, const path_token *t, text of);

/* Tokens */
bool token_is_symbol(const path_token *t, const char *s);
bool token_is_word(const path_token *t, const char *s);
bool token_is_name(const path_token *t);
bool compiler_accept(compiler *c, const char *s); /* reads it where it is next */
bool compiler_expect(compiler *c, const char *s);

/* Steps */
/* One more, which takes so many collections off the stack and puts one on it. */
path_step *compiler_emit(compiler *c, path_op op, int column, int pops);
void compiler_literal(compiler *c, path_item i, int column);
/* The last `count` steps, of which the last works on the literals the others are, become the literal it comes to. False: they
 * cannot but fail. */
bool compiler_fold(compiler *c, int count, shape *out);
/* A name after what is on the stack. */
bool compiler_hop(compiler *c, const path_token *t, shape in, shape *out);
bool step_is_walk(const path_step *s); /* names alone, all items asked */
bool compiler_type(compiler *c, path_type_name *out);
/* A choice of which one type is meant is found under its one JSON name: value.ofType(Quantity) is valueQuantity. Not where a
 * second type of the choice would be meant too. `walk` gave the choice. */
bool compiler_narrow(const compiler *c, const path_step *walk, type_id wanted);

/* path_call.c */
bool compiler_enter(compiler *c);                         /* one level deeper */
bool compiler_call(compiler *c, shape input, shape *out); /* name(arguments); the input is on the stack */
int compiler_visible(const compiler *c, text name);       /* the slot of a variable; -1 */

/* path_compile.c */
bool compiler_expression(compiler *c, int precedence, shape *out);

#endif
