/* Patches as rows: a document, what is to be done with it, and what comes out, or why not. */
#include "harness.h"

#include "fhir/fhir.h"

typedef struct row {
	const char *name, *before, *patch, *after; /* after: NULL where it is refused */
	failure why;
} row;

/* RFC 6902, appendix A, under its own numbers; then what it says elsewhere. */
static const row json_rows[] = {
    {"A.1 adding an object member", "{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\"}]",
     "{\"foo\":\"bar\",\"baz\":\"qux\"}", 0},
    {"A.2 adding an array element", "{\"foo\":[\"bar\",\"baz\"]}",
     "[{\"op\":\"add\",\"path\":\"/foo/1\",\"value\":\"qux\"}]", "{\"foo\":[\"bar\",\"qux\",\"baz\"]}", 0},
    {"A.3 removing an object member", "{\"baz\":\"qux\",\"foo\":\"bar\"}", "[{\"op\":\"remove\",\"path\":\"/baz\"}]",
     "{\"foo\":\"bar\"}", 0},
    {"A.4 removing an array element", "{\"foo\":[\"bar\",\"qux\",\"baz\"]}",
     "[{\"op\":\"remove\",\"path\":\"/foo/1\"}]", "{\"foo\":[\"bar\",\"baz\"]}", 0},
    {"A.5 replacing a value", "{\"baz\":\"qux\",\"foo\":\"bar\"}",
     "[{\"op\":\"replace\",\"path\":\"/baz\",\"value\":\"boo\"}]", "{\"baz\":\"boo\",\"foo\":\"bar\"}", 0},
    {"A.6 moving a value", "{\"foo\":{\"bar\":\"baz\",\"waldo\":\"fred\"},\"qux\":{\"corge\":\"grault\"}}",
     "[{\"op\":\"move\",\"from\":\"/foo/waldo\",\"path\":\"/qux/thud\"}]",
     "{\"foo\":{\"bar\":\"baz\"},\"qux\":{\"corge\":\"grault\",\"thud\":\"fred\"}}", 0},
    {"A.7 moving an array element", "{\"foo\":[\"all\",\"grass\",\"cows\",\"eat\"]}",
     "[{\"op\":\"move\",\"from\":\"/foo/1\",\"path\":\"/foo/3\"}]", "{\"foo\":[\"all\",\"cows\",\"eat\",\"grass\"]}",
     0},
    {"A.8 testing a value: success", "{\"baz\":\"qux\",\"foo\":[\"a\",2,\"c\"]}",
     "[{\"op\":\"test\",\"path\":\"/baz\",\"value\":\"qux\"},{\"op\":\"test\",\"path\":\"/foo/1\",\"value\":2}]",
     "{\"baz\":\"qux\",\"foo\":[\"a\",2,\"c\"]}", 0},
    {"A.9 testing a value: error", "{\"baz\":\"qux\"}", "[{\"op\":\"test\",\"path\":\"/baz\",\"value\":\"bar\"}]", NULL,
     FAIL_PATCH_TEST},
    {"A.10 adding a nested member object", "{\"foo\":\"bar\"}",
     "[{\"op\":\"add\",\"path\":\"/child\",\"value\":{\"grandchild\":{}}}]",
     "{\"foo\":\"bar\",\"child\":{\"grandchild\":{}}}", 0},
    {"A.11 ignoring unrecognized elements", "{\"foo\":\"bar\"}",
     "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\",\"xyz\":123}]", "{\"foo\":\"bar\",\"baz\":\"qux\"}", 0},
    {"A.12 adding to a nonexistent target", "{\"foo\":\"bar\"}",
     "[{\"op\":\"add\",\"path\":\"/baz/bat\",\"value\":\"qux\"}]", NULL, FAIL_PATCH_NOWHERE},
    {"A.13 invalid JSON Patch document", "{\"foo\":\"bar\"}",
     "[{\"op\":\"dance\",\"path\":\"/baz\",\"value\":\"qux\"}]", NULL, FAIL_PATCH_OPERATION},
    {"A.14 tilde escape ordering", "{\"/\":9,\"~1\":10}", "[{\"op\":\"test\",\"path\":\"/~01\",\"value\":10}]",
     "{\"/\":9,\"~1\":10}", 0},
    {"A.15 comparing strings and numbers", "{\"/\":9,\"~1\":10}",
     "[{\"op\":\"test\",\"path\":\"/~01\",\"value\":\"10\"}]", NULL, FAIL_PATCH_TEST},
    {"A.16 adding an array value", "{\"foo\":[\"bar\"]}",
     "[{\"op\":\"add\",\"path\":\"/foo/-\",\"value\":[\"abc\",\"def\"]}]", "{\"foo\":[\"bar\",[\"abc\",\"def\"]]}", 0},
    {"the whole document", "{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"\",\"value\":{\"b\":2}}]", "{\"b\":2}", 0},
    {"the whole document by add", "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"\",\"value\":{\"b\":2}}]", "{\"b\":2}", 0},
    {"the whole document cannot go", "{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"\"}]", NULL, FAIL_PATCH_WHOLE},
    {"copy", "{\"a\":{\"b\":1}}", "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/c\"}]",
     "{\"a\":{\"b\":1,\"c\":{\"b\":1}}}", 0},
    {"numbers by value, members in any order", "{\"a\":{\"x\":1.0,\"y\":100}}",
     "[{\"op\":\"test\",\"path\":\"/a\",\"value\":{\"y\":1e2,\"x\":1}}]", "{\"a\":{\"x\":1.0,\"y\":100}}", 0},
    {"null is a value", "{\"a\":null}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":null}]", "{\"a\":null}", 0},
    {"add replaces a member in its place", "{\"a\":1,\"b\":2}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":3}]",
     "{\"a\":3,\"b\":2}", 0},
    {"an empty key", "{\"\":1}", "[{\"op\":\"replace\",\"path\":\"/\",\"value\":2}]", "{\"\":2}", 0},
    {"all or none", "{\"a\":1}",
     "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":2},{\"op\":\"remove\",\"path\":\"/b\"}]", NULL,
     FAIL_PATCH_NOWHERE},
    {"an index behind the end", "{\"a\":[1]}", "[{\"op\":\"add\",\"path\":\"/a/2\",\"value\":2}]", NULL,
     FAIL_PATCH_INDEX},
    {"an index with a leading zero", "{\"a\":[1,2]}", "[{\"op\":\"remove\",\"path\":\"/a/01\"}]", NULL,
     FAIL_PATCH_INDEX},
    {"an index that is none", "{\"a\":[1]}", "[{\"op\":\"remove\",\"path\":\"/a/x\"}]", NULL, FAIL_PATCH_INDEX},
    {"nothing lies behind the last", "{\"a\":[1]}", "[{\"op\":\"remove\",\"path\":\"/a/-\"}]", NULL,
     FAIL_PATCH_NOWHERE},
    {"a pointer begins with a slash", "{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"a\"}]", NULL, FAIL_PATCH_POINTER},
    {"a tilde stands for something", "{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"/~2\"}]", NULL, FAIL_PATCH_POINTER},
    {"without a value", "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/b\"}]", NULL, FAIL_PATCH_MEMBER},
    {"without a path", "{\"a\":1}", "[{\"op\":\"remove\"}]", NULL, FAIL_PATCH_MEMBER},
    {"without a from", "{\"a\":1}", "[{\"op\":\"copy\",\"path\":\"/b\"}]", NULL, FAIL_PATCH_MEMBER},
    {"into itself", "{\"a\":{\"b\":1}}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a/b\"}]", NULL,
     FAIL_PATCH_WITHIN},
    {"a number has no members", "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":1}]", NULL,
     FAIL_PATCH_NOWHERE},
    {"neither kind of patch", "{\"a\":1}", "{\"op\":\"add\"}", NULL, FAIL_PATCH_KIND},
};

