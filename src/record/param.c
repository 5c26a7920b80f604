/* One search parameter made ready: its expression compiled, what its bare codes belong to, the parts of a composite. */
#include "record/internal.h"

#include <string.h>

/* ---- where a plain expression leads: "Patient.contact.gender", "(Observation.value as Quantity)" ---- */

typedef struct place_in_type {
	type_id type;      /* of what is found there */
	bool has_element;  /* false: the resource itself */
	bool many;         /* one of the names may be there several times */
	element_info info; /* of the last name */
} place_in_type;

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static text cut_name(text *rest)
{
	int64_t n = 0;
	while (n < rest->len && is_name(rest->at[n])) n++;
	text name = text_slice(*rest, 0, n);
	*rest = text_slice(*rest, n, rest->len);
	return name;
}

/* What stands in brackets, the brackets already opened; nested ones and quotes are passed over. */
static bool cut_brackets(text *rest, text *inside)
{
	int depth = 1;
	bool quoted = false;
	for (int64_t i = 0; i < rest->len; i++) {
		char c = rest->at[i];
		if (c == '\'') quoted = !quoted;
		if (quoted) continue;
		depth += (c == '(') - (c == ')');
		if (depth) continue;
		*inside = text_trim(text_slice(*rest, 0, i));
		*rest = text_slice(*rest, i + 1, rest->len);
		return true;
	}
	return false;
}

static bool step_function(place_in_type *p, text name, text *rest)
{
	text inside;
	*rest = text_slice(*rest, 1, rest->len);
	if (!cut_brackets(rest, &inside)) return false;
	if (text_equal(name, TEXT("where"))) return true;
	if (!text_equal(name, TEXT("as")) && !text_equal(name, TEXT("ofType"))) return false;
	p->type = type_find(inside);
	return p->type != 0;
}

static bool step_element(place_in_type *p, text name)
{
	name_id id = name_find(name);
	if (!id || !p->type || !element_find_path(p->type, id, &p->info)) return false;
	p->has_element = true;
	p->many = p->many || p->info.max != 1;
	p->type = p->info.type_count == 1 ? p->info.types[0] : 0;
	return true;
}

/* False: it is no plain chain of names. */
static bool follow(type_id from, text expression, place_in_type *out)
{
	text rest = text_trim(expression), inside;
	*out = (place_in_type){.type = from};
	if (text_starts(rest, TEXT("("))) {
		rest = text_slice(rest, 1, rest.len);
		return cut_brackets(&rest, &inside) && text_trim(rest).len == 0 && follow(from, inside, out);
	}
	for (bool first = true; rest.len; first = false) {
		text name = cut_name(&rest);
		if (name.len == 0) return false;
		bool is_function = rest.len && rest.at[0] == '(';
		bool is_root = first && text_equal(name, type_name(from));
		if (is_function ? !step_function(out, name, &rest) : !is_root && !step_element(out, name)) return false;
		if (text_starts(rest, TEXT(" as "))) {
			out->type = type_find(text_trim(text_slice(rest, 4, rest.len)));
			return out->type != 0;
		}
		if (rest.len == 0) return true;
		if (rest.at[0] != '.') return false;
		rest = text_slice(rest, 1, rest.len);
	}
	return true;
}

/* The next alternative of "a | b", brackets kept together. */
static text cut_alternative(text *rest)
{
	int depth = 0;
	for (int64_t i = 0; i < rest->len; i++) {
		char c = rest->at[i];
		depth += (c == '(') - (c == ')');
		if (c != '|' || depth) continue;
		text head = text_slice(*rest, 0, i);
		*rest = text_slice(*rest, i + 1, rest->len);
		return text_trim(head);
	}
	text all = text_trim(*rest);
	*rest = (text){0};
	return all;
}

enum { ALTERNATIVES_MAX = 16 };

static int follow_all(type_id from, text expression, place_in_type *out)
{
	int count = 0;
	for (text rest = expression; rest.len && count < ALTERNATIVES_MAX;)
		if (follow(from, cut_alternative(&rest), &out[count])) count++;
	return count;
}

