/* Any bytes as a FHIRPath expression: compiled with and without a type, and run on one Patient. No crash, no endless
 * run: what is wrong is an issue, what is too much ends at the budget. */
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
	if (!p || !path_run(p, d, 0, &outside, a, sink, &out)) return false;
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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static arena *scratch;
	static type_id types[2];
	jmp_buf spent;
	if (!scratch) {
		scratch = arena_new(256 * MIB);
		types[1] = type_find(TEXT("Patient"));
	}
	arena_reset(scratch);
	issues sink = {.arena = scratch};
	doc d;
	bool parsed = json_parse(scratch, TEXT(patient), TEXT(""), &sink, &d);
	assert(parsed);
	text expression = {(const char *)bytes, (int64_t)size};
	arena_boundary(scratch, &spent);
	if (setjmp(spent) == 0)
		for (int i = 0; i < 2; i++) {
			bool ran = compile_and_run(scratch, expression, types[i], &d, &sink);
			assert(ran || sink.errors > 0);
		}
	arena_boundary(scratch, NULL);
	return 0;
}
