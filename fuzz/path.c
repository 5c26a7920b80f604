/* Any bytes as a FHIRPath expression, and after a zero byte as a resource to run it on (a Patient where there is none): compiled
 * with and without a type, run, printed and compiled again. No crash, no endless run: what is wrong is an issue, what is
 * too much ends at the budget; what is printed has the same steps; the resource is as it was. */
#include "fhir/fhir.h"

#include <setjmp.h>

static const char patient[] =
    "{\"resourceType\":\"Patient\",\"id\":\"p\",\"meta\":{\"versionId\":\"1\"},\"active\":true,"
    "\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"o\",\"name\":\"Ward\"}],"
    "\"name\":[{\"use\":\"official\",\"family\":\"Holm\",\"given\":[null,\"Ane\"],\"_given\":[{\"id\":\"x\"},null]},"
    "{\"given\":[\"A\",\"B\"],\"period\":{\"start\":\"2001-02\",\"end\":\"2002-03-04T05:06:07.089+01:00\"}}],"
    "\"gender\":\"female\",\"birthDate\":\"1974-12-25\",\"_birthDate\":{\"extension\":[{\"url\":\"u\","
    "\"valueQuantity\":"
    "{\"value\":1.50,\"unit\":\"kg\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"}}]},"
    "\"deceasedBoolean\":false,\"multipleBirthInteger\":2,\"managingOrganization\":{\"reference\":\"#o\"}}";

static bool compile_and_run(arena *a, text expression, type_id context, const doc *d, issues *sink)
{
	path_items out;
	path_outside outside = {.now = SECONDS(1772443800)};
	const path *p = path_compile(a, expression, context, NULL, sink);
	if (!p) return false;
	const path *again = path_compile(a, path_print(a, p), context, NULL, sink);
	bool deeper = !again && sink->last->code == FAIL_PATH_TOO_LARGE; /* parentheses may be more than there were */
	assert(deeper || (again && text_equal(path_explain(a, p), path_explain(a, again))));
	if (!path_run(p, d, 0, &outside, a, sink, &out)) return false;
	for (int i = 0; i < out.count && i < 100; i++) {
		moment m;
		decimal n;
		path_item_text(a, &out.at[i]);
		path_item_moment(&out.at[i], &m);
		path_item_decimal(&out.at[i], &n);
	}
	path_true(p, d, 0, &outside, a, sink);
	return true;
}

static uint64_t nodes_hash(const doc *d)
{
	return text_hash((text){(const char *)d->nodes, (int64_t)(d->count * sizeof *d->nodes)});
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static arena *scratch;
	static type_id types[2];
	jmp_buf spent;
	if (!scratch) scratch = arena_new(256 * MIB);
	arena_reset(scratch);
	issues sink = {.arena = scratch};
	doc d;
	text_pair sides = text_cut((text){(const char *)bytes, (int64_t)size}, '\0');
	text source = text_copy(scratch, sides.tail);
	bool parsed = sides.found && json_parse_resource(scratch, source, TEXT(""), &sink, &d);
	if (!parsed) parsed = json_parse_resource(scratch, TEXT(patient), TEXT(""), &sink, &d);
	assert(parsed);
	uint64_t before = nodes_hash(&d);
	types[1] = type_find(doc_type(&d));
	arena_boundary(scratch, &spent);
	for (int i = 0; i < 2 && setjmp(spent) == 0; i++) {
		sink = (issues){.arena = scratch};
		bool ran = compile_and_run(scratch, sides.head, types[i], &d, &sink);
		assert(ran || sink.errors > 0);
	}
	arena_boundary(scratch, NULL);
	assert(before == nodes_hash(&d));
	return 0;
}
