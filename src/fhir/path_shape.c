/* What is known of a collection at compile time, and what R4's definitions say of the names in an expression. */
#include "fhir/path_internal.h"

/* Does any type of FHIR R4 have a choice element of this name? Asked only where the parent's type is unknown. */
bool shape_may_be_choice(name_id name)
{
	const type_id last = (type_id)type_count();
	for (type_id t = 1; t <= last; t++) {
		element_info info;
		type_id type;
		if (type_kind_of(t) != TYPE_PRIMITIVE && type_kind_of(t) != TYPE_COMPLEX) continue;
		name_id spelled = element_choice_name(name, t);
		if (spelled == NAME_NONE) continue;
		for (type_id parent = 1; parent <= last; parent++)
			if (element_find(parent, spelled, &info, &type) && info.is_choice && info.name == name)
				return true;
	}
	return false;
}

name_id shape_choice_last(name_id name)
{
	name_id last = name;
	while (last + 1 < NAME_COUNT && text_starts(name_text(NULL, (name_id)(last + 1)), name_text(NULL, name)))
		last++;
	return last;
}

/* Abstract types and the bare backbone say nothing of what their specialisations have. */
bool shape_is_complete(type_id t)
{
	return t && !type_is_abstract(t) && !text_equal(type_name(t), TEXT("BackboneElement"));
}

shape shape_of_type(type_id t)
{
	return (shape){.kind = PATH_NODE, .type = t};
}

int shape_system_kind(text name)
{
	for (int k = PATH_BOOLEAN; k <= PATH_QUANTITY; k++)
		if (text_equal(name, path_kind_name((path_kind)k))) return k;
	return -1;
}

shape shape_as(shape in, path_type_name t)
{
	shape out = {.kind = -1, .unordered = in.unordered};
	if (t.fhir && t.system < 0) out = (shape){.kind = PATH_NODE, .type = t.fhir, .unordered = in.unordered};
	if (!t.fhir) out.kind = t.system;
	/* Unqualified Quantity from an element is the FHIR one. */
	if (t.fhir && t.system >= 0 && in.kind == PATH_NODE)
		out = (shape){.kind = PATH_NODE, .type = t.fhir, .unordered = in.unordered};
	return out;
}

/* Several alternatives: what is known of all of them. */
shape shape_common(shape x, shape y)
{
	shape out = {.kind = x.kind == y.kind ? x.kind : -1, .unordered = x.unordered || y.unordered};
	out.type = x.kind == y.kind && x.type == y.type ? x.type : 0;
	return out;
}

shape shape_of_call(const path_function_row *f, shape input, const shape *of_args, const path_arg *args, int count)
{
	shape out = {.kind = -1, .unordered = input.unordered};
	switch (f->result) {
	case RESULT_SAME:
		out = input;
		break;
	case RESULT_ANY:
		out.unordered = false;
		break;
	case RESULT_BOOLEAN:
		return (shape){.kind = PATH_BOOLEAN};
	case RESULT_INTEGER:
		return (shape){.kind = PATH_INTEGER};
	case RESULT_STRING:
		return (shape){.kind = PATH_STRING};
	case RESULT_EXTENSION:
		return shape_of_type(type_find(TEXT("Extension")));
	case RESULT_CHILDREN:
		return (shape){.kind = -1, .unordered = true};
	case RESULT_TYPE:
		return (shape){.kind = PATH_TYPE};
	case RESULT_AS:
		return shape_as(input, args[0].type);
	case RESULT_BODY:
		out = of_args[0];
		out.unordered |= input.unordered;
		break;
	case RESULT_UNION:
		return shape_common(input, of_args[0]);
	case RESULT_CHOICE:
		return count == 3 ? shape_common(of_args[1], of_args[2]) : of_args[1];
	}
	if (strcmp(f->name, "sort") == 0) out.unordered = false;
	return out;
}
