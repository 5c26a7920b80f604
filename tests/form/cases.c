/* Forms and what becomes of answers, as data: cases/NAME.json has a Questionnaire, what it is opened with, and steps: a response in the
 * making, then which items are enabled, what they are worth, what is wrong (`wrong` while it is filled in, `held` when it is
 * finished), which choices there are. tests/browser/lforms.test.mjs gives the same files to NLM's renderer. */
#include "harness.h"

#include "form/form.h"

typedef struct step {
	arena *arena;
	const char *file;
	const doc *c; /* the case */
	uint32_t node;
	open_form *form;
	issues found;
} step;

static uint32_t child(const doc *d, uint32_t object, const char *key)
{
	name_id name = doc_name(d, text_of(key));
	return name == NAME_NONE ? NODE_ABSENT : doc_get(d, object, name);
}

static doc part(arena *a, const doc *d, uint32_t n)
{
	doc out;
	buffer b = {.arena = a};
	issues sink = {.arena = a};
	json_write(&b, d, n, JSON_COMPACT);
	if (!json_parse_resource(a, buffer_text(&b), TEXT(""), &sink, &out)) fail_msg("a part is no resource");
	return out;
}

static text said(const step *s)
{
	text say = doc_text(s->c, child(s->c, s->node, "say"));
	return text_format(s->arena, "%s: %.*s", s->file, TEXT_ARG(say));
}

static int item_called(const step *s, text key)
{
	for (int i = 1; i < form_item_count(s->form); i++)
		if (text_equal(form_item_at(s->form, i).key, key)) return i;
	return -1;
}

/* ---- what is enabled ---- */

static text enabled_keys(const step *s)
{
	buffer b = {.arena = s->arena};
	for (int i = 1; i < form_item_count(s->form); i++) {
		form_item_state at = form_item_at(s->form, i);
		if (at.enabled) buffer_format(&b, "%.*s ", TEXT_ARG(at.key));
	}
	return buffer_text(&b);
}

static text listed(const step *s, uint32_t list)
{
	buffer b = {.arena = s->arena};
	for (uint32_t n = list + 1; list && n < s->c->nodes[list].next; n = s->c->nodes[n].next)
		buffer_format(&b, "%.*s ", TEXT_ARG(doc_text(s->c, n)));
	return buffer_text(&b);
}

static void same(const step *s, const char *what, text is, text wanted)
{
	if (text_equal(is, wanted)) return;
	text where = said(s);
	fail_msg("%.*s\n%s are: %.*s\n wanted: %.*s", TEXT_ARG(where), what, TEXT_ARG(is), TEXT_ARG(wanted));
}

/* ---- what it is worth: read from the response as it would be kept ---- */

static text worth(arena *a, const doc *d, uint32_t value)
{
	if (d->nodes[value].kind == NODE_TRUE) return TEXT("true");
	if (d->nodes[value].kind == NODE_FALSE) return TEXT("false");
	if (d->nodes[value].kind != NODE_OBJECT) return doc_text(d, value);
	if (doc_get(d, value, NAME_value))
		return text_format(a, "%.*s %.*s", TEXT_ARG(doc_get_text(d, value, NAME_value)),
				   TEXT_ARG(doc_get_text(d, value, NAME_unit)));
	return doc_get_text(d, value, NAME_code);
}

/* "body[0]/bmi[0]" or "pain[0]:0/where[0]": steps through the items of a response. */
static uint32_t entry_at(const doc *d, text key)
{
	uint32_t object = 0;
	while (key.len) {
		text_pair cut = text_cut(key, '/'), named = text_cut(cut.head, '[');
		int64_t number = 0, answer = -1;
		text after = text_cut(named.tail, ']').tail;
		text_to_int(text_cut(named.tail, ']').head, &number);
		if (text_starts(after, TEXT(":"))) text_to_int(text_slice(after, 1, after.len), &answer);
		uint32_t list = doc_get(d, object, NAME_item), found = NODE_ABSENT;
		for (uint32_t n = list + 1; list && n < d->nodes[list].next && !found; n = d->nodes[n].next)
			if (text_equal(doc_get_text(d, n, NAME_linkId), named.head) && number-- == 0) found = n;
		if (!found) return NODE_ABSENT;
		object = found;
		if (answer >= 0) {
			uint32_t answers = doc_get(d, found, NAME_answer), n = answers + 1;
			while (answer-- > 0) n = d->nodes[n].next;
			object = n;
		}
		key = cut.tail;
	}
	return object;
}