#define PARAMETERS(operations) "{\"resourceType\":\"Parameters\",\"parameter\":[" operations "]}"
#define OPERATION(parts) "{\"name\":\"operation\",\"part\":[" parts "]}"
#define TYPE(word) "{\"name\":\"type\",\"valueCode\":\"" word "\"}"
#define PATH(word) ",{\"name\":\"path\",\"valueString\":\"" word "\"}"
#define NAME(word) ",{\"name\":\"name\",\"valueString\":\"" word "\"}"
#define VALUE(value) ",{\"name\":\"value\"," value "}"
#define NUMBER(name, n) ",{\"name\":\"" name "\",\"valueInteger\":" #n "}"
#define ONE(parts) PARAMETERS(OPERATION(parts))
#define P(more) "{\"resourceType\":\"Patient\"" more "}"

/* Among them what the published cases of FHIRPath Patch (fhir-test-cases, r4/patch) show; the rest is from R4's words. */
static const row path_rows[] = {
    {"no difference", P(",\"birthDate\":\"1920-01-01\""), "{\"resourceType\":\"Parameters\"}",
     P(",\"birthDate\":\"1920-01-01\""), 0},
    {"add to an element that is missing", P(",\"identifier\":[{\"use\":\"official\",\"value\":\"123\"}]"),
     ONE(TYPE("add") PATH("Patient.identifier.where(use = 'official').period") NAME("end")
	     VALUE("\"valueDate\":\"2021-12-01\"")),
     NULL, FAIL_PATCH_NOWHERE},
    {"replace a complex one, its id too", P(",\"maritalStatus\":{\"id\":\"1\",\"text\":\"married\"}"),
     ONE(TYPE("replace") PATH("Patient.maritalStatus")
	     VALUE("\"valueCodeableConcept\":{\"id\":\"2\",\"text\":\"not married\"}")),
     P(",\"maritalStatus\":{\"id\":\"2\",\"text\":\"not married\"}"), 0},
    {"reorder in two moves",
     P(",\"identifier\":[{\"value\":\"1\"},{\"value\":\"2\"},{\"value\":\"3\"},{\"value\":\"4\"}]"),
     PARAMETERS(
	 OPERATION(TYPE("move") PATH("Patient.identifier") NUMBER("source", 1) NUMBER("destination", 0)) "," OPERATION(
	     TYPE("move") PATH("Patient.identifier") NUMBER("source", 2) NUMBER("destination", 1))),
     P(",\"identifier\":[{\"value\":\"2\"},{\"value\":\"3\"},{\"value\":\"1\"},{\"value\":\"4\"}]"), 0},
    {"add a primitive", P(",\"active\":true"),
     ONE(TYPE("add") PATH("Patient") NAME("birthDate") VALUE("\"valueDate\":\"1930-01-01\"")),
     P(",\"active\":true,\"birthDate\":\"1930-01-01\""), 0},
    {"add to a list", P(",\"identifier\":[{\"value\":\"1\"}]"),
     ONE(TYPE("add") PATH("Patient") NAME("identifier") VALUE("\"valueIdentifier\":{\"value\":\"2\"}")),
     P(",\"identifier\":[{\"value\":\"1\"},{\"value\":\"2\"}]"), 0},
    {"add begins a list", P(""),
     ONE(TYPE("add") PATH("Patient") NAME("name") VALUE("\"valueHumanName\":{\"family\":\"X\"}")),
     P(",\"name\":[{\"family\":\"X\"}]"), 0},
    {"add within", P(",\"contact\":[{\"gender\":\"male\"}]"),
     ONE(TYPE("add") PATH("Patient.contact[0]") NAME("name") VALUE("\"valueHumanName\":{\"text\":\"a name\"}")),
     P(",\"contact\":[{\"gender\":\"male\",\"name\":{\"text\":\"a name\"}}]"), 0},
    {"add something without a datatype", P(""),
     ONE(TYPE("add") PATH("Patient")
	     NAME("contact") ",{\"name\":\"value\",\"part\":[{\"name\":\"name\",\"valueHumanName\":"
			     "{\"text\":\"a name\"}},{\"name\":\"gender\",\"valueCode\":\"female\"}]}"),
     P(",\"contact\":[{\"name\":{\"text\":\"a name\"},\"gender\":\"female\"}]"), 0},
    {"add an extension", P(""),
     ONE(TYPE("add") PATH("Patient") NAME("extension") ",{\"name\":\"value\",\"part\":[{\"name\":\"url\",\"valueUri\":"
						       "\"urn:test:x\"},{\"name\":\"value\",\"valueBoolean\":true}]}"),
     P(",\"extension\":[{\"url\":\"urn:test:x\",\"valueBoolean\":true}]"), 0},
    {"add a choice", P(""), ONE(TYPE("add") PATH("Patient") NAME("deceased") VALUE("\"valueDateTime\":\"2020\"")),
     P(",\"deceasedDateTime\":\"2020\""), 0},
    {"add a primitive with its extension", P(",\"name\":[{\"given\":[\"a\"]}]"),
     ONE(TYPE("add") PATH("Patient.name") NAME("given")
	     VALUE("\"valueString\":\"b\",\"_valueString\":{\"extension\":[{\"url\":\"u\"}]}")),
     P(",\"name\":[{\"given\":[\"a\",\"b\"],\"_given\":[null,{\"extension\":[{\"url\":\"u\"}]}]}]"), 0},
    {"add where one is already", P(",\"birthDate\":\"1930\""),
     ONE(TYPE("add") PATH("Patient") NAME("birthDate") VALUE("\"valueDate\":\"1931\"")), NULL, FAIL_PATCH_THERE},
    {"add where another choice is already", P(",\"deceasedBoolean\":true"),
     ONE(TYPE("add") PATH("Patient") NAME("deceased") VALUE("\"valueDateTime\":\"2020\"")), NULL, FAIL_PATCH_THERE},
    {"add what the type does not have", P(""),
     ONE(TYPE("add") PATH("Patient") NAME("shoeSize") VALUE("\"valueInteger\":43")), NULL, FAIL_PATCH_ELEMENT},
    {"add a choice it may not be", P(""),
     ONE(TYPE("add") PATH("Patient") NAME("deceased") VALUE("\"valueQuantity\":{\"value\":1}")), NULL,
     FAIL_PATCH_VALUE},
    {"add to several", P(",\"name\":[{\"family\":\"a\"},{\"family\":\"b\"}]"),
     ONE(TYPE("add") PATH("Patient.name") NAME("given") VALUE("\"valueString\":\"x\"")), NULL, FAIL_PATCH_SEVERAL},
    {"add to nothing", P(""), ONE(TYPE("add") PATH("Patient.contact") NAME("gender") VALUE("\"valueCode\":\"male\"")),
     NULL, FAIL_PATCH_NOWHERE},
    {"insert first", P(",\"identifier\":[{\"value\":\"1\"},{\"value\":\"2\"}]"),
     ONE(TYPE("insert") PATH("Patient.identifier") VALUE("\"valueIdentifier\":{\"value\":\"0\"}") NUMBER("index", 0)),
     P(",\"identifier\":[{\"value\":\"0\"},{\"value\":\"1\"},{\"value\":\"2\"}]"), 0},
    {"insert last", P(",\"identifier\":[{\"value\":\"1\"}]"),
     ONE(TYPE("insert") PATH("Patient.identifier") VALUE("\"valueIdentifier\":{\"value\":\"2\"}") NUMBER("index", 1)),
     P(",\"identifier\":[{\"value\":\"1\"},{\"value\":\"2\"}]"), 0},
    {"insert behind the end", P(",\"identifier\":[{\"value\":\"1\"}]"),
     ONE(TYPE("insert") PATH("Patient.identifier") VALUE("\"valueIdentifier\":{\"value\":\"3\"}") NUMBER("index", 2)),
     NULL, FAIL_PATCH_INDEX},
    {"insert into a list that begins", P(""),
     ONE(TYPE("insert") PATH("Patient.identifier") VALUE("\"valueIdentifier\":{\"value\":\"0\"}") NUMBER("index", 0)),
     P(",\"identifier\":[{\"value\":\"0\"}]"), 0},
    {"insert moves what lies beside", P(",\"name\":[{\"given\":[\"b\"],\"_given\":[{\"id\":\"x\"}]}]"),
     ONE(TYPE("insert") PATH("Patient.name.given") VALUE("\"valueString\":\"a\"") NUMBER("index", 0)),
     P(",\"name\":[{\"given\":[\"a\",\"b\"],\"_given\":[null,{\"id\":\"x\"}]}]"), 0},
    {"insert into what is no list", P(",\"birthDate\":\"1930\""),
     ONE(TYPE("insert") PATH("Patient.birthDate") VALUE("\"valueDate\":\"1931\"") NUMBER("index", 0)), NULL,
     FAIL_PATCH_LIST},
    {"insert without a place", P(""), ONE(TYPE("insert") PATH("Patient.name") VALUE("\"valueString\":\"x\"")), NULL,
     FAIL_PATCH_MEMBER},
    {"delete a primitive and what lies beside",
     P(",\"birthDate\":\"1920-01-01\",\"_birthDate\":{\"id\":\"x\"},\"active\":true"),
     ONE(TYPE("delete") PATH("Patient.birthDate")), P(",\"active\":true"), 0},
    {"delete from a list", P(",\"identifier\":[{\"value\":\"1\"},{\"value\":\"2\"},{\"value\":\"3\"}]"),
     ONE(TYPE("delete") PATH("Patient.identifier[1]")), P(",\"identifier\":[{\"value\":\"1\"},{\"value\":\"3\"}]"), 0},
    {"delete the last of a list", P(",\"identifier\":[{\"value\":\"1\"}],\"active\":true"),
     ONE(TYPE("delete") PATH("Patient.identifier.where(value = '1')")), P(",\"active\":true"), 0},
    {"delete leaves nothing empty", P(",\"contact\":[{\"name\":{\"text\":\"x\"}}],\"active\":true"),
     ONE(TYPE("delete") PATH("Patient.contact.name.text")), P(",\"active\":true"), 0},
    {"delete within a list with something beside",
     P(",\"name\":[{\"given\":[\"a\",\"b\"],\"_given\":[null,{\"id\":\"x\"}]}]"),
     ONE(TYPE("delete") PATH("Patient.name.given[0]")),
     P(",\"name\":[{\"given\":[\"b\"],\"_given\":[{\"id\":\"x\"}]}]"), 0},
    {"delete what is gone", P(",\"active\":true"), ONE(TYPE("delete") PATH("Patient.birthDate")), P(",\"active\":true"),
     0},
    {"delete several", P(",\"identifier\":[{\"value\":\"1\"},{\"value\":\"2\"}]"),
     ONE(TYPE("delete") PATH("Patient.identifier")), NULL, FAIL_PATCH_SEVERAL},
    {"delete all of it", P(",\"active\":true"), ONE(TYPE("delete") PATH("Patient")), NULL, FAIL_PATCH_WHOLE},
    {"replace a primitive", P(",\"birthDate\":\"1920-01-01\",\"_birthDate\":{\"id\":\"x\"}"),
     ONE(TYPE("replace") PATH("Patient.birthDate") VALUE("\"valueDate\":\"1930-01-01\"")),
     P(",\"birthDate\":\"1930-01-01\""), 0},
    {"replace within", P(",\"contact\":[{\"name\":{\"text\":\"a\"}}]"),
     ONE(TYPE("replace") PATH("Patient.contact[0].name") VALUE("\"valueHumanName\":{\"text\":\"b\"}")),
     P(",\"contact\":[{\"name\":{\"text\":\"b\"}}]"), 0},
    {"replace a choice by another", P(",\"deceasedBoolean\":true,\"active\":true"),
     ONE(TYPE("replace") PATH("Patient.deceased") VALUE("\"valueDateTime\":\"2020\"")),
     P(",\"deceasedDateTime\":\"2020\",\"active\":true"), 0},
    {"replace in a list", P(",\"name\":[{\"given\":[\"a\",\"b\"]}]"),
     ONE(TYPE("replace") PATH("Patient.name.given[1]") VALUE("\"valueString\":\"c\"")),
     P(",\"name\":[{\"given\":[\"a\",\"c\"]}]"), 0},
    {"replace nothing", P(""), ONE(TYPE("replace") PATH("Patient.birthDate") VALUE("\"valueDate\":\"1930\"")), NULL,
     FAIL_PATCH_NOWHERE},
    {"replace several", P(",\"name\":[{\"given\":[\"a\",\"b\"]}]"),
     ONE(TYPE("replace") PATH("Patient.name.given") VALUE("\"valueString\":\"c\"")), NULL, FAIL_PATCH_SEVERAL},
    {"move down", P(",\"identifier\":[{\"value\":\"1\"},{\"value\":\"2\"},{\"value\":\"3\"}]"),
     ONE(TYPE("move") PATH("Patient.identifier") NUMBER("source", 0) NUMBER("destination", 2)),
     P(",\"identifier\":[{\"value\":\"2\"},{\"value\":\"3\"},{\"value\":\"1\"}]"), 0},
    {"move up", P(",\"identifier\":[{\"value\":\"1\"},{\"value\":\"2\"},{\"value\":\"3\"}]"),
     ONE(TYPE("move") PATH("Patient.identifier") NUMBER("source", 2) NUMBER("destination", 0)),
     P(",\"identifier\":[{\"value\":\"3\"},{\"value\":\"1\"},{\"value\":\"2\"}]"), 0},
    {"move from behind the end", P(",\"identifier\":[{\"value\":\"1\"}]"),
     ONE(TYPE("move") PATH("Patient.identifier") NUMBER("source", 1) NUMBER("destination", 0)), NULL, FAIL_PATCH_INDEX},
    {"move within two lists", P(",\"name\":[{\"given\":[\"a\"]},{\"given\":[\"b\"]}]"),
     ONE(TYPE("move") PATH("Patient.name.given") NUMBER("source", 0) NUMBER("destination", 1)), NULL, FAIL_PATCH_LIST},
    {"one after the other", P(""),
     PARAMETERS(OPERATION(TYPE("add") PATH("Patient") NAME("name") VALUE(
	 "\"valueHumanName\":{\"family\":\"X\"}")) "," OPERATION(TYPE("add") PATH("Patient.name") NAME("given")
								     VALUE("\"valueString\":\"Y\""))),
     P(",\"name\":[{\"family\":\"X\",\"given\":[\"Y\"]}]"), 0},
    {"a path that cannot be read", P(""), ONE(TYPE("delete") PATH("Patient..name")), NULL, FAIL_PATH_SYNTAX},
    {"a path that computes", P(",\"active\":true"), ONE(TYPE("delete") PATH("1 + 1")), NULL, FAIL_PATCH_NOWHERE},
    {"an operation that is none", P(""), ONE(TYPE("dance") PATH("Patient")), NULL, FAIL_PATCH_OPERATION},
    {"without a path", P(""), ONE(TYPE("delete")), NULL, FAIL_PATCH_MEMBER},
    {"without a value", P(""), ONE(TYPE("add") PATH("Patient") NAME("active")), NULL, FAIL_PATCH_MEMBER},
};

