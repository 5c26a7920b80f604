/* Trees: names, walking, comparing. */
#include "fhir/fhir.h"
#include "harness.h"

static doc parse(const char *json)
{
	doc d;
	issues sink = {.arena = test_arena()};
	assert_true(json_parse(test_arena(), text_of(json), TEXT(""), &sink, &d));
	return d;
}

TEST(every_name_is_found_by_its_text)
{
	for (int n = 1; n < NAME_COUNT; n++) {
		text name = name_text(NULL, (name_id)n);
		assert_true(name.len > 0);
		assert_int_equal(name_find(name), n);
		assert_int_equal(name_companion(name_companion((name_id)n)), n);
		assert_true(name_is_companion((name_id)n) == (name.at[0] == '_'));
	}
	assert_text(name_text(NULL, NAME_valueQuantity), TEXT("valueQuantity"));
	assert_int_equal(name_companion(NAME_status), NAME__status);
	assert_int_equal(name_find(TEXT("resourceType")), NAME_resourceType);
	assert_int_equal(name_find(TEXT("resourceTypE")), NAME_NONE);
	assert_int_equal(name_find(TEXT("")), NAME_NONE);
	assert_int_equal(name_find(TEXT("x")), NAME_NONE);
	assert_int_equal(name_text(NULL, NAME_DYNAMIC).len, 0);
}

TEST(nodes_lie_in_document_order)
{
	doc d = parse("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Hansen\",\"given\":[\"A\",\"B\"]},{}],"
		      "\"active\":true}");
	assert_int_equal(d.count, 10);
	assert_text(doc_type(&d), TEXT("Patient"));
	uint32_t name = doc_get(&d, 0, NAME_name);
	assert_int_equal(d.nodes[name].kind, NODE_ARRAY);
	assert_int_equal(d.nodes[name].len, 2);
	uint32_t first = doc_first(&d, 0, NAME_name);
	assert_int_equal(first, name + 1);
	assert_text(doc_get_text(&d, first, NAME_family), TEXT("Hansen"));
	uint32_t second = d.nodes[first].next;
	assert_int_equal(d.nodes[second].kind, NODE_OBJECT);
	assert_int_equal(d.nodes[second].len, 0);
	assert_int_equal(d.nodes[second].next, d.nodes[name].next);
	assert_int_equal(doc_get(&d, 0, NAME_birthDate), NODE_ABSENT);
	assert_int_equal(doc_get(&d, first, NAME_NONE), NODE_ABSENT);
	uint32_t active = doc_first(&d, 0, NAME_active);
	assert_int_equal(d.nodes[active].kind, NODE_TRUE);
	assert_int_equal(doc_text(&d, active).len, 0);
}

TEST(a_document_names_its_own_keys)
{
	doc d = parse("{\"id\":1,\"zebra\":2,\"inner\":{\"zebra\":3,\"\":4,\"\\u007aebra2\":5}}");
	name_id zebra = doc_name(&d, TEXT("zebra"));
	assert_true(zebra >= NAME_DYNAMIC);
	assert_text(name_text(&d, zebra), TEXT("zebra"));
	assert_text(doc_get_text(&d, 0, zebra), TEXT("2"));
	uint32_t inner = doc_get(&d, 0, doc_name(&d, TEXT("inner")));
	assert_text(doc_get_text(&d, inner, zebra), TEXT("3"));
	assert_text(doc_get_text(&d, inner, doc_name(&d, TEXT(""))), TEXT("4"));
	assert_text(doc_get_text(&d, inner, doc_name(&d, TEXT("zebra2"))), TEXT("5"));
	assert_int_equal(doc_name(&d, TEXT("zebra3")), NAME_NONE);
	assert_int_equal(doc_name(&d, TEXT("id")), NAME_id);
}

