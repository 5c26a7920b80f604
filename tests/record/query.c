/* A query asked of one resource says what a search says: every query here, of every resource, both ways. And a deriver's notes. */
#include "fixture.h"

static void fill(record *r, arena *a)
{
	put(r, a, "Patient", "a",
	    "'identifier':[{'system':'urn:oid:1.2.208.176.1.2','value':'6103701111'}],'name':[{'family':'Møller','"
	    "given':['Bo','Erik']}],'gender':'male','birthDate':'1970-03-01','active':true,"
	    "'managingOrganization':{'reference':'Organization/o'}");
	put(r, a, "Patient", "b",
	    "'identifier':[{'system':'urn:x','value':'6103701111'}],'name':[{'family':'Aaberg'}],'gender':'female',"
	    "'birthDate':'1970-03','address':[{'city':'Aarhus C'}],'active':false");
	put(r, a, "Patient", "c",
	    "'name':[{'family':'Zander'},{'family':'Ærø'}],'birthDate':'1985','meta':{'tag':[{'system':'urn:t','code':'"
	    "demo'}]},'managingOrganization':{'identifier':{'system':'urn:sor','value':'7'}}");
	put(r, a, "Observation", "o1",
	    "'status':'final','code':{'text':'x'},'subject':{'reference':'Patient/a'},'valueQuantity':{'value':5.40,"
	    "'system':'http://unitsofmeasure.org','code':'mg'},'effectiveDateTime':'2026-03-02T10:00:00+01:00'");
	put(r, a, "Observation", "o2", "'status':'final','code':{'text':'x'},'valueQuantity':{'value':-12,'unit':'C'}");
	put(r, a, "Observation", "o3",
	    "'status':'amended','code':{'coding':[{'system':'urn:c','code':'k'}]},'subject':{'reference':"
	    "'http://limen.test/fhir/Patient/a/_history/1'},'valueQuantity':{'value':100,'unit':'C'},"
	    "'effectivePeriod':{'start':'2026-01-01'}");
	put(r, a, "ValueSet", "v1", "'status':'active','url':'http://x.test/vs/one'");
	put(r, a, "ValueSet", "v2", "'status':'active','url':'http://x.test/vs/one/two'");
}

static const struct {
	const char *type, *query;
} rows[] = {
    {"Patient", ""},
    {"Patient", "identifier=6103701111"},
    {"Patient", "identifier=urn:x|6103701111"},
    {"Patient", "identifier=|6103701111"},
    {"Patient", "identifier=urn:x|"},
    {"Patient", "gender=male,female"},
    {"Patient", "gender:not=male"},
    {"Patient", "gender:missing=true"},
    {"Patient", "gender=male&active=true"},
    {"Patient", "active=false"},
    {"Patient", "_tag=urn:t|demo"},
    {"Patient", "_id=a,c,x"},
    {"Patient", "deceased=false"},
    {"Patient", "family=MØL"},
    {"Patient", "family=aab,zan"},
    {"Patient", "family:exact=Møller"},
    {"Patient", "family:exact=møller"},
    {"Patient", "family:contains=ande"},
    {"Patient", "address-city=århus"},
    {"Patient", "birthdate=1970-03"},
    {"Patient", "birthdate=ne1970"},
    {"Patient", "birthdate=gt1970-03-01"},
    {"Patient", "birthdate=ge1980&birthdate=lt1990"},
    {"Patient", "birthdate=sa1970-03"},
    {"Patient", "birthdate=eb1971"},
    {"Patient", "organization=Organization/o"},
    {"Patient", "organization=o"},
    {"Patient", "organization:missing=true"},
    {"Patient", "organization:identifier=urn:sor|7"},
    {"Patient", "_lastUpdated=gt2020-01-01"},
    {"Patient", "_lastUpdated=lt2020-01-01"},
    {"Observation", "subject=Patient/a"},
    {"Observation", "subject:Patient=a"},
    {"Observation", "patient=http://limen.test/fhir/Patient/a"},
    {"Observation", "subject=Patient/b"},
    {"Observation", "value-quantity=5.4"},
    {"Observation", "value-quantity=5"},
    {"Observation", "value-quantity=5.4|http://unitsofmeasure.org|mg"},
    {"Observation", "value-quantity=5.4||kg"},
    {"Observation", "value-quantity=lt0"},
    {"Observation", "value-quantity=ge5.4"},
    {"Observation", "value-quantity=ap95"},
    {"Observation", "value-quantity=ne100"},
    {"Observation", "date=ge2026-02-01"},
    {"Observation", "date=2026-03-02"},
    {"Observation", "code=urn:c|k"},
    {"Observation", "status=final,amended"},
    {"ValueSet", "url=http://x.test/vs/one"},
    {"ValueSet", "url:below=http://x.test/vs/one"},
};