static void run(const row *r)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	doc before, patch;
	text out;
	assert_true(json_parse(a, text_of(r->before), TEXT(""), &sink, &before));
	if (!json_parse(a, text_of(r->patch), TEXT(""), &sink, &patch)) fail_msg("%s: not JSON: %s", r->name, r->patch);
	bool done = patch_apply(&patch, &before, 0, a, &sink, &out);
	if (done != (r->after != NULL))
		fail_msg("%s: %.*s", r->name, TEXT_ARG(done ? out : issue_line(a, sink.first, LANGUAGE_EN)));
	if (!done && sink.first->code != r->why)
		fail_msg("%s: refused for another reason: %.*s", r->name,
			 TEXT_ARG(issue_line(a, sink.first, LANGUAGE_EN)));
	if (done && !text_equal(out, text_of(r->after))) fail_msg("%s: %.*s", r->name, TEXT_ARG(out));
}

TEST(json_patch)
{
	for (size_t i = 0; i < sizeof json_rows / sizeof *json_rows; i++) run(&json_rows[i]);
}

TEST(path_patch)
{
	for (size_t i = 0; i < sizeof path_rows / sizeof *path_rows; i++) run(&path_rows[i]);
}

/* The place of what is wrong: the operation in its Parameters, or its number in the sentence. */
TEST(the_operation_is_named)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	doc before, patch;
	text out;
	assert_true(json_parse(a, TEXT(P("")), TEXT(""), &sink, &before));
	const char *second =
	    PARAMETERS(OPERATION(TYPE("delete") PATH("Patient.birthDate")) "," OPERATION(TYPE("delete")));
	assert_true(json_parse(a, text_of(second), TEXT(""), &sink, &patch));
	assert_false(patch_apply(&patch, &before, 0, a, &sink, &out));
	assert_true(text_equal(sink.first->place.path, TEXT("Parameters.parameter[1]")));
	assert_true(text_equal(issue_text(a, sink.first, LANGUAGE_EN), TEXT("Operation 2 lacks \"path\"")));
}

/* Copying a value into itself doubles it each time: depth is refused long before memory. */
TEST(no_patch_nests_without_end)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	doc before, patch;
	text out;
	buffer b = {.arena = a};
	buffer_char(&b, '[');
	for (int i = 0; i < 30; i++)
		buffer_format(&b, "%s{\"op\":\"copy\",\"from\":\"\",\"path\":\"/a\"}", i ? "," : "");
	buffer_char(&b, ']');
	assert_true(json_parse(a, TEXT("{\"a\":1}"), TEXT(""), &sink, &before));
	assert_true(json_parse(a, buffer_text(&b), TEXT(""), &sink, &patch));
	assert_true(patch_apply(&patch, &before, 0, a, &sink, &out));
	for (int i = 0; i < 40; i++) b.len--, buffer_format(&b, ",{\"op\":\"copy\",\"from\":\"\",\"path\":\"/a\"}]");
	assert_true(json_parse(a, buffer_text(&b), TEXT(""), &sink, &patch));
	assert_false(patch_apply(&patch, &before, 0, a, &sink, &out));
	assert_int_equal(sink.first->code, FAIL_PATCH_DEPTH);
}

TESTS(T(json_patch), T(path_patch), T(the_operation_is_named), T(no_patch_nests_without_end))