static text answers_of(const step *s, const doc *kept, text key)
{
	buffer b = {.arena = s->arena};
	uint32_t at = entry_at(kept, key), list = at ? doc_get(kept, at, NAME_answer) : NODE_ABSENT;
	for (uint32_t n = list + 1; list && n < kept->nodes[list].next; n = kept->nodes[n].next)
		for (uint32_t v = n + 1; v < kept->nodes[n].next; v = kept->nodes[v].next)
			if (text_starts(name_text(kept, kept->nodes[v].name), TEXT("value")))
				buffer_format(&b, "%.*s ", TEXT_ARG(worth(s->arena, kept, v)));
	return buffer_text(&b);
}

static void check_values(const step *s)
{
	uint32_t values = child(s->c, s->node, "values"), whole = child(s->c, s->node, "kept");
	doc kept;
	issues sink = {.arena = s->arena};
	text json = form_response(s->form);
	if (!json_parse_resource(s->arena, json, TEXT(""), &sink, &kept) || !resource_check(&kept, &sink))
		fail_msg("%s: the response is no resource: %.*s", s->file, TEXT_ARG(json));
	for (uint32_t n = values + 1; values && n < s->c->nodes[values].next; n = s->c->nodes[n].next) {
		text key = name_text(s->c, s->c->nodes[n].name);
		same(s, text_z(s->arena, key), answers_of(s, &kept, key), listed(s, n));
	}
	if (whole && !doc_equal(&kept, 0, s->c, whole))
		fail_msg("%.*s: kept is %.*s", TEXT_ARG(said(s)), TEXT_ARG(json));
}

/* ---- what is wrong ---- */

static text faults(const step *s, const issues *sink)
{
	buffer b = {.arena = s->arena};
	int number = 0;
	for (const issue *i = sink->first; i; i = i->next) {
		int item = form_item_of_fault(s->form, number++);
		text key = item < 0 ? (text){0} : form_item_at(s->form, item).key;
		buffer_format(&b, "%s%s%.*s ", failure_name(i->code), key.len ? " " : "", TEXT_ARG(key));
	}
	return buffer_text(&b);
}

static void check_faults(step *s, const char *key, bool whole)
{
	uint32_t list = child(s->c, s->node, key);
	issues sink = {.arena = s->arena};
	if (list == NODE_ABSENT) return;
	if (whole) issues_add_all(&sink, &s->found);
	form_check(s->form, whole, &sink);
	same(s, key, faults(s, &sink), listed(s, list));
}

static void check_options(step *s)
{
	uint32_t list = child(s->c, s->node, "options");
	for (uint32_t n = list + 1; list && n < s->c->nodes[list].next; n = s->c->nodes[n].next) {
		text key = name_text(s->c, s->c->nodes[n].name);
		int item = item_called(s, key);
		if (item < 0) fail_msg("%s: no item %.*s", s->file, TEXT_ARG(key));
		form_options all = form_item_options(s->form, item);
		buffer b = {.arena = s->arena};
		for (int i = 0; i < all.count; i++) {
			doc d;
			issues sink = {.arena = s->arena};
			assert_true(json_parse(s->arena, all.at[i].json, TEXT(""), &sink, &d));
			buffer_format(&b, "%.*s ", TEXT_ARG(worth(s->arena, &d, 0)));
		}
		same(s, "options", buffer_text(&b), listed(s, n));
	}
}

/* ---- a case ---- */

static int contexts(arena *a, const doc *c, form_context *out)
{
	uint32_t list = child(c, 0, "context");
	int count = 0;
	for (uint32_t n = list + 1; list && n < c->nodes[list].next && count < 8; n = c->nodes[n].next) {
		doc *d = ARENA_NEW(a, doc);
		*d = part(a, c, n);
		out[count++] = (form_context){name_text(c, c->nodes[n].name), d};
	}
	return count;
}