TEST(the_same_as_a_search)
{
	arena *a = test_arena();
	record *r = open_record(a);
	fill(r, a);
	int fitting = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		issues sink = {.arena = a};
		search_pair pairs[8];
		int n = pairs_of(a, rows[i].query, pairs, 8);
		text type = text_of(rows[i].type);
		const record_query *q = record_query_of(r, type, pairs, n, a, &sink);
		show(&sink);
		assert_non_null(q);
		search_answer all;
		assert_true(
		    try_search(r, a, &anna, rows[i].type, "_sort=_id", false, &all, &sink) ||
		    try_search(r, a, &anna, rows[i].type, "", false, &all, (sink = (issues){.arena = a}, &sink)));
		buffer ids = {.arena = a};
		for (int k = 0; k < all.count; k++) {
			const version *v = &all.entries[k].version;
			if (!record_query_fits(q, parsed(a, v->json), a, &sink)) continue;
			buffer_format(&ids, ids.len ? " %.*s" : "%.*s", TEXT_ARG(v->id));
			fitting++;
		}
		text found_by_search = search_ids(r, a, rows[i].type, rows[i].query);
		if (!text_equal(buffer_text(&ids), found_by_search))
			print_error("%s?%s\n", rows[i].type, rows[i].query);
		assert_text(buffer_text(&ids), found_by_search);
	}
	assert_true(fitting > 50);
	record_close(r);
}

static const struct {
	const char *type, *query;
	failure why;
} refusals[] = {
    {"Patient", "nothing=1", FAIL_SEARCH_PARAMETER},        {"Nothing", "", FAIL_RECORD_TYPE},
    {"Patient", "birthdate=yesterday", FAIL_SEARCH_VALUE},  {"Patient", "_sort=birthdate", FAIL_SEARCH_UNSUPPORTED},
    {"Patient", "_count=5", FAIL_SEARCH_UNSUPPORTED},       {"Observation", "value-quantity=x", FAIL_SEARCH_VALUE},
    {"Patient", "gender:exact=male", FAIL_SEARCH_MODIFIER},
};

TEST(what_cannot_be_asked)
{
	arena *a = test_arena();
	record *r = open_record(a);
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		issues sink = {.arena = a};
		search_pair pairs[8];
		int n = pairs_of(a, refusals[i].query, pairs, 8);
		assert_null(record_query_of(r, text_of(refusals[i].type), pairs, n, a, &sink));
		assert_int_equal(sink.first->code, refusals[i].why);
	}
	record_close(r);
}

/* ---- notes: what a deriver records itself ---- */

static const table note_table = {
    .name = "test_note",
    .columns = {{"number", CELL_INT}, {"word", CELL_TEXT}},
    .column_count = 2,
    .key_columns = 1,
    .rowid = true,
};

static bool write_note(void *self, deriving *dv, issues *sink)
{
	int64_t number = *(const int64_t *)self;
	cell row[] = {INT_CELL(number), TEXT_CELL(TEXT("noted"))};
	if (store_insert(deriving_writing(dv), &note_table, row, sink) != STORE_OK) return false;
	return number != 7 || issue_add(sink, FAIL_RECORD_FAULT, TEXT(""), TEXT(""));
}

static int64_t notes_of(record *r, arena *a)
{
	issues sink = {.arena = a};
	reader *rd = record_reader(r, &anna, a, &sink);
	int64_t n = store_count(reader_snapshot(rd), &note_table, &(scan_options){.index = -1}, &sink);
	reader_close(rd);
	return n;
}

TEST(notes_are_kept)
{
	arena *a = test_arena();
	static const table *const kept[] = {&note_table};
	record_register(&(deriver){.name = "noting", .kept = kept, .kept_count = 1});
	const char *file = text_z(a, text_format(a, "%s/limen.db", temp_folder()));
	record *r = open_record_at(a, file, NULL);
	put(r, a, "Patient", "p", "'gender':'male'");
	int64_t before = record_sequence(r);
	for (int64_t i = 1; i <= 7; i++) {
		issues sink = {.arena = a};
		assert_int_equal(record_note(r, write_note, &i, &sink), i != 7);
	}
	assert_int_equal(record_sequence(r), before); /* not a word in the log */
	assert_int_equal(notes_of(r, a), 6);
	issues sink = {.arena = a};
	assert_true(record_rebuild(r, &sink));
	check_clean(r, a);
	record_close(r);
	r = open_record_at(a, file, NULL);
	assert_int_equal(notes_of(r, a), 6);
	assert_false(record_wait(r, record_sequence(r), 1));
	assert_true(record_wait(r, 0, 10000));
	record_close(r);
}

TESTS(T(the_same_as_a_search), T(what_cannot_be_asked), T(notes_are_kept))
