/* A Questionnaire, and after a zero byte a QuestionnaireResponse to it: read, begun, gone on with, held. What R4's definitions let
 * through may be refused by the form, with a reason; else the response that comes out is one, and comes out again unchanged. */
#include "form/form.h"

#include <setjmp.h>

static bool parsed(arena *a, text source, const char *type, issues *sink, doc *out)
{
	return json_parse_resource(a, text_copy(a, source), TEXT(""), sink, out) &&
	       text_equal(doc_type(out), text_of(type)) && resource_check(out, sink);
}

static bool filled(const form_plan *f, const doc *response, form_use use, arena *a, issues *sink, text *out)
{
	open_form *o;
	form_around around = {.outside.now = SECONDS(1772443800)};
	profiles_outside(profiles_r4(), &around.outside);
	bool good = form_open(f, response, use, &around, a, sink, &o);
	assert(good || sink->errors > 0);
	if (!good) return false;
	form_check(o, use == FORM_IS_HELD, sink);
	for (int i = 1; i < form_item_count(o) && i < 200; i++) {
		assert(form_item_at(o, i).key.len > 0);
		form_item_options(o, i);
	}
	*out = form_response(o);
	return true;
}

static void same_again(const form_plan *f, const doc *response, arena *a)
{
	issues sink = {.arena = a};
	text once, twice;
	doc d;
	if (!filled(f, response, FORM_BEGINS, a, &sink, &once)) return;
	bool good = json_parse_resource(a, once, TEXT(""), &sink, &d);
	assert(good);
	if (!filled(f, &d, FORM_GOES_ON, a, &sink, &twice)) return;
	assert(text_equal(once, twice));
	filled(f, &d, FORM_IS_HELD, a, &sink, &twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static arena *scratch;
	jmp_buf spent;
	if (!scratch) scratch = arena_new(256 * MIB);
	arena_reset(scratch);
	issues sink = {.arena = scratch};
	doc q, r;
	text_pair sides = text_cut((text){(const char *)bytes, (int64_t)size}, '\0');
	if (!parsed(scratch, sides.head, "Questionnaire", &sink, &q)) return 0;
	if (!parsed(scratch, sides.tail, "QuestionnaireResponse", &sink, &r)) return 0;
	sink = (issues){.arena = scratch};
	arena_boundary(scratch, &spent);
	if (setjmp(spent) == 0) {
		const form_plan *f = form_read(scratch, &q, NULL, &sink);
		assert(f || sink.errors > 0);
		if (f) same_again(f, &r, scratch);
	}
	arena_boundary(scratch, NULL);
	return 0;
}
