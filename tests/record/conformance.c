/* The codes and profiles a reader knows follow what is written, and stay as they were for whoever reads an earlier state. */
#include "fixture.h"

static term_answer ask(reader *rd, arena *a, const char *set, const char *code)
{
	issues sink = {.arena = a};
	const terms *t = reader_terms(rd, &sink);
	assert_non_null(t);
	assert_ptr_equal(t, reader_terms(rd, &sink));
	return term_in(t, text_of(set), TEXT(""), text_of(code));
}

#define COLOURS(codes) "'url':'urn:c','status':'active','content':'complete','concept':[" codes "]"

TEST(codes_follow_what_is_written)
{
	arena *a = arena_new(64 * MIB);
	issues sink = {.arena = a};
	record *r = open_record(a);
	reader *before = record_reader(r, &anna, a, &sink);
	assert_ptr_equal(reader_terms(before, &sink), terms_r4());
	put(r, a, "CodeSystem", "c", COLOURS("{'code':'red'}"));
	put(r, a, "ValueSet", "s", "'url':'urn:s','status':'active','compose':{'include':[{'system':'urn:c'}]}");
	reader *first = record_reader(r, &anna, a, &sink);
	assert_int_equal(ask(first, a, "urn:s", "red"), TERM_IS);
	assert_int_equal(ask(first, a, "urn:s", "blue"), TERM_NOT);
	put(r, a, "CodeSystem", "c", COLOURS("{'code':'red'},{'code':'blue'}"));
	reader *second = record_reader(r, &anna, a, &sink), *third = record_reader(r, &anna, a, &sink);
	assert_int_equal(ask(second, a, "urn:s", "blue"), TERM_IS);
	assert_ptr_equal(reader_terms(second, &sink), reader_terms(third, &sink));
	assert_int_equal(ask(first, a, "urn:s", "blue"), TERM_NOT);
	assert_int_equal(ask(before, a, "urn:s", "red"), TERM_UNKNOWN);
	put(r, a, "StructureDefinition", "p",
	    "'url':'urn:p','name':'P','status':'active','kind':'resource','abstract':false,'type':'Patient','"
	    "derivation':'constraint',"
	    "'baseDefinition':'http://hl7.org/fhir/StructureDefinition/"
	    "Patient','differential':{'element':[{'id':'Patient','path':"
	    "'Patient'},{'id':'Patient.birthDate','path':'Patient.birthDate','min':1}]}");
	reader *fourth = record_reader(r, &anna, a, &sink);
	assert_true(profile_known(reader_profiles(fourth, &sink), TEXT("urn:p")));
	assert_false(profile_known(reader_profiles(third, &sink), TEXT("urn:p")));
	assert_int_equal(ask(fourth, a, "urn:s", "blue"), TERM_IS);
	write_op gone = {.method = WRITE_DELETE, .type = TEXT("ValueSet"), .id = TEXT("s")};
	written w;
	assert_true(record_commit(r, &anna, &gone, 1, a, &sink, &w));
	reader *after = record_reader(r, &anna, a, &sink);
	assert_int_equal(ask(after, a, "urn:s", "red"), TERM_UNKNOWN);
	assert_int_equal(ask(after, a, "http://hl7.org/fhir/ValueSet/administrative-gender", "male"), TERM_IS);
	reader *all[] = {before, first, second, third, fourth, after};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) reader_close(all[i]);
	record_close(r);
	arena_free(a);
}

TESTS(T(codes_follow_what_is_written))
