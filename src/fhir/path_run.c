/* The machine: runs a path's steps over a stack of collections. Everything it makes lies in the arena of the run. */
#include "fhir/path_internal.h"

#include <string.h>

const path_operator_row path_operators[] = {
#define OPERATOR(token, precedence, boolean, decides, run) {token, precedence, boolean, decides, run},
#define TYPE_OPERATOR(token, precedence) {token, precedence, false, DECIDES_NOTHING, NULL},
#include "fhir/path_operators.def"
#undef OPERATOR
#undef TYPE_OPERATOR
};
const int path_operator_count = (int)(sizeof path_operators / sizeof *path_operators);

const path_function_row path_functions[] = {
#define FUNCTION(name, min, max, args, result, flags, run) {name, min, max, args, result, flags, run},
#include "fhir/path_functions.def"
#undef FUNCTION
};
const int path_function_count = (int)(sizeof path_functions / sizeof *path_functions);

int path_function_find(text name)
{
	for (int i = 0; i < path_function_count; i++)
		if (text_equal(name, text_of(path_functions[i].name))) return i;
	return -1;
}

/* The budget counts 16-byte pieces; an item takes five, a step makes one at most. */
enum { PATH_ITEM_COST = 5 };

path_items path_fail(path_machine *m, failure code, text arg0, text arg1)
{
	if (!m->failed) {
		text column = text_format(m->sink->arena, "%d", m->column);
		issue_at(m->sink, code, (place){.column = m->column}, arg0, arg1, column);
	}
	m->failed = true;
	return path_none();
}

bool path_spend(path_machine *m, int64_t amount)
{
	m->budget -= amount;
	if (m->budget >= 0) return !m->failed;
	path_fail(m, FAIL_PATH_BUDGET, text_format(m->sink->arena, "%d", PATH_WORK_MAX), TEXT(""));
	return false;
}

/* Twice the room; not zeroed, for each item is written whole. */
static void list_grow(arena *a, path_list *l)
{
	l->cap = l->cap ? l->cap * 2 : 2;
	char *bytes = arena_bytes(a, l->cap * (int64_t)sizeof(path_item) + (int64_t) _Alignof(path_item));
	path_item *at = (path_item *)(void *)(bytes + (-(uintptr_t)bytes & (_Alignof(path_item) - 1)));
	for (int i = 0; i < l->count; i++) at[i] = l->at[i];
	l->at = at;
}

path_item *list_slot(path_machine *m, path_list *l)
{
	if (!path_spend(m, PATH_ITEM_COST)) return NULL;
	if (l->count == l->cap) list_grow(m->arena, l);
	return &l->at[l->count++];
}

void list_add(path_machine *m, path_list *l, const path_item *i)
{
	path_item *slot = list_slot(m, l);
	if (slot) *slot = *i;
}

path_items list_items(const path_list *l)
{
	return (path_items){l->at, l->count};
}

static void push(path_machine *m, path_items items)
{
	assert(m->top < m->p->stack_max);
	m->stack[m->top++] = items;
}

static path_items pop(path_machine *m)
{
	assert(m->top > 0);
	return m->stack[--m->top];
}

static path_items hop_all(path_machine *m, const path_step *s, path_items from)
{
	path_list out = {0};
	for (int i = 0; i < from.count && !m->failed; i++) {
		bool same = from.at[i].kind == PATH_NODE && from.at[i].type == s->type.fhir;
		if (s->type.fhir && !same && !path_is_type(&from.at[i], s->type)) continue;
		walk_hops(m, &from.at[i], m->p->hops + s->first, s->count, &out);
	}
	return list_items(&out);
}

static path_items variable(path_machine *m, const path_step *s)
{
	path_items out;
	if (text_equal(s->name, TEXT("context"))) return path_one(m, &m->root);
	/* %resource may be contained, %rootResource is what contains it; a Bundle contains nothing (R4,
	 * fhirpath.html). */
	bool root = text_equal(s->name, TEXT("rootResource"));
	if (root || text_equal(s->name, TEXT("resource"))) {
		path_item whole = path_root_item(m->p, m->d, walk_to_resource(m->d, m->root.node, !root));
		return path_one(m, &whole);
	}
	const path_outside *o = m->outside;
	if (o && o->variable && o->variable(o->self, s->name, &out)) return out;
	return path_fail(m, FAIL_PATH_VARIABLE, s->name, text_format(m->sink->arena, "%d", s->column));
}