TEST(equal_means_same_keys_order_digits_and_text)
{
	doc same = parse("{\"a\":[1.50,\"\\u00e6\"],\"id\":null}");
	const struct {
		const char *json;
		bool equal;
	} rows[] = {
	    {" { \"a\" : [ 1.50 , \"æ\" ] , \"\\u0069d\" : null } ", true},
	    {"{\"a\":[1.5,\"æ\"],\"id\":null}", false},
	    {"{\"id\":null,\"a\":[1.50,\"æ\"]}", false},
	    {"{\"b\":[1.50,\"æ\"],\"id\":null}", false},
	    {"{\"a\":[1.50,\"æ\"],\"id\":false}", false},
	    {"{\"a\":[\"1.50\",\"æ\"],\"id\":null}", false},
	    {"{\"a\":[1.50,[\"æ\"]],\"id\":null}", false},
	    {"{\"a\":[1.50,\"æ\"]}", false},
	    {"{\"a\":{\"a\":1.50,\"b\":\"æ\"},\"id\":null}", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		doc other = parse(rows[i].json);
		if (doc_equal(&same, 0, &other, 0) != rows[i].equal) fail_msg("%s", rows[i].json);
	}
}

TEST(an_object_as_a_document_of_its_own)
{
	doc d =
	    parse("{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"resource\":{\"resourceType\":"
		  "\"Basic\",\"id\":\"a\",\"zebra\":[1,{\"x\":2}]}},{\"resource\":{\"resourceType\":\"Patient\"}}]}");
	doc part = doc_part(test_arena(), &d, doc_get(&d, doc_first(&d, 0, NAME_entry), NAME_resource));
	doc alone = parse("{\"resourceType\":\"Basic\",\"id\":\"a\",\"zebra\":[1,{\"x\":2}]}");
	assert_true(doc_equal(&part, 0, &alone, 0));
	assert_text(doc_type(&part), TEXT("Basic"));
	assert_int_equal(part.nodes[0].next, part.count);
}

/* The line and column each path leads to, in a text that has strings with escapes before and among them. */
TEST(a_path_leads_back_to_the_text)
{
	static const struct {
		const char *path;
		int line, column;
	} rows[] = {
	    {"Patient", 1, 1},
	    {"Patient.id", 2, 8},
	    {"Patient.name", 3, 10},
	    {"Patient.name[0]", 3, 11},
	    {"Patient.name[0].family", 3, 22},
	    {"Patient.name[0].given[0]", 4, 13},
	    {"Patient.name[0].given[1]", 4, 21},
	    {"Patient.name[0].given[2]", 4, 12},
	    {"Patient.name:official[0].given[1]", 4, 21},
	    {"Patient.deceased", 5, 22},
	    {"Patient.active", 6, 13},
	    {"Patient.active.extension", 6, 13},
	    {"Patient.nothing.here", 1, 1},
	    {"Patient.birthDate", 7, 15},
	    {"Patient.multipleBirth", 8, 26},
	};
	doc d = parse("{\"resourceType\":\"Patient\",\n"
		      " \"id\": \"p\",\n"
		      " \"name\": [{\"family\": \"\\u00c6 \\\"x\\\"\",\n"
		      "  \"given\": [\"a\\\\]\", \"b\\n\"]}],\n"
		      " \"deceasedBoolean\" : true,\n"
		      " \"_active\": {\"id\":\"a\"},\n"
		      " \"birthDate\" :\"\\u0032000\",\n"
		      " \"multipleBirthInteger\": 2}\n");
	json_cursor c = {0};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		place p = {0};
		json_locate(&c, &d, json_offset(&d, text_of(rows[i].path)), &p);
		if (p.line != rows[i].line || p.column != rows[i].column)
			fail_msg("%s: %d:%d", rows[i].path, (int)p.line, (int)p.column);
	}
}

TESTS(T(an_object_as_a_document_of_its_own), T(a_path_leads_back_to_the_text), T(every_name_is_found_by_its_text),
      T(nodes_lie_in_document_order), T(a_document_names_its_own_keys), T(equal_means_same_keys_order_digits_and_text))