static void opened(step *s, const form_plan *f, form_use use, form_around *around)
{
	doc response = part(s->arena, s->c, child(s->c, s->node, "response"));
	text refused = doc_text(s->c, child(s->c, s->node, "refused"));
	s->found = (issues){.arena = s->arena};
	bool good = form_open(f, &response, use, around, s->arena, &s->found, &s->form);
	text first = s->found.first ? text_of(failure_name(s->found.first->code)) : (text){0};
	if (good == (refused.len > 0) || (refused.len && !text_equal(first, refused)))
		fail_msg("%.*s: opened %d, %.*s", TEXT_ARG(said(s)), good, TEXT_ARG(first));
	if (good) assert_true(form_item_count(s->form) > 0);
}

static void run_step(step *s, const form_plan *f, form_around *around)
{
	text use = doc_text(s->c, child(s->c, s->node, "use"));
	uint32_t enabled = child(s->c, s->node, "enabled");
	opened(s, f, text_equal(use, TEXT("begins")) ? FORM_BEGINS : FORM_GOES_ON, around);
	if (child(s->c, s->node, "refused")) return;
	if (enabled) same(s, "enabled", enabled_keys(s), listed(s, enabled));
	check_values(s);
	check_options(s);
	check_faults(s, "wrong", false);
	opened(s, f, FORM_IS_HELD, around);
	check_faults(s, "held", true);
}

static void run_case(arena *a, const char *file)
{
	doc c;
	issues sink = {.arena = a};
	form_context context[8];
	if (!json_parse(a, read_file(a, file), text_of(file), &sink, &c)) fail_msg("%s is no JSON", file);
	doc q = part(a, &c, child(&c, 0, "questionnaire"));
	form_around around = {
	    .context = context, .context_count = contexts(a, &c, context), .outside.now = SECONDS(1764000000)};
	profiles_outside(profiles_r4(), &around.outside);
	text refused = doc_text(&c, child(&c, 0, "refused"));
	const form_plan *f = form_read(a, &q, NULL, &sink);
	if (refused.len) {
		assert_null(f);
		assert_text(text_of(failure_name(sink.first->code)), refused);
		if (!text_starts(sink.first->place.path, TEXT("Questionnaire.item["))) fail_msg("%s: no place", file);
		return;
	}
	if (!f) fail_msg("%s: %.*s", file, TEXT_ARG(issue_line(a, sink.first, LANGUAGE_EN)));
	uint32_t steps = child(&c, 0, "steps");
	for (uint32_t n = steps + 1; n < c.nodes[steps].next; n = c.nodes[n].next) {
		step s = {.arena = a, .file = file, .c = &c, .node = n};
		run_step(&s, f, &around);
	}
}

TEST(forms_of_cases)
{
	arena *a = test_arena();
	char **files;
	int count = list_files(a, "tests/form/cases", ".json", &files);
	assert_true(count >= 20);
	for (int i = 0; i < count; i++) run_case(a, files[i]);
}

/* Both languages have the arguments that the sentence needs. */
TEST(faults_name_the_question_and_the_reason)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	doc q, r;
	text form =
	    TEXT("{\"resourceType\":\"Questionnaire\",\"status\":\"active\",\"item\":[{\"linkId\":\"age\",\"text\":"
		 "\"Alder\","
		 "\"type\":\"integer\",\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/maxValue\","
		 "\"valueInteger\":120}]}]}");
	text given =
	    TEXT("{\"resourceType\":\"QuestionnaireResponse\",\"status\":\"in-progress\",\"item\":[{\"linkId\":\"age\","
		 "\"answer\":[{\"valueInteger\":121}]}]}");
	open_form *o;
	form_around around = {0};
	assert_true(json_parse_resource(a, form, TEXT(""), &sink, &q));
	assert_true(json_parse_resource(a, given, TEXT(""), &sink, &r));
	const form_plan *f = form_read(a, &q, NULL, &sink);
	assert_non_null(f);
	assert_true(form_open(f, &r, FORM_GOES_ON, &around, a, &sink, &o));
	form_check(o, false, &sink);
	assert_non_null(sink.first);
	assert_text(issue_text(a, sink.first, LANGUAGE_DA), TEXT("\"Alder\" må højst være 120, ikke 121"));
	assert_text(issue_text(a, sink.first, LANGUAGE_EN), TEXT("\"Alder\" may be 120 at most, not 121"));
	assert_text(sink.first->place.path, TEXT("QuestionnaireResponse.item[0].answer[0].value"));
}

TESTS(T(forms_of_cases), T(faults_name_the_question_and_the_reason))