static path_items item_at(path_machine *m, path_items from, path_items index)
{
	int64_t i;
	if (!path_single_integer(m, index, &i) || i < 0 || i >= from.count) return path_none();
	return (path_items){from.at + i, 1};
}

static path_items negate(path_machine *m, path_items items)
{
	path_item v;
	if (!path_single(m, items, &v)) return path_none();
	if (v.kind == PATH_INTEGER) {
		if (v.integer == INT64_MIN) return path_none();
		v.integer = -v.integer;
	} else if (v.kind == PATH_DECIMAL || v.kind == PATH_QUANTITY) {
		v.number.coefficient = -v.number.coefficient;
	} else {
		return path_fail(m, FAIL_PATH_OPERAND, path_kind_name(PATH_DECIMAL), path_item_type_name(&v));
	}
	return path_one(m, &v);
}

static path_items plus(path_machine *m, path_items items)
{
	path_item v;
	if (!path_single(m, items, &v)) return path_none();
	if (v.kind == PATH_INTEGER || v.kind == PATH_DECIMAL || v.kind == PATH_QUANTITY) return path_one(m, &v);
	return path_fail(m, FAIL_PATH_OPERAND, path_kind_name(PATH_DECIMAL), path_item_type_name(&v));
}

/* `is` of nothing is nothing; of more than one item a mistake. */
static path_items is_type(path_machine *m, path_items items, path_type_name t)
{
	path_item v;
	if (items.count == 0) return path_none();
	if (items.count > 1 && !path_single(m, items, &v)) return path_none();
	return path_boolean(m, path_is_type(items.at, t));
}

/* The operator takes lists too, as ofType() does: R4's own search parameters say (Group.characteristic.value as
 * boolean). */
static path_items as_type(path_machine *m, path_items items, path_type_name t)
{
	path_list out = {0};
	if (items.count == 1) return path_is_exact_type(items.at, t) ? items : path_none();
	for (int i = 0; i < items.count; i++)
		if (path_is_exact_type(&items.at[i], t)) list_add(m, &out, &items.at[i]);
	return list_items(&out);
}

/* True where the left side settles the operator; the result then takes its place on the stack. */
static bool decided(path_machine *m, const path_operator_row *o)
{
	assert(m->top > 0);
	tri left = path_tri(m, m->stack[m->top - 1]);
	bool settles = o->decides == DECIDES_TRUE ? left == TRI_TRUE : left == TRI_FALSE;
	if (m->failed || !settles) return false;
	m->stack[m->top - 1] = path_boolean(m, o->decides != DECIDES_FALSE);
	return true;
}

/* Input and arguments stay on the stack while the function runs, for bodies push above them. */
static path_items call(path_machine *m, const path_step *s)
{
	int top = m->top - s->count - 1;
	path_call c = {
	    .input = m->stack[top],
	    .values = m->stack + top + 1,
	    .args = m->p->args + s->args,
	    .count = s->count,
	};
	path_items out = path_functions[s->first].run(m, &c);
	m->top = top;
	return out;
}

static void run_step(path_machine *m, const path_step *s)
{
	path_items right;
	switch (s->op) {
	case OP_THIS:
		push(m, m->frame->this);
		break;
	case OP_INDEX:
		push(m, path_integer(m, m->frame->index));
		break;
	case OP_TOTAL:
		push(m, m->frame->total);
		break;
	case OP_BODY:
	case OP_EMPTY:
		push(m, path_none());
		break;
	case OP_LITERAL:
		push(m, (path_items){m->p->literals + s->first, 1});
		break;
	case OP_VARIABLE:
		push(m, variable(m, s));
		break;
	case OP_DEFINED:
		assert(m->slots); /* the compiler counted them */
		push(m, m->slots[s->first]);
		break;
	case OP_START:
		push(m, hop_all(m, s, m->frame->this));
		break;
	case OP_HOPS:
		push(m, hop_all(m, s, pop(m)));
		break;
	case OP_ITEM:
		right = pop(m);
		push(m, item_at(m, pop(m), right));
		break;
	case OP_NEGATE:
		push(m, negate(m, pop(m)));
		break;
	case OP_PLUS:
		push(m, plus(m, pop(m)));
		break;
	case OP_BINARY:
		right = pop(m);
		push(m, path_operators[s->first].run(m, pop(m), right));
		break;
	case OP_IS:
		push(m, is_type(m, pop(m), s->type));
		break;
	case OP_AS:
		push(m, as_type(m, pop(m), s->type));
		break;
	case OP_CALL:
		push(m, call(m, s));
		break;
	case OP_DECIDE:
		break; /* run_steps jumps */
	}
}

