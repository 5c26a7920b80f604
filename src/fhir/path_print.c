/* A compiled path as an expression again, which compiles to the same steps: parentheses where precedence needs them, every name
 * and text quoted where it must be, constants worked out. The steps are in the order a stack machine wants, so the pieces are
 * kept on a stack too, each a list of texts that grows at both ends; they are joined once, at the end. */
#include "fhir/path_internal.h"

typedef struct scrap {
	text text;
	struct scrap *next;
} scrap;

/* A part of the expression, and how tightly its outermost operator binds. */
typedef struct piece {
	scrap *first, *last;
	int binds;
} piece;
enum { BINDS_SIGN = 50, BINDS_TERM = 60 };

typedef struct printer {
	arena *arena;
	const path *p;
	piece *stack;
	int top;
} printer;

static piece piece_of(printer *r, text t, int binds)
{
	scrap *s = ARENA_NEW(r->arena, scrap);
	s->text = t;
	return (piece){s, s, binds};
}

static piece joined(piece x, piece y)
{
	x.last->next = y.first;
	return (piece){x.first, y.last, x.binds};
}

static piece with(printer *r, piece x, text t)
{
	return joined(x, piece_of(r, t, 0));
}

/* In parentheses where it binds less than it must. */
static piece held(printer *r, piece x, int binds)
{
	if (x.binds >= binds) return x;
	piece p = with(r, joined(piece_of(r, TEXT("("), 0), x), TEXT(")"));
	p.binds = BINDS_TERM;
	return p;
}

static void push(printer *r, piece x)
{
	r->stack[r->top++] = x;
}

static piece pop(printer *r)
{
	assert(r->top > 0);
	return r->stack[--r->top];
}

/* Names and values */

