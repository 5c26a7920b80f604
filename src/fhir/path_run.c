/* The machine: runs a path's steps over a stack of collections. Everything it makes lies in the arena of the run. */
#include "fhir/path_internal.h"

#include <limits.h>
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

path_items path_fail(path_machine *m, failure code, text arg0, text arg1)
{
	if (!m->failed) {
		text column = text_format(m->sink->arena, "%d", m->column);
		issue_at(m->sink, code, (place){.column = m->column}, arg0, arg1, column);
	}
	m->failed = true;
	return path_none();
}

bool path_overspent(path_machine *m)
{
	path_fail(m, FAIL_PATH_BUDGET, text_format(m->sink->arena, "%d", PATH_WORK_MAX), TEXT(""));
	return false;
}

/* Not zeroed, for each item is written whole. */
path_item *path_items_new(arena *a, int64_t count)
{
	char *bytes = arena_bytes(a, count * (int64_t)sizeof(path_item) + (int64_t) _Alignof(path_item));
	return (path_item *)(void *)(bytes + (-(uintptr_t)bytes & (_Alignof(path_item) - 1)));
}

static void list_move(path_machine *m, path_list *l)
{
	path_item *at = path_items_new(m->arena, l->cap ? l->cap * 2 : 1);
	for (int i = 0; i < l->count; i++) at[i] = l->at[i];
	l->at = at;
	l->cap = l->cap ? l->cap * 2 : 1;
}

path_item *list_grown(path_machine *m, path_list *l)
{
	if (l->most) {
		l->count++;
		return &m->uncounted;
	}
	bool last = l->cap == 0 || l->at + l->cap == m->next;
	if (last && m->next < m->end) {
		if (l->cap++ == 0) l->at = m->next;
		m->next++;
	} else {
		list_move(m, l);
	}
	return &l->at[l->count++];
}

void list_add(path_machine *m, path_list *l, const path_item *i)
{
	path_item *slot = list_slot(m, l);
	if (slot) *slot = *i;
}