/* ---- compiling ---- */

static const path *compiled(record *r, text expression, type_id context)
{
	arena *scratch = arena_new(MIB);
	issues refused = {.arena = scratch};
	/* An expression this build cannot evaluate leaves the parameter without an index: searching by it is then refused by name,
	 * and the type's signature changes as soon as it can be. */
	const path *p =
	    path_compile(r->types_arena, expression, context, r->content ? &r->content->constants : NULL, &refused);
	arena_free(scratch);
	return p;
}

/* A bare code's system is said by the binding of its element (R4 3.1.1.4.10). */
static void find_code_sets(record *r, search_param *p, const place_in_type *places, int count)
{
	type_id code = type_find(TEXT("code"));
	p->code_sets = ARENA_ARRAY(r->types_arena, text, count);
	for (int i = 0; i < count; i++)
		if (places[i].has_element && places[i].type == code && places[i].info.value_set.len)
			p->code_sets[p->code_set_count++] = places[i].info.value_set;
}

/* R4 writes "as(DateTime)" in one part; there is no such type, only dateTime. */
static text part_expression(record *r, text expression)
{
	text wrong = TEXT("as(DateTime)");
	int64_t at = text_find(expression, wrong);
	if (at < 0) return expression;
	return text_format(r->types_arena, "%.*sas(dateTime)%.*s", (int)at, expression.at,
			   (int)(expression.len - at - wrong.len), expression.at + at + wrong.len);
}

static bool part_compile(record *r, const search_component *c, const place_in_type *places, int count, search_part *out)
{
	text expression = part_expression(r, c->expression);
	*out = (search_part){.kind = c->kind,
			     .contexts = ARENA_ARRAY(r->types_arena, type_id, count),
			     .paths = ARENA_ARRAY(r->types_arena, const path *, count)};
	for (int i = 0; i < count; i++) {
		const path *p = compiled(r, expression, places[i].type);
		if (!p) return false;
		out->contexts[out->path_count] = places[i].type;
		out->paths[out->path_count++] = p;
	}
	return count > 0;
}

static bool parts_compile(record *r, const search_type *t, search_param *p, const place_in_type *places, int count)
{
	search_definition d;
	if (!search_find(t->type, p->code, &d) || d.component_count < 2 || d.component_count > SEARCH_PARTS_MAX)
		return false;
	for (int i = 0; i < d.component_count; i++) {
		search_component c;
		search_component_at(&d, i, &c);
		if (!part_compile(r, &c, places, count, &p->parts[i])) return false;
		for (int k = 0; k < t->param_count; k++)
			if (text_equal(t->params[k].code, c.code)) p->parts[i].definition = &t->params[k];
		if (!p->parts[i].definition) return false;
	}
	p->part_count = d.component_count;
	return true;
}

static search_way way_of(const search_param *p)
{
	if (text_equal(p->code, TEXT("_text"))) return WAY_NARRATIVE;
	if (text_equal(p->code, TEXT("_content"))) return WAY_CONTENT;
	if (p->kind == SEARCH_SPECIAL) return text_equal(p->code, TEXT("near")) ? WAY_NEAR : WAY_NONE;
	if (!p->path) return WAY_NONE;
	return p->kind == SEARCH_COMPOSITE ? WAY_COMPOSITE : WAY_INDEX;
}

void param_compile(record *r, const search_type *t, search_param *p)
{
	place_in_type places[ALTERNATIVES_MAX];
	if (p->expression.len) p->path = compiled(r, p->expression, t->type);
	p->way = way_of(p);
	int count = p->way == WAY_INDEX || p->way == WAY_COMPOSITE ? follow_all(t->type, p->expression, places) : 0;
	text rest = p->expression;
	cut_alternative(&rest);
	p->single = count == 1 && rest.len == 0 && !places[0].many;
	if (p->kind == SEARCH_TOKEN) find_code_sets(r, p, places, count);
	if (p->way == WAY_COMPOSITE && !parts_compile(r, t, p, places, count)) p->way = WAY_NONE;
}