static text quoted(arena *a, text t, char mark)
{
	static const char plain[] = "\\\f\n\r\t", escaped[] = "\\fnrt";
	buffer b = {.arena = a};
	buffer_char(&b, mark);
	for (int64_t i = 0; i < t.len; i++) {
		const char *hit = t.at[i] ? strchr(plain, t.at[i]) : NULL;
		if (hit || t.at[i] == mark) buffer_char(&b, '\\');
		buffer_char(&b, hit ? escaped[hit - plain] : t.at[i]);
	}
	buffer_char(&b, mark);
	return buffer_text(&b);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_identifier(text t)
{
	static const char *const words[] = {"true", "false", "asc", "desc"};
	if (!t.len || !is_letter(t.at[0])) return false;
	for (int64_t i = 1; i < t.len; i++)
		if (!is_letter(t.at[i]) && (t.at[i] < '0' || t.at[i] > '9')) return false;
	for (int i = 0; i < path_operator_count; i++)
		if (text_equal(t, text_of(path_operators[i].token))) return false;
	for (int i = 0; i < 4; i++)
		if (text_equal(t, text_of(words[i]))) return false;
	return true;
}

static text name_of(arena *a, text t)
{
	return is_identifier(t) ? t : quoted(a, t, '`');
}

/* "Quantity" alone is both FHIR's and System's; a type nothing has is some type of FHIR's in the wrong namespace. */
static text type_of(arena *a, path_type_name t)
{
	if (!t.fhir) {
		text name =
		    t.system >= 0 ? path_item_type_name(&(path_item){.kind = (path_kind)t.system}) : TEXT("Resource");
		return text_join(a, TEXT("System."), name);
	}
	bool both = shape_system_kind(type_name(t.fhir)) >= 0;
	text name = name_of(a, type_name(t.fhir));
	return both && t.system < 0 ? text_join(a, TEXT("FHIR."), name) : name;
}

static text literal(arena *a, const path_item *i)
{
	text t = path_item_text(a, i);
	switch (i->kind) {
	case PATH_STRING:
		return quoted(a, i->text, '\'');
	case PATH_DATE:
		return text_join(a, TEXT("@"), t);
	case PATH_DATETIME:
		return text_format(a, "@%.*s%s", TEXT_ARG(t), text_find(t, TEXT("T")) < 0 ? "T" : "");
	case PATH_TIME:
		return text_join(a, TEXT("@T"), t);
	case PATH_QUANTITY:
		if (unit_is_calendar(i->text)) return t;
		return text_format(a, "%.*s %.*s", TEXT_ARG(decimal_text(a, i->number)),
				   TEXT_ARG(quoted(a, i->text, '\'')));
	case PATH_NODE:
	case PATH_BOOLEAN:
	case PATH_INTEGER:
	case PATH_DECIMAL:
	case PATH_TYPE:
		break;
	}
	return t;
}

/* Steps */

static void print_range(printer *r, int from, int to);

static const char *use_of(path_use use)
{
	static const char *const uses[] = {
	    [USE_ITEMS] = "", [USE_COUNT] = ".count()", [USE_EXISTS] = ".exists()", [USE_EMPTY] = ".empty()"};
	return uses[use];
}

static piece with_hop(printer *r, piece x, const path_hop *h)
{
	x = with(r, x, name_of(r->arena, h->text));
	if (!h->only) return x;
	text type = type_of(r->arena, (path_type_name){.fhir = h->only, .system = -1});
	return with(r, x, text_format(r->arena, ".ofType(%.*s)", TEXT_ARG(type)));
}

static piece with_hops(printer *r, piece x, const path_hop *h, const path_hop *end)
{
	for (; h < end; h++) x = with_hop(r, with(r, x, TEXT(".")), h);
	return x;
}

/* From a type, or from a name; one that could be taken for a type is told from it by $this. */
static piece start(printer *r, const path_step *s)
{
	const path_hop *h = r->p->hops + s->first, *end = h + s->count;
	if (s->type.fhir)
		return with_hops(r, piece_of(r, name_of(r->arena, type_name(s->type.fhir)), BINDS_TERM), h, end);
	bool like_type = h->text.len && h->text.at[0] >= 'A' && h->text.at[0] <= 'Z';
	if (like_type) return with_hops(r, piece_of(r, TEXT("$this"), BINDS_TERM), h, end);
	return with_hops(r, with_hop(r, piece_of(r, TEXT(""), BINDS_TERM), h), h + 1, end);
}

static piece hops(printer *r, const path_step *s)
{
	const path_hop *h = r->p->hops + s->first;
	return with_hops(r, held(r, pop(r), BINDS_TERM), h, h + s->count);
}

/* sort() takes a minus at the front for itself. */
static piece argument(printer *r, const path_function_row *f, const path_arg *arg, piece value)
{
	if (arg->kind == ARG_TYPE) return piece_of(r, type_of(r->arena, arg->type), 0);
	if (arg->kind == ARG_VALUE) return value;
	print_range(r, arg->from, arg->to);
	piece body = pop(r);
	bool minus = body.first->text.len && body.first->text.at[0] == '-';
	if (minus && f->run == function_sort) body = held(r, body, BINDS_TERM + 1);
	return arg->descending ? with(r, body, TEXT(" desc")) : body;
}

static piece call(printer *r, const path_step *s)
{
	const path_arg *args = r->p->args + s->args;
	piece *values = r->stack + r->top - s->count;
	r->top -= s->count + 1;
	int top = r->top;
	piece x = held(r, r->stack[top], BINDS_TERM);
	r->top += s->count + 1; /* bodies push above all of them */
	x = with(r, x, text_format(r->arena, ".%s(", path_functions[s->first].name));
	for (int i = 0; i < s->count; i++) {
		if (i) x = with(r, x, TEXT(", "));
		x = joined(x, argument(r, &path_functions[s->first], &args[i], values[i]));
	}
	r->top = top;
	x = with(r, x, TEXT(")"));
	return with(r, x, text_of(use_of(s->use)));
}

static piece binary(printer *r, const path_step *s)
{
	const path_operator_row *o = &path_operators[s->first];
	piece right = held(r, pop(r), o->precedence + 1), left = held(r, pop(r), o->precedence);
	left = joined(with(r, left, text_format(r->arena, " %s ", o->token)), right);
	left.binds = o->precedence;
	return left;
}

static piece of_type(printer *r, const path_step *s, const char *word)
{
	enum { BINDS_TYPE = 8 }; /* is, as: path_operators.def */
	piece x = held(r, pop(r), BINDS_TYPE);
	x = with(r, x, text_format(r->arena, " %s %.*s", word, TEXT_ARG(type_of(r->arena, s->type))));
	x.binds = BINDS_TYPE;
	return x;
}

static piece sign(printer *r, const char *mark)
{
	piece x = held(r, pop(r), BINDS_SIGN);
	x = joined(piece_of(r, text_of(mark), 0), x);
	x.binds = BINDS_SIGN;
	return x;
}

static piece constant(printer *r, const path_item *i)
{
	text t = literal(r->arena, i);
	return piece_of(r, t, t.at[0] == '-' ? BINDS_SIGN : BINDS_TERM);
}

static piece item_at(printer *r)
{
	piece index = pop(r), x = held(r, pop(r), BINDS_TERM);
	return with(r, joined(with(r, x, TEXT("[")), index), TEXT("]"));
}

static piece piece_of_step(printer *r, const path_step *s)
{
	const path *p = r->p;
	switch (s->op) {
	case OP_INDEX:
		return piece_of(r, TEXT("$index"), BINDS_TERM);
	case OP_TOTAL:
		return piece_of(r, TEXT("$total"), BINDS_TERM);
	case OP_BODY:
	case OP_EMPTY:
		return piece_of(r, TEXT("{}"), BINDS_TERM);
	case OP_LITERAL:
		return constant(r, &p->literals[s->first]);
	case OP_VARIABLE:
		return piece_of(r, text_join(r->arena, TEXT("%"), name_of(r->arena, s->name)), BINDS_TERM);
	case OP_DEFINED:
		return piece_of(r, text_join(r->arena, TEXT("%"), name_of(r->arena, p->slot_names[s->first])),
				BINDS_TERM);
	case OP_START:
		return with(r, start(r, s), text_of(use_of(s->use)));
	case OP_HOPS:
		return with(r, hops(r, s), text_of(use_of(s->use)));
	case OP_ITEM:
		return item_at(r);
	case OP_NEGATE:
		return sign(r, "-");
	case OP_PLUS:
		return sign(r, "+");
	case OP_BINARY:
		return binary(r, s);
	case OP_IS:
		return of_type(r, s, "is");
	case OP_AS:
		return of_type(r, s, "as");
	case OP_CALL:
		return call(r, s);
	case OP_THIS:
	case OP_DECIDE:
		break;
	}
	return piece_of(r, TEXT("$this"), BINDS_TERM);
}

static void print_range(printer *r, int from, int to)
{
	for (int i = from; i < to;) {
		const path_step *s = &r->p->steps[i++];
		if (s->op == OP_DECIDE) continue;
		push(r, piece_of_step(r, s));
		if (s->op == OP_BODY) i = s->first;
	}
}

text path_print(arena *a, const path *p)
{
	printer r = {.arena = a, .p = p, .stack = ARENA_ARRAY(a, piece, p->stack_max + 1)};
	buffer b = {.arena = a};
	print_range(&r, 0, p->step_count);
	for (const scrap *s = pop(&r).first; s; s = s->next) buffer_add(&b, s->text);
	return buffer_text(&b);
}