path_item *path_new_item(path_machine *m)
{
	return m->next < m->end ? m->next++ : path_items_new(m->arena, 1);
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

path_list path_list_for(path_use use)
{
	static const int most[] = {[USE_ITEMS] = 0, [USE_COUNT] = INT_MAX, [USE_EXISTS] = 1, [USE_EMPTY] = 1};
	return (path_list){.most = most[use]};
}

path_items path_used(path_machine *m, const path_list *l, path_use use)
{
	switch (use) {
	case USE_ITEMS:
		break;
	case USE_COUNT:
		return path_integer(m, l->count);
	case USE_EXISTS:
		return path_boolean(m, l->count > 0);
	case USE_EMPTY:
		return path_boolean(m, l->count == 0);
	}
	return list_items(l);
}

/* Is it of the type the step starts from? */
static inline bool is_start(const path_step *s, const path_item *i)
{
	if (!s->type.fhir || (i->kind == PATH_NODE && i->type == s->type.fhir)) return true;
	return path_is_type(i, s->type);
}

static path_items hop_all(path_machine *m, const path_step *s, path_items from)
{
	path_items one;
	if (from.count == 1 && is_start(s, from.at) && walk_straight(m, from.at, s, &one)) return one;
	path_list out = path_list_for(s->use);
	const path_hop *hops = m->p->hops + s->first;
	for (int i = 0; i < from.count && !list_ended(m, &out); i++) {
		if (!is_start(s, &from.at[i])) continue;
		walk_hops(m, &from.at[i], hops, s->count, &out);
	}
	return path_used(m, &out, s->use);
}

static path_items variable(path_machine *m, const path_step *s)
{
	path_items out;
	if (text_equal(s->name, TEXT("context"))) return path_one(m, &m->root);
	/* %resource may be contained, %rootResource is what contains it; a Bundle contains nothing (R4,
	 * fhirpath.html). */
	bool root = text_equal(s->name, TEXT("rootResource"));
	if (root || text_equal(s->name, TEXT("resource"))) {
		path_item whole;
		path_root_item(m->p, m->d, walk_to_resource(m->d, m->root.node, !root), &whole);
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
	    .use = s->use,
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

bool path_criterion(path_machine *m, const path_arg *body, path_item *this, int64_t index)
{
	arena_mark scratch = arena_here(m->arena);
	path_item *next = m->next;
	path_frame frame = {.this = {this, 1}, .index = index, .total = m->frame->total};
	tri t = path_tri(m, path_body(m, body, &frame));
	if (!m->failed && !m->p->keeps_scratch) {
		arena_rewind(m->arena, scratch);
		m->next = next;
	}
	return t == TRI_TRUE;
}

/* Most paths need no more of the stack, and of items of short life, than this. Never read before written, so not cleared. */
enum { STACK_SMALL = 48, ITEMS_SMALL = 24 };
typedef struct room {
	path_frame frame;
	path_items stack[STACK_SMALL];
	path_item items[ITEMS_SMALL];
} room;

/* What a doc of so few nodes gives is within every budget. */
enum { QUICK_NODES_MAX = PATH_WORK_MAX / (2 * PATH_ITEM_COST) };

/* Field by field, for clearing it first is a third of a short run. */
static inline void machine_begin(path_machine *m, const path *p, const doc *d)
{
	m->p = p;
	m->d = d;
	m->next = m->end = NULL;
	m->top = 0;
	m->budget = PATH_WORK_MAX;
	m->column = p->steps->column;
	m->failed = false;
}

/* The result may lie in the room. */
static path_items evaluate(path_machine *m, uint32_t n, room *r)
{
	const path *p = m->p;
	path_root_item(p, m->d, n, &m->root);
	m->frame = &r->frame;
	m->stack = p->stack_max <= STACK_SMALL ? r->stack : ARENA_ARRAY(m->arena, path_items, p->stack_max);
	m->slots = p->slot_count ? ARENA_ARRAY(m->arena, path_items, p->slot_count) : NULL;
	if (!p->keeps_scratch) {
		m->next = r->items;
		m->end = r->items + ITEMS_SMALL;
	}
	r->frame = (path_frame){.this = {&m->root, 1}};
	return run_steps(m, 0, p->step_count);
}

static bool within(path_items items, const path_item *from, int64_t count)
{
	return items.count && items.at >= from && items.at < from + count;
}

/* NOLINTNEXTLINE(readability-function-size): as path_run */
static __attribute__((noinline)) bool run_all(const path *p, const doc *d, uint32_t n, const path_outside *outside,
					      arena *a, issues *sink, path_items *out)
{
	path_machine m;
	room r;
	machine_begin(&m, p, d);
	m.arena = a;
	m.sink = sink;
	m.outside = outside;
	path_items result = evaluate(&m, n, &r);
	/* What lies on this function's own stack, or in the path, is copied to where results belong. */
	if (within(result, &m.root, 1) || within(result, r.items, ITEMS_SMALL) ||
	    within(result, p->literals, p->literal_count)) {
		path_item *at = path_items_new(a, result.count);
		for (int i = 0; i < result.count; i++) at[i] = result.at[i];
		result.at = at;
	}
	*out = result;
	return !m.failed;
}

/* NOLINTNEXTLINE(readability-function-size): what runs, on what, with what, into what: seven by contract */
bool path_run(const path *p, const doc *d, uint32_t n, const path_outside *outside, arena *a, issues *sink,
	      path_items *out)
{
	if (p->plain && n == 0 && d->type == p->plain && d->no_companions && d->count < QUICK_NODES_MAX &&
	    walk_quick(p, d, a, out))
		return true;
	return run_all(p, d, n, outside, a, sink, out);
}

bool path_true(const path *p, const doc *d, uint32_t n, const path_outside *outside, arena *a, issues *sink)
{
	arena_mark scratch = arena_here(a);
	path_machine m;
	room r;
	machine_begin(&m, p, d);
	m.arena = a;
	m.sink = sink;
	m.outside = outside;
	path_items out = evaluate(&m, n, &r);
	bool yes = !m.failed && out.count == 1 && path_tri(&m, out) == TRI_TRUE;
	if (!m.failed && !p->keeps_scratch) arena_rewind(a, scratch);
	return yes;
}

path_folded path_fold(arena *a, const path *p, issues *sink, path_item *out)
{
	path_machine m;
	room r;
	machine_begin(&m, p, NULL);
	m.arena = a;
	m.sink = sink;
	m.outside = NULL;
	m.root = (path_item){0};
	m.stack = r.stack;
	m.slots = NULL;
	m.frame = &r.frame;
	r.frame = (path_frame){0};
	assert(p->stack_max <= STACK_SMALL);
	path_items items = run_steps(&m, 0, p->step_count);
	if (m.failed) return FOLD_FAILED;
	if (items.count != 1 || items.at->kind == PATH_NODE || items.at->kind == PATH_TYPE) return FOLD_NOT;
	*out = *items.at;
	/* A decimal without a point would be an integer. */
	return out->kind == PATH_DECIMAL && out->number.scale == 0 ? FOLD_NOT : FOLD_DONE;
}