/* Runs the steps from `from` up to `to`; they push one collection, which is taken off. */
static path_items run_steps(path_machine *m, int from, int to)
{
	int outer = m->column;
	for (int i = from; i < to;) {
		const path_step *s = &m->p->steps[i++];
		m->column = s->column;
		if (!path_spend(m, PATH_ITEM_COST)) return path_none();
		if (s->op == OP_DECIDE) {
			if (decided(m, &path_operators[s->count])) i = s->first;
		} else {
			run_step(m, s);
			if (s->op == OP_BODY) i = s->first;
		}
		if (m->failed) return path_none();
	}
	m->column = outer;
	return pop(m);
}

path_items path_body(path_machine *m, const path_arg *body, const path_frame *frame)
{
	path_frame *outer = m->frame;
	path_frame inner = *frame;
	m->frame = &inner;
	path_items out = run_steps(m, body->from, body->to);
	m->frame = outer;
	return out;
}

bool path_criterion(path_machine *m, const path_arg *body, const path_item *this, int64_t index)
{
	arena_mark scratch = arena_here(m->arena);
	path_item one = *this;
	path_frame frame = {.this = {&one, 1}, .index = index, .total = m->frame->total};
	tri t = path_tri(m, path_body(m, body, &frame));
	if (!m->failed && !m->p->keeps_scratch) arena_rewind(m->arena, scratch);
	return t == TRI_TRUE;
}

/* Most paths need no more of the stack than this. */
enum { STACK_SMALL = 16 };

/* NOLINTNEXTLINE(readability-function-size): what runs, on what, with what, into what: seven by contract */
bool path_run(const path *p, const doc *d, uint32_t n, const path_outside *outside, arena *a, issues *sink,
	      path_items *out)
{
	path_frame frame = {0};
	path_machine m; /* field by field, for clearing it first is a third of a short run */
	m.p = p;
	m.d = d;
	m.arena = a;
	m.sink = sink;
	m.outside = outside;
	m.top = 0;
	m.budget = PATH_WORK_MAX;
	m.column = p->steps->column;
	m.failed = false;
	path_list plain = {0};
	if (n == 0 && p->step_count == 1 && p->steps->op == OP_START && walk_plain(&m, p->steps, &plain)) {
		*out = list_items(&plain);
		return !m.failed;
	}
	m.root = path_root_item(p, d, n);
	m.frame = &frame;
	path_items small[STACK_SMALL]; /* never read before it is written, so not cleared */
	m.stack = p->stack_max <= STACK_SMALL ? small : ARENA_ARRAY(a, path_items, p->stack_max);
	m.slots = p->slot_count ? ARENA_ARRAY(a, path_items, p->slot_count) : NULL;
	frame.this = (path_items){&m.root, 1};
	path_items result = run_steps(&m, 0, p->step_count);
	/* What lies on this function's own stack, or in the path, is copied to where results belong. */
	bool literal = result.at >= p->literals && result.at < p->literals + p->literal_count;
	if (result.count == 1 && (result.at == &m.root || literal)) result = path_one(&m, result.at);
	*out = result;
	return !m.failed;
}

bool path_true(const path *p, const doc *d, uint32_t n, const path_outside *outside, arena *a, issues *sink)
{
	arena_mark scratch = arena_here(a);
	path_items out;
	int before = sink->count;
	if (!path_run(p, d, n, outside, a, sink, &out)) return false;
	bool yes = out.count == 1;
	if (yes) {
		path_machine m = {.p = p, .sink = sink, .arena = a};
		yes = path_tri(&m, out) == TRI_TRUE;
	}
	if (sink->count == before && !p->keeps_scratch) arena_rewind(a, scratch);
	return yes;
}
